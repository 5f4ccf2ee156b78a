"""Backup and restore: SQLite's own online copy in one step, verified; never over a file."""

from __future__ import annotations

import contextlib
import dataclasses
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from titration import errors
from titration.store import age, cipher, connection
from titration.store.opening import refuse_network, refuse_newer
from titration.store.store import Store
from titration.store.verify import Verification, verify

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Mapping, Sequence

    from titration.store.writing import Heading


@dataclass(frozen=True)
class Copy:
    """A finished copy under a passing name, verified and on the disk, that waits for its own.

    Attributes:
        path: Where it is.
        found: What `verify` found in it, before it was encrypted.
        log_id: The id of the log it is of.
        seals: Every entry with its seal.
        moment: When its newest entry was recorded: UTC seconds and offset in minutes.
    """

    path: Path
    found: Verification
    log_id: str
    seals: Mapping[int, bytes]
    moment: tuple[int, int]


@contextlib.contextmanager
def copied(source: Path, folder: Path, recipients: Sequence[str] = ()) -> Iterator[Copy]:
    """A verified copy of a log in a folder, to be given its name inside the block; otherwise it is taken away.

    Args:
        source: The log; others may write to it meanwhile.
        folder: Where the copy will stay.
        recipients: Public keys; with any, only the encrypted copy ever lies in that folder.
    """
    part = folder / f".{os.urandom(8).hex()}.part"
    with contextlib.ExitStack() as stack:
        for left in (part, part.with_name(f"{part.name}.lock")):
            stack.callback(_gone, left)
        try:
            _touch(part)
            if recipients:
                found, known = _encrypted(source, part, stack.enter_context(room(source)) / "copy.db", recipients)
            else:
                found, known = _online(source, part)
            sync(part)
        except errors.TitrationError:
            raise  # some of ours are an OSError too
        except OSError as error:
            raise errors.StorageFailed(f"cannot copy to {folder} ({error.strerror})") from error
        yield Copy(part, found, *known)


@contextlib.contextmanager
def room(beside: Path) -> Iterator[Path]:
    """A passing folder for its owner alone, beside the log when that can be, so that its facts lie nowhere else."""
    import tempfile  # noqa: PLC0415 - only a copy needs it

    parent = beside.parent if os.access(beside.parent, os.W_OK) else None
    try:
        made = tempfile.TemporaryDirectory(prefix=".titration-", dir=parent)
    except OSError as error:
        raise errors.StorageFailed(f"cannot make a passing folder beside {beside} ({error.strerror})") from error
    with made as name:
        yield Path(name)


def _touch(path: Path) -> None:
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))


def _gone(path: Path) -> None:
    with contextlib.suppress(OSError):
        path.unlink()


Known = tuple[str, dict[int, bytes], tuple[int, int]]
"""Id, seals and the moment of the newest entry of a copy that fits."""


def _online(source: Path, part: Path) -> tuple[Verification, Known]:
    """A verified copy of a log that others may write to."""
    with contextlib.closing(_into(part, source)) as into:
        into.execute("PRAGMA synchronous = EXTRA")
        _filled(into, source, part)
    sync(part)
    found = _sound(verify(part, alone=True), source)
    with contextlib.closing(connection.connect(part, write=False)) as db:
        return found, _known(db)


def _encrypted(source: Path, part: Path, plain: Path, recipients: Sequence[str]) -> tuple[Verification, Known]:
    """A verified copy, encrypted; in plain it has no name from before its first byte, so that nothing can be left of it."""
    _touch(plain)
    with contextlib.closing(_into(plain, source)) as into, plain.open("rb") as content:
        # a journal would have a name, and of a copy that was broken off there is nothing to undo
        into.execute("PRAGMA journal_mode = OFF")
        into.execute("PRAGMA temp_store = MEMORY")
        with contextlib.suppress(PermissionError):  # Windows: there it stays in its folder until it is encrypted
            plain.unlink()
        _filled(into, source, plain)
        connection.prepare(into, write=False)
        found = _sound(verify(plain, alone=True, through=into), source)
        age.encrypt(content, part, recipients)
        return found, _known(into)


def _filled(into: sqlite3.Connection, source: Path, part: Path) -> None:
    """SQLite's own copy, in one step, into a file that is there and empty."""
    with contextlib.closing(connection.connect(source, write=False)) as db:
        with connection.translated(source):  # read first: `backup` alone would wait for ever for a log that is held
            db.execute("BEGIN")
            db.execute("SELECT 1 FROM sqlite_master").fetchone()
        with connection.translated(part):
            db.backup(into)


