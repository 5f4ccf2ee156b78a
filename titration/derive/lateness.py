"""How long after the day it is about each score was written down, by the way it was collected.

Imports `grouped`, `moments`. Lateness is about the record, never about the patient; where no rule applies it is missing.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from titration.derive import grouped, moments
from titration.derive.kept import once

if TYPE_CHECKING:
    from collections.abc import Mapping

    from titration.scales import Register


@dataclass(frozen=True)
class Rule:
    """When a score that was collected in one way is late.

    Attributes:
        days: Written this many days after the day it is about, it is not yet late; None: not judged.
        working: Whether they are working days (Monday to Friday; public holidays are not known here).
        because: Why, in a sentence.
    """

    days: int | None
    working: bool
    because: str


_VISIT = "written from the visit's notes; by the end of the next working day it is not late"
RULES: Final[Mapping[str, Rule]] = MappingProxyType(
    {
        "visit": Rule(1, True, _VISIT),
        "phone": Rule(1, True, "written from the call's notes; by the end of the next working day it is not late"),
        "paper": Rule(6, False, "a paper diary is typed later; a day written a week or more after it is late"),
        "app": Rule(0, False, "an app is filled in on the day itself; on any later day it is late"),
        "import": Rule(None, False, "the time of an import says nothing of when it was first written"),
    }
)
"""One rule for each way a score is collected; where the way is not stated there is none."""

ASSIGNED, NOT_JUDGED, SAME_DAY, BEFORE, LATE, WITHIN = (
    "assigned", "not judged", "same day", "before its day", "late", "within the rule",
)  # fmt: skip
PROVENANCE = {"row": "int64", "provenance": "str", "days_late": "Int64", "reported_by": "str"}


def lateness(scores: pd.DataFrame, *, zone: str, rules: Mapping[str, Rule] = RULES) -> pd.DataFrame:
    """Each score with the days between the day it is about and the day it was written down.

    Both are calendar days in the log's zone. A score that was corrected, completed or moved since counts
    from when it was first written: its day as it stands now against its first recording.

    Args:
        scores: Scores.
        zone: IANA name.
        rules: A rule for each way of collecting.

    Returns:
        The same rows, order and index, and two columns more:
            days_late (Int64, days): first recorded less observed; below 0 it was written before that day.
                Missing where no rule applies: not stated how it was collected, an import, or a time
                that was assigned.
            is_late (boolean): later than the rule of its way of collecting allows; missing likewise.

    Example:
        >>> from titration.columns import of_records
        >>> from titration.records import KINDS, Score
        >>> def nrs(collected):
        ...     return Score(
        ...         patient="P001", scale="nrs_spasticity", observed_on="2026-10-08", value=4, collected=collected
        ...     )
        >>> scores = of_records(KINDS["score"], [nrs("visit"), nrs("app"), nrs("import")])
        >>> scores["first_recorded_at"] = pd.Timestamp("2026-10-09T08:00Z")
        >>> lateness(scores, zone="Europe/London")[["days_late", "is_late"]].values.tolist()
        [[1, False], [1, True], [<NA>, <NA>]]

    Source:
        By definition; the limits are this program's own, in `RULES`. Why it matters: paper diaries were
        reported filled in 90 % and were in 11 % (Stone 2002, PMID 12689739).
    """
    observed = day_observed(scores, zone=zone).to_numpy().astype("datetime64[D]")
    recorded = moments.local_day(scores["first_recorded_at"], zone=zone).to_numpy().astype("datetime64[D]")
    limit, is_working = (_of_route(scores["collected"], rules, part) for part in ("days", "working"))
    judged = ~np.isnan(limit) & ~np.isnat(observed) & ~np.isnat(recorded)
    judged &= (scores["timing"] != ASSIGNED).to_numpy()
    start = np.where(judged, observed, np.datetime64("1970-01-01"))
    end = np.where(judged, recorded, np.datetime64("1970-01-01"))
    allowed = np.where(judged, limit, 0).astype("int64")
    last = start + allowed
    works = is_working == 1
    if works.any():  # a calendar of working days is dear
        last[works] = np.busday_offset(start[works], allowed[works], roll="backward")
    days = pd.arrays.IntegerArray((end - start).astype("int64"), ~judged)
    return scores.assign(days_late=days, is_late=pd.arrays.BooleanArray(end > last, ~judged))


def provenance(frames: Mapping[str, pd.DataFrame], *, zone: str, scales: Register | None = None) -> pd.DataFrame:
    """Where each score comes from: when it was written beside its day, how late, and who reported it.

    Pictures and reports mark every score by this one table; `lateness` is the same with the rules in full.

    Args:
        frames: Frames by name; `scores` is read.
        zone: IANA name.
        scales: Not needed; taken so that every picture can ask in the same way.

    Returns:
        One row per score, in the order of `frames["scores"]`:
            row (int64): the score.
            provenance (str): "assigned" (its time was not observed), "same day", "within the rule" (on a later
                day, and not late for the way it was collected), "late", "before its day", or "not judged" (an
                import, or how it was collected is not stated).
            days_late (Int64, days): first recorded less observed; missing where not judged or assigned.
            reported_by (str): patient, proxy or clinician; missing where it is not stated.

    Example:
        >>> from titration.columns import of_records
        >>> from titration.records import KINDS, Score
        >>> day = Score(
        ...     patient="P001", scale="PENN", observed_on="2026-10-08", value=2, collected="paper", reporter="proxy"
        ... )
        >>> scores = of_records(KINDS["score"], [day])
        >>> scores["first_recorded_at"] = pd.Timestamp("2026-10-15T08:00Z")
        >>> made = provenance({"scores": scores}, zone="Europe/London")
        >>> made[["provenance", "reported_by"]].iloc[0].tolist(), int(made["days_late"].iloc[0])
        (['late', 'proxy'], 7)

    Source:
        By definition; the limits are those of `RULES`.
    """
    del scales
    return once(frames, _provenance, zone=zone)


def _provenance(frames: Mapping[str, pd.DataFrame], *, zone: str) -> pd.DataFrame:
    judged = lateness(frames["scores"], zone=zone)
    days = judged["days_late"].astype("float64").to_numpy()
    causes = [
        (judged["timing"] == ASSIGNED).to_numpy(), np.isnan(days), days == 0, days < 0,
        judged["is_late"].fillna(value=False).to_numpy(dtype=bool),
    ]  # fmt: skip
    words = pd.array([ASSIGNED, NOT_JUDGED, SAME_DAY, BEFORE, LATE, WITHIN], dtype="str")
    told = words.take(np.select(causes, list(range(len(causes))), default=len(causes)))
    made = judged.assign(provenance=told, reported_by=judged["reporter"])
    return moments.typed(made, PROVENANCE)


def day_observed(scores: pd.DataFrame, *, zone: str) -> pd.Series:
    """The calendar day in the log's zone of each score.

    Args:
        scores: Scores.
        zone: IANA name.

    Returns:
        Series (datetime64[s]), same index: the day of the instant there, or the day as recorded where
        the time is not known.

    Example:
        >>> from titration.columns import of_records
        >>> from titration.records import KINDS, Score
        >>> late = Score(patient="P001", scale="nrs_spasticity", observed_at="2026-10-08T23:30-05:00", value=4)
        >>> day_observed(of_records(KINDS["score"], [late]), zone="Europe/London")[0]
        Timestamp('2026-10-09 00:00:00')

    Source:
        By definition.
    """
    at, on = scores["observed_at"], scores["observed_on"]
    if at.isna().all():
        return on.astype(moments.DAY)
    there = moments.local_day(at, zone=zone)
    return there.where(at.notna(), on).astype(moments.DAY)


def _of_route(collected: pd.Series, rules: Mapping[str, Rule], part: str) -> np.ndarray:
    """That part of the rule of each score; missing where there is none."""
    route, ways = grouped.places(collected)
    values = [getattr(rules[way], part) if way in rules else None for way in ways]
    table = np.array([np.nan if value is None else float(value) for value in (*values, None)])
    found: np.ndarray = table[route]
    return found
