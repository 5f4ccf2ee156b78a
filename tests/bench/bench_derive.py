"""Every derivation on a thousand patients and five years: processor seconds, peak memory, and ratios to plain numpy.

Run by `make bench`. A ratio is the median of those of rounds taken in turn; memory is what one call takes beyond the
frames (Linux only). python tests/bench/bench_derive.py [PATIENTS] [--only NAME,NAME] [--rounds 5] [--folder DIR]
"""

import argparse
import datetime as dt
import functools
import inspect
import json
import math
import statistics
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import thousand
from plain import PLAIN, WITHOUT
from table import Case, Work, machine

import titration.derive
from titration.derive import (
    boluses,
    clock,
    cuts,
    dates,
    diary,
    dose,
    epochs,
    expected,
    findings,
    found,
    goals,
    hours,
    intervals,
    lateness,
    ledger,
    moments,
    periods,
    program,
    reconcile,
    recorded,
    reservoir,
    runchart,
    score,
    segments,
    totals,
    visits,
    volumes,
    washout,
    weekly,
    windows,
)  # fmt: skip
from titration.scales import register

ZONE, SCALES = thousand.ZONE, register()
ROUNDS = 5
FULL = 1000
AT_MOST = 3.0
OF_ONE_VALUE = {
    "moments.instant", "runchart.longest_run_limit", "runchart.crossings_limit", "washout.recall_hours", "clock.switches",
    "clock.difference_at",
}  # fmt: skip
"""Functions of one number or none of the patients; there is nothing to time."""
PARTS = (
    "moments.",
    "grouped.",
    "runs.",
    "pairs.",
    "alike.",
    "inside.",
    "kept.",
    "cuts.seconds",
    "cuts.keyed",
    "cuts.certain",
    "cuts.lasting",
    "rules_",
    "told.",
    "agreed.",
)
"""What the timed ones are made of; the rules are timed as `findings`."""


def one_each(doses, schedule):
    """The days of the last and of the first program of each patient."""
    rows = doses.groupby("patient")["row"].agg(["max", "min"])
    return [schedule[schedule["of"].isin(rows[name])] for name in rows]


