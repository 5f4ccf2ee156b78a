"""One act of recording: what it adds, its blocks and its seal, all or nothing.

Everything is gathered and sealed first and written then, the entry before its facts: SQLite looks for the entry of each
fact, and were it to come last it would have to look through all facts of the log for those that wait for it.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from functools import cache, partial
from itertools import chain
from typing import TYPE_CHECKING, Any

from titration import errors
from titration.records import KINDS
from titration.store import beginning, schema, seal
from titration.store.codes import Codes
from titration.store.rows import Batch, Coded, Facts

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Mapping, Sequence


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

    def __init__(
        self, db: sqlite3.Connection, heading: Heading, version: int, salt: Callable[[], bytes],
        last: tuple[int, int, bytes] | None = None,
    ) -> None:  # fmt: skip
        self.db, self.heading, self._salt = db, heading, salt
        number, last_row, previous = last or beginning.newest(db) or (0, 0, seal.GENESIS)
        self.entry: int = number + 1
        self._next_row: int = last_row + 1
        self._previous: bytes = previous
        self._version = version
        self._core: dict[str, list[tuple[Any, ...]]] = {}
        self._next_id: dict[str, int] = {}
        self._blocks: list[tuple[str, int, int, bytes]] = []
        self._rows: dict[str, list[range]] = {}
        self._facts: list[Facts] = []
        self._codes = Codes(db, partial(self._core_row, "code"))
        self._scales: dict[tuple[str, str], str] = {}
        self._texts: dict[int, tuple[bytes, str]] = {}
        self._amended: set[int] = set()
        self._blanked: list[int] = []
        self.facts = 0
        self.properties: dict[str, str] = {}
        self.written: Written | None = None

    # -- the tables every log has ------------------------------------------------------------------

    def _core_row(self, table: str, *values: Any) -> int:
        if table not in self._next_id:
            (top,) = self.db.execute(f"SELECT coalesce(max(id), 0) FROM {table}").fetchone()
            self._next_id[table] = top + 1
        number = self._next_id[table]
        self._next_id[table] = number + 1
        self._core.setdefault(table, []).append((number, self.entry, *values))
        return number

    def code(self, text: str) -> int:
        """The number of a code, entered if it is new."""
        if text not in self._codes.numbers:
            self._codes.look_up([text])
            self._codes.enter([text])
        return self._codes.numbers[text]

    def words(self, text: str | None) -> int | None:
        """The number of a free text; None stays None."""
        if text is None:
            return None
        try:
            text.encode("utf-8")
        except UnicodeEncodeError as error:  # half a surrogate pair, as in a file name that is no text
            raise errors.AppendRefused(f"a text holds what is no character: {errors.shown(text)}") from error
        salt = self._salt()
        number = self._core_row("words", seal.words_digest(salt, text))
        self._texts[number] = salt, text
        return number

    def has_property(self, name: str, value: str) -> None:
        """Write down a fact about the log itself."""
        self._core_row("property", name, value)
        self.properties[name] = value

    def scale(self, code: str, version: str, definition: str) -> None:
        """Copy a scale into the log, unless that version of it is there."""
        there = self._scales.get((code, version))
        if there is None:
            asked = "SELECT definition FROM scale WHERE code = ? AND version = ?"
            (there,) = self.db.execute(asked, (code, version)).fetchone() or (None,)
        if there is None:
            self._core_row("scale", code, version, definition)
            self._scales[code, version] = definition
        elif there != definition:
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
        values: dict[str, Any] = {} if batch.of is None else {"of": batch.of}
        columns = [(c, batch.columns[c.name]) for c in schema.columns(kind, self._version) if c.name in batch.columns]
        coded = [given.texts if isinstance(given, Coded) else given for c, given in columns if c.role == "code"]
        self._codes.look_up(chain.from_iterable(coded))
        for column, given in columns:
            if column.role == "words":
                values[column.name] = [self.words(t) for t in given]
            elif column.role == "plain":
                values[column.name] = seal.as_kept(given, column.sql, f"{batch.table}.{column.name}")
            else:
                values[column.name] = self._numbered(given)
        return self._insert(batch.table, values, len(batch))

    def _numbered(self, given: Any) -> Any:
        """A column of codes as their numbers; those that are new are entered in the order they come in."""
        texts = given.texts if isinstance(given, Coded) else given
        self._codes.enter(texts)
        numbers = list(map(self._codes.numbers.get, texts))
        return Coded(numbers, given.places) if isinstance(given, Coded) else numbers

    def _insert(self, table: str, values: Mapping[str, Any], n: int) -> range:
        for given in values.values():
            if len(given) != n:
                message = f"{table}: {n} facts announced and {len(given)} given"
                raise AssertionError(message)
        made = Facts(table, self._layout(table), range(self._next_row, self._next_row + n), self.entry, values)
        for block in made.blocks():
            self._blocks.append((table, block[0][0], len(block), seal.block_digest(table, made.layout, block)))
        self._next_row = made.rows.stop
        self.facts += n
        self._facts.append(made)
        self._rows.setdefault(table, []).append(made.rows)
        return made.rows

    def _layout(self, table: str) -> tuple[str, ...]:
        kind = KINDS[table]
        names = (c.name for c in schema.columns(kind, self._version))
        return ("row", "entry", *(["of"] if kind.parent else []), *names)

    def copy(self, table: str, row: int, **changed: int) -> int:
        """Add a fact of an earlier entry again with some stored values changed, children and all; returns its row."""
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
        if row in self._amended:
            raise errors.AlreadyAmended(f"row {row} is amended twice in one entry; say one thing of it", None)
        self._amended.add(row)
        self._core_row("amendment", row, kind, replaced_by, self.words(reason))

    def redact(self, number: int, reason: str) -> None:
        """Blank a free text for good; its digest stays, so the seals still fit."""
        self._core_row("redaction", number, self.words(reason))
        self._blanked.append(number)

    # -- the end -----------------------------------------------------------------------------------

    def seal(self, schema_digest: bytes | None = None) -> Written:
        """Write the entry and its blocks; nothing can be added after."""
        h = self.heading
        texts = [self.words(t) for t in (h.source, h.reason, h.card)]
        for table, rows in self._core.items():
            layout = _sealed_columns(table)
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
        self._write((*header, self._previous, sealed), sum(t is not None for t in texts), blocks)
        rows_of = {table: tuple(ranges) for table, ranges in self._rows.items()}
        return Written(self.entry, sealed, h.recorded_at, h.recorded_offset_min, rows_of)

    def _write(self, entry: tuple[Any, ...], own: int, blocks: Sequence[tuple[Any, ...]]) -> None:
        """Everything into the file, the entry first; its own texts are the last ones of `words`."""
        core = dict(self._core)
        words = [(*row, *self._texts[row[0]]) for row in core.pop("words", [])]
        beginning.write(self.db, entry, words[len(words) - own :])
        for table, rows in (("words", words[: len(words) - own]), *core.items()):
            if rows:
                self.db.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(rows[0]))})", rows)
        for facts in self._facts:
            facts.write(self.db)
        self.db.executemany(
            'INSERT INTO block (entry, "table", first_row, n, schema_version, digest) VALUES (?, ?, ?, ?, ?, ?)', blocks
        )
        for number in self._blanked:
            self.db.execute("UPDATE words SET text = NULL, salt = NULL WHERE id = ?", (number,))


@cache
def _sealed_columns(table: str) -> tuple[str, ...]:
    """The columns that are sealed of a table that every log has."""
    every = (part.split()[0] for part in schema.parts(schema.CORE[table]) if not part.startswith("UNIQUE"))
    return tuple(name for name in every if name not in schema.UNSEALED.get(table, ()))


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
