"""This visit beside the last ones: what the cells and marks say, and the frame they come from."""

import itertools

import build
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plot import patients

from titration.derive import visits as derived
from titration.plot import pictures, style
from titration.plot.draw_visits import SHADES
from titration.records import Goal, GoalRating, PatientState, Readout, Refill, SideEffect, Visit
from titration.scales import register

ZONE = "Europe/London"
UNTIL = patients.UNTIL
SCALES = register()


def drawn(frames, **more):
    given = {"patient": "P001", "zone": ZONE, "until": UNTIL, "scales": SCALES, **more}
    return pictures.picture("visits", frames, **given)


def made(frames):
    return derived.visits(frames, zone=ZONE, until=UNTIL)


def artists(figure, gid):
    return [a for a in figure.findobj() if a.get_gid() == gid]


def texts(figure, gid):
    return [a.get_text() for a in artists(figure, gid)]


def visit(at, kind="refill", **more):
    when = {"visited_on": at} if len(at) == 10 else {"visited_at": at}
    return Visit(patient="P001", visit=kind, **when, **more)


def mas(at, grade="2", part="knee flexors", side="left", **more):
    answer = {} if "not_assessed" in more else {"grade": grade}
    return build.score(
        at, scale="modified_ashworth", body_part=part, side=side, reporter="clinician", collected="visit", **answer, **more
    )  # fmt: skip


def nrs(at, value, **more):
    return build.score(at, value, **{"reporter": "patient", "collected": "visit", **more})


def read(at, mcg):
    return Readout(patient="P001", read_at=at, dose_mcg_per_day=mcg)


def full():
    """Three visits: a start, a change with a score before and one after it, and one without a change."""
    return build.frames(
        visit("2026-06-01T09:00+01:00", "implant", seen_by="clinician-1"), build.dose("2026-06-01T09:30+01:00", 100),
        visit("2026-08-03T09:00+01:00", "refill", seen_by="clinician-2"), read("2026-08-03T09:10+01:00", 100),
        mas("2026-08-03T09:15+01:00", "2"), mas("2026-08-03T09:15+01:00", "1+", side="right"), nrs("2026-08-03T09:15+01:00", 6),
        build.dose("2026-08-03T09:30+01:00", 120), nrs("2026-08-03T11:00+01:00", 5),
        Refill(patient="P001", filled_at="2026-08-03T09:40+01:00", concentration_mcg_per_ml=500),
        SideEffect(patient="P001", observed_on="2026-08-03", effect="weakness", severity="mild"),
        visit("2026-10-05", "adjustment"), mas("2026-10-05", not_assessed="declined"), nrs("2026-10-05", 4),
        nrs("2026-10-05", 9, collected="app"), SideEffect(patient="P001", observed_on="2026-10-05", effect="any", severity="none"),
        Goal(patient="P001", set_on="2026-06-01", words="sit through a film", baseline=-1),
    )  # fmt: skip


def many_muscles(n):
    return build.frames(visit("2026-10-05"), *[mas("2026-10-05", part=f"muscle {i:02}") for i in range(n)])


def ratings():
    """A goal rated on the day of a visit and, in between, on another day."""
    return build.frames(
        visit("2026-08-03"), visit("2026-09-07"), Goal(patient="P001", set_on="2026-06-01", words="sit through a film"),
        GoalRating(patient="P001", goal=1, rated_on="2026-08-03", rating=-1),
        GoalRating(patient="P001", goal=1, rated_on="2026-09-20", rating=1),
    )  # fmt: skip


FEW = ("visits", "only_doses", "one_row", "nothing")
CASES = {name: patients.ALL[name] for name in FEW} | {
    "full": full,
    "ratings": ratings,
    "many": lambda: many_muscles(14),
}


@pytest.fixture(scope="module", params=list(CASES))
def shown(request):
    return drawn(CASES[request.param]())


@pytest.fixture(scope="module")
def whole():
    return drawn(full())


@pytest.fixture(scope="module")
def newest():
    return drawn(full(), last=1)


