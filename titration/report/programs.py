"""The programs on record of one patient, in order, as they were set or as a readout found them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from titration import units
from titration.derive import reconcile, recorded
from titration.report.window import Row, Window, rows

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

TABLE = "dose_change"
AHEAD = "programmed ahead, not confirmed"
_FROM_STAIRS = (
    "record", "dose_mcg_per_day", "mode", "concentration_mcg_per_ml", "status", "began", "is_open", "change_pct", "undefined",
)  # fmt: skip


def on_record(frames: Mapping[str, pd.DataFrame], window: Window) -> pd.DataFrame:
    """The changes done, and the steps programmed ahead whose time has come.

    Args:
        frames: The frames of one patient, cut at the end of the window.
        window: For its zone.

    Returns:
        Rows with the columns of `doses`, in order of time and row.
    """
    return reconcile.on_record(frames, zone=window.zone_name)


def programs(frames: Mapping[str, pd.DataFrame], window: Window) -> list[dict[str, Any]]:
    """Each program on record in order, as it was set, or as a readout found it.

    Args:
        frames: The frames of one patient, cut at the end of the window.
        window: Its end is that of the last program.

    Returns:
        Rows of `doses` or, as found, of `readouts`, with `record`, `status`, `is_open` and what
        `derive.dose.percent_change` adds.
    """
    stairs = recorded.changes(frames, zone=window.zone_name, until=window.last_minute)
    set_, read = ({row["row"]: row for row in rows(frame)} for frame in (on_record(frames, window), frames["readouts"]))
    made: dict[tuple[str, int], dict[str, Any]] = {}
    last: dict[str, Any] = {"drug": None, "admixture": None}
    for piece in rows(stairs):
        own = set_[piece["row"]] if piece["record"] == TABLE else read[piece["row"]]
        kept = {} if piece["record"] == TABLE else {name: last[name] for name in ("drug", "admixture")}
        last = {"dose_ordered_mcg_per_day": None, **own, **kept, **{name: piece[name] for name in _FROM_STAIRS}}
        made[piece["record"], piece["row"]] = last
    return list(made.values())


def staircase(frames: Mapping[str, pd.DataFrame], window: Window) -> pd.DataFrame:
    """The dose in force from segment to segment up to the end of a window; see `derive.dose.staircase`.

    Args:
        frames: The frames of one patient, cut at the end of the window.
        window: The days.
    """
    return recorded.staircase(frames, zone=window.zone_name, until=window.last_minute)


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
