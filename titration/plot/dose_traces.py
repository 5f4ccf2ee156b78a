"""The programmed doses of all patients by months since therapy began, with percentiles; nobody is picked out.

Descriptive: who stays on record for long is not a chance sample of who began.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from titration.cohort.traces import percentiles, traces
from titration.derive import moments
from titration.plot import sheet, spoken, style
from titration.plot.draw_doses import levels
from titration.units import number, rounded

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    import pandas as pd
    from matplotlib.axes import Axes

    from titration.plot.figure import Figure

LEFT_IN, WIDE_IN, PANEL_IN, COUNT_IN, GAP_IN = 0.75, 4.6, 2.6, 0.45, 0.22
LEAST = 5
TWIN_EVERY = 6
MOST_TICKS, STEPS = 14, (1, 3, 6, 12, 24, 60)


def dose_traces(frames: Mapping[str, pd.DataFrame], *, zone: str, until: datetime, least: int = LEAST) -> Figure:
    """Each patient's dose as a thin step, and percentiles where enough patients have that month.

    Args:
        frames: Frames by name, of many patients.
        zone: IANA name.
        until: Last instant of the record that is taken, with an offset.
        least: Fewest patients of a month for its percentiles to be drawn.

    Returns:
        The figure; `twin` says the same in plain text.

    Raises:
        ValueError: `until` has no offset.

    Example:
        >>> cohort = demo_log.cohort()
        >>> made = dose_traces(cohort.frames, zone=cohort.zone, until=cohort.asof_at)
        >>> float(made.axes[0].get_ylim()[0])
        0.0
    """
    last = moments.instant(until)
    given = traces(frames, zone=zone, until=last)
    found = percentiles(given)
    n = given.loc[given["dose_mcg_per_day"].notna(), "patient"].nunique()
    heading = f"Daily dose as programmed by months on therapy, {n} patients"
    footer = _footer(last.tz_convert(zone), least)
    said = [heading, "", *_said(found, least), "", *footer]
    with style.plain():
        page = sheet.Sheet(heading, 0.12 + PANEL_IN + GAP_IN + COUNT_IN + 0.42, twin=spoken.twin(said), footer=footer)
        ax = page.axes(LEFT_IN, 0.12, WIDE_IN, PANEL_IN)
        below = page.axes(LEFT_IN, 0.12 + PANEL_IN + GAP_IN, WIDE_IN, COUNT_IN)
        _draw(ax, given, found[found["n"] >= least])
        _draw_counts(below, ax, found)
    return page.figure


def _footer(last: pd.Timestamp, least: int) -> list[str]:
    return [
        "Thin: one patient each, last recorded programmed dose at each month since the first implant on record.",
        "Where no implant is on record it is since the first program; where times were assigned, not at all.",
        "A held or stopped pump is drawn where its dose stands.",
        f"Bold: median; bands: 25 to 75 % and 10 to 90 %, where at least {least} patients have that month.",
        f"Until {last:%Y-%m-%d}. It describes those on record: fewer stand behind later months.",
        "They are not a chance sample of those who began.",
    ]


def _draw(ax: Axes, given: pd.DataFrame, found: pd.DataFrame) -> None:
    top = float(given["dose_mcg_per_day"].max()) if given["dose_mcg_per_day"].notna().any() else 0.0
    ax.set_ylim(0, top * 1.08 if top > 0 else 100.0)
    ax.set_xlim(0, max(float(given["month"].max()), 3.0) + 1 if len(given) else 12.0)
    ax.set_ylabel("Daily dose\n(mcg/day)", **style.words(style.TINY_PT, style.GREY))
    at = levels(top) if top > 0 else []
    ax.set_yticks(at)
    ax.set_yticklabels([number(level) for level in at], **style.words(style.SMALL_PT))
    ax.tick_params(axis="x", labelbottom=False)
    if not given["dose_mcg_per_day"].notna().any():
        style.say_none(ax, "no dose recorded")
        return
    for _, own in given.groupby("patient", sort=True):
        ax.plot(
            own["month"], own["dose_mcg_per_day"], drawstyle="steps-post", color=style.LIGHT, linewidth=0.8, zorder=2,
            gid="patient", marker=".", markersize=1.5,
        )  # fmt: skip
    if found.empty:
        return
    for low, high, hatch, gid in (("p10", "p90", "", "p10-p90"), ("p25", "p75", "////", "p25-p75")):
        band = ax.fill_between(
            found["month"], found[low], found[high], facecolor=style.FAINT, edgecolor=style.LIGHT, linewidth=0.5,
            hatch=hatch, zorder=1 if hatch == "" else 1.5, gid=gid, alpha=0.75,
        )  # fmt: skip
        band.set_hatch_linewidth(0.4)
    ax.plot(found["month"], found["p50"], color=style.INK, linewidth=2.0, zorder=4, gid="median")
    last = found.iloc[-1]
    tall = ax.get_ylim()[1]
    sheet.beside(
        ax,
        last["p50"] / tall,
        f"median\n{rounded(last['p50'])} mcg/day\nat month {number(last['month'])}",
        gid="median-label",
    )


def _draw_counts(below: Axes, above: Axes, found: pd.DataFrame) -> None:
    below.set_xlim(above.get_xlim())
    top = int(found["n"].max()) if len(found) else 1
    below.set_ylim(0, top * 1.1)
    below.set_yticks([0, top])
    below.set_yticklabels(["0", number(top)], **style.words(style.SMALL_PT))
    below.set_ylabel("patients", **style.words(style.TINY_PT, style.GREY))
    below.plot(found["month"], found["n"], drawstyle="steps-post", color=style.INK, linewidth=1.0, gid="count")
    longest = below.get_xlim()[1]
    months = np.arange(0, longest + 1, next((step for step in STEPS if longest / step <= MOST_TICKS), STEPS[-1]))
    below.set_xticks(months)
    below.set_xticklabels([number(m) for m in months], **style.words(style.SMALL_PT))
    below.set_xlabel("months since therapy began", **style.words(style.TINY_PT, style.GREY))


def _said(found: pd.DataFrame, least: int) -> list[str]:
    shown = found[(found["n"] >= least) & (found["month"] % TWIN_EVERY == 0)]
    if shown.empty:
        return [f"no month with {least} patients or more"]
    return [
        f"month {month}: n {n}, median {rounded(p50)}, 25 to 75 % {rounded(p25)} to {rounded(p75)},"
        f" 10 to 90 % {rounded(p10)} to {rounded(p90)} mcg/day"
        for month, n, p10, p25, p50, p75, p90 in shown.itertuples(index=False)
    ]
