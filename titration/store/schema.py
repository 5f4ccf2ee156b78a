"""The tables of a log, written out from the declarations of the records.

Every table that holds facts or their bookkeeping is sealed by three triggers: no UPDATE, no DELETE,
and no INSERT over a key that is there (REPLACE walks past the other two).
"""

from __future__ import annotations

import contextlib
import json
from hashlib import sha256
from typing import TYPE_CHECKING

from titration.fields import Day, Instant, Stored
from titration.records import KINDS, RecordKind, schema_version

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

APPLICATION_ID = 0x54495452  # "TITR": says whose file it is
AMENDMENTS = ("corrected", "entered in error", "moved", "completed")

CORE: dict[str, str] = {
    "property": "id INTEGER PRIMARY KEY, entry INTEGER NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL",
    "code": "id INTEGER PRIMARY KEY, entry INTEGER NOT NULL, text TEXT NOT NULL UNIQUE",
    "words": "id INTEGER PRIMARY KEY, entry INTEGER NOT NULL, digest BLOB NOT NULL, salt BLOB, text TEXT",
    "scale": "id INTEGER PRIMARY KEY, entry INTEGER NOT NULL, code TEXT NOT NULL, version TEXT NOT NULL,"
    " definition TEXT NOT NULL, UNIQUE (code, version)",
    "amendment": "id INTEGER PRIMARY KEY, entry INTEGER NOT NULL, row INTEGER NOT NULL UNIQUE,"
    f" kind TEXT NOT NULL CHECK (kind IN {AMENDMENTS}), replaced_by INTEGER, reason INTEGER NOT NULL REFERENCES words (id)",
    "redaction": "id INTEGER PRIMARY KEY, entry INTEGER NOT NULL, words INTEGER NOT NULL UNIQUE REFERENCES words (id),"
    " reason INTEGER NOT NULL REFERENCES words (id)",
    "answer": "id INTEGER PRIMARY KEY, entry INTEGER NOT NULL, question INTEGER NOT NULL REFERENCES words (id),"
    " reason INTEGER NOT NULL REFERENCES words (id)",
}
"""The tables that every log has beside those of the records; all sealed."""

JOURNAL: dict[str, str] = {
    "entry": "entry INTEGER PRIMARY KEY, recorded_at INTEGER NOT NULL, recorded_offset_min INTEGER NOT NULL,"
    " by TEXT NOT NULL, account TEXT NOT NULL, host TEXT NOT NULL, action TEXT NOT NULL,"
    " source INTEGER REFERENCES words (id), source_sha256 BLOB, reason INTEGER REFERENCES words (id),"
    " card INTEGER REFERENCES words (id), program TEXT NOT NULL, schema_version INTEGER NOT NULL,"
    " schema_digest BLOB, facts INTEGER NOT NULL, last_row INTEGER NOT NULL, previous BLOB NOT NULL,"
    " seal BLOB NOT NULL UNIQUE",
    "block": 'id INTEGER PRIMARY KEY, entry INTEGER NOT NULL, "table" TEXT NOT NULL, first_row INTEGER NOT NULL,'
    " n INTEGER NOT NULL CHECK (n BETWEEN 1 AND 1024), schema_version INTEGER NOT NULL, digest BLOB NOT NULL",
}
"""The journal: one row per act of recording, and the digests of what it wrote."""

DEFERRED = "REFERENCES entry (entry) DEFERRABLE INITIALLY DEFERRED"
UNIQUE = {
    "code": ("text",),
    "scale": ("code", "version"),
    "amendment": ("row",),
    "redaction": ("words",),
    "entry": ("seal",),
}
UNSEALED = {"words": ("salt", "text")}  # the digest is sealed; the text itself can be redacted


def columns(kind: RecordKind, since: int) -> list[Stored]:
    """The columns of a record's table as that version has them, without key and entry."""
    return [column for f, column in kind.stored() if f.since <= since]


def key(table: str) -> str:
    """The primary key of a table."""
    return "entry" if table == "entry" else "row" if table in KINDS else "id"


def _column(column: Stored, *, required: bool) -> str:
    parts = [column.name, column.sql]
    if required:
        parts.append("NOT NULL")
    if column.role != "plain":
        parts.append(f"REFERENCES {column.role} (id)")
    if column.check:
        parts.append(f"CHECK ({column.check})")
    return " ".join(parts)


