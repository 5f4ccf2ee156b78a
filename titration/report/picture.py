"""The timeline of a page, drawn by `plot` and taken in as SVG with its text twin."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pandas as pd

from titration.report.facts import Fact
from titration.report.page import Lines, Panel, Picture
from titration.report.window import Window, within

if TYPE_CHECKING:
    from collections.abc import Mapping

    from titration.scales import Register

DIARY_DAYS = 28
"""With so many days with a score in three months a diary is drawn; with fewer, the visits of a year, or of as long as there is a record."""


def panel(frames: Mapping[str, pd.DataFrame], patient: str, window: Window, scales: Register) -> Panel | None:
    """The timeline up to the end of the window: three months of a diary, or a year of visits.

    Args:
        frames: The frames of one patient, cut at the end of the window.
        patient: The code.
        window: The days of the page.
        scales: The scales of the log.

    Returns:
        None when there is neither a dose nor a score to draw.
    """
    if frames["doses"].empty and frames["scores"].empty:
        return None
    from titration.plot.timeline import timeline  # noqa: PLC0415 - heavy, and a page of nothing needs no picture

    since = _since(frames, window)
    figure = timeline(
        frames,
        patient=patient,
        zone=window.zone_name,
        until=pd.Timestamp(window.end) - pd.Timedelta(minutes=1),
        scales=scales,
        since=since,
    )
    shown = Window(since.date(), window.last, window.zone_name)
    alt = f"Timeline of programmed dose and scores of {patient}, {shown.days}; the text version says the same in words."
    days = Fact("picture.window", "Days of the picture", f"Drawn: {shown.days}.")
    return Panel(
        "picture",
        "Dose and scores over time",
        (Picture(figure.image("svg").decode(), alt, figure.twin), Lines((days,))),
    )


def _since(frames: Mapping[str, pd.DataFrame], window: Window) -> pd.Timestamp:
    quarter = Window(window.previous.previous.first, window.last, window.zone_name)
    days = within(frames["scores"], "observed", quarter)["observed_on"].nunique()
    first = quarter.first
    if days < DIARY_DAYS:
        starts = [frames["doses"]["effective_on"].min(), frames["scores"]["observed_on"].min()]
        oldest = min(start.date() for start in starts if pd.notna(start))
        first = min(first, max(_year_before(window.last), oldest.replace(day=1)))
    return pd.Timestamp(Window(first, window.last, window.zone_name).start).tz_convert(window.zone_name)


def _year_before(last: date) -> date:
    """The first of the month after, a year ago: twelve whole months up to the last day."""
    month = last.month % 12 + 1
    return date(last.year - (0 if month == 1 else 1), month, 1)
