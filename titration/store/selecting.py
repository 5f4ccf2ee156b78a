"""The SELECT of a table's rows as they stood after an entry, and the columns of it that need not be fetched.

A patient's thousands of scores mostly share scale, reporter and body part: SQLite compares such a column where it lies,
in a fifth of the time that it takes to hand every value to Python.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from titration.records import KINDS

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    Query = Callable[..., list[tuple[Any, ...]]]

MANY = 1024
"""From so many rows on it is asked which columns are the same throughout."""
ROUNDS = 4
"""So often is asked again without the columns that turned out to differ; then all are fetched."""


def select(
    table: str, names: Sequence[str], there: Collection[str], asof: int, *, number: int | None, current: bool,
    same: Mapping[str, Any],
) -> tuple[str, list[Any]]:  # fmt: skip
    """The SELECT of rows in order of patient, time and row, and the values of its question marks.

    Args:
        table: Of which kind.
        names: The columns; one that is not in the file reads as missing.
        there: The columns the file has.
        asof: The entry.
        number: The number of the patient's code; every patient when None.
        current: Whether amended rows are left out.
        same: What is known of columns that are the same in all of that patient's rows.
    """
    kind = KINDS[table]
    chosen = ", ".join(f"t.{n}" if n in there else f"NULL AS {n}" for n in names)
    where, values = ["t.entry <= ?"], [asof]
    source, holder, owner = f"{table} AS t", "t.row", "t.patient"
    if kind.parent:
        source += f" JOIN {kind.parent} AS p ON p.row = t.of"
        holder, owner = "t.of", "p.patient"
    if number is not None:
        where.append(f"{owner} = ?")
        values.append(number)
    if same.get("scale") is not None:  # the index goes by patient, scale and time: so it gives the order by time
        where.append("t.scale = ?")
        values.append(same["scale"])
    if current:
        where.append(f"NOT EXISTS (SELECT 1 FROM amendment AS a WHERE a.row = {holder} AND a.entry <= ?)")
        values.append(asof)
    order = [owner]
    if kind.moment:
        order += [f"t.{n}" for n in (f"{kind.moment}_on", f"{kind.moment}_at") if n in there]
    sql = f"SELECT {chosen} FROM {source} WHERE {' AND '.join(where)} ORDER BY {', '.join(order)}, t.row"
    return sql, values


def same_throughout(query: Query, table: str, names: Sequence[str], number: int) -> dict[str, Any]:
    """The columns that hold one value in all rows of a patient, with that value; none are found in few rows.

    Args:
        query: Runs a SELECT.
        table: One with an index of all its columns, so that no row itself is read.
        names: Columns of the file.
        number: The number of the patient's code.
    """
    source = f"FROM {table} WHERE patient = ?"
    if not query(f"SELECT 1 {source} LIMIT 1 OFFSET {MANY - 1}", number):
        return {}
    moment = KINDS[table].moment
    order = ", ".join(f"{n} DESC" for n in ("scale", f"{moment}_on", f"{moment}_at") if n in names)
    chosen = ", ".join(names)
    (first,) = query(f"SELECT {chosen} {source} LIMIT 1", number)
    (last,) = query(f"SELECT {chosen} {source} ORDER BY {order} LIMIT 1", number)
    held = {name: one for name, one, other in zip(names, first, last, strict=True) if one == other}
    for _ in range(ROUNDS):
        if not held:
            break
        differs = " OR ".join(f"{name} IS NOT ?" for name in held)
        found = query(f"SELECT {', '.join(held)} {source} AND ({differs}) LIMIT 1", number, *held.values())
        if not found:
            return held
        held = {name: one for (name, one), other in zip(held.items(), found[0], strict=True) if one == other}
    return {}
