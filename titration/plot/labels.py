"""Labels that never overlap: each is put where there is room, or left out and counted.

Knows text and boxes only.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.text import Text

from titration.plot import style

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import numpy.typing as npt
    from matplotlib.axes import Axes
    from matplotlib.backend_bases import RendererBase
    from matplotlib.text import Annotation

Box = tuple[float, float, float, float]
Part = tuple[str, dict[str, Any]]
PAD_PX = 1.5
GAP_PT = 2.0
LEAD_PT = 2.2


@dataclass(frozen=True)
class Place:
    """Where a label may stand beside its point.

    Attributes:
        dx: Points to the right of it.
        dy: Points from it to the label's nearer edge: above, below when less than 0, beside when 0.
        anchor: Where the point lies along the label: 0 at its left end, 1 at its right end.
        is_led: Whether a thin line leads to it.
    """

    dx: float
    dy: float
    anchor: float = 0.0
    is_led: bool = False


@dataclass(frozen=True, eq=False)
class Label:
    """A label that was put.

    Attributes:
        artists: Its texts, and the line that leads to it.
        boxes: The room they take.
    """

    artists: list[Annotation]
    boxes: list[Box]


@dataclass
class Room:
    """The room in one axes: what is there already, in pixels.

    Attributes:
        ax: The axes; its limits are final.
        renderer: What measures text.
        above_pt: How far a label may stand above the axes.
        taken: Boxes that are taken: left, bottom, right, top.
    """

    ax: Axes
    renderer: RendererBase
    above_pt: float = 0.0
    taken: list[Box] = field(default_factory=list)
    _sizes: dict[tuple[Any, ...], tuple[float, float]] = field(default_factory=dict, init=False, repr=False)

    def pixels(self, x: Sequence[float] | npt.NDArray[Any], y: Sequence[float] | npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Points of the axes in pixels."""
        return np.asarray(self.ax.transData.transform(np.column_stack([x, y])))

    def take_steps(self, x: Sequence[float], y: Sequence[float]) -> None:
        """A staircase (post) takes its lines."""
        at = self.pixels(x, y)
        for (x0, y0), (x1, y1) in itertools.pairwise(at):
            if np.isfinite([x0, y0, x1, y1]).all():
                self.taken.append((x0 - 1, y0 - 1, x1 + 1, y0 + 1))
                self.taken.append((x1 - 1, min(y0, y1), x1 + 1, max(y0, y1)))

    def take_points(self, x: Iterable[float], y: Iterable[float], size_pt: float) -> None:
        """Markers take their squares."""
        half = size_pt / 2 * self._per_pt
        for px, py in self.pixels(list(x), list(y)).tolist():
            self.taken.append((px - half, py - half, px + half, py + half))

    def take_crosses(self, x: Iterable[float], y: Iterable[float], wide_pt: float) -> None:
        """Upright crosses through marks take their arms."""
        half = wide_pt / 2 * self._per_pt
        for px, py in self.pixels(list(x), list(y)).tolist():
            self.taken += [(px - half, py - 1, px + half, py + 1), (px - 1, py - half, px + 1, py + half)]

    @cached_property
    def _per_pt(self) -> float:
        return float(self.ax.figure.dpi) / 72

    def size(self, part: Part) -> tuple[float, float]:
        """Width and height of a text in pixels; the same text in the same words is measured once."""
        text, words = part
        key = (text, *words.items())
        if key not in self._sizes:
            made = Text(0, 0, text, figure=self.ax.figure, **words)
            box = made.get_window_extent(self.renderer)
            self._sizes[key] = (box.width, box.height)
        return self._sizes[key]

    def is_free(self, box: Box, *, pad: float = PAD_PX, is_bound: bool = True) -> bool:
        """Whether a box overlaps nothing and, where it is bound to, stays within the axes."""
        left, low, right, high = box
        if is_bound:
            x0, y0, x1, y1 = self._frame
            if left < x0 + 2 or right > x1 + 1 or low < y0 - 1 or high > y1 + self.above_pt * self._per_pt:
                return False
        left, low, right, high = left - pad, low - pad, right + pad, high + pad
        for a, b, c, d in self.taken:  # a plain loop: most of finding a place is spent here  # noqa: SIM110 - any() takes twice as long
            if a < right and c > left and b < high and d > low:
                return False
        return True

    @cached_property
    def _frame(self) -> Box:
        """The axes in pixels; a room is of axes at their final place."""
        found = self.ax.get_window_extent(self.renderer)
        return float(found.x0), float(found.y0), float(found.x1), float(found.y1)

    def put(self, at: tuple[float, float], parts: Sequence[Part], places: Sequence[Place]) -> Label | None:
        """Put a label of one or more parts, side by side, at the first place with room.

        Args:
            at: The point it belongs to.
            parts: Texts with their keywords, left to right.
            places: Where it may stand, best first.

        Returns:
            The label, or None when there was no room.
        """
        sizes = [self.size(part) for part in parts]
        gap = GAP_PT * self._per_pt
        width = sum(w for w, _ in sizes) + gap * (len(sizes) - 1)
        height = max(h for _, h in sizes)
        x, y = self.pixels([at[0]], [at[1]])[0].tolist()
        for place in places:
            left = x + place.dx * self._per_pt - place.anchor * width
            low = y + place.dy * self._per_pt - _below(place.dy, height)
            boxes = [(left, low, left + width, low + height), *self._lead((x, y), place)]
            if not all(self.is_free(box, pad=PAD_PX if i == 0 else 0.0) for i, box in enumerate(boxes)):
                continue
            made = []
            for (text, words), (w, _) in zip(parts, sizes, strict=True):
                offset = (left - x) / self._per_pt, (low - y) / self._per_pt
                made.append(self._text(text, at, offset, words))
                left += w + gap
            self.taken += boxes
            return Label([*made, *([self._leader(at, place)] if place.is_led else [])], boxes)
        return None

    def take_back(self, label: Label) -> None:
        """Remove a label and give its room back."""
        for artist in label.artists:
            artist.remove()
        for box in label.boxes:
            self.taken.remove(box)

    def _text(
        self, text: str, at: tuple[float, float], offset: tuple[float, float], words: dict[str, Any]
    ) -> Annotation:
        where = {"textcoords": "offset points", "annotation_clip": False, "va": "bottom", "ha": "left"}
        return self.ax.annotate(text, at, offset, **{**words, **where})

    def _lead(self, pixel: tuple[float, float], place: Place) -> list[Box]:
        """The box of the thin line to a label that stands far from its point."""
        if not place.is_led:
            return []
        (x, y), near, far = pixel, LEAD_PT * self._per_pt, place.dy * self._per_pt
        low, high = (y + near, y + far) if far > 0 else (y + far, y - near)
        return [(x - 0.5, low, x + 0.5, high)]

    def _leader(self, at: tuple[float, float], place: Place) -> Annotation:
        bar = {"arrowstyle": "-", "color": style.LIGHT, "linewidth": 0.6, "shrinkA": 0, "shrinkB": LEAD_PT}
        where: dict[str, Any] = {"textcoords": "offset points", "annotation_clip": False, "gid": "leader"}
        return self.ax.annotate("", at, (0, place.dy), arrowprops=bar, **where)


def _below(dy: float, height: float) -> float:
    """How much of a label lies below its anchor."""
    return 0.0 if dy > 0 else height if dy < 0 else height / 2
