"""Diaries: the median of seven days, and on how many days there is an answer.

Imports `expected`, `grouped`, `lateness`, `moments`, `score`. Nothing is filled: a day without an answer stays without one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from titration.derive import grouped, lateness, moments
from titration.derive.expected import EXPECTED, FAR, expected
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
_BITS = 24
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
    groups = grouped.numbered(valued, SERIES)
    day = valued["day"].to_numpy(dtype="datetime64[D]").astype("int64")
    order = np.lexsort((day, groups.of))
    of, day, value = groups.of[order], day[order], valued["median"].to_numpy(dtype="float64")[order]
    more = LEAST_DAYS - 1
    near = (of[more:] == of[:-more]) & (day[more:] - day[:-more] < WINDOW_DAYS)
    dense = np.isin(of, of[more:][near])
    group, on, median = _calendar(of[dense], day[dense], value[dense])
    dose_no, is_change = _dose_of_days(groups.keys["patient"], group, on, changes)
    median[is_change] = np.nan
    window = np.full((len(group), WINDOW_DAYS), np.nan)
    for back in range(WINDOW_DAYS):
        here, there = slice(back, None), slice(None, max(len(group) - back, 0))
        same = (group[here] == group[there]) & (dose_no[here] == dose_no[there])
        window[here, back] = np.where(same, median[there], np.nan)
    n = np.isfinite(window).sum(axis=1)
    enough = (n >= LEAST_DAYS) & ~is_change
    made = groups.keys.take(group).reset_index(drop=True)
    made["day"], made["days_with_value"] = on.astype("datetime64[D]").astype(moments.DAY), n
    own, n_own = np.sort(window[enough], axis=1), n[enough]  # what is missing sorts last, so that the middle is found
    place = np.arange(len(own))
    median[:] = np.nan
    median[enough] = (own[place, (n_own - 1) // 2] + own[place, n_own // 2]) / 2
    return moments.typed(made.assign(median_7d=median), TRAILING)


def _calendar(
    of: npt.NDArray[np.int64], day: npt.NDArray[np.int64], value: npt.NDArray[np.float64]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """Every calendar day of each series, and its value where there is one; given and made by series and day."""
    last = np.flatnonzero(np.append(of[1:] != of[:-1], np.ones(min(len(of), 1), dtype=bool)))
    begins = np.append(0, last + 1)[: len(last)]
    place, on = grouped.spans(day[begins], day[last] + 1)
    offset = np.cumsum(day[last] + 1 - day[begins]) - (day[last] + 1)  # the place of day 0 of each series
    filled = np.full(len(on), np.nan)
    filled[np.repeat(offset, last + 1 - begins) + day] = value
    return of[begins][place], on, filled


def _dose_of_days(
    patients: pd.Series, group: npt.NDArray[np.int64], on: npt.NDArray[np.int64], changes: pd.DataFrame
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """A number for the dose each day of a series was on, and whether it is the day of a change."""
    code = grouped.coded(pd.concat([patients, changes["patient"]], ignore_index=True))[0]
    changed_on = changes["day"].to_numpy(dtype="datetime64[D]").astype("int64")
    key = np.unique((code[len(patients) :] << _BITS) + changed_on + FAR)
    mine = (code[: len(patients)][group] << _BITS) + on + FAR
    dose_no = np.searchsorted(key, mine, side="right")
    return dose_no, np.append(-1, key)[dose_no] == mine


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
    due = entries.groupby(WHOSE, sort=True).agg(n_expected=("is_filled", "size"), n_filled=("is_filled", "sum"))
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
        return moments.typed(pd.DataFrame(columns=list(EXPECTED)), EXPECTED).assign(is_filled=np.zeros(0, dtype=bool))
    made = expected(diary_schedules, first=first, last=last, patient_states=patient_states)
    return made.assign(is_filled=_filled(made, days[days["has_value"]]))


def _diary_days(scores: pd.DataFrame, *, zone: str, scales: Mapping[str, Scale]) -> pd.DataFrame:
    """In order of patient, scale and day: whether there is a value, a judged one, one written down that day."""
    read = [*WHOSE, "value", "grade", "collected", "timing", "observed_at", "observed_on", "first_recorded_at"]
    is_other = scores["collected"].isin(NO_DIARY)
    given = lateness.lateness(ranked(scores[read][~is_other] if is_other.any() else scores[read], scales), zone=zone)
    given = given.assign(day=lateness.day_observed(given, zone=zone), has_value=given["rank"].notna())
    whose = grouped.numbered(given, WHOSE)
    days = grouped.numbered(pd.DataFrame({"whose": whose.of, "day": given["day"].to_numpy()}), ["whose", "day"])
    is_judged = given["has_value"] & given["days_late"].notna()
    on_day = is_judged & given["days_late"].eq(0).fillna(value=False).astype("bool")
    flags = {"has_value": given["has_value"], "is_judged": is_judged, "is_same_day": on_day}
    made = {name: np.bincount(days.of, weights=flag, minlength=len(days)) > 0 for name, flag in flags.items()}
    return days.keys.assign(**whose.keys.take(days.keys["whose"].to_numpy()).reset_index(drop=True), **made)


def _filled(entries: pd.DataFrame, valued: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Whether each entry has a value on one of its days."""
    whole = "datetime64[D]"
    groups = grouped.numbered(entries, WHOSE)
    met = groups.keys.merge(valued.drop_duplicates("whose")[["whose", *WHOSE]], on=WHOSE, how="left")["whose"]
    whose = met.fillna(-1).to_numpy(dtype="int64")[groups.of] << 32
    there = np.sort((valued["whose"].to_numpy() << 32) + valued["day"].to_numpy(dtype=whole).astype("int64"))
    begins, ends = (whose + entries[f"{on}_on"].to_numpy(dtype=whole).astype("int64") for on in ("begins", "ends"))
    last = np.append(np.iinfo("int64").min, there)[np.searchsorted(there, ends, side="right")]
    return np.asarray(last >= begins, dtype=bool)


def _counted(inside: pd.DataFrame) -> pd.DataFrame:
    """By patient and scale: days with a value and without, the first, the last, the longest gap, on the day."""
    days = inside.reset_index(drop=True)
    answered = days[days["has_value"]]
    gap = answered["day"].diff().dt.days.sub(1).where(answered["whose"] == answered["whose"].shift(1))
    days = days.assign(
        gap=gap.reindex(days.index), valued=days["day"].where(days["has_value"]), none=~days["has_value"]
    )
    made = days.groupby("whose", sort=True).agg(
        days_with_value=("has_value", "sum"),
        days_without_value=("none", "sum"),
        first_on=("valued", "min"),
        last_on=("valued", "max"),
        longest_gap_days=("gap", "max"),
        days_judged=("is_judged", "sum"),
        days_same_day=("is_same_day", "sum"),
    )
    return made.join(days.drop_duplicates("whose").set_index("whose")[WHOSE]).set_index(WHOSE)
