"""The reservoir: vectors of section 1.7 of the clinical reference."""

import build
import pandas as pd
import pytest

from titration.derive import reservoir
from titration.records import Bolus, Pump, Readout, Refill


def fill(on, **more):
    when = {"filled_on": on} if len(on) == 10 else {"filled_at": on}
    return Refill(patient=more.pop("patient", "P001"), **when, **more)


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
        (4.1, 4.1, "as expected"),
        (4.1, 4.104, "0.004 mL more left than expected"),
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


def program(on, mcg=250, strength=500, **more):
    return build.dose(on, mcg, concentration_mcg_per_ml=strength, **more)


def closed(*records, zone="UTC"):
    """The last refill's closure."""
    return reservoir.closure(build.frames(*records), zone=zone).to_dict("records")[-1]


@pytest.mark.parametrize(
    ("mcg", "strength", "filled", "days", "left"),
    [(250, 500, 20, 36, 2), (250, 2000, 20, 144, 2), (250, 2000, 40, 304, 2), (800, 2000, 40, 95, 2)],
)
def test_ours_is_what_was_filled_less_flow_by_time(mcg, strength, filled, days, left):
    last = (pd.Timestamp("2026-01-01") + pd.Timedelta(days=days)).strftime("%Y-%m-%d")
    made = closed(
        program("2025-12-01", mcg, strength), fill("2026-01-01", injected_ml=filled, concentration_mcg_per_ml=strength),
        fill(last, expected_ml=left, withdrawn_ml=left + 0.5),
    )  # fmt: skip
    assert made["computed_ml"] == pytest.approx(left)
    assert (made["computed_words"], made["difference_words"]) == ("0.5 mL more left than expected",) * 2
    assert made["computed_pct"] == pytest.approx(100 * 0.5 / (filled - left))
    assert (made["says"], made["from_row"], made["days"]) == ("reckoned from the record", 1, days)


def test_ours_follows_the_staircase_to_the_minute():
    made = closed(
        program("2026-01-01T00:00+00:00", 250), fill("2026-01-01T12:00+00:00", injected_ml=20),
        program("2026-01-11T12:00+00:00", 500), fill("2026-01-13T00:00+00:00", expected_ml=13, withdrawn_ml=13.5),
    )  # fmt: skip
    assert made["computed_ml"] == 13.5  # 20 - 10 d x 0.5 - 1.5 d x 1
    assert (made["difference_words"], made["computed_words"]) == ("0.5 mL more left than expected", "as expected")


def test_a_programmed_step_flows_from_its_time_and_a_plan_never():
    made = closed(
        program("2026-01-01"), program("2026-01-11", 500, status="programmed"), program("2026-01-12", 1000, status="planned"),
        fill("2026-01-01", injected_ml=20), fill("2026-01-21", withdrawn_ml=5),
    )  # fmt: skip
    assert made["computed_ml"] == 5


def test_a_readout_that_does_not_agree_counts_as_found_from_then_on_and_is_said():
    made = closed(
        program("2026-01-01"), fill("2026-01-01", injected_ml=20), Readout(patient="P001", read_on="2026-01-11", dose_mcg_per_day=500),
        fill("2026-01-21", withdrawn_ml=5),
    )  # fmt: skip
    assert (made["computed_ml"], made["is_unexplained"]) == (5, True)


def bolus(on, kind, **more):
    when = {"given_on": on} if len(on) == 10 else {"given_at": on}
    return Bolus(patient="P001", bolus=kind, **when, **more)


@pytest.mark.parametrize(
    ("given", "ml"),
    [
        (bolus("2026-01-05", "single", dose_mcg=50), 0.1),
        (bolus("2026-01-05", "single", dose_mcg=50, volume_ml=0.2), 0.2),
        (bolus("2026-01-01", "priming", volume_ml=0.3), 0.3),
        (bolus("2026-01-01T08:00+00:00", "priming", volume_ml=0.3), 0),  # before the filling at 09:00
        (bolus("2026-01-21", "priming", volume_ml=0.3), 0),  # of the day of the next filling
        (bolus("2026-01-05", "screening", dose_mcg=50, route="lumbar puncture"), 0),
        (bolus("2026-01-05", "screening", dose_mcg=50), 0),
        (bolus("2026-01-05", "single", dose_mcg=50, route="side port"), 0),
        # a bridge of two days: its volume, less the 1 mL that would have flowed
        (bolus("2026-01-05", "bridge", volume_ml=0.4, duration_min=2880), -0.6),
        (bolus("2026-01-05", "bridge", dose_mcg=200, old_concentration_mcg_per_ml=500, duration_min=2880), -0.6),
    ],
)
def test_boluses_of_the_pump_count_by_volume_or_by_dose_and_strength(given, ml):
    made = closed(
        program("2026-01-01"), fill("2026-01-01", injected_ml=20) if given.given_at is None else
        Refill(patient="P001", filled_at="2026-01-01T09:00+00:00", injected_ml=20),
        given, fill("2026-01-21", withdrawn_ml=10),
    )  # fmt: skip
    assert made["bolus_ml"] == pytest.approx(ml)
    assert made["computed_ml"] == pytest.approx(20 - made["flow_ml"] - ml)


