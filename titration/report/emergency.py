"""The card of one patient for an emergency department, an MRI, surgery or a transfer: facts on one page, each with its date.

It repeats what was recorded and says that it is a record; it says nothing of what to do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from titration import times, units
from titration.report import printed, program, record, reservoir
from titration.report.facts import Fact, slug
from titration.report.page import Heading, Item, Lines, Page, Pairs, Panel, Said, Table, gathered
from titration.report.paper import Paper, made_by, seal
from titration.report.programs import strength
from titration.report.window import Row, Window, rows, until

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from titration.report.monthly import ChartLike

RECORD = "This is a record: interrogate the pump"
WHY = (
    "It holds what was entered in this log and nothing else; the pump may have been programmed, filled or stopped "
    "elsewhere since."
)
EVENTS = 5
"""So many device events, the last ones, so that the card stays one page."""
AHEAD = "As recorded, the pump changes to these by itself; a later readout may say otherwise."
_OF_A_MONTH = ("dose.last.days", "unexplained.")


def card(chart: ChartLike, *, mark: str = "") -> Paper:
    """The card of a chart's patient, as of the day of the newest entry that was read.

    Args:
        chart: A chart, or anything with its fields.
        mark: What marks a page of made-up data.

    Returns:
        The paper; what is dated after that day is not on it, but for what the pump was programmed to do by itself.
    """
    state = seal(chart.asof, chart.asof_at, chart.head)
    day = chart.asof_at.astimezone(times.zone(chart.zone)).date()
    window = Window(day, day, chart.zone)
    frames = until(chart.frames, chart.patient, window)
    content = Page(
        title=Fact("page.title", "Title", f"{chart.patient} - record card, as of {window.last}"),
        header=_header(frames, chart, window),
        panels=gathered(_panels(frames, chart, window)),
        footer=(made_by(), record.STATEMENT),
        written="",
        mark=mark,
    )
    return Paper(f"{chart.patient}-card-{window.last}", window, content, state)


def _header(frames: Mapping[str, pd.DataFrame], chart: ChartLike, window: Window) -> Pairs:
    pairs: list[tuple[str, Said]] = [("Patient", Fact("patient.code", "Patient", chart.patient))]
    people, states = rows(frames["patients"]), frames["patient_states"]
    born = people[-1]["birth_year"] if people else None
    year: Said = "not stated"
    if born is not None:
        source = printed.source("patient", people[-1])
        year = Fact("patient.birth_year", "Year of birth", str(int(born)), float(born), "year", source=source)
    known = rows(states[states["diagnosis"].notna()])
    diagnosis: Said = "not stated"
    if known:
        said = f"{known[-1]['diagnosis']}, noted {printed.day(known[-1]['noted_on'])}"
        diagnosis = Fact("patient.diagnosis", "Diagnosis", said, source=printed.source("patient_state", known[-1]))
    zone = Fact("record.zone", "Days and times", f"of {window.zone_name}")
    site = Fact("record.site", "Site", chart.site)
    return Pairs((*pairs, ("Year of birth", year), ("Diagnosis", diagnosis), ("Days and times", zone), ("Site", site)))


def _panels(frames: Mapping[str, pd.DataFrame], chart: ChartLike, window: Window) -> Iterator[Panel]:
    yield Panel("record", RECORD, (Lines((WHY,)),))
    yield _program(frames, window)
    ahead = _ahead(chart.frames["plans"], window)
    if ahead is not None:
        yield ahead
    yield _device(frames, window)
    yield reservoir.dates_panel(frames, window)
    yield _oral(frames, window)
    yield _events(frames, window)


def _program(frames: Mapping[str, pd.DataFrame], window: Window) -> Panel:
    """The panel of the month's page, without what speaks of a month."""
    panel = program.last_panel(frames, window)
    items = tuple(_without(item) for item in panel.items)
    return Panel(panel.id, panel.title, tuple(item for item in items if item is not None))


