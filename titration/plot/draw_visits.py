"""Draws the page of the last visits on one axes in inches: heads, rows, shaded grades, values on their whole scale.

Draws what `visits_page` holds; derives nothing.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from matplotlib.patches import Rectangle

from titration.plot import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.backend_bases import RendererBase

    from titration.plot.visits_page import Block, Cell, Page, Row

MARGIN_IN, LABEL_IN, GAP_IN = 0.06, 1.62, 0.06
HEAD_IN, TITLE_IN, SIDES_IN, GRID_IN, LINE_IN, SCALE_IN, BETWEEN_IN = 0.56, 0.2, 0.13, 0.165, 0.125, 0.28, 0.09
LABEL_COLUMNS, NOTE_COLUMNS, WRAPPED_IN = 29, 34, 0.1
SHADES = ("#ffffff", "#e6ebf0", "#cfd8e2", "#b7c5d4", "#9fb2c6", "#879fb8", "#7c95b0")
"""One hue, ever darker: the order stays in grey, and ink stays readable on the darkest."""
NEWEST = "#f4f4f2"
_INKS = {"plain": style.INK, "grey": style.GREY, "without": style.GREY, "absent": style.MIDDLE}


@dataclass(frozen=True)
class Columns:
    """Where the columns of the visits stand, in inches.

    Attributes:
        n: How many.
    """

    n: int

    @property
    def wide(self) -> float:
        """The width of one."""
        return (style.WIDTH_IN - LABEL_IN - MARGIN_IN) / max(self.n, 1)

    def left(self, place: int) -> float:
        """Where one begins."""
        return LABEL_IN + place * self.wide


def tall(block: Block) -> float:
    """How high a block is, in inches."""
    sides = SIDES_IN if block.kind == "grid" and block.rows else 0.0
    return TITLE_IN + sides + (sum(_tall(row, block.kind) for row in block.rows) or GRID_IN) + BETWEEN_IN


def _tall(row: Row, kind: str) -> float:
    if kind == "grid":
        return GRID_IN
    if kind == "scale":
        return SCALE_IN + WRAPPED_IN * (len(_label_lines(row)) + len(_note_lines(row)) - 2)
    lines = max((len(cell.lines) for visit in row.cells for cell in visit), default=1)
    return LINE_IN * max(lines, 1) + 0.045


def _label_lines(row: Row) -> list[str]:
    return _two_lines(row.label, LABEL_COLUMNS)


def _note_lines(row: Row) -> list[str]:
    return _two_lines(row.small, NOTE_COLUMNS)


def _two_lines(text: str, columns: int) -> list[str]:
    """At most two lines; the second is cut where it is drawn."""
    lines = textwrap.wrap(text, columns) or [""]
    return lines if len(lines) <= 1 else [lines[0], " ".join(lines[1:])]


def draw_heads(ax: Axes, page: Page, renderer: RendererBase, y: float, bottom: float) -> Axes:
    """The day, kind of visit and days since the one before; the newest on a faint ground.

    Args:
        ax: Axes in inches, downwards.
        page: The page.
        renderer: What measures text.
        y: Where the heads begin.
        bottom: Where the ground of the newest ends.

    Returns:
        The axes.
    """
    at = Columns(len(page.heads))
    newest = Rectangle((at.left(at.n - 1), y - 0.03), at.wide, bottom - y + 0.03, color=NEWEST, zorder=0, linewidth=0)
    newest.set_gid("newest")
    ax.add_patch(newest)
    for place, head in enumerate(page.heads):
        middle = at.left(place) + at.wide / 2
        _text(ax, renderer, (middle, y + 0.07), head.day, at.wide, style.words(style.SMALL_PT, weight="bold"), "day")
        lines = [head.visit, head.seen_by, head.since]
        for line, text in enumerate(filter(None, lines)):
            where = (middle, y + 0.2 + line * 0.115)
            _text(ax, renderer, where, text, at.wide, style.words(style.TINY_PT - 0.3, style.GREY), "visit")
    return ax


def draw_block(ax: Axes, block: Block, renderer: RendererBase, y: float) -> float:
    """One block: its title over its rows.

    Args:
        ax: Axes in inches, downwards.
        block: The block.
        renderer: What measures text.
        y: Where it begins.

    Returns:
        Where it ends.
    """
    end = y + tall(block)
    ax.plot([MARGIN_IN, style.WIDTH_IN - MARGIN_IN], [y + 0.01] * 2, color=style.LIGHT, linewidth=0.6, gid="rule")
    bold = style.words(style.SMALL_PT + 0.4, weight="bold")
    title = _text(ax, renderer, (MARGIN_IN, y + 0.11), block.title, 4.0, bold, "title", ha="left")
    taken = MARGIN_IN + title.get_window_extent(renderer).width / float(ax.figure.dpi) + 0.08
    small = style.words(style.TINY_PT - 0.3, style.GREY)
    _text(ax, renderer, (taken, y + 0.115), block.small, style.WIDTH_IN - taken - MARGIN_IN, small, "note", ha="left")
    y += TITLE_IN
    if not block.rows:
        grey = style.words(style.TINY_PT, style.GREY)
        _text(ax, renderer, (LABEL_IN, y + GRID_IN / 2), block.none or "none recorded", 4.0, grey, "none", ha="left")
        return end
    at = Columns(len(block.rows[0].cells))
    if block.kind == "grid":
        _draw_sides(ax, block, renderer, at, y)
        y += SIDES_IN
    for row in block.rows:
        high = _tall(row, block.kind)
        _draw_label(ax, row, renderer, y, high)
        for place, visit in enumerate(row.cells):
            if block.kind == "grid":
                _draw_grades(ax, visit, renderer, at, place, y)
            elif block.kind == "scale":
                _draw_mini(ax, visit[0], renderer, at, place, y + high / 2)
            else:
                _draw_words(ax, visit[0], renderer, at, place, y, high)
        y += high
    return end


def _draw_label(ax: Axes, row: Row, renderer: RendererBase, y: float, high: float) -> None:
    """Label and note: beneath one another in a high row, side by side in a low one."""
    wide, left = LABEL_IN - MARGIN_IN - 0.16, MARGIN_IN + 0.08
    ink, grey = style.words(style.TINY_PT + 0.2), style.words(style.TINY_PT - 0.9, style.GREY)
    if high < SCALE_IN - 0.001 or not row.small:
        at = y + (high / 2 if high <= GRID_IN + 0.01 else 0.085)
        made = _text(ax, renderer, (left, at), row.label, wide, ink, "row", ha="left")
        taken = made.get_window_extent(renderer).width / float(ax.figure.dpi) + 0.05
        if row.small:
            _text(ax, renderer, (left + taken, at), row.small, wide - taken, grey, "row-note", ha="left")
        return
    at = y + 0.085
    for text in _label_lines(row):
        _text(ax, renderer, (left, at), text, wide, ink, "row", ha="left")
        at += WRAPPED_IN
    at += 0.015
    for text in _note_lines(row):
        _text(ax, renderer, (left, at), text, wide, grey, "row-note", ha="left")
        at += WRAPPED_IN - 0.012


def _draw_sides(ax: Axes, block: Block, renderer: RendererBase, at: Columns, y: float) -> None:
    wide = (at.wide - GAP_IN * 2) / len(block.sides)
    for place in range(at.n):
        for n, side in enumerate(block.sides):
            where = (at.left(place) + GAP_IN + wide * (n + 0.5), y + SIDES_IN / 2)
            _text(ax, renderer, where, side, wide, style.words(style.TINY_PT - 0.5, style.GREY), "side")


def _draw_grades(ax: Axes, visit: tuple[Cell, ...], renderer: RendererBase, at: Columns, place: int, y: float) -> None:
    """The cells of one muscle at one visit, side by side, shaded by the place of the first grade on its scale."""
    wide = (at.wide - GAP_IN * 2) / len(visit)
    for n, cell in enumerate(visit):
        left = at.left(place) + GAP_IN + n * wide
        middle = (left + wide / 2, y + GRID_IN / 2)
        if cell.look == "absent":
            _dot(ax, middle)
            continue
        box: dict[str, Any] = {"facecolor": _shade(cell), "edgecolor": style.LIGHT, "linewidth": 0.5, "zorder": 2}
        if cell.look == "without":
            box |= {"facecolor": style.PAPER, "hatch": "/////", "edgecolor": style.FAINT}
        patch = Rectangle((left + 0.01, y + 0.008), wide - 0.02, GRID_IN - 0.016, **box)
        patch.set_gid("without" if cell.look == "without" else "shade")
        ax.add_patch(patch)
        ink = _INKS[cell.look]
        _text(ax, renderer, middle, cell.lines[0], wide, style.words(style.SMALL_PT, ink), "grade")


def _shade(cell: Cell) -> str:
    """White where the answers of the day differ: no one shade is theirs."""
    levels = {mark.level for mark in cell.marks}
    return SHADES[round(levels.pop() * (len(SHADES) - 1))] if len(levels) == 1 else style.PAPER


def _draw_mini(ax: Axes, cell: Cell, renderer: RendererBase, at: Columns, place: int, middle: float) -> None:
    """The value, and where it stands on the whole scale."""
    left = at.left(place) + GAP_IN
    number_wide, centre = (at.wide - 2 * GAP_IN) * 0.42, at.left(place) + at.wide / 2
    if cell.look == "absent":
        _dot(ax, (centre, middle))
        return
    if not cell.marks:
        _text(
            ax,
            renderer,
            (centre, middle),
            cell.lines[0],
            at.wide,
            style.words(style.TINY_PT, _INKS[cell.look]),
            "value",
        )
        return
    if len(cell.lines) > 1:
        grey = style.words(style.TINY_PT - 0.9, style.GREY)
        _text(ax, renderer, (centre, middle + 0.085), cell.lines[1], at.wide, grey, "value-note")
        middle -= 0.035
    where = (left + number_wide / 2, middle)
    _text(ax, renderer, where, cell.lines[0], number_wide, style.words(style.SMALL_PT + 0.5), "value")
    low, high = left + number_wide + 0.05, at.left(place) + at.wide - GAP_IN - 0.06
    ax.plot([low, high], [middle] * 2, color=style.LIGHT, linewidth=0.8, zorder=2, gid="scale", solid_capstyle="butt")
    for end in (low, high):
        ax.plot(
            [end] * 2, [middle - 0.035, middle + 0.035], color=style.LIGHT, linewidth=0.8, zorder=2, gid="scale-end"
        )
    for mark in cell.marks:
        face = style.PAPER if mark.is_after else style.INK
        ax.plot(
            [low + mark.level * (high - low)], [middle], marker="o", markersize=4.0, markerfacecolor=face,
            markeredgecolor=style.INK, markeredgewidth=0.8, linestyle="none", zorder=3, gid="mark",
        )  # fmt: skip


def _draw_words(ax: Axes, cell: Cell, renderer: RendererBase, at: Columns, place: int, y: float, high: float) -> None:
    middle = at.left(place) + at.wide / 2
    if cell.look == "absent":
        _dot(ax, (middle, y + min(high, GRID_IN) / 2))
        return
    for line, text in enumerate(cell.lines):
        size, ink = (style.TINY_PT + 0.3, _INKS[cell.look]) if line == 0 else (style.TINY_PT - 0.6, style.GREY)
        where = (middle, y + 0.08 + line * LINE_IN)
        _text(ax, renderer, where, text, at.wide - 0.04, style.words(size, ink), "words" if line == 0 else "words-note")


def _dot(ax: Axes, at: tuple[float, float]) -> None:
    ax.plot([at[0]], [at[1]], marker=".", markersize=2.2, color=style.MIDDLE, linestyle="none", gid="absent")


def _text(
    ax: Axes,
    renderer: RendererBase,
    at: tuple[float, float],
    text: str,
    wide: float,
    words: dict[str, Any],
    gid: str,
    ha: str = "center",
) -> Any:
    """A text no wider than its room: set smaller, then cut with an ellipsis (the twin has it whole)."""
    made = ax.text(*at, text, ha=ha, va="center", gid=gid, clip_on=False, zorder=4, **words)
    per_inch = float(ax.figure.dpi)
    measured = made.get_window_extent(renderer).width / per_inch
    if text and measured > wide:
        made.set_fontsize(max(words["fontsize"] * wide / measured * 0.99, words["fontsize"] * 0.86))
    while len(text) > 1 and made.get_window_extent(renderer).width / per_inch > wide:
        text = text[:-1].rstrip()
        made.set_text(f"{text}\N{HORIZONTAL ELLIPSIS}")
    return made
