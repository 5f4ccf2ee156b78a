"""A part of the form that becomes one record: the usual boxes open, the rest folded beneath."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import ipywidgets

from titration.forms import boxes
from titration.forms.drafts import Complaint, Draft

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from titration.records import RecordKind


class Part(Protocol):
    """What every part of the form can be asked."""

    widget: Any

    @property
    def named(self) -> dict[str, Any]:
        """Everything in it that a person can change, by a name that stays the same over a restart."""

    def make(self, names: Iterable[str]) -> None:
        """Make the rows that boxes of those names are in, where they are lacking."""

    def drafts(self) -> list[Draft]:
        """What stands in it, as drafts; none when nothing was given."""

    def conflicts(self) -> list[Complaint]:
        """What cannot be, whatever the single boxes say."""

    def close(self) -> None:
        """Nothing can be added any more."""


class Section:
    """Boxes for the fields of one record.

    Attributes:
        kind: Which.
        widget: What is on the screen.
        apart: The boxes that stand elsewhere on the screen, by field.
    """

    def __init__(
        self, kind: RecordKind, usual: Sequence[str] | None = None, *, apart: Sequence[str] = (), of_visit: bool = True,
        asks_when: bool = True,
    ) -> None:  # fmt: skip
        """Boxes for a kind.

        Args:
            kind: Which record.
            usual: The fields that stand open, in this order; the required ones and those with an example when None.
            apart: The fields whose boxes stand elsewhere on the screen.
            of_visit: Whether it takes the visit's time when it has none of its own.
            asks_when: Whether it has a box for a time of its own.
        """
        self.kind, self._of_visit = kind, of_visit
        left_out = {"patient", *(() if asks_when else kind.days), *(() if asks_when else kind.days.values())}
        self._boxes = boxes.boxes(kind, left_out, own=boxes.AS_VISIT if of_visit else boxes.WHEN_FORM)
        if usual is None:
            usual = [f.name for f in kind.fields if f.required or f.example or f.name == f"{kind.moment}_at"]
        self.apart = {b.names[0]: b.widget for b in self._boxes if b.names[0] in apart}
        first = [b for name in usual for b in self._boxes if b.names[0] == name]
        rest = [b for b in self._boxes if b not in first and b.names[0] not in self.apart]
        children = [boxes.heading(kind.title), *(b.widget for b in first)]
        if rest:
            children.append(boxes.fold(rest, f"More of the {kind.title.lower()}"))
        self.widget = ipywidgets.VBox(children).add_class("titration-section")

    def box(self, name: str) -> Any:
        """The box of a field.

        Raises:
            KeyError: The form has none.
        """
        for made in self._boxes:
            if name in made.names:
                return made.widget
        raise KeyError(name)

    @property
    def named(self) -> dict[str, Any]:
        """Its boxes, by field."""
        return {made.names[0]: made.widget for made in self._boxes}

    @property
    def labels(self) -> dict[str, str]:
        """The words before its boxes, by field."""
        return {name: made.widget.description for made in self._boxes for name in made.names}

    @property
    def texts(self) -> dict[str, str]:
        """What stands in them, by field; nothing of what is blank."""
        return {name: text for made in self._boxes for name, text in made.texts().items()}

    def make(self, _: Iterable[str]) -> None:
        """Nothing: all of it is there."""

    def drafts(self) -> list[Draft]:
        """One draft, or none when all is blank."""
        texts = self.texts
        return [Draft(self.kind.title, self.kind, texts, of_visit=self._of_visit, labels=self.labels)] if texts else []

    def conflicts(self) -> list[Complaint]:
        """None: what a record cannot be, the record says."""
        return []

    def close(self) -> None:
        """Nothing is ever added to it."""
