"""The text twin says what the picture shows."""

import build
import pytest
from plot import patients

from titration.plot import spoken, timeline
from titration.records import Event, OralDose, Refill, SideEffect
from titration.scales import register


def said(frames):
    return timeline(frames, patient="P001", zone="Europe/London", until=patients.UNTIL, scales=register()).twin


@pytest.mark.parametrize("name", patients.ALL)
def test_it_is_ascii_and_at_most_80_columns_wide(name):
    text = said(patients.ALL[name]())
    assert text.isascii()
    assert max(len(line) for line in text.splitlines()) <= 80


def test_it_says_all_of_a_small_record():
    frames = build.frames(
        build.dose("2026-08-01T09:30+01:00", 100), build.dose("2026-09-01", 120, timing="assigned"),
        build.score("2026-08-01", 7, reporter="patient"), build.score("2026-09-01", 5, reporter="patient"),
        build.score("2026-09-15", scale="modified_ashworth", grade="1+", side="left", body_part="knee flexors", reporter="clinician"),
        SideEffect(patient="P001", observed_on="2026-09-01", effect="any", severity="none"),
        Event(patient="P001", started_on="2026-09-15", ended_on="2026-09-20", event="confounder", subtype="UTI"),
        OralDose(patient="P001", drug="tizanidine", dose_mg_per_day=12, started_on="2026-08-01"),
        Refill(patient="P001", filled_on="2026-09-01", concentration_mcg_per_ml=500, expected_ml=4, withdrawn_ml=4.6),
    )  # fmt: skip
    assert (
        said(frames)
        == """\
P001, 2026-08-01 to 2026-10-08

Daily dose as programmed
  2026-08-01 09:30      100 mcg/day  simple continuous
  2026-09-01            120 mcg/day  simple continuous, +20 %; times assigned
  last recorded programmed dose 120 mcg/day, effective 2026-09-01, last
    confirmed 2026-09-01

Spasticity NRS (0 to 10; higher: more spasticity)
  patient, 0-10: n 2
    2026-08-01 7; 2026-09-01 5

Modified Ashworth Scale, knee flexors (0, 1, 1+, 2, 3, 4; higher: more
  resistance to passive movement)
  left, clinician: n 1
    2026-09-15 1+

Side effects as asked
  2026-09-01  asked, none

Events
  2026-09-15 to 2026-09-20  UTI (confounder)

Oral drugs
  2026-08-01  tizanidine: 12 mg/day

Refills
  2026-09-01  500 mcg/mL, 0.6 mL more left than expected

In this window: 2 dose changes, 3 scores, 1 side effect, 1 event, 1 oral dose, 1
refill. Shown until 2026-10-08 09:30 (Europe/London). Doses are as programmed,
not as measured in the patient. Dashed: after the last confirmation. Hollow
marks: times assigned, not observed.""".replace("patient, 0-10:", "patient:")
    )


def test_a_diary_is_said_by_month_with_its_middle_one():
    lines = said(patients.diary()).splitlines()
    months = [line.split() for line in lines if line.startswith("    20")]
    assert [m[0] for m in months[:3]] == ["2025-10", "2025-11", "2025-12"]
    assert months[0][1] == "n"


def test_what_was_written_into_the_record_comes_out_in_ascii():
    frames = build.frames(
        OralDose(
            patient="P001",
            drug="Fl\N{LATIN SMALL LETTER U WITH DIAERESIS}ssig \N{EURO SIGN}",
            dose_mg_per_day=1,
            started_on="2026-09-01",
        )
    )
    assert "Flussig ?: 1 mg/day" in said(frames)


def test_it_never_says_what_the_record_cannot_know():
    for name in patients.ALL:
        text = said(patients.ALL[name]()).lower()
        for word in ("current dose", "delivered", "worse", "stable", "responder", "recommend", "target", "should"):
            assert word not in text


def test_the_arrows_of_our_own_labels_are_said_in_ascii_and_not_asked():
    assert spoken.ascii_only("0 to 10, \u2191 more spasticity") == "0 to 10, higher: more spasticity"
    assert spoken.ascii_only("205 \u2192 220") == "205 -> 220"
