"""Being wrong: a row is amended once, by one person, and what was said of it is respected everywhere."""

import dataclasses
import subprocess
import sys
import textwrap

import build
import pandas as pd
import pytest
from store import attacks

import titration
from titration import errors


@pytest.fixture
def dosed(log):
    """A log with a dose of 102 mcg/day in row 2."""
    log.append(build.dose("2026-10-08T09:30+01:00", 102))
    return log


def corrected(log, row, mcg, reason="typed 102 for 120"):
    return log.correct(row, dataclasses.replace(log.record(row), dose_mcg_per_day=mcg), reason=reason)


def test_a_corrected_row_stays_and_its_replacement_is_what_frames_show(dosed):
    entry = corrected(dosed, 2, 120)
    assert entry.rows == (3,)
    assert dosed.doses()["row"].tolist() == [3]
    assert dosed.doses()["dose_mcg_per_day"].tolist() == [120]
    assert dosed.doses(asof=3)["dose_mcg_per_day"].tolist() == [102]
    assert dosed.record(2).dose_mcg_per_day == 102
    line = dosed.history("P001").query("action == 'corrected'").iloc[0]
    assert (line["row"], line["replaced_by"], line["old"], line["new"]) == (2, 3, "102 mcg/day", "120 mcg/day")
    assert line["reason"] == "typed 102 for 120"


@pytest.mark.parametrize("again", ["correct", "retract", "move"])
def test_a_second_amendment_of_a_row_is_refused_and_names_the_row_that_stands_now(dosed, again):
    dosed.append(titration.Patient(patient="P002"))
    corrected(dosed, 2, 120)  # row 4
    corrected(dosed, 4, 125)  # row 5
    before = dosed.head
    if again == "move":
        with pytest.raises(errors.RowNotFound, match="entry 3 holds no current fact"):
            dosed.move(3, to="P002", reason="x")
    else:
        with pytest.raises(
            errors.AlreadyAmended, match=r"row 2 was corrected by entry 5; row 5 stands for it now"
        ) as told:
            corrected(dosed, 2, 130) if again == "correct" else dosed.retract(2, reason="x")
        assert told.value.now == 5
    assert dosed.head == before


def test_an_amendment_of_a_retracted_row_says_that_nothing_stands_for_it(dosed):
    dosed.retract(2, reason="wrong patient")
    for attempt in (lambda: corrected(dosed, 2, 120), lambda: dosed.retract(2, reason="again")):
        with pytest.raises(
            errors.AlreadyAmended, match="row 2 was entered in error by entry 4; nothing stands for it"
        ) as told:
            attempt()
        assert told.value.now is None
    assert dosed.doses().empty
    assert dosed.doses(asof=3)["row"].tolist() == [2]
    assert "entered in error" in dosed.history("P001")["action"].tolist()


def test_a_row_that_was_corrected_and_then_taken_back_has_nothing_standing_for_it(dosed):
    corrected(dosed, 2, 120)
    dosed.retract(3, reason="x")
    with pytest.raises(errors.AlreadyAmended, match="nothing stands for it now"):
        corrected(dosed, 2, 130)


RACER = """
    import dataclasses, sys, titration
    from titration import errors
    log = titration.open(sys.argv[1], by=sys.argv[2])
    fixed = dataclasses.replace(log.record(2), dose_mcg_per_day=float(sys.argv[3]))
    print("ready", flush=True)
    sys.stdin.readline()
    try:
        print("won", log.correct(2, fixed, reason="race").rows[0])
    except errors.AlreadyAmended as error:
        print("lost", error.now)
"""


def test_of_two_programs_that_correct_the_same_row_exactly_one_wins_and_the_other_is_told(dosed):
    def racer(name, mcg):
        command = [sys.executable, "-c", textwrap.dedent(RACER), str(dosed.path), name, mcg]
        return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    with racer("clinician-2", "120") as one, racer("clinician-3", "112") as two:
        for child in (one, two):
            assert child.stdout.readline() == "ready\n"
        for child in (one, two):
            child.stdin.write("\n")
            child.stdin.flush()
        said = sorted(child.stdout.read().strip() for child in (one, two))
    assert said == ["lost 3", "won 3"]
    assert dosed.doses()["row"].tolist() == [3]
    assert dosed.verify().fits


def test_a_step_of_a_program_is_amended_with_its_program(log):
    log.append(build.dose("2026-10-08", **attacks.FLEX))
    assert log.frame("dose_step")["row"].tolist() == [3, 4]
    for attempt in (
        lambda: log.retract(3, reason="x"), lambda: log.correct(4, build.dose("2026-10-08"), reason="x"),
    ):  # fmt: skip
        with pytest.raises(errors.RowNotFound, match=r"row [34] belongs to a dose_change and is amended with it"):
            attempt()
    log.retract(2, reason="x")
    assert log.frame("dose_step").empty
    assert len(log.frame("dose_step", asof=3)) == 2


