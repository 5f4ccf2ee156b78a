"""What each frame holds: column names, dtypes as text, units and meanings, made from the records.

Imports `records`; needs no pandas until a frame is made or checked.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import TYPE_CHECKING, Any, Literal

from titration.errors import FrameError
from titration.fields import Shown
from titration.records import KINDS, RecordKind

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    import pandas as pd

BEFORE = (
    Shown("row", "int64", "", "number of the fact, unique in the log"),
    Shown("entry", "int64", "", "number of the entry it was written with"),
)
AFTER = (
    Shown("recorded_at", "datetime64[us, UTC]", "", "when the entry was written"),
    Shown("recorded_by", "str", "", "who wrote it, as typed"),
    Shown(
        "first_row", "int64", "", "row it was first written as, before any amendment: its place in the order of the log"
    ),
    Shown("first_recorded_at", "datetime64[us, UTC]", "", "when it was first written, before any amendment"),
)
FIRST = {"first_row": "row", "first_recorded_at": "recorded_at"}
"""What stands in these where nothing else is known: a fact nobody amended was first written as it stands."""
SECONDS_PER_DAY = 86400
FARTHEST = 2**42
"""Seconds and days beyond this (the year 140,000) are left to pandas to refuse."""
BOOKKEEPING = frozenset({"of", *(c.name for c in (*BEFORE, *AFTER))})
"""The columns only the log writes."""
PARENT = Shown("of", "int64", "", "row of the record it belongs to")


@dataclass(frozen=True)
class Same(Sequence[Any]):
    """A column that holds one value throughout, told once.

    Attributes:
        value: The value; None is missing.
        length: In how many rows.

    Example:
        >>> list(Same(5, 2)), Same(5, 2).count(5)
        ([5, 5], 2)
    """

    value: Any
    length: int

    def __len__(self) -> int:
        """In how many rows."""
        return self.length

    def __getitem__(self, place: Any) -> Any:
        """The value at a place, or at some of them."""
        there = range(self.length)[place]  # a place that is not there is refused
        return self.value if isinstance(there, int) else Same(self.value, len(there))

    def __iter__(self) -> Iterator[Any]:
        """The value, so many times."""
        return repeat(self.value, self.length)

    def count(self, value: Any) -> int:
        """In how many rows a value stands: all or none."""
        return self.length if value == self.value else 0


def distinct(values: Sequence[Any]) -> Collection[Any]:
    """Each value of a column once.

    Example:
        >>> distinct(Same(5, 1000)), sorted(distinct([2, 1, 2]))
        ({5}, [1, 2])
    """
    return {values.value} if isinstance(values, Same) and values else set(values)


def columns(kind: RecordKind) -> tuple[Shown, ...]:
    """The columns of the frame of that kind of record, in order.

    Args:
        kind: Which kind.

    Returns:
        `row`, `entry`, (for a child) `of`, the fields, `recorded_at`, `recorded_by`, `first_row`,
        `first_recorded_at`.

    Example:
        >>> [c.name for c in columns(KINDS["visit"])][2:5]
        ['patient', 'visited_at', 'visited_offset_min']
    """
    fields = tuple(shown for f in kind.fields for shown in f.value.shown(f.name, f.meaning))
    child = (PARENT,) if kind.parent else ()
    return (*BEFORE, *child, *fields, *AFTER)


def frame(shown: Iterable[Shown], values: Mapping[str, Any]) -> pd.DataFrame:
    """A frame of exactly those columns and dtypes, empty or full.

    Args:
        shown: The columns.
        values: A sequence for each; a column that is not there is missing throughout, but for those of `FIRST`.

    Returns:
        DataFrame with the declared dtypes; integers of seconds and days become times.

    Example:
        >>> frame(columns(KINDS["visit"]), {})["visited_at"].dtype
        datetime64[us, UTC]
    """
    shown = tuple(shown)
    length = max((len(v) for v in values.values()), default=0)
    if length == 0:  # most frames of most patients are empty, and each column's cast costs more than all the rest
        return _empty(shown).copy(deep=False)
    return _full(shown, values, length)


@functools.cache
def _empty(shown: tuple[Shown, ...]) -> pd.DataFrame:
    """The empty frame of those columns, made once; pandas copies it when it is written to."""
    return _full(shown, {}, 0)


def _full(shown: tuple[Shown, ...], values: Mapping[str, Any], length: int) -> pd.DataFrame:
    import numpy as np  # noqa: PLC0415 - heavy, and the shell's `add` does not need it
    import pandas as pd  # noqa: PLC0415

    made: dict[str, Any] = {}
    firsts = np.zeros(length, dtype=np.intp)
    for column in shown:
        given = values.get(column.name, values.get(FIRST.get(column.name, "")))
        if given is None and length:
            given = Same(None, length)
        if given is None:
            made[column.name] = _cast(pd.Series([], dtype=object), column.dtype).array
        elif _is_one(given):
            made[column.name] = _one(given[0], column.dtype).take(firsts)  # the same throughout: cast once
        else:
            made[column.name] = _array(given, column.dtype)
    return pd.DataFrame(made, copy=False)


def _is_one(given: Any) -> bool:
    """Whether a column holds one value throughout, so far as that is quickly seen."""
    if not isinstance(given, list | tuple | Same) or not given:
        return False
    return isinstance(given, Same) or (given[0] == given[-1] and given.count(given[0]) == len(given))


@functools.lru_cache(maxsize=512, typed=True)
def _one(value: Any, dtype: str) -> Any:
    """An array of one value, to take from."""
    import numpy as np  # noqa: PLC0415 - see frame
    import pandas as pd  # noqa: PLC0415

    return _cast(pd.Series(np.array([value], dtype=object)), dtype).array


def _array(given: Any, dtype: str) -> Any:
    """A column as an array; what the file gives goes there without a detour, all else by way of pandas."""
    import numpy as np  # noqa: PLC0415 - see frame
    import pandas as pd  # noqa: PLC0415

    if isinstance(given, np.ndarray) and given.dtype == np.int64:
        if dtype == "int64":
            return given
        if given.min() > -FARTHEST and given.max() < FARTHEST:
            if dtype == "datetime64[s]":
                return pd.array((given * SECONDS_PER_DAY).view("M8[s]"))
            if dtype == "datetime64[us, UTC]":
                return pd.DatetimeIndex((given * 1_000_000).view("M8[us]"), tz="UTC").array
    return _cast(pd.Series(given), dtype).array


def _cast(series: pd.Series, dtype: str) -> pd.Series:
    if str(series.dtype) == dtype:
        return series
    if dtype.startswith("datetime64") and series.dtype.kind in "iufO":
        import pandas as pd  # noqa: PLC0415 - see frame

        unit: Literal["D", "s"] = "D" if dtype == "datetime64[s]" else "s"
        numbers: pd.Series[Any] = series.astype("Float64") if series.dtype == object else series
        series = pd.to_datetime(numbers, unit=unit, utc="UTC" in dtype)
    return series.astype(dtype)  # type: ignore[call-overload,no-any-return]  # stubs know no dtype as a variable


def check(given: pd.DataFrame, shown: Iterable[Shown]) -> pd.DataFrame:
    """The frame itself, when it has the columns and dtypes it must have.

    Raises:
        FrameError: A column is missing or has another dtype.

    Example:
        >>> check(frame(columns(KINDS["visit"]), {}), columns(KINDS["visit"])).empty
        True
    """
    shown = tuple(shown)
    missing = [c.name for c in shown if c.name not in given.columns]
    wrong = [
        f"{c.name} ({given[c.name].dtype}, not {c.dtype})"
        for c in shown
        if c.name in given.columns and str(given[c.name].dtype) != c.dtype
    ]
    if missing or wrong:
        raise FrameError("the frame does not fit", missing, wrong)
    return given


def dictionary() -> tuple[tuple[str, str, str, str, str, str], ...]:
    """The data dictionary: one line for each field of each record.

    Returns:
        (record, field, unit, required, allowed, meaning), all text.

    Example:
        >>> [line for line in dictionary() if line[1] == "dose_mcg_per_day"][0][2]
        'mcg/day'
    """
    return tuple(
        (kind.table, f.name, f.value.unit, "yes" if f.required else "", f.value.allowed, f.meaning)
        for kind in KINDS.values()
        for f in kind.fields
    )


def of_records(kind: RecordKind, records: Iterable[Any]) -> pd.DataFrame:
    """A frame as a log would give it, from records in memory; for tests and examples.

    Args:
        kind: Which kind.
        records: Records of that kind, with offsets in their times.

    Returns:
        DataFrame of `columns(kind)`; rows are numbered from 1, the entry is 1.

    Example:
        >>> from titration.records import Patient
        >>> of_records(KINDS["patient"], [Patient(patient="P001", birth_year=1974)])["birth_year"].tolist()
        [1974]
    """
    rows = list(records)
    values: dict[str, list[Any]] = {c.name: [] for _, c in kind.stored()}
    for made in rows:
        for f in kind.fields:
            kept = f.value.keep(getattr(made, f.name))
            for column, value in zip(f.value.stored(f.name), kept, strict=True):
                values[column.name].append(value)
    numbers: dict[str, Any] = {
        "row": list(range(1, len(rows) + 1)),
        "entry": [1] * len(rows),
        "of": [1] * len(rows),
        "recorded_at": [0] * len(rows),
        "recorded_by": ["clinician-1"] * len(rows),
    }
    return frame(columns(kind), {**numbers, **values})


def whole_numbers(values: Sequence[Any]) -> Any:
    """Whole numbers in an array where they differ and none is missing, for a frame takes that as it is.

    Args:
        values: At least one; integers or None.

    Example:
        >>> whole_numbers((1, 2)), whole_numbers((1, None))
        (array([1, 2]), (1, None))
    """
    import numpy as np  # noqa: PLC0415 - pandas, which the frame needs, has brought it in

    if values[0] == values[-1]:
        return values
    try:
        return np.fromiter(values, np.int64, len(values))
    except TypeError:
        return values
