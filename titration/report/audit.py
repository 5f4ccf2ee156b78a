"""The audit of some days: what was entered, corrected, taken back, moved, redacted, answered, late, unsigned; and whether the file fits.

It is about the record. It names who wrote what and why, and says nothing about how well.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any, Protocol

from titration.derive import findings
from titration.records import KINDS
from titration.report import printed, record
from titration.report.clinic import amendments
from titration.report.facts import Fact, Made, slug
from titration.report.page import Heading, Item, Lines, Page, Panel, Said, Table, gathered
from titration.report.paper import NOT_OVER, Paper, header, made_by
from titration.report.unsigned import MADE as UNSIGNED
from titration.report.unsigned import unsigned
from titration.report.window import Row, Window, rows

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from titration.report.record import Seal

LATE = "written-late"
WRITTEN: Made = {
    "definition": "entries written in these days, by the clock of the computer each was written on",
    "formula": "",
    "function": "titration.trail.entries",
}
RULE: Made = {
    "definition": "facts written in these days later than their kind or way of collecting allows, told once for each entry",
    "formula": "",
    "function": "titration.derive.findings.findings",
}
CLOCK = "An entry's time is that of the computer it was written on; the order of entries does not depend on it."


class Verified(Protocol):
    """What verifying the file found."""

    @property
    def fits(self) -> bool: ...  # noqa: D102 - whether everything fits its seals
    @property
    def faults(self) -> tuple[str, ...]: ...  # noqa: D102 - what does not, the first first
    @property
    def entries(self) -> int: ...  # noqa: D102 - entries read
    @property
    def facts(self) -> int: ...  # noqa: D102 - facts read


@dataclass(frozen=True, eq=False)
class Trail:
    """What an audit is made from.

    Attributes:
        frames: Frames of every patient, by name.
        history: The amendments, with the columns of `titration.history.HISTORY`.
        entries: The entries, with those of `titration.trail.ENTRIES`.
        answers: The questions answered, with those of `titration.trail.ANSWERS`.
        redactions: The texts blanked, with those of `titration.trail.REDACTIONS`.
        verified: What verifying the whole file found.
    """

    frames: Mapping[str, pd.DataFrame]
    history: pd.DataFrame
    entries: pd.DataFrame
    answers: pd.DataFrame
    redactions: pd.DataFrame
    verified: Verified


def build(trail: Trail, window: Window, *, site: str, seal: Seal, mark: str = "") -> Paper:
    """The audit of the entries written in some days.

    Args:
        trail: What it is made from.
        window: The days.
        site: The clinic, as the log names it.
        seal: The state of the log it was read from.
        mark: What marks a page of made-up data.
    """
    panels = (
        _file(trail.verified), _entries(trail.entries, window), _amended(trail.history, window),
        _redacted(trail.redactions, window), _answered(trail.answers, window), _late(trail, window, seal),
        _unsigned(trail, window), _closed(trail.frames["findings_closed"], window),
    )  # fmt: skip
    content = Page(
        title=Fact("page.title", "Title", f"Audit - {window.days}"),
        header=header(site, window),
        panels=gathered(panels),
        footer=(made_by(), CLOCK, record.STATEMENT),
        written="",
        mark=mark,
    )
    return Paper(f"audit-{window.first}-{window.last}", window, content, seal, NOT_OVER)


def _within(lines: pd.DataFrame, window: Window) -> list[dict[str, Any]]:
    """The lines recorded in a window."""
    at = lines["recorded_at"]
    return rows(lines[(at >= window.start) & (at < window.end)])


def _file(verified: Verified) -> Panel:
    """Whether the whole file fits its seals, as read when the paper was made."""
    read = Fact(
        "verify.read", "What was verified", f"Read: {verified.entries} entries, {verified.facts} facts.",
        float(verified.entries), "entries", n=verified.facts,
    )  # fmt: skip
    said = "The whole file fits its seals." if verified.fits else "The file does not fit its seals:"
    lines: list[Said] = [Fact("verify.fits", "Whether the file fits its seals", said), read]
    lines += [
        Fact(f"verify.fault.{n}", "What does not fit", f"- {fault}") for n, fault in enumerate(verified.faults, 1)
    ]
    lines.append("A chain written anew from its start would fit too: compare the seal at the foot with earlier paper.")
    return Panel("verify", "The file", (Lines(tuple(lines)),))


def _entries(entries: pd.DataFrame, window: Window) -> Panel:
    title = "Entries"
    ours = _within(entries, window)
    if not ours:
        return Panel("entries", title, (), "none written in these days")
    facts = sum(row["facts"] for row in ours)
    said = f"Entries written: {len(ours)}; facts in them: {facts}."
    back = int((entries["recorded_at"].diff().dt.total_seconds() < 0).sum())
    turned = f"Entries of the whole log whose time lies before that of the entry before: {back}."
    lines: list[Said] = [
        Fact("entry.count", "Entries written", said, float(len(ours)), "entries", window.days, len(ours), **WRITTEN),
        Fact(
            "entry.clock",
            "Entries with a time before the last",
            turned,
            float(back),
            "entries",
            n=len(entries),
            **WRITTEN,
        ),
    ]
    counted: dict[tuple[str, str], list[Row]] = {}
    for row in ours:
        counted.setdefault((row["recorded_by"], row["action"]), []).append(row)
    cells = tuple(_counted(who, what, found, window) for (who, what), found in sorted(counted.items()))
    heads = (Heading("By"), Heading("What", wide=1), Heading("Entries", numeric=True), Heading("Facts", numeric=True))
    return Panel("entries", title, (Lines(tuple(lines)), Table("Entries, by whom and of what kind", heads, cells)))


def _counted(who: str, what: str, found: Sequence[Row], window: Window) -> tuple[Said, ...]:
    stem, facts = f"entry.{slug(who)}.{slug(what)}", sum(row["facts"] for row in found)
    n = len(found)
    return (
        Fact(f"{stem}.by", "By", who),
        what,
        Fact(f"{stem}.n", f"Entries: {what}", str(n), float(n), "entries", window.days, n, **WRITTEN),
        Fact(f"{stem}.facts", f"Facts: {what}", str(facts), float(facts), "facts", window.days, n, **WRITTEN),
    )


def _amended(history: pd.DataFrame, window: Window) -> Panel:
    title = "Corrected, completed, taken back, moved"
    found = [list(same) for _, same in groupby(_within(history, window), lambda row: (row["entry"], row["row"]))]
    if not found:
        return Panel("amendments", title, (), "nothing in these days")
    return Panel("amendments", title, (amendments(title, found, window),))


def _redacted(redactions: pd.DataFrame, window: Window) -> Panel:
    title = "Texts blanked"
    found = _within(redactions, window)
    if not found:
        return Panel("redactions", title, (), "none in these days")
    lines: list[tuple[Said, ...]] = []
    for row in found:
        known = row["row"] is not None
        stem = f"redaction.{row['entry']}.{row['row'] if known else '-'}.{slug(row['field'])}"
        source = printed.source(row["record"], row) if known else ()
        kind = f"{KINDS[row['record']].title.lower()}, row {row['row']}" if known else "of an entry"
        field = KINDS[row["record"]].field(row["field"]).title if known else "text"
        lines.append((
            Fact(f"{stem}.when", "When", printed.instant(row["recorded_at"], window.zone), source=source),
            Fact(f"{stem}.patient", "Patient", row["patient"] or "-", source=source),
            Fact(f"{stem}.record", "Which record and text", f"{kind}: {field}", source=source),
            Fact(f"{stem}.reason", "Reason", row["reason"] or "not stated", source=source),
            Fact(f"{stem}.by", "By", row["recorded_by"], source=source),
        ))  # fmt: skip
    heads = (
        Heading("Entered"),
        Heading("Patient"),
        Heading("Record", wide=2),
        Heading("Reason", wide=3),
        Heading("By"),
    )
    return Panel("redactions", title, (Table(title, heads, tuple(lines)),))


def _answered(answers: pd.DataFrame, window: Window) -> Panel:
    title = "Questions answered"
    found = _within(answers, window)
    if not found:
        return Panel("answers", title, (), "none in these days")
    lines: list[tuple[Said, ...]] = []
    for n, row in enumerate(found, 1):
        stem = f"answer.{row['entry']}.{n}"
        lines.append((
            Fact(f"{stem}.when", "When", printed.instant(row["recorded_at"], window.zone)),
            Fact(f"{stem}.entry", "Entry", str(row["entry"]), float(row["entry"]), "entry"),
            Fact(f"{stem}.question", "What was asked", row["question"]),
            Fact(f"{stem}.reason", "Answer", row["reason"]),
            Fact(f"{stem}.by", "By", row["recorded_by"]),
        ))  # fmt: skip
    heads = (
        Heading("Entered"),
        Heading("Entry"),
        Heading("Question", wide=4),
        Heading("Answer", wide=2),
        Heading("By"),
    )
    return Panel("answers", title, (Table(title, heads, tuple(lines)),))


def _late(trail: Trail, window: Window, seal: Seal) -> Panel:
    title = "Written late"
    frames = trail.frames
    none_closed = {**frames, "findings_closed": frames["findings_closed"].iloc[:0]}
    told = findings.findings(none_closed, zone=window.zone_name, until=seal.asof_at)
    late = rows(told[told["rule"] == LATE])
    recorded = {
        (table, row["row"]): row
        for table in {found["record"] for found in late}
        for row in _within(frames[KINDS[table].frame], window)
    }
    lines: list[tuple[Said, ...]] = []
    for row in late:
        own = recorded.get((row["record"], row["row"]))
        if own is not None:
            stem, source = f"late.{row['record']}.{row['row']}", printed.source(row["record"], row)
            lines.append((
                Fact(f"{stem}.when", "When it was entered", printed.instant(own["recorded_at"], window.zone), source=source),
                Fact(f"{stem}.patient", "Patient", row["patient"], source=source),
                Fact(f"{stem}.record", "Which record", f"{KINDS[row['record']].title.lower()}, row {row['row']}", source=source),
                Fact(f"{stem}.says", "How late", row["says"], source=source, **RULE),
                Fact(f"{stem}.by", "By", own["recorded_by"], source=source),
            ))  # fmt: skip
    if not lines:
        return Panel("late", title, (), "nothing in these days")
    heads = (Heading("Entered"), Heading("Patient"), Heading("Record"), Heading("What", wide=1), Heading("By"))
    return Panel("late", title, (Table(title, heads, tuple(lines)),))


def _unsigned(trail: Trail, window: Window) -> Panel:
    title = "Not signed"
    found = unsigned(trail.frames, window, recorded=True)
    if found.empty:
        return Panel("unsigned", title, (), "no entry written in these days holds a fact that no statement covers")
    said = f"Entries written in these days with a fact no statement covers: {len(found)}."
    count = Fact(
        "unsigned.count", "Entries not signed", said, float(len(found)), "entries", window.days, len(found), **UNSIGNED
    )
    lines = []
    for patient, own in found.groupby("patient"):
        stem, n = f"unsigned.{slug(patient)}", int(own["n_facts"].sum())
        numbers = ", ".join(str(entry) for entry in own["entry"])
        lines.append((
            Fact(f"{stem}.patient", "Patient", str(patient)),
            Fact(f"{stem}.n", f"Facts not signed: {patient}", str(n), float(n), "facts", window.days, n, **UNSIGNED),
            Fact(f"{stem}.entries", f"Entries not signed: {patient}", numbers, window=window.days, n=len(own), **UNSIGNED),
        ))  # fmt: skip
    heads = (Heading("Patient"), Heading("Facts", numeric=True), Heading("Entries", wide=1))
    items: tuple[Item, ...] = (Lines((count,)), Table("Not signed, in the order of the codes", heads, tuple(lines)))
    return Panel("unsigned", title, items)


def _closed(closed: pd.DataFrame, window: Window) -> Panel:
    title = "Questions about the record closed"
    found = _within(closed, window)
    if not found:
        return Panel("closed", title, (), "none in these days")
    lines: list[tuple[Said, ...]] = []
    for row in found:
        stem, source = f"closed.{row['row']}", printed.source("finding_closed", row)
        lines.append((
            Fact(f"{stem}.when", "When", printed.instant(row["recorded_at"], window.zone), source=source),
            Fact(f"{stem}.patient", "Patient", row["patient"], source=source),
            Fact(f"{stem}.rule", "Which", f"{row['rule']}, row {row['of_row']}", source=source),
            Fact(f"{stem}.reason", "Reason", row["reason"], source=source),
            Fact(f"{stem}.by", "By", row["closed_by"] or row["recorded_by"], source=source),
        ))  # fmt: skip
    heads = (Heading("Entered"), Heading("Patient"), Heading("Which"), Heading("Reason", wide=1), Heading("By"))
    return Panel("closed", title, (Table(title, heads, tuple(lines)),))
