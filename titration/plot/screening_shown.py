"""Gathers what a picture of a screening trial shows: scores by hours since each bolus, and the ones before it.

The hours come from `derive.boluses.screening`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from titration.derive import boluses, moments, score
from titration.derive.kept import own_frames
from titration.plot.content import each

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from titration.scales import Scale

SERIES = ("scale", "body_part", "side", "reporter", "version")
MOST_PANELS = 8
POINT = ["bolus_row", "hours", "rank", "row"]


@dataclass(frozen=True, eq=False)
class Panel:
    """One series of scores.

    Attributes:
        scale: The scale.
        parts: body_part, side, reporter, version; empty where not stated.
        points: bolus_row, hours since the bolus (0 or less before it), rank, row.
    """

    scale: Scale
    parts: tuple[str, ...]
    points: pd.DataFrame

    @property
    def title(self) -> str:
        """The scale and what is stated of the series."""
        return ", ".join(filter(None, [self.scale.name, *self.parts[:3]]))


@dataclass(frozen=True, eq=False)
class Shown:
    """Everything a picture of a screening trial shows.

    Attributes:
        patient: Code.
        zone: IANA name.
        until: Last instant shown.
        boluses: The screening boluses with a time, in order, as recorded.
        panels: A panel for each series.
        untimed: How many screening boluses there are of which only the day is known.
        others: What is not drawn, in words.
    """

    patient: str
    zone: str
    until: pd.Timestamp
    boluses: pd.DataFrame
    panels: tuple[Panel, ...]
    untimed: int
    others: tuple[str, ...]

    @property
    def most_hours(self) -> float:
        """The last hour with a score; at least 4."""
        return max([4.0, *(float(panel.points["hours"].max()) for panel in self.panels)])


def of_patient(
    frames: Mapping[str, pd.DataFrame],
    *,
    patient: str,
    zone: str,
    until: datetime,
    scales: Mapping[str, Scale],
    since: datetime | None = None,
) -> Shown:
    """What a picture of that patient's screening trial shows."""
    end = moments.instant(until)
    own = own_frames(frames, patient)
    given = own["boluses"]
    given = moments.in_order(given[given["bolus"] == "screening"], "given", zone=zone)
    given = given[(given["moment"] <= end) & (True if since is None else given["moment"] >= moments.instant(since))]
    timed = given[~given["by_day"]].reset_index(drop=True)
    scores = own["scores"]
    scores = scores[scores["observed_at"].notna() & (scores["observed_at"] <= end)]
    after = boluses.screening({"boluses": own["boluses"], "scores": scores}, zone=zone)
    after = after[after["bolus_row"].isin(timed["row"])]
    points = pd.concat(
        [_before(scores, timed), after.rename(columns={"hours_since_bolus": "hours"})], ignore_index=True
    )
    ranked = score.ranked(points, scales)
    ranked = ranked[ranked["rank"].notna() & ranked["scale"].isin(list(scales))]
    ranked = ranked.assign(**{name: ranked[name].fillna("") for name in SERIES})
    panels = [
        Panel(
            scales[str(keys[0])],
            tuple(map(str, keys[1:])),
            own_points[POINT].sort_values(["bolus_row", "hours", "row"]),
        )
        for keys, own_points in ranked.groupby(list(SERIES), sort=True)
    ]
    panels.sort(key=lambda panel: (panel.scale.reporters[0] == "clinician", panel.scale.name, panel.parts))
    others = tuple(f"{panel.title} (n {len(panel.points)})" for panel in panels[MOST_PANELS:])
    return Shown(patient, zone, end, timed, tuple(panels[:MOST_PANELS]), int(given["by_day"].sum()), others)


def _before(scores: pd.DataFrame, timed: pd.DataFrame) -> pd.DataFrame:
    """Of each series the last score before each bolus, no more than a day back; at the very time is before."""
    found = []
    for bolus in each(timed):
        earlier: Any = scores[scores["observed_at"] <= bolus.given_at]
        hours = (earlier["observed_at"] - bolus.given_at).dt.total_seconds() / 3600
        earlier = earlier.assign(hours=hours, bolus_row=bolus.row)
        earlier = earlier[(hours >= -boluses.SCREENING_HOURS) & (earlier["value"].notna() | earlier["grade"].notna())]
        earlier = earlier.sort_values(["observed_at", "row"], kind="stable")
        found.append(earlier.drop_duplicates(list(SERIES), keep="last"))
    return pd.concat(found, ignore_index=True) if found else scores.iloc[:0].assign(hours=0.0, bolus_row=0)