@pytest.fixture(scope="module")
def fourteen():
    return drawn(many_muscles(14))


def test_no_two_texts_overlap_and_all_are_on_the_paper(shown):
    renderer, paper = shown.renderer, shown.bbox
    said = [t for t in shown.findobj(lambda a: hasattr(a, "get_text")) if t.get_text() and t.get_visible()]
    boxes = [(t.get_text(), t.get_window_extent(renderer)) for t in said]
    for text, box in boxes:
        assert (box.x0 >= 0, box.x1 <= paper.width, box.y0 >= 0, box.y1 <= paper.height) == (True,) * 4, text
    for (one, a), (other, b) in itertools.combinations(boxes, 2):
        across, along = min(a.x1, b.x1) - max(a.x0, b.x0), min(a.y1, b.y1) - max(a.y0, b.y0)
        assert across <= 0.5 or along <= 1.5, f"{one!r} lies over {other!r}"


def test_the_twin_is_ascii_and_at_most_80_columns(shown):
    assert shown.twin.isascii()
    assert max(len(line) for line in shown.twin.splitlines()) <= 80


def test_a_patient_came_with_the_program_before_the_first_change_of_the_day_and_left_with_the_last():
    frame = made(full())
    assert frame["day"].dt.strftime("%Y-%m-%d").tolist() == ["2026-06-01", "2026-08-03", "2026-10-05"]
    assert frame["came_mcg_per_day"].tolist()[1:] == [100, 120]
    assert frame["came_mcg_per_day"].isna().tolist() == [True, False, False]
    assert frame["left_mcg_per_day"].tolist() == [100, 120, 120]
    assert frame["n_changes"].tolist() == [1, 1, 0]
    assert frame["change_pct"].tolist()[1] == 20
    assert frame["days_since"].tolist()[1:] == [63, 63]
    assert frame["readout_says"].tolist()[1] == "as recorded"


def test_two_changes_of_one_day_have_no_percent():
    frame = made(build.frames(
        build.dose("2026-06-01T09:00+01:00", 100), visit("2026-08-03"),
        build.dose("2026-08-03T09:30+01:00", 120), build.dose("2026-08-03T10:30+01:00", 110),
    ))  # fmt: skip
    row = frame.iloc[0]
    assert (row["came_mcg_per_day"], row["left_mcg_per_day"], row["n_changes"]) == (100, 110, 2)
    assert pd.isna(row["change_pct"])
    assert row["undefined"] == "several changes"


def test_what_a_readout_found_before_the_change_is_what_the_patient_came_with():
    frames = build.frames(
        build.dose("2026-06-01T09:00+01:00", 100), read("2026-08-03T09:10+01:00", 115), visit("2026-08-03"),
        build.dose("2026-08-03T09:30+01:00", 120),
    )  # fmt: skip
    row = made(frames).iloc[0]
    assert (row["came_mcg_per_day"], row["came_status"], row["left_mcg_per_day"]) == (115, "found", 120)
    assert row["readout_differs"] == "daily dose 100 mcg/day, found 115 mcg/day"
    assert "115 mcg/day, as found" in drawn(frames).twin


def test_a_step_the_pump_begins_after_the_visit_is_neither_what_they_came_with_nor_left_with():
    frames = build.frames(
        build.dose("2026-06-01T09:00+01:00", 100), build.dose("2026-08-03T18:00+01:00", 110, status="programmed"),
        visit("2026-08-03T09:00+01:00"), visit("2026-08-04T09:00+01:00"),
    )  # fmt: skip
    assert made(frames)["left_mcg_per_day"].tolist() == [100, 110]


def test_a_step_the_pump_began_before_the_visit_is_what_the_patient_came_with():
    frames = build.frames(
        build.dose("2026-06-01T09:00+01:00", 100), build.dose("2026-08-03T00:00+01:00", 110, status="programmed"),
        visit("2026-08-03T09:00+01:00"),
    )  # fmt: skip
    assert made(frames)[["came_mcg_per_day", "left_mcg_per_day"]].iloc[0].tolist() == [110, 110]


