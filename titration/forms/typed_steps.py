"""A schedule as rows on the screen and as the text the record reads; no widgets here.

A row may state the dose of a step in the place of its rate: the rate is that dose by the hours until the next step.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from titration import times, units
from titration.errors import TitrationError
from titration.fields import Number, Reading
from titration.records.programs import DAY_MIN, EVERY_DAY, WEEKDAYS, DoseStep, TimedBolus
from titration.units import Unfit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

WEEK: Final = WEEKDAYS[1:]
DAYS: Final[Mapping[str, tuple[str, ...]]] = {
    EVERY_DAY: (EVERY_DAY,),
    "Monday to Friday": WEEK[:5],
    "Saturday and Sunday": WEEK[5:],
    **{day: (day,) for day in WEEK},
}
"""What can stand before a row, and the days it means."""
RATE_DECIMALS = 6


@dataclass(frozen=True)
class Row:
    """One row of the editor, as typed.

    Attributes:
        days: One of `DAYS`.
        start: Time of day.
        amount: Of a step its rate or its dose, of a bolus its amount.
        over: How long a bolus takes.
    """

    days: str = EVERY_DAY
    start: str = ""
    amount: str = ""
    over: str = ""

    @property
    def is_blank(self) -> bool:
        """Whether nothing was typed into it."""
        return not (self.start + self.amount + self.over).strip()


def steps_text(rows: Sequence[Row]) -> str:
    """The steps of rows, as the record reads them; what cannot be read stays as typed, to be complained of.

    Example:
        >>> steps_text([Row(start="00:00", amount="4 mcg/h"), Row(start="06:00", amount="144 mcg")])
        '00:00 4 mcg/h; 06:00 8 mcg/h'
    """
    there = [row for row in rows if not row.is_blank]
    return _joined(there, [rate_of(row, there) or row.amount.strip() for row in there])


def boluses_text(rows: Sequence[Row]) -> str:
    """The timed boluses of rows, as the record reads them.

    Example:
        >>> boluses_text([Row("Saturday and Sunday", "08:00", "25 mcg", "5 min")])
        'Saturday 08:00 25 mcg over 5 min; Sunday 08:00 25 mcg over 5 min'
    """
    there = [row for row in rows if not row.is_blank]
    said = [
        f"{row.amount.strip()} over {row.over.strip()}" if row.over.strip() else row.amount.strip() for row in there
    ]
    return _joined(there, said)


def _joined(rows: Sequence[Row], said: Sequence[str]) -> str:
    differ = any(row.days != EVERY_DAY for row in rows)
    parts = [
        " ".join(filter(None, (day if differ else "", row.start.strip(), words)))
        for row, words in zip(rows, said, strict=True)
        for day in DAYS[row.days]
    ]
    return "; ".join(parts)


def rate_of(row: Row, rows: Sequence[Row]) -> str:
    """The rate of a step that was typed as a dose; nothing when it was not, or has no one length.

    Example:
        >>> step = Row(start="22:00", amount="32 mcg")
        >>> rate_of(step, [Row(start="06:00", amount="8 mcg/h"), step])
        '4 mcg/h'
    """
    hours, dose = length_h(row, rows), _mcg(row.amount)
    if dose is None or hours is None:
        return ""
    return units.quantity(round(dose / hours, RATE_DECIMALS), units.MCG_PER_H)


def length_h(row: Row, rows: Sequence[Row]) -> float | None:
    """How long a step runs, in hours: until the next one, across midnight too; None where days differ in it.

    Source:
        By definition.
    """
    starts = [(day, at) for other in rows for day in DAYS[other.days] if (at := _minutes(other.start)) is not None]
    own = _minutes(row.start)
    if own is None:
        return None
    found = {_until_next(day, own, starts) for day in WEEK if _runs(row, day, starts)}
    return found.pop() / 60 if len(found) == 1 else None


def _runs(row: Row, day: str, starts: Sequence[tuple[str, int]]) -> bool:
    """Whether a row is of that weekday: it names it, or is of every day and the weekday has no steps of its own."""
    named = DAYS[row.days]
    return day in named or (EVERY_DAY in named and all(day != other for other, _ in starts))


def _of_day(day: str, starts: Sequence[tuple[str, int]]) -> list[int]:
    return sorted([at for on, at in starts if on == day] or [at for on, at in starts if on == EVERY_DAY])


def _until_next(day: str, own: int, starts: Sequence[tuple[str, int]]) -> int:
    later = [at for at in _of_day(day, starts) if at > own]
    if later:
        return later[0] - own
    morrow = _of_day(WEEK[(WEEK.index(day) + 1) % len(WEEK)], starts)
    return DAY_MIN - own + (morrow[0] if morrow else 0)


def _minutes(text: str) -> int | None:
    try:
        return times.parse_clock(text)
    except Unfit:
        return None


def _mcg(text: str) -> float | None:
    try:
        return Number(units.MCG, low=0).parse(text, Reading())
    except Unfit:
        return None


def beside(row: Row, rows: Sequence[Row]) -> str:
    """What a step makes, in words: its length, and its dose where a rate was typed or its rate where a dose was.

    Example:
        >>> step = Row(start="06:00", amount="8 mcg/h")
        >>> beside(step, [step, Row(start="22:00", amount="4 mcg/h")])
        '16 h, 128 mcg'
    """
    hours = length_h(row, rows)
    if hours is None:
        return ""
    made = rate_of(row, rows)
    if not made:
        try:
            rate = Number(units.MCG_PER_H, low=0).parse(row.amount, Reading())
        except Unfit:
            return f"{units.rounded(hours, 2)} h"
        made = f"{units.rounded(rate * hours, 3)} mcg"
    return f"{units.rounded(hours, 2)} h, {made}"


def rows_of(parts: Sequence[DoseStep] | Sequence[TimedBolus]) -> list[Row]:
    """The rows that stand for a schedule; weekdays that are alike share theirs.

    Example:
        >>> rows_of(DoseStep.parse_all("06:00 8 mcg/h; 22:00 4 mcg/h", Reading()))[1]
        Row(days='every day', start='22:00', amount='4 mcg/h', over='')
    """
    by_day: dict[str, list[Row]] = {}
    for part in parts:
        by_day.setdefault(part.weekday, []).append(_row(part))
    return [Row(days, row.start, row.amount, row.over) for days in _groups(by_day) for row in by_day[DAYS[days][0]]]


def _groups(by_day: Mapping[str, list[Row]]) -> Iterator[str]:
    """The groups of days that are there and alike, and each other day by itself."""
    left = set(by_day)
    for name, days in DAYS.items():
        if set(days) <= left and all(by_day[day] == by_day[days[0]] for day in days):
            yield name
            left -= set(days)


def _row(part: DoseStep | TimedBolus) -> Row:
    start = times.clock(part.start_min)
    if isinstance(part, DoseStep):
        return Row("", start, units.quantity(part.rate_mcg_per_h, units.MCG_PER_H))
    over = "" if part.duration_min is None else units.quantity(part.duration_min, units.MIN)
    return Row("", start, units.quantity(part.dose_mcg, units.MCG), over)


def spoken(parts: Sequence[DoseStep] | Sequence[TimedBolus]) -> str:
    r"""A schedule to be read: a line for each group of days that are alike.

    Example:
        >>> spoken(DoseStep.parse_all("06:00 8 mcg/h; 22:00 4 mcg/h", Reading()))
        'every day: 06:00 8 mcg/h, 22:00 4 mcg/h'
    """
    said: dict[str, list[str]] = {}
    for row in rows_of(parts):
        over = f" over {row.over}" if row.over else ""
        said.setdefault(row.days, []).append(f"{row.start} {row.amount}{over}")
    return "\n".join(f"{days}: {', '.join(rows)}" for days, rows in said.items())


def spoken_text(text: str, of: type[DoseStep | TimedBolus]) -> str:
    """A schedule as typed, to be read; as it stands while it cannot be."""
    try:
        return spoken(of.parse_all(text, Reading())) if text else ""
    except (Unfit, TitrationError):
        return text
