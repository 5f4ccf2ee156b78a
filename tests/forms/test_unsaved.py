"""A visit that was typed and not saved: it survives, it is offered to the right person only, it is never saved twice."""

import json
import os
import shutil
import stat
from dataclasses import replace
from pathlib import Path

import pytest
from build import dose, score
from hypothesis import HealthCheck, given, settings
from strategies import any_record

import titration
from titration.forms import unsaved
from titration.records import Note


@pytest.fixture
def form(log):
    log.append(titration.Patient(patient="P002"), dose("2026-10-08T09:30+01:00", 120, concentration_mcg_per_ml=500))
    return typed(log.enter("P001"))


def typed(form):
    form.when.value = "2026-11-20 09:30"
    for name, text in {
        "mode": "flex",
        "dose_mcg_per_day": "160 mcg/day",
        "concentration_mcg_per_ml": "500 mcg/mL",
    }.items():
        form.parts["dose_change"].box(name).value = text
    steps = form.parts["dose_change"].editors["steps"]
    for n, (start, amount) in enumerate([("06:00", "128 mcg"), ("22:00", "4 mcg/h")]):
        steps.add.click()
        steps.named[f"step|{n}|start"].value, steps.named[f"step|{n}|amount"].value = start, amount
    form.parts["readout"].box("dose_mcg_per_day").value = "120 mcg/day"
    form.parts["side_effect"].none.value = True
    scores = form.parts["score"]
    scores.grid.muscle.value = "finger flexors"
    scores.grid.more.click()
    scores.grid.cell("finger flexors", "left").value = "grade=1+"
    scores.choice.value = "nrs_spasticity"  # once more, of another person
    scores.add.click()
    scores.line("nrs_spasticity").value.value = "2"
    scores.line("nrs_spasticity").box("reporter").value = "proxy"
    form.screen.append("event")
    form.screen.added[0].box("event").value = "care"
    form.screen.added[0].box("started_on").value = "2026-11-02"
    return form


def files():
    return sorted((Path(os.environ["TITRATION_STATE"]) / "drafts").rglob("*"))


def drafts():
    return [path for path in files() if path.is_file()]


def offered(form):
    return list(form.offers.buttons.values())


def go_on(log, patient="P001"):
    """The form after the kernel was restarted, with the draft taken up."""
    made = log.enter(patient)
    ((button, _),) = offered(made)
    button.click()
    return made


def test_everything_that_was_typed_stands_in_the_boxes_again_and_reads_back_the_same(form, log):
    form.read_back.click()
    assert not form.save.disabled, form.words.value
    again = go_on(log)
    assert again.screen.typed == form.screen.typed
    assert again.save.disabled
    again.read_back.click()
    assert again._held == form._held
    assert len(again._held.facts) == 6  # readout, two scores, side effect, program, event


def test_a_draft_is_no_record_and_nobody_elses_file(form, log):
    before = log.entry_at()
    (path,) = drafts()
    assert log.entry_at() == before
    assert log.doses("P001")["dose_mcg_per_day"].tolist() == [120]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert Path(os.environ["TITRATION_STATE"]) in path.parents


def test_the_offer_says_whose_it_is_and_when_it_was_typed(form, log):
    said = log.enter("P001").offers.widget.children[0].children[0].value
    assert "Patient <b>P001</b>, last typed 2026-11-23 12:00+00:00 by clinician-1" in said
    assert "It is no record" in said


def test_a_draft_of_another_patient_is_never_offered(form, log):
    other = log.enter("P002")
    assert offered(other) == []
    assert offered(log.enter()) == []
    other.patient.value = "P001"
    assert len(offered(other)) == 1


def test_a_draft_of_another_log_is_never_offered(form, log, tmp_path):
    copy = tmp_path / "copy.db"  # the same log by its id, in another place
    shutil.copy(log.path, copy)
    with titration.open(copy, by="clinician-1") as other:
        assert offered(other.enter("P001")) == []
    with titration.create(tmp_path / "new.db", site="South", zone="Europe/London", by="clinician-1") as other:
        other.append(titration.Patient(patient="P001"))
        assert offered(other.enter("P001")) == []


def test_a_draft_is_offered_to_nobody_on_whose_boxes_another_patient_stands(form, log):
    made = log.enter("P001")
    ((button, _),) = offered(made)
    made.patient.value = "P002"
    button.click()  # the button of an offer that is no longer on the screen
    assert made.screen.typed == {}


