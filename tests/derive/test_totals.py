"""Amounts of a program by day, on days of 23, 24 and 25 hours."""

import build
import pandas as pd
import pytest

from titration.derive import dose, totals
from titration.fields import Reading
from titration.records import DoseStep, daily_totals

ZONE = "Europe/London"


def by_day(frames, until):
    stairs = dose.staircase(frames["doses"], zone=ZONE, until=pd.Timestamp(until))
    return totals.daily_totals(stairs, frames["dose_steps"], zone=ZONE)


def test_a_constant_rate_gives_23_and_25_twenty_fourths_on_the_days_the_clock_changes():
    made = by_day(build.frames(build.dose("2026-03-28", 240)), "2026-03-31T00:00+01:00")
    assert made["total_mcg"].tolist() == [240, 230, 240]
    made = by_day(build.frames(build.dose("2026-10-24", 240)), "2026-10-27T00:00+00:00")
    assert made["total_mcg"].tolist() == [240, 250, 240]
    assert made["hours_in_day"].tolist() == [24, 25, 24]
    assert made["is_whole"].all()


def test_a_change_at_noon_gives_half_of_each():
    frames = build.frames(build.dose("2026-01-01", 100), build.dose("2026-01-02T12:00+00:00", 140))
    made = by_day(frames, "2026-01-04T00:00+00:00")
    assert made["total_mcg"].tolist() == [100, 120, 140]


def test_a_flex_program_runs_by_its_steps_and_the_pumps_own_clock():
    steps = DoseStep.parse_all("00:00 4 mcg/h; 06:00 8 mcg/h", Reading())
    frames = build.frames(build.dose("2026-03-27T12:00+00:00", 168, mode="flex", steps=steps))
    made = by_day(frames, "2026-03-31T12:00Z")
    # 27th: 12 h at 8. 28th: 6 h at 4, 18 h at 8. 29th: as that, less its last hour at 8.
    # 31st, from 23:00 by the pump's clock to 12:00: 1 h at 8, 6 h at 4, 6 h at 8.
    assert made["total_mcg"].tolist() == [96, 168, 160, 168, 80]
    assert not made["is_spread"].any()


def test_a_flex_program_without_steps_is_spread_and_says_so():
    frames = build.frames(build.dose("2026-01-01", 168, mode="flex"))
    made = by_day(frames, "2026-01-02T12:00Z")
    assert made["total_mcg"].tolist() == [168, 84]
    assert made["is_spread"].all()


def test_days_of_the_week_have_totals_of_their_own():
    week = [f"{day} 00:00 6 mcg/h" for day in totals.WEEKDAYS[:5]] + [f"{d} 00:00 9 mcg/h" for d in totals.WEEKDAYS[5:]]
    steps = DoseStep.parse_all("; ".join(week), Reading())
    frames = build.frames(build.dose("2026-01-01T00:00+00:00", 216, mode="flex", steps=steps))
    made = totals.weekday_totals(frames["dose_steps"])
    assert dict(zip(made["weekday"], made["total_mcg_per_day"], strict=True)) == daily_totals(steps)
    assert by_day(frames, "2026-01-05T00:00Z")["total_mcg"].tolist() == [144, 144, 216, 216]  # Thursday on


@pytest.mark.parametrize("text", ["00:00 4 mcg/h; 06:00 8 mcg/h", "03:00 4 mcg/h; 21:30 0.5 mcg/h", "12:00 7 mcg/h"])
def test_the_steps_add_up_as_the_record_adds_them(text):
    steps = DoseStep.parse_all(text, Reading())
    frames = build.frames(build.dose("2026-01-01", 1, mode="flex", steps=steps))
    made = totals.weekday_totals(frames["dose_steps"])
    assert made["total_mcg_per_day"].tolist() == pytest.approx(list(daily_totals(steps).values()))


def test_a_stopped_pump_is_zero_not_missing():
    made = by_day(build.frames(build.dose("2026-01-01", 0, mode="stopped")), "2026-01-03T00:00Z")
    assert made["total_mcg"].tolist() == [0, 0]
