"""The run chart: numbers beside limits, its caution, and nothing where there are too few points."""

import datetime as dt

import build
import pytest
from plot import patients

from titration.derive import runchart
from titration.plot.run_chart import run_chart
from titration.scales import register


def drawn(frames, **more):
    given = {"patient": "P001", "zone": "Europe/London", "until": patients.UNTIL, "scales": register(), **more}
    return run_chart(frames, **given)


def weeks(*medians, reporter="patient"):
    """Four equal answers in each week, from Monday 1 June 2026 on; None is a week without a diary."""
    monday = dt.date(2026, 6, 1)
    return [
        build.score((monday + dt.timedelta(days=7 * n + day)).isoformat(), median, reporter=reporter)
        for n, median in enumerate(medians)
        if median is not None
        for day in range(4)
    ]


def artists(figure, gid):
    return [a for a in figure.findobj() if a.get_gid() == gid]


FLAT = (3, 5, 3, 5, 3, 5, 3, 5, 3, 5, 4)
"""Centre 4; ten useful points in ten runs: nine crossings."""


def test_the_numbers_stand_beside_their_limits():
    figure = drawn(build.frames(*weeks(*FLAT)))
    (numbers,) = artists(figure, "numbers")
    assert numbers.get_text().splitlines() == [
        "centre 4, 11 weeks", "11 points, 0 weeks without a point", "10 useful points", "longest run 1, limit 6",
        "crossings 9, limit 2", "lag-1 correlation -0.9, 10 pairs",
    ]  # fmt: skip
    (centre,) = artists(figure, "centre")
    assert set(centre.get_ydata()) == {4}
    (line,) = artists(figure, "weeks")
    assert line.get_ydata().tolist() == list(FLAT)
    assert figure.axes[0].get_ylim() == (0, 10)
    for line in ("longest run 1, limit 6", "2026-06-01 3; 2026-06-08 5"):
        assert line in figure.twin


def test_below_ten_useful_points_nothing_is_drawn_and_it_says_so():
    figure = drawn(build.frames(*weeks(*FLAT[:8], 4)))
    assert not artists(figure, "weeks")
    assert [t.get_text() for t in artists(figure, "none")] == ["not drawn: 8 useful points; 10 are needed"]
    assert "not drawn: 8 useful points; 10 are needed" in figure.twin


def test_its_caution_is_printed_with_it():
    figure = drawn(build.frames(*weeks(*FLAT)))
    (footer,) = artists(figure, "footer")
    assert runchart.CAUTION in footer.get_text().replace("\n", " ")
    assert runchart.CAUTION in " ".join(figure.twin.split())


def test_a_week_without_a_diary_breaks_the_line():
    (line,) = artists(drawn(build.frames(*weeks(*FLAT[:6], None, *FLAT[6:]))), "weeks")
    assert line.get_ydata().tolist()[5:8][0] == 5
    assert line.get_ydata()[6] != line.get_ydata()[6]  # missing
    assert line.get_ydata()[7] == 3


def test_a_frozen_centre_is_solid_as_far_as_its_basis_and_dashed_beyond():
    figure = drawn(build.frames(*weeks(*FLAT)), centre_until=dt.date(2026, 6, 14))
    basis, beyond = artists(figure, "centre")
    assert set(basis.get_ydata()) == set(beyond.get_ydata()) == {4}
    assert not basis.is_dashed()
    assert beyond.is_dashed()
    assert "ended by 2026-06-14" in figure.twin


def test_each_reporter_has_a_panel_of_its_own():
    figure = drawn(build.frames(*weeks(*FLAT), *weeks(*FLAT, reporter="proxy")))
    assert [t.get_text() for t in artists(figure, "title")] == ["patient", "proxy"]


@pytest.mark.parametrize("frames", [build.frames, patients.only_doses, patients.one_row])
def test_without_a_diary_it_says_that_there_is_no_week(frames):
    figure = drawn(frames())
    assert "no week with a median in this window" in figure.twin
    assert figure.image("svg")


def test_a_scale_that_is_not_there_is_refused():
    with pytest.raises(LookupError, match="nonsense: no scale of this log"):
        drawn(build.frames(), scale="nonsense")


def test_it_has_no_word_for_what_the_numbers_mean():
    text = drawn(build.frames(*weeks(*FLAT))).twin.lower()
    for word in ("signal", "stable", "worse", "better", "improv", "special cause", "responder"):
        assert word not in text
