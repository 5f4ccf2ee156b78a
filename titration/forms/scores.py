"""Scores on the form: a line for a scale, a grid of muscles and sides for graded ones, any scale added."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ipywidgets

from titration.forms import boxes
from titration.forms.drafts import Complaint, Draft
from titration.records import Score, kind_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from titration.scales import Register, Scale

FIRST = ("nrs_spasticity", "penn_frequency")
GRID = "modified_ashworth"
MUSCLES = ("hip adductors", "knee flexors", "knee extensors", "ankle plantar flexors", "elbow flexors")
"""Rows for a patient who was never scored; whoever was has the rows of last time."""
SIDES = ("left", "right")
ASKED = {"patient", "scale", "observed_at", "observed_on", "value", "grade"}
OWN = ("not_assessed", "reporter")
PLACED = (*OWN, "body_part", "side", "as_stated")


class Line:
    """One scale: its value or grade, who reports it, or why there is none.

    Attributes:
        scale: Which.
        field: What its answer is: value or grade.
        value: The box of the value or grade.
        widget: What is on the screen.
    """

    def __init__(self, scale: Scale, names: Iterable[str] = OWN) -> None:
        self.kind, self.scale = kind_of(Score), scale
        self.field = "grade" if scale.grades else "value"
        hint = f"{scale.name}: {scale.range_words}; more is {scale.more_is}"
        if scale.grades:
            self.value = boxes.drop_down(scale.name, scale.grades, hint=hint)
        else:
            self.value = boxes.text_box(scale.name, scale.range_words, hint=hint)
        self._boxes = [boxes.box(self.kind.field(name)) for name in names]
        for made in self._boxes:
            made.widget.add_class("titration-narrow")
            if made.names == ("reporter",):
                made.widget.options = [("-", ""), *((who, who) for who in scale.reporters)]
        self.widget = ipywidgets.HBox([self.value, *(made.widget for made in self._boxes)]).add_class("titration-line")

    def box(self, name: str) -> Any:
        """The box of a field beside the value.

        Raises:
            KeyError: The line has none.
        """
        return {made.names[0]: made.widget for made in self._boxes}[name]

    @property
    def named(self) -> dict[str, Any]:
        """All of it, by name."""
        return {self.field: self.value, **{made.names[0]: made.widget for made in self._boxes}}

    @property
    def inputs(self) -> list[Any]:
        """All of it."""
        return list(self.named.values())

    def drafts(self, shared: dict[str, str]) -> list[Draft]:
        """One draft when there is a value, or words in its place."""
        own = {name: text for made in self._boxes for name, text in made.texts().items()}
        if self.value.value.strip():
            own[self.field] = self.value.value
        if not own.keys() - {"reporter", "body_part", "side"}:
            return []
        return [Draft(self.scale.name, self.kind, {"scale": self.scale.code, **shared, **_sole(self.scale), **own})]


def _sole(scale: Scale) -> dict[str, str]:
    """Who reports it, where the scale knows only one."""
    return {"reporter": scale.reporters[0]} if len(scale.reporters) == 1 else {}


class Grid:
    """A graded scale by muscle and side.

    Attributes:
        scale: Which.
        muscle: The box for the name of one more muscle.
        more: The button that adds it.
        widget: What is on the screen.
    """

    def __init__(self, scale: Scale, made: Callable[[list[Any]], None]) -> None:
        self.kind, self.scale, self._made = kind_of(Score), scale, made
        why = self.kind.field("not_assessed").value.options  # type: ignore[attr-defined]  # Choice has them
        self._options = [("-", ""), *((g, f"grade={g}") for g in scale.grades)]
        self._options += [(f"no grade: {reason}", f"not_assessed={reason}") for reason in why]
        self._cells: dict[tuple[str, str], Any] = {}
        self._grid = ipywidgets.GridBox([]).add_class("titration-grid")
        self.muscle = boxes.text_box("Another muscle", "muscle group or body part")
        self.more = ipywidgets.Button(description="Add the muscle")
        title = ipywidgets.HTML(f"<b>{scale.name}</b> (grades {scale.range_words})")
        another = ipywidgets.HBox([self.muscle, self.more]).add_class("titration-wraps")
        self.widget = ipywidgets.VBox([title, self._grid, another])
        self.more.on_click(lambda _: self._another())

    def _another(self) -> None:
        if self.muscle.value.strip():
            self.show([self.muscle.value.strip()])
            self.muscle.value = ""

    def show(self, muscles: Iterable[str]) -> None:
        """Add a row for each muscle that has none."""
        made = []
        for muscle in muscles:
            for side in SIDES:
                if (muscle, side) not in self._cells:
                    cell = ipywidgets.Dropdown(options=self._options, tooltip=f"{self.scale.name}, {muscle}, {side}")
                    self._cells[muscle, side] = cell
                    made.append(cell)
        rows = [ipywidgets.HTML(f"<span>{word}</span>") for word in ("", *SIDES)]
        for muscle in dict.fromkeys(muscle for muscle, _ in self._cells):
            rows += [ipywidgets.Label(muscle), *(self._cells[muscle, side] for side in SIDES)]
        self._grid.children = rows
        self._made(made)

    def cell(self, muscle: str, side: str) -> Any:
        """The box of one muscle on one side.

        Raises:
            KeyError: The grid has no such row.
        """
        return self._cells[muscle, side]

    @property
    def named(self) -> dict[str, Any]:
        """Its cells, by name."""
        return {f"cell|{muscle}|{side}": cell for (muscle, side), cell in self._cells.items()}

    def drafts(self, shared: dict[str, str]) -> list[Draft]:
        """One draft for each cell that was touched."""
        made = []
        for (muscle, side), cell in self._cells.items():
            if cell.value:
                name, _, said = cell.value.partition("=")
                place = {"body_part": muscle, "side": side, name: said}
                texts = {"scale": self.scale.code, **shared, **_sole(self.scale), **place}
                made.append(Draft(f"{self.scale.name}, {muscle}, {side}", self.kind, texts))
        return made


class Scores:
    """The scores of a visit.

    Attributes:
        grid: The graded scale by muscle and side.
        choice: The scales that can be added.
        add: The button that adds one.
        widget: What is on the screen.
    """

    def __init__(self, scales: Register, made: Callable[[list[Any]], None]) -> None:
        """Scores without a line yet.

        Args:
            scales: The scales of the log.
            made: Called with the boxes of each new line or row.
        """
        self.kind, self._scales, self._made = kind_of(Score), scales, made
        self._lines: list[Line] = []
        self.grid = Grid(scales[GRID], made)
        self._shared = boxes.boxes(self.kind, ASKED | set(PLACED))
        self.box("collected").value = "visit"  # what this form is for; it stands open, and is read back
        how = [made for made in self._shared if made.names == ("collected",)]
        rest = [made for made in self._shared if made not in how]
        options = [(f"{scale.name} ({scale.range_words})", code) for code, scale in scales.items()]
        self.choice = boxes.drop_down("Another scale", options)
        self.add = ipywidgets.Button(description="Add the scale")
        self.add.on_click(lambda _: self.append(self.choice.value) if self.choice.value else None)
        self._list = ipywidgets.VBox([])
        another = ipywidgets.HBox([self.choice, self.add]).add_class("titration-wraps")
        self.widget = ipywidgets.VBox(
            [
                boxes.heading("Scores"), self._list, another, self.grid.widget,
                *(made.widget for made in how), boxes.fold(rest, "More, said of all scores of this visit"),
            ]
        )  # fmt: skip

    def show(self, codes: Iterable[str]) -> None:
        """Add a line for each scale that has none."""
        there = {line.scale.code for line in self._lines}
        for code in dict.fromkeys(codes):
            if code not in there:
                self.append(code, OWN)

    def append(self, code: str, names: Iterable[str] = PLACED) -> None:
        """Add one line for a scale, for another muscle or person too."""
        line = Line(self._scales[code], names)
        self._lines.append(line)
        self._list.children = [line.widget for line in self._lines]
        self._made(line.inputs)

    def close(self) -> None:
        """Nothing can be added any more."""
        for control in (self.add, self.choice, self.grid.more, self.grid.muscle):
            control.disabled = True

    def line(self, code: str) -> Line:
        """The last line of that scale.

        Raises:
            KeyError: There is none.
        """
        for line in reversed(self._lines):
            if line.scale.code == code:
                return line
        raise KeyError(code)

    def box(self, name: str) -> Any:
        """The box of a field that is said of all scores.

        Raises:
            KeyError: The form has none.
        """
        return {made.names[0]: made.widget for made in self._shared}[name]

    @property
    def named(self) -> dict[str, Any]:
        """All of it that is part of a score, by name; of a line its scale and the how manieth of it comes first."""
        seen: list[str] = []
        found: dict[str, Any] = {}
        for line in self._lines:
            code = line.scale.code
            stem = f"line|{code}|{seen.count(code)}"
            seen.append(code)
            found |= {f"{stem}|{name}": box for name, box in line.named.items()}
        return {**found, **self.grid.named, **{made.names[0]: made.widget for made in self._shared}}

    def make(self, names: Iterable[str]) -> None:
        """Lines and muscles for the boxes of those names, as many as are lacking."""
        parted = [name.split("|") for name in names]
        self.grid.show(part[1] for part in parted if part[0] == "cell")
        for _, code, nth, *_ in (part for part in parted if part[0] == "line" and part[1] in self._scales):
            while sum(line.scale.code == code for line in self._lines) <= int(nth):
                self.append(code)

    def drafts(self) -> list[Draft]:
        """Every score given, lines first."""
        shared = {name: text for made in self._shared for name, text in made.texts().items()}
        lines = [draft for line in self._lines for draft in line.drafts(shared)]
        return [*lines, *self.grid.drafts(shared)]

    def conflicts(self) -> list[Complaint]:
        """None: what a score cannot be, the score says."""
        return []
