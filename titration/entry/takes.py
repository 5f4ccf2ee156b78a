"""Which rows of a file each part of a map takes, and which are left, with the reason.

Looks at the texts as they stand in the file; imports `maps`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd
    from numpy.typing import NDArray

    from titration.entry.maps import Map, Only, Part

NOT_TAKEN = "no part of the map takes this row"


@dataclass(frozen=True)
class Skipped:
    """Rows of the file that make no record, and why."""

    rows: tuple[int, ...]
    reason: str


def taken(texts: pd.DataFrame, part: Part) -> NDArray[np.int64]:
    """The places of the rows a part takes."""
    chosen = where(texts, part.only)
    if part.on_change:
        ours = texts[chosen]
        now = ours[list(part.on_change)].apply(lambda column: column.str.strip())
        filled = now.ne("").any(axis=1)  # a blank is not a change: missing is missing
        ours, now = ours[filled], now[filled]
        patient = part.fields["patient"].raw(ours)
        before = now.groupby(patient.to_numpy()).shift()
        chosen = np.zeros(len(texts), bool)
        chosen[now.index[now.ne(before).any(axis=1)]] = True
    if part.once:
        ours = texts[chosen]
        again = part.fields["patient"].raw(ours).duplicated()
        chosen = np.zeros(len(texts), bool)
        chosen[ours.index[~again]] = True
    return np.flatnonzero(chosen)


def where(texts: pd.DataFrame, only: Iterable[Only]) -> NDArray[np.bool_]:
    """For each row whether all of these hold; true for each when there are none."""
    fits = np.ones(len(texts), bool)
    for one in only:
        cells = texts[one.column].str.strip()
        if one.is_one:
            fits &= cells.isin(one.is_one).to_numpy(bool)
        if one.is_none:
            fits &= ~cells.isin(one.is_none).to_numpy(bool)
        if one.filled is not None:
            fits &= cells.ne("").to_numpy(bool) == one.filled
    return fits


def skipped(texts: pd.DataFrame, rows: NDArray[np.int64], used: Map, taken: NDArray[np.bool_]) -> tuple[Skipped, ...]:
    """The rows that make no record: those the map leaves with a reason, and those it does not speak of."""
    found = []
    spoken = taken.copy()
    for skip in used.skips:
        left = where(texts, skip.only)
        spoken |= left
        found.append(Skipped(tuple(rows[left].tolist()), skip.reason))
    found.append(Skipped(tuple(rows[~spoken].tolist()), NOT_TAKEN))
    return tuple(one for one in found if one.rows)
