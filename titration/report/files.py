"""Writing a report into a folder: whole files or none, and never over one that says something else."""

from __future__ import annotations

import csv
import os
import re
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from titration import private
from titration.errors import LogExists
from titration.report.record import Seal

if TYPE_CHECKING:
    from titration.report.monthly import MonthlyReport
    from titration.report.paper import Paper

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


def save(report: MonthlyReport | Paper, directory: Path, *, replace_other: bool, paper: str) -> list[Path]:
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
    files = {directory / name: content for name, content in report.files(paper).items()}
    if _differ(files):
        again = _as_read_then(report, files, paper)
        if again is not None and not _differ(again):
            files = again
        elif not replace_other:
            todo = "what it says differs; write to another folder to keep both, or add --replace (in Python replace=True) to write over it"
            raise LogExists(_differ(files)[0], todo)
    private.folder(directory)
    write({path: content for path, content in files.items() if not path.exists() or _differ({path: content})})
    return list(files)


def _differ(files: dict[Path, bytes]) -> list[Path]:
    return [path for path, content in files.items() if path.exists() and path.read_bytes() != content]


def _as_read_then(report: MonthlyReport | Paper, files: dict[Path, bytes], paper: str) -> dict[Path, bytes] | None:
    """This report as it is when read from the state of the log the files there were read from."""
    facts = next(path for path in files if path.suffix == ".csv")
    try:
        with facts.open(encoding="utf-8", newline="") as lines:
            said = {line["id"]: line for line in csv.DictReader(lines)}
        then = Seal.from_facts(said["record.asof"]["definition"], said["record.head"]["text"])
    except (OSError, ValueError, KeyError, TypeError, csv.Error):
        return None  # not a table of facts, so it says something else
    again = replace(report, seal=then).files(paper)
    return {path: again[path.name] for path in files}


def write(files: dict[Path, bytes]) -> None:
    """Write whole files or none: all of them beside their places first, then each moved in at once."""
    beside = []
    try:
        for path, content in files.items():
            number, name = tempfile.mkstemp(dir=path.parent, prefix=".report-", suffix=".tmp")
            beside.append((Path(name), path))
            with os.fdopen(number, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        for temporary, path in beside:
            temporary.replace(path)  # for its owner alone, as `mkstemp` made it
    finally:
        for temporary, _ in beside:
            temporary.unlink(missing_ok=True)
