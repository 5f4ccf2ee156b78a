"""What the record lacks, what was corrected, what is open: plain lists, in order of day; no verdict, no ranking.

What is listed comes from `quality_tables`; it is drawn by `draw_table`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from titration.derive import moments
from titration.derive.kept import own_frames
from titration.plot import quality_tables
from titration.plot.draw_table import figure_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    import pandas as pd

    from titration.plot.figure import Figure
    from titration.scales import Scale


def quality(
    frames: Mapping[str, pd.DataFrame],
    *,
    patient: str,
    zone: str,
    until: datetime,
    scales: Mapping[str, Scale],
    since: datetime | None = None,
) -> Figure:
    """Findings, corrections with their reasons, unexplained intervals, diaries, late scores, statements.

    Everything is about the record, nothing about the therapy or the people.

    Args:
        frames: Frames by name, of one patient or many; `corrections` where it is there.
        patient: Code.
        zone: IANA name.
        until: Last instant shown, with an offset.
        scales: Scales by code.
        since: What is dated earlier is left out; without it the diaries of twelve months and all else are listed.

    Returns:
        The figure; `twin` says the same in plain text, nothing shortened.

    Raises:
        ValueError: `until` or `since` has no offset, or `since` is not before `until`.

    Example:
        >>> chart = demo_log.chart("P010")
        >>> given = {"patient": "P010", "zone": chart.zone, "until": chart.asof_at, "scales": chart.scales}
        >>> print(quality(chart.frames, **given).twin.splitlines()[0])
        P010: about the record
    """
    end = moments.instant(until)
    begin = None if since is None else moments.instant(since)
    if begin is not None and begin >= end:
        raise ValueError(f"the window begins {begin:%Y-%m-%d %H:%M}, not before its end {end:%Y-%m-%d %H:%M} (UTC)")
    own = own_frames(frames, patient)
    amended = {"corrections": _of_patient(frames["corrections"], patient)} if "corrections" in frames else {}
    window = quality_tables.Window(begin, end, zone)
    tables = (
        quality_tables.findings(own, window),
        quality_tables.corrections(amended, window, patient),
        quality_tables.unexplained(own, window),
        quality_tables.diaries(own, window, scales),
        quality_tables.late(own, window, scales),
        quality_tables.statements(own, window),
    )
    footer = [
        "A list of what the record says of itself; it judges nobody and orders nothing by weight.",
        *quality_tables.unsigned(own),
        f"Shown until {end.tz_convert(zone):%Y-%m-%d %H:%M} ({zone}).",
    ]
    return figure_of(f"{patient}: about the record", tables, footer)


def _of_patient(corrections: pd.DataFrame, patient: str) -> pd.DataFrame:
    """The amendments of rows that are, or were, of that patient: a moved one stands under both."""
    moved = (corrections["field"] == "patient") & ((corrections["old"] == patient) | (corrections["new"] == patient))
    ours = (corrections["patient"] == patient) | corrections["row"].isin(corrections.loc[moved, "row"])
    return corrections[ours]
