"""The month of one patient: facts gathered into a page, and the page as PDF, HTML, text and table.

A panel is added by one line in `_panels`. Nothing here reads a clock or a file.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from titration.report import (
    corrections,
    course,
    files,
    html,
    pdf,
    picture,
    plain,
    program,
    record,
    reservoir,
    scores,
    table,
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


def build(chart: ChartLike, month_name: str, *, history: pd.DataFrame | None = None) -> MonthlyReport:
    """The report of a chart's patient for a calendar month in the log's zone.

    Args:
        chart: A chart, or anything with its fields.
        month_name: Year and month, as `2026-10`.
        history: Amendments, with the columns `corrections.panel` names; None leaves their panel out.

    Returns:
        The report; what happened after the month is not in it.

    Raises:
        InvalidEntry: The month is not written as `2026-10`.
    """
    window = month(month_name, chart.zone)
    frames = until(chart.frames, chart.patient, window)
    content = Page(
        title=_title(chart.patient, window),
        header=record.header(frames, chart.patient, chart.site, window),
        panels=gathered(_panels(frames, chart, window, history)),
        footer=record.footer(frames, window),
        written="",
        mark=MADE_UP if chart.demo else "",
    )
    at = chart.asof_at.astimezone(UTC)
    seal = Seal(chart.asof, datetime(*at.timetuple()[:5], tzinfo=UTC), chart.head)
    return MonthlyReport(chart.patient, window, content, seal)


def _title(patient: str, window: Window) -> Fact:
    return Fact("page.title", "Title", f"{patient} - {MONTHS[window.first.month - 1]} {window.first.year}")


def _panels(
    frames: Mapping[str, pd.DataFrame], chart: ChartLike, window: Window, history: pd.DataFrame | None
) -> Iterator[Panel]:
    scales = chart.scales
    drawn = picture.panel(frames, chart.patient, window, scales)
    corrected = corrections.panel(history, chart.patient, window)
    missing = record.gaps_panel(frames, window)
    yield program.last_panel(frames, window)
    if drawn is not None:
        yield drawn
    yield program.changes_panel(frames, window)
    yield scores.summary_panel(frames, window, scales)
    yield scores.visits_panel(frames, scales)
    yield course.effects_panel(frames, window)
    yield reservoir.refills_panel(frames, window)
    yield reservoir.dates_panel(frames, window)
    yield course.oral_panel(frames, window)
    yield course.events_panel(frames, window)
    if missing is not None:
        yield missing
    if corrected is not None:
        yield corrected
