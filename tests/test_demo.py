"""The demo clinic: the same every time, through the same door, with something of everything."""

import titration
from titration import demo
from titration.demo.published import CODE


def test_the_demo_is_the_same_every_time(tmp_path):
    heads = []
    for name in ("a.db", "b.db"):
        with demo.build(tmp_path / name) as log:
            heads.append(log.head)
    assert heads[0] == heads[1]
    with demo.build(tmp_path / "c.db", seed=7) as log:
        assert log.head != heads[0]


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
        (total,) = titration.records.daily_totals(change.steps).values()
        assert abs(total - change.dose_mcg_per_day) < 0.1


def test_it_fits_its_seals_and_keeps_no_state(tmp_path, monkeypatch):
    monkeypatch.setenv("TITRATION_STATE", str(tmp_path / "state"))
    with demo.build(tmp_path / "demo.db") as log:
        assert log.verify().fits
        assert log.is_demo
    assert not (tmp_path / "state").exists()
