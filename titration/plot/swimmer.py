"""One bar for each patient from the start of therapy: modes, dose changes, refills, and where it ended.

In the order of the codes, or of time on therapy where asked; nobody is ranked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from titration.cohort.therapy import YEAR_DAYS, staircases, therapies
from titration.derive import moments
from titration.plot import sheet, spoken, style
from titration.plot.content import each
from titration.units import rounded

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime
    from typing import Any

    from matplotlib.axes import Axes

    from titration.plot.figure import Figure

LEFT_IN, WIDE_IN, ROW_IN, TOP_IN, BOTTOM_IN = 0.95, 4.15, 0.21, 0.12, 0.42
MOST_ROWS, LETTERS = 40, 13
BAR = 0.56
MODES: dict[str, dict[str, Any]] = {
    "simple continuous": {"facecolor": style.LIGHT},
    "constant flow": {"facecolor": style.LIGHT, "hatch": "|||"},
    "flex": {"facecolor": style.FAINT, "hatch": "////"},
    "periodic bolus": {"facecolor": style.FAINT, "hatch": "oo"},
    "minimum rate": {"facecolor": style.PAPER, "hatch": "--"},
    "stopped": {"facecolor": style.PAPER},
}
"""By shade and hatch, so that they part in grey."""
ORDERS = ("code", "time")
DEVICE = ("revision", "pump replacement")
MARKS = {"refill": ("v", 2.6), "revision": ("^", 4.0), "pump replacement": ("s", 3.6)}


def swimmer(frames: Mapping[str, pd.DataFrame], *, zone: str, until: datetime, order: str = "code") -> Figure:
    """The time on therapy of each patient as a bar, by mode, with what happened along it.

    Args:
        frames: Frames by name, of many patients.
        zone: IANA name.
        until: Last instant of the record that is taken, with an offset.
        order: code, or time (longest on therapy first).

    Returns:
        The figure; `twin` says the same in plain text.

    Raises:
        ValueError: `until` has no offset, or there is no such order.

    Example:
        >>> cohort = demo_log.cohort()
        >>> swimmer(cohort.frames, zone=cohort.zone, until=cohort.asof_at).axes[0].get_xlabel()
        'years since therapy began'
    """
    if order not in ORDERS:
        message = f"patients are in the order of {' or '.join(ORDERS)}, not {order}"
        raise ValueError(message)
    last = moments.instant(until)
    every = therapies(frames, zone=zone, until=last)
    begun = every[every["years_on_therapy"].notna()]
    if order == "time":
        begun = begun.sort_values(["years_on_therapy", "patient"], ascending=[False, True], kind="stable")
    begun = begun.reset_index(drop=True)
    stairs = staircases(frames, zone=zone, until=last)
    marks = _marks(frames, last, zone=zone)
    left_out = every[every["years_on_therapy"].isna()]
    heading = f"Patients by time on therapy, until {last.tz_convert(zone):%Y-%m-%d}"
    footer = _footer(begun, left_out, order)
    lines = [_said(row, stairs, marks) for row in each(begun)] or ["no implant or program on record"]
    shown = begun.iloc[:MOST_ROWS]
    with style.plain():
        body = TOP_IN + ROW_IN * max(len(shown), 6) + BOTTOM_IN
        page = sheet.Sheet(heading, body, twin=spoken.twin([heading, "", *lines, "", *footer]), footer=footer)
        ax = page.axes(LEFT_IN, TOP_IN, WIDE_IN, ROW_IN * max(len(shown), 6))
        _draw(ax, shown, stairs, marks)
    return page.figure


def _marks(frames: Mapping[str, pd.DataFrame], last: pd.Timestamp, *, zone: str) -> pd.DataFrame:
    """Refills, revisions and pump replacements, by patient and time: patient, moment, what."""
    refills = moments.placed(frames["refills"], "filled", zone=zone).assign(what="refill")
    events = moments.placed(frames["events"], "started", zone=zone)
    events = events[events["subtype"].isin(DEVICE)].assign(what=lambda own: own["subtype"])
    both = pd.concat([part[["patient", "moment", "what"]] for part in (refills, events)], ignore_index=True)
    return both[both["moment"] <= last]


def _years(moment: pd.Series, began: pd.Timestamp) -> Any:
    return ((moment - began).dt.total_seconds() / (86_400 * YEAR_DAYS)).to_numpy()


def _draw(ax: Axes, shown: pd.DataFrame, stairs: pd.DataFrame, marks: pd.DataFrame) -> None:
    rows = max(len(shown), 1)
    longest = float(shown["years_on_therapy"].max()) if len(shown) else 1.0
    ax.set_ylim(rows - 0.4, -0.6)
    ax.set_xlim(0, max(longest, 0.25) * 1.06)
    ax.set_xlabel("years since therapy began", **style.words(style.TINY_PT, style.GREY))
    ticks = [t for t in ax.get_xticks() if 0 <= t <= ax.get_xlim()[1]]
    ax.set_xticks(ticks)
    ax.set_xticklabels([rounded(t, 2) for t in ticks], **style.words(style.SMALL_PT))
    codes = [code if len(code) <= LETTERS else code[: LETTERS - 3] + "..." for code in shown["patient"]]
    ax.set_yticks(range(len(shown)))
    ax.set_yticklabels(codes, **style.words(style.SMALL_PT))
    if shown.empty:
        style.say_none(ax, "no implant or program on record")
        return
    used = [_draw_row(ax, y, row, stairs, marks) for y, row in enumerate(each(shown))]
    _draw_key(ax, [mode for mode in MODES if any(mode in own for own in used)], marks)


def _draw_row(ax: Axes, y: int, row: Any, stairs: pd.DataFrame, marks: pd.DataFrame) -> set[str]:
    """One patient's bar; the modes in it."""
    own = stairs[stairs["patient"] == row.patient]
    ax.plot([0, row.years_on_therapy], [y, y], color=style.GREY, linewidth=0.6, zorder=1, gid="on-therapy")
    one = (own["mode"] != own["mode"].shift(1)) | (own["start"] != own["end"].shift(1))
    held = own.groupby(one.cumsum()).agg({"start": "min", "end": "max", "mode": "first"})
    spans = zip(_years(held["start"], row.began_at), _years(held["end"], row.began_at), held["mode"], strict=True)
    for start, end, mode in spans:
        left = max(float(start), 0.0)
        if end > left:
            ax.barh(
                y, end - left, left=left, height=BAR, edgecolor=style.GREY, linewidth=0.4, zorder=2,
                gid=f"mode-{mode}", **MODES[mode],
            )  # fmt: skip
    changed = _years(own.loc[own["is_change"], "start"], row.began_at)
    ax.vlines(changed, y - BAR / 2, y + BAR / 2, color=style.INK, linewidth=0.9, zorder=3, gid="dose-change")
    _draw_marks(ax, y, row, marks)
    if row.is_ongoing:
        ax.plot(
            [row.years_on_therapy],
            [y],
            marker=">",
            markersize=4.5,
            color=style.INK,
            zorder=5,
            gid="ongoing",
            clip_on=False,
        )
    else:
        ax.plot(
            [row.years_on_therapy],
            [y],
            marker="|",
            markersize=9,
            markeredgewidth=1.6,
            color=style.INK,
            zorder=5,
            gid="ended",
        )
        word = row.following if pd.notna(row.following) else "ended"
        ax.annotate(
            word, (row.years_on_therapy, y), (4, 0), textcoords="offset points", va="center", ha="left",
            annotation_clip=False, gid="ended-label", **style.words(style.TINY_PT),
        )  # fmt: skip
    return set(own["mode"])


