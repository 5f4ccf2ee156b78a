"""Frames hold exactly their declared columns and dtypes, empty or full, and one set of names serves everywhere."""

import dataclasses
import re

import build
import numpy as np
import pandas as pd
import pytest
import strategies
from hypothesis import given, settings
from hypothesis import strategies as st

from titration import columns
from titration.errors import FrameError
from titration.fields import Shown
from titration.records import KINDS, DoseStep, Patient

EVERY_KIND = pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))


def declared(kind):
    return {c.name: c.dtype for c in columns.columns(kind)}


def dtypes(frame):
    return {name: str(dtype) for name, dtype in frame.dtypes.items()}


@EVERY_KIND
def test_an_empty_frame_has_the_declared_columns_and_dtypes_in_order(kind):
    empty = columns.frame(columns.columns(kind), {})
    assert dtypes(empty) == declared(kind)
    assert list(empty.columns) == list(declared(kind))
    assert len(empty) == 0


@EVERY_KIND
@settings(max_examples=15)
@given(data=st.data())
def test_a_full_frame_has_the_dtypes_of_the_empty_one_and_holds_what_was_said(kind, data):
    made = data.draw(st.lists(strategies.records(kind), min_size=1, max_size=3))
    full = columns.of_records(kind, made)
    assert dtypes(full) == declared(kind)
    assert columns.check(full, columns.columns(kind)) is full
    for row, record in zip(full.to_dict("records"), made, strict=True):
        for f in kind.fields:
            said = getattr(record, f.name)
            for column, kept in zip(f.value.stored(f.name), f.value.keep(said), strict=True):
                assert same(row[column.name], kept, full[column.name].dtype)


def same(shown, kept, dtype):
    """Whether a cell shows what was kept; an instant is kept as seconds, a day as a number of days."""
    if kept is None:
        return pd.isna(shown)
    if dtype.kind == "M":
        unit = "s" if "UTC" in str(dtype) else "D"
        return shown.tz_localize(None) == pd.Timestamp(np.datetime64(kept, unit))
    return shown == kept


@EVERY_KIND
def test_the_names_of_record_table_and_frame_agree(kind):
    fields = [f.name for f in dataclasses.fields(kind.record)]
    assert fields == [f.name for f in kind.fields]
    stored = [column.name for _, column in kind.stored()]
    shown = [c.name for c in columns.columns(kind) if c not in (*columns.BEFORE, columns.PARENT, *columns.AFTER)]
    assert stored == shown
    assert set(fields) - {f.name for f in kind.children} <= set(stored)
    assert set(kind.key) <= set(fields)


@EVERY_KIND
def test_each_column_says_its_unit_last_in_its_name_and_what_it_means(kind):
    for column in columns.columns(kind):
        assert column.meaning
        if column.unit not in {"", "year"}:
            unit = column.unit.lower().replace("/", "_per_")
            assert column.name.endswith(f"_{unit}")
    assert not re.search("[A-Z]|__", " ".join(declared(kind)))


def test_a_child_has_the_row_of_its_parent_and_a_record_of_its_own_has_not():
    assert list(declared(KINDS["dose_step"]))[:3] == ["row", "entry", "of"]
    assert "of" not in declared(KINDS["dose_change"])


def test_an_instant_and_a_day_alone_are_shown_as_what_is_known():
    doses = columns.of_records(KINDS["dose_change"], [build.dose("2026-10-08T00:30+01:00"), build.dose("2026-10-09")])
    assert doses["effective_at"].tolist() == [pd.Timestamp("2026-10-07 23:30", tz="UTC"), pd.NaT]
    assert doses["effective_offset_min"].tolist() == [60, pd.NA]
    assert doses["effective_on"].tolist() == [pd.Timestamp("2026-10-08"), pd.Timestamp("2026-10-09")]
    assert doses["row"].tolist() == [1, 2]


