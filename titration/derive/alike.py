"""Rows that agree in some columns: the first of each group in an order, and those that are not alone.

Imports `grouped`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from titration.derive import grouped

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt
    import pandas as pd


def first_of(groups: grouped.Groups, order: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
    """The place of the first row of each group.

    Args:
        groups: Of the rows of a frame.
        order: What puts the rows in order: a number for each; of two alike the first row comes first.

    Returns:
        One place per group, in the order of the numbers.

    Example:
        >>> import pandas as pd
        >>> made = grouped.numbered(pd.DataFrame({"side": ["right", "left", "right", "left"]}), ["side"])
        >>> first_of(made, np.array([4, 3, 2, 1])).tolist()
        [3, 2]

    Source:
        By definition.
    """
    by_order = np.arange(len(order))
    if not (order[1:] >= order[:-1]).all():
        by_order = np.argsort(order, kind="stable")
    first = np.zeros(len(groups), dtype="int64")
    first[groups.of[by_order[::-1]]] = by_order[::-1]  # the first in order is written last
    return first[np.lexsort((first, order[first]))]


def repeated(frame: pd.DataFrame, by: Sequence[str]) -> npt.NDArray[np.bool_]:
    """Whether another row agrees with each in those columns; two that are missing agree.

    Args:
        frame: Any frame.
        by: Its columns.

    Returns:
        One for each row.

    Example:
        >>> import pandas as pd
        >>> repeated(pd.DataFrame({"side": ["right", None, "left", "right"]}), ["side"]).tolist()
        [True, False, False, True]

    Source:
        By definition.
    """
    code, _ = grouped.combined(frame, by)
    own = np.sort(code)
    twice = own[1:][own[1:] == own[:-1]]
    return np.isin(code, twice) if len(twice) else np.zeros(len(frame), dtype=bool)
