"""The dose over time from the frames as they are: the programs on record, with their readouts and states.

Imports `dose`, `intervals`, `kept`, `moments`, `reconcile`. What every picture and page asks for, derived once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from titration.derive import dose, intervals, moments, reconcile
from titration.derive.kept import once

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    import pandas as pd


def staircase(frames: Mapping[str, pd.DataFrame], *, zone: str, until: datetime) -> pd.DataFrame:
    """Each program on record, done or begun by the pump, with the interval it was in force.

    Args:
        frames: Frames by name; `doses`, `plans`, `readouts`, `patient_states` are read.
        zone: IANA name.
        until: See `dose.staircase`.

    Returns:
        The columns of `dose.staircase`, of what `reconcile.on_record` gives.

    Raises:
        ValueError: `until` has no offset.

    Example:
        >>> chart = demo_log.chart("P001")
        >>> staircase(chart.frames, zone=chart.zone, until=chart.asof_at)["dose_mcg_per_day"].tolist()[:2]
        [100.0, 115.0]

    Source:
        By definition; see `dose.staircase`.
    """
    return once(frames, _staircase, zone=zone, last=moments.instant(until))


def _staircase(frames: Mapping[str, pd.DataFrame], *, zone: str, last: pd.Timestamp) -> pd.DataFrame:
    ordered = reconcile.sequence(frames, zone=zone)[dose.IN_SEQUENCE]
    return moments.typed(intervals.pieces(ordered, zone=zone, last=last), dose.STAIRCASE)


def changes(frames: Mapping[str, pd.DataFrame], *, zone: str, until: datetime) -> pd.DataFrame:
    """The same staircase, each program beside the one before it.

    Args:
        frames: See `staircase`.
        zone: IANA name.
        until: See `dose.staircase`.

    Returns:
        The columns of `dose.with_changes`.

    Raises:
        ValueError: `until` has no offset.

    Example:
        >>> chart = demo_log.chart("P001")
        >>> changes(chart.frames, zone=chart.zone, until=chart.asof_at)["change_pct"].tolist()[:2]
        [nan, 15.0]

    Source:
        By definition; see `dose.with_changes`.
    """
    return once(frames, _changes, zone=zone, last=moments.instant(until))


def _changes(frames: Mapping[str, pd.DataFrame], *, zone: str, last: pd.Timestamp) -> pd.DataFrame:
    return dose.with_changes(staircase(frames, zone=zone, until=last))
