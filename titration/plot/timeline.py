"""The titration timeline of one patient: doses, scores and lanes over one time axis.

Puts the draws together; what is shown comes from `gather`, the words from `spoken`.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from titration.plot import axis, gather, sheet, spoken, style
from titration.plot.draw_doses import draw_doses
from titration.plot.draw_lanes import draw_lanes
from titration.plot.draw_scores import draw_scores
from titration.plot.figure import Figure
from titration.plot.lanes import lanes_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    import pandas as pd
    from matplotlib.axes import Axes

    from titration.plot.content import Content
    from titration.scales import Scale

TOP_IN, BOTTOM_IN, GAP_IN, LINE_IN = 0.52, 0.44, 0.33, 0.105
FOOTER_PER_IN = 20  # letters of the footer to an inch
TITLE_PT = 7.0  # above its panel
ASOF = (0, (1, 1.2))
DOSE_IN, SCORE_IN, ROW_IN = 1.65, 0.95, 0.165
MOST_GUIDES = 40


def timeline(
    frames: Mapping[str, pd.DataFrame],
    *,
    patient: str,
    zone: str,
    until: datetime,
    scales: Mapping[str, Scale],
    since: datetime | None = None,
    scale: str | Sequence[str] | None = None,
    asof: datetime | None = None,
    size: str = "a4",
) -> Figure:
    """The picture of a titration: dose staircase, scores, side effects, events, oral drugs, refills.

    The dose is as programmed: solid as far as the last confirmation, dashed beyond it and where the
    pump runs a program by itself. What is only planned is not drawn. A diary has the median of its
    last seven days where four of them have a value; gaps stay gaps.

    Args:
        frames: Frames by name, of one patient or many.
        patient: Code.
        zone: IANA name; the axis shows its clock.
        until: Last instant shown, with an offset.
        scales: Scales by code.
        since: First instant shown; without it the first record.
        scale: Scale or scales to show; without it the three with scores on most days.
        asof: When the record stood as it is given; a line where it lies inside the window.
        size: a4, letter, a5 or screen: how wide it is; type keeps its size.

    Returns:
        The figure; `twin` says the same in plain text.

    Raises:
        ValueError: `until` or `since` has no offset, `since` is not before `until`, or there is no such size.
        LookupError: A scale asked for is not in the register.

    Example:
        >>> import pandas as pd
        >>> from titration.columns import columns, frame
        >>> from titration.records import KINDS
        >>> from titration.scales import register
        >>> empty = {kind.frame: frame(columns(kind), {}) for kind in KINDS.values()}
        >>> empty["plans"] = empty["doses"]
        >>> until = pd.Timestamp("2026-10-08T09:30+01:00")
        >>> made = timeline(empty, patient="P001", zone="Europe/London", until=until, scales=register())
        >>> print(made.twin.splitlines()[0])
        P001, 2026-09-10 to 2026-10-08
    """
    width = style.width_in(size)
    shown = gather.of_patient(
        frames, patient=patient, zone=zone, until=until, since=since, scales=scales, scale=scale, asof=asof
    )
    with style.plain():
        return _drawn(shown, width)


def _drawn(shown: Content, width: float) -> Figure:
    rows = lanes_of(shown, width)
    said = spoken.footer(shown, int(width * FOOTER_PER_IN))
    panels_in = [DOSE_IN, *[SCORE_IN] * len(shown.panels), ROW_IN * sum(lane.tall for lane in rows)]
    tall = TOP_IN + sum(panels_in) + GAP_IN * (len(panels_in) - 1) + BOTTOM_IN + LINE_IN * len(said)
    figure = Figure((width, tall), twin=partial(spoken.timeline, shown))
    axes = _axes(figure, panels_in, width, tall)
    first, last = axis.number(shown.since, shown.zone), axis.number(shown.until, shown.zone)
    for ax in axes:
        ax.set_xlim(first - (last - first) * 0.018, last + (last - first) * 0.016)
        axis.draw_time(ax, labelled=ax is axes[-1])
    _draw_guides(axes, shown)
    _draw_asof(axes, shown)
    draw_doses(axes[0], shown, figure.renderer)
    sheet.title(axes[0], "Daily dose as programmed", up_pt=TITLE_PT)
    for ax, panel in zip(axes[1:-1], shown.panels, strict=True):
        draw_scores(ax, panel, shown, figure.renderer)
        sheet.title(ax, panel.title, up_pt=TITLE_PT)
    draw_lanes(axes[-1], shown, rows, figure.renderer)
    left = style.LEFT_IN / width
    heading = style.words(style.BASE_PT + 1.5, weight="bold")
    figure.text(left, 1 - 0.07 / tall, spoken.heading(shown), ha="left", va="top", gid="heading", **heading)
    small = style.words(style.TINY_PT - 0.3, style.GREY, linespacing=1.15)
    figure.text(0.02, 0.05 / tall, "\n".join(said), ha="left", va="bottom", gid="footer", **small)
    return figure


def _axes(figure: Figure, panels_in: Sequence[float], width: float, tall: float) -> list[Axes]:
    """Axes from top to bottom, at fixed places."""
    made, top = [], TOP_IN
    wide = width - style.LEFT_IN - style.RIGHT_IN
    for height in panels_in:
        box = (style.LEFT_IN / width, 1 - (top + height) / tall, wide / width, height / tall)
        ax = sheet.lined(figure, box)
        ax.xaxis.set_label_coords(0.5, -0.1)  # there is none; with its place left open each tick is measured for it
        made.append(ax)
        top += height + GAP_IN
    return made


def _draw_guides(axes: Sequence[Axes], shown: Content) -> None:
    """A faint line through all panels at each dose change, unless there are too many to tell apart."""
    stairs = shown.stairs[["start", "is_change"]]
    changes = stairs[stairs["is_change"] & (stairs["start"] >= shown.since)]
    if not 0 < len(changes) <= MOST_GUIDES:
        return
    at = axis.numbers(shown.wall(changes["start"]))
    for ax in axes[1:]:
        style.uprights(ax, at, color=style.LIGHT, linewidth=0.6, linestyle=(0, (1, 2)), zorder=0, gid="change-guide")


def _draw_asof(axes: Sequence[Axes], shown: Content) -> None:
    """Where the record ends and the window goes on: nothing beyond can be on record yet."""
    if shown.asof is None or shown.asof < shown.since:
        return
    at = axis.number(shown.asof, shown.zone)
    for ax in axes:
        ax.axvline(at, color=style.GREY, linewidth=0.9, linestyle=ASOF, zorder=1, gid="asof")
    day = shown.asof.tz_convert(shown.zone)
    axes[-1].annotate(
        f"as of {day:%Y-%m-%d}", (at, 1), (-2, 1), xycoords=("data", "axes fraction"), textcoords="offset points",
        ha="right", va="bottom", annotation_clip=False, gid="asof-label", **style.words(style.TINY_PT, style.GREY),
    )  # fmt: skip
