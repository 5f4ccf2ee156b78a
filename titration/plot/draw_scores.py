"""The scores of one scale on an axes: points, and the line of a daily diary; the whole scale shown.

Draws what `content` holds; derives nothing.
"""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

import numpy as np

from titration.derive.lateness import BEFORE, LATE
from titration.plot import axis, style
from titration.plot.labels import Place, Room
from titration.units import number

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt
    from matplotlib.axes import Axes
    from matplotlib.backend_bases import RendererBase

    from titration.plot.content import Content, Panel, Series

MOST_LABELLED = 60
KEY_PT = 15.5  # right of the axes
DENSE_PT, TOLD_APART_PT, SPARSE_PT = 2.2, 3.0, 4.6
BAR_PT, RING_PT = 4.0, 3.4  # how far a cross or a ring reaches beyond its mark
LATE_DENSE_PT = 3.4
KEY_STEP = 0.27
PLACES = (Place(0, 3.4, 0.5), Place(0, -3.4, 0.5))
PLACES_LATE = (Place(0, 5.4, 0.5), Place(0, -5.4, 0.5))


def draw_scores(ax: Axes, panel: Panel, shown: Content, renderer: RendererBase) -> Axes:
    """The points of each series, and the trailing median where it is a daily diary.

    Args:
        ax: The axes; its time limits are set.
        panel: Scale, body part and series.
        shown: The content, for its zone.
        renderer: What measures text.

    Returns:
        The axes.
    """
    draw_scale(ax, panel)
    if not panel.series:
        style.say_none(ax, "no score in this window")
        return ax
    is_dense = any(len(s.trailing) for s in panel.series)
    size = SPARSE_PT if not is_dense else DENSE_PT if len(panel.series) == 1 else TOLD_APART_PT
    places = _places(ax, panel, shown, 0 if is_dense else size)
    for series, x in zip(panel.series, places, strict=True):
        _draw_provenance(ax, series, x, size, is_dense=is_dense)
        _draw_points(ax, series, x, size, is_dense=is_dense)
        _draw_trailing(ax, series)
        _draw_without(ax, series, shown)
    if not is_dense and panel.n <= MOST_LABELLED:
        _label_series(panel, places, Room(ax, renderer, above_pt=7.0), size)
    _draw_key(ax, panel)
    _draw_late_key(ax, panel)
    return ax


def draw_scale(ax: Axes, panel: Panel) -> None:
    """The whole scale, its grades by name, and in words which way it runs."""
    low, high = panel.limits
    ax.set_ylim(low, high)
    if panel.scale.grades:
        at, texts = [float(i) for i in range(len(panel.scale.grades))], list(panel.scale.grades)
    else:
        levels = _levels(low, high, panel.scale.step)
        at, texts = levels, [number(level) for level in levels]
    ax.set_yticks(at)
    ax.set_yticklabels(texts, **style.words(style.SMALL_PT))
    way = textwrap.fill(f"{panel.scale.more_is}\N{NO-BREAK SPACE}\N{RIGHTWARDS ARROW}", 24)
    ax.set_ylabel(way, labelpad=0, **style.words(style.TINY_PT, style.GREY, linespacing=1.0))
    ax.yaxis.set_label_coords(style.beside(ax, -style.YLABEL_PT), 0.5)


def _levels(low: float, high: float, step: float | None) -> list[float]:
    """Both ends of a scale and a few of its steps between."""
    span = high - low
    every = next((s for s in (1, 2, 5, 10, 20, 25, 50, 100) if s >= (step or 0) and span / s <= 5.01), span)  # noqa: PLR2004 - at most six ticks
    found = [low + i * every for i in range(int(span / every + 1e-9) + 1)]
    return [*found[:-1], high] if high - found[-1] < every / 2 else [*found, high]


def _places(ax: Axes, panel: Panel, shown: Content, size: float) -> list[npt.NDArray[Any]]:
    """Where the points of each series stand; a marker's width apart where two series share a day."""
    found = [axis.numbers(shown.wall(series.points["moment"])) for series in panel.series]
    days = np.concatenate([np.unique(np.floor(x)) for x in found]) if len(found) > 1 else ()
    if len(np.unique(days)) == len(days):
        return found
    first, last = ax.get_xlim()
    width_pt = ax.get_window_extent().width / ax.figure.dpi * 72
    apart = (size + 0.4) * (last - first) / width_pt
    return [x + (place - (len(found) - 1) / 2) * apart for place, x in enumerate(found)]


def look(series: Series) -> dict[str, Any]:
    """Marker, fill and colour of a series: shape is the reporter, the filled half is the side."""
    fill, colour = style.SIDES.get(series.side, ("full", style.INK))
    return {
        "marker": style.MARKERS.get(series.reporter, "p"), "fillstyle": fill, "color": colour,
        "markerfacecoloralt": style.PAPER, "markeredgecolor": colour, "markeredgewidth": 0.8,
    }  # fmt: skip


def _draw_points(ax: Axes, series: Series, x: Any, size: float, *, is_dense: bool) -> None:
    is_assigned = series.points["timing"].eq("assigned").to_numpy()
    rank = series.points["rank"].to_numpy()
    drawn = look(series)
    if is_dense:
        drawn |= {"color": style.MIDDLE, "markeredgecolor": style.MIDDLE, "fillstyle": "full", "markeredgewidth": 0.0}
    hollow = {
        **drawn,
        "fillstyle": "none",
        "markeredgecolor": style.GREY if is_dense else drawn["markeredgecolor"],
        "markeredgewidth": 0.8,
    }
    is_cross = is_dense & series.points["provenance"].eq(LATE).to_numpy()  # too small for a mark and a cross
    for mask, kind, gid in ((~is_assigned & ~is_cross, drawn, "score"), (is_assigned, hollow, "score-assigned")):
        if mask.any():
            style.line(
                ax, x[mask], rank[mask], linestyle="none", markersize=size, clip_on=False, zorder=3, gid=gid, **kind
            )


