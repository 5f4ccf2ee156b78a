"""Whatever is wrong with a file, each verb says so in one sentence, ends with status 1 and leaves the file as it was."""

import os
import shutil
import sqlite3
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from click.testing import CliRunner
from store import attacks

import titration
from titration import errors
from titration.cli import main
from titration.store import connection, loose, schema
from titration.store.verify import verify

READING = {
    "chart": ("chart", "{log}", "P001"),
    "history": ("history", "{log}"),
    "report": ("report", "{log}", "--month", "2026-04", "--output", "{out}"),
    "export": ("export", "{log}", "{out}"),
    "verify": ("verify", "{log}"),
    "backup": ("backup", "{log}", "{out}"),
}
WRITING = {
    "add": ("add", "{log}", "note", "--patient", "P001", "--noted-on", "2026-10-08", "--words", "seen", "--by", "clinician-1"),
    "retract": ("retract", "{log}", "40", "--reason", "typed", "--by", "clinician-1"),
}  # fmt: skip


def damaged(path):
    content = bytearray(path.read_bytes())
    content[4096 * 3 : 4096 * 4] = bytes(4096)
    path.write_bytes(content)


def newer(path):
    with attacks.raw(path) as db:
        db.execute("PRAGMA user_version = 9")


def foreign(path):
    path.unlink()
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE customer (name)")
    db.close()


FAULTS = {
    "missing": (lambda path: path.unlink(), "there is no log at"),
    "no log at all": (lambda path: path.write_text("dose;120\n" * 200), "it is no SQLite file"),
    "another program's": (foreign, "another program's file"),
    "of a newer version": (newer, "install the newer version"),
    "cut short": (lambda path: path.write_bytes(path.read_bytes()[:9000]), "damaged"),
    "a page zeroed": (damaged, "damage"),
}


def run(words, path, out):
    out.mkdir()
    given = [w.format(log=path, out=out / "made") for w in words]
    return CliRunner().invoke(main, given)


@pytest.mark.parametrize("verb", [*READING, *WRITING])
@pytest.mark.parametrize("fault", FAULTS)
def test_a_file_that_cannot_be_relied_on_is_one_sentence_and_status_1(grown, tmp_path, fault, verb):
    make, says = FAULTS[fault]
    make(grown)
    before = grown.read_bytes() if grown.exists() else None
    told = run((READING | WRITING)[verb], grown, tmp_path / "out")
    assert told.exit_code == 1, told.output
    assert "Traceback" not in told.output
    assert says in told.stderr or (fault == "of a newer version" and "says schema version 9, and its" in told.stderr)
    assert told.stderr.startswith("Error: ") or verb == "verify"
    assert (grown.read_bytes() if grown.exists() else None) == before
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize("verb", ["chart", "verify", "backup", "add"])
def test_a_file_held_by_another_program_is_said_within_the_wait(grown, tmp_path, verb, monkeypatch):
    monkeypatch.setattr(connection, "WAIT_SECONDS", 0.05)
    before = grown.read_bytes()
    with attacks.raw(grown) as other:
        other.execute("BEGIN EXCLUSIVE")
        told = run((READING | WRITING)[verb], grown, tmp_path / "out")
    assert (told.exit_code, "another program holds" in told.stderr) == (1, True)
    assert grown.read_bytes() == before


STOPPED = """
    import os, sqlite3, sys
    db = sqlite3.connect(sys.argv[1], isolation_level=None)
    db.execute("PRAGMA cache_size = 1")  # pages go to the file before the commit that never comes
    db.execute("BEGIN IMMEDIATE")
    for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        db.execute(f"DROP TRIGGER {name}")
    db.execute("UPDATE score SET value = value + 1")
    db.execute("UPDATE words SET text = text || 'x'")
    db.execute("UPDATE entry SET by = 'x'")
    for n in range(100):
        db.execute("INSERT INTO code VALUES (?, 16, ?)", (1000 + n, "z" * 900 + str(n)))
    os._exit(0)
"""


@pytest.fixture
def stopped(grown):
    """A log whose writer was stopped half-way, its journal, and the log as it was before."""
    sound = attacks.rows(grown, "SELECT * FROM score"), attacks.rows(grown, "SELECT * FROM entry")
    subprocess.run([sys.executable, "-c", textwrap.dedent(STOPPED), str(grown)], check=True)
    return grown, grown.with_name(f"{grown.name}-journal"), sound


def test_a_writer_stopped_half_way_is_undone_by_whoever_reads_next(stopped):
    path, journal, sound = stopped
    assert journal.stat().st_size > 9000
    assert verify(path).fits
    assert (attacks.rows(path, "SELECT * FROM score"), attacks.rows(path, "SELECT * FROM entry")) == sound
    assert not journal.exists()


