"""The careful door as people meet it: closing a finding, completing, merging, check characters, sidecar answers."""

import dataclasses

import build
import pytest
from click.testing import CliRunner

import titration
from titration import NeedsConfirmation, Patient, Score, Visit
from titration.cli import main
from titration.errors import AlreadyAmended, AppendRefused, InvalidEntry, PatientNotFound, RowNotFound
from titration.records import DoseChange, Event, Goal, GoalRating, Refill

BY = ("--by", "clinician-1")


@pytest.fixture
def run(tmp_path):
    def said(*words):
        return CliRunner().invoke(main, [str(w) for w in words])

    return said


def mismatched(log):
    """A program of 500 mcg/mL beside a refill of 2000 mcg/mL."""
    log.append(build.dose("2026-10-08", 120, concentration_mcg_per_ml=500))
    refill = Refill(patient="P001", filled_on="2026-10-20", concentration_mcg_per_ml=2000)
    return log.append(refill, confirm=build.ANYTHING).rows[0]


def test_a_closed_finding_does_not_come_back_and_asof_still_shows_it(log):
    row = mismatched(log)
    before = log.findings("P001")
    assert before.loc[before["rule"] == "refill-strength", "row"].tolist() == [row]
    entry = log.close_finding("refill-strength", row, reason="compared with the printout")
    assert "refill-strength" not in log.findings("P001")["rule"].tolist()
    assert "refill-strength" not in log.chart("P001").findings["rule"].tolist()
    assert "refill-strength" in log.findings("P001", asof=entry.entry - 1)["rule"].tolist()
    closed = log.findings_closed("P001")
    assert closed[["rule", "of_row", "reason", "closed_by"]].values.tolist() == [
        ["refill-strength", row, "compared with the printout", "clinician-1"]
    ]


def test_only_a_finding_that_is_there_can_be_closed(log):
    with pytest.raises(RowNotFound, match="no finding"):
        log.close_finding("refill-strength", 1, reason="looked at")


def test_findings_are_listed_and_closed_in_the_shell(log, run):
    row = mismatched(log)
    said = run("findings", log.path, "P001")
    assert said.exit_code == 0, said.output
    assert f"refill-strength  refill row {row} of 2026-10-20: filled with 2000 mcg/mL" in said.output
    assert run("findings", log.path, "--close", "refill-strength", row).exit_code == 2
    closed = run("findings", log.path, "--close", "refill-strength", row, "--reason", "as printed", *BY)
    assert closed.exit_code == 0, closed.output
    assert "refill-strength" not in run("findings", log.path).output


def test_what_became_known_later_is_completed_and_is_no_correction(log):
    row = log.append(Event(patient="P001", started_on="2026-10-01", event="confounder", subtype="UTI")).rows[0]
    ended = dataclasses.replace(log.record(row), ended_on="2026-10-09")
    log.complete(row, ended, reason="told at the visit")
    assert [d.date().isoformat() for d in log.events()["ended_on"]] == ["2026-10-09"]
    assert "completed" in log.history("P001")["action"].tolist()
    with pytest.raises(AlreadyAmended):
        log.complete(row, ended, reason="again")


def test_completing_changes_nothing_that_was_stated_and_adds_something(log):
    row = log.append(Event(patient="P001", started_on="2026-10-01", event="confounder", subtype="UTI")).rows[0]
    before = log.record(row)
    with pytest.raises(AppendRefused, match="states subtype already"):
        log.complete(row, dataclasses.replace(before, subtype="skin"), reason="x")
    with pytest.raises(AppendRefused, match="says all that already"):
        log.complete(row, before, reason="x")
    with pytest.raises(AppendRefused, match="is a event"):
        log.complete(row, Visit(patient="P001", visited_on="2026-10-01", visit="phone"), reason="x")
    assert len(log.events()) == 1


def test_completing_in_the_shell_fills_a_field(log, run):
    row = log.append(Event(patient="P001", started_on="2026-10-01", event="confounder", subtype="UTI")).rows[0]
    said = run("complete", log.path, row, "--set", "ended-on=2026-10-09", "--reason", "told", *BY)
    assert said.exit_code == 0, said.output
    assert run("complete", log.path, row, "--set", "nothing=1", "--reason", "told", *BY).exit_code == 1


def test_merging_moves_every_fact_and_what_names_a_row_names_its_new_one(log):
    log.append(Patient(patient="P002"))
    goal, plan = log.append(
        Goal(patient="P002", set_on="2026-10-01", words="sit through a film"),
        build.dose("2026-10-10", 130, patient="P002", status="planned"),
    ).rows
    log.append(
        GoalRating(patient="P002", goal=goal, rated_on="2026-10-20", rating=0),
        build.dose("2026-10-10", 130, patient="P002", fulfils=plan),
    )
    log.merge("P002", into="P001", reason="one person, entered twice")
    assert log.goal_ratings("P001")["goal"].tolist() == log.goals("P001")["row"].tolist()
    assert log.doses("P001")["fulfils"].tolist() == log.plans("P001")["row"].tolist()
    assert log.frame(Patient)["patient"].tolist() == ["P001"]
    assert log.doses("P002").empty
    assert log.verify().fits
    with pytest.raises(AppendRefused, match="was merged into another patient"):
        log.append(Patient(patient="p002"))
    with pytest.raises(PatientNotFound):
        log.append(Visit(patient="P002", visited_on="2026-10-08", visit="phone"))


