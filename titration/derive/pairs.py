"""Rows of one frame beside all rows of another that are of the same patient, and what they add up to.

Imports `runs`, `grouped`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from titration.derive import grouped, runs

if TYPE_CHECKING:
    import numpy.typing as npt

    Places = npt.NDArray[np.int64]


def of_patients(one: pd.Series, other: pd.Series) -> tuple[Places, Places]:
    """Every pair of rows of one patient, in the order of the one and then of the other.

    Args:
        one: Patients of rows.
        other: Patients of other rows.

    Returns:
        (places in the one, places in the other).

    Example:
        >>> made = of_patients(pd.Series(["P002", "P001"]), pd.Series(["P001", "P002", "P001"]))
        >>> [each.tolist() for each in made]
        [[0, 1, 1], [1, 0, 2]]

    Source:
        By definition.
    """
    (own, of), _ = runs.together(one, other)
    order = np.argsort(of, kind="stable")
    low, high = np.searchsorted(of[order], own), np.searchsorted(of[order], own, side="right")
    each, at = grouped.spans(low, high)
    return each, order[at]


def holds(of: Places, flags: npt.NDArray[np.bool_], n: int) -> npt.NDArray[np.bool_]:
    """Whether something holds of any of the pairs of each row.

    Args:
        of: The row of each pair.
        flags: Whether it holds.
        n: How many rows there are.

    Example:
        >>> holds(np.array([0, 0, 2]), np.array([False, True, False]), 3).tolist()
        [True, False, False]

    Source:
        By definition.
    """
    made = np.zeros(n, dtype=bool)
    made[of[flags]] = True
    return made


def sums(of: Places, values: npt.NDArray[np.float64], n: int) -> npt.NDArray[np.float64]:
    """What the pairs of each row add up to, missing ones left out; 0 where there is none.

    Args:
        of: The row of each pair.
        values: A number for each.
        n: How many rows there are.

    Example:
        >>> sums(np.array([0, 0, 2]), np.array([1.5, 2.0, np.nan]), 3).tolist()
        [3.5, 0.0, 0.0]

    Source:
        By definition; pandas adds with a carry, from which numpy's own sums differ in the last bit.
    """
    found = pd.Series(values).groupby(of).sum()
    made = np.zeros(n)
    made[found.index.to_numpy()] = found.to_numpy()
    return made
