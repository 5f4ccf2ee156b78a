"""Cohort questions: the SQL files say what our derivations say, clinics stay apart, nothing is ranked."""

import re

import pytest
from build import ANYTHING, dose, score
from click.testing import CliRunner
from scale import agreement, pandas_side

import titration
from titration import cohort_sql
from titration.cli import main
from titration.derive.washout import Window
from titration.errors import LogError, LogNotFound, TitrationError
from titration.records import DiarySchedule

GIVEN = {
    "default": Window(),
    "washout after a device change": Window(days=10, washout_h=24, device_washout_h=72, least_n=2),
}


def both(folder, log, name, window=GIVEN["default"]):
    answer = cohort_sql.ask(cohort_sql.exports([folder]), name, window=window)
    clinic = pandas_side.Clinic(log)
    ours = pandas_side.before_after(clinic, window) if name == "before_after" else pandas_side.ANSWERS[name](clinic)
    rows = agreement.rows_of(answer.columns, answer.rows)
    return answer.columns, rows, agreement.of_frame(ours, answer.columns)


@pytest.mark.parametrize("name", cohort_sql.QUESTIONS)
def test_duckdb_says_what_our_derivations_say(exported, busy, name):
    columns, theirs, ours = both(exported, busy, name)
    assert agreement.differences(theirs, ours, columns) == []
    assert len(theirs) >= 4


def test_before_after_agrees_with_another_window_and_has_every_reason_in_it(exported, busy):
    seen = set()
    for window in GIVEN.values():
        columns, theirs, ours = both(exported, busy, "before_after", window)
        assert agreement.differences(theirs, ours, columns) == []
        seen |= {name for row in theirs.values() for name, value in row.items() if isinstance(value, int) and value}
    assert seen >= {"computable", "too_few", "near_device", "unexplained"}


def test_a_number_that_differs_is_noticed(exported, busy):
    columns, theirs, ours = both(exported, busy, "scores_by_month")
    key = next(k for k, row in theirs.items() if row["median"] is not None)
    theirs[key]["median"] += 1e-13
    gone = next(k for k in ours if k != key)
    del ours[gone]
    assert len(agreement.differences(theirs, ours, columns)) == 2


def ask(log, folder, name, **how):
    log.parquet(folder)
    answer = cohort_sql.ask(cohort_sql.exports([folder]), name, **how)
    return [dict(zip(answer.columns, row, strict=True)) for row in answer.rows]


def test_the_middle_of_values_and_of_grades_worked_by_hand(log, tmp_path):
    log.append(*(score("2026-10-08", v) for v in (2, 4, 5, 9)), score("2026-10-09", not_assessed="declined"))
    log.append(
        *(score("2026-10-08", scale="MAS", grade=g, body_part="adductors", side="left") for g in ("1", "1+", "2", "4"))
    )
    grades, values = ask(log, tmp_path / "a", "scores_by_month")
    assert (values["n"], values["recorded"], values["median"], values["low"], values["high"]) == (4, 5, 4.5, 2, 9)
    assert (values["mean"], values["total"]) == (None, None), "the order alone has meaning"
    assert (grades["median"], grades["median_place"], grades["low"], grades["high"]) == (None, 2, 1, 5)


def test_entries_expected_and_filled_worked_by_hand(log, tmp_path, clock):
    log.append(DiarySchedule(patient="P001", scale="nrs_spasticity", from_on="2026-10-29", every_days=3))
    log.append(score("2026-10-30"), score("2026-10-31"), score("2026-11-02"), score("2026-11-04", collected="visit"))
    october, november = ask(log, tmp_path / "a", "completeness")
    # entries: 29-31 October (filled twice over), 1-3 November (filled), 4-6 (at a visit: no diary), ... 19-21, not 22-24
    assert (october["n_expected"], october["n_filled"], october["days_with_value"], october["filled_pct"]) == (
        1,
        1,
        2,
        100,
    )
    assert (november["n_expected"], november["n_filled"], november["days_with_value"]) == (7, 1, 1)


def test_a_change_with_its_scores_worked_by_hand(log, tmp_path):
    log.append(dose("2026-09-01T09:30+01:00", 100), dose("2026-10-08T09:30+01:00", 120), confirm=ANYTHING)
    before = [score(f"2026-10-0{d}", v) for d, v in ((2, 6), (3, 8), (4, 7), (5, 7))]
    settling = [score("2026-10-09T10:00+01:00", 0), score("2026-10-08T08:00+01:00", 9)]
    after = [score(f"2026-10-1{d}", v) for d, v in ((2, 4), (3, 6), (4, 5), (5, 5))]
    log.append(*before, *settling, *after)
    (row,) = ask(log, tmp_path / "a", "before_after")
    assert (row["direction"], row["pairs"], row["computable"]) == ("increase", 1, 1)
    assert (row["scores_before"], row["scores_after"]) == (5, 4)
    assert (row["before_median"], row["after_median"], row["difference_median"]) == (7, 5, -2)


