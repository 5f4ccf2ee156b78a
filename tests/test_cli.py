"""The shell, as a person uses it: real processes for its edges, click's runner for the rest."""

import subprocess
import sys

import pytest
from click.testing import CliRunner

import titration
from titration.cli import main

BY = ["--by", "clinician-1"]


@pytest.fixture
def run():
    def call(*words, text=None):
        return CliRunner().invoke(main, [str(w) for w in words], input=text)

    return call


@pytest.fixture
def path(tmp_path, run):
    made = tmp_path / "clinic.db"
    assert run("init", made, "--site", "North clinic", "--zone", "Europe/London", *BY).exit_code == 0
    assert run("add", made, "patient", "--patient", "P001", "--birth-year", "1974", *BY).exit_code == 0
    return made


DOSE = ["--patient", "P001", "--mode", "simple continuous"]


def test_a_dose_is_added_read_back_and_stored(path, run):
    said = run("add", path, "dose-change", *DOSE, "--at", "2026-10-08 09:30", "--dose", "120 mcg/day", *BY)
    assert said.exit_code == 0, said.output
    assert "P001 | born 1974" in said.output
    assert "120 micrograms per day" in said.output
    assert "stored as entry 3, rows 2; seal" in said.output


def test_every_fault_of_a_line_is_told_and_nothing_stored(path, run):
    said = run(
        "add",
        path,
        "dose-change",
        "--patient",
        "P001",
        "--mode",
        "fast",
        "--at",
        "2026-02-30 09:30",
        "--dose",
        "120",
        *BY,
    )
    assert said.exit_code == 1
    for name in ("mode=fast", "effective_at=2026-02-30 09:30", "dose_mcg_per_day=120: the unit is missing"):
        assert name in said.output
    with titration.open(path) as log:
        assert log.doses().empty


def test_a_question_is_asked_answered_and_stored(path, run):
    words = ["add", path, "dose-change", *DOSE, "--dose"]
    run(*words, "120 mcg/day", "--at", "2026-10-08 09:30", *BY)
    asked = run(*words, "1200 mcg/day", "--at", "2026-10-20 09:30", *BY)
    assert asked.exit_code == 1
    assert "[P001:2026-10-20:dose-x10]" in asked.output
    assert "nothing was stored" in asked.output
    wrong = run(*words, "1200 mcg/day", "--at", "2026-10-20 09:30", *BY, "--confirm", "P001:2026-10-20:dose-x10")
    assert wrong.exit_code == 2
    assert "NAME=REASON" in wrong.output
    done = run(
        *words,
        "1200 mcg/day",
        "--at",
        "2026-10-20 09:30",
        *BY,
        "--confirm",
        "P001:2026-10-20:dose-x10=the pump shows this",
    )
    assert done.exit_code == 0, done.output


def test_writing_needs_a_name(path, run):
    said = run("add", path, "visit", "--patient", "P001", "--on", "2026-10-08", "--visit", "phone")
    assert said.exit_code == 2
    assert "--by" in said.output


def test_the_name_can_come_from_the_environment(path, monkeypatch, run):
    monkeypatch.setenv("TITRATION_BY", "nurse-1")
    assert run("add", path, "visit", "--patient", "P001", "--on", "2026-10-08", "--visit", "phone").exit_code == 0
    with titration.open(path) as log:
        assert log.visits()["recorded_by"].tolist() == ["nurse-1"]


def test_a_slip_is_corrected_taken_back_moved_and_redacted_and_the_history_says_so(path, run):
    run("add", path, "patient", "--patient", "P002", *BY)
    run("add", path, "dose-change", *DOSE, "--at", "2026-10-08 09:30", "--dose", "120 mcg/day", *BY)
    said = run("correct", path, "3", "--set", "dose=102 mcg/day", "--set", "at=x", "--reason", "r", *BY)
    assert said.exit_code == 1
    assert "is not a field" in said.output
    said = run(
        "correct", path, "3", "--set", "dose=102 mcg/day", "--clear", "drug", "--reason", "typed 120 for 102", *BY
    )
    assert said.exit_code == 0, said.output
    said = run("correct", path, "3", "--set", "dose=103 mcg/day", "--reason", "again", *BY)
    assert said.exit_code == 1
    assert "row 4 stands for it now" in said.output
    assert run("correct", path, "4", "--reason", "nothing", *BY).exit_code == 1
    assert "102 micrograms per day" not in run("history", path, "P001").output
    assert "dose_mcg_per_day: 120 mcg/day -> 102 mcg/day" in run("history", path, "P001").output
    assert "reason: typed 120 for 102" in run("history", path).output
    run("add", path, "note", "--patient", "P001", "--on", "2026-10-08", "--words", "a name by mistake", *BY)
    assert run("redact", path, "5", "words", "--reason", "held a name", *BY).exit_code == 0
    assert "[redacted]" in run("history", path, "P001").output
    moved = run("move", path, "6", "--to", "P002", "--reason", "wrong patient", *BY)
    assert moved.exit_code == 0, moved.output
    assert "to P002 | birth year not stated" in moved.output
    assert run("retract", path, "4", "--reason", "never happened", *BY).exit_code == 0
    with titration.open(path) as log:
        assert log.doses().empty
        assert log.notes(patient="P002")["words"].tolist() == ["[redacted]"]
        assert log.verify().fits


