"""The log: the door for people and programs; opens a file, reads frames, records entries.

The only place that reads the clock. Heavy imports stay inside the methods that need them.
"""

from __future__ import annotations

import os
import platform
import weakref
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from titration import __version__, errors, frames, recording, scales, times
from titration import store as files
from titration.fields import Label
from titration.records import KINDS, DoseChange, Record, kind_of
from titration.recording import Entry
from titration.store.seal import short
from titration.store.writing import Author, Heading
from titration.units import Unfit

if TYPE_CHECKING:
    from datetime import tzinfo

    import pandas as pd

    from titration.chart import Chart
    from titration.importing import ImportResult

Clock = Callable[[], datetime]
AsOf = int | str | date | datetime | None


def system_clock() -> datetime:
    """Now, with the computer's offset."""
    return datetime.now().astimezone()


def author(by: str) -> Author:
    """Who is recording: the name as typed, and the account and computer beside it."""
    try:
        typed = Label(60).check(by)
    except Unfit as unfit:
        raise errors.InvalidEntry("by", [errors.Fault("by", errors.shown(by), f"{unfit}; as in clinician-1")]) from unfit
    try:
        import getpass  # noqa: PLC0415 - only a writer needs it

        account = getpass.getuser()
    except (KeyError, OSError):
        account = f"uid {os.getuid()}" if hasattr(os, "getuid") else "not known"
    return Author(typed, account, platform.node() or "not known", f"titration {__version__}")


