"""A visit workbook as a file to fill in: drop-downs, units in the headings, one sheet a kind of record.

The only module that imports openpyxl; what it writes is read in `visit_reader`.
"""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING, Any

from titration import private, vocabulary
from titration.entry import visit_layout as layout
from titration.entry.workbooks import letter
from titration.errors import LogExists, StorageFailed
from titration.fields import Children, Choice, Number, Words
from titration.records import Score
from titration.records.person import COLLECTED

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from titration.entry.visit_layout import Column
    from titration.records import RecordKind
    from titration.scales import Register

LAST_ROW = 200
"""Down to this row the drop-downs reach; rows below it are read all the same."""
_WIDEST, _NARROWEST, _TITLE, _PROMPT = 26, 12, 32, 250
_FONT, _HEADING, _EXAMPLE_INK = "Calibri", "DDE3EA", "595959"
_OF_TEXT = 40
INSTRUCTIONS = (
    "One workbook is one visit of one patient. Leave blank what was not asked or not done: blank is not given, never zero.",
    "Each sheet is one kind of record, each row one record. A heading with a star (*) is needed in every row of its sheet.",
    "A heading names its unit, as in (mcg/day); a number alone has that unit. A unit typed beside it is read and checked.",
    "Dates are written 2026-10-08, times 2026-10-08 09:30, in the clinic's own time; where the time is not known, the day alone.",
    f"The row marked {layout.EXAMPLE!r} in column A shows how. It is never stored; leave it as it is, and your column A blank.",
    "Grades stay as typed: 1+ is 1+. Steps of a program are written in one cell, as in 00:00 4 mcg/h; 06:00 8 mcg/h.",
    "Type values, never formulas. Never write a name: patients and staff are codes.",
    "Save it, then: titration import db/clinic.db FILE.xlsx --by YOUR-CODE. All of it is stored as one entry, or nothing.",
    "What is unlikely is asked in FILE.xlsx.answers.toml, which the import writes beside it; answer there and import again.",
)


def write(path: Path, scales: Register) -> Path:
    """Write an empty visit workbook to a file that is not there yet.

    Args:
        path: Where to; nothing is ever written over.
        scales: The scales it offers.

    Returns:
        Where it was written.

    Raises:
        LogExists: The file is there.
    """
    import openpyxl  # noqa: PLC0415 - heavy, and nothing else needs it

    book = openpyxl.Workbook()
    book.properties.creator, book.properties.title = "titration", layout.TITLE
    start = book.active
    assert start is not None  # a new workbook has one sheet
    start.title = layout.START
    lists = _Lists(book.create_sheet(layout.LISTS))
    _start(start, lists)
    for kind in layout.kinds():
        _sheet(book.create_sheet(kind.title), kind, _offered(kind, scales), lists)
    book.move_sheet(layout.LISTS, len(book.sheetnames))
    lists.sheet.sheet_state = "hidden"
    try:
        return private.write_new(path, _packed(book))
    except FileExistsError as error:
        raise LogExists(path) from error


def _packed(book: Any) -> bytes:
    """A workbook as the bytes of its file; openpyxl puts its sheets into passing files on the way."""
    from openpyxl.writer.excel import ExcelWriter  # noqa: PLC0415 - heavy, and nothing else needs it

    made = io.BytesIO()
    try:
        with zipfile.ZipFile(
            made, "w", zipfile.ZIP_DEFLATED
        ) as packed:  # `book.save` leaves it open when a disk is full
            ExcelWriter(book, packed).save()
    except Exception as error:
        if not type(error).__module__.startswith("lxml"):  # what a full disk raises where lxml is installed
            raise
        raise StorageFailed(
            f"the disk refused a passing file of the workbook ({error}); nothing was written"
        ) from error
    return made.getvalue()


class _Lists:
    """The hidden sheet that holds the words of the drop-downs, one list a column."""

    def __init__(self, sheet: Any) -> None:
        self.sheet = sheet
        self._places: dict[tuple[str, ...], str] = {}

    def place(self, name: str, words: tuple[str, ...]) -> str:
        """The range those words stand in; the same words stand there once."""
        if words not in self._places:
            column = letter(len(self._places))
            self.sheet[f"{column}1"] = name
            for row, word in enumerate(words, 2):
                self.sheet[f"{column}{row}"] = word
                self.sheet[f"{column}{row}"].number_format = "@"
            self._places[words] = f"{layout.LISTS}!${column}$2:${column}${len(words) + 1}"
        return self._places[words]


def _offered(kind: RecordKind, scales: Register) -> Mapping[str, tuple[str, ...]]:
    """The words offered for open fields, by name; other words may be typed."""
    is_score = kind.record is Score
    known = {
        "scale": layout.scale_names(scales) if is_score else tuple(scales),
        "grade": layout.grades(scales),
        "body_part": vocabulary.BODY_PARTS,
        "position": vocabulary.POSITIONS,
        "drug": vocabulary.DRUGS,
        "tip_level": vocabulary.LEVELS,
    }
    return {f.name: known[f.name] for f in kind.fields if f.name in known}


