"""The draws of the 24-hour strip: steps, ghost, boluses, differences, hours of two clocks, diary by the hour.

Draws what `schedule_shown` holds; derives nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from titration import times
from titration.plot import schedule_said, sheet, style
from titration.plot.content import each
from titration.plot.labels import Place, Room
from titration.units import number, rounded

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.backend_bases import RendererBase

    from titration.plot.schedule_shown import Facet, Shown

DAY_MIN = 24 * 60
MINUS = "\N{MINUS SIGN}"
EVERY_H = 3
HEADROOM, WITH_BOLUSES = 1.34, 1.95
BOLUS_AT, BEFORE_AT = 0.8, 0.66
MOST_AREA_PT2 = 110.0
LEAST_TOP = 0.5
GHOST = (0, (2.4, 1.8))
OVER = (Place(0, 2.6, 0.5), Place(0, -2.6, 0.5))
START = (Place(1.5, 1.6), Place(-1.5, 1.6, 1.0))


def has_boluses(shown: Shown) -> bool:
    """Whether any program shown gives timed boluses."""
    return any(one["part"].eq("bolus").any() for facet in shown.facets for one in (facet.now, facet.before))


def has_differences(shown: Shown) -> bool:
    """Whether the program differs from the one before by an amount at any time of the day."""
    return any(facet.periods["difference_mcg"].abs().gt(0).any() for facet in shown.facets)


def on_wall(start_min: float, end_min: float, shift_min: int) -> list[tuple[float, float]]:
    """A stretch of the pump's day as hours on the wall; in two where it runs over midnight there.

    Args:
        start_min: Minutes by the pump's clock.
        end_min: The same; at most a day later.
        shift_min: Minutes the pump's clock is ahead.

    Returns:
        Begin and end of each, in hours from 0 to 24.

    Example:
        >>> on_wall(0, 360, 60)
        [(0.0, 5.0), (23.0, 24.0)]
    """
    begin = (start_min - shift_min) % DAY_MIN
    end = begin + (end_min - start_min)
    if end <= DAY_MIN:
        return [(begin / 60, end / 60)]
    return sorted([(begin / 60, 24.0), (0.0, (end - DAY_MIN) / 60)])


def draw_strip(ax: Axes, facet: Facet, shown: Shown, renderer: RendererBase) -> Axes:
    """One strip: steps filled, the program before dashed, boluses above, totals at the right.

    Args:
        ax: The axes.
        facet: What it shows.
        shown: The content, for the clocks and what all strips share.
        renderer: What measures text.

    Returns:
        The axes.
    """
    _draw_scale(ax, shown)
    why = schedule_said.unknown(shown)
    if why:
        style.say_none(ax, why)
    room = Room(ax, renderer)
    for parts, gid in ((facet.before, "before"), (facet.now, "program")):
        values, edges = _steps(parts, shown.shift_min if shown.varies else 0)
        if not values:
            continue
        if gid == "program":
            ax.stairs(values, edges, fill=True, facecolor=style.FAINT, edgecolor="none", zorder=1, gid="program-fill")
            line = ax.stairs(values, edges, baseline=None, color=style.INK, linewidth=1.5, zorder=4, gid="program")
            line.set_clip_on(False)
        else:
            ax.stairs(
                values, edges, baseline=None, color=style.GREY, linewidth=1.1, linestyle=GHOST, zorder=3, gid="before"
            )
        room.take_steps(edges, [*values, values[-1]])
    _draw_midnight(ax, shown, room)
    _draw_boluses(ax, facet, shown, room)
    _label_steps(facet, shown, room)
    total, before = schedule_said.totals(shown, facet)
    sheet.beside(ax, 0.62, total, gid="total", size=style.SMALL_PT)
    sheet.beside(ax, 0.28, "\n".join(before).replace("-", MINUS), gid="total-before", colour=style.GREY)
    return ax


def _draw_scale(ax: Axes, shown: Shown) -> None:
    """Hours, and one scale of rates from 0 for all strips."""
    ax.set_xlim(0, 24)
    ax.set_xticks(range(0, 25, EVERY_H))
    ax.set_xticks(range(25), minor=True)
    ax.tick_params(axis="x", which="minor", length=1.2, width=0.4, color=style.LIGHT)
    ax.tick_params(axis="x", labelbottom=False)
    rates = [
        one["rate_mcg_per_h"].where(one["part"] != "bolus").max() for f in shown.facets for one in (f.now, f.before)
    ]
    most = max([rate for rate in rates if np.isfinite(rate)], default=0.0) or LEAST_TOP
    ax.set_ylim(0, most * (WITH_BOLUSES if has_boluses(shown) else HEADROOM))
    levels = _levels(most)
    ax.set_yticks(levels)
    ax.set_yticklabels([number(level) for level in levels], **style.words(style.SMALL_PT))
    ax.set_ylabel("mcg/h", **style.words(style.TINY_PT, style.GREY))
    ax.yaxis.set_label_coords(-0.1, 0.5 if not has_boluses(shown) else 0.25)


def _levels(most: float) -> list[float]:
    """Up to five round rates from 0 up to the greatest."""
    raw = most / 4
    power = 10.0 ** np.floor(np.log10(raw))
    step = next(m * power for m in (1, 2, 2.5, 5, 10) if m * power >= raw * 0.999)
    return [float(f"{n:.6g}") for n in np.arange(0, most * 1.05, step)]


def _steps(parts: pd.DataFrame, shift_min: int) -> tuple[list[float], list[float]]:
    """Rates, and the hours on the wall between which they run; rate 0 for boluses alone."""
    if parts.empty:
        return [], []
    steps = parts[parts["part"] != "bolus"]
    if steps.empty:
        return [0.0], [0.0, 24.0]
    spans = [
        (begin, end, rate)
        for start, stop, rate in zip(steps["start_min"], steps["end_min"], steps["rate_mcg_per_h"], strict=True)
        for begin, end in on_wall(start, stop, shift_min)
        if end > begin
    ]
    spans.sort()
    kept = [span for place, span in enumerate(spans) if place == 0 or span[2] != spans[place - 1][2]]
    return [float(rate) for _, _, rate in kept], [*(float(begin) for begin, _, _ in kept), 24.0]


def _draw_midnight(ax: Axes, shown: Shown, room: Room) -> None:
    """Where the pump's day begins on the wall, when the days differ and the clocks do."""
    if len(shown.facets) > 1 and shown.shift_min:
        at = (-shown.shift_min % DAY_MIN) / 60
        ax.axvline(at, color=style.GREY, linewidth=0.8, linestyle=(0, (1, 2)), zorder=2, gid="pump-midnight")
        words = style.words(style.TINY_PT - 0.5, style.GREY, gid="pump-midnight-label")
        room.put((at, ax.get_ylim()[1]), [("pump's 00:00", words)], (Place(-2, -1, 1.0), Place(2, -1)))


