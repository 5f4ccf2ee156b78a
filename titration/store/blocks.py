"""Reading the blocks of rows against their digests, by one process or several.

Handing values to Python is nearly all the cost, so a column that repeats a whole number or nothing throughout a block is
compared by SQLite where it lies, and the canonical bytes are made of the same rows as ever.
"""

from __future__ import annotations

import contextlib
import gc
import json
from itertools import repeat
from typing import TYPE_CHECKING, Any

from titration.store import connection, schema, seal

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    Block = tuple[int, str, int, int, int, bytes]

FEW = 64
"""A block of fewer rows is read as it is."""
LINES = 'SELECT entry, "table", first_row, n, schema_version, digest FROM block ORDER BY id'


def layouts(db: sqlite3.Connection) -> dict[int, dict[str, list[str]]]:
    """The sealed columns of each table, by the schema version they were sealed in."""
    found = db.execute("SELECT name, value FROM property WHERE name LIKE 'layout %'")
    return {int(name.removeprefix("layout ")): json.loads(value) for name, value in found}


def faults(db: sqlite3.Connection, path: Path, jobs: int) -> Iterator[str]:
    """The first block that does not fit, and rows that no block knows of."""
    counted: dict[str, int] = {}
    every: list[Block] = db.execute(LINES).fetchall()
    for found, is_broken in _read(db, path, every, jobs):
        yield from found
        if is_broken:
            return
    for _, table, _, n, *_ in every:
        counted[table] = counted.get(table, 0) + n
    known = layouts(db)
    for table in known[max(known)]:
        (there,) = db.execute(f'SELECT count(*) FROM "{table}"').fetchone()
        if there != counted.get(table, 0):
            yield f"table {table} holds {there} rows, and the journal knows of {counted.get(table, 0)}: a row was put in"


def _read(db: sqlite3.Connection, path: Path, every: list[Block], jobs: int) -> Iterator[tuple[list[str], bool]]:
    """What is found in the blocks, in their order, read here or by several processes in equal runs."""
    if jobs == 1 or len(every) < jobs:
        yield _in_blocks(db, every)
        return
    from concurrent.futures import ProcessPoolExecutor  # noqa: PLC0415 - only for more than one process
    from multiprocessing import get_context  # noqa: PLC0415 - as above

    size = -(-len(every) // jobs)
    runs = [every[at : at + size] for at in range(0, len(every), size)]
    # fresh processes: a connection must not be carried over a fork; the reader here keeps writers out for all
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        yield from pool.map(_in_blocks_of, [path] * len(runs), runs)


def _in_blocks_of(path: Path, some: list[Block]) -> tuple[list[str], bool]:
    """As `_in_blocks`, in a process of its own."""
    with contextlib.closing(connection.connect(path, write=False)) as db:
        return _in_blocks(db, some)


@contextlib.contextmanager
def _uncollected() -> Iterator[None]:
    """Without Python's search for rings of garbage, which looks at every row again and again, and there are none in rows."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


@_uncollected()
def _in_blocks(db: sqlite3.Connection, some: Sequence[Block]) -> tuple[list[str], bool]:
    """Faults up to the first block that does not fit, and whether there was one."""
    known, said, same = layouts(db), list[str](), dict[tuple[int, str], set[str]]()
    for entry, table, first, n, version, digest in some:
        names = known[version][table]
        key = schema.key(table) if table in schema.CORE else "row"
        rows = _rows(db, table, key, names, (first, n), same.setdefault((version, table), {*names} - {key}))
        if len(rows) != n or seal.block_digest(table, names, rows) != digest:
            what = f"{len(rows)} of its {n} rows are there" if len(rows) != n else _one_of(table, first, n)
            return [*said, f"block of entry {entry}, table {table}, rows {first} to {first + n - 1}: {what}"], True
        said += _later_columns(db, table, key, names, (first, first + n - 1))
    return said, False


def _rows(
    db: sqlite3.Connection, table: str, key: str, names: list[str], span: tuple[int, int], same: set[str]
) -> list[tuple[Any, ...]]:
    """The rows of a block, each with all its values.

    Args:
        db: Where they are.
        table: Their table.
        key: Its key.
        names: The sealed columns.
        span: The first key, and how many rows there should be.
        same: The columns that were the same throughout each block before; those that are not in this one are taken out.
    """
    first, n = span
    source = f'FROM "{table}" WHERE {key} BETWEEN ? AND ?'
    chosen = ", ".join(f'"{name}"' for name in names)
    if n >= FEW and same:
        lead = db.execute(f"SELECT {chosen} {source} ORDER BY {key} LIMIT 1", (first, first + n - 1)).fetchone()
        # only whole numbers and nothing: what SQLite calls equal to them is the very same value, for the file's structure
        # is checked too, and in a STRICT table nothing else can stand in a column of whole numbers
        held = {
            name: value
            for name, value in zip(names, lead or (), strict=lead is not None)
            if name in same and (value is None or type(value) is int)
        }
        found = _sparing(db, source, key, names, (first, first + n - 1), held)
        if len(found) == n:
            return found
    rows: list[tuple[Any, ...]] = db.execute(
        f"SELECT {chosen} {source} ORDER BY {key}", (first, first + n - 1)
    ).fetchall()
    if n >= FEW:
        for name, values in zip(names, zip(*rows, strict=True), strict=False):
            if name in same and any(value != values[0] for value in values):
                same.discard(name)
    return rows


def _sparing(
    db: sqlite3.Connection, source: str, key: str, names: list[str], span: tuple[int, int], held: dict[str, Any]
) -> list[tuple[Any, ...]]:
    """The rows in which those columns hold those values, put together; what differs is fetched alone."""
    fetched = [name for name in names if name not in held]
    if not fetched:
        return []
    alike = "".join(f' AND "{name}" IS ?' for name in held)
    chosen = ", ".join(f'"{name}"' for name in fetched)
    found = db.execute(f"SELECT {chosen} {source}{alike} ORDER BY {key}", (*span, *held.values())).fetchall()
    columns = dict(zip(fetched, zip(*found, strict=True), strict=False))
    if not columns:
        return []
    return list(zip(*(columns[name] if name in columns else repeat(held[name]) for name in names), strict=False))


def _one_of(table: str, first: int, n: int) -> str:
    return f"row {first} was changed" if n == 1 else f"one of these rows of {table} was changed"


def _later_columns(
    db: sqlite3.Connection, table: str, key: str, names: list[str], span: tuple[int, int]
) -> Iterator[str]:
    """A column that came later must be empty in rows that were sealed without it."""
    there = [name for _, name, *_ in db.execute(f'PRAGMA table_info("{table}")')]
    later = [name for name in there if name not in names and name not in schema.UNSEALED.get(table, ())]
    if later:
        filled = " OR ".join(f'"{name}" IS NOT NULL' for name in later)
        found = db.execute(f'SELECT {key} FROM "{table}" WHERE {key} BETWEEN ? AND ? AND ({filled})', span).fetchone()
        if found:
            yield f"table {table}, row {found[0]}: {', '.join(later)} was filled in after the row was sealed"
