"""One act of recording: what it adds, its blocks and its seal, all or nothing."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from itertools import chain, islice, repeat
from typing import TYPE_CHECKING, Any

from titration import errors
from titration.records import KINDS
from titration.store import schema, seal

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Mapping, Sequence

FACTS = "facts of patients"
AT_ONCE = 999
"""The most values one statement binds: what every SQLite takes; many rows a statement cost half of one row each."""


@dataclass(frozen=True)
class Author:
    """Who records, and where from.

    Attributes:
        by: As typed, for example `clinician-1`.
        account: The account of the operating system.
        host: The computer's name.
        program: Name and version of this program.
    """

    by: str
    account: str
    host: str
    program: str


@dataclass(frozen=True)
class Batch:
    """Facts of one kind on their way into the file.

    Attributes:
        table: Their table.
        columns: A sequence for each stored column; codes and words still as text.
        of: For children, the row each belongs to.
    """

    table: str
    columns: Mapping[str, Sequence[Any]]
    of: Sequence[int] | None = None

    def __len__(self) -> int:
        """How many facts."""
        return len(next(iter(self.columns.values()), ()))


@dataclass(frozen=True)
class Written:
    """What was written: the entry's number and seal, and the rows of its facts by table."""

    entry: int
    seal: bytes
    recorded_at: int
    recorded_offset_min: int
    rows: Mapping[str, tuple[range, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Heading:
    """What an entry says of itself beside its facts.

    Attributes:
        action: init, migration, append, import, correct, retract, move, redact, scale, restore.
        author: Who.
        recorded_at: UTC seconds of the clock.
        recorded_offset_min: Its local offset.
        source: Where the facts were taken from; None when typed.
        source_sha256: The digest of that file.
        reason: Why.
        card: The read-back card that was accepted.
    """

    action: str
    author: Author
    recorded_at: int
    recorded_offset_min: int = 0
    source: str | None = None
    source_sha256: bytes | None = None
    reason: str | None = None
    card: str | None = None


class Writing:
    """An entry being written, inside one transaction; `Store.writing` makes and ends it."""

    def __init__(self, db: sqlite3.Connection, heading: Heading, version: int, salt: Callable[[], bytes]) -> None:
        self.db, self.heading, self._salt = db, heading, salt
        last = db.execute("SELECT entry, last_row, seal FROM entry ORDER BY entry DESC LIMIT 1").fetchone()
        number, last_row, previous = last or (0, 0, seal.GENESIS)
        self.entry: int = number + 1
        self._next_row: int = last_row + 1
        self._previous: bytes = previous
        self._version = version
        self._core: dict[str, list[tuple[Any, ...]]] = {}
        self._next_id: dict[str, int] = {}
        self._blocks: list[tuple[str, int, int, bytes]] = []
        self._rows: dict[str, list[range]] = {}
        self._codes: dict[str, int] = dict(db.execute("SELECT text, id FROM code"))
        self.facts = 0
        self.properties: dict[str, str] = {}
        self.written: Written | None = None

    # -- the tables every log has ------------------------------------------------------------------

    def _core_row(self, table: str, *values: Any, unsealed: tuple[Any, ...] = ()) -> int:
        if table not in self._next_id:
            (top,) = self.db.execute(f"SELECT coalesce(max(id), 0) FROM {table}").fetchone()
            self._next_id[table] = top + 1
        number = self._next_id[table]
        row = (number, self.entry, *values)
        marks = ", ".join("?" * (len(row) + len(unsealed)))
        self.db.execute(f"INSERT INTO {table} VALUES ({marks})", row + unsealed)
        self._next_id[table] = number + 1
        self._core.setdefault(table, []).append(row)
        return number

    def code(self, text: str) -> int:
        """The number of a code, entered if it is new."""
        if text not in self._codes:
            self._codes[text] = self._core_row("code", text)
        return self._codes[text]

    def words(self, text: str | None) -> int | None:
        """The number of a free text; None stays None."""
        if text is None:
            return None
        try:
            text.encode("utf-8")
        except UnicodeEncodeError as error:  # half a surrogate pair, as in a file name that is no text
            raise errors.AppendRefused(f"a text holds what is no character: {errors.shown(text)}") from error
        salt = self._salt()
        return self._core_row("words", seal.words_digest(salt, text), unsealed=(salt, text))

    def has_property(self, name: str, value: str) -> None:
        """Write down a fact about the log itself."""
        self._core_row("property", name, value)
        self.properties[name] = value

    def scale(self, code: str, version: str, definition: str) -> None:
        """Copy a scale into the log, unless that version of it is there."""
        there = self.db.execute(
            "SELECT definition FROM scale WHERE code = ? AND version = ?", (code, version)
        ).fetchone()
        if there is None:
            self._core_row("scale", code, version, definition)
        elif there[0] != definition:
            raise errors.AppendRefused(
                f"scale {code}, version {version}, is in this log with another definition; give yours a version of its own"
            )

    def answer(self, question: str, reason: str) -> None:
        """Write down a question that was asked at the door, and what was answered."""
        self._core_row("answer", self.words(question), self.words(reason))

    # -- facts -------------------------------------------------------------------------------------

    def add(self, batch: Batch) -> range:
        """Add facts of one kind; returns their rows."""
        kind = KINDS[batch.table]
        values: dict[str, Sequence[Any]] = {} if batch.of is None else {"of": batch.of}
        for column in (c for c in schema.columns(kind, self._version) if c.name in batch.columns):
            given = batch.columns[column.name]
            if column.role == "code":
                numbers = {t: self.code(t) for t in dict.fromkeys(given) if t is not None}
                values[column.name] = list(map(numbers.get, given))
            elif column.role == "words":
                values[column.name] = [self.words(t) for t in given]
            else:
                values[column.name] = seal.as_kept(given, column.sql, f"{batch.table}.{column.name}")
        return self._insert(batch.table, values, len(batch))

    def _insert(self, table: str, values: Mapping[str, Sequence[Any]], n: int) -> range:
        for given in values.values():
            if len(given) != n:
                message = f"{table}: {n} facts announced and {len(given)} given"
                raise AssertionError(message)
        rows_made, layout = range(self._next_row, self._next_row + n), self._layout(table)
        told: dict[str, Any] = {"row": rows_made, "entry": repeat(self.entry, n), **values}
        coming = zip(*(told.get(name) or repeat(None, n) for name in layout), strict=True)
        while block := list(islice(coming, seal.BLOCK_ROWS)):
            self._put(table, layout, block)
            self._blocks.append((table, block[0][0], len(block), seal.block_digest(table, layout, block)))
        self._next_row = rows_made.stop
        self.facts += n
        self._rows.setdefault(table, []).append(rows_made)
        return rows_made

    def _put(self, table: str, layout: list[str], block: list[tuple[Any, ...]]) -> None:
        """Insert a block's rows, many at a time."""
        many = AT_ONCE // len(layout)
        marks = f"({', '.join('?' * len(layout))})"
        for start in range(0, len(block), many):
            rows = block[start : start + many]
            sql = f"INSERT INTO {table} ({', '.join(layout)}) VALUES {', '.join([marks] * len(rows))}"
            self.db.execute(sql, tuple(chain.from_iterable(rows)))

    def _layout(self, table: str) -> list[str]:
        kind = KINDS[table]
        return [
            "row",
            "entry",
            *(["of"] if kind.parent else []),
            *(c.name for c in schema.columns(kind, self._version)),
        ]

    def copy(self, table: str, row: int, **changed: int) -> int:
        """Add a fact again with some stored values changed, children and all; returns its row."""
        layout = self._layout(table)
        values = self.db.execute(f"SELECT {', '.join(layout[2:])} FROM {table} WHERE row = ?", (row,)).fetchone()
        mixed = {name: [changed.get(name, value)] for name, value in zip(layout[2:], values, strict=True)}
        fresh = self._insert(table, mixed, 1).start
        for child in (k for k in KINDS.values() if k.parent == table):
            for (of_row,) in self.db.execute(
                f"SELECT row FROM {child.table} WHERE of = ? ORDER BY row", (row,)
            ).fetchall():
                self.copy(child.table, of_row, of=fresh)
        return fresh

    # -- amendments --------------------------------------------------------------------------------

    def amend(self, row: int, kind: str, replaced_by: int | None, reason: str) -> None:
        """Say of a current row what became of it.

        Raises:
            AlreadyAmended: Another amendment came first; says which row stands for it now.
        """
        refuse_amended(self.db, row)
        self._core_row("amendment", row, kind, replaced_by, self.words(reason))

    def redact(self, number: int, reason: str) -> None:
        """Blank a free text for good; its digest stays, so the seals still fit."""
        self._core_row("redaction", number, self.words(reason))
        self.db.execute("UPDATE words SET text = NULL, salt = NULL WHERE id = ?", (number,))

    # -- the end -----------------------------------------------------------------------------------

    def seal(self, schema_digest: bytes | None = None) -> Written:
        """Write the entry and its blocks; nothing can be added after."""
        h = self.heading
        texts = [self.words(t) for t in (h.source, h.reason, h.card)]
        for table, rows in self._core.items():
            layout = [c for c in _core_columns(table) if c not in schema.UNSEALED.get(table, ())]
            for start in range(0, len(rows), seal.BLOCK_ROWS):
                chunk = rows[start : start + seal.BLOCK_ROWS]
                self._blocks.append((table, chunk[0][0], len(chunk), seal.block_digest(table, layout, chunk)))
        header = (
            self.entry, h.recorded_at, h.recorded_offset_min, h.author.by, h.author.account, h.author.host, h.action,
            texts[0], h.source_sha256, texts[1], texts[2], h.author.program, self._version, schema_digest,
            self.facts, self._next_row - 1,
        )  # fmt: skip
        blocks = [(self.entry, t, first, n, self._version, digest) for t, first, n, digest in self._blocks]
        sealed = seal.entry_seal(self._previous, header, [seal.block_line(*b[1:]) for b in blocks])
        self.db.executemany(
            'INSERT INTO block (entry, "table", first_row, n, schema_version, digest) VALUES (?, ?, ?, ?, ?, ?)', blocks
        )
        marks = ", ".join("?" * (len(header) + 2))
        self.db.execute(f"INSERT INTO entry VALUES ({marks})", (*header, self._previous, sealed))
        rows_of = {table: tuple(ranges) for table, ranges in self._rows.items()}
        return Written(self.entry, sealed, h.recorded_at, h.recorded_offset_min, rows_of)


def _core_columns(table: str) -> list[str]:
    return [part.split()[0] for part in schema.parts(schema.CORE[table]) if not part.startswith("UNIQUE")]


def refuse_amended(db: sqlite3.Connection, row: int) -> None:
    """Raise when a row is no longer current; says what stands for it now."""
    found = db.execute("SELECT kind, replaced_by, entry FROM amendment WHERE row = ?", (row,)).fetchone()
    if found is None:
        return
    kind, now, entry = found
    while now is not None:
        later = db.execute("SELECT replaced_by FROM amendment WHERE row = ?", (now,)).fetchone()
        if later is None:
            break
        (now,) = later
    stands = f"row {now} stands for it now; amend that one" if now else "nothing stands for it now"
    raise errors.AlreadyAmended(f"row {row} was {kind} by entry {entry}; {stands}", now)


def random_salt() -> bytes:
    """Sixteen bytes nobody can guess."""
    return os.urandom(16)
