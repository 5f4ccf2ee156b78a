"""What follows from one patient's chart: each a frame, each one line down to `derive`.

`Chart` has all of these; the formulas, units and sources stand with the functions they name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from titration.derive import (
    boluses,
    clock,
    diary,
    epochs,
    findings,
    goals,
    lateness,
    ledger,
    program,
    reconcile,
    recorded,
    reservoir,
    totals,
    weekly,
    windows,
)
from titration.derive.cuts import device_changes
from titration.derive.washout import WINDOW, Window

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    import pandas as pd

    from titration.scales import Register


class Derived:
    """The derivations of a chart; see `titration.derive` for each formula."""

    if TYPE_CHECKING:
        frames: Mapping[str, pd.DataFrame]
        zone: str
        asof_at: pd.Timestamp
        scales: Register

    @property
    def findings(self) -> pd.DataFrame:
        """What is odd about this record and was not closed yet; see `derive.findings.findings`.

        Example:
            >>> demo_log.chart("P010").findings["rule"].tolist().count("unexplained")
            1
        """
        return findings.findings(self.frames, zone=self.zone, until=self.asof_at)

    @property
    def staircase(self) -> pd.DataFrame:
        """The dose in force from segment to segment; see `derive.recorded.staircase`.

        Example:
            >>> demo_log.chart("P001").staircase["dose_mcg_per_day"].tolist()[:2]
            [100.0, 115.0]
        """
        return recorded.staircase(self.frames, zone=self.zone, until=self.asof_at)

    @property
    def unexplained(self) -> pd.DataFrame:
        """Intervals that ended with a readout unlike the program; see `derive.reconcile.unexplained`.

        Example:
            >>> len(demo_log.chart("P010").unexplained)
            1
        """
        return reconcile.unexplained(self.frames, zone=self.zone, until=self.asof_at)

    @property
    def daily_totals(self) -> pd.DataFrame:
        """What the program adds up to on each day; see `derive.totals.daily_totals`.

        Example:
            >>> "total_mcg" in demo_log.chart("P001").daily_totals
            True
        """
        frames = self.frames
        return totals.daily_totals(
            self.staircase, frames["dose_steps"], frames["timed_boluses"], zone=self.zone,
            offsets=clock.offsets(frames, zone=self.zone), bridges=boluses.bridges(frames["boluses"], zone=self.zone),
        )  # fmt: skip

    @property
    def program_closure(self) -> pd.DataFrame:
        """What each program adds up to beside what it states; see `derive.program.closure`.

        Example:
            >>> bool(demo_log.chart("P003").program_closure["fits"].all())
            True
        """
        frames = self.frames
        return program.closure(frames["doses"], frames["dose_steps"], frames["timed_boluses"])

    @property
    def refill_closure(self) -> pd.DataFrame:
        """Measured less expected at each refill, as printed and ours; see `derive.reservoir.closure`.

        Example:
            >>> len(demo_log.chart("P001").refill_closure) == len(demo_log.chart("P001").refills)
            True
        """
        return reservoir.closure(self.frames, zone=self.zone)

    @property
    def clock_differences(self) -> pd.DataFrame:
        """When the site's wall clock and the pump's differ; see `derive.clock.differs`.

        Example:
            >>> demo_log.chart("P003").clock_differences["difference_min"].abs().unique().tolist()
            [60]
        """
        starts = self.staircase["start"]
        since = self.asof_at if starts.empty else starts.min()
        return clock.differs(self.frames, zone=self.zone, since=since, until=self.asof_at)

    @property
    def patient_boluses(self) -> pd.DataFrame:
        """Patient-activated boluses as an amount between two readouts; see `derive.boluses.patient_activated`."""
        return boluses.patient_activated(self.frames, zone=self.zone)

    @property
    def screening(self) -> pd.DataFrame:
        """Scores by hours since a screening bolus; see `derive.boluses.screening`.

        Example:
            >>> demo_log.chart("P009").screening.empty
            False
        """
        return boluses.screening(self.frames, zone=self.zone)

    @property
    def lateness(self) -> pd.DataFrame:
        """Every score with how many days late it was written; see `derive.lateness.lateness`.

        Example:
            >>> "days_late" in demo_log.chart("P001").lateness
            True
        """
        return lateness.lateness(self.frames["scores"], zone=self.zone)

    @property
    def epochs(self) -> pd.DataFrame:
        """Each stretch of one dose with its scores; see `derive.epochs.scored`.

        Example:
            >>> "n_settling" in demo_log.chart("P001").epochs
            True
        """
        frames = self.frames
        return epochs.scored(
            self.staircase, frames["scores"], zone=self.zone, scales=self.scales,
            diary_schedules=frames["diary_schedules"], patient_states=frames["patient_states"],
        )  # fmt: skip

    def completeness(self, first: date, last: date) -> pd.DataFrame:
        """Diary entries expected and filled; see `derive.diary.completeness`.

        Example:
            >>> from datetime import date
            >>> made = demo_log.chart("P001").completeness(date(2026, 10, 1), date(2026, 10, 31))
            >>> made["n_expected"].tolist()
            [31]
        """
        frames = self.frames
        return diary.completeness(
            frames["scores"], first=first, last=last, zone=self.zone, scales=self.scales,
            diary_schedules=frames["diary_schedules"], patient_states=frames["patient_states"],
        )  # fmt: skip

    def windows(self, window: Window = WINDOW) -> pd.DataFrame:
        """Scores before and after each change, or why not computable; see `derive.windows.before_after`.

        Print `derive.windows.CAUTION` beside it: doses rise when scores are high, so scores fall after.

        Example:
            >>> demo_log.chart("P001").windows()["washout_h"].unique().tolist()
            [48.0]
        """
        return windows.before_after(
            self.staircase, self.frames["scores"], zone=self.zone, scales=self.scales,
            device_changes=device_changes(self.frames, zone=self.zone), window=window,
        )  # fmt: skip

    @property
    def ledger(self) -> pd.DataFrame:
        """Each change of the program in a line, with a series of scores on both sides; see `derive.ledger.ledger`.

        Example:
            >>> demo_log.chart("P001").ledger["days_since"].tolist()[:3]
            [<NA>, 14, 13]
        """
        return ledger.ledger(self.frames, zone=self.zone, until=self.asof_at, scales=self.scales)

    @property
    def weeks(self) -> pd.DataFrame:
        """Weekly medians of at least four days; see `derive.weekly.weekly`.

        Example:
            >>> demo_log.chart("P001").weeks.empty
            False
        """
        return weekly.weekly(self.frames["scores"], zone=self.zone, scales=self.scales)

    def goal_attainment(self, at: date) -> pd.DataFrame:
        """GAS T of the goals rated by a day; see `derive.goals.gas_t`.

        Example:
            >>> from datetime import date
            >>> demo_log.chart("P001").goal_attainment(date(2026, 11, 1))["gas_t"].round(1).tolist()
            [55.3]
        """
        return goals.gas_t(goals.rated(self.frames["goals"], self.frames["goal_ratings"], at=at))
