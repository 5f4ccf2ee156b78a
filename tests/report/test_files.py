"""Saving: whole files or none, never over something else; the same bytes everywhere."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from report import sample
from report.sample import undrawn as report_of

from titration.errors import LogExists
from titration.report import build
from titration.report.files import safe

TESTS = Path(__file__).parents[1]
NAMES = ["P001-2026-10.pdf", "P001-2026-10.html", "P001-2026-10.txt", "P001-2026-10-facts.csv"]


def report(*more, **other):
    return report_of(sample.chart(*sample.doses(), *more, **other), "2026-10")


def contents(paths):
    return {path.name: path.read_bytes() for path in paths}


def test_the_four_files_are_written_and_nothing_else(tmp_path):
    paths = report().save(tmp_path / "out" / "deep")
    assert [path.name for path in paths] == NAMES
    assert sorted(p.name for p in (tmp_path / "out" / "deep").iterdir()) == sorted(NAMES)


def test_saving_the_same_again_is_fine_and_touches_nothing(tmp_path):
    first = report().save(str(tmp_path))
    times = [path.stat().st_mtime_ns for path in first]
    assert report().save(tmp_path) == first
    assert [path.stat().st_mtime_ns for path in first] == times


def test_a_file_that_says_something_else_is_never_written_over(tmp_path):
    before = contents(report().save(tmp_path))
    other = report(sample.dose("2026-10-30T10:00+00:00", 115))
    with pytest.raises(LogExists, match=r"P001-2026-10\.pdf is already there.*another folder.*--replace"):
        other.save(tmp_path)
    assert contents(tmp_path.iterdir()) == before
    assert contents(other.save(tmp_path, replace=True)) == other.files()


def test_one_strange_file_keeps_all_four_from_being_written(tmp_path):
    strange = tmp_path / "P001-2026-10.txt"
    strange.write_text("my own notes")
    with pytest.raises(LogExists):
        report().save(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [strange.name]


def test_a_later_entry_of_the_log_does_not_make_another_page(tmp_path):
    first = contents(report().save(tmp_path))
    later = report(asof=300, asof_at=pd.Timestamp("2026-12-01T08:00Z"), head="ab" * 32)
    assert later.files() != first
    assert contents(later.save(tmp_path)) == first
    (tmp_path / "P001-2026-10.html").unlink()
    assert contents(later.save(tmp_path)) == first


def test_a_page_touched_by_hand_is_something_else_even_so(tmp_path):
    report().save(tmp_path)
    page = tmp_path / "P001-2026-10.txt"
    page.write_text(page.read_text().replace("108 mcg/day", "180 mcg/day"))
    later = report(asof=300, asof_at=pd.Timestamp("2026-12-01T08:00Z"), head="ab" * 32)
    with pytest.raises(LogExists):
        later.save(tmp_path)


@pytest.mark.parametrize(
    "facts", ["", "id,text\nrecord.asof,x\n", "\x00", "id,definition,text\nrecord.asof,a,b\nrecord.head,c,d\n"]
)
def test_a_table_that_is_no_table_of_facts_is_something_else(tmp_path, facts):
    report().save(tmp_path)
    (tmp_path / "P001-2026-10-facts.csv").write_text(facts)
    with pytest.raises(LogExists):
        report().save(tmp_path)


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("P001", "P001"),
        ("../../etc", "%../../etc"),
        ("a b", "a%20b"),
        ("CON", "%CON"),
        ("aux.1", "%aux.1"),
        (".x", "%.x"),
    ],
)
def test_a_file_name_is_safe_for_any_code(code, name):
    made = safe(code)
    assert made == name.replace("/", "%2F")
    assert not set(made) & set('/\\:*?"<>| ')


def test_different_codes_never_share_a_file_name():
    codes = ["a/b", "a%2Fb", "a_b", "ab", "a.b", "CON", "%CON"]
    assert len({safe(code) for code in codes}) == len(codes)


SCRIPT = """
import hashlib
from report import sample
from report.sample import undrawn as report_of
from titration.report import build
files = build(sample.chart(*sample.all_of_it()), "2026-10", history=sample.corrections()).files()
print(" ".join(hashlib.sha256(content).hexdigest() for content in files.values()))
"""


def test_the_bytes_are_the_same_under_another_language_zone_and_hash_seed():
    other = {"LANG": "de_DE.UTF-8", "LC_ALL": "de_DE.UTF-8", "TZ": "Asia/Tokyo", "PYTHONHASHSEED": "1"}
    here = build(sample.chart(*sample.all_of_it()), "2026-10", history=sample.corrections()).files()
    expected = [hashlib.sha256(content).hexdigest() for content in here.values()]
    path = os.pathsep.join([str(TESTS), str(TESTS.parent)])
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        env={**os.environ, **other, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == expected
