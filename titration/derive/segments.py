"""The day of a program by the pump's clock: its segments, what they add up to, how many steps there are.

Imports `moments`, `records` (for its words). It is the program; what left the pump nobody knows.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from titration.derive import moments
from titration.records import programs
from titration.records.programs import DAY_MIN, EVERY_DAY

WEEKDAYS = programs.WEEKDAYS[1:]
MOST_STEPS = 13
"""Steps a day a SynchroMed II takes (Medtronic, patient information, UK); more is told, not refused."""
SEGMENTS = {
    "of": "int64",
    "weekday": "str",
    "part": "str",
    "start_min": "int64",
    "end_min": "float64",
    "rate_mcg_per_h": "float64",
    "amount_mcg": "float64",
}
SUMS = {"of": "int64", "weekday": "str", "from_steps": "float64", "from_boluses": "float64", "boluses": "int64"}
STEPS_PER_DAY = {"of": "int64", "weekday": "str", "steps": "int64"}


def segments(dose_steps: pd.DataFrame, timed_boluses: pd.DataFrame | None = None) -> pd.DataFrame:
    """The day of each program with steps or timed boluses, as segments of one rate and as boluses.

    A step runs to the next one, across midnight too: before a day's first step the last rate of the day
    before goes on. A weekday with steps of its own has those in the place of those of every day; so with
    boluses. A bolus is given beside the rate that runs, and belongs to the day it begins on.

    Args:
        dose_steps: Steps; `of` is the row of the dose change.
        timed_boluses: Timed boluses; `of` likewise.

    Returns:
        By `of`, weekday, part and start: of (int64), weekday (str; "every day" where the days of the
        program do not differ, else each of the seven), part (str: "step" or "bolus"), start_min (int64,
        min by the pump's clock), end_min (float64, min; of a bolus past 1440 when it runs over
        midnight, missing when its duration is not stated), rate_mcg_per_h (float64, mcg/h; of a bolus
        its amount over its duration), amount_mcg (float64, mcg).

    Example:
        >>> steps = pd.DataFrame(
        ...     {"of": 1, "weekday": "every day", "start_min": [360, 1320], "rate_mcg_per_h": [8.0, 4]}
        ... )
        >>> segments(steps)[["start_min", "end_min", "amount_mcg"]].values.tolist()
        [[0.0, 360.0, 24.0], [360.0, 1320.0, 128.0], [1320.0, 1440.0, 8.0]]

    Source:
        By definition.
    """
    if dose_steps.empty and (timed_boluses is None or timed_boluses.empty):
        return moments.typed(pd.DataFrame(columns=list(SEGMENTS)), SEGMENTS)
    kept = ["of", "weekday", "start_min", "rate_mcg_per_h"]
    steps = dose_steps[kept]
    given = ["of", "weekday", "start_min", "dose_mcg", "duration_min"]
    boluses = pd.DataFrame({name: [] for name in given}) if timed_boluses is None else timed_boluses[given]
    days = _days(steps, boluses)
    ran = _ran(_on_days(days, steps))
    gave = _on_days(days, boluses)
    minutes = gave["duration_min"].where(gave["duration_min"] > 0)
    gave = gave.assign(
        part="bolus",
        end_min=gave["start_min"] + gave["duration_min"],
        rate_mcg_per_h=60 * gave["dose_mcg"] / minutes,
        amount_mcg=gave["dose_mcg"],
    )
    both = [*SEGMENTS, "place"]
    made = pd.concat([ran[both], gave[both]], ignore_index=True)
    made = made.assign(is_bolus=made["part"] == "bolus")
    return moments.typed(made.sort_values(["of", "place", "is_bolus", "start_min"], kind="stable"), SEGMENTS)


def _days(steps: pd.DataFrame, boluses: pd.DataFrame) -> pd.DataFrame:
    """The days each program has: one when all are alike, else seven; with their place in the week."""
    parts = pd.concat([steps[["of", "weekday"]], boluses[["of", "weekday"]]], ignore_index=True)
    differ = (parts["weekday"] != EVERY_DAY).groupby(parts["of"].astype("int64")).any()
    n = np.where(differ, len(WEEKDAYS), 1)
    of = np.repeat(differ.index.to_numpy(), n)
    place = np.arange(n.sum()) - np.repeat(np.cumsum(n) - n, n)
    names = np.where(np.repeat(differ.to_numpy(), n), np.array(WEEKDAYS, dtype=object)[place], EVERY_DAY)
    return pd.DataFrame({"of": of, "place": place, "days": np.repeat(n, n), "day": pd.Series(names, dtype="str")})


def _on_days(days: pd.DataFrame, parts: pd.DataFrame) -> pd.DataFrame:
    """The parts of each day: its own, or those of every day; `weekday` is the day they are on."""
    parts = parts.astype({"of": "int64", "weekday": "str"})
    own = pd.MultiIndex.from_frame(parts[["of", "weekday"]])
    has_own = pd.MultiIndex.from_arrays([days["of"], days["day"]]).isin(own)
    uses = days.assign(weekday=days["day"].where(has_own, EVERY_DAY))
    met = uses.merge(parts, on=["of", "weekday"], how="inner")
    return met.assign(weekday=met["day"]).sort_values(["of", "place", "start_min"], kind="stable", ignore_index=True)


def _ran(steps: pd.DataFrame) -> pd.DataFrame:
    """Steps of days as segments from 00:00 to 24:00."""
    groups = steps.groupby(["of", "place"])
    following = groups["start_min"].shift(-1)
    ahead = steps.assign(end_min=following.fillna(DAY_MIN).astype("float64"))
    first, last = groups.head(1), groups.tail(1)
    before = last[["of", "place", "days", "rate_mcg_per_h"]]
    before = before.assign(place=(before["place"] + 1) % before["days"])[["of", "place", "rate_mcg_per_h"]]
    begun = first.drop(columns="rate_mcg_per_h").merge(before, on=["of", "place"], how="inner")
    begun = begun.assign(end_min=begun["start_min"].astype("float64"), start_min=0)
    made = pd.concat([begun[begun["end_min"] > 0], ahead], ignore_index=True)
    hours = (made["end_min"] - made["start_min"]) / 60
    return made.assign(part="step", amount_mcg=made["rate_mcg_per_h"] * hours)


def weekday_sums(dose_steps: pd.DataFrame, timed_boluses: pd.DataFrame | None = None) -> pd.DataFrame:
    """What the steps and what the timed boluses of each program make on each of its days.

    Args:
        dose_steps: Steps.
        timed_boluses: Timed boluses.

    Returns:
        By `of` and weekday: of (int64), weekday (str; "every day" when the days do not differ),
        from_steps, from_boluses (float64, mcg), boluses (int64: how many). Of a program of boluses
        alone a day without one has 0.

    Example:
        >>> steps = pd.DataFrame({"of": 1, "weekday": "every day", "start_min": [0], "rate_mcg_per_h": [60.0]})
        >>> weekday_sums(steps)["from_steps"].tolist()
        [1440.0]

    Source:
        Sum of rate x duration, and of the boluses; by definition.
    """
    parts = segments(dose_steps, timed_boluses)
    if parts.empty and dose_steps.empty:
        return moments.typed(pd.DataFrame(columns=list(SUMS)), SUMS)
    is_bolus = parts["part"] == "bolus"
    amounts = parts.assign(
        from_steps=parts["amount_mcg"].mask(is_bolus, 0.0),
        from_boluses=parts["amount_mcg"].where(is_bolus, 0.0),
        boluses=is_bolus.astype("int64"),
    )
    found = amounts.groupby(["of", "weekday"])[["from_steps", "from_boluses", "boluses"]].sum().reset_index()
    given = (
        dose_steps[["of", "weekday"]],
        (parts[is_bolus] if timed_boluses is None else timed_boluses)[["of", "weekday"]],
    )
    days = _days(*given).rename(columns={"day": "weekday"})
    made = days.merge(found, on=["of", "weekday"], how="left")
    made = made[made["boluses"].notna() | ~made["of"].isin(dose_steps["of"])]
    return moments.typed(made.fillna({"from_steps": 0.0, "from_boluses": 0.0, "boluses": 0}), SUMS)


def steps_per_day(dose_steps: pd.DataFrame) -> pd.DataFrame:
    """How many steps each program changes by on each of its days.

    Args:
        dose_steps: Steps.

    Returns:
        By `of` and weekday: of (int64), weekday (str), steps (int64). `MOST_STEPS` is what a
        SynchroMed II takes a day; more of them are told about the record, not refused.

    Example:
        >>> steps = pd.DataFrame({"of": 1, "weekday": "every day", "start_min": [0, 360], "rate_mcg_per_h": [4.0, 8]})
        >>> steps_per_day(steps)["steps"].tolist()
        [2]

    Source:
        By definition.
    """
    if dose_steps.empty:
        return moments.typed(pd.DataFrame(columns=list(STEPS_PER_DAY)), STEPS_PER_DAY)
    days = _days(dose_steps[["of", "weekday"]], dose_steps.iloc[:0][["of", "weekday"]])
    made = _on_days(days, dose_steps[["of", "weekday", "start_min"]])
    counts = made.groupby(["of", "place", "weekday"], sort=True).size().rename("steps").reset_index()
    return moments.typed(counts, STEPS_PER_DAY)
