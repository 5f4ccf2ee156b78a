"""Whether a file is, byte for byte, the one that was last verified in full on this computer.

It is no verification: it says what was found that day, as far as this account's own note of it can be believed, and a
note that is gone, unreadable or of other bytes only means that the file is read in full.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from titration import errors, private
from titration.store import head, seal

if TYPE_CHECKING:
    import os
    from pathlib import Path

BESIDE = ("-journal", "-wal")
"""What SQLite leaves beside a file whose bytes alone do not say what it holds."""


@dataclass(frozen=True)
class Unchanged:
    """A file that has the very bytes of one that was verified in full; its seals were not looked at this time.

    Attributes:
        path: The file.
        verified_at: When it was, by the clock of this computer.
        head: The newest entry it held then, and its seal.
    """

    path: str
    verified_at: datetime
    head: tuple[int, bytes]

    def __str__(self) -> str:
        """What is known, and what it rests on."""
        entry, sealed = self.head
        return (
            f"{self.path} is byte for byte the file that was verified in full on {self.verified_at:%Y-%m-%d %H:%M} UTC (head"
            f" {entry} {seal.short(sealed)})\n  its seals were not read this time, and the note of that day can be changed by"
            " whoever uses this account: titration verify without --quick reads the file itself"
        )


@dataclass(frozen=True)
class _Noted:
    """A note: size and digest of the file, the log's id, its newest entry with its seal, and when it was kept."""

    size: int
    sha256: str
    log_id: str
    head: tuple[int, bytes]
    at: datetime


@dataclass(frozen=True)
class Look:
    """A look at a file's place before it is read, to see afterwards that it was the same all the while."""

    path: Path
    stat: os.stat_result

    @classmethod
    def at(cls, path: Path) -> Look:
        """Look now."""
        return cls(path, path.stat())

    @property
    def is_same(self) -> bool:
        """Whether the file was neither replaced nor written to since, and nothing of SQLite's waits beside it."""
        now, then = self.path.stat(), self.stat
        same = (now.st_dev, now.st_ino, now.st_size, now.st_mtime_ns) == (
            then.st_dev,
            then.st_ino,
            then.st_size,
            then.st_mtime_ns,
        )
        return same and not _waits(self.path)


def note(look: Look, log_id: str, newest: tuple[int, bytes]) -> None:
    """Keep that a file was verified in full just now; where that cannot be, the next time it is read in full again.

    Args:
        look: A look at it from before it was read.
        log_id: The id of the log.
        newest: Its newest entry with its seal.
    """
    with contextlib.suppress(OSError):
        digest = _digest(look.path)
        if look.is_same:
            entry, sealed = newest
            said = {"size": look.stat.st_size, "sha256": digest, "log": log_id, "entry": entry, "seal": sealed.hex()}
            private.folder(_place(look.path).parent)
            private.write(_place(look.path), json.dumps(said).encode())


def unchanged(path: Path) -> Unchanged | None:
    """What is known of a file that was not changed since it was verified in full on this computer; None when it may be.

    Args:
        path: The file; it is only read.

    Raises:
        StorageFailed: It cannot be read.
    """
    noted = _noted(path)
    if noted is None:
        return None
    try:
        if path.stat().st_size != noted.size or _waits(path) or _digest(path) != noted.sha256:
            return None
    except FileNotFoundError:
        return None  # which the reading in full will say
    except OSError as error:
        raise errors.StorageFailed(f"{path} cannot be read ({error.strerror})") from error
    seen = head.kept(noted.log_id)
    if seen is not None and (seen[0] > noted.head[0] or (seen[0] == noted.head[0] and seen != noted.head)):
        return None  # this computer has seen more of the log since: an older copy lies in its place
    return Unchanged(str(path), noted.at, noted.head)


def _waits(path: Path) -> bool:
    return any(path.with_name(path.name + end).exists() for end in BESIDE)


def _digest(path: Path) -> str:
    with path.open("rb", buffering=0) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _place(path: Path) -> Path:
    named = hashlib.sha256(str(path.resolve()).encode("utf-8", "surrogateescape")).hexdigest()
    return head.folder() / "verified" / f"{named}.json"


def _noted(path: Path) -> _Noted | None:
    """The note of a file; None where there is none that can be read."""
    place = _place(path)
    try:
        said = json.loads(place.read_text(encoding="utf-8"))
        newest = int(said["entry"]), bytes.fromhex(said["seal"])
        at = datetime.fromtimestamp(place.stat().st_mtime, UTC)
        made = _Noted(int(said["size"]), str(said["sha256"]), str(said["log"]), newest, at)
    except (OSError, ValueError, KeyError, TypeError, OverflowError):
        return None
    return made if 0 < newest[0] < 2**63 and len(newest[1]) == len(seal.GENESIS) and made.log_id.isalnum() else None
