"""Logs of many scores for the bench: one grows, and a copy is kept at each size that is asked for.

A patient has 7,300 scores at most; patients come in as the log grows, so that one patient's chart is the same size
in every log.
"""

import os
import shutil
import sqlite3
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

import titration
from titration.records import DoseChange, Patient, Score

EACH, CHANGES, ZONE = 7300, 60, "Europe/London"
START = np.datetime64("2015-01-05T08:00:00", "s")


@dataclass(frozen=True)
class Place:
    """Where the bench works and how large it is; 1 is the full size."""

    folder: Path
    size: float = 1.0

    def n(self, full, least=1):
        """A number of things at this size."""
        return max(least, int(full * self.size))

    def file(self, name):
        """A path in the folder."""
        return self.folder / name


def code(number):
    return f"P{number + 1:05d}"


def scores(first, n, seed=1):
    """Scores as an app sends them: by time, all patients in turn; `first` is the number of the first patient."""
    patients = max(1, -(-n // EACH))
    turn = np.arange(n)
    who, when = turn % patients, turn // patients
    rng = np.random.default_rng(seed)
    at = START + (when * 12 * 3600 + rng.integers(0, 3600, n)).astype("timedelta64[s]")
    names = np.array([code(first + k) for k in range(patients)], dtype=object)
    return pd.DataFrame(
        {
            "patient": pd.Series(names[who], dtype="str"), "scale": "nrs_spasticity",
            "observed_at": pd.DatetimeIndex(at).tz_localize("UTC"), "value": rng.integers(0, 11, n).astype("float64"),
            "reporter": "patient", "collected": "app",
        }
    )  # fmt: skip


def changes(patient):
    """Sixty dose changes of one patient, over the ten years of the scores."""
    at = pd.DatetimeIndex(START + np.arange(CHANGES) * np.timedelta64(60, "D")).tz_localize("UTC")
    dose = 100.0 + np.arange(CHANGES) % 7 * 10
    return pd.DataFrame(
        {"patient": patient, "effective_at": at, "mode": "simple continuous", "dose_mcg_per_day": dose, "status": "done",
         "concentration_mcg_per_ml": 500.0}
    )  # fmt: skip


def started(path, patients, first=0):
    """A new log with its patients; the log, open."""
    for end in ("", ".lock", "-journal"):
        path.with_name(path.name + end).unlink(missing_ok=True)
    log = titration.create(path, site="bench", zone=ZONE, by="clinician-1")
    log.append(*[Patient(patient=code(first + k), birth_year=1970) for k in range(patients)])
    return log


def agreed(log, frame, kind):
    """Append a frame; what the door asks is answered."""
    try:
        return log.append(frame, kind=kind)
    except titration.NeedsConfirmation as need:
        return log.append(frame, kind=kind, confirm=dict.fromkeys(need.questions, "the pump shows this"))


def log_of(place, full):
    """A log of so many scores (at full size), made once: the next smaller one is copied and grown."""
    path, n = place.file(f"scores-{full}.db"), place.n(full, 1000)
    unknown()
    if path.exists():
        return path
    there = sorted(int(p.stem.split("-")[1]) for p in place.folder.glob("scores-*.db"))
    smaller = max((f for f in there if f < full), default=0)
    fresh = path.with_suffix(".part")
    if smaller:
        copied(place.file(f"scores-{smaller}.db"), fresh)
        log, done = titration.open(fresh, by="clinician-1"), place.n(smaller, 1000)
        known = set(log.patients()["patient"])
        every = [code(number) for number in range(2 + -(-n // EACH))]
        fresh_ones = [Patient(patient=one, birth_year=1970) for one in every if one not in known]
        if fresh_ones:
            log.append(*fresh_ones)
    else:
        log, done = started(fresh, 2 + -(-n // EACH)), 0
        agreed(log, changes(code(1)), DoseChange)
    with log:
        while done < n:
            some = min(1_000_000, n - done)
            log.append(scores(-(-done // EACH), some, seed=done), kind=Score)
            done += some
    fresh.rename(path)
    unknown()
    return path


def unknown():
    """Forget the heads kept of every log: these are copies of one another, and each grows apart from the rest."""
    shutil.rmtree(os.environ["TITRATION_STATE"], ignore_errors=True)


def copied(source, target):
    """A copy to write to, of which no head is known."""
    for end in ("", ".lock", "-journal"):
        target.with_name(target.name + end).unlink(missing_ok=True)
    shutil.copy(source, target)
    unknown()


def number_of(path, patient):
    """The number a patient's code has in the file."""
    db = sqlite3.connect(path)
    (number,) = db.execute("SELECT id FROM code WHERE text = ?", (patient,)).fetchone()
    db.close()
    return number


def forgotten(path):
    """Drop what the system keeps of a file in memory, so that the next read is cold."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
    finally:
        os.close(descriptor)
