"""The timeline: what its artists say, never its pixels."""

import itertools

import build
import numpy as np
import pandas as pd
import pytest
from plot import patients

from titration.derive.totals import WEEKDAYS
from titration.fields import Reading
from titration.plot import axis, timeline
from titration.records import Bolus, DoseStep, Event, Note, OralDose, PatientState, Readout, Refill, SideEffect
from titration.scales import register

ZONE = "Europe/London"


def drawn(frames, **more):
    given = {"patient": "P001", "zone": ZONE, "until": patients.UNTIL, "scales": register(), **more}
    return timeline(frames, **given)


def artists(figure, gid):
    return [a for a in figure.findobj() if a.get_gid() == gid]


def texts(figure, gid):
    return [a.get_text() for a in artists(figure, gid)]


def day(text):
    return axis.number(pd.Timestamp(text, tz=ZONE), ZONE)


def steps(figure, gid):
    return [(line.get_xdata().tolist(), line.get_ydata().tolist()) for line in artists(figure, gid)]


@pytest.fixture(scope="module", params=list(patients.ALL))
def shown(request):
    return drawn(patients.ALL[request.param]())


def test_no_two_texts_overlap(shown):
    renderer = shown.renderer
    said = [t for t in shown.findobj(lambda a: hasattr(a, "get_text")) if t.get_text() and t.get_visible()]
    boxes = [(t.get_text(), t.get_window_extent(renderer)) for t in said]
    boxes = [(text, box) for text, box in boxes if box.width > 0]
    apart = 0.5
    for (one, a), (other, b) in itertools.combinations(boxes, 2):
        across = min(a.x1, b.x1) - max(a.x0, b.x0)
        along = min(a.y1, b.y1) - max(a.y0, b.y0)
        assert across <= apart or along <= apart, f"{one!r} lies over {other!r}"


def test_every_text_is_on_the_paper(shown):
    paper = shown.bbox
    for text in shown.findobj(lambda a: hasattr(a, "get_text")):
        if text.get_text() and text.get_visible():
            box = text.get_window_extent(shown.renderer)
            assert box.x0 >= 0, text.get_text()
            assert box.x1 <= paper.width, text.get_text()
            assert box.y0 >= 0, text.get_text()
            assert box.y1 <= paper.height, text.get_text()


def test_the_dose_axis_begins_at_zero_and_all_panels_share_the_time(shown):
    assert shown.axes[0].get_ylim()[0] == 0
    assert len({ax.get_xlim() for ax in shown.axes}) == 1


def test_the_year_stands_on_the_axis(shown):
    assert any("202" in t.get_text() or "201" in t.get_text() for t in shown.axes[-1].get_xticklabels())


def test_the_line_holds_each_dose_from_its_change_to_the_next():
    figure = drawn(
        build.frames(build.dose("2026-08-01", 100), build.dose("2026-09-01", 120), build.dose("2026-09-20", 90))
    )
    ((x, y),) = steps(figure, "dose")
    assert x == [day(t) for t in ("2026-08-01", "2026-09-01", "2026-09-01", "2026-09-20", "2026-09-20")]
    assert y == [100, 100, 120, 120, 90]
    assert artists(figure, "dose")[0].get_drawstyle() == "steps-post"


def test_beyond_the_last_confirmation_the_line_is_dashed_to_the_end_of_the_picture():
    figure = drawn(build.frames(build.dose("2026-08-01", 100), build.dose("2026-09-01", 120)))
    ((x, y),) = steps(figure, "dose-unconfirmed")
    assert x == [day("2026-09-01"), day("2026-10-08T09:30")]
    assert y == [120, 120]
    assert artists(figure, "dose-unconfirmed")[0].is_dashed()


def test_a_program_the_pump_runs_by_itself_is_dashed_from_its_time_and_a_plan_is_not_drawn():
    figure = drawn(
        build.frames(
            build.dose("2026-08-01", 100), build.dose("2026-08-10", 110, status="programmed"),
            build.dose("2026-09-01", 120), build.dose("2026-09-10", 500, status="planned"),
        )
    )  # fmt: skip
    ((x, y),) = steps(figure, "dose-unconfirmed")
    assert x == [day(t) for t in ("2026-08-10", "2026-08-10", "2026-09-01", "2026-09-01", "2026-10-08T09:30")]
    assert y == [100, 110, 110, 120, 120]
    assert "500" not in " ".join(texts(figure, "dose-label"))
    assert "1 planned dose change" in texts(figure, "footer")[0].replace("\n", " ")


