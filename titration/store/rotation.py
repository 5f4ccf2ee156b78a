"""Backups that follow each other in a folder: the newest so many are kept, and one is restored to try it out.

What was made is listed in the folder with its digest; only a file that stands in the list, and still is
what was made, is ever taken away, and only after a newer one was verified.
"""

from __future__ import annotations

import contextlib
import json
import os
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from hashlib import file_digest
from pathlib import Path
from typing import TYPE_CHECKING

from titration import errors
from titration.store import age, connection, head, place, seal
from titration.store.backup import copied, give_name, restore, room, sync
from titration.store.verify import Verification, verify

if TYPE_CHECKING:
    from collections.abc import Sequence

    from titration.store.backup import Copy
    from titration.store.writing import Heading


@dataclass(frozen=True)
class Kept:
    """One backup of the list: its file's name and digest, and the head of the log in it."""

    name: str
    sha256: str
    entry: int
    seal: str


@dataclass(frozen=True)
class Rotation:
    """What was done: the backup, whether it is new, what was taken away, what stays, and what should be known."""

    path: Path
    found: Verification
    is_new: bool
    removed: tuple[str, ...]
    kept: int
    notes: tuple[str, ...]

    def __str__(self) -> str:
        """The backup, and what became of the older ones."""
        number, sealed = self.found.head or (0, seal.GENESIS)
        first = "backed up, verified" if self.is_new else "nothing was entered since the newest backup, which is whole"
        lines = [f"{first}: {self.path}, entry {number}, head {seal.short(sealed)}", f"{self.kept} kept"]
        lines += [f"taken away: {name}" for name in self.removed]
        return "\n  ".join([*lines, *self.notes])


def _list(folder: Path, log_id: str) -> Path:
    return folder / f"titration-backups-{log_id[:12] if log_id.isalnum() else 'unnamed'}.json"


def listed(path: Path) -> tuple[list[Kept], list[str]]:
    """The backups of a list, oldest first, and what is wrong with the list."""
    try:
        held = [Kept(**line) for line in json.loads(path.read_text(encoding="utf-8") or "[]")]
    except FileNotFoundError:
        return [], []
    except (OSError, ValueError, TypeError) as error:
        return [], [f"the list {path} could not be read ({type(error).__name__}): the backups it named stay for good"]
    if any(Path(k.name).name != k.name or k.name in {"", ".", ".."} for k in held):
        return [], [f"the list {path} names what does not lie beside it, and was left aside: look at it"]
    return held, []


def _digest(path: Path) -> str | None:
    """The SHA-256 of a plain file; None when there is none."""
    try:
        if path.is_symlink() or not path.is_file():
            return None
        with path.open("rb") as file:
            return file_digest(file, "sha256").hexdigest()
    except OSError:
        return None


def rotate(source: Path, folder: Path, keep: int, recipients: Sequence[str] = ()) -> Rotation:
    """Back up into a folder and keep the newest so many.

    Args:
        source: The log.
        folder: Where; made, for its owner alone, when only it is missing.
        keep: How many backups stay, this one included; at least 1.
        recipients: Public keys to encrypt to.

    Raises:
        SealBroken: The copy does not fit its seals; then nothing is taken away.
        StorageFailed: The disk said no.
    """
    if keep < 1:
        fault = errors.Fault("keep", str(keep), "must be 1 or more: the newest backup always stays")
        raise errors.InvalidEntry("a backup", [fault])
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise errors.StorageFailed(f"cannot make the folder {folder} ({error.strerror}); nothing was copied") from error
    with copied(source, folder, recipients) as made:
        path = _list(folder, made.log_id)
        with contextlib.suppress(FileExistsError), contextlib.suppress(PermissionError):
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        with contextlib.closing(connection.WriterLock(path)) as lock:
            lock.acquire()  # two at once take turns
            return _rotated(source, folder, keep, made, path)


def _rotated(source: Path, folder: Path, keep: int, made: Copy, path: Path) -> Rotation:
    held, notes = listed(path)
    entry, sealed = made.found.head or (0, seal.GENESIS)
    suffix = age.SUFFIX if age.is_encrypted(made.path) else ""
    same = [k for k in held if (k.entry, k.seal) == (entry, sealed.hex()) and k.name.endswith(suffix or ".db")]
    whole = [k for k in same if _digest(folder / k.name) == k.sha256]
    if whole:
        mine, is_new = whole[-1], False
    else:
        mine, is_new = _named(folder, source.stem, made, suffix), True
        held = sorted([*held, mine], key=lambda k: k.entry)  # two at once may end in the other order
        _write(path, held)  # before anything is taken away
    removed, gone = list[Kept](), list[Kept]()
    apart = [k for k in held if made.seals.get(k.entry) != bytes.fromhex(k.seal)]
    if apart:
        notes.append(
            f"{apart[-1].name} holds entry {apart[-1].entry} as the log does not have it any more: the log was rolled back"
            " or rewritten; nothing was taken away, verify it and compare with a printed head"
        )
    else:
        for old in _beyond(folder, held, mine, keep):
            if _digest(folder / old.name) == old.sha256:
                (folder / old.name).unlink()
                removed.append(old)
            elif os.path.lexists(folder / old.name):
                notes.append(f"{old.name} is not as it was made, and was left alone")
            else:
                gone.append(old)
        held = [k for k in held if k not in removed and k not in gone]
        _write(path, held)
    there = sum((folder / k.name).is_file() for k in held)
    notes += place.loose(folder / mine.name)
    return Rotation(folder / mine.name, made.found, is_new, tuple(k.name for k in removed), there, tuple(notes))


