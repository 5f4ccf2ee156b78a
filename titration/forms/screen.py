"""What stands on the screen of a visit, from top to bottom: the parts in the order of a visit, and what is on record.

It holds boxes and shows; what is read back and saved is the form's.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

import ipywidgets
from traitlets import TraitError

from titration.forms import boxes, onrecord, readback
from titration.forms.drafts import in_words
from titration.forms.effects import Effects
from titration.forms.pumpside import Filling, Program
from titration.forms.scores import FIRST, GRID, MUSCLES, Scores
from titration.forms.section import Part, Section
from titration.records import KINDS, Patient

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from titration.log import Log
    from titration.records import DoseChange

PARTS = ("visit", "readout", "score", "side_effect", "dose_change", "refill", "note")
USUAL = {
    "visit": ("visit", "seen_by"),
    "readout": (
        "dose_mcg_per_day", "mode", "concentration_mcg_per_ml", "reservoir_ml", "alarm_on", "eri_on", "patient_boluses",
    ),
    "dose_change": ("mode", "dose_mcg_per_day", "concentration_mcg_per_ml", "drug", "steps", "boluses", "reason"),
    "refill": (
        "expected_ml", "withdrawn_ml", "injected_ml", "drug", "brand", "concentration_mcg_per_ml", "lot", "alarm_ml",
        "alarm_on",
    ),
    "note": ("words",),
}  # fmt: skip
"""Which boxes stand open; all others of a record are folded beneath them."""
NEXT = {
    ("refill", "next_booked_on"): "Next refill booked on",
    ("dose_change", "alarm_on"): "Alarm on, new program",
    ("refill", "use_by_on"): "Drug to be used by",
}
"""The boxes that stand under the next dates, and what stands before them there."""
SAYS = {
    ("readout", "dose_mcg_per_day"): "Dose as found (mcg/day)",
    ("readout", "mode"): "Mode, as found",
    ("readout", "concentration_mcg_per_ml"): "Strength, as found (mcg/mL)",
    ("readout", "reservoir_ml"): "Reservoir, as shown (mL)",
    ("readout", "alarm_on"): "Alarm on, as shown",
    ("readout", "eri_on"): "Replacement on, as shown",
    ("readout", "patient_boluses"): "Patient boluses since last",
    ("refill", "expected_ml"): "Expected, as printed (mL)",
    ("refill", "concentration_mcg_per_ml"): "Strength filled in (mcg/mL)",
    ("refill", "alarm_ml"): "Alarm volume (mL)",
    ("refill", "alarm_on"): "Alarm on, as printed",
}
"""Words before a box where the field's own would be cut off, or would stand on the screen twice."""
OFTEN = ("event", "oral_dose", "bolus", "goal_rating", "goal", "patient_state")
BESIDE = ("readout", "dose_change", "refill")


