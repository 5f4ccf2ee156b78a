"""Gathers what a timeline shows from the frames of a log; all derived numbers come from `derive`.

A window cuts what is shown, never what is derived from.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from titration.derive import diary, grouped, lateness, moments, reconcile, recorded, reservoir, score, totals
from titration.derive.kept import own_frames
from titration.plot import noted
from titration.plot.content import Content, Panel, Series
from titration.units import number

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from pandas.api.extensions import ExtensionArray

    from titration.scales import Scale

Key = tuple[str, ...]  # one of each of SERIES
MOST_SCALES = 3
MOST_PANELS = 6
SHORTEST = pd.Timedelta(days=28)
UNDRAWN = {
    "boluses": ("given", "single bolus", "single boluses"),
    "goal_ratings": ("rated", "goal rating", "goal ratings"),
    "notes": ("noted", "note", "notes"),
}
SERIES = ("scale", "body_part", "side", "reporter", "version")
SCORES = (
    "patient", *SERIES, "observed_at", "observed_on", "timing", "value", "grade", "first_row",
)  # fmt: skip
"""What is looked at of a score; a frame of all columns is dear to cut."""
LANES = {"side_effects": "observed", "events": "started", "oral_doses": "started", "refills": "filled"}


class Window(NamedTuple):
    """What part of time is shown, and by which zone's days."""

    begin: pd.Timestamp
    end: pd.Timestamp
    zone: str


def of_patient(
    frames: Mapping[str, pd.DataFrame],
    *,
    patient: str,
    zone: str,
    until: datetime,
    scales: Mapping[str, Scale],
    since: datetime | None = None,
    scale: str | Sequence[str] | None = None,
    asof: datetime | None = None,
) -> Content:
    """What a timeline of that patient shows.

    Args:
        frames: Frames by name, of one patient or many.
        patient: Code.
        zone: IANA name.
        until: Last instant shown.
        scales: Scales by code.
        since: First instant shown; without it the first record.
        scale: Scale or scales to show; without it the three with scores on most days.
        asof: When the record stood as it is given; said where it lies inside the window.

    Returns:
        The content, windowed.

    Raises:
        ValueError: `until` or `since` has no offset, or `since` is not before `until`.
        LookupError: A scale asked for is not in the register.
    """
    own = own_frames(frames, patient)
    end = moments.instant(until)
    lanes = {name: moments.in_order(own[name], stem, zone=zone) for name, stem in LANES.items()}
    lanes["refills"] = reservoir.discrepancy(lanes["refills"].drop(columns=["moment", "by_day"]), zone=zone).join(
        lanes["refills"][["moment", "by_day"]]
    )
    told = lateness.provenance(own, zone=zone)["provenance"].array
    scores = moments.in_order(own["scores"][list(SCORES)].assign(provenance=told), "observed", zone=zone)
    doses = moments.in_order(reconcile.on_record(own, zone=zone), "effective", zone=zone)
    doses = doses[(doses["status"] == "done") | (doses["moment"] <= end)]
    known_end = end if asof is None else min(end, moments.instant(asof))
    begin = _since(since, end, [doses, scores]) or _since(since, end, list(lanes.values())) or end - SHORTEST
    begin = begin if since is not None else _day_of(begin, zone)
    stairs = _stairs(own, zone=zone, until=known_end)
    known = reconcile.confirmations(own, zone=zone, until=known_end)
    changes = stairs.loc[stairs["is_change"], ["patient", "start"]]
    changes = changes.assign(day=moments.local_day(changes["start"], zone=zone))
    chosen, left_out = _chosen(scores[_within(scores, begin, end)], scale, scales)
    panels = list(_panels(scores, chosen, changes, scales, Window(begin, end, zone)))
    panels, beyond = panels[:MOST_PANELS], panels[MOST_PANELS:]
    shown = {name: _in_window(name, frame, begin, end, zone=zone) for name, frame in lanes.items()}
    notes = [
        *left_out,
        *(f"{p.title} (n {p.n})" for p in beyond),
        *_planned(own, known_end, zone=zone),
        *_undrawn(own, begin, end, zone=zone),
        *_outside([doses, scores, *lanes.values()], begin, end),
    ]
    stairs = stairs[(stairs["end"] > begin) | (stairs["start"] >= begin)].reset_index(drop=True)
    is_new = (stairs["start"] >= begin) & (stairs["start"] == stairs["began"]) & (stairs["record"] == "dose_change")
    counts = {"dose changes": int(is_new.sum()), "scores": sum(p.n for p in panels)}
    counts |= {name.replace("_", " "): int(_within(frame, begin, end).sum()) for name, frame in lanes.items()}
    return Content(
        patient=patient, zone=zone, since=begin, until=end, stairs=stairs,
        confirmations=known, unexplained=reconcile.unexplained(own, zone=zone, until=known_end),
        panels=tuple(panels), lanes=shown, counts=counts, not_drawn=tuple(notes),
        ends=noted.ends(own, begin, end, zone=zone),
        pump_clock=noted.pump_clock(own, stairs, begin, known_end, zone=zone),
        asof=known_end if known_end < end else None,
    )  # fmt: skip


