"""The door: questions about what was typed, by comparison with earlier entries; never about a dose.

It compares typing with typing. It knows no limit, proposes nothing, and always lets "the pump shows
this" stand. A first dose, and a restart from stopped or minimum rate, have nothing to compare with.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from titration import units
from titration.errors import NeedsConfirmation, Question
from titration.records import DoseChange, Record, daily_totals, kind_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import date

APART = 5.0
"""From this ratio on, either way, a dose is asked about: it holds x10, x24 and x1000 with a change of half or double."""
SLIPS = ((10, "10 is a decimal place"), (24, "24 is per hour for per day"), (1000, "1000 is mg for mcg"))
ROUNDING_PCT = 1.0
"""How far steps may add up beside the stated daily dose: programmers print rates rounded."""
ALSO = "compare with the printout; the pump shows this, or retype"


@dataclass(frozen=True)
class Earlier:
    """The last dose entered before another one."""

    dose_mcg_per_day: float
    mode: str
    concentration_mcg_per_ml: float | None
    effective: str


@dataclass(frozen=True)
class Asked:
    """What the door says: questions that need an answer, notes that do not."""

    questions: tuple[Question, ...]
    notes: tuple[str, ...]


def doses(changes: Iterable[DoseChange], before: Callable[[DoseChange], Earlier | None]) -> Asked:
    """Compare dose changes, in the order given, with the last dose entered of the same patient.

    Args:
        changes: They come as one entry; each is also compared with those before it.
        before: The last dose entered of that patient that was effective by then.
    """
    questions: list[Question] = []
    notes: list[str] = []
    seen: dict[str, Earlier] = {}
    for change in changes:
        last = seen.get(change.patient) or before(change)
        if last is None:
            notes.append(f"{change.patient}: the first dose entered; there is nothing to compare it with")
        elif last.mode in {"stopped", "minimum rate"} or last.dose_mcg_per_day == 0:
            notes.append(f"{change.patient}: after {last.mode}; there is nothing to compare the dose with")
        elif change.mode not in {"stopped", "minimum rate"}:
            questions += _ratio(change, last)
        questions += _strength(change, last)
        questions += _closure(change)
        seen[change.patient] = Earlier(
            change.dose_mcg_per_day, change.mode, change.concentration_mcg_per_ml, when(change)
        )
    return Asked(tuple(questions), tuple(notes))


def when(made: Record) -> str:
    """A record's own time in print, or its day."""
    moment = kind_of(type(made)).moment
    for ending in ("_at", "_on"):
        value = getattr(made, f"{moment}{ending}", None)
        if value is not None:
            return kind_of(type(made)).field(f"{moment}{ending}").value.say(value)
    return "no date"


def _times(ratio: float) -> str:
    return f"{units.rounded(ratio)} times" if ratio >= 1 else f"1/{units.rounded(1 / ratio)} of"


def _ratio(change: DoseChange, last: Earlier) -> Iterator[Question]:
    if change.dose_mcg_per_day == 0:
        return
    ratio = change.dose_mcg_per_day / last.dose_mcg_per_day
    apart = max(ratio, 1 / ratio)
    if apart < APART:
        return
    near, slip = min(SLIPS, key=lambda s: abs(1 - apart / s[0]) if apart < s[0] else abs(1 - s[0] / apart))
    hint = f" ({slip})" if near / 2 <= apart <= near * 2 else ""
    new = units.quantity(change.dose_mcg_per_day, units.MCG_PER_DAY)
    old = units.quantity(last.dose_mcg_per_day, units.MCG_PER_DAY)
    yield Question(
        f"{change.patient}, {when(change)}: {new} is {_times(ratio)} the last dose entered"
        f" ({old}, effective {last.effective}){hint}: {ALSO}",
        id=f"{change.patient}:{change.effective_on}:dose-x{near}",
    )


def _strength(change: DoseChange, last: Earlier | None) -> Iterator[Question]:
    new, old = change.concentration_mcg_per_ml, last.concentration_mcg_per_ml if last else None
    if not new or not old or max(new / old, old / new) < 2 * APART:
        return
    said = [units.quantity(c, units.MCG_PER_ML) for c in (new, old)]
    yield Question(
        f"{change.patient}, {when(change)}: the concentration {said[0]} is {_times(new / old)} the last one entered"
        f" ({said[1]}): {ALSO}",
        id=f"{change.patient}:{change.effective_on}:concentration",
    )


def _closure(change: DoseChange) -> Iterator[Question]:
    stated = change.dose_mcg_per_day
    totals = daily_totals(change.steps)
    if not totals:
        return
    apart = [d for d, total in totals.items() if abs(total - stated) > max(1.0, stated * ROUNDING_PCT / 100)]
    if len(totals) > 1:  # by weekday the printed daily dose can be any of them: one that agrees is enough
        apart = apart if len(apart) == len(totals) else []
    for day in apart[:1]:
        total = units.rounded(totals[day], 2)
        yield Question(
            f"{change.patient}, {when(change)}: the steps of {day} add up to {total} mcg/day, and the daily dose stated"
            f" is {units.number(stated)} mcg/day: {ALSO}",
            id=f"{change.patient}:{change.effective_on}:steps",
        )


def ahead(title: str, moments: Iterable[tuple[str, date]], today: date) -> Iterator[Question]:
    """Ask about what is said to have happened after today.

    Args:
        title: Of the kind of record.
        moments: Patient and day of each.
        today: In the log's zone.
    """
    for patient, day in moments:
        if day > today:
            yield Question(
                f"{patient}: {title.lower()} of {day.isoformat()} lies {(day - today).days} days after today"
                f" ({today.isoformat()}): check the date and this computer's clock",
                id=f"{patient}:{day.isoformat()}:ahead",
            )


def answered(questions: Sequence[Question], confirm: dict[str, str]) -> list[tuple[str, str]]:
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
