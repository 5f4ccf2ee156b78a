"""Verify: read the whole file against its seals, and name the first block that does not fit.

It needs nothing but the file: which columns are sealed is kept in the log itself.
"""

from __future__ import annotations

import contextlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from titration.store import anchor, beside, connection, head, place, schema, seal

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    Block = tuple[int, str, int, int, int, bytes]

LARGE = 2**25
"""From so many bytes on, what SQLite checks by itself runs beside the reading of the blocks."""
HEADER = (
    "entry, recorded_at, recorded_offset_min, by, account, host, action, source, source_sha256, reason, card,"
    " program, schema_version, schema_digest, facts, last_row, previous, seal"
)

FORGED = (
    "a chain that someone wrote anew from the start would fit too, and nothing in the file can tell: only a head kept"
    " apart from it can, so compare the head with a printed report, or verify with --anchor FILE"
)


@dataclass(frozen=True)
class Verification:
    """What `verify` found.

    Attributes:
        path: The file.
        faults: What does not fit, the first first; empty when all fits.
        entries: Entries read.
        facts: Facts read.
        head: The newest entry and its seal.
        notes: What is no fault and should be known: rights that are looser than its owner's alone, heads compared.
        compared: Whether heads kept apart from the file were compared with it.

    Example:
        >>> Verification("clinic.db", (), 3, 5, (3, bytes(32))).fits
        True
    """

    path: str
    faults: tuple[str, ...]
    entries: int
    facts: int
    head: tuple[int, bytes] | None
    notes: tuple[str, ...] = ()
    compared: bool = False

    @property
    def fits(self) -> bool:
        """Whether everything does."""
        return not self.faults

    def __str__(self) -> str:
        """What was read and what was found."""
        if self.faults:
            return "\n  ".join([f"{self.path} does not fit its seals:", *self.faults, *self.notes])
        number, sealed = self.head or (0, seal.GENESIS)
        lines = [
            f"{self.path} fits: {self.entries} entries, {self.facts} facts; head {number} {seal.short(sealed)}",
            f"full head {sealed.hex()}",
            *([] if self.compared else [FORGED]),
        ]
        return "\n  ".join([*lines, *self.notes])


def verify(
    path: Path, expected: str | None = None, *, alone: bool = False, anchored: Path | None = None, jobs: int = 1
) -> Verification:
    """Read a log against its seals.

    Args:
        path: The file; it is only read.
        expected: A head from paper, short or full; an older one is looked for among the entries.
        alone: Whether the head this computer has seen is left aside, as for a copy.
        anchored: A file of heads kept apart: each must be in the log; when all fits, the newest is added to it.
        jobs: How many processes read the blocks; what is found is the same.

    Raises:
        LogNotFound, NotALog: It cannot be read as a log at all.
    """
    with contextlib.closing(connection.connect(path, write=False)) as db:
        with connection.translated(path):
            db.execute("BEGIN")
            db.execute("SELECT 1 FROM sqlite_master").fetchone()  # from here on nobody else can write
        faults = list(_faults(db, path, expected, alone=alone, anchored=anchored, jobs=jobs))
        newest, facts = _newest(db)
        notes, held = place.loose(path), 0
        if anchored is not None and newest is not None and not faults:
            (at,) = db.execute("SELECT recorded_at FROM entry WHERE entry = ?", (newest[0],)).fetchone()
            held, new = anchor.count(anchored), anchor.add(anchored, newest[0], at, newest[1])
            notes.append(anchor.compared(anchored, held, new=new))
        compared = held > 0 and not faults
        return Verification(str(path), tuple(faults), newest[0] if newest else 0, facts, newest, tuple(notes), compared)


def _newest(db: sqlite3.Connection) -> tuple[tuple[int, bytes] | None, int]:
    """The newest entry with its seal, and the facts counted; nothing where the journal is too broken to say."""
    try:
        entry, sealed = db.execute("SELECT entry, seal FROM entry ORDER BY entry DESC LIMIT 1").fetchone()
        (facts,) = db.execute("SELECT sum(facts) FROM entry").fetchone()
        return (int(entry), bytes.fromhex(sealed.hex())), int(facts)
    except Exception:  # noqa: BLE001 - a damaged journal can hold anything; `_faults` has said so
        return None, 0


