"""Backups that follow each other: the newest are kept, nothing else is ever touched, and a drill restores one."""

import json
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import build
import pytest
from click.testing import CliRunner
from store import attacks, test_verify

import titration
from titration import errors
from titration.cli import main
from titration.opening import drill
from titration.store import age, rotation
from titration.store.rotation import rotate
from titration.store.verify import verify


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "backups"


def grown_by(log, n=1):
    for day in range(n):
        log.append(build.score("2026-10-08", day % 10), confirm=build.ANYTHING)


def copies(folder):
    return sorted(p.name for p in folder.iterdir() if p.suffix in {".db", ".age"})


def test_the_newest_so_many_are_kept_named_by_entry_and_day(log, folder):
    told = []
    for _ in range(4):
        told.append(rotate(log.path, folder, 2))
        grown_by(log)
    assert copies(folder) == ["clinic-entry-000004-2026-11-23.db", "clinic-entry-000005-2026-11-23.db"]
    assert [t.removed for t in told] == [
        (), (), ("clinic-entry-000002-2026-11-23.db",), ("clinic-entry-000003-2026-11-23.db",),
    ]  # fmt: skip
    assert [(t.is_new, t.kept, t.notes) for t in told] == [(True, n, ()) for n in (1, 2, 2, 2)]
    assert "backed up, verified" in str(told[0])
    assert "taken away: clinic-entry-000002" in str(told[2])
    assert all(verify(folder / name, alone=True).fits for name in copies(folder))
    modes = {oct(p.stat().st_mode & 0o777) for p in folder.iterdir()}
    assert (modes, oct(folder.stat().st_mode & 0o777)) == ({"0o600"}, "0o700")


def test_a_log_in_which_nothing_was_entered_is_not_backed_up_twice(log, folder):
    first, second = rotate(log.path, folder, 2), rotate(log.path, folder, 2)
    assert (first.is_new, second.is_new, first.path) == (True, False, second.path)
    assert "nothing was entered since the newest backup, which is whole" in str(second)
    first.path.write_bytes(first.path.read_bytes()[:-1])  # it is not whole any more
    third = rotate(log.path, folder, 2)
    assert (third.is_new, third.path.name) == (True, "clinic-entry-000002-2026-11-23-2.db")
    assert verify(third.path, alone=True).fits


def test_only_what_this_program_made_and_nobody_changed_is_taken_away(log, folder):
    for _ in range(3):
        rotate(log.path, folder, 5)
        grown_by(log)
    mine = copies(folder)
    strange = folder / "clinic-entry-000001-2026-11-22.db"
    shutil.copy(folder / mine[0], strange)  # named as ours, and not ours
    (folder / mine[0]).write_bytes(b"somebody wrote over it")
    (folder / mine[1]).unlink()
    (folder / mine[1]).symlink_to(strange)
    told = rotate(log.path, folder, 1)
    assert told.removed == (mine[2],)
    assert told.notes == tuple(f"{name} is not as it was made, and was left alone" for name in mine[:2])
    assert (folder / mine[0]).read_bytes() == b"somebody wrote over it"
    assert strange.is_file()
    assert (folder / mine[1]).is_symlink()


def test_a_damaged_log_takes_no_backup_away(log, folder):
    rotate(log.path, folder, 1)
    grown_by(log)
    log.close()
    attacks.forge(log.path, "UPDATE score SET value = value + 1")
    with pytest.raises(errors.SealBroken, match="does not fit its seals"):
        rotate(log.path, folder, 1)
    assert copies(folder) == ["clinic-entry-000002-2026-11-23.db"]
    assert not list(folder.glob(".*"))


def test_a_log_that_was_rolled_back_or_rewritten_takes_no_backup_away(log, folder, tmp_path):
    older = shutil.copy(log.path, tmp_path / "older.db")
    grown_by(log, 2)
    for _ in range(2):
        rotate(log.path, folder, 2)
        grown_by(log)
    log.close()
    before = copies(folder)
    shutil.copy(older, log.path)
    told = rotate(log.path, folder, 1)
    assert told.removed == ()
    assert "as the log does not have it any more: the log was rolled back or rewritten" in told.notes[0]
    assert set(copies(folder)) == {*before, told.path.name}
    found = drill(log.path, folder)
    assert not found.fits
    assert "is whole, and its entry 5 with the head" in str(found)
    assert "the log was rolled back or rewritten, or is another one" in str(found)


