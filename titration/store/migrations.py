"""Schema versions: plain SQL steps run by sqlite-utils' `Migrations`, each a sealed entry.

`Table.transform()` and `add_foreign_key()` of sqlite-utils drop triggers without a word, so no step
uses them; after each step the triggers are counted again.
"""

from __future__ import annotations

import contextlib
import dataclasses
from typing import TYPE_CHECKING, Any

from titration import errors
from titration.records import schema_version
from titration.store import cipher, connection, schema
from titration.store.writing import Heading, Writing

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable
    from pathlib import Path

    from titration.store.store import Store


def _apply(db: sqlite3.Connection, heading: Heading, properties: dict[str, str], salt: Callable[[], bytes]) -> None:
    """Run every pending step inside the transaction that is open."""
    import sqlite_utils  # noqa: PLC0415 - it brings pandas in, and an up-to-date log does not need it

    steps = sqlite_utils.Migrations("titration")
    for version in range(1, schema_version() + 1):
        steps(name=f"v{version:04d}")(_step(version, heading, properties, salt))
    steps.apply(sqlite_utils.Database(db, execute_plugins=False))
    (reached,) = db.execute("PRAGMA user_version").fetchone()
    if reached != schema_version():
        raise errors.SealBroken(f"its list of migrations does not agree with its schema version {reached}; verify it")


def _step(
    version: int, heading: Heading, properties: dict[str, str], salt: Callable[[], bytes]
) -> Callable[[Any], None]:
    def step(database: Any) -> None:
        db: sqlite3.Connection = database.conn
        for sql in schema.statements(version):
            db.execute(sql)
        missing = schema.missing_seals(db)
        if missing:
            raise errors.SealBroken(f"version {version} lost the triggers {', '.join(missing)}; nothing was changed")
        db.execute(f"PRAGMA user_version = {version}")
        action = "init" if version == 1 and properties else "migration"
        reason = f"schema version {version}"
        made = Writing(db, dataclasses.replace(heading, action=action, reason=reason), version, salt)
        for name, value in properties.items() if version == 1 else ():
            made.has_property(name, value)
        made.has_property(f"layout {version}", schema.layout(version))
        made.seal(schema.digest(db))

    return step


def begin(
    path: Path, heading: Heading, properties: dict[str, str], salt: Callable[[], bytes], secret: str | None = None
) -> Store:
    """Fill a new, empty file: tables, triggers, the first entry; encrypted when there is a key."""
    from titration.store.store import Store  # noqa: PLC0415 - the two make each other

    with connection.translated(path):
        db = cipher.connect(
            path, secret, isolation_level=None, timeout=connection.WAIT_SECONDS, check_same_thread=False
        )  # as connection.connect
        try:
            connection.prepare(db, write=True)
            db.execute("BEGIN IMMEDIATE")
            db.execute(
                f"PRAGMA application_id = {schema.APPLICATION_ID}"
            )  # a log from its first byte, or an empty file
            _apply(db, heading, properties, salt)
            db.execute("COMMIT")
        except BaseException:
            db.close()
            raise
    store = Store(path, db, write=True)
    store.salt = salt
    return store


def migrate(store: Store, heading: Heading) -> None:
    """Bring an older log to this version, all steps or none."""
    lock = connection.WriterLock(store.path.absolute())
    with contextlib.closing(lock), connection.translated(store.path):
        lock.acquire()
        try:
            store.db.execute("BEGIN IMMEDIATE")
            _apply(store.db, heading, {}, store.salt)
            store.db.execute("COMMIT")
        except BaseException:
            store.undo()
            raise
    store.refresh()
