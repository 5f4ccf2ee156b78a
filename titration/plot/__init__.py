"""Pictures: matplotlib figures without pyplot, each with a text twin; the only place that draws.

Imports `derive`, never `store` or `frames`.
"""

from titration.plot.card import chart_card
from titration.plot.figure import Figure
from titration.plot.timeline import timeline

__all__ = ["Figure", "chart_card", "timeline"]
