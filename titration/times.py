"""Instants, days and zones; imports only `units` (for its `Unfit`).

An instant always knows its offset. A wall-clock time that does not exist or happens twice is
refused with both readings; a format is stated, never guessed.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from typing import TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from titration.units import Unfit

_INSTANT = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.0+)?)?\s*(Z|[+-]\d{2}:?\d{2})?", re.ASCII
)
_OFFSET = re.compile(r"([+-])(\d{2}):?(\d{2})", re.ASCII)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)", re.ASCII)
FIRST_YEAR, LAST_YEAR = 1900, 2199
INSTANT_FORM = "write 2026-10-08 09:30, with an offset like +01:00 if it is not local time"
DAY_FORM = "write the day as 2026-10-08"
T = TypeVar("T", date, datetime)


def zone(name: str) -> tzinfo:
    """The time zone of that IANA name.

    Raises:
        Unfit: There is no such zone on this computer.

    Example:
        >>> zone("Europe/London").key
        'Europe/London'
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise Unfit("must be a zone of the IANA list, as in Europe/London or America/New_York") from error


def offset_min(when: datetime) -> int:
    """Minutes east of UTC.

    Example:
        >>> offset_min(parse_instant("2026-10-08T09:30+01:00"))
        60
    """
    shift = when.utcoffset()
    if shift is None:
        raise Unfit("an offset is needed")
    return int(shift.total_seconds() // 60)


def localise(when: datetime, where: tzinfo) -> datetime:
    """A wall-clock time as an instant with a fixed offset.

    Raises:
        Unfit: That time does not exist or happens twice there; both readings are shown.

    Example:
        >>> localise(datetime(2026, 10, 8, 9, 30), zone("Europe/London")).isoformat()
        '2026-10-08T09:30:00+01:00'
    """
    if when.tzinfo is not None:
        return fixed(when)
    first, second = (when.replace(tzinfo=where, fold=fold) for fold in (0, 1))
    early, late = (timezone(timedelta(minutes=offset_min(w))) for w in (first, second))
    if early == late:
        return when.replace(tzinfo=early)
    a, b = (stamp(when.replace(tzinfo=tz)) for tz in (early, late))
    if first.astimezone(UTC).astimezone(where).replace(tzinfo=None) != when:
        raise Unfit(f"that hour does not exist there, the clock was put forward; write {b} or {a}")
    raise Unfit(f"that hour happens twice there, the clock was put back; write {a} or {b}")


def fixed(when: datetime) -> datetime:
    """The same instant with its offset as a fixed one, as a log keeps it.

    Raises:
        Unfit: Its zone has no such time; both readings are shown.

    Example:
        >>> fixed(datetime(2026, 10, 8, 9, 30, tzinfo=zone("Europe/London"))).isoformat()
        '2026-10-08T09:30:00+01:00'
    """
    where, wall = when.tzinfo, when.replace(tzinfo=None)
    if where is not None and when.astimezone(UTC).astimezone(where).replace(tzinfo=None) != wall:
        return localise(wall, where)  # refuses it, with both readings
    return when.replace(tzinfo=timezone(timedelta(minutes=offset_min(when))), fold=0)


def parse_instant(text: str, where: tzinfo | None = None) -> datetime:
    """An instant from `2026-10-08 09:30`, with seconds and an offset where they are known.

    Args:
        text: What was typed.
        where: The zone of a time without an offset; without it such a time stays naive.

    Raises:
        Unfit: It is no such time, or it does not exist or happens twice there.

    Example:
        >>> parse_instant("2026-10-08 09:30", zone("Europe/London")).isoformat()
        '2026-10-08T09:30:00+01:00'
    """
    found = _INSTANT.fullmatch(text.strip())
    if found is None:
        raise Unfit(INSTANT_FORM)
    *parts, offset = found.groups()
    year, month, day, hour, minute, second = (int(part or 0) for part in parts)
    try:
        when = check_year(datetime(year, month, day, hour, minute, second))  # noqa: DTZ001 - made aware below
    except Unfit:
        raise
    except ValueError as error:
        raise Unfit(f"there is no such time ({error}); {INSTANT_FORM}") from error
    if offset is not None:
        return when.replace(tzinfo=parse_offset(offset))
    return when if where is None else localise(when, where)


def parse_offset(text: str) -> timezone:
    """A fixed offset from `+01:00` or `Z`.

    Raises:
        Unfit: It is no offset, or not one that is in use.

    Example:
        >>> parse_offset("+01:00")
        datetime.timezone(datetime.timedelta(seconds=3600))
    """
    if text == "Z":
        return timezone(timedelta(0))
    found = _OFFSET.fullmatch(text)
    shift = timedelta.max if found is None else timedelta(hours=int(found[2]), minutes=int(found[3]))
    if found is None or shift > timedelta(hours=14) or found[3] > "59":
        raise Unfit("an offset lies between -14:00 and +14:00, as in +01:00")
    return timezone(-shift if found[1] == "-" else shift)


def check_year(when: T) -> T:
    """The same time, refused when its year cannot be one of a patient's record."""
    if not FIRST_YEAR <= when.year <= LAST_YEAR:
        raise Unfit(f"the year must lie between {FIRST_YEAR} and {LAST_YEAR}")
    return when


def parse_day(text: str) -> date:
    """A calendar day from `2026-10-08`; never guessed from any other order.

    Raises:
        Unfit: It is no such day.

    Example:
        >>> parse_day("2026-10-08")
        datetime.date(2026, 10, 8)
    """
    if not _DAY.fullmatch(text.strip()):
        raise Unfit(DAY_FORM)
    try:
        return check_year(date.fromisoformat(text.strip()))
    except ValueError as error:
        if isinstance(error, Unfit):
            raise
        raise Unfit(f"there is no such day; {DAY_FORM}") from error


def parse_clock(text: str) -> int:
    """Minutes after midnight from `06:30`.

    Example:
        >>> parse_clock("06:30")
        390
    """
    found = _CLOCK.fullmatch(text.strip())
    if found is None:
        raise Unfit("write the time of day as 06:30, from 00:00 to 23:59")
    return int(found[1]) * 60 + int(found[2])


def clock(minutes: int) -> str:
    """Minutes after midnight as `06:30`.

    Example:
        >>> clock(390)
        '06:30'
    """
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def stamp(when: datetime) -> str:
    """An instant in print, to the minute (to the second where it has seconds), with its offset.

    Example:
        >>> stamp(parse_instant("2026-10-08T09:30+01:00"))
        '2026-10-08 09:30+01:00'
    """
    return when.isoformat(sep=" ", timespec="seconds" if when.second else "minutes")


def from_seconds(seconds: int, offset: int = 0) -> datetime:
    """An instant from UTC seconds since 1970 and the offset in minutes beside them.

    Example:
        >>> stamp(from_seconds(0, 60))
        '1970-01-01 01:00+01:00'
    """
    return datetime.fromtimestamp(seconds, timezone(timedelta(minutes=offset)))


def day_number(day: date) -> int:
    """Days since 1970-01-01.

    Example:
        >>> day_number(date(1970, 1, 2))
        1
    """
    return day.toordinal() - 719163


def from_day_number(days: int) -> date:
    """The day of that number.

    Example:
        >>> from_day_number(1).isoformat()
        '1970-01-02'
    """
    return date.fromordinal(days + 719163)
