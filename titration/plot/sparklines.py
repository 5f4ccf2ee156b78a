"""A year in four strips, for the top of a printed page: dose, the main scores on their full scale, completeness.

Puts the strips together; what they hold comes from `sparklines_rows`. No normal limits: there are none to draw.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from titration.plot import axis, sparklines_rows, spoken, style
from titration.plot.figure import Figure

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.backend_bases import RendererBase

    from titration.plot.sparklines_strips import Strip, Year
    from titration.scales import Scale

STRIP_IN, TOP_IN, BOTTOM_IN, GAP_IN = 0.19, 0.06, 0.19, 0.055
LABEL_IN, FIRST_IN, LAST_IN, EDGE_IN = 1.78, 0.36, 1.06, 0.06
NOTE_PT = style.TINY_PT - 0.8


def sparklines(
    frames: Mapping[str, pd.DataFrame],
    *,
    patient: str,
    zone: str,
    until: datetime,
    scales: Mapping[str, Scale],
    since: datetime | None = None,
    scale: str | Sequence[str] | None = None,
) -> Figure:
    """Four strips over one time axis, with the first and the last value and n beside each.

    Strip by strip: daily dose as programmed (from 0, dashed where it is not confirmed); two scales, whole scale
    shown, those with values on most days and those of no single body part first; the diary entries filled of those expected, month by month, or that no diary
    was expected. Of each scale one series is drawn, the one with values on most days.

    Args:
        frames: Frames by name, of one patient or many.
        patient: Code.
        zone: IANA name; the axis shows its clock.
        until: Last instant shown, with an offset.
        scales: Scales by code.
        since: First instant shown; without it twelve months before `until`.
        scale: Scale or scales to show, at most two; without it those with values on most days.

    Returns:
        The figure, 6.4 inches wide and about 1.2 high; `twin` says the same in plain text, and what is not drawn.

    Raises:
        ValueError: `until` or `since` has no offset, or `since` is not before `until`.
        LookupError: A scale asked for is not in the register.

    Example:
        >>> chart = demo_log.chart("P002")
        >>> given = {"patient": "P002", "zone": chart.zone, "until": chart.asof_at, "scales": chart.scales}
        >>> print(sparklines(chart.frames, **given).twin.splitlines()[0])
        P002, 2025-11-13 to 2026-11-13
    """
    year = sparklines_rows.year(
        frames, patient=patient, zone=zone, until=until, scales=scales, since=since, scale=scale
    )
    with style.plain():
        return _drawn(year)


def _drawn(year: Year) -> Figure:
    strips = year.strips
    tall = TOP_IN + len(strips) * (STRIP_IN + GAP_IN) - GAP_IN + BOTTOM_IN
    figure = Figure((style.WIDTH_IN, tall), twin=_twin(year))
    left, wide = LABEL_IN + FIRST_IN, style.WIDTH_IN - LABEL_IN - FIRST_IN - LAST_IN
    for place, strip in enumerate(strips):
        bottom = tall - TOP_IN - place * (STRIP_IN + GAP_IN) - STRIP_IN
        box = (left / style.WIDTH_IN, bottom / tall, wide / style.WIDTH_IN, STRIP_IN / tall)
        ax = figure.add_axes(box, facecolor=style.PAPER)
        for spine in ax.spines.values():
            spine.set_visible(False)
        ax.set_yticks([])
        ax.set_xlim(year.first, year.last)
        ax.set_ylim(*strip.limits)
        is_last = place == len(strips) - 1
        axis.draw_time(ax, labelled=is_last)
        if is_last:
            _one_line(ax)
        _draw_ends(ax)
        draw_strip(ax, strip)
        _draw_words(ax, strip, figure.renderer)
    return figure


def _one_line(ax: Axes) -> None:
    """A year in place of the month it begins with, else beside the first month: there is one line."""
    texts = [label.get_text() for label in ax.get_xticklabels()]
    one, more = texts[:1], [text.split("\n")[-1] for text in texts[1:]]
    is_told = any(text.isdigit() for text in more)
    texts = [text.split("\n")[0] if is_told else text.replace("\n", " ") for text in one] + more
    ax.set_xticklabels(texts, **style.words(NOTE_PT, style.GREY))
    ax.tick_params(axis="x", length=1.6, pad=1)
    first, last = ax.get_xlim()
    for label, at in zip(ax.get_xticklabels(), ax.get_xticks(), strict=True):
        share = (at - first) / (last - first)
        label.set_horizontalalignment("left" if share < 0.03 else "right" if share > 0.97 else "center")  # noqa: PLR2004 - kept on the paper at both edges


def _draw_ends(ax: Axes) -> None:
    """A faint line at each end of the scale."""
    for y in ax.get_ylim():
        ax.axhline(y, color=style.FAINT, linewidth=0.6, zorder=0, gid="scale-end", clip_on=False)


def draw_strip(ax: Axes, strip: Strip) -> Axes:
    """The marks of one strip.

    Args:
        ax: The axes; its limits are set.
        strip: What it holds.

    Returns:
        The axes.
    """
    for piece in strip.steps:
        look: dict[str, Any] = {"color": style.INK, "linewidth": 1.1, "solid_capstyle": "butt", "dash_capstyle": "butt"}
        dashes: Any = "-" if piece.is_confirmed else style.DASHES
        gid = "dose" if piece.is_confirmed else "dose-unconfirmed"
        ax.plot(piece.x, piece.y, linestyle=dashes, gid=gid, zorder=3, clip_on=False, **look)
    for left, right, share in strip.bars:
        ax.fill_between([left, right], [share] * 2, color=style.LIGHT, linewidth=0, zorder=2, gid="filled")
        ax.plot([left, right], [share] * 2, color=style.GREY, linewidth=0.8, zorder=3, gid="filled-top")
    if len(strip.x):
        is_dense = len(strip.line_x) > 0
        _draw_points(ax, strip, size=1.4 if is_dense else 2.6, colour=style.MIDDLE if is_dense else style.INK)
        ax.plot(
            strip.line_x, strip.line_y, color=style.INK, linewidth=1.0, zorder=4, gid="trailing-median", clip_on=False
        )
    if strip.none:
        ax.text(
            0.5, 0.5, strip.none, transform=ax.transAxes, ha="center", va="center", gid="none",
            **style.words(style.TINY_PT, style.GREY),
        )  # fmt: skip
    return ax


def _draw_points(ax: Axes, strip: Strip, *, size: float, colour: str) -> None:
    assigned = np.asarray(strip.assigned, dtype=bool)
    for mask, face, gid in ((~assigned, colour, "score"), (assigned, style.PAPER, "score-assigned")):
        if mask.any():
            ax.plot(
                np.asarray(strip.x)[mask], np.asarray(strip.y)[mask], marker="o", markersize=size, linestyle="none",
                markerfacecolor=face, markeredgecolor=colour, markeredgewidth=0.5, zorder=3, gid=gid, clip_on=False,
            )  # fmt: skip


def _draw_words(ax: Axes, strip: Strip, renderer: RendererBase) -> None:
    """Label and scale at the left, the first value before the strip, the last value and n after it."""
    inch = 72.0
    ink, grey = style.words(style.TINY_PT + 0.4), style.words(NOTE_PT, style.GREY)
    start = -(LABEL_IN + FIRST_IN - EDGE_IN) * inch
    _beside(ax, (0, 0.5), (start, 3.4), strip.label, ink, "label", renderer, LABEL_IN - EDGE_IN)
    _beside(ax, (0, 0.5), (start, -4.4), strip.small, grey, "label-note", renderer, LABEL_IN - EDGE_IN)
    if strip.first:
        made = _beside(ax, (0, 0.5), (-5, 0), strip.first, style.words(style.TINY_PT), "first", renderer, FIRST_IN)
        made.set_horizontalalignment("right")
    if strip.last:
        bold = style.words(style.SMALL_PT, weight="bold")
        _beside(ax, (1, 0.5), (5, 3.2 if strip.more else 0), strip.last, bold, "last", renderer, LAST_IN - 0.1)
        _beside(ax, (1, 0.5), (5, -4.6), strip.more, grey, "last-note", renderer, LAST_IN - 0.1)


def _beside(
    ax: Axes,
    at: tuple[float, float],
    off: tuple[float, float],
    text: str,
    words: dict[str, Any],
    gid: str,
    renderer: RendererBase,
    wide: float,
) -> Any:
    """A text beside the strip, cut with an ellipsis where it is wider than its room (the twin has it whole)."""
    where: dict[str, Any] = {"xycoords": "axes fraction", "textcoords": "offset points", "annotation_clip": False}
    made = ax.annotate(text, at, off, ha="left", va="center", gid=gid, **where, **words)
    while len(text) > 1 and made.get_window_extent(renderer).width / float(ax.figure.dpi) > wide:
        text = text[:-1].rstrip()
        made.set_text(f"{text}\N{HORIZONTAL ELLIPSIS}")
    return made


def _twin(year: Year) -> str:
    lines = [year.heading]
    for strip in year.strips:
        note = f" ({strip.small})" if strip.small else ""
        lines += ["", f"{strip.label}{note}"]
        if strip.none:
            lines.append(f"  {strip.none}")
        lines += [f"  {line}" for line in strip.said]
    lines += ["", *year.footer]
    return spoken.twin(lines)
