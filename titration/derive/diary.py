"""Diaries: the median of seven days, and on how many days there is an answer.

Imports `expected`, `grouped`, `lateness`, `moments`, `score`. Nothing is filled: a day without an answer stays without one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from titration.derive import grouped, lateness, moments
from titration.derive.expected import EXPECTED, expected
from titration.derive.score import SERIES, TYPES, ranked

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    import numpy.typing as npt

    from titration.scales import Scale

WINDOW_DAYS = 7
LEAST_DAYS = 4
TRAILING = {**TYPES, "day": moments.DAY, "median_7d": "float64", "days_with_value": "int64"}
WHOSE = ["patient", "scale"]
NO_DIARY = ("visit", "phone")
COMPLETENESS = {
    "patient": "str",
    "scale": "str",
    "expectation": "str",
    "days": "int64",
    "days_with_value": "int64",
    "days_without_value": "int64",
    "first_on": moments.DAY,
    "last_on": moments.DAY,
    "longest_gap_days": "int64",
    "n_expected": "Int64",
    "n_filled": "Int64",
    "filled_pct": "float64",
    "days_judged": "int64",
    "days_same_day": "int64",
    "same_day_pct": "float64",
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


def completeness(
    scores: pd.DataFrame,
    *,
    first: date,
    last: date,
    zone: str,
    scales: Mapping[str, Scale],
    diary_schedules: pd.DataFrame | None = None,
    patient_states: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """How much of each diary was filled in: days with a value, and of the entries expected how many.

    Any answer of the patient's on the scale counts, whoever reports it, but for those collected at a
    visit or by phone: those are no diary. Without a schedule no diary is expected and there is no share.

    Args:
        scores: Scores; those before the window are read where an entry expected began before it.
        first: First day of the window.
        last: Last day of the window, included.
        zone: IANA name.
        scales: Scales by code.
        diary_schedules: When a diary was expected; see `expected.expected`.
        patient_states: After an explant, transfer, stop or death none is expected.

    Returns:
        One row per patient and scale with an answer in the window or a diary expected in it:
            patient, scale (str), expectation (str: "expected" or "no diary expected"),
            days (int64: calendar days of the window), days_with_value, days_without_value (int64: only
                not assessed or as stated), first_on, last_on (datetime64[s]: first and last day with a
                value), longest_gap_days (int64: most days in a row without one between those two),
            n_expected (Int64: entries; days, when one is expected each day; missing when none is),
            n_filled (Int64: of them with a value), filled_pct (float64, %: of n_expected),
            days_judged (int64: days with a value whose lateness is judged, see `lateness`),
            days_same_day (int64: of them with one written down on the day itself),
            same_day_pct (float64, %: of days_judged).

    Example:
        >>> from datetime import date
        >>> from titration.columns import of_records
        >>> from titration.records import KINDS, DiarySchedule, Score
        >>> def nrs(on):
        ...     return Score(patient="P001", scale="nrs_spasticity", observed_on=on, value=4)
        >>> scores = of_records(KINDS["score"], [nrs("2026-10-01"), nrs("2026-10-05")])
        >>> due = DiarySchedule(patient="P001", scale="nrs_spasticity", from_on="2026-10-01", until_on="2026-10-08")
        >>> completeness(
        ...     scores,
        ...     first=date(2026, 10, 1),
        ...     last=date(2026, 10, 31),
        ...     zone="Europe/London",
        ...     scales={},
        ...     diary_schedules=of_records(KINDS["diary_schedule"], [due]),
        ... )[["days", "days_with_value", "longest_gap_days", "n_expected", "filled_pct"]].values.tolist()
        [[31, 2, 3, 8, 25.0]]

    Source:
        By definition. Shares are of entries expected, from dated schedules; lateness as in `lateness.RULES`.
    """
    begin, end = pd.Timestamp(first), pd.Timestamp(last)
    days = _diary_days(scores, zone=zone, scales=scales)
    inside = days[(days["day"] >= begin) & (days["day"] <= end)]
    entries = _entries(days, diary_schedules, first=first, last=last, patient_states=patient_states)
    due = entries.assign(n_expected=1).groupby(WHOSE, sort=True)[["n_expected", "is_filled"]].sum()
    due = due.rename(columns={"is_filled": "n_filled"})
    made = _counted(inside).join(due.astype("Int64"), how="outer").reset_index()
    counts = ["days_with_value", "days_without_value", "longest_gap_days", "days_judged", "days_same_day"]
    made[counts] = made[counts].fillna(0)
    judged, wanted = made["days_judged"].astype("float64"), made["n_expected"].astype("float64")
    made = made.assign(
        days=(end - begin).days + 1,
        expectation=np.where(made["n_expected"].isna(), "no diary expected", "expected"),
        filled_pct=100 * made["n_filled"].astype("float64") / wanted,
        same_day_pct=100 * made["days_same_day"].astype("float64") / judged.where(judged > 0),
    )
    return moments.typed(made, COMPLETENESS)


def entries(
    scores: pd.DataFrame,
    *,
    first: date,
    last: date,
    zone: str,
    scales: Mapping[str, Scale],
    diary_schedules: pd.DataFrame | None = None,
    patient_states: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Each diary entry that was expected, and whether it was filled in.

    Args:
        scores: Scores.
        first: First day of the window.
        last: Last day of the window, included.
        zone: IANA name.
        scales: Scales by code.
        diary_schedules: See `completeness`.
        patient_states: See `completeness`.

    Returns:
        The columns of `expected.expected`, and is_filled (bool: a value on one of its days).

    Example:
        >>> from datetime import date
        >>> from titration.columns import columns, frame
        >>> from titration.records import KINDS
        >>> none = frame(columns(KINDS["score"]), {})
        >>> entries(none, first=date(2026, 1, 1), last=date(2026, 1, 31), zone="UTC", scales={}).empty
        True

    Source:
        By definition.
    """
    days = _diary_days(scores, zone=zone, scales=scales)
    return _entries(days, diary_schedules, first=first, last=last, patient_states=patient_states)


