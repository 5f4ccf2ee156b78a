"""A chart: one patient's frames, read at one moment; it only reads, and holds no file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from titration.derive.kept import Kept
from titration.derived import Derived

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from titration.plot.figure import Figure
    from titration.report.monthly import MonthlyReport
    from titration.report.paper import Paper
    from titration.scales import Register


@dataclass(frozen=True, eq=False)
class Chart(Derived):
    """One patient's record as it stood after one entry.

    `log.chart("P001")` makes one. Each of its frames is a copy of your own: editing it cannot harm
    the chart, and nothing done to a chart reaches the log.

    Attributes:
        patient: Code of the patient.
        site: Name of the site.
        zone: IANA zone of the site.
        asof: The entry it was read at.
        asof_at: When that entry was recorded, in UTC.
        head: The seal of that entry, 64 hex digits.
        log_id: The log's own id.
        demo: Whether the log is made up.
        frames: Every frame by its name.
        scales: The scales of the log.

    Example:
        >>> chart = demo_log.chart("P001")
        >>> chart.doses["dose_mcg_per_day"].tolist()[:3]
        [100.0, 115.0, 130.0]
    """

    patient: str
    site: str
    zone: str
    asof: int
    asof_at: pd.Timestamp
    head: str
    log_id: str
    demo: bool
    frames: Mapping[str, pd.DataFrame]
    scales: Register

    def __post_init__(self) -> None:
        """What follows from the frames is derived once: they do not change any more."""
        object.__setattr__(self, "frames", Kept(self.frames, patient=self.patient))

    def __getattr__(self, name: str) -> pd.DataFrame:
        """A frame by its name: `chart.doses`, `chart.scores`, `chart.refills` and so on."""
        frames = self.__dict__.get("frames", {})
        if name in frames:
            made: pd.DataFrame = frames[name]  # a copy of your own, see `Kept`
            return made
        message = f"a chart has no {name!r}; its frames are {', '.join(frames)}"
        raise AttributeError(message)

    def __dir__(self) -> list[str]:
        """The frames too, for completion."""
        return [*super().__dir__(), *self.frames]

    def plot(self, *, since: Any = None, until: Any = None, scale: str | None = None) -> Figure:
        r"""The timeline: daily dose over scores, with side effects, events, oral drugs and refills.

        Args:
            since: First day to show; all when None.
            until: Last day to show; the day of the newest entry when None.
            scale: One scale's code; the three with most data when None.

        Returns:
            A matplotlib Figure that shows exactly once in a notebook; `.twin` says the same in words.

        Example:
            >>> demo_log.chart("P001").plot().axes[0].get_ylabel()
            'Daily dose\n(mcg/day)'
        """
        own = {} if scale is None else {"scale": scale}
        return self.picture("timeline", since=since, until=until, **own)

    def picture(self, name: str, *, since: Any = None, until: Any = None, **own: Any) -> Figure:
        """A picture of this patient by its name, as listed in `titration.plot.pictures.PICTURES`.

        Args:
            name: As `timeline`, `visits`, `schedule`, `calendar`.
            since: First day to show; all when None.
            until: Last day to show; the day of the newest entry when None.
            own: What that picture takes beside these, as `scale="nrs_spasticity"`.

        Returns:
            A matplotlib Figure that shows exactly once in a notebook; `.twin` says the same in words.

        Raises:
            LookupError: There is no such picture; says which there are.

        Example:
            >>> demo_log.chart("P001").picture("timeline").twin.splitlines()[0][:4]
            'P001'
        """
        import pandas as pd  # noqa: PLC0415 - the picture needs it, a chart at rest does not

        from titration.plot import pictures  # noqa: PLC0415 - matplotlib is heavy

        own = {"asof": self.asof_at, **own} if name == "timeline" else own
        first = None if since is None else pd.Timestamp(since, tz=self.zone)
        last = self.asof_at if until is None else pd.Timestamp(until, tz=self.zone) + pd.Timedelta(days=1, seconds=-1)
        return pictures.picture(
            name, self.frames, patient=self.patient, zone=self.zone, until=last, scales=self.scales, since=first, **own
        )

    @property
    def text(self) -> str:
        """The picture's text twin: the same in plain words, 80 columns, for pasting into a chart."""
        return self.plot().twin

    def report(
        self, month: str, *, before_after: bool = False, pictures: bool = True, study_id: str | None = None
    ) -> MonthlyReport:
        """The month's report, from this chart alone.

        Args:
            month: As in 2026-10; its edges are midnights in the log's zone.
            before_after: Whether scores before and after each change are added, with what may mislead in them.
            pictures: Whether it is drawn too; without them it says the same, in a tenth of the time.
            study_id: What the patient is called on a de-identified report (`deidentified.study_ids` makes one); it
                speaks of the newest 28 days, counted from the implant, that were over by the end of the month.

        Returns:
            A report that shows itself in a notebook; `.save("out/")` writes PDF, HTML, text and facts.

        Example:
            >>> demo_log.chart("P001").report("2026-10", pictures=False).month
            '2026-10'
        """
        from titration.report import monthly  # noqa: PLC0415 - Typst and Jinja are heavy

        return monthly.build(
            self, month, history=self.frames["corrections"], before_after=before_after, pictures=pictures, study_id=study_id,
        )  # fmt: skip

    def card(self) -> Paper:
        """The record card for an emergency department, an MRI, surgery or a transfer: facts on one page, each with its date.

        Example:
            >>> demo_log.chart("P001").card().stem
            'P001-card-2026-11-13'
        """
        from titration.report import emergency, monthly  # noqa: PLC0415 - Typst and Jinja are heavy

        return emergency.card(self, mark=monthly.MADE_UP if self.demo else "")

    def __repr__(self) -> str:
        """Which patient, as of when, and how much there is; nothing that is not a code or a count."""
        counts = ", ".join(f"{len(f)} {name.replace('_', ' ')}" for name, f in self.frames.items() if len(f))
        return f"<chart of {self.patient}, as of entry {self.asof} ({self.asof_at:%Y-%m-%d %H:%M} UTC): {counts or 'no facts'}>"

    def _repr_html_(self) -> str:
        """A card for a notebook: who, as of when, the picture, and the same in words beneath."""
        from titration.plot import chart_card  # noqa: PLC0415 - matplotlib is heavy

        return chart_card(self)
