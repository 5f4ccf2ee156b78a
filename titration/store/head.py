"""The head last seen of each log, kept in the user's state folder, apart from the log.

A log that no longer holds it was rolled back or replaced. A log made by `demo` keeps none.
"""

from __future__ import annotations

import json
import os
from hashlib import sha256
from pathlib import Path

STATE = "TITRATION_STATE"


def folder() -> Path:
    """The user's own state folder: what is kept of a log outside the log."""
    named = os.environ.get(STATE)
    if not named:
        import platformdirs  # noqa: PLC0415 - only a writer needs it

        named = platformdirs.user_state_dir("titration", appauthor=False)
    return Path(named)


def _file(log_id: str) -> Path:
    safe = log_id if log_id.isascii() and log_id.isalnum() else sha256(log_id.encode()).hexdigest()
    return folder() / "heads" / f"{safe}.json"  # a file that was tampered with names no other place


def kept(log_id: str) -> tuple[int, bytes] | None:
    """The entry and seal last seen of that log, if any."""
    try:
        known = json.loads(_file(log_id).read_text(encoding="utf-8"))
        entry, sealed = int(known["entry"]), bytes.fromhex(known["seal"])
    except (OSError, ValueError, KeyError, TypeError, OverflowError):
        return None  # never seen here, or the note is unreadable: trust on first use
    return (entry, sealed) if 0 < entry < 2**63 else None


def keep(log_id: str, entry: int, seal: bytes) -> None:
    """Note the newest head; a state folder that cannot be written to only means no note."""
    path, known = _file(log_id), kept(log_id)
    if known is not None and known[0] >= entry:
        return  # another process wrote and noted after us; of two seals of one entry the first is the evidence
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = path.with_suffix(f".{os.getpid()}.tmp")
        fresh.unlink(missing_ok=True)
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            json.dump({"entry": entry, "seal": seal.hex()}, file)
        fresh.replace(path)
    except OSError:
        return


def forget(log_id: str) -> None:
    """Take away the note of a log that was made to try something out."""
    _file(log_id).unlink(missing_ok=True)
