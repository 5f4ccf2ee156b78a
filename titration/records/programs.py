"""The records of a program: dose change, its steps and timed boluses.

Doses are as programmed; nothing here proposes or judges one.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from titration import times, units
from titration.errors import Fault
from titration.fields import Children, Choice, ClockTime, Code, Count, Day, Instant, Label, Number, Words, field
from titration.records.base import TIMING, TIMINGS, Record, record
from titration.units import Unfit

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date, datetime

    from titration.fields import Reading

MODES = ("simple continuous", "flex", "periodic bolus", "minimum rate", "stopped", "constant flow")
STATUSES = ("done", "programmed", "planned", "cancelled")
EVERY_DAY = "every day"
WEEKDAYS = (EVERY_DAY, "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
DAY_MIN = 24 * 60
_PART = re.compile(r"\s*(?P<day>[A-Za-z ]+?)?\s*(?P<at>\d\d:\d\d)\s+(?P<rest>.+?)\s*")


def _parts(text: str, written: str) -> Iterator[tuple[str, int, str]]:
    """Weekday, time of day and the rest of each part of a schedule, parted by semicolons."""
    day = EVERY_DAY
    for part in text.split(";"):
        found = _PART.fullmatch(part)
        if found is None:
            raise Unfit(f"must be {written}")
        day = day if found["day"] is None else Choice(WEEKDAYS).check(found["day"])
        yield day, times.parse_clock(found["at"]), found["rest"]


def _say_all(parts: Sequence[DoseStep] | Sequence[TimedBolus]) -> str:
    """As they are typed; where the days differ, each part names its own."""
    differ = len({part.weekday for part in parts}) > 1
    return "; ".join(f"{EVERY_DAY} {part}" if differ and part.weekday == EVERY_DAY else str(part) for part in parts)


def _at(part: DoseStep | TimedBolus) -> str:
    day = "" if part.weekday == EVERY_DAY else f"{part.weekday} "
    return f"{day}{times.clock(part.start_min)}"


@record(table="dose_step", frame="dose_steps", title="Step of a program", parent="dose_change")
class DoseStep(Record):
    """One step of a flex program: a rate from a time of day on, by the pump's clock."""

    written = "steps as in 00:00 4 mcg/h; 06:00 8 mcg/h, before them a weekday if they differ by day"

    weekday: str = field(Choice(WEEKDAYS), "the day it runs", default=EVERY_DAY, example="every day")
    start_min: int = field(ClockTime(), "start, by the pump's clock", required=True, example="06:00")
    rate_mcg_per_h: float = field(Number(units.MCG_PER_H, low=0), "rate", required=True, example="8")

    @classmethod
    def parse_all(cls, text: str, reading: Reading) -> tuple[DoseStep, ...]:
        """Steps from text, parted by semicolons."""
        rate = Number(units.MCG_PER_H, low=0)
        return tuple(
            cls(weekday=day, start_min=start, rate_mcg_per_h=rate.parse(rest, reading))
            for day, start, rest in _parts(text, cls.written)
        )

    @classmethod
    def say_all(cls, steps: tuple[DoseStep, ...]) -> str:
        """As they are typed; where the days differ, each step names its own."""
        return _say_all(steps)

    def __str__(self) -> str:
        """As it is typed."""
        return f"{_at(self)} {units.quantity(self.rate_mcg_per_h, units.MCG_PER_H)}"


