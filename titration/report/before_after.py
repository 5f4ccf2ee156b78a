"""Scores before and after each change, for those who ask: with the windows, the counts and what may mislead.

Never on a page by default; where there is too little on a side it says why, and nothing is judged.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from titration import units
from titration.derive import cuts, windows
from titration.report import printed
from titration.report.facts import Fact, Made, slug
from titration.report.page import Heading, Lines, Panel, Said, Table
from titration.report.programs import TABLE, staircase
from titration.report.scores import names, series_of
from titration.report.window import Window, rows

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from titration.scales import Register

_FUNCTION = "titration.derive.windows.before_after"
SIDE: Made = {
    "definition": "median of the scores in the days before the change, or after it and the washout",
    "formula": "",
    "function": _FUNCTION,
}
DIFFERENCE: Made = {
    "definition": "median after less median before; not computed from too few scores on a side, nor across a change of device",
    "formula": "median after - median before",
    "function": _FUNCTION,
}
CAUTION: Made = {"definition": "stands beside every such table", "formula": "", "function": _FUNCTION}
HEADS = (
    Heading("Change", wide=1), Heading("Scale", wide=1), Heading("Where, by whom", wide=1),
    Heading("n", numeric=True, group="before"), Heading("Median", numeric=True, group="before"),
    Heading("n", numeric=True, group="after"), Heading("Median", numeric=True, group="after"),
    Heading("Difference", wide=1),
)  # fmt: skip


def panel(frames: Mapping[str, pd.DataFrame], window: Window, scales: Register) -> Panel:
    """Each change with the scores before and after it, or why they are not compared.

    Args:
        frames: The frames of one patient, cut at the end of the window.
        window: The days of the page.
        scales: The scales of the log.
    """
    title = "Scores before and after each change"
    made = windows.before_after(
        staircase(frames, window), frames["scores"], zone=window.zone_name, scales=scales,
        device_changes=cuts.device_changes(frames, zone=window.zone_name),
    )  # fmt: skip
    both = made[(made["before_n"] > 0) | (made["after_n"] > 0)]
    if both.empty:
        return Panel("before-after", title, (), "no score near a change is on record", behind=True)
    caution = Fact("window.caution", "What may mislead", windows.CAUTION, **CAUTION)
    lines = tuple(_line(row, window, scales) for row in rows(both))
    return Panel("before-after-table", title, (Lines((caution,)), Table(title, HEADS, lines)), behind=True)


def _line(row: dict[str, Any], window: Window, scales: Register) -> tuple[Said, ...]:
    series = series_of(row)
    stem = f"before-after.{row['record']}-{row['row']}.{slug(*series)}"
    origin = (f"{row['record']}:{int(row['row'])}",)
    on = (
        printed.day(row["start"].tz_convert(window.zone))
        if row["by_day"]
        else printed.instant(row["start"], window.zone)
    )
    old, new = (row[f"{name}_mcg_per_day"] for name in ("from", "dose"))
    doses = " to ".join("not read" if dose is None else units.number(dose) for dose in (old, new))
    found = "" if row["record"] == TABLE else ", as found"
    change = Fact(f"{stem}.change", "Change", f"{on}: {doses} mcg/day{found}", source=origin, **SIDE)
    return (change, *names(series, scales), *_side(stem, row, "before", origin), *_side(stem, row, "after", origin),
            _difference(stem, row, origin))  # fmt: skip


def _side(stem: str, row: dict[str, Any], side: str, origin: tuple[str, ...]) -> tuple[Said, Said]:
    n, middle, grade = int(row[f"{side}_n"]), row[f"{side}_median"], row[f"{side}_median_grade"]
    count = Fact(f"{stem}.{side}-n", f"Scores {side}", str(n), float(n), "answers", n=n, source=origin, **SIDE)
    if middle is None and grade is None:
        return count, "-"
    said = str(grade) if middle is None else units.rounded(middle, 2)
    unit = "" if middle is None else "points"
    return count, Fact(f"{stem}.{side}-median", f"Median {side}", said, middle, unit, n=n, source=origin, **SIDE)


def _difference(stem: str, row: dict[str, Any], origin: tuple[str, ...]) -> Said:
    label, value = "Median after less before", row["difference"]
    if value is None:
        said = row["not_computable"] or "not computed from grades"
        return Fact(f"{stem}.difference", label, said, source=origin, **DIFFERENCE)
    said = ("+" if value > 0 else "") + units.rounded(value, 2)
    n = int(row["before_n"] + row["after_n"])
    return Fact(f"{stem}.difference", label, said, value, "points", n=n, source=origin, **DIFFERENCE)
