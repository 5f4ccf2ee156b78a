"""Power loss, replayed: what a disk may hold when the power fails at any moment of a recorded run.

A run's creates, writes, truncations, syncs, unlinks, renames and links are written down by `recorder.c`. Before a
sync, each 512-byte sector written may be on the disk, or not, or in part, in any order; a name made or taken away
is sure only after its folder was synced. Model and prototype: storage study, section 10b.
"""

from __future__ import annotations

import os
import random
import shutil
import struct
import subprocess
import sys
import textwrap
from dataclasses import dataclass, field
from pathlib import Path

HEAD = struct.Struct("=cIQQ")
SECTOR = 512
HERE = Path(__file__).parent


def compiled(folder: Path) -> Path | None:
    """The recorder, compiled into that folder; None where there is no C compiler."""
    cc = shutil.which("gcc") or shutil.which("cc")
    if cc is None:
        return None
    made = folder / "recorder.so"
    subprocess.run([cc, "-O2", "-shared", "-fPIC", "-o", made, HERE / "recorder.c", "-ldl"], check=True)
    return made


WORK = """
    import datetime as dt, os, struct, sys
    from pathlib import Path
    import build, titration
    from titration.store import connection
    from titration.store.rotation import rotate
    folder, pragma = Path(sys.argv[1]), sys.argv[2]
    path = folder / "clinic.db"
    said = os.open(os.environ["RECORDER_LOG"], os.O_WRONLY | os.O_APPEND)
    def done(what):
        text = what.encode()
        os.write(said, struct.pack("=cIQQ", b"A", len(text), 0, 0) + text)
    if pragma:
        plain = connection.prepare
        def prepare(db, *, write):
            plain(db, write=write)
            if write:
                db.execute("PRAGMA synchronous = " + pragma)
        connection.prepare = prepare
    def entered(entry):
        done(f"{entry.entry} {entry.seal}")
"""
"""What every run begins with; `entered` says that an entry was acknowledged, `done` that a file was."""


def record(recorder: Path, place: Path, work: str, *, pragma: str = "", fail_sync: int = 0) -> tuple[list[Op], str]:
    """Run a piece of work in a process of its own and give back its operations and what it printed.

    Args:
        recorder: The compiled recorder.
        place: An empty folder; the files watched are in its `disk`.
        work: Python after `WORK`.
        pragma: Another `synchronous` than ours, for the negative controls.
        fail_sync: Which sync fails with EIO, from 1.
    """
    disk, log = place / "disk", place / "operations"
    disk.mkdir(parents=True, exist_ok=True)
    more = {
        "LD_PRELOAD": str(recorder), "RECORDER_FOLDER": str(disk), "RECORDER_LOG": str(log),
        "RECORDER_FAIL_SYNC": str(fail_sync), "TITRATION_STATE": str(place / "state"),
        "PYTHONPATH": str(HERE.parent),
    }  # fmt: skip
    code = textwrap.dedent(WORK) + textwrap.dedent(work)
    log.touch()
    # -S would lose the package; a recorder must not see the bytecode files, so none are written
    found = subprocess.run(
        [sys.executable, "-B", "-c", code, disk, pragma],
        env=os.environ | more,
        capture_output=True,
        text=True,
        check=False,
    )
    if found.returncode:
        raise AssertionError(found.stderr[-3000:])
    return list(operations(log.read_bytes(), str(disk))), found.stdout


@dataclass(frozen=True)
class Op:
    """One operation: C create, W write, T truncate, S sync, F sync that failed, U unlink, R rename, L link, A acknowledged."""

    what: str
    path: str
    at: int
    data: bytes


def operations(raw: bytes, disk: str):
    """The operations that were written down, with names relative to the disk; the disk itself is the empty name."""
    at = 0
    while at < len(raw):
        what, named, offset, length = HEAD.unpack_from(raw, at)
        at += HEAD.size
        path = raw[at : at + named].decode()
        data = raw[at + named : at + named + length]
        at += named + length
        if what != b"A":
            path = path.removeprefix(disk).removeprefix("/")
        if what in b"RL":
            data = data.decode().removeprefix(disk).removeprefix("/").encode()
        yield Op(what.decode(), path, offset, data)


