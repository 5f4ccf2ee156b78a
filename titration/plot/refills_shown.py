"""Gathers what a picture of refills shows: measured less expected residual volume, as printed and as reckoned.

Every number comes from `derive.reservoir`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from titration.derive import moments, reservoir
from titration.derive.kept import own_frames

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

SHORTEST = pd.Timedelta(days=28)


@dataclass(frozen=True, eq=False)
class Shown:
    """Everything a picture of refills shows.

    Attributes:
        patient: Code.
        zone: IANA name.
        since: First instant.
        until: Last instant.
        refills: What `reservoir.closure` gives for them, with `timing`.
        lines: Reference lines the user asked for: mL, and what they are.
        outside: How many refills lie outside the window.
    """

    patient: str
    zone: str
    since: pd.Timestamp
    until: pd.Timestamp
    refills: pd.DataFrame
    lines: tuple[tuple[float, str], ...]
    outside: int

    def wall(self, instants: pd.Series) -> pd.Series:
        """The instants as the clock on the wall showed them."""
        walls: pd.Series = instants.dt.tz_convert(self.zone).dt.tz_localize(None)
        return walls


def of_patient(
    frames: Mapping[str, pd.DataFrame],
    *,
    patient: str,
    zone: str,
    until: datetime,
    since: datetime | None = None,
    lines: Sequence[tuple[float, str]] = (),
) -> Shown:
    """What a picture of that patient's refills shows; the parameters are those of `refills.refills`."""
    end = moments.instant(until)
    own = own_frames(frames, patient)
    made = reservoir.closure(own, zone=zone)
    made = made.merge(own["refills"][["row", "timing"]], on="row", how="left")
    known = made[made["end"] <= end]
    begin = moments.instant(since) if since is not None else min([*known["end"].iloc[:1], end - SHORTEST])
    if begin >= end:
        raise ValueError(f"the window begins {begin:%Y-%m-%d %H:%M}, not before its end {end:%Y-%m-%d %H:%M} (UTC)")
    inside = known[known["end"] >= begin].reset_index(drop=True)
    return Shown(patient, zone, begin, end, inside, tuple(lines), len(made) - len(inside))
