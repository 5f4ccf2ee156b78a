"""Goals and GAS T: the published vectors, weights that are not given, goals nobody rated."""

import datetime as dt

import build
import pytest

from titration.derive import goals
from titration.records import Goal, GoalRating

AT = dt.date(2026, 12, 31)


def goal(patient="P001", on="2026-01-12", **more):
    return Goal(patient=patient, set_on=on, words="sit through a film", **more)


def rating(of, value, on="2026-07-12", patient="P001"):
    return GoalRating(patient=patient, goal=of, rated_on=on, rating=value)


def gas(*records, at=AT):
    f = build.frames(*records)
    return goals.gas_t(goals.rated(f["goals"], f["goal_ratings"], at=at))


@pytest.mark.parametrize(
    ("ratings", "weights", "t"),
    [
        ([0], [1], 50), ([1], [1], 60), ([1, 1], [1, 1], 62.40), ([1] * 4, [1] * 4, 64.51),
        ([-2, -1, 0], [3, 2, 1], 32.37), ([-1] * 3, [1] * 3, 36.31),
    ],
)  # fmt: skip
def test_the_vectors_of_the_corrected_formula(ratings, weights, t):
    set_ones = [goal(importance=w, difficulty=1) for w in weights]
    made = gas(*set_ones, *[rating(n, x) for n, x in enumerate(ratings, 1)])
    assert made["gas_t"].round(2).tolist() == [t]
    assert made["n_weights_assumed"].tolist() == [0]


def test_importance_and_difficulty_that_are_not_given_count_as_one_and_are_told():
    f = build.frames(goal(), goal(importance=3), goal(importance=3, difficulty=2), goal(importance=0, difficulty=3))
    made = goals.rated(f["goals"], f["goal_ratings"], at=AT)
    assert made[["weight", "is_weight_assumed"]].to_numpy().tolist() == [[1, True], [3, True], [6, False], [0, False]]


def test_the_latest_rating_up_to_the_day_counts_and_the_later_row_of_one_day():
    records = [goal(), rating(1, -1, "2026-03-01"), rating(1, 2, "2026-09-01"), rating(1, 1, "2026-09-01")]
    f = build.frames(*records)
    for at, value, times in (("2026-02-01", None, 0), ("2026-03-01", -1, 1), ("2026-12-01", 1, 3)):
        made = goals.rated(f["goals"], f["goal_ratings"], at=dt.date.fromisoformat(at))
        assert made["times_rated"].tolist() == [times]
        assert made["rating"].dropna().tolist() == ([] if value is None else [value])


def test_a_goal_set_later_is_not_there_yet():
    assert gas(goal(on="2026-06-01"), at=dt.date(2026, 5, 31)).empty


def test_a_goal_nobody_rated_is_counted_and_moves_nothing():
    made = gas(goal(), goal(), rating(1, 1))
    assert made[["n_goals", "n_rated", "gas_t"]].to_numpy().tolist() == [[2, 1, 60]]


def test_without_a_rating_or_with_weights_of_zero_there_is_no_t_score_and_it_says_why():
    made = gas(goal(), goal("P002", importance=0, difficulty=2), rating(2, 1, patient="P002"))
    assert made["undefined"].tolist() == ["no goal is rated", "all weights are 0"]
    assert made["gas_t"].isna().all()


def test_the_start_has_a_t_score_only_when_all_rated_goals_have_a_baseline():
    made = gas(goal(baseline=-1), goal(baseline=-2), rating(1, 0), goal("P002"), rating(3, 0, patient="P002"))
    assert made["baseline_gas_t"].round(2).tolist()[0] == 40
    assert made["baseline_gas_t"].isna().tolist() == [False, True]
    assert made["gas_t"].tolist() == [50, 50]
