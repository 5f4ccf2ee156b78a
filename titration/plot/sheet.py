"""One picture as a sheet: heading, panels at fixed places in inches, footer; and its twin in plain text.

Knows nothing of what is drawn.
"""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from titration.plot import style
from titration.plot.figure import Figure
from titration.units import number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    from titration.scales import Scale

FOOTER_COLUMNS = 128
LINE_IN, UNDER_IN, EDGE_IN = 0.105, 0.125, 0.07
HEADING_IN = 0.3


class Sheet:
    """A figure as tall as what stands on it, measured in inches from its top left corner.

    Attributes:
        figure: The figure.
        top_in: Where the panels begin.
        tall_in: Height of the figure.
    """

    def __init__(
        self,
        heading: str,
        body_in: float,
        *,
        twin: str,
        under: Sequence[str] = (),
        footer: Sequence[str] = (),
        wide_in: float = style.WIDTH_IN,
    ) -> None:
        """Make the figure with its heading and footer.

        Args:
            heading: One line.
            body_in: Height of the panels together, ticks and titles included.
            twin: The same in words.
            under: Lines beneath the heading, small.
            footer: Sentences; they are wrapped.
            wide_in: Width of the figure.
        """
        said = textwrap.wrap(" ".join(footer), FOOTER_COLUMNS)
        self.top_in = HEADING_IN + UNDER_IN * len(under)
        self.wide_in = wide_in
        self.tall_in = self.top_in + body_in + LINE_IN * len(said) + 2 * EDGE_IN
        self.figure = Figure((wide_in, self.tall_in), twin=twin)
        words = style.words(style.BASE_PT + 1.5, weight="bold")
        self._write(0.12, EDGE_IN, heading, gid="heading", **words)
        for place, line in enumerate(under):
            top_in = HEADING_IN + UNDER_IN * place - 0.02
            self._write(0.12, top_in, line, gid="under", **style.words(style.SMALL_PT, style.GREY))
        small = style.words(style.TINY_PT - 0.3, style.GREY, linespacing=1.15)
        self.figure.text(
            0.02, 0.05 / self.tall_in, "\n".join(said), ha="left", va="bottom", gid="footer", **small,
        )  # fmt: skip

    def _write(self, left_in: float, top_in: float, text: str, **words: object) -> None:
        self.figure.text(left_in / self.wide_in, 1 - top_in / self.tall_in, text, ha="left", va="top", **words)  # type: ignore[arg-type]  # keywords of a text

    def axes(self, left_in: float, top_in: float, wide_in: float, tall_in: float) -> Axes:
        """Axes at that place below the heading, with a line at the left and below.

        Args:
            left_in: From the left edge of the figure.
            top_in: From where the panels begin.
            wide_in: Width.
            tall_in: Height.

        Returns:
            The axes.
        """
        low = 1 - (self.top_in + top_in + tall_in) / self.tall_in
        box = (left_in / self.wide_in, low, wide_in / self.wide_in, tall_in / self.tall_in)
        ax = lined(self.figure, box)
        ax.tick_params(axis="x", length=2, width=0.6, color=style.LIGHT, pad=2)
        return ax


def lined(figure: Figure, box: tuple[float, float, float, float]) -> Axes:
    """Axes at that place of a figure, with a line at the left and below, and short ticks at the left.

    Args:
        figure: The figure.
        box: Left, bottom, width and height as shares of it: a layout engine would cost more than the drawing.

    Returns:
        The axes.
    """
    ax = figure.add_axes(box, facecolor=style.PAPER)
    for name, spine in ax.spines.items():
        spine.set_visible(name in {"left", "bottom"})
        spine.set(color=style.LIGHT, linewidth=0.7)
    ax.tick_params(axis="y", length=2, width=0.6, color=style.LIGHT, pad=2)
    return ax


def title(ax: Axes, text: str, small: str = "", *, up_pt: float = 5.0) -> None:
    """A title above the left end of an axes, with what is small beside it at the right end.

    Args:
        ax: The axes.
        text: The title.
        small: What stands at the right end.
        up_pt: How far above the axes, in points.
    """
    for said, x, side, words in (
        (text, 0, "left", style.words(style.BASE_PT, weight="bold")),
        (small, 1, "right", style.words(style.TINY_PT, style.GREY)),
    ):
        if said:
            ax.annotate(
                said, (x, 1), (0, up_pt), xycoords="axes fraction", textcoords="offset points", ha=side, va="bottom",
                annotation_clip=False, gid="title" if side == "left" else "title-note", **words,
            )  # fmt: skip


def beside(ax: Axes, y: float, text: str, *, gid: str, size: float = style.TINY_PT, colour: str = style.INK) -> None:
    """A text in the right margin of an axes.

    Args:
        ax: The axes.
        y: Height of its middle, as a share of the axes.
        text: The text.
        gid: What it is.
        size: In points.
        colour: Its colour.
    """
    ax.annotate(
        text, (1, y), (6, 0), xycoords="axes fraction", textcoords="offset points", ha="left", va="center",
        annotation_clip=False, gid=gid, **style.words(size, colour, linespacing=1.15),
    )  # fmt: skip


def draw_scale(ax: Axes, scale: Scale, *, away: float = -0.1, is_labelled: bool = True) -> list[float]:
    """The whole scale on the y axis, its grades by name, and in words which way it runs.

    Args:
        ax: The axes.
        scale: The scale.
        away: Where the words stand, as a share of the width of the axes.
        is_labelled: Whether there are labels and words; else ticks alone.

    Returns:
        Where the ticks are.
    """
    if scale.grades:
        at, texts = [float(i) for i in range(len(scale.grades))], list(scale.grades)
    else:
        low, high = float(scale.low or 0), float(scale.high or 0)
        n = next((n for n in (5, 4, 3, 2) if (high - low) % n == 0), 1)
        at = [low + (high - low) * i / n for i in range(n + 1)]
        texts = [number(value) for value in at]
    ax.set_ylim(at[0], at[-1])
    ax.set_yticks(at)
    ax.tick_params(axis="y", labelleft=is_labelled)
    if is_labelled:
        ax.set_yticks(at, labels=texts, **style.words(style.SMALL_PT))
        way = textwrap.fill(f"{scale.more_is}\N{NO-BREAK SPACE}\N{RIGHTWARDS ARROW}", 22)
        ax.set_ylabel(way, **style.words(style.TINY_PT, style.GREY, linespacing=1.0))
        ax.yaxis.set_label_coords(away, 0.5)
    return at
