"""Records and frames on their way into the store: the columns it takes, one kind at a time.

Knows the declarations and what the store takes; knows nothing of what a number means.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from titration.records import KINDS, Record, RecordKind, kind_of
from titration.store import Batch, Coded

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from titration.fields import Stored

_NAT = -(2**63)  # how numpy writes "no time" as a number


def batches(facts: Iterable[Record]) -> list[tuple[RecordKind, list[int], Batch]]:
    """Records as the store takes them: kind, their places in what was given, their columns."""
    grouped: dict[str, list[tuple[int, Record]]] = {}
    for place, made in enumerate(facts):
        grouped.setdefault(kind_of(type(made)).table, []).append((place, made))
    order = [table for table in ("patient", *KINDS) if table in grouped]
    return [
        (KINDS[table], [place for place, _ in grouped[table]], _batch(KINDS[table], [r for _, r in grouped[table]]))
        for table in dict.fromkeys(order)
    ]


def _batch(kind: RecordKind, facts: Sequence[Record]) -> Batch:
    values: dict[str, list[Any]] = {c.name: [] for _, c in kind.stored()}
    for made in facts:
        for f in kind.fields:
            kept = f.value.keep(getattr(made, f.name))
            for column, value in zip(f.value.stored(f.name), kept, strict=True):
                values[column.name].append(value)
    return Batch(kind.table, values)


def child_batches(kind: RecordKind, facts: Sequence[Record], rows: Sequence[int]) -> list[Batch]:
    """The children of records that have their rows."""
    made = []
    for child in kind.children:
        of = [(row, c) for row, r in zip(rows, facts, strict=True) for c in getattr(r, child.name)]
        if of:
            batch = _batch(kind_of(child.value.record), [c for _, c in of])  # type: ignore[attr-defined]  # Children has it
            made.append(Batch(batch.table, batch.columns, [row for row, _ in of]))
    return made


def batch_of(
    kind: RecordKind, frame: pd.DataFrame, of: Sequence[int] | None = None, order: NDArray[np.int64] | None = None
) -> Batch:
    """A frame in contract dtypes as the store takes it.

    Args:
        kind: Which kind.
        frame: `columns.columns(kind)` without the bookkeeping columns.
        of: For children, the row each belongs to.
        order: The places of the facts in the order in which they are to be stored; the frame's own when None.
    """
    kept = {c.name: _kept(frame[c.name], c, order) for _, c in kind.stored()}
    return Batch(kind.table, {name: given for name, given in kept.items() if given is not None}, of)


def _kept(series: pd.Series[Any], column: Stored, order: NDArray[np.int64] | None) -> Any:
    """A column as the store takes it; None when it is missing throughout."""
    if column.role == "code":
        places, texts = series.factorize()
        return None if not len(texts) else Coded(texts.tolist(), places if order is None else places[order])
    if column.role == "words":
        given = plain(series)
        if given.count(None) == len(given):
            return None
        return given if order is None else [given[place] for place in order.tolist()]
    made = numbers(series)
    if bool(series.isna().all()):
        return None
    return made if order is None else made[order]


def plain(series: pd.Series) -> list[Any]:
    """A column as Python's own values; missing is None, a day its number, a time its UTC second.

    Args:
        series: A column in a contract dtype.

    Example:
        >>> import pandas as pd
        >>> plain(pd.Series(["1970-01-02", None], dtype="datetime64[s]"))
        [1, None]
    """
    if str(series.dtype) == "str":
        missing, values = series.isna().to_numpy(), series
    else:
        made = numbers(series)
        missing, values = made != made, made  # noqa: PLR0124 - NaN is not itself, and None is
    if missing.all():
        return [None] * len(series)
    if not missing.any():
        return list(values.tolist())
    return [None if gone else v for v, gone in zip(values.tolist(), missing.tolist(), strict=True)]


def numbers(series: pd.Series) -> Any:
    """A column of numbers, days or times as an array: of whole numbers, with None where some are missing; or of floats.

    Args:
        series: A column in a contract dtype that is not text.

    Example:
        >>> import pandas as pd
        >>> numbers(pd.Series(["1970-01-02", None], dtype="datetime64[s]")).tolist()
        [1, None]
    """
    dtype = str(series.dtype)
    if dtype == "float64":
        return series.to_numpy()
    if dtype.startswith("datetime64"):
        step = "datetime64[D]" if dtype == "datetime64[s]" else "datetime64[s]"
        bare = series.dt.tz_localize(None) if "UTC" in dtype else series
        made = bare.to_numpy().astype(step).astype("int64")
        missing = made == _NAT
    else:
        missing = series.isna().to_numpy()
        made = series.fillna(0).to_numpy("int64") if dtype == "Int64" else series.to_numpy()
    if missing.any():
        made = made.astype(object)
        made[missing] = None
    return made
