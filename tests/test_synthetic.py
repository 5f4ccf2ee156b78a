"""The simulated clinic: frames as a log gives them, the same for the same seed, and a truth that fits them."""

import numpy as np
import pandas as pd
import pytest

import titration
from titration import columns, scales, times
from titration.demo import synthetic
from titration.demo.truth import TRUTH
from titration.derive import diary, program, reconcile
from titration.entry import bulk
from titration.records import KINDS

NAMES = [kind.frame for kind in KINDS.values()]


@pytest.fixture(scope="module")
def made():
    return synthetic(patients=60, years=2, seed=11, diaries=0.5, slips=0.02)


def truth(made, what):
    found = made.truth[made.truth["what"] == what]
    assert len(found), what
    return found


@pytest.mark.parametrize("how", [{"patients": 60, "years": 2, "diaries": 0.5}, {"patients": 1, "years": 0.5}])
@pytest.mark.parametrize("zone", ["Europe/London", "Pacific/Auckland"])
def test_every_fact_could_have_been_entered_and_has_the_columns_of_a_log(how, zone):
    made = synthetic(seed=3, zone=zone, **how)
    assert set(made.frames) == {*NAMES, "plans"}
    for kind in KINDS.values():
        frame = made.frames[kind.frame]
        columns.check(frame, columns.columns(kind))
        assert list(frame.columns) == [c.name for c in columns.columns(kind)]
        if kind.parent is None:
            given = frame[bulk.contract(kind)]
            assert bulk.fit(given, kind, zone=times.zone(zone), scales=scales.register()).faults == ()
    columns.check(made.frames["plans"], columns.columns(KINDS["dose_change"]))
    assert dict(made.truth.dtypes.astype(str)) == TRUTH


def test_the_same_seed_gives_the_same_and_another_another():
    one, same, other = (synthetic(patients=4, years=1, seed=seed) for seed in (5, 5, 6))
    for name, frame in one.frames.items():
        pd.testing.assert_frame_equal(frame, same.frames[name])
    pd.testing.assert_frame_equal(one.truth, same.truth)
    assert not one.frames["doses"].equals(other.frames["doses"])


def test_written_to_a_file_it_is_a_log_of_the_very_same_frames(tmp_path):
    made = synthetic(patients=3, years=0.6, seed=8, diaries=1.0, slips=0.05)
    with made.write(tmp_path / "synthetic.db") as log:
        assert log.verify().fits
        assert log.is_demo
        for name, frame in made.frames.items():
            given = log.plans() if name == "plans" else getattr(log, name)()
            pd.testing.assert_frame_equal(given, frame, obj=name)
    with titration.open(tmp_path / "synthetic.db") as log:
        assert len(log.scores()) == len(made.frames["scores"]) > 100


def test_every_fact_has_a_number_of_its_own_and_entries_follow_the_clock(made):
    rows = pd.concat([made.frames[name][["row", "entry", "recorded_at"]] for name in [*NAMES, "plans"]])
    assert sorted(rows["row"]) == list(range(1, len(rows) + 1))
    in_order = rows.sort_values("row")
    assert in_order["entry"].is_monotonic_increasing
    assert in_order["recorded_at"].is_monotonic_increasing
    assert in_order["entry"].iloc[0] == 2
    of_entry = rows.groupby("entry")["recorded_at"]
    assert (of_entry.min() == of_entry.max()).all()


def test_children_and_references_name_rows_that_are_there(made):
    changes = pd.concat([made.frames["doses"], made.frames["plans"]]).set_index("row")
    assert made.frames["dose_steps"]["of"].isin(changes.index).all()
    assert (changes.loc[made.frames["timed_boluses"]["of"], "mode"] == "periodic bolus").all()
    goal_of = made.frames["goal_ratings"].merge(made.frames["goals"], left_on="goal", right_on="row")
    assert len(goal_of) == len(made.frames["goal_ratings"]) > 0
    assert (goal_of["patient_x"] == goal_of["patient_y"]).all()
    big = synthetic(patients=80, years=2, seed=4)
    fulfils = big.frames["doses"].dropna(subset="fulfils").merge(big.frames["plans"], left_on="fulfils", right_on="row")
    assert len(fulfils) > 1
    assert (fulfils["status_y"] == "planned").all()
    assert (fulfils["effective_on_x"] == fulfils["effective_on_y"]).all()
    assert (fulfils["row_x"] > fulfils["row_y"]).all()


def test_most_are_seen_at_visits_only_and_both_clocks_of_the_year_are_there():
    made = synthetic(patients=200, years=1, seed=2)
    scores = made.frames["scores"]
    diary = scores.loc[scores["collected"] != "visit", "patient"].nunique()
    assert 40 <= diary <= 80
    assert set(made.frames["visits"]["visited_offset_min"]) == {0, 60}
    assert {"app", "paper"} <= set(scores["collected"])


