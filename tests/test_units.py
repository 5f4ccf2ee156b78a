"""Quantities: every spelling met in print is read, or refused with a sentence; no number is ever guessed."""

import math
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from titration import units
from titration.units import (
    CM,
    HOURS,
    MCG,
    MCG_PER_DAY,
    MCG_PER_H,
    MCG_PER_ML,
    MG_PER_DAY,
    MIN,
    ML,
    ML_PER_DAY,
    YEAR,
    Unfit,
    parse_number,
    parse_quantity,
)


def read_or_refused(parse, *args, **more):
    """The value, or the sentence of the refusal; any other exception is a failure."""
    try:
        return parse(*args, **more)
    except Unfit as unfit:
        return str(unfit)


EVERY_UNIT = (MCG_PER_DAY, MCG_PER_H, MCG_PER_ML, ML, ML_PER_DAY, MCG, MG_PER_DAY, MIN, HOURS, CM, YEAR)

COMMA = "a comma can part decimals or thousands; write a decimal point, as in 0.5"
APART = "write the number without spaces or other marks between the digits"
PLAIN = "must be one plain number, as in 0.5 or 120"
NEEDED = "a number with its unit is needed, as in 120 mcg/day"
BESIDE = "the unit must be mcg/day, and nothing else may stand beside the number"
HELD = "must be a number that a computer can hold"


def refusal(parse, *args, **more):
    with pytest.raises(Unfit) as caught:
        parse(*args, **more)
    return str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "120 mcg/day", "120 mcg per 24 hours", "120 mcg per day", "120 ug/day", "120ug/day", "120 ug//day", "120 µg/day",
        "120 μg/day", "120 micrograms/day", "120 microgram/day", "120mcg/d", "120 mcg/24h", "120 mcg/24 hrs",
        "120 mcg/ 24 h", "120 MCG/DAY", " 120  mcg / day. ", "+120 mcg/day", "120.0 mcg/day", "0120 mcg/day",
        "120\N{NO-BREAK SPACE}mcg/day",
    ],
)  # fmt: skip
def test_a_daily_dose_is_read_in_every_spelling_of_print(text):
    assert parse_quantity(text, MCG_PER_DAY) == 120.0


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("120", "the unit is missing; write 120 mcg/day if that is what is meant"),
        ("105.12,000", COMMA),
        ("105.12,000 mcg/day", COMMA),
        ("1,200 mcg/day", COMMA),
        ("1.200,5 mcg/day", COMMA),
        ("120,mcg/day", COMMA),
        ("1 200 mcg/day", APART),
        ("1'200 mcg/day", APART),
        ("1\N{RIGHT SINGLE QUOTATION MARK}200 mcg/day", APART),
        ("1\N{NO-BREAK SPACE}200 mcg/day", APART),
        ("1\N{NARROW NO-BREAK SPACE}200 mcg/day", APART),
        ("1.200 mcg/day", "can be read as 1.2 or 1200; write one of them"),
        ("10.000 mcg/day", "can be read as 10 or 10000; write one of them"),
        (".5 mcg/day", "write the zero before the point: 0.5"),
        ("-.5 mcg/day", "write the zero before the point: -0.5"),
        ("5. mcg/day", PLAIN),
        ("1.2.3 mcg/day", PLAIN),
        ("50 à 75 mcg/day", BESIDE),
        ("50-75 mcg/day", BESIDE),
        ("50\N{EN DASH}75 mcg/day", BESIDE),
        ("120a", BESIDE),
        ("230a", BESIDE),
        ("120 mcg/day (est)", BESIDE),
        ("120 mcg/day 130 mcg/day", BESIDE),
        ("1e3 mcg/day", BESIDE),
        ("0x10 mcg/day", BESIDE),
        ("12_0 mcg/day", BESIDE),
        ("2 x 60 mcg/day", BESIDE),
        ("60 mcg/2 days", BESIDE),
        ("entre 3 et 4", NEEDED),
        ("¾", NEEDED),
        ("Decreased by 10%", NEEDED),
        ("<120 mcg/day", NEEDED),
        ("--5 mcg/day", NEEDED),
        ("+-5 mcg/day", NEEDED),
        ("nan mcg/day", NEEDED),
        ("inf mcg/day", NEEDED),
        ("\N{FULLWIDTH DIGIT ONE}20 mcg/day", NEEDED),
        ("\N{ARABIC-INDIC DIGIT ONE}20 mcg/day", NEEDED),
        ("", NEEDED),
        ("mcg/day", NEEDED),
        ("120 mg/day", "mg is 1000 mcg and is often printed for mcg; compare with the printout and type mcg/day"),
        ("120 mcg", "an amount is not a daily dose; type the daily dose, or record it as a bolus"),
        ("120 mg", "an amount is not a daily dose; type the daily dose, or record it as a bolus"),
        ("120 mcg/mL", "a concentration is not a dose; type the daily dose in mcg/day"),
        ("0.5 mL/day", "a flow is not a dose; type the daily dose in mcg/day"),
        ("9" * 400 + " mcg/day", HELD),
    ],
)  # fmt: skip
def test_what_cannot_be_a_daily_dose_is_refused_with_a_sentence(text, says):
    assert refusal(parse_quantity, text, MCG_PER_DAY) == says


