"""What the strips of a year hold, as numbers and words; `sparklines_rows` fills them, `sparklines` draws them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from titration.plot import axis

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd


@dataclass(frozen=True, eq=False)
class Piece:
    """A piece of the dose line: one program from x to x."""

    x: list[float]
    y: list[float]
    is_confirmed: bool


@dataclass(frozen=True, eq=False)
class Strip:
    """One strip.

    Attributes:
        label: What it is.
        small: Its unit, or its scale and who reports.
        limits: The whole scale.
        first: The first value, in print.
        last: The last value, in print.
        more: What stands under the last value: its day, n.
        steps: Pieces of the dose line.
        x: Where points stand, in days since 1970.
        y: Their values.
        assigned: Whether the time of each was assigned.
        line_x: Where the median of seven days stands.
        line_y: Its values, with gaps.
        bars: Months as (left, right, percent).
        none: What is said instead when there is nothing.
        said: Lines of the text twin.
    """

    label: str
    small: str
    limits: tuple[float, float]
    first: str = ""
    last: str = ""
    more: str = ""
    steps: Sequence[Piece] = ()
    x: Sequence[float] = ()
    y: Sequence[float] = ()
    assigned: Sequence[bool] = ()
    line_x: Sequence[float] = ()
    line_y: Sequence[float] = ()
    bars: Sequence[tuple[float, float, float]] = ()
    none: str = ""
    said: Sequence[str] = field(default=())


@dataclass(frozen=True, eq=False)
class Year:
    """All strips over one window.

    Attributes:
        heading: Patient and window in one line.
        first: Where the axis begins, in days since 1970 by the clock on the wall.
        last: Where it ends.
        strips: From top to bottom.
        footer: Sentences of the twin.
    """

    heading: str
    first: float
    last: float
    strips: tuple[Strip, ...]
    footer: tuple[str, ...]


@dataclass(frozen=True)
class Window:
    """What part of time is shown, and by which zone's days."""

    begin: pd.Timestamp
    end: pd.Timestamp
    zone: str

    def x(self, instants: pd.Series) -> list[float]:
        """Instants as places on the axis."""
        walls = instants.dt.tz_convert(self.zone).dt.tz_localize(None)
        return [float(x) for x in axis.numbers(walls)]

    def day(self, instant: pd.Timestamp) -> str:
        """The local day of an instant, in print."""
        return f"{instant.tz_convert(self.zone):%Y-%m-%d}"