class Log:
    """An open titration log.

    `titration.open` and `titration.create` make one. Usable in a `with` block, and without.

    Attributes:
        path: The file.
        site: Name of the site.
        zone: IANA zone of the site: days and months are its.
        by: Who writes; None when the log was opened for reading.
    """

    def __init__(self, store: files.Store, writer: Author | None, *, clock: Clock = system_clock) -> None:
        self._store, self._author, self._clock = store, writer, clock
        self._end = weakref.finalize(self, store.close)
        self.path: Path = store.path
        self.site: str = store.properties["site"]
        self.zone: str = store.properties["zone"]
        self.by: str | None = None if writer is None else writer.by

    def __enter__(self) -> Log:
        """The log."""
        return self

    def __exit__(self, *_: object) -> None:
        """Let go of the file."""
        self.close()

    def __repr__(self) -> str:
        """Site, newest entry, and whether it can be written to."""
        entry, sealed, at = self._store.head()
        mode = "for reading" if self.by is None else f"by {self.by}"
        when = times.stamp(times.from_seconds(at).astimezone(self._tz))
        return f"<log of {self.site}, open {mode}: entry {entry} of {when}, head {short(sealed)}>"

    def close(self) -> None:
        """Let go of the file."""
        self._end()

    # -- reading -----------------------------------------------------------------------------------

    @property
    def _tz(self) -> tzinfo:
        return times.zone(self.zone)

    @property
    def head(self) -> str:
        """The seal of the newest entry, 64 hex digits: what a printed report is compared with."""
        return self._store.head()[1].hex()

    @property
    def is_demo(self) -> bool:
        """Whether the log is made up."""
        return "demo" in self._store.properties

    @property
    def scales(self) -> scales.Register:
        """The scales of this log: the published ones and the site's own."""
        rows = self._store.query("SELECT definition FROM scale ORDER BY id")
        own = (scales.Scale.from_definition(text) for (text,) in rows)
        published = scales.register()
        return scales.Register((*published.values(), *(s for s in own if s.code not in set(published))))

    def entry_at(self, asof: AsOf = None) -> int:
        """The entry a moment stands for.

        Args:
            asof: An entry's number; a time, which means the last entry recorded by then; a day, which
                means its end in the log's zone; None is the newest.

        Raises:
            RowNotFound: There is no such entry, or none by then.
        """
        newest = self._store.head()[0]
        if asof is None:
            return newest
        if isinstance(asof, int) or (isinstance(asof, str) and asof.isdigit()):
            if not 1 <= int(asof) <= newest:
                raise errors.RowNotFound(f"there is no entry {asof}; this log has the entries 1 to {newest}")
            return int(asof)
        try:
            seconds = self._seconds(asof)
        except Unfit as unfit:
            raise errors.InvalidEntry("asof", [errors.Fault("asof", errors.shown(str(asof)), str(unfit))]) from unfit
        found = self._store.entry_by(seconds)
        if not found:
            raise errors.RowNotFound(f"nothing was recorded by {asof}; the log begins later")
        return found

    def _seconds(self, asof: str | date | datetime) -> int:
        if isinstance(asof, str):
            asof = times.parse_day(asof) if len(asof.strip()) == len("2026-10-08") else times.parse_instant(asof)
        if not isinstance(asof, datetime):
            asof = datetime.combine(asof, time(23, 59, 59), tzinfo=self._tz)
        return int((times.localise(asof, self._tz) if asof.tzinfo is None else asof).timestamp())

    def frame(self, kind: type[Record] | str, *, patient: str | None = None, asof: AsOf = None) -> pd.DataFrame:
        """The facts of one kind, as they stand or stood.

        Args:
            kind: The record's class, or its table.
            patient: Only this patient's.
            asof: See `entry_at`.

        Returns:
            DataFrame with the columns and dtypes of `titration.columns`, empty or full.

        Raises:
            PatientNotFound: There is no such patient.

        Example:
            >>> demo_log.frame("dose_change", patient="P001")["patient"].unique().tolist()
            ['P001']
        """
        found = KINDS[kind] if isinstance(kind, str) else kind_of(kind)
        if patient is not None:
            self._known(patient)
        return frames.read(self._store, found, asof=self.entry_at(asof), patient=patient)

    def _known(self, patient: str) -> None:
        rows = self._store.rows("patient", ["row"], self._store.head()[0], patient=patient, current=False)
        if not rows:
            alike = [p for p in recording.patients(self._store) if p.casefold() == patient.casefold()]
            hint = f"; there is {alike[0]}" if alike else ""
            raise errors.PatientNotFound(f"there is no patient {errors.shown(patient)} in this log{hint}")

    def doses(self, patient: str | None = None, asof: AsOf = None) -> pd.DataFrame:
        """Dose changes that were done; see `frame`."""
        return frames.split(self.frame(DoseChange, patient=patient, asof=asof))[0]

    def plans(self, patient: str | None = None, asof: AsOf = None) -> pd.DataFrame:
        """Dose changes that are programmed or planned; see `frame`."""
        return frames.split(self.frame(DoseChange, patient=patient, asof=asof))[1]

    def __getattr__(self, name: str) -> Callable[..., pd.DataFrame]:
        """A method for each kind's frame: `log.scores()`, `log.refills(patient="P001")` and so on."""
        if not name.startswith("_"):
            for kind in KINDS.values():
                if kind.frame == name:
                    return lambda patient=None, asof=None: self.frame(kind.record, patient=patient, asof=asof)
        message = f"a log has no {name!r}"
        raise AttributeError(message)

    def __dir__(self) -> list[str]:
        """The frames too, for completion."""
        return [*super().__dir__(), *(kind.frame for kind in KINDS.values())]

    def history(self, patient: str | None = None, asof: AsOf = None) -> pd.DataFrame:
        """Every entry: who wrote what, when and why, and what became of it.

        Returns:
            DataFrame of `titration.history.HISTORY`, in the order things were written.
        """
        from titration.history import history  # noqa: PLC0415 - brings pandas in

        if patient is not None:
            self._known(patient)
        return history(self._store, asof=self.entry_at(asof), patient=patient)

    def chart(self, patient: str, asof: AsOf = None) -> Chart:
        """One patient's chart, read at one moment.

        Raises:
            PatientNotFound: There is no such patient.
        """
        import pandas as pd  # noqa: PLC0415 - heavy, and `add` does not need it

        from titration.chart import Chart  # noqa: PLC0415 - see above

        with self._store.reading():
            self._known(patient)
            entry = self.entry_at(asof)
            at, sealed = self._store.query("SELECT recorded_at, seal FROM entry WHERE entry = ?", entry)[0]
            return Chart(
                patient=patient, site=self.site, zone=self.zone, asof=entry,
                asof_at=pd.Timestamp(at, unit="s", tz="UTC"), head=sealed.hex(), log_id=self._store.properties["id"],
                demo=self.is_demo, frames=frames.chart_frames(self._store, entry, patient), scales=self.scales,
            )  # fmt: skip

    def identity(self, patient: str) -> str:
        """The line that says which patient this is: code, birth year, pump, last dose and its date."""
        self._known(patient)
        return recording.identity(self._store, patient)

    def record(self, row: int) -> Record:
        """The record a row holds, amended or not; `dataclasses.replace` it for a correction."""
        return frames.record_of(self._store, int(row))

    def last_program(self, patient: str) -> DoseChange | None:
        """The last dose change entered that was done; None when there is none."""
        self._known(patient)
        found = recording.last_change(self._store, patient)
        return None if found is None else found[1]

    # -- writing -----------------------------------------------------------------------------------

    def _heading(self, action: str, reason: str | None = None, **more: Any) -> Heading:
        if self._author is None:
            raise errors.WriteRefused(f"{self.path} is open for reading; open it with by=... to write")
        if reason is not None and not reason.strip():
            raise errors.InvalidEntry(action, [errors.Fault("reason", "", "must be given, in words")])
        now = self._clock()
        return Heading(action, self._author, int(now.timestamp()), times.offset_min(now), reason=reason, **more)

    @property
    def setting(self) -> recording.Setting:
        """Zone, scales and the day it is, as recording needs them."""
        return recording.Setting(self._tz, self.scales, self._clock().astimezone(self._tz).date())

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
            return self._append_frame(records, kind, confirm or {}, reason)
        setting = self.setting
        shown = card or recording.read_back(self._store, recording.settled(records, setting)) or None
        heading = self._heading("append", reason, card=shown)
        return recording.append(self._store, records, heading, confirm=confirm or {}, setting=setting)

    def _append_frame(self, given: Sequence[Any], kind: type[Record], confirm: Mapping[str, str], reason: str | None) -> Entry:
        from titration.entry import bulk  # noqa: PLC0415 - brings pandas in

        if len(given) != 1 or not hasattr(given[0], "columns"):
            raise errors.FrameError(f"append(frame, kind={kind.__name__}) takes one DataFrame")
        setting, found = self.setting, kind_of(kind)
        fitted = bulk.fit(given[0], found, zone=setting.zone, scales=setting.scales)
        if fitted.faults:
            raise errors.InvalidEntry(f"frame of {found.title.lower()}", fitted.faults)
        heading = self._heading("append", reason)
        parts = [(found, fitted.frame, fitted.children)]
        return recording.append_frames(self._store, parts, heading, confirm=confirm, setting=setting)

    def import_file(self, path: str | Path, **how: Any) -> ImportResult:
        """Import a spreadsheet or CSV file; see `titration.importing.import_file`."""
        from titration.importing import import_file  # noqa: PLC0415 - brings pandas in

        return import_file(self, Path(path), **how)

    def correct(self, row: int, record: Record, *, reason: str, confirm: Mapping[str, str] | None = None) -> Entry:
        """Put a right record in the place of a wrong one; both stay, and who said so and why.

        Raises:
            AlreadyAmended: Somebody was first; says which row stands for it now.
        """
        from titration import amending  # noqa: PLC0415 - `add` does not need it

        heading = self._heading("correct", reason)
        return amending.correct(self._store, int(row), record, heading, confirm=confirm or {}, setting=self.setting)

    def retract(self, row: int, *, reason: str) -> Entry:
        """Say of a row that it was entered in error; it stays, and no frame shows it as current."""
        from titration import amending  # noqa: PLC0415 - `add` does not need it

        return amending.retract(self._store, int(row), self._heading("retract", reason))

    def move(self, entry: int | Entry, *, to: str, reason: str) -> Entry:
        """Move a whole entry to the right patient."""
        from titration import amending  # noqa: PLC0415 - `add` does not need it

        self._known(to)
        return amending.move(self._store, int(entry.__index__()), to, self._heading("move", reason))

    def redact(self, row: int, field: str, *, reason: str) -> Entry:
        """Blank a free text for good: a misfiled name, a lawful erasure. The seals still fit."""
        from titration import amending  # noqa: PLC0415 - `add` does not need it

        return amending.redact(self._store, int(row), field, self._heading("redact", reason))

    def add_scale(self, *added: scales.Scale) -> Entry:
        """Add the site's own scales; they are kept in the log."""
        from titration import amending  # noqa: PLC0415 - `add` does not need it

        return amending.add_scales(self._store, added, self._heading("scale"))

    # -- keeping -----------------------------------------------------------------------------------

    def verify(self, head: str | None = None) -> files.Verification:
        """Read the whole file against its seals.

        Args:
            head: A head from a printed report, short or full, that must be in the file.
        """
        return files.verify(self.path, head)

    def backup(self, path: str | Path) -> files.Verification:
        """A verified copy, taken while others write; never over a file."""
        return files.backup(self.path, Path(path))

    def enter(self, patient: str | None = None) -> Any:
        """The form for a visit, in a notebook."""
        from titration import forms  # noqa: PLC0415 - the one import upwards, so that a log can be asked for it

        return forms.enter(self, patient)