@record(table="timed_bolus", frame="timed_boluses", title="Timed bolus of a program", parent="dose_change")
class TimedBolus(Record):
    """One bolus a program gives at a time of day, by the pump's clock."""

    written = "boluses as in 08:00 25 mcg; 20:00 25 mcg over 5 min, before them a weekday if they differ by day"

    weekday: str = field(Choice(WEEKDAYS), "the day it is given", default=EVERY_DAY, example="every day")
    start_min: int = field(ClockTime(), "start, by the pump's clock", required=True, example="08:00")
    dose_mcg: float = field(Number(units.MCG, low=0), "amount", required=True, example="25", title="Amount")
    duration_min: float | None = field(Number(units.MIN, low=0), "how long it takes", example="5")

    @classmethod
    def parse_all(cls, text: str, reading: Reading) -> tuple[TimedBolus, ...]:
        """Boluses from text, parted by semicolons."""
        amount, length, made = Number(units.MCG, low=0), Number(units.MIN, low=0), []
        for day, start, rest in _parts(text, cls.written):
            dose, over, duration = rest.partition(" over ")
            lasts = length.parse(duration, reading) if over else None
            made.append(cls(weekday=day, start_min=start, dose_mcg=amount.parse(dose, reading), duration_min=lasts))
        return tuple(made)

    @classmethod
    def say_all(cls, boluses: tuple[TimedBolus, ...]) -> str:
        """As they are typed; where the days differ, each names its own."""
        return _say_all(boluses)

    def __str__(self) -> str:
        """As it is typed."""
        over = "" if self.duration_min is None else f" over {units.quantity(self.duration_min, units.MIN)}"
        return f"{_at(self)} {units.quantity(self.dose_mcg, units.MCG)}{over}"


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
        "done; programmed: the pump runs it by itself from then on; planned: needs a visit; cancelled: it was one of the two",
        default="done",
        example="done",
    )
    fulfils: int | None = field(Count(low=1), "row of the plan this carries out")
    flow_ml_per_day: float | None = field(
        Number(units.ML_PER_DAY, low=0), "flow as printed; of a constant flow pump, its flow", example="0.24"
    )
    steps: tuple[DoseStep, ...] = field(
        Children(DoseStep), "steps of a program that changes by the clock, by the pump's clock", default=()
    )
    boluses: tuple[TimedBolus, ...] = field(
        Children(TimedBolus), "boluses at set times, by the pump's clock", default=()
    )
    patient_bolus_mcg: float | None = field(Number(units.MCG, low=0), "patient-activated bolus, amount of each")
    patient_bolus_max_per_day: int | None = field(Count(), "patient-activated boluses allowed a day")
    patient_bolus_lockout_min: float | None = field(Number(units.MIN, low=0), "time between patient-activated boluses")
    clock_offset_min: int | None = field(
        Count(low=-840, high=840, of="min"),
        "the pump's clock as set, minutes east of UTC",
        title="Clock, east of UTC",
        example="0",
    )
    alarm_on: date | None = field(
        Day(), "low reservoir alarm date as printed", title="Low reservoir alarm on", example="2027-01-20"
    )
    reason: str | None = field(Words(), "why", example="planned review")
    ordered_by: str | None = field(Label(), "who ordered it, by code", example="clinician-1")
    programmed_by: str | None = field(Label(), "who programmed it, by code", example="clinician-1")
    timing: str = field(Choice(TIMINGS), TIMING, default="observed", example="observed")

    def faults(self) -> Iterator[Fault]:
        """A stopped pump gives nothing; only some modes have a schedule; a schedule has no two beginnings at once."""
        if self.mode == "stopped" and self.dose_mcg_per_day > 0:
            seen = units.number(self.dose_mcg_per_day)
            yield Fault("dose_mcg_per_day", seen, "a stopped pump gives 0 mcg/day; give 0, or another mode")
        if self.steps and self.mode not in {"flex", "periodic bolus"}:
            yield Fault("steps", "", f"only flex and periodic bolus have steps, and the mode is {self.mode}")
        if self.boluses and self.mode not in {"flex", "periodic bolus"}:
            yield Fault("boluses", "", f"only flex and periodic bolus have timed boluses, and the mode is {self.mode}")
        for name, parts in (("steps", self.steps), ("boluses", self.boluses)):
            starts = [(part.weekday, part.start_min) for part in parts]
            for day, start in sorted({s for s in starts if starts.count(s) > 1}):
                yield Fault(name, f"{day} {times.clock(start)}", "two begin at the same time; give one")
        named = {step.weekday for step in self.steps}
        if named and EVERY_DAY not in named and len(named) < len(WEEKDAYS) - 1:
            lacking = ", ".join(day for day in WEEKDAYS[1:] if day not in named)
            yield Fault("steps", "", f"say nothing of {lacking}; give every day, or all seven days")