def test_a_programmed_dose_that_was_carried_out_is_drawn_once():
    frames = build.frames(
        build.dose("2026-08-01", 100),
        build.dose("2026-08-10", 110, status="programmed"),
        build.dose("2026-08-10", 110, fulfils=2),
    )
    assert texts(drawn(frames), "dose-label").count("110") == 1


def readout(at, mcg=None, **more):
    return Readout(patient="P001", read_at=at, dose_mcg_per_day=mcg, **more)


def test_a_readout_that_agrees_makes_the_line_solid_up_to_it():
    figure = drawn(build.frames(build.dose("2026-08-01", 100), readout("2026-09-01T10:00+01:00", 100)))
    assert steps(figure, "dose") == [([day("2026-08-01"), day("2026-09-01T10:00")], [100, 100])]
    assert steps(figure, "dose-unconfirmed") == [([day("2026-09-01T10:00"), day("2026-10-08T09:30")], [100, 100])]
    assert steps(figure, "readout") == [([day("2026-09-01T10:00")], [100])]
    assert not artists(figure, "unexplained")
    assert texts(figure, "last") == ["100 mcg/day\nlast confirmed\n2026-09-01"]
    assert "Upright bar: a readout that agreed." in texts(figure, "footer")[0].replace("\n", " ")


def test_an_unexplained_interval_is_hatched_and_dashed_up_to_the_readout_and_goes_on_as_found():
    frames = build.frames(
        build.dose("2026-08-01", 100), readout("2026-08-20T10:00+01:00", 100), readout("2026-09-10T10:00+01:00", 150)
    )
    figure = drawn(frames)
    (area,) = artists(figure, "unexplained")
    corners = area.get_paths()[0].vertices
    assert (corners[:, 0].min(), corners[:, 0].max()) == (day("2026-08-20T10:00"), day("2026-09-10T10:00"))
    assert area.get_hatch() == "xxx"
    assert steps(figure, "readout-other") == [([day("2026-09-10T10:00")], [150])]
    assert steps(figure, "dose") == [([day("2026-08-01"), day("2026-08-20T10:00")], [100, 100])]
    ((x, y),) = steps(figure, "dose-unconfirmed")
    assert (x[0], x[-1], y[0], y[-1]) == (day("2026-08-20T10:00"), day("2026-10-08T09:30"), 100, 150)
    assert "+50 %, found" in texts(figure, "change-label")
    assert texts(figure, "last") == ["150 mcg/day\nas found\nlast confirmed\n2026-09-10"]
    assert "Crosshatched: unexplained" in texts(figure, "footer")[0].replace("\n", " ")
    assert (
        "  readout 2026-09-10 10:00  not as recorded: daily dose 100 mcg/day, found 150\n"
        "    mcg/day; unexplained from 2026-08-20 on"
    ) in figure.twin


def test_a_dose_that_was_not_read_leaves_a_gap_and_is_said():
    frames = build.frames(build.dose("2026-08-01", 100), readout("2026-09-10T10:00+01:00", mode="minimum rate"))
    figure = drawn(frames)
    assert max(x for gid in ("dose", "dose-unconfirmed") for xs, _ in steps(figure, gid) for x in xs) == day(
        "2026-09-10T10:00"
    )
    assert texts(figure, "last") == ["dose not read\nas found\nlast confirmed\n2026-09-10"]
    assert "nan" not in figure.twin


def test_where_a_step_runs_ahead_of_the_last_confirmation_both_are_said():
    figure = drawn(patients.stepped())
    assert (
        texts(figure, "last")[0].replace("\n", " ")
        == "100 mcg/day confirmed 2026-08-11; 110 programmed from 2026-10-01"
    )
    assert (
        "last recorded programmed dose 110 mcg/day, effective 2026-10-01 10:00 (programmed ahead, not confirmed), "
        "last confirmed 2026-08-11 at 100 mcg/day"
    ) in " ".join(figure.twin.split())
    footer = texts(figure, "footer")[0].replace("\n", " ")
    assert "Not drawn: 1 planned dose change, 1 programmed step of a later date." in footer
    # dashed from 1 June until a readout saw the step of 1 July, solid to the change of 11 August
    assert [(x[0], x[-1]) for x, _ in steps(figure, "dose")] == [
        (day("2026-05-01T10:00"), day("2026-06-01T10:00")), (day("2026-07-10"), day("2026-08-11T10:00")),
    ]  # fmt: skip


