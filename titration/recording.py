"""Recording: facts through the door into the store, as one entry; `Log` hands its writing here.

Everything is checked inside the transaction that writes it, so that two people at once cannot pass
each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, tzinfo
from typing import TYPE_CHECKING, Any

from titration import errors, frames, times
from titration.entry import door, scored
from titration.entry.card import card
from titration.records import DoseChange, Patient, Record, RecordKind, Score, kind_of
from titration.scales import Register
from titration.store import Store, Writing
from titration.store.seal import short

if TYPE_CHECKING:
    import pandas as pd

    from titration.store.writing import Heading, Written


@dataclass(frozen=True)
class Entry:
    """One act of recording, as it was stored.

    Attributes:
        entry: Its number.
        rows: The rows of its facts, in the order they were given.
        seal: Its seal, 64 hex digits.
        recorded: When, with the local offset.
        notes: What the door said that needed no answer.
    """

    entry: int
    rows: tuple[int, ...]
    seal: str
    recorded: str
    notes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        """Number, facts, seal."""
        facts = f"{len(self.rows)} fact{'s' * (len(self.rows) != 1)}"
        return f"<entry {self.entry}: {facts}, recorded {self.recorded}, seal {short(bytes.fromhex(self.seal))}>"

    def __index__(self) -> int:
        """Its number."""
        return self.entry


def entry_of(written: Written | None, rows: Sequence[int], notes: tuple[str, ...] = ()) -> Entry:
    """What the store wrote, as people see it."""
    assert written is not None  # a writing that ended without error has it
    recorded = times.stamp(times.from_seconds(written.recorded_at, written.recorded_offset_min))
    return Entry(written.entry, tuple(rows), written.seal.hex(), recorded, notes)


@dataclass(frozen=True)
class Setting:
    """What recording needs to know beside the facts: the log's zone and scales, and the day it is."""

    zone: tzinfo
    scales: Register
    today: date


def settled(records: Iterable[Record], setting: Setting) -> list[Record]:
    """Records in the log's zone and with its scales.

    Raises:
        InvalidRecord: A local time does not exist or happens twice; a score is not of its scale.
    """
    made = []
    for given in records:
        if not isinstance(given, Record):
            message = f"append takes records, not {type(given).__name__}; for a frame say which kind: kind=Score"
            raise errors.FrameError(message)
        fact = given.localised(setting.zone)
        made.append(scored.settle(fact, setting.scales) if isinstance(fact, Score) else fact)
    return made


def append(
    store: Store, records: Sequence[Record], heading: Heading, *, confirm: Mapping[str, str], setting: Setting
) -> Entry:
    """Add records as one entry, or nothing.

    Raises:
        NeedsConfirmation: Something is unlikely and was not answered.
        AppendRefused, PatientNotFound: It does not fit the log.
    """
    facts = settled(records, setting)
    if not facts:
        raise errors.AppendRefused("there is nothing to append; nothing was stored")
    with store.writing(heading) as writing:
        refuse_strangers(store, facts)
        asked = door.doses((f for f in facts if isinstance(f, DoseChange)), lambda c: earlier(store, c))
        questions = [*asked.questions, *_ahead(facts, setting.today)]
        for question, reason in door.answered(questions, dict(confirm)):
            writing.answer(question, reason)
        rows = add(writing, facts, setting.scales)
    return entry_of(writing.written, rows, asked.notes)


def add(writing: Writing, facts: Sequence[Record], scales: Register) -> list[int]:
    """Write settled records; returns their rows in the order given."""
    copy_scales(writing, {f.scale for f in facts if isinstance(f, Score)}, scales)
    rows = [0] * len(facts)
    for kind, places, batch in frames.batches(facts):
        made = writing.add(batch)
        for place, row in zip(places, made, strict=True):
            rows[place] = row
        for children in frames.child_batches(kind, [facts[p] for p in places], list(made)):
            writing.add(children)
    return rows


def copy_scales(writing: Writing, codes: Iterable[str], scales: Register) -> None:
    """Copy each scale into the log, so that an old score keeps its meaning."""
    for code in sorted(codes):
        scale = scales[code]
        writing.scale(scale.code, scale.version, scale.definition())


def _ahead(facts: Iterable[Record], today: date) -> Iterator[errors.Question]:
    for fact in facts:
        kind = kind_of(type(fact))
        if kind.moment and getattr(fact, "status", "done") == "done":
            day = getattr(fact, f"{kind.moment}_on")
            yield from door.ahead(kind.title, [(fact.patient, day)], today)  # type: ignore[attr-defined]  # it has one


def patients(store: Store) -> set[str]:
    """The codes of the patients of the log as it stands."""
    rows = store.rows("patient", ["patient"], store.head()[0])
    codes = store.codes()
    return {codes[number] for (number,) in rows}


def refuse_strangers(store: Store, facts: Iterable[Record]) -> None:
    """Every fact is of a patient of the log, or of one that comes with it; a code comes once."""
    known = patients(store)
    folded = {code.casefold(): code for code in known}
    facts = list(facts)
    for fact in facts:
        if isinstance(fact, Patient):
            there = folded.get(fact.patient.casefold())
            if there is not None:
                raise errors.AppendRefused(
                    f"there is a patient {there} already; a second row for a code is refused, use correct to change it"
                )
            known.add(fact.patient)
            folded[fact.patient.casefold()] = fact.patient
    refuse_unknown((fact.patient for fact in facts), known)  # type: ignore[attr-defined]  # every kind but a child has one


