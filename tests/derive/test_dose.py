"""The staircase, the dose in force, changes: worked by hand."""

import build
import pandas as pd
import pytest

from titration.derive import dose
from titration.records import PatientState

ZONE = "Europe/London"
UNTIL = pd.Timestamp("2026-12-01T00:00Z")


def stairs(frames, until=UNTIL, **more):
    return dose.staircase(frames["doses"], zone=ZONE, until=until, **more)


def test_a_dose_lasts_to_the_next_change_and_the_last_to_the_end_of_the_picture():
    made = stairs(build.frames(build.dose("2026-10-08T09:30+01:00", 100), build.dose("2026-11-08T10:00+00:00", 120)))
    assert made["start"].tolist() == [pd.Timestamp("2026-10-08T08:30Z"), pd.Timestamp("2026-11-08T10:00Z")]
    assert made["end"].tolist() == [pd.Timestamp("2026-11-08T10:00Z"), UNTIL]
    assert made["is_open"].tolist() == [False, True]


def test_a_day_without_a_time_begins_at_local_midnight_and_says_so():
    made = stairs(build.frames(build.dose("2026-10-08", 100)))
    assert made["start"].tolist() == [pd.Timestamp("2026-10-07T23:00Z")]
    assert made["by_day"].tolist() == [True]


def test_of_two_changes_at_one_instant_both_stay_and_the_later_row_is_in_force():
    frames = build.frames(build.dose("2026-10-08", 100), build.dose("2026-10-09", 120), build.dose("2026-10-09", 110))
    made = stairs(frames)
    assert made["dose_mcg_per_day"].tolist() == [100, 120, 110]
    assert (made["end"] - made["start"]).dt.days.tolist()[1] == 0
    held = dose.in_force(frames["doses"], at=UNTIL, zone=ZONE)
    assert held["dose_mcg_per_day"].tolist() == [110]


def test_a_change_replaced_at_once_by_the_dose_before_is_no_change():
    made = stairs(
        build.frames(build.dose("2026-10-08", 100), build.dose("2026-10-09", 120), build.dose("2026-10-09", 100))
    )
    assert made["is_change"].tolist() == [True, False, False]


@pytest.mark.parametrize("following", ["explanted", "transferred", "died"])
def test_the_dose_ends_on_the_day_the_following_ends(following):
    state = PatientState(patient="P001", noted_on="2026-10-20", following=following)
    frames = build.frames(build.dose("2026-10-08", 100), state)
    made = stairs(frames, patient_states=frames["patient_states"])
    assert made["end"].tolist() == [pd.Timestamp("2026-10-19T23:00Z")]
    assert made["is_open"].tolist() == [False]
    for at, n in (("2026-10-19T22:59Z", 1), ("2026-10-20T12:00Z", 0)):
        held = dose.in_force(frames["doses"], at=pd.Timestamp(at), zone=ZONE, patient_states=frames["patient_states"])
        assert len(held) == n


def test_a_dose_of_the_day_of_the_explant_ends_with_that_day():
    state = PatientState(patient="P001", noted_on="2026-10-20", following="explanted")
    frames = build.frames(build.dose("2026-10-20T09:00+01:00", 100), state)
    made = stairs(frames, patient_states=frames["patient_states"])
    assert made["end"].tolist() == [pd.Timestamp("2026-10-20T23:00Z")]


def test_a_pump_stopped_on_the_day_of_the_explant_goes_from_its_dose_to_zero_and_ends_with_that_day():
    state = PatientState(patient="P001", noted_on="2026-10-20", following="explanted")
    frames = build.frames(build.dose("2026-10-08", 100), build.dose("2026-10-20T10:00+01:00", 0, mode="stopped"), state)
    made = stairs(frames, patient_states=frames["patient_states"])
    assert made["end"].tolist() == [pd.Timestamp("2026-10-20T09:00Z"), pd.Timestamp("2026-10-20T23:00Z")]


def test_a_new_dose_after_a_return_begins_anew_and_is_a_change():
    states = [
        PatientState(patient="P001", noted_on="2026-10-20", following="transferred"),
        PatientState(patient="P001", noted_on="2026-11-01", following="active"),
    ]
    frames = build.frames(build.dose("2026-10-08", 100), build.dose("2026-11-02", 100), *states)
    made = stairs(frames, patient_states=frames["patient_states"])
    assert made["is_open"].tolist() == [False, True]
    assert made["is_change"].tolist() == [True, True]


