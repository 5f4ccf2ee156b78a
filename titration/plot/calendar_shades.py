"""Five shades for a whole scale, light to dark.

Each is darker than the one before it in grey as well.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from titration.scales import Scale

from titration.units import rounded

SHADES = ("#f3f6f9", "#cddae6", "#9db9d1", "#5f8db3", "#1f4e79")
DARK = 3
"""From this shade on what stands on it is white."""


def levels(scale: Scale) -> tuple[list[float], list[str]]:
    """Every step of a scale and how it is printed; a hundred of them where any number can be."""
    values = _values(scale)
    return values, list(scale.grades) if scale.grades else [rounded(value) for value in values]


def _values(scale: Scale) -> list[float]:
    if scale.grades:
        return [float(place) for place in range(len(scale.grades))]
    low, high = float(scale.low or 0), float(scale.high or 0)
    step = scale.step or (high - low) / 100
    return [low + place * step for place in range(round((high - low) / step) + 1)]


def shade(rank: float, scale: Scale | None) -> int:
    """Which of the five shades a value has: the whole scale in five parts, as even as its steps allow.

    Args:
        rank: A value, or the place of a grade.
        scale: The scale.

    Returns:
        0 for the lowest to 4 for the highest.

    Example:
        >>> from titration.scales import register
        >>> [shade(value, register()["nrs_spasticity"]) for value in (0, 2, 3, 4.5, 8, 10)]
        [0, 0, 1, 1, 3, 4]
    """
    if scale is None:
        return 0
    values = _values(scale)
    low, high, last = values[0], values[-1], len(SHADES) - 1
    if len(values) < len(SHADES):
        return round((rank - low) / (high - low) * last)
    place = math.floor((rank - low) / (high - low) * (len(values) - 1) + 1e-9)
    return min(place * len(SHADES) // len(values), last)


def spans(scale: Scale) -> list[tuple[str, float]]:
    """What each shade that can be met stands for, in words, and the lowest value that has it.

    Example:
        >>> from titration.scales import register
        >>> spans(register()["modified_ashworth"])
        [('0 to 1', 0.0), ('1+', 2.0), ('2', 3.0), ('3', 4.0), ('4', 5.0)]
    """
    found: dict[int, list[tuple[str, float]]] = {}
    for value, text in zip(*levels(scale), strict=True):
        found.setdefault(shade(value, scale), []).append((text, value))
    return [(" to ".join(dict.fromkeys((own[0][0], own[-1][0]))), own[0][1]) for own in found.values()]
