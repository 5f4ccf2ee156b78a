"""How times, differences and rows are printed on paper; numbers themselves are printed by `units`.

An hour that happens twice, or one written with another offset, is printed with its offset.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from decimal import Decimal
from typing import TYPE_CHECKING

from titration import times, units

if TYPE_CHECKING:
    from titration.report.window import Row

ASSIGNED = " (assigned)"
ASSIGNED_NOTE = (
    "(assigned): the time was not observed; it stands for a study day or an order in print, and was written as such."
)


def instant(when: datetime, zone: tzinfo, offset_min: int | None = None) -> str:
    """An instant in local time, to the minute, with its offset only where it would be unclear.

    Args:
        when: An aware datetime or Timestamp.
        zone: The zone of the log.
        offset_min: The offset it was written with, if known.

    Example:
        >>> london = times.zone("Europe/London")
        >>> instant(datetime(2026, 10, 8, 8, 30, tzinfo=UTC), london)
        '2026-10-08 09:30'
        >>> instant(datetime(2026, 10, 25, 0, 30, tzinfo=UTC), london)
        '2026-10-25 01:30+01:00'
    """
    plain = datetime.fromtimestamp(when.timestamp() // 60 * 60, UTC)
    local = plain.astimezone(zone)
    naive = local.replace(tzinfo=None, fold=0)
    twice = naive.replace(tzinfo=zone).utcoffset() != naive.replace(tzinfo=zone, fold=1).utcoffset()
    if offset_min is not None and times.offset_min(local) != offset_min:
        return times.stamp(plain.astimezone(timezone(timedelta(minutes=offset_min))))
    return times.stamp(local) if twice else naive.isoformat(sep=" ", timespec="minutes")


def moment(row: Row, stem: str, zone: tzinfo) -> str:
    """The own time of a row: the minute where it is known, else the day; marked when it was assigned.

    Args:
        row: A row with `{stem}_on` and, where the record has one, `{stem}_at`.
        stem: For example `effective`.
        zone: The zone of the log.
    """
    at = row.get(f"{stem}_at")
    offset = row.get(f"{stem}_offset_min")
    said = day(row[f"{stem}_on"]) if at is None else instant(at, zone, None if offset is None else int(offset))
    return said + (ASSIGNED if row.get("timing") == "assigned" else "")


def day(when: datetime) -> str:
    """A calendar day.

    Example:
        >>> day(datetime(2026, 10, 8))
        '2026-10-08'
    """
    return when.date().isoformat()


def days(first: date, last: date) -> int:
    """Calendar days from one day to another.

    Example:
        >>> days(datetime(2026, 10, 26, 11, 0), date(2026, 10, 31))
        5

    Source:
        By definition.
    """
    start, end = (when.date() if isinstance(when, datetime) else when for when in (first, last))
    return (end - start).days


def less(new: float, old: float) -> float:
    """`new` less `old` as decimals, so that 100.3 less 100.1 is 0.2.

    Example:
        >>> less(100.3, 100.1)
        0.2

    Source:
        By definition.
    """
    return float(Decimal(repr(float(new))) - Decimal(repr(float(old))))


def signed(value: float, unit: str) -> str:
    """A difference with its sign and unit; no difference has no sign.

    Example:
        >>> signed(20.0, "mcg/day"), signed(-0.5, "mL"), signed(0.0, "mL")
        ('+20 mcg/day', '-0.5 mL', '0 mL')
    """
    return f"{'+' if value > 0 else ''}{units.number(value)} {unit}"


def source(table: str, *found: Row) -> tuple[str, ...]:
    """The rows a fact came from.

    Example:
        >>> source("dose_change", {"row": 12})
        ('dose_change:12',)
    """
    return tuple(f"{table}:{int(row['row'])}" for row in found)
