"""Scores of a month beside the month before, and of the last visits side by side.

Never across scales, versions, body parts, sides or reporters; medians and counts, no mean, no verdict.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pandas as pd

from titration import units
from titration.derive import score as derived
from titration.report import printed
from titration.report.facts import Fact, slug
from titration.report.page import Heading, Item, Lines, Panel, Said, Table
from titration.report.window import Row, Window, rows, within

if TYPE_CHECKING:
    from collections.abc import Mapping

    from titration.scales import Register

MEDIAN = "median of every answer; of grades the lower of the two in the middle"
VISITS_SHOWN = 4
Series = tuple[Any, ...]


def summary_panel(frames: Mapping[str, pd.DataFrame], window: Window, scales: Register) -> Panel:
    """Each series of scores: this month beside the month before.

    Args:
        frames: The frames of one patient, cut at the end of the window.
        window: The days of the page.
        scales: The scales of the log.
    """
    title = "Scores this month and the month before"
    now, then = (_summary(frames["scores"], days, scales) for days in (window, window.previous))
    if not now and not then:
        none = "none on record this month or the month before"
        return Panel("scores", "Scores", (), none)
    lines = tuple(
        (
            *_names(series, scales),
            *_cells(series, now.get(series), window, "this"),
            *_cells(series, then.get(series), window.previous, "before"),
        )
        for series in sorted({*now, *then}, key=_order)
    )
    this = Fact("window.days", "Days of the page", window.days)
    before = Fact("window.before", "Days of the month before", window.previous.days)
    heads = [
        Heading("Scale", wide=1), Heading("Where, by whom", wide=1),
        *(Heading(head, numeric=True, group=group) for group in (this, before) for head in ("n", "Days", "Median", "Min-max")),
    ]  # fmt: skip
    items: list[Item] = [Table(title, tuple(heads), lines)]
    items.append(
        Lines((*_meanings({series[0] for series in {*now, *then}}, scales), *_without(now), *_timing(frames, window)))
    )
    return Panel("scores", title, tuple(items))


def _summary(scores: pd.DataFrame, window: Window, scales: Register) -> dict[Series, Row]:
    # placed by instant and zone first; the days as written may lie one off where an offset is foreign
    ours = within(scores, "observed", window)
    day = timedelta(days=1)
    made = derived.monthly_summary(ours, first=window.first - day, last=window.last + day, scales=scales)
    return {_series(row): {**row, "source": _rows_of(ours, row)} for row in rows(made)}


def _series(row: Row) -> Series:
    return tuple(row[name] for name in derived.SERIES[1:])


def _order(series: Series) -> tuple[str, ...]:
    return tuple("" if part is None else str(part) for part in series)


def _rows_of(scores: pd.DataFrame, row: Row) -> tuple[str, ...]:
    ours = pd.Series(True, index=scores.index)
    for name in derived.SERIES[1:]:
        ours &= scores[name].isna() if row[name] is None else scores[name] == row[name]
    return tuple(f"score:{number}" for number in scores["row"][ours])


def _name(code: str, scales: Register) -> str:
    scale = scales.get(code)
    return code if scale is None else scale.name


def _names(series: Series, scales: Register, prefix: str = "score") -> tuple[Said, ...]:
    code, version, part, side, reporter = series
    stem = f"{prefix}.{slug(*series)}"
    scale = scales.get(code)
    known = scale is None or version is None or version == scale.version
    name = _name(code, scales) + ("" if known else f" ({version})")
    where = ", ".join(word for word in (part, side, reporter) if word) or "reporter not stated"
    return (Fact(f"{stem}.scale", "Scale", name), Fact(f"{stem}.where", "Body part, side and reporter", where))


def _cells(series: Series, row: Row | None, window: Window, which: str) -> tuple[Said, ...]:
    if row is None:
        return ("-", "-", "-", "-")
    stem, origin, days = f"score.{slug(*series)}.{which}", row["source"], window.days
    n, filled = int(row["n"]), int(row["days_with_value"])
    counts = (
        Fact(f"{stem}.n", "Answers with a value", str(n), float(n), "answers", days, n, source=origin),
        Fact(f"{stem}.days", "Days with a value", str(filled), float(filled), "days", days, n, source=origin),
    )
    if not n:
        return (*counts, "-", "-")
    middle, spread = _middle(row)
    value = None if row["median"] is None else float(row["median"])
    return (
        *counts,
        Fact(f"{stem}.median", "Median", middle, value, "points" if value is not None else "", days, n, MEDIAN, origin),
        Fact(f"{stem}.range", "Least and greatest", spread, None, "", days, n, "least and greatest answer", origin),
    )


def _middle(row: Row) -> tuple[str, str]:
    if row["median_grade"] is not None:
        return row["median_grade"], _range(row["low_grade"], row["high_grade"])
    return units.rounded(row["median"], 2), _range(units.number(row["low"]), units.number(row["high"]))


def _range(low: str, high: str) -> str:
    return low if low == high else f"{low} to {high}"


def _meanings(codes: set[str], scales: Register) -> tuple[Fact, ...]:
    made = []
    for code in sorted(codes):
        scale = scales.get(code)
        if scale is not None:
            runs = f"grades {scale.range_words}" if scale.grades else scale.range_words
            said = f"{scale.name}: {runs}; higher is {scale.more_is}."
            made.append(Fact(f"scale.{slug(code)}.meaning", "How the scale runs", said))
    return tuple(made)


def _without(now: Mapping[Series, Row]) -> tuple[Fact, ...]:
    n = sum(int(row["without_value"]) for row in now.values())
    if not n:
        return ()
    said = f"Not assessed, or stated in words that are no value of the scale: {n}; not counted above."
    return (Fact("score.without", "Answers without a value", said, float(n), "answers", n=n),)


def _timing(frames: Mapping[str, pd.DataFrame], window: Window) -> tuple[Fact, ...]:
    ours = within(frames["scores"], "observed", window)
    n = int((ours["timing"] == "assigned").sum())
    if not n:
        return ()
    said = f"Scores of this month whose time was assigned, not observed: {n} of {len(ours)}."
    return (Fact("score.assigned", "Scores with an assigned time", said, float(n), "answers", window.days, len(ours)),)


def visits_panel(frames: Mapping[str, pd.DataFrame], scales: Register) -> Panel:
    """The scores of the last visits, side by side, oldest first.

    A score belongs to a visit when it was collected at one, or on the day of one.

    Args:
        frames: The frames of one patient, cut at the end of the window.
        scales: The scales of the log.
    """
    title = "Scores of the last visits"
    scores = frames["scores"]
    visited = set(frames["visits"]["visited_on"])
    at_visit = scores[
        (scores["collected"] == "visit") | (scores["observed_on"].isin(visited) & scores["collected"].isna())
    ]
    days = sorted(at_visit["observed_on"].unique())[-VISITS_SHOWN:]
    if not days:
        return Panel("visits", "Scores at visits", (), "none on record")
    found: dict[Series, dict[Any, list[Row]]] = {}
    for row in rows(at_visit[at_visit["observed_on"].isin(days)]):
        found.setdefault(_series(row), {}).setdefault(row["observed_on"], []).append(row)
    heads = [Heading("Scale", wide=1), Heading("Where, by whom", wide=1)]
    heads += [Heading(_visit_head(day), numeric=True) for day in days]
    lines = tuple(
        (*_names(series, scales), *(_answers(series, day, given.get(day, [])) for day in days))
        for series, given in sorted(found.items(), key=lambda one: _order(one[0]))
    )
    return Panel("visits", title, (Table(title, tuple(heads), lines),))


def _visit_head(day: pd.Timestamp) -> Fact:
    said = printed.day(day)
    return Fact(f"visit.{said}.day", "Day of the visit", said)


def _answers(series: Series, day: pd.Timestamp, given: list[Row]) -> Said:
    if not given:
        return "-"
    said = ", ".join(_answer(row) for row in given)
    said += printed.ASSIGNED if any(row["timing"] == "assigned" for row in given) else ""
    value = given[0]["value"] if len(given) == 1 else None
    on = printed.day(day)
    unit = "" if value is None else "points"
    origin = printed.source("score", *given)
    return Fact(f"visit.{on}.{slug(*series)}", "Score at the visit", said, value, unit, on, len(given), source=origin)


def _answer(row: Row) -> str:
    if row["value"] is not None:
        return units.number(row["value"])
    if row["grade"] is not None:
        return str(row["grade"])
    if row["as_stated"] is not None:
        return f'"{row["as_stated"]}"'
    return f"not assessed ({row['not_assessed']})"
