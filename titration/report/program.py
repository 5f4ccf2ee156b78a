"""The program on record at the end of a window, and the changes within it.

A step programmed ahead counts from its own time, and is marked as not confirmed; a plan never counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from titration import units
from titration.derive import reconcile
from titration.report import printed, unexplained
from titration.report.facts import Fact
from titration.report.page import Heading, Item, Lines, Pairs, Panel, Said, Table
from titration.report.programs import TABLE, on_record, programs, strength
from titration.report.window import Row, Window, rows, within

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

__all__ = ["changes_panel", "last_panel", "on_record", "strength"]
AHEAD, FOUND = "programmed ahead, not confirmed", "as a readout found it"
DIFFERENCE = "daily dose less the one before it on record"
PERCENT = "100 x (new - old) / old; not defined from 0 or between unlike modes"


def last_panel(frames: Mapping[str, pd.DataFrame], window: Window) -> Panel:
    """The last recorded programmed dose, when it took effect, when it was last confirmed, and what is unexplained.

    Args:
        frames: The frames of one patient, cut at the end of the window.
        window: The days of the page.
    """
    title = "Last recorded programmed dose"
    known = programs(frames, window)
    if not known:
        none = Fact("dose.last.none", title, f"No dose change is on record up to {window.last.isoformat()}.", n=0)
        return Panel("program", title, (Lines((none,)),))
    last = known[-1]
    pairs: list[tuple[str, Said]] = [("Daily dose", _dose(last)), ("Program", _how(last))]
    steps = frames["dose_steps"][frames["dose_steps"]["of"] == last["row"]]
    if not steps.empty and last["record"] == TABLE:
        pairs.append(("Steps (pump's clock)", _steps(steps, last)))
    confirmed = rows(reconcile.confirmations(frames, zone=window.zone_name))
    ahead = _is_ahead(last, confirmed)
    pairs.append(("Effective", _effective(last, window, is_ahead=ahead)))
    pairs.append(("Last confirmed", _confirmed(confirmed, frames, window, is_ahead=ahead)))
    pairs += _since(last, window) if last["is_open"] else []
    items: list[Item] = [Pairs(tuple(pairs), lead=True)]
    notes: tuple[Said, ...] = (*_following(frames, ended=not last["is_open"]), *_assigned(last))
    items += [Lines(notes)] if notes else []
    return Panel("program", title, (*items, *unexplained.items(frames, window)))


def _is_ahead(last: Row, confirmed: list[dict[str, Any]]) -> bool:
    """Whether that program began by itself and nothing has confirmed it since."""
    return last["status"] == "programmed" and not (confirmed and confirmed[-1]["confirmed_at"] >= last["began"])


def _stem(row: Row) -> str:
    return "effective" if row["record"] == TABLE else "read"


def _dose(last: Row) -> Fact:
    dose = last["dose_mcg_per_day"]
    said = "not read" if dose is None else units.quantity(dose, units.MCG_PER_DAY)
    return Fact(
        "dose.last.dose",
        "Last recorded programmed daily dose",
        said,
        dose,
        "mcg/day",
        source=printed.source(last["record"], last),
    )


def _how(last: Row) -> Fact:
    said = f"{last['mode']}; {strength(last)}"
    if last["dose_ordered_mcg_per_day"] is not None:
        said += f"; ordered as {units.quantity(last['dose_ordered_mcg_per_day'], units.MCG_PER_DAY)}"
    return Fact(
        "dose.last.program",
        "Mode, drug and strength of that program",
        said,
        source=printed.source(last["record"], last),
    )


def _steps(steps: pd.DataFrame, last: Row) -> Fact:
    said, day = [], "every day"
    for step in rows(steps.sort_values("row")):
        weekday = "" if step["weekday"] == day else f"{step['weekday']} "
        day = step["weekday"]
        clock = f"{int(step['start_min']) // 60:02d}:{int(step['start_min']) % 60:02d}"
        said.append(f"{weekday}{clock} {units.quantity(step['rate_mcg_per_h'], units.MCG_PER_H)}")
    return Fact(
        "dose.last.steps",
        "Steps of that program",
        "; ".join(said),
        n=len(said),
        source=printed.source(last["record"], last),
    )


def _effective(last: Row, window: Window, *, is_ahead: bool) -> Fact:
    said = printed.moment(last, _stem(last), window.zone)
    said += f" ({AHEAD})" if is_ahead else f" ({FOUND})" if last["record"] != TABLE else ""
    source = printed.source(last["record"], last)
    return Fact("dose.last.effective", "When that program took effect", said, source=source)


def _confirmed(
    confirmed: list[dict[str, Any]], frames: Mapping[str, pd.DataFrame], window: Window, *, is_ahead: bool
) -> Fact:
    label, rule = "Last confirmed", "the last change entered as done, or the last readout that stated the daily dose"
    if not confirmed:
        return Fact("dose.last.confirmed", label, "never on record", definition=rule, n=0)
    last = confirmed[-1]
    by_readout = last["record"] == "readout"
    frame = frames["readouts" if by_readout else "doses"]
    (row,) = rows(frame[frame["row"] == last["row"]])
    said = printed.moment(row, "read" if by_readout else "effective", window.zone)
    said += ", by a readout" if by_readout else ""
    said += f", at {units.quantity(last['dose_mcg_per_day'], units.MCG_PER_DAY)}" if is_ahead else ""
    return Fact("dose.last.confirmed", label, said, definition=rule, source=printed.source(last["record"], last))


def _since(last: Row, window: Window) -> list[tuple[str, Said]]:
    days = (window.last - last[f"{_stem(last)}_on"].date()).days
    fact = Fact(
        "dose.last.days", "Days from that change to the end of the window", f"{days} {'day' if days == 1 else 'days'}", float(days),
        "days", window.last.isoformat(), definition="calendar days from the day it took effect to the last day",
        source=printed.source(last["record"], last),
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
    return (printed.ASSIGNED_NOTE,) if any(row.get("timing") == "assigned" for row in given) else ()


def changes_panel(frames: Mapping[str, pd.DataFrame], window: Window) -> Panel:
    """The changes of the window, each beside the one before it on record.

    Args:
        frames: The frames of one patient, cut at the end of the window.
        window: The days of the page.
    """
    every = programs(frames, window)
    ours = set(within(on_record(frames, window), "effective", window)["row"])
    lines, shown = [], []
    for place, row in enumerate(every):
        if row["record"] == TABLE and row["row"] in ours:
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
    before = () if old is None else printed.source(old["record"], old)
    origin = (*before, *printed.source(TABLE, row))
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
    said = "not read" if dose is None else units.quantity(dose, units.MCG_PER_DAY)
    said += ", as found" if old["record"] != TABLE else ""
    return Fact(f"{stem}.from", "Daily dose before the change", said, dose, "mcg/day", day, source=origin[:1])


def _difference(stem: str, row: Row, old: Row | None, origin: tuple[str, ...], day: str) -> Said:
    if old is None:
        return "-"
    if old["dose_mcg_per_day"] is None:
        return "not computable"
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
