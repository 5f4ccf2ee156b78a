"""What holds for every derivation: one patient alone as among all, input unchanged, empty in, empty out."""

import datetime as dt

import build
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from titration.derive import diary, dose, epochs, moments, reservoir, score, totals
from titration.fields import Reading
from titration.records import DoseStep, PatientState, Refill
from titration.scales import register

ZONE = "Europe/London"
FEW = max(4, settings.default.max_examples // 3)  # each example runs every derivation three times
UNTIL = pd.Timestamp("2026-06-01T00:00Z")
FIRST, LAST = dt.date(2026, 1, 1), dt.date(2026, 5, 31)
SCALES = register()
STEPS = DoseStep.parse_all("00:00 4 mcg/h; 06:00 8 mcg/h", Reading())


def stairs(f):
    return dose.staircase(f["doses"], zone=ZONE, until=UNTIL, patient_states=f["patient_states"])


def daily(f):
    return score.daily(f["scores"], scales=SCALES)


def change_days(f):
    made = stairs(f)
    made = made[made["is_change"]]
    return made.assign(day=moments.local_day(made["start"], zone=ZONE))[["patient", "day"]]


DERIVED = {
    "staircase": stairs,
    "in_force": lambda f: dose.in_force(f["doses"], at=UNTIL, zone=ZONE, patient_states=f["patient_states"]),
    "last_confirmed": lambda f: dose.last_confirmed(f, zone=ZONE),
    "percent_change": lambda f: dose.percent_change(f["doses"], zone=ZONE),
    "daily_totals": lambda f: totals.daily_totals(stairs(f), f["dose_steps"], zone=ZONE),
    "epochs": lambda f: epochs.epochs(stairs(f)),
    "scored": lambda f: epochs.scored(stairs(f), f["scores"], zone=ZONE, scales=SCALES),
    "daily": daily,
    "trailing_median": lambda f: diary.trailing_median(daily(f), change_days(f)),
    "completeness": lambda f: diary.completeness(f["scores"], first=FIRST, last=LAST, zone=ZONE, scales=SCALES),
    "monthly_summary": lambda f: score.monthly_summary(f["scores"], first=FIRST, last=LAST, scales=SCALES),
    "discrepancy": lambda f: reservoir.discrepancy(f["refills"], zone=ZONE),
    "flow": lambda f: reservoir.flow(f["doses"]),
}

patients = st.sampled_from(["P001", "P002", "P003"])
days = st.dates(FIRST, LAST).map(dt.date.isoformat)
times = st.sampled_from(["T09:30+00:00", "T23:30+00:00", "T00:10+00:00"])
moment = st.one_of(days, st.builds(lambda d, t: d + t, days, times))
doses = st.builds(build.dose, moment, st.sampled_from([80, 100, 120]), patients)
flex = st.builds(lambda at, who: build.dose(at, 168, who, mode="flex", steps=STEPS), moment, patients)
scores = st.builds(
    lambda at, v, who, by: build.score(at, v, patient=who, reporter=by),
    moment, st.integers(0, 10), patients, st.sampled_from(["patient", "proxy", None]),
)  # fmt: skip
grades = st.builds(
    lambda at, g, who, side: build.score(at, scale="modified_ashworth", grade=g, patient=who, side=side),
    moment, st.sampled_from(["0", "1", "1+", "2"]), patients, st.sampled_from(["left", None]),
)  # fmt: skip
refills = st.builds(
    lambda on, who, left: Refill(patient=who, filled_on=on, expected_ml=4, withdrawn_ml=left, injected_ml=20),
    days, patients, st.sampled_from([3, 4, 4.6]),
)  # fmt: skip
states = st.builds(
    lambda on, who, word: PatientState(patient=who, noted_on=on, following=word),
    days, patients, st.sampled_from(["active", "explanted", "transferred"]),
)  # fmt: skip
records = st.lists(st.one_of(doses, doses, flex, scores, scores, scores, grades, refills, states), max_size=60)


def of_one(frames, patient):
    own = {name: frame[frame["patient"] == patient] for name, frame in frames.items() if "patient" in frame}
    steps = frames["dose_steps"]
    return {**own, "dose_steps": steps[steps["of"].isin(own["doses"]["row"])]}


def plain(frame):
    return frame.reset_index(drop=True)


@settings(max_examples=FEW, deadline=None)
@given(records)
def test_one_patient_alone_is_as_among_all(made):
    frames = build.frames(*made)
    for name, derive in DERIVED.items():
        everyone = derive(frames)
        for patient in ("P001", "P002"):
            alone = derive(of_one(frames, patient))
            pd.testing.assert_frame_equal(plain(everyone[everyone["patient"] == patient]), plain(alone), obj=name)


@settings(max_examples=FEW, deadline=None)
@given(records)
def test_the_frames_given_stay_as_they_were(made):
    frames = build.frames(*made)
    before = {name: frame.copy(deep=True) for name, frame in frames.items()}
    for derive in DERIVED.values():
        derive(frames)
    for name, frame in before.items():
        pd.testing.assert_frame_equal(frame, frames[name])


@settings(max_examples=FEW, deadline=None)
@given(st.lists(st.one_of(doses, flex), max_size=12), st.integers(0, 150), patients)
def test_a_change_entered_later_never_alters_an_earlier_day(made, later, patient):
    on = FIRST + dt.timedelta(days=later)
    frames, more = build.frames(*made), build.frames(*made, build.dose(on.isoformat(), 999, patient))
    for f in (frames, more):
        f["before"] = DERIVED["daily_totals"](f).query("day < @pd.Timestamp(@on)").reset_index(drop=True)
    pd.testing.assert_frame_equal(frames["before"], more["before"])


@pytest.mark.parametrize("name", DERIVED)
def test_nothing_in_gives_nothing_out_with_the_same_dtypes(name):
    full = DERIVED[name](
        build.frames(
            build.dose("2026-01-01"), build.dose("2026-02-01", 168, mode="flex", steps=STEPS),
            *[build.score(f"2026-03-0{n}", 4) for n in range(1, 8)],
            build.score("2026-03-01", scale="modified_ashworth", grade="1+"),
            Refill(patient="P001", filled_on="2026-01-01", expected_ml=4, withdrawn_ml=4),
        )
    )  # fmt: skip
    empty = DERIVED[name](build.frames())
    assert len(full) > 0
    assert len(empty) == 0
    assert empty.dtypes.to_dict() == full.dtypes.to_dict()


@settings(max_examples=max(4, settings.default.max_examples // 3), deadline=None)
@given(records, st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(made, chance):
    frames = build.frames(*made)
    mixed = {n: f.sample(frac=1, random_state=chance.randrange(1000)) for n, f in frames.items()}
    for name in ("staircase", "in_force", "daily_totals", "daily", "trailing_median", "monthly_summary", "scored"):
        pd.testing.assert_frame_equal(plain(DERIVED[name](frames)), plain(DERIVED[name](mixed)), obj=name)
