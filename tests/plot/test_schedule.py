"""The 24-hour strip: rates by hand, the ghost, both clocks, days of the week, and what is not known."""

import functools

import build
import numpy as np
import pandas as pd
import pytest

from titration.derive.totals import WEEKDAYS
from titration.fields import Reading
from titration.plot import pictures
from titration.plot.schedule_drawn import on_wall
from titration.records import DoseStep, PatientState, Readout, TimedBolus
from titration.scales import register

SUMMER, WINTER = pd.Timestamp("2026-10-08T09:30+01:00"), pd.Timestamp("2026-11-08T09:30+00:00")


def steps(text):
    return DoseStep.parse_all(text, Reading())


def drawn(*records, until=SUMMER, zone="Europe/London", **own):
    return pictures.picture(
        "schedule", build.frames(*records), patient="P001", zone=zone, until=until, scales=register(), **own
    )


def with_gid(figure, gid):
    return [artist for ax in figure.axes for artist in ax.findobj(lambda a: a.get_gid() == gid)]


def said(figure, gid):
    return [artist.get_text() for artist in with_gid(figure, gid)]


def stairs(figure, gid):
    found = [patch.get_data() for patch in with_gid(figure, gid)]
    return [(values.tolist(), edges.tolist()) for values, edges, _ in found]


FLEX = build.dose("2026-08-05T10:00+01:00", 252, mode="flex", steps=steps("00:00 6 mcg/h; 06:00 12 mcg/h"))
MORE = build.dose("2026-09-05T10:00+01:00", 276, mode="flex", steps=steps("00:00 7 mcg/h; 06:00 13 mcg/h"))


@functools.cache
def changed(until=SUMMER):
    return drawn(FLEX, MORE, until=until)


def test_the_program_and_the_one_before_are_drawn_as_their_rates():
    figure = changed()
    assert stairs(figure, "program") == [([7.0, 13.0], [0.0, 6.0, 24.0])]
    assert stairs(figure, "before") == [([6.0, 12.0], [0.0, 6.0, 24.0])]
    assert with_gid(figure, "program")[0].get_linestyle() != with_gid(figure, "before")[0].get_linestyle()
    assert said(figure, "rate-label") == ["7", "13"]


def test_each_period_and_the_day_say_how_much_they_differ():
    figure = changed()
    assert said(figure, "difference") == ["+6", "+18"]  # 6 h and 18 h at 1 mcg/h more
    assert said(figure, "total") == ["276 mcg/day"]
    assert said(figure, "total-before") == ["before: 252\n+24 (+9.5 %)"]  # 24 of 252
    assert "06:00 to 24:00  13 mcg/h, before 12 mcg/h, difference +18 mcg" in figure.twin


def test_a_minus_is_drawn_as_a_minus_and_between_modes_there_is_no_percent():
    figure = drawn(FLEX, build.dose("2026-09-05T10:00+01:00", 6, mode="minimum rate"))
    assert said(figure, "total-before") == ["before: 252\n\N{MINUS SIGN}246"]
    assert stairs(figure, "program") == [([0.25], [0.0, 24.0])]


def test_a_stopped_pump_is_a_line_at_zero():
    figure = drawn(build.dose("2026-08-01", 96), build.dose("2026-09-20", 0, mode="stopped"))
    assert stairs(figure, "program") == [([0.0], [0.0, 24.0])]
    assert said(figure, "total") == ["0 mcg/day"]
    assert said(figure, "difference") == ["\N{MINUS SIGN}96"]


def test_after_a_clock_change_the_steps_stand_at_their_new_hour_on_the_wall_and_it_is_said():
    figure = changed(WINTER)
    assert stairs(figure, "program") == [([7.0, 13.0, 7.0], [0.0, 5.0, 23.0, 24.0])]  # the pump's 06:00 is 05:00
    labels = [label.get_text() for label in figure.axes[-1].get_xticklabels()]
    assert labels[0] == "00:00\n01:00"
    assert labels[-1] == "24:00\n01:00"
    under = " ".join(said_under(figure))
    assert "60 min ahead of the wall clock" in under
    assert "since 2026-10-25, when the wall clock was changed; before that the two agreed" in under
    assert changed().axes[-1].get_xticklabels()[0].get_text() == "00:00"


def said_under(figure):
    return [text.get_text() for text in figure.texts if text.get_gid() == "under"]


def test_the_clock_of_a_program_of_one_rate_does_not_matter_and_is_not_drawn():
    figure = drawn(build.dose("2026-08-05T10:00+01:00", 240), until=WINTER)
    assert figure.axes[-1].get_xticklabels()[1].get_text() == "03:00"
    assert "pump" not in " ".join(said_under(figure))


@pytest.mark.parametrize(
    ("start", "end", "shift", "hours"),
    [
        (0, 360, 0, [(0, 6)]),
        (0, 360, 60, [(0, 5), (23, 24)]),
        (0, 360, -60, [(1, 7)]),
        (1080, 1440, -120, [(0, 2), (20, 24)]),
        (0, 1440, 90, [(0, 22.5), (22.5, 24)]),
        (60, 120, 60, [(0, 1)]),
        (0, 60, 60, [(23, 24)]),
    ],
)
def test_the_pumps_day_is_turned_to_the_wall(start, end, shift, hours):
    assert on_wall(start, end, shift) == hours


def week(weekday, weekend):
    return steps("; ".join(f"{day} 00:00 {weekday if n < 5 else weekend}" for n, day in enumerate(WEEKDAYS)))