def test_a_draft_is_gone_once_it_is_saved_and_again_is_not_offered(form, log):
    again = go_on(log)
    again.read_back.click()
    again.save.click()
    assert again.entry is not None
    assert drafts() == []
    assert offered(log.enter("P001")) == []


def test_a_draft_saved_just_before_the_crash_is_known_for_saved(form, log, monkeypatch):
    form.read_back.click()
    with monkeypatch.context() as crash:
        crash.setattr(unsaved, "discard", lambda *_: None)  # the kernel ends between the saving and the throwing away
        form.save.click()
    assert form.entry is not None
    assert len(drafts()) == 1
    after, again = log.entry_at(), log.enter("P001")
    assert offered(again) == []
    assert f"was saved, as entry {form.entry.entry}" in again.offers.widget.children[0].value
    assert drafts() == []
    again.read_back.click()
    again.save.click()
    assert log.entry_at() == after


def test_a_draft_whose_saving_failed_is_offered_again(form, log):
    form.read_back.click()
    form._keep(saving=form._held)  # the kernel ends before the entry is written
    log.append(score(value=3))  # somebody else records something
    assert len(offered(log.enter("P001"))) == 1


def test_one_draft_open_twice_is_saved_once(form, log):
    again = go_on(log)
    for made in (form, again):
        made.read_back.click()
    again.save.click()
    after = log.entry_at()
    form.save.click()
    assert form.entry is None
    assert f"saved already, as entry {after}" in form.words.value
    assert log.entry_at() == after


def test_a_draft_can_be_thrown_away_and_others_stay(form, log):
    second = log.enter("P001")
    second.parts["note"].box("words").value = "seen"
    third = log.enter("P001")
    assert len(offered(third)) == 2
    offered(third)[0][1].click()
    assert len(offered(third)) == len(drafts()) == 1
    assert offered(log.enter("P001"))[0] is not None


def test_what_is_cleared_or_has_no_patient_leaves_no_draft(log):
    made = log.enter()
    made.parts["note"].box("words").value = "seen"
    assert drafts() == []
    made.patient.value = "P001"
    assert len(drafts()) == 1
    made.parts["note"].box("words").value = ""
    assert drafts() == []


def test_a_draft_goes_with_the_patient_its_boxes_are_said_of(form, log):
    form.patient.value = "P002"
    assert offered(log.enter("P001")) == []
    assert len(offered(log.enter("P002"))) == 1


def test_a_box_this_version_does_not_have_is_said_and_not_lost_in_silence(form, log):
    (path,) = drafts()
    kept = json.loads(path.read_text())
    kept["boxes"] |= {"refill|colour": "blue", "visit|visit": "house call"}
    path.write_text(json.dumps(kept))
    said = go_on(log).words.value
    assert "refill, colour" in said
    assert "house call" in said


def test_a_file_that_is_no_draft_is_none(form, log):
    assert len(unsaved.kept(log, "P001")) == 1
    for text in ("", "{", "[]", '{"id": "x"}', '{"id": 1, "patient": "P001"}'):
        drafts()[0].write_text(text)
        assert unsaved.kept(log, "P001") == []


def test_where_no_draft_can_be_kept_the_form_says_so(log, tmp_path, monkeypatch):
    blocked = tmp_path / "a-file"
    blocked.write_text("")
    monkeypatch.setenv("TITRATION_STATE", str(blocked))
    made = log.enter("P001")
    made.parts["note"].box("words").value = "seen"
    assert "No draft can be kept" in made._kept.value
    made.when.value = "2026-11-20"
    made.read_back.click()
    made.save.click()
    assert made.entry is not None


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(made=any_record())
def test_facts_read_back_from_a_log_are_known_by_their_digest(log, made):
    fact = made if isinstance(made, titration.Patient) else replace(made, patient="P001")
    try:
        held = log.rehearse(fact)
        entry = log.append(fact, confirm=dict.fromkeys(held.questions, "so"))
    except titration.errors.TitrationError:
        return  # a scale or a row it does not have, a patient it has already
    assert unsaved.saved_as(log, unsaved.digest(held.facts), entry.entry - 1) == entry.entry
    assert unsaved.saved_as(log, unsaved.digest([Note(patient="P001", noted_on="1999-01-01", words="x")]), 0) is None