def calls(f, until):
    """What is run, by name: in the order in which each can use the ones before."""
    first, last = dt.date(2021, 1, 1), dt.date(2025, 12, 31)
    schedules, states = f["diary_schedules"], f["patient_states"]
    at, since = {"until": until, "zone": ZONE}, {"first": first, "last": last}
    use = {"zone": ZONE, "scales": SCALES, "until": until}

    def kept(name, value):
        use[name] = value
        return value

    scored = {"zone": ZONE, "scales": SCALES}
    run = {
        "dose.staircase": lambda: kept(
            "stairs", dose.staircase(f["doses"], readouts=f["readouts"], patient_states=states, **at)
        ),
        "dose.with_changes": lambda: dose.with_changes(use["stairs"]),
        "dose.in_force": lambda: dose.in_force(f["doses"], at=until, zone=ZONE),
        "dose.last_confirmed": lambda: dose.last_confirmed(f, **at),
        "dose.percent_change": lambda: dose.percent_change(f["doses"], zone=ZONE),
        "found.sequence": lambda: kept("sequence", found.sequence(f["doses"], f["readouts"], zone=ZONE)),
        "intervals.of_sequence": lambda: kept("held", intervals.of_sequence(use["sequence"])),
        "intervals.pieces": lambda: intervals.pieces(use["sequence"], zone=ZONE, last=until),
        "recorded.staircase": lambda: recorded.staircase(f, **at),
        "recorded.changes": lambda: recorded.changes(f, **at),
        "reconcile.sequence": lambda: reconcile.sequence(f, zone=ZONE),
        "intervals.in_pieces": lambda: intervals.in_pieces(
            use["held"].assign(end=use["held"]["end"].fillna(until), is_open=use["held"]["end"].isna()), zone=ZONE
        ),
        "reconcile.on_record": lambda: reconcile.on_record(f, zone=ZONE),
        "reconcile.planned": lambda: reconcile.planned(f, zone=ZONE),
        "reconcile.confirmations": lambda: reconcile.confirmations(f, **at),
        "reconcile.unexplained": lambda: reconcile.unexplained(f, **at),
        "reconcile.overdue_plans": lambda: reconcile.overdue_plans(f, at=until, zone=ZONE),
        "segments.segments": lambda: segments.segments(f["dose_steps"]),
        "segments.weekday_sums": lambda: segments.weekday_sums(f["dose_steps"]),
        "segments.steps_per_day": lambda: segments.steps_per_day(f["dose_steps"]),
        "program.schedule": lambda: kept("schedule", program.schedule(f["doses"], f["dose_steps"], f["timed_boluses"])),
        "periods.periods": lambda: periods.periods(*one_each(f["doses"], use["schedule"])),
        "program.closure": lambda: program.closure(f["doses"], f["dose_steps"], f["timed_boluses"]),
        "totals.weekday_totals": lambda: totals.weekday_totals(f["dose_steps"]),
        "totals.daily_totals": lambda: totals.daily_totals(use["stairs"], f["dose_steps"], zone=ZONE),
        "clock.offsets": lambda: clock.offsets(f, zone=ZONE),
        "clock.wall_offset": lambda: clock.wall_offset(f["doses"]["effective_at"], zone=ZONE),
        "clock.differs": lambda: clock.differs(f, since=until - np.timedelta64(5 * 365, "D"), **at),
        "boluses.bridges": lambda: boluses.bridges(f["boluses"], zone=ZONE),
        "boluses.patient_activated": lambda: boluses.patient_activated(f, zone=ZONE),
        "boluses.screening": lambda: boluses.screening({**f, "scores": use["timed"]}, zone=ZONE),
        "volumes.flow": lambda: volumes.flow(f["doses"]),
        "volumes.programs": lambda: kept("programs", volumes.programs(f, **at)),
        "volumes.by_flow": None,
        "volumes.by_bolus": None,
        "reservoir.discrepancy": lambda: reservoir.discrepancy(f["refills"], zone=ZONE),
        "reservoir.closure": lambda: reservoir.closure(f, zone=ZONE),
        "dates.dates": lambda: dates.dates(f, zone=ZONE),
        "lateness.lateness": lambda: lateness.lateness(f["scores"], zone=ZONE),
        "lateness.provenance": lambda: lateness.provenance(f, zone=ZONE),
        "lateness.day_observed": lambda: lateness.day_observed(f["scores"], zone=ZONE),
        "score.ranked": lambda: kept("ranked", score.ranked(f["scores"], SCALES)),
        "score.with_rank": lambda: score.with_rank(use["ranked"]),
        "score.spread": lambda: kept("spread", score.spread(use["ranked"], list(score.SERIES), SCALES)),
        "score.labels": lambda: score.labels(use["ranked"]["scale"], use["ranked"]["rank"].to_numpy(), SCALES),
        "score.measured": lambda: score.measured(use["ranked"]["scale"], SCALES),
        "hours.by_hour": lambda: hours.by_hour(use["timed"], **scored),
        "score.daily": lambda: kept("days", score.daily(f["scores"], scales=SCALES)),
        "score.monthly_summary": lambda: score.monthly_summary(f["scores"], scales=SCALES, **since),
        "diary.trailing_median": lambda: diary.trailing_median(use["days"], changed(use["stairs"])),
        "expected.expected": lambda: expected.expected(schedules, patient_states=states, **since),
        "diary.entries": lambda: diary.entries(
            f["scores"], diary_schedules=schedules, patient_states=states, **scored, **since
        ),
        "diary.completeness": lambda: diary.completeness(
            f["scores"], diary_schedules=schedules, patient_states=states, **scored, **since
        ),
        "weekly.weekly": lambda: kept("weeks", weekly.weekly(f["scores"], **scored)),
        "weekly.sensitivity": lambda: weekly.sensitivity(use["weeks"]),
        "runchart.points": lambda: runchart.points(use["weeks"]),
        "runchart.run_chart": lambda: runchart.run_chart(use["weeks"]),
        "epochs.epochs": lambda: epochs.epochs(use["stairs"]),
        "epochs.scored": lambda: epochs.scored(use["stairs"], f["scores"], diary_schedules=schedules, **scored),
        "cuts.device_changes": lambda: kept("device", cuts.device_changes(f, zone=ZONE)),
        "cuts.changes": lambda: kept("changes", cuts.changes(use["stairs"])),
        "cuts.beside": lambda: cuts.beside(use["changes"], use["device"], zone=ZONE),
        "washout.recalled": lambda: washout.recalled(f["scores"], SCALES),
        "windows.before_after": lambda: kept(
            "windows", windows.before_after(use["stairs"], f["scores"], device_changes=use["device"], **scored)
        ),
        "windows.by_direction": lambda: windows.by_direction(use["windows"]),
        "goals.rated": lambda: kept("rated", goals.rated(f["goals"], f["goal_ratings"], at=last)),
        "goals.gas_t": lambda: goals.gas_t(use["rated"]),
        "visits.visits": lambda: kept("visits", visits.visits(f, **at)),
        "visits.scores_at": lambda: visits.scores_at(f["scores"], use["visits"], zone=ZONE),
        "ledger.ledger": lambda: ledger.ledger(f, scales=SCALES, **at),
        "findings.findings": lambda: findings.findings(f, **at),
    }
    return run, use


