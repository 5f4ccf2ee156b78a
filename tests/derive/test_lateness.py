"""Lateness: days between the day a score is about and the day it was written, judged by how it was collected."""

import build
import pandas as pd
import pytest

from titration.derive import lateness

ZONE = "Europe/London"


def late(at, written, **more):
    frame = build.frames(build.score(at, 4, **more))["scores"]
    frame["first_recorded_at"] = pd.Series([pd.Timestamp(written)]).astype("datetime64[us, UTC]")
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


def provenance(*facts, written, **more):
    frames = build.frames(*(build.score(at, 4, **own) for at, own in facts))
    stamps = pd.Series(pd.to_datetime(written, utc=True)).astype("datetime64[us, UTC]")
    frames["scores"] = frames["scores"].assign(first_recorded_at=stamps, **more)
    return lateness.provenance(frames, zone=ZONE)


def test_every_score_says_where_it_comes_from_in_one_table():
    made = provenance(
        ("2026-10-08", {"collected": "app", "reporter": "patient"}),
        ("2026-10-08", {"collected": "paper", "reporter": "proxy"}),
        ("2026-10-08", {"collected": "visit", "reporter": "clinician"}),
        ("2026-10-08", {"collected": "app", "timing": "assigned"}),
        ("2026-10-08", {"collected": "import"}),
        ("2026-10-08", {"collected": "app"}),
        written=["2026-10-08T20:00Z", "2026-10-15T08:00Z", "2026-10-09T08:00Z"] + ["2026-11-08T08:00Z"] * 2 + ["2026-10-07T08:00Z"],
    )  # fmt: skip
    assert made.columns.tolist() == ["row", "provenance", "days_late", "reported_by"]
    assert made["provenance"].tolist() == [
        "same day", "late", "within the rule", "assigned", "not judged", "before its day",
    ]  # fmt: skip
    assert made["days_late"].tolist() == [0, 7, 1, pd.NA, pd.NA, -1]
    assert made["reported_by"].tolist()[:3] == ["patient", "proxy", "clinician"]
    assert made["reported_by"].isna().tolist()[3:] == [True, True, True]


def test_a_score_corrected_long_after_counts_from_when_it_was_first_written():
    written_again = pd.Timestamp("2026-12-01T08:00Z").as_unit("us")
    made = provenance(
        ("2026-10-08", {"collected": "app"}), written=["2026-10-08T20:00Z"], row=9, recorded_at=written_again
    )
    assert made["provenance"].tolist() == ["same day"]


def test_without_scores_the_table_is_empty_and_typed():
    made = lateness.provenance(build.frames(), zone=ZONE)
    assert made.empty
    assert made.dtypes.astype(str).to_dict() == lateness.PROVENANCE
