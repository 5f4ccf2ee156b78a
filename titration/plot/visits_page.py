"""What the picture of the last visits shows: blocks of rows, a cell for each visit; the twin reads the same.

Holds only; `visits_rows` and `visits_scores` fill it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Mark:
    """A value on its whole scale.

    Attributes:
        level: Its place, 0 at the low end and 1 at the high end.
        is_after: Whether it was observed after that day's dose change.
    """

    level: float
    is_after: bool = False


@dataclass(frozen=True)
class Cell:
    """What one visit has in one row (of a grid: on one side).

    Attributes:
        lines: What is drawn, one or two lines; none where nothing is recorded.
        said: What the twin says, whole.
        marks: The values on the whole scale.
        look: plain, grey, without (asked and no value) or absent (nothing recorded).
    """

    lines: tuple[str, ...] = ()
    said: str = ""
    marks: tuple[Mark, ...] = ()
    look: str = "plain"


ABSENT = Cell(said="-", look="absent")


@dataclass(frozen=True)
class Row:
    """One row: a muscle, a scale, an effect.

    Attributes:
        label: What it is.
        small: More of it, in small type beneath; empty when there is none.
        cells: For each visit one cell, or one for each side of a grid.
    """

    label: str
    small: str
    cells: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True)
class Block:
    """Rows under one title.

    Attributes:
        title: Its title.
        small: What is said beside the title.
        kind: words, scale or grid.
        rows: Its rows.
        sides: Of a grid, the heads of the cells within a visit.
        none: What is said when there are no rows.
    """

    title: str
    small: str
    kind: str
    rows: tuple[Row, ...]
    sides: tuple[str, ...] = ()
    none: str = ""


@dataclass(frozen=True)
class Head:
    """The head of a visit's column.

    Attributes:
        day: The day.
        visit: What kind of visit.
        seen_by: Who saw the patient.
        since: Days since the visit before, in words.
    """

    day: str
    visit: str
    seen_by: str
    since: str


@dataclass(frozen=True, eq=False)
class Page:
    """All of the picture.

    Attributes:
        heading: Patient and visits in one line.
        heads: The visits, oldest first.
        blocks: The blocks, from top to bottom.
        footer: Sentences beneath.
        until: The last instant shown.
    """

    heading: str
    heads: tuple[Head, ...]
    blocks: tuple[Block, ...]
    until: pd.Timestamp
    footer: tuple[str, ...] = field(default=())
