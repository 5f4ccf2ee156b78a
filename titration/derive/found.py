"""Programs and readouts in one order, each readout beside the program that was then on record.

Imports `agreed`, `grouped`, `moments`, `runs`, `units`. A readout is the pump as it was found before anything was changed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from titration import units
from titration.derive import agreed, grouped, moments, runs

if TYPE_CHECKING:
    import numpy.typing as npt

    Columns = dict[str, npt.NDArray[Any]]
    Flags = npt.NDArray[np.bool_]

ENDED = ("explanted", "transferred", "died")
SET, AHEAD = "set", "programmed ahead"
SAME, OTHER = "as recorded", "not as recorded"
FIRST, SILENT = "nothing on record before", "not stated"
CONFIRMING: Final = (SET, SAME, OTHER, FIRST)
"""After these the program is known as it was set or found; a program that begins by itself is not among them."""
_SAYS: Final = (SET, AHEAD, SAME, OTHER, FIRST, SILENT)
_SET, _AHEAD, _SAME, _OTHER, _FIRST, _SILENT = range(len(_SAYS))
_RECORDS: Final = ("dose_change", "readout")

PROGRAM = {"dose_mcg_per_day": "float64", "mode": "str", "concentration_mcg_per_ml": "float64"}
SEQUENCE = {
    "patient": "str",
    "start": moments.INSTANT,
    "by_day": "bool",
    "record": "str",
    "row": "int64",
    "status": "str",
    "timing": "str",
    "offset_min": "Int64",
    **PROGRAM,
    "says": "str",
    "differs": "str",
    "against_record": "str",
    "against_row": "Int64",
    "against_start": moments.INSTANT,
    **{f"against_{name}": dtype for name, dtype in PROGRAM.items()},
    "ended": moments.INSTANT,
}


def sequence(
    doses: pd.DataFrame, readouts: pd.DataFrame | None, *, zone: str, patient_states: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Every program and every readout that says something of the program, in order.

    On a day on which the order of a readout and a change is not known, the readout comes after the change
    when it agrees with it, else before. Of two at one instant the readout comes first: it is the pump as found.

    Args:
        doses: Dose changes done, and with them any programmed ones the pump runs by itself.
        readouts: Readouts; none when None.
        zone: IANA name; places a day without a time.
        patient_states: States; `following` explanted, transferred or died ends what was in force.

    Returns:
        By patient and time: patient (str), start (datetime64[us, UTC]), by_day (bool), record (str: dose_change
        or readout), row (int64), status (str: done, programmed, found), timing (str), offset_min (Int64, min),
        dose_mcg_per_day (float64, mcg/day), mode (str), concentration_mcg_per_ml (float64, mcg/mL): as set, or as
        found, what was not read being as on record; says (str): one of "set", "programmed ahead", "as recorded",
        "not as recorded", "nothing on record before", "not stated"; differs (str: what, in words); against_*:
        the program on record that the readout was read against; ended (datetime64[us, UTC]): when the following
        ended next.

    Example:
        >>> from titration.columns import of_records
        >>> from titration.records import KINDS, DoseChange, Readout
        >>> dose = DoseChange(patient="P001", effective_on="2026-01-01", mode="simple continuous", dose_mcg_per_day=100)
        >>> read = Readout(patient="P001", read_on="2026-02-01", dose_mcg_per_day=150)
        >>> doses, readouts = of_records(KINDS["dose_change"], [dose]), of_records(KINDS["readout"], [read])
        >>> sequence(doses, readouts, zone="UTC")[["says", "differs"]].values.tolist()[1]
        ['not as recorded', 'daily dose 100 mcg/day, found 150 mcg/day']

    Source:
        By definition.
    """
    read = doses.iloc[:0].rename(columns=_AS_READ) if readouts is None else readouts
    read = read[read[list(PROGRAM)].notna().any(axis=1)]  # what says nothing of the program is not in it
    changed, seen = _placed(doses, "effective", zone=zone), _placed(read, "read", zone=zone)
    (changed["patient"], seen["patient"]), patients = runs.together(doses["patient"], read["patient"])
    (changed["mode"], seen["mode"]), modes = runs.together(doses["mode"], read["mode"])
    changed["says"], seen["says"] = np.where(doses["status"].array == "done", _SET, _AHEAD), np.full(len(read), _SILENT)
    changed["rank"], seen["rank"] = np.ones(len(doses), dtype="int64"), np.zeros(len(read), dtype="int64")
    if changed["by_day"].any() or seen["by_day"].any():
        seen |= _in_day(seen, changed, zone=zone)
    both = {name: np.append(changed[name], seen[name]) for name in changed}
    order = np.lexsort((both["first_row"], both["rank"], both["start"], both["patient"]))
    made = {name: values[order] for name, values in both.items()}
    made["is_read"] = order >= len(doses)
    made["ended"] = _ends(made, patients, patient_states, zone=zone)
    against, unlike = _compared(made, modes)
    own = {"status": _own(doses["status"], "found", order), "timing": _own(doses["timing"], "observed", order)}
    said = {"differs": _differs(made, against, unlike, modes), **_beside(made, against, modes)}
    made["patient"] = runs.words(patients, made["patient"])
    return runs.framed({**made, **own, **said, **_in_words(made, modes)}, SEQUENCE)