class Screen:
    """The boxes of a visit and what the log holds beside them.

    Attributes:
        patient: The picker; its labels are identity lines.
        when: The box for date and time of the visit.
        parts: The parts by table, in the order of the screen.
        asides: What is on record, beside the part of that table; `next` is beside the next dates.
        choice: What else can be added, and more than once.
        add: The button that adds it.
    """

    def __init__(self, log: Log, watch: Callable[[list[Any]], None]) -> None:
        """Boxes with nothing in them.

        Args:
            log: An open log.
            watch: Called with every box there is, and with each that is made later.
        """
        self._titration, self._watch = log, watch
        self._blank: dict[str, Any] = {}
        self._last: DoseChange | None = None
        self._planned = ""
        self.who = boxes.said().add_class("titration-who")
        labels = [(log.identity(code), code) for code in sorted(log.patients()["patient"])]
        self.patient = boxes.drop_down("Patient", labels, blank="choose the patient").add_class("titration-patient")
        self.when, self._spelt = boxes.text_box(boxes.WHEN, boxes.WHEN_FORM), boxes.said()
        self.asides = {name: boxes.said().add_class("titration-aside") for name in (*BESIDE, "next")}
        self.asides["next"].add_class("titration-dates")
        self.parts: dict[str, Any] = {table: self._part(table) for table in PARTS}
        self.rarer = [*OFTEN, *(table for table in KINDS if _is_rarer(table) and table not in OFTEN)]
        for (table, name), words in (NEXT | SAYS).items():
            self.parts[table].box(name).description = words
        self.choice = boxes.drop_down("A record of", [(KINDS[table].title, table) for table in self.rarer])
        self.add = ipywidgets.Button(description="Add it")
        self._added: list[Section] = []
        self._more = ipywidgets.VBox([])
        self._made([self.when, *(box for part in self.parts.values() for box in part.named.values())])
        watch([self.patient])
        self._listen()

    def _part(self, table: str) -> Part:
        apart = [name for of, name in NEXT if of == table]
        if table == "score":
            return Scores(self._titration.scales, self._made)
        if table == "side_effect":
            return Effects()
        if table == "dose_change":
            return Program(USUAL[table], apart, self._made)
        if table == "refill":
            return Filling(USUAL[table], apart)
        return Section(KINDS[table], USUAL[table], asks_when=table != "visit")

    def _made(self, made: list[Any]) -> None:
        """Boxes that are new: as they are now is what they are when nothing was typed."""
        for box in made:
            self._blank.setdefault(box.model_id, box.value)
        self._watch(made)

    def _listen(self) -> None:
        self.when.observe(self._spell, "value")
        self.patient.observe(self.choose, "value")
        self.add.on_click(lambda _: self.append(self.choice.value) if self.choice.value else None)
        for table in ("readout", "dose_change"):
            for box in self.parts[table].named.values():
                box.observe(self._compare, "value")

    def arranged(self) -> list[Any]:
        """Everything in the order of a visit."""
        visit = self.parts["visit"].widget
        when = ipywidgets.HBox([self.when, self._spelt]).add_class("titration-wraps")
        visit.children = (visit.children[0], when, *visit.children[1:])
        shown = [self._beside(table, self.parts[table].widget) for table in PARTS]
        dates = [boxes.heading("Next dates"), *(self.parts[table].apart[name] for table, name in NEXT)]
        shown.insert(-1, self._beside("next", ipywidgets.VBox(dates).add_class("titration-section")))
        another = ipywidgets.HBox([self.choice, self.add]).add_class("titration-wraps")
        return [*shown, boxes.heading("Anything else"), self._more, another]

    def _beside(self, name: str, widget: Any) -> Any:
        if name not in self.asides:
            return widget
        return ipywidgets.HBox([widget, self.asides[name]]).add_class("titration-beside")

    # -- what can be asked of it -------------------------------------------------------------------

    @property
    def all_parts(self) -> list[Part]:
        """Every part, those that were added at the end."""
        return [*self.parts.values(), *self._added]

    @property
    def added(self) -> list[Section]:
        """The parts that were added."""
        return self._added

    @property
    def named(self) -> dict[str, Any]:
        """Every box whose content would be saved, by a name that stays the same over a restart."""
        found = {"when": self.when}
        for table, part in self.parts.items():
            found |= {f"{table}|{name}": box for name, box in part.named.items()}
        for n, section in enumerate(self._added):
            found |= {f"added|{n}|{section.kind.table}|{name}": box for name, box in section.named.items()}
        return found

    @property
    def typed(self) -> dict[str, Any]:
        """What stands in each box that is not as the form has it."""
        return {n: box.value for n, box in self.named.items() if box.value != self._blank[box.model_id]}

    def retype(self, typed: Mapping[str, Any]) -> dict[str, Any]:
        """Put what was typed before back into the boxes, and nothing else; returns what has no box any more."""
        for box in self.named.values():
            box.value = self._blank[box.model_id]
        for table, part in self.parts.items():
            part.make([name.partition("|")[2] for name in typed if name.startswith(f"{table}|")])
        for _, n, table, _ in (name.split("|") for name in typed if name.startswith("added|")):
            while table in self.rarer and len(self._added) <= int(n):
                self.append(table)
        lost = {}
        for name, value in typed.items():
            try:
                self.named[name].value = value
            except (KeyError, TraitError):  # a field or a choice this version does not have
                lost[name] = value
        return lost

    def append(self, table: str) -> None:
        """The boxes of a record that is rarer."""
        section = Section(KINDS[table], of_visit=False)
        self._added.append(section)
        self._more.children = [made.widget for made in self._added]
        self._made(list(section.named.values()))

    def close(self) -> None:
        """Everything stays to be read, nothing can be changed."""
        for part in self.all_parts:
            part.close()
        for control in (self.patient, self.choice, self.add, *self.named.values()):
            control.disabled = True

    # -- what is shown of the log ------------------------------------------------------------------

    def choose(self, _: Any) -> None:
        """Show what there is to read of the patient chosen; boxes that were filled stay as they are."""
        log, code, scores = self._titration, self.patient.value, self.parts["score"]
        used, muscles = _scored(log, code) if code else ([], [])
        scores.show([*FIRST, *used])
        scores.grid.show(muscles or MUSCLES if code or not scores.grid.named else ())
        self.who.value = f"<b>{escape(log.identity(code))}</b>" if code else "<b>No patient is chosen yet</b>"
        self._last = log.last_program(code) if code else None
        held = onrecord.frames(log, code) if code else {}
        self._planned = onrecord.plans(log, held) if held else ""
        self.asides["readout"].value = onrecord.pump(log, held) + readback.program(self._last) if held else ""
        self.asides["refill"].value = onrecord.refill(log, held) if held else ""
        self.asides["next"].value = onrecord.dated(held, zone=log.zone) if held else ""
        self._compare(None)

    def _compare(self, _: Any) -> None:
        """The last program, what was found, and what is typed now, side by side."""
        found, now = self.parts["readout"].texts, self.parts["dose_change"].texts
        shown = readback.beside(self._last, found, now) + self._planned if self.patient.value else ""
        self.asides["dose_change"].value = shown

    def _spell(self, _: Any) -> None:
        """The date in words, so that a wrong one is seen."""
        self._spelt.value = escape(in_words(self.when.value, self._titration.setting.zone))


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
