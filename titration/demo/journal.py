"""Facts as columns put into one journal: entries by the time of recording, one number for every fact.

It gives each kind the frame a log would give, row, entry and all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from titration import columns
from titration.records import KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

FIRST_ENTRY = 2
"""A log's own beginning is its entry 1."""
PEOPLE = ("clinician-1", "clinician-2", "nurse-1")


@dataclass(eq=False)
class Sheet:
    """Facts of one kind, as columns.

    Attributes:
        table: Which kind.
        p: The patient of each, by number.
        recorded: When each was recorded, UTC seconds.
        facts: Columns of the frame, without row, entry, of, patient and recorded_*.
        of: For children, the place in the parent's sheet.
        together: What else tells two entries of the same moment apart; the patient where not given.
    """

    table: str
    p: NDArray[np.int64]
    recorded: NDArray[np.int64]
    facts: dict[str, Any]
    of: NDArray[np.int64] | None = None
    together: NDArray[np.int64] | None = None


def words(labels: Sequence[str], codes: Any) -> Any:
    """A text column from labels and their places; -1 is missing."""
    return pd.array(list(labels), dtype="str").take(np.asarray(codes, dtype="int64"), allow_fill=True)


def instants(seconds: Any) -> Any:
    """Instants of the frame from UTC seconds."""
    return pd.DatetimeIndex(np.asarray(seconds).astype("datetime64[s]").astype("datetime64[us]"), tz="UTC")


def moment(stem: str, seconds: Any, offset: Any, day: Any) -> dict[str, Any]:
    """The three columns of a time that is known to the minute."""
    on = np.asarray(day).astype("datetime64[s]")
    return {f"{stem}_at": instants(seconds), f"{stem}_offset_min": offset, f"{stem}_on": on}


def joined(sheets: Sequence[Sheet]) -> Sheet:
    """Sheets of one kind as one; a column that one of them lacks is missing there."""
    names = dict.fromkeys(name for sheet in sheets for name in sheet.facts)
    shown = {c.name: c for c in columns.columns(KINDS[sheets[0].table])}
    parts = [columns.frame([shown[n] for n in names], _full(sheet, names)) for sheet in sheets]
    values = {n: pd.concat([part[n] for part in parts], ignore_index=True) for n in names}
    p, recorded = (np.concatenate([getattr(s, a) for s in sheets]) for a in ("p", "recorded"))
    together = np.concatenate([s.p if s.together is None else s.together for s in sheets])
    return Sheet(sheets[0].table, p, recorded, values, together=together)


def _full(sheet: Sheet, names: Mapping[str, None]) -> dict[str, Any]:
    n = len(sheet.p)
    return {name: sheet.facts.get(name, np.full(n, None, dtype=object)) for name in names}


@dataclass(frozen=True, eq=False)
class Journal:
    """Frames with their numbers.

    Attributes:
        frames: By the names a chart gives them; `doses` and `plans` still together as `doses`.
        rows: The row of each fact, by table, in the order of its sheet.
    """

    frames: dict[str, pd.DataFrame]
    rows: dict[str, NDArray[np.int64]]


def write_up(sheets: Mapping[str, Sheet], codes: Sequence[str]) -> Journal:
    """Number everything in the order it was recorded.

    Args:
        sheets: One for each table; a child's `of` points into its parent's.
        codes: The code of each patient, in the order they came into the log.
    """
    tables = _order()
    keys = {t: _keys(sheets, t) for t in tables}
    at, together = (np.concatenate([keys[t][i] for t in tables]) for i in (0, 1))
    pairs, entry = np.unique(np.stack([at, together], axis=1), axis=0, return_inverse=True)
    entry = entry.reshape(-1).astype("int64")
    rank = np.concatenate([np.full(len(keys[t][0]), i) for i, t in enumerate(tables)])
    row = np.empty(len(entry), "int64")
    row[np.lexsort((rank, entry))] = np.arange(1, len(entry) + 1)
    sizes = np.cumsum([0, *(len(keys[t][0]) for t in tables)])
    rows = {t: row[a:b] for t, a, b in zip(tables, sizes[:-1], sizes[1:], strict=True)}
    entries = {t: entry[a:b] for t, a, b in zip(tables, sizes[:-1], sizes[1:], strict=True)}
    by = np.where(pairs[:, 1] < 0, PEOPLE.index("nurse-1"), pairs[:, 1] % 2)
    frames = {}
    for table in KINDS:
        made = _numbered(table, sheets.get(table), rows, entries[table], codes)
        which = entries[table][made.pop("place")]
        made["recorded_at"], made["recorded_by"] = pairs[which, 0], words(PEOPLE, by[which])
        frames[KINDS[table].frame] = columns.frame(columns.columns(KINDS[table]), made)
    return Journal(frames, rows)


def _order() -> list[str]:
    """The tables as one entry writes them: patients first, each kind's children right after it."""
    plain = [t for t, k in KINDS.items() if k.parent is None and t != "patient"]
    return [t for parent in ("patient", *plain) for t in (parent, *(c for c, k in KINDS.items() if k.parent == parent))]


def _keys(sheets: Mapping[str, Sheet], table: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    none = np.zeros(0, "int64")
    sheet = sheets.get(table)
    if sheet is None:
        return none, none
    if sheet.of is None:
        return sheet.recorded, sheet.p if sheet.together is None else sheet.together
    at, together = _keys(sheets, str(KINDS[table].parent))
    return at[sheet.of], together[sheet.of]


def _numbered(
    table: str, sheet: Sheet | None, rows: Mapping[str, NDArray[np.int64]], entry: NDArray[np.int64], codes: Sequence[str]
) -> dict[str, Any]:  # fmt: skip
    """The columns of a kind with their numbers, in the order a log gives: patient, time, row."""
    none = np.zeros(0, "int64")
    if sheet is None:
        return {"place": none}
    kind, row = KINDS[table], rows[table]
    times = [n for n in (f"{kind.moment}_at", f"{kind.moment}_on") if kind.moment and n in sheet.facts]
    order = [row, *(_seconds(sheet.facts[name]) for name in times)]
    place = np.lexsort((*order, sheet.p))
    made: dict[str, Any] = {
        name: pd.Series(values).take(place).reset_index(drop=True) for name, values in sheet.facts.items()
    }
    made |= {"row": row[place], "entry": entry[place] + FIRST_ENTRY, "place": place}
    if sheet.of is not None:
        made["of"] = rows[str(kind.parent)][sheet.of][place]
    else:
        made["patient"] = words(codes, sheet.p[place])
    return made


def _seconds(values: Any) -> NDArray[np.int64]:
    """Times as numbers; no time comes first, as in the file."""
    times = pd.Series(values)
    if times.dt.tz is not None:
        times = times.dt.tz_convert("UTC").dt.tz_localize(None)
    made: NDArray[np.int64] = times.to_numpy().astype("datetime64[s]").astype("int64")
    return made
