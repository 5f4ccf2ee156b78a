"""The de-identified report: nothing in any of its outputs tells who, where or when; its numbers stay right."""

import csv
import io
import re

import build
import pandas as pd
import pytest
from click.testing import CliRunner
from pypdf import PdfReader
from report import sample
from report.sample import undrawn

import titration
from titration import deidentified, disclosure, times
from titration.cli import main
from titration.errors import AppendRefused
from titration.fields import Code, Label, Words
from titration.records import (
    KINDS,
    DoseChange,
    Event,
    Goal,
    Note,
    Patient,
    Pump,
    Readout,
    Refill,
    SideEffect,
    Visit,
)
from titration.report import study
from titration.report.window import month

MONTHS = re.compile(
    r"\b(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sep|Oct|Nov|Dec)(?:uary|ruary|ch|il|e|y|ust|tember|ober|ember)?\b|\b(?:19|20)\d\d-\d\d|Europe|UTC|GMT|BST"
)
STUDY = "S007"


def outputs(report):
    """Every output as text, by name; of the PDF its pages and what it says of itself."""
    files = report.files()
    (pdf,) = [content for name, content in files.items() if name.endswith(".pdf")]
    read = PdfReader(io.BytesIO(pdf))
    made = {name: content.decode() for name, content in files.items() if not name.endswith(".pdf")}
    made["pdf"] = "\n".join(page.extract_text() for page in read.pages)
    made["pdf's metadata"] = (
        f"{dict(read.metadata)} {read.xmp_metadata.stream.get_data() if read.xmp_metadata else b''}"
    )
    made["file names"] = " ".join(files)
    return made


def identifying(frames, log):
    """Every text and day of a patient's record that may not leave, and what names the log."""
    found = {log.site, log.zone, log.head, log.head[:16], "clinician-1", "clinician-2", "nurse-1"}
    for kind in KINDS.values():
        frame = frames.get(kind.frame)
        for field in kind.fields if frame is not None else ():
            if field.name not in frame:
                continue
            values = frame[field.name].dropna()
            if isinstance(field.value, (Code, Words, Label)) and not disclosure.how(kind, field):
                found |= set(values.astype("str"))
            elif isinstance(field.value, Code):
                found |= set(values)
            elif pd.api.types.is_datetime64_any_dtype(values):
                found |= {f"{day:%Y-%m-%d}" for day in values} | {f"{day:%d %b}" for day in values}
    return {value for value in found if len(value) > 2} - {"start"}  # a reason, and a word of every page of HTML


@pytest.fixture(scope="module")
def full():
    """The sample with everything that identifies: a serial, lots, words of every kind, names of users."""
    more = [
        Pump(patient="P001", implanted_on="2025-01-14", model="SynchroMed II 8637-40", reservoir_ml=40, serial="NGP123456H",
             clock_offset_min=60),
        Refill(patient="P001", filled_on="2026-10-09", brand="Lioresal", lot="LOT-77A", use_by_on="2027-06-30", injected_ml=40,
               note="told by her sister"),
        Event(patient="P001", started_on="2026-10-09", event="confounder", subtype="UTI", words="seen at the Royal",
              action="called the surgery", outcome="settled at home"),
        SideEffect(patient="P001", observed_on="2026-10-09", effect="falls", severity="mild", note="on the stairs at home"),
        Goal(patient="P001", set_on="2026-01-12", words="walk to St Mary's", domain="mobility", baseline=-1),
        Note(patient="P001", noted_on="2026-10-09", words="lives at number 12"),
        Visit(patient="P001", visited_on="2026-10-09", visit="refill", seen_by="nurse-1"),
        Readout(patient="P001", read_on="2026-10-27", dose_mcg_per_day=108, mode="simple continuous", note="read twice"),
        build.score("2026-10-09", None, reporter="patient", collected="visit", as_stated="bad as in May"),
    ]  # fmt: skip
    records = [record for record in sample.all_of_it() if not isinstance(record, Pump)]
    return sample.chart(*records, *more)


@pytest.fixture(scope="module")
def told(full):
    """The same chart's page without its pictures."""
    return undrawn(full, "2026-10", study_id=STUDY)


