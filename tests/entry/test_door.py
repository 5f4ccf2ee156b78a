"""The door's questions: each compares what was typed with what the log holds, says so in words, and lets it stand."""

import datetime as dt

import build
import pytest

from titration import NeedsConfirmation, Patient, Visit
from titration.entry import codes
from titration.records import Bolus, OralDose, Pump, Readout, Refill, SideEffect, kind_of


def dose(at="2026-11-20T09:30+00:00", mcg=120, **more):
    return build.dose(at, mcg, concentration_mcg_per_ml=more.pop("strength", 500), **more)


def refill(on="2026-11-20", **more):
    return Refill(patient="P001", filled_on=on, **{"concentration_mcg_per_ml": 500, "injected_ml": 40, **more})


def visit(at="2026-11-20T09:00+00:00", kind="refill"):
    return Visit(patient="P001", visited_at=at, visit=kind)


def score(at="2026-11-20T09:10+00:00", value=5, **more):
    return build.score(at, value, **{"reporter": "patient", "collected": "visit", **more})


def grade(at, side, label, part="knee flexors"):
    return score(at, scale="modified_ashworth", grade=label, side=side, body_part=part, reporter="clinician")


BEFORE = (
    visit("2026-10-08T09:00+01:00"), score("2026-10-08T09:10+01:00", 6), score("2026-10-08T09:11+01:00", 2, scale="penn_frequency"),
    grade("2026-10-08T09:12+01:00", "left", "2"), grade("2026-10-08T09:13+01:00", "left", "1", "adductors"),
    grade("2026-10-08T09:14+01:00", "right", "1+", "adductors"), dose("2026-10-08T09:30+01:00"), refill("2026-10-08"),
    OralDose(patient="P001", started_on="2026-10-08", drug="baclofen oral", dose_mg_per_day=30),
    Bolus(patient="P001", given_on="2026-10-08", bolus="single", dose_mcg=50),
    Pump(patient="P001", implanted_on="2026-01-12", reservoir_ml=40),
)  # fmt: skip


@pytest.fixture
def held(log):
    """A log with one visit of P001 in it."""
    log.append(*BEFORE)
    return log


def rules(log, *facts):
    return [question.id.split(":")[-1] for question in log.rehearse(*facts).questions]


CLEAN = (
    visit(), score(), score(value=1, scale="penn_frequency"), grade("2026-11-20T09:12+00:00", "left", "2"),
    dose(mcg=135), refill(expected_ml=4, withdrawn_ml=4.4, alarm_on="2027-02-01", next_booked_on="2027-01-25"),
    Readout(patient="P001", read_at="2026-11-20T09:05+00:00", dose_mcg_per_day=120, reservoir_ml=4.4),
    SideEffect(patient="P001", observed_at="2026-11-20T09:12+00:00", effect="any", severity="none"),
    OralDose(patient="P001", started_on="2026-11-20", drug="baclofen oral", dose_mg_per_day=20),
)  # fmt: skip

ASKED = {
    "two-strengths": [dose(strength=2000), refill()],
    "concentration": [dose(strength=50)],
    "dose-is-concentration": [dose(mcg=500, strength=500)],
    "mode": [dose(mode="constant flow")],
    "injected-ml": [refill(injected_ml=400)],
    "alarm-ml": [refill(alarm_ml=41)],
    "withdrawn-injected": [refill(withdrawn_ml=38, injected_ml=4)],
    "withdrawn-expected": [refill(expected_ml=4, withdrawn_ml=0.4)],
    "reservoir": [Readout(patient="P001", read_on="2026-11-20", reservoir_ml=44)],
    "as-found": [Readout(patient="P001", read_at="2026-11-20T09:05+00:00", dose_mcg_per_day=135), dose(mcg=120)],
    "dose-as-found": [Readout(patient="P001", read_on="2026-11-20", dose_mcg_per_day=1200)],
    "drug-amount": [OralDose(patient="P001", started_on="2026-11-20", drug="baclofen oral", dose_mg_per_day=300)],
    "bolus-amount": [Bolus(patient="P001", given_on="2026-11-20", bolus="single", dose_mcg=5000)],
    "ordered": [dose(dose_ordered_mcg_per_day=1200)],
    "ahead": [visit("2026-11-27T09:00+00:00")],
    "later-today": [visit("2026-11-23T15:00+00:00")],
    "before-birth": [Visit(patient="P001", visited_on="1973-11-20", visit="phone")],
    "long-ago": [Visit(patient="P001", visited_on="1999-11-20", visit="phone")],
    "back-dated": [dose("2026-10-01T09:30+01:00")],
    "night": [visit("2026-11-20T02:15+00:00")],
    "two-days": [visit(), refill("2026-11-10")],
    "alarm-on": [refill(alarm_on="2026-02-01")],
    "use-by-on": [refill(use_by_on="2046-02-01")],
    "twice": [refill("2026-10-08")],
    "answered": [score("2026-10-08T09:10+01:00", 5)],
    "two-answers": [score(value=5), score(value=4)],
    "scale-vas_spasticity": [score(value=5, scale="vas_spasticity")],
    "side-knee-flexors": [grade("2026-11-20T09:12+00:00", "right", "2")],
}


