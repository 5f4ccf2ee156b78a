"""What a timeline shows of one patient, as frames; the picture and its text twin read the same.

Holds only; `gather` makes it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pandas as pd

    from titration.scales import Scale


def each(frame: pd.DataFrame) -> Iterator[Any]:
    """The rows of a frame, one by one, their columns as attributes."""
    return frame.itertuples()


@dataclass(frozen=True, eq=False)
class Series:
    """The scores of one reporter, side and version in a panel.

    Attributes:
        version: Version of the scale; empty when not stated.
        side: left, right, both, or empty.
        reporter: patient, proxy, clinician, or empty.
        points: moment, rank, label, timing of each score with a value.
        without: moment of each that was asked and has no value.
        trailing: day, median_7d; no rows when it is no daily diary.
    """

    version: str
    side: str
    reporter: str
    points: pd.DataFrame
    without: pd.DataFrame
    trailing: pd.DataFrame


@dataclass(frozen=True, eq=False)
class Panel:
    """One scale at one body part.

    Attributes:
        scale: The scale.
        body_part: Muscle group or body part; empty when not stated.
        series: Its series, in order of side and reporter.
    """

    scale: Scale
    body_part: str
    series: tuple[Series, ...]

    @property
    def title(self) -> str:
        """Name of the scale and the body part."""
        return f"{self.scale.name}, {self.body_part}" if self.body_part else self.scale.name

    @property
    def n(self) -> int:
        """How many scores with a value are shown."""
        return sum(len(s.points) for s in self.series)

    @property
    def limits(self) -> tuple[float, float]:
        """The whole scale, in ranks."""
        if self.scale.grades:
            return 0.0, float(len(self.scale.grades) - 1)
        if self.scale.low is None or self.scale.high is None:
            raise ValueError(f"{self.scale.code} has no range")
        return self.scale.low, self.scale.high


@dataclass(frozen=True, eq=False)
class Content:
    """Everything a timeline shows.

    Attributes:
        patient: Code.
        zone: IANA name.
        since: First instant of the window.
        until: Last instant of the window.
        stairs: Programmed doses in the window, with flex ranges and the change from the one before.
        confirmed_at: When the program was last confirmed; None without a dose done.
        panels: Panels of scores.
        lanes: side_effects, events, oral_doses, refills in the window, with `moment`.
        counts: How many records of each kind are in the window.
        not_drawn: What is recorded and not in the picture, in words.
    """

    patient: str
    zone: str
    since: pd.Timestamp
    until: pd.Timestamp
    stairs: pd.DataFrame
    confirmed_at: pd.Timestamp | None
    panels: tuple[Panel, ...]
    lanes: Mapping[str, pd.DataFrame]
    counts: Mapping[str, int]
    not_drawn: tuple[str, ...] = field(default=())

    def wall(self, instants: pd.Series) -> pd.Series:
        """The instants as the clock on the wall showed them, for the axis and for print."""
        walls: pd.Series = instants.dt.tz_convert(self.zone).dt.tz_localize(None)
        return walls

    @property
    def is_assigned(self) -> bool:
        """Whether any time shown was assigned, not observed."""
        given = [self.stairs, *self.lanes.values(), *(s.points for p in self.panels for s in p.series)]
        return any("timing" in frame and frame["timing"].eq("assigned").any() for frame in given)
