"""What `verify` finds when somebody changed a log behind its triggers, and what it cannot find without paper."""

import json
import shutil
import sqlite3

import pytest
from store import attacks

import titration
from titration import errors
from titration.store import head, schema, seal, verify

# entry 4 wrote row 4 (the dose of 102), 5 row 5 (flex) with steps 6 and 7, 6 the scores 8 to 26, 7 rows 27 and 28,
# 8 the note 29, 9 the dose 30, 10 rows 31 to 36; 11 corrected row 4 by 37, 12 moved entry 7 to rows 38 and 39,
# 13 retracted row 29, 14 redacted its text, 15 wrote the visit 40
FORGERIES = {
    "a value": ("UPDATE score SET value = value + 1 WHERE row = 10", "block of entry 6, table score, rows 8 to 26"),
    "a value by the last bit": (
        "UPDATE dose_change SET dose_mcg_per_day = 120.00000000000001 WHERE row = 37",
        "block of entry 11, table dose_change, rows 37 to 37",
    ),
    "a value into nothing": ("UPDATE refill SET withdrawn_ml = NULL", "block of entry 10, table refill"),
    "nothing into a value": ("UPDATE refill SET injected_ml = 40.0", "block of entry 10, table refill"),
    "the patient": (
        "UPDATE note SET patient = patient + 1 WHERE row = 29",
        "block of entry 8, table note, rows 29 to 29",
    ),
    "the time of a dose": ("UPDATE dose_change SET effective_at = effective_at + 1 WHERE row = 5", "block of entry 5"),
    "its offset": ("UPDATE dose_change SET effective_offset_min = 0 WHERE row = 5", "block of entry 5"),
    "a step of a program": (
        "UPDATE dose_step SET rate_mcg_per_h = 5.0 WHERE row = 7",
        "block of entry 5, table dose_step",
    ),
    "the parent of a step": (
        "UPDATE dose_step SET of = 30 WHERE row = 7",
        "block of entry 5, table dose_step, rows 6 to 7",
    ),
    "what a code says": ("UPDATE code SET text = 'P003' WHERE text = 'P001'", "block of entry 2, table code"),
    "who wrote an entry": ("UPDATE entry SET by = 'clinician-2' WHERE entry = 8", "entry 8: who, when, why"),
    "the account": ("UPDATE entry SET account = 'x' WHERE entry = 8", "entry 8: who, when, why"),
    "the computer": ("UPDATE entry SET host = 'x' WHERE entry = 8", "entry 8: who, when, why"),
    "the program": ("UPDATE entry SET program = 'x' WHERE entry = 8", "entry 8: who, when, why"),
    "what an entry did": ("UPDATE entry SET action = 'import' WHERE entry = 8", "entry 8: who, when, why"),
    "when it was written": (
        "UPDATE entry SET recorded_at = recorded_at - 60 WHERE entry = 9",
        "entry 9: who, when, why",
    ),
    "the offset of that": ("UPDATE entry SET recorded_offset_min = 60 WHERE entry = 9", "entry 9: who, when, why"),
    "the reason of an entry": ("UPDATE entry SET reason = NULL WHERE entry = 11", "entry 11: who, when, why"),
    "the card of an entry": ("UPDATE entry SET card = NULL WHERE entry = 4", "entry 4: who, when, why"),
    "the source of an entry": ("UPDATE entry SET source = 1 WHERE entry = 4", "entry 4: who, when, why"),
    "the sealed layout's digest": (
        "UPDATE entry SET facts = 2, last_row = 41 WHERE entry = 15",
        "entry 15: who, when, why",
    ),
    "a seal": ("UPDATE entry SET seal = zeroblob(32) WHERE entry = 3", "entry 3: who, when, why"),
    "a link of the chain": ("UPDATE entry SET previous = zeroblob(32) WHERE entry = 3", "entry 3 does not follow"),
    "a row taken out": (
        "DELETE FROM score WHERE row = 10",
        "entry 6, table score, rows 8 to 26: 18 of its 19 rows are there",
    ),
    "the last row taken out": (
        "DELETE FROM visit WHERE row = 40",
        "entry 15, table visit, rows 40 to 40: 0 of its 1 rows",
    ),
    "a row put in at the end": (
        "INSERT INTO visit (row, entry, patient, visited_on, visit) SELECT 41, entry, patient, visited_on, visit"
        " FROM visit WHERE row = 40",
        "table visit holds 3 rows, and the journal knows of 2",
    ),
    "a row moved to another entry": ("UPDATE note SET entry = 9 WHERE row = 29", "block of entry 8, table note"),
    "a row moved to another number": ("UPDATE note SET row = 90 WHERE row = 29", "block of entry 8, table note"),
    "an amendment taken out": ("DELETE FROM amendment WHERE row = 29", "block of entry 13, table amendment"),
    "an amendment of another row": (
        "UPDATE amendment SET row = 30 WHERE row = 29",
        "block of entry 13, table amendment",
    ),
    "the kind of an amendment": (
        "UPDATE amendment SET kind = 'corrected' WHERE row = 29",
        "block of entry 13, table amendment",
    ),
    "what an amendment points to": (
        "UPDATE amendment SET replaced_by = 30 WHERE row = 4",
        "block of entry 11, table amendment",
    ),
    "the reason of an amendment": (
        "UPDATE amendment SET reason = 1 WHERE row = 4",
        "block of entry 11, table amendment",
    ),
    "an amendment put in": (
        "INSERT INTO amendment SELECT 99, 15, 30, 'entered in error', NULL, reason FROM amendment LIMIT 1",
        "table amendment holds 5 rows, and the journal knows of 4",
    ),
    "words": ("UPDATE words SET text = text || '.' WHERE id = 2", "free text 2 was changed"),
    "salt": ("UPDATE words SET salt = randomblob(16) WHERE id = 2", "free text 2 was changed"),
    "no salt": ("UPDATE words SET salt = NULL WHERE id = 2", "free text 2 was changed"),
    "a digest of words": ("UPDATE words SET digest = randomblob(32) WHERE id = 2", "table words"),
    "words taken out": ("UPDATE words SET text = NULL, salt = NULL WHERE id = 2", "free text 2 was taken out without"),
    "words that are bytes": ("UPDATE words SET salt = CAST('x' AS BLOB) WHERE id = 2", "free text 2 was changed"),
    "a scale": ("UPDATE scale SET definition = replace(definition, '10', '11')", "table scale"),
    "a question's answer": ("UPDATE answer SET reason = question", "block of entry 9, table answer"),
    "the zone": ("UPDATE property SET value = 'America/New_York' WHERE name = 'zone'", "entry 1, table property"),
    "the layout": ("UPDATE property SET value = '{}' WHERE name = 'layout 1'", "a block of rows was read"),
    "the digest of a block": (
        "UPDATE block SET digest = zeroblob(32) WHERE entry = 6 AND \"table\" = 'score'",
        "entry 6:",
    ),
    "the length of a block": ("UPDATE block SET n = 18 WHERE entry = 6 AND \"table\" = 'score'", "entry 6:"),
    "the start of a block": ("UPDATE block SET first_row = 9 WHERE entry = 6 AND \"table\" = 'score'", "entry 6:"),
    "the table of a block": (
        "UPDATE block SET \"table\" = 'visit' WHERE entry = 6 AND \"table\" = 'score'",
        "entry 6:",
    ),
    "a block of another entry": ("UPDATE block SET entry = 7 WHERE entry = 6", "entry 6:"),
    "a block taken out": ("DELETE FROM block WHERE entry = 6", "entry 6:"),
    "a block of an entry to come": (
        'INSERT INTO block SELECT 999, 16, "table", 41, 1, 1, digest FROM block LIMIT 1',
        "there are blocks of an entry 16 that is not there",
    ),
    "an entry taken out": ("DELETE FROM entry WHERE entry = 9", "entry 9 is missing: the next one there is 10"),
    "an entry put in": (
        "INSERT INTO entry SELECT 16, recorded_at, 0, by, account, host, action, source, source_sha256, reason, card,"
        " program, 1, NULL, 0, 40, seal, randomblob(32) FROM entry WHERE entry = 15",
        "entry 16: who, when, why",
    ),
    "a row that points nowhere": (
        "UPDATE note SET patient = 999 WHERE row = 29",
        "note, row 29 points at a row of code",
    ),
}


