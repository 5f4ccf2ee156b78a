"""A copy is whole, verified, never over a file; a restored log is a log of its own that names its parent."""

import os
import pathlib
import subprocess
import sys
import textwrap

import build
import pytest
from store import attacks

import titration
from titration import errors
from titration.store import head, seal
from titration.store.verify import verify

WRITER = """
    import sys, titration
    from titration import Score
    log = titration.open(sys.argv[1], by="clinician-2")
    print("ready", flush=True)
    while True:
        log.append(*(Score(patient="P001", scale="nrs_spasticity", observed_on="2026-01-01", value=n % 11) for n in range(50)))
"""


def test_a_copy_taken_while_another_program_writes_is_whole(log, tmp_path):
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(WRITER), str(log.path)], stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout.readline() == "ready\n"
        found = [log.backup(tmp_path / f"copy-{n}.db") for n in range(5)]
        child.kill()
    assert all(f.fits for f in found)
    entries = [f.entries for f in found]
    assert entries == sorted(entries)
    assert entries[-1] > entries[0]
    assert all(verify(tmp_path / f"copy-{n}.db", alone=True).fits for n in range(5))


def test_a_copy_is_never_written_over_a_file_and_says_where_it_cannot_go(log, tmp_path):
    there = tmp_path / "there.db"
    there.write_text("mine", encoding="utf-8")
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
    with pytest.raises(errors.LogExists, match="never written over"):
        log.backup(there)
    with pytest.raises(errors.LogExists):
        log.backup(tmp_path / "dangling")
    with pytest.raises(errors.LogExists):
        log.backup(log.path)
    with pytest.raises(errors.StorageFailed, match="is a folder"):
        log.backup(tmp_path)
    with pytest.raises(errors.StorageFailed, match="there is no folder"):
        log.backup(tmp_path / "none" / "x.db")
    with pytest.raises(errors.StorageFailed, match="cannot copy to"):
        log.backup(tmp_path / ("x" * 300))
    assert there.read_text(encoding="utf-8") == "mine"
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        "clinic.db",
        "clinic.db.lock",
        "dangling",
        "state",
        "there.db",
    ]
    assert (tmp_path / "dangling").is_symlink()


def test_a_file_that_comes_in_between_is_not_written_over(log, tmp_path, monkeypatch):
    real = os.link

    def somebody_else(part, target):
        target.write_text("theirs", encoding="utf-8")
        real(part, target)

    monkeypatch.setattr(os, "link", somebody_else)
    with pytest.raises(errors.LogExists):
        log.backup(tmp_path / "copy.db")
    assert (tmp_path / "copy.db").read_text(encoding="utf-8") == "theirs"
    assert list(tmp_path.glob("*.part")) == []


def test_a_memory_stick_without_links_takes_a_copy_too(log, tmp_path, monkeypatch):
    def no_links(part, target):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", no_links)
    assert log.backup(tmp_path / "copy.db").fits
    assert oct((tmp_path / "copy.db").stat().st_mode & 0o777) == "0o600"
    with pytest.raises(errors.LogExists):
        log.backup(tmp_path / "copy.db")
    from pathlib import Path

    def no_room(self, target):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", no_room)
    with pytest.raises(errors.StorageFailed, match="No space left"):
        log.backup(tmp_path / "second.db")
    assert not (tmp_path / "second.db").exists()
    assert list(tmp_path.glob("*.part")) == []


def test_a_log_that_does_not_fit_gives_no_copy(grown):
    attacks.forge(grown, "UPDATE score SET value = value + 1 WHERE row = 10")
    copy = grown.with_name("copy.db")
    with titration.open(grown) as log, pytest.raises(errors.SealBroken, match=r"the copy of .* does not fit its seals"):
        log.backup(copy)
    with pytest.raises(errors.SealBroken):
        titration.restore(grown, copy, by="clinician-1")
    assert [p.name for p in grown.parent.iterdir() if p.is_file()] == [grown.name]


def test_a_restored_log_has_an_id_of_its_own_and_names_its_parent(log, tmp_path):
    log.append(build.score())
    log.backup(tmp_path / "copy.db")
    content = (tmp_path / "copy.db").read_bytes()
    said = log._store.head()
    with titration.restore(tmp_path / "copy.db", tmp_path / "new.db", by="clinician-2", reason="disk died") as new:
        assert new._store.properties["id"] != log._store.properties["id"]
        parent = f"{log._store.properties['id']} entry {said[0]} seal {said[1].hex()}"
        assert new._store.properties["parent"] == parent
        assert (new.site, new.zone, len(new.scores())) == (log.site, log.zone, 1)
        new.append(titration.Patient(patient="P002"))
        assert new.verify(seal.short(said[1])).fits
        lines = attacks.rows(new.path, "SELECT e.action, e.by, w.text FROM entry e JOIN words w ON w.id = e.reason")
        assert ("restore", "clinician-2", "disk died") in lines
    assert (tmp_path / "copy.db").read_bytes() == content
    with titration.open(tmp_path / "new.db") as again:
        assert again._store.properties["parent"] == parent
    assert oct((tmp_path / "new.db").stat().st_mode & 0o777) == "0o600"


def test_the_parent_of_a_restored_log_can_still_be_opened_and_written_to(log, tmp_path):
    log.backup(tmp_path / "copy.db")
    titration.restore(tmp_path / "copy.db", tmp_path / "new.db", by="clinician-1").close()
    log.append(titration.Patient(patient="P002"))
    log.close()
    with titration.open(log.path, by="clinician-1") as again:
        again.append(titration.Patient(patient="P003"))
        assert again.verify().fits


