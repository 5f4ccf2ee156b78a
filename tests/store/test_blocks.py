"""A block read sparingly is the block itself: every value of it is under the seal, and each change is named."""

import contextlib
import sqlite3

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from store import attacks

import titration
from titration.records import Patient, Score
from titration.store import blocks
from titration.store.verify import verify


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    """Three blocks of scores: one patient alone in the first, two in the second."""
    made = tmp_path_factory.mktemp("blocks") / "a.db"
    at = pd.date_range("2020-01-01 08:00", periods=1300, freq="12h", tz="UTC")
    with titration.create(made, site="test", zone="UTC", by="clinician-1") as log:
        log.append(*[Patient(patient=f"P{n}", birth_year=1970) for n in (1, 2)])
        log.append(
            pd.concat(
                [pd.DataFrame({"patient": p, "scale": "nrs_spasticity", "observed_at": at, "value": 5.0}) for p in ("P1", "P2")],
                ignore_index=True,
            ),
            kind=Score,
        )  # fmt: skip
    return made


@pytest.fixture
def copy(path, tmp_path):
    made = tmp_path / "copy.db"
    made.write_bytes(path.read_bytes())
    return made


def test_the_rows_put_together_are_the_rows_of_the_file(path):
    with contextlib.closing(sqlite3.connect(path)) as db:
        names = [name for _, name, *_ in db.execute("PRAGMA table_info(score)")]
        same = {*names} - {"row"}
        read = [blocks._rows(db, "score", "row", names, span, same) for span in ((3, 1024), (1027, 1024), (2051, 552))]
        assert [row for rows in read for row in rows] == db.execute("SELECT * FROM score ORDER BY row").fetchall()
        assert {"grade", "scale", "observed_offset_min"} <= same
        assert not {"patient", "observed_at"} & same
    assert read[0][0][names.index("value")] == 5.0


@pytest.mark.parametrize("column", ["scale", "observed_offset_min", "reporter", "grade", "version", "entry"])
@pytest.mark.parametrize("row", [3, 700, 1026, 2602])
def test_a_value_changed_in_a_column_that_is_the_same_throughout_is_named(copy, column, row):
    attacks.forge(copy, f"UPDATE score SET {column} = 1 WHERE row = {row}")
    found = verify(copy, alone=True)
    first = 3 + (row - 3) // 1024 * 1024
    assert any(f"table score, rows {first} to " in said and "one of these rows" in said for said in found.faults)


def test_a_whole_block_changed_alike_is_named(copy):
    attacks.forge(copy, "UPDATE score SET collected = 1 WHERE row BETWEEN 3 AND 1026")
    assert any("table score, rows 3 to 1026" in said for said in verify(copy, alone=True).faults)


def test_a_whole_number_kept_as_another_type_is_found(copy):
    """Equal to SQLite, and not what was sealed: the file's structure says so."""
    with contextlib.closing(sqlite3.connect(copy, isolation_level=None)) as db:
        db.execute("PRAGMA writable_schema = ON")
        ((sql,),) = db.execute("SELECT sql FROM sqlite_master WHERE name = 'score'").fetchall()
        ((trigger,),) = db.execute("SELECT sql FROM sqlite_master WHERE name = 'score_no_update'").fetchall()
        loose = sql.replace("observed_offset_min INTEGER", "observed_offset_min ANY")
        assert loose != sql
        db.execute("UPDATE sqlite_master SET sql = ? WHERE name = 'score'", (loose,))
    with contextlib.closing(sqlite3.connect(copy, isolation_level=None)) as db:
        db.execute("DROP TRIGGER score_no_update")
        db.execute("UPDATE score SET observed_offset_min = 0.0 WHERE row = 700")
        assert db.execute("SELECT typeof(observed_offset_min) FROM score WHERE row = 700").fetchone() == ("real",)
        db.execute(trigger)
        db.execute("PRAGMA writable_schema = ON")
        db.execute("UPDATE sqlite_master SET sql = ? WHERE name = 'score'", (sql,))
    found = verify(copy, alone=True)
    assert any("observed_offset_min" in said for said in found.faults), found


@settings(max_examples=25)
@given(
    values=st.lists(
        st.tuples(
            st.sampled_from([None, 0, 1, 2**62]), st.sampled_from([None, 0.0, 1.5]), st.sampled_from([None, "a"])
        ),
        min_size=64,
        max_size=70,
    )
)
def test_whatever_is_in_it_a_block_is_read_as_it_stands(values):
    with contextlib.closing(sqlite3.connect(":memory:")) as db:
        db.execute("CREATE TABLE t (row INTEGER PRIMARY KEY, a INTEGER, b REAL, c TEXT) STRICT")
        db.executemany("INSERT INTO t VALUES (?, ?, ?, ?)", [(n, *some) for n, some in enumerate(values, 1)])
        same = {"a", "b", "c"}
        for _ in range(2):
            read = blocks._rows(db, "t", "row", ["row", "a", "b", "c"], (1, len(values)), same)
            assert read == [(n, *some) for n, some in enumerate(values, 1)]
            assert [list(map(type, row)) for row in read] == [[int, *map(type, some)] for some in values]
