"""A screening trial: scores by the hours since each bolus, on a time base of its own, never as a rate.

What is shown comes from `screening_shown`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from titration.plot import screening_shown, sheet, spoken, style
from titration.plot.content import each
from titration.plot.labels import Place, Room
from titration.units import number, rounded

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from matplotlib.axes import Axes
    from matplotlib.backend_bases import RendererBase

    from titration.plot.figure import Figure
    from titration.plot.screening_shown import Panel, Shown
    from titration.scales import Scale

LEFT_IN, RIGHT_IN, PANEL_IN, GAP_IN, BELOW_IN = 0.82, 1.25, 0.95, 0.3, 0.42
BEFORE_H = -1.6
"""Where scores before a bolus stand: in a lane left of 0, whatever their distance."""
LOOKS: tuple[dict[str, Any], ...] = (
    {"marker": "o", "linestyle": "-", "color": style.LEFT_SIDE},
    {"marker": "s", "linestyle": (0, (4, 1.6)), "color": style.RIGHT_SIDE},
    {"marker": "^", "linestyle": (0, (1.2, 1.2)), "color": style.INK},
    {"marker": "D", "linestyle": (0, (5, 1.4, 1.2, 1.4)), "color": style.GREY},
)
BESIDE = (Place(4, 0), Place(0, 4, 0.5), Place(0, -4, 0.5), Place(4, 4), Place(4, -4))


def screening(
    frames: Mapping[str, pd.DataFrame],
    *,
    patient: str,
    zone: str,
    until: datetime,
    scales: Mapping[str, Scale],
    since: datetime | None = None,
) -> Figure:
    """Scores of a screening trial by hours since the bolus: one line for each bolus, named by its amount.

    The last score of the day before a bolus stands left of 0. A panel is one scale, body part, side and reporter.

    Args:
        frames: Frames by name, of one patient or many.
        patient: Code.
        zone: IANA name, for the dates of the boluses.
        until: Last instant shown, with an offset.
        scales: Scales by code.
        since: Leaves out boluses before it.

    Returns:
        The figure; `twin` says the same in plain text.

    Raises:
        ValueError: `until` or `since` has no offset.

    Example:
        >>> print(demo_log.chart("P009").picture("screening").twin.splitlines()[0])
        P009, screening trial, 2 boluses
    """
    shown = screening_shown.of_patient(frames, patient=patient, zone=zone, until=until, scales=scales, since=since)
    with style.plain():
        return _drawn(shown)


def _drawn(shown: Shown) -> Figure:
    n = max(1, len(shown.panels))
    made = sheet.Sheet(
        _heading(shown), n * (GAP_IN + PANEL_IN) + BELOW_IN, twin=_twin(shown),
        under=["Scores by hours since each bolus"], footer=_footer(shown),
    )  # fmt: skip
    wide_in = made.wide_in - LEFT_IN - RIGHT_IN
    axes = [made.axes(LEFT_IN, GAP_IN + i * (PANEL_IN + GAP_IN), wide_in, PANEL_IN) for i in range(n)]
    for ax in axes if shown.panels else ():
        _draw_hours(ax, shown, is_lowest=ax is axes[-1])
    for ax, panel in zip(axes, shown.panels, strict=False):
        draw_panel(ax, panel, shown, made.figure.renderer)
        sheet.title(ax, panel.title)
    if not shown.panels:
        axes[0].set_xticks([])
        axes[0].set_yticks([])
        style.say_none(axes[0], _nothing(shown))
    _draw_key(axes[0], shown)
    return made.figure


def _nothing(shown: Shown) -> str:
    """Why there is no panel."""
    if shown.untimed and shown.boluses.empty:
        return "no screening bolus with a time recorded"
    return "no screening bolus recorded" if shown.boluses.empty else "no score within 24 h of a screening bolus"


def _draw_hours(ax: Axes, shown: Shown, *, is_lowest: bool) -> None:
    """Hours since the bolus, the bolus at 0, and the lane of what was before."""
    most = shown.most_hours
    every = next(step for step in (1, 2, 4, 6) if most / step <= 12 or step == 6)  # noqa: PLR2004 - up to twelve ticks
    hours = [float(h) for h in range(0, int(most) + 1, every)]
    ax.set_xlim(2 * BEFORE_H, most * 1.04)
    ax.set_xticks([BEFORE_H, *hours], labels=["before", *map(number, hours)], **style.words(style.SMALL_PT))
    ax.tick_params(axis="x", labelbottom=is_lowest)
    ax.axvspan(2 * BEFORE_H, 0, color="#f4f4f4", linewidth=0, zorder=0, gid="before")
    ax.axvline(0, color=style.INK, linewidth=0.9, zorder=1, gid="bolus")
    if is_lowest:
        ax.set_xlabel("hours since the bolus", labelpad=2, **style.words(style.SMALL_PT, style.GREY))


def draw_panel(ax: Axes, panel: Panel, shown: Shown, renderer: RendererBase) -> Axes:
    """One series: a line for each bolus on the whole scale, named by its amount at its last point.

    Args:
        ax: The axes; its hours are set.
        panel: The series.
        shown: The content.
        renderer: What measures text.

    Returns:
        The axes.
    """
    sheet.draw_scale(ax, panel.scale)
    room = Room(ax, renderer, above_pt=5.0)
    lines = []
    for place, bolus in enumerate(each(shown.boluses)):
        own = panel.points[panel.points["bolus_row"] == bolus.row]
        if own.empty:
            continue
        look = LOOKS[place % len(LOOKS)]
        is_after = (own["hours"] > 0).to_numpy()
        lane = BEFORE_H + (place - (len(shown.boluses) - 1) / 2) * min(0.5, 1.6 / max(len(shown.boluses), 1))
        x = np.where(is_after, own["hours"], lane)
        y = own["rank"].to_numpy()
        words = {"markersize": 4.4, "linewidth": 1.3, "zorder": 3 + place, "clip_on": False, "markeredgewidth": 0.0}
        ax.plot(x[is_after], y[is_after], gid="after", **{**look, **words})
        ax.plot(x[~is_after], y[~is_after], gid="before-bolus", **{**look, **words, "linestyle": "none"})
        if is_after.any() and not is_after.all():
            ax.plot(x[:2], y[:2], color=look["color"], linewidth=0.6, linestyle=(0, (1, 2)), zorder=2, gid="lead-in")
        room.take_points(x, y, 4.4)
        _take_line(room, x[is_after], y[is_after])
        lines.append((x[is_after], y[is_after], _dose(bolus), look))
    for x, y, text, look in lines:
        words = style.words(style.TINY_PT, look["color"], gid="dose-label")
        for at in reversed(list(zip(x.tolist(), y.tolist(), strict=True))):
            if room.put(at, [(text, words)], BESIDE) is not None:
                break
    return ax


def _take_line(room: Room, x: Any, y: Any) -> None:
    """A line takes the room it crosses, in short pieces."""
    for i in range(len(x) - 1):
        share = np.linspace(0, 1, 24)
        room.take_points(x[i] + share * (x[i + 1] - x[i]), y[i] + share * (y[i + 1] - y[i]), 1.5)


def _draw_key(ax: Axes, shown: Shown) -> None:
    """In the margin: each bolus with its line, amount, day and time."""
    for place, bolus in enumerate(each(shown.boluses)):
        y = 0.85 - 0.32 * place
        look = LOOKS[place % len(LOOKS)]
        ax.plot([1.02, 1.07], [y, y], transform=ax.transAxes, markersize=4.2, linewidth=1.2, clip_on=False, gid="key",
                **look)  # fmt: skip
        when = bolus.given_at.tz_convert(shown.zone)
        sheet.beside(ax, y, f"           {_dose(bolus)}\n           {when:%Y-%m-%d %H:%M}", gid="key")


def _dose(bolus: Any) -> str:
    return f"{number(bolus.dose_mcg)} mcg" if pd.notna(bolus.dose_mcg) else "amount not stated"


def _heading(shown: Shown) -> str:
    n = len(shown.boluses) + shown.untimed
    return f"{shown.patient}, screening trial, {n} {'bolus' if n == 1 else 'boluses'}"


def _footer(shown: Shown) -> list[str]:
    said = [
        "A score belongs to the last screening bolus before it, within 24 h; the last one before a bolus, within 24 h, stands left of 0 and may be the last of the bolus before."
    ]
    said.append(
        "Amounts are single boluses, never a daily dose. Lines join scores; what was between them is not known."
    )
    if shown.untimed:
        said.append(f"Not drawn: {shown.untimed} of which only the day is known.")
    if shown.others:
        said.append(f"Not drawn: {', '.join(shown.others)}.")
    return said


def _twin(shown: Shown) -> str:
    lines = [_heading(shown)]
    for bolus in each(shown.boluses):
        when = bolus.given_at.tz_convert(shown.zone)
        route = f", {bolus.route}" if isinstance(bolus.route, str) else ""
        lines.append(f"  {when:%Y-%m-%d %H:%M}  {_dose(bolus)}{route}")
    if not shown.panels:
        lines.append(f"  {_nothing(shown)}")
    for panel in shown.panels:
        lines += ["", f"{panel.title} (higher: {panel.scale.more_is})", *_panel(panel, shown)]
    return spoken.twin([*lines, "", *_footer(shown)])


def _panel(panel: Panel, shown: Shown) -> Iterator[str]:
    for bolus in each(shown.boluses):
        own = panel.points[panel.points["bolus_row"] == bolus.row]
        if len(own):
            said = [f"{rounded(p.hours, 2)} h {_label(p.rank, panel.scale)}" for p in each(own)]
            yield f"  {_dose(bolus)}: " + "; ".join(said)


def _label(rank: float, scale: Scale) -> str:
    return scale.grades[int(rank)] if scale.grades else number(rank)
