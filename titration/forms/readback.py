"""The read-back: complaints, questions, old beside new, all that would be saved; as HTML, escaped."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

import ipywidgets

from titration import units
from titration.entry.card import SPELT, ledger, lines, said
from titration.entry.door import when
from titration.forms import boxes, typed_steps
from titration.forms.effects import ALL
from titration.records import DoseChange, DoseStep, Record, SideEffect, TimedBolus, kind_of

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Mapping, Sequence

    from titration.errors import Question
    from titration.fields import Field
    from titration.forms.drafts import Complaint
    from titration.recording import Entry, Rehearsal

SHOWS = "the pump shows this"


def table(rows: Iterable[Iterable[str]], head: Iterable[str] = (), *, changed: Container[int] = ()) -> str:
    """A table of plain texts; the rows of those numbers in bold.

    Example:
        >>> table([["a<b"]])
        '<table><tr><td>a&lt;b</td></tr></table>'
    """
    top = "".join(f"<th>{escape(cell)}</th>" for cell in head)
    parts = [f"<tr>{top}</tr>"] if top else []
    for number, row in enumerate(rows):
        marked = ' class="changed"' if number in changed else ""
        parts.append(f"<tr{marked}>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>")
    return f"<table>{''.join(parts)}</table>"


def panel(title: str, *parts: str) -> str:
    """A framed part; the title is plain text, the parts are HTML.

    Example:
        >>> panel("Saved")
        '<div class="titration-panel"><b>Saved</b></div>'
    """
    return f'<div class="titration-panel"><b>{escape(title)}</b>{"".join(parts)}</div>'


def complaints(found: Iterable[Complaint]) -> str:
    """Everything that cannot be so, in one place, in the order of the screen."""
    rows = [(c.where, c.heading, c.seen, c.allowed) for c in found]
    count = "1 thing has" if len(rows) == 1 else f"{len(rows)} things have"
    head = ("where", "box", "typed", "what is allowed")
    return panel(f"{count} to be put right. Nothing was stored.", table(rows, head))


COMPARED = ("mode", "dose_mcg_per_day", "concentration_mcg_per_ml", "drug", "steps", "boluses")
SCHEDULES: dict[str, type[DoseStep | TimedBolus]] = {"steps": DoseStep, "boluses": TimedBolus}


def _read(change: DoseChange, name: str) -> str:
    """A field of the last program; a schedule with alike days together."""
    return typed_steps.spoken(getattr(change, name)) if name in SCHEDULES else said(change, name)


def program(change: DoseChange | None) -> str:
    """The last program entered, for reading only."""
    if change is None:
        return "<b>Last program entered</b><br>none"
    kind = kind_of(DoseChange)
    rows = [("Effective", when(change)), *((kind.field(n).title, _read(change, n)) for n in COMPARED)]
    shown = table([row for row in rows if row[1] not in {"", "-"}])
    return f"<b>Last program entered</b> (for reading; none of it is saved again){shown}"


def beside(change: DoseChange | None, found: Mapping[str, str], now: Mapping[str, str]) -> str:
    """The last program entered, what was found and what is typed now, side by side; nothing of it is saved from here.

    Args:
        change: The last program entered; None when there is none.
        found: The texts of the readout, by field.
        now: The texts of the dose change, by field.

    Returns:
        HTML.
    """
    kind = kind_of(DoseChange)
    rows = [("Effective", "no program" if change is None else when(change), "", "")]
    for name in COMPARED:
        typed = now.get(name, "")
        if name in SCHEDULES:
            typed = typed_steps.spoken_text(typed, SCHEDULES[name])
        last = "" if change is None else _read(change, name)
        told = ("" if last == "-" else last, found.get(name, ""), typed)
        if any(told):
            rows.append((kind.field(name).title, *told))
    head = ("", "last entered", "as found", "now, as typed")
    return f"<b>The program, side by side</b> (for reading; it is saved from the boxes alone){table(rows, head)}"


def card(new: DoseChange, old: DoseChange | None) -> str:
    """Before and now side by side, units spelt out, changed lines marked in words and in bold."""
    told = [(title, _spelt(was), _spelt(now), changed) for title, was, now, changed in _lines(new, old)]
    head = ("", "before", "now", "")
    if old is None:
        shown = table([(title, was, now, "") for title, was, now, _ in told], head)
        return f"<b>The program</b>{shown}{sums(new)}<p>There is no earlier program to compare with.</p>"
    rows = [(title, was, now, "changed" if changed else "same") for title, was, now, changed in told]
    shown = table(rows, head, changed=[number for number, line in enumerate(told) if line[3]])
    return f"<b>The program</b>{shown}{sums(new)}<p>Compare every line with the printout.</p>"


def _lines(new: DoseChange, old: DoseChange | None) -> list[tuple[str, str, str, bool]]:
    """The lines of the card, a schedule with alike days together."""
    schedules = {kind_of(DoseChange).field(name).title: name for name in SCHEDULES}
    made = []
    for title, was, now, changed in lines(new, old):
        name = schedules.get(title)
        made.append(
            (title, was, now, changed) if name is None else (title, _schedule(old, name), _schedule(new, name), changed)
        )
    return made


def _schedule(change: DoseChange | None, name: str) -> str:
    """A schedule with its units spelt out, and a dash for none."""
    read = "" if change is None else _read(change, name)
    for unit in ("mcg/h", "mcg"):
        read = read.replace(f" {unit}", f" {SPELT[unit]}")
    return read or "-"


def sums(change: DoseChange) -> str:
    """What the parts of the program add up to, beside what it states."""
    return lines_of(ledger(change))


def totals(by_day: Mapping[str, float]) -> str:
    """What the parts of a program add up to, where no daily dose is stated yet."""
    told = [f"    {day}: {units.rounded(mcg, 3)} micrograms per day" for day, mcg in by_day.items()]
    return lines_of(["  What it adds up to; no daily dose is stated yet", *told])


def lines_of(told: Sequence[str]) -> str:
    """Lines that keep their places; nothing for none."""
    return f"<pre>{escape(chr(10).join(told))}</pre>" if told else ""


def _spelt(said: str) -> str:
    return "not given" if said == "-" else said


def others(facts: Iterable[Record]) -> str:
    """Every record, each as it will be saved; what is as it always is ("observed", "done") is not repeated."""
    rows = []
    for fact in facts:
        kind = kind_of(type(fact))
        stem = f"{kind.moment}_"
        told = [f"{f.title.lower()} {text}" for f, text in fact.said() if not _is_plain(f, fact, stem)]
        if isinstance(fact, SideEffect) and fact.effect == ALL:
            told[:2] = ["asked about side effects: none"]
        rows.append((kind.title, when(fact), "; ".join(told)))
    return f"<b>All the records of this entry</b>{table(rows, ('record', 'date and time', ''))}"


def _is_plain(field: Field, fact: Record, stem: str) -> bool:
    """Whether it stands elsewhere on the card, or is what it is when nobody says otherwise."""
    is_default = field.default is not None and getattr(fact, field.name) == field.default
    return is_default or field.name in {"patient", f"{stem}at", f"{stem}on"}


def read_back(
    identity: str, visit: str, by: str | None, held: Rehearsal, title: str = "Read back: is this what you see?"
) -> str:
    """The whole card a person reads before saving."""
    head = f"<p><b>{escape(identity)}</b><br>Visit: {escape(visit)}<br>Recorded by: {escape(by or 'nobody yet')}</p>"
    notes = "".join(f"<p>{escape(note)}</p>" for note in held.notes)
    programs = "".join(card(new, old) for new, old in held.programs)
    return panel(title, head, notes, programs, others(held.facts))


def saved(entry: Entry, facts: Iterable[Record]) -> str:
    """What was saved: entry, seal, and each fact with its row."""
    rows = [(kind_of(type(fact)).title, f"row {row}") for fact, row in zip(facts, entry.rows, strict=True)]
    seal = f"<p>Recorded {escape(entry.recorded)}. Seal {entry.seal}.</p>"
    return panel(f"Saved as entry {entry.entry}.", seal, table(rows))


class Answers:
    """The questions of the door, each with a box for the reason.

    Attributes:
        widget: What is on the screen; nothing when there are none.
    """

    def __init__(
        self, questions: Iterable[Question], before: Mapping[str, str], answered: Callable[[Any], None]
    ) -> None:
        """Boxes for questions.

        Args:
            questions: What is asked.
            before: Reasons given when the very same was asked before.
            answered: Called whenever a reason changes.
        """
        self._boxes: dict[Question, Any] = {}
        self._shows: dict[Question, Any] = {}
        rows = []
        for question in questions:
            reason = boxes.text_box("Reason", "in words; it is stored with the question")
            reason.value = before.get(question, "")
            reason.observe(answered, "value")
            shows = ipywidgets.Button(description=SHOWS, tooltip="puts these words into the box")
            shows.add_class("titration-shows")
            shows.on_click(lambda _, box=reason: setattr(box, "value", SHOWS))
            self._boxes[question], self._shows[question] = reason, shows
            words = ipywidgets.HTML(f'<div class="titration-question">{escape(question)}</div>')
            rows.append(ipywidgets.VBox([words, ipywidgets.HBox([reason, shows]).add_class("titration-wraps")]))
        title = "<b>To be answered before it can be saved, or retype what was mistyped</b>"
        self.widget = ipywidgets.VBox([ipywidgets.HTML(title), *rows] if rows else []).add_class("titration-questions")

    @property
    def questions(self) -> tuple[Question, ...]:
        """What is asked."""
        return tuple(self._boxes)

    def reason(self, question: Question) -> Any:
        """The box for the reason."""
        return self._boxes[question]

    def shows(self, question: Question) -> Any:
        """The button that puts "the pump shows this" into the box."""
        return self._shows[question]

    @property
    def inputs(self) -> list[Any]:
        """Boxes and buttons."""
        return [*self._boxes.values(), *self._shows.values()]

    @property
    def given(self) -> dict[str, str]:
        """The reasons given so far, by question."""
        return {question: box.value.strip() for question, box in self._boxes.items() if box.value.strip()}

    @property
    def is_complete(self) -> bool:
        """Whether every question has a reason."""
        return len(self.given) == len(self._boxes)