def test_the_24_fold_pair_of_the_ismp_report_is_never_mixed_up():
    """60 mcg each hour are 1440 mcg each day: neither unit is read as the other."""
    per_hour = "a rate per hour is not a daily dose (24 times apart); type the daily dose as printed"
    per_day = "a daily dose is not an hourly rate (24 times apart); type mcg/h"
    for text in ("60 mcg/h", "60 ug/hr", "60 mcg per hour"):
        assert refusal(parse_quantity, text, MCG_PER_DAY) == per_hour
        assert parse_quantity(text, MCG_PER_H) == 60.0
    for text in ("1440 mcg/day", "1440 mcg per 24 hours"):
        assert refusal(parse_quantity, text, MCG_PER_H) == per_day
        assert parse_quantity(text, MCG_PER_DAY) == 1440.0


@pytest.mark.parametrize(
    ("text", "unit", "number"),
    [
        ("500 mcg/mL", MCG_PER_ML, 500.0),
        ("0.05 mg/mL", MCG_PER_ML, 50.0),
        ("0.5 mg/mL", MCG_PER_ML, 500.0),
        ("2 mg per ml", MCG_PER_ML, 2000.0),
        ("2000 ug/ml", MCG_PER_ML, 2000.0),
        ("0.299 mg/mL", MCG_PER_ML, 299.0),
        ("18 millilitres", ML, 18.0),
        ("4.4 mL", ML, 4.4),
        ("50 mcg", MCG, 50.0),
        ("30 mg/day", MG_PER_DAY, 30.0),
        ("30 milligrams per day", MG_PER_DAY, 30.0),
        ("1.5 h", MIN, 90.0),
        ("20 mins", MIN, 20.0),
        ("2 hours", HOURS, 2.0),
        ("80 cm", CM, 80.0),
        ("-5 mcg/day", MCG_PER_DAY, -5.0),
        ("\N{MINUS SIGN}5 mcg/day", MCG_PER_DAY, -5.0),
    ],
)
def test_other_quantities_are_read_in_their_own_unit(text, unit, number):
    assert parse_quantity(text, unit) == number


@pytest.mark.parametrize(
    ("text", "unit", "says"),
    [
        ("500 mcg", MCG_PER_ML, "an amount is not a concentration; type mcg/mL"),
        ("500 mcg/day", MCG_PER_ML, "a daily dose is not a concentration; type mcg/mL"),
        ("4 mcg", ML, "an amount of drug is not a volume; type mL"),
        ("4 mL/day", ML, "type mL"),
        ("50 mg", MCG, "mg is 1000 mcg and is often printed for mcg; compare with the printout and type mcg"),
        ("50 mcg/day", MCG, "a daily dose is not an amount; type mcg"),
        ("30 mcg/day", MG_PER_DAY, "mcg is a thousandth of mg; oral doses are typed in mg/day"),
        ("30 mg", MG_PER_DAY, "an amount is not a daily dose; type mg/day (the sum of the day's doses)"),
        ("120 min", HOURS, "the unit must be h, and nothing else may stand beside the number"),
        ("9" * 308 + " mg/mL", MCG_PER_ML, HELD),
    ],
)
def test_other_quantities_are_refused_with_their_own_sentence(text, unit, says):
    assert refusal(parse_quantity, text, unit) == says


