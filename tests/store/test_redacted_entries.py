"""A name in an entry's reason, answers, card or source is blanked like a name in a record: the seals still fit."""

import sqlite3

import build
import pytest
from click.testing import CliRunner
from store import attacks

import titration
from titration import errors
from titration.cli import main

NAME = "Person-One"  # made up; it must be nowhere in the file afterwards


@pytest.fixture
def named(log):
    """Entry 4 says the name in the reasons of a correction and of its row; entry 5 in answers, card and reason."""
    row = log.append(build.dose("2026-03-01T09:30+00:00", 102, reason="planned review")).rows[0]  # 3
    log.correct(row, build.dose("2026-03-01T09:30+00:00", 120, reason="planned review"), reason=f"typed for {NAME}")
    log.append(
        build.dose("2026-04-01", 1200, reason="planned"),
        confirm=Named(),
        reason=f"seen: {NAME}",
        card=f"card of {NAME}",
    )
    return log


class Named(dict):
    def get(self, key, default=None):
        return f"{NAME} said so"


def test_each_text_of_an_entry_is_blanked_and_the_rest_stays(named):
    assert NAME.encode() in named.path.read_bytes()
    assert len(attacks.rows(named.path, "SELECT 1 FROM answer WHERE entry = 5")) >= 1
    for entry, field in ((4, "reason"), (5, "reason"), (5, "answers"), (5, "card")):
        told = named.redact_entry(entry, field, reason="a name")
        with pytest.raises(errors.RowNotFound, match=f"entry {entry} has no {field}, or it was redacted before"):
            named.redact_entry(entry, field, reason="a name")
        assert told.entry > 5
    assert NAME.encode() not in named.path.read_bytes()  # and no trace of it in a free page
    assert named.verify().fits
    assert named.doses()["dose_mcg_per_day"].tolist() == [120, 1200]
    assert attacks.rows(named.path, "SELECT DISTINCT text FROM words JOIN redaction ON words.id = redaction.words") == [
        (None,)
    ]
    assert "redacted" in str(named.history("P001")["reason"].tolist())


def test_the_reason_of_a_redaction_can_be_redacted_itself(named):
    said = named.redact_entry(4, "reason", reason=f"held the name {NAME}")
    named.redact_entry(said, "reason", reason="so did this")
    assert attacks.rows(
        named.path,
        "SELECT words.text FROM redaction JOIN words ON words.id = redaction.reason WHERE redaction.entry = 6",
    ) == [(None,), (None,)]
    assert named.verify().fits


def test_what_is_no_text_of_an_entry_is_refused(named):
    with pytest.raises(
        errors.RowNotFound, match="'by' is no free text of an entry; those are reason, card, source, answers"
    ):
        named.redact_entry(4, "by", reason="a name")
    with pytest.raises(errors.RowNotFound, match="entry 99 has no reason"):
        named.redact_entry(99, "reason", reason="a name")
    with pytest.raises(sqlite3.IntegrityError), attacks.raw(named.path) as db:
        db.execute("UPDATE words SET text = NULL, salt = NULL WHERE text = 'planned review'")  # without a redaction


def test_the_shell_redacts_an_entry(named):
    named.close()
    words = ["redact", str(named.path), "4", "reason", "--entry", "--reason", "a name", "--by", "clinician-2"]
    told = CliRunner().invoke(main, words)
    assert told.exit_code == 0, told.output
    with titration.open(named.path) as again:
        assert "typed for" not in str(again.history("P001")["reason"].tolist())
        assert again.verify().fits
