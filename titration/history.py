"""History: who wrote what, when and why, and what became of it; the audit trail of a patient or the clinic."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from titration import columns, frames
from titration.fields import Shown
from titration.records import KINDS, Record, kind_of

if TYPE_CHECKING:
    import pandas as pd

    from titration.store import Store

HISTORY = (
    Shown("entry", "int64", "", "number of the entry"),
    Shown("recorded_at", "datetime64[us, UTC]", "", "when it was written"),
    Shown("recorded_by", "str", "", "who wrote it, as typed"),
    Shown("account", "str", "", "account of the operating system"),
    Shown("action", "str", "", "append, import, corrected, entered in error, moved, completed"),
    Shown("patient", "str", "", "code of the patient"),
    Shown("record", "str", "", "kind of record"),
    Shown("row", "int64", "", "row of the fact"),
    Shown("replaced_by", "Int64", "", "row that stands for it now"),
    Shown("field", "str", "", "what was changed; missing when the whole fact was written or taken back"),
    Shown("old", "str", "", "before"),
    Shown("new", "str", "", "after"),
    Shown("reason", "str", "", "why"),
    Shown("source", "str", "", "file it was taken from"),
)


def history(store: Store, *, asof: int, patient: str | None = None) -> pd.DataFrame:
    """Every fact as it was written, and every amendment with the old and the new value.

    Args:
        store: The open file.
        asof: Nothing of a later entry.
        patient: Only this patient's; all when None. A moved fact stands under both patients.

    Returns:
        DataFrame of `HISTORY`, in the order things were written.
    """
    with store.reading():
        entries, amended = _entries(store), _amendments(store, asof)
        written = _written(store, asof, patient, amended)
        stand_ins = {by for _, by, _, _ in amended.values() if by is not None}
        lines = _corrections(entries, {row: said for row, said in amended.items() if row in written}, written)
        for row, (entry, made) in written.items():
            if row not in stand_ins:
                lines.append({**entries[entry], **_head(made), "row": row, "new": _said(made)})
    return _framed(lines)


def corrections(store: Store, *, asof: int, patient: str | None = None) -> pd.DataFrame:
    """The amendments alone: what was corrected, taken back or moved, with the old and the new value.

    Args:
        store: The open file.
        asof: Nothing of a later entry.
        patient: Only this patient's; all when None. A moved fact stands under both patients.

    Returns:
        DataFrame of `HISTORY`, in the order things were written.
    """
    with store.reading():
        amended = _amendments(store, asof)
        if not amended:
            return _framed([])
        written = _written(store, asof, patient, amended, only=True)
        ours = {row: said for row, said in amended.items() if row in written}
        return _framed(_corrections(_entries(store), ours, written))


def _written(
    store: Store, asof: int, patient: str | None, amended: dict[int, Any], *, only: bool = False
) -> dict[int, tuple[int, Record]]:
    """Row to entry and record: all, or those that are or became facts of a patient; or the amended ones alone."""
    entry_of: dict[int, int] = {}
    made: dict[int, Record] = {}
    for kind in KINDS.values():
        if kind.parent is not None or not store.known(kind.table):  # a log of an older version knows fewer kinds
            continue
        if not only:
            who = "" if patient is None else " AND patient = ?"
            values = (asof,) if patient is None else (asof, store.code(patient) or -1)
            made |= frames.records(store, kind, f"entry <= ?{who}", *values)
            entry_of |= dict(store.query(f"SELECT row, entry FROM {kind.table} WHERE entry <= ?{who}", *values))
        if only or patient is not None:
            here = f"row IN (SELECT row FROM amendment UNION SELECT replaced_by FROM amendment) AND entry <= {asof}"
            made |= frames.records(store, kind, here)
            entry_of |= dict(store.query(f"SELECT row, entry FROM {kind.table} WHERE {here}"))
    if patient is not None:
        for row in _strangers(made, patient, amended):
            del made[row]
    return {row: (entry_of[row], made[row]) for row in sorted(made)}


def _framed(lines: list[dict[str, Any]]) -> pd.DataFrame:
    lines.sort(key=lambda line: (line["entry"], line["row"]))
    return columns.frame(HISTORY, {c.name: [line.get(c.name) for line in lines] for c in HISTORY})


def _amendments(store: Store, asof: int) -> dict[int, Any]:
    """Row to what was said of it: kind, the row that replaced it, reason, entry."""
    found = store.query("SELECT row, kind, replaced_by, reason, entry FROM amendment WHERE entry <= ?", asof)
    reasons = frames.texts(store, [reason for *_, reason, _ in found])
    return {row: (kind, by, said, entry) for (row, kind, by, _, entry), said in zip(found, reasons, strict=True)}


def _corrections(
    entries: dict[int, dict[str, Any]], amended: dict[int, Any], written: dict[int, tuple[int, Record]]
) -> list[dict[str, Any]]:
    lines: list[dict[str, Any]] = []
    for row, (what, by, reason, at) in amended.items():
        made = written[row][1]
        line = {**entries[at], **_head(made), "row": row, "replaced_by": by, "action": what, "reason": reason}
        lines += _changes(made, None if by is None else written[by][1], line)
    return lines


def _head(made: Record) -> dict[str, str]:
    return {"patient": made.patient, "record": kind_of(type(made)).table}


def _entries(store: Store) -> dict[int, dict[str, Any]]:
    found = store.query("SELECT entry, recorded_at, by, account, action, reason, source FROM entry")
    reasons = frames.texts(store, [reason for *_, reason, _ in found])
    sources = frames.texts(store, [source for *_, source in found])
    names = ("entry", "recorded_at", "recorded_by", "account", "action")
    return {
        line[0]: {**dict(zip(names, line[:5], strict=True)), "reason": reason, "source": source}
        for line, reason, source in zip(found, reasons, sources, strict=True)
    }


def _strangers(made: dict[int, Record], patient: str, amended: dict[int, Any]) -> list[int]:
    """Amended rows and those that replaced them, where no row of their line is of that patient."""
    began: dict[int, int] = {}
    for row in sorted(amended):  # a row that replaces has a higher number than the one it replaces
        began.setdefault(row, row)
        if amended[row][1] is not None:
            began[amended[row][1]] = began[row]
    ours = {began[row] for row in began if row in made and made[row].patient == patient}
    return [row for row, first in began.items() if first not in ours and row in made]


def _said(made: Record) -> str:
    return "; ".join(f"{f.name} {text}" for f, text in made.said() if f.name != "patient")


def _changes(old: Record, new: Record | None, line: dict[str, Any]) -> list[dict[str, Any]]:
    if new is None:
        return [{**line, "old": _said(old)}]
    before = {f.name: text for f, text in old.said()}
    after = {f.name: text for f, text in new.said()}
    names = [n for n in dict.fromkeys([*before, *after]) if before.get(n) != after.get(n)]
    return [{**line, "field": n, "old": before.get(n), "new": after.get(n)} for n in names] or [line]
