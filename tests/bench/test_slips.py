"""A short run of the slip score: what the door and the findings catch, and how seldom they ask of clean records."""

import pytest
from bench import score
from bench.slips import SLIPS


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    clinic = score.clinic(tmp_path_factory.mktemp("bench") / "bench.db", patients=14, history=6, seed=7)
    yield clinic
    clinic.log.close()


@pytest.fixture(scope="module")
def scored(made):
    return score.score(made, n=85, seed=7)


def test_there_are_twenty_classes_and_more_each_said_to_be_hidden_or_not(scored):
    assert len(SLIPS) >= 20
    assert (scored["planted"] > 0).sum() >= 40


def test_of_what_a_record_can_reveal_95_of_100_slips_are_not_missed(scored):
    assert score.caught_pct(scored) >= 95


def test_what_no_record_can_reveal_is_missed_and_says_why(scored):
    hidden = scored[scored["hidden"] != ""]
    assert hidden["missed"].sum() > 0
    assert hidden["hidden"].str.len().min() > 20


def test_clean_records_are_asked_about_at_most_5_times_in_1000(made):
    assert 1000 * sum(made.questions.values()) / made.records <= 5


def test_the_table_puts_misses_first(scored):
    lines = score.table(scored).splitlines()
    assert lines[1] == "-- a record can reveal"
    assert "-- no record can reveal" in lines