def test_a_corrected_program_has_the_steps_of_the_correction_alone(log):
    log.append(build.dose("2026-10-08", **attacks.FLEX))
    steps = tuple(dataclasses.replace(s, rate_mcg_per_h=5.5) for s in log.record(2).steps)
    log.correct(2, dataclasses.replace(log.record(2), steps=steps), reason="misread")
    assert log.frame("dose_step")["rate_mcg_per_h"].tolist() == [5.5, 5.5]
    assert log.frame("dose_step")["of"].unique().tolist() == [5]


def test_a_correction_is_of_the_same_patient_and_kind(dosed):
    dosed.append(titration.Patient(patient="P002"))
    before = dosed.head
    with pytest.raises(errors.AppendRefused, match=r"row 2 is of P001, and the correction of P002; .*move its entry"):
        dosed.correct(2, build.dose("2026-10-08", patient="P002"), reason="x")
    with pytest.raises(errors.AppendRefused, match="row 2 is a dose_change, and the correction is a score"):
        dosed.correct(2, build.score(), reason="x")
    assert dosed.head == before


@pytest.mark.parametrize("row", [0, -1, 99, 2**63, -(2**70)])
def test_a_row_that_is_not_there_cannot_be_amended_or_read(dosed, row):
    for attempt in (
        lambda: dosed.retract(row, reason="x"), lambda: dosed.correct(row, build.dose(), reason="x"),
        lambda: dosed.redact(row, "reason", reason="x"), lambda: dosed.record(row),
    ):  # fmt: skip
        with pytest.raises(errors.RowNotFound, match="no fact has the row"):
            attempt()


def test_a_moved_entry_leaves_the_old_chart_with_its_steps_and_comes_to_the_new_one(log):
    log.append(titration.Patient(patient="P002"))
    wrong = log.append(
        build.dose("2026-10-08", **attacks.FLEX, reason="planned review"), build.score("2026-10-08", 4),
    )  # fmt: skip
    moved = log.move(wrong, to="P002", reason="wrong chart")
    for frame in ("doses", "scores"):
        assert getattr(log, frame)(patient="P001").empty
        assert len(getattr(log, frame)(patient="P002")) == 1
        assert len(getattr(log, frame)(patient="P001", asof=wrong.entry)) == 1
        assert getattr(log, frame)(patient="P002", asof=wrong.entry).empty
    assert log.frame("dose_step", patient="P001").empty
    steps = log.frame("dose_step", patient="P002")
    assert steps["rate_mcg_per_h"].tolist() == [4, 6]
    assert steps["of"].unique().tolist() == [moved.rows[0]]
    assert log.doses("P002")["reason"].tolist() == ["planned review"]
    for patient in ("P001", "P002"):  # the way it went stands in both charts
        lines = log.history(patient).query("action == 'moved'")
        assert set(lines["row"]) == set(wrong.rows)
        assert set(
            zip(lines.query("field == 'patient'")["old"], lines.query("field == 'patient'")["new"], strict=True)
        ) == {("P001", "P002")}
    assert log.verify().fits


def test_only_what_is_current_of_an_entry_moves_and_the_patient_itself_never(log):
    log.append(titration.Patient(patient="P002"))
    wrong = log.append(
        titration.Patient(patient="P003"), *(build.score(f"2026-10-0{d}", d, patient="P003") for d in (1, 2))
    )
    log.retract(wrong.rows[1], reason="x")
    log.move(wrong, to="P002", reason="one person")
    assert log.scores("P002")["value"].tolist() == [2]
    assert "P003" in log.patients()["patient"].tolist()
    with pytest.raises(errors.RowNotFound, match="holds no current fact that could be moved to P002"):
        log.move(wrong, to="P002", reason="again")
    with pytest.raises(errors.PatientNotFound):
        log.move(wrong, to="P009", reason="x")
    with pytest.raises(errors.RowNotFound):
        log.move(999, to="P002", reason="x")


def test_a_moved_fact_can_be_corrected_and_moved_on(log):
    log.append(titration.Patient(patient="P002"), titration.Patient(patient="P003"))
    wrong = log.append(build.score("2026-10-08", 4))
    first = log.move(wrong, to="P002", reason="x")
    second = log.correct(first.rows[0], build.score("2026-10-08", 5, patient="P002"), reason="x")
    log.move(second, to="P003", reason="x")
    assert log.scores("P003")["value"].tolist() == [5]
    assert log.scores("P002").empty
    with pytest.raises(errors.AlreadyAmended, match="row 7 stands for it now"):
        log.retract(wrong.rows[0], reason="x")


