"""The pump's clock beside the wall clock: fixed until a person changes it."""

import build
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from titration.derive import clock
from titration.records import Pump, Readout

FEW = max(5, settings.default.max_examples // 2)
ZONE = "Europe/London"


def at(text):
    return pd.Timestamp(text)


def offsets(*records, zone=ZONE):
    return clock.offsets(build.frames(*records), zone=zone)


def differs(*records, zone=ZONE, since="2026-01-01T00:00Z", until="2027-01-01T00:00Z"):
    return clock.differs(build.frames(*records), zone=zone, since=at(since), until=at(until))


def pump(on, offset=None, patient="P001"):
    return Pump(patient=patient, implanted_on=on, clock_offset_min=offset)


def readout(when, offset, patient="P001"):
    key = "read_on" if len(when) == 10 else "read_at"
    return Readout(patient=patient, clock_offset_min=offset, **{key: when})


def told(made, *names):
    return [tuple(row) for row in made[list(names)].to_numpy().tolist()]


def test_the_clock_stays_as_stated_until_a_readout_or_a_program_states_another():
    made = offsets(
        pump("2026-01-10", 0),
        build.dose("2026-05-01T09:30+01:00", clock_offset_min=None),  # says nothing of the clock, so it stays
        readout("2026-06-01T10:00+01:00", 0),  # the same again is no change
        readout("2026-07-01T10:00+01:00", 60),
        build.dose("2026-11-01T10:00+00:00", clock_offset_min=0),
    )
    assert told(made, "offset_min", "is_assumed", "source") == [
        (0, False, "pump"),
        (60, False, "readout"),
        (0, False, "dose_change"),
    ]
    assert made["start"].tolist() == [at("2026-01-10T00:00Z"), at("2026-07-01T09:00Z"), at("2026-11-01T10:00Z")]
    assert made["end"].tolist()[:2] == made["start"].tolist()[1:]
    assert made["end"].isna().tolist() == [False, False, True]
    assert made["by_day"].tolist() == [True, False, False]


def test_where_nothing_states_it_it_is_that_of_the_last_program_and_says_so():
    made = offsets(build.dose("2026-01-08T09:30+00:00"), build.dose("2026-06-08T09:30+01:00"))
    assert told(made, "offset_min", "is_assumed") == [(0, True), (60, True)]


def test_a_program_of_a_day_alone_has_the_offset_of_the_zone_on_that_day():
    assert told(offsets(build.dose("2026-06-08")), "offset_min", "is_assumed", "by_day") == [(60, True, True)]


def test_what_was_assumed_is_stated_from_the_readout_on():
    made = offsets(build.dose("2026-06-08T09:30+01:00"), readout("2026-07-01T10:00+01:00", 60))
    assert told(made, "offset_min", "is_assumed") == [(60, True), (60, False)]


def test_of_a_readout_and_a_change_at_one_time_the_change_holds():
    made = offsets(readout("2026-07-01T10:00+01:00", 0), build.dose("2026-07-01T10:00+01:00", clock_offset_min=60))
    assert told(made, "offset_min", "source") == [(60, "dose_change")]


def test_a_new_pump_that_states_none_has_a_clock_of_its_own():
    made = offsets(pump("2020-01-10", 0), pump("2026-06-08"), build.dose("2026-06-08T09:30+01:00"))
    assert told(made, "offset_min", "is_assumed") == [(0, False), (60, True)]


def test_a_programmed_or_planned_change_sets_no_clock():
    ahead = build.dose("2026-07-08T09:30+01:00", status="programmed", clock_offset_min=60)
    assert told(offsets(build.dose("2026-01-08T09:30+00:00"), ahead), "offset_min") == [(0,)]


def test_the_clocks_differ_by_an_hour_in_summer_from_switch_to_switch():
    made = differs(pump("2026-01-10", 0))
    assert told(made, "difference_min") == [(-60,)]
    assert made["start"].tolist() == [at("2026-03-29T01:00Z")]
    assert made["end"].tolist() == [at("2026-10-25T01:00Z")]
    assert not made["is_assumed"].any()


def test_an_interval_is_cut_where_either_clock_changes():
    made = differs(pump("2026-01-10", 120), readout("2026-06-01T12:00+01:00", 0), since="2026-03-01T00:00Z")
    assert told(made, "difference_min") == [(120,), (60,), (-60,)]
    assert made["start"].tolist() == [at("2026-03-01T00:00Z"), at("2026-03-29T01:00Z"), at("2026-06-01T11:00Z")]
    assert made["end"].tolist() == [at("2026-03-29T01:00Z"), at("2026-06-01T11:00Z"), at("2026-10-25T01:00Z")]


@pytest.mark.parametrize(
    ("zone", "offset", "expected"),
    [
        ("Etc/GMT-14", 840, []),  # the sign of these names is turned about: this is +14:00
        ("Etc/GMT-14", -720, [-1560]),
        ("Etc/GMT+12", -720, []),
        ("Etc/GMT+12", 840, [1560]),
        ("Pacific/Kiritimati", 840, []),
        ("UTC", 0, []),
    ],
)
def test_t2_fixed_offset_zones_to_the_ends_of_the_earth(zone, offset, expected):
    assert differs(pump("2025-06-01", offset), zone=zone)["difference_min"].tolist() == expected


def test_t2_a_switch_of_half_an_hour_and_one_of_the_southern_summer():
    made = clock.switches(zone="Australia/Lord_Howe", since=at("2026-01-01T00:00Z"), until=at("2027-01-01T00:00Z"))
    assert made["offset_min"].tolist() == [660, 630, 660]
    assert made["start"].tolist()[1:] == [at("2026-04-04T15:00Z"), at("2026-10-03T15:30Z")]


def test_the_first_switch_may_lie_at_the_very_beginning():
    made = clock.switches(zone=ZONE, since=at("2026-03-29T01:00Z"), until=at("2026-10-25T01:00Z"))
    assert told(made, "offset_min") == [(60,)]


def test_nothing_in_gives_nothing_out_with_the_same_dtypes():
    full, empty = offsets(pump("2026-01-10", 0)), offsets()
    assert empty.empty
    assert empty.dtypes.to_dict() == full.dtypes.to_dict()
    full, empty = differs(pump("2026-01-10", 0)), differs()
    assert empty.dtypes.to_dict() == full.dtypes.to_dict()
    assert differs(pump("2026-01-10", 0), since="2026-08-01T00:00Z", until="2026-08-01T00:00Z").empty


days = st.dates(pd.Timestamp("2026-01-01").date(), pd.Timestamp("2026-12-31").date()).map(str)
some = st.sampled_from([None, 0, 60, -300])
patients = st.sampled_from(["P001", "P002"])
any_records = st.lists(
    st.one_of(
        st.builds(pump, days, some, patients),
        st.builds(lambda d, o, who: build.dose(f"{d}T09:30+01:00", patient=who, clock_offset_min=o), days, some, patients),
        st.builds(readout, days, st.sampled_from([0, 60]), patients),
    ),
    max_size=12,
)  # fmt: skip


@settings(max_examples=FEW, deadline=None)
@given(any_records, st.sampled_from([ZONE, "Pacific/Kiritimati", "Etc/GMT+12", "America/New_York"]))
def test_at_any_noon_the_clocks_differ_as_the_two_offsets_say(records, zone):
    frames = build.frames(*records)
    pumps, apart = offsets(*records, zone=zone), differs(*records, zone=zone)
    for noon in pd.date_range("2026-01-15T12:00Z", "2026-12-15T12:00Z", freq="30D"):
        wall = noon.tz_convert(zone).utcoffset().total_seconds() / 60
        for patient in ("P001", "P002"):
            held = [f[(f["patient"] == patient) & (f["start"] <= noon) & ~(f["end"] <= noon)] for f in (pumps, apart)]
            assert len(held[0]) <= 1
            expected = [m for m in (held[0]["offset_min"] - wall).tolist() if m]
            assert held[1]["difference_min"].tolist() == expected
    alone = {name: f[f["patient"] == "P001"] for name, f in frames.items() if "patient" in f}
    pd.testing.assert_frame_equal(
        clock.offsets(alone, zone=zone), pumps[pumps["patient"] == "P001"].reset_index(drop=True)
    )


@pytest.mark.parametrize(
    ("records", "when", "minutes"),
    [
        ([pump("2026-01-10", 0)], "2026-02-01T12:00Z", 0),
        ([pump("2026-01-10", 0)], "2026-07-01T12:00Z", -60),  # British summer time: the pump's clock is behind
        ([pump("2026-07-01", 60)], "2026-11-23T12:00Z", 60),
        ([pump("2026-07-01", 60), readout("2026-11-01T10:00+00:00", 0)], "2026-11-23T12:00Z", 0),
        ([pump("2026-07-01", 60)], "2026-06-01T12:00Z", None),  # before anything is on record
        ([pump("2026-01-10", 0, "P002")], "2026-07-01T12:00Z", None),  # another patient's
        ([], "2026-07-01T12:00Z", None),
        ([build.dose("2026-10-08T09:30+01:00")], "2026-11-23T12:00Z", 60),  # taken from the last program
    ],
)
def test_the_difference_at_an_instant_is_pump_less_wall_or_nothing(records, when, minutes):
    assert clock.difference_at(build.frames(*records), patient="P001", zone=ZONE, at=at(when)) == minutes


def test_of_a_program_and_its_correction_at_one_instant_with_another_the_clock_is_that_first_written_last():
    frames = build.frames(
        build.dose("2026-10-08T09:30+01:00", clock_offset_min=0),
        build.dose("2026-10-08T09:30+01:00", clock_offset_min=60),
    )
    assert clock.offsets(frames, zone=ZONE)["offset_min"].tolist() == [60]
    frames["doses"]["row"] = [3, 2]  # the first of the two was corrected: its place stays
    assert clock.offsets(frames, zone=ZONE)["offset_min"].tolist() == [60]
