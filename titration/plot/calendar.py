"""A calendar of one scale: a square a day, weeks across, weekdays down; what is missing is drawn.

What is shown comes from `calendar_shown`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib.collections import PolyCollection
from matplotlib.patches import Polygon, Rectangle
from matplotlib.transforms import AffineDeltaTransform

from titration.plot import calendar_said, calendar_shades, calendar_shown, sheet, style
from titration.plot.axis import MONTHS
from titration.plot.content import each

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from matplotlib.axes import Axes

    from titration.plot.calendar_shown import Shown
    from titration.plot.figure import Figure
    from titration.scales import Scale

WEEKS, CELL_IN = 27, 0.205
LEFT_IN, TOP_IN, GAP_IN, KEY_IN = 0.5, 0.2, 0.14, 0.68
KEY_ROW_IN = 0.26
MOST_BEFORE_NAME = 12
Stroke = tuple[tuple[float, float], tuple[float, float]]
"""From where to where a line is drawn."""
"""A month that began earlier has no name at the left edge: that of the following month stands there."""


def calendar(
    frames: Mapping[str, pd.DataFrame],
    *,
    patient: str,
    zone: str,
    until: datetime,
    scales: Mapping[str, Scale],
    since: datetime | None = None,
    scale: str | None = None,
) -> Figure:
    """One scale by weekday and week, at most twelve months: darker is higher, and the value is printed.

    A dot is a day on which a diary entry was due and none is there; an empty square a day on which none was
    expected. Hatched is what was written down late. A corner marks a change of dose, a ring a refill.

    Args:
        frames: Frames by name, of one patient or many.
        patient: Code.
        zone: IANA name.
        until: Last instant shown, with an offset.
        scales: Scales by code.
        since: First day shown; without it the month of the first value, and never more than twelve months back.
        scale: Scale; without it the one with most diary days.

    Returns:
        The figure; `twin` says the same in plain text.

    Raises:
        ValueError: `until` or `since` has no offset, or `since` is after `until`.
        LookupError: The scale asked for is not in the register.

    Example:
        >>> print(demo_log.chart("P001").picture("calendar").twin.splitlines()[0])
        P001, Spasticity NRS by day, 2025-11-14 to 2026-11-13
    """
    shown = calendar_shown.of_patient(
        frames, patient=patient, zone=zone, until=until, scales=scales, since=since, scale=scale
    )
    with style.plain():
        return _drawn(shown)


def _drawn(shown: Shown) -> Figure:
    monday = shown.first - pd.Timedelta(days=shown.first.weekday())
    weeks = (shown.last - monday).days // 7 + 1
    bands = math.ceil(weeks / WEEKS)
    band_in = TOP_IN + 7 * CELL_IN + GAP_IN * (bands > 1)
    made = sheet.Sheet(
        calendar_said.heading(shown),
        bands * band_in + KEY_IN,
        twin=calendar_said.twin(shown),
        under=[calendar_said.series(shown)],
        footer=calendar_said.footer(shown),
    )
    each = math.ceil(weeks / bands)
    for band in range(bands):
        first = monday + pd.Timedelta(days=7 * each * band)
        wide = min(each, weeks - each * band)
        ax = made.axes(LEFT_IN, TOP_IN + band * band_in, wide * CELL_IN, 7 * CELL_IN)
        _draw_band(ax, shown, first, wide)
    for row, marks in enumerate(_keys(shown)):
        top_in = bands * band_in + 0.14 + row * KEY_ROW_IN
        _draw_key(made.axes(LEFT_IN, top_in, made.wide_in - LEFT_IN - 0.1, CELL_IN), marks, shown)
    return made.figure


def _bare(ax: Axes, wide: float, tall: float) -> None:
    ax.set_xlim(0, wide)
    ax.set_ylim(tall, 0)
    ax.set_xticks([])
    ax.set_yticks([])
    for spine in ax.spines.values():
        spine.set_visible(False)
    ax.patch.set_visible(False)


def _draw_band(ax: Axes, shown: Shown, monday: pd.Timestamp, weeks: int) -> Axes:
    """Up to 27 weeks: squares, what stands in them, borders of months."""
    _bare(ax, weeks, 7)
    ax.set_yticks(np.arange(7) + 0.5, labels=calendar_said.DAYS, **style.words(style.TINY_PT, style.GREY))
    ax.tick_params(axis="y", length=0)
    inside = (shown.days["day"] >= monday) & (shown.days["day"] < monday + pd.Timedelta(days=7 * weeks))
    named, squares, borders = False, _Squares([], []), list[Stroke]()
    for day in each(shown.days[inside]):
        x, y = divmod((day.day - monday).days, 7)
        _draw_day(ax, x, y, day, shown, squares)
        borders += _borders(x, y, day.day, shown)
        is_edge = day.day in {shown.first, monday} and day.day.day <= MOST_BEFORE_NAME
        if day.day.day == 1 or is_edge:
            _name_month(ax, x, day.day, with_year=not named or day.day.month == 1)
            named = True
    squares.draw(ax)
    _draw_borders(ax, borders)
    return ax


@dataclass
class _Squares:
    """Where squares stand and their shades: drawn as one."""

    at: list[tuple[float, float]]
    faces: list[str]

    def draw(self, ax: Axes) -> None:
        """All of them, beneath what stands in them."""
        corners = [(0.03, 0.03), (0.97, 0.03), (0.97, 0.97), (0.03, 0.97)]
        sized = AffineDeltaTransform(ax.transData)  # type: ignore[arg-type]  # both axes are linear
        every = PolyCollection(
            [corners], offsets=self.at, offset_transform=ax.transData, transform=sized, facecolors=self.faces,
            edgecolors=style.FAINT, linewidths=0.4, gid="day", zorder=0.9,
        )  # fmt: skip
        ax.add_collection(every, autolim=False)


def _draw_day(ax: Axes, x: float, y: float, day: Any, shown: Shown, squares: _Squares) -> None:
    """One square: its shade and value, or what says that there is none; a corner for a change, a ring for a refill."""
    step = None if pd.isna(day.rank) else calendar_shades.shade(float(day.rank), shown.scale)
    face = style.PAPER if step is None else calendar_shades.SHADES[step]
    ink = style.PAPER if step is not None and step >= calendar_shades.DARK else style.INK
    squares.at.append((x, y))
    squares.faces.append(face)
    if day.is_late and step is not None:
        hatch = Rectangle((x + 0.03, y + 0.03), 0.94, 0.94, facecolor="none", edgecolor=ink, linewidth=0, hatch="/////",
                          gid="late")  # fmt: skip
        hatch.set_hatch_linewidth(0.35)
        ax.add_patch(hatch)
    text, gid = ("", "")
    if step is not None:
        text, gid = calendar_said.label(day.label), "value"
    elif day.has_none:
        text, gid = "x", "without"
    elif day.is_expected:
        text, gid = "\N{MIDDLE DOT}", "missing"
    if text:
        size = style.TINY_PT if gid != "missing" else style.BASE_PT + 3
        box = (
            {"boxstyle": "round,pad=0.08", "facecolor": face, "edgecolor": "none"}
            if day.is_late and step is not None
            else None
        )
        ax.text(x + 0.5, y + 0.52, text, ha="center", va="center", gid=gid, bbox=box, **style.words(size, ink))
    if day.is_change:
        ax.add_patch(Polygon([(x + 0.03, y + 0.03), (x + 0.4, y + 0.03), (x + 0.03, y + 0.4)], facecolor=ink, edgecolor="none",
                             gid="change"))  # fmt: skip
    if day.is_refill:
        ax.plot([x + 0.8], [y + 0.8], marker="o", markersize=3.0, markerfacecolor=style.PAPER, markeredgecolor=ink if step is None or step < calendar_shades.DARK else style.INK,
                markeredgewidth=0.8, linestyle="none", gid="refill")  # fmt: skip


def _borders(x: float, y: float, day: pd.Timestamp, shown: Shown) -> Iterator[Stroke]:
    """The border of one square towards the month before."""
    before = day - pd.Timedelta(days=7)
    if before.month != day.month and before >= shown.first:
        yield (x, y), (x, y + 1)
    if day.day == 1 and y > 0 and day > shown.first:
        yield (x, y), (x + 1, y)


def _draw_borders(ax: Axes, borders: Sequence[Stroke]) -> None:
    """All of them as one artist, with a gap between each and the next."""
    at = [point for begin, end in borders for point in (begin, end, (np.nan, np.nan))]
    if at:
        style.line(
            ax, *zip(*at, strict=True), color=style.INK, linewidth=1.0, solid_capstyle="projecting", gid="month", zorder=4,
            clip_on=False,
        )  # fmt: skip


def _name_month(ax: Axes, x: float, day: pd.Timestamp, *, with_year: bool) -> None:
    text = f"{MONTHS[day.month - 1]} {day.year}" if with_year else MONTHS[day.month - 1]
    at = x if day.weekday() == 0 or day.day > 1 else x + 1
    ax.text(at, -0.25, text, ha="left", va="bottom", gid="month-name", **style.words(style.TINY_PT))


Marks = list[tuple[str, dict[str, Any]]]


def _keys(shown: Shown) -> tuple[Marks, Marks]:
    """The shades of the scale, and the other marks that are there: text, and the day that has the mark."""
    spans = [] if shown.scale is None else calendar_shades.spans(shown.scale)
    shades: Marks = [(text, {"rank": rank}) for text, rank in spans]
    some: dict[str, tuple[str, dict[str, Any]]] = {
        "is_late": ("written late", {"rank": spans[len(spans) // 2][1] if spans else 0.0}),
        "is_expected": ("due, not filled in", {}),
        "has_none": ("asked, no value", {}),
        "is_change": ("dose change", {}),
        "is_refill": ("refill", {}),
    }
    marks: Marks = [(text, {**more, flag: True}) for flag, (text, more) in some.items() if shown.days[flag].any()]
    return shades, [("no score, none expected", {}), *marks]


def _draw_key(ax: Axes, marks: Marks, shown: Shown) -> Axes:
    """A row of squares with what each says."""
    _bare(ax, (style.WIDTH_IN - LEFT_IN - 0.1) / CELL_IN, 1)
    plain = {"rank": np.nan, "label": "", "is_late": False, "has_none": False, "is_expected": False, "is_change": False,
             "is_refill": False}  # fmt: skip
    x, squares = 0.0, _Squares([], [])
    for text, more in marks:
        _draw_day(ax, x, 0, SimpleNamespace(**plain | more), shown, squares)
        ax.text(x + 1.15, 0.5, text, ha="left", va="center", gid="key", **style.words(style.TINY_PT - 0.3))
        x += 1.7 + 0.245 * len(text)
    squares.draw(ax)
    return ax
