"""What became of a file that was imported, as people read it; knows no log."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from titration.errors import Fault, Question
    from titration.recording import Entry


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
        card: Of a visit workbook, whose visit it is and each program beside the last one, to be read back.
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
    card: str = ""

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
            where = f", listed in {self.faults_file}" if self.faults_file is not None else ""
            said.append(f"left out: {len(self.left_out)}{where}")
        if self.questions:
            said.append(f"to be answered before anything is stored: {len(self.questions)}")
            said += [f"[{question.id}] {question}" for question in self.questions]
        said += self.card.splitlines()
        return "\n  ".join(said)