def test_marks_side_by_side_are_told_where_there_are_any():
    assert "Marks side by side are of one day." in texts(drawn(patients.readouts()), "footer")[0].replace("\n", " ")
    assert "side by side" not in texts(drawn(patients.only_scores()), "footer")[0]


def test_records_without_a_place_in_the_picture_are_named():
    given = [Bolus(patient="P001", given_on=on, bolus="single", dose_mcg=20) for on in ("2026-08-02", "2026-08-03")]
    figure = drawn(
        build.frames(build.dose("2026-08-01", 100), *given, Note(patient="P001", noted_on="2026-08-04", words="x"))
    )
    assert "Not drawn: 2 single boluses, 1 note." in texts(figure, "footer")[0].replace("\n", " ")


def test_year_lines_are_thin_where_there_are_many():
    assert {line.get_linewidth() for line in artists(drawn(patients.ten_years()), "year")} == {0.35}
    assert {line.get_linewidth() for line in artists(drawn(patients.visits()), "year")} == {0.7}


def test_the_line_ends_at_the_explant():
    frames = build.frames(
        build.dose("2026-08-01", 100), PatientState(patient="P001", noted_on="2026-09-01", following="explanted")
    )
    figure = drawn(frames)
    assert max(x for xs, _ in steps(figure, "dose-unconfirmed") for x in xs) == day("2026-09-01")
    assert texts(figure, "last")[0] == "100 mcg/day\nexplanted\n2026-09-01"
    assert texts(figure, "end-label") == ["explanted"]


def test_the_last_recorded_programmed_dose_stands_in_the_margin_with_its_confirmation():
    figure = drawn(build.frames(build.dose("2026-08-01", 100)))
    assert texts(figure, "last") == ["100 mcg/day\nlast confirmed\n2026-08-01"]


def test_each_change_is_labelled_with_its_dose_and_its_percent_or_new_mode():
    figure = drawn(patients.flex())
    assert sorted(texts(figure, "dose-label"), key=float) == ["20", "180", "200", "216", "220", "252", "276"]
    said = texts(figure, "change-label")
    assert "+20 %" in said
    assert "flex, 189 to 252" in said
    assert "minimum rate" in said


def test_labels_that_have_no_room_are_counted():
    figure = drawn(patients.ten_years())
    labels, (note,) = texts(figure, "dose-label"), texts(figure, "note")
    left_out, of = (int(word) for word in note.split() if word.isdigit())
    assert len(labels) + left_out == of


def test_flex_is_the_range_of_its_days_totals():
    (band,) = artists(drawn(patients.flex()), "flex-range")
    y = band.get_paths()[0].vertices[:, 1]
    assert (y.min(), y.max()) == (189, 252)  # 6 x 6 + 18 x 12 on weekdays, 9 x 6 + 15 x 9 at the weekend


def marks(figure):
    """Shape and face of the mark of each dose change, by time; those that look alike are one artist."""
    found = [
        (x, one.get_marker(), one.get_markerfacecolor()) for one in artists(figure, "change") for x in one.get_xdata()
    ]
    return [(shape, face) for _, shape, face in sorted(found)]


def test_assigned_times_are_hollow_and_said():
    figure = drawn(build.frames(build.dose("2026-08-01", 100, timing="assigned"), build.dose("2026-09-01", 120)))
    assert [face for _, face in marks(figure)] == ["#ffffff", "#1a1a1a"]
    assert "assigned, not observed" in texts(figure, "footer")[0].replace("\n", " ")
    assert "times assigned" in figure.twin


@pytest.mark.parametrize(
    ("scale", "limits"),
    [("nrs_spasticity", (0, 10)), ("penn_frequency", (0, 4)), ("penn_severity", (1, 3)), ("modified_ashworth", (0, 5))],
)
def test_a_score_axis_shows_its_whole_scale(scale, limits):
    one = {"grade": "1+"} if scale == "modified_ashworth" else {"value": 2}
    figure = drawn(build.frames(build.score("2026-09-01", scale=scale, **one)))
    assert figure.axes[1].get_ylim() == limits


