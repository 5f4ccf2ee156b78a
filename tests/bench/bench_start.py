"""How long the shell takes to begin: `titration --help`, and `add` and `verify` of a small log."""

import functools
import os
import subprocess
import sys

import grown
from table import Case, Work

CLICK = "import click; click.command()(lambda: None)(['--help'])"
EAGER = "import pandas, matplotlib.figure, sqlite_utils, click"


def compiled(place):
    """The environment of an installed program: its modules were compiled when it was first run."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "PYTHONPYCACHEPREFIX": str(place.file("compiled"))}


def work(place, name, title, at_most, verb):
    """A row: a verb beside an empty program, each a process of its own; each was run once before."""
    limit, own = "python -c pass", f"titration {verb[0]}"
    environment = compiled(place)

    def run(*words):
        subprocess.run([sys.executable, *words], check=True, capture_output=True, env=environment)

    every = {
        limit: ("-c", "pass"), own: ("-m", "titration", *verb),
        "click --help of an empty program": ("-c", CLICK), "pandas, matplotlib, sqlite-utils, click imported": ("-c", EAGER),
    }  # fmt: skip
    warm = functools.cache(run)  # the first time compiles
    cases = tuple(
        Case(one, lambda words=words: run(*words), lambda words=words: warm(*words)) for one, words in every.items()
    )
    commands = {one: [sys.executable, *words] for one, words in every.items()}
    return Work(name, title, own, limit, at_most, cases, rounds=15, commands=commands, environment=environment)


def help_verb(place):
    return work(place, "help", "`titration --help`", 5, ("--help",))


def add(place):
    path = place.file("start.db")
    grown.started(path, 2).close()
    said = ("--patient", grown.code(0), "--noted-on", "2025-01-06", "--words", "seen", "--by", "clinician-1")
    return work(place, "add", "`titration add` to a small log", 10, ("add", str(path), "note", *said))


def verify(place):
    path = place.file("start-verify.db")
    grown.started(path, 2).close()
    return work(place, "verify-start", "`titration verify` of a small log", 10, ("verify", str(path)))


WORKS = {"help": help_verb, "add": add, "verify-start": verify}
