"""The 24-hour strip in words: heading, lines beneath it, footer and text twin.

Imports `schedule_shown` for types; draws nothing.
"""

from __future__ import annotations

import math
import textwrap
from typing import TYPE_CHECKING, Any

from titration import times
from titration.derive.dose import CLASSES
from titration.plot import spoken
from titration.plot.content import each
from titration.units import number, rounded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from titration.plot.schedule_shown import Facet, Program, Shown

UNDER_COLUMNS = 113
DAY_MIN = 24 * 60


def heading(shown: Shown) -> str:
    """Patient and what is shown."""
    local = shown.at.tz_convert(shown.zone)
    return f"{shown.patient}, the program over 24 hours, as recorded until {local:%Y-%m-%d}"


def under(shown: Shown) -> list[str]:
    """The program, the one before, and the clocks, in lines."""
    said = [_now(shown)]
    if shown.before is not None and shown.now is not None:
        said.append(f"Before it (dashed): {_program(shown.before, shown.zone)}.")
    said += clocks(shown)
    return [line for text in said for line in textwrap.wrap(text, UNDER_COLUMNS)]


def _now(shown: Shown) -> str:
    if shown.now is None:
        if shown.ended is None or shown.before is None:
            return "No program recorded."
        day = f"{shown.ended.tz_convert(shown.zone):%Y-%m-%d}"
        return f"Ended {day} (explant, transfer or death). The last program (dashed): {_program(shown.before, shown.zone)}."
    known = "never confirmed"
    if shown.confirmed_at is not None:
        known = f"last confirmed {shown.confirmed_at.tz_convert(shown.zone):%Y-%m-%d}"
    ahead = "" if shown.is_confirmed else "; it began by itself and no readout has seen it since"
    return f"Last recorded programmed dose {_program(shown.now, shown.zone)}, {known}{ahead}."


def _program(one: Program, zone: str) -> str:
    stair = one.stair
    mcg = f"{number(one.dose)} mcg/day" if math.isfinite(one.dose) else "not read"
    local = stair.began.tz_convert(zone)
    when = f"{local:%Y-%m-%d}" if stair.by_day else f"{local:%Y-%m-%d %H:%M}"
    marks = ["as found by a readout" if stair.status == "found" else f"effective {when}"]
    marks += [f"on {when}"] if stair.status == "found" else []
    assigned = " (time assigned)" if stair.timing == "assigned" else ""
    return f"{mcg}, {stair.mode}, {' '.join(marks)}{assigned}"


def clocks(shown: Shown) -> list[str]:
    """How the pump's clock stands beside the wall clock; nothing where no program changes by the clock."""
    minutes = shown.clocks.difference_min
    if not shown.varies or minutes == 0:
        return []
    if minutes is None:
        return ["The pump's clock is not on record; the program is drawn as if it were the wall clock."]
    spans, zone = shown.clocks.spans, shown.zone
    last = spans.iloc[-1]
    assumed = " (taken from the clock the program was set by)" if last["is_assumed"] else ""
    wall = times.clock((6 * 60 - minutes) % DAY_MIN)
    said = f"The pump's clock is {_ahead(minutes)} the wall clock ({zone}){assumed}: 06:00 on the pump is {wall} on the wall"
    began = shown.clocks.began
    if began is not None and last["start"] > began:
        day = f"{last['start'].tz_convert(zone):%Y-%m-%d}"
        cause = "the wall clock was changed" if shown.clocks.is_by_wall else "the pump's clock was set"
        earlier = spans.iloc[:-1]
        met = earlier[earlier["end"] == last["start"]]
        was = "the two agreed" if met.empty else f"it was {_ahead(int(met['difference_min'].iloc[-1]))} it"
        said += f". That is so since {day}, when {cause}; before that {was}"
    return [f"{said}."]


def _ahead(minutes: int) -> str:
    return f"{abs(minutes)} min {'ahead of' if minutes > 0 else 'behind'}"


def percent(shown: Shown, facet: Facet) -> str:
    """The change of a day's total in percent, or nothing where it is undefined."""
    if shown.now is None or shown.before is None or not facet.total_before > 0 or not math.isfinite(facet.total):
        return ""
    if CLASSES.get(shown.now.stair.mode) != CLASSES.get(shown.before.stair.mode):
        return ""
    return f"{signed(100 * (facet.total / facet.total_before - 1))} %"


def signed(value: float, decimals: int = 1) -> str:
    """A difference with its sign; 0 has none.

    Example:
        >>> signed(6.13), signed(-0.5), signed(0.01)
        ('+6.1', '-0.5', '0')
    """
    text = rounded(value, decimals).removeprefix("-")
    return text if text == "0" else f"{'+' if value > 0 else '-'}{text}"


