"""Quantities: how they are read from print and typing, and the one place that prints numbers.

Imports only `errors`. A number is never read without knowing its unit, and never guessed: what can
be read in two ways is refused with both readings.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Context, Decimal


class Unfit(ValueError):
    """A value does not fit; the message says what is allowed and what to do (becomes a `Fault`)."""


@dataclass(frozen=True)
class Unit:
    """A unit, what converts into it without doubt, and what is confused with it.

    Attributes:
        name: As it is printed, for example `mcg/day`.
        converts: Other units read as well, with the factor (by definition of the prefixes).
        confused: Units that are refused, with the sentence that says why.
        most: More than there can be of it, where that is known: of two readings of a printed number it leaves out
            the one above. It is no limit of what is stored.
    """

    name: str
    converts: dict[str, float] = field(default_factory=dict)
    confused: dict[str, str] = field(default_factory=dict)
    most: float = math.inf


_PER_HOUR = "a rate per hour is not a daily dose (24 times apart); type the daily dose as printed"
_MG_DOSE = "mg is 1000 mcg and is often printed for mcg; compare with the printout and type mcg/day"
_NO_DAY = "an amount is not a daily dose; type the daily dose, or record it as a bolus"

MCG_PER_DAY = Unit(
    "mcg/day",
    confused={
        "mcg/h": _PER_HOUR,
        "mg/h": _PER_HOUR,
        "mg/day": _MG_DOSE,
        "mcg": _NO_DAY,
        "mg": _NO_DAY,
        "ml/day": "a flow is not a dose; type the daily dose in mcg/day",
        "mcg/ml": "a concentration is not a dose; type the daily dose in mcg/day",
        "mg/ml": "a concentration is not a dose; type the daily dose in mcg/day",
    },
)
MCG_PER_H = Unit(
    "mcg/h",
    confused={"mcg/day": "a daily dose is not an hourly rate (24 times apart); type mcg/h"},
    most=1000.0,  # 24 mg a day: printouts give rates such as 4.167 mcg/h, and nobody means 4167 by it
)
MCG_PER_ML = Unit(
    "mcg/mL",
    converts={"mg/ml": 1000.0},
    confused={
        "mcg/day": "a daily dose is not a concentration; type mcg/mL",
        "mcg": "an amount is not a concentration; type mcg/mL",
    },
)
_MOST_ML = 100.0  # implanted reservoirs hold 10 to 40 mL: nobody means 1006 mL, or 1006 mL/day, by 1.006
ML_PER_DAY = Unit(
    "mL/day",
    confused={"ml": "a volume is not a flow; type mL/day", "mcg/day": "a dose is not a flow; type mL/day"},
    most=_MOST_ML,
)
ML = Unit("mL", confused={"mcg": "an amount of drug is not a volume; type mL", "ml/day": "type mL"}, most=_MOST_ML)
MCG = Unit(
    "mcg",
    confused={
        "mcg/day": "a daily dose is not an amount; type mcg",
        "mg": "mg is 1000 mcg and is often printed for mcg; compare with the printout and type mcg",
    },
)
MG_PER_DAY = Unit(
    "mg/day",
    confused={
        "mg": "an amount is not a daily dose; type mg/day (the sum of the day's doses)",
        "mcg/day": "mcg is a thousandth of mg; oral doses are typed in mg/day",
        "mcg": "mcg is a thousandth of mg; oral doses are typed in mg/day",
    },
)
MIN = Unit("min", converts={"h": 60.0})
HOURS = Unit("h")
CM = Unit("cm")
YEAR = Unit("year")

_MINUS = "-\N{MINUS SIGN}\N{EN DASH}"
_APART = " '\N{RIGHT SINGLE QUOTATION MARK}\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}\N{THIN SPACE}"
_NUMBER = re.compile(rf"[{_MINUS}+]?\s*(?:\d[\d.,{_APART}]*|[.,]\d+)", re.ASCII)
_GROUPED = re.compile(r"[1-9]\d{0,2}\.\d{3}", re.ASCII)
_PLAIN = re.compile(r"\d+(\.\d+)?", re.ASCII)

_WORDS = (
    ("micrograms", "mcg"), ("microgram", "mcg"), ("milligrams", "mg"), ("milligram", "mg"),
    ("\N{MICRO SIGN}g", "mcg"), ("\N{GREEK SMALL LETTER MU}g", "mcg"), ("ug", "mcg"),
    ("millilitres", "ml"), ("milliliters", "ml"), ("millilitre", "ml"), ("milliliter", "ml"),
    ("24hours", "day"), ("24hrs", "day"), ("24hr", "day"), ("24h", "day"), ("days", "day"),
    ("hours", "h"), ("hour", "h"), ("hrs", "h"), ("hr", "h"),
    ("minutes", "min"), ("minute", "min"), ("mins", "min"), ("per", "/"), ("centimetres", "cm"),
)  # fmt: skip


def unit_word(text: str) -> str:
    """A unit as print spells it, brought to one spelling in lower case.

    Example:
        >>> [unit_word(u) for u in ("mcg per 24 hours", "ug//day", "µg/d", "micrograms/day")]
        ['mcg/day', 'mcg/day', 'mcg/day', 'mcg/day']
    """
    word = "".join(text.split()).lower().rstrip(".")
    for spelled, short in _WORDS:
        word = word.replace(spelled, short)
    word = re.sub(r"/+", "/", word)
    return re.sub(r"/d$", "/day", word)


def parse_number(text: str, *, decimal: str | None = None, most: float = math.inf) -> float:
    """A number as typed; refused when it can be read in two ways.

    Args:
        text: Digits with at most one decimal mark; no unit.
        decimal: The decimal mark, `.` or `,`, where a file states one. Without it a point is the
            decimal mark, a comma is refused, and so is a point that may part thousands.
        most: A reading above it cannot be meant, so that 1.006 is one number where there are never 1006.

    Raises:
        Unfit: It is no number, or has two readings.

    Example:
        >>> parse_number("0.299"), parse_number("0,299", decimal=","), parse_number("1.006", most=100)
        (0.299, 0.299, 1.006)
    """
    seen = text.strip()
    minus = seen[:1] in tuple(_MINUS)
    digits = seen[1:].strip() if minus or seen[:1] == "+" else seen
    if not digits:
        raise Unfit("a number is needed")
    if any(c in _APART for c in digits):
        raise Unfit("write the number without spaces or other marks between the digits")
    digits = _with_point(digits, decimal, most)
    if re.fullmatch(r"\.\d+", digits, re.ASCII):
        raise Unfit(f"write the zero before the point: {'-' if minus else ''}0{digits}")
    if not _PLAIN.fullmatch(digits):
        raise Unfit("must be one plain number, as in 0.5 or 120")
    value = float(digits)
    if not math.isfinite(value) or (value == 0 and digits.strip("0.")):
        raise Unfit("must be a number that a computer can hold")
    return -value if minus and value else value


def _with_point(digits: str, decimal: str | None, most: float) -> str:
    """The digits with a decimal point; refused where a mark can part decimals or thousands."""
    if decimal is None:
        if "," in digits:
            raise Unfit("a comma can part decimals or thousands; write a decimal point, as in 0.5")
        whole = digits.replace(".", "")
        if _GROUPED.fullmatch(digits) and float(whole) <= most:
            small = number(float(digits))
            ways = f"write {small}0 or {whole}" if _GROUPED.fullmatch(small) else "write one of them"
            raise Unfit(f"can be read as {small} or {whole}; {ways}")
        return digits
    if decimal not in (".", ","):
        raise Unfit("the decimal mark must be a point or a comma")
    if decimal == "." and "," in digits:
        raise Unfit("the decimal mark is said to be a point, but there is a comma")
    if decimal == "," and "." in digits:
        raise Unfit("the decimal mark is said to be a comma, but there is a point")
    return digits.replace(",", ".")


def parse_quantity(text: str, unit: Unit, *, decimal: str | None = None, bare: str | None = None) -> float:
    """A quantity as typed or printed, in `unit`.

    Args:
        text: Number and unit in any spelling met in print: `120 mcg/day`, `60ug/day`.
        unit: The unit of the field.
        decimal: See `parse_number`.
        bare: The unit a bare number has, where a heading or a map states it; None refuses it.

    Returns:
        The number in `unit`.

    Raises:
        Unfit: No unit, another unit, more than one number, or a number with two readings.

    Example:
        >>> parse_quantity("60ug/day", MCG_PER_DAY), parse_quantity("0.5 mg/mL", MCG_PER_ML)
        (60.0, 500.0)
    """
    found = _NUMBER.match(text.strip())
    if found is None:
        raise Unfit(f"a number with its unit is needed, as in 120 {unit.name}")
    rest = text.strip()[found.end() :]
    word = unit_word(rest) or (unit_word(bare) if bare else "")
    most = unit.most if word == unit_word(unit.name) else math.inf
    value = parse_number(found.group(), decimal=decimal, most=most)
    if not word:
        raise Unfit(f"the unit is missing; write {number(value)} {unit.name} if that is what is meant")
    if word == unit_word(unit.name):
        return value
    if word in unit.converts:
        converted = float(Decimal(repr(value)) * Decimal(repr(unit.converts[word])))
        if not math.isfinite(converted):
            raise Unfit("must be a number that a computer can hold")
        return converted
    if word in unit.confused:
        raise Unfit(unit.confused[word])
    raise Unfit(f"the unit must be {unit.name}, and nothing else may stand beside the number")


def number(value: float) -> str:
    """A number as it is printed: 0.5 not .5, 5 not 5.0, never an exponent.

    Example:
        >>> number(5.0), number(0.5), number(1e-05), number(39.92)
        ('5', '0.5', '0.00001', '39.92')
    """
    if not math.isfinite(value):
        return "not stated"
    text = format(Decimal(repr(float(value))), "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in {"-0", ""} else text


def rounded(value: float, decimals: int = 1) -> str:
    """A derived number printed with at most `decimals` decimals; half goes away from zero.

    Example:
        >>> rounded(12.25), rounded(-12.25), rounded(20.0)
        ('12.3', '-12.3', '20')
    """
    if not math.isfinite(value):
        return "not stated"
    step = Decimal(1).scaleb(-decimals)
    wide = Context(prec=400)  # the widest number has 309 digits before its point
    return number(float(Decimal(repr(float(value))).quantize(step, rounding=ROUND_HALF_UP, context=wide)))


def quantity(value: float, unit: Unit) -> str:
    """A number with its unit.

    Example:
        >>> quantity(120.0, MCG_PER_DAY)
        '120 mcg/day'
    """
    return f"{number(value)} {unit.name}"
