"""The pump's clock: a fixed offset from UTC that only a person changes, beside the wall clock of the zone.

Imports `grouped`, `moments`, `runs`. It says where the two stand apart; it sets no clock.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from titration.derive import grouped, moments, runs
from titration.derive.kept import once, own_frames

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    import numpy.typing as npt

SOURCES = (("pump", "pumps", "implanted"), ("readout", "readouts", "read"), ("dose_change", "doses", "effective"))
"""What states the pump's clock: table, frame, stem of its time; of one moment the later in this order holds."""
OFFSETS = {
    "patient": "str",
    "start": moments.INSTANT,
    "end": moments.INSTANT,
    "offset_min": "int64",
    "is_assumed": "bool",
    "source": "str",
    "row": "int64",
    "by_day": "bool",
}
WALL = {"start": moments.INSTANT, "offset_min": "int64"}
DIFFERS = {
    "patient": "str",
    "start": moments.INSTANT,
    "end": moments.INSTANT,
    "pump_offset_min": "int64",
    "wall_offset_min": "int64",
    "difference_min": "int64",
    "is_assumed": "bool",
    "by_day": "bool",
}
_DAY = pd.Timedelta(days=1)


def offsets(frames: Mapping[str, pd.DataFrame], *, zone: str) -> pd.DataFrame:
    """The offset of each patient's pump clock, from when to when, and what says so.

    A pump, a readout or a dose change done that states `clock_offset_min` sets it, until the next that
    does. Before any states one, and after a new pump that states none, it is taken to be the local offset
    of the last program when that was set, and `is_assumed` says so. A switch of the wall clock changes nothing.

    Args:
        frames: Frames by name; `pumps`, `readouts` and `doses` are read.
        zone: IANA name; places a day without a time, and is the offset of a program of a day alone.

    Returns:
        By patient and start: patient (str), start, end (datetime64[us, UTC]; end missing for the last),
        offset_min (int64, min east of UTC), is_assumed (bool), source (str: table), row (int64: the record
        that began it), by_day (bool: only the day of the start is known).

    Example:
        >>> from titration.columns import columns, frame, of_records
        >>> from titration.records import KINDS, DoseChange
        >>> dose = DoseChange(patient="P001", effective_at="2026-10-08T09:30+01:00", mode="flex", dose_mcg_per_day=168)
        >>> frames = {k.frame: frame(columns(k), {}) for k in KINDS.values()}
        >>> frames["doses"] = of_records(KINDS["dose_change"], [dose])
        >>> offsets(frames, zone="Europe/London")[["offset_min", "is_assumed"]].values.tolist()
        [[60, True]]

    Source:
        By definition.
    """
    return once(frames, _offsets, zone=zone)


def _offsets(frames: Mapping[str, pd.DataFrame], *, zone: str) -> pd.DataFrame:
    said, patients = _said(frames, zone=zone)
    patient, moment = said["patient"], said["moment"]
    stated = np.where(said["is_reset"], np.inf, said["stated"])  # inf: not known any more
    stated, own = (runs.taken(v, runs.latest(~np.isnan(v), patient)) for v in (stated, said["own"]))
    is_assumed = ~np.isfinite(stated)
    offset = np.where(is_assumed, own, stated)
    known = np.flatnonzero(~np.isnan(offset))
    known = known[
        np.append(runs.begins(patient[known], moment[known])[1:], [True])[: len(known)]
    ]  # the last of each moment
    known = known[runs.begins(patient[known], offset[known], is_assumed[known])]
    start = moment[known]
    is_last = np.append(runs.begins(patient[known])[1:], [True])[: len(known)]
    return runs.framed({
        "patient": runs.words(patients, patient[known]),
        "start": start,
        "end": runs.taken(start, np.where(is_last, -1, np.arange(1, len(known) + 1))),
        "offset_min": offset[known],
        "is_assumed": is_assumed[known],
        "source": runs.words([table for table, _, _ in SOURCES], said["place"][known]),
        "row": said["row"][known],
        "by_day": said["by_day"][known],
    }, OFFSETS)  # fmt: skip


