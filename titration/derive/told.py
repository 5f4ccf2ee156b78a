"""How a rule tells what it found: rows of one record, in words; imports `moments`, `units`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from titration import units
from titration.derive import moments

if TYPE_CHECKING:
    from collections.abc import Mapping

FOUND: Final = {
    "rule": "str",
    "patient": "str",
    "on": moments.DAY,
    "record": "str",
    "row": "int64",
    "says": "str",
    "settles": "str",
}
STEMS: Final[Mapping[str, str]] = {
    "dose_change": "effective",
    "refill": "filled",
    "score": "observed",
    "readout": "read",
    "visit": "visited",
    "side_effect": "observed",
    "bolus": "given",
    "oral_dose": "started",
    "event": "started",
}
"""The stem of a record's own time, for those that rules speak of."""


def told(rows: pd.DataFrame, rule: str, record: str, says: pd.Series | str, settles: str) -> pd.DataFrame:
    """Rows of a frame as findings.

    Args:
        rows: Rows of that record's frame; `row`, `patient` and the record's day are read.
        rule: The rule's name.
        record: Table of the record.
        says: What is found, for each row or for all.
        settles: What would settle it.

    Returns:
        DataFrame of `FOUND`, one row for each of `rows`.

    Example:
        >>> rows = pd.DataFrame({"patient": ["P001"], "row": [3], "filled_on": pd.to_datetime(["2026-10-08"])})
        >>> told(rows, "x", "refill", "is odd", "look")["says"].tolist()
        ['is odd']

    Source:
        By definition.
    """
    on = rows[f"{STEMS[record]}_on"] if record in STEMS else pd.Series(pd.NaT, index=rows.index)
    made = {"rule": rule, "patient": rows["patient"], "on": on, "record": record, "row": rows["row"]}
    return pd.DataFrame({**made, "says": says, "settles": settles}, index=rows.index)


def nothing() -> pd.DataFrame:
    """What a rule gives that found nothing: said at once, before any words are made.

    Example:
        >>> len(nothing())
        0

    Source:
        By definition.
    """
    return pd.DataFrame(columns=list(FOUND))


def joined(found: list[pd.DataFrame]) -> pd.DataFrame:
    """What a rule found in several records, as one.

    Args:
        found: What `told` gives for each of them.

    Example:
        >>> len(joined([]))
        0

    Source:
        By definition.
    """
    return pd.concat(found, ignore_index=True) if found else nothing()


def stamped(days: pd.Series) -> pd.Series:
    """Days in print.

    Args:
        days: Days (datetime64).

    Returns:
        Series (str), same index.

    Example:
        >>> stamped(pd.Series(pd.to_datetime(["2026-10-08"]))).tolist()
        ['2026-10-08']

    Source:
        By definition.
    """
    made: pd.Series = days.dt.strftime("%Y-%m-%d").astype("str")
    return made


def spelt(values: pd.Series, unit: str, decimals: int = 3) -> pd.Series:
    """Amounts in print, each different number written once.

    Args:
        values: Numbers.
        unit: Their unit.
        decimals: At most so many decimals.

    Returns:
        Series (str), same index; "not stated" where a number is missing.

    Example:
        >>> spelt(pd.Series([0.5, 500.0]), "mcg/mL").tolist()
        ['0.5 mcg/mL', '500 mcg/mL']

    Source:
        By definition.
    """
    words = {v: f"{units.rounded(float(v), decimals)} {unit}" for v in values.dropna().unique()}
    made: pd.Series = values.map(words).astype("str").fillna("not stated")
    return made


def looked_up(keys: pd.Series, by: pd.Series) -> pd.Series:
    """For each key the value of that index; missing where there is none, also when there is none at all.

    Args:
        keys: What is looked up.
        by: Values by key, each key once.

    Returns:
        Series of the dtype of `by`, indexed as `keys`.

    Example:
        >>> looked_up(pd.Series(["P001"]), pd.Series([1974.0], index=["P001"])).tolist()
        [1974.0]

    Source:
        By definition.
    """
    made: pd.Series = by.reindex(keys.to_numpy())
    return made.set_axis(keys.index)
