"""Scores by day and by month; never across scales, versions, sides or reporters.

Imports `moments`, `scales`. Missing stays missing; grades are ordered by their scale and only counted
or given as a median label, never averaged.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from titration.derive import grouped, moments

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    import numpy.typing as npt

    from titration.scales import Scale

SERIES = ("patient", "scale", "version", "body_part", "side", "reporter")
TYPES = dict.fromkeys(SERIES, "str")
_SPREAD = {
    "n": "int64",
    "median": "float64",
    "low": "float64",
    "high": "float64",
    "median_grade": "str",
    "low_grade": "str",
    "high_grade": "str",
}
DAILY = {**TYPES, "day": moments.DAY, **_SPREAD, "without_value": "int64"}
SUMMARY = {**TYPES, "days_with_value": "int64", **_SPREAD, "mean": "float64", "counts": "str", "without_value": "int64"}


def ranked(scores: pd.DataFrame, scales: Mapping[str, Scale]) -> pd.DataFrame:
    """The scores with a number that orders them: the value, or the place of the grade on its scale.

    Args:
        scores: Scores.
        scales: Scales by code.

    Returns:
        The same rows, order and index, and two columns more: rank (float64; missing where there is
        no value or grade, or the grade is not one of the scale), is_grade (bool).

    Example:
        >>> from titration.scales import register
        >>> scores = pd.DataFrame({"scale": ["modified_ashworth"], "value": [float("nan")], "grade": ["1+"]})
        >>> ranked(scores, register())["rank"].tolist()
        [2.0]

    Source:
        By definition.
    """
    has_value = scores["value"].notna()
    is_grade = ~has_value & scores["grade"].notna()
    rank = scores["value"].astype("float64")
    if is_grade.any():
        graded = scores.loc[is_grade, ["scale", "grade"]]
        pairs = grouped.numbered(graded, ["scale", "grade"])
        place = pairs.keys.merge(_places(pairs.keys["scale"], scales), on=["scale", "grade"], how="left")["place"]
        rank = rank.mask(is_grade, pd.Series(place.to_numpy()[pairs.of], index=graded.index).reindex(scores.index))
    return scores.assign(rank=rank, is_grade=is_grade)


def with_rank(given: pd.DataFrame) -> pd.DataFrame:
    """The rows that have a number that orders them.

    Args:
        given: What `ranked` gives.

    Returns:
        Those rows, same columns and index; the frame itself where all have one, as a copy is dear.

    Example:
        >>> with_rank(pd.DataFrame({"rank": [1.0, float("nan")]})).index.tolist()
        [0]

    Source:
        By definition.
    """
    has = given["rank"].notna()
    return given if has.all() else given[has]


def _places(codes: pd.Series, scales: Mapping[str, Scale]) -> pd.DataFrame:
    """Each grade of those scales with its place, from 0."""
    found = [scale for code in codes.unique() if (scale := scales.get(code)) is not None]
    places = [(scale.code, grade, float(place)) for scale in found for place, grade in enumerate(scale.grades)]
    made = pd.DataFrame(places, columns=["scale", "grade", "place"])
    return made.astype({"scale": "str", "grade": "str", "place": "float64"})


def daily(scores: pd.DataFrame, *, scales: Mapping[str, Scale]) -> pd.DataFrame:
    """One row for each series and calendar day: how many answers, their median, least and greatest.

    A series is a patient, scale, version, body part, side and reporter. The median of grades is the
    lower of the two middle ones, as a label.

    Args:
        scores: Scores.
        scales: Scales by code.

    Returns:
        By series and day: the series (str), day (datetime64[s], as recorded), n (int64: answers with
        a value), median, low, high (float64, in points; missing for grades), median_grade, low_grade,
        high_grade (str), without_value (int64: not assessed, or as stated).

    Example:
        >>> from titration.columns import of_records
        >>> from titration.records import KINDS, Score
        >>> from titration.scales import register
        >>> def nrs(value):
        ...     return Score(patient="P001", scale="nrs_spasticity", observed_on="2026-10-08", value=value)
        >>> daily(of_records(KINDS["score"], [nrs(4), nrs(7)]), scales=register())[["n", "median"]].values.tolist()
        [[2.0, 5.5]]

    Source:
        By definition.
    """
    given = ranked(scores, scales).rename(columns={"observed_on": "day"})
    return moments.typed(spread(given, [*SERIES, "day"], scales), DAILY)


def spread(given: pd.DataFrame, by: list[str], scales: Mapping[str, Scale]) -> pd.DataFrame:
    """Count, median, least and greatest of ranked scores in each group.

    Args:
        given: What `ranked` gives.
        by: Columns that part the groups, `scale` among them.
        scales: Scales by code.

    Returns:
        `by`, n, median, low, high, median_grade, low_grade, high_grade, without_value, by `by`.

    Example:
        >>> from titration.columns import columns, frame
        >>> from titration.records import KINDS
        >>> spread(ranked(frame(columns(KINDS["score"]), {}), {}), ["scale"], {}).empty
        True

    Source:
        By definition; the median of grades is the lower of the two middle ones.
    """
    groups = grouped.numbered(given, by)
    ranks = grouped.middles(given["rank"].to_numpy(), groups.of, len(groups))
    rows = np.bincount(groups.of, minlength=len(groups))
    is_grade = np.bincount(groups.of, weights=given["is_grade"].to_numpy(), minlength=len(groups)) > 0
    made = groups.keys.assign(n=ranks.n, without_value=rows - ranks.n)
    numbers = {"median": ranks.quantile(0.5), "low": ranks.low, "high": ranks.high}
    grades = {"median": ranks.lower(), "low": ranks.low, "high": ranks.high}
    for name, values in numbers.items():
        made[name] = np.where(is_grade, np.nan, values)
    for name, places in grades.items():
        made[f"{name}_grade"] = labels(made["scale"], np.where(is_grade, places, np.nan), scales)
    return made


def labels(codes: pd.Series, places: npt.NDArray[Any], scales: Mapping[str, Scale]) -> pd.Series:
    """The grades at those places of their scales.

    Args:
        codes: Code of the scale of each.
        places: Place of the grade, from 0; missing where there is none.
        scales: Scales by code.

    Returns:
        Series (str), index of `codes`; missing where the place or the scale's grades are.

    Example:
        >>> from titration.scales import register
        >>> labels(pd.Series(["modified_ashworth"]), np.array([2.0]), register()).tolist()
        ['1+']

    Source:
        By definition.
    """
    has = ~np.isnan(places)
    if not has.any():
        return pd.Series(np.nan, index=codes.index, dtype="str")
    of, known = grouped.places(codes)
    grades = [scale.grades if (scale := scales.get(code)) is not None else () for code in known]
    widest = max(map(len, grades), default=0)
    table = np.full((len(known) + 1, widest + 1), None, dtype=object)  # the last of each: no such scale, no such grade
    for row, names in zip(table, grades, strict=False):
        row[: len(names)] = names
    at = np.where(has, places, widest)
    at = np.where((at == np.floor(at)) & (at >= 0) & (at < widest), at, widest).astype("int64")
    return pd.Series(table[of, at], index=codes.index, dtype="str")


def measured(codes: pd.Series, scales: Mapping[str, Scale]) -> pd.Series:
    """Whether a mean may be taken of each: only of scales that are known and not ordinal.

    Args:
        codes: Code of the scale of each.
        scales: Scales by code.

    Returns:
        Series (bool), same index.

    Example:
        >>> from titration.scales import register
        >>> measured(pd.Series(["nrs_spasticity", "eq5d_5l_index_de"]), register()).tolist()
        [False, True]

    Source:
        By definition.
    """
    known = (scales.get(code) for code in codes.unique())
    return codes.isin([scale.code for scale in known if scale is not None and not scale.ordinal])


def monthly_summary(scores: pd.DataFrame, *, first: date, last: date, scales: Mapping[str, Scale]) -> pd.DataFrame:
    """Each series of scores in a window of days: how many, on how many days, median, least, greatest.

    Every answer counts once. A mean is given only for scales that are not ordinal.

    Args:
        scores: Scores.
        first: First day of the window.
        last: Last day of the window, included.
        scales: Scales by code.

    Returns:
        One row per series with an answer in the window: the series (str), days_with_value (int64),
        n (int64: answers with a value), median, low, high (float64, points; missing for grades),
        median_grade (str: the lower of the two middle grades), low_grade, high_grade (str),
        mean (float64, points), counts (str: grades with how many of each), without_value (int64).

    Example:
        >>> from datetime import date
        >>> from titration.columns import of_records
        >>> from titration.records import KINDS, Score
        >>> from titration.scales import register
        >>> def mas(grade):
        ...     return Score(patient="P001", scale="modified_ashworth", observed_on="2026-10-08", grade=grade)
        >>> month = of_records(KINDS["score"], [mas("2"), mas("1+"), mas("1+"), mas("2")])
        >>> made = monthly_summary(month, first=date(2026, 10, 1), last=date(2026, 10, 31), scales=register())
        >>> made[["n", "median_grade", "counts"]].values.tolist()
        [[4, '1+', '1+: 2, 2: 2']]

    Source:
        By definition; the median of grades is the lower of the two middle ones.
    """
    inside = scores[(scores["observed_on"] >= pd.Timestamp(first)) & (scores["observed_on"] <= pd.Timestamp(last))]
    given = ranked(inside, scales)
    by = list(SERIES)
    made = spread(given, by, scales).set_index(by)
    valued = given[given["rank"].notna()]
    made["days_with_value"] = valued.groupby(by, dropna=False)["observed_on"].nunique()
    made["mean"] = valued[measured(valued["scale"], scales)].groupby(by, dropna=False)["rank"].mean()
    made["counts"] = _counts(valued[valued["is_grade"]], by)
    made["days_with_value"] = made["days_with_value"].fillna(0)
    return moments.typed(made.reset_index(), SUMMARY)


def _counts(graded: pd.DataFrame, by: list[str]) -> pd.Series:
    """Grades with how many of each, in the order of the scale, as text."""
    each = graded.groupby([*by, "rank", "grade"], dropna=False, sort=True).size().reset_index(name="times")
    each["text"] = each["grade"] + ": " + each["times"].astype("str")
    return each.groupby(by, dropna=False, sort=True)["text"].agg(", ".join)
