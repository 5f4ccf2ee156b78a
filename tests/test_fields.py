"""Every kind of value: what it accepts, what it refuses and in which words, how it is kept, shown, printed and read."""

import math
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest

from titration import times, units
from titration.fields import (
    Children,
    Choice,
    ClockTime,
    Code,
    Count,
    Day,
    Field,
    Instant,
    Label,
    Number,
    Reading,
    Shown,
    Stored,
    Value,
    Words,
    field,
    offset_name,
)
from titration.records import DoseStep
from titration.units import Unfit

DOSE = Number(units.MCG_PER_DAY, low=0)
DOSE_SAYS = "must be a number in mcg/day, 0 or more"
FINITE = "must be a finite number; leave it out if it is not known"
CODE_SAYS = "must be letters, digits, '.', '_' or '-', starting with a letter or digit; never a name"
WHOLE = "must be a whole number from 1900 to 2199"
MINUTES = "must be minutes after midnight, 0 to 1439, or 06:30 as text"
CANONICAL = Reading(zone=UTC, decimal=".")
STEP = DoseStep(start_min=360, rate_mcg_per_h=8)


def refusal(value, given):
    with pytest.raises(Unfit) as caught:
        value.check(given)
    return str(caught.value)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (120, 120.0), (0, 0.0), (-0.0, 0.0), (0.5, 0.5), (np.int64(120), 120.0), (np.float32(0.5), 0.5),
        (np.uint8(7), 7.0), (Fraction(1, 2), 0.5), (1e308, 1e308), (pd.Series([120])[0], 120.0),
    ],
)  # fmt: skip
def test_a_number_is_kept_as_a_plain_float(given, kept):
    checked = DOSE.check(given)
    assert checked == kept
    assert type(checked) is float
    assert math.copysign(1, checked) == 1


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (True, DOSE_SAYS), (np.True_, DOSE_SAYS), (b"120", DOSE_SAYS), ("120", DOSE_SAYS), (np.str_("120"), DOSE_SAYS),
        (None, DOSE_SAYS), ([120], DOSE_SAYS), (np.array(120.0), DOSE_SAYS), (120j, DOSE_SAYS), (pd.NA, DOSE_SAYS),
        (Decimal(120), DOSE_SAYS), (np.timedelta64(120, "s"), DOSE_SAYS), (10**400, DOSE_SAYS), (object, DOSE_SAYS),
        (math.nan, FINITE), (math.inf, FINITE), (-math.inf, FINITE), (np.float32("nan"), FINITE), (1.5e308, FINITE),
        (-5, "must be 0 or more"), (-1e-300, "must be 0 or more"),
    ],
)  # fmt: skip
def test_what_is_no_finite_number_in_the_range_is_refused(given, says):
    assert refusal(DOSE, given) == says


def test_a_number_says_its_whole_range():
    within = Number(units.HOURS, low=0, high=24)
    assert refusal(within, 25) == "must be 24 or less"
    assert within.allowed == "a number in h, 0 or more, 24 or less"
    assert Number().allowed == "a number"
    assert within.check(24) == 24.0


@pytest.mark.parametrize("text", ["P001", "p-1", "9", "A.b_c-d", "a" * 32])
def test_a_code_is_kept_as_it_is(text):
    assert Code().check(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "../../etc/passwd", "P/001", r"P\001", ".", "..", ".P001", "-P001", "", " ", "P 001", "P001 ", "P001\n", "Jane Doe",
        "P001\N{RIGHT-TO-LEFT OVERRIDE}", "\N{RIGHT-TO-LEFT MARK}P001", "P001\0", "Pé", "\N{FULLWIDTH LATIN CAPITAL LETTER P}1",
        "P001;DROP", "'P001'", "P*", "\N{ARABIC-INDIC DIGIT ONE}", "P001\N{ZERO WIDTH SPACE}",
    ],
)  # fmt: skip
def test_paths_marks_spaces_and_names_are_no_codes(text):
    assert refusal(Code(), text) == CODE_SAYS


