"""Each interval of one dose, and the scores that fall into it.

Imports `moments`, `score`. It places scores beside doses; it does not say that one made the other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from titration.derive import moments
from titration.derive.score import SERIES, TYPES, ranked, spread

if TYPE_CHECKING:
    from collections.abc import Mapping

    from titration.scales import Scale

EPOCHS = {
    "patient": "str",
    "epoch": "int64",
    "start": moments.INSTANT,
    "end": moments.INSTANT,
    "days": "float64",
    "row": "int64",
    "dose_mcg_per_day": "float64",
    "mode": "str",
    "is_open": "bool",
}
_SCORED = {name: dtype for name, dtype in TYPES.items() if name != "patient"}
SCORED = {**EPOCHS, **_SCORED, "n": "int64", "days_with_value": "int64", "median": "float64", "median_grade": "str"}


def epochs(stairs: pd.DataFrame) -> pd.DataFrame:
    """Each interval of one dose and mode, whatever was recorded within it.

    Args:
        stairs: What `dose.staircase` gives.

    Returns:
        By patient and start: patient (str), epoch (int64: 1, 2, ... of the patient), start, end
        (datetime64[us, UTC]), days (float64), row (int64: the change that began it),
        dose_mcg_per_day (float64, mcg/day), mode (str), is_open (bool: nothing recorded ended it).

    Example:
        >>> from titration.columns import of_records
        >>> from titration.derive.dose import staircase
        >>> from titration.records import KINDS, DoseChange
        >>> def dose(on, mcg):
        ...     return DoseChange(patient="P001", effective_on=on, mode="simple continuous", dose_mcg_per_day=mcg)
        >>> doses = of_records(KINDS["dose_change"], [dose("2026-01-01", 100), dose("2026-01-11", 100)])
        >>> epochs(staircase(doses, zone="UTC", until=pd.Timestamp("2026-01-31T00:00Z")))["days"].tolist()
        [30.0]

    Source:
        By definition.
    """
    held = stairs[(stairs["end"] > stairs["start"]) | stairs["is_open"]]
    number = held.groupby("patient")["is_change"].cumsum().astype("int64")
    held = held.assign(epoch=number)
    groups = held.groupby(["patient", "epoch"], sort=True)
    made = groups.agg(
        start=("start", "min"),
        end=("end", "max"),
        row=("row", "first"),
        dose_mcg_per_day=("dose_mcg_per_day", "first"),
        mode=("mode", "first"),
        is_open=("is_open", "last"),
    ).reset_index()
    made["days"] = (made["end"] - made["start"]).dt.total_seconds() / 86400
    return moments.typed(made, EPOCHS)


def scored(stairs: pd.DataFrame, scores: pd.DataFrame, *, zone: str, scales: Mapping[str, Scale]) -> pd.DataFrame:
    """Each interval of one dose with the count and median of each series of scores in it.

    A score without a time on the day a dose began belongs to neither side and is left out.

    Args:
        stairs: What `dose.staircase` gives.
        scores: Scores.
        zone: IANA name.
        scales: Scales by code.

    Returns:
        The columns of `epochs`, and for each series with a score in it: scale, version, body_part,
        side, reporter (str), n, days_with_value (int64), median (float64, points), median_grade (str).
        An interval without any score has one row with n 0.

    Example:
        >>> from titration.columns import columns, frame
        >>> from titration.derive.dose import staircase
        >>> from titration.records import KINDS
        >>> doses, scores = (frame(columns(KINDS[k]), {}) for k in ("dose_change", "score"))
        >>> stairs = staircase(doses, zone="UTC", until=pd.Timestamp("2026-01-31T00:00Z"))
        >>> scored(stairs, scores, zone="UTC", scales={}).empty
        True

    Source:
        By definition; the median of grades is the lower of the two middle ones.
    """
    found = epochs(stairs)
    given = ranked(moments.placed(scores, "observed", zone=zone), scales)
    given = given[given["rank"].notna()].sort_values("moment", kind="stable")
    left = found[["patient", "epoch", "start", "end", "is_open"]].sort_values("start", kind="stable")
    met = pd.merge_asof(given, left, left_on="moment", right_on="start", by="patient", suffixes=("", "_epoch"))
    began = moments.local_day(found["start"], zone=zone)
    first_days = pd.MultiIndex.from_arrays([found["patient"], began])
    on_first = pd.MultiIndex.from_arrays([met["patient"], met["observed_on"]]).isin(first_days)
    inside = met["epoch"].notna() & (
        (met["moment"] < met["end"]) | (met["is_open"].eq(True) & (met["moment"] <= met["end"]))
    )
    met = met[inside & ~(met["by_day"] & on_first)]
    by = ["patient", "epoch", *SERIES[1:]]
    made = spread(met, by, scales)
    days = met.groupby(by, dropna=False)["observed_on"].nunique().rename("days_with_value").reset_index()
    made = made.merge(days, on=by, how="left").astype({"epoch": "int64"})
    made = found.merge(made, on=["patient", "epoch"], how="left")
    made[["n", "days_with_value"]] = made[["n", "days_with_value"]].fillna(0)
    return moments.typed(made, SCORED)
