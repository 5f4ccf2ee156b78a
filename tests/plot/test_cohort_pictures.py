"""Pictures of many: nobody is picked out or ranked, and every number has the patients behind it."""

import build
import numpy as np
import pandas as pd
import pytest

from titration.plot.dose_traces import dose_traces
from titration.plot.swimmer import MODES, swimmer
from titration.records import Event, Patient, PatientState, Pump, Refill
from titration.records.programs import MODES as EVERY_MODE

UNTIL = pd.Timestamp("2026-01-01T12:00Z")
GIVEN = {"zone": "Europe/London", "until": UNTIL}


def artists(figure, gid):
    return [a for a in figure.findobj() if a.get_gid() == gid]


def texts(figure, gid):
    return [a.get_text() for a in artists(figure, gid) if hasattr(a, "get_text")]


def clinic(n=6):
    """Patients with an implant on 1 January 2025: dose 100 x number, a second program after half a year."""
    made = []
    for i in range(1, n + 1):
        code = f"P{i:03}"
        made += [
            Patient(patient=code), Pump(patient=code, implanted_on="2025-01-01"),
            build.dose("2025-01-01T10:00+00:00", 100 * i, patient=code),
            build.dose("2025-07-02T10:00+01:00", 100 * i, patient=code, mode="flex"),
        ]  # fmt: skip
    return made


def test_each_mode_has_a_look_of_its_own_in_grey():
    assert set(MODES) == set(EVERY_MODE)
    assert len({(look["facecolor"], look.get("hatch")) for look in MODES.values()}) == len(MODES)


def test_a_bar_runs_from_the_implant_by_mode_and_goes_on_with_an_arrow():
    figure = swimmer(build.frames(*clinic(2)), **GIVEN)
    first, second = artists(figure, "mode-simple continuous")
    assert first.get_x() == pytest.approx(10 / 24 / 365.25)
    assert first.get_width() == pytest.approx(182 / 365.25 - 1 / 24 / 365.25, abs=1e-6)
    assert artists(figure, "mode-flex")[0].get_hatch() == "////"
    assert second.get_y() > first.get_y()
    assert len(artists(figure, "ongoing")) == 2
    assert "P001: 1 year from implant; simple continuous, then flex; 2 programs; goes on" in figure.twin


def test_what_happened_stands_along_the_bar_and_an_end_has_its_word():
    made = [
        *clinic(1), Refill(patient="P001", filled_on="2025-03-01"),
        Event(patient="P001", started_on="2025-04-01", event="device", subtype="revision"),
        PatientState(patient="P001", noted_on="2025-10-01", following="explanted"),
    ]  # fmt: skip
    figure = swimmer(build.frames(*made), **GIVEN)
    assert artists(figure, "refill")[0].get_xdata()[0] == pytest.approx(59 / 365.25)
    assert len(artists(figure, "revision")) == 1
    assert texts(figure, "ended-label") == ["explanted"]
    assert not artists(figure, "ongoing")


def test_patients_stand_in_the_order_of_their_codes_unless_time_is_asked_for():
    later = [Patient(patient="P000"), Pump(patient="P000", implanted_on="2025-06-01")]
    frames = build.frames(*clinic(2), *later)
    assert [t.get_text() for t in swimmer(frames, **GIVEN).axes[0].get_yticklabels()] == ["P000", "P001", "P002"]
    by_time = swimmer(frames, order="time", **GIVEN)
    assert [t.get_text() for t in by_time.axes[0].get_yticklabels()] == ["P001", "P002", "P000"]
    assert "which says nothing of how they are" in by_time.twin.replace("\n  ", " ")
    with pytest.raises(ValueError, match="code or time, not dose"):
        swimmer(frames, order="dose", **GIVEN)


def test_those_without_an_implant_or_with_assigned_times_are_named_and_not_drawn():
    frames = build.frames(
        *clinic(1), Patient(patient="P008"), Patient(patient="P009"),
        build.dose("2020-01-01", 50, patient="P009", timing="assigned"),
    )  # fmt: skip
    twin = " ".join(swimmer(frames, **GIVEN).twin.split())
    assert "No implant or program on record: P008." in twin
    assert "Times assigned, not observed: P009." in twin
    assert len(swimmer(frames, **GIVEN).axes[0].get_yticklabels()) == 1


def test_all_traces_look_the_same_and_percentiles_stand_where_five_patients_do():
    figure = dose_traces(build.frames(*clinic(6)), **GIVEN)
    lines = artists(figure, "patient")
    assert len(lines) == 6
    assert len({(a.get_color(), a.get_linewidth(), a.get_linestyle(), a.get_zorder()) for a in lines}) == 1
    (median,) = artists(figure, "median")
    assert set(median.get_ydata()) == {350}  # of 100, 200, ... 600
    assert "month 6: n 6, median 350, 25 to 75 % 225 to 475, 10 to 90 % 150 to 550" in " ".join(figure.twin.split())
    assert not [t for t in figure.findobj() if hasattr(t, "get_text") and "P00" in t.get_text()]


def test_four_patients_have_traces_and_no_percentiles():
    figure = dose_traces(build.frames(*clinic(4)), **GIVEN)
    assert len(artists(figure, "patient")) == 4
    assert not artists(figure, "median")
    assert "no month with 5 patients or more" in figure.twin
    (count,) = artists(figure, "count")
    assert set(np.asarray(count.get_ydata())) == {4}


@pytest.mark.parametrize("draw", [swimmer, dose_traces])
def test_a_log_without_patients_has_a_picture_too(draw):
    figure = draw(build.frames(), **GIVEN)
    assert texts(figure, "none")
    assert figure.image("svg")
