"""Records from typed texts, flex programs among them: every fault of every text at once."""

import pytest

from titration import times
from titration.errors import InvalidRecord
from titration.fields import Reading
from titration.records import KINDS, DoseChange, DoseStep, Patient, daily_totals, from_texts, kind_of
from titration.units import Unfit

LONDON = times.zone("Europe/London")
STEPS = (DoseStep(start_min=0, rate_mcg_per_h=4), DoseStep(start_min=360, rate_mcg_per_h=8))
AT_MISSING = "effective_at: is missing; give effective_at (date and time) or, if the time is not known, effective_on"


def faults(make, *args):
    """Every fault of what cannot be made, a line each."""
    with pytest.raises(InvalidRecord) as caught:
        make(*args)
    return [str(fault) for fault in caught.value.faults]


def test_a_flex_program_is_read_as_it_is_typed_and_prints_so_again():
    typed = "00:00 4 mcg/h; 06:00 8 mcg/h"
    assert DoseStep.parse_all(typed, Reading()) == STEPS
    assert DoseStep.say_all(STEPS) == typed
    by_day = DoseStep.parse_all("monday 00:00 4 mcg/h; 06:00 8 mcg/h; Sunday 00:00 2 mcg/h", Reading())
    assert [step.weekday for step in by_day] == ["Monday", "Monday", "Sunday"]
    mixed = DoseStep.say_all((by_day[0], STEPS[1]))
    assert mixed == "Monday 00:00 4 mcg/h; every day 06:00 8 mcg/h"
    assert DoseStep.parse_all(mixed, Reading()) == (by_day[0], STEPS[1])


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("", f"must be {DoseStep.written}"),
        ("06:00", f"must be {DoseStep.written}"),
        ("6:00 8 mcg/h", f"must be {DoseStep.written}"),
        ("00:00 4 mcg/h;", f"must be {DoseStep.written}"),
        ("24:00 8 mcg/h", "write the time of day as 06:30, from 00:00 to 23:59"),
        ("06:00 192 mcg/day", "a daily dose is not an hourly rate (24 times apart); type mcg/h"),
        ("06:00 8", "the unit is missing; write 8 mcg/h if that is what is meant"),
        ("06:00 -8 mcg/h", "must be 0 or more"),
        ("Funday 06:00 8 mcg/h", "must be one of: every day, Monday, Tuesday, Wednesday, Thursday, Friday, Saturday, Sunday"),
    ],
)  # fmt: skip
def test_steps_that_cannot_be_read_are_refused_with_a_sentence(typed, says):
    with pytest.raises(Unfit) as caught:
        DoseStep.parse_all(typed, Reading())
    assert str(caught.value) == says


@pytest.mark.parametrize(
    ("typed", "totals"),
    [
        ("00:00 60 mcg/h", {"every day": 1440.0}),  # the ISMP report: 60 each hour are 1440, not 60, a day
        ("00:00 2.5 mcg/h", {"every day": 60.0}),
        ("00:00 4 mcg/h; 06:00 8 mcg/h", {"every day": 168.0}),  # 6 x 4 + 18 x 8
        ("06:00 8 mcg/h; 22:00 4 mcg/h", {"every day": 160.0}),  # 6 x 4 past midnight + 16 x 8 + 2 x 4
        ("00:00 0 mcg/h; 12:00 0.5 mcg/h; 12:30 0 mcg/h", {"every day": 0.25}),
        ("Monday 00:00 5 mcg/h; Sunday 00:00 2.5 mcg/h", {"Monday": 120.0, "Sunday": 60.0}),
    ],
)
def test_the_steps_of_a_day_add_up_by_rate_and_duration(typed, totals):
    assert daily_totals(DoseStep.parse_all(typed, Reading())) == totals


def test_a_program_without_steps_adds_up_to_nothing():
    assert daily_totals(()) == {}


READING = Reading(zone=LONDON)


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
def test_what_the_template_shows_can_be_read(kind):
    """Bare examples stand under a heading that names the unit, so a bare number may stand."""
    shown = {f.name: f.example for f in kind.fields if f.example}
    made = from_texts(kind, shown, Reading(zone=LONDON, bare=True))
    assert all(getattr(made, name) is not None for name in shown)


def test_every_fault_of_texts_is_listed_those_of_the_pair_and_of_unknown_names_too():
    typed = {"patient": "P 1", "mode": "", "dose_mcg_per_day": "120", "dosis": "5", "alarm_on": "soon"}
    assert faults(from_texts, kind_of(DoseChange), typed, READING) == [
        "dosis: is not a field; the fields are " + ", ".join(f.name for f in kind_of(DoseChange).fields),
        "patient=P 1: must be letters, digits, '.', '_' or '-', starting with a letter or digit; never a name",
        "dose_mcg_per_day=120: the unit is missing; write 120 mcg/day if that is what is meant",
        "alarm_on=soon: write the day as 2026-10-08",
        "mode: is missing; one of: simple continuous, flex, periodic bolus, minimum rate, stopped, constant flow",
        AT_MISSING,
    ]


def test_a_text_that_cannot_be_read_is_not_said_to_be_missing_as_well():
    typed = {"patient": "P001", "effective_on": "8 Oct", "mode": "flex", "dose_mcg_per_day": "0,5 mcg/day"}
    assert faults(from_texts, kind_of(DoseChange), typed, READING) == [
        "effective_on=8 Oct: write the day as 2026-10-08",
        "dose_mcg_per_day=0,5 mcg/day: a comma can part decimals or thousands; write a decimal point, as in 0.5",
    ]


def test_texts_that_clash_are_refused_as_the_record_is():
    typed = {"patient": "P001", "effective_on": "2026-10-08", "mode": "stopped", "dose_mcg_per_day": "120 mcg/day"}
    assert faults(from_texts, kind_of(DoseChange), typed, READING) == [
        "dose_mcg_per_day=120: a stopped pump gives 0 mcg/day; give 0, or another mode"
    ]


def test_blank_texts_are_not_given():
    made = from_texts(kind_of(Patient), {"patient": " P001 ", "birth_year": " ", "sex": ""}, READING)
    assert made == Patient(patient="P001")
