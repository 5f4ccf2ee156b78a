"""The form of one visit: its parts in the order of a visit, the read-back, and saving once."""

from __future__ import annotations

import threading
from html import escape
from typing import TYPE_CHECKING, Any

import ipywidgets

from titration.errors import TitrationError
from titration.forms import boxes, readback
from titration.forms.drafts import in_words, read
from titration.forms.effects import Effects
from titration.forms.scores import FIRST, GRID, MUSCLES, Scores
from titration.forms.section import Part, Section
from titration.records import KINDS, Patient

if TYPE_CHECKING:
    from titration.forms.drafts import Draft
    from titration.log import Log
    from titration.recording import Entry, Rehearsal

PARTS = ("visit", "score", "side_effect", "dose_change", "refill", "note")
USUAL = {
    "visit": ("visit", "seen_by"),
    "dose_change": (
        "mode",
        "dose_mcg_per_day",
        "concentration_mcg_per_ml",
        "drug",
        "steps",
        "alarm_on",
        "reason",
    ),
    "refill": ("withdrawn_ml", "expected_ml", "injected_ml", "concentration_mcg_per_ml", "alarm_on", "next_booked_on"),
    "note": ("words",),
}
"""Which boxes stand open; all others of a record are folded beneath them."""
UNREAD = "Nothing is stored yet. Fill in what there is, then press Read back."
CHANGED = "Something was changed since the read-back; press Read back again. Nothing is stored yet."
READING = (
    "This log is open for reading: nothing can be saved from here. "
    'To save, open it with your own code: titration.open("...", by="clinician-1").'
)


