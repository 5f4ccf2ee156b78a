"""What is aimed at and agreed in the made-up clinic: goals and ratings, diaries expected, a statement, a trial."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from titration.demo.replay import Replay, local
from titration.records import Bolus, DiarySchedule, Event, Goal, GoalRating, Score, Statement, Visit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from titration.log import Log

GOALS = (
    ("P001", "2025-05-13", "sit through a film without the legs jumping", "pain and spasm", 3, 1, -1,
     (("2025-12-02", -1), ("2026-05-26", 0), ("2026-10-20", 1))),
    ("P001", "2025-05-13", "put on shoes alone", "self-care", 2, 2, -2, (("2025-12-02", -2), ("2026-05-26", -1), ("2026-10-20", 0))),
    ("P003", "2024-09-17", "wash and dress in twenty minutes with one helper", "ease of care", 3, 2, -1,
     (("2025-06-10", 0), ("2026-06-09", 1))),
    ("P008", "2025-02-18", "walk to the shop and back", "mobility", 2, 2, -1, (("2025-11-04", 0), ("2026-09-08", 0))),
)  # fmt: skip
WARD = (date(2026, 5, 5), date(2026, 5, 15))
"""P006 lies on the ward, and keeps no diary."""
HOURS = (0.5, 1, 2, 4, 6, 8, 24)
TRIAL = (
    ("2026-09-29 09:15", 50.0, (7, 7, 6, 4, 4, 5, 6, 7), ("3", "3", "2", "2", "1+", "2", "2", "3")),
    ("2026-09-30 10:00", 75.0, (7, 6, 5, 3, 2, 3, 4, 6), ("3", "2", "2", "1", "1", "1+", "2", "3")),
)
"""Screening boluses of P009: when, amount, and the scores before and at `HOURS` after."""


def record(replay: Replay) -> None:
    """Put them on the list."""
    for goal in GOALS:
        _goal(replay, *goal)
    _diaries(replay)
    _trial(replay)
    replay.at(local("2026-05-05 11:40"), "clinician-1", _admitted)
    replay.at(local("2026-05-19 09:10"), "nurse-1", _discharged)
    replay.facts(
        local("2026-10-05 16:20"), "clinician-2",
        Statement(patient="P001", stated_at=local("2026-10-05 16:20"), document="report 2026-09", meaning="reviewed",
                  stated_by="clinician-2"),
    )  # fmt: skip


def _goal(
    replay: Replay, code: str, day: str, words: str, domain: str, importance: int, difficulty: int, baseline: int,
    ratings: Sequence[tuple[str, int]],
) -> None:  # fmt: skip
    due = date.fromisoformat(ratings[0][0])
    made = Goal(patient=code, set_on=day, words=words, domain=domain, importance=importance, difficulty=difficulty,
                baseline=baseline, due_on=due)  # fmt: skip
    replay.facts(local(f"{day} 16:45"), "clinician-1", made)

    def rate(log: Log, rated_on: str, rating: int) -> None:
        goals = log.goals(patient=code)
        row = int(goals.loc[goals["words"] == words, "row"].iloc[0])
        log.append(GoalRating(patient=code, goal=row, rated_on=rated_on, rating=rating, reporter="patient"))

    for on, rating in ratings:
        replay.at(local(f"{on} 16:50"), "clinician-1", lambda log, on=on, rating=rating: rate(log, on, rating))  # type: ignore[misc]  # mypy cannot infer it


def _diaries(replay: Replay) -> None:
    """From when on a diary is expected of whom, and when it rests."""
    agreed: tuple[dict[str, Any], ...] = (
        {"patient": "P001", "from_on": "2025-06-10"},
        {"patient": "P006", "from_on": "2025-09-09"},
        {"patient": "P006", "from_on": "2026-05-05", "paused": "yes", "reason": "on the ward"},
        {"patient": "P006", "from_on": "2026-05-16"},
    )
    for one in agreed:
        made = DiarySchedule(scale="nrs_spasticity", every_days=1, **one)
        replay.facts(local(f"{one['from_on']} 12:15"), "nurse-1", made)


def _trial(replay: Replay) -> None:
    """A screening trial: boluses by lumbar puncture, each with scores by the hour."""
    for begins, amount, values, grades in TRIAL:
        given = local(begins)
        when = [given - timedelta(minutes=30), *(given + timedelta(hours=h) for h in HOURS)]
        facts: list[Any] = [
            Visit(patient="P009", visited_at=when[0], visit="screening", seen_by="clinician-2"),
            Bolus(patient="P009", given_at=given, bolus="screening", dose_mcg=amount, volume_ml=amount / 50,
                  duration_min=1, route="lumbar puncture"),
        ]  # fmt: skip
        for at, value, grade in zip(when, values, grades, strict=True):
            facts.append(Score(patient="P009", observed_at=at, scale="nrs_spasticity", value=value, reporter="patient",
                               collected="visit"))  # fmt: skip
            facts += [
                Score(patient="P009", observed_at=at, scale="modified_ashworth", grade=grade, body_part="knee flexors",
                      side=side, position="supine", reporter="clinician", collected="visit")
                for side in ("left", "right")
            ]  # fmt: skip
        replay.facts(when[-1] + timedelta(minutes=20), "clinician-2", *facts)


def _admitted(log: Log) -> None:
    """Somebody is on the ward, and nobody knows yet until when."""
    log.append(Event(patient="P006", started_on="2026-05-05", event="care", subtype="admission", severity="moderate",
                     relatedness="not related"))  # fmt: skip


def _discharged(log: Log) -> None:
    """What was not known then is completed; it is no correction."""
    import dataclasses  # noqa: PLC0415 - with the one act that needs it

    events = log.events(patient="P006")
    row = int(events.loc[events["subtype"] == "admission", "row"].iloc[-1])
    known = dataclasses.replace(log.record(row), ended_on=date(2026, 5, 15))
    log.complete(row, known, reason="discharged")