def _start(sheet: Any, lists: _Lists) -> None:
    """The first sheet: who, when, by whom, and how the workbook is filled in."""
    from openpyxl.styles import Alignment, Border, Font, Protection, Side  # noqa: PLC0415 - see `write`

    sheet["A1"] = layout.TITLE
    sheet["A1"].font = Font(name=_FONT, bold=True, size=16)
    lines = (
        (layout.PATIENT + layout.NEEDED, "", "the code, as in P001; never a name"),
        (layout.WHEN + layout.NEEDED, "", "as in 2026-10-08 09:30; every record without a time of its own takes it"),
        (layout.BY, "", "your code, as in clinician-1"),
        (layout.BORN, "", "compared with the log: a workbook of another patient is refused"),
        (layout.COLLECTED, "visit", "for every score that does not say so itself"),
    )
    edge = Side(style="thin")
    for row, (label, value, hint) in enumerate(lines, 3):
        sheet[f"A{row}"], sheet[f"B{row}"], sheet[f"C{row}"] = label, value or None, hint
        sheet[f"A{row}"].font = Font(name=_FONT, bold=True)
        sheet[f"B{row}"].protection, sheet[f"B{row}"].number_format = Protection(locked=False), "@"
        sheet[f"B{row}"].border = Border(edge, edge, edge, edge)
        sheet[f"C{row}"].font = Font(name=_FONT, italic=True, color=_EXAMPLE_INK)
        if label == layout.COLLECTED:
            _validate(sheet, f"B{row}", "how they were collected", lists.place(label, COLLECTED), is_closed=True)
    for row, said in enumerate(INSTRUCTIONS, 4 + len(lines)):
        sheet[f"A{row}"] = said
        sheet.merge_cells(f"A{row}:C{row}")
        sheet[f"A{row}"].alignment = Alignment(wrap_text=True, vertical="top")
        sheet.row_dimensions[row].height = 18
    sheet.row_dimensions[1].height = 24
    for column, width in zip("ABC", (34, 26, 62), strict=True):
        sheet.column_dimensions[column].width = width
    sheet.sheet_view.showGridLines = False
    _finish(sheet)


def _sheet(sheet: Any, kind: RecordKind, offered: Mapping[str, tuple[str, ...]], lists: _Lists) -> None:
    """One kind's sheet: headings, the example, and what each column takes."""
    from openpyxl.styles import Alignment, Font, PatternFill, Protection  # noqa: PLC0415 - see `write`

    columns = layout.columns(kind)
    sheet["A1"], sheet["A2"] = "Leave blank", layout.EXAMPLE
    sheet.column_dimensions["A"].width = _NARROWEST
    sheet.column_dimensions["A"].protection = Protection(locked=False)
    for place, column in enumerate(columns, 1):
        at = letter(place)
        sheet[f"{at}1"], sheet[f"{at}2"] = column.shown, column.example or None
        shape = sheet.column_dimensions[at]
        shape.width = _width(kind, column)
        shape.number_format = _format(kind, column)
        shape.protection = Protection(locked=False)
        words = offered.get(column.names[0])
        value = kind.field(column.names[0]).value
        closed = value.options if isinstance(value, Choice) else None
        options = closed or words
        source = lists.place(column.heading, options) if options else None
        _validate(
            sheet, f"{at}3:{at}{LAST_ROW}", column.hint, source, is_closed=closed is not None, title=column.heading
        )
    for cell in sheet[1]:
        cell.font, cell.fill = Font(name=_FONT, bold=True), PatternFill("solid", start_color=_HEADING)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    for cell in sheet[2]:
        cell.font, cell.number_format = Font(name=_FONT, italic=True, color=_EXAMPLE_INK), "@"
    sheet.row_dimensions[1].height = 48
    sheet.freeze_panes = "B3"
    _finish(sheet)


def _width(kind: RecordKind, column: Column) -> float:
    if isinstance(kind.field(column.names[0]).value, (Words, Children)):
        return _OF_TEXT
    return max(_NARROWEST, min(_WIDEST, len(column.example) + 3), min(18, len(column.heading)))


def _format(kind: RecordKind, column: Column) -> str:
    """Text as it is typed, so that no program turns 1+ or a date into something else; numbers as numbers."""
    return "General" if isinstance(kind.field(column.names[0]).value, Number) else "@"


def _validate(
    sheet: Any, cells: str, hint: str, source: str | None, *, is_closed: bool, title: str | None = None
) -> None:
    """What a cell says when it is clicked, and the drop-down where there is one."""
    from openpyxl.worksheet.datavalidation import DataValidation  # noqa: PLC0415 - see `write`

    made = DataValidation(type="list" if source else None, formula1=source, allow_blank=True)
    made.showDropDown = False  # which is Excel's word for showing it
    made.showInputMessage, made.prompt = True, hint if len(hint) <= _PROMPT else hint[: _PROMPT - 4] + " ..."
    made.promptTitle = (title or "")[:_TITLE] or None
    made.showErrorMessage = is_closed
    if is_closed:
        made.errorTitle, made.error = "Not one of the list", "Choose one of the list, or leave the cell blank."
    made.add(cells)
    sheet.add_data_validation(made)


def _finish(sheet: Any) -> None:
    """Keep headings and examples as they are (no password; columns and rows can be sized); one page wide in print."""
    from openpyxl.worksheet.properties import PageSetupProperties  # noqa: PLC0415 - see `write`

    sheet.protection.sheet = True
    sheet.protection.formatColumns = sheet.protection.formatRows = False  # openpyxl's word for allowed
    sheet.page_setup.orientation, sheet.page_setup.fitToHeight = "landscape", 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