def _entries(
    days: pd.DataFrame,
    diary_schedules: pd.DataFrame | None,
    *,
    first: date,
    last: date,
    patient_states: pd.DataFrame | None,
) -> pd.DataFrame:
    if diary_schedules is None:
        none = moments.typed(pd.DataFrame(columns=list(EXPECTED)), EXPECTED)
        return none.assign(is_filled=np.zeros(0, dtype=bool))
    made = expected(diary_schedules, first=first, last=last, patient_states=patient_states)
    return made.assign(is_filled=_filled(made, days[days["has_value"]]))


def _diary_days(scores: pd.DataFrame, *, zone: str, scales: Mapping[str, Scale]) -> pd.DataFrame:
    """In order of patient, scale and day: whether there is a value, a judged one, one written down that day."""
    given = ranked(scores[~scores["collected"].isin(NO_DIARY)], scales)
    given = lateness.lateness(given, zone=zone)
    given = given.assign(day=lateness.day_observed(given, zone=zone), has_value=given["rank"].notna())
    days = grouped.numbered(given, [*WHOSE, "day"])
    is_judged = given["has_value"] & given["days_late"].notna()
    on_day = is_judged & given["days_late"].eq(0).fillna(value=False).astype("bool")
    flags = {"has_value": given["has_value"], "is_judged": is_judged, "is_same_day": on_day}
    made = {name: np.bincount(days.of, weights=flag, minlength=len(days)) > 0 for name, flag in flags.items()}
    return days.keys.assign(whose=grouped.numbered(days.keys, WHOSE).of, **made)


def _filled(entries: pd.DataFrame, valued: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Whether each entry has a value on one of its days."""
    n, whole = len(entries), "datetime64[D]"
    whose = grouped.numbered(pd.concat([entries[WHOSE], valued[WHOSE]], ignore_index=True), WHOSE).of << 32
    there = np.sort(whose[n:] + valued["day"].to_numpy(dtype=whole).astype("int64"))
    begins, ends = (whose[:n] + entries[f"{on}_on"].to_numpy(dtype=whole).astype("int64") for on in ("begins", "ends"))
    last = np.append(np.iinfo("int64").min, there)[np.searchsorted(there, ends, side="right")]
    return np.asarray(last >= begins, dtype=bool)


def _counted(inside: pd.DataFrame) -> pd.DataFrame:
    """By patient and scale: days with a value and without, the first, the last, the longest gap, on the day."""
    days = inside.reset_index(drop=True)
    answered = days[days["has_value"]]
    gap = answered["day"].diff().dt.days.sub(1)
    same = answered["whose"] == answered["whose"].shift(1)
    days = days.assign(
        gap=gap.where(same).reindex(days.index), valued=days["day"].where(days["has_value"]), none=~days["has_value"]
    )
    groups = days.groupby("whose", sort=True)
    keys = days.drop_duplicates("whose").set_index("whose")[WHOSE]
    made = groups.agg(
        days_with_value=("has_value", "sum"),
        days_without_value=("none", "sum"),
        first_on=("valued", "min"),
        last_on=("valued", "max"),
        longest_gap_days=("gap", "max"),
        days_judged=("is_judged", "sum"),
        days_same_day=("is_same_day", "sum"),
    )
    return made.join(keys).set_index(WHOSE)