def test_days_that_run_alike_share_a_strip_and_have_totals_of_their_own():
    made = build.dose("2026-08-05T10:00+01:00", 168, mode="flex", steps=week("7 mcg/h", "5 mcg/h"))
    figure = drawn(made)
    assert said(figure, "title") == ["Monday to Friday", "Saturday, Sunday"]
    assert said(figure, "total") == ["168 mcg/day", "120 mcg/day"]
    assert not with_gid(figure, "pump-midnight")
    winter = drawn(made, until=WINTER)
    assert [line.get_xdata()[0] for line in with_gid(winter, "pump-midnight")] == [23.0, 23.0]
    assert said(winter, "total") == ["168 mcg/day", "120 mcg/day"]  # the pump's days are not cut by the wall's


def test_days_are_parted_by_the_program_before_too():
    old = build.dose("2026-08-05T10:00+01:00", 168, mode="flex", steps=week("7 mcg/h", "5 mcg/h"))
    figure = drawn(old, build.dose("2026-09-05T10:00+01:00", 144))
    assert said(figure, "title") == ["Monday to Friday", "Saturday, Sunday"]
    assert said(figure, "total-before")[1].startswith("before: 120\n+24")


def periodic(at, mcg, text):
    return build.dose(at, mcg, mode="periodic bolus", boluses=TimedBolus.parse_all(text, Reading()))


def test_the_area_of_a_bolus_is_its_amount_and_its_height_is_not():
    figure = drawn(periodic("2026-08-05T10:00+01:00", 100, "08:00 25 mcg; 14:00 50 mcg; 20:00 25 mcg"))
    (circles,) = with_gid(figure, "bolus")
    small, large, last = circles.get_sizes()
    assert large == pytest.approx(2 * small)
    assert small == last
    assert np.asarray(circles.get_offsets())[:, 0].tolist() == [8.0, 14.0, 20.0]
    assert len(set(np.asarray(circles.get_offsets())[:, 1].tolist())) == 1
    assert said(figure, "bolus-label") == ["25 mcg", "50 mcg", "25 mcg"]


def test_only_boluses_that_differed_are_drawn_as_they_were_before():
    figure = drawn(
        periodic("2026-08-05T10:00+01:00", 100, "08:00 50 mcg; 20:00 50 mcg"),
        periodic("2026-09-05T10:00+01:00", 110, "08:00 60 mcg; 20:00 50 mcg"),
    )
    assert said(figure, "bolus-before-label") == ["50 mcg"]
    assert said(figure, "total-before") == ["before: 100\n+10 (+10 %)"]


@pytest.mark.parametrize(
    ("records", "words"),
    [
        ([], "no program recorded"),
        ([build.score("2026-10-01", 5)], "no program recorded"),
        ([build.dose("2026-09-20", 120, mode="flex")], "flex without steps: how its day runs is not on record"),
        ([FLEX, Readout(patient="P001", read_on="2026-09-20", mode="minimum rate")], "daily dose not read: how its day runs is not on record"),
        ([FLEX, Readout(patient="P001", read_on="2026-09-20", dose_mcg_per_day=300)], "flex without steps: how its day runs is not on record"),
        ([FLEX, PatientState(patient="P001", noted_on="2026-09-20", following="explanted")], "no program after this day"),
    ],
)  # fmt: skip
def test_what_is_not_known_is_said_and_never_drawn_as_a_rate(records, words):
    figure = drawn(*records)
    assert said(figure, "none") == [words]
    assert not with_gid(figure, "program")
    assert words in figure.twin
    assert figure.image("svg")


def test_a_program_found_by_a_readout_is_the_program():
    figure = drawn(FLEX, Readout(patient="P001", read_on="2026-09-20", dose_mcg_per_day=240, mode="simple continuous"))
    assert stairs(figure, "program") == [([10.0], [0.0, 24.0])]
    assert stairs(figure, "before") == [([6.0, 12.0], [0.0, 6.0, 24.0])]
    assert "240 mcg/day, simple continuous, as found by a readout on 2026-09-20" in said_under(figure)[0]


def test_a_step_the_pump_began_by_itself_says_that_none_has_seen_it():
    ahead = build.dose("2026-09-20T10:00+01:00", 264, status="programmed")
    first = build.dose("2026-08-01T10:00+01:00", 240)
    assert "it began by itself and no readout has seen it since" in " ".join(said_under(drawn(first, ahead)))
    seen = drawn(first, ahead, Readout(patient="P001", read_on="2026-09-25", dose_mcg_per_day=264))
    assert "began by itself" not in " ".join(said_under(seen))
    later = build.dose("2026-12-01T10:00+00:00", 264, status="programmed")
    assert said(drawn(first, later, build.dose("2026-09-20", 300, status="planned")), "total") == ["240 mcg/day"]


def test_diary_scores_with_a_time_stand_under_the_program_they_were_given_on():
    own = [build.score(f"2026-09-0{day}T07:30+01:00", value, reporter="patient", collected="app")
           for day, value in ((4, 9), (6, 4), (7, 5), (8, 6))]  # fmt: skip
    figure = drawn(FLEX, MORE, *own)
    assert said(figure, "n") == ["n 3"]  # that of the 4th was on the program before
    (line,) = with_gid(figure, "median-mark")
    assert line.get_xydata().tolist() == [[7.5, 5.0]]
    assert figure.axes[-1].get_ylim() == (0, 10)
    assert "06:00 to 09:00  patient: median 5, middle half 4.5 to 5.5, n 3" in figure.twin
    assert said(drawn(FLEX, MORE, *own, since=pd.Timestamp("2026-09-08T00:00+01:00")), "n") == ["n 1"]
    assert "No diary score" in changed().twin
    with pytest.raises(LookupError, match="no scale of this log"):
        drawn(FLEX, scale="spasms")


def test_the_twin_is_plain_and_narrow():
    twin = changed(WINTER).twin
    assert twin.isascii()
    assert max(map(len, twin.splitlines())) <= 80