def test_missing_is_missing_and_zero_is_zero():
    made = [build.dose(mcg=0, mode="stopped"), build.dose(mcg=0, mode="stopped", concentration_mcg_per_ml=500)]
    doses = columns.of_records(KINDS["dose_change"], made)
    assert doses["dose_mcg_per_day"].tolist() == [0.0, 0.0]
    assert doses["concentration_mcg_per_ml"].isna().tolist() == [True, False]
    assert doses["drug"].isna().all()
    assert doses["fulfils"].isna().all()


def test_the_ends_of_the_calendar_are_exact_to_the_second():
    made = [build.dose("1900-01-01T00:00:01+14:00"), build.dose("2199-12-31T23:59:59-12:00")]
    doses = columns.of_records(KINDS["dose_change"], made)
    assert doses["effective_at"].astype(str).tolist() == ["1899-12-31 10:00:01+00:00", "2200-01-01 11:59:59+00:00"]
    assert doses["effective_on"].astype(str).tolist() == ["1900-01-01", "2199-12-31"]


def test_a_column_that_already_has_its_dtype_is_taken_as_it_is():
    shown = (Shown("at", "datetime64[us, UTC]"), Shown("value", "float64"), Shown("who", "str"))
    at = pd.Series(pd.to_datetime(["2026-10-08 09:30"], utc=True)).astype("datetime64[us, UTC]")
    made = columns.frame(shown, {"at": at, "value": pd.Series([0.5]), "who": ["clinician-1"]})
    assert made["at"].tolist() == at.tolist()
    assert dtypes(made) == {"at": "datetime64[us, UTC]", "value": "float64", "who": "str"}


@pytest.mark.parametrize(
    "seconds",
    [
        np.array([0, 86400]), pd.Series([0, 86400], dtype="Int64"), [0, 86400], np.array([0.0, 86400.0]),
        pd.Series(pd.to_datetime([0, 86400], unit="s", utc=True)),
    ],
    ids=["int64", "Int64", "list", "float64", "other unit"],
)  # fmt: skip
def test_seconds_become_instants_whatever_they_come_as(seconds):
    made = columns.frame((Shown("at", "datetime64[us, UTC]"),), {"at": seconds})
    assert made["at"].astype(str).tolist() == ["1970-01-01 00:00:00+00:00", "1970-01-02 00:00:00+00:00"]
    assert dtypes(made) == {"at": "datetime64[us, UTC]"}


def test_a_frame_that_does_not_fit_is_refused_with_every_reason():
    shown = columns.columns(KINDS["visit"])
    wrong = columns.frame(shown, {}).drop(columns=["row", "visit"]).astype({"entry": "float64"})
    with pytest.raises(FrameError) as caught:
        columns.check(wrong, shown)
    assert str(caught.value) == ("the frame does not fit; missing: row, visit; not allowed: entry (float64, not int64)")
    assert (caught.value.missing, caught.value.wrong) == (("row", "visit"), ("entry (float64, not int64)",))


def test_a_frame_may_have_more_columns_than_its_contract():
    shown = columns.columns(KINDS["visit"])
    more = columns.frame(shown, {}).assign(weekday=1)
    assert columns.check(more, shown) is more


def test_the_dictionary_has_a_line_for_each_field_of_each_record():
    lines = columns.dictionary()
    assert [line[:2] for line in lines] == [(kind.table, f.name) for kind in KINDS.values() for f in kind.fields]
    assert ("dose_change", "dose_mcg_per_day", "mcg/day", "yes", "a number in mcg/day, 0 or more",
            "daily dose as programmed") in lines  # fmt: skip
    assert all(text for line in lines for text in (line[4], line[5]))


def test_frames_for_tests_come_as_a_chart_has_them():
    steps = (DoseStep(start_min=0, rate_mcg_per_h=5),)
    made = build.frames(
        build.dose(mode="flex", steps=steps), build.dose(status="planned"), build.score(), Patient(patient="P001")
    )
    assert (len(made["doses"]), len(made["plans"]), len(made["scores"]), len(made["patients"])) == (1, 1, 1, 1)
    assert made["dose_steps"]["of"].tolist() == [1]
    assert dtypes(made["plans"]) == dtypes(made["doses"]) == declared(KINDS["dose_change"])
    assert len(made["refills"]) == 0
