"""What was corrected, taken back or moved in a month, with the reasons as they were written."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

from titration.records import KINDS
from titration.report import printed
from titration.report.facts import Fact
from titration.report.page import Heading, Panel, Said, Table
from titration.report.window import Row, Window, rows

if TYPE_CHECKING:
    import pandas as pd

ACTIONS = ("corrected", "entered in error", "moved")
"""What counts as a correction; a fact completed later does not."""


def panel(history: pd.DataFrame | None, patient: str, window: Window) -> Panel | None:
    """The corrections entered in the window; None when nothing is known of any.

    Args:
        history: Amendments, one row for each field changed: entry, recorded_at, recorded_by, action,
            record, row, field, old, new, reason; None leaves the panel out.
        patient: Whose page it is; of a moved fact the other patient is not named.
        window: The days of the page.
    """
    if history is None:
        return None
    recorded = history["recorded_at"]
    ours = history["action"].isin(ACTIONS) & (recorded >= window.start) & (recorded < window.end)
    found = [list(same) for _, same in groupby(rows(history[ours]), lambda row: (row["entry"], row["row"]))]
    if not found:
        return Panel("corrections", "Corrections", (), f"none entered in the {window.noun}")
    title = f"Corrections entered in the {window.noun}"
    heads = (
        Heading("Entered"), Heading("Record"), Heading("What", wide=2), Heading("Reason", wide=2), Heading("By", wide=1),
    )  # fmt: skip
    lines = tuple(_line(changes, patient, window) for changes in found)
    return Panel("corrections", title, (Table(title, heads, lines),))


def _line(changes: list[dict[str, Any]], patient: str, window: Window) -> tuple[Said, ...]:
    row: Row = changes[0]
    stem, days = f"correction.{row['row']}", window.days
    origin = printed.source(row["record"], row)
    record = f"{KINDS[row['record']].title.lower()}, row {row['row']}"
    when = printed.instant(row["recorded_at"], window.zone)
    return (
        Fact(f"{stem}.when", "When it was entered", when, window=days, source=origin),
        Fact(f"{stem}.record", "Which record", record, window=days, source=origin),
        Fact(f"{stem}.what", "What was done", what(changes, patient), window=days, source=origin),
        Fact(f"{stem}.reason", "Reason", row["reason"] or "not stated", window=days, source=origin),
        Fact(f"{stem}.by", "By", row["recorded_by"] or "not stated", window=days, source=origin),
    )


def what(changes: list[dict[str, Any]], patient: str | None) -> str:
    """What an amendment did, in words.

    Args:
        changes: Its rows of the history, one for each field changed.
        patient: Whose page it is, and the other patient of a moved fact is not named; None names both.
    """
    action = str(changes[0]["action"])
    if action == "moved" and patient is None:
        codes = next((change for change in changes if change["field"] == "patient"), {})
        return f"moved from {codes.get('old') or 'not stated'} to {codes.get('new') or 'not stated'}"
    if action == "moved":
        here = any(change["field"] == "patient" and change["new"] == patient for change in changes)
        return "moved here from another patient" if here else "moved to another patient"
    fields = [_field(change) for change in changes if change["field"] is not None]
    return f"{action}: {'; '.join(fields)}" if fields else action


def _field(change: Row) -> str:
    title = KINDS[change["record"]].field(change["field"]).title
    return f"{title} was {change['old'] or 'not stated'}, now {change['new'] or 'not stated'}"