def _draw_provenance(ax: Axes, series: Series, x: Any, size: float, *, is_dense: bool) -> None:
    """A cross through what was written down late, a ring around what was written before its day."""
    rank = series.points["rank"].to_numpy()
    colour = style.MIDDLE if is_dense else style.SIDES.get(series.side, ("full", style.INK))[1]
    for kind, reach in ((LATE, BAR_PT if not is_dense else LATE_DENSE_PT - size), (BEFORE, RING_PT)):
        mask = series.points["provenance"].eq(kind).to_numpy()
        if mask.any():
            style.line(
                ax, x[mask], rank[mask], linestyle="none", marker=style.PROVENANCES[kind], markersize=size + reach,
                markerfacecolor="none", markeredgecolor=colour, markeredgewidth=0.9 if not is_dense else 0.6, clip_on=False, zorder=2.5,
                gid=f"score-{kind.split()[0]}",
            )  # fmt: skip


def _draw_trailing(ax: Axes, series: Series) -> None:
    if series.trailing.empty:
        return
    _, colour = style.SIDES.get(series.side, ("full", style.INK))
    dashes = {"proxy": (0, (4, 1.5)), "clinician": (0, (1.5, 1.5))}.get(series.reporter, "-")
    style.line(
        ax,
        axis.numbers(series.trailing["day"]),
        series.trailing["median_7d"],
        color=colour,
        linewidth=1.5,
        linestyle=dashes,
        zorder=4,
        gid="trailing-median",
        clip_on=False,
    )


def _draw_without(ax: Axes, series: Series, shown: Content) -> None:
    """A cross below the scale, never on it, for what was asked and has no value."""
    if series.without.empty:
        return
    x = axis.numbers(shown.wall(series.without["moment"]))
    style.line(
        ax, x, np.full(len(x), -0.05), transform=ax.get_xaxis_transform(), marker="x", markersize=3.2, linestyle="none",
        color=style.GREY, markeredgewidth=0.8, gid="without", clip_on=False,
    )  # fmt: skip


def _label_series(panel: Panel, places: Sequence[npt.NDArray[Any]], room: Room, size: float) -> None:
    """A label at each point that has room between the marks of all series."""
    for series, x in zip(panel.series, places, strict=True):
        room.take_points(x, series.points["rank"], size)
        is_late = series.points["provenance"].eq(LATE).to_numpy()
        if is_late.any():
            room.take_crosses(x[is_late], series.points["rank"][is_late], size + BAR_PT)
    for series, x in zip(panel.series, places, strict=True):
        _label_points(series, x, room)


def _label_points(series: Series, x: npt.NDArray[Any], room: Room) -> None:
    _, colour = style.SIDES.get(series.side, ("full", style.INK))
    words = style.words(style.TINY_PT, colour, gid="score-label")
    points = series.points
    for at, rank, label, kind in zip(x, points["rank"], points["label"], points["provenance"], strict=True):
        room.put((float(at), float(rank)), [(label, words)], PLACES_LATE if kind in style.PROVENANCES else PLACES)


def _draw_key(ax: Axes, panel: Panel) -> None:
    """In the margin: each series with its marker, its words and its n."""
    lines = [(look(s), words_of(s), len(s.points)) for s in panel.series]
    at = style.beside(ax, KEY_PT)
    has_versions = len({s.version for s in panel.series}) > 1
    for place, (drawn, words, n) in enumerate(lines):
        y = 1 - (place + 0.4) * KEY_STEP
        text = f"{words}, {panel.series[place].version}" if has_versions else words
        style.line(
            ax, [at], [y], transform=ax.transAxes, markersize=4.6, linestyle="none", clip_on=False, gid="key", **drawn
        )
        ax.annotate(
            f"{text}\nn {n}" if text else f"n {n}",
            (at, y),
            (5, 0),
            xycoords="axes fraction",
            textcoords="offset points",
            ha="left",
            va="center",
            annotation_clip=False,
            gid="key",
            **style.words(style.TINY_PT, linespacing=0.95),
        )


def _draw_late_key(ax: Axes, panel: Panel) -> None:
    """Under the series: how many of them were written down late."""
    n = sum(int(s.points["provenance"].eq(LATE).sum()) for s in panel.series)
    if not n:
        return
    at, y = style.beside(ax, KEY_PT), 1 - (len(panel.series) + 0.4) * KEY_STEP
    style.line(
        ax, [at], [y], transform=ax.transAxes, linestyle="none", marker=style.PROVENANCES[LATE], color=style.INK,
        markersize=SPARSE_PT + BAR_PT / 2, markeredgewidth=0.9, clip_on=False, gid="key",
    )  # fmt: skip
    ax.annotate(
        f"written late\nn {n}", (at, y), (5, 0), xycoords="axes fraction", textcoords="offset points", ha="left",
        va="center", annotation_clip=False, gid="key", **style.words(style.TINY_PT, linespacing=0.95),
    )  # fmt: skip


def words_of(series: Series) -> str:
    """Side and reporter of a series in words."""
    return ", ".join(filter(None, [series.side, series.reporter]))