def changed(stairs):
    starts = stairs[stairs["is_change"]]
    return starts.assign(day=moments.local_day(starts["start"], zone=ZONE))[["patient", "day"]]


def timed(use, f):
    """The scores with a time, which those by the hour need: in the clinic only their days are known."""
    use["timed"] = thousand.timed(f["scores"])


def prepared(run, use, f):
    """What the others need, made before any is timed."""
    timed(use, f)
    for name in NEEDS:
        run[name]()
    use["changed"] = changed(use["stairs"])


def peak(call):
    """The most memory beyond what was there before that one call takes in this process, in MiB; and what it gives."""
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        return math.nan, call()
    before, given = memory("VmRSS"), call()
    return memory("VmHWM") - before, given


def memory(what):
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(what))


def unlisted(run):
    """Public functions of derive that are neither timed nor a part of one."""
    modules = [
        sys.modules[f"titration.derive.{p.stem}"] for p in Path(titration.derive.__file__).parent.glob("[a-z]*.py")
    ]
    names = {
        f"{m.__name__.rsplit('.', 1)[1]}.{name}"
        for m in modules
        for name, made in vars(m).items()
        if inspect.isfunction(made) and made.__module__ == m.__name__ and not name.startswith("_")
    }
    return sorted(n for n in names - set(run) - OF_ONE_VALUE if not n.startswith(PARTS))


NEEDS = (
    "dose.staircase", "found.sequence", "intervals.of_sequence", "program.schedule", "cuts.device_changes", "cuts.changes",
    "score.ranked", "score.daily", "weekly.weekly", "windows.before_after", "goals.rated", "visits.visits",
)  # fmt: skip
LEAST_SECONDS = 0.005
"""What is quicker is run several times in a round, so that the clock can tell it."""


def seconds(call, times=1):
    """The processor time one run takes, of so many."""
    start = time.process_time()
    for _ in range(times):
        call()
    return (time.process_time() - start) / times


def put_in_place(given):
    """A call that puts the columns of a result, texts and zones included, in place once, by an array of positions."""
    order = np.arange(len(given))
    if isinstance(given, pd.DataFrame):
        columns = {name: given[name].array for name in given.columns}
        return lambda: pd.DataFrame({name: column.take(order) for name, column in columns.items()}, copy=False)
    values = given.array if isinstance(given, pd.Series) else given
    return lambda: values.take(order)


def both(plain_, in_place):
    """What a result cannot cost less than: the plain form, and its columns put in place once."""
    return lambda: (plain_(), in_place())


def row(name, run, use, f, rounds=ROUNDS):
    """One derivation: its seconds, those of its plain form and of its floor, the ratios, the most memory, or why none."""
    mib, given = peak(run[name])
    cases = {"seconds": run[name]}
    if name in PLAIN:
        cases["plain_seconds"] = PLAIN[name][1](use, f)
        cases["plain_seconds"]()  # what is not yet in memory is not its fault
        cases["floor_seconds"] = both(cases["plain_seconds"], put_in_place(given))
    times = {which: max(1, math.ceil(LEAST_SECONDS / max(seconds(call), 1e-6))) for which, call in cases.items()}
    found = {which: [] for which in cases}
    for number in range(rounds):
        for which in sorted(cases, reverse=bool(number % 2)):
            found[which].append(seconds(cases[which], times[which]))
    told = {which: statistics.median(each) for which, each in found.items()}
    ratio = {
        part: statistics.median(a / b for a, b in zip(found["seconds"], found[f"{part}_seconds"], strict=True))
        for part in ("plain", "floor")
        if name in PLAIN
    }
    against = PLAIN[name][0] if name in PLAIN else WITHOUT[name]
    return {
        "plain_seconds": None, "floor_seconds": None, **told, "ratio": ratio.get("plain"),
        "floor_ratio": ratio.get("floor"), "peak_mib": None if math.isnan(mib) else max(mib, 0.0), "rows": len(given),
        "against": against,
    }  # fmt: skip


def as_line(name, told):
    """A row as it is printed; over the limit it stands between asterisks."""
    plain_, floor = (spelt(told[f"{part}_seconds"], "9.4f") for part in ("plain", "floor"))
    to_floor, mib = spelt(told["floor_ratio"], "9.2f"), spelt(told["peak_mib"], "8.0f")
    numbers = f"{told['seconds']:9.4f} {plain_} {bold(told):>11} {floor} {to_floor} {mib}"
    return f"{name:26} {numbers}  {told['against']}"


def spelt(value, form, missing="-"):
    """A number in that form, or what stands for a missing one, as wide."""
    return f"{missing:>{form.split('.')[0] or 0}}" if value is None else f"{value:{form}}"


