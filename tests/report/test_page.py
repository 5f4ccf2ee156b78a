"""What stands on the page of a month and what behind it: schedule, ledger, diary, lateness, open questions."""

import build
import pandas as pd
import pytest
from report import sample
from report.sample import undrawn as report_of

from titration.fields import Reading
from titration.records import DiarySchedule, DoseStep, FindingClosed, Readout, TimedBolus
from titration.records.programs import WEEKDAYS
from titration.report.page import text


def said(report):
    return {fact.id: fact for fact in report.facts}


def texts(report):
    return {fact.id: fact.text for fact in report.facts}


def read(at, mcg, **more):
    return Readout(patient="P001", dose_mcg_per_day=mcg, read_at=at, **more)


@pytest.fixture(scope="module")
def october():
    return report_of(sample.chart(*sample.all_of_it()), "2026-10", history=sample.corrections())


def test_the_timed_boluses_of_a_program_are_printed_with_what_they_add_up_to():
    steps = DoseStep.parse_all("00:00 8.75 mcg/h", Reading())
    boluses = TimedBolus.parse_all("06:00 35 mcg over 5 min; 18:00 105 mcg", Reading())
    periodic = sample.dose("2026-10-08", 350, mode="periodic bolus", steps=steps, boluses=boluses)
    facts = said(report_of(sample.chart(periodic), "2026-10"))
    assert facts["dose.last.steps"].text == "00:00 8.75 mcg/h"
    assert facts["dose.last.boluses"].text == "06:00 35 mcg over 5 min; 18:00 105 mcg"
    # 24 h x 8.75 mcg/h = 210 mcg, and 35 + 105 mcg
    assert facts["dose.last.sum"].text == "350 mcg/day"
    assert facts["dose.last.sum"].source == ("dose_change:1", "dose_step:1", "timed_bolus:1", "timed_bolus:2")


def test_weekdays_that_are_alike_are_printed_once():
    week = "; ".join(f"{day} 00:00 5 mcg/h" for day in WEEKDAYS[1:6])
    steps = DoseStep.parse_all(f"{week}; Saturday 00:00 6 mcg/h; Sunday 00:00 6 mcg/h", Reading())
    facts = texts(report_of(sample.chart(sample.dose("2026-10-08", 120, mode="flex", steps=steps)), "2026-10"))
    assert facts["dose.last.steps"] == "Monday to Friday: 00:00 5 mcg/h; Saturday to Sunday: 00:00 6 mcg/h"
    assert facts["dose.last.sum"] == "Monday to Friday: 120 mcg/day; Saturday to Sunday: 144 mcg/day"


def test_the_boluses_a_patient_may_start_are_printed():
    own = sample.dose(
        "2026-10-08", 120, patient_bolus_mcg=10, patient_bolus_max_per_day=4, patient_bolus_lockout_min=60
    )
    facts = texts(report_of(sample.chart(own), "2026-10"))
    assert facts["dose.last.patient-boluses"] == "10 mcg, at most 4 a day, lockout 60 min"


def test_the_pump_clock_is_said_when_it_differs_from_the_wall():
    steps = DoseStep.parse_all("00:00 4 mcg/h; 06:00 8 mcg/h", Reading())
    flex = sample.dose("2026-10-08T09:30+01:00", 168, mode="flex", steps=steps, clock_offset_min=60)
    chart = sample.chart(flex)
    # the wall clock went back on 25 October, the pump's did not
    fact = said(report_of(chart, "2026-10"))["dose.last.clock"]
    assert (fact.text, fact.value) == ("60 min ahead of the wall clock at the end of 2026-10-31", 60.0)
    early = sample.chart(sample.dose("2026-07-08T09:30+01:00", 168, mode="flex", steps=steps, clock_offset_min=60))
    assert "dose.last.clock" not in said(report_of(early, "2026-09"))


def test_drug_and_strength_are_those_a_readout_found():
    found = read("2026-10-20T09:30+01:00", 120, concentration_mcg_per_ml=2000)
    fact = said(report_of(sample.chart(sample.dose("2026-09-08", 120), found), "2026-10"))["drug.strength"]
    assert (fact.text, fact.value, fact.source) == (
        "baclofen 2000 mcg/mL, as a readout found it", 2000.0, ("readout:1",),
    )  # fmt: skip


