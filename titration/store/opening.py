"""Opening and starting a log file: what is looked at before anybody reads a row of it."""

from __future__ import annotations

import os
import secrets
from typing import TYPE_CHECKING

from titration import errors
from titration.records import schema_version
from titration.store import connection, head, migrations, schema, seal
from titration.store.store import Store
from titration.store.writing import random_salt

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable
    from pathlib import Path

    from titration.store.writing import Heading

NEEDED = ("id", "site", "zone")


def refuse_newer(db: sqlite3.Connection, path: Path) -> int:
    """The schema version of a file; raises `NewerLog` when this program does not know it."""
    with connection.translated(path):
        (version,) = db.execute("PRAGMA user_version").fetchone()
    if version > schema_version():
        raise errors.NewerLog(
            f"{path} was written by a newer version of this program (schema {version}, this one knows"
            f" {schema_version()}); it was not touched, install the newer version"
        )
    return int(version)


def _refuse_network(path: Path) -> None:
    """Locks on a network drive cannot be relied on, so nothing is written there unasked."""
    kind = connection.network_type(path)
    if kind:
        raise errors.WriteRefused(
            f"{path} lies on a network drive ({kind}), whose locks cannot be relied on; read it, copy it to a local disk,"
            " or accept the risk with --network (network=True)"
        )


def _check_seals(db: sqlite3.Connection, path: Path) -> None:
    """Tables, triggers and views must be as they were sealed."""
    with connection.translated(path):
        apart = list(schema.apart(db))
    if apart:
        raise errors.SealBroken(f"{path}: {'; '.join(apart)}; work on a copy, and compare with the last good backup")


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
    db = connection.connect(path, write=write)
    try:
        if write and not network:
            _refuse_network(path)
        version = refuse_newer(db, path)
        _check_seals(db, path)
        store = Store(path, db, write=write)
        lost = [name for name in NEEDED if name not in store.properties]
        if lost:
            raise errors.SealBroken(f"{path} does not say its {', '.join(lost)} any more; run titration verify on it")  # noqa: TRY301 - one way out for every refusal: the connection is closed below
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
        StorageFailed: The folder is not.
        WriteRefused: The folder cannot be written to, or lies on a network drive.
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
