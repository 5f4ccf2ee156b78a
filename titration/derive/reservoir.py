"""The reservoir: what was found at a refill against what was printed and what the program adds up to.

Imports `grouped`, `moments`, `runs`, `units`, `volumes`, `dates`. It has no threshold and no verdict; the programmer's printout governs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from titration import units
from titration.derive import grouped, moments, runs, volumes
from titration.derive.dates import dates
from titration.derive.kept import once
from titration.derive.volumes import flow

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["closure", "dates", "discrepancy", "flow"]
RECKONED = "reckoned from the record"
NOT_DETERMINED = "not determined by the record"
NOT_COMPUTABLE = "not computable"
UNLIKE = "strength or drug in the reservoir unlike the program's"
CLOSURE = {
    "patient": "str",
    "row": "int64",
    "from_row": "Int64",
    "start": moments.INSTANT,
    "end": moments.INSTANT,
    "by_day": "bool",
    "days": "float64",
    "withdrawn_ml": "float64",
    "expected_ml": "float64",
    "difference_ml": "float64",
    "due_ml": "float64",
    "difference_pct": "float64",
    "difference_words": "str",
    "filled_ml": "float64",
    "filled_drug": "str",
    "filled_concentration_mcg_per_ml": "float64",
    "program_drug": "str",
    "program_concentration_mcg_per_ml": "float64",
    "flow_ml": "float64",
    "bolus_ml": "float64",
    "computed_ml": "float64",
    "computed_difference_ml": "float64",
    "computed_due_ml": "float64",
    "computed_pct": "float64",
    "computed_words": "str",
    "is_unexplained": "bool",
    "says": "str",
    "why": "str",
}
_LAST = pd.Timestamp("2200-01-01T00:00Z")


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
            difference_words (str): the same in words, "as expected" only when it is 0; missing where it is missing.

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
    moment, _ = moments.instants(refills, "filled", zone=zone)
    whose = grouped.coded(refills["patient"])[0]
    order = np.lexsort((refills["first_row"].to_numpy(), moment, whose))
    injected, due = refills["injected_ml"].to_numpy()[order], np.full(len(refills), np.nan)
    before = np.where(runs.begins(whose[order]), np.nan, np.append(np.nan, injected)[: len(injected)])
    due[order] = before - refills["expected_ml"].to_numpy()[order]
    difference = (refills["withdrawn_ml"] - refills["expected_ml"]).round(6)
    due_ml = pd.Series(np.where(due > 0, due, np.nan), index=refills.index).round(6)
    return refills.assign(
        difference_ml=difference,
        due_ml=due_ml,
        difference_pct=100 * difference / due_ml,
        difference_words=_all_words(difference),
    )


def _all_words(difference: pd.Series) -> pd.Series:
    """The words of each, made once for each different number."""
    place, values = pd.factorize(difference)
    return pd.Series(runs.words([_words(float(value)) for value in values], place), index=difference.index)


def _words(difference: float) -> str:
    """A difference in mL as words, which need no sign."""
    if difference == 0:
        return "as expected"
    way = "more" if difference > 0 else "less"
    said = units.rounded(abs(difference), 2)
    return f"{said if said != '0' else units.number(abs(difference))} mL {way} left than expected"


def closure(frames: Mapping[str, pd.DataFrame], *, zone: str) -> pd.DataFrame:
    """At each refill what was withdrawn, beside what was expected as printed and as reckoned from the record.

    The printed volume comes first; the programmer's printout governs. Ours is the volume injected at the
    refill before (what was withdrawn then is taken for all there was, for no record says what stayed) less the flow
    of the program as recorded and less the boluses of the pump (`volumes.by_bolus`). Every refill has its row;
    there is no threshold.

    Args:
        frames: Frames by name; refills, doses, plans, readouts, boluses and patient_states are read.
        zone: IANA name; places a day without a time.

    Returns:
        One row per refill, by patient and time: patient (str), row (int64), from_row (Int64: the refill before),
        start, end (datetime64[us, UTC]: that one and this), by_day (bool: of either only the day is known), days (float64),
        withdrawn_ml, and as printed expected_ml, difference_ml, due_ml (float64, mL), difference_pct (float64, % of
        the volume due), difference_words (str) as in `discrepancy`; filled_ml (float64, mL), filled_drug (str),
        filled_concentration_mcg_per_ml (float64, mcg/mL): at the refill before; program_drug (str),
        program_concentration_mcg_per_ml (float64, mcg/mL): of the first program unlike that, else of the last;
        flow_ml, bolus_ml (float64, mL), and as reckoned computed_ml, computed_difference_ml, computed_due_ml
        (float64, mL), computed_pct (float64, %), computed_words (str); is_unexplained (bool: a readout in that
        time did not agree with the program), says (str: "reckoned from the record", "not determined by the record",
        "not computable"), why (str).

    Example:
        >>> from titration.columns import columns, frame, of_records
        >>> from titration.records import KINDS, DoseChange, Refill
        >>> dose = DoseChange(
        ...     patient="P001",
        ...     effective_on="2026-01-01",
        ...     mode="simple continuous",
        ...     dose_mcg_per_day=250,
        ...     concentration_mcg_per_ml=500,
        ... )
        >>> first = Refill(patient="P001", filled_on="2026-01-01", injected_ml=20)
        >>> second = Refill(patient="P001", filled_on="2026-02-06", expected_ml=2, withdrawn_ml=2.5)
        >>> frames = {kind.frame: frame(columns(kind), {}) for kind in KINDS.values()}
        >>> frames |= {"plans": frames["doses"], "doses": of_records(KINDS["dose_change"], [dose])}
        >>> found = closure({**frames, "refills": of_records(KINDS["refill"], [first, second])}, zone="UTC")
        >>> found[["computed_ml", "computed_words"]].values.tolist()[1]
        [2.0, '0.5 mL more left than expected']

    Source:
        Volume filled less flow x time less boluses; by definition. Percent of the volume due: see `discrepancy`.
    """
    return once(frames, _closure, zone=zone)


def _closure(frames: Mapping[str, pd.DataFrame], *, zone: str) -> pd.DataFrame:
    made = discrepancy(moments.in_order(frames["refills"], "filled", zone=zone), zone=zone)
    made = made.rename(columns={"moment": "end", "by_day": "end_by_day"})
    before = made.shift(1).mask(made["patient"] != made["patient"].shift(1))
    made = made.assign(
        from_row=before["row"],
        start=before["end"].astype(moments.INSTANT),
        by_day=made["end_by_day"] | before["end_by_day"].eq(other=True),
        filled_ml=before["injected_ml"].astype("float64"),
        filled_drug=before["drug"].astype("str"),
        filled_concentration_mcg_per_ml=before["concentration_mcg_per_ml"].astype("float64"),
    )
    made["days"] = (made["end"] - made["start"]).dt.total_seconds() / 86400
    spans = made.rename(columns={"start": "since", "end": "to"})
    spans = spans[["patient", "since", "to", "filled_drug", "filled_concentration_mcg_per_ml"]]
    stairs = volumes.programs(frames, zone=zone, until=_LAST)
    flowed = volumes.by_flow(spans, stairs, zone=zone)
    given = volumes.by_bolus(spans, frames, stairs, zone=zone)
    made = made.assign(**_reasons(made, flowed, given))
    names = ["flow_ml", "is_unexplained", "program_drug", "program_concentration_mcg_per_ml"]
    made = made.assign(**{name: flowed[name] for name in names}, bolus_ml=given["bolus_ml"].round(6))
    is_reckoned = made["says"] == RECKONED
    used = (flowed["flow_ml"] + given["bolus_ml"]).where(is_reckoned)
    made["computed_ml"] = (made["filled_ml"] - used).round(6)
    made["computed_due_ml"] = used.round(6)
    made["computed_difference_ml"] = (made["withdrawn_ml"] - made["computed_ml"]).round(6)
    made["computed_pct"] = 100 * made["computed_difference_ml"] / used.where(used > 0)
    made["computed_words"] = _all_words(made["computed_difference_ml"])
    made["flow_ml"] = made["flow_ml"].round(6)
    return moments.typed(made, CLOSURE)


def _reasons(made: pd.DataFrame, flowed: pd.DataFrame, given: pd.DataFrame) -> dict[str, pd.Series]:
    """Whether ours can be reckoned, and why not: the first reason that holds."""
    has_gap = (made["days"] - flowed["days"]).abs() > volumes.SECOND
    unread = flowed["allows_patient"] & ~given["read_patient"]
    reasons = [
        (made["from_row"].isna(), NOT_COMPUTABLE, "no filling on record before it"),
        (flowed["is_unlike"], NOT_DETERMINED, UNLIKE),
        (made["filled_ml"].isna(), NOT_COMPUTABLE, "volume injected before not stated"),
        (has_gap, NOT_COMPUTABLE, "no program on record for a part of that time"),
        (flowed["flow_ml"].isna(), NOT_COMPUTABLE, "dose or concentration of the program not stated"),
        (given["lacks"].notna(), NOT_DETERMINED, given["lacks"].fillna("")),
        (unread, NOT_DETERMINED, volumes.NO_PATIENT),
    ]
    holds = [np.asarray(condition, dtype=bool) for condition, _, _ in reasons]
    says = np.select(holds, [word for _, word, _ in reasons], default=RECKONED)
    whole = [np.broadcast_to(np.asarray(why, dtype=object), len(made)) for _, _, why in reasons]
    why = np.select(holds, whole, default="") if len(made) else np.empty(0, dtype=object)
    named = pd.Series(why, index=made.index).astype("str")
    return {"says": pd.Series(says, index=made.index, dtype="str"), "why": named.where(named != "")}