def test_a_patient_with_facts_cannot_be_taken_back_and_one_without_can(dosed):
    with pytest.raises(errors.AppendRefused, match="P001 has facts of the kind dose_change"):
        dosed.retract(1, reason="x")
    dosed.retract(2, reason="x")
    dosed.retract(1, reason="x")
    assert dosed.patients().empty
    with pytest.raises(errors.PatientNotFound):
        dosed.append(build.score())
    dosed.append(titration.Patient(patient="P001"))
    dosed.append(build.score())
    assert dosed.verify().fits


@pytest.mark.parametrize("reason", ["", "  ", "\n"])
def test_an_amendment_without_a_reason_is_refused(dosed, reason):
    for attempt in (
        lambda: dosed.retract(2, reason=reason), lambda: corrected(dosed, 2, 120, reason),
        lambda: dosed.move(3, to="P001", reason=reason), lambda: dosed.redact(2, "reason", reason=reason),
    ):  # fmt: skip
        with pytest.raises(errors.InvalidEntry, match="reason"):
            attempt()


def test_nothing_into_a_value_a_value_into_nothing_and_no_change_at_all_are_each_written_down(log):
    log.append(titration.Refill(patient="P001", filled_on="2026-10-08", withdrawn_ml=4.4))
    made = log.record(2)
    log.correct(2, dataclasses.replace(made, injected_ml=40), reason="left out")
    log.correct(3, dataclasses.replace(made, withdrawn_ml=None, injected_ml=40), reason="not measured")
    log.correct(4, dataclasses.replace(made, withdrawn_ml=None, injected_ml=40), reason="looked again")
    lines = log.history("P001").query("action == 'corrected'").astype(object)
    told = [tuple(None if pd.isna(v) else v for v in line) for line in lines[["row", "field", "old", "new"]].to_numpy()]
    assert told == [(2, "injected_ml", None, "40 mL"), (3, "withdrawn_ml", "4.4 mL", None), (4, None, None, None)]


def test_a_score_corrected_weeks_later_keeps_the_day_it_was_first_written(log, clock):
    log.append(build.score("2026-11-23", 4, collected="app"))  # row 2, on its day
    clock.on(days=30)
    log.correct(2, build.score("2026-11-23", 5, collected="app"), reason="typed 4 for 5")
    clock.on(days=1)
    log.correct(3, build.score("2026-11-22", 5, collected="app"), reason="it was the day before")
    (score,) = log.scores().to_dict("records")
    assert (score["row"], score["first_row"]) == (4, 2)
    assert score["first_recorded_at"] == pd.Timestamp("2026-11-23T12:00Z")
    assert score["recorded_at"] == pd.Timestamp("2026-12-24T12:00Z")
    assert log.chart("P001").lateness[["days_late", "is_late"]].to_numpy().tolist() == [
        [1, True]
    ]  # its new day, its first writing
    assert log.scores(asof=3)[["row", "first_row"]].to_numpy().tolist() == [[2, 2]]


def test_a_moved_score_keeps_its_first_writing(log, clock):
    log.append(titration.Patient(patient="P002"))
    entry = log.append(build.score("2026-11-23", 4, collected="app"))
    clock.on(days=9)
    log.move(entry, to="P002", reason="wrong chart")
    assert log.chart("P002").lateness["days_late"].tolist() == [0]


def test_to_correct_the_earlier_of_two_changes_at_one_instant_does_not_put_it_in_force(log):
    at = "2026-10-08T09:30+01:00"
    log.append(build.dose(at, 100))  # row 2
    log.append(build.dose(at, 110))  # row 3, in force
    assert log.chart("P001").staircase["row"].tolist() == [2, 3]
    corrected(log, 2, 105)  # row 4
    assert log.doses()["row"].tolist() == [4, 3]
    stairs = log.chart("P001").staircase
    assert stairs["row"].tolist() == [4, 3]
    assert (stairs["end"] > stairs["start"]).tolist() == [False, True]
    assert "last dose 110 mcg/day" in log.identity("P001")
    assert log.last_program("P001").dose_mcg_per_day == 110
    asked = log.rehearse(build.dose("2026-10-09T09:30+01:00", 1050)).questions  # compared with 110, not with 105
    assert any("9.5 times the last dose entered (110 mcg/day" in question for question in asked), asked


