"""The titration ledger: each change of the program in a line, with the scores on both sides of it.

Imports `cuts`, `diary`, `dose`, `moments`, `reconcile`, `score`, `windows`. It places scores beside a change; it
does not say that one made the other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from titration.derive import cuts, diary, grouped, moments, reconcile, recorded, runs, score, windows
from titration.derive.washout import DAY, WINDOW, Window

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from titration.scales import Scale

_KEY: Final = ["patient", "record", "row"]
_SIDES: Final = {
    f"{side}_{name}": windows.WINDOWS[f"{side}_{name}"]
    for side in windows.SIDES
    for name in ("n", "median", "median_grade")
}
LEDGER: Final = {
    "patient": "str",
    "record": "str",
    "row": "int64",
    "effective_at": moments.INSTANT,
    "by_day": "bool",
    "timing": "str",
    "status": "str",
    "from_mcg_per_day": "float64",
    "from_mode": "str",
    "dose_mcg_per_day": "float64",
    "mode": "str",
    "change_mcg_per_day": "float64",
    "change_pct": "float64",
    "undefined": "str",
    "days_since": "Int64",
    "reason": "str",
    "ordered_by": "str",
    "programmed_by": "str",
    "is_unexplained": "bool",
    **{name: dtype for name, dtype in score.TYPES.items() if name != "patient"},
    **{name: "Int64" if dtype == "int64" else dtype for name, dtype in _SIDES.items()},
    "not_computable": "str",
    "n_expected": "Int64",
    "n_filled": "Int64",
    "filled_pct": "float64",
}


def ledger(
    frames: Mapping[str, pd.DataFrame],
    *,
    zone: str,
    until: datetime,
    scales: Mapping[str, Scale],
    scale: str | None = None,
    window: Window = WINDOW,
) -> pd.DataFrame:
    """Each program as it was set, begun by the pump or found, beside the one before it, with a series of scores.

    The series is that of the patient with values on most days, one of no single body part first; of the scale asked
    for where one is. What stands on both sides of a change, and when it is not computable, is as in
    `windows.before_after`; print `windows.CAUTION` beside it.

    Args:
        frames: Frames by name, of one patient or of all.
        zone: IANA name; places a day without a time.
        until: What begins later is left out.
        scales: Scales by code.
        scale: Code of the scale whose scores are shown; None: the one with values on most days.
        window: Lengths, washouts, and the fewest values on each side.

    Returns:
        By patient and time: patient, record (str: dose_change, or readout where it is as found), row (int64),
        effective_at (datetime64[us, UTC]), by_day (bool: only the day is known), timing, status (str: done,
        programmed, found), from_mcg_per_day (float64, mcg/day), from_mode (str), dose_mcg_per_day (float64, mcg/day),
        mode (str), change_mcg_per_day (float64, mcg/day), change_pct (float64, %), undefined (str: why there is no
        percent), days_since (Int64, days: since the program before), reason, ordered_by, programmed_by (str),
        is_unexplained (bool: the program was found changed, it is not known when), the series (str: scale, version,
        body_part, side, reporter; missing where there is none), before_ and after_ n (Int64), median (float64,
        points), median_grade (str), not_computable (str: why there is no median), n_expected, n_filled (Int64: diary
        entries of the scale whose last day lies after the day of this program and before that of the next one;
        missing when none is expected), filled_pct (float64, %).

    Raises:
        ValueError: `until` has no offset.

    Example:
        >>> chart = demo_log.chart("P001")
        >>> made = ledger(chart.frames, zone=chart.zone, until=chart.asof_at, scales=chart.scales)
        >>> made[["from_mcg_per_day", "dose_mcg_per_day", "before_n", "after_n"]].tail(1).values.tolist()
        [[205.0, 220.0, 12, 11]]

    Source:
        By definition; percent as in `dose.percent_change`, sides as in `windows.before_after`.
    """
    programs = reconcile.on_record(frames, zone=zone)
    stairs = recorded.staircase(frames, zone=zone, until=until)
    made = recorded.changes(frames, zone=zone, until=until)
    made = made[made["start"] == made["began"]].drop_duplicates(_KEY).rename(columns={"start": "effective_at"})
    made = made.assign(record=made["record"].astype("str"), day=moments.local_day(made["effective_at"], zone=zone))
    same = made["patient"] == made["patient"].shift(1)
    made["days_since"] = (made["day"] - made["day"].shift(1).where(same)).dt.days.astype("Int64")
    words = programs[["patient", "row", "reason", "ordered_by", "programmed_by"]].assign(record="dose_change")
    made = made.merge(words.astype({"record": "str"}), on=_KEY, how="left")
    main, scores = _of_main(frames["scores"], scales, scale)
    sides = windows.before_after(
        stairs, scores, zone=zone, scales=scales, device_changes=cuts.device_changes(frames, zone=zone), window=window
    )
    made = made.merge(sides[[*_KEY, *_SIDES, "not_computable"]], on=_KEY, how="left")
    made = made.merge(main, on="patient", how="left")
    made["is_unexplained"] = made["status"].eq("found") & made["from_row"].notna()
    made = made.join(_filled(made, main, frames, zone=zone, until=moments.instant(until), scales=scales))
    filled, expected = made["n_filled"].astype("float64"), made["n_expected"].astype("float64")
    return moments.typed(made.assign(filled_pct=100 * filled / expected), LEDGER)


def _of_main(scores: pd.DataFrame, scales: Mapping[str, Scale], scale: str | None) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The main series of each patient, values on most days, no single body part first; and its scores."""
    ours = scores if scale is None else scores[scores["scale"] == scale]
    series = grouped.numbered(ours, score.SERIES)
    valued = score.ranked(ours[["scale", "value", "grade"]], scales)["rank"].notna().to_numpy()
    day = ours["observed_on"].to_numpy(dtype=moments.DAY).view("int64") // DAY
    first, last = int(day.min(initial=0)), int(day.max(initial=0))
    days = np.sort(series.of[valued] * (last - first + 1) + day[valued] - first)
    n = np.bincount(days[runs.begins(days)] // (last - first + 1), minlength=len(series))
    order = series.keys.assign(series=range(len(series)), of_a_part=series.keys["body_part"].notna(), n=-n)
    order = order[order["n"] < 0].sort_values(["patient", "of_a_part", "n", "series"], kind="stable")
    main = order.drop_duplicates("patient")
    is_main = np.isin(np.arange(len(series)), main["series"].to_numpy())[series.of]
    return main[list(score.SERIES)], ours if is_main.all() else ours[is_main]


def _filled(
    made: pd.DataFrame,
    main: pd.DataFrame,
    frames: Mapping[str, pd.DataFrame],
    *,
    zone: str,
    until: pd.Timestamp,
    scales: Mapping[str, Scale],
) -> pd.DataFrame:
    """Of each line the diary entries of its scale between its day and that of the next line: expected, filled in."""
    if not len(made):
        return pd.DataFrame({name: runs.whole(np.zeros(0)) for name in ("n_expected", "n_filled")})
    last = pd.Timestamp(until.tz_convert(zone).tz_localize(None)).normalize()
    due = diary.entries(
        frames["scores"], first=made["day"].min().date(), last=last.date(), zone=zone, scales=scales,
        diary_schedules=frames.get("diary_schedules"), patient_states=frames.get("patient_states"),
    )  # fmt: skip
    (line, whose, own), patients = runs.together(made["patient"], main["patient"], due["patient"])
    (scale, asked), _ = runs.together(main["scale"], due["scale"])
    of_patient = np.full(len(patients), -1)
    of_patient[whose] = scale
    began, ends = (frame[name].to_numpy(dtype=moments.DAY).view("int64") // DAY
                   for frame, name in ((made, "day"), (due, "ends_on")))  # fmt: skip
    key, entry = cuts.keyed(line, began), cuts.keyed(own, ends)
    order = np.argsort(key, kind="stable")
    at = np.searchsorted(key[order], entry, side="right") - 1  # the last line begun by that day
    met = order[at]
    is_its = (at >= 0) & (of_patient[own] == asked) & (line[met] == own) & (began[met] != ends)
    n = np.bincount(met[is_its], minlength=len(made))
    n_filled = np.bincount(met[is_its], weights=due["is_filled"].to_numpy()[is_its], minlength=len(made))
    columns = {"n_expected": runs.whole(n, n == 0), "n_filled": runs.whole(n_filled, n == 0)}
    return pd.DataFrame(columns, index=made.index)
