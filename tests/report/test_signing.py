"""Statements: a page and who stated what of it; what changed since is said, and what nobody signed is counted."""

import build
import pandas as pd
import pytest
from report import sample

import titration
from titration import DoseChange, Note, Score, errors
from titration.records import FindingClosed, Statement
from titration.report import MonthlyReport, monthly, paper, program, record, signing
from titration.report.facts import Fact
from titration.report.page import Page, Pairs
from titration.report.window import month, until

OCTOBER = month("2026-10", "Europe/London")


def chart(*records, **other):
    made = sample.chart(*records, **other)
    made.frames["corrections"] = pd.DataFrame(columns=["entry"])
    return made


def dose(mcg, at="2026-10-08T09:30+01:00", **more):
    return DoseChange(patient="P001", effective_at=at, mode="simple continuous", dose_mcg_per_day=mcg, **more)


def report_of(chart):
    """The report of October with its first panel and its counts alone: drawing the whole page is tested elsewhere."""
    frames = until(chart.frames, chart.patient, OCTOBER)
    title = Fact("page.title", "Title", f"{chart.patient} - October 2026")
    footer = record.footer(frames, OCTOBER)
    bare = Page(title, Pairs((("Patient", title),)), (program.last_panel(frames, OCTOBER),), footer, "")
    content = signing.stated(bare, chart.frames, chart.patient, OCTOBER, chart.frames["corrections"])
    seal = paper.seal(chart.asof, chart.asof_at, chart.head)
    return MonthlyReport(chart.patient, OCTOBER, content, seal, patient=chart.patient)


def build_report(log, *, pictures):
    read = log.chart("P001")
    return monthly.build(read, "2026-10", history=read.frames["corrections"], pictures=pictures)


def stated(log):
    """What the page of October says of its statements: meaning, by, whether it reads the same."""
    facts = {fact.id: fact.text for fact in report_of(log.chart("P001")).facts}
    rows = sorted({fact_id.split(".")[1] for fact_id in facts if fact_id.startswith("statement.")}, key=int)
    return [tuple(facts[f"statement.{row}.{name}"] for name in ("meaning", "by", "fits")) for row in rows]


@pytest.fixture
def signed(log):
    """A log whose report of October was signed once."""
    log.append(dose(120))
    log.sign(report_of(log.chart("P001")), meaning="reviewed")
    return log


def test_a_statement_holds_who_when_what_and_the_fingerprint_of_the_page(signed):
    held = signed.statements("P001").iloc[0]
    report = report_of(signed.chart("P001"))
    assert (held["document"], held["meaning"], held["stated_by"]) == ("report 2026-10", "reviewed", "clinician-1")
    assert held["stated_at"] == pd.Timestamp("2026-11-23T12:00Z")
    assert held["fingerprint"] == signing.fingerprint(report.content)


def test_the_page_made_afterwards_says_stated_by_and_reads_as_it_did(signed):
    assert stated(signed) == [("reviewed", "clinician-1", "reads as it did")]
    assert "Stated by" in report_of(signed.chart("P001")).text()


def test_a_page_nobody_stated_anything_of_has_no_such_panel(log):
    log.append(dose(120))
    assert stated(log) == []
    assert "Stated by" not in report_of(log.chart("P001")).text()


def test_the_whole_page_of_a_log_is_signed_and_says_so(log):
    log.append(dose(120))
    whole, bare = (build_report(log, pictures=pictures) for pictures in (True, False))
    assert signing.fingerprint(whole.content) == signing.fingerprint(bare.content)
    log.sign(whole)
    report = build_report(log, pictures=False)
    said = {fact.id.rpartition(".")[2]: fact.text for fact in report.facts if fact.id.startswith("statement.")}
    assert (said["by"], said["meaning"], said["fits"]) == ("clinician-1", "reviewed", "reads as it did")


def test_two_may_sign_one_page_and_neither_changes_what_the_other_signed(signed):
    signed.sign(report_of(signed.chart("P001")), meaning="approved")
    assert [line[0] for line in stated(signed)] == ["reviewed", "approved"]
    assert {line[2] for line in stated(signed)} == {"reads as it did"}


def test_a_correction_afterwards_is_told_with_its_row_and_reason(signed):
    row = int(signed.doses()["row"].iloc[0])
    signed.correct(row, dose(102), reason="typed 120 for 102")
    assert stated(signed)[0][2] == f"amended since: dose change corrected (daily dose), row {row}: typed 120 for 102"


def test_a_fact_of_those_days_entered_or_taken_back_afterwards_is_told(signed):
    made = signed.append(Score(patient="P001", scale="NRS", observed_on="2026-10-09", value=4))
    assert stated(signed)[0][2] == f"amended since: score of 2026-10-09 entered, row {made.rows[0]}"
    signed.retract(made.rows[0], reason="of P002")
    assert stated(signed)[0][2] == f"amended since: score entered in error, row {made.rows[0]}: of P002"


def test_what_is_dated_after_the_month_changes_nothing_that_was_signed(signed):
    later = signed.append(
        dose(130, "2026-11-10T09:30+00:00"), Note(patient="P001", noted_on="2026-11-10", words="seen")
    )
    signed.correct(later.rows[0], dose(131, "2026-11-10T09:30+00:00"), reason="typed 130 for 131")
    signed.retract(later.rows[1], reason="of P002")
    assert stated(signed)[0][2] == "reads as it did"


