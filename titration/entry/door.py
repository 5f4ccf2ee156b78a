"""The door: questions about what was typed, by comparison with earlier entries; never about a dose.

It compares typing with typing. It knows no limit, proposes nothing, and always lets "the pump shows
this" stand. A first dose, and a restart from stopped or minimum rate, have nothing to compare with.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from titration import units
from titration.entry import ahead, amounts, answers, days
from titration.entry.asking import ALSO, APART, Past, ratio_words
from titration.errors import NeedsConfirmation, Question
from titration.records import Closure, DoseChange, Record, closure, kind_of
from titration.records.sums import FLOW

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date, datetime

    from titration.scales import Register

SLIPS = ((10, "10 is a decimal place"), (24, "24 is per hour for per day"), (1000, "1000 is mg for mcg"))


@dataclass(frozen=True)
class Asked:
    """What the door says: questions that need an answer, notes that do not.

    Attributes:
        questions: All of them.
        notes: What needs no answer.
        ahead: Those about steps programmed earlier, with their rows; see `entry.ahead`.
    """

    questions: tuple[Question, ...]
    notes: tuple[str, ...]
    ahead: Mapping[Question, tuple[int, ...]] = field(default_factory=dict)


def ask(facts: Sequence[Record], past: Past, *, now: datetime, scales: Register) -> Asked:
    """Everything the door has to say to one entry as it is typed.

    Args:
        facts: What is entered together; they fit the log.
        past: What the log holds.
        now: In the log's zone.
        scales: The scales of the log.
    """
    said = ask_each(facts, past, now.date())
    more = [*days.of_entry(facts, past, now), *answers.of_entry(facts, past, scales)]
    steps = dict(ahead.of_facts(facts, past))
    return Asked(tuple(dict.fromkeys((*said.questions, *more, *steps))), said.notes, steps)


def ask_each(facts: Sequence[Record], past: Past, today: date) -> Asked:
    """What it says to facts one by one, as in a file or a correction: nothing about the visit they were typed at.

    Args:
        facts: They fit the log.
        past: What the log holds.
        today: In the log's zone.
    """
    said = doses([f for f in facts if isinstance(f, DoseChange)], past)
    questions = [*said.questions, *amounts.of_facts(facts, past), *days.of_facts(facts, past, today)]
    return Asked(tuple(dict.fromkeys(questions)), said.notes)


def doses(changes: Iterable[DoseChange], past: Past) -> Asked:
    """Compare dose changes, in the order given, with the last dose entered of the same patient.

    Args:
        changes: They come as one entry; each is also compared with those before it.
        past: What the log holds.
    """
    questions: list[Question] = []
    notes: list[str] = []
    seen: dict[str, DoseChange] = {}
    for change in changes:
        last = seen.get(change.patient) or past.dose_before(change)
        if last is None:
            notes.append(f"{change.patient}: the first dose entered; there is nothing to compare it with")
        elif last.mode in {"stopped", "minimum rate"} or last.dose_mcg_per_day == 0:
            notes.append(f"{change.patient}: after {last.mode}; there is nothing to compare the dose with")
        elif change.mode not in {"stopped", "minimum rate"}:
            questions += _ratio(change, last)
        questions += amounts.ordered(change)
        questions += _closure(change)
        seen[change.patient] = change
    return Asked(tuple(questions), tuple(notes))


def when(made: Record) -> str:
    """A record's own time in print, or its day."""
    moment = kind_of(type(made)).moment
    for ending in ("_at", "_on"):
        value = getattr(made, f"{moment}{ending}", None)
        if value is not None:
            return kind_of(type(made)).field(f"{moment}{ending}").value.say(value)
    return "no date"


def _ratio(change: DoseChange, last: DoseChange) -> Iterator[Question]:
    if change.dose_mcg_per_day == 0:
        return
    ratio = change.dose_mcg_per_day / last.dose_mcg_per_day
    far = max(ratio, 1 / ratio)
    if far < APART:
        return
    near, slip = min(SLIPS, key=lambda s: abs(1 - far / s[0]) if far < s[0] else abs(1 - s[0] / far))
    hint = f" ({slip})" if near / 2 <= far <= near * 2 else ""
    new = units.quantity(change.dose_mcg_per_day, units.MCG_PER_DAY)
    old = units.quantity(last.dose_mcg_per_day, units.MCG_PER_DAY)
    yield Question(
        f"{change.patient}, {when(change)}: {new} is {ratio_words(ratio)} the last dose entered"
        f" ({old}, effective {when(last)}){hint}: {ALSO}",
        id=f"{change.patient}:{change.effective_on}:dose-x{near}",
    )


def _closure(change: DoseChange) -> Iterator[Question]:
    """Ask where the parts of a program do not make what it states; it is stored as printed."""
    lines = [line for line in closure(change) if not line.fits]
    for what in dict.fromkeys(line.what for line in lines):
        own = [line for line in lines if line.what == what]
        stated = f"{units.number(own[0].stated)} {own[0].unit}"
        yield Question(
            f"{change.patient}, {when(change)}: {_made(change, own)}, and the {what} stated is {stated}: {ALSO}",
            id=f"{change.patient}:{change.effective_on}:{'flow' if what == FLOW else 'steps'}",
        )


def _made(change: DoseChange, lines: Sequence[Closure]) -> str:
    """What the parts make, in words; days that are alike are named together."""
    first, dose = lines[0], units.quantity(change.dose_mcg_per_day, units.MCG_PER_DAY)
    made = f"{units.rounded(first.computed, 3)} {first.unit}"
    if first.from_steps is None:  # of the flow, or of a constant flow pump
        strength = units.quantity(change.concentration_mcg_per_ml or 0, units.MCG_PER_ML)
        if first.what == FLOW:
            return f"{dose} at {strength} is a flow of {made}"
        return f"a flow of {units.quantity(change.flow_ml_per_day or 0, units.ML_PER_DAY)} at {strength} is {made}"
    parts = " and ".join(name for name in ("steps", "boluses") if getattr(change, name))
    if len(lines) == 1:
        return f"the {parts} of {first.day} add up to {made}"
    days: dict[str, list[str]] = {}
    for line in lines:
        days.setdefault(units.rounded(line.computed, 2), []).append(line.day)
    told = ", ".join(f"{total} ({', '.join(named)})" for total, named in days.items())
    return f"the {parts} add up to {told} {first.unit}"


def answered(questions: Sequence[Question], confirm: Mapping[str, str]) -> list[tuple[str, str]]:
    """Each question with its answer.

    Args:
        questions: What was asked.
        confirm: Reason by question, or by its short name.

    Raises:
        NeedsConfirmation: One is not answered, or with nothing.
    """
    pairs, still = [], []
    for question in questions:
        reason = (confirm.get(question) or confirm.get(question.id) or "").strip()
        pairs.append((str(question), reason))
        if not reason:
            still.append(question)
    if still:
        raise NeedsConfirmation(still)
    return pairs


def agreed(asked: Asked, confirm: Mapping[str, str]) -> tuple[list[tuple[str, str]], dict[int, str]]:
    """Each question with its answer, and the rows of the steps that were cancelled, each with what was said.

    Args:
        asked: What the door said.
        confirm: Reason by question, or by its short name.

    Raises:
        NeedsConfirmation: One is not answered, or the answer about steps programmed earlier is neither of the two.
    """
    pairs = answered(asked.questions, confirm)
    return pairs, ahead.cancelled(asked.ahead, dict(pairs))
