"""The reservoir: flow of a program, and what was found at a refill against what was printed.

Imports `moments`, `units`. It has no threshold and no verdict; the programmer's printout governs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from titration import units
from titration.derive import moments

if TYPE_CHECKING:
    import pandas as pd


def flow(doses: pd.DataFrame) -> pd.DataFrame:
    """The flow each program asks of the pump.

    Args:
        doses: Dose changes, or a staircase.

    Returns:
        The same rows, order and index, and `flow_ml_per_day` (float64, mL/day); missing where the
        concentration is not stated or 0.

    Example:
        >>> import pandas as pd
        >>> flow(pd.DataFrame({"dose_mcg_per_day": [250.0], "concentration_mcg_per_ml": [2000.0]}))[
        ...     "flow_ml_per_day"
        ... ].tolist()
        [0.125]

    Source:
        dose (mcg/day) / concentration (mcg/mL); by definition.
    """
    strength = doses["concentration_mcg_per_ml"]
    return doses.assign(flow_ml_per_day=doses["dose_mcg_per_day"] / strength.where(strength > 0))


def discrepancy(refills: pd.DataFrame, *, zone: str) -> pd.DataFrame:
    """Withdrawn less expected residual volume at each refill, expected as it was printed.

    Above 0 more was left in the pump than expected, below 0 less. The percent is of the volume that
    was due since the refill before: what was injected then, less what was expected now.

    Args:
        refills: Refills.
        zone: IANA name; places a day without a time.

    Returns:
        The rows of `refills`, same order and index, and these columns more:
            difference_ml (float64, mL): withdrawn less expected; missing unless both are recorded.
            due_ml (float64, mL): injected at the refill before less expected now; missing unless above 0.
            difference_pct (float64, %): of `due_ml`.
            difference_words (str): the same in words; missing where it is missing.

    Example:
        >>> from titration.columns import of_records
        >>> from titration.records import KINDS, Refill
        >>> first = Refill(patient="P001", filled_on="2026-01-01", injected_ml=20)
        >>> second = Refill(patient="P001", filled_on="2026-03-01", expected_ml=14, withdrawn_ml=16)
        >>> found = discrepancy(of_records(KINDS["refill"], [first, second]), zone="UTC")
        >>> (found["difference_words"][1], float(found["difference_pct"][1].round(1)))
        ('2 mL more left than expected', 33.3)

    Source:
        By definition; percent of the volume due as in ASRA 2017 abstract 1139 (no DOI).
    """
    placed = moments.placed(refills, "filled", zone=zone).reset_index(drop=True)
    ordered = placed.sort_values(["patient", "moment", "row"], kind="stable")
    is_first = ordered["patient"] != ordered["patient"].shift(1)
    due = (ordered["injected_ml"].shift(1).mask(is_first) - ordered["expected_ml"]).sort_index()
    difference = (refills["withdrawn_ml"] - refills["expected_ml"]).round(6)
    due_ml = due.where(due > 0).set_axis(refills.index).round(6)
    return refills.assign(
        difference_ml=difference,
        due_ml=due_ml,
        difference_pct=100 * difference / due_ml,
        difference_words=difference.map(_words, na_action="ignore").astype("str"),
    )


def _words(difference: float) -> str:
    """A difference in mL as words, which need no sign."""
    if units.rounded(difference, 2) in {"0", "-0"}:
        return "as much left as expected"
    way = "more" if difference > 0 else "less"
    return f"{units.rounded(abs(difference), 2)} mL {way} left than expected"