def test_grades_stand_on_the_axis_by_name_and_the_direction_in_words():
    figure = drawn(build.frames(build.score("2026-09-01", scale="modified_ashworth", grade="1+")))
    assert [t.get_text() for t in figure.axes[1].get_yticklabels()] == ["0", "1", "1+", "2", "3", "4"]
    assert figure.axes[1].get_ylabel().split() == [
        "more",
        "resistance",
        "to",
        "passive",
        "movement",
        "\N{RIGHTWARDS ARROW}",
    ]
    assert texts(figure, "score-label") == ["1+"]


def test_reporters_have_shapes_and_sides_have_fills():
    frames = build.frames(
        build.score("2026-08-01", 5, reporter="patient"), build.score("2026-08-02", 5, reporter="proxy"),
        build.score("2026-08-03", scale="modified_ashworth", grade="2", side="left", reporter="clinician"),
        build.score("2026-08-03", scale="modified_ashworth", grade="2", side="right", reporter="clinician"),
    )  # fmt: skip
    looks = {(m.get_marker(), m.get_fillstyle()) for m in artists(drawn(frames), "score")}
    assert looks == {("o", "full"), ("^", "full"), ("s", "left"), ("s", "right")}


def test_two_series_of_one_day_stand_side_by_side_and_else_where_they_belong():
    one = build.score("2026-08-03", scale="modified_ashworth", grade="2", side="left")
    same = build.score("2026-08-03", scale="modified_ashworth", grade="2", side="right")
    later = build.score("2026-08-13", scale="modified_ashworth", grade="2", side="right")
    a, b = (m.get_xdata()[0] for m in artists(drawn(build.frames(one, same)), "score"))
    assert a < day("2026-08-03") < b
    a, b = (m.get_xdata()[0] for m in artists(drawn(build.frames(one, later)), "score"))
    assert (a, b) == (day("2026-08-03"), day("2026-08-13"))


def test_body_parts_have_panels_of_their_own():
    frames = build.frames(
        *[
            build.score("2026-08-03", scale="modified_ashworth", grade="2", body_part=b)
            for b in ("knee flexors", "hip adductors")
        ]
    )
    assert texts(drawn(frames), "title")[1:] == [
        "Modified Ashworth Scale, hip adductors",
        "Modified Ashworth Scale, knee flexors",
    ]


def test_visits_are_points_with_values_and_no_line():
    figure = drawn(patients.visits())
    assert artists(figure, "trailing-median") == []
    assert len(texts(figure, "score-label")) > 60


def test_no_line_of_a_diary_crosses_a_gap_or_a_dose_change():
    figure = drawn(patients.diary())
    (line,) = artists(figure, "trailing-median")
    x, y = line.get_xdata(), line.get_ydata()
    assert (np.diff(x) == 1).all()
    gap = (x >= day("2025-12-09") + 4) & (x < day("2025-12-27"))
    assert np.isnan(y[gap]).all()
    for change in ("2025-10-18", "2025-10-31", "2026-03-09"):
        assert np.isnan(y[(x >= day(change)) & (x < day(change) + 4)]).all()
    assert np.isfinite(y).sum() > 200


def test_what_was_asked_and_has_no_value_stands_below_the_scale():
    figure = drawn(
        build.frames(
            build.score("2026-08-01", 5),
            build.score("2026-08-02", not_assessed="declined"),
            build.score("2026-08-03", as_stated="4-5"),
        )
    )
    (crosses,) = artists(figure, "without")
    assert (crosses.get_ydata() < 0).all()
    assert len(crosses.get_xdata()) == 2


def test_a_cross_below_the_scale_touches_no_title():
    made = [build.score("2026-08-01", 5), build.score("2026-09-10", scale="penn_frequency", value=2)]
    made += [build.score(f"2026-09-{n:02}", not_assessed="declined") for n in range(10, 30)]
    figure = drawn(build.frames(*made))
    (crosses,) = artists(figure, "without")
    box = crosses.get_window_extent(figure.renderer)
    assert not any(box.overlaps(t.get_window_extent(figure.renderer)) for t in artists(figure, "title"))


