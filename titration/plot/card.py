"""The cards of a chart and of a log in a notebook: what is on record at a glance, and what is not.

Takes a chart, or plain values of a log; every text is escaped, nothing comes from outside.
"""

from __future__ import annotations

import base64
from html import escape
from typing import TYPE_CHECKING, Protocol

import pandas as pd

from titration.derive import dose, moments, reconcile
from titration.units import number

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from titration.plot.figure import Figure

BOX = "max-width:960px;background:#ffffff;color:#1a1a1a;padding:8px"
LACKS = (
    ("pumps", "pump"), ("catheters", "catheter"), ("refills", "refill"), ("readouts", "readout"), ("scores", "score"),
    ("side_effects", "side effect asked about"), ("goals", "goal"), ("oral_doses", "oral drug"),
)  # fmt: skip


class Charted(Protocol):
    """What the card is made of: a chart."""

    @property
    def patient(self) -> str: ...  # noqa: D102 - as of a chart
    @property
    def site(self) -> str: ...  # noqa: D102 - as of a chart
    @property
    def zone(self) -> str: ...  # noqa: D102 - as of a chart
    @property
    def asof(self) -> int: ...  # noqa: D102 - as of a chart
    @property
    def asof_at(self) -> pd.Timestamp: ...  # noqa: D102 - as of a chart
    @property
    def demo(self) -> bool: ...  # noqa: D102 - as of a chart
    @property
    def frames(self) -> Mapping[str, pd.DataFrame]: ...  # noqa: D102 - as of a chart
    @property
    def findings(self) -> pd.DataFrame: ...  # noqa: D102 - as of a chart
    @property
    def text(self) -> str: ...  # noqa: D102 - as of a chart

    def picture(self, name: str) -> Figure:
        """A picture by its name."""
        ...


def chart_card(chart: Charted) -> str:
    """A card as HTML: whose chart, the facts at its head, a year in strips, and what is not on record.

    Args:
        chart: A chart.

    Returns:
        HTML with the picture inside and nothing from outside; the whole record in words unfolds beneath.
    """
    figure = chart.picture("sparklines")
    drawn = base64.b64encode(figure.image("png")).decode("ascii")
    made_up = " (made-up clinic)" if chart.demo else ""
    when = chart.asof_at.tz_convert(chart.zone)
    head = (
        f"<div><b>{escape(chart.patient)}</b>, {escape(chart.site)}{made_up},"
        f" as of entry {chart.asof} ({when:%Y-%m-%d %H:%M})</div>"
    )
    return (
        f'<div style="{BOX}">{head}{_listed(facts(chart))}'
        f'<img style="max-width:100%" alt="{escape(figure.alt)}" src="data:image/png;base64,{drawn}">'
        f"<div>{escape('; '.join(missing(chart)))}</div>"
        f"<details><summary>The whole record in words</summary><pre>{escape(chart.text)}</pre></details></div>"
    )


def log_card(title: str, facts_of: Sequence[tuple[str, str]]) -> str:
    """A card of a log as HTML.

    Args:
        title: Its site.
        facts_of: Names and values, in order.

    Returns:
        HTML, nothing in it from outside.

    Example:
        >>> "patients" in log_card("North clinic", [("patients", "12")])
        True
    """
    return f'<div style="{BOX}"><div><b>{escape(title)}</b></div>{_listed(facts_of)}</div>'


def _listed(pairs: Sequence[tuple[str, str]]) -> str:
    rows = "".join(
        f'<tr><th scope="row" style="text-align:left;font-weight:normal;color:#5f5f5f">{escape(name)}</th>'
        f'<td style="text-align:left">{escape(value)}</td></tr>'
        for name, value in pairs
    )
    return f"<table>{rows}</table>"


def facts(chart: Charted) -> list[tuple[str, str]]:
    """What stands at the head of a chart: person, pump, program, refill, and how much is on record.

    Args:
        chart: A chart.

    Returns:
        Names and values, in order; what is not on record says so.
    """
    frames, zone = chart.frames, chart.zone
    person = _last(frames["patients"])
    born = f"born {int(person['birth_year'])}" if person is not None and pd.notna(person["birth_year"]) else ""
    states = frames["patient_states"]
    stated = [str(states[name].dropna().iloc[-1]) for name in ("diagnosis", "following") if states[name].notna().any()]
    pump = _last(frames["pumps"])
    model = "" if pump is None else str(pump["model"]) if pd.notna(pump["model"]) else "model not stated"
    refill = _last(moments.in_order(frames["refills"], "filled", zone=zone))
    filled = "" if refill is None else f"{refill['filled_on']:%Y-%m-%d}"
    if refill is not None and pd.notna(refill["concentration_mcg_per_ml"]):
        filled += f", {number(refill['concentration_mcg_per_ml'])} mcg/mL"
    counted = (("dose changes", "doses"), ("scores", "scores"), ("refills", "refills"), ("events", "events"))
    made = [
        ("person", ", ".join(filter(None, [born, *stated]))),
        ("pump", "" if pump is None else f"{model}, implanted {pump['implanted_on']:%Y-%m-%d}"),
        ("last recorded programmed dose", _program(chart)),
        ("last refill", filled),
        ("on record", ", ".join(f"{len(frames[name])} {word}" for word, name in counted)),
    ]
    return [(name, value or "not on record") for name, value in made]


def _last(frame: pd.DataFrame) -> pd.Series | None:
    return None if frame.empty else frame.iloc[-1]


def _program(chart: Charted) -> str:
    """The last recorded programmed dose, since when, and when it was last confirmed."""
    frames, zone, until = chart.frames, chart.zone, chart.asof_at
    held = dose.in_force(
        reconcile.on_record(frames, zone=zone), at=until, zone=zone, patient_states=frames["patient_states"],
        readouts=frames["readouts"],
    )  # fmt: skip
    if held.empty:
        return "" if frames["doses"].empty else "none in force: ended by the record"
    last = held.iloc[0]
    mcg = last["dose_mcg_per_day"]
    said = [f"{number(mcg)} mcg/day" if pd.notna(mcg) else "dose not read", str(last["mode"])]
    said.append(f"effective {last['start'].tz_convert(zone):%Y-%m-%d}")
    known = dose.last_confirmed(frames, zone=zone, until=until)
    said.append(
        "not confirmed" if known.empty else f"last confirmed {known['confirmed_at'].iloc[0].tz_convert(zone):%Y-%m-%d}"
    )
    return ", ".join(said)


def missing(chart: Charted) -> list[str]:
    """What is not on record, in words; and how many findings about the record are open.

    Args:
        chart: A chart.

    Returns:
        Sentences without their points.
    """
    return list(_missing(chart.frames, len(chart.findings)))


def _missing(frames: Mapping[str, pd.DataFrame], findings: int) -> Iterator[str]:
    none = [word for name, word in LACKS if frames[name].empty]
    if none:
        yield f"Not on record: {', '.join(none)}"
    if frames["diary_schedules"].empty:
        yield "No diary expected"
    yield f"{findings or 'No'} open finding{'s' if findings != 1 else ''} about the record"
