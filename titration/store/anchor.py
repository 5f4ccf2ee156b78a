"""Heads kept in a file apart from the log: what a chain written anew from the start cannot bring along.

One line a head: `entry 15 of 2026-11-23T12:00:00Z: <64 hex digits>`. The file belongs on another disk,
out of reach of whoever can write to the log.
"""

from __future__ import annotations

import os
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from titration import errors
from titration.store import seal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

_LINE = re.compile(r"entry ([1-9][0-9]{0,17}) of [0-9TZ:-]{1,40}: ([0-9a-f]{64})")


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError) as error:
        raise errors.StorageFailed(f"the anchor file {path} cannot be read ({error}); nothing was compared") from error


def faults(path: Path, seals: Mapping[int, bytes]) -> Iterator[str]:
    """What of an anchor file does not stand in the log; nothing when there is no such file yet.

    Args:
        path: The anchor file.
        seals: Every entry of the log with its seal.
    """
    for number, line in enumerate(_lines(path), 1):
        found = _LINE.fullmatch(line.strip())
        if found is None:
            yield f"line {number} of {path} is no head, as in 'entry 15 of 2026-11-23T12:00:00Z: (64 hex digits)': look at it"
            return
        entry, sealed = int(found[1]), bytes.fromhex(found[2])
        if seals.get(entry) != sealed:
            yield (
                f"entry {entry} had the seal {seal.short(sealed)} when {path} was written, which is not in the file:"
                " it was rolled back, cut off, rewritten, or is another log"
            )
            return


def count(path: Path) -> int:
    """How many heads an anchor file holds."""
    return len(_lines(path))


def add(path: Path, entry: int, recorded_at: int, sealed: bytes) -> bool:
    """Write a head behind the others, durably, unless it stands there; whether it was new.

    Args:
        path: The anchor file; made, for its owner alone, when it is not there.
        entry: The entry.
        recorded_at: When it was recorded, UTC seconds.
        sealed: Its seal.
    """
    try:
        moment = f"{datetime.fromtimestamp(recorded_at, UTC):%Y-%m-%dT%H:%M:%SZ}"
    except (ValueError, OverflowError, OSError):  # a clock that was years off
        moment = "0"
    line = f"entry {entry} of {moment}: {sealed.hex()}"
    there = _lines(path)
    if there and there[-1].rpartition(": ")[2] == sealed.hex():
        return False
    try:
        file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(file, f"{line}\n".encode())
            os.fsync(file)
        finally:
            os.close(file)
    except OSError as error:
        raise errors.StorageFailed(f"the head was not added to {path} ({error.strerror})") from error
    return True


def compared(path: Path, held: int, *, new: bool) -> str:
    """What was compared with an anchor file, in words.

    Args:
        path: The anchor file.
        held: How many heads it held before; each is in the log.
        new: Whether the newest was added.
    """
    if not held:
        return f"no head was kept in {path} yet: the newest is now, and nothing was compared"
    added = ", and the newest was added" if new else ""
    return (
        f"the {held} heads kept in {path} are all in it" if held > 1 else f"the head kept in {path} is in it"
    ) + added
