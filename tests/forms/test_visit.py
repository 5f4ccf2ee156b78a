"""The form of a visit, driven through its widgets, without a browser."""

import pytest
from build import dose, score

import titration
from titration import errors, records
from titration.fields import Choice, Code, Day, Number, field
from titration.forms.readback import SHOWS
from titration.records import KINDS, Record
from titration.units import ML


@pytest.fixture
def form(log):
    """The form of P001, whose last dose entered is 120 mcg/day."""
    log.append(dose("2026-10-08T09:30+01:00", 120, concentration_mcg_per_ml=500))
    made = log.enter("P001")
    made.when.value = "2026-11-20 09:30"
    return made


def fill(form, table, **texts):
    for name, text in texts.items():
        form.parts[table].box(name).value = text


def fill_dose(form, typed="130 mcg/day"):
    fill(form, "dose_change", mode="simple continuous", dose_mcg_per_day=typed, concentration_mcg_per_ml="500 mcg/mL")


def entries(log):
    return log.entry_at()


def test_it_says_of_itself_no_more_than_whether_it_saved(form):
    assert repr(form) == "<form of a visit: not saved>"
    fill_dose(form)
    form.read_back.click()
    form.save.click()
    assert repr(form) == "<form of a visit: saved as entry 4>"


def test_nothing_is_stored_before_save(form, log):
    before = entries(log)
    fill_dose(form)
    form.read_back.click()
    assert not form.save.disabled
    assert entries(log) == before
    assert form.entry is None


def test_a_whole_visit_becomes_one_entry(form, log):
    before = entries(log)
    fill(form, "visit", visit="refill", seen_by="nurse-1")
    form.parts["score"].line("nrs_spasticity").value.value = "5"
    form.parts["score"].line("nrs_spasticity").box("reporter").value = "proxy"
    form.parts["score"].line("penn_frequency").box("not_assessed").value = "declined"
    form.parts["score"].grid.cell("knee flexors", "left").value = "grade=1+"
    form.parts["score"].grid.cell("knee flexors", "right").value = "not_assessed=not possible"
    form.parts["side_effect"].none.value = True
    fill_dose(form)
    fill(form, "refill", withdrawn_ml="4.4 mL", injected_ml="40 mL", lot="B-17")
    fill(form, "note", words="comfortable in the new seat")
    form.read_back.click()
    form.save.click()

    assert form.entry.entry == before + 1 == entries(log)
    assert log.visits()["visit"].tolist() == ["refill"]
    scores = log.scores("P001").set_index(["scale", "side"], drop=False)
    assert scores["reporter"].tolist() == ["proxy", "patient", "clinician", "clinician"]
    assert scores["grade"].dropna().tolist() == ["1+"]
    assert scores["value"].dropna().tolist() == [5]
    assert scores["not_assessed"].dropna().tolist() == ["declined", "not possible"]
    assert scores["collected"].unique().tolist() == ["visit"]
    assert log.side_effects()[["effect", "severity"]].to_numpy().tolist() == [["any", "none"]]
    assert log.doses("P001")["dose_mcg_per_day"].tolist() == [120, 130]
    assert log.refills()[["withdrawn_ml", "injected_ml"]].to_numpy().tolist() == [[4.4, 40]]
    assert log.notes()["words"].tolist() == ["comfortable in the new seat"]
    assert log.visits()["visited_at"].dt.strftime("%Y-%m-%d %H:%M").tolist() == ["2026-11-20 09:30"]


def test_the_entry_number_and_seal_are_shown_once_saved(form, log):
    fill_dose(form)
    form.read_back.click()
    form.save.click()
    assert f"Saved as entry {form.entry.entry}." in form.words.value
    assert log.head in form.words.value
    assert "row " in form.words.value


def test_the_card_that_was_read_back_is_stored_with_the_entry(form, log):
    fill_dose(form)
    form.read_back.click()
    form.save.click()
    ((card,),) = log._store.query(
        "SELECT w.text FROM entry AS e JOIN words AS w ON w.id = e.card WHERE e.entry = ?", form.entry.entry
    )
    assert "130 micrograms per day" in card
    assert "120 micrograms per day" in card


def test_every_fault_is_listed_in_one_place_beside_the_name_of_its_box(form):
    fill(form, "dose_change", dose_mcg_per_day="120", concentration_mcg_per_ml="mild")
    fill(form, "refill", next_booked_on="2026-02-30", withdrawn_ml="4 mL")
    form.parts["score"].line("nrs_spasticity").value.value = "11"
    form.read_back.click()
    said = form.words.value
    assert "5 things have to be put right" in said
    for words in ("Daily dose (mcg/day)", "Concentration (mcg/mL)", "Mode", "Next refill booked on", "from 0 to 10"):
        assert words in said
    assert form.save.disabled


