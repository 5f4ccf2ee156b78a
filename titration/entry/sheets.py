"""A file as a table of text, with the row numbers a person sees in it; CSV and XLSX.

Nothing is guessed: an unreadable encoding, an unclear delimiter or a doubled heading is refused with
a sentence. Workbooks are read in `workbooks`.
"""

from __future__ import annotations

import csv
import hashlib
import io
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from titration.entry import even, workbooks
from titration.errors import Fault, InvalidEntry, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
LARGEST = 500 * 2**20
LARGE = 2**16
"""A text of more letters than this is read at once where it is even; a shorter one line by line."""
_LOOKED_AT = 50


@dataclass(frozen=True, eq=False)
class Sheet:
    """A table of text out of a file.

    Attributes:
        file: The name of the file, without its folder.
        sha256: Of the file's bytes, in hex.
        name: The sheet of a workbook; None for CSV.
        texts: One column for each heading, all text, blank where the cell is blank; rows that are blank
            throughout are left out. The index is 0, 1, ...
        rows: For each row its number in the file, counted from 1, as a spreadsheet or an editor shows it.
        faults: Cells that hold no text that can be read, such as a formula without its last result.
        unread: What else the workbook holds and was not read, in words.
    """

    file: str
    sha256: str
    name: str | None
    texts: pd.DataFrame
    rows: tuple[int, ...]
    faults: tuple[Fault, ...] = ()
    unread: tuple[str, ...] = ()


def read(
    path: str | Path,
    *,
    sheet: str | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    header_row: int = 1,
) -> Sheet:
    """The table in a CSV or XLSX file, as text.

    Args:
        path: The file.
        sheet: Which sheet of a workbook; may be left out when it has one that is not hidden.
        encoding: Of a CSV; UTF-8 when left out.
        delimiter: Of a CSV; found among comma, semicolon, tab and bar when left out.
        header_row: The row the headings stand in, counted from 1; rows above it are not read.

    Returns:
        Headings as columns, cells as text: whole numbers without a point, days as 2026-10-08.

    Raises:
        InvalidEntry: The file cannot be read without a guess; says what to state.
    """
    path = Path(path)
    held, digest = content(path)
    if held.startswith((workbooks.ZIP, workbooks.OLD)) or path.suffix.lower() in {".xlsx", ".xlsm"}:
        book = workbooks.read(path.name, held, sheet)
        texts, rows, headings = _table(path, book.cells, header_row, book.faults)
        faults = _named(book.faults, headings, rows)
        return Sheet(path.name, digest, book.sheet, texts, rows, faults, book.unread)
    if sheet is not None:
        raise _refused(path, "sheet", "a CSV file has no sheets; leave it out", sheet)
    text = _decoded(path, held, encoding)
    mark = delimiter if delimiter is not None else _delimiter(path, text)
    if len(mark) != 1:
        raise _refused(path, "delimiter", "must be one character, as in ; or ,", mark)
    texts, rows = _at_once(path, text, mark, header_row) or _table(path, _lines(path, text, mark), header_row)[:2]
    return Sheet(path.name, digest, None, texts, rows)


def _at_once(path: Path, text: str, mark: str, header_row: int) -> tuple[pd.DataFrame, tuple[int, ...]] | None:
    """A table as `_table` gives it, of a large text of even lines under plain headings; None of any other."""
    found = even.cells(text, mark, header_row - 1) if len(text) > LARGE else None
    if found is None or not all(cell.strip() for cell in found[0]):
        return None
    first, below = found
    below.columns = pd.Index(_headings(path, first))
    blank = np.ones(len(below), bool)
    for heading in below.columns:
        blank &= below[heading].str.strip().eq("").to_numpy(bool)
        if not blank.any():
            break
    rows = tuple((np.flatnonzero(~blank) + header_row + 1).tolist())
    return (below[~blank].reset_index(drop=True) if blank.any() else below), rows


def content(path: Path) -> tuple[bytes, str]:
    """The bytes of a file and their SHA-256 in hex.

    Raises:
        InvalidEntry: It cannot be read, is empty, or too large.
    """
    try:
        size = path.stat().st_size
        if size > LARGEST:
            raise _refused(path, "file", f"is {size // 2**20} MB; more than {LARGEST // 2**20} MB is not read at once")
        held = path.read_bytes()
    except OSError as error:
        raise _refused(path, "file", f"cannot be read: {error.strerror or 'it is no file'}") from error
    if not held:
        raise _refused(path, "file", "is empty")
    return held, hashlib.sha256(held).hexdigest()


def _refused(path: Path, field: str, allowed: str, seen: str = "") -> InvalidEntry:
    return InvalidEntry(path.name, [Fault(field, shown(seen) if seen else "", allowed)])


