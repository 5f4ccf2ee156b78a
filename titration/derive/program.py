"""A program by the clock: its schedule, and how what it adds up to fits what it states.

Imports `grouped`, `runs`, `segments`, `records` (for the roundings of print); it judges no dose.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from titration.derive import grouped, runs
from titration.derive.segments import MOST_STEPS, SEGMENTS, WEEKDAYS, segments, steps_per_day, weekday_sums
from titration.records import sums
from titration.records.programs import DAY_MIN, EVERY_DAY

if TYPE_CHECKING:
    import numpy.typing as npt

    _Lines = dict[str, npt.NDArray[Any]]

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
    row, of = doses["row"].to_numpy(), made["of"].to_numpy()
    by_row = np.argsort(row)
    at = runs.matched(of, row[by_row])
    varying = np.flatnonzero(at >= 0)
    is_even = (runs.matched(row, of) < 0) & ~doses["mode"].isin(SCHEDULED).to_numpy()
    even = np.flatnonzero(is_even)
    of_dose = np.append(by_row[at[varying]], even)
    order = np.argsort(row[of_dose], kind="stable")
    dose = runs.floats(doses["dose_mcg_per_day"])[even]
    one = np.ones(len(even))
    alike = {"start_min": one * 0, "end_min": one * DAY_MIN, "rate_mcg_per_h": dose / 24, "amount_mcg": dose}
    both = {name: np.append(made[name].to_numpy()[varying], values)[order] for name, values in alike.items()}
    for name, said in (("weekday", EVERY_DAY), ("part", "rate")):
        place, texts = grouped.places(made[name])
        both[name] = runs.words([*texts, said], np.append(place[varying], np.full(len(even), len(texts)))[order])
    of_dose = of_dose[order]
    return runs.framed({**both, "of": row[of_dose], "patient": doses["patient"].array.take(of_dose)}, SCHEDULE)


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
    lines = {name: np.concatenate([some[name] for some in found]) for name in found[0]}
    order = np.lexsort((lines["place"], lines["what"], lines["row"]))
    lines = {name: values[order] for name, values in lines.items()}
    computed = lines["computed"].round(sums.DECIMALS)
    difference = (computed - lines["stated"]).round(sums.DECIMALS)
    matches = np.abs(difference) <= lines["tolerance"].round(sums.DECIMALS)
    group = np.cumsum(runs.begins(lines["row"], lines["what"]))
    fits = np.bincount(group, weights=matches, minlength=1)[group] > 0
    said = {
        "patient": doses["patient"].array.take(lines["at"]),
        "what": runs.words(WHATS, lines["what"]),
        "day": runs.words(DAYS, lines["day"]),
        "unit": runs.words([sums.UNITS[what] for what in WHATS], lines["what"]),
    }
    made = {**lines, **said, "computed": computed, "difference": difference, "matches": matches, "fits": fits}
    return runs.framed(made, CLOSURE)


WHATS: Final = (sums.DAILY_DOSE, sums.FLOW)
DAYS: Final = (EVERY_DAY, *WEEKDAYS, sums.MEAN)
_OF_DAY: Final = {name: place for place, name in enumerate(DAYS)}


def _by_parts(doses: pd.DataFrame, dose_steps: pd.DataFrame, timed_boluses: pd.DataFrame | None) -> _Lines:
    """The lines of the daily dose of programs with steps or boluses."""
    made = weekday_sums(dose_steps, timed_boluses)
    has_steps = made["of"].isin(dose_steps["of"]).astype("float64")
    tolerance = (
        sums.DOSE_ROUNDING_MCG_PER_DAY
        + has_steps * 24 * sums.RATE_ROUNDING_MCG_PER_H
        + made["boluses"] * sums.BOLUS_ROUNDING_MCG
    )
    made = made.assign(tolerance=tolerance, place=made.groupby("of").cumcount())
    weekly = made[made["of"].duplicated(keep=False)]
    if len(weekly):
        means = weekly.groupby("of")[["from_steps", "from_boluses", "tolerance"]].mean().reset_index()
        made = pd.concat([made, means.assign(weekday=sums.MEAN, place=len(WEEKDAYS))], ignore_index=True)
    rows = np.flatnonzero(doses["mode"].array != sums.CONSTANT_FLOW)
    rows = rows[np.argsort(doses["row"].to_numpy()[rows])]
    at = runs.matched(made["of"].to_numpy(dtype="int64"), doses["row"].to_numpy()[rows])
    own = np.flatnonzero(at >= 0)
    place, texts = grouped.places(made["weekday"])
    day = np.array([_OF_DAY[text] for text in texts], dtype="int64")[place]
    from_steps, from_boluses = (made[name].to_numpy()[own] for name in ("from_steps", "from_boluses"))
    return _lines(doses, rows[at[own]], sums.DAILY_DOSE) | {
        "day": day[own],
        "place": made["place"].to_numpy()[own],
        "from_steps": from_steps.round(sums.DECIMALS),
        "from_boluses": from_boluses.round(sums.DECIMALS),
        "computed": from_steps + from_boluses,
        "stated": doses["dose_mcg_per_day"].to_numpy()[rows[at[own]]],
        "tolerance": made["tolerance"].to_numpy()[own],
    }


def _by_constant_flow(doses: pd.DataFrame) -> _Lines:
    dose, strength, flow = _stated(doses)
    is_own = np.asarray(doses["mode"].array == sums.CONSTANT_FLOW, dtype=bool)
    at = np.flatnonzero(is_own & ~np.isnan(strength) & ~np.isnan(flow))
    return _lines(doses, at, sums.DAILY_DOSE) | {
        "computed": flow[at] * strength[at],
        "stated": dose[at],
        "tolerance": sums.DOSE_ROUNDING_MCG_PER_DAY + sums.FLOW_ROUNDING_ML_PER_DAY * strength[at],
    }


def _by_flow(doses: pd.DataFrame) -> _Lines:
    dose, strength, flow = _stated(doses)
    is_own = np.asarray(doses["mode"].array != sums.CONSTANT_FLOW, dtype=bool)
    at = np.flatnonzero(is_own & ~np.isnan(flow) & (strength > 0))
    return _lines(doses, at, sums.FLOW) | {
        "computed": dose[at] / strength[at],
        "stated": flow[at],
        "tolerance": sums.FLOW_ROUNDING_ML_PER_DAY + sums.DOSE_ROUNDING_MCG_PER_DAY / strength[at],
    }


def _stated(doses: pd.DataFrame) -> list[npt.NDArray[np.float64]]:
    return [runs.floats(doses[name]) for name in ("dose_mcg_per_day", "concentration_mcg_per_ml", "flow_ml_per_day")]


def _lines(doses: pd.DataFrame, at: npt.NDArray[np.int64], what: str) -> _Lines:
    """Lines of the programs at those places; `what` and `day` are places in `WHATS` and `DAYS`."""
    none, zero = np.full(len(at), np.nan), np.zeros(len(at), dtype="int64")
    made = {"at": at, "row": doses["row"].to_numpy()[at], "what": zero + WHATS.index(what), "day": zero, "place": zero}
    return made | {"from_steps": none, "from_boluses": none}
