"""The weekly run chart of one scale: weekly medians around a centre line, runs and crossings beside their limits.

Drawn on request only, with its caution printed; the numbers come from `derive.runchart`, and no word says what they mean.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from titration.derive import moments, recorded, runchart, weekly
from titration.derive.kept import own_frames
from titration.derive.score import SERIES
from titration.plot import axis, sheet, spoken, style
from titration.plot.content import Panel, each
from titration.plot.draw_scores import draw_scale
from titration.units import number, rounded

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date, datetime
    from typing import Any

    from matplotlib.axes import Axes

    from titration.plot.figure import Figure
    from titration.scales import Scale

LEFT_IN, WIDE_IN, PANEL_IN, ROW_IN, BOTTOM_IN = 0.85, 3.75, 1.35, 1.75, 0.38
MOST_PANELS = 4
NONE = "no week with a median in this window"
RULE = (
    "A point is the median of a week with at least four days that have a value. A longer run than its limit, or fewer "
    "crossings than theirs, is outside the limit. Points on the centre count in no run."
)


def run_chart(
    frames: Mapping[str, pd.DataFrame],
    *,
    patient: str,
    zone: str,
    until: datetime,
    scales: Mapping[str, Scale],
    since: datetime | None = None,
    scale: str | None = None,
    centre_until: date | None = None,
) -> Figure:
    """Weekly medians of one scale around their centre, for each reporter, side and body part.

    A series with fewer than ten useful points is not drawn, and its panel says so.

    Args:
        frames: Frames by name, of one patient or many.
        patient: Code.
        zone: IANA name; weeks are its, Monday to Sunday.
        until: Last instant whose scores are taken, with an offset.
        scales: Scales by code.
        since: First instant whose scores are taken; without it all. The limits are those of the weeks taken.
        scale: Code; without it the scale of numbers with the most days.
        centre_until: The last day of the weeks that make the centre; without it all weeks make it.

    Returns:
        The figure; `twin` says the same in plain text.

    Raises:
        ValueError: An instant has no offset.
        LookupError: There is no such scale.

    Source:
        Anhoej & Olesen 2014, doi:10.1371/journal.pone.0113825; construction after Perla 2011,
        doi:10.1136/bmjqs.2009.037895.
    """
    first, last = None if since is None else moments.instant(since), moments.instant(until)
    own = own_frames(frames, patient)
    scores = moments.in_order(own["scores"], "observed", zone=zone)
    taken = (scores["moment"] <= last) & (first is None or scores["moment"] >= first)
    found = _of_scale(scores[taken].drop(columns=["moment", "by_day"]), scale, scales)
    weeks = weekly.weekly(found, zone=zone, scales=scales)
    charts = runchart.run_chart(weeks, centre_until=centre_until)
    points = runchart.points(weeks, centre_until=centre_until)
    changes = _changes(own, zone=zone, until=last)
    name = scales[found["scale"].iloc[0]].name if len(found) else "No score of a scale of numbers"
    heading = f"{patient}, weekly run chart: {name}"
    drawn = charts.iloc[:MOST_PANELS]
    footer = [_basis(centre_until), RULE, "Dotted lines: dose changes.", runchart.CAUTION]
    if len(charts) > len(drawn):
        footer.append(f"Not drawn: {len(charts) - len(drawn)} more series.")
    lines = [line for chart in each(charts) for line in _said(chart, points)] or [NONE]
    said = [heading, "", *lines, "", *footer]
    with style.plain():
        page = sheet.Sheet(heading, ROW_IN * max(len(drawn), 1) + BOTTOM_IN, twin=spoken.twin(said), footer=footer)
        for place, chart in enumerate(each(drawn)):
            ax = page.axes(LEFT_IN, 0.3 + ROW_IN * place, WIDE_IN, PANEL_IN)
            _draw(ax, chart, _points_of(points, chart), changes, scales[chart.scale], centre_until)
        if drawn.empty:
            ax = page.axes(LEFT_IN, 0.3, WIDE_IN, PANEL_IN)
            ax.set_xticks([])
            ax.set_yticks([])
            style.say_none(ax, NONE)
    return page.figure


def _of_scale(scores: pd.DataFrame, scale: str | None, scales: Mapping[str, Scale]) -> pd.DataFrame:
    """The scores of the scale asked for; else of the scale of numbers with the most days."""
    if scale is not None:
        if scale not in scales:
            message = f"{scale}: no scale of this log; there are {', '.join(scales)}"
            raise LookupError(message)
        return scores[scores["scale"] == scales[scale].code]
    numeric = scores[scores["value"].notna() & scores["scale"].isin(list(scales))]
    days = numeric.groupby("scale")["observed_on"].nunique()
    return numeric if days.empty else numeric[numeric["scale"] == min(days.index, key=lambda c: (-days[c], c))]


def _changes(own: Mapping[str, pd.DataFrame], *, zone: str, until: pd.Timestamp) -> pd.DataFrame:
    stairs = recorded.staircase(own, zone=zone, until=until)
    changed = stairs[stairs["is_change"]]
    return changed.assign(day=moments.local_day(changed["start"], zone=zone))


def _basis(centre_until: date | None) -> str:
    if centre_until is None:
        return "The centre is the median of all weeks shown."
    return f"The centre is the median of the weeks that ended by {centre_until:%Y-%m-%d}; later weeks do not move it."


def _points_of(points: pd.DataFrame, chart: Any) -> pd.DataFrame:
    same = np.ones(len(points), dtype=bool)
    for name in SERIES:
        same &= (points[name].fillna("") == (getattr(chart, name) if pd.notna(getattr(chart, name)) else "")).to_numpy()
    return points[same]


def series_words(row: Any) -> str:
    """Body part, side, reporter and version of a row, in words."""
    given = (getattr(row, name) for name in ("body_part", "side", "reporter"))
    return ", ".join(str(part) for part in given if pd.notna(part)) or "reporter not stated"


def _numbers(chart: Any) -> list[str]:
    """What stands beside a panel: counts and their limits, and how neighbouring weeks go together."""
    gaps = f"{chart.n_gaps} week{'s' if chart.n_gaps != 1 else ''} without a point"
    r = "not known" if np.isnan(chart.lag1_correlation) else rounded(chart.lag1_correlation, 2)
    return [
        f"{chart.n_points} points, {gaps}",
        f"{chart.n_useful} useful points",
        f"longest run {chart.longest_run}, limit {chart.longest_run_limit}",
        f"crossings {chart.crossings}, limit {chart.crossings_limit}",
        f"lag-1 correlation {r}, {chart.lag1_pairs} pairs",
    ]


def _said(chart: Any, points: pd.DataFrame) -> Iterator[str]:
    yield series_words(chart)
    yield f"  weeks of {chart.first_on:%Y-%m-%d} to {chart.last_on:%Y-%m-%d}"
    if pd.notna(chart.insufficient):
        yield f"  not drawn: {chart.insufficient}"
        return
    yield f"  centre {number(chart.centre)} from {chart.n_centre} weeks"
    yield from (f"  {line}" for line in _numbers(chart))
    own = _points_of(points, chart)
    pairs = [f"{week:%Y-%m-%d} {number(median)}" for week, median in zip(own["week_on"], own["median"], strict=True)]
    yield "  " + "; ".join(pairs)


def _draw(
    ax: Axes, chart: Any, points: pd.DataFrame, changes: pd.DataFrame, scale: Scale, centre_until: date | None
) -> None:
    draw_scale(ax, Panel(scale, "", ()))
    sheet.title(ax, series_words(chart))
    if pd.notna(chart.insufficient):
        ax.set_xticks([])
        style.say_none(ax, f"not drawn: {chart.insufficient}")
        return
    every = pd.date_range(points["week_on"].iloc[0], points["week_on"].iloc[-1], freq="7D")
    median = points.set_index("week_on")["median"].reindex(every)
    x = axis.numbers(every) + 3.5  # the middle of its week
    edge = 3.5 + (x[-1] - x[0]) * 0.015
    ax.set_xlim(x[0] - edge, x[-1] + edge)
    axis.draw_time(ax, labelled=True)
    ax.plot(x, median, color=style.INK, linewidth=0.9, marker="o", markersize=2.8, zorder=3, gid="weeks", clip_on=False)
    split = ax.get_xlim()[1] if centre_until is None else float(axis.numbers(pd.DatetimeIndex([centre_until]))[0]) + 1
    for begin, end, dashes in ((ax.get_xlim()[0], split, "-"), (split, ax.get_xlim()[1], style.DASHES)):
        if end > begin:
            ax.plot([begin, end], [chart.centre] * 2, color=style.GREY, linewidth=1.0, linestyle=dashes, gid="centre")
    for at in axis.numbers(changes["day"]):
        if ax.get_xlim()[0] <= at <= ax.get_xlim()[1]:
            ax.axvline(at, color=style.LIGHT, linewidth=0.6, linestyle=(0, (1, 2)), zorder=0, gid="change-guide")
    said = [f"centre {number(chart.centre)}, {chart.n_centre} weeks", *_numbers(chart)]
    sheet.beside(ax, 0.5, "\n".join(said), gid="numbers")
