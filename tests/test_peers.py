"""T1 to T20: what went wrong in other logs and reports, each tried end to end on this one.

The numbers are those of the study of peer projects; deeper tests of the same things stand beside the modules.
"""

import contextlib
import dataclasses
import datetime as dt
import io
import json
import shutil
import sqlite3
from pathlib import Path

import build
import pandas as pd
import pypdf
import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from store import attacks

import titration
from titration import DoseChange, Event, NeedsConfirmation, Patient, Score, records, units
from titration.cli import VERBS, main
from titration.derive import diary, dose, runchart, totals, weekly
from titration.errors import InvalidRecord, LogExists
from titration.fields import Code, Day, Reading, field
from titration.records import KINDS, DoseStep, Readout, Record, TimedBolus, from_texts

LONDON = "Europe/London"
ROOT = Path(titration.__file__).parents[1]


def change(at, mcg, mode="simple continuous", **more):
    when = {"effective_on": at} if len(at) == 10 else {"effective_at": at}
    return DoseChange(patient="P001", mode=mode, dose_mcg_per_day=mcg, **when, **more)


def answered(log, *facts):
    try:
        return log.append(*facts)
    except NeedsConfirmation as need:
        return log.append(*facts, confirm=dict.fromkeys(map(str, need.questions), "the pump shows this"))


def per_day(chart, zone=LONDON, until="2026-12-31T00:00Z"):
    stairs = dose.staircase(
        chart.doses, zone=zone, until=pd.Timestamp(until), patient_states=chart.patient_states, readouts=chart.readouts
    )
    return totals.daily_totals(stairs, chart.dose_steps, chart.timed_boluses, zone=zone)


def shell(*words):
    return CliRunner().invoke(main, [str(w) for w in words])


days = st.dates(dt.date(2026, 1, 1), dt.date(2026, 11, 20)).map(dt.date.isoformat)
acts = st.one_of(
    st.builds(change, days, st.sampled_from([80, 100, 120])),
    st.builds(lambda d: change(f"{d}T09:30+00:00", 90), days),
    st.builds(
        lambda d, mcg: Readout(patient="P001", read_on=d, dose_mcg_per_day=mcg), days, st.sampled_from([80, 100])
    ),
)


