"""What stands beside the staircase: schedules moved at one dose, where following ended, the pump's own clock.

Frames in, frames or words out; draws nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from titration.derive import clock, dose, moments
from titration.derive.found import ENDED

if TYPE_CHECKING:
    from collections.abc import Mapping

VARYING = tuple(mode for mode, held in dose.CLASSES.items() if held == "varying rate")
HOUR_MIN = 60


def redistributed(stairs: pd.DataFrame, steps: pd.DataFrame, timed_boluses: pd.DataFrame) -> pd.Series:
    """Whether a program has the daily dose and mode of the one before, at other times of the day.

    Args:
        stairs: A staircase with changes.
        steps: The steps of its programs.
        timed_boluses: Their timed boluses.

    Returns:
        Series (bool), same index; False where the schedule before is not on record.
    """
    parts = [steps.assign(amount=steps["rate_mcg_per_h"]), timed_boluses.assign(amount=timed_boluses["dose_mcg"])]
    shape = pd.concat([part[["of", "weekday", "start_min", "amount"]] for part in parts], ignore_index=True)
    shape = shape.sort_values(["of", "weekday", "start_min"], kind="stable")
    words = shape["weekday"].astype("str") + shape["start_min"].astype("str") + "=" + shape["amount"].astype("str")
    said = words.groupby(shape["of"]).agg(" ".join)
    own, before = (stairs[name].astype("Int64").map(said.to_dict()).astype("str") for name in ("row", "from_row"))
    same = (stairs["mode"] == stairs["from_mode"]) & (stairs["change_mcg_per_day"] == 0)
    same &= (stairs["record"] == "dose_change") & (stairs["from_record"] == "dose_change")
    moved: pd.Series = same & own.notna() & before.notna() & (own.fillna("") != before.fillna(""))
    return moved.astype("bool")


def ends(own: Mapping[str, pd.DataFrame], begin: pd.Timestamp, end: pd.Timestamp, *, zone: str) -> pd.DataFrame | None:
    """The days in the window on which following ended, with the word on record.

    Args:
        own: Frames of one patient.
        begin: First instant of the window.
        end: Last instant of the window.
        zone: IANA name.

    Returns:
        By day: moment (datetime64[us, UTC]: where that local day begins), following (str: explanted, transferred, died);
        None where it never ended.
    """
    states = own["patient_states"]
    states = states[["noted_on", "following"]][states["following"].isin(ENDED)]
    if states.empty:
        return None
    states = states.sort_values("noted_on", kind="stable")
    made = states.assign(moment=moments.day_start(states["noted_on"], zone=zone))
    made = made[(made["moment"] >= begin) & (made["moment"] <= end)]
    return made[["moment", "following"]].reset_index(drop=True)


def pump_clock(
    own: Mapping[str, pd.DataFrame], stairs: pd.DataFrame, begin: pd.Timestamp, end: pd.Timestamp, *, zone: str
) -> str:
    """How far the pump's clock stands from the wall clock at the end of the window; empty where it does not.

    Said only where the clock matters to what is drawn: the program in force then differs by the time of day.

    Args:
        own: Frames of one patient.
        stairs: The staircase.
        begin: First instant of the window.
        end: Last instant of the window.
        zone: IANA name of the wall clock.

    Returns:
        A sentence, or nothing.
    """
    if stairs.empty or not stairs["is_open"].iloc[-1] or stairs["mode"].iloc[-1] not in VARYING:
        return ""
    found = clock.differs(own, zone=zone, since=begin, until=end)
    found = found[found["end"] >= end]
    if found.empty:
        return ""
    last = found.iloc[-1]
    minutes = int(last["difference_min"])
    away = abs(minutes)
    span = f"{away // HOUR_MIN} h" if away % HOUR_MIN == 0 else f"{away} min"
    way = "ahead of" if minutes > 0 else "behind"
    since = pd.Timestamp(last["start"]).tz_convert(zone)
    assumed = " (taken from its last program, not read)" if last["is_assumed"] else ""
    return f"The pump's clock is {span} {way} the wall clock since {since:%Y-%m-%d}{assumed}."
