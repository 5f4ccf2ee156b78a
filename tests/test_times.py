"""Instants and days: an hour that does not exist or happens twice is refused with both readings; nothing is guessed."""

import re
from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
import strategies
from hypothesis import example, given
from hypothesis import strategies as st

from titration import times
from titration.units import Unfit

LONDON, NEW_YORK = times.zone("Europe/London"), times.zone("America/New_York")
INSTANT = "write 2026-10-08 09:30, with an offset like +01:00 if it is not local time"
DAY = "write the day as 2026-10-08"
CLOCK = "write the time of day as 06:30, from 00:00 to 23:59"
OFFSET = "an offset lies between -14:00 and +14:00, as in +01:00"
YEAR = "the year must lie between 1900 and 2199"
ZONE = "must be a zone of the IANA list, as in Europe/London or America/New_York"


def refusal(parse, *args):
    with pytest.raises(Unfit) as caught:
        parse(*args)
    return str(caught.value)


def read_or_refused(parse, *args):
    """The value, or the sentence of the refusal; any other exception is a failure."""
    try:
        return parse(*args)
    except Unfit as unfit:
        return str(unfit)


@pytest.mark.parametrize(
    ("text", "where", "utc"),
    [
        ("2026-10-08 09:30", LONDON, "2026-10-08T08:30"),
        ("2026-12-08 09:30", LONDON, "2026-12-08T09:30"),
        ("2026-10-08T09:30:15", LONDON, "2026-10-08T08:30:15"),
        ("2026-10-08 09:30:00.000", LONDON, "2026-10-08T08:30"),
        ("2026-10-08 09:30+01:00", None, "2026-10-08T08:30"),
        ("2026-10-08 09:30 +0100", None, "2026-10-08T08:30"),
        ("2026-10-08 09:30Z", NEW_YORK, "2026-10-08T09:30"),
        ("2026-10-08 09:30", times.zone("Pacific/Kiritimati"), "2026-10-07T19:30"),
        ("2026-10-08 09:30", times.zone("Etc/GMT+12"), "2026-10-08T21:30"),
        ("2026-10-08 09:30+14:00", None, "2026-10-07T19:30"),
        ("2026-10-08 09:30-12:00", None, "2026-10-08T21:30"),
        ("2026-03-08 09:30+13:45", times.zone("Pacific/Chatham"), "2026-03-07T19:45"),
    ],
)
def test_an_instant_is_read_in_its_zone_or_with_its_own_offset(text, where, utc):
    assert times.parse_instant(text, where) == datetime.fromisoformat(utc).replace(tzinfo=UTC)


def test_without_zone_or_offset_an_instant_stays_local_until_the_log_settles_it():
    assert times.parse_instant("2026-10-08 09:30").tzinfo is None


FORWARD = "that hour does not exist there, the clock was put forward"
BACK = "that hour happens twice there, the clock was put back"


@pytest.mark.parametrize(
    ("text", "where", "what", "one", "other"),
    [
        ("2026-03-29 01:30", "Europe/London", FORWARD, "+01:00", "+00:00"),
        ("2026-10-25 01:30", "Europe/London", BACK, "+01:00", "+00:00"),
        ("2026-03-08 02:00", "America/New_York", FORWARD, "-04:00", "-05:00"),
        ("2026-11-01 01:59", "America/New_York", BACK, "-04:00", "-05:00"),
        ("2026-10-04 02:15", "Australia/Lord_Howe", FORWARD, "+11:00", "+10:30"),  # half an hour is skipped there
        ("2011-12-30 09:00", "Pacific/Apia", FORWARD, "+14:00", "-10:00"),  # a whole day was skipped there
    ],
)
def test_an_hour_that_does_not_exist_or_happens_twice_is_refused_with_both_readings(text, where, what, one, other):
    says = f"{what}; write {text}{one} or {text}{other}"
    assert refusal(times.parse_instant, text, times.zone(where)) == says


