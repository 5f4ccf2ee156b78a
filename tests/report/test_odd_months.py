"""One page for each odd month, kept as text in tests/artefacts/report to be read, and made again here.

Where a page is meant to change: run this file with REPORT_ARTEFACTS=write, read what it wrote, and keep it.
"""

import datetime as dt
import os
from pathlib import Path

import build
import pandas as pd
import pytest
from report import sample

from titration.records import DiarySchedule, Patient, PatientState, Refill, Visit
from titration.report.window import MOMENTS

PAGES = Path(__file__).parents[1] / "artefacts" / "report"


def nrs(day, value=4, **more):
    return build.score(day.isoformat(), value, reporter="patient", collected="app", **more)


def days(first, n):
    return [dt.date.fromisoformat(first) + dt.timedelta(days=i) for i in range(n)]


def diary(first, n, **more):
    return DiarySchedule(patient="P001", scale="nrs_spasticity", from_on=first, **more), *map(nrs, days(first, n))


def ten_years():
    """A visit with a refill every ninety days, a change at every second, from 2016 on."""
    visits = [dt.date(2016, 10, 20) + dt.timedelta(days=90 * i) for i in range(41)]
    for i, day in enumerate(visits):
        yield Visit(patient="P001", visited_on=day, visit="refill", seen_by="clinician-1")
        yield Refill(patient="P001", filled_on=day, drug="baclofen", concentration_mcg_per_ml=500, expected_ml=4,
                     withdrawn_ml=4 + i % 3 / 10, injected_ml=20)  # fmt: skip
        yield build.score(day.isoformat(), 3 + i % 3, reporter="patient", collected="visit")
        if i % 2 == 0:
            yield sample.dose(day.isoformat(), 100 + i, reason="review")


MONTHS = {
    "no rows": ("2026-10", ()),
    "one score": ("2026-10", (build.score("2026-10-08", 4, reporter="patient", collected="visit"),)),
    "the clock goes back": ("2026-10", (
        sample.dose("2026-10-25T01:30+01:00", 100), sample.dose("2026-10-25T01:30+00:00", 110), *diary("2026-10-01", 31),
    )),
    "the clock goes forward": ("2026-03", (
        sample.dose("2026-03-29T00:59+00:00", 100), sample.dose("2026-03-29T02:00+01:00", 110), *diary("2026-03-01", 31),
    )),
    "started in the month": ("2026-10", (
        Patient(patient="P001", birth_year=2001), sample.dose("2026-10-15T10:00+01:00", 50, reason="start"),
        *diary("2026-10-16", 10),
    )),
    "left in the month": ("2026-10", (
        sample.dose("2026-08-15T10:00+01:00", 50), *diary("2026-10-01", 12),
        PatientState(patient="P001", noted_on="2026-10-12", following="transferred"),
    )),
    "ten years": ("2026-10", tuple(ten_years())),
}  # fmt: skip


@pytest.mark.parametrize("name", MONTHS)
def test_the_page_of_an_odd_month_reads_as_it_was_kept(name):
    month, records = MONTHS[name]
    chart = sample.chart(*records)
    for frame_name, frame in chart.frames.items():
        stem = MOMENTS.get(frame_name)
        for column in ("recorded_at", "first_recorded_at"):
            if stem is not None and column in frame:  # each entered on its own day, so that none is late
                frame[column] = (frame[f"{stem}_on"].dt.tz_localize("UTC") + pd.Timedelta(hours=18)).astype(
                    frame[column].dtype
                )
    page = sample.undrawn(chart, month).text()
    kept = PAGES / f"{name.replace(' ', '-')}.txt"
    if os.environ.get("REPORT_ARTEFACTS") == "write":
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(page)
    assert page == kept.read_text()


def test_the_hour_that_comes_twice_is_told_apart():
    page = (PAGES / "the-clock-goes-back.txt").read_text()
    assert "01:30+01:00" in page
    assert "Effective          2026-10-25 01:30+00:00" in page


@pytest.mark.parametrize(
    ("name", "said"),
    [
        # 16 to 31 October are 16 days; 10 of them filled
        ("started-in-the-month", "10 of 16 entries expected (62.5 %)"),
        ("left-in-the-month", "no program is on record after that"),
        ("the-clock-goes-forward", "31 of 31 entries expected (100 %)"),
        ("no-rows", "the last recorded programmed dose: no dose change is on record"),
        ("ten-years", "Dose changes on record up to its end: 21."),
    ],
)
def test_an_odd_month_says_what_matters(name, said):
    page = " ".join((PAGES / f"{name}.txt").read_text().split())
    assert said in page
