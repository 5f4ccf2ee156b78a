"""Free text can be blanked for good: it is nowhere in the file any more, and the seals still fit."""

import dataclasses

import build
import pytest
from store import attacks

import titration
from titration import errors
from titration.store.verify import verify

NAME = "zzyzx-quux-text"  # a text that stands nowhere else


def bytes_of(log):
    log._store.query("SELECT 1")
    return log.path.read_bytes()


def note(log, words, on="2026-10-08"):
    return log.append(titration.Note(patient="P001", noted_on=on, words=words)).rows[0]


@pytest.mark.parametrize("length", [1, 60, 300, 580], ids="{} times".format)
def test_a_redacted_text_is_nowhere_in_the_file_any_more(log, length):
    for n in range(30):
        note(log, f"before {n} " + "x" * n * 7)
    row = note(log, " ".join([NAME] * length)[:10_000])
    for n in range(30):
        note(log, f"after {n} " + "y" * n * 11)
    assert NAME.encode() in bytes_of(log)
    log.redact(row, "words", reason="a name")
    assert NAME.encode() not in bytes_of(log)
    assert NAME[:6].encode() not in bytes_of(log)
    assert {p.name for p in log.path.parent.iterdir() if p.is_file()} == {"clinic.db", "clinic.db.lock"}
    assert log.verify().fits
    assert log.record(row).words == "[redacted]"
    assert log.notes()["words"].tolist().count("[redacted]") == 1
    assert len(log.notes()) == 61


def test_only_that_text_is_blanked_and_every_reading_of_the_past_too(log):
    row = note(log, NAME)
    other = note(log, f"seen with {NAME}s brother")
    log.redact(row, "words", reason="a name")
    assert log.notes()["words"].tolist() == ["[redacted]", f"seen with {NAME}s brother"]
    assert log.notes(asof=3)["words"].tolist() == ["[redacted]"]  # the past too: that is the point of it
    line = log.history("P001").query(f"row == {row}").iloc[0]
    assert "[redacted]" in line["new"]
    assert NAME not in "".join(str(v) for v in line)
    assert log.record(other).words == f"seen with {NAME}s brother"


def test_the_redaction_itself_is_a_sealed_entry_with_its_reason(log):
    row = note(log, NAME)
    entry = log.redact(row, "words", reason="lawful erasure")
    (found,) = attacks.rows(
        log.path,
        "SELECT e.action, e.by, w.text FROM entry e JOIN words w ON w.id = e.reason WHERE e.entry = ?", entry.entry,
    )  # fmt: skip
    assert found == ("redact", "clinician-1", "lawful erasure")
    assert log.verify().entries == entry.entry


def test_a_second_redaction_is_refused(log):
    row = note(log, NAME)
    log.redact(row, "words", reason="a name")
    before = log.head
    with pytest.raises(errors.RowNotFound, match="has no text in words, or it was redacted before"):
        log.redact(row, "words", reason="again")
    assert log.head == before


def test_a_redaction_reaches_the_copies_of_a_text_along_corrections_and_moves(log):
    log.append(titration.Patient(patient="P002"))
    made = log.append(build.dose("2026-10-08", 102, reason=NAME), build.dose("2026-10-09", 103, reason=NAME))
    first, untouched = made.rows
    second = log.correct(first, dataclasses.replace(log.record(first), dose_mcg_per_day=120), reason="x").rows[0]
    third = log.move(log.entry_at(), to="P002", reason="x").rows[0]
    fourth = log.correct(third, dataclasses.replace(log.record(third), reason="another word"), reason="x").rows[0]
    log.redact(second, "reason", reason="a name")
    assert [log.record(r).reason for r in (first, second, third, fourth, untouched)] == [
        "[redacted]", "[redacted]", "[redacted]", "another word", NAME,
    ]  # fmt: skip
    log.redact(untouched, "reason", reason="a name")
    assert NAME.encode() not in bytes_of(log)
    assert log.verify().fits


def test_what_is_no_free_text_is_not_redacted(log):
    visit = titration.Visit(patient="P001", visited_on="2026-10-08", visit="review")
    dose, other = log.append(build.dose("2026-10-08", drug="baclofen"), visit).rows
    with pytest.raises(errors.RowNotFound, match="'drug' is no free text of a dose_change; its free texts are reason"):
        log.redact(dose, "drug", reason="x")
    with pytest.raises(errors.RowNotFound, match="its free texts are none"):
        log.redact(other, "words", reason="x")
    with pytest.raises(errors.RowNotFound, match=f"row {dose} has no text in reason"):
        log.redact(dose, "reason", reason="x")


def test_a_text_cannot_be_blanked_by_hand_without_a_redaction_that_is_found(grown):
    import sqlite3

    with attacks.raw(grown) as db, pytest.raises(sqlite3.IntegrityError, match="only ever added"):
        db.execute("UPDATE words SET text = NULL, salt = NULL WHERE id = 2")
    with attacks.raw(grown) as db, pytest.raises(sqlite3.IntegrityError, match="only ever added"):
        db.execute("UPDATE words SET text = 'back', salt = NULL WHERE id = (SELECT words FROM redaction)")
    assert verify(grown).fits


def test_the_digest_of_a_short_text_does_not_betray_it(log):
    """The same text twice has two digests: without the salt nobody can try out what it was."""
    note(log, "yes")
    note(log, "yes")
    (first, one), (_, other) = attacks.rows(log.path, "SELECT id, digest FROM words WHERE text = 'yes'")
    assert one != other
    log.redact(2, "words", reason="x")
    assert attacks.rows(log.path, "SELECT digest, salt, text FROM words WHERE id = ?", first) == [(one, None, None)]


def test_text_that_is_no_text_is_refused_and_leaves_nothing(log):
    before = log.head
    with pytest.raises(errors.TitrationError):
        log.retract(1, reason="half a character: \ud83d")
    assert log.head == before


@pytest.mark.parametrize(
    "text", ["\U0001f489 é ﷺ", "a\nb\tc", "x" * 10_000, "'; DROP TABLE score; --", "NULL"], ids=repr
)
def test_any_text_comes_back_as_it_was(log, text):
    row = note(log, text)
    assert log.record(row).words == text
    assert log.notes()["words"].tolist() == [text]
    assert log.verify().fits
