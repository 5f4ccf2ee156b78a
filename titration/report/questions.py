"""Open questions about the record: what is odd about it and was not closed, and what nobody has signed.

They are about what was written, never about the patient or the dose; all of them stand behind the page.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

from titration.derive import findings, lateness
from titration.records import KINDS
from titration.report import printed
from titration.report.facts import Fact, Made
from titration.report.page import Heading, Item, Lines, Panel, Said, Table
from titration.report.window import Window, rows

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from titration.scales import Register

FOUND: Made = {
    "definition": "what is odd about the record up to the last day of the window, and was not closed with a reason",
    "formula": "",
    "function": "titration.derive.findings.findings",
}
WRITTEN: Made = {
    "definition": "scores up to the last day of the window by when they were first written, beside the day they are about",
    "formula": "day first written - day it is about",
    "function": "titration.derive.lateness.provenance",
}
HEADS = (Heading("Day"), Heading("What is odd about the record", wide=3), Heading("What would settle it", wide=2))
FULL = (
    Heading("Day"), Heading("Record"), Heading("What is odd about the record", wide=3),
    Heading("What would settle it", wide=2),
)  # fmt: skip
NONE = "none found by the rules of the record"


def found(frames: Mapping[str, pd.DataFrame], closed: pd.DataFrame, window: Window) -> list[dict[str, Any]]:
    """What is odd about the record up to the end of the window, and is not closed yet, by rule and day.

    Args:
        frames: The frames of one patient, cut at the end of the window.
        closed: Findings closed, whenever that was: a month is looked at after it is over.
        window: The days of the page.
    """
    made = findings.findings(frames, zone=window.zone_name, until=window.last_minute, closed=closed)
    return sorted(rows(made), key=lambda row: (row["rule"], _on(row), row["record"], row["row"]))


def panel(every: Sequence[dict[str, Any]], unsigned: Fact | None = None) -> Panel:
    """The open questions, one line for each kind, with the newest of it.

    Args:
        every: What `found` gives.
        unsigned: What nobody has signed, in one sentence.
    """
    title = "Open questions about the record"
    items: list[Item] = []
    lines = [_kind(list(of_rule)) for _, of_rule in groupby(every, lambda row: row["rule"])]
    if lines:
        items.append(Table(title, HEADS, tuple(lines)))
    count = Fact(
        "finding.count", "Findings about the record that are not closed", f"Findings not closed: {len(every)}.",
        float(len(every)), "findings", n=len(every), source=_source(every), **FOUND,
    )  # fmt: skip
    items.append(Lines((count,) if unsigned is None else (count, unsigned)))
    return Panel("questions", title, tuple(items), half=True)


def quality_panel(
    every: Sequence[dict[str, Any]], frames: Mapping[str, pd.DataFrame], window: Window, scales: Register
) -> Panel | None:
    """Each finding that is not closed, and when the scores were written; None when there is neither.

    Args:
        every: What `found` gives.
        frames: The frames of one patient, cut at the end of the window.
        window: The days of the page.
        scales: The scales of the log.
    """
    title = "Quality of the record"
    items: list[Item] = []
    if every:
        items.append(Table("Findings that are not closed", FULL, tuple(_finding(row) for row in every)))
    if not frames["scores"].empty:
        items.append(Lines((_written(frames, window, scales),)))
    return Panel("quality", title, tuple(items), behind=True) if items else None


def _on(row: dict[str, Any]) -> str:
    return "-" if row["on"] is None else printed.day(row["on"])


def _source(every: Sequence[dict[str, Any]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(f"{row['record']}:{int(row['row'])}" for row in every))


def _kind(same: list[dict[str, Any]]) -> tuple[Said, ...]:
    last, stem = same[-1], f"finding.{same[0]['rule']}"
    said = last["says"]
    if len(same) > 1:
        said += f" (the newest of {len(same)} of this kind)"
    source = _source(same)
    return (
        Fact(f"{stem}.on", "Day of it", _on(last), source=source, **FOUND),
        Fact(f"{stem}.says", "What is odd about the record", said, n=len(same), source=source, **FOUND),
        Fact(f"{stem}.settles", "What would settle it", last["settles"], source=source, **FOUND),
    )


def _finding(row: dict[str, Any]) -> tuple[Said, ...]:
    stem, source = f"finding.{row['rule']}.{row['record']}.{row['row']}", _source([row])
    record = f"{KINDS[row['record']].title.lower()}, row {int(row['row'])}"
    return (
        Fact(f"{stem}.on", "Day of it", _on(row), source=source, **FOUND),
        Fact(f"{stem}.record", "Which record", record, source=source, **FOUND),
        Fact(f"{stem}.says", "What is odd about the record", row["says"], source=source, **FOUND),
        Fact(f"{stem}.settles", "What would settle it", row["settles"], source=source, **FOUND),
    )


def _written(frames: Mapping[str, pd.DataFrame], window: Window, scales: Register) -> Fact:
    told = lateness.provenance(frames, zone=window.zone_name, scales=scales)
    counts = told["provenance"].value_counts()
    order = (
        lateness.SAME_DAY, lateness.WITHIN, lateness.LATE, lateness.BEFORE, lateness.ASSIGNED, lateness.NOT_JUDGED,
    )  # fmt: skip
    words = [f"{what} {int(counts[what])}" for what in order if what in counts]
    said = f"Scores on record up to {window.last.isoformat()} by when they were written: {', '.join(words)}."
    n = len(told)
    source = tuple(f"score:{row}" for row in told["row"])
    return Fact(
        "quality.written", "When the scores were written", said, float(n), "scores", n=n, source=source, **WRITTEN
    )
