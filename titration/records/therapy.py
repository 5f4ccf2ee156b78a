"""The records of other treatment: single boluses, oral drugs.

Amounts are as given; a bolus is never a daily dose.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from titration import units
from titration.errors import Fault
from titration.fields import Choice, Code, Day, Instant, Label, Number, Words, field
from titration.records.base import TIMING, TIMINGS, Record, record

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime

BOLUSES = ("single", "priming", "bridge", "screening")
ROUTES = ("pump", "lumbar puncture", "temporary catheter", "side port")


@record(
    table="bolus", frame="boluses", title="Bolus", moment="given",
    key=("patient", "given_on", "given_at", "bolus"),
)  # fmt: skip
class Bolus(Record):
    """A bolus given once; a priming bolus is in no daily total, a bridge is a segment of its own."""

    patient: str = field(Code(), "code of the patient", required=True, example="P001")
    given_at: datetime | None = field(Instant(), "when it began", example="2026-10-08 10:00")
    given_on: date | None = field(Day(of="given_at"), "the day, where the time is not known")
    bolus: str = field(Choice(BOLUSES), "what kind of bolus", required=True, example="priming")
    dose_mcg: float | None = field(Number(units.MCG, low=0), "amount", example="50", title="Amount")
    volume_ml: float | None = field(Number(units.ML, low=0), "volume", example="1")
    duration_min: float | None = field(Number(units.MIN, low=0), "how long it took", example="30")
    route: str | None = field(Choice(ROUTES), "where it was given", example="pump")
    old_concentration_mcg_per_ml: float | None = field(
        Number(units.MCG_PER_ML, low=0), "of a bridge: the strength still in the line"
    )
    new_concentration_mcg_per_ml: float | None = field(
        Number(units.MCG_PER_ML, low=0), "of a bridge: the strength in the reservoir"
    )
    bridge_dose_mcg_per_day: float | None = field(
        Number(units.MCG_PER_DAY, low=0), "of a bridge: the daily dose the clinician states for it",
        title="Daily dose of the bridge",
    )  # fmt: skip
    reason: str | None = field(Words(), "why")
    timing: str = field(Choice(TIMINGS), TIMING, default="observed", example="observed")

    def faults(self) -> Iterator[Fault]:
        """An amount is given, or, of a priming or bridge bolus, a volume; only a bridge has two strengths."""
        if self.dose_mcg is None and (self.volume_ml is None or self.bolus in {"single", "screening"}):
            yield Fault("dose_mcg", "", "is missing; a number in mcg, or, of a priming or bridge bolus, volume_ml")
        for name in ("old_concentration_mcg_per_ml", "new_concentration_mcg_per_ml", "bridge_dose_mcg_per_day"):
            if self.bolus != "bridge" and getattr(self, name) is not None:
                yield Fault(name, "", f"only a bridge has it, and this is a {self.bolus} bolus")


@record(
    table="oral_dose", frame="oral_doses", title="Oral drug", moment="started",
    key=("patient", "drug", "started_on", "started_at"),
)  # fmt: skip
class OralDose(Record):
    """A daily dose of an oral drug from a day on; 0 is stopped."""

    patient: str = field(Code(), "code of the patient", required=True, example="P001")
    started_at: datetime | None = field(Instant(), "when it began")
    started_on: date | None = field(Day(of="started_at"), "the day it began", example="2026-09-01")
    drug: str = field(Label(), "drug", required=True, example="baclofen oral")
    dose_mg_per_day: float = field(
        Number(units.MG_PER_DAY, low=0), "daily dose; 0 is stopped", required=True, example="30",
        title="Daily dose",
    )  # fmt: skip
    note: str | None = field(Words(), "words about it")
    timing: str = field(Choice(TIMINGS), TIMING, default="observed", example="observed")
