"""Who the patients are: hand-counted, small cells as they are, and one frame of many patients."""

import build
import pandas as pd
import pytest

from titration.cohort import table, therapy, traces
from titration.headings import headings, shown
from titration.records import Patient, PatientState, Pump

UNTIL = pd.Timestamp("2026-01-01T00:00Z")


def clinic():
    return build.frames(
        Patient(patient="P001", birth_year=1974, sex="female"), Patient(patient="P002", birth_year=2010),
        Patient(patient="P003"),
        PatientState(patient="P001", noted_on="2024-12-01", diagnosis="multiple sclerosis", following="active"),
        PatientState(patient="P002", noted_on="2024-12-01", diagnosis="cerebral palsy"),
        PatientState(patient="P002", noted_on="2025-07-02", following="transferred"),
        Pump(patient="P001", implanted_on="2025-01-01"),
        build.dose("2025-01-02T10:00+00:00", 100), build.dose("2025-03-01T10:00+00:00", 120),
        build.dose("2025-01-01T00:00+00:00", 80, patient="P002", mode="flex"),
    )  # fmt: skip


def test_therapy_runs_from_the_implant_or_the_first_program_to_its_end_or_the_end_of_the_record():
    made = therapy.therapies(clinic(), zone="UTC", until=UNTIL).set_index("patient")
    assert made["began_by"].fillna("").tolist() == ["implant", "first program", ""]
    assert made["is_ongoing"].tolist() == [True, False, False]
    assert made["years_on_therapy"].iloc[0] == pytest.approx(365 / 365.25)
    assert made["years_on_therapy"].iloc[1] == pytest.approx(182 / 365.25)
    assert made.loc["P002", "ended_at"] == pd.Timestamp("2025-07-02T00:00Z")
    assert made["dose_mcg_per_day"].iloc[0] == 120
    assert made[["dose_mcg_per_day", "mode"]].iloc[1:].isna().all(axis=None)


def test_what_is_recorded_after_the_end_of_the_record_is_not_taken():
    made = therapy.therapies(clinic(), zone="UTC", until=pd.Timestamp("2025-02-01T00:00Z")).set_index("patient")
    assert made["is_ongoing"].tolist() == [True, True, False]
    assert made["dose_mcg_per_day"].tolist()[:2] == [100, 80]


def test_the_table_counts_what_is_stated_and_what_is_not():
    made = table.table_one(clinic(), zone="UTC", until=UNTIL)
    counts = {(row.item, row.level): (row.n, row.of) for row in made.itertuples()}
    assert counts["patients", "all"] == (3, 3)
    assert counts["therapy", "on therapy"] == counts["therapy", "ended"] == (1, 3)
    assert counts["therapy", "no implant or program on record"] == (1, 3)
    assert counts["age", "under 18"] == counts["age", "40 to 64"] == counts["age", "not stated"] == (1, 3)
    assert counts["sex", "not stated"] == (2, 3)
    assert counts["diagnosis", "cerebral palsy"] == (1, 3)
    assert counts["mode in force", "simple continuous"] == (1, 1)
    assert counts["last recorded programmed dose", "all"] == (1, 3)
    (dose,) = made.loc[(made["item"] == "last recorded programmed dose") & (made["level"] == "all"), "median"]
    assert dose == 120


def test_quartiles_lie_in_a_straight_line_between_neighbours():
    frames = build.frames(
        *[Patient(patient=f"P00{n}") for n in range(1, 5)],
        *[build.dose("2025-06-01", mcg, patient=f"P00{n}") for n, mcg in enumerate((100, 200, 300, 400), 1)],
    )
    made = table.table_one(frames, zone="UTC", until=UNTIL)
    row = made[(made["item"] == "last recorded programmed dose") & (made["level"] == "all")].iloc[0]
    assert (row["low"], row["q1"], row["median"], row["q3"], row["high"]) == (100, 175, 250, 325, 400)


