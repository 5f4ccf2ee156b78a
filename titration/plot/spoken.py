"""The text twin of a picture: the same in plain words, ASCII, at most 80 columns.

Imports `content` and `units`; draws nothing.
"""

from __future__ import annotations

import textwrap
import unicodedata
from typing import TYPE_CHECKING, Any

import pandas as pd

from titration.plot.content import each
from titration.plot.lanes import beyond
from titration.units import number, rounded

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from titration.plot.content import Content, Panel, Series

COLUMNS = 80
MOST_LINES = 24


def ascii_only(text: str) -> str:
    """A text in ASCII, whatever was written into the record.

    Example:
        >>> ascii_only("M\N{LATIN SMALL LETTER U WITH DIAERESIS}ller \N{RIGHTWARDS ARROW} 5")
        'Muller ? 5'
    """
    plain = unicodedata.normalize("NFKD", text)
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    return plain.encode("ascii", "replace").decode("ascii")


def heading(shown: Content) -> str:
    """Patient and window in one line."""
    first, last = (t.tz_convert(shown.zone) for t in (shown.since, shown.until))
    return f"{shown.patient}, {first:%Y-%m-%d} to {last:%Y-%m-%d}"


def footer(shown: Content, columns: int = COLUMNS) -> list[str]:
    """What is counted, what is left out, and as of when."""
    counted = ", ".join(f"{n} {name if n != 1 else name.removesuffix('s')}" for name, n in shown.counts.items())
    until = shown.until.tz_convert(shown.zone)
    said = [f"In this window: {counted}. Shown until {until:%Y-%m-%d %H:%M} ({shown.zone})."]
    if not shown.stairs.empty:
        said.append("Doses are as programmed, not as measured in the patient. Dashed: after the last confirmation.")
    if any(len(s.trailing) for panel in shown.panels for s in panel.series):
        said.append("Line: median of the 7 days up to each day, where 4 of them have a value on the same dose.")
    if shown.is_assigned:
        said.append("Hollow marks: times assigned, not observed.")
    if any(len(s.without) for panel in shown.panels for s in panel.series):
        said.append("x: asked, without a value (not assessed, or as stated).")
    not_drawn = [*shown.not_drawn, *beyond(shown)]
    if not_drawn:
        said.append(f"Not drawn: {', '.join(not_drawn)}.")
    return textwrap.wrap(" ".join(said), columns)


def timeline(shown: Content) -> str:
    """The whole timeline in words.

    Args:
        shown: What it shows.

    Returns:
        ASCII text, at most 80 columns.
    """
    lines = [heading(shown), "", *_doses(shown)]
    for panel in shown.panels:
        lines += ["", *_panel(panel, shown)]
    lines += ["", *_effects(shown), "", *_events(shown), "", *_oral(shown), "", *_refills(shown), "", *footer(shown)]
    return "\n".join(out for line in lines for out in _wrapped(ascii_only(line)))


def _wrapped(line: str) -> list[str]:
    indent = " " * (len(line) - len(line.lstrip()) + 2)
    return textwrap.wrap(line, COLUMNS, subsequent_indent=indent) or [""]


def _when(instant: pd.Timestamp, zone: str, *, by_day: bool) -> str:
    """A day, or a day and a time where it is known."""
    local = instant.tz_convert(zone)
    return f"{local:%Y-%m-%d}" if by_day else f"{local:%Y-%m-%d %H:%M}"


def _doses(shown: Content) -> Iterator[str]:
    yield "Daily dose as programmed"
    if shown.stairs.empty:
        yield "  no dose recorded"
        return
    for step in each(shown.stairs):
        when = _when(step.start, shown.zone, by_day=step.by_day)
        line = f"  {when:<16}  {number(step.dose_mcg_per_day):>7} mcg/day  {_change(step)}"
        marks = [
            "times assigned" if step.timing == "assigned" else "",
            "" if step.status == "done" else f"{step.status}, not confirmed",
            "" if step.end > step.start or step.is_open else "replaced at the same time by a later row",
        ]
        yield "; ".join(filter(None, [line.rstrip(), *marks]))
    yield from _last(shown)


def _change(s: Any) -> str:
    """Mode, flex range and change of one step in words."""
    parts = [s.mode]
    if s.most > s.least:
        parts.append(f"{number(s.least)} to {number(s.most)} by weekday")
    if pd.notna(s.change_pct):
        sign = "+" if s.change_pct > 0 else ""
        parts.append("unchanged" if s.change_mcg_per_day == 0 else f"{sign}{rounded(s.change_pct)} %")
    return ", ".join(parts)


