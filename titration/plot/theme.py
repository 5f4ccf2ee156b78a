"""A finished picture in other colours: one mapping, applied to every artist while the picture is saved.

No draw knows of it; the picture is as it was afterwards.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib import colors

from titration.plot import style

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from matplotlib.figure import Figure

PARTS = ("color", "facecolor", "edgecolor", "markerfacecolor", "markeredgecolor", "markerfacecoloralt", "hatchcolor")


@contextmanager
def worn(figure: Figure, theme: str) -> Iterator[None]:
    """The figure in the colours of a theme, for as long as the block lasts.

    Args:
        figure: A figure; a colour that is not of `style` stays as it is.
        theme: One of `style.THEMES`.

    Raises:
        ValueError: There is no such theme.

    Example:
        >>> from matplotlib.figure import Figure
        >>> made = Figure(facecolor="#ffffff")
        >>> with worn(made, "dark"):
        ...     colors.to_hex(made.get_facecolor())
        '#16181c'
        >>> colors.to_hex(made.get_facecolor())
        '#ffffff'
    """
    if theme not in style.THEMES:
        message = f"a picture has the theme {' or '.join(style.THEMES)}, not {theme}"
        raise ValueError(message)
    mapped = {colors.to_rgba(light)[:3]: colors.to_rgb(dark) for light, dark in style.THEMES[theme].items()}
    undo: list[tuple[Callable[[Any], Any], Any]] = []
    for artist in _artists(figure) if mapped else ():
        undo += _recoloured(artist, mapped)
    try:
        yield
    finally:
        for put, was in reversed(undo):
            put(was)


def _artists(figure: Figure) -> list[Any]:
    """Every artist once, with the arrows and boxes texts keep to themselves."""
    found = {id(a): a for a in figure.findobj()}
    for artist in list(found.values()):
        for own in (getattr(artist, "arrow_patch", None), getattr(artist, "_bbox_patch", None)):
            if own is not None:
                found[id(own)] = own
    return list(found.values())


def _recoloured(artist: Any, mapped: dict[Any, Any]) -> list[tuple[Callable[[Any], Any], Any]]:
    """Gives one artist its other colours; how each is put back."""
    undo = []
    new = {}
    for part in PARTS:
        read, put = getattr(artist, f"get_{part}", None), getattr(artist, f"set_{part}", None)
        if read is None or put is None:
            continue
        was = read()
        other = _other(was, mapped)
        if other is not None:
            undo.append((put, was))
            new[part] = (put, other)
    for put, other in new.values():
        put(other)
    return undo


def _other(was: Any, mapped: dict[Any, Any]) -> Any:
    """The colour or colours of a theme instead; None where nothing changes."""
    if was is None or isinstance(was, str):
        if was is None or not colors.is_color_like(was) or was.lower() == "none":
            return None
        rgba = colors.to_rgba(was)
        return (*mapped[rgba[:3]], rgba[3]) if rgba[:3] in mapped else None
    given = np.atleast_2d(np.asarray(was, dtype="float64"))
    if given.size == 0 or given.shape[1] not in {3, 4}:
        return None
    made = given.copy()
    for row in made:
        row[:3] = mapped.get(tuple(float(n) for n in row[:3]), row[:3])
    if np.array_equal(made, given):
        return None
    return made if np.ndim(was) > 1 else tuple(made[0])
