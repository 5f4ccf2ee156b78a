"""The small tables of an export that no kind of record is: the journal, scales, months, and what follows from doses.

`changes` holds for each change of the dose what `derive.windows` needs to place scores beside it, so that the questions
in SQL need no clock and no pump; it is as long as there are changes, not scores.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from titration import frames, times
from titration.derive import cuts, moments, recorded
from titration.derive.washout import HOUR, recall_hours
from titration.fields import Shown
from titration.records import KINDS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from titration.log import Log

MONTH: Final = Shown("local_month", "str", "", "month in the log's zone, as 2026-10")
ENTRIES: Final = (
    Shown("entry", "int64", "", "number of the entry"),
    Shown("recorded_at", "datetime64[us, UTC]", "", "when it was written"),
    Shown("recorded_offset_min", "int64", "min", "minutes east of UTC when it was written"),
    Shown("recorded_by", "str", "", "who wrote it, as typed"),
    Shown("account", "str", "", "account of the operating system"),
    Shown("host", "str", "", "the computer"),
    Shown("action", "str", "", "append, import, correct, retract, move ..."),
    Shown("reason", "str", "", "why"),
    Shown("program", "str", "", "the program and version that wrote it"),
    Shown("facts", "int64", "", "how many facts"),
    Shown("last_row", "int64", "", "row of its last fact"),
    Shown("seal", "str", "", "its seal, in hex digits"),
    MONTH,
)
AMENDMENTS: Final = (
    Shown("row", "int64", "", "row of the fact that no longer stands"),
    Shown("kind", "str", "", "corrected, entered in error, moved, completed"),
    Shown("replaced_by", "Int64", "", "row that stands for it"),
    Shown("entry", "int64", "", "number of the entry"),
    Shown("reason", "str", "", "why"),
    MONTH,
)
SCALES: Final = (
    Shown("scale", "str", "", "code of the scale"),
    Shown("is_ordinal", "bool", "", "whether only the order has meaning; then no mean and no sum is taken"),
    Shown("is_grades", "bool", "", "whether it has grades, not numbers"),
    Shown("recall_s", "int64", "s", "the time it asks about; 0 where no one number is stated"),
)
MONTHS: Final = (
    Shown("month", "str", "", "month, as 2026-10"),
    Shown("first_day", "int64", "day", "its first day, since 1970-01-01"),
    Shown("last_day", "int64", "day", "its last day, or that of the entry the log was read at"),
)
CHANGES: Final = (
    Shown("patient", "str", "", "code of the patient"),
    Shown("record", "str", "", "dose_change, or readout where it was found"),
    Shown("row", "int64", "", "its row"),
    Shown("direction", "str", "", "increase, decrease, other"),
    Shown("is_unexplained", "bool", "", "found changed; it is not known when"),
    Shown("from_mcg_per_day", "float64", "mcg/day", "daily dose before it"),
    Shown("dose_mcg_per_day", "float64", "mcg/day", "daily dose after it"),
    Shown("start_s", "int64", "s", "when it took effect; the first second of a day alone"),
    Shown("start_sure_s", "int64", "s", "by when it has surely taken effect"),
    Shown("since_sure_s", "int64", "s", "by when the program before it had surely begun"),
    Shown("until_s", "int64", "s", "the next change, a break, or the end of the record"),
    Shown("device_on_s", "Int64", "s", "first change of strength, catheter or pump on its day"),
    Shown("device_on_sure_s", "Int64", "s", "by when the last of that day was surely made"),
    Shown("device_before_sure_s", "Int64", "s", "by when the last one before that day was surely made"),
    Shown("device_next_s", "Int64", "s", "the first one after that day"),
    MONTH,
)

Values = dict[str, Any]


def made(log: Log, entry: int, until: int, months: Collection[str]) -> Iterator[tuple[str, Sequence[Shown], Values]]:
    """Name, columns and values of each small table.

    Args:
        log: The log, inside `store.reading()`.
        entry: The entry it is read at.
        until: When that was recorded, in UTC seconds.
        months: The local months its facts lie in.
    """
    yield "changes", CHANGES, _changes(log, entry, until)
    yield "scales", SCALES, _scales(log)
    yield "months", MONTHS, _months(log, until, months)
    yield "entries", ENTRIES, _entries(log, entry)
    yield "amendments", AMENDMENTS, _amendments(log, entry)


def _changes(log: Log, entry: int, until: int) -> Values:
    """Each change with its neighbours, as `derive.windows.before_after` sees them."""
    zone, journal = log.zone, frames.journal(log.store, entry)
    wanted = ("dose_change", "readout", "refill", "pump", "catheter", "patient_state")
    held = {KINDS[t].frame: frames.read(log.store, KINDS[t], asof=entry, known=journal) for t in wanted}
    held["doses"], held["plans"] = frames.split(held["doses"])
    stairs = recorded.staircase(held, zone=zone, until=times.from_seconds(until))
    found = cuts.changes(stairs)
    beside = cuts.beside(found, cuts.device_changes(held, zone=zone), zone=zone)
    numbers = {
        "start_s": cuts.seconds(found["start"]),
        "start_sure_s": cuts.certain(found["start"], found["by_day"], zone=zone),
        "since_sure_s": cuts.certain(found["since"], found["since_by_day"], zone=zone),
        "until_s": cuts.seconds(found["until"]),
        "device_on_s": beside["on_start"], "device_on_sure_s": beside["on_late"],
        "device_before_sure_s": beside["before_late"], "device_next_s": beside["following"],
    }  # fmt: skip
    month = moments.local_day(found["start"], zone=zone).dt.strftime("%Y-%m")
    order = found.assign(local_month=month, **{name: np.asarray(v, dtype="float64") for name, v in numbers.items()})
    order = order.sort_values(["local_month", "patient", "start_s"], kind="stable")
    values = _values(CHANGES, order)
    return values | {name: [None if v is None or np.isinf(v) else int(v) for v in values[name]] for name in numbers}


def _scales(log: Log) -> Values:
    known = sorted(log.scales.values(), key=lambda scale: scale.code)
    return {
        "scale": [s.code for s in known],
        "is_ordinal": [s.ordinal for s in known],
        "is_grades": [bool(s.grades) for s in known],
        "recall_s": [int(HOUR * (recall_hours(s) or 0)) for s in known],
    }


def _months(log: Log, until: int, months: Collection[str]) -> Values:
    """Every month from the first a fact lies in to that of the entry; the last one ends with the entry's day."""
    end = pd.Timestamp(until, unit="s", tz="UTC").tz_convert(log.zone).tz_localize(None).normalize()
    inside = [m for m in months if m <= f"{end:%Y-%m}"]
    days = pd.date_range(min(inside, default=f"{end:%Y-%m}"), end, freq="MS")
    last = np.minimum((days + pd.offsets.MonthEnd(0)).to_numpy(), end.to_numpy())
    return {"month": list(days.strftime("%Y-%m")), "first_day": _number(days.to_numpy()), "last_day": _number(last)}


