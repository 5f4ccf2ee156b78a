"""Whether two programs agree, as printed: the one on record, and the one a readout found.

Imports numpy only. What was not read, or is not on record, is unlike nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

MOST_DECIMALS = 6
MOST_SHARE = 0.005
"""Two doses agree when the one printed with more decimals, rounded to those of the other, is the other; never when they
are more than half a percent apart, so that 5 and 5.4 do not."""


def same_dose(one: npt.NDArray[np.float64], other: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """Whether two printed numbers can be one, printed with more decimals and with fewer.

    Args:
        one: Numbers.
        other: Numbers, as many.

    Returns:
        True where the one with more decimals, rounded to those of the other, is the other, and they are
        no more than half a percent apart; False where one is missing.

    Example:
        >>> same_dose(np.array([120.0, 120.0, 100.25, 5.0]), np.array([119.8, 121.0, 100.3, 5.4])).tolist()
        [True, False, True, False]

    Source:
        By definition: programmers print what they round.
    """
    one, other = np.asarray(one, dtype="float64"), np.asarray(other, dtype="float64")
    made: npt.NDArray[np.bool_] = np.asarray(one == other, dtype=bool)
    at = np.flatnonzero(~made)  # most are equal, and decimals are dear
    made[at] = _is_near(one[at], other[at])
    return made


def _is_near(one: npt.NDArray[np.float64], other: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    decimals = np.minimum(_decimals(one), _decimals(other))
    apart = np.abs(one - other)
    slack = 1e-9 * np.maximum(np.abs(one), 1)
    is_near: npt.NDArray[np.bool_] = (apart <= 0.5 * 10.0**-decimals + slack) & (
        apart <= MOST_SHARE * np.maximum(one, other) + slack
    )
    return is_near


def _decimals(numbers: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """With how many decimals each number is printed; at most six."""
    needed = np.zeros(len(numbers), dtype="int64")
    for decimals in range(MOST_DECIMALS):
        needed = np.where(np.round(numbers, decimals) == numbers, needed, decimals + 1)
    return needed


def unlike(found: Mapping[str, npt.NDArray[Any]], given: Mapping[str, npt.NDArray[Any]]) -> list[npt.NDArray[np.bool_]]:
    """Whether dose, mode, concentration were read, are on record, and do not agree.

    Args:
        found: dose_mcg_per_day, concentration_mcg_per_ml (float64) and mode (as whole numbers, -1 missing), as found.
        given: The same, as on record.

    Returns:
        Three, in that order: dose, mode, concentration.

    Example:
        >>> none = {"mode": np.array([-1]), "concentration_mcg_per_ml": np.array([np.nan])}
        >>> found, given = ({"dose_mcg_per_day": np.array([dose]), **none} for dose in (150.0, 100.0))
        >>> [flags.tolist() for flags in unlike(found, given)]
        [[True], [False], [False]]

    Source:
        By definition; see `same_dose`.
    """
    dose, old = found["dose_mcg_per_day"], given["dose_mcg_per_day"]
    strength, was = found["concentration_mcg_per_ml"], given["concentration_mcg_per_ml"]
    mode, before = found["mode"], given["mode"]
    return [
        np.isfinite(dose) & np.isfinite(old) & ~same_dose(dose, old),
        (mode >= 0) & (before >= 0) & (mode != before),
        np.isfinite(strength) & np.isfinite(was) & (strength != was),
    ]
