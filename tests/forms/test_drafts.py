"""What was typed, before it is a record."""

import pytest

from titration import times
from titration.forms.drafts import Draft, in_words, pair_of, pair_texts, read
from titration.records import KINDS
from titration.scales import Scale, register

LONDON = times.zone("Europe/London")


def reading(*drafts, patient="P001", when="2026-10-08 09:30", scales=None):
    return read(drafts, patient=patient, when=when, zone=LONDON, scales=scales or register())


def draft(table, **texts):
    return Draft(KINDS[table].title, KINDS[table], texts)


def test_a_record_of_the_visit_takes_the_time_of_the_visit():
    (note,), complaints = reading(draft("note", words="seen"))
    assert not complaints
    assert note.noted_at.isoformat() == "2026-10-08T09:30:00+01:00"


def test_a_visit_known_by_its_day_alone_gives_no_made_up_time():
    (note,), _ = reading(draft("note", words="seen"), when="2026-10-08")
    assert note.noted_at is None
    assert note.noted_on.isoformat() == "2026-10-08"


def test_a_time_of_its_own_stands_before_that_of_the_visit():
    (note,), _ = reading(draft("note", words="phoned", noted_at="2026-10-07 17:00"))
    assert note.noted_at.isoformat() == "2026-10-07T17:00:00+01:00"


def test_a_record_that_is_not_of_the_visit_must_say_when_it_was():
    event = Draft("Event", KINDS["event"], {"event": "confounder"}, of_visit=False)
    _, (complaint,) = reading(event)
    assert (complaint.where, complaint.heading) == ("Event", "Date and time")


def test_every_fault_of_every_draft_is_listed_in_one_go():
    _, complaints = reading(
        draft("dose_change", dose_mcg_per_day="120", concentration_mcg_per_ml="500 mcg/day"),
        draft("refill", withdrawn_ml="-1 mL"),
        patient="",
        when="8 October",
    )
    assert [(c.where, c.heading) for c in complaints] == [
        ("Patient", "Patient"),
        ("Visit", "Date and time"),
        ("Dose change", "Daily dose (mcg/day)"),
        ("Dose change", "Concentration (mcg/mL)"),
        ("Dose change", "Mode"),
        ("Refill", "Withdrawn (mL)"),
    ]


@pytest.mark.parametrize(("when", "word"), [("2026-03-29 01:30", "does not exist"), ("2026-10-25 01:30", "twice")])
def test_an_hour_without_one_meaning_is_a_complaint_with_both_readings(when, word):
    _, (complaint,) = reading(draft("note", words="seen"), when=when)
    assert word in complaint.allowed
    assert "+00:00" in complaint.allowed
    assert "+01:00" in complaint.allowed


def test_a_score_on_a_scale_of_the_site_is_checked_against_it():
    sleep = Scale(code="sleep", version="site-1", name="Sleep", reporters=("patient",), more_is="more", low=0, high=10)
    _, (complaint,) = reading(draft("score", scale="sleep", value="11"), scales=register().joined((sleep,)))
    assert complaint.seen == "11"
    assert "from 0 to 10" in complaint.allowed


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("2026-10-08", "Thursday 8 October 2026"),
        ("2026-01-08 09:30", "Thursday 8 January 2026, 09:30 (+00:00)"),
        ("2026-10-08 09:30-05:00", "Thursday 8 October 2026, 09:30 (-05:00)"),
        ("8/10/2026", ""),
        ("", ""),
    ],
)
def test_a_date_is_spelt_out_with_its_weekday(text, said):
    assert in_words(text, LONDON) == said


def test_a_kind_with_one_time_has_no_pair():
    assert pair_of(KINDS["patient_state"]) is None
    assert pair_texts("2026-10-08 09:30", ("noted_at", "noted_on")) == {"noted_at": "2026-10-08 09:30"}
