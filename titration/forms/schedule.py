"""The editor of a schedule: rows of days, start and amount over the text the record reads, and what it adds up to.

The text is what counts; rows write it, and follow when it is typed by hand.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

import ipywidgets

from titration.fields import Reading
from titration.forms import boxes, typed_steps
from titration.forms.typed_steps import Row
from titration.units import Unfit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from titration.fields import Field

CELLS = ("days", "start", "amount", "over")


class Schedule:
    """The rows of one field of a program: its steps, or its timed boluses.

    Attributes:
        text: The box the record is read from.
        add: The button for one more row.
        widget: The rows on the screen.
    """

    def __init__(self, field: Field, text: Any, *, word: str, made: Callable[[list[Any]], None]) -> None:
        """An editor without rows.

        Args:
            field: The field of the dose change.
            text: Its box.
            word: What one row is: "step" or "bolus".
            made: Called with the boxes of each new row.
        """
        self._field, self.text, self._word, self._made = field, text, word, made
        self._rows: list[dict[str, Any]] = []
        self._is_writing = False
        self.add = ipywidgets.Button(description=f"Add a {word}")
        self._list = ipywidgets.VBox([])
        self.widget = ipywidgets.VBox([self._list, self.add])
        self.add.on_click(lambda _: self.append())
        text.observe(self._follow, "value")

    @property
    def named(self) -> dict[str, Any]:
        """The boxes of its rows, by name; the row's number comes first."""
        return {f"{self._word}|{n}|{name}": row[name] for n, row in enumerate(self._rows) for name in self._cells}

    @property
    def rows(self) -> list[Row]:
        """What stands in the rows."""
        return [Row(**{name: row[name].value for name in self._cells}) for row in self._rows]

    @property
    def _cells(self) -> tuple[str, ...]:
        return CELLS if self._word == "bolus" else CELLS[:3]

    def append(self, row: Row | None = None) -> list[Any]:
        """One more row; returns its boxes."""
        values = row or Row()
        amount = "4 mcg/h or 24 mcg" if self._word == "step" else "25 mcg"
        nth = len(self._rows) + 1
        made: dict[str, Any] = {
            "days": ipywidgets.Dropdown(options=list(typed_steps.DAYS), value=values.days),
            "start": ipywidgets.Text(value=values.start, placeholder="hh:mm"),
            "amount": ipywidgets.Text(value=values.amount, placeholder=amount),
        }
        if self._word == "bolus":
            made["over"] = ipywidgets.Text(value=values.over, placeholder="over 5 min")
        for name, box in made.items():
            box.tooltip = f"{self._word} {nth}: {name}"
            box.observe(self._write, "value")
        cells = list(made.values())
        made["said"] = ipywidgets.HTML()
        made["less"] = ipywidgets.Button(description="Remove", tooltip=f"remove this {self._word}")
        made["less"].on_click(lambda _: self._remove(made))
        made["line"] = ipywidgets.HBox([*cells, made["less"], made["said"]]).add_class("titration-step")
        self._rows.append(made)
        self._list.children = [row["line"] for row in self._rows]
        self._made(cells)
        return cells

    def make(self, names: Iterable[str]) -> None:
        """Rows for the boxes of those names, as many as are lacking."""
        numbers = [int(name.split("|")[1]) for name in names if name.startswith(f"{self._word}|")]
        for _ in range(max(numbers, default=-1) + 1 - len(self._rows)):
            self.append()

    def close(self) -> None:
        """Nothing can be changed any more."""
        for button in (self.add, *(row["less"] for row in self._rows)):
            button.disabled = True

    def _remove(self, made: dict[str, Any]) -> None:
        self._rows = [row for row in self._rows if row is not made]
        self._list.children = [row["line"] for row in self._rows]
        self._write(None)

    def _write(self, _: Any) -> None:
        """The text, out of the rows."""
        if self._is_writing:
            return
        is_step = self._word == "step"
        rows, self._is_writing = self.rows, True
        self.text.value = typed_steps.steps_text(rows) if is_step else typed_steps.boluses_text(rows)
        self._is_writing = False
        self._say(rows)

    def _say(self, rows: list[Row]) -> None:
        if self._word == "step":
            there = [row for row in rows if not row.is_blank]
            for made, row in zip(self._rows, rows, strict=True):
                made["said"].value = escape(typed_steps.beside(row, there))

    def _follow(self, _: Any) -> None:
        """The rows, out of a text typed by hand; they stay while it cannot be read."""
        if self._is_writing:
            return
        try:
            parts = self._field.value.parse(self.text.value, Reading()) if self.text.value.strip() else ()
        except Unfit:
            return
        rows, self._is_writing = typed_steps.rows_of(parts), True
        self._rows = []
        for row in rows:
            self.append(row)
        self._list.children = [row["line"] for row in self._rows]
        self._is_writing = False
        self._say(rows)


def schedules(
    made: dict[str, Any], fields: dict[str, Field], watch: Callable[[list[Any]], None]
) -> dict[str, Schedule]:
    """The editors of a program: of its steps and of its timed boluses.

    Args:
        made: The boxes of the dose change, by field.
        fields: Its fields, by name.
        watch: Called with the boxes of each new row.
    """
    words = {"steps": "step", "boluses": "bolus"}
    return {name: Schedule(fields[name], made[name], word=word, made=watch) for name, word in words.items()}


def heading(words: str) -> Any:
    """A small heading over rows."""
    return boxes.said(f"<b>{escape(words)}</b>")
