"""The dose over time as it was programmed: intervals, dose in force, changes.

Imports `moments`. Programmed is not delivered: nothing here knows what left the pump.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from titration.derive import moments

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

ENDED = ("explanted", "transferred", "died")
CLASSES = {
    "simple continuous": "constant rate",
    "constant flow": "constant rate",
    "flex": "varying rate",
    "periodic bolus": "varying rate",
    "minimum rate": "held",
    "stopped": "held",
}
_KEPT = {
    "row": "int64",
    "dose_mcg_per_day": "float64",
    "mode": "str",
    "concentration_mcg_per_ml": "float64",
    "status": "str",
    "timing": "str",
    "by_day": "bool",
    "offset_min": "Int64",
}
STAIRCASE = {
    "patient": "str",
    "start": moments.INSTANT,
    "end": moments.INSTANT,
    **_KEPT,
    "is_change": "bool",
    "is_open": "bool",
}
IN_FORCE = {"patient": "str", "start": moments.INSTANT, **_KEPT}
CONFIRMED = {"patient": "str", "confirmed_at": moments.INSTANT, "by_day": "bool", "row": "int64"}


def staircase(
    doses: pd.DataFrame, *, zone: str, until: datetime, patient_states: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Each programmed dose with the interval it was in force, by patient and time.

    An interval ends at the next recorded change, at an explant, transfer or death, or at `until`.
    Two changes at one instant both stay; the later row is in force, the other's interval is empty.

    Args:
        doses: Dose changes. Give those done, and with them any programmed ones the pump runs by itself.
        zone: IANA name; places a day without a time.
        until: The instant the staircase is drawn to; nothing that begins later is in it.
        patient_states: States; `following` explanted, transferred or died ends the dose on that day.

    Returns:
        One row per change, by patient, start and row:
            patient (str), start, end (datetime64[us, UTC]), row (int64),
            dose_mcg_per_day (float64, mcg/day), mode (str), concentration_mcg_per_ml (float64, mcg/mL),
            status, timing (str), by_day (bool: only the day of the start is known),
            offset_min (Int64, min: the clock's offset when it was programmed),
            is_change (bool: dose or mode unlike the interval before, or flex, or after a break),
            is_open (bool: nothing recorded ended it; it ends because `until` does).

    Raises:
        ValueError: `until` has no offset.

    Example:
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
    last = moments.instant(until)
    made = _intervals(doses, zone=zone, patient_states=patient_states)
    made = made[made["start"] <= last]
    is_open = made["end"].isna() | (made["end"] > last)
    made = made.assign(end=made["end"].where(~is_open, last), is_open=is_open)
    return moments.typed(made, STAIRCASE)


def _intervals(doses: pd.DataFrame, *, zone: str, patient_states: pd.DataFrame | None) -> pd.DataFrame:
    """Intervals without a last day: `end` is missing where nothing recorded ended them."""
    ordered = moments.in_order(doses, "effective", zone=zone)
    ordered = ordered.rename(columns={"moment": "start", "effective_offset_min": "offset_min"})
    is_last = ordered["patient"] != ordered["patient"].shift(-1)
    end = ordered["start"].shift(-1).mask(is_last)
    if patient_states is not None and not patient_states.empty:
        ended = _ends(ordered, patient_states, zone=zone)
        end = end.where(ended.isna() | (end <= ended), ended)
    ordered["end"] = end.astype(moments.INSTANT)
    ordered["is_change"] = _is_change(ordered)
    return ordered


def _ends(ordered: pd.DataFrame, patient_states: pd.DataFrame, *, zone: str) -> pd.Series:
    """When following ended next: the start of that day, or its end where the day has a dose of its own."""
    known = patient_states[patient_states["following"].notna()]
    known = known.sort_values(["patient", "noted_on", "row"], kind="stable")
    known = known.drop_duplicates(["patient", "noted_on"], keep="last")
    known = known[known["following"].isin(ENDED)]
    right = known[["patient", "noted_on"]].sort_values("noted_on", kind="stable")
    left = ordered[["patient"]].assign(
        day=moments.local_day(ordered["start"], zone=zone), place=np.arange(len(ordered))
    )
    left = left.sort_values("day", kind="stable")
    met = pd.merge_asof(left, right, left_on="day", right_on="noted_on", by="patient", direction="forward")
    met = met.sort_values("place", kind="stable", ignore_index=True)
    dosed = pd.MultiIndex.from_frame(met[["patient", "day"]])
    has_dose = pd.MultiIndex.from_frame(met[["patient", "noted_on"]]).isin(dosed)
    one_day = pd.to_timedelta(has_dose.astype("int64"), unit="D")
    return moments.day_start(met["noted_on"] + one_day, zone=zone)


def _is_change(ordered: pd.DataFrame) -> pd.Series:
    held = ordered[ordered["end"].isna() | (ordered["end"] > ordered["start"])]
    before = held.shift(1)
    differs = (
        (held["patient"] != before["patient"])
        | (held["dose_mcg_per_day"] != before["dose_mcg_per_day"])
        | (held["mode"] != before["mode"])
        | (held["mode"] == "flex")
        | (held["start"] != before["end"])
    )
    return differs.astype("bool").reindex(ordered.index, fill_value=False)


def in_force(
    doses: pd.DataFrame, *, at: datetime, zone: str, patient_states: pd.DataFrame | None = None
) -> pd.DataFrame:
    """The last recorded programmed dose of each patient at an instant.

    Args:
        doses: Dose changes.
        at: The instant.
        zone: IANA name.
        patient_states: See `staircase`; after an explant, transfer or death there is no row.

    Returns:
        At most one row per patient: patient (str), start (datetime64[us, UTC]), row (int64),
        dose_mcg_per_day (float64, mcg/day), mode (str), concentration_mcg_per_ml (float64, mcg/mL),
        status, timing (str), by_day (bool), offset_min (Int64, min).

    Raises:
        ValueError: `at` has no offset.

    Example:
        >>> from titration.columns import columns, frame
        >>> from titration.records import KINDS
        >>> none = frame(columns(KINDS["dose_change"]), {})
        >>> in_force(none, at=pd.Timestamp("2026-01-01T00:00Z"), zone="UTC").empty
        True

    Source:
        By definition.
    """
    moment = moments.instant(at)
    made = _intervals(doses, zone=zone, patient_states=patient_states)
    holds = (made["start"] <= moment) & (made["end"].isna() | (made["end"] > moment))
    return moments.typed(made[holds], IN_FORCE)


def last_confirmed(frames: Mapping[str, pd.DataFrame], *, zone: str, until: datetime | None = None) -> pd.DataFrame:
    """When the program of each patient was last known to be as recorded.

    A change that was done is itself a confirmation; nothing else is one yet.

    Args:
        frames: Frames by name; `doses` is read.
        zone: IANA name.
        until: Leaves out what is dated later.

    Returns:
        One row per patient with a dose: patient (str), confirmed_at (datetime64[us, UTC]),
        by_day (bool: only the day is known), row (int64: the record that confirms).

    Example:
        >>> from titration.columns import columns, frame
        >>> from titration.records import KINDS
        >>> none = {"doses": frame(columns(KINDS["dose_change"]), {})}
        >>> last_confirmed(none, zone="UTC").columns.tolist()
        ['patient', 'confirmed_at', 'by_day', 'row']

    Source:
        By definition.
    """
    doses = frames["doses"]
    ordered = moments.in_order(doses[doses["status"] == "done"], "effective", zone=zone)
    if until is not None:
        ordered = ordered[ordered["moment"] <= moments.instant(until)]
    ordered = ordered.drop_duplicates("patient", keep="last").rename(columns={"moment": "confirmed_at"})
    return moments.typed(ordered, CONFIRMED)


def percent_change(doses: pd.DataFrame, *, zone: str) -> pd.DataFrame:
    """Each dose change beside the one before it: mcg/day and percent.

    Percent is of the dose before. It is undefined, and missing, for the first change, from 0, and
    between a constant rate, a varying rate (flex, periodic bolus) and a held pump (minimum rate, stopped).

    Args:
        doses: Dose changes.
        zone: IANA name; places a day without a time.

    Returns:
        The rows of `doses`, same order and index, and these columns more:
            from_row (Int64): the change before.
            from_mcg_per_day (float64, mcg/day): its dose.
            from_mode (str): its mode.
            change_mcg_per_day (float64, mcg/day): this dose less that one.
            change_pct (float64, %): of that one.
            undefined (str): why there is no percent: "first", "from 0", "other mode"; missing when there is one.

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
    placed = moments.placed(doses, "effective", zone=zone)
    ordered = placed.reset_index(drop=True).sort_values(["patient", "moment", "row"], kind="stable")
    before = ordered.shift(1).mask(ordered["patient"] != ordered["patient"].shift(1))
    dose, old = ordered["dose_mcg_per_day"], before["dose_mcg_per_day"].astype("float64")
    is_first = before["patient"].isna()
    other = ordered["mode"].map(CLASSES) != before["mode"].map(CLASSES)
    undefined = np.select([is_first, old == 0, other], ["first", "from 0", "other mode"], default="")
    has_pct = undefined == ""
    made = pd.DataFrame(
        {
            "from_row": before["row"].astype("Int64"),
            "from_mcg_per_day": old,
            "from_mode": before["mode"].astype("str"),
            "change_mcg_per_day": dose - old,
            "change_pct": (100 * (dose - old) / old.where(old != 0)).where(has_pct),
            "undefined": pd.Series(undefined, index=ordered.index, dtype="str").mask(has_pct),
        }
    ).sort_index()
    return doses.assign(**{name: made[name].set_axis(doses.index) for name in made.columns})
