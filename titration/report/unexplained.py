"""Unexplained intervals: what was on record, what a readout found, and since when the two may have differed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from titration import units
from titration.derive import reconcile
from titration.report import printed
from titration.report.facts import Fact, Made
from titration.report.page import Heading, Item, Lines, Said, Table
from titration.report.window import Row, Window, rows

if TYPE_CHECKING:
    from collections.abc import Mapping

RULE: Made = {
    "definition": "from the last confirmation of the program on record to a readout that did not agree with it",
    "formula": "",
    "function": "titration.derive.reconcile.unexplained",
}
FROM = {"dose_change": ("doses", "effective", "change"), "readout": ("readouts", "read", "readout")}


def items(frames: Mapping[str, pd.DataFrame], window: Window) -> tuple[Item, ...]:
    """How many there are, and each that ended in the window; nothing when no readout is on record.

    Args:
        frames: The frames of one patient, cut at the end of the window.
        window: The days of the page.
    """
    if frames["readouts"].empty:
        return ()
    every = reconcile.unexplained(frames, zone=window.zone_name)
    ours = rows(every[every["end"] >= pd.Timestamp(window.start)])
    said = f"Unexplained intervals on record: {len(every)}, of which {len(ours)} ended in the {window.noun}."
    source = tuple(f"readout:{row}" for row in every["readout_row"])
    count = Fact(
        "unexplained.count", "Unexplained intervals", said, float(len(every)), "intervals", n=len(every),
        source=source, **RULE,
    )  # fmt: skip
    if not ours:
        return (Lines((count,)),)
    heads = (
        Heading("From"),
        Heading("Readout"),
        Heading("Days", numeric=True),
        Heading("On record, and found", wide=1),
    )
    lines = tuple(_interval(row, frames, window) for row in ours)
    return (Lines((count,)), Table(f"Unexplained intervals that ended in the {window.noun}", heads, lines))


def _interval(row: Row, frames: Mapping[str, pd.DataFrame], window: Window) -> tuple[Said, ...]:
    stem = f"unexplained.{row['readout_row']}"
    read = _row(frames["readouts"], row["readout_row"])
    begun, found = f"{row['from_record']}:{row['from_row']}", f"readout:{row['readout_row']}"
    against = f"{row['against_record']}:{row['against_row']}"
    days = float(row["days"])
    return (
        Fact(f"{stem}.from", "Last confirmation before it", _from(row, frames, window), source=(begun,)),
        Fact(f"{stem}.to", "Readout that did not agree", printed.moment(read, "read", window.zone), source=(found,)),
        Fact(
            f"{stem}.days",
            "Days unexplained",
            units.rounded(days),
            days,
            "days",
            source=(begun, found),
            **RULE,
        ),
        Fact(f"{stem}.differs", "On record, and found", row["differs"], source=(against, found), **RULE),
    )


def _from(row: Row, frames: Mapping[str, pd.DataFrame], window: Window) -> str:
    name, stem, word = FROM[row["from_record"]]
    table = frames[name] if row["from_row"] in set(frames[name]["row"]) else frames["plans"]
    return f"{word} {printed.moment(_row(table, row['from_row']), stem, window.zone)}"


def _row(frame: pd.DataFrame, number: int) -> dict[str, Any]:
    (row,) = rows(frame[frame["row"] == number])
    return row
