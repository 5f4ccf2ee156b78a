"""The public words, as scripts and other people's notebooks use them."""

import datetime as dt

import pandas as pd
import pytest

import titration
from titration import DoseChange, DoseStep, NeedsConfirmation, Note, Patient, Score, Visit
from titration.errors import (
    AppendRefused,
    FrameError,
    InvalidEntry,
    InvalidRecord,
    LogExists,
    LogNotFound,
    PatientNotFound,
    RowNotFound,
    WriteRefused,
)


def dose(mcg, at, **more):
    mode = more.pop("mode", "simple continuous")
    return DoseChange(patient="P001", effective_at=at, mode=mode, dose_mcg_per_day=mcg, **more)


def test_the_words_of_the_issue_work_as_written(tmp_path, clock):
    path = tmp_path / "clinic.db"
    titration.create(path, site="North clinic", zone="Europe/London")
    log = titration.open(path, by="clinician-1", clock=clock)
    entry = log.append(
        Patient(patient="P001"),
        DoseChange(
            patient="P001", effective_at="2026-10-08T09:30+01:00", mode="simple continuous",
            dose_mcg_per_day=120, concentration_mcg_per_ml=500, reason="planned review",
        ),
        confirm={},
    )  # fmt: skip
    assert entry.rows == (1, 2)
    frame = pd.DataFrame({"patient": ["P001"], "scale": ["NRS"], "observed_on": ["2026-10-09"], "value": [4]})
    log.append(frame, kind=Score)
    log.append(Patient(patient="P002"))
    log.correct(2, dose(102, "2026-10-08T09:30+01:00"), reason="typed 120 for 102")
    log.retract(3, reason="wrong patient")
    moved = log.append(dose(110, "2026-10-20 09:30"))
    log.move(moved, to="P002", reason="wrong patient")
    assert log.doses(patient="P001")["dose_mcg_per_day"].tolist() == [102]
    assert log.doses(patient="P002")["dose_mcg_per_day"].tolist() == [110]
    assert log.scores().empty
    assert log.refills().empty
    assert len(log.history("P001")) > 4
    assert log.verify().fits
    log.backup(tmp_path / "copy.db")
    chart = log.chart("P001")
    assert chart.plot().axes
    assert chart.doses["dose_mcg_per_day"].tolist() == [102]
    saved = chart.report("2026-10").save(tmp_path / "out")
    assert {p.suffix for p in saved} == {".pdf", ".html", ".txt", ".csv"}
    log.close()


def test_a_missing_file_is_an_error_and_never_made(tmp_path):
    with pytest.raises(LogNotFound, match=r"titration init"):
        titration.open(tmp_path / "nowhere.db")
    assert list(tmp_path.iterdir()) == []


def test_a_new_log_is_never_written_over_a_file(log):
    with pytest.raises(LogExists, match="already there"):
        titration.create(log.path, site="Other", zone="Europe/London")


def test_all_faults_of_a_new_log_are_told_at_once(tmp_path):
    with pytest.raises(InvalidEntry) as told:
        titration.create(tmp_path / "x.db", site="", zone="Mars/Olympus")
    assert [f.field for f in told.value.faults] == ["site", "zone"]


def test_reading_needs_no_name_and_writing_does(log):
    with titration.open(log.path) as reader:
        assert reader.frame(Patient)["patient"].tolist() == ["P001"]
        with pytest.raises(WriteRefused, match=r"by=\.\.\."):
            reader.append(dose(100, "2026-10-08 09:30"))


def test_an_empty_frame_has_the_dtypes_of_a_full_one(log):
    empty = log.doses()
    log.append(dose(100, "2026-10-08 09:30"))
    full = log.doses()
    assert empty.dtypes.to_dict() == full.dtypes.to_dict()
    assert str(full["effective_at"].dtype) == "datetime64[us, UTC]"


def test_a_fact_of_an_unknown_patient_is_refused_and_the_code_spelt_alike_is_named(log):
    with pytest.raises(PatientNotFound, match="there is P001"):
        log.append(Visit(patient="p001", visited_on="2026-10-08", visit="phone"))
    with pytest.raises(PatientNotFound, match="add a Patient"):
        log.append(Visit(patient="P009", visited_on="2026-10-08", visit="phone"))
    assert log.visits().empty