def test_three_scales_are_drawn_and_the_others_named_unless_one_is_asked_for():
    codes = ["ashworth", "penn_frequency", "penn_severity", "snow_spasm_frequency"]
    made = [build.score(f"2026-08-{n + 1:02}", 2, scale=c) for i, c in enumerate(codes) for n in range(i + 1)]
    figure = drawn(build.frames(*made))
    assert len(figure.axes) == 5
    assert "Not drawn: Ashworth Scale (n 1)" in texts(figure, "footer")[0].replace("\n", " ")
    one = drawn(build.frames(*made), scale="ashworth")
    assert texts(one, "title")[1:] == ["Ashworth Scale"]
    with pytest.raises(LookupError, match="no scale of this log"):
        drawn(build.frames(), scale="nonsense")


def test_a_scale_asked_for_without_scores_says_so():
    assert "no score in this window" in texts(drawn(build.frames(), scale="ashworth"), "none")


def test_side_effects_have_a_lane_even_when_there_are_none():
    names = [t.get_text() for t in drawn(build.frames()).axes[-1].get_yticklabels()]
    assert names == ["Side effects", "Events", "Refills"]
    assert texts(drawn(build.frames()), "none")[1].startswith("none recorded in this window: not asked")


def test_asked_and_none_is_hollow_and_severity_is_size():
    frames = build.frames(
        SideEffect(patient="P001", observed_on="2026-09-20", effect="any", severity="none"),
        SideEffect(patient="P001", observed_on="2026-09-20", effect="sedation", severity="mild"),
        SideEffect(patient="P001", observed_on="2026-09-25", effect="sedation", severity="severe"),
    )
    figure = drawn(frames)
    (mild,), (severe,), (none,) = (artists(figure, g) for g in ("effect-mild", "effect-severe", "asked-none"))
    assert mild.get_markersize() < severe.get_markersize()
    assert none.get_markerfacecolor() == "#ffffff"


def test_an_event_is_a_bar_only_as_far_as_its_end_is_known():
    frames = build.frames(
        Event(patient="P001", started_on="2026-09-15", ended_on="2026-09-20", event="confounder", subtype="UTI"),
        Event(patient="P001", started_on="2026-09-25", event="device"),
    )
    figure = drawn(frames)
    (bar,) = artists(figure, "event-bar")
    assert list(bar.get_xdata()) == [day("2026-09-15"), day("2026-09-21")]
    assert texts(figure, "event-label") == ["UTI", "device"]


def test_an_oral_dose_holds_to_the_next_of_its_drug_and_zero_is_no_bar():
    frames = build.frames(
        build.dose("2026-08-01", 100),
        OralDose(patient="P001", drug="baclofen oral", dose_mg_per_day=60, started_on="2020-01-01"),
        OralDose(patient="P001", drug="baclofen oral", dose_mg_per_day=30, started_on="2026-09-01"),
        OralDose(patient="P001", drug="baclofen oral", dose_mg_per_day=0, started_on="2026-09-20"),
    )
    figure = drawn(frames)
    spans = [
        (b.get_paths()[0].vertices[:, 0].min(), b.get_paths()[0].vertices[:, 0].max())
        for b in artists(figure, "oral-bar")
    ]
    assert spans == [(day("2026-08-01"), day("2026-09-01")), (day("2026-09-01"), day("2026-09-20"))]
    assert texts(figure, "oral-label") == ["60", "30", "0"]


def test_a_refill_shows_its_strength_where_it_is_new():
    frames = build.frames(
        *[
            Refill(patient="P001", filled_on=f"2026-09-{n:02}", concentration_mcg_per_ml=s)
            for n, s in ((12, 500), (18, 500), (24, 2000))
        ]
    )
    figure = drawn(frames)
    assert len(artists(figure, "refill")) == 3
    assert texts(figure, "strength") == ["500", "2000"]


def test_a_strength_without_room_is_counted_in_the_key():
    made = [Refill(patient="P001", filled_on="2025-01-01", concentration_mcg_per_ml=500)]
    made += [
        Refill(patient="P001", filled_on=f"2026-09-{n:02}", concentration_mcg_per_ml=2000 + n) for n in (10, 12, 14)
    ]
    figure = drawn(build.frames(*made))
    shown = len(texts(figure, "strength"))
    assert 0 < shown < 4
    key = [a.get_text() for a in artists(figure, "key") if hasattr(a, "get_text")]
    assert f"mcg/mL, {4 - shown} left out" in key


