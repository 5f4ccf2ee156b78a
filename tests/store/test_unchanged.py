"""Unchanged since it was verified in full: said of the very bytes alone, and never in the words of a verification."""

import json
import os
import shutil

import pytest
from click.testing import CliRunner
from store import attacks

import titration
from titration import store
from titration.cli import main
from titration.records import Patient
from titration.store.unchanged import unchanged
from titration.store.writing import Author, Heading


@pytest.fixture
def path(tmp_path, monkeypatch):
    monkeypatch.setenv("TITRATION_STATE", str(tmp_path / "state"))
    with titration.create(tmp_path / "a.db", site="test", zone="UTC", by="clinician-1") as log:
        log.append(Patient(patient="P001", birth_year=1970))
    return tmp_path / "a.db"


def verified(path):
    with titration.open(path) as log:
        assert log.verify().fits
    assert unchanged(path) is not None


def quick(path, *more):
    return CliRunner().invoke(main, ["verify", str(path), "--quick", *more])


def notes(path):
    return sorted((path.parent / "state" / "verified").iterdir())


def test_a_file_verified_in_full_is_known_and_the_words_are_not_those_of_a_verification(path):
    first, second = quick(path), quick(path)
    assert "it is verified in full" in first.stderr
    assert f"{path} fits: " in first.stdout
    assert second.exit_code == 0
    assert second.stderr == ""
    assert f"{path} is byte for byte the file that was verified in full on 20" in second.stdout
    assert "its seals were not read this time" in second.stdout
    assert " fits" not in second.stdout
    assert not hasattr(unchanged(path), "fits")


def test_each_single_bit_that_is_flipped_is_read_in_full(path):
    verified(path)
    good = path.read_bytes()
    for at in range(0, len(good), 4099):
        for bit in (0, 7):
            spoilt = bytearray(good)
            spoilt[at] ^= 1 << bit
            path.write_bytes(spoilt)
            assert unchanged(path) is None, f"byte {at}, bit {bit}"
    path.write_bytes(good)
    assert unchanged(path) is not None


def test_a_changed_row_is_found_by_the_full_reading_that_follows(path):
    verified(path)
    times = path.stat()
    attacks.forge(path, "UPDATE patient SET birth_year = 1971 WHERE row = 1")
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))  # as if it had not been touched
    found = quick(path)
    assert found.exit_code == 1
    assert "row 1 was changed" in found.stderr


def test_a_log_that_went_on_is_read_in_full_and_then_known_again(path):
    verified(path)
    with titration.open(path, by="clinician-1") as log:
        log.append(Patient(patient="P002", birth_year=1970))
    assert unchanged(path) is None
    verified(path)


def test_an_older_copy_put_in_its_place_is_not_taken_for_it(path):
    verified(path)
    older = path.read_bytes()
    with titration.open(path, by="clinician-1") as log:
        log.append(Patient(patient="P002", birth_year=1970))
    path.write_bytes(older)  # byte for byte what was verified, and this computer has seen more since
    found = quick(path)
    assert found.exit_code == 1
    assert "rolled back" in found.stderr


def test_a_journal_that_waits_beside_it_is_not_passed_over(path):
    verified(path)
    journal = path.with_name(path.name + "-journal")
    journal.write_bytes(b"")
    assert unchanged(path) is None
    journal.unlink()
    assert unchanged(path) is not None


@pytest.mark.parametrize("said", ["", "{}", "[]", "null", '{"size": "x"}', "\x00"])
def test_a_note_that_cannot_be_read_only_means_the_full_reading(path, said):
    verified(path)
    (note,) = notes(path)
    note.write_text(said, encoding="utf-8")
    assert unchanged(path) is None
    verified(path)


@pytest.mark.parametrize("name", ["size", "sha256", "log", "entry", "seal"])
def test_each_part_of_a_note_is_needed(path, name):
    verified(path)
    (note,) = notes(path)
    said = json.loads(note.read_text(encoding="utf-8"))
    for spoilt in ({k: v for k, v in said.items() if k != name}, {**said, name: -1}, {**said, name: []}):
        note.write_text(json.dumps(spoilt), encoding="utf-8")
        assert unchanged(path) is None, spoilt


def test_a_state_folder_that_is_gone_or_cannot_be_made_only_means_the_full_reading(path, monkeypatch):
    verified(path)
    shutil.rmtree(path.parent / "state")
    assert unchanged(path) is None
    (path.parent / "file").write_text("", encoding="utf-8")
    monkeypatch.setenv("TITRATION_STATE", str(path.parent / "file"))
    with titration.open(path) as log:
        assert log.verify().fits
        assert log.unchanged() is None


def test_a_copy_at_another_path_and_a_file_that_does_not_fit_are_not_noted(path):
    verified(path)
    copy = path.with_name("copy.db")
    copy.write_bytes(path.read_bytes())
    assert unchanged(copy) is None
    attacks.forge(copy, "UPDATE patient SET birth_year = 1971 WHERE row = 1")
    assert quick(copy).exit_code == 1
    assert unchanged(copy) is None
    assert len(notes(path)) == 1


def test_a_demo_keeps_no_note(path):
    heading = Heading("init", Author("demo", "x", "x", "x"), 0)
    made = path.with_name("demo.db")
    store.create(made, heading, {"site": "x", "zone": "UTC", "demo": "yes"}).close()
    assert quick(made).exit_code == 0
    assert unchanged(made) is None


def test_what_compares_more_than_bytes_refuses_to_be_quick(path):
    for words in (("--copy",), ("--head", "0" * 16), ("--anchor", str(path.parent / "heads"))):
        assert quick(path, *words).exit_code == 2


def test_a_missing_file_says_so_as_ever(path):
    found = quick(path.with_name("none.db"))
    assert found.exit_code == 1
    assert "none.db" in found.stderr
