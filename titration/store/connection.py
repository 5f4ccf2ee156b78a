"""One SQLite connection as a log needs it: durable, checked, its errors in our words.

Journal DELETE with synchronous EXTRA: the default of SQLite can lose a commit it has acknowledged
when the power fails, this pair cannot (storage study, section 10b).
"""

from __future__ import annotations

import contextlib
import os
import stat
import sys
import time
from io import FileIO
from pathlib import Path
from typing import TYPE_CHECKING

from titration import errors
from titration.store import age, cipher, schema

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

WAIT_SECONDS = 15.0
POLL_SECONDS = 0.002
"""How often who waits for the lock looks at it: oftener was no faster for all writers together, and takes the cores."""
DAMAGED = "work on a copy, and restore the last good backup"
NETWORK = frozenset(
    {
        "nfs",
        "nfs4",
        "cifs",
        "smb3",
        "smbfs",
        "9p",
        "afs",
        "ceph",
        "fuse.sshfs",
        "fuse.rclone",
        "fuse.gvfsd-fuse",
        "davfs",
    }
)


@contextlib.contextmanager
def translated(path: Path) -> Iterator[None]:
    """Every error of SQLite becomes one of ours, here and nowhere else."""
    try:
        yield
    except cipher.failures() as error:
        raise _ours(error, path) from error
    except UnicodeDecodeError as error:  # SQLite quotes what it stumbled over, and that is no text any more
        raise errors.SealBroken(f"{path} is damaged ({error}); {DAMAGED}") from error


def _ours(error: Exception, path: Path) -> errors.TitrationError:
    says = str(error)
    name = getattr(error, "sqlite_errorname", "") or ""
    if name == "SQLITE_NOTADB" and age.is_encrypted(path):
        return errors.NotALog(f"{path} is an encrypted backup; restore it with --identity FILE. It was not touched")
    if name == "SQLITE_NOTADB" and not cipher.is_plain(path) and cipher.key() is not None:
        return errors.NotALog(
            f"{path} does not open with the key that was named ({cipher.KEY}, {cipher.KEY_FILE}): it is another key's, or no"
            " titration log; it was not touched"
        )
    for starts, family, message in SAID:
        if name.startswith(starts):
            return family(message.format(path=path, says=says))
    if says.startswith("Could not decode"):
        return errors.SealBroken(f"{path} is damaged (a text is none any more); {DAMAGED}")  # and is not quoted
    if "only ever added" in says:
        return errors.AppendRefused(f"{path}: {says}")
    return errors.StorageFailed(f"SQLite refused ({says}); nothing of this entry was stored in {path}")


SAID: tuple[tuple[tuple[str, ...], type[errors.LogError], str], ...] = (
    (
        ("SQLITE_BUSY", "SQLITE_LOCKED"),
        errors.LogBusy,
        "another program holds {path}; nothing was stored, try again in a moment",
    ),
    (("SQLITE_NOTADB",), errors.NotALog, "{path} is not a titration log (it is no SQLite file); it was not touched"),
    (
        ("SQLITE_CORRUPT",),
        errors.SealBroken,
        f"{{path}} is damaged ({{says}}); {DAMAGED}",
    ),
    (
        UNSYNCED := ("SQLITE_IOERR_FSYNC", "SQLITE_IOERR_DIR_FSYNC"),
        errors.StorageFailed,
        (
            "the disk did not confirm what was written to {path} ({says}); whether this entry is in it is not known: "
            "run verify, look at its history, and enter it again only if it is not there"
        ),
    ),
    (
        ("SQLITE_READONLY_ROLLBACK", "SQLITE_READONLY_RECOVERY"),
        errors.StorageFailed,
        (
            "a program was stopped while it wrote to {path}, and what it left there half done must be undone before the log"
            " can be read: open it once with an account that may write to it; nothing was read or touched"
        ),
    ),
    (("SQLITE_READONLY",), errors.WriteRefused, "{path} cannot be written to ({says}); nothing was stored"),
    (
        ("SQLITE_FULL", "SQLITE_IOERR", "SQLITE_CANTOPEN", "SQLITE_NOMEM"),
        errors.StorageFailed,
        "the disk refused {path} ({says}); nothing of this entry was stored; then verify",
    ),
)
"""How what SQLite calls an error starts, which of ours it is, and what it says."""


def unsynced(error: BaseException) -> bool:
    """Whether the disk failed to confirm a write: what it holds is not known any more, and asking again would lie."""
    return getattr(error, "sqlite_errorname", None) in UNSYNCED