def _beyond(folder: Path, held: Sequence[Kept], mine: Kept, keep: int) -> list[Kept]:
    """What is older than the newest so many that are there and whole; the one just verified is one of them."""
    others = [k for k in held if k != mine]
    good = [k for k in others if _digest(folder / k.name) == k.sha256]
    stay = good[len(good) - (keep - 1) :] if keep > 1 else []
    return [k for k in others if k not in stay]


def _named(folder: Path, stem: str, made: Copy, suffix: str) -> Kept:
    """Give the copy a name with its newest entry and that one's day; another one when that name is taken."""
    entry, sealed = made.found.head or (0, seal.GENESIS)
    seconds, offset = made.moment
    try:
        day = f"{datetime.fromtimestamp(seconds, UTC) + timedelta(minutes=offset):%Y-%m-%d}"
    except (ValueError, OverflowError, OSError):  # a clock that was years off
        day = "no-day"
    digest = _digest(made.path) or ""
    for n in range(1, 1000):
        name = f"{stem}-entry-{entry:06d}-{day}{'' if n == 1 else f'-{n}'}.db{suffix}"
        try:
            give_name(made.path, folder / name)
        except errors.LogExists:
            continue
        if _digest(folder / name) != digest:
            raise errors.StorageFailed(f"{folder / name} does not read back as it was written; nothing was taken away")
        return Kept(name, digest, entry, sealed.hex())
    raise errors.StorageFailed(f"{folder} holds a thousand files of that name; tidy it up, nothing was taken away")


def _write(path: Path, held: Sequence[Kept]) -> None:
    """The list, whole or not at all."""
    fresh = path.with_suffix(f".{os.getpid()}.tmp")
    try:
        fresh.unlink(missing_ok=True)
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            json.dump([asdict(k) for k in held], file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
        sync(path.parent)
    except OSError as error:
        raise errors.StorageFailed(f"the list {path} was not written ({error.strerror})") from error


@dataclass(frozen=True)
class Drill:
    """What a restore to a passing place showed.

    Attributes:
        path: The backup.
        found: What `verify` found in the log restored from it.
        backed_up: Entry and seal of the backup's head.
        log: Entry and seal of the log's head.
        is_ancestor: Whether the log still holds the backup's head.
    """

    path: Path
    found: Verification
    backed_up: tuple[int, bytes]
    log: tuple[int, bytes]
    is_ancestor: bool

    @property
    def fits(self) -> bool:
        """Whether the backup is whole, and one of this log."""
        return self.found.fits and self.is_ancestor

    def __str__(self) -> str:
        """The backup, and how far the log has gone on since."""
        (entry, sealed), (now, _) = self.backed_up, self.log
        if not self.found.fits:
            return f"{self.path} cannot be relied on: {self.found}"
        if not self.is_ancestor:
            return (
                f"{self.path} is whole, and its entry {entry} with the head {seal.short(sealed)} is not in the log, which ends"
                f" at entry {now}: the log was rolled back or rewritten, or is another one"
            )
        newer = "the log has no more"
        if now > entry:
            more = "1 entry more," if now == entry + 1 else f"{now - entry} entries more, {entry + 1} to"
            newer = f"the log has {more} {now}"
        return (
            f"{self.path} was restored to a passing place, fits its seals and was taken away again\n"
            f"  its head is entry {entry}, {seal.short(sealed)}; {newer}"
        )


def drill(source: Path, folder: Path, heading: Heading, identity: Path | None = None) -> Drill:
    """Restore the newest backup of a log to a passing place, verify it there and compare it with the log.

    Args:
        source: The log.
        folder: Where `rotate` keeps its backups.
        heading: Who tries it.
        identity: The file of the secret key, for encrypted backups.

    Raises:
        LogNotFound: There is no backup of this log in the folder.
    """
    with contextlib.closing(connection.connect(source, write=False)) as db, connection.translated(source):
        db.execute("BEGIN")
        (log_id,) = db.execute("SELECT value FROM property WHERE name = 'id' ORDER BY id DESC").fetchone()
        seals = dict(db.execute("SELECT entry, seal FROM entry"))
    held, notes = listed(_list(folder, str(log_id)))
    if notes:
        raise errors.StorageFailed(notes[0])
    if not held:
        raise errors.StorageFailed(
            f"{folder} holds no backup of {source}; make one: titration backup {source} --to {folder}"
        )
    newest = folder / held[-1].name
    with room(source) as passing:
        trial = passing / "trial.db"
        with contextlib.closing(restore(newest, trial, heading, identity=identity, network=True)) as store:
            own = store.properties["id"]
        try:
            found = verify(trial)
        finally:
            head.forget(own)  # the trial log was never anybody's
    last = (held[-1].entry, bytes.fromhex(held[-1].seal))
    now = max(seals)
    return Drill(newest, found, last, (now, seals[now]), seals.get(last[0]) == last[1])
