"""Frames that are no longer changed: each derivation is made once, and nobody can change what is kept."""

import pickle

import build
import pandas as pd
import pytest

from titration.derive import kept, reconcile, recorded

ZONE, UNTIL = "Europe/London", pd.Timestamp("2026-11-01T00:00Z")


@pytest.fixture
def frames():
    return kept.Kept(build.frames(build.dose("2026-10-01", 100), build.dose("2026-10-08", 120)), patient="P001")


@pytest.fixture
def counted():
    asked = []

    def made(frames, *, zone):
        asked.append(zone)
        return pd.DataFrame({"n": [len(frames["doses"])]})

    return made, asked


def test_a_derivation_is_made_once_for_each_way_it_is_asked_for(frames, counted):
    make, asked = counted
    for zone in ("UTC", "UTC", ZONE, "UTC"):
        assert kept.once(frames, make, zone=zone)["n"].tolist() == [2]
    assert asked == ["UTC", ZONE]


def test_frames_that_may_still_change_are_derived_from_each_time(frames, counted):
    make, asked = counted
    plain = dict(frames)
    for _ in range(2):
        kept.once(plain, make, zone="UTC")
    assert asked == ["UTC", "UTC"]


def test_what_is_edited_by_its_reader_is_as_it_was_for_the_next(frames):
    before = recorded.staircase(frames, zone=ZONE, until=UNTIL)
    whole = before.copy(deep=True)
    before.loc[:, "dose_mcg_per_day"] = 999.0
    doses = frames["doses"]
    doses.loc[:, "dose_mcg_per_day"] = 999.0
    pd.testing.assert_frame_equal(recorded.staircase(frames, zone=ZONE, until=UNTIL), whole)
    assert frames["doses"]["dose_mcg_per_day"].tolist() == [100.0, 120.0]


def test_what_the_giver_edits_afterwards_is_not_in_it():
    given = build.frames(build.dose("2026-10-01", 100))
    frames = kept.Kept(given)
    given["doses"].loc[:, "dose_mcg_per_day"] = 999.0
    assert reconcile.on_record(frames, zone=ZONE)["dose_mcg_per_day"].tolist() == [100.0]


def test_kept_and_made_each_time_are_the_same(frames):
    for make in (recorded.staircase, recorded.changes, reconcile.confirmations, reconcile.unexplained):
        made = make(frames, zone=ZONE, until=UNTIL)
        pd.testing.assert_frame_equal(made, make(dict(frames), zone=ZONE, until=UNTIL))
        pd.testing.assert_frame_equal(made, make(frames, zone=ZONE, until=UNTIL))


def test_an_argument_that_is_no_key_is_known_by_what_it_is(frames):
    asked = []

    def make(frames, *, scales):
        asked.append(scales)
        return frames["doses"]

    one, other = {"a": 1}, {"a": 1}
    for scales in (one, one, other):
        kept.once(frames, make, scales=scales)
    assert asked == [one, other]
    assert asked[1] is other


def test_the_frames_of_one_patient_are_themselves_and_of_many_are_cut(frames):
    assert kept.own_frames(frames, "P001") is frames
    assert kept.own_frames(frames, "P002")["doses"].empty
    assert len(kept.own_frames(dict(frames), "P001")["doses"]) == 2


def test_another_process_gets_the_frames_without_what_was_derived(frames):
    whole = recorded.staircase(frames, zone=ZONE, until=UNTIL)
    sent = pickle.loads(pickle.dumps(frames))
    assert sent.patient == "P001"
    assert len(sent) == len(frames)
    pd.testing.assert_frame_equal(recorded.staircase(sent, zone=ZONE, until=UNTIL), whole)
