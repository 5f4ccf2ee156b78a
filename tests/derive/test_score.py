"""Scores by day, week and month; grades keep their labels."""

import datetime as dt

import build
import numpy as np
import pandas as pd
import pytest

from titration.derive import diary, epochs, score
from titration.derive.dose import staircase
from titration.scales import Register, Scale, register

SCALES = register()
ZONE = "Europe/London"
NONE = pd.DataFrame({"patient": pd.Series(dtype="str"), "day": pd.Series(dtype="datetime64[s]")})


def day(n):
    return (dt.date(2026, 1, 1) + dt.timedelta(days=n - 1)).isoformat()


def nrs(values, **more):
    """A diary from day 1 on; None is a day without an entry."""
    return [build.score(day(n), v, **more) for n, v in enumerate(values, 1) if v is not None]


def trailing(records, changes=NONE):
    days = score.daily(build.frames(*records)["scores"], scales=SCALES)
    made = diary.trailing_median(days, changes)
    return [None if np.isnan(v) else v for v in made["median_7d"]]


def changes(*days):
    return pd.DataFrame({"patient": "P001", "day": pd.to_datetime(list(days)).astype("datetime64[s]")})


def test_a_day_has_one_row_and_the_median_of_its_answers():
    made = score.daily(build.frames(*nrs([4]), *nrs([7]), *nrs([5]))["scores"], scales=SCALES)
    assert made[["n", "median", "low", "high"]].to_numpy().tolist() == [[3, 5, 4, 7]]


def test_reporters_sides_body_parts_and_versions_are_never_mixed():
    records = [
        *nrs([4], reporter="patient"), *nrs([8], reporter="proxy"), *nrs([2]), *nrs([1], reporter="patient", version="other"),
        build.score(day(1), scale="modified_ashworth", grade="2", side="left"),
        build.score(day(1), scale="modified_ashworth", grade="3", side="right"),
        build.score(day(1), scale="modified_ashworth", grade="4", side="right", body_part="knee flexors"),
    ]  # fmt: skip
    made = score.daily(build.frames(*records)["scores"], scales=SCALES)
    assert len(made) == 7
    assert made["n"].tolist() == [1] * 7


def test_the_median_of_grades_is_a_label_the_lower_of_the_two_middle_ones():
    records = [build.score(day(1), scale="modified_ashworth", grade=g) for g in ("3", "1", "1+", "2")]
    made = score.daily(build.frames(*records)["scores"], scales=SCALES)
    assert made[["median_grade", "low_grade", "high_grade"]].to_numpy().tolist() == [["1+", "1", "3"]]
    assert made[["median", "low", "high"]].isna().all(axis=None)


def test_seven_days_need_four_values_and_a_gap_stays_a_gap():
    values = [3, 4, None, 4, 8, None, None, None, None, None, None, None, 5, 5, 5, 5]
    expected = [None, None, None, None, 4, 4, 4, None, None, None, None, None, None, None, None, 5]
    assert trailing(nrs(values)) == expected


def test_no_window_reaches_back_over_a_dose_change_nor_holds_its_day():
    values = [8] * 7 + [5] + [2] * 6
    expected = [None] * 3 + [8] * 4 + [None] + [None] * 3 + [2] * 3
    assert trailing(nrs(values), changes(day(8))) == expected


def test_visit_scores_have_no_trailing_median():
    assert trailing([build.score(f"2026-{month:02}-01", 5) for month in range(1, 12)]) == []


def test_the_changes_of_another_patient_break_nothing():
    other = changes(day(4)).assign(patient="P002")
    assert trailing(nrs([5] * 6), other) == [None] * 3 + [5] * 3


def test_a_month_counts_every_answer_and_has_no_mean_of_an_ordinal_scale():
    records = [*nrs([4, 6, 9]), build.score(day(2), not_assessed="not asked"), build.score(day(40), 0)]
    made = score.monthly_summary(
        build.frames(*records)["scores"], first=dt.date(2026, 1, 1), last=dt.date(2026, 1, 31), scales=SCALES
    )
    wanted = ["n", "days_with_value", "median", "low", "high", "without_value"]
    assert made[wanted].to_numpy().tolist() == [[3, 3, 6, 4, 9, 1]]
    assert made["mean"].isna().all()


def test_a_scale_that_is_not_ordinal_has_a_mean():
    joules = Scale(
        "stiffness", "site-1", "Stiffness", ("clinician",), "stiffer", low=0, high=50, step=None, ordinal=False
    )
    records = [build.score(day(n), v, scale="stiffness") for n, v in ((1, 2), (2, 3), (3, 10))]
    made = score.monthly_summary(
        build.frames(*records)["scores"], first=dt.date(2026, 1, 1), last=dt.date(2026, 1, 31),
        scales=Register((joules,)),
    )  # fmt: skip
    assert made[["mean", "median"]].to_numpy().tolist() == [[5, 3]]


def test_a_month_gives_grades_with_how_many_of_each_in_the_order_of_the_scale():
    records = [
        build.score(day(n), scale="modified_ashworth", grade=g) for n, g in enumerate(("2", "1+", "1", "1+", "2"), 1)
    ]
    made = score.monthly_summary(
        build.frames(*records)["scores"], first=dt.date(2026, 1, 1), last=dt.date(2026, 1, 31), scales=SCALES
    )
    assert made[["counts", "median_grade"]].to_numpy().tolist() == [["1: 1, 1+: 2, 2: 2", "1+"]]


def test_grades_of_a_scale_nobody_registered_are_counted_as_without_order():
    records = [build.score(day(1), scale="site_grades", grade="B")]
    made = score.daily(build.frames(*records)["scores"], scales=SCALES)
    assert made[["n", "without_value"]].to_numpy().tolist() == [[0, 1]]


def test_epochs_join_what_did_not_change_and_hold_the_scores_in_between():
    frames = build.frames(
        build.dose("2026-01-01", 100), build.dose("2026-01-11", 100), build.dose("2026-01-21T12:00+00:00", 120),
        build.score("2026-01-01", 9), build.score("2026-01-05", 6), build.score("2026-01-06", 8),
        build.score("2026-01-21T09:00+00:00", 7), build.score("2026-01-21", 1), build.score("2026-01-25", 4),
    )  # fmt: skip
    stairs = staircase(frames["doses"], zone=ZONE, until=pd.Timestamp("2026-01-31T00:00Z"))
    made = epochs.scored(stairs, frames["scores"], zone=ZONE, scales=SCALES)
    assert made[["epoch", "days", "dose_mcg_per_day", "n", "median"]].to_numpy().tolist() == [
        [1, 20.5, 100, 3, 7],
        [2, 9.5, 120, 1, 4],
    ]


def test_an_interval_without_a_score_has_n_zero():
    frames = build.frames(build.dose("2026-01-01", 100))
    stairs = staircase(frames["doses"], zone=ZONE, until=pd.Timestamp("2026-01-31T00:00Z"))
    made = epochs.scored(stairs, frames["scores"], zone=ZONE, scales=SCALES)
    assert made["n"].tolist() == [0]
    assert made["median"].isna().all()


@pytest.mark.parametrize("grade", ["0", "1", "1+", "2", "3", "4"])
def test_every_grade_keeps_its_label(grade):
    made = score.daily(
        build.frames(build.score(day(1), scale="modified_ashworth", grade=grade))["scores"], scales=SCALES
    )
    assert made["median_grade"].tolist() == [grade]
