"""The dose staircase on an axes: solid as far as it was confirmed, dashed beyond.

Draws what `content` holds; derives nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from titration.plot import axis, style
from titration.plot.content import each
from titration.plot.draw_known import draw_ends, draw_last, draw_readouts, draw_unexplained
from titration.plot.labels import Label, Part, Place, Room
from titration.units import number, rounded

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt
    from matplotlib.axes import Axes
    from matplotlib.backend_bases import RendererBase

    from titration.plot.content import Content

HEADROOM = 1.32
MOST_WITH_PERCENT = 24
EMPTY_TOP = 100.0
LABELLED = (
    "dose_mcg_per_day", "change_mcg_per_day", "change_pct", "mode", "from_mode", "is_redistributed", "least", "most",
    "status",
)  # fmt: skip
"""What a label is made of."""
MARKED = (*LABELLED, "start", "end", "began", "timing", "is_open", "is_change")
"""What a mark is made of, and a label; a frame of all columns is dear to cut."""
NARROW_IN = 3.6  # narrower axes have no room for a title and a long note
RISING = (Place(1.0, 3.2), Place(-1.5, 2.8, 1.0), Place(0, 3.5, 0.5), Place(1.0, -3.2), Place(0, -3.5, 0.5))
FALLING = (
    Place(3.0, 3.2),
    Place(-4.0, 3.2, 1.0),
    Place(-2.0, -2.5, 1.0),
    Place(1.5, -3.5),
    Place(-4.0, 0, 1.0),
    Place(0, -3.5, 0.5),
)
RAISED = tuple(Place(0, dy, anchor, is_led=True) for dy in (12.0, 21.0, 30.0) for anchor in (1.0, 0.5, 0.0))
LOWERED = tuple(Place(0, -dy, anchor, is_led=True) for dy in (12.0, 21.0, 30.0) for anchor in (0.0, 0.5, 1.0))


def draw_doses(ax: Axes, shown: Content, renderer: RendererBase) -> Axes:
    """The staircase with a label at each change that has room.

    Args:
        ax: The axes; its time limits are set.
        shown: The content.
        renderer: What measures text.

    Returns:
        The axes.
    """
    stairs = shown.stairs
    ax.set_ylabel("Daily dose\n(mcg/day)", labelpad=0, **style.words(style.TINY_PT, style.GREY, linespacing=1.0))
    ax.yaxis.set_label_coords(style.beside(ax, -style.YLABEL_PT), 0.5)
    tops = stairs[["dose_mcg_per_day", "most"]].max(axis=1)
    top = float(tops.max()) if len(stairs) and tops.max() > 0 else EMPTY_TOP
    ax.set_ylim(0, top * HEADROOM)
    if stairs.empty:
        ax.set_yticks([])
        style.say_none(ax, "no dose recorded")
        return ax
    at = levels(top)
    ax.set_yticks(at)
    ax.set_yticklabels([number(level) for level in at], **style.words(style.SMALL_PT))
    room = Room(ax, renderer)
    draw_unexplained(ax, shown, room)
    _draw_lines(ax, shown, room)
    _draw_ranges(ax, shown)
    draw_readouts(ax, shown)
    draw_ends(ax, shown, room)
    _draw_changes(ax, shown, room)
    draw_last(ax, shown)
    return ax


def levels(top: float) -> list[float]:
    """Up to six round numbers from 0 on."""
    raw = top / 5
    power = 10.0 ** np.floor(np.log10(raw))
    step = next(m * power for m in (1, 2, 2.5, 5, 10) if m * power >= raw * 0.999)
    return [float(n) for n in np.arange(0, top * 1.05, step)]


def _runs(shown: Content) -> list[tuple[bool, list[float], list[float]]]:
    """Runs of the staircase that are drawn alike: dashed or not, times, doses."""
    runs: list[tuple[bool, list[float], list[float]]] = []
    begin = axis.number(shown.since, shown.zone)
    held = shown.stairs[["start", "end", "dose_mcg_per_day", "is_confirmed", "is_open", "status"]]
    held = held[((held["end"] > held["start"]) | held["is_open"]) & held["dose_mcg_per_day"].notna()]
    starts, ends = (axis.numbers(shown.wall(held[name])) for name in ("start", "end"))
    was: tuple[float, float] | None = None
    pieces = each(held, "dose_mcg_per_day", "is_confirmed", "status")
    for start, end, piece in zip(starts, ends, pieces, strict=True):
        from_, mcg = max(float(start), begin), piece.dose_mcg_per_day
        is_dashed = not piece.is_confirmed
        joins = was is not None and was[0] == start
        if runs and joins and runs[-1][0] == is_dashed:
            runs[-1][1].append(from_)
            runs[-1][2].append(mcg)
        elif was is not None and joins and was[1] != mcg and (not is_dashed or piece.status != "done"):
            runs.append((is_dashed, [was[0], from_], [was[1], mcg]))
        else:
            if (
                was is not None and joins and was[1] != mcg
            ):  # a change that was done is no less sure than what came before it
                runs[-1][1].append(from_)
                runs[-1][2].append(mcg)
            runs.append((is_dashed, [from_], [mcg]))
        runs[-1][1].append(float(end))
        runs[-1][2].append(mcg)
        was = (float(end), mcg)
    return runs


def _draw_lines(ax: Axes, shown: Content, room: Room) -> None:
    for is_dashed, times, doses in _runs(shown):
        look: dict[str, Any] = {"linestyle": style.DASHES} if is_dashed else {"linestyle": "-"}
        gid = "dose-unconfirmed" if is_dashed else "dose"
        style.line(
            ax,
            times,
            doses,
            drawstyle="steps-post",
            color=style.INK,
            linewidth=1.5,
            gid=gid,
            zorder=3,
            clip_on=False,
            solid_capstyle="butt",
            **look,
        )
        room.take_steps(times, doses)


def _draw_ranges(ax: Axes, shown: Content) -> None:
    """Flex as the range of its days' totals: a thin band."""
    flex = shown.stairs[["start", "end", "least", "most"]]
    flex = flex[flex["most"] > flex["least"]]
    if flex.empty:
        return
    begin = axis.number(shown.since, shown.zone)
    for start, end, least, most in zip(
        axis.numbers(shown.wall(flex["start"])),
        axis.numbers(shown.wall(flex["end"])),
        flex["least"],
        flex["most"],
        strict=True,
    ):
        ax.fill_between(
            [max(start, begin), end],
            least,
            most,
            facecolor=style.FAINT,
            edgecolor=style.LIGHT,
            linewidth=0.5,
            hatch="////",
            zorder=1,
            gid="flex-range",
        )


