"""Where a stretch of one program ends: at dose changes, and at changes of strength, catheter or pump.

Imports `grouped`, `moments`, `runs`. A change of the device is no dose change, but nothing can be compared across it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from titration.derive import grouped, moments, runs
from titration.derive.dose import CLASSES

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

DEVICE = {"patient": "str", "moment": moments.INSTANT, "by_day": "bool", "what": "str", "row": "int64"}
CHANGES = {
    "patient": "str",
    "record": "str",
    "row": "int64",
    "start": moments.INSTANT,
    "by_day": "bool",
    "since": moments.INSTANT,
    "since_by_day": "bool",
    "until": moments.INSTANT,
    "from_mcg_per_day": "float64",
    "dose_mcg_per_day": "float64",
    "change_mcg_per_day": "float64",
    "direction": "str",
    "is_unexplained": "bool",
}


def device_changes(frames: Mapping[str, pd.DataFrame], *, zone: str) -> pd.DataFrame:
    """Each recorded change of strength, catheter or pump.

    A strength changes where a program or a refill states another one than the last that stated any.

    Args:
        frames: Frames by name; `doses`, `refills`, `catheters`, `pumps` are read where they are there.
        zone: IANA name; places a day without a time.

    Returns:
        By patient and time: patient (str), moment (datetime64[us, UTC]), by_day (bool), what (str: strength,
        catheter or pump), row (int64: the record that says so).

    Example:
        >>> from titration.columns import of_records
        >>> from titration.records import KINDS, Refill
        >>> def refill(on, strength):
        ...     return Refill(patient="P001", filled_on=on, concentration_mcg_per_ml=strength)
        >>> refills = of_records(KINDS["refill"], [refill("2026-01-01", 500), refill("2026-04-01", 2000)])
        >>> device_changes({"refills": refills}, zone="UTC")[["what", "row"]].values.tolist()
        [['strength', 2]]

    Source:
        By definition.
    """
    found = []
    for name, stem in (("doses", "effective"), ("refills", "filled")):
        if name in frames:
            found.append(_new_strengths(frames[name], stem, zone=zone).assign(what="strength"))
    for name, what in (("catheters", "catheter"), ("pumps", "pump")):
        if name in frames:
            found.append(moments.placed(frames[name], "implanted", zone=zone).assign(what=what))
    parts = [part[list(DEVICE)].astype(DEVICE) for part in found]
    made = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(DEVICE))
    return moments.typed(made.sort_values(["patient", "moment", "what", "row"], kind="stable"), DEVICE)


def _new_strengths(stating: pd.DataFrame, stem: str, *, zone: str) -> pd.DataFrame:
    """The rows that state another strength than the last of the patient that stated any."""
    wanted = ["patient", "row", "first_row", f"{stem}_at", f"{stem}_on", "concentration_mcg_per_ml"]
    stated = stating[[name for name in wanted if name in stating.columns]]
    has = stated["concentration_mcg_per_ml"].notna()
    ordered = moments.in_order(stated if has.all() else stated[has], stem, zone=zone)
    strength = ordered["concentration_mcg_per_ml"].to_numpy()
    return ordered[runs.begins(strength) & ~runs.begins(ordered["patient"])]


def changes(stairs: pd.DataFrame) -> pd.DataFrame:
    """Each change from one program to the next, with its direction.

    The first program of a patient, and one after a break, has none before it and is no change.

    Args:
        stairs: What `dose.staircase` gives.

    Returns:
        By patient and start: patient (str), record (str: dose_change, or readout where it was found), row (int64), start (datetime64[us, UTC]), by_day (bool), since
        (datetime64[us, UTC]: when the program before began), since_by_day (bool), until (datetime64[us, UTC]:
        the next change, a break, or the end of the staircase), from_mcg_per_day,
        dose_mcg_per_day, change_mcg_per_day (float64, mcg/day), direction (str: "increase", "decrease", or
        "other": another class of mode, another schedule of the same daily dose, or a dose that was not read), is_unexplained (bool:
        the program was found changed, it is not known when).

    Example:
        >>> from titration.columns import of_records
        >>> from titration.derive.dose import staircase
        >>> from titration.records import KINDS, DoseChange
        >>> def dose(on, mcg):
        ...     return DoseChange(patient="P001", effective_on=on, mode="simple continuous", dose_mcg_per_day=mcg)
        >>> doses = of_records(KINDS["dose_change"], [dose("2026-01-01", 100), dose("2026-02-01", 120)])
        >>> stairs = staircase(doses, zone="UTC", until=pd.Timestamp("2026-03-01T00:00Z"))
        >>> changes(stairs)[["change_mcg_per_day", "direction"]].values.tolist()
        [[20.0, 'increase']]

    Source:
        By definition.
    """
    held = lasting(stairs)
    start, end = (held[name].to_numpy(dtype="datetime64[us]") for name in ("start", "end"))
    is_change, unexplained = held["is_change"].to_numpy(), held["is_unexplained"].to_numpy()
    follows = ~runs.begins(held["patient"])
    follows[1:] &= start[1:] == end[:-1]
    begins = is_change | ~follows | unexplained
    first = np.flatnonzero(
        begins
    )  # of each stretch of one program: each of its intervals begins where the one before ends
    stretch, last = np.cumsum(begins) - 1, np.append(first[1:], len(held)) - 1
    at = np.flatnonzero(follows & is_change)
    before = first[stretch[at - 1]]
    dose = held["dose_mcg_per_day"].to_numpy(dtype="float64", na_value=np.nan)
    new, old = dose[at], dose[at - 1]
    mode = _classes(held["mode"])
    other = (mode[at] != mode[at - 1]) | (mode[at] < 0) | (new == old) | np.isnan(new - old)
    way = np.where(other, 2, np.where(new > old, 0, 1))
    made = {name: held[name].array.take(at) for name in ("patient", "record", "row", "start", "by_day")}
    made |= {
        "since": held["start"].array.take(before),
        "since_by_day": held["by_day"].array.take(before),
        "until": held["end"].array.take(last[stretch[at]]),
        "from_mcg_per_day": old,
        "dose_mcg_per_day": new,
        "change_mcg_per_day": new - old,
        "direction": runs.words(DIRECTIONS, way),
        "is_unexplained": unexplained[at - 1],
    }
    return moments.typed(pd.DataFrame(made, copy=False), CHANGES)


DIRECTIONS = ("increase", "decrease", "other")


def lasting(stairs: pd.DataFrame) -> pd.DataFrame:
    """The intervals that last, and those that nothing recorded ended.

    Args:
        stairs: What `dose.staircase` gives.

    Example:
        >>> at = pd.Series(pd.to_datetime(["2026-01-01T00:00Z", "2026-01-02T00:00Z"]))
        >>> lasting(pd.DataFrame({"start": at, "end": at[1], "is_open": False})).index.tolist()
        [0]

    Source:
        By definition.
    """
    start, end = (stairs[name].to_numpy(dtype="datetime64[us]") for name in ("start", "end"))
    lasts = (end > start) | stairs["is_open"].to_numpy()
    return stairs if lasts.all() else stairs[lasts]


def _classes(modes: pd.Series) -> npt.NDArray[np.int64]:
    """The class of each mode as a number, -1 where it has none."""
    place, known = grouped.places(modes)
    classes = list(CLASSES.values())
    return np.array([*(classes.index(CLASSES[mode]) if mode in CLASSES else -1 for mode in known), -1])[place]


FIRST_SECOND = 1 << 33
_BITS = 35


def seconds(instants: pd.Series) -> npt.NDArray[np.int64]:
    """Whole seconds since 1970 of instants that are all there.

    Args:
        instants: Instants (datetime64, UTC).

    Returns:
        Array (int64, s).

    Example:
        >>> seconds(pd.Series(pd.to_datetime(["1970-01-02T00:00Z"]))).tolist()
        [86400]

    Source:
        By definition.
    """
    made: npt.NDArray[np.int64] = instants.dt.tz_localize(None).to_numpy().astype("datetime64[s]").astype("int64")
    return made


def keyed(group: npt.NDArray[Any], second: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
    """One number for a group and a second, that sorts by both.

    Args:
        group: Group of each, from 0.
        second: Seconds since 1970, of the years 1900 to 2199; fractions go up.

    Returns:
        Array (int64).

    Example:
        >>> bool(keyed(np.array([0]), np.array([7e9]))[0] < keyed(np.array([1]), np.array([-2e9]))[0])
        True

    Source:
        By definition.
    """
    whole = second if second.dtype.kind == "i" else np.ceil(second)
    made: npt.NDArray[np.int64] = (group.astype("int64", copy=False) << _BITS) + FIRST_SECOND
    made += whole.astype("int64", copy=False)
    return made


def beside(changed: pd.DataFrame, device: pd.DataFrame, *, zone: str) -> pd.DataFrame:
    """The changes of the device on the day of each dose change, last before it and first after it.

    Args:
        changed: What `changes` gives.
        device: What `device_changes` gives.
        zone: IANA name.

    Returns:
        Index of `changed`; seconds since 1970 (float64): on_start, on_late (first and last on that day; infinite
        and minus infinite when there is none), before_late (last before that day; minus infinite), following
        (first after that day; infinite); what (str: which it is, on that day or before).

    Example:
        >>> from titration.derive.cuts import CHANGES
        >>> none = moments.typed(pd.DataFrame(columns=list(CHANGES)), CHANGES)
        >>> beside(none, device_changes({}, zone="UTC"), zone="UTC").empty
        True

    Source:
        By definition.
    """
    patient = grouped.places(pd.concat([changed["patient"], device["patient"]], ignore_index=True))[0]
    whose, of = patient[: len(changed)], patient[len(changed) :]
    moment = seconds(device["moment"])
    order = np.argsort(keyed(of, moment), kind="stable")
    key, moment = keyed(of, moment)[order], np.append(moment[order].astype("float64"), np.inf)
    by_day = device["by_day"].to_numpy()[order]
    late = np.append(certain(device["moment"], device["by_day"], zone=zone)[order], -np.inf)
    code, names = grouped.places(device["what"])
    what = np.append(code[order], len(names))
    day = moments.local_day(changed["start"], zone=zone)
    start, end = (seconds(moments.day_start(day + pd.Timedelta(days=n), zone=zone)) for n in (0, 1))
    base = np.searchsorted(key, keyed(whose, np.full(len(changed), -FIRST_SECOND)))
    low, high = (np.searchsorted(key, keyed(whose, edge)) for edge in (start, end))
    top = np.searchsorted(key, keyed(whose + 1, np.full(len(changed), -FIRST_SECOND)))
    is_on, none = high > low, len(key)
    days_before = np.append(0, np.cumsum(by_day))
    untimed = days_before[high] > days_before[low]
    last = np.where(low > base, low - 1, none)
    made = {
        "on_start": moment[np.where(is_on, low, none)],
        "on_late": np.where(untimed, end, late[np.where(is_on, high - 1, none)]),
        "before_late": late[last],
        "following": moment[np.where(high < top, high, none)],
        "what": runs.words([*names, ""], what[np.where(is_on, low, last)]),
    }
    return pd.DataFrame(made, index=changed.index)


def _day_end(instants: pd.Series, *, zone: str) -> npt.NDArray[np.int64]:
    """The second the day of each ends."""
    following = moments.local_day(instants, zone=zone) + pd.Timedelta(days=1)
    return seconds(moments.day_start(following, zone=zone))


def certain(instants: pd.Series, by_day: pd.Series, *, zone: str) -> npt.NDArray[np.float64]:
    """The second by which each has surely begun: its own, or the end of its day where only that is known.

    Args:
        instants: Instants (datetime64, UTC).
        by_day: Whether only the day is known.
        zone: IANA name.

    Returns:
        Array (float64, s since 1970).

    Example:
        >>> day = pd.Series(pd.to_datetime(["1970-01-01T00:00Z"]))
        >>> certain(day, pd.Series([True]), zone="UTC").tolist()
        [86400.0]

    Source:
        By definition.
    """
    made, untimed = seconds(instants).astype("float64"), by_day.to_numpy(dtype=bool)
    made[untimed] = _day_end(instants[untimed], zone=zone)
    return made
