"""Many charts at once: every patient's frames, read at one moment; it only reads, and holds no file."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from titration.cohort import table, therapy, traces

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from titration.plot.figure import Figure

PICTURES = {"swimmer": "swimmer", "dose-traces": "dose_traces"}
"""The pictures of many patients: name, and the module and function of `titration.plot` that draws it."""


@dataclass(frozen=True, eq=False)
class Cohort:
    """Every patient's record as it stood after one entry; `log.cohort()` makes one.

    It describes the patients of a log together. Nobody is ranked, compared or picked out.

    Attributes:
        site: Name of the site.
        zone: IANA zone of the site.
        asof: The entry it was read at.
        asof_at: When that entry was recorded, in UTC.
        demo: Whether the log is made up.
        frames: Every frame by its name, of all patients.

    Example:
        >>> int(demo_log.cohort().table["n"].iloc[0])
        13
    """

    site: str
    zone: str
    asof: int
    asof_at: pd.Timestamp
    demo: bool
    frames: Mapping[str, pd.DataFrame]

    @property
    def table(self) -> pd.DataFrame:
        """Who the patients are, in counts and quartiles; see `cohort.table.table_one`."""
        return table.table_one(self.frames, zone=self.zone, until=self.asof_at)

    @property
    def therapies(self) -> pd.DataFrame:
        """One row per patient: on therapy since when, until when; see `cohort.therapy.therapies`."""
        return therapy.therapies(self.frames, zone=self.zone, until=self.asof_at)

    @property
    def traces(self) -> pd.DataFrame:
        """The dose of each patient month by month; see `cohort.traces.traces`."""
        return traces.traces(self.frames, zone=self.zone, until=self.asof_at)

    def picture(self, name: str, **own: Any) -> Figure:
        """A picture of many patients by its name.

        Args:
            name: swimmer or dose-traces.
            own: What that picture takes beside the frames.

        Returns:
            A matplotlib Figure that shows exactly once in a notebook; `.twin` says the same in words.

        Raises:
            LookupError: There is no such picture; says which there are.

        Example:
            >>> demo_log.cohort().picture("swimmer").twin.splitlines()[0][:8]
            'Patients'
        """
        if name not in PICTURES:
            message = f"{name!r} is not a picture of many patients; they are {', '.join(PICTURES)}"
            raise LookupError(message)
        module = importlib.import_module(f"titration.plot.{PICTURES[name]}")
        figure: Figure = getattr(module, PICTURES[name])(self.frames, zone=self.zone, until=self.asof_at, **own)
        return figure

    def __repr__(self) -> str:
        """How many patients, as of when; no code of anybody."""
        n = len(self.frames["patients"])
        return f"<cohort of {n} patients, as of entry {self.asof} ({self.asof_at:%Y-%m-%d %H:%M} UTC)>"
