"""Amounts of the program by weekday and by calendar day; days of 23 and 25 hours are right.

Imports `moments`, `clock`, `grouped`, `segments`. What a patient or a pump really did is not in them: they add up the program.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from titration.derive import clock, grouped, moments, segments
from titration.derive.segments import WEEKDAYS
from titration.records.programs import DAY_MIN, EVERY_DAY

__all__ = ["DAY_MIN", "EVERY_DAY", "WEEKDAYS", "daily_totals", "weekday_totals"]
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
    "is_unexplained": "bool",
    "is_bridge": "bool",
}
_KEPT = ("patient", "start", "end", "rate_mcg_per_h", "is_spread", "is_unexplained")


def weekday_totals(dose_steps: pd.DataFrame, timed_boluses: pd.DataFrame | None = None) -> pd.DataFrame:
    """What the steps and timed boluses of each program add up to on each weekday.

    A step runs to the next one, across midnight too. A bolus belongs to the day it begins on.

    Args:
        dose_steps: Steps; `of` is the row of the dose change.
        timed_boluses: Timed boluses; `of` likewise.

    Returns:
        By `of` and weekday: of (int64), weekday (str; "every day" when the days do not differ),
        total_mcg_per_day (float64, mcg/day).

    Example:
        >>> steps = pd.DataFrame({"of": 1, "weekday": "every day", "start_min": [0, 360], "rate_mcg_per_h": [4.0, 8.0]})
        >>> weekday_totals(steps)["total_mcg_per_day"].tolist()
        [168.0]

    Source:
        Sum of rate x duration, and of the boluses; by definition.
    """
    if dose_steps.empty and (timed_boluses is None or timed_boluses.empty):  # most programs: nothing to lay out
        return moments.typed(pd.DataFrame(columns=list(BY_WEEKDAY)), BY_WEEKDAY)
    made = segments.weekday_sums(dose_steps, timed_boluses)
    total = (made["from_steps"] + made["from_boluses"]).round(9)
    return moments.typed(made.assign(total_mcg_per_day=total), BY_WEEKDAY)


def daily_totals(
    stairs: pd.DataFrame,
    dose_steps: pd.DataFrame | None = None,
    timed_boluses: pd.DataFrame | None = None,
    *,
    zone: str,
    offsets: pd.DataFrame | None = None,
    bridges: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """What the program adds up to on each calendar day of the zone.

    A day of 23 or 25 hours holds 23 or 25 hours of a constant rate. Steps and timed boluses run by the
    pump's clock, which does not follow the wall clock. A bolus is given when its beginning lies within the
    program, over its duration where that is stated; a new program ends it. Where a varying program has
    neither step nor bolus on record its daily dose is spread evenly, and `is_spread` says so. Boluses given
    once and patient-activated ones are in no total.

    Args:
        stairs: What `dose.staircase` gives.
        dose_steps: Steps.
        timed_boluses: Timed boluses.
        zone: IANA name.
        offsets: What `clock.offsets` gives; without it each program keeps the offset it was set at.
        bridges: What `boluses.bridges` gives; a day a bridge touches has no total, and `is_bridge` says so.

    Returns:
        One row per patient and day with a program: patient (str), day (datetime64[s]),
        total_mcg (float64, mcg; missing on a day of a bridge, or where a dose found was not read),
        hours (float64, h with a program), hours_in_day (float64, h), is_whole (bool: a program all day),
        is_spread, is_unexplained (bool: a readout at its end did not agree), is_bridge (bool).

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
        Rate x time, and the boluses; by definition.
    """
    held = stairs[stairs["end"] > stairs["start"]].reset_index(drop=True)
    parts = None if dose_steps is None else segments.segments(dose_steps, timed_boluses)
    has_parts = _has_parts(held, parts)
    held = held.assign(
        rate_mcg_per_h=(held["dose_mcg_per_day"] / 24).mask(has_parts, 0.0),
        is_spread=held["mode"].isin(UNEVEN) & ~has_parts,
        is_unexplained=held.get("is_unexplained", False),
    )
    days = _by_day(held, zone=zone)
    amounts = [days[["patient", "day", "amount"]]]
    if parts is not None and has_parts.any():
        amounts += _by_part(_on_pump_days(_by_clock(held[has_parts], offsets, zone=zone), parts), zone=zone)
    every = pd.concat(amounts, ignore_index=True)
    groups = grouped.numbered(every, ["patient", "day"])  # as whole numbers: of texts a group is several times dearer
    by = days.groupby(groups.of[: len(days)])
    found = by.agg(hours=("hours", "sum"), is_spread=("is_spread", "any"), is_unexplained=("is_unexplained", "any"))
    total = every["amount"].groupby(groups.of).sum(skipna=False)
    made = groups.keys.assign(total_mcg=total.round(6)).join(found, how="inner").reset_index(drop=True)
    begin, finish = _edges(made["day"], zone=zone)
    made["hours_in_day"] = (finish - begin).dt.total_seconds() / 3600
    made["is_whole"] = (made["hours"] - made["hours_in_day"]).abs() < 1e-6  # noqa: PLR2004 - less than a second
    made["is_bridge"] = _is_bridge(made, bridges, zone=zone)
    made["total_mcg"] = made["total_mcg"].mask(made["is_bridge"])
    return moments.typed(made, BY_DAY)


def _has_parts(held: pd.DataFrame, parts: pd.DataFrame | None) -> pd.Series:
    """Whether a program with steps or boluses on record is what is in force; what a readout found has none."""
    if parts is None:
        return pd.Series(data=False, index=held.index)
    is_set = held["record"] == "dose_change" if "record" in held else held["row"].notna()
    return is_set & held["row"].isin(parts["of"])


def _by_clock(held: pd.DataFrame, offsets: pd.DataFrame | None, *, zone: str) -> pd.DataFrame:
    """The intervals cut where the pump's clock was set anew: with its `offset`, and the end of the program."""
    held = held.assign(finish=held.groupby(["patient", "row"])["end"].transform("max"), place=np.arange(len(held)))
    own = held["offset_min"].astype("float64")
    own = own.where(own.notna(), clock.wall_offset(held["start"], zone=zone))
    if offsets is None:
        return held.assign(offset=own)
    held = held.assign(own=own)
    begun = held[["patient", "start", "end", "place"]].rename(columns={"start": "since"})
    known = offsets[["patient", "start", "offset_min"]].sort_values("start", kind="stable")
    cuts = pd.merge_asof(
        known, begun.sort_values("since", kind="stable"), left_on="start", right_on="since", by="patient",
        allow_exact_matches=False,
    )  # fmt: skip
    cuts = cuts[cuts["start"] < cuts["end"]].astype({"place": "int64"})[["start", "place"]]
    cuts = cuts.merge(held.drop(columns="start"), on="place", how="left")
    both = pd.concat([held, cuts[held.columns]], ignore_index=True).sort_values(["place", "start"], kind="stable")
    following = both["start"].shift(-1).where(both["place"] == both["place"].shift(-1))
    both = both.assign(end=following.where(following.notna(), both["end"]))
    known = known.rename(columns={"offset_min": "offset"})
    met = pd.merge_asof(both.sort_values("start", kind="stable"), known, on="start", by="patient")
    return met.assign(offset=met["offset"].astype("float64").fillna(met["own"]))


