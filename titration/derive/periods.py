"""The day of one program beside that of another, cut wherever either changes its rate.

Imports `grouped`, `runs`, `segments`, `records` (for its words). It subtracts what is programmed; it judges no dose.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from titration.derive import grouped, runs
from titration.derive.segments import WEEKDAYS
from titration.records.programs import DAY_MIN, EVERY_DAY

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd

    Places = npt.NDArray[np.int64]

PERIODS = {
    "patient": "str",
    "weekday": "str",
    "start_min": "int64",
    "end_min": "int64",
    "before_mcg_per_h": "float64",
    "rate_mcg_per_h": "float64",
    "before_mcg": "float64",
    "amount_mcg": "float64",
    "difference_mcg": "float64",
}


def periods(schedule: pd.DataFrame, before: pd.DataFrame) -> pd.DataFrame:
    """Each part of the day between two changes of rate: what the program gives then, what the one before it gave.

    Both are by the pump's clock. A timed bolus counts in the period it begins in. A patient whose program is
    not in one of the two has no amount there, which is not 0.

    Args:
        schedule: What `program.schedule` gives, of one program for each patient.
        before: The same of the program each had before.

    Returns:
        By patient, weekday and start: patient (str), weekday (str; "every day" where no day of either differs),
        start_min, end_min (int64, min by the pump's clock), before_mcg_per_h, rate_mcg_per_h (float64, mcg/h:
        without boluses), before_mcg, amount_mcg (float64, mcg: with boluses), difference_mcg (float64, mcg:
        amount less before).

    Example:
        >>> import pandas as pd
        >>> def even(rate):
        ...     day = {"of": 1, "patient": "P001", "weekday": "every day", "part": "rate", "start_min": 0}
        ...     return pd.DataFrame([{**day, "end_min": 1440.0, "rate_mcg_per_h": rate, "amount_mcg": 24 * rate}])
        >>> periods(even(6.0), even(5.0))[["start_min", "end_min", "difference_mcg"]].values.tolist()
        [[0.0, 1440.0, 24.0]]

    Source:
        Rate x duration, and boluses, of the one less those of the other; by definition.
    """
    (now, then), patients = runs.together(schedule["patient"], before["patient"])
    differs = [
        of[np.flatnonzero(given["weekday"].array != EVERY_DAY)] for given, of in ((schedule, now), (before, then))
    ]
    is_weekly = np.zeros(len(patients), dtype=bool)
    is_weekly[np.concatenate(differs)] = True
    parts = [_by_weekday(given, of, is_weekly) for given, of in ((schedule, now), (before, then))]
    key = np.unique(np.concatenate([part.key - np.where(part.is_bolus, part.key % _DAY_SPAN, 0) for part in parts]))
    day, start = key // _DAY_SPAN, key % _DAY_SPAN
    end = np.where(
        np.append(day[1:] != day[:-1], [True])[: len(key)], DAY_MIN, np.append(start[1:], DAY_MIN)[: len(key)]
    )
    (rate, amount), (old_rate, old_amount) = (_amounts(key, end - start, part) for part in parts)
    return runs.framed({
        "patient": runs.words(patients, day // _WEEK),
        "weekday": runs.words([EVERY_DAY, *WEEKDAYS], day % _WEEK),
        "start_min": start,
        "end_min": end,
        "before_mcg_per_h": old_rate,
        "rate_mcg_per_h": rate,
        "before_mcg": old_amount,
        "amount_mcg": amount,
        "difference_mcg": (amount - old_amount).round(9),
    }, PERIODS)  # fmt: skip


_WEEK: Final = len(WEEKDAYS) + 1
_DAY_SPAN: Final = 2048
"""More than the minutes of a day: a day and a minute of it are one number."""


@dataclass(frozen=True, eq=False)
class _Parts:
    """Parts of the day in order; `key` is the patient, the day of the week and the minute it begins, as one number."""

    key: Places
    is_bolus: npt.NDArray[np.bool_]
    rate_mcg_per_h: npt.NDArray[np.float64]
    amount_mcg: npt.NDArray[np.float64]


def _by_weekday(given: pd.DataFrame, patient: Places, is_weekly: npt.NDArray[np.bool_]) -> _Parts:
    """The parts of each weekday where the days of a patient differ."""
    number = {EVERY_DAY: 0, **{name: place for place, name in enumerate(WEEKDAYS, 1)}}
    code, texts = grouped.places(given["weekday"])
    place = np.array([number[text] for text in texts], dtype="int64")[code]
    spread = is_weekly[patient] & (place == 0)
    of, each = grouped.spans(np.where(spread, 1, place), np.where(spread, len(WEEKDAYS), place) + 1)
    key = (patient[of] * _WEEK + each) * _DAY_SPAN + given["start_min"].to_numpy(dtype="int64")[of]
    order = np.argsort(key, kind="stable")
    of = of[order]
    is_bolus = np.asarray(given["part"].array == "bolus", dtype=bool)[of]
    return _Parts(key[order], is_bolus, *(runs.floats(given[name])[of] for name in ("rate_mcg_per_h", "amount_mcg")))


def _amounts(key: Places, minutes: Places, given: _Parts) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Rate and amount of that program in each period; missing where its patient has none."""
    steps, boluses = np.flatnonzero(~given.is_bolus), np.flatnonzero(given.is_bolus)
    at = np.searchsorted(given.key[steps], key, side="right") - 1
    own = np.append(given.key[steps], [-1])[at] // _DAY_SPAN == key // _DAY_SPAN
    rate = np.where(own, np.append(given.rate_mcg_per_h[steps], [np.nan])[at], 0.0)
    rate = np.where(np.isnan(rate), 0.0, rate)
    of_patient = _WEEK * _DAY_SPAN
    rate[~np.isin(key // of_patient, given.key // of_patient)] = np.nan
    period = np.searchsorted(key, given.key[boluses], side="right") - 1
    extra = np.bincount(period, weights=np.nan_to_num(given.amount_mcg[boluses]), minlength=len(key))
    return rate, rate * (minutes / 60) + extra
