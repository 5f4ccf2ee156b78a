"""The made-up clinic: twelve patients, most seen at visits only, some with a diary.

Doses follow the published order of magnitude (clinical notes, section 1.3); scores follow a made-up
course with day-to-day correlation. Everything hangs on one seed.
"""

from __future__ import annotations

import dataclasses
import math
import random
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from titration.demo import aims, programs, published, slips
from titration.demo.device import Device
from titration.demo.people import PEOPLE
from titration.demo.replay import Replay, local
from titration.records import (
    DoseChange,
    Event,
    OralDose,
    Patient,
    PatientState,
    Refill,
    Score,
    SideEffect,
    Visit,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from titration.demo.people import Person
    from titration.log import Log

SEED = 20261113
END = date(2026, 11, 13)
NIGHTLY_FROM = date(2026, 10, 1)
WEANED_TO = {2: 30.0, 4: 0.0}
"""Oral baclofen in mg/day from these visits on."""
_MOVING = ("effective_at", "effective_on", "alarm_on", "reason", "clock_offset_min")
"""What differs between two visits at which nothing was changed."""


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
    aims.record(replay)
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
    device = Device(person, random.Random(f"{replay.seed} {person.code}"), 1.0)  # noqa: S311 - the same every time
    device.ratio = device.rng.gauss(1.0, 0.02)
    changes: list[datetime] = []
    for number, when in enumerate(visits):
        if person.code == "P007" and number >= len(visits) - 2:
            break
        following = visits[number + 1] if number + 1 < len(visits) else when + timedelta(days=person.every_days)
        dose = person.doses[round((len(person.doses) - 1) * (number / max(len(visits) - 1, 1)) ** 0.8)]
        level = _level(person, number) + rng.gauss(0, 0.6)  # quick at first, slower later
        at_pump = _at_the_pump(device, when, number, dose, following)
        changes += [when] * any(isinstance(f, DoseChange) for f in at_pump)
        is_filled = any(isinstance(f, Refill) for f in at_pump)
        replay.facts(
            when + timedelta(minutes=40), rng.choice(("clinician-1", "clinician-1", "clinician-2", "nurse-1")),
            *_visit(person, when, number, rng, is_filled=is_filled), *at_pump, *_scores(person, when, level, rng),
        )  # fmt: skip
    if person.diary:
        _diary(replay, person, changes, rng)


def _at_the_pump(device: Device, when: datetime, number: int, dose: float, following: datetime) -> list[Any]:
    """What is read, filled and set at a visit, in that order."""
    strength, facts = programs.strength_of(device.person, number, dose), []
    before = device.program
    is_first, is_new = before is None, before is not None and before.concentration_mcg_per_ml != strength
    found = device.readout(when + timedelta(minutes=2), number)
    if is_first:
        facts += device.implant(when)
    if found is not None:
        facts.append(found)
    if is_first or is_new or device.needs_refill(following):
        facts.append(device.refill(when + timedelta(minutes=5), strength, following))
    if is_first:
        facts.append(device.priming(when + timedelta(minutes=7), strength))
    at = when + timedelta(minutes=10)
    why = "start after implant" if is_first else "new strength" if is_new else "planned review"
    made = programs.program(device, at, dose, strength, reason=why)
    is_otherwise = found is not None and before is not None and found.dose_mcg_per_day != before.dose_mcg_per_day
    if before is None or is_otherwise or _set(made) != _set(before):
        facts.append(made)
        if is_new and made.mode != "constant flow":
            facts.append(device.bridge(at + timedelta(minutes=2), made))
        device.settle(at)
        device.program, device.printed_alarm_on = made, made.alarm_on
    return facts


def _set(made: DoseChange) -> dict[str, Any]:
    """What of a program is the same while nothing is changed."""
    return {f.name: getattr(made, f.name) for f in dataclasses.fields(made) if f.name not in _MOVING}


def _level(person: Person, steps: int) -> float:
    """A made-up course: half of it eases over the first changes, and then it stays about there."""
    return person.severity * (1 - 0.45 * (1 - math.exp(-steps / 3)))


def _visit(person: Person, when: datetime, number: int, rng: random.Random, *, is_filled: bool) -> list[Any]:
    code, is_first = person.code, number == 0
    facts: list[Any] = []
    facts.append(Visit(patient=code, visited_at=when, visit="implant" if is_first else "refill" if is_filled else "adjustment",
                       seen_by="clinician-1"))  # fmt: skip
    if number in WEANED_TO:
        facts.append(
            OralDose(patient=code, started_on=when.date(), drug="baclofen oral", dose_mg_per_day=WEANED_TO[number])
        )
    if rng.random() < 0.75:  # noqa: PLR2004 - side effects are asked at most visits
        asked = rng.choice(("any", "any", "any", "weakness", "sedation", "constipation", "bladder"))
        how = "none" if asked == "any" else rng.choice(("mild", "mild", "moderate"))
        reporter = "proxy" if person.proxy else "patient"
        facts.append(SideEffect(patient=code, observed_at=when, effect=asked, severity=how, reporter=reporter))
    if number and rng.random() < 0.2:  # noqa: PLR2004 - a confounder now and then
        begun = when.date() - timedelta(days=rng.randint(4, 20))
        subtype = rng.choice(("UTI", "skin", "bowel", "physiotherapy"))
        facts.append(Event(patient=code, started_on=begun, ended_on=begun + timedelta(days=rng.randint(3, 9)),
                           event="care" if subtype == "physiotherapy" else "confounder", subtype=subtype, severity="mild",
                           relatedness="not related"))  # fmt: skip
    return facts


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


def _diary(replay: Replay, person: Person, changes: Sequence[datetime], rng: random.Random) -> None:
    """Daily scores: correlated from day to day, easing after a change, missing more on bad days and in gaps.

    What was written is stored once a month; the app's since `NIGHTLY_FROM` every night.
    """
    import pandas as pd  # noqa: PLC0415 - heavy, and only a diary needs it

    noise, day, rows = 0.0, changes[0].date() + timedelta(days=7), []
    gap_until = day
    while day <= END - timedelta(days=1):
        noise = 0.5 * noise + rng.gauss(0, 0.9)
        steps = sum(1 for when in changes if when.date() < day)
        level = _level(person, steps) + noise
        value = max(0, min(10, round(level)))
        if day >= gap_until and rng.random() < 0.02:  # noqa: PLR2004 - now and then the diary lies idle
            gap_until = day + timedelta(days=rng.randint(6, 16))
        is_nightly = person.diary == "app" and day >= NIGHTLY_FROM  # before that its file came once a month
        is_filled = day >= gap_until and rng.random() > 0.06 + 0.02 * value
        if is_filled and not (person.code == "P006" and aims.WARD[0] <= day <= aims.WARD[1]):
            rows.append({
                "patient": person.code, "scale": "nrs_spasticity", "observed_on": day, "value": value,
                "reporter": "patient", "collected": "import" if person.diary == "app" and not is_nightly else person.diary,
            })  # fmt: skip
        if rows and (is_nightly or (day + timedelta(days=1)).month != day.month or day == END - timedelta(days=1)):
            evening = local(f"{day.isoformat()} 22:05")
            if is_nightly:
                replay.facts(evening, "nurse-1", *(Score(**row) for row in rows))
            else:
                replay.frame(evening, "nurse-1", pd.DataFrame(rows), Score)
            rows = []
        day += timedelta(days=1)
