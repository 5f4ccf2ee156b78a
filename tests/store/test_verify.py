"""What `verify` finds when somebody changed a log behind its triggers, and what it cannot find without paper."""

import json
import shutil
import sqlite3

import pytest
from store import attacks

import titration
from titration import errors
from titration.store import head, schema, seal
from titration.store.verify import verify


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
