"""Refill by refill: the printed volume first, ours beside it, no line that was not asked for."""

import functools

import build
import pandas as pd
import pytest

from titration.plot import pictures
from titration.records import Refill
from titration.scales import register

UNTIL = pd.Timestamp("2026-10-08T09:30+01:00")


def drawn(*records, **own):
    return pictures.picture(
        "refills", build.frames(*records), patient="P001", zone="Europe/London", until=UNTIL, scales=register(), **own
    )


def refill(on, **more):
    return Refill(patient="P001", filled_on=on, concentration_mcg_per_ml=500, **more)


def with_gid(figure, gid):
    return [artist for ax in figure.axes for artist in ax.findobj(lambda a: a.get_gid() == gid)]


def said(figure, gid):
    return [artist.get_text() for artist in with_gid(figure, gid)]


RECORDS = (
    build.dose("2026-01-01", 250, concentration_mcg_per_ml=500),  # 0.5 mL/day
    refill("2026-01-01", injected_ml=20),
    refill("2026-01-31", expected_ml=4, withdrawn_ml=6, injected_ml=20),  # 15 mL used: ours 5
    refill("2026-02-20", withdrawn_ml=9, injected_ml=20, timing="assigned"),  # 10 mL used: ours 10, none printed
)


@functools.cache
def figure():
    return drawn(*RECORDS)


def test_printed_and_reckoned_stand_side_by_side_in_marks_of_their_own():
    (printed,), (ours,), (assigned,) = (with_gid(figure(), gid) for gid in ("printed", "reckoned", "reckoned-assigned"))
    assert printed.get_ydata().tolist() == [2.0]
    assert ours.get_ydata().tolist() == [1.0]
    assert assigned.get_ydata().tolist() == [-1.0]
    assert printed.get_marker() != ours.get_marker()
    assert printed.get_xdata()[0] < ours.get_xdata()[0]  # one refill, drawn beside one another


def test_volume_and_percent_of_the_volume_due_are_printed():
    # 2 mL of the 16 mL due by the printout; ours: 1 mL less than the 10 mL due
    assert said(figure(), "printed-label") == ["+2 mL\n+12.5 %"]
    assert said(figure(), "reckoned-label") == ["\N{MINUS SIGN}1 mL\n\N{MINUS SIGN}10 %"]
    assert "withdrawn 6 mL; printed 4 mL: +2 mL (+12.5 %); reckoned 5 mL: +1 mL (+6.7 %)" in figure().twin.replace(
        "\n    ", " "
    )


def test_zero_is_in_the_middle_and_no_line_is_drawn_that_was_not_asked_for():
    (ax,) = figure().axes
    low, high = ax.get_ylim()
    assert low == -high
    assert with_gid(figure(), "zero")[0].get_ydata() == [0, 0]
    assert not with_gid(figure(), "reference")
    asked = drawn(*RECORDS, lines=((2.5, "as in ASRA 2017"), (-2.5, "as in ASRA 2017")))
    assert [line.get_ydata() for line in with_gid(asked, "reference")] == [[2.5, 2.5], [-2.5, -2.5]]
    assert said(asked, "reference-label")[0] == "+2.5 mL: as in ASRA 2017"
    assert asked.axes[0].get_ylim()[1] > 2.5
    assert "Reference line: -2.5 mL, as in ASRA 2017" in asked.twin


def test_what_cannot_be_reckoned_says_why():
    twin = drawn(refill("2026-01-01", injected_ml=20), refill("2026-02-01", withdrawn_ml=5)).twin.replace("\n    ", " ")
    assert "2026-02-01  withdrawn 5 mL; not computable: no program on record" in twin
    assert "Not reckoned: 1" in twin


def test_a_year_of_weekly_refills_counts_the_labels_it_leaves_out():
    days = pd.date_range("2025-10-20", periods=50, freq="7D").strftime("%Y-%m-%d")
    many = drawn(*(refill(on, expected_ml=4, withdrawn_ml=4.1, injected_ml=20) for on in days))
    n = len(said(many, "printed-label"))
    assert 0 < n < 50
    assert said(many, "title-note") == [f"{50 - n} of 50 labels left out for room"]


def test_nothing_to_draw_is_said():
    for made in (drawn(), drawn(build.dose("2026-01-01", 120)), drawn(refill("2026-01-01", injected_ml=20))):
        assert said(made, "none") == ["no refill with a measured and an expected volume"]
        assert made.image("svg")
    assert "no refill recorded in this window" in drawn().twin
    with pytest.raises(ValueError, match="not before its end"):
        drawn(since=pd.Timestamp("2027-01-01T00:00Z"))
    later = drawn(*RECORDS, since=pd.Timestamp("2026-02-10T00:00Z"))
    assert "2 refills lie outside this window" in later.twin
