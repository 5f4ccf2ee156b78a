"""The read-back card: the old program and the new one side by side, before anything is saved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from titration.records import DoseChange, Record, kind_of

if TYPE_CHECKING:
    from collections.abc import Iterable

SPELT = {
    "mcg/day": "micrograms per day",
    "mcg/mL": "micrograms per millilitre",
    "mcg/h": "micrograms per hour",
    "mg/day": "milligrams per day",
    "mL": "millilitres",
}
COMPARED = (
    "effective_at", "effective_on", "mode", "dose_mcg_per_day", "dose_ordered_mcg_per_day", "concentration_mcg_per_ml",
    "drug", "admixture", "steps", "alarm_on", "status",
)  # fmt: skip
WIDTH = 38


def said(made: Record | None, name: str) -> str:
    """A field of a record, its unit spelt out; a dash when it was not given.

    Example:
        >>> from titration.records import Visit
        >>> said(Visit(patient="P001", visited_on="2026-10-08", visit="refill"), "visit")
        'refill'
    """
    value = None if made is None else getattr(made, name)
    if made is None or value is None or value == ():
        return "-"
    text = kind_of(type(made)).field(name).value.say(value)
    for short, long in SPELT.items():
        if text.endswith(f" {short}"):
            return text.removesuffix(short) + long
    return text


def lines(new: DoseChange, old: DoseChange | None) -> list[tuple[str, str, str, bool]]:
    """What stands on the card: title, before, now, and whether it changed.

    Example:
        >>> new = DoseChange(patient="P001", effective_on="2026-10-08", mode="flex", dose_mcg_per_day=120)
        >>> [line for line in lines(new, None) if line[0] == "Daily dose"]
        [('Daily dose', '-', '120 micrograms per day', True)]
    """
    kind = kind_of(DoseChange)
    made = []
    for name in COMPARED:
        before, now = said(old, name), said(new, name)
        if (before, now) == ("-", "-") or (name == "effective_on" and new.effective_at is not None):
            continue
        made.append((kind.field(name).title, before, now, before != now))
    return made


def card(identity: str, new: DoseChange, old: DoseChange | None) -> str:
    """The card as text, as it is shown and stored with the entry.

    Args:
        identity: The line that says which patient this is.
        new: The program to be saved.
        old: The last one entered; None when there is none.
    """
    rows = [(t, b, n, "*" if changed else " ") for t, b, n, changed in lines(new, old)]
    wide = max(len(t) for t, *_ in rows)
    head = f"  {'':{wide}}  {'before':{WIDTH}}  now"
    body = [f"{mark} {title:{wide}}  {before:{WIDTH}}  {now}".rstrip() for title, before, now, mark in rows]
    note = "* changed; compare every line with the printout" if old else "no earlier program to compare with"
    return "\n".join([identity, head.rstrip(), *body, note])


def others(records: Iterable[Record]) -> str:
    """The records that are no program, each as it will be saved."""
    parts = []
    for made in records:
        kind = kind_of(type(made))
        told = "; ".join(f"{f.title.lower()} {text}" for f, text in made.said() if f.name != "patient")
        parts.append(f"{kind.title}: {told}")
    return "\n".join(parts)