def test_a_code_has_at_most_32_characters_and_is_text():
    assert refusal(Code(), "a" * 33) == "must be at most 32 characters, and is 33"
    assert refusal(Code(), 1) == "must be a code, as in P001"
    assert Code().parse(" P001 ", CANONICAL) == "P001"
    assert "never a name" in Code().allowed


def test_a_choice_is_found_whatever_the_case_blanks_or_dashes_and_nothing_else_is():
    mode = Choice(("simple continuous", "flex"))
    assert [mode.check(w) for w in ("Simple  Continuous", "simple-continuous", " FLEX ")] == [
        "simple continuous", "simple continuous", "flex",
    ]  # fmt: skip
    for wrong in ("simple", "", "flex2", 1, None, ["flex"]):
        assert refusal(mode, wrong) == "must be one of: simple continuous, flex"
    assert mode.allowed == "one of: simple continuous, flex"


def test_a_label_is_one_trimmed_line_of_composed_text():
    assert Label().check("  knee flexors ") == "knee flexors"
    assert Label().check("Ame\N{COMBINING ACUTE ACCENT}lie") == "Am\N{LATIN SMALL LETTER E WITH ACUTE}lie"
    for wrong in ("", "  ", "a\nb", "a\tb", "a\0", "\N{RIGHT-TO-LEFT OVERRIDE}abc", "a\N{ZERO WIDTH SPACE}b", "\ud800"):
        assert refusal(Label(), wrong) == "must be one line of plain text"
    assert refusal(Label(3), "abcd") == "must be at most 3 characters, and is 4"
    assert refusal(Label(), 5) == "must be a short text"
    assert "at most 80 characters" in Label().allowed


def test_words_are_kept_as_typed_but_for_blanks_around_them_and_the_ends_of_lines():
    assert Words().check(" first line\r\nsecond\tline \n") == "first line\nsecond\tline"
    assert refusal(Words(), " \n ") == "must not be blank; leave it out instead"
    for wrong in ("a\0b", "bell\a", "\ud800", "a\rb"):
        assert refusal(Words(), wrong) == "must not hold control characters"
    assert refusal(Words(), "dose \u202e021").startswith("must not hold marks that turn the order of letters round")
    assert refusal(Words(), "a" * 10_001) == "must be at most 10000 characters, and is 10001"
    assert refusal(Words(), 5) == "must be text"
    assert Words().check("a" * 10_000)
    assert "10000" in Words().allowed


@pytest.mark.parametrize("given", [1974, 1974.0, np.int32(1974), np.float64(1974), "1974"])
def test_a_whole_number_is_kept_as_an_int(given):
    year = Count(low=1900, high=2199, of="year")
    kept = year.parse(given, CANONICAL) if isinstance(given, str) else year.check(given)
    assert (kept, type(kept)) == (1974, int)


@pytest.mark.parametrize(
    "given", [True, np.True_, 1974.5, math.nan, math.inf, 1e300, "1974", None, b"1974", 1899, 2200, 10**400]
)
def test_what_is_no_whole_number_of_the_range_is_refused(given):
    assert refusal(Count(low=1900, high=2199), given) == WHOLE


@pytest.mark.parametrize("text", ["1974.0", "1 974", "", "1e3", "\N{ARABIC-INDIC DIGIT ONE}974", "0x7b6", "9" * 18])
def test_a_whole_number_is_typed_as_digits_only(text):
    with pytest.raises(Unfit, match=WHOLE):
        Count(low=1900, high=2199).parse(text, CANONICAL)


def test_a_whole_number_without_a_top_says_so():
    assert Count(low=1).allowed == "a whole number from 1 up"