def _sound(found: Verification, source: Path) -> Verification:
    if not found.fits:
        raise errors.SealBroken(f"the copy of {source} does not fit its seals, and neither may the log: {found}")
    return found


def _into(part: Path, source: Path) -> sqlite3.Connection:
    """What the copy is written by: of an encrypted log with the same key."""
    return cipher.connect(part, connection.secret(source), isolation_level=None)


def _known(db: sqlite3.Connection) -> Known:
    seals = dict(db.execute("SELECT entry, seal FROM entry"))
    (log_id,) = db.execute("SELECT value FROM property WHERE name = 'id' ORDER BY id DESC").fetchone()
    sql = "SELECT recorded_at, recorded_offset_min FROM entry ORDER BY entry DESC"
    return str(log_id), seals, db.execute(sql).fetchone()


def _copy(source: Path, target: Path, recipients: Sequence[str] = ()) -> Verification:
    """A verified copy under a name where nothing is."""
    _refuse_taken(target)
    with copied(source, target.parent, recipients) as made:
        give_name(made.path, target)
    return dataclasses.replace(made.found, path=str(target))


def _refuse_taken(target: Path) -> None:
    """Something is where the copy is to be, or it cannot be there."""
    try:
        if target.is_dir():
            raise errors.StorageFailed(
                f"{target} is a folder; name the file of the copy, or keep copies in it with --to"
            )
        if not target.parent.is_dir():
            raise errors.StorageFailed(f"there is no folder {target.parent}; make it first, nothing was copied")
        if target.exists():
            raise errors.LogExists(target)
    except errors.TitrationError:
        raise  # some of ours are an OSError too
    except OSError as error:
        raise errors.StorageFailed(f"cannot copy to {target} ({error.strerror})") from error


def give_name(part: Path, target: Path) -> None:
    """Give a finished copy its name, durably; never over a file."""
    try:
        _place(part, target)
        _gone(part)  # the passing name, where the copy still has it
        sync(target.parent)
    except FileExistsError as error:
        raise errors.LogExists(target) from error
    except OSError as error:
        raise errors.StorageFailed(f"cannot copy to {target} ({error.strerror})") from error


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


def sync(path: Path) -> None:
    """Make sure it is on the disk, folder entries too."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError:
        return  # Windows opens no folders
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def backup(source: Path, target: Path, recipients: Sequence[str] = ()) -> Verification:
    """A verified copy of a log, taken while others write.

    Args:
        source: The log.
        target: The copy; must not be there.
        recipients: Public keys to encrypt the copy to; it is verified before that.

    Raises:
        LogExists: The target is there.
        SealBroken: The copy does not fit its seals.
        StorageFailed: The disk said no.
    """
    return _copy(source, target, recipients)


def restore(
    source: Path, target: Path, heading: Heading, *, identity: Path | None = None, network: bool = False
) -> Store:
    """A new log out of a backup, with an id of its own that names its parent.

    The backup stays as it is. What was written after it is not in the new log, so the new log says
    from which entry of its parent it goes on.

    Args:
        source: The backup.
        target: The new log; must not be there.
        heading: Who restores, and why.
        identity: The file of the secret key, for an encrypted backup.
        network: Whether writing on a network drive is accepted.
    """
    refuse_network(target.parent, network=network)
    if not age.is_encrypted(source):
        return _restore(source, target, heading)
    if target.exists():
        raise errors.LogExists(target)
    with room(target) as passing:
        _touch(plain := passing / "copy.db")
        age.decrypt(source, plain, identity)
        return _restore(plain, target, heading)


def _restore(source: Path, target: Path, heading: Heading) -> Store:
    with contextlib.closing(connection.connect(source, write=False)) as db:
        refuse_newer(db, source)
    _refuse_taken(target)
    with copied(source, target.parent) as made:
        _reborn(made, heading)
        give_name(made.path, target)
    return Store(target, connection.connect(target, write=True), write=True)


def _reborn(made: Copy, heading: Heading) -> None:
    """Give a copy an id of its own, while it has no name yet: one broken off here must never pass for its parent."""
    entry, sealed = made.found.head or (0, b"")
    # a copy is older than the head this computer has seen, on purpose: it is opened without asking for that
    with (
        contextlib.closing(connection.connect(made.path, write=True)) as db,
        Store(made.path, db, write=True).writing(heading) as writing,
    ):
        writing.has_property("parent", f"{made.log_id} entry {entry} seal {sealed.hex()}")
        writing.has_property("id", os.urandom(16).hex())