def refuse_unknown(codes: Iterable[str], known: set[str]) -> None:
    """Raise for the first code that is no patient's; says which is spelt alike."""
    for code in codes:
        if code not in known:
            alike = [k for k in known if k.casefold() == code.casefold()]
            hint = f"; there is {alike[0]}" if alike else "; add a Patient of that code first"
            raise errors.PatientNotFound(f"there is no patient {code} in this log{hint}; nothing was stored")


def last_change(
    store: Store, patient: str, *, day: int | None = None, at: int | None = None, without: int = 0
) -> tuple[int, DoseChange] | None:
    """The last dose change entered of a patient that was effective by then, with its row; leaves out one row."""
    number = store.code(patient)
    done = store.code("done")
    found = store.query(
        "SELECT row FROM dose_change AS t WHERE patient = ? AND status = ? AND row <> ?"
        " AND NOT EXISTS (SELECT 1 FROM amendment AS a WHERE a.row = t.row)"
        " AND (? IS NULL OR effective_on < ? OR (effective_on = ? AND (? IS NULL OR coalesce(effective_at, 0) <= ?)))"
        " ORDER BY effective_on DESC, coalesce(effective_at, 0) DESC, row DESC LIMIT 1",
        number, done, without, day, day, day, at, at,
    )  # fmt: skip
    if not found:
        return None
    made = frames.record_of(store, found[0][0])
    assert isinstance(made, DoseChange)
    return found[0][0], made


def earlier(store: Store, change: DoseChange, *, without: int = 0) -> door.Earlier | None:
    """What a change is compared with at the door."""
    assert change.effective_on is not None
    at = None if change.effective_at is None else int(change.effective_at.timestamp())
    found = last_change(store, change.patient, day=times.day_number(change.effective_on), at=at, without=without)
    if found is None:
        return None
    last = found[1]
    return door.Earlier(last.dose_mcg_per_day, last.mode, last.concentration_mcg_per_ml, door.when(last))


def identity(store: Store, patient: str) -> str:
    """The line that says which patient this is: code, birth year, pump, last dose and its date."""
    codes, parts, now = store.codes(), [patient], store.head()[0]
    for (year,) in store.rows("patient", ["birth_year"], now, patient=patient):
        parts.append(f"born {year}" if year else "birth year not stated")
    pumps = store.rows("pump", ["model"], now, patient=patient)
    parts.append(str(codes.get(pumps[-1][0], "pump model not stated")) if pumps else "no pump recorded")
    found = last_change(store, patient)
    if found is None:
        parts.append("no dose recorded")
    else:
        dose = DoseChange.kind.field("dose_mcg_per_day").value.say(found[1].dose_mcg_per_day)  # type: ignore[attr-defined]
        parts.append(f"last dose {dose}, effective {door.when(found[1])}")
    return " | ".join(parts)


def read_back(store: Store, facts: Sequence[Record]) -> str:
    """The cards of an entry's programs, as they are stored with it."""
    made = []
    for fact in facts:
        if isinstance(fact, DoseChange):
            assert fact.effective_on is not None
            at = None if fact.effective_at is None else int(fact.effective_at.timestamp())
            found = last_change(store, fact.patient, day=times.day_number(fact.effective_on), at=at)
            made.append(card(identity(store, fact.patient), fact, found[1] if found else None))
    return "\n\n".join(made)


def append_frames(
    store: Store, parts: Sequence[tuple[RecordKind, pd.DataFrame, Mapping[str, pd.DataFrame]]], heading: Heading,
    *, confirm: Mapping[str, str], setting: Setting,
) -> Entry:  # fmt: skip
    """Add whole frames as one entry, or nothing; each frame in contract dtypes, children by table."""
    with store.writing(heading) as writing:
        known = patients(store)
        for kind, frame, _ in parts:
            if kind.record is Patient:
                refuse_strangers(store, (Patient(patient=p) for p in frame["patient"]))
                known |= set(frame["patient"])
        for _, frame, _ in parts:
            refuse_unknown(frame["patient"].unique(), known)
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
                    writing.add(frames.batch_of(_kind(table), child, of))
    return entry_of(writing.written, rows, asked.notes)


def _kind(table: str) -> RecordKind:
    from titration.records import KINDS  # noqa: PLC0415 - one name of it is used once

    return KINDS[table]


def _ask(
    store: Store, parts: Sequence[tuple[RecordKind, pd.DataFrame, Mapping[str, pd.DataFrame]]], today: date
) -> door.Asked:
    questions: list[errors.Question] = []
    notes: tuple[str, ...] = ()
    for kind, frame, children in parts:
        if kind.moment:
            late = frame[frame[f"{kind.moment}_on"].dt.date > today] if len(frame) else frame
            if "status" in late:
                late = late[late["status"] == "done"]
            pairs = dict.fromkeys(zip(late["patient"], late[f"{kind.moment}_on"].dt.date, strict=True)) if len(late) else {}
            questions += door.ahead(kind.title, pairs, today)
        if kind.record is DoseChange and len(frame):
            asked = door.doses(_changes(frame, children), lambda c: earlier(store, c))
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
            DoseChange.kind.field("steps").value.record(  # type: ignore[attr-defined]  # DoseStep
                weekday=s["weekday"], start_min=int(s["start_min"]), rate_mcg_per_h=s["rate_mcg_per_h"]
            )
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
