"""A map: which column of a clinic's own file is which field of which record, stated once, as TOML.

A map never leaves anything to be guessed: a date without its format is a fault of the map. Every
fault of a map is listed at once, with the words that are allowed.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from titration import records
from titration.entry import statements
from titration.errors import Fault, InvalidEntry, shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from titration.entry.sources import Source
    from titration.records import RecordKind

WORDS = ("note", "encoding", "delimiter", "decimal", "sheet", "header_row", "record", "skip")
RECORD_WORDS = ("kind", "key", "only", "on_change", "once", "fields")
ONLY_WORDS = ("column", "is", "is_not", "filled")
SKIP_WORDS = ("only", "reason")


@dataclass(frozen=True)
class Only:
    """Which rows: those whose cell is one of these texts, none of those, or filled or blank.

    Attributes:
        column: The heading.
        is_one: The texts it may be; empty when that does not matter.
        is_none: The texts it may not be.
        filled: Whether it must hold something (True) or nothing (False).
    """

    column: str
    is_one: tuple[str, ...] = ()
    is_none: tuple[str, ...] = ()
    filled: bool | None = None


@dataclass(frozen=True)
class Part:
    """What one `[[record]]` of a map says.

    Attributes:
        kind: Which record it makes.
        fields: By field where its text comes from.
        key: The fields that tell two records apart when the file is imported again.
        only: Which rows it takes; all of these must hold.
        on_change: Headings; it takes a row only where one of them differs from the row before of the
            same patient, as a repeated dose is one step.
        once: Whether it takes only the first row of each patient.
    """

    kind: RecordKind
    fields: Mapping[str, Source]
    key: tuple[str, ...]
    only: tuple[Only, ...] = ()
    on_change: tuple[str, ...] = ()
    once: bool = False


@dataclass(frozen=True)
class Skip:
    """Rows that hold no record of this program, and why, so that they are counted and named."""

    only: tuple[Only, ...]
    reason: str


@dataclass(frozen=True)
class Map:
    """How a file is read.

    Attributes:
        parts: The records it makes.
        skips: The rows it leaves, each with a reason.
        encoding: Of a CSV; UTF-8 when None.
        delimiter: Of a CSV; found when None.
        decimal: The decimal mark of every number in the file; when None a comma, or a point that may part
            thousands, is refused.
        sheet: Which sheet of a workbook.
        header_row: The row the headings stand in.
        note: What a person wrote about it.
    """

    parts: tuple[Part, ...]
    skips: tuple[Skip, ...] = ()
    encoding: str | None = None
    delimiter: str | None = None
    decimal: str | None = None
    sheet: str | None = None
    header_row: int = 1
    note: str = ""

    def columns(self) -> Iterator[str]:
        """Every heading it names."""
        for part in self.parts:
            for source in part.fields.values():
                yield from source.columns
            yield from (only.column for only in part.only)
            yield from part.on_change
        for skip in self.skips:
            yield from (only.column for only in skip.only)


@dataclass
class _Faults:
    """What is wrong with a map so far."""

    found: list[Fault] = field(default_factory=list)

    def add(self, where: str, seen: object, allowed: str) -> None:
        text = "" if seen is None else seen if isinstance(seen, str) else repr(seen)
        self.found.append(Fault(where, shown(text), allowed))

    def unknown(self, where: str, table: Mapping[str, Any], words: tuple[str, ...]) -> None:
        for name in table:
            if name not in words:
                self.add(where, name, f"is not a word of a map here; the words are {', '.join(words)}")

    def of(self, where: str, table: Mapping[str, Any], name: str, *, kind: type) -> Any:
        """The value of that word when it has the right type."""
        value = table.get(name)
        if value is not None and (not isinstance(value, kind) or (kind is int and isinstance(value, bool))):
            says = {str: "text", int: "a whole number", list: "a list", dict: "a table", bool: "true or false"}[kind]
            self.add(f"{where}{name}", value, f"must be {says}")
            return None
        return value


def load(path: str | Path) -> Map:
    """The map in that file.

    Raises:
        InvalidEntry: Every fault of it.
    """
    path = Path(path)
    try:
        return parse(path.read_text(encoding="utf-8"), path.name)
    except (OSError, UnicodeError) as error:
        says = f"cannot be read: {error.strerror if isinstance(error, OSError) else 'it is not UTF-8'}"
        raise InvalidEntry(f"map {path.name}", [Fault("file", "", says)]) from error


def parse(text: str, name: str = "map") -> Map:
    """The map in that text.

    Args:
        text: TOML.
        name: What the sentences call it.

    Raises:
        InvalidEntry: Every fault of it.

    Example:
        >>> made = parse('''
        ... [[record]]
        ... kind = "score"
        ... [record.fields]
        ... patient = "ID"
        ... scale = { constant = "nrs_spasticity" }
        ... observed_on = { column = "Date", format = "%d/%m/%Y" }
        ... value = "Spasticity"
        ... ''')
        >>> sorted(made.columns())
        ['Date', 'ID', 'Spasticity']
    """
    try:
        table = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # a number of 5000 digits, tables in tables without end
        raise InvalidEntry(f"map {name}", [Fault("file", "", f"is not TOML: {error}")]) from error
    faults = _Faults()
    faults.unknown("map", table, WORDS)
    given = {word: faults.of("", table, word, kind=str) for word in WORDS[:5]}
    if given["decimal"] not in {None, ".", ","}:
        faults.add("decimal", given["decimal"], 'must be "." or ","')
    if given["delimiter"] is not None and len(given["delimiter"]) != 1:
        faults.add("delimiter", given["delimiter"], r'must be one character, as in ";" or "\t"')
    header_row = faults.of("", table, "header_row", kind=int)
    if header_row is not None and header_row < 1:
        faults.add("header_row", header_row, "is counted from 1")
    blocks, skips = (_blocks(faults, table, word) for word in ("record", "skip"))
    if not blocks:
        faults.add("[[record]]", None, "must be there at least once")
    parts = [_part(faults, f"record {n}", block) for n, block in enumerate(blocks, 1)]
    left = [_skip(faults, f"skip {n}", block) for n, block in enumerate(skips, 1)]
    if faults.found:
        raise InvalidEntry(f"map {name}", faults.found)
    given["note"] = given["note"] or ""
    return Map(tuple(p for p in parts if p), tuple(left), header_row=header_row or 1, **given)


def _blocks(faults: _Faults, table: Mapping[str, Any], word: str) -> list[dict[str, Any]]:
    listed = faults.of("", table, word, kind=list) or []
    if all(isinstance(block, dict) for block in listed):
        return listed
    faults.add(word, listed, f"must be tables, each under a line [[{word}]]")
    return []


def _part(faults: _Faults, where: str, block: Mapping[str, Any]) -> Part | None:
    faults.unknown(where, block, RECORD_WORDS)
    word = faults.of(f"{where}, ", block, "kind", kind=str)
    try:
        kind = records.of_table(word or "")
    except LookupError:
        faults.add(
            f"{where}, kind", word, f"must be one of {', '.join(t for t, k in records.KINDS.items() if not k.parent)}"
        )
        return None
    if kind.parent:
        faults.add(f"{where}, kind", word, f"is a part of {kind.parent}; name that")
        return None
    given = faults.of(f"{where}, ", block, "fields", kind=dict) or {}
    made = {name: _source(faults, f"{where}, {name}", kind, name, stated) for name, stated in given.items()}
    _complete(faults, where, kind, given)
    key = _texts(faults, f"{where}, key", block.get("key", list(kind.key)))
    for name in key:
        if name not in {f.name for f in kind.fields}:
            faults.add(f"{where}, key", name, f"is not a field of {kind.table}")
    only = _only(faults, where, block)
    on_change = _texts(faults, f"{where}, on_change", block.get("on_change", []))
    once = faults.of(f"{where}, ", block, "once", kind=bool) or False
    return Part(kind, {n: s for n, s in made.items() if s is not None}, key, only, on_change, once)


def _source(faults: _Faults, where: str, kind: RecordKind, name: str, stated: Any) -> Source | None:
    if name not in {f.name for f in kind.fields}:
        says = f"is not a field of {kind.table}; the fields are {', '.join(f.name for f in kind.fields)}"
        faults.add(where, name, says)
        return None
    made, found = statements.source(kind, kind.field(name), stated)
    for seen, allowed in found:
        faults.add(where, seen, allowed)
    return made


def _complete(faults: _Faults, where: str, kind: RecordKind, given: Mapping[str, Any]) -> None:
    for f in kind.fields:
        if f.required and f.name not in given:
            faults.add(f"{where}, {f.name}", None, f"is needed for each {kind.table}: name its column, or a constant")
    for on, at in kind.days.items():
        if on not in given and at not in given:
            faults.add(f"{where}, {at}", None, f"or {on} is needed: name the column and its format")
    is_assigned = any(isinstance(stated, dict) and "study_day" in stated for stated in given.values())
    if is_assigned and "timing" in given:
        faults.add(f"{where}, timing", given["timing"], "must be left out: a study day is stored as assigned")


def _only(faults: _Faults, where: str, block: Mapping[str, Any]) -> tuple[Only, ...]:
    made = []
    for n, stated in enumerate(faults.of(f"{where}, ", block, "only", kind=list) or [], 1):
        place = f"{where}, only {n}"
        if not isinstance(stated, dict) or not isinstance(stated.get("column"), str):
            faults.add(place, stated, 'must be a table, as in { column = "Scale", is = ["MAS"] }')
            continue
        faults.unknown(place, stated, ONLY_WORDS)
        filled = stated.get("filled")
        if len(stated) == 1 or not (filled is None or isinstance(filled, bool)):
            faults.add(place, stated, 'needs is = ["..."], is_not = ["..."], filled = true or filled = false')
        is_one, is_none = (_texts(faults, f"{place}, {w}", stated.get(w, [])) for w in ("is", "is_not"))
        made.append(Only(stated["column"], is_one, is_none, filled))
    return tuple(made)


def _skip(faults: _Faults, where: str, block: Mapping[str, Any]) -> Skip:
    faults.unknown(where, block, SKIP_WORDS)
    reason = faults.of(f"{where}, ", block, "reason", kind=str)
    if not reason:
        faults.add(f"{where}, reason", None, "must say in words why these rows are left")
    only = _only(faults, where, block)
    if not only:
        faults.add(f"{where}, only", None, "must say which rows are left")
    return Skip(only, reason or "")


def _texts(faults: _Faults, where: str, stated: Any) -> tuple[str, ...]:
    listed = [stated] if isinstance(stated, str) else stated
    if not isinstance(listed, list) or not all(isinstance(text, str) for text in listed):
        faults.add(where, stated, "must be a list of texts")
        return ()
    return tuple(listed)