def _fact_table(kind: RecordKind, since: int) -> str:
    lines = ["row INTEGER PRIMARY KEY", f"entry INTEGER NOT NULL {DEFERRED}"]
    if kind.parent:
        lines.append(f"of INTEGER NOT NULL REFERENCES {kind.parent} (row)")
    for f, column in kind.stored():
        if f.since <= since:
            needed = f.required or f.name in kind.days or f.default not in (None, ())
            lines.append(_column(column, required=needed and not isinstance(f.value, Instant)))
    return f"CREATE TABLE {kind.table} (\n  " + ",\n  ".join(lines) + "\n) STRICT"


def _core_table(table: str, body: str) -> str:
    held = f"entry INTEGER NOT NULL {DEFERRED}"  # the entry is written last, when its seal is known
    body = body.replace("entry INTEGER NOT NULL", held, 1)
    return f"CREATE TABLE {table} (\n  " + ",\n  ".join(parts(body)) + "\n) STRICT"


def parts(body: str) -> Iterator[str]:
    """The parts of a table's body, parted by its outer commas."""
    depth, part = 0, ""
    for c in body:
        depth += (c == "(") - (c == ")")
        if c == "," and depth == 0:
            yield part.strip()
            part = ""
        else:
            part += c
    yield part.strip()


def triggers(table: str) -> Iterator[tuple[str, str]]:
    """The three triggers that hold a table append-only: name and SQL."""
    fixed = "rows of a log are only ever added"
    when = ""
    if table == "words":  # the one permitted update: a text is blanked after its redaction was written
        when = (
            " WHEN NOT (NEW.id IS OLD.id AND NEW.entry IS OLD.entry AND NEW.digest IS OLD.digest"
            " AND NEW.text IS NULL AND NEW.salt IS NULL"
            " AND EXISTS (SELECT 1 FROM redaction WHERE redaction.words = OLD.id))"
        )
    yield f"{table}_no_update", f"BEFORE UPDATE ON {table}{when} BEGIN SELECT RAISE(ABORT, '{fixed}'); END"
    yield f"{table}_no_delete", f"BEFORE DELETE ON {table} BEGIN SELECT RAISE(ABORT, '{fixed}'); END"
    there = f"{key(table)} IS NEW.{key(table)}"
    if table in UNIQUE:
        there += " OR (" + " AND ".join(f"{c} IS NEW.{c}" for c in UNIQUE[table]) + ")"
    found = f"EXISTS (SELECT 1 FROM {table} WHERE {there})"
    yield f"{table}_no_replace", f"BEFORE INSERT ON {table} WHEN {found} BEGIN SELECT RAISE(ABORT, '{fixed}'); END"


def _index(kind: RecordKind, since: int) -> str:
    names = [c.name for c in columns(kind, since)]
    if kind.parent:
        return f"CREATE INDEX {kind.table}_of ON {kind.table} (of)"
    if kind.distinct:  # many rows: the index holds every column, so a chart reads the index alone
        first = [n for n in ("patient", "scale", f"{kind.moment}_on", f"{kind.moment}_at") if n in names]
        names = [*first, *(n for n in names if n not in first), "entry"]
        return f"CREATE INDEX {kind.table}_chart ON {kind.table} ({', '.join(names)})"
    return f"CREATE INDEX {kind.table}_patient ON {kind.table} (patient)"


def _view(kind: RecordKind, since: int) -> str:
    """Current rows in words and ISO times, for people with any SQLite tool."""
    said = ["row", "entry"] + (["of"] if kind.parent else [])
    for f, column in kind.stored():
        if f.since > since:
            continue
        name = column.name
        if column.role != "plain":
            said.append(f"(SELECT text FROM {column.role} WHERE id = {name}) AS {name}")
        elif isinstance(f.value, Day):
            said.append(f"date({name} * 86400, 'unixepoch') AS {name}")
        elif isinstance(f.value, Instant) and name == f.name:
            offset = f.value.stored(f.name)[1].name
            local = f"strftime('%Y-%m-%dT%H:%M:%S', {name} + {offset} * 60, 'unixepoch')"
            sign = f"CASE WHEN {offset} < 0 THEN '-' ELSE '+' END"
            hours = f"printf('%02d:%02d', abs({offset}) / 60, abs({offset}) % 60)"
            said.append(f"{local} || {sign} || {hours} AS {name}")
        else:
            said.append(name)
    amended = f"SELECT 1 FROM amendment WHERE amendment.row = {kind.table}.{'of' if kind.parent else 'row'}"
    chosen = ",\n  ".join(said)
    return f"CREATE VIEW {kind.table}_current AS\nSELECT\n  {chosen}\nFROM {kind.table}\nWHERE NOT EXISTS ({amended})"


