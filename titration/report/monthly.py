"""The month of one patient: facts gathered into a page, and the page as PDF, HTML, text and table.

A panel is added by one line in `_front` or `_behind`. Nothing here reads a clock or a file.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from titration.report import before_after as compared
from titration.report import (
    corrections,
    course,
    files,
    gaps,
    html,
    ledger,
    pdf,
    picture,
    plain,
    program,
    programs,
    questions,
    record,
    reservoir,
    scores,
    signing,
    table,
    visited,
    whose,
)
from titration.report.facts import Fact, distinct, frame
from titration.report.page import Page, Pairs, Panel, gathered
from titration.report.record import Seal
from titration.report.window import MONTHS, Window, month, until

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pandas as pd

    from titration.scales import Register

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
class MonthlyReport:
    """One patient, one month; the same log, entry and version give the same bytes.

    Attributes:
        patient: The code.
        window: The days.
        content: The page without the state of the log it was read from.
        seal: That state.
    """

    patient: str
    window: Window
    content: Page
    seal: Seal

    @property
    def month(self) -> str:
        """Year and month, as `2026-10`."""
        return f"{self.window.first:%Y-%m}"

    @property
    def page(self) -> Page:
        """All that is printed, in order."""
        above, below = self.seal.facts(self.window)
        header = Pairs((*self.content.header.rows, ("Log as of", above)))
        written = self.seal.asof_at.isoformat()
        return replace(self.content, header=header, footer=(*self.content.footer, below), written=written)

    @property
    def facts(self) -> tuple[Fact, ...]:
        """Every fact of the page, in the order it is printed."""
        return distinct(said for said in self.page.said() if isinstance(said, Fact))

    def frame(self) -> pd.DataFrame:
        """The facts as a DataFrame."""
        return frame(self.facts)

    def html(self) -> str:
        """One HTML file."""
        return html.render(self.page)

    def pdf(self, paper: str = "a4") -> bytes:
        """A PDF, on `a4` or `us-letter`."""
        return pdf.render(self.page, paper)

    def text(self) -> str:
        """Plain text, 80 columns, to paste into a chart."""
        return plain.render(self.page)

    def table(self) -> str:
        """The facts as CSV."""
        return table.render(self.facts)

    def files(self, paper: str = "a4") -> dict[str, bytes]:
        """What `save` writes: name to content."""
        stem = files.safe(f"{self.patient}-{self.month}")
        return {
            f"{stem}.pdf": self.pdf(paper),
            f"{stem}.html": self.html().encode(),
            f"{stem}.txt": self.text().encode(),
            f"{stem}-facts.csv": self.table().encode(),
        }

    def save(self, directory: str | Path, *, replace: bool = False, paper: str = "a4") -> list[Path]:
        """Write the PDF, the HTML page, the text and the facts into a folder.

        Files that say the same, if only read from an older or newer state of the log, stay as they are.

        Args:
            directory: The folder; made when it is not there.
            replace: Whether files that say something else may be replaced.
            paper: `a4` or `us-letter`.

        Returns:
            The paths, written or found the same.

        Raises:
            LogExists: A file is there and says something else; nothing was written.
        """
        return files.save(self, Path(directory), replace_other=replace, paper=paper)

    def _repr_html_(self) -> str:
        return html.framed(self.html())

    def __repr__(self) -> str:
        """Short, without what the page says."""
        return f"MonthlyReport({self.patient}, {self.month}, as of entry {self.seal.asof}, {len(self.facts)} facts)"


def build(
    chart: ChartLike,
    month_name: str,
    *,
    history: pd.DataFrame | None = None,
    before_after: bool = False,
    pictures: bool = True,
) -> MonthlyReport:
    """The report of a chart's patient for a calendar month in the log's zone.

    Args:
        chart: A chart, or anything with its fields.
        month_name: Year and month, as `2026-10`.
        history: Amendments, with the columns `corrections.panel` names; None leaves their panel out.
        before_after: Whether scores before and after each change are added, with what may mislead in them.
        pictures: Whether it is drawn too; without them it says the same, in a tenth of the time.

    Returns:
        The report; what happened after the month is not in it.

    Raises:
        InvalidEntry: The month is not written as `2026-10`.
    """
    window = month(month_name, chart.zone)
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
    at = chart.asof_at.astimezone(UTC)
    seal = Seal(chart.asof, datetime(*at.timetuple()[:5], tzinfo=UTC), chart.head)
    return MonthlyReport(chart.patient, window, content, seal)


@dataclass(frozen=True, eq=False)
class _Read:
    """What the panels of a page are made from, each of it worked out once."""

    frames: dict[str, pd.DataFrame]
    window: Window
    drawn: picture.Drawn
    known: list[dict[str, Any]]
    odd: list[dict[str, Any]]
    unsigned: Fact
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
    return Fact("page.title", "Title", said, function="titration.report.monthly.build")


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
