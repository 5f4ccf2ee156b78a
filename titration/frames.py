"""Rows into frames and records, records and frames into rows: the one place where the two meet.

Knows the store and the declarations; knows nothing of what a number means.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from titration import columns
from titration.records import KINDS, Record, RecordKind, kind_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import pandas as pd

    from titration.fields import Field, Stored
    from titration.store import Store

REDACTED = "[redacted]"
DONE = "done"


NAMING = {"dose_change": "fulfils", "goal_rating": "goal", "finding_closed": "of_row"}
"""The kinds that name a row of another fact, and the field that does; what they name is followed as it is amended."""


@dataclass(frozen=True)
class Journal:
    """Who wrote each entry and when, and what became of every row that was amended, as known after an entry.

    Attributes:
        written: When (UTC seconds) and by whom, by entry.
        first: The row each row that replaced another was first written as.
        now: The row that stands now for each row that was replaced.
        same: The row that states what each row stated, completed or moved; a correction states something else.
        lasts: The last row of each entry, in order of entries: tells the entry of a row.
    """

    written: Mapping[int, tuple[int, str]]
    first: Mapping[int, int]
    now: Mapping[int, int]
    same: Mapping[int, int]
    lasts: Sequence[int]

    def written_at(self, row: int) -> int:
        """When a row was written, in UTC seconds."""
        return self.written[list(self.written)[bisect_left(self.lasts, row)]][0]

    def named(self, table: str, rows: Sequence[int | None]) -> list[int | None]:
        """The rows that stand for those a fact of that table names; a closing names what was looked at, no correction of it."""
        line = self.same if table == "finding_closed" else self.now
        return [None if row is None else line.get(row, row) for row in rows]


def journal(store: Store, asof: int) -> Journal:
    """The journal as it stood after an entry: one place for the line from a row to the one that stands for it."""
    entries = store.query("SELECT entry, recorded_at, by, last_row FROM entry WHERE entry <= ? ORDER BY entry", asof)
    pairs = store.query(
        "SELECT row, replaced_by, kind FROM amendment WHERE replaced_by IS NOT NULL AND entry <= ? ORDER BY row", asof
    )
    first, now, same = dict[int, int](), dict[int, int](), dict[int, int]()
    for row, after, _ in pairs:  # a row that replaces another has the higher number
        first[after] = first.get(row, row)
    for row, after, kind in reversed(pairs):
        now[row] = now.get(after, after)
        if kind != "corrected":
            same[row] = same.get(after, after)
    return Journal({e: (at, by) for e, at, by, _ in entries}, first, now, same, [last for *_, last in entries])


def newest(store: Store, found: Callable[[str], Sequence[tuple[Any, ...]]]) -> int | None:
    """The row of the last of some facts; of those at one time, of the one that was first written last.

    Args:
        store: The open file.
        found: Gives row and time of each, from the last on; takes the end of the SQL, for mostly two are enough to know.
    """
    rows = found(" LIMIT 2")
    if len(rows) < 2 or tuple(rows[0][1:]) != tuple(rows[1][1:]):  # noqa: PLR2004 - one that is alone at its time
        return int(rows[0][0]) if rows else None
    tied = [row for row, *time in found("") if tuple(time) == tuple(rows[0][1:])]
    line = (
        "WITH RECURSIVE line(row) AS (VALUES (?) UNION SELECT a.row FROM amendment AS a JOIN line"
        " ON a.replaced_by = line.row) SELECT min(row) FROM line"
    )
    return int(max(tied, key=lambda row: store.query(line, row)[0][0]))


def read(
    store: Store, kind: RecordKind, *, asof: int, patient: str | None = None, current: bool = True,
    known: Journal | None = None,
) -> pd.DataFrame:  # fmt: skip
    """The facts of one kind as they stood after an entry.

    Args:
        store: The open file.
        kind: Which facts.
        asof: The entry.
        patient: Only this patient's; all when None.
        current: Whether amended rows are left out.
        known: The journal as of that entry, where it was read already.

    Returns:
        DataFrame of `columns.columns(kind)`, ordered by patient, time and first row; declared dtypes
        even when empty. Of current rows, a field that names a row of another fact names the one that stands for it.
    """
    names = ["row", "entry", *(["of"] if kind.parent else []), *(c.name for _, c in kind.stored())]
    with store.reading():
        names, rows, same = store.selected(kind.table, names, asof, patient=patient, current=current, sparing=True)
        known = journal(store, asof) if known is None else known
        rows = _as_first_written(kind, names, rows, known.first)
        values: dict[str, Sequence[Any]] = dict(zip(names, zip(*rows, strict=True), strict=True)) if rows else {}
        if rows:
            values |= {name: columns.Same(value, len(rows)) for name, value in same.items()}
            values |= _spoken(store, [column for _, column in kind.stored()], values)
            _say_when(values, known)
            for name in (
                "row",
                "entry",
                *(c.name for _, c in kind.stored() if (c.role, c.sql) == ("plain", "INTEGER")),
            ):
                values[name] = columns.whole_numbers(values[name])
            if kind.table in NAMING and current:
                values[NAMING[kind.table]] = known.named(kind.table, values[NAMING[kind.table]])
    return columns.frame(columns.columns(kind), values)


def _as_first_written(
    kind: RecordKind, names: Sequence[str], rows: list[tuple[Any, ...]], first: Mapping[int, int]
) -> list[tuple[Any, ...]]:
    """The rows with those of one patient and time in the order they were first written in: an amendment changes no order."""
    if kind.parent is not None or not first or first.keys().isdisjoint(row[0] for row in rows):
        return rows
    wanted = ("patient", f"{kind.moment}_on", f"{kind.moment}_at")
    keys = [place for place, name in enumerate(names) if name in wanted]
    made: list[tuple[Any, ...]] = []
    for _, tied in groupby(rows, key=lambda row: [row[place] for place in keys]):
        together = list(tied)
        made += together if len(together) == 1 else sorted(together, key=lambda row: first.get(row[0], row[0]))
    return made


def _say_when(values: dict[str, Sequence[Any]], known: Journal) -> None:
    """Who wrote the rows, when, and first when."""
    told = {entry: known.written[entry] for entry in columns.distinct(values["entry"])}
    for place, name in enumerate(("recorded_at", "recorded_by")):
        values[name] = _mapped({entry: said[place] for entry, said in told.items()}, values["entry"])
    if known.first and not known.first.keys().isdisjoint(values["row"]):
        values["first_row"] = [known.first.get(row, row) for row in values["row"]]
        values["first_recorded_at"] = [
            at if row not in known.first else known.written_at(known.first[row])
            for row, at in zip(values["row"], values["recorded_at"], strict=True)
        ]


def _mapped(said: Mapping[Any, Any], values: Sequence[Any]) -> Sequence[Any]:
    """A column with what each value stands for."""
    if isinstance(values, columns.Same):
        return columns.Same(said.get(values.value), len(values))
    if values[0] == values[-1] and values.count(values[0]) == len(values):
        return columns.Same(said.get(values[0]), len(values))
    return list(map(said.get, values))


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
    if is_done.all():
        return changes, changes.iloc[:0]
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
    said = _spoken(store, [c for _, c in stored], lists)
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


def _spoken(store: Store, stored: Sequence[Stored], values: Mapping[str, Sequence[Any]]) -> dict[str, Sequence[Any]]:
    """Columns with their codes and free texts in words; all codes are looked up at once."""
    coded = [column.name for column in stored if column.role == "code"]
    codes = store.codes(set[int | None]().union(*(columns.distinct(values[name]) for name in coded)))
    made: dict[str, Sequence[Any]] = {}
    for column in stored:
        given = values[column.name]
        if column.role == "words":
            some = sorted(n for n in columns.distinct(given) if n is not None)
            made[column.name] = _mapped(dict(zip(some, texts(store, some), strict=True)), given)
        elif column.role == "plain":
            made[column.name] = given
        else:
            made[column.name] = _mapped(codes, given)
    return made


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


def chart_frames(store: Store, asof: int, patient: str | None) -> dict[str, pd.DataFrame]:
    """Every frame of one patient, or of all, read at one moment: by the names `columns` gives them, and `plans`."""
    with store.reading():
        known = journal(store, asof)
        made = {kind.frame: read(store, kind, asof=asof, patient=patient, known=known) for kind in KINDS.values()}
    made["doses"], made["plans"] = split(made["doses"])
    return made
