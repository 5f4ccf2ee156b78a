"""The facts as CSV, safe to open in a spreadsheet: no text is taken for a formula."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

from titration import units
from titration.report.facts import NAMES, Fact

if TYPE_CHECKING:
    from collections.abc import Iterable

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def safe(text: str) -> str:
    """A text with an apostrophe before it where a spreadsheet would take it for a formula.

    Args:
        text: Any text.

    Example:
        >>> safe("=1+1"), safe("-20 mcg/day"), safe("120 mcg/day")
        ("'=1+1", "'-20 mcg/day", '120 mcg/day')
    """
    risky = text.startswith(_FORMULA) or text.lstrip().startswith(("=", "+", "-", "@"))
    return f"'{text}" if risky else text


def render(facts: Iterable[Fact]) -> str:
    """The facts as CSV: one line each, in the order of the page.

    Args:
        facts: The facts.

    Returns:
        Headed as `facts.NAMES`. Numbers stand bare, texts as `safe` gives them; lines end as RFC 4180 says.

    Example:
        >>> print(render([Fact("a.b", "A", "1 mL", 1.0, "mL")]).splitlines()[1])
        a.b,A,1 mL,1,mL,,,,,,
    """
    made = io.StringIO(newline="")
    writer = csv.writer(made)
    writer.writerow(NAMES)
    for fact in facts:
        writer.writerow([_cell(name, getattr(fact, name)) for name in NAMES])
    return made.getvalue()


def _cell(name: str, given: Any) -> str:
    if given is None:
        return ""
    if name in {"value", "n"}:
        return units.number(given)
    return safe(" ".join(given) if name == "source" else given)
