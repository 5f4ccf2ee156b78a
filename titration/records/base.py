"""What a record is: a frozen dataclass that cannot exist if it is impossible, declared once.

`@record` reads the declaration and enters it in `KINDS`; tables, frames, templates, parsers, forms
and the dictionary are made from there. Imports `fields`, `errors`; knows no single record.
"""

from __future__ import annotations

import dataclasses
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeVar

from titration import times
from titration.errors import Fault, InvalidRecord, shown
from titration.fields import Children, Day, Field, Instant, Reading, Stored, Value
from titration.units import Unfit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import tzinfo

R = TypeVar("R", bound="Record")


@dataclasses.dataclass(frozen=True)
class RecordKind:
    """A kind of record, as declared.

    Attributes:
        record: The class.
        table: Its table, and its name in maps and templates.
        frame: The method of `Log` and the attribute of `Chart` that give its frame.
        title: In print.
        fields: Its fields in order.
        since: The schema version that brought it.
        moment: The stem of its own time (`effective` for `effective_at` and `effective_on`), if any.
        parent: The table of the record it belongs to, for a child.
        key: The fields that tell two of them apart when a file is imported again.
        distinct: Whether a large frame may be checked by its distinct rows without their times.
    """

    record: type[Record]
    table: str
    frame: str
    title: str
    fields: tuple[Field, ...]
    since: int = 1
    moment: str | None = None
    parent: str | None = None
    key: tuple[str, ...] = ()
    distinct: bool = False

    def field(self, name: str) -> Field:
        """The field of that name."""
        return {f.name: f for f in self.fields}[name]

    def flag(self, field: Field) -> str:
        """The option of a field in the shell: without its unit, but where that would be another field's option too."""
        is_shared = any(f.flag == field.flag and f.name != field.name for f in self.fields)
        return field.name.replace("_", "-") if is_shared else field.flag

    def stored(self) -> tuple[tuple[Field, Stored], ...]:
        """Every column of its table, with the field it belongs to."""
        return self._stored

    @cached_property
    def _stored(self) -> tuple[tuple[Field, Stored], ...]:
        return tuple((f, column) for f in self.fields for column in f.value.stored(f.name))

    @property
    def children(self) -> tuple[Field, ...]:
        """The fields that are lists of child records."""
        return tuple(f for f in self.fields if isinstance(f.value, Children))

    @property
    def days(self) -> dict[str, str]:
        """Its days that are the local day of an instant: day field to instant field."""
        return {f.name: f.value.of for f in self.fields if isinstance(f.value, Day) and f.value.of}

    def naive(self, made: Record) -> Iterator[str]:
        """The instants of a record that have no offset yet."""
        for f in self.fields:
            if isinstance(f.value, Instant):
                when = getattr(made, f.name)
                if when is not None and when.tzinfo is None:
                    yield f.name


TIMINGS = ("observed", "assigned")
TIMING = "whether the time was observed or assigned (a study day, an order in print)"

KINDS: dict[str, RecordKind] = {}
"""Every kind of record by its table, in the order of the file."""


class Record:
    """A fact as a clinician states it; frozen, and checked when it is made."""

    if TYPE_CHECKING:
        kind: ClassVar[RecordKind]
        __dataclass_fields__: ClassVar[dict[str, Any]]
        patient: str  # of every kind but the child of another

        def __init__(self, **fields: Any) -> None:
            """Each field takes a value or the text a person would write; see the declaration."""

    def __post_init__(self) -> None:
        """Check every field, then the record as a whole; list every fault.

        Raises:
            InvalidRecord: What was seen, what is allowed.
        """
        kind = kind_of(type(self))
        faults = list(_settle(self, kind))
        if not faults:
            faults = list(self.faults())
        if faults:
            raise InvalidRecord(kind.title, (dataclasses.replace(f, kind=kind.table) for f in faults))

    def __eq__(self, other: object) -> bool:
        """Whether the other is of the same kind and states the same."""
        return self._stated() == other._stated() if type(other) is type(self) else NotImplemented

    def __hash__(self) -> int:
        """Of what it states."""
        return hash(self._stated())

    def __repr__(self) -> str:
        """As it could be written in Python."""
        return f"{type(self).__qualname__}({', '.join(f'{f}={getattr(self, f)!r}' for f in self.__dataclass_fields__)})"

    def _stated(self) -> tuple[Any, ...]:
        return tuple(getattr(self, name) for name in self.__dataclass_fields__)

    def faults(self) -> Iterator[Fault]:
        """What is impossible about the record as a whole; its fields are already sound."""
        return iter(())

    def localised(self, zone: tzinfo) -> Self:
        """The same record with the offset of that zone where an instant has none.

        Raises:
            InvalidRecord: That hour does not exist or happens twice there.
        """
        kind = kind_of(type(self))
        changes: dict[str, Any] = {}
        faults = []
        for name in kind.naive(self):
            when = getattr(self, name)
            try:
                changes[name] = times.localise(when, zone)
            except Unfit as unfit:
                faults.append(Fault(name, when.isoformat(" ", "minutes"), str(unfit), kind=kind.table))
        if faults:
            raise InvalidRecord(kind.title, faults)
        return dataclasses.replace(self, **changes) if changes else self

    def said(self) -> Iterator[tuple[Field, str]]:
        """Each field that was given, with its value in print."""
        for f in kind_of(type(self)).fields:
            value = getattr(self, f.name)
            if value is not None and value != ():
                yield f, f.value.say(value)


