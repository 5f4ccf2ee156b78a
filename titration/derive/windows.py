"""The scores of the days before and after each dose change, side by side.

Imports `cuts`, `grouped`, `moments`, `score`, `washout`. It places scores beside a change; it does not say that one made
the other, and "not computable" is an answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from titration.derive import cuts, grouped, moments
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
    given = ranked(moments.placed(scores, "observed", zone=zone), scales)
    given = given[[*SERIES, "moment", "by_day", "rank", "is_grade"]]
    given = with_rank(given)
    series = grouped.numbered(given, SERIES)
    pairs, of_series = _pairs(changed.join(near), series.keys)
    pairs = _edges(recalled(pairs, scales), zone=zone, window=window)
    sorted_ = _in_order(given, series.of)
    found = {side: _values(pairs, side, of_series, sorted_, zone=zone) for side in SIDES}
    pairs = pairs.assign(before_n=found["before"].n, after_n=found["after"].n)
    pairs = pairs.assign(not_computable=_reasons(pairs, zone=zone, window=window))
    pairs = pairs.assign(is_computable=pairs["not_computable"].isna())
    is_grade = np.bincount(series.of, weights=given["is_grade"].to_numpy(), minlength=len(series)) > 0
    for side in SIDES:
        pairs = _described(pairs, side, found[side], is_grade=is_grade[of_series], scales=scales)
    return moments.typed(pairs.assign(difference=pairs["after_median"] - pairs["before_median"]), WINDOWS)


def _pairs(changed: pd.DataFrame, keys: pd.DataFrame) -> tuple[pd.DataFrame, npt.NDArray[np.int64]]:
    """Each change beside each series of its patient, and the number of the series."""
    whose, patients = (part["patient"].to_numpy(dtype=object) for part in (keys, changed))
    first = np.searchsorted(whose, patients, side="left")
    of, series = grouped.spans(first, np.searchsorted(whose, patients, side="right"))
    left = changed.iloc[of].reset_index(drop=True)
    right = keys.drop(columns="patient").iloc[series].reset_index(drop=True)
    return pd.concat([left, right], axis=1), series


def _edges(pairs: pd.DataFrame, *, zone: str, window: Window) -> pd.DataFrame:
    """The edges of both windows in seconds, and whether a washout that is not given would be needed."""
    length, recall = window.days * DAY, pairs["recall_h"].to_numpy() * HOUR
    settle = window.washout_h * HOUR + recall
    start = cuts.seconds(pairs["start"]).astype("float64")
    since = cuts.certain(pairs["since"], pairs["since_by_day"], zone=zone)
    before_start = np.maximum(start - length, since + settle)
    after_start = cuts.certain(pairs["start"], pairs["by_day"], zone=zone) + settle
    on_late, before_late = pairs["on_late"].to_numpy(), pairs["before_late"].to_numpy()
    if window.device_washout_h is None:
        needs = np.isfinite(on_late) | (before_late + settle > start - length)
    else:
        clear = window.device_washout_h * HOUR + recall
        before_start = np.maximum(before_start, before_late + clear)
        after_start = np.maximum(after_start, np.maximum(on_late, before_late) + clear)
        needs = np.zeros(len(pairs), dtype=bool)
    before_end = np.minimum(start, pairs["on_start"].to_numpy())
    until = np.minimum(cuts.seconds(pairs["until"]), pairs["following"].to_numpy())
    after_end = np.minimum(after_start + length, until)
    return pairs.assign(
        before_start=np.minimum(before_start, before_end), before_end=before_end,
        after_start=after_start, after_end=np.maximum(after_end, after_start), needs=needs,
        washout_h=window.washout_h,
    )  # fmt: skip


def _in_order(
    given: pd.DataFrame, series: npt.NDArray[np.int64]
) -> dict[bool, tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]]:
    """The scores by series and time, those with a time (False) and those of a day alone (True): key and rank."""
    rank, by_day = given["rank"].to_numpy(), given["by_day"].to_numpy()
    key = cuts.keyed(series, cuts.seconds(given["moment"]))
    made = {}
    for is_day in (False, True):
        mine = by_day == is_day
        if mine.any():
            own, ranks = (key, rank) if mine.all() else (key[mine], rank[mine])
            order = np.argsort(own, kind="stable")
            made[is_day] = own[order], ranks[order]
    return made


def _values(
    pairs: pd.DataFrame,
    side: str,
    of_series: npt.NDArray[np.int64],
    given: dict[bool, tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]],
    *,
    zone: str,
) -> grouped.Middles:
    """The values of each pair inside its window on that side; a day alone must lie inside as a whole."""
    start, end = (pairs[f"{side}_{edge}"].to_numpy() for edge in ("start", "end"))
    of, values = [], []
    for is_day, (own, ranks) in given.items():
        stop = _day_starts(end, zone=zone) if is_day else end
        first, last = (np.searchsorted(own, cuts.keyed(of_series, edge)) for edge in (start, stop))
        pair, place = grouped.spans(first, last)
        of.append(pair)
        values.append(ranks[place])
    if not of:
        of, values = [np.zeros(0, dtype="int64")], [np.zeros(0)]
    return grouped.middles(np.concatenate(values), np.concatenate(of), len(pairs))


def _day_starts(second: npt.NDArray[np.float64], *, zone: str) -> npt.NDArray[np.int64]:
    """The second the day began in which each lies."""
    return cuts.seconds(moments.day_start(moments.local_day(_instants(second), zone=zone), zone=zone))


def _instants(second: npt.NDArray[np.float64]) -> pd.Series:
    return pd.Series(pd.to_datetime(second.astype("int64"), unit="s", utc=True)).astype(moments.INSTANT)


def _reasons(pairs: pd.DataFrame, *, zone: str, window: Window) -> pd.Series:
    """Why a pair is not computable; missing where it is."""
    narrow = (pairs["before_end"] <= pairs["before_start"]) | (pairs["after_end"] <= pairs["after_start"])
    few = (pairs["before_n"] < window.least_n) | (pairs["after_n"] < window.least_n)
    says = pd.Series(np.full(len(pairs), None, dtype=object), index=pairs.index)
    own = pairs[few]
    sides = own["before_n"].astype("str") + " values before, " + own["after_n"].astype("str") + " after"
    says[few] = "not computable: " + sides + f"; {window.least_n} needed on each side"
    says[narrow] = f"not computable: {NO_DAYS}"
    own = pairs[pairs["needs"]]
    day = moments.local_day(own["start"], zone=zone).dt.strftime("%Y-%m-%d").astype("str")
    device = "a change of " + own["what"].astype("str") + " on or before " + day + ", and no washout is given for it"
    says[pairs["needs"]] = "not computable: " + device
    says[pairs["is_unexplained"]] = f"not computable: {UNEXPLAINED}"
    return says.astype("str")


def _described(
    pairs: pd.DataFrame,
    side: str,
    found: grouped.Middles,
    *,
    is_grade: npt.NDArray[np.bool_],
    scales: Mapping[str, Scale],
) -> pd.DataFrame:
    """With the edges of that side as instants and, where computable, what stands in its middle and at its ends."""
    shown = pairs["is_computable"].to_numpy()
    numbers = {"median": found.quantile(0.5), "low": found.low, "q1": found.quantile(0.25), "q3": found.quantile(0.75),
               "high": found.high}  # fmt: skip
    grades = {"median": found.lower(), "low": found.low, "high": found.high}
    made: dict[str, Any] = {name: np.where(shown & ~is_grade, values, np.nan) for name, values in numbers.items()}
    for name, places in grades.items():
        made[f"{name}_grade"] = labels(pairs["scale"], np.where(shown & is_grade, places, np.nan), scales)
    has_mean = shown & measured(pairs["scale"], scales).to_numpy()
    made["mean"] = np.where(has_mean, found.mean, np.nan)
    made |= {edge: _instants(pairs[f"{side}_{edge}"].to_numpy()) for edge in ("start", "end")}
    return pairs.assign(**{f"{side}_{name}": values for name, values in made.items()})


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
