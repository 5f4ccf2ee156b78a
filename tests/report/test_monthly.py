"""What the page of a month says, worked by hand from the sample."""

import build
import pandas as pd
import pytest
from report import sample
from report.sample import undrawn as report_of

from titration.errors import InvalidEntry
from titration.fields import Reading
from titration.records import (
    DoseStep,
    OralDose,
    Patient,
    PatientState,
    Readout,
    Refill,
    SideEffect,
)
from titration.report.page import text


def said(report):
    return {fact.id: fact for fact in report.facts}


def texts(report):
    return {fact.id: fact.text for fact in report.facts}


def change_of(report, to):
    """The facts of the last change to that dose, by their last word."""
    number = [f.id.split(".")[1] for f in report.facts if f.id.endswith(".to") and f.value == to][-1]
    return {f.id.split(".")[2]: f for f in report.facts if f.id.startswith(f"change.{number}.")}


@pytest.fixture(scope="module")
def october():
    return report_of(sample.chart(*sample.all_of_it()), "2026-10", history=sample.corrections())


def test_the_last_recorded_programmed_dose_is_that_of_the_end_of_the_month(october):
    facts = texts(october)
    assert facts["dose.last.dose"] == "108 mcg/day"
    assert facts["dose.last.effective"] == "2026-10-26 11:00"
    assert facts["dose.last.confirmed"] == "2026-10-26 11:00"
    assert facts["dose.last.days"] == "5 days"


def test_a_change_is_printed_beside_the_one_before_it(october):
    facts = change_of(october, 120.0)
    assert [facts[name].text for name in ("effective", "from", "to", "difference", "percent", "reason", "by")] == [
        "2026-10-08 09:30", "110 mcg/day", "120 mcg/day", "+10 mcg/day", "+9.1 %", "planned review", "clinician-1",
    ]  # fmt: skip
    assert facts["percent"].value == pytest.approx(100 * 10 / 110)
    assert facts["percent"].n == 2


def test_what_happened_after_the_month_is_not_on_the_page(october):
    assert not any("150" in text(said) for said in october.page.said())
    assert "of another month" not in october.text()


def test_a_change_entered_for_a_later_month_leaves_the_page_as_it_was(october):
    later = sample.dose("2026-12-01T09:00+00:00", 200)
    again = report_of(sample.chart(*sample.all_of_it(), later), "2026-10", history=sample.corrections())
    assert again.files() == october.files()


def test_scores_stand_beside_the_month_before(october):
    facts = {i: f for i, f in said(october).items() if i.startswith("score.nrs-spasticity")}
    this = {i.rsplit(".", 1)[1]: f.text for i, f in facts.items() if ".this." in i}
    before = {i.rsplit(".", 1)[1]: f.text for i, f in facts.items() if ".before." in i}
    # October: the days i = 30..54 of the diary without 31, 38, 45 and 52
    assert this == {"n": "21", "days": "21", "median": "5", "range": "3 to 7"}
    # September: i = 0..29 without 3, 10, 17 and 24
    assert before == {"n": "26", "days": "26", "median": "5", "range": "3 to 7"}


def test_grades_are_never_averaged_and_keep_their_label(october):
    facts = {i: f for i, f in said(october).items() if "modified-ashworth" in i and "_left_" in i}
    median = next(f for i, f in facts.items() if i.endswith("this.median"))
    spread = next(f for i, f in facts.items() if i.endswith("this.range"))
    assert (median.text, median.value, spread.text) == ("1+", None, "1+ to 2")


def test_the_last_visits_stand_side_by_side(october):
    facts = [
        f.text for f in october.facts if f.id.startswith("visit.") and "modified-ashworth" in f.id and "_right_" in f.id
    ]
    assert facts == ["2", "2", "1+", "1"]


def test_asked_and_none_is_a_fact(october):
    assert "asked: none" in [f.text for f in october.facts if f.id.startswith("side_effect.")]


def test_what_nobody_asked_is_not_none():
    page = report_of(sample.chart(), "2026-10").text()
    assert "not the same as none" in " ".join(page.split())


