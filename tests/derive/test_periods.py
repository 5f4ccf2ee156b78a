"""One program's day beside another's: amounts by hand, by period, by weekday."""

import build
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from titration.derive.periods import periods
from titration.derive.program import schedule
from titration.derive.segments import segments
from titration.fields import Reading
from titration.records import DoseStep, TimedBolus


def steps(text):
    return DoseStep.parse_all(text, Reading())


def boluses(text):
    return TimedBolus.parse_all(text, Reading())


def day_of(*records, row=1):
    made = build.frames(*records)
    return schedule(made["doses"], made["dose_steps"], made["timed_boluses"])


def flex(text, mcg=168, **more):
    return day_of(build.dose(mcg=mcg, mode="flex", steps=steps(text), **more))


def lines(made):
    return made[["weekday", "start_min", "end_min", "difference_mcg"]].to_numpy().tolist()


def test_the_day_is_cut_wherever_either_program_changes():
    now = flex("00:00 6 mcg/h; 08:00 9 mcg/h; 20:00 6 mcg/h")
    before = flex("00:00 5 mcg/h; 06:00 8 mcg/h; 20:00 5 mcg/h")
    # 00-06: 6 h x (6 - 5); 06-08: 2 h x (6 - 8); 08-20: 12 h x (9 - 8); 20-24: 4 h x (6 - 5)
    assert lines(periods(now, before)) == [
        ["every day", 0, 360, 6.0], ["every day", 360, 480, -4.0],
        ["every day", 480, 1200, 12.0], ["every day", 1200, 1440, 4.0],
    ]  # fmt: skip


def test_a_bolus_counts_in_the_period_it_begins_in():
    now = day_of(build.dose(mcg=170, mode="periodic bolus", steps=steps("00:00 5 mcg/h; 12:00 5 mcg/h"),
                            boluses=boluses("12:00 30 mcg; 11:59 20 mcg")))  # fmt: skip
    made = periods(now, day_of(build.dose(mcg=120)))
    assert made["amount_mcg"].tolist() == [60 + 20, 60 + 30]
    assert made["difference_mcg"].tolist() == [20.0, 30.0]
    assert made["rate_mcg_per_h"].tolist() == [5.0, 5.0]  # a bolus is no rate


def test_where_one_program_knows_weekdays_the_other_is_spread_over_the_seven():
    week = "; ".join(f"{day} 00:00 {rate} mcg/h" for day, rate in
                     zip(("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"), (7, 7, 7, 7, 7, 5, 5),
                         strict=True))  # fmt: skip
    made = periods(flex(week), day_of(build.dose(mcg=144)))
    assert made["weekday"].tolist()[0] == "Monday"
    assert made["difference_mcg"].tolist() == [24.0] * 5 + [-24.0] * 2


def test_a_program_whose_day_is_not_known_has_no_amount_which_is_not_zero():
    unknown = day_of(build.dose(mcg=120, mode="flex"))
    assert unknown.empty
    made = periods(unknown, day_of(build.dose(mcg=120)))
    assert made["before_mcg"].tolist() == [120.0]
    assert made[["amount_mcg", "difference_mcg", "rate_mcg_per_h"]].isna().all(axis=None)
    assert periods(unknown, unknown).empty


def test_a_stopped_pump_gives_zero_which_is_not_missing():
    made = periods(day_of(build.dose(mcg=0, mode="stopped")), day_of(build.dose(mcg=96)))
    assert lines(made) == [["every day", 0, 1440, -96.0]]


rates = st.lists(st.integers(1, 40), min_size=1, max_size=13)


@given(rates, rates)
def test_the_differences_add_up_to_that_of_the_totals(first, second):
    def program(values):
        hours = {"of": 1, "weekday": "every day", "start_min": [60 * n for n in range(len(values))]}
        return segments(pd.DataFrame({**hours, "rate_mcg_per_h": map(float, values)})).assign(patient="P001")

    now, before = program(first), program(second)
    made = periods(now, before)
    assert made["difference_mcg"].sum() == pytest.approx(now["amount_mcg"].sum() - before["amount_mcg"].sum())
    assert (made["end_min"] - made["start_min"]).sum() == 1440
