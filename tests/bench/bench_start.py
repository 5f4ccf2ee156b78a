"""How long the shell takes to begin: `titration --help`, and `add` and `verify` of a small log."""

import subprocess
import sys

import grown
from table import Case, Work

EAGER = "import pandas, matplotlib.figure, sqlite_utils, click"


def run(*words):
    subprocess.run([sys.executable, *words], check=True, capture_output=True)


def verb(*words):
    run("-m", "titration", *words)


def work(name, title, at_most, case, note=""):
    limit = "python -c pass"
    cases = (
        Case(limit, lambda: run("-c", "pass")),
        case,
        Case("pandas, matplotlib, sqlite-utils, click imported", lambda: run("-c", EAGER)),
    )
    return Work(name, title, case.name, limit, at_most, cases, rounds=9, note=note)  # fmt: skip


def help_verb(place):
    del place
    return work("help", "`titration --help`", 5, Case("titration --help", lambda: verb("--help")))


def add(place):
    path = place.file("start.db")
    grown.started(path, 2).close()
    words = ("add", "note", str(path), grown.code(0), "noted_on=2025-01-06", "words=seen", "--by", "clinician-1")
    return work("add", "`titration add` to a small log", 10, Case("titration add", lambda: verb(*words)))


def verify(place):
    path = place.file("start-verify.db")
    grown.started(path, 2).close()
    return work(
        "verify-start",
        "`titration verify` of a small log",
        10,
        Case("titration verify", lambda: verb("verify", str(path))),
    )


WORKS = {"help": help_verb, "add": add, "verify-start": verify}