def test_a_report_that_was_read_before_something_was_entered_is_not_signed(log):
    log.append(dose(120))
    report = report_of(log.chart("P001"))
    log.append(Score(patient="P001", scale="NRS", observed_on="2026-10-09", value=4))
    with pytest.raises(errors.AppendRefused, match=r"score of 2026-10-09 entered, row 3; make the report again"):
        log.sign(report)
    assert log.statements().empty


def test_an_entry_of_another_month_or_patient_does_not_keep_a_report_from_being_signed(log):
    log.append(dose(120))
    report = report_of(log.chart("P001"))
    log.append(titration.Patient(patient="P002"), dose(130, "2026-11-10T09:30+00:00"))
    assert log.sign(report).rows


def test_a_report_of_another_log_is_not_signed(log, tmp_path, clock):
    log.append(dose(120))
    with titration.create(tmp_path / "b.db", site="S", zone="UTC", by="clinician-2", clock=clock) as other:
        other.append(titration.Patient(patient="P001"))
        with pytest.raises(errors.AppendRefused, match="was not made from"):
            other.sign(report_of(log.chart("P001")))


def test_a_meaning_that_is_none_is_refused_with_those_there_are(log):
    log.append(dose(120))
    with pytest.raises(errors.InvalidRecord, match="author, reviewed, approved"):
        log.sign(report_of(log.chart("P001")), meaning="agreed")


def test_the_fingerprint_is_of_what_is_said_and_not_of_when_the_log_was_read():
    records = sample.all_of_it()
    first = report_of(chart(*records))
    later = report_of(chart(*records, asof=300, asof_at=pd.Timestamp("2026-12-01T08:00Z"), head="ab" * 32))
    assert signing.fingerprint(first.content) == signing.fingerprint(later.content)
    other = report_of(chart(*records, sample.dose("2026-10-30", 109)))
    assert signing.fingerprint(first.content) != signing.fingerprint(other.content)


def test_a_statement_without_a_fingerprint_is_shown_as_one():
    given = Statement(
        patient="P001", stated_on="2026-11-02", document="report 2026-10", meaning="author", stated_by="c-1"
    )
    report = report_of(chart(sample.dose("2026-10-08", 120), given))
    facts = {fact.id: fact.text for fact in report.facts}
    assert facts["statement.1.fingerprint"] == "none stated"
    assert facts["statement.1.fits"].startswith("stated without a fingerprint")


def test_a_page_that_reads_otherwise_for_no_entry_since_says_so():
    given = Statement(
        patient="P001", stated_on="2026-11-02", document="report 2026-10", meaning="author", stated_by="c-1",
        fingerprint="ab" * 32,
    )  # fmt: skip
    report = report_of(chart(sample.dose("2026-10-08", 120), given))
    facts = {fact.id: fact.text for fact in report.facts}
    assert facts["statement.1.fits"].startswith("reads otherwise, though nothing of these days")


def test_a_question_closed_since_is_told_as_that_and_not_as_a_fact_amended():
    shut = FindingClosed(patient="P001", rule="no-state", of_row=1, closed_on="2026-11-03", reason="seen")
    frames = build.frames(sample.dose("2026-10-08", 120), shut)
    frames["findings_closed"]["entry"] = 9
    later = signing.since(frames, "P001", OCTOBER, None, 5)
    assert (later.said, later.closed) == ((), ("no-state, row 1",))


def test_an_entry_is_unsigned_until_its_month_or_the_entry_itself_is_stated():
    frames = build.frames(
        build.dose("2026-10-08"),
        build.score("2026-10-31"),
        build.score("2026-11-01"),
        build.dose("2026-10-09", patient="P002"),
    )
    frames["scores"]["entry"] = [7, 8]
    found = signing.unsigned(frames, OCTOBER)
    assert found[["patient", "entry", "n_facts", "records"]].to_numpy().tolist() == [
        ["P001", 1, 1, "dose change"], ["P001", 7, 1, "score"], ["P002", 1, 1, "dose change"],
    ]  # fmt: skip
    frames["statements"] = build.frames(
        Statement(
            patient="P001", stated_on="2026-11-02", document="report 2026-10", meaning="reviewed", stated_by="c-1"
        )
    )["statements"].assign(entry=5)
    assert signing.unsigned(frames, OCTOBER)[["patient", "entry"]].to_numpy().tolist() == [["P001", 7], ["P002", 1]]
    frames["statements"]["document"] = "entry 7"
    assert signing.unsigned(frames, OCTOBER)[["patient", "entry"]].to_numpy().tolist() == [["P001", 1], ["P002", 1]]


def test_unsigned_by_the_day_it_was_written_and_with_nothing_at_all():
    frames = build.frames(build.dose("2026-10-08"))
    assert signing.unsigned(frames, OCTOBER, recorded=True).empty  # written in 1970, as in all made-up frames
    assert signing.unsigned(build.frames(), OCTOBER).dtypes.astype(str).to_dict()["entry"] == "int64"
    assert signing.unsigned_fact(frames, OCTOBER).text == "Entries of these days not signed: 1 (entry 1)."
