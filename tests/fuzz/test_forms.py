"""The form's door: whatever is put into its boxes, a read-back or a complaint; nothing is stored, nothing runs on the screen."""

import re

import pytest
from fuzz.hostile import MARKUP, NOT_TEXT, TEXTS
from hypothesis import given, settings
from hypothesis import strategies as st

import titration

TYPED = st.sampled_from([*TEXTS, *NOT_TEXT]) | st.text(max_size=30)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("form")
    with titration.create(folder / "f.db", site="S", zone="Europe/London", by="c") as log:
        log.append(titration.Patient(patient="P001", birth_year=1974))
        yield log, log.enter("P001")


def texts_of(form):
    """The boxes that take any text."""
    return sorted(
        name for name, box in form.screen.named.items() if isinstance(box.value, str) and not hasattr(box, "options")
    )


@settings(max_examples=8)
@given(st.data())
def test_whatever_stands_in_the_boxes_is_read_back_or_complained_of(place, data):
    log, form = place
    before = log.head
    names = data.draw(st.lists(st.sampled_from(texts_of(form)), min_size=1, max_size=3, unique=True))
    typed = {name: data.draw(TYPED) for name in names}
    for name, text in typed.items():
        form.screen.named[name].value = text
    form.read_back.click()
    shown = form.words.value
    for name in typed:
        form.screen.named[name].value = ""
    assert log.head == before
    assert "Traceback" not in shown
    assert "<script" not in shown
    assert "<img" not in shown
    assert not re.search(r"<[^>]*\son\w+=", shown)


@pytest.mark.parametrize("text", MARKUP)
def test_markup_in_a_note_is_shown_as_it_was_typed(place, text):
    log, form = place
    form.when.value = "2026-10-08 09:30"
    form.parts["note"].box("words").value = text
    form.read_back.click()
    assert "<script" not in form.words.value
    assert "<img" not in form.words.value
    assert not form.save.disabled or form.answers.given is not None
    form.parts["note"].box("words").value = ""
    assert log.notes().empty