@dataclass
class File:
    """One file: what is sure to be on the disk, and what was done to it since."""

    durable: bytearray = field(default_factory=bytearray)
    pending: list[Op] = field(default_factory=list)

    def now(self, keep=None) -> bytearray:
        made = bytearray(self.durable)
        for op in self.pending:
            if op.what == "T":
                if keep is None or keep():
                    resize(made, op.at)
            else:
                for start in sectors(op):
                    piece = op.data[start : start + SECTOR - (op.at + start) % SECTOR]
                    torn = None if keep is None else keep.torn(len(piece))
                    if torn is None or torn:
                        put(made, op.at + start, piece if torn is None else piece[:torn])
        return made


def sectors(op: Op) -> list[int]:
    """Where the sectors begin that a write touches, within its data."""
    first = (SECTOR - op.at % SECTOR) % SECTOR
    return sorted({0, *range(first, len(op.data), SECTOR)} - ({len(op.data)} if op.data else set()))


def resize(content: bytearray, size: int) -> None:
    if len(content) > size:
        del content[size:]
    else:
        content.extend(bytes(size - len(content)))


def put(content: bytearray, at: int, data: bytes) -> None:
    if len(content) < at:
        resize(content, at)
    content[at : at + len(data)] = data


class Chance:
    """Whether something unsynced reached the disk."""

    def __init__(self, seed: str, share: float) -> None:
        self.rng, self.share = random.Random(seed), share

    def __call__(self) -> bool:
        return self.rng.random() < self.share

    def torn(self, length: int) -> int:
        """How much of a sector arrived."""
        if self.rng.random() < self.share:
            return length
        return self.rng.randrange(length) if self.rng.random() < 0.1 else 0


class Disk:
    """The files of a folder as a disk may hold them."""

    def __init__(self) -> None:
        self.sure: dict[str, File] = {}
        self.names: dict[str, File] = {}
        self.moves: list[Op | tuple] = []  # what was done to the folder since it was synced
        self.acknowledged: list[str] = []

    def do(self, op: Op) -> None:
        if op.what == "A":
            self.acknowledged.append(op.path)
        elif op.what == "C":
            self.names[op.path] = made = File()
            self.moves.append(("put", op.path, made))
        elif op.what in "WT" and op.path in self.names:
            self.names[op.path].pending.append(op)
        elif op.what == "S" and op.path == "":
            self.sure, self.moves = dict(self.names), []
        elif op.what == "S" and op.path in self.names:
            found = self.names[op.path]
            found.durable, found.pending = found.now(), []
        elif op.what == "U":
            self.names.pop(op.path, None)
            self.moves.append(("drop", op.path, None))
        elif op.what in "RL":
            target, found = op.data.decode(), self.names[op.path]
            self.names[target] = found
            self.moves.append(("put", target, found))
            if op.what == "R":
                del self.names[op.path]
                self.moves.append(("drop", op.path, None))

    def after(self, seed: str, share: float) -> dict[str, bytes]:
        """What is there when the power comes back; `share` of what was not synced has arrived."""
        keep = Chance(seed, share)
        names = dict(self.sure)
        for what, name, made in self.moves:
            if keep():
                if what == "put":
                    names[name] = made
                else:
                    names.pop(name, None)
        return {name: bytes(found.now(keep)) for name, found in names.items()}


def states(ops: list[Op], *, each: int, every: int = 1, seed: int = 0):
    """What the disk may hold after each operation.

    Args:
        ops: The operations of a run.
        each: How many states a moment.
        every: Only each so manieth operation is a moment.
        seed: Of the choice.

    Yields:
        The number of the moment, the files by name, and what had been acknowledged by then.
    """
    disk = Disk()
    shares = (0.0, 1.0, 0.5, 0.1, 0.9, 0.5, 0.3, 0.7)
    for n, op in enumerate(ops):
        disk.do(op)
        if n % every and n + 1 != len(ops):
            continue
        for variant in range(each):
            share = shares[variant % len(shares)] if each > 2 else random.Random(f"{seed} {n} {variant}").choice(shares)
            yield n, disk.after(f"{seed} {n} {variant}", share), list(disk.acknowledged)
