"""One file, several programs, threads and accounts: nobody loses anything, and who must wait or may not write is told."""

import contextlib
import multiprocessing
import os
import pathlib
import sqlite3
import subprocess
import sys
import threading
import time

import build
import pytest
from store import attacks
from torture import writers

import titration
from titration import errors
from titration.store import connection


def test_two_programs_that_write_at_once_lose_nothing_and_fit(log):
    script = attacks.WRITER.replace("10_000", "40")
    with attacks.started(log.path, script) as one, attacks.started(log.path, script) as two:
        said = [child.stdout.read().split("\n")[1:-1] for child in (one, two)]
    assert [one.returncode, two.returncode] == [0, 0]
    numbers = sorted(int(n) for lines in said for n in lines)
    assert numbers == list(range(3, 83))
    assert len(log.scores()) == 80
    assert log.verify().fits


def test_two_and_four_writers_with_readers_and_reports_beside_them_lose_nothing():
    command = [sys.executable, writers.__file__, "4"]
    more = {"PYTHONPATH": str(pathlib.Path(writers.__file__).parents[1])}
    found = subprocess.run(command, env=os.environ | more, capture_output=True, text=True, check=False)
    assert found.stdout.endswith("\n0 wrong\n"), found.stdout + found.stderr
    assert [line.split(",")[0].split(" in ")[0] for line in found.stdout.splitlines()[:2]] == [
        "2 writers: 8 entries", "4 writers: 16 entries",
    ]  # fmt: skip


