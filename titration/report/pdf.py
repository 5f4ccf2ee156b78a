"""The page as a PDF: tagged, with selectable text and a vector picture, by Typst.

Only this module uses Typst. Its fonts are those matplotlib brings, so paper looks the same everywhere.
"""

from __future__ import annotations

import functools
import json
from datetime import datetime
from importlib import resources, util
from pathlib import Path
from typing import Any

import typst

from titration.report.page import Page, plain

PAPERS = ("a4", "us-letter")
FACES = ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf")
LACKING = "[U+...]: a letter the fonts of this paper lack, by its code point; the HTML page has the letter itself."


def render(page: Page, paper: str = "a4") -> bytes:
    """The page as PDF/UA-1, dated by the entry it was read as of and not by the clock.

    Args:
        page: What to lay out.
        paper: `a4` or `us-letter`.

    Raises:
        ValueError: Another paper.
    """
    if paper not in PAPERS:
        message = f"{paper!r} is no paper; there are {', '.join(PAPERS)}"
        raise ValueError(message)
    data = json.dumps(_spelt(plain(page)), ensure_ascii=True, sort_keys=True)
    template = resources.files("titration.report").joinpath("monthly.typ").read_bytes()
    made = typst.compile(
        template,
        format="pdf",
        font_paths=_fonts(),
        sys_inputs={"page": data, "paper": paper},
        pdf_standards="ua-1",
        timestamp=int(datetime.fromisoformat(page.written).timestamp()),
    )
    return bytes(made)


def _spelt(data: dict[str, Any]) -> dict[str, Any]:
    """The page with letters the fonts lack as their code points: on paper they would be boxes, all alike."""
    written = json.dumps(data, ensure_ascii=False)
    if written.isascii():
        return data
    lacking = {ord(c): f"[U+{ord(c):04X}]" for c in set(written) if c.isprintable() and ord(c) not in _letters()}
    if not lacking:
        return data
    made: dict[str, Any] = json.loads(written.translate(lacking))
    return {**made, "footer": [*made["footer"], {"text": LACKING, "id": ""}]}


@functools.cache
def _letters() -> frozenset[int]:
    """The code points both faces of the paper have."""
    from fontTools.ttLib import TTFont  # type: ignore[import-untyped]  # noqa: PLC0415 - it has no types; comes with matplotlib, few pages need it

    faces = []
    for name in FACES:
        with TTFont(fonts() / name, lazy=True) as face:
            faces.append(set(face.getBestCmap()))
    return frozenset(faces[0] & faces[1])


@functools.cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[fonts()])


def fonts() -> Path:
    """The folder of the fonts matplotlib brings, found without loading it.

    Raises:
        FileNotFoundError: matplotlib is not installed as it should be.
    """
    found = util.find_spec("matplotlib")
    if found is None or not found.submodule_search_locations:
        raise FileNotFoundError("matplotlib is not installed; its fonts are needed for the PDF")
    return Path(found.submodule_search_locations[0]) / "mpl-data" / "fonts" / "ttf"