def test_no_output_of_a_deidentified_report_holds_anything_that_identifies(full):
    from titration.report import build as report_of

    report = report_of(full, "2026-10", history=sample.corrections(), study_id=STUDY)
    forbidden = identifying(full.frames, full)
    assert {
        "P001",
        "NGP123456H",
        "LOT-77A",
        "seen at the Royal",
        "2026-10-08",
        "08 Oct",
        "SynchroMed II 8637-40",
    } <= forbidden
    for name, text in outputs(report).items():
        assert {value for value in forbidden if value in text} == set(), name
        # a PDF is dated; all of these are dated alike, and by no clock
        assert MONTHS.findall(text.replace("2000-01-01T00:00:00", "")) == [], name
        assert STUDY in text, name
    assert {panel.id for panel in report.page.panels} >= {"sparklines", "timeline", "program", "scores", "changes"}


def test_an_ordinary_report_of_the_same_chart_holds_what_identifies(full):
    """So that the test above can fail."""
    text = undrawn(full, "2026-10", history=sample.corrections()).html()
    assert {value for value in ("P001", "North clinic", "2026-10-08", "told by her sister", "clinician-1") if value in text} == {
        "P001", "North clinic", "2026-10-08", "told by her sister", "clinician-1",
    }  # fmt: skip


def test_head_and_foot_say_that_it_is_deidentified_and_how_days_are_counted(told):
    page = told.text()
    # 14 January 2025 to 31 October 2026 are 655 days; 23 periods of 28 days end with day 643
    assert page.splitlines()[0] == "S007 - days 616 to 643"
    assert page.splitlines()[2] == "De-identified"
    assert "De-identified: days are counted from day 0, the day of the implant of the pump;" in page
    assert "days of the week are the true ones" in " ".join(page.split())
    assert "Age at day 0       50 to 59" in page
    # 8 October 2026 is day 632; the hour is that of the wall, summer or winter
    assert re.search(r"day 632\s+\d+\s+110", page) is not None
    assert "09:30" in page
    assert "+01:00" not in page


@pytest.mark.parametrize("asked", ["2026-01", "2026-02", "2026-03", "2026-04", "2024-12"])
def test_every_period_has_28_days_so_that_no_month_of_the_calendar_can_be_told(full, asked):
    made = study.masked(full, month(asked, full.zone), STUDY)
    first, last = made.days
    assert (first % 28, last - first) == (0, 27)
    assert (made.window.previous.last - made.window.previous.first).days == 27


@pytest.mark.parametrize("implanted", ["2025-01-13", "2025-01-15", "2025-01-19"])
def test_days_keep_their_weekday_because_programs_run_by_weekdays(implanted):
    given = sample.chart(Pump(patient="P001", implanted_on=implanted), sample.dose("2025-03-03T09:30+00:00", 100))
    made = study.masked(given, month("2025-04", given.zone), STUDY)
    assert made.frames["doses"]["effective_on"].dt.day_name().tolist() == ["Monday"]
    first, _ = made.days
    assert first % 28 == 0


def test_what_is_reckoned_is_the_same_as_on_the_ordinary_page():
    """24 days at 100 mcg/day and 500 mcg/mL are 4.8 mL of 40."""
    fill = {"patient": "P001", "drug": "baclofen", "concentration_mcg_per_ml": 500, "injected_ml": 40}
    given = sample.chart(
        Pump(patient="P001", implanted_on="2026-01-05", reservoir_ml=40),
        sample.dose("2026-01-05T09:00+00:00", 100),
        Refill(filled_at="2026-01-05T09:00+00:00", **fill),
        Refill(filled_at="2026-01-29T09:00+00:00", withdrawn_ml=35, **fill),
    )
    ours, theirs = undrawn(given, "2026-01"), undrawn(given, "2026-02", study_id=STUDY)
    assert theirs.month == "days 0 to 27"
    for report in (ours, theirs):
        (volume,) = [f.value for f in report.facts if f.id.endswith(".reckoned") and f.value is not None]
        assert volume == pytest.approx(35.2)


def test_the_hour_the_clock_skips_leaves_no_trace():
    """Two changes a day apart over the night the clock goes forward, at the same hour of the wall."""
    given = sample.chart(
        Patient(patient="P001"),
        Pump(patient="P001", implanted_on="2026-03-01", clock_offset_min=0),
        sample.dose("2026-03-28T09:30+00:00", 100),
        sample.dose("2026-03-29T09:30+01:00", 110),
    )
    page = undrawn(given, "2026-04", study_id=STUDY).text()
    assert [found for found in ("day 27 09:30", "day 28 09:30") if found in " ".join(page.split())] == [
        "day 27 09:30",
        "day 28 09:30",
    ]
    assert not re.search(r"[+-]\d\d:\d\d|clock.*(?:ahead|behind)", page)