def _draw_boluses(ax: Axes, facet: Facet, shown: Shown, room: Room) -> None:
    """Lollipops: the area of each is its amount. Those before stand lower, where they differed."""
    now, before = (one[one["part"] == "bolus"] for one in (facet.now, facet.before))
    given = set(zip(now["start_min"], now["amount_mcg"], strict=True))
    gone = [pair for pair in zip(before["start_min"], before["amount_mcg"], strict=True) if pair not in given]
    most = max(
        [
            mcg
            for one in shown.facets
            for p in (one.now, one.before)
            for mcg in p.loc[p["part"] == "bolus", "amount_mcg"]
        ],
        default=0,
    )
    if not most:
        return
    top = ax.get_ylim()[1]
    looks: tuple[tuple[Any, float, str, dict[str, Any]], ...] = (
        (gone, BEFORE_AT, "bolus-before", {"facecolor": "none", "edgecolor": style.GREY, "linestyle": GHOST}),
        (sorted(given), BOLUS_AT, "bolus", {"facecolor": style.INK, "edgecolor": style.INK}),
    )
    for pairs, share, gid, look in looks:
        if not pairs:
            continue
        x = [(minute - shown.shift_min) % DAY_MIN / 60 for minute, _ in pairs]
        area = [MOST_AREA_PT2 * mcg / most for _, mcg in pairs]
        y = top * share
        is_now = gid == "bolus"
        ax.vlines(
            x, 0, y, color=style.INK if is_now else style.GREY, linewidth=0.9 if is_now else 0.6,
            linestyle="-" if is_now else GHOST, zorder=4, gid=f"{gid}-stem",
        )  # fmt: skip
        ax.scatter(x, [y] * len(x), s=area, linewidth=0.8, zorder=5, gid=gid, clip_on=False, **look)
        for at, size in zip(x, area, strict=True):
            room.take_points([at], [y], float(np.sqrt(size)))
            (left, low), (right, high) = room.pixels([at, at], [0, y])
            room.taken.append((left - 1, low, right + 1, high))
        words = style.words(style.TINY_PT, style.INK if is_now else style.GREY, gid=f"{gid}-label")
        for at, size, (_, mcg) in zip(x, area, pairs, strict=True):
            away = float(np.sqrt(size)) / 2 + 1.5
            sides = (Place(away, 0), Place(-away, 0, 1.0))
            over = (Place(0, away, 0.5), *sides)
            room.put((at, y), [(f"{number(mcg)} mcg", words)], over if is_now else sides)


