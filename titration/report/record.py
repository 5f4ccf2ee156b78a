"""What a page says about the record itself: whose, as of when, made from how much, what is missing.

The statement at its foot says what the page is and is not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from typing import TYPE_CHECKING

from titration import units
from titration.records import KINDS
from titration.report import printed
from titration.report.course import visits
from titration.report.facts import Fact
from titration.report.page import Lines, Pairs, Panel, Said
from titration.report.program import on_record, strength
from titration.report.window import Window, rows, within

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pandas as pd

STATEMENT = (
    "This page repeats and sums up what clinicians entered in the log. It does not propose, work out or check a "
    "dose, does not watch over a patient, is joined to no device, and is not for urgent decisions. Programmed is not "
    "delivered: what the pump gave is not known here."
)
CUT = "What is dated after the last day of the window is not on this page."
COUNTED = ("dose_change", "score", "refill", "side_effect", "event", "oral_dose", "visit", "note")
SHORT = 16


@dataclass(frozen=True)
class Seal:
    """Which state of the log a page was made from; of the page's content it is no part.

    Attributes:
        asof: Number of the last entry that was read.
        asof_at: When that entry was written, to the minute.
        head: Seal of that entry, 64 hex digits.
    """

    asof: int
    asof_at: datetime
    head: str

    def facts(self, window: Window) -> tuple[Fact, Fact]:
        """The line for the header, with the short form of the seal, and the one for the foot."""
        when = printed.instant(self.asof_at, window.zone)
        read = f"entry {self.asof}, written {when} (seal {'-'.join(re.findall('.{4}', self.head[:SHORT]))})"
        if self.asof_at < window.end:
            read += "; the month was not over, or not all of it entered"
        return (
            Fact("record.asof", "The log as it was known at", read, float(self.asof), "entry", definition=self._rule()),
            Fact("record.head", "Seal of that entry", f"Seal of entry {self.asof}: {self.head}"),
        )

    def _rule(self) -> str:
        return f"entry {self.asof}, the last that was read, written {self.asof_at.astimezone(UTC):%Y-%m-%dT%H:%MZ}"

    @classmethod
    def from_facts(cls, rule: str, head: str) -> Seal:
        """The state of the log that a table of facts names.

        Args:
            rule: The definition of the fact `record.asof`.
            head: The text of the fact `record.head`.

        Raises:
            ValueError: They are not as `facts` writes them.

        Example:
            >>> from titration.report.window import month
            >>> seal = Seal(7, datetime(2026, 11, 2, 9, 10, tzinfo=UTC), "ab" * 32)
            >>> asof, footer = seal.facts(month("2026-10", "Europe/London"))
            >>> Seal.from_facts(asof.definition, footer.text) == seal
            True
        """
        found = re.fullmatch(r"entry (\d+), .* written (\S+)Z", rule)
        sealed = re.fullmatch(r"Seal of entry \d+: ([0-9a-f]{64})", head)
        if found is None or sealed is None:
            message = "these facts do not name a state of the log"
            raise ValueError(message)
        return cls(int(found[1]), datetime.fromisoformat(f"{found[2]}+00:00"), sealed[1])


def version() -> str:
    """The version of this program."""
    try:
        return metadata.version("titration")
    except metadata.PackageNotFoundError:
        return "not installed"


def header(frames: Mapping[str, pd.DataFrame], patient: str, site: str, window: Window) -> Pairs:
    """Whose page it is: code, birth year, pump, drug and strength, window, visits, site.

    Args:
        frames: The frames of one patient, cut at the end of the window.
        patient: The code.
        site: The clinic, as the log names it.
        window: The days of the page.
    """
    people = rows(frames["patients"])
    born = people[-1]["birth_year"] if people else None
    pairs: list[tuple[str, Said]] = [("Patient", Fact("patient.code", "Patient", patient))]
    if born is None:
        pairs.append(("Year of birth", "not stated"))
    else:
        origin = printed.source("patient", people[-1])
        year = Fact("patient.birth_year", "Year of birth", str(int(born)), float(born), "year", source=origin)
        pairs.append(("Year of birth", year))
    days = f"{window.days}, days and times of {window.zone_name}"
    pairs += [
        ("Pump", _pump(frames)),
        ("Drug and strength", _drug(frames, window)),
        ("Window", Fact("window.all", "Days of the page, and their zone", days)),
        ("Visits", visits(frames, window)),
        ("Site", Fact("record.site", "Site", site)),
    ]
    return Pairs(tuple(pairs))


def _pump(frames: Mapping[str, pd.DataFrame]) -> Said:
    pumps = rows(frames["pumps"])
    if not pumps:
        return "not on record"
    last = pumps[-1]
    said = last["model"] or "model not stated"
    if last["reservoir_ml"] is not None:
        said += f", reservoir {units.quantity(last['reservoir_ml'], units.ML)}"
    said += f", implanted {printed.day(last['implanted_on'])}"
    return Fact("pump.model", "Pump", said, source=printed.source("pump", last))


def _drug(frames: Mapping[str, pd.DataFrame], window: Window) -> Said:
    known = rows(on_record(frames, window))
    if not known:
        return "not on record"
    return Fact(
        "drug.strength", "Drug and strength of the last recorded program", strength(known[-1]),
        known[-1]["concentration_mcg_per_ml"], "mcg/mL", source=printed.source("dose_change", known[-1]),
    )  # fmt: skip


def gaps_panel(frames: Mapping[str, pd.DataFrame], window: Window) -> Panel | None:
    """What the record does not hold enough of to say; None when there is nothing to list.

    Args:
        frames: The frames of one patient, cut at the end of the window.
        window: The days of the page.
    """
    missing = [*_dose_gaps(frames, window), *_score_gaps(frames, window), *_refill_gaps(frames)]
    if not missing:
        return None
    return Panel("gaps", "Not enough data for", (Lines(tuple(f"- {what}" for what in missing)),))


def _dose_gaps(frames: Mapping[str, pd.DataFrame], window: Window) -> Iterator[str]:
    doses = on_record(frames, window)
    if doses.empty:
        yield "the last recorded programmed dose: no dose change is on record"
    elif doses["concentration_mcg_per_ml"].isna().iloc[-1]:
        yield "the strength in the program: not stated with the last change"


def _score_gaps(frames: Mapping[str, pd.DataFrame], window: Window) -> Iterator[str]:
    scores = frames["scores"]
    if scores.empty:
        yield "medians of scores: no score is on record"
    elif within(scores, "observed", window).empty:
        yield "medians of this month: no score is on record in it"
    elif within(scores, "observed", window.previous).empty:
        yield "the month before: no score is on record in it"


def _refill_gaps(frames: Mapping[str, pd.DataFrame]) -> Iterator[str]:
    refills = rows(frames["refills"])
    if not refills:
        yield "withdrawn less expected volume: no refill is on record"
    elif refills[-1]["expected_ml"] is None or refills[-1]["withdrawn_ml"] is None:
        yield "withdrawn less expected volume of the last refill: one of the two is not stated"


def footer(frames: Mapping[str, pd.DataFrame], window: Window) -> tuple[Said, ...]:
    """What the page rests on: counts, version, and the statement.

    Args:
        frames: The frames of one patient, cut at the end of the window.
        window: The days of the page.
    """
    counted = [(KINDS[table].frame, KINDS[table].title.lower()) for table in COUNTED]
    words = [f"{title} {len(frames[frame])}" for frame, title in counted]
    total = sum(len(frames[frame]) for frame, _ in counted)
    said = f"Records of this patient up to {window.last.isoformat()}, from which this was made: {', '.join(words)}."
    counts = Fact("record.counts", "Records the page was made from", said, float(total), "records", n=total)
    made = Fact("record.version", "Version of the program", f"Written by titration {version()}.")
    return (counts, made, CUT, STATEMENT)