def statements(version: int) -> Iterator[str]:
    """The SQL that brings a log from the version before to this one.

    Args:
        version: The version to reach; 1 begins with an empty file.
    """
    made = []
    if version == 1:
        for table, body in (JOURNAL | CORE).items():
            made.append(table)
            yield _core_table(table, body)
    for kind in KINDS.values():
        if kind.since == version:
            made.append(kind.table)
            yield _fact_table(kind, version)
            yield _index(kind, version)
            yield _view(kind, version)
            continue
        fresh = [c for f, c in kind.stored() if f.since == version]
        if kind.since < version and fresh:
            yield f"DROP VIEW {kind.table}_current"
            for column in fresh:
                yield f"ALTER TABLE {kind.table} ADD COLUMN {_column(column, required=False)}"
            yield _view(kind, version)
    for table in made:
        for name, body in triggers(table):
            yield f"CREATE TRIGGER {name} {body}"


def layout(version: int) -> str:
    """Table to its sealed columns in order, as JSON: kept in the log, so that `verify` needs no code."""
    tables: dict[str, list[str]] = {}
    for table, body in CORE.items():
        names = [part.split()[0] for part in parts(body) if not part.startswith("UNIQUE")]
        tables[table] = [n for n in names if n not in UNSEALED.get(table, ())]
    for kind in KINDS.values():
        if kind.since <= version:
            child = ["of"] if kind.parent else []
            tables[kind.table] = ["row", "entry", *child, *(c.name for c in columns(kind, version))]
    return json.dumps(tables, separators=(",", ":"))


def script() -> str:
    """The SQL of a new log of this version, as `db/schema.sql` holds it."""
    lines = [
        "-- The tables of a titration log, written by: titration schema",
        f"PRAGMA application_id = {APPLICATION_ID};",
        f"PRAGMA user_version = {schema_version()};",
        *(f"{sql};" for version in range(1, schema_version() + 1) for sql in statements(version)),
    ]
    return "\n\n".join(lines) + "\n"


def objects(db: sqlite3.Connection) -> dict[str, str]:
    """Everything the file defines: name to SQL, without what SQLite and sqlite-utils keep for themselves."""
    found = db.execute(
        "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
        " AND NOT (tbl_name = '_sqlite_migrations' AND type IN ('table', 'index')) ORDER BY name"
    )
    return {str(name): str(sql) for name, sql in found}


def digest(db: sqlite3.Connection) -> bytes:
    """The digest of everything the file defines."""
    return sha256(json.dumps(objects(db), separators=(",", ":")).encode()).digest()


def missing_seals(db: sqlite3.Connection) -> list[str]:
    """The triggers that should be there and are not."""
    there = objects(db)
    tables = [t for t in (*JOURNAL, *CORE, *KINDS) if t in there]
    return [name for table in tables for name, _ in triggers(table) if name not in there]


def apart(db: sqlite3.Connection) -> Iterator[str]:
    """What is not as it was sealed, in words: triggers that are gone first, then everything else.

    The seal decides whether something is; what it is comes from a comparison with the tables this
    program would make, and for that a file may be too broken.
    """
    there, (version,) = objects(db), db.execute("PRAGMA user_version").fetchone()
    if "entry" not in there:
        yield "the table entry is gone"
        return
    missing = missing_seals(db)
    if missing:
        yield f"the triggers that keep it append-only are gone: {', '.join(missing)}"
    sealed = db.execute(
        "SELECT schema_digest FROM entry WHERE schema_digest IS NOT NULL ORDER BY entry DESC"
    ).fetchone()
    if sealed is None or sealed[0] != digest(db):
        differ = [said for said in _differences(there, version) if said.removesuffix(" is gone") not in missing]
        yield f"its tables, views or triggers are not as they were sealed: {', '.join(differ) or 'see there'}"
    (newest,) = db.execute("SELECT max(schema_version) FROM entry").fetchone()
    if newest != version:
        yield f"it says schema version {version}, and its entries say {newest}"


def _differences(there: dict[str, str], version: int) -> Iterator[str]:
    """Each thing that is gone, changed or added, compared with a fresh log of that version."""
    import sqlite3  # noqa: PLC0415 - only a broken file needs another one to compare with

    with contextlib.closing(sqlite3.connect(":memory:")) as fresh:
        for step in range(1, min(version, schema_version()) + 1):
            for sql in statements(step):
                fresh.execute(sql)
        expected = objects(fresh)
    for name in sorted(expected.keys() | there.keys()):
        if name not in there:
            yield f"{name} is gone"
        elif name not in expected:
            yield f"{name} was added"
        elif there[name] != expected[name]:
            yield f"{name} was changed"