def test_schedules_add_up_to_the_stated_daily_dose():
    made = synthetic(patients=60, years=2, seed=11, slips=0)
    doses, steps = made.frames["doses"], made.frames["dose_steps"]
    flex = steps[steps["of"].isin(doses.loc[doses["mode"] == "flex", "row"])]
    length = flex["start_min"].map({0: 6, 360: 8, 840: 10})
    total = (flex["rate_mcg_per_h"] * length).groupby([flex["of"], flex["weekday"]]).sum().groupby("of").max()
    stated = doses.set_index("row").loc[total.index, "dose_mcg_per_day"]
    assert len(total) > 10
    assert (total - stated).abs().max() < 0.02
    assert set(steps["weekday"]) > {"every day", "Monday", "Sunday"}


def test_what_was_delivered_is_known_for_every_day_from_the_implant_on(made):
    for _, own in truth(made, "delivered fraction").groupby("patient"):
        ranges = own.sort_values("since_on")
        gaps = ranges["since_on"].iloc[1:].to_numpy() - ranges["until_on"].iloc[:-1].to_numpy()
        assert (gaps == np.timedelta64(1, "D")).all()
    first = truth(made, "delivered fraction").groupby("patient")["since_on"].min()
    pumps = made.frames["pumps"].set_index("patient")["implanted_on"]
    pd.testing.assert_series_equal(first, pumps, check_names=False)


def test_the_volumes_at_the_refills_show_the_true_share_the_pump_delivered():
    made = synthetic(patients=150, years=3, seed=21, slips=0)
    with_event = set(made.truth.loc[made.truth["what"] == "catheter event", "patient"])
    ratio = truth(made, "delivered fraction").drop_duplicates("patient").set_index("patient")["value"]
    refills = made.frames["refills"].dropna(subset="expected_ml")
    refills = refills[~refills["patient"].isin(with_event)]
    used = (40 - refills[["expected_ml", "withdrawn_ml"]]).groupby(refills["patient"]).sum()
    seen = used["withdrawn_ml"] / used["expected_ml"]
    assert len(seen) > 100
    assert (seen - ratio.loc[seen.index]).abs().quantile(0.95) < 0.015


def test_an_occlusion_leaves_more_in_the_pump_and_a_leak_does_not():
    made = synthetic(patients=300, years=3, seed=21, slips=0)
    events = truth(made, "catheter event").merge(made.frames["refills"], on="patient")
    during = events[
        (events["filled_on"] > events["since_on"]) & (events["filled_on"] <= events["until_on"] + pd.Timedelta(days=1))
    ]
    more = (during["withdrawn_ml"] - during["expected_ml"]).groupby(during["words"]).median()
    assert more["occlusion"] > 1
    assert abs(more["leak"]) < 1
    assert set(events["patient"]) == set(made.frames["events"].query("subtype == 'catheter fault'")["patient"])
    assert made.frames["catheters"]["patient"].value_counts().max() == 2


def test_a_dose_changed_elsewhere_is_shown_by_a_readout_and_by_nothing_else():
    made = synthetic(patients=200, years=2, seed=5, slips=0)
    found = truth(made, "dose changed elsewhere").merge(made.frames["readouts"], on="row", suffixes=("", "_read"))
    assert (found["dose_mcg_per_day"] == found["value"]).all()
    before = pd.merge_asof(
        found.sort_values("read_at"), made.frames["doses"].sort_values("effective_at"), left_on="read_at", right_on="effective_at",
        by="patient", suffixes=("", "_set"),
    )  # fmt: skip
    assert (before["dose_mcg_per_day_set"] != before["dose_mcg_per_day"]).all()


def test_each_planted_slip_is_a_stored_row_with_the_right_value_beside_it(made):
    slips = truth(made, "slip")
    whole = {**made.frames, "doses": pd.concat([made.frames["doses"], made.frames["plans"]])}
    for line in slips.itertuples():
        frame = next(f for f in whole.values() if line.row in set(f["row"]))
        stored = frame.set_index("row").loc[line.row, line.field]
        assert stored != (line.words if line.field == "side" else line.value)
        assert frame.set_index("row").loc[line.row, "patient"] == line.patient
        if line.words == "dose x10":
            assert stored == line.value * 10
        if line.words == "digits swapped":
            assert sorted(str(int(stored))) == sorted(str(int(line.value)))
    assert set(slips["words"]) == {
        "dose x10",
        "digits swapped",
        "volumes swapped",
        "score turned round",
        "left",
        "right",
    }
    visits = made.frames["visits"]
    twice = visits[visits["row"].isin(truth(made, "entered twice")["row"])]
    assert (visits.merge(twice, on=["patient", "visited_at"]).groupby(["patient", "visited_at"]).size() == 2).all()


