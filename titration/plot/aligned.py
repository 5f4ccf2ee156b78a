"""Scores by days before and after each dose change, one panel for each direction and reporter.

Drawn on request only, with its caution printed; windows and medians come from `derive.windows`.
"""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from titration.derive import cuts, moments, recorded, score, windows
from titration.derive.kept import own_frames
from titration.derive.score import SERIES
from titration.derive.washout import WINDOW
from titration.plot import sheet, spoken, style
from titration.plot.content import Panel, each
from titration.plot.draw_scores import draw_scale
from titration.plot.run_chart import series_words
from titration.units import number, rounded

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime
    from typing import Any

    from matplotlib.axes import Axes

    from titration.derive.washout import Window
    from titration.plot.figure import Figure
    from titration.scales import Scale

LEFT_IN, WIDE_IN, PANEL_IN, ROW_IN, BOTTOM_IN = 0.85, 3.75, 1.35, 1.75, 0.45
MOST_PANELS = 6
LEAST_BOLD = 5
OVERLAP = "another dose change within {days} days"
DIRECTIONS = {"increase": "dose raised", "decrease": "dose lowered", "other": "mode or schedule changed"}


def before_after(
    frames: Mapping[str, pd.DataFrame],
    *,
    patient: str,
    zone: str,
    until: datetime,
    scales: Mapping[str, Scale],
    since: datetime | None = None,
    scale: str | None = None,
    window: Window = WINDOW,
) -> Figure:
    """One scale by days from each dose change: each change a thin line, their median bold where five have that day.

    A change with another one inside its window is dropped, as is one with too few values on a side; how many, and
    why, stands beside the panel. Directions and reporters are never mixed.

    Args:
        frames: Frames by name, of one patient or many.
        patient: Code.
        zone: IANA name.
        until: Last instant whose scores are taken, with an offset.
        scales: Scales by code.
        since: First change that is taken; without it all.
        scale: Code; without it the scale with the most days.
        window: Length of each side, washouts, fewest values a side.

    Returns:
        The figure; `twin` says the same in plain text.

    Raises:
        ValueError: An instant has no offset.
        LookupError: There is no such scale.

    Source:
        `derive.windows.before_after`; its caution on regression to the mean is printed (Barnett 2005,
        doi:10.1093/ije/dyh299).
    """
    last = moments.instant(until)
    own = own_frames(frames, patient)
    scores = moments.in_order(own["scores"], "observed", zone=zone)
    scores = scores[scores["moment"] <= last].drop(columns=["moment", "by_day"])
    code = _chosen(scores, scale, scales)
    scores = scores[scores["scale"] == code]
    pairs = _pairs(own, scores, zone=zone, until=last, scales=scales, window=window)
    if since is not None:
        pairs = pairs[pairs["start"] >= moments.instant(since)]
    by_day = _by_day(pairs, scores, zone=zone, scales=scales, window=window)
    groups = [(key, part) for key, part in pairs.groupby([*SERIES[3:], "direction"], dropna=False, sort=True)]
    groups.sort(key=lambda pair: (list(DIRECTIONS).index(str(pair[0][-1])), str(pair[0])))
    heading = f"{patient}, before and after dose changes: {scales[code].name if code in scales else 'no scale'}"
    footer = _footer(window, len(groups))
    lines = [line for _, part in groups for line in _said(part, zone)] or ["no dose change with scores on record"]
    with style.plain():
        page = sheet.Sheet(
            heading, ROW_IN * max(min(len(groups), MOST_PANELS), 1) + BOTTOM_IN,
            twin=spoken.twin([heading, "", *lines, "", *footer]), footer=footer,
        )  # fmt: skip
        for place, (_, part) in enumerate(groups[:MOST_PANELS]):
            ax = page.axes(LEFT_IN, 0.3 + ROW_IN * place, WIDE_IN, PANEL_IN)
            _draw(ax, part, by_day, scales[code], window)
            if place == min(len(groups), MOST_PANELS) - 1:
                ax.set_xlabel("days from the change", **style.words(style.TINY_PT, style.GREY))
        if not groups:
            ax = page.axes(LEFT_IN, 0.3, WIDE_IN, PANEL_IN)
            ax.set_xticks([])
            ax.set_yticks([])
            style.say_none(ax, lines[0])
    return page.figure


def _chosen(scores: pd.DataFrame, scale: str | None, scales: Mapping[str, Scale]) -> str:
    if scale is not None:
        if scale not in scales:
            message = f"{scale}: no scale of this log; there are {', '.join(scales)}"
            raise LookupError(message)
        return scales[scale].code
    days = scores[scores["scale"].isin(list(scales))].groupby("scale")["observed_on"].nunique()
    return "" if days.empty else min(days.index, key=lambda c: (-days[c], c))


def _pairs(
    own: Mapping[str, pd.DataFrame],
    scores: pd.DataFrame,
    *,
    zone: str,
    until: pd.Timestamp,
    scales: Mapping[str, Scale],
    window: Window,
) -> pd.DataFrame:
    """Each change beside each series of scores, with why it is dropped; missing where it is kept."""
    stairs = recorded.staircase(own, zone=zone, until=until)
    device = cuts.device_changes(own, zone=zone)
    pairs = windows.before_after(stairs, scores, zone=zone, scales=scales, device_changes=device, window=window)
    near = cuts.changes(stairs)[["record", "row", "since", "until"]]
    pairs = pairs.merge(near, on=["record", "row"], how="left")
    span = pd.Timedelta(days=window.days)
    overlaps = (pairs["since"] > pairs["start"] - span) | (
        (pairs["until"] < pairs["start"] + span) & (pairs["until"] < until)
    )
    why = pairs["not_computable"].mask(overlaps, OVERLAP.format(days=number(window.days)))
    return pairs.assign(dropped=why)


