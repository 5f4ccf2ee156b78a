"""An encrypted log: nothing of it stands in the file, its key opens it and nothing else does, and all else is as ever."""

import sqlite3
import subprocess
import sys

import build
import pytest
from click.testing import CliRunner
from store import attacks

import titration
from titration import errors
from titration.cli import main
from titration.opening import drill
from titration.store import cipher
from titration.store.rotation import rotate
from titration.store.verify import verify

KEY = "0123456789abcdef" * 4


@pytest.fixture
def secret(tmp_path, monkeypatch, clock):
    """An encrypted log of three entries, open for writing, its key in a file."""
    pytest.importorskip("sqlcipher3")
    file = tmp_path / "key.txt"
    file.write_text(f"{KEY}\n")
    monkeypatch.setenv("TITRATION_KEY_FILE", str(file))
    how = {"site": "North clinic", "zone": "Europe/London", "by": "clinician-1", "clock": clock}
    with titration.create(tmp_path / "secret.db", encrypted=True, **how) as made:
        made.append(titration.Patient(patient="P001", birth_year=1974))
        made.append(build.dose("2026-03-01T09:30+00:00", 102, reason="planned review"))
        yield made


def test_nothing_of_it_stands_in_the_file_and_all_works_as_ever(secret):
    content = secret.path.read_bytes()
    assert not any(part in content for part in (b"SQLite", b"P001", b"planned review", b"clinician-1", b"CREATE"))
    assert secret.verify().fits
    assert verify(secret.path, jobs=2).fits
    secret.correct(2, build.dose("2026-03-01T09:30+00:00", 120, reason="typed"), reason="typed 102")
    secret.redact(3, "reason", reason="a name")
    assert secret.doses()["dose_mcg_per_day"].tolist() == [120]
    assert len(secret.history()) > 3
    with pytest.raises(errors.AlreadyAmended):
        secret.retract(2, reason="again")
    with titration.open(secret.path) as reader, pytest.raises(errors.WriteRefused):
        reader.append(titration.Patient(patient="P002"))


def test_its_triggers_and_seals_hold_as_in_plain(secret):
    with (
        pytest.raises(errors.AppendRefused, match="only ever added"),
        secret._store.writing(secret.heading("append")) as w,
    ):
        w.db.execute("DELETE FROM dose_change")
    secret.close()
    db = cipher.connect(secret.path, KEY, isolation_level=None)
    db.execute("DROP TRIGGER dose_change_no_update")
    db.close()
    with pytest.raises(errors.SealBroken, match="dose_change_no_update"):
        titration.open(secret.path)
    assert not verify(secret.path).fits


@pytest.mark.parametrize(
    ("key", "said"),
    [
        (None, "it is no SQLite file"),
        ("f" * 64, "does not open with the key that was named"),
        ("short", "must hold 64 hex digits"),
    ],
)
def test_without_its_key_it_is_refused_in_one_sentence_and_left_alone(secret, monkeypatch, key, said):
    secret.close()
    before = secret.path.read_bytes()
    monkeypatch.delenv("TITRATION_KEY_FILE")
    if key:
        monkeypatch.setenv("TITRATION_KEY", key)
    for attempt in (lambda: titration.open(secret.path), lambda: verify(secret.path)):
        with pytest.raises(errors.TitrationError, match=said) as raised:
            attempt()
        assert KEY not in str(raised.value)
        assert key is None or key not in str(raised.value)
    assert secret.path.read_bytes() == before


def test_a_wrong_key_says_nothing_past_our_own_sentence(secret):
    code = [sys.executable, "-m", "titration", "verify", str(secret.path)]
    told = subprocess.run(code, env={"TITRATION_KEY": "f" * 64}, capture_output=True, text=True, check=False)
    assert (told.returncode, told.stderr.count("\n"), told.stdout) == (1, 1, "")


def test_a_damaged_page_is_said(secret):
    secret.close()
    content = bytearray(secret.path.read_bytes())
    content[4096 * 5 + 100] ^= 1
    secret.path.write_bytes(content)
    found = verify(secret.path)  # each page has a code of its own that tells
    assert not found.fits
    assert "damage" in found.faults[0]


def test_its_backups_are_encrypted_by_the_same_key_and_restored_with_it(secret, tmp_path):
    told = rotate(secret.path, tmp_path / "backups", 2)
    assert b"P001" not in told.path.read_bytes()
    assert drill(secret.path, tmp_path / "backups").fits
    with titration.restore(told.path, tmp_path / "new.db", by="clinician-2") as new:
        assert len(new.patients()) == 1
    assert b"SQLite" not in (tmp_path / "new.db").read_bytes()
    twice = rotate(secret.path, tmp_path / "backups", 2, [])
    assert not twice.is_new


def test_a_plain_log_is_opened_in_plain_though_a_key_is_named(secret, log):
    assert log.verify().fits
    with titration.open(log.path) as again:
        assert len(again.patients()) == 1
    assert log.path.read_bytes().startswith(b"SQLite format 3")
    rotated = rotate(log.path, secret.path.parent / "plain", 1)
    assert rotated.path.read_bytes().startswith(b"SQLite format 3")


def test_a_held_one_is_busy_and_a_missing_extra_or_key_is_said(secret, tmp_path, monkeypatch):
    from titration.store import connection

    monkeypatch.setattr(connection, "WAIT_SECONDS", 0.05)
    other = cipher.connect(secret.path, KEY, isolation_level=None)
    with titration.open(secret.path) as reader:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(errors.LogBusy):
            reader.doses()
    other.close()
    monkeypatch.setitem(sys.modules, "sqlcipher3", None)
    with pytest.raises(errors.StorageFailed, match=r"pip install 'titration\[encrypt\]'; nothing was opened"):
        titration.open(secret.path)
    monkeypatch.delenv("TITRATION_KEY_FILE")
    with pytest.raises(errors.InvalidEntry, match="make one with titration key --log FILE"):
        titration.create(tmp_path / "another.db", site="x", zone="UTC", encrypted=True)
    monkeypatch.setenv("TITRATION_KEY_FILE", str(tmp_path / "none.txt"))
    with pytest.raises(errors.StorageFailed, match=r"the key file .* cannot be read"):
        titration.open(secret.path)
    assert not (tmp_path / "another.db").exists()


def test_the_shell_makes_a_key_and_an_encrypted_log(tmp_path, monkeypatch):
    pytest.importorskip("sqlcipher3")
    key, path = tmp_path / "log.key", tmp_path / "secret.db"
    assert "name it in TITRATION_KEY_FILE" in CliRunner().invoke(main, ["key", "--log", str(key)]).output
    assert oct(key.stat().st_mode & 0o777) == "0o600"
    assert len(key.read_text().strip()) == 64
    monkeypatch.setenv("TITRATION_KEY_FILE", str(key))
    made = CliRunner().invoke(main, ["init", str(path), "--site", "x", "--zone", "UTC", "--encrypted", "--by", "c-1"])
    assert made.exit_code == 0, made.output
    assert not cipher.is_plain(path)
    with pytest.raises(sqlite3.DatabaseError, match="file is not a database"):
        attacks.tables(path)  # as any other program
    assert CliRunner().invoke(main, ["verify", str(path)]).exit_code == 0