@pytest.mark.parametrize(("sql", "named"), FORGERIES.values(), ids=FORGERIES)
def test_a_forgery_is_named_by_its_first_block_or_entry(grown, sql, named):
    attacks.forge(grown, sql)
    titration.open(grown).close()  # an open sees only the structure and the head: that is why there is verify
    found = verify(grown)
    assert not found.fits
    assert named in str(found)
    assert str(found).startswith(f"{grown} does not fit its seals:")


def test_an_untouched_log_fits_and_says_how_far_that_goes(grown):
    found = verify(grown)
    assert (found.fits, found.entries, found.facts, found.faults) == (True, 15, 40, ())
    number, sealed = found.head
    assert f"15 entries, 40 facts; head {number} {seal.short(sealed)}" in str(found)
    assert "compare the head with a printed report" in str(found)


def test_two_rows_that_changed_places_are_found(grown):
    attacks.forge(
        grown, "UPDATE score SET row = -1 WHERE row = 9", "UPDATE score SET row = 9 WHERE row = 10",
        "UPDATE score SET row = 10 WHERE row = -1",
    )  # fmt: skip
    assert "block of entry 6, table score, rows 8 to 26: one of these rows of score was changed" in str(verify(grown))


def test_a_redacted_text_put_back_is_found(grown):
    with titration.open(grown) as log:
        ((number,),) = log._store.query("SELECT words FROM redaction")
    attacks.forge(grown, f"UPDATE words SET text = 'comfortable', salt = zeroblob(16) WHERE id = {number}")
    assert f"free text {number} was redacted, and is there again" in str(verify(grown))


