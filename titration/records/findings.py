"""The record of a finding that was reviewed and closed; a finding itself is derived and never stored."""

from __future__ import annotations

from typing import TYPE_CHECKING

from titration.fields import Code, Count, Day, Label, Words, field
from titration.records.base import Record, record

if TYPE_CHECKING:
    from datetime import date


@record(
    table="finding_closed", frame="findings_closed", title="Finding closed", moment="closed",
    key=("patient", "rule", "of_row"),
)  # fmt: skip
class FindingClosed(Record):
    """A finding about the record that somebody has looked at and left as it is."""

    patient: str = field(Code(), "code of the patient", required=True, example="P001")
    rule: str = field(Label(40), "rule of the finding", required=True, example="refill-strength")
    of_row: int = field(Count(low=1), "row the finding is about", required=True, example="12")
    closed_on: date = field(Day(), "day it was closed", required=True, example="2026-11-02")
    reason: str = field(Words(), "why it is left as it is", required=True, example="compared with the printout")
    closed_by: str | None = field(Label(60), "who closed it, by code", example="clinician-1")