def _said(frames: Mapping[str, pd.DataFrame], *, zone: str) -> tuple[dict[str, npt.NDArray[Any]], npt.NDArray[Any]]:
    """All that can tell the clock, by patient and time: the offset stated, or that of the program itself; and the codes."""
    given = [frames[name] for _, name, _ in SOURCES]
    of, patients = runs.together(*(frame["patient"] for frame in given))
    parts = []
    for place, (table, _, stem) in enumerate(SOURCES):
        frame = given[place]
        moment, by_day = moments.instants(frame, stem, zone=zone)
        stated = runs.floats(frame["clock_offset_min"])
        own, is_done = np.full(len(frame), np.nan), np.ones(len(frame), dtype=bool)
        if table == "dose_change":
            own, is_done = _own(frame, moment, zone=zone), np.asarray(frame["status"].array == "done", dtype=bool)
        is_reset = np.isnan(stated) & (table == "pump")
        part = {
            "patient": of[place],
            "moment": moment,
            "by_day": by_day,
            "stated": stated,
            "own": own,
            "is_reset": is_reset,
        }
        part |= {name: frame[name].to_numpy() for name in ("row", "first_row")}
        part["place"] = np.full(len(frame), place)
        tells = is_done & (~np.isnan(stated) | ~np.isnan(own) | is_reset)
        parts.append({name: values[tells] for name, values in part.items()})
    both = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    order = np.lexsort((both["first_row"], both["place"], both["moment"], both["patient"]))
    return {name: values[order] for name, values in both.items()}, patients


def _own(doses: pd.DataFrame, moment: npt.NDArray[Any], *, zone: str) -> npt.NDArray[np.float64]:
    """The local offset each program was set at; that of the zone where only the day is known."""
    stated = runs.floats(doses["effective_offset_min"])
    lacks = np.flatnonzero(np.isnan(stated))
    if not len(lacks):
        return stated
    stated = stated.copy()
    stated[lacks] = wall_offset(pd.Series(runs.utc(moment[lacks])), zone=zone).to_numpy()
    return stated


def wall_offset(instants: pd.Series, *, zone: str) -> pd.Series:
    """The offset of the zone's wall clock at each instant.

    Args:
        instants: Instants (datetime64, UTC).
        zone: IANA name.

    Returns:
        Series (float64, min east of UTC; missing where the instant is), same index.

    Example:
        >>> wall_offset(pd.Series(pd.to_datetime(["2026-10-08T12:00Z"])), zone="Europe/London").tolist()
        [60.0]

    Source:
        By definition.
    """
    wall, utc = (instants.dt.tz_convert(name).dt.tz_localize(None).to_numpy() for name in (zone, "UTC"))
    return pd.Series(np.floor((wall - utc) / np.timedelta64(1, "m")), index=instants.index)


def switches(*, zone: str, since: datetime, until: datetime) -> pd.DataFrame:
    """The offsets of the zone's wall clock in a stretch of time, each from its switch on.

    Args:
        zone: IANA name.
        since: First instant.
        until: Last instant, not included.

    Returns:
        By start: start (datetime64[us, UTC]; the first is `since`), offset_min (int64, min east of UTC).

    Raises:
        ValueError: An instant has no offset.

    Example:
        >>> first, last = pd.Timestamp("2026-10-01T00:00Z"), pd.Timestamp("2026-12-01T00:00Z")
        >>> switches(zone="Europe/London", since=first, until=last)["start"].dt.strftime("%d %b %H:%M").tolist()
        ['01 Oct 00:00', '25 Oct 01:00']

    Source:
        By definition.
    """
    first, last = moments.instant(since), moments.instant(until)
    if not first < last:
        return moments.typed(pd.DataFrame({"start": [], "offset_min": []}), WALL)
    coarse = pd.Series(pd.date_range(first, last + _DAY, freq="D")).astype(moments.INSTANT)
    changed = wall_offset(coarse, zone=zone).diff().fillna(0) != 0
    ends = coarse[changed]
    minute = pd.to_timedelta(np.arange(-24 * 60, 1), unit="min")  # every minute of a day in which it switched
    fine = np.add.outer(ends.dt.tz_localize(None).to_numpy(), minute.to_numpy()).ravel().astype("datetime64[us]")
    near = pd.Series(pd.DatetimeIndex(fine, tz="UTC")).astype(moments.INSTANT)
    starts = pd.concat([pd.Series([first]).astype(moments.INSTANT), near], ignore_index=True)
    made = pd.DataFrame({"start": starts.drop_duplicates(ignore_index=True)})
    made["offset_min"] = wall_offset(made["start"], zone=zone)
    made = made[(made["offset_min"] != made["offset_min"].shift(1)) & (made["start"] < last)]
    return moments.typed(made, WALL)