@pytest.mark.parametrize(
    "given",
    [
        bolus("2026-01-05", "bridge", volume_ml=0.4), bolus("2026-01-05", "bridge", dose_mcg=200, duration_min=60),
    ],
)  # fmt: skip
def test_a_bridge_without_volume_or_duration_leaves_ours_undetermined(given):
    made = closed(program("2026-01-01"), fill("2026-01-01", injected_ml=20), given, fill("2026-01-21", withdrawn_ml=10))
    assert made["says"] == "not determined by the record"
    assert made["why"].startswith("a bridge without")
    assert pd.isna(made["computed_ml"])


@pytest.mark.parametrize(
    ("read", "left"),
    [
        ({"patient_boluses": 10, "patient_boluses_mcg": 100}, 9.8), ({"patient_boluses": 10}, 9.8),
        ({"patient_boluses": 0}, 10), ({"reservoir_ml": 4}, None),
    ],
)  # fmt: skip
def test_patient_activated_boluses_count_as_they_were_read(read, left):
    made = closed(
        program("2026-01-01", patient_bolus_mcg=10, patient_bolus_max_per_day=4), fill("2026-01-01", injected_ml=20),
        Readout(patient="P001", read_on="2026-01-21", **read), fill("2026-01-21", withdrawn_ml=10),
    )  # fmt: skip
    assert made["says"] == ("not determined by the record" if left is None else "reckoned from the record")
    assert (None if pd.isna(made["computed_ml"]) else made["computed_ml"]) == left


def test_a_strength_in_the_reservoir_unlike_the_programs_leaves_ours_undetermined_and_shows_both():
    made = closed(
        program("2026-01-01", strength=500), fill("2026-01-01", injected_ml=20, concentration_mcg_per_ml=2000, drug="baclofen"),
        fill("2026-01-21", expected_ml=10, withdrawn_ml=15),
    )  # fmt: skip
    assert made["says"] == "not determined by the record"
    assert pd.isna(made["computed_ml"])
    assert pd.isna(made["computed_words"])
    assert made["difference_words"] == "5 mL more left than expected"
    assert (made["filled_concentration_mcg_per_ml"], made["program_concentration_mcg_per_ml"]) == (2000, 500)


def test_a_drug_in_the_reservoir_unlike_the_programs_leaves_ours_undetermined_but_case_does_not():
    def of(drug):
        return closed(
            program("2026-01-01", drug="baclofen"), fill("2026-01-01", injected_ml=20, drug=drug), fill("2026-01-21", withdrawn_ml=1)
        )  # fmt: skip

    assert of("morphine")["says"] == "not determined by the record"
    assert of("Baclofen")["says"] == "reckoned from the record"


def test_a_visit_fills_and_programs_in_whatever_order():
    new = {"concentration_mcg_per_ml": 2000}
    for filled, programmed in (("09:50", "10:20"), ("10:20", "09:50")):
        made = reservoir.closure(
            build.frames(
                program("2026-01-01"), Refill(patient="P001", filled_at=f"2026-02-01T{filled}+00:00", injected_ml=20, **new),
                program(f"2026-02-01T{programmed}+00:00", 250, 2000),
                Refill(patient="P001", filled_at=f"2026-03-01T{filled}+00:00", injected_ml=20, concentration_mcg_per_ml=500),
                program(f"2026-03-01T{programmed}+00:00", 250, 500), fill("2026-04-01", withdrawn_ml=4),
            ), zone="UTC",
        )  # fmt: skip
        assert made["says"].tolist() == ["not computable"] + ["reckoned from the record"] * 2


