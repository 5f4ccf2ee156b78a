"""The day of a program by the pump's clock: its segments, what they add up to, how many steps there are.

Imports `grouped`, `moments`, `runs`, `records` (for its words). It is the program; what left the pump nobody knows.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from titration.derive import grouped, moments, runs
from titration.records import programs
from titration.records.programs import DAY_MIN, EVERY_DAY

if TYPE_CHECKING:
    import numpy.typing as npt

    Places = npt.NDArray[np.int64]
    Floats = npt.NDArray[np.float64]

WEEKDAYS = programs.WEEKDAYS[1:]
MOST_STEPS = 13
"""Steps a day a SynchroMed II takes (Medtronic, patient information, UK); more is told, not refused."""
SEGMENTS = {
    "of": "int64",
    "weekday": "str",
    "part": "str",
    "start_min": "int64",
    "end_min": "float64",
    "rate_mcg_per_h": "float64",
    "amount_mcg": "float64",
}
SUMS = {"of": "int64", "weekday": "str", "from_steps": "float64", "from_boluses": "float64", "boluses": "int64"}
STEPS_PER_DAY = {"of": "int64", "weekday": "str", "steps": "int64"}


def segments(dose_steps: pd.DataFrame, timed_boluses: pd.DataFrame | None = None) -> pd.DataFrame:
    """The day of each program with steps or timed boluses, as segments of one rate and as boluses.

    A step runs to the next one, across midnight too: before a day's first step the last rate of the day
    before goes on. A weekday with steps of its own has those in the place of those of every day; so with
    boluses. A bolus is given beside the rate that runs, and belongs to the day it begins on.

    Args:
        dose_steps: Steps; `of` is the row of the dose change.
        timed_boluses: Timed boluses; `of` likewise.

    Returns:
        By `of`, weekday, part and start: of (int64), weekday (str; "every day" where the days of the
        program do not differ, else each of the seven), part (str: "step" or "bolus"), start_min (int64,
        min by the pump's clock), end_min (float64, min; of a bolus past 1440 when it runs over
        midnight, missing when its duration is not stated), rate_mcg_per_h (float64, mcg/h; of a bolus
        its amount over its duration), amount_mcg (float64, mcg).

    Example:
        >>> steps = pd.DataFrame(
        ...     {"of": 1, "weekday": "every day", "start_min": [360, 1320], "rate_mcg_per_h": [8.0, 4]}
        ... )
        >>> segments(steps)[["start_min", "end_min", "amount_mcg"]].values.tolist()
        [[0.0, 360.0, 24.0], [360.0, 1320.0, 128.0], [1320.0, 1440.0, 8.0]]

    Source:
        By definition.
    """
    if dose_steps.empty and (timed_boluses is None or timed_boluses.empty):
        return moments.typed(pd.DataFrame(columns=list(SEGMENTS)), SEGMENTS)
    laid = _laid_out(dose_steps, timed_boluses)
    return runs.framed({
        "of": laid.days.of[laid.day],
        "weekday": _names(laid.days, laid.day),
        "part": runs.words(("step", "bolus"), laid.is_bolus.astype("int64")),
        "start_min": laid.start_min,
        "end_min": laid.end_min,
        "rate_mcg_per_h": laid.rate_mcg_per_h,
        "amount_mcg": laid.amount_mcg,
    }, SEGMENTS)  # fmt: skip


@dataclass(frozen=True, eq=False)
class _Days:
    """The days each program has, in order: one when all are alike, else seven.

    Attributes:
        of: The program.
        place: Its place in the week.
        n: How many days the program has.
    """

    of: Places
    place: Places
    n: Places


@dataclass(frozen=True, eq=False)
class _Laid:
    """Segments and boluses of the days, in order; `day` is the place of each among the days, the rest as in `SEGMENTS`."""

    days: _Days
    day: Places
    is_bolus: npt.NDArray[np.bool_]
    start_min: Places
    end_min: Floats
    rate_mcg_per_h: Floats
    amount_mcg: Floats


def _laid_out(dose_steps: pd.DataFrame, timed_boluses: pd.DataFrame | None) -> _Laid:
    given = [dose_steps] if timed_boluses is None else [dose_steps, timed_boluses]
    days = _days(*given)
    ran = _ran(days, dose_steps)
    if timed_boluses is None or timed_boluses.empty:
        return ran
    gave = _gave(days, timed_boluses)
    names = [field.name for field in fields(_Laid) if field.name != "days"]
    both = {name: np.append(getattr(ran, name), getattr(gave, name)) for name in names}
    order = np.argsort(2 * both["day"] + both["is_bolus"], kind="stable")
    return _Laid(days, **{name: values[order] for name, values in both.items()})


def _days(*parts: pd.DataFrame) -> _Days:
    of = np.concatenate([_of(part) for part in parts])
    differs = np.concatenate([_number(part["weekday"]) >= 0 for part in parts])
    programs = np.unique(of)
    n = np.ones(len(programs), dtype="int64")
    n[np.searchsorted(programs, of[differs])] = len(WEEKDAYS)
    which, place = grouped.spans(np.zeros(len(n), dtype="int64"), n)
    return _Days(programs[which], place, n[which])


def _of(parts: pd.DataFrame) -> Places:
    return parts["of"].to_numpy(dtype="int64")


def _number(weekday: pd.Series) -> Places:
    """The place of each weekday in the week; -1 is every day."""
    place, texts = grouped.places(weekday)
    number = {EVERY_DAY: -1, **{name: place for place, name in enumerate(WEEKDAYS)}}
    return np.array([number[text] for text in texts], dtype="int64")[place]


def _names(days: _Days, day: Places) -> Any:
    """The names of those days."""
    return runs.words([EVERY_DAY, *WEEKDAYS], np.where(days.n == 1, 0, days.place + 1)[day])


def _on_days(days: _Days, parts: pd.DataFrame) -> tuple[Places, Places]:
    """The parts of each day by start, its own or those of every day: their places, and how many each day has."""
    start = parts["start_min"].to_numpy(dtype="int64")
    key = _of(parts) * _WEEK + _number(parts["weekday"]) + 1
    order = np.lexsort((start, key))
    key = key[order]
    every, own = days.of * _WEEK, days.of * _WEEK + days.place + 1
    low, high = np.searchsorted(key, own), np.searchsorted(key, own, side="right")
    is_own = (days.n > 1) & (low < high)
    low = np.where(is_own, low, np.searchsorted(key, every))
    high = np.where(is_own, high, np.searchsorted(key, every, side="right"))
    return order[grouped.spans(low, high)[1]], high - low


_WEEK: Final = len(WEEKDAYS) + 1


def _ran(days: _Days, dose_steps: pd.DataFrame) -> _Laid:
    """Steps of days as segments from 00:00 to 24:00."""
    at, n = _on_days(days, dose_steps)
    day, first, has = np.repeat(np.arange(len(n)), n), np.cumsum(n) - n, n > 0
    last = first + n - 1
    start, rate = dose_steps["start_min"].to_numpy(dtype="int64")[at], runs.floats(dose_steps["rate_mcg_per_h"])[at]
    end = np.append(start[1:], DAY_MIN)[: len(start)]
    end[last[has]] = DAY_MIN
    # before the first step of a day the last one of the day before goes on
    before = np.arange(len(n)) - 1 + np.where(days.place == 0, days.n, 0)
    late = np.flatnonzero(has & has[before])
    late = late[start[first[late]] > 0]
    begun = first[late]
    day, end = np.insert(day, begun, late), np.insert(end, begun, start[begun])
    rate, start = np.insert(rate, begun, rate[last[before[late]]]), np.insert(start, begun, 0)
    amount = rate * ((end - start) / 60)
    return _Laid(days, day, np.zeros(len(day), dtype=bool), start, end.astype("float64"), rate, amount)


def _gave(days: _Days, boluses: pd.DataFrame) -> _Laid:
    """The boluses of days; one whose duration is not stated, or is 0, has no rate."""
    at, n = _on_days(days, boluses)
    start = boluses["start_min"].to_numpy(dtype="int64")[at]
    amount, minutes = (runs.floats(boluses[name])[at] for name in ("dose_mcg", "duration_min"))
    rate = 60 * amount / np.where(minutes > 0, minutes, np.nan)
    day = np.repeat(np.arange(len(n)), n)
    return _Laid(days, day, np.ones(len(day), dtype=bool), start, start + minutes, rate, amount)


def weekday_sums(dose_steps: pd.DataFrame, timed_boluses: pd.DataFrame | None = None) -> pd.DataFrame:
    """What the steps and what the timed boluses of each program make on each of its days.

    Args:
        dose_steps: Steps.
        timed_boluses: Timed boluses.

    Returns:
        By `of` and weekday: of (int64), weekday (str; "every day" when the days do not differ),
        from_steps, from_boluses (float64, mcg), boluses (int64: how many). Of a program of boluses
        alone a day without one has 0.

    Example:
        >>> steps = pd.DataFrame({"of": 1, "weekday": "every day", "start_min": [0], "rate_mcg_per_h": [60.0]})
        >>> weekday_sums(steps)["from_steps"].tolist()
        [1440.0]

    Source:
        Sum of rate x duration, and of the boluses; by definition.
    """
    if dose_steps.empty and (timed_boluses is None or timed_boluses.empty):
        return moments.typed(pd.DataFrame(columns=list(SUMS)), SUMS)
    laid = _laid_out(dose_steps, timed_boluses)
    days, amount = laid.days, laid.amount_mcg
    # pandas adds with a carry: numpy's own sums differ from it in the last bit
    amounts = pd.DataFrame(
        {"steps": np.where(laid.is_bolus, 0.0, amount), "boluses": np.where(laid.is_bolus, amount, 0.0)}
    )
    found = amounts.groupby(laid.day).sum()
    sums = np.zeros((2, len(days.of)))
    sums[:, found.index.to_numpy()] = found.to_numpy().T
    # of a program of boluses alone a day without one has 0; another has no such day
    has = np.bincount(laid.day, minlength=len(days.of)) > 0
    keep = has | (runs.matched(days.of, np.unique(_of(dose_steps))) < 0)
    n = np.bincount(laid.day, weights=laid.is_bolus, minlength=len(days.of))
    made = {"of": days.of, "weekday": _names(days, np.arange(len(has))), "boluses": n}
    made |= {"from_steps": sums[0], "from_boluses": sums[1]}
    return runs.framed({name: values[keep] for name, values in made.items()}, SUMS)


def steps_per_day(dose_steps: pd.DataFrame) -> pd.DataFrame:
    """How many steps each program changes by on each of its days.

    Args:
        dose_steps: Steps.

    Returns:
        By `of` and weekday: of (int64), weekday (str), steps (int64). `MOST_STEPS` is what a
        SynchroMed II takes a day; more of them are told about the record, not refused.

    Example:
        >>> steps = pd.DataFrame({"of": 1, "weekday": "every day", "start_min": [0, 360], "rate_mcg_per_h": [4.0, 8]})
        >>> steps_per_day(steps)["steps"].tolist()
        [2]

    Source:
        By definition.
    """
    if dose_steps.empty:
        return moments.typed(pd.DataFrame(columns=list(STEPS_PER_DAY)), STEPS_PER_DAY)
    days = _days(dose_steps)
    n = _on_days(days, dose_steps)[1]
    has = np.flatnonzero(n)
    return runs.framed({"of": days.of[has], "weekday": _names(days, has), "steps": n[has]}, STEPS_PER_DAY)
