"""The card of a chart in a notebook: a heading, the picture once, and its text twin to unfold.

Takes anything with a patient, frames and `plot()`; every text is escaped.
"""

from __future__ import annotations

import base64
from html import escape
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import pandas as pd

    from titration.plot.figure import Figure


class Plotted(Protocol):
    """What the card is made of: a chart."""

    @property
    def patient(self) -> str: ...  # noqa: D102 - as of a chart
    @property
    def site(self) -> str: ...  # noqa: D102 - as of a chart
    @property
    def zone(self) -> str: ...  # noqa: D102 - as of a chart
    @property
    def asof(self) -> int: ...  # noqa: D102 - as of a chart
    @property
    def asof_at(self) -> pd.Timestamp: ...  # noqa: D102 - as of a chart
    @property
    def demo(self) -> bool: ...  # noqa: D102 - as of a chart

    def plot(self) -> Figure:
        """The picture."""
        ...


def chart_card(chart: Plotted) -> str:
    """A card as HTML: whose chart, the picture, and the same in words.

    Args:
        chart: A chart.

    Returns:
        HTML with the picture inside and nothing from outside.
    """
    figure = chart.plot()
    picture = base64.b64encode(figure.image("png")).decode("ascii")
    made_up = " (made-up clinic)" if chart.demo else ""
    alt = f"Timeline of {chart.patient}; the same in words below"
    return (
        '<div style="max-width:960px;background:#ffffff;color:#1a1a1a;padding:8px">'
        f"<div><b>{escape(chart.patient)}</b>, {escape(chart.site)}{made_up}, as of entry {chart.asof}"
        f" ({chart.asof_at.tz_convert(chart.zone):%Y-%m-%d %H:%M})</div>"
        f'<img style="max-width:100%" alt="{escape(alt)}" src="data:image/png;base64,{picture}">'
        f"<details><summary>The same in words</summary><pre>{escape(figure.twin)}</pre></details></div>"
    )
