"""The scores of the last visits side by side, with the dose the patient came and left with.

Each answer says where it was written late; a table of the same visits the picture shows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from titration import units
from titration.derive import lateness
from titration.derive import visits as derived
from titration.report import printed
from titration.report.facts import Fact, Made, slug
from titration.report.page import Heading, Item, Lines, Panel, Said, Table
from titration.report.scores import Series, names, order, series_of
from titration.report.window import Row, Window, rows

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from titration.scales import Register

SHOWN = 5
LATE = " (late)"
LATE_NOTE = "(late): written down later than the rule for the way it was collected."
VISIT: Made = {
    "definition": "a local day with a visit on record, or with a score collected at one",
    "formula": "",
    "function": "titration.derive.visits.visits",
}
SCORED: Made = {
    "definition": "the scores of that day but those of a diary",
    "formula": "",
    "function": "titration.derive.visits.scores_at",
}


def panel(frames: Mapping[str, pd.DataFrame], window: Window, scales: Register, *, behind: bool = False) -> Panel:
    """The scores of the last visits, side by side, oldest first.

    Args:
        frames: The frames of one patient, cut at the end of the window.
        window: The days of the page.
        scales: The scales of the log.
        behind: Whether it stands behind the page, because a diary is on it.
    """
    title = "Scores of the last visits"
    every = derived.visits(frames, zone=window.zone_name, until=window.last_minute)
    at_visit = derived.scores_at(frames["scores"], every, zone=window.zone_name)
    days = sorted(at_visit["day"].unique())[-SHOWN:]
    if not days:
        return Panel("visits", "Scores at visits", (), "none on record")
    shown = at_visit[at_visit["day"].isin(days)]
    told = lateness.provenance({"scores": shown}, zone=window.zone_name, scales=scales)
    late = set(told["row"][told["provenance"] == lateness.LATE])
    found: dict[Series, dict[Any, list[Row]]] = {}
    for row in rows(shown):
        found.setdefault(series_of(row), {}).setdefault(row["day"], []).append(row)
    heads = [Heading("Scale", wide=1), Heading("Where, by whom", wide=1)]
    heads += [Heading(_head(day, given), numeric=True) for day, given in _by_day(shown, days)]
    lines = tuple(
        (*names(series, scales), *(_answers(series, day, given.get(day, []), late) for day in days))
        for series, given in sorted(found.items(), key=lambda one: order(one[0]))
    )
    doses = tuple(_doses(every[every["day"].isin(days)], side) for side in ("came", "left"))
    items: list[Item] = [Table(title, tuple(heads), (*doses, *lines))]
    notes = [LATE_NOTE] if late else []
    notes += [printed.ASSIGNED_NOTE] if (shown["timing"] == "assigned").any() else []
    items += [Lines(tuple(notes))] if notes else []
    return Panel("visits", title, tuple(items), behind=behind)


def _by_day(shown: pd.DataFrame, days: list[Any]) -> list[tuple[Any, list[dict[str, Any]]]]:
    return [(day, rows(shown[shown["day"] == day])) for day in days]


def _head(day: pd.Timestamp, given: list[dict[str, Any]]) -> Fact:
    said = printed.day(day)
    return Fact(f"visit.{said}.day", "Day of the visit", said, source=printed.source("score", *given), **VISIT)


def _doses(every: pd.DataFrame, side: str) -> tuple[Said, ...]:
    """The last recorded programmed dose the patient came or left with, at each of the visits."""
    label = "Daily dose"
    cells: list[Said] = [label, f"{side} with"]
    for row in rows(every):
        dose, record, number = (row[f"{side}_{name}"] for name in ("mcg_per_day", "record", "row"))
        if number is None:
            cells.append("-")
            continue
        said = "not read" if dose is None else units.quantity(dose, units.MCG_PER_DAY)
        cells.append(Fact(
            f"visit.{printed.day(row['day'])}.{side}-with", f"{label} the patient {side} with", said, dose, "mcg/day",
            printed.day(row["day"]), source=(f"{record}:{int(number)}",), **VISIT,
        ))  # fmt: skip
    return tuple(cells)


def _answers(series: Series, day: pd.Timestamp, given: list[Row], late: set[int]) -> Said:
    if not given:
        return "-"
    said = ", ".join(_answer(row) + (LATE if row["row"] in late else "") for row in given)
    said += printed.ASSIGNED if any(row["timing"] == "assigned" for row in given) else ""
    value = given[0]["value"] if len(given) == 1 else None
    on, unit = printed.day(day), "" if value is None else "points"
    stem = f"visit.{on}.{slug(*series)}"
    origin = printed.source("score", *given)
    return Fact(stem, "Score at the visit", said, value, unit, on, len(given), source=origin, **SCORED)


def _answer(row: Row) -> str:
    if row["value"] is not None:
        return units.number(row["value"])
    if row["grade"] is not None:
        return str(row["grade"])
    if row["as_stated"] is not None:
        return f'"{row["as_stated"]}"'
    # of a de-identified page what was stated in words is left out
    return "not a value" if row["not_assessed"] is None else f"not assessed ({row['not_assessed']})"
