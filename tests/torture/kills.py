"""kill -9 at random moments of every kind of work: what was acknowledged is there and whole afterwards.

PYTHONPATH=tests python tests/torture/kills.py 500     the long form; `make test` runs ten
"""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import signal
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import build

import titration
from titration.fields import Code, Day, field
from titration.records import KINDS, Record, record
from titration.store import age
from titration.store.backup import backup
from titration.store.rotation import rotate
from titration.store.verify import verify

LONGEST_SECONDS = {
    "import": 0.8,
    "rotate": 0.4,
    "encrypted": 0.3,
    "redact": 0.3,
    "restore": 0.4,
    "migrate": 0.4,
}  # else 0.12


class Anything(dict):
    """Every question is answered."""

    def get(self, key, default=None):
        del key, default
        return "it is so"


def appends(path, say):
    with titration.open(path, by="clinician-2") as log:
        for n in range(10_000):
            score = titration.Score(patient="P001", scale="nrs_spasticity", observed_on="2026-01-01", value=n % 11)
            say(log.append(score, confirm=Anything()).entry)


def imports(path, say):
    with titration.open(path, by="clinician-2") as log:
        for n in range(10_000):
            lines = ["patient,scale,observed_on,value"]
            lines += [f"P{n:03}{k:04},nrs_spasticity,2026-01-{k % 28 + 1:02},{k % 11}" for k in range(300)]
            people = "\n".join(["patient", *(line.split(",")[0] for line in lines[1:])])
            for kind, text in (("patient", people), ("score", "\n".join(lines))):
                source = path.with_name(f"{kind}-{n}.csv")
                source.write_text(text)
                say(log.import_file(source, kind=kind, answers=None).entry.entry)


def corrections(path, say):
    with titration.open(path, by="clinician-2") as log:
        row = int(log.doses()["row"].iloc[0])
        for n in range(10_000):
            fixed = build.dose("2026-03-01T09:30+00:00", 100 + n % 40, reason="planned review")
            entry = log.correct(row, fixed, reason="typed again", confirm=Anything())
            row = entry.rows[0]
            say(entry.entry)


def backups(path, say):
    with titration.open(path, by="clinician-2") as log:
        for n in range(10_000):
            log.backup(path.with_name(f"copy-{n}.db"))
            say(0)


def rotations(path, say):
    with titration.open(path, by="clinician-2") as log:
        for n in range(10_000):
            log.append(titration.Patient(patient=f"P{n:04}"))
            rotate(log.path, path.with_name("backups"), 1)
            say(0)


def encrypted(path, say):
    keys = age.recipients([str(path.parent.parent / "public")], path.parent)
    with titration.open(path, by="clinician-2") as log:
        for n in range(10_000):
            backup(log.path, path.with_name(f"copy-{n}.age"), keys)
            say(0)


def redactions(path, say):
    with titration.open(path, by="clinician-2") as log:
        for n in range(10_000):
            note = log.append(titration.Note(patient="P001", noted_on="2026-10-08", words=f"a name {n:05}."))
            say(log.redact(note.rows[0], "words", reason="a name").entry)


def restores(path, say):
    for n in range(10_000):
        titration.restore(path.parent.parent / "first.db", path.with_name(f"copy-{n}.db"), by="clinician-2").close()
        say(0)


def migrations(path, say):
    titration.open(path, by="clinician-2").close()
    with titration.open(path, by="clinician-2") as log:
        say(log.entry_at())
    time.sleep(60)


WORKS = {
    "append": appends,
    "import": imports,
    "correct": corrections,
    "backup": backups,
    "migrate": migrations,
    "rotate": rotations,
    "encrypted": encrypted,
    "redact": redactions,
    "restore": restores,
}


def newer() -> None:
    """From here on the program knows one kind of record more than the logs made before."""

    class Xray(Record):
        """A made-up record, for this run alone."""

        patient: str = field(Code(), "code of the patient", required=True)
        taken_on: object = field(Day(), "the day", required=True)

    Xray.__annotations__ = dict(Xray.__annotations__)
    record(table="xray", frame="xrays", title="X-ray", since=2, moment="taken")(Xray)
    KINDS["xray"] = KINDS.pop("xray")


