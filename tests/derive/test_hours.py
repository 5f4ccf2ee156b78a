"""Diary scores by time of day: the wall's hours, only observed times, never a visit."""

import build

from titration.derive.hours import by_hour
from titration.scales import register


def made(*scores, zone="Europe/London", **more):
    return by_hour(build.frames(*scores)["scores"], zone=zone, scales=register(), **more)


def nrs(at, value=None, **more):
    return build.score(at, value, **{"reporter": "patient", "collected": "app", **more})


def test_the_middle_and_the_quartiles_of_three_hours_by_hand():
    found = made(*(nrs(f"2026-07-0{day}T07:30+01:00", value) for day, value in enumerate((2, 4, 5, 9), 1)))
    assert found[["start_h", "end_h", "n", "q1", "median", "q3"]].values.tolist() == [[6.0, 9.0, 4.0, 3.5, 4.5, 6.0]]


def test_hours_are_those_of_the_wall_on_both_sides_of_a_clock_change():
    found = made(nrs("2026-10-24T06:30+00:00", 3), nrs("2026-10-26T06:30+00:00", 5))  # 07:30 and 06:30 in London
    assert found[["start_h", "n"]].values.tolist() == [[6, 2]]
    assert made(nrs("2026-10-24T05:30+00:00", 3), nrs("2026-10-26T05:30+00:00", 5))["start_h"].tolist() == [3, 6]


def test_what_has_no_hour_of_its_own_is_left_out():
    assert made(
        nrs("2026-07-01", 3),
        nrs("2026-07-01T07:30+01:00", 3, timing="assigned"),
        nrs("2026-07-01T07:30+01:00", 3, collected="visit"),
        nrs("2026-07-01T07:30+01:00", 3, collected="phone"),
        nrs("2026-07-01T07:30+01:00", not_assessed="declined"),
    ).empty


def test_reporters_are_never_mixed_and_grades_stay_grades():
    both = made(nrs("2026-07-01T07:30+01:00", 2), nrs("2026-07-02T07:30+01:00", 8, reporter="proxy"))
    assert both[["reporter", "median"]].values.tolist() == [["patient", 2.0], ["proxy", 8.0]]
    graded = made(*(
        nrs(f"2026-07-0{day}T20:00+01:00", scale="modified_ashworth", grade=grade, reporter="clinician")
        for day, grade in ((1, "1"), (2, "1+"), (3, "3"))
    ))  # fmt: skip
    assert graded[["q1_grade", "median_grade", "q3_grade"]].values.tolist() == [["1", "1+", "1+"]]
    assert graded["median"].isna().all()
