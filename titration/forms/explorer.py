"""The pictures of one patient with pickers: picture, dates, scale, time between two changes, and the log as it was known.

It only reads; each picture is the one `chart.picture` draws.
"""

from __future__ import annotations

import base64
import inspect
from html import escape
from typing import TYPE_CHECKING, Any

import ipywidgets
import pandas as pd

from titration import times
from titration.errors import TitrationError
from titration.forms import boxes, readback
from titration.forms.style import STYLE
from titration.plot import pictures
from titration.units import MCG_PER_DAY, Unfit, quantity

if TYPE_CHECKING:
    from titration.chart import Chart
    from titration.log import Log
    from titration.plot.figure import Figure

DAY = "a day, as in 2026-10-08; blank: all"
ASOF = "day or entry; blank: as it stands"
MOST_STATES = 60


class Explorer(ipywidgets.VBox):  # type: ignore[misc]  # ipywidgets says nothing of its types
    """One patient's pictures, redrawn as they are asked for.

    Attributes:
        picture: Which picture.
        since: First day shown.
        until: Last day shown.
        scale: Which scale, for the pictures that show one.
        epoch: A time between two dose changes; choosing one fills in its first and last day.
        asof: A day or an entry: the log as it was known then.
        figure: What is shown; None while it cannot be.
        words: What is said of it, as HTML.
    """

    def __init__(self, log: Log, patient: str) -> None:
        """The timeline, all of it.

        Args:
            log: An open log.
            patient: Code.
        """
        chart = log.chart(patient)  # raises when there is no such patient
        super().__init__()
        self._titration, self._patient = log, patient
        self.figure: Figure | None = None
        self.picture = boxes.drop_down("Picture", _offered(), blank="choose a picture").add_class("titration-patient")
        self.picture.value = next(iter(pictures.PICTURES))
        self.since, self.until = boxes.text_box("First day", DAY), boxes.text_box("Last day", DAY)
        self.scale, self.epoch = boxes.drop_down("Scale", ()), boxes.drop_down("Between changes", ())
        self.epoch.add_class("titration-patient")
        self.asof = ipywidgets.Combobox(
            description="As it was known", placeholder=ASOF, options=_states(log, patient), ensure_option=False,
            continuous_update=False, style=boxes.NAMED,
        )  # fmt: skip
        self.words, self._shown, self._twin = boxes.said(), boxes.said(), boxes.said()
        self.who = boxes.said(f"<b>{escape(log.identity(patient))}</b>").add_class("titration-who")
        self._is_quiet = False
        for box in (self.since, self.until):
            box.continuous_update = False  # drawn when the day is whole: Enter, or on to the next box
        self.add_class("titration-form")
        rows = [(self.picture,), (self.scale, self.asof), (self.epoch,), (self.since, self.until)]
        pickers = [ipywidgets.HBox(row).add_class("titration-wraps") for row in rows]
        folded = boxes.fold_widgets([self._twin], "The same in words")
        self.children = (boxes.said(STYLE), self.who, *pickers, self.words, self._shown, folded)
        self._fill(chart)
        for box in (self.picture, self.since, self.until, self.scale, self.asof):
            box.observe(self._draw, "value")
        self.epoch.observe(self._between, "value")
        self._draw(None)

    def __repr__(self) -> str:
        """Whose pictures."""
        return f"<pictures of {self._patient}>"

    def _fill(self, chart: Chart) -> None:
        """The scales and the times between changes that this state of the record has."""
        used = list(chart.frames["scores"]["scale"].value_counts().index)
        names = [(chart.scales[code].name, code) for code in used if code in chart.scales]
        self.scale.options = [("as the picture has it", ""), *names]
        self.epoch.options = [("all of it", ""), *_epochs(chart)]

    def _between(self, _: Any) -> None:
        """The first and last day of the time that was chosen."""
        first, _, last = self.epoch.value.partition(" ")
        self._is_quiet, self.since.value, self.until.value = True, first, last
        self._is_quiet = False
        self._draw(None)

    def _draw(self, _: Any) -> None:
        """The picture as asked for, or why there is none."""
        if self._is_quiet:
            return
        self.figure = None
        try:
            chart = self._titration.chart(self._patient, asof=_number(self.asof.value))
            own = self._own()
            figure = chart.picture(self.picture.value, **own)
        except (TitrationError, LookupError, ValueError) as error:
            self._shown.value = self._twin.value = ""
            self.words.value = readback.panel("No picture can be drawn so.", f"<p>{escape(str(error))}</p>")
            return
        self.figure = figure
        picture = base64.b64encode(figure.image("png")).decode("ascii")
        self._shown.value = f'<img alt="{escape(figure.alt)}" src="data:image/png;base64,{picture}">'
        self._twin.value = readback.lines_of([figure.twin])
        self.words.value = self._known(chart) + f"<pre>{escape(self._line(own))}</pre>"

    def _own(self) -> dict[str, Any]:
        """What the picture is asked for; a scale only where it takes one."""
        takes = _takes_scale(self.picture.value)
        self.scale.disabled = not takes
        asked = {"since": _day("First day", self.since.value), "until": _day("Last day", self.until.value)}
        if takes and self.scale.value:
            asked["scale"] = self.scale.value
        return {name: value for name, value in asked.items() if value is not None}

    def _known(self, chart: Chart) -> str:
        """Says so when what is shown is an earlier state of the log."""
        newest = self._titration.entry_at()
        if chart.asof == newest:
            return ""
        when = chart.asof_at.tz_convert(chart.zone)
        said = (
            f"<p>As it was known after entry {chart.asof}, recorded {when:%Y-%m-%d %H:%M}. What was entered or corrected"
            f" later is not shown; the log stands at entry {newest} now.</p>"
        )
        return readback.panel("An earlier state of the record", said)

    def _line(self, own: dict[str, Any]) -> str:
        """The line that draws the same picture in a notebook."""
        asof = _number(self.asof.value)
        chart = ", ".join(filter(None, (f'"{self._patient}"', "" if asof is None else f"asof={_said(asof)}")))
        asked = "".join(f", {name}={_said(value)}" for name, value in own.items())
        return f'The same in a cell of its own: log.chart({chart}).picture("{self.picture.value}"{asked})'


