"""Writing a report into a folder: whole files or none, and never over one that says something else."""

from __future__ import annotations

import csv
import os
import re
import tempfile
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from titration.errors import LogExists
from titration.report.record import Seal

if TYPE_CHECKING:
    from titration.report.monthly import MonthlyReport

_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


def safe(stem: str) -> str:
    """A file name without its ending that every system takes, one for each code.

    Args:
        stem: Code and month.

    Example:
        >>> safe("P001-2026-10"), safe("a/b"), safe("con")
        ('P001-2026-10', 'a%2Fb', '%con')
    """
    plain = "".join(c if (c.isascii() and c.isalnum()) or c in "._-" else _escaped(c) for c in stem)
    return f"%{plain}" if _RESERVED.fullmatch(plain) or plain.startswith((".", "-")) or not plain else plain


def _escaped(character: str) -> str:
    return "".join(f"%{byte:02X}" for byte in character.encode())


def save(report: MonthlyReport, directory: Path, *, replace_other: bool, paper: str) -> list[Path]:
    """Write every file of a report, or none.

    Args:
        report: What to write.
        directory: The folder; made when it is not there.
        replace_other: Whether a file that says something else may be replaced.
        paper: For the PDF.

    Returns:
        The paths, in the order of `report.files`.

    Raises:
        LogExists: A file is there and says something else; nothing was written.
    """
    directory.mkdir(parents=True, exist_ok=True)
    files = {directory / name: content for name, content in report.files(paper).items()}
    other = [path for path, content in files.items() if path.exists() and path.read_bytes() != content]
    if other and _says_the_same(report, files, paper):
        return list(files)
    if other and not replace_other:
        raise LogExists(other[0])
    for path, content in files.items():
        _write(path, content)
    return list(files)


def _says_the_same(report: MonthlyReport, files: dict[Path, bytes], paper: str) -> bool:
    """Whether the files there are this very report, but for the state of the log it was read from."""
    then = _seal_in(next(path for path in files if path.suffix == ".csv"))
    if then is None:
        return False
    again = replace(report, seal=then).files(paper)
    return all(path.exists() and path.read_bytes() == again[path.name] for path in files)
