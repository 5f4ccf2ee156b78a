"""The dose over time as it was programmed or found: intervals, dose in force, changes.

Imports `moments`, `found`, `grouped`, `intervals`, `reconcile`, `runs`. Programmed is not delivered: nothing here knows what left the pump.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from titration.derive import found, grouped, intervals, moments, reconcile, runs

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    import numpy.typing as npt
    import pandas as pd

CLASSES = {
    "simple continuous": "constant rate",
    "constant flow": "constant rate",
    "flex": "varying rate",
    "periodic bolus": "varying rate",
    "minimum rate": "held",
    "stopped": "held",
}
_KEPT = {
    "record": "str",
    "row": "int64",
    **found.PROGRAM,
    "status": "str",
    "timing": "str",
    "by_day": "bool",
    "offset_min": "Int64",
}
STAIRCASE = {
    "patient": "str",
    "start": moments.INSTANT,
    "end": moments.INSTANT,
    "began": moments.INSTANT,
    **_KEPT,
    "is_change": "bool",
    "is_open": "bool",
    "is_confirmed": "bool",
    "is_unexplained": "bool",
}
IN_FORCE = {"patient": "str", "start": moments.INSTANT, **_KEPT}
BESIDE = ("from_record", "from_row", "from_mcg_per_day", "from_mode", "change_mcg_per_day", "change_pct", "undefined")
IN_SEQUENCE: Final = [name for name in found.SEQUENCE if name != "differs" and not name.startswith("against_")]
"""What a staircase takes of a sequence: not what a readout was read against."""
_UNDEFINED: Final = ("first", "from 0", "other mode", "not read")
CONFIRMED = {"patient": "str", "confirmed_at": moments.INSTANT, "by_day": "bool", "record": "str", "row": "int64"}


def staircase(
    doses: pd.DataFrame,
    *,
    zone: str,
    until: datetime,
    patient_states: pd.DataFrame | None = None,
    readouts: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Each program with the interval it was in force, by patient and time.

    An interval ends at the next recorded change, at a readout that found something else, at an explant,
    transfer or death, or at `until`. From such a readout on the program is as it was found. Two changes at
    one instant both stay; the one first written later is in force, the other's interval is empty: to correct one
    does not change which. An interval is in two or
    three pieces where only a part of it is confirmed or unexplained.

    Args:
        doses: Dose changes. Give those done, and with them any programmed ones the pump runs by itself
            (`reconcile.on_record` gives both).
        zone: IANA name; places a day without a time.
        until: The instant the staircase is drawn to; nothing that begins later is in it.
        patient_states: States; `following` explanted, transferred or died ends the dose on that day.
        readouts: Readouts; without them nothing confirms but the changes that were done.

    Returns:
        One row per piece, by patient, start and row:
            patient (str), start, end (datetime64[us, UTC]), began (datetime64[us, UTC]: when the program took
            effect; the start of its first piece), record (str: dose_change, or readout where it is as found),
            row (int64), dose_mcg_per_day (float64, mcg/day; missing where a readout found another mode and no
            dose was read), mode (str), concentration_mcg_per_ml (float64, mcg/mL),
            status (str: done, programmed, found), timing (str), by_day (bool: only the day it began is known),
            offset_min (Int64, min: the clock's offset when it was programmed),
            is_change (bool: dose or mode unlike the interval before, or flex, or after a break),
            is_open (bool: nothing recorded ended it; it ends because `until` does),
            is_confirmed (bool: between two confirmations that agree; not before the first one of a step the pump
            began by itself, not after the last), is_unexplained (bool: before a readout that did not agree).

    Raises:
        ValueError: `until` has no offset.

    Example:
        >>> import pandas as pd
        >>> from titration.columns import of_records
        >>> from titration.records import KINDS, DoseChange
        >>> def dose(on, mcg):
        ...     return DoseChange(patient="P001", effective_on=on, mode="simple continuous", dose_mcg_per_day=mcg)
        >>> doses = of_records(KINDS["dose_change"], [dose("2026-01-01", 100), dose("2026-02-01", 120)])
        >>> stairs = staircase(doses, zone="UTC", until=pd.Timestamp("2026-03-01T00:00Z"))
        >>> ((stairs["end"] - stairs["start"]).dt.days.tolist(), stairs["is_open"].tolist())
        ([31, 28], [False, True])

    Source:
        By definition.
    """
    ordered = found.sequence(doses, readouts, zone=zone, patient_states=patient_states)
    return moments.typed(intervals.pieces(ordered[IN_SEQUENCE], zone=zone, last=moments.instant(until)), STAIRCASE)


