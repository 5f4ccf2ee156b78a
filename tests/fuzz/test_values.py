"""The doors for programs: whatever is handed over for a value, a record that can be kept or a sentence; never in part."""

import functools

import pandas as pd
import pytest
from fuzz.hostile import NOT_TEXT, OBJECTS, TEXTS, is_sentence
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import records as any_of

import titration
from titration import scales, times
from titration.entry import bulk
from titration.errors import InvalidRecord, TitrationError, shown
from titration.fields import Reading
from titration.records import KINDS, Score, from_texts
from titration.units import Unfit

LONDON = times.zone("Europe/London")
TOPS = [kind for kind in KINDS.values() if kind.parent is None]
ANYTHING = (
    st.sampled_from([*OBJECTS, *TEXTS, *NOT_TEXT])
    | st.text(max_size=30)
    | st.floats()
    | st.integers()
    | st.binary(max_size=4)
)
spoilt = functools.partial(st.sampled_from, [(kind, f) for kind in KINDS.values() for f in kind.fields])


@settings(max_examples=40)
@given(spoilt().flatmap(lambda at: st.tuples(st.just(at), any_of(at[0]))), st.lists(ANYTHING, min_size=4, max_size=4))
def test_a_record_with_anything_in_a_field_is_sound_or_refused_in_words(drawn, handed_over):
    (kind, field), record = drawn
    values = {f.name: getattr(record, f.name) for f in kind.fields}
    for value in handed_over:
        try:
            made = kind.record(**{**values, field.name: value}).localised(LONDON)
        except InvalidRecord as invalid:
            is_sentence(invalid)
            continue
        assert all(text for _, text in made.said())
        for f in kind.fields:
            kept = f.value.keep(
                getattr(made, f.name)
            )  # nothing for a list of children, which have a table of their own
            assert all(part is None or isinstance(part, (int, float, str)) for part in kept)
            assert not kept or f.value.back(kept) == getattr(made, f.name)


@settings(max_examples=15)
@given(st.sampled_from(TOPS).flatmap(lambda kind: st.tuples(st.just(kind), any_of(kind))), st.data())
def test_a_frame_with_anything_in_a_cell_is_sound_or_refused_in_words(drawn, data):
    kind, record = drawn
    cells = {f.name: getattr(record, f.name) for f in kind.fields if getattr(record, f.name) not in (None, ())}
    frame = pd.DataFrame({name: pd.Series([value, value], dtype=object) for name, value in cells.items()})
    name, value = data.draw(st.sampled_from(list(cells))), data.draw(ANYTHING)
    column = pd.Series([None, cells[name]], dtype=object)
    column[0] = value
    try:
        fitted = bulk.fit(frame.assign(**{name: column}), kind, zone=LONDON, scales=scales.register())
    except TitrationError as error:
        is_sentence(error)
        return
    for fault in fitted.faults:
        assert fault.allowed
        assert fault.seen.isprintable()
        assert len(fault.seen) <= 60
    assert {fault.row for fault in fitted.faults} | set(fitted.frame.index) == {0, 1}


@settings(max_examples=60)
@given(spoilt(), st.lists(st.sampled_from([*TEXTS, *NOT_TEXT]) | st.text(max_size=40), min_size=4, max_size=4))
def test_a_typed_field_is_sound_or_refused_in_words(at, typed):
    kind, field = at
    for text in typed:
        try:
            from_texts(kind, {field.name: text}, Reading(zone=LONDON))
        except InvalidRecord as invalid:
            is_sentence(invalid)


@pytest.mark.parametrize(
    "code", ["../../etc/passwd", "A" * 10_000, "\u202eP001", "P\u200b001", "\u0420001", "P001\0", "CON/", "\x1b", ""]
)
def test_a_patient_code_is_a_code_in_every_door_and_nothing_is_stored(log, code, tmp_path):
    before = log.head
    doors = (
        lambda: titration.Patient(patient=code),
        lambda: log.append(
            pd.DataFrame({"patient": [code], "scale": "NRS", "observed_on": "2026-10-08", "value": 5.0}), kind=Score
        ),
        lambda: log.chart(code),
        lambda: log.doses(code),
        lambda: log.move(2, to=code, reason="r"),
        lambda: log.merge("P001", into=code, reason="r"),
    )
    for door in doors:
        with pytest.raises(TitrationError) as caught:
            door()
        is_sentence(caught.value)
    assert log.head == before
    assert [path.name for path in tmp_path.iterdir() if path.name not in {"clinic.db", "state"}] in (
        [],
        ["clinic.db-lock"],
        ["clinic.db.lock"],
    )


@pytest.mark.parametrize("number", [10**20, -(10**20), 0, -1, 2**63])
def test_a_row_or_entry_no_table_can_hold_is_none(log, number):
    before = log.head
    for door in (
        lambda: log.retract(number, reason="r"),
        lambda: log.record(number),
        lambda: log.recorded(number),
        lambda: log.move(number, to="P001", reason="r"),
        lambda: log.chart("P001", asof=number),
        lambda: log.redact(number, "words", reason="r"),
    ):
        with pytest.raises(TitrationError) as caught:
            door()
        is_sentence(caught.value)
    assert log.head == before


def test_what_cannot_say_what_it_is_is_said_to_be_so():
    class Silent:
        def __repr__(self):
            raise RuntimeError

    assert shown(Silent()) == "Silent that cannot be shown"
    assert shown(10**5000) == "int too long to show"


@pytest.mark.parametrize("mark", ["\x1c", "\x1d", "\x1f"])
def test_a_mark_that_strip_takes_for_a_blank_and_int_does_not_is_no_traceback(mark):
    """Found by atheris after 132,347 inputs to the fields."""
    assert KINDS["readout"].field("patient_boluses").value.parse(f"{mark}5", Reading()) == 5
    with pytest.raises(Unfit, match="must be"):
        KINDS["readout"].field("patient_boluses").value.parse(f"{mark}-481", Reading())


def test_half_a_frame_is_never_stored(log):
    before = log.head
    frame = pd.DataFrame(
        {"patient": "P001", "scale": "NRS", "observed_on": "2026-10-08", "value": [1.0, 2.0, float("inf"), 1e308]}
    )
    with pytest.raises(TitrationError) as caught:
        log.append(frame, kind=Score)
    assert [fault.row for fault in caught.value.faults] == [2, 3]
    assert log.head == before
    assert log.scores().empty
