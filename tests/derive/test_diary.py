"""Completeness: of the diary entries that were expected, and never 0 % where none was."""

import datetime as dt

import build
import pandas as pd
import pytest

from titration.derive import diary, expected
from titration.records import DiarySchedule, PatientState
from titration.scales import register

ZONE, SCALES = "Europe/London", register()
OCTOBER = {"first": dt.date(2026, 10, 1), "last": dt.date(2026, 10, 31)}
NRS = "nrs_spasticity"


def due(since, patient="P001", scale=NRS, **more):
    return DiarySchedule(patient=patient, scale=scale, from_on=since, **more)


def state(on, following, patient="P001"):
    return PatientState(patient=patient, noted_on=on, following=following)


def day(n):
    return f"2026-10-{n:02d}"


def complete(*records, written=None, window=OCTOBER):
    f = build.frames(*records)
    if written:
        f["scores"]["first_recorded_at"] = pd.Series(pd.to_datetime(written, utc=True)).astype("datetime64[us, UTC]")
    return diary.completeness(
        f["scores"], zone=ZONE, scales=SCALES, diary_schedules=f["diary_schedules"],
        patient_states=f["patient_states"], **window,
    )  # fmt: skip


def entries(*records, window=OCTOBER):
    f = build.frames(*records)
    return expected.expected(f["diary_schedules"], patient_states=f["patient_states"], **window)


def test_completeness_counts_days_not_entries():
    records = [build.score(day(n), 4) for n in (1, 1, 2, 6)] + [build.score(day(3), not_assessed="declined")]
    made = complete(*records)
    wanted = ["days", "days_with_value", "days_without_value", "longest_gap_days"]
    assert made[wanted].to_numpy().tolist() == [[31, 3, 1, 3]]
    assert made["last_on"].tolist() == [pd.Timestamp("2026-10-06")]


def test_without_a_schedule_no_diary_is_expected_which_is_not_zero_percent():
    made = complete(build.score(day(1), 4))
    assert made["expectation"].tolist() == ["no diary expected"]
    assert made[["n_expected", "n_filled", "filled_pct"]].isna().all(axis=None)


def test_an_expected_diary_that_nobody_filled_in_is_zero_percent():
    made = complete(due(day(1), until_on=day(10)))
    assert made[["expectation", "n_expected", "n_filled", "filled_pct"]].to_numpy().tolist() == [
        ["expected", 10, 0, 0.0]
    ]


def test_days_before_the_schedule_are_with_a_value_but_not_expected():
    made = complete(due(day(20)), *[build.score(day(n), 4) for n in (18, 19, 20, 21, 22)])
    assert made[["days_with_value", "n_expected", "n_filled", "filled_pct"]].to_numpy().tolist() == [[5, 12, 3, 25]]


def test_scores_of_a_visit_or_a_call_are_no_diary():
    made = complete(due(day(1)), build.score(day(8), 4, collected="visit"), build.score(day(9), 4, collected="phone"))
    assert made[["days_with_value", "n_filled"]].to_numpy().tolist() == [[0, 0]]


def test_a_pause_and_its_end_are_schedules_of_their_own():
    made = entries(due(day(1)), due(day(11), paused="yes", reason="on the ward"), due(day(21)))
    assert made["ends_on"].dt.day.tolist() == [*range(1, 11), *range(21, 32)]


def test_a_later_schedule_takes_the_place_of_the_earlier_one_and_cuts_its_last_entry():
    made = entries(due(day(1), every_days=7), due(day(20), every_days=3, until_on=day(30)))
    assert made["ends_on"].dt.day.tolist() == [7, 14, 22, 25, 28]


def test_an_entry_every_so_many_days_may_be_filled_in_on_any_of_them():
    made = complete(due(day(1), every_days=7), *[build.score(day(n), 4) for n in (3, 10, 14, 29)])
    assert made[["n_expected", "n_filled"]].to_numpy().tolist() == [[4, 2]]


def test_weekly_entries_of_two_months_add_up_to_those_of_both():
    schedule = due("2026-09-03", every_days=7)
    months = [(dt.date(2026, 9, 1), dt.date(2026, 9, 30)), (dt.date(2026, 10, 1), dt.date(2026, 10, 31))]
    apart = [len(entries(schedule, window={"first": a, "last": b})) for a, b in months]
    both = len(entries(schedule, window={"first": months[0][0], "last": months[1][1]}))
    assert sum(apart) == both == 8


@pytest.mark.parametrize("word", ["explanted", "died", "transferred", "stopped"])
def test_the_end_of_following_ends_what_is_expected_and_its_return_begins_it_again(word):
    made = entries(due(day(1)), state(day(5), word), state(day(29), "active"), state(day(12), None))
    assert made["ends_on"].dt.day.tolist() == [1, 2, 3, 4, 29, 30, 31]


def test_two_scales_and_two_patients_keep_their_own_schedules():
    made = complete(due(day(1), until_on=day(4)), due(day(1), scale="nrs_sleep", until_on=day(2)),
                    due(day(1), patient="P002", until_on=day(3)), build.score(day(1), 4, patient="P002"))  # fmt: skip
    assert made[["patient", "scale", "n_expected", "n_filled"]].to_numpy().tolist() == [
        ["P001", "nrs_sleep", 2, 0], ["P001", NRS, 4, 0], ["P002", NRS, 3, 1],
    ]  # fmt: skip


def test_the_share_written_on_the_day_itself_is_of_days_whose_lateness_is_judged():
    records = [build.score(day(n), 4, collected=way) for n, way in ((1, "app"), (2, "app"), (3, "app"), (4, "import"))]
    written = ["2026-10-01T20:00Z", "2026-10-02T20:00Z", "2026-10-05T20:00Z", "2026-10-04T20:00Z"]
    made = complete(*records, written=written)
    assert made[["days_judged", "days_same_day"]].to_numpy().tolist() == [[3, 2]]
    assert made["same_day_pct"].round(1).tolist() == [66.7]


def test_of_two_schedules_from_one_day_the_later_row_counts():
    assert entries(due(day(1)), due(day(1), every_days=10))["ends_on"].dt.day.tolist() == [10, 20, 30]