def in_force(
    doses: pd.DataFrame,
    *,
    at: datetime,
    zone: str,
    patient_states: pd.DataFrame | None = None,
    readouts: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """The last recorded programmed dose of each patient at an instant, as set or as found.

    Args:
        doses: Dose changes.
        at: The instant.
        zone: IANA name.
        patient_states: See `staircase`; after an explant, transfer or death there is no row.
        readouts: See `staircase`.

    Returns:
        At most one row per patient: patient (str), start (datetime64[us, UTC]), record (str), row (int64),
        dose_mcg_per_day (float64, mcg/day), mode (str), concentration_mcg_per_ml (float64, mcg/mL),
        status, timing (str), by_day (bool), offset_min (Int64, min).

    Raises:
        ValueError: `at` has no offset.

    Example:
        >>> import pandas as pd
        >>> from titration.columns import columns, frame
        >>> from titration.records import KINDS
        >>> none = frame(columns(KINDS["dose_change"]), {})
        >>> in_force(none, at=pd.Timestamp("2026-01-01T00:00Z"), zone="UTC").empty
        True

    Source:
        By definition.
    """
    moment = moments.instant(at)
    ordered = found.sequence(doses, readouts, zone=zone, patient_states=patient_states)
    made = intervals.of_sequence(ordered[IN_SEQUENCE])
    holds = (made["start"] <= moment) & (made["end"].isna() | (made["end"] > moment))
    return moments.typed(made, IN_FORCE, np.flatnonzero(holds))


def last_confirmed(frames: Mapping[str, pd.DataFrame], *, zone: str, until: datetime | None = None) -> pd.DataFrame:
    """When the program of each patient was last known: set by a change that was done, or found by a readout.

    Args:
        frames: Frames by name; see `reconcile.confirmations`.
        zone: IANA name.
        until: Leaves out what is dated later.

    Returns:
        One row per patient with a confirmation: patient (str), confirmed_at (datetime64[us, UTC]),
        by_day (bool: only the day is known), record (str), row (int64): what confirms it.

    Example:
        >>> from titration.columns import columns, frame
        >>> from titration.records import KINDS
        >>> none = frame(columns(KINDS["dose_change"]), {})
        >>> last_confirmed({"doses": none, "plans": none}, zone="UTC").columns.tolist()
        ['patient', 'confirmed_at', 'by_day', 'record', 'row']

    Source:
        By definition.
    """
    known = reconcile.confirmations(frames, zone=zone, until=until)
    is_last = np.append(runs.begins(known["patient"])[1:], [True])[: len(known)]
    return moments.typed(known, CONFIRMED, np.flatnonzero(is_last))


def percent_change(
    doses: pd.DataFrame,
    *,
    zone: str,
    readouts: pd.DataFrame | None = None,
    patient_states: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Each dose change beside the one before it: mcg/day and percent.

    Percent is of the dose before, or of what a readout found since. It is undefined, and missing, for the first change, from 0, and
    between a constant rate, a varying rate (flex, periodic bolus) and a held pump (minimum rate, stopped).

    Args:
        doses: Dose changes.
        zone: IANA name; places a day without a time.
        readouts: See `staircase`.
        patient_states: See `staircase`.

    Returns:
        The rows of `doses`, same order and index, and these columns more:
            from_record (str), from_row (Int64): the change before, or the readout that found something else since.
            from_mcg_per_day (float64, mcg/day): its dose.
            from_mode (str): its mode.
            change_mcg_per_day (float64, mcg/day): this dose less that one.
            change_pct (float64, %): of that one.
            undefined (str): why there is no percent: "first", "from 0", "other mode", "not read"; missing when there is one.

    Example:
        >>> from titration.columns import of_records
        >>> from titration.records import KINDS, DoseChange
        >>> def dose(on, mcg):
        ...     return DoseChange(patient="P001", effective_on=on, mode="simple continuous", dose_mcg_per_day=mcg)
        >>> steps = [dose("2026-01-01", 200), dose("2026-02-01", 240), dose("2026-03-01", 192)]
        >>> percent_change(of_records(KINDS["dose_change"], steps), zone="UTC")["change_pct"].tolist()
        [nan, 20.0, -20.0]

    Source:
        100 * (new - old) / old; by definition.
    """
    ordered = found.sequence(doses, readouts, zone=zone, patient_states=patient_states)
    ordered = ordered[_PROGRAM].take(np.flatnonzero(~ordered["says"].isin([found.SAME, found.SILENT])))
    is_set = np.flatnonzero(ordered["record"].array == "dose_change")
    row = ordered["row"].to_numpy()[is_set]
    by_row = np.argsort(row)
    at = runs.matched(doses["row"].to_numpy(), row[by_row])
    made = _beside(ordered)
    return doses.assign(**{name: runs.taken(values, is_set[by_row][at]) for name, values in made.items()})


def with_changes(stairs: pd.DataFrame) -> pd.DataFrame:
    """A staircase with each program beside the one before it, as set or as found.

    Args:
        stairs: What `staircase` gives.

    Returns:
        The rows of `stairs`, same order and index, and the columns `percent_change` adds.

    Example:
        >>> import pandas as pd
        >>> none = pd.DataFrame(columns=list(STAIRCASE)).astype(STAIRCASE)
        >>> with_changes(none)["change_pct"].tolist()
        []

    Source:
        100 * (new - old) / old; by definition.
    """
    begins = runs.naive(stairs["start"]) == runs.naive(stairs["began"])
    begun = np.flatnonzero(begins)
    own = stairs[_PROGRAM].take(begun)
    # the pieces of a program follow each other: it is the one that began last, or is not there
    last = np.cumsum(begins) - 1
    after = np.flatnonzero(last >= 0)
    is_own = stairs["row"].to_numpy()[after] == own["row"].to_numpy()[last[after]]
    is_own &= np.asarray(stairs["record"].array.take(after) == own["record"].array.take(last[after]), dtype=bool)
    of = np.full(len(stairs), -1)
    of[after[is_own]] = last[after[is_own]]
    return stairs.assign(**{name: runs.taken(values, of) for name, values in _beside(own).items()})


_PROGRAM: Final = ["patient", "record", "row", "dose_mcg_per_day", "mode"]


def _beside(ordered: pd.DataFrame) -> dict[str, Any]:
    """The program before each, in order of patient and time, and the change between them, by the names of `BESIDE`."""
    record, mode, row, dose = (
        ordered["record"].array,
        ordered["mode"].array,
        ordered["row"].to_numpy(),
        ordered["dose_mcg_per_day"].to_numpy(),
    )
    before = np.where(runs.begins(ordered["patient"]), -1, np.arange(len(row)) - 1)
    old, kind = runs.taken(dose, before), _kind(ordered["mode"])
    is_first, other = before < 0, kind != runs.taken(kind, before)
    causes = [is_first, old == 0, other, np.isnan(dose) | np.isnan(old)]
    undefined = np.select(causes, range(len(causes)), default=-1)
    change = dose - old
    return {
        "from_record": runs.taken(record, before),
        "from_row": runs.whole(row[before], is_first),
        "from_mcg_per_day": old,
        "from_mode": runs.taken(mode, before),
        "change_mcg_per_day": change,
        "change_pct": np.where(undefined < 0, 100 * change / np.where(old == 0, np.nan, old), np.nan),
        "undefined": runs.words(_UNDEFINED, undefined),
    }


def _kind(mode: pd.Series) -> npt.NDArray[np.float64]:
    """The class of each mode as a number; missing, and so unlike any other, where it has none."""
    place, texts = grouped.places(mode)
    kinds = sorted(set(CLASSES.values()))
    return np.array([*(kinds.index(CLASSES[text]) if text in CLASSES else np.nan for text in texts), np.nan])[place]
