"""The made-up programs: simple continuous, flex by the clock and by weekday, periodic bolus, constant flow."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from titration.demo.device import CONSTANT_FLOW_ML_PER_DAY
from titration.records import DoseChange, DoseStep, TimedBolus
from titration.times import offset_min

if TYPE_CHECKING:
    from titration.demo.device import Device
    from titration.demo.people import Person

FLEX_FROM = {"P003": date(2025, 6, 1), "P006": date(2026, 2, 1)}
BY_WEEKDAY = {"P006"}
PERIODIC_FROM = {"P002": date(2026, 1, 1)}
BY_HAND_FROM = {"P004": date(2025, 10, 1)}
"""From when on the patient may give small boluses by hand."""
STRENGTH_FROM = {"P004": (5, 2000.0)}
"""From the visit of that number on, another strength."""
SCHOOL_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
WEEKEND = ("Saturday", "Sunday")


def mode_of(person: Person, when: datetime, dose: float) -> str:
    """How the pump delivers from a visit on."""
    if dose == 0:
        return "minimum rate"
    for mode, begins in (("flex", FLEX_FROM), ("periodic bolus", PERIODIC_FROM)):
        if person.code in begins and when.date() >= begins[person.code]:
            return mode
    return "simple continuous" if person.mode == "flex" else person.mode


def strength_of(person: Person, number: int, dose: float) -> float:
    """What is in the reservoir; the dose of a constant flow pump is changed by it alone."""
    if person.mode == "constant flow":
        return dose / CONSTANT_FLOW_ML_PER_DAY
    begins, strength = STRENGTH_FROM.get(person.code, (10**6, person.strength))
    return strength if number >= begins else person.strength


def program(device: Device, when: datetime, dose: float, strength: float, *, reason: str) -> DoseChange:
    """A program as it is set at a visit."""
    person = device.person
    mode = mode_of(person, when, dose)
    dose = dose or 3.0  # minimum rate keeps the line open
    constant = mode == "constant flow"
    by_hand = person.code in BY_HAND_FROM and when.date() >= BY_HAND_FROM[person.code]
    return DoseChange(
        patient=person.code, effective_at=when, mode=mode, dose_mcg_per_day=dose, concentration_mcg_per_ml=strength,
        drug="baclofen", programmed_by="clinician-1", reason=reason, **_schedule(person, mode, dose),
        flow_ml_per_day=CONSTANT_FLOW_ML_PER_DAY if constant else None,
        clock_offset_min=None if constant else offset_min(when),
        alarm_on=None if constant else device.alarm_on(when, dose / strength),
        patient_bolus_mcg=5 if by_hand else None, patient_bolus_max_per_day=4 if by_hand else None,
        patient_bolus_lockout_min=180 if by_hand else None,
    )  # fmt: skip


def _schedule(person: Person, mode: str, dose: float) -> dict[str, Any]:
    if mode == "periodic bolus":
        basal = round(dose * 0.6 / 24, 2)
        each = round((dose - basal * 24) / 4, 1)
        boluses = tuple(TimedBolus(start_min=m, dose_mcg=each, duration_min=5) for m in (360, 720, 1080, 1320))
        return {"steps": (DoseStep(start_min=0, rate_mcg_per_h=basal),), "boluses": boluses}
    if mode != "flex":
        return {}
    if person.code not in BY_WEEKDAY:
        return {"steps": _steps("every day", dose, 360, 840)}
    steps = [s for day in SCHOOL_DAYS for s in _steps(day, dose, 300, 780)]
    return {"steps": (*steps, *(s for day in WEEKEND for s in _steps(day, dose * 0.92, 420, 900)))}


def _steps(day: str, dose: float, up: int, down: int) -> tuple[DoseStep, ...]:
    """Less at night, more for eight hours."""
    low = dose * 0.8 / 24
    high = (dose - low * (1440 - (down - up)) / 60) / ((down - up) / 60)
    parts = ((0, low), (up, high), (down, low))
    return tuple(DoseStep(weekday=day, start_min=m, rate_mcg_per_h=round(r, 3)) for m, r in parts)
