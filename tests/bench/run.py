"""`make bench`: every row of the table, each against its limit; prints as it goes and writes `bench.json`.

python tests/bench/run.py [--small] [--size 0.05] [--only chart,verify] [--rounds 1] [--folder DIR] [--no-memory]
"""

import argparse
import importlib
import os
import sys
import tempfile
import time
from pathlib import Path

import bench_store
import grown
import table

MODULES = ("bench_store", "bench_figures", "bench_derive", "bench_reports", "bench_start")


def works():
    """Every row's maker, by its name."""
    return {name: make for module in MODULES for name, make in rows_of(module).items()}


def rows_of(module):
    return getattr(importlib.import_module(module), "WORKS", {})


def maker(name):
    """The maker of one row; what the other rows need is not brought in."""
    return next(rows_of(module)[name] for module in MODULES if name in rows_of(module))


def arguments(given):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=float, default=1.0)
    parser.add_argument("--small", action="store_true", help="a twentieth of the size, one round, no log of 30 million")
    parser.add_argument("--only", default="", help="names of rows, parted by commas")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--folder", type=Path, help="where the logs are made and kept; a new one otherwise")
    parser.add_argument("--json", type=Path, default=Path(__file__).with_name("bench.json"))
    parser.add_argument("--no-memory", action="store_true")
    parser.add_argument("--peak", nargs=2, metavar=("WORK", "CASE"), help=argparse.SUPPRESS)
    parser.add_argument("--write", nargs=2, metavar=("LOG", "N"), help=argparse.SUPPRESS)
    parser.add_argument("--deferred", nargs=2, metavar=("FILE", "N"), help=argparse.SUPPRESS)
    return parser.parse_args(given)


def main(given):
    asked = arguments(given)
    if asked.small:
        asked.size, asked.rounds = 0.05, 1
    with tempfile.TemporaryDirectory(prefix="titration-bench-") as fresh:
        folder = asked.folder or Path(fresh)
        folder.mkdir(parents=True, exist_ok=True)
        os.environ["TITRATION_STATE"] = str(folder / "state")
        place = grown.Place(folder, asked.size)
        if asked.write:
            return bench_store.write(Path(asked.write[0]), int(asked.write[1]))
        if asked.deferred:
            return bench_store.write_deferred(Path(asked.deferred[0]), int(asked.deferred[1]))
        if asked.peak:
            return peak(place, *asked.peak)
        return measured(place, asked)


def peak(place, name, case):
    """In a process of its own: the most memory one case takes."""
    work = maker(name)(place)
    chosen = next(one for one in work.cases if one.name == case)
    given = chosen.before()
    if case in work.commands:
        mib = table.peak_of_command(work.commands[case], work.environment)
    else:
        mib = table.peak_of(chosen.run if given is None else lambda: chosen.run(given))
    say(f"{mib:.1f}")


def measured(place, asked):
    """Measure what is asked for, row by row; rows that cannot be made say why."""
    start, rows = time.perf_counter(), []
    names = [n for n in asked.only.split(",") if n] or [
        n for n in works() if not (asked.small and n == "chart-cold-30")
    ]
    for name in names:
        try:
            work = maker(name)(place)
        except LookupError as error:
            say(f"{name:14} - {error}")
            continue
        row = table.measured(work, asked.rounds)
        if not asked.no_memory:
            where = ["--folder", str(place.folder), "--size", str(place.size)]
            found = {one: table.peak(name, one, where) for one in work.peaks() if one in row.ms}
            row.mib = {one: mib for one, mib in found.items() if mib is not None}
        rows.append(row)
        say(table.line(row))
        table.save(asked.json, rows, place.size)
    say(f"\n{time.perf_counter() - start:.0f} s; {asked.json}")
    asked.json.with_name("README-table.md").write_text(
        table.readme(asked.json, list(bench_store.WORKS)), encoding="utf-8"
    )
    return rows


def say(text):
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
