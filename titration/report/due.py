"""What is due: booked, printed, noted and agreed dates of every patient in date order, each with where it stands.

Nothing is reckoned ahead, ranked or coloured: every date is one that somebody wrote down.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from titration.derive.dates import STEMS, dates
from titration.report import agreed, printed, record
from titration.report.facts import Fact, Made, slug
from titration.report.page import Heading, Item, Lines, Page, Panel, Said, Table
from titration.report.paper import Paper, header, made_by
from titration.report.reservoir import SPOKEN, TITLES
from titration.report.window import Row, Window, rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from titration.report.record import Seal

RULE = "the newest date of each kind on record of each patient, as it was written down"
MADE: Made = {"definition": RULE, "formula": "", "function": "titration.derive.dates.dates"}
HEADS = (
    Heading("Date"),
    Heading("Day"),
    Heading("Patient"),
    Heading("What", wide=3),
    Heading("Recorded with", wide=2),
    Heading("What came later", wide=3),
)
READ = ("dose_change", "readout", "refill", "pump", "patient_state", "goal", "goal_rating")
"""The kinds of record these dates are made from."""
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def recorded(frames: Mapping[str, pd.DataFrame], zone: str) -> list[dict[str, Any]]:
    """The newest date of each kind of each patient, with the record it stands in and what came later.

    Args:
        frames: Frames by name, of one patient or of all.
        zone: IANA name.

    Returns:
        Rows of `derive.dates.dates`, each with `with_row` (the record it stands in) and `ended` (the
        patient's last state, where the clinic follows the patient no more; else None).
    """
    ended = _ended(frames["patient_states"])
    held = {name: frames[frame].set_index("row", drop=False) for name, (frame, _, _) in STEMS.items()}
    made = rows(dates(frames, zone=zone))
    for row in made:
        (row["with_row"],) = rows(held[row["record"]].loc[[row["row"]]])
        row["ended"] = ended.get(row["patient"])
    return made


def _ended(states: pd.DataFrame) -> dict[str, Row]:
    """The last state of each patient who is followed no more."""
    last = states[states["following"].notna()].drop_duplicates("patient", keep="last")
    return {row["patient"]: row for row in rows(last[last["following"] != "active"])}


def between(found: Iterable[Row], window: Window) -> list[Row]:
    """Those whose date lies in a window, by date, patient and kind.

    Args:
        found: As `recorded` gives them.
        window: The days.
    """
    first, last = pd.Timestamp(window.first), pd.Timestamp(window.last)
    ours = (row for row in found if first <= row["on"] <= last)
    return sorted(ours, key=lambda row: (row["on"], row["patient"], row["what"]))


def table(caption: str, found: Sequence[Row], window: Window) -> Table:
    """Dates of many patients as a table.

    Args:
        caption: What the table is.
        found: As `between` gives them.
        window: For its zone.
    """
    return Table(caption, HEADS, tuple((*_whose(row), *_line(row, window)) for row in found))


def _whose(row: Row) -> tuple[Said, ...]:
    """Day, weekday and patient of a date."""
    stem, whose = f"due.{slug(row['patient'])}.{row['what']}", row["patient"]
    is_agreed = "title" in row
    title = row["title"] if is_agreed else TITLES[row["what"]]
    origin: tuple[str, ...] = (f"{row['record']}:{row['row']}",)
    made = agreed.MADE if is_agreed else MADE
    return (
        Fact(f"{stem}.on", f"{title}: {whose}", printed.day(row["on"]), source=origin, **made),
        WEEKDAYS[row["on"].weekday()],
        Fact(f"{stem}.patient", "Patient", whose, source=origin),
    )


def _line(row: Row, window: Window) -> tuple[Said, ...]:
    if "title" in row:
        return agreed.line(row)
    stem = f"due.{slug(row['patient'])}.{row['what']}"
    origin: tuple[str, ...] = (f"{row['record']}:{row['row']}",)
    _, own, word = STEMS[row["record"]]
    title = TITLES[row["what"]]
    with_record = f"{SPOKEN.get(row['record'], word)} {printed.moment(row['with_row'], own, window.zone)}"
    said, sources = _later(row)
    return (
        title,
        Fact(f"{stem}.recorded", f"{title}: recorded with", with_record, source=origin),
        Fact(f"{stem}.later", f"{title}: what came later", said, n=row["n_later"], source=origin + sources, **MADE),
    )


def _later(row: Row) -> tuple[str, tuple[str, ...]]:
    """What was recorded since that may put a date out of date, and where it stands."""
    said = [row["says"]] if row["says"] else []
    source: tuple[str, ...] = () if row["later_row"] is None else (f"{row['later_record']}:{row['later_row']}",)
    if row["n_later"] > 1:
        said.append(f"and {row['n_later'] - 1} more")
    if row["ended"] is not None:
        said.append(f"{row['ended']['following']}, noted {printed.day(row['ended']['noted_on'])}")
        source += printed.source("patient_state", row["ended"])
    return ", ".join(said) or "-", source


def build(frames: Mapping[str, pd.DataFrame], window: Window, *, site: str, seal: Seal, mark: str = "") -> Paper:
    """The dates of every patient that fall in some days, in date order.

    Args:
        frames: Frames of every patient, by name.
        window: The days.
        site: The clinic, as the log names it.
        seal: The state of the log they were read from.
        mark: What marks a page of made-up data.

    Returns:
        The paper; it says how many dates lie before and after those days.
    """
    every = recorded(frames, window.zone_name)
    every += agreed.recorded(frames, window, _ended(frames["patient_states"]))
    ours = between(every, window)
    items: list[Item] = [Lines((_count(every, ours, window),))]
    if ours:
        title = "Dates in these days, as booked, printed, noted or agreed"
        items.append(table(title, ours, window))
        if any(row.get("with_row", {}).get("timing") == "assigned" for row in ours):
            items.append(Lines((printed.ASSIGNED_NOTE,)))
    said = Fact("due.patients", "Patients with a date on record", _patients(every), n=len(every), **MADE)
    content = Page(
        title=Fact("page.title", "Title", f"Dates - {window.days}"),
        header=header(site, window, ("Patients", said)),
        panels=(Panel("dates", "Dates in these days", tuple(items)),),
        footer=(made_by(), record.STATEMENT),
        written="",
        mark=mark,
    )
    return Paper(f"due-{window.first}-{window.last}", window, content, seal)


def _patients(every: Sequence[Row]) -> str:
    n = len({row["patient"] for row in every})
    return f"{n} with a date on record"


def _count(every: Sequence[Row], ours: Sequence[Row], window: Window) -> Fact:
    first, last = pd.Timestamp(window.first), pd.Timestamp(window.last)
    before = sum(row["on"] < first for row in every)
    after = sum(row["on"] > last for row in every)
    said = f"Dates in these days: {len(ours)}. On record before them: {before}; after them: {after}."
    return Fact(
        "due.count", "Dates in these days", said, float(len(ours)), "dates", window.days, len(every), **MADE,
    )  # fmt: skip