def _planned(own: Mapping[str, pd.DataFrame], end: pd.Timestamp, *, zone: str) -> Iterator[str]:
    """How many changes are only planned, or programmed to begin after the picture: never drawn."""
    n = len(reconcile.planned(own, zone=zone))
    if n:
        yield f"{n} planned dose change{'s' if n > 1 else ''}"
    ahead = reconcile.on_record(own, zone=zone)[["status", "effective_at", "effective_on"]]
    ahead = moments.placed(ahead[ahead["status"] == "programmed"], "effective", zone=zone)
    n = int((ahead["moment"] > end).sum())
    if n:
        yield f"{n} programmed step{'s' if n > 1 else ''} of a later date"


def _undrawn(own: Mapping[str, pd.DataFrame], begin: pd.Timestamp, end: pd.Timestamp, *, zone: str) -> Iterator[str]:
    """How many records of the window have no place in the picture, in words."""
    for name, (stem, one, more) in UNDRAWN.items():
        given = own.get(name)
        if given is None or given.empty:
            continue
        n = int(_within(moments.placed(given, stem, zone=zone), begin, end).sum())
        if n:
            yield f"{n} {one if n == 1 else more}"


def _outside(given: Sequence[pd.DataFrame], begin: pd.Timestamp, end: pd.Timestamp) -> Iterator[str]:
    """How many records lie outside the window, in words; what holds on into it is not counted."""
    later = sum(int((frame["moment"] > end).sum()) for frame in given)
    points = [frame for frame in given if "observed_on" in frame or "filled_on" in frame]
    earlier = sum(int((frame["moment"] < begin).sum()) for frame in points)
    if earlier:
        yield f"{earlier} dated earlier"
    if later:
        yield f"{later} dated later"


def _within(frame: pd.DataFrame, begin: pd.Timestamp, end: pd.Timestamp) -> pd.Series:
    return (frame["moment"] >= begin) & (frame["moment"] <= end)


def _in_window(name: str, frame: pd.DataFrame, begin: pd.Timestamp, end: pd.Timestamp, *, zone: str) -> pd.DataFrame:
    """The rows of a lane in the window; an oral dose holds until the next one of its drug."""
    if frame.empty and name != "oral_doses":  # which gets columns of its own
        return frame
    if name == "oral_doses":
        following = frame.groupby("drug", dropna=False)["moment"].shift(-1)
        frame = frame.assign(stop=following.where(following < end, end), is_open=following.isna())
        return frame[(frame["moment"] <= end) & (frame["stop"] > begin)].reset_index(drop=True)
    if name == "events":
        ended = frame["ended_on"].notna() & (frame["ended_on"] >= begin.tz_convert(zone).tz_localize(None).normalize())
        return frame[(frame["moment"] <= end) & ((frame["moment"] >= begin) | ended)].reset_index(drop=True)
    return frame[_within(frame, begin, end)].reset_index(drop=True)


def _since(since: datetime | None, end: pd.Timestamp, frames: Sequence[pd.DataFrame]) -> pd.Timestamp | None:
    """The start of the window: as asked, or the first of those records; None when there are none."""
    if since is not None:
        begin = moments.instant(since)
        if begin >= end:
            raise ValueError(f"the window begins {begin:%Y-%m-%d %H:%M}, not before its end {end:%Y-%m-%d %H:%M} (UTC)")
        return begin
    firsts = [frame["moment"].min() for frame in frames if not frame.empty]
    return min([*firsts, end - SHORTEST]) if firsts else None


def _day_of(begin: pd.Timestamp, zone: str) -> pd.Timestamp:
    """The start of its local day, so that what is known by the day alone is in the window too."""
    day = moments.local_day(pd.Series([begin]), zone=zone)
    return pd.Timestamp(moments.day_start(day, zone=zone).iloc[0])