def test_a_window_cuts_what_is_shown_and_not_what_it_comes_from():
    frames = patients.diary()
    whole, part = drawn(frames), drawn(frames, since=pd.Timestamp("2026-05-01T00:00+01:00"))
    (a,), (b,) = (artists(f, "trailing-median") for f in (whole, part))
    inside = a.get_xdata() >= day("2026-05-01")
    np.testing.assert_array_equal(a.get_ydata()[inside], b.get_ydata())
    assert steps(part, "dose")[0][1][0] == 122
    assert min(steps(part, "dose")[0][0]) == day("2026-05-01")


def test_a_window_the_wrong_way_round_is_refused():
    with pytest.raises(ValueError, match="not before its end"):
        drawn(build.frames(), since=patients.UNTIL)


def test_the_rows_of_other_patients_are_not_in_the_picture():
    mixed = build.frames(build.dose("2026-08-01", 100), build.dose("2026-08-15", 777, patient="P002"))
    assert texts(drawn(mixed), "dose-label") == ["100"]


def test_the_frames_stay_as_they_were():
    frames = patients.diary()
    before = {n: f.copy(deep=True) for n, f in frames.items()}
    drawn(frames)
    for name, frame in before.items():
        pd.testing.assert_frame_equal(frame, frames[name])


@pytest.mark.parametrize(
    ("first", "last", "labels"),
    [
        ("2026-09-01", "2026-10-01", ["7 Sep\n2026", "14 Sep", "21 Sep", "28 Sep"]),
        ("2025-11-15", "2026-02-20", ["17 Nov\n2025", "1 Dec", "15 Dec", "29 Dec", "12 Jan\n2026", "26 Jan", "9 Feb"]),
        ("2025-11-15", "2026-04-01", ["Dec\n2025", "Jan\n2026", "Feb", "Mar", "Apr"]),
        (
            "2016-05-01",
            "2019-05-01",
            [
                "Jul\n2016",
                "Oct",
                "Jan\n2017",
                "Apr",
                "Jul",
                "Oct",
                "Jan\n2018",
                "Apr",
                "Jul",
                "Oct",
                "Jan\n2019",
                "Apr",
            ],
        ),
        ("2014-05-01", "2026-05-01", [str(y) for y in range(2015, 2027)]),
        ("1980-05-01", "2026-05-01", ["1985", "1990"]),
    ],
)
def test_the_axis_says_the_year_first_and_at_each_new_one(first, last, labels):
    said = axis.ticks(day(first), day(last))[1]
    assert said[: len(labels)] == labels


def test_where_two_years_have_no_room_side_by_side_the_first_goes():
    figure = drawn(build.frames(build.dose("2025-12-20", 100)), until=pd.Timestamp("2028-06-01T00:00Z"), size="a5")
    said = [t.get_text() for t in figure.axes[-1].get_xticklabels()]
    assert said[0] == "Jan\n2026"
    figure = drawn(build.frames(build.dose("2023-09-28", 100)), size="a5")
    assert [t.get_text() for t in figure.axes[-1].get_xticklabels()][:2] == ["Oct", "Jan\n2024"]


def test_an_effect_asked_for_by_name_and_absent_is_hollow():
    frames = build.frames(
        SideEffect(patient="P001", observed_on="2026-09-20", effect="sedation", severity="none"),
        SideEffect(patient="P001", observed_on="2026-09-25", effect="sedation", severity="mild"),
    )
    (none, _) = artists(drawn(frames), "asked-none")
    assert none.get_xdata().tolist() == [] or none.get_markerfacecolor() == "#ffffff"


def test_effects_beyond_six_share_a_lane_and_drugs_beyond_five_are_named():
    effects = ("weakness", "sedation", "falls", "constipation", "bladder", "headache", "nausea", "mood")
    made = [SideEffect(patient="P001", observed_on="2026-09-20", effect=e, severity="mild") for e in effects]
    made += [
        OralDose(patient="P001", drug=f"drug {n}", dose_mg_per_day=n, started_on="2026-09-20") for n in range(1, 7)
    ]
    figure = drawn(build.frames(*made))
    names = [t.get_text() for t in figure.axes[-1].get_yticklabels()]
    assert names.count("other effects") == 1
    assert "Not drawn: drug 6." in texts(figure, "footer")[0].replace("\n", " ")


