"""The rows of the bench that are about the file: writing, charts out of many rows, verify.

The limit of each is a raw loop on the same SQLite in the same process: the same rows, no check, no index.
"""

import hashlib
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import grown
import msgspec
import pandas as pd
from table import Case, Work

import titration
from titration import batching, frames
from titration.records import DoseChange, Note, Score
from titration.store.unchanged import unchanged
from titration.store.verify import verify as verified

RUN = Path(__file__).with_name("run.py")


def bare(path, table="score", *, is_indexed=False):
    """A file with one of our tables and nothing that checks it, durable as ours is."""
    for end in ("", "-journal"):
        path.with_name(path.name + end).unlink(missing_ok=True)
    from titration.store import schema

    sql = next(s for s in schema.script().split(";\n") if f"CREATE TABLE {table} (" in s)
    sql = re.sub(r" REFERENCES \w+ \(\w+\)( DEFERRABLE INITIALLY DEFERRED)?| CHECK \([^)]*\)", "", sql)
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA synchronous = EXTRA")
    db.execute(sql)
    if is_indexed:
        db.execute(next(s for s in schema.script().split(";\n") if "CREATE INDEX score_chart" in s))
    return db


def stored(frame):
    """The rows of a frame of scores as the file holds them."""
    number = {text: k for k, text in enumerate(pd.unique(frame["patient"]), 10)}
    at = (frame["observed_at"].astype("int64") // 10**9).tolist() if frame["observed_at"].dt.unit == "ns" else (
        frame["observed_at"].dt.as_unit("s").astype("int64").tolist())  # fmt: skip
    value = frame["value"].tolist()
    return [
        (k, 2, number[p], 1, t, 0, t // 86400, v, None, None, None, 2, None, None, None, 3, 4, None, 5)
        for k, (p, t, v) in enumerate(zip(frame["patient"], at, value, strict=True), 1)
    ]


MARKS = f"({', '.join('?' * 19)})"


def raw_append(db, rows):
    db.execute("BEGIN IMMEDIATE")
    db.executemany(f"INSERT INTO score VALUES {MARKS}", rows)
    db.execute("COMMIT")
    db.close()


def with_utils(path, frame):
    """sqlite-utils as its documentation shows it: dicts, its own table, no check."""
    import sqlite_utils

    path.unlink(missing_ok=True)
    sqlite_utils.Database(path)["score"].insert_all(
        frame.assign(observed_at=frame["observed_at"].astype("str")).to_dict("records")
    )


def with_pandas(path, frame):
    path.unlink(missing_ok=True)
    db = sqlite3.connect(path)
    frame.to_sql("score", db, index=False)
    db.close()


def with_pydantic(frame):
    """Each row checked by a pydantic model, and nothing stored."""
    import pydantic

    class Row(pydantic.BaseModel):
        patient: str
        scale: str
        observed_at: pd.Timestamp = pydantic.Field()
        value: float = pydantic.Field(ge=0, le=10)
        reporter: str
        collected: str
        model_config = {"arbitrary_types_allowed": True}

    for row in frame.to_dict("records"):
        Row(**row)


def append(place):
    n = place.n(1_000_000, 500)
    frame = grown.scores(0, n)
    rows = stored(frame)
    patients = 1 + -(-n // grown.EACH)
    path = place.file("append.db")
    return Work(
        "append", "append 1,000,000 scores: checked, sealed, indexed, durable, one entry", "log.append(frame)",
        "raw executemany, same STRICT table, no index, no check", 1.6,
        (
            Case("raw executemany, same STRICT table, no index, no check", lambda db: raw_append(db, rows),
                 lambda: bare(place.file("append-raw.db"))),
            Case("log.append(frame)", lambda log: appended(log, frame), lambda: grown.started(path, patients)),
            Case("raw executemany with our index", lambda db: raw_append(db, rows),
                 lambda: bare(place.file("append-index.db"), is_indexed=True)),
            Case("sqlite-utils insert_all, no check", lambda: with_utils(place.file("append-utils.db"), frame), is_once=True),
            Case("pandas.to_sql, no check", lambda: with_pandas(place.file("append-pandas.db"), frame)),
            Case("pydantic per row, nothing stored", lambda: with_pydantic(frame), is_once=True),
        ),
    )  # fmt: skip


def appended(log, frame):
    log.append(frame, kind=Score)
    log.close()


def append_into(place):
    n, full = place.n(1_000_000, 500), grown.log_of(place, 3_000_000)
    frame = grown.scores(0, n, seed=9)
    rows, path = stored(frame), place.file("append-into.db")

    def copied():
        grown.copied(full, path)
        return titration.open(path, by="clinician-1")

    return Work(
        "append-into", "the same into a log of 3,000,000", "log.append(frame)",
        "raw executemany into an empty table, no index, no check", 2.2,
        (
            Case("raw executemany into an empty table, no index, no check", lambda db: raw_append(db, rows),
                 lambda: bare(place.file("append-raw.db"))),
            Case("log.append(frame)", lambda log: appended(log, frame), copied),
        ),
        rounds=3,
    )  # fmt: skip


def from_csv(place):
    n = place.n(1_000_000, 500)
    path, target = place.file("scores.csv"), place.file("csv.db")
    given = grown.scores(0, n)
    given.assign(observed_at=given["observed_at"].dt.strftime("%Y-%m-%d %H:%M:%S+00:00")).to_csv(path, index=False)
    patients = 1 + -(-n // grown.EACH)

    def imported(log):
        made = log.import_file(path, kind="score")
        assert sum(made.stored.values()) == n
        log.close()

    def parsed_and_appended(log):
        frame = pd.read_csv(path, parse_dates=["observed_at"])
        appended(log, frame)

    return Work(
        "csv", "the same from a CSV file, all checks, fault list ready", "log.import_file(csv)",
        "pandas.read_csv, then log.append(frame)", 1.5,
        (
            Case("pandas.read_csv, then log.append(frame)", parsed_and_appended, lambda: grown.started(target, patients)),
            Case("log.import_file(csv)", imported, lambda: grown.started(target, patients)),
        ),
        rounds=3,
    )  # fmt: skip


def changed(path):
    """A log with sixty dose changes."""
    log = grown.started(path, 2)
    grown.agreed(log, grown.changes(grown.code(0)), DoseChange)
    return log


def alike(log, path):
    """The rows of a log's newest entry put once more into a copy of it, and nothing else: no check, trigger or seal."""
    for end in ("", "-journal"):
        path.with_name(path.name + end).unlink(missing_ok=True)
    shutil.copy(log.path, path)
    db, at = sqlite3.connect(path, isolation_level=None), [10**6]
    db.execute("PRAGMA synchronous = EXTRA")
    for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        db.execute(f"DROP TRIGGER {name}")
    tables = [("entry", "entry"), ("dose_change", "row"), ("block", "id")]
    rows = {t: db.execute(f"SELECT * FROM {t} ORDER BY {key} DESC LIMIT 1").fetchone() for t, key in tables}

    def inserted():
        at[0] += 1
        entry, change, block = rows.values()
        db.execute("BEGIN IMMEDIATE")
        for table, row in (
            ("entry", (at[0], *entry[1:-1], os.urandom(32))),  # no two seals are the same
            ("dose_change", (at[0], at[0], *change[2:])),
            ("block", (at[0], at[0], *block[2:])),
        ):
            db.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", row)
        db.execute("COMMIT")

    return inserted


def apart(log):
    """The entries of this log keep their head when this is called, and not as they are written."""
    waiting = []
    log.store._note = waiting.append

    def noted():
        while waiting:
            type(log.store)._note(log.store, waiting.pop(0))

    return noted


def one(place):
    """One dose change after another: `each` commits a round, ours and raw in turn."""
    log, other, asked = (changed(place.file(f"one{which}.db")) for which in ("", "-apart", "-asked"))
    raw = bare(place.file("one-raw.db"), "dose_change")
    width = len(raw.execute("PRAGMA table_info(dose_change)").fetchall())
    ((row,),) = log.store.query("SELECT max(row) FROM dose_change")
    (like,) = log.store.query("SELECT * FROM dose_change WHERE row = ?", row)
    at = [pd.Timestamp("2025-01-06 09:00", tz="UTC").to_pydatetime(), row, 0]
    with log.store.reading():
        batch = batching.batches([frames.record_of(log.store, row)])[0][2]

    def inserted():
        at[2] += 1
        raw.execute("BEGIN IMMEDIATE")
        raw.execute(f"INSERT INTO dose_change VALUES ({', '.join('?' * width)})", (10**6 + at[2], *like[1:]))
        raw.execute("COMMIT")

    def sealed(into):
        with into.store.writing(into.heading("append")) as writing:
            writing.add(batch)

    def recorded():
        at[0] += pd.Timedelta(days=1).to_pytimedelta()
        asked.append(
            DoseChange(patient=grown.code(0), effective_at=at[0], mode="simple continuous", dose_mcg_per_day=100.0,
                       concentration_mcg_per_ml=500.0)
        )  # fmt: skip

    def with_sqlite_utils():
        import sqlite_utils

        if len(at) == 3:
            made = sqlite_utils.Database(place.file("one-utils.db"), recreate=True)
            made.conn.execute("PRAGMA synchronous = EXTRA")
            at.append(made)
        at[3]["dose_change"].insert({f"c{k}": value for k, value in enumerate(like)})

    return Work(
        "one", "one dose change, durable and sealed", "store.writing: sealed, durable",
        "raw BEGIN IMMEDIATE, INSERT, COMMIT", 1.25,
        (
            Case("raw BEGIN IMMEDIATE, INSERT, COMMIT", inserted),
            Case("raw, the same rows in the same tables", alike(log, place.file("one-alike.db"))),
            Case("store.writing: sealed, durable", lambda: sealed(other), apart(other)),
            Case("the same and its head kept", lambda: sealed(log)),
            Case("log.append(DoseChange): with every question and the read-back card", recorded),
            Case("sqlite-utils insert", with_sqlite_utils),
        ),
        rounds=1, each=place.n(400, 30), tail=2.0, note="its head is kept after it, apart",
    )  # fmt: skip


def writers(place):
    """Two and four processes that append at once, against one; each writes its own share of the notes."""
    notes = place.n(400, 8)

    def started(processes, flag="--write"):
        path = place.file("writers.db" if flag == "--write" else "deferred.db")
        if flag == "--write":
            grown.started(path, 1).close()
        else:
            path.unlink(missing_ok=True)
            connected(path).execute("CREATE TABLE note (row INTEGER PRIMARY KEY, words TEXT NOT NULL) STRICT")
        command = [sys.executable, str(RUN), "--folder", str(place.folder), flag, str(path), str(notes // processes)]
        children = [
            subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            for _ in range(processes)
        ]
        assert [child.stdout.readline() for child in children] == ["ready\n"] * processes
        return path, children

    def written(begun):
        path, children = begun
        for child in children:
            child.stdin.write("begin\n")
            child.stdin.close()
        assert [child.stdout.readline() for child in children] == ["done\n"] * len(children)
        for child in children:
            child.stdout.close()
        assert [child.wait() for child in children] == [0] * len(children)
        with titration.open(path) as log:
            assert len(log.notes()) == notes // len(children) * len(children)
        assert verified(path).fits

    def deferred(begun):
        _, children = begun
        for child in children:
            child.stdin.write("begin\n")
            child.stdin.close()
        refused = sum(int(child.stdout.readline()) for child in children)
        for child in children:
            child.stdout.close()
            child.wait()
        if refused:
            message = f"{refused} of {notes} entries refused, the database was locked"
            raise sqlite3.OperationalError(message)

    return Work(
        "writers", "two and four writers, no error and no lost entry", "four writers", "one writer, as many entries", 1.11,
        (
            Case("one writer, as many entries", written, lambda: started(1)),
            Case("two writers", written, lambda: started(2)),
            Case("four writers", written, lambda: started(4)),
            Case("four writers, raw, in deferred transactions", deferred, lambda: started(4, "--deferred")),
        ),
        rounds=3, note="0.9 of its throughput is a ratio of 1.11; the processes have the log open when the time begins",
    )  # fmt: skip


def _tell(word):
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


def connected(path):
    db = sqlite3.connect(path, isolation_level=None, timeout=30)
    db.execute("PRAGMA synchronous = EXTRA")
    return db


def write_deferred(path, n):
    """What a writer does that begins as SQLite does by itself: it reads, and asks for the right to write too late."""
    db, refused = connected(path), 0
    _tell("ready")
    sys.stdin.readline()
    for k in range(n):
        try:
            db.execute("BEGIN")
            (top,) = db.execute("SELECT coalesce(max(row), 0) FROM note").fetchone()
            db.execute("INSERT INTO note VALUES (?, ?)", (top + 1, f"note {k}"))
            db.execute("COMMIT")
        except sqlite3.OperationalError:
            refused += 1
            db.execute("ROLLBACK")
    _tell(refused)


def write(path, n):
    """What each of the writers does, when it is told to begin."""
    with titration.open(path, by="clinician-1") as log:
        _tell("ready")
        sys.stdin.readline()
        for k in range(n):
            log.append(Note(patient=grown.code(0), noted_on="2025-01-06", words=f"note {k}"))
        _tell("done")


SCORES = (
    "SELECT row, entry, patient, scale, observed_at, observed_offset_min, observed_on, value, grade, as_stated,"
    " not_assessed, version, body_part, side, position, reporter, collected, since_oral_dose_h, timing"
    " FROM score INDEXED BY score_chart WHERE patient = ?"
)


def fetched(db, number):
    scores = db.execute(SCORES, (number,)).fetchall()
    return scores, db.execute("SELECT * FROM dose_change WHERE patient = ?", (number,)).fetchall()


def chart(place, full=10_000_000):
    path, patient = grown.log_of(place, full), grown.code(1)
    number, log, db = grown.number_of(path, patient), titration.open(path), sqlite3.connect(path)

    def with_sqlite_utils():
        import sqlite_utils

        return pd.DataFrame(sqlite_utils.Database(db)["score"].rows_where("patient = ?", [number]))

    return Work(
        "chart", "one patient's scores and dose changes out of 10,000,000, to typed frames, warm",
        "log.scores(patient), log.doses(patient)", "raw fetch of the same columns", 1.5,
        (
            Case("raw fetch of the same columns", lambda: fetched(db, number)),
            Case("log.scores(patient), log.doses(patient)", lambda: (log.scores(patient), log.doses(patient))),
            Case("log.chart(patient), all of its frames", lambda: log.chart(patient)),
            Case("pandas.read_sql_query", lambda: pd.read_sql_query(SCORES, db, params=(number,))),
            Case("sqlite-utils rows_where", with_sqlite_utils),
        ),
        rounds=9,
    )  # fmt: skip


def plainly(path):
    """The same scores in the order in which they were observed, as an app appends them, with a plain index."""
    plain = path.with_name(f"plain-{path.name}")
    if not plain.exists():
        fresh = plain.with_suffix(".part")
        fresh.unlink(missing_ok=True)
        db = sqlite3.connect(fresh, isolation_level=None)
        db.execute("PRAGMA synchronous = OFF")
        db.execute("ATTACH ? AS log", (str(path),))
        db.execute("CREATE TABLE score AS SELECT * FROM log.score ORDER BY observed_at, row")
        db.execute("CREATE INDEX plain ON score (patient, scale, observed_on)")
        db.execute("CREATE TABLE dose_change AS SELECT * FROM log.dose_change")
        db.close()
        fresh.rename(plain)
    return plain


def chart_cold(place, full=10_000_000, *, is_beside=True):
    path, patient = grown.log_of(place, full), grown.code(1)
    number, plain = grown.number_of(path, patient), plainly(path) if is_beside else path

    def forgotten(opened, file=path):
        grown.forgotten(file)
        return opened

    def through_plain(db):
        found = db.execute("SELECT * FROM score INDEXED BY plain WHERE patient = ?", (number,)).fetchall()
        db.close()
        return found

    def raw(db):
        found = fetched(db, number)
        db.close()
        return found

    def ours(log):
        made = log.scores(patient), log.doses(patient)
        log.close()
        return made

    return Work(
        f"chart-cold-{full // 1_000_000}", f"the same out of {full:,}, cold", "log.scores(patient), log.doses(patient)",
        "raw cold read of the same columns from the covering index", 1.5,
        (
            Case("raw cold read of the same columns from the covering index", raw, lambda: forgotten(sqlite3.connect(path))),
            Case("log.scores(patient), log.doses(patient)", ours, lambda: forgotten(titration.open(path))),
            *([Case("a plain index, rows as they came", through_plain, lambda: forgotten(sqlite3.connect(plain), plain))]
              if is_beside else []),
        ),
        note="the system was told to forget the file before each read", rounds=7,
    )  # fmt: skip


def read_all(path):
    db = sqlite3.connect(path)
    found = db.execute("SELECT * FROM score")
    while found.fetchmany(1024):
        pass
    db.close()


def chained(path):
    """What a seal in each row would take: each row's digest over its own bytes and the digest before it."""
    encode = msgspec.msgpack.Encoder().encode
    db, before = sqlite3.connect(path), b""
    for row in db.execute("SELECT * FROM score"):
        before = hashlib.sha256(before + encode(row)).digest()
    db.close()
    return before


READ = "reading the same rows with fetchmany"


def checked(path, jobs=1):
    assert verified(path, jobs=jobs).fits


def verify(place):
    path = grown.log_of(place, 10_000_000)
    return Work(
        "verify", "verify 10,000,000 rows, one process", "verify", READ, 1.2,
        (
            Case(READ, lambda: read_all(path)),
            Case("verify", lambda: checked(path)),
            Case("a chain per row, and nothing else of it", lambda: chained(path), is_once=True),
        ),
        rounds=3, note="three rounds of a minute", is_long=True,
    )  # fmt: skip


def verify_jobs(place):
    """As a verb of the shell, so that the processes it starts bring in what the program needs and not this bench."""
    path = grown.log_of(place, 10_000_000)

    def asked():
        subprocess.run(
            [sys.executable, "-m", "titration", "verify", str(path), "--copy", "--jobs", "2"],
            check=True,
            capture_output=True,
        )

    return Work(
        "verify-jobs", "the same on two processes", "titration verify --jobs 2", READ, 0.75,
        (Case(READ, lambda: read_all(path)), Case("titration verify --jobs 2", asked)),
        rounds=3, has_peak=False, note="starting them is in the time",
    )  # fmt: skip


def verify_quick(place):
    """Of a file that was verified in full; what is timed reads it and compares."""
    path = grown.log_of(place, 10_000_000)
    assert verified(path, noted=True).fits

    def hashed():
        with path.open("rb", buffering=0) as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    def known():
        assert unchanged(path) is not None

    return Work(
        "verify-quick", "verify --quick: unchanged since it was verified in full", "verify --quick",
        "SHA-256 of the file", 1.1, (Case("SHA-256 of the file", hashed), Case("verify --quick", known)),
    )  # fmt: skip


def cold_1(place):
    return chart_cold(place, 1_000_000, is_beside=False)


def cold_30(place):
    return chart_cold(place, 30_000_000, is_beside=False)


WORKS = {
    "append": append, "append-into": append_into, "csv": from_csv, "one": one, "writers": writers,
    "chart": chart, "chart-cold-1": cold_1, "chart-cold-10": chart_cold, "chart-cold-30": cold_30,
    "verify": verify, "verify-jobs": verify_jobs, "verify-quick": verify_quick,
}  # fmt: skip
