"""Lanes under the curves: side effects as asked, events, oral drugs, refills.

Draws what `content` holds; derives nothing.
"""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

import numpy as np

from titration.plot import axis, lanes, style
from titration.plot.content import each
from titration.plot.labels import Place, Room
from titration.units import number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.backend_bases import RendererBase

    from titration.plot.content import Content
    from titration.plot.lanes import Lane

AFTER, BEFORE = Place(5.0, 0), Place(-5.0, 0, 1.0)
INSIDE = Place(2.0, 0)
HALF_MARK_PX = 9.0
HOLLOW = {"markerfacecolor": style.PAPER, "markeredgecolor": style.INK, "markeredgewidth": 0.8}
FULL = {"markerfacecolor": style.INK, "markeredgecolor": style.INK, "markeredgewidth": 0.8}
SEVERITY_KEY_PT = (6.2, 26.4, 51.4)  # right of the axes
SAID = {"effects": "\N{WHITE CIRCLE} asked, none", "drug": "mg/day"}


def draw_lanes(ax: Axes, shown: Content, rows: Sequence[Lane], renderer: RendererBase) -> Axes:
    """Each lane with its marks and bars, its name at the left and its key at the right.

    Args:
        ax: The axes; its time limits are set.
        shown: The content.
        rows: Its lanes.
        renderer: What measures text.

    Returns:
        The axes.
    """
    draw = {
        "effects": _draw_asked, "effect": _draw_effect, "events": _draw_events, "drug": _draw_drug,
        "refills": _draw_refills,
    }  # fmt: skip
    tops = np.concatenate([[0], np.cumsum([lane.tall for lane in rows])])
    middles = [float(top) + 0.5 for top in tops[:-1]]
    names = [textwrap.shorten(lane.name, 19, placeholder="...") for lane in rows]
    ax.set_ylim(float(tops[-1]), 0)
    ax.set_yticks(middles)
    ax.set_yticklabels(names, **style.words(style.SMALL_PT))
    for top in tops[1:-1]:
        ax.axhline(float(top), color=style.FAINT, linewidth=0.6, zorder=0)
    room = Room(ax, renderer)
    for lane, middle in zip(rows, middles, strict=True):
        draw[lane.kind](ax, lane, shown, room, middle)
    _draw_keys(ax, rows, middles)
    return ax


def _said(ax: Axes, x: float, y: float, text: str, **more: Any) -> None:
    """Words at a height of the axes, a little to the right of a share of its width."""
    ax.annotate(
        text, (x, y), (4, 0), xycoords=("axes fraction", "data"), textcoords="offset points", ha="left", va="center",
        annotation_clip=False, **{**style.words(style.TINY_PT, style.GREY, linespacing=0.95), **more},
    )  # fmt: skip


def _mark(ax: Axes, at: tuple[Any, float], marker: str, size: float, gid: str, **look: Any) -> None:
    x, y = np.atleast_1d(at[0]), at[1]
    style.line(
        ax, x, np.full(len(x), y), marker=marker, markersize=size, linestyle="none", clip_on=False, zorder=3, gid=gid,
        **(look or FULL),
    )  # fmt: skip


def _draw_asked(ax: Axes, lane: Lane, shown: Content, room: Room, middle: float) -> None:
    """Visits at which all effects were asked about and there were none."""
    del room
    if shown.lanes["side_effects"].empty:
        _said(ax, 0, middle, "none recorded in this window: not asked, or not written down", gid="none")
        return
    _mark(ax, (axis.numbers(shown.wall(lane.rows["moment"])), middle), "o", 3.6, "asked-none", **HOLLOW)


def _draw_effect(ax: Axes, lane: Lane, shown: Content, room: Room, middle: float) -> None:
    """An effect at each visit it was asked about, by size how severe."""
    del room
    for severity, own in lane.rows.groupby("severity"):
        x = axis.numbers(shown.wall(own["moment"]))
        if severity == "none":
            _mark(ax, (x, middle), "o", 3.6, "asked-none", **HOLLOW)
        else:
            _mark(ax, (x, middle), "o", style.SEVERITY_PT[str(severity)], f"effect-{severity}")