def _on_pump_days(pieces: pd.DataFrame, parts: pd.DataFrame) -> pd.DataFrame:
    """Every part of every day of the pump's clock that meets its piece, with its instants in UTC."""
    shift = pd.to_timedelta(pieces["offset"], unit="min")
    begin, end = (pieces[name].dt.tz_localize(None) + shift for name in ("start", "end"))
    is_weekly = pieces["row"].isin(parts.loc[parts["weekday"] != EVERY_DAY, "of"])
    pieces = pieces.assign(shift=shift, is_weekly=is_weekly, first=begin.dt.normalize())
    n = ((end.dt.normalize() - begin.dt.normalize()).dt.days + 1).to_numpy()
    place, later = np.repeat(np.arange(len(pieces)), n), np.arange(n.sum()) - np.repeat(np.cumsum(n) - n, n)
    days = pieces.take(place).reset_index(drop=True)
    days["pump_day"] = days["first"] + pd.to_timedelta(later, unit="D")
    days["weekday_no"] = days["pump_day"].dt.day_of_week.where(days["is_weekly"], -1).astype("int64")
    number = {EVERY_DAY: -1, **{name: place for place, name in enumerate(WEEKDAYS)}}
    parts = parts.assign(weekday_no=parts["weekday"].map(number).astype("int64"))
    kept = ["of", "weekday_no", "part", "start_min", "end_min", "rate_mcg_per_h", "amount_mcg"]
    days = days[["patient", "row", "start", "end", "finish", "shift", "pump_day", "weekday_no"]]
    met = days.merge(parts[kept], left_on=["row", "weekday_no"], right_on=["of", "weekday_no"], how="inner")
    for name, minutes in (("begins", "start_min"), ("ends", "end_min")):
        wall = met["pump_day"] + pd.to_timedelta(met[minutes], unit="min") - met["shift"]
        met[name] = wall.dt.tz_localize("UTC").astype(moments.INSTANT)
    return met


