"""Goals with their latest rating, and the Goal Attainment Scaling T score.

Imports `grouped`, `moments`, `runs`. A goal nobody rated is counted as not rated, never as not reached.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from titration.derive import grouped, moments, runs

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
    given = goal_ratings[goal_ratings["rated_on"] <= last_day]
    (whose, rater), _ = runs.together(known["patient"], given["patient"])
    row, goal = known["row"].to_numpy(dtype="int64"), given["goal"].to_numpy(dtype="int64")
    order = np.lexsort((row, known["set_on"].to_numpy(), whose))
    known, whose, row = known.take(order), whose[order], row[order]
    rated_last = np.lexsort((given["first_row"].to_numpy(), given["rated_on"].to_numpy(), goal, rater))
    goal, rater = goal[rated_last], rater[rated_last]
    first = np.flatnonzero(runs.begins(rater, goal))  # of the ratings of each goal
    after = np.append(first[1:], len(goal))[: len(first)]
    wide = 1 + max(row.max(initial=0), goal.max(initial=0))
    met = runs.matched(whose * wide + row, rater[first] * wide + goal[first])
    place = np.append(rated_last[after - 1], -1)[met]
    assumed = known["importance"].isna() | known["difficulty"].isna()
    made = known.assign(
        goal=row,
        weight=known["importance"].fillna(1) * known["difficulty"].fillna(1),
        is_weight_assumed=assumed,
        rating_row=runs.whole(np.append(given["row"].to_numpy(), 0)[place], place < 0),
        times_rated=np.append(after - first, 0)[met],
        **{name: runs.taken(given[name].array, place) for name in ("rated_on", "rating", "reporter")},
    )
    return moments.typed(made, RATED)


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
    why = np.select([n_rated == 0, spread == 0], [0, 1], default=-1)
    last = rated_goals["rated_on"].astype(moments.DAY).groupby(patients.of).max()
    made = patients.keys.assign(
        n_goals=np.bincount(patients.of, minlength=count),
        n_rated=n_rated,
        n_weights_assumed=total((is_rated & rated_goals["is_weight_assumed"].to_numpy()).astype("float64")),
        last_rated_on=last,
        gas_t=scored,
        baseline_gas_t=np.where(lacking, np.nan, started),
        undefined=runs.words(["no goal is rated", "all weights are 0"], why),
    )
    return moments.typed(made, GAS)


def _t(weighted: npt.NDArray[np.float64], spread: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return 50 + 10 * weighted / np.where(spread > 0, spread, np.nan)
