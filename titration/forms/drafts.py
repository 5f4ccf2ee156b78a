"""What was typed, before it is a record: drafts in, records and every complaint out; no widgets here."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING

from titration import times
from titration.entry import scored
from titration.errors import Fault, InvalidRecord, shown
from titration.fields import Reading
from titration.records import Record, RecordKind, Score, from_texts
from titration.units import Unfit

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import tzinfo

    from titration.scales import Register

STAND_IN_DAY, STAND_IN_CODE = "2000-01-01", "X"
"""For looking on past a missing date or patient; what has a complaint is never stored."""


@dataclass(frozen=True)
class Draft:
    """The texts of one record as they stand in the boxes.

    Attributes:
        where: The heading above them on the screen.
        kind: Which record they are to be.
        texts: By field name; blank is "not given".
        of_visit: Whether it takes the visit's time when it has none of its own.
        labels: The words before its boxes, by field, where they are not the field's own.
    """

    where: str
    kind: RecordKind
    texts: Mapping[str, str]
    of_visit: bool = True
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Complaint:
    """One thing that cannot be so, where it stands on the screen.

    Attributes:
        where: The heading above the box.
        heading: The words before the box.
        seen: What was typed.
        allowed: What is allowed.
    """

    where: str
    heading: str
    seen: str
    allowed: str


def pair_of(kind: RecordKind) -> tuple[str, str] | None:
    """The instant and the day that are its own time, when it has both.

    Example:
        >>> from titration.records import KINDS
        >>> pair_of(KINDS["refill"]), pair_of(KINDS["pump"])
        (('filled_at', 'filled_on'), None)
    """
    for day, at in kind.days.items():
        if at == f"{kind.moment}_at":
            return at, day
    return None


def pair_texts(text: str, pair: tuple[str, str]) -> dict[str, str]:
    """A text as the instant, or as the day alone when no time of day was typed.

    Example:
        >>> pair_texts("2026-10-08", ("filled_at", "filled_on"))
        {'filled_on': '2026-10-08'}
    """
    return {pair[1] if len(text.strip()) <= len(STAND_IN_DAY) else pair[0]: text}


def in_words(text: str, zone: tzinfo) -> str:
    """A typed date, and time if there is one, spelt out with its weekday; nothing when it is none.

    Example:
        >>> in_words("2026-10-08 09:30", times.zone("Europe/London"))
        'Thursday 8 October 2026, 09:30 (+01:00)'
    """
    try:
        when = _when(text, zone)
    except Unfit:
        return ""
    spelt = f"{when:%A} {when.day} {when:%B} {when.year}"
    return f"{spelt}, {when:%H:%M} ({times.stamp(when)[-6:]})" if isinstance(when, datetime) else spelt


def _when(text: str, zone: tzinfo) -> date | datetime:
    plain = text.strip()
    return times.parse_day(plain) if len(plain) <= len(STAND_IN_DAY) else times.parse_instant(plain, zone)


def read(
    drafts: Iterable[Draft], *, patient: str, when: str, zone: tzinfo, scales: Register
) -> tuple[list[Record], list[Complaint]]:
    """The records the drafts stand for, and every complaint about any of them.

    Args:
        drafts: In the order of the screen.
        patient: The code chosen; blank when none was.
        when: Date and time of the visit as typed.
        zone: Zone of a time without an offset.
        scales: The scales of the log.

    Returns:
        (records, complaints); the records are of use only when there are no complaints.

    Example:
        >>> from titration.records import KINDS
        >>> from titration.scales import register
        >>> london = times.zone("Europe/London")
        >>> note = Draft("Note", KINDS["note"], {"words": "seen"})
        >>> read([note], patient="P001", when="8/10/26", zone=london, scales=register())[1][0].allowed
        'write the day as 2026-10-08'
    """
    complaints = [] if patient else [Complaint("Patient", "Patient", "", "must be chosen")]
    try:
        _when(when, zone)
    except Unfit as unfit:
        allowed = str(unfit) if when.strip() else f"must be given; {times.INSTANT_FORM}"
        complaints.append(Complaint("Visit", "Date and time", shown(when), allowed))
        when = STAND_IN_DAY
    records = []
    for draft in drafts:
        texts = {**draft.texts, "patient": patient or STAND_IN_CODE}
        pair = pair_of(draft.kind)
        if draft.of_visit and pair and not any(texts.get(name, "").strip() for name in pair):
            texts |= pair_texts(when, pair)
        try:
            made = from_texts(draft.kind, texts, Reading(zone=zone))
            records.append(scored.settle(made, scales) if isinstance(made, Score) else made)
        except InvalidRecord as invalid:
            complaints += [_complaint(draft, fault) for fault in invalid.faults]
    return records, complaints


def _complaint(draft: Draft, fault: Fault) -> Complaint:
    names = {f.name: f.heading for f in draft.kind.fields} | dict.fromkeys(pair_of(draft.kind) or (), "Date and time")
    names |= draft.labels
    return Complaint(draft.where, names.get(fault.field, fault.field), fault.seen, fault.allowed)