def bold(told):
    """The ratio, between asterisks where it is over."""
    if told["ratio"] is None:
        return "-"
    return f"**{told['ratio']:.2f}**" if told["ratio"] > AT_MOST else f"{told['ratio']:.2f}"


def markdown(rows, patients, rounds):
    """The table as Markdown, one line for each derivation."""
    lines = [
        "| derivation | seconds | plain numpy, seconds | ratio | floor, seconds | to the floor | peak, MiB | its plainest form |"
    ]
    lines += ["|---|---:|---:|---:|---:|---:|---:|---|"]
    for name, told in rows.items():
        is_over = told["ratio"] is not None and told["ratio"] > AT_MOST
        plain_, floor = (spelt(told[f"{part}_seconds"], ".4f", "") for part in ("plain", "floor"))
        to_floor, mib = spelt(told["floor_ratio"], ".2f", ""), spelt(told["peak_mib"], ".0f", "")
        against = told["against"] if told["ratio"] is not None else f"none: {told['against']}"
        ours = f"**{name}**" if is_over else name
        numbers = f"{told['seconds']:.4f} | {plain_} | {bold(told).strip('-')} | {floor} | {to_floor} | {mib}"
        lines.append(f"| {ours} | {numbers} | {against} |")
    where = ", ".join(f"{name} {value}" for name, value in machine().items())
    said = (
        f"A clinic of {patients} patients and five years. Processor time, medians of {rounds} rounds taken in turn, on "
        f"{where}. Ours begins with frames of texts and times, the plain form with sorted names and whole numbers ready "
        f"made, and gives no texts. The floor is the plain form and then the columns of our result, texts and zones "
        f"included, put in place once by an array of positions; ours is below it where it hands given columns on as they are. "
        f"In bold: over {AT_MOST:g}. `python tests/bench/bench_derive.py` writes this table."
    )
    return "\n".join(["# Every derivation against its plainest numpy form", "", said, "", *lines, ""])


@functools.cache
def clinic(patients):
    """The clinic of that size, what is run on it and what those before have made; one for all rows."""
    f, until = thousand.frames(patients)
    run, use = calls(f, until)
    prepared(run, use, f)
    return f, run, use


def row_of(name, place):
    """One derivation against its plainest numpy form, as a row of the bench."""
    f, run, use = clinic(place.n(FULL, 4))
    words, make = PLAIN[name]
    limit = f"numpy: {words}"
    title = f"{name} of a clinic of 1,000 patients, 1.8 million scores"
    return Work(name, title, name, limit, AT_MOST, (Case(limit, make(use, f)), Case(name, run[name])))


IN_BENCH = (
    "score.daily", "weekly.weekly", "diary.completeness", "diary.trailing_median", "lateness.lateness", "dose.staircase",
    "totals.daily_totals", "epochs.scored",
)  # fmt: skip
WORKS = {name: functools.partial(row_of, name) for name in IN_BENCH}
"""Those that stand in the table of `make bench` too; all of them stand in README-derive.md."""


def save(folder, rows, patients, rounds):
    """Everything measured, as JSON and as the table."""
    told = {"machine": machine(), "patients": patients, "rounds": rounds, "rows": rows}
    (folder / "derive.json").write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    (folder / "README-derive.md").write_text(markdown(rows, patients, rounds), encoding="utf-8")


def say(*parts):
    sys.stdout.write(" ".join(parts) + "\n")
    sys.stdout.flush()


def main(given):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("patients", type=int, nargs="?", default=FULL)
    parser.add_argument("--only", default="", help="names, parted by commas")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument(
        "--folder", type=Path, help="where derive.json and README-derive.md go; else here, if all is run"
    )
    asked = parser.parse_args(given)
    f, run, use = clinic(asked.patients)
    names = [n for n in asked.only.split(",") if n] or [name for name, call in run.items() if call is not None]
    sizes = ", ".join(f"{len(frame)} {name}" for name, frame in f.items() if len(frame))
    say(f"a clinic of {asked.patients} patients: {sizes}")
    titles = f"{'seconds':>9} {'plain':>9} {'ratio':>11} {'floor':>9} {'to floor':>9} {'peak MiB':>8}"
    say(f"\n{'derivation':26} {titles}  against")
    rows = {}
    for name in names:
        rows[name] = row(name, run, use, f, asked.rounds)
        say(as_line(name, rows[name]))
    say("\nnot timed, as it is a part of one that is:", ", ".join(n for n, call in run.items() if call is None))
    say("public and not in the table:", ", ".join(unlisted(run)) or "none")
    folder = asked.folder or (Path(__file__).parent if asked.patients == FULL and not asked.only else None)
    say(f"\n{markdown(rows, asked.patients, asked.rounds)}")
    if folder:
        save(folder, rows, asked.patients, asked.rounds)
    return rows


if __name__ == "__main__":
    main(sys.argv[1:])
