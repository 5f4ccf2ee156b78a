"""Findings: what is odd about the record, and what would settle it; never anything about the therapy.

Each rule is one small function in a list: `rules_program`, `rules_scores`. A closed finding does not come back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from titration.derive import moments, rules_program, rules_record, rules_scores
from titration.derive.kept import once
from titration.derive.told import FOUND

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

RULES = (*rules_program.RULES, *rules_scores.RULES, *rules_record.RULES)
"""Every rule, as a function of the frames, `zone` and `until`."""


def findings(
    frames: Mapping[str, pd.DataFrame], *, zone: str, until: datetime, closed: pd.DataFrame | None = None
) -> pd.DataFrame:
    """What is odd about the record and was not closed yet.

    Args:
        frames: Frames by name, of one patient or of all; `findings_closed` takes closed ones out.
        zone: IANA name.
        until: The instant it is asked for; plans that lie before it can be overdue.
        closed: Findings closed, in place of those of the frames.

    Returns:
        By patient, day, record and row: rule (str), patient (str), on (datetime64[s]: the day of the fact),
        record (str: its table), row (int64), says (str), settles (str: what would settle it).

    Example:
        >>> chart = demo_log.chart("P009")
        >>> findings(chart.frames, zone=chart.zone, until=chart.asof_at).columns.tolist()
        ['rule', 'patient', 'on', 'record', 'row', 'says', 'settles']

    Source:
        By definition.
    """
    every = once(frames, _every, zone=zone, until=until)
    closed = frames.get("findings_closed") if closed is None else closed
    if closed is not None and len(closed) and len(every):
        gone = pd.MultiIndex.from_frame(closed[["patient", "rule", "of_row"]].astype({"of_row": "int64"}))
        every = every[~pd.MultiIndex.from_frame(every[["patient", "rule", "row"]]).isin(gone)]
    return every.sort_values(["patient", "on", "record", "row", "rule"], kind="stable", ignore_index=True)


def _every(frames: Mapping[str, pd.DataFrame], *, zone: str, until: datetime) -> pd.DataFrame:
    found = [rule(frames, zone=zone, until=until) for rule in RULES]
    told = [moments.typed(some, FOUND) for some in found if len(some)]
    return pd.concat(told, ignore_index=True) if told else moments.typed(pd.DataFrame(columns=list(FOUND)), FOUND)
