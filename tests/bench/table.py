"""What the bench measures and how: cases in turn, ratios of the same round, the most memory of a child process.

A `Work` is one row of the table: what is ours, what is its limit, and what a user would pick instead.
"""

import json
import platform
import random
import resource
import sqlite3
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

RUN = Path(__file__).with_name("run.py")


@dataclass(frozen=True)
class Case:
    """One way of doing the work; `before` is done each time and not timed; a slow peer is run in the first round only."""

    name: str
    run: Callable[..., object]
    before: Callable[[], object] = lambda: None
    is_once: bool = False


@dataclass(frozen=True)
class Work:
    """One row of the table.

    `ours` and `limit` are names of cases; `at_most` is the ratio the issue allows. `each` is how many single times
    a round holds (one dose change): then `tail` is what its 99th hundredth may be. The most memory is asked of every
    case, of ours alone where one run takes minutes (`is_long`), and of none where that says nothing (`has_peak`);
    where each case is a command, `commands` has them, and `environment` what they run in.
    """

    name: str
    title: str
    ours: str
    limit: str
    at_most: float
    cases: tuple[Case, ...]
    rounds: int = 5
    each: int = 1
    tail: float | None = None
    note: str = ""
    is_long: bool = False
    has_peak: bool = True
    commands: Mapping[str, Sequence[str]] = field(default_factory=dict)
    environment: Mapping[str, str] | None = None

    def peaks(self):
        """The cases whose memory is asked for."""
        light = [case.name for case in self.cases if case.name == self.ours or not (self.is_long or case.is_once)]
        return light if self.has_peak else []


@dataclass
class Measured:
    """What was measured of a row."""

    name: str
    title: str
    limit: str
    at_most: float | None
    ratio: float | None
    ms: dict[str, float]
    ratios: dict[str, float]
    ours: str = ""
    rounds: int = 1
    mib: dict[str, float] = field(default_factory=dict)
    note: str = ""
    lacking: dict[str, str] = field(default_factory=dict)
    tail_at_most: float | None = None
    tail: float | None = None
    each: int = 1

    @property
    def is_within(self):
        """Whether the issue's numbers are held; None where there are none."""
        if self.at_most is None or self.ratio is None:
            return None
        return self.ratio <= self.at_most and (self.tail is None or self.tail <= self.tail_at_most)


def seconds(case):
    """How long one run takes; a case that lacks its library says so instead."""
    given = case.before()
    start = time.perf_counter()
    case.run() if given is None else case.run(given)
    return time.perf_counter() - start


def measured(work, rounds=None, seed=1):
    """A row, its cases shuffled in each round; the ratio is the median of the ratios of the rounds."""
    rounds, rng = rounds or work.rounds, random.Random(seed)
    times, lacking = {case.name: [] for case in work.cases}, {}
    for number in range(rounds):
        order = [case for case in work.cases if number == 0 or not case.is_once]
        rng.shuffle(order)
        for _ in range(work.each):
            for case in order:
                if case.name not in lacking:
                    try:
                        times[case.name].append(seconds(case))
                    except Exception as error:
                        if case.name in {work.ours, work.limit}:
                            raise
                        lacking[case.name] = " ".join(str(error).split())[:120]
    return told(work, {name: found for name, found in times.items() if found}, rounds, lacking)


def told(work, times, rounds, lacking):
    """The row of those times."""
    base = times[work.limit]
    if work.each > 1:
        ratios = {name: statistics.median(found) / statistics.median(base) for name, found in times.items()}
    else:
        ratios = {
            name: statistics.median(a / b for a, b in zip(found, base, strict=False)) for name, found in times.items()
        }
    ms = {name: 1000 * statistics.median(found) for name, found in times.items()}
    tail = None
    if work.tail is not None:
        late = {name: statistics.quantiles(found, n=100)[98] for name, found in times.items()}
        tail = late[work.ours] / late[work.limit]
    return Measured(
        work.name, work.title, work.limit, work.at_most, ratios[work.ours], ms, ratios, work.ours, rounds, {}, work.note,
        lacking, work.tail, tail, work.each,
    )  # fmt: skip


def peak_of(call):
    """The most memory that this process, or one it started, takes while that runs, in MiB."""
    try:
        Path("/proc/self/clear_refs").write_text("5")  # what was taken before, to prepare it, does not count
    except OSError:
        call()
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    call()
    lines = Path("/proc/self/status").read_text().splitlines()
    own = next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))
    return max(own, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024)


