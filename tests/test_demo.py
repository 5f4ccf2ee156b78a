"""The demo clinic: the same every time, through the same door, with something of everything."""

import pandas as pd

from titration import demo, records
from titration.demo.published import CODE
from titration.derive import reconcile


def test_the_demo_is_the_same_every_time_fits_its_seals_and_keeps_no_state(demo_log, tmp_path, monkeypatch):
    monkeypatch.setenv("TITRATION_STATE", str(tmp_path / "state"))
    with demo.build(tmp_path / "again.db") as log:
        assert log.head == demo_log.head
        assert log.verify().fits
        assert log.is_demo
    assert not (tmp_path / "state").exists()


def test_another_seed_makes_another_demo(demo_log, tmp_path):
    with demo.build(tmp_path / "other.db", seed=7) as log:
        assert log.head != demo_log.head


def test_it_holds_twelve_patients_and_the_published_case_with_its_citation(demo_log):
    assert sorted(demo_log.patients()["patient"]) == [*[f"P{n:03d}" for n in range(1, 13)], CODE]
    assert "discovery.researcher.life" in demo_log.notes(patient=CODE)["words"].iloc[0]
    assert demo_log.doses(patient=CODE)["dose_mcg_per_day"].tolist() == [310, 360, 220, 60]
    assert set(demo_log.doses(patient=CODE)["timing"]) == {"assigned"}
    assert demo_log.scores(patient=CODE)["as_stated"].dropna().tolist() == ["MAS 5 (the scale ends at 4)"]


def test_some_keep_a_diary_and_most_are_scored_at_visits_only(demo_log):
    scores = demo_log.scores()
    diary = scores[scores["collected"].isin(["app", "paper"])]
    assert set(diary["patient"]) == {"P001", "P006"}
    seen = scores[scores["collected"] == "visit"].groupby("patient").size()
    assert (seen > 10).sum() >= 9
    assert demo_log.scores(patient="P012").empty


def test_it_has_a_flex_program_a_plan_an_explant_a_correction_and_a_moved_note(demo_log):
    assert "flex" in set(demo_log.doses(patient="P003")["mode"])
    assert not demo_log.dose_steps(patient="P003").empty
    assert set(demo_log.plans(patient="P008")["status"]) == {"programmed", "planned"}
    assert demo_log.patient_states(patient="P007")["following"].tolist()[-1] == "explanted"
    actions = set(demo_log.history()["action"])
    assert {"append", "corrected", "moved", "entered in error"} <= actions
    assert demo_log.notes(patient="P010").empty
    assert len(demo_log.notes(patient="P003")) == 1


def test_its_steps_add_up_to_the_daily_dose(demo_log):
    for row in demo_log.doses(patient="P003").query("mode == 'flex'")["row"]:
        change = demo_log.record(row)
        (total,) = records.daily_totals(change.steps).values()
        assert abs(total - change.dose_mcg_per_day) < 0.1


def test_the_pump_is_read_at_most_visits_and_one_readout_is_unexplained(demo_log):
    visits, readouts = demo_log.visits(), demo_log.readouts()
    later = visits[~visits["visit"].isin(["implant", "screening", "phone", "ward"]) & (visits["patient"] != "P011")]
    assert set(zip(later["patient"], later["visited_on"], strict=True)) == set(
        zip(readouts["patient"], readouts["read_on"], strict=True)
    )
    frames = {name: getattr(demo_log, name)() for name in ("doses", "plans", "readouts", "patient_states")}
    unexplained = reconcile.unexplained(frames, zone=demo_log.zone, until=pd.Timestamp("2026-11-13T12:00Z"))
    assert unexplained[["patient", "found_dose_mcg_per_day"]].to_numpy().tolist() == [["P010", 115.0]]


def test_every_programs_sums_fit_its_stated_daily_dose(demo_log):
    changes = [demo_log.record(row) for row in demo_log.doses()["row"]]
    assert all(line.fits for change in changes for line in records.closure(change))
    modes = {change.mode for change in changes}
    assert {"flex", "periodic bolus", "constant flow", "minimum rate", "stopped"} <= modes
    weekdays = [c for c in changes if c.patient == "P006" and c.mode == "flex"]
    assert len(records.daily_totals(weekdays[-1].steps)) == 7
    constant = [c for c in changes if c.mode == "constant flow"]
    assert [c.flow_ml_per_day * c.concentration_mcg_per_ml for c in constant] == [c.dose_mcg_per_day for c in constant]


def test_the_reservoir_never_runs_dry_and_the_volumes_follow_the_program(demo_log):
    refills = demo_log.refills().dropna(subset="expected_ml")
    assert refills["expected_ml"].min() > 2
    assert (refills["withdrawn_ml"] - refills["expected_ml"]).abs().max() < 2.5


def test_it_has_boluses_of_each_kind_and_a_screening_trial_scored_by_the_hour(demo_log):
    assert set(demo_log.boluses()["bolus"]) == {"priming", "bridge", "screening"}
    trial = demo_log.boluses("P009").query("bolus == 'screening'")
    assert trial["dose_mcg"].tolist() == [50, 75]
    scores = demo_log.scores("P009").query("scale == 'nrs_spasticity'")
    hours = (scores["observed_at"] - trial["given_at"].iloc[0]).dt.total_seconds() / 3600
    assert hours[hours.between(-1, 8)].tolist() == [-0.5, 0.5, 1, 2, 4, 6, 8]


def test_it_has_catheters_goals_schedules_a_statement_and_a_completed_event(demo_log):
    assert demo_log.catheters()["patient"].value_counts().to_dict()["P002"] == 2
    goals, ratings = demo_log.goals(), demo_log.goal_ratings()
    assert set(goals["patient"]) == {"P001", "P003", "P008"}
    assert set(ratings["goal"]) == set(goals["row"])
    assert set(demo_log.diary_schedules()["patient"]) == {"P001", "P006"}
    assert demo_log.statements()["document"].tolist() == ["report 2026-09"]
    history = demo_log.history("P006")
    assert "completed" in set(history["action"])
    (ward,) = demo_log.events("P006").query("subtype == 'admission'").to_dict("records")
    assert ward["ended_on"] == pd.Timestamp("2026-05-15")
    inside = demo_log.scores("P006").query("collected == 'paper' and '2026-05-05' <= observed_on <= '2026-05-15'")
    assert inside.empty


def test_the_last_patient_is_nearly_empty(demo_log):
    chart = demo_log.chart("P012")
    assert {name for name, frame in chart.frames.items() if len(frame)} == {"patients", "patient_states"}
