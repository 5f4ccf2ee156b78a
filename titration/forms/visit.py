"""The form of one visit: its screen, the read-back, saving once, and a draft of what was not saved yet."""

from __future__ import annotations

import secrets
import threading
from dataclasses import replace
from html import escape
from typing import TYPE_CHECKING, Any

import ipywidgets

from titration import times
from titration.errors import TitrationError
from titration.forms import boxes, readback, unsaved
from titration.forms.drafts import in_words, read
from titration.forms.offers import Offers
from titration.forms.screen import Screen
from titration.forms.style import STYLE
from titration.forms.unsaved import Unsaved

if TYPE_CHECKING:
    from titration.forms.drafts import Draft
    from titration.log import Log
    from titration.recording import Entry, Rehearsal

UNREAD = "Nothing is stored yet. Fill in what there is, then press Read back."
CHANGED = "Something was changed since the read-back; press Read back again. Nothing is stored yet."
READING = (
    "This log is open for reading: nothing can be saved from here. "
    'To save, open it with your own code: titration.open("...", by="clinician-1").'
)
KEPT = "What is typed is kept as a draft on this computer, last at {}. A draft is no record."
NOT_KEPT = "No draft can be kept: the state folder of this computer cannot be written to."


class VisitForm(ipywidgets.VBox):  # type: ignore[misc]  # ipywidgets says nothing of its types
    """One visit on one screen; saves one entry, once.

    Attributes:
        entry: What it saved; None before.
        screen: Its boxes, and what is on record beside them.
        offers: What was typed before and not saved.
        answers: The questions of the last read-back.
        read_back: The button.
        save: The button; works only after a read-back of exactly what is in the boxes.
        words: What the form says, as HTML.
    """

    def __init__(self, log: Log, patient: str | None = None) -> None:
        """A form with nothing in it.

        Args:
            log: An open log.
            patient: Code to begin with.
        """
        if patient is not None:
            log.last_program(patient)  # raises when there is no such patient
        super().__init__()
        self._titration = log
        self._turn = threading.Lock()  # JupyterLab may run buttons in more than one thread
        self._id, self._opened, self._is_quiet = secrets.token_hex(8), log.entry_at(), True
        self._held: Rehearsal | None = None
        self._card: tuple[str, str, str | None, Rehearsal]
        self._reasons: dict[str, str] = {}
        self.entry: Entry | None = None
        self.screen = Screen(log, self._watch)
        self.patient, self.when, self.parts = self.screen.patient, self.screen.when, self.screen.parts
        self.offers = Offers(log, self._go_on)
        self.read_back = ipywidgets.Button(description="Read back")
        self.save = ipywidgets.Button(description="Save", disabled=True)
        self.words, self._kept = boxes.said(), boxes.said()
        self.answers = readback.Answers((), {}, self._answered)
        self._asked = ipywidgets.VBox([])
        self.add_class("titration-form")
        self.children = (
            boxes.said(STYLE), self.screen.who, boxes.heading("Patient"), self.patient, self.offers.widget,
            *self.screen.arranged(), boxes.heading("Read back and save"), self.words, self._asked,
            ipywidgets.HBox([self.read_back, self.save]), self._kept,
        )  # fmt: skip
        self.read_back.on_click(self._read_back)
        self.save.on_click(self._save)
        self._say(UNREAD)
        if patient is None:
            self.screen.choose(None)
        self.patient.value = patient or ""
        self._is_quiet = False
        self._offer()
        self.patient.observe(self._offer, "value")

    def __repr__(self) -> str:
        """Whether it saved anything; nothing of what is in it."""
        return f"<form of a visit: {'not saved' if self.entry is None else f'saved as entry {self.entry.entry}'}>"

    @property
    def inputs(self) -> list[Any]:
        """Every box whose content would be saved."""
        return [self.patient, *self.screen.named.values()]

    def _watch(self, made: list[Any]) -> None:
        for box in made:
            box.observe(self._edited, "value")

    def _edited(self, _: Any) -> None:
        """What was read back is no longer what is in the boxes."""
        if self.entry is not None or self._is_quiet:
            return
        self.save.disabled = True
        if self._held is not None:
            self._held = None
            self._ask((), CHANGED)
        self._keep()

    def _answered(self, _: Any) -> None:
        self._reasons |= {str(question): reason for question, reason in self.answers.given.items()}
        self.save.disabled = not self._can_save

    @property
    def _can_save(self) -> bool:
        return (
            self.entry is None
            and self._held is not None
            and self.answers.is_complete
            and self._titration.by is not None
        )

    def _say(self, said: str) -> None:
        reading = "" if self._titration.by is not None else readback.panel(READING)
        self.words.value = reading + (said if said.startswith("<") else f"<p>{escape(said)}</p>")

    def _ask(self, questions: Any, said: str) -> None:
        self.answers = readback.Answers(questions, self._reasons, self._answered)
        self._asked.children = [self.answers.widget]
        self._say(said)

    # -- the draft -----------------------------------------------------------------------------------

    def _keep(self, saving: Rehearsal | None = None) -> None:
        """Keep what is in the boxes beside the log, so that it outlives the kernel; it is no record."""
        code, typed, log = self.patient.value, self.screen.typed, self._titration
        if not code or not typed:
            unsaved.discard(log, self._id)
            self._kept.value = ""
            return
        stamp = times.stamp(log.setting.now)
        draft = Unsaved(self._id, code, log.by, stamp, typed)
        if saving is not None:  # so that it is known for saved, should the kernel end before it is thrown away
            draft = replace(draft, after=log.entry_at(), facts=unsaved.digest(saving.facts))
        is_kept = unsaved.keep(log, draft)
        self._kept.value = f"<p>{escape(KEPT.format(stamp) if is_kept else NOT_KEPT)}</p>"

    def _offer(self, _: Any = None) -> None:
        self.offers.show(self.patient.value, own=self._id)

    def _go_on(self, draft: Unsaved) -> None:
        """Put a draft back into the boxes; what was typed since stays a draft of its own."""
        if self.entry is not None or draft.patient != self.patient.value:
            return
        self._is_quiet, self._held, self.save.disabled = True, None, True
        lost = self.screen.retype(draft.boxes)
        self._is_quiet, self._id = False, draft.id
        self._keep()
        self._offer()
        rows = [(name.replace("|", ", "), str(value)) for name, value in lost.items()]
        without = f"<p>These have no box any more:</p>{readback.table(rows)}" if rows else ""
        self._ask((), readback.panel(f"What was typed {draft.typed_at} stands in the boxes again.", without))

    # -- reading back and saving -------------------------------------------------------------------

    def _read_back(self, _: Any) -> None:
        """Check everything, and show what would be saved; stores nothing."""
        if self.entry is not None:
            return
        self._held, self.save.disabled = None, True
        drafts = [draft for part in self.screen.all_parts for draft in part.drafts()]
        if not drafts:
            self._ask((), "There is nothing to read back: no box is filled in. Nothing is stored.")
            return
        try:
            self._check(drafts)
        except TitrationError as error:
            self._refused(error)

    def _check(self, drafts: list[Draft]) -> None:
        log = self._titration
        records, found = read(
            drafts, patient=self.patient.value, when=self.when.value, zone=log.setting.zone, scales=log.scales
        )
        found += [conflict for part in self.screen.all_parts for conflict in part.conflicts()]
        if found:
            self._ask((), readback.complaints(found))
        else:
            self._show(log.rehearse(*records))

    def _show(self, held: Rehearsal, said: str = "") -> None:
        log = self._titration
        when = in_words(self.when.value, log.setting.zone)
        self._held, self._card = held, (log.identity(self.patient.value), when, log.by, held)
        self._ask(held.questions, said + readback.read_back(*self._card))
        self.save.disabled = not self._can_save

    def _refused(self, error: TitrationError) -> None:
        self._held, self.save.disabled = None, True
        self._ask((), readback.panel("Not saved.", f"<p>{escape(str(error))}</p>"))

    def _save(self, _: Any) -> None:
        """Store exactly what was read back, once; a second press finds nothing to save."""
        with self._turn:
            held = self._held if self._can_save else None
            self._held = None if held is not None else self._held
        if held is None:
            return
        self.save.disabled = True
        try:
            self._store(held)
        except TitrationError as error:
            self._refused(error)

    def _store(self, held: Rehearsal) -> None:
        log = self._titration
        there = unsaved.saved_as(log, unsaved.digest(held.facts), self._opened)
        if there is not None:  # the same draft, open twice
            self._ask(
                (), readback.panel(f"These very records were saved already, as entry {there}. Nothing was saved.")
            )
            return
        now = log.rehearse(*held.facts)
        if now != held:
            self._show(now, readback.panel("The log has changed since; read it back once more. Nothing was saved."))
            return
        self._keep(saving=held)
        self.entry = log.append(*held.facts, confirm=self.answers.given, card=held.card or None)
        unsaved.discard(log, self._id)
        self._close(held)

    def _close(self, held: Rehearsal) -> None:
        """Everything stays to be read, nothing can be changed or saved again."""
        self.screen.close()
        for box in (*self.answers.inputs, self.read_back, self.save):
            box.disabled = True
        for pair in self.offers.buttons.values():
            for button in pair:
                button.disabled = True
        assert self.entry is not None  # it was just saved
        self._kept.value = ""
        self._say(readback.saved(self.entry, held.facts) + readback.read_back(*self._card, "What was read back"))
