"""Facts written many at a time, out of arrays, are the facts written one by one; the entry comes first and whole."""

import contextlib
import sqlite3

import numpy as np
import pandas as pd
import pytest

import titration
from titration import errors
from titration.records import Note, Patient, Score
from titration.store import beginning, schema
from titration.store.rows import Coded, Facts
from titration.store.verify import verify

N = 1100  # more than a block, and no multiple of a statement


def mixed(n=N):
    """Scores by time, two patients in turn: numbers and grades, some not timed, some with a side."""
    k = np.arange(n)
    at = pd.Series(pd.Timestamp("2024-01-01 08:00", tz="UTC") + pd.to_timedelta(k, "h"))
    is_grade, is_day = k % 3 == 0, k % 5 == 0
    return pd.DataFrame(
        {
            "patient": np.where(k % 2, "P001", "P002"), "scale": np.where(is_grade, "MAS", "nrs_spasticity"),
            "observed_at": at.where(~is_day), "observed_on": at.dt.strftime("%Y-%m-%d").where(is_day),
            "value": np.where(is_grade, np.nan, k % 11 + 0.0), "grade": np.where(is_grade, "1+", None),
            "side": np.where(k % 7 == 0, "left", None), "reporter": "patient",
        }
    )  # fmt: skip


def stored(tmp_path, name, *frames):
    """What the file holds of those frames, without the numbers of rows and entries, in one order."""
    with titration.create(tmp_path / name, site="x", zone="UTC", by="clinician-1") as log:
        log.append(Patient(patient="P001"), Patient(patient="P002"))
        entries = [log.append(frame, kind=Score) for frame in frames]
        found = log.store.query("SELECT * FROM score_current")
        scores = log.scores()
    assert verify(tmp_path / name).fits
    assert len(found) == N
    return sorted((row[2:] for row in found), key=str), entries, scores


def test_many_at_once_are_stored_as_few_at_a_time(tmp_path):
    frame = mixed()
    whole, entries, scores = stored(tmp_path, "a.db", frame)
    pieces = [
        frame.iloc[:900],
        *(frame.iloc[start : start + 50] for start in range(900, N, 50)),
    ]  # the last ones as few
    assert whole == stored(tmp_path, "b.db", *pieces)[0]
    placed = scores.set_index("row")["observed_at"].loc[list(entries[0].rows)]  # each row where its fact was given
    assert placed.reset_index(drop=True).equals(
        frame["observed_at"].astype("datetime64[us, UTC]").rename("observed_at")
    )


def test_what_differs_is_handed_over_and_what_does_not_stands_in_the_statement():
    values = {
        "of": [1] * 300,
        "step": np.arange(300),
        "mode": Coded([5], np.zeros(300, np.int64)),
        "rest": [None] * 299 + [1],
    }
    made = Facts("t", ("row", "entry", "of", "step", "mode", "rest", "gone"), range(1, 301), 3, values)
    db = sqlite3.connect(":memory:")
    db.execute("CREATE TABLE t (row, entry, of, step, mode, rest, gone)")
    asked = []
    db.set_trace_callback(asked.append)
    made.write(db)
    db.set_trace_callback(None)
    assert [row for block in made.blocks() for row in block] == db.execute("SELECT * FROM t").fetchall()
    assert db.execute("SELECT * FROM t WHERE row = 300").fetchall() == [(300, 3, 1, 299, 5, 1, None)]
    assert len([sql for sql in asked if sql.startswith("INSERT")]) == 3  # 128 rows, 128 and 44
    assert sum(sql.count("(1, 3, 1, 0, 5, NULL, NULL)") for sql in asked) == 1
    db.close()


def test_a_missing_code_is_missing():
    assert Coded([7, 8], np.array([1, -1, 0]))[0:3] == [8, None, 7]


def amended_twice(log, number):
    with log.store.writing(log.heading("retract", "twice")) as writing:
        writing.amend(number, "entered in error", None, "once")
        writing.amend(number, "entered in error", None, "twice")


def test_a_row_is_amended_once_in_an_entry(tmp_path):
    with titration.create(tmp_path / "a.db", site="x", zone="UTC", by="clinician-1") as log:
        log.append(Patient(patient="P001"))
        noted = log.append(Note(patient="P001", noted_on="2025-01-06", words="seen"))
        with pytest.raises(errors.AlreadyAmended, match="is amended twice in one entry"):
            amended_twice(log, noted.rows[0])
        assert len(log.notes()) == 1


@pytest.fixture
def empty():
    with contextlib.closing(sqlite3.connect(":memory:", isolation_level=None)) as db:
        db.executescript(schema.script())
        db.execute("PRAGMA foreign_keys = ON")
        yield db


def row(number, **texts):
    names = [part.split()[0] for part in schema.parts(schema.JOURNAL["entry"])]
    usual = dict.fromkeys(names, 0) | dict.fromkeys(("by", "account", "host", "action", "program"), "x")
    blobs = {"previous": b"p", "seal": b"%d" % number, "schema_digest": None, "source_sha256": None}
    none = dict.fromkeys(("source", "reason", "card"))
    return [(usual | blobs | none | texts | {"entry": number})[name] for name in names]


def test_an_entry_and_the_texts_it_names_come_together(empty):
    texts = [(1, 1, b"d", b"s", "why"), (2, 1, b"e", b"s", "card")]
    beginning.write(empty, row(1, reason=1, card=2), texts)
    beginning.write(empty, row(2), [])
    assert empty.execute("SELECT entry, reason, card FROM entry").fetchall() == [(1, 1, 2), (2, None, None)]
    assert empty.execute("SELECT * FROM words").fetchall() == texts
    assert empty.execute("PRAGMA foreign_key_check").fetchall() == []


def test_an_entry_that_names_a_text_that_is_not_there_is_refused_by_the_file(empty):
    with pytest.raises(sqlite3.IntegrityError, match="FOREIGN KEY"):
        beginning.write(empty, row(1, reason=9), [(1, 1, b"d", b"s", "why")])
    with pytest.raises(sqlite3.IntegrityError, match="FOREIGN KEY"):  # a text that names another entry
        beginning.write(empty, row(1, reason=9), [])
    assert empty.execute("SELECT * FROM words").fetchall() == []


def test_an_entry_that_is_there_is_not_written_over_on_this_road_either(empty):
    beginning.write(empty, row(1, reason=1), [(1, 1, b"d", b"s", "why")])
    with pytest.raises(sqlite3.IntegrityError, match="only ever added"):
        beginning.write(empty, row(1, reason=2), [(2, 1, b"d", b"s", "why not")])
