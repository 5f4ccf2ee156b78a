"""The bench of the derivations runs, on a small clinic, leaves no public function out, and measures like against like."""

import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

sys.path.insert(0, str(Path(__file__).parent))

import bench_derive
import thousand
from plain import PLAIN, WITHOUT


@pytest.fixture(scope="module")
def small():
    f, until = thousand.frames(patients=4, years=1, seed=3)  # one in which a readout is unlike the record
    run, use = bench_derive.calls(f, until)
    bench_derive.timed(use, f)
    made = {name: call() for name, call in run.items() if call is not None}
    use["changed"] = bench_derive.changed(use["stairs"])
    return f, run, use, made


@pytest.fixture(scope="module")
def given(small):
    """What each derivation gives."""
    return small[-1]


def numbers(values):
    """Numbers, times as seconds, texts by the order in which they first come, missing ones missing."""
    found = pd.Series(values)
    if isinstance(found.dtype, pd.DatetimeTZDtype):
        found = found.dt.tz_localize(None)
    if found.dtype.kind == "M":
        found = (found.astype("datetime64[us]") - pd.Timestamp(0)) / pd.Timedelta(seconds=1)
    elif found.dtype == object or isinstance(found.dtype, pd.StringDtype):
        place = pd.factorize(found)[0].astype("float64")
        return np.where(place < 0, np.nan, place)
    return found.to_numpy(dtype="float64", na_value=np.nan)


def is_text(values):
    return values.dtype == object or isinstance(values.dtype, pd.StringDtype)


def as_text(codes):
    """Numbers that stand for texts, below 0 where there is none."""
    return np.array([None if code < 0 else str(code) for code in codes.tolist()], dtype=object)


def test_every_derivation_takes_the_clinic_in_one_piece_and_none_is_left_out(small, given):
    _, run, *_ = small
    assert len(given["score.daily"]) == 4 * 365
    assert len(given["windows.before_after"]) > 30
    assert "not as recorded" in set(given["found.sequence"]["says"])
    assert bench_derive.unlisted(run) == []


def test_every_derivation_that_is_timed_has_a_plain_form_or_a_reason_for_none(given):
    assert not PLAIN.keys() & WITHOUT.keys()
    assert set(given) == PLAIN.keys() | WITHOUT.keys()


@pytest.mark.parametrize("name", PLAIN)
def test_a_plain_form_gives_the_same_numbers_as_ours(small, given, name):
    f, _, use, _ = small
    made, ours = PLAIN[name][1](use, f)(), given[name]
    if isinstance(ours, pd.Series):
        ours = ours.to_frame(next(iter(made)))
    assert len(ours) > 0
    for column, found in made.items():
        mine, other = numbers(as_text(found) if is_text(ours[column]) else found), numbers(ours[column])
        np.testing.assert_allclose(mine, other, rtol=1e-9, atol=1e-6, err_msg=column)


def test_a_floor_is_the_plain_form_and_the_columns_of_the_result_put_in_place(small, given):
    f, run, use, _ = small
    row = bench_derive.row("dose.staircase", run, use, f, rounds=1)
    assert row["floor_seconds"] > row["plain_seconds"] > 0
    assert 0 < row["floor_ratio"] < row["ratio"]
    assert f"| {row['floor_seconds']:.4f} | {row['floor_ratio']:.2f} |" in bench_derive.markdown({"x": row}, 4, 1)
    stairs, hours = given["dose.staircase"], given["clock.wall_offset"]
    pd.testing.assert_frame_equal(bench_derive.put_in_place(stairs)(), stairs)
    assert list(bench_derive.put_in_place(hours)()) == list(hours)
    assert bench_derive.row("findings.findings", run, use, f, rounds=1)["floor_ratio"] is None


def test_the_table_says_what_was_measured_and_marks_what_is_over_three(small, tmp_path):
    f, run, use, _ = small
    rows = {name: bench_derive.row(name, run, use, f, rounds=1) for name in ("volumes.flow", "findings.findings")}
    bench_derive.save(tmp_path, rows, 4, 1)
    kept = json.loads((tmp_path / "derive.json").read_text(encoding="utf-8"))
    assert kept["rows"]["volumes.flow"]["ratio"] == rows["volumes.flow"]["ratio"] > 0
    assert kept["rows"]["findings.findings"]["ratio"] is None
    said = (tmp_path / "README-derive.md").read_text(encoding="utf-8")
    assert f"| {rows['findings.findings']['seconds']:.4f} |  |  |" in said
    assert f"none: {WITHOUT['findings.findings']}" in said
    over = {**rows["volumes.flow"], "ratio": 3.01}
    assert "| **volumes.flow** |" in bench_derive.markdown({"volumes.flow": over}, 2, 1)
    assert "| **3.01** |" in bench_derive.markdown({"volumes.flow": over}, 2, 1)
    assert "| volumes.flow |" in bench_derive.markdown({"volumes.flow": {**over, "ratio": 2.99}}, 2, 1)
