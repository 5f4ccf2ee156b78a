"""A log as Parquet: every current fact comes back as it stands, by local month, the same bytes again, flat in memory."""

import json
from hashlib import sha256

import pandas as pd
import pyarrow.parquet as pq
import pytest
from build import ANYTHING, score
from click.testing import CliRunner

import titration
from titration import columns, frames
from titration.cli import main
from titration.errors import LogExists, TitrationError
from titration.parquet import MANIFEST, facts, files
from titration.records import KINDS


def table(folder, name):
    """All rows of a table, in order of rows."""
    parts = [pq.ParquetFile(path).read() for path in sorted((folder / name).rglob("*.parquet"))]
    made = pd.concat([part.to_pandas(date_as_object=False) for part in parts], ignore_index=True)
    return made.sort_values("row", ignore_index=True) if "row" in made else made


def as_frame(folder, name, kind):
    """A table with the columns and dtypes of its frame."""
    shown = columns.columns(kind)
    return table(folder, name)[[c.name for c in shown]].astype({c.name: c.dtype for c in shown})


def test_every_fact_comes_back_as_its_frame_has_it(demo_log, tmp_path):
    demo_log.parquet(tmp_path / "a")
    made = frames.chart_frames(demo_log.store, demo_log.entry_at(), None)
    for kind in KINDS.values():
        for name in ("doses", "plans") if kind.frame == "doses" else (kind.frame,):
            theirs, ours = as_frame(tmp_path / "a", name, kind), made[name].sort_values("row", ignore_index=True)
            pd.testing.assert_frame_equal(theirs, ours)
    assert len(table(tmp_path / "a", "scores")) > 1000


def test_what_was_taken_back_is_in_the_journal_alone(exported, busy):
    amended = table(exported, "amendments")
    assert amended["kind"].tolist() == ["corrected", "entered in error"]
    assert amended["reason"].tolist() == ["misread", "of somebody else"]
    rows = set(table(exported, "scores")["row"])
    assert not rows & set(amended["row"])
    assert int(amended["replaced_by"].iloc[0]) in rows
    entries = table(exported, "entries")
    assert entries["seal"].iloc[-1].lower() == busy.head
    assert entries["local_month"].unique().tolist() == ["2026-07"]


def test_a_fact_lies_in_the_month_of_its_zone(log, tmp_path):
    log.append(score("2026-10-31T23:30-05:00", 5), score("2026-10-31", 4), score("2026-10-25T01:30+00:00", 3))
    log.parquet(tmp_path / "a")
    made = table(tmp_path / "a", "scores")
    assert made["local_month"].tolist() == ["2026-11", "2026-10", "2026-10"]
    assert (made["last_s"] - made["first_s"]).tolist() == [0, 86_399, 0]
    folders = sorted(p.parent.name for p in (tmp_path / "a" / "scores").rglob("*.parquet"))
    assert folders == ["month=2026-10", "month=2026-11"]
    (day,) = table(tmp_path / "a", "scores").query("by_day")["observed_day"]
    assert pd.Timestamp(day, unit="D") == pd.Timestamp("2026-10-31")


def test_a_day_of_25_hours_is_that_long(log, tmp_path):
    log.append(score("2026-10-25", 4))
    log.parquet(tmp_path / "a")
    made = table(tmp_path / "a", "scores")
    assert int((made["last_s"] - made["first_s"]).iloc[0]) == 25 * 3600 - 1


def test_the_same_log_gives_the_same_bytes_and_the_manifest_fits_them(exported, busy, tmp_path):
    busy.parquet(tmp_path / "again")
    said = json.loads((exported / MANIFEST).read_text(encoding="utf-8"))
    assert said == json.loads((tmp_path / "again" / MANIFEST).read_text(encoding="utf-8"))
    found = {p.relative_to(exported).as_posix(): p for p in exported.rglob("*.parquet")}
    assert said["files"].keys() == found.keys()
    assert all(sha256(found[path].read_bytes()).hexdigest() == f["sha256"] for path, f in said["files"].items())
    assert (said["site"], said["asof"], said["head"]) == (busy.site, busy.entry_at(), busy.head)
    assert said["rows"]["scores"] == len(busy.scores()) == sum(
        f["rows"] for path, f in said["files"].items() if path.startswith("scores/")
    )  # fmt: skip


