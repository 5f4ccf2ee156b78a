"""The made-up clinic: twelve patients, most seen at visits only, some with a diary.

Doses follow the published order of magnitude (clinical notes, section 1.3); scores follow a made-up
course with day-to-day correlation. Everything hangs on one seed.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from titration.demo import published, slips
from titration.demo.replay import Replay, local
from titration.records import (
    DoseChange,
    DoseStep,
    Event,
    OralDose,
    Patient,
    PatientState,
    Pump,
    Refill,
    Score,
    SideEffect,
    Visit,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from titration.log import Log

SEED = 20261113
END = date(2026, 11, 13)
PUMP_SAYS = "the pump shows this"
WEANED_TO = {2: 30.0, 4: 0.0}
"""Oral baclofen in mg/day from these visits on."""


@dataclass(frozen=True)
class Person:
    """A made-up patient and how they are followed."""

    code: str
    born: int
    sex: str
    diagnosis: str
    origin: str
    walking: str
    implanted: date
    doses: tuple[float, ...]
    every_days: int
    severity: float
    strength: float = 500.0
    diary: str | None = None
    proxy: bool = False
    muscles: tuple[str, ...] = ("knee flexors",)
    model: str = "SynchroMed II 8637-40"
    mode: str = "simple continuous"


PEOPLE = (
    Person("P001", 1974, "female", "multiple sclerosis", "spinal", "walks with aids", date(2025, 6, 3),
           (100, 115, 130, 150, 165, 180, 195, 205, 220), 58, 6.6, diary="app"),
    Person("P002", 1988, "male", "spinal cord injury", "spinal", "does not walk", date(2023, 9, 12),
           (110, 140, 180, 220, 260, 290, 310, 330, 345, 350), 61, 6.0, 1000.0, muscles=("knee flexors", "adductors")),
    Person("P003", 2009, "male", "cerebral palsy", "cerebral", "does not walk", date(2024, 10, 8),
           (60, 70, 85, 95, 110, 120, 132, 144), 70, 5.5, proxy=True, muscles=("adductors", "elbow flexors"), mode="flex"),
    Person("P004", 1961, "female", "stroke", "cerebral", "walks with aids", date(2024, 4, 16),
           (80, 95, 115, 140, 170, 200, 230, 240), 75, 5.0, muscles=("plantar flexors",)),
    Person("P005", 1992, "male", "brain injury", "cerebral", "stands for transfers", date(2025, 11, 18),
           (0, 50, 75, 95, 120), 60, 6.2),
    Person("P006", 1969, "female", "multiple sclerosis", "spinal", "does not walk", date(2025, 9, 2),
           (90, 110, 135, 160, 175), 72, 6.4, diary="paper"),
    Person("P007", 1955, "male", "spinal cord injury", "spinal", "does not walk", date(2024, 1, 23),
           (100, 130, 160, 190, 210, 215), 80, 5.8),
    Person("P008", 1980, "female", "hereditary spastic paraplegia", "spinal", "walks with aids", date(2025, 3, 11),
           (50, 60, 72, 85, 95, 100), 66, 4.8),
    Person("P009", 1999, "male", "multiple sclerosis", "spinal", "walks", date(2026, 10, 13), (75, 90), 16, 5.6),
    Person("P010", 2011, "female", "cerebral palsy", "cerebral", "does not walk", date(2024, 6, 18),
           (55, 65, 80, 95, 110, 125, 138), 84, 6.0, proxy=True, muscles=("adductors",)),
    Person("P011", 1966, "male", "spinal cord injury", "spinal", "does not walk", date(2024, 8, 6),
           (250, 300, 350), 90, 5.2, model="IsoMed, 0.5 mL/day", mode="constant flow"),
)  # fmt: skip


def build(path: str | Path, *, seed: int = SEED) -> Log:
    """Make the demo log; the same seed gives the same log, head and all.

    Args:
        path: Where; nothing may be there.
        seed: What everything hangs on.

    Returns:
        The log, open; `P001` to `P012`, and the published case `tolerance_second_holiday`.

    Example:
        >>> len(demo_log.patients())
        13
    """
    replay = Replay(seed)
    for number, person in enumerate(PEOPLE):
        _follow(replay, person, random.Random(seed * 100 + number))  # noqa: S311 - the same every time
    replay.facts(
        local("2026-11-02 15:10"), "clinician-2", Patient(patient="P012", birth_year=1977, sex="female"),
        PatientState(patient="P012", noted_on="2026-11-02", diagnosis="stroke", origin="cerebral", following="active"),
    )  # fmt: skip
    published.record(replay)
    slips.record(replay)
    return replay.run(Path(path))


def _visits(person: Person, rng: random.Random) -> list[datetime]:
    days, day = [], person.implanted
    while day <= END:
        while day.weekday() > 4:  # noqa: PLR2004 - no visits at the weekend
            day += timedelta(days=1)
        clock = rng.choice(("09:10", "09:40", "10:20", "11:00", "14:15", "15:30"))
        days.append(local(f"{day.isoformat()} {clock}"))
        close = len(days) < 4 and person.every_days > 20  # noqa: PLR2004 - the first visits come close together
        day += timedelta(days=(14 if close else person.every_days) + rng.randint(-4, 5))
    return [d for d in days if d.date() <= END]


def _follow(replay: Replay, person: Person, rng: random.Random) -> None:
    visits = _visits(person, rng)
    first = visits[0] - timedelta(days=21)
    replay.facts(
        first, "clinician-1", Patient(patient=person.code, birth_year=person.born, sex=person.sex),
        PatientState(
            patient=person.code, noted_on=first.date(), diagnosis=person.diagnosis, origin=person.origin,
            ambulation=person.walking, following="active",
        ),
        *_scores(person, first, person.severity, rng),
        OralDose(patient=person.code, started_on=first.date(), drug="baclofen oral", dose_mg_per_day=60),
    )  # fmt: skip
    changes: list[tuple[datetime, float]] = []
    for number, when in enumerate(visits):
        if person.code == "P007" and number >= len(visits) - 2:
            break
        done = number / max(len(visits) - 1, 1)
        dose = person.doses[round((len(person.doses) - 1) * done**0.8)]  # quick at first, slower later
        changed = not changes or changes[-1][1] != dose
        level = _level(person, number) + rng.gauss(0, 0.6)
        replay.facts(
            when + timedelta(minutes=25), rng.choice(("clinician-1", "clinician-1", "clinician-2", "nurse-1")),
            *_visit(person, when, number, dose if changed else None, rng),
            *_scores(person, when, level, rng),
            confirm=_Any(),
        )  # fmt: skip
        if changed:
            changes.append((when, dose))
    if person.diary:
        _diary(replay, person, changes, rng)


def _level(person: Person, steps: int) -> float:
    """A made-up course: half of it eases over the first changes, and then it stays about there."""
    return person.severity * (1 - 0.45 * (1 - math.exp(-steps / 3)))


class _Any(dict[str, str]):
    """Answers every question of the door alike."""

    def get(self, key: str, default: Any = None) -> Any:  # noqa: ARG002 - a dict's signature
        """The same answer to all."""
        return PUMP_SAYS


def _visit(person: Person, when: datetime, number: int, dose: float | None, rng: random.Random) -> list[Any]:
    code = person.code
    facts: list[Any] = []
    is_first, is_refill = number == 0, number and number % 2 == 0
    facts.append(Visit(patient=code, visited_at=when, visit="implant" if is_first else "refill" if is_refill else "adjustment",
                       seen_by="clinician-1"))  # fmt: skip
    strength = person.strength if not (person.code == "P004" and number >= 5) else 2000.0  # noqa: PLR2004 - the fifth visit
    if is_first:
        offset = 60 if when.utcoffset() else 0
        facts.append(Pump(patient=code, implanted_on=when.date(), model=person.model, reservoir_ml=40,
                          low_reservoir_alarm_ml=2, clock_offset_min=offset,
                          eri_on=date(when.year + 6, when.month, 1)))  # fmt: skip
    if dose is not None:
        facts.append(_program(person, when, dose, strength, is_first=is_first))
    if is_first or is_refill:
        facts.append(_refill(person, when, strength, rng, is_first=is_first))
    if number in WEANED_TO:
        facts.append(
            OralDose(patient=code, started_on=when.date(), drug="baclofen oral", dose_mg_per_day=WEANED_TO[number])
        )
    if rng.random() < 0.75:  # noqa: PLR2004 - side effects are asked at most visits
        asked = rng.choice(("any", "any", "any", "weakness", "sedation", "constipation", "bladder"))
        how = "none" if asked == "any" else rng.choice(("mild", "mild", "moderate"))
        facts.append(
            SideEffect(
                patient=code,
                observed_at=when,
                effect=asked,
                severity=how,
                reporter="proxy" if person.proxy else "patient",
            )
        )
    if number and rng.random() < 0.2:  # noqa: PLR2004 - a confounder now and then
        begun = when.date() - timedelta(days=rng.randint(4, 20))
        subtype = rng.choice(("UTI", "skin", "bowel", "physiotherapy"))
        facts.append(Event(patient=code, started_on=begun, ended_on=begun + timedelta(days=rng.randint(3, 9)),
                           event="care" if subtype == "physiotherapy" else "confounder", subtype=subtype, severity="mild",
                           relatedness="not related"))  # fmt: skip
    return facts


def _program(person: Person, when: datetime, dose: float, strength: float, *, is_first: bool) -> DoseChange:
    mode = person.mode
    steps: tuple[DoseStep, ...] = ()
    if dose == 0:
        mode, dose = "minimum rate", 3.0
    elif person.mode == "flex" and when.date() < date(2025, 6, 1):
        mode = "simple continuous"
    if mode == "flex":
        low, high = dose * 0.8 / 24, (dose - dose * 0.8 / 24 * 16) / 8
        steps = tuple(DoseStep(start_min=m, rate_mcg_per_h=round(r, 3)) for m, r in ((0, low), (360, high), (840, low)))
    return DoseChange(
        patient=person.code, effective_at=when + timedelta(minutes=10), mode=mode, dose_mcg_per_day=dose,
        concentration_mcg_per_ml=strength, drug="baclofen", steps=steps, programmed_by="clinician-1",
        reason="start after implant" if is_first else "planned review",
        alarm_on=None if mode == "constant flow" else when.date() + timedelta(days=min(int(38 * strength / dose), 175)),
    )  # fmt: skip


def _refill(person: Person, when: datetime, strength: float, rng: random.Random, *, is_first: bool) -> Refill:
    expected = None if is_first else round(rng.uniform(4, 12), 1)
    return Refill(
        patient=person.code, filled_at=when + timedelta(minutes=5), drug="baclofen", concentration_mcg_per_ml=strength,
        expected_ml=expected, withdrawn_ml=None if expected is None else round(expected + rng.gauss(0.2, 0.5), 1),
        injected_ml=38 if is_first else 40, alarm_ml=2, next_booked_on=when.date() + timedelta(days=2 * person.every_days - 7),
        use_by_on=when.date() + timedelta(days=300),
    )  # fmt: skip


def _scores(person: Person, when: datetime, level: float, rng: random.Random) -> list[Score]:
    reporter = "proxy" if person.proxy else "patient"

    def whole(x: float, top: int) -> int:
        return max(0, min(top, round(x)))

    made = [
        Score(patient=person.code, observed_at=when - timedelta(minutes=15), scale="nrs_spasticity",
              value=whole(level, 10), reporter=reporter, collected="visit"),
    ]  # fmt: skip
    if not person.proxy:
        made.append(Score(patient=person.code, observed_at=when - timedelta(minutes=14), scale="penn_frequency",
                          value=whole(level / 2.4 + rng.gauss(0, 0.4), 4), reporter="patient", collected="visit"))  # fmt: skip
    grades = ("0", "1", "1+", "2", "3", "4")
    for muscle in person.muscles:
        for side in ("left", "right"):
            place = whole(level * 0.62 + rng.gauss(0, 0.5) + (0.4 if side == "left" else 0), 5)
            made.append(Score(patient=person.code, observed_at=when - timedelta(minutes=8), scale="modified_ashworth",
                              grade=grades[place], body_part=muscle, side=side, position="supine", reporter="clinician",
                              collected="visit"))  # fmt: skip
    return made


def _diary(replay: Replay, person: Person, changes: Sequence[tuple[datetime, float]], rng: random.Random) -> None:
    """Daily scores: correlated from day to day, easing after a change, missing more on bad days and in gaps."""
    import pandas as pd  # noqa: PLC0415 - heavy, and only a diary needs it

    noise, day, rows = 0.0, changes[0][0].date() + timedelta(days=7), []
    gap_until = day
    while day <= END - timedelta(days=1):
        noise = 0.5 * noise + rng.gauss(0, 0.9)
        steps = sum(1 for when, _ in changes if when.date() < day)
        level = _level(person, steps) + noise
        value = max(0, min(10, round(level)))
        if day >= gap_until and rng.random() < 0.02:  # noqa: PLR2004 - now and then the diary lies idle
            gap_until = day + timedelta(days=rng.randint(6, 16))
        if day >= gap_until and rng.random() > 0.06 + 0.02 * value:
            rows.append({
                "patient": person.code, "scale": "nrs_spasticity", "observed_on": day, "value": value,
                "reporter": "patient", "collected": person.diary,
            })  # fmt: skip
        if (day + timedelta(days=1)).month != day.month or day == END - timedelta(days=1):
            frame = pd.DataFrame(rows)
            evening = local(f"{day.isoformat()} 18:05")
            if rows:
                replay.frame(evening, "nurse-1", frame, Score)
            rows = []
        day += timedelta(days=1)