def test_an_older_backup_can_be_restored_though_this_computer_has_seen_more(log, tmp_path):
    log.backup(tmp_path / "older.db")
    log.append(build.score())
    log.close()
    with pytest.raises(errors.LogRolledBack, match=r"titration restore .*older\.db NEW\.db"):
        titration.open(tmp_path / "older.db")
    with titration.restore(tmp_path / "older.db", tmp_path / "new.db", by="clinician-1") as new:
        assert new.scores().empty
        new.append(build.score())
    titration.open(tmp_path / "new.db").close()
    titration.open(log.path).close()


def test_a_restore_goes_to_a_new_file_or_nowhere(log, tmp_path):
    log.backup(tmp_path / "copy.db")
    before = log.path.read_bytes()
    with pytest.raises(errors.LogExists):
        titration.restore(tmp_path / "copy.db", log.path, by="clinician-1")
    with pytest.raises(errors.LogNotFound):
        titration.restore(tmp_path / "none.db", tmp_path / "new.db", by="clinician-1")
    there = {path.name for path in tmp_path.iterdir()}
    with pytest.raises(
        errors.AppendRefused, match="holds what is no character"
    ):  # the copy is made, its first entry fails
        titration.restore(tmp_path / "copy.db", tmp_path / "new.db", by="clinician-1", reason="\ud800")
    assert {path.name for path in tmp_path.iterdir()} == there
    assert log.path.read_bytes() == before


def test_a_log_is_not_started_where_something_is_or_nothing_can_be(log, tmp_path, clock):
    how = {"site": "x", "zone": "UTC", "by": "clinician-1", "clock": clock}
    before = log.path.read_bytes()
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
    for there in (log.path, tmp_path, tmp_path / "dangling"):
        with pytest.raises(errors.LogExists):
            titration.create(there, **how)
    with pytest.raises(errors.StorageFailed, match="there is no folder"):
        titration.create(tmp_path / "none" / "x.db", **how)
    with pytest.raises(errors.WriteRefused, match="cannot write"):
        titration.create(tmp_path / ("x" * 300), **how)
    assert log.path.read_bytes() == before


def test_a_start_that_fails_leaves_no_file(tmp_path, clock, monkeypatch):
    from titration.store import migrations

    def fails(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(migrations, "_apply", fails)
    with pytest.raises(KeyboardInterrupt):
        titration.create(tmp_path / "x.db", site="x", zone="UTC", by="clinician-1", clock=clock)
    assert [p.name for p in tmp_path.iterdir()] == []


def test_the_head_kept_here_never_goes_back(log):
    known = log._store.properties["id"]
    kept = head.kept(known)
    assert kept == log._store.head()[:2]
    head.keep(known, kept[0] - 1, bytes(32))  # a slower process notes what it wrote before
    assert head.kept(known) == kept


@pytest.mark.parametrize(
    "note",
    ["", "[]", "{}", "null", '{"entry": 3}', '{"entry": "x", "seal": "00"}', '{"entry": Infinity, "seal": "00"}',
     '{"entry": 1e300, "seal": "00"}', '{"entry": -1, "seal": "00"}', '{"entry": 3, "seal": "xy"}', "\ud800"],
)  # fmt: skip
def test_a_note_of_a_head_that_cannot_be_read_is_as_none(log, note):
    pathlib.Path(head._file(log._store.properties["id"])).write_bytes(note.encode("utf-8", "surrogatepass"))
    assert head.kept(log._store.properties["id"]) is None
    titration.open(log.path).close()
    log.append(titration.Patient(patient="P002"))  # and the next entry notes a good one
    assert head.kept(log._store.properties["id"])[0] == 3


def test_no_note_is_kept_where_none_can_be(log, tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("TITRATION_STATE", str(tmp_path / "file"))
    log.append(titration.Patient(patient="P002"))
    assert head.kept(log._store.properties["id"]) is None


def test_a_note_lies_in_the_state_folder_whatever_a_log_calls_itself(tmp_path, monkeypatch):
    monkeypatch.setenv("TITRATION_STATE", str(tmp_path / "state"))
    for name in ("../../escaped", "/escaped", "a/b", "é", "", "a" * 32):
        head.keep(name, 1, bytes(32))
        assert head.kept(name) == (1, bytes(32))
    notes = list(tmp_path.rglob("*.json"))
    assert {p.parent for p in notes} == {tmp_path / "state" / "heads"}
    assert len(notes) == 6


def test_the_state_folder_is_the_user_s_own_when_none_is_named(tmp_path, monkeypatch):
    monkeypatch.delenv("TITRATION_STATE")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert pathlib.Path(head._file("a")).is_relative_to(tmp_path)


def test_a_made_up_log_keeps_no_head_and_is_not_asked_for_one(tmp_path, clock):
    from titration import store
    from titration.store.writing import Author, Heading

    heading = Heading("init", Author("demo", "x", "x", "x"), 0)
    path = tmp_path / "demo.db"
    made = store.create(path, heading, {"site": "x", "zone": "UTC", "demo": "yes"})
    with made.writing(heading) as writing:
        writing.code("x")
    made.close()
    assert not (tmp_path / "state").exists()
    assert verify(path).fits
    titration.open(path).close()
