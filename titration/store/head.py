"""The head last seen of each log, kept in the user's state folder, apart from the log.

A log that no longer holds it was rolled back or replaced. A log made by `demo` keeps none.
"""

from __future__ import annotations

import os
from functools import cache
from hashlib import sha256
from pathlib import Path

import msgspec

STATE = "TITRATION_STATE"
_BINARY = getattr(os, "O_BINARY", 0)
_LONGEST = 4096
"""More than any note is long."""


def folder() -> Path:
    """The user's own state folder: what is kept of a log outside the log."""
    named = os.environ.get(STATE)
    if not named:
        import platformdirs  # noqa: PLC0415 - only a writer needs it

        named = platformdirs.user_state_dir("titration", appauthor=False)
    return Path(named)


def _file(log_id: str) -> str:
    return _named(os.environ.get(STATE) or str(folder()), log_id)


@cache
def _named(state: str, log_id: str) -> str:
    safe = log_id if log_id.isascii() and log_id.isalnum() else sha256(log_id.encode()).hexdigest()
    return str(Path(state, "heads", f"{safe}.json"))  # a file that was tampered with names no other place


def kept(log_id: str) -> tuple[int, bytes] | None:
    """The entry and seal last seen of that log, if any."""
    return _read(_file(log_id))


def _read(path: str) -> tuple[int, bytes] | None:
    """What a note says; read twice for each entry, and so by the plainest calls there are."""
    try:
        file = os.open(path, os.O_RDONLY | _BINARY)
        try:
            known = msgspec.json.decode(os.read(file, _LONGEST))
        finally:
            os.close(file)
        entry, sealed = int(known["entry"]), bytes.fromhex(known["seal"])
    except (OSError, ValueError, KeyError, TypeError, OverflowError):
        return None  # never seen here, or the note is unreadable: trust on first use
    return (entry, sealed) if 0 < entry < 2**63 else None


def keep(log_id: str, entry: int, seal: bytes) -> None:
    """Note the newest head; a state folder that cannot be written to only means no note."""
    path = _file(log_id)
    known = _read(path)
    if known is not None and known[0] >= entry:
        return  # another process wrote and noted after us; of two seals of one entry the first is the evidence
    fresh = f"{path.removesuffix('.json')}.{os.getpid()}.tmp"
    try:
        if known is None:
            Path(path).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = _made(fresh)
        try:
            os.write(file, msgspec.json.encode({"entry": entry, "seal": seal.hex()}))
        finally:
            os.close(file)
        os.replace(fresh, path)  # noqa: PTH105 - names, not paths: see `_read`
    except OSError:
        return


def _made(path: str) -> int:
    """A new file for its owner alone; what a program that was stopped left under that name is taken away."""
    how = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY
    try:
        return os.open(path, how, 0o600)
    except FileExistsError:
        os.unlink(path)  # noqa: PTH108 - as above
        return os.open(path, how, 0o600)


def forget(log_id: str) -> None:
    """Take away the note of a log that was made to try something out."""
    Path(_file(log_id)).unlink(missing_ok=True)