def _last(shown: Content) -> Iterator[str]:
    last = shown.stairs.iloc[-1]
    dose = f"{number(last['dose_mcg_per_day'])} mcg/day"
    since = _when(last["start"], shown.zone, by_day=bool(last["by_day"]))
    if not last["is_open"]:
        yield f"  ended {last['end'].tz_convert(shown.zone):%Y-%m-%d} (explant, transfer or death)"
        return
    said = f"  last recorded programmed dose {dose}, effective {since}"
    if shown.confirmed_at is not None:
        said += f", last confirmed {shown.confirmed_at.tz_convert(shown.zone):%Y-%m-%d}"
    yield said


def _panel(panel: Panel, shown: Content) -> Iterator[str]:
    low, high = panel.limits
    span = ", ".join(panel.scale.grades) or f"{number(low)} to {number(high)}"
    yield f"{panel.title} ({span}; higher: {panel.scale.more_is})"
    if not panel.series:
        yield "  no score in this window"
    for series in panel.series:
        yield from _series(series, shown)


def _series(series: Series, shown: Content) -> Iterator[str]:
    words = ", ".join(filter(None, [series.side, series.reporter, series.version])) or "reporter not stated"
    without = f", {len(series.without)} without a value" if len(series.without) else ""
    yield f"  {words}: n {len(series.points)}{without}"
    if len(series.points) == 0:
        return
    days = shown.wall(series.points["moment"])
    if len(series.points) <= MOST_LINES:
        pairs = [f"{day:%Y-%m-%d} {label}" for day, label in zip(days, series.points["label"], strict=True)]
        yield "    " + "; ".join(pairs)
        return
    yield from _by_month(series, days)


def _by_month(series: Series, days: pd.Series) -> Iterator[str]:
    """A long series by month: n, the middle one, least and greatest."""
    points = series.points.assign(month=days.dt.strftime("%Y-%m"))
    for month, own in points.groupby("month"):
        ordered = own.sort_values("rank", kind="stable")["label"].tolist()
        middle = ordered[(len(ordered) - 1) // 2]
        yield f"    {month}  n {len(ordered):>3}  middle {middle:>4}  from {ordered[0]} to {ordered[-1]}"


def _lines(name: str, said: Sequence[str]) -> Iterator[str]:
    yield name
    yield from said or ["  none recorded in this window"]


def _effects(shown: Content) -> Iterator[str]:
    rows = shown.lanes["side_effects"]
    said = [
        f"  {_when(r.moment, shown.zone, by_day=True)}  "
        + ("asked, none" if r.effect == "any" else f"{r.effect}: {r.severity}")
        for r in each(rows)
    ]
    yield from _lines("Side effects as asked", said)


def _events(shown: Content) -> Iterator[str]:
    said = []
    for r in each(shown.lanes["events"]):
        ended = f" to {r.ended_on:%Y-%m-%d}" if pd.notna(r.ended_on) else ""
        words = f"{r.subtype} ({r.event})" if pd.notna(r.subtype) else r.event
        mark = "; time assigned" if r.timing == "assigned" else ""
        said.append(f"  {_when(r.moment, shown.zone, by_day=True)}{ended}  {words}{mark}")
    yield from _lines("Events", said)


def _oral(shown: Content) -> Iterator[str]:
    said = []
    for r in each(shown.lanes["oral_doses"]):
        dose = "stopped" if r.dose_mg_per_day == 0 else f"{number(r.dose_mg_per_day)} mg/day"
        mark = "; time assigned" if r.timing == "assigned" else ""
        said.append(f"  {_when(r.moment, shown.zone, by_day=True)}  {r.drug}: {dose}{mark}")
    yield from _lines("Oral drugs", said)


def _refills(shown: Content) -> Iterator[str]:
    said = []
    for r in each(shown.lanes["refills"]):
        strength = f"{number(r.concentration_mcg_per_ml)} mcg/mL" if pd.notna(r.concentration_mcg_per_ml) else ""
        left = r.difference_words if pd.notna(r.difference_words) else ""
        mark = "time assigned" if r.timing == "assigned" else ""
        said.append(
            f"  {_when(r.moment, shown.zone, by_day=True)}  {', '.join(filter(None, [strength, left, mark]))}".rstrip()
        )
    yield from _lines("Refills", said)
