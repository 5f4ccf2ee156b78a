"""A paper that is no patient's month: what is due, a patient's card, the audit, the clinic's month.

Facts gathered into a page, and the page as PDF, HTML, text and table; nothing here reads a clock or a file.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from titration import times
from titration.errors import Fault, InvalidEntry, shown
from titration.report import files, html, pdf, plain, record, table
from titration.report.facts import Fact, distinct, frame
from titration.report.page import Page, Pairs, Said
from titration.report.record import Seal
from titration.report.window import Window
from titration.units import Unfit

if TYPE_CHECKING:
    from datetime import date

    import pandas as pd

NOT_OVER = "those days were not over, or not all of them entered"


@dataclass(frozen=True, eq=False)
class Paper:
    """A paper; the same log, entry, days and version give the same bytes.

    Attributes:
        stem: What its files are called, before their endings.
        window: The days it speaks of.
        content: The page without the state of the log it was read from.
        seal: That state.
        early: What is said when the log was read before the days were over.
    """

    stem: str
    window: Window
    content: Page
    seal: Seal
    early: str = ""

    @property
    def page(self) -> Page:
        """All that is printed, in order."""
        said = self.seal.facts(self.window, early=self.early)
        header = Pairs((*self.content.header.rows, *(("Log as of", above) for above in said[:1])))
        written = self.seal.asof_at.isoformat()
        return replace(self.content, header=header, footer=(*self.content.footer, *said[1:]), written=written)

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
        """Plain text, 80 columns."""
        return plain.render(self.page)

    def table(self) -> str:
        """The facts as CSV."""
        return table.render(self.facts)

    def files(self, paper: str = "a4") -> dict[str, bytes]:
        """What `save` writes: name to content."""
        stem = files.safe(self.stem)
        return {
            f"{stem}.pdf": self.pdf(paper),
            f"{stem}.html": self.html().encode(),
            f"{stem}.txt": self.text().encode(),
            f"{stem}-facts.csv": self.table().encode(),
        }

    def save(self, directory: str | Path, *, replace: bool = False, paper: str = "a4") -> list[Path]:
        """Write the PDF, the HTML page, the text and the facts into a folder.

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
        return f"<paper {self.stem}, as of entry {self.seal.asof}, {len(self.facts)} facts>"


def seal(asof: int, asof_at: datetime, head: str) -> Seal:
    """The state of a log a paper was read from, to the minute.

    Args:
        asof: Number of the last entry that was read.
        asof_at: When it was written, with an offset.
        head: Its seal, 64 hex digits.

    Example:
        >>> seal(7, datetime(2026, 11, 2, 9, 10, 33, tzinfo=UTC), "ab" * 32).asof_at.isoformat()
        '2026-11-02T09:10:00+00:00'
    """
    at = asof_at.astimezone(UTC)
    return Seal(asof, datetime(*at.timetuple()[:5], tzinfo=UTC), head)


def days(
    first: str | date | None, last: str | date | None, *, zone_name: str, asof_at: datetime, back: int, ahead: int
) -> Window:
    """The days of a paper from two days as typed; where one is left out, reckoned from the log's newest day.

    Args:
        first: First day, as 2026-10-01.
        last: Last day.
        zone_name: IANA name of the log's zone.
        asof_at: When the entry the log is read as of was written.
        back: Days before that day the paper begins when `first` is left out.
        ahead: Days after that day it ends when `last` is left out.

    Raises:
        InvalidEntry: One is no day, or the last lies before the first.

    Example:
        >>> at = datetime(2026, 11, 2, 9, 10, tzinfo=UTC)
        >>> days(None, "2026-12-31", zone_name="Europe/London", asof_at=at, back=0, ahead=90).days
        '2026-11-02 to 2026-12-31'
    """
    newest = asof_at.astimezone(times.zone(zone_name)).date()
    begin = _day("from", first) or newest - timedelta(days=back)
    end = _day("to", last) or max(begin, newest + timedelta(days=ahead))
    if end < begin:
        raise InvalidEntry("the paper", [Fault("to", end.isoformat(), f"lies before the first day, {begin}")])
    return Window(begin, end, zone_name)


def _day(name: str, given: str | date | None) -> date | None:
    if not isinstance(given, str):
        return given
    try:
        return times.parse_day(given)
    except Unfit as unfit:
        raise InvalidEntry("the paper", [Fault(name, shown(given), str(unfit))]) from unfit


def made_by() -> Fact:
    """The line at the foot that names the program's version."""
    return Fact("record.version", "Version of the program", f"Written by titration {record.version()}.")


def header(site: str, window: Window, *first: tuple[str, Said]) -> Pairs:
    """What stands at the head of a paper of the clinic: what is its own, the days, the site.

    Args:
        site: The clinic, as the log names it.
        window: The days of the paper.
        first: Labels with what is said of each, before these.
    """
    said = f"{window.days}, days and times of {window.zone_name}"
    return Pairs((
        *first,
        ("Window", Fact("window.all", "Days of the page, and their zone", said)),
        ("Site", Fact("record.site", "Site", site)),
    ))  # fmt: skip
