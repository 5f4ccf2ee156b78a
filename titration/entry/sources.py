"""Where the text of one field comes from, and how it is turned into the text the field itself reads.

Each distinct text of a file is turned once. Imports `fields`, `times`, `cells`; reads no file.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from titration.entry import cells
from titration.errors import Fault
from titration.fields import Day, Reading
from titration.units import Unfit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from titration.fields import Field

ISO = "iso"
FURTHEST = 80_000
"""Study days so far from the reference day are none: 219 years."""


@dataclass(frozen=True)
class Source:
    """Where a field's text comes from.

    Attributes:
        columns: The headings, none for a constant.
        join: What stands between the texts of several columns; blank ones are left out.
        constant: The same text for every row.
        formats: How a day or a time is written, for strptime, or `iso`; the first that fits is taken, and
            two that give different days are a fault.
        century: What a year of two digits is added to, as 2000.
        unit: The unit of a bare number.
        decimal: The decimal mark, where it is not the file's.
        codes: Texts that stand for another text.
        not_assessed: Texts that say there is no value, and why.
        prefix: What is put before each text, as S before 12 to make the code S12.
        study_day: The day that study day `first` is counted as, and `first`; the time is then assigned.
    """

    columns: tuple[str, ...] = ()
    join: str = " "
    constant: str | None = None
    formats: tuple[str, ...] = ()
    century: int | None = None
    unit: str = ""
    decimal: str | None = None
    codes: Mapping[str, str] = field(default_factory=dict)
    not_assessed: Mapping[str, str] = field(default_factory=dict)
    prefix: str = ""
    study_day: tuple[date, int] | None = None

    @property
    def heading(self) -> str:
        """Its headings, as a fault names them."""
        return " + ".join(self.columns)

    def raw(self, texts: pd.DataFrame) -> pd.Series[str]:
        """The text of each row before anything is turned; blank is nothing.

        Args:
            texts: The file's columns, all text.

        Returns:
            One text for each row.
        """
        if not self.columns:
            return pd.Series([self.constant or ""] * len(texts), index=texts.index, dtype="str")
        made = texts[self.columns[0]].str.strip()
        for column in self.columns[1:]:
            more = texts[column].str.strip()
            both = made.ne("") & more.ne("")
            made = made + np.where(both, self.join, "") + more
        return made

    def turned(self, f: Field, raw: pd.Series[str]) -> tuple[pd.Series[str], pd.Series[str], dict[int, Fault]]:
        """The texts the field reads, why there is none, and what could not be turned.

        Args:
            f: The field.
            raw: The text of each row.

        Returns:
            (texts, reasons of not assessed, fault by position); blank text is nothing, and there are no reasons at all
            where none can be.
        """
        if not (self.prefix or self.codes or self.not_assessed or self.formats or self.study_day):
            return raw, raw.iloc[:0], {}
        codes, distinct = cells.distinct(raw.replace("", None))
        made, reasons, unfit = [], [], {}
        for number, text in enumerate(distinct):
            reasons.append(self.not_assessed.get(text, ""))
            try:
                made.append("" if text in self.not_assessed else self._turn(f, text))
            except Unfit as unfitting:
                made.append(text)  # left as it is, so that what else is wrong with the row is found
                unfit[number] = Fault(f.name, cells.seen(f.value, text), str(unfitting))
        faults = {row: unfit[codes[row]] for row in np.flatnonzero(np.isin(codes, list(unfit))).tolist()}
        return _spread(made, codes, raw), _spread(reasons, codes, raw), faults

    def _turn(self, f: Field, text: str) -> str:
        text = self.prefix + self.codes.get(text, text)
        if self.study_day is not None:
            return _assigned(text, *self.study_day)
        if self.formats:
            return _dated(text, self.formats, self.century, whole_day=isinstance(f.value, Day))
        return text

    def reading(self, usual: Reading) -> Reading:
        """What is known about its texts: a bare number has a unit only where the map states one."""
        decimal = self.decimal or usual.decimal
        return Reading(zone=usual.zone, decimal=decimal, bare=bool(self.unit), unit=self.unit)


def _spread(distinct: list[str], codes: Any, like: pd.Series[str]) -> pd.Series[str]:
    return pd.Series(np.array([*distinct, ""], dtype=object)[codes], index=like.index, dtype="str")


def _assigned(text: str, reference: date, first: int) -> str:
    """The day a study day is counted as."""
    if not re.fullmatch(r"[+-]?\d{1,6}", text, re.ASCII) or abs(int(text)) > FURTHEST:
        raise Unfit("must be a study day: a whole number, which may be below 0")
    return (reference + timedelta(days=int(text) - first)).isoformat()


def _dated(text: str, formats: tuple[str, ...], century: int | None, *, whole_day: bool) -> str:
    """ISO text of a day or a time written in one of those formats."""
    found: dict[str, str] = {}
    for written in formats:
        if written == ISO:
            if re.match(r"\d{4}-\d\d-\d\d", text, re.ASCII):
                found[text] = written  # the field itself reads it, or says what is wrong with it
            continue
        try:
            when = datetime.strptime(text, written)
            when = when if century is None else when.replace(year=century + when.year % 100)
        except ValueError:
            continue
        found[when.date().isoformat() if whole_day else when.isoformat(" ")] = written
    if len(found) > 1:
        raise Unfit(f"can be read as {' or '.join(found)} with the formats the map states; state one")
    if not found:
        written = " or ".join(example(one) for one in formats)
        raise Unfit(
            f"is not written as the map states, {written}; or there is no such {'day' if whole_day else 'time'}"
        )
    return next(iter(found))


def example(written: str) -> str:
    """A format with an example of it.

    Example:
        >>> example("%d/%m/%Y")
        '%d/%m/%Y (as in 28/09/2026)'
    """
    if written == ISO:
        return "iso (as in 2026-09-28)"
    return f"{written} (as in {datetime(2026, 9, 28, 16, 5, tzinfo=None).strftime(written)})"  # noqa: DTZ001 - an example
