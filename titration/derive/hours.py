"""Diary scores by the time of day they are about.

Imports `diary`, `grouped`, `moments`, `score`. Only times that were observed count: a day alone has no hour.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from titration.derive import grouped, moments
from titration.derive.diary import NO_DIARY
from titration.derive.score import SERIES, TYPES, labels, ranked, with_rank

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from titration.scales import Scale

SHARES = (("q1", 0.25), ("median", 0.5), ("q3", 0.75))
BY_HOUR = {
    **TYPES,
    "start_h": "int64",
    "end_h": "int64",
    "n": "int64",
    **{name: "float64" for name, _ in SHARES},
    **{f"{name}_grade": "str" for name, _ in SHARES},
}


def by_hour(scores: pd.DataFrame, *, zone: str, scales: Mapping[str, Scale], every_h: int = 3) -> pd.DataFrame:
    """The middle and the quartiles of each series of diary scores in each part of the day.

    Scores of a visit or a call are no diary; a score whose time was assigned, or of which only the day is
    known, has no hour and is left out.

    Args:
        scores: Scores.
        zone: IANA name; the hours are those of its clock on the wall.
        scales: Scales by code.
        every_h: Length of a part of the day, in hours.

    Returns:
        One row per series and part with a value, by series and start: the series (str), start_h, end_h (int64,
        h on the wall), n (int64: values), q1, median, q3 (float64, points; missing for grades), q1_grade,
        median_grade, q3_grade (str: the lower one where it falls between two).

    Example:
        >>> from titration.columns import of_records
        >>> from titration.records import KINDS, Score
        >>> from titration.scales import register
        >>> def nrs(at, value):
        ...     return Score(patient="P001", scale="nrs_spasticity", observed_at=at, value=value, collected="app")
        >>> scores = of_records(KINDS["score"], [nrs("2026-10-08T07:30+01:00", 6), nrs("2026-10-09T08:50+01:00", 3)])
        >>> by_hour(scores, zone="Europe/London", scales=register())[["start_h", "n", "median"]].values.tolist()
        [[6.0, 2.0, 4.5]]

    Source:
        Parts of three hours as Tidepool groups sparse data; quartiles as in `grouped.middles`.
    """
    timed = scores["observed_at"].notna() & (scores["timing"] != "assigned") & ~scores["collected"].isin(NO_DIARY)
    given = with_rank(ranked(scores[timed], scales))
    part = given["observed_at"].dt.tz_convert(zone).dt.hour // every_h
    given = given.assign(start_h=part.astype("int64") * every_h)
    groups = grouped.numbered(given, [*SERIES, "start_h"])
    values = grouped.middles(given["rank"].to_numpy(), groups.of, len(groups))
    is_grade = np.bincount(groups.of, weights=given["is_grade"].to_numpy(), minlength=len(groups)) > 0
    made = groups.keys.assign(n=values.n, end_h=groups.keys["start_h"] + every_h)
    for name, share in SHARES:
        made[name] = np.where(is_grade, np.nan, values.quantile(share))
        made[f"{name}_grade"] = labels(made["scale"], np.where(is_grade, values.lower(share), np.nan), scales)
    return moments.typed(made, BY_HOUR)
