"""Backup and restore: SQLite's own online copy in one step, verified; never over a file."""

from __future__ import annotations

import contextlib
import os
import secrets
import sqlite3
from typing import TYPE_CHECKING

from titration import errors
from titration.store import connection
from titration.store.opening import refuse_newer
from titration.store.store import Store
from titration.store.verify import Verification, verify

if TYPE_CHECKING:
    from pathlib import Path

    from titration.store.writing import Heading


def _copy(source: Path, target: Path) -> Verification:
    """Copy a log to a new file and verify the copy; a copy that does not fit is taken away again."""
    if target.is_dir():
        raise errors.StorageFailed(f"{target} is a folder; name the file of the copy")
    if not target.parent.is_dir():
        raise errors.StorageFailed(f"there is no folder {target.parent}; make it first, nothing was copied")
    part = target.with_name(f"{target.name}.{secrets.token_hex(4)}.part")
    if target.exists():
        raise errors.LogExists(target)
    db = connection.connect(source, write=False)
    try:
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        with connection.translated(source):  # read first: `backup` alone would wait for ever for a log that is held
            db.execute("BEGIN")
            db.execute("SELECT 1 FROM sqlite_master").fetchone()
        with connection.translated(target), contextlib.closing(sqlite3.connect(part, isolation_level=None)) as into:
            into.execute("PRAGMA synchronous = EXTRA")
            db.backup(into)
        _sync(part)
        found = verify(part, alone=True)
        if not found.fits:
            raise errors.SealBroken(f"the copy of {source} does not fit its seals, and neither may the log: {found}")
        _place(part, target)
        _sync(target.parent)
    except FileExistsError as error:
        raise errors.LogExists(target) from error
    except OSError as error:
        raise errors.StorageFailed(f"cannot copy to {target} ({error.strerror})") from error
    finally:
        db.close()
        with contextlib.suppress(OSError):
            part.unlink()
    return Verification(str(target), found.faults, found.entries, found.facts, found.head)


def _place(part: Path, target: Path) -> None:
    """Give a finished copy its name; fails when something came in between, a rename alone would write over it."""
    try:
        os.link(part, target)
    except FileExistsError:
        raise
    except OSError:  # a memory stick's file system has no links: take the name first, then fill it
        os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        try:
            part.replace(target)
        except OSError:
            target.unlink()
            raise


def _sync(path: Path) -> None:
    """Make sure it is on the disk, folder entries too."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError:
        return  # Windows opens no folders
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def backup(source: Path, target: Path) -> Verification:
    """A verified copy of a log, taken while others write.

    Args:
        source: The log.
        target: The copy; must not be there.

    Raises:
        LogExists: The target is there.
        SealBroken: The copy does not fit its seals.
        StorageFailed: The disk said no.
    """
    return _copy(source, target)


def restore(source: Path, target: Path, heading: Heading) -> Store:
    """A new log out of a backup, with an id of its own that names its parent.

    The backup stays as it is. What was written after it is not in the new log, so the new log says
    from which entry of its parent it goes on.

    Args:
        source: The backup.
        target: The new log; must not be there.
        heading: Who restores, and why.
    """
    with contextlib.closing(connection.connect(source, write=False)) as db:
        refuse_newer(db, source)
    found = _copy(source, target)
    entry, sealed = found.head or (0, b"")
    try:
        # a copy is older than the head this computer has seen, on purpose: it is opened without asking for that
        db = connection.connect(target, write=True)
        try:
            store = Store(target, db, write=True)
            parent = store.properties["id"]
            with store.writing(heading) as writing:
                writing.has_property("parent", f"{parent} entry {entry} seal {sealed.hex()}")
                writing.has_property("id", secrets.token_hex(16))
        except BaseException:
            db.close()
            raise
    except BaseException:
        target.unlink(missing_ok=True)  # the copy just made; the backup is untouched
        raise
    return store