@settings(
    max_examples=max(3, settings.default.max_examples // 4),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(history=st.lists(acts, min_size=1, max_size=7), mcg=st.sampled_from([60, 110, 300]))
def test_t1_a_change_entered_today_leaves_dose_in_force_and_daily_total_of_every_earlier_day(tmp_path, history, mcg):
    path = tmp_path / f"{len(list(tmp_path.iterdir()))}.db"
    today = dt.datetime(2026, 11, 23, 12, 0, tzinfo=dt.UTC)
    with titration.create(path, site="x", zone=LONDON, by="clinician-1", clock=lambda: today) as log:
        log.append(Patient(patient="P001"))
        for fact in history:
            answered(log, fact)
        before = log.chart("P001")
        answered(log, change("2026-11-23T11:30+00:00", mcg))
        after = log.chart("P001")
        kept = ["patient", "day", "total_mcg", "hours", "hours_in_day"]
        earlier, later = (per_day(c).query("day < '2026-11-23'")[kept].reset_index(drop=True) for c in (before, after))
        pd.testing.assert_frame_equal(earlier, later)
        for day in pd.date_range("2026-01-01", "2026-11-22", freq="29D", tz="UTC"):
            one, other = (
                dose.in_force(c.doses, at=day, zone=LONDON, patient_states=c.patient_states, readouts=c.readouts)
                for c in (before, after)
            )
            pd.testing.assert_frame_equal(one, other)
        again = log.chart("P001", asof=before.asof)
        pd.testing.assert_frame_equal(again.doses, before.doses)


@pytest.mark.parametrize(
    ("zone", "hours"),
    [("Europe/London", {23: 1, 25: 1}), ("America/New_York", {23: 1, 25: 1}), ("Pacific/Auckland", {23: 1, 25: 1}),
     ("Pacific/Kiritimati", {}), ("Etc/GMT-14", {}), ("Etc/GMT+12", {})],
)  # fmt: skip
def test_t2_day_and_month_buckets_are_right_across_clock_changes_and_far_zones(tmp_path, clock, zone, hours):
    with titration.create(tmp_path / "z.db", site="x", zone=zone, by="clinician-1", clock=clock) as log:
        clock.now = dt.datetime(2027, 1, 3, tzinfo=dt.UTC)
        edges = ["2026-03-31 23:59", "2026-04-01 00:00", "2026-04-30 23:59", "2026-05-01 00:00"]
        answered(log, Patient(patient="P001"), change("2026-01-01", 240))
        answered(log, *(Score(patient="P001", scale="NRS", observed_at=e, value=n) for n, e in enumerate(edges)))
        chart = log.chart("P001")
        made = per_day(chart, zone).query("'2026-01-01' <= day < '2026-12-30'")
        assert made["day"].tolist() == list(pd.date_range("2026-01-01", "2026-12-29"))
        assert (made["total_mcg"] - 10 * made["hours_in_day"]).abs().max() < 1e-6
        odd = made[made["hours_in_day"] != 24]
        assert odd["hours_in_day"].value_counts().to_dict() == hours
        assert chart.scores["observed_on"].dt.strftime("%Y-%m-%d").tolist() == [e[:10] for e in edges]
        april = chart.report("2026-04").frame()
        shown = april[(april["id"].str.startswith("scores.")) & april["id"].str.endswith(".n")]
        assert set(shown["text"]) <= {"2", "1", "0"}
        if len(shown):
            assert shown["text"].iloc[0] == "2"


def test_t3_a_schedule_that_crosses_midnight_keeps_its_value_and_its_daily_sum(log):
    steps = DoseStep.parse_all("06:00 8 mcg/h; 22:00 4 mcg/h", Reading())
    answered(log, change("2026-03-20T00:00+00:00", 160, "flex", steps=steps, clock_offset_min=0))
    made = per_day(log.chart("P001"), until="2026-04-10T00:00Z").query("is_whole")
    plain = made[made["hours_in_day"] == 24]
    assert plain["total_mcg"].round(6).unique().tolist() == [160]  # 16 h at 8 and 8 h at 4, wherever midnight falls
    spring = made[made["hours_in_day"] == 23]["total_mcg"].tolist()
    assert spring == [156]  # one night hour less, at 4 mcg/h


def test_t4_the_sum_of_steps_and_boluses_is_shown_and_asked_about_when_it_is_not_the_stated_dose(log):
    basal = DoseStep.parse_all("00:00 5 mcg/h", Reading())
    four = TimedBolus.parse_all("06:00 10 mcg; 12:00 10 mcg; 18:00 10 mcg; 23:00 10 mcg", Reading())
    sound = change("2026-10-08T09:30+01:00", 160, "periodic bolus", steps=basal, boluses=four)
    assert "160" in log.rehearse(sound).card
    assert log.rehearse(sound).questions == ()
    ismp = DoseStep.parse_all("00:00 60 mcg/h", Reading())  # 60 mcg meant once, programmed every hour
    wrong = change("2026-10-08T09:30+01:00", 60, "flex", steps=ismp)
    with pytest.raises(NeedsConfirmation, match="1440"):
        log.append(wrong)
    assert log.doses().empty
    assert "1440" in log.rehearse(wrong).card.replace(",", "")
    answered(log, wrong)
    assert log.doses()["dose_mcg_per_day"].tolist() == [60]  # stored as printed, with question and answer
    assert log.dose_steps()["rate_mcg_per_h"].tolist() == [60]


def test_t5_zero_stays_zero_and_missing_stays_missing_from_entry_to_paper(log):
    log.append(change("2026-10-01T09:00+01:00", 100))
    texts = {"patient": "P001", "scale": "NRS", "observed_on": "2026-10-08"}
    for value in ("0", "0.0"):
        log.append(from_texts(KINDS["score"], {**texts, "value": value}, Reading(bare=True)))
        texts["observed_on"] = "2026-10-09"
    log.append(
        Score(patient="P001", scale="NRS", observed_on="2026-10-10", not_assessed="declined"),
        change("2026-10-20T09:00+01:00", 0, "stopped"),
    )
    with titration.open(log.path) as again:
        assert again.scores()["value"].tolist()[:2] == [0.0, 0.0]
        assert again.scores()["value"].isna().tolist() == [False, False, True]
        chart = again.chart("P001")
        assert chart.doses["dose_mcg_per_day"].tolist() == [100, 0]
        assert chart.doses["concentration_mcg_per_ml"].isna().all()
        csv = chart.scores.to_csv(index=False)
        assert pd.read_csv(io.StringIO(csv))["value"].tolist()[:2] == [0, 0]
        files = chart.report("2026-10").files()
        pdf = next(content for name, content in files.items() if name.endswith(".pdf"))
        paper = " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)
        assert "0 mcg/day" in paper
        assert "nan" not in paper.casefold()


@pytest.mark.parametrize(
    ("text", "read"),
    [("0.299 mcg/day", 0.299), ("0,299 mcg/day", None), ("1 200 mcg/day", None), ("1.200 mcg/day", None),
     ("1,200 mcg/day", None), ("1200 mcg/day", 1200.0), ("1.2 mg/day", None), ("299", None)],
)  # fmt: skip
def test_t6_a_number_is_read_as_it_stands_or_refused(text, read):
    texts = {"patient": "P001", "effective_on": "2026-10-08", "mode": "simple continuous", "dose_mcg_per_day": text}
    if read is None:
        with pytest.raises(InvalidRecord):
            from_texts(KINDS["dose_change"], texts, Reading())
    else:
        assert from_texts(KINDS["dose_change"], texts, Reading()).dose_mcg_per_day == read
    assert units.number(1200.0) == "1200"
    assert units.number(0.5) == "0.5"


@pytest.mark.parametrize("factor", [10, 1 / 10, 24, 1 / 24, 1000, 1 / 1000])
def test_t7_a_slip_is_caught_against_the_patients_own_last_dose_and_question_and_reason_are_kept(log, factor):
    log.append(change("2026-10-08T09:30+01:00", 120))
    slip = change("2026-10-29T09:30+00:00", 120 * factor)
    with pytest.raises(NeedsConfirmation) as need:
        log.append(slip)
    assert len(log.doses()) == 1
    question = next(q for q in need.value.questions if "times the last dose" in q or "of the last dose" in q)
    assert "compare with the printout" in question
    with pytest.raises(NeedsConfirmation):
        log.append(slip, confirm=dict.fromkeys(map(str, need.value.questions), "  "))
    log.append(slip, confirm=dict.fromkeys(map(str, need.value.questions), "read from the printout of 29 October"))
    kept = log.store.query("SELECT text FROM words")
    assert {(str(question),), ("read from the printout of 29 October",)} <= set(kept)


def test_t8_two_entries_at_the_same_instant_both_survive(log):
    log.append(change("2026-10-08T09:30+01:00", 120))
    answered(log, change("2026-10-08T09:30+01:00", 110))
    answered(log, Score(patient="P001", scale="NRS", observed_at="2026-10-08 09:30", value=4),
             Score(patient="P001", scale="NRS", observed_at="2026-10-08 09:30", value=6))  # fmt: skip
    chart = log.chart("P001")
    assert sorted(chart.doses["dose_mcg_per_day"]) == [110, 120]
    assert sorted(chart.scores["value"]) == [4, 6]
    assert per_day(chart)["total_mcg"].iloc[5] == 110  # the later row is in force


def test_t9_the_same_file_again_adds_nothing_and_a_changed_row_is_reported(log, tmp_path):
    log.append(change("2026-10-01T09:00+01:00", 100))
    file = tmp_path / "scores.csv"
    file.write_text("patient,scale,observed_on,value\nP001,NRS,2026-10-08,4\nP001,NRS,2026-10-09,0\n")
    by = ["--by", "clinician-1"]
    assert "stored 2 score" in shell("import", log.path, file, *by).output
    assert "nothing was added" in shell("import", log.path, file, *by).output
    file.write_text(file.read_text() + "\n")  # other bytes, the same rows
    assert "nothing new" in shell("import", log.path, file, *by).output
    file.write_text("patient,scale,observed_on,value\nP001,NRS,2026-10-08,5\nP001,NRS,2026-10-09,0\n")
    told = shell("import", log.path, file, *by)
    assert told.exit_code == 1
    assert "the log has 4" in told.output
    with titration.open(log.path) as again:
        assert again.scores()["value"].tolist() == [4, 0]


def test_t10_a_fact_dated_ahead_is_asked_about_and_hides_nothing(log, clock):
    log.append(change("2026-10-08T09:30+01:00", 120))
    ahead = change("2027-10-08T09:30+01:00", 130)
    with pytest.raises(NeedsConfirmation, match="after today"):
        log.append(ahead)
    answered(log, ahead)
    answered(log, Score(patient="P001", scale="NRS", observed_on="2026-11-20", value=3))
    chart = log.chart("P001")
    now = pd.Timestamp(clock.now)
    assert dose.in_force(chart.doses, at=now, zone=LONDON)["dose_mcg_per_day"].tolist() == [120]
    assert chart.scores["value"].tolist() == [3]
    assert "120 mcg/day" in chart.plot().twin
    assert "120 mcg/day" in chart.report("2026-10").files()["P001-2026-10.txt"].decode()


@pytest.mark.parametrize(
    "facts",
    [[], [change("2026-10-08", 120)], [change(f"2026-{m:02}-08", 100 + m) for m in range(1, 11)],
     [Score(patient="P001", scale="NRS", observed_on="2026-10-09", value=0)],
     [Score(patient="P001", scale="NRS", observed_on=f"2026-10-{d:02}", value=d % 7) for d in range(1, 31)],
     [Event(patient="P001", started_on="2026-10-02", event="confounder", subtype="UTI")]],
    ids=["nothing", "one dose", "only doses", "one score", "only a diary", "one event"],
)  # fmt: skip
def test_t11_every_section_of_the_report_stands_whatever_there_is(log, facts):
    if facts:
        answered(log, *facts)
    chart = log.chart("P001")
    files = chart.report("2026-10").files()
    assert {name.rpartition(".")[2] for name in files} == {"pdf", "html", "txt", "csv"}
    assert all(files.values())
    assert chart.plot().image("png").startswith(b"\x89PNG")
    assert "P001" in chart._repr_html_()


@pytest.fixture
def newer(monkeypatch):
    """The program with a kind of record more, since schema version 2."""
    for table in list(KINDS):
        monkeypatch.setitem(KINDS, table, KINDS[table])

    class Flush(Record):
        """A throw-away kind of record."""

        patient: str = field(Code(), "code of the patient", required=True)
        flushed_on: object = field(Day(), "the day", required=True)

    Flush.__annotations__ = {"patient": "str", "flushed_on": "object"}
    made = records.record(table="flush", frame="flushes", title="Flush", since=2, moment="flushed")(Flush)
    yield made
    KINDS.pop("flush", None)


def test_t12_after_a_migration_every_guard_is_there_and_still_refuses(log, clock, request):
    log.append(
        change("2026-10-08T09:30+01:00", 120), Score(patient="P001", scale="NRS", observed_on="2026-10-08", value=3)
    )
    log.close()
    flush = request.getfixturevalue("newer")
    with titration.open(log.path, by="clinician-1", clock=clock) as opened:
        opened.append(flush(patient="P001", flushed_on="2026-10-09"))
        assert opened.history()["action"].tolist()[-1] == "append"
    for table in ("entry", "block", "dose_change", "score", "flush", "patient"):
        with attacks.raw(log.path) as db:
            held = {
                name
                for (name,) in db.execute(
                    "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?", [table]
                )
            }
            key = "entry" if table == "entry" else "id" if table == "block" else "row"
            assert len(held) == 3
            column = [c[1] for c in db.execute(f"PRAGMA table_info({table})")][-1]
            tries = (f"UPDATE {table} SET {column} = {column}", f"DELETE FROM {table}",
                     f"INSERT OR REPLACE INTO {table} SELECT * FROM {table} ORDER BY {key} LIMIT 1")  # fmt: skip
            for statement in tries:
                with pytest.raises(sqlite3.DatabaseError):
                    db.execute(statement)
    with titration.open(log.path) as opened:
        assert opened.verify().fits


def test_t13_nothing_to_value_and_value_to_nothing_are_each_in_the_history_and_a_correction_of_nothing_is_no_loss(log):
    entry = log.append(change("2026-10-08T09:30+01:00", 120))
    row = entry.rows[0]
    plain = log.record(row)
    row = log.correct(row, dataclasses.replace(plain, concentration_mcg_per_ml=500), reason="it was left out").rows[0]
    row = log.correct(row, plain, reason="of another patient").rows[0]
    with contextlib.suppress(titration.TitrationError):  # refused or written down, never silently swallowed
        log.correct(row, log.record(row), reason="nothing is other")
    made = log.history("P001").query("field == 'concentration_mcg_per_ml'")
    told = made[["old", "new"]].astype(object).where(made[["old", "new"]].notna(), None).to_numpy().tolist()
    assert told[:2] == [[None, "500 mcg/mL"], ["500 mcg/mL", None]]
    assert log.doses()["concentration_mcg_per_ml"].isna().tolist() == [True]


def test_t14_the_exported_history_names_user_time_and_reason_of_each_correction(log, tmp_path):
    row = log.append(change("2026-10-08T09:30+01:00", 120)).rows[0]
    log.correct(row, dataclasses.replace(log.record(row), dose_mcg_per_day=102.0), reason="typed 120 for 102")
    out = tmp_path / "history.csv"
    assert shell("history", log.path, "P001", "--csv", out).exit_code == 0
    made = pd.read_csv(out)
    (line,) = made[made["action"] == "corrected"].query("field == 'dose_mcg_per_day'").to_dict("records")
    assert (line["recorded_by"], line["reason"]) == ("clinician-1", "typed 120 for 102")
    assert (line["old"], line["new"]) == ("120 mcg/day", "102 mcg/day")
    assert line["recorded_at"].startswith("2026-11-23")


PUBLISHED = {
    10: (6, 2),
    11: (6, 2),
    12: (7, 3),
    16: (7, 4),
    20: (7, 6),
    24: (8, 8),
    30: (8, 10),
    50: (9, 19),
    60: (9, 23),
    100: (10, 41),
}
"""Useful points to the longest run and the fewest crossings within the limits: Anhoej & Olesen 2014, as printed."""


def test_t15_run_chart_limits_are_the_published_ones_and_too_few_points_say_so():
    for n, limits in PUBLISHED.items():
        assert (runchart.longest_run_limit(n), runchart.crossings_limit(n)) == limits
    monday = dt.date(2026, 1, 5)

    def chart(values):
        made = [
            build.score((monday + dt.timedelta(days=7 * week + day)).isoformat(), value)
            for week, value in enumerate(values)
            for day in range(5)
        ]
        weeks = weekly.weekly(build.frames(*made)["scores"], zone=LONDON, scales=titration.scales.register())
        return runchart.run_chart(weeks).iloc[0]

    few = chart([3, 6, 3, 6, 5])
    assert few["insufficient"] == few["insufficient"]  # it says something
    assert few[["longest_run", "crossings"]].isna().all()
    enough = chart([3, 7, 3, 7, 3, 7, 3, 7, 3, 7, 5, 5])
    assert (enough["n_points"], enough["n_useful"]) == (12, 10)  # those on the median are no useful points
    assert (enough["longest_run"], enough["crossings"]) == (1, 9)


def test_t16_a_picture_that_spans_a_year_end_says_both_years(log):
    answered(log, change("2025-11-08", 100), change("2026-02-08", 120))
    figure = log.chart("P001").plot(since="2025-12-01", until="2026-01-31")
    ticks = " ".join(t.get_text() for t in figure.axes[-1].get_xticklabels())
    assert "2025" in ticks
    assert "2026" in ticks
    assert "2025" in figure.twin


def test_t17_no_bar_of_shares_is_printed_and_days_filled_and_missing_add_up_to_those_expected(demo_log):
    report = demo_log.chart("P001").report("2026-10")
    percent = report.frame().query("text.str.endswith('%')", engine="python")["id"]
    apart = percent.str.contains("percent|pct|same_day|filled")  # each a share or change of its own, of no common whole
    assert apart.all(), percent[~apart].tolist()
    chart = demo_log.chart("P001")
    made = diary.completeness(
        chart.scores, first=dt.date(2026, 10, 1), last=dt.date(2026, 10, 31), zone=LONDON, scales=chart.scales,
        diary_schedules=chart.diary_schedules, patient_states=chart.patient_states,
    )  # fmt: skip
    (own,) = made[made["scale"] == "nrs_spasticity"].to_dict("records")
    written = chart.scores.query("collected == 'app' and '2026-10-01' <= observed_on <= '2026-10-31'")
    assert (own["n_expected"], own["n_filled"]) == (31, len(written))
    assert own["filled_pct"] == 100 * len(written) / 31
    assert own["same_day_pct"] == 100  # sent every night


def test_t18_the_same_log_and_program_make_the_same_bytes(demo_file, tmp_path):
    made = []
    for name in ("one.db", "two.db"):
        path = tmp_path / name
        shutil.copy(demo_file, path)
        with titration.open(path) as log:
            made.append(log.chart("P006").report("2026-10").files())
    assert made[0] == made[1]
    assert sum(name.endswith(".pdf") for name in made[0]) == 1


def test_t19_no_command_deletes_a_log_or_writes_over_one(log, tmp_path):
    answered(log, change("2026-10-08T09:30+01:00", 120))
    log.close()
    before = log.path.read_bytes()
    other = tmp_path / "other.db"
    assert shell("backup", log.path, other).exit_code == 0
    for words in (
        ["init", log.path, "--site", "x", "--zone", "UTC", "--by", "clinician-1"], ["backup", other, log.path],
        ["restore", other, log.path, "--by", "clinician-1"], ["demo", log.path], ["verify", log.path],
        ["report", log.path, "--month", "2026-10", "-o", tmp_path / "out"], ["history", log.path], ["chart", log.path, "P001"],
        ["chart", log.path, "P001", "-o", log.path],
    ):  # fmt: skip
        shell(*words)
        assert log.path.read_bytes() == before, words
    assert not {"delete", "remove", "drop", "reset", "clear", "purge", "wipe"} & set(VERBS)
    with pytest.raises(LogExists):
        titration.restore(other, log.path, by="clinician-1")
    restored = tmp_path / "new.db"
    titration.restore(other, restored, by="clinician-1").close()
    assert restored.exists()
    assert log.path.read_bytes() == before


def test_t20_the_notebooks_hold_no_outputs():
    found = sorted((ROOT / "notebooks").glob("*.ipynb"))
    assert len(found) >= 3
    for path in found:
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            assert not cell.get("outputs"), path.name
            assert cell.get("execution_count") is None, path.name