def test_a_found_program_of_unknown_dose_is_a_gap():
    found = read("2026-10-20T09:30+01:00", None, mode="minimum rate")
    page = " ".join(report_of(sample.chart(sample.dose("2026-09-08", 120), found), "2026-10").text().split())
    assert "the daily dose of the last program: the readout that found it states none" in page


def test_the_last_five_changes_are_on_the_page_and_all_are_behind_it():
    chart = sample.chart(*(sample.dose(f"2026-{month:02d}-08", 100 + month) for month in range(1, 9)))
    panels = {panel.id: panel for panel in report_of(chart, "2026-10").page.panels}
    assert [text(row[3]) for row in panels["changes"].items[0].rows] == [f"{100 + m} mcg/day" for m in (4, 5, 6, 7, 8)]
    assert [text(row[2]) for row in panels["ledger"].items[0].rows] == [f"{100 + m} mcg/day" for m in range(1, 9)]
    assert (panels["changes"].behind, panels["ledger"].behind) == (False, True)
    # 8 March to 8 April
    assert text(panels["changes"].items[0].rows[0][1]) == "31"


def test_the_age_is_a_band(october):
    # 2026 - 1974 = 52
    assert texts(october)["patient.age"] == "50 to 59 years"
    assert "1974" not in october.text()


def test_no_diary_is_expected_where_none_was_asked_for(october):
    assert dict(october.page.header.rows)["Diary"] == "no diary expected"


def test_the_diary_says_how_much_of_what_was_expected_is_there():
    due = DiarySchedule(patient="P001", scale="nrs_spasticity", from_on="2026-10-11", until_on="2026-10-20")
    given = [build.score(f"2026-10-{day}", 4, collected="app", reporter="patient") for day in (11, 12, 14, 20)]
    fact = said(report_of(sample.chart(due, *given), "2026-10"))["diary.nrs_spasticity.filled"]
    assert fact.text.startswith("Spasticity NRS: 4 of 10 entries expected (40 %)")
    assert (fact.value, fact.n, fact.source) == (40.0, 10, ("diary_schedule:1",))


def test_a_score_written_late_is_marked_and_counted():
    chart = sample.chart(build.score("2026-10-08", 4, collected="visit", reporter="clinician"))
    for column in ("recorded_at", "first_recorded_at"):  # a Thursday; due on Friday
        chart.frames["scores"][column] = pd.Timestamp("2026-10-20T09:00Z")
    facts = texts(report_of(chart, "2026-10"))
    assert [t for i, t in facts.items() if i.startswith("visit.2026-10-08.nrs")] == ["4 (late)"]
    assert facts["score.late"] == (
        "Scores of this month written down late for the way they were collected: 1 of 1, at most 12 days after the day "
        "they are about."
    )


def test_what_is_odd_about_the_record_is_an_open_question_until_it_is_closed(october):
    facts = said(october)
    assert facts["finding.refill-no-concentration.says"].text == "the refill states no concentration"
    assert facts["finding.count"].value == 2.0
    closed = FindingClosed(
        patient="P001", rule="refill-no-concentration", of_row=1, closed_on="2026-11-20", reason="the label is lost",
        closed_by="clinician-1",
    )  # fmt: skip
    after = said(report_of(sample.chart(*sample.all_of_it(), closed), "2026-10"))
    assert "finding.refill-no-concentration.says" not in after
    assert after["finding.count"].value == 1.0


def test_before_and_after_stand_on_the_page_only_when_asked_for_and_with_what_may_mislead(october):
    assert not any(fact.id.startswith("before-after") for fact in october.facts)
    scores = [build.score(f"2026-09-{day:02d}", 6, reporter="patient") for day in range(1, 21)]
    scores += [build.score(f"2026-09-{day:02d}", 4, reporter="patient") for day in range(24, 31)]
    chart = sample.chart(sample.dose("2026-08-01", 100), sample.dose("2026-09-20T23:00+01:00", 120), *scores)
    report = report_of(chart, "2026-10", before_after=True)
    facts = said(report)
    assert "regression to the mean" in facts["window.caution"].text
    (difference,) = [f for i, f in facts.items() if i.startswith("before-after") and i.endswith(".difference")]
    assert difference.value == -2.0  # median 4 less median 6
    assert report.page.panels[-1].behind
