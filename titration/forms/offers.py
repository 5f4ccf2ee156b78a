"""The offer to go on with a visit that was typed and not saved; only ever of this log and this patient."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

import ipywidgets

from titration.forms import boxes, readback, unsaved

if TYPE_CHECKING:
    from collections.abc import Callable

    from titration.forms.unsaved import Unsaved
    from titration.log import Log


class Offers:
    """What was typed for a patient and not saved, each to be taken up again or thrown away.

    Attributes:
        widget: What is on the screen; nothing when there is nothing to offer.
        buttons: "Go on with it" and "Throw it away" of each draft, by its id.
    """

    def __init__(self, log: Log, taken: Callable[[Unsaved], None]) -> None:
        """No offer yet.

        Args:
            log: The log.
            taken: Called with the draft that is taken up.
        """
        self._log, self._taken, self._shown = log, taken, ("", "")
        self.widget = ipywidgets.VBox([])
        self.buttons: dict[str, tuple[Any, Any]] = {}

    def show(self, patient: str, *, own: str) -> None:
        """Offer what there is of a patient.

        Args:
            patient: Code; blank offers nothing.
            own: The id of the draft the form itself writes, which is never offered to it.
        """
        self._shown, self.buttons, rows = (patient, own), {}, []
        for made in unsaved.kept(self._log, patient) if patient else []:
            if made.id == own:
                continue
            entry = None if made.after is None else unsaved.saved_as(self._log, made.facts, made.after)
            rows.append(self._offer(made) if entry is None else self._settled(made, entry))
        self.widget.children = rows

    def _offer(self, made: Unsaved) -> Any:
        go_on = ipywidgets.Button(description="Go on with it", tooltip="puts what was typed back into the boxes")
        drop = ipywidgets.Button(description="Throw it away", tooltip="what was typed is lost for good")
        go_on.on_click(lambda _: self._taken(made))
        drop.on_click(lambda _: self._drop(made))
        self.buttons[made.id] = go_on, drop
        boxes_of = f"{len(made.boxes)} box{'es' * (len(made.boxes) != 1)} filled in"
        by = f" by {made.by}" if made.by else ""
        words = (
            f"<p>Patient <b>{escape(made.patient)}</b>, last typed {escape(made.typed_at)}{escape(by)}, {boxes_of}.</p>"
        )
        said = (
            "<p>It is no record, and nobody else sees it. Go on with it only if it is this visit of this patient.</p>"
        )
        title = "A draft that was typed on this computer and never saved"
        shown = boxes.said(readback.panel(title, words, said))
        return ipywidgets.VBox([shown, ipywidgets.HBox([go_on, drop])])

    def _settled(self, made: Unsaved, entry: int) -> Any:
        """A draft whose entry was stored before the form could say so: there is nothing left of it to save."""
        unsaved.discard(self._log, made.id)
        words = (
            f"<p>What was typed {escape(made.typed_at)} was saved, as entry {entry}; nothing is left of it to save.</p>"
        )
        return boxes.said(readback.panel("A draft that was saved already", words))

    def _drop(self, made: Unsaved) -> None:
        unsaved.discard(self._log, made.id)
        self.show(self._shown[0], own=self._shown[1])
