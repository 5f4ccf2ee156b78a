"""The values of series of scores that lie inside spans of time, for many spans at once.

Imports `cuts`, `grouped`, `moments`. All series stand in one line of whole numbers; an edge is looked up in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from titration.derive import cuts, grouped, moments
from titration.derive.washout import DAY

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt


@dataclass(frozen=True, eq=False)
class Line:
    """The values of all series, one series after another, each in the order of time.

    Attributes:
        key: Series and second as one number; where only days are known, series and place of the day.
        rank: The value of each.
        begins: The second each day begins, from the first of them to the one after the last; None: times are known.
        first: The first day, by its number since 1970.
    """

    key: npt.NDArray[np.int64]
    rank: npt.NDArray[np.float64]
    begins: npt.NDArray[np.int64] | None = None
    first: int = 0


def lines(given: pd.DataFrame, series: npt.NDArray[np.int64], *, zone: str) -> list[Line]:
    """The scores with a time by their second, and those of a day alone by their day.

    Args:
        given: Scores with `rank`, each of them there.
        series: The series of each, from 0.
        zone: IANA name; places a day without a time.

    Returns:
        One line, two, or none where there is no score.

    Example:
        >>> days = pd.Series(pd.to_datetime(["2026-10-02", "2026-10-01"])).astype("datetime64[s]")
        >>> at = pd.Series([pd.NaT, pd.NaT], dtype="datetime64[us, UTC]")
        >>> given = pd.DataFrame({"observed_at": at, "observed_on": days, "rank": [4.0, 7.0]})
        >>> lines(given, np.array([0, 0]), zone="UTC")[0].rank.tolist()
        [7.0, 4.0]

    Source:
        By definition.
    """
    by_day, rank = given["observed_at"].isna().to_numpy(), given["rank"].to_numpy()
    made = []
    if not by_day.all():
        mine = _chosen(~by_day)
        key = cuts.keyed(series[mine], cuts.seconds(given["observed_at"][mine]))
        made.append(_in_order(Line(key, rank[mine])))
    if by_day.any():
        mine = _chosen(by_day)
        day = given["observed_on"][mine].to_numpy(dtype=moments.DAY).view("int64") // DAY
        first, last = int(day.min()), int(day.max())
        begins = moments.midnights(first, last + 1, zone=zone).astype("datetime64[s]").astype("int64")
        made.append(_in_order(Line(cuts.keyed(series[mine], day - first), rank[mine], begins, first)))
    return made


def _chosen(mine: npt.NDArray[np.bool_]) -> slice | npt.NDArray[np.bool_]:
    """What chooses those rows; where it is all of them nothing is copied."""
    return slice(None) if mine.all() else mine


def _in_order(line: Line) -> Line:
    if (line.key[1:] >= line.key[:-1]).all():  # as a log gives them where each patient has one series
        return line
    order = np.argsort(line.key, kind="stable")
    return Line(line.key[order], line.rank[order], line.begins, line.first)


def values(
    given: Sequence[Line],
    series: npt.NDArray[np.int64],
    start: npt.NDArray[np.float64],
    end: npt.NDArray[np.float64],
    *,
    zone: str,
) -> grouped.Middles:
    """The values of a series inside each span, its end not included; a day alone must lie inside as a whole.

    Args:
        given: What `lines` gives.
        series: The series of each span.
        start: The second each span begins.
        end: The second it ends.
        zone: IANA name.

    Returns:
        Middles, one place per span.

    Example:
        >>> line = Line(cuts.keyed(np.array([0, 0, 1]), np.array([10, 20, 20])), np.array([4.0, 7.0, 1.0]))
        >>> values([line], np.array([0, 1]), np.array([10.0, 0.0]), np.array([20.0, 20.0]), zone="UTC").n.tolist()
        [1, 0]

    Source:
        By definition.
    """
    of, found = [], []
    for line in given:
        low, high = (start, end) if line.begins is None else _days(line, line.begins, start, end, zone=zone)
        first, after = (np.searchsorted(line.key, cuts.keyed(series, edge)) for edge in (low, high))
        span, place = grouped.spans(first, after)
        of.append(span)
        found.append(line.rank[place])
    if len(of) == 1:
        return grouped.middles(found[0], of[0], len(series))
    none = np.zeros(0)
    return grouped.middles(np.concatenate([none, *found]), np.concatenate([none.astype("int64"), *of]), len(series))


def _days(
    line: Line,
    begins: npt.NDArray[np.int64],
    start: npt.NDArray[np.float64],
    end: npt.NDArray[np.float64],
    *,
    zone: str,
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The place of the first day that begins in each span, and of the one in which the span ends."""
    number = moments.local_day(instants(end), zone=zone).to_numpy(dtype=moments.DAY).view("int64") // DAY
    first = np.searchsorted(begins, begins)  # a day the calendar of the zone left out begins with the next one
    return np.searchsorted(begins, start), first[np.clip(number - line.first, 0, len(begins) - 1)]


def instants(second: npt.NDArray[np.float64]) -> pd.Series:
    """Whole seconds since 1970 as the frames keep instants.

    Args:
        second: Seconds.

    Returns:
        Series (datetime64[us, UTC]).

    Example:
        >>> instants(np.array([86400.0]))[0].isoformat()
        '1970-01-02T00:00:00+00:00'

    Source:
        By definition.
    """
    return pd.Series(pd.to_datetime(second.astype("int64"), unit="s", utc=True)).astype(moments.INSTANT)
