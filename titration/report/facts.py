"""One `Fact` for each thing a page says: printed from here, traced back to the rows it came from.

Renderers lay facts out and never make one. Imports nothing but pandas, when a table is asked for.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

_ID = re.compile(r"[a-z0-9_+-]+(\.[a-z0-9_+-]+)+")
NAMES = ("id", "label", "text", "value", "unit", "window", "n", "definition", "formula", "function", "source")
AS_RECORDED = "as recorded"
"""In the place of a function: what is said stands so in a field of its source row."""


class Made(TypedDict):
    """How a fact is made, for `Fact(..., **MADE)`: in words, as a formula, and by which public function."""

    definition: str
    formula: str
    function: str


@dataclass(frozen=True)
class Fact:
    """One thing a page says.

    Attributes:
        id: Dotted, stable and unique on its page, for example `change.12.percent`.
        label: What it is, in words.
        text: As it is printed, with its unit.
        value: The number, in `unit`; None when it is words, a day or not computable.
        unit: The unit of `value`.
        window: The days it speaks of, first and last, or the last alone.
        n: How many rows it was made from; None when it is a row's own field.
        definition: How it is made, in words; empty when it is a row's own field.
        source: The rows it came from, as `dose_change:12`.
        formula: The same as a formula, where there is one.
        function: Dotted public name of what made it, as `titration.derive.dose.percent_change`;
            `as recorded` when it is a row's own field.

    Example:
        >>> Fact("dose.last.dose", "Daily dose", "120 mcg/day", 120.0, "mcg/day").text
        '120 mcg/day'
    """

    id: str
    label: str
    text: str
    value: float | None = None
    unit: str = ""
    window: str = ""
    n: int | None = None
    definition: str = ""
    source: tuple[str, ...] = ()
    formula: str = ""
    function: str = ""

    def __post_init__(self) -> None:
        """An id is dotted, so that facts can be found by what they are about; what has no rule is as recorded."""
        if not _ID.fullmatch(self.id):
            message = f"{self.id!r} is not a dotted id"
            raise ValueError(message)
        if not self.function and not self.definition and self.source:
            object.__setattr__(self, "function", AS_RECORDED)


def slug(*words: object) -> str:
    """Words as one part of an id; what is missing is `-`.

    Example:
        >>> slug("knee flexors", None, "left")
        'knee-flexors_-_left'
    """
    return "_".join(_part(word) for word in words)


def _part(word: object) -> str:
    if word is None or word == "":
        return "-"
    plain = re.sub(r"[^a-z0-9+]+", "-", str(word).lower()).strip("-")
    # words of another script keep an id of their own
    return plain or "u" + "-".join(f"{ord(c):x}" for c in str(word))


def distinct(facts: Iterable[Fact]) -> tuple[Fact, ...]:
    """The facts in order, each once.

    Raises:
        ValueError: Two different facts bear one id.

    Example:
        >>> fact = Fact("a.b", "A", "1")
        >>> len(distinct([fact, fact]))
        1
    """
    found: dict[str, Fact] = {}
    for fact in facts:
        if found.setdefault(fact.id, fact) != fact:
            message = f"two facts bear the id {fact.id}: {found[fact.id].text!r} and {fact.text!r}"
            raise ValueError(message)
    return tuple(found.values())


def frame(facts: Iterable[Fact]) -> pd.DataFrame:
    """The facts as a DataFrame, one row each.

    Args:
        facts: In the order of the page.

    Returns:
        Columns id, label, text, unit, window, definition, formula, function, source (str), value (float64), n (Int64).

    Example:
        >>> frame([Fact("a.b", "A", "1 mL", 1.0, "mL")])["value"].tolist()
        [1.0]
    """
    import pandas as pd  # noqa: PLC0415 - rendering a page needs no table

    facts = tuple(facts)
    made = {name: [getattr(fact, name) for fact in facts] for name in NAMES}
    made["source"] = [" ".join(fact.source) for fact in facts]
    dtypes = dict.fromkeys(NAMES, "str") | {"value": "float64", "n": "Int64"}
    return pd.DataFrame({name: pd.Series(made[name], dtype=dtypes[name]) for name in NAMES})