def _draw_changes(ax: Axes, shown: Content, room: Room) -> None:
    """A mark at each recorded program, and a label at each change while there is room."""
    stairs = shown.stairs[list(MARKED)]
    begun = (stairs["start"] == stairs["began"]) & (stairs["start"] >= shown.since) & stairs["dose_mcg_per_day"].notna()
    marks = stairs[begun & ((stairs["end"] > stairs["start"]) | stairs["is_open"])]
    x = axis.numbers(shown.wall(marks["start"]))
    _draw_marks(ax, marks, x)
    room.take_points(x, marks["dose_mcg_per_day"], 3.6)
    is_change = marks["is_change"].to_numpy()
    _label_changes(ax, marks[is_change], x[is_change], room)


def _draw_marks(ax: Axes, marks: pd.DataFrame, x: npt.NDArray[Any]) -> None:
    """A diamond where the mode is new, hollow where the time was assigned; those that look alike are one artist."""
    is_same_mode = (marks["from_mode"] == marks["mode"]).to_numpy(dtype=bool, na_value=False)
    has_own = (marks["status"] == "found").to_numpy(dtype=bool) & is_same_mode  # a readout that found it so
    is_mode = (~is_same_mode & marks["from_mode"].notna().to_numpy()) | marks["is_redistributed"].to_numpy(dtype=bool)
    is_assigned = (marks["timing"] == "assigned").to_numpy(dtype=bool)
    y = marks["dose_mcg_per_day"].to_numpy()
    for mask, marker, size in ((~is_mode, "o", 3.2), (is_mode, "D", 4.2)):
        for also, face in ((~is_assigned, style.INK), (is_assigned, style.PAPER)):
            chosen = mask & also & ~has_own
            if chosen.any():
                style.line(
                    ax, x[chosen], y[chosen], marker=marker, markersize=size, linestyle="none", markerfacecolor=face,
                    markeredgecolor=style.INK, markeredgewidth=0.9, zorder=4, clip_on=False, gid="change",
                )  # fmt: skip


