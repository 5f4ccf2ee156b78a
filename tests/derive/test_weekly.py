"""Weeks: four of seven days, Monday to Sunday in the log's zone, and how many weeks the rule leaves out."""

import datetime as dt

import build
import pytest

from titration.derive import weekly
from titration.scales import Register, Scale, register

ZONE, SCALES = "Europe/London", register()
MONDAY = dt.date(2026, 10, 5)


def on(n):
    return (MONDAY + dt.timedelta(days=n)).isoformat()


def weeks(*records, scales=SCALES, zone=ZONE):
    return weekly.weekly(build.frames(*records)["scores"], zone=zone, scales=scales)


def test_a_week_with_four_days_is_kept_and_one_with_three_is_not():
    made = weeks(*[build.score(on(n), n) for n in (0, 1, 2, 6, 7, 8, 9)])
    wanted = ["week", "days_with_value", "is_kept", "median", "low", "high"]
    assert made[wanted].to_numpy().tolist() == [
        ["2026-W41", 4, True, 1.5, 0, 6], ["2026-W42", 3, False, 8, 7, 9],
    ]  # fmt: skip


def test_a_day_with_two_answers_counts_once_with_their_median():
    made = weeks(build.score(on(0), 2), build.score(on(0), 4), *[build.score(on(n), 9) for n in (1, 2, 3)])
    assert made[["days_with_value", "n", "median", "low"]].to_numpy().tolist() == [[4, 5, 9, 3]]


@pytest.mark.parametrize(("zone", "week"), [("Europe/London", "2026-W41"), ("Pacific/Auckland", "2026-W42")])
def test_a_week_begins_on_the_logs_own_monday(zone, week):
    assert weeks(build.score(f"{on(6)}T20:00+01:00", 4), zone=zone)["week"].tolist() == [week]


def test_the_week_of_new_year_has_the_year_of_its_thursday():
    made = weeks(build.score("2026-12-31", 4), build.score("2027-01-03", 4), build.score("2024-12-30", 4))
    assert made["week"].tolist() == ["2025-W01", "2026-W53"]


def test_grades_have_a_median_label_and_no_mean():
    made = weeks(*[build.score(on(n), scale="modified_ashworth", grade=g) for n, g in enumerate(("1", "1+", "2", "3"))])
    assert made[["median_grade", "low_grade", "high_grade"]].to_numpy().tolist() == [["1+", "1", "3"]]
    assert made[["median", "mean"]].isna().all(axis=None)


def test_a_mean_is_of_days_and_only_where_the_scale_is_not_ordinal():
    joules = Scale("stiffness", "1", "Stiffness", ("clinician",), "stiffer", low=0, high=50, step=None, ordinal=False)
    records = [build.score(on(n), v, scale="stiffness") for n, v in ((0, 2), (0, 4), (1, 9))]
    assert weeks(*records, scales=Register((joules,)))["mean"].tolist() == [6]
    assert weeks(build.score(on(0), 4))["mean"].isna().all()


def test_the_weeks_left_out_are_counted_and_the_median_given_both_ways():
    days = [(n, 2) for n in range(7)] + [(7, 8), (8, 8)] + [(n, 4) for n in range(21, 25)]
    made = weekly.sensitivity(weeks(*[build.score(on(n), v) for n, v in days]))
    wanted = ["weeks", "weeks_with_value", "weeks_kept", "weeks_dropped", "median_kept", "median_all"]
    assert made[wanted].to_numpy().tolist() == [[4, 3, 2, 1, 3, 4]]
