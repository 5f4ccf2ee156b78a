"""Every derivation on a thousand patients and five years: seconds, peak memory, and ratios to plain numpy.

Run by `make bench`. A ratio is of the medians of rounds taken in turn; memory is what a process of its own takes
beyond the frames (Linux only). A number of patients as the first argument makes a smaller clinic.
"""

import datetime as dt
import functools
import inspect
import statistics
import sys
import time
from pathlib import Path

import numpy as np
import thousand
from plain import PLAIN
from table import Case, Work

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
OF_ONE_VALUE = {
    "moments.instant", "runchart.longest_run_limit", "runchart.crossings_limit", "washout.recall_hours", "clock.switches",
    "clock.difference_at",
}  # fmt: skip
"""Functions of one number or none of the patients; there is nothing to time."""
PARTS = (
    "moments.",
    "grouped.",
    "kept.",
    "cuts.seconds",
    "cuts.keyed",
    "cuts.certain",
    "rules_",
    "told.",
    "found.same_dose",
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
    use = {}

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
        "boluses.screening": lambda: boluses.screening(f, zone=ZONE),
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
        "hours.by_hour": lambda: hours.by_hour(f["scores"], **scored),
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


def measured(call):
    """Seconds, and the most memory beyond what was there before, of one call in this process."""
    Path("/proc/self/clear_refs").write_text("5")
    before = memory("VmRSS")
    start = time.perf_counter()
    made = call()
    return time.perf_counter() - start, memory("VmHWM") - before, made


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


NEEDS = ("dose.staircase", "cuts.device_changes", "cuts.changes", "score.daily")


def compared(run, use, f, rounds=ROUNDS):
    """Our functions against the plain form of the same sum: seconds of both, medians of rounds taken in turn."""
    for name in NEEDS:
        run[name]()
    for name, (words, make) in PLAIN.items():
        cases = {"ours": run[name], "plain": make(use, f)}
        times = {which: [] for which in cases}
        for _ in range(rounds):
            for which, call in cases.items():
                start = time.perf_counter()
                call()
                times[which].append(time.perf_counter() - start)
        yield name, words, *(statistics.median(times[which]) for which in cases)


@functools.cache
def clinic(patients):
    """The clinic of that size, what is run on it and what those before have made; one for all rows."""
    f, until = thousand.frames(patients)
    run, use = calls(f, until)
    for name in NEEDS:
        run[name]()
    return f, run, use


def row_of(name, place):
    """One derivation against its plainest numpy form, as a row of the bench."""
    f, run, use = clinic(place.n(1000, 4))
    words, make = PLAIN[name]
    limit = f"numpy: {words}"
    title = f"{name} of a clinic of 1,000 patients, 1.8 million scores"
    return Work(name, title, name, limit, 3.0, (Case(limit, make(use, f)), Case(name, run[name])))


WORKS = {name: functools.partial(row_of, name) for name in PLAIN if name != "windows.before_after"}
"""The other row, with its own limits, is in `bench_figures`."""


def say(*parts):
    sys.stdout.write(" ".join(parts) + "\n")
    sys.stdout.flush()


def main(patients):
    start = time.perf_counter()
    f, until = thousand.frames(patients)
    rows = {name: len(frame) for name, frame in f.items() if len(frame)}
    say(
        f"a clinic of {patients} patients, made in {time.perf_counter() - start:.1f} s:",
        ", ".join(f"{n} {name}" for name, n in rows.items()),
    )
    run, use = calls(f, until)
    say(f"\n{'function':26} {'seconds':>10} {'peak MiB':>9} {'rows out':>10}")
    for name, call in run.items():
        if call is None:
            continue
        seconds, peak, made = measured(call)
        say(f"{name:26} {seconds:10.3f} {peak:9.0f} {len(made):10}")
    say("\nnot timed, as it is a part of one that is:", ", ".join(n for n, call in run.items() if call is None))
    say("public and not in the table:", ", ".join(unlisted(run)) or "none")
    say(f"\n{'function':26} {'ours':>10}   {'plain':>10}   {'ratio':>7}   against")
    for name, words, ours, plain in compared(run, use, f):
        say(f"{name:26} {ours:8.3f} s   {plain:8.3f} s   {ours / plain:7.2f}   {words}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
