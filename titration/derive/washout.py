"""What is left out after a change: the washout, and the time a scale asks about.

Imports `grouped`; `scales` for types only. Where no one number is stated nothing is made up.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from titration.derive import grouped

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from titration.scales import Scale

HOUR: Final = 3600
DAY: Final = 24 * HOUR
_RECALL = re.compile(r"(?:last |past )?(\d+) (h|days|weeks)(?:, usual wording)?(?: \(unconfirmed\))?")
_UNITS: Final = {"h": 1, "days": 24, "weeks": 7 * 24}


@dataclass(frozen=True)
class Window:
    """How wide the windows are, and what is left out.

    Attributes:
        days: Length of each side, in days.
        washout_h: Hours after a change that belong to neither side; the scale's recall comes on top.
        device_washout_h: The same after a change of strength, catheter or pump; None: not known, so that
            nothing near one can be computed.
        least_n: Fewest values on each side.
    """

    days: float = 14
    washout_h: float = 48
    device_washout_h: float | None = None
    least_n: int = 4


WINDOW: Final = Window()
"""The one that is used where nothing else is asked for."""


def recall_hours(scale: Scale | None) -> float | None:
    """The hours a scale asks about, where its register states one number.

    Args:
        scale: A scale, or None where it is not known.

    Returns:
        Hours; 0 where it asks about now; None where no one number is stated ("last 24 to 48 h", "last night").

    Example:
        >>> from titration.scales import register
        >>> [recall_hours(register()[code]) for code in ("snow_spasm_frequency", "sci_set", "ashworth", "nrs_sleep")]
        [24.0, 168.0, 0.0, None]

    Source:
        The recall as the register has it, beside its citation; unconfirmed ones too, as they only leave more out.
    """
    if scale is None:
        return None
    if scale.recall == "now":
        return 0.0
    found = _RECALL.fullmatch(scale.recall)
    return None if found is None else float(int(found[1]) * _UNITS[found[2]])


def recalled(pairs: pd.DataFrame, scales: Mapping[str, Scale]) -> pd.DataFrame:
    """The rows with the recall of their scale.

    Args:
        pairs: Any frame with `scale`.
        scales: Scales by code.

    Returns:
        The same rows, and recall_h (float64, h; 0 where none is stated), recall_is_stated (bool).

    Example:
        >>> import pandas as pd
        >>> from titration.scales import register
        >>> recalled(pd.DataFrame({"scale": ["nrs_sleep"]}), register()).values.tolist()
        [['nrs_sleep', 0.0, False]]

    Source:
        See `recall_hours`.
    """
    place, codes = grouped.places(pairs["scale"])
    hours = [recall_hours(scales.get(code)) for code in codes]
    recall = np.array([*hours, None], dtype="float64")[place]  # once for each scale; the last for a missing one
    is_stated = ~np.isnan(recall)
    return pairs.assign(recall_h=np.where(is_stated, recall, 0.0), recall_is_stated=is_stated)
