"""When a diary was expected: from the dated schedules of a log, and never from what was filled in.

Imports `grouped`, `moments`. Without a schedule no diary is expected, which is not the same as none filled in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from titration.derive import grouped, moments

if TYPE_CHECKING:
    from datetime import date

    import numpy.typing as npt

NOT_FOLLOWED = ("explanted", "transferred", "stopped", "died")
EXPECTED = {"patient": "str", "scale": "str", "row": "int64", "begins_on": moments.DAY, "ends_on": moments.DAY}


def expected(
    diary_schedules: pd.DataFrame, *, first: date, last: date, patient_states: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Each diary entry that was expected: the days it could be filled in on.

    An entry every so many days may be filled in on any of those days, and belongs to the window its
    last day lies in; so consecutive windows add up. A later schedule of the same scale takes the place of
    the earlier one from its first day on; what it, a last day, a pause or the end of following (explanted,
    transferred, stopped, died) cuts short is not expected. Following that begins again begins it again.

    Args:
        diary_schedules: Schedules.
        first: First day of the window.
        last: Last day of the window, included.
        patient_states: States; only `following` is read.

    Returns:
        One row per entry expected, by patient, scale and day: patient, scale (str), row (int64: the
        schedule), begins_on, ends_on (datetime64[s]: first and last day it can be filled in on).

    Example:
        >>> from datetime import date
        >>> from titration.columns import of_records
        >>> from titration.records import KINDS, DiarySchedule
        >>> weekly = DiarySchedule(patient="P001", scale="nrs_spasticity", from_on="2026-10-01", every_days=7)
        >>> made = expected(
        ...     of_records(KINDS["diary_schedule"], [weekly]), first=date(2026, 10, 1), last=date(2026, 10, 31)
        ... )
        >>> made["ends_on"].dt.day.tolist()
        [7, 14, 21, 28]

    Source:
        By definition.
    """
    ordered = diary_schedules.sort_values(["patient", "scale", "from_on", "first_row"], kind="stable")
    ordered = ordered.drop_duplicates(["patient", "scale", "from_on"], keep="last").reset_index(drop=True)
    following = ordered.groupby(["patient", "scale"])["from_on"].shift(-1)
    start = _days(ordered["from_on"])
    stop = np.minimum(_days(following, absent=FAR) - 1, _days(ordered["until_on"], absent=FAR))
    stop = np.where(ordered["paused"] == "yes", start - 1, np.minimum(stop, _days(pd.Series([pd.Timestamp(last)]))))
    every = ordered["every_days"].to_numpy(dtype="int64")
    begin = _days(pd.Series([pd.Timestamp(first)]))
    skipped = np.maximum(-(-(begin - start - every + 1) // every), 0)  # entries whose last day lies before the window
    of, number = grouped.spans(skipped, (stop - start + 1) // every)
    begins = start[of] + number * every[of]
    ends = begins + every[of] - 1
    if patient_states is not None:
        is_followed = _followed(ordered["patient"], of, ends, patient_states)
        if not is_followed.all():
            of, begins, ends = of[is_followed], begins[is_followed], ends[is_followed]
    made = ordered[["patient", "scale", "row"]].take(of).reset_index(drop=True)
    return moments.typed(made.assign(begins_on=_stamps(begins), ends_on=_stamps(ends)), EXPECTED)


_BITS = 24
FAR = 10**6  # days since 1970: after any year a record can have


def _days(days: pd.Series, absent: int = 0) -> npt.NDArray[np.int64]:
    """Whole days since 1970-01-01."""
    numbers = days.to_numpy().astype("datetime64[D]").astype("int64")
    return np.where(days.isna().to_numpy(), absent, numbers)


def _stamps(days: npt.NDArray[np.int64]) -> npt.NDArray[np.datetime64]:
    return days.astype("datetime64[D]").astype("datetime64[s]")


def _followed(
    patients: pd.Series, of: npt.NDArray[np.int64], ends: npt.NDArray[np.int64], patient_states: pd.DataFrame
) -> npt.NDArray[np.bool_]:
    """Whether the clinic still followed the patient on the last day of each entry, of the schedule at place `of`."""
    known = patient_states[patient_states["following"].notna()]
    known = known.sort_values(["noted_on", "first_row"], kind="stable")
    known = known.drop_duplicates(["patient", "noted_on"], keep="last")
    code = grouped.coded(pd.concat([patients, known["patient"]], ignore_index=True))[0]
    whose, owner = code[: len(patients)][of], code[len(patients) :]
    key = (owner << _BITS) + _days(known["noted_on"]) + FAR
    order = np.argsort(key, kind="stable")
    last = np.searchsorted(key[order], (whose << _BITS) + ends + FAR, side="right")  # how many are not after it
    before = np.append(-1, owner[order])[last]
    is_out = np.append(False, known["following"].isin(NOT_FOLLOWED).to_numpy()[order])[last]
    return np.asarray(~(is_out & (before == whose)), dtype=bool)