def test_events_without_room_for_a_label_are_drawn_and_counted():
    made = [Event(patient="P001", started_on="2026-09-20", event="care", subtype="physiotherapy") for _ in range(5)]
    figure = drawn(
        build.frames(
            *made, Event(patient="P001", started_on="2026-10-07", event="device", subtype="MRI with pump check")
        )
    )
    assert len(artists(figure, "event")) == 6
    assert len(texts(figure, "event-label")) == 4
    assert "2 not labelled" in texts(figure, "note")


def test_what_lies_outside_the_window_is_counted():
    frames = build.frames(
        build.dose("2026-08-01", 100),
        build.dose("2026-12-01", 200),
        build.score("2026-08-01", 5),
        build.score("2026-11-01", 4),
    )
    said = texts(drawn(frames, since=pd.Timestamp("2026-09-01T00:00Z")), "footer")[0].replace("\n", " ")
    assert "Not drawn: 1 dated earlier, 2 dated later." in said


def late(at, value, **more):
    return build.score(at, value, collected="visit", reporter="patient", **more)


def with_recorded(frames, *when):
    """The frames with the scores written down at those times."""
    times = pd.to_datetime(list(when), utc=True).astype("datetime64[us, UTC]")
    scores = frames["scores"].assign(recorded_at=times)
    if "first_recorded_at" in scores:
        scores["first_recorded_at"] = times
    return {**frames, "scores": scores}


def test_a_score_written_down_late_bears_a_cross_and_its_series_stays_as_it_is():
    frames = build.frames(late("2026-08-03", 5), late("2026-09-07", 4))  # two Mondays
    frames = with_recorded(frames, "2026-08-03T10:00Z", "2026-09-20T10:00Z")
    figure = drawn(frames)
    (cross,) = artists(figure, "score-late")
    assert (cross.get_xdata().tolist(), cross.get_ydata().tolist()) == ([day("2026-09-07")], [4])
    (points,) = artists(figure, "score")
    assert cross.get_marker() != points.get_marker()
    assert len(points.get_xdata()) == 2
    assert "written late\nn 1" in [a.get_text() for a in artists(figure, "key") if hasattr(a, "get_text")]
    assert "Upright cross on a score: written down late" in texts(figure, "footer")[0].replace("\n", " ")
    assert "patient: n 2, 1 written late" in figure.twin
    assert "2026-08-03 5; 2026-09-07 4 late" in figure.twin


def test_a_diary_has_dots_for_what_was_written_in_time_and_crosses_for_what_was_late():
    frames = build.frames(
        *[build.score(f"2026-09-{n:02}", 5, collected="app", reporter="patient") for n in range(1, 11)]
    )
    times = [f"2026-09-{n:02}T20:00Z" for n in range(1, 8)] + ["2026-10-01T10:00Z"] * 3
    figure = drawn(with_recorded(frames, *times))
    (cross,), (dots,) = artists(figure, "score-late"), artists(figure, "score")
    assert (len(cross.get_xdata()), len(dots.get_xdata())) == (3, 7)


def test_what_was_written_before_its_day_has_a_ring():
    frames = with_recorded(build.frames(late("2026-09-07", 4)), "2026-09-01T10:00Z")
    (ring,) = artists(drawn(frames), "score-before")
    assert ring.get_markerfacecolor() == "none"


def flex_day(at, words, mcg=240):
    return build.dose(at, mcg, mode="flex", steps=DoseStep.parse_all(words, Reading()))


def test_a_schedule_moved_at_one_dose_is_marked_though_its_percent_is_zero():
    frames = build.frames(
        flex_day("2026-07-01T10:00+01:00", "00:00 5 mcg/h; 12:00 15 mcg/h"),
        flex_day("2026-08-01T10:00+01:00", "00:00 15 mcg/h; 12:00 5 mcg/h"),
        flex_day("2026-09-01T10:00+01:00", "00:00 15 mcg/h; 12:00 5 mcg/h"),
    )
    figure = drawn(frames)
    assert "redistributed" in texts(figure, "change-label")
    assert texts(figure, "change-label").count("0 %") == 1  # the same once more
    assert [shape for shape, _ in marks(figure)] == ["o", "D", "o"]
    assert "240 mcg/day  flex, same dose at other times of the day" in figure.twin


