"""The audit: who wrote what and why, what was late, unsigned or blanked, and whether the file fits its seals."""

import datetime as dt
import sqlite3

import pytest
from build import ANYTHING

import titration
from titration import DoseChange, Note, Patient, Score, errors
from titration.records import Refill


def dose(mcg, at="2026-11-20T09:30+00:00", **more):
    return DoseChange(patient="P001", effective_at=at, mode="simple continuous", dose_mcg_per_day=mcg, **more)


@pytest.fixture
def busy(log):
    """A log with one of everything the audit tells of; entry 1 is its beginning and entry 2 its patient."""
    log.append(Patient(patient="P002"), dose(120))  # 3: rows 2 and 3
    log.append(dose(1200, "2026-11-21T09:30+00:00"), confirm=ANYTHING)  # 4: row 4, a question answered
    log.correct(3, dose(102), reason="typed 120 for 102")  # 5
    made = log.append(Note(patient="P001", noted_on="2026-11-21", words="a name by mistake"))  # 6: row 6
    log.redact(made.rows[0], "words", reason="held a name")  # 7
    log.move(made, to="P002", reason="of the other patient")  # 8
    log.append(Refill(patient="P001", filled_on="2026-10-01", injected_ml=40))  # 9: 53 days late
    return log


def facts(log, *days, **more):
    return {fact.id: fact.text for fact in log.audit(*days, **more).facts}


def ending(found, stem, name):
    return [text for fact_id, text in found.items() if fact_id.startswith(stem) and fact_id.endswith(f".{name}")]


def test_what_was_done_stands_with_who_whose_and_why(busy):
    found = facts(busy)
    assert ending(found, "amendment.", "what") == [
        "corrected: Daily dose was 120 mcg/day, now 102 mcg/day", "moved from P001 to P002",
    ]  # fmt: skip
    assert ending(found, "amendment.", "reason") == ["typed 120 for 102", "of the other patient"]
    assert ending(found, "amendment.", "by") == ["clinician-1", "clinician-1"]
    assert ending(found, "redaction.", "reason")[0] == "held a name"
    assert ending(found, "redaction.", "record")[0].startswith("note, row 6")
    assert "a name by mistake" not in busy.audit().text()


def test_a_question_stands_with_its_answer_and_entry(busy):
    found = facts(busy)
    assert "1200 mcg/day is 10 times the last dose entered" in ending(found, "answer.4", "question")[0]
    assert ending(found, "answer.4", "reason")[0] == "the pump shows this"


def test_what_was_written_late_stands_also_when_the_question_about_it_was_closed(busy):
    before = ending(facts(busy), "late.refill", "says")
    busy.close_finding("written-late", int(busy.refills()["row"].iloc[0]), reason="from the paper chart")
    after = facts(busy)
    assert before == ending(after, "late.refill", "says") == ["written 53 days after its day, 2026-10-01"]
    assert ending(after, "closed.", "reason") == ["from the paper chart"]


def test_entries_are_counted_by_whom_and_of_what_kind(busy):
    found = facts(busy)
    assert found["entry.count"] == "Entries written: 9; facts in them: 8."
    assert found["entry.clinician-1.append.n"] == "5"
    assert found["entry.clinician-1.redact.facts"] == "0"


def test_entries_no_statement_covers_are_named_in_the_order_of_the_codes(busy):
    found = facts(busy)
    assert found["unsigned.count"] == "Entries written in these days with a fact no statement covers: 4."
    assert [found["unsigned.p001.entries"], found["unsigned.p002.entries"]] == ["4, 5, 9", "8"]


def test_only_the_days_asked_for_are_told_and_nothing_of_a_later_entry(busy, clock):
    clock.on(days=3)
    busy.append(Score(patient="P001", scale="NRS", observed_on="2026-11-26", value=4))
    later = facts(busy, "2026-11-26", "2026-11-26")
    assert later["entry.count"] == "Entries written: 1; facts in them: 1."
    assert not ending(later, "amendment.", "what")
    assert facts(busy, "2026-11-23", "2026-11-26", asof=4)["entry.count"] == "Entries written: 4; facts in them: 4."


def test_a_clock_that_ran_backwards_is_counted(busy, clock):
    assert facts(busy)["entry.clock"].endswith("before: 0.")
    clock.now -= dt.timedelta(days=1)
    busy.append(Note(patient="P001", noted_on="2026-11-20", words="seen"))
    assert facts(busy)["entry.clock"].endswith("before: 1.")


def test_a_file_that_fits_says_so_and_one_that_was_changed_says_where(busy):
    assert facts(busy)["verify.fits"] == "The whole file fits its seals."
    with sqlite3.connect(busy.path) as raw:
        (sql,) = raw.execute("SELECT sql FROM sqlite_master WHERE name = 'dose_change_no_update'").fetchone()
        raw.execute("DROP TRIGGER dose_change_no_update")
        raw.execute("UPDATE dose_change SET dose_mcg_per_day = 111 WHERE row = 4")
        raw.execute(sql)
    raw.close()
    found = facts(busy)
    assert found["verify.fits"] == "The file does not fit its seals:"
    assert "row 4 was changed" in found["verify.fault.1"]


def test_a_log_with_nothing_in_those_days_says_so_and_days_that_cannot_be_are_refused(log, tmp_path):
    said = " ".join(log.audit("2020-01-01", "2020-01-31").text().split())
    assert "Entries none written in these days" in said
    assert [p.suffix for p in log.audit().save(tmp_path)] == [".pdf", ".html", ".txt", ".csv"]
    with pytest.raises(errors.InvalidEntry, match="from=soon"):
        log.audit("soon")


def test_reading_it_needs_no_name_and_no_right_to_write(busy):
    busy.path.chmod(0o400)
    with titration.open(busy.path) as reading:
        assert reading.audit().facts
