"""Instants, days, and where a day begins."""

import build
import pandas as pd
import pytest

from titration.derive import moments


@pytest.mark.parametrize(
    ("day", "zone", "start"),
    [
        ("2026-03-29", "Europe/London", "2026-03-29T00:00Z"),
        ("2026-03-30", "Europe/London", "2026-03-29T23:00Z"),
        ("2018-11-04", "America/Sao_Paulo", "2018-11-04T03:00Z"),  # midnight was left out: 01:00 -02:00
        ("2026-10-25", "Europe/London", "2026-10-24T23:00Z"),
        ("2026-11-01", "America/Havana", "2026-11-01T04:00Z"),  # midnight comes twice: the first, -04:00
        ("2026-01-01", "Pacific/Kiritimati", "2025-12-31T10:00Z"),
    ],
)
def test_a_day_begins_at_its_first_moment(day, zone, start):
    made = moments.day_start(pd.Series(pd.to_datetime([day])), zone=zone)
    assert made.tolist() == [pd.Timestamp(start)]


def test_the_record_columns_stay_as_they_are():
    doses = build.frames(build.dose("2026-10-08"), build.dose("2026-10-08T09:30+01:00"))["doses"]
    made = moments.placed(doses, "effective", zone="Europe/London")
    pd.testing.assert_frame_equal(made[doses.columns], doses)
    assert made["effective_at"].isna().tolist() == [True, False]
    assert made["by_day"].tolist() == [True, False]


def test_within_a_day_the_day_alone_comes_first_and_then_by_time():
    doses = build.frames(
        build.dose("2026-10-08T09:30+01:00", 2), build.dose("2026-10-08", 1), build.dose("2026-10-08T08:00+01:00", 3)
    )["doses"]
    assert moments.in_order(doses, "effective", zone="Europe/London")["dose_mcg_per_day"].tolist() == [1, 3, 2]


def test_the_day_of_an_instant_is_the_zones():
    instants = pd.Series(pd.to_datetime(["2026-10-07T23:30Z"]))
    assert moments.local_day(instants, zone="Europe/London").tolist() == [pd.Timestamp("2026-10-08")]
    assert moments.local_day(instants, zone="America/New_York").tolist() == [pd.Timestamp("2026-10-07")]


@pytest.mark.parametrize("zone", ["Europe/London", "America/Sao_Paulo", "America/Havana", "Pacific/Apia"])
def test_the_days_of_many_rows_begin_as_each_of_them_does_alone(zone):
    days = pd.Series(pd.date_range("2010-01-01", "2019-12-31", freq="D").to_numpy(dtype="datetime64[s]"))
    many = pd.concat([days[::-1], days, days], ignore_index=True)  # so many that each day is looked up once
    alone = pd.concat([moments.day_start(days[at : at + 500], zone=zone) for at in range(0, len(days), 500)])
    begun = moments.day_start(many, zone=zone)
    assert begun.tolist() == [*alone[::-1], *alone, *alone]
    many[5] = pd.NaT
    assert moments.day_start(many, zone=zone).isna().sum() == 1
