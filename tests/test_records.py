"""Records cannot exist if they are impossible; every reason is said, not just the first; nothing can be changed after."""

import dataclasses
from datetime import date, datetime

import build
import numpy as np
import pytest
import strategies
from hypothesis import given
from hypothesis import strategies as st

from titration import times
from titration.errors import InvalidRecord
from titration.records import (
    KINDS,
    DoseChange,
    DoseStep,
    Event,
    Note,
    OralDose,
    Patient,
    PatientState,
    Pump,
    Record,
    Refill,
    Score,
    SideEffect,
    Visit,
    kind_of,
    of_table,
    schema_version,
)
from titration.scales import REPORTERS

LONDON = times.zone("Europe/London")
AT_MISSING = "effective_at: is missing; give effective_at (date and time) or, if the time is not known, effective_on"
MAS_SAYS = "Modified Ashworth Scale has the grades 0, 1, 1+, 2, 3, 4; its codings are read by a map only"
ONE_ANSWER = "give one of value, grade, as_stated or not_assessed"
STEPS = (DoseStep(start_min=0, rate_mcg_per_h=4), DoseStep(start_min=360, rate_mcg_per_h=8))


def faults(make, *args, **more):
    """Every fault of what cannot be made, a line each."""
    with pytest.raises(InvalidRecord) as caught:
        make(*args, **more)
    return [str(fault) for fault in caught.value.faults]


def change(**more):
    """The faults of a dose change that is sound but for what is given."""
    given = {"patient": "P001", "effective_on": "2026-10-08", "mode": "flex", "dose_mcg_per_day": 120}
    return faults(DoseChange, **given | more)


def score(**more):
    return faults(Score, **{"patient": "P001", "observed_on": "2026-10-08", "scale": "nrs_spasticity"} | more)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"dose_mcg_per_day": -5}, "dose_mcg_per_day=-5: must be 0 or more"),
        ({"dose_mcg_per_day": "120"}, "dose_mcg_per_day=120: must be a number in mcg/day, 0 or more"),
        ({"dose_mcg_per_day": True}, "dose_mcg_per_day=True: must be a number in mcg/day, 0 or more"),
        ({"dose_mcg_per_day": None}, "dose_mcg_per_day: is missing; a number in mcg/day, 0 or more"),
        ({"dose_mcg_per_day": float("nan")}, "dose_mcg_per_day: is missing; a number in mcg/day, 0 or more"),
        ({"dose_mcg_per_day": float("inf")}, "dose_mcg_per_day=inf: must be a finite number; leave it out if it is not known"),
        ({"patient": "Jane Doe"}, "patient=Jane Doe: must be letters, digits, '.', '_' or '-', starting with a letter or digit; never a name"),
        ({"patient": "../P001"}, "patient=../P001: must be letters, digits, '.', '_' or '-', starting with a letter or digit; never a name"),
        ({"mode": "fast"}, "mode=fast: must be one of: simple continuous, flex, periodic bolus, minimum rate, stopped, constant flow"),
        ({"mode": "stopped"}, "dose_mcg_per_day=120: a stopped pump gives 0 mcg/day; give 0, or another mode"),
        ({"effective_on": "2026-02-30"}, "effective_on=2026-02-30: there is no such day; write the day as 2026-10-08"),
        ({"effective_on": "08/10/2026"}, "effective_on=08/10/2026: write the day as 2026-10-08"),
        ({"effective_on": None}, AT_MISSING),
        ({"effective_at": "noon"}, f"effective_at=noon: {times.INSTANT_FORM}"),
        ({"fulfils": 0}, "fulfils=0: must be a whole number from 1 up"),
        ({"status": "maybe"}, "status=maybe: must be one of: done, programmed, planned, cancelled"),
        ({"steps": STEPS, "mode": "simple continuous"}, "steps: only flex and periodic bolus have steps, and the mode is simple continuous"),
        ({"steps": (*STEPS, STEPS[1])}, "steps=every day 06:00: two begin at the same time; give one"),
        ({"steps": "00:00 4 mcg/h"}, "steps=00:00 4 mcg/h: must be a list of DoseStep"),
        ({"reason": "a\0b"}, "reason=a?b: must not hold control characters"),
        ({"drug": "\N{RIGHT-TO-LEFT OVERRIDE}baclofen"}, "drug=?baclofen: must be one line of plain text"),
    ],
)  # fmt: skip
def test_a_dose_change_that_cannot_be_is_refused_with_its_one_reason(given, says):
    assert change(**given) == [says]


