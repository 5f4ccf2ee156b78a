"""Which lanes a timeline has, what is in each, and how many text rows it takes.

Reads `content`; draws nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from titration.plot import axis, style
from titration.plot.content import each

if TYPE_CHECKING:
    from titration.plot.content import Content

MOST_EFFECTS, MOST_DRUGS, MOST_EVENT_ROWS = 6, 5, 3
LETTER_PT = style.TINY_PT * 0.57  # the mean width of a letter
MARK_PT = 14.0


@dataclass(frozen=True, eq=False)
class Lane:
    """One lane.

    Attributes:
        name: What stands at its left.
        kind: effects, effect, events, drug, refills.
        rows: Its records.
        tall: How many text rows it takes.
    """

    name: str
    kind: str
    rows: pd.DataFrame
    tall: int = 1


def lanes_of(shown: Content, width_in: float = style.WIDTH_IN) -> list[Lane]:
    """The lanes from top to bottom; side effects always, so that not only benefit is drawn.

    Args:
        shown: The content.
        width_in: How wide the picture is, in inches.

    Returns:
        Lanes: side effects and each of them, events, each oral drug, refills.
    """
    effects, events, oral, refills = (shown.lanes[n] for n in ("side_effects", "events", "oral_doses", "refills"))
    made = [Lane("Side effects", "effects", effects[effects["effect"] == "any"])]
    made += _by_name(effects[effects["effect"] != "any"], "effect", "effect", MOST_EFFECTS)
    made.append(Lane("Events", "events", events, tall=_rows_of_events(events, shown, width_in)))
    made += _by_name(oral, "drug", "drug", MOST_DRUGS)
    made.append(Lane("Refills", "refills", refills))
    return made


def beyond(shown: Content) -> list[str]:
    """Oral drugs for which there is no lane, by name."""
    oral = shown.lanes["oral_doses"]
    return _names(oral, "drug")[MOST_DRUGS:]


def _names(rows: pd.DataFrame, column: str) -> list[str]:
    return rows.groupby(column)["moment"].min().sort_values(kind="stable").index.tolist()


def _by_name(rows: pd.DataFrame, column: str, kind: str, most: int) -> list[Lane]:
    """A lane for each name; side effects beyond the most share one, for they are marks only."""
    names = _names(rows, column)
    made = [Lane(name, kind, rows[rows[column] == name]) for name in names[:most]]
    if len(names) > most and kind == "effect":
        made.append(Lane("other effects", kind, rows[rows[column].isin(names[most:])]))
    return made


def event_words(event: Any) -> str:
    """What an event is called."""
    return str(event.subtype if pd.notna(event.subtype) else event.event)


def _rows_of_events(events: pd.DataFrame, shown: Content, width_in: float) -> int:
    """How many rows the bars and labels of events need, at the width the axes have."""
    if events.empty:
        return 1
    width_pt = (width_in - style.LEFT_IN - style.RIGHT_IN) * 72
    first, last = (axis.number(t, shown.zone) for t in (shown.since, shown.until))
    per_day = width_pt / (last - first)
    starts = np.maximum(axis.numbers(shown.wall(events["moment"])), first)
    stops = np.fmax(np.minimum(axis.numbers(events["ended_on"]) + 1, last), starts)
    free: list[float] = []
    for start, stop, event in zip(starts, stops, each(events), strict=True):
        label_pt = LETTER_PT * len(event_words(event)) + MARK_PT
        left, right = start * per_day - MARK_PT / 2, stop * per_day + label_pt
        if right > last * per_day:
            left, right = left - label_pt, stop * per_day
        row = next((i for i, until in enumerate(free) if until <= left), len(free))
        free[row : row + 1] = [right]
    return min(len(free), MOST_EVENT_ROWS)
