"""Each interval of one dose, and the scores that fall into it.

Imports `cuts`, `diary`, `grouped`, `moments`, `runs`, `score`, `washout`. It places scores beside doses; it does not say that one made the other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from titration.derive import cuts, diary, grouped, moments, runs
from titration.derive.score import SERIES, TYPES, labels, ranked, with_rank
from titration.derive.washout import HOUR, WINDOW, recalled

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

    from titration.scales import Scale

EPOCHS = {
    "patient": "str",
    "epoch": "int64",
    "start": moments.INSTANT,
    "end": moments.INSTANT,
    "days": "float64",
    "row": "int64",
    "dose_mcg_per_day": "float64",
    "mode": "str",
    "is_open": "bool",
    "is_unexplained": "bool",
}
_SCORED = {name: dtype for name, dtype in TYPES.items() if name != "patient"}
NUMBERS = ("median", "q1", "q3", "low", "high")
SCORED = {
    **EPOCHS,
    **_SCORED,
    "n": "int64",
    "n_settling": "int64",
    "days_with_value": "int64",
    **dict.fromkeys(NUMBERS, "float64"),
    **{f"{name}_grade": "str" for name in NUMBERS},
    "n_expected": "Int64",
    "n_filled": "Int64",
    "filled_pct": "float64",
}
_COUNTS = ["n", "n_settling", "days_with_value"]


def epochs(stairs: pd.DataFrame) -> pd.DataFrame:
    """Each interval of one dose and mode, whatever was recorded within it.

    Args:
        stairs: What `dose.staircase` gives.

    Returns:
        By patient and start: patient (str), epoch (int64: 1, 2, ... of the patient), start, end
        (datetime64[us, UTC]), days (float64), row (int64: the change that began it),
        dose_mcg_per_day (float64, mcg/day), mode (str), is_open (bool: nothing recorded ended it),
        is_unexplained (bool: a readout at its end found another program; it is an interval of its own).

    Example:
        >>> from titration.columns import of_records
        >>> from titration.derive.dose import staircase
        >>> from titration.records import KINDS, DoseChange
        >>> def dose(on, mcg):
        ...     return DoseChange(patient="P001", effective_on=on, mode="simple continuous", dose_mcg_per_day=mcg)
        >>> doses = of_records(KINDS["dose_change"], [dose("2026-01-01", 100), dose("2026-01-11", 100)])
        >>> epochs(staircase(doses, zone="UTC", until=pd.Timestamp("2026-01-31T00:00Z")))["days"].tolist()
        [30.0]

    Source:
        By definition.
    """
    return moments.typed(_epochs(stairs), EPOCHS)


def _epochs(stairs: pd.DataFrame) -> pd.DataFrame:
    held = cuts.lasting(stairs)
    unexplained, is_first = held["is_unexplained"].to_numpy(), runs.begins(held["patient"])
    begins = held["is_change"].to_numpy() | (unexplained != np.append(False, unexplained)[: len(held)])
    total = np.cumsum(begins)
    before = (total - begins)[is_first]  # of the patients before it
    epoch = total - before[np.cumsum(is_first) - 1]
    first = np.flatnonzero(runs.begins(epoch) | is_first)
    last, of = np.append(first[1:], len(held))[: len(first)] - 1, np.cumsum(runs.begins(epoch) | is_first) - 1
    start, end = held["start"].array.take(first), held["end"].array.take(last)
    made = {name: held[name].array.take(first) for name in ("patient", "row", "is_unexplained", "by_day")}
    made |= {name: _first_known(held[name], of, len(first)) for name in ("dose_mcg_per_day", "mode")}
    made |= {"epoch": epoch[first], "start": start, "end": end, "is_open": held["is_open"].array.take(last)}
    return pd.DataFrame({**made, "days": pd.Series(end - start).dt.total_seconds() / 86400})


def _first_known(values: pd.Series, of: npt.NDArray[np.int64], count: int) -> Any:
    """The first of each group that is there."""
    place, at = np.full(count, -1), np.flatnonzero(values.notna())
    place[of[at][::-1]] = at[::-1]  # the first is written last
    return values.array.take(place, allow_fill=True)


def scored(
    stairs: pd.DataFrame,
    scores: pd.DataFrame,
    *,
    zone: str,
    scales: Mapping[str, Scale],
    settling_h: float = WINDOW.washout_h,
    diary_schedules: pd.DataFrame | None = None,
    patient_states: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Each interval of one dose with the count, middle and spread of each series of scores in it.

    The first hours of an interval, and the scale's recall after them, are settling: scores in them are counted
    by themselves. A score without a time on the day a dose began belongs to neither side and is left out.

    Args:
        stairs: What `dose.staircase` gives.
        scores: Scores.
        zone: IANA name.
        scales: Scales by code.
        settling_h: Hours after the dose began that are left out; 0 leaves out none, nor any recall.
        diary_schedules: When a diary was expected; None: then nothing is said of it.
        patient_states: After an explant, transfer, stop or death no diary is expected.

    Returns:
        The columns of `epochs`, and for each series with a score in it: scale, version, body_part,
        side, reporter (str), n, n_settling, days_with_value (int64; settling is in n_settling only), median, q1,
        q3, low, high (float64, points; missing for grades) and the same as grades (median_grade, ... str: the
        lower one where it falls between two), n_expected, n_filled (Int64: diary entries of the scale, whoever
        reports; missing when none is expected; the day it began is in neither), filled_pct (float64, %).
        An interval without any score has one row with n 0.

    Example:
        >>> chart = demo_log.chart("P001")
        >>> made = scored(chart.staircase, chart.scores, zone=chart.zone, scales=chart.scales)
        >>> made["epoch"].nunique() == len(epochs(chart.staircase))
        True

    Source:
        By definition; quartiles as in `grouped.middles`, the median of grades is the lower of the two middle ones.
    """
    found = _epochs(stairs)
    given = ranked(moments.placed(scores, "observed", zone=zone), scales)
    given = given[[*SERIES, "observed_on", "moment", "by_day", "rank", "is_grade"]]
    given = with_rank(given)
    place = _place(found, given["patient"], given["moment"])
    keep = (place >= 0) & ~(given["by_day"].to_numpy() & _on_first_day(found, given["observed_on"], place, zone=zone))
    given, place = recalled(given[keep], scales), place[keep]
    clear = cuts.certain(found["start"], found["by_day"], zone=zone)[place] + settling_h * HOUR
    recall = given["recall_h"].to_numpy() * HOUR if settling_h else 0.0
    given = given.assign(place=place, is_settling=cuts.seconds(given["moment"]) < clear + recall)
    made = _in_epochs(given, scales)
    if diary_schedules is not None and len(found):
        days = moments.local_day(found["start"], zone=zone).min(), moments.local_day(found["end"], zone=zone).max()
        due = diary.entries(
            scores, first=days[0], last=days[1], zone=zone, scales=scales, diary_schedules=diary_schedules,
            patient_states=patient_states,
        )  # fmt: skip
        made = made.merge(_due(found, due, zone=zone), on=["place", "scale"], how="outer")
    made = found.assign(place=np.arange(len(found))).merge(made, on="place", how="left")
    made[_COUNTS] = made[_COUNTS].fillna(0)
    made = made.assign(**{name: made.get(name, np.nan) for name in ("n_expected", "n_filled")})
    return moments.typed(made.assign(filled_pct=100 * made["n_filled"] / made["n_expected"]), SCORED)