def differs(frames: Mapping[str, pd.DataFrame], *, zone: str, since: datetime, until: datetime) -> pd.DataFrame:
    """When each patient's wall clock and the pump's clock say different times, and by how much.

    The wall clock is that of the log's zone: where the patient was is not on record.

    Args:
        frames: Frames by name; see `offsets`.
        zone: IANA name.
        since: First instant.
        until: Last instant, not included.

    Returns:
        By patient and start, cut wherever either clock changes: patient (str), start, end
        (datetime64[us, UTC]), pump_offset_min, wall_offset_min (int64, min east of UTC), difference_min
        (int64, min the pump's clock is ahead of the wall clock), is_assumed, by_day (bool: see `offsets`).

    Raises:
        ValueError: An instant has no offset.

    Example:
        >>> from titration.columns import columns, frame, of_records
        >>> from titration.records import KINDS, DoseChange
        >>> dose = DoseChange(patient="P001", effective_at="2026-10-08T09:30+01:00", mode="flex", dose_mcg_per_day=168)
        >>> frames = {k.frame: frame(columns(k), {}) for k in KINDS.values()}
        >>> frames["doses"] = of_records(KINDS["dose_change"], [dose])
        >>> first, last = pd.Timestamp("2026-10-01T00:00Z"), pd.Timestamp("2026-12-01T00:00Z")
        >>> differs(frames, zone="Europe/London", since=first, until=last)["difference_min"].tolist()
        [60]

    Source:
        By definition.
    """
    first, last = moments.instant(since), moments.instant(until)
    walls = switches(zone=zone, since=since, until=until)
    pumps = offsets(frames, zone=zone)
    low, high = first.to_datetime64(), last.to_datetime64()
    start, end = runs.naive(pumps["start"]), runs.naive(pumps["end"])
    start, end = np.maximum(start, low), np.where(end < high, end, high)  # a last one has no end: not before `until`
    there = np.flatnonzero(start < end)
    at = runs.naive(walls["start"])
    begun, over = np.searchsorted(at, start[there], side="right") - 1, np.searchsorted(at, end[there], side="left")
    of, place = grouped.spans(begun, over)
    of = there[of]
    wall = walls["offset_min"].to_numpy()[place]
    apart = pumps["offset_min"].to_numpy()[of] - wall
    unlike = np.flatnonzero(apart)
    of, place = of[unlike], place[unlike]
    return runs.framed({
        "patient": pumps["patient"].array.take(of),
        "start": np.maximum(start[of], at[place]),
        "end": np.minimum(end[of], np.append(at[1:], high)[place]),
        "pump_offset_min": pumps["offset_min"].to_numpy()[of],
        "wall_offset_min": wall[unlike],
        "difference_min": apart[unlike],
        "is_assumed": pumps["is_assumed"].to_numpy()[of],
        "by_day": pumps["by_day"].to_numpy()[of],
    }, DIFFERS)  # fmt: skip


def difference_at(frames: Mapping[str, pd.DataFrame], *, patient: str, zone: str, at: datetime) -> int | None:
    """The minutes one patient's pump clock is ahead of the wall clock at an instant, for a strip of 24 hours.

    Args:
        frames: Frames by name; see `offsets`.
        patient: Code of the patient.
        zone: IANA name of the wall clock.
        at: The instant.

    Returns:
        Minutes, pump less wall: 0 when they agree, below 0 when the pump's clock is behind; None where the
        pump's clock is not on record then. Whether it is assumed from the last program, `offsets` says.

    Raises:
        ValueError: `at` has no offset.

    Example:
        >>> from titration.columns import columns, frame, of_records
        >>> from titration.records import KINDS, DoseChange
        >>> dose = DoseChange(patient="P001", effective_at="2026-10-08T09:30+01:00", mode="flex", dose_mcg_per_day=168)
        >>> frames = {k.frame: frame(columns(k), {}) for k in KINDS.values()}
        >>> frames["doses"] = of_records(KINDS["dose_change"], [dose])
        >>> winter = pd.Timestamp("2026-11-23T12:00Z")
        >>> difference_at(frames, patient="P001", zone="Europe/London", at=winter)
        60

    Source:
        Offset of the pump's clock from UTC less that of the wall clock; by definition.
    """
    moment = moments.instant(at)
    own = offsets(own_frames(frames, patient), zone=zone)
    own = own[(own["start"] <= moment) & (own["end"].isna() | (own["end"] > moment))]
    if own.empty:
        return None
    wall = wall_offset(pd.Series([moment]).astype(moments.INSTANT), zone=zone)
    return int(own["offset_min"].iloc[-1] - wall.iloc[0])