def _draw_marks(ax: Axes, y: int, row: Any, marks: pd.DataFrame) -> None:
    """Refills under the bar, changes of the device on it."""
    for what, (marker, size) in MARKS.items():
        x = _years(marks.loc[(marks["patient"] == row.patient) & (marks["what"] == what), "moment"], row.began_at)
        x = x[x >= 0]
        if len(x):
            ax.plot(
                x, np.full(len(x), y + 0.4 if what == "refill" else y), marker=marker, markersize=size,
                linestyle="none", markerfacecolor=style.INK if what == "refill" else style.PAPER,
                markeredgecolor=style.INK, markeredgewidth=0.6, zorder=4, clip_on=False, gid=what,
            )  # fmt: skip


def _draw_key(ax: Axes, modes: list[str], marks: pd.DataFrame) -> None:
    """In the margin: modes by their hatch, then the marks that are there."""
    inches = ax.get_window_extent().height / ax.figure.dpi
    step = 0.15 / inches
    y, at = 1 - step / 2, style.beside(ax, 8)
    wide = style.beside(ax, 20) - at
    for mode in modes:
        ax.barh(
            [y], [wide], left=[at], height=step * 0.62, transform=ax.transAxes, edgecolor=style.GREY, linewidth=0.4,
            clip_on=False, gid="key", **MODES[mode],
        )  # fmt: skip
        _key_word(ax, at + wide, y, mode)
        y -= step
    there = set(marks["what"])
    signs: list[tuple[str, str, dict[str, Any]]] = [("dose change", "|", {"markersize": 6, "color": style.INK})]
    signs += [
        (what, marker, {"markersize": size + 1, "markeredgecolor": style.INK, "markeredgewidth": 0.6,
                        "markerfacecolor": style.INK if what == "refill" else style.PAPER})
        for what, (marker, size) in MARKS.items() if what in there
    ]  # fmt: skip
    signs.append(("goes on", ">", {"markersize": 4.5, "color": style.INK}))
    for word, marker, look in signs:
        ax.plot(
            [at + wide / 2],
            [y],
            marker=marker,
            linestyle="none",
            transform=ax.transAxes,
            clip_on=False,
            gid="key",
            **look,
        )
        _key_word(ax, at + wide, y, word)
        y -= step


