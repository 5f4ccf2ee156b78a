"""Who the patients of a log are, as the first table of a paper: counts and quartiles, small cells as they are.

Imports `therapy`. It describes one group; it compares no groups and tests nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from titration.cohort.therapy import therapies
from titration.derive import moments

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

AGES: Final = ((18, "under 18"), (40, "18 to 39"), (65, "40 to 64"), (200, "65 and over"))
NOT_STATED: Final = "not stated"
TABLE = {
    "item": "str",
    "level": "str",
    "n": "int64",
    "of": "int64",
    "median": "float64",
    "q1": "float64",
    "q3": "float64",
    "low": "float64",
    "high": "float64",
    "unit": "str",
}


def table_one(frames: Mapping[str, pd.DataFrame], *, zone: str, until: datetime) -> pd.DataFrame:
    """The patients of a log in counts, and their time on therapy and doses in quartiles.

    Args:
        frames: Frames by name, of many patients.
        zone: IANA name.
        until: Last instant of the record that is taken, with an offset.

    Returns:
        One row per item and level: item, level (str), n (int64: patients), of (int64: all patients it was
        counted in), median, q1, q3, low, high (float64, in `unit`; missing for counts), unit (str; missing for
        counts). A fact that is not stated is a level of its own. Doses are the last recorded programmed ones, by mode.

    Raises:
        ValueError: `until` has no offset.

    Example:
        >>> made = table_one(demo_log.cohort().frames, zone="Europe/London", until=demo_log.cohort().asof_at)
        >>> made["item"].iloc[0], made["item"].iloc[-1]
        ('patients', 'last recorded programmed dose')

    Source:
        By definition; age is the year of `until` less the year of birth. Quartiles in a straight line between
        neighbours (Hyndman & Fan 1996, type 7, doi:10.1080/00031305.1996.10473566).
    """
    given = therapies(frames, zone=zone, until=until)
    year = moments.instant(until).tz_convert(zone).year
    age = year - given["birth_year"].astype("float64")
    bands = np.select([(age < top).to_numpy() for top, _ in AGES], [name for _, name in AGES], default="")
    began = given["began_at"].notna()
    going = given["is_ongoing"]
    state = np.select(
        [given["is_assigned"], going & began, began], ["times assigned, not observed", "on therapy", "ended"],
        default="no implant or program on record",
    )  # fmt: skip

    parts = [
        pd.DataFrame({"item": ["patients"], "level": ["all"], "n": [len(given)], "of": [len(given)]}),
        _counted("therapy", pd.Series(state, index=given.index, dtype="str")),
        _counted("age", pd.Series(bands, index=given.index, dtype="str").mask(bands == ""), [n for _, n in AGES]),
        _counted("sex", given["sex"]),
        _counted("diagnosis", given["diagnosis"]),
        _counted("origin of spasticity", given["origin"]),
        _counted("mode in force", given.loc[going & given["mode"].notna(), "mode"]),
        _spread("time on therapy", "all", given["years_on_therapy"], "years"),
        _spread("last recorded programmed dose", "all", given["dose_mcg_per_day"], "mcg/day"),
        *(
            _spread("last recorded programmed dose", str(mode), own, "mcg/day")
            for mode, own in given.groupby("mode")["dose_mcg_per_day"]
        ),
    ]
    return moments.typed(pd.concat([part for part in parts if len(part)], ignore_index=True), TABLE)


def _counted(item: str, values: pd.Series, order: list[str] | None = None) -> pd.DataFrame:
    """How many patients have each level, in the order given or of the alphabet; those not stated last."""
    counts = values.dropna().value_counts()
    levels = [level for level in order if level in counts.index] if order else sorted(counts.index)
    rows = {"item": item, "level": levels, "n": [int(counts[level]) for level in levels], "of": len(values)}
    made = pd.DataFrame(rows)
    missing = int(values.isna().sum())
    if not missing:
        return made
    last = pd.DataFrame({"item": [item], "level": [NOT_STATED], "n": [missing], "of": [len(values)]})
    return pd.concat([made, last], ignore_index=True) if len(made) else last


def _spread(item: str, level: str, values: pd.Series, unit: str) -> pd.DataFrame:
    known = values.dropna()
    low, q1, median, q3, high = (known.quantile(share) for share in (0, 0.25, 0.5, 0.75, 1))
    return pd.DataFrame(
        {"item": [item], "level": [level], "n": [len(known)], "of": [len(values)], "median": [median], "q1": [q1],
         "q3": [q3], "low": [low], "high": [high], "unit": [unit]}
    )  # fmt: skip