def test_a_clean_visit_is_asked_nothing(held):
    assert rules(held, *CLEAN) == []


@pytest.mark.parametrize("rule", ASKED, ids=list(ASKED))
def test_each_slip_is_asked_about_in_words_and_the_answer_lets_it_stand(held, rule):
    asked = {q.id.split(":")[-1]: q for q in held.rehearse(*ASKED[rule]).questions}
    assert rule in asked
    assert asked[rule].startswith("P001")
    assert any(word in asked[rule] for word in ("retype", "compare", "check", "leave it out", "correct that row"))
    with pytest.raises(NeedsConfirmation):
        held.append(*ASKED[rule])
    held.append(*ASKED[rule], confirm=dict.fromkeys(asked.values(), "the pump shows this"))


def test_all_answers_and_the_dose_as_at_the_last_visit_are_asked_about_as_a_copy(held):
    at = "2026-11-20T09:1{}+00:00".format
    same = [score(at(0), 6), score(at(1), 2, scale="penn_frequency"), grade(at(2), "left", "2"),
            grade(at(3), "left", "1", "adductors"), grade(at(4), "right", "1+", "adductors")]  # fmt: skip
    assert rules(held, visit(), *same) == ["copied"]
    assert rules(held, visit(), *same, dose(mcg=130)) == []
    assert rules(held, visit(), *same[:-1], grade(at(4), "right", "2", "adductors")) == []


def test_a_strength_that_refill_and_program_of_one_entry_agree_on_is_not_asked_about(held):
    assert rules(held, dose(strength=2000), refill(concentration_mcg_per_ml=2000)) == []
    assert rules(held, dose(strength=5000), refill(concentration_mcg_per_ml=5000)) == ["concentration"]


def test_a_new_scale_beside_the_usual_one_is_not_asked_about(held):
    usual = [score(), score(value=2, scale="penn_frequency")]
    assert rules(held, *usual, score(value=50, scale="vas_spasticity")) == []
    assert rules(held, score(value=50, scale="vas_spasticity")) == []  # 50 is on none of the usual scales


def test_the_year_of_birth_is_compared_with_the_calendar(log):
    assert rules(log, Patient(patient="P002", birth_year=2074)) == ["birth-year"]
    assert rules(log, Patient(patient="P002", birth_year=1904)) == ["birth-year"]


def test_an_emergency_at_night_and_a_diary_filled_twice_are_not_asked_about(held):
    assert rules(held, visit("2026-11-20T02:15+00:00", "emergency"), score("2026-11-20T02:20+00:00")) == []
    diary = [build.score("2026-11-20", v, reporter="patient", collected="app") for v in (4, 5)]
    assert rules(held, *diary) == []


def test_entries_of_another_patient_are_not_compared_with(held):
    held.append(Patient(patient="P002", birth_year=1980))
    other = build.dose("2026-11-20T09:30+00:00", 1200, patient="P002", concentration_mcg_per_ml=2000)
    assert rules(held, other) == []


def test_a_planned_change_is_neither_back_dated_nor_ahead(held):
    held.append(dose("2026-11-20T09:30+00:00"))
    assert (
        rules(held, dose("2026-11-21T09:30+00:00", status="planned"), dose("2027-01-08T09:30+00:00", status="planned"))
        == []
    )


def test_every_kind_that_is_asked_about_is_one_of_the_records():
    kinds = {kind_of(type(f)).table for facts in ASKED.values() for f in facts}
    assert {"dose_change", "refill", "readout", "score", "visit", "bolus", "oral_dose"} <= kinds


@pytest.mark.parametrize("code", ["P001", "P002", "north-17", "A.9_z"])
def test_every_single_slip_and_every_swap_of_neighbours_in_a_code_is_found(code):
    whole = codes.with_check(code)
    assert codes.fits(whole)
    for place, character in enumerate(whole):
        if character.upper() not in codes.ALPHABET:
            continue
        for other in codes.ALPHABET:
            if other != character.upper():
                assert not codes.fits(whole[:place] + other + whole[place + 1 :])
    for place in range(len(whole) - 1):
        a, b = whole[place].upper(), whole[place + 1].upper()
        if a != b and {a, b} <= set(codes.ALPHABET):
            assert not codes.fits(whole[:place] + b + a + whole[place + 2 :])


def test_the_clock_of_the_log_is_what_later_today_is_measured_by(held, clock):
    assert rules(held, visit("2026-11-23T12:10+00:00")) == []
    clock.now = dt.datetime(2026, 11, 23, 15, 0, tzinfo=dt.UTC)
    assert rules(held, visit("2026-11-23T15:00+00:00")) == []
