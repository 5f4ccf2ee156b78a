"""The text twin of the last visits: the same blocks as columns of at most 80 characters, five visits at a time.

Imports `visits_page`; draws nothing.
"""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from titration.plot.spoken import COLUMNS, ascii_only

if TYPE_CHECKING:
    from collections.abc import Iterator

    from titration.plot.visits_page import Block, Page, Row

LABEL, CELL, AT_ONCE = 24, 11, 5


def said(page: Page) -> str:
    """The page in words.

    Args:
        page: What is shown.

    Returns:
        ASCII text, at most 80 columns.
    """
    lines = [page.heading]
    for first in range(0, len(page.heads), AT_ONCE):
        places = range(first, min(first + AT_ONCE, len(page.heads)))
        lines += ["", *_heads(page, places)]
        for block in page.blocks:
            lines += ["", *_block(block, page, places)]
    lines += ["", *page.footer]
    return "\n".join(out for line in lines for out in _wrapped(ascii_only(line)))


def _wrapped(line: str) -> list[str]:
    if len(line) <= COLUMNS:
        return [line.rstrip()]
    indent = " " * (len(line) - len(line.lstrip()) + 2)
    return textwrap.wrap(line, COLUMNS, subsequent_indent=indent)


def _heads(page: Page, places: range) -> Iterator[str]:
    yield " " * LABEL + "".join(f"{page.heads[n].day:>{CELL}}" for n in places)
    for n in places:
        head = page.heads[n]
        yield f"  {head.day}: {', '.join(filter(None, [head.visit, head.seen_by, head.since]))}"


def _block(block: Block, page: Page, places: range) -> Iterator[str]:
    sides = f" {' / '.join(block.sides)}" if block.sides else ""
    yield f"{block.title}{sides}" + (f" ({block.small})" if block.small else "")
    if not block.rows:
        yield f"  {block.none or 'none recorded'}"
    for row in block.rows:
        yield from _row(row, page, places)


def _row(row: Row, page: Page, places: range) -> Iterator[str]:
    """In columns where everything fits; by day where not. Nothing is cut."""
    label = f"  {row.label}" + (f" ({row.small})" if row.small else "")
    texts = [" / ".join(cell.said for cell in row.cells[n]) for n in places]
    if all(len(text) < CELL for text in texts):
        if len(label) > LABEL:
            yield label
            label = ""
        yield f"{label:<{LABEL}}" + "".join(f"{text:>{CELL}}" for text in texts)
        return
    yield label
    for n, text in zip(places, texts, strict=True):
        yield f"    {page.heads[n].day}  {text}"
