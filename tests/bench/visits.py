"""A made-up clinic for the slip score: visits as a nurse types them, field by field, in text."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from titration.entry.codes import with_check

GRADES = ("0", "1", "1+", "2", "3", "4")
MUSCLES = ("knee flexors", "adductors", "plantar flexors", "elbow flexors")
STEMS = {"visit": "visited", "readout": "read", "dose_change": "effective", "refill": "filled"}
START = date(2024, 1, 8)


@dataclass
class Person:
    """A made-up patient and what is set in the pump."""

    code: str
    born: int
    dose: float
    strength: float
    mode: str
    muscles: tuple[str, ...]
    sides: tuple[str, ...]
    has_flow: bool
    reservoir: float
    level: float
    oral: float
    next_on: date
    number: int = 0
    since_fill: int = 99
    grades: dict = field(default_factory=dict)


def people(n, rng):
    """Patients as a pump clinic has them: most continuous, some flex, a few scored on one side only."""
    made = []
    for number in range(n):
        both = rng.random() < 0.75
        made.append(
            Person(
                with_check(f"P{number + 1:03d}"), rng.randint(1945, 2012), rng.choice((60, 80, 100, 120, 150, 220, 300)),
                rng.choice((500.0, 500.0, 2000.0, 1000.0)), "flex" if rng.random() < 0.2 else "simple continuous",
                tuple(rng.sample(MUSCLES, rng.choice((1, 2, 2)))), ("left", "right") if both else (rng.choice(("left", "right")),),
                rng.random() < 0.5, 40.0 if rng.random() < 0.7 else 20.0, rng.uniform(3, 8), rng.choice((0, 20, 30, 60)),
                START + timedelta(days=rng.randint(0, 60)),
            )
        )  # fmt: skip
    return made


def number(value):
    """A number as it is typed."""
    return f"{value:g}"


def visit(person, rng):
    """The next visit as typed: (when, [(table, texts by field)]), and the patient moved on."""
    day = person.next_on + timedelta(days=(7 - person.next_on.weekday()) * (person.next_on.weekday() > 4))
    hour, minute = rng.choice((9, 10, 11, 13, 14, 15)), rng.choice((0, 10, 20, 30, 40))
    at = datetime.fromisoformat(f"{day.isoformat()} {hour:02d}:{minute:02d}")
    said = []

    def add(table, minutes, **texts):
        when = at + timedelta(minutes=minutes)
        moment = f"{STEMS.get(table, 'observed')}_at"
        said.append((table, {"patient": person.code, moment: when.strftime("%Y-%m-%d %H:%M"), **texts}))

    _contact(person, add, at, rng)
    if rng.random() < 0.15 and person.oral:
        person.oral = max(0, person.oral - 10)
        said.append(("oral_dose", {"patient": person.code, "started_on": day.isoformat(), "drug": "baclofen oral",
                                   "dose_mg_per_day": f"{number(person.oral)} mg/day"}))  # fmt: skip
    person.number += 1
    person.since_fill += 1
    person.next_on = day + timedelta(days=rng.randint(40, 80))
    return at + timedelta(minutes=60), said


def _contact(person, add, at, rng):
    is_first, is_fill = person.number == 0, person.number == 0 or person.since_fill >= 2
    new_strength = not is_first and is_fill and rng.random() < 0.03
    old = person.dose
    if new_strength:
        person.strength = rng.choice([s for s in (500.0, 1000.0, 2000.0) if s != person.strength])
    add("visit", 0, visit="refill" if is_fill else "adjustment", seen_by="clinician-1")
    if not is_first and rng.random() < 0.85:
        left = round(rng.uniform(4, 16), 1)
        add("readout", 5, dose_mcg_per_day=f"{number(old)} mcg/day", reservoir_ml=f"{number(left)} mL")
    _scores(person, add, rng)
    if not is_first:
        _news(person, add, rng)
    add("side_effect", 12, effect="any", severity="none", reporter="patient")
    if is_first or new_strength or rng.random() < 0.7:
        if not is_first and rng.random() < 0.85:
            person.dose = max(20.0, round(old * rng.choice((0.9, 0.95, 1.05, 1.1, 1.1, 1.15, 1.2)), 0))
        _program(person, add, at, rng)
    if is_fill:
        _refill(person, add, at, rng)
        person.since_fill = 0


def _news(person, add, rng):
    """What is seldom and right: the other side scored from now on, another scale tried."""
    if rng.random() < 0.01 and len(person.sides) == 1:
        person.sides = ("left", "right")
    if rng.random() < 0.02:
        value = number(round(person.level * 10))
        add("score", 8, scale="vas_spasticity", value=value, reporter="patient", collected="visit")


def _scores(person, add, rng):
    easing = person.level * (1 - 0.4 * min(person.number, 6) / 6)
    add(
        "score",
        6,
        scale="NRS",
        value=number(max(0, min(10, round(easing + rng.gauss(0, 1))))),
        reporter="patient",
        collected="visit",
    )
    add("score", 7, scale="penn_frequency", value=number(max(0, min(4, round(easing / 2.4 + rng.gauss(0, 0.5))))),
        reporter="patient", collected="visit")  # fmt: skip
    for muscle in person.muscles:
        for side in person.sides:
            place = max(0, min(5, round(easing * 0.6 + rng.gauss(0, 0.7))))
            add("score", 9, scale="MAS", grade=GRADES[place], body_part=muscle, side=side, position="supine",
                reporter="clinician", collected="visit")  # fmt: skip


def _program(person, add, at, rng):
    texts = {
        "mode": person.mode, "dose_mcg_per_day": f"{number(person.dose)} mcg/day",
        "concentration_mcg_per_ml": f"{number(person.strength)} mcg/mL", "programmed_by": "clinician-1",
        "alarm_on": (at.date() + timedelta(days=rng.randint(60, 170))).isoformat(),
    }  # fmt: skip
    if person.mode == "flex":
        low = round(person.dose * 0.8 / 24, 2)
        high = round((person.dose - low * 16) / 8, 2)
        texts["steps"] = f"00:00 {number(low)} mcg/h; 06:00 {number(high)} mcg/h; 14:00 {number(low)} mcg/h"
    elif person.has_flow:
        texts["flow_ml_per_day"] = f"{number(round(person.dose / person.strength, 2))} mL/day"
    add("dose_change", 25, **texts)


def _refill(person, add, at, rng):
    expected = round(rng.uniform(3, 12), 1)
    texts = {"drug": "baclofen", "concentration_mcg_per_ml": f"{number(person.strength)} mcg/mL",
             "injected_ml": f"{number(person.reservoir)} mL", "alarm_ml": "2 mL",
             "next_booked_on": (at.date() + timedelta(days=rng.randint(60, 150))).isoformat(),
             "use_by_on": (at.date() + timedelta(days=rng.randint(100, 500))).isoformat()}  # fmt: skip
    if person.number:
        texts |= {"expected_ml": f"{number(expected)} mL",
                  "withdrawn_ml": f"{number(max(0.5, round(expected + rng.gauss(0.2, 0.6), 1)))} mL"}  # fmt: skip
        if rng.random() < 0.01:  # a stalled pump: much was left, and it is right
            texts |= {"expected_ml": "3.2 mL", "withdrawn_ml": "17.5 mL"}
    add("refill", 35, **texts)
