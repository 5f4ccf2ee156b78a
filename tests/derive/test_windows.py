"""Before and after each dose change: windows by hand, what is not computable, and a plain loop that agrees."""

import datetime as dt

import build
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from titration.derive import cuts, windows
from titration.derive.dose import staircase
from titration.derive.washout import Window, recall_hours
from titration.records import Catheter, PatientState, Readout, Refill
from titration.scales import Register, Scale, register

FEW = max(5, settings.default.max_examples // 2)
ZONE, SCALES = "Europe/London", register()
UNTIL = pd.Timestamp("2026-12-01T00:00Z")
ASHWORTH = "ashworth"  # asks about now, so that nothing comes on top of the washout


def on(n, clock=""):
    return (dt.date(2026, 1, 1) + dt.timedelta(days=n)).isoformat() + clock


def diary(days, value, scale=ASHWORTH, **more):
    return [build.score(on(n), value, scale=scale, **more) for n in days]


def compared(*records, scales=SCALES, device=True, **more):
    f = build.frames(*records)
    stairs = staircase(f["doses"], zone=ZONE, until=UNTIL, patient_states=f["patient_states"], readouts=f["readouts"])
    changes = cuts.device_changes(f, zone=ZONE) if device else None
    return windows.before_after(
        stairs, f["scores"], zone=ZONE, scales=scales, device_changes=changes, window=Window(**more)
    )


TWO = (build.dose(on(0), 100), build.dose(on(30, "T12:00+00:00"), 120))


def test_the_sides_are_fourteen_days_with_two_days_of_washout_between():
    made = compared(*TWO, *diary(range(60), 3)).iloc[0]
    edges = [made[f"{side}_{edge}"].isoformat()[:16] for side in ("before", "after") for edge in ("start", "end")]
    assert edges == ["2026-01-17T12:00", "2026-01-31T12:00", "2026-02-02T12:00", "2026-02-16T12:00"]
    assert made[["before_n", "after_n"]].tolist() == [13, 13]  # whole days inside: 18 to 30 January, 3 to 15 February


def test_a_scores_recall_comes_on_top_of_the_washout():
    made = compared(*TWO, *diary(range(60), 3, scale="nrs_spasticity")).iloc[0]
    assert made[["recall_h", "recall_is_stated", "washout_h"]].tolist() == [24, True, 48]
    assert made["after_start"].isoformat()[:16] == "2026-02-03T12:00"
    unknown = compared(*TWO, *diary(range(60), 3, scale="nrs_sleep")).iloc[0]
    assert unknown[["recall_h", "recall_is_stated"]].tolist() == [0, False]


@pytest.mark.parametrize("scale", SCALES.values(), ids=lambda s: s.code)
def test_a_recall_is_a_number_only_where_the_register_states_one(scale):
    stated = {"last 24 h": 24, "now": 0, "7 days": 168, "2 weeks": 336, "last 24 h, usual wording (unconfirmed)": 24,
              "2 weeks (unconfirmed)": 336}  # fmt: skip
    assert recall_hours(scale) == stated.get(scale.recall)


def test_medians_quartiles_and_difference_by_hand():
    before = [build.score(on(20 + n), v, scale=ASHWORTH) for n, v in enumerate([1, 4, 2, 4])]
    after = [build.score(on(34 + n), v, scale=ASHWORTH) for n, v in enumerate([0, 1, 1, 2, 3])]
    made = compared(*TWO, *before, *after).iloc[0]
    wanted = ["before_n", "before_median", "before_low", "before_q1", "before_q3", "before_high"]
    assert made[wanted].tolist() == [4, 3, 1, 1.75, 4, 4]
    assert made[[name.replace("before", "after") for name in wanted]].tolist() == [5, 1, 0, 1, 2, 3]
    assert made[["difference", "direction", "change_mcg_per_day", "is_computable"]].tolist() == [
        -2,
        "increase",
        20,
        True,
    ]
    assert np.isnan(made["before_mean"])


def test_a_mean_is_given_only_where_the_scale_is_not_ordinal():
    joules = Scale("stiffness", "1", "Stiffness", ("clinician",), "stiffer", low=0, high=50, step=None, ordinal=False)
    records = [build.score(on(20 + n), v, scale="stiffness") for n, v in enumerate([1, 2, 3, 10])]
    records += [build.score(on(34 + n), 5, scale="stiffness") for n in range(4)]
    made = compared(*TWO, *records, scales=Register((joules,))).iloc[0]
    assert made[["before_mean", "after_mean", "before_median"]].tolist() == [4, 5, 2.5]


def test_grades_keep_their_labels_and_have_no_difference():
    grades = [build.score(on(20 + n), scale="modified_ashworth", grade=g) for n, g in enumerate(("1", "1+", "2", "3"))]
    grades += [build.score(on(34 + n), scale="modified_ashworth", grade="1+") for n in range(4)]
    made = compared(*TWO, *grades).iloc[0]
    assert made[["before_median_grade", "before_low_grade", "before_high_grade", "after_median_grade"]].tolist() == [
        "1+", "1", "3", "1+",
    ]  # fmt: skip
    assert made[["before_median", "difference"]].isna().all()


def test_too_few_values_are_not_computable_and_their_numbers_are_told():
    made = compared(*TWO, *diary(range(20, 24), 3), *diary(range(34, 37), 1)).iloc[0]
    assert made["not_computable"] == "not computable: 4 values before, 3 after; 4 needed on each side"
    assert made[["before_median", "after_median", "difference"]].isna().all()
    assert made[["before_n", "after_n"]].tolist() == [4, 3]


def test_a_side_is_cut_at_the_neighbouring_change_and_at_its_washout():
    steps = [build.dose(on(n, "T00:00+00:00"), mcg) for n, mcg in ((0, 100), (20, 110), (30, 120), (36, 110))]
    made = compared(*steps, *diary(range(60), 3)).set_index("start")
    middle = made.loc[pd.Timestamp(on(30), tz="UTC")]
    assert middle["before_start"] == pd.Timestamp(on(22), tz="UTC")
    assert middle["after_end"] == pd.Timestamp(on(36), tz="UTC")
    assert middle[["before_n", "after_n"]].tolist() == [8, 4]
    assert made["direction"].tolist() == ["increase", "increase", "decrease"]


def test_changes_a_day_apart_leave_no_days():
    steps = [build.dose(on(n), mcg) for n, mcg in ((0, 100), (30, 110), (31, 120))]
    made = compared(*steps, *diary(range(60), 3))
    assert made["not_computable"].tolist() == ["not computable: " + windows.NO_DAYS] * 2


def test_a_score_of_the_day_of_the_change_counts_only_with_its_time():
    close = [build.score(on(30), 4, scale=ASHWORTH), build.score(on(30, "T11:00+00:00"), 4, scale=ASHWORTH),
             build.score(on(30, "T12:00+00:00"), 4, scale=ASHWORTH)]  # fmt: skip
    made = compared(*TWO, *diary(range(26, 30), 3), *close, *diary(range(33, 38), 1)).iloc[0]
    assert made[["before_n", "before_high", "after_n"]].tolist() == [5, 4, 5]


def test_a_change_of_which_only_the_day_is_known_begins_its_washout_at_the_end_of_that_day():
    made = compared(build.dose(on(0), 100), build.dose(on(30), 120), *diary(range(60), 3)).iloc[0]
    assert made["before_end"] == pd.Timestamp(on(30), tz="UTC")
    assert made["after_start"] == pd.Timestamp(on(33), tz="UTC")


@pytest.mark.parametrize(
    ("record", "what"),
    [
        (Catheter(patient="P001", implanted_on=on(24)), "catheter"),
        (Catheter(patient="P001", implanted_on=on(30)), "catheter"),
        (Refill(patient="P001", filled_at=on(30, "T12:30+00:00"), concentration_mcg_per_ml=2000), "strength"),
    ],
)
def test_near_a_change_of_the_device_the_washout_must_be_given(record, what):
    first = Refill(patient="P001", filled_on=on(1), concentration_mcg_per_ml=500)
    records = (*TWO, first, record, *diary(range(60), 3))
    says = compared(*records)["not_computable"].iloc[0]
    assert says == f"not computable: a change of {what} on or before 2026-01-31, and no washout is given for it"
    assert compared(*records, device_washout_h=24)["is_computable"].tolist() == [True]


def test_the_washout_of_the_device_moves_both_sides():
    made = compared(*TWO, Catheter(patient="P001", implanted_on=on(25)), *diary(range(60), 3), device_washout_h=48)
    assert made["before_start"].iloc[0] == pd.Timestamp(on(28), tz="UTC")
    late = compared(*TWO, Catheter(patient="P001", implanted_on=on(30)), *diary(range(60), 3), device_washout_h=240)
    assert late["after_start"].iloc[0] == pd.Timestamp(on(41), tz="UTC")
    assert late["before_end"].iloc[0] == pd.Timestamp(on(30), tz="UTC")


def test_a_change_of_the_device_long_before_is_of_no_account_and_a_later_one_cuts():
    early = compared(*TWO, Catheter(patient="P001", implanted_on=on(10)), *diary(range(60), 3)).iloc[0]
    assert early["is_computable"]
    later = compared(*TWO, Catheter(patient="P001", implanted_on=on(40)), *diary(range(60), 3)).iloc[0]
    assert later["is_computable"]
    assert later["after_end"] == pd.Timestamp(on(40), tz="UTC")


def test_a_program_found_changed_is_not_computable_for_nobody_knows_when():
    found = Readout(patient="P001", read_on=on(30), dose_mcg_per_day=150)
    made = compared(TWO[0], found, *diary(range(60), 3))
    assert made[["record", "not_computable"]].to_numpy().tolist() == [
        ["readout", "not computable: " + windows.UNEXPLAINED]
    ]


def test_the_end_of_following_ends_the_window():
    made = compared(*TWO, PatientState(patient="P001", noted_on=on(38), following="explanted"), *diary(range(60), 3))
    assert made["after_end"].iloc[0] == pd.Timestamp(on(38), tz="UTC")


def test_reporters_and_directions_stay_apart():
    steps = [build.dose(on(n), mcg) for n, mcg in ((0, 100), (30, 120), (60, 110), (90, 120))]
    steps.append(build.dose(on(120), 120, mode="flex"))
    scores = [s for who, v in (("patient", 3), ("proxy", 1)) for s in diary(range(150), v, reporter=who)]
    made = compared(*steps, *scores)
    assert made.groupby("reporter")["before_median"].agg(["min", "max"]).to_numpy().tolist() == [[3, 3], [1, 1]]
    summed = windows.by_direction(made)
    assert summed[["reporter", "direction", "n_changes", "n_computable"]].to_numpy().tolist() == [
        [who, way, n, n] for who in ("patient", "proxy") for way, n in (("decrease", 1), ("increase", 2), ("other", 1))
    ]
    assert summed["median"].tolist() == [0] * 6


def test_the_same_program_again_is_no_change():
    assert compared(build.dose(on(0), 100), build.dose(on(30), 100), *diary(range(60), 3)).empty


def test_the_caution_names_its_source():
    assert "10.1093/ije/dyh299" in windows.CAUTION


def plain(stairs, scores):
    """The same windows as a loop over changes and scores, for changes and scores with their time."""
    made = []
    held = stairs[stairs["is_change"]]
    for patient, own in held.groupby("patient"):
        starts = [s.timestamp() for s in own["start"]]
        at = scores[scores["patient"] == patient]
        times = [t.timestamp() for t in at["observed_at"]]
        if not times:
            continue
        for n in range(1, len(starts)):
            low = max(starts[n] - 14 * 86400, starts[n - 1] + 2 * 86400)
            after = starts[n] + 2 * 86400
            high = min(after + 14 * 86400, [*starts, UNTIL.timestamp()][n + 1])
            before = [v for t, v in zip(times, at["value"], strict=True) if low <= t < starts[n]]
            later = [v for t, v in zip(times, at["value"], strict=True) if after <= t < high]
            made.append((patient, len(before), len(later), before, later))
    return made


moments_ = st.integers(0, 90 * 24 * 60).map(lambda m: dt.datetime(2026, 1, 1, tzinfo=dt.UTC) + dt.timedelta(minutes=m))
who = st.sampled_from(["P001", "P002"])
changed = st.builds(lambda t, mcg, p: build.dose(t.isoformat(), mcg, p), moments_, st.integers(1, 9), who)
scored = st.builds(
    lambda t, v, p: build.score(t.isoformat(), v, scale=ASHWORTH, patient=p), moments_, st.integers(0, 4), who
)


@settings(max_examples=FEW, deadline=None)
@given(st.lists(changed, max_size=8), st.lists(scored, max_size=60))
def test_a_plain_loop_finds_the_same(doses, scores):
    f = build.frames(*doses, *scores)
    stairs = staircase(f["doses"], zone=ZONE, until=UNTIL)
    made = windows.before_after(stairs, f["scores"], zone=ZONE, scales=SCALES, window=Window(least_n=1))
    expected = plain(stairs, f["scores"])
    assert made[["patient", "before_n", "after_n"]].to_numpy().tolist() == [[p, b, a] for p, b, a, _, _ in expected]
    for row, (_, b, a, before, after) in enumerate(expected):
        if a and b:
            assert made["before_median"][row] == np.median(before)
            assert made["after_q3"][row] == pytest.approx(np.quantile(after, 0.75))


def test_the_order_of_the_scores_is_of_no_account():
    records = [*TWO, *diary(range(60), 3), *diary(range(0, 60, 2), 2, reporter="proxy")]
    records += [build.score(on(n, "T09:00+00:00"), n % 4, scale=ASHWORTH) for n in range(60)]
    f = build.frames(*records)
    stairs = staircase(f["doses"], zone=ZONE, until=UNTIL, patient_states=f["patient_states"], readouts=f["readouts"])
    made = windows.before_after(stairs, f["scores"], zone=ZONE, scales=SCALES)
    assert made["before_n"].min() > 0
    for seed in range(3):
        mixed = f["scores"].sample(frac=1, random_state=seed)
        again = windows.before_after(stairs, mixed, zone=ZONE, scales=SCALES)
        pd.testing.assert_frame_equal(made, again, check_exact=True)
