"""The goals a patient has, with how far each was said to be reached in the month: ratings as recorded, no score of them.

A goal nobody rated is said to be not rated, never not reached.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from titration.derive import goals as derived
from titration.report import printed
from titration.report.facts import Fact, Made
from titration.report.page import Heading, Panel, Said, Table
from titration.report.window import Row, Window, rows, within

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

REACHED = {
    -2: "much less than expected",
    -1: "less than expected",
    0: "as expected",
    1: "more than expected",
    2: "much more than expected",
}
LATEST: Made = {
    "definition": "the latest rating of the goal on record by the last day of the window",
    "formula": "",
    "function": "titration.derive.goals.rated",
}
HEADS = (
    Heading("Goal", wide=3), Heading("Set"), Heading("At the start", numeric=True), Heading("Rated"),
    Heading("Rating", wide=2), Heading("By"), Heading("To be reviewed"),
)  # fmt: skip


def panel(frames: Mapping[str, pd.DataFrame], window: Window) -> Panel | None:
    """Each goal set by the end of the window with its ratings in it, or its last one before; None when there is no goal.

    Args:
        frames: The frames of one patient, cut at the end of the window.
        window: The days of the page.
    """
    known = rows(derived.rated(frames["goals"], frames["goal_ratings"], at=window.last))
    if not known:
        return None
    given = rows(within(frames["goal_ratings"], "rated", window))
    lines: list[tuple[Said, ...]] = []
    for goal in known:
        own = [rating for rating in given if rating["goal"] == goal["goal"]]
        lines += [(*_goal(goal), *_rating(rating), _due(goal)) for rating in own]
        if not own:
            lines.append((*_goal(goal), *_last(goal), _due(goal)))
    title = f"Goals, with the ratings of the {window.noun} or the last before"
    return Panel("goals", title, (Table(title, HEADS, tuple(lines)),))


def said(rating: int) -> str:
    """A rating with what it stands for.

    Args:
        rating: From -2 to 2.

    Example:
        >>> said(-1), said(0), said(2)
        ('-1, less than expected', '0, as expected', '+2, much more than expected')

    Source:
        The five levels of Goal Attainment Scaling (Kiresuk & Sherman 1968, doi:10.1007/BF01530764).
    """
    return f"{_level(rating)}, {REACHED[rating]}"


def _level(rating: float) -> str:
    return f"{int(rating):+d}" if rating else "0"


def _goal(goal: Row) -> tuple[Said, ...]:
    stem, source = f"goal.{goal['goal']}", (f"goal:{goal['goal']}",)
    words = "; ".join(word for word in (goal["words"], goal["domain"]) if word) or "not stated"
    began = goal["baseline"]
    start: Said = "not stated"
    if began is not None:
        start = Fact(f"{stem}.baseline", "Rating at the start", _level(began), float(began), "points", source=source)
    return (
        Fact(f"{stem}.words", "Goal", words, source=source),
        Fact(f"{stem}.set", "When it was set", printed.day(goal["set_on"]), source=source),
        start,
    )


def _rating(rating: Row) -> tuple[Said, ...]:
    stem, source = f"goal-rating.{rating['row']}", printed.source("goal_rating", rating)
    value = int(rating["rating"])
    return (
        Fact(f"{stem}.rated", "When it was rated", printed.day(rating["rated_on"]), source=source),
        Fact(f"{stem}.rating", "Rating of the goal", said(value), float(value), "points", source=source),
        Fact(f"{stem}.by", "Who rated", rating["reporter"] or "not stated", source=source),
    )


def _last(goal: Row) -> tuple[Said, ...]:
    """The last rating before the window, said to be that."""
    if goal["rating"] is None:
        return ("-", "never rated", "-")
    stem, source = f"goal.{goal['goal']}.last", (f"goal_rating:{goal['rating_row']}",)
    value, n = int(goal["rating"]), int(goal["times_rated"])
    by = goal["reporter"] or "not stated"
    return (
        Fact(f"{stem}.rated", "When it was last rated", printed.day(goal["rated_on"]), n=n, source=source, **LATEST),
        Fact(
            f"{stem}.rating",
            "Last rating of the goal",
            said(value),
            float(value),
            "points",
            n=n,
            source=source,
            **LATEST,
        ),
        Fact(f"{stem}.by", "Who rated last", by, n=n, source=source, **LATEST),
    )


def _due(goal: Row) -> Said:
    if goal["due_on"] is None:
        return "-"
    source = (f"goal:{goal['goal']}",)
    return Fact(f"goal.{goal['goal']}.due", "When it is to be reviewed", printed.day(goal["due_on"]), source=source)
