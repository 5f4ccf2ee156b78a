"""What the log holds of a patient, beside the boxes and for reading: pump, last refill, plans, dates; as HTML, escaped."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from titration.derive import dates
from titration.entry.card import said
from titration.forms.readback import table
from titration.records import KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from titration.log import Log

    Frames = Mapping[str, pd.DataFrame]

PUMP = ("model", "reservoir_ml", "low_reservoir_alarm_ml", "clock_offset_min", "implanted_on", "eri_on")
REFILL = (
    "filled_at", "filled_on", "drug", "brand", "concentration_mcg_per_ml", "withdrawn_ml", "injected_ml", "alarm_ml",
)  # fmt: skip
PLAN = ("status", "effective_at", "effective_on", "mode", "dose_mcg_per_day")
TITLES = {
    "low_reservoir_alarm_ml": "Low reservoir alarm at",
    "alarm_ml": "Low reservoir alarm at",
    "clock_offset_min": "Clock, east of UTC",
    "eri_on": "Elective replacement",
    "implanted_on": "Implanted",
}
DATES = {
    "booked": "next refill booked",
    "alarm-at-refill": "alarm, printed at the refill",
    "alarm-at-change": "alarm, printed at the dose change",
    "alarm-at-readout": "alarm, as found at the readout",
    "use-by": "drug to be used by",
    "eri": "elective replacement, of the pump",
    "eri-at-readout": "elective replacement, as found",
}
NOTE = "for reading; none of it is saved again"


def frames(log: Log, patient: str) -> dict[str, pd.DataFrame]:
    """The frames all this is read from, by name."""
    return {name: getattr(log, name)(patient) for name in ("pumps", "refills", "readouts", "doses", "plans")}


def _newest(log: Log, held: Frames, table_name: str, names: tuple[str, ...], title: str) -> str:
    """The newest record of a kind, by its own time, as a table."""
    kind = KINDS[table_name]
    frame = held[kind.frame].sort_values([f"{kind.moment}_on", "row"], kind="stable")
    if frame.empty:
        return f"<b>{escape(title)}</b><br>none on record"
    made = log.record(int(frame["row"].iloc[-1]))
    is_timed = getattr(made, f"{kind.moment}_at", None) is not None
    rows = [
        (TITLES.get(n, kind.field(n).title), said(made, n))
        for n in names
        if said(made, n) != "-" and not (is_timed and n == f"{kind.moment}_on")
    ]
    return f"<b>{escape(title)}</b> ({NOTE}){table(rows)}"


def pump(log: Log, held: Frames) -> str:
    """The pump on record."""
    return _newest(log, held, "pump", PUMP, "The pump on record")


def refill(log: Log, held: Frames) -> str:
    """The last refill on record."""
    return _newest(log, held, "refill", REFILL, "The last refill on record")


def plans(log: Log, held: Frames) -> str:
    """What is programmed or planned, as entered; nothing when nothing is."""
    kind, made = KINDS["dose_change"], []
    for row in held["plans"].sort_values(["effective_on", "row"], kind="stable")["row"]:
        change = log.record(int(row))
        told = [said(change, name) for name in PLAN]
        made.append((told[0], told[1] if told[1] != "-" else told[2], *told[3:]))
    if not made:
        return ""
    head = ("", kind.field("effective_at").title, *(kind.field(name).title for name in PLAN[3:]))
    return f"<b>Programmed or planned, as entered</b> ({NOTE}){table(made, head)}"


def dated(held: Frames, *, zone: str) -> str:
    """The dates on record, each with what came later."""
    found = dates.dates(held, zone=zone)
    if found.empty:
        return "<b>Dates on record</b><br>none"
    says = found["says"].astype("object").where(found["says"].notna(), "")
    rows = zip(found["what"].replace(DATES), found["on"].dt.strftime("%Y-%m-%d"), says, strict=True)
    return f"<b>Dates on record</b> ({NOTE}){table(rows)}"
