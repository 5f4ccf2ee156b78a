"""Amounts of a program by day, on days of 23, 24 and 25 hours."""

import build
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from titration.derive import boluses, clock, dose, totals
from titration.fields import Reading
from titration.records import Bolus, DoseStep, Readout, TimedBolus, daily_totals

ZONE = "Europe/London"


def by_day(frames, until, zone=ZONE):
    stairs = dose.staircase(frames["doses"], zone=zone, until=pd.Timestamp(until))
    return totals.daily_totals(
        stairs, frames["dose_steps"], frames["timed_boluses"], zone=zone,
        offsets=clock.offsets(frames, zone=zone), bridges=boluses.bridges(frames["boluses"], zone=zone),
    )  # fmt: skip


def steps_of(text):
    return DoseStep.parse_all(text, Reading())


def boluses_of(text):
    return TimedBolus.parse_all(text, Reading())


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


def test_the_ismp_program_gives_1440_a_day():
    made = by_day(
        build.frames(build.dose("2026-01-01", 60, mode="flex", steps=steps_of("00:00 60 mcg/h"))), "2026-01-02T00:00Z"
    )
    assert made["total_mcg"].tolist() == [1440]


def test_boluses_add_to_the_rate_and_one_that_crosses_midnight_keeps_its_sum():
    given_at = boluses_of("08:00 20 mcg; 23:55 30 mcg over 15 min")
    change = build.dose("2026-01-01", 98, mode="periodic bolus", steps=steps_of("00:00 2 mcg/h"), boluses=given_at)
    made = by_day(build.frames(change), "2026-01-03T00:00Z")
    # 30 mcg over 15 min are 2 a minute: 10 before midnight, 20 after; the end of the 3rd is not reached
    assert made["total_mcg"].tolist() == [48 + 20 + 10, 20 + 48 + 20 + 10]
    weekday = totals.weekday_totals(*(build.frames(change)[name] for name in ("dose_steps", "timed_boluses")))
    assert weekday["total_mcg_per_day"].tolist() == [98]


def test_a_bolus_is_given_only_when_it_begins_within_its_program_and_a_new_program_ends_it():
    every = boluses_of("12:00 60 mcg over 60 min")
    frames = build.frames(
        build.dose("2026-01-01T12:30+00:00", 60, mode="periodic bolus", boluses=every),
        build.dose("2026-01-02T12:15+00:00", 0, mode="stopped"),
    )
    assert by_day(frames, "2026-01-03T00:00Z")["total_mcg"].tolist() == [0, 15]


def test_a_bolus_without_a_duration_at_midnight_belongs_to_the_day_that_begins():
    frames = build.frames(build.dose("2026-01-01", 25, mode="periodic bolus", boluses=boluses_of("00:00 25 mcg")))
    assert by_day(frames, "2026-01-03T00:00Z")["total_mcg"].tolist() == [25, 25]


def test_constant_flow_is_its_dose():
    frames = build.frames(
        build.dose("2026-01-01", 250, mode="constant flow", flow_ml_per_day=0.5, concentration_mcg_per_ml=500)
    )
    assert by_day(frames, "2026-01-02T12:00Z")["total_mcg"].tolist() == [250, 125]


def test_a_step_stays_at_its_instant_through_a_switch_of_the_clock():
    step = steps_of("00:00 0 mcg/h; 06:00 24 mcg/h; 07:00 0 mcg/h")
    frames = build.frames(build.dose("2026-10-20T12:00+01:00", 24, mode="flex", steps=step))
    until = "2026-10-26T05:30+00:00"  # 06:00 of the pump is 05:00 of the wall from the 25th on
    assert by_day(frames, until)["total_mcg"].tolist() == [0, 24, 24, 24, 24, 24, 12]


def test_a_readout_that_states_the_clock_moves_the_steps_from_then_on():
    step = steps_of("00:00 0 mcg/h; 06:00 24 mcg/h; 07:00 0 mcg/h")
    change = build.dose("2026-01-01", 24, mode="flex", steps=step, clock_offset_min=0)
    read = Readout(patient="P001", read_at="2026-01-02T12:00+00:00", clock_offset_min=120)
    # from then on 06:00 of the pump is 04:00 UTC
    assert by_day(build.frames(change, read), "2026-01-03T04:30Z")["total_mcg"].tolist() == [24, 24, 12]
    assert by_day(build.frames(change), "2026-01-03T04:30Z")["total_mcg"].tolist() == [24, 24, 0]


@pytest.mark.parametrize(
    ("zone", "at"),
    [
        ("Pacific/Kiritimati", "2026-01-01T00:00+14:00"),
        ("Etc/GMT+12", "2026-01-01T00:00-12:00"),
        ("Etc/GMT-14", "2026-01-01T00:00+14:00"),
        ("UTC", "2026-01-01T00:00+00:00"),
    ],
)
def test_t2_days_are_right_at_the_ends_of_the_earth(zone, at):
    step = steps_of("00:00 1 mcg/h; 12:00 3 mcg/h")
    frames = build.frames(build.dose(at, 48, mode="flex", steps=step))
    until = pd.Timestamp(at) + pd.Timedelta(hours=36)
    made = by_day(frames, until, zone=zone)
    assert made["total_mcg"].tolist() == [48, 12]
    assert made["day"].dt.day.tolist() == [1, 2]


