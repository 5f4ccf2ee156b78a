"""`make scale`: the same SQL files on DuckDB, Spark and against our own derivations; and how large it may get.

PYTHONPATH=tests python tests/scale/run.py                      the three engines side by side
PYTHONPATH=tests python tests/scale/run.py --big 100            DuckDB over so many million made-up scores
PYTHONPATH=tests python tests/scale/run.py --growth 1,3,10,30 [--steps append,verify]   one log of so many million scores
"""

import argparse
import datetime as dt
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import titration
from titration import cohort_sql

CLINICS = 20
SECONDS = 1800
"""After which a step is given up."""


def side_by_side(folder):
    """Ask a clinic of 40 patients on the three engines and say where they differ; the number of differences."""
    from scale import agreement, clinic, pandas_side, spark_side

    def after():
        return dt.datetime(2026, 7, 15, 12, 0, tzinfo=dt.UTC)

    with titration.create(
        folder / "clinic.db", site="North clinic", zone="Europe/London", by="clinician-1", clock=after
    ) as log:
        clinic.fill(log, patients=40)
        log.parquet(folder / "export")
        ours, found = pandas_side.Clinic(log), cohort_sql.exports([folder / "export"])
        say(f"{len(log.scores())} scores, {len(log.doses())} changes\n")
        say("question            rows  cells   DuckDB    Spark   pandas   DuckDB-pandas  Spark-pandas  Spark-DuckDB")
        apart = 0
        with spark_side.session() as spark:
            spark_side.views(spark, found)
            for name in cohort_sql.QUESTIONS:
                duck, in_duck = timed(lambda name=name: cohort_sql.ask(found, name))
                sparked, in_spark = timed(lambda name=name: spark_side.ask(spark, name))
                frame, in_pandas = timed(lambda name=name: pandas_side.ANSWERS[name](ours))
                rows = [agreement.rows_of(a.columns, a.rows) for a in (duck, sparked)]
                rows.append(agreement.of_frame(frame, duck.columns))
                differ = [agreement.differences(rows[a], rows[b], duck.columns) for a, b in ((0, 2), (1, 2), (1, 0))]
                apart += sum(map(len, differ))
                told = [f"{len(d)} differ" if d else "identical" for d in differ]
                cells = len(duck.rows) * len(duck.columns)
                say(
                    f"{name:18} {len(duck.rows):5} {cells:6} {in_duck:6.2f} s {in_spark:6.2f} s {in_pandas:6.2f} s"
                    f"   {told[0]:13}  {told[1]:12}  {told[2]}"
                )
                for line in (line for d in differ for line in d[:5]):
                    say(f"    {line}")
    say(
        f"\nidentical: texts, counts, sums of whole numbers and medians to the last bit; {', '.join(sorted(agreement.MEANS))} where"
        f" not whole: to 1 part in {1 / agreement.TOLERANCE:.0e}"
    )
    return apart


def say(text):
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def timed(make):
    start = time.perf_counter()
    made = make()
    return made, time.perf_counter() - start


def big(folder, millions, memory):
    """Ask a made-up network of clinics with so many million scores; DuckDB alone."""
    from scale import network

    patients = millions * 1_000_000 // network.DAYS // CLINICS
    made, seconds = timed(lambda: network.make(folder, clinics=CLINICS, patients=patients))
    files = list(folder.rglob("*.parquet"))
    size = sum(p.stat().st_size for p in files) / 2**20
    say(
        f"{millions} million scores of {patients * CLINICS} patients in {CLINICS} clinics: {len(files)} files, {size:.0f} MB, made in {seconds:.0f} s"
    )
    say("question             rows  seconds  peak MB")
    for name in cohort_sql.QUESTIONS:
        said = step("ask", *map(str, made), name, memory)
        say(f"{name:18} {said.get('rows', ''):>6} {said['seconds']:>8} {said['peak_mb']:>8}")


def ask(*given):
    """One question in a process of its own."""
    *folders, name, memory = given
    found = cohort_sql.exports(folders)
    answer, seconds = timed(lambda: cohort_sql.ask(found, name, memory=memory))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    say(json.dumps({"rows": len(answer.rows), "seconds": round(seconds, 1), "peak_mb": peak}))


def step(*given, file=__file__):
    """What a step in a process of its own says; or that it took too long."""
    command = [sys.executable, file, "step", *given]
    try:
        with tempfile.TemporaryDirectory(
            prefix="titration-state-"
        ) as state:  # copies of a log are no news to this computer
            env = {**os.environ, "TITRATION_STATE": state}
            said = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=True, env=env)
    except subprocess.TimeoutExpired:
        return {"seconds": f">{SECONDS}", "processor": "", "peak_mb": "", "file_mb": ""}
    except subprocess.CalledProcessError as error:
        sys.stderr.write(error.stderr)
        raise
    return json.loads(said.stdout or "{}")


def growth(folder, sizes, names):
    """One log at each size, a line of a table: append, one patient's chart, verify, backup, export."""
    from scale import growth as steps

    file = str(Path(steps.__file__))
    asked = [name for name in steps.STEPS if name in names]
    say("each step: seconds (of processor, all threads and all of the step; peak MB)\n")
    say(f"| million scores | file, MB | {' | '.join(asked)} |")
    say(f"|---|---|{'---|' * len(asked)}")
    for millions in sizes:
        step(str(folder), str(millions), "made", file=file)
        said = [step(str(folder), str(millions), name, file=file) for name in asked]
        cells = [f"{one['seconds']} s ({one['processor']} s; {one['peak_mb']} MB)" for one in said]
        say(f"| {millions} | {said[0]['file_mb']} | {' | '.join(cells)} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--big", type=int, metavar="MILLIONS")
    parser.add_argument("--growth", metavar="MILLIONS,...")
    parser.add_argument("--steps", default="append,warm,chart,verify,backup,export", help="what --growth times")
    parser.add_argument("--memory", default="8GB", help="the most DuckDB may use; beyond it, it works on disk")
    parser.add_argument(
        "--folder", type=Path, help="where files are made; by default a new one that is gone afterwards"
    )
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="titration-scale-") as fresh:
        os.environ["TITRATION_STATE"] = str(Path(fresh) / "state")  # never the user's own
        folder = given.folder or Path(fresh) / "made"
        folder.mkdir(parents=True, exist_ok=True)
        if given.big:
            return big(folder, given.big, given.memory)
        if given.growth:
            return growth(folder, [int(n) for n in given.growth.split(",")], given.steps.split(","))
        return side_by_side(folder)


if __name__ == "__main__":
    sys.exit(ask(*sys.argv[2:]) if sys.argv[1:2] == ["step"] else main())
