"""Refills with measured less expected volume, and dates as recorded; no threshold, nothing reckoned ahead.

A printed date is marked when something recorded later may have made it out of date.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from titration import units
from titration.derive.dates import STEMS
from titration.derive.reservoir import RECKONED, UNLIKE, closure, dates
from titration.report import printed
from titration.report.facts import Fact, Made
from titration.report.page import Heading, Item, Lines, Panel, Said, Table
from titration.report.programs import strength
from titration.report.window import Row, Window, rows, within

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

MEASURED: Made = {
    "definition": "withdrawn volume less the expected one, both as recorded; in % of the volume due since the refill before",
    "formula": "withdrawn - expected; 100 x that / (injected before - expected)",
    "function": "titration.derive.reservoir.discrepancy",
}
OURS: Made = {
    "definition": "volume injected at the refill before, less the flow of the program as recorded, less boluses of the pump",
    "formula": "injected before - sum of dose / concentration x time - boluses / concentration",
    "function": "titration.derive.reservoir.closure",
}
LESS: Made = {
    "definition": "withdrawn volume less the one reckoned from the record",
    "formula": "withdrawn - reckoned; 100 x that / (injected before - reckoned)",
    "function": "titration.derive.reservoir.closure",
}
FIRST: Made = {
    "definition": "the dates as they stand in the record, and calendar days between them; nothing is reckoned ahead",
    "formula": "date - first of the dates",
    "function": "titration.derive.dates.dates",
}


def refills_panel(frames: Mapping[str, pd.DataFrame], window: Window) -> Panel:
    """The refills of the window, with what was withdrawn beside what was expected.

    Args:
        frames: The frames of one patient, cut at the end of the window.
        window: The days of the page.
    """
    title = "Refills"
    recorded = within(frames["refills"], "filled", window)
    if recorded.empty:
        return Panel("refills", title, (), f"none on record this {window.noun}")
    # every refill, because the volume due needs the one before
    closed = {row["row"]: row for row in rows(closure(frames, zone=window.zone_name))}
    found = [{**row, **{n: v for n, v in closed[row["row"]].items() if n not in row}} for row in rows(recorded)]
    heads = (
        "Filled",
        "Filled with",
        "Expected as printed",
        "Withdrawn",
        "Withdrawn less expected",
        "Injected",
        *(["Words"] if any(row["note"] for row in found) else []),
    )
    numeric = {"Expected as printed", "Withdrawn", "Injected"}
    wide = {"Filled with": 3, "Withdrawn less expected": 4, "Words": 2}
    lines = tuple(_refill(row, window)[: len(heads)] for row in found)
    ours = tuple(line for row in found for line in _ours(row, window))
    items: list[Item] = [
        Table(title, tuple(Heading(h, h in numeric, wide.get(h, 0)) for h in heads), lines),
        Lines(ours),
    ]
    if any(row["timing"] == "assigned" for row in found):
        items.append(Lines((printed.ASSIGNED_NOTE,)))
    return Panel("refills", title, tuple(items))


def _ours(row: Row, window: Window) -> tuple[Fact, ...]:
    """The second expected volume, ours, with what it was made from or why it is missing."""
    stem, days = f"refill.{row['row']}", window.days
    origin = printed.source("refill", row)
    if row["from_row"] is not None:
        origin = (f"refill:{row['from_row']}", *origin)
    label = "Residual volume expected, reckoned from the record"
    head = f"Expected as reckoned from the record, refill of {printed.moment(row, 'filled', window.zone)}"
    if row["says"] != RECKONED:
        said = f"{head}: {row['says']} ({_how(row)})."
        return (Fact(f"{stem}.reckoned", label, said, window=days, source=origin, **OURS),)
    value, less = row["computed_ml"], row["computed_difference_ml"]
    said = f"{head}: {units.rounded(value, 2)} mL ({_how(row)})."
    volume = Fact(f"{stem}.reckoned", label, said, value, "mL", days, source=origin, **OURS)
    if less is None:
        return (volume,)
    said = f"Beside that, withdrawn: {row['computed_words']}{_percent(row['computed_pct'])}."
    return (
        volume,
        Fact(
            f"{stem}.reckoned-difference",
            "Withdrawn less reckoned volume",
            said,
            less,
            "mL",
            days,
            1,
            source=origin,
            **LESS,
        ),
    )


def _how(row: Row) -> str:
    """What the reckoned volume was made from, or why there is none."""
    if row["says"] != RECKONED:
        said = str(row["why"])
        if row["why"] == UNLIKE:
            strengths = (_strength(row, "filled"), _strength(row, "program"))
            said += f": filled with {strengths[0]}, programmed for {strengths[1]}"
        return said
    said = f"{units.number(row['filled_ml'])} mL injected before, less {units.rounded(row['flow_ml'], 2)} mL by the program"
    if row["bolus_ml"]:
        said += f", less {units.rounded(row['bolus_ml'], 2)} mL by boluses"
    return said + ("; a part of that time is unexplained" if row["is_unexplained"] else "")


def _strength(row: Row, which: str) -> str:
    return strength({name: row[f"{which}_{name}"] for name in ("drug", "concentration_mcg_per_ml")})


def _percent(percent: float | None) -> str:
    return "" if percent is None else f" ({units.rounded(abs(percent))} % of the volume due)"


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
    said += _percent(percent)
    origin = printed.source("refill", row)
    return Fact(
        f"{stem}.difference", "Withdrawn less expected volume", said, value, "mL", days, 1, source=origin, **MEASURED
    )


SPOKEN = {"pump": "pump"}
TITLES = {
    "booked": "Next refill, booked",
    "alarm-at-refill": "Low reservoir alarm, printed at a refill",
    "alarm-at-change": "Low reservoir alarm, printed at a dose change",
    "alarm-at-readout": "Low reservoir alarm, printed at a readout",
    "use-by": "Use-by of the drug filled in",
    "eri": "Elective replacement of the pump",
    "eri-at-readout": "Elective replacement of the pump, printed at a readout",
}
SHORT = {
    "booked": "Next refill, booked",
    "alarm-at-refill": "Low reservoir alarm, printed",
    "alarm-at-change": "Low reservoir alarm, printed",
    "alarm-at-readout": "Low reservoir alarm, printed",
    "use-by": "Use-by of the drug",
    "eri": "Elective replacement of the pump",
    "eri-at-readout": "Elective replacement, printed",
}
HEADS = (
    Heading("Date"),
    Heading("What, and recorded with", wide=7),
    Heading("What came later", wide=6),
    Heading("Days", numeric=True),
)


def dates_panel(frames: Mapping[str, pd.DataFrame], window: Window) -> Panel:
    """The newest date of each kind on record, in date order, each with where it stands and what came later.

    Args:
        frames: The frames of one patient, cut at the end of the window.
        window: The days of the page.
    """
    title = "Dates as recorded"
    found = rows(dates(frames, zone=window.zone_name))
    if not found:
        return Panel("dates", title, (), "none booked or printed on record")
    lines = tuple(_date(row, frames, window) for row in found)
    items: list[Item] = [Table(title, HEADS, lines)]
    if len(found) > 1:
        items.append(Lines((_first(found),)))
    return Panel("dates", title, tuple(items))


def _origin(row: Row) -> tuple[str, ...]:
    return (f"{row['record']}:{row['row']}",)


def _date(row: Row, frames: Mapping[str, pd.DataFrame], window: Window) -> tuple[Said, ...]:
    stem, origin, title = f"date.{row['what']}", _origin(row), TITLES[row["what"]]
    frame, own, word = STEMS[row["record"]]
    (recorded,) = rows(frames[frame][frames[frame]["row"] == row["row"]])
    said = row["says"] or "-"
    if row["n_later"] > 1:
        said += f", and {row['n_later'] - 1} more"
    later = () if row["later_row"] is None else (f"{row['later_record']}:{row['later_row']}",)
    days = int(row["days_after_first"])
    return (
        Fact(f"{stem}.on", title, printed.day(row["on"]), source=origin),
        Fact(
            f"{stem}.recorded",
            f"{title}: recorded with",
            f"{SHORT[row['what']]}: {SPOKEN.get(row['record'], word)} {printed.moment(recorded, own, window.zone)}",
            source=origin,
        ),
        Fact(f"{stem}.later", f"{title}: what came later", said, n=int(row["n_later"]), source=origin + later, **FIRST),
        Fact(
            f"{stem}.days", f"{title}: days after the first of the dates", str(days), float(days), "days", source=origin, **FIRST,
        ),
    )  # fmt: skip


def _first(found: list[dict[str, Any]]) -> Fact:
    """Which date comes first, and by how many days."""
    first = [row for row in found if row["days_after_first"] == 0]
    after = next((row for row in found if row["days_after_first"] > 0), None)
    named = " and ".join(TITLES[row["what"]].lower() for row in first)
    said = f"First of these dates: {printed.day(first[0]['on'])} ({named})."
    if after is not None:
        days = int(after["days_after_first"])
        said += f" {days} {'day' if days == 1 else 'days'} later: {TITLES[after['what']].lower()}."
    sources = sum((_origin(row) for row in found), start=())
    said += " Days are counted from the first."
    return Fact("date.first", "Which date comes first", said, n=len(found), source=sources, **FIRST)