def test_a_refill_has_what_was_withdrawn_less_what_was_expected(october):
    fact = next(f for i, f in said(october).items() if i.startswith("refill.") and i.endswith(".difference"))
    # due since the refill before: 40 - 4.1 = 35.9 mL; 100 x 0.3 / 35.9 = 0.8 %
    assert fact.text == "0.3 mL more left than expected (0.8 % of the volume due)"
    assert fact.value == pytest.approx(0.3)


def test_a_printed_date_says_what_was_changed_after_it(october):
    facts = texts(october)
    assert facts["date.alarm-at-refill.on"] == "2027-01-20"
    assert facts["date.alarm-at-refill.later"] == "printed before the dose change of 2026-10-26"
    # two dose changes and the refill came after it; the first is named
    assert facts["date.alarm-at-change.later"] == "printed before the dose change of 2026-10-08, and 2 more"
    assert facts["date.booked.later"] == "-"


def test_a_booked_date_says_when_a_refill_came_after_it():
    booked = Refill(patient="P001", filled_on="2026-09-01", next_booked_on="2026-10-20")
    done = Refill(patient="P001", filled_on="2026-10-19")
    facts = texts(report_of(sample.chart(booked, done), "2026-10"))
    assert facts["date.booked.later"] == "booked before the refill of 2026-10-19"


def test_which_date_comes_first_is_said_in_days(october):
    facts = said(october)
    assert facts["date.first"].text == (
        "First of these dates: 2026-12-20 (low reservoir alarm, printed at a dose change). "
        "19 days later: next refill, booked. Days are counted from the first."
    )
    # 20 December to 8 January; to 20 January; to 30 June; to 1 June 2031
    days = {i.split(".")[1]: f.value for i, f in facts.items() if i.startswith("date.") and i.endswith(".days")}
    assert days == {"alarm-at-change": 0, "booked": 19, "alarm-at-refill": 31, "use-by": 192, "eri": 1624}


def test_ours_stands_second_and_says_what_it_was_made_from(october):
    facts = {i.split(".")[2]: f for i, f in said(october).items() if i.startswith("refill.")}
    # 40 mL on 8 June 09:50, 500 mcg/mL: 100 mcg/day to 20 August 10:00 and 110 to 8 October 09:30, then 120 for 20 min
    used = (73 + 10 / 1440) * 0.2 + (49 - 30 / 1440) * 0.22 + 20 / 1440 * 0.24
    assert facts["reckoned"].value == pytest.approx(40 - used, abs=1e-6)
    assert facts["reckoned"].text == (
        "Expected as reckoned from the record, refill of 2026-10-08 09:50: "
        "14.62 mL (40 mL injected before, less 25.38 mL by the program)."
    )
    assert facts["reckoned-difference"].text == (
        "Beside that, withdrawn: 10.22 mL less left than expected (40.3 % of the volume due)."
    )
    assert facts["reckoned"].source == ("refill:1", "refill:2")
    assert facts["expected"].text == "4.1 mL"


def test_a_reservoir_unlike_the_program_is_not_determined_and_shows_both():
    records = [
        sample.dose("2026-09-01", 100),
        Refill(patient="P001", filled_on="2026-09-01", injected_ml=20, concentration_mcg_per_ml=2000, drug="baclofen"),
        Refill(patient="P001", filled_on="2026-10-01", expected_ml=14, withdrawn_ml=18),
    ]
    facts = texts(report_of(sample.chart(*records), "2026-10"))
    assert facts["refill.2.difference"] == "4 mL more left than expected (66.7 % of the volume due)"
    assert facts["refill.2.reckoned"] == (
        "Expected as reckoned from the record, refill of 2026-10-01: not determined by the record (strength or drug in the "
        "reservoir unlike the program's: filled with baclofen 2000 mcg/mL, programmed for baclofen 500 mcg/mL)."
    )
    assert "refill.2.reckoned-difference" not in facts


def read(at, mcg, **more):
    return Readout(patient="P001", dose_mcg_per_day=mcg, read_at=at, **more)


