"""What is written beside a log holds patients' data too: for its owner alone (0600, folders 0700), whole or not at all.

Imports nothing of ours; a log itself, its backups and keys are made in `store`, by the same rule.
"""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


FILE, FOLDER = 0o600, 0o700


def folder(path: Path) -> Path:
    """Make a folder for its owner alone, unless it is there.

    Args:
        path: The folder; those above it are made too.

    Raises:
        OSError: It cannot be made.
    """
    path.mkdir(parents=True, exist_ok=True, mode=FOLDER)
    return path


def write_new(path: Path, content: bytes) -> Path:
    """Write a file that is not there yet, for its owner alone; half a file is taken away again.

    Args:
        path: The file.
        content: All of it.

    Raises:
        FileExistsError: It is there; nothing is ever written over.
        OSError: The disk said no.
    """
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), FILE)
    try:
        with os.fdopen(file, "wb") as made:
            made.write(content)
    except BaseException:
        with contextlib.suppress(OSError):
            path.unlink()
        raise
    return path


def write(path: Path, content: bytes) -> Path:
    """Write a file for its owner alone; the one that was there stays until all of the new one is.

    Args:
        path: The file.
        content: All of it.

    Raises:
        OSError: The disk said no; the file is as it was.
    """
    fresh = write_new(path.with_name(f".{os.urandom(8).hex()}.part"), content)
    try:
        fresh.replace(path)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise
    return path
