"""The program on record at the end of a window: as it was set, or as a readout found it.

A step programmed ahead counts from its own time, and is marked as not confirmed; a plan never counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from titration import units
from titration.derive import reconcile
from titration.report import printed, schedule, unexplained
from titration.report.facts import Fact, Made
from titration.report.page import Item, Lines, Pairs, Panel, Said
from titration.report.programs import AHEAD, TABLE, programs, strength
from titration.report.window import Row, Window, rows

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

FOUND = "as a readout found it"
LAST: Made = {
    "definition": "the program last in force by the end of the window: as done, as programmed ahead once its time came, "
    "or as a readout found it",
    "formula": "",
    "function": "titration.derive.dose.staircase",
}
CONFIRMED: Made = {
    "definition": "the last change entered as done, or the last readout that stated the daily dose",
    "formula": "",
    "function": "titration.derive.reconcile.confirmations",
}
SINCE: Made = {
    "definition": "calendar days from the day it took effect to the last day",
    "formula": "last day - day it took effect",
    "function": "titration.report.printed.days",
}


def last_panel(
    frames: Mapping[str, pd.DataFrame], window: Window, known: Sequence[dict[str, Any]] | None = None
) -> Panel:
    """The last recorded programmed dose, when it took effect, when it was last confirmed, and what is unexplained.

    Args:
        frames: The frames of one patient, cut at the end of the window.
        window: The days of the page.
        known: What `programs.programs` gives for them, when it is at hand.
    """
    title = "Last recorded programmed dose"
    known = programs(frames, window) if known is None else known
    if not known:
        said = f"No dose change is on record up to {window.last.isoformat()}."
        return Panel("program", title, (Lines((Fact("dose.last.none", title, said, n=0, **LAST),)),))
    last = known[-1]
    pairs: list[tuple[str, Said]] = [("Daily dose", _dose(last)), ("Program", _how(last))]
    pairs += schedule.pairs(last, frames, window)
    confirmed = rows(reconcile.confirmations(frames, zone=window.zone_name))
    ahead = _is_ahead(last, confirmed)
    pairs.append(("Effective", _effective(last, window, is_ahead=ahead)))
    pairs += _since(last, window) if last["is_open"] else []
    pairs.append(("Last confirmed", _confirmed(confirmed, frames, window, is_ahead=ahead)))
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
        **LAST,
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


def _effective(last: Row, window: Window, *, is_ahead: bool) -> Fact:
    said = printed.moment(last, _stem(last), window.zone)
    said += f" ({AHEAD})" if is_ahead else f" ({FOUND})" if last["record"] != TABLE else ""
    source = printed.source(last["record"], last)
    return Fact("dose.last.effective", "When that program took effect", said, source=source)


def _confirmed(
    confirmed: list[dict[str, Any]], frames: Mapping[str, pd.DataFrame], window: Window, *, is_ahead: bool
) -> Fact:
    label = "Last confirmed"
    if not confirmed:
        return Fact("dose.last.confirmed", label, "never on record", n=0, **CONFIRMED)
    last = confirmed[-1]
    by_readout = last["record"] == "readout"
    frame = frames["readouts" if by_readout else "doses"]
    (row,) = rows(frame[frame["row"] == last["row"]])
    said = printed.moment(row, "read" if by_readout else "effective", window.zone)
    said += ", by a readout" if by_readout else ""
    said += f", at {units.quantity(last['dose_mcg_per_day'], units.MCG_PER_DAY)}" if is_ahead else ""
    return Fact("dose.last.confirmed", label, said, source=printed.source(last["record"], last), **CONFIRMED)


def _since(last: Row, window: Window) -> list[tuple[str, Said]]:
    days = printed.days(last[f"{_stem(last)}_on"], window.last)
    fact = Fact(
        "dose.last.days", "Days from that change to the end of the window", f"{days} {'day' if days == 1 else 'days'}", float(days),
        "days", window.last.isoformat(), source=printed.source(last["record"], last), **SINCE,
    )  # fmt: skip
    return [(f"Days to {window.noun} end", fact)]


def _following(frames: Mapping[str, pd.DataFrame], *, ended: bool) -> tuple[Fact, ...]:
    states = rows(frames["patient_states"])
    states = [state for state in states if state["following"] is not None]
    if not states or states[-1]["following"] == "active":
        return ()
    last = states[-1]
    after = "; no program is on record after that" if ended else ""
    said = f"Following: {last['following']}, noted {printed.day(last['noted_on'])}{after}."
    return (Fact("patient.following", "Following", said, source=printed.source("patient_state", last)),)


def _assigned(last: Row) -> tuple[str, ...]:
    return (printed.ASSIGNED_NOTE,) if last.get("timing") == "assigned" else ()