@pytest.mark.parametrize("code", ["P001", "p001"])
def test_a_second_patient_of_a_code_is_refused_whatever_the_case(log, code):
    with pytest.raises(AppendRefused, match="patient P001 already"):
        log.append(Patient(patient=code))


def test_a_local_time_is_of_the_logs_zone_and_a_double_hour_is_refused_with_both_readings(log):
    log.append(dose(100, "2026-07-08 09:30"))
    assert log.doses()["effective_at"].iloc[0] == pd.Timestamp("2026-07-08 08:30", tz="UTC")
    with pytest.raises(InvalidRecord, match=r"2026-10-25 01:30\+01:00 or 2026-10-25 01:30\+00:00"):
        log.append(dose(100, "2026-10-25 01:30"))
    with pytest.raises(InvalidRecord, match="does not exist"):
        log.append(dose(100, "2026-03-29 01:30"))


def test_nothing_of_an_entry_is_stored_when_one_of_its_facts_is_refused(log):
    before = log.head
    with pytest.raises(PatientNotFound):
        log.append(dose(100, "2026-10-08 09:30"), Visit(patient="P404", visited_on="2026-10-08", visit="phone"))
    assert log.head == before
    assert log.doses().empty


@pytest.mark.parametrize(
    ("mcg", "times", "name"),
    [(1200, "10 times", "x10"), (2880, "24 times", "x24"), (120000, "1000 times", "x1000"), (12, "1/10 of", "x10"),
     (5, "1/24 of", "x24"), (0.12, "1/1000 of", "x1000"), (1320, "11 times", "x10")],
)  # fmt: skip
def test_a_slip_is_asked_about_by_comparison_with_the_last_dose_entered(log, mcg, times, name):
    log.append(dose(120, "2026-10-08 09:30"))
    with pytest.raises(NeedsConfirmation) as asked:
        log.append(dose(mcg, "2026-10-20 09:30"))
    (question,) = asked.value.questions
    assert times in question
    assert "last dose entered (120 mcg/day, effective 2026-10-08 09:30+01:00)" in question
    assert "the pump shows this" in question
    assert question.id == f"P001:2026-10-20:dose-{name}"
    assert len(log.doses()) == 1
    log.append(dose(mcg, "2026-10-20 09:30"), confirm={question: "the pump shows this"})
    assert log.doses()["dose_mcg_per_day"].tolist() == [120, mcg]
    answers = log.store.query(
        "SELECT q.text, r.text FROM answer JOIN words q ON q.id = question JOIN words r ON r.id = answer.reason"
    )
    assert answers == [(str(question), "the pump shows this")]


@pytest.mark.parametrize("mcg", [120, 132, 60, 240, 400])
def test_an_ordinary_change_is_not_asked_about(log, mcg):
    log.append(dose(120, "2026-10-08 09:30"))
    log.append(dose(mcg, "2026-10-20 09:30"))


def test_the_first_dose_and_a_restart_have_nothing_to_compare_with_and_it_says_so(log):
    first = log.append(dose(5000, "2026-10-08 09:30"))
    assert "nothing to compare" in first.notes[0]
    log.append(dose(0, "2026-10-10 09:30", mode="stopped"))
    again = log.append(dose(50, "2026-10-12 09:30"))
    assert "after stopped" in again.notes[0]


def test_an_empty_answer_answers_nothing(log):
    log.append(dose(120, "2026-10-08 09:30"))
    with pytest.raises(NeedsConfirmation):
        log.append(dose(1200, "2026-10-20 09:30"), confirm={"P001:2026-10-20:dose-x10": "  "})


def test_steps_that_do_not_add_up_to_the_stated_daily_dose_are_asked_about(log):
    hourly = (DoseStep(start_min=0, rate_mcg_per_h=60),)  # 60 mcg a morning, programmed every hour: 1440 (ISMP)
    with pytest.raises(NeedsConfirmation, match=r"add up to 1440 mcg/day, and the daily dose stated is 60 mcg/day"):
        log.append(dose(60, "2026-10-08 09:30", mode="flex", steps=hourly))


