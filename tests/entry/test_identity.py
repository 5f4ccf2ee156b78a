"""The same file again adds nothing; a changed row is different, never a second fact."""

import build
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from titration import columns
from titration.entry import identity
from titration.errors import FrameError
from titration.records import KINDS

SCORE = KINDS["score"]
KEY = ["patient", "scale", "observed_on"]


def frame(*scores):
    return columns.of_records(SCORE, scores)


def held(*scores, lineage=None):
    made = frame(*scores)
    return made.assign(lineage=made["row"] if lineage is None else lineage)


def compare(new, existing):
    found = identity.compare(SCORE, new, existing, KEY)
    assert (found.is_new.astype(int) + found.is_known + found.is_different == 1).all()
    return [
        "new" if n else "known" if k else "different" for n, k in zip(found.is_new, found.is_known, strict=True)
    ], found


def test_the_same_facts_are_known_and_others_are_new():
    log = held(build.score("2026-10-08"), build.score("2026-10-09"))
    new = frame(build.score("2026-10-09"), build.score("2026-10-10"), build.score("2026-10-08", patient="P002"))
    assert compare(new, log)[0] == ["known", "new", "new"]


def test_a_changed_value_is_different_and_says_what_changed():
    what, found = compare(
        frame(build.score("2026-10-08", value=7, side="left")), held(build.score("2026-10-08", value=5))
    )
    assert what == ["different"]
    assert [(d.row, d.field, d.old, d.new) for d in found.differences] == [
        (1, "value", 5.0, 7.0),
        (1, "side", None, "left"),
    ]


def test_equal_lines_are_told_apart_by_how_often_they_occur():
    twice = [build.score("2026-10-08")] * 2
    assert compare(frame(*twice), held(*twice))[0] == ["known", "known"]
    assert compare(frame(*twice, *twice), held(*twice))[0] == ["known", "known", "new", "new"]


def test_a_file_is_known_after_one_of_its_facts_was_corrected_in_the_log():
    first, right = build.score("2026-10-08", value=5), build.score("2026-10-08", value=6)
    log = held(first, build.score("2026-10-09"), right, lineage=[1, 2, 1])
    assert compare(frame(first, build.score("2026-10-09")), log)[0] == ["known", "known"]
    assert compare(frame(right), log)[0] == ["known"]
    what, found = compare(frame(build.score("2026-10-08", value=9)), log)
    assert what == ["different"]
    assert [(d.row, d.old) for d in found.differences] == [(3, 6.0)]  # beside the newest, not the first


def test_a_day_corrected_in_the_log_and_in_the_file_alike_is_known():
    log = held(build.score("2026-10-08"), build.score("2026-11-08"), lineage=[1, 1])
    assert compare(frame(build.score("2026-11-08")), log)[0] == ["known"]
    assert compare(frame(build.score("2026-10-08"), build.score("2026-11-08")), log)[0] == ["known", "new"]


def test_an_empty_log_knows_nothing_and_an_empty_file_asks_nothing():
    assert compare(frame(build.score()), held())[0] == ["new"]
    assert compare(frame(), held(build.score()))[0] == []


def test_facts_without_their_lineage_cannot_be_compared():
    with pytest.raises(FrameError, match="missing: lineage"):
        identity.compare(SCORE, frame(build.score()), frame(build.score()), KEY)


def test_repeated_facts_are_named_after_the_first():
    again = frame(build.score(), build.score(value=6), build.score())
    assert identity.repeated(SCORE, again).tolist() == [False, False, True]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["2026-10-08", "2026-10-09"]), st.integers(0, 3)), max_size=8), st.randoms())
def test_what_was_imported_is_known_in_full_whatever_it_was(rows, random):
    scores = [build.score(day, value=value) for day, value in rows]
    log = held(*scores)
    assert set(compare(frame(*scores), log)[0]) <= {"known"}
    shuffled = log.sample(frac=1, random_state=random.randint(0, 9)).reset_index(drop=True)
    assert set(compare(frame(*scores), shuffled)[0]) <= {"known"}


def test_a_hundred_thousand_facts_are_compared_in_a_moment():
    n = 100_000
    days = pd.Series(np.arange(n) % 5000).astype("int64")
    values = {
        "patient": [f"P{i // 5000}" for i in range(n)],
        "scale": ["x"] * n,
        "observed_on": days,
        "value": [5.0] * n,
    }
    many = columns.frame(columns.columns(SCORE), {**values, "row": np.arange(1, n + 1), "entry": [1] * n})
    found = identity.compare(SCORE, many, many.assign(lineage=many["row"]), KEY)
    assert found.is_known.all()
