"""The table of facts: one fact for each thing printed, each with an id and the rows it came from."""

import importlib

import build
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from report import sample
from report.sample import undrawn as report_of

from titration.records import KINDS
from titration.report.facts import AS_RECORDED, Fact, distinct, slug


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


def resolved(name):
    """The public thing of a dotted name."""
    module, _, rest = name.partition(".")
    found = importlib.import_module(module)
    for part in rest.split("."):
        if not hasattr(found, part):
            importlib.import_module(f"{found.__name__}.{part}")
        found = getattr(found, part)
    return found


def public(name):
    return not any(part.startswith("_") for part in name.split("."))


@pytest.fixture(params=["sample", "P006", "P010"])
def traced(request):
    """A report, and the rows its log holds: table to numbers."""
    if request.param == "sample":
        chart, history = sample.chart(*sample.all_of_it()), sample.corrections()
    else:
        chart = request.getfixturevalue("demo_log").chart(request.param)
        history = chart.frames["corrections"]
    report = report_of(chart, "2026-10", history=history, before_after=True)
    held = {kind.table: set(chart.frames[kind.frame]["row"]) for kind in KINDS.values()}
    held["dose_change"] |= set(chart.frames["plans"]["row"])
    for table, row in zip(history["record"], history["row"], strict=True):
        held[table].add(row)  # a corrected row stands in the log, and no frame of now has it
    return report, held


def test_every_fact_names_its_public_function_or_is_as_recorded_and_its_rows_are_in_the_log(traced):
    report, held = traced
    for fact in report.facts:
        assert fact.function, fact
        if fact.function == AS_RECORDED:
            assert not fact.definition
            assert fact.source or fact.id in {"patient.code", "record.site", "record.head"}, fact
        else:
            assert public(fact.function)
            assert callable(resolved(fact.function)), fact
        if fact.definition:
            assert fact.source or not fact.n or fact.id.startswith(("record.", "unsigned.")), fact
        for source in fact.source:
            table, row = source.split(":")
            assert int(row) in held[table], fact


def test_a_derived_number_is_what_its_function_gives_for_its_source_rows():
    chart = sample.chart(*sample.all_of_it())
    fact = next(f for f in report_of(chart, "2026-10").facts if f.id.endswith(".percent") and f.text == "-10 %")
    assert fact.source == ("dose_change:3", "dose_change:4")
    doses = chart.frames["doses"]
    made = resolved(fact.function)(doses[doses["row"].isin([3, 4])], zone=chart.zone)
    assert (fact.formula, fact.value) == ("100 x (new - old) / old", made["change_pct"].iloc[1])


@settings(max_examples=4, deadline=None)
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