def test_a_bare_number_is_read_only_where_a_heading_states_its_unit():
    assert parse_quantity("120", MCG_PER_DAY, bare="mcg/day") == 120.0
    assert parse_quantity("120", MCG_PER_DAY, bare="ug per 24 hours") == 120.0
    assert parse_quantity("0.5", MCG_PER_ML, bare="mg/mL") == 500.0
    assert "24 times apart" in refusal(parse_quantity, "120", MCG_PER_DAY, bare="mcg/h")
    assert parse_quantity("120 mcg/day", MCG_PER_DAY, bare="mcg/h") == 120.0  # what stands there wins


@pytest.mark.parametrize(
    ("text", "decimal", "number"),
    [
        ("0.299", None, 0.299), ("0,299", ",", 0.299), ("0.299", ".", 0.299), ("1.200", ".", 1.2), ("1,200", ",", 1.2),
        ("0.500", None, 0.5), ("1000.000", None, 1000.0), ("-0", None, 0.0), ("-0.0", None, 0.0), (" 7 ", None, 7.0),
    ],
)  # fmt: skip
def test_a_number_is_read_with_the_decimal_mark_the_file_states(text, decimal, number):
    parsed = parse_number(text, decimal=decimal)
    assert parsed == number
    assert math.copysign(1, parsed) == 1


@pytest.mark.parametrize(
    ("text", "decimal", "says"),
    [
        ("0,299", None, COMMA),
        ("1.200", None, "can be read as 1.2 or 1200; write one of them"),
        ("12.345", None, "can be read as 12.345 or 12345; write 12.3450 or 12345"),
        ("1 200", None, APART),
        ("1 200", ",", APART),
        ("1.200", ",", "the decimal mark is said to be a comma, but there is a point"),
        ("1,200", ".", "the decimal mark is said to be a point, but there is a comma"),
        ("1,2,3", ",", PLAIN),
        (",5", ",", "write the zero before the point: 0.5"),
        ("1.5", ";", "the decimal mark must be a point or a comma"),
        ("--5", None, PLAIN),
        ("+-5", None, PLAIN),
        (".", None, PLAIN),
        ("1e5", None, PLAIN),
        ("²", None, PLAIN),
        ("∞", None, PLAIN),
        ("", None, "a number is needed"),
        ("-", None, "a number is needed"),
        ("\N{EN DASH}", None, "a number is needed"),
        ("9" * 400, None, HELD),
        ("0." + "0" * 400 + "1", None, HELD),
    ],
)
def test_a_number_with_two_readings_or_none_is_refused(text, decimal, says):
    assert refusal(parse_number, text, decimal=decimal) == says


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("1.006 mL/day", ML_PER_DAY, 1.006),  # a flow as printed: nobody means 1006 mL/day
        ("0.299 mL/day", ML_PER_DAY, 0.299),
        ("6.000 mL/day", ML_PER_DAY, 6.0),
        ("18.200 mL", ML, 18.2),
        ("4.167 mcg/h", MCG_PER_H, 4.167),  # 100 mcg/day in 24 hours, as printed
        ("4.1670 mcg/day", MCG_PER_DAY, 4.167),  # the way out that the refusal of 4.167 names
        ("1006 mL/day", ML_PER_DAY, 1006.0),  # it is no limit: what is typed without doubt is read
    ],
)
def test_three_decimals_are_read_where_only_one_reading_can_be_meant(text, unit, value):
    assert parse_quantity(text, unit) == value


