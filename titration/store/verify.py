"""Verify: read the whole file against its seals, and name the first block that does not fit.

It needs nothing but the file: which columns are sealed is kept in the log itself.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from titration.store import anchor, beside, blocks, connection, head, place, schema, seal, unchanged

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterator
    from pathlib import Path

LARGE = 2**25
"""From so many bytes on, what SQLite checks by itself runs beside the reading of the blocks."""
HEADER = (
    "entry, recorded_at, recorded_offset_min, by, account, host, action, source, source_sha256, reason, card,"
    " program, schema_version, schema_digest, facts, last_row, previous, seal"
)

FORGED = (
    "a chain that someone wrote anew from the start would fit too, and nothing in the file can tell: only a head kept"
    " apart from it can, so compare the head with a printed report, or verify with --anchor FILE"
)


@dataclass(frozen=True)
class Verification:
    """What `verify` found.

    Attributes:
        path: The file.
        faults: What does not fit, the first first; empty when all fits.
        entries: Entries read.
        facts: Facts read.
        head: The newest entry and its seal.
        notes: What is no fault and should be known: rights that are looser than its owner's alone, heads compared.
        compared: Whether heads kept apart from the file were compared with it.

    Example:
        >>> Verification("clinic.db", (), 3, 5, (3, bytes(32))).fits
        True
    """

    path: str
    faults: tuple[str, ...]
    entries: int
    facts: int
    head: tuple[int, bytes] | None
    notes: tuple[str, ...] = ()
    compared: bool = False

    @property
    def fits(self) -> bool:
        """Whether everything does."""
        return not self.faults

    def __str__(self) -> str:
        """What was read and what was found."""
        if self.faults:
            return "\n  ".join([f"{self.path} does not fit its seals:", *self.faults, *self.notes])
        number, sealed = self.head or (0, seal.GENESIS)
        lines = [
            f"{self.path} fits: {self.entries} entries, {self.facts} facts; head {number} {seal.short(sealed)}",
            f"full head {sealed.hex()}",
            *([] if self.compared else [FORGED]),
        ]
        return "\n  ".join([*lines, *self.notes])


def verify(
    path: Path, expected: str | None = None, *, alone: bool = False, anchored: Path | None = None, jobs: int = 1,
    through: sqlite3.Connection | None = None, noted: bool = False,
) -> Verification:  # fmt: skip
    """Read a log against its seals.

    Args:
        path: The file; it is only read.
        expected: A head from paper, short or full; an older one is looked for among the entries.
        alone: Whether the head this computer has seen is left aside, as for a copy.
        anchored: A file of heads kept apart: each must be in the log; when all fits, the newest is added to it.
        jobs: How many processes read the blocks; what is found is the same.
        through: A connection to read by, for a copy that has no name any more; it stays open.
        noted: Whether this computer notes that the file was verified, for `unchanged`; never of a demo.

    Raises:
        LogNotFound, NotALog: It cannot be read as a log at all.
    """
    own = contextlib.nullcontext(through) if through else contextlib.closing(connection.connect(path, write=False))
    with own as db:
        look = unchanged.Look.at(path) if noted else None
        with connection.translated(path):
            db.execute("BEGIN")
            db.execute("SELECT 1 FROM sqlite_master").fetchone()  # from here on nobody else can write
        faults = list(_faults(db, path, expected, alone=alone, anchored=anchored, jobs=jobs))
        newest, facts = _newest(db)
        notes, held = [] if through else place.loose(path), 0
        if anchored is not None and newest is not None and not faults:
            (at,) = db.execute("SELECT recorded_at FROM entry WHERE entry = ?", (newest[0],)).fetchone()
            held, new = anchor.count(anchored), anchor.add(anchored, newest[0], at, newest[1])
            notes.append(anchor.compared(anchored, held, new=new))
        compared = held > 0 and not faults
        if look is not None and newest is not None and not faults:
            _note(db, look, newest)
        return Verification(str(path), tuple(faults), newest[0] if newest else 0, facts, newest, tuple(notes), compared)


def _note(db: sqlite3.Connection, look: unchanged.Look, newest: tuple[int, bytes]) -> None:
    """Note the file's digest while nobody else can write to it."""
    properties: dict[str, str] = dict(db.execute("SELECT name, value FROM property ORDER BY id"))
    if "demo" not in properties:
        unchanged.note(look, properties["id"], newest)


def _newest(db: sqlite3.Connection) -> tuple[tuple[int, bytes] | None, int]:
    """The newest entry with its seal, and the facts counted; nothing where the journal is too broken to say."""
    try:
        entry, sealed = db.execute("SELECT entry, seal FROM entry ORDER BY entry DESC LIMIT 1").fetchone()
        (facts,) = db.execute("SELECT sum(facts) FROM entry").fetchone()
        return (int(entry), bytes.fromhex(sealed.hex())), int(facts)
    except Exception:  # noqa: BLE001 - a damaged journal can hold anything; `_faults` has said so
        return None, 0


