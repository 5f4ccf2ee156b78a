"""Diaries: the median of seven days, and on how many days there is an answer.

Imports `moments`, `score`. Nothing is filled: a day without an answer stays without one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from titration.derive import moments
from titration.derive.score import SERIES, TYPES

if TYPE_CHECKING:
    from datetime import date

    import numpy.typing as npt

WINDOW_DAYS = 7
LEAST_DAYS = 4
TRAILING = {**TYPES, "day": moments.DAY, "median_7d": "float64", "days_with_value": "int64"}
COMPLETENESS = {
    **TYPES,
    "days": "int64",
    "days_with_value": "int64",
    "days_without_value": "int64",
    "first_on": moments.DAY,
    "last_on": moments.DAY,
    "longest_gap_days": "int64",
}


def trailing_median(days: pd.DataFrame, changes: pd.DataFrame) -> pd.DataFrame:
    """The median of the seven calendar days that end on each day, where four of them have a value.

    No window reaches back over a dose change, and the day of a change is in no window: a diary of
    that day belongs to neither dose. Days without enough values stay missing; nothing is filled.

    Args:
        days: What `daily` gives.
        changes: patient (str) and day (datetime64[s]) of each dose change.

    Returns:
        One row for each calendar day from the first to the last of a series that has four days with a
        value in any seven: the series (str), day (datetime64[s]), median_7d (float64, points; missing
        when fewer than four days count), days_with_value (int64: of the days that may count).

    Example:
        >>> days = pd.DataFrame({name: ["x"] * 4 for name in SERIES})
        >>> days["day"] = pd.to_datetime(["2026-01-01", "2026-01-02", "2026-01-03", "2026-01-05"])
        >>> days["median"] = [3.0, 4.0, 4.0, 8.0]
        >>> none = pd.DataFrame({"patient": pd.Series(dtype="str"), "day": pd.Series(dtype="datetime64[s]")})
        >>> trailing_median(days, none)["median_7d"].tolist()
        [nan, nan, nan, nan, 4.0]

    Source:
        At least four of seven days: as weekly means of diaries, PMID 35930136.
    """
    valued = days[days["median"].notna()]
    number = valued.groupby(list(SERIES), dropna=False, sort=True).ngroup()
    valued = valued.assign(series=number).sort_values(["series", "day"], kind="stable")
    near = (valued["day"] - valued["day"].shift(LEAST_DAYS - 1)).dt.days < WINDOW_DAYS
    dense = valued.loc[near & (valued["series"] == valued["series"].shift(LEAST_DAYS - 1)), "series"]
    valued = valued[valued["series"].isin(dense)]
    grid = _calendar(valued)
    if grid.empty:
        grid = grid.assign(median_7d=np.nan, days_with_value=0)
        return moments.typed(grid, TRAILING)
    value, dose_no = _epochs_of_days(grid, changes)
    group = pd.factorize(grid["series"])[0]
    window = np.full((len(grid), WINDOW_DAYS), np.nan)
    for back in range(WINDOW_DAYS):
        here = slice(back, None)
        there = slice(None, max(len(grid) - back, 0))
        same = (group[here] == group[there]) & (dose_no[here] == dose_no[there])
        window[here, back] = np.where(same, value[there], np.nan)
    n = np.isfinite(window).sum(axis=1)
    median = np.full(len(grid), np.nan)
    enough = (n >= LEAST_DAYS) & np.isfinite(dose_no)
    median[enough] = np.nanmedian(window[enough], axis=1)
    return moments.typed(grid.assign(median_7d=median, days_with_value=n), TRAILING)


def _calendar(valued: pd.DataFrame) -> pd.DataFrame:
    """Every calendar day of each series, with its value where there is one."""
    spans = valued.groupby("series", sort=True)["day"].agg(["min", "max"])
    lengths = ((spans["max"] - spans["min"]).dt.days + 1).to_numpy()
    series = np.repeat(spans.index.to_numpy(), lengths)
    step = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    first = np.repeat(spans["min"].to_numpy(), lengths)
    grid = pd.DataFrame({"series": series, "day": (first + step.astype("timedelta64[D]")).astype("datetime64[s]")})
    names = valued.drop_duplicates("series")[["series", *SERIES]]
    values = valued[["series", "day", "median"]].astype({"day": moments.DAY})
    return grid.merge(names, on="series", how="left").merge(values, on=["series", "day"], how="left")


def _epochs_of_days(grid: pd.DataFrame, changes: pd.DataFrame) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """The values that may count, and the number of the dose they were on (missing on its first day)."""
    starts = changes[["patient", "day"]].drop_duplicates().sort_values(["day", "patient"])
    starts = starts.assign(day=starts["day"].astype(moments.DAY), changed_on=starts["day"].astype(moments.DAY))
    left = grid[["patient", "day"]].assign(place=np.arange(len(grid))).sort_values("day", kind="stable")
    met = pd.merge_asof(left, starts, on="day", by="patient").sort_values("place", kind="stable")
    changed_on = met["changed_on"].to_numpy().astype("datetime64[D]")
    dose_no = np.where(np.isnat(changed_on), 0, changed_on.astype("int64")).astype("float64")
    on_change = (met["day"] == met["changed_on"]).to_numpy()
    dose_no[on_change] = np.nan
    return np.where(on_change, np.nan, grid["median"].to_numpy()), dose_no


def completeness(days: pd.DataFrame, *, first: date, last: date) -> pd.DataFrame:
    """On how many calendar days of a window each series has a value.

    It is a count, not a share of what was due: whether a diary was expected is not known here.

    Args:
        days: What `daily` gives.
        first: First day of the window.
        last: Last day of the window, included.

    Returns:
        One row per series with an answer in the window: the series (str), days (int64: calendar days
        of the window), days_with_value, days_without_value (int64: only not assessed or as stated),
        first_on, last_on (datetime64[s]: first and last day with a value), longest_gap_days (int64: most
        days in a row without one between those two).

    Example:
        >>> from datetime import date
        >>> days = pd.DataFrame({name: ["x"] * 2 for name in SERIES})
        >>> days = days.assign(day=pd.to_datetime(["2026-10-01", "2026-10-05"]), n=1)
        >>> completeness(days, first=date(2026, 10, 1), last=date(2026, 10, 31))[
        ...     ["days", "days_with_value", "longest_gap_days"]
        ... ].values.tolist()
        [[31, 2, 3]]

    Source:
        By definition.
    """
    begin, end = pd.Timestamp(first), pd.Timestamp(last)
    inside = days[(days["day"] >= begin) & (days["day"] <= end)]
    inside = inside.sort_values([*SERIES, "day"], kind="stable").assign(has_value=inside["n"] > 0)
    by = list(SERIES)
    valued = inside["day"].where(inside["has_value"])
    inside = inside.assign(valued=valued, none=~inside["has_value"])
    answered = inside[inside["has_value"]]
    gap = answered.groupby(by, dropna=False)["day"].diff().dt.days.sub(1)
    inside = inside.assign(gap=gap.reindex(inside.index))
    groups = inside.groupby(by, dropna=False, sort=True)
    made = pd.DataFrame(
        {
            "days_with_value": groups["has_value"].sum(),
            "days_without_value": groups["none"].sum(),
            "first_on": groups["valued"].min(),
            "last_on": groups["valued"].max(),
            "longest_gap_days": groups["gap"].max().fillna(0),
        }
    ).reset_index()
    return moments.typed(made.assign(days=(end - begin).days + 1), COMPLETENESS)
