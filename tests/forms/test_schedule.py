"""The schedule editor: rows and the text the record reads, a dose for a rate, the sum while it is typed."""

import pytest
from build import dose
from hypothesis import given
from hypothesis import strategies as st

from titration.fields import Reading
from titration.forms.typed_steps import DAYS, Row, beside, boluses_text, length_h, rate_of, rows_of, spoken, steps_text
from titration.records.programs import DoseStep, TimedBolus
from titration.records.sums import daily_totals


def steps(text):
    return DoseStep.parse_all(text, Reading())


def test_a_row_of_weekdays_is_a_step_on_each_of_them():
    rows = [Row("Monday to Friday", "06:00", "8 mcg/h"), Row("Saturday and Sunday", "00:00", "4 mcg/h")]
    made = steps(steps_text(rows))
    assert [step.weekday for step in made] == [
        "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday",
    ]  # fmt: skip
    assert {step.rate_mcg_per_h for step in made[:5]} == {8}


def test_a_dose_is_the_rate_over_the_hours_until_the_next_step_across_midnight():
    rows = [Row(start="06:00", amount="128 mcg"), Row(start="22:00", amount="32 mcg")]
    assert steps_text(rows) == "06:00 8 mcg/h; 22:00 4 mcg/h"  # 128 / 16 h, 32 / 8 h
    assert daily_totals(steps(steps_text(rows))) == {"every day": 160}
    assert [beside(row, rows) for row in rows] == ["16 h, 8 mcg/h", "8 h, 4 mcg/h"]


def test_sixty_micrograms_of_a_morning_are_not_sixty_each_hour():
    rows = [Row(start="06:00", amount="60 mcg"), Row(start="12:00", amount="0 mcg/h")]
    assert steps(steps_text(rows))[0].rate_mcg_per_h == 10
    rows[0] = Row(start="06:00", amount="60 mcg/h")
    assert steps(steps_text(rows))[0].rate_mcg_per_h == 60
    assert beside(rows[0], rows) == "6 h, 360 mcg"


def test_a_dose_whose_step_has_no_one_length_is_left_as_typed_and_refused():
    """From Friday 22:00 it runs until Saturday 09:00, from other days until 06:00."""
    rows = [
        Row("Monday to Friday", "06:00", "8 mcg/h"),
        Row("Monday to Friday", "22:00", "32 mcg"),
        Row("Saturday and Sunday", "09:00", "5 mcg/h"),
    ]
    assert length_h(rows[1], rows) is None
    assert rate_of(rows[1], rows) == ""
    with pytest.raises(ValueError, match="mcg/h"):
        steps(steps_text(rows))


def test_a_row_that_is_half_typed_is_never_left_out():
    assert steps_text([Row(start="00:00", amount="4 mcg/h"), Row(start="06:00")]) == "00:00 4 mcg/h; 06:00"
    assert steps_text([Row(), Row(amount="4 mcg/h")]) == "4 mcg/h"
    assert steps_text([Row()]) == ""


def test_a_day_of_its_own_takes_the_place_of_every_day():
    rows = [Row(start="00:00", amount="48 mcg"), Row("Sunday", "06:00", "24 mcg")]
    assert length_h(rows[1], rows) == 18  # until Monday 00:00
    assert length_h(rows[0], rows) is None  # 24 h, and 30 h from Saturday until Sunday 06:00


def test_boluses_say_how_long_they_take_and_alike_days_are_read_together():
    text = boluses_text([Row("Saturday and Sunday", "08:00", "25 mcg", "5 min"), Row("Monday", "20:00", "10 mcg")])
    made = TimedBolus.parse_all(text, Reading())
    assert {(b.weekday, b.dose_mcg, b.duration_min) for b in made} == {
        ("Saturday", 25, 5), ("Sunday", 25, 5), ("Monday", 10, None),
    }  # fmt: skip
    assert spoken(made) == "Saturday and Sunday: 08:00 25 mcg over 5 min\nMonday: 20:00 10 mcg"


starts = st.lists(st.integers(0, 1439), min_size=1, max_size=4, unique=True)
groups = st.sampled_from([("every day",), ("Monday to Friday", "Saturday and Sunday"), tuple(DAYS)[3:]])


