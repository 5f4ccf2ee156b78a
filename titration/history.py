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
        stand_ins = {by for _, by, _, _ in amended.values() if by is not None}
        lines = _corrections(store, entries, amended, patient)
        for kind in KINDS.values():
            if kind.parent is None:
                for row, entry in store.rows(kind.table, ["row", "entry"], asof, current=False):
                    if row not in stand_ins and _concerns(store, row, patient, amended):
                        made = frames.record_of(store, row)
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
        return _framed(_corrections(store, _entries(store), _amendments(store, asof), patient))


def _framed(lines: list[dict[str, Any]]) -> pd.DataFrame:
    lines.sort(key=lambda line: (line["entry"], line["row"]))
    return columns.frame(HISTORY, {c.name: [line.get(c.name) for line in lines] for c in HISTORY})


def _amendments(store: Store, asof: int) -> dict[int, Any]:
    """Row to what was said of it: kind, the row that replaced it, reason, entry."""
    found = store.query("SELECT row, kind, replaced_by, reason, entry FROM amendment WHERE entry <= ?", asof)
    return {row: said for row, *said in found}


def _corrections(
    store: Store, entries: dict[int, dict[str, Any]], amended: dict[int, Any], patient: str | None
) -> list[dict[str, Any]]:
    lines: list[dict[str, Any]] = []
    for row, (what, by, reason, at) in amended.items():
        if _concerns(store, row, patient, amended):
            made = frames.record_of(store, row)
            line = {**entries[at], **_head(made), "row": row, "replaced_by": by, "action": what}
            line["reason"] = frames.texts(store, [reason])[0]
            lines += _changes(store, made, by, line)
    return lines


def _head(made: Record) -> dict[str, str]:
    return {"patient": made.patient, "record": kind_of(type(made)).table}  # type: ignore[attr-defined]  # all but children have one


def _entries(store: Store) -> dict[int, dict[str, Any]]:
    made = {}
    for entry, at, by, account, action, reason, source in store.query(
        "SELECT entry, recorded_at, by, account, action, reason, source FROM entry"
    ):
        texts = frames.texts(store, [reason, source])
        made[entry] = {
            "entry": entry, "recorded_at": at, "recorded_by": by, "account": account, "action": action,
            "reason": texts[0], "source": texts[1],
        }  # fmt: skip
    return made


def _concerns(store: Store, row: int, patient: str | None, amended: dict[int, Any]) -> bool:
    """Whether a row is, or became, a fact of that patient."""
    if patient is None:
        return True
    while True:
        if frames.record_of(store, row).patient == patient:  # type: ignore[attr-defined]  # all but children have one
            return True
        if row not in amended or amended[row][1] is None:
            return False
        row = amended[row][1]


def _said(made: Record) -> str:
    return "; ".join(f"{f.name} {text}" for f, text in made.said() if f.name != "patient")


def _changes(store: Store, old: Record, by: int | None, line: dict[str, Any]) -> list[dict[str, Any]]:
    if by is None:
        return [{**line, "old": _said(old)}]
    before = {f.name: text for f, text in old.said()}
    after = {f.name: text for f, text in frames.record_of(store, by).said()}
    names = [n for n in dict.fromkeys([*before, *after]) if before.get(n) != after.get(n)]
    return [{**line, "field": n, "old": before.get(n), "new": after.get(n)} for n in names] or [line]
