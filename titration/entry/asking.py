"""What the door's questions share: what they know of a log, and how a question is made.

Imports `records`, `errors`; knows no file. The log's side of `Past` stands in `titration.known`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from titration import units
from titration.errors import Question
from titration.records import Bolus, DoseChange, Readout, Record, Refill, Score, SideEffect, Visit, kind_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

ALSO = "compare with the printout; the pump shows this, or retype"
CHECK = "check the date; it was that day, or retype"
APART = 5.0
"""From this ratio on, either way, an amount is asked about: it holds x10, x24 and x1000 with a change of half or double."""


class Past(Protocol):
    """What the log holds of a patient before an entry, as far as the door compares with it."""

    def birth_year(self, patient: str) -> int | None:
        """The year of birth recorded."""

    def reservoir_ml(self, patient: str) -> float | None:
        """The reservoir volume of the last pump recorded."""

    def strengths(self, patient: str) -> frozenset[float]:
        """Every concentration recorded for this patient."""

    def before(self, fact: Record) -> Record | None:
        """The last fact of the same kind (done, if it can be planned) before this one."""

    def dose_before(self, fact: Record) -> DoseChange | None:
        """The last dose change done by the time of any fact."""

    def ahead(self, change: DoseChange) -> Mapping[int, DoseChange]:
        """The steps the pump was programmed to begin by itself after a change, that nothing carried out, by row."""

    def later(self, fact: Record) -> date | None:
        """The day of the last fact of the same kind and patient, when it lies after this one's."""

    def same_day(self, fact: Record) -> Mapping[int, Record]:
        """The facts of the same kind and patient on the same day, by row."""

    def scales(self, patient: str, before: date) -> frozenset[str]:
        """The scales this patient was scored on before a day."""

    def sides(self, score: Score) -> frozenset[str]:
        """The sides recorded for that scale and body part."""

    def answers(self, patient: str, before: date) -> tuple[Score, ...]:
        """The scores collected at the last visit before a day."""


def asked_of(patient: str, day: date, rule: str, sentence: str) -> Question:
    """A question about one patient's day.

    Example:
        >>> from datetime import date
        >>> asked_of("P001", date(2026, 10, 8), "night", "a visit at 02:15").id
        'P001:2026-10-08:night'
    """
    return Question(f"{patient}: {sentence}", id=f"{patient}:{day.isoformat()}:{rule}")


def day_of(fact: Record) -> date | None:
    """The day of a fact's own time; None for a patient."""
    made: date | None = getattr(fact, f"{kind_of(type(fact)).moment}_on", None)
    return made


def is_of_visit(fact: Record) -> bool:
    """Whether a fact is written at a contact: a visit, a program, a fill, a readout, what was asked and scored there."""
    if isinstance(fact, Score):
        return fact.collected == "visit"
    if isinstance(fact, DoseChange):
        return fact.status == "done"
    return isinstance(fact, (Visit, Refill, Readout, SideEffect, Bolus))


def spoken(fact: Record) -> str:
    """A kind of record inside a sentence, as in: a refill."""
    title = kind_of(type(fact)).title.lower()
    return f"{'an' if title[0] in 'aeiou' else 'a'} {title}"


def by_patient(facts: Sequence[Record]) -> Iterator[tuple[str, list[Record]]]:
    """The facts of each patient, in the order given."""
    grouped: dict[str, list[Record]] = {}
    for fact in facts:
        grouped.setdefault(fact.patient, []).append(fact)
    yield from grouped.items()


def apart(one: float | None, other: float | None) -> bool:
    """Whether two amounts, neither missing nor 0, lie a factor of `APART` or more from each other."""
    return bool(one and other) and max(one / other, other / one) >= APART  # type: ignore[operator]  # both are numbers here


def ratio_words(ratio: float) -> str:
    """A ratio in words.

    Example:
        >>> ratio_words(10), ratio_words(0.1)
        ('10 times', '1/10 of')
    """
    return f"{units.rounded(ratio)} times" if ratio >= 1 else f"1/{units.rounded(1 / ratio)} of"