def _draw_events(ax: Axes, lane: Lane, shown: Content, room: Room, middle: float) -> None:
    """Bars from start to end where the end is known, a mark where it is not; labels in free rows."""
    if lane.rows.empty:
        _said(ax, 0, middle, "none recorded in this window", gid="none")
        return
    first, last = (axis.number(t, shown.zone) for t in (shown.since, shown.until))
    starts = np.maximum(axis.numbers(shown.wall(lane.rows["moment"])), first)
    ends = np.minimum(axis.numbers(lane.rows["ended_on"]) + 1, last)
    left_out = 0
    for start, end, event in zip(starts, ends, each(lane.rows), strict=True):
        stop = float(end) if np.isfinite(end) else float(start)
        y = _free_row(room, (float(start), stop), lanes.event_words(event), [middle + i for i in range(lane.tall)])
        left_out += y is None
        at = middle + lane.tall - 1 if y is None else y
        if stop > start:
            style.line(
                ax,
                [start, stop],
                [at, at],
                color=style.GREY,
                linewidth=3.0,
                solid_capstyle="butt",
                zorder=2,
                gid="event-bar",
            )
        look = HOLLOW if event.timing == "assigned" else FULL
        _mark(ax, (start, at), style.EVENT_MARKERS[str(event.event)], 3.8, "event", **look)
    if left_out:
        _said(ax, 1, middle, f"{left_out} not labelled", gid="note")


def _free_row(room: Room, span: tuple[float, float], words: str, rows: list[float]) -> float | None:
    """The first row in which bar and label have room; the label is put there."""
    start, stop = span
    text = [(words, style.words(style.TINY_PT, gid="event-label"))]
    for y in rows:
        (x0, py), (x1, _) = room.pixels([start, stop], [y, y])
        mark = (x0 - HALF_MARK_PX / 2, py - 4, x1 + HALF_MARK_PX / 2, py + 4)
        if not room.is_free(mark, is_bound=False):
            continue
        if room.put((stop, y), text, [AFTER]) or room.put((start, y), text, [BEFORE]):
            room.taken.append(mark)
            return y
    return None


def _draw_drug(ax: Axes, lane: Lane, shown: Content, room: Room, middle: float) -> None:
    """Bars of a daily dose from its start to the next; none while it is 0."""
    first = axis.number(shown.since, shown.zone)
    starts = np.maximum(axis.numbers(shown.wall(lane.rows["moment"])), first)
    ends = axis.numbers(shown.wall(lane.rows["stop"]))
    for start, end, row in zip(starts, ends, each(lane.rows), strict=True):
        if row.dose_mg_per_day > 0:
            edge = style.DASHES if row.is_open else "-"
            ax.fill_between(
                [start, end], middle - 0.36, middle + 0.36, facecolor=style.FAINT, edgecolor=style.GREY,
                linewidth=0.6, linestyle=edge, zorder=1, gid="oral-bar",
            )  # fmt: skip
        else:
            _mark(ax, (start, middle), "|", 7, "oral-stop")
        words = style.words(style.TINY_PT, gid="oral-label")
        room.put((float(start), middle), [(number(row.dose_mg_per_day), words)], [INSIDE])


def _draw_refills(ax: Axes, lane: Lane, shown: Content, room: Room, middle: float) -> None:
    """A mark at each refill, with the strength where it is new."""
    if lane.rows.empty:
        _said(ax, 0, middle, "none recorded in this window", gid="none")
        return
    x = axis.numbers(shown.wall(lane.rows["moment"]))
    for at, timing in zip(x, lane.rows["timing"], strict=True):
        _mark(ax, (at, middle), "v", 4.2, "refill", **(HOLLOW if timing == "assigned" else FULL))
    room.take_points(x, np.full(len(x), middle), 4.2)
    strength = lane.rows["concentration_mcg_per_ml"]
    is_new = (strength.notna() & (strength != strength.ffill().shift(1))).to_numpy()
    left_out = 0
    for at, mcg in zip(x[is_new], strength[is_new], strict=True):
        words = style.words(style.TINY_PT, gid="strength")
        left_out += room.put((float(at), middle), [(number(mcg), words)], [AFTER, BEFORE]) is None
    _said(ax, 1, middle, f"mcg/mL, {left_out} left out" if left_out else "mcg/mL where new", gid="key")


def _draw_keys(ax: Axes, rows: Sequence[Lane], middles: list[float]) -> None:
    """In the margin: what the marks of each lane say."""
    seen = set()
    for lane, middle in zip(rows, middles, strict=True):
        if lane.kind in seen or lane.rows.empty:
            continue
        seen.add(lane.kind)
        if lane.kind == "effect":
            _draw_severities(ax, middle)
        elif lane.kind in SAID:
            _said(ax, 1, middle, SAID[lane.kind], gid="key")


def _draw_severities(ax: Axes, middle: float) -> None:
    for severity, size, points in zip(style.SEVERITY_PT, style.SEVERITY_PT.values(), SEVERITY_KEY_PT, strict=True):
        x = style.beside(ax, points)
        style.line(
            ax, [x], [middle], transform=ax.get_yaxis_transform(), marker="o", markersize=size, color=style.INK, linestyle="none",
            markeredgewidth=0, clip_on=False, gid="key",
        )  # fmt: skip
        _said(
            ax,
            style.beside(ax, points + size / 2 - 2.2),  # as far from the edge of each mark
            middle,
            severity if severity == "mild" else f"{severity[:3]}.",
            fontsize=style.TINY_PT - 0.6,
        )
