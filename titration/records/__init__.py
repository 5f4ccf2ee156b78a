"""The records: frozen, checked when made, each declared once."""

from titration.records.base import (
    KINDS,
    Record,
    RecordKind,
    from_texts,
    kind_of,
    of_table,
    record,
    schema_version,
)
from titration.records.device import Catheter, Pump, Readout, Refill
from titration.records.findings import FindingClosed
from titration.records.goals import DiarySchedule, Goal, GoalRating, Statement
from titration.records.person import Event, Note, Patient, PatientState, Score, SideEffect, Visit
from titration.records.programs import DoseChange, DoseStep, TimedBolus
from titration.records.sums import Closure, closure, daily_totals
from titration.records.therapy import Bolus, OralDose

__all__ = [
    "KINDS", "Bolus", "Catheter", "Closure", "DiarySchedule", "DoseChange", "DoseStep", "Event", "FindingClosed", "Goal",
    "GoalRating", "Note", "OralDose", "Patient", "PatientState", "Pump", "Readout", "Record", "RecordKind",
    "Refill", "Score", "SideEffect", "Statement", "TimedBolus", "Visit", "closure", "daily_totals", "from_texts",
    "kind_of", "of_table", "record", "schema_version",
]  # fmt: skip