def test_after_an_explant_there_is_no_program():
    frames = build.frames(
        build.dose("2026-06-01T09:00+01:00", 100), PatientState(patient="P001", noted_on="2026-07-01", following="explanted"),
        visit("2026-08-03"),
    )  # fmt: skip
    assert made(frames)["left_mcg_per_day"].isna().all()
    assert texts(drawn(frames), "words").count("no program") == 2


def test_a_visit_is_the_local_day():
    frames = build.frames(visit("2026-08-03T23:30+00:00"), nrs("2026-08-04T00:10+01:00", 5))
    assert made(frames)["day"].dt.strftime("%Y-%m-%d").tolist() == ["2026-08-04"]


def test_a_score_collected_at_a_visit_makes_one_without_a_visit_record():
    figure = drawn(build.frames(nrs("2026-08-03", 5)))
    assert texts(figure, "day") == ["2026-08-03"]
    assert texts(figure, "visit") == ["scores alone"]


def test_a_diary_score_of_the_day_is_no_score_of_the_visit_and_is_counted(newest):
    assert texts(newest, "value") == ["4"]
    assert "1 diary score of these days" in newest.twin.replace("\n", " ").replace("  ", " ")


def test_a_score_after_the_change_is_marked_and_hollow(whole):
    assert texts(whole, "value") == ["6, 5*", "4"]
    marks = artists(whole, "mark")
    assert [m.get_markerfacecolor() for m in marks] == [style.INK, style.PAPER, style.INK]
    assert "* (hollow): observed after that day's dose change" in texts(whole, "footer")[0].replace("\n", " ")


def test_scores_stand_on_their_whole_scale(newest):
    ends = sorted(line.get_xdata()[0] for line in artists(newest, "scale-end"))
    (mark,) = artists(newest, "mark")
    assert (mark.get_xdata()[0] - ends[0]) / (ends[1] - ends[0]) == pytest.approx(0.4)


def test_grades_are_printed_as_labels_and_shaded_ever_darker():
    grades = ("0", "1", "1+", "2", "3", "4")
    frames = build.frames(*[mas("2026-10-05", grade, part=f"muscle {i}") for i, grade in enumerate(grades)])
    figure = drawn(frames)
    assert texts(figure, "grade") == list(grades)
    light = [sum(patch.get_facecolor()[:3]) for patch in artists(figure, "shade")]
    assert light == sorted(light, reverse=True)
    assert len(set(light)) == 6


def luminance(colour):
    channel = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channel]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_ink_is_readable_on_every_shade():
    for shade in SHADES:
        assert (luminance(shade) + 0.05) / (luminance(style.INK) + 0.05) >= 4.5


def test_not_assessed_is_hatched_and_nothing_recorded_is_a_dot(whole):
    (patch,) = artists(whole, "without")
    assert patch.get_hatch()
    assert texts(whole, "grade") == ["2", "1+", "n.a."]
    assert artists(whole, "absent")
    assert "not assessed (declined) / -" in whole.twin


def test_an_answer_as_stated_is_whole_in_the_twin():
    figure = drawn(build.frames(nrs("2026-10-05", None, as_stated="between 4 and 5")))
    assert texts(figure, "value") == ["n.a."]
    assert 'as stated "between 4 and 5"' in figure.twin


def test_many_answers_of_a_day_are_counted_in_the_picture_and_said_in_the_twin():
    frames = build.frames(*[nrs(f"2026-10-05T{9 + i:02}:00+01:00", 7 - i) for i in range(4)])
    figure = drawn(frames)
    assert texts(figure, "value") == ["n 4"]
    assert "7, 6, 5, 4" in figure.twin


def test_reporters_are_never_in_one_row():
    figure = drawn(build.frames(nrs("2026-10-05", 7), nrs("2026-10-05", 3, reporter="proxy")))
    assert texts(figure, "row").count("Spasticity NRS") == 2
    assert texts(figure, "value") == ["7", "3"]


