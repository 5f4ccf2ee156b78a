"""The calendar: every day has its square, missing is a glyph, and no score is not a missing one."""

import functools
import itertools

import build
import pandas as pd
import pytest

from titration.plot import calendar_shades, calendar_shown, pictures
from titration.records import DiarySchedule, Refill
from titration.scales import register

KEYS = {"patient": "P001", "zone": "Europe/London", "scales": register()}
UNTIL = pd.Timestamp("2026-10-09T00:00+01:00")


def drawn(*records, until=UNTIL, **own):
    return pictures.picture("calendar", build.frames(*records), until=until, **KEYS, **own)


def shown(*records, until=UNTIL, **own):
    return calendar_shown.of_patient(build.frames(*records), until=until, **KEYS, **own)


def nrs(on, value=None, **more):
    return build.score(on, value, **{"reporter": "patient", "collected": "app", **more})


def with_gid(figure, gid):
    return [artist for ax in figure.axes for artist in ax.findobj(lambda a: a.get_gid() == gid)]


def said(figure, gid):
    return [artist.get_text() for artist in with_gid(figure, gid)]


@functools.cache
def week():
    """1st to 8th of October 2026, a Thursday to the next: filled, missing, asked without a value, not expected."""
    return drawn(
        nrs("2026-10-01", 2), nrs("2026-10-02", 10), nrs("2026-10-04", not_assessed="declined"), nrs("2026-10-07", 6),
        DiarySchedule(patient="P001", scale="nrs_spasticity", from_on="2026-10-01", until_on="2026-10-05"),
        build.dose("2026-10-02", 120), Refill(patient="P001", filled_on="2026-10-07"),
        since=pd.Timestamp("2026-10-01T00:00+01:00"),
    )  # fmt: skip


def test_every_day_says_its_value_or_why_it_has_none():
    figure = week()
    line = next(text for text in figure.twin.splitlines() if text.startswith("  2026-09-28"))
    assert line.split() == ["2026-09-28", "2", "!10", ".", "x"]
    assert "2026-10-05      .      -     o6      -" in figure.twin
    assert said(figure, "missing") == ["\N{MIDDLE DOT}"] * 3  # the 3rd, the 5th, and the key
    assert said(figure, "without")[0] == "x"
    assert len(with_gid(figure, "change")) == len(with_gid(figure, "refill")) == 2  # the day and the key


def test_shades_darken_with_the_value_and_its_text_stays_readable():
    squares = {text.get_text(): text.get_color() for text in with_gid(week(), "value")}
    assert squares["2"] != squares["10"]
    greys = [sum(int(shade[i : i + 2], 16) * part for i, part in ((1, 0.299), (3, 0.587), (5, 0.114)))
             for shade in calendar_shades.SHADES]  # fmt: skip
    assert all(a - b > 25 for a, b in itertools.pairwise(greys))


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("nrs_spasticity", ["0 to 2", "3 to 4", "5 to 6", "7 to 8", "9 to 10"]),
        ("modified_ashworth", ["0 to 1", "1+", "2", "3", "4"]),
        ("ashworth", ["0", "1", "2", "3", "4"]),
        ("penn_severity", ["1", "2", "3"]),
    ],
)
def test_five_shades_hold_the_whole_scale(code, words):
    assert [text for text, _ in calendar_shades.spans(register()[code])] == words


def test_late_is_by_the_rule_of_its_way_of_collecting_and_one_answer_in_time_is_enough():
    def written(on, value, days, **more):
        frames = build.frames(nrs(on, value, **more))
        frames["scores"]["recorded_at"] = pd.Timestamp(f"{on}T12:00Z") + pd.Timedelta(days=days)
        if "first_recorded_at" in frames["scores"]:
            frames["scores"]["first_recorded_at"] = frames["scores"]["recorded_at"]
        return frames["scores"]

    frames = build.frames(nrs("2026-10-01", 2))
    frames["scores"] = pd.concat(
        [written("2026-10-01", 2, 0), written("2026-10-02", 3, 1), written("2026-10-03", 3, 6, collected="paper"),
         written("2026-10-04", 3, 5), written("2026-10-04", 3, 0), written("2026-10-05", 3, 9, collected="import")],
        ignore_index=True,
    )  # fmt: skip
    made = calendar_shown.of_patient(frames, until=UNTIL, **KEYS).days
    assert made.loc[made["is_late"], "day"].dt.day.tolist() == [2]


def test_twelve_months_at_most_and_the_rest_is_counted():
    made = shown(nrs("2024-05-05", 3), nrs("2026-10-01", 4))
    assert (made.first.isoformat()[:10], made.last.isoformat()[:10]) == ("2025-10-09", "2026-10-08")
    assert made.earlier == 1
    assert len(made.days) == 365
    assert "1 earlier days" in drawn(nrs("2024-05-05", 3), nrs("2026-10-01", 4)).twin


def test_the_scale_with_most_diary_days_is_chosen_and_visits_count_only_where_there_is_no_diary():
    visits = [nrs(f"2026-10-0{day}", 3, scale="penn_frequency", collected="visit") for day in (1, 2, 3)]
    assert shown(nrs("2026-10-01", 4), *visits).scale.code == "nrs_spasticity"
    assert shown(*visits).scale.code == "penn_frequency"
    assert shown(nrs("2026-10-01", 4), *visits, scale="penn_frequency").scale.code == "penn_frequency"
    with pytest.raises(LookupError, match="no scale of this log"):
        shown(scale="spasms")


def test_without_a_schedule_nothing_is_missing():
    made = shown(nrs("2026-10-01", 4))
    assert not made.days["is_expected"].any()
    assert "No diary was expected in these days." in drawn().twin
    assert "No score recorded." in drawn().twin


def test_the_border_of_a_month_runs_around_its_days():
    figure = drawn(since=pd.Timestamp("2026-09-28T00:00+01:00"))  # a Monday; the 1st of October is a Thursday
    (borders,) = with_gid(figure, "month")
    lines = [line.tolist() for line in borders.get_xydata().reshape(-1, 3, 2)[:, :2]]  # with a gap after each
    assert [[0.0, 3.0], [1.0, 3.0]] in lines  # above the 1st
    assert [[1.0, 0.0], [1.0, 1.0]] in lines  # left of the 5th, whose week before is September's
    assert [[1.0, 3.0], [1.0, 4.0]] not in lines
    with pytest.raises(ValueError, match="after its last day"):
        drawn(since=pd.Timestamp("2026-11-01T00:00+00:00"))
