"""The month a page speaks of, its edges in the log's zone, and the rows that fall before or into them.

A row with an instant is placed by the instant; one whose day alone is known, by the day.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Any

from titration import times
from titration.derive import moments
from titration.derive.kept import Kept
from titration.errors import Fault, InvalidEntry, shown
from titration.records import KINDS
from titration.times import FIRST_YEAR, LAST_YEAR

if TYPE_CHECKING:
    import pandas as pd

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
MOMENTS = {kind.frame: kind.moment for kind in KINDS.values()} | {"plans": "effective"}
"""The stem of the own time of each frame's rows; None where they have none."""

Row = Mapping[str, Any]
"""One row of a frame; what is missing is None."""


@dataclass(frozen=True)
class Window:
    """Whole local days, from the first to the last, both within.

    Attributes:
        first: The first day.
        last: The last day.
        zone_name: IANA name of the zone whose midnights are its edges.
        study: Whether they are days of a study: counted from a day 0 of the patient's own, no month of a calendar.

    Example:
        >>> october = month("2026-10", "Europe/London")
        >>> (october.end - october.start).total_seconds() / 3600  # 31 days, one of 25 hours
        745.0
    """

    first: date
    last: date
    zone_name: str
    study: bool = False

    @property
    def noun(self) -> str:
        """What a page calls these days."""
        return "period" if self.study else "month"

    @property
    def zone(self) -> tzinfo:
        """The zone of that name."""
        return times.zone(self.zone_name)

    @property
    def start(self) -> datetime:
        """The instant the first day begins."""
        return _midnight(self.first, self.zone)

    @property
    def end(self) -> datetime:
        """The instant the last day is over; itself outside."""
        return _midnight(self.last + timedelta(days=1), self.zone)

    @property
    def last_minute(self) -> datetime:
        """The last minute of the last day."""
        return self.end - timedelta(minutes=1)

    @property
    def days(self) -> str:
        """First and last day, in print."""
        return f"{self.first.isoformat()} to {self.last.isoformat()}"

    @property
    def previous(self) -> Window:
        """The calendar month before the first day; of a study, as many days."""
        last = self.first - timedelta(days=1)
        first = self.first - (self.last - last) if self.study else last.replace(day=1)
        return replace(self, first=first, last=last)

    @property
    def year(self) -> Window:
        """Twelve whole months up to the last day; of a study, thirteen such periods."""
        if self.study:
            return replace(self, first=self.last - 13 * (self.last - self.previous.last) + timedelta(days=1))
        number = self.last.month % 12 + 1
        return replace(self, first=date(self.last.year - (0 if number == 1 else 1), number, 1))


def _midnight(day: date, zone: tzinfo) -> datetime:
    # where the clock goes forward at midnight, the earlier offset gives the first instant of the day
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


def month(text: str, zone_name: str) -> Window:
    """The calendar month of a text such as `2026-10`.

    Args:
        text: Year and month.
        zone_name: IANA name of the zone whose midnights are its edges.

    Raises:
        InvalidEntry: It is no such month.

    Example:
        >>> month("2026-02", "Europe/London").days
        '2026-02-01 to 2026-02-28'
    """
    found = re.fullmatch(r"(\d{4})-(\d{2})", text.strip(), re.ASCII)
    year, number = (int(found[1]), int(found[2])) if found else (0, 0)
    if not FIRST_YEAR <= year <= LAST_YEAR or not 1 <= number <= len(MONTHS):
        raise InvalidEntry("the report", [Fault("month", shown(text), "write year and month as 2026-10")])
    first = date(year, number, 1)
    following = date(year + number // 12, number % 12 + 1, 1)
    return Window(first, following - timedelta(days=1), zone_name)


def until(frames: Mapping[str, pd.DataFrame], patient: str, window: Window) -> Kept:
    """The frames of one patient with what happened by the end of a window.

    Args:
        frames: The frames of a chart, by name.
        patient: The code.
        window: Its end cuts; rows without a time of their own stay.

    Returns:
        The same frames with fewer rows, in order of time and row.
    """
    made = {}
    for name, frame in frames.items():
        ours = frame[frame["patient"] == patient] if "patient" in frame.columns else frame
        stem = MOMENTS.get(name)
        made[name] = ours if stem is None else _before(ours, stem, window)
    return Kept(made, patient=patient)


def _before(frame: pd.DataFrame, stem: str, window: Window) -> pd.DataFrame:
    if frame.empty:
        return frame
    return _cut(moments.in_order(frame, stem, zone=window.zone_name), None, window.end)


def _cut(ordered: pd.DataFrame, start: datetime | None, end: datetime) -> pd.DataFrame:
    inside = ordered["moment"] < end
    if start is not None:
        inside &= ordered["moment"] >= start
    return ordered[inside].drop(columns=["moment", "by_day"]).reset_index(drop=True)


def within(frame: pd.DataFrame, stem: str, window: Window) -> pd.DataFrame:
    """The rows whose own time lies in a window.

    Args:
        frame: Rows with `{stem}_on` and, where the record has one, `{stem}_at`.
        stem: For example `effective`.
        window: The days.

    Returns:
        Those rows, in order of time and row.
    """
    if frame.empty:
        return frame
    return _cut(moments.in_order(frame, stem, zone=window.zone_name), window.start, window.end)


def rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a small frame, each a dict in which what is missing is None.

    Args:
        frame: Any frame.

    Returns:
        One dict a row, in order.

    Example:
        >>> import pandas as pd
        >>> rows(pd.DataFrame({"a": [1.5, float("nan")]}))
        [{'a': 1.5}, {'a': None}]
    """
    if frame.empty:
        return []
    given = [_plain(frame[name]) for name in frame]
    names = [str(name) for name in frame]
    return [dict(zip(names, row, strict=True)) for row in zip(*given, strict=True)]


def _plain(values: pd.Series) -> list[Any]:
    found = values.to_numpy(dtype=object, copy=True)
    found[values.isna().to_numpy()] = None
    return [*found]
