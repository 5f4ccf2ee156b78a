"""The clinic's month: counts in the order of the codes, a plain calendar, and nothing that ranks."""

import pandas as pd
from report import sample

from titration.records import DiarySchedule, Patient, PatientState, Refill
from titration.report import clinic, paper
from titration.report.window import month

OCTOBER = month("2026-10", "Europe/London")
SEAL = paper.seal(210, sample.ASOF_AT.to_pydatetime(), sample.HEAD)


def line(*records, patient="P001", history=None):
    chart = sample.chart(*records, patient=patient)
    none = pd.DataFrame(
        {"action": [], "recorded_at": pd.Series([], dtype="datetime64[us, UTC]"), "entry": [], "row": []}
    )
    chart.frames["corrections"] = none if history is None else history
    return clinic.line(chart, OCTOBER)


def cells(made):
    return [getattr(said, "text", said) for said in made.facts]


def overview(*lines):
    return clinic.overview(lines, OCTOBER, site="North clinic", seal=SEAL)


def test_a_line_counts_what_is_dated_in_the_month():
    made = line(
        Patient(patient="P001"),
        PatientState(patient="P001", noted_on="2025-01-01", following="active"),
        DiarySchedule(patient="P001", scale="nrs_spasticity", from_on="2026-10-01", until_on="2026-10-20"),
        *sample.doses(),
        *[s for s in sample.diary() if s.observed_on.month == 10],
        Refill(patient="P001", filled_on="2026-10-08", injected_ml=40),
        Refill(patient="P001", filled_on="2026-11-08", injected_ml=40),
        history=sample.corrections().assign(patient="P001"),
    )
    # two of five changes; 22 of 25 days filled, 17 of the 20 expected; the bare frames are all of entry 1; three of the five amendments are corrections entered then
    n_scores = sum(s.observed_on.month == 10 for s in sample.diary())
    filled = sum(s.observed_on.month == 10 and s.observed_on.day <= 20 for s in sample.diary())
    assert cells(made)[:6] == [
        "P001", "active", "2", str(n_scores), "1", f"{filled} of 20 ({filled * 5} %)",
    ]  # fmt: skip
    assert cells(made)[6] == "1"
    assert cells(made)[8] == "3"


def test_without_a_schedule_no_diary_is_expected_and_it_is_never_none_of_none():
    assert cells(line(*sample.diary()))[5] == "no diary expected"


def test_patients_stand_in_the_order_of_their_codes_whatever_their_counts():
    few, many = line(Patient(patient="P003"), patient="P003"), line(*sample.doses())
    assert [made.patient for made in (few, many)] == ["P003", "P001"]
    table = next(panel for panel in overview(few, many).content.panels if panel.id == "patients").items[0]
    assert [row[0].text for row in table.rows] == ["P001", "P003"]
    assert "Dose changes: 2, of P001." in overview(few, many).text()


def test_a_moved_fact_stands_under_both_patients_and_is_one_correction():
    moved = sample.corrections().query("action == 'moved'").assign(patient="P001", replaced_by=12)
    given = overview(line(history=moved), line(patient="P002", history=moved))
    assert "Corrections: 1, of 2 patients." in given.text()
    assert [fact.text for fact in given.facts if fact.id.endswith(".what")] == ["moved from P002 to P001"]


def test_the_calendar_goes_two_months_on_and_is_of_what_was_on_record_at_the_end_of_the_month():
    made = line(
        Refill(patient="P001", filled_on="2026-10-08", next_booked_on="2027-01-01", alarm_on="2027-01-02"),
        Refill(patient="P001", filled_on="2026-11-08", next_booked_on="2026-11-20"),
    )
    facts = {fact.id: fact.text for fact in overview(made).facts}
    assert facts["due.p001.booked.on"] == "2027-01-01"
    assert "due.p001.alarm-at-refill.on" not in facts


def test_a_clinic_without_patients_has_a_page_that_says_so(tmp_path):
    given = overview()
    assert "no patient is in the log" in " ".join(given.text().split())
    assert next(path.name for path in given.save(tmp_path)) == "clinic-2026-10.pdf"


def test_it_says_when_the_log_was_read_before_the_month_was_over():
    early = paper.seal(9, pd.Timestamp("2026-10-20T10:00Z").to_pydatetime(), sample.HEAD)
    said = clinic.overview([], OCTOBER, site="S", seal=early).text()
    assert "the month was not over" in " ".join(said.split())


def test_the_overview_of_a_log_is_that_of_its_charts(log):
    log.append(Patient(patient="P000"))
    facts = {fact.id: fact.text for fact in log.clinic("2026-10").facts}
    assert facts["clinic.patients"] == "2 in the log"
    assert [facts["clinic.p000.changes"], facts["clinic.p001.changes"]] == ["0", "0"]