def _without(item: Item) -> Item | None:
    if isinstance(item, Pairs):
        return Pairs(tuple(row for row in item.rows if not _of_a_month(row[1])), item.lead)
    if isinstance(item, Lines):
        lines = tuple(line for line in item.lines if not _of_a_month(line))
        return Lines(lines) if lines else None
    return None if isinstance(item, Table) and _of_a_month(item.rows[0][0]) else item


def _of_a_month(said: Said) -> bool:
    return isinstance(said, Fact) and said.id.startswith(_OF_A_MONTH)


def _ahead(plans: pd.DataFrame, window: Window) -> Panel | None:
    """The steps that the pump was programmed to take by itself after the day of the card."""
    later = plans[(plans["status"] == "programmed") & (plans["effective_on"] > pd.Timestamp(window.last))]
    found = rows(later.sort_values(["effective_on", "effective_at", "row"]))
    if not found:
        return None
    lines: list[tuple[Said, ...]] = []
    for row in found:
        stem, source = f"ahead.{row['row']}", printed.source("dose_change", row)
        dose = row["dose_mcg_per_day"]
        said = units.quantity(dose, units.MCG_PER_DAY)
        when = printed.moment(row, "effective", window.zone)
        lines.append((
            Fact(f"{stem}.effective", "When it begins", when, source=source),
            Fact(f"{stem}.dose", "Daily dose programmed ahead", said, dose, "mcg/day", source=source),
            Fact(f"{stem}.program", "Mode, drug and strength", f"{row['mode']}; {strength(row)}", source=source),
            Fact(f"{stem}.entered", "When it was entered", printed.instant(row["recorded_at"], window.zone), source=source),
        ))  # fmt: skip
    heads = (Heading("Effective"), Heading("Daily dose"), Heading("Program", wide=2), Heading("Entered"))
    return Panel("ahead", "Programmed ahead", (Lines((AHEAD,)), Table("Programmed ahead", heads, tuple(lines))))


def _device(frames: Mapping[str, pd.DataFrame], window: Window) -> Panel:
    title = "Pump, catheter, last fill"
    last = {
        name: next(reversed(rows(frames[name])), None)
        for name in ("pumps", "catheters", "refills", "readouts", "boluses")
    }
    lines = []
    for table, name, stem, label, say in (
        ("pump", "pumps", "implanted", "Pump", _pump),
        ("catheter", "catheters", "implanted", "Catheter", _catheter),
        ("refill", "refills", "filled", "Last fill", _fill),
        ("readout", "readouts", "read", "Last readout", _readout),
        ("bolus", "boluses", "given", "Last bolus", _bolus),
    ):
        row = last[name]
        if row is not None:
            source = printed.source(table, row)
            when = f"{stem} {printed.moment(row, stem, window.zone)}"
            lines.append((
                label,
                Fact(f"device.{table}.said", label, say(row), source=source),
                Fact(f"device.{table}.when", f"{label}: when", when, source=source),
            ))  # fmt: skip
    if not lines:
        return Panel("device", title, (), "neither pump nor catheter nor fill on record")
    missing = [
        label for label, name in (("pump", "pumps"), ("catheter", "catheters"), ("fill", "refills")) if not last[name]
    ]
    items: list[Item] = [
        Table(title, (Heading("What"), Heading("As recorded", wide=1), Heading("Dated")), tuple(lines))
    ]
    if missing:
        items.append(Lines((f"Not on record: {', '.join(missing)}.",)))
    return Panel("device", title, tuple(items))


def _joined(row: Row, *parts: tuple[str, str, units.Unit | None]) -> str:
    """The fields that were stated, each with its word and unit."""
    made = []
    for word, name, unit in parts:
        value = row[name]
        if value is not None:
            said = str(value) if unit is None else units.quantity(value, unit)
            made.append(f"{word} {said}".strip())
    return ", ".join(made) or "nothing stated but the date"


