"""A year in strips: first and last values, whole scales, and what is said where there is nothing."""

import itertools

import build
import pandas as pd
import pytest
from plot import patients

from titration.plot import pictures, style
from titration.records import DiarySchedule, PatientState
from titration.scales import register

ZONE = "Europe/London"


def drawn(frames, **more):
    given = {"patient": "P001", "zone": ZONE, "until": patients.UNTIL, "scales": register(), **more}
    return pictures.picture("sparklines", frames, **given)


def artists(figure, gid):
    return [a for a in figure.findobj() if a.get_gid() == gid]


def texts(figure, gid):
    return [a.get_text() for a in artists(figure, gid)]


def expected():
    """A diary for the ten days from 2026-09-25, of which six were filled in."""
    days = [f"2026-09-{n}" for n in (25, 26, 28, 29, 30)] + ["2026-10-02"]
    return build.frames(
        build.dose("2026-09-01", 100), DiarySchedule(patient="P001", scale="nrs_spasticity", from_on="2026-09-25", until_on="2026-10-04"),
        *[build.score(day, 5, reporter="patient", collected="app") for day in days],
    )  # fmt: skip


FEW = ("diary", "ten_years", "only_doses", "readouts", "nothing")


@pytest.fixture(scope="module", params=FEW)
def shown(request):
    return drawn(patients.ALL[request.param]())


@pytest.fixture(scope="module")
def ten_days():
    return drawn(expected())


@pytest.fixture(scope="module")
def bare():
    return drawn(build.frames())


def test_no_two_texts_overlap_and_all_are_on_the_paper(shown):
    said = [t for t in shown.findobj(lambda a: hasattr(a, "get_text")) if t.get_text() and t.get_visible()]
    boxes = [(t.get_text(), t.get_window_extent(shown.renderer)) for t in said]
    boxes = [(text, box) for text, box in boxes if box.width > 0]
    for text, box in boxes:
        assert (box.x0 >= 0, box.x1 <= shown.bbox.width, box.y0 >= -1, box.y1 <= shown.bbox.height) == (True,) * 4, text
    for (one, a), (other, b) in itertools.combinations(boxes, 2):
        across, along = min(a.x1, b.x1) - max(a.x0, b.x0), min(a.y1, b.y1) - max(a.y0, b.y0)
        assert across <= 0.5 or along <= 1.5, f"{one!r} lies over {other!r}"


def test_it_is_a_page_wide_and_little_more_than_an_inch_high(shown):
    wide, high = shown.get_size_inches()
    assert wide == style.WIDTH_IN
    assert 0.8 < high < 1.3


def test_the_twin_is_ascii_and_at_most_80_columns_and_knows_its_place(shown):
    assert shown.twin.isascii()
    assert max(len(line) for line in shown.twin.splitlines()) <= 80
    for word in ("current", "delivered", "worse", "normal", "stable", "target"):
        assert word not in shown.twin.lower()


def test_the_dose_runs_from_zero_and_bears_its_first_and_last_value():
    figure = drawn(build.frames(build.dose("2026-08-01", 100), build.dose("2026-09-01", 120)))
    ax = figure.axes[0]
    assert ax.get_ylim()[0] == 0
    assert texts(figure, "first") == ["100"]
    assert texts(figure, "last") == ["120 mcg/day"]
    assert texts(figure, "last-note") == ["since 2026-09-01"]
    (line,) = artists(figure, "dose")
    assert list(line.get_ydata()) == [100, 100]
    (ahead,) = artists(figure, "dose-unconfirmed")
    assert ahead.is_dashed()
    assert list(ahead.get_ydata()) == [100, 120, 120]


def test_after_an_explant_the_line_ends_and_says_so():
    frames = build.frames(
        build.dose("2026-08-01", 100), PatientState(patient="P001", noted_on="2026-09-01", following="explanted")
    )
    figure = drawn(frames)
    assert (texts(figure, "last"), texts(figure, "last-note")) == (["ended"], ["2026-09-01"])


def test_scores_stand_on_their_whole_scale_with_first_last_and_n():
    figure = drawn(
        build.frames(*[build.score(f"2026-0{m}-05", v, reporter="patient") for m, v in ((4, 7), (6, 3), (9, 4))])
    )
    assert figure.axes[1].get_ylim() == (0, 10)
    assert (texts(figure, "first"), texts(figure, "last"), texts(figure, "last-note")) == (
        ["7"],
        ["4"],
        ["2026-09-05, n 3"],
    )
    assert artists(figure, "score")[0].get_ydata().tolist() == [7, 3, 4]


def test_a_time_that_was_assigned_is_hollow():
    figure = drawn(build.frames(build.score("2026-09-05", 4, reporter="patient", timing="assigned")))
    (points,) = artists(figure, "score-assigned")
    assert points.get_markerfacecolor() == style.PAPER
    assert not artists(figure, "score")


def test_a_scale_of_no_one_body_part_comes_first_and_the_rest_is_named():
    grades = [
        build.score(f"2026-0{m}-05", scale="modified_ashworth", grade="2", body_part="adductors", side=side, reporter="clinician")
        for m in (4, 6, 9) for side in ("left", "right")
    ]  # fmt: skip
    figure = drawn(build.frames(*grades, build.score("2026-09-05", 4, reporter="patient")))
    assert texts(figure, "label")[1:3] == ["Spasticity NRS", "Modified Ashworth Scale"]
    assert "Not drawn: Modified Ashworth Scale, right adductors, clinician (3 days)." in figure.twin
    assert figure.axes[2].get_ylim() == (0, 5)
    assert texts(drawn(build.frames(*grades), scale="MAS"), "label")[1] == "Modified Ashworth Scale"


def test_the_diary_is_filled_by_month_of_the_entries_expected(ten_days):
    figure = ten_days
    assert texts(figure, "first")[-1] == "83 %"  # 5 of 6 days of September
    assert texts(figure, "last")[-1] == "25 %"  # 1 of 4 days of October
    assert texts(figure, "last-note")[-1] == "6 of 10 in all"
    assert [line.get_ydata()[0] for line in artists(figure, "filled-top")] == [pytest.approx(500 / 6), 25]


def test_without_records_each_strip_says_so_and_without_a_schedule_no_diary_is_expected(bare):
    says = ["no dose recorded in these months", "no score with a value in these months", "no diary expected"]
    assert texts(bare, "none") == says
    assert not artists(bare, "filled")
    assert all(said in bare.twin for said in says)


def test_the_window_is_a_year_or_what_is_asked_for(bare):
    assert bare.twin.startswith("P001, 2025-10-08 to 2026-10-08")
    since = pd.Timestamp("2026-04-01", tz=ZONE)
    assert drawn(build.frames(), since=since).twin.startswith("P001, 2026-04-01 to 2026-10-08")
    with pytest.raises(ValueError, match="not before its end"):
        drawn(build.frames(), since=patients.UNTIL)


def test_an_unknown_scale_is_refused():
    with pytest.raises(LookupError, match="no scale of this log"):
        drawn(build.frames(), scale="nothing")


def test_the_same_records_give_the_same_bytes(ten_days):
    assert drawn(expected()).image("svg") == ten_days.image("svg")
