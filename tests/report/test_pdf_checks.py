"""The PDFs pass the checks of two checkers of tagged PDF; what either says beyond that is known, and why it is so."""

import outloud
import pdfua
import pytest
from pypdf import PdfWriter
from report import sample

import titration
from titration import papers
from titration.records import DoseChange, Patient, Pump, Readout, Refill
from titration.report import build as report_of

KNOWN = {
    "TBL-014": "the axes of small charts beside each other are taken for the rules of a table; they are a figure with words",
}
"""Remarks that are left, by rule of the checker."""


def passes(path):
    said = outloud.check(path)
    assert said.errors == 0
    assert [finding for finding in said.findings if finding.rule not in KNOWN] == []
    assert [str(finding) for finding in pdfua.validate(path).findings] == []


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    path = tmp_path_factory.mktemp("papers") / "clinic.db"
    made = titration.create(path, site="North clinic", zone="Europe/London", by="clinician-1")
    made.append(
        Patient(patient="P001", birth_year=1974),
        Pump(patient="P001", implanted_on="2025-01-14", model="SynchroMed II", reservoir_ml=40, eri_on="2031-06-01"),
        DoseChange(patient="P001", effective_on="2025-01-14", mode="simple continuous", dose_mcg_per_day=100),
        Refill(patient="P001", filled_on="2025-10-01", injected_ml=40, next_booked_on="2025-12-20"),
        Readout(patient="P001", read_on="2025-10-02", dose_mcg_per_day=100, mode="simple continuous"),
    )
    with made:
        yield made


PAPERS = {
    "card": lambda log: log.chart("P001").card(),
    "due": lambda log: log.due("2025-11-01", "2026-01-31"),
    "audit": lambda log: log.audit("2025-01-01", None),
    "clinic": lambda log: papers.clinic(log, "2025-10"),
}


@pytest.mark.parametrize("name", PAPERS)
def test_a_paper_of_one_sheet_passes_the_checks_of_both_checkers(name, log, tmp_path):
    path = tmp_path / "paper.pdf"
    path.write_bytes(PAPERS[name](log).pdf())
    passes(path)


def test_a_month_with_its_pictures_passes_the_checks_of_both_checkers(tmp_path):
    path = tmp_path / "report.pdf"
    path.write_bytes(report_of(sample.chart(*sample.all_of_it()), "2026-10").pdf())
    passes(path)


def test_a_pdf_without_tags_does_not_pass_either_of_them(tmp_path):
    """So that the tests above can fail."""
    path, blank = tmp_path / "untagged.pdf", PdfWriter()
    blank.add_blank_page(595, 842)
    blank.write(path)
    assert outloud.check(path).errors > 0
    assert pdfua.validate(path).findings
