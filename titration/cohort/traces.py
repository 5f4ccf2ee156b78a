"""The programmed dose of each patient month by month since therapy began, and percentiles over all.

Imports `therapy`. Fewer patients stand behind the later months; the number is always beside them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from titration.cohort.therapy import YEAR_DAYS, staircases, therapies
from titration.derive import grouped, moments

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

MONTH_DAYS: Final = YEAR_DAYS / 12
SHARES: Final = {"p10": 0.1, "p25": 0.25, "p50": 0.5, "p75": 0.75, "p90": 0.9}
TRACES = {"patient": "str", "month": "int64", "at": moments.INSTANT, "dose_mcg_per_day": "float64", "mode": "str"}
PERCENTILES = {"month": "int64", "n": "int64", **dict.fromkeys(SHARES, "float64")}


def traces(frames: Mapping[str, pd.DataFrame], *, zone: str, until: datetime) -> pd.DataFrame:
    """The dose in force at each whole month since therapy began.

    Patients whose time of beginning was assigned, not observed, have no row.

    Args:
        frames: Frames by name, of many patients.
        zone: IANA name.
        until: Last instant of the record that is taken, with an offset.

    Returns:
        By patient and month: patient (str), month (int64: months of 30.4375 days since `began_at`), at
        (datetime64[us, UTC]), dose_mcg_per_day (float64, mcg/day: last recorded programmed dose then; missing
        before the first program, after the end and where it was not read), mode (str).

    Raises:
        ValueError: `until` has no offset.

    Example:
        >>> made = traces(demo_log.cohort().frames, zone="Europe/London", until=demo_log.cohort().asof_at)
        >>> made.loc[made["patient"] == "P001", "dose_mcg_per_day"].tolist()[1:4]
        [130.0, 150.0, 150.0]

    Source:
        By definition.
    """
    last = moments.instant(until)
    given = therapies(frames, zone=zone, until=last)
    given = given[given["began_at"].notna() & ~given["is_assigned"]].reset_index(drop=True)
    stop = given["ended_at"].fillna(last)
    seconds = (stop - given["began_at"]).dt.total_seconds().to_numpy()
    months = np.floor(seconds / (86_400 * MONTH_DAYS)).astype("int64")
    of, month = grouped.spans(np.zeros(len(given), dtype="int64"), np.maximum(months, -1) + 1)
    rows = given.loc[of, ["patient", "began_at"]].reset_index(drop=True).assign(month=month)
    away = pd.to_timedelta(rows["month"] * round(MONTH_DAYS * 86_400), unit="s")
    rows["at"] = (rows["began_at"] + away).astype(moments.INSTANT)
    stairs = staircases(frames, zone=zone, until=last)[["patient", "start", "end", "dose_mcg_per_day", "mode"]]
    made = pd.merge_asof(
        rows.sort_values("at", kind="stable"), stairs.sort_values("start", kind="stable"), left_on="at",
        right_on="start", by="patient",
    )  # fmt: skip
    holds = (made["at"] < made["end"]) | (made["at"] == last)
    made = made.assign(dose_mcg_per_day=made["dose_mcg_per_day"].where(holds), mode=made["mode"].where(holds))
    return moments.typed(made.sort_values(["patient", "month"], kind="stable"), TRACES)


def percentiles(given: pd.DataFrame) -> pd.DataFrame:
    """Percentiles of the dose at each month over all patients who have one then.

    Args:
        given: What `traces` gives.

    Returns:
        By month: month (int64), n (int64: patients), p10, p25, p50, p75, p90 (float64, mcg/day).

    Example:
        >>> made = percentiles(traces(demo_log.cohort().frames, zone="UTC", until=demo_log.cohort().asof_at))
        >>> bool((made["p25"] <= made["p75"]).all())
        True

    Source:
        In a straight line between neighbours (Hyndman & Fan 1996, type 7, doi:10.1080/00031305.1996.10473566).
    """
    known = given[given["dose_mcg_per_day"].notna()]
    groups = grouped.numbered(known, ["month"])
    found = grouped.middles(known["dose_mcg_per_day"].to_numpy(), groups.of, len(groups))
    shares = {name: found.quantile(share) for name, share in SHARES.items()}
    return moments.typed(groups.keys.assign(n=found.n, **shares), PERCENTILES)
