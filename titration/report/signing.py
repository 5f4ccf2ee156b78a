"""Statements: what somebody said of a month's page, whether the page still reads so, and what no one has signed yet.

A statement is a typed name beside the page's fingerprint; it is not an authenticated signature.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import TYPE_CHECKING

from titration.records import KINDS
from titration.report import printed
from titration.report.facts import Fact
from titration.report.page import Heading, Lines, Page, Panel, Said, Table
from titration.report.unsigned import MOST, NOT_FACTS, OF_FACTS, unsigned, unsigned_fact
from titration.report.window import Row, Window, rows, until

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pandas as pd

__all__ = ["MOST", "Since", "document", "fingerprint", "panel", "since", "stated", "unsigned", "unsigned_fact"]

PANEL = "statements"
LEFT_OUT = ("picture.", "statement.", "unsigned.", "record.asof", "record.head", "record.version")
"""Facts that are no part of what is signed: what is said of signing itself, the state of the log, the version."""
TYPED = "A typed name with the fingerprint of the page, kept in the log; it is not an authenticated signature."


def document(window: Window) -> str:
    """What a statement of the page of that month is of.

    Example:
        >>> from titration.report.window import month
        >>> document(month("2026-10", "Europe/London"))
        'report 2026-10'
    """
    return f"report {window.first:%Y-%m}"


def fingerprint(content: Page) -> str:
    """The SHA-256 of what a page says, 64 hex digits: without the state of the log, the version and the statements.

    Args:
        content: The page; its facts are what counts, and not how or whether they are drawn.

    Example:
        >>> from titration.report.page import Pairs
        >>> title = Fact("page.title", "Title", "P001 - October 2026")
        >>> page = Page(title, Pairs(()), (), (), "")
        >>> fingerprint(page) == fingerprint(replace(page, written="later"))
        True
    """
    said = (s for s in content.said() if isinstance(s, Fact) and not s.id.startswith(LEFT_OUT))
    facts = {f.id: [f.id, f.label, f.text, f.value, f.unit, f.window, f.n, list(f.source)] for f in said}
    body = [content.mark, list(facts.values())]
    return sha256(b"titration report 1\0" + json.dumps(body, ensure_ascii=True).encode()).hexdigest()


@dataclass(frozen=True)
class Since:
    """What was written of a page's days after an entry.

    Attributes:
        said: Each fact entered or amended, in words.
        closed: Each question about the record that was closed, in words; no fact changed by that.
        source: The rows.
    """

    said: tuple[str, ...]
    closed: tuple[str, ...]
    source: tuple[str, ...]


def since(
    frames: Mapping[str, pd.DataFrame], patient: str, window: Window, history: pd.DataFrame | None, entry: int
) -> Since:
    """What was entered or amended after an entry and is dated by the end of a window.

    Args:
        frames: The frames of a chart, by name.
        patient: The code.
        window: Its end cuts.
        history: Amendments, with the columns of `titration.history.HISTORY`.
        entry: The entry after which.

    Returns:
        In order of rows; empty when there is nothing.
    """
    cut = until(frames, patient, window)
    names = [name for name in OF_FACTS if name not in NOT_FACTS and len(frames[name])]
    beyond = {row for name in names for row in frames[name]["row"]} - {
        row for name in names for row in cut[name]["row"]
    }
    found: dict[int, tuple[str, str]] = {}
    for row in _amended(history, window, entry, beyond):
        found[int(row["row"])] = (row["record"], _amendment(row))
        if row["replaced_by"] is not None:
            found[int(row["replaced_by"])] = (row["record"], "")
    for name, kind in OF_FACTS.items():
        if name not in NOT_FACTS:
            later = cut[name][cut[name]["entry"] > entry]
            for row in rows(later[["row", f"{kind.moment}_on"]]):
                day = printed.day(row[f"{kind.moment}_on"])
                found.setdefault(
                    int(row["row"]), (kind.table, f"{kind.title.lower()} of {day} entered, row {row['row']}")
                )
    shut = frames["findings_closed"]
    closed = rows(shut[(shut["patient"] == patient) & (shut["entry"] > entry)])
    return Since(
        tuple(said for _, (_, said) in sorted(found.items()) if said),
        tuple(f"{row['rule']}, row {row['of_row']}" for row in closed),
        tuple(f"{table}:{row}" for row, (table, _) in sorted(found.items())),
    )


def _amended(history: pd.DataFrame | None, window: Window, entry: int, beyond: set[int]) -> Iterator[Row]:
    """Amendments after an entry, one a row, of facts that are not dated after the window."""
    if history is None or history.empty:
        return
    later: dict[int, list[Row]] = {}
    for row in rows(history[history["entry"] > entry]):
        later.setdefault(int(row["row"]), []).append(row)
    for changes in later.values():
        first, last = changes[0], changes[0]
        while last["replaced_by"] in later:  # what stands for it now says best when it is dated
            last = later[last["replaced_by"]][0]
        if (
            KINDS[first["record"]].frame not in NOT_FACTS
            and last["replaced_by"] not in beyond
            and not _after(last, window)
        ):
            yield {**first, "fields": [change["field"] for change in changes if change["field"] is not None]}


def _after(row: Row, window: Window) -> bool:
    """Whether a fact that was taken back was dated after the window, by its words in the history."""
    stem = KINDS[row["record"]].moment
    said = re.search(rf"\b{stem}_(?:at|on) (\d{{4}}-\d{{2}}-\d{{2}})", row["old"] or "") if stem else None
    return said is not None and said[1] > window.last.isoformat()


def _amendment(row: Row) -> str:
    title, fields = KINDS[row["record"]].title.lower(), row["fields"]
    what = f" ({', '.join(KINDS[row['record']].field(name).title.lower() for name in fields)})" if fields else ""
    return f"{title} {row['action']}{what}, row {row['row']}: {row['reason'] or 'no reason stated'}"


def stated(
    content: Page, frames: Mapping[str, pd.DataFrame], patient: str, window: Window, history: pd.DataFrame | None
) -> Page:
    """A page with what was stated of it, when anything was; its fingerprint stays what it was.

    Args:
        content: The page.
        frames: The frames of a chart, not cut: a page is signed after its month.
        patient: The code.
        window: The days of the page.
        history: Amendments.
    """
    made = panel(frames, patient, window, history, fingerprint(content))
    return content if made is None else replace(content, panels=(*content.panels, made))


def panel(
    frames: Mapping[str, pd.DataFrame], patient: str, window: Window, history: pd.DataFrame | None, now: str
) -> Panel | None:
    """Who stated what of the page of that month, and what was entered or amended since; None when nobody did.

    Args:
        frames: The frames of a chart, not cut.
        patient: The code.
        window: The days of the page.
        history: Amendments.
        now: The fingerprint of the page as it reads now.
    """
    given = frames["statements"]
    ours = rows(given[(given["patient"] == patient) & (given["document"] == document(window))])
    if not ours:
        return None
    heads = (
        Heading("Stated"),
        Heading("By", wide=1),
        Heading("Meaning"),
        Heading("Fingerprint"),
        Heading("This page", wide=3),
    )
    lines = tuple(_line(row, now, since(frames, patient, window, history, int(row["entry"])), window) for row in ours)
    return Panel(PANEL, "Stated by", (Table("Stated of the page of this month", heads, lines), Lines((TYPED,))))


def _line(row: Row, now: str, later: Since, window: Window) -> tuple[Said, ...]:
    stem, source = f"statement.{row['row']}", printed.source("statement", row)
    sealed = row["fingerprint"] or ""
    short = "-".join(re.findall(".{4}", sealed[:16])) or "none stated"
    return (
        Fact(f"{stem}.when", "When it was stated", printed.moment(row, "stated", window.zone), source=source),
        Fact(f"{stem}.by", "Stated by", row["stated_by"], source=source),
        Fact(f"{stem}.meaning", "Meaning", row["meaning"], source=source),
        Fact(f"{stem}.fingerprint", "Fingerprint of the page it was stated of", short, source=source),
        Fact(f"{stem}.fits", "Whether this page reads as that one", _says(later, sealed, now), source=(*source, *later.source),
             n=len(later.said), definition="the fingerprint of this page beside the one stated of, and what was entered or amended since",
             function="titration.report.signing.since"),
    )  # fmt: skip


def _says(later: Since, sealed: str, now: str) -> str:
    """Whether the page reads as it did, and if not, what changed."""
    if later.said:
        more = f"; and {len(later.said) - MOST} more" if len(later.said) > MOST else ""
        return f"amended since: {'; '.join(later.said[:MOST])}{more}"
    if not sealed:
        return "stated without a fingerprint; nothing of these days was entered or amended since"
    if sealed == now:
        return "reads as it did"
    if later.closed:
        return f"reads otherwise: questions about the record closed since: {'; '.join(later.closed[:MOST])}"
    return "reads otherwise, though nothing of these days was entered or amended since (another version of the program)"