def test_a_time_of_day_is_minutes_or_text():
    assert [ClockTime().check(v) for v in (0, 1439, np.int64(390), "06:30")] == [0, 1439, 390, 390]
    for wrong in (-1, 1440, True, 6.5, None, np.True_, b"06:30"):
        assert refusal(ClockTime(), wrong) == MINUTES
    assert refusal(ClockTime(), "6:30") == "write the time of day as 06:30, from 00:00 to 23:59"


def test_an_instant_is_kept_with_a_fixed_offset_to_the_second():
    aware = datetime(2026, 10, 25, 1, 30, 15, 999_999, tzinfo=times.zone("Europe/London"), fold=1)
    kept = Instant().check(aware)
    assert kept.isoformat() == "2026-10-25T01:30:15+00:00"
    assert Instant().keep(kept) == (int(datetime(2026, 10, 25, 1, 30, 15, tzinfo=UTC).timestamp()), 0)
    assert Instant().keep(None) == (None, None)
    assert Instant().back((None, None)) is None
    stamped = pd.Timestamp("2026-10-08 09:30:00.5", tz="Europe/London")
    assert type(Instant().check(stamped)) is datetime
    assert Instant().check("2026-10-08 09:30").tzinfo is None


def test_what_is_no_instant_is_refused():
    for wrong in (date(2026, 10, 8), pd.NaT, 1_700_000_000, None, np.datetime64("2026-10-08"), "8 Oct"):
        assert refusal(Instant(), wrong) == times.INSTANT_FORM
    assert (
        refusal(Instant(), datetime.fromisoformat("9999-12-31T23:59:59")) == "the year must lie between 1900 and 2199"
    )
    skipped = datetime(2026, 3, 29, 1, 30, tzinfo=times.zone("Europe/London"))
    assert refusal(Instant(), skipped).startswith("that hour does not exist there")


def test_an_instant_without_an_offset_cannot_be_kept():
    with pytest.raises(Unfit, match="an offset is needed"):
        Instant().keep(Instant().check("2026-10-08 09:30"))


def test_a_day_has_no_time_of_day():
    for same in ("2026-10-08", date(2026, 10, 8), datetime.fromisoformat("2026-10-08"), pd.Timestamp("2026-10-08")):
        assert (Day().check(same), type(Day().check(same))) == (date(2026, 10, 8), date)
    timed = "a day has no time of day; write the day as 2026-10-08"
    assert refusal(Day(), datetime.fromisoformat("2026-10-08T00:01")) == timed
    assert refusal(Day(), datetime(2026, 10, 8, tzinfo=UTC)) == timed
    assert refusal(Day(), "2026-02-30") == "there is no such day; write the day as 2026-10-08"
    for wrong in (pd.NaT, 20734, None, np.datetime64("2026-10-08"), 2026.0):
        assert refusal(Day(), wrong) == "write the day as 2026-10-08"
    assert refusal(Day(), date.max) == "the year must lie between 1900 and 2199"
    assert Day().keep(date(2026, 10, 8)) == (20734,)
    assert Day().keep(None) == (None,)
    assert Day().back((None,)) is None


def test_children_are_a_tuple_of_their_record_or_refused():
    steps = Children(DoseStep)
    assert steps.check([STEP]) == steps.check(iter([STEP])) == (STEP,)
    assert steps.check([]) == ()
    for wrong in ("00:00 4 mcg/h", [1], 5, None, STEP, {"a": 1}):
        assert refusal(steps, wrong) == "must be a list of DoseStep"
    assert steps.parse("06:00 8 mcg/h", CANONICAL) == (STEP,)
    assert steps.allowed == DoseStep.written


def test_a_kind_of_value_that_says_nothing_accepts_nothing():
    assert refusal(Value(), 1) == "1 cannot be checked"
    assert (Value().unit, Value().suffix, Value().allowed, Value().say(1)) == ("", "", "text", "1")
    assert Value().stored("x") == (Stored("x", "INTEGER"),)


