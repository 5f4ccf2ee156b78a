"""Rows in order as arrays: runs, what was known last and what comes next, looked up by place; pairs of one patient."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from titration.derive import agreed, moments, pairs, runs

rows = st.lists(st.tuples(st.integers(0, 3), st.booleans()), max_size=12).map(sorted)


@given(rows)
def test_what_was_known_last_and_next_is_that_of_a_walk_over_the_rows(made):
    group, has = np.array([g for g, _ in made], dtype="int64"), np.array([h for _, h in made], dtype=bool)
    wanted = range(len(made))
    before = [max((j for j in wanted if j <= i and has[j] and group[j] == group[i]), default=-1) for i in wanted]
    after = [min((j for j in wanted if j > i and has[j] and group[j] == group[i]), default=-1) for i in wanted]
    assert runs.latest(has, group).tolist() == before
    assert runs.following(has, group).tolist() == after


@given(
    st.lists(st.tuples(st.integers(0, 2), st.integers(0, 5)), max_size=10).map(sorted),
    st.lists(st.tuples(st.integers(-1, 3), st.integers(-1, 6)), max_size=10),
    st.booleans(),
)
def test_the_row_that_started_last_is_that_of_a_walk_over_the_rows(made, asked, exact):
    group, start = (np.array([one[k] for one in made], dtype="int64") for k in (0, 1))
    own, at = (np.array([one[k] for one in asked], dtype="int64") for k in (0, 1))
    wanted = [
        max((j for j, (g, s) in enumerate(made) if g == who and (s <= when if exact else s < when)), default=-1)
        for who, when in asked
    ]
    assert runs.met(own, at, group, start, exact=exact).tolist() == wanted


def test_a_key_is_found_at_its_first_or_at_its_last_place():
    keys = np.array([2, 4, 4, 9])
    assert runs.matched(np.array([4, 1, 9, 10]), keys).tolist() == [1, -1, 3, -1]
    assert runs.matched(np.array([4, 1, 9, 10]), keys, last=True).tolist() == [2, -1, 3, -1]
    assert runs.matched(np.array([4]), keys[:0]).tolist() == [-1]


def test_a_run_ends_where_any_of_its_keys_differs_and_a_missing_one_differs_from_all():
    mode = pd.Series(["flex", "flex", None, None], dtype="str")
    assert runs.begins(np.array([1, 1, 1, 1]), mode).tolist() == [True, False, True, True]
    assert runs.begins(np.array([], dtype="int64")).tolist() == []


def test_texts_of_several_columns_have_one_order_and_come_back_as_they_were():
    first, second = pd.Series(["P010", "P002"], dtype="str"), pd.Series([None, "P001"], dtype="str")
    places, texts = runs.together(first, second)
    assert [each.tolist() for each in places] == [[2, 1], [-1, 0]]
    pd.testing.assert_series_equal(pd.Series(runs.words(texts, places[1])), second)


def test_where_there_is_no_text_at_all_every_one_is_missing():
    made = runs.words([], np.array([-1, -1]))
    assert made.isna().tolist() == [True, True]
    assert str(made.dtype) == "str"


def test_what_is_taken_at_no_place_is_missing_in_its_own_way():
    nowhere = np.array([-1])
    assert np.isnan(runs.taken(np.array([1.0]), nowhere)[0])
    assert np.isnat(runs.taken(np.array(["2026-10-08"], dtype="datetime64[us]"), nowhere)[0])
    assert pd.isna(runs.taken(pd.array([1], dtype="Int64"), nowhere)[0])


def test_a_frame_of_arrays_has_the_dtypes_it_is_asked_for():
    at = np.array(["2026-10-08T08:30"], dtype="datetime64[us]")
    dtypes = {"start": moments.INSTANT, "n": "int64", "said": "str", "at": "Int64"}
    made = runs.framed(
        {
            "n": np.array([2.0]),
            "start": at,
            "said": runs.words(["x"], np.array([0])),
            "at": runs.whole(np.array([np.nan])),
        },
        dtypes,
    )
    assert {name: str(dtype) for name, dtype in made.dtypes.items()} == dtypes
    assert made["start"].iloc[0] == pd.Timestamp("2026-10-08T08:30Z")
    assert runs.naive(made["start"]).tolist() == at.tolist()


def test_the_pairs_of_one_patient_stand_in_the_order_of_the_first_and_then_of_the_second():
    refills, programs = pd.Series(["P002", "P001", "P003"]), pd.Series(["P001", "P002", "P001"])
    of, at = pairs.of_patients(refills, programs)
    assert list(zip(of.tolist(), at.tolist(), strict=True)) == [(0, 1), (1, 0), (1, 2)]
    assert pairs.holds(of, np.array([False, True, False]), 3).tolist() == [False, True, False]
    assert pairs.sums(of, np.array([1.5, np.nan, 4.0]), 3).tolist() == [1.5, 4.0, 0.0]


@pytest.mark.parametrize(("dose", "mode", "strength"), [(np.nan, 0, 500.0), (100.0, -1, np.nan), (100.3, 0, 500.0)])
def test_what_was_not_read_is_unlike_nothing_and_a_printed_rounding_is_no_difference(dose, mode, strength):
    record = {"dose_mcg_per_day": 100.25, "mode": 0, "concentration_mcg_per_ml": 500.0}
    read = {"dose_mcg_per_day": dose, "mode": mode, "concentration_mcg_per_ml": strength}
    if dose == 100.0:
        record["dose_mcg_per_day"] = 100.0
    found, given_ = ({name: np.array([value]) for name, value in one.items()} for one in (read, record))
    assert [flags.tolist() for flags in agreed.unlike(found, given_)] == [[False]] * 3


def test_each_of_dose_mode_and_concentration_can_be_unlike_alone():
    record = {
        "dose_mcg_per_day": np.full(3, 100.0),
        "mode": np.zeros(3, int),
        "concentration_mcg_per_ml": np.full(3, 500.0),
    }
    read = {
        "dose_mcg_per_day": np.array([150.0, 100, 100]),
        "mode": np.array([0, 1, 0]),
        "concentration_mcg_per_ml": np.array([500.0, 500, 2000]),
    }
    assert np.array(agreed.unlike(read, record)).tolist() == np.eye(3, dtype=bool).tolist()
