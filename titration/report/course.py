"""What went along with the titration in a month: side effects, oral drugs, events, visits.

That something was asked and was not there is a fact; that nothing was written is only that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from titration import units
from titration.report import printed
from titration.report.facts import Fact, Made, slug
from titration.report.page import Heading, Item, Lines, Panel, Said, Table, text
from titration.report.window import Row, Window, rows, within

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

VISITS: Made = {
    "definition": "the visits on record in the window",
    "formula": "",
    "function": "titration.report.window.within",
}
CHANGED: Made = {
    "definition": "what was written of that drug in the window",
    "formula": "",
    "function": "titration.report.window.within",
}
WIDE = {"Words": 3, "Drug": 1, "Effect": 2, "Event": 2}


def _table(caption: str, heads: tuple[str, ...], lines: list[tuple[Said, ...]], shown: list[Row]) -> tuple[Item, ...]:
    if heads[-1] == "Words" and all(text(line[-1]) == "-" for line in lines):
        heads, lines = heads[:-1], [line[:-1] for line in lines]
    made: list[Item] = [
        Table(
            caption,
            tuple(Heading(head, wide=2 if head.startswith("Changes") else WIDE.get(head, 0)) for head in heads),
            tuple(lines),
        )
    ]
    if any(row.get("timing") == "assigned" for row in shown):
        made.append(Lines((printed.ASSIGNED_NOTE,)))
    return tuple(made)


def effects_panel(frames: Mapping[str, pd.DataFrame], window: Window) -> Panel:
    """The side effects asked about in the window, and the answers.

    Args:
        frames: The frames of one patient, cut at the end of the window.
        window: The days of the page.
    """
    title = "Side effects"
    found = rows(within(frames["side_effects"], "observed", window))
    if not found:
        none = f"no question about them on record this {window.noun}, which is not the same as none"
        return Panel("side_effects", title, (), none)
    lines: list[tuple[Said, ...]] = []
    for row in found:
        stem, origin = f"side_effect.{row['row']}", printed.source("side_effect", row)
        effect = "all asked about" if row["effect"] == "any" else row["effect"]
        answer = "asked: none" if row["severity"] == "none" else row["severity"]
        lines.append((
            Fact(f"{stem}.when", "When it was asked", printed.moment(row, "observed", window.zone), source=origin),
            Fact(f"{stem}.effect", "What was asked", effect, window=window.days, source=origin),
            Fact(f"{stem}.severity", f"Answer: {effect}", answer, window=window.days, source=origin),
            Fact(f"{stem}.reporter", "Who reports it", row["reporter"] or "not stated", source=origin),
            Fact(f"{stem}.note", "Words about it", row["note"] or "-", source=origin),
        ))  # fmt: skip
    heads = ("Asked", "Effect", "Answer", "Reporter", "Words")
    return Panel("side_effects", title, _table(title, heads, lines, list(found)), half=True)


def events_panel(frames: Mapping[str, pd.DataFrame], window: Window) -> Panel:
    """The events that began, or were on record as going on, in the window.

    Args:
        frames: The frames of one patient, cut at the end of the window.
        window: The days of the page.
    """
    title = "Events"
    events = frames["events"]
    started = within(events, "started", window)["row"]
    went_on = events["ended_on"] >= pd.Timestamp(window.first)
    found = rows(events[events["row"].isin(started) | went_on])
    if not found:
        return Panel("events", title, (), f"none on record this {window.noun}")
    lines: list[tuple[Said, ...]] = []
    for row in found:
        stem, origin = f"event.{row['row']}", printed.source("event", row)
        what = f"{row['event']}: {row['subtype'] or 'not stated'}"
        over = row["ended_on"] is not None and row["ended_on"].date() <= window.last
        lines.append((
            Fact(f"{stem}.started", "When it began", printed.moment(row, "started", window.zone), source=origin),
            Fact(f"{stem}.ended", "When it ended", printed.day(row["ended_on"]) if over else "-", source=origin),
            Fact(f"{stem}.event", "Event", what, window=window.days, source=origin),
            Fact(f"{stem}.severity", "Severity", row["severity"] or "not stated", source=origin),
            Fact(f"{stem}.words", "What happened, what was done, how it ended", _happened(row), source=origin),
        ))  # fmt: skip
    heads = ("Began", "Ended", "Event", "Severity", "Words")
    return Panel("events", title, _table(title, heads, lines, list(found)), half=True)


def _happened(row: Row) -> str:
    said = [row["words"], row["action"], row["outcome"], row["relatedness"]]
    return "; ".join(part for part in said if part) or "-"


def oral_panel(frames: Mapping[str, pd.DataFrame], window: Window) -> Panel:
    """The oral drugs on record at the end of the window, and their changes within it.

    Args:
        frames: The frames of one patient, cut at the end of the window.
        window: The days of the page.
    """
    title = "Oral drugs"
    oral = frames["oral_doses"]
    if oral.empty:
        return Panel("oral_doses", title, (), "none on record")
    ours = set(within(oral, "started", window)["row"])
    lines: list[tuple[Said, ...]] = []
    shown = []
    for drug, of_drug in sorted(_by_drug(rows(oral)).items()):
        changed = [row for row in of_drug if row["row"] in ours]
        if not changed and not of_drug[-1]["dose_mg_per_day"]:
            continue  # stopped before this month, and so it is in an earlier page
        last = of_drug[-1]
        shown += [last, *changed]
        lines.append(_oral(drug, last, changed, window))
    if not lines:
        return Panel("oral_doses", title, (), f"all on record were stopped before this {window.noun}")
    heads = ("Drug", "Last recorded daily dose", "Since", f"Changes in the {window.noun}")
    return Panel("oral_doses", title, _table(title, heads, lines, shown), half=True)


def _by_drug(every: Sequence[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in every:
        found.setdefault(row["drug"], []).append(row)
    return found


def _changed(row: Row, window: Window) -> str:
    dose = units.quantity(row["dose_mg_per_day"], units.MG_PER_DAY)
    return f"{printed.moment(row, 'started', window.zone)}: {dose}"


def _oral(drug: str, last: Row, changed: list[Row], window: Window) -> tuple[Said, ...]:
    stem, origin = f"oral.{slug(drug)}.{last['row']}", printed.source("oral_dose", last)
    dose = last["dose_mg_per_day"]
    said = units.quantity(dose, units.MG_PER_DAY) + ("" if dose else " (stopped)")
    since = printed.moment(last, "started", window.zone)
    return (
        Fact(f"{stem}.drug", "Oral drug", drug, source=origin),
        Fact(f"{stem}.dose", f"Last recorded daily dose of {drug}", said, dose, "mg/day", source=origin),
        Fact(f"{stem}.since", f"Since when: {drug}", since, source=origin),
        Fact(
            f"{stem}.changes", f"Changes of {drug}", "; ".join(_changed(row, window) for row in changed) or "-",
            window=window.days, n=len(changed), source=printed.source("oral_dose", *changed), **CHANGED,
        ),
    )  # fmt: skip


def visits(frames: Mapping[str, pd.DataFrame], window: Window) -> Fact:
    """The visits of the window, in one line.

    Args:
        frames: The frames of one patient, cut at the end of the window.
        window: The days of the page.
    """
    found = rows(within(frames["visits"], "visited", window))
    said = [
        f"{printed.moment(row, 'visited', window.zone)} {row['visit']}"
        + (f" ({row['seen_by']})" if row["seen_by"] else "")
        for row in found
    ]
    words = "; ".join(said) or "none on record"
    return Fact(
        "visits.month", "Visits", words, None, "", window.days, len(found), source=printed.source("visit", *found),
        **VISITS,
    )  # fmt: skip
