"""What follows from the record: frame in, frame out; no clock, no file, no global.

Imports `columns`, `scales`, `units`, never `store` or `frames`. Every function takes any number of
patients at once, and what it gives for one of them does not depend on the others.
"""

from titration.derive import (
    boluses,
    clock,
    cuts,
    diary,
    dose,
    epochs,
    expected,
    findings,
    goals,
    grouped,
    lateness,
    moments,
    program,
    reconcile,
    reservoir,
    runchart,
    score,
    segments,
    totals,
    washout,
    weekly,
    windows,
)  # fmt: skip

__all__ = [
    "boluses", "clock", "cuts", "diary", "dose", "epochs", "expected", "findings", "goals", "grouped", "lateness",
    "moments", "program", "reconcile", "reservoir", "runchart", "score", "segments", "totals", "washout", "weekly",
    "windows",
]  # fmt: skip