def test_a_readout_that_agrees_is_the_last_confirmation():
    records = [sample.dose("2026-09-08T09:30+01:00", 120), read("2026-10-20T09:00+01:00", 120)]
    facts = texts(report_of(sample.chart(*records), "2026-10"))
    assert facts["dose.last.effective"] == "2026-09-08 09:30"
    assert facts["dose.last.confirmed"] == "2026-10-20 09:00, by a readout"
    assert facts["unexplained.count"] == "Unexplained intervals on record: 0, of which 0 ended in the month."


def test_a_readout_that_does_not_agree_is_counted_listed_and_from_then_on_as_found():
    records = [
        sample.dose("2026-09-08T09:30+01:00", 120), read("2026-09-20T09:30+01:00", 120),
        read("2026-10-20T09:30+01:00", 150), sample.dose("2026-10-20T10:00+01:00", 135),
    ]  # fmt: skip
    facts = texts(report_of(sample.chart(*records), "2026-10"))
    assert facts["unexplained.count"] == "Unexplained intervals on record: 1, of which 1 ended in the month."
    assert [facts[f"unexplained.2.{name}"] for name in ("from", "to", "days", "differs")] == [
        "readout 2026-09-20 09:30", "2026-10-20 09:30", "30", "daily dose 120 mcg/day, found 150 mcg/day",
    ]  # fmt: skip
    # the change is beside what was found, not beside what was thought to run
    made = change_of(report_of(sample.chart(*records), "2026-10"), 135.0)
    assert [made[name].text for name in ("from", "difference", "percent")] == [
        "150 mcg/day, as found", "-15 mcg/day", "-10 %",
    ]  # fmt: skip
    assert made["from"].source == ("readout:2",)
    before = texts(report_of(sample.chart(*records[:3]), "2026-10"))
    assert before["dose.last.dose"] == "150 mcg/day"
    assert before["dose.last.effective"] == "2026-10-20 09:30 (as a readout found it)"
    assert before["dose.last.confirmed"] == "2026-10-20 09:30, by a readout"
    earlier = texts(report_of(sample.chart(*records), "2026-09"))
    assert earlier["dose.last.dose"] == "120 mcg/day"
    assert "unexplained.2.days" not in earlier


def test_a_readout_of_another_mode_without_its_dose_says_the_dose_was_not_read():
    records = [sample.dose("2026-09-08", 120), read("2026-10-20T09:30+01:00", None, mode="minimum rate")]
    report = report_of(sample.chart(*records), "2026-10")
    assert texts(report)["dose.last.dose"] == "not read"
    assert "nan" not in report.text().lower()
    after = report_of(sample.chart(*records, sample.dose("2026-10-21", 100)), "2026-10")
    assert change_of(after, 100.0)["from"].text == "not read, as found"


def test_a_programmed_step_that_a_readout_found_is_confirmed():
    done = sample.dose("2026-10-08T09:30+01:00", 120)
    ahead = sample.dose("2026-10-20T06:00+01:00", 130, status="programmed")
    facts = texts(report_of(sample.chart(done, ahead, read("2026-10-26T10:00+00:00", 130)), "2026-10"))
    assert facts["dose.last.effective"] == "2026-10-20 06:00"
    assert facts["dose.last.confirmed"] == "2026-10-26 10:00, by a readout"


def test_an_event_that_went_on_into_the_month_is_on_its_page(october):
    assert "confounder: UTI" in [f.text for f in october.facts if f.id.startswith("event.")]


def test_an_oral_drug_stopped_before_the_month_is_not_on_its_page(october):
    drugs = [f.text for f in october.facts if f.id.endswith(".drug") and f.id.startswith("oral.")]
    assert drugs == ["baclofen oral"]


def test_an_oral_drug_stopped_in_the_month_says_so():
    taken = OralDose(patient="P001", started_on="2026-01-01", drug="tizanidine", dose_mg_per_day=6)
    stopped = OralDose(patient="P001", started_on="2026-10-03", drug="tizanidine", dose_mg_per_day=0)
    facts = [f.text for f in report_of(sample.chart(taken, stopped), "2026-10").facts if f.id.startswith("oral.")]
    assert "0 mg/day (stopped)" in facts


