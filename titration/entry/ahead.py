"""What a program says of steps the pump was told earlier to begin by itself: they stay, or they end with this visit.

Pure: facts and what the log holds in, questions out; nothing is cancelled that nobody said is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from titration import units
from titration.entry.asking import Past, asked_of, by_patient
from titration.errors import NeedsConfirmation, Question
from titration.records import DoseChange, Record, kind_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

STAY, CANCELLED = "they stay programmed", "cancelled at this visit"
SAID = {STAY: ("they stay", "stay"), CANCELLED: ("cancelled", "canceled")}
"""The two answers, and how an answer begins that is one of them."""


def of_facts(facts: Sequence[Record], past: Past) -> Iterator[tuple[Question, tuple[int, ...]]]:
    """A question for each patient with a program done before steps programmed earlier, and the rows of those steps.

    Args:
        facts: What is entered together; steps among them are of this visit, and not asked about.
        past: What the log holds.
    """
    for patient, own in by_patient(facts):
        changes = [fact for fact in own if isinstance(fact, DoseChange)]
        done = [change for change in changes if change.status == "done"]
        if not done:
            continue
        first = min(done, key=_moment)
        carried = {change.fulfils for change in changes}
        steps = {row: step for row, step in past.ahead(first).items() if row not in carried}
        if steps:
            day = first.effective_on
            assert day is not None  # a dose change has a day
            told = "; ".join(f"{_dose(step)} from {_when(step)} (row {row})" for row, step in steps.items())
            sentence = (
                f"programmed earlier, to begin by itself after this change of {day.isoformat()}: {told}:"
                f' compare with the printout, and answer "{STAY}" or "{CANCELLED}"'
            )
            yield asked_of(patient, day, "programmed-ahead", sentence), tuple(steps)


def cancelled(asked: Mapping[Question, tuple[int, ...]], said: Mapping[str, str]) -> dict[int, str]:
    """The rows of the steps that an answer says are cancelled, each with that answer.

    Args:
        asked: What was asked, with the rows.
        said: The answer to each question.

    Raises:
        NeedsConfirmation: An answer is neither that they stay programmed nor that they were cancelled.
    """
    meant = {question: _meant(said[question]) for question in asked}
    unclear = [question for question, answer in meant.items() if answer is None]
    if unclear:
        raise NeedsConfirmation(unclear)
    return {row: said[question] for question, rows in asked.items() if meant[question] == CANCELLED for row in rows}


def _meant(said: str) -> str | None:
    words = said.casefold().strip(" \"'")
    return next((answer for answer, ways in SAID.items() if words.startswith(ways)), None)


def _moment(change: DoseChange) -> tuple[date, float]:
    assert change.effective_on is not None  # a dose change has a day
    return change.effective_on, 0.0 if change.effective_at is None else change.effective_at.timestamp()


def _dose(step: DoseChange) -> str:
    return units.quantity(step.dose_mcg_per_day, units.MCG_PER_DAY)


def _when(step: DoseChange) -> str:
    name = "effective_on" if step.effective_at is None else "effective_at"
    return kind_of(DoseChange).field(name).value.say(getattr(step, name))