def test_every_fault_of_a_record_is_listed_in_the_order_of_its_fields():
    assert change(patient="", effective_on="2026-02-30", mode="fast", dose_mcg_per_day=-5, alarm_on="soon") == [
        "patient: must be letters, digits, '.', '_' or '-', starting with a letter or digit; never a name",
        "effective_on=2026-02-30: there is no such day; write the day as 2026-10-08",
        "mode=fast: must be one of: simple continuous, flex, periodic bolus, minimum rate, stopped, constant flow",
        "dose_mcg_per_day=-5: must be 0 or more",
        "alarm_on=soon: write the day as 2026-10-08",
    ]


def test_every_fault_of_a_record_as_a_whole_is_listed_too():
    twice = (DoseStep(start_min=0, rate_mcg_per_h=1), DoseStep(start_min=0, rate_mcg_per_h=2))
    assert change(mode="stopped", steps=twice) == [
        "dose_mcg_per_day=120: a stopped pump gives 0 mcg/day; give 0, or another mode",
        "steps: only flex and periodic bolus have steps, and the mode is stopped",
        "steps=every day 00:00: two begin at the same time; give one",
    ]


def test_a_fault_knows_the_table_of_its_record():
    with pytest.raises(InvalidRecord) as caught:
        Patient(patient="")
    assert [fault.kind for fault in caught.value.faults] == ["patient"]


@pytest.mark.parametrize(
    ("kind", "given", "says"),
    [
        (Patient, {"birth_year": 74}, "birth_year=74: must be a whole number from 1900 to 2199"),
        (Patient, {"sex": "F"}, "sex=F: must be one of: female, male, other, not stated"),
        (PatientState, {"noted_on": None}, "noted_on: is missing; a day, as in 2026-10-08"),
        (Pump, {"implanted_on": "2025"}, "implanted_on=2025: write the day as 2026-10-08"),
        (Pump, {"implanted_on": "2025-01-14", "clock_offset_min": 900}, "clock_offset_min=900: must be a whole number from -840 to 840"),
        (Refill, {"filled_on": "2026-10-08", "injected_ml": -1}, "injected_ml=-1: must be 0 or more"),
        (OralDose, {"started_on": "2026-10-08", "drug": " ", "dose_mg_per_day": 30}, "drug= : must be one line of plain text"),
        (SideEffect, {"observed_on": "2026-10-08", "effect": "any", "severity": "mild"}, 'severity=mild: of "any" only "none" can be said; name the effect'),
        (Event, {"started_on": "2026-10-08", "ended_on": "2026-10-07", "event": "care"}, "ended_on=2026-10-07: lies before the start, 2026-10-08"),
        (Visit, {"visited_on": "2026-10-08", "visit": "chat"}, "visit=chat: must be one of: screening, implant, refill, adjustment, review, phone, emergency, ward"),
        (Note, {"noted_on": "2026-10-08", "words": "  "}, "words=  : must not be blank; leave it out instead"),
    ],
)  # fmt: skip
def test_each_other_record_refuses_what_cannot_be(kind, given, says):
    assert faults(kind, patient="P001", **given) == [says]


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({}, f"value: {ONE_ANSWER}"),
        ({"value": 5, "not_assessed": "declined"}, f"value=value, not_assessed: {ONE_ANSWER}"),
        ({"value": 5, "grade": "1+"}, "value=5: nrs_spasticity takes a value or a grade, not both"),
        ({"value": 11}, "value=11: Spasticity NRS runs from 0 to 10 in steps of 1"),
        ({"value": 4.5}, "value=4.5: Spasticity NRS runs from 0 to 10 in steps of 1"),
        ({"grade": "1+"}, "grade=1+: Spasticity NRS is a number, from 0 to 10 in steps of 1; it has no grades"),
        ({"scale": "modified_ashworth", "value": 1.5}, f"value=1.5: {MAS_SAYS}"),
        ({"scale": "MAS", "grade": "5"}, f"grade=5: {MAS_SAYS}"),
        ({"scale": "ashworth", "grade": "1+"}, "grade=1+: Ashworth Scale is a number, from 0 to 4 in steps of 1; it has no grades"),
        ({"scale": "penn_severity", "value": 0}, "value=0: Penn spasm severity runs from 1 to 3 in steps of 1"),
        ({"value": 5, "reporter": "spouse"}, f"reporter=spouse: must be one of: {', '.join(REPORTERS)}"),
    ],
)  # fmt: skip
def test_a_score_that_is_not_of_its_scale_is_refused(given, says):
    assert score(**given) == [says]


