"""Values that are times: a time of day, an instant with its offset, a day; imports `declared`, `times`."""

from __future__ import annotations

import numbers
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from titration import times
from titration.fields.declared import Reading, Shown, Stored, Value
from titration.fields.quantities import is_number
from titration.units import Unfit


@dataclass(frozen=True)
class ClockTime(Value):
    """A time of day, in minutes after midnight."""

    def check(self, value: Any) -> int:
        """0 to 1439."""
        if isinstance(value, str):
            return times.parse_clock(value)
        if not is_number(value, numbers.Integral) or not 0 <= value < 24 * 60:
            raise Unfit("must be minutes after midnight, 0 to 1439, or 06:30 as text")
        return int(value)

    def parse(self, text: str, reading: Reading) -> int:
        """From `06:30`."""
        del reading
        return times.parse_clock(text)

    def stored(self, name: str) -> tuple[Stored, ...]:
        """One INTEGER."""
        return (Stored(name, "INTEGER", check=f"{name} BETWEEN 0 AND 1439"),)

    def shown(self, name: str, meaning: str) -> tuple[Shown, ...]:
        """Minutes after midnight."""
        return (Shown(name, "Int64", "min", meaning),)

    def say(self, value: Any) -> str:
        """As `06:30`."""
        return times.clock(value)

    @property
    def allowed(self) -> str:
        """In words."""
        return "a time of day, as in 06:30"


@dataclass(frozen=True)
class Instant(Value):
    """A moment known to the minute or better, with the local offset beside it."""

    def check(self, value: Any) -> datetime:
        """An instant; one without an offset is local in the log's zone and settled by `append`."""
        if isinstance(value, str):
            return times.parse_instant(value)
        if type(value).__name__ == "NaTType" or not isinstance(value, datetime):
            raise Unfit(times.INSTANT_FORM)
        plain = datetime(*value.timetuple()[:6], tzinfo=value.tzinfo, fold=value.fold)
        times.check_year(plain)
        return plain if plain.tzinfo is None else times.fixed(plain)

    def parse(self, text: str, reading: Reading) -> datetime:
        """In the stated zone when it has no offset."""
        return times.parse_instant(text, reading.zone)

    def stored(self, name: str) -> tuple[Stored, ...]:
        """UTC seconds, and the offset in minutes."""
        return (Stored(name, "INTEGER"), Stored(offset_name(name), "INTEGER"))

    def keep(self, value: Any) -> tuple[Any, ...]:
        """UTC seconds, and the offset in minutes."""
        return (None, None) if value is None else (int(value.timestamp()), times.offset_min(value))

    def back(self, kept: tuple[Any, ...]) -> datetime | None:
        """An instant with its fixed offset."""
        return None if kept[0] is None else times.from_seconds(kept[0], kept[1])

    def shown(self, name: str, meaning: str) -> tuple[Shown, ...]:
        """An instant in UTC, and the offset."""
        return (
            Shown(name, "datetime64[us, UTC]", "", meaning),
            Shown(offset_name(name), "Int64", "min", f"minutes east of UTC when {name} was written"),
        )

    def say(self, value: Any) -> str:
        """To the minute, with its offset."""
        return times.stamp(value)

    @property
    def allowed(self) -> str:
        """In words."""
        return "a date and time, as in 2026-10-08 09:30, with an offset if it is not local"


def offset_name(at: str) -> str:
    """The name of the offset column beside an instant.

    Example:
        >>> offset_name("effective_at")
        'effective_offset_min'
    """
    return f"{at.removesuffix('_at')}_offset_min"


@dataclass(frozen=True)
class Day(Value):
    """A calendar day; never a made-up midnight.

    Attributes:
        of: The instant whose local day it is, when the two are a pair; then one of them is given
            and the day is always kept.
    """

    of: str | None = None

    def check(self, value: Any) -> date:
        """A day."""
        if isinstance(value, str):
            return times.parse_day(value)
        if type(value).__name__ == "NaTType" or not isinstance(value, date):
            raise Unfit(times.DAY_FORM)
        if isinstance(value, datetime):
            if value.time() != datetime.min.time() or value.tzinfo is not None:
                raise Unfit(f"a day has no time of day; {times.DAY_FORM}")
            value = value.date()
        return times.check_year(date(value.year, value.month, value.day))

    def stored(self, name: str) -> tuple[Stored, ...]:
        """Days since 1970-01-01."""
        return (Stored(name, "INTEGER"),)

    def keep(self, value: Any) -> tuple[Any, ...]:
        """Days since 1970-01-01."""
        return (None if value is None else times.day_number(value),)

    def back(self, kept: tuple[Any, ...]) -> date | None:
        """The day again."""
        return None if kept[0] is None else times.from_day_number(kept[0])

    def shown(self, name: str, meaning: str) -> tuple[Shown, ...]:
        """A day, as a timestamp without a zone (pandas has no day)."""
        return (Shown(name, "datetime64[s]", "", meaning),)

    @property
    def allowed(self) -> str:
        """In words."""
        return "a day, as in 2026-10-08"
