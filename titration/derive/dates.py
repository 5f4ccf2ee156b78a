"""Dates as they were printed or booked, which of them comes first, and what was changed since.

Imports `grouped`, `moments`, `runs`. Nothing is reckoned ahead: every date is one that somebody wrote down.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from titration.derive import grouped, moments, runs
from titration.derive.kept import once

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

    Columns = dict[str, npt.NDArray[Any]]

DATES = {
    "patient": "str",
    "what": "str",
    "on": moments.DAY,
    "record": "str",
    "row": "int64",
    "recorded_at": moments.INSTANT,
    "by_day": "bool",
    "days_after_first": "int64",
    "n_later": "int64",
    "later_record": "str",
    "later_row": "Int64",
    "later_at": moments.INSTANT,
    "later_by_day": "bool",
    "says": "str",
}


@dataclass(frozen=True)
class Source:
    """A kind of date: where it stands, and what recorded later may put it out of date.

    Attributes:
        what: What the date is.
        record: The record it stands in.
        column: The column.
        after: Records that make it out of date.
        was: Printed, booked or noted.
    """

    what: str
    record: str
    column: str
    after: tuple[str, ...]
    was: str


STEMS: Final = {
    "dose_change": ("doses", "effective", "dose change"),
    "readout": ("readouts", "read", "readout"),
    "refill": ("refills", "filled", "refill"),
    "pump": ("pumps", "implanted", "implant of the pump"),
}
_SET = ("dose_change", "refill", "pump")
SOURCES: Final = (
    Source("booked", "refill", "next_booked_on", ("refill",), "booked"),
    Source("alarm-at-refill", "refill", "alarm_on", _SET, "printed"),
    Source("alarm-at-change", "dose_change", "alarm_on", _SET, "printed"),
    Source("alarm-at-readout", "readout", "alarm_on", _SET, "printed"),
    Source("use-by", "refill", "use_by_on", ("refill", "pump"), "noted"),
    Source("eri", "pump", "eri_on", ("pump",), "noted"),
    Source("eri-at-readout", "readout", "eri_on", ("pump",), "printed"),
)


def dates(frames: Mapping[str, pd.DataFrame], *, zone: str) -> pd.DataFrame:
    """The newest date of each kind on record, each with where it stands and what came later.

    Args:
        frames: Frames by name; refills, doses, readouts and pumps are read.
        zone: IANA name; places a day without a time.

    Returns:
        By patient, date and kind: patient (str), what (str: booked, alarm-at-refill, alarm-at-change,
        alarm-at-readout, use-by, eri, eri-at-readout), on (datetime64[s]), record (str), row (int64): where it stands,
        recorded_at (datetime64[us, UTC]), by_day (bool), days_after_first (int64, days after the first of the
        patient's dates), n_later (int64: changes since that may make it out of date), later_record (str), later_row
        (Int64), later_at (datetime64[us, UTC]), later_by_day (bool): the first of them, says (str: "printed before
        the dose change of 2026-10-26"; missing when there is none).

    Example:
        >>> from titration.columns import columns, frame, of_records
        >>> from titration.records import KINDS, DoseChange, Refill
        >>> frames = {kind.frame: frame(columns(kind), {}) for kind in KINDS.values()}
        >>> fill = Refill(patient="P001", filled_on="2026-10-08", alarm_on="2027-01-20")
        >>> dose = DoseChange(patient="P001", effective_on="2026-10-26", mode="simple continuous", dose_mcg_per_day=108)
        >>> frames |= {
        ...     "refills": of_records(KINDS["refill"], [fill]),
        ...     "doses": of_records(KINDS["dose_change"], [dose]),
        ... }
        >>> dates(frames, zone="UTC")["says"].tolist()
        ['printed before the dose change of 2026-10-26']

    Source:
        By definition: days between two dates.
    """
    return once(frames, _dates, zone=zone)


def _dates(frames: Mapping[str, pd.DataFrame], *, zone: str) -> pd.DataFrame:
    of, patients = runs.together(*(frames[frame]["patient"] for frame, _, _ in STEMS.values()))
    placed = {
        record: _placed(frames[frame], stem, patient, zone=zone)
        for (record, (frame, stem, _)), patient in zip(STEMS.items(), of, strict=True)
    }
    found = [_newest(place, source, frames, placed) for place, source in enumerate(SOURCES)]
    own = {name: np.concatenate([some[name] for some in found]) for name in found[0]}
    order = np.lexsort((_BY_NAME[own["source"]], own["on"], own["patient"]))
    own = {name: values[order] for name, values in own.items()}
    is_first = runs.begins(own["patient"])
    on, record = own["on"].astype("datetime64[D]"), _RECORD[own["source"]]
    first = on[is_first][np.cumsum(is_first) - 1]
    return runs.framed({
        **own,
        **_stale(own, placed, zone=zone),
        "patient": runs.words(patients, own["patient"]),
        "what": runs.words([source.what for source in SOURCES], own["source"]),
        "record": runs.words([*STEMS], record),
        "recorded_at": own["moment"],
        "days_after_first": (on - first).astype("int64"),
    }, DATES)  # fmt: skip


_RECORD: Final = np.array([[*STEMS].index(source.record) for source in SOURCES])
_BY_NAME: Final = np.argsort(np.argsort([source.what for source in SOURCES]))
"""The place of each source among all by what it is called."""


def _placed(frame: pd.DataFrame, stem: str, patient: npt.NDArray[np.int64], *, zone: str) -> Columns:
    """The rows of one record by patient and time, with their place in the frame."""
    moment, by_day = moments.instants(frame, stem, zone=zone)
    order = np.lexsort((frame["first_row"].to_numpy(), moment, patient))
    made = {"patient": patient, "row": frame["row"].to_numpy(), "moment": moment, "by_day": by_day}
    return {"at": order, **{name: values[order] for name, values in made.items()}}


def _newest(place: int, source: Source, frames: Mapping[str, pd.DataFrame], placed: Mapping[str, Columns]) -> Columns:
    """The newest date of one kind of each patient, with where it stands."""
    given, column = placed[source.record], frames[STEMS[source.record][0]][source.column]
    on = column.to_numpy(dtype=moments.DAY)[given["at"]]
    has = np.flatnonzero(~np.isnat(on))
    last = has[np.append(runs.begins(given["patient"][has])[1:], [True])[: len(has)]]
    made = {name: values[last] for name, values in given.items()}
    return {**made, "on": on[last], "source": np.full(len(last), place)}


def _stale(own: Columns, placed: Mapping[str, Columns], *, zone: str) -> dict[str, Any]:
    """What was recorded later that may make each date out of date: how many, the first, and in words."""
    met = [_later(own, placed[record], record, zone=zone) for record in STEMS]
    later = {name: np.concatenate([some[name] for some in met]) for name in met[0]}
    order = np.lexsort((later["row"], later["moment"], later["of"]))
    later = {name: values[order] for name, values in later.items()}
    at = runs.matched(np.arange(len(own["patient"])), later["of"])
    record, day = (runs.taken(later[name].astype(dtype), at) for name, dtype in (("record", float), ("day", "M8[D]")))
    none = at < 0
    code = np.where(none, -1, np.nan_to_num(record)).astype("int64")
    said = [f"{source.was} before the {word} of " for source in SOURCES for _, _, word in STEMS.values()]
    begun = pd.Series(runs.words(said, np.where(none, -1, own["source"] * len(STEMS) + code)))
    return {
        "n_later": np.bincount(later["of"], minlength=len(none)),
        "later_record": runs.words([*STEMS], code),
        "later_row": runs.whole(np.append(later["row"], [0])[at], none),
        "later_at": runs.taken(later["moment"], at),
        "later_by_day": np.append(later["by_day"], [False])[at],
        "says": (begun + pd.Series(np.datetime_as_string(day), dtype="str")).array,
    }


_DAY: Final = 86400
_SPAN: Final = 1 << 36
"""More than the seconds of all times: a patient and a time are one number."""


def _later(own: Columns, placed: Columns, record: str, *, zone: str) -> Columns:
    """The rows of one record that come after each date and may make it out of date."""
    makes_stale = np.array([record in source.after for source in SOURCES])[own["source"]]
    key = _seconds(placed)
    # a day may be later by the calendar and not by the instant, where the clock goes back over midnight
    low = np.searchsorted(key, _seconds(own) - _DAY)
    high = np.where(makes_stale, np.searchsorted(key, (own["patient"] + 1) * _SPAN - _SPAN // 2), low)
    of, at = grouped.spans(low, high)
    is_day = own["by_day"][of] | placed["by_day"][at]  # on the day itself only what is known to be later
    day, moment = moments.local_days(placed["moment"][at], zone=zone), placed["moment"][at]
    by_day, by_time = day > moments.local_days(own["moment"], zone=zone)[of], moment > own["moment"][of]
    keep = np.flatnonzero(np.where(is_day, by_day, by_time) & (placed["patient"][at] == own["patient"][of]))
    made = {name: placed[name][at[keep]] for name in ("row", "moment", "by_day")}
    return {**made, "day": day[keep], "of": of[keep], "record": np.full(len(keep), [*STEMS].index(record))}


def _seconds(rows: Columns) -> npt.NDArray[np.int64]:
    made: npt.NDArray[np.int64] = rows["patient"] * _SPAN + rows["moment"].astype("datetime64[s]").astype("int64")
    return made
