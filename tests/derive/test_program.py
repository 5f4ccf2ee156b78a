"""The day of a program by the clock, and the ledger that holds it beside what it states: worked by hand."""

import build
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from titration.derive import program
from titration.errors import InvalidRecord
from titration.fields import Reading
from titration.records import DoseStep, TimedBolus, closure, daily_totals

FEW = max(5, settings.default.max_examples // 2)
WEEK = "; ".join(
    [f"{day} 00:00 6 mcg/h" for day in program.WEEKDAYS[:5]] + [f"{day} 00:00 9 mcg/h" for day in program.WEEKDAYS[5:]]
)


def steps(text):
    return DoseStep.parse_all(text, Reading())


def boluses(text):
    return TimedBolus.parse_all(text, Reading())


def programs(*changes):
    frames = build.frames(*changes)
    return frames["doses"], frames["dose_steps"], frames["timed_boluses"]


def flex(mcg, text, mode="flex", **more):
    return build.dose(mcg=mcg, mode=mode, steps=steps(text), **more)


def test_t3_a_schedule_that_crosses_midnight_keeps_its_value_and_its_sum():
    made = program.schedule(*programs(flex(160, "06:00 8 mcg/h; 22:00 4 mcg/h")))
    # 6 h x 4 past midnight + 16 h x 8 + 2 h x 4 = 24 + 128 + 8
    assert made[["start_min", "end_min", "rate_mcg_per_h", "amount_mcg"]].to_numpy().tolist() == [
        [0, 360, 4, 24],
        [360, 1320, 8, 128],
        [1320, 1440, 4, 8],
    ]
    assert made["weekday"].unique().tolist() == ["every day"]


def test_before_the_first_step_of_a_weekday_the_last_rate_of_the_day_before_goes_on():
    text = "every day 00:00 2 mcg/h; Saturday 12:00 10 mcg/h"
    totals = program.weekday_sums(programs(flex(48, text))[1]).set_index("weekday")["from_steps"]
    assert totals["Friday"] == 48
    assert totals["Saturday"] == 12 * 2 + 12 * 10
    assert totals["Sunday"] == 48  # its own step of every day begins at 00:00


def test_a_bolus_is_beside_the_rate_and_belongs_to_the_day_it_begins_on():
    change = flex(98, "00:00 2 mcg/h", mode="periodic bolus", boluses=boluses("08:00 25 mcg; 23:55 25 mcg over 10 min"))
    made = program.schedule(*programs(change))
    given = made[made["part"] == "bolus"]
    assert given["amount_mcg"].tolist() == [25, 25]
    assert given["end_min"].tolist()[1] == 1445
    assert given["rate_mcg_per_h"].tolist()[1] == 150  # 25 mcg in a sixth of an hour
    assert made["amount_mcg"].sum() == 98


def test_a_program_of_one_rate_is_one_segment_and_a_stopped_one_is_zero_not_missing():
    made = program.schedule(*programs(build.dose(mcg=240), build.dose(mcg=0, mode="stopped")))
    assert made["rate_mcg_per_h"].tolist() == [10, 0]
    assert made["amount_mcg"].tolist() == [240, 0]


def test_flex_without_steps_on_record_has_no_schedule():
    assert program.schedule(*programs(build.dose(mcg=240, mode="flex"))).empty


def test_a_program_of_boluses_alone_has_zero_on_a_day_without_one():
    change = build.dose(mcg=50, mode="periodic bolus", boluses=boluses("Monday 08:00 50 mcg"))
    made = program.weekday_sums(*programs(change)[1:])
    assert made["from_boluses"].tolist() == [50, 0, 0, 0, 0, 0, 0]
    assert daily_totals((), change.boluses)["Tuesday"] == 0


def test_steps_are_counted_by_day():
    many = "; ".join(f"{hour:02d}:00 {hour + 1} mcg/h" for hour in range(14))
    text = f"{many}; Sunday 00:00 5 mcg/h"
    made = program.steps_per_day(programs(flex(300, text))[1])
    assert made["steps"].tolist() == [14] * 6 + [1]
    assert (made["steps"] > program.MOST_STEPS).sum() == 6


def ledger(*changes):
    return program.closure(*programs(*changes))


def test_t4_sixty_each_hour_is_1440_a_day_and_not_sixty():
    made = ledger(flex(60, "00:00 60 mcg/h")).iloc[0]
    assert (made["computed"], made["stated"], made["difference"], made["fits"]) == (1440, 60, 1380, False)
    each_hour = boluses("; ".join(f"{hour:02d}:00 60 mcg" for hour in range(24)))
    made = ledger(build.dose(mcg=60, mode="periodic bolus", boluses=each_hour)).iloc[0]
    assert (made["from_boluses"], made["computed"], made["fits"]) == (1440, 1440, False)


@pytest.mark.parametrize(
    ("stated", "fits"),
    [(168, True), (169.7, True), (169.8, False), (166.3, True), (166.2, False)],  # 24 x 0.05 + 0.5 = 1.7
)
def test_what_rounding_in_print_can_bring_apart_fits(stated, fits):
    made = ledger(flex(stated, "00:00 4 mcg/h; 06:00 8 mcg/h")).iloc[0]
    assert made["computed"] == 168
    assert made["tolerance"] == pytest.approx(1.7)
    assert made["fits"] == fits


@pytest.mark.parametrize(
    ("stated", "fits", "which"),
    [
        (144, True, list(program.WEEKDAYS[:5])),
        (216, True, ["Saturday", "Sunday"]),
        (164.6, True, ["mean of the week"]),  # (5 x 144 + 2 x 216) / 7 = 164.57
        (200, False, []),
    ],
)
def test_where_days_differ_the_daily_dose_is_one_of_theirs_or_their_mean(stated, fits, which):
    made = ledger(flex(stated, WEEK))
    assert made["computed"].round(2).tolist() == [144] * 5 + [216] * 2 + [164.57]
    assert made.loc[made["matches"], "day"].tolist() == which
    assert made["fits"].tolist() == [fits] * 8


def test_the_flow_is_the_dose_by_the_concentration():
    made = ledger(build.dose(mcg=250, concentration_mcg_per_ml=2000, flow_ml_per_day=0.13))
    assert made[["what", "computed", "unit", "fits"]].to_numpy().tolist() == [["flow", 0.125, "mL/day", True]]
    made = ledger(build.dose(mcg=250, concentration_mcg_per_ml=500, flow_ml_per_day=0.125))  # is 0.5
    assert made["fits"].tolist() == [False]


def test_of_a_constant_flow_pump_the_dose_is_the_flow_by_the_concentration():
    made = ledger(build.dose(mcg=250, mode="constant flow", concentration_mcg_per_ml=500, flow_ml_per_day=0.5))
    assert made[["what", "computed", "unit", "fits"]].to_numpy().tolist() == [["daily dose", 250, "mcg/day", True]]
    made = ledger(build.dose(mcg=250, mode="constant flow", concentration_mcg_per_ml=2000, flow_ml_per_day=0.5))
    assert made[["computed", "fits"]].to_numpy().tolist() == [[1000, False]]


def test_what_cannot_be_worked_out_has_no_line():
    assert ledger(
        build.dose(mcg=250, mode="constant flow", flow_ml_per_day=0.5),
        build.dose(mcg=250, flow_ml_per_day=0.5),
        build.dose(mcg=250, flow_ml_per_day=0.5, concentration_mcg_per_ml=0),
        build.dose(mcg=250, mode="flex"),
    ).empty


weekdays = st.sampled_from(["every day", *program.WEEKDAYS])
amounts = st.integers(0, 4000).map(lambda n: n / 100)
any_steps = st.lists(
    st.builds(lambda d, m, r: DoseStep(weekday=d, start_min=m, rate_mcg_per_h=r), weekdays, st.integers(0, 1439), amounts),
    max_size=14, unique_by=lambda s: (s.weekday, s.start_min),
).map(tuple)  # fmt: skip
any_boluses = st.lists(
    st.builds(lambda d, m, a: TimedBolus(weekday=d, start_min=m, dose_mcg=a), weekdays, st.integers(0, 1439), amounts),
    max_size=6, unique_by=lambda b: (b.weekday, b.start_min),
).map(tuple)  # fmt: skip
optional = st.one_of(st.none(), st.sampled_from([0.0, 0.25, 0.5, 500.0, 2000.0]))


@st.composite
def changes(draw):
    """Any program, its stated dose now and then that of one of its days or their mean."""
    mode = draw(st.sampled_from(["flex", "periodic bolus", "simple continuous", "constant flow"]))
    parts = {}
    if mode in program.SCHEDULED:
        parts = {"steps": draw(any_steps), "boluses": draw(any_boluses)}
    known = list(daily_totals(**parts).values()) if parts else []
    mcg = draw(st.sampled_from([*known, sum(known) / len(known), 168.0]) if known else amounts)
    more = {name: draw(optional) for name in ("flow_ml_per_day", "concentration_mcg_per_ml")}
    try:
        return build.dose(mcg=mcg, mode=mode, **parts, **more)
    except InvalidRecord:  # steps that leave a day out
        parts["steps"] = (*parts["steps"], DoseStep(start_min=0, rate_mcg_per_h=1.5))
        return build.dose(mcg=mcg, mode=mode, **parts, **more)


@settings(max_examples=FEW, deadline=None)
@given(st.lists(changes(), max_size=4))
def test_the_frame_is_the_record_function_for_any_program(made):
    frame = ledger(*made)
    expected = [(row, line) for row, change in enumerate(made, 1) for line in closure(change)]
    assert frame["row"].tolist() == [row for row, _ in expected]
    for name in ("what", "day", "matches", "fits", "unit"):
        assert frame[name].tolist() == [getattr(line, name) for _, line in expected]
    for name in ("stated", "computed", "tolerance", "from_steps", "from_boluses"):
        values = [getattr(line, name) for _, line in expected]
        pd.testing.assert_series_equal(frame[name], pd.Series(values, dtype="float64", name=name), atol=2e-6)


@settings(max_examples=FEW, deadline=None)
@given(changes())
def test_the_amounts_of_a_weekday_add_up_to_its_total_and_its_segments_fill_the_day(change):
    made = program.segments(*programs(change)[1:])
    totals = made.groupby("weekday")["amount_mcg"].sum()
    for day, total in daily_totals(change.steps, change.boluses).items():
        assert totals.get(day, 0) == pytest.approx(total)
    ran = made[made["part"] == "step"]
    if not ran.empty:
        assert (ran["end_min"] - ran["start_min"]).groupby(ran["weekday"]).sum().unique().tolist() == [1440]
