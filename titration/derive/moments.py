"""The instant a row is sorted and drawn at; a day alone stays a day in the record.

Imports pandas only. What is made here stands in columns of its own, never in the record's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

INSTANT: Final = "datetime64[us, UTC]"
DAY: Final = "datetime64[s]"


def instant(when: datetime) -> pd.Timestamp:
    """An instant as the frames keep it: in UTC.

    Args:
        when: A time with an offset.

    Raises:
        ValueError: It has no offset, so it could be several instants.

    Example:
        >>> instant(pd.Timestamp("2026-10-08T09:30+01:00"))
        Timestamp('2026-10-08 08:30:00+0000', tz='UTC')

    Source:
        By definition.
    """
    given = pd.Timestamp(when)
    if given.tzinfo is None:
        raise ValueError("a time with an offset is needed, as in 2026-10-08T09:30+01:00")
    return given.tz_convert("UTC")


def day_start(days: pd.Series, *, zone: str) -> pd.Series:
    """The instant each calendar day begins in the zone.

    Args:
        days: Calendar days (datetime64, without a zone).
        zone: IANA name.

    Returns:
        Series (datetime64[us, UTC]), same index. Where midnight is left out by the clock it is the
        first moment after it, where it comes twice the first of the two.

    Example:
        >>> day_start(pd.Series(pd.to_datetime(["2026-10-08"])), zone="Europe/London")[0].isoformat()
        '2026-10-07T23:00:00+00:00'

    Source:
        By definition.
    """
    twice = np.ones(len(days), dtype=bool)
    wall = days.astype("datetime64[us]")
    local = wall.dt.tz_localize(zone, ambiguous=twice, nonexistent="shift_forward")
    return local.dt.tz_convert("UTC").astype(INSTANT)


def local_day(instants: pd.Series, *, zone: str) -> pd.Series:
    """The calendar day of each instant in the zone.

    Args:
        instants: Instants (datetime64, UTC).
        zone: IANA name.

    Returns:
        Series (datetime64[s], no zone), same index.

    Example:
        >>> local_day(pd.Series(pd.to_datetime(["2026-10-07T23:30Z"])), zone="Europe/London")[0]
        Timestamp('2026-10-08 00:00:00')

    Source:
        By definition.
    """
    days: pd.Series = instants.dt.tz_convert(zone).dt.tz_localize(None).dt.normalize().astype(DAY)
    return days


def placed(frame: pd.DataFrame, stem: str, *, zone: str) -> pd.DataFrame:
    """The rows with the instant they are sorted and drawn at.

    Where only the day is known it is the start of that day in the zone, and `by_day` says so.

    Args:
        frame: Any frame with `{stem}_on`, and `{stem}_at` where its records can have a time.
        stem: `effective`, `observed`, `filled`, `started`, `visited`, `noted`, `implanted`.
        zone: IANA name.

    Returns:
        The same rows, order and index, and two columns more:
            moment (datetime64[us, UTC]): the instant, or the start of the day.
            by_day (bool): True where only the day is known.

    Example:
        >>> from titration.columns import of_records
        >>> from titration.records import KINDS, Visit
        >>> visits = of_records(KINDS["visit"], [Visit(patient="P001", visited_on="2026-10-08", visit="review")])
        >>> placed(visits, "visited", zone="Europe/London")[["moment", "by_day"]].values.tolist()
        [[Timestamp('2026-10-07 23:00:00+0000', tz='UTC'), True]]

    Source:
        By definition.
    """
    start = day_start(frame[f"{stem}_on"], zone=zone)
    if f"{stem}_at" not in frame.columns:
        return frame.assign(moment=start, by_day=np.ones(len(frame), dtype=bool))
    at = frame[f"{stem}_at"]
    return frame.assign(moment=at.where(at.notna(), start).astype(INSTANT), by_day=at.isna())


def in_order(frame: pd.DataFrame, stem: str, *, zone: str) -> pd.DataFrame:
    """The rows of `placed` by patient and moment; of two at one moment the one first written later comes last.

    Args:
        frame: Any frame with the columns of `stem`.
        stem: See `placed`.
        zone: IANA name.

    Returns:
        The columns of `placed`, sorted, numbered from 0.

    Example:
        >>> from titration.columns import columns, frame
        >>> from titration.records import KINDS
        >>> in_order(frame(columns(KINDS["visit"]), {}), "visited", zone="UTC").empty
        True

    Source:
        By definition.
    """
    return placed(frame, stem, zone=zone).sort_values(
        ["patient", "moment", "first_row"], kind="stable", ignore_index=True
    )


def typed(frame: pd.DataFrame, dtypes: Mapping[str, str]) -> pd.DataFrame:
    """Exactly those columns with those dtypes, numbered from 0.

    Args:
        frame: A frame that has them.
        dtypes: Name to dtype.

    Returns:
        DataFrame of `dtypes`.

    Example:
        >>> typed(pd.DataFrame({"n": [1], "more": [2]}), {"n": "int64"}).to_dict("list")
        {'n': [1]}

    Source:
        By definition.
    """
    return frame[list(dtypes)].astype(dict(dtypes)).reset_index(drop=True)
