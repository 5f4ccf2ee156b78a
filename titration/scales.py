"""Scales: what a score can be, who reports it, which way it runs, and where that is written.

The published ones are data (`scales.toml` beside this file); a site adds its own to its log.
Imports `units`, `errors`. Licensed instruments are here as metadata only: no item text.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from titration.errors import Fault, InvalidEntry, shown
from titration.units import Unfit, number

REPORTERS = ("patient", "proxy", "clinician")
LARGEST = 1e308


@dataclass(frozen=True)
class Scale:
    """One scale in one version.

    Attributes:
        code: Its name in records, for example `modified_ashworth`.
        version: Which published form; part of its identity.
        name: Its title in print.
        reporters: Who may report it: patient, proxy, clinician.
        low: The least value; None for a scale of grades.
        high: The greatest value; None for a scale of grades.
        step: The step between values; None (in a TOML file 0) when any number in the range can be.
        grades: The labels in order, least first; empty for a scale of numbers.
        ordinal: Whether only the order has meaning; then no mean is ever taken.
        more_is: What a higher value says, in words, for the axis.
        recall: The time it asks about; "not stated" where no source says.
        licence: Whether it is free, and for what.
        citation: Where it was published.
        aliases: Other spellings that are read as this scale.
        codes: Codes of other systems, only those marked verified.
        metadata_only: True for a licensed instrument: name and range, no item text.

    Example:
        >>> register()["MAS"].grades
        ('0', '1', '1+', '2', '3', '4')
    """

    code: str
    version: str
    name: str
    reporters: tuple[str, ...]
    more_is: str
    low: float | None = None
    high: float | None = None
    step: float | None = 1.0
    grades: tuple[str, ...] = ()
    ordinal: bool = True
    recall: str = "not stated"
    licence: str = "not stated"
    citation: str = "not stated"
    aliases: tuple[str, ...] = ()
    codes: Mapping[str, str] = field(default_factory=dict, hash=False)
    metadata_only: bool = False

    def fit(self, value: float | None, grade: str | None) -> tuple[float | None, str | None]:
        """A value or grade as this scale keeps it: a number here, a label there, never both.

        Raises:
            Unfit: It is not of this scale; says what is.

        Example:
            >>> register()["modified_ashworth"].fit(2, None)
            (None, '2')
        """
        if value is not None and grade is not None:
            raise Unfit(f"{self.code} takes a value or a grade, not both")
        if self.grades:
            label = grade if value is None else number(value)
            if label not in self.grades:
                raise Unfit(f"{self.name} has the grades {', '.join(self.grades)}; its codings are read by a map only")
            return None, label
        if value is None:
            raise Unfit(f"{self.name} is a number, {self.range_words}; it has no grades")
        if self.low is not None and self.high is not None and not self.low <= value <= self.high:
            raise Unfit(f"{self.name} runs {self.range_words}")
        if self.step and self.low is not None:
            steps = (value - self.low) / self.step
            if abs(steps - round(steps)) > 1e-9:  # noqa: PLR2004 - 0.1 is not exact in binary
                raise Unfit(f"{self.name} runs {self.range_words}")
        return value, None

    @property
    def range_words(self) -> str:
        """The whole range, in words."""
        if self.grades:
            return ", ".join(self.grades)
        if self.low is None or self.high is None:
            return "any number"
        step = f" in steps of {number(self.step)}" if self.step else ""
        return f"from {number(self.low)} to {number(self.high)}{step}"

    def definition(self) -> str:
        """All of it as JSON, the same text for the same scale, as a log keeps it."""
        return json.dumps(asdict(self), sort_keys=True, ensure_ascii=True, separators=(",", ":"))

    @classmethod
    def from_definition(cls, text: str) -> Scale:
        """The scale of such a text."""
        return cls.of(json.loads(text))

    @classmethod
    def of(cls, table: Mapping[str, Any]) -> Scale:
        """A scale from the table of a TOML file; every fault of it at once.

        Raises:
            InvalidEntry: What is missing, unknown or contradicts itself.
        """
        faults = list(_faults(table))
        if faults:
            raise InvalidEntry(f"scale {shown(str(table.get('code', 'without a code')))}", faults)
        plain: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in table.items()}
        for name in ("low", "high", "step"):
            if plain.get(name) is not None:
                plain[name] = float(plain[name])
        plain["step"] = plain.get("step", 1.0) or None  # TOML has no word for none; there it is 0
        return cls(**plain)


TEXTS = ("code", "version", "name", "more_is", "recall", "licence", "citation")
LISTS = ("reporters", "grades", "aliases")
FLAGS = ("ordinal", "metadata_only")
LONGEST = {"code": 40, "version": 40, "grades": 16}
"""As the fields of a score are, so that every scale can be scored."""


def _faults(table: Mapping[str, Any]) -> Iterator[Fault]:
    known = [f.name for f in fields(Scale)]
    for name in table:
        if name not in known:
            yield Fault(name, "", f"is not a part of a scale; the parts are {', '.join(known)}")
    for name in TEXTS:
        value = table.get(name, "" if name in TEXTS[:4] else "not stated")
        if not (isinstance(value, str) and value.strip()):
            yield Fault(name, shown(value), "must be given, as text")
        elif len(value) > LONGEST.get(name, len(value)):
            yield Fault(name, shown(value), f"must be at most {LONGEST[name]} characters")
    for name in FLAGS:
        if not isinstance(table.get(name, True), bool):
            yield Fault(name, shown(table[name]), "must be true or false")
    yield from _list_faults(table)
    yield from _range_faults(table)


def _list_faults(table: Mapping[str, Any]) -> Iterator[Fault]:
    for name in LISTS:
        if not _labels(table.get(name, []), LONGEST.get(name)):
            yield Fault(name, shown(table[name]), "must be a list of labels, each once, as text")
        elif name == "reporters" and not set(table.get(name) or ["nobody"]) <= set(REPORTERS):
            yield Fault(name, shown(table.get(name, "")), f"must name one or more of {', '.join(REPORTERS)}")
    codes = table.get("codes", {})
    if not isinstance(codes, Mapping) or not all(isinstance(code, str) for code in codes.values()):
        yield Fault("codes", shown(codes), "must be codes as text, by the name of their system")


def _labels(value: Any, longest: int | None) -> bool:
    """Whether it is a list of texts, each once and none too long."""
    if not isinstance(value, (list, tuple)) or not all(isinstance(label, str) for label in value):
        return False
    fit = all(label.strip() == label != "" and len(label) <= (longest or len(label)) for label in value)
    return fit and len(set(value)) == len(value)


def _range_faults(table: Mapping[str, Any]) -> Iterator[Fault]:
    low, high, step = table.get("low"), table.get("high"), table.get("step")
    if table.get("grades"):
        if low is not None or high is not None:
            yield Fault("grades", "", "a scale has grades, or a range from low to high, not both")
    elif not (_finite(low) and _finite(high)) or low >= high:  # type: ignore[operator]  # numbers, by _finite
        yield Fault("low, high", shown([low, high]), "must be two numbers, the lower first, or give grades")
    if step is not None and not (_finite(step) and step >= 0):
        yield Fault("step", shown(step), "must be a number; 0 when any number of the range can be")


def _finite(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) <= LARGEST


class Register(Mapping[str, Scale]):
    """Scales by code or by any of their other spellings, whatever the case.

    Example:
        >>> register()["NRS"].code
        'nrs_spasticity'
    """

    def __init__(self, scales: tuple[Scale, ...] | Callable[[], tuple[Scale, ...]]) -> None:
        self._given = scales  # or what reads them when the first is asked for: most entries have no score

    @functools.cached_property
    def _read(self) -> tuple[dict[str, Scale], dict[str, str]]:
        """By their codes, and the code of each spelling."""
        scales = self._given() if callable(self._given) else self._given
        of = {scale.code: scale for scale in scales}
        words = {_word(code): code for code in of}  # a code is never another's other spelling
        for scale in scales:
            for word in (scale.name, *scale.aliases):
                words.setdefault(_word(word), scale.code)
        return of, words

    def __getitem__(self, word: str) -> Scale:
        """The scale of that code or spelling."""
        of, words = self._read
        return of[words[_word(word)]]

    def __iter__(self) -> Iterator[str]:
        """The codes, in the order of the register."""
        return iter(self._read[0])

    def __len__(self) -> int:
        """How many scales."""
        return len(self._read[0])

    def find(self, word: str) -> Scale:
        """The scale of that word.

        Raises:
            Unfit: There is none, or two bear that name; says which there are.
        """
        if word in self:
            return self[word]
        if _word(word) in _shared():
            raise Unfit(_shared()[_word(word)])
        codes = ", ".join(self)
        raise Unfit(f"is no scale of this log; there are {codes}; a site adds its own with: titration scale add")

    def joined(self, scales: tuple[Scale, ...]) -> Register:
        """This register and those scales, which come first where codes agree."""
        return Register((*scales, *(s for s in self.values() if s.code not in {own.code for own in scales})))


def _word(text: str) -> str:
    return " ".join(text.replace("_", " ").replace("-", " ").split()).casefold()


def _tables(text: str) -> dict[str, Any]:
    import tomllib  # noqa: PLC0415 - an entry without a score reads none

    return tomllib.loads(text)


@functools.cache
def _shipped() -> dict[str, Any]:
    return _tables(Path(__file__).with_name("scales.toml").read_text(encoding="utf-8"))


def _shared() -> dict[str, str]:
    """The words that several scales bear, with the sentence that names them."""
    return {_word(word): says for word, says in _shipped()["shared"].items()}


@functools.cache
def register() -> Register:
    """The published scales this program ships."""
    return Register(tuple(Scale.of(table) for table in _shipped()["scale"]))


def from_toml(text: str) -> tuple[Scale, ...]:
    """The scales of a site's own TOML file, `[[scale]]` tables with the parts of `Scale`.

    Raises:
        InvalidEntry: It is no TOML, or a scale has faults.

    Example:
        >>> from_toml('''[[scale]]
        ... code = "sleep"
        ... version = "site-1"
        ... name = "Sleep last night"
        ... reporters = ["patient"]
        ... low = 0
        ... high = 10
        ... more_is = "worse sleep"''')[0].range_words
        'from 0 to 10 in steps of 1'
    """
    try:
        tables = _tables(text).get("scale")
    except (ValueError, RecursionError) as error:  # a number of 5000 digits, tables in tables without end
        raise InvalidEntry("the scale file", [Fault("file", "", f"is not TOML: {error}")]) from error
    if not isinstance(tables, list) or not tables or not all(isinstance(table, dict) for table in tables):
        raise InvalidEntry("the scale file", [Fault("[[scale]]", "", "must be there at least once")])
    faults: list[Fault] = []
    for place, table in enumerate(tables, 1):
        code = shown(table.get("code", f"scale {place}"))
        faults += [replace(fault, field=f"{code}.{fault.field}") for fault in _faults(table)]
        if table.get("code") in [earlier.get("code") for earlier in tables[: place - 1]]:
            faults.append(Fault(f"{code}.code", "", "is there twice; a scale has one table"))
    if faults:
        raise InvalidEntry("the scale file", faults)
    return tuple(Scale.of(table) for table in tables)
