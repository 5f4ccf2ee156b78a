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
from titration.records.person import Event, Note, Patient, PatientState, Score, SideEffect, Visit
from titration.records.therapy import DoseChange, DoseStep, OralDose, Pump, Refill, daily_totals

__all__ = [
    "KINDS", "DoseChange", "DoseStep", "Event", "Note", "OralDose", "Patient", "PatientState", "Pump", "Record",
    "RecordKind", "Refill", "Score", "SideEffect", "Visit", "daily_totals", "from_texts", "kind_of", "of_table",
    "record", "schema_version",
]  # fmt: skip
