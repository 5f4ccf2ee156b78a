"""A file through its map (or none, when it is canonical) to frames of facts, with every fault and its row.

Reads only; what is stored is decided by the log. Imports `sheets`, `maps`, `bulk`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from titration.entry import bulk, identity, sheets, takes
from titration.entry.maps import Map, Part
from titration.entry.sources import Source
from titration.entry.statements import NOT_ASSESSED
from titration.errors import Fault, InvalidEntry, shown
from titration.fields import Reading
from titration.records import KINDS, RecordKind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import tzinfo
    from pathlib import Path

    from numpy.typing import NDArray

    from titration.scales import Register

    Progress = Callable[[int, int, str], None]


@dataclass(frozen=True, eq=False)
class Read:
    """The sound records of one kind out of a file.

    Attributes:
        kind: Which record.
        frame: The facts, as `bulk.fit` gives them; its index is 0, 1, ...
        rows: For each its row in the file.
        key: The fields that tell two of them apart.
        children: By table the records that belong to these; `of` is the place in `frame`.
        repeats: The file rows that say the very same as an earlier one; they are among `rows`.
    """

    kind: RecordKind
    frame: pd.DataFrame
    rows: tuple[int, ...]
    key: tuple[str, ...]
    children: dict[str, pd.DataFrame]
    repeats: tuple[int, ...] = ()


@dataclass(frozen=True)
class Visit:
    """Whose visit a visit workbook says it is.

    Attributes:
        patient: The code on its first sheet.
        by: Who filled it in, by code, where that is said.
        birth_year: The year of birth to check the patient by, where that is said.
    """

    patient: str
    by: str | None = None
    birth_year: int | None = None


@dataclass(frozen=True, eq=False)
class Imported:
    """What came of a file.

    Attributes:
        file: Its name, without the folder.
        sha256: Of its bytes.
        sheet: The sheet that was read, of a workbook.
        parts: The sound records, by part of the map.
        faults: Everything that could not be read: row, column, what was seen, what is allowed.
        skipped: The rows that make no record, with the reason the map states.
        unread: What else the file holds, such as other sheets.
        lines: How many rows stand below the headings.
        visit: Whose visit it is, of a visit workbook; None of any other file.
    """

    file: str
    sha256: str
    sheet: str | None
    parts: tuple[Read, ...]
    faults: tuple[Fault, ...]
    skipped: tuple[takes.Skipped, ...]
    unread: tuple[str, ...]
    lines: int
    visit: Visit | None = None

    @property
    def counts(self) -> dict[str, int]:
        """How many sound records, by table."""
        found: dict[str, int] = {}
        for part in self.parts:
            found[part.kind.table] = found.get(part.kind.table, 0) + len(part.frame)
        return found


def read(
    path: str | Path,
    mapped: Map | None = None,
    *,
    zone: tzinfo,
    scales: Register,
    kind: RecordKind | None = None,
    sheet: str | None = None,
    progress: Progress | None = None,
) -> Imported:
    """The records in a file, and everything in it that cannot be read.

    Args:
        path: CSV or XLSX.
        mapped: How it is read; None for a canonical file, whose headings are the fields of one record.
        zone: The zone of a time without an offset.
        scales: The scales of the log.
        kind: Which record a canonical file holds; found by its headings when None.
        sheet: Which sheet of a workbook, when the map does not say.
        progress: Called with (parts done, parts in all, what is done now).

    Returns:
        Frames, faults and counts; nothing is stored.

    Raises:
        InvalidEntry: The file as a whole cannot be read, or lacks a column the map names.
    """
    say = progress or (lambda _done, _all, _what: None)
    say(0, 1, "reading the file")
    used = mapped or Map(())
    table = _table(path, used, sheet)
    if mapped is None:
        used = replace(used, parts=(canonical(table, kind),), decimal=".")  # by definition of a canonical file
    _has_columns(table, used, lacking_is_blank=mapped is None)
    usual = Reading(zone=zone, decimal=used.decimal)
    rows = np.array(table.rows, np.int64)
    parts, faults, taken = [], [], np.zeros(len(rows), bool)
    for number, part in enumerate(used.parts):
        say(number, len(used.parts), part.kind.title)
        chosen = takes.taken(table.texts, part)
        taken |= takes.where(table.texts, part.only)  # a repeated dose is taken too: it says nothing new
        made, found = part_of(table, part, chosen, (zone, scales, usual))
        parts.append(made)
        faults += found
    say(len(used.parts), len(used.parts), "read")
    skipped = takes.skipped(table.texts, rows, used, taken)
    faults.sort(key=lambda fault: fault.row or 0)
    return Imported(table.file, table.sha256, table.name, tuple(parts), tuple(faults), skipped, table.unread, len(rows))


def _table(path: str | Path, used: Map, sheet: str | None) -> sheets.Sheet:
    named = {"encoding": used.encoding, "delimiter": used.delimiter}
    return sheets.read(path, sheet=sheet or used.sheet, header_row=used.header_row, **named)


def canonical(table: sheets.Sheet, kind: RecordKind | None) -> Part:
    """The map of a file whose headings are the fields of one record.

    Args:
        table: The file.
        kind: Which record, when that is known.

    Raises:
        InvalidEntry: Its headings fit no record, or more than one.
    """
    headings = set(table.texts.columns)
    if kind is None:
        fits = [k for k in KINDS.values() if not k.parent and headings <= set(_names(k)) and _required(k) <= headings]
        if len(fits) != 1:
            which = ", ".join(k.table for k in fits or KINDS.values() if not k.parent)
            says = f"fit {'more than one record' if fits else 'no record'}; state the kind, of {which}, or give a map"
            raise InvalidEntry(table.file, [Fault("headings", "", says)])
        kind = fits[0]
    known = _names(kind)
    wrong = [h for h in table.texts.columns if h not in known]
    if wrong or kind.parent:
        says = f"is no field of {kind.table}; its fields are {', '.join(known)}"
        raise InvalidEntry(table.file, [Fault(shown(h), "", says, column=shown(h)) for h in wrong])
    return Part(kind, {name: Source((name,)) for name in known if name in headings}, kind.key)


def _names(kind: RecordKind) -> list[str]:
    """The headings a canonical file can have: fields, offsets, and lists of child records as text."""
    return bulk.contract(kind) + [f.name for f in kind.children]


def _required(kind: RecordKind) -> set[str]:
    return {f.name for f in kind.fields if f.required}


def _has_columns(table: sheets.Sheet, used: Map, *, lacking_is_blank: bool) -> None:
    lacking = dict.fromkeys(c for c in used.columns() if c not in table.texts.columns)
    if lacking and not lacking_is_blank:
        there = ", ".join(repr(shown(c)) for c in table.texts.columns)
        says = f"is not a column of the file; there are {there}"
        raise InvalidEntry(table.file, [Fault(c, "", says) for c in lacking])


def part_of(
    table: sheets.Sheet, part: Part, chosen: NDArray[np.int64], door: tuple[tzinfo, Register, Reading]
) -> tuple[Read, list[Fault]]:
    """The sound records of a part, and its faults with file rows and headings.

    Args:
        table: The file.
        part: What each field is taken from.
        chosen: The places of the rows it takes.
        door: Zone, scales, and what is known about every text.
    """
    zone, scales, usual = door
    kind, texts = part.kind, table.texts
    if len(chosen) < len(texts):
        texts = texts.iloc[chosen].reset_index(drop=True)
    columns: dict[str, pd.Series[str]] = {}
    raws: dict[str, pd.Series[str]] = {}
    found: dict[tuple[int, str], Fault] = {}
    for name, source in part.fields.items():
        raws[name] = raw = source.raw(texts)
        if name not in {f.name for f in kind.fields}:  # an offset beside an instant
            columns[name] = raw
            continue
        columns[name], reasons, unfit = source.turned(kind.field(name), raw)
        found |= {(place, name): fault for place, fault in unfit.items()}
        if source.not_assessed:
            given = columns.get(NOT_ASSESSED, pd.Series([""] * len(texts), dtype="str"))
            columns[NOT_ASSESSED] = given.where(reasons.eq(""), reasons)
        if source.study_day is not None:
            columns["timing"] = pd.Series(["assigned"] * len(texts), dtype="str")
    rows = np.array(table.rows, np.int64)[chosen]
    found |= _cells(table, part, rows)
    readings = {name: _reading(name, source, usual) for name, source in part.fields.items()}
    fitted = bulk.fit(pd.DataFrame(columns, index=texts.index), kind, zone=zone, scales=scales, readings=readings)
    for fault in fitted.faults:
        place = fault.row or 0
        if not any((place, name) in found for name in _due(kind, fault.field)):
            found.setdefault((place, fault.field), fault)
    return _sound(part, fitted, rows, found), _placed(part, raws, rows, found)


def _reading(name: str, source: Source, usual: Reading) -> Reading:
    """What is known about a column's texts; one headed as the field itself has the unit of that name."""
    reading = source.reading(usual)
    return replace(reading, bare=True) if source.columns == (name,) else reading


