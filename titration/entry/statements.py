"""What a map states for one field, checked when the map is loaded: every fault of it, with what is allowed.

Makes `sources.Source`; reads no file.
"""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any

from titration import times, units
from titration.entry.sources import FURTHEST, ISO, Source
from titration.fields import Choice, Day, Instant, Number
from titration.units import Unfit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from titration.fields import Field
    from titration.records import RecordKind

WORDS = (
    "column", "columns", "join", "constant", "format", "century", "unit", "decimal", "codes", "not_assessed", "prefix",
    "study_day",
)  # fmt: skip
NOT_ASSESSED = "not_assessed"
Wrong = tuple[object, str]


def source(kind: RecordKind, f: Field, stated: Any) -> tuple[Source | None, list[Wrong]]:
    """What a map states for a field, and everything that is wrong with it.

    Args:
        kind: The record.
        f: The field.
        stated: A heading, or a table of the words in `WORDS`.

    Returns:
        (source or None, [(what was seen, what is allowed)]).

    Example:
        >>> from titration.records import KINDS
        >>> score = KINDS["score"]
        >>> source(score, score.field("observed_on"), "Date")[1][0][1][:16]
        'needs its format'
    """
    table = {"column": stated} if isinstance(stated, str) else stated
    if not isinstance(table, dict):
        return None, [(stated, "must be a heading, or a table such as { column = ..., format = ... }")]
    wrong = list(_wrong(kind, f, table))
    return (None, wrong) if wrong else (_made(table), [])


def _made(table: Mapping[str, Any]) -> Source:
    heads = table.get("columns", [table["column"]] if "column" in table else [])
    formats = table.get("format", [])
    day = table.get("study_day")
    plain = {
        w: table[w]
        for w in ("join", "constant", "century", "unit", "decimal", "codes", "not_assessed", "prefix")
        if w in table
    }
    return Source(
        columns=tuple(heads),
        formats=(formats,) if isinstance(formats, str) else tuple(formats),
        study_day=None if day is None else (_day(day["reference"]), day.get("first", 0)),
        **plain,
    )


def _day(stated: Any) -> date:
    return times.parse_day(stated) if isinstance(stated, str) else date(stated.year, stated.month, stated.day)


def _wrong(kind: RecordKind, f: Field, table: Mapping[str, Any]) -> Iterator[Wrong]:
    for word in table.keys() - set(WORDS):
        yield word, f"is not a word of a map here; the words are {', '.join(WORDS)}"
    if sum(word in table for word in ("column", "columns", "constant")) != 1:
        yield None, "needs one of column, columns or constant"
    for word in ("column", "join", "constant", "unit", "decimal", "prefix"):
        if word in table and not isinstance(table[word], str):
            yield table[word], f"{word} must be text"
    if "columns" in table and not _are_texts(table["columns"]):
        yield table["columns"], "columns must be a list of headings"
    for word in ("codes", "not_assessed"):
        if word in table and not (isinstance(table[word], dict) and _are_texts(list(table[word].values()))):
            yield table[word], f'{word} must be a table of texts, as in {{ "1.5" = "1+" }}'
    if table.get("decimal", ".") not in (".", ","):
        yield table["decimal"], 'decimal must be "." or ","'
    yield from _wrong_number(kind, f, table)
    yield from _wrong_time(kind, f, table)


def _are_texts(listed: Any) -> bool:
    return isinstance(listed, list) and bool(listed) and all(isinstance(text, str) for text in listed)


def _wrong_number(kind: RecordKind, f: Field, table: Mapping[str, Any]) -> Iterator[Wrong]:
    """A unit must be one the field reads; reasons for no value need a place to be kept."""
    unit = table.get("unit")
    if isinstance(unit, str):
        if not isinstance(f.value, Number) or f.value.of is None:
            yield unit, f"{f.name} has no unit; leave it out"
        else:
            try:
                units.parse_quantity("1", f.value.of, bare=unit)
            except Unfit as unfit:
                yield unit, str(unfit)
    reasons = table.get("not_assessed")
    if isinstance(reasons, dict):
        place = next((g.value for g in kind.fields if g.name == NOT_ASSESSED), None)
        if not isinstance(place, Choice):
            yield None, f"a {kind.table} cannot be not assessed; leave the codes out"
        else:
            for reason in reasons.values():
                if reason not in place.options:
                    yield reason, f"must be {place.allowed}"


def _wrong_time(kind: RecordKind, f: Field, table: Mapping[str, Any]) -> Iterator[Wrong]:
    """A day or time from a column needs its format, or the day study days are counted from."""
    is_time = isinstance(f.value, (Day, Instant))
    given = [word for word in ("format", "century", "study_day") if word in table]
    if not is_time:
        if given:
            yield None, f"{f.name} is no day or time; leave out {', '.join(given)}"
        return
    if "constant" in table:
        return
    if "study_day" in table:
        yield from _wrong_study_day(kind, f, table)
        return
    formats = [table["format"]] if isinstance(table.get("format"), str) else table.get("format")
    if not _are_texts(formats):
        yield formats, 'needs its format, as in format = "%d/%m/%Y" or format = "iso"; a date is never guessed'
        return
    for written in formats or []:
        yield from _wrong_format(f, written, table.get("century"))


def _wrong_format(f: Field, written: str, century: Any) -> Iterator[Wrong]:
    if written == ISO:
        return
    parts = re.findall(r"%([A-Za-z])", written.replace("%%", ""))
    has = set(parts)
    if len(parts) > len(has) or not written.isprintable():
        yield written, "must be one line that names each part of a date once, as in %d/%m/%Y"
        return
    needs_year = not has & {"Y", "y"}
    if needs_year or not (has & {"j"} or (has & {"d"} and has & {"m", "b", "B"})):
        yield written, "must hold a day, a month and a year, as in %d/%m/%Y"
    if ("y" in has) != (century is not None) or (
        century is not None and (type(century) is not int or century not in {1900, 2000})
    ):
        yield written, "a year of two digits (%y) needs century = 2000 or century = 1900, and only that does"
    if has - set("YymdbBjHIMSpzaA"):
        yield written, "may hold %Y %y %m %d %b %B %j %a %A %H %I %M %S %p %z"
    has_time = bool(has & {"H"}) or has >= {"I", "p"}
    if isinstance(f.value, Instant) and not (has_time and "M" in has):
        yield (
            written,
            f"must hold hours and minutes too, as in %d/%m/%Y %H:%M; or map the day without its time ({f.name.removesuffix('_at')}_on)",
        )
    if isinstance(f.value, Day) and has & set("HIMSpz"):
        yield written, "a day has no time of day; map the column with its time instead"


def _wrong_study_day(kind: RecordKind, f: Field, table: Mapping[str, Any]) -> Iterator[Wrong]:
    stated = table["study_day"]
    if not isinstance(f.value, Day):
        yield None, "a study day is a day; map it to the field that ends in _on"
    if not any(g.name == "timing" for g in kind.fields):
        yield None, f"a {kind.table} cannot be marked as assigned; study days are read for records with a timing"
    if not isinstance(stated, dict) or "reference" not in stated or stated.keys() - {"reference", "first"}:
        yield stated, 'study_day must be { reference = "2000-01-01", first = 0 }'
        return
    try:
        times.check_year(_day(stated["reference"]))
    except (Unfit, AttributeError) as error:
        yield stated["reference"], f"reference: {error if isinstance(error, Unfit) else times.DAY_FORM}"
    first = stated.get("first", 0)
    if type(first) is not int or abs(first) > FURTHEST:
        yield stated["first"], "first must be a whole number: the study day that is the reference day"
