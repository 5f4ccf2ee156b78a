"""How a visit workbook is laid out: its sheets, headings, example rows and first sheet, made from the records.

What writes it and what reads it both ask here; imports `records`, knows no file.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from titration.records import KINDS, Patient, RecordKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from titration.scales import Register

START, LISTS = "Start", "Lists"
TITLE = "Titration visit workbook"
"""Stands in the first cell of the first sheet; by it a workbook is known to be one."""
EXAMPLE = "example"
"""Stands in the first column of the one row of each sheet that is never read."""
AT_VISIT = ("visit", "readout", "score", "side_effect", "dose_change", "refill", "bolus", "note")
"""The kinds of record that take the visit's date and time where a row has none of its own, in the order of a visit."""
NOT_HERE = {"statement", "finding_closed"}
"""Kinds that speak of what is in the log already, by digest or row: said there, not on a form."""
PATIENT, WHEN, BY = "Patient", "Date and time of the visit", "Filled in by"
BORN, COLLECTED = "Year of birth, to check the patient", "How scores were collected"
NEEDED = " *"


@dataclass(frozen=True)
class Column:
    """One column of a sheet.

    Attributes:
        heading: What stands above it, with the unit.
        names: The field it holds; the instant and the day where they are one column.
        example: What the example row shows.
        is_needed: Whether every row must have it.
        hint: What is allowed, in a few words.
    """

    heading: str
    names: tuple[str, ...]
    example: str
    is_needed: bool
    hint: str

    @property
    def shown(self) -> str:
        """The heading as it stands in the sheet, with a star where every row needs it."""
        return self.heading + NEEDED * self.is_needed


def kinds() -> tuple[RecordKind, ...]:
    """The kinds of record a visit workbook has a sheet for, in the order of its sheets.

    Example:
        >>> [kind.title for kind in kinds()][:3]
        ['Visit', 'Readout', 'Score']
    """
    rest = [k.table for k in KINDS.values() if k.table not in {*AT_VISIT, *NOT_HERE} and not k.parent]
    return tuple(KINDS[table] for table in (*AT_VISIT, *rest) if KINDS[table].record is not Patient)


def columns(kind: RecordKind) -> tuple[Column, ...]:
    """The columns of a kind's sheet, without the patient, who stands on the first sheet.

    Args:
        kind: Which record.

    Example:
        >>> [column.shown for column in columns(KINDS["refill"])][:2]
        ['Filled (date and time; blank: the visit)', 'Drug']
        >>> columns(KINDS["pump"])[0].shown
        'Implanted on *'
    """
    return tuple(_columns(kind))


def _columns(kind: RecordKind) -> Iterator[Column]:
    pairs = {at: on for on, at in kind.days.items()}
    for f in kind.fields:
        if f.name == "patient" or f.name in kind.days:
            continue
        if f.name in pairs:
            is_of_visit = kind.table in AT_VISIT
            blank = "date and time; blank: the visit" if is_of_visit else "date, with the time where it is known"
            heading = f"{f.title.removesuffix(' at')} ({blank})"
            example = f.example or kind.field(pairs[f.name]).example
            hint = "2026-10-08 09:30, or 2026-10-08 where the time is not known"
            hint += "; 09:30 alone is a time on the day of the visit" if is_of_visit else ""
            yield Column(heading, (f.name, pairs[f.name]), example, not is_of_visit, f"{f.meaning}: {hint}")
        else:
            hint = f"{f.meaning}: {f.value.allowed}"
            yield Column(f.heading, (f.name,), f.example, f.required and f.default is None, hint)


def scale_names(scales: Register) -> tuple[str, ...]:
    """The scales by the name a person knows, or by code where the name is too long or another's too.

    Args:
        scales: The scales of the log, or the published ones.

    Example:
        >>> from titration.scales import register
        >>> "Modified Ashworth Scale" in scale_names(register())
        True
    """
    longest = 40  # as the field of a score
    return tuple(
        scale.name if len(scale.name) <= longest and scales[scale.name].code == code else code
        for code, scale in scales.items()
    )


def grades(scales: Register) -> tuple[str, ...]:
    """Every grade of any scale, once.

    Args:
        scales: The scales of the log, or the published ones.
    """
    return tuple(dict.fromkeys(grade for scale in scales.values() for grade in scale.grades))
