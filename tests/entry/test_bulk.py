"""A frame is held to the rules of the single record: the same values, the same sentences."""

import time
from datetime import UTC, date, datetime, timedelta, timezone

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from titration import columns, scales, times
from titration.entry import bulk, scored
from titration.errors import FrameError, InvalidRecord
from titration.fields import Reading
from titration.records import KINDS, DoseStep, from_texts

LONDON = times.zone("Europe/London")
REGISTER = scales.register()


def fit(values, kind="score", zone=LONDON, **more):
    return bulk.fit(pd.DataFrame(values), KINDS[kind], zone=zone, scales=REGISTER, **more)


def scored_on(days, **more):
    return {"patient": "P001", "scale": "nrs_spasticity", "observed_on": days, "value": 5.0, **more}


def said(fitted):
    return [str(fault) for fault in fitted.faults]


WHEN = ["", "2026-10-08 09:30", "2026-10-08T09:30+05:30", "2026-03-29 01:30", "2026-10-25 01:30", "2026-02-30 09:00",
        "2026-10-08 9:30", "1899-01-01 10:00", "2026-10-08 09:30:15", "2026-10-08T09:30Z", "2026-10-08T24:00"]  # fmt: skip
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "patient": st.sampled_from(["P001", "P002", "", "two words"]),
            "scale": st.sampled_from(["MAS", "nrs_spasticity", "NRS", "spasm frequency", "unheard of", ""]),
            "observed_at": st.sampled_from(WHEN),
            "observed_on": st.sampled_from(["", "2026-10-08", "2026-10-25", "8/10/2026"]),
            "value": st.sampled_from(["", "5", "2", "11", "1,5", "-0"]),
            "grade": st.sampled_from(["", "", "1+", "5"]),
            "not_assessed": st.sampled_from(["", "", "declined", "no idea"]),
            "version": st.sampled_from(["", "", "1987", "0-10"]),
        }
    ),
    min_size=1,
    max_size=12,
)


@settings(max_examples=60, deadline=None)
@given(ROWS)
def test_each_score_of_a_frame_is_what_the_single_record_would_be(rows):
    fitted = fit({name: [row[name] for row in rows] for name in rows[0]})
    reading = Reading(zone=LONDON, bare=True)
    for place, row in enumerate(rows):
        ours = [(f.field, f.allowed) for f in fitted.faults if f.row == place]
        try:
            record = scored.settle(from_texts(KINDS["score"], row, reading), REGISTER)
        except InvalidRecord as invalid:
            single = [(f.field, f.allowed) for f in invalid.faults]
            assert set(single) <= set(ours)  # a frame also says what else is wrong beside an unreadable day
            continue
        assert ours == []
        expected = columns.of_records(KINDS["score"], [record])[bulk.contract(KINDS["score"])]
        found = fitted.frame.loc[[place]].reset_index(drop=True)
        pd.testing.assert_frame_equal(found, expected)


def test_a_change_of_dose_is_checked_as_a_whole_and_keeps_its_steps():
    fitted = fit(
        {
            "patient": ["P001"] * 3,
            "effective_at": ["2026-10-08 09:30", "2026-10-09 09:30", "2026-10-10 09:30"],
            "mode": ["simple continuous", "flex", "stopped"],
            "dose_mcg_per_day": [120, "168 mcg/day", 5],
            "steps": [None, "00:00 4 mcg/h; 06:00 8 mcg/h", ""],
        },
        "dose_change",
    )
    assert said(fitted) == ["row 2, dose_mcg_per_day=5: a stopped pump gives 0 mcg/day; give 0, or another mode"]
    assert fitted.frame["dose_mcg_per_day"].to_dict() == {0: 120.0, 1: 168.0}
    steps = fitted.children["dose_step"]
    assert steps["of"].tolist() == [1, 1]
    assert steps["rate_mcg_per_h"].tolist() == [4.0, 8.0]


def test_every_fault_of_a_row_is_listed_in_the_order_of_the_fields():
    fitted = fit(
        {"patient": ["P 1"], "mode": ["slow"], "dose_mcg_per_day": [None], "effective_on": ["soon"]}, "dose_change"
    )
    assert [f.field for f in fitted.faults] == ["patient", "effective_on", "mode", "dose_mcg_per_day"]
    assert fitted.frame.empty


def test_an_empty_frame_has_the_columns_and_dtypes_of_its_contract():
    fitted = fit({"patient": []})
    expected = columns.of_records(KINDS["score"], [])[bulk.contract(KINDS["score"])]
    assert fitted.frame.dtypes.to_dict() == expected.dtypes.to_dict()