def test_a_correction_of_the_time_moves_its_day(path, run):
    run("add", path, "dose-change", *DOSE, "--at", "2026-10-08 09:30", "--dose", "120 mcg/day", *BY)
    said = run("correct", path, "2", "--set", "effective-at=2026-10-09 09:30", "--reason", "a day later", *BY)
    assert said.exit_code == 0, said.output
    with titration.open(path) as log:
        assert log.doses()["effective_on"].astype(str).tolist() == ["2026-10-09"]


def test_verify_exits_0_when_all_fits_and_1_when_not(path, run):
    import sqlite3

    head = titration.open(path).head
    assert run("verify", path).exit_code == 0
    assert run("verify", path, "--head", head[:16]).exit_code == 0
    assert run("verify", path, "--head", "0" * 16).exit_code == 1
    db = sqlite3.connect(path)
    ((sql,),) = db.execute("SELECT sql FROM sqlite_master WHERE name = 'patient_no_update'").fetchall()
    db.execute("DROP TRIGGER patient_no_update")
    db.execute("UPDATE patient SET birth_year = 1947")
    db.execute(sql)
    db.commit()
    db.close()
    said = run("verify", path)
    assert said.exit_code == 1
    assert "entry 2, table patient" in said.output


def test_backup_and_restore_never_write_over_a_file(path, run, tmp_path):
    copy, fresh = tmp_path / "copy.db", tmp_path / "fresh.db"
    assert run("backup", path, copy).exit_code == 0
    again = run("backup", path, copy)
    assert again.exit_code == 1
    assert "never written over" in again.output
    assert run("restore", copy, fresh, *BY).exit_code == 0
    assert run("restore", copy, fresh, *BY).exit_code == 1
    with titration.open(fresh) as log:
        assert log.doses().empty
        assert "parent" in log.store.properties


def test_the_chart_is_a_picture_or_words(path, run, tmp_path):
    run("add", path, "dose-change", *DOSE, "--at", "2026-10-08 09:30", "--dose", "120 mcg/day", *BY)
    assert "120 mcg/day" in run("chart", path, "P001").output
    assert run("chart", path, "P001", "-o", tmp_path / "p.png").exit_code == 0
    assert (tmp_path / "p.png").read_bytes().startswith(b"\x89PNG")
    wrong = run("chart", path, "P001", "-o", tmp_path / "p.docx")
    assert wrong.exit_code == 1
    assert "png" in wrong.output
    assert run("chart", path, "P009").exit_code == 1


def test_reports_are_written_for_every_patient_and_never_over_others(path, run, tmp_path):
    out = tmp_path / "out"
    run("add", path, "dose-change", *DOSE, "--at", "2026-10-08 09:30", "--dose", "120 mcg/day", *BY)
    said = run("report", path, "--month", "2026-10", "-o", out)
    assert said.exit_code == 0, said.output
    assert {p.suffix for p in out.glob("P001-2026-10*")} == {".pdf", ".html", ".txt", ".csv"}
    assert (out / "index-2026-10.html").exists()
    assert run("report", path, "--month", "2026-10", "-o", out).exit_code == 0
    run("correct", path, "2", "--set", "dose=102 mcg/day", "--reason", "typed 120 for 102", *BY)
    refused = run("report", path, "--month", "2026-10", "-o", out)
    assert refused.exit_code == 1
    assert run("report", path, "--month", "2026-10", "-o", out, "--replace").exit_code == 0
    assert run("report", path, "--month", "2026-13", "-o", out).exit_code == 1


