"""What a log knows already of its patients and their programs: for the door, the read-back, the pickers."""

from __future__ import annotations

import re
from bisect import bisect_right
from datetime import date, datetime, time, tzinfo
from itertools import pairwise
from typing import TYPE_CHECKING, Any, SupportsIndex

from titration import errors, frames, times
from titration.entry import door
from titration.entry.card import card
from titration.records import DoseChange, Record, kind_of
from titration.scales import Scale, register
from titration.units import Unfit

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from titration.store import Store

AsOf = SupportsIndex | str | date | datetime | None


def entry_at(store: Store, asof: AsOf, zone: tzinfo) -> int:
    """The entry a moment stands for; see `Log.entry_at`."""
    newest = store.head()[0]
    if asof is None:
        return newest
    if isinstance(asof, SupportsIndex) or (isinstance(asof, str) and re.fullmatch(r"\d{1,18}", asof, re.ASCII)):
        number = int(asof)  # an entry itself, and the numbers a frame gives, count as numbers too
        if not 1 <= number <= newest:
            raise errors.RowNotFound(
                f"there is no entry {errors.shown(number)}; this log has the entries 1 to {newest}"
            )
        return number
    try:
        seconds = _seconds(asof, zone)
    except Unfit as unfit:
        raise errors.InvalidEntry("asof", [errors.Fault("asof", errors.shown(str(asof)), str(unfit))]) from unfit
    found = entry_by(store, seconds)
    if not found:
        raise errors.RowNotFound(f"nothing was recorded by {asof}; the log begins later")
    return found


def entry_by(store: Store, seconds: int) -> int:
    """The last entry in order that was recorded by then; 0 when there was none.

    Order goes by the entries' numbers. Entries whose clock does not fit that order, see `steady`, count as
    recorded right after the one before them that does: a clock once set back does not let in what came before
    it, one set ahead does not shut out what came after.
    """
    times_of = _recorded(store, store.head()[0])
    kept = steady(times_of)
    n = bisect_right([times_of[place] for place in kept], seconds)
    return 0 if n == 0 else len(times_of) if n == len(kept) else kept[n]  # a place counts from 0, an entry from 1


def scales_of(store: Store) -> tuple[Scale, ...]:
    """The scales of a log: the published ones, and the site's own that are copied into it."""
    own = (Scale.from_definition(text) for (text,) in store.query("SELECT definition FROM scale ORDER BY id"))
    published = register()
    return (*published.values(), *(scale for scale in own if scale.code not in set(published)))


def refuse_unknown(store: Store, patient: str) -> None:
    """Raise `PatientNotFound` for a code that never was a patient's; says which is spelt alike."""
    if not store.rows("patient", ["row"], store.head()[0], patient=patient, current=False):
        alike = [p for p in patients(store) if p.casefold() == patient.casefold()]
        hint = f"; there is {alike[0]}" if alike else ""
        raise errors.PatientNotFound(f"there is no patient {errors.shown(patient)} in this log{hint}")


def moment_of(store: Store, entry: int) -> int:
    """When an entry was recorded, in UTC seconds; by the last clock before it that fits the order, see `steady`."""
    times_of = _recorded(store, entry)
    return times_of[steady(times_of)[-1]]


def _recorded(store: Store, entry: int) -> list[int]:
    return [at for (at,) in store.query("SELECT recorded_at FROM entry WHERE entry <= ? ORDER BY entry", entry)]


def steady(recorded: Sequence[int]) -> list[int]:
    """The places of the entries whose clock fits their order: the longest run of times that never goes back.

    So that as few clocks as can be are taken for wrong; a single year typed wrong, back or ahead, is left out.

    Args:
        recorded: The time of each entry, in order.

    Example:
        >>> steady([10, 20, 5, 30]), steady([10, 99, 20, 30])
        ([0, 1, 3], [0, 2, 3])

    Source:
        Longest non-decreasing subsequence: Schensted 1961, doi:10.4153/CJM-1961-015-3.
    """
    if all(one <= other for one, other in pairwise(recorded)):
        return list(range(len(recorded)))
    tails, places, before = list[int](), list[int](), list[int]()
    for place, at in enumerate(recorded):
        n = bisect_right(tails, at)
        before.append(places[n - 1] if n else -1)
        tails[n : n + 1], places[n : n + 1] = [at], [place]
    run, place = list[int](), places[-1] if places else -1
    while place >= 0:
        run.append(place)
        place = before[place]
    return run[::-1]


