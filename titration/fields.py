"""What a field of a record can be: one class per kind of value, one function to declare it.

Each class knows, once, how a value is checked, read from text, kept in the file and shown in a
frame. Everything else (tables, frames, templates, forms, dictionary) asks these. Imports `units`,
`times`, `errors`; knows no record.
"""

from __future__ import annotations

import dataclasses
import numbers
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Any, Literal

from titration import times, units
from titration.units import Unfit, Unit

Role = Literal["plain", "code", "words"]
LONGEST_WORDS = 10_000
LARGEST = 1e308  # the widest a table holds: its checks are written in decimal


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


def _text(value: Any, longest: int, what: str) -> str:
    if not isinstance(value, str):
        raise Unfit(f"must be {what}")
    if len(value) > longest:
        raise Unfit(f"must be at most {longest} characters, and is {len(value)}")
    return value


@dataclass(frozen=True)
class Code(Value):
    """A short identifier such as `P001`; never a name."""

    def check(self, value: Any) -> str:
        """A code as it is."""
        text = _text(value, 32, "a code, as in P001")
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", text, re.ASCII):
            raise Unfit("must be letters, digits, '.', '_' or '-', starting with a letter or digit; never a name")
        return text

    def stored(self, name: str) -> tuple[Stored, ...]:
        """One number of the table `code`."""
        return (Stored(name, "INTEGER", "code"),)

    @property
    def allowed(self) -> str:
        """In words."""
        return "a code of letters, digits, '.', '_' or '-', at most 32 characters; never a name"


@dataclass(frozen=True)
class Choice(Value):
    """One of a closed list of words."""

    options: tuple[str, ...] = ()

    def check(self, value: Any) -> str:
        """One of the words, spelt as the list has it."""
        if isinstance(value, str):
            word = " ".join(value.replace("-", " ").split()).casefold()
            for option in self.options:
                if word == option.replace("-", " ").casefold():
                    return option
        raise Unfit(f"must be one of: {', '.join(self.options)}")

    def stored(self, name: str) -> tuple[Stored, ...]:
        """One number of the table `code`."""
        return (Stored(name, "INTEGER", "code"),)

    @property
    def allowed(self) -> str:
        """In words."""
        return f"one of: {', '.join(self.options)}"


@dataclass(frozen=True)
class Label(Value):
    """A short text out of a small but open set: a drug, a muscle, a model."""

    longest: int = 80

    def check(self, value: Any) -> str:
        """One line without control or direction marks."""
        text = unicodedata.normalize("NFC", value).strip() if isinstance(value, str) else value
        text = _text(text, self.longest, "a short text")
        if not text or not text.isprintable():  # control and direction marks are not printable
            raise Unfit("must be one line of plain text")
        return text

    def stored(self, name: str) -> tuple[Stored, ...]:
        """One number of the table `code`."""
        return (Stored(name, "INTEGER", "code"),)

    @property
    def allowed(self) -> str:
        """In words."""
        return f"a short text, at most {self.longest} characters; never a name"


@dataclass(frozen=True)
class Words(Value):
    """Free text; kept apart from the numbers so that it can be redacted, and sealed by digest."""

    def check(self, value: Any) -> str:
        """Text as it was typed, without control marks; a line ends with one mark on every system."""
        text = value.strip().replace("\r\n", "\n") if isinstance(value, str) else value
        text = _text(text, LONGEST_WORDS, "text")
        if not text:
            raise Unfit("must not be blank; leave it out instead")
        if any(unicodedata.category(c) in {"Cc", "Cs"} and c not in "\n\t" for c in text):
            raise Unfit("must not hold control characters")
        return text

    def stored(self, name: str) -> tuple[Stored, ...]:
        """One number of the table `words`."""
        return (Stored(name, "INTEGER", "words"),)

    @property
    def allowed(self) -> str:
        """In words."""
        return f"free text, at most {LONGEST_WORDS} characters"


@dataclass(frozen=True)
class Number(Value):
    """A quantity in one unit."""

    of: Unit | None = None
    low: float | None = None
    high: float | None = None

    def check(self, value: Any) -> float:
        """A finite number within the range."""
        if isinstance(value, bool) or not isinstance(value, numbers.Real):
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
        whole = isinstance(value, numbers.Integral) and not isinstance(value, bool)
        if not whole and not (isinstance(value, float) and value.is_integer()):
            raise Unfit(f"must be {self.allowed}")
        if not self.low <= int(value) <= self.high:
            raise Unfit(f"must be {self.allowed}")
        return int(value)

    def parse(self, text: str, reading: Reading) -> int:
        """Digits only."""
        del reading
        if not re.fullmatch(r"[+-]?\d{1,17}", text.strip(), re.ASCII):
            raise Unfit(f"must be {self.allowed}")
        return self.check(int(text))

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