_AS_READ: Final = {"effective_at": "read_at", "effective_on": "read_on", "effective_offset_min": "read_offset_min"}
_NUMBERS: Final = ("dose_mcg_per_day", "concentration_mcg_per_ml")


def _placed(frame: pd.DataFrame, stem: str, *, zone: str) -> Columns:
    """What is a number or a time in doses or readouts."""
    start, by_day = moments.instants(frame, stem, zone=zone)
    made = {"start": start, "by_day": by_day, "offset_min": runs.floats(frame[f"{stem}_offset_min"])}
    made |= {name: frame[name].to_numpy() for name in ("row", "first_row")}
    return made | {name: runs.floats(frame[name]) for name in _NUMBERS}


def _own(texts: pd.Series, of_readouts: str, order: npt.NDArray[np.int64]) -> Any:
    """A text of the doses, with the one that all readouts have, in that order."""
    place, each = grouped.places(texts)
    return runs.words([*each, of_readouts], np.append(place, np.full(len(order) - len(place), len(each)))[order])


def _in_words(made: Columns, modes: npt.NDArray[Any]) -> dict[str, Any]:
    record = runs.words(_RECORDS, made["is_read"].astype("int64"))
    offset = runs.whole(made["offset_min"])
    return {
        "record": record,
        "says": runs.words(_SAYS, made["says"]),
        "mode": runs.words(modes, made["mode"]),
        "offset_min": offset,
    }


def _beside(made: Columns, against: npt.NDArray[np.int64], modes: npt.NDArray[Any]) -> dict[str, Any]:
    """The program each readout was read against."""
    none = against < 0
    said = {"row": runs.whole(made["row"][against], none), "start": runs.taken(made["start"], against)}
    said |= {name: runs.taken(made[name], against) for name in _NUMBERS}
    said["record"] = runs.words(_RECORDS, np.where(none, -1, made["is_read"][against]))
    said["mode"] = runs.words(modes, np.where(none, -1, made["mode"][against]))
    return {f"against_{name}": values for name, values in said.items()}


def _in_day(read: Columns, changes: Columns, *, zone: str) -> Columns:
    """Where a day alone leaves the order open: after the change that the readout agrees with, else before."""
    day, key = (
        moments.local_days(read["start"], zone=zone),
        _key(changes, moments.local_days(changes["start"], zone=zone)),
    )
    order = np.lexsort((changes["first_row"], changes["start"], key))
    own, key, by_day = _key(read, day), key[order], changes["by_day"][order]
    untimed, timed = np.flatnonzero(by_day), np.flatnonzero(~by_day)
    last = _taken(order, runs.matched(own, key, last=True))
    last_untimed = _taken(order[untimed], runs.matched(own, key[untimed], last=True))
    first_timed = runs.taken(changes["start"], _taken(order[timed], runs.matched(own, key[timed])))
    at = read["start"]
    to_front = ~read["by_day"] & (last_untimed >= 0) & ~(first_timed <= at) & ~_agrees(read, changes, last_untimed)
    to_back = read["by_day"] & (last >= 0) & _agrees(read, changes, last)
    day_start = moments.day_start(pd.Series(day), zone=zone).to_numpy(dtype="datetime64[us]")
    start = np.where(to_back, runs.taken(changes["start"], last), np.where(to_front, day_start, at))
    return {"start": start, "rank": np.where(to_back, 2, 0)}