def test_priming_single_and_screening_boluses_are_in_no_total():
    kinds = [
        Bolus(patient="P001", given_on="2026-01-01", bolus=kind, dose_mcg=50)
        for kind in ("priming", "single", "screening")
    ]
    made = by_day(build.frames(build.dose("2026-01-01", 100), *kinds), "2026-01-02T00:00Z")
    assert made["total_mcg"].tolist() == [100]
    assert not made["is_bridge"].any()


def bridge(**more):
    return Bolus(patient="P001", bolus="bridge", volume_ml=0.2, **more)


@pytest.mark.parametrize(
    ("given_bridge", "flagged"),
    [
        (bridge(given_at="2026-01-02T12:00+00:00", duration_min=24 * 60), [False, True, True, False, False]),
        (bridge(given_at="2026-01-02T12:00+00:00", duration_min=12 * 60), [False, True, False, False, False]),
        (bridge(given_at="2026-01-02T12:00+00:00"), [False, True, False, False, False]),  # its end is not known
        (bridge(given_on="2026-01-02", duration_min=12 * 60), [False, True, True, False, False]),  # at any time of it
    ],
)
def test_a_day_a_bridge_touches_has_no_total_and_says_so(given_bridge, flagged):
    made = by_day(build.frames(build.dose("2026-01-01", 100), given_bridge), "2026-01-06T00:00Z")
    assert made["is_bridge"].tolist() == flagged
    assert made["total_mcg"].isna().tolist() == flagged
    assert made["total_mcg"].dropna().unique().tolist() == [100]


def test_a_program_found_otherwise_has_not_the_steps_that_were_recorded():
    frames = build.frames(
        build.dose("2026-01-01", 48, mode="flex", steps=steps_of("00:00 1 mcg/h; 12:00 3 mcg/h")),
        Readout(patient="P001", read_at="2026-01-02T00:00+00:00", dose_mcg_per_day=96, mode="flex"),
    )
    stairs = dose.staircase(
        frames["doses"], readouts=frames["readouts"], zone=ZONE, until=pd.Timestamp("2026-01-03T00:00Z")
    )
    made = totals.daily_totals(stairs, frames["dose_steps"], frames["timed_boluses"], zone=ZONE)
    assert made[["total_mcg", "is_spread", "is_unexplained"]].to_numpy().tolist() == [
        [48, False, True],
        [96, True, False],
    ]


def of_minute(frames, start, until, offset):
    """The amount of one program, minute by minute of the pump's clock, by the record alone."""
    change = frames["doses"].iloc[0]
    sums, total = {}, 0.0
    for minute in pd.date_range(start, until, freq="min", inclusive="left").tz_localize(None) + pd.Timedelta(
        minutes=offset
    ):
        day, at = minute.day_name(), minute.hour * 60 + minute.minute
        if day not in sums:
            sums[day] = [of_weekday(frames[name], change["row"], day) for name in ("dose_steps", "timed_boluses")]
        ran, given_boluses = sums[day]
        before = of_weekday(frames["dose_steps"], change["row"], (minute - pd.Timedelta(days=1)).day_name())
        rates = [rate for begin, rate in ran if begin <= at] or [before[-1][1]]
        total += rates[-1] / 60 + sum(amount for begin, amount in given_boluses if begin == at)
    return total


def of_weekday(parts, of, day):
    own = parts[parts["of"] == of]
    own = own[own["weekday"] == (day if (own["weekday"] == day).any() else "every day")]
    value = "rate_mcg_per_h" if "rate_mcg_per_h" in own else "dose_mcg"
    return sorted(zip(own["start_min"].tolist(), own[value].tolist(), strict=True))


starts = st.integers(0, 1439)
rates = st.integers(0, 40)
names = st.sampled_from(["every day", *totals.WEEKDAYS])
steps = st.lists(st.builds(lambda d, m, r: DoseStep(weekday=d, start_min=m, rate_mcg_per_h=r), names, starts, rates),
                 max_size=5, unique_by=lambda s: (s.weekday, s.start_min))  # fmt: skip
given_boluses = st.lists(st.builds(lambda d, m, a: TimedBolus(weekday=d, start_min=m, dose_mcg=a), names, starts, rates),
                         max_size=3, unique_by=lambda b: (b.weekday, b.start_min))  # fmt: skip


@settings(max_examples=max(3, settings.default.max_examples // 4), deadline=None)
@given(steps, given_boluses, starts, st.sampled_from([-720, 0, 60, 840]), st.sampled_from(["03-28", "10-24", "06-01"]))
def test_the_sum_over_days_is_the_integral_of_the_rate(some, others, minute, offset, day):
    first = DoseStep(start_min=721, rate_mcg_per_h=5)
    others_only = [s for s in some if (s.weekday, s.start_min) != ("every day", 721)]
    start = pd.Timestamp(f"2026-{day}T00:00Z") + pd.Timedelta(minutes=minute)
    change = build.dose(
        start.isoformat(), 1, mode="flex", steps=(first, *others_only), boluses=tuple(others), clock_offset_min=offset
    )
    frames = build.frames(change)
    until = start + pd.Timedelta(hours=37, minutes=13)
    made = by_day(frames, until)
    assert made["hours"].sum() == pytest.approx(37 + 13 / 60)
    assert made["total_mcg"].sum() == pytest.approx(of_minute(frames, start, until, offset), abs=1e-4)
