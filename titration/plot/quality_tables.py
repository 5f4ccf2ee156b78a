"""The lists of the page about the record, as tables: findings, corrections, intervals, diaries, lateness, statements.

Imports `derive`; draws nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from titration.derive import diary, lateness, moments, reconcile
from titration.derive.findings import findings as derived
from titration.plot.content import each
from titration.plot.draw_table import Column, Line, Table
from titration.records import KINDS
from titration.units import rounded

if TYPE_CHECKING:
    from collections.abc import Mapping

    from titration.scales import Scale

    Own = Mapping[str, pd.DataFrame]

CORRECTED = ("corrected", "entered in error", "moved")
"""What counts as a correction; a fact completed later does not."""
DIARY_MONTHS = 12


@dataclass(frozen=True)
class Window:
    """What part of time is listed, and by which zone's days.

    Attributes:
        begin: What is dated earlier is left out; None: nothing is.
        end: What is dated later is left out.
        zone: IANA name.
    """

    begin: pd.Timestamp | None
    end: pd.Timestamp
    zone: str

    def local(self, instant: pd.Timestamp) -> pd.Timestamp:
        """The local day of an instant."""
        return pd.Timestamp(instant.tz_convert(self.zone).tz_localize(None)).normalize()

    def say(self, instant: pd.Timestamp) -> str:
        """The local day of an instant, in print."""
        return f"{self.local(instant):%Y-%m-%d}"

    def holds(self, instants: pd.Series) -> pd.Series:
        """Which instants lie in it."""
        inside = instants <= self.end
        return inside if self.begin is None else inside & (instants >= self.begin)

    def holds_days(self, days: pd.Series) -> pd.Series:
        """Which days lie in it; a fact without a day does."""
        inside = ~(days > self.local(self.end))
        return inside if self.begin is None else inside & ~(days < self.local(self.begin))


def _record(record: str, row: int) -> str:
    title = KINDS[record].title.lower() if record in KINDS else record
    return f"{title}, row {row}"


def findings(own: Own, window: Window) -> Table:
    """What is odd about the record and was not closed, in order of day."""
    found = derived(own, zone=window.zone, until=window.end)
    found = found[window.holds_days(found["on"])].sort_values(["on", "row", "rule"], kind="stable", na_position="first")
    lines = []
    for row in each(found):
        day = f"{row.on:%Y-%m-%d}" if pd.notna(row.on) else "-"
        record = _record(row.record, row.row)
        lines.append(
            Line(
                (day, f"{row.rule}\n{record}", row.says, row.settles),
                f"{day}  {record} ({row.rule}): {row.says}. To settle it: {row.settles}",
            )
        )
    columns = (
        Column("Day", 0.74),
        Column("Record", 1.15),
        Column("What is odd about the record", 2.35),
        Column("What would settle it", 2.0),
    )
    closed = len(own["findings_closed"]) if "findings_closed" in own else 0
    note = f"{closed} closed before" if closed else ""
    return Table("Findings not closed", note, columns, tuple(lines), "none", 20, "findings")


def corrections(own: Own, window: Window, patient: str) -> Table:
    """What was corrected, taken back or moved, with the reason as it was written."""
    columns = (
        Column("Entered", 0.74),
        Column("Record", 1.15),
        Column("What", 2.35),
        Column("Reason", 1.25),
        Column("By", 0.75),
    )
    title = "Corrections"
    if "corrections" not in own:
        return Table(title, "", columns, (), "not known here: the log was read without its amendments")
    given = own["corrections"]
    given = given[given["action"].isin(CORRECTED) & window.holds(given["recorded_at"])]
    lines = []
    for _, same in given.groupby(["entry", "row"], sort=True):
        rows = list(each(same))
        first = rows[0]
        reason = first.reason if pd.notna(first.reason) else "no reason given"
        by = first.recorded_by if pd.notna(first.recorded_by) else "not stated"
        cells = (window.say(first.recorded_at), _record(first.record, first.row), _what(rows, patient), reason, by)
        lines.append(Line(cells, f"{cells[0]}  {cells[1]}: {cells[2]}. Reason: {reason}; by {by}"))
    return Table(title, "", columns, tuple(lines), "none on record", 20, "corrections")


def _what(rows: list[Any], patient: str) -> str:
    """What was done; of a moved fact the other patient is not named."""
    if rows[0].action == "moved":
        here = any(row.field == "patient" and row.new == patient for row in rows)
        return "moved here from another patient" if here else "moved to another patient"
    changes = [
        f"{_field(row)} was {row.old if pd.notna(row.old) else 'not stated'}, now {row.new if pd.notna(row.new) else 'not stated'}"
        for row in rows
        if pd.notna(row.field)
    ]
    return f"{rows[0].action}: {'; '.join(changes)}" if changes else str(rows[0].action)


def _field(row: Any) -> str:
    return KINDS[row.record].field(row.field).title


def unexplained(own: Own, window: Window) -> Table:
    """Each interval that ended with a readout unlike the program on record."""
    made = reconcile.unexplained(own, zone=window.zone, until=window.end)
    made = made[window.holds(made["end"])]
    lines = []
    for row in each(made):
        first, last, days = window.say(row.start), window.say(row.end), rounded(row.days)
        lines.append(Line((first, last, days, row.differs), f"{first} to {last} ({days} days): {row.differs}"))
    columns = (
        Column("Last known", 0.85),
        Column("Readout", 0.85),
        Column("Days", 0.6, is_right=True),
        Column("On record, and found", 3.9),
    )
    note = "from the last confirmation of the program to a readout unlike it; when in between it changed is not known"
    none = "none" if len(own["readouts"]) else "no readout on record to compare with"
    return Table("Unexplained intervals", note if lines else "", columns, tuple(lines), none, 20, "intervals")


def diaries(own: Own, window: Window, scales: Mapping[str, Scale]) -> Table:
    """How many of the diary entries expected are there."""
    last = window.local(window.end)
    first = last - pd.DateOffset(months=DIARY_MONTHS) if window.begin is None else window.local(window.begin)
    made = diary.completeness(
        own["scores"], first=first.date(), last=last.date(), zone=window.zone, scales=scales,
        diary_schedules=own["diary_schedules"], patient_states=own["patient_states"],
    )  # fmt: skip
    made = made[made["expectation"] == "expected"]
    lines = []
    for row in each(made):
        name, missing = _name(row.scale, scales), row.n_expected - row.n_filled
        gap = f"{row.longest_gap_days}" if row.days_with_value else "-"
        same = f"{row.days_same_day} of {row.days_judged}" if row.days_judged else "not known"
        cells = (name, str(row.n_expected), str(row.n_filled), str(missing), gap, same)
        words = f"{name}: {row.n_expected} entries expected, {row.n_filled} filled, {missing} not; longest gap {gap} days; written on the day itself: {same}"
        lines.append(Line(cells, words))
    heads = ("Expected", "Filled", "Not filled", "Longest gap\n(days)", "Written the\nsame day")
    columns = (Column("Scale", 2.2), *(Column(head, 0.8, is_right=True) for head in heads))
    note = f"{first:%Y-%m-%d} to {last:%Y-%m-%d}" if lines else ""
    return Table("Diary entries", note, columns, tuple(lines), "no diary expected", 20, "scales")


def _name(code: str, scales: Mapping[str, Scale]) -> str:
    return scales[code].name if code in scales else code


def late(own: Own, window: Window, scales: Mapping[str, Scale]) -> Table:
    """Scores written later than their way of collecting allows, by scale and way of collecting."""
    given = moments.placed(own["scores"], "observed", zone=window.zone)
    given = lateness.lateness(given[window.holds(given["moment"])], zone=window.zone)
    given = given[given["is_late"].notna()]
    lines = []
    for key, rows in given.groupby(["scale", "collected"], sort=True):
        scale, collected = (str(word) for word in key)
        is_late = rows["is_late"].astype("bool")
        if not is_late.any():
            continue
        n, most = int(is_late.sum()), int(rows.loc[is_late, "days_late"].max())
        cells = (_name(scale, scales), collected, str(len(rows)), str(n), str(most))
        words = f"{cells[0]}, {collected}: {n} of {len(rows)} scores written late, at most {most} days after their day"
        lines.append(Line(cells, words))
    heads = ("Scores", "Late", "Most days\nafter")
    columns = (Column("Scale", 2.2), Column("Collected", 0.8), *(Column(head, 0.8, is_right=True) for head in heads))
    note = "visit or phone: after the next working day; paper: a week or more after; app: after its day; import: not judged"
    return Table("Scores written late", note if lines else "", columns, tuple(lines), "none", 20, "scales")


def statements(own: Own, window: Window) -> Table:
    """Who stated what of which document: typed names."""
    made = moments.in_order(own["statements"], "stated", zone=window.zone)
    made = made[window.holds(made["moment"])]
    cells = [(window.say(row.moment), row.document, row.meaning, row.stated_by) for row in each(made)]
    lines = tuple(Line(line, f"{line[0]}  {line[1]}: {line[2]} by {line[3]}") for line in cells)
    columns = (Column("Day", 0.85), Column("Document", 2.6), Column("Stated as", 1.2), Column("By", 1.5))
    note = "typed names, not authenticated signatures"
    return Table(
        "Statements", note if lines else "", columns, lines, "none on record: nothing here is signed", 20, "statements"
    )


def unsigned(own: Own) -> list[str]:
    """What no statement was made of since, and dose changes that name nobody, in words."""
    entries = pd.concat(
        [own[kind.frame]["entry"] for kind in KINDS.values() if kind.frame in own and kind.parent is None]
    )
    stated = own["statements"]["entry"]
    newer = entries if stated.empty else entries[entries > stated.max()]
    n, said = newer.nunique(), []
    if n:
        which = "on record, and no statement" if stated.empty else "recorded since the last statement"
        said.append(f"{n} entr{'y' if n == 1 else 'ies'} {which}.")
    doses = own["doses"]
    for name, did in (("ordered_by", "ordered"), ("programmed_by", "programmed")):
        n = int(doses[name].isna().sum())
        if n:
            said.append(f"{n} of {len(doses)} dose changes do not name who {did} them.")
    return said
