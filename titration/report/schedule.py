"""The schedule of the last recorded program in words: steps, timed boluses, what they add up to, the pump's clock.

Step and bolus times are the pump's own; where its clock and the wall's differ, the page says by how much.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from titration import units
from titration.derive import clock, totals
from titration.report import printed
from titration.report.facts import Fact, Made
from titration.report.programs import TABLE
from titration.report.window import Row, Window, rows

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from titration.report.page import Said

SIMPLE = ("simple continuous", "constant flow", "stopped", "minimum rate")
"""Modes that run without a schedule of their own."""
EVERY_DAY = "every day"
NOT_READ = "not read"
ADDS: Made = {
    "definition": "what the steps and timed boluses of the program add up to on a day",
    "formula": "sum of rate x duration + sum of timed boluses",
    "function": "titration.derive.totals.weekday_totals",
}
CLOCK: Made = {
    "definition": "minutes the pump's clock is ahead of the wall clock at the end of the window",
    "formula": "offset of the pump's clock from UTC - offset of the wall clock",
    "function": "titration.derive.clock.difference_at",
}


def pairs(last: Row, frames: Mapping[str, pd.DataFrame], window: Window) -> list[tuple[str, Said]]:
    """The lines of a schedule, each with its label; none for a program that runs evenly.

    Args:
        last: The last program, as `programs.programs` gives it.
        frames: The frames of one patient, cut at the end of the window.
        window: The days of the page.
    """
    made: list[tuple[str, Said]] = []
    if last["record"] == TABLE:
        steps, boluses = (_parts(frames[name], last) for name in ("dose_steps", "timed_boluses"))
        if not steps.empty:
            made.append(("Steps, pump time", _steps(steps, last)))
        if not boluses.empty:
            made.append(("Boluses, pump time", _boluses(boluses, last)))
        if made:
            made.append(("Adds up to", _total(steps, boluses, last)))
        if last["patient_bolus_mcg"] is not None:
            made.append(("Patient's own boluses", _allowed(last)))
    elif last["mode"] not in SIMPLE:
        made.append(("Steps and boluses", NOT_READ))
    if made and not window.study:
        made += _clock(frames, window, last)
    return made


def _parts(frame: pd.DataFrame, last: Row) -> pd.DataFrame:
    made: pd.DataFrame = frame[frame["of"] == last["row"]].sort_values("row")
    return made


def _days(parts: list[Row], said: list[str]) -> str:
    """Each part in words; days that are alike are said together."""
    by_day: dict[str, list[str]] = {}
    for part, words in zip(parts, said, strict=True):
        clock_time = f"{int(part['start_min']) // 60:02d}:{int(part['start_min']) % 60:02d}"
        by_day.setdefault(part["weekday"], []).append(f"{clock_time} {words}")
    return _alike([(day, "; ".join(words)) for day, words in by_day.items()])


def _alike(days: list[tuple[str, str]]) -> str:
    """What is said of each day, with days that are alike and follow each other said once."""
    made = []
    for words, same in groupby(days, lambda one: one[1]):
        names = [day for day, _ in same]
        span = names[0] if len(names) == 1 else f"{names[0]} to {names[-1]}"
        made.append(words if span == EVERY_DAY else f"{span}: {words}")
    return "; ".join(made)


def _steps(steps: pd.DataFrame, last: Row) -> Fact:
    every = rows(steps)
    said = _days(list(every), [units.quantity(step["rate_mcg_per_h"], units.MCG_PER_H) for step in every])
    source = (*printed.source(TABLE, last), *printed.source("dose_step", *every))
    return Fact("dose.last.steps", "Steps of that program", said, n=len(every), source=source)


def _boluses(boluses: pd.DataFrame, last: Row) -> Fact:
    every = rows(boluses)
    said = _days(list(every), [_bolus(bolus) for bolus in every])
    source = (*printed.source(TABLE, last), *printed.source("timed_bolus", *every))
    return Fact("dose.last.boluses", "Timed boluses of that program", said, n=len(every), source=source)


def _bolus(bolus: Row) -> str:
    over = bolus["duration_min"]
    return units.quantity(bolus["dose_mcg"], units.MCG) + ("" if over is None else f" over {units.number(over)} min")


def _total(steps: pd.DataFrame, boluses: pd.DataFrame, last: Row) -> Fact:
    found = rows(totals.weekday_totals(steps, boluses))
    said = _alike([(row["weekday"], f"{units.rounded(row['total_mcg_per_day'], 2)} mcg/day") for row in found])
    value = found[0]["total_mcg_per_day"] if len(found) == 1 else None
    unit = "" if value is None else "mcg/day"
    source = (
        *printed.source(TABLE, last),
        *printed.source("dose_step", *rows(steps)),
        *printed.source("timed_bolus", *rows(boluses)),
    )
    n = len(steps) + len(boluses)
    return Fact("dose.last.sum", "What that schedule adds up to", said, value, unit, n=n, source=source, **ADDS)


def _allowed(last: Row) -> Fact:
    said = units.quantity(last["patient_bolus_mcg"], units.MCG)
    if last["patient_bolus_max_per_day"] is not None:
        said += f", at most {units.number(last['patient_bolus_max_per_day'])} a day"
    if last["patient_bolus_lockout_min"] is not None:
        said += f", lockout {units.number(last['patient_bolus_lockout_min'])} min"
    label = "Boluses the patient may start, as programmed"
    return Fact("dose.last.patient-boluses", label, said, source=printed.source(TABLE, last))


def _clock(frames: Mapping[str, pd.DataFrame], window: Window, last: Row) -> list[tuple[str, Said]]:
    """How far the pump's clock and the wall's stand apart; that they agree is not worth a line."""
    apart = clock.difference_at(frames, patient=last["patient"], zone=window.zone_name, at=window.last_minute)
    if apart is None:
        return [("Pump's clock", "not on record")]
    if apart == 0:
        return []
    own = clock.offsets(frames, zone=window.zone_name)
    stated = own[own["start"] <= window.last_minute].iloc[-1]
    side = "ahead of" if apart > 0 else "behind"
    said = f"{abs(apart)} min {side} the wall clock at the end of {window.last.isoformat()}"
    said += " (taken from when the program was set; no record states the clock)" if stated["is_assumed"] else ""
    source = (f"{stated['source']}:{int(stated['row'])}",)
    fact = Fact("dose.last.clock", "Pump's clock", said, float(apart), "min", source=source, **CLOCK)
    return [("Pump's clock", fact)]