def _settle(made: Record, kind: RecordKind) -> Iterator[Fault]:
    unfit = set()
    for f in kind.fields:
        value = getattr(made, f.name)
        if value is None or (isinstance(value, float) and value != value):  # noqa: PLR0124 - NaN is missing
            if f.required:
                yield Fault(f.name, "", f"is missing; {f.value.allowed}")
            object.__setattr__(made, f.name, f.default)
            continue
        try:
            object.__setattr__(made, f.name, f.value.check(value))
        except Unfit as error:
            yield Fault(f.name, shown(value), str(error))
            unfit.add(f.name)
    for day, at in kind.days.items():
        if not unfit & {day, at}:  # what was said of one of them is the fault, not that both are missing
            yield from _pair(made, day, at)


def _pair(made: Record, day: str, at: str) -> Iterator[Fault]:
    """An instant has its local day beside it; a day alone stays a day."""
    when, on = getattr(made, at), getattr(made, day)
    if when is None:
        if on is None:
            yield Fault(at, "", f"is missing; give {at} (date and time) or, if the time is not known, {day}")
    elif on is None:
        object.__setattr__(made, day, when.date())
    elif on != when.date():
        yield Fault(day, on.isoformat(), f"is not the day of {at} ({times.stamp(when)}); leave it out")


def kind_of(record: type[Record]) -> RecordKind:
    """The declaration of a class of records.

    Raises:
        TypeError: It is not a record, or not an entered one.
    """
    found = record.__dict__.get("kind")
    if not isinstance(found, RecordKind):
        message = f"{record!r} is not a kind of record; the kinds are {', '.join(_names())}"
        raise TypeError(message)
    return found


def _names() -> list[str]:
    return [kind.record.__name__ for kind in KINDS.values()]


def record(*, table: str, frame: str, title: str, since: int = 1, **more: Any) -> Callable[[type[R]], type[R]]:
    """Declare a class as a kind of record and enter it in `KINDS`.

    Args:
        table: Its table.
        frame: The name of its frame.
        title: In print.
        since: The schema version that brought it.
        more: The other attributes of `RecordKind`.
    """

    def declare(cls: type[R]) -> type[R]:
        made = dataclasses.dataclass(frozen=True, kw_only=True, eq=False, repr=False)(cls)  # both: once, in `Record`
        declared = []
        for f in dataclasses.fields(made):
            words: Mapping[str, Any] = f.metadata["field"]
            spoken = words.get("title") or _spoken(f.name, words["value"])
            declared.append(Field(name=f.name, **{**words, "title": spoken, "since": words.get("since", since)}))
        kind = RecordKind(made, table, frame, title, tuple(declared), since=since, **more)
        made.kind = kind
        made.__doc__ = f"{(cls.__doc__ or title).rstrip()}\n\n    Attributes:\n" + "\n".join(
            f"        {f.name}: {f.meaning}; {f.value.allowed}.{'' if f.required else ' None when not stated.'}"
            for f in declared
        )
        KINDS[table] = kind
        return made

    return declare


def _spoken(name: str, value: Value) -> str:
    """A field's name as a title: without its unit, which stands in brackets beside it."""
    return name.removesuffix(value.suffix).replace("_", " ").capitalize()


def schema_version() -> int:
    """The newest schema version any kind or field was brought by."""
    return max(max(f.since for f in kind.fields) for kind in KINDS.values())


def of_table(word: str) -> RecordKind:
    """The kind of that table name, class name or shell verb (`dose-change`).

    Raises:
        LookupError: There is none; says which there are.
    """
    plain = word.replace("-", "_").casefold()
    for kind in KINDS.values():
        if plain in {kind.table, kind.record.__name__.casefold(), kind.frame}:
            return kind
    message = f"{word!r} is not a kind of record; the kinds are {', '.join(k for k in KINDS)}"
    raise LookupError(message)


def from_texts(kind: RecordKind, texts: Mapping[str, str], reading: Reading) -> Record:
    """A record from texts by field name; every fault at once.

    Args:
        kind: Which record.
        texts: What was typed, by field name; blank is "not given".
        reading: Zone, decimal mark, whether bare numbers may stand.

    Raises:
        InvalidRecord: Every fault of it.
    """
    values: dict[str, Any] = {f.name: None for f in kind.fields if f.required}
    names = [f.name for f in kind.fields]
    faults = [
        Fault(name, "", f"is not a field; the fields are {', '.join(names)}") for name in texts if name not in names
    ]
    for f in kind.fields:
        text = texts.get(f.name, "")
        if not text.strip():
            continue
        try:
            values[f.name] = f.value.parse(text, reading)
        except Unfit as error:
            faults.append(Fault(f.name, shown(text), str(error)))
    unread = {f.field for f in faults}
    unread |= {at for day, at in kind.days.items() if unread & {day, at}}
    try:
        made = kind.record(**values)
    except InvalidRecord as invalid:
        faults += [f for f in invalid.faults if f.field not in unread]
    if faults:
        raise InvalidRecord(kind.title, (dataclasses.replace(f, kind=kind.table) for f in faults))
    return made
