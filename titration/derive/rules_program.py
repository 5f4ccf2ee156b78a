"""Rules about programs and fills: each gives the rows whose record is odd, in words, and what would settle it.

Imports the derivations that find them; judges no dose.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from titration import units
from titration.derive import program, reconcile, segments
from titration.derive.told import looked_up, nothing, spelt, stamped, told

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    Frames = Mapping[str, pd.DataFrame]

MOST_STEPS = 13
"""What a SynchroMed II takes a day; more is told, not refused."""
PRINTOUT = "compare with the printout"
STRENGTH = "concentration_mcg_per_ml"


def _steps(frames: Frames, *, zone: str, until: datetime) -> pd.DataFrame:
    """Programs of more steps a day than a programmer takes."""
    del zone, until
    if frames["dose_steps"].empty:
        return nothing()
    counted = segments.steps_per_day(frames["dose_steps"]).groupby("of")["steps"].max()
    rows = frames["doses"]
    n = looked_up(rows["row"], counted)
    many = n > MOST_STEPS
    says = "the program has " + n[many].astype("Int64").astype("str") + f" steps a day, and {MOST_STEPS} is the most"
    return told(rows[many], "steps", "dose_change", says, PRINTOUT)


def _closure(frames: Frames, *, zone: str, until: datetime) -> pd.DataFrame:
    """Programs whose parts do not make the daily dose or the flow they state."""
    del zone, until
    lines = program.closure(frames["doses"], frames["dose_steps"], frames["timed_boluses"])
    if lines["fits"].all():
        return nothing()
    off = lines[~lines["fits"]].drop_duplicates(["row", "what"])
    rows = frames["doses"].merge(off[["row", "what", "computed", "stated", "unit"]], on="row")
    says = (
        "the " + rows["what"] + " stated is " + spelt(rows["stated"], "") + rows["unit"]
        + ", and its parts make " + spelt(rows["computed"], "") + rows["unit"]
    )  # fmt: skip
    return told(rows, "closure", "dose_change", says, f"{PRINTOUT}; correct the part that was typed wrong")


def _overdue(frames: Frames, *, zone: str, until: datetime) -> pd.DataFrame:
    """Planned changes whose day has passed and that nothing fulfils."""
    rows = reconcile.overdue_plans(frames, at=until, zone=zone).rename(columns={"due_on": "effective_on"})
    if rows.empty:
        return nothing()
    says = "planned for " + stamped(rows["effective_on"]) + ", and no change says that it fulfils it"
    settles = "record the change and that it fulfils this row, or complete the plan: its status is cancelled"
    return told(rows, "overdue-plan", "dose_change", says, settles)


def _unexplained(frames: Frames, *, zone: str, until: datetime) -> pd.DataFrame:
    """Readouts unlike the program on record."""
    made = reconcile.unexplained(frames, zone=zone, until=until)
    if made.empty:
        return nothing()
    rows = frames["readouts"].merge(made[["readout_row", "differs"]].rename(columns={"readout_row": "row"}), on="row")
    says = "the readout is unlike the program on record: " + rows["differs"]
    return told(rows, "unexplained", "readout", says, "record the change that was left out, or correct the readout")


def _no_concentration(frames: Frames, *, zone: str, until: datetime) -> pd.DataFrame:
    """Refills that state no concentration."""
    del zone, until
    rows = frames["refills"]
    rows = rows[rows[STRENGTH].isna()]
    return told(rows, "refill-no-concentration", "refill", "the refill states no concentration", "complete the refill")


def _before(left: pd.DataFrame, right: pd.DataFrame, on: str, other: str) -> pd.DataFrame:
    """For each row of `left` that states a strength the last row of `right` of that patient by that day that states one."""
    kept = right[["patient", other, "row", "first_row", STRENGTH]].dropna(subset=[STRENGTH])
    kept = kept.sort_values([other, "first_row"], kind="stable").drop(columns="first_row")
    kept = kept.rename(columns={"row": "of", STRENGTH: "strength"})
    ordered = left[["patient", on, "row", "first_row", STRENGTH]].dropna(subset=[STRENGTH])
    ordered = ordered.sort_values([on, "first_row"], kind="stable")
    return pd.merge_asof(ordered, kept, left_on=on, right_on=other, by="patient", direction="backward")


def _program_strength(frames: Frames, *, zone: str, until: datetime) -> pd.DataFrame:
    """Programs whose concentration is not that of the last refill."""
    del zone, until
    made = _before(frames["doses"], frames["refills"], "effective_on", "filled_on")
    rows = made[made["strength"].notna() & ((made["strength"] - made[STRENGTH]).abs() > 1e-6 * made["strength"])]
    if rows.empty:
        return nothing()
    says = (
        "the program states " + spelt(rows[STRENGTH], "mcg/mL") + ", and the refill of " + stamped(rows["filled_on"])
        + " " + spelt(rows["strength"], "mcg/mL")
    )  # fmt: skip
    return told(
        rows, "program-strength", "dose_change", says, f"{PRINTOUT}; one of the two, or a refill is not recorded"
    )


def _refill_strength(frames: Frames, *, zone: str, until: datetime) -> pd.DataFrame:
    """Refills whose concentration is not that of the program on that day."""
    del zone, until
    made = _before(frames["refills"], frames["doses"], "filled_on", "effective_on")
    rows = made[made["strength"].notna() & ((made["strength"] - made[STRENGTH]).abs() > 1e-6 * made["strength"])]
    if rows.empty:
        return nothing()
    says = (
        "filled with " + spelt(rows[STRENGTH], "mcg/mL") + ", and the program of " + stamped(rows["effective_on"])
        + " states " + spelt(rows["strength"], "mcg/mL")
    )  # fmt: skip
    return told(rows, "refill-strength", "refill", says, f"{PRINTOUT}; one of the two, or a change is not recorded")


def _order(frames: Frames, *, zone: str, until: datetime) -> pd.DataFrame:
    """Dose changes known by their day alone, beside another of that day."""
    del zone, until
    rows = frames["doses"]
    many = rows.duplicated(["patient", "effective_on"], keep=False)
    rows = rows[many & rows["effective_at"].isna()]
    if rows.empty:
        return nothing()
    says = (
        "known by its day alone, and another change of "
        + stamped(rows["effective_on"])
        + " is recorded: which came first is not known"
    )
    return told(rows, "order", "dose_change", says, "complete the time, or retract the one that was not made")


def _before_implant(frames: Frames, *, zone: str, until: datetime) -> pd.DataFrame:
    """Programs before the first pump recorded."""
    del zone, until
    rows = frames["doses"]
    first = looked_up(rows["patient"], frames["pumps"].groupby("patient")["implanted_on"].min())
    early = (rows["effective_on"] < first) & (rows["timing"] == "observed")
    if not early.any():
        return nothing()
    says = "lies before the first implant recorded, " + stamped(first[early])
    return told(rows[early], "before-implant", "dose_change", says, "check both dates, or record the earlier pump")


def _dose_outlies(frames: Frames, *, zone: str, until: datetime) -> pd.DataFrame:
    """Doses a factor of five or more from both the one before and the one after: there and back, as a slip goes."""
    del zone, until
    rows = frames["doses"]
    rows = rows[["patient", "effective_on", "effective_at", "row", "first_row", "dose_mcg_per_day", "mode"]]
    rows = rows[(rows["dose_mcg_per_day"] > 0) & ~rows["mode"].isin(["stopped", "minimum rate"])]
    rows = rows.sort_values(["patient", "effective_on", "effective_at", "first_row"], kind="stable")
    by = rows.groupby("patient")["dose_mcg_per_day"]
    before, after, own = by.shift(1), by.shift(-1), rows["dose_mcg_per_day"]
    up = (own / before >= FACTOR) & (own / after >= FACTOR)
    down = (before / own >= FACTOR) & (after / own >= FACTOR)
    odd = up | down
    if not odd.any():
        return nothing()
    says = (
        spelt(own[odd], units.MCG_PER_DAY.name) + " stands between " + spelt(before[odd], units.MCG_PER_DAY.name)
        + " and " + spelt(after[odd], units.MCG_PER_DAY.name)
    )  # fmt: skip
    return told(rows[odd], "dose-there-and-back", "dose_change", says, f"{PRINTOUT} of that day")


FACTOR: Final = 5.0
RULES: Final = (
    _steps, _closure, _overdue, _unexplained, _no_concentration, _program_strength, _refill_strength, _order, _before_implant,
    _dose_outlies,
)  # fmt: skip
