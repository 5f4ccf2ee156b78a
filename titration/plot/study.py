"""A finished picture in days of a study: its dates and its time axis told anew, applied to every text it holds.

No draw knows of it; what was drawn stays where it is.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

import pandas as pd
from matplotlib.text import Text

from titration.deidentified import in_days
from titration.plot import axis, style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from titration.plot.figure import Figure

_RULES = ((45, 7), (100, 14), (380, 56), (700, 84), (1300, 168), (2700, 364), (5500, 728), (math.inf, 1820))
"""The longest window in days, and the days from tick to tick."""
EDGE = 0.03
_ZONE = re.compile(r"[ ]\(UTC\)|\n\(UTC\)(\S*)[ ]?")
_WALL, _PUMP = "wall clock", "pump's clock"


def counted(figure: Figure, day_0: pd.Timestamp) -> Figure:
    """The figure with each date as a day of the study, and numbers of days on its time axes.

    Args:
        figure: A figure drawn from de-identified frames.
        day_0: What day 0 is counted as in them.

    Returns:
        The same figure; its twin is as it was.
    """
    with style.plain():
        for ax in figure.axes:
            if ax.get_label() == axis.TIME:
                _count(ax, day_0)
        for text in figure.findobj(Text):
            said = told(text.get_text(), day_0)
            if said != text.get_text():
                text.set_text(said)
    return figure


def told(text: str, day_0: pd.Timestamp) -> str:
    """What a picture says, its twin or a text in it, in days of the study.

    Args:
        text: The text.
        day_0: What day 0 is counted as.

    Example:
        >>> told("Shown until 2000-01-08 23:59 (UTC).", pd.Timestamp("2000-01-01"))
        'Shown until day 7 23:59.'
    """
    plain = _ZONE.sub(lambda found: "" if found[1] is None else f"{found[1]}\n", text)
    return in_days(
        _PUMP if plain == _WALL else plain, day_0
    )  # hours of a program are the pump's; the wall's are not told


def ticks(first: float, last: float) -> list[int]:
    """Days of a study that have a tick between two of them.

    Example:
        >>> ticks(-3, 30)
        [0, 7, 14, 21, 28]
    """
    step = next(step for longest, step in _RULES if last - first <= longest)
    return list(range(math.ceil(first / step) * step, math.floor(last) + 1, step))


def _count(ax: Axes, day_0: pd.Timestamp) -> None:
    """Days of the study along one time axis; the lines where years begin go."""
    zero = float(axis.numbers(pd.DatetimeIndex([day_0]))[0])
    first, last = ax.get_xlim()
    found = ticks(first - zero, last - zero)
    shown: dict[str, Any] = ax.xaxis.get_tick_params()
    old = ax.get_xticklabels()
    words: dict[str, Any] = {"fontsize": old[0].get_fontsize(), "color": old[0].get_color()} if old else {}
    texts = [f"day {day}" if place == 0 else str(day) for place, day in enumerate(found)]
    if shown.get("labelbottom", True):
        ax.set_xticks([zero + day for day in found], labels=texts, **words)
        for label, day in zip(ax.get_xticklabels(), found, strict=True):
            share = (zero + day - first) / (last - first)
            label.set_horizontalalignment("left" if share < EDGE else "right" if share > 1 - EDGE else "center")
    else:
        ax.set_xticks([zero + day for day in found])
    for line in ax.lines:
        if line.get_gid() == "year":
            line.set_visible(False)
