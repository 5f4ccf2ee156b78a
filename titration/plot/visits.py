"""This visit beside the last ones: dose, grades by muscle and side, scales, side effects, goals, refill.

Puts the draws together; what is shown comes from `visits_rows`, the words from `visits_spoken`.
"""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from titration.plot import draw_visits, style, visits_rows, visits_spoken
from titration.plot.figure import Figure

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    import pandas as pd

    from titration.plot.visits_page import Page
    from titration.scales import Scale

TOP_IN, EMPTY_IN, FOOTER_LINE_IN, FOOTER_COLUMNS = 0.3, 0.5, 0.105, 140
MOST_VISITS = 7


def visits(
    frames: Mapping[str, pd.DataFrame],
    *,
    patient: str,
    zone: str,
    until: datetime,
    scales: Mapping[str, Scale],
    since: datetime | None = None,
    last: int = 5,
    part: int = 1,
) -> Figure:
    """The picture for a clinic without diaries: the last visits side by side, the newest at the right.

    A visit is a day with a visit on record, or with a score collected at one. Nothing is averaged,
    compared or carried over from one visit to the next.

    Args:
        frames: Frames by name, of one patient or many.
        patient: Code.
        zone: IANA name; its midnights part the days.
        until: Last instant shown, with an offset.
        scales: Scales by code.
        since: Visits of earlier days are left out; without it none are.
        last: How many visits, 1 to 7.
        part: Which twelve muscles of a grid, from 1, where there are more.

    Returns:
        The figure; `twin` says the same in plain text, nothing shortened.

    Raises:
        ValueError: `until` or `since` has no offset, or `last` or `part` is not one of those.

    Example:
        >>> chart = demo_log.chart("P002")
        >>> given = {"patient": "P002", "zone": chart.zone, "until": chart.asof_at, "scales": chart.scales}
        >>> print(visits(chart.frames, **given).twin.splitlines()[0])
        P002: 5 visits side by side, the newest at the right
    """
    if not 1 <= last <= MOST_VISITS:
        raise ValueError(f"last={last}: from 1 to {MOST_VISITS} visits stand side by side; give one of these")
    if part < 1:
        raise ValueError(f"part={part}: the first twelve muscles are part 1; give 1 or more")
    shown = visits_rows.page(
        frames, patient=patient, zone=zone, until=until, scales=scales, since=since, last=last, part=part
    )
    with style.plain():
        return _drawn(shown, zone)


def _drawn(page: Page, zone: str) -> Figure:
    said = [*page.footer, f"Shown until {page.until.tz_convert(zone):%Y-%m-%d %H:%M} ({zone})."]
    lines = textwrap.wrap(" ".join(said), FOOTER_COLUMNS)
    inner = draw_visits.HEAD_IN + sum(draw_visits.tall(block) for block in page.blocks) if page.heads else EMPTY_IN
    high = TOP_IN + inner + 0.06 + FOOTER_LINE_IN * len(lines) + 0.06
    figure = Figure((style.WIDTH_IN, high), twin=visits_spoken.said(page))
    ax = figure.add_axes((0, 0, 1, 1))
    ax.set(xlim=(0, style.WIDTH_IN), ylim=(high, 0))
    ax.set_axis_off()
    heading = style.words(style.BASE_PT + 1.5, weight="bold")
    figure.text(
        draw_visits.MARGIN_IN / style.WIDTH_IN, 1 - 0.07 / high, page.heading, va="top", gid="heading", **heading
    )
    y = TOP_IN
    if page.heads:
        draw_visits.draw_heads(ax, page, figure.renderer, y, TOP_IN + inner)
        y += draw_visits.HEAD_IN
        for block in page.blocks:
            y = draw_visits.draw_block(ax, block, figure.renderer, y)
    else:
        style.say_none(ax, "no visit recorded")
    small = style.words(style.TINY_PT - 0.3, style.GREY, linespacing=1.15)
    figure.text(
        draw_visits.MARGIN_IN / style.WIDTH_IN, 0.04 / high, "\n".join(lines), va="bottom", gid="footer", **small
    )
    return figure