@pytest.mark.parametrize("text", ["2026-03-29 00:59", "2026-03-29 02:00", "2026-10-25 00:59", "2026-10-25 02:00"])
def test_the_minutes_beside_a_change_of_the_clock_are_read(text):
    assert times.stamp(times.parse_instant(text, LONDON)).startswith(text)


def test_both_readings_of_a_doubled_hour_are_an_hour_apart():
    first, second = (times.parse_instant(f"2026-10-25 01:30{offset}") for offset in ("+01:00", "+00:00"))
    assert second - first == timedelta(hours=1)


def test_a_fixed_offset_replaces_a_zone_and_an_hour_it_skips_is_refused():
    doubled = datetime(2026, 10, 25, 1, 30, tzinfo=ZoneInfo("Europe/London"), fold=1)
    assert times.stamp(times.fixed(doubled)) == "2026-10-25 01:30+00:00"
    assert times.stamp(times.localise(doubled.replace(fold=0), NEW_YORK)) == "2026-10-25 01:30+01:00"
    skipped = datetime(2026, 3, 29, 1, 30, tzinfo=ZoneInfo("Europe/London"))
    assert "2026-03-29 01:30+01:00 or 2026-03-29 01:30+00:00" in refusal(times.fixed, skipped)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("08/10/2026 09:30", INSTANT),
        ("8.10.2026", INSTANT),
        ("2026-10-08", INSTANT),
        ("2026-10-08 9:30", INSTANT),
        ("2026-10-08 09:30:15.5", INSTANT),
        ("2026-10-08 09:30 Europe/London", INSTANT),
        ("\N{FULLWIDTH DIGIT TWO}026-10-08 09:30", INSTANT),
        ("", INSTANT),
        ("1899-12-31 09:30", YEAR),
        ("2200-01-01 00:00Z", YEAR),
        ("0001-01-01 00:00", YEAR),
        ("9999-12-31 23:59", YEAR),
        ("2026-10-08 09:30+14:01", OFFSET),
        ("2026-10-08 09:30-23:00", OFFSET),
        ("2026-10-08 09:30+01:60", OFFSET),
    ],
)
def test_any_other_time_is_refused_and_never_guessed(text, says):
    assert refusal(times.parse_instant, text, LONDON) == says


@pytest.mark.parametrize("text", ["2026-02-30 09:30", "2026-10-08 24:00", "2026-10-08 09:60", "2025-02-29 00:00+01:00"])
def test_a_time_that_cannot_be_is_refused(text):
    says = refusal(times.parse_instant, text, LONDON)
    assert says.startswith("there is no such time (")
    assert says.endswith(INSTANT)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("2026-02-30", f"there is no such day; {DAY}"),
        ("2025-02-29", f"there is no such day; {DAY}"),
        ("2026-00-10", f"there is no such day; {DAY}"),
        ("08/10/2026", DAY),
        ("10-08-2026", DAY),
        ("2026", DAY),
        ("may 5 1970", DAY),
        ("20261008", DAY),
        ("2026-10-08 00:00", DAY),
        ("1899-12-31", YEAR),
        ("2200-01-01", YEAR),
    ],
)
def test_any_other_day_is_refused_and_never_guessed(text, says):
    assert refusal(times.parse_day, text) == says


def test_a_leap_day_is_a_day():
    assert times.parse_day(" 2028-02-29 ") == date(2028, 2, 29)


@pytest.mark.parametrize(
    "text", ["11:0", "24:00", "23:60", "6:30", "06.30", "6 pm", "", "\N{FULLWIDTH DIGIT ZERO}6:30"]
)
def test_a_time_of_day_in_another_form_is_refused(text):
    assert refusal(times.parse_clock, text) == CLOCK


@pytest.mark.parametrize(
    "name", ["", "GMT+1 summer", "Europe", "../../etc/passwd", "Europe/Lond\0n", "x" * 9999, "\ud800"]
)
def test_a_name_that_is_no_zone_is_refused(name):
    assert refusal(times.zone, name) == ZONE


