"""Importing a file: read through its map, compared with what the log holds, stored as one entry or not at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from titration import frames, known, recording, recording_frames
from titration.entry import faults as faults_file
from titration.entry import identity, importer, maps, sidecar, visit_reader
from titration.entry import visit_layout as layout
from titration.entry.result import ImportResult
from titration.errors import Fault, InvalidEntry, Question
from titration.holding import Held
from titration.records import Patient, Record, RecordKind, of_table

if TYPE_CHECKING:
    from titration.entry.importer import Imported, Read, Visit
    from titration.log import Log
    from titration.recording import Entry
    from titration.store import Store

Progress = Callable[[int, int, str], None]
FEW_PATIENTS = 50
"""Up to so many patients of a file are looked up one by one; beyond, all facts of a kind are read at once."""


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

    A visit workbook (`titration import --template visit.xlsx`) needs no map and goes through the door as a visit
    typed into the form does: all its records together, with their read-back card.

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
    setting, store = log.setting, log.store
    read = _read(path, map, kind, sheet, setting, progress)
    source = _source(path, map, read.visit)
    before = _imported_before(store, read.sha256, source)
    if before is not None:
        return ImportResult(read.file, read.lines, None, {}, {}, before=before)
    parts, there, wrong = _sorted_out(store, read)
    visit = None if read.visit is None else recording.rehearse(store, _facts(parts), setting)
    card = "" if visit is None or not parts else visit.card or known.identity(store, visit.facts[0].patient)
    place = Path(answers) if answers is not None else sidecar.beside(path)
    given = {**(sidecar.read(place) if answers is not None or place.exists() else {}), **(confirm or {})}
    asked = visit.questions if visit is not None else recording_frames.ask(store, parts, setting.today).questions
    open_questions = _unanswered(asked, given, None if dry_run else place, read.file)
    left_out = (*read.faults, *wrong)
    listed = faults_file.save(left_out, path, read.sheet) if left_out and not dry_run else None
    if left_out and not (accept_rest or dry_run):
        raise InvalidEntry(f"{read.file}, nothing was stored; all faults stand in {listed}", left_out)
    made: Entry | None = None
    counts: dict[str, int] = {}
    for kind_of_part, frame, _ in parts:
        counts[kind_of_part.table] = counts.get(kind_of_part.table, 0) + len(frame)
    if parts and not dry_run:
        digest = bytes.fromhex(read.sha256)
        heading = log.heading("import", source=source, source_sha256=digest, card=visit.card or None if visit else None)
        if visit is None:
            made = recording_frames.append(store, parts, heading, confirm=given, setting=setting)
        else:
            made = recording.append(store, visit.facts, heading, confirm=given, setting=setting)
    skipped = tuple((s.reason, len(s.rows)) for s in read.skipped)
    repeats = sum(len(p.repeats) for p in read.parts)
    return ImportResult(
        read.file, read.lines, made, counts, there, left_out, skipped, read.unread, repeats, listed,
        questions=open_questions, card=card,
    )  # fmt: skip


def _read(
    path: Path, map_path: str | Path | None, kind: str | None, sheet: str | None, setting: recording.Setting,
    progress: Progress | None,
) -> Imported:  # fmt: skip
    """The file through its map; or as a visit workbook, which needs none; or as a canonical file."""
    zone, scales = setting.zone, setting.scales
    if map_path is None and kind is None and sheet is None:
        visit = visit_reader.read(path, zone=zone, scales=scales)
        if visit is not None:
            return visit
    mapped = maps.load(Path(map_path)) if map_path is not None else None
    wanted = of_table(kind) if kind else None
    return importer.read(path, mapped, zone=zone, scales=scales, kind=wanted, sheet=sheet, progress=progress)


def _facts(parts: Sequence[recording_frames.Part]) -> list[Record]:
    """The records of a visit workbook, which go through the door together as the form's do."""
    return [fact for kind, frame, children in parts for fact in recording_frames.records(kind, frame, children)]


def _unanswered(
    asked: Sequence[Question], given: Mapping[str, str], place: Path | None, file: str
) -> tuple[Question, ...]:
    """What the door still asks; all its questions are written down where they can be answered."""
    still = tuple(q for q in asked if not (given.get(q) or given.get(q.id) or "").strip())
    if still and place is not None:
        sidecar.save(asked, given, place, file)
    return still


def _source(path: Path, map_path: str | Path | None, visit: Visit | None) -> str:
    """What an entry says of its source: the file's name, who filled it in, the map's name and digest."""
    if visit is not None and visit.by:
        return f"{path.name}, filled in by {visit.by}"
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
    wrong += _wrong_person(store, read.visit, codes)
    for together in _of_one_kind(() if wrong else read.parts):
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


def _wrong_person(store: Store, visit: Visit | None, codes: set[str]) -> list[Fault]:
    """That a visit workbook is of nobody in the log, or of another patient: it states another year of birth."""
    if visit is None or visit.patient == visit_reader.STAND_IN_CODE:
        return []
    if visit.patient not in codes:
        place = f"{layout.START}: {layout.PATIENT}"
        return [Fault("patient", visit.patient, _no_patient(codes, visit.patient), column=place)]
    held = Held(store).birth_year(visit.patient)
    if visit.birth_year in {None, held} or held is None:
        return []
    says = f"is not the year of birth the log has for {visit.patient}; check the code, and whose visit it is"
    return [Fault("birth_year", str(visit.birth_year), says, column=f"{layout.START}: {layout.BORN}")]


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
    if chosen.all():
        return part.frame, part.children
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


__all__ = ["ImportResult", "import_file"]