def _faults(
    db: sqlite3.Connection, path: Path, expected: str | None, *, alone: bool, anchored: Path | None, jobs: int
) -> Iterator[str]:
    """Every kind of check in turn; a file too broken for one says so and goes on with the next."""
    is_large = path.exists() and path.stat().st_size > LARGE
    structure, links = (
        beside.begun(path, _file, _references) if is_large else (lambda: _file(db), lambda: _references(db))
    )
    checks: dict[str, Callable[[], Iterator[str]]] = {
        "the structure of the file": structure,
        "the journal": lambda: _journal(db),
        "a block of rows": lambda: blocks.faults(db, path, jobs),
        "the free texts": lambda: _free_texts(db),
        "the links between rows": links,
        "the heads known from elsewhere": lambda: _heads(db, expected, alone=alone),
        "the heads of the anchor file": lambda: _anchors(db, anchored),
    }
    last = ("the structure of the file", "the links between rows")  # begun already where they run beside the others
    found = {part: beside.tried(part, checks[part]) for part in sorted(checks, key=last.__contains__)}
    for part in checks:
        yield from found[part]


def _file(db: sqlite3.Connection) -> Iterator[str]:
    (said,) = db.execute("PRAGMA integrity_check(1)").fetchone()
    if said != "ok":
        yield f"SQLite finds damage: {said}"
    yield from schema.apart(db)


def _journal(db: sqlite3.Connection) -> Iterator[str]:
    previous, row, number = seal.GENESIS, 0, 0
    lines = _block_lines(db)
    for *header, before, sealed in db.execute(f"SELECT {HEADER} FROM entry ORDER BY entry"):
        number += 1
        entry = header[0]
        if entry != number:
            yield f"entry {number} is missing: the next one there is {entry}"
            return
        if before != previous:
            yield f"entry {entry} does not follow the one before it (an entry was changed, removed or put in)"
            return
        if seal.entry_seal(previous, header, lines.get(entry, [])) != sealed:
            yield f"entry {entry}: who, when, why or what it counts was changed, or one of its blocks"
            return
        if header[15] - row != header[14]:
            yield f"entry {entry} announces {header[14]} facts, and the rows go from {row + 1} to {header[15]}"
            return
        previous, row = sealed, header[15]
    if number == 0:
        yield "there is no entry at all"
    strays = [entry for entry in lines if entry > number]
    if strays:
        yield f"there are blocks of an entry {strays[0]} that is not there"


def _block_lines(db: sqlite3.Connection) -> dict[int, list[bytes]]:
    lines: dict[int, list[bytes]] = {}
    for entry, table, first, n, version, digest in db.execute(blocks.LINES):
        lines.setdefault(entry, []).append(seal.block_line(table, first, n, version, digest))
    return lines


def _free_texts(db: sqlite3.Connection) -> Iterator[str]:
    redacted = {number for (number,) in db.execute("SELECT words FROM redaction")}
    for number, digest, salt, text in db.execute("SELECT id, digest, salt, text FROM words"):
        if text is None:
            if number not in redacted or salt is not None:
                yield f"free text {number} was taken out without a redaction"
                return
        elif number in redacted:
            yield f"free text {number} was redacted, and is there again"
            return
        elif seal.words_digest(salt or b"", text) != digest:
            yield f"free text {number} was changed"
            return


def _references(db: sqlite3.Connection) -> Iterator[str]:
    for table, row, parent, _ in db.execute("PRAGMA foreign_key_check"):
        yield f"table {table}, row {row} points at a row of {parent} that is not there"
        return


def _heads(db: sqlite3.Connection, expected: str | None, *, alone: bool) -> Iterator[str]:
    seals: dict[int, bytes] = dict(db.execute("SELECT entry, seal FROM entry"))
    properties: dict[str, str] = dict(db.execute("SELECT name, value FROM property ORDER BY id"))
    kept = None if alone or "demo" in properties else head.kept(properties["id"])
    if kept is not None and seals.get(kept[0]) != kept[1]:
        yield (
            f"this computer has seen entry {kept[0]} with the seal {seal.short(kept[1])}, which is not in the file:"
            " it was rolled back, cut off or rewritten; an older backup is verified with --copy"
        )
    if expected is not None:
        wanted = "".join(c for c in expected.lower() if c not in "- ")
        typed = ascii(expected)[1:-1][:80]  # marks that turn or hide letters are spelt out
        if len(wanted) < 16 or not any(s.hex().startswith(wanted) for s in seals.values()):  # noqa: PLR2004 - the short form
            yield f"no entry of the file has the head {typed}: it was rolled back, cut off or rewritten since it was printed"


def _anchors(db: sqlite3.Connection, anchored: Path | None) -> Iterator[str]:
    if anchored is not None:
        yield from anchor.faults(anchored, dict(db.execute("SELECT entry, seal FROM entry")))
