"""The scores of visits as rows: grades by muscle and side as a grid, every other scale on a line of its own.

Imports `derive`. Never across scales, versions, positions or reporters; nothing is averaged.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from titration.derive import score
from titration.plot.content import each
from titration.plot.visits_page import ABSENT, Block, Cell, Mark, Row
from titration.units import number

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from titration.scales import Scale

MOST_MUSCLES = 12
MOST_LEVELS = 7
MOST_IN_CELL = 2
SIDES = (("left", "L"), ("right", "R"), ("both", "both"), ("", "side?"))
WITHOUT, AFTER = "n.a.", "*"
_FIRST = ("modified_ashworth", "ashworth", "ashworth_1_5")
_THEN = ("penn_frequency", "penn_severity", "nrs_spasticity")


def of_visits(
    scores: pd.DataFrame, days: Sequence[pd.Timestamp], scales: Mapping[str, Scale], *, part: int
) -> tuple[list[Block], list[str], bool]:
    """The scores of those visits, as blocks.

    Args:
        scores: What `derive.visits.scores_at` gives, of one patient.
        days: The visits shown.
        scales: Scales by code.
        part: Which twelve muscles of each grid, from 1.

    Returns:
        (blocks, sentences about what is not shown, whether the grids go on after this part).
    """
    given = score.ranked(scores, scales)
    for name in ("body_part", "side", "position", "reporter", "version"):
        given[name] = given[name].fillna("")
    is_grid = (given["body_part"] != "") & given["scale"].isin([c for c, s in scales.items() if _levels(s)])
    blocks, left_out, goes_on = [], [], False
    for (code, version, reporter), own in _ordered(given[is_grid], ["scale", "version", "reporter"], _FIRST):
        block, others = _grid(own, scales[code], version, reporter, days, part=part)
        left_out += others
        goes_on |= own[["body_part", "position"]].drop_duplicates().shape[0] > part * MOST_MUSCLES
        blocks.append(block)
    rows = [
        _line(own, scales.get(key[0]), key, days)
        for key, own in _ordered(
            given[~is_grid], ["scale", "version", "reporter", "body_part", "side", "position"], _THEN
        )
    ]
    none = "no other score at these visits" if blocks else "no score at these visits"
    blocks.append(
        Block(
            "Other scales" if blocks else "Scores",
            "the whole scale is drawn, low end left",
            "scale",
            tuple(rows),
            none=none,
        )
    )
    return blocks, left_out, goes_on


def _levels(scale: Scale) -> int:
    """How many levels a scale has, where they are few enough to shade; 0 otherwise."""
    if scale.grades:
        return len(scale.grades) if len(scale.grades) <= MOST_LEVELS else 0
    if scale.low is None or scale.high is None or not scale.step:
        return 0
    levels = round((scale.high - scale.low) / scale.step) + 1
    return levels if levels <= MOST_LEVELS else 0


def _ordered(given: pd.DataFrame, by: list[str], first: Sequence[str]) -> list[tuple[Any, pd.DataFrame]]:
    """The groups, those scales first, then by name."""
    groups = list(given.groupby(by, sort=True))
    return sorted(groups, key=lambda one: first.index(one[0][0]) if one[0][0] in first else len(first))


def _grid(
    own: pd.DataFrame, scale: Scale, version: str, reporter: str, days: Sequence[pd.Timestamp], *, part: int
) -> tuple[Block, list[str]]:
    """Muscles by side, twelve at a time, and the muscles that are not in this part."""
    used = [(side, head) for side, head in SIDES if (own["side"] == side).any()]
    muscles = _ordered(own, ["body_part", "position"], ())
    first = (part - 1) * MOST_MUSCLES
    chosen = muscles[first : first + MOST_MUSCLES]
    rows = tuple(
        Row(muscle, position, tuple(tuple(_cell(_of(rows, day, side), scale) for side, _ in used) for day in days))
        for (muscle, position), rows in chosen
    )
    others = [" ".join(filter(None, key)) for key, _ in muscles if key not in [c for c, _ in chosen]]
    who = f"by the {reporter}" if reporter else "rater not stated"
    small = f"{who}; {', '.join(_steps(scale))}; higher: {scale.more_is}"
    title = scale.name if version in ("", scale.version) else f"{scale.name} ({version})"
    left_out = [f"{scale.name} of {', '.join(others)}"] if others else []
    return Block(title, small, "grid", rows, tuple(head for _, head in used), none="none in this part"), left_out


def _steps(scale: Scale) -> tuple[str, ...]:
    if scale.grades:
        return scale.grades
    low, step = scale.low or 0.0, scale.step or 1.0
    return tuple(number(low + i * step) for i in range(_levels(scale)))


def _line(own: pd.DataFrame, scale: Scale | None, key: tuple[str, ...], days: Sequence[pd.Timestamp]) -> Row:
    """One series on a line of its own."""
    code, version, reporter, muscle, side, position = key
    name = code if scale is None else scale.name
    label = name if scale is None or version in ("", scale.version) else f"{name} ({version})"
    who = " ".join(filter(None, [side, muscle, position, reporter or "reporter not stated"]))
    small = who if scale is None else f"{who}; {_span(scale)}"
    return Row(label, small, tuple((_cell(own[own["day"] == day], scale),) for day in days))


def _span(scale: Scale) -> str:
    ends = _ends(scale)
    return "" if ends is None else f"{ends[0]} to {ends[1]}, higher: {scale.more_is.split(';')[0]}"


def _ends(scale: Scale) -> tuple[str, str] | None:
    if scale.grades:
        return scale.grades[0], scale.grades[-1]
    return None if scale.low is None or scale.high is None else (number(scale.low), number(scale.high))


def _of(rows: pd.DataFrame, day: pd.Timestamp, side: str) -> pd.DataFrame:
    return rows[(rows["day"] == day) & (rows["side"] == side)]


def _cell(given: pd.DataFrame, scale: Scale | None) -> Cell:
    """The answers of one day, in order of time."""
    if given.empty:
        return ABSENT
    rows = list(each(given))
    texts = [_drawn(row) for row in rows]
    text = ", ".join(texts) if len(texts) <= MOST_IN_CELL else f"n {len(texts)}"
    is_without = all(pd.isna(row.rank) for row in rows)
    marks = tuple(m for row in rows if (m := _mark(row, scale)) is not None)
    return Cell((text,), ", ".join(_said(row) for row in rows), marks, "without" if is_without else "plain")


def _drawn(row: Any) -> str:
    after = AFTER if row.beside == "after" else ""
    return (WITHOUT if pd.isna(row.value) and pd.isna(row.grade) else _answer(row)) + after


def _said(row: Any) -> str:
    after = AFTER if row.beside == "after" else ""
    assigned = " (time assigned)" if row.timing == "assigned" else ""
    return _answer(row) + after + assigned


def _answer(row: Any) -> str:
    if pd.notna(row.value):
        return number(row.value)
    if pd.notna(row.grade):
        return str(row.grade)
    return f'as stated "{row.as_stated}"' if pd.notna(row.as_stated) else f"not assessed ({row.not_assessed})"


def _mark(row: Any, scale: Scale | None) -> Mark | None:
    if scale is None or pd.isna(row.rank):
        return None
    low, high = (0.0, float(len(scale.grades) - 1)) if scale.grades else (scale.low, scale.high)
    if low is None or high is None or high <= low:
        return None
    return Mark((row.rank - low) / (high - low), row.beside == "after")
