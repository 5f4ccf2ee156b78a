"""Goals on the page: each with the ratings of the month, or the last before it, as they were recorded."""

import pytest
from report import sample
from report.sample import undrawn

from titration.records import Goal, GoalRating
from titration.report import goals


def goal(words, **more):
    return Goal(patient="P001", set_on="2026-01-12", words=words, **more)


def rated(of, day, rating, reporter="patient"):
    return GoalRating(patient="P001", goal=of, rated_on=day, rating=rating, reporter=reporter)


def table(report):
    (panel,) = [panel for panel in report.page.panels if panel.id == "goals"]
    return [[getattr(said, "text", said) for said in row] for row in panel.items[0].rows]


@pytest.fixture(scope="module")
def page():
    """Rows of goals are numbered from 1: the first is rated twice in October, the second before it, the third never."""
    given = sample.chart(
        goal("sit through a film", domain="posture and function", baseline=-1, due_on="2026-07-12"),
        goal("put on shoes", baseline=-2),
        goal("sleep through"),
        rated(1, "2026-06-01", -1),
        rated(1, "2026-10-08", 0, "clinician"),
        rated(1, "2026-10-26", 1),
        rated(2, "2026-06-01", -2, "proxy"),
        rated(2, "2026-11-02", 2),
    )
    return undrawn(given, "2026-10")


def test_each_rating_of_the_month_has_a_line_with_its_day_its_words_and_who_rated(page):
    film = "sit through a film; posture and function"
    assert table(page)[:2] == [
        [film, "2026-01-12", "-1", "2026-10-08", "0, as expected", "clinician", "2026-07-12"],
        [film, "2026-01-12", "-1", "2026-10-26", "+1, more than expected", "patient", "2026-07-12"],
    ]


def test_a_goal_not_rated_in_the_month_shows_its_last_rating_before_and_never_one_after(page):
    assert table(page)[2:] == [
        ["put on shoes", "2026-01-12", "-2", "2026-06-01", "-2, much less than expected", "proxy", "-"],
        ["sleep through", "2026-01-12", "not stated", "-", "never rated", "-", "-"],
    ]


def test_a_rating_is_a_number_with_its_row_and_the_last_one_names_what_made_it(page):
    facts = {fact.id: fact for fact in page.facts}
    assert (facts["goal-rating.3.rating"].value, facts["goal-rating.3.rating"].source) == (1.0, ("goal_rating:3",))
    last = facts["goal.2.last.rating"]
    assert (last.value, last.n, last.function, last.source) == (
        -2.0, 1, "titration.derive.goals.rated", ("goal_rating:4",),
    )  # fmt: skip


def test_without_a_goal_there_is_no_such_panel_and_no_score_of_them_ever():
    report = undrawn(sample.chart(sample.dose("2026-10-08T09:30+01:00", 120)), "2026-10")
    assert "Goals" not in report.text()
    assert "T score" not in report.text()


def test_the_words_of_a_rating_are_those_of_the_scale():
    assert [goals.said(level) for level in (-2, -1, 0, 1, 2)] == [
        "-2, much less than expected", "-1, less than expected", "0, as expected", "+1, more than expected",
        "+2, much more than expected",
    ]  # fmt: skip
