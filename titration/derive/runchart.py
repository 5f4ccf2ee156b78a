"""Run charts of weekly medians: the longest run and the crossings beside their limits, and nothing else.

Imports `grouped`, `moments`, `runs`, `score`. Numbers and limits, no word for what they mean; there is no trend rule.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from titration.derive import grouped, moments, runs
from titration.derive.score import SERIES, TYPES

if TYPE_CHECKING:
    from datetime import date

    import numpy.typing as npt

LEAST_USEFUL: Final = 10
CAUTION: Final = (
    "The limits hold for points that do not depend on one another. Weekly scores often do (see the lag-1 correlation), "
    "and then they are passed more often by chance alone. A point passed says nothing of its cause."
)
"""Stands beside every run chart."""

POINTS = {
    **TYPES,
    "week_on": moments.DAY,
    "median": "float64",
    "centre": "float64",
    "lies": "str",
    "run": "Int64",
    "is_crossing": "bool",
}
CHARTS = {
    **TYPES,
    "first_on": moments.DAY,
    "last_on": moments.DAY,
    "n_points": "int64",
    "n_gaps": "int64",
    "centre": "float64",
    "n_centre": "int64",
    "n_useful": "int64",
    "longest_run": "Int64",
    "longest_run_limit": "Int64",
    "crossings": "Int64",
    "crossings_limit": "Int64",
    "lag1_correlation": "float64",
    "lag1_pairs": "int64",
    "insufficient": "str",
}


def longest_run_limit(useful: int) -> int:
    """The longest run that is still within the limit, for that many useful points.

    Args:
        useful: Points that do not lie on the centre.

    Example:
        >>> [longest_run_limit(n) for n in (10, 24, 100)]
        [6, 8, 10]

    Source:
        round(log2 n) + 3: Anhoej & Olesen 2014, doi:10.1371/journal.pone.0113825.
    """
    return round(math.log2(useful)) + 3


def crossings_limit(useful: int) -> int:
    """The fewest crossings that are still within the limit, for that many useful points.

    Args:
        useful: Points that do not lie on the centre.

    Example:
        >>> [crossings_limit(n) for n in (10, 24, 100)]
        [2, 8, 41]

    Source:
        The lower 5 % point of the binomial distribution of n - 1 and one half: Anhoej & Olesen 2014,
        doi:10.1371/journal.pone.0113825.
    """
    trials, summed = useful - 1, 0
    for k in range(useful):  # over counts of crossings, in whole numbers so that nothing is rounded
        summed += math.comb(trials, k)
        if 20 * summed >= 2**trials:
            return k
    return trials


def points(weeks: pd.DataFrame, *, centre_until: date | None = None) -> pd.DataFrame:
    """The points of each series' run chart: on which side of the centre, in which run.

    The centre is the median of the weekly medians: of all, or of a baseline that then stays as it is. Weeks
    left out for too few days are no points, and a run goes on over them. Grades have no run chart.

    Args:
        weeks: What `weekly.weekly` gives.
        centre_until: The last day of the baseline; all weeks that end by then make the centre. None: all weeks.

    Returns:
        One row per point, by series and week: the series (str), week_on (datetime64[s]: its Monday), median,
        centre (float64, points; missing when the baseline has no point), lies (str: "above", "below", "on the
        centre"), run (Int64: number of the run; missing on the centre), is_crossing (bool: the first point on
        the other side).

    Example:
        >>> from titration.derive.weekly import WEEKLY
        >>> points(moments.typed(pd.DataFrame(columns=list(WEEKLY)), WEEKLY)).empty
        True

    Source:
        Perla 2011, doi:10.1136/bmjqs.2009.037895; useful points as in Anhoej & Olesen 2014,
        doi:10.1371/journal.pone.0113825.
    """
    kept = weeks[[*SERIES, "week_on", "median"]][weeks["is_kept"] & weeks["median"].notna()]
    groups = grouped.numbered(kept, SERIES)
    order = np.lexsort((kept["week_on"].to_numpy(), groups.of))
    kept = kept.take(order).reset_index(drop=True)
    whose, median = groups.of[order], kept["median"].to_numpy()
    basis = np.ones(len(kept), dtype=bool)
    if centre_until is not None:
        basis = (kept["week_on"] + pd.Timedelta(days=6) <= pd.Timestamp(centre_until)).to_numpy()
    centre = grouped.middles(np.where(basis, median, np.nan), whose, len(groups)).quantile(0.5)[whose]
    away = np.sign(np.round(median - centre, 9))
    useful = np.isfinite(away) & (away != 0)
    of, sign = whose[useful], away[useful]
    new = runs.begins(of, sign)
    number = np.cumsum(new)
    start = np.zeros(len(groups), dtype="int64")
    start[of[::-1]] = number[::-1]
    run, is_crossing = np.zeros(len(kept), dtype="int64"), np.zeros(len(kept), dtype=bool)
    run[useful], is_crossing[useful] = number - start[of] + 1, new & ~runs.begins(of)
    lies = runs.words(LIES, np.select([away > 0, away < 0, away == 0], [0, 1, 2], default=-1))
    made = kept.assign(centre=centre, lies=lies, run=runs.whole(run, ~useful), is_crossing=is_crossing)
    return moments.typed(made, POINTS)


LIES: Final = ("above", "below", "on the centre")


def run_chart(weeks: pd.DataFrame, *, centre_until: date | None = None) -> pd.DataFrame:
    """The longest run and the crossings of each series, beside their limits.

    Below ten useful points both are missing, and `insufficient` says so.

    Args:
        weeks: What `weekly.weekly` gives.
        centre_until: See `points`.

    Returns:
        One row per series with a point: the series (str), first_on, last_on (datetime64[s]: Mondays), n_points,
        n_gaps (int64: weeks between them without a point), centre (float64, points), n_centre (int64: points
        that made it), n_useful (int64: points not on it), longest_run, crossings (Int64), longest_run_limit
        (Int64: a longer run is outside the limit), crossings_limit (Int64: fewer are outside), lag1_correlation
        (float64, -1 to 1: of neighbouring weeks), lag1_pairs (int64: how many pairs made it), insufficient
        (str: "3 useful points; 10 are needed"; missing when there are enough).

    Example:
        >>> from titration.derive.weekly import WEEKLY
        >>> run_chart(moments.typed(pd.DataFrame(columns=list(WEEKLY)), WEEKLY)).empty
        True

    Source:
        Anhoej & Olesen 2014, doi:10.1371/journal.pone.0113825; `CAUTION` belongs to it.
    """
    given = points(weeks, centre_until=centre_until)
    groups = grouped.numbered(given, SERIES)
    count = len(groups)
    monday = given["week_on"].to_numpy().astype("datetime64[D]").astype("int64")
    on = grouped.middles(monday, groups.of, count)
    useful = given["run"].notna().to_numpy()
    n_useful = np.bincount(groups.of, weights=useful, minlength=count).astype("int64")
    basis = np.ones(len(given), dtype=bool)
    if centre_until is not None:
        basis = (given["week_on"] + pd.Timedelta(days=6) <= pd.Timestamp(centre_until)).to_numpy()
    correlation, pairs = _lag1(given["median"].to_numpy(), monday, groups.of, count)
    enough = n_useful >= LEAST_USEFUL
    numbers = {
        "longest_run": _longest(given, groups.of, count),
        "crossings": np.bincount(groups.of, weights=given["is_crossing"].to_numpy(), minlength=count),
        **_limits(np.where(enough, n_useful, LEAST_USEFUL)),
    }
    says = pd.Series(n_useful, dtype="int64").astype("str") + f" useful points; {LEAST_USEFUL} are needed"
    made = groups.keys.assign(
        first_on=on.low.astype("datetime64[D]").astype("datetime64[s]"),
        last_on=on.high.astype("datetime64[D]").astype("datetime64[s]"),
        n_points=on.n,
        n_gaps=(on.high - on.low) / 7 + 1 - on.n,
        centre=given["centre"].groupby(groups.of).first(),
        n_centre=np.bincount(groups.of, weights=basis, minlength=count),
        n_useful=n_useful,
        lag1_correlation=correlation,
        lag1_pairs=pairs,
        insufficient=says.mask(enough),
        **{name: np.where(enough, values, np.nan) for name, values in numbers.items()},
    )
    return moments.typed(made, CHARTS)


def _limits(useful: npt.NDArray[np.int64]) -> dict[str, npt.NDArray[np.int64]]:
    """Both limits of each; each number of points is looked up once."""
    unique, place = np.unique(useful, return_inverse=True)
    tables = {"longest_run_limit": longest_run_limit, "crossings_limit": crossings_limit}
    return {name: np.array([limit(int(n)) for n in unique], dtype="int64")[place] for name, limit in tables.items()}


def _longest(given: pd.DataFrame, of: npt.NDArray[np.int64], count: int) -> npt.NDArray[np.int64]:
    """The most points of one run of each series."""
    has = given["run"].notna().to_numpy()
    own, run = of[has], given["run"][has].to_numpy(dtype="int64")
    first = np.flatnonzero(runs.begins(own, run))  # the points are in the order of their runs
    longest = np.zeros(count, dtype="int64")
    np.maximum.at(longest, own[first], np.diff(np.append(first, len(own))))
    return longest


def _lag1(
    values: npt.NDArray[np.float64], monday: npt.NDArray[np.int64], of: npt.NDArray[np.int64], count: int
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
    """The correlation of neighbouring weeks of each series, and how many pairs there are."""
    n = np.bincount(of, minlength=count)
    mean = np.bincount(of, weights=values, minlength=count) / np.maximum(n, 1)
    away = values - mean[of]
    next_week = (of[1:] == of[:-1]) & (monday[1:] - monday[:-1] == 7)  # noqa: PLR2004 - days of a week
    pairs = np.bincount(of[1:][next_week], minlength=count)
    shared = np.bincount(of[1:][next_week], weights=(away[1:] * away[:-1])[next_week], minlength=count)
    spread = np.bincount(of, weights=away**2, minlength=count)
    known = (pairs > 0) & (spread > 1e-12)  # noqa: PLR2004 - below it all points are one value
    return np.where(known, shared / np.where(known, spread, 1), np.nan), pairs.astype("int64")
