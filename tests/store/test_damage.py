"""Damage of every kind is said, never shown as data; and nothing is ever written to a file that is not sound."""

import os
import random
import sqlite3

import pytest
from store import attacks

import titration
from titration import errors
from titration.records import KINDS
from titration.store import schema
from titration.store.verify import verify


def what_is_said(path):
    """None when an open and a verify find nothing; otherwise what they say. Any other error fails the test."""
    try:
        titration.open(path).close()
        found = verify(path)
    except errors.LogError as error:
        return f"{type(error).__name__}: {error}"
    return None if found.fits else str(found)


def seen(path):
    """All that frames and history are made of, read as they read it: whole, and by patient through the index."""
    with titration.open(path) as log:
        store = log._store
        made = {
            (table, patient): store.rows(table, store.known(table), 99, patient=patient, current=patient is not None)
            for table in KINDS
            for patient in (None, "P001", "P002")
        }
        others = {
            t: store.query(f'SELECT * FROM "{t}"') for t in ("entry", "code", "words", "scale", "amendment", "answer")
        }
        return {**made, **others, "properties": store.properties}


def unchanged(path, before):
    """Whether all of it is as it was, or refuses to be read."""
    try:
        return seen(path) == before
    except errors.TitrationError:
        return True


def test_no_flipped_bit_changes_a_frame_in_silence(grown):
    """150 single bits, anywhere in the file: each is found, or lies where nothing is kept."""
    before, sound = seen(grown), grown.read_bytes()
    chance, counted = random.Random(20261123), {"found": 0, "unused": 0}
    for _ in range(150):
        at, bit = chance.randrange(len(sound)), chance.randrange(8)
        damaged = bytearray(sound)
        damaged[at] ^= 1 << bit
        grown.write_bytes(damaged)
        said = what_is_said(grown)
        if said is None:
            counted["unused"] += 1
            assert unchanged(grown, before), f"byte {at}, bit {bit}"
        else:
            counted["found"] += 1
        assert grown.read_bytes() == damaged  # looking repairs nothing and spoils nothing
    assert counted["found"] > 30  # the rest of a small file is room within its pages
    grown.write_bytes(sound)
    assert seen(grown) == before


def test_no_flipped_bit_of_the_header_changes_a_frame_in_silence(grown):
    before, sound = seen(grown), grown.read_bytes()
    for at in range(100):
        damaged = bytearray(sound)
        damaged[at] ^= 1 << (at % 8)
        grown.write_bytes(damaged)
        if what_is_said(grown) is None:
            assert unchanged(grown, before), f"byte {at}"


