"""Each patient's time on therapy: when it began, whether it goes on, and the program in force at the end.

Imports `derive`. Nobody is ordered by anything but the code.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from titration.derive import moments, recorded

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    import pandas as pd

YEAR_DAYS: Final = 365.25
THERAPIES = {
    "patient": "str",
    "birth_year": "Int64",
    "sex": "str",
    "diagnosis": "str",
    "origin": "str",
    "following": "str",
    "began_at": moments.INSTANT,
    "began_by": "str",
    "is_assigned": "bool",
    "ended_at": moments.INSTANT,
    "is_ongoing": "bool",
    "years_on_therapy": "float64",
    "mode": "str",
    "dose_mcg_per_day": "float64",
    "concentration_mcg_per_ml": "float64",
}
STATED: Final = ("diagnosis", "origin", "following")


def staircases(frames: Mapping[str, pd.DataFrame], *, zone: str, until: datetime) -> pd.DataFrame:
    """The programs of every patient as intervals; see `derive.dose.staircase`.

    Args:
        frames: Frames by name, of many patients.
        zone: IANA name.
        until: The instant they are drawn to.

    Returns:
        What `derive.dose.staircase` gives, by patient and start.

    Example:
        >>> staircases(demo_log.cohort().frames, zone="Europe/London", until=demo_log.cohort().asof_at).empty
        False

    Source:
        By definition.
    """
    return recorded.staircase(frames, zone=zone, until=until)


def therapies(frames: Mapping[str, pd.DataFrame], *, zone: str, until: datetime) -> pd.DataFrame:
    """One row per patient: who, on therapy since when and until when, and the last recorded program.

    Therapy begins with the first implant on record; where there is none, with the first program. It ends
    with an explant, transfer or death.

    Args:
        frames: Frames by name, of many patients.
        zone: IANA name; places a day without a time.
        until: Last instant of the record that is taken, with an offset.

    Returns:
        By patient: patient (str), birth_year (Int64), sex, diagnosis, origin, following (str: as last stated by
        then), began_at (datetime64[us, UTC]; missing where neither implant nor program is on record), began_by
        (str: implant, first program), is_assigned (bool: that time was assigned, not observed), ended_at (datetime64[us, UTC]; missing while it goes on), is_ongoing
        (bool), years_on_therapy (float64, years of 365.25 days, to the end or `until`; missing where is_assigned), mode (str),
        dose_mcg_per_day (float64, mcg/day), concentration_mcg_per_ml (float64, mcg/mL): the last recorded
        program while it goes on.

    Raises:
        ValueError: `until` has no offset.

    Example:
        >>> made = therapies(demo_log.cohort().frames, zone="Europe/London", until=demo_log.cohort().asof_at)
        >>> made.loc[made["patient"] == "P001", ["began_by", "is_ongoing"]].values.tolist()
        [['implant', True]]

    Source:
        By definition.
    """
    last = moments.instant(until)
    people = frames["patients"][["patient", "birth_year", "sex"]].drop_duplicates("patient", keep="last")
    stairs = staircases(frames, zone=zone, until=last)
    implants = moments.placed(frames["pumps"], "implanted", zone=zone)
    implants = implants[implants["moment"] <= last]
    by_implant = _of(people, implants.groupby("patient")["moment"].min())
    by_program = _of(people, stairs.groupby("patient")["start"].min())
    final = stairs.drop_duplicates("patient", keep="last").set_index("patient")
    made = people.assign(
        began_at=by_implant.fillna(by_program),
        began_by=np.select([by_implant.notna(), by_program.notna()], ["implant", "first program"], default=""),
        is_open=_of(people, final["is_open"]).astype("boolean").fillna(value=False),
        ended_at=_of(people, final["end"]),
        **{name: _of(people, values) for name, values in _stated(frames, last, zone=zone).items()},
        **{name: _of(people, final[name]) for name in ("mode", "dose_mcg_per_day", "concentration_mcg_per_ml")},
    )  # fmt: skip
    has_program = made["ended_at"].notna()
    made["is_ongoing"] = made["began_at"].notna() & (made["is_open"] | ~has_program)
    made["ended_at"] = made["ended_at"].mask(made["is_ongoing"])
    days = (made["ended_at"].fillna(last) - made["began_at"]).dt.total_seconds() / 86_400
    first = stairs.drop_duplicates("patient").set_index("patient")
    is_assigned = _of(people, first["timing"]).eq("assigned") & (made["began_by"] != "implant")
    made["is_assigned"] = is_assigned.astype("bool")
    made["years_on_therapy"] = (days / YEAR_DAYS).mask(made["is_assigned"])
    made["began_by"] = made["began_by"].mask(made["began_by"] == "")
    gone = ~made["is_open"]
    for name in ("mode", "dose_mcg_per_day", "concentration_mcg_per_ml"):
        made[name] = made[name].mask(gone)
    return moments.typed(made.sort_values("patient", kind="stable"), THERAPIES)


def _of(people: pd.DataFrame, by_patient: pd.Series) -> pd.Series:
    """What stands for each patient, missing where nothing does; the dtype stays, even of none."""
    return by_patient.reindex(people["patient"]).set_axis(people.index)


def _stated(frames: Mapping[str, pd.DataFrame], last: pd.Timestamp, *, zone: str) -> dict[str, pd.Series]:
    """Each fact of a state as last stated by then, by patient."""
    states = moments.in_order(frames["patient_states"], "noted", zone=zone)
    states = states[states["moment"] <= last]
    return {name: states[states[name].notna()].groupby("patient")[name].last() for name in STATED}
