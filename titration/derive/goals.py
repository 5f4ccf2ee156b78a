"""Goals with their latest rating, and the Goal Attainment Scaling T score.

Imports `grouped`, `moments`. A goal nobody rated is counted as not rated, never as not reached.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from titration.derive import grouped, moments

if TYPE_CHECKING:
    from datetime import date

    import numpy.typing as npt

RHO: Final = 0.3
"""The correlation assumed between goals, as the scale's authors do."""

RATED = {
    "patient": "str",
    "goal": "int64",
    "set_on": moments.DAY,
    "words": "str",
    "domain": "str",
    "importance": "Int64",
    "difficulty": "Int64",
    "weight": "int64",
    "is_weight_assumed": "bool",
    "baseline": "Int64",
    "due_on": moments.DAY,
    "rating_row": "Int64",
    "rated_on": moments.DAY,
    "rating": "Int64",
    "reporter": "str",
    "times_rated": "int64",
}
GAS = {
    "patient": "str",
    "n_goals": "int64",
    "n_rated": "int64",
    "n_weights_assumed": "int64",
    "last_rated_on": moments.DAY,
    "gas_t": "float64",
    "baseline_gas_t": "float64",
    "undefined": "str",
}


def rated(goals: pd.DataFrame, goal_ratings: pd.DataFrame, *, at: date) -> pd.DataFrame:
    """Each goal set by a day, with its latest rating up to that day.

    Args:
        goals: Goals.
        goal_ratings: Ratings; of two on one day the later row counts.
        at: The day, included.

    Returns:
        One row per goal, by patient, day it was set and row: patient (str), goal (int64: its row), set_on
        (datetime64[s]), words, domain (str), importance, difficulty (Int64, 0 to 3), weight (int64: their
        product, where 1 stands for one that is not given), is_weight_assumed (bool: one was not given),
        baseline (Int64), due_on (datetime64[s]), rating_row (Int64), rated_on (datetime64[s]), rating (Int64,
        -2 to 2; missing when nobody rated it), reporter (str), times_rated (int64).

    Example:
        >>> from datetime import date
        >>> from titration.columns import of_records
        >>> from titration.records import KINDS, Goal, GoalRating
        >>> goal = Goal(patient="P001", set_on="2026-01-12", words="sit through a film", importance=3, difficulty=2)
        >>> given = [
        ...     GoalRating(patient="P001", goal=1, rated_on=f"2026-0{m}-01", rating=r) for m, r in ((3, -1), (7, 1))
        ... ]
        >>> goals, ratings = of_records(KINDS["goal"], [goal]), of_records(KINDS["goal_rating"], given)
        >>> rated(goals, ratings, at=date(2026, 6, 30))[["weight", "rating"]].values.tolist()
        [[6, -1]]

    Source:
        Weight = importance x difficulty (Kiresuk & Sherman 1968, doi:10.1007/BF01530764; the weights as in
        Turner-Stokes 2009, doi:10.1177/0269215508101742).
    """
    last_day = pd.Timestamp(at)
    known = goals[goals["set_on"] <= last_day]
    given = goal_ratings[goal_ratings["rated_on"] <= last_day].sort_values(["rated_on", "first_row"], kind="stable")
    times = given.groupby(["patient", "goal"]).size().rename("times_rated").reset_index()
    latest = given.drop_duplicates(["patient", "goal"], keep="last").rename(columns={"row": "rating_row"})
    latest = latest[["patient", "goal", "rating_row", "rated_on", "rating", "reporter"]].merge(times)
    assumed = known["importance"].isna() | known["difficulty"].isna()
    weight = known["importance"].fillna(1) * known["difficulty"].fillna(1)
    made = known.assign(goal=known["row"], weight=weight, is_weight_assumed=assumed)
    made = made.merge(latest.astype({"goal": "int64"}), on=["patient", "goal"], how="left")
    made["times_rated"] = made["times_rated"].fillna(0)
    return moments.typed(made.sort_values(["patient", "set_on", "goal"], kind="stable"), RATED)


def gas_t(rated_goals: pd.DataFrame, *, rho: float = RHO) -> pd.DataFrame:
    """The Goal Attainment Scaling T score of each patient, over the goals that are rated.

    50 stands for every goal as expected. Goals with importance or difficulty 0 have weight 0 and do not
    move it; where neither is given all goals weigh the same.

    Args:
        rated_goals: What `rated` gives.
        rho: The correlation assumed between goals.

    Returns:
        One row per patient with a goal: patient (str), n_goals, n_rated, n_weights_assumed (int64: of the rated),
        last_rated_on (datetime64[s]), gas_t (float64, T score: mean 50, SD 10), baseline_gas_t (float64: of the same
        goals at the start; missing unless all of them have a baseline), undefined (str: why there is no T score:
        "no goal is rated" or "all weights are 0"; missing when there is one).

    Example:
        >>> goals = pd.DataFrame(
        ...     {"patient": "P001", "weight": [1, 1], "rating": [1, 1], "baseline": [-1, -1], "is_weight_assumed": True}
        ... ).astype({"rating": "Int64", "baseline": "Int64"})
        >>> goals["rated_on"] = pd.Timestamp("2026-07-12")
        >>> gas_t(goals)[["gas_t", "baseline_gas_t"]].round(2).values.tolist()
        [[62.4, 37.6]]

    Source:
        T = 50 + 10 sum(w x) / sqrt((1 - rho) sum(w^2) + rho (sum w)^2), rho = 0.3 (Kiresuk & Sherman 1968,
        doi:10.1007/BF01530764; as corrected after Turner-Stokes 2009, doi:10.1177/0269215508101742).
    """
    patients = grouped.numbered(rated_goals, ["patient"])
    count = len(patients)
    is_rated = rated_goals["rating"].notna().to_numpy()
    weight = np.where(is_rated, rated_goals["weight"].to_numpy(dtype="float64"), 0.0)

    def total(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return np.bincount(patients.of, weights=values, minlength=count).astype("float64")

    spread = np.sqrt((1 - rho) * total(weight**2) + rho * total(weight) ** 2)
    n_rated = total(is_rated.astype("float64"))
    points, baseline = (rated_goals[name].to_numpy(dtype="float64", na_value=np.nan) for name in ("rating", "baseline"))
    lacking = total((is_rated & np.isnan(baseline)).astype("float64")) > 0
    scored, started = (_t(total(weight * np.where(is_rated, x, 0.0)), spread) for x in (points, baseline))
    undefined = np.select([n_rated == 0, spread == 0], ["no goal is rated", "all weights are 0"], default="")
    says = pd.Series(undefined, dtype="str")
    last = rated_goals["rated_on"].astype(moments.DAY).groupby(patients.of).max()
    made = patients.keys.assign(
        n_goals=np.bincount(patients.of, minlength=count),
        n_rated=n_rated,
        n_weights_assumed=total((is_rated & rated_goals["is_weight_assumed"].to_numpy()).astype("float64")),
        last_rated_on=last,
        gas_t=scored,
        baseline_gas_t=np.where(lacking, np.nan, started),
        undefined=says.mask(says == ""),
    )
    return moments.typed(made, GAS)


def _t(weighted: npt.NDArray[np.float64], spread: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return 50 + 10 * weighted / np.where(spread > 0, spread, np.nan)
