"""Dates as they were printed or booked, which of them comes first, and what was changed since.

Imports `moments`. Nothing is reckoned ahead: every date is one that somebody wrote down.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pandas as pd

from titration.derive import moments
from titration.derive.kept import once

if TYPE_CHECKING:
    from collections.abc import Mapping

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
    placed = {record: _placed(frames, record, zone=zone) for record in STEMS}
    every = pd.concat([rows[_KEPT] for rows in placed.values()], ignore_index=True)
    found = [own for source in SOURCES if len(own := _newest(source, placed))]
    if not found:
        return moments.typed(pd.DataFrame(columns=list(DATES)), DATES)
    made = _stale(pd.concat(found, ignore_index=True), every)
    first = made.groupby("patient")["on"].transform("min")
    made["days_after_first"] = (made["on"] - first).dt.days
    made = made.sort_values(["patient", "on", "what"], kind="stable")
    return moments.typed(made, DATES)


def _placed(frames: Mapping[str, pd.DataFrame], record: str, *, zone: str) -> pd.DataFrame:
    """The rows of one record, with their day in the zone."""
    frame, stem, _ = STEMS[record]
    made = moments.in_order(frames[frame], stem, zone=zone)
    return made.assign(record=record, day=moments.local_day(made["moment"], zone=zone))


_KEPT: Final = ["patient", "record", "row", "moment", "by_day", "day"]


def _newest(source: Source, placed: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """The newest date of one kind of each patient, with where it stands."""
    given = placed[source.record]
    given = given[given[source.column].notna()].drop_duplicates("patient", keep="last")
    own = given[_KEPT].assign(on=given[source.column].astype(moments.DAY), what=source.what, was=source.was)
    return own.rename(columns={"moment": "recorded_at"})


def _stale(own: pd.DataFrame, every: pd.DataFrame) -> pd.DataFrame:
    """Those dates with what was recorded later that may make them out of date: how many, the first, and in words."""
    own = own.assign(place=range(len(own)))
    later = every.rename(columns={name: f"later_{name}" for name in _KEPT[1:]})
    pairs = [(source.what, record) for source in SOURCES for record in source.after]
    after = pd.DataFrame(pairs, columns=["what", "later_record"], dtype="str")
    met = own[["patient", "what", "recorded_at", "by_day", "day", "place"]].merge(after, on="what")
    met = met.merge(later, on=["patient", "later_record"])
    # on the day itself only what is known to be later
    by_day = met["later_day"] > met["day"]
    is_later = (met["later_moment"] > met["recorded_at"]).where(~(met["by_day"] | met["later_by_day"]), by_day)
    met = met[is_later].sort_values(["place", "later_moment", "later_row"], kind="stable")
    n = met.groupby("place").size()
    first = met.drop_duplicates("place").rename(columns={"later_moment": "later_at"})
    named = ["place", "later_record", "later_row", "later_at", "later_by_day", "later_day"]
    own = own.merge(first[named], on="place", how="left")
    word = own["later_record"].map({record: said for record, (_, _, said) in STEMS.items()}).astype("str")
    says = own["was"] + " before the " + word + " of " + own["later_day"].dt.strftime("%Y-%m-%d").astype("str")
    return own.assign(
        n_later=n.reindex(own["place"]).fillna(0).astype("int64").to_numpy(),
        later_by_day=own["later_by_day"].eq(other=True),
        later_at=own["later_at"].astype(moments.INSTANT),
        says=says,
    )
