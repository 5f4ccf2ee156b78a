"""One small panel for each interval of one dose: its scores, their middle and spread, and how many there are.

What is shown comes from `epochs_shown`, which takes every number from `derive.epochs`.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from titration.derive.washout import WINDOW
from titration.plot import epochs_shown, sheet, spoken, style
from titration.units import number, rounded

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    import pandas as pd
    from matplotlib.axes import Axes

    from titration.plot.epochs_shown import Epoch, Shown
    from titration.plot.figure import Figure
    from titration.scales import Scale

COLUMNS, MOST = 6, 24
LEFT_IN, RIGHT_IN, GAP_IN = 0.82, 0.12, 0.1
PANEL_IN, ABOVE_IN, BELOW_IN = 1.0, 0.36, 0.42
MODE_IN, MODE_PT = 0.09, 6.5


def epochs(
    frames: Mapping[str, pd.DataFrame],
    *,
    patient: str,
    zone: str,
    until: datetime,
    scales: Mapping[str, Scale],
    since: datetime | None = None,
    scale: str | None = None,
    of: Mapping[str, str] | None = None,
) -> Figure:
    """A panel for each interval of one dose, in order of time, all with the whole scale.

    One series is drawn: one scale, body part, side and reporter. Its scores are dots; those of the settling
    time after a change (washout, and the time the scale asks about) are hollow on grey and do not count. The
    line is the median, the box the middle half.

    Args:
        frames: Frames by name, of one patient or many.
        patient: Code.
        zone: IANA name.
        until: Last instant shown, with an offset.
        scales: Scales by code.
        since: Leaves out epochs that ended before it.
        scale: Scale; without it the one with scores on most days.
        of: Which series of it, as `{"side": "left"}` (body_part, side, reporter, version); without it the one with
            scores on most days.

    Returns:
        The figure; `twin` says the same in plain text.

    Raises:
        ValueError: `until` or `since` has no offset.
        LookupError: The scale asked for is not in the register, or `of` names no part of a series.

    Example:
        >>> print(demo_log.chart("P001").picture("epochs").twin.splitlines()[0])
        P001, Spasticity NRS by dose epoch, until 2026-11-13
    """
    shown = epochs_shown.of_patient(
        frames, patient=patient, zone=zone, until=until, scales=scales, since=since, scale=scale, of=of, most=MOST
    )
    with style.plain():
        return _drawn(shown)


def _drawn(shown: Shown) -> Figure:
    rows = max(1, math.ceil(len(shown.epochs) / COLUMNS))
    above_in = ABOVE_IN + MODE_IN * _has_modes(shown)
    row_in = above_in + PANEL_IN + BELOW_IN
    made = sheet.Sheet(_heading(shown), rows * row_in, twin=_twin(shown), under=[_series(shown)], footer=_footer(shown))
    wide_in = (made.wide_in - LEFT_IN - RIGHT_IN - GAP_IN * (COLUMNS - 1)) / COLUMNS
    if not shown.epochs:
        ax = made.axes(LEFT_IN, above_in, made.wide_in - LEFT_IN - RIGHT_IN, PANEL_IN)
        ax.set_xticks([])
        ax.set_yticks([])
        style.say_none(ax, "no dose recorded")
    for place, epoch in enumerate(shown.epochs):
        row, column = divmod(place, COLUMNS)
        left_in = LEFT_IN + column * (wide_in + GAP_IN)
        ax = made.axes(left_in, row * row_in + above_in, wide_in, PANEL_IN)
        _draw_epoch(ax, epoch, shown, is_first=column == 0)
    return made.figure


def _draw_epoch(ax: Axes, epoch: Epoch, shown: Shown, *, is_first: bool) -> Axes:
    """One panel: settling time grey, box, median, dots; its dose above, days and counts beneath."""
    row, days = epoch.row, max(float(epoch.row.days), 1e-6)
    ax.set_xlim(0, days)
    _draw_scale(ax, shown, is_first=is_first)
    ax.axvspan(0, min(epoch.settling_days, days), color=style.FAINT, linewidth=0, zorder=0, gid="settling")
    if row.is_unexplained:
        area = ax.axvspan(0, days, facecolor="none", edgecolor=style.LIGHT, linewidth=0, hatch="xxx", zorder=0.5,
                          gid="unexplained")  # fmt: skip
        area.set_hatch_linewidth(0.4)
    if epoch.n >= WINDOW.least_n:
        low, middle, high = (_place(row, name, shown.scale) for name in ("q1", "median", "q3"))
        begin = min(epoch.settling_days, days)
        ax.fill_between([begin, days], low, high, facecolor="#d4dde6", edgecolor=style.MIDDLE, linewidth=0.5, zorder=1,
                        gid="middle-half")  # fmt: skip
        ax.plot([begin, days], [middle] * 2, color=style.INK, linewidth=1.6, zorder=4, gid="median", clip_on=False,
                solid_capstyle="butt")  # fmt: skip
    _draw_points(ax, epoch)
    up = 13 + MODE_PT * _has_modes(shown)
    _write(ax, 1, up, _dose(row), gid="dose", **style.words(style.SMALL_PT, weight="bold"))
    _write(ax, 1, 4, _dates(row, shown), gid="dates", **style.words(style.TINY_PT - 0.6, style.GREY))
    ax.set_xticks([0, days], labels=["0", _lasts(days)], **style.words(style.TINY_PT))
    first, last = ax.get_xticklabels()
    first.set_horizontalalignment("left")
    last.set_horizontalalignment("right")
    _write(ax, 0, -13, "\n".join(_counts(epoch)), gid="counts", va="top", **style.words(style.TINY_PT, linespacing=1.1))
    return ax


def _has_modes(shown: Shown) -> bool:
    """Whether any panel names its mode."""
    return any(epoch.row.mode != "simple continuous" for epoch in shown.epochs)


def _lasts(days: float) -> str:
    return f"{rounded(days, 0)} d" if days >= 1 else f"{rounded(24 * days)} h"


def _write(ax: Axes, y: float, up: float, text: str, *, gid: str, va: str = "bottom", **words: Any) -> None:
    ax.annotate(
        text, (0, y), (0, up), xycoords="axes fraction", textcoords="offset points", ha="left", va=va,
        annotation_clip=False, gid=gid, **words,
    )  # fmt: skip


def _draw_scale(ax: Axes, shown: Shown, *, is_first: bool) -> None:
    """The whole scale; its labels at the first panel of each row only."""
    if shown.scale is None:
        ax.set_ylim(0, 1)
        ax.set_yticks([])
        return
    for level in sheet.draw_scale(ax, shown.scale, away=-0.42, is_labelled=is_first)[1:-1]:
        ax.axhline(level, color=style.FAINT, linewidth=0.5, zorder=0.2, gid="level")


def _draw_points(ax: Axes, epoch: Epoch) -> None:
    """Dots; hollow while settling, a hollow square where the time was assigned."""
    points = epoch.points
    size = 2.4 if len(points) > 30 else 3.4  # noqa: PLR2004 - a month of days stand close
    is_settling, is_assigned = points["is_settling"].to_numpy(), points["is_assigned"].to_numpy()
    hollow: dict[str, Any] = {"markerfacecolor": style.PAPER, "markeredgecolor": style.GREY, "markeredgewidth": 0.7}
    full: dict[str, Any] = {"markerfacecolor": style.GREY, "markeredgecolor": style.GREY, "markeredgewidth": 0.0}
    for mask, gid, marker, look in (
        (~is_settling & ~is_assigned, "score", "o", full),
        (is_settling, "score-settling", "o", hollow),
        (~is_settling & is_assigned, "score-assigned", "s", hollow),
    ):
        if mask.any():
            ax.plot(points["day"][mask], points["rank"][mask], marker=marker, markersize=size, linestyle="none",
                    clip_on=False, zorder=3, gid=gid, **look)  # fmt: skip


def _place(row: Any, name: str, scale: Scale | None) -> float:
    """A number of the scale, or the place of a grade."""
    if scale is not None and scale.grades:
        return float(scale.grades.index(getattr(row, f"{name}_grade")))
    return float(getattr(row, name))


def _said(row: Any, name: str, scale: Scale | None) -> str:
    if scale is not None and scale.grades:
        return str(getattr(row, f"{name}_grade"))
    return rounded(float(getattr(row, name)))


def _dose(row: Any) -> str:
    if not np.isfinite(row.dose_mcg_per_day):
        return "not read"
    return f"{number(row.dose_mcg_per_day)} mcg/day"


def _dates(row: Any, shown: Shown) -> str:
    first = row.start.tz_convert(shown.zone)
    mode = "" if row.mode == "simple continuous" else f"\n{row.mode}"
    return f"from {first:%Y-%m-%d}{mode}"


def _counts(epoch: Epoch) -> list[str]:
    row = epoch.row
    said = [f"n {epoch.n}" + (f" (+{int(row.n_settling)})" if row.n_settling else "")]
    if row.n_expected is not None and np.isfinite(float(row.filled_pct)):
        said.append(f"diary {int(row.n_filled)} of {int(row.n_expected)}")
    return said


def _heading(shown: Shown) -> str:
    name = "scores" if shown.scale is None else shown.scale.name
    return f"{shown.patient}, {name} by dose epoch, until {shown.until.tz_convert(shown.zone):%Y-%m-%d}"


def _series(shown: Shown) -> str:
    if shown.scale is None:
        return "No score recorded."
    return f"Series: {shown.who or 'not stated by whom'}. Each panel is one interval of one dose; all panels are equally wide."


def _footer(shown: Shown) -> list[str]:
    said = [
        f"Doses are as programmed. Dots: scores; line: median; box: middle half; neither with fewer than {WINDOW.least_n}."
    ]
    if any(len(_counts(epoch)) > 1 for epoch in shown.epochs):
        said.append("Diary: entries filled in, of those expected.")
    said.append(
        "Grey: settling time after a change (48 h and the time the scale asks about); its scores are hollow, in brackets, and not counted."
    )
    said.append("A score known by its day alone is left out on the day of a change.")
    if any(epoch.row.is_unexplained for epoch in shown.epochs):
        said.append("Crosshatched: unexplained, a readout at its end did not agree.")
    if any(epoch.points["is_assigned"].any() for epoch in shown.epochs):
        said.append("Hollow squares: times assigned, not observed.")
    said.append("Epochs are not randomised: doses are changed when scores are high, and scores vary on their own.")
    if shown.left_out:
        said.append(f"The last {len(shown.epochs)} epochs are shown; {shown.left_out} earlier are not.")
    if shown.others:
        said.append(f"Not drawn: {', '.join(shown.others)}.")
    return said


def _twin(shown: Shown) -> str:
    lines = [_heading(shown), _series(shown), ""]
    if not shown.epochs:
        lines.append("  no dose recorded")
    lines += list(_epochs_in_words(shown))
    return spoken.twin([*lines, "", *_footer(shown)])


def _epochs_in_words(shown: Shown) -> Iterator[str]:
    for epoch in shown.epochs:
        row = epoch.row
        said = [
            f"  {row.start.tz_convert(shown.zone):%Y-%m-%d}  {_dose(row)}, {row.mode}, {rounded(float(row.days))} days"
        ]
        if epoch.n >= WINDOW.least_n:
            middle, low, high = (_said(row, name, shown.scale) for name in ("median", "q1", "q3"))
            said.append(f"median {middle}, middle half {low} to {high}")
        yield "; ".join([*said, *_counts(epoch), *(["unexplained"] if row.is_unexplained else [])])
