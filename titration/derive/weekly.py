"""Scores by ISO week: a week counts when four of its seven days have a value.

Imports `grouped`, `lateness`, `moments`, `score`. How many weeks the rule leaves out is always told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from titration.derive import grouped, moments
from titration.derive.lateness import day_observed
from titration.derive.score import SERIES, TYPES, labels, measured, ranked, with_rank

if TYPE_CHECKING:
    from collections.abc import Mapping

    from titration.scales import Scale

LEAST_DAYS: Final = 4
WEEKLY = {
    **TYPES,
    "week": "str",
    "week_on": moments.DAY,
    "days_with_value": "int64",
    "n": "int64",
    "is_kept": "bool",
    "median": "float64",
    "low": "float64",
    "high": "float64",
    "median_grade": "str",
    "low_grade": "str",
    "high_grade": "str",
    "mean": "float64",
}
SENSITIVITY = {
    **TYPES,
    "weeks": "int64",
    "weeks_with_value": "int64",
    "weeks_kept": "int64",
    "weeks_dropped": "int64",
    "median_kept": "float64",
    "median_all": "float64",
}


def weekly(
    scores: pd.DataFrame, *, zone: str, scales: Mapping[str, Scale], least_days: int = LEAST_DAYS
) -> pd.DataFrame:
    """Each series of scores by ISO week, Monday to Sunday in the log's zone.

    A day counts once: the median of its answers, of grades the lower of the two in the middle. A week with
    fewer days than asked keeps its row and counts, and `is_kept` is False.

    Args:
        scores: Scores.
        zone: IANA name.
        scales: Scales by code.
        least_days: Fewest days with a value for a week to be kept.

    Returns:
        One row per series and week with a value: the series (str), week (str, as 2026-W41), week_on
        (datetime64[s]: its Monday), days_with_value, n (int64: answers with a value), is_kept (bool), median,
        low, high (float64, points: of the days; missing for grades), median_grade, low_grade, high_grade (str),
        mean (float64, points: of the days; only where the scale is not ordinal).

    Example:
        >>> from titration.columns import of_records
        >>> from titration.records import KINDS, Score
        >>> from titration.scales import register
        >>> def nrs(day, value):
        ...     return Score(patient="P001", scale="nrs_spasticity", observed_on=f"2026-10-0{day}", value=value)
        >>> scores = of_records(KINDS["score"], [nrs(5, 4), nrs(6, 4), nrs(7, 6), nrs(8, 5)])
        >>> weekly(scores, zone="Europe/London", scales=register())[["week", "is_kept", "median"]].values.tolist()
        [['2026-W41', True, 4.5]]

    Source:
        At least four of seven days: as weekly means of diaries, PMID 35930136. Weeks: ISO 8601.
    """
    given = ranked(scores, scales).assign(day=day_observed(scores, zone=zone))
    given = given[[*SERIES, "day", "rank", "is_grade"]]
    given = with_rank(given)
    series = grouped.numbered(given, SERIES)  # the texts once; days and weeks go by its number
    days = grouped.numbered(pd.DataFrame({"series": series.of, "day": given["day"].to_numpy()}), ["series", "day"])
    answers = grouped.middles(given["rank"].to_numpy(), days.of, len(days))
    is_grade = np.bincount(days.of, weights=given["is_grade"].to_numpy(), minlength=len(days)) > 0
    value = np.where(is_grade, answers.lower(), answers.quantile(0.5))
    back = pd.to_timedelta(days.keys["day"].dt.day_of_week, unit="D")
    of_day = days.keys.assign(week_on=(days.keys["day"] - back).astype(moments.DAY))
    weeks = grouped.numbered(of_day, ["series", "week_on"])
    keys = series.keys.take(weeks.keys["series"].to_numpy()).reset_index(drop=True)
    count = len(weeks)
    middle = grouped.middles(value, weeks.of, count)
    graded = np.bincount(weeks.of, weights=is_grade, minlength=count) > 0
    made = keys.assign(
        week_on=weeks.keys["week_on"],
        days_with_value=middle.n,
        n=np.bincount(weeks.of, weights=answers.n, minlength=count),
        is_kept=middle.n >= least_days,
        mean=np.where(measured(keys["scale"], scales), middle.mean, np.nan),
    )
    for name, number, grade in (
        ("median", middle.quantile(0.5), middle.lower()),
        ("low", middle.low, middle.low),
        ("high", middle.high, middle.high),
    ):
        made[name] = np.where(graded, np.nan, number)
        made[f"{name}_grade"] = labels(made["scale"], np.where(graded, grade, np.nan), scales)
    place, mondays = pd.factorize(made["week_on"])
    iso = pd.DatetimeIndex(mondays).isocalendar()
    named = iso["year"].astype("str") + "-W" + iso["week"].astype("str").str.zfill(2)  # once for each week
    return moments.typed(made.assign(week=named.astype("str").array.take(place)), WEEKLY)


def sensitivity(weeks: pd.DataFrame) -> pd.DataFrame:
    """What the rule of four days leaves out of each series, and the median with it and without.

    Args:
        weeks: What `weekly` gives.

    Returns:
        One row per series: the series (str), weeks (int64: calendar weeks from the first to the last with a
        value), weeks_with_value, weeks_kept, weeks_dropped (int64: with a value, but on too few days),
        median_kept, median_all (float64, points: of the weekly medians; missing for grades).

    Example:
        >>> sensitivity(moments.typed(pd.DataFrame(columns=list(WEEKLY)), WEEKLY)).empty
        True

    Source:
        By definition; that the count belongs beside the rule: PMID 35930136.
    """
    groups = grouped.numbered(weeks, SERIES)
    count = len(groups)
    median, kept = weeks["median"].to_numpy(), weeks["is_kept"].to_numpy()
    monday = weeks["week_on"].to_numpy().astype("datetime64[D]").astype("float64")
    span = grouped.middles(monday, groups.of, count)
    n_kept = np.bincount(groups.of, weights=kept, minlength=count)
    made = groups.keys.assign(
        weeks=(span.high - span.low) / 7 + 1,
        weeks_with_value=span.n,
        weeks_kept=n_kept,
        weeks_dropped=span.n - n_kept,
        median_kept=grouped.middles(np.where(kept, median, np.nan), groups.of, count).quantile(0.5),
        median_all=grouped.middles(median, groups.of, count).quantile(0.5),
    )
    return moments.typed(made, SENSITIVITY)