def test_a_zeroed_page_is_said_wherever_it_lies(grown):
    sound = grown.read_bytes()
    size = int.from_bytes(sound[16:18], "big")
    said = {}
    for page in range(len(sound) // size):
        damaged = bytearray(sound)
        damaged[page * size : (page + 1) * size] = bytes(size)
        grown.write_bytes(damaged)
        said[page] = what_is_said(grown)
    assert [page for page, text in said.items() if text is None] == []


@pytest.mark.parametrize("keep", [0.0, 0.001, 0.3, 0.9, 0.999])
def test_a_file_cut_short_is_refused_and_left_as_it_is(grown, keep):
    sound = grown.read_bytes()
    grown.write_bytes(sound[: int(len(sound) * keep)])
    before = grown.read_bytes()
    assert what_is_said(grown) is not None
    with pytest.raises(errors.LogError):
        titration.open(grown, by="clinician-1").append(titration.Patient(patient="P003"))
    assert grown.read_bytes() == before


def foreign(tmp_path):
    """Files that are no log of this program."""
    made = {name: tmp_path / name for name in ("empty", "random", "text", "other", "ours by name", "folder")}
    made["empty"].touch()
    made["random"].write_bytes(random.Random(1).randbytes(8192))
    made["text"].write_text("patient,dose\nP001,120\n" * 100, encoding="utf-8")
    for name, number in (("other", 0), ("ours by name", schema.APPLICATION_ID)):
        db = sqlite3.connect(made[name])
        db.execute(f"PRAGMA application_id = {number}")
        db.execute("CREATE TABLE score (row, value)")
        db.commit()
        db.close()
    made["folder"].mkdir()
    return made


@pytest.mark.parametrize("name", ["empty", "random", "text", "other", "folder"])
def test_a_file_that_is_no_log_is_refused_unharmed(tmp_path, name):
    path = foreign(tmp_path)[name]
    before = None if path.is_dir() else path.read_bytes()
    for by in (None, "clinician-1"):
        with pytest.raises(errors.NotALog, match=r"was not touched|is not a file"):
            titration.open(path, by=by)
    with pytest.raises(errors.NotALog):
        verify(path)
    assert path.is_dir() or path.read_bytes() == before
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(foreign_names())


def foreign_names():
    return ["empty", "random", "text", "other", "ours by name", "folder"]


def test_a_file_that_only_says_it_is_a_log_is_refused(tmp_path):
    path = foreign(tmp_path)["ours by name"]
    with pytest.raises(errors.SealBroken, match="the table entry is gone"):
        titration.open(path)
    assert not verify(path).fits


def test_a_missing_file_is_not_made(tmp_path):
    for path in (tmp_path / "nothing.db", tmp_path / "none" / "x.db", tmp_path / "nul\0.db"):
        with pytest.raises(errors.LogNotFound, match="there is no log at"):
            titration.open(path, by="clinician-1")
    with pytest.raises(errors.StorageFailed, match="cannot be reached"):
        titration.open(tmp_path / ("x" * 300))
    assert list(tmp_path.iterdir()) == []


def test_a_file_inside_a_file_is_a_missing_one(grown):
    with pytest.raises(errors.LogNotFound):
        titration.open(grown / "x.db")


def test_a_newer_log_is_refused_unharmed(grown):
    with attacks.raw(grown) as db:
        db.execute("PRAGMA user_version = 7")
    before = grown.read_bytes()
    for by in (None, "clinician-1"):
        with pytest.raises(errors.NewerLog, match=r"schema 7, this one knows 1\); it was not touched"):
            titration.open(grown, by=by)
    with pytest.raises(errors.NewerLog):
        titration.restore(grown, grown.with_name("new.db"), by="clinician-1")
    assert grown.read_bytes() == before
    assert not grown.with_name("new.db").exists()


def test_a_path_full_of_marks_is_only_a_path(tmp_path, clock):
    path = tmp_path / "a b?mode=memory#%20é;.db"
    titration.create(path, site="x", zone="UTC", by="clinician-1", clock=clock).close()
    with titration.open(path, by="clinician-1", clock=clock) as log:
        log.append(titration.Patient(patient="P001"))
    assert verify(path).fits
    assert sorted(p.name for p in tmp_path.iterdir() if p.is_file()) == [path.name, path.name + ".lock"]


def test_a_journal_that_says_anything_is_a_finding_and_no_crash(grown):
    for value in ("x'00'", "'text'", "1e300", "NULL"):
        for column in ("digest", "salt", "text"):
            with attacks.raw(grown) as db:
                db.execute("PRAGMA writable_schema = ON")
                db.execute("UPDATE sqlite_master SET sql = replace(sql, 'STRICT', '') WHERE name = 'words'")
            try:
                attacks.forge(grown, f"UPDATE words SET {column} = {value} WHERE id = 2")
            except sqlite3.IntegrityError:
                continue  # NOT NULL holds without STRICT too
            assert not verify(grown).fits


def test_a_text_that_is_no_text_any_more_is_damage(grown):
    attacks.forge(grown, "UPDATE words SET text = CAST(x'ff' AS TEXT) WHERE text LIKE '%seat%' OR text = 'A17'")
    with (
        titration.open(grown) as log,
        pytest.raises(errors.SealBroken, match=r"is damaged .*restore the last good backup"),
    ):
        log.frame("refill")
    assert "the free texts was read" in str(verify(grown))


def test_a_log_is_readable_by_its_owner_alone(tmp_path, log):
    log.backup(tmp_path / "copy.db")
    for name in ("clinic.db", "clinic.db.lock", "copy.db"):
        assert oct((tmp_path / name).stat().st_mode & 0o777) == "0o600"


def test_the_lock_may_be_taken_by_whoever_may_write_to_the_log(tmp_path, clock):
    path = tmp_path / "shared.db"
    titration.create(path, site="x", zone="UTC", by="clinician-1", clock=clock).close()
    path.chmod(0o660)
    before = os.umask(0o077)
    try:
        with pytest.warns(UserWarning, match="mode 0660"):  # said, and not refused
            log = titration.open(path, by="clinician-1", clock=clock)
        with log:
            log.append(titration.Patient(patient="P001"))
    finally:
        os.umask(before)
    assert oct((tmp_path / "shared.db.lock").stat().st_mode & 0o777) == "0o660"