def _decoded(path: Path, content: bytes, encoding: str | None) -> str:
    """The text; never a wrong letter in silence."""
    if encoding is None and content[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        encoding = "utf-16"  # the file says so itself, in its first two bytes
    try:
        text = content.decode(encoding or "utf-8-sig")
    except UnicodeError as error:
        line = content[: getattr(error, "start", 0)].count(b"\n") + 1
        says = (
            f"line {line} is not {encoding or 'UTF-8'}; state the encoding in the map, as in encoding = "
            '"cp1252", or save the file as CSV UTF-8'
        )
        raise _refused(path, "encoding", says) from error
    except (LookupError, ValueError) as error:
        says = "is no encoding; common ones are utf-8, cp1252 (Windows), latin-1, cp1250, mac-roman"
        raise _refused(path, "encoding", says, encoding or "") from error
    if "\0" in text:
        raise _refused(path, "encoding", "the text holds NUL characters; it is no CSV, or another encoding")
    return text.removeprefix("\ufeff")


def _delimiter(path: Path, text: str) -> str:
    """The one mark that parts every line at the top of the file into the same number of cells."""
    counts = _parted(text[:LARGE]) if len(text) > LARGE else None
    counts = _parted(text, whole=True) if counts is None else counts
    assert counts is not None  # of the whole text it is told
    likely = [mark for mark, count in counts.items() if count]
    if len(likely) == 1 or len(counts) == 1:
        return (likely or list(counts))[0]
    if not counts:
        return ","  # one column: no mark to find
    seen = ", ".join(DELIMITERS[mark] for mark in counts)
    raise _refused(path, "delimiter", 'is not clear; state it in the map, as in delimiter = ";"', seen)


def _parted(text: str, *, whole: bool = False) -> dict[str, int] | None:
    """Marks that part the lines at the top, with how many lines they part evenly; None when there is too little text."""
    counts = {}
    for mark in DELIMITERS:
        lines: list[int] = []
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark)
        try:
            for line in reader:
                if len(lines) == _LOOKED_AT:
                    break
                if any(cell.strip() for cell in line):
                    lines.append(len(line))
            else:
                if not whole:
                    return None
        except csv.Error:
            if not whole:
                return None
            continue
        if lines and max(lines) > 1:
            counts[mark] = len(lines) if len(set(lines)) == 1 else 0
    return counts


def _lines(path: Path, text: str, mark: str) -> list[tuple[int, list[str]]]:
    """Each line that holds anything, with the number of the line it begins on."""
    lines = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True)
    start = 1
    try:
        for cells in reader:
            lines.append((start, cells))
            start = reader.line_num + 1
    except csv.Error as error:
        says = f"line {reader.line_num} cannot be parted into cells ({error}); look for a quote that is not closed"
        raise _refused(path, "file", says) from error
    return lines


def _table(
    path: Path,
    lines: Iterable[tuple[int, Sequence[str]]],
    header_row: int,
    faults: Iterable[workbooks.CellFault] = (),
) -> tuple[pd.DataFrame, tuple[int, ...], list[str]]:
    """Headings and what stands below them; a row is not blank whose cell is there and cannot be read."""
    below = [(number, cells) for number, cells in lines if number >= header_row]
    if not below or below[0][0] != header_row or not any(cell.strip() for cell in below[0][1]):
        raise _refused(path, "header_row", "holds no headings; state the row they stand in", str(header_row))
    headings = _headings(path, below[0][1])
    width = len(headings)
    rows, texts, long = [], [], []
    spoilt = {fault.row for fault in faults if fault.column < width and headings[fault.column]}
    for number, cells in below[1:]:
        if number not in spoilt and not any(cell.strip() for cell in cells):
            continue
        if any(cell.strip() for cell in cells[width:]):
            long.append(Fault("row", "", f"has {len(cells)} cells, and there are {width} headings", row=number))
        rows.append(number)
        texts.append([*cells[:width], *[""] * (width - len(cells))])
    if len(long) * 2 > len(rows):
        says = f"holds {width} headings only, and most rows have more cells; state the row of the headings"
        raise _refused(path, "header_row", says, str(header_row))
    if long:
        raise InvalidEntry(path.name, long)
    named = [place for place, heading in enumerate(headings) if heading]
    _unnamed(path, headings, rows, texts)
    frame = pd.DataFrame(
        {headings[place]: pd.Series([cells[place] for cells in texts], dtype="str") for place in named}
    )
    return frame, tuple(rows), headings


def _headings(path: Path, cells: Sequence[str]) -> list[str]:
    """Each heading once, with plain single spaces; blank ones at the end are dropped."""
    headings = [" ".join(cell.split()) for cell in cells]
    while not headings[-1]:
        headings.pop()
    doubled = sorted({h for h in headings if h and headings.count(h) > 1})
    if doubled:
        faults = [Fault(shown(h), "", "stands over more than one column; name each in the file") for h in doubled]
        raise InvalidEntry(path.name, faults)
    return headings


def _unnamed(path: Path, headings: Sequence[str], rows: Sequence[int], texts: Sequence[Sequence[str]]) -> None:
    """A column without a heading must be blank: nobody could say what it is."""
    for place in (place for place, heading in enumerate(headings) if not heading):
        for number, cells in zip(rows, texts, strict=True):
            if cells[place].strip():
                says = (
                    f"column {workbooks.letter(place)} has no heading but row {number} holds something there; name it"
                )
                raise _refused(path, "file", says)


def _named(faults: Iterable[workbooks.CellFault], headings: Sequence[str], rows: Sequence[int]) -> tuple[Fault, ...]:
    """The faults of cells that belong to the table, with their headings."""
    known = set(rows)
    places = {place: heading for place, heading in enumerate(headings) if heading}
    return tuple(
        Fault(places[f.column], f.seen, f.allowed, row=f.row, column=places[f.column])
        for f in faults
        if f.row in known and f.column in places
    )