def test_two_logs_keep_their_backups_apart_in_one_folder(log, folder, tmp_path, clock):
    rotate(log.path, folder, 1)
    (tmp_path / "second").mkdir()
    with titration.create(
        tmp_path / "second" / "clinic.db", site="B", zone="UTC", by="clinician-1", clock=clock
    ) as other:
        other.append(titration.Patient(patient="P001"))
        told = rotate(other.path, folder, 1)
    assert told.removed == ()
    assert copies(folder) == ["clinic-entry-000002-2026-11-23-2.db", "clinic-entry-000002-2026-11-23.db"]


def test_a_list_that_cannot_be_read_or_names_another_place_takes_nothing_away(log, folder, tmp_path):
    outside = tmp_path / "outside.db"
    outside.write_bytes(b"x")
    rotate(log.path, folder, 1)
    (path,) = folder.glob("*.json")
    held = json.loads(path.read_text())
    for text in ("{", "[1]", json.dumps([held[0] | {"name": "../outside.db"}, *held])):
        path.write_text(text)
        grown_by(log)
        told = rotate(log.path, folder, 1)
        assert told.removed == ()
        assert "the list" in told.notes[0]
    assert outside.read_bytes() == b"x"
    assert len(copies(folder)) == 4


def test_keeping_none_is_refused_and_a_folder_that_cannot_be_made_is_said(log, folder, tmp_path):
    with pytest.raises(errors.InvalidEntry, match="must be 1 or more: the newest backup always stays"):
        rotate(log.path, folder, 0)
    with pytest.raises(errors.StorageFailed, match="cannot make the folder"):
        rotate(log.path, tmp_path / "none" / "backups", 1)
    assert not folder.exists()


def test_a_backup_that_does_not_read_back_as_it_was_written_takes_nothing_away(log, folder, monkeypatch):
    first = rotate(log.path, folder, 1).path.name
    grown_by(log)
    real = rotation._digest
    monkeypatch.setattr(
        rotation, "_digest", lambda path: "0" * 64 if path.name.startswith("clinic-entry-000003") else real(path)
    )
    with pytest.raises(errors.StorageFailed, match="does not read back as it was written; nothing was taken away"):
        rotate(log.path, folder, 1)
    assert first in copies(folder)


ROTATING = """
    import sys
    from pathlib import Path
    from titration.store.rotation import rotate
    print("ready", flush=True)
    sys.stdin.readline()
    for _ in range(3):
        print(rotate(Path(sys.argv[1]), Path(sys.argv[2]), 2).kept, flush=True)
"""


