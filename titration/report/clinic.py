"""The clinic's month on one paper: what was recorded of each patient, in the order of the codes, and a plain calendar.

It counts records. It ranks nobody, colours nothing, and says nothing about how anybody is.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Any

from titration import units
from titration.derive import diary, findings
from titration.records import KINDS
from titration.report import corrections, due, printed, record, unsigned
from titration.report.facts import Fact, Made, slug
from titration.report.page import Heading, Item, Lines, Page, Panel, Said, Table, gathered
from titration.report.paper import Paper, header, made_by
from titration.report.programs import on_record
from titration.report.window import MONTHS, Row, Window, rows, until, within

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from titration.report.monthly import ChartLike
    from titration.report.record import Seal

EARLY = record.EARLY
AHEAD_DAYS = 62
"""The calendar goes on so many days after the month: two months more, whichever they are."""
NO_DIARY = "no diary expected"
CHANGES: Made = {
    "definition": "dose changes done, and steps programmed ahead whose time came, dated in the month",
    "formula": "",
    "function": "titration.derive.reconcile.on_record",
}
COUNTED: Made = {
    "definition": "records dated in the month",
    "formula": "",
    "function": "titration.report.window.within",
}
DIARY: Made = {
    "definition": "diary entries filled with a value, of those expected in the month",
    "formula": "",
    "function": "titration.derive.diary.completeness",
}
OPEN: Made = {
    "definition": "findings about the record, as it was at the end of the month, that nobody has closed",
    "formula": "",
    "function": "titration.derive.findings.findings",
}
AMENDED: Made = {
    "definition": "facts corrected, taken back or moved in the month; one completed later is no correction",
    "formula": "",
    "function": "titration.report.corrections.panel",
}
HEADS = ("Patient", "Following", "Changes", "Scores", "Refills", "Diary", "Unsigned", "Open", "Corrections")
NOTE = (
    "Changes, scores and refills: records dated in the month. Diary: entries filled of those expected. Unsigned: entries "
    "no statement covers. Open: questions about the record not closed. Corrections: entered in the month."
)


@dataclass(frozen=True)
class Line:
    """What the overview says of one patient.

    Attributes:
        patient: The code.
        facts: The line of the table.
        counts: Dose changes, scores, refills, unsigned entries, open questions, corrections.
        amended: Amendments entered in the month, rows of the history.
        dates: The dates of the patient, as `due.recorded` gives them.
    """

    patient: str
    facts: tuple[Said, ...]
    counts: tuple[int, ...]
    amended: tuple[dict[str, Any], ...]
    dates: tuple[dict[str, Any], ...]


def line(chart: ChartLike, window: Window) -> Line:
    """What the overview says of a chart's patient.

    Args:
        chart: A chart, or anything with its fields.
        window: The month.
    """
    frames = until(chart.frames, chart.patient, window)
    changed = within(on_record(frames, window), "effective", window)
    scored = within(frames["scores"], "observed", window)
    filled = within(frames["refills"], "filled", window)
    # a page is signed after its month, so the statements are not cut
    open_entries = unsigned.unsigned({**frames, "statements": chart.frames["statements"]}, window)
    questions = findings.findings(frames, zone=window.zone_name, until=window.end)
    amended = _amended(chart, window)
    n_amended = len({(row["entry"], row["row"]) for row in amended})
    counts = (len(changed), len(scored), len(filled), len(open_entries), len(questions), n_amended)
    stem, days = f"clinic.{slug(chart.patient)}", window.days
    names = ("changes", "scores", "refills", "unsigned", "open", "corrections")
    rules = (CHANGES, COUNTED, COUNTED, unsigned.MADE, OPEN, AMENDED)
    labels = (
        "Dose changes",
        "Scores",
        "Refills",
        "Entries not signed",
        "Open questions about the record",
        "Corrections",
    )
    made = [
        Fact(f"{stem}.{name}", f"{label}: {chart.patient}", str(n), float(n), "records", days, n, **rule)
        for name, label, n, rule in zip(names, labels, counts, rules, strict=True)
    ]
    facts = (
        Fact(f"{stem}.code", "Patient", chart.patient), _following(rows(frames["patient_states"]), stem),
        *made[:3], _diary(chart, window, stem), *made[3:],
    )  # fmt: skip
    dates = due.recorded(frames, window.zone_name)
    return Line(chart.patient, facts, counts, tuple(amended), tuple(dates))


def _following(states: Sequence[Row], stem: str) -> Said:
    known = [state for state in states if state["following"] is not None]
    if not known:
        return "not stated"
    source = printed.source("patient_state", known[-1])
    return Fact(f"{stem}.following", "Following", known[-1]["following"], source=source)


def _diary(chart: ChartLike, window: Window, stem: str) -> Said:
    frames = until(chart.frames, chart.patient, window)
    made = diary.completeness(
        frames["scores"], first=window.first, last=window.last, zone=window.zone_name, scales=chart.scales,
        diary_schedules=frames["diary_schedules"], patient_states=frames["patient_states"],
    )  # fmt: skip
    expected = [row for row in rows(made) if row["n_expected"]]
    if not expected:
        return NO_DIARY
    said = [f"{row['n_filled']} of {row['n_expected']} ({units.rounded(row['filled_pct'])} %)" for row in expected]
    n = sum(int(row["n_expected"]) for row in expected)
    return Fact(f"{stem}.diary", f"Diary entries: {chart.patient}", "; ".join(said), window=window.days, n=n, **DIARY)


def _amended(chart: ChartLike, window: Window) -> list[dict[str, Any]]:
    history = chart.frames["corrections"]
    recorded = history["recorded_at"]
    ours = history["action"].isin(corrections.ACTIONS) & (recorded >= window.start) & (recorded < window.end)
    return rows(history[ours])


def overview(lines: Iterable[Line], window: Window, *, site: str, seal: Seal, mark: str = "") -> Paper:
    """The clinic's month from the lines of its patients.

    Args:
        lines: One for each patient.
        window: The month.
        site: The clinic, as the log names it.
        seal: The state of the log they were read from.
        mark: What marks a page of made-up data.
    """
    every = sorted(lines, key=lambda made: made.patient)
    counted = Fact(
        "clinic.patients",
        "Patients of the log",
        f"{len(every)} in the log",
        float(len(every)),
        "patients",
        n=len(every),
    )
    content = Page(
        title=Fact("page.title", "Title", f"Clinic - {MONTHS[window.first.month - 1]} {window.first.year}"),
        header=header(site, window, ("Patients", counted)),
        panels=gathered(
            (_totals(every, window), _patients(every), _corrections(every, window), _calendar(every, window))
        ),
        footer=(made_by(), record.CUT, record.STATEMENT),
        written="",
        mark=mark,
    )
    return Paper(f"clinic-{window.first:%Y-%m}", window, content, seal, EARLY)


def _totals(every: Sequence[Line], window: Window) -> Panel:
    names = ("changes", "scores", "refills", "unsigned", "open", "corrections")
    words = (
        "dose changes",
        "scores",
        "refills",
        "entries not signed",
        "open questions about the record",
        "corrections",
    )
    rules = (CHANGES, COUNTED, COUNTED, unsigned.MADE, OPEN, AMENDED)
    lines: list[Said] = []
    for place, (name, word, rule) in enumerate(zip(names, words, rules, strict=True)):
        n = sum(made.counts[place] for made in every)
        if name == "corrections":  # a moved fact stands under both patients, and is one correction
            n = len({(row["entry"], row["row"]) for made in every for row in made.amended})
        who = [made.patient for made in every if made.counts[place]]
        said = f"{word.capitalize()}: {n}" + (f", of {len(who)} patients." if n else ".")
        if name == "changes" and who:
            said = f"Dose changes: {n}, of {', '.join(who)}."
        lines.append(
            Fact(
                f"clinic.total.{name}",
                f"{word.capitalize()} in the clinic",
                said,
                float(n),
                "records",
                window.days,
                n,
                **rule,
            )
        )
    return Panel("totals", "In the month", (Lines(tuple(lines)),))


def _patients(every: Sequence[Line]) -> Panel:
    if not every:
        return Panel("patients", "Patients", (), "no patient is in the log")
    numeric = {"Changes", "Scores", "Refills", "Unsigned", "Open", "Corrections"}
    heads = tuple(Heading(head, head in numeric, int(head == "Diary")) for head in HEADS)
    table = Table("Patients, in the order of their codes", heads, tuple(made.facts for made in every))
    return Panel("patients", "Patients", (table, Lines((NOTE,))))


def _corrections(every: Sequence[Line], window: Window) -> Panel:
    told = {(row["entry"], row["row"], row["field"]): row for made in every for row in made.amended}
    found = [
        list(same)
        for _, same in groupby((told[key] for key in sorted(told, key=str)), lambda row: (row["entry"], row["row"]))
    ]
    if not found:
        return Panel("corrections", "Corrections", (), "none entered in the month")
    return Panel(
        "corrections",
        "Corrections entered in the month",
        (amendments("Corrections entered in the month", found, window),),
    )


def amendments(caption: str, found: Sequence[list[dict[str, Any]]], window: Window) -> Table:
    """Amendments of many patients as a table: when, whose, what, why, by whom.

    Args:
        caption: What the table is.
        found: Rows of the history, one list for each amended row.
        window: For its zone.
    """
    heads = (
        Heading("Entered"),
        Heading("Patient"),
        Heading("Record"),
        Heading("What", wide=3),
        Heading("Reason", wide=2),
        Heading("By"),
    )
    return Table(caption, heads, tuple(_amendment(changes, window) for changes in found))


def _amendment(changes: list[dict[str, Any]], window: Window) -> tuple[Said, ...]:
    row = changes[0]
    stem, source = f"amendment.{row['row']}", printed.source(row["record"], row)
    named = f"{KINDS[row['record']].title.lower()}, row {row['row']}"
    return (
        Fact(f"{stem}.when", "When it was entered", printed.instant(row["recorded_at"], window.zone), source=source),
        Fact(f"{stem}.patient", "Patient", row["patient"], source=source),
        Fact(f"{stem}.record", "Which record", named, source=source),
        Fact(f"{stem}.what", "What was done", corrections.what(changes, None), source=source),
        Fact(f"{stem}.reason", "Reason", row["reason"] or "not stated", source=source),
        Fact(f"{stem}.by", "By", row["recorded_by"] or "not stated", source=source),
    )


def _calendar(every: Sequence[Line], window: Window) -> Panel:
    days = replace(window, last=window.last + timedelta(days=AHEAD_DAYS))
    found = due.between((row for made in every for row in made.dates), days)
    title = "Calendar of booked, printed and noted dates"
    if not found:
        return Panel("calendar", title, (), "no date falls in these days")
    said = Fact(
        "calendar.window",
        "Days of the calendar",
        f"Dates from {days.first} to {days.last}, in the order of the days.",
        n=len(found),
    )
    items: list[Item] = [Lines((said,)), due.table(title, found, days)]
    return Panel("calendar", title, tuple(items))
