"""How pictures look: sizes in inches and points, greys and colours that part in print too.

Imports matplotlib; sets nothing globally: what is drawn under `plain()` does not depend on a user's
own matplotlib settings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import matplotlib.style

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from matplotlib.axes import Axes

WIDTH_IN = 6.4  # an A4 text width, and 80 % on A5
LEFT_IN, RIGHT_IN = 1.08, 1.02
YLABEL_AT = -0.125  # of the width of the axes
DPI = 150

BASE_PT, SMALL_PT, TINY_PT = 8.5, 7.0, 6.3
INK, GREY, MIDDLE, LIGHT, FAINT = "#1a1a1a", "#5f5f5f", "#9a9a9a", "#b8b8b8", "#e3e3e3"
PAPER = "#ffffff"
LEFT_SIDE, RIGHT_SIDE = "#0072b2", "#d55e00"  # Okabe and Ito; unlike in grey as well
FONT = "DejaVu Sans"  # comes with matplotlib: the same on every machine

MARKERS = {"patient": "o", "clinician": "s", "proxy": "^"}
SIDES = {"left": ("left", LEFT_SIDE), "right": ("right", RIGHT_SIDE), "both": ("full", INK)}
EVENT_MARKERS = {"confounder": "o", "device": "s", "care": "^", "other treatment": "D"}
SEVERITY_PT = {"mild": 3.0, "moderate": 5.2, "severe": 8.0}
DASHES = (0, (3.2, 2.0))


def plain() -> AbstractContextManager[None]:
    """Matplotlib's own defaults for a while, whatever the user has set.

    Example:
        >>> with plain():
        ...     mpl.rcParams["font.family"]
        ['sans-serif']
    """
    return mpl.style.context("default", after_reset=True)


def words(size: float, colour: str = INK, **more: Any) -> dict[str, Any]:
    """The keywords of a text: font, size, colour.

    Example:
        >>> words(7, weight="bold")["weight"]
        'bold'
    """
    return {"fontfamily": FONT, "fontsize": size, "color": colour, **more}


def say_none(ax: Axes, text: str) -> None:
    """Says in the middle of an axes that there is nothing to draw."""
    ax.text(0.5, 0.5, text, transform=ax.transAxes, ha="center", va="center", gid="none", **words(SMALL_PT, GREY))