def test_a_redacted_text_whose_salt_came_back_is_found(grown):
    ((number,),) = attacks.rows(grown, "SELECT words FROM redaction")
    attacks.forge(grown, f"UPDATE words SET salt = zeroblob(16) WHERE id = {number}")
    assert not verify(grown).fits


def test_a_redaction_that_nobody_entered_is_found(grown):
    with attacks.raw(grown) as db:  # no trigger stops an insert; the journal does not know of it
        db.execute("INSERT INTO redaction VALUES (99, 15, 2, 1)")
        db.execute("UPDATE words SET text = NULL, salt = NULL WHERE id = 2")
    assert "table redaction holds 2 rows, and the journal knows of 1" in str(verify(grown))


def cut_off(path, last):
    """Take out every entry after `last`, with everything it wrote: the file fits its seals again."""
    tables = [t for t in attacks.tables(path) if t != "entry"]
    attacks.forge(
        path,
        f"UPDATE words SET salt = NULL WHERE id IN (SELECT words FROM redaction WHERE entry > {last})",
        *(f'DELETE FROM "{t}" WHERE entry > {last}' for t in [*tables, "entry"]),
    )


def test_newest_entries_cut_off_are_found_by_the_head_on_paper_and_by_the_head_kept_here(grown):
    paper = verify(grown).head
    short, full = seal.short(paper[1]), paper[1].hex()
    cut_off(grown, 14)
    assert verify(grown).fits
    assert verify(grown).entries == 14
    for printed in (short, full, short.upper().replace("-", " ")):
        found = verify(grown, printed)
        assert found.faults == (
            f"no entry of the file has the head {printed}: it was rolled back, cut off or rewritten since it was printed",
        )
    with titration.open(grown) as log:
        head.keep(log._store.properties["id"], *paper)
    assert "this computer has seen entry 15" in str(verify(grown))
    assert verify(grown, alone=True).fits
    with pytest.raises(
        errors.LogRolledBack, match=r"entry 15 had the seal .* the file ends at entry 14\. .*titration restore"
    ):
        titration.open(grown)


def test_an_older_head_on_paper_is_looked_for_among_the_entries(grown):
    ((sealed,),) = attacks.rows(grown, "SELECT seal FROM entry WHERE entry = 7")
    assert verify(grown, seal.short(sealed)).fits
    assert not verify(grown, sealed.hex()[:15]).fits  # too short to say anything
    assert not verify(grown, "").fits
    assert not verify(grown, "not a head at all").fits


def test_a_whole_file_rolled_back_is_refused_at_the_next_open(tmp_path, log):
    older = shutil.copy(log.path, tmp_path / "older.db")
    log.append(titration.Patient(patient="P002"))
    log.close()
    shutil.copy(older, log.path)
    before = log.path.read_bytes()
    for by in (None, "clinician-1"):
        with pytest.raises(errors.LogRolledBack, match="An older copy was put in its place"):
            titration.open(log.path, by=by)
    assert log.path.read_bytes() == before
    assert "rolled back, cut off or rewritten" in str(verify(log.path))


