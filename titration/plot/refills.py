"""Refill by refill: the residual volume that was measured less the one expected, in mL and percent.

What is shown comes from `refills_shown`. It has no threshold and no verdict.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from titration.plot import axis, refills_shown, sheet, spoken, style
from titration.plot.content import each
from titration.plot.labels import Place, Room
from titration.units import number, rounded

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from matplotlib.axes import Axes
    from matplotlib.backend_bases import RendererBase

    from titration.plot.figure import Figure
    from titration.plot.refills_shown import Shown
    from titration.scales import Scale

LEFT_IN, RIGHT_IN, PANEL_IN, ABOVE_IN, BELOW_IN = 0.78, 1.12, 2.1, 0.14, 0.36
LEAST_ML, HEADROOM = 1.0, 1.3
APART_PT = 3.2
MINUS = "\N{MINUS SIGN}"
PRINTED, RECKONED = "printed", "reckoned"
COLUMNS_OF = {
    PRINTED: ("difference_ml", "difference_pct", "expected_ml", "difference_words"),
    RECKONED: ("computed_difference_ml", "computed_pct", "computed_ml", "computed_words"),
}
NEAR = tuple(Place(dx, dy, anchor) for dy in (3.6, -3.6) for dx, anchor in ((0, 0.5), (0, 0.1), (0, 0.9)))
FAR = tuple(
    Place(0, dy, anchor, is_led=True) for dy in (15.0, -15.0, 26.0, -26.0, 38.0, -38.0) for anchor in (0.5, 0.1, 0.9)
)


def refills(
    frames: Mapping[str, pd.DataFrame],
    *,
    patient: str,
    zone: str,
    until: datetime,
    scales: Mapping[str, Scale],
    since: datetime | None = None,
    lines: Sequence[tuple[float, str]] = (),
) -> Figure:
    """Measured less expected residual volume of each refill, against its date.

    A full dot is against the volume the programmer printed, which governs; a hollow diamond against the volume
    reckoned from the record. Above 0 more was left than expected, below 0 less. Percent is of the volume due
    since the refill before. Reference lines are drawn only where they are given.

    Args:
        frames: Frames by name, of one patient or many.
        patient: Code.
        zone: IANA name; the axis shows its clock.
        until: Last instant shown, with an offset.
        scales: Not needed; taken as every picture takes them.
        since: First instant shown; without it the first refill.
        lines: Reference lines: mL, and what they are with their source.

    Returns:
        The figure; `twin` says the same in plain text.

    Raises:
        ValueError: `until` or `since` has no offset, or `since` is not before `until`.

    Example:
        >>> print(demo_log.chart("P001").picture("refills").twin.splitlines()[0])
        P001, refills, 2025-06-03 to 2026-11-13
    """
    del scales
    shown = refills_shown.of_patient(frames, patient=patient, zone=zone, until=until, since=since, lines=lines)
    with style.plain():
        made = sheet.Sheet(
            _heading(shown), ABOVE_IN + PANEL_IN + BELOW_IN, twin=_twin(shown),
            under=["Residual volume: measured less expected"], footer=_footer(shown),
        )  # fmt: skip
        ax = made.axes(LEFT_IN, ABOVE_IN, made.wide_in - LEFT_IN - RIGHT_IN, PANEL_IN)
        draw_refills(ax, shown, made.figure.renderer)
        return made.figure


def draw_refills(ax: Axes, shown: Shown, renderer: RendererBase) -> Axes:
    """Dots against dates, the zero line, the lines asked for, and labels where there is room.

    Args:
        ax: The axes.
        shown: The content.
        renderer: What measures text.

    Returns:
        The axes.
    """
    first, last = axis.number(shown.since, shown.zone), axis.number(shown.until, shown.zone)
    ax.set_xlim(first - (last - first) * 0.06, last + (last - first) * 0.04)
    axis.draw_time(ax, labelled=True)
    found = {kind: shown.refills[shown.refills[names[0]].notna()] for kind, names in COLUMNS_OF.items()}
    if all(own.empty for own in found.values()):
        ax.set_yticks([])
        style.say_none(ax, "no refill with a measured and an expected volume")
        return ax
    _draw_scale(ax, shown)
    room = Room(ax, renderer, above_pt=4.0)
    low, high = ax.get_xlim()
    (left, zero), (right, _) = room.pixels([low, high], [0, 0])
    room.taken.append((left, zero - 1, right, zero + 1))
    both = set(found[PRINTED]["row"]) & set(found[RECKONED]["row"])
    apart = APART_PT / 72 * float(ax.figure.dpi) * (high - low) / (right - left)
    places = {}
    for kind, own in found.items():
        is_both = own["row"].isin(both).to_numpy()
        x = axis.numbers(shown.wall(own["end"])) + np.where(is_both, -apart if kind == PRINTED else apart, 0)
        places[kind] = x
        _draw_marks(ax, own, x, kind)
        room.take_points(x, own[COLUMNS_OF[kind][0]], 4.2)
    alone = ~found[RECKONED]["row"].isin(found[PRINTED]["row"])
    left_out = _label(found[PRINTED], places[PRINTED], PRINTED, room)
    left_out += _label(found[RECKONED][alone], places[RECKONED][alone], RECKONED, room)
    if left_out:
        n = len(found[PRINTED]) + int(alone.sum())
        sheet.title(ax, "", f"{left_out} of {n} labels left out for room")
    _draw_key(ax, {kind: len(own) for kind, own in found.items()})
    return ax


def _draw_scale(ax: Axes, shown: Shown) -> None:
    """Volumes evenly about 0, with the way each half runs in words."""
    values = [
        abs(value) for name in ("difference_ml", "computed_difference_ml") for value in shown.refills[name].dropna()
    ]
    top = max([*values, *(abs(ml) for ml, _ in shown.lines), LEAST_ML]) * HEADROOM
    ax.set_ylim(-top, top)
    step = next(s * 10.0**p for p in range(-1, 4) for s in (1, 2, 5) if top / (s * 10.0**p) <= 4)  # noqa: PLR2004 - ticks each side
    at = [i * step for i in range(-int(top / step), int(top / step) + 1)]
    texts = [_signed(value) for value in at]
    ax.set_yticks(at, labels=texts, **style.words(style.SMALL_PT))
    ax.axhline(0, color=style.INK, linewidth=0.9, zorder=1, gid="zero")
    for y, text in ((0.76, "more left\nthan expected"), (0.24, "less left\nthan expected")):
        ax.annotate(
            text, (0, y), (-32, 0), xycoords="axes fraction", textcoords="offset points", ha="center", va="center",
            rotation=90, annotation_clip=False, gid="way", **style.words(style.TINY_PT, style.GREY, linespacing=1.0),
        )  # fmt: skip
    ax.set_ylabel("")
    _write_unit(ax)
    for ml, words in shown.lines:
        ax.axhline(ml, color=style.GREY, linewidth=0.8, linestyle=style.DASHES, zorder=1, gid="reference")
        sheet.beside(ax, 0.5 + ml / top / 2, f"{_signed(ml)} mL: {words}", gid="reference-label", colour=style.GREY)


def _write_unit(ax: Axes) -> None:
    ax.annotate(
        "mL", (0, 1), (-5, 5), xycoords="axes fraction", textcoords="offset points", ha="right", va="bottom",
        annotation_clip=False, gid="unit", **style.words(style.TINY_PT, style.GREY),
    )  # fmt: skip


def _look(kind: str, *, is_assigned: bool) -> dict[str, Any]:
    if kind == PRINTED:
        return {"marker": "o", "markersize": 5.0, "markeredgecolor": style.INK, "markeredgewidth": 0.9,
                "markerfacecolor": style.PAPER if is_assigned else style.INK}  # fmt: skip
    return {"marker": "D", "markersize": 4.0, "markeredgecolor": style.GREY, "markeredgewidth": 0.9,
            "markerfacecolor": style.PAPER}  # fmt: skip


def _draw_marks(ax: Axes, own: pd.DataFrame, x: Any, kind: str) -> None:
    is_assigned = own["timing"].eq("assigned").to_numpy()
    for mask, gid in ((~is_assigned, kind), (is_assigned, f"{kind}-assigned")):
        if mask.any():
            look = _look(kind, is_assigned=gid != kind)
            ax.plot(x[mask], own[COLUMNS_OF[kind][0]][mask], linestyle="none", zorder=3, gid=gid, **look)


def _label(own: pd.DataFrame, x: Any, kind: str, room: Room) -> int:
    """The volume and percent of each mark, the last first; how many had no room."""
    ml, pct = COLUMNS_OF[kind][:2]
    colour = style.INK if kind == PRINTED else style.GREY
    words = style.words(
        style.TINY_PT if kind == PRINTED else style.TINY_PT - 0.5,
        colour,
        gid=f"{kind}-label",
        linespacing=1.0,
        ha="center",
    )
    left_out = 0
    for at, value, share in reversed(list(zip(x, own[ml], own[pct], strict=True))):
        text = _amount(value, share).replace("-", MINUS).replace(" (", "\n").replace(")", "")
        near = NEAR if value >= 0 else (*NEAR[3:], *NEAR[:3])
        put = room.put((float(at), float(value)), [(text, words)], (*near, *FAR))
        left_out += put is None
    return left_out


def _amount(ml: float, pct: float) -> str:
    share = f" ({_signed(pct, 1).replace(MINUS, '-')} %)" if math.isfinite(pct) else ""
    return f"{_signed(ml).replace(MINUS, '-')} mL{share}"


def _signed(value: float, decimals: int = 2) -> str:
    text = rounded(abs(value), decimals)
    return text if text == "0" else f"{'+' if value > 0 else MINUS}{text}"


def _draw_key(ax: Axes, n: Mapping[str, int]) -> None:
    """In the margin: which mark is which, the printed one first."""
    words = {PRINTED: "expected as\nprinted", RECKONED: "expected as\nreckoned from\nthe record"}
    for place, kind in enumerate(COLUMNS_OF):
        y = 0.93 - 0.2 * place
        ax.plot([1.035], [y], transform=ax.transAxes, linestyle="none", clip_on=False, gid="key",
                **_look(kind, is_assigned=False))  # fmt: skip
        text = "\n".join(f"     {line}" for line in f"{words[kind]}\nn {n[kind]}".split("\n"))
        sheet.beside(ax, y, text, gid="key")


def _heading(shown: Shown) -> str:
    first, last = (when.tz_convert(shown.zone) for when in (shown.since, shown.until))
    return f"{shown.patient}, refills, {first:%Y-%m-%d} to {last:%Y-%m-%d}"


def _footer(shown: Shown) -> list[str]:
    own = shown.refills
    said = [
        f"{len(own)} refills; a percent is of the volume due since the refill before. Numbers are those of the printed volume where there is one."
    ]
    said.append(
        "Reckoned: injected before, less the flow of the program on record and its boluses; the programmer's printout governs."
    )
    lacking = own[own["computed_difference_ml"].isna() & own["from_row"].notna()]
    if len(lacking):
        said.append(f"Not reckoned: {len(lacking)} (the reasons are in the text).")
    if own["timing"].eq("assigned").any():
        said.append("Hollow dots: days assigned, not observed.")
    if shown.outside:
        said.append(f"{shown.outside} refills lie outside this window.")
    return said


def _twin(shown: Shown) -> str:
    lines = [_heading(shown), "Residual volume: measured less expected", *_each(shown), ""]
    lines += [f"Reference line: {_signed(ml).replace(MINUS, '-')} mL, {words}" for ml, words in shown.lines]
    return spoken.twin([*lines, *_footer(shown)])


def _each(shown: Shown) -> Iterator[str]:
    if shown.refills.empty:
        yield "  no refill recorded in this window"
    for row, wall in zip(each(shown.refills), shown.wall(shown.refills["end"]), strict=True):
        said = [
            f"withdrawn {number(row.withdrawn_ml)} mL" if pd.notna(row.withdrawn_ml) else "withdrawn volume not stated"
        ]
        for kind, (ml, pct, of, _) in COLUMNS_OF.items():
            if pd.notna(getattr(row, ml)):
                expected = rounded(getattr(row, of), 2)
                said.append(f"{kind} {expected} mL: {_amount(getattr(row, ml), getattr(row, pct))}")
        if pd.isna(row.computed_difference_ml) and isinstance(row.why, str):
            said.append(f"{row.says}: {row.why}")
        if row.is_unexplained is True:
            said.append("a readout since did not agree with the program")
        yield f"  {wall:%Y-%m-%d}  " + "; ".join(said)
