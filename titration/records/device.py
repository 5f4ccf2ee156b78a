"""The records of the device: pump, catheter, readout, refill.

What a programmer or a syringe showed, as it was; nothing here talks to a pump.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from titration import units
from titration.errors import Fault
from titration.fields import Choice, Code, Count, Day, Instant, Label, Number, Words, field
from titration.records.base import TIMING, TIMINGS, Record, record
from titration.records.programs import MODES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime


@record(table="pump", frame="pumps", title="Pump", moment="implanted", key=("patient", "implanted_on"))
class Pump(Record):
    """A pump in a person, from its implant on."""

    patient: str = field(Code(), "code of the patient", required=True, example="P001")
    implanted_on: date = field(Day(), "day of the implant", required=True, example="2025-01-14")
    model: str | None = field(Label(), "model as on the device card", example="SynchroMed II 8637-40")
    reservoir_ml: float | None = field(Number(units.ML, low=0), "volume of the reservoir", example="40")
    low_reservoir_alarm_ml: float | None = field(
        Number(units.ML, low=0), "volume the low reservoir alarm is set to", example="2"
    )
    clock_offset_min: int | None = field(
        Count(low=-840, high=840, of="min"),
        "the pump's clock, minutes east of UTC, as read",
        title="Clock, east of UTC",
        example="0",
    )
    eri_on: date | None = field(
        Day(), "elective replacement date as recorded", title="Elective replacement on", example="2031-06-01"
    )
    serial: str | None = field(Words(), "serial number")


@record(table="catheter", frame="catheters", title="Catheter", moment="implanted", key=("patient", "implanted_on"))
class Catheter(Record):
    """A catheter in a person, from its implant or revision on."""

    patient: str = field(Code(), "code of the patient", required=True, example="P001")
    implanted_on: date = field(Day(), "day of the implant or revision", required=True, example="2025-01-14")
    model: str | None = field(Label(), "model as on the device card", example="Ascenda 8780")
    tip_level: str | None = field(Label(16), "vertebral level of the tip", example="T10")
    length_cm: float | None = field(Number(units.CM, low=0), "implanted length", example="80")
    volume_ml: float | None = field(Number(units.ML, low=0), "volume of the implanted length", example="0.208")
    note: str | None = field(Words(), "words about it")


@record(
    table="readout", frame="readouts", title="Readout", moment="read",
    key=("patient", "read_on", "read_at"),
)  # fmt: skip
class Readout(Record):
    """The pump as it was found, before anything was changed."""

    patient: str = field(Code(), "code of the patient", required=True, example="P001")
    read_at: datetime | None = field(Instant(), "when it was read", example="2026-10-08 09:20")
    read_on: date | None = field(Day(of="read_at"), "the day, where the time is not known")
    dose_mcg_per_day: float | None = field(
        Number(units.MCG_PER_DAY, low=0), "daily dose as found", example="120", title="Daily dose as found"
    )
    mode: str | None = field(Choice(MODES), "mode as found", example="simple continuous")
    concentration_mcg_per_ml: float | None = field(
        Number(units.MCG_PER_ML, low=0), "concentration as found", example="500"
    )
    reservoir_ml: float | None = field(Number(units.ML, low=0), "reservoir volume as shown", example="12.4")
    alarm_on: date | None = field(
        Day(), "low reservoir alarm date as shown", title="Low reservoir alarm on", example="2027-01-20"
    )
    eri_on: date | None = field(
        Day(), "elective replacement date as shown", title="Elective replacement on", example="2031-06-01"
    )
    clock_offset_min: int | None = field(
        Count(low=-840, high=840, of="min"),
        "the pump's clock as found, minutes east of UTC",
        title="Clock, east of UTC",
        example="0",
    )
    patient_boluses: int | None = field(Count(), "patient-activated boluses since the last readout", example="0")
    patient_boluses_mcg: float | None = field(Number(units.MCG, low=0), "their amount together")
    note: str | None = field(Words(), "words about it")

    def faults(self) -> Iterator[Fault]:
        """A readout says at least one thing."""
        said = ("dose_mcg_per_day", "mode", "concentration_mcg_per_ml", "reservoir_ml", "alarm_on", "eri_on",
                "clock_offset_min", "patient_boluses", "patient_boluses_mcg")  # fmt: skip
        if all(getattr(self, name) is None for name in said):
            yield Fault("dose_mcg_per_day", "", "give at least one thing that was read")


@record(
    table="refill", frame="refills", title="Refill", moment="filled",
    key=("patient", "filled_on", "filled_at"),
)  # fmt: skip
class Refill(Record):
    """A filling of the reservoir, with the volumes and dates as printed and measured."""

    patient: str = field(Code(), "code of the patient", required=True, example="P001")
    filled_at: datetime | None = field(Instant(), "when it was filled", example="2026-10-08 09:50")
    filled_on: date | None = field(Day(of="filled_at"), "the day, where the time is not known")
    drug: str | None = field(Label(), "drug filled in", example="baclofen")
    brand: str | None = field(Label(), "brand, or compounded", example="compounded")
    concentration_mcg_per_ml: float | None = field(
        Number(units.MCG_PER_ML, low=0), "concentration filled in", example="500"
    )
    expected_ml: float | None = field(Number(units.ML, low=0), "residual volume expected, as printed", example="4.1")
    withdrawn_ml: float | None = field(Number(units.ML, low=0), "residual volume withdrawn", example="4.4")
    injected_ml: float | None = field(Number(units.ML, low=0), "volume injected", example="40")
    alarm_ml: float | None = field(Number(units.ML, low=0), "low reservoir alarm volume", example="2")
    alarm_on: date | None = field(
        Day(), "low reservoir alarm date as printed", title="Low reservoir alarm on", example="2027-01-20"
    )
    next_booked_on: date | None = field(Day(), "next refill booked", example="2027-01-08")
    use_by_on: date | None = field(Day(), "use-by date of the drug", example="2027-06-30")
    lot: str | None = field(Words(), "lot number")
    note: str | None = field(Words(), "words about it")
    timing: str = field(Choice(TIMINGS), TIMING, default="observed", example="observed")
