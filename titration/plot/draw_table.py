"""A plain ruled table on an axes in inches, its texts wrapped; and its text twin.

Draws what it is given; derives nothing.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from titration.plot import spoken, style
from titration.plot.figure import Figure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

MARGIN_IN, TOP_IN, TITLE_IN, LINE_IN, PAD_IN, GAP_IN, BETWEEN_IN = 0.06, 0.3, 0.2, 0.112, 0.05, 0.03, 0.1
TEXT_PT, HEAD_PT = style.TINY_PT, style.TINY_PT - 0.5
LETTER_IN = TEXT_PT * 0.59 / 72  # the mean width of a letter
FOOTER_COLUMNS, FOOTER_LINE_IN = 140, 0.105
MOST_LINES = 4
WIDE_IN = style.WIDTH_IN - 2 * MARGIN_IN


@dataclass(frozen=True)
class Column:
    """A column: its head, its width in inches, whether its texts stand at the right."""

    head: str
    wide: float
    is_right: bool = False


@dataclass(frozen=True)
class Line:
    """One row: its texts, and the same whole, for the twin."""

    cells: tuple[str, ...]
    said: str


@dataclass(frozen=True)
class Table:
    """A table under its title.

    Attributes:
        title: Its title.
        note: What is said under the title; empty when nothing is.
        columns: Its columns.
        lines: Its rows.
        none: What is said when there are none.
        most: How many rows are drawn; the newest, which come last. The rest is counted; the twin has all.
        what: What its rows are called, for the sentence that counts the rest.
    """

    title: str
    note: str
    columns: tuple[Column, ...]
    lines: tuple[Line, ...]
    none: str
    most: int = 40
    what: str = "rows"

    @property
    def drawn(self) -> tuple[Line, ...]:
        """The rows that are drawn."""
        return self.lines[-self.most :]

    @property
    def left_out(self) -> str:
        """How many are not drawn, in words; empty when all are."""
        n = len(self.lines) - len(self.drawn)
        return f"{n} earlier {self.what} in the text version" if n else ""


def _lines(text: str, wide: float) -> list[str]:
    """A text in lines that fit, at most four; the twin has it whole."""
    columns = max(int((wide - 0.06) / LETTER_IN), 4)
    made = [line for part in text.split("\n") for line in textwrap.wrap(part, columns)] or [""]
    return (
        made if len(made) <= MOST_LINES else [*made[: MOST_LINES - 1], made[MOST_LINES - 1] + "\N{HORIZONTAL ELLIPSIS}"]
    )


def _texts(table: Table, line: Line) -> list[list[str]]:
    return [_lines(text, column.wide) for text, column in zip(line.cells, table.columns, strict=True)]


def _notes(table: Table) -> list[str]:
    said = ". ".join(filter(None, [table.note, table.left_out]))
    return textwrap.wrap(said, FOOTER_COLUMNS) if said else []


def tall(table: Table) -> float:
    """How high a table is, in inches."""
    high = TITLE_IN + len(_notes(table)) * FOOTER_LINE_IN
    if not table.lines:
        return high + LINE_IN + BETWEEN_IN
    heads = max(column.head.count("\n") + 1 for column in table.columns)
    rows = sum(max(len(lines) for lines in _texts(table, line)) * LINE_IN + PAD_IN for line in table.drawn)
    return high + GAP_IN + heads * LINE_IN + PAD_IN + rows + BETWEEN_IN


def draw_table(ax: Axes, table: Table, y: float) -> float:
    """One table.

    Args:
        ax: Axes in inches, downwards.
        table: The table.
        y: Where it begins.

    Returns:
        Where it ends.
    """
    end = y + tall(table)
    _text(ax, (MARGIN_IN, y + TITLE_IN / 2), table.title, style.words(style.SMALL_PT + 0.6, weight="bold"), "title")
    y += TITLE_IN
    for note in _notes(table):
        _text(ax, (MARGIN_IN, y + FOOTER_LINE_IN / 2), note, style.words(HEAD_PT, style.GREY), "note")
        y += FOOTER_LINE_IN
    if not table.lines:
        _text(ax, (MARGIN_IN, y + LINE_IN / 2), table.none, style.words(TEXT_PT, style.GREY), "none")
        return end
    y += GAP_IN
    heads = max(column.head.count("\n") + 1 for column in table.columns)
    grey = style.words(HEAD_PT, style.GREY)
    _draw_line(ax, table, [column.head.split("\n") for column in table.columns], y, grey, "head")
    y += heads * LINE_IN + PAD_IN
    for line in table.drawn:
        _rule(ax, y)
        texts = _texts(table, line)
        _draw_line(ax, table, texts, y + PAD_IN / 2, style.words(TEXT_PT), "cell")
        y += max(len(lines) for lines in texts) * LINE_IN + PAD_IN
    _rule(ax, y)
    return end


def _draw_line(
    ax: Axes, table: Table, texts: Sequence[Sequence[str]], y: float, words: dict[str, Any], gid: str
) -> None:
    left = MARGIN_IN
    for lines, column in zip(texts, table.columns, strict=True):
        x = left + column.wide - 0.07 if column.is_right else left
        for n, text in enumerate(lines):
            if text:
                _text(ax, (x, y + (n + 0.5) * LINE_IN), text, words, gid, ha="right" if column.is_right else "left")
        left += column.wide


def _rule(ax: Axes, y: float) -> None:
    ax.plot([MARGIN_IN, style.WIDTH_IN - MARGIN_IN], [y] * 2, color=style.FAINT, linewidth=0.6, gid="rule", zorder=1)


def _text(ax: Axes, at: tuple[float, float], text: str, words: dict[str, Any], gid: str, ha: str = "left") -> None:
    ax.text(*at, text, ha=ha, va="center", gid=gid, clip_on=False, **words)


def figure_of(heading: str, tables: Sequence[Table], footer: Sequence[str]) -> Figure:
    """A figure of tables under one heading, with its text twin.

    Args:
        heading: Patient and what it is, in one line.
        tables: The tables, from top to bottom.
        footer: Sentences beneath.

    Returns:
        The figure, as high as it needs to be.
    """
    lines = textwrap.wrap(" ".join(footer), FOOTER_COLUMNS)
    high = TOP_IN + sum(tall(table) for table in tables) + FOOTER_LINE_IN * len(lines) + 0.1
    with style.plain():
        figure = Figure((style.WIDTH_IN, high), twin=_twin(heading, tables, footer))
        ax = figure.add_axes((0, 0, 1, 1))
        ax.set(xlim=(0, style.WIDTH_IN), ylim=(high, 0))
        ax.set_axis_off()
        left, bold = MARGIN_IN / style.WIDTH_IN, style.words(style.BASE_PT + 1.5, weight="bold")
        figure.text(left, 1 - 0.07 / high, heading, va="top", gid="heading", **bold)
        y = TOP_IN
        for table in tables:
            y = draw_table(ax, table, y)
        small = style.words(HEAD_PT, style.GREY, linespacing=1.15)
        figure.text(left, 0.04 / high, "\n".join(lines), va="bottom", gid="footer", **small)
    return figure


def _twin(heading: str, tables: Sequence[Table], footer: Sequence[str]) -> str:
    lines = [heading]
    for table in tables:
        lines += ["", table.title + (f" ({table.note})" if table.note else "")]
        lines += [f"  {line.said}" for line in table.lines] or [f"  {table.none}"]
    lines += ["", *footer]
    return spoken.twin(lines)
