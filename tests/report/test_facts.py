"""The table of facts: one fact for each thing printed, each with an id and the rows it came from."""

import build
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from report import sample

from titration.report import build as report_of
from titration.report.facts import Fact, distinct, slug


@pytest.fixture(scope="module")
def october():
    return report_of(sample.chart(*sample.all_of_it()), "2026-10", history=sample.corrections())


def test_fixed_words_hold_no_digit(october):
    loose = [said for said in october.page.said() if isinstance(said, str) and any(c.isdigit() for c in said)]
    assert loose == []


def test_every_fact_has_an_id_of_its_own_and_a_label(october):
    ids = [fact.id for fact in october.facts]
    assert len(ids) == len(set(ids)) > 100
    assert all(fact.label and fact.text for fact in october.facts)


def test_sources_name_rows_that_are_there(october):
    chart = sample.chart(*sample.all_of_it())
    frames = {"dose_change": "doses", "score": "scores", "refill": "refills", "event": "events"}
    for fact in october.facts:
        for source in fact.source:
            table, row = source.split(":")
            if table in frames and not fact.id.startswith("correction."):
                assert int(row) in set(chart.frames[frames[table]]["row"])


@settings(max_examples=8, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 28), st.integers(0, 10)), max_size=30))
def test_the_counts_are_those_of_the_records(given_scores):
    records = [build.score(f"2026-10-{day:02d}", value, reporter="patient") for day, value in given_scores]
    facts = {fact.id: fact for fact in report_of(sample.chart(*records), "2026-10").facts}
    n = [f.value for i, f in facts.items() if i.endswith("this.n")]
    days = [f.value for i, f in facts.items() if i.endswith("this.days")]
    assert n == ([float(len(given_scores))] if given_scores else [])
    assert days == ([float(len({day for day, _ in given_scores}))] if given_scores else [])


def test_two_facts_of_one_id_are_refused():
    with pytest.raises(ValueError, match="two facts bear the id"):
        distinct([Fact("own.fact", "Own", "7 mL"), Fact("own.fact", "Own", "8 mL")])
    with pytest.raises(ValueError, match="is not a dotted id"):
        Fact("fact", "Own", "7 mL")


def test_ids_of_other_scripts_stay_apart():
    assert slug("東") != slug("京")
    assert slug(None, "") == "-_-"
