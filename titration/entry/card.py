"""The read-back card: the old program and the new one side by side, and what the new one adds up to.

It is shown before anything is saved, and stored with the entry.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from titration import units
from titration.records import DoseChange, Record, closure, kind_of
from titration.records.sums import DAILY_DOSE, MEAN

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from titration.records import Closure

SPELT = {
    "mcg/day": "micrograms per day",
    "mcg/mL": "micrograms per millilitre",
    "mcg/h": "micrograms per hour",
    "mg/day": "milligrams per day",
    "mL/day": "millilitres per day",
    "mL": "millilitres",
    "mcg": "micrograms",
}
COMPARED = (
    "effective_at", "effective_on", "mode", "dose_mcg_per_day", "dose_ordered_mcg_per_day", "concentration_mcg_per_ml",
    "drug", "admixture", "flow_ml_per_day", "steps", "boluses", "patient_bolus_mcg", "patient_bolus_max_per_day",
    "patient_bolus_lockout_min", "clock_offset_min", "alarm_on", "status",
)  # fmt: skip
WIDTH = 38
_UNIT = re.compile(rf"(\d )({'|'.join(sorted(SPELT, key=len, reverse=True))})(?![\w/])")


def said(made: Record | None, name: str) -> str:
    """A field of a record, its unit spelt out; a dash when it was not given.

    Example:
        >>> from titration.records import Visit
        >>> said(Visit(patient="P001", visited_on="2026-10-08", visit="refill"), "visit")
        'refill'
    """
    value = None if made is None else getattr(made, name)
    if made is None or value is None or value == ():
        return "-"
    of = kind_of(type(made)).field(name).value
    text = of.say(value)
    if of.unit and not text.endswith(of.unit):  # a whole number says none
        text = f"{text} {of.unit}"
    return _spelt(text) if of.unit or isinstance(value, tuple) else text


def _spelt(text: str) -> str:
    """Units spelt out, each where it stands after its number."""
    return _UNIT.sub(lambda found: found[1] + SPELT[found[2]], text)


def lines(new: DoseChange, old: DoseChange | None) -> list[tuple[str, str, str, bool]]:
    """What stands on the card: title, before, now, and whether it changed.

    Example:
        >>> new = DoseChange(patient="P001", effective_on="2026-10-08", mode="flex", dose_mcg_per_day=120)
        >>> [line for line in lines(new, None) if line[0] == "Daily dose"]
        [('Daily dose', '-', '120 micrograms per day', True)]
    """
    kind = kind_of(DoseChange)
    made = []
    for name in COMPARED:
        before, now = said(old, name), said(new, name)
        if (before, now) == ("-", "-") or (name == "effective_on" and new.effective_at is not None):
            continue
        made.append((kind.field(name).title, before, now, before != now))
    return made


def card(identity: str, new: DoseChange, old: DoseChange | None) -> str:
    """The card as text, as it is shown and stored with the entry.

    Args:
        identity: The line that says which patient this is.
        new: The program to be saved.
        old: The last one entered; None when there is none.
    """
    rows = [(t, b, n, "*" if changed else " ") for t, b, n, changed in lines(new, old)]
    wide = max(len(t) for t, *_ in rows)
    head = f"  {'':{wide}}  {'before':{WIDTH}}  now"
    body = [f"{mark} {title:{wide}}  {before:{WIDTH}}  {now}".rstrip() for title, before, now, mark in rows]
    note = "* changed; compare every line with the printout" if old else "no earlier program to compare with"
    return "\n".join([identity, head.rstrip(), *body, *ledger(new), note])


def ledger(change: DoseChange) -> tuple[str, ...]:
    r"""What the parts of a program add up to beside what it states, one sum a line; nothing where there are no sums.

    Args:
        change: The program to be saved.

    Example:
        >>> from titration.records import DoseStep
        >>> steps = (DoseStep(start_min=0, rate_mcg_per_h=4), DoseStep(start_min=360, rate_mcg_per_h=8))
        >>> new = DoseChange(patient="P001", effective_on="2026-10-08", mode="flex", dose_mcg_per_day=168, steps=steps)
        >>> print(*ledger(new), sep="\n")
          What it adds up to, beside what it states
            daily dose, every day: steps 168 = 168 micrograms per day
            stated: 168 micrograms per day, which is that of every day
    """
    lines = closure(change)
    if not lines:
        return ()
    told = ["  What it adds up to, beside what it states"]
    for what in dict.fromkeys(line.what for line in lines):
        own = [line for line in lines if line.what == what]
        told += [f"    {_sum(change, line)}" for line in own]
        told.append(f"    stated: {_spelt(f'{units.number(own[0].stated)} {own[0].unit}')}{_which(own)}")
    return tuple(told)


def _sum(change: DoseChange, line: Closure) -> str:
    made = _spelt(f"{units.rounded(line.computed, 3)} {line.unit}")
    if line.from_steps is None:
        strength = _spelt(units.quantity(change.concentration_mcg_per_ml or 0, units.MCG_PER_ML))
        flow = _spelt(units.quantity(change.flow_ml_per_day or 0, units.ML_PER_DAY))
        dose = _spelt(units.quantity(change.dose_mcg_per_day, units.MCG_PER_DAY))
        parts = f"{flow} x {strength}" if line.what == DAILY_DOSE else f"{dose} / {strength}"
        return f"{line.what}: {parts} = {made}"
    named = {"steps": line.from_steps, "boluses": line.from_boluses}
    parts = " + ".join(f"{name} {units.rounded(named[name] or 0, 3)}" for name in named if getattr(change, name))
    return f"{line.what}, {line.day}: {parts} = {made}"


def _which(lines: Sequence[Closure]) -> str:
    """Which of the sums is the stated one, or how far off they are."""
    alike = [line for line in lines if line.matches]
    if not alike:
        near = min(lines, key=lambda line: abs(line.computed - line.stated))
        apart = f"{units.rounded(abs(near.computed - near.stated), 3)} {near.unit}"
        least = "" if len(lines) == 1 else "at least "
        return f", {least}{_spelt(apart)} apart: beyond the rounding of print ({_spelt(_off(near))})"
    exact = all(line.computed == line.stated for line in alike)
    within = "" if exact else f", within the rounding of print ({_spelt(_off(alike[0]))})"
    if alike[0].from_steps is None:
        return ", which is the same" if exact else within
    days = [line.day for line in alike]
    named = " and ".join([", ".join(days[:-1]), days[-1]] if len(days) > 1 else days)
    return f", which is {'the ' if days[0] == MEAN else 'that of '}{named}{within}"


def _off(line: Closure) -> str:
    return f"{units.rounded(line.tolerance, 4)} {line.unit}"


def others(records: Iterable[Record]) -> str:
    """The records that are no program, each as it will be saved."""
    parts = []
    for made in records:
        kind = kind_of(type(made))
        told = "; ".join(f"{f.title.lower()} {text}" for f, text in made.said() if f.name != "patient")
        parts.append(f"{kind.title}: {told}")
    return "\n".join(parts)
