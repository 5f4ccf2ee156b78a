"""How one SQLite log grows: the same steps at each size, each in a process of its own that states its peak memory.

PYTHONPATH=tests python tests/scale/growth.py step FOLDER MILLIONS NAME     (run.py calls this)
"""

import json
import resource
import shutil
import statistics
import sys
import time
from pathlib import Path

from bench import grown

import titration
from titration.records import Score

STEPS = ("append", "warm", "chart", "verify", "backup", "export")
MILLION = 1_000_000


def path_of(folder, millions):
    return Path(folder) / f"scores-{millions * MILLION}.db"


def made(folder, millions):
    """The log of that size; the next smaller one is copied and grown."""
    return grown.log_of(grown.Place(Path(folder)), millions * MILLION)


def processor():
    """Seconds of processor this process has taken, all its threads together: what a busy computer does not change."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def append(path):
    """Seconds to append the next million scores, as one entry; to a copy."""
    copy = path.with_name("copy.db")
    shutil.copyfile(path, copy)
    with titration.open(copy, by="clinician-1") as log:
        done = len(log.patients())
        frame = grown.scores(0, MILLION, seed=done)
        start = time.perf_counter()
        log.append(frame, kind=Score)
        seconds = time.perf_counter() - start
    copy.unlink()
    return seconds


def chart(path):
    """Seconds to open the log and read one patient's 7,300 scores and 60 changes as a chart; nothing of the file is in memory."""
    import pandas as pd

    assert pd.__version__  # what it takes to start pandas is not the log's
    with titration.open(path) as log:
        log.chart(grown.code(0))
    grown.forgotten(path)
    start = time.perf_counter()
    with titration.open(path) as log:
        read = log.chart(grown.code(1))
    seconds = time.perf_counter() - start
    assert len(read.scores) > 7000, len(read.scores)
    return seconds


def warm(path):
    """Seconds to read one patient's scores and dose changes out of a log that is open, the middle of seven times."""
    with titration.open(path) as log:
        taken = []
        for _ in range(8):
            start = time.perf_counter()
            log.scores(grown.code(1)), log.doses(grown.code(1))
            taken.append(time.perf_counter() - start)
    return statistics.median(taken[1:])


def backup(path):
    """Seconds to make a verified copy."""
    copy = path.with_name("backup.db")
    copy.unlink(missing_ok=True)
    with titration.open(path) as log:
        start = time.perf_counter()
        assert log.backup(copy).fits
        seconds = time.perf_counter() - start
    copy.unlink()
    return seconds


def verify(path):
    """Seconds to read the whole file against its seals, on one process."""
    with titration.open(path) as log:
        start = time.perf_counter()
        found = log.verify()
        seconds = time.perf_counter() - start
    assert found.fits
    return seconds


def export(path):
    """Seconds to write it as Parquet."""
    folder = path.with_name("parquet")
    shutil.rmtree(folder, ignore_errors=True)
    with titration.open(path) as log:
        start = time.perf_counter()
        log.parquet(folder)
        seconds = time.perf_counter() - start
    shutil.rmtree(folder)
    return seconds


if __name__ == "__main__":
    _, _, folder, millions, name = sys.argv
    path = made(folder, int(millions))
    if name != "made":
        before = processor()
        seconds = globals()[name](path)
        told = {
            "seconds": round(seconds, 3), "processor": round(processor() - before, 2),
            "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, "file_mb": path.stat().st_size // 2**20,
        }  # fmt: skip
        sys.stdout.write(json.dumps(told) + "\n")