@pytest.mark.parametrize("column", ["row", "entry", "of", "recorded_at", "recorded_by"])
def test_a_column_that_only_the_log_writes_is_refused_by_name(column):
    with pytest.raises(FrameError, match=rf"only the log writes.*{column}"):
        fit(scored_on(["2026-10-08"], **{column: 1}))


def test_an_unknown_column_and_a_doubled_one_are_refused_by_name():
    with pytest.raises(FrameError, match=r"score has not.*valeu"):
        fit(scored_on(["2026-10-08"], valeu=1))
    doubled = pd.DataFrame([["a", "b"]], columns=["patient", "patient"])
    with pytest.raises(FrameError, match=r"patient \(twice\)"):
        bulk.fit(doubled, KINDS["score"], zone=LONDON, scales=REGISTER)


def test_a_step_is_not_entered_by_itself():
    with pytest.raises(FrameError, match="give it as steps of a dose change"):
        fit({"start_min": ["06:00"]}, "dose_step")


def test_missing_in_any_spelling_is_missing():
    fitted = fit(scored_on(["2026-10-08"] * 5, side=[None, np.nan, "", "  ", pd.NA]))
    assert fitted.frame["side"].isna().all()
    assert said(fitted) == []


def test_days_are_read_from_dates_text_and_datetime64():
    for days in (
        [date(2026, 10, 8)],
        ["2026-10-08"],
        pd.to_datetime(["2026-10-08"]),
        [datetime.fromisoformat("2026-10-08")],
    ):
        assert fit(scored_on(days)).frame["observed_on"].tolist() == [pd.Timestamp("2026-10-08")]
    assert said(fit(scored_on(pd.to_datetime(["2026-10-08 09:30"])))) == [
        "row 0, observed_on=Timestamp('2026-10-08 09:30:00'): a day has no time of day; write the day as 2026-10-08"
    ]


