"""The current rows of each kind of record, some at a time, with what engines need to count without a calendar.

Knows the store and the declarations; what a number means comes from `derive`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from titration import columns, frames
from titration.derive import moments
from titration.derive.cuts import seconds
from titration.derive.score import ranked
from titration.fields import Day, Shown
from titration.records import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from titration.log import Log
    from titration.parquet.files import Files
    from titration.records import RecordKind

AT_ONCE: Final = 65_536
"""Rows in memory at once, and at most in a row group."""
FACT: Final = (
    Shown("local_month", "str", "", "month of local_day, as 2026-10; blank for a fact without a time"),
    Shown("local_day", "Int64", "day", "day in the log's zone (as recorded where no time is known), since 1970-01-01"),
    Shown("by_day", "bool", "", "whether only the day is known"),
    Shown("first_s", "Int64", "s", "the instant, or the first second of the day in the log's zone, since 1970 (UTC)"),
    Shown("last_s", "Int64", "s", "the instant, or the last second of that day"),
)
"""What stands beside every fact: engines do not agree on how to count with days and instants."""
TIME: Final = ("its day", "its time")
SCORE: Final = (
    Shown("rank", "float64", "", "what orders it: the value, or the place of the grade on its scale, from 0"),
    Shown("is_grade", "bool", "", "whether it is a grade: no mean, and medians are the lower of the two middle ones"),
)


@dataclass
class Reader:
    """Reads the current rows of a kind in order of their days, some at a time."""

    log: Log
    entry: int
    journal: frames.Journal

    def write(self, kind: RecordKind, files: Files) -> None:
        """All rows of a kind, into its table; changes of the dose that are not done into `plans`."""
        shown = (*columns.columns(kind), *_numbered(kind), *FACT, *(SCORE if kind.table == "score" else ()))
        parts = {"doses": "=", "plans": "<>"} if kind.frame == "doses" else {kind.frame: ""}
        for name, sign in parts.items():
            files.add(name, shown, {c.name: [] for c in shown})
            for values in self.batches(
                kind, f"t.status {sign} {self.log.store.code(frames.DONE) or 0}" if sign else ""
            ):
                files.add(name, shown, values)

    def batches(self, kind: RecordKind, where: str = "") -> Iterator[dict[str, Any]]:
        """The rows, `AT_ONCE` at a time, each column by name; by day, patient, time and row.

        Args:
            kind: Which kind.
            where: A further condition on its table `t`.
        """
        there = set(self.log.store.known(kind.table))
        if not there:  # a log of an older version has no such table yet
            return
        names = ["row", "entry", *(["of"] if kind.parent else []), *(c.name for _, c in kind.stored())]
        owner, source = (
            ("p", f"{kind.table} AS t JOIN {kind.parent} AS p ON p.row = t.of")
            if kind.parent
            else ("t", f"{kind.table} AS t")
        )
        stem = KINDS[kind.parent].moment if kind.parent else kind.moment
        known = set(self.log.store.known(kind.parent or kind.table))
        when = [f"{owner}.{stem}_{part}" if f"{stem}_{part}" in known else "NULL" for part in ("on", "at")]
        chosen = ", ".join([*(f"t.{n}" if n in there else "NULL" for n in names), *when])
        current = f"NOT EXISTS (SELECT 1 FROM amendment AS a WHERE a.row = {owner}.row AND a.entry <= ?)"
        more = f" AND {where}" if where else ""
        order = f"{when[0]}, {owner}.patient, {when[1]}, t.row"
        cursor = self.log.store.db.execute(
            f"SELECT {chosen} FROM {source} WHERE t.entry <= ? AND {current}{more} ORDER BY {order}",
            (self.entry, self.entry),
        )
        while rows := cursor.fetchmany(AT_ONCE):
            values: dict[str, Any] = dict(zip([*names, *TIME], map(list, zip(*rows, strict=True)), strict=True))
            yield self._told(kind, values)

    def _told(self, kind: RecordKind, values: dict[str, Any]) -> dict[str, Any]:
        """With codes and texts in words, who wrote each row and when, and its local day and month."""
        codes, written, first = self.log.store.codes(), self.journal.written, self.journal.first
        for _, column in kind.stored():
            if column.role == "code":
                values[column.name] = [codes.get(v) for v in values[column.name]]
            elif column.role == "words":
                values[column.name] = frames.texts(self.log.store, values[column.name])
        if kind.table in frames.NAMING:
            name = frames.NAMING[kind.table]
            values[name] = self.journal.named(kind.table, values[name])
        values["recorded_at"], values["recorded_by"] = (
            list(v) for v in zip(*(written[e] for e in values["entry"]), strict=True)
        )
        values["first_row"] = [first.get(row, row) for row in values["row"]]
        values["first_recorded_at"] = [
            at if row not in first else self.journal.written_at(first[row])
            for row, at in zip(values["row"], values["recorded_at"], strict=True)
        ]
        values |= {c.name: values[c.name.removesuffix("_day") + "_on"] for c in _numbered(kind)}
        values |= _when(values.pop(TIME[0]), values.pop(TIME[1]), self.log.zone)
        if kind.table == "score":
            values |= _ranks(values, self.log)
        return values


def _numbered(kind: RecordKind) -> tuple[Shown, ...]:
    """Each day of a kind once more, as a number: engines differ in what they can do with days."""
    return tuple(
        Shown(f"{f.name.removesuffix('_on')}_day", "Int64", "day", f"{f.name} as days since 1970-01-01")
        for f in kind.fields
        if isinstance(f.value, Day)
    )


def _when(days: list[int | None], times: list[int | None], zone: str) -> dict[str, Any]:
    """The local day and month of facts, and the seconds they surely lie within; missing for facts without a time."""
    if days[0] is None:
        return {c.name: [None] * len(days) if c.name != "local_month" else [""] * len(days) for c in FACT}
    day = np.array(days, dtype="int64")
    unique, of = np.unique(day, return_inverse=True)
    both = [seconds(moments.day_start(pd.Series(_days(unique + n)), zone=zone)) for n in (0, 1)]
    by_day = np.array([at is None for at in times])
    at = np.array([0 if at is None else at for at in times], dtype="int64")
    instants = pd.Series(at.astype("datetime64[s]")).dt.tz_localize("UTC")
    there = moments.local_day(instants, zone=zone).to_numpy().astype("datetime64[D]").astype("int64")
    local = np.where(by_day, day, there)
    return {
        "local_month": local.astype("datetime64[D]").astype("datetime64[M]").astype(str).tolist(),
        "local_day": local, "by_day": by_day, "first_s": np.where(by_day, both[0][of], at),
        "last_s": np.where(by_day, both[1][of] - 1, at),
    }  # fmt: skip


def _days(numbers: Any) -> Any:
    return numbers.astype("datetime64[D]").astype("datetime64[s]")


def _ranks(values: Mapping[str, Any], log: Log) -> dict[str, Any]:
    """The number that orders each score, as `derive.score.ranked` has it."""
    own = pd.DataFrame(
        {"scale": values["scale"], "value": np.array(values["value"], dtype="float64"), "grade": values["grade"]}
    )
    made = ranked(own.astype({"scale": "str", "grade": "str"}), log.scales)
    rank = [None if gone else v for v, gone in zip(made["rank"].tolist(), made["rank"].isna(), strict=True)]
    return {"rank": rank, "is_grade": made["is_grade"].to_numpy()}
