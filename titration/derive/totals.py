"""Amounts of the program by weekday and by calendar day; days of 23 and 25 hours are right.

Imports `moments`. What a patient or a pump really did is not in them: they add up the program.
"""

from __future__ import annotations

import pandas as pd

from titration.derive import moments

DAY_MIN = 24 * 60
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
EVERY_DAY = "every day"
UNEVEN = ("flex", "periodic bolus")
BY_WEEKDAY = {"of": "int64", "weekday": "str", "total_mcg_per_day": "float64"}
BY_DAY = {
    "patient": "str",
    "day": moments.DAY,
    "total_mcg": "float64",
    "hours": "float64",
    "hours_in_day": "float64",
    "is_whole": "bool",
    "is_spread": "bool",
}


def weekday_totals(dose_steps: pd.DataFrame) -> pd.DataFrame:
    """What the steps of each flex program add up to on each weekday.

    A step runs to the next one of its day; the last runs to midnight and on to the first of the day.

    Args:
        dose_steps: Steps; `of` is the row of the dose change.

    Returns:
        By `of` and weekday: of (int64), weekday (str; "every day" when the days do not differ),
        total_mcg_per_day (float64, mcg/day).

    Example:
        >>> steps = pd.DataFrame({"of": 1, "weekday": "every day", "start_min": [0, 360], "rate_mcg_per_h": [4.0, 8.0]})
        >>> weekday_totals(steps)["total_mcg_per_day"].tolist()
        [168.0]

    Source:
        Sum of rate x duration; by definition.
    """
    pieces = _pieces(dose_steps)
    amount = pieces["rate_mcg_per_h"] * (pieces["to_min"] - pieces["from_min"]) / 60
    total = amount.groupby([pieces["of"], pieces["weekday"]]).sum()
    made = total.rename("total_mcg_per_day").reset_index()
    made["total_mcg_per_day"] = made["total_mcg_per_day"].round(9)
    order = pd.Categorical(made["weekday"], categories=[EVERY_DAY, *WEEKDAYS], ordered=True)
    made = made.assign(place=order.codes).sort_values(["of", "place"], kind="stable")
    return moments.typed(made, BY_WEEKDAY)


def _pieces(dose_steps: pd.DataFrame) -> pd.DataFrame:
    """The steps as pieces of a day, from 00:00 to 24:00, without holes."""
    steps = dose_steps[["of", "weekday", "start_min", "rate_mcg_per_h"]].astype({"start_min": "float64"})
    steps = steps.sort_values(["of", "weekday", "start_min"], kind="stable", ignore_index=True)
    following = steps.groupby(["of", "weekday"])["start_min"].shift(-1)
    ahead = steps.assign(from_min=steps["start_min"], to_min=following.fillna(DAY_MIN))
    ends = steps.groupby(["of", "weekday"])
    first = ends["start_min"].transform("min")
    wrapped = steps.assign(from_min=0.0, to_min=first).loc[steps["start_min"] == ends["start_min"].transform("max")]
    pieces = pd.concat([wrapped[wrapped["to_min"] > 0], ahead], ignore_index=True)
    return pieces.sort_values(["of", "weekday", "from_min"], kind="stable", ignore_index=True)


def daily_totals(stairs: pd.DataFrame, dose_steps: pd.DataFrame | None = None, *, zone: str) -> pd.DataFrame:
    """What the program adds up to on each calendar day of the zone.

    A day of 23 or 25 hours holds 23 or 25 hours of a constant rate. Flex runs by its steps and the
    pump's own clock, which keeps the offset it had when it was programmed. Where a varying program has
    no steps recorded its daily dose is spread evenly and `is_spread` says so.

    Args:
        stairs: What `dose.staircase` gives.
        dose_steps: Steps of flex programs.
        zone: IANA name.

    Returns:
        One row per patient and day with a program: patient (str), day (datetime64[s]),
        total_mcg (float64, mcg), hours (float64, h with a program), hours_in_day (float64, h),
        is_whole (bool: a program all day), is_spread (bool).

    Example:
        >>> from titration.columns import of_records
        >>> from titration.derive.dose import staircase
        >>> from titration.records import KINDS, DoseChange
        >>> dose = DoseChange(patient="P001", effective_on="2026-03-28", mode="simple continuous", dose_mcg_per_day=240)
        >>> until = pd.Timestamp("2026-03-31T00:00+01:00")
        >>> stairs = staircase(of_records(KINDS["dose_change"], [dose]), zone="Europe/London", until=until)
        >>> daily_totals(stairs, zone="Europe/London")["total_mcg"].tolist()
        [240.0, 230.0, 240.0]

    Source:
        Rate x time; by definition.
    """
    held = stairs[stairs["end"] > stairs["start"]].reset_index(drop=True)
    pieces = _by_rate(held, dose_steps, zone=zone)
    days = _split(pieces, zone=zone)
    days["amount"] = days["rate_mcg_per_h"] * days["hours"]
    made = days.groupby(["patient", "day"], sort=True).agg(
        total_mcg=("amount", "sum"), hours=("hours", "sum"), is_spread=("is_spread", "any")
    )
    made = made.reset_index()
    begin = moments.day_start(made["day"], zone=zone)
    finish = moments.day_start(made["day"] + pd.Timedelta(days=1), zone=zone)
    made["hours_in_day"] = (finish - begin).dt.total_seconds() / 3600
    made["total_mcg"] = made["total_mcg"].round(6)
    return moments.typed(made.assign(is_whole=(made["hours"] - made["hours_in_day"]).abs() < 1e-6), BY_DAY)  # noqa: PLR2004 - less than a second


