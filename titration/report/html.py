"""The page as one HTML file: nothing runs in it, nothing is fetched by it.

Only this module of the package uses Jinja2; it lays out, and makes no fact.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import re
from importlib import resources

import jinja2
from markupsafe import Markup, escape

from titration.report.page import Page, plain

_PROLOG = re.compile(r"<\?xml.*?\?>|<!DOCTYPE.*?>|<metadata>.*?</metadata>|<style.*?</style>|<!--.*?-->", re.DOTALL)
_SIZE = re.compile(r'(<svg\b[^>]*?)\s(?:width|height)="[^"]*"', re.DOTALL)
_STYLE = re.compile(r'style="([^"]*)"')
# what matplotlib's own style sheet says of every element; said once at the root, the elements inherit it
_ROOT = '<svg stroke-linejoin="round" stroke-linecap="butt" '


def render(page: Page) -> str:
    """The page as HTML with its pictures inside.

    Args:
        page: What to lay out.

    Returns:
        One whole document; everything said is escaped, and carries the id of its fact. Its policy
        lets in one style sheet, by its digest, and nothing else.
    """
    data = plain(page)
    drawings = iter(page.pictures())
    for panel in data["panels"]:
        for item in panel["items"]:
            if item["kind"] == "picture":
                item["inline"] = Markup(inline(next(drawings).svg))  # noqa: S704 - drawn by plot, which escapes its texts
    style = _resource("monthly.css")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return _template().render(page=data, style=Markup(style), digest=Markup(digest))  # noqa: S704 - our own file


def _resource(name: str) -> str:
    return resources.files("titration.report").joinpath(name).read_text(encoding="utf-8")


@functools.cache
def _template() -> jinja2.Template:
    room = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, keep_trailing_newline=True)
    return room.from_string(_resource("monthly.html.j2"))


def inline(svg: str) -> str:
    """An SVG file as an element of a page: no prolog, no fixed size, no style but attributes.

    Args:
        svg: The text of the file.

    Example:
        >>> inline('<?xml version="1.0"?><svg width="9pt" height="9pt" viewBox="0 0 9 9"><g style="fill: none"/></svg>')
        '<svg stroke-linejoin="round" stroke-linecap="butt" viewBox="0 0 9 9"><g fill="none"/></svg>'
    """
    bare = _PROLOG.sub("", svg).strip()
    for _ in ("width", "height"):
        bare = _SIZE.sub(r"\1", bare, count=1)
    # another machine may lack the font it was drawn with
    bare = bare.replace("'DejaVu Sans'", "'DejaVu Sans', sans-serif")
    return _STYLE.sub(_attributes, bare.replace("<svg ", _ROOT, 1))


def _attributes(style: re.Match[str]) -> str:
    parts = (part.split(":", 1) for part in style[1].split(";") if part.strip())
    return " ".join(f'{name.strip()}="{value.strip()}"' for name, value in parts)


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
