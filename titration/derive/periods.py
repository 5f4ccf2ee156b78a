"""The day of one program beside that of another, cut wherever either changes its rate.

Imports `moments`, `segments`, `records` (for its words). It subtracts what is programmed; it judges no dose.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from titration.derive import moments
from titration.derive.segments import WEEKDAYS
from titration.records.programs import DAY_MIN, EVERY_DAY

DAY = ["patient", "weekday"]
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
        >>> def even(rate):
        ...     day = {"of": 1, "patient": "P001", "weekday": "every day", "part": "rate", "start_min": 0}
        ...     return pd.DataFrame([{**day, "end_min": 1440.0, "rate_mcg_per_h": rate, "amount_mcg": 24 * rate}])
        >>> periods(even(6.0), even(5.0))[["start_min", "end_min", "difference_mcg"]].values.tolist()
        [[0.0, 1440.0, 24.0]]

    Source:
        Rate x duration, and boluses, of the one less those of the other; by definition.
    """
    both = pd.concat([schedule, before], ignore_index=True)
    weekly = both.loc[both["weekday"] != EVERY_DAY, "patient"].unique()
    now, then = (_by_weekday(given, weekly) for given in (schedule, before))
    cut = pd.concat([now, then], ignore_index=True)
    cut = cut.assign(start_min=cut["start_min"].where(cut["part"] != "bolus", 0))
    cut = cut[[*DAY, "place", "start_min"]].drop_duplicates()
    cut = cut.sort_values(["patient", "place", "start_min"], kind="stable", ignore_index=True)
    following = cut.groupby(["patient", "place"])["start_min"].shift(-1)
    cut = cut.assign(end_min=following.fillna(DAY_MIN))
    (rate, amount), (old_rate, old_amount) = (_amounts(cut, given) for given in (now, then))
    made = cut.assign(before_mcg_per_h=old_rate, rate_mcg_per_h=rate, before_mcg=old_amount, amount_mcg=amount)
    made["difference_mcg"] = (made["amount_mcg"] - made["before_mcg"]).round(9)
    return moments.typed(made, PERIODS)


def _by_weekday(given: pd.DataFrame, weekly: np.ndarray) -> pd.DataFrame:
    """The parts of each weekday where the days of a patient differ, with its place in the week."""
    number = {EVERY_DAY: -1, **{name: place for place, name in enumerate(WEEKDAYS)}}
    kept = [*DAY, "part", "start_min", "rate_mcg_per_h", "amount_mcg"]
    given = given[kept].assign(place=given["weekday"].map(number).astype("int64"))
    spread = given["patient"].isin(weekly) & (given["weekday"] == EVERY_DAY)
    n = np.where(spread, len(WEEKDAYS), 1)
    made = given.take(np.repeat(np.arange(len(given)), n)).reset_index(drop=True)
    step = np.arange(len(made)) - np.repeat(np.cumsum(n) - n, n)
    place = made["place"].where(~np.repeat(spread.to_numpy(), n), pd.Series(step)).astype("int64")
    names = np.array([EVERY_DAY, *WEEKDAYS], dtype=object)[place.to_numpy() + 1]
    return made.assign(place=place, weekday=pd.Series(names, dtype="str"))


def _amounts(cut: pd.DataFrame, given: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Rate and amount of that program in each period; missing where its patient has none."""
    key = ["patient", "place"]
    left = cut.assign(at=np.arange(len(cut))).sort_values("start_min", kind="stable")
    steps = given[given["part"] != "bolus"].sort_values("start_min", kind="stable")
    met = pd.merge_asof(left, steps[[*key, "start_min", "rate_mcg_per_h"]], on="start_min", by=key)
    met = met.sort_values("at", kind="stable", ignore_index=True)
    has = cut["patient"].isin(given["patient"])
    rate = met["rate_mcg_per_h"].astype("float64").fillna(0.0).where(has)
    boluses = given[given["part"] == "bolus"].sort_values("start_min", kind="stable")
    placed = pd.merge_asof(
        boluses[[*key, "start_min", "amount_mcg"]], left[[*key, "start_min", "at"]], on="start_min", by=key
    )
    extra = placed.groupby("at")["amount_mcg"].sum().reindex(np.arange(len(cut))).fillna(0.0)
    hours = (cut["end_min"] - cut["start_min"]) / 60
    return rate, rate * hours + extra.to_numpy()
