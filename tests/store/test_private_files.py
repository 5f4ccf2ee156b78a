"""What this program writes beside a log holds patients' data too: for its owner alone, whatever the umask allows."""

import os

import pytest
from click.testing import CliRunner

from titration import private
from titration.cli import main
from titration.store import age
from titration.store.backup import backup
from titration.store.verify import verify

VERBS = {
    "a paper": ("due", "{log}", "--output", "{out}/papers"),
    "a history": ("history", "{log}", "--csv", "{out}/history.csv"),
    "a picture": ("chart", "{log}", "P001", "--output", "{out}/chart.svg", "--picture", "ledger"),
    "an export": ("export", "{log}", "{out}/export"),
    "parquet": ("export", "{log}", "--parquet", "{out}/parquet"),
    "a workbook": ("import", "--template", "{out}/visit.xlsx"),
    "faults of a file": ("import", "{log}", "{out}/scores.csv", "--kind", "score", "--by", "clinician-1"),
    "questions of a file": ("import", "{log}", "{out}/doses.csv", "--kind", "dose_change", "--by", "clinician-1"),
}
SCORES = "patient,scale,observed_on,value\nP001,nrs_spasticity,2026-01-01,99\n"
DOSES = "patient,effective_on,mode,dose_mcg_per_day\nP001,2026-06-02,simple continuous,13200\n"


@pytest.mark.parametrize("verb", VERBS)
def test_it_is_for_its_owner_alone(grown, tmp_path, verb):
    out = tmp_path / "out"
    out.mkdir(mode=0o700)
    (out / "scores.csv").write_text(SCORES)
    (out / "doses.csv").write_text(DOSES)
    there = {*out.iterdir()}
    before = os.umask(0)  # the loosest there is
    try:
        said = CliRunner().invoke(main, [word.format(log=grown, out=out) for word in VERBS[verb]])
    finally:
        os.umask(before)
    made = {*out.iterdir()} - there
    assert made, said.output
    files = [path for path in out.rglob("*") if path.is_file() and path not in there]
    assert {oct(path.stat().st_mode & 0o777) for path in files} == {"0o600"}
    assert {oct(path.stat().st_mode & 0o777) for path in made if path.is_dir()} <= {"0o700"}


def test_a_file_is_never_written_over_unasked_and_half_of_one_is_taken_away(tmp_path, monkeypatch):
    path = private.write_new(tmp_path / "a.txt", b"first")
    with pytest.raises(FileExistsError):
        private.write_new(path, b"second")
    assert path.read_bytes() == b"first"
    assert private.write(path, b"second").read_bytes() == b"second"

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(private.os, "fdopen", lambda file, _: Full(file, full))
    for writes in (lambda: private.write(path, b"third"), lambda: private.write_new(tmp_path / "b.txt", b"third")):
        with pytest.raises(OSError, match="No space"):
            writes()
    assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir() if p.is_file()] == [("a.txt", b"second")]


class Full:
    """An open file on a disk that takes nothing more."""

    def __init__(self, file, write):
        self.file, self.write = file, write

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.close(self.file)


def test_an_encrypted_backup_has_no_name_in_plain_from_its_first_byte(grown, tmp_path, monkeypatch):
    """So that a program killed at any moment leaves nothing of it; the kills are in tests/torture."""
    seen, encrypt = [], age.encrypt

    def looked_at(plain, target, keys):
        named = sorted(path.name for path in tmp_path.rglob("*") if path.is_file() and path.stat().st_size)
        seen.append((named, plain.read(15), os.fstat(plain.fileno()).st_nlink))
        plain.seek(0)
        return encrypt(plain, target, keys)

    monkeypatch.setattr(age, "encrypt", looked_at)
    public = age.new_key(tmp_path / "secret")
    backup(grown, tmp_path / "copy.age", [public])
    assert seen == [(["grown.db", "secret"], b"SQLite format 3", 0)]
    opened = tmp_path / "opened.db"
    opened.touch(0o600)
    age.decrypt(tmp_path / "copy.age", opened, tmp_path / "secret")
    assert verify(opened, alone=True).entries == 15
