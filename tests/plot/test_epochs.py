"""Dose epochs: what is drawn is what `derive.epochs` counts, and what settles does not count."""

import functools

import build
import pandas as pd
import pytest
from plot import patients

from titration.plot import epochs_shown, pictures
from titration.records import DiarySchedule
from titration.scales import register

KEYS = {"patient": "P001", "zone": "Europe/London", "until": patients.UNTIL, "scales": register()}


def drawn(frames, **own):
    return pictures.picture("epochs", frames, **KEYS, **own)


def with_gid(figure, gid):
    return [artist for ax in figure.axes for artist in ax.findobj(lambda a: a.get_gid() == gid)]


def said(figure, gid):
    return [artist.get_text() for artist in with_gid(figure, gid)]


@functools.cache
def small():
    """100 from the 1st at 10:00, 120 from the 21st: NRS by day, read off by hand."""
    values = {2: 9, 3: 8, 5: 6, 8: 4, 11: 5, 14: 7, 21: 3, 22: 3}
    return build.frames(
        build.dose("2026-09-01T10:00+01:00", 100), build.dose("2026-09-21T10:00+01:00", 120),
        *[build.score(f"2026-09-{day:02d}", value, reporter="patient", collected="app") for day, value in values.items()],
        build.score("2026-09-08", 1, reporter="proxy"),
        DiarySchedule(patient="P001", scale="nrs_spasticity", from_on="2026-09-02", until_on="2026-09-11"),
    )  # fmt: skip


@functools.cache
def small_figure():
    return drawn(small())


def test_the_median_and_the_middle_half_are_of_the_scores_after_settling():
    # settling: 48 h and the 24 h the scale asks about, to the 4th at 10:00; so 6, 4, 5, 7 count
    figure = small_figure()
    (median,) = with_gid(figure, "median")
    assert median.get_ydata().tolist() == [5.5, 5.5]
    (box,) = with_gid(figure, "middle-half")
    ys = box.get_paths()[0].vertices[:, 1]
    assert (ys.min(), ys.max()) == (4.75, 6.25)
    assert said(figure, "counts")[0] == "n 4 (+2)\ndiary 5 of 10"
    assert with_gid(figure, "score-settling")[0].get_ydata().tolist() == [9, 8]


def test_few_scores_are_dots_without_a_median_and_the_day_of_a_change_counts_nowhere():
    figure = small_figure()
    assert said(figure, "dose") == ["100 mcg/day", "120 mcg/day"]
    assert (
        said(figure, "counts")[1].splitlines()[0] == "n 0 (+1)"
    )  # the 22nd settles, the 21st is the day of the change
    assert len(with_gid(figure, "median")) == 1
    assert "neither with fewer than 4" in figure.twin.replace("\n  ", " ")


def test_series_are_never_mixed_and_the_other_can_be_asked_for():
    assert "Not drawn: proxy" in small_figure().twin
    proxy = drawn(small(), of={"reporter": "proxy"})
    assert said(proxy, "counts")[0].startswith("n 1")
    with pytest.raises(LookupError, match="no part of a series"):
        drawn(small(), of={"hand": "left"})
    with pytest.raises(LookupError, match="no scale of this log"):
        drawn(small(), scale="spasms")


def test_all_panels_have_the_whole_scale_and_their_own_days():
    axes = small_figure().axes
    assert {ax.get_ylim() for ax in axes} == {(0, 10)}
    assert [ax.get_xlim()[1] for ax in axes] == pytest.approx([20, 16 + 23.5 / 24])


@pytest.mark.parametrize("name", ["diary", "visits", "readouts"])
def test_the_dots_are_those_that_the_derivation_counts(name):
    shown = epochs_shown.of_patient(patients.ALL[name](), **KEYS, most=99)
    assert sum(len(epoch.points) for epoch in shown.epochs) > 0
    for epoch in shown.epochs:
        n, settling = (0 if pd.isna(epoch.row.n) else epoch.row.n), epoch.row.n_settling
        assert (epoch.n, int(epoch.points["is_settling"].sum())) == (n, settling)


def test_more_epochs_than_there_is_room_for_are_the_last_and_it_is_said():
    figure = drawn(patients.ten_years())
    assert len(figure.axes) == 24
    assert "The last 24 epochs are shown" in figure.twin
    assert len({round(ax.get_position().y0, 6) for ax in figure.axes}) == 4


def test_what_is_not_there_is_said():
    assert said(drawn(build.frames()), "none") == ["no dose recorded"]
    assert said(drawn(patients.only_scores()), "none") == ["no dose recorded"]
    only = drawn(patients.only_doses())
    assert said(only, "dose") == ["100 mcg/day", "0 mcg/day", "90 mcg/day"]
    assert "No score recorded." in only.twin
    assert "stopped" in said(only, "dates")[1]
    assert only.twin.isascii()
    assert only.image("svg")
