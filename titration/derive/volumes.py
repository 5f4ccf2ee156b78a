"""What the recorded program took out of a reservoir between two fillings, by flow and by boluses.

Imports `moments`, `pairs`, `recorded`, `runs`. Reckoned from the record: nothing here knows what left the pump.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from titration.derive import moments, pairs, recorded, runs

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

    Places = npt.NDArray[np.int64]
    _Taken = tuple[Places, npt.NDArray[np.float64], Places]
    """Of each bolus its span, its volume, and where that is missing why, as a place in `_LACKS`."""

SECOND = 1 / 86400
ALLOWED = ("patient_bolus_mcg", "patient_bolus_max_per_day")
NO_BRIDGE = "a bridge without its duration, or without its volume and its amount and old strength"
NO_PATIENT = "patient-activated boluses are allowed and their amount was not read"
NO_BOLUS = "a bolus without its volume while the concentration of the program is not stated"


def flow(doses: pd.DataFrame) -> pd.DataFrame:
    """The flow each program asks of the pump.

    Args:
        doses: Dose changes, or a staircase.

    Returns:
        The same rows, order and index, and `flow_ml_per_day` (float64, mL/day): of a constant flow pump the
        flow on record, 0 where the dose is 0, else dose by concentration; missing where the concentration is
        not stated or 0.

    Example:
        >>> import pandas as pd
        >>> flow(pd.DataFrame({"dose_mcg_per_day": [250.0], "concentration_mcg_per_ml": [2000.0]}))[
        ...     "flow_ml_per_day"
        ... ].tolist()
        [0.125]

    Source:
        dose (mcg/day) / concentration (mcg/mL); by definition.
    """
    dose, strength = (runs.floats(doses[name]) for name in ("dose_mcg_per_day", "concentration_mcg_per_ml"))
    made = np.where(dose == 0, 0.0, dose / np.where(strength > 0, strength, np.nan))
    if "flow_ml_per_day" in doses and "mode" in doses:
        own = runs.floats(doses["flow_ml_per_day"])
        is_own = np.asarray(doses["mode"].array == "constant flow", dtype=bool) & ~np.isnan(own)
        made = np.where(is_own, own, made)
    return doses.assign(flow_ml_per_day=made)


def programs(frames: Mapping[str, pd.DataFrame], *, zone: str, until: pd.Timestamp) -> pd.DataFrame:
    """The staircase with what the program says of flow, drug and patient-activated boluses.

    Args:
        frames: Frames by name.
        zone: IANA name.
        until: The end of the last interval.

    Returns:
        The columns of `dose.staircase`, flow_ml_per_day (float64, mL/day), drug (str), patient_bolus_mcg
        (float64, mcg), patient_bolus_max_per_day (Int64); the last three missing for a program as found.

    Example:
        >>> from titration.columns import columns, frame
        >>> from titration.records import KINDS
        >>> none = frame(columns(KINDS["dose_change"]), {})
        >>> programs({"doses": none, "plans": none}, zone="UTC", until=pd.Timestamp("2026-01-01T00:00Z")).empty
        True

    Source:
        By definition; see `flow`.
    """
    said = ["row", "flow_ml_per_day", "drug", *ALLOWED]
    doses = pd.concat([frames[name][said] for name in ("doses", "plans")], ignore_index=True)
    stairs = recorded.staircase(frames, zone=zone, until=until)
    stairs = stairs.take(np.flatnonzero(stairs["end"] > stairs["start"])).reset_index(drop=True)
    row = doses["row"].to_numpy()
    by_row = np.argsort(row)
    at = runs.matched(stairs["row"].to_numpy(), row[by_row])
    is_set = (at >= 0) & np.asarray(stairs["record"].array == "dose_change", dtype=bool)
    at = np.where(is_set, np.append(by_row, [-1])[at], -1)
    return flow(stairs.assign(**{name: doses[name].array.take(at, allow_fill=True) for name in said[1:]}))


def by_flow(spans: pd.DataFrame, stairs: pd.DataFrame, *, zone: str) -> pd.DataFrame:
    """What flowed by the program in each span, and whether reservoir and program are of one strength and drug.

    Strengths are compared but for the programs replaced on the day of the filling and those set on the day
    of the next: a visit fills and programs in whatever order.

    Args:
        spans: patient, since, to (datetime64[us, UTC]), filled_drug, filled_concentration_mcg_per_ml; numbered.
        stairs: What `programs` gives.
        zone: IANA name.

    Returns:
        By number of the span: flow_ml (float64, mL; missing where the flow of a part is), days (float64: with a
        program), is_unlike, is_unexplained, allows_patient (bool), program_drug (str),
        program_concentration_mcg_per_ml (float64, mcg/mL): of the first unlike program, else of the last.

    Example:
        >>> from titration.columns import columns, frame, of_records
        >>> from titration.records import KINDS, Bolus, DoseChange
        >>> none, zone = {kind.frame: frame(columns(kind), {}) for kind in KINDS.values()}, "UTC"
        >>> dose = DoseChange(
        ...     patient="P001",
        ...     effective_on="2026-01-01",
        ...     mode="simple continuous",
        ...     dose_mcg_per_day=250,
        ...     concentration_mcg_per_ml=500,
        ... )
        >>> frames = {**none, "plans": none["doses"], "doses": of_records(KINDS["dose_change"], [dose])}
        >>> stairs = programs(frames, zone=zone, until=pd.Timestamp("2027-01-01T00:00Z"))
        >>> since, to = pd.to_datetime(["2026-01-01T00:00Z", "2026-02-06T00:00Z"])
        >>> spans = pd.DataFrame({"patient": ["P001"], "since": [since], "to": [to]})
        >>> spans = spans.assign(filled_drug="baclofen", filled_concentration_mcg_per_ml=500.0)
        >>> by_flow(spans, stairs, zone=zone)[["flow_ml", "is_unlike"]].values.tolist()
        [[18.0, False]]

    Source:
        Flow x time; by definition.
    """
    of, at = pairs.of_patients(spans["patient"], stairs["patient"])
    since, to, start, end = (
        runs.naive(spans["since"])[of],
        runs.naive(spans["to"])[of],
        runs.naive(stairs["start"]),
        runs.naive(stairs["end"]),
    )
    keep = np.flatnonzero((start[at] < to) & (end[at] > since))
    of, at, since, to = of[keep], at[keep], since[keep], to[keep]
    start, end = start[at], end[at]
    days = (np.minimum(end, to) - np.maximum(start, since)).astype("int64") / 1e6 / 86400
    (left_day, from_day, begun_day, next_day) = (
        moments.local_days(each, zone=zone) for each in (end, since, start, to)
    )
    at_visit = (left_day <= from_day) | (begun_day >= next_day)
    unlike = _unlike(spans, stairs, of, at)
    is_unlike = unlike & ~at_visit
    flow_ml = days * runs.floats(stairs["flow_ml_per_day"])[at]
    allowed = np.logical_or.reduce([runs.floats(stairs[name]) > 0 for name in ALLOWED])
    n, number = len(spans), np.arange(len(spans))
    is_lacking = pairs.holds(of, np.isnan(flow_ml), n) | ~np.isin(number, of)
    first_unlike = runs.matched(number, of[is_unlike])
    last = _put(at[~at_visit], runs.matched(number, of[~at_visit], last=True))
    shown = np.where(first_unlike >= 0, _put(at[is_unlike], first_unlike), last)
    return pd.DataFrame({
        "flow_ml": np.where(is_lacking, np.nan, pairs.sums(of, flow_ml, n)),
        "days": pairs.sums(of, days, n),
        "is_unlike": pairs.holds(of, is_unlike, n),
        "is_unexplained": pairs.holds(of, stairs["is_unexplained"].to_numpy()[at] & ~at_visit, n),
        "allows_patient": pairs.holds(of, allowed[at], n),
        "program_drug": runs.taken(stairs["drug"].array, shown),
        "program_concentration_mcg_per_ml": runs.taken(runs.floats(stairs["concentration_mcg_per_ml"]), shown),
    }, index=spans.index)  # fmt: skip


def _put(places: Places, at: Places) -> Places:
    made: Places = np.append(places, [-1])[at]
    return made


def _unlike(spans: pd.DataFrame, stairs: pd.DataFrame, of: Places, at: Places) -> npt.NDArray[np.bool_]:
    """Whether program and reservoir are of one strength and drug, where both are stated."""
    was, now = (
        runs.floats(spans["filled_concentration_mcg_per_ml"])[of],
        runs.floats(stairs["concentration_mcg_per_ml"])[at],
    )
    (filled, drug), names = runs.together(spans["filled_drug"], stairs["drug"])
    alike = np.append(np.unique([name.casefold() for name in names], return_inverse=True)[1], [-1])
    filled, drug = alike[filled], alike[drug]
    other_drug = (filled[of] >= 0) & (drug[at] >= 0) & (filled[of] != drug[at])
    made: npt.NDArray[np.bool_] = (~np.isnan(was) & ~np.isnan(now) & (was != now)) | other_drug
    return made


def by_bolus(
    spans: pd.DataFrame, frames: Mapping[str, pd.DataFrame], stairs: pd.DataFrame, *, zone: str
) -> pd.DataFrame:
    """What boluses took out of the reservoir in each span, priming among them.

    A bolus counts by its volume, else by its amount over the concentration of the program; a bridge by its
    volume, else by its amount over the old strength, and in its time the program does not flow. A bolus of
    which only the day is known, on a day of filling, comes after the filling. What a patient activated counts
    as it was read between the two fillings. A bolus not given by the pump takes nothing out of it.

    Args:
        spans: See `by_flow`.
        frames: Frames by name; `boluses` and `readouts` are read.
        stairs: What `programs` gives.
        zone: IANA name.

    Returns:
        By number of the span: bolus_ml (float64, mL: less what would have flowed while a bridge ran),
        lacks (str: what is not determined; missing when all is), read_patient (bool).

    Example:
        >>> chart = demo_log.chart("P001")
        >>> stairs = programs(chart.frames, zone=chart.zone, until=chart.asof_at)
        >>> spans = pd.DataFrame({"patient": ["P001"], "since": [stairs["start"][0]], "to": [stairs["start"][1]]})
        >>> by_bolus(spans, chart.frames, stairs, zone=chart.zone)["lacks"].isna().tolist()
        [True]

    Source:
        By definition. Bridge bolus: PMID 27433993.
    """
    parts = [
        _given(spans, frames.get("boluses"), stairs, zone=zone),
        _read(spans, frames.get("readouts"), stairs, zone=zone),
    ]
    of, volume, lacks = (np.concatenate(each) for each in zip(*parts, strict=True))
    number = np.arange(len(spans))
    is_lacking = np.isnan(volume)
    lacking = of[is_lacking]
    order = np.argsort(lacking, kind="stable")  # what comes first says why
    first = _put(order, runs.matched(number, lacking[order]))
    return pd.DataFrame({
        "bolus_ml": pairs.sums(of, volume, len(spans)),
        "lacks": runs.words(_LACKS, _put(lacks[is_lacking], first)),
        "read_patient": np.isin(number, parts[1][0]),
    }, index=spans.index)  # fmt: skip


_LACKS: Final = (NO_BRIDGE, NO_BOLUS, NO_PATIENT)


def _given(spans: pd.DataFrame, boluses: pd.DataFrame | None, stairs: pd.DataFrame, *, zone: str) -> _Taken:
    if boluses is None or boluses.empty:
        return _nothing()
    from_pump = (boluses["route"] == "pump") | (boluses["route"].isna() & (boluses["bolus"] != "screening"))
    boluses = boluses[from_pump]
    moment, by_day = moments.instants(boluses, "given", zone=zone)
    of, at = pairs.of_patients(spans["patient"], boluses["patient"])
    since, to, when = runs.naive(spans["since"]), runs.naive(spans["to"]), moment[at]
    filled_on, next_on = (moments.local_days(each, zone=zone)[of] for each in (since, to))
    given_on = boluses["given_on"].to_numpy(dtype="datetime64[D]")[at]
    by_time = (when >= since[of]) & (when < to[of])
    keep = np.flatnonzero(np.where(by_day[at], (given_on >= filled_on) & (given_on < next_on), by_time))
    of, own = of[keep], boluses.take(at[keep])
    program = _program_at(own["patient"], when[keep], stairs)
    is_bridge = np.asarray(own["bolus"].array == "bridge", dtype=bool)
    strength = np.where(
        is_bridge, runs.floats(own["old_concentration_mcg_per_ml"]), _of(stairs, "concentration_mcg_per_ml", program)
    )
    volume, dose, minutes = (runs.floats(own[name]) for name in ("volume_ml", "dose_mcg", "duration_min"))
    volume = np.where(np.isnan(volume), dose / np.where(strength > 0, strength, np.nan), volume)
    paused = _of(stairs, "flow_ml_per_day", program) * minutes / (24 * 60)
    return (
        of,
        np.where(is_bridge, volume - paused, volume),
        np.where(is_bridge, _LACKS.index(NO_BRIDGE), _LACKS.index(NO_BOLUS)),
    )


def _read(spans: pd.DataFrame, readouts: pd.DataFrame | None, stairs: pd.DataFrame, *, zone: str) -> _Taken:
    """Patient-activated boluses by the readouts of each span; the one at the next filling is of this span."""
    if readouts is None or readouts.empty:
        return _nothing()
    stated = readouts[readouts[["patient_boluses", "patient_boluses_mcg"]].notna().any(axis=1)]
    moment, _ = moments.instants(stated, "read", zone=zone)
    of, at = pairs.of_patients(spans["patient"], stated["patient"])
    when = moment[at]
    keep = np.flatnonzero((when > runs.naive(spans["since"])[of]) & (when <= runs.naive(spans["to"])[of]))
    of, own = of[keep], stated.take(at[keep])
    # the readout comes before what is changed at its instant
    program = _program_at(own["patient"], when[keep], stairs, exact=False)
    n, amount = (runs.floats(own[name]) for name in ("patient_boluses", "patient_boluses_mcg"))
    counted = np.where(n == 0, 0.0, n * _of(stairs, "patient_bolus_mcg", program))
    amount = np.where(np.isnan(amount), counted, amount)
    with np.errstate(divide="ignore", invalid="ignore"):  # as frames divide: of a strength of 0 it is no volume
        volume = np.where(amount == 0, 0.0, amount / _of(stairs, "concentration_mcg_per_ml", program))
    return of, volume, np.full(len(of), _LACKS.index(NO_PATIENT))


def _nothing() -> _Taken:
    none = np.zeros(0, dtype="int64")
    return none, np.zeros(0), none


def _of(stairs: pd.DataFrame, name: str, program: Places) -> npt.NDArray[np.float64]:
    made: npt.NDArray[np.float64] = runs.taken(runs.floats(stairs[name]), program)
    return made


def _program_at(patient: pd.Series, at: npt.NDArray[Any], stairs: pd.DataFrame, *, exact: bool = True) -> Places:
    """The place of the program that began last at each of those instants; -1 where there is none."""
    (own, of), _ = runs.together(patient, stairs["patient"])
    return runs.met(own, at, of, runs.naive(stairs["start"]), exact=exact)
