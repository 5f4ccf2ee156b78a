"""The page as plain text to paste into a chart: 80 columns, ASCII."""

from __future__ import annotations

import textwrap
import unicodedata

from titration.report.page import Item, Lines, Page, Pairs, Picture, Table, groups, text

WIDTH = 80
GAP = 2
HELD = "\N{NO-BREAK SPACE}"
LOST = "Letters outside ASCII are written plainly or as '?'; the other files have them."


def render(page: Page, *, pictures: bool = False) -> str:
    """The page as text, lines of at most 80 ASCII characters.

    Args:
        page: What to lay out.
        pictures: Whether panels with a picture are there, with its words in its place. Without
            them the text is short enough to paste, and holds facts alone.
    """
    lines = [text(page.title), "=" * min(WIDTH, len(text(page.title)))]
    lines += [page.mark] if page.mark else []
    lines += ["", *_pairs(page.header)]
    front = [panel for panel in page.panels if not panel.behind]
    for place, panel in enumerate(page.panels):
        lines += ["", "=" * WIDTH] if place == len(front) else []
        if pictures or not any(isinstance(item, Picture) for item in panel.items):
            lines += ["", panel.title, "-" * min(WIDTH, len(panel.title))]
            lines += [line for item in panel.items for line in _item(item)]
    lines += ["", "-" * WIDTH]
    for said in page.footer:
        lines += _wrapped(text(said))
    given = "\n".join(line.rstrip() for line in lines)
    made = ascii_only(given)
    if made != given:
        made += f"\n{LOST}"
    return made + "\n"


def ascii_only(given: str) -> str:
    r"""A text in ASCII: marks taken off their letters, the rest as `?`.

    Args:
        given: Any text.

    Example:
        >>> ascii_only("Zürich → 東")
        'Zurich ? ?'
    """
    made = []
    for character in given:
        parts = unicodedata.normalize("NFKD", character)
        bare = "".join(part for part in parts if not unicodedata.combining(part))
        # one for one, or the columns of a table would shift
        made.append(bare if len(bare) == 1 and bare.isascii() else "?")
    return "".join(c if c == "\n" or c.isprintable() else "?" for c in made)


def _item(item: Item) -> list[str]:
    if isinstance(item, Pairs):
        return _pairs(item)
    if isinstance(item, Table):
        return _table(item)
    if isinstance(item, Lines):
        return [line for said in item.lines for line in _wrapped(text(said))]
    return _picture(item)


def _picture(item: Picture) -> list[str]:
    return [part for line in item.words.splitlines() for part in (_wrapped(line) or [""])]


def _wrapped(said: str, width: int = WIDTH) -> list[str]:
    return [
        part
        for line in said.expandtabs(4).splitlines()
        for part in (textwrap.wrap(line, width, drop_whitespace=True, break_on_hyphens=False) or [""])
    ]


def _pairs(pairs: Pairs) -> list[str]:
    wide = max(len(label) for label, _ in pairs.rows) + GAP
    made = []
    for label, said in pairs.rows:
        parts = _wrapped(text(said), WIDTH - wide)
        made += [f"{label if not place else '':<{wide}}{part}" for place, part in enumerate(parts)]
    return made


def _table(table: Table) -> list[str]:
    heads = [text(heading.text) for heading in table.headings]
    body = [[text(said).replace(" %", f"{HELD}%") for said in row] for row in table.rows]
    gap = GAP if sum(_words([heads, *body])) + GAP * (len(heads) - 1) <= WIDTH else 1
    wide = _widths([heads, *body], gap)
    numeric = [heading.numeric for heading in table.headings]
    rule = (" " * gap).join("-" * width for width in wide)
    lines = [*_above(table, wide, gap), *_row(heads, wide, numeric, gap), rule]
    lines += [line for row in body for line in _row(row, wide, numeric, gap)]
    return [line.replace(HELD, " ") for line in lines]


def _words(cells: list[list[str]]) -> list[int]:
    """The longest word of each column."""
    return [
        max((len(word) for cell in column for word in cell.split(" ")), default=1)
        for column in zip(*cells, strict=True)
    ]


def _widths(cells: list[list[str]], gap: int) -> list[int]:
    """As wide as the texts ask, then the columns with most to give give way until the line fits."""
    asked = [
        max(len(line) for cell in column for line in (cell.splitlines() or [""])) for column in zip(*cells, strict=True)
    ]
    room = WIDTH - gap * (len(asked) - 1)
    # a column is not set narrower than its longest word while another still has room to give
    words = _words(cells)
    while sum(asked) > room:
        spare = [width - word for width, word in zip(asked, words, strict=True)]
        widest = max(
            range(len(asked)), key=lambda place: (spare[place] > 0, spare[place] if max(spare) > 0 else asked[place])
        )
        asked[widest] -= 1
    return asked


def _row(cells: list[str], wide: list[int], numeric: list[bool], gap: int) -> list[str]:
    wrapped = [_wrapped(cell, width) or [""] for cell, width in zip(cells, wide, strict=True)]
    made = []
    for depth in range(max(map(len, wrapped))):
        parts = [
            f"{(lines[depth] if depth < len(lines) else ''):{'>' if right else '<'}{width}}"
            for lines, width, right in zip(wrapped, wide, numeric, strict=True)
        ]
        made.append((" " * gap).join(parts))
    return made


def _above(table: Table, wide: list[int], gap: int) -> list[str]:
    spans = groups(table)
    if not spans:
        return []
    parts, place = [], 0
    for above, span in spans:
        width = sum(wide[place : place + span]) + gap * (span - 1)
        parts.append((text(above), width))
        place += span
    return _row([above for above, _ in parts], [width for _, width in parts], [False] * len(parts), gap)