def _label_changes(ax: Axes, changes: pd.DataFrame, x: npt.NDArray[Any], room: Room) -> None:
    """Doses first, in the order last, first, largest change; then what is small beside them."""
    size = changes["change_mcg_per_day"].abs().fillna(0).to_numpy()
    order = sorted(range(len(changes)), key=lambda i: (i != len(changes) - 1, i != 0, -size[i], i))
    is_many = len(changes) > MOST_WITH_PERCENT
    rows, put = list(each(changes, *LABELLED)), dict[int, Label]()
    for i in order:
        near, far = _around(rows[i])
        label = room.put(*_dose(rows[i], x[i]), near if is_many else (*near, *far))
        if label is not None:
            put[i] = label
    for i in order:
        if i in put and (not is_many or _is_marked(rows[i])):
            _widen(rows[i], float(x[i]), put[i], room)
    if len(put) < len(changes):
        wide_in = float(ax.get_window_extent().width) / float(ax.figure.dpi)
        words = "labels left out for room" if wide_in > NARROW_IN else "left out"
        note = f"{len(changes) - len(put)} of {len(changes)} {words}"
        ax.annotate(
            note, (1, 1), (0, 3), xycoords="axes fraction", textcoords="offset points", ha="right", va="bottom",
            annotation_clip=False, gid="note", **style.words(style.TINY_PT, style.GREY),
        )  # fmt: skip


def _around(change: Any) -> tuple[Sequence[Place], Sequence[Place]]:
    """Places near and far; below the line where the dose fell."""
    return (FALLING, LOWERED) if change.change_mcg_per_day < 0 else (RISING, RAISED)


def _dose(change: Any, x: float) -> tuple[tuple[float, float], list[Part]]:
    """The point of a change and its dose as text."""
    words = style.words(style.SMALL_PT, gid="dose-label")
    return (float(x), float(change.dose_mcg_per_day)), [(number(change.dose_mcg_per_day), words)]


def _widen(change: Any, x: float, label: Label, room: Room) -> None:
    """The label with what is small beside the dose, where that has room; else as it was."""
    small = _small(change)
    if not small:
        return
    at, dose = _dose(change, x)
    near, far = _around(change)
    room.take_back(label)
    full: list[Part] = [*dose, (small, style.words(style.TINY_PT - 0.5, style.GREY, gid="change-label"))]
    places = (*near, *far) if _is_marked(change) else near
    if room.put(at, full, places) is None:
        room.put(at, dose, (*near, *far))


def _is_mode(change: Any) -> bool:
    """Whether the mode is to be said: it is new, or the first and not simple continuous."""
    if pd.isna(change.from_mode):
        return bool(change.mode != "simple continuous")
    return bool(change.mode != change.from_mode)


def _is_marked(change: Any) -> bool:
    """Whether something other than the amount changed, which a percent does not say."""
    return _is_mode(change) or bool(change.is_redistributed)


def _small(change: Any) -> str:
    """What stands small beside a dose: a new mode, the range of flex, the percent, the status."""
    said = []
    if _is_mode(change):
        said.append(change.mode)
    elif change.is_redistributed:
        said.append("redistributed")
    elif pd.notna(change.change_pct):
        pct = rounded(abs(change.change_pct), 0)
        sign = "" if pct == "0" else "+" if change.change_pct > 0 else "\N{MINUS SIGN}"
        said.append(f"{sign}{pct} %")
    if change.most > change.least:
        said.append(f"{rounded(change.least)} to {rounded(change.most)}")
    if change.status != "done":
        said.append(change.status)  # programmed, found
    return ", ".join(said)
