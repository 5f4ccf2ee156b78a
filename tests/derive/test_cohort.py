"""Scores over time for many patients: one alone as among all, frames as they were, nothing in nothing out, any order."""

import datetime as dt

import build
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from titration.derive import cuts, diary, epochs, expected, goals, lateness, runchart, weekly, windows
from titration.derive.dose import staircase
from titration.derive.washout import Window
from titration.records import Catheter, DiarySchedule, Goal, GoalRating, PatientState, Refill
from titration.scales import register

ZONE, SCALES = "Europe/London", register()
FEW = max(4, settings.default.max_examples // 3)  # each example runs every derivation three times
UNTIL = pd.Timestamp("2026-04-01T00:00Z")
SPAN = {"first": dt.date(2026, 1, 1), "last": dt.date(2026, 3, 31)}
SCORED = {"zone": ZONE, "scales": SCALES}


def stairs(f):
    return staircase(f["doses"], zone=ZONE, until=UNTIL, patient_states=f["patient_states"], readouts=f["readouts"])


def weeks(f):
    return weekly.weekly(f["scores"], least_days=1, **SCORED)


def compared(f):
    return windows.before_after(
        stairs(f), f["scores"], device_changes=cuts.device_changes(f, zone=ZONE), window=Window(least_n=1), **SCORED
    )


def due(f):
    return {"diary_schedules": f["diary_schedules"], "patient_states": f["patient_states"]}


def rated(f):
    return goals.rated(f["goals"], f["goal_ratings"], at=SPAN["last"])


DERIVED = {
    "lateness": lambda f: lateness.lateness(f["scores"], zone=ZONE),
    "expected": lambda f: expected.expected(f["diary_schedules"], patient_states=f["patient_states"], **SPAN),
    "entries": lambda f: diary.entries(f["scores"], **SCORED, **SPAN, **due(f)),
    "completeness": lambda f: diary.completeness(f["scores"], **SCORED, **SPAN, **due(f)),
    "weekly": weeks,
    "sensitivity": lambda f: weekly.sensitivity(weeks(f)),
    "points": lambda f: runchart.points(weeks(f)),
    "run_chart": lambda f: runchart.run_chart(weeks(f)),
    "device_changes": lambda f: cuts.device_changes(f, zone=ZONE),
    "changes": lambda f: cuts.changes(stairs(f)),
    "before_after": compared,
    "by_direction": lambda f: windows.by_direction(compared(f)),
    "epochs": lambda f: epochs.epochs(stairs(f)),
    "scored": lambda f: epochs.scored(stairs(f), f["scores"], **SCORED, **due(f)),
    "rated": rated,
    "gas_t": lambda f: goals.gas_t(rated(f)),
}
who = st.sampled_from(["P001", "P002", "P003"])
day = st.dates(SPAN["first"], SPAN["last"]).map(dt.date.isoformat)
moment = st.one_of(day, day.map(lambda d: d + "T09:30+00:00"), day.map(lambda d: d + "T23:30-05:00"))
way = st.sampled_from([None, "visit", "paper", "app", "import"])
facts = st.one_of(
    st.builds(build.dose, moment, st.sampled_from([80, 100, 120]), who),
    st.builds(lambda t, v, p, c: build.score(t, v, patient=p, collected=c), moment, st.integers(0, 10), who, way),
    st.builds(lambda t, v, p: build.score(t, v, patient=p, reporter="proxy"), moment, st.integers(0, 10), who),
    st.builds(
        lambda t, g, p: build.score(t, scale="modified_ashworth", grade=g, patient=p), moment, st.sampled_from("014"), who
    ),
    st.builds(
        lambda d, p, n, x: DiarySchedule(patient=p, scale="nrs_spasticity", from_on=d, every_days=n, paused=x),
        day, who, st.sampled_from([1, 7]), st.sampled_from(["no", "yes"]),
    ),
    st.builds(
        lambda d, p, w: PatientState(patient=p, noted_on=d, following=w), day, who, st.sampled_from(["active", "died"])
    ),
    st.builds(lambda d, p: Catheter(patient=p, implanted_on=d), day, who),
    st.builds(
        lambda d, p, c: Refill(patient=p, filled_on=d, concentration_mcg_per_ml=c), day, who, st.sampled_from([500, 2000])
    ),
    st.builds(lambda d, p: Goal(patient=p, set_on=d, words="sit", baseline=-1), day, who),
    st.builds(lambda d, p, n, x: GoalRating(patient=p, goal=n, rated_on=d, rating=x), day, who, st.integers(1, 3), st.integers(-2, 2)),
)  # fmt: skip
records = st.lists(facts, max_size=70)
FULL = [
    *[build.dose(f"2026-0{m}-01", mcg) for m, mcg in ((1, 100), (2, 120), (3, 110))],
    *[build.score(f"2026-0{m}-{d:02d}", d % 7, collected="app") for m in (1, 2, 3) for d in range(1, 28)],
    build.score("2026-01-09", scale="modified_ashworth", grade="1+"), Catheter(patient="P001", implanted_on="2026-01-01"),
    DiarySchedule(patient="P001", scale="nrs_spasticity", from_on="2026-01-01"),
    Goal(patient="P001", set_on="2026-01-01", words="sit", importance=1),
    GoalRating(patient="P001", goal=1, rated_on="2026-02-01", rating=1),
]  # fmt: skip


def of_one(f, patient):
    return {name: frame[frame["patient"] == patient] if "patient" in frame else frame for name, frame in f.items()}


def plain(frame):
    return frame.reset_index(drop=True)


@settings(max_examples=FEW, deadline=None)
@given(records)
def test_one_patient_alone_is_as_among_all_and_the_frames_stay_as_they_were(made):
    f = build.frames(*made)
    before = {name: frame.copy(deep=True) for name, frame in f.items()}
    for name, derive in DERIVED.items():
        everyone = derive(f)
        for patient in ("P001", "P002"):
            alone = derive(of_one(f, patient))
            pd.testing.assert_frame_equal(plain(everyone[everyone["patient"] == patient]), plain(alone), obj=name)
    for name, frame in before.items():
        pd.testing.assert_frame_equal(frame, f[name])


@settings(max_examples=FEW, deadline=None)
@given(records, st.integers(0, 999))
def test_the_order_of_rows_does_not_matter(made, seed):
    f = build.frames(*made)
    mixed = {name: frame.sample(frac=1, random_state=seed) for name, frame in f.items()}
    for name, derive in DERIVED.items():
        if name != "lateness":  # it keeps the rows it is given
            pd.testing.assert_frame_equal(plain(derive(f)), plain(derive(mixed)), obj=name)


@pytest.mark.parametrize("name", DERIVED)
def test_nothing_in_gives_nothing_out_with_the_same_dtypes(name):
    full, empty = DERIVED[name](build.frames(*FULL)), DERIVED[name](build.frames())
    assert len(full) > 0
    assert len(empty) == 0
    assert empty.dtypes.to_dict() == full.dtypes.to_dict()


@pytest.mark.parametrize("name", DERIVED)
def test_the_columns_are_those_that_are_declared(name):
    declared = {
        "completeness": diary.COMPLETENESS, "weekly": weekly.WEEKLY, "sensitivity": weekly.SENSITIVITY,
        "points": runchart.POINTS, "run_chart": runchart.CHARTS, "before_after": windows.WINDOWS,
        "by_direction": windows.DIRECTIONS, "epochs": epochs.EPOCHS, "scored": epochs.SCORED, "rated": goals.RATED,
        "gas_t": goals.GAS, "changes": cuts.CHANGES, "device_changes": cuts.DEVICE, "expected": expected.EXPECTED,
    }  # fmt: skip
    made = DERIVED[name](build.frames(*FULL))
    if name in declared:
        assert {n: str(t) for n, t in made.dtypes.items()} == declared[name]