def test_an_empty_log_has_answers_without_rows(log, tmp_path):
    folder = tmp_path / "a"
    log.parquet(folder)
    found = cohort_sql.exports([folder])
    assert [len(cohort_sql.ask(found, name).rows) for name in cohort_sql.QUESTIONS] == [1, 0, 0, 0]


def test_clinics_stay_apart_and_their_patients_of_one_code_too(exported, log, tmp_path):
    log.append(score("2026-03-08", 1))
    log.parquet(tmp_path / "other")
    found = cohort_sql.exports([exported, tmp_path / "other"])
    alone = cohort_sql.ask(found[:1], "scores_by_month").rows
    rows = cohort_sql.ask(found, "scores_by_month").rows
    assert [row for row in rows if row[0] == "North/South clinic"] == alone
    assert [row[0] for row in rows].count("North clinic") == 1


def test_two_exports_of_one_log_or_of_one_site_are_refused(exported, busy, tmp_path):
    busy.parquet(tmp_path / "again")
    with pytest.raises(LogError, match="patients would count twice or be mixed up"):
        cohort_sql.exports([exported, tmp_path / "again"])
    with titration.create(tmp_path / "other.db", site=busy.site, zone="Europe/London", by="clinician-1") as other:
        other.parquet(tmp_path / "other")
    with pytest.raises(LogError, match="give one export of each site"):
        cohort_sql.exports([exported, tmp_path / "other"])


def test_what_is_no_export_is_said(tmp_path):
    with pytest.raises(LogError, match="is no finished export"):
        cohort_sql.exports([tmp_path])
    with pytest.raises(LogNotFound):
        cohort_sql.exports([tmp_path / "nowhere"])
    with pytest.raises(LogError, match="no export was named"):
        cohort_sql.exports([])
    with pytest.raises(TitrationError, match="there is no question best_clinic; there are clinic_months"):
        cohort_sql.question("best_clinic")


def test_without_duckdb_it_says_what_to_install(exported, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "duckdb", None)
    with pytest.raises(TitrationError, match=r"pip install 'titration\[analytics\]'"):
        cohort_sql.ask(cohort_sql.exports([exported]), "clinic_months")


PORTABLE = {
    "AND", "AS", "AVG", "BIT_COUNT", "BIT_OR", "POWER", "VALUES", "CASE", "CAST", "COALESCE", "COUNT", "EXISTS", "FLOOR", "FROM", "GREATEST", "IN", "JOIN", "LEAD", "LEAST", "MAX",
    "MIN", "OVER", "PERCENTILE_CONT", "PERCENTILE_DISC", "ROW_NUMBER", "SUM", "THEN", "WHEN", "GROUP", "OR",
}  # fmt: skip


@pytest.mark.parametrize("name", cohort_sql.QUESTIONS)
def test_a_question_is_one_select_of_words_both_engines_know_in_order_of_clinics(name):
    sql = re.sub(r"--.*", "", cohort_sql.question(name))
    assert ";" not in sql
    assert set(re.findall(r"\b([A-Z_]+) ?\(", sql)) <= PORTABLE
    last = sql.rindex("ORDER BY")
    assert sql[last:].split()[2].removeprefix("s.").removeprefix("m.") == "site_name,"
    assert "DESC" not in sql[last:], "nothing is ranked"
    assert "LIMIT" not in sql
    assert cohort_sql.about(name).endswith(".")


def test_the_shell_asks_a_log_or_its_export_and_says_how_it_counts(exported, busy_file, tmp_path):
    run = CliRunner()
    asked = ["--query", "before_after", "--least", "2", "--days", "10"]
    of_log, of_export = (run.invoke(main, ["cohort", str(source), *asked]) for source in (busy_file, exported))
    assert of_log.exit_code == 0, of_log.output
    assert of_log.output == of_export.output
    assert "does not show that the change made it" in of_log.output
    csv = run.invoke(main, ["cohort", str(exported), "--query", "clinic_months", "--csv"])
    assert csv.output.splitlines()[0].startswith("site_name,month,patients_followed")
    assert csv.output.splitlines()[1].startswith("North/South clinic,2026-02,5,")
    said = run.invoke(main, ["cohort", str(exported), "--query", "clinic_months", "--asof", "2"])
    assert said.exit_code == 2
    assert "--asof goes with a log" in said.output
