"""Made-up patients for pictures: the same every time, no one real."""

import datetime as dt
import random

import build
import pandas as pd

from titration.derive.totals import WEEKDAYS
from titration.fields import Reading
from titration.records import DoseStep, Event, OralDose, PatientState, Readout, Refill, SideEffect

UNTIL = pd.Timestamp("2026-10-08T09:30+01:00")


def _day(start, n):
    return (dt.date.fromisoformat(start) + dt.timedelta(days=n)).isoformat()


def diary():
    """A daily diary for a year, with gaps, and ten changes."""
    chance = random.Random(1)
    made = []
    mcg = 100
    for n in (0, 8, 21, 40, 70, 105, 150, 200, 260, 330):
        made.append(build.dose(_day("2025-10-10", n), mcg, concentration_mcg_per_ml=500))
        mcg = round(mcg * chance.choice((1.1, 1.15, 1.2, 0.9)))
    for n in range(363):
        if 60 <= n < 78 or 200 <= n < 214 or chance.random() < 0.13:
            continue
        level = 7 - min(n, 200) / 60 + chance.choice((-1, 0, 0, 0, 1))
        made.append(build.score(_day("2025-10-10", n), max(0, min(10, round(level))), reporter="patient"))
    made += [
        build.score(_day("2025-10-10", n), v, scale="penn_frequency", reporter="patient")
        for n, v in ((0, 3), (70, 3), (150, 2), (260, 1), (330, 2))
    ]
    made += [
        SideEffect(patient="P001", observed_on="2025-12-19", effect="sedation", severity="mild"),
        SideEffect(patient="P001", observed_on="2026-03-09", effect="any", severity="none"),
        SideEffect(patient="P001", observed_on="2026-06-27", effect="constipation", severity="moderate"),
        Event(patient="P001", started_on="2026-01-10", ended_on="2026-01-20", event="confounder", subtype="UTI"),
        Event(patient="P001", started_on="2026-01-15", event="care", subtype="physiotherapy"),
        OralDose(patient="P001", drug="baclofen oral", dose_mg_per_day=60, started_on="2025-09-01"),
        OralDose(patient="P001", drug="baclofen oral", dose_mg_per_day=30, started_on="2025-11-20"),
        OralDose(patient="P001", drug="baclofen oral", dose_mg_per_day=0, started_on="2026-01-20"),
        Refill(patient="P001", filled_on="2025-10-10", concentration_mcg_per_ml=500, injected_ml=20),
        Refill(
            patient="P001",
            filled_on="2026-01-25",
            concentration_mcg_per_ml=500,
            expected_ml=4,
            withdrawn_ml=4.6,
            injected_ml=20,
        ),
        Refill(
            patient="P001",
            filled_on="2026-06-01",
            concentration_mcg_per_ml=2000,
            expected_ml=3,
            withdrawn_ml=2.5,
            injected_ml=20,
        ),
    ]
    return build.frames(*made)


def visits():
    """Six visits a year for three years: Ashworth both knees, NRS, Penn."""
    chance = random.Random(2)
    made = []
    grades = ("0", "1", "1+", "2", "3", "4")
    mcg = 80
    for n in range(18):
        on = _day("2023-10-20", n * 60)
        at = f"{on}T10:00+00:00"
        if n % 2 == 0 or n < 5:
            made.append(build.dose(at, mcg, concentration_mcg_per_ml=500 if n < 9 else 2000))
            mcg = round(mcg * chance.choice((1.2, 1.15, 1.1, 1.05, 0.95)))
        for side, worst in (("left", 4.4), ("right", 3.6)):
            rank = max(0, min(5, round(worst - n / 8 + chance.choice((-0.6, 0, 0.6)))))
            if n == 7 and side == "right":
                made.append(
                    build.score(
                        at,
                        scale="modified_ashworth",
                        not_assessed="declined",
                        side=side,
                        body_part="knee flexors",
                        reporter="clinician",
                    )
                )
                continue
            made.append(
                build.score(
                    at,
                    scale="modified_ashworth",
                    grade=grades[rank],
                    side=side,
                    body_part="knee flexors",
                    reporter="clinician",
                )
            )
        made.append(
            build.score(
                at, max(1, round(8 - n / 4 + chance.choice((-1, 0, 1)))), reporter="patient" if n % 5 else "proxy"
            )
        )
        made.append(build.score(at, max(0, min(4, round(3.4 - n / 9))), scale="penn_frequency", reporter="patient"))
        effect = chance.choice(("any", "any", "any", "weakness", "sedation", "constipation"))
        severity = "none" if effect == "any" else chance.choice(("mild", "moderate", "severe"))
        made.append(SideEffect(patient="P001", observed_on=on, effect=effect, severity=severity))
        if n % 2:
            made.append(
                Refill(
                    patient="P001",
                    filled_on=on,
                    concentration_mcg_per_ml=500 if n < 9 else 2000,
                    expected_ml=4,
                    withdrawn_ml=4 + chance.choice((-1, 0.5, 1.5)),
                    injected_ml=40,
                )
            )
    made += [
        Event(patient="P001", started_on="2024-05-02", ended_on="2024-05-12", event="confounder", subtype="UTI"),
        Event(patient="P001", started_on="2024-06-20", event="device", subtype="MRI with pump check"),
        Event(patient="P001", started_on="2024-07-01", event="other treatment", subtype="botulinum toxin"),
        Event(patient="P001", started_on="2025-11-01", ended_on="2025-12-20", event="care", subtype="admission"),
        OralDose(patient="P001", drug="tizanidine", dose_mg_per_day=12, started_on="2024-02-01"),
        OralDose(patient="P001", drug="baclofen oral", dose_mg_per_day=60, started_on="2023-10-20"),
        OralDose(patient="P001", drug="baclofen oral", dose_mg_per_day=30, started_on="2024-02-20"),
        OralDose(patient="P001", drug="baclofen oral", dose_mg_per_day=0, started_on="2024-08-20"),
    ]
    return build.frames(*made)