def _offered() -> list[tuple[str, str]]:
    """The pictures, those drawn on request at the end."""
    made = sorted(pictures.PICTURES.items(), key=lambda pair: pair[1].on_request)
    return [(f"{name}: {kind.shows}{' (on request)' if kind.on_request else ''}", name) for name, kind in made]


def _takes_scale(name: str) -> bool:
    return "scale" in inspect.signature(pictures.drawing(name)).parameters


def _number(text: str) -> int | str | None:
    """What was typed as a state of the log: an entry, a day, or nothing for the newest."""
    plain = text.partition(":")[0].strip()
    if not plain:
        return None
    plain = plain.removeprefix("entry ")
    return int(plain) if plain.isascii() and plain.isdigit() else plain


def _day(heading: str, text: str) -> str | None:
    """A day as typed."""
    if not text.strip():
        return None
    try:
        return times.parse_day(text.strip()).isoformat()
    except Unfit as unfit:
        message = f"{heading}={text.strip()}: {unfit}"
        raise ValueError(message) from unfit


def _said(value: int | str) -> str:
    return str(value) if isinstance(value, int) else f'"{value}"'


def _states(log: Log, patient: str) -> tuple[str, ...]:
    """The last states of the log in which something was recorded of a patient, one a day, the newest first."""
    history = log.history(patient)
    if history.empty:
        return ()
    at = pd.to_datetime(history["recorded_at"], utc=True).dt.tz_convert(log.zone)
    last = history.assign(day=at.dt.strftime("%Y-%m-%d")).groupby("day", sort=True)["entry"].max()
    return tuple(f"entry {entry}: the last of {day}" for day, entry in last.iloc[::-1].head(MOST_STATES).items())


def _epochs(chart: Chart) -> list[tuple[str, str]]:
    """Each time between two changes: what was programmed, and its first and last day."""
    found = chart.epochs.drop_duplicates("epoch")
    made = []
    for _, row in found.iterrows():
        first, last = (row[name].tz_convert(chart.zone).strftime("%Y-%m-%d") for name in ("start", "end"))
        open_end = ", nothing recorded since" if row["is_open"] else ""
        dose = quantity(row["dose_mcg_per_day"], MCG_PER_DAY)
        made.append((f"{first} to {last}: {dose}, {row['mode']}{open_end}", f"{first} {last}"))
    return made
