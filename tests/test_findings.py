"""Findings: about the record, never about the therapy; each rule finds its own case and leaves a clean record alone."""

import build
import pandas as pd
import pytest

from titration import columns
from titration.derive import findings, told
from titration.records import KINDS, FindingClosed, Patient, PatientState, Pump, Readout, Refill, Visit, kind_of

ZONE = "Europe/London"
UNTIL = pd.Timestamp("2026-11-23T12:00Z")
STEPS = KINDS["dose_step"].record.parse_all


def frames(*facts, recorded="2026-10-08T12:00Z"):
    made = build.frames(*facts)
    for name, frame in made.items():
        if "recorded_at" in frame:
            at = pd.Timestamp(recorded).as_unit("us")
            made[name] = frame.assign(recorded_at=at, first_recorded_at=at)
    return made


def found(*facts, **more):
    every = findings.findings(frames(*facts, **more), zone=ZONE, until=UNTIL)
    return dict(zip(every["rule"], every["says"], strict=True))


def score(at="2026-10-08T09:10+01:00", value=5, **more):
    return build.score(at, value, **{"reporter": "patient", "collected": "visit", **more})


def many_steps():
    from titration.fields import Reading

    text = "; ".join(f"{h:02d}:00 5 mcg/h" for h in range(14))
    return STEPS(text, Reading())


CASES = {
    "steps": ([build.dose("2026-10-08", 120, mode="flex", steps=many_steps())], "14 steps a day, and 13 is the most"),
    "closure": (
        [build.dose("2026-10-08", 60, mode="flex", steps=many_steps())],
        "the daily dose stated is 60 mcg/day, and its parts make 120 mcg/day",
    ),
    "overdue-plan": ([build.dose("2026-10-20", 130, status="planned")], "planned for 2026-10-20"),
    "unexplained": (
        [build.dose("2026-10-01", 100), Readout(patient="P001", read_on="2026-10-08", dose_mcg_per_day=150)],
        "daily dose 100 mcg/day, found 150 mcg/day",
    ),
    "refill-no-concentration": ([Refill(patient="P001", filled_on="2026-10-08", injected_ml=40)], "no concentration"),
    "program-strength": (
        [Refill(patient="P001", filled_on="2026-10-01", concentration_mcg_per_ml=500),
         build.dose("2026-10-08", 100, concentration_mcg_per_ml=2000)],
        "the program states 2000 mcg/mL, and the refill of 2026-10-01 500 mcg/mL",
    ),
    "refill-strength": (
        [build.dose("2026-10-01", 100, concentration_mcg_per_ml=500),
         Refill(patient="P001", filled_on="2026-10-08", concentration_mcg_per_ml=2000)],
        "filled with 2000 mcg/mL, and the program of 2026-10-01 states 500 mcg/mL",
    ),
    "order": ([build.dose("2026-10-08", 100), build.dose("2026-10-08T09:30+01:00", 110)], "which came first is not known"),
    "before-implant": (
        [Pump(patient="P001", implanted_on="2026-10-08"), build.dose("2026-10-01", 100)],
        "before the first implant recorded, 2026-10-08",
    ),
    "dose-there-and-back": (
        [build.dose("2026-10-01", 100), build.dose("2026-10-05", 1000), build.dose("2026-10-08", 110)],
        "1000 mcg/day stands between 100 mcg/day and 110 mcg/day",
    ),
    "no-reporter": ([score(reporter=None), score("2026-10-07T09:10+01:00", reporter=None)], "2 scores of nrs_spasticity"),
    "reporter": ([score(reporter="clinician")], "nrs_spasticity is not reported by the clinician"),
    "two-answers": ([score(value=5), score(value=6)], "two answers on 2026-10-08, the other in row 1"),
    "versions": ([score(version="0-10"), score("2026-10-09T09:10+01:00", version="old")], "is of version old from here on"),
    "score-after-change": (
        [build.dose("2026-10-08T09:00+01:00", 100), score()], "scored 10 minutes after the dose change of that day",
    ),
    "twice": (
        [Visit(patient="P001", visited_on="2026-10-08", visit="phone")] * 2, "says the same as row 1",
    ),
    "before-birth": (
        [Patient(patient="P001", birth_year=2030), Visit(patient="P001", visited_on="2026-10-08", visit="phone")],
        "before the year of birth recorded, 2030",
    ),
    "after-end": (
        [PatientState(patient="P001", noted_on="2026-10-01", following="died"), score()], "after the death noted on 2026-10-01",
    ),
    "names-nothing": (
        [build.dose("2026-10-08", 100, fulfils=7)], "names the plan in row 7, and no plan of this patient stands there",
    ),
    "no-state": ([Patient(patient="P001"), build.dose("2026-10-08", 100)], "neither diagnosis nor following"),
}  # fmt: skip