@pytest.mark.parametrize("text", ["", "01:00", "+1", "+1:00", "z", "UTC", "+01:00:00", "+14:30", "\N{MINUS SIGN}01:00"])
def test_what_is_no_offset_is_refused(text):
    assert refusal(times.parse_offset, text) == OFFSET


def test_an_offset_is_read_to_the_minute():
    assert times.offset_min(times.parse_instant("2026-10-08 09:30+05:45")) == 345
    assert times.offset_min(times.parse_instant("2026-10-08 09:30-09:30")) == -570
    assert refusal(times.offset_min, times.parse_instant("2026-10-08 09:30")) == "an offset is needed"


def test_an_instant_prints_its_minute_its_seconds_only_where_it_has_them_and_its_offset():
    assert times.stamp(times.parse_instant("2026-10-08T09:30:00+01:00")) == "2026-10-08 09:30+01:00"
    assert times.stamp(times.parse_instant("2026-10-08T09:30:15Z")) == "2026-10-08 09:30:15+00:00"


def test_seconds_and_days_are_counted_from_1970():
    assert times.day_number(date(1970, 1, 1)) == 0
    assert times.day_number(date(2026, 10, 8)) == 20734  # 56 x 365 + 14 leap days + 280 days of 2026
    assert times.day_number(date(1969, 12, 31)) == -1
    assert times.stamp(times.from_seconds(-3600, -720)) == "1969-12-31 11:00-12:00"


@given(strategies.instants())
def test_a_printed_instant_is_read_back_as_itself(when):
    read = times.parse_instant(times.stamp(when))
    assert (read, read.utcoffset()) == (when, when.utcoffset())
    kept = times.from_seconds(int(when.timestamp()), times.offset_min(when))
    assert (kept, kept.utcoffset()) == (when, when.utcoffset())


@given(strategies.days())
def test_a_printed_day_is_read_back_as_itself(day):
    assert times.parse_day(day.isoformat()) == day
    assert times.from_day_number(times.day_number(day)) == day


@given(st.integers(0, 1439))
def test_a_printed_time_of_day_is_read_back_as_itself(minutes):
    assert times.parse_clock(times.clock(minutes)) == minutes


ZONES = ["Europe/London", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "Pacific/Kiritimati", "Etc/GMT+12",
         "Asia/Kolkata", "America/St_Johns", "Africa/Casablanca", "UTC"]  # fmt: skip
WALLS = st.datetimes(datetime.fromisoformat("1971-01-01"), datetime.fromisoformat("2100-01-01")).map(
    lambda wall: wall.replace(second=0, microsecond=0)
)


@given(WALLS, st.sampled_from(ZONES))
@example(datetime.fromisoformat("2026-03-29T01:30"), "Europe/London")
@example(datetime.fromisoformat("2026-10-25T01:30"), "Europe/London")
def test_a_wall_clock_time_is_that_time_in_its_zone_or_is_refused_with_two_others(wall, name):
    read = read_or_refused(times.localise, wall, times.zone(name))
    if isinstance(read, str):
        readings = [times.parse_instant(text) for text in re.findall(r"\d{4}-\d\d-\d\d \d\d:\d\d[+-]\d\d:\d\d", read)]
        assert len({when.timestamp() for when in readings}) == 2
    else:
        assert isinstance(read.tzinfo, timezone)
        assert read.astimezone(times.zone(name)).replace(tzinfo=None) == read.replace(tzinfo=None) == wall


typed = (
    st.text() | st.text("0123456789-:T +Z", max_size=26) | st.from_regex(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d([+-]\d{4})?")
)


@given(typed)
@example("0001-01-01 00:00")
@example("9999-12-31 23:59")
def test_any_text_gives_a_time_or_a_refusal(text):
    for parse, kind in (
        (lambda t: times.parse_instant(t, LONDON), datetime),
        (times.parse_instant, datetime),
        (times.parse_day, date),
        (times.parse_clock, int),
        (times.parse_offset, timezone),
        (times.zone, ZoneInfo),
    ):
        read = read_or_refused(parse, text)
        assert isinstance(read, kind) or (isinstance(read, str) and read)
