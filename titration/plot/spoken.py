"""The text twin of a picture: the same in plain words, ASCII, at most 80 columns.

Imports `content` and `units`; draws nothing.
"""

from __future__ import annotations

import textwrap
import unicodedata
from typing import TYPE_CHECKING, Any

import pandas as pd

from titration.derive.found import OTHER
from titration.derive.lateness import BEFORE, LATE
from titration.plot.content import each
from titration.plot.lanes import beyond
from titration.units import number, rounded

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from titration.plot.content import Content, Panel, Series

COLUMNS = 80
MOST_LINES = 24
SIGNS = str.maketrans({"\N{RIGHTWARDS ARROW}": "->", "\N{UPWARDS ARROW}": "higher:"})  # our own; else "?"
TOLD = {LATE: "written late", BEFORE: "written before their day"}


def ascii_only(text: str) -> str:
    """A text in ASCII, whatever was written into the record.

    Example:
        >>> ascii_only("M\N{LATIN SMALL LETTER U WITH DIAERESIS}ller \N{RIGHTWARDS ARROW} 5")
        'Muller -> 5'
    """
    plain = unicodedata.normalize("NFKD", text.translate(SIGNS))
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    return plain.encode("ascii", "replace").decode("ascii")


def twin(lines: Iterable[str]) -> str:
    r"""Lines as the text twin of a picture: ASCII, at most 80 columns, a long line indented from its second on.

    Args:
        lines: The lines.

    Returns:
        The text.

    Example:
        >>> twin(["P001", "  5 mcg/h \N{RIGHTWARDS ARROW} 6 mcg/h"])
        'P001\n  5 mcg/h -> 6 mcg/h'
    """
    made: list[str] = []
    for line in lines:
        plain = ascii_only(line)
        indent = " " * (len(plain) - len(plain.lstrip()) + 2)
        made += textwrap.wrap(plain, COLUMNS, subsequent_indent=indent) or [""]
    return "\n".join(made)


def heading(shown: Content) -> str:
    """Patient and window in one line."""
    first, last = (t.tz_convert(shown.zone) for t in (shown.since, shown.until))
    return f"{shown.patient}, {first:%Y-%m-%d} to {last:%Y-%m-%d}"


def footer(shown: Content, columns: int = COLUMNS) -> list[str]:
    """What is counted, what is left out, and as of when."""
    counted = ", ".join(f"{n} {name if n != 1 else name.removesuffix('s')}" for name, n in shown.counts.items())
    until = shown.until.tz_convert(shown.zone)
    said = [f"In this window: {counted}. Shown until {until:%Y-%m-%d %H:%M} ({shown.zone})."]
    if shown.asof is not None:
        known = shown.asof.tz_convert(shown.zone)
        said.append(f"Recorded up to {known:%Y-%m-%d %H:%M}; beyond that line nothing can be on record yet.")
    if not shown.stairs.empty:
        said.append(f"Doses are as programmed, not as measured in the patient. {_dashed(shown)}")
        said += _readout_marks(shown)
        said += [shown.pump_clock] if shown.pump_clock else []
    if any(len(s.trailing) for panel in shown.panels for s in panel.series):
        said.append("Line: median of the 7 days up to each day, where 4 of them have a value on the same dose.")
    if shown.is_assigned:
        said.append("Hollow marks: times assigned, not observed.")
    if any(len(s.without) for panel in shown.panels for s in panel.series):
        said.append("x: asked, without a value (not assessed, or as stated).")
    if shown.provenances[LATE]:
        said.append("Upright cross on a score: written down late for the way it was collected.")
    if shown.provenances[BEFORE]:
        said.append("Ring around a score: written down before the day it is about.")
    if shown.has_days_side_by_side:
        said.append("Marks side by side are of one day.")
    not_drawn = [*shown.not_drawn, *beyond(shown)]
    if not_drawn:
        said.append(f"Not drawn: {', '.join(not_drawn)}.")
    return textwrap.wrap(" ".join(said), columns)


def _dashed(shown: Content) -> str:
    ahead = ", or programmed ahead and not confirmed" if shown.stairs["status"].eq("programmed").any() else ""
    return f"Dashed: after the last confirmation{ahead}."


def _readout_marks(shown: Content) -> Iterator[str]:
    """What the marks of readouts say, where there are any."""
    says = set(shown.readouts["says"])
    if OTHER in says:
        yield "Cross: a readout unlike the program on record, which is as found from then on."
    if says - {OTHER}:
        yield "Upright bar: a readout that agreed."
    if shown.stairs["is_unexplained"].any():
        yield "Crosshatched: unexplained, from the last confirmation to that readout."


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
    return twin(lines)


