"""One invented patient with a bit of everything, and what a report needs of a chart."""

import datetime as dt
import functools
import types

import build
import pandas as pd

from titration import scales
from titration.records import Event, OralDose, Patient, Pump, Refill, SideEffect, Visit
from titration.report import build as build_report

undrawn = functools.partial(build_report, pictures=False)
"""A report without its pictures: most tests are about what it says, and drawing takes ten times as long."""
HEAD = "3f9a1c20" * 8
ASOF_AT = pd.Timestamp("2026-11-12T12:10:33Z")


def chart(*records, **other):
    fields = {
        "patient": "P001",
        "site": "North clinic",
        "zone": "Europe/London",
        "asof": 210,
        "asof_at": ASOF_AT,
        "head": HEAD,
        "log_id": "log-1",
        "demo": False,
        "frames": build.frames(*records),
        "scales": scales.register(),
    }
    return types.SimpleNamespace(**{**fields, **other})


def dose(at, mcg, **more):
    return build.dose(at, mcg, **{"concentration_mcg_per_ml": 500, "drug": "baclofen", **more})


def doses():
    return [
        dose("2026-03-02T10:00+00:00", 100, reason="start"),
        dose("2026-08-20T10:00+01:00", 110, programmed_by="clinician-1", alarm_on="2026-12-20"),
        dose("2026-10-08T09:30+01:00", 120, reason="planned review", programmed_by="clinician-1"),
        dose("2026-10-26T11:00+00:00", 108, reason="weakness on transfers", ordered_by="clinician-2"),
        dose("2026-11-10T11:00+00:00", 150, reason="of another month"),
    ]


def visit_scores():
    made = []
    for day, left, right in (
        ("2026-03-02", "3", "2"),
        ("2026-08-20", "2", "2"),
        ("2026-10-08", "2", "1+"),
        ("2026-10-26", "1+", "1"),
    ):
        for side, grade in (("left", left), ("right", right)):
            mas = {"scale": "modified_ashworth", "body_part": "knee flexors", "reporter": "clinician"}
            made.append(build.score(day, grade=grade, side=side, collected="visit", **mas))
        made.append(build.score(day, 2, "penn_frequency", reporter="patient", collected="visit"))
    return made


def diary():
    days = [dt.date(2026, 9, 1) + dt.timedelta(days=i) for i in range(55)]
    return [
        build.score(day.isoformat(), (i * 3) % 5 + 3, reporter="patient", collected="paper")
        for i, day in enumerate(days)
        if i % 7 != 3
    ]


def all_of_it():
    return [
        Patient(patient="P001", birth_year=1974),
        Pump(
            patient="P001",
            implanted_on="2025-01-14",
            model="SynchroMed II 8637-40",
            reservoir_ml=40,
            eri_on="2031-06-01",
        ),
        *doses(),
        *visit_scores(),
        *diary(),
        Refill(patient="P001", filled_at="2026-06-08T09:50+01:00", injected_ml=40),
        Refill(
            patient="P001",
            filled_at="2026-10-08T09:50+01:00",
            drug="baclofen",
            brand="compounded",
            concentration_mcg_per_ml=500,
            expected_ml=4.1,
            withdrawn_ml=4.4,
            injected_ml=40,
            alarm_on="2027-01-20",
            next_booked_on="2027-01-08",
            use_by_on="2027-06-30",
        ),
        SideEffect(patient="P001", observed_on="2026-10-08", effect="any", severity="none", reporter="patient"),
        SideEffect(patient="P001", observed_on="2026-10-26", effect="weakness", severity="mild", note="legs give way"),
        Event(patient="P001", started_on="2026-09-28", ended_on="2026-10-05", event="confounder", subtype="UTI"),
        OralDose(patient="P001", started_on="2026-01-01", drug="baclofen oral", dose_mg_per_day=30),
        OralDose(patient="P001", started_on="2026-10-10", drug="baclofen oral", dose_mg_per_day=20),
        OralDose(patient="P001", started_on="2025-01-10", drug="tizanidine", dose_mg_per_day=6),
        OralDose(patient="P001", started_on="2026-02-10", drug="tizanidine", dose_mg_per_day=0),
        Visit(patient="P001", visited_at="2026-10-08T09:00+01:00", visit="refill", seen_by="clinician-1"),
        Visit(patient="P001", visited_on="2026-10-26", visit="adjustment"),
    ]


def corrections():
    """As a log gives them: one row for each field of each amendment."""
    corrected, other = pd.Timestamp("2026-10-09T10:00Z"), pd.Timestamp("2026-11-09T10:00Z")
    names = ("entry", "recorded_at", "recorded_by", "action", "record", "row", "field", "old", "new", "reason")
    lines = [
        (
            7,
            corrected,
            "dose_change",
            3,
            "corrected",
            "dose_mcg_per_day",
            "102 mcg/day",
            "120 mcg/day",
            "typed 120 for 102",
        ),
        (7, corrected, "dose_change", 3, "corrected", "drug", None, "baclofen", "typed 120 for 102"),
        (8, corrected, "score", 4, "entered in error", None, "scale penn_frequency", None, "of P002"),
        (9, corrected, "score", 5, "moved", "patient", "P002", "P001", "right patient"),
        (10, corrected, "event", 1, "completed", "ended_on", None, "2026-10-05", "it ended"),
        (11, other, "score", 9, "entered in error", None, "scale penn_frequency", None, "of another month"),
    ]
    made = [
        (entry, at, "clinician-1", action, record, row, field, old, new, reason)
        for entry, at, record, row, action, field, old, new, reason in lines
    ]
    return pd.DataFrame(made, columns=names).astype({"field": "str", "old": "str", "new": "str", "reason": "str"})