def test_corrections_entered_in_the_month_have_their_reasons(october):
    facts = texts(october)
    assert facts["correction.3.what"] == (
        "corrected: Daily dose was 102 mcg/day, now 120 mcg/day; Drug was not stated, now baclofen"
    )
    assert facts["correction.3.reason"] == "typed 120 for 102"
    assert facts["correction.4.what"] == "entered in error"
    assert {i.split(".")[1] for i in facts if i.startswith("correction.")} == {"3", "4", "5"}


def test_a_moved_fact_does_not_name_the_other_patient(october):
    assert texts(october)["correction.5.what"] == "moved here from another patient"
    there = report_of(sample.chart(patient="P002"), "2026-10", history=sample.corrections())
    assert texts(there)["correction.5.what"] == "moved to another patient"


def test_no_correction_is_said_and_no_history_is_not():
    none = report_of(sample.chart(), "2026-10", history=sample.corrections().iloc[:0])
    assert "none entered in the month" in none.text()
    assert "Corrections" not in report_of(sample.chart(), "2026-10").text()


def test_percent_is_not_defined_from_zero_nor_across_modes():
    stopped = sample.dose("2026-10-02", 0, mode="stopped")
    again = sample.dose("2026-10-09", 50)
    report = report_of(sample.chart(sample.dose("2026-10-01", 100), stopped, again), "2026-10")
    assert change_of(report, 0.0)["percent"].definition.endswith("; here: other mode")
    assert change_of(report, 50.0)["percent"].definition.endswith("; here: from 0")
    assert change_of(report, 50.0)["percent"].text == "not defined"


def test_a_difference_is_that_of_the_printed_decimals():
    report = report_of(sample.chart(sample.dose("2026-10-01", 100.1), sample.dose("2026-10-02", 100.3)), "2026-10")
    assert change_of(report, 100.3)["difference"].text == "+0.2 mcg/day"


def test_a_step_programmed_ahead_counts_from_its_time_and_is_not_confirmed():
    done = sample.dose("2026-10-08T09:30+01:00", 120)
    ahead = sample.dose("2026-10-20T06:00+01:00", 130, status="programmed")
    planned = sample.dose("2026-10-22T06:00+01:00", 140, status="planned")
    facts = texts(report_of(sample.chart(done, ahead, planned), "2026-10"))
    assert facts["dose.last.dose"] == "130 mcg/day"
    assert facts["dose.last.effective"] == "2026-10-20 06:00 (programmed ahead, not confirmed)"
    assert facts["dose.last.confirmed"] == "2026-10-08 09:30, at 120 mcg/day"
    before = texts(report_of(sample.chart(done, ahead, planned), "2026-09"))
    assert "dose.last.dose" not in before


def test_a_plan_that_was_carried_out_is_counted_once():
    first, ahead = sample.dose("2026-10-08", 120), sample.dose("2026-10-20", 130, status="programmed")
    row = int(build.frames(first, ahead)["plans"]["row"].iloc[0])
    report = report_of(sample.chart(first, ahead, sample.dose("2026-10-20", 130, fulfils=row)), "2026-10")
    assert texts(report)["dose.last.confirmed"] == "2026-10-20"
    assert [f.value for f in report.facts if f.id.endswith(".to")] == [120.0, 130.0]


def test_the_steps_of_a_flex_program_are_printed():
    steps = DoseStep.parse_all("00:00 4 mcg/h; 06:00 8 mcg/h", Reading())
    flex = sample.dose("2026-10-08", 168, mode="flex", steps=steps)
    facts = texts(report_of(sample.chart(sample.dose("2026-09-08", 100), flex), "2026-10"))
    assert facts["dose.last.steps"] == "00:00 4 mcg/h; 06:00 8 mcg/h"