def flex():
    """Simple continuous, then flex that differs by weekday, one program the pump runs by itself, one plan."""
    week = [f"{day} 00:00 6 mcg/h; 06:00 12 mcg/h" for day in WEEKDAYS[:5]]
    week += [f"{day} 00:00 6 mcg/h; 09:00 9 mcg/h" for day in WEEKDAYS[5:]]
    steps = DoseStep.parse_all("; ".join(week), Reading())
    more = DoseStep.parse_all("00:00 7 mcg/h; 06:00 13 mcg/h", Reading())
    return build.frames(
        build.dose("2026-07-01T10:00+01:00", 180),
        build.dose("2026-07-20T10:00+01:00", 216),
        build.dose("2026-08-05T10:00+01:00", 252, mode="flex", steps=steps),
        build.dose("2026-08-25T10:00+01:00", 276, mode="flex", steps=more),
        build.dose("2026-09-10T08:00+01:00", 20, mode="minimum rate"),
        build.dose("2026-09-15T08:00+01:00", 200),
        build.dose("2026-09-28T00:00+01:00", 220, status="programmed"),
        build.dose("2026-11-01", 240, status="planned"),
        build.score("2026-07-01", 7, reporter="patient"),
        build.score("2026-08-05", 5, reporter="patient"),
        build.score("2026-08-06", as_stated="4-5", reporter="patient"),
        build.score("2026-09-15", 4, reporter="proxy"),
    )


def ten_years():
    """Ten years, sixty changes, an explant at the end."""
    chance = random.Random(3)
    made, mcg = [], 60.0
    for n in range(60):
        on = _day("2016-10-10", n * 60 + chance.randrange(20))
        made.append(build.dose(on, round(mcg), timing="assigned" if n < 6 else "observed"))
        mcg = min(950, mcg * chance.choice((1.2, 1.1, 1.05, 1.0, 0.9)))
        made.append(
            build.score(
                on,
                scale="modified_ashworth",
                grade=chance.choice(("1", "1+", "2")),
                body_part="hip adductors",
                side="left",
                reporter="clinician",
            )
        )
        made.append(
            build.score(
                on,
                scale="modified_ashworth",
                grade=chance.choice(("1+", "2", "3")),
                body_part="plantar flexors",
                side="right",
                reporter="clinician",
            )
        )
        made.append(build.score(on, chance.randrange(2, 9), reporter="patient"))
        if n % 4 == 0:
            made.append(
                Event(patient="P001", started_on=on, event="confounder", subtype=chance.choice(("UTI", "skin", "pain")))
            )
        made.append(Refill(patient="P001", filled_on=on, concentration_mcg_per_ml=2000))
    made.append(PatientState(patient="P001", noted_on="2026-09-20", following="explanted"))
    return build.frames(*made)


def only_doses():
    return build.frames(
        build.dose("2026-08-01", 100), build.dose("2026-08-20", 0, mode="stopped"), build.dose("2026-09-20", 90)
    )


def only_scores():
    return build.frames(*[build.score(_day("2026-07-12", n * 14), 6 - n // 2, reporter="patient") for n in range(6)])


def one_row():
    return build.frames(build.dose("2026-10-08T09:00+01:00", 120))


def _read(on, mcg=None, **more):
    return Readout(patient="P001", read_on=on, dose_mcg_per_day=mcg, **more)


def readouts():
    """Readouts that agree, one that does not, and one that found a mode without its dose."""
    return build.frames(
        build.dose("2025-10-20", 80), build.dose("2025-12-01", 100), build.dose("2026-03-01", 120),
        _read("2026-02-28", 100), _read("2026-04-10", 120.2), _read("2026-06-15", 150),
        build.dose("2026-06-15T10:20+01:00", 130), _read("2026-08-01", mode="minimum rate"),
        build.dose("2026-08-02", 130), _read("2026-09-15", 130),
        *[build.score(_day("2025-10-20", n * 60), 7 - n // 2, reporter=by) for n in range(6) for by in ("patient", "proxy")],
    )  # fmt: skip


def stepped():
    """A chain of steps the pump begins by itself, one of them seen by a readout, the last two not."""
    return build.frames(
        build.dose("2026-05-01T10:00+01:00", 80), build.dose("2026-06-01T10:00+01:00", 90, status="programmed"),
        build.dose("2026-07-01T10:00+01:00", 100, status="programmed"), _read("2026-07-10", 100),
        build.dose("2026-08-11T10:00+01:00", 100), build.dose("2026-09-03T10:00+01:00", 105, status="programmed"),
        build.dose("2026-10-01T10:00+01:00", 110, status="programmed"),
        build.dose("2026-11-03T10:00+01:00", 115, status="programmed"),
        build.dose("2026-09-20", 140, status="planned"), build.score("2026-05-01", 6, reporter="patient"),
    )  # fmt: skip


ALL = {f.__name__: f for f in (diary, visits, flex, ten_years, only_doses, only_scores, one_row, readouts, stepped)} | {
    "nothing": build.frames
}
