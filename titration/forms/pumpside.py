"""The parts of the form about the pump: the program with its schedule and its sums, the refill."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ipywidgets

from titration.errors import InvalidRecord
from titration.fields import Reading
from titration.forms import boxes, readback, schedule
from titration.forms.drafts import STAND_IN_CODE, STAND_IN_DAY, Complaint
from titration.forms.section import Section
from titration.records import DoseChange, Refill, from_texts, kind_of
from titration.records.sums import daily_totals
from titration.units import Unfit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

SCHEDULED = ("flex", "periodic bolus")
SUMMED = ("mode", "dose_mcg_per_day", "concentration_mcg_per_ml", "flow_ml_per_day", "steps", "boluses")
FILLED = ("concentration_mcg_per_ml", "withdrawn_ml", "injected_ml", "drug", "brand", "lot")
"""What makes a refill one: a date alone does not."""


class Program(Section):
    """The dose change: its boxes, the rows of its schedule, and what that adds up to while it is typed.

    Attributes:
        editors: The rows, by field: steps and boluses.
        sums: What it adds up to, as it stands.
    """

    def __init__(self, usual: Sequence[str], apart: Sequence[str], made: Callable[[list[Any]], None]) -> None:
        """Boxes for a dose change.

        Args:
            usual: The fields that stand open.
            apart: The fields whose boxes stand elsewhere on the screen.
            made: Called with the boxes of each new row.
        """
        kind = kind_of(DoseChange)
        super().__init__(kind, usual, apart=apart)
        texts = {name: self.box(name) for name in ("steps", "boluses")}
        self.editors = schedule.schedules(texts, {f.name: f for f in kind.fields}, made)
        self.sums = boxes.said()
        said = "Schedule, by the pump's clock; a step runs until the next one, across midnight too"
        typed = boxes.fold_widgets(list(texts.values()), "The same as text")
        self._schedule = ipywidgets.VBox(
            [schedule.heading(said), *(editor.widget for editor in self.editors.values()), typed]
        ).add_class("titration-schedule")
        children = [made for made in self.widget.children if made not in texts.values()]
        place = children.index(self.box("concentration_mcg_per_ml")) + 1
        self.widget.children = [*children[:place], self._schedule, self.sums, *children[place:]]
        for name in SUMMED:
            self.box(name).observe(self._sum, "value")
        self._sum(None)

    @property
    def named(self) -> dict[str, Any]:
        """Its boxes, and those of the rows, which come first so that the text is what counts."""
        return {**{n: box for editor in self.editors.values() for n, box in editor.named.items()}, **super().named}

    def make(self, names: Iterable[str]) -> None:
        """The rows of the schedule that are lacking."""
        there = list(names)
        for editor in self.editors.values():
            editor.make(there)

    def close(self) -> None:
        """No row can be added or removed any more."""
        for editor in self.editors.values():
            editor.close()

    def _sum(self, _: Any) -> None:
        texts = self.texts
        is_scheduled = texts.get("mode") in SCHEDULED or "steps" in texts or "boluses" in texts
        self._schedule.layout.display = None if is_scheduled else "none"
        self.sums.value = sums({name: texts[name] for name in SUMMED if name in texts})


def sums(texts: Mapping[str, str]) -> str:
    """What the parts of a program add up to, as typed so far; nothing where there is nothing to add up.

    Args:
        texts: The program, by field.

    Returns:
        HTML.

    Example:
        >>> "168 micrograms per day" in sums({"steps": "00:00 4 mcg/h; 06:00 8 mcg/h"})
        True
    """
    kind = kind_of(DoseChange)
    try:
        stand_in = {"patient": STAND_IN_CODE, "effective_on": STAND_IN_DAY}
        change = from_texts(kind, {**stand_in, **texts}, Reading())
    except InvalidRecord:
        change = None
    if isinstance(change, DoseChange):
        return readback.sums(change)
    if not {"steps", "boluses"} & set(texts):
        return ""
    try:
        parts = [kind.field(n).value.parse(texts[n], Reading()) if n in texts else () for n in ("steps", "boluses")]
    except Unfit:
        return readback.lines_of(["The schedule cannot be added up yet: a row is not complete, or lacks its unit."])
    return readback.totals(daily_totals(*parts))


class Filling(Section):
    """The refill; a date alone makes none."""

    def __init__(self, usual: Sequence[str], apart: Sequence[str]) -> None:
        super().__init__(kind_of(Refill), usual, apart=apart)

    def conflicts(self) -> list[Complaint]:
        """A booked or printed date without anything that was filled or withdrawn."""
        texts = self.texts
        if not texts or any(name in texts for name in FILLED):
            return []
        allowed = "is kept with a refill; give what was withdrawn or injected, or write it in the note"
        name, text = next(iter(texts.items()))
        return [Complaint(self.kind.title, self.labels[name], text, allowed)]