def _cells(table: sheets.Sheet, part: Part, rows: NDArray[np.int64]) -> dict[tuple[int, str], Fault]:
    """Cells of the file itself that cannot be read, by place and field."""
    if not table.faults:
        return {}
    places = {int(row): place for place, row in enumerate(rows)}
    fields = {column: name for name, source in part.fields.items() for column in source.columns}
    return {
        (places[fault.row], fields[fault.column]): replace(fault, field=fields[fault.column])
        for fault in table.faults
        if fault.row in places and fault.column in fields
    }


def _due(kind: RecordKind, name: str) -> list[str]:
    """The fields whose own fault explains a fault of this one: itself, and the day of its pair."""
    return [name, *(on for on, at in kind.days.items() if name == at)]


def _sound(part: Part, fitted: bulk.Fitted, rows: NDArray[np.int64], found: Mapping[tuple[int, str], Fault]) -> Read:
    refused = {place for place, _ in found}
    frame = fitted.frame[~fitted.frame.index.isin(refused)] if refused else fitted.frame
    new = {place: number for number, place in enumerate(frame.index.tolist())} if fitted.children else {}
    children = {
        table: child[child["of"].isin(list(new))]
        .assign(of=lambda c: c["of"].map(new).astype("int64"))
        .reset_index(drop=True)
        for table, child in fitted.children.items()
    }
    kept = tuple(rows[frame.index.to_numpy(np.int64)].tolist())
    frame = frame.reset_index(drop=True)
    again = tuple(np.array(kept, np.int64)[identity.repeated(part.kind, frame)].tolist())
    return Read(part.kind, frame, kept, part.key, children, again)


def _placed(
    part: Part,
    raws: Mapping[str, pd.Series[str]],
    rows: Sequence[int] | NDArray[np.int64],
    found: Mapping[tuple[int, str], Fault],
) -> list[Fault]:
    """The faults with the row of the file, the heading, and what stands in the file there."""
    placed = []
    for (place, name), fault in found.items():
        source = part.fields.get(name)
        heading = source.heading if source is not None and source.columns else None
        seen = fault.seen
        if heading is not None and not seen.startswith("text of "):
            seen = shown(raws[name].iloc[place]) or seen
        placed.append(replace(fault, row=int(rows[place]), column=heading, seen=seen, kind=part.kind.table))
    return placed
