"""The page that leads to the reports of a clinic: one line a patient, in the order of the codes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from titration.report import html, record
from titration.report.facts import Fact, slug
from titration.report.page import Heading, Lines, Page, Pairs, Panel, Said, Table, gathered
from titration.report.paper import Paper, header, made_by
from titration.report.study import MARK, ZONE, Unnamed
from titration.report.window import MONTHS
from titration.report.window import month as window_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from titration.report.batch import Files, Outcome
    from titration.report.record import Seal
    from titration.report.window import Window

UNDATED = "2000-01"
UNTOLD = "it was told to the one who made them"
ENDINGS = {"Page": ".html", "PDF": ".pdf", "Text": ".txt", "Facts": "-facts.csv"}
_LINKED = re.compile(r'<span data-fact="(file\.[^"]*)">([^<]*)</span>')
_OURS = 'data-fact="page.title">Reports - '


def build(outcomes: Iterable[Outcome[Files]], window: Window, *, site: str, seal: Seal, mark: str = "") -> Paper:
    """The index of the reports of a month, with those that could not be made and why.

    Args:
        outcomes: One for each patient.
        window: The month.
        site: The clinic, as the log names it.
        seal: The state of the log they were read from.
        mark: What marks a page of made-up data.
    """
    every = sorted(outcomes, key=lambda outcome: outcome.patient)
    counted = Fact(
        "index.patients", "Patients of the log", f"{len(every)} in the log", float(len(every)), "patients", n=len(every)
    )
    content = Page(
        title=Fact("page.title", "Title", f"Reports - {MONTHS[window.first.month - 1]} {window.first.year}"),
        header=header(site, window, ("Patients", counted)),
        panels=gathered((_failed(every), _made(every))),
        footer=(made_by(), record.STATEMENT),
        written="",
        mark=mark,
    )
    return Paper(f"index-{window.first:%Y-%m}", window, content, seal, record.EARLY)


def study(outcomes: Iterable[Outcome[Files]], *, mark: str = "") -> Paper:
    """The index of de-identified reports: no site, no days, no state of the log.

    Args:
        outcomes: One for each patient, by study id.
        mark: What marks a page of made-up data.
    """
    every = sorted(outcomes, key=lambda outcome: outcome.patient)
    said = Fact("index.patients", "Patients", f"{len(every)} in the log", float(len(every)), "patients", n=len(every))
    content = Page(
        title=Fact("page.title", "Title", "Reports - de-identified"),
        header=Pairs((("Patients", said),)),
        panels=gathered((_failed(every), _made(every))),
        footer=(made_by(), record.STATEMENT),
        written="",
        mark=f"{MARK}. {mark}" if mark else MARK,
    )
    return Paper("index-deidentified", window_of(UNDATED, ZONE), content, Unnamed())


def _failed(every: Sequence[Outcome[Files]]) -> Panel:
    failed = [outcome for outcome in every if outcome.made is None]
    if not failed:
        return Panel("failed", "Not made", (), "every report was made")
    lines = tuple(
        (
            Fact(f"failed.{slug(outcome.patient)}.code", "Patient", outcome.patient),
            Fact(f"failed.{slug(outcome.patient)}.why", "Why", outcome.error),
        )
        for outcome in failed
    )
    return Panel("failed", "Not made", (Table("Not made", (Heading("Patient"), Heading("Why", wide=1)), lines),))


def _made(every: Sequence[Outcome[Files]]) -> Panel:
    made = [(outcome.patient, outcome.made) for outcome in every if outcome.made is not None]
    if not made:
        return Panel("reports", "Reports", (), "none was made")
    lines = tuple(_line(patient, files) for patient, files in made)
    heads = (Heading("Patient"), *(Heading(name) for name in ENDINGS), Heading("Number of facts", numeric=True))
    note = "The files lie in the same folder as this page."
    return Panel("reports", "Reports", (Table("Reports, in the order of the codes", heads, lines), Lines((note,))))


def _line(patient: str, files: Files) -> tuple[Said, ...]:
    stem = slug(patient)
    cells: list[Said] = [Fact(f"index.{stem}.code", "Patient", patient)]
    for label, ending in ENDINGS.items():
        name = next((name for name in files.sums if name.endswith(ending)), None)
        cells.append("-" if name is None else Fact(f"file.{stem}.{slug(label)}", label, name))
    n = files.n_facts
    cells.append(Fact(f"index.{stem}.facts", f"Facts of the report: {patient}", str(n), float(n), "facts", n=n))
    return tuple(cells)


def linked(paper: Paper) -> str:
    """The index as HTML in which each file's name leads to the file beside it; nothing is fetched by opening the page.

    Args:
        paper: As `build` gives it.
    """

    def link(found: re.Match[str]) -> str:
        # of all that `files.safe` leaves in a name, the percent sign alone means something else in an address
        address = found[2].replace("%", "%25")
        return f'<a data-fact="{found[1]}" href="{address}">{found[2]}</a>'

    return _LINKED.sub(link, html.render(paper.page))


def is_index(text: str) -> bool:
    """Whether a page was written here, so that a newer one may take its place."""
    return _OURS in text
