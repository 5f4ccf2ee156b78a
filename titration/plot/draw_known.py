"""How far the staircase is known: unexplained intervals, readouts, and what is said at its end.

Draws what `content` holds; derives nothing.
"""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

import pandas as pd

from titration.derive.found import OTHER
from titration.plot import axis, style
from titration.plot.content import each
from titration.plot.labels import Place
from titration.units import number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from matplotlib.axes import Axes

    from titration.plot.content import Content
    from titration.plot.labels import Room

LEAST_HATCHED = 0.06
MARGIN_COLUMNS = 15
CLEAR_PX = 3.0


def draw_unexplained(ax: Axes, shown: Content, room: Room) -> None:
    """Crosshatched up to the line: somewhere in this time the program became another than the one on record."""
    pieces = shown.stairs[["start", "end", "dose_mcg_per_day"]][shown.stairs["is_unexplained"]]
    if pieces.empty:
        return
    begin, top = axis.number(shown.since, shown.zone), ax.get_ylim()[1]
    for piece, start, end in _spans(shown, pieces):
        high = max(piece.dose_mcg_per_day, top * LEAST_HATCHED) if pd.notna(piece.dose_mcg_per_day) else top
        area = ax.fill_between(
            [max(start, begin), end], 0, high, facecolor="none", edgecolor=style.LIGHT, linewidth=0.0, hatch="xxx",
            zorder=0.5, gid="unexplained",
        )  # fmt: skip
        area.set_hatch_linewidth(0.4)
        (left, low), (right, upper) = room.pixels([max(start, begin), end], [0, high])
        room.taken.append((left, low, right, upper - CLEAR_PX))


def _spans(shown: Content, pieces: pd.DataFrame) -> Iterator[tuple[Any, float, float]]:
    starts, ends = (axis.numbers(shown.wall(pieces[name])) for name in ("start", "end"))
    for piece, start, end in zip(each(pieces), starts, ends, strict=True):
        yield piece, float(start), float(end)


def draw_readouts(ax: Axes, shown: Content) -> None:
    """An upright bar on the line where a readout agreed, a cross where it did not."""
    if shown.readouts.empty:
        return
    recorded = dict(zip(shown.unexplained["readout_row"], shown.unexplained["against_dose_mcg_per_day"], strict=True))
    reads = each(shown.readouts, "row", "says", "dose_mcg_per_day")
    for read, x in zip(reads, axis.numbers(shown.wall(shown.readouts["confirmed_at"])), strict=True):
        is_other = read.says == OTHER
        # where the dose was not read the cross stands on the line it contradicts
        y = read.dose_mcg_per_day if pd.notna(read.dose_mcg_per_day) else recorded.get(read.row, 0.0)
        look: dict[str, Any] = (
            {"marker": "X", "markeredgewidth": 0.6} if is_other else {"marker": "|", "markeredgewidth": 1.1}
        )
        style.line(
            ax, [x], [y], markersize=6.0, linestyle="none", markerfacecolor=style.PAPER, markeredgecolor=style.INK,
            zorder=5, clip_on=False, gid="readout-other" if is_other else "readout", **look,
        )  # fmt: skip


def draw_ends(ax: Axes, shown: Content, room: Room) -> None:
    """An upright line where following ended, with the word on record."""
    if shown.ends is None or shown.ends.empty:
        return
    top = ax.get_ylim()[1]
    for end, x in zip(each(shown.ends), axis.numbers(shown.wall(shown.ends["moment"])), strict=True):
        style.line(
            ax, [x, x], [0, top], color=style.GREY, linewidth=0.9, linestyle=(0, (5, 1.5, 1, 1.5)), zorder=2, gid="end"
        )
        (left, low), (right, upper) = room.pixels([x, x], [0, top])
        room.taken.append((left - 1, low, right + 1, upper))
        words = style.words(style.TINY_PT, style.GREY, gid="end-label")
        room.put((float(x), top), [(end.following, words)], (Place(3.0, -1.0), Place(-3.0, -1.0, 1.0)))


def draw_last(ax: Axes, shown: Content) -> None:
    """In the margin: the last recorded programmed dose, when it was last confirmed, and what runs ahead of that."""
    last = shown.last
    y = last["dose_mcg_per_day"]
    lines = last_lines(shown)
    text = "\n".join(part for line in lines for part in textwrap.wrap(line, MARGIN_COLUMNS))
    ax.annotate(
        text, (1, float(y) if pd.notna(y) else 0.0), (4, 0), xycoords=("axes fraction", "data"),
        textcoords="offset points", ha="left", va="center", annotation_clip=False, gid="last",
        **style.words(style.TINY_PT),
    )  # fmt: skip


def last_lines(shown: Content) -> list[str]:
    """What stands at the end of the staircase.

    Args:
        shown: The content, with at least one program.

    Returns:
        Dose, then how far it is confirmed.
    """
    last, confirmed = shown.last, shown.confirmed
    dose = said_dose(last["dose_mcg_per_day"])
    if not last["is_open"]:
        return [dose, shown.ended or f"ended {_day(last['end'], shown)}"]
    if confirmed is None:
        return [dose, "not confirmed"]
    day = _day(confirmed["confirmed_at"], shown)
    if shown.is_ahead:
        began = _day(last["began"], shown)
        return [
            f"{said_dose(confirmed['dose_mcg_per_day'])} confirmed {day};",
            f"{dose.split()[0]} programmed from {began}",
        ]
    found = ["as found"] if last["status"] == "found" else []
    return [dose, *found, f"last confirmed {day}"]


def said_dose(mcg: float) -> str:
    """A daily dose in print, or that it was not read.

    Example:
        >>> said_dose(120.0), said_dose(float("nan"))
        ('120 mcg/day', 'dose not read')
    """
    return f"{number(mcg)} mcg/day" if pd.notna(mcg) else "dose not read"


def _day(instant: pd.Timestamp, shown: Content) -> str:
    return f"{instant.tz_convert(shown.zone):%Y-%m-%d}"