def test_scales_are_listed_shown_and_added(path, run, tmp_path):
    assert "nrs_spasticity" in run("scale", "list").output
    assert "Bohannon" in run("scale", "show", "MAS").output
    assert run("scale", "show", "nothing").exit_code == 1
    toml = tmp_path / "sleep.toml"
    toml.write_text(
        '[[scale]]\ncode = "sleep"\nversion = "site-1"\nname = "Sleep"\nreporters = ["patient"]\nlow = 0\nhigh = 10\nmore_is = "worse sleep"\n'
    )
    assert run("scale", "add", path, toml, *BY).exit_code == 0
    assert "sleep" in run("scale", "list", path).output
    assert "sleep" in run("scale", "show", "sleep", path).output
    added = run(
        "add", path, "score", "--patient", "P001", "--scale", "sleep", "--value", "3", "--on", "2026-10-08", *BY
    )
    assert added.exit_code == 0, added.output


def test_the_template_and_the_dictionary_are_printed(run):
    assert run("import", "--template", "score").output.startswith("patient,scale,observed_at")
    assert run("import", "--template", "nothing").exit_code == 1
    assert "dose_mcg_per_day\tmcg/day\tyes" in run("schema", "--dictionary").output
    assert run("schema").output.startswith("-- The tables")


def test_an_import_tells_what_it_did(path, run, tmp_path):
    good = tmp_path / "scores.csv"
    good.write_text("patient,scale,observed_on,value\nP001,NRS,2026-10-08,4\nP001,NRS,2026-10-09,0\n")
    dry = run("import", path, good, "--dry-run")
    assert "would store 2 score" in dry.output
    assert run("import", path, good).exit_code == 2
    assert "stored 2 score" in run("import", path, good, *BY).output
    assert "nothing was added" in run("import", path, good, *BY).output
    good.write_text(
        "patient,scale,observed_on,value\nP001,NRS,2026-10-08,5\nP001,NRS,2026-10-10,11\nP009,NRS,2026-10-10,1\n"
    )
    bad = run("import", path, good, *BY)
    assert bad.exit_code == 1
    for told in ("row 2, value=5.0: the log has 4.0 in row 2", "row 3", "row 4, patient=P009"):
        assert told in bad.output
    assert (tmp_path / "scores.csv.faults.csv").exists()
    with titration.open(path) as log:
        assert log.scores()["value"].tolist() == [4, 0]
    assert run("import", path).exit_code == 2


def test_the_demo_is_made_once_and_a_clinics_file_left_alone(path, run, tmp_path):
    said = run("demo", path)
    assert said.exit_code == 1
    assert "left alone" in said.output
    demo = tmp_path / "demo.db"
    assert "made" in run("demo", demo).output
    before = demo.read_bytes()
    assert "is there already" in run("demo", demo).output
    assert demo.read_bytes() == before


@pytest.mark.parametrize("words", [["history"], ["chart", "P001"], ["verify"], ["add", "note"]])
def test_a_missing_log_is_one_sentence_and_exit_status_1(words, tmp_path):
    verb, *rest = words
    more = ["--patient", "P1", "--words", "x", "--on", "2026-10-08", "--by", "c"] if verb == "add" else []
    done = subprocess.run(
        [sys.executable, "-m", "titration", verb, str(tmp_path / "no.db"), *rest, *more],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("Error: there is no log at")
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_adding_needs_no_pandas(path, tmp_path):
    code = (
        "import sys; from titration.cli import main\n"
        "try: main()\nexcept SystemExit: print([m for m in ('pandas', 'matplotlib', 'sqlite_utils') if m in sys.modules])"
    )
    words = ["add", str(path), "visit", "--patient", "P001", "--on", "2026-10-08", "--visit", "phone", "--by", "c"]
    done = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True, check=True)
    assert done.stdout.endswith("[]\n"), done.stdout


def test_an_older_backup_is_verified_as_a_copy(path, run, tmp_path):
    copy = tmp_path / "copy.db"
    run("backup", path, copy)
    run("add", path, "visit", "--patient", "P001", "--on", "2026-10-08", "--visit", "phone", *BY)
    refused = run("verify", copy)
    assert refused.exit_code == 1
    assert "an older backup is verified with --copy" in refused.output
    assert run("verify", copy, "--copy").exit_code == 0
