"""Diary scores by the time of day, under the 24-hour strip.

Draws what `schedule_shown` holds; derives nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from titration.plot import sheet, style

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from titration.plot.schedule_shown import Shown

EVERY_H = 3


def draw_hours(ax: Axes, shown: Shown) -> Axes:
    """The diary by time of day: median and middle half of each series, how many beneath.

    Args:
        ax: The axes.
        shown: The content; its scale is there.

    Returns:
        The axes.
    """
    scale = shown.scale
    if scale is None:
        return ax
    ax.set_xlim(0, 24)
    ax.set_xticks(range(0, 25, EVERY_H))
    ax.tick_params(axis="x", labelbottom=False)
    sheet.draw_scale(ax, scale)
    series = list(shown.by_hour.groupby(["side", "reporter", "version"], dropna=False, sort=True))
    for place, (keys, own) in enumerate(series):
        _draw_parts(ax, own, shown, (place, len(series)))
        who = ", ".join(str(word) for word in keys[:2] if isinstance(word, str) and word)
        if who:
            marker = style.MARKERS.get(str(keys[1]), "p")
            ax.plot([1.035], [0.8 - 0.25 * place], transform=ax.transAxes, marker=marker, markersize=4.2, color=style.INK,
                    linestyle="none", clip_on=False, gid="key")  # fmt: skip
            sheet.beside(ax, 0.8 - 0.25 * place, f"     {who}", gid="key")
    return ax


def _draw_parts(ax: Axes, own: pd.DataFrame, shown: Shown, place: tuple[int, int]) -> None:
    """One series: in each part of the day its middle half, its median, and how many."""
    number_, of = place
    grades = () if shown.scale is None else shown.scale.grades
    middle, first, third = (_ranks(own, name, grades) for name in ("median", "q1", "q3"))
    wide = (own["end_h"] - own["start_h"]).to_numpy() * 0.8 / of
    x = (own["start_h"] + own["end_h"]).to_numpy() / 2 + (number_ - (of - 1) / 2) * wide
    ax.bar(x, third - first, wide * 0.86, first, facecolor=style.FAINT, edgecolor=style.LIGHT, linewidth=0.6, zorder=2,
           gid="middle-half")  # fmt: skip
    ax.hlines(
        middle, x - wide * 0.43, x + wide * 0.43, color=style.INK, linewidth=1.3, zorder=3, gid="median", clip_on=False
    )
    marker = style.MARKERS.get(str(own["reporter"].iloc[0]), "p")
    ax.plot(x, middle, marker=marker, markersize=3.6, linestyle="none", color=style.INK, zorder=4, gid="median-mark",
            clip_on=False)  # fmt: skip
    for at, n in zip(x, own["n"], strict=True):
        ax.annotate(
            f"n {n}", (at, 0), (0, -3), xycoords=("data", "axes fraction"), textcoords="offset points", ha="center",
            va="top", annotation_clip=False, gid="n", **style.words(style.TINY_PT - 0.5, style.GREY),
        )  # fmt: skip


def _ranks(own: pd.DataFrame, name: str, grades: tuple[str, ...]) -> Any:
    """Values, or the places of grades."""
    if not grades:
        return own[name].to_numpy()
    return own[f"{name}_grade"].map({grade: place for place, grade in enumerate(grades)}).to_numpy()
