"""Exports of a log as files: everything for its owner, or a de-identified data set for research.

A folder of CSV files, one a kind of record, with a codebook and a read-me; nothing is ever written over.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from titration import __version__, columns, disclosure, frames, private
from titration import deidentified as masked
from titration.entry import templates
from titration.errors import LogExists
from titration.fields import Day, Instant
from titration.records import KINDS
from titration.store.seal import short

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from titration.fields import Field
    from titration.known import AsOf
    from titration.log import Log
    from titration.records import RecordKind

Writer = Callable[[Path, pd.DataFrame], Path]
CODEBOOK = ("file", "column", "type", "unit", "meaning", "how")


@dataclass(frozen=True)
class Exported:
    """What was written.

    Attributes:
        folder: Where.
        asof: The entry the log was read at.
        counts: Rows by file.
        withheld: Of a de-identified data set, by table and field the words that became `other`, and how often.
    """

    folder: Path
    asof: int
    counts: Mapping[str, int]
    withheld: Mapping[tuple[str, str], Mapping[str, int]]

    def __str__(self) -> str:
        """How much there is, and which words were not let through, for the one who exports alone."""
        said = [f"wrote {len(self.counts)} tables to {self.folder}, as of entry {self.asof}"]
        said += [f"{name}: {n} rows" for name, n in self.counts.items() if n]
        for (table, field), found in self.withheld.items():
            words = ", ".join(f"{word!r} ({n})" for word, n in found.items())
            said.append(f"left out as {disclosure.OTHER!r} in {table}.{field}: {words}")
        if self.withheld:
            said.append("look at these words; those that can name nobody are let through with --word")
        return "\n  ".join(said)


def csv(path: Path, table: pd.DataFrame) -> Path:
    """Write a table as a CSV file that no spreadsheet program runs as formulas."""
    return templates.write_new(path.with_suffix(".csv"), templates.csv_text(table))


def export(
    log: Log,
    folder: str | Path,
    *,
    deidentified: bool = False,
    asof: AsOf = None,
    words: Collection[str] = (),
    key: bytes | None = None,
    write: Writer = csv,
) -> Exported:
    """Write the facts of a log as they stand or stood: one file a kind of record, a codebook, a read-me.

    Args:
        log: An open log; reading is enough.
        folder: Where to; it must be new or empty.
        deidentified: Whether to make a de-identified data set.
        asof: The log as it was known; see `Log.entry_at`.
        words: Of a de-identified data set, words of open fields that may leave beside the known ones.
        key: Secret bytes that order the study ids; random ones, kept nowhere, when left out.
        write: What writes one table; CSV when left out.

    Returns:
        What was written.

    Raises:
        LogExists: The folder holds something.
    """
    place = Path(folder)
    if place.exists() and (not place.is_dir() or any(place.iterdir())):
        raise LogExists(place, "name a new or an empty folder")
    with log.store.reading():
        entry = log.entry_at(asof)
        held = frames.chart_frames(log.store, entry, None)
        head = log.store.query("SELECT seal FROM entry WHERE entry = ?", entry)[0][0]
    left = masked.withheld(held, words) if deidentified else {}
    if deidentified:
        ids = masked.study_ids(held["patients"]["patient"], key or secrets.token_bytes(32))
        tables = dict(dataset(held, ids=ids, zone=log.zone, words=words))
        book = codebook()
    else:
        tables = _everything(held)
        tables["history"] = log.history(asof=entry)
        book = _own_codebook(tables)
    private.folder(place)
    for name, table in tables.items():
        write(place / name, table)
    csv(place / "codebook", book)
    counts = {name: len(table) for name, table in tables.items()}
    about = _about(deidentified=deidentified)
    templates.write_new(place / "README.txt", _read_me(about, entry, short(head), counts))
    return Exported(place, entry, counts, left)


def dataset(
    held: Mapping[str, pd.DataFrame], *, ids: Mapping[str, str], zone: str, words: Collection[str] = ()
) -> Iterator[tuple[str, pd.DataFrame]]:
    """The tables of a de-identified data set, with days as numbers.

    Args:
        held: Every frame of a log, by name.
        ids: A study id for each patient.
        zone: IANA zone of the site.
        words: Words of open fields that may leave beside the known ones.

    Returns:
        Pairs of a name and a DataFrame: `id`, (of a child) `of`, and the fields that leave; `..._day` is days since day 0
        (Int64), `..._min` minutes after midnight (Int64). `patients` has `age_band` and `origin` too.
    """
    made = masked.frames(held, ids=ids, zone=zone, words=words)
    began = masked.beginnings(held)
    for kind in KINDS.values():
        if kind.table not in disclosure.LET_THROUGH:
            continue
        both = [
            made[name] for name in (kind.frame, "plans") if name in made and (name != "plans" or kind.frame == "doses")
        ]
        frame = pd.concat(both, ignore_index=True).sort_values("row", ignore_index=True)
        table = pd.DataFrame({"id": frame["row"]} | ({"of": frame["of"]} if kind.parent else {}))
        for f in kind.fields:
            if disclosure.how(kind, f):
                table[_named(f)] = _told(frame[f.name], f)
        if kind.frame == "patients":
            table = table.merge(_bands(held["patients"], began, ids), on="patient", how="left")
        yield kind.frame, table


def _named(f: Field) -> str:
    """The name of a field's column in a data set of days."""
    if isinstance(f.value, Day):
        return f.name.removesuffix("_on") + "_day"
    return f.name.removesuffix("_at") + "_min" if isinstance(f.value, Instant) else f.name


