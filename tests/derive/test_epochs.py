"""Intervals of one dose with their scores: settling left out, middle and spread, what was expected of the diary."""

import build
import numpy as np
import pandas as pd

from titration.derive import epochs
from titration.derive.dose import staircase
from titration.records import DiarySchedule, Readout
from titration.scales import register

ZONE, SCALES = "Europe/London", register()
UNTIL = pd.Timestamp("2026-03-01T00:00Z")
WANTED = ["epoch", "n", "n_settling", "median", "q1", "q3"]


def scored(*records, **more):
    f = build.frames(*records)
    stairs = staircase(f["doses"], zone=ZONE, until=UNTIL, readouts=f["readouts"])
    return epochs.scored(stairs, f["scores"], zone=ZONE, scales=SCALES, **more)


def diary(values, scale="ashworth", **more):
    return [build.score(f"2026-01-{n:02d}", v, scale=scale, **more) for n, v in enumerate(values, 1)]


def test_the_first_two_days_are_settling_and_counted_by_themselves():
    made = scored(build.dose("2026-01-01T00:00+00:00", 100), *diary([4, 4, 1, 2, 3, 4]))
    assert made[WANTED].to_numpy().tolist() == [[1, 4, 1, 2.5, 1.75, 3.25]]  # of the first day itself nothing counts
    assert made["days_with_value"].tolist() == [4]
    made = scored(build.dose("2026-01-01T00:00+00:00", 100), *diary([4, 4, 1, 2, 3, 4]), settling_h=0)
    assert made[WANTED].to_numpy().tolist() == [[1, 5, 0, 3, 2, 4]]


def test_the_scales_recall_settles_too():
    made = scored(build.dose("2026-01-01T00:00+00:00", 100), *diary([4, 4, 1, 2, 3, 4], scale="nrs_spasticity"))
    assert made[["n", "n_settling"]].to_numpy().tolist() == [[3, 2]]


def test_grades_have_quartiles_as_labels():
    records = [
        build.score(f"2026-01-1{n}", scale="modified_ashworth", grade=g) for n, g in enumerate(("1", "1+", "2", "3"))
    ]
    made = scored(build.dose("2026-01-01", 100), *records)
    assert made[["q1_grade", "median_grade", "q3_grade", "high_grade"]].to_numpy().tolist() == [["1", "1+", "2", "3"]]
    assert made[["q1", "median", "q3"]].isna().all(axis=None)


def test_the_diary_expected_in_an_interval_is_counted_without_the_day_it_began():
    due = DiarySchedule(patient="P001", scale="ashworth", from_on="2026-01-01", until_on="2026-01-20")
    f = build.frames(due)
    made = scored(
        build.dose("2026-01-01", 100),
        build.dose("2026-01-11", 120),
        *diary([4] * 8),
        diary_schedules=f["diary_schedules"],
    )
    wanted = ["epoch", "n_expected", "n_filled", "filled_pct"]
    assert made[wanted].round(1).to_numpy().tolist() == [[1, 9, 7, 77.8], [2, 9, 0, 0]]
    assert scored(build.dose("2026-01-01", 100), *diary([4]))["n_expected"].isna().all()


def test_an_unexplained_stretch_is_an_interval_of_its_own():
    found = [
        Readout(patient="P001", read_on=f"2026-02-{d:02d}", dose_mcg_per_day=mcg) for d, mcg in ((1, 100), (20, 150))
    ]
    made = scored(build.dose("2026-01-01", 100), *found, build.score("2026-02-10", 4, scale="ashworth"))
    assert made[["epoch", "is_unexplained", "n"]].to_numpy().tolist() == [[1, False, 0], [2, True, 1], [3, False, 0]]


def test_scores_of_a_patient_without_a_dose_are_in_no_interval():
    made = scored(build.dose("2026-01-10", 100), *diary([4]), *diary([4] * 20, patient="P002"))
    assert made[["patient", "n"]].to_numpy().tolist() == [["P001", 0]]


def test_a_change_at_a_time_parts_the_day_for_scores_with_a_time_only():
    made = scored(
        build.dose("2026-01-01", 100), build.dose("2026-01-20T12:00+00:00", 120),
        build.score("2026-01-20T11:00+00:00", 1, scale="ashworth"), build.score("2026-01-20", 4, scale="ashworth"),
        build.score("2026-01-20T13:00+00:00", 3, scale="ashworth"), settling_h=0,
    )  # fmt: skip
    assert made[["n", "median"]].to_numpy().tolist() == [[1, 1], [1, 3]]
    assert not np.isnan(made["median"]).any()