def test_rows_in_small_bites_are_the_same_rows(exported, busy, tmp_path, monkeypatch):
    monkeypatch.setattr(facts, "AT_ONCE", 40)
    monkeypatch.setattr(files, "OPEN_FILES", 1)
    busy.parquet(tmp_path / "a")
    one = next((tmp_path / "a" / "scores").rglob("month=2026-04/part-0.parquet"))
    assert pq.ParquetFile(one).num_row_groups > 2
    assert max(pq.ParquetFile(one).metadata.row_group(n).num_rows for n in range(3)) <= 40
    for name in ("scores", "doses", "dose_steps", "changes"):
        pd.testing.assert_frame_equal(table(tmp_path / "a", name), table(exported, name))


def test_a_month_that_comes_again_gets_a_further_file(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "OPEN_FILES", 1)
    made = files.Files(tmp_path, "North")
    shown = (files.Shown("row", "int64"), files.Shown("local_month", "str"))
    made.add("scores", shown, {"row": [1, 2, 3], "local_month": ["2026-01", "2026-02", "2026-01"]})
    made.add("notes", shown, {"row": [], "local_month": []})
    assert {path: n for path, (n, _) in made.close().items()} == {
        "notes/site=North/part-0.parquet": 0,
        "scores/site=North/month=2026-01/part-0.parquet": 1,
        "scores/site=North/month=2026-01/part-1.parquet": 1,
        "scores/site=North/month=2026-02/part-0.parquet": 1,
    }
    assert table(tmp_path, "scores")["row"].tolist() == [1, 2, 3]


def test_a_site_is_a_safe_folder_and_stands_in_the_files_in_full(exported):
    assert [p.name for p in (exported / "scores").iterdir()] == ["site=North%2FSouth clinic"]
    assert table(exported, "scores")["site_name"].unique().tolist() == ["North/South clinic"]
    whole = pq.read_table(exported / "refills")
    assert "site_name" in whole.column_names, "the folder is one table for pandas and pyarrow too"


def test_each_column_says_its_unit_and_meaning(exported):
    path = next((exported / "refills").rglob("*.parquet"))
    said = pq.read_schema(path).field("injected_ml").metadata
    assert said[b"unit"] == b"mL"
    assert said[b"meaning"]


def test_a_folder_that_holds_something_is_left_alone(log, tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "mine.txt").write_text("x")
    with pytest.raises(LogExists, match="name a new or an empty folder"):
        log.parquet(tmp_path / "a")
    assert [p.name for p in (tmp_path / "a").iterdir()] == ["mine.txt"]


def test_an_earlier_moment_is_exported_as_it_was(log, tmp_path):
    first = log.append(score("2026-10-08", 5))
    log.correct(int(log.scores()["row"].iloc[0]), score("2026-10-08", 6), reason="misread", confirm=ANYTHING)
    log.parquet(tmp_path / "then", asof=first.entry)
    log.parquet(tmp_path / "now")
    assert table(tmp_path / "then", "scores")["value"].tolist() == [5]
    assert table(tmp_path / "now", "scores")["value"].tolist() == [6]
    assert table(tmp_path / "then", "amendments").empty


def test_without_pyarrow_it_says_what_to_install_and_leaves_nothing(log, tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    with pytest.raises(TitrationError, match=r"pip install 'titration\[analytics\]'"):
        log.parquet(tmp_path / "a")
    assert not (tmp_path / "a").exists()


def test_the_shell_writes_parquet_of_all_or_of_a_deidentified_set(busy_file, tmp_path):
    run = CliRunner()
    said = run.invoke(main, ["export", str(busy_file), "--parquet", str(tmp_path / "a")])
    assert said.exit_code == 0, said.output
    assert "scores:" in said.output
    assert (tmp_path / "a" / MANIFEST).exists()
    said = run.invoke(main, ["export", str(busy_file), "--parquet", str(tmp_path / "b"), "--deidentified"])
    assert said.exit_code == 0, said.output
    masked = pq.read_table(tmp_path / "b" / "scores.parquet")
    assert set(masked["patient"].to_pylist()) == {f"S{n:03}" for n in range(1, 6)}
    for wrong in ([], [str(tmp_path / "c"), "--parquet", str(tmp_path / "d")]):
        said = run.invoke(main, ["export", str(busy_file), *wrong])
        assert said.exit_code == 2
        assert "name one folder" in said.output
    assert titration.open(busy_file).scores().shape[0] == len(table(tmp_path / "a", "scores"))
