"""An XLSX workbook as rows of text, behind a size check; the only module that imports calamine.

Every part is unpacked and counted before calamine sees the file: a bomb, a document type or a sheet
of a billion cells is refused. What calamine passes over in silence is reported.
"""

from __future__ import annotations

import contextlib
import io
import lzma
import re
import zipfile
import zlib
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

from titration.errors import Fault, InvalidEntry, shown
from titration.units import number

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

ZIP = b"PK\x03\x04"
OLD = b"\xd0\xcf\x11\xe0"
MOST_BYTES, MOST_TIMES, MOST_PARTS, MOST_CELLS = 200 * 2**20, 100, 2000, 20_000_000
_CHUNK = 2**20
_CELL = re.compile(rb"<(?:\w+:)?c\b([^>]*?)(?:/>|>(.*?)</(?:\w+:)?c>)", re.DOTALL)
_PLACE = re.compile(rb'\br="([A-Z]{1,3})(\d{1,7})"')
_RESULT = re.compile(rb"<(?:\w+:)?v\b[^>]*>[^<]")
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_LINK = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


@dataclass(frozen=True)
class CellFault:
    """A cell that cannot be read: its row from 1, its column from 0."""

    row: int
    column: int
    seen: str
    allowed: str


@dataclass(frozen=True, eq=False)
class Book:
    """One sheet of a workbook: each row with its number, and what was not read."""

    sheet: str
    cells: list[tuple[int, list[str]]]
    faults: tuple[CellFault, ...]
    unread: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Opened:
    """A workbook that was unpacked and counted, its sheets not read yet.

    Attributes:
        name: The file's name, for the sentences.
        sheets: Its sheets in order, each with whether it is shown.
    """

    name: str
    sheets: Mapping[str, bool]
    _book: Any
    _parts: Mapping[str, bytes]

    def lines(self, sheet: str, *, formulas: bool = True) -> tuple[list[tuple[int, list[str]]], tuple[CellFault, ...]]:
        """The rows of a sheet as text, each with its number, and the cells that cannot be read.

        Args:
            sheet: One of `sheets`.
            formulas: Whether the result of a formula may stand for it; otherwise each formula is a fault.

        Raises:
            InvalidEntry: The sheet is damaged, or too wide or tall.
        """
        with _sound_book(self.name):
            faults = tuple(_unreadable(self.name, _part_of(self._parts, sheet), formulas=formulas))
            rows = self._book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
        made = [(n, [as_text(cell) for cell in row]) for n, row in enumerate(rows, 1)]
        beyond = {fault.row for fault in faults if fault.row > len(made)}  # calamine ends at the last cell it can read
        return made + [(n, [""]) for n in sorted(beyond)], faults


def opened(name: str, content: bytes) -> Opened:
    """A workbook, unpacked behind the size check.

    Args:
        name: The file's name, for the sentences.
        content: Its bytes.

    Raises:
        InvalidEntry: It is no workbook, or too large when unpacked.
    """
    import python_calamine as calamine  # noqa: PLC0415 - heavy, and CSV files do not need it

    parts = _parts(name, content)
    with _sound_book(name):
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        listed = [s for s in book.sheets_metadata if "WorkSheet" in str(s.typ)]
    return Opened(name, {s.name: str(s.visible).endswith(".Visible") for s in listed}, book, parts)


def read(name: str, content: bytes, sheet: str | None) -> Book:
    """One sheet of a workbook, as text.

    Args:
        name: The file's name, for the sentences.
        content: Its bytes.
        sheet: Which sheet; may be None when only one is not hidden.

    Raises:
        InvalidEntry: It is no workbook, too large when unpacked, or the sheet is not there.
    """
    book = opened(name, content)
    chosen, unread = _chosen(name, book.sheets, sheet)
    lines, faults = book.lines(chosen)
    return Book(chosen, lines, faults, unread)


@contextlib.contextmanager
def _sound_book(name: str) -> Iterator[None]:
    """What calamine and the XML parser raise, as a sentence."""
    import python_calamine as calamine  # noqa: PLC0415 - see `opened`

    try:
        yield
    except (calamine.CalamineError, ET.ParseError, KeyError) as error:
        says = f"is a damaged workbook ({type(error).__name__}); open it and save it again"
        raise _refused(name, "file", says) from error


def unread(sheets: Mapping[str, bool], but: Iterable[str]) -> tuple[str, ...]:
    """The sheets that were not read, in words; hidden ones are called so.

    Example:
        >>> unread({"Scores": True, "Old": False}, ["Scores"])
        ("hidden sheet 'Old'",)
    """
    read_ones = set(but)
    return tuple(f"{'' if is_shown else 'hidden '}sheet {n!r}" for n, is_shown in sheets.items() if n not in read_ones)


def as_text(cell: Any) -> str:
    """A cell as a person would type it: 42 not 42.0, a day as 2026-10-08.

    Example:
        >>> [as_text(cell) for cell in (42.0, 193.79999999999998, date(2026, 10, 8), True, "1+")]
        ['42', '193.8', '2026-10-08', 'TRUE', '1+']
    """
    match cell:
        case None:
            return ""
        case bool():
            return str(cell).upper()
        case int() | float():
            return number(float(f"{cell:.15g}"))  # the digits a spreadsheet shows; it keeps no more
        case date() | time() | timedelta():
            return _time_text(cell)
        case _:
            return str(cell)


