"""The page as one HTML file: nothing runs in it, nothing is fetched by it.

Only this module of the package uses Jinja2; it lays out, and makes no fact.
"""

from __future__ import annotations

import functools
import re
from importlib import resources

import jinja2
from markupsafe import Markup, escape

from titration.report.page import Page, plain

_PROLOG = re.compile(r"<\?xml.*?\?>|<!DOCTYPE.*?>|<metadata>.*?</metadata>|<!--.*?-->", re.DOTALL)
_SIZE = re.compile(r'(<svg\b[^>]*?)\s(?:width|height)="[^"]*"', re.DOTALL)


def render(page: Page) -> str:
    """The page as HTML with its pictures inside.

    Args:
        page: What to lay out.

    Returns:
        One whole document; everything said is escaped, and carries the id of its fact.
    """
    data = plain(page)
    drawings = iter(page.pictures())
    for panel in data["panels"]:
        for item in panel["items"]:
            if item["kind"] == "picture":
                item["inline"] = Markup(inline(next(drawings).svg))  # noqa: S704 - drawn by plot, which escapes its texts
    return _template().render(page=data)


@functools.cache
def _template() -> jinja2.Template:
    text = resources.files("titration.report").joinpath("monthly.html.j2").read_text(encoding="utf-8")
    room = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, keep_trailing_newline=True)
    return room.from_string(text)


def inline(svg: str) -> str:
    """An SVG file as an element of a page: no prolog, no fixed size, its style kept to itself.

    Args:
        svg: The text of the file.

    Example:
        >>> inline('<?xml version="1.0"?><svg width="9pt" height="9pt" viewBox="0 0 9 9"><style>*{a: b}</style></svg>')
        '<svg viewBox="0 0 9 9"><style>figure svg *{a: b}</style></svg>'
    """
    bare = _PROLOG.sub("", svg).strip()
    for _ in ("width", "height"):
        bare = _SIZE.sub(r"\1", bare, count=1)
    return re.sub(r"(<style[^>]*>)\s*\*", r"\1figure svg *", bare)


def framed(document: str, height_px: int = 900) -> str:
    """A whole document inside another page, where neither's style reaches the other.

    Args:
        document: HTML.
        height_px: Height of the frame.

    Example:
        >>> framed("<p>1 < 2</p>", 10)[:40]
        '<iframe sandbox="" title="report" style='
    """
    style = f"width:100%;height:{height_px}px;border:1px solid #999"
    return f'<iframe sandbox="" title="report" style="{style}" srcdoc="{escape(document)}"></iframe>'
