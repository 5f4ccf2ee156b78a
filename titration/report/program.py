"""The program on record at the end of a window, and the changes within it.

A step programmed ahead counts from its own time, and is marked as not confirmed; a plan never counts.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pandas as pd

from titration import units
from titration.derive import dose as derived
from titration.derive import moments
from titration.report import printed
from titration.report.facts import Fact
from titration.report.page import Heading, Item, Lines, Pairs, Panel, Said, Table
from titration.report.window import Row, Window, rows, within

if TYPE_CHECKING:
    from collections.abc import Mapping

TABLE = "dose_change"
AHEAD = "programmed ahead, not confirmed"
DIFFERENCE = "daily dose less the one before it on record"
PERCENT = "100 x (new - old) / old; not defined from 0 or between unlike modes"


def on_record(frames: Mapping[str, pd.DataFrame], window: Window) -> pd.DataFrame:
    """The changes done, and the steps programmed ahead whose time has come and that no change has carried out.

    Args:
        frames: The frames of one patient, cut at the end of the window.
        window: For its zone.

    Returns:
        Rows with the columns of `doses`, in order of time and row.
    """
    doses, plans = frames["doses"], frames["plans"]
    carried_out = set(doses["fulfils"].dropna())
    ahead = plans[(plans["status"] == "programmed") & ~plans["row"].isin(carried_out)]
    if ahead.empty:
        return doses
    both = pd.concat([doses, ahead], ignore_index=True)
    return moments.in_order(both, "effective", zone=window.zone_name).drop(columns=["moment", "by_day"])


def last_panel(frames: Mapping[str, pd.DataFrame], window: Window) -> Panel:
    """The last recorded programmed dose, when it took effect, and when it was last confirmed.

    Args:
        frames: The frames of one patient, cut at the end of the window.
        window: The days of the page.
    """
    title = "Last recorded programmed dose"
    known = rows(on_record(frames, window))
    if not known:
        none = Fact("dose.last.none", title, f"No dose change is on record up to {window.last.isoformat()}.", n=0)
        return Panel("program", title, (Lines((none,)),))
    last = known[-1]
    pairs: list[tuple[str, Said]] = [("Daily dose", _dose(last)), ("Program", _how(last))]
    steps = frames["dose_steps"][frames["dose_steps"]["of"] == last["row"]]
    if not steps.empty:
        pairs.append(("Steps (pump's clock)", _steps(steps, last)))
    pairs += [("Effective", _effective(last, window)), ("Last confirmed", _confirmed(known, window))]
    in_force = derived.in_force(
        on_record(frames, window),
        at=window.end - timedelta(minutes=1),
        zone=window.zone_name,
        patient_states=frames["patient_states"],
    )
    pairs += [] if in_force.empty else _since(last, window)
    items: list[Item] = [Pairs(tuple(pairs), lead=True)]
    notes: tuple[Said, ...] = (*_following(frames, ended=in_force.empty), *_assigned(last))
    items += [Lines(notes)] if notes else []
    return Panel("program", title, tuple(items))


def _dose(last: Row) -> Fact:
    dose = last["dose_mcg_per_day"]
    said = units.quantity(dose, units.MCG_PER_DAY)
    return Fact(
        "dose.last.dose",
        "Last recorded programmed daily dose",
        said,
        dose,
        "mcg/day",
        source=printed.source(TABLE, last),
    )


def strength(row: Row) -> str:
    """Drug, strength and admixture of a program or a filling, in print.

    Example:
        >>> strength({"drug": "baclofen", "concentration_mcg_per_ml": 500.0, "admixture": None})
        'baclofen 500 mcg/mL'
    """
    drug, concentration = row["drug"], row["concentration_mcg_per_ml"]
    admixture = f", with {row['admixture']}" if row.get("admixture") else ""
    if concentration is None:
        return (f"{drug}, strength not stated" if drug else "drug and strength not stated") + admixture
    said = units.quantity(concentration, units.MCG_PER_ML)
    return (f"{drug} {said}" if drug else f"{said}, drug not stated") + admixture


def _how(last: Row) -> Fact:
    said = f"{last['mode']}; {strength(last)}"
    if last["dose_ordered_mcg_per_day"] is not None:
        said += f"; ordered as {units.quantity(last['dose_ordered_mcg_per_day'], units.MCG_PER_DAY)}"
    return Fact(
        "dose.last.program", "Mode, drug and strength of that program", said, source=printed.source(TABLE, last)
    )


def _steps(steps: pd.DataFrame, last: Row) -> Fact:
    said, day = [], "every day"
    for step in rows(steps.sort_values("row")):
        weekday = "" if step["weekday"] == day else f"{step['weekday']} "
        day = step["weekday"]
        clock = f"{int(step['start_min']) // 60:02d}:{int(step['start_min']) % 60:02d}"
        said.append(f"{weekday}{clock} {units.quantity(step['rate_mcg_per_h'], units.MCG_PER_H)}")
    return Fact(
        "dose.last.steps", "Steps of that program", "; ".join(said), n=len(said), source=printed.source(TABLE, last)
    )


def _effective(last: Row, window: Window) -> Fact:
    said = printed.moment(last, "effective", window.zone)
    said += f" ({AHEAD})" if last["status"] == "programmed" else ""
    return Fact("dose.last.effective", "When that program took effect", said, source=printed.source(TABLE, last))


def _confirmed(known: list[dict[str, object]], window: Window) -> Fact:
    label, rule = "Last confirmed", "the last change entered as done"
    done = [row for row in known if row["status"] == "done"]
    if not done:
        return Fact("dose.last.confirmed", label, "never on record", definition=rule, n=0)
    last: Row = done[-1]
    said = printed.moment(last, "effective", window.zone)
    if last is not known[-1]:
        said += f", at {units.quantity(last['dose_mcg_per_day'], units.MCG_PER_DAY)}"
    return Fact("dose.last.confirmed", label, said, definition=rule, source=printed.source(TABLE, last))


def _since(last: Row, window: Window) -> list[tuple[str, Said]]:
    days = (window.last - last["effective_on"].date()).days
    fact = Fact(
        "dose.last.days", "Days from that change to the end of the window", f"{days} {'day' if days == 1 else 'days'}", float(days),
        "days", window.last.isoformat(), definition="calendar days from the day it took effect to the last day",
        source=printed.source(TABLE, last),
    )  # fmt: skip
    return [("Days to month end", fact)]


def _following(frames: Mapping[str, pd.DataFrame], *, ended: bool) -> tuple[Fact, ...]:
    states = rows(frames["patient_states"])
    states = [state for state in states if state["following"] is not None]
    if not states or states[-1]["following"] == "active":
        return ()
    last = states[-1]
    after = "; no program is on record after that" if ended else ""
    said = f"Following: {last['following']}, noted {printed.day(last['noted_on'])}{after}."
    return (Fact("patient.following", "Following", said, source=printed.source("patient_state", last)),)


def _assigned(*given: Row) -> tuple[str, ...]:
    return (printed.ASSIGNED_NOTE,) if any(row["timing"] == "assigned" for row in given) else ()


def changes_panel(frames: Mapping[str, pd.DataFrame], window: Window) -> Panel:
    """The changes of the window, each beside the one before it on record.

    Args:
        frames: The frames of one patient, cut at the end of the window.
        window: The days of the page.
    """
    known = derived.percent_change(on_record(frames, window), zone=window.zone_name)
    every = rows(known)
    ours = set(within(known, "effective", window)["row"])
    lines, shown = [], []
    for place, row in enumerate(every):
        if row["row"] in ours:
            lines.append(_change(row, every[place - 1] if place else None, window))
            shown.append(row)
    title = "Dose changes in the month"
    count = Fact(
        "change.count",
        title,
        f"Dose changes on record: {len(lines)}.",
        float(len(lines)),
        "changes",
        window.days,
        len(lines),
    )
    if not lines:
        return Panel("changes", title, (Lines((count,)),))
    headings = ("Effective", "Entered", "From", "To", "Change", "%", "Reason", "By")
    numeric, wide = {"From", "To", "Change", "%"}, {"Reason": 3, "By": 2}
    table = Table(title, tuple(Heading(h, h in numeric, wide.get(h, 0)) for h in headings), tuple(lines))
    notes = _assigned(*shown)
    return Panel("changes", title, (table, Lines(notes)) if notes else (table,))


def _change(row: Row, old: Row | None, window: Window) -> tuple[Said, ...]:
    stem = f"change.{row['row']}"
    origin = printed.source(TABLE, row) if old is None else printed.source(TABLE, old, row)
    effective = printed.moment(row, "effective", window.zone)
    entered = printed.instant(row["recorded_at"], window.zone)
    day = window.days
    return (
        Fact(f"{stem}.effective", "When the change took effect", effective, window=day, source=origin[-1:]),
        Fact(f"{stem}.entered", "When the change was entered", entered, window=day, source=origin[-1:]),
        _from(stem, old, origin, day),
        Fact(
            f"{stem}.to", "Daily dose after the change", units.quantity(row["dose_mcg_per_day"], units.MCG_PER_DAY),
            row["dose_mcg_per_day"], "mcg/day", day, source=origin[-1:],
        ),
        _difference(stem, row, old, origin, day),
        _percent(stem, row, origin, day),
        Fact(f"{stem}.reason", "Reason", _reason(row, old), window=day, source=origin),
        Fact(f"{stem}.by", "By", _by(row), window=day, source=origin[-1:]),
    )  # fmt: skip


def _from(stem: str, old: Row | None, origin: tuple[str, ...], day: str) -> Said:
    if old is None:
        return "none before"
    dose = old["dose_mcg_per_day"]
    said = units.quantity(dose, units.MCG_PER_DAY)
    return Fact(f"{stem}.from", "Daily dose before the change", said, dose, "mcg/day", day, source=origin[:1])


def _difference(stem: str, row: Row, old: Row | None, origin: tuple[str, ...], day: str) -> Said:
    if old is None:
        return "-"
    value = printed.less(row["dose_mcg_per_day"], old["dose_mcg_per_day"])
    said = printed.signed(value, "mcg/day")
    return Fact(f"{stem}.difference", "Difference of daily dose", said, value, "mcg/day", day, 2, DIFFERENCE, origin)


def _percent(stem: str, row: Row, origin: tuple[str, ...], day: str) -> Said:
    label, value = "Percent change of daily dose", row["change_pct"]
    if value is not None:
        said = f"{'+' if value > 0 else ''}{units.rounded(value)} %"
        return Fact(f"{stem}.percent", label, said, float(value), "%", day, 2, PERCENT, origin)
    if row["undefined"] == "first":
        return "-"
    why = f"{PERCENT}; here: {row['undefined']}"
    return Fact(f"{stem}.percent", label, "not defined", None, "", day, 2, why, origin)


def _reason(row: Row, old: Row | None) -> str:
    said = [AHEAD] if row["status"] == "programmed" else []
    said.append(row["reason"] or "not stated")
    if row["dose_ordered_mcg_per_day"] is not None:
        said.append(f"ordered as {units.quantity(row['dose_ordered_mcg_per_day'], units.MCG_PER_DAY)}")
    if old is None or row["mode"] != old["mode"]:
        said.append(f"mode {row['mode']}" + ("" if old is None else f", before: {old['mode']}"))
    stated = row["concentration_mcg_per_ml"] is not None or row["drug"] is not None
    if old is not None and stated and strength(row) != strength(old):
        said.append(f"{strength(row)}, before: {strength(old)}")
    return "; ".join(said)


def _by(row: Row) -> str:
    programmed, ordered = row["programmed_by"], row["ordered_by"]
    if programmed and ordered and programmed != ordered:
        return f"{programmed}, ordered by {ordered}"
    return programmed or ordered or f"entered by {row['recorded_by']}"
