"""The calendar in words: heading, footer and text twin.

Imports `calendar_shown` for types; draws nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from titration.plot import spoken
from titration.plot.content import each
from titration.units import rounded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from titration.plot.calendar_shown import Shown

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def heading(shown: Shown) -> str:
    """Patient, scale and days."""
    name = "scores" if shown.scale is None else shown.scale.name
    return f"{shown.patient}, {name} by day, {shown.first:%Y-%m-%d} to {shown.last:%Y-%m-%d}"


def series(shown: Shown) -> str:
    """Whose scores, and what darker says."""
    if shown.scale is None:
        return "No score recorded."
    return f"Series: {shown.who or 'not stated by whom'}. Darker: {shown.scale.more_is}."


def footer(shown: Shown) -> list[str]:
    """What is counted, and what is left out."""
    days = shown.days
    n, late = int(days["rank"].notna().sum()), int((days["is_late"] & days["rank"].notna()).sum())
    said = [f"{n} of {len(days)} days have a value, {late} of them written down late."]
    if shown.expectation:
        said.append(f"{int(days['is_expected'].sum())} days without a diary entry that was due.")
    else:
        said.append("No diary was expected in these days.")
    if days["n"].gt(1).any():
        said.append("Several answers on one day: their median.")
    if days["is_late"].any():
        said.append("Late: by the rule of the way it was collected.")
    if shown.earlier:
        said.append(f"{shown.earlier} earlier days with a value are not shown.")
    if shown.others:
        said.append(f"Not drawn: {', '.join(shown.others)}.")
    return said


def twin(shown: Shown) -> str:
    """The whole calendar in words, a line a week."""
    return spoken.twin([heading(shown), series(shown), "", *_weeks(shown), "", _KEY, *footer(shown)])


_KEY = ". not filled in; - none expected or no score; x no value; * late; ! dose change; o refill"


def _weeks(shown: Shown) -> Iterator[str]:
    """A line a week: its Monday, and the seven days."""
    yield f"  {'week of':<10}" + "".join(f"{day:>7}" for day in DAYS)
    days = shown.days.assign(monday=shown.days["day"] - pd.to_timedelta(shown.days["day"].dt.day_of_week, unit="D"))
    for monday, own in days.groupby("monday"):
        cells = [""] * 7
        for day in each(own):
            cells[day.day.weekday()] = _cell(day)
        yield (f"  {monday:%Y-%m-%d}" + "".join(f"{cell:>7}" for cell in cells)).rstrip()


def _cell(day: Any) -> str:
    without = "x" if day.has_none else "." if day.is_expected else "-"
    said = label(day.label) if pd.notna(day.rank) else without
    late = "*" if day.is_late and pd.notna(day.rank) else ""
    return f"{'!' if day.is_change else ''}{'o' if day.is_refill else ''}{said}{late}"


def label(value: Any) -> str:
    """A value or a grade as it is printed in its square."""
    return value if isinstance(value, str) else rounded(float(value))
