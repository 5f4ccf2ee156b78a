"""Gathers what a calendar shows: one series of one scale by day, what was expected, late, changed and filled.

All derived numbers come from `derive`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from titration.derive import diary, lateness, moments, recorded, score
from titration.derive.kept import own_frames

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from titration.scales import Scale

SERIES = ("body_part", "side", "reporter", "version")
MOST_MONTHS = 12
ONE_DAY = pd.Timedelta(days=1)


@dataclass(frozen=True, eq=False)
class Shown:
    """Everything a calendar shows.

    Attributes:
        patient: Code.
        zone: IANA name.
        first: First day.
        last: Last day.
        scale: The scale; None when there is no score.
        who: The series in words.
        days: One row a day: day, rank, label (missing where there is no value), n, is_late, has_none (asked, without a
            value), is_expected (a diary entry was due and is not filled), is_change, is_refill.
        expectation: Whether any diary was expected in these days.
        earlier: Days with a value before the first one shown.
        others: What is recorded and not drawn, in words.
    """

    patient: str
    zone: str
    first: pd.Timestamp
    last: pd.Timestamp
    scale: Scale | None
    who: str
    days: pd.DataFrame
    expectation: bool
    earlier: int
    others: tuple[str, ...]


def of_patient(
    frames: Mapping[str, pd.DataFrame],
    *,
    patient: str,
    zone: str,
    until: datetime,
    scales: Mapping[str, Scale],
    since: datetime | None = None,
    scale: str | None = None,
) -> Shown:
    """What a calendar of that patient shows; the parameters are those of `calendar.calendar`."""
    end = moments.instant(until)
    own = own_frames(frames, patient)
    scores = moments.placed(own["scores"], "observed", zone=zone)
    scores = scores[scores["moment"] <= end].assign(day=lambda given: lateness.day_observed(given, zone=zone))
    chosen, drawn, who, others = _chosen(scores, scales, scale)
    last = end.tz_convert(zone).tz_localize(None)
    last = (last - pd.Timedelta(microseconds=1)).normalize()  # midnight ends the day before
    first = _first(since, last, drawn["day"], own["diary_schedules"], chosen, zone=zone)
    days = pd.DataFrame({"day": pd.date_range(first, last, freq="D").astype(moments.DAY)})
    days = days.merge(_values(drawn, chosen, scales, zone=zone), on="day", how="left")
    due = _due(own, scores, chosen, first, last, zone=zone, scales=scales)
    missed = due.loc[~due["is_filled"], "ends_on"]
    days = days.assign(
        has_none=days["has_none"].eq(other=True),
        is_late=days["is_late"].eq(other=True),
        is_expected=days["day"].isin(missed) & days["rank"].isna(),
        is_change=days["day"].isin(_changes(own, end, zone=zone)),
        is_refill=days["day"].isin(own["refills"]["filled_on"]),
    )
    earlier = int(drawn.loc[drawn["rank"].notna() & (drawn["day"] < first), "day"].nunique())
    return Shown(patient, zone, first, last, chosen, who, days, not due.empty, earlier, others)


def _chosen(
    scores: pd.DataFrame, scales: Mapping[str, Scale], scale: str | None
) -> tuple[Scale | None, pd.DataFrame, str, tuple[str, ...]]:
    """The scale with most diary days, its series with most, and in words what else there is."""
    if scale is not None and scale not in scales:
        raise LookupError(f"{scale}: no scale of this log; there are {', '.join(scales)}")
    given = score.ranked(scores[scores["scale"].isin(list(scales))], scales)
    given = given.assign(**{name: given[name].fillna("") for name in SERIES})
    if given.empty:
        return (None if scale is None else scales[scale]), given, "", ()
    is_diary = ~given["collected"].isin(diary.NO_DIARY) & given["rank"].notna()
    by_diary = given[is_diary].groupby("scale")["day"].nunique()
    by_all = given[given["rank"].notna()].groupby("scale")["day"].nunique()
    codes = sorted(given["scale"].unique(), key=lambda code: (-by_diary.get(code, 0), -by_all.get(code, 0), code))
    code = codes[0] if scale is None else scales[scale].code
    ours = given[given["scale"] == code]
    if ours.empty:
        return scales[code], ours, "", tuple(scales[other].name for other in codes)
    n = ours.groupby(list(SERIES))["day"].nunique().sort_values(ascending=False, kind="stable")
    keys = list(n.index)
    drawn = ours[(ours[list(SERIES)] == list(keys[0])).all(axis=1)]
    has_versions = len({key[3] for key in keys}) > 1
    said = [", ".join(filter(None, key if has_versions else key[:3])) for key in keys]
    others = tuple(
        f"{words or 'not stated by whom'} ({n[key]} days)" for words, key in zip(said[1:], keys[1:], strict=True)
    )
    return scales[code], drawn, said[0], (*others, *(scales[other].name for other in codes if other != code))


def _first(
    since: datetime | None,
    last: pd.Timestamp,
    days: pd.Series,
    schedules: pd.DataFrame,
    scale: Scale | None,
    *,
    zone: str,
) -> pd.Timestamp:
    """The first day: as asked, or of the first value or diary expected; never more than twelve months back."""
    earliest = last - pd.DateOffset(months=MOST_MONTHS) + ONE_DAY
    if since is not None:
        asked = moments.instant(since).tz_convert(zone).tz_localize(None).normalize()
        if asked > last:
            raise ValueError(f"the window begins {asked:%Y-%m-%d}, after its last day {last:%Y-%m-%d}")
        return max(asked, earliest)
    due = schedules.loc[schedules["scale"] == (scale.code if scale is not None else ""), "from_on"]
    known = [day for day in (days.min(), due.min()) if pd.notna(day)]
    begun = min([*known, last - pd.Timedelta(days=27)])
    first: pd.Timestamp = max(begun.replace(day=1), earliest)
    return first


def _values(drawn: pd.DataFrame, scale: Scale | None, scales: Mapping[str, Scale], *, zone: str) -> pd.DataFrame:
    """One row a day of the series: its middle, how many answers, whether all of them were late."""
    names = ["day", "rank", "label", "n", "is_late", "has_none"]
    if drawn.empty or scale is None:
        return pd.DataFrame({name: [] for name in names}).astype({"day": moments.DAY})
    given = drawn.assign(observed_on=drawn["day"]).drop(columns=["rank", "is_grade", "moment", "by_day", "day"])
    daily = score.daily(given, scales=scales)
    told = lateness.lateness(drawn, zone=zone)
    is_late = told[told["rank"].notna()].groupby("day")["is_late"].apply(_all_late)
    if scale.grades:
        rank = daily["median_grade"].map({grade: float(place) for place, grade in enumerate(scale.grades)})
        label = daily["median_grade"]
    else:
        rank, label = daily["median"], daily["median"]
    made = pd.DataFrame({"day": daily["day"], "rank": rank, "label": label.astype("object"), "n": daily["n"]})
    made["is_late"] = made["day"].map(is_late)
    return made.assign(has_none=(daily["n"] == 0) & (daily["without_value"] > 0))[names]


def _all_late(is_late: pd.Series) -> bool:
    return bool(is_late.eq(other=True).fillna(value=False).all())


def _due(
    own: Mapping[str, pd.DataFrame],
    scores: pd.DataFrame,
    scale: Scale | None,
    first: pd.Timestamp,
    last: pd.Timestamp,
    *,
    zone: str,
    scales: Mapping[str, Scale],
) -> pd.DataFrame:
    """The diary entries due in these days, and whether each is filled."""
    due = diary.entries(
        scores.drop(columns=["moment", "by_day", "day"]), first=first, last=last, zone=zone, scales=scales,
        diary_schedules=own["diary_schedules"], patient_states=own["patient_states"],
    )  # fmt: skip
    return due[due["scale"] == ("" if scale is None else scale.code)]


def _changes(own: Mapping[str, pd.DataFrame], end: pd.Timestamp, *, zone: str) -> pd.Series:
    """The days on which the dose or the mode changed."""
    stairs = recorded.staircase(own, zone=zone, until=end)
    return moments.local_day(stairs.loc[stairs["is_change"], "start"], zone=zone)