def totals(shown: Shown, facet: Facet) -> tuple[str, list[str]]:
    """What stands at the right of a facet: the total; the one before, difference and percent."""
    mcg, before = facet.total, []
    total = f"{rounded(mcg)} mcg/day" if math.isfinite(mcg) else ""
    if not total and shown.now is not None and math.isfinite(shown.now.dose):
        total = f"{number(shown.now.dose)} mcg/day"
    if math.isfinite(facet.total_before):
        before.append(f"before: {rounded(facet.total_before)}")
        if math.isfinite(mcg):
            share, change = percent(shown, facet), signed(mcg - facet.total_before)
            before.append("total unchanged" if change == "0" else f"{change}{f' ({share})' if share else ''}")
    return total, before


def unknown(shown: Shown) -> str:
    """Why there is nothing to draw for the program; empty when there is."""
    if shown.now is None:
        return "no program recorded" if shown.before is None else "no program after this day"
    if not shown.now.parts.empty:
        return ""
    if not math.isfinite(shown.now.dose):
        return "daily dose not read: how its day runs is not on record"
    return f"{shown.now.stair.mode} without steps: how its day runs is not on record"


def footer(shown: Shown) -> list[str]:
    """What the marks mean."""
    said = ["As programmed, not as measured in the patient."]
    if any(facet.now["part"].eq("bolus").any() or facet.before["part"].eq("bolus").any() for facet in shown.facets):
        said.append(
            "Circle: a timed bolus, its area its amount; its height says nothing. Dashed circle: before, where it differed."
        )
    if len(shown.facets) > 1 and shown.shift_min:
        said.append("Days of the week are the pump's; the dotted line is its midnight.")
    if _has_difference(shown):
        said.append(
            "Difference: mcg in each period, boluses included, less that of the program before, by the pump's clock."
        )
    if shown.scale is not None:
        said.append(
            "Diary: scores with an observed time while this program ran; bar: middle half; mark: median; n beneath."
        )
    if shown.others:
        said.append(f"Not drawn: {', '.join(shown.others)}.")
    return said


def _has_difference(shown: Shown) -> bool:
    return any(facet.periods["difference_mcg"].abs().gt(0).any() for facet in shown.facets)


def twin(shown: Shown) -> str:
    """The whole strip in words."""
    lines = [heading(shown), "", *_under_plain(shown), ""]
    for facet in shown.facets:
        lines += [*_facet(shown, facet), ""]
    lines += [*_hours(shown), "", *footer(shown)]
    return spoken.twin(lines)


def _under_plain(shown: Shown) -> Iterator[str]:
    for line in (
        _now(shown),
        *([f"Before it: {_program(shown.before, shown.zone)}."] if shown.now and shown.before else []),
    ):
        yield line.replace(" (dashed)", "")
    yield from clocks(shown)


def _facet(shown: Shown, facet: Facet) -> Iterator[str]:
    total, before = totals(shown, facet)
    clock = "pump's clock" if shown.shift_min and shown.varies else "clock"
    yield f"{facet.days[0].upper()}{facet.days[1:]} ({clock}): {', '.join(filter(None, [total, *before])) or 'no dose'}"
    why = unknown(shown)
    if why:
        yield f"  {why}"
    for part in each(facet.periods):
        yield f"  {times.clock(part.start_min)} to {times.clock(part.end_min) if part.end_min < DAY_MIN else '24:00'}  {_period(part)}"
    for name, parts in (("bolus", facet.now), ("bolus before", facet.before)):
        for one in each(parts[parts["part"] == "bolus"]):
            yield f"  {times.clock(one.start_min)}  {name} {number(one.amount_mcg)} mcg{_over(one)}"


def _over(bolus: Any) -> str:
    minutes = bolus.end_min - bolus.start_min
    return f" over {number(minutes)} min" if minutes > 0 else ""


def _period(part: Any) -> str:
    said = []
    if math.isfinite(part.rate_mcg_per_h):
        said.append(f"{number(round(part.rate_mcg_per_h, 4))} mcg/h")
    if math.isfinite(part.before_mcg_per_h):
        said.append(f"before {number(round(part.before_mcg_per_h, 4))} mcg/h")
    if math.isfinite(part.difference_mcg):
        said.append(f"difference {signed(part.difference_mcg, 2)} mcg")
    return ", ".join(said)


def _hours(shown: Shown) -> Iterator[str]:
    if shown.scale is None:
        yield "No diary score with a time of day while this program ran."
        return
    body = shown.by_hour["body_part"].iloc[0]
    yield f"{shown.scale.name}{f', {body}' if body else ''} by time of day (diary while this program ran)"
    for row in each(shown.by_hour):
        who = ", ".join(str(word) for word in (row.side, row.reporter) if isinstance(word, str) and word)
        middle = row.median_grade if shown.scale.grades else rounded(row.median)
        low, high = (row.q1_grade, row.q3_grade) if shown.scale.grades else (rounded(row.q1), rounded(row.q3))
        hours = f"{row.start_h:02d}:00 to {row.end_h:02d}:00"
        yield f"  {hours}  {f'{who}: ' if who else ''}median {middle}, middle half {low} to {high}, n {row.n}"
