"""The log: the door for people and programs; reads frames, records entries.

The only place that reads the clock. Heavy imports stay inside the methods that need them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from titration import errors, known, recording, scales, times
from titration import store as files
from titration.reading import Reader
from titration.recording import Entry
from titration.records import FindingClosed, Record, kind_of
from titration.store.writing import Author, Heading

if TYPE_CHECKING:
    from titration.exporting import Exported
    from titration.importing import ImportResult
    from titration.known import AsOf
    from titration.report.monthly import MonthlyReport

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """Now, with the computer's offset."""
    return datetime.now().astimezone()


class Log(Reader):
    """An open titration log: `Reader`'s frames and charts, and the recording of entries.

    `titration.open` and `titration.create` make one. Usable in a `with` block, and without.
    """

    def __init__(
        self, store: files.Store, writer: Author | None, *, clock: Clock = system_clock, ends: bool = True
    ) -> None:
        super().__init__(store, None if writer is None else writer.by, ends=ends)
        self._author, self._clock = writer, clock

    def heading(self, action: str, reason: str | None = None, **more: Any) -> Heading:
        """What an entry recorded now says of itself."""
        if self._author is None:
            raise errors.WriteRefused(f"{self.path} is open for reading; open it with by=... to write")
        if reason is not None and not reason.strip():
            raise errors.InvalidEntry(action, [errors.Fault("reason", "", "must be given, in words")])
        now = self._clock()
        return Heading(action, self._author, int(now.timestamp()), times.offset_min(now), reason=reason, **more)

    @property
    def setting(self) -> recording.Setting:
        """Zone, scales and the time it is, as recording needs them."""
        return recording.Setting(
            self._tz, scales.Register(partial(known.scales_of, self._store)), self._clock().astimezone(self._tz)
        )

    def append(
        self, *records: Any, kind: type[Record] | None = None, confirm: Mapping[str, str] | None = None,
        reason: str | None = None, card: str | None = None,
    ) -> Entry:  # fmt: skip
        """Record facts as one entry, durable before it returns, or nothing at all.

        Args:
            records: Records; or one DataFrame with the record's columns, with `kind`.
            kind: The class of records a frame holds.
            confirm: A reason for each question that was asked: `{question: "the pump shows this"}`.
            reason: Words about the entry as a whole.
            card: The read-back card a person accepted; made when left out.

        Returns:
            The entry: its number, rows and seal.

        Raises:
            InvalidRecord, InvalidEntry: Something cannot be so; all faults are listed.
            NeedsConfirmation: Something is unlikely; nothing is stored until it is answered.
            AppendRefused, PatientNotFound: It does not fit this log.
        """
        if kind is not None:
            return self._append_frame(records, kind, {} if confirm is None else confirm, reason)
        setting = self.setting
        shown = card or known.read_back(self._store, recording.settled(records, setting)) or None
        heading = self.heading("append", reason, card=shown)
        return recording.append(
            self._store, records, heading, confirm={} if confirm is None else confirm, setting=setting
        )

    def rehearse(self, *records: Record) -> recording.Rehearsal:
        """What `append` would ask, say and store for these records; nothing is stored.

        Raises:
            InvalidRecord, AppendRefused, PatientNotFound: As `append` does.

        Example:
            >>> from titration import Note
            >>> demo_log.rehearse(Note(patient="P001", noted_on="2026-10-08", words="seen")).questions
            ()
        """
        return recording.rehearse(self._store, records, self.setting)

    def _append_frame(
        self, given: Sequence[Any], kind: type[Record], confirm: Mapping[str, str], reason: str | None
    ) -> Entry:
        from titration import recording_frames  # noqa: PLC0415 - brings pandas in
        from titration.entry import bulk  # noqa: PLC0415 - brings pandas in

        if len(given) != 1 or not hasattr(given[0], "columns"):
            raise errors.FrameError(f"append(frame, kind={kind.__name__}) takes one DataFrame")
        setting, found = self.setting, kind_of(kind)
        fitted = bulk.fit(given[0], found, zone=setting.zone, scales=setting.scales)
        if fitted.faults:
            raise errors.InvalidEntry(f"frame of {found.title.lower()}", fitted.faults)
        heading = self.heading("append", reason)
        parts = [(found, fitted.frame, fitted.children)]
        return recording_frames.append(self._store, parts, heading, confirm=confirm, setting=setting)

    def import_file(self, path: str | Path, **how: Any) -> ImportResult:
        """Import a spreadsheet or CSV file; see `titration.importing.import_file`."""
        from titration.importing import import_file  # noqa: PLC0415 - brings pandas in

        return import_file(self, Path(path), **how)

    def visit_workbook(self, path: str | Path) -> Path:
        """Write an empty visit workbook with this log's scales, to fill in and import; never over a file."""
        from titration.entry import visit_workbook  # noqa: PLC0415 - brings openpyxl in

        return visit_workbook.write(Path(path), self.scales)

    def export(self, folder: str | Path, **how: Any) -> Exported:
        """Write the facts as files, all of them or de-identified; see `titration.exporting.export`."""
        from titration.exporting import export  # noqa: PLC0415 - brings pandas in

        return export(self, folder, **how)

    def parquet(self, folder: str | Path, *, asof: AsOf = None) -> Exported:
        """Write every current fact and the journal as Parquet files; see `titration.parquet.export`."""
        from titration.parquet import export  # noqa: PLC0415 - of the extra [analytics]

        return export(self, folder, asof=asof)

    def correct(self, row: int, record: Record, *, reason: str, confirm: Mapping[str, str] | None = None) -> Entry:
        """Put a right record in the place of a wrong one; both stay, and who said so and why.

        Raises:
            AlreadyAmended: Somebody was first; says which row stands for it now.
        """
        from titration import amending  # noqa: PLC0415 - `add` does not need it

        heading = self.heading("correct", reason)
        return amending.correct(
            self._store, int(row), record, heading, confirm={} if confirm is None else confirm, setting=self.setting
        )

    def retract(self, row: int, *, reason: str) -> Entry:
        """Say of a row that it was entered in error; it stays, and no frame shows it as current."""
        from titration import amending  # noqa: PLC0415 - `add` does not need it

        return amending.retract(self._store, int(row), self.heading("retract", reason))

    def move(self, entry: int | Entry, *, to: str, reason: str) -> Entry:
        """Move a whole entry to the right patient."""
        from titration import amending  # noqa: PLC0415 - `add` does not need it

        known.refuse_unknown(self._store, to)
        return amending.move(self._store, int(entry.__index__()), to, self.heading("move", reason))

    def complete(self, row: int, record: Record, *, reason: str, confirm: Mapping[str, str] | None = None) -> Entry:
        """Say what became known of a fact later, such as the day an event ended; it is no correction.

        Args:
            row: The fact.
            record: The same fact with more of its fields; `dataclasses.replace` the old one.
            reason: How it became known.
            confirm: A reason for each question of the door.

        Raises:
            AppendRefused: It changes what was stated, or adds nothing.
            AlreadyAmended: Somebody was first; says which row stands for it now.
        """
        from titration import amending  # noqa: PLC0415 - `add` does not need it

        heading = self.heading("complete", reason)
        return amending.complete(
            self._store, int(row), record, heading, confirm={} if confirm is None else confirm, setting=self.setting
        )

    def merge(self, code: str, *, into: str, reason: str, confirm: Mapping[str, str] | None = None) -> Entry:
        """Join a patient who was entered twice: all current facts of one code move, and the code is retired.

        Args:
            code: The code that is given up.
            into: The code that stays.
            reason: How it is known that they are one person.
            confirm: A reason for each question, as where their years of birth differ.
        """
        from titration import amending  # noqa: PLC0415 - `add` does not need it

        known.refuse_unknown(self._store, code)
        known.refuse_unknown(self._store, into)
        return amending.merge(
            self._store, code, into, self.heading("merge", reason), confirm={} if confirm is None else confirm
        )

    def close_finding(self, rule: str, row: int, *, reason: str) -> Entry:
        """Close a finding about the record: looked at, left as it is; it does not come back.

        Args:
            rule: Its rule, as `findings` shows it.
            row: The row it is about.
            reason: Why it is left as it is.

        Raises:
            RowNotFound: There is no such finding now.
        """
        heading = self.heading("append", reason)
        found = self.findings()
        own = found[(found["rule"] == rule) & (found["row"] == int(row))]
        if own.empty:
            raise errors.RowNotFound(f"there is no finding {errors.shown(rule)} of row {row}; see: titration findings")
        closed = FindingClosed(
            patient=own["patient"].iloc[0], rule=rule, of_row=int(row), closed_on=self.setting.today, reason=reason,
            closed_by=self.by,
        )  # fmt: skip
        return recording.append(self._store, [closed], heading, confirm={}, setting=self.setting)

    def redact(self, row: int, field: str, *, reason: str) -> Entry:
        """Blank a free text for good: a misfiled name, a lawful erasure. The seals still fit."""
        from titration import amending  # noqa: PLC0415 - `add` does not need it

        return amending.redact(self._store, int(row), field, self.heading("redact", reason))

    def redact_entry(self, entry: int | Entry, field: str, *, reason: str) -> Entry:
        """Blank a free text of an entry itself for good: its reason, card, source or answers. The seals still fit."""
        from titration import amending  # noqa: PLC0415 - `add` does not need it

        return amending.redact_entry(self._store, int(entry.__index__()), field, self.heading("redact", reason))

    def sign(self, report: MonthlyReport, meaning: str = "reviewed") -> Entry:
        """State something of a patient's report, by name: a typed name, not an authenticated signature.

        The next report of that month says "stated by", and what was entered or amended since.

        Args:
            report: As `log.chart(patient).report(month)` gives it.
            meaning: author, reviewed or approved.

        Raises:
            AppendRefused: Something of its days was written since it was read, or it is of another log.
            InvalidRecord: There is no such meaning.
        """
        from titration import stating  # noqa: PLC0415 - brings the report in

        return stating.sign(self, report, meaning)

    def add_scale(self, *added: scales.Scale) -> Entry:
        """Add the site's own scales; they are kept in the log."""
        from titration import amending  # noqa: PLC0415 - `add` does not need it

        return amending.add_scales(self._store, added, self.heading("scale"))

    def enter(self, patient: str | None = None) -> Any:
        """The form for a visit, in a notebook."""
        from titration import forms  # noqa: PLC0415 - the one import upwards, so that a log can be asked for it

        return forms.enter(self, patient)

    def explore(self, patient: str) -> Any:
        """One patient's pictures with pickers, in a notebook; reads only."""
        from titration import forms  # noqa: PLC0415 - as above

        return forms.explore(self, patient)


__all__ = ["Clock", "Entry", "Log", "system_clock"]
