"""For every kind of value: print and read back, keep in a real table, and any object or text is read or refused."""

import sqlite3
from datetime import UTC, timedelta

import numpy as np
import pandas as pd
import pytest
import strategies
from hypothesis import given, settings
from hypothesis import strategies as st

from titration import times, units
from titration.fields import Children, Choice, ClockTime, Code, Count, Day, Instant, Label, Number, Reading, Words
from titration.records import KINDS, DoseStep
from titration.records.base import from_texts
from titration.units import Unfit

CANONICAL = Reading(zone=UTC, decimal=".")  # as a file this program wrote is read
STEP = DoseStep(start_min=360, rate_mcg_per_h=8)
EVERY_VALUE = [
    Code(), Choice(("simple continuous", "flex", "UTI")), Label(), Label(16), Words(), Number(), Number(units.MCG_PER_DAY, low=0),
    Number(units.MCG_PER_ML, low=0), Number(units.HOURS, low=-3, high=24), Count(), Count(low=-840, high=840, of="min"),
    ClockTime(), Instant(), Day(), Children(DoseStep),
]  # fmt: skip


@pytest.mark.parametrize("value", EVERY_VALUE, ids=lambda value: type(value).__name__)
@settings(max_examples=40)
@given(data=st.data())
def test_a_printed_value_is_read_back_as_itself(value, data):
    kept = data.draw(strategies.values(value))
    assert value.check(kept) == kept
    if kept != ():
        assert value.parse(value.say(kept), CANONICAL) == kept


@pytest.mark.parametrize("value", EVERY_VALUE, ids=lambda value: type(value).__name__)
@settings(max_examples=40)
@given(data=st.data())
def test_what_is_checked_fits_its_table_and_comes_back_from_it(value, data):
    kept = data.draw(strategies.values(value))
    numbers = value.keep(kept)
    if numbers:  # children have a table of their own
        assert value.back(numbers) == kept
    with_columns = zip(value.stored("x"), numbers, strict=True)
    db = sqlite3.connect(":memory:")
    for column, number in with_columns:
        if column.role == "plain" and column.check:
            assert db.execute(f"SELECT {column.check} FROM (SELECT ? AS {column.name})", [number]).fetchone() == (1,)
    db.close()


anything = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.complex_numbers() | st.text() | st.binary()
    | st.dates() | st.datetimes() | st.datetimes(timezones=st.timezones()) | st.times() | st.timedeltas()
    | st.decimals() | st.fractions() | st.lists(st.integers()) | st.dictionaries(st.text(), st.integers())
    | st.sampled_from([
        pd.NaT, pd.NA, np.nan, np.True_, np.int64(5), np.float32(5), np.str_("5"), np.datetime64("2026-10-08"),
        np.array([1]), pd.Timestamp("2026-10-08", tz="UTC"), timedelta(1), object(), object, STEP, 10**5000,
    ])
)  # fmt: skip


@pytest.mark.parametrize("value", EVERY_VALUE, ids=lambda value: type(value).__name__)
@given(given=anything)
def test_any_object_is_checked_or_refused_and_what_is_checked_stays_as_it_is(value, given):
    try:
        kept = value.check(given)
    except Unfit as unfit:
        assert str(unfit)  # noqa: PT017 - only Unfit may be raised, with a sentence
    else:
        assert value.check(kept) == kept


@pytest.mark.parametrize("value", EVERY_VALUE, ids=lambda value: type(value).__name__)
@given(text=st.text() | st.text("0123456789.,:;- +mcg/dayhTZ", max_size=20), bare=st.booleans())
def test_any_text_is_read_or_refused(value, text, bare):
    try:
        kept = value.parse(text, Reading(zone=times.zone("Europe/London"), bare=bare))
    except Unfit as unfit:
        assert str(unfit)  # noqa: PT017 - only Unfit may be raised, with a sentence
    else:
        assert value.check(kept) == kept


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
@settings(max_examples=40)
@given(data=st.data())
def test_a_printed_record_is_read_back_as_itself(kind, data):
    made = data.draw(strategies.records(kind))
    assert from_texts(kind, {f.name: text for f, text in made.said()}, CANONICAL) == made
