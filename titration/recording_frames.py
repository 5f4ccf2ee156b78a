"""Recording whole frames: a thousand facts or a million as one entry, through the same door."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from titration import errors, frames, known, times
from titration.entry import door
from titration.recording import Entry, Setting, copy_scales, entry_of, refuse_strangers, refuse_unknown
from titration.records import KINDS, DoseChange, DoseStep, Patient, RecordKind, Score

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    import pandas as pd

    from titration.store import Store
    from titration.store.writing import Heading

    Part = tuple[RecordKind, pd.DataFrame, Mapping[str, pd.DataFrame]]


def append(
    store: Store, parts: Sequence[Part], heading: Heading,
    *, confirm: Mapping[str, str], setting: Setting,
) -> Entry:  # fmt: skip
    """Add whole frames as one entry, or nothing; each frame in contract dtypes, children by table."""
    with store.writing(heading) as writing:
        codes = known.patients(store)
        for kind, frame, _ in parts:
            if kind.record is Patient:
                refuse_strangers(store, (Patient(patient=p) for p in frame["patient"]))
                codes |= set(frame["patient"])
        for _, frame, _ in parts:
            refuse_unknown(frame["patient"].unique(), codes)
        asked = _ask(store, parts, setting.today)
        for question, reason in door.answered(asked.questions, dict(confirm)):
            writing.answer(question, reason)
        rows: list[int] = []
        for kind, frame, children in sorted(parts, key=lambda part: part[0].record is not Patient):
            if kind.record is Score:
                copy_scales(writing, frame["scale"].unique(), setting.scales)
            made = writing.add(frames.batch_of(kind, frame))
            rows += made
            row_of = dict(zip(frame.index, made, strict=True))
            for table, child in children.items():
                if len(child):
                    of = [row_of[position] for position in child["of"].tolist()]
                    writing.add(frames.batch_of(KINDS[table], child, of))
    return entry_of(writing.written, rows, asked.notes)


def _ask(store: Store, parts: Sequence[Part], today: date) -> door.Asked:
    questions: list[errors.Question] = []
    notes: tuple[str, ...] = ()
    for kind, frame, children in parts:
        if kind.moment:
            late = frame[frame[f"{kind.moment}_on"].dt.date > today] if len(frame) else frame
            if "status" in late:
                late = late[late["status"] == "done"]
            pairs = (
                dict.fromkeys(zip(late["patient"], late[f"{kind.moment}_on"].dt.date, strict=True)) if len(late) else {}
            )
            questions += door.ahead(kind.title, pairs, today)
        if kind.record is DoseChange and len(frame):
            asked = door.doses(_changes(frame, children), lambda c: known.earlier(store, c))
            questions += asked.questions
            notes += asked.notes
    return door.Asked(tuple(dict.fromkeys(questions)), notes)


def _changes(frame: pd.DataFrame, children: Mapping[str, pd.DataFrame]) -> Iterator[DoseChange]:
    """The dose changes of a frame as records, in order of patient and time, for the door."""
    steps = children.get("dose_step")
    ordered = frame.sort_values(["patient", "effective_on", "effective_at"], kind="stable")
    for position, line in zip(ordered.index, ordered.to_dict("records"), strict=True):
        given: dict[str, Any] = {k: line[k] for k in ("patient", "mode", "dose_mcg_per_day", "status")}
        strength = line["concentration_mcg_per_ml"]
        own = [] if steps is None else steps[steps["of"] == position].to_dict("records")
        made = tuple(
            DoseStep(weekday=s["weekday"], start_min=int(s["start_min"]), rate_mcg_per_h=s["rate_mcg_per_h"])
            for s in own
        )
        moment = line["effective_at"]
        timed = {"effective_on": line["effective_on"].date()}
        if moment == moment:  # noqa: PLR0124 - NaT is not itself
            offset = int(line["effective_offset_min"])
            timed = {"effective_at": times.from_seconds(int(moment.timestamp()), offset)}
        yield DoseChange(
            **given, **timed, steps=made if line["mode"] == "flex" else (),
            concentration_mcg_per_ml=strength if strength == strength else None,  # noqa: PLR0124 - NaN is not itself
        )  # fmt: skip