def test_a_rating_follows_its_goal_through_corrections_and_a_merge(log):
    log.append(titration.Patient(patient="P002", birth_year=1974))
    log.append(titration.Goal(patient="P001", set_on="2026-10-01", words="sit through a film"))  # row 3
    log.append(titration.GoalRating(patient="P001", goal=3, rated_on="2026-11-01", rating=1))  # row 4
    log.correct(3, dataclasses.replace(log.record(3), importance=2, difficulty=1), reason="left out")  # row 5
    assert log.goal_ratings()["goal"].tolist() == [5]
    assert log.goal_ratings(asof=5)["goal"].tolist() == [3]
    assert log.chart("P001").goal_attainment("2026-11-02")["gas_t"].tolist() == [60.0]  # one goal, rated +1
    log.merge("P001", into="P002", reason="one person")
    goal, rating = log.goals().iloc[0], log.goal_ratings().iloc[0]
    assert (goal["patient"], rating["patient"]) == ("P002", "P002")
    assert rating["goal"] == goal["row"] != 5
    assert log.chart("P002").goal_attainment("2026-11-02")["gas_t"].tolist() == [60.0]
    assert "names-nothing" not in log.findings()["rule"].tolist()


def test_a_rating_of_a_goal_entered_in_error_is_a_finding(log):
    log.append(titration.Goal(patient="P001", set_on="2026-10-01", words="sit through a film"))  # row 2
    log.append(titration.GoalRating(patient="P001", goal=2, rated_on="2026-11-01", rating=1))  # row 3
    log.retract(2, reason="another patient's")
    (found,) = log.findings().query("rule == 'names-nothing'").to_dict("records")
    assert (found["record"], found["row"], found["on"]) == ("goal_rating", 3, pd.Timestamp("2026-11-01"))
    assert found["says"] == "names the goal in row 2, and no goal of this patient stands there"


def test_a_corrected_plan_stays_carried_out(log):
    log.append(build.dose("2026-10-01", 100), build.dose("2026-10-20", 110, status="planned"))  # rows 2, 3
    log.append(build.dose("2026-10-20T09:30+01:00", 110, fulfils=3))  # row 4
    corrected(log, 3, 112, "the plan said 112")
    assert log.doses()["fulfils"].tolist() == [pd.NA, 5]
    assert "overdue-plan" not in log.findings()["rule"].tolist()
    assert "names-nothing" not in log.findings()["rule"].tolist()


def test_a_closed_finding_stays_closed_when_its_row_is_completed(log):
    log.append(titration.Refill(patient="P001", filled_on="2026-11-20", injected_ml=40))  # row 2
    log.close_finding("refill-no-concentration", 2, reason="the label was lost")
    log.complete(2, dataclasses.replace(log.record(2), lot="A1"), reason="found the box")
    assert log.refills()["lot"].tolist() == ["A1"]
    assert "refill-no-concentration" not in log.findings()["rule"].tolist()


def test_a_closed_finding_is_open_again_when_its_row_was_corrected_and_is_still_odd(log):
    log.append(build.dose("2026-10-08", 120, concentration_mcg_per_ml=500))  # row 2
    log.append(
        titration.Refill(patient="P001", filled_on="2026-10-20", concentration_mcg_per_ml=2000), confirm=build.ANYTHING
    )
    log.close_finding("refill-strength", 3, reason="as printed")  # row 4
    log.complete(
        3, dataclasses.replace(log.record(3), lot="A1"), reason="found the box", confirm=build.ANYTHING
    )  # row 5
    assert "refill-strength" not in log.findings()["rule"].tolist()
    wrong = dataclasses.replace(log.record(5), concentration_mcg_per_ml=1000)
    log.correct(5, wrong, reason="another slip", confirm=build.ANYTHING)  # row 6
    (found,) = log.findings().query("rule == 'refill-strength'").to_dict("records")
    assert (found["row"], found["says"].split(",")[0]) == (6, "filled with 1000 mcg/mL")
    assert "refill-strength" in log.chart("P001").findings["rule"].tolist()
    assert log.findings_closed()["of_row"].tolist() == [5]
    log.close_finding("refill-strength", 6, reason="so it is")
    assert "refill-strength" not in log.findings()["rule"].tolist()


@pytest.mark.parametrize("status", ["programmed", "planned"])
def test_a_plan_that_came_to_nothing_is_completed_as_cancelled_and_is_no_correction(log, status):
    log.append(build.dose("2026-10-01", 100), build.dose("2026-10-20", 110, status=status))  # rows 2, 3
    said = dataclasses.replace(log.record(3), status="cancelled")
    log.complete(3, said, reason="the visit was called off")
    assert log.plans()["status"].tolist() == ["cancelled"]
    assert log.chart("P001").staircase["row"].tolist() == [2]
    assert "overdue-plan" not in log.findings()["rule"].tolist()
    assert log.history("P001")["action"].tolist().count("completed") == 1
    assert log.plans(asof=3)["status"].tolist() == [status]


def test_what_was_done_cannot_be_completed_as_cancelled(dosed):
    with pytest.raises(errors.AppendRefused, match="row 2 states status already"):
        dosed.complete(2, dataclasses.replace(dosed.record(2), status="cancelled"), reason="x")
