"""What is due names what was agreed on too: changes planned or programmed ahead, and goals to be reviewed."""

import datetime as dt

import build
import pytest
from report import sample

from titration.records import Goal, GoalRating, PatientState, Refill
from titration.report import due, paper
from titration.report.window import Window

SEAL = paper.seal(210, sample.ASOF_AT.to_pydatetime(), sample.HEAD)
DAYS = Window(dt.date(2026, 11, 1), dt.date(2027, 1, 31), "Europe/London")


def made(*records):
    return due.build(build.frames(*records), DAYS, site="North clinic", seal=SEAL)


def lines(given):
    found = next(panel for panel in given.content.panels if panel.id == "dates")
    tables = [item for item in found.items if hasattr(item, "rows")]
    return [tuple(getattr(said, "text", said) for said in row) for row in tables[0].rows] if tables else []


def plan(day, dose, **more):
    return build.dose(day, dose, **{"status": "planned", **more})


def test_plans_and_reviews_stand_among_the_other_dates_in_date_order():
    found = lines(
        made(
            Goal(patient="P002", set_on="2026-01-12", words="put on shoes", domain="self-care", due_on="2026-12-02"),
            GoalRating(patient="P002", goal=1, rated_on="2026-10-20", rating=1),
            Refill(patient="P001", filled_on="2026-10-02", next_booked_on="2026-12-10"),
            plan("2026-12-01", 110),
            plan("2026-12-24T10:00+00:00", 120, status="programmed"),
        )
    )
    assert [line[:4] for line in found] == [
        ("2026-12-01", "Tue", "P001", "Dose change, planned: 110 mcg/day"),
        ("2026-12-02", "Wed", "P002", "Goal to be reviewed: self-care"),
        ("2026-12-10", "Thu", "P001", "Next refill, booked"),
        ("2026-12-24", "Thu", "P001", "Dose change, programmed ahead: 120 mcg/day"),
    ]
    assert found[1][4:] == ("goal set 2026-01-12", "last rated 2026-10-20: +1, more than expected")


def test_the_words_of_a_goal_are_not_on_a_paper_of_the_whole_clinic():
    given = made(Goal(patient="P001", set_on="2026-01-12", words="put on shoes alone", due_on="2026-12-02"))
    assert "shoes" not in given.text()
    assert lines(given)[0][5] == "never rated"


@pytest.mark.parametrize("over", ["fulfilled", "cancelled", "after those days"])
def test_what_is_agreed_on_no_more_is_not_among_them(over):
    planned = plan("2026-12-01", 110, **({"status": "cancelled"} if over == "cancelled" else {}))
    if over == "after those days":
        planned = plan("2027-02-01", 110)
    done = [build.dose("2026-11-20", 110, fulfils=1)] if over == "fulfilled" else []
    assert lines(made(planned, *done)) == []


def test_who_is_followed_no_more_is_named_as_such_beside_a_plan():
    given = made(plan("2026-12-01", 110), PatientState(patient="P001", noted_on="2026-11-02", following="transferred"))
    assert lines(given)[0][5] == "transferred, noted 2026-11-02"


def test_each_is_counted_before_within_and_after_those_days():
    given = made(plan("2026-10-01", 100), plan("2026-12-01", 110), plan("2027-02-01", 120))
    assert "Dates in these days: 1. On record before them: 1; after them: 1." in given.text()