def peak(name, case, arguments):
    """The same of a case in a process of its own; None for a peer whose library is lacking."""
    told = subprocess.run(
        [sys.executable, str(RUN), *arguments, "--peak", name, case], capture_output=True, text=True, check=False
    )
    if told.returncode:
        sys.stderr.write(f"{name}, {case}: no peak: {told.stderr.strip().splitlines()[-1:]}\n")
        return None
    return float(told.stdout.splitlines()[-1])


SMALL = """import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"""


def peak_of_command(words, environment):
    """The same of a command, started by a process that is small itself: a child counts what its parent took, too."""
    told = subprocess.run(
        [sys.executable, "-S", "-c", SMALL, *words], capture_output=True, text=True, check=True, env=environment
    )
    return int(told.stdout) / 1024


def line(row):
    """A row as it is printed when it is known."""
    verdict = {True: "within", False: "OVER", None: "-"}[row.is_within]
    if row.tail is not None:
        verdict += f"; p99 {row.tail:.2f}, at most {row.tail_at_most:g}"
    parts = [f"{row.name:14} {row.ratio or 0:8.2f}  at most {row.at_most or 0:g}  {verdict:7}"]
    for name, ratio in sorted(row.ratios.items(), key=lambda item: item[1]):
        mib = f" {row.mib[name]:8.0f} MiB" if name in row.mib else ""
        parts.append(f"    {ratio:9.2f} {row.ms[name]:12.2f} ms{mib}  {name}")
    parts += [f"    {'-':>9}  {name}: {why}" for name, why in row.lacking.items()]
    return "\n".join([*parts, *([f"    {row.note}"] if row.note else [])])


def machine():
    """Where it was measured, as far as it matters to a ratio."""
    return {
        "python": platform.python_version(), "sqlite": sqlite3.sqlite_version, "system": platform.system(),
        "processor": platform.machine(),
    }  # fmt: skip


def save(path, rows, size):
    """Everything measured, as JSON; rows measured before and not now stay as they are."""
    before = json.loads(path.read_text(encoding="utf-8"))["rows"] if path.exists() else {}
    now = {row.name: {**asdict(row), "is_within": row.is_within, "size": size} for row in rows}
    path.write_text(json.dumps({"machine": machine(), "rows": {**before, **now}}, indent=1) + "\n", encoding="utf-8")


def readme(path, order=()):
    """The table of the README out of `bench.json`: no number of it is typed by hand.

    Args:
        path: The JSON.
        order: Names of rows in the order they stand in; others come after them.
    """
    found = json.loads(path.read_text(encoding="utf-8"))
    lines = ["| work | limit = 1.00 | at most | measured | peak memory | beside it |", "|---|---|---:|---:|---:|---|"]
    names = [*(name for name in order if name in found["rows"]), *(n for n in found["rows"] if n not in order)]
    lines += [_said(found["rows"][name]) for name in names]
    where = ", ".join(f"{name} {value}" for name, value in found["machine"].items())
    small = sorted({row["size"] for row in found["rows"].values()} - {1.0})
    caution = f" Not at the full size: {', '.join(f'{size:g}' for size in small)} of it." if small else ""
    told = (
        f"Measured by `make bench` on {where}; each ratio is the median of those of its rounds, cases in turn."
        f" **Over** is a number the issue allows and that is not held.{caution}"
    )
    return "\n".join([*lines, "", told, ""])


def _said(row):
    """One line of the table."""
    at_most = "" if row["at_most"] is None else f"{row['at_most']:g}"
    measured = "" if row["ratio"] is None else f"{row['ratio']:.2f}"
    if row["tail"] is not None:
        at_most = f"p50 {at_most}, p99 {row['tail_at_most']:g}"
        measured = f"p50 {measured}, p99 {row['tail']:.2f}"
    if row["is_within"] is False:
        measured = f"**{measured}, over**"
    beside = [
        f"{name} {ratio:.2f}"
        for name, ratio in sorted(row["ratios"].items(), key=lambda item: item[1])
        if name not in {row["limit"], row["ours"]}
    ] + [f"{name}: {why}" for name, why in row["lacking"].items()]
    words = "; ".join(part for part in (", ".join(beside), row["note"]) if part)
    memory = f"{row['mib'][row['ours']]:.0f} MiB" if row["ours"] in row["mib"] else ""
    often = f"{row['each']} times" if row["each"] > 1 else f"{row['rounds']} rounds"
    return (
        f"| {row['title']} | {row['limit']} | {at_most} | {measured} | {memory} | {words}{' ' * bool(words)}({often}) |"
    )