def test_a_day_ahead_is_asked_about_unless_the_pump_runs_it_by_itself(log):
    with pytest.raises(NeedsConfirmation, match="7 days after today"):
        log.append(Visit(patient="P001", visited_on="2026-11-30", visit="phone"))
    log.append(dose(120, "2026-10-08 09:30"))
    log.append(dose(130, "2026-12-08 09:30", status="programmed"))
    assert log.plans()["dose_mcg_per_day"].tolist() == [130]
    assert len(log.doses()) == 1


def test_two_facts_at_the_same_instant_both_survive(log):
    log.append(dose(100, "2026-10-08 09:30"), dose(110, "2026-10-08 09:30"))
    assert log.doses()["dose_mcg_per_day"].tolist() == [100, 110]


def test_zero_is_zero_and_missing_is_missing_all_the_way(log):
    log.append(
        Score(patient="P001", scale="NRS", observed_on="2026-10-08", value=0),
        Score(patient="P001", scale="NRS", observed_on="2026-10-09", not_assessed="declined"),
        dose(0, "2026-10-08 09:30", mode="stopped"),
    )
    values = log.scores()["value"]
    assert values.iloc[0] == 0
    assert pd.isna(values.iloc[1])
    assert log.doses()["dose_mcg_per_day"].tolist() == [0]
    assert "value 0" in log.history()["new"].str.cat(sep=" ")


def test_the_log_as_it_was_known(log, clock):
    clock.on(days=1)
    log.append(dose(120, "2026-11-24 09:30"), confirm={"P001:2026-11-24:ahead": "typed after the visit"})
    clock.on(days=1)
    log.correct(2, dose(102, "2026-11-24 09:30"), reason="typed 120 for 102")
    assert log.doses()["dose_mcg_per_day"].tolist() == [102]
    assert log.doses(asof="2026-11-24")["dose_mcg_per_day"].tolist() == [120]
    assert log.doses(asof=3)["dose_mcg_per_day"].tolist() == [120]
    assert log.doses(asof=dt.date(2026, 11, 23)).empty
    assert log.chart("P001", asof="2026-11-24").doses["dose_mcg_per_day"].tolist() == [120]
    with pytest.raises(RowNotFound, match="the log begins later"):
        log.doses(asof="2020-01-01")
    with pytest.raises(RowNotFound, match="entries 1 to 4"):
        log.doses(asof=99)
    with pytest.raises(InvalidEntry, match="write the day as"):
        log.doses(asof="08/10/26 x")


def test_editing_a_frame_of_a_chart_harms_neither_chart_nor_log(log):
    log.append(dose(120, "2026-10-08 09:30"))
    chart = log.chart("P001")
    mine = chart.doses
    mine.loc[0, "dose_mcg_per_day"] = 999
    assert chart.doses["dose_mcg_per_day"].tolist() == [120]
    assert log.doses()["dose_mcg_per_day"].tolist() == [120]
    with pytest.raises(AttributeError, match="its frames are"):
        _ = chart.nothing


def test_a_scale_of_the_site_is_kept_in_the_log_and_used(log):
    log.add_scale(
        titration.Scale(code="sleep", version="site-1", name="Sleep", reporters=("patient",), more_is="worse sleep",
                        low=0.0, high=10.0)
    )  # fmt: skip
    log.append(Score(patient="P001", scale="sleep", observed_on="2026-10-08", value=3))
    with pytest.raises(InvalidRecord, match="from 0 to 10"):
        log.append(Score(patient="P001", scale="sleep", observed_on="2026-10-08", value=11))
    with titration.open(log.path) as again:
        assert "sleep" in again.scales
    with pytest.raises(AppendRefused, match="published scale"):
        log.add_scale(
            titration.Scale(
                code="ashworth", version="x", name="A", reporters=("patient",), more_is="m", low=0.0, high=1.0
            )
        )


def test_an_unknown_scale_is_refused_and_those_there_are_named(log):
    with pytest.raises(InvalidRecord, match="nrs_spasticity"):
        log.append(Score(patient="P001", scale="made_up", observed_on="2026-10-08", value=3))


