"""The dose changes on record as a ledger: the last ones on the page, all of them behind it.

Each stands beside the program before it, as it was set or as a readout found it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from titration import units
from titration.report import printed
from titration.report.facts import Fact, Made
from titration.report.page import Heading, Lines, Panel, Said, Table
from titration.report.programs import AHEAD, TABLE, on_record, programs, strength
from titration.report.window import Row, Window, within

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

SHOWN = 5
"""How many changes stand on the page; all of the month do, when there are more."""
DIFFERENCE: Made = {
    "definition": "daily dose less the one before it on record",
    "formula": "new - old",
    "function": "titration.report.printed.less",
}
PERCENT: Made = {
    "definition": "percent change of the daily dose; not defined from 0 or between unlike modes",
    "formula": "100 x (new - old) / old",
    "function": "titration.derive.dose.percent_change",
}
DAYS: Made = {
    "definition": "calendar days since the program before it took effect, or was found",
    "formula": "day of this one - day of the one before",
    "function": "titration.report.printed.days",
}
COUNT: Made = {
    "definition": "changes done, and steps programmed ahead whose time had come, in the window",
    "formula": "",
    "function": "titration.report.window.within",
}
TOTAL: Made = {
    "definition": "changes done, and steps programmed ahead whose time had come, by the end of the window",
    "formula": "",
    "function": "titration.derive.reconcile.on_record",
}
HEADS = (
    Heading("Effective"), Heading("Days since", numeric=True), Heading("From", numeric=True), Heading("To", numeric=True),
    Heading("Change", numeric=True), Heading("%", numeric=True), Heading("Reason", wide=5), Heading("By"),
)  # fmt: skip
FULL = (
    Heading("Effective"), Heading("Entered"), Heading("To", numeric=True), Heading("Mode, drug and strength", wide=7),
    Heading("Reason", wide=3), Heading("By", wide=2),
)  # fmt: skip
Change = tuple[dict[str, Any], dict[str, Any] | None]
"""A change, and the program before it."""


def changes(
    frames: Mapping[str, pd.DataFrame], window: Window, known: Sequence[dict[str, Any]] | None = None
) -> tuple[list[Change], list[Change]]:
    """The changes on record, each with the program before it: all of them, and those of the window.

    Args:
        frames: The frames of one patient, cut at the end of the window.
        window: The days of the page.
        known: What `programs.programs` gives for them, when it is at hand.
    """
    known = programs(frames, window) if known is None else known
    ours = set(within(on_record(frames, window), "effective", window)["row"])
    every = [(row, known[place - 1] if place else None) for place, row in enumerate(known) if row["record"] == TABLE]
    return every, [change for change in every if change[0]["row"] in ours]


def last_panel(every: Sequence[Change], ours: Sequence[Change], window: Window) -> Panel:
    """The last changes up to the end of the window, and how many were in it.

    Args:
        every: What `changes` gives.
        ours: Those of the window.
        window: The days of the page.
    """
    title = "Last dose changes"
    count, total = _counts(every, ours, window)
    shown = every[-max(SHOWN, len(ours)) :]
    if not shown:
        return Panel("changes", title, (Lines((count,)),))
    table = Table(title, _heads(HEADS, window), tuple(_line(change, window) for change in shown))
    return Panel("changes", title, (table, Lines((count, total, *_assigned(shown)))))


def full_panel(every: Sequence[Change], window: Window) -> Panel | None:
    """Every change on record with what else was recorded of it; None when there is none.

    Args:
        every: What `changes` gives.
        window: The days of the page.
    """
    if not every:
        return None
    title = "All dose changes"
    lines = tuple(_whole(change, window) for change in every)
    return Panel("ledger", title, (Table(title, _heads(FULL, window), lines), Lines(_assigned(every))), behind=True)


def _heads(heads: tuple[Heading, ...], window: Window) -> tuple[Heading, ...]:
    """The heads of the columns; those of what people wrote are not on a de-identified page."""
    if not window.study:
        return heads
    left = {"Entered", "By"} if heads is HEADS else {"Entered", "By", "Reason"}
    return tuple(replace(h, text="What else changed") if h.text == "Reason" else h for h in heads if h.text not in left)


def _counts(every: Sequence[Change], ours: Sequence[Change], window: Window) -> tuple[Fact, Fact]:
    n, total = len(ours), len(every)
    own, all_ = (tuple(f"{TABLE}:{row['row']}" for row, _ in some) for some in (ours, every))
    return (
        Fact(
            "change.count", "Dose changes in the month", f"Dose changes on record in the {window.noun}: {n}.", float(n),
            "changes", window.days, n, source=own, **COUNT,
        ),
        Fact(
            "change.total", "Dose changes up to the end of the month", f"Dose changes on record up to its end: {total}.",
            float(total), "changes", window.last.isoformat(), total, source=all_, **TOTAL,
        ),
    )  # fmt: skip


def _assigned(shown: Sequence[Change]) -> tuple[str, ...]:
    return (printed.ASSIGNED_NOTE,) if any(row.get("timing") == "assigned" for row, _ in shown) else ()


def _line(change: Change, window: Window) -> tuple[Said, ...]:
    row, old = change
    stem = f"change.{row['row']}"
    before = () if old is None else printed.source(old["record"], old)
    origin = (*before, *printed.source(TABLE, row))
    return (
        _effective(stem, row, window),
        _days(stem, row, old, origin),
        _from(stem, old, origin),
        _to(stem, row),
        _difference(stem, row, old, origin),
        _percent(stem, row, origin),
        Fact(f"{stem}.reason", "Reason", _reason(row, old, window), source=origin),
        *_by(stem, row, window),
    )


def _whole(change: Change, window: Window) -> tuple[Said, ...]:
    row, _ = change
    stem, origin = f"change.{row['row']}", printed.source(TABLE, row)
    entered = printed.instant(row["recorded_at"], window.zone)
    said = f"{row['mode']}; {strength(row)}"
    program = Fact(f"{stem}.program", "Mode, drug and strength", said, source=origin)
    if window.study:
        return (_effective(stem, row, window), _to(stem, row), program)
    return (
        _effective(stem, row, window),
        Fact(f"{stem}.entered", "When the change was entered", entered, source=origin),
        _to(stem, row),
        program,
        Fact(f"{stem}.reason-given", "Reason as recorded", row["reason"] or "not stated", source=origin),
        *_by(stem, row, window),
    )


def _effective(stem: str, row: Row, window: Window) -> Fact:
    said = printed.moment(row, "effective", window.zone)
    return Fact(f"{stem}.effective", "When the change took effect", said, source=printed.source(TABLE, row))


def _to(stem: str, row: Row) -> Fact:
    dose = row["dose_mcg_per_day"]
    said = units.quantity(dose, units.MCG_PER_DAY)
    return Fact(f"{stem}.to", "Daily dose after the change", said, dose, "mcg/day", source=printed.source(TABLE, row))


def _days(stem: str, row: Row, old: Row | None, origin: tuple[str, ...]) -> Said:
    if old is None:
        return "-"
    value = printed.days(old["effective_on" if old["record"] == TABLE else "read_on"], row["effective_on"])
    label = "Days since the program before"
    return Fact(f"{stem}.days", label, str(value), float(value), "days", n=2, source=origin, **DAYS)


def _from(stem: str, old: Row | None, origin: tuple[str, ...]) -> Said:
    if old is None:
        return "none before"
    dose = old["dose_mcg_per_day"]
    said = "not read" if dose is None else units.quantity(dose, units.MCG_PER_DAY)
    said += ", as found" if old["record"] != TABLE else ""
    return Fact(f"{stem}.from", "Daily dose before the change", said, dose, "mcg/day", source=origin[:1])


def _difference(stem: str, row: Row, old: Row | None, origin: tuple[str, ...]) -> Said:
    if old is None:
        return "-"
    if old["dose_mcg_per_day"] is None:
        return "not computable"
    value = printed.less(row["dose_mcg_per_day"], old["dose_mcg_per_day"])
    said = printed.signed(value, "mcg/day")
    label = "Difference of daily dose"
    return Fact(f"{stem}.difference", label, said, value, "mcg/day", n=2, source=origin, **DIFFERENCE)


def _percent(stem: str, row: Row, origin: tuple[str, ...]) -> Said:
    label, value = "Percent change of daily dose", row["change_pct"]
    if value is not None:
        said = f"{'+' if value > 0 else ''}{units.rounded(value)} %"
        return Fact(f"{stem}.percent", label, said, float(value), "%", n=2, source=origin, **PERCENT)
    if row["undefined"] == "first":
        return "-"
    made: Made = {**PERCENT, "definition": f"{PERCENT['definition']}; here: {row['undefined']}"}
    return Fact(f"{stem}.percent", label, "not defined", n=2, source=origin, **made)


def _reason(row: Row, old: Row | None, window: Window) -> str:
    said = [AHEAD] if row["status"] == "programmed" else []
    said += [] if window.study else [row["reason"] or "not stated"]
    if row["dose_ordered_mcg_per_day"] is not None:
        said.append(f"ordered as {units.quantity(row['dose_ordered_mcg_per_day'], units.MCG_PER_DAY)}")
    if old is None or row["mode"] != old["mode"]:
        said.append(f"mode {row['mode']}" + ("" if old is None else f", before: {old['mode']}"))
    stated = row["concentration_mcg_per_ml"] is not None or row["drug"] is not None
    if old is not None and stated and strength(row) != strength(old):
        said.append(f"{strength(row)}, before: {strength(old)}")
    return "; ".join(said) or "-"


def _by(stem: str, row: Row, window: Window) -> tuple[Fact, ...]:
    """Who changed it; nothing on a de-identified page."""
    if window.study:
        return ()
    programmed, ordered = row["programmed_by"], row["ordered_by"]
    said = programmed or ordered or f"entered by {row['recorded_by']}"
    if programmed and ordered and programmed != ordered:
        said = f"{programmed}, ordered by {ordered}"
    return (Fact(f"{stem}.by", "By", said, source=printed.source(TABLE, row)),)
