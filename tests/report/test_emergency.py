"""The card: one page of facts for people who do not know the patient, each with its date."""

import io

import build
from pypdf import PdfReader
from report import sample

from titration.records import Catheter, DoseStep, Event, OralDose, PatientState, Pump, Refill
from titration.report import emergency


def text(*records, **other):
    return emergency.card(sample.chart(*records, **other)).text()


def flat(said):
    return " ".join(said.split())


def test_it_says_first_that_it_is_a_record_and_that_the_pump_is_to_be_interrogated():
    said = flat(text(*sample.all_of_it()))
    assert said.index("This is a record: interrogate the pump") < said.index("Last recorded programmed dose")


def test_each_fact_stands_with_its_date():
    said = flat(text(*sample.all_of_it()))
    for fact in (
        "P001 - record card, as of 2026-11-12", "Daily dose 150 mcg/day", "baclofen 500 mcg/mL",
        "Effective 2026-11-10 11:00", "implanted 2025-01-14", "filled 2026-10-08 09:50",
        "baclofen oral 20 mg/day 2026-10-10", "tizanidine 0 mg/day (stopped) 2026-02-10", "2031-06-01",
    ):  # fmt: skip
        assert fact in said, fact


def test_nothing_on_it_speaks_of_a_month():
    said = text(*sample.all_of_it(), build.dose("2026-10-01", 90))
    assert "month" not in said.lower()


def test_a_flex_program_stands_with_its_schedule():
    steps = (DoseStep(start_min=0, rate_mcg_per_h=4.8), DoseStep(start_min=360, rate_mcg_per_h=8.4))
    said = flat(text(sample.dose("2026-10-08", 180, mode="flex", steps=steps)))
    assert "00:00 4.8 mcg/h" in said
    assert "06:00 8.4 mcg/h" in said


def test_what_the_pump_was_programmed_to_do_after_that_day_stands_on_it_and_a_plan_does_not():
    said = flat(
        text(
            sample.dose("2026-10-08", 100),
            sample.dose("2026-12-01", 110, status="programmed"),
            sample.dose("2026-12-24", 123, status="planned"),
        )
    )
    assert "As recorded, the pump changes to these by itself" in said
    assert "2026-12-01 110 mcg/day" in said
    assert "123" not in said
    assert "Daily dose 100 mcg/day" in said


def test_what_is_dated_after_the_day_of_the_card_is_not_on_it():
    said = text(sample.dose("2026-10-08", 100), sample.dose("2026-11-13", 444))
    assert "444" not in said


def test_the_newest_of_each_device_stands_and_what_is_missing_is_named():
    card = emergency.card(
        sample.chart(
            Pump(patient="P001", implanted_on="2018-01-14", model="Old one"),
            Pump(patient="P001", implanted_on="2025-01-14", model="New one", serial="A-1", clock_offset_min=-300),
            Catheter(patient="P001", implanted_on="2025-01-14", tip_level="T10"),
        )
    )
    said = {fact.id: fact.text for fact in card.facts}
    assert said["device.pump.said"] == "New one, serial A-1, clock set -300 min east of UTC"
    assert said["device.pump.when"] == "implanted 2025-01-14"
    assert said["device.catheter.said"] == "tip T10"
    assert "Old one" not in card.text()
    assert "Not on record: fill." in card.text()


def test_an_explant_and_device_events_stand_on_it():
    said = flat(
        text(
            sample.dose("2026-10-08", 100),
            PatientState(patient="P001", noted_on="2026-11-02", following="explanted"),
            *[Event(patient="P001", started_on=f"2026-0{n}-01", event="device", subtype="stall") for n in range(1, 8)],
            Event(patient="P001", started_on="2026-09-01", event="confounder", subtype="UTI"),
        )
    )
    assert "Following: explanted, noted 2026-11-02" in said
    assert "2026-07-01" in said
    assert "2026-02-01" not in said  # the last five
    assert "UTI" not in said


def test_a_patient_of_whom_nothing_is_recorded_has_a_card_that_says_so():
    said = flat(text())
    for part in ("No dose change is on record", "neither pump nor catheter nor fill on record", "none on record"):
        assert part in said


def test_it_is_one_page_of_a4_and_of_letter():
    card = emergency.card(sample.chart(*sample.all_of_it(), OralDose(patient="P001", started_on="2026-01-01",
        drug="gabapentin", dose_mg_per_day=900), Refill(patient="P001", filled_on="2026-11-01")))  # fmt: skip
    for kind in ("a4", "us-letter"):
        assert len(PdfReader(io.BytesIO(card.pdf(kind))).pages) == 1
    assert card.files().keys() == {f"P001-card-2026-11-12{end}" for end in (".pdf", ".html", ".txt", "-facts.csv")}


def test_every_number_on_it_is_a_fact():
    card = emergency.card(sample.chart(*sample.all_of_it()))
    loose = [said for said in card.page.said() if isinstance(said, str) and any(c.isdigit() for c in said)]
    assert loose == []
