"""Rows into frames and records, records and frames into rows: the one place where the two meet.

Knows the store and the declarations; knows nothing of what a number means.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from titration import columns
from titration.records import KINDS, Record, RecordKind, kind_of
from titration.store import Batch

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd

    from titration.fields import Field, Stored
    from titration.store import Store

REDACTED = "[redacted]"
DONE = "done"


def read(
    store: Store, kind: RecordKind, *, asof: int, patient: str | None = None, current: bool = True
) -> pd.DataFrame:
    """The facts of one kind as they stood after an entry.

    Args:
        store: The open file.
        kind: Which facts.
        asof: The entry.
        patient: Only this patient's; all when None.
        current: Whether amended rows are left out.

    Returns:
        DataFrame of `columns.columns(kind)`, ordered by patient, time and row; declared dtypes even
        when empty.
    """
    names = ["row", "entry", *(["of"] if kind.parent else []), *(c.name for _, c in kind.stored())]
    with store.reading():
        rows = store.rows(kind.table, names, asof, patient=patient, current=current)
        values: dict[str, Sequence[Any]] = dict(zip(names, zip(*rows, strict=True), strict=True)) if rows else {}
        for _, column in kind.stored():
            if rows:
                values[column.name] = _spoken(store, column, values[column.name])
        if rows:
            written = {e: (at, by) for e, at, by in store.query("SELECT entry, recorded_at, by FROM entry")}
            values["recorded_at"] = [written[e][0] for e in values["entry"]]
            values["recorded_by"] = [written[e][1] for e in values["entry"]]
    return columns.frame(columns.columns(kind), values)


def texts(store: Store, numbers: Sequence[int | None]) -> list[str | None]:
    """Free texts by their numbers; a redacted one says so."""
    wanted = sorted({n for n in numbers if n is not None})
    found: dict[int, str | None] = {}
    for start in range(0, len(wanted), 500):
        some = wanted[start : start + 500]
        marks = ", ".join("?" * len(some))
        found.update(store.query(f"SELECT id, text FROM words WHERE id IN ({marks})", *some))
    return [None if n is None else (REDACTED if found.get(n) is None else found[n]) for n in numbers]


def split(changes: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Dose changes that were done, and those that are programmed or planned."""
    is_done = changes["status"] == DONE
    return changes[is_done].reset_index(drop=True), changes[~is_done].reset_index(drop=True)


def record_of(store: Store, row: int) -> Record:
    """The record a row holds, children and all, amended or not.

    Raises:
        RowNotFound: No fact has that number.
    """
    with store.reading():
        return records(store, KINDS[store.table_of(row)], "row = ?", row)[row]


def records(store: Store, kind: RecordKind, where: str, *values: int | str) -> dict[int, Record]:
    """Records as they were written, by row; not checked again, so that what was once possible stays readable.

    Args:
        store: The open file.
        kind: Which kind.
        where: A condition on its table, with question marks.
        values: What stands for the question marks.
    """
    known = set(store.known(kind.table))
    if not known:  # a log of an older version has no such table yet
        return {}
    stored = [(f, c) for f, c in kind.stored() if c.name in known]
    chosen = ", ".join(["row", *(["of"] if kind.parent else []), *(c.name for _, c in stored)])
    found = store.query(f"SELECT {chosen} FROM {kind.table} WHERE {where} ORDER BY row", *values)
    if not found:
        return {}
    lists = dict(zip(chosen.split(", "), zip(*found, strict=True), strict=True))
    said = {c.name: _spoken(store, c, lists[c.name]) for _, c in stored}
    children = {child.name: _children(store, kind, child, where, values) for child in kind.children}
    made: dict[int, Record] = {}
    for place, row in enumerate(lists["row"]):
        fresh = object.__new__(kind.record)
        for f in kind.fields:
            there = [said[c.name][place] for c in f.value.stored(f.name) if c.name in said]
            own = children[f.name].get(row, ()) if f.name in children else f.value.back(tuple(there)) if there else None
            object.__setattr__(fresh, f.name, own)
        made[row] = fresh
    return made