def test_two_rotations_at_once_keep_a_whole_list_and_whole_backups(log, folder):
    command = [sys.executable, "-c", textwrap.dedent(ROTATING), str(log.path), str(folder)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    children = [subprocess.Popen(command, **pipes) for _ in range(2)]
    for child in children:
        assert child.stdout.readline() == "ready\n"
    for child in children:
        child.stdin.write("go\n")
        child.stdin.flush()
    grown_by(log, 5)
    said = [child.communicate(timeout=60) for child in children]
    assert [child.returncode for child in children] == [0, 0], said
    there = copies(folder)
    assert 1 <= len(there) <= 2
    (path,) = folder.glob("*.json")
    assert [held["name"] for held in json.loads(path.read_text())] == there
    assert all(verify(folder / name, alone=True).fits for name in there)
    assert not [p for p in folder.iterdir() if p.name.startswith(".") or p.suffix == ".tmp"]


def test_a_drill_restores_the_newest_backup_and_says_how_far_the_log_went_on(log, folder, tmp_path):
    rotate(log.path, folder, 3)
    grown_by(log, 2)
    rotate(log.path, folder, 3)
    assert "the log has no more" in str(drill(log.path, folder))
    grown_by(log, 3)
    before = (
        sorted(p.name for p in tmp_path.iterdir()),
        sorted(p.name for p in (tmp_path / "state" / "heads").iterdir()),
    )
    found = drill(log.path, folder)
    assert (found.fits, found.path.name) == (True, "clinic-entry-000004-2026-11-23.db")
    assert "fits its seals and was taken away again" in str(found)
    assert "its head is entry 4" in str(found)
    assert "the log has 3 entries more, 5 to 7" in str(found)
    after = sorted(p.name for p in tmp_path.iterdir()), sorted(p.name for p in (tmp_path / "state" / "heads").iterdir())
    assert after == before  # no trial file and no note of it stays


def test_a_drill_with_nothing_or_with_a_damaged_backup_fails(log, folder):
    folder.mkdir()
    with pytest.raises(errors.StorageFailed, match=r"holds no backup of .*make one: titration backup .* --to"):
        drill(log.path, folder)
    path = rotate(log.path, folder, 1).path
    attacks.forge(path, "UPDATE code SET text = 'P009' WHERE text = 'P001'")
    with pytest.raises(errors.SealBroken, match="does not fit its seals"):
        drill(log.path, folder)


def test_an_encrypted_backup_is_opened_by_its_key_alone(log, folder, tmp_path):
    key, other = tmp_path / "key.txt", tmp_path / "other.txt"
    public = age.new_key(key)
    age.new_key(other)
    assert oct(key.stat().st_mode & 0o777) == "0o600"
    assert key.read_text().splitlines()[0] == f"# public key: {public}"
    with pytest.raises(errors.LogExists):
        age.new_key(key)
    told = rotate(log.path, folder, 1, [public])
    assert told.path.name == "clinic-entry-000002-2026-11-23.db.age"
    content = told.path.read_bytes()
    assert b"P001" not in content
    assert b"SQLite" not in content
    for attempt in (lambda: titration.open(told.path), lambda: verify(told.path)):
        with pytest.raises(errors.NotALog, match="is an encrypted backup; restore it with --identity FILE"):
            attempt()
    new = tmp_path / "new.db"
    with pytest.raises(errors.NotALog, match="name its key with --identity"):
        titration.restore(told.path, new, by="clinician-1")
    with pytest.raises(errors.SealBroken, match="does not open with"):
        titration.restore(told.path, new, by="clinician-1", identity=other)
    told.path.write_bytes(content[:-40] + bytes(40))
    with pytest.raises(errors.SealBroken, match="another key's, or the file is damaged"):
        titration.restore(told.path, new, by="clinician-1", identity=key)
    told.path.write_bytes(content)
    assert not new.exists()
    with titration.restore(told.path, new, by="clinician-1", identity=key) as restored:
        assert len(restored.patients()) == 1
        assert restored.verify().fits
    with pytest.raises(errors.LogExists):
        titration.restore(told.path, new, by="clinician-1", identity=key)
    grown_by(log)
    assert "the log has 1 entry more, 3" in str(drill(log.path, folder, identity=key))
    names = {p.name for p in tmp_path.iterdir()}
    assert names == {"clinic.db", "clinic.db.lock", "backups", "key.txt", "other.txt", "new.db", "state"}


@pytest.mark.parametrize("text", ["age1nonsense", "age1"])
def test_a_key_that_is_none_is_refused_without_being_shown(log, folder, text):
    with pytest.raises(errors.InvalidEntry, match="must be a public key") as raised:
        rotate(log.path, folder, 1, [text])
    assert text + ":" not in str(raised.value)
    assert copies(folder) == []


def test_without_the_extra_an_encrypted_backup_says_what_to_install(log, folder, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyrage", None)
    with pytest.raises(errors.StorageFailed, match=r"pip install 'titration\[backup\]'; nothing was written"):
        rotate(log.path, folder, 1, ["age1x"])
    assert rotate(log.path, folder, 1).is_new


def test_the_shell_backs_up_drills_encrypts_and_restores(log, folder, tmp_path):
    def run(*words, code=0):
        told = CliRunner().invoke(main, [str(w) for w in words])
        assert told.exit_code == code, told.output
        return told.output

    key = tmp_path / "key.txt"
    public = run("key", key).splitlines()[0]
    assert public.startswith("age1")
    (tmp_path / "public.txt").write_text(f"# the clinic's\n{public}\n")
    assert "backed up, verified" in run("backup", log.path, "--to", folder, "--keep", 3)
    assert "was restored to a passing place" in run("drill", log.path, folder)
    assert "backed up, encrypted" in run(
        "backup", log.path, tmp_path / "one.age", "--recipient", tmp_path / "public.txt"
    )
    run("restore", tmp_path / "one.age", tmp_path / "new.db", "--by", "clinician-1", "--identity", key)
    assert len(titration.open(tmp_path / "new.db").patients()) == 1
    assert "name the file of the copy, or a folder with --to" in run("backup", log.path, code=2)
    assert "not in the range x>=1" in run("backup", log.path, "--to", folder, "--keep", 0, code=2)
    test_verify.cut_off(log.path, 1)
    assert "is not in the log, which ends" in run("drill", log.path, folder, code=1)
    assert Path(folder).is_dir()