def test_faults_stay_in_sight_while_they_are_put_right(form):
    fill_dose(form, "120")
    form.read_back.click()
    fill_dose(form, "120 mcg/day")
    assert "the unit is missing" in form.words.value


def test_a_slip_is_asked_about_and_can_be_retyped(form, log):
    fill_dose(form, "1200 mcg/day")
    form.read_back.click()
    (question,) = form.answers.questions
    assert "10 times the last dose entered" in question
    assert form.save.disabled
    form.save.click()
    assert form.entry is None
    fill_dose(form, "120 mcg/day")
    form.read_back.click()
    assert form.answers.questions == ()
    form.save.click()
    assert log.doses("P001")["dose_mcg_per_day"].tolist() == [120, 120]


def test_a_question_is_answered_with_a_reason_that_is_stored(form, log):
    fill_dose(form, "1200 mcg/day")
    form.read_back.click()
    (question,) = form.answers.questions
    form.answers.shows(question).click()
    assert form.answers.reason(question).value == SHOWS == "the pump shows this"
    assert not form.save.disabled
    form.save.click()
    assert log.doses("P001")["dose_mcg_per_day"].tolist() == [120, 1200]
    assert log._store.query("SELECT w.text FROM answer AS a JOIN words AS w ON w.id = a.reason") == [(SHOWS,)]


def test_blanks_are_no_answer(form):
    fill_dose(form, "1200 mcg/day")
    form.read_back.click()
    form.answers.reason(form.answers.questions[0]).value = "   "
    assert form.save.disabled


def test_the_same_question_keeps_its_answer_over_another_edit(form):
    fill_dose(form, "1200 mcg/day")
    form.read_back.click()
    form.answers.reason(form.answers.questions[0]).value = "seen on the programmer"
    fill(form, "note", words="also seen")
    assert form.save.disabled
    form.read_back.click()
    assert form.answers.given == {form.answers.questions[0]: "seen on the programmer"}
    assert not form.save.disabled


def every_input(form):
    return {i: box for i, box in enumerate(form.inputs) if hasattr(box, "value")}


def test_an_edit_of_any_box_after_the_read_back_disables_save(form):
    for number, box in every_input(form).items():
        fill_dose(form)
        form.read_back.click()
        assert not form.save.disabled, number
        before = box.value
        box.value = _other(box)
        assert form.save.disabled, box.description
        form.save.click()
        assert form.entry is None
        box.value = before


def _other(box):
    if isinstance(box.value, bool):
        return not box.value
    choices = [value for _, value in getattr(box, "options", ())]
    return next((value for value in choices if value != box.value), "something else")


def test_what_was_read_back_is_called_off_in_words_after_an_edit(form):
    fill_dose(form)
    form.read_back.click()
    fill_dose(form, "131 mcg/day")
    assert "changed since the read-back" in form.words.value
    assert "130" not in form.words.value


def test_pressing_save_twice_saves_once(form, log):
    fill_dose(form)
    form.read_back.click()
    form.save.click()
    after = entries(log)
    form.save.click()
    form.read_back.click()
    form.save.click()
    assert entries(log) == after
    assert all(box.disabled for box in form.inputs)


def test_a_new_form_over_an_old_one_has_nothing_to_save(form, log):
    fill_dose(form)
    form.read_back.click()
    form.save.click()
    again, after = log.enter("P001"), entries(log)
    again.save.click()
    again.read_back.click()
    again.save.click()
    assert "no box is filled in" in again.words.value
    assert entries(log) == after


def test_a_log_open_for_reading_says_so_and_saves_nothing(form, log):
    with titration.open(log.path) as reader:
        made = reader.enter("P001")
        assert "open for reading" in made.words.value
        made.when.value = "2026-11-20 09:30"
        fill_dose(made)
        made.read_back.click()
        assert "130 micrograms per day" in made.words.value
        assert made.save.disabled
        made.save.click()
        assert made.entry is None


def test_what_the_log_holds_by_now_is_read_back_again(form, log):
    fill_dose(form)
    form.read_back.click()
    log.append(dose("2026-11-20T09:00+00:00", 25, concentration_mcg_per_ml=500))
    after = entries(log)
    form.save.click()
    assert form.entry is None
    assert entries(log) == after
    assert "The log has changed since" in form.words.value
    assert "25 micrograms per day" in form.words.value
    assert len(form.answers.questions) == 1  # 130 is 5.2 times 25
    assert form.save.disabled


def test_asked_and_none_beside_a_side_effect_is_a_contradiction(form):
    form.parts["side_effect"].none.value = True
    form.parts["side_effect"].box("sedation").value = "mild"
    form.read_back.click()
    assert "sedation mild" in form.words.value
    assert form.save.disabled


