"""What a timeline shows of one patient, as frames; the picture and its text twin read the same.

Holds only; `gather` makes it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from titration.scales import Scale


def each(frame: pd.DataFrame, *columns: str) -> Iterator[Any]:
    """The rows of a frame, one by one, their columns as attributes: those named alone, as each column costs; else all."""
    return (frame[list(columns)] if columns else frame).itertuples()


@dataclass(frozen=True, eq=False)
class Series:
    """The scores of one reporter, side and version in a panel.

    Attributes:
        version: Version of the scale; empty when not stated.
        side: left, right, both, or empty.
        reporter: patient, proxy, clinician, or empty.
        points: moment, rank, label, timing, provenance of each score with a value.
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
        stairs: Programs in the window, as set or found, with flex ranges and the change from the one before.
        confirmations: When the program was known, up to the end of the window.
        unexplained: Intervals that end with a readout unlike the program on record.
        panels: Panels of scores.
        lanes: side_effects, events, oral_doses, refills in the window, with `moment`.
        counts: How many records of each kind are in the window.
        not_drawn: What is recorded and not in the picture, in words.
        ends: moment and following (explanted, transferred, died) of each end in the window.
        pump_clock: How the pump's clock differs from the wall clock, in words; empty where it does not.
        asof: The record is as it stood then; None where the window ends with it.
    """

    patient: str
    zone: str
    since: pd.Timestamp
    until: pd.Timestamp
    stairs: pd.DataFrame
    confirmations: pd.DataFrame
    unexplained: pd.DataFrame
    panels: tuple[Panel, ...]
    lanes: Mapping[str, pd.DataFrame]
    counts: Mapping[str, int]
    not_drawn: tuple[str, ...] = field(default=())
    ends: pd.DataFrame | None = None
    pump_clock: str = ""
    asof: pd.Timestamp | None = None

    @property
    def ended(self) -> str:
        """In words how and when following ended, as in "explanted 2026-08-18"; empty where it did not."""
        if self.ends is None or self.ends.empty:
            return ""
        last = self.ends.iloc[-1]
        return f"{last['following']} {last['moment'].tz_convert(self.zone):%Y-%m-%d}"

    @cached_property
    def provenances(self) -> Counter[str]:
        """How many of the scores shown come by each provenance."""
        return Counter(kind for p in self.panels for s in p.series for kind in s.points["provenance"].tolist())

    @cached_property
    def last(self) -> pd.Series:
        """The last piece of the staircase."""
        return self.stairs.iloc[-1]

    @cached_property
    def confirmed(self) -> pd.Series | None:
        """The last confirmation: the program as it was set or found; None when there is none."""
        return None if self.confirmations.empty else self.confirmations.iloc[-1]

    @cached_property
    def readouts(self) -> pd.DataFrame:
        """The confirmations of the window that are readouts."""
        known = self.confirmations
        return known[(known["record"] == "readout") & (known["confirmed_at"] >= self.since)]

    @property
    def is_ahead(self) -> bool:
        """Whether the last program began by itself and nothing has confirmed it since."""
        if self.confirmed is None:
            return bool(self.last["status"] == "programmed")
        return bool(self.last["status"] == "programmed" and self.confirmed["confirmed_at"] < self.last["began"])

    @property
    def has_days_side_by_side(self) -> bool:
        """Whether scores of one panel share a day, so that their marks stand side by side."""
        for panel in self.panels:
            if len(panel.series) == 1:
                continue
            days = [day for one in panel.series for day in self.wall(one.points["moment"]).dt.normalize().unique()]
            if len(set(days)) < len(days):
                return True
        return False

    def wall(self, instants: pd.Series) -> pd.Series:
        """The instants as the clock on the wall showed them, for the axis and for print."""
        walls = pd.DatetimeIndex(instants).tz_convert(self.zone).tz_localize(None)
        return pd.Series(walls, index=instants.index, name=instants.name)

    @property
    def is_assigned(self) -> bool:
        """Whether any time shown was assigned, not observed."""
        given = [self.stairs, *self.lanes.values(), *(s.points for p in self.panels for s in p.series)]
        return any("timing" in frame and "assigned" in frame["timing"].unique() for frame in given)