def test_one_plus_stays_one_plus():
    assert build.score(scale="modified_ashworth", grade="1+").grade == "1+"
    assert build.score(scale="modified_ashworth", grade="1+").value is None


def test_why_there_is_no_score_and_what_was_stated_instead_are_answers():
    assert build.score(not_assessed="declined").not_assessed == "declined"
    assert build.score(as_stated="entre 3 et 4").as_stated == "entre 3 et 4"


def test_a_scale_of_the_site_is_left_to_the_log():
    assert build.score(scale="mood_relaxed", value=-2.5).value == -2.5


def test_an_instant_brings_its_local_day_and_a_day_stays_a_day():
    at = build.dose("2026-10-08T00:30+01:00")  # 23:30 the day before in UTC
    assert (at.effective_on, at.effective_at.isoformat()) == (date(2026, 10, 8), "2026-10-08T00:30:00+01:00")
    on = build.dose("2026-10-08")
    assert (on.effective_on, on.effective_at) == (date(2026, 10, 8), None)


def test_a_day_that_is_not_the_day_of_its_instant_is_refused_and_the_right_one_is_no_fault():
    assert change(effective_at="2026-10-08T00:30+01:00", effective_on="2026-10-07") == [
        "effective_on=2026-10-07: is not the day of effective_at (2026-10-08 00:30+01:00); leave it out"
    ]
    assert build.dose("2026-10-08T00:30+01:00", effective_on="2026-10-08").effective_on == date(2026, 10, 8)


def test_a_local_time_is_settled_in_the_zone_of_the_log():
    settled = build.dose("2026-10-08T09:30").localised(LONDON)
    assert (settled.effective_at.isoformat(), settled.effective_on) == ("2026-10-08T09:30:00+01:00", date(2026, 10, 8))
    with_offset = build.dose("2026-10-08T09:30+02:00")
    assert with_offset.localised(LONDON) is with_offset
    assert list(kind_of(DoseChange).naive(build.dose("2026-10-08T09:30"))) == ["effective_at"]


def test_a_local_time_that_does_not_exist_or_happens_twice_is_refused_with_both_readings():
    assert "; ".join(faults(build.dose("2026-03-29T01:30").localised, LONDON)) == (
        "effective_at=2026-03-29 01:30: that hour does not exist there, the clock was put forward; "
        "write 2026-03-29 01:30+01:00 or 2026-03-29 01:30+00:00"
    )
    assert "happens twice" in faults(build.dose("2026-10-25T01:30").localised, LONDON)[0]


def test_zero_is_a_dose_and_missing_is_missing():
    stopped = build.dose(mcg=0, mode="stopped")
    assert (stopped.dose_mcg_per_day, stopped.concentration_mcg_per_ml, stopped.status) == (0.0, None, "done")
    assert build.dose(mcg=np.float64(120), concentration_mcg_per_ml=np.nan).concentration_mcg_per_ml is None


@given(strategies.any_record(), st.data())
def test_no_field_of_a_record_can_be_changed_and_equal_records_are_one(made, data):
    name = data.draw(st.sampled_from([f.name for f in dataclasses.fields(made)]))
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(made, name, None)
    assert dataclasses.replace(made) == made
    assert hash(dataclasses.replace(made)) == hash(made)


def test_a_kind_of_record_is_found_by_table_class_frame_or_verb():
    for word in ("dose_change", "DoseChange", "dose-change", "doses"):
        assert of_table(word) is kind_of(DoseChange)
    with pytest.raises(
        LookupError, match=r"'dose' is not a kind of record; the kinds are dose_step, timed_bolus, dose_change"
    ):
        of_table("dose")
    with pytest.raises(TypeError, match="is not a kind of record; the kinds are DoseStep, TimedBolus, DoseChange"):
        kind_of(Record)
    assert kind_of(Patient).field("sex").name == "sex"
    with pytest.raises(KeyError):
        kind_of(Patient).field("name")


def test_a_record_says_what_was_given_with_its_units():
    said = {f.name: text for f, text in build.dose("2026-10-08", mcg=120, mode="flex", steps=STEPS).said()}
    assert said["dose_mcg_per_day"] == "120 mcg/day"
    assert said["steps"] == "00:00 4 mcg/h; 06:00 8 mcg/h"
    assert "concentration_mcg_per_ml" not in said


def test_each_record_documents_each_field_with_its_meaning_and_what_is_allowed():
    for kind in KINDS.values():
        for f in kind.fields:
            assert f"{f.name}: {f.meaning}; {f.value.allowed}" in kind.record.__doc__
    assert schema_version() >= 1
    assert isinstance(build.dose().effective_at, datetime)
