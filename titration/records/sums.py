"""What the parts of a program add up to, and whether that is the daily dose and the flow it states.

Arithmetic on what was entered, within the rounding of print; it judges no dose. Imports `programs`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from titration.records.programs import DAY_MIN, EVERY_DAY, WEEKDAYS, DoseStep, TimedBolus
from titration.units import MCG_PER_DAY, ML_PER_DAY

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from titration.records.programs import DoseChange

RATE_ROUNDING_MCG_PER_H = 0.05
"""Programmers print rates to 0.1 mcg/h: half of that, for each of the 24 hours."""
BOLUS_ROUNDING_MCG = 0.05
"""They print boluses to 0.1 mcg: half of that, for each bolus."""
DOSE_ROUNDING_MCG_PER_DAY = 0.5
"""A daily dose is often written down in whole mcg/day: half of one."""
FLOW_ROUNDING_ML_PER_DAY = 0.005
"""A flow is often printed to 0.01 mL/day: half of that."""
DAILY_DOSE, FLOW = "daily dose", "flow"
UNITS = {DAILY_DOSE: MCG_PER_DAY.name, FLOW: ML_PER_DAY.name}
MEAN = "mean of the week"
CONSTANT_FLOW = "constant flow"
DECIMALS = 6
P = TypeVar("P", DoseStep, TimedBolus)


@dataclass(frozen=True)
class Closure:
    """One line of the ledger of a program: what was stated beside what its parts make.

    Attributes:
        what: `daily dose` (the sum of the parts, or flow x concentration) or `flow` (dose / concentration).
        day: `every day`, a weekday where the days differ, or `mean of the week`.
        stated: As entered.
        computed: As the parts make it.
        unit: Of the two, and of the tolerance.
        tolerance: How far rounding in print can bring them apart.
        matches: Whether this very line makes what is stated.
        fits: Whether any line of this `what` does: where the days differ, the daily dose stated can be that of
            one of them, or their mean.
        from_steps: Part of `computed` that the steps make, mcg/day; None where there are none to add up.
        from_boluses: Part of `computed` that the timed boluses make, mcg/day; None likewise.
    """

    what: str
    day: str
    stated: float
    computed: float
    unit: str
    tolerance: float
    matches: bool
    fits: bool
    from_steps: float | None = None
    from_boluses: float | None = None


def daily_totals(steps: Sequence[DoseStep], boluses: Sequence[TimedBolus] = ()) -> dict[str, float]:
    """The amount each day of a program adds up to, in mcg/day.

    A step runs until the next one, across midnight too: before a day's first step the last rate of
    the day before goes on, so a pattern that crosses midnight keeps its sum. A weekday with steps of
    its own has those in the place of those of every day; so with boluses. A bolus is given beside the
    rate that runs, and counts for the day it begins on.

    Args:
        steps: The steps of one program.
        boluses: Its timed boluses.

    Returns:
        "every day" to mcg/day when all days are alike, else each weekday to mcg/day; empty when
        there is neither step nor bolus. Of a program of boluses alone a day without one is 0.

    Example:
        >>> from titration.fields import Reading
        >>> steps = DoseStep.parse_all("06:00 8 mcg/h; 22:00 4 mcg/h", Reading())
        >>> daily_totals(steps, TimedBolus.parse_all("08:00 12 mcg", Reading()))
        {'every day': 172.0}

    Source:
        Sum of rate x duration, and of the boluses; by definition.
    """
    return {day: from_steps + from_boluses for day, (from_steps, from_boluses, _) in _sums(steps, boluses).items()}


def _sums(steps: Sequence[DoseStep], boluses: Sequence[TimedBolus]) -> dict[str, tuple[float, float, int]]:
    """Of each day, what the steps make, what the boluses make, and how many boluses there are."""
    if not steps and not boluses:
        return {}
    parts: list[DoseStep | TimedBolus] = [*steps, *boluses]
    days = WEEKDAYS[1:] if any(p.weekday != EVERY_DAY for p in parts) else (EVERY_DAY,)
    sums: dict[str, tuple[float, float, int]] = {}
    for place, day in enumerate(days):
        own, given = _of_day(steps, day), _of_day(boluses, day)
        if steps and not own and not given:
            continue  # no program has such a day: the record refuses steps that leave one out
        minutes = 0.0
        if own:
            yesterday = _of_day(steps, days[place - 1])
            ends = [s.start_min for s in own[1:]] + [DAY_MIN]
            minutes = yesterday[-1].rate_mcg_per_h * own[0].start_min if yesterday else 0.0
            minutes += sum(s.rate_mcg_per_h * (end - s.start_min) for s, end in zip(own, ends, strict=True))
        sums[day] = minutes / 60, sum(b.dose_mcg for b in given) + 0.0, len(given)
    return sums


def _of_day(parts: Sequence[P], day: str) -> list[P]:
    own = [p for p in parts if p.weekday == day] or [p for p in parts if p.weekday == EVERY_DAY]
    return sorted(own, key=lambda p: p.start_min)


def closure(change: DoseChange) -> tuple[Closure, ...]:
    """The ledger of a program: the daily dose and the flow it states, beside what its parts make.

    Steps x duration and timed boluses make the daily dose; of a constant flow pump flow x concentration
    does; of any other the flow is dose / concentration. What cannot be worked out has no line.

    Args:
        change: A dose change, done or not.

    Returns:
        Lines of the daily dose, by day and then the mean of the week where days differ, and of the flow.

    Example:
        >>> from titration.records import DoseChange
        >>> made = DoseChange(
        ...     patient="P001",
        ...     effective_on="2026-10-08",
        ...     mode="flex",
        ...     dose_mcg_per_day=60,
        ...     steps=(DoseStep(start_min=0, rate_mcg_per_h=60),),
        ... )
        >>> [(line.computed, line.stated, line.fits) for line in closure(made)]
        [(1440.0, 60.0, False)]

    Source:
        By definition; the example is a report of the Institute for Safe Medication Practices (60 mcg of a
        morning programmed as 60 mcg each hour).
    """
    return (*_of_dose(change), *_of_flow(change))


def _of_dose(change: DoseChange) -> Iterator[Closure]:
    stated, flow, strength = change.dose_mcg_per_day, change.flow_ml_per_day, change.concentration_mcg_per_ml
    if change.mode != CONSTANT_FLOW:
        yield from _of_parts(change)
    elif flow is not None and strength is not None:
        made = round(flow * strength, DECIMALS)
        off = DOSE_ROUNDING_MCG_PER_DAY + FLOW_ROUNDING_ML_PER_DAY * strength
        fits = _near(made, stated, off)
        yield Closure(DAILY_DOSE, EVERY_DAY, stated, made, UNITS[DAILY_DOSE], off, fits, fits)


def _of_parts(change: DoseChange) -> Iterator[Closure]:
    stated = change.dose_mcg_per_day
    of_rate = 24 * RATE_ROUNDING_MCG_PER_H if change.steps else 0.0
    lines = [
        (day, by_steps, by_boluses, DOSE_ROUNDING_MCG_PER_DAY + of_rate + times * BOLUS_ROUNDING_MCG)
        for day, (by_steps, by_boluses, times) in _sums(change.steps, change.boluses).items()
    ]
    if len(lines) > 1:
        n = len(lines)
        lines.append((MEAN, sum(x[1] for x in lines) / n, sum(x[2] for x in lines) / n, sum(x[3] for x in lines) / n))
    made = [round(by_steps + by_boluses, DECIMALS) for _, by_steps, by_boluses, _ in lines]
    matches = [_near(total, stated, line[3]) for total, line in zip(made, lines, strict=True)]
    for (day, by_steps, by_boluses, off), total, own in zip(lines, made, matches, strict=True):
        parts = round(by_steps, DECIMALS), round(by_boluses, DECIMALS)
        yield Closure(DAILY_DOSE, day, stated, total, UNITS[DAILY_DOSE], off, own, any(matches), *parts)


def _of_flow(change: DoseChange) -> Iterator[Closure]:
    stated, strength = change.flow_ml_per_day, change.concentration_mcg_per_ml
    if change.mode == CONSTANT_FLOW or stated is None or not strength:
        return
    made = round(change.dose_mcg_per_day / strength, DECIMALS)
    off = FLOW_ROUNDING_ML_PER_DAY + DOSE_ROUNDING_MCG_PER_DAY / strength
    fits = _near(made, stated, off)
    yield Closure(FLOW, EVERY_DAY, stated, made, UNITS[FLOW], off, fits, fits)


def _near(computed: float, stated: float, tolerance: float) -> bool:
    """Whether they are no further apart than that; the last digits of a computer's sums do not count."""
    return round(abs(computed - stated), DECIMALS) <= round(tolerance, DECIMALS)
