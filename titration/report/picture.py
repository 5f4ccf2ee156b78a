"""The pictures of a page, drawn by `plot` once each and taken in as SVG with their text twins.

Which picture a month gets depends on what is on record: a diary is a course over time, visits stand side by side.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from titration.derive import boluses
from titration.report.facts import Fact, Made
from titration.report.page import Lines, Panel, Picture
from titration.report.schedule import SIMPLE
from titration.report.window import Window, within

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    from titration.scales import Register

DIARY_DAYS = 28
"""With so many days with a score in three months a diary is drawn; with fewer, the visits side by side."""
_INDENT = re.compile(r"(<text\b[^>]*>)( +)")
ALT_LETTERS = 300
WRAPPED = 60
"""A line of a twin as long as this goes on in the next one, where it does not end."""
TITLES = {
    "sparklines": "The last twelve months",
    "timeline": "Dose and scores over time",
    "visits": "This visit beside the last ones",
    "schedule": "The program over a day",
    "epochs": "Scores at each dose",
    "calendar": "The diary day by day",
    "refills": "Measured less expected residual volume",
    "screening": "Scores after a screening bolus",
    "before-after": "Scores before and after each change",
}
DRAWN: Made = {
    "definition": "the days a picture shows",
    "formula": "",
    "function": "titration.plot.pictures.picture",
}


@dataclass(frozen=True, eq=False)
class Drawn:
    """What the pictures of a page are drawn from.

    Attributes:
        frames: The frames of one patient, cut at the end of the window.
        patient: The code.
        window: The days of the page.
        scales: The scales of the log.
        wanted: Whether anything is to be drawn.
        day_0: What day 0 of a study is counted as, where the frames are de-identified.
    """

    frames: Mapping[str, pd.DataFrame]
    patient: str
    window: Window
    scales: Register
    wanted: bool = True
    day_0: pd.Timestamp | None = None

    def panel(self, name: str, since: date | None = None, *, behind: bool = False, **own: Any) -> Panel:
        """The panel of one picture.

        Args:
            name: As in `titration.plot.pictures.PICTURES`.
            since: First day shown; all when None.
            behind: Whether it stands behind the page.
            own: What that picture takes beside these.
        """
        from titration.plot import pictures  # noqa: PLC0415 - heavy, and a page of nothing needs no picture

        zone, last = self.window.zone_name, self.window.last
        first = None
        if since is not None:
            first = pd.Timestamp(Window(since, last, zone).start).tz_convert(zone)
        until = pd.Timestamp(self.window.last_minute)
        figure = pictures.picture(
            name, self.frames, patient=self.patient, zone=zone, until=until, scales=self.scales, since=first, **own
        )
        alt = f"This picture of {self.patient} shows {pictures.kind(name).shows}. {alt_of(figure.twin)}"
        words = figure.twin
        if self.day_0 is not None:
            from titration.plot import study  # noqa: PLC0415 - heavy, and few pages are de-identified

            alt, words = study.told(alt, self.day_0), study.told(words, self.day_0)
            figure = study.counted(figure, self.day_0)
        picture = Picture(_held(figure.image("svg").decode()), alt, words)
        items: tuple[Picture | Lines, ...] = (picture,)
        if since is not None:
            days = Fact(
                f"picture.{name}.days", "Days of the picture", f"Drawn: {Window(since, last, zone).days}.", **DRAWN
            )
            items = (picture, Lines((days,)))
        return Panel(name, TITLES[name], items, behind=behind)

    @property
    def nothing(self) -> bool:
        """Whether there is neither a dose nor a score to draw, or no picture is wanted."""
        return bool(not self.wanted or (self.frames["doses"].empty and self.frames["scores"].empty))

    @property
    def has_diary(self) -> bool:
        """Whether scores were written on so many days of three months that their course is drawn."""
        quarter = replace(self.window, first=self.quarter)
        return bool(within(self.frames["scores"], "observed", quarter)["observed_on"].nunique() >= DIARY_DAYS)

    @property
    def by_visits(self) -> bool:
        """Whether visits are shown side by side: there are some, and no diary to draw."""
        is_visited = len(self.frames["visits"]) or (self.frames["scores"]["collected"] == "visit").any()
        return bool(is_visited and not self.has_diary)

    @property
    def quarter(self) -> date:
        """The first day of the three months that end with the page."""
        return self.window.previous.previous.first

    @property
    def year(self) -> date:
        """The first day of the year that ends with the page, or of the month of the first record in it."""
        starts = [self.frames["doses"]["effective_on"].min(), self.frames["scores"]["observed_on"].min()]
        oldest: date = min(start.date() for start in starts if pd.notna(start))
        first = oldest if self.window.study else oldest.replace(day=1)
        return min(self.quarter, max(self.window.year.first, first))


def alt_of(twin: str) -> str:
    r"""What is read to somebody who does not see the picture: its heading, then what is language, without bare numbers.

    Args:
        twin: The picture in words.

    Example:
        >>> alt_of("P001, 2026-08-01 to 2026-10-31\n\nDarker: more spasticity.\n  2025-10-27  2  2\nSeries: patient")
        'P001, 2026-08-01 to 2026-10-31. Darker: more spasticity. Series: patient.'
    """
    parts: list[str] = []
    goes_on = False
    for line in (" ".join(line.split()) for line in twin.splitlines()):
        if line and goes_on:
            parts[-1] += f" {line}"
        elif line:
            parts.append(line)
        goes_on = len(line) > WRAPPED and not line.endswith((".", ":"))
    said = ""
    for place, part in enumerate(parts):
        if place and 2 * sum(map(str.isalpha, part)) < len(part):
            continue
        whole = part if part.endswith((".", ":")) else f"{part}."
        if place and len(said) + len(whole) > ALT_LETTERS:
            break
        said += f" {whole}" if said else whole
    return said


def _held(svg: str) -> str:
    """The drawing with the spaces a text begins with kept: a page drops them, and a key would run into its mark."""
    return _INDENT.sub(lambda found: found[1] + "\N{NO-BREAK SPACE}" * len(found[2]), svg)


def front(drawn: Drawn) -> Iterator[Panel]:
    """The year in strips, then three months of a diary or the last visits; nothing when nothing is on record.

    Args:
        drawn: What to draw from.
    """
    if drawn.nothing:
        return
    yield drawn.panel("sparklines")
    if drawn.by_visits:
        yield drawn.panel("visits")
    else:
        yield drawn.panel("timeline", drawn.quarter if drawn.has_diary else drawn.year)


def strip(drawn: Drawn, known: Sequence[dict[str, Any]]) -> Iterator[Panel]:
    """The program over a day, where the last one has a schedule of its own.

    Args:
        drawn: What to draw from.
        known: What `programs.programs` gives.
    """
    if drawn.wanted and known and known[-1]["mode"] not in SIMPLE:
        yield drawn.panel("schedule")


def behind(drawn: Drawn) -> Iterator[Panel]:
    """What stands behind the page: the year where the page has visits, epochs, calendar, refills, screening.

    Args:
        drawn: What to draw from.
    """
    frames = drawn.frames
    if drawn.nothing:
        return
    if drawn.by_visits:
        yield drawn.panel("timeline", drawn.year, behind=True)
    if not frames["scores"].empty and not frames["doses"].empty:
        yield drawn.panel("epochs", behind=True)
    if drawn.has_diary and drawn.day_0 is None:  # weeks of a calendar
        yield drawn.panel("calendar", drawn.window.year.first, behind=True)
    if not frames["refills"].empty:
        yield drawn.panel("refills", behind=True)
    if not boluses.screening(frames, zone=drawn.window.zone_name).empty:
        yield drawn.panel("screening", behind=True)
