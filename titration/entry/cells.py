"""One column of a frame, each *distinct* value of it parsed or checked once by its field.

Imports `fields`, `errors`; times of day are read in `moments`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from titration import times
from titration.errors import Fault, shown
from titration.fields import Words
from titration.units import Unfit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from titration.fields import Field, Reading, Value

ABSENT = -1


def distinct(series: pd.Series[Any]) -> tuple[NDArray[np.int64], list[Any]]:
    """The distinct values of a column, and for each row which of them it has.

    Values of different types are never the same (True is not 1, a day is not its midnight), and
    neither are two instants written with different offsets.

    Args:
        series: Any column; NaN, NaT, None and blank text are missing.

    Returns:
        (codes, values): `values[codes[i]]` is the value of row i; -1 is missing.

    Example:
        >>> distinct(pd.Series(["a", None, "a", True, 1], dtype=object))[0].tolist()
        [0, -1, 0, 1, 2]
    """
    if isinstance(series.dtype, pd.CategoricalDtype):
        series = series.astype(series.cat.categories.dtype)
    if series.dtype != object:
        codes, found = pd.factorize(series.array)
        values = (
            list(found) if isinstance(found.dtype, pd.DatetimeTZDtype) or found.dtype.kind == "M" else found.tolist()
        )
    else:
        codes, values = _by_type(series)
    if series.dtype == "str":
        blank = [not v or v.isspace() for v in values]
    else:
        blank = [isinstance(v, str) and not v.strip() for v in values]
    if any(blank):
        codes = np.where(np.array([*blank, False])[codes], ABSENT, codes)
    return codes.astype(np.int64), values


def each(series: pd.Series[Any]) -> tuple[NDArray[np.int64], list[Any]]:
    """As `distinct`, of a column of texts each of which is told by itself, alike or not.

    Example:
        >>> each(pd.Series(["a", "", "a"], dtype="str"))[0].tolist()
        [0, -1, 2]
    """
    missing = (series.isna() | series.str.strip().eq("")).to_numpy(bool)
    return np.where(missing, ABSENT, np.arange(len(series))), series.fillna("").tolist()


def _by_type(series: pd.Series[Any]) -> tuple[NDArray[np.int64], list[Any]]:
    """As `distinct`, of a column that can hold anything."""
    codes = np.full(len(series), ABSENT, dtype=np.int64)
    values: list[Any] = []
    given = _given(series)
    cells = series.to_numpy()[given]
    kinds, types = pd.factorize(np.fromiter(map(type, cells), dtype=object, count=len(cells)))
    for number, kind in enumerate(types):
        rows = given[kinds == number]
        ours = cells[kinds == number]
        part, firsts = _parted(ours, kind)
        codes[rows] = part + len(values)
        values.extend(ours[first] for first in firsts)
    return codes, [v.item() if isinstance(v, np.generic) else v for v in values]


def _given(series: pd.Series[Any]) -> NDArray[np.int64]:
    """The places that are not missing."""
    try:
        missing = series.isna().to_numpy()
    except ArithmeticError:  # a Decimal that signals when it is looked at: its field refuses it
        missing = np.array([v is None for v in series], dtype=bool)
    return np.flatnonzero(~missing)


def _parted(cells: NDArray[Any], kind: type) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Which cells are alike, and where each distinct one first stands; unlike where it cannot be told."""
    is_time = issubclass(kind, datetime)  # equal instants with unlike offsets are unlike: compare as written
    keys = np.array([cell.isoformat() for cell in cells], dtype=object) if is_time else cells
    try:
        part, found = pd.factorize(keys)
    except (TypeError, ArithmeticError):  # lists cannot be compared by hash, nor a Decimal that signals
        alone = np.arange(len(cells), dtype=np.int64)
        return alone, alone
    firsts = np.empty(len(found), dtype=np.int64)
    firsts[part[::-1]] = np.arange(len(cells), dtype=np.int64)[::-1]
    return part.astype(np.int64), firsts


@dataclass(frozen=True, eq=False)
class Cells:
    """A column as its field has it.

    Attributes:
        codes: For each row, which of `distinct` it has; -1 is missing.
        distinct: The distinct values, each sound, or the `Fault` that says why it is not.
    """

    codes: NDArray[np.int64]
    distinct: list[Any]

    def at(self, row: int) -> Any:
        """The value of that row: None, sound, or a `Fault`."""
        code = self.codes[row]
        return None if code == ABSENT else self.distinct[code]

    def faults(self) -> Iterator[tuple[int, Fault]]:
        """Each row that does not fit, with its fault."""
        unfit = np.array([isinstance(v, Fault) for v in self.distinct] + [False])
        if unfit.any():
            for row in np.flatnonzero(unfit[self.codes]).tolist():
                yield row, self.distinct[self.codes[row]]

    @property
    def is_unfit(self) -> NDArray[np.bool_]:
        """For each row, whether it does not fit."""
        return np.array([isinstance(v, Fault) for v in self.distinct] + [False])[self.codes]

    @property
    def day_numbers(self) -> NDArray[np.int64]:
        """For each row the number of its day; 0 where it has none."""
        days = [times.day_number(v) if isinstance(v, date) else 0 for v in self.distinct]
        return np.array([*days, 0], np.int64)[self.codes]


def read(field: Field, series: pd.Series[Any], reading: Reading) -> Cells:
    """A column as its field has it; text is parsed, anything else checked, each distinct value once.

    Args:
        field: The field of the record.
        series: The column.
        reading: What is known about its texts.

    Returns:
        The cells, faults among their values.

    Example:
        >>> from titration.fields import Reading
        >>> from titration.records import KINDS
        >>> dose = KINDS["dose_change"].field("dose_mcg_per_day")
        >>> read(dose, pd.Series(["60ug/day", "", "60ug/day"]), Reading()).distinct[0]
        60.0
    """
    codes, values = distinct(series)
    return Cells(codes, [_sound(field, value, reading) for value in values])


def _sound(field: Field, value: Any, reading: Reading) -> Any:
    if isinstance(value, str) and not value.strip():
        return None
    try:
        return field.value.parse(value, reading) if isinstance(value, str) else field.value.check(value)
    except Unfit as unfit:
        return Fault(field.name, seen(field.value, value), str(unfit))


def seen(value: Value, given: Any) -> str:
    """A value as a fault may show it; free text only by its length, for it may hold anything.

    Example:
        >>> seen(Words(), "a long story")
        'text of 12 characters'
    """
    if isinstance(value, Words) and isinstance(given, str):
        return f"text of {len(given)} characters"
    return shown(given)