def test_an_empty_log_has_a_table_of_the_same_columns():
    made = table.table_one(build.frames(), zone="UTC", until=UNTIL)
    assert made.columns.tolist() == list(table.TABLE)
    assert made["n"].tolist()[0] == 0
    assert therapy.therapies(build.frames(), zone="UTC", until=UNTIL).empty
    assert traces.traces(build.frames(), zone="UTC", until=UNTIL).empty


def test_a_trace_has_the_dose_in_force_at_each_month_and_none_before_the_first_program():
    made = traces.traces(clinic(), zone="UTC", until=UNTIL)
    own = made[made["patient"] == "P001"]["dose_mcg_per_day"]
    assert own.isna().tolist() == [True] + [False] * 11  # on the day of the implant no program yet
    assert own.tolist()[1:4] == [100, 120, 120]  # after 30, 61 and 91 days; changed after 59
    assert made[made["patient"] == "P002"]["month"].max() == 5  # transferred after 182 days


def test_percentiles_are_of_those_who_have_that_month():
    made = traces.percentiles(traces.traces(clinic(), zone="UTC", until=UNTIL)).set_index("month")
    assert made["n"].tolist()[:3] == [1, 2, 2]
    assert made.loc[1, "p50"] == 90
    assert made.loc[11, "n"] == 1


def test_one_who_joins_changes_nothing_of_another():
    alone = clinic()
    other = dict(alone)
    other["patients"] = alone["patients"][alone["patients"]["patient"] == "P001"]
    one, all_ = (therapy.therapies(f, zone="UTC", until=UNTIL) for f in (other, alone))
    pd.testing.assert_frame_equal(one, all_[all_["patient"] == "P001"].reset_index(drop=True))


def test_a_log_gives_its_cohort_as_it_stood(demo_log):
    cohort = demo_log.cohort()
    assert cohort.table["n"].iloc[0] == 13
    assert demo_log.cohort(asof=20).asof == 20
    assert demo_log.cohort(asof=20).table["n"].iloc[0] < 13
    assert cohort.picture("dose-traces").twin.startswith("Daily dose as programmed by months on therapy, 11 patients")
    with pytest.raises(LookupError, match="'ranking' is not a picture of many patients; they are swimmer, dose-traces"):
        cohort.picture("ranking")
    with pytest.raises(AttributeError):
        cohort.asof = 3


def test_a_log_shows_a_card_of_itself(demo_log):
    card = demo_log._repr_html_()
    for said in ("<b>Demo clinic (made up)</b>", ">patients<", ">13<", ">open<", ">for reading<", demo_log.zone):
        assert said in card


def test_a_shown_frame_has_units_in_its_headings_and_numbers_as_printed():
    frame = pd.DataFrame(
        {"dose_mcg_per_day": [120.0, 0.5], "ended_on": [None, None], "words": ["<b>", "x"], "is_late": [True, False]}
    )
    made = shown(frame)._repr_html_()
    assert ">dose (mcg/day)<" in made
    assert ">120<" in made
    assert ">0.5<" in made
    assert "&lt;b&gt;" in made
    assert ">yes<" in made
    assert "2 rows; nothing recorded in: ended on" in made
    assert "dose (mcg/day)" in repr(shown(frame))
    assert frame.columns[0] == "dose_mcg_per_day"


def test_headings_know_the_declared_units(demo_log):
    made = headings(demo_log.refills())
    assert made["withdrawn_ml"] == "withdrawn (mL)"
    assert made["concentration_mcg_per_ml"] == "concentration (mcg/mL)"
    assert headings(pd.DataFrame(columns=["birth_year"]))["birth_year"] == "birth year (year)"


def test_a_long_frame_is_cut_and_says_so():
    made = shown(pd.DataFrame({"n": range(50)}))._repr_html_()
    assert made.count("<tr>") == 41
    assert "50 rows; the first 40 are shown" in made
