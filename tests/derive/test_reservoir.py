"""The reservoir: vectors of section 1.7 of the clinical reference."""

import build
import pandas as pd
import pytest

from titration.derive import reservoir
from titration.records import Refill


def fill(on, **more):
    return Refill(patient=more.pop("patient", "P001"), filled_on=on, **more)


@pytest.mark.parametrize(
    ("mcg", "strength", "ml_per_day"),
    [(250, 500, 0.5), (250, 2000, 0.125), (800, 2000, 0.4), (0, 500, 0)],
)
def test_flow_is_dose_by_concentration(mcg, strength, ml_per_day):
    doses = build.frames(build.dose("2026-01-01", mcg, concentration_mcg_per_ml=strength))["doses"]
    assert reservoir.flow(doses)["flow_ml_per_day"].tolist() == [ml_per_day]


@pytest.mark.parametrize("strength", [None, 0])
def test_flow_is_missing_without_a_concentration(strength):
    doses = build.frames(build.dose("2026-01-01", 100, concentration_mcg_per_ml=strength))["doses"]
    assert reservoir.flow(doses)["flow_ml_per_day"].isna().all()


@pytest.mark.parametrize(("expected", "withdrawn", "pct"), [(14, 16, 100 * 2 / 6), (4, 6, 100 * 2 / 36)])
def test_two_ml_are_a_third_of_six_and_a_twentieth_of_thirty_six(expected, withdrawn, pct):
    injected = expected + (6 if expected == 14 else 36)
    refills = build.frames(
        fill("2026-01-01", injected_ml=injected), fill("2026-03-01", expected_ml=expected, withdrawn_ml=withdrawn)
    )["refills"]
    made = reservoir.discrepancy(refills, zone="UTC")
    assert made["difference_ml"].tolist()[1] == 2
    assert made["difference_pct"].tolist()[1] == pytest.approx(pct)


@pytest.mark.parametrize(
    ("expected", "withdrawn", "words"),
    [
        (4.1, 4.4, "0.3 mL more left than expected"),
        (4.4, 4.1, "0.3 mL less left than expected"),
        (4.1, 4.1, "as much left as expected"),
    ],
)
def test_the_sign_is_said_in_words(expected, withdrawn, words):
    refills = build.frames(fill("2026-01-01", expected_ml=expected, withdrawn_ml=withdrawn))["refills"]
    assert reservoir.discrepancy(refills, zone="UTC")["difference_words"].tolist() == [words]


def test_without_a_printed_volume_there_is_no_difference():
    refills = build.frames(fill("2026-01-01", withdrawn_ml=4), fill("2026-02-01", patient="P002", expected_ml=3))[
        "refills"
    ]
    made = reservoir.discrepancy(refills, zone="UTC")
    assert made[["difference_ml", "difference_pct"]].isna().all(axis=None)
    assert made["difference_words"].isna().all()


def test_the_volume_due_is_of_the_same_patient_and_above_zero():
    refills = build.frames(
        fill("2026-01-01", injected_ml=20), fill("2026-02-01", patient="P002", expected_ml=3, withdrawn_ml=3),
        fill("2026-03-01", expected_ml=22, withdrawn_ml=22),
    )["refills"]  # fmt: skip
    assert reservoir.discrepancy(refills, zone="UTC")["due_ml"].isna().all()


def test_order_and_index_of_the_rows_stay():
    refills = build.frames(fill("2026-03-01", expected_ml=4, withdrawn_ml=5), fill("2026-01-01", injected_ml=20))[
        "refills"
    ]
    refills.index = pd.Index([9, 4])
    made = reservoir.discrepancy(refills, zone="UTC")
    assert made.index.tolist() == [9, 4]
    assert made["due_ml"].tolist()[0] == 16
