"""Reading a log: its frames, charts and history, as they stand or stood; writes nothing.

`Log` is this and the writing; heavy imports stay inside the methods that need them.
"""

from __future__ import annotations

import weakref
from pathlib import Path
from typing import TYPE_CHECKING, Self

from titration import frames, known, scales, times
from titration import store as files
from titration.records import KINDS, DoseChange, Record, kind_of
from titration.store.seal import short

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime, tzinfo

    import pandas as pd

    from titration.chart import Chart
    from titration.charts import Cohort
    from titration.known import AsOf
    from titration.report.paper import Paper
    from titration.store.unchanged import Unchanged
    from titration.store.verify import Verification


class Reader:
    """What can be read of an open log; `Log` adds the writing.

    Attributes:
        path: The file.
        site: Name of the site.
        zone: IANA zone of the site: days and months are its.
        by: Who writes; None when the log was opened for reading.
    """

    def __init__(self, store: files.Store, by: str | None, *, ends: bool = True) -> None:
        self._store = store
        self._end = weakref.finalize(self, store.close) if ends else store.close
        self.path: Path = store.path
        self.site: str = store.properties["site"]
        self.zone: str = store.properties["zone"]
        self.by: str | None = by

    def __enter__(self) -> Self:
        """The log."""
        return self

    def __exit__(self, *_: object) -> None:
        """Let go of the file."""
        self.close()

    def __repr__(self) -> str:
        """Site, newest entry, and whether it can be written to."""
        entry, sealed, _ = self._store.head()
        mode = "for reading" if self.by is None else f"by {self.by}"
        return f"<log of {self.site}, open {mode}: entry {entry} of {times.stamp(self.recorded(entry))}, head {short(sealed)}>"

    def _repr_html_(self) -> str:
        """A card for a notebook: site, patients, entries, the newest one, and whether it can be written to."""
        from titration.plot import card  # noqa: PLC0415 - matplotlib is heavy

        entry, sealed, _ = self._store.head()
        patients = self._store.query("SELECT COUNT(DISTINCT patient) FROM patient")[0][0]
        return card.log_card(
            self.site if not self.is_demo or "made" in self.site else f"{self.site} (made-up clinic)",
            [
                ("patients", str(patients)), ("entries", str(entry)),
                ("newest entry", f"{self.recorded(entry):%Y-%m-%d %H:%M} ({self.zone})"),
                ("open", "for reading" if self.by is None else f"by {self.by}"), ("head", short(sealed)),
            ],
        )  # fmt: skip

    def close(self) -> None:
        """Let go of the file."""
        self._end()

    @property
    def store(self) -> files.Store:
        """The open file itself; for this package's own parts."""
        return self._store

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
        return scales.Register(known.scales_of(self._store))

    def recorded(self, entry: int) -> datetime:
        """When an entry was recorded, in the log's zone; an entry that is not there is refused as `entry_at` does."""
        ((at,),) = self._store.query("SELECT recorded_at FROM entry WHERE entry = ?", self.entry_at(entry))
        return times.from_seconds(at).astimezone(self._tz)

    def entry_at(self, asof: AsOf = None) -> int:
        """The entry a moment stands for.

        Args:
            asof: An entry's number; a time, which means the last entry in order recorded by then (an entry whose
                clock does not fit the order counts with the one before it); a day, which means its end in the
                log's zone; None is the newest.

        Raises:
            RowNotFound: There is no such entry, or none by then.
        """
        return known.entry_at(self._store, asof, self._tz)

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
            known.refuse_unknown(self._store, patient)
        return frames.read(self._store, found, asof=self.entry_at(asof), patient=patient)

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
            known.refuse_unknown(self._store, patient)
        return history(self._store, asof=self.entry_at(asof), patient=patient)

    def chart(self, patient: str, asof: AsOf = None) -> Chart:
        """One patient's chart, read at one moment.

        Raises:
            PatientNotFound: There is no such patient.
        """
        import pandas as pd  # noqa: PLC0415 - heavy, and `add` does not need it

        from titration.chart import Chart  # noqa: PLC0415 - see above

        with self._store.reading():
            known.refuse_unknown(self._store, patient)
            entry = self.entry_at(asof)
            ((sealed,),) = self._store.query("SELECT seal FROM entry WHERE entry = ?", entry)
            at = known.moment_of(self._store, entry)
            return Chart(
                patient=patient, site=self.site, zone=self.zone, asof=entry,
                asof_at=pd.Timestamp(at, unit="s", tz="UTC"), head=sealed.hex(), log_id=self._store.properties["id"],
                demo=self.is_demo, frames=self._frames_of(patient, entry), scales=self.scales,
            )  # fmt: skip

    def cohort(self, asof: AsOf = None) -> Cohort:
        """Every patient's frames, read at one moment: who they are in a table, and pictures of many.

        Args:
            asof: See `entry_at`.

        Example:
            >>> sorted(demo_log.cohort().table["item"].unique())[:2]
            ['age', 'diagnosis']
        """
        import pandas as pd  # noqa: PLC0415 - see chart

        from titration.charts import Cohort  # noqa: PLC0415 - see chart

        with self._store.reading():
            entry = self.entry_at(asof)
            at = pd.Timestamp(self.recorded(entry)).tz_convert("UTC")
            made = frames.chart_frames(self._store, entry, None)
            return Cohort(site=self.site, zone=self.zone, asof=entry, asof_at=at, demo=self.is_demo, frames=made)

    def findings(self, patient: str | None = None, asof: AsOf = None) -> pd.DataFrame:
        """What is odd about the record and was not closed yet; see `derive.findings.findings`.

        Args:
            patient: Only this patient's.
            asof: See `entry_at`.
        """
        from titration.derive import findings  # noqa: PLC0415 - brings pandas in

        with self._store.reading():
            if patient is not None:
                known.refuse_unknown(self._store, patient)
            entry = self.entry_at(asof)
            made = frames.chart_frames(self._store, entry, patient)
            until = times.from_seconds(known.moment_of(self._store, entry))
            return findings.findings(made, zone=self.zone, until=until)

    def _frames_of(self, patient: str, entry: int) -> dict[str, pd.DataFrame]:
        from titration.history import corrections  # noqa: PLC0415 - brings pandas in

        made = frames.chart_frames(self._store, entry, patient)
        return {**made, "corrections": corrections(self._store, asof=entry, patient=patient)}

    def due(self, first: str | date | None = None, last: str | date | None = None, asof: AsOf = None) -> Paper:
        """The booked, printed and noted dates of every patient that fall in some days; see `papers.due`."""
        from titration import papers  # noqa: PLC0415 - brings the report in

        return papers.due(self, first, last, asof)

    def audit(self, first: str | date | None = None, last: str | date | None = None, asof: AsOf = None) -> Paper:
        """What was written in some days, by whom and why, and whether the file fits; see `papers.audit`."""
        from titration import papers  # noqa: PLC0415 - brings the report in

        return papers.audit(self, first, last, asof)

    def clinic(self, month: str, asof: AsOf = None) -> Paper:
        """The clinic's month, in the order of the codes; see `papers.clinic`."""
        from titration import papers  # noqa: PLC0415 - brings the report in

        return papers.clinic(self, month, asof)

    def identity(self, patient: str) -> str:
        """The line that says which patient this is: code, birth year, pump, last dose and its date."""
        return known.identity(self._store, patient)

    def record(self, row: int) -> Record:
        """The record a row holds, amended or not; `dataclasses.replace` it for a correction."""
        return frames.record_of(self._store, int(row))

    def last_program(self, patient: str) -> DoseChange | None:
        """The last dose change entered that was done; None when there is none."""
        known.refuse_unknown(self._store, patient)
        found = known.last_change(self._store, patient)
        return None if found is None else found[1]

    def verify(self, head: str | None = None, *, anchor: str | Path | None = None, jobs: int = 1) -> Verification:
        """Read the whole file against its seals.

        Args:
            head: A head from a printed report, short or full, that must be in the file.
            anchor: A file of heads kept apart: each must be in it, and the newest is added when all fits.
            jobs: How many processes read.
        """
        from titration.store.verify import verify  # noqa: PLC0415 - only who verifies or copies waits for it

        return verify(self.path, head, anchored=Path(anchor) if anchor else None, jobs=jobs, noted=True)

    def unchanged(self) -> Unchanged | None:
        """What is known of a file unchanged since `verify` last fitted here; None when it may be; reads no seal."""
        from titration.store.unchanged import unchanged  # noqa: PLC0415 - only who verifies or copies waits for it

        return unchanged(self.path)

    def backup(self, path: str | Path) -> Verification:
        """A verified copy, taken while others write; never over a file."""
        from titration.store.backup import backup  # noqa: PLC0415 - only who verifies or copies waits for it

        return backup(self.path, Path(path))