def test_merging_asks_where_the_two_are_recorded_unlike(log, run):
    log.append(Patient(patient="P002", birth_year=1980))
    with pytest.raises(NeedsConfirmation, match=r"another year of birth each \(1980, 1974\)"):
        log.merge("P002", into="P001", reason="one person")
    with pytest.raises(AppendRefused, match="into itself"):
        log.merge("P001", into="P001", reason="one person")
    said = run("merge", log.path, "P002", "--into", "P001", "--reason", "one person",
               "--confirm", "P002:merge:birth-year=1974 is right", *BY)  # fmt: skip
    assert said.exit_code == 0, said.output


def test_a_code_whose_check_character_does_not_fit_is_refused_and_the_right_one_is_not_told(tmp_path, clock, run):
    path = tmp_path / "checked.db"
    code = run("code", "P001").output.strip()
    assert code == "P0015"
    said = run("init", path, "--site", "x", "--zone", "UTC", "--check-characters", *BY)
    assert said.exit_code == 0, said.output
    with titration.open(path, by="clinician-1", clock=clock) as log:
        with pytest.raises(AppendRefused, match="check character does not fit"):
            log.append(Patient(patient="P001"))
        log.append(Patient(patient=code))
        with pytest.raises(AppendRefused, match="P0075 is no code of this log") as refused:
            log.append(Visit(patient="P0075", visited_on="2026-10-08", visit="phone"))
        assert "P0015" not in str(refused.value)
        log.append(Visit(patient=code, visited_on="2026-10-08", visit="phone"))
    assert run("code", "not a code").exit_code == 1


def test_codes_have_no_check_character_unless_the_log_asks_for_it(log):
    log.append(Patient(patient="P002"))
    assert log.frame(Patient)["patient"].tolist() == ["P001", "P002"]


def slipped(tmp_path):
    file = tmp_path / "doses.csv"
    file.write_text(
        "patient,effective_on,mode,dose_mcg_per_day\nP001,2026-10-08,simple continuous,120\n"
        "P001,2026-10-20,simple continuous,1200\n"
    )
    return file


def test_the_questions_to_a_file_stand_in_a_sidecar_and_are_answered_there(log, tmp_path, run):
    file = slipped(tmp_path)
    dry = log.import_file(file, dry_run=True)
    assert "to be answered before anything is stored: 1" in str(dry)
    with pytest.raises(NeedsConfirmation, match="10 times the last dose"):
        log.import_file(file)
    place = tmp_path / "doses.csv.answers.toml"
    assert 'answer = ""' in place.read_text()
    assert log.doses().empty
    blank = run("import", log.path, file, *BY)
    assert blank.exit_code == 1
    assert "doses.csv.answers.toml" in blank.output
    place.write_text(place.read_text().replace('answer = ""', 'answer = "the pump shows this"'))
    assert log.import_file(file).stored == {"dose_change": 2}
    answers = log.store.query("SELECT r.text FROM answer JOIN words r ON r.id = answer.reason")
    assert answers == [("the pump shows this",)]


def test_a_sidecar_that_cannot_be_read_is_a_fault_and_answers_given_already_stay(log, tmp_path):
    file, elsewhere = slipped(tmp_path), tmp_path / "mine.toml"
    elsewhere.write_text("no toml")
    with pytest.raises(InvalidEntry, match="cannot be read as answers"):
        log.import_file(file, answers=elsewhere)
    elsewhere.write_text("[[question]]\nid = 3\n")
    with pytest.raises(InvalidEntry, match="must each have question"):
        log.import_file(file, answers=elsewhere)
    elsewhere.write_text('[[question]]\nquestion = "another"\nanswer = "kept elsewhere"\n')
    with pytest.raises(NeedsConfirmation):
        log.import_file(file, answers=elsewhere)
    assert "10 times" in elsewhere.read_text()


def test_a_day_before_the_year_of_birth_is_asked_about_in_a_frame_too(log):
    import pandas as pd

    frame = pd.DataFrame({"patient": ["P001"], "scale": ["NRS"], "observed_on": ["1962-10-09"], "value": [4]})
    with pytest.raises(NeedsConfirmation, match="before the year of birth"):
        log.append(frame, kind=Score)


def test_a_correction_is_asked_about_like_any_other_fact(log):
    row = log.append(build.dose("2026-10-08", 120)).rows[0]
    log.append(build.dose("2026-10-20", 130))
    wrong = DoseChange(patient="P001", effective_on="2026-10-08", mode="flex", dose_mcg_per_day=120,
                       dose_ordered_mcg_per_day=1200)  # fmt: skip
    with pytest.raises(NeedsConfirmation, match="as ordered is 10 times"):
        log.correct(row, wrong, reason="flex")
