"""A program by the clock: its schedule, and how what it adds up to fits what it states.

Imports `moments`, `segments`, `records` (for the roundings of print); it judges no dose.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from titration.derive import moments
from titration.derive.segments import MOST_STEPS, SEGMENTS, WEEKDAYS, segments, steps_per_day, weekday_sums
from titration.records import sums
from titration.records.programs import DAY_MIN, EVERY_DAY

__all__ = ["MOST_STEPS", "WEEKDAYS", "closure", "schedule", "segments", "steps_per_day", "weekday_sums"]
SCHEDULED = ("flex", "periodic bolus")
SCHEDULE = {"of": "int64", "patient": "str", **{name: dtype for name, dtype in SEGMENTS.items() if name != "of"}}
CLOSURE = {
    "row": "int64",
    "patient": "str",
    "what": "str",
    "day": "str",
    "from_steps": "float64",
    "from_boluses": "float64",
    "computed": "float64",
    "stated": "float64",
    "difference": "float64",
    "tolerance": "float64",
    "matches": "bool",
    "fits": "bool",
    "unit": "str",
}


def schedule(doses: pd.DataFrame, dose_steps: pd.DataFrame, timed_boluses: pd.DataFrame | None = None) -> pd.DataFrame:
    """The 24 hours of each program, by weekday where the days differ.

    A program of one rate is one segment of the daily dose it states. One that varies by the clock
    without steps or boluses on record has none: how its day runs is not known.

    Args:
        doses: Dose changes.
        dose_steps: Steps.
        timed_boluses: Timed boluses.

    Returns:
        The columns of `segments` with `patient`, for the programs in `doses`; the part of a program of
        one rate is "rate". The amounts of a weekday add up to its total.

    Example:
        >>> from titration.columns import columns, frame, of_records
        >>> from titration.records import KINDS, DoseChange
        >>> dose = DoseChange(patient="P001", effective_on="2026-10-08", mode="minimum rate", dose_mcg_per_day=6)
        >>> none = frame(columns(KINDS["dose_step"]), {})
        >>> schedule(of_records(KINDS["dose_change"], [dose]), none)[["rate_mcg_per_h", "amount_mcg"]].values.tolist()
        [[0.25, 6.0]]

    Source:
        By definition.
    """
    made = segments(dose_steps, timed_boluses)
    programs = doses[["row", "patient", "mode", "dose_mcg_per_day"]].rename(columns={"row": "of"})
    varying = made.merge(programs[["of", "patient"]], on="of", how="inner")
    even = programs[~programs["of"].isin(made["of"]) & ~programs["mode"].isin(SCHEDULED)]
    even = even.assign(
        weekday=EVERY_DAY,
        part="rate",
        start_min=0,
        end_min=float(DAY_MIN),
        rate_mcg_per_h=even["dose_mcg_per_day"] / 24,
        amount_mcg=even["dose_mcg_per_day"],
    )
    both = pd.concat([varying[list(SCHEDULE)], even[list(SCHEDULE)]], ignore_index=True)
    return moments.typed(both.sort_values("of", kind="stable"), SCHEDULE)


def closure(doses: pd.DataFrame, dose_steps: pd.DataFrame, timed_boluses: pd.DataFrame | None = None) -> pd.DataFrame:
    """The ledger of each program: the daily dose and the flow it states beside what its parts make.

    It is `records.closure` for a whole frame: the same lines, by the same roundings of print. Where `fits`
    is false for a program and a `what`, no line of it makes what is stated; that is a question about the
    record, never about the dose.

    Args:
        doses: Dose changes.
        dose_steps: Steps.
        timed_boluses: Timed boluses.

    Returns:
        By row of the change, `what` and day: row (int64), patient (str), what (str: "daily dose" or
        "flow"), day (str: "every day", a weekday, "mean of the week"), from_steps, from_boluses,
        computed, stated, difference (computed less stated), tolerance (float64, in `unit`), matches
        (bool: this line makes what is stated), fits (bool: any line of this program and `what` does),
        unit (str: mcg/day or mL/day).

    Example:
        >>> from titration.columns import columns, frame, of_records
        >>> from titration.records import KINDS, DoseChange
        >>> made = DoseChange(
        ...     patient="P001",
        ...     effective_on="2026-10-08",
        ...     mode="constant flow",
        ...     dose_mcg_per_day=250,
        ...     concentration_mcg_per_ml=500,
        ...     flow_ml_per_day=0.5,
        ... )
        >>> none = frame(columns(KINDS["dose_step"]), {})
        >>> closure(of_records(KINDS["dose_change"], [made]), none)[["computed", "fits"]].values.tolist()
        [[250.0, True]]

    Source:
        Rate x duration and boluses; flow x concentration; dose / concentration; by definition.
    """
    found = [_by_constant_flow(doses), _by_flow(doses)]
    if len(dose_steps) or (timed_boluses is not None and len(timed_boluses)):
        found = [_by_parts(doses, dose_steps, timed_boluses), *found]
    found = [some for some in found if len(some)]
    if not found:
        return moments.typed(pd.DataFrame(columns=list(CLOSURE)), CLOSURE)
    lines = pd.concat(found, ignore_index=True)
    computed = lines["computed"].round(sums.DECIMALS)
    difference = (computed - lines["stated"]).round(sums.DECIMALS)
    matches = difference.abs() <= lines["tolerance"].round(sums.DECIMALS)
    lines = lines.assign(computed=computed, difference=difference, matches=matches.astype("bool"))
    lines["fits"] = lines.groupby(["row", "what"])["matches"].transform("any")
    return moments.typed(lines.sort_values(["row", "what", "place"], kind="stable"), CLOSURE)


def _by_parts(doses: pd.DataFrame, dose_steps: pd.DataFrame, timed_boluses: pd.DataFrame | None) -> pd.DataFrame:
    """The lines of the daily dose of programs with steps or boluses."""
    made = weekday_sums(dose_steps, timed_boluses)
    has_steps = made["of"].isin(dose_steps["of"]).astype("float64")
    made["tolerance"] = (
        sums.DOSE_ROUNDING_MCG_PER_DAY
        + has_steps * 24 * sums.RATE_ROUNDING_MCG_PER_H
        + made["boluses"] * sums.BOLUS_ROUNDING_MCG
    )
    made["place"] = made.groupby("of").cumcount()
    numbers = ["from_steps", "from_boluses", "tolerance"]
    means = made.groupby("of")[numbers].mean().assign(weekday=sums.MEAN, place=len(WEEKDAYS))
    means = means[made.groupby("of").size() > 1].reset_index()
    lines = pd.concat([made, means], ignore_index=True).astype({"of": "int64"})
    programs = doses.loc[doses["mode"] != sums.CONSTANT_FLOW, ["row", "patient", "dose_mcg_per_day"]]
    lines = lines.merge(programs, left_on="of", right_on="row", how="inner")
    return _lines(lines, sums.DAILY_DOSE).assign(
        day=lines["weekday"],
        place=lines["place"],
        from_steps=lines["from_steps"].round(sums.DECIMALS),
        from_boluses=lines["from_boluses"].round(sums.DECIMALS),
        computed=lines["from_steps"] + lines["from_boluses"],
        stated=lines["dose_mcg_per_day"],
        tolerance=lines["tolerance"],
    )


def _by_constant_flow(doses: pd.DataFrame) -> pd.DataFrame:
    strength = doses["concentration_mcg_per_ml"]
    has_both = strength.notna() & doses["flow_ml_per_day"].notna()
    found = doses[(doses["mode"] == sums.CONSTANT_FLOW) & has_both]
    strength = found["concentration_mcg_per_ml"]
    return _lines(found, sums.DAILY_DOSE).assign(
        computed=found["flow_ml_per_day"] * strength,
        stated=found["dose_mcg_per_day"],
        tolerance=sums.DOSE_ROUNDING_MCG_PER_DAY + sums.FLOW_ROUNDING_ML_PER_DAY * strength,
    )


def _by_flow(doses: pd.DataFrame) -> pd.DataFrame:
    strength = doses["concentration_mcg_per_ml"]
    found = doses[(doses["mode"] != sums.CONSTANT_FLOW) & doses["flow_ml_per_day"].notna() & (strength > 0)]
    strength = found["concentration_mcg_per_ml"]
    return _lines(found, sums.FLOW).assign(
        computed=found["dose_mcg_per_day"] / strength,
        stated=found["flow_ml_per_day"],
        tolerance=sums.FLOW_ROUNDING_ML_PER_DAY + sums.DOSE_ROUNDING_MCG_PER_DAY / strength,
    )


def _lines(found: pd.DataFrame, what: str) -> pd.DataFrame:
    unit = sums.UNITS[what]
    made = found[["row", "patient"]].assign(what=what, day=EVERY_DAY, unit=unit, place=0)
    return made.assign(from_steps=np.nan, from_boluses=np.nan)
