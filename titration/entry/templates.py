"""CSV as this program writes it: the template of a record, and a frame that no spreadsheet runs as formulas.

Imports `records`; never writes over a file.
"""

from __future__ import annotations

import io
from csv import writer
from pathlib import Path
from typing import TYPE_CHECKING

from titration import private
from titration.entry.faults import safe
from titration.errors import LogExists

if TYPE_CHECKING:
    import pandas as pd

    from titration.records import RecordKind


def csv(kind: RecordKind) -> str:
    r"""The template of a record as CSV text: headings, and one row as an example.

    Args:
        kind: Which record.

    Returns:
        Two lines that end in CR LF; a number has the unit its heading ends in.

    Raises:
        ValueError: The record is part of another and has no file of its own.

    Example:
        >>> from titration.records import KINDS
        >>> print(csv(KINDS["patient"]).replace("\r", ""))
        patient,birth_year,sex
        P001,1974,female
        <BLANKLINE>
    """
    if kind.parent:
        message = f"a {kind.title.lower()} is written in the template of {kind.parent}"
        raise ValueError(message)
    written = io.StringIO(newline="")
    lines = writer(written)
    lines.writerow([f.name for f in kind.fields])
    lines.writerow([f.example for f in kind.fields])
    return written.getvalue()


def csv_text(frame: pd.DataFrame) -> str:
    r"""A frame as CSV text; a text that a spreadsheet would run as a formula begins with an apostrophe.

    Args:
        frame: Any frame.

    Returns:
        Headings and rows that end in CR LF; missing is blank, numbers are as they are.

    Example:
        >>> import pandas as pd
        >>> csv_text(pd.DataFrame({"patient": ["P001"], "words": ["=1+1"], "value": [-5.0]})).split("\r\n")[1]
        "P001,'=1+1,-5.0"
    """
    made = frame.copy(deep=False)
    for name in made.select_dtypes(["str", "object"]):
        made[name] = made[name].map(lambda cell: safe(cell) if isinstance(cell, str) else cell)
    written: str = made.to_csv(index=False, lineterminator="\r\n")
    return written


def write_new(path: str | Path, text: str) -> Path:
    """Write a text to a file that is not there yet, for its owner alone.

    Raises:
        LogExists: It is; nothing is ever written over.
    """
    try:
        return private.write_new(Path(path), text.encode())
    except FileExistsError as error:
        raise LogExists(path) from error
