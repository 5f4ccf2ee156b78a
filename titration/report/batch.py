"""One paper after another for many patients, on several processes; one that cannot be made does not stop the others.

What was made is noted in a list beside it, so that a run that was interrupted goes on where it ended. The list only
saves work: a file that is not, byte by byte, what the list says is made again and compared.
"""

from __future__ import annotations

import gc
import json
import multiprocessing
import os
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from hashlib import sha256
from importlib import metadata, resources
from itertools import islice
from typing import TYPE_CHECKING, Generic, TypeVar

from titration import private
from titration.errors import TitrationError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

T = TypeVar("T")
AHEAD = 2
"""So many patients a process are handed out ahead: memory does not grow with the number of patients."""
DIED = "the process that made it ended without a word; make this patient's alone to see why"
MAKERS = ("titration", "matplotlib", "numpy", "pandas", "typst", "jinja2")
"""What the bytes of a report depend on, beside the log."""


@dataclass(frozen=True)
class Outcome(Generic[T]):
    """What became of one patient: what was made, or why it was not."""

    patient: str
    made: T | None
    error: str = ""


@dataclass(frozen=True)
class Files:
    """The files of one report: name to SHA-256, and how many facts they hold."""

    sums: Mapping[str, str]
    n_facts: int


def attempt(job: Callable[[str], T], patient: str) -> Outcome[T]:
    """Make one; what goes wrong is a sentence and not an end.

    Example:
        >>> attempt(len, "P001").made, attempt(int, "P001").error
        (4, "ValueError: invalid literal for int() with base 10: 'P001'")
    """
    try:
        return Outcome(patient, job(patient))
    except TitrationError as error:
        return Outcome(patient, None, str(error))
    except Exception as error:  # noqa: BLE001 - one bad record must not keep the whole clinic from its reports
        return Outcome(patient, None, f"{type(error).__name__}: {error}")


def run(patients: Iterable[str], job: Callable[[str], T], *, workers: int) -> Iterator[Outcome[T]]:
    """Make one for each patient, as they are done.

    Args:
        patients: Their codes.
        job: Makes one; with more than one process it is pickled, and so is what it gives.
        workers: How many processes; 1 makes them here, in order.

    Yields:
        One outcome a patient; with more processes in the order they were done.
    """
    left = iter(patients)
    if workers <= 1:
        yield from (attempt(job, patient) for patient in left)
        return
    while True:
        lost: list[str] = []
        yield from _pooled(left, job, workers, lost)
        if not lost:
            return
        for patient in lost:  # a process died: each that was under way is tried alone, to find the one
            alone: list[str] = []
            yield from _pooled(iter([patient]), job, 1, alone)
            yield from (Outcome(code, None, DIED) for code in alone)


def _pooled(left: Iterator[str], job: Callable[[str], T], workers: int, lost: list[str]) -> Iterator[Outcome[T]]:
    """Outcomes until all are done, or a process died; `lost` then holds those that were under way."""
    context = multiprocessing.get_context("spawn")  # a fork would carry an open log over
    under_way: dict[Future[Outcome[T]], str] = {}
    with ProcessPoolExecutor(workers, mp_context=context, initializer=_alone) as pool:
        try:
            for patient in islice(left, AHEAD * workers):
                under_way[pool.submit(attempt, job, patient)] = patient
            while under_way:
                for done in wait(under_way, return_when=FIRST_COMPLETED).done:
                    outcome = done.result()
                    del under_way[done]
                    for patient in islice(left, 1):
                        under_way[pool.submit(attempt, job, patient)] = patient
                    yield outcome
        except BrokenProcessPool:
            lost += under_way.values()


def _alone() -> None:
    """One thread a process, for the processes share the cores; and cycles are looked for more seldom than every 700 objects."""
    gc.set_threshold(100_000, 20, 100)  # among the libraries' many objects it took a fifth of the time of a report
    for name in ("RAYON_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ.setdefault(name, "1")


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def key(*state: object) -> str:
    """What reports depend on, in one word: the state of the log, what was asked for, and the programs that make them.

    Args:
        state: The log's id, newest seal, entry, month, paper and the like.

    Example:
        >>> key("log-1", 7) == key("log-1", 7), key("log-1", 7) == key("log-1", 8)
        (True, False)
    """
    code = sorted(_code())
    body = json.dumps([list(map(str, state)), [_version(name) for name in MAKERS], code])
    return sha256(b"titration batch 1\0" + body.encode()).hexdigest()


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "not installed"


def _code() -> Iterator[tuple[str, int, int]]:
    """The program's own files with their sizes and times: a program that was changed makes anew."""
    for folder, _, names in os.walk(str(resources.files("titration"))):
        for name in names:
            if name.endswith((".py", ".j2", ".css", ".typ", ".toml")):
                there = os.stat(os.path.join(folder, name))  # noqa: PTH116, PTH118 - a Path each would take longer than the rest
                yield name, there.st_size, there.st_mtime_ns


@dataclass(frozen=True)
class Kept:
    """The list of what was made into a folder.

    Attributes:
        path: The list; one line a report, the last line of a patient counts.
        key: What the reports of this run depend on.
    """

    path: Path
    key: str

    def there(self) -> dict[str, Files]:
        """The reports of this key whose files are, byte by byte, as they were made."""
        found = dict(self._lines())
        return {patient: files for patient, files in found.items() if self._whole(files)}

    def _lines(self) -> Iterator[tuple[str, Files]]:
        try:
            lines = self.path.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError):
            return
        for line in lines:
            try:
                read = json.loads(line)
                if read["key"] == self.key:
                    sums = {str(name): str(sum_) for name, sum_ in read["files"].items()}
                    yield str(read["patient"]), Files(sums, int(read["n_facts"]))
            except (ValueError, TypeError, KeyError, AttributeError):
                continue  # the last line of a run that was cut off, or no line of ours

    def _whole(self, files: Files) -> bool:
        try:
            return bool(files.sums) and all(
                summed(self.path.parent / name) == sum_ for name, sum_ in files.sums.items()
            )
        except OSError:
            return False

    def add(self, patient: str, files: Files) -> None:
        """Note a report that was made."""
        line = {"key": self.key, "patient": patient, "files": dict(files.sums), "n_facts": files.n_facts}
        self.path.touch(private.FILE)
        with self.path.open("a", encoding="utf-8") as held:
            held.write(json.dumps(line, sort_keys=True) + "\n")

    def settle(self, every: Mapping[str, Files]) -> None:
        """Write the list anew with the reports of this run alone, in the order of the codes."""
        beside = self.path.with_suffix(".tmp")
        beside.unlink(missing_ok=True)
        fresh = Kept(beside, self.key)
        for patient in sorted(every):
            fresh.add(patient, every[patient])
        if every:
            beside.replace(self.path)


def summed(path: Path) -> str:
    """The SHA-256 of a file."""
    return sha256(path.read_bytes()).hexdigest()
