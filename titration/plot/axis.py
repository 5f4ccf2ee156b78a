"""The time axis: days since 1970 by the clock on the wall, with the year always shown.

Numbers, not datetimes: matplotlib's date converters keep global state.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from titration.plot import style

if TYPE_CHECKING:
    from typing import Any

    import numpy.typing as npt
    from matplotlib.axes import Axes

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
TIME = "time"
"""The label of axes whose x axis is time; it is not drawn."""
MOST_YEARS = 4
YEAR_PT = 21.0  # a year and the gap to the next
MOST_THICK_DAYS = 6 * 365.25
_RULES = (
    (45, "7D"),
    (100, "14D"),
    (460, "1MS"),
    (1300, "3MS"),
    (2700, "6MS"),
    (9000, "1YS"),
    (10**7, "5YS"),
)  # the longest window in days, and the step of its ticks


def numbers(walls: pd.Series | pd.DatetimeIndex | np.datetime64) -> npt.NDArray[Any]:
    """Wall-clock times as days since 1970.

    Example:
        >>> numbers(pd.Series(pd.to_datetime(["1970-01-02 12:00"]))).tolist()
        [1.5]
    """
    given = np.asarray(walls, dtype="datetime64[us]")
    found = given.astype("int64") / 86_400_000_000
    return np.where(np.isnat(given), np.nan, found)


def number(instant: pd.Timestamp, zone: str) -> float:
    """One instant as days since 1970 on the wall.

    Example:
        >>> number(pd.Timestamp("1970-01-02T00:00Z"), "UTC")
        1.0
    """
    return float(numbers(instant.tz_convert(zone).tz_localize(None).to_datetime64()))


def ticks(first: float, last: float) -> tuple[list[float], list[str], list[float]]:
    r"""Where the axis has ticks, what they say, and where years begin.

    The first tick and the first of each year bear the year in a second line.

    Example:
        >>> ticks(20454, 20574)[1]
        ['Jan\n2026', 'Feb', 'Mar', 'Apr', 'May']
    """
    _, step = next(rule for rule in _RULES if last - first <= rule[0])
    begin, end = (pd.Timestamp(0) + pd.Timedelta(days=n) for n in (first, last))
    found = _moments(begin, end, step)
    texts, year = [], None
    for at in found:
        month = "" if step.endswith("YS") else MONTHS[at.month - 1]
        text = f"{at.day} {month}" if step.endswith("D") else month
        texts.append("\n".join(filter(None, [text, str(at.year) if at.year != year else ""])))
        year = at.year
    years = [at for at in pd.date_range(begin, end, freq="YS") if step != "5YS" or at.year % 5 == 0]
    return numbers(pd.DatetimeIndex(found)).tolist(), texts, numbers(pd.DatetimeIndex(years)).tolist()


def _moments(begin: pd.Timestamp, end: pd.Timestamp, step: str) -> list[pd.Timestamp]:
    if step.endswith("D"):
        monday = begin.normalize() + pd.Timedelta(days=(7 - begin.weekday()) % 7)
        return list(pd.date_range(monday, end, freq=step))
    every = int(step[:-2])
    if step.endswith("YS"):
        return [t for t in pd.date_range(begin.normalize(), end, freq="YS") if t.year % every == 0]
    starts = pd.date_range(begin.normalize(), end, freq="MS")
    return [t for t in starts if t >= begin and (t.month - 1) % every == 0]


def _apart(ax: Axes, at: list[float], texts: list[str]) -> list[str]:
    """The labels, the first without its year where the next one bears one and there is no room for both."""
    if len(texts) < 2 or "\n" not in texts[0] or "\n" not in texts[1]:  # noqa: PLR2004 - two neighbours
        return texts
    first, last = ax.get_xlim()
    width_pt = float(ax.get_window_extent().width) / float(ax.figure.dpi) * 72
    if (at[1] - at[0]) / (last - first) * width_pt >= YEAR_PT:
        return texts
    return [texts[0].split("\n")[0], *texts[1:]]


def draw_time(ax: Axes, *, labelled: bool) -> Axes:
    """Ticks, grid and year lines of the shared time axis.

    Args:
        ax: The axes; its limits are set.
        labelled: Whether the ticks are labelled: in the lowest axes only.

    Returns:
        The axes.
    """
    first, last = ax.get_xlim()
    ax.set_label(TIME)
    at, texts, years = ticks(first, last)
    ax.set_xlim(min([first, *at]), max([last, *at]))  # of one width, whether they bear ticks or not
    ax.set_xticks(at if labelled else [])
    if labelled:
        ax.set_xticklabels(_apart(ax, at, texts), **style.words(style.SMALL_PT))
    ax.tick_params(axis="x", length=2.5 if labelled else 0, width=0.6, color=style.GREY, labelbottom=labelled, pad=2)
    colour = style.LIGHT if len(years) <= MOST_YEARS else style.FAINT
    width = 0.7 if last - first <= MOST_THICK_DAYS else 0.35
    if years:
        style.uprights(ax, years, color=colour, linewidth=width, zorder=0, gid="year")
    return ax