def _when(instant: pd.Timestamp, zone: str, *, by_day: bool) -> str:
    """A day, or a day and a time where it is known."""
    local = instant.tz_convert(zone)
    return f"{local:%Y-%m-%d}" if by_day else f"{local:%Y-%m-%d %H:%M}"


def _doses(shown: Content) -> Iterator[str]:
    yield "Daily dose as programmed"
    if shown.stairs.empty:
        yield "  no dose recorded"
        return
    stairs = shown.stairs
    confirmed = stairs[stairs["is_confirmed"]].groupby(["record", "row"]).size().index
    for step in each(stairs.drop_duplicates(["record", "row"])):
        when = _when(step.began, shown.zone, by_day=step.by_day)
        dose = f"{number(step.dose_mcg_per_day):>7} mcg/day" if pd.notna(step.dose_mcg_per_day) else "  dose not read"
        line = f"  {when:<16}  {dose}  {_change(step)}"
        own = stairs[(stairs["record"] == step.record) & (stairs["row"] == step.row)]
        is_empty = not (own["end"] > own["start"]).any() and not own["is_open"].any()
        marks = [
            "times assigned" if step.timing == "assigned" else "",
            _status(step, is_confirmed=(step.record, step.row) in confirmed or _is_last_seen(step, shown)),
            "replaced at the same time by a later row" if is_empty else "",
        ]
        yield "; ".join(filter(None, [line.rstrip(), *marks]))
    yield from _readouts(shown)
    yield from _last(shown)


def _status(step: Any, *, is_confirmed: bool) -> str:
    if step.status == "done":
        return ""
    if step.status == "found":
        return "as a readout found it"
    return "programmed" if is_confirmed else "programmed, not confirmed"


def _is_last_seen(step: Any, shown: Content) -> bool:
    """Whether the last confirmation is of that program."""
    confirmed = shown.confirmed
    last = shown.last
    return confirmed is not None and (last["record"], last["row"]) == (step.record, step.row) and not shown.is_ahead


def _readouts(shown: Content) -> Iterator[str]:
    """Each readout, and the time it leaves unexplained."""
    since = dict(zip(shown.unexplained["readout_row"], shown.unexplained["start"], strict=True))
    for read in each(shown.readouts):
        when = _when(read.confirmed_at, shown.zone, by_day=read.by_day)
        differs = f": {read.differs}" if pd.notna(read.differs) else ""
        began = since.get(read.row)
        unsure = f"; unexplained from {began.tz_convert(shown.zone):%Y-%m-%d} on" if began is not None else ""
        yield f"  readout {when}  {read.says}{differs}{unsure}"


def _change(s: Any) -> str:
    """Mode, flex range and change of one step in words."""
    parts = [s.mode]
    if s.most > s.least:
        parts.append(f"{number(s.least)} to {number(s.most)} by weekday")
    if pd.notna(s.change_pct):
        sign = "+" if s.change_pct > 0 else ""
        same = "same dose at other times of the day" if s.is_redistributed else "unchanged"
        parts.append(same if s.change_mcg_per_day == 0 else f"{sign}{rounded(s.change_pct)} %")
    return ", ".join(parts)


def _last(shown: Content) -> Iterator[str]:
    last, confirmed = shown.last, shown.confirmed
    if not last["is_open"]:
        yield f"  {shown.ended or _ended(shown)}"
        return
    mcg = last["dose_mcg_per_day"]
    dose = f"{number(mcg)} mcg/day" if pd.notna(mcg) else "not read"
    since = _when(last["began"], shown.zone, by_day=bool(last["by_day"]))
    said = f"  last recorded programmed dose {dose}, effective {since}"
    said += ", as found" if last["status"] == "found" else ""
    said += " (programmed ahead, not confirmed)" if shown.is_ahead else ""
    if confirmed is not None:
        said += f", last confirmed {confirmed['confirmed_at'].tz_convert(shown.zone):%Y-%m-%d}"
        said += f" at {number(confirmed['dose_mcg_per_day'])} mcg/day" if shown.is_ahead else ""
        said += " by a readout" if confirmed["record"] == "readout" else ""
    yield said


def _ended(shown: Content) -> str:
    return f"ended {shown.last['end'].tz_convert(shown.zone):%Y-%m-%d} (explant, transfer or death)"


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
    told = series.points["provenance"].value_counts()
    late = "".join(f", {told[kind]} {said}" for kind, said in TOLD.items() if kind in told)
    yield f"  {words}: n {len(series.points)}{late}{without}"
    if len(series.points) == 0:
        return
    days = shown.wall(series.points["moment"])
    if len(series.points) <= MOST_LINES:
        points = zip(days, series.points["label"], series.points["provenance"], strict=True)
        pairs = [f"{day:%Y-%m-%d} {label}{' late' if kind == LATE else ''}" for day, label, kind in points]
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
