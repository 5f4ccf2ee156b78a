"""Side effects on the form: asked and none in one click, or each with how much."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ipywidgets

from titration.forms import boxes
from titration.forms.drafts import Complaint, Draft
from titration.records import SideEffect, kind_of

if TYPE_CHECKING:
    from collections.abc import Iterable

ALL = "any"
NONE = "none"


class Effects:
    """The side effects asked about at a visit.

    Attributes:
        none: The click for "asked, none".
        widget: What is on the screen.
    """

    def __init__(self) -> None:
        self.kind = kind_of(SideEffect)
        effect, severity = self.kind.field("effect").value, self.kind.field("severity").value
        self.none = ipywidgets.Checkbox(description="Asked about side effects: none", indent=False)
        self._rows = {
            name: boxes.drop_down(name, severity.options)  # type: ignore[attr-defined]  # Choice has them
            for name in effect.options  # type: ignore[attr-defined]  # Choice has them
            if name != ALL
        }
        self._shared = boxes.boxes(self.kind, ("patient", "effect", "severity", "observed_at", "observed_on"))
        grid = ipywidgets.GridBox(list(self._rows.values())).add_class("titration-effects")
        who = [made for made in self._shared if made.names == ("reporter",)]
        rest = [made for made in self._shared if made not in who]
        self.widget = ipywidgets.VBox(
            [
                boxes.heading("Side effects"), self.none, ipywidgets.Label("or each, as asked; what is left was not asked"), grid, *(made.widget for made in who),
                boxes.fold(rest, "More of the side effects"),
            ]
        )  # fmt: skip

    def box(self, name: str) -> Any:
        """The drop-down of an effect, or the box of a field that is said of all of them.

        Raises:
            KeyError: The form has none.
        """
        return self._rows[name] if name in self._rows else {made.names[0]: made.widget for made in self._shared}[name]

    @property
    def named(self) -> dict[str, Any]:
        """All of it, by name."""
        return {NONE: self.none, **self._rows, **{made.names[0]: made.widget for made in self._shared}}

    def make(self, _: Iterable[str]) -> None:
        """Nothing: all of it is there."""

    def _said(self) -> dict[str, str]:
        return {name: row.value for name, row in self._rows.items() if row.value}

    def drafts(self) -> list[Draft]:
        """One draft for each effect that was asked about."""
        said = {**({ALL: NONE} if self.none.value else {}), **self._said()}
        shared = {name: text for made in self._shared for name, text in made.texts().items()}
        return [
            Draft("Side effects", self.kind, {"effect": effect, "severity": severity, **shared})
            for effect, severity in said.items()
        ]

    def conflicts(self) -> list[Complaint]:
        """None of them, and one of them, cannot both be."""
        there = [f"{name} {how}" for name, how in self._said().items() if how != NONE]
        if not (self.none.value and there):
            return []
        return [Complaint("Side effects", "Asked: none", ", ".join(there), "is both none and not none; keep one")]

    def close(self) -> None:
        """Nothing is ever added to it."""