@dataclass(frozen=True)
class ClockTime(Value):
    """A time of day, in minutes after midnight."""

    def check(self, value: Any) -> int:
        """0 to 1439."""
        if isinstance(value, str):
            return times.parse_clock(value)
        whole = isinstance(value, numbers.Integral) and not isinstance(value, bool)
        if not whole or not 0 <= value < 24 * 60:
            raise Unfit("must be minutes after midnight, 0 to 1439, or 06:30 as text")
        return int(value)

    def parse(self, text: str, reading: Reading) -> int:
        """From `06:30`."""
        del reading
        return times.parse_clock(text)

    def stored(self, name: str) -> tuple[Stored, ...]:
        """One INTEGER."""
        return (Stored(name, "INTEGER", check=f"{name} BETWEEN 0 AND 1439"),)

    def shown(self, name: str, meaning: str) -> tuple[Shown, ...]:
        """Minutes after midnight."""
        return (Shown(name, "Int64", "min", meaning),)

    def say(self, value: Any) -> str:
        """As `06:30`."""
        return times.clock(value)

    @property
    def allowed(self) -> str:
        """In words."""
        return "a time of day, as in 06:30"


@dataclass(frozen=True)
class Instant(Value):
    """A moment known to the minute or better, with the local offset beside it."""

    def check(self, value: Any) -> datetime:
        """An instant; one without an offset is local in the log's zone and settled by `append`."""
        if isinstance(value, str):
            return times.parse_instant(value)
        if type(value).__name__ == "NaTType" or not isinstance(value, datetime):
            raise Unfit(times.INSTANT_FORM)
        plain = datetime(*value.timetuple()[:6], tzinfo=value.tzinfo, fold=value.fold)
        times.check_year(plain)
        return plain if plain.tzinfo is None else times.fixed(plain)

    def parse(self, text: str, reading: Reading) -> datetime:
        """In the stated zone when it has no offset."""
        return times.parse_instant(text, reading.zone)

    def stored(self, name: str) -> tuple[Stored, ...]:
        """UTC seconds, and the offset in minutes."""
        return (Stored(name, "INTEGER"), Stored(offset_name(name), "INTEGER"))

    def keep(self, value: Any) -> tuple[Any, ...]:
        """UTC seconds, and the offset in minutes."""
        return (None, None) if value is None else (int(value.timestamp()), times.offset_min(value))

    def back(self, kept: tuple[Any, ...]) -> datetime | None:
        """An instant with its fixed offset."""
        return None if kept[0] is None else times.from_seconds(kept[0], kept[1])

    def shown(self, name: str, meaning: str) -> tuple[Shown, ...]:
        """An instant in UTC, and the offset."""
        return (
            Shown(name, "datetime64[us, UTC]", "", meaning),
            Shown(offset_name(name), "Int64", "min", f"minutes east of UTC when {name} was written"),
        )

    def say(self, value: Any) -> str:
        """To the minute, with its offset."""
        return times.stamp(value)

    @property
    def allowed(self) -> str:
        """In words."""
        return "a date and time, as in 2026-10-08 09:30, with an offset if it is not local"


def offset_name(at: str) -> str:
    """The name of the offset column beside an instant.

    Example:
        >>> offset_name("effective_at")
        'effective_offset_min'
    """
    return f"{at.removesuffix('_at')}_offset_min"


@dataclass(frozen=True)
class Day(Value):
    """A calendar day; never a made-up midnight.

    Attributes:
        of: The instant whose local day it is, when the two are a pair; then one of them is given
            and the day is always kept.
    """

    of: str | None = None

    def check(self, value: Any) -> date:
        """A day."""
        if isinstance(value, str):
            return times.parse_day(value)
        if type(value).__name__ == "NaTType" or not isinstance(value, date):
            raise Unfit(times.DAY_FORM)
        if isinstance(value, datetime):
            if value.time() != datetime.min.time() or value.tzinfo is not None:
                raise Unfit(f"a day has no time of day; {times.DAY_FORM}")
            value = value.date()
        return times.check_year(date(value.year, value.month, value.day))

    def stored(self, name: str) -> tuple[Stored, ...]:
        """Days since 1970-01-01."""
        return (Stored(name, "INTEGER"),)

    def keep(self, value: Any) -> tuple[Any, ...]:
        """Days since 1970-01-01."""
        return (None if value is None else times.day_number(value),)

    def back(self, kept: tuple[Any, ...]) -> date | None:
        """The day again."""
        return None if kept[0] is None else times.from_day_number(kept[0])

    def shown(self, name: str, meaning: str) -> tuple[Shown, ...]:
        """A day, as a timestamp without a zone (pandas has no day)."""
        return (Shown(name, "datetime64[s]", "", meaning),)

    @property
    def allowed(self) -> str:
        """In words."""
        return "a day, as in 2026-10-08"


@dataclass(frozen=True)
class Children(Value):
    """Records that belong to this one, such as the steps of a flex program."""

    record: Any = None

    def check(self, value: Any) -> tuple[Any, ...]:
        """A tuple of them."""
        listed = tuple(value) if isinstance(value, Iterable) and not isinstance(value, str) else (value,)
        if not all(isinstance(v, self.record) for v in listed):
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
        """One after the other."""
        return "; ".join(map(str, value))

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
            >>> Field("dose_mcg_per_day", Number(units.MCG_PER_DAY), "").flag
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
        >>> field(Day(), "day the pump was implanted").default is None
        True
    """
    declared = {"value": value, "meaning": meaning, **more}
    metadata = {"field": declared}
    if more.get("required") and "default" not in more:
        return dataclasses.field(metadata=metadata)
    return dataclasses.field(default=more.get("default"), metadata=metadata)