@pytest.mark.parametrize(
    ("value", "stored", "shown"),
    [
        (Code(), [("x", "INTEGER", "code")], [("x", "str")]),
        (Choice(("a",)), [("x", "INTEGER", "code")], [("x", "str")]),
        (Label(), [("x", "INTEGER", "code")], [("x", "str")]),
        (Words(), [("x", "INTEGER", "words")], [("x", "str")]),
        (Number(), [("x", "REAL", "plain")], [("x", "float64")]),
        (Count(), [("x", "INTEGER", "plain")], [("x", "Int64")]),
        (ClockTime(), [("x", "INTEGER", "plain")], [("x", "Int64")]),
        (Day(), [("x", "INTEGER", "plain")], [("x", "datetime64[s]")]),
        (
            Instant(),
            [("x", "INTEGER", "plain"), ("x_offset_min", "INTEGER", "plain")],
            [("x", "datetime64[us, UTC]"), ("x_offset_min", "Int64")],
        ),
        (Children(DoseStep), [], []),
    ],
)
def test_each_kind_of_value_has_its_columns_in_the_table_and_in_the_frame(value, stored, shown):
    assert [(c.name, c.sql, c.role) for c in value.stored("x")] == stored
    assert [(c.name, c.dtype) for c in value.shown("x", "")] == shown
    assert len(value.keep(None)) == len(stored)
    assert value.allowed


def test_the_offset_of_an_instant_stands_beside_it_under_its_own_name():
    assert offset_name("effective_at") == "effective_offset_min"
    assert Instant().shown("effective_at", "when")[1] == Shown(
        "effective_offset_min", "Int64", "min", "minutes east of UTC when effective_at was written"
    )


def test_the_unit_stands_last_in_a_name_and_never_in_the_flag():
    assert [v.suffix for v in (DOSE, Number(units.MCG_PER_ML), Number(units.ML), Count(of="min"), Count(of="year"))] == [
        "_mcg_per_day", "_mcg_per_ml", "_ml", "_min", "",
    ]  # fmt: skip
    declared = Field("dose_mcg_per_day", DOSE, "", title="Daily dose")
    assert (declared.flag, declared.heading) == ("dose", "Daily dose (mcg/day)")
    assert Field("body_part", Label(), "", title="Body part").heading == "Body part"
    assert Field("body_part", Label(), "").flag == "body-part"


def test_what_is_stored_can_be_printed_with_its_unit():
    assert DOSE.say(120.0) == "120 mcg/day"
    assert Number().say(0.5) == "0.5"
    assert ClockTime().say(390) == "06:30"
    assert Day().say(date(2026, 10, 8)) == "2026-10-08"
    assert Instant().say(times.parse_instant("2026-10-08 09:30+01:00")) == "2026-10-08 09:30+01:00"
    assert Children(DoseStep).say((STEP, STEP)) == "06:00 8 mcg/h; 06:00 8 mcg/h"


def test_a_number_is_read_with_its_unit_or_bare_where_the_unit_is_stated():
    assert DOSE.parse("120 mcg/day", Reading()) == 120.0
    assert DOSE.parse("120", Reading(bare=True)) == 120.0
    assert Number(units.MCG_PER_ML).parse("0,5", Reading(bare=True, unit="mg/mL", decimal=",")) == 500.0
    assert Number().parse("5", Reading()) == 5.0
    with pytest.raises(Unfit, match="the unit is missing"):
        DOSE.parse("120", Reading())
    with pytest.raises(Unfit, match="24 times apart"):
        DOSE.parse("5", Reading(bare=True, unit="mcg/h"))
    with pytest.raises(Unfit, match="must be 0 or more"):
        DOSE.parse("-5 mcg/day", Reading())


def test_a_field_that_is_required_has_no_default_and_any_other_is_none():
    assert field(Code(), "code", required=True).default is not None  # dataclasses.MISSING
    assert field(Code(), "code").default is None
    assert field(Choice(("a",)), "choice", default="a").default == "a"
    assert field(Choice(("a",)), "choice", required=True, default="a").default == "a"
