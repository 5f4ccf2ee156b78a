"""The instant a row is sorted and drawn at; a day alone stays a day in the record.

Imports `grouped`, `runs`. What is made here stands in columns of its own, never in the record's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from titration.derive import runs
from titration.derive.grouped import coded

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    import numpy.typing as npt

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
    begins = _begins(days.to_numpy(dtype="datetime64[us]"), zone)
    return pd.Series(pd.DatetimeIndex(begins, tz="UTC"), index=days.index, name=days.name)


def _begins(days: npt.NDArray[Any], zone: str) -> npt.NDArray[Any]:
    """The instant each day begins; of more rows than days each day of the calendar is looked up once."""
    if len(days) > _MANY and not np.isnat(days).any():
        number = days.astype("datetime64[D]").astype("int64")
        first, last = int(number.min()), int(number.max())
        if last - first < len(days):
            begins: npt.NDArray[Any] = midnights(first, last, zone=zone)[number - first]
            return begins
    return _localized(days, zone)


_MANY = 1000


def midnights(first: int, last: int, *, zone: str) -> npt.NDArray[Any]:
    """The instant each day of a stretch of the calendar begins; see `day_start`.

    Args:
        first: The first day, by its number since 1970.
        last: The last, included.
        zone: IANA name.

    Returns:
        Array (datetime64[us] in UTC).

    Example:
        >>> midnights(0, 0, zone="Europe/Berlin").astype("datetime64[m]").tolist()
        [datetime.datetime(1969, 12, 31, 23, 0)]

    Source:
        By definition.
    """
    return _localized(np.arange(first, last + 1).astype("datetime64[D]").astype("datetime64[us]"), zone)


def _localized(days: npt.NDArray[Any], zone: str) -> npt.NDArray[Any]:
    twice = np.ones(len(days), dtype=bool)
    local = pd.DatetimeIndex(days).tz_localize(zone, ambiguous=twice, nonexistent="shift_forward")
    return local.tz_convert("UTC").to_numpy(dtype="datetime64[us]")


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
    days = _days(pd.DatetimeIndex(instants), zone).astype(DAY)
    return pd.Series(days, index=instants.index, name=instants.name)


def local_days(at: npt.NDArray[Any], *, zone: str) -> npt.NDArray[Any]:
    """The calendar day of each instant in the zone, of an array.

    Args:
        at: Instants in UTC (datetime64, without a zone).
        zone: IANA name.

    Returns:
        Array (datetime64[D]).

    Example:
        >>> local_days(np.array(["2026-10-07T23:30"], dtype="datetime64[us]"), zone="Europe/London").tolist()
        [datetime.date(2026, 10, 8)]

    Source:
        By definition.
    """
    return _days(runs.utc(at), zone)


def _days(at: pd.DatetimeIndex, zone: str) -> npt.NDArray[Any]:
    return at.tz_convert(zone).tz_localize(None).to_numpy().astype("datetime64[D]")


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
    moment, by_day = instants(frame, stem, zone=zone)
    made["moment"], made["by_day"] = runs.utc(moment), by_day
    return made


def instants(frame: pd.DataFrame, stem: str, *, zone: str) -> tuple[npt.NDArray[Any], npt.NDArray[np.bool_]]:
    """The two columns that `placed` adds, as arrays.

    Args:
        frame: See `placed`.
        stem: See `placed`.
        zone: IANA name.

    Returns:
        (datetime64[us] in UTC: the instant, or the start of the day; bool: where only the day is known).

    Example:
        >>> visits = pd.DataFrame({"visited_on": pd.to_datetime(["2026-10-08"])})
        >>> [each.tolist() for each in instants(visits, "visited", zone="Europe/London")]
        [[datetime.datetime(2026, 10, 7, 23, 0)], [True]]

    Source:
        By definition.
    """
    if f"{stem}_at" not in frame.columns:
        start = day_start(frame[f"{stem}_on"], zone=zone)
        return start.to_numpy(dtype="datetime64[us]"), np.ones(len(frame), dtype=bool)
    moment = frame[f"{stem}_at"].to_numpy(dtype="datetime64[us]", copy=True)
    by_day = np.isnat(moment)
    if by_day.any():
        start = day_start(frame[f"{stem}_on"][by_day], zone=zone)
        moment[by_day] = start.to_numpy(dtype="datetime64[us]")
    return moment, by_day


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


def typed(frame: pd.DataFrame, dtypes: Mapping[str, str], rows: npt.NDArray[Any] | None = None) -> pd.DataFrame:
    """Exactly those columns with those dtypes, numbered from 0.

    Args:
        frame: A frame that has them.
        dtypes: Name to dtype.
        rows: The places of the rows that are kept; all when None.

    Returns:
        DataFrame of `dtypes`.

    Example:
        >>> typed(pd.DataFrame({"n": [1], "more": [2]}), {"n": "int64"}).to_dict("list")
        {'n': [1]}

    Source:
        By definition.
    """
    made = frame[list(dtypes)]
    made = (made if rows is None else made.take(rows)).reset_index(drop=True)
    for name, found in zip(dtypes, made.dtypes, strict=True):
        dtype: Any = dtypes[name]
        if found != dtype:
            made[name] = made[name].astype(dtype)
    return made
