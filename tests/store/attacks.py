"""What an attacker has: the file, a plain SQLite connection, and the patience to put the triggers back."""

import contextlib
import sqlite3
import subprocess
import sys
import textwrap

import build

import titration
from titration.records import DoseStep


def raw(path, **more):
    """A connection as any other program makes it: no recursive triggers, no foreign keys."""
    return contextlib.closing(sqlite3.connect(path, isolation_level=None, **more))


def rows(path, sql, *values):
    with raw(path) as db:
        return db.execute(sql, values).fetchall()


def forge(path, *statements, values=()):
    """Change a log behind its triggers and put them back as they were, so that an open sees nothing."""
    with raw(path) as db:
        db.execute("PRAGMA synchronous = OFF")
        db.execute("BEGIN")
        triggers = db.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            db.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            db.execute(statement, values)
        for _, sql in triggers:
            db.execute(sql)
        db.execute("COMMIT")


def tables(path):
    """Every table a log is made of."""
    found = rows(path, "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_%' ESCAPE '\\'")
    return [name for (name,) in found if not name.startswith("sqlite_")]


def fill(path):
    """Put a row of anything into each table that has none."""
    with raw(path) as db:
        db.execute("PRAGMA ignore_check_constraints = ON")
        for table in tables(path):
            if db.execute(f'SELECT 1 FROM "{table}"').fetchone() is None:
                types = [sql for _, _, sql, *_ in db.execute(f'PRAGMA table_info("{table}")')]
                marks = ", ".join("?" * len(types))
                db.execute(f'INSERT INTO "{table}" VALUES ({marks})', [1.5 if sql == "REAL" else 1 for sql in types])


FLEX = {
    "mode": "flex",
    "steps": (DoseStep(start_min=0, rate_mcg_per_h=4), DoseStep(start_min=360, rate_mcg_per_h=6)),
    "mcg": 132,
}


def grown(path, clock):
    """A log that holds something in every table but `scale`'s own ones: 15 entries, closed."""
    log = titration.create(path, site="North clinic", zone="Europe/London", by="clinician-1", clock=clock)

    def write(*records, **more):
        clock.on(hours=1)
        return log.append(*records, **more)

    write(titration.Patient(patient="P001", birth_year=1974), titration.Patient(patient="P002"))  # 2
    write(titration.Pump(patient="P001", implanted_on="2026-01-12", reservoir_ml=40, serial="NGP123456H"))  # 3
    wrong = write(build.dose("2026-03-01T09:30+00:00", 102, reason="planned review"))  # 4
    write(build.dose("2026-04-01T09:30+01:00", **FLEX))  # 5
    write(*(build.score(f"2026-04-{day:02d}", day % 10) for day in range(1, 20)))  # 6
    other = write(
        build.score("2026-05-01", 3), titration.Note(patient="P001", noted_on="2026-05-01", words="of P002")
    )  # 7
    note = write(titration.Note(patient="P001", noted_on="2026-05-02", words="comfortable in the new seat"))  # 8
    write(build.dose("2026-06-01", 1320), confirm={"P001:2026-06-01:dose-x10": "the pump shows this"})  # 9
    write(
        titration.Event(patient="P001", started_on="2026-06-03", event="confounder", subtype="UTI", words="treated"),
        titration.SideEffect(patient="P001", observed_on="2026-06-03", effect="any", severity="none"),
        titration.Refill(patient="P001", filled_on="2026-06-03", withdrawn_ml=4.4, lot="A17"),
        titration.OralDose(patient="P001", started_on="2026-06-03", drug="baclofen oral", dose_mg_per_day=30),
        titration.Visit(patient="P001", visited_on="2026-06-03", visit="refill"),
        titration.PatientState(patient="P001", noted_on="2026-06-03", following="active"),
    )  # 10
    clock.on(hours=1)
    log.correct(
        wrong.rows[0], build.dose("2026-03-01T09:30+00:00", 120, reason="planned review"), reason="typed 102"
    )  # 11
    log.move(other, to="P002", reason="wrong chart")  # 12
    log.retract(note.rows[0], reason="said in error")  # 13
    log.redact(note.rows[0], "words", reason="a name")  # 14
    write(titration.Visit(patient="P002", visited_on="2026-07-01", visit="review"))  # 15
    log.close()
    return path


def visit(log):
    return log.append(
        build.dose("2026-10-08T09:30+01:00", **FLEX, reason="planned review"), build.score("2026-10-08", 5),
        titration.Note(patient="P001", noted_on="2026-10-08", words="seen"),
    )  # fmt: skip


WRITER = """
    class Anything(dict):
        def get(self, key, default=None):
            return "it is so"
    import sys, titration
    from titration import Score
    log = titration.open(sys.argv[1], by="clinician-2")
    print("ready", flush=True)
    for n in range(10_000):
        score = Score(patient="P001", scale="nrs_spasticity", observed_on="2026-01-01", value=n % 11)
        entry = log.append(score, confirm=Anything())
        print(entry.entry, flush=True)
"""


def started(path, script=WRITER, *args, **more):
    command = [sys.executable, "-c", textwrap.dedent(script), str(path), *map(str, args)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, **more)