def test_each_side_effect_asked_is_a_record(form, log):
    form.parts["side_effect"].box("sedation").value = "mild"
    form.parts["side_effect"].box("falls").value = "none"
    form.parts["side_effect"].box("reporter").value = "patient"
    form.read_back.click()
    form.save.click()
    assert log.side_effects()[["effect", "severity", "reporter"]].to_numpy().tolist() == [
        ["sedation", "mild", "patient"],
        ["falls", "none", "patient"],
    ]


def test_flex_steps_are_typed_as_text(form, log):
    fill(form, "dose_change", mode="flex", dose_mcg_per_day="168 mcg/day", steps="00:00 4 mcg/h; 06:00 8 mcg/h")
    form.read_back.click()
    form.save.click()
    assert log.frame("dose_step")["rate_mcg_per_h"].tolist() == [4, 8]


def test_the_last_program_is_shown_and_no_box_is_filled_with_it(form):
    shown = form.screen.asides["dose_change"].value
    assert "120 micrograms per day" in shown
    assert "500 micrograms per millilitre" in shown
    filled = [box.value for box in form.parts["dose_change"].named.values() if box.value]
    assert filled == []


def test_the_pump_the_last_refill_and_the_dates_are_there_to_read_and_no_box_is_filled_with_them(demo_log):
    made = demo_log.enter("P001")
    asides = {name: aside.value for name, aside in made.screen.asides.items()}
    assert "SynchroMed II 8637-40" in asides["readout"]
    assert "220 micrograms per day" in asides["readout"]
    assert "500 micrograms per millilitre" in asides["refill"]
    assert "<td>next refill booked</td><td>2026-12-16</td>" in asides["next"]
    assert "printed before the refill of 2026-10-19" in asides["next"]
    assert made.screen.who.value == f"<b>{demo_log.identity('P001')}</b>"
    assert made.screen.typed == {}
    made.patient.value = "P008"
    assert "Programmed or planned, as entered" in made.screen.asides["dose_change"].value
    assert "P008" in made.screen.who.value
    assert "P001" not in made.screen.who.value


def test_a_readout_and_the_next_dates_are_saved_with_the_records_they_are_of(form, log):
    fill(form, "readout", dose_mcg_per_day="120 mcg/day", reservoir_ml="4.1 mL", alarm_on="2026-12-20")
    fill_dose(form)
    fill(form, "dose_change", alarm_on="2027-03-01")
    fill(
        form, "refill", withdrawn_ml="4.4 mL", injected_ml="40 mL", next_booked_on="2027-02-20", use_by_on="2027-06-30"
    )
    form.read_back.click()
    form.save.click()
    assert log.readouts()[["dose_mcg_per_day", "reservoir_ml"]].to_numpy().tolist() == [[120, 4.1]]
    assert log.readouts()["alarm_on"].dt.strftime("%Y-%m-%d").tolist() == ["2026-12-20"]
    assert log.doses("P001")["alarm_on"].dt.strftime("%Y-%m-%d").tolist()[-1] == "2027-03-01"
    assert log.refills()["next_booked_on"].dt.strftime("%Y-%m-%d").tolist() == ["2027-02-20"]


def test_a_booked_date_alone_makes_no_refill(form, log):
    fill(form, "refill", next_booked_on="2027-02-20")
    form.read_back.click()
    assert "Next refill booked on" in form.words.value
    assert "is kept with a refill" in form.words.value
    assert form.save.disabled


def test_the_picker_says_who_each_patient_is(form, log):
    labels = [label for label, _ in form.patient.options]
    assert labels == ["choose the patient", log.identity("P001")]
    assert "born 1974" in labels[1]


def test_without_a_patient_one_must_be_chosen(log):
    made = log.enter()
    made.when.value = "2026-11-20"
    fill(made, "note", words="seen")
    made.read_back.click()
    assert "must be chosen" in made.words.value
    made.patient.value = "P001"
    made.read_back.click()
    made.save.click()
    assert log.notes()["patient"].tolist() == ["P001"]


def test_an_unknown_patient_is_refused_at_once(log):
    with pytest.raises(errors.PatientNotFound):
        log.enter("P999")


def test_the_grid_has_the_muscles_of_last_time_and_takes_another(log):
    log.append(score(scale="modified_ashworth", grade="2", body_part="wrist flexors", side="left"))
    grid = log.enter("P001").parts["score"].grid
    assert [*dict.fromkeys(muscle for muscle, _ in grid._cells)] == ["wrist flexors"]
    grid.muscle.value = "finger flexors"
    grid.more.click()
    grid.cell("finger flexors", "right").value = "grade=3"
    assert [draft.where for draft in grid.drafts({})] == ["Modified Ashworth Scale, finger flexors, right"]