def _stairs(own: Mapping[str, pd.DataFrame], *, zone: str, until: pd.Timestamp) -> pd.DataFrame:
    """The staircase with the change from the dose before, and the range of a flex program's days."""
    stairs = recorded.changes(own, zone=zone, until=until)
    is_set = stairs["record"] == "dose_change"
    rows = stairs.loc[is_set, "row"]
    steps, boluses = (own[name][own[name]["of"].isin(rows)] for name in ("dose_steps", "timed_boluses"))
    if steps.empty and boluses.empty:
        return stairs.assign(is_redistributed=False, least=np.nan, most=np.nan)
    by_day = totals.weekday_totals(steps, boluses)
    spread = by_day.groupby("of")["total_mcg_per_day"].agg(least="min", most="max").reset_index()
    spread = spread.rename(columns={"of": "row"}).assign(record="dose_change").astype({"record": "str"})
    stairs["is_redistributed"] = noted.redistributed(stairs, steps, boluses)
    stairs["is_change"] |= stairs["is_redistributed"]
    return stairs.merge(spread, on=["record", "row"], how="left")


def _chosen(
    scores: pd.DataFrame, scale: str | Sequence[str] | None, scales: Mapping[str, Scale]
) -> tuple[list[str], list[str]]:
    """The codes to draw, and in words those that are not."""
    found = scores.groupby("scale")["observed_on"].agg(["nunique", "size"])
    days = found["nunique"]
    order = sorted(found.index, key=lambda code: (-days[code], code))
    known = [code for code in order if code in scales]
    if scale is None:
        chosen = known[:MOST_SCALES]
    else:
        asked = [scale] if isinstance(scale, str) else list(scale)
        unknown = [word for word in asked if word not in scales]
        if unknown:
            raise LookupError(f"{', '.join(unknown)}: no scale of this log; there are {', '.join(scales)}")
        chosen = [scales[word].code for word in asked]
    n = found["size"]
    left = [f"{scales[c].name if c in scales else c} (n {n[c]})" for c in order if c not in chosen]
    return chosen, left


def _panels(
    scores: pd.DataFrame,
    chosen: Sequence[str],
    changes: pd.DataFrame,
    scales: Mapping[str, Scale],
    window: Window,
) -> Iterator[Panel]:
    """The panels of those scales, one for each body part; all scales are derived from at once."""
    ours = score.ranked(scores[scores["scale"].isin(chosen)], scales)
    trailing = diary.trailing_median(score.daily(ours.drop(columns=["rank", "is_grade"]), scales=scales), changes)
    first, last = (w.tz_convert(window.zone).tz_localize(None).normalize() for w in (window.begin, window.end))
    trailing = trailing[(trailing["day"] >= first) & (trailing["day"] <= last)]
    lines = {key: line[["day", "median_7d"]] for key, line in _parted(trailing)}
    none = trailing[["day", "median_7d"]][:0]
    shown = dict(_parted(ours[_within(ours, window.begin, window.end)]))
    for code in chosen:
        series = [
            (key, _series(key, own, scales[code], lines.get(key, none))) for key, own in shown.items() if key[0] == code
        ]
        for body_part, some in itertools.groupby(series, key=lambda one: one[0][1]):
            yield Panel(scales[code], body_part, tuple(one for _, one in some))
        if not series:
            yield Panel(scales[code], "", ())


def _parted(rows: pd.DataFrame) -> Iterator[tuple[Key, pd.DataFrame]]:
    """The rows of each series and what tells it from the others, in order; what is not stated comes first."""
    groups = grouped.numbered(rows, SERIES)
    stated = groups.keys.fillna("").itertuples(index=False, name=None)
    for key, place in sorted(zip(stated, range(len(groups)), strict=True)):
        yield key, rows if len(groups) == 1 else rows[groups.of == place]


def _series(key: Key, own: pd.DataFrame, scale: Scale, trailing: pd.DataFrame) -> Series:
    has_value = own["rank"].notna()
    points = own.loc[has_value, ["moment", "rank", "timing", "by_day", "provenance"]]
    _, _, side, reporter, version = key
    return Series(
        version=version, side=side, reporter=reporter,
        points=points.assign(label=_labels(points["rank"], scale)).reset_index(drop=True),
        without=own.loc[~has_value, ["moment"]].reset_index(drop=True),
        trailing=trailing.reset_index(drop=True),
    )  # fmt: skip


def _labels(ranks: pd.Series, scale: Scale) -> ExtensionArray:
    """Values and grades as they are printed."""
    place, found = pd.factorize(ranks)
    said = [scale.grades[int(rank)] if scale.grades else number(rank) for rank in found]
    return pd.array(said, dtype="str").take(place)
