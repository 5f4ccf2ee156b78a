"""A file that is no longer the one that was opened, and a lock that lies: nothing is stored, and what was lost is said."""

import contextlib
import shutil
import sqlite3

import build
import pytest
from store import attacks

import titration
from titration import errors
from titration.store import connection, head, place
from titration.store.verify import verify


def deleted(path):
    path.unlink()


def replaced(path):
    other = shutil.copy(path, path.with_name("other.db"))
    other.replace(path)  # the same bytes, and another file


def moved(path):
    path.rename(path.with_name("elsewhere.db"))


@pytest.mark.parametrize("how", [deleted, replaced, moved])
def test_a_log_whose_file_was_taken_away_under_it_is_neither_written_nor_read(log, how):
    log.append(build.score())
    before = log.path.read_bytes()
    how(log.path)
    for attempt in (lambda: attacks.visit(log), log.scores, log.history, lambda: log.chart("P001")):
        with pytest.raises(errors.LogClosed, match=r"was moved, deleted or replaced .*; nothing was stored"):
            attempt()
    for left in (log.path, log.path.with_name("elsewhere.db")):
        assert not left.exists() or left.read_bytes() == before
    assert not log.path.with_name("clinic.db-journal").exists()


def test_a_log_is_known_again_after_the_program_changed_its_folder(tmp_path, clock, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "other").mkdir()
    with titration.create("here.db", site="x", zone="UTC", by="clinician-1", clock=clock) as log:
        monkeypatch.chdir(tmp_path / "other")
        log.append(titration.Patient(patient="P001"))
    assert list((tmp_path / "other").iterdir()) == []  # its lock lies beside it too
    assert verify(tmp_path / "here.db").entries == 2


def written(log):
    with log._store.writing(log.heading("append")) as writing:
        writing.code("P002")


def test_a_file_replaced_at_the_very_moment_of_storing_is_said_after_it(log, monkeypatch):
    def late(known, entry, seal):
        raise AssertionError((known, entry, seal))  # the head of a file that is gone is not noted

    monkeypatch.setattr(head, "keep", late)
    looks = iter([True] * 2)  # before the lock and at the look inside it; after the commit the file is gone
    monkeypatch.setattr(place.Place, "is_same", property(lambda self: next(looks, False)))
    with pytest.raises(
        errors.StorageFailed, match=r"while entry 3 was being stored: the entry is in the file that was"
    ):
        written(log)


def test_a_drive_that_cannot_be_reached_any_more_says_so(log, monkeypatch):
    from pathlib import Path

    def gone(self):
        raise OSError(116, "Stale file handle")

    monkeypatch.setattr(Path, "stat", gone)
    with pytest.raises(errors.StorageFailed, match=r"cannot be reached any more \(Stale file handle\)"):
        log.scores()


def without_locks(monkeypatch):
    """As a network drive whose locks say yes to everybody: neither our lock file nor SQLite's own keeps anyone out."""
    real = sqlite3.connect

    def lying(database, **how):
        if str(database).startswith("file:"):
            database = f"{database}&vfs=unix-none"
        return real(database, **how)

    monkeypatch.setattr(connection, "_taken", lambda held: True)
    monkeypatch.setattr(sqlite3, "connect", lying)


def test_what_a_lying_lock_did_is_found_by_verify(log, monkeypatch):
    """Both read entry 2 as the newest; the second stores an entry 3 and is told so, the first goes on over it."""
    log.close()
    with monkeypatch.context() as lies:
        without_locks(lies)
        one = titration.open(log.path, by="clinician-1")
        two = titration.open(log.path, by="clinician-2")
        writing = one._store.writing(one.heading("append"))
        writing.__enter__().code("FIRST")
        acknowledged = two.append(titration.Patient(patient="P002"))
        with contextlib.suppress(errors.LogError):  # the other took its journal away: SQLite may notice, or not
            writing.__exit__(None, None, None)
        one.close()
        two.close()
    assert acknowledged.entry == 3
    for found in (verify(log.path), verify(log.path, alone=True)):  # here, and on a computer that never saw entry 3
        assert not found.fits
        assert "entry 3" in str(found)


def test_an_entry_this_program_stored_that_is_gone_stops_the_next_one(log, tmp_path):
    older = log.path.read_bytes()
    log.append(build.score())  # entry 3
    log.path.write_bytes(older)  # the same file, older content: as when another writer wrote over it
    shutil.rmtree(tmp_path / "state")  # and no head is kept here
    with pytest.raises(errors.LogRolledBack, match=r"entry 3, which this program stored in .*, is not there any more"):
        log.append(build.score("2026-10-09"))
    assert log.path.read_bytes() == older


def test_of_two_seals_of_one_entry_the_first_seen_is_kept(log):
    known, (entry, seal, _) = log._store.properties["id"], log._store.head()
    head.keep(known, entry, bytes(32))
    assert head.kept(known) == (entry, seal)
    head.forget(known)
    assert head.kept(known) is None
    head.forget(known)
