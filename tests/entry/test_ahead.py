"""Steps programmed earlier: a program done before them must say whether they stay, and the staircase shows what was said."""

import build
import pandas as pd
import pytest

from titration import DoseChange, NeedsConfirmation, Patient
from titration.entry import ahead

ASKED = "P001:2026-11-05:programmed-ahead"
NOW = build.dose("2026-11-05T09:30+00:00", 105)


@pytest.fixture
def stepped(log):
    """100 mcg/day (row 2), and by itself 110 from 20 October (row 3) and 120 from 10 November (row 4)."""
    log.append(
        build.dose("2026-10-08T09:30+01:00", 100), build.dose("2026-10-20T09:30+01:00", 110, status="programmed"),
        build.dose("2026-11-10T09:30+00:00", 120, status="programmed"),
    )  # fmt: skip
    return log


def stairs(log):
    made = log.chart("P001").staircase
    days = zip(
        made["start"].dt.strftime("%m-%d"), made["end"].dt.strftime("%m-%d"), made["dose_mcg_per_day"], strict=True
    )
    return list(days)


def ids(log, *facts):
    return [question.id for question in log.rehearse(*facts).questions]


BEFORE = [("10-08", "10-20", 100.0), ("10-20", "11-10", 110.0), ("11-10", "11-23", 120.0)]


def test_the_question_names_each_step_still_to_come_and_both_answers(stepped):
    (question,) = stepped.rehearse(NOW).questions
    assert question.id == ASKED
    assert "120 mcg/day from 2026-11-10 09:30+00:00 (row 4)" in question
    assert "row 3" not in question  # it had begun
    assert 'answer "they stay programmed" or "cancelled at this visit"' in question
    with pytest.raises(NeedsConfirmation):
        stepped.append(NOW)
    assert stairs(stepped) == BEFORE


def test_steps_that_stay_begin_by_themselves_as_before(stepped):
    stepped.append(NOW, confirm={ASKED: "they stay programmed"})
    assert stairs(stepped) == [
        ("10-08", "10-20", 100.0), ("10-20", "11-05", 110.0), ("11-05", "11-10", 105.0), ("11-10", "11-23", 120.0),
    ]  # fmt: skip
    assert stepped.plans()["status"].tolist() == ["programmed", "programmed"]


@pytest.mark.parametrize(
    "answer", ["cancelled at this visit", "Cancelled at this visit: seen on the printout", "canceled"]
)
def test_steps_that_were_cancelled_never_begin_and_no_earlier_day_changes(stepped, answer):
    entry = stepped.append(NOW, confirm={ASKED: answer})
    assert stairs(stepped) == [("10-08", "10-20", 100.0), ("10-20", "11-05", 110.0), ("11-05", "11-23", 105.0)]
    assert stepped.plans()[["first_row", "status"]].to_numpy().tolist() == [[3, "programmed"], [4, "cancelled"]]
    assert len(entry.rows) == 1
    assert stepped.record(entry.rows[0]).dose_mcg_per_day == 105
    line = stepped.history("P001").query("action == 'completed'").iloc[0]
    assert (line["row"], line["field"], line["old"], line["new"], line["reason"]) == (
        4, "status", "programmed", "cancelled", answer,
    )  # fmt: skip
    assert stepped.chart("P001", asof=3).staircase["dose_mcg_per_day"].tolist() == [100.0, 110.0, 120.0]
    assert stepped.verify().fits


def test_any_other_answer_is_asked_again_and_nothing_is_stored(stepped):
    before = stepped.head
    for answer in ("the pump shows this", "not cancelled", "yes"):
        with pytest.raises(NeedsConfirmation) as told:
            stepped.append(NOW, confirm={ASKED: answer})
        assert [question.id for question in told.value.questions] == [ASKED]
    assert stepped.head == before


@pytest.mark.parametrize(
    ("facts", "asked"),
    [
        ([build.dose("2026-11-12T09:30+00:00", 125)], []),  # every step has begun
        ([build.dose("2026-11-10T09:30+00:00", 125)], []),  # at the very instant: the one written later is in force
        ([build.dose("2026-11-10T09:00+00:00", 125)], ["P001:2026-11-10:programmed-ahead"]),
        ([build.dose("2026-11-10", 125)], ["P001:2026-11-10:programmed-ahead"]),  # its day alone: it begins with it
        ([build.dose("2026-11-05T09:30+00:00", 120, fulfils=4)], []),  # it carries the step out
        ([build.dose("2026-11-20", 130, status="programmed")], []),  # nothing was done
        ([build.dose("2026-11-05", 105, patient="P002")], []),
    ],
)
def test_only_a_program_done_before_a_step_that_nothing_carries_out_is_asked_about(stepped, facts, asked):
    stepped.append(Patient(patient="P002"))
    assert [one for one in ids(stepped, *facts) if one.endswith("programmed-ahead")] == asked


def test_a_chain_recorded_with_its_visit_is_not_asked_about_and_a_step_cancelled_before_neither(stepped):
    chain = build.dose("2026-11-20T09:30+00:00", 115, status="programmed")
    stepped.append(NOW, chain, confirm={ASKED: "cancelled at this visit"})
    assert [row[2] for row in stairs(stepped)] == [100.0, 110.0, 105.0, 115.0]
    (question,) = stepped.rehearse(build.dose("2026-11-19T09:30+00:00", 110)).questions
    assert "115 mcg/day" in question
    assert "120 mcg/day" not in question


def test_a_corrected_step_that_was_carried_out_is_not_asked_about(stepped):
    stepped.append(build.dose("2026-11-06T09:30+00:00", 120, fulfils=4))
    stepped.correct(4, build.dose("2026-11-10T09:30+00:00", 121, status="programmed"), reason="misread")
    assert [one for one in ids(stepped, NOW) if one.endswith("ahead")] == []


def test_a_file_is_asked_the_same_and_its_answer_does_the_same(stepped):
    frame = pd.DataFrame(
        {
            "patient": ["P001"],
            "effective_at": ["2026-11-05T09:30+00:00"],
            "mode": ["simple continuous"],
            "dose_mcg_per_day": [105],
        }
    )
    with pytest.raises(NeedsConfirmation) as told:
        stepped.append(frame, kind=DoseChange)
    assert [question.id for question in told.value.questions] == [ASKED]
    stepped.append(frame, kind=DoseChange, confirm={ASKED: "cancelled at this visit"})
    assert [row[2] for row in stairs(stepped)] == [100.0, 110.0, 105.0]


def test_a_visit_moved_to_its_right_patient_leaves_the_steps_where_they_were_and_says_so(stepped):
    entry = stepped.append(NOW, confirm={ASKED: "cancelled at this visit"})
    stepped.append(Patient(patient="P002"))
    moved = stepped.move(entry, to="P002", reason="wrong chart")
    assert moved.notes == ("row 5 was cancelled by entry 4 and stays so; correct its status if it still runs",)
    assert stepped.plans("P002").empty
    assert stepped.doses("P002")["dose_mcg_per_day"].tolist() == [105]
    assert stepped.plans("P001")["status"].tolist() == ["programmed", "cancelled"]
    stepped.correct(5, build.dose("2026-11-10T09:30+00:00", 120, status="programmed"), reason="it still runs")
    assert stairs(stepped) == BEFORE


def test_an_answer_is_one_of_the_two_by_how_it_begins():
    (question, rows) = ("q", (4, 5))
    assert ahead.cancelled({question: rows}, {question: ' "Cancelled" '}) == {4: ' "Cancelled" ', 5: ' "Cancelled" '}
    assert ahead.cancelled({question: rows}, {question: "stay"}) == {}
