"""The open file: reading rows as they stood, and writing entries one at a time."""

from __future__ import annotations

import contextlib
import os
import threading
from typing import TYPE_CHECKING, Any

from titration import errors
from titration.records import KINDS
from titration.store import beginning, connection, head, seal, selecting
from titration.store.place import Place
from titration.store.writing import Heading, Writing, Written, random_salt, refuse_amended

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path


LARGEST_ROW = 2**63 - 1
MANY_CODES = 500
"""So many codes and fewer are looked up one by one."""


class Store:
    """An open log file.

    Attributes:
        path: The file.
        properties: What the log says of itself: id, parent, site, zone, demo.
        version: Its schema version.
    """

    def __init__(self, path: Path, db: sqlite3.Connection, *, write: bool) -> None:
        self.path, self._db, self.can_write = path, db, write
        self._pid, self._failed = os.getpid(), False
        self._place = Place.of(path)
        self._seen: tuple[int, bytes] | None = None  # what this program stored last
        self._turn = threading.RLock()  # one thread at a time: a notebook's cell, or its form
        self.salt: Callable[[], bytes] = random_salt
        self.refresh()

    def refresh(self) -> None:
        """Read what the log says of itself."""
        with connection.translated(self.path):
            (self.version,) = self._db.execute("PRAGMA user_version").fetchone()
            self.properties: dict[str, str] = dict(
                self._db.execute("SELECT name, value FROM property WHERE name NOT LIKE 'layout %' ORDER BY id")
            )

    @property
    def db(self) -> sqlite3.Connection:
        """The connection, unless the log was closed or carried over a fork."""
        if self._db is None or os.getpid() != self._pid:
            if self._failed:
                raise errors.LogClosed(f"{self.path} was closed after the disk failed; run verify, then open it again")
            raise errors.LogClosed(f"{self.path} is closed, or was opened by another process; open it again")
        return self._db

    def _refuse_replaced(self) -> None:
        """What lies at the path must be the file that was opened: else one log is read and another one thought of."""
        if not self._place.is_same:
            raise errors.LogClosed(
                f"{self.path} was moved, deleted or replaced by another file since it was opened; nothing was stored:"
                " close it, see what lies there, and open it again"
            )

    def close(self) -> None:
        """Let go of the file."""
        if self._db is None or os.getpid() != self._pid:
            return  # after a fork the connection is the parent's: closing it here could undo what it writes
        self._db.close()
        self._db = None  # type: ignore[assignment]  # from here on `db` raises

    # -- reading -----------------------------------------------------------------------------------

    @contextlib.contextmanager
    def reading(self) -> Iterator[None]:
        """One moment: all that is read inside belongs together."""
        db = self.db
        self._refuse_replaced()
        with self._turn, connection.translated(self.path):
            if db.in_transaction:
                yield
                return
            try:
                db.execute("BEGIN")
                yield
            finally:
                self.undo()

    def query(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """Rows of a SELECT."""
        db = self.db
        self._refuse_replaced()
        with self._turn, connection.translated(self.path):
            try:
                return db.execute(sql, values).fetchall()
            except (OverflowError, UnicodeEncodeError):
                return []  # a number or a text that no table can hold: nothing is like it

    def head(self) -> tuple[int, bytes, int]:
        """The newest entry: its number, its seal, and when it was recorded (UTC seconds)."""
        return self.query("SELECT entry, seal, recorded_at FROM entry ORDER BY entry DESC LIMIT 1")[0]

    def codes(self, numbers: set[int | None] | None = None) -> dict[int, str]:
        """Codes by their numbers: those, or every one when None."""
        if numbers is None or len(numbers) > MANY_CODES:
            return dict(self.query("SELECT id, text FROM code"))
        some = [n for n in numbers if n is not None]
        marks = ", ".join("?" * len(some))
        return dict(self.query(f"SELECT id, text FROM code WHERE id IN ({marks})", *some)) if some else {}

    def code(self, text: str) -> int | None:
        """The number of a code, if it is known."""
        found = self.query("SELECT id FROM code WHERE text = ?", text)
        return int(found[0][0]) if found else None

    def known(self, table: str) -> list[str]:
        """The columns a table has in this file, which may be of an older version."""
        return [name for _, name, *_ in self.query(f"PRAGMA table_info({table})")]

    def rows(
        self, table: str, names: Sequence[str], asof: int, *, patient: str | None = None, current: bool = True
    ) -> list[tuple[Any, ...]]:
        """The rows of a table as they stood after an entry, in order of patient, time and row.

        Args:
            table: Of which kind.
            names: The columns; one that this file does not have yet reads as missing.
            asof: The entry.
            patient: Only this patient's; all when None.
            current: Whether amended rows are left out.
        """
        return self.selected(table, names, asof, patient=patient, current=current)[1]

    def selected(
        self, table: str, names: Sequence[str], asof: int, *, patient: str | None = None, current: bool = True,
        sparing: bool = False,
    ) -> tuple[list[str], list[tuple[Any, ...]], dict[str, Any]]:  # fmt: skip
        """Rows as `rows` gives them, but for columns of one value throughout, told once when sparing; inside `reading`.

        Returns:
            The columns of the rows, the rows, and the one value of each other column.
        """
        kind, there = KINDS[table], set(self.known(table))
        if not there:
            return [*names], [], {}
        number = None if patient is None else self.code(patient) or -1
        same: dict[str, Any] = {}
        if sparing and kind.distinct and number is not None:
            same = selecting.same_throughout(self.query, table, [n for n in names if n in there], number)
        fetched = [n for n in names if n not in same]
        sql, values = selecting.select(table, fetched, there, asof, number=number, current=current, same=same)
        return fetched, self.query(sql, *values), same

    def table_of(self, row: int) -> str:
        """The table a row stands in.

        Raises:
            RowNotFound: No fact has that number.
        """
        marks = ", ".join("?" * len(KINDS))
        found = 0 < row <= LARGEST_ROW and self.query(
            f'SELECT "table" FROM block WHERE first_row <= ? AND ? < first_row + n AND "table" IN ({marks})',
            row,
            row,
            *KINDS,
        )
        if not found:
            raise errors.RowNotFound(f"no fact has the row {row}; rows stand in the first column of every frame")
        return str(found[0][0])

    def refuse_amended(self, row: int) -> None:
        """Raise `AlreadyAmended` when a row is no longer the current one."""
        refuse_amended(self.db, row)

    # -- writing -----------------------------------------------------------------------------------

    @contextlib.contextmanager
    def writing(self, heading: Heading) -> Iterator[Writing]:
        """One entry: a transaction that is durable before it returns, or leaves nothing behind.

        Yields:
            The entry being written; its result is `writing.written` after the block.
        """
        if not self.can_write:
            raise errors.WriteRefused(f"{self.path} is open for reading; open it with by=... to write")
        db = self.db
        self._refuse_replaced()
        lock = connection.WriterLock(self._place.path)
        with self._turn, contextlib.closing(lock), connection.translated(self.path):
            lock.acquire()
            try:  # the BEGIN too: an interrupt that comes right after it must not leave the log held
                db.execute("BEGIN IMMEDIATE")
                last = beginning.newest(db)
                self._fresh(heading, last)
                made = Writing(db, heading, self.version, self.salt, last)
                yield made
                written = made.seal()
                db.execute("COMMIT")
            except BaseException as error:
                if connection.unsynced(error):
                    self._failed = True
                    self.close()  # and never synced again: a second try can succeed over pages that are lost
                else:
                    self.undo()
                raise
        made.written, self._seen = written, (written.entry, written.seal)
        self.properties |= made.properties  # a restored log gets an id of its own
        if not self._place.is_same:
            raise errors.StorageFailed(
                f"{self.path} was moved, deleted or replaced while entry {written.entry} was being stored: the entry is in"
                " the file that was opened, not in what lies there now; find that file, or enter it again"
            )
        self._note(written)

    def undo(self) -> None:
        """Back to before the transaction, at the latest by letting go of the file."""
        try:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
        except BaseException:
            self.close()  # SQLite undoes what was not committed when the file is next opened
            raise

    def refuse_rolled_back(self, newest: tuple[int, bytes] | None = None) -> None:
        """The head last seen on this computer must still be in the file: else it was rolled back or replaced.

        Args:
            newest: The newest entry and its seal, where they were read already.
        """
        kept = None if "demo" in self.properties else head.kept(self.properties["id"])
        if kept is None or kept == newest:
            return
        entry, sealed = kept
        found = self.query("SELECT seal FROM entry WHERE entry = ?", entry)
        if not found or found[0][0] != sealed:
            end = self.head()[0]
            raise errors.LogRolledBack(
                f"{self.path} is not the log this computer knows: entry {entry} had the seal {seal.short(sealed)}, and the"
                f" file ends at entry {end}{'' if not found else ' with another one'}. An older copy was put in its place,"
                " it was rewritten, or a drive let two writers in at once. Keep the file; if it is a backup you mean to work"
                f" on, declare it: titration restore {self.path} NEW.db"
            )

    def _fresh(self, heading: Heading, last: tuple[int, int, bytes] | None) -> None:
        """Refuse to write to a file that another program has migrated, or taken entries out of, meanwhile."""
        self._refuse_replaced()  # once more, now that nobody else writes: waiting for that can take seconds
        newest = None if last is None else (last[0], last[2])
        if self._seen not in {None, newest}:  # another program wrote after this one, or what this one wrote is gone
            entry, sealed = self._seen
            if self.query("SELECT seal FROM entry WHERE entry = ?", entry) != [(sealed,)]:
                raise errors.LogRolledBack(
                    f"entry {entry}, which this program stored in {self.path}, is not there any more: the file was rewritten,"
                    " or its drive let two writers in at once; nothing was stored. Keep the file, run titration verify on it,"
                    " and compare with the last good backup"
                )
        if heading.action != "restore":  # which begins with an older copy, and says so
            self.refuse_rolled_back(newest)
        (version,) = self._db.execute("PRAGMA user_version").fetchone()
        if version != self.version:
            raise errors.WriteRefused(
                f"{self.path} was brought to schema version {version} by another program; nothing was stored, open it again"
            )

    def _note(self, written: Written) -> None:
        if "demo" not in self.properties:
            head.keep(self.properties["id"], written.entry, written.seal)
