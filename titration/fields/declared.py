"""What every kind of value answers, and the declaration of a field; imports only `units`."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from titration.units import Unfit

if TYPE_CHECKING:
    from datetime import tzinfo

Role = Literal["plain", "code", "words"]


@dataclass(frozen=True)
class Stored:
    """One column of a table: its name, SQLite type, role and the check the table holds.

    `code` columns hold a number of the table `code`, `words` columns one of the table `words`.
    """

    name: str
    sql: Literal["INTEGER", "REAL"]
    role: Role = "plain"
    check: str | None = None


@dataclass(frozen=True)
class Shown:
    """One column of a frame: its name, pandas dtype as text, unit and meaning."""

    name: str
    dtype: str
    unit: str = ""
    meaning: str = ""


@dataclass(frozen=True)
class Reading:
    """What is known about a text before it is read.

    Attributes:
        zone: The zone of a time without an offset.
        decimal: The decimal mark, where a file states one.
        bare: Whether a bare number may stand, because a heading names the unit.
        unit: The unit a map states for a bare number; the field's own when empty.
    """

    zone: tzinfo | None = None
    decimal: str | None = None
    bare: bool = False
    unit: str = ""


@dataclass(frozen=True)
class Value:
    """A kind of value; its subclasses say what fits, and how it is kept and shown."""

    def check(self, value: Any) -> Any:
        """The value as the record holds it; `Unfit` with what is allowed otherwise."""
        raise Unfit(f"{value!r} cannot be checked")

    def parse(self, text: str, reading: Reading) -> Any:
        """The value a text stands for; `Unfit` otherwise."""
        del reading
        return self.check(text.strip())

    def stored(self, name: str) -> tuple[Stored, ...]:
        """Its columns in the table."""
        return (Stored(name, "INTEGER"),)

    def keep(self, value: Any) -> tuple[Any, ...]:
        """The value as those columns hold it; codes and words still as text."""
        return (value,)

    def back(self, kept: tuple[Any, ...]) -> Any:
        """The value again, from what those columns hold; the inverse of `keep`."""
        return kept[0]

    def shown(self, name: str, meaning: str) -> tuple[Shown, ...]:
        """Its columns in the frame."""
        return (Shown(name, "str", self.unit, meaning),)

    def say(self, value: Any) -> str:
        """The value in print."""
        return str(value)

    @property
    def unit(self) -> str:
        """The unit, or nothing."""
        return ""

    @property
    def suffix(self) -> str:
        """What the unit adds at the end of a field's name."""
        return "_" + self.unit.lower().replace("/", "_per_") if self.unit not in {"", "year"} else ""

    @property
    def allowed(self) -> str:
        """What is allowed, in words, for the dictionary and the form."""
        return "text"


@dataclass(frozen=True)
class Children(Value):
    """Records that belong to this one, such as the steps of a flex program."""

    record: Any = None

    def check(self, value: Any) -> tuple[Any, ...]:
        """A tuple of them."""
        try:
            listed = tuple(value) if isinstance(value, Iterable) and not isinstance(value, str) else None
        except TypeError:  # an array without a length says that it can be gone through, and cannot
            listed = None
        if listed is None or not all(isinstance(v, self.record) for v in listed):
            raise Unfit(f"must be a list of {self.record.__name__}")
        return listed

    def parse(self, text: str, reading: Reading) -> tuple[Any, ...]:
        """As the child record reads them."""
        return self.check(self.record.parse_all(text, reading))

    def stored(self, name: str) -> tuple[Stored, ...]:
        """Nothing here: they have a table of their own."""
        del name
        return ()

    def keep(self, value: Any) -> tuple[Any, ...]:
        """Nothing here."""
        del value
        return ()

    def shown(self, name: str, meaning: str) -> tuple[Shown, ...]:
        """Nothing here: they have a frame of their own."""
        del name, meaning
        return ()

    def say(self, value: Any) -> str:
        """As the child record writes them."""
        return str(self.record.say_all(value))

    @property
    def allowed(self) -> str:
        """In words."""
        return str(self.record.written)


@dataclass(frozen=True)
class Field:
    """One field of a record: declared once, used everywhere.

    Attributes:
        name: In Python, SQL, frames, CSV headings and the dictionary.
        value: The kind of value.
        meaning: One phrase for the dictionary, the form and the template.
        required: Whether it must be given.
        default: What it is when it is not given.
        since: The schema version that brought it.
        example: What the template shows, as a person would write it.
        title: What stands before the box of a form and in a table on paper.
    """

    name: str
    value: Value
    meaning: str
    required: bool = False
    default: Any = None
    since: int = 1
    example: str = ""
    title: str = ""

    @property
    def flag(self) -> str:
        """Its option in the shell: the name without unit, dashes for underscores.

        Example:
            >>> from titration import fields, units
            >>> Field("dose_mcg_per_day", fields.Number(units.MCG_PER_DAY), "").flag
            'dose'
        """
        return self.name.removesuffix(self.value.suffix).replace("_", "-")

    @property
    def heading(self) -> str:
        """Its title with the unit, for a table or a form."""
        return f"{self.title} ({self.value.unit})" if self.value.unit else self.title


def field(value: Value, meaning: str, **more: Any) -> Any:
    """Declare a field of a record.

    Args:
        value: The kind of value.
        meaning: One phrase.
        more: The other attributes of `Field`, by name.

    Example:
        >>> from titration.fields import Day
        >>> field(Day(), "day the pump was implanted").default is None
        True
    """
    declared = {"value": value, "meaning": meaning, **more}
    metadata = {"field": declared}
    if more.get("required") and "default" not in more:
        return dataclasses.field(metadata=metadata)
    return dataclasses.field(default=more.get("default"), metadata=metadata)
