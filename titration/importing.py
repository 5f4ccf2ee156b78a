"""Importing a file: read through its map, compared with what the log holds, stored as one entry or not at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from titration import frames, known, recording_frames
from titration.entry import faults as faults_file
from titration.entry import identity, importer, maps, sidecar
from titration.errors import Fault, InvalidEntry, Question
from titration.records import Patient, RecordKind, of_table

if TYPE_CHECKING:
    from datetime import date

    from titration.entry.importer import Imported, Read
    from titration.log import Log
    from titration.recording import Entry
    from titration.store import Store

Progress = Callable[[int, int, str], None]
FEW_PATIENTS = 50
"""Up to so many patients of a file are looked up one by one; beyond, all facts of a kind are read at once."""


@dataclass(frozen=True, eq=False)
class ImportResult:
    """What became of a file.

    Attributes:
        file: Its name.
        lines: Rows below the headings.
        entry: The entry it became; None when nothing was stored.
        stored: Facts stored (or, in a dry run, that would be), by table.
        known: Facts the log held already, by table.
        left_out: What was left out: faults, and rows that differ from the log's.
        skipped: Rows that make no record, with the reason the map states.
        unread: What else the file holds, such as other sheets.
        repeats: Rows that say the very same as an earlier row of the file; they are facts of their own.
        faults_file: Where what was left out is listed; None when nothing was.
        questions: What the door asks of what would be stored, where that was not answered; of a dry run.
        before: The entry that imported this very file before; then nothing else was done.
    """

    file: str
    lines: int
    entry: Entry | None
    stored: Mapping[str, int]
    known: Mapping[str, int]
    left_out: tuple[Fault, ...] = ()
    skipped: tuple[tuple[str, int], ...] = ()
    unread: tuple[str, ...] = ()
    repeats: int = 0
    faults_file: Path | None = None
    before: int | None = None
    questions: tuple[Question, ...] = ()

    def __str__(self) -> str:
        """What was stored, what was there, what was left out and why."""
        if self.before is not None:
            return f"{self.file}: this very file was imported by entry {self.before}; nothing was added"
        verb = "stored" if self.entry else "would store"
        said = [f"{self.file}: {self.lines} rows read"]
        said += [f"{verb} {n} {table}" for table, n in self.stored.items() if n]
        if not any(self.stored.values()):
            said.append("nothing new; nothing was stored")
        said += [f"there already: {n} {table}" for table, n in self.known.items() if n]
        said += [f"no record in {n} rows: {reason}" for reason, n in self.skipped]
        if self.repeats:
            said.append(f"{self.repeats} rows say the very same as an earlier row; each is a fact of its own")
        said += [f"not read: {what}" for what in self.unread]
        if self.left_out:
            said.append(f"left out: {len(self.left_out)}, listed in {self.faults_file}")
        if self.questions:
            said.append(f"to be answered before anything is stored: {len(self.questions)}")
            said += [f"[{question.id}] {question}" for question in self.questions]
        return "\n  ".join(said)


def import_file(
    log: Log,
    path: Path,
    *,
    map: str | Path | None = None,  # noqa: A002 - the word of the shell and of the file
    kind: str | None = None,
    sheet: str | None = None,
    dry_run: bool = False,
    accept_rest: bool = False,
    confirm: Mapping[str, str] | None = None,
    answers: str | Path | None = None,
    progress: Progress | None = None,
) -> ImportResult:
    """Import a CSV or XLSX file as one entry, all of it or nothing.

    Args:
        log: Where to.
        path: The file; it is only read.
        map: The TOML map that says which column is what; None for a canonical file.
        kind: Which record a canonical file holds, when its headings do not say.
        sheet: Which sheet of a workbook.
        dry_run: Whether to store nothing and only tell.
        accept_rest: Whether to store what is sound and leave out the rest, which is counted and listed.
        confirm: A reason for each question of the door.
        answers: The TOML file in which they are answered; `FILE.answers.toml` beside the file when that is there.
        progress: Called with (parts done, parts in all, what is done now).

    Returns:
        What became of it.

    Raises:
        InvalidEntry: Something cannot be read or differs from what the log holds; every fault is listed,
            also in `FILE.faults.csv` beside the file, and nothing was stored.
        NeedsConfirmation: Something is unlikely; the questions stand in `FILE.answers.toml` to be answered, and
            nothing was stored.
    """
    mapped = maps.load(Path(map)) if map is not None else None
    setting = log.setting
    read = importer.read(
        path, mapped, zone=setting.zone, scales=setting.scales, kind=of_table(kind) if kind else None, sheet=sheet,
        progress=progress,
    )  # fmt: skip
    store = log.store
    source = _source(path, map)
    before = _imported_before(store, read.sha256, source)
    if before is not None:
        return ImportResult(read.file, read.lines, None, {}, {}, before=before)
    parts, there, wrong = _sorted_out(store, read)
    place = Path(answers) if answers is not None else sidecar.beside(path)
    given = {**(sidecar.read(place) if answers is not None or place.exists() else {}), **(confirm or {})}
    open_questions = _unanswered(store, parts, given, setting.today, None if dry_run else place, read.file)
    left_out = (*read.faults, *wrong)
    listed = faults_file.save(left_out, path, read.sheet) if left_out and not dry_run else None
    if left_out and not (accept_rest or dry_run):
        raise InvalidEntry(f"{read.file}, nothing was stored; all faults stand in {listed}", left_out)
    made: Entry | None = None
    counts: dict[str, int] = {}
    for kind_of_part, frame, _ in parts:
        counts[kind_of_part.table] = counts.get(kind_of_part.table, 0) + len(frame)
    if parts and not dry_run:
        heading = log.heading("import", source=source, source_sha256=bytes.fromhex(read.sha256))
        made = recording_frames.append(store, parts, heading, confirm=given, setting=setting)
    skipped = tuple((s.reason, len(s.rows)) for s in read.skipped)
    repeats = sum(len(p.repeats) for p in read.parts)
    return ImportResult(
        read.file, read.lines, made, counts, there, left_out, skipped, read.unread, repeats, listed,
        questions=open_questions,
    )  # fmt: skip


def _unanswered(
    store: Store, parts: Sequence[recording_frames.Part], given: Mapping[str, str], today: date, place: Path | None,
    file: str,
) -> tuple[Question, ...]:  # fmt: skip
    """What the door still asks; all its questions are written down where they can be answered."""
    asked = recording_frames.ask(store, parts, today).questions
    still = tuple(q for q in asked if not (given.get(q) or given.get(q.id) or "").strip())
    if still and place is not None:
        sidecar.save(asked, given, place, file)
    return still


def _source(path: Path, map_path: str | Path | None) -> str:
    """What an entry says of its source: the file's name and the map's, with the digest of the map."""
    if map_path is None:
        return path.name
    return f"{path.name} by {Path(map_path).name} {sha256(Path(map_path).read_bytes()).hexdigest()[:12]}"


def _imported_before(store: Store, digest: str, source: str) -> int | None:
    found = store.query(
        "SELECT entry.entry FROM entry JOIN words ON words.id = entry.source"
        " WHERE entry.source_sha256 = ? AND words.text = ? ORDER BY entry.entry LIMIT 1",
        bytes.fromhex(digest), source,
    )  # fmt: skip
    return int(found[0][0]) if found else None


def _sorted_out(
    store: Store, read: Imported
) -> tuple[list[tuple[RecordKind, pd.DataFrame, Mapping[str, pd.DataFrame]]], dict[str, int], list[Fault]]:
    """The facts that are new, how many the log holds already, and those that do not fit it."""
    parts: list[tuple[RecordKind, pd.DataFrame, Mapping[str, pd.DataFrame]]] = []
    there: dict[str, int] = {}
    wrong: list[Fault] = []
    codes = known.patients(store)
    for part in read.parts:
        if part.kind.record is Patient:
            codes |= set(part.frame["patient"])
    for together in _of_one_kind(read.parts):
        kind, table = together[0].kind, together[0].kind.table
        frame = pd.concat([part.frame for part in together], ignore_index=True)
        rows = [row for part in together for row in part.rows]
        strangers = ~frame["patient"].isin(list(codes)).to_numpy()
        for place in strangers.nonzero()[0].tolist():
            code = frame["patient"].iloc[place]
            wrong.append(Fault("patient", code, _no_patient(codes, code), row=rows[place], kind=table))
        found = identity.compare(kind, frame, _existing(store, kind, frame), together[0].key)
        for d in found.differences:
            says = f"the log has {_said(kind, d.field, d.old)} in row {d.row}; correct that row there, or take this one out"
            wrong.append(Fault(d.field, _said(kind, d.field, d.new), says, row=rows[d.place], kind=table))
        there[table] = there.get(table, 0) + int(found.is_known.sum())
        is_wanted, begin = found.is_new & ~strangers, 0
        for part in together:
            chosen = is_wanted[begin : begin + len(part.frame)]
            begin += len(part.frame)
            if chosen.any():
                parts.append((kind, *_chosen(part, chosen)))
    return parts, there, wrong


def _of_one_kind(parts: Sequence[Read]) -> list[list[Read]]:
    """The parts of a map whose facts can meet: of one kind, told apart by the same key."""
    together: dict[tuple[str, tuple[str, ...]], list[Read]] = {}
    for part in parts:
        together.setdefault((part.kind.table, part.key), []).append(part)
    return list(together.values())


def _no_patient(codes: set[str], code: str) -> str:
    alike = [c for c in codes if c.casefold() == code.casefold()]
    hint = f"there is {alike[0]}" if alike else "add the patient first, or let the map make one"
    return f"is no patient of this log; {hint}"


def _said(kind: RecordKind, name: str, value: Any) -> str:
    """A value as a fault may show it; free text is only called so."""
    if value is None or value != value:  # noqa: PLR0124 - NaN is not itself
        return "nothing"
    field = next((f for f in kind.fields if f.name == name), None)
    if field is not None and any(c.role == "words" for c in field.value.stored(name)):
        return "other words"
    return str(value)


def _chosen(part: Read, chosen: Any) -> tuple[pd.DataFrame, Mapping[str, pd.DataFrame]]:
    frame = part.frame[chosen]
    places = set(frame.index.tolist())
    return frame, {table: child[child["of"].isin(list(places))] for table, child in part.children.items()}


def _existing(store: Store, kind: RecordKind, coming: pd.DataFrame) -> pd.DataFrame:
    """Every fact of that kind the log holds or has held of those patients, with the row its line began with."""
    asof = store.head()[0]
    codes = coming["patient"].unique().tolist()
    wanted: Sequence[str | None] = codes if len(codes) <= FEW_PATIENTS else [None]
    held = [frames.read(store, kind, asof=asof, patient=p, current=False) for p in wanted]
    made = pd.concat(held, ignore_index=True) if held else frames.read(store, kind, asof=asof)
    began = _began(store)
    return made.assign(lineage=[began.get(row, row) for row in made["row"].tolist()]).astype({"lineage": "int64"})


def _began(store: Store) -> dict[int, int]:
    """Each row that replaced another, with the first of its line."""
    began: dict[int, int] = {}
    for row, by in store.query("SELECT row, replaced_by FROM amendment WHERE replaced_by IS NOT NULL ORDER BY id"):
        began[by] = began.get(row, row)
    return began
