"""What the record does not hold enough of to say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from titration.report.page import Lines, Panel
from titration.report.programs import TABLE
from titration.report.window import Window, rows, within

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pandas as pd


def panel(frames: Mapping[str, pd.DataFrame], known: Sequence[dict[str, Any]], window: Window) -> Panel | None:
    """What the record does not hold enough of to say; None when there is nothing to list.

    Args:
        frames: The frames of one patient, cut at the end of the window.
        known: What `programs.programs` gives for them.
        window: The days of the page.
    """
    missing = [*_program(known), *_scores(frames, window), *_refills(frames)]
    if not missing:
        return None
    return Panel("gaps", "Not enough data for", (Lines(tuple(f"- {what}" for what in missing)),), half=True)


def _program(known: Sequence[dict[str, Any]]) -> Iterator[str]:
    if not known:
        yield "the last recorded programmed dose: no dose change is on record"
        return
    last = known[-1]
    if last["dose_mcg_per_day"] is None:
        yield "the daily dose of the last program: the readout that found it states none"
    if last["concentration_mcg_per_ml"] is None:
        with_what = "change" if last["record"] == TABLE else "readout"
        yield f"the strength in the program: not stated with the last {with_what}"


def _scores(frames: Mapping[str, pd.DataFrame], window: Window) -> Iterator[str]:
    scores = frames["scores"]
    if scores.empty:
        yield "medians of scores: no score is on record"
    elif within(scores, "observed", window).empty:
        yield f"medians of this {window.noun}: no score is on record in it"
    elif within(scores, "observed", window.previous).empty:
        yield f"the {window.noun} before: no score is on record in it"


def _refills(frames: Mapping[str, pd.DataFrame]) -> Iterator[str]:
    refills = rows(frames["refills"])
    if not refills:
        yield "withdrawn less expected volume: no refill is on record"
    elif refills[-1]["expected_ml"] is None or refills[-1]["withdrawn_ml"] is None:
        yield "withdrawn less expected volume of the last refill: one of the two is not stated"
