"""A small clinic with everything a cohort question must get right, always the same."""

import datetime as dt
import random

from build import ANYTHING, dose, score

from titration import DoseStep, Patient, Readout, Refill
from titration.records import DiarySchedule, PatientState

FIRST = dt.date(2026, 2, 20)
DAYS = 130


def fill(log, *, patients=5, seed=6):
    """Diaries over a change to summer time, changes of the dose and the strength, pauses, leavers, corrections.

    Args:
        log: A log for writing; its clock stands after all of it.
        patients: How many.
        seed: Of what is drawn.
    """
    draw = random.Random(seed)
    for n in range(patients):
        code = f"P{n + 101}"
        log.append(Patient(patient=code, birth_year=1950 + n, sex="female"))
        log.append(*_facts(code, n, draw), confirm=ANYTHING)
    scores = log.scores()
    log.correct(int(scores["row"].iloc[3]), score("2026-02-24", 9, patient="P101"), reason="misread", confirm=ANYTHING)
    log.retract(int(scores["row"].iloc[5]), reason="of somebody else")


def day(number):
    return (FIRST + dt.timedelta(days=number)).isoformat()


def _facts(code, n, draw):
    """One patient: P101 weekly, P102 pauses, P103 is transferred and comes back, P104 has a new strength, P105 none."""

    yield PatientState(patient=code, noted_on=day(0), following="active")
    if n != 4:
        yield DiarySchedule(patient=code, scale="nrs_spasticity", from_on=day(2), every_days=7 if n == 0 else 1)
    if n == 1:
        yield DiarySchedule(patient=code, scale="nrs_spasticity", from_on=day(40), paused="yes", every_days=1)
        yield DiarySchedule(patient=code, scale="nrs_spasticity", from_on=day(60), until_on=day(100), every_days=3)
    if n == 2:
        yield PatientState(patient=code, noted_on=day(50), following="transferred")
        yield PatientState(patient=code, noted_on=day(70), following="active")
    for k, number in enumerate((0, 30, 62, 75, 98)):
        mcg = 100 + 15 * k - (30 if k == 3 else 0)
        more = {"mode": "flex", "steps": (DoseStep(start_min="00:00", rate_mcg_per_h=mcg / 24),)} if k == n else {}
        at = day(number) if k == 2 else f"{day(number)}T09:30+{'01:00' if day(number) > '2026-03-28' else '00:00'}"
        yield dose(at, mcg, patient=code, concentration_mcg_per_ml=2000 if n == 3 and k > 2 else 500, **more)
    yield Refill(patient=code, filled_on=day(62), concentration_mcg_per_ml=500, injected_ml=20)
    yield from _odd(code, n)
    for number in range(DAYS):
        if draw.random() < 0.8:
            timed = f"{day(number)}T{draw.randrange(24):02}:{draw.randrange(60):02}+00:00"
            at = timed if draw.random() < 0.5 else day(number)
            given = {"value": draw.randrange(11)} if draw.random() < 0.95 else {"not_assessed": "declined"}
            yield score(at, patient=code, collected=draw.choice(("app", "paper", "visit", "phone")), **given)
        if number % 9 == 0:
            given = {"grade": draw.choice(("1", "1+", "2", "3")), "body_part": "adductors", "side": "left"}
            yield score(day(number), scale="MAS", patient=code, reporter="clinician", collected="visit", **given)
            yield score(
                day(number), draw.randrange(1000) / 1000, scale="eq5d_5l_index_de", patient=code, reporter="patient"
            )


def _odd(code, n):
    """What only a rule about edges notices."""
    if n == 1:  # a new strength on the day of a change, its hour not known; and an answer after the last whole entry
        yield Refill(patient=code, filled_on=day(98), concentration_mcg_per_ml=1000, injected_ml=20)
        yield score(f"{day(98)}T07:00+01:00", 10, patient=code)
        yield score(day(100), 4, patient=code, collected="app")
        yield score(f"{day(102)}T12:00+01:00", 10, patient=code)
    if n == 3:  # a new strength between two changes, and one on the day of a change, before it
        yield Refill(patient=code, filled_at=f"{day(75)}T07:00+01:00", concentration_mcg_per_ml=2000, injected_ml=20)
        yield Refill(patient=code, filled_on=day(105), concentration_mcg_per_ml=1000, injected_ml=20)
    if n == 0:
        yield score("2026-07-20", 4, patient=code, collected="app")  # of a day after the export
        yield Readout(patient=code, read_on=day(110), dose_mcg_per_day=90, mode="simple continuous")