def _faults(
    db: sqlite3.Connection, path: Path, expected: str | None, *, alone: bool, anchored: Path | None, jobs: int
) -> Iterator[str]:
    """Every kind of check in turn; a file too broken for one says so and goes on with the next."""
    is_large = path.stat().st_size > LARGE
    checks: dict[str, Callable[[], Iterator[str]]] = {
        "the structure of the file": beside.begun(path, _file) if is_large else lambda: _file(db),
        "the journal": lambda: _journal(db),
        "a block of rows": lambda: _blocks(db, path, jobs),
        "the free texts": lambda: _free_texts(db),
        "the links between rows": beside.begun(path, _references) if is_large else lambda: _references(db),
        "the heads known from elsewhere": lambda: _heads(db, expected, alone=alone),
        "the heads of the anchor file": lambda: _anchors(db, anchored),
    }
    last = ("the structure of the file", "the links between rows")  # begun already where they run beside the others
    found = {part: beside.tried(part, checks[part]) for part in sorted(checks, key=last.__contains__)}
    for part in checks:
        yield from found[part]


def _file(db: sqlite3.Connection) -> Iterator[str]:
    (said,) = db.execute("PRAGMA integrity_check(1)").fetchone()
    if said != "ok":
        yield f"SQLite finds damage: {said}"
    yield from schema.apart(db)


def _journal(db: sqlite3.Connection) -> Iterator[str]:
    previous, row, number = seal.GENESIS, 0, 0
    lines = _block_lines(db)
    for *header, before, sealed in db.execute(f"SELECT {HEADER} FROM entry ORDER BY entry"):
        number += 1
        entry = header[0]
        if entry != number:
            yield f"entry {number} is missing: the next one there is {entry}"
            return
        if before != previous:
            yield f"entry {entry} does not follow the one before it (an entry was changed, removed or put in)"
            return
        if seal.entry_seal(previous, header, lines.get(entry, [])) != sealed:
            yield f"entry {entry}: who, when, why or what it counts was changed, or one of its blocks"
            return
        if header[15] - row != header[14]:
            yield f"entry {entry} announces {header[14]} facts, and the rows go from {row + 1} to {header[15]}"
            return
        previous, row = sealed, header[15]
    if number == 0:
        yield "there is no entry at all"
    strays = [entry for entry in lines if entry > number]
    if strays:
        yield f"there are blocks of an entry {strays[0]} that is not there"


def _block_lines(db: sqlite3.Connection) -> dict[int, list[bytes]]:
    lines: dict[int, list[bytes]] = {}
    for entry, table, first, n, version, digest in db.execute(
        'SELECT entry, "table", first_row, n, schema_version, digest FROM block ORDER BY id'
    ):
        lines.setdefault(entry, []).append(seal.block_line(table, first, n, version, digest))
    return lines


def _layouts(db: sqlite3.Connection) -> dict[int, dict[str, list[str]]]:
    found = db.execute("SELECT name, value FROM property WHERE name LIKE 'layout %'")
    return {int(name.removeprefix("layout ")): json.loads(value) for name, value in found}


def _blocks(db: sqlite3.Connection, path: Path, jobs: int) -> Iterator[str]:
    layouts = _layouts(db)
    counted: dict[str, int] = {}
    blocks: list[Block] = db.execute(
        'SELECT entry, "table", first_row, n, schema_version, digest FROM block ORDER BY id'
    ).fetchall()
    for found, is_broken in _read(db, path, blocks, jobs):
        yield from found
        if is_broken:
            return
    for _, table, _, n, *_ in blocks:
        counted[table] = counted.get(table, 0) + n
    for table in layouts[max(layouts)]:
        (there,) = db.execute(f'SELECT count(*) FROM "{table}"').fetchone()
        if there != counted.get(table, 0):
            yield f"table {table} holds {there} rows, and the journal knows of {counted.get(table, 0)}: a row was put in"


