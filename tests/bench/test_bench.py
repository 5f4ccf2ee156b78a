"""The bench itself, at a thousandth of its size: every row is measured, and the table says what was measured."""

import json
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import run
import table

ROWS = "append,csv,one,chart,verify,help"


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
        assert f"| {row.title} | {row.limit} | {row.at_most:g} | {row.ratio:.2f} |" in said


def test_a_ratio_is_the_median_of_the_ratios_of_the_rounds():
    work = table.Work("w", "w", "ours", "limit", 2.0, (table.Case("ours", int), table.Case("limit", int)))
    row = table.told(work, {"ours": [2.0, 9.0, 4.0], "limit": [1.0, 3.0, 8.0]}, 3, {})
    assert row.ratio == 2.0  # of 2, 3 and 0.5
    assert row.is_within