def test_explanted_and_active_again_on_one_day_ends_nothing():
    states = [
        PatientState(patient="P001", noted_on="2026-10-20", following="explanted"),
        PatientState(patient="P001", noted_on="2026-10-20", following="active"),
    ]
    frames = build.frames(build.dose("2026-10-08", 100), *states)
    assert stairs(frames, patient_states=frames["patient_states"])["is_open"].tolist() == [True]


def test_what_begins_after_the_end_of_the_picture_is_not_in_it():
    assert len(stairs(build.frames(build.dose("2026-12-02", 100)))) == 0


def test_a_time_without_an_offset_is_refused():
    with pytest.raises(ValueError, match="offset is needed"):
        stairs(build.frames(), until=pd.Timestamp("2026-12-01"))


def test_the_day_before_a_later_change_is_as_it_was():
    before = build.frames(build.dose("2026-10-08", 100))
    after = build.frames(build.dose("2026-10-08", 100), build.dose("2026-11-01", 150))
    at = pd.Timestamp("2026-10-31T23:59Z")
    pd.testing.assert_frame_equal(
        dose.in_force(before["doses"], at=at, zone=ZONE), dose.in_force(after["doses"], at=at, zone=ZONE)
    )


def test_percent_is_of_the_dose_before_so_up_and_down_a_fifth_does_not_come_back():
    doses = build.frames(build.dose("2026-01-01", 200), build.dose("2026-02-01", 240), build.dose("2026-03-01", 192))
    made = dose.percent_change(doses["doses"], zone=ZONE)
    assert made["change_mcg_per_day"].tolist()[1:] == [40, -48]
    assert made["change_pct"].tolist()[1:] == [20, -20]
    assert made["undefined"].tolist()[0] == "first"


@pytest.mark.parametrize(
    ("first", "second", "why"),
    [
        ({"mcg": 0, "mode": "stopped"}, {"mcg": 5, "mode": "minimum rate"}, "from 0"),
        ({"mcg": 100}, {"mcg": 100, "mode": "flex"}, "other mode"),
        ({"mcg": 100}, {"mcg": 0, "mode": "stopped"}, "other mode"),
    ],
)
def test_percent_is_undefined_from_zero_and_between_modes(first, second, why):
    doses = build.frames(build.dose("2026-01-01", **first), build.dose("2026-02-01", **second))["doses"]
    made = dose.percent_change(doses, zone=ZONE)
    assert made["undefined"].tolist() == ["first", why]
    assert made["change_pct"].isna().all()


def test_percent_keeps_order_and_index_of_the_rows():
    doses = build.frames(build.dose("2026-02-01", 120), build.dose("2026-01-01", 100))["doses"]
    doses.index = [7, 3]
    made = dose.percent_change(doses, zone=ZONE)
    assert made.index.tolist() == [7, 3]
    assert made["change_pct"].tolist()[0] == 20


def test_a_change_that_was_done_is_the_last_confirmation():
    frames = build.frames(
        build.dose("2026-10-08T09:30+01:00", 100),
        build.dose("2026-11-01", 120, status="programmed"),
        build.dose("2026-09-01", 90),
    )
    made = dose.last_confirmed(frames, zone=ZONE)
    assert made["confirmed_at"].tolist() == [pd.Timestamp("2026-10-08T08:30Z")]
    assert dose.last_confirmed(frames, zone=ZONE, until=pd.Timestamp("2026-09-15T00:00Z"))["row"].tolist() == [3]


def test_a_piece_cut_off_from_the_beginning_of_its_program_has_nothing_before_it():
    made = stairs(build.frames(build.dose("2026-10-08T09:30+01:00", 100), build.dose("2026-11-08T10:00+00:00", 120)))
    cut = made.assign(began=made["began"] - pd.Timedelta(hours=1))
    assert dose.with_changes(cut)["undefined"].isna().all()
    assert dose.with_changes(cut)["from_row"].isna().all()
    last = cut["began"].where(cut.index == 0, made["began"])  # the second one alone begins
    assert dose.with_changes(made.assign(began=last))["undefined"].tolist()[1:] == ["first"]
