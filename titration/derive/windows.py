"""The scores of the days before and after each dose change, side by side.

Imports `cuts`, `grouped`, `inside`, `moments`, `score`, `washout`. It places scores beside a change; it does not say that one made
the other, and "not computable" is an answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from titration.derive import cuts, grouped, inside, moments
from titration.derive.score import SERIES, TYPES, labels, measured, ranked, with_rank
from titration.derive.washout import DAY, HOUR, WINDOW, Window, recalled

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

    from titration.scales import Scale

CAUTION: Final = (
    "Doses are often changed when scores are high, and scores that were high by chance tend to be lower the next time, "
    "whatever was done (regression to the mean; Barnett 2005, doi:10.1093/ije/dyh299). A difference between the two "
    "sides of a change does not show that the change made it. Look at all points before it, not only at the last."
)
"""Stands beside every picture or table made from `before_after`."""

_SIDE = {
    "start": moments.INSTANT,
    "end": moments.INSTANT,
    "n": "int64",
    "median": "float64",
    "low": "float64",
    "q1": "float64",
    "q3": "float64",
    "high": "float64",
    "median_grade": "str",
    "low_grade": "str",
    "high_grade": "str",
    "mean": "float64",
}
UNEXPLAINED: Final = "when the program changed is not on record"
NO_DAYS: Final = "the neighbouring change leaves no days on one side"
_INNER: Final = ("since", "since_by_day", "until", "is_unexplained")
SIDES: Final = ("before", "after")
WINDOWS = {
    **{name: dtype for name, dtype in cuts.CHANGES.items() if name not in _INNER},
    **{name: dtype for name, dtype in TYPES.items() if name != "patient"},
    "washout_h": "float64",
    "recall_h": "float64",
    "recall_is_stated": "bool",
    **{f"{side}_{name}": dtype for side in SIDES for name, dtype in _SIDE.items()},
    "difference": "float64",
    "is_computable": "bool",
    "not_computable": "str",
}
DIRECTIONS = {
    **TYPES,
    "direction": "str",
    "n_changes": "int64",
    "n_computable": "int64",
    "median": "float64",
    "low": "float64",
    "high": "float64",
}


def before_after(
    stairs: pd.DataFrame,
    scores: pd.DataFrame,
    *,
    zone: str,
    scales: Mapping[str, Scale],
    device_changes: pd.DataFrame | None = None,
    window: Window = WINDOW,
) -> pd.DataFrame:
    """Each series of scores in the days before and after each dose change.

    The first side ends at the change; the second begins after the washout and the scale's recall. Each is cut
    at the neighbouring change (with that one's washout) and at a change of strength, catheter or pump. A score
    of which only the day is known counts where that whole day lies inside. Reporters are never mixed.

    Args:
        stairs: What `dose.staircase` gives.
        scores: Scores.
        zone: IANA name; places a day without a time.
        scales: Scales by code.
        device_changes: What `cuts.device_changes` gives; None: none are known.
        window: Lengths, washouts, and the fewest values on each side.

    Returns:
        One row per change and series of the patient: patient, record (str), row (int64), start (datetime64[us, UTC]),
        by_day (bool), from_mcg_per_day, dose_mcg_per_day, change_mcg_per_day (float64, mcg/day), direction
        (str: increase, decrease, other), the series (str), washout_h, recall_h (float64, h; as used),
        recall_is_stated (bool: where not, 0 h are used), and for before_ and after_: start, end (the window),
        n (int64: values), median, low, q1, q3, high (float64, points; missing for grades, or when not
        computable), median_grade, low_grade, high_grade (str), mean (float64, points; only where the scale is
        not ordinal); difference (float64, points: median after less before), is_computable (bool),
        not_computable (str: why, "not computable: ..."; missing when it is).

    Example:
        >>> chart = demo_log.chart("P001")
        >>> made = before_after(chart.staircase, chart.scores, zone=chart.zone, scales=chart.scales)
        >>> made["washout_h"].unique().tolist()
        [48.0]

    Source:
        Windows by definition; the caution that belongs to them is `CAUTION` (Barnett 2005,
        doi:10.1093/ije/dyh299). Quartiles as in `grouped.middles`.
    """
    changed = cuts.changes(stairs)
    device = cuts.device_changes({}, zone=zone) if device_changes is None else device_changes
    near = cuts.beside(changed, device, zone=zone)
    given = with_rank(ranked(scores[[*SERIES, "observed_at", "observed_on", "value", "grade"]], scales))
    series = grouped.numbered(given, SERIES)
    keys = _known(recalled(series.keys, scales), given["is_grade"].to_numpy(), series.of, scales)
    of, own = _pairs(changed["patient"], keys["patient"])
    pairs = _columns(changed.join(near), of) | _columns(keys.drop(columns="patient"), own)
    pairs |= _edges(pairs, zone=zone, window=window)
    lines = inside.lines(given, series.of, zone=zone)
    edges = {side: (pairs[f"{side}_start_s"], pairs[f"{side}_end_s"]) for side in SIDES}
    found = {side: inside.values(lines, own, *edges[side], zone=zone) for side in SIDES}
    pairs |= {f"{side}_n": found[side].n for side in SIDES}
    says = _reasons(pairs, zone=zone, window=window)
    pairs |= {"not_computable": says.array, "is_computable": says.isna().to_numpy()}
    for side in SIDES:
        pairs |= _described(pairs, side, found[side], scales=scales)
    pairs["difference"] = pairs["after_median"] - pairs["before_median"]
    return moments.typed(pd.DataFrame({name: pairs[name] for name in WINDOWS}, copy=False), WINDOWS)


def _known(
    keys: pd.DataFrame, is_grade: npt.NDArray[np.bool_], of: npt.NDArray[np.int64], scales: Mapping[str, Scale]
) -> pd.DataFrame:
    """The series with whether their values are grades, and whether a mean may be taken of them."""
    n_grades = np.bincount(of[is_grade], minlength=len(keys))
    return keys.assign(is_grade=n_grades > 0, is_measured=measured(keys["scale"], scales))


def _pairs(patients: pd.Series, whose: pd.Series) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Each change beside each series of its patient: the place of the change and that of the series, which are sorted."""
    code, names = grouped.places(patients)
    sorted_ = whose.to_numpy(dtype=object)
    first, after = (np.searchsorted(sorted_, names, side=side)[code] for side in ("left", "right"))
    return grouped.spans(first, after)


def _columns(frame: pd.DataFrame, place: npt.NDArray[np.int64]) -> dict[str, Any]:
    """The columns of the rows at those places."""
    if np.array_equal(place, np.arange(len(frame))):  # as where each patient has one series
        return {str(name): column.array for name, column in frame.items()}
    return {str(name): column.array.take(place) for name, column in frame.items()}


def _edges(pairs: Mapping[str, Any], *, zone: str, window: Window) -> dict[str, Any]:
    """The edges of both windows in seconds, and whether a washout that is not given would be needed."""
    times = {name: pd.Series(pairs[name]) for name in ("start", "by_day", "since", "since_by_day", "until")}
    on_start, on_late, before_late = (np.asarray(pairs[name]) for name in ("on_start", "on_late", "before_late"))
    length, recall = window.days * DAY, np.asarray(pairs["recall_h"]) * HOUR
    settle = window.washout_h * HOUR + recall
    start = cuts.seconds(times["start"]).astype("float64")
    since = cuts.certain(times["since"], times["since_by_day"], zone=zone)
    before_start = np.maximum(start - length, since + settle)
    after_start = cuts.certain(times["start"], times["by_day"], zone=zone) + settle
    if window.device_washout_h is None:
        needs = np.isfinite(on_late) | (before_late + settle > start - length)
    else:
        clear = window.device_washout_h * HOUR + recall
        before_start = np.maximum(before_start, before_late + clear)
        after_start = np.maximum(after_start, np.maximum(on_late, before_late) + clear)
        needs = np.zeros(len(start), dtype=bool)
    before_end = np.minimum(start, on_start)
    until = np.minimum(cuts.seconds(times["until"]), np.asarray(pairs["following"]))
    after_end = np.minimum(after_start + length, until)
    return {
        "before_start_s": np.minimum(before_start, before_end), "before_end_s": before_end,
        "after_start_s": after_start, "after_end_s": np.maximum(after_end, after_start), "needs": needs,
        "washout_h": np.full(len(start), float(window.washout_h)),
    }  # fmt: skip


def _reasons(pairs: Mapping[str, Any], *, zone: str, window: Window) -> pd.Series:
    """Why a pair is not computable; missing where it is."""
    before, after, needs = pairs["before_n"], pairs["after_n"], pairs["needs"]
    few = (before < window.least_n) | (after < window.least_n)
    counts = grouped.numbered(pd.DataFrame({"before": before[few], "after": after[few]}), ["before", "after"])
    sides = counts.keys["before"].astype("str") + " values before, " + counts.keys["after"].astype("str") + " after"
    days = moments.local_day(pd.Series(pairs["start"][needs]), zone=zone)
    device = grouped.numbered(pd.DataFrame({"what": pairs["what"][needs], "day": days}), ["what", "day"])
    day = device.keys["day"].dt.strftime("%Y-%m-%d").astype("str")
    near = "a change of " + device.keys["what"].astype("str") + " on or before " + day
    told = [
        sides + f"; {window.least_n} needed on each side",
        near + ", and no washout is given for it",
        [NO_DAYS],
        [UNEXPLAINED],
    ]
    says = pd.concat([pd.Series(each, dtype="str") for each in told], ignore_index=True)
    way = np.full(len(needs), -1)
    way[few] = counts.of
    for side in SIDES:
        way[pairs[f"{side}_end_s"] <= pairs[f"{side}_start_s"]] = len(says) - 2
    way[needs] = len(counts) + device.of
    way[np.asarray(pairs["is_unexplained"])] = len(says) - 1
    return pd.Series(("not computable: " + says).array.take(way, allow_fill=True))


def _described(
    pairs: Mapping[str, Any], side: str, found: grouped.Middles, *, scales: Mapping[str, Scale]
) -> dict[str, Any]:
    """The edges of that side as instants and, where computable, what stands in its middle and at its ends."""
    shown, is_grade = np.asarray(pairs["is_computable"]), np.asarray(pairs["is_grade"])
    numbers = {"median": found.quantile(0.5), "low": found.low, "q1": found.quantile(0.25), "q3": found.quantile(0.75),
               "high": found.high}  # fmt: skip
    made: dict[str, Any] = {name: np.where(shown & ~is_grade, values, np.nan) for name, values in numbers.items()}
    scale, none = pd.Series(pairs["scale"]), np.full(len(shown), np.nan)
    is_grade, is_mean = shown & is_grade, shown & np.asarray(pairs["is_measured"])
    places = {"median": found.lower(), "low": found.low, "high": found.high} if is_grade.any() else {}
    for name in ("median", "low", "high"):
        made[f"{name}_grade"] = labels(scale, np.where(is_grade, places.get(name, none), np.nan), scales).array
    made["mean"] = np.where(is_mean, found.mean, np.nan) if is_mean.any() else none
    made |= {edge: inside.instants(pairs[f"{side}_{edge}_s"]).array for edge in ("start", "end")}
    return {f"{side}_{name}": values for name, values in made.items()}


def by_direction(windows: pd.DataFrame) -> pd.DataFrame:
    """How many changes of each direction can be computed, and the differences in their middle.

    Args:
        windows: What `before_after` gives.

    Returns:
        By series and direction: the series (str), direction (str: increase, decrease, other), n_changes,
        n_computable (int64), median, low, high (float64, points: of the differences; missing for grades).

    Example:
        >>> by_direction(moments.typed(pd.DataFrame(columns=list(WINDOWS)), WINDOWS)).empty
        True

    Source:
        By definition; see `CAUTION`.
    """
    groups = grouped.numbered(windows, [*SERIES, "direction"])
    found = grouped.middles(windows["difference"].to_numpy(), groups.of, len(groups))
    computable = np.bincount(groups.of, weights=windows["is_computable"].to_numpy(), minlength=len(groups))
    made = groups.keys.assign(
        n_changes=np.bincount(groups.of, minlength=len(groups)),
        n_computable=computable,
        median=found.quantile(0.5),
        low=found.low,
        high=found.high,
    )
    return moments.typed(made, DIRECTIONS)
