"""The titration ledger: worked lines, as a frame and as a picture."""

import itertools

import build
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plot import patients

from titration.derive.ledger import ledger as derived
from titration.plot import pictures
from titration.records import DiarySchedule, Readout
from titration.scales import register

ZONE = "Europe/London"
UNTIL = patients.UNTIL
SCALES = register()


def drawn(frames, **more):
    given = {"patient": "P001", "zone": ZONE, "until": UNTIL, "scales": SCALES, **more}
    return pictures.picture("ledger", frames, **given)


def made(frames, **more):
    return derived(frames, zone=ZONE, until=UNTIL, scales=SCALES, **more)


def texts(figure, gid):
    return [a.get_text() for a in figure.findobj() if a.get_gid() == gid]


def worked():
    """200, then 240 (+20 %), then 192 (-20 %), with a diary of 7, 7, 7, 5 before the second and 4, 3, 3, 2 after it."""
    before = [("2026-07-2" + d, v) for d, v in zip("4678", (7, 7, 7, 5), strict=True)]
    after = [("2026-08-0" + d, v) for d, v in zip("6789", (4, 3, 3, 2), strict=True)]
    return build.frames(
        build.dose("2026-07-01T09:00+01:00", 200, reason="start", programmed_by="clinician-1"),
        build.dose("2026-08-01T09:00+01:00", 240, reason="planned review", ordered_by="clinician-2"),
        build.dose("2026-09-01T09:00+01:00", 192),
        DiarySchedule(patient="P001", scale="nrs_spasticity", from_on="2026-08-01", until_on="2026-08-11"),
        *[build.score(day, value, reporter="patient", collected="app") for day, value in before + after],
    )  # fmt: skip


@pytest.fixture(scope="module")
def table():
    return made(worked())


@pytest.fixture(scope="module")
def figure():
    return drawn(worked())


def test_plus_twenty_and_minus_twenty_percent_do_not_come_back_to_the_start(table):
    assert table["from_mcg_per_day"].tolist()[1:] == [200, 240]
    assert table["dose_mcg_per_day"].tolist() == [200, 240, 192]
    assert table["change_pct"].tolist()[1:] == pytest.approx([20, -20])
    assert table["undefined"].tolist()[0] == "first"


def test_days_are_counted_from_one_program_to_the_next(table):
    assert table["days_since"].tolist()[1:] == [31, 31]
    assert pd.isna(table["days_since"].iloc[0])


def test_before_and_after_are_those_of_the_windows(table):
    row = table.iloc[1]
    assert (row["before_n"], row["before_median"], row["after_n"], row["after_median"]) == (4, 7, 4, 3)
    assert table["before_n"].isna().tolist() == [True, False, False]
    assert "4 needed on each side" in table["not_computable"].iloc[2]


def test_the_diary_is_filled_in_between_two_lines_without_their_own_days(table):
    assert table[["n_expected", "n_filled"]].iloc[1].tolist() == [10, 4]  # 2 to 11 August
    assert table["filled_pct"].iloc[1] == 40
    assert table["n_expected"].isna().tolist() == [True, False, True]


def test_who_and_why_stand_beside_it(table):
    assert table["reason"].tolist()[:2] == ["start", "planned review"]
    assert table["programmed_by"].tolist()[0] == "clinician-1"
    assert table["ordered_by"].tolist()[1] == "clinician-2"


def test_what_a_readout_found_has_a_line_of_its_own():
    found = Readout(patient="P001", read_at="2026-08-20T09:00+01:00", dose_mcg_per_day=115)
    frames = build.frames(build.dose("2026-07-01", 100), found, build.dose("2026-09-01", 130))
    table = made(frames)
    assert table["record"].tolist() == ["dose_change", "readout", "dose_change"]
    assert table["status"].tolist() == ["done", "found", "done"]
    assert table["is_unexplained"].tolist() == [False, True, False]
    assert table["change_pct"].iloc[2] == pytest.approx(100 * 15 / 115)
    assert "as found" in drawn(frames).twin


def test_the_series_is_that_with_values_on_most_days_or_of_the_scale_asked_for():
    frames = build.frames(
        build.dose("2026-07-01", 100), build.score("2026-07-02", 1, scale="penn_frequency", reporter="patient"),
        *[build.score(f"2026-07-0{n}", 5, reporter="proxy") for n in (2, 3)],
    )  # fmt: skip
    assert made(frames)[["scale", "reporter"]].iloc[0].tolist() == ["nrs_spasticity", "proxy"]
    assert made(frames, scale="penn_frequency")["scale"].tolist() == ["penn_frequency"]


