"""Rules about scores: repeated, late, without a reporter, on two versions, beside a change of the same hour.

No score is judged by its value.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from titration.derive import alike, grouped, lateness
from titration.derive.told import nothing, stamped, told
from titration.scales import register

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    Frames = Mapping[str, pd.DataFrame]

QUESTION: Final = ["patient", "scale", "body_part", "side", "position", "reporter"]
"""What makes two scores answers to the same question."""
ANSWER: Final = ["value", "grade", "as_stated", "not_assessed"]
ONE_VISIT = pd.Timedelta(minutes=15)
"""Two answers so close are of one visit; those of a screening trial lie further apart."""
ENTRY: Final = ["patient", "scale", "entry"]
COPIED = 4
AFTER = pd.Timedelta(hours=3)


def _in_words(n: pd.Series, one: str, many: str) -> pd.Series:
    words = pd.Series(np.where(n > 1, many, one), index=n.index, dtype="str")
    made: pd.Series = n.astype("str").where(n > 1, "1") + " " + words
    return made.astype("str")


def _by_entry(rows: pd.DataFrame) -> pd.DataFrame:
    """The first row of each patient, scale and entry, with how many there are and the most days late of them."""
    groups = grouped.numbered(rows, ENTRY)
    first = alike.first_of(groups, rows["first_row"].to_numpy())
    of, most = groups.of[first], grouped.middles(rows["days_late"].to_numpy(), groups.of, len(groups)).high
    made = rows[["patient", "scale", "row", "observed_on"]].take(first).reset_index(drop=True)
    return made.assign(n=np.bincount(groups.of, minlength=len(groups))[of], most=most[of])


def _no_reporter(frames: Frames, *, zone: str, until: datetime) -> pd.DataFrame:
    """Scores that name no reporter, told once for each patient, scale and entry."""
    del zone, until
    scores = frames["scores"]
    is_unsaid = scores["reporter"].isna() & scores["as_stated"].isna()
    if not is_unsaid.any():
        return nothing()
    rows = _by_entry(scores[[*ENTRY, "first_row", "row", "observed_on"]][is_unsaid].assign(days_late=0))
    says = _in_words(rows["n"], "score of ", "scores of ") + rows["scale"] + " of one entry: who reports is not stated"
    return told(rows, "no-reporter", "score", says, "complete who reported")


def _other_reporter(frames: Frames, *, zone: str, until: datetime) -> pd.DataFrame:
    """Scores by somebody the published scale is not reported by."""
    del zone, until
    scores = frames["scores"]
    usual, known = {(s.code, r) for s in register().values() for r in s.reporters}, set(register())
    pairs = grouped.numbered(scores, ["scale", "reporter"])
    said = zip(pairs.keys["scale"], pairs.keys["reporter"], pairs.keys["reporter"].notna(), strict=True)
    other = np.array([has and scale in known and (scale, who) not in usual for scale, who, has in said], dtype=bool)
    if not other.any():
        return nothing()
    rows = scores[other[pairs.of]]
    says = rows["scale"] + " is not reported by the " + rows["reporter"]
    return told(rows, "reporter", "score", says, "correct the scale or who reported")


def _late(frames: Frames, *, zone: str, until: datetime) -> pd.DataFrame:
    """Scores written down later than their way of collecting allows, told once for each patient, scale and entry."""
    del until
    scores = lateness.lateness(frames["scores"], zone=zone)
    is_late = scores["is_late"].fillna(value=False).to_numpy(dtype=bool)
    if not is_late.any():
        return nothing()
    late = scores[[*ENTRY, "first_row", "row", "observed_on", "days_late"]][is_late]
    rows = _by_entry(late.astype({"days_late": "float64"}))
    days = rows["most"].astype("int64").astype("str") + " days after the day it is about"
    says = _in_words(rows["n"], "score of ", "scores of ") + rows["scale"] + " written up to " + days
    return told(rows, "written-late", "score", says, "check the date; if it is right, close this")


def _two_answers(frames: Frames, *, zone: str, until: datetime) -> pd.DataFrame:
    """Two scores that answer the same question at one time, or within one visit."""
    del zone, until
    scores = frames["scores"]
    scores = scores[[*QUESTION, "observed_on", "observed_at", "first_row", "row", "collected"]][
        scores["as_stated"].isna()
    ]
    scores = scores[alike.repeated(scores, [*QUESTION, "observed_on"])]
    if scores.empty:
        return nothing()
    filled = scores[QUESTION].fillna("")
    ordered = scores.assign(**filled).sort_values([*QUESTION, "observed_on", "observed_at", "first_row"], kind="stable")
    by = ordered.groupby([*QUESTION, "observed_on"], sort=False)
    last, gap = by["row"].shift(1), ordered["observed_at"] - by["observed_at"].shift(1)
    same_time = (gap == pd.Timedelta(0)) | (
        ordered["observed_at"].isna() & last.notna() & by["observed_at"].shift(1).isna()
    )
    of_visit = (ordered["collected"] == "visit") & (gap <= ONE_VISIT)
    found = last.notna() & (same_time | of_visit)
    if not found.any():
        return nothing()
    rows = ordered[found]
    place = (
        (rows["scale"] + " " + rows["body_part"] + " " + rows["side"]).str.replace(r"\s+", " ", regex=True).str.strip()
    )
    says = (
        place
        + " has two answers on "
        + stamped(rows["observed_on"])
        + ", the other in row "
        + last[found].astype("int64").astype("str")
    )
    return told(
        rows, "two-answers", "score", says, "check scale, body part and side; retract the one that was not given"
    )


def _versions(frames: Frames, *, zone: str, until: datetime) -> pd.DataFrame:
    """The first score of each further version of a scale."""
    del zone, until
    scores = frames["scores"]
    groups = grouped.numbered(scores, ["patient", "scale", "version"])
    has = groups.keys["version"].notna()
    is_one_of_several = (
        groups.keys[has].duplicated(["patient", "scale"], keep=False).reindex(has.index, fill_value=False)
    )
    if not is_one_of_several.any():
        return nothing()
    scores = scores[is_one_of_several.to_numpy()[groups.of]]
    scores = scores.sort_values(["patient", "observed_on", "first_row"], kind="stable")
    first = scores.drop_duplicates(["patient", "scale", "version"])
    rows = first[first.duplicated(["patient", "scale"])]
    says = rows["scale"] + " is of version " + rows["version"] + " from here on, and was of another before"
    return told(rows, "versions", "score", says, "check which form was used")


def _after_change(frames: Frames, *, zone: str, until: datetime) -> pd.DataFrame:
    """Scores of a visit that were observed after the dose change of the same visit."""
    del zone, until
    scores = frames["scores"]
    visits = scores[(scores["collected"] == "visit") & scores["observed_at"].notna()].sort_values(
        "observed_at", kind="stable"
    )
    doses = frames["doses"].dropna(subset=["effective_at"]).sort_values("effective_at", kind="stable")
    kept = doses[["patient", "effective_at"]].rename(columns={"effective_at": "changed_at"})
    made = pd.merge_asof(visits, kept, left_on="observed_at", right_on="changed_at", by="patient", tolerance=AFTER)
    rows = made[made["changed_at"].notna()].drop_duplicates(["patient", "changed_at"])
    if rows.empty:
        return nothing()
    minutes = ((rows["observed_at"] - rows["changed_at"]).dt.total_seconds() // 60).astype("int64").astype("str")
    says = "scored " + minutes + " minutes after the dose change of that day: it counts as after it"
    return told(rows, "score-after-change", "score", says, "check which came first, the score or the change")


def _copied(frames: Frames, *, zone: str, until: datetime) -> pd.DataFrame:
    """Visits whose answers, four or more, are all those of the visit before."""
    del zone, until
    scores = frames["scores"]
    visits = scores[(scores["collected"] == "visit") & scores["as_stated"].isna()]
    sizes = np.bincount(grouped.numbered(visits, ["patient", "observed_on"]).of)
    if not (sizes >= COPIED).any():
        return nothing()
    keyed = visits[[*QUESTION, *ANSWER]].astype("str").apply(lambda column: column.fillna("-"))
    answers = keyed["scale"]
    for name in [*QUESTION[2:], *ANSWER]:
        answers = answers + "|" + keyed[name]
    made = (
        visits[["patient", "observed_on", "row"]].assign(answer=answers).sort_values(["answer", "row"], kind="stable")
    )
    by = made.groupby(["patient", "observed_on"], sort=True)
    days = by["answer"].agg("\n".join).to_frame("all").assign(n=by.size(), row=by["row"].min()).reset_index()
    before = days.groupby("patient")
    same = (days["all"] == before["all"].shift(1)) & (days["n"] >= COPIED)
    rows = days[same]
    if rows.empty:
        return nothing()
    says = (
        "all "
        + rows["n"].astype("str")
        + " answers are those of the visit of "
        + stamped(before["observed_on"].shift(1)[same])
    )
    return told(rows, "copied", "score", says, "check that they were asked again")


RULES: Final = (_no_reporter, _other_reporter, _late, _two_answers, _versions, _after_change, _copied)
