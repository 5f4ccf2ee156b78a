"""The library a log is opened with: Python's own SQLite, or SQLCipher for a log that is encrypted (the extra `[encrypt]`).

The key is 64 hex digits, in the environment variable TITRATION_KEY or in the file that TITRATION_KEY_FILE names.
"""

from __future__ import annotations

import os
import re
import sqlite3
import sys
from pathlib import Path
from typing import Any

from titration import errors

KEY, KEY_FILE = "TITRATION_KEY", "TITRATION_KEY_FILE"
_PLAIN = b"SQLite format 3\0"
_LIBRARY = "sqlcipher3.dbapi2"


def failures() -> tuple[type[Exception], ...]:
    """What the libraries in use raise; SQLCipher's errors are none of `sqlite3`'s."""
    other = sys.modules.get(_LIBRARY)
    return (sqlite3.Error,) if other is None else (sqlite3.Error, other.Error)


def key() -> str | None:
    """The key of encrypted logs, when one was named.

    Raises:
        InvalidEntry: It is none; it is not shown.
        StorageFailed: Its file cannot be read.
    """
    text, named = os.environ.get(KEY), os.environ.get(KEY_FILE)
    where = KEY
    if not text and named:
        where = f"the file {named}"
        try:
            text = Path(named).read_text(encoding="ascii")
        except (OSError, UnicodeDecodeError) as error:
            raise errors.StorageFailed(f"the key file {named} cannot be read; nothing was opened") from error
    if not text:
        return None
    if not re.fullmatch(r"[0-9a-fA-F]{64}", text.strip()):
        fault = errors.Fault("key", "", f"{where} must hold 64 hex digits, as titration key --log FILE writes them")
        raise errors.InvalidEntry("an encrypted log", [fault])
    return text.strip()


def needed() -> str:
    """The key a new encrypted log is made with.

    Raises:
        InvalidEntry: None was named.
    """
    found = key()
    if found is None:
        allowed = (
            f"name one in {KEY_FILE} (a file) or {KEY}; make one with titration key --log FILE. Nothing was written"
        )
        raise errors.InvalidEntry("an encrypted log", [errors.Fault("key", "", allowed)])
    return found


def new_key() -> str:
    """A key nobody can guess."""
    return os.urandom(32).hex()


def is_plain(path: Path) -> bool:
    """Whether a file is SQLite's own or has no content yet."""
    try:
        with path.open("rb") as file:
            return file.read(len(_PLAIN)) in {_PLAIN, b""}
    except OSError:
        return True  # what is wrong with it SQLite will say


def connect(database: str | Path, secret: str | None, **how: Any) -> sqlite3.Connection:
    """A connection, by SQLCipher when there is a key.

    Args:
        database: As `sqlite3.connect` takes it.
        secret: 64 hex digits; None for a log in plain.
        how: As `sqlite3.connect` takes it.
    """
    if secret is None:
        plain: sqlite3.Connection = sqlite3.connect(database, **how)
        return plain
    try:
        from sqlcipher3 import dbapi2  # noqa: PLC0415 - an extra, and only for encrypted logs
    except ImportError as error:
        raise errors.StorageFailed(
            "an encrypted log needs the extra: pip install 'titration[encrypt]'; nothing was opened"
        ) from error
    made: sqlite3.Connection = dbapi2.connect(str(database), **how)  # the same methods, another class
    made.execute("PRAGMA cipher_log_level = NONE")  # else a wrong key is told on the terminal, past our own sentence
    made.execute(f"PRAGMA key = \"x'{secret}'\"")  # raw: checked to be hex digits and nothing else
    return made
