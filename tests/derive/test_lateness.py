"""Lateness: days between the day a score is about and the day it was written, judged by how it was collected."""

import build
import pandas as pd
import pytest

from titration.derive import lateness

ZONE = "Europe/London"


def late(at, written, **more):
    frame = build.frames(build.score(at, 4, **more))["scores"]
    frame["recorded_at"] = pd.Series([pd.Timestamp(written)]).astype("datetime64[us, UTC]")
    made = lateness.lateness(frame, zone=ZONE)
    return made["days_late"].tolist()[0], made["is_late"].tolist()[0]


@pytest.mark.parametrize(
    ("at", "written", "collected", "days", "is_late"),
    [
        ("2026-10-08", "2026-10-09T08:00Z", "visit", 1, False),  # a Thursday, typed next morning
        ("2026-10-08", "2026-10-10T08:00Z", "visit", 2, True),
        ("2026-10-09", "2026-10-12T16:00Z", "visit", 3, False),  # a Friday, typed on Monday
        ("2026-10-09", "2026-10-13T08:00Z", "phone", 4, True),
        ("2026-10-10", "2026-10-12T16:00Z", "visit", 2, False),  # a Saturday, typed on Monday
        ("2026-10-01", "2026-10-07T08:00Z", "paper", 6, False),
        ("2026-10-01", "2026-10-08T08:00Z", "paper", 7, True),  # a diary day written a week after
        ("2026-10-08", "2026-10-08T22:59Z", "app", 0, False),
        ("2026-10-08", "2026-10-08T23:01Z", "app", 1, True),  # past midnight in London
        ("2026-10-08", "2026-10-07T12:00Z", "app", -1, False),
    ],
)
def test_each_way_of_collecting_has_its_own_rule(at, written, collected, days, is_late):
    assert late(at, written, collected=collected) == (days, is_late)


@pytest.mark.parametrize("more", [{"collected": "import"}, {}, {"collected": "app", "timing": "assigned"}])
def test_lateness_is_missing_where_no_rule_applies(more):
    days, is_late = late("2026-10-08", "2026-11-08T12:00Z", **more)
    assert days is pd.NA
    assert is_late is pd.NA


def test_both_days_are_those_of_the_logs_zone():
    assert late("2026-10-08T22:30-05:00", "2026-10-09T04:00Z", collected="app") == (0, False)


def test_every_rule_says_why():
    from titration.records.person import COLLECTED

    assert set(lateness.RULES) == set(COLLECTED)
    assert all(rule.because for rule in lateness.RULES.values())
