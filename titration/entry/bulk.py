"""A whole frame through the same rules as a single record, column by column; every fault listed.

Each distinct value is parsed or checked once by its field, each distinct row once by its record;
there is no second statement of any rule here. Imports `records`, `columns`, `scales`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from titration import columns, records
from titration.entry import cells, moments, scored
from titration.errors import Fault, FrameError, InvalidRecord
from titration.fields import Code, Day, Instant, Reading, offset_name
from titration.records import KINDS, RecordKind, Score

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import tzinfo

    from numpy.typing import NDArray

    from titration.fields import Field
    from titration.scales import Register

    Ints = NDArray[np.int64]
    _Column = cells.Cells | moments.Moments

OURS = columns.BOOKKEEPING
"""Columns only the log writes; with them every column that begins with `recorded_`."""
_SOME_DAY = date(2000, 1, 1)
_SOME_TIME = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, eq=False)
class Fitted:
    """What came of a frame.

    Attributes:
        kind: Which record.
        frame: The rows without a fault, in the dtypes of `columns.columns(kind)`, without `row`, `entry` and
            `recorded_*`; its index is the position of each row in the frame that was given, from 0.
        children: By table the records that belong to these; `of` is the position of the row they belong to.
        faults: Every fault, by row; `Fault.row` is the position in the frame that was given, from 0.
    """

    kind: RecordKind
    frame: pd.DataFrame
    children: dict[str, pd.DataFrame]
    faults: tuple[Fault, ...]


def fit(
    frame: pd.DataFrame,
    kind: RecordKind,
    *,
    zone: tzinfo,
    scales: Register,
    reading: Reading | None = None,
    readings: Mapping[str, Reading] | None = None,
) -> Fitted:
    """A frame of facts as the record has them, with every fault of every row.

    Args:
        frame: Columns named as the fields, in any order; numbers, text, days, instants (text with an
            offset or local, datetimes, datetime64), with `..._offset_min` beside an instant where wanted.
            Missing is NaN, NaT, None or blank text.
        kind: Which record.
        zone: The zone of a time without an offset.
        scales: The scales of the log.
        reading: What is known about texts; without it a bare number has the unit its column is named for.
        readings: The same for single fields, by name, where it differs.

    Returns:
        The sound rows and the faults.

    Raises:
        FrameError: A column is no field of the record, or one that only the log writes.

    Example:
        >>> from titration import scales, times
        >>> given = pd.DataFrame(
        ...     {"patient": "P001", "scale": "MAS", "observed_on": ["2026-10-08", "8/10/26"], "grade": "1+"}
        ... )
        >>> made = fit(given, KINDS["score"], zone=times.zone("UTC"), scales=scales.register())
        >>> made.frame["version"].tolist(), str(made.faults[0])
        (['1987'], 'row 1, observed_on=8/10/26: write the day as 2026-10-08')
    """
    _refuse(frame, kind)
    usual = replace(reading or Reading(bare=True), zone=zone)
    read = {f.name: _column(f, frame, replace((readings or {}).get(f.name, usual), zone=zone)) for f in kind.fields}
    return _checked(kind, read, len(frame), scales)


def _checked(kind: RecordKind, read: Mapping[str, _Column], n: int, scales: Register) -> Fitted:
    """The rows as whole records: each distinct one made once."""
    faults = [fault for column in read.values() for fault in column.faults()]
    views = {name: _Presence(kind.field(name), c) if _apart(kind, name) else c for name, c in read.items()}
    of, firsts = alike([view.codes for view in views.values()], n, each=not kind.distinct)
    made, refused = _records(kind, views, firsts, scales)
    for row in np.flatnonzero(np.isin(of, list(refused))).tolist():
        faults += [(row, fault) for fault in refused[int(of[row])]]
    if kind.distinct:
        faults += _unpaired(kind, read)
    order = {f.name: place for place, f in enumerate(kind.fields)}
    faults.sort(key=lambda found: (found[0], order.get(found[1].field, -1)))
    sound = np.ones(n, bool)
    sound[[row for row, _ in faults]] = False
    rows = np.flatnonzero(sound)
    placed = tuple(replace(fault, row=row, kind=kind.table) for row, fault in faults)
    return Fitted(kind, _frame(kind, read, made, of, rows), _children(kind, made, of, rows), placed)


def contract(kind: RecordKind) -> list[str]:
    """The columns of a kind that hold facts, in order: its contract without what only the log writes.

    Example:
        >>> contract(KINDS["visit"])
        ['patient', 'visited_at', 'visited_offset_min', 'visited_on', 'visit', 'seen_by']
    """
    return [shown.name for f in kind.fields for shown in f.value.shown(f.name, f.meaning)]


def _refuse(frame: pd.DataFrame, kind: RecordKind) -> None:
    if kind.parent:
        belongs = ", ".join(f"{f.name} of a {KINDS[kind.parent].title.lower()}" for f in KINDS[kind.parent].children)
        raise FrameError(f"a {kind.title.lower()} is not entered by itself; give it as {belongs}")
    names = [str(name) for name in frame.columns]
    ours = [n for n in names if n in OURS or n.startswith("recorded_")]
    if ours:
        raise FrameError(f"the frame holds columns of {kind.table} that only the log writes; drop them", wrong=ours)
    offsets = [offset_name(f.name) for f in kind.fields if isinstance(f.value, Instant)]
    known = [f.name for f in kind.fields] + offsets
    wrong = [n for n in names if n not in known] + sorted({f"{n} (twice)" for n in names if names.count(n) > 1})
    if wrong:
        raise FrameError(
            f"the frame holds columns that {kind.table} has not; its fields are {', '.join(known)}", wrong=wrong
        )


def _column(f: Field, frame: pd.DataFrame, reading: Reading) -> _Column:
    given: pd.Series[Any] = frame[f.name] if f.name in frame else pd.Series([None] * len(frame), dtype=object)
    if not isinstance(f.value, Instant):
        return cells.read(f, given, reading)
    beside = frame.get(offset_name(f.name))
    assert reading.zone is not None  # fit has just put it there
    return moments.read(f, given, beside, reading.zone)


def _apart(kind: RecordKind, name: str) -> bool:
    """Whether a field plays no part in telling distinct rows apart: the times and the patient."""
    return kind.distinct and isinstance(kind.field(name).value, (Instant, Day, Code))


@dataclass(frozen=True, eq=False)
class _Presence:
    """A column of which only matters whether it is there; any sound value stands for all."""

    field: Field
    column: _Column

    @property
    def codes(self) -> Ints:
        return np.where(self.column.is_unfit, 1, np.minimum(self.column.codes, 0))

    @property
    def stand_in(self) -> Any:
        """A sound value, so that what else is wrong with a row is found."""
        if isinstance(self.field.value, Code):
            return "P001"
        return _SOME_TIME if isinstance(self.field.value, Instant) else _SOME_DAY

    def at(self, row: int) -> Any:
        value = self.column.at(row)
        return value if value is None or isinstance(value, Fault) else self.stand_in


def alike(codes: list[Ints], n: int, *, each: bool = False) -> tuple[Ints, Ints]:
    """For each row the number of its combination of codes, and for each combination its first row.

    Args:
        codes: For each column a number per row, alike for alike values, from -1 up.
        n: How many rows.
        each: Whether every row shall be a combination by itself.

    Example:
        >>> alike([np.array([0, 0, 1]), np.array([-1, -1, 0])], 3)
        (array([0, 0, 1]), array([0, 2]))
    """
    rows = np.arange(n, dtype=np.int64)
    if each or not n:
        return rows, rows
    key, size = np.zeros(n, np.int64), 1
    for part in codes:
        width = int(part.max()) + 2
        if size * width > 2**62:
            key, size = pd.factorize(key)[0].astype(np.int64), n
        key, size = key * width + part + 1, size * width
    of = pd.factorize(key)[0].astype(np.int64)
    firsts = np.empty(int(of.max()) + 1, np.int64)
    firsts[of[::-1]] = rows[::-1]
    return of, firsts


def _records(
    kind: RecordKind, views: Mapping[str, Any], firsts: Ints, scales: Register
) -> tuple[list[Any], dict[int, list[Fault]]]:
    """One record for each combination, or None, with the faults of those that cannot be."""
    made: list[Any] = []
    refused: dict[int, list[Fault]] = {}
    for number, row in enumerate(firsts.tolist()):
        values = {name: view.at(row) for name, view in views.items()}
        unfit = {name for name, value in values.items() if isinstance(value, Fault)}
        plain = values | {name: getattr(views[name], "stand_in", None) for name in unfit}
        try:
            one = kind.record(**plain)
            one = scored.settle(one, scales) if isinstance(one, Score) else one
            made.append(None if unfit else one)
        except InvalidRecord as invalid:
            found = [fault for fault in invalid.faults if fault.field not in _due(kind, unfit)]
            refused |= {number: found} if found else {}
            made.append(None)
    return made, refused


def _due(kind: RecordKind, unfit: set[str]) -> set[str]:
    """Fields whose faults are due to unfit values: these themselves, and the instant of an unfit day."""
    return unfit | {at for on, at in kind.days.items() if unfit & {on, at}}


def _unpaired(kind: RecordKind, read: Mapping[str, Any]) -> Iterator[tuple[int, Fault]]:
    """Rows whose day is not the day of their instant; a record of these two alone says so."""
    for on, at in kind.days.items():
        days, when = read[on], read[at]
        both = (days.codes >= 0) & ~days.is_unfit & (when.codes == moments.GIVEN)
        for row in np.flatnonzero(both & (days.day_numbers != when.local_days)).tolist():
            try:
                kind.record(**dict.fromkeys(read, None) | {on: days.at(row), at: when.at(row)})
            except InvalidRecord as invalid:
                yield from ((row, fault) for fault in invalid.faults if fault.field == on)


def _frame(kind: RecordKind, read: Mapping[str, Any], made: list[Any], of: Ints, rows: Ints) -> pd.DataFrame:
    """The sound rows: what the records hold, and the times and patients of the rows themselves."""
    held = [n for n, one in enumerate(made) if one is not None]
    place = np.zeros(len(made) + 1, np.int64)
    place[held] = np.arange(len(held))
    few = columns.of_records(kind, [made[n] for n in held])
    taken = place[of[rows]]
    values: dict[str, Any] = {name: few[name].array.take(taken) for name in contract(kind)}
    if kind.distinct:
        for f in kind.fields:
            if isinstance(f.value, Instant):
                values |= _instants(f, read[f.name], rows)
            elif _apart(kind, f.name):
                values[f.name] = _own(kind, f, read, rows)
    shown = [column for column in columns.columns(kind) if column.name in values]
    fitted = columns.frame(shown, {name: pd.Series(given) for name, given in values.items()})
    fitted.index = pd.Index(rows)
    return fitted


def _instants(f: Field, made: moments.Moments, rows: Ints) -> dict[str, Any]:
    given = made.codes[rows] == moments.GIVEN
    seconds = np.where(given, made.seconds[rows].astype("datetime64[s]"), np.datetime64("NaT", "s"))
    at = pd.DatetimeIndex(seconds).tz_localize("UTC").as_unit("us")
    return {f.name: at, offset_name(f.name): pd.arrays.IntegerArray(made.offsets[rows], ~given)}


def _own(kind: RecordKind, f: Field, read: Mapping[str, Any], rows: Ints) -> Any:
    """A day or a patient's code of each row; the day of an instant where only that was given."""
    column = read[f.name]
    codes = column.codes[rows]
    if isinstance(f.value, Code):
        return pd.array(column.distinct, dtype="str").take(codes, allow_fill=True)
    days, given = column.day_numbers[rows], codes >= 0
    if f.name in kind.days:
        when = read[kind.days[f.name]]
        has = when.codes[rows] == moments.GIVEN
        days, given = np.where(has, when.local_days[rows], days), given | has
    return np.where(given, days.astype("datetime64[D]"), np.datetime64("NaT", "D")).astype("datetime64[s]")


def _children(kind: RecordKind, made: list[Any], of: Ints, rows: Ints) -> dict[str, pd.DataFrame]:
    """The records that belong to the sound rows, by table, with the position of their parent."""
    found: dict[str, pd.DataFrame] = {}
    for f in kind.children:
        child = records.kind_of(f.value.record)  # type: ignore[attr-defined]  # Children has it
        pairs = [(row, one) for row in rows.tolist() for one in getattr(made[of[row]], f.name)]
        frame = columns.of_records(child, [one for _, one in pairs])[["of", *contract(child)]]
        found[child.table] = frame.assign(of=np.array([row for row, _ in pairs], np.int64))
    return found