def test_a_frame_refuses_what_only_the_log_writes_and_lists_every_fault(log):
    good = pd.DataFrame({"patient": ["P001"], "scale": ["NRS"], "observed_on": ["2026-10-09"], "value": [4]})
    with pytest.raises(FrameError, match="row"):
        log.append(good.assign(row=1), kind=Score)
    bad = pd.DataFrame({
        "patient": ["P001"] * 3, "scale": ["NRS", "NRS", "MAS"],
        "observed_on": ["2026-02-30", "2026-10-09", "2026-10-09"], "value": [4, 11, 1.5],
    })  # fmt: skip
    with pytest.raises(InvalidEntry) as told:
        log.append(bad, kind=Score)
    assert [f.row for f in told.value.faults] == [0, 1, 2]
    assert log.scores().empty
    with pytest.raises(FrameError, match="one DataFrame"):
        log.append(dose(1, "2026-10-08 09:30"), kind=DoseChange)
    with pytest.raises(FrameError, match="kind=Score"):
        log.append(good)


def test_a_frame_of_flex_programs_keeps_its_steps(log):
    frame = pd.DataFrame({
        "patient": ["P001"], "effective_at": ["2026-10-08 09:30"], "mode": ["flex"], "dose_mcg_per_day": [168],
        "steps": ["00:00 4 mcg/h; 06:00 8 mcg/h"],
    })  # fmt: skip
    entry = log.append(frame, kind=DoseChange)
    steps = log.dose_steps()
    assert steps["rate_mcg_per_h"].tolist() == [4, 8]
    assert steps["of"].tolist() == [entry.rows[0]] * 2
    assert [s.start_min for s in log.record(entry.rows[0]).steps] == [0, 360]


def test_an_entry_says_its_number_rows_and_seal(log):
    entry = log.append(Note(patient="P001", noted_on="2026-10-08", words="seen"))
    assert repr(entry).startswith("<entry 3: 1 fact, recorded 2026-11-23 12:00")
    assert entry.seal == log.head
    assert "entry 3" in repr(log)
    assert "seen" not in repr(log.chart("P001"))


def test_a_correction_of_another_kind_or_patient_is_refused(log):
    log.append(Patient(patient="P002"), dose(120, "2026-10-08 09:30"))
    row = int(log.doses()["row"].iloc[0])
    with pytest.raises(AppendRefused, match="is a dose_change"):
        log.correct(row, Note(patient="P001", noted_on="2026-10-08", words="x"), reason="r")
    other = DoseChange(patient="P002", effective_on="2026-10-08", mode="flex", dose_mcg_per_day=1)
    with pytest.raises(AppendRefused, match="moved"):
        log.correct(row, other, reason="r")
    with pytest.raises(InvalidEntry, match="reason"):
        log.retract(row, reason="  ")


def test_a_correction_is_asked_about_like_an_entry(log):
    log.append(dose(120, "2026-10-08 09:30"))
    second = log.append(dose(130, "2026-10-20 09:30"))
    with pytest.raises(NeedsConfirmation, match=r"10\.8 times the last dose entered"):
        log.correct(second.rows[0], dose(1300, "2026-10-20 09:30"), reason="r")


def test_the_read_back_card_is_kept_with_the_entry(log):
    log.append(dose(120, "2026-10-08 09:30"))
    log.append(dose(132, "2026-10-20 09:30"))
    ((text,),) = log.store.query(
        "SELECT text FROM words JOIN entry ON entry.card = words.id ORDER BY entry.entry DESC LIMIT 1"
    )
    assert "P001 | born 1974 | no pump recorded | last dose 120 mcg/day" in text
    assert "* Daily dose    120 micrograms per day                  132 micrograms per day" in text


def test_a_log_cannot_be_used_after_it_was_closed(log):
    log.close()
    with pytest.raises(titration.errors.LogClosed, match="open it again"):
        log.doses()


def test_unknown_names_are_said(log):
    with pytest.raises(AttributeError, match="a log has no"):
        log.nothing()
    with pytest.raises(AttributeError, match="has no attribute"):
        _ = titration.nothing
    with pytest.raises(PatientNotFound, match="there is P001"):
        log.chart("p001")
    assert "scores" in dir(log)
    assert "doses" in dir(log.chart("P001"))
