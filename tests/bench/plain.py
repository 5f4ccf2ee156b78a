"""The plainest numpy form of each derivation: what it says in words, and what makes it; and which have none, and why.

Each gives the numbers of our columns, from whole numbers ready made; what each leaves out its module says.
"""

import plain_device
import plain_diary
import plain_dose
import plain_program
import plain_records
import plain_scores

plain_windows = plain_scores.plain_windows
PLAIN = (
    plain_dose.PLAIN
    | plain_program.PLAIN
    | plain_device.PLAIN
    | plain_records.PLAIN
    | plain_diary.PLAIN
    | plain_scores.PLAIN
)

OWN_ROW = "a row of its own in the table of `make bench`, with its own limits, sorted and unsorted"
RULES = "a rule book, not arithmetic: most of it is what counts when, and the words for it"
WITHOUT = {
    "windows.before_after": OWN_ROW,
    "findings.findings": RULES,
    "reconcile.unexplained": RULES,
    "reservoir.closure": RULES,
    "visits.visits": "put together of `recorded.changes` and `reconcile.confirmations`, which stand here, and rules",
    "visits.scores_at": "the scores of this clinic are all a diary's; what is timed is that none is a visit's",
    "ledger.ledger": "put together of `recorded.changes`, `windows.before_after` and `diary.entries`, which stand here",
    "score.labels": "texts alone",
}
"""Derivations that have no plain form, and why; their seconds are told."""
