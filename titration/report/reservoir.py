"""Refills with measured less expected volume, and dates as recorded; no threshold, nothing reckoned ahead.

A printed date is marked when something recorded later may have made it out of date.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from titration import units
from titration.derive.reservoir import discrepancy
from titration.report import printed
from titration.report.facts import Fact
from titration.report.page import Heading, Item, Lines, Panel, Said, Table
from titration.report.program import strength
from titration.report.window import Row, Window, rows, within

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

MEASURED = "withdrawn volume less the expected one, both as recorded"


def refills_panel(frames: Mapping[str, pd.DataFrame], window: Window) -> Panel:
    """The refills of the window, with what was withdrawn beside what was expected.

    Args:
        frames: The frames of one patient, cut at the end of the window.
        window: The days of the page.
    """
    title = "Refills"
    ours = set(within(frames["refills"], "filled", window)["row"])
    # every refill, because the percent needs the one before
    every = rows(discrepancy(frames["refills"], zone=window.zone_name))
    found = [row for row in every if row["row"] in ours]
    if not found:
        return Panel("refills", title, (), "none on record this month")
    heads = ("Filled", "Filled with", "Expected", "Withdrawn", "Withdrawn less expected", "Injected", "Words")
    numeric, wide = {"Expected", "Withdrawn", "Injected"}, {"Filled with", "Withdrawn less expected", "Words"}
    lines = tuple(_refill(row, window) for row in found)
    items: list[Item] = [Table(title, tuple(Heading(h, h in numeric, int(h in wide)) for h in heads), lines)]
    if any(row["timing"] == "assigned" for row in found):
        items.append(Lines((printed.ASSIGNED_NOTE,)))
    return Panel("refills", title, tuple(items))


def _refill(row: Row, window: Window) -> tuple[Said, ...]:
    stem, origin, days = f"refill.{row['row']}", printed.source("refill", row), window.days

    def volume(name: str, label: str) -> Said:
        value = row[f"{name}_ml"]
        if value is None:
            return "not stated"
        return Fact(f"{stem}.{name}", label, units.quantity(value, units.ML), value, "mL", days, source=origin)

    filled = strength(row) + (f" ({row['brand']})" if row["brand"] else "")
    return (
        Fact(
            f"{stem}.when", "When it was filled", printed.moment(row, "filled", window.zone), window=days, source=origin
        ),
        Fact(f"{stem}.drug", "Drug and strength filled in", filled, window=days, source=origin),
        volume("expected", "Residual volume expected, as printed"),
        volume("withdrawn", "Residual volume withdrawn"),
        _closure(row, stem, days),
        volume("injected", "Volume injected"),
        Fact(f"{stem}.note", "Words about it", row["note"] or "-", window=days, source=origin),
    )


def _closure(row: Row, stem: str, days: str) -> Said:
    value, percent = row["difference_ml"], row["difference_pct"]
    if value is None:
        return "not computable"
    said = row["difference_words"]
    if percent is not None:
        said += f" ({units.rounded(abs(percent))} % of the volume due)"
    origin = printed.source("refill", row)
    return Fact(f"{stem}.difference", "Withdrawn less expected volume", said, value, "mL", days, 1, MEASURED, origin)


@dataclass(frozen=True)
class _Date:
    """A kind of date: where it is recorded, and what recorded later may put it out of date."""

    key: str
    title: str
    frame: str
    column: str
    stem: str
    table: str
    after: tuple[str, ...]
    was: str


_DATES = (
    _Date("booked", "Next refill, booked", "refills", "next_booked_on", "filled", "refill", ("refill",), "booked"),
    _Date(
        "alarm-at-refill", "Low reservoir alarm, printed at a refill", "refills", "alarm_on", "filled", "refill",
        ("dose_change", "refill", "pump"), "printed",
    ),
    _Date(
        "alarm-at-change", "Low reservoir alarm, printed at a dose change", "doses", "alarm_on", "effective",
        "dose_change", ("dose_change", "refill", "pump"), "printed",
    ),
    _Date("use-by", "Use-by of the drug filled in", "refills", "use_by_on", "filled", "refill", ("refill", "pump"), "noted"),
    _Date("eri", "Elective replacement of the pump", "pumps", "eri_on", "implanted", "pump", ("pump",), "noted"),
)  # fmt: skip
_FRAMES = {"dose_change": ("doses", "effective"), "refill": ("refills", "filled"), "pump": ("pumps", "implanted")}
_SPOKEN = {"dose_change": "dose change", "refill": "refill", "pump": "pump implanted"}
LATER_SHOWN = 2


def dates_panel(frames: Mapping[str, pd.DataFrame], window: Window) -> Panel:
    """The newest date of each kind on record, in date order, each with where it stands and what came later.

    Args:
        frames: The frames of one patient, cut at the end of the window.
        window: The days of the page.
    """
    title = "Dates as recorded"
    found = []
    for kind in _DATES:
        frame = frames[kind.frame]
        given = rows(frame[frame[kind.column].notna()])
        if given:
            found.append((given[-1][kind.column], kind, given[-1]))
    if not found:
        return Panel("dates", title, (), "none booked or printed on record")
    found.sort(key=lambda one: (one[0], one[1].key))
    heads = (Heading("Date"), *(Heading(head, wide=1) for head in ("What", "Recorded with", "What came later")))
    lines = tuple(_date(kind, row, frames, window) for _, kind, row in found)
    return Panel("dates", title, (Table(title, heads, lines),))


def _date(kind: _Date, row: Row, frames: Mapping[str, pd.DataFrame], window: Window) -> tuple[Said, ...]:
    stem, origin = f"date.{kind.key}", printed.source(kind.table, row)
    later = [(table, one) for table in kind.after for one in _later(row, kind, frames, table)]
    told = [f"{_SPOKEN[table]} {printed.moment(one, _FRAMES[table][1], window.zone)}" for table, one in later]
    more = len(later) - LATER_SHOWN
    said = f"{kind.was} before: {'; '.join(told[:LATER_SHOWN])}" + (f"; and {more} more" if more > 0 else "")
    sources = sum((printed.source(table, one) for table, one in later), start=origin)
    recorded = f"{_SPOKEN[kind.table]} {printed.moment(row, kind.stem, window.zone)}"
    return (
        Fact(f"{stem}.on", kind.title, printed.day(row[kind.column]), source=origin),
        kind.title,
        Fact(f"{stem}.recorded", f"{kind.title}: recorded with", recorded, source=origin),
        Fact(f"{stem}.later", f"{kind.title}: what came later", said if later else "-", n=len(later), source=sources),
    )


def _later(row: Row, kind: _Date, frames: Mapping[str, pd.DataFrame], table: str) -> list[Row]:
    """The rows after that one; on its own day only what is known to be later."""
    frame, stem = _FRAMES[table]
    on, at = row[f"{kind.stem}_on"], row.get(f"{kind.stem}_at")
    found: list[Row] = []
    for one in rows(frames[frame]):
        its_at = one.get(f"{stem}_at")
        is_later = one[f"{stem}_on"] > on if at is None or its_at is None else its_at > at
        if is_later:
            found.append(one)
    return found
