"""Values that are text: a code, one of a list, a short label, free words; imports `declared`, `units`."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Any

from titration.fields.declared import Stored, Value
from titration.units import Unfit

LONGEST_WORDS = 10_000
OVERRIDES = "\N{LEFT-TO-RIGHT OVERRIDE}\N{RIGHT-TO-LEFT OVERRIDE}"  # show letters in another order than stored


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
        if any(c in OVERRIDES for c in text):
            raise Unfit(
                "must not hold marks that turn the order of letters round (120 would read as 021); type it anew"
            )
        return text

    def stored(self, name: str) -> tuple[Stored, ...]:
        """One number of the table `words`."""
        return (Stored(name, "INTEGER", "words"),)

    @property
    def allowed(self) -> str:
        """In words."""
        return f"free text, at most {LONGEST_WORDS} characters"