def _time_text(cell: date | time | timedelta) -> str:
    if isinstance(cell, timedelta):
        minutes, seconds = divmod(round(cell.total_seconds()), 60)
        return f"{minutes // 60}:{minutes % 60:02d}:{seconds:02d}"
    if isinstance(cell, datetime):
        return cell.isoformat(" ", "seconds" if cell.second else "minutes")
    return cell.isoformat() if isinstance(cell, date) else cell.isoformat("seconds")


def letter(place: int) -> str:
    """A column's letters from its place, counted from 0.

    Example:
        >>> letter(0), letter(27)
        ('A', 'AB')
    """
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _refused(name: str, field: str, allowed: str, seen: str = "") -> InvalidEntry:
    return InvalidEntry(name, [Fault(field, shown(seen) if seen else "", allowed)])


def _parts(name: str, content: bytes) -> Mapping[str, bytes]:
    """Every XML part, unpacked while counting, so that nothing grows without end."""
    if content.startswith(OLD):
        raise _refused(name, "file", "is a workbook of the old kind (.xls), or one with a password; save it as .xlsx")
    most = min(MOST_BYTES, max(MOST_TIMES * len(content), _CHUNK))
    parts: dict[str, bytes] = {}
    total = 0
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            infos = packed.infolist()
            if len(infos) > MOST_PARTS or len({info.filename for info in infos}) != len(infos):
                raise _refused(name, "file", "holds more parts than a workbook has, or one twice; it was not unpacked")
            for info in infos:
                chunks = []
                with packed.open(info) as part:
                    while chunk := part.read(_CHUNK):
                        total += len(chunk)
                        if total > most:
                            says = f"unpacks to more than {most // 2**20} MB; it was not read. Save only the sheet you need"
                            raise _refused(name, "file", says)
                        chunks.append(chunk)
                if info.filename.endswith((".xml", ".rels")):
                    parts[info.filename] = _sound(name, b"".join(chunks))
    except InvalidEntry:
        raise
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, ValueError, RuntimeError, OSError, EOFError) as error:
        says = "is named as a workbook but is none; if it is a CSV file, name it .csv, otherwise save it again as .xlsx"
        raise _refused(name, "file", says) from error
    if "xl/workbook.xml" not in parts:
        raise _refused(name, "file", "is no .xlsx workbook; open it and save it as .xlsx or as CSV UTF-8")
    return parts


def _sound(name: str, part: bytes) -> bytes:
    if b"<!DOCTYPE" in part or b"<!ENTITY" in part or b"\0" in part[:8]:
        raise _refused(name, "file", "holds a document type, which no spreadsheet program writes; it was not read")
    return part


def _chosen(name: str, names: Mapping[str, bool], wanted: str | None) -> tuple[str, tuple[str, ...]]:
    """The sheet to read, and the others in words."""
    told = ", ".join(f"{n!r}" if is_shown else f"{n!r} (hidden)" for n, is_shown in names.items())
    open_ones = [n for n, is_shown in names.items() if is_shown]
    if wanted is None:
        if len(open_ones) != 1:
            raise _refused(name, "sheet", f"must be stated; there are {told}")
        wanted = open_ones[0]
    elif wanted not in names:
        raise _refused(name, "sheet", f"is not there; there are {told}", wanted)
    return wanted, unread(names, [wanted])


def _part_of(parts: Mapping[str, bytes], sheet: str) -> bytes:
    """The XML of that sheet."""
    book = ET.fromstring(parts["xl/workbook.xml"])  # noqa: S314 - document types were refused above
    links = ET.fromstring(parts["xl/_rels/workbook.xml.rels"])  # noqa: S314 - as above
    targets = {link.get("Id"): str(link.get("Target")) for link in links}
    for one in book.iter(f"{_MAIN}sheet"):
        if one.get("name") == sheet:
            target = targets[one.get(_LINK)]
            return parts[target.lstrip("/") if target.startswith("/") else f"xl/{target}"]
    return b""  # a strict workbook has other names for everything; calamine still reads it


def _unreadable(name: str, part: bytes, *, formulas: bool) -> Iterator[CellFault]:
    """Cells that calamine gives as blank though they are not; and whether the sheet is too wide or tall."""
    tall = wide = 0
    for found in _CELL.finditer(part):
        place = _PLACE.search(found[1])
        if place is None:
            continue
        row, column = int(place[2]), _column(place[1])
        tall, wide = max(tall, row), max(wide, column + 1)
        if tall * wide > MOST_CELLS:
            says = (
                f"the sheet spans {tall} rows and {wide} columns, mostly blank; delete the far cells and save it again"
            )
            raise _refused(name, "file", says)
        inside = found[2] or b""
        if b't="e"' in found[1]:
            seen = re.sub(rb"<[^>]*>", b"", inside).decode("utf-8", "replace")
            yield CellFault(row, column, shown(seen), "the spreadsheet shows an error there; mend it in the file")
        elif b"<f" in inside and not formulas:
            yield CellFault(row, column, "", "holds a formula; type the value itself")
        elif b"<f" in inside and not _RESULT.search(inside) and b't="str"' not in found[1]:
            says = "holds a formula whose result was not saved; open the file in a spreadsheet program and save it"
            yield CellFault(row, column, "", says)


def _column(letters: bytes) -> int:
    place = 0
    for code in letters:
        place = place * 26 + code - ord("A") + 1
    return place - 1
