"""The door for other clinics' exports, and for files of scales: whatever lies there is data, or refused in words; never run."""

import json
import shutil

import pytest
from click.testing import CliRunner

import titration
from titration.cli import main

MANIFEST = "manifest.json"
INJECTED = "x AS SELECT 1; COPY (SELECT 1) TO 'pwned.csv'; CREATE VIEW y/a.parquet"


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    folder = tmp_path_factory.mktemp("export")
    with titration.create(folder / "clinic.db", site="S", zone="Europe/London", by="c") as log:
        log.append(titration.Patient(patient="P001", birth_year=1974))
        log.parquet(folder / "sound")
    return folder / "sound"


def listed(folder, files):
    said = json.loads((folder / MANIFEST).read_text())
    (folder / MANIFEST).write_text(json.dumps(said | {"files": files}))


SPOILT = {
    "nothing in it": lambda folder: (folder / MANIFEST).write_text("{}"),
    "a list": lambda folder: (folder / MANIFEST).write_text("[1]"),
    "no JSON": lambda folder: (folder / MANIFEST).write_text('{"site": '),
    "no text": lambda folder: (folder / MANIFEST).write_bytes(b"\xff\xfe"),
    "lists without end": lambda folder: (folder / MANIFEST).write_text("[" * 20_000),
    "files that are none": lambda folder: listed(folder, [1]),
    "a path out of the folder": lambda folder: listed(folder, {"months/../../../other/part-0.parquet": 1}),
    "a path from the root": lambda folder: listed(folder, {"/etc/passwd": 1}),
    "a statement for a name": lambda folder: listed(folder, {INJECTED: 1}),
    "no file": lambda folder: listed(folder, {}),
    "a file that is gone": lambda folder: next(folder.glob("months/**/*.parquet")).unlink(),
    "a file that is no parquet": lambda folder: next(folder.glob("months/**/*.parquet")).write_bytes(b"PAR1" * 9),
}


@pytest.mark.parametrize("what", SPOILT)
def test_an_export_that_is_spoilt_or_hostile_is_refused_in_words_and_nothing_of_it_is_run(
    sound, tmp_path, monkeypatch, what
):
    folder = shutil.copytree(sound, tmp_path / "export")
    monkeypatch.chdir(tmp_path)
    assert next(folder.glob("months/**/*.parquet"), None)
    SPOILT[what](folder)
    said = CliRunner().invoke(main, ["cohort", "export", "--query", "clinic_months"])
    assert (said.exit_code, type(said.exception)) == (1, SystemExit), said.output
    assert "export that log again" in said.stderr
    assert said.stderr.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir() if path.name != "state"] == ["export"]


def test_an_export_as_it_was_made_is_read(sound):
    said = CliRunner().invoke(main, ["cohort", str(sound), "--query", "clinic_months"])
    assert said.exit_code == 0, said.output


def test_a_file_of_scales_that_is_no_text_is_refused_without_a_word_of_it(sound, tmp_path):
    (tmp_path / "scales.toml").write_bytes(b"Ms Name\xff" * 9)
    log = sound.parent / "clinic.db"
    said = CliRunner().invoke(main, ["scale", "add", str(log), str(tmp_path / "scales.toml"), "--by", "c"])
    assert (said.exit_code, type(said.exception)) == (1, SystemExit)
    assert "scales.toml" in said.stderr
    assert "is not UTF-8" in said.stderr
    assert "Name" not in said.output