def test_side_effects_tell_asked_and_none_from_no_record(whole):
    said = texts(whole, "words")
    assert said.count("asked, none") == 1
    assert "mild" in said
    assert whole.twin.index("weakness") < whole.twin.index("Refill")
    line = next(line for line in whole.twin.splitlines() if line.strip().startswith("weakness"))
    assert line.split() == ["weakness", "-", "mild", "none"]


def test_a_refill_names_its_strength(whole):
    assert "500 mcg/mL" in texts(whole, "words-note")


def test_a_rating_between_visits_stands_at_the_visit_before_with_its_day():
    figure = drawn(ratings())
    assert texts(figure, "value") == ["-1", "+1"]
    assert texts(figure, "value-note") == ["on 2026-09-20"]


def test_the_last_visits_are_shown_and_the_others_counted(newest):
    assert texts(newest, "day") == ["2026-10-05"]
    assert "2 earlier visits" in texts(newest, "footer")[0].replace("\n", " ")
    since = drawn(full(), since=pd.Timestamp("2026-07-01", tz=ZONE))
    assert texts(since, "day") == ["2026-08-03", "2026-10-05"]


def test_twelve_muscles_on_two_sides_fit_and_more_are_in_the_next_part(fourteen):
    assert [t for t in texts(fourteen, "row") if t.startswith("muscle")] == [f"muscle {i:02}" for i in range(12)]
    assert "muscle 12, muscle 13" in texts(fourteen, "footer")[0].replace("\n", " ")
    second = drawn(many_muscles(14), part=2)
    assert [t for t in texts(second, "row") if t.startswith("muscle")] == ["muscle 12", "muscle 13"]
    assert fourteen.get_size_inches()[0] == style.WIDTH_IN


@pytest.mark.parametrize(("more", "says"), [({"last": 0}, "1 to 7"), ({"last": 8}, "1 to 7"), ({"part": 0}, "part=0")])
def test_what_cannot_be_shown_is_refused(more, says):
    with pytest.raises(ValueError, match=says):
        drawn(full(), **more)


def test_it_never_says_what_the_record_cannot_know(shown):
    for word in ("current", "delivered", "worse", "better", "stable", "responder", "recommend", "target", "should"):
        assert word not in shown.twin.lower()


def test_the_same_records_give_the_same_bytes(newest):
    assert drawn(full(), last=1).image("svg") == newest.image("svg")


days = st.sampled_from(
    ["2026-06-01", "2026-06-01T09:30+01:00", "2026-08-03T23:30+00:00", "2026-08-04T08:00+01:00", "2026-09-01"]
)
who = st.sampled_from(["P001", "P002"])
records = st.lists(
    st.one_of(
        st.builds(lambda at, p: Visit(patient=p, visit="review", **({"visited_on": at} if len(at) == 10 else {"visited_at": at})), days, who),
        st.builds(build.dose, days, st.sampled_from([80, 100]), who),
        st.builds(lambda at, p: build.dose(at, 90, p, status="programmed"), days, who),
        st.builds(lambda at, p: build.score(at, 4, patient=p, collected="visit"), days, who),
        st.builds(lambda p: PatientState(patient=p, noted_on="2026-08-04", following="explanted"), who),
    ),
    max_size=16,
)  # fmt: skip


@settings(max_examples=4)
@given(records)
def test_one_patient_alone_is_as_among_all_and_a_row_is_a_day(given_records):
    frames = build.frames(*given_records)
    every = made(frames)
    assert not every.duplicated(["patient", "day"]).any()
    alone = {n: f[f["patient"] == "P001"] if "patient" in f else f for n, f in frames.items()}
    one = every[every["patient"] == "P001"].reset_index(drop=True)
    pd.testing.assert_frame_equal(one, made(alone))
    scores = derived.scores_at(frames["scores"], every, zone=ZONE)
    assert len(scores) == len(frames["scores"])


def test_nothing_in_gives_nothing_out_with_the_same_dtypes():
    empty, some = made(build.frames()), made(full())
    assert len(empty) == 0
    assert empty.dtypes.to_dict() == some.dtypes.to_dict()
