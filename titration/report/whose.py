"""The head of a page: whose it is, which days, what the pump is and holds, how full the diary is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from titration import units
from titration.derive import diary
from titration.report import printed
from titration.report.course import visits
from titration.report.facts import AS_RECORDED, Fact, Made
from titration.report.page import Pairs, Said
from titration.report.programs import TABLE, strength
from titration.report.window import Window, rows

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from titration.scales import Register

NO_DIARY = "no diary expected"
BAND = 10
"""Years of an age band."""
AGE: Made = {
    "definition": "the age reached in the year of the last day, as a band of years; the year of birth alone is on record",
    "formula": "year of the last day - year of birth",
    "function": "titration.report.whose.age_band",
}
DIARY: Made = {
    "definition": "diary entries expected in the window and filled with a value, and days with a value written down on the "
    "day itself of those days where that is judged",
    "formula": "100 x filled / expected; 100 x same day / judged",
    "function": "titration.derive.diary.completeness",
}
DAYS: Made = {
    "definition": "the whole calendar month, from its first midnight to its last in the zone of the log",
    "formula": "",
    "function": "titration.report.window.month",
}


def header(
    frames: Mapping[str, pd.DataFrame],
    known: Sequence[dict[str, Any]],
    window: Window,
    scales: Register,
    *,
    patient: str,
    site: str,
) -> Pairs:
    """Whose page it is: code, age band, pump, drug and strength, window, diary, visits, site.

    Args:
        frames: The frames of one patient, cut at the end of the window.
        known: What `programs.programs` gives for them.
        window: The days of the page.
        scales: The scales of the log.
        patient: The code.
        site: The clinic, as the log names it.
    """
    days = f"{window.days} ({window.zone_name})"
    pairs: list[tuple[str, Said]] = [
        ("Patient", Fact("patient.code", "Patient", patient, function=AS_RECORDED)),
        ("Age", _age(frames, window)),
        ("Site", Fact("record.site", "Site", site, function=AS_RECORDED)),
        ("Drug and strength", _drug(known)),
        ("Window", Fact("window.all", "Days of the page, and their zone", days, **DAYS)),
        ("Visits", visits(frames, window)),
        *_diary(frames, window, scales),
        ("Pump", _pump(frames, window)),
    ]
    return Pairs(tuple(pairs))


def age_band(birth_year: int, year: int) -> str:
    """The age reached in a year, as a band of ten years.

    Args:
        birth_year: Year of birth.
        year: The year.

    Returns:
        As `50 to 59 years`.

    Example:
        >>> age_band(1974, 2026), age_band(2020, 2026)
        ('50 to 59 years', '0 to 9 years')

    Source:
        By definition.
    """
    first = (year - birth_year) // BAND * BAND
    return f"{first} to {first + BAND - 1} years"


def _age(frames: Mapping[str, pd.DataFrame], window: Window) -> Said:
    people = rows(frames["patients"])
    born = people[-1]["birth_year"] if people else None
    if born is None or born > window.last.year:
        return "not stated"
    said = age_band(int(born), window.last.year)
    return Fact("patient.age", "Age band", said, source=printed.source("patient", people[-1]), **AGE)


def _pump(frames: Mapping[str, pd.DataFrame], window: Window) -> Said:
    pumps = rows(frames["pumps"])
    if not pumps:
        return "not on record"
    last = pumps[-1]
    said = [] if window.study else [last["model"] or "model not stated"]
    if last["reservoir_ml"] is not None:
        said.append(f"reservoir {units.quantity(last['reservoir_ml'], units.ML)}")
    said.append(f"implanted {printed.day(last['implanted_on'])}")
    return Fact("pump.model", "Pump", ", ".join(said), source=printed.source("pump", last))


def _drug(known: Sequence[dict[str, Any]]) -> Said:
    if not known:
        return "not on record"
    last = known[-1]
    value = last["concentration_mcg_per_ml"]
    said = strength(last) + ("" if last["record"] == TABLE else ", as a readout found it")
    unit = "" if value is None else "mcg/mL"
    label = "Drug and strength of the last recorded program"
    return Fact("drug.strength", label, said, value, unit, source=printed.source(last["record"], last))


def _diary(frames: Mapping[str, pd.DataFrame], window: Window, scales: Register) -> list[tuple[str, Said]]:
    """One line for each diary that was expected in the window; or that none was."""
    made = diary.completeness(
        frames["scores"], first=window.first, last=window.last, zone=window.zone_name, scales=scales,
        diary_schedules=frames["diary_schedules"], patient_states=frames["patient_states"],
    )  # fmt: skip
    expected = [row for row in rows(made) if row["n_expected"]]
    if not expected:
        return [("Diary", NO_DIARY)]
    return [("Diary", _completeness(row, frames, window, scales)) for row in expected]


def _completeness(row: dict[str, Any], frames: Mapping[str, pd.DataFrame], window: Window, scales: Register) -> Fact:
    code, n = row["scale"], int(row["n_expected"])
    scale = scales.get(code)
    name = code if scale is None else scale.name
    said = f"{name}: {int(row['n_filled'])} of {n} entries expected ({units.rounded(row['filled_pct'])} %)"
    if row["days_judged"]:
        said += f"; {int(row['days_same_day'])} of {int(row['days_judged'])} days written on the day itself"
    schedules = frames["diary_schedules"]
    origin = printed.source("diary_schedule", *rows(schedules[schedules["scale"] == code]))
    value = float(row["filled_pct"])
    return Fact(f"diary.{code}.filled".replace(" ", "-"), f"Diary: {name}", said, value, "%", window.days, n,
                source=origin, **DIARY)  # fmt: skip
