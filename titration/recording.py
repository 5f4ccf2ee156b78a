"""Recording: facts through the door into the store, as one entry; `Log` hands its writing here.

Everything is checked inside the transaction that writes it, so that two people at once cannot pass
each other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from titration import batching, errors, known, times
from titration.entry import codes, door, scored
from titration.holding import Held
from titration.records import DoseChange, Patient, Record, Score
from titration.store.seal import short

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date, datetime, tzinfo

    from titration.scales import Register
    from titration.store import Store, Writing
    from titration.store.writing import Heading, Written


SLACK_S, YEAR_S = 60, 366 * 86400
"""A clock so many seconds before the last entry's, or so many after it, fits it."""


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
    """What recording needs to know beside the facts: the log's zone and scales, and the time it is there."""

    zone: tzinfo
    scales: Register
    now: datetime

    @property
    def today(self) -> date:
        """The day it is."""
        return self.now.date()


def settled(records: Iterable[object], setting: Setting) -> list[Record]:
    """Records in the log's zone and with its scales.

    Raises:
        InvalidRecord: A local time does not exist or happens twice; a score is not of its scale.
    """
    made: list[Record] = []
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
        asked = _checked(store, facts, setting)
        noticed = notice_clock(writing)
        settle(writing, asked, confirm)
        rows = add(writing, facts, setting.scales)
    return entry_of(writing.written, rows, asked.notes + noticed)


def _checked(store: Store, facts: Sequence[Record], setting: Setting) -> door.Asked:
    """What the door says to settled facts that fit the log."""
    refuse_strangers(store, facts)
    return door.ask(facts, Held(store), now=setting.now, scales=setting.scales)


@dataclass(frozen=True)
class Rehearsal:
    """What an entry would be, said before anything is stored.

    Attributes:
        facts: The records, settled, as they would be stored.
        questions: What would have to be answered with a reason.
        notes: What the door says that needs no answer.
        programs: Each program that would be saved, with the one entered before it, if any.
        card: The read-back card that would be stored with the entry.
    """

    facts: tuple[Record, ...]
    questions: tuple[errors.Question, ...]
    notes: tuple[str, ...]
    programs: tuple[tuple[DoseChange, DoseChange | None], ...]
    card: str


def rehearse(store: Store, records: Sequence[Record], setting: Setting) -> Rehearsal:
    """The checks of `append`, all of them, and the read-back; nothing is stored.

    Raises:
        InvalidRecord, AppendRefused, PatientNotFound: As `append` does.
    """
    facts = settled(records, setting)
    with store.reading():
        asked = _checked(store, facts, setting)
        programs = tuple(known.programs_of(store, facts))
        return Rehearsal(tuple(facts), asked.questions, asked.notes, programs, known.read_back(store, facts))


def notice_clock(writing: Writing) -> tuple[str, ...]:
    """Write down that this computer's clock stands before the last entry's, or more than a year after it.

    Nothing is asked: order goes by the entries' numbers, and a note that needs no answer holds nobody up.

    Returns:
        What was written down; nothing where the two clocks fit.
    """
    ((last, offset),) = writing.db.execute(
        "SELECT recorded_at, recorded_offset_min FROM entry WHERE entry = ?", (writing.entry - 1,)
    ).fetchall()
    now = writing.heading.recorded_at
    if -SLACK_S <= now - last <= YEAR_S:
        return ()
    clocks = [times.from_seconds(last, offset), times.from_seconds(now, writing.heading.recorded_offset_min)]
    apart = f"{'before' if now < last else 'more than a year after'} the entry before it ({times.stamp(clocks[0])})"
    said = f"this computer's clock stands {apart}: {times.stamp(clocks[1])}; check the clock"
    writing.answer(said, "noticed by the program")
    return (said,)


def settle(writing: Writing, asked: door.Asked, confirm: Mapping[str, str]) -> None:
    """Write down what was asked and answered; a step that an answer says is cancelled is so from this entry on.

    It is no correction: that it had been programmed was true, and what became of it is known now.

    Raises:
        NeedsConfirmation: A question was not answered.
    """
    pairs, cancelled = door.agreed(asked, confirm)
    for question, reason in pairs:
        writing.answer(question, reason)
    for row, reason in cancelled.items():
        writing.amend(row, "completed", writing.copy("dose_change", row, status=writing.code("cancelled")), reason)


def add(writing: Writing, facts: Sequence[Record], scales: Register) -> list[int]:
    """Write settled records; returns their rows in the order given."""
    copy_scales(writing, {f.scale for f in facts if isinstance(f, Score)}, scales)
    rows = [0] * len(facts)
    for kind, places, batch in batching.batches(facts):
        made = writing.add(batch)
        for place, row in zip(places, made, strict=True):
            rows[place] = row
        for children in batching.child_batches(kind, [facts[p] for p in places], list(made)):
            writing.add(children)
    return rows


def copy_scales(writing: Writing, codes: Iterable[str], scales: Register) -> None:
    """Copy each scale into the log, so that an old score keeps its meaning."""
    for code in sorted(codes):
        scale = scales[code]
        writing.scale(scale.code, scale.version, scale.definition())


def refuse_strangers(store: Store, facts: Iterable[Record]) -> None:
    """Every fact is of a patient of the log, or of one that comes with it; a code comes once."""
    there = known.patients(store)
    folded = {code.casefold(): code for code in there}
    facts = list(facts)
    refuse_mistyped(store, (fact.patient for fact in facts))
    retired = known.retired(store) if any(isinstance(fact, Patient) for fact in facts) else {}
    for fact in facts:
        if isinstance(fact, Patient):
            same = folded.get(fact.patient.casefold())
            if same is not None:
                raise errors.AppendRefused(
                    f"there is a patient {same} already; a second row for a code is refused, use correct to change it"
                )
            if fact.patient.casefold() in retired:
                raise errors.AppendRefused(f"the code {fact.patient} {retired[fact.patient.casefold()]}; give another")
            there.add(fact.patient)
            folded[fact.patient.casefold()] = fact.patient
    refuse_unknown((fact.patient for fact in facts), there)


def refuse_mistyped(store: Store, patients: Iterable[str]) -> None:
    """Raise for the first code whose check character does not fit, in a log whose codes have one."""
    if codes.PROPERTY in store.properties:
        for code in dict.fromkeys(patients):
            codes.refuse_unfit(code)


def refuse_unknown(patients: Iterable[str], there: set[str]) -> None:
    """Raise for the first code that is no patient's; says which is spelt alike."""
    for code in patients:
        if code not in there:
            alike = [k for k in there if k.casefold() == code.casefold()]
            hint = f"; there is {alike[0]}" if alike else "; add a Patient of that code first"
            raise errors.PatientNotFound(f"there is no patient {code} in this log{hint}; nothing was stored")
