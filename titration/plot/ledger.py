"""The titration ledger as a picture: each change of the program in a line, with a series of scores on both sides.

The lines come from `derive.ledger`; they are drawn by `draw_table`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from titration.derive import moments, windows
from titration.derive.kept import own_frames
from titration.derive.ledger import ledger as derived
from titration.derive.washout import WINDOW
from titration.plot.content import each
from titration.plot.draw_table import Column, Line, Table, figure_of
from titration.units import number, rounded

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from titration.plot.figure import Figure
    from titration.scales import Scale

MOST_LINES = 40
ARROW = "\N{RIGHTWARDS ARROW}"
WHY = {"first": "first", "from 0": "from 0", "other mode": "other mode", "not read": "not read"}
COLUMNS = (
    Column("Effective", 0.74), Column("Daily dose\n(mcg/day)", 0.74), Column("Change", 0.6, is_right=True), Column("Mode", 0.98),
    Column("Days\nsince", 0.37, is_right=True), Column("Before:\nmedian (n)", 0.62, is_right=True),
    Column("After:\nmedian (n)", 0.62, is_right=True), Column("Diary\nfilled", 0.46, is_right=True), Column("Reason, by whom", 1.15),
)  # fmt: skip


def ledger(
    frames: Mapping[str, pd.DataFrame],
    *,
    patient: str,
    zone: str,
    until: datetime,
    scales: Mapping[str, Scale],
    since: datetime | None = None,
    scale: str | None = None,
) -> Figure:
    """Each change of the program in a line, oldest first, with the caution that belongs to before and after.

    Args:
        frames: Frames by name, of one patient or many.
        patient: Code.
        zone: IANA name.
        until: Last instant shown, with an offset.
        scales: Scales by code.
        since: Earlier changes are left out; without it none are.
        scale: The scale whose scores are shown; without it the one with values on most days.

    Returns:
        The figure; `twin` says the same in plain text, nothing shortened.

    Raises:
        ValueError: `until` or `since` has no offset.
        LookupError: A scale asked for is not in the register.

    Example:
        >>> chart = demo_log.chart("P001")
        >>> given = {"patient": "P001", "zone": chart.zone, "until": chart.asof_at, "scales": chart.scales}
        >>> print(ledger(chart.frames, **given).twin.splitlines()[0])
        P001: titration ledger, 9 programs
    """
    if scale is not None and scale not in scales:
        raise LookupError(f"{scale}: no scale of this log; there are {', '.join(scales)}")
    code = None if scale is None else scales[scale].code
    own = own_frames(frames, patient)
    made = derived(own, zone=zone, until=until, scales=scales, scale=code)
    shown = made if since is None else made[made["effective_at"] >= moments.instant(since)]
    rows = list(each(shown))
    lines = tuple(Line(_cells(row, zone), _said(row, zone)) for row in rows)
    none = "no program on record" if made.empty else "no change in this window"
    table = Table("Programs as recorded", _note(made, scales), COLUMNS, lines, none, MOST_LINES, "changes")
    n = f"{len(rows)} program{'s' if len(rows) != 1 else ''}"
    return figure_of(
        f"{patient}: titration ledger, {n}", (table,), _footer(made, len(shown), moments.instant(until), zone)
    )


def _note(made: pd.DataFrame, scales: Mapping[str, Scale]) -> str:
    """Which scores stand before and after."""
    if made["scale"].isna().all():
        return "No scores to stand beside it" if len(made) else ""
    row = made.iloc[0]
    scale = scales.get(row["scale"])
    where = " ".join(str(row[name]) for name in ("side", "body_part") if pd.notna(row[name]))
    who = row["reporter"] if pd.notna(row["reporter"]) else "reporter not stated"
    says = row["scale"] if scale is None else f"{scale.name} ({scale.range_words}; higher: {scale.more_is})"
    window = (
        f"{rounded(WINDOW.days)} days, {rounded(WINDOW.washout_h)} h and the scale's recall left out after a change"
    )
    return f"Before and after: {', '.join(filter(None, [says, where, who]))}; {window}"


def _day(row: Any, zone: str) -> str:
    return f"{row.effective_at.tz_convert(zone):%Y-%m-%d}"


def _mcg(mcg: float) -> str:
    return number(mcg) if pd.notna(mcg) else "not read"


def _state(row: Any) -> str:
    said = {"programmed": "programmed ahead", "found": "as found"}.get(row.status, "")
    return ", ".join(filter(None, [said, "time assigned" if row.timing == "assigned" else ""]))


def _dose(row: Any, arrow: str) -> str:
    return (
        f"{_mcg(row.from_mcg_per_day)} {arrow} {_mcg(row.dose_mcg_per_day)}"
        if row.undefined != "first"
        else _mcg(row.dose_mcg_per_day)
    )


def _change(row: Any) -> str:
    if pd.isna(row.change_pct):
        return WHY.get(row.undefined, "")
    if row.change_pct == 0:
        return "unchanged"
    return f"{'+' if row.change_pct > 0 else ''}{rounded(row.change_pct)} %"


def _mode(row: Any) -> str:
    differs = pd.notna(row.from_mode) and row.from_mode != row.mode
    return f"{row.mode}, was {row.from_mode}" if differs else str(row.mode)


def _side(row: Any, side: str) -> str:
    """Median and n; n alone where it is not computable; nothing where there is nothing to compare."""
    n = getattr(row, f"{side}_n")
    if pd.isna(n):
        return ""
    grade, median = getattr(row, f"{side}_median_grade"), getattr(row, f"{side}_median")
    middle = grade if pd.notna(grade) else rounded(median, 2) if pd.notna(median) else ""
    return f"{middle} ({n})" if middle else f"({n})"


def _who(row: Any) -> str:
    by = row.programmed_by if pd.notna(row.programmed_by) else row.ordered_by
    reason = row.reason if pd.notna(row.reason) else "no reason given" if row.record == "dose_change" else "readout"
    return ", ".join(filter(None, [reason, by if pd.notna(by) else ""]))


def _cells(row: Any, zone: str) -> tuple[str, ...]:
    filled = f"{rounded(row.filled_pct, 0)} %" if pd.notna(row.filled_pct) else "-"
    when = "\n".join(filter(None, [_day(row, zone), _state(row)]))
    since = "" if pd.isna(row.days_since) else str(row.days_since)
    return (
        when, _dose(row, ARROW), _change(row), _mode(row), since, _side(row, "before"), _side(row, "after"), filled, _who(row),
    )  # fmt: skip


def _said(row: Any, zone: str) -> str:
    """The whole line in words."""
    ordered = f"ordered by {row.ordered_by}" if pd.notna(row.ordered_by) else ""
    by = f"programmed by {row.programmed_by}" if pd.notna(row.programmed_by) else ""
    why = f"reason: {row.reason}" if pd.notna(row.reason) else ""
    since = "" if pd.isna(row.days_since) else f"{row.days_since} days since the one before"
    sides = "" if pd.isna(row.before_n) else f"before {_side(row, 'before')}, after {_side(row, 'after')}"
    if pd.notna(row.not_computable):
        sides += f", {row.not_computable}"
    filled = f"diary {row.n_filled} of {row.n_expected} filled" if pd.notna(row.n_expected) else "no diary expected"
    parts = [
        f"{_day(row, zone)}  {_dose(row, 'to')} mcg/day", _change(row), _mode(row), _state(row), since, why, ordered, by, sides, filled,
    ]  # fmt: skip
    return "; ".join(filter(None, parts))


def _footer(made: pd.DataFrame, n: int, until: pd.Timestamp, zone: str) -> list[str]:
    said = ["Doses are as programmed, not as measured in the patient."]
    if made["before_n"].notna().any():
        said.append("(n) alone: not computable; why is in the text version.")
        said.append("Diary filled: of the entries expected until the next line; -: no diary expected.")
        said.append(windows.CAUTION)
    if made["is_unexplained"].any():
        said.append("As found: a readout unlike the record; when it changed is not known.")
    if len(made) > n:
        said.append(f"Not shown: {len(made) - n} earlier.")
    said.append(f"Shown until {until.tz_convert(zone):%Y-%m-%d %H:%M} ({zone}).")
    return said