@given(groups, st.data())
def test_a_schedule_goes_through_the_rows_unchanged(days, data):
    rows = [
        Row(name, f"{at // 60:02d}:{at % 60:02d}", f"{data.draw(st.integers(0, 99))} mcg/h")
        for name in days
        for at in data.draw(starts)
    ]
    made = steps(steps_text(rows))
    again = steps(steps_text(rows_of(made)))
    assert sorted(map(str, again)) == sorted(map(str, made))
    assert daily_totals(again) == daily_totals(made)


@pytest.fixture
def form(log):
    log.append(dose("2026-10-08T09:30+01:00", 120, concentration_mcg_per_ml=500))
    made = log.enter("P001")
    made.when.value = "2026-11-20 09:30"
    made.parts["dose_change"].box("mode").value = "flex"
    return made


def type_rows(editor, *rows):
    for n, cells in enumerate(rows):
        if n >= len(editor.rows):
            editor.add.click()
        for name, text in cells.items():
            editor.named[f"{editor._word}|{n}|{name}"].value = text


def test_the_editor_stands_open_only_where_a_program_has_a_schedule(form):
    program = form.parts["dose_change"]
    assert program._schedule.layout.display is None
    program.box("mode").value = "simple continuous"
    assert program._schedule.layout.display == "none"
    program.box("steps").value = "00:00 4 mcg/h"  # what was typed is never out of sight
    assert program._schedule.layout.display is None


def test_rows_are_saved_as_steps_and_the_sum_is_shown_while_they_are_typed(form, log):
    program = form.parts["dose_change"]
    type_rows(
        program.editors["steps"], {"start": "00:00", "amount": "4 mcg/h"}, {"start": "06:00", "amount": "144 mcg"}
    )
    assert "every day: 168 micrograms per day" in program.sums.value
    assert "no daily dose is stated yet" in program.sums.value
    program.box("dose_mcg_per_day").value = "170 mcg/day"
    assert "168 micrograms per day" in program.sums.value
    assert "2 micrograms per day apart" in program.sums.value
    program.box("dose_mcg_per_day").value = "168 mcg/day"
    assert "which is that of every day" in program.sums.value
    form.read_back.click()
    assert "every day: 00:00 4 micrograms per hour, 06:00 8 micrograms per hour" in form.words.value
    form.save.click()
    assert log.frame("dose_step")["rate_mcg_per_h"].tolist() == [4, 8]


def test_what_is_not_complete_is_not_added_up_and_not_read_back(form):
    program = form.parts["dose_change"]
    program.box("dose_mcg_per_day").value = "168 mcg/day"
    type_rows(program.editors["steps"], {"start": "00:00", "amount": "4"})
    assert "cannot be added up yet" in program.sums.value
    form.read_back.click()
    assert "1 thing has to be put right" in form.words.value
    assert form.save.disabled


def test_a_row_removed_is_gone_and_text_typed_by_hand_becomes_rows(form):
    editor = form.parts["dose_change"].editors["steps"]
    editor.text.value = "06:00 8 mcg/h; 22:00 4 mcg/h"
    assert editor.rows == [Row(start="06:00", amount="8 mcg/h"), Row(start="22:00", amount="4 mcg/h")]
    editor._rows[0]["less"].click()
    assert editor.text.value == "22:00 4 mcg/h"
    editor.text.value = "22:00 4"
    assert len(editor.rows) == 1  # it cannot be read, and stays as it stands
    assert editor.text.value == "22:00 4"


def test_the_text_that_was_edited_by_hand_counts_and_the_rows_follow_it(form):
    editor = form.parts["dose_change"].editors["boluses"]
    type_rows(editor, {"start": "08:00", "amount": "25 mcg", "over": "5 min"})
    assert editor.text.value == "08:00 25 mcg over 5 min"
    editor.text.value = "08:00 30 mcg"
    assert editor.rows == [Row(start="08:00", amount="30 mcg")]


def test_the_program_stands_beside_what_was_found_and_what_is_typed(form):
    form.parts["readout"].box("dose_mcg_per_day").value = "118 mcg/day"
    form.parts["dose_change"].box("dose_mcg_per_day").value = "130 <b>mcg/day"
    shown = form.screen.asides["dose_change"].value
    row = "<td>Daily dose</td><td>120 micrograms per day</td><td>118 mcg/day</td><td>130 &lt;b&gt;mcg/day</td>"
    assert row in shown