def test_a_patient_with_nothing_on_record_has_a_page_that_says_so():
    report = undrawn(sample.chart(Patient(patient="P001", birth_year=1930)), "2026-02", study_id=STUDY)
    assert "No dose change is on record" in report.text()
    assert "2026" not in "".join(outputs(report).values())


def test_facts_and_ids_speak_of_days_too(told):
    rows = list(csv.DictReader(io.StringIO(told.table())))
    assert {row["id"] for row in rows} >= {"visit.day632.came-with", "patient.code", "record.counts"}
    assert not {"record.asof", "record.head", "record.site"} & {row["id"] for row in rows}


def clinic(path):
    log = titration.create(path, site="North clinic", zone="Europe/London", by="clinician-1")
    with log:
        for code, dose in (("P001", 110), ("P002", 220)):
            log.append(
                Patient(patient=code, birth_year=1974),
                DoseChange(patient=code, effective_on="2025-01-14", mode="simple continuous", dose_mcg_per_day=dose),
            )


def run(*arguments):
    return CliRunner().invoke(main, list(map(str, arguments)), catch_exceptions=False)


def test_the_shell_gives_the_ids_of_the_export_with_the_same_key_and_leaves_no_code_in_the_folder(tmp_path):
    log, key, out, data = (tmp_path / name for name in ("clinic.db", "study.key", "out", "data"))
    clinic(log)
    key.write_bytes(b"k" * 32)
    given = ("--deidentified", "--key-file", key)
    made = run("report", log, "--month", "2025-03", *given, "-o", out)
    assert made.exit_code == 0, made.output
    assert run("export", log, data, *given).exit_code == 0
    with (data / "doses.csv").open(encoding="utf-8") as lines:
        doses = {row["patient"]: int(float(row["dose_mcg_per_day"])) for row in csv.DictReader(lines)}
    assert sorted(doses.values()) == [110, 220]
    for study_id, dose in doses.items():
        assert f"{dose} mcg/day" in (out / f"{study_id}-days28to55.txt").read_text()
    names = sorted(path.name for path in out.iterdir())
    assert [name for name in names if name.startswith("index")] == ["index-deidentified.html"]
    assert len(names) == 9
    everything = " ".join(names) + "".join(path.read_text() for path in out.iterdir() if path.suffix != ".pdf")
    assert not re.search(r"P00\d|North clinic|2025|clinician-1", everything)


def test_the_shell_refuses_a_key_that_is_short_or_goes_with_nothing(tmp_path):
    log, key = tmp_path / "clinic.db", tmp_path / "study.key"
    clinic(log)
    key.write_bytes(b"short")
    assert (
        "holds 5 bytes; it needs 16"
        in run("report", log, "--deidentified", "--key-file", key, "-o", tmp_path / "o").output
    )
    assert "--key-file goes with --deidentified" in run("report", log, "--key-file", key, "-o", tmp_path / "o").output
    assert "the clinic's month names the clinic" in run("report", log, "--clinic", "--deidentified").output
    missing = run("report", log, "--deidentified", "--key-file", tmp_path / "none", "-o", tmp_path / "o")
    assert "cannot be read" in missing.output


def test_a_deidentified_report_is_not_signed(tmp_path):
    path = tmp_path / "clinic.db"
    clinic(path)
    with titration.open(path, by="clinician-1") as log:
        report = log.chart("P001").report("2025-03", pictures=False, study_id="S001")
        with pytest.raises(AppendRefused, match="was not made from"):
            log.sign(report)


def test_the_newest_whole_period_ends_by_the_day_asked_for():
    day_0 = times.parse_day("2026-01-01")
    ends = {
        last: deidentified.period(times.parse_day(last), day_0)
        for last in ("2026-01-27", "2026-01-28", "2026-02-24", "2026-02-25")
    }
    assert {last: tuple((day - day_0).days for day in found) for last, found in ends.items()} == {
        "2026-01-27": (-28, -1), "2026-01-28": (0, 27), "2026-02-24": (0, 27), "2026-02-25": (28, 55),
    }  # fmt: skip