@pytest.mark.parametrize(
    ("records", "why"),
    [
        ([fill("2026-01-21", withdrawn_ml=1)], "no filling on record before it"),
        ([program("2026-01-01"), fill("2026-01-01"), fill("2026-01-21")], "volume injected before not stated"),
        ([program("2026-01-02"), fill("2026-01-01", injected_ml=20), fill("2026-01-21")], "no program on record for a part of that time"),
        ([build.dose("2026-01-01", 100), fill("2026-01-01", injected_ml=20), fill("2026-01-21")], "dose or concentration of the program not stated"),
    ],
)  # fmt: skip
def test_what_is_not_on_record_leaves_ours_missing_and_says_why(records, why):
    made = closed(*records)
    assert (made["says"], made["why"]) == ("not computable", why)
    assert pd.isna(made["computed_ml"])


def test_a_stopped_pump_uses_nothing_and_a_constant_flow_pump_its_own_flow():
    stopped = build.dose("2026-01-01", 0, mode="stopped")
    assert closed(stopped, fill("2026-01-01", injected_ml=20), fill("2026-01-21"))["computed_ml"] == 20
    own = program("2026-01-01", 500, 1000, mode="constant flow", flow_ml_per_day=0.6)
    assert closed(own, fill("2026-01-01", injected_ml=20), fill("2026-01-21"))["computed_ml"] == 8


def test_closure_of_one_patient_alone_is_as_among_all_and_empty_gives_empty():
    records = [program("2026-01-01", patient=who) for who in ("P001", "P002")] + [
        fill(on, patient=who, injected_ml=20, withdrawn_ml=4)
        for who in ("P002", "P001")
        for on in ("2026-01-01", "2026-01-21")
    ]
    frames = build.frames(*records, bolus("2026-01-04", "single", dose_mcg=50))
    every = reservoir.closure(frames, zone="UTC")
    for who in ("P001", "P002"):
        own = {name: frame[frame["patient"] == who] for name, frame in frames.items() if "patient" in frame}
        pd.testing.assert_frame_equal(
            every[every["patient"] == who].reset_index(drop=True), reservoir.closure(own, zone="UTC")
        )
        both = (reservoir.dates(frames, zone="UTC"), reservoir.dates(own, zone="UTC"))
        pd.testing.assert_frame_equal(both[0][both[0]["patient"] == who].reset_index(drop=True), both[1])
    for derive in (reservoir.closure, reservoir.dates):
        empty = derive(build.frames(), zone="UTC")
        assert empty.empty
        assert empty.dtypes.to_dict() == derive(frames, zone="UTC").dtypes.to_dict()


def test_dates_stand_side_by_side_with_what_came_later_and_days_between():
    frames = build.frames(
        Pump(patient="P001", implanted_on="2025-01-14", eri_on="2031-06-01"),
        build.dose("2026-08-20", 110, alarm_on="2026-12-20"), build.dose("2026-10-08T09:30+01:00", 120),
        build.dose("2026-10-26", 108),
        fill("2026-10-08", alarm_on="2027-01-20", next_booked_on="2027-01-08", use_by_on="2027-06-30"),
        Readout(patient="P001", read_on="2026-10-26", alarm_on="2027-01-29", eri_on="2031-05-01"),
    )  # fmt: skip
    made = reservoir.dates(frames, zone="Europe/London").set_index("what")
    assert made["days_after_first"].to_dict() == {
        "alarm-at-change": 0, "booked": 19, "alarm-at-refill": 31, "alarm-at-readout": 40, "use-by": 192,
        "eri-at-readout": 1593, "eri": 1624,
    }  # fmt: skip
    assert made.loc["alarm-at-change", ["says", "n_later"]].tolist() == ["printed before the refill of 2026-10-08", 3]
    # of its own day only what is known to be later: the dose change at 09:30 may have come first
    assert made.loc["alarm-at-refill", ["says", "n_later", "later_row"]].tolist() == [
        "printed before the dose change of 2026-10-26", 1, 3,
    ]  # fmt: skip
    assert made.loc[["booked", "eri", "alarm-at-readout", "use-by"], "says"].isna().all()


def test_a_date_is_marked_when_the_change_came_later_on_its_day():
    frames = build.frames(
        build.dose("2026-10-08T09:30+01:00", 110, alarm_on="2026-12-20"), build.dose("2026-10-08T15:00+01:00", 120)
    )
    (made,) = reservoir.dates(frames, zone="Europe/London").to_dict("records")
    assert (made["says"], made["later_row"]) == ("printed before the dose change of 2026-10-08", 2)