def _key(rows: Columns, day: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
    """A patient and a day as one number."""
    made: npt.NDArray[np.int64] = (rows["patient"] << _DAY_BITS) + day.astype("int64")
    return made


_DAY_BITS: Final = 32


def _taken(places: npt.NDArray[np.int64], at: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    made: npt.NDArray[np.int64] = np.append(places, -1)[at]
    return made


def _agrees(read: Columns, changes: Columns, place: npt.NDArray[np.int64]) -> Flags:
    made: Flags = ~np.logical_or.reduce(agreed.unlike(read, _program(changes, place)))
    return made


def _program(rows: Columns, place: npt.NDArray[np.int64]) -> Columns:
    """The program that stands at each place; missing at -1."""
    made = {name: runs.taken(rows[name], place) for name in _NUMBERS}
    return {**made, "mode": _taken(rows["mode"], place)}


def _ends(made: Columns, patients: npt.NDArray[Any], states: pd.DataFrame | None, *, zone: str) -> npt.NDArray[Any]:
    """When following ended next: the start of that day, or its end where the day has a program of its own."""
    ends = np.full(len(made["start"]), np.datetime64("NaT", "us"))
    if states is None or not states["following"].isin(ENDED).any() or not len(ends):
        return ends
    known = states[states["following"].notna()].sort_values(["patient", "noted_on", "first_row"], kind="stable")
    known = known.drop_duplicates(["patient", "noted_on"], keep="last")
    known = known[known["following"].isin(ENDED) & known["patient"].isin(patients)]
    of, noted = (
        np.searchsorted(patients, known["patient"].to_numpy(dtype=object)),
        known["noted_on"].to_numpy(dtype="datetime64[D]"),
    )
    key = _key({"patient": of}, noted)  # in order, as the patients are
    day = _key(made, moments.local_days(made["start"], zone=zone))
    over = moments.day_start(pd.Series(noted + np.isin(key, day)), zone=zone).to_numpy(dtype="datetime64[us]")
    place = np.searchsorted(key, day)
    is_own = np.append(of, -1)[place] == made["patient"]
    return np.where(is_own, runs.taken(over, np.where(is_own, place, -1)), ends)


def _compared(made: Columns, modes: npt.NDArray[Any]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """Each readout beside what was in force: the k-th readout after each change, of all patients at once."""
    is_read, start, ended = made["is_read"], made["start"], made["ended"]
    place = np.arange(len(is_read))
    against, unlike = np.full(len(is_read), -1), np.zeros((len(PROGRAM), len(is_read)), dtype=bool)
    reads = np.flatnonzero(is_read)
    if not len(reads):
        return against, unlike
    first = np.maximum.accumulate(np.where(~is_read | runs.begins(made["patient"]), place, 0))
    holds = np.where(is_read[first], -1, first)  # which row is in force, -1 none
    turn = (place - first + is_read[first])[reads]
    by_turn = reads[np.argsort(turn, kind="stable")]
    for at in np.split(by_turn, np.cumsum(np.bincount(turn)[1:-1])):
        held = holds[first[at]]
        is_over = (held >= 0) & (ended[held] <= start[at])
        against[at] = held = np.where(is_over, -1, held)
        unlike[:, at], stays = _read(made, at, held, modes)
        holds[first[at]] = np.where(stays, held, at)
    return against, unlike


def _read(
    made: Columns, at: npt.NDArray[np.int64], held: npt.NDArray[np.int64], modes: npt.NDArray[Any]
) -> tuple[list[Flags], Flags]:
    """One readout of each group against what is in force: what is unlike, and whether that stays in force."""
    has, given = held >= 0, _program(made, held)
    found = {name: made[name][at] for name in PROGRAM}
    unlike = agreed.unlike(found, given)
    is_other = np.logical_or.reduce(unlike)
    is_stated = ~np.isnan(found["dose_mcg_per_day"])
    mode = np.where(found["mode"] < 0, given["mode"], found["mode"])
    is_stopped = np.append(modes == "stopped", False)[mode]
    is_first = ~has & (is_stated | is_stopped)
    made["says"][at] = np.select([is_other, has & is_stated, is_first], [_OTHER, _SAME, _FIRST], default=_SILENT)
    # a dose that was not read is that on record only while the mode is; a stopped pump gives 0
    dose = np.where(is_stopped, 0.0, np.where(unlike[1], np.nan, given["dose_mcg_per_day"]))
    made["dose_mcg_per_day"][at] = np.where(is_stated, found["dose_mcg_per_day"], dose)
    made["mode"][at] = mode
    strength = found["concentration_mcg_per_ml"]
    made["concentration_mcg_per_ml"][at] = np.where(np.isnan(strength), given["concentration_mcg_per_ml"], strength)
    return unlike, ~(is_other | is_first)


def _differs(
    made: Columns, against: npt.NDArray[np.int64], unlike: npt.NDArray[np.bool_], modes: npt.NDArray[Any]
) -> Any:
    """What differs, in words: on record, then found; missing where nothing does."""
    is_other = made["says"] == _OTHER
    rows = np.flatnonzero(is_other)
    if not len(rows):
        return runs.words([], np.full(len(is_other), -1))
    said = pd.Series("", index=range(len(rows)), dtype="str")
    named = zip(PROGRAM, ("daily dose", "mode", "concentration"), (" mcg/day", "", " mcg/mL"), unlike, strict=True)
    for name, word, unit, flags in named:
        was, now = (_printed(made[name][at], None if unit else modes) for at in (against[rows], rows))
        part = f"{word} " + was + unit + ", found " + now + unit
        said = said.where(~flags[rows], said.where(said == "", said + "; ") + part)
    return runs.words(said.to_numpy(dtype=object), np.where(is_other, np.cumsum(is_other) - 1, -1))


def _printed(values: npt.NDArray[Any], texts: npt.NDArray[Any] | None) -> pd.Series:
    """Numbers as they are printed, or places among some texts as these."""
    if texts is not None:
        return pd.Series(runs.words(texts, values))
    return pd.Series(values).map(units.number, na_action="ignore").astype("str")
