"""The records of the therapy: pump, dose change and its steps, refill, oral drug.

Doses are as programmed; nothing here proposes or judges one.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from titration import times, units
from titration.errors import Fault
from titration.fields import Children, Choice, ClockTime, Code, Count, Day, Instant, Label, Number, Words, field
from titration.records.base import Record, record
from titration.units import Unfit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime

    from titration.fields import Reading

MODES = ("simple continuous", "flex", "periodic bolus", "minimum rate", "stopped", "constant flow")
STATUSES = ("done", "programmed", "planned")
TIMINGS = ("observed", "assigned")
TIMING = "whether the time was observed or assigned (a study day, an order in print)"
WEEKDAYS = ("every day", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


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
        Count(low=-840, high=840, of="min"), "the pump's clock, minutes east of UTC, as read", example="0"
    )
    eri_on: date | None = field(Day(), "elective replacement date as recorded", example="2031-06-01")
    serial: str | None = field(Words(), "serial number")


@record(table="dose_step", frame="dose_steps", title="Step of a program", parent="dose_change")
class DoseStep(Record):
    """One step of a flex program: a rate from a time of day on, by the pump's clock."""

    written = "steps as in 00:00 4 mcg/h; 06:00 8 mcg/h, before them a weekday if they differ by day"

    weekday: str = field(Choice(WEEKDAYS), "the day it runs", default="every day", example="every day")
    start_min: int = field(ClockTime(), "start, by the pump's clock", required=True, example="06:00")
    rate_mcg_per_h: float = field(Number(units.MCG_PER_H, low=0), "rate", required=True, example="8")

    @classmethod
    def parse_all(cls, text: str, reading: Reading) -> tuple[DoseStep, ...]:
        """Steps from text, parted by semicolons."""
        steps, day = [], WEEKDAYS[0]
        for part in text.split(";"):
            found = re.fullmatch(r"\s*(?P<day>[A-Za-z ]+?)?\s*(?P<at>\d\d:\d\d)\s+(?P<rate>.+?)\s*", part)
            if found is None:
                raise Unfit(f"must be {cls.written}")
            day = day if found["day"] is None else Choice(WEEKDAYS).check(found["day"])
            rate = Number(units.MCG_PER_H, low=0).parse(found["rate"], reading)
            steps.append(cls(weekday=day, start_min=times.parse_clock(found["at"]), rate_mcg_per_h=rate))
        return tuple(steps)

    @classmethod
    def say_all(cls, steps: tuple[DoseStep, ...]) -> str:
        """As they are typed; where the days differ, each step names its own."""
        differ = len({step.weekday for step in steps}) > 1
        return "; ".join(f"every day {step}" if differ and step.weekday == WEEKDAYS[0] else str(step) for step in steps)

    def __str__(self) -> str:
        """As it is typed."""
        day = "" if self.weekday == WEEKDAYS[0] else f"{self.weekday} "
        return f"{day}{times.clock(self.start_min)} {units.quantity(self.rate_mcg_per_h, units.MCG_PER_H)}"


def daily_totals(steps: tuple[DoseStep, ...]) -> dict[str, float]:
    """The amount each weekday's steps add up to, in mcg/day.

    A step runs until the next one of its day; the last runs to midnight and on to the first of the
    next day, so a pattern that crosses midnight keeps its sum.

    Args:
        steps: The steps of one program.

    Returns:
        Weekday (or "every day") to mcg/day.

    Example:
        >>> from titration.fields import Reading
        >>> steps = DoseStep.parse_all("00:00 4 mcg/h; 06:00 8 mcg/h", Reading())
        >>> daily_totals(steps)
        {'every day': 168.0}

    Source:
        Sum of rate x duration; by definition.
    """
    totals: dict[str, float] = {}
    for day in dict.fromkeys(step.weekday for step in steps):
        ours = sorted((s for s in steps if s.weekday == day), key=lambda s: s.start_min)
        ends = [s.start_min for s in ours[1:]] + [24 * 60]
        before = ours[-1].rate_mcg_per_h * ours[0].start_min  # the last step runs on past midnight
        minutes = before + sum(s.rate_mcg_per_h * (end - s.start_min) for s, end in zip(ours, ends, strict=True))
        totals[day] = minutes / 60
    return totals


@record(
    table="dose_change", frame="doses", title="Dose change", moment="effective",
    key=("patient", "effective_on", "effective_at", "status"),
)  # fmt: skip
class DoseChange(Record):
    """A change of the pump's program, as a clinician entered it."""

    patient: str = field(Code(), "code of the patient", required=True, example="P001")
    effective_at: datetime | None = field(Instant(), "when the program began to run", example="2026-10-08 09:30")
    effective_on: date | None = field(Day(of="effective_at"), "the day, where the time is not known")
    mode: str = field(Choice(MODES), "how the pump delivers", required=True, example="simple continuous")
    dose_mcg_per_day: float = field(
        Number(units.MCG_PER_DAY, low=0), "daily dose as programmed", required=True, example="120",
        title="Daily dose",
    )  # fmt: skip
    dose_ordered_mcg_per_day: float | None = field(
        Number(units.MCG_PER_DAY, low=0), "daily dose as ordered, if it differed", title="Daily dose as ordered"
    )
    concentration_mcg_per_ml: float | None = field(
        Number(units.MCG_PER_ML, low=0), "concentration the program assumes", example="500"
    )
    drug: str | None = field(Label(), "drug in the program", example="baclofen")
    admixture: str | None = field(Label(), "other drugs in the reservoir")
    status: str = field(
        Choice(STATUSES),
        "done; programmed: the pump runs it by itself from then on; planned: needs a visit",
        default="done",
        example="done",
    )
    fulfils: int | None = field(Count(low=1), "row of the plan this carries out")
    steps: tuple[DoseStep, ...] = field(Children(DoseStep), "steps of a flex program, by the pump's clock", default=())
    alarm_on: date | None = field(Day(), "low reservoir alarm date as printed", example="2027-01-20")
    reason: str | None = field(Words(), "why", example="planned review")
    ordered_by: str | None = field(Label(), "who ordered it, by code", example="clinician-1")
    programmed_by: str | None = field(Label(), "who programmed it, by code", example="clinician-1")
    timing: str = field(Choice(TIMINGS), TIMING, default="observed", example="observed")

    def faults(self) -> Iterator[Fault]:
        """A stopped pump gives nothing; only flex has steps; a step begins once."""
        if self.mode == "stopped" and self.dose_mcg_per_day > 0:
            seen = units.number(self.dose_mcg_per_day)
            yield Fault("dose_mcg_per_day", seen, "a stopped pump gives 0 mcg/day; give 0, or another mode")
        if self.steps and self.mode != "flex":
            yield Fault("steps", "", f"only flex has steps, and the mode is {self.mode}")
        starts = [(step.weekday, step.start_min) for step in self.steps]
        for day, start in sorted({s for s in starts if starts.count(s) > 1}):
            yield Fault("steps", f"{day} {times.clock(start)}", "two steps begin at the same time; give one")


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
    alarm_on: date | None = field(Day(), "low reservoir alarm date as printed", example="2027-01-20")
    next_booked_on: date | None = field(Day(), "next refill booked", example="2027-01-08")
    use_by_on: date | None = field(Day(), "use-by date of the drug", example="2027-06-30")
    lot: str | None = field(Words(), "lot number")
    note: str | None = field(Words(), "words about it")
    timing: str = field(Choice(TIMINGS), TIMING, default="observed", example="observed")


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
