"""What nobody has signed yet: entries whose facts no statement covers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from titration.derive import moments
from titration.records import KINDS
from titration.report.facts import Fact, Made

if TYPE_CHECKING:
    from collections.abc import Mapping

    from titration.report.window import Window

OF_FACTS = {name: kind for name, kind in ((k.frame, k) for k in KINDS.values()) if kind.moment} | {
    "plans": KINDS["dose_change"]
}
NOT_FACTS = ("statements", "findings_closed")
"""Frames that speak of the record and not of the patient: nobody signs a signature."""
UNSIGNED = {
    "patient": "str",
    "entry": "int64",
    "recorded_at": moments.INSTANT,
    "recorded_by": "str",
    "n_facts": "int64",
    "first_on": moments.DAY,
    "last_on": moments.DAY,
    "records": "str",
}
MADE: Made = {
    "definition": "entries with a fact dated in these days, less those covered by a statement of the entry or of the month's report",
    "formula": "",
    "function": "titration.report.signing.unsigned",
}
MOST = 6
"""So many are named in a sentence."""


def unsigned(frames: Mapping[str, pd.DataFrame], window: Window, *, recorded: bool = False) -> pd.DataFrame:
    """The entries that hold facts which no statement covers.

    A fact is covered by a statement of its entry (`entry 12`), or of the report of the month it is dated in
    (`report 2026-10`) when that statement was entered after it. A fact without a date of its own is not asked for.

    Args:
        frames: Frames by name, of one patient or of all.
        window: The days the facts are dated in.
        recorded: Whether they are the days the facts were written down in instead.

    Returns:
        By patient and entry: patient (str), entry (int64), recorded_at (datetime64[us, UTC]), recorded_by (str), n_facts (int64),
        first_on, last_on (datetime64[s]: first and last day the facts are dated), records (str: kinds of record, in words).

    Example:
        >>> from titration.report.window import month
        >>> chart = demo_log.chart("P001")
        >>> unsigned(chart.frames, month("2026-10", chart.zone)).columns.tolist()[:3]
        ['patient', 'entry', 'recorded_at']

    Source:
        By definition.
    """
    names = (name for name in OF_FACTS if name not in NOT_FACTS and len(frames[name]))
    found = [_facts(frames, name, window, recorded=recorded) for name in names]
    facts = pd.concat(found) if found else pd.DataFrame()
    if facts.empty:
        return moments.typed(pd.DataFrame(columns=list(UNSIGNED)), UNSIGNED)
    facts["month"] = "report " + facts["on"].dt.strftime("%Y-%m")
    facts["one"] = "entry " + facts["entry"].astype("str")
    given = frames["statements"]
    last = given.groupby(["patient", "document"])["entry"].max().rename("stated").reset_index()
    of_month = facts.merge(last, left_on=["patient", "month"], right_on=["patient", "document"], how="left")["stated"]
    of_entry = facts.merge(last, left_on=["patient", "one"], right_on=["patient", "document"], how="left")["stated"]
    is_covered = (of_month.to_numpy() > facts["entry"].to_numpy()) | of_entry.notna().to_numpy()
    grouped = facts[~is_covered].groupby(["patient", "entry"], sort=True)
    made = grouped.agg(
        recorded_at=("recorded_at", "first"), recorded_by=("recorded_by", "first"), n_facts=("on", "size"),
        first_on=("on", "min"), last_on=("on", "max"), records=("record", lambda kinds: ", ".join(dict.fromkeys(kinds))),
    ).reset_index()  # fmt: skip
    return moments.typed(made, UNSIGNED)


def unsigned_fact(frames: Mapping[str, pd.DataFrame], window: Window) -> Fact:
    """One sentence about the entries of some days that no statement covers, for a page; it is no part of what is signed.

    Args:
        frames: The frames of one patient, statements not cut.
        window: The days the facts are dated in.

    Example:
        >>> from titration.report.window import month
        >>> chart = demo_log.chart("P001")
        >>> unsigned_fact(chart.frames, month("2026-10", chart.zone)).id
        'unsigned.count'
    """
    found = unsigned(frames, window)
    named = ", ".join(str(entry) for entry in found["entry"][:MOST])
    more = f" and {len(found) - MOST} more" if len(found) > MOST else ""
    said = f"Entries of these days not signed: {len(found)}" + (f" (entry {named}{more})." if named else ".")
    return Fact(
        "unsigned.count", "Entries with a fact of these days that no statement covers", said, float(len(found)), "entries",
        window.days, int(found["n_facts"].sum()), **MADE,
    )  # fmt: skip


def _facts(frames: Mapping[str, pd.DataFrame], name: str, window: Window, *, recorded: bool) -> pd.DataFrame:
    """The rows of one frame in a window, with the day each is dated."""
    kind, given = OF_FACTS[name], frames[name]
    placed = moments.placed(given, str(kind.moment), zone=window.zone_name)
    at = given["recorded_at"] if recorded else placed["moment"]
    ours = placed[(at >= window.start) & (at < window.end)]
    on = moments.local_day(ours["moment"], zone=window.zone_name)
    return ours[["patient", "entry", "recorded_at", "recorded_by"]].assign(on=on, record=kind.title.lower())
