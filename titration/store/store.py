"""The open file: reading rows as they stood, and writing entries one at a time."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from titration import errors
from titration.records import KINDS, schema_version
from titration.store import connection, head, migrations, schema, seal
from titration.store.writing import Heading, Writing, Written, random_salt, refuse_amended

if TYPE_CHECKING:
    import sqlite3


class Store:
    """An open log file.

    Attributes:
        path: The file.
        properties: What the log says of itself: id, parent, site, zone, demo.
        version: Its schema version.
    """

    def __init__(self, path: Path, db: sqlite3.Connection, *, write: bool) -> None:
        self.path, self._db, self.can_write = path, db, write
        self._pid = os.getpid()
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
            raise errors.LogClosed(f"{self.path} is closed, or was opened by another process; open it again")
        return self._db

    def close(self) -> None:
        """Let go of the file."""
        if self._db is not None and os.getpid() == self._pid:
            self._db.close()
        self._db = None  # type: ignore[assignment]  # from here on `db` raises

    # -- reading -----------------------------------------------------------------------------------

    @contextlib.contextmanager
    def reading(self) -> Iterator[None]:
        """One moment: all that is read inside belongs together."""
        db = self.db
        with connection.translated(self.path):
            inside = db.in_transaction
            if not inside:
                db.execute("BEGIN")
            try:
                yield
            finally:
                if not inside:
                    db.execute("ROLLBACK")

    def query(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """Rows of a SELECT."""
        with connection.translated(self.path):
            return self.db.execute(sql, values).fetchall()

    def head(self) -> tuple[int, bytes, int]:
        """The newest entry: its number, its seal, and when it was recorded (UTC seconds)."""
        return self.query("SELECT entry, seal, recorded_at FROM entry ORDER BY entry DESC LIMIT 1")[0]  # type: ignore[return-value]

    def entry_by(self, seconds: int) -> int:
        """The last entry recorded by then; 0 when there was none."""
        return int(self.query("SELECT coalesce(max(entry), 0) FROM entry WHERE recorded_at <= ?", seconds)[0][0])

    def codes(self) -> dict[int, str]:
        """Every code by its number."""
        return dict(self.query("SELECT id, text FROM code"))

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
        kind, there = KINDS[table], set(self.known(table))
        if not there:
            return []
        chosen = ", ".join(f"t.{n}" if n in there else f"NULL AS {n}" for n in names)
        where, values = ["t.entry <= ?"], [asof]
        source = f"{table} AS t"
        holder = "t.row"
        owner = "t.patient"
        if kind.parent:
            source += f" JOIN {kind.parent} AS p ON p.row = t.of"
            holder, owner = "t.of", "p.patient"
        if patient is not None:
            number = self.code(patient)
            where.append(f"{owner} = ?")
            values.append(-1 if number is None else number)
        if current:
            where.append(f"NOT EXISTS (SELECT 1 FROM amendment AS a WHERE a.row = {holder} AND a.entry <= ?)")
            values.append(asof)
        order = [owner]
        if kind.moment:
            order += [f"t.{n}" for n in (f"{kind.moment}_on", f"{kind.moment}_at") if n in there]
        sql = f"SELECT {chosen} FROM {source} WHERE {' AND '.join(where)} ORDER BY {', '.join(order)}, t.row"
        return self.query(sql, *values)

    def table_of(self, row: int) -> str:
        """The table a row stands in.

        Raises:
            RowNotFound: No fact has that number.
        """
        marks = ", ".join("?" * len(KINDS))
        found = self.query(
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
        lock = connection.WriterLock(self.path)
        lock.acquire()
        try:
            with connection.translated(self.path):
                db.execute("BEGIN IMMEDIATE")
                try:
                    made = Writing(db, heading, self.version, self.salt)
                    yield made
                    written = made.seal()
                    db.execute("COMMIT")
                except BaseException:
                    if db.in_transaction:
                        db.execute("ROLLBACK")
                    raise
        finally:
            lock.release()
        made.written = written
        self._note(written)

    def _note(self, written: Written) -> None:
        if "demo" not in self.properties:
            head.keep(self.properties["id"], written.entry, written.seal)


def _check_head(store: Store) -> None:
    """The head last seen must still be in the file: else it was rolled back or replaced."""
    if "demo" in store.properties:
        return
    kept = head.kept(store.properties["id"])
    if kept is None:
        return
    entry, sealed = kept
    found = store.query("SELECT seal FROM entry WHERE entry = ?", entry)
    if not found or found[0][0] != sealed:
        newest = store.head()[0]
        raise errors.LogRolledBack(
            f"{store.path} is not the log this computer knows: entry {entry} had the seal {seal.short(sealed)}, and the file"
            f" ends at entry {newest}{'' if not found else ' with another one'}. An older copy was put in its place, or it was"
            f" rewritten. Keep the file; if it is a backup you mean to work on, declare it: titration restore {store.path} NEW.db"
        )


def _check_seals(store: Store) -> None:
    with connection.translated(store.path):
        found = schema.digest(store.db)
        sealed = store.db.execute(
            "SELECT schema_digest FROM entry WHERE schema_digest IS NOT NULL ORDER BY entry DESC LIMIT 1"
        ).fetchone()
        missing = schema.missing_seals(store.db)
    if missing:
        raise errors.SealBroken(
            f"{store.path}: the triggers that keep it append-only are gone: {', '.join(missing)}; work on a copy,"
            " and compare with the last good backup (titration verify)"
        )
    if sealed is None or sealed[0] != found:
        raise errors.SealBroken(f"{store.path}: its tables are not as they were sealed; run titration verify on it")


def open_store(path: Path, *, write: bool, heading: Heading | None = None, network: bool = False) -> Store:
    """Open a log.

    Args:
        path: The file.
        write: Whether to write.
        heading: Who migrates an older log, when `write`.
        network: Whether writing on a network drive is accepted.

    Raises:
        LogNotFound, NotALog, NewerLog, SealBroken, LogRolledBack, WriteRefused: As they say.
    """
    if write and not network and (kind := connection.network_type(path)):
        raise errors.WriteRefused(
            f"{path} lies on a network drive ({kind}), whose locks cannot be relied on; read it, copy it to a local disk,"
            " or accept the risk with --network (network=True)"
        )
    db = connection.connect(path, write=write)
    try:
        with connection.translated(path):
            (version,) = db.execute("PRAGMA user_version").fetchone()
            if version > schema_version():
                raise errors.NewerLog(
                    f"{path} was written by a newer version of this program (schema {version}, this one knows"
                    f" {schema_version()}); it was not touched, install the newer version"
                )
        store = Store(path, db, write=write)
        _check_seals(store)
        _check_head(store)
        if write and heading is not None and version < schema_version():
            migrations.migrate(store, heading)
    except BaseException:
        db.close()
        raise
    return store


def create(path: Path, heading: Heading, properties: dict[str, str], salt: Callable[[], bytes] = random_salt) -> Store:
    """Make a new log, readable by its owner alone.

    Args:
        path: Where; nothing may be there, the folder must be.
        heading: Who.
        properties: `site`, `zone`, perhaps `demo`, `parent`, `id`.
        salt: Where salts come from.

    Raises:
        LogExists: Something is there.
        LogNotFound: The folder is not.
    """
    if not path.parent.is_dir():
        raise errors.StorageFailed(f"there is no folder {path.parent}; make it first, nothing was written")
    if kind := connection.network_type(path.parent):
        raise errors.WriteRefused(f"{path.parent} lies on a network drive ({kind}); start the log on a local disk")
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except FileExistsError as error:
        raise errors.LogExists(path) from error
    except OSError as error:
        raise errors.WriteRefused(f"cannot write {path} ({error.strerror})") from error
    try:
        return migrations.begin(path, heading, {"id": secrets.token_hex(16), **properties}, salt)
    except BaseException:
        path.unlink(missing_ok=True)  # a file of our own making, a moment old and without an entry
        raise
