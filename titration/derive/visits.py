"""Each visit as one local day: the dose the patient came with and left with, and the scores of that day.

Imports `grouped`, `moments`, `reconcile`, `recorded`. It puts side by side what the record holds; it compares nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from titration.derive import grouped, moments, reconcile, recorded
from titration.derive.kept import once

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

DIARY: Final = ("app", "paper")
"""Ways of collecting that are a diary: a score so collected is none of the visit of its day."""
WHOSE: Final = ["patient", "day"]
_KEY: Final = ["patient", "record", "row"]
_PROGRAM: Final = {
    "record": "str",
    "row": "Int64",
    "mcg_per_day": "float64",
    "mode": "str",
    "began": moments.INSTANT,
    "by_day": "boolean",
    "status": "str",
}
VISITS: Final = {
    "patient": "str",
    "day": moments.DAY,
    "visit": "str",
    "seen_by": "str",
    "visited_at": moments.INSTANT,
    "days_since": "Int64",
    **{f"{side}_{name}": dtype for side in ("came", "left") for name, dtype in _PROGRAM.items()},
    "n_changes": "int64",
    "changed_at": moments.INSTANT,
    "changed_by_day": "boolean",
    "change_pct": "float64",
    "undefined": "str",
    "readout_says": "str",
    "readout_differs": "str",
}


def visits(frames: Mapping[str, pd.DataFrame], *, zone: str, until: datetime) -> pd.DataFrame:
    """Each day with a visit on record or a score collected at one, with the dose before and after it.

    The patient came with the program before the first change of that day, as a readout of the day found it
    where it found another one; and left with the last program set or found that day. A step the pump begins by
    itself later that day belongs to neither.

    Args:
        frames: Frames by name, of one patient or of all.
        zone: IANA name; its midnights part the days.
        until: Leaves out what is dated later.

    Returns:
        By patient and day: patient (str), day (datetime64[s]), visit (str: the kinds of visit; missing where only
        scores say so), seen_by (str), visited_at (datetime64[us, UTC]: the first time known that day),
        days_since (Int64, days: since the visit before), came_ and left_ each with record (str), row (Int64),
        mcg_per_day (float64, mcg/day), mode (str), began (datetime64[us, UTC]), by_day (boolean), status (str:
        done, programmed, found; missing where no program was in force), n_changes (int64: changes done that day),
        changed_at (datetime64[us, UTC]: the first of them), changed_by_day (boolean), change_pct (float64, %: where
        there was one change), undefined (str: why there is no percent), readout_says, readout_differs (str: of
        the last readout of the day, as in `reconcile.confirmations`).

    Raises:
        ValueError: `until` has no offset.

    Example:
        >>> chart = demo_log.chart("P002")
        >>> made = visits(chart.frames, zone=chart.zone, until=chart.asof_at)
        >>> made[["came_mcg_per_day", "left_mcg_per_day"]].tail(1).values.tolist()
        [[350.0, 350.0]]

    Source:
        By definition.
    """
    return once(frames, _visits, zone=zone, end=moments.instant(until))


def _visits(frames: Mapping[str, pd.DataFrame], *, zone: str, end: pd.Timestamp) -> pd.DataFrame:
    seen = _dated(frames["visits"], "visited", end, zone=zone)
    scores = frames["scores"]
    scored = scores[["patient", "observed_at", "observed_on", "first_row"]][scores["collected"] == "visit"]
    scored = _dated(scored, "observed", end, zone=zone)
    both = pd.concat([seen[[*WHOSE, "at"]], scored[[*WHOSE, "at"]]], ignore_index=True)
    days = both.groupby(WHOSE, sort=True)["at"].min().rename("visited_at").reset_index()
    days["days_since"] = days.groupby("patient")["day"].diff().dt.days.astype("Int64")
    for name in ("visit", "seen_by"):
        days = days.merge(_named(seen, name), on=WHOSE, how="left")
    programs = _programs(frames, zone=zone, until=end)
    days = days.merge(_changes(programs), on=WHOSE, how="left")
    left = _at_end(days, programs, zone=zone)
    came = days[["patient", "from_record", "from_row"]].set_axis(_KEY, axis=1)
    is_changed = days["n_changes"].notna()
    came = came.assign(**{name: came[name].where(is_changed, left[name]) for name in ("record", "row")})
    for side, which in (("came", came), ("left", left)):
        days = days.join(_in_force(which, programs, days["day"], zone=zone).add_prefix(f"{side}_"))
    days = days.merge(_readouts(frames, zone=zone, until=end), on=WHOSE, how="left")
    return moments.typed(days.assign(n_changes=days["n_changes"].fillna(0)), VISITS)


def scores_at(scores: pd.DataFrame, made: pd.DataFrame, *, zone: str) -> pd.DataFrame:
    """The scores of visits, each with its day and whether it was observed before that day's dose change.

    Of a day with a visit every score counts but those of a diary (app, paper).

    Args:
        scores: Scores.
        made: What `visits` gives.
        zone: IANA name.

    Returns:
        Those rows of `scores` by patient, day, time and row, and two columns more: day (datetime64[s]), beside
        (str: "before", "after", "not known"; missing where no change was done that day).

    Example:
        >>> chart = demo_log.chart("P002")
        >>> made = visits(chart.frames, zone=chart.zone, until=chart.asof_at)
        >>> scores_at(chart.scores, made, zone=chart.zone)["beside"].dropna().unique().tolist()
        ['before']

    Source:
        By definition.
    """
    place, ways = grouped.places(scores["collected"])
    of_diary = np.array([*(way in DIARY for way in ways), False])[place]
    given = moments.in_order(scores[~of_diary], "observed", zone=zone)
    given = given.assign(day=moments.local_day(given["moment"], zone=zone))
    given = given.merge(made[[*WHOSE, "n_changes", "changed_at", "changed_by_day"]], on=WHOSE)
    is_sure = given["observed_at"].notna() & given["changed_by_day"].eq(other=False).fillna(value=False)
    beside = pd.Series("not known", index=given.index, dtype="str")
    beside = beside.mask(is_sure & (given["observed_at"] < given["changed_at"]), "before")
    beside = beside.mask(is_sure & (given["observed_at"] >= given["changed_at"]), "after")
    return given.assign(beside=beside.where(given["n_changes"] > 0))[[*scores.columns, "day", "beside"]]


def _dated(frame: pd.DataFrame, stem: str, end: pd.Timestamp, *, zone: str) -> pd.DataFrame:
    """The rows up to the end, in order, with their local day and, where it is known, their instant."""
    made = moments.in_order(frame, stem, zone=zone)
    made = made[made["moment"] <= end]
    return made.assign(day=moments.local_day(made["moment"], zone=zone), at=made[f"{stem}_at"])


def _named(seen: pd.DataFrame, name: str) -> pd.DataFrame:
    """The different words of each day, in order, with a comma between."""
    words = seen[[*WHOSE, name]][seen[name].notna()].drop_duplicates()
    several = words.duplicated(WHOSE, keep=False)
    if not several.any():  # as nearly always; to join the words day by day is dear
        return words
    joined = words[several].groupby(WHOSE)[name].agg(", ".join).astype("str").reset_index()
    return pd.concat([words[~several], joined.astype({"day": moments.DAY})], ignore_index=True)


def _programs(frames: Mapping[str, pd.DataFrame], *, zone: str, until: pd.Timestamp) -> pd.DataFrame:
    """Each program set or found, with the one before it, and when it ended without another one."""
    stairs = recorded.changes(frames, zone=zone, until=until)
    whole = stairs.groupby(_KEY, as_index=False).agg(stops=("end", "max"), is_last=("is_open", "max"))
    made = stairs[stairs["start"] == stairs["began"]].drop_duplicates(_KEY).merge(whole, on=_KEY, how="left")
    following = made.groupby("patient")["began"].shift(-1)
    is_ended = ~made["is_last"] & ~(following == made["stops"])
    made = made.assign(day=moments.local_day(made["began"], zone=zone), ended=made["stops"].where(is_ended))
    return made.rename(columns={"dose_mcg_per_day": "mcg_per_day"})


def _changes(programs: pd.DataFrame) -> pd.DataFrame:
    """The changes done on each day: how many, and the first of them."""
    done = programs[(programs["record"] == "dose_change") & (programs["status"] == "done")]
    n = done.groupby(WHOSE, as_index=False).size().rename(columns={"size": "n_changes"})
    first = done.drop_duplicates(WHOSE).rename(columns={"began": "changed_at", "by_day": "changed_by_day"})
    made = first[[*WHOSE, "from_record", "from_row", "changed_at", "changed_by_day", "change_pct", "undefined"]].merge(
        n
    )
    is_one = made["n_changes"] == 1
    several = pd.Series("several changes", index=made.index, dtype="str")
    return made.assign(change_pct=made["change_pct"].where(is_one), undefined=made["undefined"].where(is_one, several))


def _at_end(days: pd.DataFrame, programs: pd.DataFrame, *, zone: str) -> pd.DataFrame:
    """The program at the end of each day; a step the pump began by itself after the visit counts from the next day."""
    over = moments.day_start(programs["day"] + pd.Timedelta(days=1), zone=zone)
    visited = programs[WHOSE].merge(days[[*WHOSE, "visited_at"]], on=WHOSE, how="left", indicator=True)
    is_last = programs["day"].ne(programs.groupby("patient")["day"].shift(-1))
    is_early = (visited["visited_at"] >= programs["began"]).to_numpy()
    is_after = (programs["status"] == "programmed") & (visited["_merge"] == "both").to_numpy() & is_last & ~is_early
    begun = programs[_KEY].assign(key=programs["began"].mask(is_after, over).astype(moments.INSTANT))
    cut = moments.day_start(days["day"] + pd.Timedelta(days=1), zone=zone)
    asked = days[["patient"]].assign(key=cut, place=range(len(days))).sort_values("key", kind="stable")
    met = pd.merge_asof(
        asked, begun.sort_values("key", kind="stable"), on="key", by="patient", allow_exact_matches=False
    )
    return met.sort_values("place", kind="stable", ignore_index=True)[_KEY].astype({"row": "Int64"})


def _in_force(which: pd.DataFrame, programs: pd.DataFrame, day: pd.Series, *, zone: str) -> pd.DataFrame:
    """Those programs, without the ones that had ended, with no other after them, when the day began."""
    asked = which.astype({"record": "str", "row": "Int64"})
    made = asked.merge(programs.astype({"row": "Int64"}), on=_KEY, how="left")
    is_over = made["ended"] <= moments.day_start(day, zone=zone)
    return made[list(_PROGRAM)].mask(is_over)


def _readouts(frames: Mapping[str, pd.DataFrame], *, zone: str, until: pd.Timestamp) -> pd.DataFrame:
    """What the last readout of each day says of the program on record."""
    known = reconcile.confirmations(frames, zone=zone, until=until)
    known = known[known["record"] == "readout"]
    known = known.assign(day=moments.local_day(known["confirmed_at"], zone=zone)).drop_duplicates(WHOSE, keep="last")
    return known[[*WHOSE, "says", "differs"]].rename(columns={"says": "readout_says", "differs": "readout_differs"})
