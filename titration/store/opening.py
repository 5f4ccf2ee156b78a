"""Opening and starting a log file: what is looked at before anybody reads a row of it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from titration import errors
from titration.records import schema_version
from titration.store import cipher, connection, migrations, schema
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


def refuse_network(path: Path, *, network: bool) -> None:
    """Locks on a network drive cannot be relied on, so nothing is written there unasked."""
    kind = None if network else connection.network_type(path)
    if kind:
        raise errors.WriteRefused(
            f"{path} lies on a network drive ({kind}), whose locks cannot be relied on; nothing was written: work on a local"
            " disk, or accept the risk with --network (network=True)"
        )


def _check_seals(db: sqlite3.Connection, path: Path) -> None:
    """Tables, triggers and views must be as they were sealed."""
    with connection.translated(path):
        apart = list(schema.apart(db))
    if apart:
        raise errors.SealBroken(f"{path}: {'; '.join(apart)}; work on a copy, and compare with the last good backup")


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
        if write:
            refuse_network(path, network=network)
        version = refuse_newer(db, path)
        _check_seals(db, path)
        store = Store(path, db, write=write)
        lost = [name for name in NEEDED if name not in store.properties]
        if lost:
            raise errors.SealBroken(f"{path} does not say its {', '.join(lost)} any more; run titration verify on it")  # noqa: TRY301 - one way out for every refusal: the connection is closed below
        store.refuse_rolled_back()
        if write and heading is not None and version < schema_version():
            migrations.migrate(store, heading)
    except BaseException:
        db.close()
        raise
    return store


def create(
    path: Path,
    heading: Heading,
    properties: dict[str, str],
    salt: Callable[[], bytes] = random_salt,
    *,
    network: bool = False,
    encrypted: bool = False,
) -> Store:
    """Make a new log, readable by its owner alone.

    Args:
        path: Where; nothing may be there, the folder must be.
        heading: Who.
        properties: `site`, `zone`, perhaps `demo`, `parent`, `id`.
        salt: Where salts come from.
        network: Whether writing on a network drive is accepted.
        encrypted: Whether it is encrypted, by the key that the environment names.

    Raises:
        LogExists: Something is there.
        StorageFailed: The folder is not.
        WriteRefused: The folder cannot be written to, or lies on a network drive.
    """
    if not path.parent.is_dir():
        raise errors.StorageFailed(f"there is no folder {path.parent}; make it first, nothing was written")
    refuse_network(path.parent, network=network)
    secret = cipher.needed() if encrypted else None
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except FileExistsError as error:
        raise errors.LogExists(path) from error
    except OSError as error:
        raise errors.WriteRefused(f"cannot write {path} ({error.strerror})") from error
    try:
        return migrations.begin(path, heading, {"id": os.urandom(16).hex(), **properties}, salt, secret)
    except BaseException:
        path.unlink(missing_ok=True)  # a file of our own making, a moment old and without an entry
        raise