def _number(days: Any) -> list[int]:
    return list(days.astype("datetime64[D]").astype("int64").tolist())


def _entries(log: Log, entry: int) -> Values:
    stored = [c.name for c in ENTRIES[:-1]]
    taken = ", ".join({"recorded_by": '"by"', "seal": "hex(seal)"}.get(name, name) for name in stored)
    rows = log.store.query(f"SELECT {taken} FROM entry WHERE entry <= ? ORDER BY entry", entry)
    values: Values = dict(zip(stored, map(list, zip(*rows, strict=True)), strict=True))
    values["reason"] = frames.texts(log.store, values["reason"])
    return values | {"local_month": _month_of(values["recorded_at"], log.zone)}


def _amendments(log: Log, entry: int) -> Values:
    taken = "a.row, a.kind, a.replaced_by, a.entry, a.reason, e.recorded_at"
    sql = f"SELECT {taken} FROM amendment AS a JOIN entry AS e ON e.entry = a.entry WHERE a.entry <= ? ORDER BY a.id"
    rows = log.store.query(sql, entry)
    names = [c.name for c in AMENDMENTS]
    values: Values = (
        dict(zip(names, map(list, zip(*rows, strict=True)), strict=True)) if rows else {n: [] for n in names}
    )
    values["reason"] = frames.texts(log.store, values["reason"])
    return values | {"local_month": _month_of(values["local_month"], log.zone)}


def _month_of(seconds: Sequence[int], zone: str) -> list[str]:
    at = pd.Series(np.array(seconds, dtype="int64").astype("datetime64[s]")).dt.tz_localize("UTC")
    return list(moments.local_day(at, zone=zone).dt.strftime("%Y-%m"))


def _values(shown: Sequence[Shown], table: pd.DataFrame) -> Values:
    """The columns of a small frame as lists; missing is None."""
    own = {c.name: table[c.name] for c in shown}
    return {
        n: [None if gone else v for v, gone in zip(s.tolist(), s.isna().tolist(), strict=True)] for n, s in own.items()
    }