def killed(work, path: Path, after: int, seconds: float) -> list[int]:
    """Do that work in a process of its own, kill it, and give back the entries it had acknowledged.

    Args:
        work: One of `WORKS`.
        path: The log.
        after: So many acknowledgements are waited for first, so that a busy machine is killed in its work too.
        seconds: So long is waited then.
    """
    hear, tell = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(hear)
        try:
            os.write(tell, b"ready\n")
            work(path, lambda entry: os.write(tell, f"{entry}\n".encode()))
        except BaseException as error:  # noqa: BLE001 - whatever it is, the parent must hear of it
            os.write(tell, f"failed {type(error).__name__}: {error}\n".encode())
        os._exit(1)
    os.close(tell)
    with os.fdopen(hear) as heard:
        first = [heard.readline() for _ in range(1 + after)][1:]
        time.sleep(seconds)
        os.kill(child, signal.SIGKILL)
        said = "".join([*first, heard.read()]).splitlines()
    os.waitpid(child, 0)
    if any(line.startswith("failed") for line in said):
        raise AssertionError(said[-1])
    return [int(line) for line in said]


def _copies(there: list[Path], said: int, first: Path, work: str) -> str | None:
    """What is wrong with copies: each is whole, and a restored one is a log of its own from its first moment on."""
    if len(there) < said or not all(verify(copy, alone=True).fits for copy in there):
        return f"{len(there)} copies there, not all whole"
    is_twin = work == "restore" and id_of(first) in map(id_of, there)
    return "a restored log bears the id of its parent" if is_twin else None


def id_of(log: Path) -> str:
    """The id a log says it has."""
    with contextlib.closing(sqlite3.connect(log)) as db:
        return db.execute("SELECT value FROM property WHERE name = 'id' ORDER BY id DESC").fetchone()[0]


def apart(work: str, folder: Path, said: list[int]) -> str | None:
    """What is wrong beside the log itself: copies that are not whole, a text that was redacted, plain data left behind."""
    kept, sealed, plain = sorted(folder.glob("backups/*.db")), sorted(folder.glob("copy-*.age")), folder / "opened.db"
    if work in {"backup", "restore"}:
        return _copies(sorted(folder.glob("copy-*.db")), len(said), folder.parent / "first.db", work)
    if said and work == "rotate" and not any(verify(c, alone=True).fits for c in kept):
        return f"none of {len(kept)} backups is whole"
    if work == "redact":
        there = (folder / "clinic.db").read_bytes()
        seen = [n for n in range(len(said)) if f"a name {n:05}.".encode() in there]
        return f"redacted texts {seen} are in the file" if seen else None
    if work == "encrypted":
        begun = [
            p for p in folder.rglob("*") if p.is_file() and p.name != "clinic.db" and b"SQLite" in p.read_bytes()[:15]
        ]
        if begun or len(sealed) < len(said):
            return f"{len(sealed)} encrypted backups there; left in plain: {[p.name for p in begun]}"
        for each in sealed[-1:]:
            plain.touch(0o600)
            age.decrypt(each, plain, folder.parent / "secret")
            return None if verify(plain, alone=True).fits else f"{each.name} is not whole"
    return None


def main(kills: int) -> int:
    """Kill so often, each kind of work in turn; 1 when anything acknowledged was not whole."""
    chance, count, bad = random.Random(7), Counter(), []
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        os.environ["TITRATION_STATE"] = str(place / "state")
        first = place / "first.db"
        with titration.create(first, site="A", zone="Europe/London", by="clinician-1") as log:
            log.append(titration.Patient(patient="P001"), build.dose("2026-03-01T09:30+00:00", 102, reason="planned"))
        before = verify(first, alone=True).entries
        (place / "public").write_text(age.new_key(place / "secret"))
        newer()
        for n in range(kills):
            work = list(WORKS)[n % len(WORKS)]
            folder = place / str(n)
            folder.mkdir()
            path = shutil.copy(first, folder / "clinic.db")
            shutil.rmtree(place / "state", ignore_errors=True)
            after = chance.randrange(2 if work == "migrate" else 3)
            said = killed(WORKS[work], path, after, chance.random() * LONGEST_SECONDS.get(work, 0.12))
            with titration.open(path, by="clinician-2") as log:  # rolls back what was under way
                log.append(titration.Patient(patient="P900"))
            found = verify(path, alone=True)
            if not found.fits or found.entries < max([before, *said]) + 1:
                bad.append(f"{work}, kill {n}: {max(said, default=0)} acknowledged; {found}")
            beside = apart(work, folder, said)
            if beside:
                bad.append(f"{work}, kill {n}: {len(said)} acknowledged, {beside}")
            count[work] += 1
            count[f"{work} acknowledged"] += len(said)
            shutil.rmtree(folder)
    for work in WORKS:
        sys.stdout.write(
            f"{work:10} {count[work]:4} kills, {count[f'{work} acknowledged']:6} acknowledged before them\n"
        )
    sys.stdout.write(f"{len(bad)} of {kills} not whole\n" + "".join(f"  {line}\n" for line in bad))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
