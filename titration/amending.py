"""Being wrong, or knowing more: corrected, entered in error, moved, merged, completed, redacted; nothing is changed, something is said of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from titration import errors, frames, known, recording, scales
from titration.entry import door
from titration.fields import Words
from titration.holding import Held
from titration.recording import Entry, Setting, entry_of
from titration.records import KINDS, DoseChange, Patient, Record, kind_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from titration.store import Store
    from titration.store.writing import Heading, Writing


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
    with store.writing(heading) as writing:
        noticed = recording.notice_clock(writing)
        table = _alike(store, row, fact, "the correction is")
        owner = _patient(store, table, row)
        if fact.patient != owner:
            raise errors.AppendRefused(
                f"row {row} is of {owner}, and the correction of {fact.patient}; "
                "a fact of the wrong patient is moved: move its entry; nothing was stored"
            )
        fresh = _replaced(store, writing, row, fact, kind="corrected", confirm=confirm, setting=setting)
    return entry_of(writing.written, [fresh], noticed)


def _alike(store: Store, row: int, fact: Record, what: str) -> str:
    """The table of a row that can be amended, which is that of the record that is to stand for it."""
    table, own = _current(store, row), kind_of(type(fact)).table
    if table != own:
        raise errors.AppendRefused(f"row {row} is a {table}, and {what} a {own}; nothing was stored")
    return table


def _replaced(
    store: Store, writing: Writing, row: int, fact: Record,
    *, kind: str, confirm: Mapping[str, str], setting: Setting,
) -> int:  # fmt: skip
    """Write the record that stands for a row from now on, with what the door asked of it; returns its row."""
    asked = door.ask_each([fact], Held(store, without=row), setting.today)
    for question, reason in door.answered(asked.questions, confirm):
        writing.answer(question, reason)
    (fresh,) = recording.add(writing, [fact], setting.scales)
    writing.amend(row, kind, fresh, writing.heading.reason or "")
    return fresh


def _patient(store: Store, table: str, row: int) -> str:
    sql = f"SELECT code.text FROM {table} JOIN code ON code.id = {table}.patient WHERE {table}.row = ?"
    return str(store.query(sql, row)[0][0])


def retract(store: Store, row: int, heading: Heading) -> Entry:
    """Say of a row that it was entered in error; see `Log.retract`."""
    with store.writing(heading) as writing:
        noticed = recording.notice_clock(writing)
        table = _current(store, row)
        if KINDS[table].record is Patient:
            _refuse_with_facts(store, _patient(store, table, row))
        writing.amend(row, "entered in error", None, heading.reason or "")
    return entry_of(writing.written, [], noticed)


def _refuse_with_facts(store: Store, patient: str) -> None:
    """A patient whose facts are still there cannot be taken back: they would belong to nobody."""
    now = store.head()[0]
    for kind in KINDS.values():
        if kind.parent is None and kind.record is not Patient and store.rows(kind.table, ["row"], now, patient=patient):
            raise errors.AppendRefused(f"{patient} has facts of the kind {kind.table}; move or retract them first")


def move(store: Store, entry: int, to: str, heading: Heading) -> Entry:
    """Move what is current of an entry to another patient; see `Log.move`."""
    with store.writing(heading) as writing:
        noticed = recording.notice_clock(writing)
        recording.refuse_unknown([to], known.patients(store))
        beside = _cancelled_by(store, entry)
        moved = [(table, row) for table, row in _facts_of(store, entry) if KINDS[table].record is not Patient]
        moved = [(t, r) for t, r in moved if _patient(store, t, r) != to and r not in beside]
        if not moved:
            raise errors.RowNotFound(
                f"entry {entry} holds no current fact that could be moved to {to}; nothing was stored"
            )
        rows = _moved(writing, moved, to, heading.reason or "")
    notes = [
        f"row {row} was cancelled by entry {entry} and stays so; correct its status if it still runs" for row in beside
    ]
    return entry_of(writing.written, rows, (*notes, *noticed))


def _cancelled_by(store: Store, entry: int) -> list[int]:
    """The steps that a visit said were cancelled: they are of the patient they were programmed for, not of the visit."""
    return [
        row
        for (row,) in store.query(
            "SELECT replaced_by FROM amendment JOIN entry ON entry.entry = amendment.entry WHERE amendment.entry = ?"
            " AND kind = 'completed' AND action IN ('append', 'import')",
            entry,
        )
    ]


def _moved(writing: Writing, facts: Sequence[tuple[str, int]], to: str, reason: str) -> list[int]:
    """Write facts again under another patient; what names a row of theirs is followed when it is read."""
    target, fresh = writing.code(to), dict[int, int]()
    for table, row in sorted(facts, key=lambda fact: fact[1]):
        fresh[row] = writing.copy(table, row, patient=target)
        writing.amend(row, "moved", fresh[row], reason)
    return [fresh[row] for _, row in facts]


def _is_cancelled(before: Record, now: Record) -> bool:
    """Whether a step programmed ahead, or a plan, is now said to be cancelled: it was true, and became so later."""
    if not isinstance(before, DoseChange) or not isinstance(now, DoseChange):
        return False
    return before.status in {"programmed", "planned"} and now.status == "cancelled"


def complete(
    store: Store, row: int, record: Record, heading: Heading, *, confirm: Mapping[str, str], setting: Setting
) -> Entry:
    """Put what became known later beside what a row says; see `Log.complete`."""
    (fact,) = recording.settled([record], setting)
    with store.writing(heading) as writing:
        noticed = recording.notice_clock(writing)
        _alike(store, row, fact, "what completes it")
        before = frames.record_of(store, row)
        stated = [f.name for f in kind_of(type(fact)).fields if getattr(before, f.name) not in (None, ())]
        changed = [name for name in stated if getattr(fact, name) != getattr(before, name)]
        if _is_cancelled(before, fact):
            changed.remove("status")
        if changed:
            raise errors.AppendRefused(
                f"row {row} states {', '.join(changed)} already, and completing fills only what was missing;"
                " to change it use correct; nothing was stored"
            )
        if fact == before:
            raise errors.AppendRefused(f"row {row} says all that already; nothing was stored")
        fresh = _replaced(store, writing, row, fact, kind="completed", confirm=confirm, setting=setting)
    return entry_of(writing.written, [fresh], noticed)


def merge(store: Store, code: str, into: str, heading: Heading, *, confirm: Mapping[str, str]) -> Entry:
    """Move all that is current of a patient to another and retire the code; see `Log.merge`."""
    reason = heading.reason or ""
    with store.writing(heading) as writing:
        noticed = recording.notice_clock(writing)
        recording.refuse_unknown([code, into], known.patients(store))
        if code == into:
            raise errors.AppendRefused(f"{code} cannot be merged into itself; nothing was stored")
        for question, answer in door.answered(_unlike(store, code, into), confirm):
            writing.answer(question, answer)
        facts = [
            (kind.table, row)
            for kind in KINDS.values()
            if kind.parent is None
            for (row,) in store.rows(kind.table, ["row"], store.head()[0], patient=code)
        ]
        rows = _moved(writing, [fact for fact in facts if KINDS[fact[0]].record is not Patient], into, reason)
        for table, row in facts:
            if KINDS[table].record is Patient:
                writing.amend(row, "entered in error", None, f"merged into {into}: {reason}")
    return entry_of(writing.written, rows, noticed)


def _unlike(store: Store, code: str, into: str) -> list[errors.Question]:
    """What is asked where the two are not recorded alike."""
    asked, codes = [], store.codes()
    for name, words in (("birth_year", "year of birth"), ("sex", "sex")):
        both = [store.rows("patient", [name], store.head()[0], patient=p) for p in (code, into)]
        one, other = (rows[0][0] if rows else None for rows in both)
        if one is not None and other is not None and one != other:
            said = [str(codes[v] if name == "sex" else v) for v in (one, other)]
            asked.append(
                errors.Question(
                    f"{code} and {into} have another {words} each ({said[0]}, {said[1]}): are they the same person?"
                    " compare with the site's own key",
                    id=f"{code}:merge:{name.replace('_', '-')}",
                )
            )
    return asked


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
        noticed = recording.notice_clock(writing)
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
    return entry_of(writing.written, [], noticed)


ENTRY_TEXTS: dict[str, tuple[str, ...]] = {
    "reason": ("entry.reason", "amendment.reason", "redaction.reason"),
    "card": ("entry.card",),
    "source": ("entry.source",),
    "answers": ("answer.reason",),
}
"""The free texts of an entry itself, and the columns they stand in."""


def redact_entry(store: Store, entry: int, field: str, heading: Heading) -> Entry:
    """Blank a free text of an entry itself; see `Log.redact_entry`."""
    if field not in ENTRY_TEXTS:
        raise errors.RowNotFound(
            f"{errors.shown(field)!r} is no free text of an entry; those are {', '.join(ENTRY_TEXTS)}"
        )
    with store.writing(heading) as writing:
        noticed = recording.notice_clock(writing)
        numbers = [
            number
            for column in ENTRY_TEXTS[field]
            for (number,) in store.query(
                f"SELECT words.id FROM {column.split('.')[0]} AS t JOIN words ON words.id = t.{column.split('.')[1]}"
                " WHERE t.entry = ? AND words.text IS NOT NULL ORDER BY words.id",
                entry,
            )
        ]
        if not numbers:
            raise errors.RowNotFound(f"entry {entry} has no {field}, or it was redacted before")
        for number in numbers:
            writing.redact(number, heading.reason or "")
    return entry_of(writing.written, [], noticed)


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
        noticed = recording.notice_clock(writing)
        for scale in added:
            taken = scales.register().get(scale.code)
            if taken is not None:
                raise errors.AppendRefused(
                    f"{scale.code!r} is a word for the published scale {taken.name}; give yours a code of its own"
                )
            writing.scale(scale.code, scale.version, scale.definition())
    return entry_of(writing.written, [], noticed)
