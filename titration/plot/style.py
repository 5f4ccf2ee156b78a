"""How pictures look: sizes in inches and points, greys and colours that part in print too.

Imports matplotlib; sets nothing globally: what is drawn under `plain()` does not depend on a user's
own matplotlib settings.
"""

from __future__ import annotations

import contextlib
import gc
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import numpy as np
from matplotlib.lines import Line2D

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy.typing as npt
    from matplotlib.axes import Axes

WIDTH_IN = 6.4  # an A4 text width
SIZES = {"a4": WIDTH_IN, "letter": 6.5, "a5": 4.9, "screen": 9.0}
"""The width of a picture in inches by where it is looked at; type keeps its size, so that A5 is read as well as A4."""
LEFT_IN, RIGHT_IN = 1.08, 1.02
YLABEL_PT = 38.7  # left of the axes, whatever their width
DPI = 150

BASE_PT, SMALL_PT, TINY_PT = 8.5, 7.0, 6.3
INK, GREY, MIDDLE, LIGHT, FAINT = "#1a1a1a", "#5f5f5f", "#8a8a8a", "#b8b8b8", "#e3e3e3"
PAPER = "#ffffff"
LEFT_SIDE, RIGHT_SIDE = "#0072b2", "#c05000"  # after Okabe and Ito; the second darker, so that its small print is read
DARK = {
    PAPER: "#16181c", INK: "#ececec", GREY: "#b4b4b4", MIDDLE: "#8f8f8f", LIGHT: "#5c5f66", FAINT: "#33363c",
    LEFT_SIDE: "#6cb6ee", RIGHT_SIDE: "#ff9a52",
}  # fmt: skip
"""What each colour becomes on a dark page."""
THEMES: dict[str, dict[str, str]] = {"light": {}, "dark": DARK}
FONT = "DejaVu Sans"  # comes with matplotlib: the same on every machine

MARKERS = {"patient": "o", "clinician": "s", "proxy": "^"}
SIDES = {"left": ("left", LEFT_SIDE), "right": ("right", RIGHT_SIDE), "both": ("full", INK)}
EVENT_MARKERS = {"confounder": "o", "device": "s", "care": "^", "other treatment": "D"}
PROVENANCES = {"late": "+", "before its day": "o"}  # through or around the mark of the score; others stand alone
SEVERITY_PT = {"mild": 3.0, "moderate": 5.2, "severe": 8.0}
DASHES = (0, (3.2, 2.0))


@contextlib.contextmanager
def plain() -> Iterator[None]:
    """Matplotlib's own defaults for a while, whatever the user has set.

    Python does not look for rings of garbage meanwhile: a picture makes thousands of artists that all stay, and each
    search looks at every one of them again. What there is to find is found after.

    Example:
        >>> with plain():
        ...     mpl.rcParams["font.family"]
        ['sans-serif']
    """
    was = gc.isenabled()
    gc.disable()
    try:
        with mpl.rc_context():
            mpl.rcdefaults()
            yield
    finally:
        if was:
            gc.enable()


def width_in(size: str) -> float:
    """The width of a picture of that size.

    Args:
        size: One of `SIZES`: a4, letter, a5, screen.

    Raises:
        ValueError: There is no such size; says which there are.

    Example:
        >>> width_in("a5")
        4.9
    """
    if size not in SIZES:
        message = f"a picture has the size {', '.join(SIZES)}, not {size}"
        raise ValueError(message)
    return SIZES[size]


def words(size: float, colour: str = INK, **more: Any) -> dict[str, Any]:
    """The keywords of a text: font, size, colour.

    Example:
        >>> words(7, weight="bold")["weight"]
        'bold'
    """
    return {"fontfamily": FONT, "fontsize": size, "color": colour, **more}


def beside(ax: Axes, points: float) -> float:
    """That many points right of an axes (left where less than 0), as a share of its width from its left edge.

    Example:
        >>> from matplotlib.figure import Figure
        >>> beside(Figure((2, 1), dpi=72).add_axes((0, 0, 1, 1)), 14.4)
        1.1
    """
    width = float(ax.get_window_extent().width) / float(ax.figure.dpi) * 72
    return points / width + (1.0 if points >= 0 else 0.0)


def line(ax: Axes, x: Any, y: Any, **look: Any) -> Line2D:
    """A line or marks on axes whose limits are set: as `ax.plot` draws them, and no limit is worked out from them.

    Args:
        ax: The axes.
        x: Numbers.
        y: Numbers.
        look: As `matplotlib.lines.Line2D` takes it.

    Returns:
        The line.

    Example:
        >>> from matplotlib.figure import Figure
        >>> line(Figure().add_axes((0, 0, 1, 1)), [0, 1], [2, 3], color=INK).get_xydata().tolist()
        [[0.0, 2.0], [1.0, 3.0]]
    """
    made = Line2D(np.asarray(x), np.asarray(y), **look)
    ax.add_artist(made)
    return made


def uprights(ax: Axes, at: Sequence[float] | npt.NDArray[Any], **look: Any) -> Line2D:
    """Lines from the foot to the top of axes whose limits are set; together they are one artist.

    Args:
        ax: The axes.
        at: Where each stands.
        look: See `line`.

    Returns:
        The lines, with a gap between each and the next.

    Example:
        >>> from matplotlib.figure import Figure
        >>> uprights(Figure().add_axes((0, 0, 1, 1)), [0.2, 0.5], color=INK).get_xdata().tolist()
        [0.2, 0.2, nan, 0.5, 0.5, nan]
    """
    x, y = np.repeat(np.asarray(at, dtype="float64"), 3), np.tile([0.0, 1.0, np.nan], len(at))
    x[2::3] = np.nan
    return line(ax, x, y, transform=ax.get_xaxis_transform(which="grid"), **look)


def say_none(ax: Axes, text: str) -> None:
    """Says in the middle of an axes that there is nothing to draw."""
    ax.text(0.5, 0.5, text, transform=ax.transAxes, ha="center", va="center", gid="none", **words(SMALL_PT, GREY))
