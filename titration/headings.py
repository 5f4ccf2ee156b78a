"""A frame as a notebook shows it: units in the headings, numbers as they are printed, missing left empty.

The frame itself stays a plain DataFrame; imports `columns` and `units`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from titration import columns, units
from titration.records import KINDS

if TYPE_CHECKING:
    import pandas as pd

MOST_ROWS = 40
STEMS = {
    "mcg_per_day": "mcg/day", "mcg_per_ml": "mcg/mL", "mcg_per_h": "mcg/h", "mg_per_day": "mg/day", "ml_per_day": "mL/day",
    "ml": "mL", "mcg": "mcg", "cm": "cm", "min": "min", "h": "h", "pct": "%", "days": "days",
}  # fmt: skip
"""How a unit ends the name of a column, and how it is printed; the longer ones first."""
_ENDING = re.compile(f"_({'|'.join(STEMS)})$")


@dataclass(frozen=True, eq=False)
class ShownFrame:
    """A frame to be looked at; `frame` is the frame.

    Attributes:
        frame: As it was given.
    """

    frame: pd.DataFrame

    def __repr__(self) -> str:
        """The frame as text, with units in its headings."""
        given = self.frame.rename(columns=headings(self.frame))
        return str(given.to_string(max_rows=MOST_ROWS, index=False))

    def _repr_html_(self) -> str:
        """A table for a notebook; nothing in it from outside, every text escaped."""
        given, named = self.frame.iloc[:MOST_ROWS], headings(self.frame)
        empty = [name for name in named if len(self.frame) and self.frame[name].isna().all()]
        kept = [name for name in named if name not in empty]
        head = "".join(f'<th scope="col" style="text-align:left">{escape(named[name])}</th>' for name in kept)
        cells = [[_printed(value) for value in given[name]] for name in kept]
        body = "".join(
            "<tr>" + "".join(f'<td style="text-align:left">{escape(text)}</td>' for text in row) + "</tr>"
            for row in zip(*cells, strict=True)
        )
        said = [f"{len(self.frame)} row{'s' if len(self.frame) != 1 else ''}"]
        if len(self.frame) > MOST_ROWS:
            said.append(f"the first {MOST_ROWS} are shown")
        if empty:
            said.append(f"nothing recorded in: {', '.join(named[name] for name in empty)}")
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table><div>{escape('; '.join(said))}</div>"


def shown(frame: pd.DataFrame) -> ShownFrame:
    """A frame to be looked at, with units in its headings; the frame stays as it is.

    Args:
        frame: Any frame of a chart or a log, or one derived from them.

    Returns:
        What a notebook shows as a table.

    Example:
        >>> "dose (mcg/day)" in shown(demo_log.chart("P001").doses)._repr_html_()
        True
    """
    return ShownFrame(frame)


def headings(frame: pd.DataFrame) -> dict[str, str]:
    """What stands over each column: its name in words, with the unit its declaration or its name gives.

    Args:
        frame: A frame.

    Returns:
        Heading by column.

    Example:
        >>> import pandas as pd
        >>> list(headings(pd.DataFrame(columns=["dose_mcg_per_day", "change_pct", "age_min", "scale"])).values())
        ['dose (mcg/day)', 'change (%)', 'age (min)', 'scale']
    """
    declared = {c.name: c.unit for kind in KINDS.values() for c in columns.columns(kind) if c.unit}
    return {str(name): _heading(str(name), declared) for name in frame.columns}


def _heading(name: str, declared: dict[str, str]) -> str:
    found = _ENDING.search(name)
    if found is not None:
        return f"{_words(name[: found.start()])} ({STEMS[found[1]]})"
    return f"{_words(name)} ({declared[name]})" if name in declared else _words(name)


def _words(name: str) -> str:
    return name.replace("_", " ")


def _printed(value: Any) -> str:
    """One cell as it is printed."""
    import pandas as pd  # noqa: PLC0415 - heavy, and there is a frame already when this is asked

    if value is None or pd.isna(value):
        return ""
    if isinstance(value, bool) or type(value).__name__ == "bool":
        return "yes" if value else "no"
    if isinstance(value, pd.Timestamp):
        if value.tzinfo is not None:
            return f"{value.tz_convert('UTC'):%Y-%m-%d %H:%M} UTC"
        return f"{value:%Y-%m-%d}"
    if isinstance(value, (int, float)):
        return units.number(float(value))
    return str(value)