@pytest.mark.parametrize("share", [None, 0.0, 0.1, 0.5, 0.9, 0.999])
def test_a_journal_that_is_missing_or_cut_is_said_or_does_not_matter(stopped, share):
    path, journal, sound = stopped
    content = journal.read_bytes()
    journal.write_bytes(content[: int(len(content) * (share or 0))])
    if share is None:
        journal.unlink()
    try:
        found = str(verify(path)) if not verify(path).fits else None
    except errors.LogError as error:
        found = str(error)
    if found is None:
        assert (attacks.rows(path, "SELECT * FROM score"), attacks.rows(path, "SELECT * FROM entry")) == sound
    else:
        assert "damage" in found
    assert found is not None or (share or 0) > 0.5


AS_NOBODY = """
    import os, sys, titration
    from titration import errors
    titration.open(sys.argv[2]).close()  # imports what it needs while the program's own files can be read
    os.setgid(65534); os.setuid(65534)
    try:
        titration.open(sys.argv[1])
    except errors.StorageFailed as error:
        print(error)
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_a_stopped_writer_on_a_read_only_file_is_said_and_nothing_touched(stopped, log):
    import tempfile

    folder = Path(tempfile.mkdtemp(prefix="titration-stopped-"))
    path, journal = (Path(shutil.copy(p, folder / p.name)) for p in stopped[:2])
    for place, mode in ((path, 0o444), (journal, 0o444), (folder, 0o755)):
        place.chmod(mode)
    before = path.read_bytes(), journal.read_bytes()
    with attacks.started(path, AS_NOBODY, log.path) as child:
        assert "open it once with an account that may write to it; nothing was read or touched" in child.stdout.read()
    assert (path.read_bytes(), journal.read_bytes()) == before
    shutil.rmtree(folder)


QUOTA = """
    import resource, sys
    from titration.cli import main
    size = int(sys.argv[2])
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    main(["add", sys.argv[1], "note", "--patient", "P001", "--noted-on", "2026-10-08", "--words", "x" * 9000, "--by", "c-1"])
"""


def test_a_quota_is_one_sentence_and_the_log_as_it_was(grown):
    before = grown.read_bytes()
    code = [sys.executable, "-c", textwrap.dedent(QUOTA), str(grown), str(grown.stat().st_size)]
    told = subprocess.run(code, capture_output=True, text=True, check=False)
    assert (told.returncode, told.stderr.count("\n")) == (1, 1), told.stderr
    assert "the disk refused" in told.stderr
    assert "nothing of this entry was stored" in told.stderr
    assert grown.read_bytes() == before
    assert verify(grown).fits


def test_rights_looser_than_the_owner_s_are_said_by_verify_and_open_and_refuse_nothing(grown):
    assert loose(grown) == []
    grown.chmod(0o644)
    said = f"{grown} can be reached by other accounts of this computer (mode 0644); chmod 600 closes it"
    assert loose(grown) == [said]
    with pytest.warns(UserWarning, match=r"mode 0644\); chmod 600 closes it"), titration.open(grown) as log:
        assert len(log.patients()) == 2
    found = verify(grown)
    assert (found.fits, found.notes) == (True, (said,))
    assert said in str(found)
    for verb in ("verify", "history"):
        told = CliRunner().invoke(main, [verb, str(grown)])
        assert (told.exit_code, said in told.output) == (0, True)
    assert f"note: {said}\n" == told.stderr


def test_a_folder_others_can_write_to_and_a_second_name_are_said(grown):
    grown.parent.chmod(0o777)
    assert "lets other accounts put another file in the log's place (mode 0777); chmod 700" in loose(grown)[0]
    grown.parent.chmod(0o1777)
    assert loose(grown) == []  # as in /tmp: nobody takes away another's file there
    grown.parent.chmod(0o700)
    os.link(grown, grown.with_name("second.db"))
    assert "has 2 names (hard links)" in loose(grown)[0]


def test_what_a_newly_made_log_backup_and_folder_may_be_seen_by(log, tmp_path):
    from titration.store.rotation import rotate

    before = os.umask(0)  # the loosest there is
    try:
        rotate(log.path, tmp_path / "backups", 1)
        with titration.create(tmp_path / "new.db", site="x", zone="UTC", by="clinician-1") as new:
            new.append(titration.Patient(patient="P001"))
    finally:
        os.umask(before)
    files = [p for p in [*tmp_path.rglob("*.db*"), *tmp_path.rglob("*.json*")] if p.is_file()]
    assert len(files) >= 6
    assert {oct(p.stat().st_mode & 0o777) for p in files} == {"0o600"}
    assert oct((tmp_path / "backups").stat().st_mode & 0o777) == "0o700"
    assert schema.APPLICATION_ID == 0x54495452
