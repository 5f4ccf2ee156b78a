"""The page as a PDF: tagged, with selectable text and a vector picture, by Typst.

Only this module uses Typst. Its fonts are those matplotlib brings, so paper looks the same everywhere.
"""

from __future__ import annotations

import functools
import json
from datetime import datetime
from importlib import resources, util
from pathlib import Path

import typst

from titration.report.page import Page, plain

PAPERS = ("a4", "us-letter")


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
    template = resources.files("titration.report").joinpath("monthly.typ").read_bytes()
    made = typst.compile(
        template,
        format="pdf",
        font_paths=_fonts(),
        sys_inputs={"page": json.dumps(plain(page), ensure_ascii=True, sort_keys=True), "paper": paper},
        pdf_standards="ua-1",
        timestamp=int(datetime.fromisoformat(page.written).timestamp()),
    )
    return bytes(made)


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
