"""An entry is wholly there and durable, or not there at all: exceptions, kills, full disks, other programs."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
from store import attacks
from torture import kills

import titration
from titration import errors
from titration.store.verify import verify
from titration.store.writing import Author, Heading


class Faulty(sqlite3.Connection):
    """A real connection that raises before or after its n-th statement."""

    def __init__(self, *args, **more):
        super().__init__(*args, **more)
        self.left, self.fault, self.after = None, None, False

    def _counted(self, run, *args):
        if self.left is None:
            return run(*args)
        self.left -= 1
        if self.left == 0 and not self.after:
            self.left = None
            raise self.fault
        made = run(*args)
        if self.left == 0:
            self.left = None
            raise self.fault
        return made

    def execute(self, *args):
        return self._counted(super().execute, *args)

    def executemany(self, *args):
        return self._counted(super().executemany, *args)


@pytest.fixture
def faulty(log, monkeypatch):
    """The log again, over a connection that can be told to fail."""
    log.close()
    plain = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *a, **more: plain(*a, **{**more, "factory": Faulty}))
    with titration.open(log.path, by="clinician-1", clock=log._clock) as made:
        yield made


def everything(path):
    with attacks.raw(path) as db:
        return [db.execute(f'SELECT * FROM "{t}" ORDER BY 1').fetchall() for t in attacks.tables(path)]


@pytest.mark.parametrize(
    "fault", [KeyboardInterrupt(), MemoryError(), sqlite3.OperationalError("disk I/O error")], ids=repr
)
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_fault_at_any_statement_of_an_append_leaves_nothing(faulty, fault, after):
    before, db = everything(faulty.path), faulty._store.db
    for n in range(1, 200):
        db.left, db.fault, db.after = n, fault, after
        try:
            attacks.visit(faulty)
        except (KeyboardInterrupt, MemoryError, errors.StorageFailed):
            now = everything(faulty.path)
            if now != before:  # only a fault after the COMMIT itself finds the entry there, and then wholly
                assert after
                break
            assert not db.in_transaction
        else:
            assert db.left is not None
            break
    db.left = None
    assert n > 20
    assert len(faulty.doses()) == 1
    assert len(faulty.frame("dose_step")) == 2
    assert verify(faulty.path).fits


def test_an_interrupt_inside_sqlite_leaves_nothing(log):
    before, db = everything(log.path), log._store.db
    for steps in (1, 10, 100, 500, 1000, 2000):
        calls = iter(range(steps + 1))
        db.set_progress_handler(lambda calls=calls, last=steps: next(calls, None) == last, 1)
        with pytest.raises(errors.StorageFailed, match="interrupted"):
            attacks.visit(log)
        db.set_progress_handler(None, 1)
        assert everything(log.path) == before
    attacks.visit(log)
    assert verify(log.path).fits


HEADING = Heading("append", Author("clinician-1", "account", "host", "program"), 0)


def broken_off(log, act, fault=None):
    """An entry of which `act` writes something, and that then breaks off."""
    with log._store.writing(HEADING) as writing:
        act(writing)
        raise fault or ZeroDivisionError


def test_a_fault_of_the_caller_inside_a_writing_leaves_nothing(log):
    before = everything(log.path)
    with pytest.raises(ZeroDivisionError):
        broken_off(log, lambda writing: writing.code("new"))
    assert everything(log.path) == before


def test_an_undoing_that_fails_too_lets_go_of_the_file(faulty):
    before, db = everything(faulty.path), faulty._store.db

    def doom(writing):
        writing.code("new")
        db.left, db.fault = 1, sqlite3.OperationalError("disk I/O error")  # at the ROLLBACK

    with pytest.raises(errors.StorageFailed, match="disk I/O error"):
        broken_off(faulty, doom)
    with pytest.raises(errors.LogClosed):
        faulty.scores()
    assert everything(faulty.path) == before
    with titration.open(faulty.path, by="clinician-1") as again:
        attacks.visit(again)
        assert again.verify().fits


def test_a_scale_of_another_definition_is_refused(log):
    with log._store.writing(HEADING) as writing:
        writing.scale("walk", "1", "{}")
        writing.scale("walk", "1", "{}")  # the same again is nothing new
    before = everything(log.path)
    with pytest.raises(errors.AppendRefused, match="walk, version 1, is in this log with another definition"):
        broken_off(log, lambda writing: writing.scale("walk", "1", "[]"))
    assert everything(log.path) == before


def test_the_program_itself_is_held_by_the_triggers_too(log):
    before = everything(log.path)
    with pytest.raises(errors.AppendRefused, match="rows of a log are only ever added"):
        broken_off(log, lambda writing: writing.db.execute("DELETE FROM code"))
    assert everything(log.path) == before


def test_a_batch_that_is_not_what_it_announces_is_no_entry(log):
    before = everything(log.path)
    with pytest.raises(AssertionError, match="patient: 2 facts announced and 1 given"):
        broken_off(log, lambda writing: writing._insert("patient", {"patient": [1]}, 2))
    with (
        pytest.raises(errors.StorageFailed, match="NOT NULL constraint failed"),
        log._store.writing(HEADING) as writing,
    ):
        writing._insert("visit", {"patient": [1]}, 1)
    assert everything(log.path) == before


def test_what_was_acknowledged_before_a_kill_is_there_after_it(log):
    log.close()
    chance, most = random.Random(7), 0
    for _ in range(10):
        with attacks.started(log.path) as child:
            assert child.stdout.readline() == "ready\n"
            heard = [child.stdout.readline() for _ in range(chance.randrange(1, 4))]  # a busy machine may be slow
            time.sleep(chance.random() * 0.02)
            child.send_signal(signal.SIGKILL)
            heard += child.stdout.read().split("\n")[:-1]
            most = max(most, *map(int, heard))
        found = verify(log.path)
        assert found.fits, str(found)
        assert found.entries >= most
    assert most > 10  # the kills came while it was writing
    with titration.open(log.path, by="clinician-1") as again:
        assert len(again.scores()) == found.entries - 2
        again.append(titration.Patient(patient="P002"))


def test_a_kill_in_any_kind_of_work_leaves_what_was_acknowledged(tmp_path):
    command = [sys.executable, kills.__file__, "12"]
    more = {"PYTHONPATH": str(Path(kills.__file__).parents[1])}
    found = subprocess.run(command, env=os.environ | more, capture_output=True, text=True, check=False)
    assert found.stdout.endswith("0 of 12 not whole\n"), found.stdout + found.stderr
    assert found.returncode == 0


FULL = """
    import resource, sys, titration
    from titration import Note, errors
    log = titration.open(sys.argv[1], by="clinician-1")
    size = log.path.stat().st_size
    note = Note(patient="P001", noted_on="2026-01-01", words="x" * 9000)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + 20_000, resource.RLIM_INFINITY))
    stored = 0
    try:
        while True:
            log.append(note)
            stored += 1
    except errors.StorageFailed as error:
        print(stored, len(log.notes()), error, sep="|", flush=True)
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    log.append(note)
    print(len(log.notes()), log.verify().fits, flush=True)
"""


def test_a_full_disk_is_said_and_the_log_is_as_before_and_works_again(log):
    log.close()
    with attacks.started(log.path, FULL) as child:
        first, second, *_ = child.stdout.read().split("\n")
    stored, there, said = first.split("|")
    assert stored == there
    assert "the disk refused" in said
    assert "nothing of this entry was stored" in said
    assert second == f"{int(stored) + 1} True"
    assert verify(log.path).fits
