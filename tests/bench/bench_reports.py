"""Two hundred patients' reports, four outputs each, on two processes, against the figures of these reports drawn one by one."""

import shutil

import grown
import numpy as np
import pandas as pd
from table import Case, Work

import titration
from titration.cli import reports
from titration.records import DoseChange, Score
from titration.report import picture
from titration.report.window import month, until

MONTH = "2025-03"
FIGURES = 4
"""A year in strips, three months, scores at each dose, the diary day by day: what a report of such a patient holds."""


def clinic(place):
    """A log of that many patients: twenty changes and two years of a daily diary each."""
    path, n = place.file("clinic.db"), place.n(200, 6)
    if path.exists():
        return path
    log = grown.started(path.with_suffix(".part"), n)
    first = np.datetime64("2023-04-01T09:00:00", "s")
    day = np.arange(730)
    rng = np.random.default_rng(3)
    with log:
        log.append(
            pd.concat([
                pd.DataFrame({"patient": grown.code(k), "scale": "nrs_spasticity", "reporter": "patient", "collected": "app",
                              "observed_at": pd.DatetimeIndex(first + day * np.timedelta64(1, "D")).tz_localize("UTC"),
                              "value": rng.integers(0, 11, len(day)).astype("float64")}) for k in range(n)
            ], ignore_index=True), kind=Score)  # fmt: skip
        for k in range(n):
            at = pd.DatetimeIndex(first + np.arange(20) * np.timedelta64(35, "D")).tz_localize("UTC")
            frame = pd.DataFrame({"patient": grown.code(k), "effective_at": at, "mode": "simple continuous", "status": "done",
                                  "dose_mcg_per_day": 100.0 + 5 * np.arange(20), "concentration_mcg_per_ml": 500.0})  # fmt: skip
            grown.agreed(log, frame, DoseChange)
    path.with_suffix(".part").rename(path)
    return path


def batch(place):
    path, out = clinic(place), place.file("reports")
    log = titration.open(path)
    patients = tuple(log.patients()["patient"])

    def drawn():
        for patient in patients:
            chart = log.chart(patient)
            days = month(MONTH, chart.zone)
            own = until(chart.frames, patient, days)
            figures = picture.Drawn(own, patient, days, chart.scales)
            assert len([*picture.front(figures), *picture.behind(figures)]) == FIGURES

    def afresh():
        shutil.rmtree(out, ignore_errors=True)

    def made():
        assert reports.write_reports(log, MONTH, patients, out, replace=True) >= 4 * len(patients)

    def written():
        if not out.exists():
            made()

    def with_weasyprint():
        import weasyprint

        for page in sorted(out.glob("*.html"))[:3]:
            weasyprint.HTML(page).write_pdf()

    cases = [
        Case("their figures drawn one after another", drawn),
        Case("titration report: four outputs each, two processes", made, afresh),
        Case("WeasyPrint: the PDF alone, of three patients, out of our HTML", with_weasyprint, written),
    ]
    return Work(
        "reports", "200 patients' reports, four outputs each", "titration report: four outputs each, two processes",
        "their figures drawn one after another", 0.8, tuple(cases), rounds=1, note="one round: it takes minutes", is_long=True,
    )  # fmt: skip


WORKS = {"reports": batch}
