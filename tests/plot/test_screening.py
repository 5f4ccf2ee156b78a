"""A screening trial: hours since the bolus, a line for each, what was before it left of 0."""

import functools

import build
import pandas as pd

from titration.plot import pictures
from titration.records import Bolus
from titration.scales import register

UNTIL = pd.Timestamp("2026-10-08T09:30+01:00")


def drawn(*records, until=UNTIL, **own):
    return pictures.picture(
        "screening", build.frames(*records), patient="P001", zone="Europe/London", until=until, scales=register(), **own
    )


def bolus(at, mcg, **more):
    when = {"given_on": at} if len(at) == 10 else {"given_at": at}
    return Bolus(patient="P001", bolus="screening", dose_mcg=mcg, **when, **more)


def with_gid(figure, gid):
    return [artist for ax in figure.axes for artist in ax.findobj(lambda a: a.get_gid() == gid)]


def said(figure, gid):
    return [artist.get_text() for artist in with_gid(figure, gid)]


def nrs(at, value=None, **more):
    return build.score(at, value, **{"reporter": "patient", **more})


@functools.cache
def figure():
    """50 mcg at 09:00, 75 mcg the day after at 10:00, 100 mcg of which only the day is known."""
    return drawn(
        bolus("2026-09-01T09:00+01:00", 50), bolus("2026-09-02T10:00+01:00", 75), bolus("2026-09-04", 100),
        nrs("2026-09-01T08:00+01:00", 6), nrs("2026-09-01T08:30+01:00", 8), nrs("2026-09-01T11:00+01:00", 5),
        nrs("2026-09-01T13:30+01:00", 3), nrs("2026-09-02T10:00+01:00", 7), nrs("2026-09-02T14:00+01:00", 2),
        nrs("2026-09-02T14:00+01:00", scale="modified_ashworth", grade="1+", reporter="clinician", side="left",
            body_part="knee flexors"),
    )  # fmt: skip


def test_each_bolus_is_a_line_by_its_own_hours():
    first, second, graded = with_gid(figure(), "after")
    assert first.get_xydata().tolist() == [[2.0, 5.0], [4.5, 3.0]]
    assert second.get_xydata().tolist() == [[4.0, 2.0]]
    assert graded.get_xydata().tolist() == [[4.0, 2.0]]  # 1+ is the third of six grades
    assert {line.get_marker() for line in (first, second)} == {"o", "s"}
    assert first.get_linestyle() != second.get_linestyle()


def test_the_last_score_before_a_bolus_stands_left_of_it_and_at_its_very_time_is_before():
    marks = with_gid(figure(), "before-bolus")
    assert [mark.get_ydata().tolist() for mark in marks] == [[8.0], [7.0], []]
    assert all(x < 0 for mark in marks for x in mark.get_xdata())
    assert "50 mcg: -0.5 h 8; 2 h 5; 4.5 h 3" in figure().twin
    assert "75 mcg: 0 h 7; 4 h 2" in figure().twin


def test_lines_are_named_by_their_amount_on_a_panel_for_each_series():
    assert said(figure(), "dose-label") == ["50 mcg", "75 mcg", "75 mcg"]
    assert said(figure(), "title") == [
        "Spasticity NRS, patient",
        "Modified Ashworth Scale, knee flexors, left, clinician",
    ]
    assert [ax.get_ylim() for ax in figure().axes] == [(0, 10), (0, 5)]
    assert figure().axes[-1].get_xlabel() == "hours since the bolus"


def test_it_is_never_a_rate():
    assert "mcg/day" not in figure().twin
    assert "never a daily dose" in figure().twin.replace("\n  ", " ")


def test_a_bolus_without_a_time_has_no_hours_and_is_counted():
    assert "screening trial, 3 boluses" in figure().twin
    assert "Not drawn: 1 of which only the day is known." in figure().twin
    assert said(drawn(bolus("2026-09-04", 100), nrs("2026-09-04T12:00+01:00", 4)), "none") == [
        "no screening bolus with a time recorded"
    ]


def test_other_boluses_and_later_scores_are_not_of_the_trial():
    single = Bolus(patient="P001", given_at="2026-09-01T09:00+01:00", bolus="single", dose_mcg=50)
    assert said(drawn(single, nrs("2026-09-01T10:00+01:00", 4)), "none") == ["no screening bolus recorded"]
    late = drawn(bolus("2026-09-01T09:00+01:00", 50), nrs("2026-09-02T10:00+01:00", 4))
    assert said(late, "none") == ["no score within 24 h of a screening bolus"]
    assert "2026-09-01 09:00  50 mcg" in late.twin
    assert drawn().image("svg")
    ended = drawn(bolus("2026-09-01T09:00+01:00", 50), nrs("2026-09-01T10:00+01:00", 4), nrs("2026-09-01T12:00+01:00", 2),
                  until=pd.Timestamp("2026-09-01T11:00+01:00"))  # fmt: skip
    assert [line.get_xydata().tolist() for line in with_gid(ended, "after")] == [[[1.0, 4.0]]]
