"""What the door asks about days and times: ahead, before birth, before a later fact, at night, beside the visit's day.

Pure: facts and what the log holds in, questions out. A day is compared with other days only.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from titration import times
from titration.entry.asking import CHECK, Past, asked_of, by_patient, day_of, is_of_visit, spoken
from titration.errors import Question
from titration.records import Patient, Record, Visit, kind_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

FAR_YEARS = 15
"""A day so long before today is asked about when it is typed; a file may hold old facts."""
OLDEST_YEARS = 110
MORNING, EVENING = 6, 21
"""Contacts between these hours are not asked about; emergencies and ward contacts never."""
SLACK = timedelta(minutes=15)
"""How far ahead of the computer's clock a time may lie without a question."""
PRINTED = {"alarm_on": 400, "next_booked_on": 400, "use_by_on": 5 * 366, "eri_on": 15 * 366}
"""Dates printed or booked lie after the day of their record, and at most so many days after."""


def ahead(title: str, moments: Iterable[tuple[str, date]], today: date) -> Iterator[Question]:
    """Ask about what is said to have happened after today.

    Args:
        title: Of the kind of record.
        moments: Patient and day of each.
        today: In the log's zone.
    """
    for patient, day in moments:
        if day > today:
            yield Question(
                f"{patient}: {title.lower()} of {day.isoformat()} lies {(day - today).days} days after today"
                f" ({today.isoformat()}): check the date and this computer's clock",
                id=f"{patient}:{day.isoformat()}:ahead",
            )


def of_facts(facts: Sequence[Record], past: Past, today: date) -> Iterator[Question]:
    """Questions that need no company: each fact's day against today, the year of birth, its own printed dates."""
    born = {f.patient: f.birth_year for f in facts if isinstance(f, Patient)}
    for fact in facts:
        if isinstance(fact, Patient):
            yield from _born(fact, today)
            continue
        day = day_of(fact)
        if day is None:
            continue
        if getattr(fact, "status", "done") == "done":
            yield from ahead(kind_of(type(fact)).title, [(fact.patient, day)], today)
        year = born.get(fact.patient) or past.birth_year(fact.patient)
        yield from before_birth(kind_of(type(fact)).title, fact.patient, day, year)
        yield from _printed(fact, day)


def before_birth(title: str, patient: str, day: date, year: int | None) -> Iterator[Question]:
    """Ask about a day before the year of birth."""
    if year is not None and day.year < year:
        yield Question(
            f"{patient}: {title.lower()} of {day.isoformat()} lies before the year of birth recorded ({year}): {CHECK}",
            id=f"{patient}:{day.isoformat()}:before-birth",
        )


def _born(person: Patient, today: date) -> Iterator[Question]:
    year = person.birth_year
    if year is not None and not today.year - OLDEST_YEARS <= year <= today.year:
        yield Question(
            f"{person.patient}: the year of birth {year} lies {abs(today.year - year)} years"
            f" {'after' if year > today.year else 'before'} this one: compare with the patient's papers",
            id=f"{person.patient}:birth-year",
        )


def _printed(fact: Record, day: date) -> Iterator[Question]:
    kind = kind_of(type(fact))
    for name, most in PRINTED.items():
        on = getattr(fact, name, None)
        if on is None or 0 <= (on - day).days <= most:
            continue
        apart = f"{(day - on).days} days before" if on < day else f"{(on - day).days} days after"
        yield Question(
            f"{fact.patient}: {kind.field(name).title.lower()} {on.isoformat()} lies {apart} the {kind.title.lower()}"
            f" it belongs to ({day.isoformat()}): compare with the printout; it is printed so, or retype",
            id=f"{fact.patient}:{day.isoformat()}:{name.replace('_', '-')}",
        )


def of_entry(facts: Sequence[Record], past: Past, now: datetime) -> Iterator[Question]:
    """Questions about one typed entry: long ago, later today, before a later fact, at night, two days in one visit.

    Args:
        facts: What is entered together.
        past: What the log holds.
        now: In the log's zone.
    """
    for patient, own in by_patient(facts):
        yield from _long_ago(patient, own, now.date())
        yield from _later_today(patient, own, now)
        yield from _back_dated(patient, own, past)
        yield from _night(patient, own)
        yield from _two_days(patient, own)


def _long_ago(patient: str, own: Sequence[Record], today: date) -> Iterator[Question]:
    first = min((d for f in own if (d := day_of(f)) and getattr(f, "timing", "observed") == "observed"), default=today)
    if (today - first).days > FAR_YEARS * 365:
        yield asked_of(
            patient, first, "long-ago",
            f"{first.isoformat()} lies {(today - first).days // 365} years before today ({today.isoformat()}): {CHECK}",
        )  # fmt: skip


def _later_today(patient: str, own: Sequence[Record], now: datetime) -> Iterator[Question]:
    for fact in own:
        at = getattr(fact, f"{kind_of(type(fact)).moment}_at", None)
        if at is None or getattr(fact, "status", "done") != "done" or day_of(fact) != now.date():
            continue
        if at > now + SLACK:
            yield asked_of(
                patient, at.date(), "later-today",
                f"{kind_of(type(fact)).title.lower()} at {times.stamp(at)} lies {(at - now).seconds // 60} minutes after"
                f" now ({times.stamp(now)}): check the time and this computer's clock",
            )  # fmt: skip
            return


def _back_dated(patient: str, own: Sequence[Record], past: Past) -> Iterator[Question]:
    """Entered for a day before a later one of the same kind: history changes, or the date is a slip."""
    for fact in own:
        day = day_of(fact)
        if day is None or not is_of_visit(fact) or getattr(fact, "timing", "observed") != "observed":
            continue
        later = past.later(fact)
        if later is not None:
            yield asked_of(
                patient, day, "back-dated",
                f"{spoken(fact)} of {day.isoformat()} lies before one that is recorded already, of {later.isoformat()}:"
                f" {CHECK}",
            )  # fmt: skip
            return


def _night(patient: str, own: Sequence[Record]) -> Iterator[Question]:
    if any(isinstance(f, Visit) and f.visit in {"emergency", "ward", "phone"} for f in own):
        return
    for fact in own:
        at = getattr(fact, f"{kind_of(type(fact)).moment}_at", None)
        if at is None or not is_of_visit(fact):
            continue
        if not MORNING <= at.hour < EVENING:
            yield asked_of(
                patient, at.date(), "night",
                f"{spoken(fact)} at {times.stamp(at)} lies at night: check morning and afternoon; it was at night, or retype",
            )  # fmt: skip
            return


def _two_days(patient: str, own: Sequence[Record]) -> Iterator[Question]:
    visits = {f.visited_on for f in own if isinstance(f, Visit) and f.visited_on}
    if len(visits) != 1:
        return
    (visited,) = visits
    for fact in own:
        if is_of_visit(fact) and day_of(fact) != visited:
            yield asked_of(
                patient, visited, "two-days",
                f"{spoken(fact)} of {day_of(fact)} stands beside a visit of {visited}: {CHECK}",
            )  # fmt: skip
            return