@pytest.mark.parametrize(
    ("text", "unit", "says"),
    [
        ("1.006 mcg/day", MCG_PER_DAY, "can be read as 1.006 or 1006; write 1.0060 or 1006"),
        ("1.200 mcg/day", MCG_PER_DAY, "can be read as 1.2 or 1200; write one of them"),
        ("4.167 mcg/day", MCG_PER_DAY, "can be read as 4.167 or 4167; write 4.1670 or 4167"),
        ("2.000 mcg/mL", MCG_PER_ML, "can be read as 2 or 2000; write one of them"),
        ("1.006 mL", ML_PER_DAY, "can be read as 1.006 or 1006; write 1.0060 or 1006"),
        (
            "1.006",
            ML_PER_DAY,
            "can be read as 1.006 or 1006; write 1.0060 or 1006",
        ),  # no unit, so nothing leaves one out
    ],
)
def test_where_both_readings_can_be_meant_the_refusal_names_both_and_how_to_write_each(text, unit, says):
    assert refusal(parse_quantity, text, unit) == says


@pytest.mark.parametrize(
    ("number", "printed"),
    [
        (0.5, "0.5"), (5.0, "5"), (1200.0, "1200"), (39.92, "39.92"), (1e-05, "0.00001"), (1e21, "1" + "0" * 21),
        (-0.0, "0"), (0, "0"), (-2.5, "-2.5"), (100, "100"), (math.nan, "not stated"), (math.inf, "not stated"),
    ],
)  # fmt: skip
def test_numbers_are_printed_without_trailing_zero_naked_point_or_exponent(number, printed):
    assert units.number(number) == printed


@pytest.mark.parametrize(
    ("number", "decimals", "printed"),
    [
        (12.25, 1, "12.3"), (-12.25, 1, "-12.3"), (2.5, 0, "3"), (0.05, 1, "0.1"), (20.0, 1, "20"), (2.675, 2, "2.68"),
        (0.04, 1, "0"), (-0.04, 1, "0"), (1e300, 1, "1" + "0" * 300), (math.nan, 1, "not stated"),
    ],
)  # fmt: skip
def test_half_is_rounded_away_from_zero(number, decimals, printed):
    assert units.rounded(number, decimals) == printed


def test_a_quantity_is_printed_with_its_unit_and_mcg_is_written_out():
    assert units.quantity(120.0, MCG_PER_DAY) == "120 mcg/day"
    assert units.quantity(0.5, MCG_PER_ML) == "0.5 mcg/mL"
    assert not any(mark in unit.name for unit in EVERY_UNIT for mark in "µμ")


FINITE = st.floats(allow_nan=False, allow_infinity=False)


@given(FINITE)
def test_a_printed_number_is_read_back_as_itself(number):
    assert parse_number(units.number(number), decimal=".") == number
    assert "e" not in units.number(number)


@given(FINITE, st.sampled_from(EVERY_UNIT))
def test_a_printed_quantity_is_read_back_as_itself(number, unit):
    assert parse_quantity(units.quantity(number, unit), unit, decimal=".") == number


@given(FINITE, st.sampled_from(EVERY_UNIT))
def test_without_a_stated_mark_a_printed_quantity_is_itself_or_refused(number, unit):
    read = read_or_refused(parse_quantity, units.quantity(number, unit), unit)
    assert read == number or "can be read as" in read


typed = st.text() | st.text("0123456789.,-+ 'µugmclhdayperinf/²½", max_size=14) | st.from_regex(r"\d+[.,]\d+ ?[a-z/]*")


@given(typed, st.sampled_from(EVERY_UNIT), st.sampled_from([None, ".", ","]), st.sampled_from([None, "mg/mL", "mcg/h"]))
@example("1\N{THIN SPACE}200 mcg/day", MCG_PER_DAY, None, None)
def test_any_text_gives_a_finite_number_or_a_refusal(text, unit, decimal, bare):
    read = read_or_refused(parse_quantity, text, unit, decimal=decimal, bare=bare)
    assert read.strip() if isinstance(read, str) else math.isfinite(read)


@given(typed, st.sampled_from([None, ".", ","]))
def test_what_is_read_is_the_number_that_stands_there_and_no_other(text, decimal):
    """The oracle is Decimal, on the text with its decimal mark as a point."""
    number = read_or_refused(parse_number, text, decimal=decimal)
    if not isinstance(number, str):
        plain = "".join(text.split()).replace("\N{MINUS SIGN}", "-").replace("\N{EN DASH}", "-")
        assert number == float(Decimal(plain.replace(",", ".")))
        assert "," not in text or decimal == ","
