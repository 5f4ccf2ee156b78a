"""What is due: dates as somebody wrote them down, in date order, each with where it stands and what came later."""

import datetime as dt

import build
import pytest
from report import sample

from titration.errors import InvalidEntry
from titration.records import Patient, PatientState, Pump, Refill
from titration.report import due, paper
from titration.report.window import Window

SEAL = paper.seal(210, sample.ASOF_AT.to_pydatetime(), sample.HEAD)
DAYS = Window(dt.date(2026, 11, 1), dt.date(2027, 1, 31), "Europe/London")


def fill(patient, day, **more):
    return Refill(patient=patient, filled_on=day, **more)


def made(*records, days=DAYS):
    return due.build(build.frames(*records), days, site="North clinic", seal=SEAL)


def lines(given):
    found = next(panel for panel in given.content.panels if panel.id == "dates")
    tables = [item for item in found.items if hasattr(item, "rows")]
    return [tuple(getattr(said, "text", said) for said in row) for row in tables[0].rows] if tables else []


def test_dates_of_all_patients_stand_in_date_order_and_not_by_patient():
    found = lines(
        made(
            fill("P002", "2026-10-01", next_booked_on="2026-12-20", alarm_on="2027-01-05"),
            fill("P001", "2026-10-02", next_booked_on="2026-12-31", use_by_on="2026-11-30"),
        )
    )
    assert [line[:4] for line in found] == [
        ("2026-11-30", "Mon", "P001", "Use-by of the drug filled in"),
        ("2026-12-20", "Sun", "P002", "Next refill, booked"),
        ("2026-12-31", "Thu", "P001", "Next refill, booked"),
        ("2027-01-05", "Tue", "P002", "Low reservoir alarm, printed at a refill"),
    ]
    assert found[0][4] == "refill 2026-10-02"


def test_a_printed_date_says_which_change_came_after_it():
    found = lines(made(fill("P001", "2026-10-08", alarm_on="2027-01-20"), build.dose("2026-10-26", 108)))
    assert found[0][5] == "printed before the dose change of 2026-10-26"


def test_a_patient_who_is_followed_no_more_is_named_as_such_beside_the_date():
    found = lines(
        made(
            fill("P001", "2026-10-08", next_booked_on="2027-01-08"),
            PatientState(patient="P001", noted_on="2026-11-02", following="explanted"),
        )
    )
    assert found[0][5] == "explanted, noted 2026-11-02"


def test_both_edges_of_the_days_are_within_and_the_rest_is_counted():
    records = [
        fill("P001", "2026-10-01", next_booked_on="2026-11-01"),
        fill("P002", "2026-10-01", next_booked_on="2027-01-31"),
        fill("P003", "2026-10-01", next_booked_on="2026-10-31"),
        fill("P004", "2026-10-01", next_booked_on="2027-02-01"),
        Pump(patient="P004", implanted_on="2025-01-14", eri_on="2031-06-01"),
    ]
    given = made(*records)
    assert [line[2] for line in lines(given)] == ["P001", "P002"]
    assert "Dates in these days: 2. On record before them: 1; after them: 2." in given.text()


def test_with_nothing_on_record_it_says_so_and_every_output_is_made(tmp_path):
    given = made(Patient(patient="P001"))
    assert "Dates in these days: 0." in given.text()
    paths = given.save(tmp_path)
    assert [path.name for path in paths] == [
        "due-2026-11-01-2027-01-31.pdf", "due-2026-11-01-2027-01-31.html", "due-2026-11-01-2027-01-31.txt",
        "due-2026-11-01-2027-01-31-facts.csv",
    ]  # fmt: skip
    assert paths[0].read_bytes().startswith(b"%PDF")


def test_days_ahead_are_no_month_that_was_not_over():
    assert "the month was not over" not in made(fill("P001", "2026-10-01", next_booked_on="2026-12-01")).text()


@pytest.mark.parametrize(
    ("first", "last", "days"),
    [
        (None, None, "2026-11-12 to 2026-12-12"),
        ("2026-01-01", None, "2026-01-01 to 2026-12-12"),
        ("2027-05-01", None, "2027-05-01 to 2027-05-01"),
        (None, "2026-11-12", "2026-11-12 to 2026-11-12"),
    ],
)
def test_days_left_out_are_reckoned_from_the_newest_entry_and_never_from_the_clock(first, last, days):
    made = paper.days(first, last, zone_name="Europe/London", asof_at=SEAL.asof_at, back=0, ahead=30)
    assert made.days == days


@pytest.mark.parametrize(("first", "last"), [("2026-13-01", None), (None, "soon"), ("2026-12-02", "2026-12-01")])
def test_days_that_cannot_be_are_refused_in_words(first, last):
    with pytest.raises(InvalidEntry, match=r"from=|to="):
        paper.days(first, last, zone_name="Europe/London", asof_at=SEAL.asof_at, back=0, ahead=30)