def connect(path: Path, *, write: bool) -> sqlite3.Connection:
    """A connection to an existing file.

    Args:
        path: The file.
        write: Whether it will be written to; a reader can not write even by mistake.

    Raises:
        LogNotFound: There is no such file.
        NotALog: It is a folder or no log of ours.
        StorageFailed: It cannot be reached or read.
        WriteRefused: It is read-only.
    """
    try:
        found = path.stat()
    except (FileNotFoundError, NotADirectoryError, ValueError) as error:  # ValueError: a NUL in the path
        raise errors.LogNotFound(path) from error
    except OSError as error:
        raise errors.StorageFailed(f"{path} cannot be reached ({error.strerror})") from error
    if not stat.S_ISREG(found.st_mode):
        raise errors.NotALog(f"{path} is not a file")
    if not os.access(path, os.R_OK):
        raise errors.StorageFailed(f"{path} cannot be read by this account")
    mode = "rw" if os.access(path, os.W_OK) and os.access(path.parent, os.W_OK) else "ro"
    if write and mode == "ro":
        raise errors.WriteRefused(f"{path} or its folder is read-only; it can be read, and not written to")
    with translated(path):
        db = cipher.connect(
            f"{path.resolve().as_uri()}?mode={mode}",
            secret(path),
            uri=True,
            isolation_level=None,
            timeout=WAIT_SECONDS,
            check_same_thread=False,  # JupyterLab runs a form's buttons in a thread of their own; `Store` takes turns
        )
        try:
            prepare(db, write=write)
            _recognise(db, path)
        except BaseException:
            db.close()
            raise
    return db


def secret(path: Path) -> str | None:
    """The key a file is opened with; None for one in plain, and for an encrypted one when no key was named."""
    return None if cipher.is_plain(path) else cipher.key()


def prepare(db: sqlite3.Connection, *, write: bool) -> None:
    """Set what every connection of ours is set to."""
    db.execute("PRAGMA trusted_schema = OFF")
    db.execute("PRAGMA foreign_keys = ON")
    db.execute("PRAGMA recursive_triggers = ON")
    db.execute("PRAGMA cell_size_check = ON")
    if write:
        db.execute("PRAGMA synchronous = EXTRA")
        db.execute("PRAGMA secure_delete = ON")  # a redacted text leaves no trace in the file
        db.execute("PRAGMA temp_store = MEMORY")
        db.execute("PRAGMA cache_size = -65536")
    else:
        db.execute("PRAGMA query_only = ON")


def _recognise(db: sqlite3.Connection, path: Path) -> None:
    (found,) = db.execute("PRAGMA application_id").fetchone()
    if found != schema.APPLICATION_ID:
        db.execute("SELECT 1 FROM sqlite_master").fetchone()  # a file that is no SQLite at all says so here
        raise errors.NotALog(
            f"{path} is not a titration log (another program's file, or an empty one); it was not touched"
        )


def network_type(path: Path, mounts: str = "/proc/self/mountinfo") -> str | None:
    """The file system's type when it is a known network one, else None."""
    try:
        lines = Path(mounts).read_text(encoding="utf-8").splitlines()
    except OSError:
        return None  # not Linux: nothing is known
    best, found = "", None
    place = str(path.resolve())
    for line in lines:
        before, _, after = line.partition(" - ")
        point = before.split()[4].replace("\\040", " ")
        inside = place == point or place.startswith(point.rstrip("/") + "/")
        if inside and len(point) >= len(best):
            best, found = point, after.split()[0]
    return found if found in NETWORK else None


class WriterLock:
    """An advisory lock on a file beside the log, so that writers queue instead of colliding."""

    def __init__(self, path: Path) -> None:
        self._log, self._path = path, f"{path}.lock"
        self._file: FileIO | None = None

    def acquire(self) -> None:
        """Wait for it, at most as long as SQLite would."""
        if sys.platform == "win32":
            return  # SQLite's own lock is held all the same
        self._file = self._open()
        if not _taken(self._file):
            until = time.monotonic() + WAIT_SECONDS
            while not _taken(self._file):
                self._wait(until)

    def _wait(self, until: float) -> None:
        if time.monotonic() > until:
            raise errors.LogBusy(
                f"another program writes to {self._log.name}; nothing was stored, try again in a moment"
            )
        time.sleep(POLL_SECONDS)

    def _open(self) -> FileIO:
        """The lock's file, made with the rights of the log itself, so that whoever may write to it can wait here.

        It is opened anew each time: were it kept open, and its name taken away meanwhile, writers would no longer meet.
        """
        try:
            try:
                return FileIO(self._path, "r+")
            except FileNotFoundError:
                return self._made()
        except OSError as error:
            raise errors.WriteRefused(f"cannot make {self._path} ({error.strerror}); nothing was stored") from error

    def _made(self) -> FileIO:
        try:
            made = FileIO(self._path, "r+", opener=_fresh)
        except FileExistsError:  # another writer was as quick
            return FileIO(self._path, "r+")
        os.fchmod(made.fileno(), stat.S_IMODE(self._log.stat().st_mode) & 0o666)
        return made

    def close(self) -> None:
        """Let the next one in."""
        if self._file is not None:
            self._file.close()
            self._file = None


def _fresh(path: str, _: int) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)


def _taken(held: FileIO) -> bool:
    """Whether the lock was free and is now ours."""
    import fcntl  # noqa: PLC0415 - not on Windows

    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        raise errors.WriteRefused(f"{held.name} cannot be locked ({error.strerror}); nothing was stored") from error
    return True
