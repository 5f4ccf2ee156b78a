"""What a log holds of a patient, as the door compares with it: `entry.asking.Past` out of the store.

Reads no more than is asked for, and each thing once for an entry; the door itself knows no file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from titration import frames, times
from titration.entry.asking import day_of
from titration.records import KINDS, DoseChange, Record, Score, kind_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from titration.store import Store

CURRENT = "NOT EXISTS (SELECT 1 FROM amendment AS a WHERE a.row = t.row)"
STATING = tuple(k.table for k in KINDS.values() if any(f.name == "concentration_mcg_per_ml" for f in k.fields))
"""The kinds of record that state a concentration."""


class Held:
    """What a log holds before an entry; leaves out one row, the one a correction stands in for."""

    def __init__(self, store: Store, *, without: int = 0) -> None:
        self._store, self._without = store, without
        self._told: dict[tuple[Any, ...], Any] = {}

    def _once(self, key: tuple[Any, ...], make: Callable[[], Any]) -> Any:
        if key not in self._told:
            self._told[key] = make()
        return self._told[key]

    def _query(self, table: str, chosen: str, patient: str, more: str = "", *values: Any) -> list[tuple[Any, ...]]:
        """Of the current rows of a patient; nothing where a log of an older version lacks the table."""
        if not self._once(("known", table), lambda: self._store.known(table)):
            return []
        sql = f"SELECT {chosen} FROM {table} AS t WHERE patient = ? AND row <> ? AND {CURRENT}{more}"
        return self._store.query(sql, self._store.code(patient), self._without, *values)

    def _record(self, kind_name: str, row: int) -> Record:
        made: Record = frames.records(self._store, KINDS[kind_name], "row = ?", row)[row]
        return made

    def birth_year(self, patient: str) -> int | None:
        """The year of birth recorded."""
        rows = self._once(("born", patient), lambda: self._query("patient", "birth_year", patient))
        return rows[0][0] if rows else None

    def reservoir_ml(self, patient: str) -> float | None:
        """The reservoir volume of the last pump recorded."""
        order = " AND reservoir_ml > 0 ORDER BY implanted_on DESC, row DESC LIMIT 1"
        rows = self._once(("pump", patient), lambda: self._query("pump", "reservoir_ml", patient, order))
        return rows[0][0] if rows else None

    def strengths(self, patient: str) -> frozenset[float]:
        """Every concentration recorded for this patient."""

        def read() -> frozenset[float]:
            name = "concentration_mcg_per_ml"
            found = (self._query(t, f"DISTINCT {name}", patient, f" AND {name} > 0") for t in STATING)
            return frozenset(row[0] for rows in found for row in rows)

        made: frozenset[float] = self._once(("strengths", patient), read)
        return made

    def before(self, fact: Record) -> Record | None:
        """The last fact of the same kind (done, if it can be planned) before this one."""
        found: Record | None = self._once(("before", fact), lambda: self._last(kind_of(type(fact)).table, fact))
        return found

    def dose_before(self, fact: Record) -> DoseChange | None:
        """The last dose change done by the time of any fact."""
        found = self._once(("dose", fact), lambda: self._last("dose_change", fact))
        assert found is None or isinstance(found, DoseChange)
        return found

    def _last(self, table: str, fact: Record) -> Record | None:
        kind, own, day = KINDS[table], kind_of(type(fact)), day_of(fact)
        assert day is not None  # every kind but a patient has a day
        on, at = f"{kind.moment}_on", f"{kind.moment}_at"
        number = times.day_number(day)
        instant = getattr(fact, f"{own.moment}_at", None)
        seconds = None if instant is None else int(instant.timestamp())
        is_timed = any(f.name == at for f in kind.fields)
        more, values = f" AND {on} <= ?", [number]
        if is_timed and seconds is not None:
            more, values = f" AND ({on} < ? OR ({on} = ? AND coalesce({at}, 0) <= ?))", [number, number, seconds]
        if table == "dose_change":
            more, values = f"{more} AND status = ?", [*values, self._store.code("done") or -1]
        if table in {"oral_dose", "bolus"} and own.table == table:
            name = "drug" if table == "oral_dose" else "bolus"
            more, values = f"{more} AND {name} = ?", [*values, self._store.code(getattr(fact, name)) or -1]
        time = (on, f"coalesce({at}, 0)") if is_timed else (on,)
        order = f" ORDER BY {' DESC, '.join((*time, 'row'))} DESC"

        def found(end: str) -> list[tuple[Any, ...]]:
            return self._query(table, ", ".join(("row", *time)), fact.patient, more + order + end, *values)

        row = frames.newest(self._store, found)
        return None if row is None else self._record(table, row)

    def ahead(self, change: DoseChange) -> dict[int, DoseChange]:
        """The steps the pump was programmed to begin by itself after a change, that nothing carried out, by row."""
        on, at = change.effective_on, change.effective_at
        assert on is not None  # a dose change has a day
        day, seconds = times.day_number(on), 0 if at is None else int(at.timestamp())
        after = " AND (effective_on > ? OR (effective_on = ? AND coalesce(effective_at, 0) > ?)) ORDER BY effective_on"
        values = (self._store.code("programmed") or -1, day, day, seconds)
        rows = self._query("dose_change", "row", change.patient, f" AND status = ?{after}, effective_at, row", *values)
        if not rows:
            return {}
        now = frames.journal(self._store, self._store.head()[0]).now
        carried = self._query("dose_change", "fulfils", change.patient, " AND fulfils IS NOT NULL")
        gone = {now.get(row, row) for (row,) in carried}
        made = {row: self._record("dose_change", row) for (row,) in rows if row not in gone}
        return {row: step for row, step in made.items() if isinstance(step, DoseChange)}

    def later(self, fact: Record) -> date | None:
        """The day of the last fact of the same kind and patient, when it lies after this one's."""
        kind, day = kind_of(type(fact)), day_of(fact)
        more, values = "", list[int]()
        for name, word in (("status", "done"), ("collected", "visit"), ("timing", "observed")):
            if any(f.name == name for f in kind.fields):
                more, values = f"{more} AND {name} = ?", [*values, self._store.code(word) or -1]
        key = ("later", kind.table, fact.patient)
        rows = self._once(key, lambda: self._query(kind.table, f"max({kind.moment}_on)", fact.patient, more, *values))
        newest = rows[0][0] if rows else None
        return times.from_day_number(newest) if newest is not None and day and newest > times.day_number(day) else None

    def same_day(self, fact: Record) -> dict[int, Record]:
        """The facts of the same kind and patient on the same day, by row."""
        kind, day = kind_of(type(fact)), day_of(fact)
        if day is None:
            return {}

        def read() -> dict[int, Record]:
            on = f" AND {kind.moment}_on = ?"
            rows = [row for (row,) in self._query(kind.table, "row", fact.patient, on, times.day_number(day))]
            return {row: self._record(kind.table, row) for row in rows}

        made: dict[int, Record] = self._once(("day", kind.table, fact.patient, day), read)
        return made

    def scales(self, patient: str, before: date) -> frozenset[str]:
        """The scales this patient was scored on before a day."""

        def read() -> frozenset[str]:
            codes = self._store.codes()
            rows = self._query("score", "DISTINCT scale", patient, " AND observed_on < ?", times.day_number(before))
            return frozenset(codes[scale] for (scale,) in rows)

        made: frozenset[str] = self._once(("scales", patient, before), read)
        return made

    def sides(self, score: Score) -> frozenset[str]:
        """The sides recorded for that scale and body part before its day."""
        day = day_of(score)
        assert day is not None  # a score has a day
        numbers = [self._store.code(text or "") or -1 for text in (score.scale, score.body_part)]
        more = " AND scale = ? AND body_part = ? AND side IS NOT NULL AND observed_on < ?"
        codes = self._store.codes()
        rows = self._query("score", "DISTINCT side", score.patient, more, *numbers, times.day_number(day))
        return frozenset(codes[side] for (side,) in rows)

    def answers(self, patient: str, before: date) -> tuple[Score, ...]:
        """The scores collected at the last visit before a day."""

        def read() -> tuple[Score, ...]:
            code, number = self._store.code("visit") or -1, times.day_number(before)
            visit = " AND collected = ? AND observed_on < ?"
            last = self._query("score", "max(observed_on)", patient, visit, code, number)
            if not last or last[0][0] is None:
                return ()
            rows = self._query("score", "row", patient, " AND collected = ? AND observed_on = ?", code, last[0][0])
            made = (self._record("score", row) for (row,) in rows)
            return tuple(s for s in made if isinstance(s, Score))

        made: tuple[Score, ...] = self._once(("answers", patient, before), read)
        return made
