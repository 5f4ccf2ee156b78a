"""The pictures with pickers: the same figures, errors in words, an earlier state said to be one."""

import inspect

import pytest
from build import ANYTHING, dose, score

import titration
from titration import errors
from titration.plot.pictures import PICTURES, drawing


@pytest.fixture
def held(log, clock):
    """A log with two doses and a few scores; the second visit was written down a day later than the first."""
    log.append(dose("2026-06-22T14:40+01:00", 205), score("2026-06-22", 6), score("2026-06-22", 3, "penn_frequency"))
    clock.on(days=1)
    log.append(
        dose("2026-10-19T09:50+01:00", 220), score("2026-10-19", 4), score("2026-10-19", 2, "penn_frequency"),
        confirm=ANYTHING,
    )  # fmt: skip
    return log


@pytest.fixture
def pictures(held):
    return held.explore("P001")


def choose(box, part):
    """Choose the first of a list whose words hold a part."""
    box.value = next(value for words, value in box.options if part in words)


def test_it_shows_the_figure_the_chart_draws(pictures, held):
    figure = held.chart("P001").picture("timeline")
    assert pictures.figure.twin == figure.twin
    assert pictures._shown.value.count("<img ") == 1
    assert f'alt="{figure.alt[:40]}' in pictures._shown.value
    assert repr(pictures) == "<pictures of P001>"


def test_days_and_scale_are_those_of_the_picture_and_the_line_that_draws_it_is_shown(pictures, held):
    pictures.since.value, pictures.until.value = "2026-08-01", "2026-09-30"
    choose(pictures.scale, "Penn")
    asked = {"since": "2026-08-01", "until": "2026-09-30", "scale": "penn_frequency"}
    assert pictures.figure.twin == held.chart("P001").picture("timeline", **asked).twin
    line = "picture(&quot;timeline&quot;, since=&quot;2026-08-01&quot;, until=&quot;2026-09-30&quot;, scale=&quot;penn_frequency&quot;)"
    assert line in pictures.words.value


def test_a_time_between_two_changes_fills_in_its_days(pictures):
    choose(pictures.epoch, "205 mcg/day")
    assert (pictures.since.value, pictures.until.value) == ("2026-06-22", "2026-10-19")
    assert "P001, 2026-06-22 to 2026-10-" in pictures.figure.twin.splitlines()[0]
    choose(pictures.epoch, "all of it")
    assert (pictures.since.value, pictures.until.value) == ("", "")


def test_an_earlier_state_is_said_to_be_one(pictures, held):
    assert "earlier state" not in pictures.words.value
    pictures.asof.value = "2026-11-23"
    assert "An earlier state of the record" in pictures.words.value
    assert pictures.figure.twin == held.chart("P001", asof="2026-11-23").picture("timeline").twin
    assert "asof=&quot;2026-11-23&quot;" in pictures.words.value
    pictures.asof.value = pictures.asof.options[-1]
    entry = int(pictures.asof.options[-1].split(":")[0].split()[1])
    assert f"after entry {entry}," in pictures.words.value
    assert f"asof={entry})" in pictures.words.value


CANNOT = [
    ("since", "1/2/26", "First day=1/2/26: write the day as 2026-10-08"),
    ("until", "2026-02-30", "Last day=2026-02-30"),
    ("asof", "99999", "there is no entry 99999"),
    ("asof", "yesterday", "yesterday"),
    ("picture", "", "is not a picture"),
]


def test_what_cannot_be_drawn_is_said_in_words_and_no_picture_stays(log):
    pictures = log.explore("P001")
    for box, typed, said in CANNOT:
        before = getattr(pictures, box).value
        getattr(pictures, box).value = typed
        assert "No picture can be drawn so" in pictures.words.value
        assert said in pictures.words.value
        assert pictures.figure is None
        assert pictures._shown.value == ""
        getattr(pictures, box).value = before
        assert pictures.figure is not None
    pictures.since.value, pictures.until.value = "2026-08-01", "2001-01-01"
    assert "No picture can be drawn so" in pictures.words.value


def test_every_picture_can_be_chosen_and_only_those_with_a_scale_ask_for_one(log):
    pictures = log.explore("P001")
    assert {value for _, value in pictures.picture.options} == {"", *PICTURES}
    for name in PICTURES:
        pictures.picture.value = name
        assert pictures.figure is not None, (name, pictures.words.value)
        takes = "scale" in inspect.signature(drawing(name)).parameters
        assert pictures.scale.disabled != takes


def test_a_patient_without_anything_has_pickers_too(log):
    made = log.enter("P001"), log.explore("P001")
    assert made[1].figure is not None
    assert made[1].epoch.options == (("all of it", ""),)


def test_it_works_on_a_log_open_for_reading_and_knows_its_patients(log):
    with titration.open(log.path) as reader:
        assert reader.explore("P001").figure is not None
        with pytest.raises(errors.PatientNotFound):
            reader.explore("P999")


def test_without_the_notebook_packages_it_says_what_to_install(log, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "titration.forms.explorer", None)
    with pytest.raises(errors.TitrationError, match=r"pip install 'titration\[notebook\]'"):
        log.explore("P001")
