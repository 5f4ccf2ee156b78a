"""Run charts: the published critical values, what a useful point is, and when there are too few."""

import datetime as dt

import pandas as pd
import pytest

from titration.derive import moments, runchart
from titration.derive.score import SERIES
from titration.derive.weekly import WEEKLY

RUN_LIMITS = {6: (10, 11), 7: (12, 22), 8: (23, 45), 9: (46, 90), 10: (91, 100)}
CROSSINGS_LIMITS = (
    "2 2 3 3 4 4 4 5 5 6 6 6 7 7 8 8 8 9 9 10 10 11 11 11 12 12 13 13 14 14 14 15 15 16 16 17 17 17 18 18 "
    "19 19 20 20 21 21 21 22 22 23 23 24 24 25 25 25 26 26 27 27 28 28 29 29 29 30 30 31 31 32 32 33 33 34 34 34 35 "
    "35 36 36 37 37 38 38 39 39 39 40 40 41 41"
)
"""As printed for 10 to 100 useful points in appendix 2 of the vignette of qicharts2, whose author wrote the rules
(doi:10.1371/journal.pone.0113825)."""


def weeks(values, patient="P001", kept=None):
    """One weekly median after another; None is a week without one."""
    rows = [(dt.date(2026, 1, 5) + dt.timedelta(weeks=n), v) for n, v in enumerate(values) if v is not None]
    made = pd.DataFrame({name: pd.Series(dtype=dtype) for name, dtype in WEEKLY.items()}).reindex(range(len(rows)))
    made = made.assign(**{**dict.fromkeys(SERIES, "x"), "patient": patient}, week="x", n=4, days_with_value=4)
    made["week_on"] = pd.to_datetime([day for day, _ in rows])
    made["median"] = [v for _, v in rows]
    made["is_kept"] = [True] * len(rows) if kept is None else kept
    return moments.typed(made, WEEKLY)


def chart(values, **more):
    return runchart.run_chart(weeks(values), **more).iloc[0]


@pytest.mark.parametrize("useful", range(10, 101))
def test_the_limits_are_those_of_the_published_table(useful):
    assert runchart.longest_run_limit(useful) == next(k for k, (a, b) in RUN_LIMITS.items() if a <= useful <= b)
    assert runchart.crossings_limit(useful) == [int(n) for n in CROSSINGS_LIMITS.split()][useful - 10]


def test_points_on_the_centre_are_not_useful_and_break_no_run():
    made = runchart.points(weeks([6, 5, 6, 4, 5, 4, 5]))
    assert made["centre"].unique().tolist() == [5]
    assert made["lies"].tolist() == [
        "above",
        "on the centre",
        "above",
        "below",
        "on the centre",
        "below",
        "on the centre",
    ]
    assert made["run"].fillna(0).tolist() == [1, 0, 1, 2, 0, 2, 0]
    assert made["is_crossing"].tolist() == [False, False, False, True, False, False, False]


def test_nine_useful_points_are_insufficient_and_ten_are_not():
    made = chart([4, 6] * 4 + [5])
    assert made[["n_useful", "insufficient"]].tolist() == [8, "8 useful points; 10 are needed"]
    assert made[["longest_run", "longest_run_limit", "crossings", "crossings_limit"]].isna().all()
    made = chart([4, 6] * 5)
    assert made[["n_useful", "longest_run", "longest_run_limit", "crossings", "crossings_limit"]].tolist() == [
        10,
        1,
        6,
        9,
        2,
    ]
    assert pd.isna(made["insufficient"])


def test_a_shift_halfway_makes_two_long_runs_and_one_crossing():
    made = chart([7, 8, 7, 8, 7, 8, 7, 2, 3, 2, 3, 2, 3, 2])
    assert made[["centre", "n_useful", "longest_run", "longest_run_limit", "crossings", "crossings_limit"]].tolist() == [
        5, 14, 7, 7, 1, 4,
    ]  # fmt: skip


def test_a_frozen_centre_is_the_median_of_the_baseline_alone():
    values = [7, 8, 7, 8, 7, *[2] * 10]
    made = chart(values, centre_until=dt.date(2026, 2, 8))
    assert made[["centre", "n_centre", "n_points", "n_useful"]].tolist() == [7, 5, 15, 12]
    assert chart(values, centre_until=dt.date(2026, 2, 7))[["centre", "n_centre"]].tolist() == [7.5, 4]
    assert pd.isna(chart(values, centre_until=dt.date(2025, 1, 1))["centre"])


def test_weeks_without_a_point_are_counted_as_gaps():
    made = chart([4, None, 6, 4, None, None, 6])
    assert made[["n_points", "n_gaps", "lag1_pairs"]].tolist() == [4, 3, 1]
    kept = runchart.run_chart(weeks([4, 6, 4], kept=[True, False, True])).iloc[0]
    assert kept[["n_points", "n_gaps"]].tolist() == [2, 1]


def test_the_lag_one_correlation_is_of_neighbouring_weeks():
    assert chart([1, 2, 3, 4])["lag1_correlation"] == pytest.approx(0.25)  # away -1.5 -.5 .5 1.5: (.75-.25+.75)/5
    assert chart([1, 3, 1, 3])["lag1_correlation"] == pytest.approx(-0.75)
    assert pd.isna(chart([0.1, 0.1, 0.1])["lag1_correlation"])


def test_one_value_throughout_has_no_useful_point():
    assert chart([3] * 12)[["n_points", "n_useful"]].tolist() == [12, 0]


def test_two_patients_are_charted_apart():
    both = pd.concat([weeks([4, 6] * 5), weeks([7, 7, 2, 2] * 3, patient="P002")], ignore_index=True)
    made = runchart.run_chart(both)
    assert made[["patient", "centre", "crossings", "longest_run"]].to_numpy().tolist() == [
        ["P001", 5, 9, 1], ["P002", 4.5, 5, 2],
    ]  # fmt: skip
    assert runchart.points(both)["run"].tolist()[10:] == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6]


def test_no_chart_says_what_it_means():
    words = " ".join([*runchart.CHARTS, *runchart.POINTS, runchart.CAUTION])
    assert not {"signal", "shift", "trend", "stable", "worse", "better", "improv"} & set(words.lower().split())
