"""Values that are numbers: a quantity in one unit, a whole number; imports `declared`, `units`."""

from __future__ import annotations

import numbers
import re
from dataclasses import dataclass
from typing import Any

from titration import units
from titration.fields.declared import Reading, Shown, Stored, Value
from titration.units import Unfit, Unit

LARGEST = 1e308  # the widest a table holds: its checks are written in decimal


def is_number(value: Any, kind: type) -> bool:
    """Whether it is a number of that kind; a truth value is none, nor is a stretch of time, which numpy counts as one.

    Args:
        value: Anything.
        kind: `numbers.Real` or `numbers.Integral`.

    Example:
        >>> [is_number(value, numbers.Real) for value in (0.5, 5, True, "5")]
        [True, True, False, False]
    """
    stretch = getattr(getattr(value, "dtype", None), "kind", "") == "m"
    return isinstance(value, kind) and not isinstance(value, bool) and not stretch


@dataclass(frozen=True)
class Number(Value):
    """A quantity in one unit."""

    of: Unit | None = None
    low: float | None = None
    high: float | None = None

    def check(self, value: Any) -> float:
        """A finite number within the range."""
        if not is_number(value, numbers.Real):
            raise Unfit(self._wants())
        try:
            number = float(value)
        except OverflowError as error:
            raise Unfit(self._wants()) from error
        if not -LARGEST <= number <= LARGEST:
            raise Unfit("must be a finite number; leave it out if it is not known")
        if self.low is not None and number < self.low:
            raise Unfit(f"must be {units.number(self.low)} or more")
        if self.high is not None and number > self.high:
            raise Unfit(f"must be {units.number(self.high)} or less")
        return number + 0.0  # SQLite does not keep -0.0

    def parse(self, text: str, reading: Reading) -> float:
        """A number with its unit, or a bare one where a heading or map names the unit."""
        if self.of is None:
            return self.check(units.parse_number(text, decimal=reading.decimal))
        bare = (reading.unit or self.of.name) if reading.bare else None
        return self.check(units.parse_quantity(text, self.of, decimal=reading.decimal, bare=bare))

    def stored(self, name: str) -> tuple[Stored, ...]:
        """One REAL, with its range as a check (infinity is refused, STRICT would keep it)."""
        low = repr(-LARGEST if self.low is None else self.low)
        high = repr(LARGEST if self.high is None else self.high)
        return (Stored(name, "REAL", check=f"{name} BETWEEN {low} AND {high}"),)

    def shown(self, name: str, meaning: str) -> tuple[Shown, ...]:
        """One float64."""
        return (Shown(name, "float64", self.unit, meaning),)

    def say(self, value: Any) -> str:
        """With its unit."""
        return units.number(value) if self.of is None else units.quantity(value, self.of)

    @property
    def unit(self) -> str:
        """The unit's name."""
        return "" if self.of is None else self.of.name

    @property
    def allowed(self) -> str:
        """In words."""
        return self._wants().removeprefix("must be ")

    def _wants(self) -> str:
        says = "must be a number" + (f" in {self.unit}" if self.of else "")
        if self.low is not None:
            says += f", {units.number(self.low)} or more"
        if self.high is not None:
            says += f", {units.number(self.high)} or less"
        return says


@dataclass(frozen=True)
class Count(Value):
    """A whole number."""

    low: int = 0
    high: int = 2**53
    of: str = ""

    def check(self, value: Any) -> int:
        """A whole number within the range."""
        whole = is_number(value, numbers.Integral) or (isinstance(value, float) and value.is_integer())
        if not whole:
            raise Unfit(f"must be {self.allowed}")
        if not self.low <= int(value) <= self.high:
            raise Unfit(f"must be {self.allowed}")
        return int(value)

    def parse(self, text: str, reading: Reading) -> int:
        """Digits only."""
        del reading
        if not re.fullmatch(r"[+-]?\d{1,17}", text.strip(), re.ASCII):
            raise Unfit(f"must be {self.allowed}")
        return self.check(int(text.strip()))  # int() alone keeps marks that strip() takes for blanks, as \x1f

    def stored(self, name: str) -> tuple[Stored, ...]:
        """One INTEGER."""
        return (Stored(name, "INTEGER", check=f"{name} BETWEEN {self.low} AND {self.high}"),)

    def shown(self, name: str, meaning: str) -> tuple[Shown, ...]:
        """One Int64, which can be missing."""
        return (Shown(name, "Int64", self.unit, meaning),)

    @property
    def unit(self) -> str:
        """The unit's name."""
        return self.of

    @property
    def allowed(self) -> str:
        """In words."""
        top = "" if self.high == 2**53 else f" to {self.high}"
        return f"a whole number from {self.low}{top or ' up'}"