def test_a_flex_range_is_rounded_in_the_picture_and_as_recorded_in_the_twin():
    weekday = "00:00 6.1337 mcg/h; 12:00 6.1337 mcg/h"
    week = "; ".join(
        f"{name} {weekday}" if name != "Sunday" else "Sunday 00:00 6.6662 mcg/h; 12:00 6.6662 mcg/h"
        for name in WEEKDAYS
    )
    frames = build.frames(build.dose("2026-07-01", 130), flex_day("2026-08-01T10:00+01:00", week, mcg=160))
    figure = drawn(frames)
    assert "flex, 147.2 to 160" in texts(figure, "change-label")
    assert "147.2088 to 159.9888 by weekday" in figure.twin


def test_the_end_of_following_stands_upright_with_its_word():
    frames = build.frames(
        build.dose("2026-08-01", 100), PatientState(patient="P001", noted_on="2026-09-01", following="died")
    )
    figure = drawn(frames)
    (line,) = artists(figure, "end")
    assert line.get_xdata()[0] == day("2026-09-01")
    assert texts(figure, "end-label") == ["died"]
    assert "  died 2026-09-01" in figure.twin.splitlines()


def test_where_the_window_goes_on_beyond_the_record_a_line_says_so_and_nothing_is_drawn_beyond_it():
    asof = pd.Timestamp("2026-09-20T09:00+01:00")
    figure = drawn(build.frames(build.dose("2026-08-01", 100)), asof=asof)
    assert {line.get_xdata()[0] for line in artists(figure, "asof")} == {axis.number(asof, ZONE)}
    assert len(artists(figure, "asof")) == len(figure.axes)
    assert max(x for xs, _ in steps(figure, "dose-unconfirmed") for x in xs) == axis.number(asof, ZONE)
    assert texts(figure, "asof-label") == ["as of 2026-09-20"]
    assert "Recorded up to 2026-09-20 09:00" in texts(figure, "footer")[0].replace("\n", " ")
    assert not artists(drawn(build.frames(build.dose("2026-08-01", 100)), asof=patients.UNTIL), "asof")


@pytest.mark.parametrize(("mode", "is_said"), [("flex", True), ("simple continuous", False)])
def test_the_clock_of_the_pump_is_noted_where_the_program_hangs_on_it(mode, is_said):
    frames = build.frames(build.dose("2026-02-01T10:00+00:00", 240, mode=mode))  # set in winter, read in summer
    said = texts(drawn(frames), "footer")[0].replace("\n", " ")
    assert (
        "The pump's clock is 1 h behind the wall clock since 2026-03-29 (taken from its last program" in said
    ) == is_said


def look_of(artist):
    """What tells a line or an area from another in grey: marker, fill, dashes, hatch."""
    if hasattr(artist, "get_hatch"):
        return ("area", artist.get_hatch())
    size = round(artist.get_markersize(), 1) if artist.get_marker() not in {"None", None, ""} else 0
    return (
        artist.get_marker(),
        artist.get_fillstyle(),
        artist.get_markerfacecolor() == "none",
        artist.is_dashed(),
        size,
    )


def test_series_part_by_marker_fill_dashes_or_hatch_and_never_by_colour_alone():
    sides = [
        build.score("2026-08-03", scale="modified_ashworth", grade="2", side=side, reporter="clinician")
        for side in ("left", "right", "both")
    ]
    by = [build.score("2026-08-04", 5, reporter=reporter) for reporter in ("patient", "proxy", "clinician")]
    assigned = build.score("2026-08-09", 5, reporter="patient", timing="assigned")
    figure = drawn(
        build.frames(*sides, *by, assigned, build.dose("2026-08-01", 100), readout("2026-08-20T10:00+01:00", 100))
    )
    drawn_as = [look_of(a) for gid in ("score", "score-assigned") for a in artists(figure, gid)]
    assert len(drawn_as) == 7
    assert len(set(drawn_as[:3])) == 3
    assert len(set(drawn_as[3:])) == 4
    lines = [look_of(a) for gid in ("dose", "dose-unconfirmed") for a in artists(figure, gid)]
    assert len(set(lines)) == 2
