"""What follows from the record: frame in, frame out; no clock, no file, no global.

Imports `columns`, `scales`, `units`, never `store` or `frames`. Every function takes any number of
patients at once, and what it gives for one of them does not depend on the others.

By what they are of: the program (`dose`, `found`, `intervals`, `reconcile`, `clock`, `program`, `segments`, `totals`,
`ledger`), the reservoir (`volumes`, `reservoir`, `boluses`, `dates`), scores (`score`, `lateness`, `diary`, `expected`, `weekly`,
`runchart`, `hours`, `periods`, `visits`), the two together (`epochs`, `cuts`, `washout`, `windows`), `goals`, the record itself
(`findings`, with its `rules_*` and how they are `told`), and what all are made of (`moments`, `grouped`, `runs`, `pairs`).
"""

from titration.derive import (
    boluses,
    clock,
    cuts,
    dates,
    diary,
    dose,
    epochs,
    expected,
    findings,
    found,
    goals,
    grouped,
    hours,
    intervals,
    lateness,
    ledger,
    moments,
    periods,
    program,
    reconcile,
    reservoir,
    rules_program,
    rules_record,
    rules_scores,
    runchart,
    score,
    segments,
    told,
    totals,
    visits,
    volumes,
    washout,
    weekly,
    windows,
)  # fmt: skip

__all__ = [
    "boluses", "clock", "cuts", "dates", "diary", "dose", "epochs", "expected", "findings", "found", "goals",
    "grouped", "hours", "intervals", "lateness", "ledger", "moments", "periods", "program", "reconcile",
    "reservoir", "rules_program", "rules_record", "rules_scores", "runchart", "score", "segments", "told", "totals",
    "visits", "volumes", "washout", "weekly", "windows",
]  # fmt: skip
