"""Reports of a whole clinic: on every core, with progress, an index page, and what could not be made told at the end."""

from __future__ import annotations

import functools
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import click

from titration import private
from titration.cli import options

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from titration.log import Log
    from titration.report.batch import Files, Outcome
    from titration.report.clinic import Line
    from titration.report.paper import Paper

T = TypeVar("T")
FEW = 4
"""For so few a second process, or a bar, is not worth starting."""


@functools.cache
def _opened(path: Path) -> Any:
    """The log, open for reading, once a process."""
    return options.opened(path)


@dataclass(frozen=True)
class Reports:
    """The reports of a month, one patient at a time; it is carried to other processes.

    Attributes:
        log: The file.
        month: As 2026-10.
        asof: The entry they are read at.
        directory: The folder.
        replace: Whether reports that say something else may be replaced.
        ids: A study id for each patient, where they are de-identified.
    """

    log: Path
    month: str
    asof: int
    directory: Path
    replace: bool
    ids: Mapping[str, str] | None = None

    def __call__(self, patient: str) -> Files:
        """Make one, in a process of its own."""
        return self.of(_opened(self.log), patient)

    def of(self, log: Log, patient: str) -> Files:
        """Make one."""
        from titration.report.batch import Files, summed

        report = log.chart(patient, asof=self.asof).report(
            self.month, study_id=None if self.ids is None else self.ids[patient]
        )
        paths = report.save(self.directory, replace=self.replace)
        return Files({path.name: summed(path) for path in paths}, len(report.facts))


@dataclass(frozen=True)
class Lines:
    """The lines of the clinic's overview, one patient at a time; it is carried to other processes."""

    log: Path
    month: str
    asof: int

    def __call__(self, patient: str) -> Line:
        """Make one, in a process of its own."""
        return self.of(_opened(self.log), patient)

    def of(self, log: Log, patient: str) -> Line:
        """Make one."""
        from titration.report import clinic
        from titration.report.window import month

        return clinic.line(log.chart(patient, asof=self.asof), month(self.month, log.zone))


def each(log: Log, job: Reports | Lines, patients: Sequence[str], label: str) -> Iterator[Outcome[Any]]:
    """Do a job for each patient, here for a few, else on every core; with progress."""
    from titration.report import batch

    workers = 1 if len(patients) < FEW else min(batch.cores(), len(patients))
    here: Callable[[str], Any] = functools.partial(job.of, log)
    coming = batch.run(patients, here if workers == 1 else job, workers=workers)
    aside = sys.stderr  # what is shown on the terminal can be the paper itself
    with click.progressbar(coming, length=len(patients), label=label, hidden=len(patients) < FEW, file=aside) as shown:
        yield from shown


def write_reports(
    log: Log,
    month: str,
    patients: tuple[str, ...],
    output: Path,
    *,
    replace: bool,
    asof: str | None = None,
    ids: Mapping[str, str] | None = None,
) -> int:
    """Write the reports of a month; returns how many files there are of them.

    Reports that lie there as they were made from this very state of the log are not made again. A patient whose
    report cannot be made is named, and the others are made all the same. With no patient named, the whole clinic's
    are made, and a page that leads to them. With study ids they are de-identified; then nothing is noted in the folder
    that would lead back to a code, so all of them are made.
    """
    from titration.report import batch
    from titration.report.window import month as window_of

    window_of(month, log.zone)  # a month that is none is said once, not once a patient
    entry = log.entry_at(asof)
    everyone = patients or tuple(log.frame("patient", asof=entry)["patient"])
    private.folder(output)
    state = batch.key(log.store.properties["id"], log.head, entry, month)
    kept = None if ids else batch.Kept(output / f"reports-{month}.jsonl", state)
    there = kept.there() if kept else {}
    outcomes: list[Outcome[Files]] = [batch.Outcome(p, there[p]) for p in everyone if p in there]
    job = Reports(log.path, month, entry, output, replace, ids)
    for outcome in each(log, job, [p for p in everyone if p not in there], f"reports of {month}"):
        outcomes.append(outcome)
        if kept and outcome.made is not None:
            kept.add(outcome.patient, outcome.made)
    if kept:
        kept.settle(there | {outcome.patient: outcome.made for outcome in outcomes if outcome.made is not None})
    if not patients:
        paper = _study_index(log, outcomes, ids) if ids else _index(log, outcomes, month, entry, output)
        _write_index(paper, output, replace=replace)
    return _told(outcomes, output)


def _index(log: Log, outcomes: Sequence[Outcome[Files]], month: str, entry: int, output: Path) -> Paper:
    """The page that leads to the reports of a month."""
    from dataclasses import replace as altered

    from titration import papers
    from titration.report import index
    from titration.report.window import month as window_of

    bare = [altered(outcome, error=outcome.error.replace(f"{output}/", "")) for outcome in outcomes]
    state, mark = papers.state(log, entry), papers.mark(log)
    return index.build(bare, window_of(month, log.zone), site=log.site, seal=state, mark=mark)


def _study_index(log: Log, outcomes: Sequence[Outcome[Files]], ids: Mapping[str, str]) -> Paper:
    """The page that leads to de-identified reports, by study id; why one was not made is told elsewhere."""
    from dataclasses import replace as altered

    from titration import papers
    from titration.report import index

    named = [altered(one, patient=ids[one.patient], error=one.error and index.UNTOLD) for one in outcomes]
    return index.study(named, mark=papers.mark(log))


def _write_index(paper: Paper, output: Path, *, replace: bool) -> None:
    """Write it; a newer one takes the place of an older one, and of nothing else."""
    from titration.errors import LogExists
    from titration.report import files, index

    path = output / f"{paper.stem}.html"
    if path.exists() and not replace and not index.is_index(path.read_text(encoding="utf-8", errors="replace")):
        raise LogExists(path, "it is no index of reports: name another folder, or add --replace")
    files.write({path: index.linked(paper).encode()})


def _told(outcomes: Sequence[Outcome[Files]], output: Path) -> int:
    n_files = sum(len(outcome.made.sums) for outcome in outcomes if outcome.made is not None)
    failed = sorted((outcome.patient, outcome.error) for outcome in outcomes if outcome.made is None)
    if failed:
        lines = [f"{patient}: {error}" for patient, error in failed]
        raise click.ClickException("\n  ".join([f"{n_files} files are in {output}; not made:", *lines]))
    return n_files


def clinic_lines(log: Log, month: str, entry: int) -> list[Line]:
    """The lines of the clinic's overview; a patient whose line cannot be made stops it, for a count would be wrong."""
    patients = tuple(log.frame("patient", asof=entry)["patient"])
    outcomes = list(each(log, Lines(log.path, month, entry), patients, f"overview of {month}"))
    failed = sorted((outcome.patient, outcome.error) for outcome in outcomes if outcome.made is None)
    if failed:
        lines = [f"{patient}: {error}" for patient, error in failed]
        raise click.ClickException(
            "\n  ".join(["the overview was not made; of these patients it could not be read:", *lines])
        )
    return [outcome.made for outcome in outcomes if outcome.made is not None]