def _by_rate(held: pd.DataFrame, dose_steps: pd.DataFrame | None, *, zone: str) -> pd.DataFrame:
    """Intervals of one rate each: patient, start, end, rate_mcg_per_h, is_spread."""
    has_steps = held["row"].isin(dose_steps["of"] if dose_steps is not None else [])
    even = held[~has_steps]
    even = even.assign(rate_mcg_per_h=even["dose_mcg_per_day"] / 24, is_spread=even["mode"].isin(UNEVEN))
    kept = ["patient", "start", "end", "rate_mcg_per_h", "is_spread"]
    if dose_steps is None or not has_steps.any():
        return even[kept]
    return pd.concat([even[kept], _by_step(held[has_steps], dose_steps, zone=zone)[kept]], ignore_index=True)


def _by_step(flex: pd.DataFrame, dose_steps: pd.DataFrame, *, zone: str) -> pd.DataFrame:
    """Each step of each day of flex intervals, in the pump's own clock."""
    offset = flex["offset_min"].astype("float64")
    wall = flex["start"].dt.tz_convert(zone).dt.tz_localize(None) - flex["start"].dt.tz_localize(None)
    offset = offset.fillna(wall.dt.total_seconds() / 60)
    shift = pd.to_timedelta(offset, unit="min")
    begin, end = (flex[name].dt.tz_localize(None) + shift for name in ("start", "end"))
    flex = flex.assign(begin=begin, finish=end, shift=shift)
    n = ((end.dt.normalize() - begin.dt.normalize()).dt.days + 1).to_numpy()
    days = flex.loc[flex.index.repeat(n)]
    days = days.assign(
        pump_day=days["begin"].dt.normalize() + pd.to_timedelta(days.groupby(level=0).cumcount(), unit="D")
    )
    pieces = _pieces(dose_steps[dose_steps["of"].isin(flex["row"])])
    own = set(zip(pieces["of"], pieces["weekday"], strict=True))
    weekday = days["pump_day"].dt.day_name()
    has_own = [pair in own for pair in zip(days["row"], weekday, strict=True)]
    days = days.assign(weekday=weekday.where(has_own, EVERY_DAY))
    met = days.merge(pieces, left_on=["row", "weekday"], right_on=["of", "weekday"], how="inner")
    start = (met["pump_day"] + pd.to_timedelta(met["from_min"], unit="min")).clip(lower=met["begin"])
    stop = (met["pump_day"] + pd.to_timedelta(met["to_min"], unit="min")).clip(upper=met["finish"])
    met = met.assign(
        start=(start - met["shift"]).dt.tz_localize("UTC"),
        end=(stop - met["shift"]).dt.tz_localize("UTC"),
        is_spread=False,
    )
    return met[stop > start]


def _split(pieces: pd.DataFrame, *, zone: str) -> pd.DataFrame:
    """The intervals cut at each midnight of the zone: patient, day, rate_mcg_per_h, hours, is_spread."""
    pieces = pieces.reset_index(drop=True)
    first = moments.local_day(pieces["start"], zone=zone)
    last = moments.local_day(pieces["end"] - pd.Timedelta(microseconds=1), zone=zone)
    n = ((last - first).dt.days + 1).to_numpy(dtype="int64")
    rows = pieces.loc[pieces.index.repeat(n)]
    day = (first.loc[rows.index] + pd.to_timedelta(rows.groupby(level=0).cumcount(), unit="D")).astype(moments.DAY)
    rows = rows.assign(day=day).reset_index(drop=True)
    begin = moments.day_start(rows["day"], zone=zone)
    finish = moments.day_start(rows["day"] + pd.Timedelta(days=1), zone=zone)
    start = rows["start"].where(rows["start"] > begin, begin)
    end = rows["end"].where(rows["end"] < finish, finish)
    return rows.assign(hours=(end - start).dt.total_seconds() / 3600)