def test_a_history_that_went_on_differently_after_a_roll_back_is_refused(tmp_path, log):
    older = shutil.copy(log.path, tmp_path / "older.db")
    log.append(titration.Patient(patient="P002"))
    log.close()
    rebuilt(older, "clinician-2")
    shutil.copy(older, log.path)
    with pytest.raises(errors.LogRolledBack, match="with another one"):
        titration.open(log.path)


def rebuilt(path, by):
    """Another entry at the end of a rolled-back file, made by the program itself on another computer."""
    import os

    mine = os.environ["TITRATION_STATE"]
    os.environ["TITRATION_STATE"] = str(path.parent / "elsewhere")
    try:
        with titration.open(path, by=by) as other:
            other.append(titration.Patient(patient="P009"))
    finally:
        os.environ["TITRATION_STATE"] = mine


def recomputed(path):
    """Write every digest and seal anew, as somebody can who has this program's source."""
    with attacks.raw(path) as db:
        layouts = json.loads(db.execute("SELECT value FROM property WHERE name = 'layout 1'").fetchone()[0])
        previous, statements = seal.GENESIS, []
        for (entry,) in db.execute("SELECT entry FROM entry ORDER BY entry").fetchall():
            lines = []
            for number, table, first, n, version in db.execute(
                'SELECT id, "table", first_row, n, schema_version FROM block WHERE entry = ? ORDER BY id', (entry,)
            ).fetchall():
                columns, key = layouts[table], schema.key(table)
                chosen = ", ".join(f'"{c}"' for c in columns)
                found = db.execute(
                    f'SELECT {chosen} FROM "{table}" WHERE {key} BETWEEN {first} AND {first + n - 1} ORDER BY {key}'
                )
                digest = seal.block_digest(table, columns, found.fetchall())
                lines.append(seal.block_line(table, first, n, version, digest))
                statements.append(f"UPDATE block SET digest = x'{digest.hex()}' WHERE id = {number}")
            header = db.execute(
                "SELECT entry, recorded_at, recorded_offset_min, by, account, host, action, source, source_sha256, reason,"
                " card, program, schema_version, schema_digest, facts, last_row FROM entry WHERE entry = ?", (entry,)
            ).fetchone()  # fmt: skip
            sealed = seal.entry_seal(previous, header, lines)
            statements.append(
                f"UPDATE entry SET previous = x'{previous.hex()}', seal = x'{sealed.hex()}' WHERE entry = {entry}"
            )
            previous = sealed
    attacks.forge(path, *statements)


def test_a_chain_written_anew_from_the_start_fits_and_only_paper_says_otherwise(grown):
    paper = verify(grown).head[1]
    recomputed(grown)
    assert verify(grown, paper.hex()).fits  # nothing was changed yet, so nothing changes
    attacks.forge(grown, "UPDATE score SET value = value + 1 WHERE row = 10")
    recomputed(grown)
    assert verify(grown).fits  # by design: the file alone cannot tell
    assert verify(grown).head[1] != paper
    assert "rewritten since it was printed" in str(verify(grown, seal.short(paper)))


def test_an_empty_journal_is_found(grown):
    attacks.forge(grown, "DELETE FROM entry")
    found = verify(grown)
    assert "there is no entry at all" in str(found)
    assert (found.head, found.entries, found.facts) == (None, 0, 0)


def test_numbers_that_were_not_what_the_rows_say_are_found_even_when_resealed(grown):
    attacks.forge(grown, "UPDATE entry SET facts = 3 WHERE entry = 15")
    recomputed(grown)
    assert "entry 15 announces 3 facts, and the rows go from 40 to 40" in str(verify(grown))


def test_a_verify_that_cannot_read_says_that_another_program_holds_the_log(grown, monkeypatch):
    from titration.store import connection

    monkeypatch.setattr(connection, "WAIT_SECONDS", 0.05)
    with attacks.raw(grown) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(errors.LogBusy):
            verify(grown)
    assert verify(grown).fits


def test_a_file_that_is_no_log_is_not_verified(tmp_path):
    with pytest.raises(errors.LogNotFound):
        verify(tmp_path / "nothing.db")
    with sqlite3.connect(tmp_path / "other.db") as db:
        db.execute("CREATE TABLE x (y)")
    db.close()
    with pytest.raises(errors.NotALog):
        verify(tmp_path / "other.db")