def test_an_instant_knows_its_offset_however_it_is_given():
    row = {"patient": "P001", "scale": "nrs_spasticity", "value": 5}
    fixed = timezone(timedelta(hours=1))
    for at, expected in [
        (pd.to_datetime(["2026-10-08 09:30"]).tz_localize("Europe/Berlin"), 120),
        ([datetime(2026, 10, 8, 9, 30, tzinfo=fixed)], 60),
        (pd.to_datetime(["2026-10-08 09:30"]), 60),
        ([datetime(2026, 10, 8, 9, 30, tzinfo=UTC)], 0),
    ]:
        made = fit({**row, "observed_at": at}).frame
        assert made["observed_offset_min"].tolist() == [expected]
        assert made["observed_at"].dt.hour.tolist() == [9 - expected // 60]


def test_offsets_beside_place_a_local_time_and_must_agree_with_a_written_one():
    row = {"patient": "P001", "scale": "nrs_spasticity", "value": 5}
    at = ["2026-10-25 01:30", "2026-10-08 08:30+00:00", "2026-10-08 09:30+01:00", "2026-10-25 01:30"]
    fitted = fit({**row, "observed_at": at, "observed_offset_min": [0, 60, 120, "soon"]})
    assert fitted.frame["observed_offset_min"].tolist() == [0, 60]
    assert fitted.frame["observed_on"].tolist() == [pd.Timestamp("2026-10-25"), pd.Timestamp("2026-10-08")]
    assert said(fitted) == [
        "row 2, observed_offset_min=120: is not the offset of observed_at (2026-10-08 09:30+01:00); leave it out",
        "row 3, observed_offset_min=soon: must be a whole number from -840 to 840",
    ]


def test_one_instant_written_with_two_offsets_keeps_both():
    at = [datetime(2026, 10, 8, 9, tzinfo=timezone(timedelta(hours=h))) - timedelta(hours=1 - h) for h in (1, 0)]
    made = fit({"patient": "P001", "scale": "nrs_spasticity", "value": 5, "observed_at": at}).frame
    assert at[0] == at[1]
    assert made["observed_offset_min"].tolist() == [60, 0]


def test_a_day_that_is_not_the_day_of_its_instant_is_a_fault_of_that_row_alone():
    at = ["2026-10-08 00:30", "2026-10-08 00:30"]
    fitted = fit(scored_on(["2026-10-08", "2026-10-07"], observed_at=at))
    assert said(fitted) == [
        "row 1, observed_on=2026-10-07: is not the day of observed_at (2026-10-08 00:30+01:00); leave it out"
    ]
    assert fitted.frame.index.tolist() == [0]


def test_free_text_is_never_shown_in_a_fault():
    fitted = fit({"patient": ["P001"], "noted_on": ["2026-10-08"], "words": ["seen by a colleague\x07"]}, "note")
    assert fitted.faults[0].seen == "text of 20 characters"


def test_true_is_no_score_and_one_is():
    fitted = fit(scored_on(["2026-10-08"] * 2, value=[True, 1]))
    assert [f.row for f in fitted.faults] == [0]
    assert fitted.frame["value"].tolist() == [1.0]


def test_a_version_the_log_does_not_hold_is_refused():
    fitted = fit(scored_on(["2026-10-08"], version="1999"))
    (only,) = said(fitted)
    assert only.startswith("row 0, version=1999: of nrs_spasticity this log holds version 0-10; leave the version out")


def test_the_frame_that_was_given_is_not_changed():
    before = pd.DataFrame(scored_on(["2026-10-08", ""], side=["left", "LEFT"]))
    after = before.copy()
    bulk.fit(after, KINDS["score"], zone=LONDON, scales=REGISTER)
    pd.testing.assert_frame_equal(before, after)


def test_a_value_off_a_sites_own_scale_is_refused_as_of_a_published_one():
    table = {
        "code": "sleep",
        "version": "site-1",
        "name": "Sleep",
        "reporters": ["patient"],
        "low": 0,
        "high": 4,
        "more_is": "less sleep",
    }
    register = REGISTER.joined((scales.Scale.of(table),))
    given = pd.DataFrame(
        scored_on(["2026-10-08"] * 3) | {"scale": "sleep", "value": [4, 5, None], "grade": [None, None, "a"]}
    )
    fitted = bulk.fit(given, KINDS["score"], zone=LONDON, scales=register)
    assert fitted.frame["version"].tolist() == ["site-1"]
    assert said(fitted) == [
        "row 1, value=5: Sleep runs from 0 to 4 in steps of 1",
        "row 2, grade=a: Sleep is a number, from 0 to 4 in steps of 1; it has no grades",
    ]


def test_a_column_of_categories_is_read_as_its_texts():
    fitted = fit(scored_on(["2026-10-08"] * 2, side=pd.Categorical(["left", "LEFT"])))
    assert fitted.frame["side"].tolist() == ["left", "left"]
    at = pd.Categorical(["2026-10-08 09:30", "2026-10-08 09:30"])
    assert fit(scored_on(None, observed_at=at)).frame["observed_offset_min"].tolist() == [60, 60]


def test_a_cell_that_is_a_list_is_a_fault_unless_the_field_is_one():
    steps = DoseStep.parse_all("00:00 4 mcg/h", Reading())
    row = {"patient": "P001", "effective_on": "2026-10-08", "mode": "flex", "dose_mcg_per_day": 96}
    fitted = bulk.fit(
        pd.DataFrame([row | {"steps": list(steps)}, row | {"drug": ["a"]}]),
        KINDS["dose_change"],
        zone=LONDON,
        scales=REGISTER,
    )
    assert fitted.children["dose_step"]["of"].tolist() == [0]
    assert said(fitted) == ["row 1, drug=['a']: must be a short text"]


def test_a_fault_of_a_step_is_told_in_its_own_words():
    fitted = fit(
        {
            "patient": ["P001"],
            "effective_on": "2026-10-08",
            "mode": "flex",
            "dose_mcg_per_day": 1,
            "steps": "Funday 00:00 4 mcg/h",
        },
        "dose_change",
    )
    assert fitted.faults[0].allowed.startswith("must be one of: every day, Monday")


def test_years_no_patient_lived_in_are_refused():
    fitted = fit(scored_on(None, observed_at=pd.to_datetime(["1850-01-01 10:00", "2026-10-08 09:30"])))
    assert [(f.row, f.allowed) for f in fitted.faults] == [(0, "the year must lie between 1900 and 2199")]


def test_two_hundred_thousand_scores_take_a_moment():
    n = 200_000
    seconds = np.random.default_rng(1).integers(1_400_000_000, 1_700_000_000, n).astype("datetime64[s]")
    start = time.perf_counter()
    fitted = fit(
        {
            "patient": np.array([f"P{i:04d}" for i in range(1000)], dtype=object)[np.arange(n) % 1000],
            "scale": "nrs_spasticity",
            "observed_at": pd.Series(seconds).dt.strftime("%Y-%m-%d %H:%M"),
            "value": np.arange(n) % 11,
        },
        zone=times.zone("Asia/Kolkata"),
    )
    assert len(fitted.frame) == n
    assert time.perf_counter() - start < 10  # 0.5 s where it was written; a loop over rows would take 30
