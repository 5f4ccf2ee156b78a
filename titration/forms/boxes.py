"""A field as a box on the screen: drop-downs for closed lists, unbounded text for all else.

Never a bounded or numeric box: those change what was typed without a word. Our own parser reads it.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

import ipywidgets

from titration.fields import Children, Choice, Label, Number, Words
from titration.forms.drafts import pair_of, pair_texts

if TYPE_CHECKING:
    from collections.abc import Iterable

    from titration.fields import Field
    from titration.records import RecordKind

WHEN = "Date and time"
WHEN_FORM = "YYYY-MM-DD hh:mm, or the day alone"
AS_VISIT = "as the visit, unless given"
NAMED = {"description_width": "15em"}


@dataclass(frozen=True)
class Box:
    """A box and the field it is for; an instant and its day share one.

    Attributes:
        names: The field, or the instant and the day.
        widget: What is on the screen; its value is text.
    """

    names: tuple[str, ...]
    widget: Any

    def texts(self) -> dict[str, str]:
        """What is in it, by field name; nothing when it is blank."""
        text = self.widget.value
        if not text.strip():
            return {}
        return pair_texts(text, (self.names[0], self.names[1])) if len(self.names) > 1 else {self.names[0]: text}


def box(field: Field) -> Box:
    """The box of one field.

    Example:
        >>> from titration.records import KINDS
        >>> made = box(KINDS["dose_change"].field("dose_mcg_per_day"))
        >>> made.widget.description, made.widget.value, made.widget.placeholder
        ('Daily dose (mcg/day)', '', 'number and unit, mcg/day')
    """
    hint = f"{field.meaning}; {field.value.allowed}"
    if isinstance(field.value, Choice):
        return Box((field.name,), drop_down(field.heading, field.value.options, blank=_left(field), hint=hint))
    said = field.meaning if isinstance(field.value, (Words, Label)) else field.value.allowed
    if isinstance(field.value, (Words, Children)):
        lines = 3 if isinstance(field.value, Children) else 2
        made = ipywidgets.Textarea(description=field.heading, placeholder=said, tooltip=hint, style=NAMED, rows=lines)
    else:
        unit = field.value.unit if isinstance(field.value, Number) else ""
        made = text_box(field.heading, f"number and unit, {unit}" if unit else said, hint=hint)
    return Box((field.name,), made)


def _left(field: Field) -> str:
    """What stands in a drop-down nobody has touched."""
    return f"({field.default})" if field.default is not None else "-"


def text_box(heading: str, placeholder: str = "", *, hint: str = "") -> Any:
    """An unbounded box for text.

    Example:
        >>> text_box("Lot").description
        'Lot'
    """
    return ipywidgets.Text(description=heading, placeholder=placeholder, tooltip=hint or placeholder, style=NAMED)


def drop_down(heading: str, options: Iterable[str | tuple[str, str]], *, blank: str = "-", hint: str = "") -> Any:
    """A closed list, with nothing chosen.

    Example:
        >>> drop_down("Side", ("left", "right")).value
        ''
    """
    pairs = [(option, option) if isinstance(option, str) else option for option in options]
    return ipywidgets.Dropdown(description=heading, options=[(blank, ""), *pairs], tooltip=hint, style=NAMED)


def boxes(kind: RecordKind, without: Iterable[str] = ("patient",), *, own: str = WHEN_FORM) -> list[Box]:
    """A box for each field of a kind, in the order declared.

    Args:
        kind: Which record.
        without: Fields that are asked elsewhere on the screen.
        own: What stands in the blank box for its time.

    Example:
        >>> from titration.records import KINDS
        >>> [made.names for made in boxes(KINDS["note"])]
        [('noted_at', 'noted_on'), ('words',)]
    """
    pair, left_out = pair_of(kind) or (), set(without)
    made = []
    for field in kind.fields:
        if field.name in left_out or field.name in pair[1:]:
            continue
        if field.name in pair:
            made.append(Box(pair, text_box(WHEN, own, hint=f"{field.meaning}; {WHEN_FORM}")))
        else:
            made.append(box(field))
    return made


def fold(made: Iterable[Box], title: str) -> Any:
    """Boxes that are seldom needed, under a heading that opens with one click."""
    return fold_widgets([b.widget for b in made], title)


def fold_widgets(made: Iterable[Any], title: str) -> Any:
    """What is seldom needed, under a heading that opens with one click."""
    return ipywidgets.Accordion([ipywidgets.VBox(list(made))], titles=(title,), selected_index=None)


def heading(words: str) -> Any:
    """The heading of a part of the form."""
    return said(f"<h3>{escape(words)}</h3>")


def said(html: str = "") -> Any:
    """Words on the screen, as HTML that is escaped already."""
    return ipywidgets.HTML(html)
