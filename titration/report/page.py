"""What stands on a page, without a word about how it looks: pairs, tables, lines, a picture.

A panel is added by making one; the renderers know these four shapes and no panel by its content.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from titration.report.facts import Fact

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Said = Fact | str
"""A fact, or fixed words that hold no digit."""


@dataclass(frozen=True)
class Pairs:
    """Labels with what is said of each; the first is set large when `lead` is true."""

    rows: tuple[tuple[str, Said], ...]
    lead: bool = False


@dataclass(frozen=True)
class Heading:
    """The head of a column; `group` stands above several.

    A `numeric` column is set to the right; those whose texts can be long share the room left, each `wide` parts of it.
    """

    text: Said
    numeric: bool = False
    wide: int = 0
    group: Said = ""


@dataclass(frozen=True)
class Table:
    """A table; the first cell of a row is its head."""

    caption: str
    headings: tuple[Heading, ...]
    rows: tuple[tuple[Said, ...], ...]


@dataclass(frozen=True)
class Lines:
    """Sentences, one below the other."""

    lines: tuple[Said, ...]


@dataclass(frozen=True)
class Picture:
    """A drawing as SVG, what it shows in one sentence, and the same in words."""

    svg: str
    alt: str
    words: str


Item = Pairs | Table | Lines | Picture


@dataclass(frozen=True)
class Panel:
    """One part of a page; `nothing` is said in its place when there is nothing to show.

    What is `behind` begins on a new sheet after the page; two that are `half` stand side by side where there is room.
    """

    id: str
    title: str
    items: tuple[Item, ...]
    nothing: Said = ""
    behind: bool = False
    half: bool = False


def gathered(panels: Iterable[Panel]) -> tuple[Panel, ...]:
    """The panels that show something, then one that says where there is nothing.

    Args:
        panels: In their order.

    Example:
        >>> [panel.id for panel in gathered([Panel("a", "A", (), "None."), Panel("b", "B", ())])]
        ['b', 'nothing']
    """
    every = tuple(panels)
    empty = tuple((panel.title, panel.nothing) for panel in every if panel.nothing)
    shown = tuple(panel for panel in every if not panel.nothing)
    return (*shown, Panel("nothing", "Nothing on record", (Pairs(empty),), half=True)) if empty else shown


@dataclass(frozen=True)
class Page:
    """All of it, in order."""

    title: Fact
    header: Pairs
    panels: tuple[Panel, ...]
    footer: tuple[Said, ...]
    written: str
    mark: str = ""

    def __post_init__(self) -> None:
        """What is behind the page comes after all that is on it, in the order given."""
        ordered = tuple(sorted(self.panels, key=lambda panel: panel.behind))
        object.__setattr__(self, "panels", ordered)

    def said(self) -> Iterator[Said]:
        """Everything the page says, in order, but what the picture says."""
        yield self.title
        if self.mark:
            yield self.mark
        yield from _said(self.header)
        for panel in self.panels:
            yield panel.title
            for item in panel.items:
                yield from _said(item)
        yield from self.footer

    def pictures(self) -> tuple[Picture, ...]:
        """The pictures, in order."""
        return tuple(item for panel in self.panels for item in panel.items if isinstance(item, Picture))


def _said(item: Item) -> Iterator[Said]:
    if isinstance(item, Pairs):
        for label, said in item.rows:
            yield label
            yield said
    elif isinstance(item, Table):
        yield item.caption
        for heading in item.headings:
            yield heading.group
            yield heading.text
        for row in item.rows:
            yield from row
    elif isinstance(item, Lines):
        yield from item.lines


def text(said: Said) -> str:
    """As it is printed.

    Example:
        >>> text(Fact("a.b", "A", "1 mL")), text("not stated")
        ('1 mL', 'not stated')
    """
    return said.text if isinstance(said, Fact) else said


def groups(table: Table) -> list[tuple[Said, int]]:
    """The upper heads of a table with the columns each spans; empty when it has none.

    Example:
        >>> groups(Table("", (Heading("a"), Heading("n", group="this"), Heading("days", group="this")), ()))
        [('', 1), ('this', 2)]
    """
    spans: list[tuple[Said, int]] = []
    for heading in table.headings:
        if spans and spans[-1][0] == heading.group:
            spans[-1] = (heading.group, spans[-1][1] + 1)
        else:
            spans.append((heading.group, 1))
    return spans if any(above for above, _ in spans) else []


def plain(page: Page) -> dict[str, Any]:
    """The page as plain lists and texts, for the templates.

    Args:
        page: The page.

    Returns:
        Nested dicts and lists; each said thing is `{"text": ..., "id": ...}`, the id empty for fixed words.
    """
    return {
        "title": _cell(page.title),
        "mark": page.mark,
        "written": page.written,
        "header": _item(page.header),
        "panels": [
            {
                "id": panel.id,
                "title": panel.title,
                "behind": panel.behind,
                "half": panel.half,
                "items": [_item(item) for item in panel.items],
            }
            for panel in page.panels
        ],
        "footer": [_cell(line) for line in page.footer],
    }


def _cell(said: Said) -> dict[str, str]:
    return {"text": text(said), "id": said.id if isinstance(said, Fact) else ""}


def _item(item: Item) -> dict[str, Any]:
    if isinstance(item, Pairs):
        rows = [{"label": label, **_cell(said)} for label, said in item.rows]
        return {"kind": "pairs", "rows": rows, "lead": item.lead}
    if isinstance(item, Table):
        return {
            "kind": "table",
            "caption": item.caption,
            "groups": [{**_cell(above), "span": span} for above, span in groups(item)],
            "headings": [{**_cell(h.text), "numeric": h.numeric, "wide": h.wide} for h in item.headings],
            "rows": [[_cell(said) for said in row] for row in item.rows],
        }
    if isinstance(item, Lines):
        return {"kind": "lines", "lines": [_cell(line) for line in item.lines]}
    return {"kind": "picture", "svg": item.svg, "alt": item.alt, "words": item.words}