def _place(found: pd.DataFrame, patients: pd.Series, instants: pd.Series) -> npt.NDArray[np.int64]:
    """The interval each instant lies in; -1 where it lies in none."""
    code = grouped.coded(pd.concat([found["patient"], patients], ignore_index=True))[0]
    whose, own = code[: len(found)], code[len(found) :]
    if not len(found):
        return np.full(len(patients), -1, dtype="int64")
    second = cuts.seconds(instants)
    key = cuts.keyed(whose, cuts.seconds(found["start"]))
    place = np.searchsorted(key, cuts.keyed(own, second), side="right").astype("int64") - 1
    end, is_open = cuts.seconds(found["end"])[place], found["is_open"].to_numpy()[place]
    inside = (place >= 0) & (whose[place] == own) & ((second < end) | (is_open & (second == end)))
    return np.where(inside, place, -1)


def _on_first_day(
    found: pd.DataFrame, days: pd.Series, place: npt.NDArray[np.int64], *, zone: str
) -> npt.NDArray[np.bool_]:
    """Whether each day is the one its interval, or the next one of the patient, began on."""
    if not len(found):
        return np.zeros(len(days), dtype=bool)
    began = moments.local_day(found["start"], zone=zone)
    following = began.shift(-1).where(found["patient"] == found["patient"].shift(-1))
    day = days.to_numpy()
    same: npt.NDArray[np.bool_] = (began.to_numpy()[place] == day) | (following.to_numpy()[place] == day)
    return same


def _in_epochs(given: pd.DataFrame, scales: Mapping[str, Scale]) -> pd.DataFrame:
    """By interval and series: counts, middle, spread."""
    groups = grouped.numbered(given, ["place", *SERIES[1:]])
    count, settling = len(groups), given["is_settling"].to_numpy()
    values = grouped.middles(np.where(settling, np.nan, given["rank"].to_numpy()), groups.of, count)
    is_grade = np.bincount(groups.of, weights=given["is_grade"].to_numpy(), minlength=count) > 0
    settled = pd.DataFrame({"of": groups.of, "day": given["observed_on"].to_numpy()})[~settling]
    on_days = grouped.numbered(settled, ["of", "day"]).keys["of"].to_numpy(dtype="int64")
    made = groups.keys.assign(
        n=values.n,
        n_settling=np.bincount(groups.of, weights=settling, minlength=count),
        days_with_value=np.bincount(on_days, minlength=count),
    )
    for name, share in (("low", 0.0), ("q1", 0.25), ("median", 0.5), ("q3", 0.75), ("high", 1.0)):
        made[name] = np.where(is_grade, np.nan, values.quantile(share))
        made[f"{name}_grade"] = labels(made["scale"], np.where(is_grade, values.lower(share), np.nan), scales)
    return made


def _due(found: pd.DataFrame, due: pd.DataFrame, *, zone: str) -> pd.DataFrame:
    """By interval and scale: diary entries expected, and filled in."""
    place = _place(found, due["patient"], moments.day_start(due["ends_on"], zone=zone))
    keep = (place >= 0) & ~_on_first_day(found, due["ends_on"], place, zone=zone)
    own = due[keep].assign(place=place[keep])
    groups = grouped.numbered(own, ["place", "scale"])
    n_filled = np.bincount(groups.of, weights=own["is_filled"].to_numpy(), minlength=len(groups)).astype("int64")
    return groups.keys.assign(n_expected=np.bincount(groups.of, minlength=len(groups)), n_filled=n_filled)