def open(  # noqa: A001 - `titration.open` reads as what it is; it is not in `__all__`
    path: str | Path, *, by: str | None = None, network: bool = False, clock: Clock = system_clock
) -> Log:
    """Open a log that is there; a missing file is an error.

    Args:
        path: The file.
        by: Who writes, as a code; without it the log is open for reading only.
        network: Whether writing on a network drive is accepted.
        clock: What tells the time.

    Raises:
        LogNotFound, NotALog, NewerLog, SealBroken, LogRolledBack, WriteRefused: As they say.
    """
    writer = None if by is None else author(by)
    heading = None
    if writer is not None:
        now = clock()
        heading = Heading("migration", writer, int(now.timestamp()), times.offset_min(now))
    store = files.open_store(Path(path), write=writer is not None, heading=heading, network=network)
    return Log(store, writer, clock=clock)


def create(
    path: str | Path, *, site: str, zone: str, by: str | None = None, clock: Clock = system_clock
) -> Log:
    """Start a new log; nothing may be at the path.

    Args:
        path: The file.
        site: Name of the site, as it stands on reports.
        zone: IANA zone of the site: days and months are its.
        by: Who starts it; the account of the operating system when left out.
        clock: What tells the time.

    Raises:
        LogExists: Something is there; it is left alone.
        InvalidEntry: The zone or the site cannot be so.
    """
    faults = []
    for name, value, check in (("site", site, Label(80).check), ("zone", zone, times.zone)):
        try:
            check(value)
        except Unfit as unfit:
            faults.append(errors.Fault(name, errors.shown(value), str(unfit)))
    if faults:
        raise errors.InvalidEntry("a new log", faults)
    writer = author(by or os.environ.get("TITRATION_BY") or author("x").account)
    now = clock()
    heading = Heading("init", writer, int(now.timestamp()), times.offset_min(now))
    store = files.create(Path(path), heading, {"site": site, "zone": zone})
    return Log(store, writer, clock=clock)


__all__ = ["Entry", "Log", "create", "open"]
