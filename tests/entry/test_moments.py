"""A million local times are placed as each would be alone, changes of clocks and all."""

from datetime import datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from titration import times
from titration.entry import moments
from titration.records import KINDS
from titration.units import Unfit

BOUNDS = [datetime.fromisoformat(day) for day in ("1901-01-01", "2150-01-01")]


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.datetimes(*BOUNDS), min_size=1, max_size=20),
    st.sampled_from(["Europe/London", "America/Havana", "Asia/Beirut", "Australia/Lord_Howe", "Asia/Kolkata",
                     "Europe/Amsterdam", "Africa/Casablanca", "Pacific/Apia", "America/Sao_Paulo"]),
)  # fmt: skip
def test_a_column_of_local_times_is_placed_as_each_time_would_be_alone(whens, name):
    zone = times.zone(name)
    field = KINDS["score"].field("observed_at")
    for series in (pd.Series(whens).dt.floor("s"), pd.Series([w.isoformat(" ", "seconds") for w in whens])):
        made = moments.read(field, series, None, zone)
        for row, when in enumerate(whens):
            plain = when.replace(microsecond=0)
            try:
                alone = times.localise(plain, zone).isoformat()
            except Unfit as unfit:
                alone = str(unfit)
            found = made.at(row)
            assert alone == (found.allowed if row in made.unfit else found.isoformat())


@pytest.mark.parametrize(
    "zone", ["America/Havana", "Asia/Beirut", "America/Sao_Paulo", "Europe/London", "Pacific/Apia"]
)
def test_every_hour_around_a_change_of_clocks_is_placed_as_alone(zone):
    where = times.zone(zone)
    field = KINDS["score"].field("observed_at")
    hours = pd.Series(pd.date_range("2011-01-01", "2012-01-10", freq="30min"))
    shifts = hours.dt.tz_localize("UTC").dt.tz_convert(zone).dt.tz_localize(None) - hours
    near = np.abs(np.subtract.outer(np.arange(len(hours)), np.flatnonzero(shifts.diff().dt.total_seconds()))).min(
        axis=1
    )
    hours = hours[near <= 100].reset_index(drop=True)  # two days before and after each change
    made = moments.read(field, hours, None, where)
    for row in range(len(hours)):
        try:
            alone = times.localise(hours[row].to_pydatetime(), where)
        except Unfit:
            assert row in made.unfit
        else:
            assert (made.seconds[row], made.offsets[row]) == (alone.timestamp(), times.offset_min(alone))
