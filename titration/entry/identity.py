"""Whether a fact out of a file is already in the log: by the key of its kind and how often that key occurs.

Frames in, places out; column-wise, so that a file of a million rows is compared in seconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from titration.entry import bulk
from titration.errors import FrameError
from titration.fields import Instant, offset_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from titration.records import RecordKind

    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Difference:
    """A fact the log already holds with another value.

    Attributes:
        place: The place in the new frame, from 0.
        row: The row of the log that bears the same key.
        field: What differs.
        old: As the log has it; None when it is missing there.
        new: As the file has it; None when it is missing there.
    """

    place: int
    row: int
    field: str
    old: Any
    new: Any


@dataclass(frozen=True, eq=False)
class Compared:
    """Each new fact is exactly one of three.

    Attributes:
        is_new: The log holds no fact of that key.
        is_known: The log holds, or has held, this very fact.
        is_different: The log holds a fact of that key with other values; never silently replaced.
        differences: What differs, one for each field.
    """

    is_new: Bools
    is_known: Bools
    is_different: Bools
    differences: tuple[Difference, ...]


def compare(kind: RecordKind, new: pd.DataFrame, existing: pd.DataFrame, key: Sequence[str]) -> Compared:
    """Which of the new facts the log holds already.

    Two facts are the same one when their key fields agree and they are the same occurrence of that key,
    counted in the order of the frames. Rows of the log that replaced one another are one lineage: a file
    imported again after a correction is known by any of them.

    Args:
        kind: Which record.
        new: Facts as `bulk.fit` gives them.
        existing: The log's facts of that kind, with the columns of the contract, and `row` and `lineage`
            (the row of the first of those that replaced one another); amended rows among them.
        key: The fields that tell two facts apart.

    Returns:
        Three masks over `new`, and the differences.

    Raises:
        FrameError: `existing` lacks `row`, `lineage` or a column of the contract.

    Example:
        >>> from titration import columns
        >>> from titration.records import KINDS, Patient
        >>> kind = KINDS["patient"]
        >>> held = columns.of_records(kind, [Patient(patient="P001", birth_year=1974)]).assign(lineage=1)
        >>> new = columns.of_records(kind, [Patient(patient="P001", birth_year=1947), Patient(patient="P002")])
        >>> found = compare(kind, new, held, ["patient"])
        >>> found.is_new.tolist(), found.differences[0].field, found.differences[0].old, found.differences[0].new
        ([False, True], 'birth_year', 1974, 1947)
    """
    facts = bulk.contract(kind)
    lacking = [name for name in ("row", "lineage", *facts) if name not in existing.columns]
    if lacking:
        raise FrameError("the facts of the log cannot be compared", missing=lacking)
    n = len(new)
    if existing.empty:
        return Compared(np.ones(n, bool), np.zeros(n, bool), np.zeros(n, bool), ())
    existing = existing.sort_values("row", kind="stable").reset_index(drop=True)
    said = [name for name in facts if name not in _offsets(kind)]
    both = {name: _codes(new[name], existing[name]) for name in said}
    token = bulk.alike([both[name] for name in said if name in key], n + len(existing))[0]
    whole = bulk.alike(list(both.values()), n + len(existing))[0]
    lineages = existing["lineage"].to_numpy(np.int64)
    of = _lineage_of(token[:n], token[n:], lineages, existing["row"].to_numpy(np.int64))
    is_known = (of > 0) & _pairs(of, whole[:n]).isin(_pairs(lineages, whole[n:]))
    spare = ~np.isin(lineages, of)  # corrected in the log and in the file alike: no longer under its first key
    lone = np.flatnonzero(of == 0)
    again = _pairs(whole[:n][lone], _nth(whole[:n][lone])).isin(_pairs(whole[n:][spare], _nth(whole[n:][spare])))
    is_known[lone[again]] = True
    is_different = (of > 0) & ~is_known
    told = _differences(new, existing, np.where(is_different, of, 0), both)
    return Compared((of == 0) & ~is_known, is_known, is_different, told)


def repeated(kind: RecordKind, frame: pd.DataFrame) -> Bools:
    """For each fact whether an earlier one of the same frame says the very same.

    Args:
        kind: Which record.
        frame: Facts as `bulk.fit` gives them.

    Example:
        >>> from titration import columns
        >>> from titration.records import KINDS, Patient
        >>> twice = columns.of_records(KINDS["patient"], [Patient(patient="P001"), Patient(patient="P001")])
        >>> repeated(KINDS["patient"], twice).tolist()
        [False, True]
    """
    first = ["patient", *(f"{kind.moment}{ending}" for ending in ("_on", "_at"))]
    near = frame.duplicated([name for name in first if name in frame], keep=False).to_numpy()
    made = np.zeros(len(frame), bool)
    if near.any():  # only those of one patient and time can be the same in all
        some = frame[near]
        codes = [pd.factorize(some[name].array)[0].astype(np.int64) for name in bulk.contract(kind)]
        made[near] = _nth(bulk.alike(codes, len(some))[0]) > 0
    return made


def _offsets(kind: RecordKind) -> set[str]:
    """The offsets, which tell no two facts apart: the instant and the day do."""
    return {offset_name(f.name) for f in kind.fields if isinstance(f.value, Instant)}


def _codes(new: pd.Series[Any], existing: pd.Series[Any]) -> Ints:
    """A number for each value of both, alike for alike values; missing is -1."""
    codes: Ints = pd.factorize(pd.concat([new, existing], ignore_index=True).array)[0].astype(np.int64)
    return codes


def _nth(token: Ints) -> Ints:
    """For each row how many before it have the same token."""
    counted: Ints = pd.Series(token).groupby(token).cumcount().to_numpy().astype(np.int64)
    return counted


def _pairs(first: Ints, second: Ints) -> pd.MultiIndex:
    return pd.MultiIndex.from_arrays([first, second])


def _lineage_of(new: Ints, held: Ints, lineages: Ints, rows: Ints) -> Ints:
    """The lineage whose first row has that key and is that occurrence of it; 0 where there is none."""
    is_first = lineages == rows
    places = _pairs(held[is_first], _nth(held[is_first])).get_indexer(_pairs(new, _nth(new)))
    found: Ints = np.append(rows[is_first], 0)[places]
    return found


def _differences(new: pd.DataFrame, existing: pd.DataFrame, of: Ints, both: dict[str, Ints]) -> tuple[Difference, ...]:
    """What differs from the newest row of the lineage."""
    newest = dict(zip(existing["lineage"].tolist(), range(len(existing)), strict=True))
    found = []
    for place in np.flatnonzero(of).tolist():
        held = newest[int(of[place])]
        for name, codes in both.items():
            if codes[place] != codes[len(new) + held]:
                old, now = _plain(existing[name].iloc[held]), _plain(new[name].iloc[place])
                found.append(Difference(place, int(existing["row"].iloc[held]), name, old, now))
    return tuple(found)


def _plain(value: Any) -> Any:
    return None if pd.isna(value) else value.item() if isinstance(value, np.generic) else value
