"""Which fields may leave in a de-identified data set, and how: by name, and by their kind of value.

The one place that decides it. Whatever is not named here is left out, so that a new field is never let out by accident.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from titration import vocabulary
from titration.fields import Choice, ClockTime, Code, Count, Day, Instant, Label, Number

if TYPE_CHECKING:
    from titration.fields import Field, Value
    from titration.records import RecordKind

OTHER = "other"
"""What stands for a word of an open field that is not known to name nobody."""
LET_THROUGH: dict[str, str] = {
    "patient": "patient sex",
    "patient_state": "patient noted_on diagnosis origin ambulation following",
    "pump": "patient implanted_on reservoir_ml low_reservoir_alarm_ml",
    "catheter": "patient implanted_on tip_level length_cm volume_ml",
    "dose_change": "patient effective_at effective_on mode dose_mcg_per_day dose_ordered_mcg_per_day concentration_mcg_per_ml"
    " drug status fulfils flow_ml_per_day patient_bolus_mcg patient_bolus_max_per_day patient_bolus_lockout_min alarm_on timing",
    "dose_step": "weekday start_min rate_mcg_per_h",
    "timed_bolus": "weekday start_min dose_mcg duration_min",
    "readout": "patient read_at read_on dose_mcg_per_day mode concentration_mcg_per_ml reservoir_ml alarm_on patient_boluses"
    " patient_boluses_mcg",
    "refill": "patient filled_at filled_on drug concentration_mcg_per_ml expected_ml withdrawn_ml injected_ml alarm_ml alarm_on"
    " next_booked_on timing",
    "bolus": "patient given_at given_on bolus dose_mcg volume_ml duration_min route old_concentration_mcg_per_ml"
    " new_concentration_mcg_per_ml bridge_dose_mcg_per_day timing",
    "score": "patient scale observed_at observed_on value grade not_assessed version body_part side position reporter collected"
    " since_oral_dose_h timing",
    "side_effect": "patient observed_at observed_on effect severity reporter",
    "event": "patient started_at started_on ended_on event subtype severity relatedness timing",
    "oral_dose": "patient started_at started_on drug dose_mg_per_day timing",
    "goal": "patient set_on domain importance difficulty baseline due_on",
    "goal_rating": "patient goal rated_on rating reporter",
    "diary_schedule": "patient scale from_on until_on every_days paused",
    "visit": "patient visited_at visited_on visit",
}
"""The fields that may leave, by table. A field that is not named here stays: a new one is never let out by accident."""
WORDS: dict[str, tuple[str, ...]] = {
    "drug": vocabulary.DRUGS,
    "body_part": vocabulary.BODY_PARTS,
    "position": vocabulary.POSITIONS,
    "tip_level": vocabulary.LEVELS,
}
"""The words of open fields that may leave, by field; any other becomes `other`."""
REGISTERED = ("scale", "version", "grade")
"""Open fields whose words a register holds: nobody types a new one."""
LINKS = {("dose_change", "fulfils"): "dose_change", ("goal_rating", "goal"): "goal"}
"""Fields that are the row of another record, with that record's table."""


def how(kind: RecordKind, field: Field) -> str:
    """How a field leaves, in words for the codebook; nothing when it stays.

    Args:
        kind: The kind of record.
        field: One of its fields.

    Raises:
        TypeError: A field of free text is named as one that may leave; that is never done.

    Example:
        >>> from titration.records import KINDS
        >>> refill = KINDS["refill"]
        >>> how(refill, refill.field("lot")), how(refill, refill.field("injected_ml"))
        ('', 'as recorded')
    """
    if field.name not in LET_THROUGH.get(kind.table, "").split():
        return ""
    if (kind.table, field.name) in LINKS:
        return "number of that record in this data set"
    return _how(field.value, field.name)


def _how(value: Value, name: str) -> str:
    if isinstance(value, Code):
        return "study id, in random order"
    if isinstance(value, Day):
        return "days since day 0 of the patient"
    if isinstance(value, Instant):
        return "minutes after midnight of that day, local time"
    if isinstance(value, Label) and name in REGISTERED:
        return "as recorded; a word of the register of scales"
    if isinstance(value, Label) and name in WORDS:
        return f"known words as recorded, any other word as {OTHER!r}"
    if isinstance(value, (Number, Count, Choice, ClockTime)):
        return "as recorded"
    message = f"{name} holds free text, which never leaves in a de-identified data set; take it out of LET_THROUGH in titration/disclosure.py"
    raise TypeError(message)
