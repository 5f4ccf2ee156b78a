"""Gathers what the panels of dose epochs show: each interval of one dose and the scores of one series in it.

Counts, middles and spreads come from `derive.epochs`; which score is still settling is by the same rule.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from titration.derive import cuts, epochs, moments, recorded, score, washout
from titration.derive.kept import own_frames
from titration.plot.content import each

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from titration.scales import Scale

SERIES = ("body_part", "side", "reporter", "version")
DAY_S = 86_400


@dataclass(frozen=True, eq=False)
class Epoch:
    """One interval of one dose.

    Attributes:
        row: What `epochs.scored` gives for it and the series; without a score only the interval.
        points: Scores in it: day (days since it began), rank, is_settling, is_assigned.
        settling_days: For how long after its begin scores are left out, in days.
    """

    row: Any
    points: pd.DataFrame
    settling_days: float

    @property
    def n(self) -> int:
        """How many scores count."""
        return int((~self.points["is_settling"]).sum())


@dataclass(frozen=True, eq=False)
class Shown:
    """Everything the panels show.

    Attributes:
        patient: Code.
        zone: IANA name.
        until: Last instant shown.
        scale: The scale; None when there is no score in any epoch.
        series: body_part, side, reporter, version of what is drawn; empty where not stated.
        epochs: The epochs shown, in order.
        left_out: How many earlier epochs there was no room for.
        others: What is recorded and not drawn, in words.
    """

    patient: str
    zone: str
    until: pd.Timestamp
    scale: Scale | None
    series: Mapping[str, str]
    epochs: tuple[Epoch, ...]
    left_out: int
    others: tuple[str, ...]

    @property
    def who(self) -> str:
        """The series in words; its version only where there are others."""
        has_versions = any(self.series.get("version", "") not in other for other in self.others if " (n " in other)
        return ", ".join(word for name, word in self.series.items() if word and (name != "version" or has_versions))


def of_patient(
    frames: Mapping[str, pd.DataFrame],
    *,
    patient: str,
    zone: str,
    until: datetime,
    scales: Mapping[str, Scale],
    since: datetime | None = None,
    scale: str | None = None,
    of: Mapping[str, str] | None = None,
    most: int,
) -> Shown:  # fmt: skip
    """What the panels of that patient show; the parameters are those of `epochs.epochs`, and `most` panels."""
    end = moments.instant(until)
    own = own_frames(frames, patient)
    stairs = recorded.staircase(own, zone=zone, until=end)
    scores = moments.placed(own["scores"], "observed", zone=zone)
    scores = scores[scores["moment"] <= end]
    chosen, series, others = _chosen(scores, scales, scale, of or {})
    drawn = _of_series(scores, chosen, series)
    found = epochs.scored(
        stairs, drawn.drop(columns=["moment", "by_day"]), zone=zone, scales=scales,
        diary_schedules=own["diary_schedules"], patient_states=own["patient_states"],
    )  # fmt: skip
    if chosen is not None:
        found = found[found["scale"].isna() | (found["scale"] == chosen.code)]
    found = found.drop_duplicates("epoch")
    if since is not None:
        found = found[found["end"] > moments.instant(since)]
    kept = found.iloc[-most:]
    ranked = score.with_rank(score.ranked(drawn, scales))[["moment", "by_day", "observed_on", "rank", "timing"]]
    made = tuple(_epoch(row, found, ranked, stairs, chosen, zone=zone) for row in each(kept))
    return Shown(patient, zone, end, chosen, series, made, len(found) - len(kept), others)


def _chosen(
    scores: pd.DataFrame, scales: Mapping[str, Scale], scale: str | None, of: Mapping[str, str]
) -> tuple[Scale | None, dict[str, str], tuple[str, ...]]:
    """The scale, the series of it with most scores, and in words what else there is."""
    if scale is not None and scale not in scales:
        raise LookupError(f"{scale}: no scale of this log; there are {', '.join(scales)}")
    wrong = [name for name in of if name not in SERIES]
    if wrong:
        raise LookupError(f"{', '.join(wrong)}: no part of a series; the parts are {', '.join(SERIES)}")
    valued = scores[scores["value"].notna() | scores["grade"].notna()]
    valued = valued[valued["scale"].isin(list(scales))].fillna(dict.fromkeys(SERIES, ""))
    days = valued.groupby(["scale", *SERIES])["observed_on"].nunique().sort_values(ascending=False, kind="stable")
    asked = [
        key for key in days.index
        if (scale is None or key[0] == scales[scale].code) and all(key[1 + SERIES.index(n)] == v for n, v in of.items())
    ]  # fmt: skip
    if not asked:
        return (None if scale is None else scales[scale]), dict(of), ()
    code, *parts = asked[0]
    same = [key for key in days.index if key[0] == code and key != asked[0]]
    others = tuple(f"{', '.join(filter(None, key[1:]))} (n {days[key]})" for key in same)
    codes = dict.fromkeys(key[0] for key in days.index if key[0] != code)
    return scales[code], dict(zip(SERIES, parts, strict=True)), (*others, *(scales[c].name for c in codes))


def _of_series(scores: pd.DataFrame, scale: Scale | None, series: Mapping[str, str]) -> pd.DataFrame:
    if scale is None:
        return scores.iloc[:0]
    kept = scores["scale"] == scale.code
    for name, value in series.items():
        kept &= scores[name].fillna("") == value
    return scores[kept]


def _epoch(
    row: Any, found: pd.DataFrame, given: pd.DataFrame, stairs: pd.DataFrame, scale: Scale | None, *, zone: str
) -> Epoch:
    """The points of one epoch, of scores that have a rank: by the rules of `epochs.scored`, which counts them."""
    inside = (given["moment"] >= row.start) & (
        (given["moment"] < row.end) | ((given["moment"] == row.end) & row.is_open)
    )
    following = found.loc[found["epoch"] == row.epoch + 1, "start"]
    edges = pd.concat([pd.Series([row.start]), following], ignore_index=True).astype(moments.INSTANT)
    on_edge = given["by_day"] & given["observed_on"].isin(moments.local_day(edges, zone=zone))
    given = given[inside & ~on_edge]
    by_day = stairs.loc[stairs["start"] == row.start, "by_day"].iloc[:1].reset_index(drop=True)
    start = pd.Series([row.start]).astype(moments.INSTANT)
    recall = (washout.recall_hours(scale) or 0.0) if scale is not None else 0.0
    second = cuts.seconds(start)[0]
    clear = cuts.certain(start, by_day, zone=zone)[0] + (washout.WINDOW.washout_h + recall) * washout.HOUR
    at = cuts.seconds(given["moment"])
    points = pd.DataFrame(
        {
            "day": (at - second) / DAY_S,
            "rank": given["rank"].to_numpy(),
            "is_settling": np.asarray(at < clear, dtype=bool),
            "is_assigned": given["timing"].eq("assigned").to_numpy(),
        }
    )
    return Epoch(row, points, float(clear - second) / DAY_S)