def _key_word(ax: Axes, x: float, y: float, text: str) -> None:
    ax.annotate(
        text, (x, y), (3, 0), xycoords="axes fraction", textcoords="offset points", ha="left", va="center",
        annotation_clip=False, gid="key", **style.words(style.TINY_PT),
    )  # fmt: skip


def _said(row: Any, stairs: pd.DataFrame, marks: pd.DataFrame) -> str:
    own = stairs[stairs["patient"] == row.patient]
    modes = ", then ".join(mode for mode, before in _pairs(own["mode"].tolist()) if mode != before)
    n = int(own["is_change"].sum())
    mine = marks[marks["patient"] == row.patient]["what"].value_counts()
    counted = [f"{mine[what]} {what}{'s' if mine[what] != 1 else ''}" for what in MARKS if what in mine]
    end = "goes on" if row.is_ongoing else row.following if pd.notna(row.following) else "ended"
    program = f"{modes or 'no program on record'}; {n} program{'s' if n != 1 else ''}"
    years = rounded(row.years_on_therapy)
    return f"{row.patient}: {years} year{'s' if years != '1' else ''} from {row.began_by}; {'; '.join([program, *counted, end])}"


def _pairs(modes: list[str]) -> Iterator[tuple[str, str]]:
    return zip(modes, ["", *modes][: len(modes)], strict=True)


def _footer(begun: pd.DataFrame, left_out: pd.DataFrame, order: str) -> list[str]:
    how = "the order of their codes" if order == "code" else "the order of their time on therapy"
    said = [
        f"{len(begun)} patients, in {how}, which says nothing of how they are.",
        "From the first implant on record, or the first program where there is none. Modes are as programmed.",
    ]
    if len(begun) > MOST_ROWS:
        said.append(f"Not drawn: {len(begun) - MOST_ROWS} more, in the text.")
    for is_assigned, why in ((False, "No implant or program on record"), (True, "Times assigned, not observed")):
        codes = left_out.loc[left_out["is_assigned"] == is_assigned, "patient"].tolist()
        if codes:
            said.append(f"{why}: {', '.join(codes)}.")
    return said
