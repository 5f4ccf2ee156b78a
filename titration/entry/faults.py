"""The faults of a file as a CSV beside it, safe to open in a spreadsheet program.

The one file it writes bears a name of its own; knows no log.
"""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from typing import TYPE_CHECKING

from titration import private

if TYPE_CHECKING:
    from collections.abc import Iterable

    from titration.errors import Fault

HEADINGS = ("file", "sheet", "row", "column", "field", "seen", "allowed")
_LIVE = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def beside(path: str | Path) -> Path:
    """Where the faults of a file are written: its name with `.faults.csv` after it.

    Example:
        >>> beside("in/scores.xlsx").name
        'scores.xlsx.faults.csv'
    """
    path = Path(path)
    return path.with_name(path.name + ".faults.csv")


def text(faults: Iterable[Fault], file: str, sheet: str | None = None) -> str:
    """The faults as CSV text, one a line.

    Args:
        faults: What could not be read.
        file: The name of the file.
        sheet: The sheet, of a workbook.

    Returns:
        Headings and lines that end in CR LF; a cell that a spreadsheet would run as a formula begins
        with an apostrophe.

    Example:
        >>> from titration.errors import Fault
        >>> print(text([Fault("value", "=1+1", "must be a number", row=7, column="NRS")], "a.csv").splitlines()[1])
        a.csv,,7,NRS,value,'=1+1,must be a number
    """
    written = io.StringIO(newline="")
    lines = csv.writer(written)
    lines.writerow(HEADINGS)
    for fault in faults:
        row = "" if fault.row is None else str(fault.row)
        cells = (file, sheet or "", row, fault.column or "", fault.field, fault.seen, fault.allowed)
        lines.writerow([safe(cell) for cell in cells])
    return written.getvalue()


def save(faults: Iterable[Fault], path: str | Path, sheet: str | None = None) -> Path:
    """Write the faults of a file beside it.

    An earlier list of faults of the same file is replaced: it is made from the file and can be made again.

    Args:
        faults: What could not be read.
        path: The file that was read.
        sheet: Its sheet, of a workbook.

    Returns:
        Where they were written.
    """
    place = beside(path)
    return private.write(place, ("\ufeff" + text(faults, Path(path).name, sheet)).encode())


def safe(cell: str) -> str:
    """A cell that no spreadsheet program runs as a formula.

    Example:
        >>> safe("=SUM(A1)"), safe("@x"), safe("-5")
        ("'=SUM(A1)", "'@x", '-5')
    """
    is_number = re.fullmatch(r"[+-]?\d+(\.\d+)?", cell, re.ASCII)
    return f"'{cell}" if cell.lstrip(" ").startswith(_LIVE) and not is_number else cell