def _read(db: sqlite3.Connection, path: Path, blocks: list[Block], jobs: int) -> Iterator[tuple[list[str], bool]]:
    """What is found in the blocks, in their order, read here or by several processes in equal runs."""
    if jobs == 1 or len(blocks) < jobs:
        yield _in_blocks(db, blocks)
        return
    from concurrent.futures import ProcessPoolExecutor  # noqa: PLC0415 - only for more than one process
    from multiprocessing import get_context  # noqa: PLC0415 - as above

    size = -(-len(blocks) // jobs)
    runs = [blocks[at : at + size] for at in range(0, len(blocks), size)]
    # fresh processes: a connection must not be carried over a fork; the reader here keeps writers out for all
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        yield from pool.map(_in_blocks_of, [path] * len(runs), runs)


def _in_blocks_of(path: Path, blocks: list[Block]) -> tuple[list[str], bool]:
    """As `_in_blocks`, in a process of its own."""
    with contextlib.closing(connection.connect(path, write=False)) as db:
        return _in_blocks(db, blocks)


def _in_blocks(db: sqlite3.Connection, blocks: Sequence[Block]) -> tuple[list[str], bool]:
    """Faults up to the first block that does not fit, and whether there was one."""
    layouts, said = _layouts(db), list[str]()
    for entry, table, first, n, version, digest in blocks:
        names = layouts[version][table]
        key = schema.key(table) if table in schema.CORE else "row"
        chosen = ", ".join(f'"{name}"' for name in names)
        rows = db.execute(
            f'SELECT {chosen} FROM "{table}" WHERE {key} BETWEEN ? AND ? ORDER BY {key}', (first, first + n - 1)
        ).fetchall()
        if len(rows) != n or seal.block_digest(table, names, rows) != digest:
            what = f"{len(rows)} of its {n} rows are there" if len(rows) != n else _one_of(table, first, n)
            return [*said, f"block of entry {entry}, table {table}, rows {first} to {first + n - 1}: {what}"], True
        said += _later_columns(db, table, key, names, (first, first + n - 1))
    return said, False


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


def _free_texts(db: sqlite3.Connection) -> Iterator[str]:
    redacted = {number for (number,) in db.execute("SELECT words FROM redaction")}
    for number, digest, salt, text in db.execute("SELECT id, digest, salt, text FROM words"):
        if text is None:
            if number not in redacted or salt is not None:
                yield f"free text {number} was taken out without a redaction"
                return
        elif number in redacted:
            yield f"free text {number} was redacted, and is there again"
            return
        elif seal.words_digest(salt or b"", text) != digest:
            yield f"free text {number} was changed"
            return


def _references(db: sqlite3.Connection) -> Iterator[str]:
    for table, row, parent, _ in db.execute("PRAGMA foreign_key_check"):
        yield f"table {table}, row {row} points at a row of {parent} that is not there"
        return


def _heads(db: sqlite3.Connection, expected: str | None, *, alone: bool) -> Iterator[str]:
    seals: dict[int, bytes] = dict(db.execute("SELECT entry, seal FROM entry"))
    properties: dict[str, str] = dict(db.execute("SELECT name, value FROM property ORDER BY id"))
    kept = None if alone or "demo" in properties else head.kept(properties["id"])
    if kept is not None and seals.get(kept[0]) != kept[1]:
        yield (
            f"this computer has seen entry {kept[0]} with the seal {seal.short(kept[1])}, which is not in the file:"
            " it was rolled back, cut off or rewritten; an older backup is verified with --copy"
        )
    if expected is not None:
        wanted = "".join(c for c in expected.lower() if c not in "- ")
        if len(wanted) < 16 or not any(s.hex().startswith(wanted) for s in seals.values()):  # noqa: PLR2004 - the short form
            yield f"no entry of the file has the head {expected}: it was rolled back, cut off or rewritten since it was printed"


def _anchors(db: sqlite3.Connection, anchored: Path | None) -> Iterator[str]:
    if anchored is not None:
        yield from anchor.faults(anchored, dict(db.execute("SELECT entry, seal FROM entry")))