def _label_steps(facet: Facet, shown: Shown, room: Room) -> None:
    """The rate of each step on its line, and, where there is room, the time it begins."""
    shift = shown.shift_min if shown.varies else 0
    values, edges = _steps(facet.now, shift)
    if not values or facet.now["part"].eq("bolus").all():
        return
    words = style.words(style.SMALL_PT, gid="rate-label")
    for rate, begin, end in zip(values, edges[:-1], edges[1:], strict=True):
        for share in (0.5, 0.25, 0.75):
            if room.put((begin + share * (end - begin), rate), [(rounded(rate, 3), words)], OVER) is not None:
                break
    small = style.words(style.TINY_PT - 0.5, style.GREY, gid="time-label")
    for begin in edges[1:-1]:
        room.put((begin, 0.0), [(times.clock(round(begin * 60)), small)], START)


def draw_differences(ax: Axes, facet: Facet, shown: Shown, renderer: RendererBase) -> Axes:
    """Under a strip: what each period gives more or less than in the program before, in mcg.

    Args:
        ax: A low axes under the strip.
        facet: What it shows.
        shown: The content.
        renderer: What measures text.

    Returns:
        The axes.
    """
    ax.patch.set_visible(False)  # a line at 0 above it is not to be hidden
    ax.set_xlim(0, 24)
    ax.set_ylim(0, 1)
    ax.set_yticks([])
    ax.set_xticks(range(0, 25, EVERY_H))
    ax.tick_params(axis="x", labelbottom=False)
    ax.annotate(
        "difference (mcg)", (0, 0.5), (-4, 0), xycoords="axes fraction", textcoords="offset points", ha="right",
        va="center", annotation_clip=False, gid="difference-title", **style.words(style.TINY_PT, style.GREY),
    )  # fmt: skip
    room, left_out = Room(ax, renderer), 0
    words = style.words(style.TINY_PT, gid="difference")
    shift = shown.shift_min if shown.varies else 0
    for part in each(facet.periods[facet.periods["difference_mcg"].notna()]):
        spans = on_wall(float(part.start_min), float(part.end_min), shift)
        for begin, _ in spans:
            if begin > 0 and part.end_min - part.start_min < DAY_MIN:
                ax.axvline(begin, color=style.LIGHT, linewidth=0.6, zorder=1, gid="period")
        begin, end = max(spans, key=lambda span: span[1] - span[0])
        text = schedule_said.signed(part.difference_mcg).replace("-", MINUS)
        put = room.put(((begin + end) / 2, 0.5), [(text, words)], (Place(0, 0, 0.5),))
        left_out += put is None
    if left_out:
        sheet.beside(ax, 0.5, f"{left_out} left out for room", gid="note", size=style.TINY_PT - 0.5, colour=style.GREY)
    return ax


def label_hours(ax: Axes, shown: Shown) -> Axes:
    """The hours under the lowest strip: of the wall, and beneath them of the pump where its clock differs.

    Args:
        ax: The axes; its ticks are set.
        shown: The content.

    Returns:
        The axes.
    """
    at = range(0, 25, EVERY_H)
    texts, names = [times.clock(hour * 60) for hour in at], ["wall clock"]
    if shown.shift_min and shown.varies:
        pump = [times.clock((hour * 60 + shown.shift_min) % DAY_MIN) for hour in at]
        texts = [f"{wall}\n{own}" for wall, own in zip(texts, pump, strict=True)]
        names.append("pump's clock")
    ax.tick_params(axis="x", labelbottom=True, pad=2)
    ax.set_xticks(list(at), labels=texts, **style.words(style.SMALL_PT, linespacing=1.2))
    ax.annotate(
        "\n".join(names), (0, 0), (-15, -4), xycoords="axes fraction", textcoords="offset points", ha="right", va="top",
        annotation_clip=False, gid="clocks", **style.words(style.TINY_PT, style.GREY, linespacing=1.33),
    )  # fmt: skip
    return ax
