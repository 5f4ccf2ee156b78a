"""Before and after a change: what is dropped is counted, directions and reporters stand apart, the caution is there."""

import datetime as dt

import build
import numpy as np
import pytest
from plot import patients

from titration.derive import windows
from titration.plot.aligned import before_after
from titration.scales import register


def drawn(frames, **more):
    given = {"patient": "P001", "zone": "Europe/London", "until": patients.UNTIL, "scales": register(), **more}
    return before_after(frames, **given)


def diary(first, days, value, **more):
    start = dt.date.fromisoformat(first)
    given = {"reporter": "patient", **more}
    return [build.score((start + dt.timedelta(days=n)).isoformat(), value, **given) for n in range(days)]


def artists(figure, gid):
    return [a for a in figure.findobj() if a.get_gid() == gid]


def texts(figure, gid):
    return [a.get_text() for a in artists(figure, gid)]


def one_change(**more):
    """100 from 1 June, 120 from 1 July 2026 at noon; 6 each day before, 4 each day after."""
    return build.frames(
        build.dose("2026-06-01T12:00+01:00", 100), build.dose("2026-07-01T12:00+01:00", 120),
        *diary("2026-06-10", 21, 6, **more), *diary("2026-07-01", 21, 4, **more),
    )  # fmt: skip


def test_a_change_is_a_thin_line_by_days_and_its_medians_stand_beside():
    figure = drawn(one_change())
    (line,) = artists(figure, "one")
    assert line.get_xdata().tolist() == list(range(-14, 15))
    assert line.get_ydata().tolist() == [6] * 14 + [4] * 15
    (numbers,) = texts(figure, "numbers")
    assert numbers.splitlines() == ["1 of 1 changes", "before: 6 (6 to 6)", "after: 4 (4 to 4)"]
    assert texts(figure, "title") == ["dose raised; patient"]
    # whole days only: 18 to 30 June before; after 48 h and the 24 h the scale asks about, 5 to 17 July
    assert "2026-07-01 100 to 120 mcg/day: median 6 before (n 13), 4 after (n 13)" in " ".join(figure.twin.split())
    assert not artists(figure, "middle")  # one line is no median of five


def test_a_day_without_a_value_is_a_gap():
    frames = one_change()
    frames["scores"] = frames["scores"][frames["scores"]["observed_on"] != "2026-06-25"]
    (line,) = artists(drawn(frames), "one")
    assert np.isnan(line.get_ydata()[8])  # six days before
    assert np.isfinite(line.get_ydata()).sum() == 28


def test_a_change_with_another_inside_its_window_is_dropped_and_counted():
    frames = build.frames(
        build.dose("2026-06-01T12:00+01:00", 100), build.dose("2026-07-01T12:00+01:00", 120),
        build.dose("2026-07-10T12:00+01:00", 140), build.dose("2026-08-20T12:00+01:00", 120),
        *diary("2026-06-10", 100, 5),
    )  # fmt: skip
    figure = drawn(frames)
    assert texts(figure, "title") == ["dose raised; patient", "dose lowered; patient"]
    raised, lowered = (" ".join(text.split()) for text in texts(figure, "numbers"))
    assert raised == "0 of 2 changes dropped 2: another dose change within 14 days"
    assert lowered.startswith("1 of 1 changes before: 5")
    assert texts(figure, "none") == ["no change can be shown"]


def test_reporters_are_never_mixed():
    frames = one_change()
    more = one_change(reporter="proxy")
    both = build.frames(
        build.dose("2026-06-01T12:00+01:00", 100), build.dose("2026-07-01T12:00+01:00", 120),
        *diary("2026-06-10", 42, 6), *diary("2026-06-10", 42, 3, reporter="proxy"),
    )  # fmt: skip
    assert len(drawn(frames).axes) == len(drawn(more).axes) == 1
    assert texts(drawn(both), "title") == ["dose raised; patient", "dose raised; proxy"]


def test_the_median_is_bold_where_five_changes_have_that_day():
    doses = [build.dose(f"2026-0{n}-01T12:00+01:00", 100 + 10 * n) for n in range(2, 9)]
    figure = drawn(build.frames(*doses, *diary("2026-01-15", 230, 5)))
    (middle,) = artists(figure, "middle")
    assert set(middle.get_ydata()[np.isfinite(middle.get_ydata())]) == {5}
    assert middle.get_linewidth() > artists(figure, "one")[0].get_linewidth()


def test_the_caution_on_regression_to_the_mean_is_printed():
    figure = drawn(one_change())
    assert windows.CAUTION in texts(figure, "footer")[0].replace("\n", " ")
    assert windows.CAUTION in " ".join(figure.twin.split())


@pytest.mark.parametrize("frames", [build.frames, patients.only_doses, patients.only_scores, patients.one_row])
def test_it_says_where_there_is_nothing_to_show(frames):
    figure = drawn(frames())
    assert texts(figure, "none")
    assert figure.image("svg")
