"""Rules about the record as a whole: entered twice, written long after, before birth, after the end, without a state."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from titration import columns
from titration.derive import alike, moments
from titration.derive.told import STEMS, joined, looked_up, nothing, stamped, told
from titration.fields import Words
from titration.records import KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    Frames = Mapping[str, pd.DataFrame]

LATE_DAYS = 14
"""A program or refill written so long after its day is told: a back-log, or a slip in the date."""


def _facts(table: str) -> list[str]:
    """The columns in which two facts that say the same agree: all but words and bookkeeping."""
    words = {f.name for f in KINDS[table].fields if isinstance(f.value, Words)}
    return [c.name for c in columns.columns(KINDS[table]) if c.name not in columns.BOOKKEEPING | words]


def _twice(frames: Frames, *, zone: str, until: datetime) -> pd.DataFrame:
    """Facts that say the very same as an earlier row."""
    del zone, until
    found = []
    for table in STEMS:
        rows = frames[KINDS[table].frame]
        facts = _facts(table)
        about = [name for name in ("patient", "scale", f"{STEMS[table]}_on", "side") if name in facts]
        near = alike.repeated(rows, about)  # few, and to compare every fact of all is dear
        if not near.any():
            continue
        rows = rows[near]
        rows = rows[rows.duplicated(facts, keep=False)].sort_values("first_row", kind="stable")
        if rows.empty:
            continue
        first = rows.groupby(facts, dropna=False, sort=False)["row"].transform("first")
        again = rows[first != rows["row"]]
        says = "says the same as row " + first[first != rows["row"]].astype("str")
        found.append(told(again, "twice", table, says, "retract one of the two, or close this if it happened twice"))
    return joined(found)


def _written_late(frames: Frames, *, zone: str, until: datetime) -> pd.DataFrame:
    """Programs, refills, readouts and visits written two weeks or more after their day."""
    del until
    found = []
    for table in ("dose_change", "refill", "readout", "visit"):
        rows, day = frames[KINDS[table].frame], f"{STEMS[table]}_on"
        if "timing" in rows:
            rows = rows[rows["timing"] == "observed"]
        days = (moments.local_day(rows["first_recorded_at"], zone=zone) - rows[day]).dt.days
        if not (days >= LATE_DAYS).any():
            continue
        late = rows.assign(days=days)[days >= LATE_DAYS]
        late = late.sort_values("first_row", kind="stable").drop_duplicates(["patient", "entry"])
        says = "written " + late["days"].astype("str") + " days after its day, " + stamped(late[day])
        found.append(told(late, "written-late", table, says, "check the date; if it is right, close this"))
    return joined(found)


def _before_birth(frames: Frames, *, zone: str, until: datetime) -> pd.DataFrame:
    """Facts of a day before the year of birth."""
    del zone, until
    born = frames["patients"].drop_duplicates("patient").set_index("patient")["birth_year"].dropna()
    if born.empty:
        return nothing()
    found = []
    for table, stem in STEMS.items():
        rows = frames[KINDS[table].frame]
        if rows.empty or not rows[f"{stem}_on"].min().year < born.max():
            continue
        year = looked_up(rows["patient"], born).astype("Int64")
        early = (rows[f"{stem}_on"].dt.year < year).fillna(value=False).astype("bool")
        first = rows[early].drop_duplicates("patient")
        says = "lies before the year of birth recorded, " + year[first.index].astype("str")
        found.append(told(first, "before-birth", table, says, "correct the date or the year of birth"))
    return joined(found)


def _after_end(frames: Frames, *, zone: str, until: datetime) -> pd.DataFrame:
    """Facts of a day after the one on which the patient's death is noted."""
    del zone, until
    states = frames["patient_states"]
    died = states[states["following"] == "died"]
    if died.empty:
        return nothing()
    ended = died.groupby("patient")["noted_on"].min()
    found = []
    for table, stem in STEMS.items():
        rows = frames[KINDS[table].frame]
        day = looked_up(rows["patient"], ended)
        first = rows[rows[f"{stem}_on"] > day].drop_duplicates("patient")
        if first.empty:
            continue
        says = "lies after the death noted on " + stamped(pd.to_datetime(day[first.index]))
        found.append(told(first, "after-end", table, says, "check the patient and the date"))
    return joined(found)


def _no_state(frames: Frames, *, zone: str, until: datetime) -> pd.DataFrame:
    """Patients with a program and no state on record."""
    del zone, until
    rows = frames["patients"]
    rows = rows[
        rows["patient"].isin(frames["doses"]["patient"].unique())
        & ~rows["patient"].isin(frames["patient_states"]["patient"].unique())
    ]
    return told(
        rows, "no-state", "patient", "has a program, and neither diagnosis nor following is recorded", "add a state"
    )


def _names_nothing(frames: Frames, *, zone: str, until: datetime) -> pd.DataFrame:
    """Facts that name the row of a plan or a goal that does not stand, or not for this patient."""
    del zone, until
    found = []
    for table, name, of, word in NAMED:
        wanted = ["patient", "row", f"{KINDS[table].moment}_on", name]
        naming = [frames[one][wanted][frames[one][name].notna()] for one in of]
        rows = pd.concat(naming, ignore_index=True)
        if rows.empty:
            continue
        there = pd.MultiIndex.from_frame(frames[word + "s"][["patient", "row"]])
        lost = rows[~pd.MultiIndex.from_frame(rows[["patient", name]].astype({name: "int64"})).isin(there)]
        says = f"names the {word} in row " + lost[name].astype("str") + f", and no {word} of this patient stands there"
        settles = f"was that {word} entered in error, or moved? correct the row named, or retract this with it"
        made = told(lost, "names-nothing", table, says, settles)
        found.append(made.assign(on=lost[f"{KINDS[table].moment}_on"]))
    return joined(found)


NAMED: Final = (
    ("dose_change", "fulfils", ("doses", "plans"), "plan"),
    ("goal_rating", "goal", ("goal_ratings",), "goal"),
)
RULES: Final = (_twice, _written_late, _before_birth, _after_end, _no_state, _names_nothing)
