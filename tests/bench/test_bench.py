"""The bench itself, at a thousandth of its size: every row is measured, and the table says what was measured."""

import json
import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import bench_start
import grown
import run
import table

ROWS = "append,csv,one,chart,verify"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bench")
    rows = run.main(
        ["--size", "0.0005", "--rounds", "1", "--no-memory", "--only", ROWS, "--folder", str(folder / "logs"),
         "--json", str(folder / "bench.json")]
    )  # fmt: skip
    return folder, rows


def test_every_row_asked_for_is_measured_against_its_limit(made):
    _, rows = made
    assert [row.name for row in rows] == ROWS.split(",")
    for row in rows:
        assert row.ratios[row.limit] == 1
        assert row.ratio == row.ratios[row.ours] > 0


def test_the_table_of_the_readme_holds_what_the_json_holds(made):
    folder, rows = made
    said = (folder / "README-table.md").read_text(encoding="utf-8")
    kept = json.loads((folder / "bench.json").read_text(encoding="utf-8"))["rows"]
    assert set(kept) == {row.name for row in rows}
    for row in rows:
        if row.tail is not None:
            continue
        measured = f"{row.ratio:.2f}" if row.is_within else f"**{row.ratio:.2f}, over**"
        assert f"| {row.title} | {row.limit} | {row.at_most:g} | {measured} |" in said
    assert "Not at the full size: 0.0005 of it." in said
    assert [said.index(f"| {row.title} |") for row in rows] == sorted(said.index(f"| {row.title} |") for row in rows)


def test_the_peak_of_a_case_is_that_of_a_process_of_its_own(made):
    folder, _ = made
    where = ["--folder", str(folder / "logs"), "--size", "0.0005"]
    mib = table.peak("verify-quick", "SHA-256 of the file", where)
    assert 10 < mib < 500


def test_a_slow_peer_is_run_in_the_first_round_alone():
    ran = []
    cases = tuple(
        table.Case(name, lambda name=name: ran.append(name), is_once=name == "peer")
        for name in ("ours", "limit", "peer")
    )
    work = table.Work("w", "w", "ours", "limit", 2.0, cases, rounds=3)
    row = table.measured(work)
    assert sorted(ran) == ["limit"] * 3 + ["ours"] * 3 + ["peer"]
    assert sorted(ran[:3]) == ["limit", "ours", "peer"]
    assert set(row.ratios) == {"ours", "limit", "peer"}
    assert work.peaks() == ["ours", "limit"]


def test_a_row_over_its_limit_says_so_and_one_with_a_tail_says_both():
    cases = (table.Case("ours", int), table.Case("limit", int))
    work = table.Work("w", "w", "ours", "limit", 2.0, cases, each=4, tail=2.0)
    row = table.told(work, {"ours": [1.0, 1.0, 1.0, 9.0], "limit": [1.0] * 4}, 1, {"peer": "no library"})
    assert not row.is_within  # the median is held and the tail is not
    said = table._said({**table.asdict(row), "is_within": row.is_within})
    assert "| p50 2, p99 2 | **p50 1.00, p99 " in said
    assert ", over** |  | peer: no library (4 times) |" in said


@pytest.mark.parametrize("name", bench_start.WORKS)
def test_the_words_of_a_verb_that_is_timed_are_understood(tmp_path, monkeypatch, name):
    monkeypatch.setattr(bench_start, "compiled", lambda place: dict(os.environ))  # the speed is not the question
    work = bench_start.WORKS[name](grown.Place(tmp_path))
    next(case for case in work.cases if case.name == work.ours).run()


def test_every_row_of_the_issue_has_its_maker():
    assert {
        "append", "append-into", "csv", "one", "writers", "chart", "chart-cold-1", "chart-cold-10", "chart-cold-30",
        "windows", "windows-unsorted", "timeline", "reports", "verify", "verify-jobs", "verify-quick", "help", "add",
        "verify-start",
    } <= set(run.works())  # fmt: skip


def test_a_ratio_is_the_median_of_the_ratios_of_the_rounds():
    work = table.Work("w", "w", "ours", "limit", 2.0, (table.Case("ours", int), table.Case("limit", int)))
    row = table.told(work, {"ours": [2.0, 9.0, 4.0], "limit": [1.0, 3.0, 8.0]}, 3, {})
    assert row.ratio == 2.0  # of 2, 3 and 0.5
    assert row.is_within
