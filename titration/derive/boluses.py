"""Boluses: each kind on its own terms, none of them a rate.

Imports `cuts`, `moments`, `runs`. A priming bolus is in no daily total; a bridge is a segment of its own; patient-activated boluses
are an amount between two readouts; a screening bolus has scores by the hours since it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from titration.derive import cuts, moments, runs

if TYPE_CHECKING:
    from collections.abc import Mapping

NOT_DETERMINED = "not determined by the record"
STATED = "as the clinician states it"
SCREENING_HOURS = 24
BRIDGES = {
    "patient": "str",
    "row": "int64",
    "start": moments.INSTANT,
    "end": moments.INSTANT,
    "by_day": "bool",
    "duration_min": "float64",
    "old_concentration_mcg_per_ml": "float64",
    "new_concentration_mcg_per_ml": "float64",
    "dose_mcg": "float64",
    "volume_ml": "float64",
    "bridge_dose_mcg_per_day": "float64",
    "says": "str",
    "timing": "str",
}
PATIENT_ACTIVATED = {
    "patient": "str",
    "row": "int64",
    "start": moments.INSTANT,
    "end": moments.INSTANT,
    "by_day": "bool",
    "days": "float64",
    "n": "Int64",
    "amount_mcg": "float64",
    "allowed": "float64",
}
SCREENING = {
    "patient": "str",
    "bolus_row": "int64",
    "given_at": moments.INSTANT,
    "dose_mcg": "float64",
    "route": "str",
    "hours_since_bolus": "float64",
    "row": "int64",
    "observed_at": moments.INSTANT,
    "scale": "str",
    "version": "str",
    "body_part": "str",
    "side": "str",
    "position": "str",
    "reporter": "str",
    "value": "float64",
    "grade": "str",
}


def bridges(boluses: pd.DataFrame, *, zone: str) -> pd.DataFrame:
    """Each bridge as a segment: from when to when, between which strengths, at which stated daily dose.

    While it runs, drug of the old strength leaves the catheter: what the program adds up to is not what is
    given. The daily dose is the clinician's statement, or it is not determined by the record.

    Args:
        boluses: Boluses.
        zone: IANA name; places a day without a time.

    Returns:
        By patient and start: patient (str), row (int64), start, end (datetime64[us, UTC]; end missing
        when the duration is not stated), by_day (bool: only the day of the start is known), duration_min
        (float64, min), old_concentration_mcg_per_ml, new_concentration_mcg_per_ml (float64, mcg/mL),
        dose_mcg (float64, mcg), volume_ml (float64, mL), bridge_dose_mcg_per_day (float64, mcg/day),
        says (str: whose that daily dose is, or that it is not determined), timing (str).

    Example:
        >>> from titration.columns import of_records
        >>> from titration.records import KINDS, Bolus
        >>> bridge = Bolus(patient="P001", given_on="2026-10-08", bolus="bridge", volume_ml=0.3, duration_min=2880)
        >>> bridges(of_records(KINDS["bolus"], [bridge]), zone="UTC")[["duration_min", "says"]].values.tolist()
        [[2880.0, 'not determined by the record']]

    Source:
        start + duration; by definition. Bridge bolus: PMID 27433993.
    """
    wanted = [name for name in (*BRIDGES, "given_at", "given_on", "first_row") if name in boluses.columns]
    made = moments.in_order(boluses[wanted][boluses["bolus"] == "bridge"], "given", zone=zone)
    lasts = pd.to_timedelta(made["duration_min"], unit="min")
    says = np.where(made["bridge_dose_mcg_per_day"].notna(), STATED, NOT_DETERMINED)
    return moments.typed(made.assign(start=made["moment"], end=made["moment"] + lasts, says=says), BRIDGES)


def patient_activated(frames: Mapping[str, pd.DataFrame], *, zone: str) -> pd.DataFrame:
    """Patient-activated boluses as they were read: an amount between two readouts, never spread over days.

    Args:
        frames: Frames by name; `readouts` and `doses` are read.
        zone: IANA name; places a day without a time.

    Returns:
        One row per readout that states them, by patient and time: patient (str), row (int64: the readout),
        start (datetime64[us, UTC]: the readout before; missing for the first), end (datetime64[us, UTC]:
        this one), by_day (bool: of either only the day is known), days (float64, exact), n (Int64: how
        many), amount_mcg (float64, mcg), both as read; allowed (float64: how many the programs in force
        allowed in that time, their maximum a day x days; missing where one of them states no maximum).

    Example:
        >>> from titration.columns import columns, frame, of_records
        >>> from titration.records import KINDS, DoseChange, Readout
        >>> dose = DoseChange(
        ...     patient="P001",
        ...     effective_on="2026-09-01",
        ...     mode="flex",
        ...     dose_mcg_per_day=168,
        ...     patient_bolus_max_per_day=3,
        ... )
        >>> read = [
        ...     Readout(patient="P001", read_on=on, patient_boluses=n)
        ...     for on, n in (("2026-10-01", 0), ("2026-10-11", 12))
        ... ]
        >>> frames = {
        ...     "doses": of_records(KINDS["dose_change"], [dose]),
        ...     "readouts": of_records(KINDS["readout"], read),
        ... }
        >>> patient_activated(frames, zone="UTC")[["days", "n", "allowed"]].values.tolist()[1]
        [10.0, 12, 30.0]

    Source:
        By definition.
    """
    wanted = ["patient", "row", "read_at", "read_on", "first_row", "patient_boluses", "patient_boluses_mcg"]
    read = moments.in_order(frames["readouts"][wanted], "read", zone=zone)
    is_first = runs.begins(read["patient"])
    start = read["moment"].shift(1).mask(is_first).astype(moments.INSTANT)
    allowed, lacks = _allowed(frames["doses"], read, zone=zone)
    first_allowed, first_lacks = (each.shift(1).mask(is_first) for each in (allowed, lacks))
    is_known = (lacks - first_lacks).abs() <= 1e-9  # noqa: PLR2004 - days; less than a millisecond
    made = read.assign(
        start=start,
        end=read["moment"],
        by_day=read["by_day"] | (read["by_day"].shift(1, fill_value=False) & ~is_first),
        days=_days(read["moment"] - start),
        n=read["patient_boluses"],
        amount_mcg=read["patient_boluses_mcg"],
        allowed=(allowed - first_allowed).where(is_known).round(6),
    )
    return moments.typed(made[made["n"].notna() | made["amount_mcg"].notna()], PATIENT_ACTIVATED)


def _allowed(doses: pd.DataFrame, read: pd.DataFrame, *, zone: str) -> tuple[pd.Series, pd.Series]:
    """At each readout, since the first program: boluses allowed so far, and days on which none is stated."""
    wanted = ["patient", "effective_at", "effective_on", "first_row", "patient_bolus_max_per_day"]
    programs = moments.in_order(doses[wanted][doses["status"] == "done"], "effective", zone=zone)
    (whose, reader), _ = runs.together(programs["patient"], read["patient"])
    is_last = np.append(runs.begins(whose)[1:], True)[: len(whose)]
    most = programs["patient_bolus_max_per_day"].astype("float64")
    days = _days(programs["moment"].shift(-1).mask(is_last) - programs["moment"])
    so_far = {"allowed": (most * days).fillna(0), "lacks": days.where(most.isna(), 0).fillna(0)}
    begun = {name: (each.groupby(whose).cumsum() - each).to_numpy() for name, each in so_far.items()}
    key, asked = (cuts.keyed(of, cuts.seconds(each["moment"])) for of, each in ((whose, programs), (reader, read)))
    at = np.searchsorted(key, asked, side="right") - 1  # the last program begun by then
    place = np.where((at >= 0) & (np.append(whose, -1)[at] == reader), at, -1)
    since = _days(read["moment"] - pd.Series(runs.taken(programs["moment"].array, place)))
    limit = pd.Series(runs.taken(most.to_numpy(), place))
    allowed = pd.Series(runs.taken(begun["allowed"], place)) + (limit * since).fillna(0)
    return allowed, pd.Series(runs.taken(begun["lacks"], place)) + since.where(limit.isna(), 0)


def _days(lasts: pd.Series) -> pd.Series:
    """Stretches of time as days."""
    seconds: pd.Series = lasts.dt.total_seconds()
    return seconds / 86400


def screening(frames: Mapping[str, pd.DataFrame], *, zone: str) -> pd.DataFrame:
    """Scores by the hours since the screening bolus before them: a time base of their own, never a rate.

    A score belongs to the last screening bolus before it, when that is no more than 24 hours back. One of
    which only the day is known has no hours and is left out; so is a score at the very time of a bolus.

    Args:
        frames: Frames by name; `boluses` and `scores` are read.
        zone: IANA name.

    Returns:
        By patient, bolus, hours and row: patient (str), bolus_row (int64), given_at (datetime64[us, UTC]),
        dose_mcg (float64, mcg), route (str), hours_since_bolus (float64, h), row (int64: the score),
        observed_at (datetime64[us, UTC]), scale, version, body_part, side, position, reporter (str),
        value (float64, points), grade (str).

    Example:
        >>> from titration.columns import of_records
        >>> from titration.records import KINDS, Bolus, Score
        >>> bolus = Bolus(patient="P001", given_at="2026-10-08T10:00+00:00", bolus="screening", dose_mcg=50)
        >>> score = Score(patient="P001", observed_at="2026-10-08T14:30+00:00", scale="nrs_spasticity", value=3)
        >>> frames = {"boluses": of_records(KINDS["bolus"], [bolus]), "scores": of_records(KINDS["score"], [score])}
        >>> screening(frames, zone="UTC")[["dose_mcg", "hours_since_bolus", "value"]].values.tolist()
        [[50.0, 4.5, 3.0]]

    Source:
        By definition; at least 24 h lie between two screening boluses (doi 10.1111/ner.12437).
    """
    given = frames["boluses"]
    given = given[(given["bolus"] == "screening") & given["given_at"].notna()]
    right = moments.in_order(given, "given", zone=zone).rename(columns={"row": "bolus_row"})
    right = right[["patient", "moment", "bolus_row", "given_at", "dose_mcg", "route"]].sort_values(
        "moment", kind="stable"
    )
    left = moments.in_order(_near(frames["scores"], right), "observed", zone=zone).sort_values("moment", kind="stable")
    met = pd.merge_asof(
        left, right, on="moment", by="patient", tolerance=pd.Timedelta(hours=SCREENING_HOURS), allow_exact_matches=False
    )
    met = met[met["bolus_row"].notna()]
    met = met.assign(hours_since_bolus=(24 * _days(met["observed_at"] - met["given_at"])).round(6))
    order = ["patient", "given_at", "bolus_row", "hours_since_bolus", "row"]
    return moments.typed(met.sort_values(order, kind="stable"), SCREENING)


def _near(scores: pd.DataFrame, boluses: pd.DataFrame) -> pd.DataFrame:
    """The scores with a time that can belong to a bolus: a day or less after one of the patient, to the second."""
    has = scores["observed_at"].notna().to_numpy()
    timed = scores if has.all() else scores[has]
    if not len(timed) or not len(boluses):
        return timed[:0]
    (whose, own), _ = runs.together(boluses["patient"], timed["patient"])
    given, at = (cuts.seconds(frame[name]) for frame, name in ((boluses, "given_at"), (timed, "observed_at")))
    key, asked = np.sort(cuts.keyed(whose, given)), cuts.keyed(own, at)
    last = np.searchsorted(key, asked, side="right") - 1  # of another patient it is far back
    return timed[(last >= 0) & (asked - key[last] <= SCREENING_HOURS * 3600 + 1)]
