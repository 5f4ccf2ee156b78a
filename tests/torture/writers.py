"""Two and four writers at once, with readers and reports running: no lost row, no busy error, seals fit.

PYTHONPATH=tests python tests/torture/writers.py 300     the long form, so many entries a writer; `make test` runs five
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

import build

import titration
from titration.store import connection
from titration.store.verify import verify


def writes(path, n, done):
    """Entries of three scores, one of them by a frame now and then; says each one's number and how long it took."""
    del done
    made, longest = {}, 0.0
    with titration.open(path, by="clinician-2") as log:
        for k in range(n):
            scores = [
                build.score(f"2026-{k % 12 + 1:02}-{k % 28 + 1:02}", v) for v in (k % 11, (k + 1) % 11, (k + 2) % 11)
            ]
            began = time.monotonic()
            entry = log.append(*scores, confirm=build.ANYTHING)
            longest = max(longest, time.monotonic() - began)
            made[entry.entry] = list(entry.rows)
    return {"made": made, "longest": longest}


def reads(path, n, done):
    """Charts at one moment: what stands in a chart belongs together, however many write."""
    del n
    times = 0
    while not done.exists():
        with titration.open(path) as log:
            chart = log.chart("P001")
            assert len(chart.scores) == 3 * (chart.asof - 2), (len(chart.scores), chart.asof)
        times += 1
    return {"times": times}


def reports(path, n, done):
    """Reports in words and a picture, and a verify of the whole file, while others write."""
    del n
    times = 0
    while not done.exists():
        with titration.open(path) as log:
            chart = log.chart("P001")
            assert "P001" in chart.report("2026-03", pictures=False).text()
            chart.plot()
        assert verify(path, alone=True).fits
        times += 1
    return {"times": times}


def started(work, path, n, done):
    """That work in a process of its own; its pipe and number."""
    hear, tell = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(hear)
        try:
            said = work(path, n, done)
        except BaseException as error:  # noqa: BLE001 - whatever it is, the parent must hear of it
            said = {"error": f"{work.__name__}: {type(error).__name__}: {error}"}
        os.write(tell, json.dumps(said).encode())
        os._exit(0)
    os.close(tell)
    return child, hear


def heard(child, hear):
    """What a process said when it was done."""
    with os.fdopen(hear, "rb") as pipe:
        said = json.loads(pipe.read())
    os.waitpid(child, 0)
    return said


def round_of(writers, n, place):
    """So many writers with a reader and a reporter beside them; what was wrong, and a line of numbers."""
    path, done = place / "clinic.db", place / "done"
    with titration.create(path, site="A", zone="Europe/London", by="clinician-1") as log:
        log.append(titration.Patient(patient="P001"))
    began = time.monotonic()
    beside = [started(work, path, n, done) for work in (reads, reports)]
    writing = [started(writes, path, n, done) for _ in range(writers)]
    said = [heard(*child) for child in writing]
    seconds = time.monotonic() - began
    done.touch()
    more = [heard(*child) for child in beside]
    wrong = [s["error"] for s in [*said, *more] if "error" in s]
    made = [(int(entry), rows) for s in said if "made" in s for entry, rows in s["made"].items()]
    if sorted(entry for entry, _ in made) != list(range(3, 3 + writers * n)):
        wrong.append(f"{len(made)} entries acknowledged of {writers * n}, or two of one number")
    found = verify(path)
    with titration.open(path) as log:
        there = set(log.scores()["row"])
    lost = {row for _, rows in made for row in rows} - there
    if lost or not found.fits or len(there) != 3 * writers * n:
        wrong.append(f"{len(lost)} acknowledged rows are not there, {len(there)} are; {found}")
    longest = max((s.get("longest", 0.0) for s in said), default=0.0)
    if longest > connection.WAIT_SECONDS:
        wrong.append(f"an entry took {longest:.1f} s, the promised wait is {connection.WAIT_SECONDS:.0f} s")
    times = [s.get("times", 0) for s in more]
    line = (
        f"{len(made)} entries in {seconds:.1f} s, longest {longest:.2f} s; {times[0]} charts, {times[1]} reports read"
    )
    return wrong, f"{writers} writers: {line}"


def main(n: int) -> int:
    """Two writers, then four; 1 when anything was lost, busy or broken."""
    bad = 0
    with tempfile.TemporaryDirectory() as name:
        os.environ["TITRATION_STATE"] = str(Path(name) / "state")
        for writers in (2, 4):
            folder = Path(name) / str(writers)
            folder.mkdir(mode=0o700)
            wrong, line = round_of(writers, n, folder)
            sys.stdout.write(f"{line}\n" + "".join(f"  {w}\n" for w in wrong))
            bad += len(wrong)
            shutil.rmtree(folder)
    sys.stdout.write(f"{bad} wrong\n")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
