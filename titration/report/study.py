"""A report without what tells whose it is: made from de-identified frames, its dates said as days of a study.

What is not let through by `disclosure` is not there to be printed; the state of the log is not named.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pandas as pd

from titration import deidentified
from titration.report.facts import Fact, Made, slug
from titration.report.page import Heading, Item, Lines, Page, Pairs, Panel, Picture, Said, Table
from titration.report.record import Seal
from titration.report.window import Window

if TYPE_CHECKING:
    from collections.abc import Mapping

    from titration.report.monthly import ChartLike
    from titration.scales import Register

ZONE = "UTC"
MARK = "De-identified"
MONDAY = pd.Timestamp("1999-12-27")
LEFT_OUT = (
    "Left out: what was typed in words, names of users and of the site, serial numbers, lots, brands and models, "
    "corrections with their reasons, statements, questions about the record, and which state of the log this was read from. "
    "It is not promised that nobody can be recognised."
)
DAYS: Made = {
    "definition": "the newest 28 days, counted in periods of 28 from day 0, that were over by the end of the month asked for",
    "formula": "",
    "function": "titration.deidentified.period",
}
AGE: Made = {
    "definition": "the age in the year of day 0, as a band of years; the year of birth alone is on record",
    "formula": "year of day 0 - year of birth",
    "function": "titration.deidentified.age_band",
}


@dataclass(frozen=True, eq=False)
class Study:
    """What a de-identified page is made from.

    Attributes:
        patient: The study id.
        frames: De-identified frames of one patient.
        window: The days of the page, as the frames count them.
        day_0: What day 0 is counted as in them: a day of the same weekday, because programs run by weekdays.
        origin: What day 0 is: implant or first record.
        age: The band of ages, blank where it is not known.
        scales: The scales of the log.
        demo: Whether the log is made up.
    """

    patient: str
    frames: Mapping[str, pd.DataFrame]
    window: Window
    day_0: pd.Timestamp
    origin: str
    age: str
    scales: Register
    demo: bool

    @property
    def days(self) -> tuple[int, int]:
        """First and last day of the page, counted from day 0."""
        first, last = (pd.Timestamp(day) for day in (self.window.first, self.window.last))
        return (first - self.day_0).days, (last - self.day_0).days


class Unnamed(Seal):
    """In place of the state of the log a de-identified page was made from: it is not named on it."""

    def __init__(self) -> None:
        super().__init__(0, datetime(2000, 1, 1, tzinfo=UTC), "")

    def facts(self, window: Window, *, early: str) -> tuple[()]:  # noqa: ARG002 - what a seal takes
        """Nothing: entry, time and seal would join this page to the log, to other pages, and to the calendar."""
        return ()


def masked(chart: ChartLike, month: Window, study_id: str) -> Study:
    """A chart as a de-identified page takes it.

    Args:
        chart: A chart of one patient.
        month: The calendar month asked for.
        study_id: What the patient is called instead.
    """
    began = deidentified.beginnings(chart.frames)
    found = began.loc[chart.patient] if chart.patient in began.index else None
    has_day = found is not None and pd.notna(found["day_0"])
    true: date = found["day_0"].date() if has_day else month.first  # type: ignore[index]  # there is one
    counted = MONDAY + timedelta(days=true.weekday())
    shift = counted.date() - true
    first, last = deidentified.period(month.last, true)
    people = chart.frames["patients"]
    born = people.loc[people["patient"] == chart.patient, "birth_year"]
    return Study(
        patient=study_id,
        frames=deidentified.frames(chart.frames, ids={chart.patient: study_id}, zone=chart.zone, day_0=counted),
        window=Window(first + shift, last + shift, ZONE, study=True),
        day_0=counted,
        origin=str(found["origin"]) if has_day else deidentified.EARLIEST,  # type: ignore[index]  # there is one
        age=deidentified.age_band(born.iloc[-1] if len(born) else None, pd.Timestamp(true)),
        scales=chart.scales,
        demo=chart.demo,
    )


def header(study: Study, rest: Pairs) -> Pairs:
    """The head of the page: study id, age at day 0, the days, then what any page says.

    Args:
        study: What the page is made from.
        rest: What `whose.header` gives; whose it is and which days are taken out of it.
    """
    first, last = study.days
    days = f"day {first} to day {last}, {last - first + 1} days; day 0 is the day of the {_zero(study)}"
    own: tuple[tuple[str, Said], ...] = (
        ("Study id", Fact("patient.code", "Study id", study.patient, function="titration.deidentified.study_ids")),
        ("Age at day 0", Fact("patient.age", "Age band", study.age, **AGE) if study.age else "not stated"),
        ("Window", Fact("window.all", "Days of the page", days, **DAYS)),
    )
    taken = {"Patient", "Age", "Site", "Window"}
    return Pairs((*own, *(row for row in rest.rows if row[0] not in taken)))


def _zero(study: Study) -> str:
    return "implant of the pump" if study.origin == deidentified.IMPLANT else "first record"


def footer(study: Study, rest: tuple[Said, ...]) -> tuple[Said, ...]:
    """The foot of the page: that it is de-identified and how, then what any page says.

    Args:
        study: What the page is made from.
        rest: What `record.footer` gives.
    """
    how = (
        f"De-identified: days are counted from day 0, the day of the {_zero(study)}; every day has 24 hours, times are "
        "by the clock on the wall, and days of the week are the true ones, because programs run by them. Source rows are "
        "numbered for this page alone."
    )
    return (how, LEFT_OUT, *rest)


def stem(study: Study) -> str:
    """What the files of the page are called, before their endings.

    Args:
        study: What the page is made from.
    """
    first, last = study.days
    return f"{study.patient}-days{first}to{last}"


def counted(page: Page, day_0: pd.Timestamp) -> Page:
    """The page with every date as a day of the study.

    Args:
        page: A page made from de-identified frames.
        day_0: What day 0 is counted as in them.
    """
    told = _Told(day_0)
    return replace(
        page,
        title=told.fact(page.title),
        header=told.pairs(page.header),
        panels=tuple(
            replace(panel, title=told.text(panel.title), items=tuple(map(told.item, panel.items)),
                    nothing=told.said(panel.nothing))
            for panel in page.panels
        ),
        footer=tuple(map(told.said, page.footer)),
    )  # fmt: skip


@dataclass(frozen=True)
class _Told:
    """Each shape of a page with its dates as days of the study."""

    day_0: pd.Timestamp

    def text(self, given: str) -> str:
        return deidentified.in_days(given, self.day_0)

    def said(self, given: Said) -> Said:
        return self.fact(given) if isinstance(given, Fact) else self.text(given)

    def fact(self, given: Fact) -> Fact:
        name = ".".join(slug(part) if "day" in part else part
                        for part in deidentified.in_days(given.id, self.day_0, "day").split("."))  # fmt: skip
        label, said, window, definition = map(self.text, (given.label, given.text, given.window, given.definition))
        return replace(given, id=name, label=label, text=said, window=window, definition=definition)

    def pairs(self, given: Pairs) -> Pairs:
        return replace(given, rows=tuple((label, self.said(said)) for label, said in given.rows))

    def heading(self, given: Heading) -> Heading:
        return replace(given, text=self.said(given.text), group=self.said(given.group))

    def item(self, given: Item) -> Item:
        if isinstance(given, Pairs):
            return self.pairs(given)
        if isinstance(given, Table):
            rows = tuple(tuple(map(self.said, row)) for row in given.rows)
            return Table(self.text(given.caption), tuple(map(self.heading, given.headings)), rows)
        if isinstance(given, Lines):
            return Lines(tuple(map(self.said, given.lines)))
        return Picture(given.svg, self.text(given.alt), self.text(given.words))


def panels(found: tuple[Panel, ...]) -> tuple[Panel, ...]:
    """The panels a de-identified page has: all but what is told of the log and of the people who keep it.

    Args:
        found: The panels of a month.
    """
    return tuple(panel for panel in found if panel.id not in {"questions", "corrections", "calendar"})
