"""What runs beside the reading of a large file finds what it would find in its turn."""

import contextlib
import sqlite3
import sys

import pytest

import titration
from titration.records import Patient
from titration.store import beside
from titration.store.verify import verify


@pytest.fixture
def path(tmp_path):
    with titration.create(tmp_path / "a.db", site="test", zone="UTC", by="clinician-1") as log:
        log.append(*[Patient(patient=f"P{n:03d}", birth_year=1970) for n in range(1, 200)])
    return tmp_path / "a.db"


def spoilt(path):
    """A row that is changed, and one that points at nothing, with the triggers put back as they were."""
    with contextlib.closing(sqlite3.connect(path)) as db:
        ((sql,),) = db.execute("SELECT sql FROM sqlite_master WHERE name = 'patient_no_update'").fetchall()
        db.execute("DROP TRIGGER patient_no_update")
        db.execute("UPDATE patient SET patient = 9999 WHERE row = 7")
        db.execute(sql)
        db.commit()


@pytest.mark.parametrize("is_spoilt", [False, True])
def test_a_large_file_is_found_as_a_small_one_is(path, monkeypatch, is_spoilt):
    if is_spoilt:
        spoilt(path)
    small = verify(path)
    monkeypatch.setattr(sys.modules["titration.store.verify"], "LARGE", 0)
    large = verify(path)
    assert large.faults == small.faults
    assert len(small.faults) == (2 if is_spoilt else 0)


def test_what_it_raises_is_raised_where_it_is_waited_for(path):
    def broken(db):
        yield "found before"
        db.execute("SELECT 1 FROM nowhere")

    waited = beside.begun(path, broken)[0]()
    assert next(waited) == "found before"
    with pytest.raises(sqlite3.OperationalError, match="nowhere"):
        next(waited)