def _told(own: pd.Series[Any], f: Field) -> pd.Series[Any]:
    if isinstance(f.value, Day):
        days: pd.Series[Any] = (own - masked.DAY_0).dt.days.astype("Int64")
        return days
    if isinstance(f.value, Instant):
        minutes: pd.Series[Any] = (own.dt.hour * 60 + own.dt.minute).astype("Int64")
        return minutes
    return own


def _bands(patients: pd.DataFrame, began: pd.DataFrame, ids: Mapping[str, str]) -> pd.DataFrame:
    """Age band and origin of day 0, by study id."""
    own = patients[["patient", "birth_year"]].join(began, on="patient")
    bands = [masked.age_band(y, d) for y, d in zip(own["birth_year"], own["day_0"], strict=True)]
    return pd.DataFrame({"patient": own["patient"].map(ids), "age_band": bands, "origin": own["origin"]})


def codebook() -> pd.DataFrame:
    """Every column of a de-identified data set, from the declarations of the fields.

    Returns:
        DataFrame of `CODEBOOK`, all text.

    Example:
        >>> codebook().query("column == 'injected_ml'")["how"].tolist()
        ['as recorded']
    """
    lines = []
    for kind in KINDS.values():
        if kind.table not in disclosure.LET_THROUGH:
            continue
        lines.append((kind.frame, "id", "Int64", "", "number of the record in this data set", "numbered anew"))
        if kind.parent:
            lines.append((kind.frame, "of", "Int64", "", f"id of the {kind.parent} it belongs to", "numbered anew"))
        for f in kind.fields:
            said = disclosure.how(kind, f)
            if said:
                lines.append((kind.frame, _named(f), *_shape(kind, f), f.meaning, said))
        if kind.frame == "patients":
            born = "from the year of birth, in bands of ten years; 80 and over is one band"
            lines.append((kind.frame, "age_band", "str", "year", "age in the year of day 0", born))
            lines.append(
                (kind.frame, "origin", "str", "", "what day 0 is: implant of the pump, or first record", "derived")
            )
    return pd.DataFrame(lines, columns=list(CODEBOOK))


def _shape(kind: RecordKind, f: Field) -> tuple[str, str]:
    """Type and unit of a field's column."""
    if isinstance(f.value, (Day, Instant)):
        return "Int64", "day" if isinstance(f.value, Day) else "min"
    shown = next(c for c in columns.columns(kind) if c.name == f.name)
    return shown.dtype, shown.unit


def _everything(held: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Every fact with every field, for the owner; dose changes that are not done stand in `plans`."""
    return {name: held[name] for kind in KINDS.values() for name in (kind.frame, "plans") if _is_of(name, kind, held)}


def _is_of(name: str, kind: RecordKind, held: Mapping[str, pd.DataFrame]) -> bool:
    return name in held and kind.frame in {name, "doses"}


def _own_codebook(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    kinds = {kind.frame: kind for kind in KINDS.values()} | {"plans": KINDS["dose_change"]}
    lines = [
        (name, c.name, c.dtype, c.unit, c.meaning, "as recorded")
        for name in tables
        if name in kinds
        for c in columns.columns(kinds[name])
    ]
    return pd.DataFrame(lines, columns=list(CODEBOOK))


OWN = """\
Everything in the log: every field of every record as it stands, and its history. It holds what tells who a patient is
(codes, dates, serial numbers, free text): treat it as the log itself. It is not de-identified.
"""
RESEARCH = """\
A de-identified data set.
- Patients are S001, S002 ... in random order. The key of that order was not written anywhere: another export gives
  other ids, and nobody can make these again.
- Days are counted for each patient from a day 0: the first implant of a pump, or the first record where none is recorded
  (patients.csv, origin). Days before it are negative. Times are minutes after midnight, local time. No calendar date is here.
- Ages are bands of ten years at day 0; 80 and over is one band.
- No free text, serial or lot number, user name, device model or clock offset is here. A word of an open field (drug,
  body part) that is not known to name nobody stands as "other". An answer as stated that is no value of its scale is left
  out, and its row then has neither value nor grade.
- Facts taken back or replaced by a correction are not here. Missing is blank; zero is zero.

What it is not: anonymous by proof. k-anonymity is not promised and was not checked. A rare diagnosis, an unusual dose
course, exact spacing of visits or an event can single a patient out for somebody who knows the clinic, above all in a
small one. Whether it may be given on, and to whom, is for the site to decide; look at the counts of diagnosis by age
band and sex first.
"""


def _about(*, deidentified: bool) -> str:
    return RESEARCH if deidentified else OWN


def _read_me(about: str, entry: int, head: str, counts: Mapping[str, int]) -> str:
    lines = [f"  {name}: {n}" for name, n in counts.items()]
    said = [
        f"Made by titration {__version__} from a log as of its entry {entry}, head {head}.",
        "The same log read at that entry gives the same facts again.",
        "", about, "Rows in each table (codebook.csv says what each column is):", *lines, "",
        "It is a record of what was entered, not a device; it draws no conclusion.", "",
    ]  # fmt: skip
    return "\n".join(said)