def test_after_a_transfer_no_program_is_on_record():
    state = PatientState(patient="P001", noted_on="2026-10-28", following="transferred")
    facts = texts(report_of(sample.chart(sample.dose("2026-10-08", 120), state), "2026-10"))
    assert facts["patient.following"] == "Following: transferred, noted 2026-10-28; no program is on record after that."
    assert "dose.last.days" not in facts


def test_an_assigned_time_is_marked_and_explained():
    report = report_of(sample.chart(sample.dose("2026-10-08", 120, timing="assigned")), "2026-10")
    assert texts(report)["dose.last.effective"] == "2026-10-08 (assigned)"
    assert "the time was not observed" in report.text()


def test_a_new_strength_is_said_beside_the_reason():
    new = sample.dose("2026-10-08", 100, concentration_mcg_per_ml=2000, reason="pump refilled")
    report = report_of(sample.chart(sample.dose("2026-09-08", 100), new), "2026-10")
    assert change_of(report, 100.0)["reason"].text == "pump refilled; baclofen 2000 mcg/mL, before: baclofen 500 mcg/mL"
    assert change_of(report, 100.0)["difference"].text == "0 mcg/day"


@pytest.mark.parametrize(
    "records",
    [
        [],
        [Patient(patient="P001")],
        sample.doses(),
        sample.visit_scores(),
        [SideEffect(patient="P001", observed_on="2026-10-08", effect="falls", severity="none")],
        [build.score("2026-10-08", not_assessed="declined"), build.score("2026-10-09", as_stated="about 5")],
        [build.score("2026-10-08", 3, "a_scale_of_the_site")],
    ],
    ids=["nothing", "a code", "doses", "scores", "a side effect", "no value", "own scale"],
)
def test_a_page_is_made_of_whatever_there_is(records):
    report = report_of(sample.chart(*records), "2026-10")
    assert report.pdf().startswith(b"%PDF")
    assert "Not enough data for" in report.text()
    assert report.html().count("<h1>") == 1


def test_the_edges_of_a_month_are_local():
    chart = sample.chart(
        sample.dose("2026-09-30T23:30+00:00", 101),  # 1 October 00:30 in London
        sample.dose("2026-10-31T23:59+00:00", 102),  # 31 October 23:59 there, an hour after the clock went back
        sample.dose("2026-11-01T00:00+00:00", 103),  # 1 November
    )
    counted = {month: said(report_of(chart, month))["change.count"] for month in ("2026-09", "2026-10", "2026-11")}
    assert {month: fact.source for month, fact in counted.items()} == {
        "2026-09": (), "2026-10": ("dose_change:1", "dose_change:2"), "2026-11": ("dose_change:3",),
    }  # fmt: skip


def test_a_score_written_with_another_offset_falls_into_the_local_month():
    travel = build.score("2026-11-01T08:30+09:00", 7)  # 31 October 23:30 in London
    facts = texts(report_of(sample.chart(travel), "2026-10"))
    assert [t for i, t in facts.items() if i.endswith("this.median")] == ["7"]


@pytest.mark.parametrize("month", ["2026-13", "2026-1", "October", "", "2026-10-01", "1066-10"])
def test_a_month_is_written_as_year_and_month(month):
    with pytest.raises(InvalidEntry, match="write year and month as 2026-10"):
        report_of(sample.chart(), month)


def test_a_month_that_was_not_over_says_so():
    early = pd.Timestamp("2026-10-20T10:00Z")
    assert "the month was not over" in texts(report_of(sample.chart(asof_at=early), "2026-10"))["record.asof"]


def test_frames_are_left_as_they_were():
    chart = sample.chart(*sample.all_of_it())
    before = {name: frame.copy(deep=True) for name, frame in chart.frames.items()}
    report_of(chart, "2026-10")
    for name, frame in chart.frames.items():
        pd.testing.assert_frame_equal(frame, before[name])


def test_another_patient_changes_nothing_on_the_page(october):
    other = [sample.dose("2026-10-09", 999, patient="P002"), build.score("2026-10-09", 9, patient="P002")]
    again = report_of(sample.chart(*sample.all_of_it(), *other), "2026-10", history=sample.corrections())
    assert again.text() == october.text()