@pytest.mark.parametrize("rule", CASES, ids=list(CASES))
def test_each_rule_finds_its_own_case_and_says_what_would_settle_it(rule):
    facts, says = CASES[rule]
    made = findings.findings(frames(*facts), zone=ZONE, until=UNTIL)
    own = made[made["rule"] == rule]
    assert own["says"].str.contains(says, regex=False).any(), made["says"].tolist()
    assert own["settles"].str.len().min() > 3


def test_what_is_written_long_after_its_day_is_told_once_an_entry():
    made = found(build.dose("2026-10-08", 100), recorded="2026-10-31T12:00Z")
    assert made["written-late"] == "written 23 days after its day, 2026-10-08"
    late = found(score("2026-10-08", collected="paper"), recorded="2026-10-31T12:00Z")
    assert late["written-late"] == "1 score of nrs_spasticity written up to 23 days after the day it is about"


def test_a_visit_whose_four_answers_are_those_of_the_one_before_is_told():
    days = ("2026-10-08T09:10+01:00", "2026-11-05T09:10+00:00")
    answers = [
        score(at, v, side=side, body_part=f"muscle {v}", scale="vas_pain")
        for at in days
        for v in (1, 2)
        for side in ("left", "right")
    ]
    assert "those of the visit of 2026-10-08" in found(*answers, recorded="2026-11-05T12:00Z")["copied"]


def test_a_clean_record_has_no_finding():
    clean = [
        Patient(patient="P001", birth_year=1974), PatientState(patient="P001", noted_on="2026-09-01", following="active"),
        Pump(patient="P001", implanted_on="2026-09-02"), Visit(patient="P001", visited_at="2026-10-08T09:00+01:00", visit="refill"),
        Readout(patient="P001", read_at="2026-10-08T09:05+01:00", dose_mcg_per_day=100), score(), score(value=4, scale="penn_frequency"),
        build.dose("2026-09-02T09:30+01:00", 100, concentration_mcg_per_ml=500),
        build.dose("2026-10-08T09:30+01:00", 110, concentration_mcg_per_ml=500),
        Refill(patient="P001", filled_at="2026-10-08T09:40+01:00", concentration_mcg_per_ml=500),
    ]  # fmt: skip
    made = found(*clean)
    assert set(made) <= {"written-late"}  # the first program was written a month later


def test_without_any_record_there_is_none_and_the_frame_is_whole():
    made = findings.findings(build.frames(), zone=ZONE, until=UNTIL)
    assert made.empty
    assert made.dtypes.astype("str").to_dict() == dict(told.FOUND)


def test_a_closed_one_is_left_out_and_another_row_of_the_rule_is_not():
    refills = [Refill(patient="P001", filled_on=day, injected_ml=40) for day in ("2026-10-01", "2026-10-08")]
    closed = FindingClosed(
        patient="P001", rule="refill-no-concentration", of_row=1, closed_on="2026-10-09", reason="lost"
    )
    made = findings.findings(frames(*refills, closed), zone=ZONE, until=UNTIL)
    assert made[["rule", "row"]].to_numpy().tolist() == [["refill-no-concentration", 2]]


def test_one_patient_alone_has_the_findings_they_have_among_all_and_no_input_is_changed():
    facts = [f for facts, _ in CASES.values() for f in facts]
    other = [type(f)(**{n: getattr(f, n) for n in f.__dataclass_fields__} | {"patient": "P002"}) for f in facts]
    together = frames(*facts, *other)
    copies = {name: frame.copy() for name, frame in together.items()}
    every = findings.findings(together, zone=ZONE, until=UNTIL)
    own = {}
    for name, frame in together.items():
        if "patient" in frame:
            own[name] = frame[frame["patient"] == "P001"]
        else:
            kept = pd.concat([together["doses"], together["plans"]])
            of = kept.loc[kept["patient"] == "P001", "row"]
            own[name] = frame[frame["of"].isin(of)]
    alone = findings.findings(own, zone=ZONE, until=UNTIL)
    expected = every[every["patient"] == "P001"].reset_index(drop=True)
    pd.testing.assert_frame_equal(alone, expected)
    for name, frame in together.items():
        pd.testing.assert_frame_equal(frame, copies[name])


def test_no_rule_speaks_of_the_therapy():
    facts = [f for facts, _ in CASES.values() for f in facts]
    every = findings.findings(frames(*facts), zone=ZONE, until=UNTIL)
    words = " ".join(every["says"]) + " ".join(every["settles"])
    for word in ("should", "increase", "reduce", "too ", "unsafe", "worse", "better"):
        assert word not in words
    assert set(every["record"]) <= {*KINDS}
    assert columns.columns(kind_of(FindingClosed))[3].name == "rule"
