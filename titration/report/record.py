"""What a page says about the record itself: as of when it was read, and from how much it was made.

The statement at its foot says what the page is and is not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from typing import TYPE_CHECKING

from titration.records import KINDS
from titration.report import printed
from titration.report.facts import AS_RECORDED, Fact, Made

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from titration.report.page import Said
    from titration.report.window import Window

STATEMENT = (
    "This page repeats and sums up what clinicians entered in the log. It does not propose, work out or check a "
    "dose, does not watch over a patient, is joined to no device, and is not for urgent decisions. Programmed is not "
    "delivered: what the pump gave is not known here."
)
CUT = "What is dated after the last day of the window is not on this page."
COUNTED = ("dose_change", "score", "refill", "side_effect", "event", "oral_dose", "visit", "note")
SHORT = 16
COUNTS: Made = {
    "definition": "the patient's rows of those kinds that are dated up to the last day of the window",
    "formula": "",
    "function": "titration.report.window.until",
}
EARLY = "the month was not over, or not all of it entered"


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

    def facts(self, window: Window, *, early: str) -> tuple[Fact, ...]:
        """The line for the header, with the short form of the seal, and the one for the foot.

        Args:
            window: The days of the page.
            early: What is said when the log was read before they were over; empty where that says nothing.
        """
        when = printed.instant(self.asof_at, window.zone)
        read = f"entry {self.asof}, written {when} (seal {'-'.join(re.findall('.{4}', self.head[:SHORT]))})"
        if early and self.asof_at < window.end:
            read += f"; {early}"
        return (
            Fact(
                "record.asof", "The log as it was known at", read, float(self.asof), "entry", definition=self._rule(),
                function="titration.report.record.Seal.facts",
            ),
            Fact("record.head", "Seal of that entry", f"Seal of entry {self.asof}: {self.head}", function=AS_RECORDED),
        )  # fmt: skip

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
            >>> asof, footer = seal.facts(month("2026-10", "Europe/London"), early="")
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
    counts = Fact("record.counts", "Records the page was made from", said, float(total), "records", n=total, **COUNTS)
    made = Fact(
        "record.version", "Version of the program", f"Written by titration {version()}.",
        function="titration.report.record.version",
    )  # fmt: skip
    return (counts, made, CUT, STATEMENT)
