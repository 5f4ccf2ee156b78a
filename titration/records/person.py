"""The records of the person: patient, state, score, side effect, event, visit, note.

A patient is a code; names stay in the site's own key, outside the log.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from titration import units
from titration.errors import Fault
from titration.fields import Choice, Code, Count, Day, Instant, Label, Number, Words, field
from titration.records.base import TIMING, TIMINGS, Record, record
from titration.scales import REPORTERS, register
from titration.units import Unfit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime

SEXES = ("female", "male", "other", "not stated")
DIAGNOSES = (
    "multiple sclerosis", "spinal cord injury", "cerebral palsy", "stroke", "brain injury",
    "hereditary spastic paraplegia", "stiff person syndrome", "dystonia", "other",
)  # fmt: skip
FOLLOWING = ("active", "transferred", "stopped", "explanted", "died")
SIDES = ("left", "right", "both")
COLLECTED = ("visit", "paper", "app", "phone", "import")
NOT_ASSESSED = ("declined", "not possible", "not asked", "coded as not assessed", "other")
EFFECTS = (
    "any", "weakness", "sedation", "falls", "constipation", "bladder", "hypotonia", "headache", "nausea",
    "dizziness", "seizure", "skin over the pump", "sexual function", "sleep", "mood", "other",
)  # fmt: skip
SEVERITIES = ("none", "mild", "moderate", "severe")
EVENTS = ("confounder", "device", "care", "other treatment")
SUBTYPES = (
    "UTI", "skin", "bowel", "infection", "fever", "pain", "fracture", "relapse", "MRI with pump check", "stall",
    "alarm", "missed refill", "CSF leak", "catheter fault", "revision", "explant", "pump replacement", "admission",
    "botulinum toxin", "physiotherapy", "surgery", "casting", "drug holiday", "seating", "other",
)  # fmt: skip
RELATED = ("related", "possibly related", "not related", "not known")
VISITS = ("screening", "implant", "refill", "adjustment", "review", "phone", "emergency", "ward")


@record(table="patient", frame="patients", title="Patient", key=("patient",))
class Patient(Record):
    """A person, by code; fixed facts only."""

    patient: str = field(Code(), "code of the patient; never a name", required=True, example="P001")
    birth_year: int | None = field(Count(low=1900, high=2199, of="year"), "year of birth", example="1974")
    sex: str | None = field(Choice(SEXES), "sex", example="female")


@record(table="patient_state", frame="patient_states", title="State", moment="noted", key=("patient", "noted_on"))
class PatientState(Record):
    """What can change about a person, from a day on."""

    patient: str = field(Code(), "code of the patient", required=True, example="P001")
    noted_on: date = field(Day(), "day it was so", required=True, example="2026-01-12")
    diagnosis: str | None = field(Choice(DIAGNOSES), "diagnosis", example="multiple sclerosis")
    origin: str | None = field(Choice(("spinal", "cerebral", "mixed")), "origin of the spasticity", example="spinal")
    ambulation: str | None = field(
        Choice(("walks", "walks with aids", "stands for transfers", "does not walk")),
        "walking",
        example="walks with aids",
    )
    following: str | None = field(Choice(FOLLOWING), "whether the clinic follows the patient", example="active")
    note: str | None = field(Words(), "words about it")


@record(
    table="score", frame="scores", title="Score", moment="observed", distinct=True,
    key=("patient", "scale", "observed_on", "observed_at", "body_part", "side", "reporter"),
)  # fmt: skip
class Score(Record):
    """An answer on a scale, or why there is none."""

    patient: str = field(Code(), "code of the patient", required=True, example="P001")
    scale: str = field(Label(40), "scale, by its code", required=True, example="nrs_spasticity")
    observed_at: datetime | None = field(Instant(), "when it was observed", example="2026-10-08 09:10")
    observed_on: date | None = field(Day(of="observed_at"), "the day, where the time is not known")
    value: float | None = field(Number(), "value, on a scale of numbers", example="5")
    grade: str | None = field(Label(16), "grade, on a scale of grades, as a label: 1+ stays 1+")
    as_stated: str | None = field(Label(), "as stated, where it is no value of the scale; never analysed")
    not_assessed: str | None = field(Choice(NOT_ASSESSED), "why there is no value")
    version: str | None = field(Label(40), "version of the scale; the register's when left out")
    body_part: str | None = field(Label(40), "muscle group or body part", example="knee flexors")
    side: str | None = field(Choice(SIDES), "side", example="left")
    position: str | None = field(Label(40), "position of the test", example="supine")
    reporter: str | None = field(Choice(REPORTERS), "who reports it", example="patient")
    collected: str | None = field(Choice(COLLECTED), "how it was collected", example="visit")
    since_oral_dose_h: float | None = field(Number(units.HOURS, low=0), "time since the last oral antispastic dose")
    timing: str = field(Choice(TIMINGS), TIMING, default="observed", example="observed")

    def faults(self) -> Iterator[Fault]:
        """One answer of one kind; it fits the scale where that is a published one."""
        given = [n for n in ("value", "grade", "as_stated", "not_assessed") if getattr(self, n) is not None]
        if not given or (len(given) > 1 and given != ["value", "grade"]):
            says = "give one of value, grade, as_stated or not_assessed"
            yield Fault("value", ", ".join(given), says)
            return
        scale = register().get(self.scale)
        if scale is None:
            return  # a site's own scale: the log knows it, and checks there
        if self.value is not None or self.grade is not None:
            try:
                scale.fit(self.value, self.grade)
            except Unfit as unfit:
                seen = self.grade if self.value is None else units.number(self.value)
                yield Fault("grade" if self.value is None else "value", seen or "", str(unfit))


@record(
    table="side_effect", frame="side_effects", title="Side effect", moment="observed",
    key=("patient", "observed_on", "observed_at", "effect"),
)  # fmt: skip
class SideEffect(Record):
    """An effect asked about at a visit; "any" with severity "none" is: asked, and none."""

    patient: str = field(Code(), "code of the patient", required=True, example="P001")
    observed_at: datetime | None = field(Instant(), "when it was asked", example="2026-10-08 09:15")
    observed_on: date | None = field(Day(of="observed_at"), "the day, where the time is not known")
    effect: str = field(
        Choice(EFFECTS), 'what was asked; "any" stands for all of them', required=True, example="sedation"
    )
    severity: str = field(Choice(SEVERITIES), "how much; none is an answer", required=True, example="mild")
    reporter: str | None = field(Choice(REPORTERS), "who reports it", example="patient")
    note: str | None = field(Words(), "words about it")

    def faults(self) -> Iterator[Fault]:
        """Only "none" can be said of all effects at once."""
        if self.effect == "any" and self.severity != "none":
            yield Fault("severity", self.severity, 'of "any" only "none" can be said; name the effect')


@record(
    table="event", frame="events", title="Event", moment="started", key=("patient", "started_on", "event", "subtype")
)
class Event(Record):
    """Something that happened beside the titration: a confounder, the device, care, another treatment."""

    patient: str = field(Code(), "code of the patient", required=True, example="P001")
    started_at: datetime | None = field(Instant(), "when it began")
    started_on: date | None = field(Day(of="started_at"), "the day it began", example="2026-09-20")
    ended_on: date | None = field(Day(), "the day it ended", example="2026-09-27")
    event: str = field(Choice(EVENTS), "what kind of event", required=True, example="confounder")
    subtype: str | None = field(Choice(SUBTYPES), "which", example="UTI")
    severity: str | None = field(Choice(SEVERITIES[1:]), "how severe", example="mild")
    relatedness: str | None = field(Choice(RELATED), "whether it has to do with the therapy", example="not related")
    action: str | None = field(Words(), "what was done")
    words: str | None = field(Words(), "what happened")
    outcome: str | None = field(Words(), "how it ended")
    timing: str = field(Choice(TIMINGS), TIMING, default="observed", example="observed")

    def faults(self) -> Iterator[Fault]:
        """It ends after it began."""
        if self.ended_on is not None and self.started_on is not None and self.ended_on < self.started_on:
            yield Fault("ended_on", self.ended_on.isoformat(), f"lies before the start, {self.started_on.isoformat()}")


@record(table="visit", frame="visits", title="Visit", moment="visited", key=("patient", "visited_on", "visited_at"))
class Visit(Record):
    """A contact with the clinic."""

    patient: str = field(Code(), "code of the patient", required=True, example="P001")
    visited_at: datetime | None = field(Instant(), "when it was", example="2026-10-08 09:00")
    visited_on: date | None = field(Day(of="visited_at"), "the day, where the time is not known")
    visit: str = field(Choice(VISITS), "what kind of visit", required=True, example="refill")
    seen_by: str | None = field(Label(40), "who saw the patient, by code", example="clinician-1")


@record(table="note", frame="notes", title="Note", moment="noted", key=("patient", "noted_on", "noted_at"))
class Note(Record):
    """Free text about a patient."""

    patient: str = field(Code(), "code of the patient", required=True, example="P001")
    noted_at: datetime | None = field(Instant(), "when it was noted", example="2026-10-08 09:40")
    noted_on: date | None = field(Day(of="noted_at"), "the day, where the time is not known")
    words: str = field(
        Words(), "the note; no names", required=True, title="Note", example="comfortable in the new seat"
    )
