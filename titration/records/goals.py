"""The records of what is aimed at and agreed: goals and their ratings, diaries expected, statements."""

from __future__ import annotations

from typing import TYPE_CHECKING

from titration.errors import Fault
from titration.fields import Choice, Code, Count, Day, Instant, Label, Words, field
from titration.records.base import Record, record
from titration.scales import REPORTERS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime

DOMAINS = ("pain and spasm", "posture and function", "self-care", "ease of care", "mobility", "sleep", "other")
MEANINGS = ("author", "reviewed", "approved")


@record(table="goal", frame="goals", title="Goal", moment="set", key=("patient", "set_on", "domain"))
class Goal(Record):
    """A goal in the patient's own words, for Goal Attainment Scaling."""

    patient: str = field(Code(), "code of the patient", required=True, example="P001")
    set_on: date = field(Day(), "day it was set", required=True, example="2026-01-12")
    words: str = field(
        Words(), "the goal, in the patient's words", required=True, title="Goal", example="sit through a film"
    )
    domain: str | None = field(Choice(DOMAINS), "domain", example="posture and function")
    importance: int | None = field(Count(low=0, high=3), "importance, 0 to 3", example="2")
    difficulty: int | None = field(Count(low=0, high=3), "difficulty, 0 to 3", example="1")
    baseline: int | None = field(Count(low=-2, high=2), "rating at the start, usually -1 or -2", example="-1")
    due_on: date | None = field(Day(), "day it is to be reviewed", example="2026-07-12")


@record(
    table="goal_rating", frame="goal_ratings", title="Goal rating", moment="rated",
    key=("patient", "goal", "rated_on"),
)  # fmt: skip
class GoalRating(Record):
    """How far a goal was reached: -2 to +2, 0 is as expected."""

    patient: str = field(Code(), "code of the patient", required=True, example="P001")
    goal: int = field(Count(low=1), "row of the goal", required=True, example="12")
    rated_on: date = field(Day(), "day it was rated", required=True, example="2026-07-12")
    rating: int = field(Count(low=-2, high=2), "rating, -2 to 2; 0 is as expected", required=True, example="0")
    reporter: str | None = field(Choice(REPORTERS), "who rated", example="patient")


@record(
    table="diary_schedule", frame="diary_schedules", title="Diary expected", moment="from",
    key=("patient", "scale", "from_on"),
)  # fmt: skip
class DiarySchedule(Record):
    """From when on a diary is expected, and how often; without one, no diary is expected."""

    patient: str = field(Code(), "code of the patient", required=True, example="P001")
    scale: str = field(Label(40), "scale, by its code", required=True, example="nrs_spasticity")
    from_on: date = field(Day(), "first day it is expected", required=True, example="2026-01-12")
    until_on: date | None = field(Day(), "last day it is expected", example="2026-07-12")
    every_days: int = field(Count(low=1, high=365), "one entry is expected every so many days", default=1, example="1")
    paused: str = field(Choice(("no", "yes")), "whether it is paused from that day on", default="no", example="no")
    reason: str | None = field(Words(), "why, as in: on the ward")

    def faults(self) -> Iterator[Fault]:
        """It ends after it began."""
        if self.until_on is not None and self.until_on < self.from_on:
            yield Fault("until_on", self.until_on.isoformat(), f"lies before the start, {self.from_on.isoformat()}")


@record(
    table="statement", frame="statements", title="Statement", moment="stated", key=("patient", "stated_at", "document")
)
class Statement(Record):
    """What somebody states of a report or an entry: a typed name, not an authenticated signature."""

    patient: str = field(Code(), "code of the patient", required=True, example="P001")
    stated_at: datetime | None = field(Instant(), "when it was stated", example="2026-11-02 10:00")
    stated_on: date | None = field(Day(of="stated_at"), "the day, where the time is not known")
    document: str = field(Label(), "what it is of, as in: report 2026-10", required=True, example="report 2026-10")
    fingerprint: str | None = field(Label(64), "digest (SHA-256) of the document, 64 hex digits")
    meaning: str = field(Choice(MEANINGS), "author, reviewed or approved", required=True, example="reviewed")
    stated_by: str = field(Label(60), "who states it, by code", required=True, example="clinician-1")
