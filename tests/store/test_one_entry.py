"""What one entry costs, in counts: statements of SQLite; and that nothing is left of how it was written."""

import os
from pathlib import Path

import build

import titration
from titration import batching, frames
from titration.store import head
from titration.store.codes import MANY


def statements(log, write):
    """The statements of one entry, one that sets off a trigger told twice."""
    said = []
    log.store.db.set_trace_callback(lambda sql: said.append(sql.split("(")[0].strip()))
    with log.store.writing(log.heading("append")) as writing:
        write(writing)
    log.store.db.set_trace_callback(None)
    return said


def of_change(log):
    """The newest dose change of a log, as it goes into the store."""
    ((row,),) = log.store.query("SELECT max(row) FROM dose_change")
    with log.store.reading():
        return batching.batches([frames.record_of(log.store, row)])[0][2]


def test_a_dose_change_takes_eleven_statements_whatever_codes_it_has(log):
    log.append(build.dose("2026-01-05", 100), confirm=build.ANYTHING)
    batch = of_change(log)
    said = statements(log, lambda writing: writing.add(batch))
    assert [sql.split()[0] for sql in said] == [
        "BEGIN", "SELECT", "PRAGMA", "SELECT", *["INSERT"] * 6, "COMMIT",
    ]  # fmt: skip
    assert log.verify().fits


def test_what_another_program_wrote_meanwhile_costs_one_more_look(log):
    log.append(build.dose("2026-01-05", 100), confirm=build.ANYTHING)
    batch = of_change(log)
    with titration.open(log.path, by="clinician-2") as other:
        other.append(build.score())
    said = statements(log, lambda writing: writing.add(batch))
    assert len([sql for sql in said if sql.startswith("SELECT seal FROM entry")]) == 1  # ours is still there
    assert log.verify().fits


def test_a_code_that_comes_twice_in_one_entry_is_entered_once_and_keeps_its_number(log):
    fresh = [f"Q{n:03d}" for n in range(MANY + 1)]  # so many are looked up all at once
    with log.store.writing(log.heading("append")) as writing:
        first = writing.code("fresh")
        writing._codes.look_up([*fresh, None, "fresh", "P001"])
        writing._codes.enter([*fresh, None, "fresh", "P001"])
        numbers = dict(writing._codes.numbers)
    assert [writing.code(text) for text in ("fresh", "P001")] == [first, log.store.code("P001")]
    assert [numbers[text] for text in fresh] == list(range(first + 1, first + 2 + MANY))
    assert log.store.code(fresh[-1]) == numbers[fresh[-1]]
    assert log.verify().fits


def test_what_a_stopped_program_left_beside_the_note_of_the_head_is_taken_away(log):
    note = Path(head._file(log.store.properties["id"]))
    left = note.with_suffix(f".{os.getpid()}.tmp")
    left.write_bytes(b"half a no")
    entry = log.append(build.score())
    assert head.kept(log.store.properties["id"]) == (entry.entry, bytes.fromhex(entry.seal))
    assert list(note.parent.iterdir()) == [note]
    assert note.stat().st_mode & 0o777 == 0o600


def test_a_lock_that_was_taken_away_is_made_again_with_the_rights_of_the_log(log):
    lock = log.path.with_name(f"{log.path.name}.lock")
    lock.unlink()
    log.append(build.score())
    assert lock.stat().st_mode & 0o777 == 0o600
    log.append(build.score("2026-10-09"))  # who made it has let it go
    assert log.verify().fits
