"""Being wrong: corrected, entered in error, moved, redacted; nothing is changed, something is said of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from titration import errors, known, recording, scales
from titration.entry import door
from titration.fields import Words
from titration.recording import Entry, Setting, entry_of
from titration.records import KINDS, DoseChange, Patient, Record, kind_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from titration.store import Store
    from titration.store.writing import Heading


def _current(store: Store, row: int) -> str:
    """The table of a row that can be amended: a fact of its own, no child of another."""
    table = store.table_of(row)
    parent = KINDS[table].parent
    if parent is not None:
        raise errors.RowNotFound(f"row {row} belongs to a {parent} and is amended with it; name that one's row")
    store.refuse_amended(row)
    return table


def correct(
    store: Store, row: int, record: Record, heading: Heading, *, confirm: Mapping[str, str], setting: Setting
) -> Entry:
    """Put a record in the place of a row; see `Log.correct`."""
    (fact,) = recording.settled([record], setting)
    kind = kind_of(type(fact))
    with store.writing(heading) as writing:
        table = _current(store, row)
        if table != kind.table:
            raise errors.AppendRefused(
                f"row {row} is a {table}, and the correction is a {kind.table}; nothing was stored"
            )
        owner = _patient(store, table, row)
        if fact.patient != owner:
            raise errors.AppendRefused(
                f"row {row} is of {owner}, and the correction of {fact.patient}; "
                "a fact of the wrong patient is moved: move its entry; nothing was stored"
            )
        if isinstance(fact, DoseChange):
            asked = door.doses([fact], lambda c: known.earlier(store, c, without=row))
            for question, reason in door.answered(asked.questions, dict(confirm)):
                writing.answer(question, reason)
        (fresh,) = recording.add(writing, [fact], setting.scales)
        writing.amend(row, "corrected", fresh, heading.reason or "")
    return entry_of(writing.written, [fresh])


def _patient(store: Store, table: str, row: int) -> str:
    sql = f"SELECT code.text FROM {table} JOIN code ON code.id = {table}.patient WHERE {table}.row = ?"
    return str(store.query(sql, row)[0][0])


def retract(store: Store, row: int, heading: Heading) -> Entry:
    """Say of a row that it was entered in error; see `Log.retract`."""
    with store.writing(heading) as writing:
        table = _current(store, row)
        if KINDS[table].record is Patient:
            _refuse_with_facts(store, _patient(store, table, row))
        writing.amend(row, "entered in error", None, heading.reason or "")
    return entry_of(writing.written, [])


def _refuse_with_facts(store: Store, patient: str) -> None:
    """A patient whose facts are still there cannot be taken back: they would belong to nobody."""
    now = store.head()[0]
    for kind in KINDS.values():
        if kind.parent is None and kind.record is not Patient and store.rows(kind.table, ["row"], now, patient=patient):
            raise errors.AppendRefused(f"{patient} has facts of the kind {kind.table}; move or retract them first")


def move(store: Store, entry: int, to: str, heading: Heading) -> Entry:
    """Move what is current of an entry to another patient; see `Log.move`."""
    with store.writing(heading) as writing:
        recording.refuse_unknown([to], known.patients(store))
        moved = [(table, row) for table, row in _facts_of(store, entry) if KINDS[table].record is not Patient]
        moved = [(t, r) for t, r in moved if _patient(store, t, r) != to]
        if not moved:
            raise errors.RowNotFound(
                f"entry {entry} holds no current fact that could be moved to {to}; nothing was stored"
            )
        target = writing.code(to)
        rows = []
        for table, row in moved:
            rows.append(writing.copy(table, row, patient=target))
            writing.amend(row, "moved", rows[-1], heading.reason or "")
    return entry_of(writing.written, rows)


def _facts_of(store: Store, entry: int) -> list[tuple[str, int]]:
    found = []
    for kind in KINDS.values():
        if kind.parent is None:
            sql = f"SELECT row FROM {kind.table} AS t WHERE entry = ? AND NOT EXISTS (SELECT 1 FROM amendment AS a WHERE a.row = t.row)"
            found += [(kind.table, row) for (row,) in store.query(sql, entry)]
    return found


def redact(store: Store, row: int, field: str, heading: Heading) -> Entry:
    """Blank a free text; see `Log.redact`."""
    with store.writing(heading) as writing:
        table = store.table_of(row)
        texts = [f.name for f in KINDS[table].fields if isinstance(f.value, Words)]
        if field not in texts:
            raise errors.RowNotFound(
                f"{field!r} is no free text of a {table}; its free texts are {', '.join(texts) or 'none'}"
            )
        numbers = _same_text(store, table, row, field)
        if not numbers:
            raise errors.RowNotFound(f"row {row} has no text in {field}, or it was redacted before")
        for number in numbers:
            writing.redact(number, heading.reason or "")
    return entry_of(writing.written, [])


def _same_text(store: Store, table: str, row: int, field: str) -> list[int]:
    """The text of a row wherever it was kept again: a moved row shares it, a corrected one may repeat it."""
    lineage, fresh = set[int](), {row}
    while fresh:
        lineage |= fresh
        marks = ", ".join("?" * len(fresh))
        near = store.query(
            f"SELECT row, replaced_by FROM amendment WHERE row IN ({marks}) OR replaced_by IN ({marks})", *fresh, *fresh
        )
        fresh = {r for pair in near for r in pair if r is not None} - lineage
    marks = ", ".join("?" * len(lineage))
    wanted = store.query(f"SELECT text FROM words WHERE id = (SELECT {field} FROM {table} WHERE row = ?)", row)
    if not wanted or wanted[0][0] is None:
        return []
    found = store.query(
        f"SELECT DISTINCT words.id FROM {table} JOIN words ON words.id = {table}.{field}"
        f" WHERE {table}.row IN ({marks}) AND words.text = ?",
        *lineage, wanted[0][0],
    )  # fmt: skip
    return [number for (number,) in found]


def add_scales(store: Store, added: Sequence[scales.Scale], heading: Heading) -> Entry:
    """Keep a site's own scales in the log; see `Log.add_scale`."""
    with store.writing(heading) as writing:
        for scale in added:
            taken = scales.register().get(scale.code)
            if taken is not None:
                raise errors.AppendRefused(
                    f"{scale.code!r} is a word for the published scale {taken.name}; give yours a code of its own"
                )
            writing.scale(scale.code, scale.version, scale.definition())
    return entry_of(writing.written, [])
