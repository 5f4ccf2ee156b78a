"""What goes wrong in a clinic: a slip corrected, a fact taken back, an entry of the wrong patient, step dosing, an explant."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from typing import TYPE_CHECKING

from titration.demo.replay import Replay, confirmed, local
from titration.records import Bolus, Catheter, DoseChange, Event, Note, OralDose, PatientState, Visit

if TYPE_CHECKING:
    from titration.log import Log


def record(replay: Replay) -> None:
    """Put them on the list."""
    replay.at(local("2026-10-15 16:40"), "clinician-2", _correct_slip)
    replay.at(local("2026-10-20 10:05"), "nurse-1", _wrong_patient)
    replay.at(local("2026-10-20 10:30"), "nurse-1", _move_it)
    replay.at(local("2026-10-22 09:00"), "nurse-1", _twice)
    replay.facts(
        local("2026-10-27 11:20"), "clinician-1",
        DoseChange(
            patient="P008", effective_at=local("2026-11-03 09:00"), mode="simple continuous", dose_mcg_per_day=105,
            concentration_mcg_per_ml=500, status="programmed", reason="step dosing, first step",
        ),
        DoseChange(
            patient="P008", effective_at=local("2026-12-01 09:00"), mode="simple continuous", dose_mcg_per_day=110,
            concentration_mcg_per_ml=500, status="planned", reason="to be set at the December visit",
        ),
    )  # fmt: skip
    revised = local("2025-03-24 11:30")
    replay.facts(
        revised + timedelta(hours=4), "clinician-1",
        Event(patient="P002", started_on="2025-03-20", ended_on=revised.date(), event="device", subtype="catheter fault",
              severity="moderate", relatedness="related"),
        Event(patient="P002", started_on=revised.date(), event="device", subtype="revision", severity="moderate"),
        Catheter(patient="P002", implanted_on=revised.date(), model="Ascenda 8780", tip_level="T9", length_cm=82,
                 volume_ml=0.213),
        Bolus(patient="P002", given_at=revised, bolus="priming", route="pump", volume_ml=0.2, dose_mcg=200, duration_min=15,
              reason="fills the new catheter"),
        Visit(patient="P002", visited_at=revised, visit="ward"),
    )  # fmt: skip
    explanted = local("2026-08-18 13:00")
    replay.facts(
        explanted + timedelta(hours=3), "clinician-1",
        Event(patient="P007", started_on=explanted.date(), event="device", subtype="explant", severity="moderate"),
        DoseChange(patient="P007", effective_at=explanted, mode="stopped", dose_mcg_per_day=0, reason="explant"),
        PatientState(patient="P007", noted_on=explanted.date(), following="explanted"),
        OralDose(patient="P007", started_on=explanted.date(), drug="baclofen oral", dose_mg_per_day=60),
        Visit(patient="P007", visited_at=explanted, visit="ward"),
    )  # fmt: skip


def _correct_slip(log: Log) -> None:
    """A concentration typed wrong is corrected the day it is seen."""
    doses = log.doses(patient="P002")
    row = int(doses["row"].iloc[-1])
    before = log.record(row)
    log.correct(
        row, dataclasses.replace(before, dose_ordered_mcg_per_day=345.0), reason="the ordered dose was left out"
    )


def _wrong_patient(log: Log) -> None:
    """A note is entered under the wrong code."""
    log.append(Note(patient="P010", noted_at=local("2026-10-20 09:55"), words="new seating since Monday, sits longer"))


def _move_it(log: Log) -> None:
    """And moved to the right one."""
    wrong = log.notes(patient="P010")
    log.move(int(wrong["entry"].iloc[-1]), to="P003", reason="entered under the wrong patient")


def _twice(log: Log) -> None:
    """A visit is entered twice, and one of the two taken back."""
    visit = Visit(patient="P004", visited_at=local("2026-10-22 08:40"), visit="phone", seen_by="nurse-1")
    log.append(visit)
    second = confirmed(lambda confirm: log.append(visit, confirm=confirm))
    log.retract(second.rows[0], reason="entered twice")
