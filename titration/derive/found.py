"""Programs and readouts in one order, each readout beside the program that was then on record.

Imports `moments`, `units`. A readout is the pump as it was found before anything was changed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from titration import units
from titration.derive import moments

if TYPE_CHECKING:
    import numpy.typing as npt

ENDED = ("explanted", "transferred", "died")
SET, AHEAD = "set", "programmed ahead"
SAME, OTHER = "as recorded", "not as recorded"
FIRST, SILENT = "nothing on record before", "not stated"
CONFIRMING: Final = (SET, SAME, OTHER, FIRST)
"""After these the program is known as it was set or found; a program that begins by itself is not among them."""

MOST_DECIMALS = 6
MOST_SHARE = 0.005
"""Two doses agree when the one printed with more decimals, rounded to those of the other, is the other; never when they
are more than half a percent apart, so that 5 and 5.4 do not."""

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
    changes = _changes(doses, zone=zone)
    read = _readouts(readouts, changes, zone=zone)
    both = changes if read.empty else pd.concat([changes, read], ignore_index=True)
    by = ["patient", "start", "rank", "first_row"]
    both = both.sort_values(by, kind="stable", ignore_index=True)
    both["ended"] = _ends(both, patient_states, zone=zone)
    return moments.typed(_compared(both), SEQUENCE)


def _changes(doses: pd.DataFrame, *, zone: str) -> pd.DataFrame:
    placed = moments.placed(doses, "effective", zone=zone).rename(
        columns={"moment": "start", "effective_offset_min": "offset_min"}
    )
    kept = ["patient", "start", "by_day", "row", "first_row", "status", "timing", "offset_min", *PROGRAM]
    says = np.where(placed["status"] == "done", SET, AHEAD)
    return placed[kept].assign(record="dose_change", says=says, rank=1)


def _readouts(readouts: pd.DataFrame | None, changes: pd.DataFrame, *, zone: str) -> pd.DataFrame:
    """Readouts that say something of the program, at their place among the changes of their day."""
    if readouts is None or readouts.empty:
        return changes.iloc[:0]
    says = readouts[list(PROGRAM)].notna().any(axis=1)
    placed = moments.placed(readouts[says], "read", zone=zone).reset_index(drop=True)
    placed = placed.rename(columns={"moment": "start", "read_offset_min": "offset_min"})
    kept = ["patient", "start", "by_day", "row", "first_row", "offset_min", *PROGRAM]
    read = placed[kept].assign(record="readout", says=SILENT, rank=0, status="found", timing="observed")
    if read.empty or changes.empty or not (read["by_day"].any() or changes["by_day"].any()):
        return read
    return _placed_in_day(read, changes, zone=zone)


def _placed_in_day(read: pd.DataFrame, changes: pd.DataFrame, *, zone: str) -> pd.DataFrame:
    """Where a day alone leaves the order open: after the change that the readout agrees with, else before."""
    changes = changes.assign(day=moments.local_day(changes["start"], zone=zone))
    read = read.assign(day=moments.local_day(read["start"], zone=zone))
    changes = changes.sort_values(["patient", "start", "first_row"], kind="stable")
    key = ["patient", "day"]
    wanted = [*key, "start", *PROGRAM]
    last = _beside(read, changes.drop_duplicates(key, keep="last")[wanted])
    untimed = _beside(read, changes[changes["by_day"]].drop_duplicates(key, keep="last")[wanted])
    first_timed = _beside(read, changes[~changes["by_day"]].drop_duplicates(key, keep="first")[[*key, "start"]])
    at = read["start"]
    no_timed_before = first_timed["start"].isna() | (first_timed["start"] > at)
    to_front = ~read["by_day"] & untimed["start"].notna() & no_timed_before & ~_agrees(read, untimed)
    to_back = read["by_day"] & last["start"].notna() & _agrees(read, last)
    day_start = moments.day_start(read["day"], zone=zone)
    start = at.where(~to_front, day_start).where(~to_back, last["start"]).astype(moments.INSTANT)
    return read.assign(start=start, rank=np.where(to_back, 2, 0)).drop(columns="day")


def _beside(read: pd.DataFrame, changes: pd.DataFrame) -> pd.DataFrame:
    """For each readout the change of its patient and day; missing where there is none."""
    return read[["patient", "day"]].merge(changes, on=["patient", "day"], how="left")


def _agrees(read: pd.DataFrame, program: pd.DataFrame) -> pd.Series:
    given = {name: program[name].to_numpy() for name in PROGRAM}
    found = {name: read[name].to_numpy() for name in PROGRAM}
    return pd.Series(~_any(_unlike(found, given)), index=read.index)


def _unlike(found: dict[str, Any], given: dict[str, Any]) -> list[npt.NDArray[np.bool_]]:
    """Whether dose, mode, concentration were read, are on record, and do not agree."""
    dose, old = (np.asarray(one["dose_mcg_per_day"], dtype="float64") for one in (found, given))
    strength, was = (np.asarray(one["concentration_mcg_per_ml"], dtype="float64") for one in (found, given))
    mode, before = (np.asarray(one["mode"], dtype=object) for one in (found, given))
    other_mode = ~pd.isna(mode) & ~pd.isna(before) & np.asarray(mode != before, dtype=bool)
    return [
        np.isfinite(dose) & np.isfinite(old) & ~same_dose(dose, old),
        np.asarray(other_mode, dtype=bool),
        np.isfinite(strength) & np.isfinite(was) & (strength != was),
    ]


def _any(flags: list[npt.NDArray[np.bool_]]) -> npt.NDArray[np.bool_]:
    return np.asarray(np.logical_or.reduce(flags), dtype=bool)


def same_dose(one: npt.NDArray[np.float64], other: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """Whether two printed numbers can be one, printed with more decimals and with fewer.

    Args:
        one: Numbers.
        other: Numbers, as many.

    Returns:
        True where the one with more decimals, rounded to those of the other, is the other, and they are
        no more than half a percent apart; False where one is missing.

    Example:
        >>> same_dose(np.array([120.0, 120.0, 100.25, 5.0]), np.array([119.8, 121.0, 100.3, 5.4])).tolist()
        [True, False, True, False]

    Source:
        By definition: programmers print what they round.
    """
    one, other = np.asarray(one, dtype="float64"), np.asarray(other, dtype="float64")
    decimals = np.minimum(_decimals(one), _decimals(other))
    apart = np.abs(one - other)
    slack = 1e-9 * np.maximum(np.abs(one), 1)
    is_near: npt.NDArray[np.bool_] = (apart <= 0.5 * 10.0**-decimals + slack) & (
        apart <= MOST_SHARE * np.maximum(one, other) + slack
    )
    return np.asarray((one == other) | is_near, dtype=bool)


def _decimals(numbers: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """With how many decimals each number is printed; at most six."""
    needed = np.zeros(len(numbers), dtype="int64")
    for decimals in range(MOST_DECIMALS):
        needed = np.where(np.round(numbers, decimals) == numbers, needed, decimals + 1)
    return needed


def _ends(ordered: pd.DataFrame, patient_states: pd.DataFrame | None, *, zone: str) -> pd.Series:
    """When following ended next: the start of that day, or its end where the day has a program of its own."""
    none = pd.Series(pd.NaT, index=ordered.index, dtype=moments.INSTANT)
    if patient_states is None or patient_states.empty or ordered.empty:
        return none
    known = patient_states[patient_states["following"].notna()]
    if not known["following"].isin(ENDED).any():
        return none
    known = known.sort_values(["patient", "noted_on", "first_row"], kind="stable")
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


_HELD: Final[dict[str, Any]] = {
    "dose_mcg_per_day": "float64",
    "mode": object,
    "concentration_mcg_per_ml": "float64",
    "says": object,
}


def _compared(ordered: pd.DataFrame) -> pd.DataFrame:
    """Each readout beside what was in force: the k-th readout after each change, of all patients at once."""
    is_read = (ordered["record"] == "readout").to_numpy()
    made = {name: ordered[name].to_numpy(dtype=dtype, copy=True) for name, dtype in _HELD.items()}
    against = np.full(len(ordered), -1)
    made["differs"] = np.full(len(ordered), None, dtype=object)
    starts_group = ~is_read | (ordered["patient"] != ordered["patient"].shift(1)).to_numpy()
    first = np.maximum.accumulate(np.where(starts_group, np.arange(len(ordered)), 0)) if len(ordered) else is_read
    holds = np.where(is_read[first], -1, first) if len(ordered) else first  # which row is in force, -1 none
    rank = pd.Series(is_read).groupby(first).cumsum().to_numpy() if len(ordered) else first
    start, ended = (ordered[name].to_numpy(dtype="datetime64[us]") for name in ("start", "ended"))
    for turn in range(1, int(rank[is_read].max()) + 1 if is_read.any() else 1):
        at = np.flatnonzero(is_read & (rank == turn))
        held = holds[first[at]]
        is_over = (held >= 0) & (ended[held] <= start[at])
        held = np.where(is_over, -1, held)
        stays = _read(made, at, held)
        against[at] = held
        holds[first[at]] = np.where(stays, held, at)
    ordered = ordered.assign(**made)
    beside = ordered[["record", "row", "start", *PROGRAM]].astype({"row": "Int64"})
    taken = {name: values.array.take(against, allow_fill=True) for name, values in beside.items()}
    return ordered.assign(**{f"against_{name}": values for name, values in taken.items()})


def _read(made: dict[str, npt.NDArray[Any]], at: npt.NDArray[Any], held: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    """One readout of each group against what is in force; whether that stays in force."""
    has = held >= 0
    found = {name: made[name][at] for name in PROGRAM}
    given = {name: np.where(has, made[name][held], None if name == "mode" else np.nan) for name in PROGRAM}
    unlike = _unlike(found, given)
    is_other = _any(unlike) & has
    is_stated = ~pd.isna(found["dose_mcg_per_day"])
    is_first = ~has & (is_stated | (found["mode"] == "stopped"))
    made["says"][at] = np.select([is_other, has & is_stated, is_first], [OTHER, SAME, FIRST], default=SILENT)
    for name, value in given.items():
        found[name] = np.where(pd.isna(found[name]), value, found[name])
    # a dose that was not read is that on record only while the mode is; a stopped pump gives 0
    no_dose = ~is_stated & unlike[1]
    found["dose_mcg_per_day"] = np.where(no_dose, np.nan, found["dose_mcg_per_day"])
    found["dose_mcg_per_day"][~is_stated & (found["mode"] == "stopped")] = 0.0
    if is_other.any():
        said, was = ({name: value[is_other] for name, value in one.items()} for one in (found, given))
        made["differs"][at[is_other]] = _words(said, was, [flags[is_other] for flags in unlike])
    for name, value in found.items():
        made[name][at] = value
    return np.asarray(~(is_other | is_first), dtype=bool)


def _words(found: dict[str, Any], given: dict[str, Any], unlike: list[npt.NDArray[np.bool_]]) -> npt.NDArray[Any]:
    """What differs, in words: on record, then found."""
    named = zip(PROGRAM, ("daily dose", "mode", "concentration"), (" mcg/day", "", " mcg/mL"), unlike, strict=True)
    said = pd.Series("", index=range(len(unlike[0])), dtype="str")
    for name, word, unit, differs in named:
        was, now = (pd.Series(one[name], dtype=PROGRAM[name]) for one in (given, found))
        if unit:
            was, now = was.map(units.number, na_action="ignore"), now.map(units.number, na_action="ignore")
        part = f"{word} " + was.astype("str") + unit + ", found " + now.astype("str") + unit
        said = said.where(~differs, said.where(said == "", said + "; ") + part)
    return said.to_numpy(dtype=object)