def _pump(row: Row) -> str:
    said = _joined(row, ("", "model", None), ("reservoir", "reservoir_ml", units.ML),
                   ("low reservoir alarm set to", "low_reservoir_alarm_ml", units.ML), ("serial", "serial", None))  # fmt: skip
    clock = row["clock_offset_min"]
    if clock is None:
        return said
    return f"{said}, clock set {units.number(float(clock))} min east of UTC"


def _catheter(row: Row) -> str:
    return _joined(row, ("", "model", None), ("tip", "tip_level", None), ("length", "length_cm", units.CM),
                   ("volume", "volume_ml", units.ML), ("", "note", None))  # fmt: skip


def _fill(row: Row) -> str:
    said = strength(row) + (f" ({row['brand']})" if row["brand"] else "")
    return f"{said}, " + _joined(row, ("withdrawn", "withdrawn_ml", units.ML), ("injected", "injected_ml", units.ML),
                                 ("lot", "lot", None), ("", "note", None))  # fmt: skip


def _readout(row: Row) -> str:
    return _joined(row, ("as found", "dose_mcg_per_day", units.MCG_PER_DAY), ("", "mode", None),
                   ("", "concentration_mcg_per_ml", units.MCG_PER_ML), ("reservoir", "reservoir_ml", units.ML),
                   ("", "note", None))  # fmt: skip


def _bolus(row: Row) -> str:
    return _joined(row, ("", "bolus", None), ("", "dose_mcg", units.MCG), ("", "volume_ml", units.ML),
                   ("by", "route", None), ("", "reason", None))  # fmt: skip


def _oral(frames: Mapping[str, pd.DataFrame], window: Window) -> Panel:
    title = "Oral drugs, last recorded"
    oral = frames["oral_doses"]
    if oral.empty:
        return Panel("oral", title, (), "none on record")
    lines: list[tuple[Said, ...]] = []
    for row in rows(oral.drop_duplicates("drug", keep="last").sort_values("drug")):
        stem, source = f"oral.{slug(row['drug'])}.{row['row']}", printed.source("oral_dose", row)
        dose = row["dose_mg_per_day"]
        said = units.quantity(dose, units.MG_PER_DAY) + ("" if dose else " (stopped)")
        lines.append((
            Fact(f"{stem}.drug", "Oral drug", row["drug"], source=source),
            Fact(f"{stem}.dose", f"Last recorded daily dose of {row['drug']}", said, dose, "mg/day", source=source),
            Fact(f"{stem}.since", "Since", printed.moment(row, "started", window.zone), source=source),
        ))  # fmt: skip
    heads = (Heading("Drug", wide=1), Heading("Daily dose"), Heading("Since"))
    return Panel("oral", title, (Table(title, heads, tuple(lines)),))


def _events(frames: Mapping[str, pd.DataFrame], window: Window) -> Panel:
    title = "Device events, the last on record"
    events = frames["events"]
    found = rows(events[events["event"] == "device"])[-EVENTS:]
    if not found:
        return Panel("events", title, (), "none on record")
    lines: list[tuple[Said, ...]] = []
    for row in found:
        stem, source = f"event.{row['row']}", printed.source("event", row)
        ended = "-" if row["ended_on"] is None else printed.day(row["ended_on"])
        words = ", ".join(str(row[name]) for name in ("severity", "action", "outcome") if row[name]) or "-"
        lines.append((
            Fact(f"{stem}.started", "When it began", printed.moment(row, "started", window.zone), source=source),
            Fact(f"{stem}.ended", "When it ended", ended, source=source),
            Fact(f"{stem}.what", "What it was", row["subtype"] or "not stated", source=source),
            Fact(f"{stem}.words", "Severity, action, outcome", words, source=source),
        ))  # fmt: skip
    heads = (Heading("Began"), Heading("Ended"), Heading("Event"), Heading("Severity, action, outcome", wide=1))
    return Panel("events", title, (Table(title, heads, tuple(lines)),))
