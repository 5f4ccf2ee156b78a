"""The made-up devices: pump, catheter, reservoir, readouts, refills and the boluses around them.

The reservoir empties by the program and a made-up error of the pump, so that volumes and dates fit each other.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from titration.records import Bolus, Catheter, DoseChange, Pump, Readout, Refill
from titration.times import offset_min

if TYPE_CHECKING:
    import random

    from titration.demo.people import Person

DAY_S = 86_400
PRIMING_ML = 0.25
FILL_ML = 40.0
ALARM_ML = 2.0
LONGEST_DAYS = 180
"""Manufacturers advise a refill within 180 days (clinical notes, section 1.4)."""
FOUND_OTHERWISE = {("P010", 9): 115.0}
"""The readout at this patient's visit of that number shows another daily dose than the record."""
CONSTANT_FLOW_ML_PER_DAY = 0.5


@dataclass
class Device:
    """One person's pump between two visits: what is in it, and the program that runs.

    Attributes:
        person: Whose.
        rng: For the made-up errors.
        ratio: What the pump really delivers of what is programmed.
        program: The last program; None before the implant.
        filled_on: When it was last filled.
        left_ml: What the program left in it at `since`.
        since: The last change of volume or program.
        printed_alarm_on: The alarm date last printed.
    """

    person: Person
    rng: random.Random
    ratio: float
    program: DoseChange | None = None
    filled_on: date = date.min
    left_ml: float = 0.0
    since: datetime | None = None
    printed_alarm_on: date | None = None

    @property
    def flow_ml_per_day(self) -> float:
        """What the program asks of the pump."""
        made = self.program
        if made is None or not made.concentration_mcg_per_ml:
            return 0.0
        return made.dose_mcg_per_day / made.concentration_mcg_per_ml

    def expected_ml(self, when: datetime) -> float:
        """What the program leaves in the reservoir by then."""
        if self.since is None:
            return 0.0
        return max(self.left_ml - self.flow_ml_per_day * (when - self.since).total_seconds() / DAY_S, 0.0)

    def alarm_on(self, when: datetime, flow_ml_per_day: float) -> date:
        """The low reservoir alarm date as the programmer prints it; a very slow pump shows ten years."""
        days = (self.expected_ml(when) - ALARM_ML) / flow_ml_per_day if flow_ml_per_day else math.inf
        return when.date() + timedelta(days=int(min(max(days, 0), 3650)))

    def settle(self, when: datetime) -> None:
        """Let the program run until then."""
        self.left_ml, self.since = self.expected_ml(when), when

    def needs_refill(self, following: datetime) -> bool:
        """Whether the reservoir would not last until well after the next visit."""
        later = following + timedelta(days=10)
        return self.expected_ml(later) < 3 or (later.date() - self.filled_on).days > LONGEST_DAYS  # noqa: PLR2004 - the alarm volume and a little

    def implant(self, when: datetime) -> list[Any]:
        """The pump and the catheter, and what fills the line."""
        person, code = self.person, self.person.code
        length = self.rng.randint(68, 88)
        pump = Pump(
            patient=code, implanted_on=when.date(), model=person.model, reservoir_ml=FILL_ML,
            low_reservoir_alarm_ml=None if person.mode == "constant flow" else ALARM_ML,
            clock_offset_min=None if person.mode == "constant flow" else offset_min(when),
            eri_on=None if person.mode == "constant flow" else date(when.year + 6, when.month, 1),
        )  # fmt: skip
        catheter = Catheter(
            patient=code, implanted_on=when.date(), model="Ascenda 8780", length_cm=length,
            tip_level=self.rng.choice(("T6", "T8", "T9", "T10")), volume_ml=round(length * 0.0026, 3),
        )  # fmt: skip
        return [pump, catheter]

    def priming(self, when: datetime, strength: float) -> Bolus:
        """What fills pump tubing and catheter; no drug of it is delivered."""
        return Bolus(
            patient=self.person.code, given_at=when, bolus="priming", route="pump", volume_ml=PRIMING_ML,
            dose_mcg=PRIMING_ML * strength, duration_min=20, reason="fills tubing and catheter",
        )  # fmt: skip

    def bridge(self, when: datetime, change: DoseChange) -> Bolus:
        """The old strength is still in the line when the new one is in the reservoir."""
        assert self.program is not None  # a strength changes only where there was one
        old, dose = self.program.concentration_mcg_per_ml, change.dose_mcg_per_day
        assert old is not None
        hours = PRIMING_ML * old / dose * 24
        return Bolus(
            patient=self.person.code, given_at=when, bolus="bridge", route="pump", volume_ml=PRIMING_ML,
            duration_min=round(hours * 60), old_concentration_mcg_per_ml=old,
            new_concentration_mcg_per_ml=change.concentration_mcg_per_ml, bridge_dose_mcg_per_day=dose,
            reason="new strength in the reservoir",
        )  # fmt: skip

    def readout(self, when: datetime, number: int) -> Readout | None:
        """The pump as it is found, before anything is changed; a pump without a battery shows nothing."""
        made = self.program
        if made is None or self.person.mode == "constant flow":
            return None
        found = FOUND_OTHERWISE.get((self.person.code, number), made.dose_mcg_per_day)
        given = None if made.patient_bolus_mcg is None else self.rng.randint(20, 60)
        return Readout(
            patient=self.person.code, read_at=when, dose_mcg_per_day=found, mode=made.mode,
            concentration_mcg_per_ml=made.concentration_mcg_per_ml, reservoir_ml=round(self.expected_ml(when), 1),
            alarm_on=self.printed_alarm_on, eri_on=date(self.person.implanted.year + 6, self.person.implanted.month, 1),
            clock_offset_min=made.clock_offset_min, patient_boluses=given,
            patient_boluses_mcg=None if given is None else given * (made.patient_bolus_mcg or 0.0),
        )  # fmt: skip

    def refill(self, when: datetime, strength: float, following: datetime) -> Refill:
        """What is left is drawn out and measured, and the reservoir filled; the first time it is only filled."""
        is_first = self.since is None
        expected = self.expected_ml(when)
        run = FILL_ML - expected
        measured = max(FILL_ML - run * self.ratio + self.rng.gauss(0, 0.2), 0.0)
        constant = self.person.mode == "constant flow"
        self.left_ml = FILL_ML - PRIMING_ML if is_first else FILL_ML
        self.since, self.filled_on = when, when.date()
        if not (is_first or constant):
            self.printed_alarm_on = self.alarm_on(when, self.flow_ml_per_day)
        return Refill(
            patient=self.person.code, filled_at=when, drug="baclofen", concentration_mcg_per_ml=strength,
            brand="compounded" if strength not in {500, 1000, 2000} else None,
            expected_ml=None if is_first else round(expected, 1), withdrawn_ml=None if is_first else round(measured, 1),
            injected_ml=FILL_ML, alarm_ml=None if constant else ALARM_ML, alarm_on=None if constant else self.printed_alarm_on,
            next_booked_on=following.date(), use_by_on=when.date() + timedelta(days=300),
        )  # fmt: skip