class VisitForm(ipywidgets.VBox):  # type: ignore[misc]  # ipywidgets says nothing of its types
    """One visit on one screen; saves one entry, once.

    Attributes:
        entry: What it saved; None before.
        patient: The picker; its labels are identity lines.
        when: The box for date and time of the visit.
        parts: The parts by table, in the order of the screen.
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
        self._held: Rehearsal | None = None
        self._card: tuple[str, str, str | None, Rehearsal]
        self._reasons: dict[str, str] = {}
        self.entry: Entry | None = None
        labels = [(log.identity(code), code) for code in sorted(log.patients()["patient"])]
        self.patient = boxes.drop_down("Patient", labels, blank="choose the patient").add_class("titration-patient")
        self.when = boxes.text_box(boxes.WHEN, boxes.WHEN_FORM)
        self.parts: dict[str, Any] = {table: _part(log, table) for table in PARTS}
        rarer = [table for table in KINDS if _is_rarer(table)]
        self.parts |= {table: Section(KINDS[table], of_visit=False) for table in rarer}
        self.choice = boxes.drop_down("One more", [(KINDS[table].title, table) for table in rarer])
        self.add = ipywidgets.Button(description="Add it")
        self._added: list[Section] = []
        self.read_back = ipywidgets.Button(description="Read back")
        self.save = ipywidgets.Button(description="Save", disabled=True)
        self.words, self._spelt, self._last = ipywidgets.HTML(), ipywidgets.HTML(), ipywidgets.HTML()
        self.answers = readback.Answers((), {}, self._answered)
        self._places = {"added": ipywidgets.VBox([]), "asked": ipywidgets.VBox([])}
        self.add_class("titration-form")
        self._arrange()
        self._listen()
        self._say(UNREAD)
        self.patient.value = patient or ""
        self._choose(None)

    def __repr__(self) -> str:
        """Whether it saved anything; nothing of what is in it."""
        return f"<form of a visit: {'not saved' if self.entry is None else f'saved as entry {self.entry.entry}'}>"

    def _arrange(self) -> None:
        """Everything in the order of a visit."""
        visit, change = self.parts["visit"].widget, self.parts["dose_change"].widget
        visit.children = (visit.children[0], ipywidgets.HBox([self.when, self._spelt]), *visit.children[1:])
        self._last.add_class("titration-beside")
        beside = ipywidgets.HBox([change, self._last])
        shown = [beside if table == "dose_change" else self.parts[table].widget for table in PARTS]
        rarer = {KINDS[table].title: part.widget for table, part in self.parts.items() if table not in PARTS}
        rest = ipywidgets.Accordion([*rarer.values()], titles=tuple(rarer), selected_index=None)
        self.children = (
            ipywidgets.HTML(readback.STYLE), boxes.heading("Patient"), self.patient, *shown, boxes.heading("Anything else"),
            rest, self._places["added"], ipywidgets.HBox([self.choice, self.add]), boxes.heading("Read back and save"),
            self.words, self._places["asked"], ipywidgets.HBox([self.read_back, self.save]),
        )  # fmt: skip

    # -- what is on the screen ---------------------------------------------------------------------

    @property
    def _all(self) -> list[Part]:
        return [*self.parts.values(), *self._added]

    @property
    def inputs(self) -> list[Any]:
        """Every box whose content would be saved."""
        return [self.patient, self.when, *(box for part in self._all for box in part.inputs)]

    def _listen(self) -> None:
        scores = self.parts["score"]
        self._watch(self.inputs)
        self.patient.observe(self._choose, "value")
        self.when.observe(self._spell, "value")
        scores.add.on_click(lambda _: self._watch(scores.append(scores.choice.value) if scores.choice.value else []))
        scores.grid.more.on_click(lambda _: self._muscle(scores.grid))
        self.add.on_click(lambda _: self._more(self.choice.value))
        self.read_back.on_click(self._read_back)
        self.save.on_click(self._save)

    def _watch(self, inputs: list[Any]) -> None:
        for box in inputs:
            box.observe(self._edited, "value")

    def _muscle(self, grid: Any) -> None:
        if grid.muscle.value.strip():
            self._watch(grid.show([grid.muscle.value.strip()]))
            grid.muscle.value = ""

    def _more(self, table: str) -> None:
        if not table:
            return
        section = Section(KINDS[table], of_visit=False)
        self._added.append(section)
        self._watch(section.inputs)
        self._places["added"].children = [made.widget for made in self._added]

    def _choose(self, _: Any) -> None:
        """Show what there is to read of the patient chosen; boxes that were filled stay as they are."""
        code, scores = self.patient.value, self.parts["score"]
        used, muscles = _scored(self._titration, code) if code else ([], [])
        self._watch(scores.show([*FIRST, *used]))
        self._watch(scores.grid.show(muscles or MUSCLES if code or not scores.grid.inputs else ()))
        self._last.value = readback.program(self._titration.last_program(code)) if code else ""

    def _spell(self, _: Any) -> None:
        """The date in words, so that a wrong one is seen."""
        self._spelt.value = escape(in_words(self.when.value, self._titration.setting.zone))

    def _edited(self, _: Any) -> None:
        """What was read back is no longer what is in the boxes."""
        if self.entry is not None:
            return
        self.save.disabled = True
        if self._held is not None:
            self._held = None
            self._ask((), CHANGED)

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
        self._places["asked"].children = [self.answers.widget]
        self._say(said)

    # -- reading back and saving -------------------------------------------------------------------

    def _read_back(self, _: Any) -> None:
        """Check everything, and show what would be saved; stores nothing."""
        if self.entry is not None:
            return
        self._held, self.save.disabled = None, True
        drafts = [draft for part in self._all for draft in part.drafts()]
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
        found += [conflict for part in self._all for conflict in part.conflicts()]
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
            now = self._titration.rehearse(*held.facts)
            if now != held:
                self._show(now, readback.panel("The log has changed since; read it back once more. Nothing was saved."))
                return
            self.entry = self._titration.append(*held.facts, confirm=self.answers.given, card=held.card or None)
        except TitrationError as error:
            self._refused(error)
            return
        self._close(held)

    def _close(self, held: Rehearsal) -> None:
        """Everything stays to be read, nothing can be changed or saved again."""
        scores = self.parts["score"]
        buttons = [self.read_back, self.save, self.add, self.choice, scores.add, scores.choice]
        for box in [*self.inputs, *self.answers.inputs, *buttons, scores.grid.more, scores.grid.muscle]:
            box.disabled = True
        assert self.entry is not None  # it was just saved
        self._say(readback.saved(self.entry, held.facts) + readback.read_back(*self._card, "What was read back"))


def _part(log: Log, table: str) -> Part:
    if table == "score":
        return Scores(log.scales)
    if table == "side_effect":
        return Effects()
    return Section(KINDS[table], USUAL[table], asks_when=table != "visit")


def _is_rarer(table: str) -> bool:
    """Any kind about a patient that the form does not ask anyway."""
    kind = KINDS[table]
    return table not in PARTS and kind.record is not Patient and any(f.name == "patient" for f in kind.fields)


def _scored(log: Log, patient: str) -> tuple[list[str], list[str]]:
    """The scales without a muscle, and the muscles of the graded scale, that this patient was scored on."""
    scores = log.scores(patient)
    is_whole = scores["body_part"].isna()
    muscles = scores.loc[(scores["scale"] == GRID) & ~is_whole, "body_part"]
    return list(scores.loc[is_whole, "scale"].unique()), list(muscles.unique())
