"""The instant a row is sorted and drawn at; a day alone stays a day in the record.

Imports `grouped`. What is made here stands in columns of its own, never in the record's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from titration.derive.grouped import coded

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
    wall = pd.DatetimeIndex(days.to_numpy(dtype="datetime64[us]"))
    local = wall.tz_localize(zone, ambiguous=twice, nonexistent="shift_forward")
    return pd.Series(local.tz_convert("UTC"), index=days.index, name=days.name)


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
    wall = pd.DatetimeIndex(instants).tz_convert(zone).tz_localize(None)
    days = wall.to_numpy().astype("datetime64[D]").astype(DAY)
    return pd.Series(days, index=instants.index, name=instants.name)


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
    made = frame.copy(deep=False)
    if f"{stem}_at" not in frame.columns:
        made["moment"], made["by_day"] = day_start(frame[f"{stem}_on"], zone=zone), np.ones(len(frame), dtype=bool)
        return made
    at = frame[f"{stem}_at"]
    by_day = at.isna().to_numpy()
    if by_day.any():
        start = day_start(frame[f"{stem}_on"][by_day], zone=zone)
        instants = at.to_numpy(dtype="datetime64[us]", copy=True)
        instants[by_day] = start.to_numpy(dtype="datetime64[us]")
        at = pd.Series(pd.DatetimeIndex(instants, tz="UTC"), index=frame.index)
    made["moment"], made["by_day"] = at, by_day
    return made


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
    made = placed(frame, stem, zone=zone)
    moment, row = made["moment"].to_numpy(dtype="datetime64[us]"), made["first_row"].to_numpy()
    order = np.lexsort((row, moment, coded(made["patient"])[0]))
    if (order[1:] > order[:-1]).all():  # as most frames are: read in order
        return made.reset_index(drop=True)
    return made.take(order).reset_index(drop=True)


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
    made = frame[list(dtypes)].reset_index(drop=True)
    for name, found in zip(dtypes, made.dtypes, strict=True):
        dtype: Any = dtypes[name]
        if found != dtype:
            made[name] = made[name].astype(dtype)
    return made
