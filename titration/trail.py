"""The trail of a log as frames: the entries themselves, the questions answered with a reason, the texts blanked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from titration import columns, frames
from titration.fields import Shown, Words
from titration.records import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from titration.store import Store

ENTRY = (
    Shown("entry", "int64", "", "number of the entry"),
    Shown("recorded_at", "datetime64[us, UTC]", "", "when it was written, by the clock of the computer"),
    Shown("recorded_by", "str", "", "who wrote it, as typed"),
    Shown("account", "str", "", "account of the operating system"),
    Shown("action", "str", "", "init, migration, append, import, correct, retract, move, redact and so on"),
)
ENTRIES = (*ENTRY, Shown("facts", "int64", "", "facts it wrote"), Shown("reason", "str", "", "why"))
ANSWERS = (
    *ENTRY,
    Shown("question", "str", "", "what the door asked"),
    Shown("reason", "str", "", "how it was answered"),
)
REDACTIONS = (
    *ENTRY,
    Shown("patient", "str", "", "code of the patient"),
    Shown("record", "str", "", "kind of record"),
    Shown("row", "Int64", "", "row of the fact"),
    Shown("field", "str", "", "the text that was blanked"),
    Shown("reason", "str", "", "why"),
)
_CHOSEN = "entry.entry, entry.recorded_at, entry.by, entry.account, entry.action"


def entries(store: Store, *, asof: int) -> pd.DataFrame:
    """Every act of recording, in order.

    Args:
        store: The open file.
        asof: Nothing of a later entry.

    Returns:
        DataFrame of `ENTRIES`.
    """
    found = store.query(f"SELECT {_CHOSEN}, facts, reason FROM entry WHERE entry <= ? ORDER BY entry", asof)
    return _framed(ENTRIES, store, found, ("reason",))


def answers(store: Store, *, asof: int) -> pd.DataFrame:
    """Every question of the door with the reason it was answered with, in order.

    Args:
        store: The open file.
        asof: Nothing of a later entry.

    Returns:
        DataFrame of `ANSWERS`.
    """
    sql = f"SELECT {_CHOSEN}, question, answer.reason FROM answer JOIN entry ON entry.entry = answer.entry"
    found = store.query(f"{sql} WHERE entry.entry <= ? ORDER BY answer.id", asof)
    return _framed(ANSWERS, store, found, ("question", "reason"))


def redactions(store: Store, *, asof: int) -> pd.DataFrame:
    """Every text that was blanked: of which fact and field, by whom and why, in order.

    Args:
        store: The open file.
        asof: Nothing of a later entry.

    Returns:
        DataFrame of `REDACTIONS`; a text that several rows share stands once for each.
    """
    held = {number: list(places) for number, places in _places(store)}
    sql = f"SELECT {_CHOSEN}, words, redaction.reason FROM redaction JOIN entry ON entry.entry = redaction.entry"
    found = store.query(f"{sql} WHERE entry.entry <= ? ORDER BY redaction.id", asof)
    lines = [
        (*line[:5], *place, line[6]) for line in found for place in held.get(line[5], [(None, "entry", None, "text")])
    ]
    return _framed(REDACTIONS, store, lines, ("reason",))


def _places(store: Store) -> Iterator[tuple[int, list[tuple[str, str, int, str]]]]:
    """Where each blanked text stood: patient, record, row and field."""
    made: dict[int, list[tuple[str, str, int, str]]] = {}
    codes = store.codes()
    for kind in KINDS.values():
        there = set(store.known(kind.table))
        for f in kind.fields:
            if isinstance(f.value, Words) and f.name in there and kind.parent is None:
                sql = f"SELECT {f.name}, patient, row FROM {kind.table} WHERE {f.name} IN (SELECT words FROM redaction)"
                for number, patient, row in store.query(sql):
                    made.setdefault(number, []).append((codes[patient], kind.table, row, f.name))
    yield from made.items()


def _framed(
    shown: tuple[Shown, ...], store: Store, lines: list[tuple[object, ...]], texts: tuple[str, ...]
) -> pd.DataFrame:
    """Lines as a frame, their numbers of texts as the texts."""
    values: dict[str, list[Any]] = {c.name: [line[place] for line in lines] for place, c in enumerate(shown)}
    for name in texts:
        values[name] = frames.texts(store, values[name])
    return columns.frame(shown, values)