def _by_day(
    pairs: pd.DataFrame, scores: pd.DataFrame, *, zone: str, scales: Mapping[str, Scale], window: Window
) -> pd.DataFrame:
    """Of each change that is kept: the median of each day, by whole days from the day of the change."""
    kept = pairs[pairs["dropped"].isna()]
    ranked = score.ranked(scores, scales)
    daily = (
        ranked[ranked["rank"].notna()].groupby([*SERIES, "observed_on"], dropna=False)["rank"].median().reset_index()
    )
    both = kept[["record", "row", "start", *SERIES]].merge(daily, on=list(SERIES), how="left")
    day = moments.local_day(both["start"], zone=zone)
    both = both.assign(away=(both["observed_on"] - day).dt.days)
    return both[both["away"].abs() <= window.days]


def _footer(window: Window, n: int) -> list[str]:
    hours = number(window.washout_h)
    said = [
        "Thin lines: one change each, the median of each day; a day without a value is a gap.",
        f"Bold: the median of the changes on days that at least {LEAST_BOLD} of them have.",
        f"Grey: the first {hours} h after a change, in neither side; the scale's recall comes on top.",
        f"Beside: the middle of the changes' medians on each side, within {number(window.days)} days.",
        windows.CAUTION,
    ]
    return said if n <= MOST_PANELS else [*said, f"Not drawn: {n - MOST_PANELS} more panels, in the text."]


def _title(part: pd.DataFrame) -> str:
    first = next(each(part))
    return f"{DIRECTIONS[first.direction]}; {series_words(first)}"


def _counted(part: pd.DataFrame) -> list[str]:
    """How many changes are shown, and how many are dropped for what reason."""
    n, kept = len(part), int(part["dropped"].isna().sum())
    reasons = part["dropped"].dropna().str.removeprefix("not computable: ")
    few = reasons.str.contains("values before")
    reasons = reasons.mask(few, "too few values on a side")
    reasons = reasons.mask(reasons.str.startswith("a change of "), "strength, catheter or pump changed")
    counts = reasons.value_counts(sort=False)
    return [f"{kept} of {n} changes", *(f"dropped {counts[why]}: {why}" for why in sorted(counts.index))]


def _sides(part: pd.DataFrame) -> list[str]:
    """The middle of the medians on each side, and their range."""
    kept = part[part["dropped"].isna()]
    if kept.empty or kept["before_median"].isna().all():
        return []
    return [
        f"{side}: {rounded(kept[f'{side}_median'].median())}"
        f" ({number(kept[f'{side}_median'].min())} to {number(kept[f'{side}_median'].max())})"
        for side in windows.SIDES
    ]


def _said(part: pd.DataFrame, zone: str) -> Iterator[str]:
    yield _title(part)
    yield from (f"  {line}" for line in [*_counted(part), *_sides(part)])
    for change in each(part[part["dropped"].isna()]):
        middles = (change.before_median, change.after_median)
        grades = (change.before_median_grade, change.after_median_grade)
        before, after = (number(m) if pd.notna(m) else g for m, g in zip(middles, grades, strict=True))
        yield (
            f"  {change.start.tz_convert(zone):%Y-%m-%d}  {number(change.from_mcg_per_day)} to {number(change.dose_mcg_per_day)} mcg/day:"
            f" median {before} before (n {change.before_n}), {after} after (n {change.after_n})"
        )


def _draw(ax: Axes, part: pd.DataFrame, by_day: pd.DataFrame, scale: Scale, window: Window) -> None:
    draw_scale(ax, Panel(scale, "", ()))
    sheet.title(ax, _title(part))
    days = int(window.days)
    ax.set_xlim(-days - 0.7, days + 0.7)
    ax.set_xticks([d for d in range(-days, days + 1) if d % 7 == 0])
    ax.set_xticklabels([number(d) for d in ax.get_xticks()], **style.words(style.SMALL_PT))
    lines = [_line(own, np.arange(-days, days + 1)) for own in _own(part, by_day)]
    said = [line for text in [*_counted(part), *_sides(part)] for line in _wrapped(text)]
    sheet.beside(ax, 0.5, "\n".join(said), gid="numbers")
    if not lines:
        style.say_none(ax, "no change can be shown")
        return
    ax.axvline(0, color=style.INK, linewidth=0.8, zorder=1, gid="change")
    ax.axvspan(0, window.washout_h / 24, facecolor=style.FAINT, linewidth=0, zorder=0, gid="washout")
    at = np.arange(-days, days + 1)
    for y in lines:
        ax.plot(
            at, y, color=style.MIDDLE, linewidth=0.6, marker="o", markersize=1.6, zorder=2, gid="one", clip_on=False
        )
    stack = np.vstack(lines)
    enough = np.isfinite(stack).sum(axis=0) >= LEAST_BOLD
    if enough.any():
        middle = np.full(len(at), np.nan)
        middle[enough] = np.nanmedian(stack[:, enough], axis=0)
        ax.plot(at, middle, color=style.INK, linewidth=2.0, zorder=4, gid="middle", clip_on=False)


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, 28, subsequent_indent="  ")


def _own(part: pd.DataFrame, by_day: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """The days of each change that is kept."""
    for change in each(part[part["dropped"].isna()]):
        same = (by_day["record"] == change.record) & (by_day["row"] == change.row)
        for name in SERIES[3:]:
            value: Any = getattr(change, name)
            same &= by_day[name].fillna("") == (value if pd.notna(value) else "")
        yield by_day[same]


def _line(own: pd.DataFrame, at: Any) -> Any:
    return own.groupby("away")["rank"].median().reindex(at).to_numpy(dtype="float64")
