"""One published case, as printed, with its citation; days are assigned, never observed."""

from __future__ import annotations

from titration.demo.replay import Replay, local
from titration.records import DoseChange, Event, Note, Patient, PatientState, Score

CODE = "tolerance_second_holiday"
CITATION = (
    "Published case: Efficacy of a second drug holiday in the treatment of intrathecal baclofen tolerance, a case study"
    " (discovery.researcher.life, article 51533f706b5c3014aba5902a3906d662). 45 years, spinal cord injury 1996, incomplete"
    " tetraplegia AIS B, C5. Printed with years at most: every day here is assigned, in the order of print."
)


def _dose(day: str, mcg: float, reason: str) -> DoseChange:
    return DoseChange(
        patient=CODE, effective_on=day, mode="simple continuous", dose_mcg_per_day=mcg, reason=reason, timing="assigned"
    )


def _score(day: str, scale: str, answer: str, body_part: str | None = None) -> Score:
    given = {"grade": answer} if scale == "modified_ashworth" else {"value": float(answer)}
    return Score(
        patient=CODE, observed_on=day, scale=scale, body_part=body_part, reporter="clinician" if given.get("grade") else None,
        collected="import", timing="assigned", **given,
    )  # fmt: skip


def record(replay: Replay) -> None:
    """Put the case on the list as one entry."""
    stated = Score(
        patient=CODE, observed_on="2009-01-01", scale="modified_ashworth", as_stated="MAS 5 (the scale ends at 4)",
        reporter="clinician", collected="import", timing="assigned",
    )  # fmt: skip
    replay.facts(
        local("2026-01-05 08:30"),
        "clinician-1",
        Patient(patient=CODE),
        PatientState(patient=CODE, noted_on="2002-01-01", diagnosis="spinal cord injury", origin="spinal"),
        Note(patient=CODE, noted_on="2026-01-05", words=CITATION),
        _score("2002-01-01", "modified_ashworth", "4"),
        _dose("2002-07-01", 310, "as printed: maintenance after 2002 implant"),
        _score("2002-07-01", "modified_ashworth", "2"),
        stated,
        _dose("2009-02-01", 360, "as printed: 2009, fast increase, resistant"),
        Event(
            patient=CODE, started_on="2009-06-01", event="care", subtype="drug holiday", timing="assigned",
            words="as printed: 2009, drug holiday, no dose stated",
        ),
        _dose("2009-09-01", 220, "as printed: after first holiday"),
        _score("2009-09-01", "modified_ashworth", "1"),
        _score("2017-01-01", "modified_ashworth", "4"),
        _score("2017-01-01", "snow_spasm_frequency", "2", "lower limbs"),
        Event(
            patient=CODE, started_on="2017-06-01", event="care", subtype="drug holiday", timing="assigned",
            words="as printed: second drug holiday, no dose stated; dose increased before it, no figure given",
        ),
        _dose("2017-09-01", 60, "as printed: discharge"),
        _score("2017-09-01", "modified_ashworth", "2", "lower limbs"),
        _score("2017-09-01", "snow_spasm_frequency", "0"),
    )  # fmt: skip
