"""The page about the record: plain lists, nothing weighed."""

import itertools

import build
import pandas as pd
import pytest
from plot import patients

from titration.plot import pictures
from titration.records import DiarySchedule, FindingClosed, Readout, Refill, Statement
from titration.scales import register

ZONE = "Europe/London"
CORRECTION = {
    "entry": 9, "recorded_at": pd.Timestamp("2026-09-02T10:00Z"), "recorded_by": "nurse-1", "account": "a", "action": "corrected",
    "patient": "P001", "record": "dose_change", "row": 1, "replaced_by": 2, "field": "dose_mcg_per_day", "old": "120 mcg/day",
    "new": "102 mcg/day", "reason": "typed 120 for 102", "source": None,
}  # fmt: skip


def drawn(frames, **more):
    given = {"patient": "P001", "zone": ZONE, "until": patients.UNTIL, "scales": register(), **more}
    return pictures.picture("quality", frames, **given)


def texts(figure, gid):
    return [a.get_text() for a in figure.findobj() if a.get_gid() == gid]


def section(figure, title):
    """The lines of the twin under a title."""
    lines = figure.twin.splitlines()
    first = next(n for n, line in enumerate(lines) if line.startswith(title))
    return " ".join(" ".join(itertools.takewhile(bool, lines[first:])).split())


def corrected(*changes):
    return {
        **build.frames(build.dose("2026-08-01", 102)),
        "corrections": pd.DataFrame([{**CORRECTION, **c} for c in changes]),
    }


def everything():
    frames = build.frames(
        build.dose("2026-08-01T09:00+01:00", 100, ordered_by="clinician-1"),
        Readout(patient="P001", read_at="2026-09-10T09:00+01:00", dose_mcg_per_day=115),
        DiarySchedule(patient="P001", scale="nrs_spasticity", from_on="2026-09-01", until_on="2026-09-10"),
        *[build.score(f"2026-09-0{n}", 5, reporter="patient", collected="app") for n in (1, 2, 6)],
        Statement(patient="P001", stated_on="2026-10-01", document="report 2026-09", meaning="reviewed", stated_by="clinician-2"),
    )  # fmt: skip
    frames["scores"]["recorded_at"] = pd.Timestamp("2026-09-06T08:00Z")
    frames["scores"]["first_recorded_at"] = pd.Timestamp("2026-09-06T08:00Z")
    frames["scores"]["entry"] = 2
    return {**frames, "corrections": pd.DataFrame([CORRECTION])}


@pytest.fixture(scope="module")
def figure():
    return drawn(everything())


@pytest.fixture(scope="module")
def bare():
    return drawn(build.frames())


def test_each_list_has_its_place_in_a_fixed_order(figure):
    assert texts(figure, "title") == [
        "Findings not closed", "Corrections", "Unexplained intervals", "Diary entries", "Scores written late", "Statements",
    ]  # fmt: skip


def test_a_finding_is_told_with_what_would_settle_it(figure):
    said = section(figure, "Findings not closed")
    assert "(unexplained)" in said
    assert "To settle it:" in said
    assert "unexplained" in texts(figure, "cell")


def test_findings_stand_in_the_order_of_their_day(figure):
    days = [t for t in texts(figure, "cell") if t[:4] == "2026"]
    first = days[: section(figure, "Findings not closed").count("To settle it")]
    assert first == sorted(first)


def test_a_closed_finding_is_counted_and_not_listed():
    closed = FindingClosed(patient="P001", rule="unexplained", of_row=1, closed_on="2026-10-01", reason="compared")
    frames = build.frames(
        build.dose("2026-08-01", 100), Readout(patient="P001", read_on="2026-09-10", dose_mcg_per_day=115), closed
    )
    said = section(drawn(frames), "Findings not closed")
    assert "1 closed before" in said
    assert "(unexplained)" not in said


def test_a_correction_is_told_with_its_reason(figure):
    said = section(figure, "Corrections")
    assert "corrected: Daily dose was 120 mcg/day, now 102 mcg/day. Reason: typed 120 for 102; by nurse-1" in said


def test_of_a_moved_fact_the_other_patient_is_not_named_and_what_was_completed_later_is_no_correction():
    move = {"action": "moved", "field": "patient", "reason": "wrong patient"}
    here, away = {"old": "P007", "new": "P001", "patient": "P007"}, {"old": "P001", "new": "P007", "entry": 10}
    made = drawn(corrected({**move, **here}, {**move, **away}, {"action": "completed", "entry": 11}))
    said = section(made, "Corrections")
    assert said.count("moved here from another patient") == said.count("moved to another patient") == 1
    assert said.count("Reason") == 2
    assert "P007" not in made.twin


def test_without_amendments_it_says_that_it_does_not_know(bare):
    assert "not known here" in section(bare, "Corrections")


def test_an_unexplained_interval_runs_from_the_last_confirmation_to_the_readout(figure):
    assert "2026-08-01 to 2026-09-10 (40 days): daily dose 100 mcg/day, found 115 mcg/day" in section(
        figure, "Unexplained"
    )


def test_diary_entries_that_are_not_there_are_counted(figure, bare):
    said = section(figure, "Diary entries")
    assert "10 entries expected, 3 filled, 7 not; longest gap 3 days; written on the day itself: 1 of 3" in said
    assert "no diary expected" in section(bare, "Diary entries")


def test_late_scores_are_counted_by_their_way_of_collecting(figure):
    assert "Spasticity NRS, app: 2 of 3 scores written late, at most 5 days after their day" in section(
        figure, "Scores written late"
    )


def test_statements_and_what_has_none_since(figure, bare):
    assert "2026-10-01 report 2026-09: reviewed by clinician-2" in section(figure, "Statements")
    footer = " ".join(texts(figure, "footer")[0].split())
    assert "1 entry recorded since the last statement." in footer
    assert "1 of 1 dose changes do not name who programmed them." in footer
    assert "who ordered" not in footer
    assert "nothing here is signed" in section(bare, "Statements")


def test_a_window_leaves_out_what_lies_before_it():
    figure = drawn(everything(), since=pd.Timestamp("2026-09-20", tz=ZONE))
    for title in ("Findings not closed none", "Corrections none on record", "Unexplained intervals none"):
        assert section(figure, title.split(" none", maxsplit=1)[0]) == title
    with pytest.raises(ValueError, match="not before its end"):
        drawn(build.frames(), since=patients.UNTIL)


@pytest.mark.parametrize("name", ["diary", "readouts"])
def test_every_patient_can_be_shown(name):
    shown = drawn(patients.ALL[name]())
    assert shown.twin.isascii()
    assert max(len(line) for line in shown.twin.splitlines()) <= 80
    for word in ("poor", "good", "worse", "rank", "score of quality", "responder", "should"):
        assert word not in shown.twin.lower()
    boxes = [
        t.get_window_extent(shown.renderer) for t in shown.findobj(lambda a: hasattr(a, "get_text")) if t.get_text()
    ]
    assert all(box.x1 <= shown.bbox.width and box.y0 >= 0 for box in boxes)


def test_many_findings_are_counted_and_all_are_in_the_twin():
    refills = [
        Refill(patient="P001", filled_on=f"2026-{m:02}-{d:02}", concentration_mcg_per_ml=500)
        for m in (3, 4)
        for d in range(1, 15)
    ]
    frames = build.frames(build.dose("2026-01-01", 100, concentration_mcg_per_ml=2000), *refills)
    figure = drawn(frames)
    n = section(figure, "Findings not closed").count("To settle it")
    assert n > 20
    assert f"{n - 20} earlier findings in the text version" in " ".join(texts(figure, "note"))
