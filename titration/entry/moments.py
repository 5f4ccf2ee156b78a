"""A column of instants as UTC seconds and offsets; a million wall-clock times at once.

The sentences and rules are those of `times`: what the fast road cannot read without doubt goes
through `times` one distinct value at a time.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from titration import times
from titration.entry import cells, iso
from titration.errors import Fault, shown
from titration.fields import Count, Field, Reading, offset_name
from titration.units import Unfit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import tzinfo

    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

ABSENT, GIVEN, UNFIT = -1, 0, 1
DAY_S = 86_400
LOOKED_AT = 1000
AT_ONCE = 2**14  # texts are read so many together: what a processor keeps at hand
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, eq=False)
class Moments:
    """A column of instants.

    Attributes:
        codes: For each row -1 missing, 0 given, 1 unfit.
        seconds: UTC seconds since 1970 where given.
        offsets: Minutes east of UTC where given.
        unfit: The fault of each row that does not fit.
    """

    codes: Ints
    seconds: Ints
    offsets: Ints
    unfit: dict[int, Fault]

    def at(self, row: int) -> Any:
        """The instant of that row, None, or a `Fault`."""
        if self.codes[row] == GIVEN:
            return times.from_seconds(int(self.seconds[row]), int(self.offsets[row]))
        return self.unfit.get(row)

    def faults(self) -> Iterator[tuple[int, Fault]]:
        """Each row that does not fit, with its fault."""
        return iter(self.unfit.items())

    @property
    def is_unfit(self) -> Bools:
        """For each row, whether it does not fit."""
        return np.equal(self.codes, UNFIT)

    @property
    def local_days(self) -> Ints:
        """The local calendar day of each, in days since 1970; only where given."""
        return (self.seconds + self.offsets * 60) // DAY_S


@dataclass(eq=False)
class _Walls:
    """Distinct times on their way: `wall` is the time on the clock, `offset` only where `aware`."""

    wall: Ints
    offset: Ints
    aware: Bools
    faults: dict[int, Fault]

    @classmethod
    def empty(cls, n: int) -> _Walls:
        return cls(np.zeros(n, np.int64), np.zeros(n, np.int64), np.zeros(n, bool), {})


def read(field: Field, series: pd.Series[Any], offsets: pd.Series[Any] | None, zone: tzinfo) -> Moments:
    """A column of instants, with the column of offsets beside it where there is one.

    Args:
        field: The field of the record.
        series: Text (`2026-10-08 09:30`, with an offset or local), datetimes, or datetime64.
        offsets: Minutes east of UTC, or None.
        zone: The zone of a time that has no offset.

    Returns:
        UTC seconds and offsets; a time that does not exist or happens twice there is a fault.

    Example:
        >>> from titration.records import KINDS
        >>> at = KINDS["score"].field("observed_at")
        >>> made = read(at, pd.Series(["2026-10-08 09:30"]), None, times.zone("Europe/London"))
        >>> made.at(0).isoformat()
        '2026-10-08T09:30:00+01:00'
    """
    if isinstance(series.dtype, pd.CategoricalDtype):
        series = series.astype(series.cat.categories.dtype)
    if isinstance(series.dtype, pd.DatetimeTZDtype) or series.dtype.kind == "M":
        codes, walls = _of_datetime64(field, series)
    else:
        codes, values = cells.each(series) if _is_mostly_unlike(series) else cells.distinct(series)
        walls = _of_values(field, values)
    given = codes != cells.ABSENT
    unfit = {row: walls.faults[code] for row, code in _rows_of(codes, walls.faults)}
    state = np.where(given, GIVEN, ABSENT)
    state[list(unfit)] = UNFIT
    wall, offset, aware = _spread(walls.wall, codes), _spread(walls.offset, codes), _spread(walls.aware, codes)
    made = Moments(state, wall - offset * 60, offset, unfit)
    is_aware = aware.astype(bool)
    if offsets is not None:
        made, is_aware = _with_offsets(field, made, offsets, is_aware)
    return _localised(field, made, is_aware, zone)


def _is_mostly_unlike(series: pd.Series[Any]) -> bool:
    """Whether few texts of a column are alike, as times are: then looking for those costs more than it spares."""
    return bool(series.dtype == "str" and len(series) >= LOOKED_AT and series[:LOOKED_AT].nunique() > LOOKED_AT // 2)


def _spread(distinct: NDArray[Any], codes: Ints) -> Ints:
    """What each row has, out of what each distinct value has; 0 where it is missing."""
    return np.append(distinct, 0).astype(np.int64)[codes]


def _rows_of(codes: Ints, faults: dict[int, Fault]) -> Iterator[tuple[int, int]]:
    if faults:
        rows = np.flatnonzero(np.isin(codes, list(faults)))
        yield from zip(rows.tolist(), codes[rows].tolist(), strict=True)


def _of_datetime64(field: Field, series: pd.Series[Any]) -> tuple[Ints, _Walls]:
    """Each row by itself: nothing to parse, only the year to check."""
    n = len(series)
    walls = _Walls.empty(n)
    codes = np.where(series.isna(), cells.ABSENT, np.arange(n))
    local = series.dt.tz_localize(None) if isinstance(series.dtype, pd.DatetimeTZDtype) else series
    wall = _seconds(local)
    walls.wall = wall
    if local is not series:
        walls.aware[:] = True
        utc = _seconds(series.dt.tz_convert("UTC").dt.tz_localize(None))
        walls.offset = (wall - utc) // 60
        walls.wall = utc + walls.offset * 60
    low, high = (np.datetime64(f"{y}-01-01", "s").astype(np.int64) for y in (times.FIRST_YEAR, times.LAST_YEAR + 1))
    for row in np.flatnonzero(((wall < low) | (wall >= high)) & (codes >= 0)).tolist():
        walls.faults[row] = _fault(field, series.iloc[row], None)
    return codes, walls


def _seconds(series: pd.Series[Any]) -> Ints:
    """Whole seconds since 1970; parts of a second are cut off, as a single record does."""
    exact = series.to_numpy()
    whole: Ints = np.where(np.isnat(exact), np.datetime64(0, "s"), exact.astype("datetime64[s]")).astype(np.int64)
    return whole


def _of_values(field: Field, values: list[Any]) -> _Walls:
    """Distinct values: plain ISO texts at once, all others one by one as a single record reads them."""
    walls = _Walls.empty(len(values))
    is_text = set(map(type, values)) <= {str}
    every = values if is_text else [v if isinstance(v, str) else "" for v in values]
    lengths = np.fromiter(map(len, every), np.int64, len(values))
    done = np.zeros(len(values), bool)
    for length, form in iso.FORMS.items():
        every_place = np.flatnonzero(lengths == length)
        for start in range(0, len(every_place), AT_ONCE):
            places = every_place[start : start + AT_ONCE]
            texts = np.array([values[i] for i in places.tolist()], dtype=f"U{length}")
            fits, wall, offset = iso.read(texts, form)
            places = places[fits]
            walls.wall[places], walls.offset[places] = wall[fits], offset[fits]
            walls.aware[places] = form.endswith("+00:00")
            done[places] = True
    for i in np.flatnonzero(~done).tolist():
        value = values[i]
        if isinstance(value, str) and not value.strip():
            continue
        try:
            when = field.value.parse(value, Reading()) if isinstance(value, str) else field.value.check(value)
        except Unfit as unfit:
            walls.faults[i] = _fault(field, value, unfit)
            continue
        if when.tzinfo is not None:
            walls.aware[i], walls.offset[i] = True, times.offset_min(when)
            walls.wall[i] = int(when.timestamp()) + 60 * walls.offset[i]
        else:
            walls.wall[i] = _wall_of(when)
    return walls


def _wall_of(when: datetime) -> int:
    return int((when.replace(tzinfo=UTC) - _EPOCH).total_seconds())


def _fault(field: Field, value: Any, unfit: Unfit | None) -> Fault:
    if unfit is None:
        try:
            field.value.check(value)
        except Unfit as refused:
            unfit = refused
    return Fault(field.name, cells.seen(field.value, _said(value)), str(unfit))


def _said(value: Any) -> str:
    """A value as it is written: a time as 2026-10-08 09:30:00, anything else as an error shows it."""
    return value if isinstance(value, str) else str(value) if isinstance(value, date) else shown(value)


def _with_offsets(field: Field, made: Moments, offsets: pd.Series[Any], aware: Bools) -> tuple[Moments, Bools]:
    """The offsets said in the column beside: they place a local time, and must agree with a written one."""
    name = offset_name(field.name)
    beside = cells.read(Field(name, Count(low=-840, high=840, of="min"), ""), offsets, Reading())
    unfit = dict(made.unfit)
    unfit |= {row: fault for row, fault in beside.faults() if made.codes[row] != ABSENT}
    said = np.array([v if isinstance(v, int) else 0 for v in beside.distinct] + [0], np.int64)[beside.codes]
    has = (beside.codes != cells.ABSENT) & ~beside.is_unfit & (made.codes == GIVEN)
    for row in np.flatnonzero(has & aware & (made.offsets != 0) & (made.offsets != said)).tolist():
        written = times.stamp(made.at(row))
        unfit[row] = Fault(name, str(said[row]), f"is not the offset of {field.name} ({written}); leave it out")
    codes = made.codes.copy()
    codes[list(unfit)] = UNFIT
    seconds = np.where(has & ~aware, made.seconds - said * 60, made.seconds)
    return Moments(codes, seconds, np.where(has, said, made.offsets), unfit), aware | has


def _localised(field: Field, made: Moments, aware: Bools, zone: tzinfo) -> Moments:
    """Local times placed in the zone; those of a day with a change of clocks one by one."""
    rows = np.flatnonzero((made.codes == GIVEN) & ~aware)
    if not len(rows):
        return made
    walls, places = np.unique(made.seconds[rows], return_inverse=True)
    days, of_day = np.unique(walls // DAY_S, return_inverse=True)
    daily = [_offset_of_day(int(day), zone) for day in days]
    offset = np.array([0 if one is None else one for one in daily], np.int64)[of_day]
    unfit, refused = dict(made.unfit), {}
    for i in np.flatnonzero(np.array([one is None for one in daily])[of_day]).tolist():
        when = (_EPOCH + pd.Timedelta(int(walls[i]), "s").to_pytimedelta()).replace(tzinfo=None)
        try:
            offset[i] = times.offset_min(times.localise(when, zone))
        except Unfit as unfitting:
            refused[i] = Fault(field.name, when.isoformat(" ", "minutes"), str(unfitting))
    codes, seconds, offsets = made.codes.copy(), made.seconds.copy(), made.offsets.copy()
    seconds[rows] = (walls - offset * 60)[places]
    offsets[rows] = offset[places]
    for place, i in _rows_of(places, refused):
        unfit[int(rows[place])] = refused[i]
        codes[rows[place]] = UNFIT
    return replace(made, codes=codes, seconds=seconds, offsets=offsets, unfit=unfit)


def _offset_of_day(day: int, zone: tzinfo) -> int | None:
    """The offset of that whole local day, or None when the clocks change in it or at its ends."""
    found = set()
    for midnight in (day, day + 1):
        start = datetime.fromordinal(times.from_day_number(midnight).toordinal())
        found |= {times.offset_min(start.replace(tzinfo=zone, fold=fold)) for fold in (0, 1)}
    return found.pop() if len(found) == 1 else None