def test_a_diary_day_that_was_expected_is_there_or_its_reason_is_known(made):
    scores = made.frames["scores"]
    diary = scores[scores["collected"] != "visit"]
    missing = truth(made, "diary day missing")
    assert not diary.duplicated(["patient", "observed_on"]).any()
    both = missing.merge(diary, left_on=["patient", "since_on"], right_on=["patient", "observed_on"])
    assert both.empty
    begin = made.frames["diary_schedules"].query("paused == 'no'").groupby("patient")["from_on"].min()
    n = diary.groupby("patient").size().add(missing.groupby("patient").size(), fill_value=0)
    last = pd.Timestamp("2021-11-15") + pd.Timedelta(days=int(2 * 365.25) - 1)
    followed = [
        p
        for p in begin.index
        if "explanted" not in set(made.frames["patient_states"].query("patient == @p")["following"])
    ]
    assert [n[p] for p in followed] == [(last - begin[p]).days + 1 for p in followed]


def test_days_are_missing_more_often_when_they_are_bad():
    made = synthetic(patients=100, years=1, seed=9, diaries=1.0)
    missing = truth(made, "diary day missing")
    bad = missing.loc[missing["words"] == "bad day", "value"].mean()
    filled = made.frames["scores"].query("collected != 'visit'")["value"].mean()
    forgotten = missing.loc[missing["words"] == "forgotten", "value"].mean()
    assert bad > forgotten + 0.15
    assert abs(forgotten - filled) < 0.3


@pytest.mark.parametrize(("correlation", "low", "high"), [(0.0, -0.1, 0.25), (0.5, 0.3, 0.65), (0.8, 0.6, 0.95)])
def test_one_day_is_like_the_day_before_as_far_as_it_was_told_to(correlation, low, high):
    made = synthetic(patients=40, years=1, seed=9, diaries=1.0, correlation=correlation)
    diary = made.frames["scores"].query("collected != 'visit'")
    late = diary[diary["observed_on"] > "2022-05-01"]
    before = late.assign(observed_on=late["observed_on"] + pd.Timedelta(days=1))
    pairs = late.merge(before, on=["patient", "observed_on"])
    own = pairs.groupby("patient")[["value_x", "value_y"]].transform("mean")
    seen = np.corrcoef(pairs["value_x"] - own["value_x"], pairs["value_y"] - own["value_y"])[0, 1]
    assert low < seen < high


def test_app_days_are_mostly_in_the_same_night_and_paper_comes_with_the_next_visit():
    made = synthetic(patients=60, years=1, seed=9, diaries=1.0)
    diary = made.frames["scores"].query("collected != 'visit'")
    late = (
        diary["recorded_at"].dt.tz_convert(made.zone).dt.tz_localize(None).dt.normalize() - diary["observed_on"]
    ).dt.days
    assert (late >= 0).all()
    app = late[diary["collected"] == "app"]
    assert 0.8 < (app == 0).mean() < 0.95
    assert app.max() == 5
    paper = late[diary["collected"] == "paper"]
    assert paper.median() > 7


def test_what_is_derived_from_the_frames_finds_the_truth_beside_them():
    made = synthetic(patients=150, years=2, seed=5, diaries=0.4, slips=0)
    until = pd.Timestamp("2023-11-10T00:00Z")
    unexplained = reconcile.unexplained(made.frames, zone=made.zone, until=until)
    elsewhere = truth(made, "dose changed elsewhere")
    assert sorted(unexplained["readout_row"]) == sorted(elsewhere["row"])
    assert program.closure(made.frames["doses"], made.frames["dose_steps"], made.frames["timed_boluses"])["fits"].all()
    first, last = (pd.Timestamp(d).date() for d in ("2022-06-01", "2022-12-31"))
    held = diary.completeness(
        made.frames["scores"], first=first, last=last, zone=made.zone, scales=scales.register(),
        diary_schedules=made.frames["diary_schedules"], patient_states=made.frames["patient_states"],
    ).query("expectation == 'expected'")  # fmt: skip
    missing = truth(made, "diary day missing").query("words != 'ward' and '2022-06-01' <= since_on <= '2022-12-31'")
    n = missing.groupby("patient").size().reindex(held["patient"], fill_value=0)
    assert len(held) > 30
    assert (held["n_expected"] - held["n_filled"]).tolist() == n.tolist()