def test_each_line_is_drawn_with_the_caution(figure):
    cells = texts(figure, "cell")
    assert [c for c in cells if "\N{RIGHTWARDS ARROW}" in c] == [
        "200 \N{RIGHTWARDS ARROW} 240",
        "240 \N{RIGHTWARDS ARROW} 192",
    ]
    assert {"+20 %", "-20 %", "7 (4)", "3 (4)", "40 %"} <= set(cells)
    footer = texts(figure, "footer")[0].replace("\n", " ")
    assert "regression to the mean" in footer
    assert "more spasticity" in texts(figure, "note")[0]


def test_the_twin_has_every_line_whole(figure):
    twin = " ".join(figure.twin.split())
    assert "2026-08-01 200 to 240 mcg/day; +20 %; simple continuous; 31 days since the one before" in twin
    assert "reason: planned review; ordered by clinician-2; before 7 (4), after 3 (4); diary 4 of 10 filled" in twin


FEW = ("flex", "only_scores", "readouts", "nothing")


@pytest.mark.parametrize("name", FEW)
def test_every_patient_can_be_shown(name):
    shown = drawn(patients.ALL[name]())
    assert shown.twin.isascii()
    assert max(len(line) for line in shown.twin.splitlines()) <= 80
    for word in ("current", "delivered", "worse", "stable", "responder", "target"):
        assert word not in shown.twin.lower()
    said = [t for t in shown.findobj(lambda a: hasattr(a, "get_text")) if t.get_text()]
    boxes = [(t.get_text(), t.get_window_extent(shown.renderer)) for t in said]
    assert all(box.x1 <= shown.bbox.width and box.y0 >= 0 for _, box in boxes)
    near = [(a, b) for a, b in itertools.combinations(boxes, 2) if abs(a[1].y0 - b[1].y0) < 30]
    for (one, a), (other, b) in near:
        across, along = min(a.x1, b.x1) - max(a.x0, b.x0), min(a.y1, b.y1) - max(a.y0, b.y0)
        assert across <= 0.5 or along <= 1.5, f"{one!r} lies over {other!r}"


def test_of_very_many_the_newest_are_drawn_and_the_rest_counted():
    shown = drawn(patients.ALL["ten_years"]())
    assert "20 earlier changes in the text version" in " ".join(texts(shown, "note"))
    assert shown.twin.count("mcg/day;") == 60


def test_a_window_leaves_out_and_counts():
    shown = drawn(worked(), since=pd.Timestamp("2026-08-15", tz=ZONE))
    assert shown.twin.startswith("P001: titration ledger, 1 program\n")
    assert "Not shown: 2 earlier." in shown.twin


def test_an_unknown_scale_is_refused():
    with pytest.raises(LookupError, match="no scale of this log"):
        drawn(worked(), scale="nothing")


days = st.sampled_from(["2026-07-01", "2026-07-01T09:30+01:00", "2026-08-03T23:30+00:00", "2026-09-01"])
who = st.sampled_from(["P001", "P002"])
records = st.lists(
    st.one_of(
        st.builds(build.dose, days, st.sampled_from([80, 100, 0]), who),
        st.builds(lambda at, p, v: build.score(at, v, patient=p), days, who, st.integers(0, 10)),
        st.builds(lambda at, p: build.score(at, 2, "penn_frequency", patient=p), days, who),
        st.builds(lambda p: DiarySchedule(patient=p, scale="nrs_spasticity", from_on="2026-07-01"), who),
        st.builds(lambda p: Readout(patient=p, read_on="2026-08-20", dose_mcg_per_day=90), who),
    ),
    max_size=14,
)  # fmt: skip


@settings(max_examples=4)
@given(records)
def test_one_patient_alone_is_as_among_all(given_records):
    frames = build.frames(*given_records)
    every = made(frames)
    alone = {n: f[f["patient"] == "P001"] if "patient" in f else f for n, f in frames.items()}
    pd.testing.assert_frame_equal(every[every["patient"] == "P001"].reset_index(drop=True), made(alone))
    assert not every.duplicated(["patient", "record", "row"]).any()


def test_nothing_in_gives_nothing_out_with_the_same_dtypes(table):
    empty = made(build.frames())
    assert len(empty) == 0
    assert empty.dtypes.to_dict() == table.dtypes.to_dict()