def _by_part(met: pd.DataFrame, *, zone: str) -> list[pd.DataFrame]:
    """The amounts of steps and boluses by calendar day: patient, day, amount."""
    is_bolus = met["part"] == "bolus"
    begun = is_bolus & (met["begins"] >= met["start"]) & (met["begins"] < met["end"])
    lasts = begun & (met["ends"] > met["begins"])
    least = met["begins"].where(is_bolus | (met["begins"] > met["start"]), met["start"])
    last = met["end"].where(~is_bolus, met["finish"])
    ran = met.assign(start=least, end=met["ends"].where(met["ends"] < last, last))
    ran = ran[(lasts | ~is_bolus) & (ran["start"] < ran["end"])]
    at_once = met[begun & ~lasts]
    day = moments.local_day(at_once["begins"], zone=zone)
    made = [_by_day(ran, zone=zone)] if len(ran) else []
    made += [at_once.assign(day=day, amount=at_once["amount_mcg"])] if len(at_once) else []
    return [each[["patient", "day", "amount"]] for each in made]


def _by_day(pieces: pd.DataFrame, *, zone: str) -> pd.DataFrame:
    """Intervals of one rate cut at each midnight of the zone: patient, day, hours, amount, and what is said of them."""
    first = moments.local_day(pieces["start"], zone=zone)
    last = moments.local_day(pieces["end"] - pd.Timedelta(microseconds=1), zone=zone)
    n = ((last - first).dt.days + 1).to_numpy(dtype="int64")
    place, later = np.repeat(np.arange(len(pieces)), n), np.arange(n.sum()) - np.repeat(np.cumsum(n) - n, n)
    rows = pieces[[name for name in _KEPT if name in pieces]].take(place).reset_index(drop=True)
    rows["day"] = (first.to_numpy()[place] + later.astype("timedelta64[D]")).astype(moments.DAY)
    begin, finish = _edges(rows["day"], zone=zone)
    hours = (rows["end"].where(rows["end"] < finish, finish) - rows["start"].where(rows["start"] > begin, begin)).dt
    rows["hours"] = hours.total_seconds() / 3600
    return rows.assign(amount=rows["rate_mcg_per_h"] * rows["hours"])


def _edges(days: pd.Series, *, zone: str) -> tuple[pd.Series, pd.Series]:
    """When each day begins and ends; worked out once for each day of the calendar."""
    place, each = pd.factorize(days)
    calendar = pd.Series(each, dtype=moments.DAY)
    edges = (moments.day_start(calendar + pd.Timedelta(days=later), zone=zone) for later in (0, 1))
    begin, finish = (edge.take(place).set_axis(days.index) for edge in edges)
    return begin, finish


def _is_bridge(made: pd.DataFrame, bridges: pd.DataFrame | None, *, zone: str) -> pd.Series:
    """Days a bridge touches: from its day to that of its end, and a day more where only the day is known.

    Of a bridge without a stated duration it is the day it began.
    """
    if bridges is None or bridges.empty:
        return pd.Series(data=False, index=made.index)
    later = pd.to_timedelta(bridges["by_day"].astype("int64"), unit="D")
    end = (bridges["end"] + later).fillna(bridges["start"] + pd.Timedelta(microseconds=1))
    held = bridges.assign(end=end.where(end > bridges["start"], bridges["start"] + pd.Timedelta(microseconds=1)))
    days = _by_day(held.assign(rate_mcg_per_h=0.0), zone=zone)
    touched = pd.MultiIndex.from_frame(days[["patient", "day"]])
    return pd.Series(pd.MultiIndex.from_frame(made[["patient", "day"]]).isin(touched), index=made.index)
