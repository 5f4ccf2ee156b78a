"""What the door asks about repeats and scores: entered twice, copied, on another scale, on another side.

Pure: facts and what the log holds in, questions out. No score is judged by its value, only by where it stands.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from titration.entry.asking import Past, asked_of, by_patient, day_of, is_of_visit, spoken
from titration.fields import Instant, Words
from titration.records import DoseChange, Patient, Record, Score, kind_of
from titration.units import Unfit, number

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from titration.errors import Question
    from titration.scales import Register

COPIED = 5
"""From so many answers on, all equal to the last visit's with the dose equal too, a copy is asked about."""
RETYPE = "it is so, or retype"


def of_entry(facts: Sequence[Record], past: Past, scales: Register) -> Iterator[Question]:
    """Questions about one typed entry: what is in the log already, and scores beside the patient's usual ones."""
    for patient, own in by_patient(facts):
        yield from _twice(patient, own, past)
        scores = [f for f in own if isinstance(f, Score)]
        yield from _two_answers(patient, scores)
        yield from _copied(patient, own, past)
        for score in scores:
            yield from _scale(score, scores, past, scales)
            yield from _side(score, past)


def same_fact(one: Record, other: Record) -> bool:
    """Whether two records say the same, free words aside; a time not given agrees with any of its day.

    Example:
        >>> from titration.records import Visit
        >>> timed = Visit(patient="P001", visited_at="2026-10-08T09:30+01:00", visit="refill")
        >>> same_fact(timed, Visit(patient="P001", visited_on="2026-10-08", visit="refill"))
        True
    """
    for f in kind_of(type(one)).fields:
        mine, theirs = getattr(one, f.name), getattr(other, f.name)
        if isinstance(f.value, Words):
            continue
        if isinstance(f.value, Instant) and (mine is None or theirs is None):
            continue
        if mine != theirs:
            return False
    return True


def _twice(patient: str, own: Sequence[Record], past: Past) -> Iterator[Question]:
    """Facts the log holds already; a note of the same day with other words is another note."""
    told = [f for f in own if not isinstance(f, Patient) and not _is_words(f)]
    found = [(f, row) for f in told for row, held in past.same_day(f).items() if same_fact(f, held)]
    if found:
        rows = ", ".join(dict.fromkeys(str(row) for _, row in found))
        day = day_of(found[0][0])
        assert day is not None  # a fact that is no patient has a day
        many = f"{len(dict.fromkeys(id(f) for f, _ in found))} of {len(own)} facts of this entry are"
        yield asked_of(
            patient, day, "twice",
            f"{many if len(own) > 1 else f'{spoken(found[0][0])} of that day and those values is'} in the log already"
            f" (row {rows}): it was done twice, or leave it out",
        )  # fmt: skip
        return
    for fact in told:
        if isinstance(fact, Score) and is_of_visit(fact):
            for row, held in past.same_day(fact).items():
                if isinstance(held, Score) and _place(held) == _place(fact) and held.observed_at == fact.observed_at:
                    yield asked_of(
                        patient, _day(fact), "answered",
                        f"{_named(fact)} of that time has an answer in the log already (row {row}, another one):"
                        " it was asked twice, or correct that row",
                    )  # fmt: skip
                    return


def _is_words(fact: Record) -> bool:
    kind = kind_of(type(fact))
    return any(isinstance(f.value, Words) and f.required for f in kind.fields)


def _day(score: Score) -> date:
    day = day_of(score)
    assert day is not None  # a score has a day
    return day


def _place(score: Score) -> tuple[str | None, ...]:
    """Which question a score answers."""
    return score.scale, score.body_part, score.side, score.position, score.reporter


def _named(score: Score) -> str:
    return " ".join(["score of", score.scale, *(part for part in (score.body_part, score.side) if part)])


def _two_answers(patient: str, scores: Sequence[Score]) -> Iterator[Question]:
    seen: dict[tuple[object, ...], Score] = {}
    for score in scores:
        if not is_of_visit(score):
            continue  # a diary can be filled twice a day
        key = (*_place(score), score.observed_on, score.observed_at)
        if key in seen:
            yield asked_of(
                patient, _day(score), "two-answers",
                f"this entry holds two answers to the same question ({_named(score)}): check side, scale and body part;"
                f" {RETYPE}",
            )  # fmt: skip
            return
        seen[key] = score


def _answer(score: Score) -> object:
    return score.grade if score.value is None else score.value


def _copied(patient: str, own: Sequence[Record], past: Past) -> Iterator[Question]:
    now = {_place(s): _answer(s) for s in own if isinstance(s, Score) and is_of_visit(s)}
    if len(now) < COPIED:
        return
    day = min(_day(s) for s in own if isinstance(s, Score) and is_of_visit(s))
    then = {_place(s): _answer(s) for s in past.answers(patient, day)}
    if now != then:
        return
    for change in own:
        if isinstance(change, DoseChange):
            last = past.dose_before(change)
            if last is None or last.dose_mcg_per_day != change.dose_mcg_per_day:
                return
    yield asked_of(
        patient, day, "copied",
        f"all {len(now)} answers are those of the visit before: check that they were asked again; {RETYPE}",
    )  # fmt: skip


def _scale(score: Score, scores: Sequence[Score], past: Past, scales: Register) -> Iterator[Question]:
    """A scale this patient was never scored on, while a usual one that the value fits has no answer that day."""
    day = _day(score)
    usual = past.scales(score.patient, day)
    if not usual or score.scale in usual or _answer(score) is None:
        return
    there = {s.scale for s in scores} | {s.scale for s in past.same_day(score).values() if isinstance(s, Score)}
    lacking = [code for code in sorted(usual - there) if _fits(score, code, scales)]
    if lacking:
        yield asked_of(
            score.patient, day, f"scale-{score.scale}",
            f"this patient was never scored on {score.scale}; the answer {_said(score)} is possible on {', '.join(lacking)}"
            f" too, which has none that day: {RETYPE}",
        )  # fmt: skip


def _said(score: Score) -> str:
    return score.grade or (number(score.value) if score.value is not None else "")


def _fits(score: Score, code: str, scales: Register) -> bool:
    scale = scales.get(code)
    if scale is None or (score.reporter is not None and score.reporter not in scale.reporters):
        return False
    try:
        if scale.grades:
            scale.fit(None, _said(score))
        else:
            scale.fit(float(_said(score)), None)
    except (Unfit, ValueError):
        return False
    return True


def _side(score: Score, past: Past) -> Iterator[Question]:
    """The other side only was ever recorded for that muscle."""
    if score.side is None or score.body_part is None:
        return
    sides = past.sides(score)
    if sides and score.side not in sides:
        yield asked_of(
            score.patient, _day(score), f"side-{score.body_part.replace(' ', '-')}",
            f"{score.scale} of {score.body_part} was recorded {' and '.join(sorted(sides))} only, and never"
            f" {score.side}: check the side; {RETYPE}",
        )  # fmt: skip
