"""A visit workbook that was filled in, as frames of facts: what the form gives for the same visit.

Reads only; the example rows and empty sheets are nothing. Imports `importer`, `visit_layout`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from titration.entry import importer, sheets, workbooks
from titration.entry import visit_layout as layout
from titration.entry.maps import Part
from titration.entry.sources import Source
from titration.errors import Fault, shown
from titration.fields import Code, Count, Label, Reading
from titration.records import Score, kind_of
from titration.units import Unfit

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import tzinfo
    from pathlib import Path

    from titration.fields import Value
    from titration.records import RecordKind
    from titration.scales import Register

STAND_IN_DAY, STAND_IN_CODE = "2000-01-01", "X"
"""For looking on past a missing date or patient; a workbook that has such a fault gives no record."""
_CLOCK = re.compile(r"(\d{1,2}):(\d\d)(?::(\d\d))?", re.ASCII)


@dataclass
class _Found:
    """What a workbook says on its first sheet, and what is wrong anywhere."""

    patient: str = STAND_IN_CODE
    when: str = STAND_IN_DAY
    by: str | None = None
    birth_year: int | None = None
    collected: str = ""
    faults: list[Fault] = field(default_factory=list)


def read(path: Path, *, zone: tzinfo, scales: Register) -> importer.Imported | None:
    """The records of a visit workbook, and everything in it that cannot be read; None when the file is none.

    Args:
        path: The file.
        zone: The zone of a time without an offset.
        scales: The scales of the log.

    Returns:
        Frames, faults and counts as of any file, and `visit`: who it is of; nothing is stored.

    Raises:
        InvalidEntry: The file as a whole cannot be read.
    """
    content, digest = sheets.content(path)
    if not content.startswith(workbooks.ZIP):
        return None
    book = workbooks.opened(path.name, content)
    if layout.START not in book.sheets:
        return None
    lines, unfit = book.lines(layout.START, formulas=False)
    if not lines or not lines[0][1] or lines[0][1][0].strip() != layout.TITLE:
        return None
    found = _started(dict(lines), unfit, zone)
    is_whole = not found.faults
    parts: list[importer.Read] = []
    rows = 0
    for kind in layout.kinds():
        if kind.title in book.sheets:
            table = _table(book, kind, found, scales, path.name)
            rows += len(table.rows)
            parts += _parts(table, kind, found, zone, scales)
    known = {layout.START, layout.LISTS, *(kind.title for kind in layout.kinds())}
    unread = workbooks.unread(book.sheets, known)
    visit = importer.Visit(found.patient, found.by, found.birth_year)
    kept = tuple(parts) if is_whole else ()
    return importer.Imported(path.name, digest, None, kept, tuple(found.faults), (), unread, rows, visit)


def _started(lines: dict[int, list[str]], unfit: Sequence[workbooks.CellFault], zone: tzinfo) -> _Found:
    """What stands on the first sheet, beside its labels."""
    found = _Found()
    said, rows = {}, {}
    for row, cells in lines.items():
        label = cells[0].strip().removesuffix(layout.NEEDED)
        if label in {layout.PATIENT, layout.WHEN, layout.BY, layout.BORN, layout.COLLECTED}:
            said[label], rows[label] = cells[1].strip() if len(cells) > 1 else "", row
    for fault in unfit:
        place = f"column {workbooks.letter(fault.column)}"
        found.faults.append(_told(layout.START, place, place, fault.row, fault.seen, fault.allowed))

    def checked(label: str, value: Value, *, is_needed: bool = False) -> str:
        text = said.get(label, "")
        says = f"must be given; {value.allowed}" if is_needed and not text else ""
        try:
            if text:
                value.parse(text, Reading(zone=zone))
        except Unfit as error:
            says = str(error)
        if says:
            found.faults.append(_told(layout.START, label, label, rows.get(label), shown(text), says))
        return "" if says else text

    found.patient = checked(layout.PATIENT, Code(), is_needed=True) or STAND_IN_CODE
    visit = kind_of(Score).field("observed_at").value
    day = kind_of(Score).field("observed_on").value
    is_day = 0 < len(said.get(layout.WHEN, "")) <= len(STAND_IN_DAY)
    found.when = checked(layout.WHEN, day if is_day else visit, is_needed=True) or STAND_IN_DAY
    found.by = checked(layout.BY, Label(60)) or None
    year = checked(layout.BORN, Count(low=1900, high=2199, of="year"))
    found.birth_year = int(year) if year else None
    found.collected = checked(layout.COLLECTED, kind_of(Score).field("collected").value)
    return found


def _told(sheet: str, name: str, heading: str, row: int | None, seen: str, allowed: str) -> Fault:
    """A fault with its sheet before the heading: a workbook has many."""
    return Fault(name, seen, allowed, row=row, column=f"{sheet}: {heading}")


def _table(book: workbooks.Opened, kind: RecordKind, found: _Found, scales: Register, file: str) -> sheets.Sheet:
    """The rows of a kind's sheet under the names of its fields, the visit's own facts filled in."""
    lines, unfit = book.lines(kind.title, formulas=False)
    shapes = layout.columns(kind)
    places = _places(lines, shapes, kind, found)
    rows, texts, cell_faults = [], [], []
    for row, cells in lines[1:]:
        own = {n: cells[n].strip() for n in range(len(cells)) if cells[n].strip()}
        spoiled = [fault for fault in unfit if fault.row == row]
        said = {shape.names[0]: own.get(place, "") for place, shape in places.items()}
        outside = [(place, own.get(place, "")) for place in (*own, *(f.column for f in spoiled)) if place not in places]
        wrong = [_outside(kind, row, place, text) for place, text in outside if place]
        if (own or spoiled) and _is_record(kind, row, own.get(0, ""), said, places, found, is_spoiled=bool(spoiled)):
            found.faults += wrong
            rows += [] if wrong else [row]
            texts += [] if wrong else [_settled(kind, said, found, scales)]
            for f in spoiled:
                if f.column in places:
                    name = places[f.column].names[0]
                    cell_faults.append(Fault(name, f.seen, f.allowed, row=row, column=name))
    if rows and not book.sheets[kind.title]:
        says = "is hidden and holds rows; show it, so that they are seen, or clear them"
        found.faults.append(Fault(f"sheet {kind.title}", "", says))
        rows, texts = [], []
    names = [f.name for f in kind.fields]
    frame = pd.DataFrame({n: pd.Series([t.get(n, "") for t in texts], dtype="str") for n in names})
    return sheets.Sheet(file, "", kind.title, frame, tuple(rows), tuple(cell_faults))


def _outside(kind: RecordKind, row: int, place: int, text: str) -> Fault:
    says = f"column {workbooks.letter(place)} has no heading of this sheet but holds something; move it or clear it"
    return _told(kind.title, "row", "row", row, shown(text), says)


def _places(
    lines: Sequence[tuple[int, list[str]]], shapes: Sequence[layout.Column], kind: RecordKind, found: _Found
) -> dict[int, layout.Column]:
    """Which column of the sheet is which, by its heading."""
    by_heading = {shape.heading: shape for shape in shapes}
    headings = lines[0][1] if lines else []
    places: dict[int, layout.Column] = {}
    for place, cell in enumerate(headings[1:], 1):
        heading = " ".join(cell.split()).removesuffix(layout.NEEDED)
        if heading in by_heading and by_heading[heading] not in places.values():
            places[place] = by_heading[heading]
        elif heading:
            says = "is no heading of this sheet, or stands there twice; put back the headings of the template"
            found.faults.append(_told(kind.title, "heading", "heading", 1, shown(heading), says))
    return places


def _is_record(
    kind: RecordKind, row: int, mark: str, said: dict[str, str], places: dict[int, layout.Column], found: _Found,
    *, is_spoiled: bool,
) -> bool:  # fmt: skip
    """Whether a row is a record: not the example, which is known by its mark and its words."""
    example = {shape.names[0]: shape.example for shape in places.values()}
    is_example = said == example and not is_spoiled
    is_marked = mark.casefold() == layout.EXAMPLE
    if is_marked and is_example:
        return False
    if not is_marked and not is_example and not mark:
        return any(said.values()) or is_spoiled
    if is_marked:
        says = f"is marked as an {layout.EXAMPLE} but says something else; clear the mark if it is a record, or take the row out"
    elif mark:
        says = f"column A is for the mark of the {layout.EXAMPLE} alone; leave it blank"
    else:
        says = f"says word for word what the {layout.EXAMPLE} says; take it out, or, if it is a record, write its time with its"
        says += " offset, as in 2026-10-08 09:30+01:00"
    found.faults.append(_told(kind.title, "row", "row", row, shown(mark), says))
    return False


def _settled(kind: RecordKind, said: dict[str, str], found: _Found, scales: Register) -> dict[str, str]:
    """The texts of a record by field: with the patient, the visit's time and what the scale settles."""
    texts = {**said, "patient": found.patient}
    for on, at in kind.days.items():
        when = _when(said.get(at, ""), found.when) if kind.table in layout.AT_VISIT else said.get(at, "")
        texts[at], texts[on] = ("", when) if len(when) <= len(STAND_IN_DAY) else (when, "")
    if kind.record is Score:
        texts["collected"] = said.get("collected") or found.collected
        try:
            reporters = scales.find(said.get("scale", "")).reporters
        except Unfit:
            return texts  # said of the scale itself, below
        texts["reporter"] = said.get("reporter") or (reporters[0] if len(reporters) == 1 else "")
    return texts


def _when(text: str, visit: str) -> str:
    """A row's own time; blank is the visit's, a time of day alone is one of the visit's day."""
    clock = _CLOCK.fullmatch(text)
    if clock is None:
        return text or visit
    seconds = f":{clock[3]}" if clock[3] and clock[3] != "00" else ""
    return f"{visit[: len(STAND_IN_DAY)]} {int(clock[1]):02d}:{clock[2]}{seconds}"


def _parts(
    table: sheets.Sheet, kind: RecordKind, found: _Found, zone: tzinfo, scales: Register
) -> Iterator[importer.Read]:
    """The sound records of a sheet; its faults are added, each with sheet, row and heading."""
    if not table.rows:
        return
    part = Part(kind, {f.name: Source((f.name,)) for f in kind.fields}, kind.key)
    every = np.arange(len(table.rows), dtype=np.int64)
    made, faults = importer.part_of(table, part, every, (zone, scales, Reading(zone=zone, decimal=".")))
    headings = {name: shape.heading for shape in layout.columns(kind) for name in shape.names}
    found.faults += [replace(f, column=f"{kind.title}: {headings.get(f.field, f.field)}") for f in faults]
    yield made
