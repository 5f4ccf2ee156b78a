"""Groups of rows as numbers, and the middle of each group, for a whole clinic at once.

Imports numpy and pandas only. Text becomes whole numbers once; after that all is sorting and counting.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt


@dataclass(frozen=True, eq=False)
class Groups:
    """Which group each row is in, and the keys of each group.

    Attributes:
        of: The group of each row, from 0, in the order of the keys; missing keys come last.
        keys: One row per group with the columns it was made by.
    """

    of: npt.NDArray[np.int64]
    keys: pd.DataFrame

    def __len__(self) -> int:
        """How many groups."""
        return len(self.keys)


def numbered(frame: pd.DataFrame, by: Sequence[str]) -> Groups:
    """The groups of the rows that agree in those columns; two that are missing agree.

    Args:
        frame: Any frame.
        by: Its columns, the first sorts first.

    Returns:
        Groups in the order of their keys.

    Example:
        >>> made = numbered(pd.DataFrame({"side": ["right", None, "left", "right"]}), ["side"])
        >>> made.of.tolist()
        [1, 2, 0, 1]

    Source:
        By definition.
    """
    heads = _row_heads(frame, by)
    if heads is not None:
        few = numbered(frame[list(by)].take(heads), by)
        return Groups(np.repeat(few.of, np.diff(np.append(heads, len(frame)))), few.keys)
    code = _close(*combined(frame, by))
    groups = int(code.max(initial=-1)) + 1
    if (code[1:] >= code[:-1]).all():
        first = np.searchsorted(code, np.arange(groups))
    else:
        first = np.zeros(groups, dtype="int64")
        first[code[::-1]] = np.arange(len(code) - 1, -1, -1)
    return Groups(code, frame[list(by)].iloc[first].reset_index(drop=True))


def combined(frame: pd.DataFrame, by: Sequence[str]) -> tuple[npt.NDArray[np.int64], int]:
    """One number for the values of a row in those columns, that sorts by them; and a number all are below.

    Args:
        frame: Any frame.
        by: Its columns, the first sorts first.

    Example:
        >>> made, widest = combined(pd.DataFrame({"side": ["right", None, "left"]}), ["side"])
        >>> made.tolist(), widest
        ([1, 2, 0], 3)

    Source:
        By definition.
    """
    code, widest = np.zeros(len(frame), dtype="int64"), 1
    for name in by:
        own, width = coded(frame[name])
        if width == 1:
            continue
        if widest * width > _MOST:  # kept small, so that no product overflows
            code, widest = _close(code, widest), len(frame) + 1
        code, widest = code * width + own, widest * width
    return code, widest


_MOST = 1 << 62


def coded(values: pd.Series) -> tuple[npt.NDArray[np.int64], int]:
    """Each value by its place among all, in order, missing ones last; and how many places there are.

    Args:
        values: Texts, numbers or times.

    Example:
        >>> places, width = coded(pd.Series(["right", None, "left"], dtype="str"))
        >>> places.tolist(), width
        ([1, 2, 0], 3)

    Source:
        By definition.
    """
    if isinstance(values.dtype, pd.StringDtype):
        found, unique = places(values)
        place = np.empty(len(unique) + 1, dtype="int64")
        place[np.argsort(unique)] = np.arange(len(unique))
        place[-1] = len(unique)
        if len(unique) == 0 or (len(unique) == 1 and (found == 0).all()):  # as a column that a scale does not use
            return np.zeros(len(values), dtype="int64"), 1
        return place[found], len(unique) + 1
    own, index = pd.factorize(values, sort=True)
    return np.where(own < 0, len(index), own).astype("int64"), len(index) + 1


def places(values: pd.Series) -> tuple[npt.NDArray[np.int64], npt.NDArray[Any]]:
    """Each text by its place among the different ones as they first come, -1 where it is missing; and those.

    Args:
        values: Texts.

    Example:
        >>> place, texts = places(pd.Series(["right", None, "left", "right"], dtype="str"))
        >>> place.tolist(), texts.tolist()
        ([0, -1, 1, 0], ['right', 'left'])

    Source:
        By definition.
    """
    if not isinstance(values.dtype, pd.StringDtype):
        values = values.astype("str")
    array = values.array  # as they are kept: made objects, it takes six times as long
    if array.isna().all():
        return np.full(len(array), -1, dtype="int64"), np.zeros(0, dtype=object)
    heads = _heads([array])
    found, texts = (array if heads is None else array.take(heads)).factorize()
    if heads is not None:
        found = np.repeat(found, np.diff(np.append(heads, len(array))))
    return found.astype("int64", copy=False), texts.to_numpy(dtype=object)


LONG = 10_000


def _row_heads(frame: pd.DataFrame, by: Sequence[str]) -> npt.NDArray[np.int64] | None:
    """Where a row differs from the one before it; None where that would not pay."""
    if len(frame) <= LONG:
        return None
    arrays = [frame[name].array for name in by]
    return _heads([array for array in arrays if not array.isna().all()])


def _heads(arrays: Sequence[Any]) -> npt.NDArray[np.int64] | None:
    """Where any differs from the value before it; None where, as far as the first values tell, there are few runs."""
    size = len(arrays[0]) if arrays else 0
    if size <= LONG or _differs(arrays, LONG).mean() > 1 / 8:
        return None
    return np.flatnonzero(_differs(arrays, size))


def _differs(arrays: Sequence[Any], size: int) -> npt.NDArray[np.bool_]:
    """Whether any of the first values differs from the one before it; a missing one differs from all."""
    made = np.zeros(size, dtype=bool)
    made[:1] = True
    for array in arrays:
        made[1:] |= np.asarray(array[1:size] != array[: size - 1], dtype=bool)
    return made


def _close(code: npt.NDArray[np.int64], widest: int) -> npt.NDArray[np.int64]:
    """Numbers below `widest` as their places among those that are there."""
    if widest > 2 * len(code):
        return pd.factorize(code, sort=True)[0].astype("int64")
    there = np.bincount(code, minlength=widest) > 0
    return code if there[: int(code.max(initial=-1)) + 1].all() else (np.cumsum(there) - 1)[code]


@dataclass(frozen=True, eq=False)
class Middles:
    """Values by group, each group sorted; what stands in its middle and at its ends.

    Attributes:
        values: All values, by group and size.
        first: Place of the first value of each group.
        n: How many values each group has.
    """

    values: npt.NDArray[np.float64]
    first: npt.NDArray[np.int64]
    n: npt.NDArray[np.int64]

    def at(self, place: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
        """The value at that place of each group, from 0; missing where the group has none."""
        if not len(self.values):
            return np.full(len(self.n), np.nan)
        has = self.n > 0
        made: npt.NDArray[np.float64] = np.where(has, self.values[np.where(has, self.first + place, 0)], np.nan)
        return made

    def lower(self, share: float = 0.5) -> npt.NDArray[np.float64]:
        """The value at that share of each group, the lower one where it falls between two."""
        return self.at(np.floor(share * np.maximum(self.n - 1, 0)).astype("int64"))

    def quantile(self, share: float) -> npt.NDArray[np.float64]:
        """The value at that share of each group, in a straight line between two neighbours."""
        place = share * np.maximum(self.n - 1, 0)
        below = np.floor(place).astype("int64")
        low, high = self.at(below), self.at(np.ceil(place).astype("int64"))
        made: npt.NDArray[np.float64] = low + (high - low) * (place - below)
        return made

    @property
    def low(self) -> npt.NDArray[np.float64]:
        """The least value of each group."""
        return self.at(np.zeros(len(self.n), dtype="int64"))

    @property
    def high(self) -> npt.NDArray[np.float64]:
        """The greatest value of each group."""
        return self.at(self.n - 1)

    @property
    def mean(self) -> npt.NDArray[np.float64]:
        """The mean of each group."""
        of = np.repeat(np.arange(len(self.n)), self.n)
        total = np.bincount(of, weights=self.values, minlength=len(self.n))
        return np.where(self.n > 0, total / np.maximum(self.n, 1), np.nan)


def middles(values: npt.NDArray[Any], of: npt.NDArray[np.int64], groups: int) -> Middles:
    """The values of each group in order; missing ones are left out.

    Args:
        values: Numbers.
        of: The group of each, from 0.
        groups: How many groups there are.

    Returns:
        Middles, one place per group.

    Example:
        >>> made = middles(np.array([4.0, 1.0, 7.0, 2.0]), np.array([0, 0, 0, 2]), 3)
        >>> (made.n.tolist(), made.quantile(0.5).tolist())
        ([3, 0, 1], [4.0, nan, 2.0])

    Source:
        Median and quartiles in a straight line between neighbours (Hyndman & Fan 1996, type 7,
        doi:10.1080/00031305.1996.10473566).
    """
    values = values.astype("float64")
    has = ~np.isnan(values)
    if not has.all():
        values, of = values[has], of[has]
    n = np.bincount(of, minlength=groups).astype("int64")
    if not _in_order(values, of):
        code, unique = pd.factorize(values, sort=True)  # one sort of whole numbers is several times one of pairs
        key = of * np.int64(len(unique)) + code
        key.sort()
        values = unique[key % len(unique)]
    return Middles(values, np.cumsum(n) - n, n)


def _in_order(values: npt.NDArray[Any], of: npt.NDArray[Any]) -> bool:
    ahead = of[1:] > of[:-1]
    return bool((ahead | ((of[1:] == of[:-1]) & (values[1:] >= values[:-1]))).all())


def spans(first: npt.NDArray[Any], last: npt.NDArray[Any]) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """Every whole number from `first` up to, not with, `last` of each row, and the row it is of.

    Args:
        first: Where each begins.
        last: Where each ends; one that ends before it begins is empty.

    Returns:
        (row of each number, the number), row by row.

    Example:
        >>> [part.tolist() for part in spans(np.array([5, 9, 2]), np.array([8, 9, 3]))]
        [[0, 0, 0, 2], [5, 6, 7, 2]]

    Source:
        By definition.
    """
    n = np.maximum(last - first, 0)
    of = np.repeat(np.arange(len(n)), n)
    return of, np.arange(n.sum()) + np.repeat(first - (np.cumsum(n) - n), n)
