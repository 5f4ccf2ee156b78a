"""Boluses on their own terms: bridges, patient-activated ones, screening; worked by hand."""

import build
import pandas as pd
import pytest

from titration.derive import boluses
from titration.records import Bolus, Readout

ZONE = "Europe/London"


def bolus(kind, when, patient="P001", **more):
    key = "given_on" if len(when) == 10 else "given_at"
    return Bolus(patient=patient, bolus=kind, **{key: when}, **more)


def readout(when, patient="P001", **more):
    key = "read_on" if len(when) == 10 else "read_at"
    return Readout(patient=patient, **{key: when}, **more)


def bridges(*records):
    return boluses.bridges(build.frames(*records)["boluses"], zone=ZONE)


def activated(*records):
    return boluses.patient_activated(build.frames(*records), zone=ZONE)


def screened(*records):
    return boluses.screening(build.frames(*records), zone=ZONE)


def test_a_bridge_runs_from_its_start_for_its_duration_at_the_dose_the_clinician_states():
    made = bridges(
        bolus(
            "bridge", "2026-10-08T10:00+01:00", volume_ml=0.208, duration_min=5990,
            old_concentration_mcg_per_ml=500, new_concentration_mcg_per_ml=2000, bridge_dose_mcg_per_day=100,
        )
    ).iloc[0]  # fmt: skip
    assert made["start"] == pd.Timestamp("2026-10-08T09:00Z")
    assert made["end"] == pd.Timestamp("2026-10-12T12:50Z")  # 5990 min are 4 days, 3 h and 50 min
    assert (made["old_concentration_mcg_per_ml"], made["new_concentration_mcg_per_ml"]) == (500, 2000)
    assert (made["bridge_dose_mcg_per_day"], made["says"]) == (100, "as the clinician states it")


def test_a_bridge_without_a_stated_daily_dose_is_not_determined_and_neither_zero_nor_its_amount():
    made = bridges(bolus("bridge", "2026-10-08", dose_mcg=104)).iloc[0]
    assert pd.isna(made["bridge_dose_mcg_per_day"])
    assert made["says"] == "not determined by the record"
    assert pd.isna(made["end"])
    assert made["by_day"]


def test_only_bridges_are_bridges():
    assert bridges(bolus("priming", "2026-10-08", volume_ml=0.2), bolus("single", "2026-10-08", dose_mcg=25)).empty


def three_a_day(when, most=3, **more):
    return build.dose(when, mode="flex", patient_bolus_mcg=5, patient_bolus_max_per_day=most, **more)


def test_patient_activated_boluses_are_an_amount_between_two_readouts():
    made = activated(
        three_a_day("2026-08-01"),
        readout("2026-09-01T10:00+01:00", patient_boluses=0),
        readout("2026-09-11T22:00+01:00", patient_boluses=12, patient_boluses_mcg=60),
    ).iloc[1]
    assert (made["n"], made["amount_mcg"]) == (12, 60)
    assert made["days"] == 10.5
    assert made["allowed"] == 31.5  # 10.5 days x 3
    assert not made["by_day"]


def test_the_allowed_maximum_follows_the_program_in_force():
    made = activated(
        three_a_day("2026-08-01"),
        readout("2026-09-01", patient_boluses=0),
        three_a_day("2026-09-05", most=4),
        readout("2026-09-11", patient_boluses=12),
    ).iloc[1]
    assert made["allowed"] == 4 * 3 + 6 * 4


def test_where_a_program_of_that_time_states_no_maximum_there_is_none():
    made = activated(
        three_a_day("2026-08-01"),
        readout("2026-09-01", patient_boluses=0),
        build.dose("2026-09-05"),
        readout("2026-09-11", patient_boluses=12),
        three_a_day("2026-09-11T12:00+01:00"),
        readout("2026-09-12T12:00+01:00", patient_boluses=1),
        readout("2026-09-14T12:00+01:00", patient_boluses=1),
    )
    assert made["allowed"].isna().tolist() == [True, True, True, False]
    assert made["allowed"].tolist()[3] == 6


def test_the_first_readout_has_no_beginning():
    made = activated(three_a_day("2026-08-01"), readout("2026-09-01", patient_boluses=40)).iloc[0]
    assert pd.isna(made["start"])
    assert pd.isna(made["days"])
    assert pd.isna(made["allowed"])
    assert made["n"] == 40


def test_a_readout_that_says_nothing_of_them_still_ends_the_time_before():
    made = activated(
        three_a_day("2026-08-01"),
        readout("2026-09-01", patient_boluses=0),
        readout("2026-09-10", reservoir_ml=12),
        readout("2026-09-11", patient_boluses=2),
    )
    assert made["days"].tolist()[1] == 1
    assert len(made) == 2


def test_two_patients_are_told_apart():
    made = activated(
        three_a_day("2026-08-01"),
        three_a_day("2026-08-01", most=5, patient="P002"),
        readout("2026-09-01", patient_boluses=0),
        readout("2026-09-01", patient_boluses=0, patient="P002"),
        readout("2026-09-03", patient_boluses=1),
        readout("2026-09-02", patient_boluses=1, patient="P002"),
    )
    assert made[made["start"].notna()][["patient", "allowed"]].to_numpy().tolist() == [["P001", 6], ["P002", 5]]


def score(when, value=5, **more):
    return build.score(when, value, **more)


def test_a_score_belongs_to_the_last_screening_bolus_before_it_by_the_hours_since():
    made = screened(
        bolus("screening", "2026-10-08T10:00+01:00", dose_mcg=50, route="lumbar puncture"),
        bolus("screening", "2026-10-09T10:30+01:00", dose_mcg=75, route="lumbar puncture"),
        score("2026-10-08T09:30+01:00", 8),  # before any
        score("2026-10-08T10:00+01:00", 8),  # at the very time: neither before nor after
        score("2026-10-08T11:00+01:00", 7),
        score("2026-10-08T14:00+01:00", 4),
        score("2026-10-09T10:00+01:00", 7),  # 24 h
        score("2026-10-09T10:15+01:00", 7),  # 24.25 h after the first, before the second
        score("2026-10-09T14:30+01:00", 2),
        score("2026-10-09", 3),  # no time, no hours
        score("2026-10-08T12:00+01:00", 6, patient="P002"),
    )
    assert made["hours_since_bolus"].tolist() == [1, 4, 24, 4]
    assert made["dose_mcg"].tolist() == [50, 50, 50, 75]
    assert made["value"].tolist() == [7, 4, 7, 2]


def test_hours_are_true_hours_over_a_switch_of_the_clock():
    made = screened(bolus("screening", "2026-10-24T22:00+01:00", dose_mcg=50), score("2026-10-25T02:00+00:00", 4))
    assert made["hours_since_bolus"].tolist() == [5]


def test_only_a_screening_bolus_has_hours_after_it():
    assert screened(bolus("priming", "2026-10-08T10:00+01:00", dose_mcg=50), score("2026-10-08T11:00+01:00", 4)).empty


@pytest.mark.parametrize("derive", [bridges, activated, screened])
def test_nothing_in_gives_nothing_out_with_the_same_dtypes(derive):
    full = derive(
        bolus("bridge", "2026-10-08", volume_ml=0.2),
        bolus("screening", "2026-10-08T10:00+01:00", dose_mcg=50),
        readout("2026-10-08", patient_boluses=1),
        score("2026-10-08T11:00+01:00"),
    )
    empty = derive()
    assert len(full) == 1
    assert empty.empty
    assert empty.dtypes.to_dict() == full.dtypes.to_dict()
