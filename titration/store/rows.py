"""Facts on their way into a table: what their columns may be, their blocks for the seal, their statements.

A column may be a list, or an array as a frame has it: an array becomes Python's values a block at a time, so that a million
facts take little more memory than their frame.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import chain, repeat
from typing import TYPE_CHECKING, Any

from titration.store import seal

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Mapping, Sequence

AT_ONCE = 999
"""The most values one statement binds: what every SQLite takes."""
MOST_ROWS = 128
"""The most rows of one statement: more of them cost as much a row."""
FEW = 64
"""Fewer facts than this are written by the one statement that SQLite has compiled already."""


@dataclass(frozen=True)
class Coded:
    """A column of codes, each distinct one told once.

    Attributes:
        texts: The distinct codes; later their numbers.
        places: An array: for each fact the place of its code among them, -1 for none.
    """

    texts: Sequence[Any]
    places: Any

    def __len__(self) -> int:
        """How many facts."""
        return len(self.places)

    def __getitem__(self, some: slice) -> list[Any]:
        """What stands in some of the facts."""
        return list(map([*self.texts, None].__getitem__, self.places[some].tolist()))


@dataclass(frozen=True)
class Batch:
    """Facts of one kind on their way into the file.

    Attributes:
        table: Their table.
        columns: A sequence for each stored column, codes and words still as text; numbers may be an array, codes
            a `Coded`. A column that is not there is missing throughout.
        of: For children, the row each belongs to.
    """

    table: str
    columns: Mapping[str, Any]
    of: Sequence[int] | None = None

    def __len__(self) -> int:
        """How many facts."""
        return len(next(iter(self.columns.values()), ()))


@dataclass(frozen=True)
class Facts:
    """Facts of one kind that have their rows.

    Attributes:
        table: Their table.
        layout: Its columns, in the order they are sealed in.
        rows: Their rows.
        entry: The entry they come with.
        values: A sequence, an array or a `Coded` for each column but these two; one that is not there is missing throughout.
    """

    table: str
    layout: tuple[str, ...]
    rows: range
    entry: int
    values: Mapping[str, Any]

    @cached_property
    def _same(self) -> dict[str, int | None]:
        """The columns that hold the same whole number, or nothing, in every fact."""
        found: dict[str, int | None] = {"entry": self.entry}
        for name in self.layout[2:]:
            if name not in self.values:
                found[name] = None
            else:
                (value,) = _part(self.values[name], 0, 1)
                if (value is None or type(value) is int) and _is_one(self.values[name]):
                    found[name] = value
        return found

    @cached_property
    def _few(self) -> list[tuple[Any, ...]]:
        """All rows of few facts, made once: they are sealed and written as they are."""
        n, values = len(self.rows), self.values
        given = (_part(values[c], 0, n) if c in values else repeat(None, n) for c in self.layout[2:])
        return list(zip(self.rows, repeat(self.entry, n), *given, strict=True))

    def blocks(self) -> Iterator[list[tuple[Any, ...]]]:
        """The rows a block at a time, as they are sealed."""
        if len(self.rows) < FEW:
            yield from [self._few] if self.rows else []
            return
        for start, stop in self._bounds():
            n = stop - start
            yield list(
                zip(
                    *(repeat(self._same[c], n) if c in self._same else self._of(c, start, stop) for c in self.layout),
                    strict=True,
                )
            )

    def write(self, db: sqlite3.Connection) -> None:
        """Insert them.

        Many go in many at a time, and what is the same in all of them stands in the statement itself: a value that is
        handed over costs more than one that SQLite has compiled.
        """
        if len(self.rows) < FEW:
            db.executemany(f"{self._insert} ({', '.join('?' * len(self.layout))})", self._few)
            return
        unlike = [c for c in self.layout if c not in self._same]
        marks = f"({', '.join('?' if c in unlike else _literal(self._same[c]) for c in self.layout)})"
        many = min(MOST_ROWS, 1 << (AT_ONCE // len(unlike)).bit_length() - 1)  # a power of two, as a block is
        sql = f"{self._insert} {', '.join([marks] * many)}"
        for start, stop in self._bounds():
            bound = list(chain.from_iterable(zip(*(self._of(c, start, stop) for c in unlike), strict=True)))
            for begin in range(0, len(bound), many * len(unlike)):
                some = bound[begin : begin + many * len(unlike)]
                n = len(some) // len(unlike)
                db.execute(sql if n == many else f"{self._insert} {', '.join([marks] * n)}", some)

    @property
    def _insert(self) -> str:
        return f"INSERT INTO {self.table} ({', '.join(self.layout)}) VALUES"

    def _bounds(self) -> Iterator[tuple[int, int]]:
        n = len(self.rows)
        return ((start, min(start + seal.BLOCK_ROWS, n)) for start in range(0, n, seal.BLOCK_ROWS))

    def _of(self, name: str, start: int, stop: int) -> Sequence[Any]:
        return self.rows[start:stop] if name == "row" else _part(self.values[name], start, stop)


def _part(values: Any, start: int, stop: int) -> Sequence[Any]:
    """Some of a column as Python's own values."""
    some = values[start:stop]
    made: Sequence[Any] = some.tolist() if hasattr(some, "tolist") else some
    return made


def _is_one(values: Any) -> bool:
    """Whether a column holds one value throughout."""
    if isinstance(values, list | tuple):
        return values.count(values[0]) == len(values)
    held = values.places if isinstance(values, Coded) else values
    return bool((held == held[0]).all())


def _literal(value: int | None) -> str:
    return "NULL" if value is None else f"{value:d}"
