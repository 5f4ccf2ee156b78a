"""What holds for programs, clocks, boluses and totals alike: one patient alone as among all, order, input, dtypes."""

import datetime as dt

import build
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from titration.derive import boluses, clock, dose, program, totals
from titration.fields import Reading
from titration.records import Bolus, DoseStep, Pump, Readout, TimedBolus

ZONE = "Europe/London"
UNTIL = pd.Timestamp("2026-05-01T00:00Z")
STEPS = [
    DoseStep.parse_all(text, Reading())
    for text in ("00:00 4 mcg/h; 06:00 8 mcg/h", "03:30 2 mcg/h; Sunday 12:00 9 mcg/h", "22:00 5 mcg/h")
]
BOLUSES = [
    (),
    *(
        TimedBolus.parse_all(text, Reading())
        for text in ("08:00 25 mcg", "23:50 30 mcg over 20 min; Monday 00:00 5 mcg")
    ),
]


def daily_totals(f):
    stairs = dose.staircase(f["doses"], zone=ZONE, until=UNTIL)
    return totals.daily_totals(
        stairs, f["dose_steps"], f["timed_boluses"], zone=ZONE, offsets=clock.offsets(f, zone=ZONE),
        bridges=boluses.bridges(f["boluses"], zone=ZONE),
    )  # fmt: skip


DERIVED = {
    "daily_totals": daily_totals,
    "schedule": lambda f: program.schedule(f["doses"], f["dose_steps"], f["timed_boluses"]),
    "closure": lambda f: program.closure(f["doses"], f["dose_steps"], f["timed_boluses"]),
    "offsets": lambda f: clock.offsets(f, zone=ZONE),
    "differs": lambda f: clock.differs(f, zone=ZONE, since=pd.Timestamp("2026-01-01T00:00Z"), until=UNTIL),
    "bridges": lambda f: boluses.bridges(f["boluses"], zone=ZONE),
    "patient_activated": lambda f: boluses.patient_activated(f, zone=ZONE),
    "screening": lambda f: boluses.screening(f, zone=ZONE),
}

patients = st.sampled_from(["P001", "P002"])
days = st.dates(dt.date(2026, 3, 1), dt.date(2026, 4, 20)).map(str)
offsets = st.sampled_from([None, 0, 60, -300])
programs = st.builds(
    lambda day, who, steps, given_boluses, offset: build.dose(
        day + "T09:30+00:00", 168, who, mode="flex", steps=steps, boluses=given_boluses, clock_offset_min=offset,
        patient_bolus_max_per_day=3,
    ),
    days, patients, st.sampled_from(STEPS), st.sampled_from(BOLUSES), offsets,
)  # fmt: skip
even = st.builds(
    lambda day, who, mcg: build.dose(day, mcg, who, flow_ml_per_day=0.2), days, patients, st.sampled_from([0, 96])
)
single = st.builds(
    lambda day, who, kind: Bolus(patient=who, given_at=day + "T10:00+00:00", bolus=kind, dose_mcg=50, duration_min=2000),
    days, patients, st.sampled_from(["bridge", "priming", "screening"]),
)  # fmt: skip
readouts = st.builds(
    lambda day, who, offset, n: Readout(patient=who, read_on=day, clock_offset_min=offset, patient_boluses=n),
    days, patients, offsets, st.integers(0, 9),
)  # fmt: skip
pumps = st.builds(
    lambda day, who, offset: Pump(patient=who, implanted_on=day, clock_offset_min=offset), days, patients, offsets
)
scores = st.builds(lambda day, who: build.score(day + "T13:00+00:00", 4, patient=who), days, patients)
records = st.lists(st.one_of(programs, programs, even, single, readouts, pumps, scores), max_size=16)
CHILDREN = ("dose_steps", "timed_boluses")


def of_one(frames, patient):
    own = {name: frame[frame["patient"] == patient] for name, frame in frames.items() if "patient" in frame}
    return {**own, **{name: frames[name][frames[name]["of"].isin(own["doses"]["row"])] for name in CHILDREN}}


def of_patient(made, frames, patient):
    """The lines of one patient; a line without its code has the row of a change."""
    keys = frames["doses"].loc[frames["doses"]["patient"] == patient, "row"]
    return made[made["patient"] == patient if "patient" in made else made["of"].isin(keys)].reset_index(drop=True)


@settings(max_examples=max(4, settings.default.max_examples // 3), deadline=None)
@given(records, st.randoms(use_true_random=False))
def test_one_patient_alone_is_as_among_all_in_any_order_and_the_frames_stay_as_they_were(made, chance):
    frames = build.frames(*made)
    before = {name: frame.copy(deep=True) for name, frame in frames.items()}
    mixed = {n: f.sample(frac=1, random_state=chance.randrange(1000)) for n, f in frames.items()}
    alone = of_one(frames, "P001")
    for name, derive in DERIVED.items():
        everyone = derive(frames)
        pd.testing.assert_frame_equal(of_patient(everyone, frames, "P001"), derive(alone), obj=name)
        pd.testing.assert_frame_equal(everyone, derive(mixed), obj=name)
    for name, frame in before.items():
        pd.testing.assert_frame_equal(frame, frames[name])


@pytest.mark.parametrize("name", DERIVED)
def test_nothing_in_gives_nothing_out_with_the_same_dtypes(name):
    full = DERIVED[name](
        build.frames(
            build.dose("2026-03-01", 168, mode="flex", steps=STEPS[1], boluses=BOLUSES[2]),
            Pump(patient="P001", implanted_on="2026-03-01", clock_offset_min=0),
            Readout(patient="P001", read_on="2026-03-02", patient_boluses=1),
            *[
                Bolus(patient="P001", given_at="2026-03-02T10:00+00:00", bolus=kind, dose_mcg=50)
                for kind in ("bridge", "screening")
            ],
            build.score("2026-03-02T13:00+00:00", 4),
        )
    )
    empty = DERIVED[name](build.frames())
    assert len(full) > 0
    assert len(empty) == 0
    assert empty.dtypes.to_dict() == full.dtypes.to_dict()


@settings(max_examples=max(4, settings.default.max_examples // 3), deadline=None)
@given(st.lists(st.one_of(programs, even), max_size=6), programs)
def test_t1_a_change_entered_later_never_alters_an_earlier_day(made, later):
    on = pd.Timestamp(later.effective_on)
    before, after = (DERIVED["daily_totals"](build.frames(*each)) for each in (made, [*made, later]))
    pd.testing.assert_frame_equal(*(each[each["day"] < on].reset_index(drop=True) for each in (before, after)))
