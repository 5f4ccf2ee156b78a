"""Scores of a month beside the month before: medians, counts, and how many were written late.

Never across scales, versions, body parts, sides or reporters; medians and counts, no mean, no verdict.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pandas as pd

from titration import units
from titration.derive import lateness
from titration.derive import score as derived
from titration.report.facts import Fact, Made, slug
from titration.report.page import Heading, Item, Lines, Pairs, Panel, Said, Table
from titration.report.window import Row, Window, rows, within

if TYPE_CHECKING:
    from collections.abc import Mapping

    from titration.scales import Register

_SUMMARY = "titration.derive.score.monthly_summary"
MEDIAN: Made = {
    "definition": "median of every answer with a value; of grades the lower of the two in the middle",
    "formula": "",
    "function": _SUMMARY,
}
RANGE: Made = {"definition": "least and greatest answer with a value", "formula": "", "function": _SUMMARY}
COUNT: Made = {"definition": "answers with a value", "formula": "", "function": _SUMMARY}
DAYS: Made = {"definition": "days with at least one answer with a value", "formula": "", "function": _SUMMARY}
WITHOUT: Made = {"definition": "answers without a value of the scale", "formula": "", "function": _SUMMARY}
ASSIGNED: Made = {
    "definition": "scores of the window whose time was assigned, not observed",
    "formula": "",
    "function": "titration.derive.lateness.provenance",
}
LATE: Made = {
    "definition": "scores of the window first written later than the rule for the way they were collected",
    "formula": "day first written - day it is about",
    "function": "titration.derive.lateness.provenance",
}
WINDOW: Made = {
    "definition": "the whole calendar month of the page",
    "formula": "",
    "function": "titration.report.window.month",
}
BEFORE: Made = {
    "definition": "the calendar month before the window",
    "formula": "",
    "function": "titration.report.window.month",
}
MEANING: Made = {
    "definition": "the scale as it is defined in the log",
    "formula": "",
    "function": "titration.scales.Scale",
}
SERIES: Made = {
    "definition": "scores of one scale, version, body part, side and reporter, never mixed with another's",
    "formula": "",
    "function": _SUMMARY,
}
Series = tuple[Any, ...]


def summary_panel(
    frames: Mapping[str, pd.DataFrame], window: Window, scales: Register, *, behind: bool = False
) -> Panel:
    """Each series of scores: this month beside the month before.

    Args:
        frames: The frames of one patient, cut at the end of the window.
        window: The days of the page.
        scales: The scales of the log.
        behind: Whether it stands behind the page, because visits are on it.
    """
    title = f"Scores this {window.noun} and the {window.noun} before"
    now, then = (_summary(frames["scores"], days, scales) for days in (window, window.previous))
    if not now and not then:
        none = f"none on record this {window.noun} or the {window.noun} before"
        return Panel("scores", "Scores", (), none)
    lines = tuple(
        (
            *names(series, scales),
            *_cells(series, now.get(series), window, "this"),
            *_cells(series, then.get(series), window.previous, "before"),
        )
        for series in sorted({*now, *then}, key=order)
    )
    this = Fact("window.days", "Days of the page", window.days, **WINDOW)
    before = Fact("window.before", "Days of the month before", window.previous.days, **BEFORE)
    heads = [
        Heading("Scale", wide=1), Heading("Where, by whom", wide=1),
        *(Heading(head, numeric=True, group=group) for group in (this, before) for head in ("n", "Days", "Median", "Min-max")),
    ]  # fmt: skip
    items: list[Item] = [Table(title, tuple(heads), lines)]
    notes = (*_without(now), *_written(frames, window, scales))
    items += [Lines(notes)] if notes else []
    return Panel("scores", title, tuple(items), behind=behind)


def _summary(scores: pd.DataFrame, window: Window, scales: Register) -> dict[Series, Row]:
    # placed by instant and zone first; the days as written may lie one off where an offset is foreign
    ours = within(scores, "observed", window)
    day = timedelta(days=1)
    made = derived.monthly_summary(ours, first=window.first - day, last=window.last + day, scales=scales)
    return {series_of(row): {**row, "source": _rows_of(ours, row)} for row in rows(made)}


def series_of(row: Row) -> Series:
    """Which series a score is of: scale, version, body part, side, reporter."""
    return tuple(row[name] for name in derived.SERIES[1:])


def order(series: Series) -> tuple[str, ...]:
    """What a series is sorted by."""
    return tuple("" if part is None else str(part) for part in series)


def _rows_of(scores: pd.DataFrame, row: Row) -> tuple[str, ...]:
    ours = pd.Series(True, index=scores.index)
    for name in derived.SERIES[1:]:
        ours &= scores[name].isna() if row[name] is None else scores[name] == row[name]
    return tuple(f"score:{number}" for number in scores["row"][ours])


def _name(code: str, scales: Register) -> str:
    scale = scales.get(code)
    return code if scale is None else scale.name


def names(series: Series, scales: Register) -> tuple[Fact, Fact]:
    """What a series of scores is called: its scale, and where on the body, which side, by whom.

    Args:
        series: Scale, version, body part, side, reporter.
        scales: The scales of the log.
    """
    code, version, part, side, reporter = series
    stem = f"score.{slug(*series)}"
    scale = scales.get(code)
    known = scale is None or version is None or version == scale.version
    name = _name(code, scales) + ("" if known else f" ({version})")
    where = ", ".join(word for word in (part, side, reporter) if word) or "reporter not stated"
    return (
        Fact(f"{stem}.scale", "Scale", name, **SERIES),
        Fact(f"{stem}.where", "Body part, side and reporter", where, **SERIES),
    )


def _cells(series: Series, row: Row | None, window: Window, which: str) -> tuple[Said, ...]:
    if row is None:
        return ("-", "-", "-", "-")
    stem, origin, days = f"score.{slug(*series)}.{which}", row["source"], window.days
    n, filled = int(row["n"]), int(row["days_with_value"])
    counts = (
        Fact(f"{stem}.n", "Answers with a value", str(n), float(n), "answers", days, n, source=origin, **COUNT),
        Fact(f"{stem}.days", "Days with a value", str(filled), float(filled), "days", days, n, source=origin, **DAYS),
    )
    if not n:
        return (*counts, "-", "-")
    middle, spread = _middle(row)
    value = None if row["median"] is None else float(row["median"])
    return (
        *counts,
        Fact(
            f"{stem}.median", "Median", middle, value, "points" if value is not None else "", days, n,
            source=origin, **MEDIAN,
        ),
        Fact(f"{stem}.range", "Least and greatest", spread, None, "", days, n, source=origin, **RANGE),
    )  # fmt: skip


def _middle(row: Row) -> tuple[str, str]:
    if row["median_grade"] is not None:
        return row["median_grade"], _range(row["low_grade"], row["high_grade"])
    return units.rounded(row["median"], 2), _range(units.number(row["low"]), units.number(row["high"]))


def _range(low: str, high: str) -> str:
    return low if low == high else f"{low} to {high}"


def meanings_panel(frames: Mapping[str, pd.DataFrame], scales: Register) -> Panel | None:
    """How each scale on record runs, and what higher means; None when no known scale is on record.

    Args:
        frames: The frames of one patient, cut at the end of the window.
        scales: The scales of the log.
    """
    made: list[tuple[str, Said]] = []
    for code in sorted(set(frames["scores"]["scale"])):
        scale = scales.get(code)
        if scale is not None:
            runs = f"grades {scale.range_words}" if scale.grades else scale.range_words
            said = f"{runs}; higher is {scale.more_is}"
            made.append(
                (scale.name, Fact(f"scale.{slug(code)}.meaning", f"How it runs: {scale.name}", said, **MEANING))
            )
    return Panel("scales", "How the scales run", (Pairs(tuple(made)),), behind=True) if made else None


def _without(now: Mapping[Series, Row]) -> tuple[Fact, ...]:
    n = sum(int(row["without_value"]) for row in now.values())
    if not n:
        return ()
    said = f"Not assessed, or stated in words that are no value of the scale: {n}; not counted above."
    source = tuple(origin for row in now.values() for origin in row["source"])
    return (Fact("score.without", "Answers without a value", said, float(n), "answers", n=n, source=source, **WITHOUT),)


def _written(frames: Mapping[str, pd.DataFrame], window: Window, scales: Register) -> tuple[Fact, ...]:
    """How many of the month's scores have an assigned time, and how many were written late, with the longest delay."""
    ours = within(frames["scores"], "observed", window)
    told = lateness.provenance({"scores": ours}, zone=window.zone_name, scales=scales)
    made: list[Fact] = []
    assigned, late = (told[told["provenance"] == what] for what in (lateness.ASSIGNED, lateness.LATE))
    if n := len(assigned):
        said = f"Scores of this {window.noun} whose time was assigned, not observed: {n} of {len(ours)}."
        made.append(_count("score.assigned", "Scores with an assigned time", said, assigned, window, ASSIGNED))
    if n := len(late):
        longest = int(late["days_late"].max())
        said = (
            f"Scores of this {window.noun} written down late for the way they were collected: {n} of {len(ours)}, "
            f"at most {longest} {'day' if longest == 1 else 'days'} after the day they are about."
        )
        made.append(_count("score.late", "Scores written late", said, late, window, LATE))
    return tuple(made)


def _count(name: str, label: str, said: str, some: pd.DataFrame, window: Window, made: Made) -> Fact:
    source = tuple(f"score:{row}" for row in some["row"])
    return Fact(name, label, said, float(len(some)), "answers", window.days, len(some), source=source, **made)