def _spoken(store: Store, column: Stored, values: Sequence[Any]) -> Sequence[Any]:
    """A column with its codes and free texts in words."""
    if column.role == "code":
        codes = store.codes()
        return [codes.get(v) for v in values]
    return texts(store, values) if column.role == "words" else values


def _children(
    store: Store, kind: RecordKind, child: Field, where: str, values: Sequence[int | str]
) -> dict[int, tuple[Record, ...]]:
    """The children of records, by the row of the record they belong to."""
    of_kind = kind_of(child.value.record)  # type: ignore[attr-defined]  # Children has it
    inside = f"of IN (SELECT row FROM {kind.table} WHERE {where})"
    owners = dict(store.query(f"SELECT row, of FROM {of_kind.table} WHERE {inside}", *values))
    made: dict[int, tuple[Record, ...]] = {}
    for row, record in records(store, of_kind, inside, *values).items():
        made[owners[row]] = (*made.get(owners[row], ()), record)
    return made


def batches(facts: Iterable[Record]) -> list[tuple[RecordKind, list[int], Batch]]:
    """Records as the store takes them: kind, their places in what was given, their columns."""
    grouped: dict[str, list[tuple[int, Record]]] = {}
    for place, made in enumerate(facts):
        grouped.setdefault(kind_of(type(made)).table, []).append((place, made))
    order = [table for table in ("patient", *KINDS) if table in grouped]
    return [
        (KINDS[table], [place for place, _ in grouped[table]], _batch(KINDS[table], [r for _, r in grouped[table]]))
        for table in dict.fromkeys(order)
    ]


def _batch(kind: RecordKind, facts: Sequence[Record]) -> Batch:
    values: dict[str, list[Any]] = {c.name: [] for _, c in kind.stored()}
    for made in facts:
        for f in kind.fields:
            kept = f.value.keep(getattr(made, f.name))
            for column, value in zip(f.value.stored(f.name), kept, strict=True):
                values[column.name].append(value)
    return Batch(kind.table, values)


def child_batches(kind: RecordKind, facts: Sequence[Record], rows: Sequence[int]) -> list[Batch]:
    """The children of records that have their rows."""
    made = []
    for child in kind.children:
        of = [(row, c) for row, r in zip(rows, facts, strict=True) for c in getattr(r, child.name)]
        if of:
            batch = _batch(kind_of(child.value.record), [c for _, c in of])  # type: ignore[attr-defined]  # Children has it
            made.append(Batch(batch.table, batch.columns, [row for row, _ in of]))
    return made


def batch_of(kind: RecordKind, frame: pd.DataFrame, of: Sequence[int] | None = None) -> Batch:
    """A frame in contract dtypes as the store takes it.

    Args:
        kind: Which kind.
        frame: `columns.columns(kind)` without the bookkeeping columns.
        of: For children, the row each belongs to.
    """
    return Batch(kind.table, {c.name: _plain(frame[c.name]) for _, c in kind.stored()}, of)


def _plain(series: pd.Series) -> list[Any]:
    """A column as Python's own values; missing is None."""
    dtype = str(series.dtype)
    if dtype.startswith("datetime64"):
        step = "datetime64[D]" if dtype == "datetime64[s]" else "datetime64[s]"
        bare = series.dt.tz_localize(None) if "UTC" in dtype else series
        whole = bare.to_numpy().astype(step)
        return [None if n == _NAT else n for n in whole.astype("int64").tolist()]
    missing = series.isna()
    if not missing.any():
        return list(series.tolist())
    return [None if gone else v for v, gone in zip(series.tolist(), missing.tolist(), strict=True)]


_NAT = -(2**63)  # how numpy writes "no time" as a number


def chart_frames(store: Store, asof: int, patient: str | None) -> dict[str, pd.DataFrame]:
    """Every frame of one patient, or of all, read at one moment: by the names `columns` gives them, and `plans`."""
    with store.reading():
        made = {kind.frame: read(store, kind, asof=asof, patient=patient) for kind in KINDS.values()}
    made["doses"], made["plans"] = split(made["doses"])
    return made
