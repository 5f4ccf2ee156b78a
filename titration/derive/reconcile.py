"""What the record says the pump runs, beside what a readout found: confirmed, or unexplained.

Imports `moments`, `found`, `runs`. Programmed steps begin by themselves; a plan never counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from titration.derive import found, moments, runs
from titration.derive.kept import once

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

CONFIRMATIONS = {
    "patient": "str",
    "confirmed_at": moments.INSTANT,
    "by_day": "bool",
    "record": "str",
    "row": "int64",
    "says": "str",
    "differs": "str",
    **found.PROGRAM,
}
UNEXPLAINED = {
    "patient": "str",
    "start": moments.INSTANT,
    "start_by_day": "bool",
    "end": moments.INSTANT,
    "end_by_day": "bool",
    "days": "float64",
    "from_record": "str",
    "from_row": "int64",
    "against_record": "str",
    "against_row": "int64",
    "readout_row": "int64",
    "differs": "str",
    **{f"against_{name}": dtype for name, dtype in found.PROGRAM.items()},
    **{f"found_{name}": dtype for name, dtype in found.PROGRAM.items()},
}
OVERDUE = {
    "patient": "str",
    "row": "int64",
    "due_at": moments.INSTANT,
    "due_on": moments.DAY,
    "by_day": "bool",
    "days": "int64",
    "dose_mcg_per_day": "float64",
    "mode": "str",
}


def on_record(frames: Mapping[str, pd.DataFrame], *, zone: str) -> pd.DataFrame:
    """The programs on record: changes done, and programmed steps the pump begins by itself.

    A programmed step is left out only when a change that carries it out took effect on its day or
    before; carried out later it ran from its own time until then. What is planned is never in it.

    Args:
        frames: Frames by name; `doses` and `plans` are read.
        zone: IANA name; places a day without a time.

    Returns:
        Rows with the columns of `doses`, by patient, time and row.

    Example:
        >>> from titration.columns import of_records
        >>> from titration.records import KINDS, DoseChange
        >>> kind = KINDS["dose_change"]
        >>> said = {"mode": "simple continuous", "dose_mcg_per_day": 105, "status": "programmed"}
        >>> step = DoseChange(patient="P001", effective_on="2026-11-03", **said)
        >>> on_record({"doses": of_records(kind, []), "plans": of_records(kind, [step])}, zone="UTC")["status"].tolist()
        ['programmed']

    Source:
        By definition.
    """
    return once(frames, _on_record, zone=zone)


def _on_record(frames: Mapping[str, pd.DataFrame], *, zone: str) -> pd.DataFrame:
    return moments.in_order(_programs(frames), "effective", zone=zone).drop(columns=["moment", "by_day"])


def _programs(frames: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """What `on_record` gives, in no order."""
    doses, plans = frames["doses"], frames["plans"]
    ahead = plans[plans["status"] == "programmed"]
    if ahead.empty:
        return doses
    carried_on = _carried_on(frames, ahead)
    ahead = ahead[~(carried_on <= ahead["effective_on"])]
    return doses if ahead.empty else pd.concat([doses, ahead], ignore_index=True)


def _carried_on(frames: Mapping[str, pd.DataFrame], plans: pd.DataFrame) -> pd.Series:
    """The first day on which a change of the same patient carried each plan out; missing where none did."""
    named = ["patient", "fulfils", "effective_on"]
    found = [frames[name].loc[frames[name]["fulfils"].notna(), named] for name in ("doses", "plans")]
    carrying = pd.concat(found, ignore_index=True).astype({"fulfils": "int64"})
    if carrying.empty:
        return pd.Series(pd.NaT, index=plans.index, dtype=moments.DAY)
    carrying = carrying.rename(columns={"fulfils": "row", "effective_on": "carried_on"})
    first = carrying.groupby(["patient", "row"], as_index=False)["carried_on"].min()
    met = plans[["patient", "row"]].merge(first, on=["patient", "row"], how="left")
    return met["carried_on"].astype(moments.DAY).set_axis(plans.index)


def planned(frames: Mapping[str, pd.DataFrame], *, zone: str) -> pd.DataFrame:
    """Planned changes that nothing carries out, whether their time has come or not.

    Args:
        frames: Frames by name; `doses` and `plans` are read.
        zone: IANA name; places a day without a time.

    Returns:
        Rows with the columns of `plans`, and moment (datetime64[us, UTC]), by_day (bool), by patient, time and row.

    Example:
        >>> from titration.columns import columns, frame
        >>> from titration.records import KINDS
        >>> none = frame(columns(KINDS["dose_change"]), {})
        >>> planned({"doses": none, "plans": none}, zone="UTC").empty
        True

    Source:
        By definition.
    """
    return once(frames, _planned, zone=zone)


def _planned(frames: Mapping[str, pd.DataFrame], *, zone: str) -> pd.DataFrame:
    plans = frames["plans"]
    waiting = plans if plans.empty else plans[(plans["status"] == "planned") & _carried_on(frames, plans).isna()]
    return moments.in_order(waiting, "effective", zone=zone)


def confirmations(frames: Mapping[str, pd.DataFrame], *, zone: str, until: datetime | None = None) -> pd.DataFrame:
    """Every time the program was known: set by a change that was done, or found by a readout.

    A readout confirms when the daily dose it found agrees with the program then on record (within printed
    rounding, see `agreed.same_dose`), and mode and concentration do where they were read. One that
    does not agree is the program as found, and the time before it is `unexplained`.

    Args:
        frames: Frames by name; `doses`, `plans`, `readouts`, `patient_states` are read.
        zone: IANA name.
        until: Leaves out what is dated later.

    Returns:
        By patient and time: patient (str), confirmed_at (datetime64[us, UTC]), by_day (bool: only the day is
        known), record (str: dose_change or readout), row (int64), says (str: "set", "as recorded",
        "not as recorded", "nothing on record before"), differs (str), dose_mcg_per_day (float64, mcg/day),
        mode (str), concentration_mcg_per_ml (float64, mcg/mL): the program as set or found.

    Example:
        >>> confirmations(demo_log.chart("P010").frames, zone="Europe/London")["says"].iloc[0]
        'set'

    Source:
        By definition.
    """
    return once(frames, _confirmations, zone=zone, until=until)


def _confirmations(frames: Mapping[str, pd.DataFrame], *, zone: str, until: datetime | None) -> pd.DataFrame:
    known = sequence(frames, zone=zone)
    confirms = known["says"].isin(found.CONFIRMING).to_numpy()
    if until is not None:
        confirms = confirms & (runs.naive(known["start"]) <= moments.instant(until).to_datetime64())
    return moments.typed(known.rename(columns={"start": "confirmed_at"}), CONFIRMATIONS, np.flatnonzero(confirms))


def sequence(frames: Mapping[str, pd.DataFrame], *, zone: str, until: datetime | None = None) -> pd.DataFrame:
    """Every program on record and every readout that says something of it, in order; see `found.sequence`.

    Args:
        frames: Frames by name; `doses`, `plans`, `readouts`, `patient_states` are read.
        zone: IANA name.
        until: Leaves out what is dated later.

    Returns:
        The columns of `found.sequence`.

    Example:
        >>> sequence(demo_log.chart("P010").frames, zone="Europe/London")["says"].tolist().count("not as recorded")
        1

    Source:
        By definition.
    """
    made = once(frames, _in_sequence, zone=zone)
    return made if until is None else made[made["start"] <= moments.instant(until)]


def _in_sequence(frames: Mapping[str, pd.DataFrame], *, zone: str) -> pd.DataFrame:
    return found.sequence(
        _programs(frames), frames.get("readouts"), zone=zone, patient_states=frames.get("patient_states")
    )


def unexplained(frames: Mapping[str, pd.DataFrame], *, zone: str, until: datetime | None = None) -> pd.DataFrame:
    """The intervals that end with a readout unlike the program on record, from the last confirmation on.

    When in between the program changed is not known: dose and totals of those days stay as recorded.

    Args:
        frames: Frames by name; `doses`, `plans`, `readouts`, `patient_states` are read.
        zone: IANA name.
        until: Leaves out what is dated later.

    Returns:
        By patient and time: patient (str), start, end (datetime64[us, UTC]: last confirmation, readout),
        start_by_day, end_by_day (bool), days (float64), from_record (str), from_row (int64: the last confirmation),
        against_record (str), against_row (int64: the program on record), readout_row (int64), differs (str: on
        record, then found), and against_* and found_* of dose_mcg_per_day (float64, mcg/day), mode (str),
        concentration_mcg_per_ml (float64, mcg/mL).

    Example:
        >>> len(unexplained(demo_log.chart("P010").frames, zone="Europe/London"))
        1

    Source:
        By definition.
    """
    return once(frames, _unexplained, zone=zone, until=until)


def _unexplained(frames: Mapping[str, pd.DataFrame], *, zone: str, until: datetime | None) -> pd.DataFrame:
    made = sequence(frames, zone=zone, until=until)
    at = np.flatnonzero(made["says"].array == found.OTHER)
    if not len(at):
        return moments.typed(pd.DataFrame(columns=list(UNEXPLAINED)), UNEXPLAINED)
    is_first = runs.begins(made["patient"])
    patient, confirms = np.cumsum(is_first), made["says"].isin(found.CONFIRMING).to_numpy()
    known = np.where(is_first, -1, np.append([-1], runs.latest(confirms, patient)[:-1]))[at]
    never = known < 0  # never confirmed: from the first program on
    own, last = made.take(at), made.take(np.where(never, np.flatnonzero(is_first)[patient[at] - 1], known))
    start, end = runs.naive(last["start"]), runs.naive(own["start"])
    own = own.assign(
        start=runs.utc(start),
        start_by_day=last["by_day"].to_numpy() & ~never,
        end=runs.utc(end),
        end_by_day=own["by_day"],
        days=(end - start).astype("int64") / 1e6 / 86400,
        from_record=last["record"].array,
        from_row=last["row"].to_numpy(),
        readout_row=own["row"],
        **{f"found_{name}": own[name] for name in found.PROGRAM},
    )
    return moments.typed(own, UNEXPLAINED)


def overdue_plans(frames: Mapping[str, pd.DataFrame], *, at: datetime, zone: str) -> pd.DataFrame:
    """Planned changes whose time has passed and that nothing carries out.

    A plan without a time has passed when its day is over. Steps the pump begins by itself are no plans.

    Args:
        frames: Frames by name; `doses` and `plans` are read.
        at: The instant it is asked for.
        zone: IANA name.

    Returns:
        By patient, time and row: patient (str), row (int64), due_at (datetime64[us, UTC]), due_on (datetime64[s]),
        by_day (bool), days (int64: calendar days since), dose_mcg_per_day (float64, mcg/day), mode (str).

    Raises:
        ValueError: `at` has no offset.

    Example:
        >>> from titration.columns import of_records
        >>> from titration.records import KINDS, DoseChange
        >>> kind = KINDS["dose_change"]
        >>> said = {"mode": "simple continuous", "dose_mcg_per_day": 105, "status": "planned"}
        >>> plan = DoseChange(patient="P001", effective_on="2026-11-03", **said)
        >>> frames = {"doses": of_records(kind, []), "plans": of_records(kind, [plan])}
        >>> overdue_plans(frames, at=pd.Timestamp("2026-11-23T12:00Z"), zone="UTC")["days"].tolist()
        [20]

    Source:
        By definition.
    """
    moment = moments.instant(at)
    placed = planned(frames, zone=zone)
    over = moments.day_start(placed["effective_on"] + pd.Timedelta(days=1), zone=zone)
    passed = placed["moment"].where(~placed["by_day"], over) <= moment
    placed = placed[passed].rename(columns={"moment": "due_at"})
    due_on = moments.local_day(placed["due_at"], zone=zone)
    today = pd.Timestamp(moment.tz_convert(zone).tz_localize(None)).normalize()
    return moments.typed(placed.assign(due_on=due_on, days=(today - due_on).dt.days.astype(np.int64)), OVERDUE)