def _seconds(asof: str | date | datetime, zone: tzinfo) -> int:
    """UTC seconds of a moment; a bare day means its end, the later one where its last hour happens twice."""
    if isinstance(asof, str):
        asof = times.parse_day(asof) if len(asof.strip()) == len("2026-10-08") else times.parse_instant(asof)
    if not isinstance(asof, datetime):
        return int(datetime.combine(asof, time(23, 59, 59, fold=1), tzinfo=zone).timestamp())
    return int((times.localise(asof, zone) if asof.tzinfo is None else asof).timestamp())


def patients(store: Store) -> set[str]:
    """The codes of the patients of the log as it stands."""
    rows = store.rows("patient", ["patient"], store.head()[0])
    codes = store.codes()
    return {codes[number] for (number,) in rows}


def retired(store: Store) -> dict[str, str]:
    """The codes that were merged into others, in lower case, with what became of them."""
    found = store.query(
        "SELECT code.text, entry.entry FROM amendment JOIN patient ON patient.row = amendment.row"
        " JOIN code ON code.id = patient.patient JOIN entry ON entry.entry = amendment.entry"
        " WHERE entry.action = 'merge'"
    )
    return {code.casefold(): f"was merged into another patient by entry {entry}" for code, entry in found}


def last_change(
    store: Store, patient: str, *, day: int | None = None, at: int | None = None, without: int = 0
) -> tuple[int, DoseChange] | None:
    """The last dose change entered of a patient that was effective by then, with its row; leaves out one row."""
    number = store.code(patient)
    done = store.code("done")

    def found(end: str) -> list[tuple[Any, ...]]:
        return store.query(
            "SELECT row, effective_on, coalesce(effective_at, 0) FROM dose_change AS t"
            " WHERE patient = ? AND status = ? AND row <> ?"
            " AND NOT EXISTS (SELECT 1 FROM amendment AS a WHERE a.row = t.row)"
            " AND (? IS NULL OR effective_on < ? OR (effective_on = ? AND (? IS NULL OR coalesce(effective_at, 0) <= ?)))"
            f" ORDER BY effective_on DESC, coalesce(effective_at, 0) DESC, row DESC{end}",
            number, done, without, day, day, day, at, at,
        )  # fmt: skip

    row = frames.newest(store, found)
    if row is None:
        return None
    made = frames.record_of(store, row)
    assert isinstance(made, DoseChange)
    return row, made


def identity(store: Store, patient: str) -> str:
    """The line that says which patient this is: code, birth year, pump, last dose and its date."""
    codes, parts, now = store.codes(), [patient], store.head()[0]
    person = store.rows("patient", ["birth_year"], now, patient=patient)
    if not person:
        return f"{errors.shown(patient)} | new in this log"
    for (year,) in person:
        parts.append(f"born {year}" if year else "birth year not stated")
    pumps = store.rows("pump", ["model"], now, patient=patient)
    parts.append(str(codes.get(pumps[-1][0], "pump model not stated")) if pumps else "no pump recorded")
    found = last_change(store, patient)
    if found is None:
        parts.append("no dose recorded")
    else:
        dose = kind_of(DoseChange).field("dose_mcg_per_day").value.say(found[1].dose_mcg_per_day)
        parts.append(f"last dose {dose}, effective {door.when(found[1])}")
    return " | ".join(parts)


def programs_of(store: Store, facts: Iterable[Record]) -> Iterator[tuple[DoseChange, DoseChange | None]]:
    """Each program of an entry, with the one entered before it."""
    for fact in facts:
        if isinstance(fact, DoseChange):
            assert fact.effective_on is not None
            at = None if fact.effective_at is None else int(fact.effective_at.timestamp())
            found = last_change(store, fact.patient, day=times.day_number(fact.effective_on), at=at)
            yield fact, found[1] if found else None


def read_back(store: Store, facts: Iterable[Record]) -> str:
    """The cards of an entry's programs, as they are stored with it."""
    return "\n\n".join(card(identity(store, new.patient), new, old) for new, old in programs_of(store, facts))