def test_two_threads_of_one_notebook_take_turns(log):
    def write(faults):
        try:
            for n in range(10):
                log.append(build.score("2026-10-08", n), confirm=build.ANYTHING)
                log.scores()
        except Exception as error:  # noqa: BLE001 - whatever it is, the test shows it
            faults.append(error)

    faults = []
    threads = [threading.Thread(target=write, args=(faults,)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert len(log.scores()) == 30
    assert log.verify().fits


def test_a_log_held_by_another_program_is_busy_within_the_wait(log, monkeypatch):
    monkeypatch.setattr(connection, "WAIT_SECONDS", 0.1)
    log.close()
    with titration.open(log.path, by="clinician-1") as mine, attacks.raw(log.path) as other:
        other.execute("BEGIN IMMEDIATE")
        began = time.monotonic()
        with pytest.raises(errors.LogBusy, match=r"another program holds .*; nothing was stored, try again"):
            attacks.visit(mine)
        assert time.monotonic() - began < 5
        assert len(mine.patients()) == 1  # reading goes on
        other.execute("ROLLBACK")
        attacks.visit(mine)
        other.execute("BEGIN EXCLUSIVE")
        for attempt in (lambda: titration.open(log.path), mine.doses, lambda: mine.backup(log.path.with_name("b.db"))):
            with pytest.raises(errors.LogBusy):
                attempt()
        other.execute("ROLLBACK")
        assert not log.path.with_name("b.db").exists()


def test_a_reader_that_does_not_let_go_makes_a_writer_wait_and_then_say_so(log, monkeypatch):
    monkeypatch.setattr(connection, "WAIT_SECONDS", 0.1)
    log.close()
    with titration.open(log.path, by="clinician-1") as mine, attacks.raw(log.path) as other:
        other.execute("BEGIN")
        other.execute("SELECT * FROM entry").fetchall()
        with pytest.raises(errors.LogBusy):
            attacks.visit(mine)
        other.execute("ROLLBACK")
        assert len(mine.doses()) == 0
        attacks.visit(mine)
        assert mine.verify().fits


def test_the_writer_who_has_the_turn_is_waited_for(log, monkeypatch):
    import fcntl

    lock = log.path.with_name("clinic.db.lock")
    with lock.open("r+") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        monkeypatch.setattr(connection, "WAIT_SECONDS", 0.05)
        with pytest.raises(errors.LogBusy, match=r"another program writes to clinic\.db"):
            attacks.visit(log)
        monkeypatch.setattr(connection, "WAIT_SECONDS", 10)
        threading.Timer(0.1, lambda: fcntl.flock(held, fcntl.LOCK_UN)).start()
        attacks.visit(log)
    assert log.verify().fits


def test_a_lock_that_cannot_be_made_or_taken_refuses_to_write(log, monkeypatch):
    import fcntl

    lock = log.path.with_name("clinic.db.lock")
    lock.unlink()
    lock.mkdir()
    with pytest.raises(errors.WriteRefused, match=r"cannot make .*clinic\.db\.lock"):
        attacks.visit(log)
    lock.rmdir()

    def no_locks(*_):
        raise OSError(37, "No locks available")

    monkeypatch.setattr(fcntl, "flock", no_locks)
    with pytest.raises(errors.WriteRefused, match="cannot be locked"):
        attacks.visit(log)


READER = """
    import getpass, os, sys, titration
    from titration import errors
    path, warm = sys.argv[1:]
    def look(log):
        chart = log.chart("P001")
        report = chart.report("2026-04")
        papers = [report.html(), report.text(), report.table()]
        chart.plot().savefig(os.devnull, format="png")
        return len(chart.doses), len(log.history()), log.verify().fits, len(papers), all(papers)
    with titration.open(warm) as log:  # imports what it needs while the program's own files can be read
        look(log)
    os.setgid(65534); os.setuid(65534)
    import warnings
    warnings.simplefilter("ignore")  # others can read it: so they shall here
    with titration.open(path) as log:
        print(*look(log))
    try:
        titration.open(path, by="clinician-1")
    except errors.WriteRefused as error:
        print(error)
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_a_log_that_is_read_only_is_read_and_never_touched(grown):
    import shutil
    import tempfile

    folder = pathlib.Path(tempfile.mkdtemp(prefix="titration-read-only-"))
    folder.chmod(0o755)
    path = shutil.copy(grown, folder / "clinic.db")
    path.chmod(0o444)
    before = path.stat()
    with titration.open(grown) as log:
        lines = len(log.history())
    content = grown.read_bytes()
    with attacks.started(path, READER, grown) as child:
        first, second, *_ = child.stdout.read().split("\n")
    assert first.split() == ["3", str(lines), "True", "3", "True"]  # a chart, a picture, and the papers of a report
    assert "is read-only; it can be read, and not written to" in second
    assert path.read_bytes() == content
    assert (path.stat().st_mtime_ns, list(folder.iterdir())) == (before.st_mtime_ns, [path])
    shutil.rmtree(folder)


HIDDEN = """
    import os, sys, titration
    from titration import errors, open
    os.setgid(65534); os.setuid(65534)
    try:
        open(sys.argv[1])
    except errors.StorageFailed as error:
        print(error)
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_a_log_that_may_not_be_read_says_so(grown):
    import shutil
    import tempfile

    folder = pathlib.Path(tempfile.mkdtemp(prefix="titration-hidden-"))
    path = shutil.copy(grown, folder / "clinic.db")
    path.chmod(0o600)
    for mode, said in ((0o755, "cannot be read by this account"), (0o700, "cannot be reached (Permission denied)")):
        folder.chmod(mode)
        with attacks.started(path, HIDDEN) as child:
            assert said in child.stdout.read()
    shutil.rmtree(folder)


def test_looking_at_a_log_leaves_its_bytes_and_time_alone(grown):
    before = (grown.read_bytes(), grown.stat().st_mtime_ns)
    with titration.open(grown) as log:
        log.chart("P001")
        log.history()
        assert log.verify().fits
        log.scores(asof=6)
        with pytest.raises(errors.WriteRefused, match="open it with by="):
            log.append(titration.Patient(patient="P003"))
        with pytest.raises(errors.WriteRefused, match="open for reading"), log._store.writing(None):
            pass
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            log._store.db.execute("INSERT INTO code VALUES (999, 1, 'x')")
    assert (grown.read_bytes(), grown.stat().st_mtime_ns) == before
    assert [p.name for p in grown.parent.iterdir() if p.is_file()] == [grown.name]


def _in_a_child(log, pipe):
    said = []
    for attempt in (lambda: log.head, lambda: attacks.visit(log), log.scores, log.close):
        try:
            attempt()
            said.append("no error")
        except errors.LogClosed as error:
            said.append(str(error))
    pipe.send(said)


def test_a_log_carried_over_a_fork_is_closed_there_and_goes_on_here(log):
    mine, theirs = multiprocessing.get_context("fork").Pipe()
    child = multiprocessing.get_context("fork").Process(target=_in_a_child, args=(log, theirs))
    child.start()
    assert mine.poll(30)
    *three, closing = mine.recv()
    child.join()
    assert all("was opened by another process; open it again" in said for said in three)
    assert closing == "no error"
    attacks.visit(log)
    assert log.verify().fits


def test_a_closed_log_says_so_and_can_be_closed_again(log):
    log.close()
    log.close()
    log._store.close()
    with pytest.raises(errors.LogClosed, match="is closed"):
        log.scores()
    with pytest.raises(errors.LogClosed):
        attacks.visit(log)
    with titration.open(log.path) as again:
        assert len(again.patients()) == 1


def test_the_journal_and_the_safety_of_a_writer_are_what_the_storage_study_found_safe(log):
    said = {
        p: log._store.query(f"PRAGMA {p}")[0][0]
        for p in ("journal_mode", "synchronous", "secure_delete", "foreign_keys")
    }
    assert said == {"journal_mode": "delete", "synchronous": 3, "secure_delete": 1, "foreign_keys": 1}


def test_a_read_that_breaks_half_way_does_not_leave_a_transaction_open(log):
    with pytest.raises(errors.StorageFailed, match="no such column"), log._store.reading():
        log._store.query("SELECT missing")
    with contextlib.suppress(KeyError), log._store.reading():
        log._store.db.execute("ROLLBACK")  # as SQLite itself does when the disk fails
        raise KeyError
    assert not log._store.db.in_transaction


NETWORK = """\
22 1 254:0 / / rw,relatime - ext4 /dev/vda rw
41 22 0:36 / /mnt/clinic\\040share rw - cifs //server/share rw
42 22 0:37 / /mnt/clinic\\040share/local rw - ext4 /dev/vdb rw
43 22 0:38 / /srv/nfs rw - nfs4 server:/x rw
"""


@pytest.mark.parametrize(
    ("place", "kind"),
    [
        ("/mnt/clinic share/clinic.db", "cifs"), ("/mnt/clinic share", "cifs"), ("/mnt/clinic share 2/clinic.db", None),
        ("/mnt/clinic share/local/clinic.db", None), ("/srv/nfs/a/b.db", "nfs4"), ("/elsewhere/x.db", None),
    ],
)  # fmt: skip
def test_a_network_drive_is_known_by_the_mount_the_file_lies_on(tmp_path, place, kind):
    mounts = tmp_path / "mountinfo"
    mounts.write_text(NETWORK, encoding="utf-8")
    assert connection.network_type(pathlib.Path(place), str(mounts)) == kind
    assert connection.network_type(pathlib.Path(place), str(tmp_path / "none")) is None


def test_on_a_network_drive_a_log_is_read_and_not_written_unasked(grown, monkeypatch, clock):
    monkeypatch.setattr(connection, "network_type", lambda path: "cifs")
    with titration.open(grown) as log:
        assert len(log.patients()) == 2
    with pytest.raises(errors.WriteRefused, match="network drive"):
        titration.open(grown, by="clinician-1")
    with titration.open(grown, by="clinician-1", network=True) as log:
        log.append(titration.Patient(patient="P003"))
    how = {"site": "x", "zone": "UTC", "clock": clock}
    with pytest.raises(errors.WriteRefused, match="nothing was written: work on a local disk, or accept the risk"):
        titration.create(grown.with_name("new.db"), **how)
    with pytest.raises(errors.WriteRefused, match="network drive"):
        titration.restore(grown, grown.with_name("new.db"), by="clinician-1", clock=clock)
    assert not grown.with_name("new.db").exists()
    titration.create(grown.with_name("new.db"), network=True, **how).close()
    titration.restore(grown, grown.with_name("again.db"), by="clinician-1", network=True, clock=clock).close()


def test_every_verb_that_writes_to_a_log_asks_for_the_network_drive_to_be_accepted():
    import click

    from titration.cli import VERBS, main

    def asks(command):
        return {option for p in command.params for option in p.opts}

    def leaves(command):
        if not isinstance(command, click.Group):
            return [command]
        context = click.Context(command)
        return [command.get_command(context, name) for name in command.list_commands(context)]

    found = {name: leaves(main.get_command(None, name)) for name in VERBS}
    writing = {name for name, all_of in found.items() for leaf in all_of if "--by" in asks(leaf)}
    accepting = {name for name, all_of in found.items() for leaf in all_of if "--network" in asks(leaf)}
    assert writing == accepting
    assert {
        "init",
        "add",
        "import",
        "correct",
        "retract",
        "move",
        "merge",
        "redact",
        "restore",
        "sign",
        "scale",
    } <= writing
