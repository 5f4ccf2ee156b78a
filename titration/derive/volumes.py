"""What the recorded program took out of a reservoir between two fillings, by flow and by boluses.

Imports `dose`, `moments`, `reconcile`. Reckoned from the record: nothing here knows what left the pump.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from titration.derive import moments, reconcile, recorded

if TYPE_CHECKING:
    from collections.abc import Mapping

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
    strength = doses["concentration_mcg_per_ml"]
    made = doses["dose_mcg_per_day"] / strength.where(strength > 0)
    made = made.mask(doses["dose_mcg_per_day"] == 0, 0.0)
    if "flow_ml_per_day" in doses and "mode" in doses:
        is_own = (doses["mode"] == "constant flow") & doses["flow_ml_per_day"].notna()
        made = made.mask(is_own, doses["flow_ml_per_day"])
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
    doses = reconcile.on_record(frames, zone=zone)
    stairs = recorded.staircase(frames, zone=zone, until=until)
    stairs = stairs[stairs["end"] > stairs["start"]].reset_index(drop=True)
    said = doses[["row", "flow_ml_per_day", "drug", *ALLOWED]].assign(record="dose_change").astype({"record": "str"})
    return flow(stairs.merge(said, on=["record", "row"], how="left"))


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
    met = spans.rename_axis("span").reset_index().merge(stairs, on="patient", how="inner")
    met = met[(met["start"] < met["to"]) & (met["end"] > met["since"])]
    from_ = met["start"].where(met["start"] > met["since"], met["since"])
    till = met["end"].where(met["end"] < met["to"], met["to"])
    days = (till - from_).dt.total_seconds() / 86400
    at_visit = moments.local_day(met["end"], zone=zone) <= moments.local_day(met["since"], zone=zone)
    at_visit |= moments.local_day(met["start"], zone=zone) >= moments.local_day(met["to"], zone=zone)
    unlike = _unlike(met, "concentration_mcg_per_ml", "filled_concentration_mcg_per_ml")
    unlike |= _unlike(met.assign(**{n: met[n].str.casefold() for n in ("drug", "filled_drug")}), "drug", "filled_drug")
    met = met.assign(days=days, flow_ml=days * met["flow_ml_per_day"], is_unlike=unlike & ~at_visit)
    met["is_unexplained"] &= ~at_visit
    met["allows_patient"] = (met[list(ALLOWED)].astype("float64") > 0).any(axis=1)
    by = met.groupby("span")
    made = pd.DataFrame({
        "flow_ml": by["flow_ml"].sum().mask(met["flow_ml"].isna().groupby(met["span"]).any()),
        "days": by["days"].sum(),
        **{name: by[name].any() for name in ("is_unlike", "is_unexplained", "allows_patient")},
    })  # fmt: skip
    shown = pd.concat([met[~at_visit], met[met["is_unlike"]].iloc[::-1]]).drop_duplicates("span", keep="last")
    shown = shown.set_index("span").reindex(spans.index)
    made = made.reindex(spans.index).assign(
        program_drug=shown["drug"], program_concentration_mcg_per_ml=shown["concentration_mcg_per_ml"]
    )
    flags = ["is_unlike", "is_unexplained", "allows_patient"]
    return made.assign(days=made["days"].fillna(0.0), **{name: made[name].eq(other=True) for name in flags})


def _unlike(met: pd.DataFrame, one: str, other: str) -> pd.Series:
    return met[one].notna() & met[other].notna() & (met[one] != met[other])


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
    own = _given(spans, frames.get("boluses"), stairs, zone=zone)
    read = _read(spans, frames.get("readouts"), stairs, zone=zone)
    both = pd.concat([own, read], ignore_index=True) if len(read) else own
    both = both.astype({"volume": "float64", "lacks": "str"})
    volume = both.groupby("span")["volume"].sum().reindex(spans.index, fill_value=0.0)
    lacks = both[both["lacks"].notna()].drop_duplicates("span").set_index("span")["lacks"]
    is_read = spans.index.isin(read["span"])
    return pd.DataFrame({"bolus_ml": volume, "lacks": lacks.reindex(spans.index), "read_patient": is_read})


def _given(spans: pd.DataFrame, boluses: pd.DataFrame | None, stairs: pd.DataFrame, *, zone: str) -> pd.DataFrame:
    if boluses is None or boluses.empty:
        return pd.DataFrame({"span": spans.index[:0], "volume": np.empty(0), "lacks": np.empty(0, dtype=object)})
    from_pump = (boluses["route"] == "pump") | (boluses["route"].isna() & (boluses["bolus"] != "screening"))
    placed = moments.placed(boluses[from_pump], "given", zone=zone).rename(columns={"moment": "at"})
    met = spans.rename_axis("span").reset_index().merge(placed, on="patient", how="inner", suffixes=("", "_bolus"))
    filled_on, next_on = (moments.local_day(met[name], zone=zone) for name in ("since", "to"))
    by_time = (met["at"] >= met["since"]) & (met["at"] < met["to"])
    by_day = (met["given_on"] >= filled_on) & (met["given_on"] < next_on)
    met = met[by_time.where(~met["by_day"], by_day)].reset_index(drop=True)
    program = _program_at(met[["patient", "at"]], stairs)
    is_bridge = met["bolus"] == "bridge"
    strength = program["concentration_mcg_per_ml"].where(~is_bridge, met["old_concentration_mcg_per_ml"])
    volume = met["volume_ml"].fillna(met["dose_mcg"] / strength.where(strength > 0))
    paused = program["flow_ml_per_day"] * met["duration_min"] / (24 * 60)
    lacks = pd.Series(np.where(is_bridge, NO_BRIDGE, NO_BOLUS), index=met.index, dtype="str")
    volume = volume.where(~is_bridge, volume - paused)
    return pd.DataFrame({"span": met["span"], "volume": volume, "lacks": lacks.where(volume.isna())})


def _read(spans: pd.DataFrame, readouts: pd.DataFrame | None, stairs: pd.DataFrame, *, zone: str) -> pd.DataFrame:
    """Patient-activated boluses by the readouts of each span; the one at the next filling is of this span."""
    none = pd.DataFrame({"span": spans.index[:0], "volume": np.empty(0), "lacks": np.empty(0, dtype=object)})
    if readouts is None or readouts.empty:
        return none
    stated = readouts[readouts[["patient_boluses", "patient_boluses_mcg"]].notna().any(axis=1)]
    placed = moments.placed(stated, "read", zone=zone).rename(columns={"moment": "at"})
    kept = ["patient", "at", "patient_boluses", "patient_boluses_mcg"]
    met = spans.rename_axis("span").reset_index().merge(placed[kept], on="patient", how="inner")
    met = met[(met["at"] > met["since"]) & (met["at"] <= met["to"])].reset_index(drop=True)
    if met.empty:
        return none
    # the readout comes before what is changed at its instant
    program = _program_at(met[["patient", "at"]], stairs, exact=False)
    n = met["patient_boluses"].astype("float64")
    amount = met["patient_boluses_mcg"].fillna((n * program["patient_bolus_mcg"]).mask(n == 0, 0.0))
    volume = (amount / program["concentration_mcg_per_ml"]).mask(amount == 0, 0.0)
    lacks = pd.Series(NO_PATIENT, index=met.index, dtype="str").where(volume.isna())
    return pd.DataFrame({"span": met["span"], "volume": volume, "lacks": lacks})


def _program_at(given: pd.DataFrame, stairs: pd.DataFrame, *, exact: bool = True) -> pd.DataFrame:
    """The program in force at each of those instants; missing where there is none."""
    left = given.assign(place=np.arange(len(given))).sort_values("at", kind="stable")
    right = stairs.sort_values("start", kind="stable")
    met = pd.merge_asof(
        left, right, left_on="at", right_on="start", by="patient", allow_exact_matches=exact
    ).sort_values("place", kind="stable", ignore_index=True)
    return met.set_axis(given.index)
