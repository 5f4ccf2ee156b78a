"""Rows that agree: the first of each group in an order, those that are not alone; the same whether rows come in runs."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from titration.derive import alike, grouped

ROWS = st.lists(st.tuples(st.sampled_from(["left", "right", None]), st.integers(0, 2), st.integers(0, 9)), max_size=25)


def framed(rows):
    made = pd.DataFrame(rows, columns=["side", "n", "order"])
    return made.astype({"side": "str", "n": "int64", "order": "int64"})


@given(ROWS)
def test_the_first_of_each_group_is_the_one_that_comes_first_in_order(rows):
    frame = framed(rows)
    first = alike.first_of(grouped.numbered(frame, ["side", "n"]), frame["order"].to_numpy())
    wanted = frame.sort_values("order", kind="stable").drop_duplicates(["side", "n"])
    assert first.tolist() == wanted.index.tolist()


@given(ROWS)
def test_rows_that_are_not_alone_are_those_with_a_duplicate(rows):
    frame = framed(rows)
    assert alike.repeated(frame, ["side", "n"]).tolist() == frame.duplicated(["side", "n"], keep=False).tolist()


def long(*, in_runs):
    """More rows than are looked at one by one, in runs of equal ones or not; a column with missing ones, one of them only."""
    rng = np.random.default_rng(4)
    n = 3 * grouped.LONG
    who = np.sort(rng.integers(0, 40, n)) if in_runs else rng.integers(0, 40, n)
    side = np.array(["left", "right", None], dtype=object)[who % 3]
    texts = {"patient": np.array([f"P{w:03}" for w in range(40)], dtype=object)[who], "side": side}
    frame = pd.DataFrame(texts).astype("str").assign(none=pd.Series(np.nan, index=range(n), dtype="str"))
    return frame.assign(day=pd.to_datetime("2026-01-01") + pd.to_timedelta(who % 7, unit="D"))


@pytest.mark.parametrize("in_runs", [True, False])
def test_groups_of_many_rows_are_those_a_plain_grouping_makes(in_runs):
    frame = long(in_runs=in_runs)
    by = ["side", "patient", "none", "day"]
    made = grouped.numbered(frame, by)
    plain = frame.groupby(by, dropna=False, sort=True)
    assert made.of.tolist() == plain.ngroup().tolist()
    pd.testing.assert_frame_equal(made.keys, frame.drop_duplicates(by).sort_values(by, ignore_index=True)[by])


@pytest.mark.parametrize("in_runs", [True, False])
def test_texts_of_many_rows_have_the_same_places_whether_in_runs_or_not(in_runs):
    side = long(in_runs=in_runs)["side"]
    place, texts = grouped.places(side)
    assert set(texts) == {"left", "right"}
    assert pd.Series([*texts, None], dtype="str").take(place).tolist() == pytest.approx(side.tolist(), nan_ok=True)
    nothing, none = grouped.places(long(in_runs=in_runs)["none"])
    assert (nothing == -1).all()
    assert len(none) == 0
