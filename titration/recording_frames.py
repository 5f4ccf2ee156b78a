"""Recording whole frames: a thousand facts or a million as one entry, through the same door."""

from __future__ import annotations

from typing import TYPE_CHECKING

from titration import batching, errors, known
from titration.entry import ahead, days, door
from titration.holding import Held
from titration.recording import (
    Entry,
    Setting,
    copy_scales,
    entry_of,
    notice_clock,
    refuse_mistyped,
    refuse_strangers,
    refuse_unknown,
    settle,
)
from titration.records import KINDS, Patient, Record, RecordKind, Score, kind_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    import pandas as pd

    from titration.store import Store, Writing
    from titration.store.writing import Heading

    Part = tuple[RecordKind, pd.DataFrame, Mapping[str, pd.DataFrame]]

MANY = 1024
"""So many scores and fewer are written in the order they come."""


def append(
    store: Store, parts: Sequence[Part], heading: Heading,
    *, confirm: Mapping[str, str], setting: Setting,
) -> Entry:  # fmt: skip
    """Add whole frames as one entry, or nothing; each frame in contract dtypes, children by table."""
    with store.writing(heading) as writing:
        refuse_mistyped(store, (code for _, frame, _ in parts for code in frame["patient"].unique()))
        codes = known.patients(store)
        for kind, frame, _ in parts:
            if kind.record is Patient:
                refuse_strangers(store, (Patient(patient=p) for p in frame["patient"]))
                codes |= set(frame["patient"])
        for _, frame, _ in parts:
            refuse_unknown(frame["patient"].unique(), codes)
        asked = ask(store, parts, setting.today)
        noticed = notice_clock(writing)
        settle(writing, asked, confirm)
        rows: list[int] = []
        for kind, frame, children in sorted(parts, key=lambda part: part[0].record is not Patient):
            if kind.record is Score:
                copy_scales(writing, frame["scale"].unique(), setting.scales)
            made = _added(writing, kind, frame)
            rows += made
            row_of = dict(zip(frame.index, made, strict=True)) if children else {}
            for table, child in children.items():
                if len(child):
                    of = [row_of[position] for position in child["of"].tolist()]
                    writing.add(batching.batch_of(KINDS[table], child, of))
    return entry_of(writing.written, rows, asked.notes + noticed)


def _added(writing: Writing, kind: RecordKind, frame: pd.DataFrame) -> list[int]:
    """Write the facts of a frame; returns their rows in its order.

    Many scores are written patient by patient and in the order of time, as the index holds them: written as they
    come, each would touch another page of it. Facts of one patient and time stay in the order they were given in.
    """
    if not kind.distinct or len(frame) <= MANY:
        return list(writing.add(batching.batch_of(kind, frame)))
    import numpy as np  # noqa: PLC0415 - pandas, which is here when there is a frame, has brought it in
    import pandas as pd  # noqa: PLC0415 - as above

    names = (f"{kind.moment}_at", f"{kind.moment}_on")
    moments = [pd.DatetimeIndex(frame[name]).asi8 for name in names if name in frame]
    order = np.lexsort((*moments, pd.factorize(frame["patient"])[0]))
    rows = np.empty(len(frame), np.int64)
    rows[order] = writing.add(batching.batch_of(kind, frame, order=order))
    return list(rows.tolist())


def ask(store: Store, parts: Sequence[Part], today: date) -> door.Asked:
    """What the door says to the facts of frames: one by one, and of scores, which can be a million, by their days."""
    held, questions, notes = Held(store), list[errors.Question](), tuple[str, ...]()
    facts: list[Record] = []
    for kind, frame, children in parts:
        if kind.record is Score:
            questions += _days(kind, frame, held, today)
        else:
            facts += records(kind, frame, children)
    asked, steps = door.ask_each(facts, held, today), dict(ahead.of_facts(facts, held))
    return door.Asked(tuple(dict.fromkeys((*questions, *asked.questions, *steps))), notes + asked.notes, steps)


def _days(kind: RecordKind, frame: pd.DataFrame, held: Held, today: date) -> Iterator[errors.Question]:
    """Days ahead of today, and the first day of each patient beside the year of birth."""
    import pandas as pd  # noqa: PLC0415 - as above

    observed = frame[f"{kind.moment}_on"]
    late = (observed > pd.Timestamp(today)).to_numpy()
    if late.any():
        some = zip(frame["patient"][late], observed[late].dt.date, strict=True)
        yield from days.ahead(kind.title, dict.fromkeys(some), today)
    places, patients = frame["patient"].factorize()
    firsts = observed.groupby(places).min().dt.date  # by number, in order of these: patients as they first come
    for patient, first in sorted(zip(patients.tolist(), firsts, strict=True)):
        yield from days.before_birth(kind.title, patient, first, held.birth_year(patient))


def records(kind: RecordKind, frame: pd.DataFrame, children: Mapping[str, pd.DataFrame]) -> list[Record]:
    """The records of a frame in contract dtypes, in order of patient and time; checked when the frame was made."""
    moments = [f"{kind.moment}{ending}" for ending in ("_on", "_at") if f"{kind.moment}{ending}" in frame]
    ordered = frame.sort_values(["patient", *moments], kind="stable") if "patient" in frame else frame
    kept = {column.name: batching.plain(ordered[column.name]) for _, column in kind.stored()}
    own: dict[str, dict[int, tuple[Record, ...]]] = {}
    for field in kind.children:
        of_kind = kind_of(field.value.record)  # type: ignore[attr-defined]  # Children has it
        own[field.name] = {}
        child = children.get(of_kind.table)
        if child is not None and len(child):
            for of, made in zip(child["of"].tolist(), records(of_kind, child, {}), strict=True):
                own[field.name][of] = (*own[field.name].get(of, ()), made)
    found = []
    for place, position in enumerate(ordered.index.tolist()):
        fresh = object.__new__(kind.record)
        for f in kind.fields:
            there = tuple(kept[c.name][place] for c in f.value.stored(f.name))
            object.__setattr__(fresh, f.name, own[f.name].get(position, ()) if f.name in own else f.value.back(there))
        found.append(fresh)
    return found
