"""The month of one patient: facts gathered into a page, and the page as PDF, HTML, text and table.

A panel is added by one line in `_front` or `_behind`. Nothing here reads a clock or a file.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from titration.report import before_after as compared
from titration.report import (
    corrections,
    course,
    gaps,
    goals,
    ledger,
    picture,
    program,
    programs,
    questions,
    record,
    reservoir,
    scores,
    signing,
    study,
    visited,
    whose,
)
from titration.report.facts import Fact
from titration.report.page import Page, Panel, gathered
from titration.report.paper import Paper
from titration.report.paper import seal as sealed
from titration.report.window import MONTHS, Window, month, until

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    import pandas as pd

    from titration.scales import Register

BUILD = "titration.report.monthly.build"
MADE_UP = "Made-up data: a demonstration, no patient"


class ChartLike(Protocol):
    """What a report needs of a chart."""

    @property
    def patient(self) -> str: ...  # noqa: D102 - as `Chart` says
    @property
    def site(self) -> str: ...  # noqa: D102 - as `Chart` says
    @property
    def zone(self) -> str: ...  # noqa: D102 - as `Chart` says
    @property
    def asof(self) -> int: ...  # noqa: D102 - as `Chart` says
    @property
    def asof_at(self) -> datetime: ...  # noqa: D102 - as `Chart` says
    @property
    def head(self) -> str: ...  # noqa: D102 - as `Chart` says
    @property
    def demo(self) -> bool: ...  # noqa: D102 - as `Chart` says
    @property
    def frames(self) -> Mapping[str, pd.DataFrame]: ...  # noqa: D102 - as `Chart` says
    @property
    def scales(self) -> Register: ...  # noqa: D102 - as `Chart` says


@dataclass(frozen=True, eq=False)
class MonthlyReport(Paper):
    """One patient, one month.

    Attributes:
        patient: The code.
    """

    patient: str = ""

    @property
    def month(self) -> str:
        """Year and month, as `2026-10`; of a de-identified page its title without the study id."""
        if self.window.study:
            return self.content.title.text.removeprefix(f"{self.patient} - ")
        return f"{self.window.first:%Y-%m}"

    def __repr__(self) -> str:
        """Short, without what the page says."""
        read = "de-identified" if self.window.study else f"as of entry {self.seal.asof}"
        return f"MonthlyReport({self.patient}, {self.month}, {read}, {len(self.facts)} facts)"


def build(
    chart: ChartLike,
    month_name: str,
    *,
    history: pd.DataFrame | None = None,
    before_after: bool = False,
    pictures: bool = True,
    study_id: str | None = None,
) -> MonthlyReport:
    """The report of a chart's patient for a calendar month in the log's zone.

    Args:
        chart: A chart, or anything with its fields.
        month_name: Year and month, as `2026-10`.
        history: Amendments, with the columns `corrections.panel` names; None leaves their panel out.
        before_after: Whether scores before and after each change are added, with what may mislead in them.
        pictures: Whether it is drawn too; without them it says the same, in a tenth of the time.
        study_id: What the patient is called on a de-identified page; such a page speaks of days of a study.

    Returns:
        The report; what happened after the month is not in it.

    Raises:
        InvalidEntry: The month is not written as `2026-10`.
    """
    window = month(month_name, chart.zone)
    if study_id is not None:
        return _deidentified(study.masked(chart, window, study_id), before_after=before_after, pictures=pictures)
    read = _read(chart, window, history, pictures=pictures)
    asked = [compared.panel(read.frames, window, chart.scales)] if before_after else []
    content = Page(
        title=_title(chart.patient, window),
        header=whose.header(read.frames, read.known, window, chart.scales, patient=chart.patient, site=chart.site),
        panels=gathered((*_front(read), *_behind(read), *asked)),
        footer=record.footer(read.frames, window),
        written="",
        mark=MADE_UP if chart.demo else "",
    )
    content = signing.stated(content, chart.frames, chart.patient, window, history)
    stem = f"{chart.patient}-{window.first:%Y-%m}"
    return MonthlyReport(
        stem, window, content, sealed(chart.asof, chart.asof_at, chart.head), record.EARLY, chart.patient
    )


def _deidentified(given: study.Study, *, before_after: bool, pictures: bool) -> MonthlyReport:
    """The page of a study: the same panels from de-identified frames, then every date told as a day."""
    window = given.window
    frames = until(given.frames, given.patient, window)
    read = _Read(
        frames=frames,
        window=window,
        drawn=picture.Drawn(frames, given.patient, window, given.scales, wanted=pictures, day_0=given.day_0),
        known=programs.programs(frames, window),
        odd=[],
        unsigned=None,
        corrected=None,
    )
    asked = [compared.panel(frames, window, given.scales)] if before_after else []
    head = whose.header(frames, read.known, window, given.scales, patient=given.patient, site="")
    first, last = given.days
    content = Page(
        title=Fact("page.title", "Title", f"{given.patient} - days {first} to {last}", function=BUILD),
        header=study.header(given, head),
        panels=gathered(study.panels((*_front(read), *_behind(read), *asked))),
        footer=study.footer(given, record.footer(frames, window)),
        written="",
        mark=study.MARK + (f". {MADE_UP}" if given.demo else ""),
    )
    told = study.counted(content, given.day_0)
    return MonthlyReport(study.stem(given), window, told, study.Unnamed(), "", given.patient)


@dataclass(frozen=True, eq=False)
class _Read:
    """What the panels of a page are made from, each of it worked out once."""

    frames: Mapping[str, pd.DataFrame]
    window: Window
    drawn: picture.Drawn
    known: list[dict[str, Any]]
    odd: list[dict[str, Any]]
    unsigned: Fact | None
    corrected: Panel | None


def _read(chart: ChartLike, window: Window, history: pd.DataFrame | None, *, pictures: bool) -> _Read:
    frames = until(chart.frames, chart.patient, window)
    # a month is looked at, and signed, after it is over: these two no window cuts
    closed, statements = (
        frame[frame["patient"] == chart.patient]
        for frame in (chart.frames["findings_closed"], chart.frames["statements"])
    )
    return _Read(
        frames=frames,
        window=window,
        drawn=picture.Drawn(frames, chart.patient, window, chart.scales, wanted=pictures),
        known=programs.programs(frames, window),
        odd=questions.found(frames, closed, window),
        unsigned=signing.unsigned_fact({**frames, "statements": statements}, window),
        corrected=corrections.panel(history, chart.patient, window),
    )


def _title(patient: str, window: Window) -> Fact:
    said = f"{patient} - {MONTHS[window.first.month - 1]} {window.first.year}"
    return Fact("page.title", "Title", said, function=BUILD)


def _front(read: _Read) -> Iterator[Panel]:
    """The page itself, in the order it is read."""
    frames, window, drawn = read.frames, read.window, read.drawn
    every, ours = ledger.changes(frames, window, read.known)
    yield program.last_panel(frames, window, read.known)
    yield from picture.front(drawn)
    yield scores.summary_panel(frames, window, drawn.scales, behind=drawn.by_visits)
    yield visited.panel(frames, window, drawn.scales, behind=not drawn.by_visits)
    yield ledger.last_panel(every, ours, window)
    yield from picture.strip(drawn, read.known)
    yield from _present(goals.panel(frames, window))
    yield reservoir.refills_panel(frames, window)
    yield reservoir.dates_panel(frames, window)
    yield from _present(read.corrected)
    yield course.effects_panel(frames, window)
    yield course.events_panel(frames, window)
    yield course.oral_panel(frames, window)
    yield from _present(gaps.panel(frames, read.known, window))
    yield questions.panel(read.odd, read.unsigned)


def _behind(read: _Read) -> Iterator[Panel]:
    """What stands behind the page, on sheets of its own."""
    frames, window, drawn = read.frames, read.window, read.drawn
    every, _ = ledger.changes(frames, window, read.known)
    yield from picture.behind(drawn)
    yield from _present(ledger.full_panel(every, window))
    yield from _present(scores.meanings_panel(frames, drawn.scales))
    yield from _present(questions.quality_panel(read.odd, frames, window, drawn.scales))


def _present(panel: Panel | None) -> Iterator[Panel]:
    if panel is not None:
        yield panel
