"""Columns as arrays and back; of rows sorted by group where each run begins, what was known last, what comes next.

Imports `grouped`. Texts stay whole numbers until the end; -1 is missing, as a text and as a place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from titration.derive.grouped import places

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt

    Array = npt.NDArray[Any]
    Places = npt.NDArray[np.int64]
    Flags = npt.NDArray[np.bool_]


def together(*columns: pd.Series) -> tuple[list[Places], Array]:
    """The texts of several columns by their place among all of them in order, -1 where missing; and the texts.

    Args:
        columns: Texts.

    Returns:
        (the places of each column, the different texts in order).

    Example:
        >>> made, texts = together(pd.Series(["P002", "P001"]), pd.Series(["P003", None], dtype="str"))
        >>> [each.tolist() for each in made], texts.tolist()
        ([[1, 0], [2, -1]], ['P001', 'P002', 'P003'])

    Source:
        By definition.
    """
    found = [places(column) for column in columns]
    every = np.unique(np.concatenate([texts for _, texts in found]))
    tables = [np.append(np.searchsorted(every, texts), -1) for _, texts in found]
    return [table[place] for table, (place, _) in zip(tables, found, strict=True)], every


def words(texts: Sequence[str] | Array, place: Places) -> Any:
    """The text at each place, missing at -1.

    Args:
        texts: Some texts.
        place: Places among them.

    Returns:
        Array of dtype str.

    Example:
        >>> words(["set", "found"], np.array([1, -1, 0])).tolist()
        ['found', nan, 'set']

    Source:
        By definition.
    """
    given = [*texts] or [""]  # of no text at all every place is -1
    return pd.array(given, dtype="str").take(place, allow_fill=True)


def floats(values: pd.Series) -> npt.NDArray[np.float64]:
    """Numbers as floats, missing ones as NaN.

    Args:
        values: Numbers, also such as can be missing (Int64).

    Example:
        >>> floats(pd.Series([60, None], dtype="Int64")).tolist()
        [60.0, nan]

    Source:
        By definition.
    """
    made: npt.NDArray[np.float64] = values.to_numpy(dtype="float64", na_value=np.nan)
    return made


def whole(values: Array, lacks: Flags | None = None) -> pd.arrays.IntegerArray:
    """Whole numbers of which some may be missing.

    Args:
        values: Numbers.
        lacks: Where they are missing; where they are NaN when None.

    Returns:
        Array of dtype Int64.

    Example:
        >>> whole(np.array([60.0, np.nan])).tolist()
        [60, <NA>]

    Source:
        By definition.
    """
    lacks = np.isnan(values) if lacks is None else lacks
    return pd.arrays.IntegerArray(np.where(lacks, 0, values).astype("int64"), lacks)


def begins(*keys: Any) -> Flags:
    """Whether each row differs from the one before it in any of those; the first one does.

    Args:
        keys: Arrays or columns of rows in order, at least one.

    Example:
        >>> begins(np.array([4, 4, 7]), pd.Series(["a", "a", "a"])).tolist()
        [True, False, True]

    Source:
        By definition.
    """
    arrays = [key.array if isinstance(key, pd.Series) else key for key in keys]
    made = np.ones(len(arrays[0]), dtype=bool)
    if len(made):
        made[1:] = np.logical_or.reduce([np.asarray(key[1:] != key[:-1], dtype=bool) for key in arrays])
    return made


def latest(has: Flags, group: Array) -> Places:
    """The place of the last row up to each, itself too, of its own group, where something is known; -1 where it is not.

    Args:
        has: Where it is known.
        group: The group of each row, in order.

    Example:
        >>> latest(np.array([False, True, False, False]), np.array([1, 1, 1, 2])).tolist()
        [-1, 1, 1, -1]

    Source:
        By definition.
    """
    held = np.maximum.accumulate(np.where(has, np.arange(len(has)), -1))
    made: Places = np.where((held >= 0) & (group[held] == group), held, -1)
    return made


def following(has: Flags, group: Array) -> Places:
    """The place of the next row after each, of its own group, where something is known; -1 where there is none.

    Args:
        has: Where it is known.
        group: The group of each row, in order.

    Example:
        >>> following(np.array([True, False, True, True]), np.array([1, 1, 1, 2])).tolist()
        [2, 2, -1, -1]

    Source:
        By definition.
    """
    n = len(has)
    held = np.minimum.accumulate(np.where(has, np.arange(n), n)[::-1])[::-1]
    held = np.append(held[1:], n)[:n]
    made: Places = np.where((held < n) & (group[np.minimum(held, n - 1)] == group), held, -1)
    return made


def taken(values: Any, place: Places) -> Any:
    """What stands at each place; missing at -1.

    Args:
        values: Floats or times, or an array of pandas.
        place: Places in it.

    Example:
        >>> taken(np.array([5.0, 6.0]), np.array([1, -1])).tolist()
        [6.0, nan]

    Source:
        By definition.
    """
    if not isinstance(values, np.ndarray):
        return values.take(place, allow_fill=True)
    missing = np.datetime64("NaT") if values.dtype.kind == "M" else np.nan
    return np.append(values, np.array([missing], dtype=values.dtype))[place]


def matched(own: Places, keys: Places, *, last: bool = False) -> Places:
    """The place of the first of those keys that each is equal to; -1 where there is none.

    Args:
        own: Whole numbers.
        keys: Whole numbers in order.
        last: Whether it is the last one instead.

    Example:
        >>> matched(np.array([7, 5]), np.array([4, 7, 7])).tolist()
        [1, -1]

    Source:
        By definition.
    """
    if not len(keys):
        return np.full(len(own), -1)
    at = np.searchsorted(keys, own, side="right") - 1 if last else np.searchsorted(keys, own)
    made: Places = np.where(keys[np.clip(at, 0, len(keys) - 1)] == own, at, -1)
    return made


def naive(instants: pd.Series) -> npt.NDArray[Any]:
    """Instants of a column as an array: datetime64[us] in UTC, without a zone.

    Args:
        instants: Instants (datetime64, UTC).

    Example:
        >>> naive(pd.Series(pd.to_datetime(["2026-10-08T08:30Z"]))).tolist()
        [datetime.datetime(2026, 10, 8, 8, 30)]

    Source:
        By definition.
    """
    made: npt.NDArray[Any] = instants.to_numpy(dtype="datetime64[us]")
    return made


def utc(at: npt.NDArray[Any]) -> pd.DatetimeIndex:
    """Instants of an array as a frame keeps them.

    Args:
        at: Instants in UTC (datetime64, without a zone).

    Example:
        >>> utc(np.array(["2026-10-08T08:30"], dtype="datetime64[us]"))[0]
        Timestamp('2026-10-08 08:30:00+0000', tz='UTC')

    Source:
        By definition.
    """
    return pd.DatetimeIndex(at.astype("datetime64[us]", copy=False), tz="UTC")


def framed(values: Mapping[str, Any], dtypes: Mapping[str, str]) -> pd.DataFrame:
    """Exactly those columns with those dtypes, numbered from 0, of arrays.

    Args:
        values: An array for each, of one length; times without a zone are those of UTC.
        dtypes: Name to dtype.

    Returns:
        DataFrame of `dtypes`.

    Example:
        >>> framed({"n": np.array([1.0])}, {"n": "int64"}).to_dict("list")
        {'n': [1]}

    Source:
        By definition.
    """
    return pd.DataFrame({name: _column(values[name], dtype) for name, dtype in dtypes.items()})


def _column(values: Any, dtype: str) -> Any:
    if dtype.startswith("datetime64[us,") and isinstance(values, np.ndarray):
        return utc(values)
    return values if values.dtype == dtype else values.astype(dtype)


def met(own: Places, at: Array, group: Places, start: Array, *, exact: bool = True) -> Places:
    """The place of the last row of each group that starts by an instant; -1 where there is none.

    Args:
        own: The group of each instant.
        at: The instants.
        group: The group of each row, in order.
        start: When each row starts, in order within a group.
        exact: Whether one that starts at the instant itself counts.

    Example:
        >>> met(np.array([1, 2]), np.array([5, 5]), np.array([1, 1, 2]), np.array([3, 5, 6])).tolist()
        [1, -1]

    Source:
        By definition.
    """
    times = np.unique(start)  # by their place among all, group and time are one whole number
    span = len(times) + 1
    key = group * span + np.searchsorted(times, start) + 1
    place = np.searchsorted(
        key, own * span + np.searchsorted(times, at, side="right" if exact else "left"), side="right"
    )
    made: Places = np.where(np.append(group, [-1])[place - 1] == own, place - 1, -1)
    return made
