"""What a program adds up to, at the door and on the read-back card: worked by hand."""

import build
import pytest

from titration.entry import door
from titration.entry.card import card, ledger, said
from titration.fields import Reading
from titration.records import DoseStep, TimedBolus
from titration.records.programs import WEEKDAYS

WEEK = "; ".join([f"{day} 00:00 6 mcg/h" for day in WEEKDAYS[1:6]] + [f"{day} 00:00 9 mcg/h" for day in WEEKDAYS[6:]])


def flex(mcg, text, boluses="", mode="flex", **more):
    parts = {"steps": DoseStep.parse_all(text, Reading())} if text else {}
    parts |= {"boluses": TimedBolus.parse_all(boluses, Reading())} if boluses else {}
    return build.dose(mcg=mcg, mode=mode, **parts, **more)


def asked(change):
    return list(door._closure(change))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (flex(60, "00:00 60 mcg/h"), "the steps of every day add up to 1440 mcg/day, and the daily dose stated is 60 mcg/day"),
        (
            flex(148, "00:00 3 mcg/h", "08:00 50 mcg; 20:00 50 mcg", mode="periodic bolus"),
            "the steps and boluses of every day add up to 172 mcg/day, and the daily dose stated is 148 mcg/day",
        ),
        (
            flex(100, "", "08:00 25 mcg", mode="periodic bolus"),
            "the boluses of every day add up to 25 mcg/day, and the daily dose stated is 100 mcg/day",
        ),
        (
            flex(200, WEEK),
            "Thursday, Friday), 216 (Saturday, Sunday), 164.57 (mean of the week) mcg/day, and the daily dose stated is 200",
        ),
        (
            build.dose(mcg=250, concentration_mcg_per_ml=2000, flow_ml_per_day=0.5),
            "250 mcg/day at 2000 mcg/mL is a flow of 0.125 mL/day, and the flow stated is 0.5 mL/day",
        ),
        (
            build.dose(mcg=250, mode="constant flow", concentration_mcg_per_ml=2000, flow_ml_per_day=0.5),
            "a flow of 0.5 mL/day at 2000 mcg/mL is 1000 mcg/day, and the daily dose stated is 250 mcg/day",
        ),
    ],
)  # fmt: skip
def test_what_does_not_add_up_is_asked_and_the_pump_may_show_it(change, says):
    (question,) = asked(change)
    assert says in question
    assert "compare with the printout; the pump shows this, or retype" in question


def test_a_dose_and_a_flow_that_do_not_fit_are_two_questions_with_names_of_their_own():
    change = flex(60, "00:00 60 mcg/h", concentration_mcg_per_ml=500, flow_ml_per_day=2.88)
    found = [question.id.split(":")[-1] for question in asked(change)]
    assert found == ["steps", "flow"]


@pytest.mark.parametrize(
    "change",
    [
        flex(168, "00:00 4 mcg/h; 06:00 8 mcg/h", concentration_mcg_per_ml=500, flow_ml_per_day=0.34),
        flex(148, "00:00 2 mcg/h", "08:00 25 mcg; 12:00 25 mcg; 16:00 25 mcg; 20:00 25 mcg", mode="periodic bolus"),
        flex(144, WEEK),
        flex(164.6, WEEK),
        flex(999, "; ".join(f"{hour:02d}:00 41.6 mcg/h" for hour in range(14))),  # 998.4, and more than 13 steps
        build.dose(mcg=250, mode="constant flow", concentration_mcg_per_ml=500, flow_ml_per_day=0.5),
        build.dose(mcg=0, mode="stopped", concentration_mcg_per_ml=500, flow_ml_per_day=0),
    ],
)
def test_what_adds_up_within_the_rounding_of_print_is_not_asked(change):
    assert asked(change) == []


def test_the_widest_numbers_are_asked_about_and_harm_nothing():
    assert len(asked(build.dose(mcg=1e308, concentration_mcg_per_ml=1e-300, flow_ml_per_day=1))) == 1


def test_t4_the_sum_always_stands_on_the_card():
    assert ledger(flex(98, "00:00 2 mcg/h", "08:00 25 mcg; 20:00 25 mcg", mode="periodic bolus"))[1:] == (
        "    daily dose, every day: steps 48 + boluses 50 = 98 micrograms per day",
        "    stated: 98 micrograms per day, which is that of every day",
    )
    told = card("P001", flex(60, "00:00 60 mcg/h"), None)
    assert "steps 1440 = 1440 micrograms per day" in told
    assert "1380 micrograms per day apart: beyond the rounding of print (1.7 micrograms per day)" in told


@pytest.mark.parametrize(
    ("stated", "line"),
    [
        (216, "stated: 216 micrograms per day, which is that of Saturday and Sunday"),
        (164.6, "which is the mean of the week, within the rounding of print (1.7 micrograms per day)"),
        (200, "stated: 200 micrograms per day, at least 16 micrograms per day apart"),
    ],
)
def test_where_days_differ_the_card_says_which_of_them_is_stated(stated, line):
    told = ledger(flex(stated, WEEK))
    assert len(told) == 1 + 8 + 1
    assert line in told[-1]


def test_the_flow_stands_beside_dose_and_concentration():
    assert ledger(build.dose(mcg=250, concentration_mcg_per_ml=500, flow_ml_per_day=0.5))[1:] == (
        "    flow: 250 micrograms per day / 500 micrograms per millilitre = 0.5 millilitres per day",
        "    stated: 0.5 millilitres per day, which is the same",
    )


def test_a_program_without_parts_has_no_ledger():
    assert ledger(build.dose(mcg=250)) == ()


def test_every_unit_on_the_card_is_spelt_out_beside_its_number():
    change = flex(98, "00:00 2 mcg/h; 06:00 2 mcg/h", "08:00 25 mcg; 20:00 25 mcg over 5 min", clock_offset_min=60)
    assert said(change, "steps") == "00:00 2 micrograms per hour; 06:00 2 micrograms per hour"
    assert said(change, "boluses") == "08:00 25 micrograms; 20:00 25 micrograms over 5 min"
    assert said(change, "clock_offset_min") == "60 min"
