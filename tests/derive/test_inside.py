"""The values inside spans of time: by the second, by whole days, and as a plain count has it."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from titration.derive import cuts, inside, moments

LONDON = "Europe/London"


def second(text):
    return pd.Timestamp(text).timestamp()


def scores(rows):
    """Series, time or day, and value of each."""
    at = pd.Series(pd.to_datetime([when if "T" in when else None for _, when, _ in rows], utc=True))
    on = pd.Series(pd.to_datetime([when[:10] for _, when, _ in rows])).astype(moments.DAY)
    frame = pd.DataFrame({"observed_at": at.astype(moments.INSTANT), "observed_on": on})
    return frame.assign(rank=[float(value) for *_, value in rows]), np.array([series for series, *_ in rows], "int64")


def found(rows, spans, zone=LONDON):
    """The values inside each span of a series, in order."""
    frame, series = scores(rows)
    own, start, end = (np.array(part) for part in zip(*spans, strict=True))
    made = inside.values(inside.lines(frame, series, zone=zone), own, start, end, zone=zone)
    every = made.values  # noqa: PD011 - of a Middles, no frame
    return [every[first : first + n].tolist() for first, n in zip(made.first, made.n, strict=True)]


def test_the_second_a_span_begins_is_inside_and_the_one_it_ends_is_not():
    rows = [(0, "2026-01-05T10:00", 1), (0, "2026-01-05T12:00", 2), (0, "2026-01-05T14:00", 3)]
    assert found(rows, [(0, second("2026-01-05T10:00Z"), second("2026-01-05T14:00Z"))]) == [[1, 2]]


def test_a_day_alone_must_lie_inside_as_a_whole_in_the_zone():
    rows = [(0, f"2026-06-{day:02}", day) for day in (1, 2, 3)]  # from 23:00 UTC of the day before
    whole = (0, second("2026-05-31T23:00Z"), second("2026-06-02T23:00Z"))
    assert found(rows, [whole, (0, whole[1] + 1, whole[2]), (0, whole[1], whole[2] - 1)]) == [[1, 2], [2], [1]]


def test_a_span_far_from_every_day_is_empty_or_holds_all():
    rows = [(0, "2026-06-01", 4), (0, "2026-06-02", 5)]
    edges = [second(text) for text in ("1990-01-01T00:00Z", "1991-01-01T00:00Z", "2090-01-01T00:00Z")]
    assert found(rows, [(0, edges[0], edges[1]), (0, edges[0], edges[2]), (0, edges[2], edges[2] + 9)]) == [
        [],
        [4, 5],
        [],
    ]


def test_a_day_the_calendar_left_out_is_inside_no_span_that_ends_on_the_next():
    rows = [(0, "2011-12-29", 1), (0, "2011-12-30", 2), (0, "2011-12-31", 3)]  # Apia had no 30 December
    span = (0, second("2011-12-28T00:00Z"), second("2011-12-31T04:00Z"))
    assert found(rows, [span], zone="Pacific/Apia") == [[1]]


def test_no_scores_make_no_line_and_each_span_is_empty():
    frame, series = scores([])
    assert inside.lines(frame, series, zone=LONDON) == []
    made = inside.values([], np.array([0]), np.array([0.0]), np.array([9.0]), zone=LONDON)
    assert made.n.tolist() == [0]
    assert np.isnan(made.quantile(0.5)).all()


def test_rows_in_order_are_not_copied_and_others_come_out_the_same():
    rows = [(s, f"2026-02-{day:02}", day % 5) for s in (0, 1) for day in range(1, 20)]
    frame, series = scores(rows)
    (line,) = inside.lines(frame, series, zone=LONDON)
    assert np.shares_memory(line.rank, frame["rank"].to_numpy())
    order = np.random.default_rng(1).permutation(len(rows))
    (other,) = inside.lines(frame.iloc[order], series[order], zone=LONDON)
    assert (line.key == other.key).all()
    assert (line.rank == other.rank).all()


TIMES = st.one_of(
    st.dates(dt.date(2026, 3, 25), dt.date(2026, 4, 2)).map(dt.date.isoformat),
    st.integers(0, 8 * 24 * 60).map(lambda n: (pd.Timestamp("2026-03-25") + pd.Timedelta(minutes=n)).isoformat()[:16]),
)


@given(
    st.lists(st.tuples(st.integers(0, 2), TIMES, st.integers(0, 10)), max_size=30),
    st.lists(st.tuples(st.integers(0, 2), st.integers(0, 8 * 24), st.integers(0, 8 * 24)), min_size=1, max_size=8),
)
def test_it_agrees_with_a_plain_count_over_the_change_of_the_clock(rows, hours):
    begin = second("2026-03-25T00:00Z")
    spans = [(series, begin + 3600 * min(a, b), begin + 3600 * max(a, b)) for series, a, b in hours]
    assert found(rows, spans) == [sorted(plain(rows, *span)) for span in spans]


def plain(rows, series, start, end):
    for own, when, value in rows:
        day = pd.Timestamp(when[:10]).tz_localize(LONDON)
        low = second(when + "Z") if "T" in when else day.timestamp()
        stop = (pd.Timestamp(when[:10]) + pd.Timedelta(days=1)).tz_localize(LONDON).timestamp()
        if own == series and low >= start and (low < end if "T" in when else stop <= end):
            yield float(value)


@pytest.mark.parametrize("fraction", [0.0, 0.5])
def test_an_edge_between_two_seconds_goes_up(fraction):
    rows = [(0, "2026-01-05T10:00", 1)]
    at = second("2026-01-05T10:00Z")
    assert found(rows, [(0, at - 1 + fraction, at + fraction)]) == [[1] if fraction else []]
    assert cuts.keyed(np.array([0]), np.array([at + fraction]))[0] == cuts.keyed(np.array([0]), np.array([int(at)]))[
        0
    ] + bool(fraction)
