"""Hypothesis: any valid value, record or frame, made from the declarations; a new kind of record needs nothing here."""

import functools
import unicodedata
from datetime import date, datetime, timedelta, timezone

from hypothesis import assume
from hypothesis import strategies as st

from titration import columns
from titration.errors import InvalidRecord
from titration.fields import Children, Choice, ClockTime, Code, Count, Day, Instant, Label, Number, Words
from titration.records import KINDS, kind_of
from titration.scales import register

FIRST, LAST = datetime.fromisoformat("1900-01-01"), datetime.fromisoformat("2199-12-31T23:59:59")
VISIBLE = st.characters(exclude_categories=["C", "Z"])
OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda m: timezone(timedelta(minutes=m)))


def instants():
    """A wall-clock time to the second, with a fixed offset."""
    walls = st.datetimes(FIRST, LAST).map(lambda w: w.replace(microsecond=0, fold=0))
    return st.builds(lambda wall, offset: wall.replace(tzinfo=offset), walls, OFFSETS)


def days():
    return st.dates(date(1900, 1, 1), date(2199, 12, 31))


def labels(longest):
    one_line = st.lists(st.text(VISIBLE, min_size=1, max_size=8), min_size=1, max_size=3).map(" ".join)
    return one_line.map(lambda t: unicodedata.normalize("NFC", t)[:longest].strip()).filter(
        lambda t: t and unicodedata.is_normalized("NFC", t)
    )


def words():
    characters = st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\u202d\u202e") | st.sampled_from(
        "\n\t"
    )
    return st.text(characters, min_size=1, max_size=60).map(str.strip).filter(bool)


def amounts(low, high):
    """Numbers as people write them, and any other a table can hold."""
    low, high = -1e308 if low is None else low, 1e308 if high is None else high
    short = st.decimals(max(low, -3000), min(high, 3000), places=3).map(float)
    return (short | st.floats(low, high, allow_nan=False, allow_infinity=False)).map(lambda x: x + 0.0)


MAKERS = {
    Code: lambda v: st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,31}", fullmatch=True),
    Choice: lambda v: st.sampled_from(v.options),
    Label: lambda v: labels(v.longest),
    Words: lambda v: words(),
    Number: lambda v: amounts(v.low, v.high),
    Count: lambda v: st.integers(v.low, v.high),
    ClockTime: lambda v: st.integers(0, 24 * 60 - 1),
    Instant: lambda v: instants(),
    Day: lambda v: days(),
    Children: lambda v: st.lists(records(kind_of(v.record)), max_size=3).map(tuple),
}
"""How each kind of value is made; `values` fails with its name when a new one is missing."""


def values(value):
    """Any value that kind of value accepts, as the record holds it."""
    return MAKERS[type(value)](value)


@st.composite
def records(draw, kind, **given):
    """Any valid record of that kind; `given` fields are as given."""
    pairs = kind.days
    drawn = dict(given)
    for f in kind.fields:
        day_of_instant = f.name in pairs and drawn.get(pairs[f.name]) is not None
        if f.name in given or day_of_instant:
            continue
        if f.required or f.name in pairs or draw(st.booleans()):
            drawn[f.name] = draw(values(f.value))
    optional = [f.name for f in kind.fields if not f.required and f.name in drawn and f.name not in given]
    return _without_what_clashes(kind, drawn, optional)


def _without_what_clashes(kind, drawn, optional):
    """The record, optional fields left out until it is possible."""
    while True:
        for left_out in (None, *optional):
            try:
                return kind.record(**{name: v for name, v in drawn.items() if name != left_out})
            except InvalidRecord:
                continue
        assume(optional)
        del drawn[optional.pop()]


def any_record():
    """Any valid record of any kind that can be entered by itself."""
    return st.sampled_from([kind for kind in KINDS.values() if kind.parent is None]).flatmap(records)


def frames_of(kind):
    """Any frame of that kind, as a log would give it, empty or not."""
    return st.lists(records(kind), max_size=4).map(functools.partial(columns.of_records, kind))


@st.composite
def answers(draw, scale):
    """A value or grade of that scale, as (value, grade)."""
    if scale.grades:
        return None, draw(st.sampled_from(scale.grades))
    if scale.step is None:
        return draw(st.floats(scale.low, scale.high)), None
    steps = draw(st.integers(0, round((scale.high - scale.low) / scale.step)))
    return scale.low + steps * scale.step, None


def published():
    """A published scale."""
    return st.sampled_from(list(register().values()))