def test_any_scale_of_the_log_can_be_added(form, log):
    scores = form.parts["score"]
    assert {value for _, value in scores.choice.options} == {"", *log.scales}
    scores.choice.value = "snow_spasm_frequency"
    scores.add.click()
    scores.line("snow_spasm_frequency").value.value = "3"
    fill_dose(form)
    form.read_back.click()
    form.save.click()
    assert log.scores()[["scale", "value"]].to_numpy().tolist() == [["snow_spasm_frequency", 3]]


def test_a_rarer_record_can_be_added_and_more_than_once(form, log):
    given = [
        {"event": "confounder", "subtype": "UTI", "started_on": "2026-11-01"},
        {"event": "care", "subtype": "seating", "started_on": "2026-11-02"},
    ]
    for nth, texts in enumerate(given):
        form.screen.choice.value = "event"
        form.screen.add.click()
        for name, text in texts.items():
            form.screen.added[nth].box(name).value = text
    form.read_back.click()
    form.save.click()
    assert log.events()["subtype"].tolist() == ["UTI", "seating"]


def test_what_is_typed_is_never_taken_for_markup(form):
    fill(form, "note", words="<img src=x onerror=alert(1)>")
    form.read_back.click()
    assert "<img" not in form.words.value
    assert "&lt;img" in form.words.value


def test_every_field_of_every_record_has_a_box(form):
    elsewhere = {"patient", "scale", "value", "grade", "not_assessed", "reporter", "body_part", "side", "as_stated"}
    elsewhere |= {"effect", "severity", "observed_at", "observed_on", "visited_at", "visited_on"}
    for table in form.screen.rarer:
        form.screen.append(table)
    parts = {**form.parts, **{section.kind.table: section for section in form.screen.added}}
    assert {*parts, "patient"} == {table for table, kind in KINDS.items() if kind.parent is None}
    inputs = form.inputs
    for table, part in parts.items():
        for declared in KINDS[table].fields:
            if declared.name not in elsewhere:
                assert part.box(declared.name) in inputs, (table, declared.name)


@pytest.fixture
def kinds(monkeypatch):
    """The kinds, to be added to for the length of a test."""
    before = dict(KINDS)
    yield KINDS
    KINDS.clear()
    KINDS.update(before)


def test_a_new_field_of_a_record_appears_by_itself(kinds):
    from titration.forms.section import Section

    class Flush(Record):
        """A made-up record, for this test alone."""

        patient: str = field(Code(), "code of the patient", required=True, example="P001")
        flushed_on: str = field(Day(), "day of the flush", required=True, example="2026-10-08")
        volume_ml: float = field(Number(ML, low=0), "volume flushed", required=True, example="1.5")
        operator: str | None = field(Choice(("nurse", "physician")), "who flushed")

    records.record(table="flush", frame="flushes", title="Flush", moment="flushed")(Flush)
    section = Section(KINDS["flush"], of_visit=False)
    assert section.box("volume_ml").description == "Volume (mL)"
    assert [value for _, value in section.box("operator").options] == ["", "nurse", "physician"]
    section.box("operator").value = "nurse"
    (draft,) = section.drafts()
    assert draft.texts == {"operator": "nurse"}
    with pytest.raises(KeyError):
        section.box("patient")


def test_no_box_is_bounded_or_numeric(form):
    kinds_of_box = {type(box).__name__ for box in form.inputs}
    assert kinds_of_box == {"Text", "Textarea", "Dropdown", "Checkbox"}


def test_the_form_may_be_pressed_from_another_thread(form, log):
    import threading

    fill_dose(form)
    for press in (form.read_back.click, form.save.click):
        thread = threading.Thread(target=press)
        thread.start()
        thread.join()
    assert form.entry is not None
    assert log.doses("P001")["dose_mcg_per_day"].tolist() == [120, 130]


def test_a_rehearsal_stores_nothing_and_says_what_append_would(log):
    before = log.head
    held = log.rehearse(dose("2026-11-20T09:30+00:00", 130, patient="P001"))
    assert log.head == before
    assert held.questions == ()
    assert held.notes == ("P001: the first dose entered; there is nothing to compare it with",)
    assert [(new.dose_mcg_per_day, old) for new, old in held.programs] == [(130, None)]
    with pytest.raises(errors.PatientNotFound):
        log.rehearse(dose(patient="P999"))


def test_without_the_notebook_packages_it_says_what_to_install(log, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "titration.forms.visit", None)
    with pytest.raises(errors.TitrationError, match=r"pip install 'titration\[notebook\]'"):
        log.enter("P001")
