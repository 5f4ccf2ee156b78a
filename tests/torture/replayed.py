"""The works whose every moment is replayed, and what must be true of each state the disk may hold.

PYTHONPATH=tests python tests/torture/replayed.py      the long form: every operation, eight states each
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from torture import kills, powerloss

import titration
from titration import errors
from titration.records import KINDS
from titration.store.verify import verify

if TYPE_CHECKING:
    from collections.abc import Iterator

BEGIN = """
    log = titration.create(path, site="A", zone="Europe/London", by="clinician-1")
    done("created")
    entered(log.append(titration.Patient(patient="P001")))
"""

WORKS = {
    "three changes": BEGIN
    + """
    for day in (8, 9, 10):
        entered(log.append(build.dose(f"2026-10-{day:02}T09:30+01:00", 100 + day, reason="review")))
    """,
    "an import": BEGIN
    + """
    lines = ["patient,scale,observed_at,value,reporter,collected"]
    at = dt.datetime(2024, 1, 1, 12)
    for n in range(2500):
        lines.append(f"P001,nrs_spasticity,{at + dt.timedelta(hours=6 * n):%Y-%m-%d %H:%M},{n % 11},patient,")
    source = folder.parent / "scores.csv"
    source.write_text("\\n".join(lines))
    made = log.import_file(source, kind="score")
    entered(made.entry)
    """,
    "a correction and a redaction": BEGIN
    + """
    entry = log.append(build.dose("2026-10-08T09:30+01:00", 120, reason="planned by a name"))
    entered(entry)
    row = int(log.doses()["row"][0])
    entered(log.correct(row, build.dose("2026-10-08T09:30+01:00", 102, reason="planned"), reason="typed 120 for 102"))
    entered(log.redact(row, "reason", reason="a name"))
    """,
    "a backup": BEGIN
    + """
    for day in (8, 9):
        entered(log.append(build.dose(f"2026-10-{day:02}T09:30+01:00", 100 + day)))
    log.backup(folder / "copy.db")
    done("copied")
    """,
    "backups that rotate": BEGIN
    + """
    for day in (8, 9, 10):
        entered(log.append(build.dose(f"2026-10-{day:02}T09:30+01:00", 100 + day)))
        rotate(path, folder, 1)
        done("rotated")
    """,
    "a restore": BEGIN
    + """
    entered(log.append(build.dose("2026-10-08T09:30+01:00", 108)))
    log.backup(folder / "copy.db")
    titration.restore(folder / "copy.db", folder / "new.db", by="clinician-2").close()
    done("restored")
    """,
    "a migration": BEGIN
    + """
    entered(log.append(build.dose("2026-10-08T09:30+01:00", 108)))
    log.close()
    from torture import kills
    kills.newer()
    log = titration.open(path, by="clinician-2")
    done(f"{log.entry_at()} {log.head}")
    entered(log.append(build.dose("2026-10-09T09:30+01:00", 109)))
    """,
}
"""What is done to a log, as Python after `powerloss.WORK`."""


@contextlib.contextmanager
def known(work: str) -> Iterator[None]:
    """What this program must know to open what that work wrote: after a migration, the newer kind of record."""
    before = dict(KINDS)
    if work == "a migration":
        kills.newer()
    try:
        yield
    finally:
        KINDS.clear()
        KINDS.update(before)


@dataclass
class Count:
    """What became of the states."""

    states: int = 0
    opened: int = 0
    lost: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)


def laid(files: dict[str, bytes], folder: Path) -> Path:
    """Lay a state out as files."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
        (folder / name).chmod(0o600)
    return folder / "clinic.db"


def replay(ops, folder: Path, *, each: int, moments: int | None = None, enough: bool = False) -> Count:
    """Lay out state after state, open it as a user would, and look for what was acknowledged.

    Args:
        ops: A recorded run.
        folder: Where to lay out.
        each: States a moment.
        moments: About how many moments, evenly over the run; all when None.
        enough: Whether to end at the first loss (for the negative controls).
    """
    count, seen = Count(), set()
    every = 1 if moments is None else max(1, len(ops) // moments)
    for moment, files, acknowledged in powerloss.states(ops, each=each, every=every):
        key = hashlib.sha256(
            repr((sorted((n, hashlib.sha256(c).digest()) for n, c in files.items()), acknowledged)).encode()
        )
        if key.digest() in seen:
            continue
        seen.add(key.digest())
        count.states += 1
        judge(laid(files, folder / "state"), acknowledged, count, f"after operation {moment}")
        if enough and (count.lost or count.broken):
            break
    return count


def judge(path: Path, acknowledged: list[str], count: Count, moment: str) -> None:
    """Open a state and compare it with what had been acknowledged."""
    if "created" not in acknowledged:
        return
    try:
        with titration.open(path, by="clinician-1") as log:  # rolls back what was under way
            there = {f"{n} {seal.hex()}" for n, seal in log._store.query("SELECT entry, seal FROM entry")}
        found = verify(path, alone=True)
    except errors.TitrationError as error:
        count.broken.append(f"{moment}: {error}")
        return
    count.opened += 1
    if not found.fits:
        count.broken.append(f"{moment}: {found}")
    entries = {said for said in acknowledged if said[0].isdigit()}
    if not entries <= there:
        count.lost.append(f"{moment}: {len(entries - there)} entries")
    if "copied" in acknowledged and not is_whole(path.with_name("copy.db")):
        count.broken.append(f"{moment}: the backup does not fit")
    if "rotated" in acknowledged and not any(map(is_whole, path.parent.glob("clinic-entry-*.db"))):
        count.broken.append(f"{moment}: not one whole backup is there")
    restored = path.with_name("new.db")
    if "restored" in acknowledged and not restored.exists():
        count.lost.append(f"{moment}: the restored log")
    if restored.exists() and (not is_whole(restored) or kills.id_of(restored) == kills.id_of(path)):
        count.broken.append(f"{moment}: the restored log is not whole, or bears the id of its parent")


def is_whole(copy: Path) -> bool:
    """Whether a backup is there and fits its seals."""
    try:
        return verify(copy, alone=True).fits
    except errors.LogError:
        return False


def main() -> int:
    """The long form, with the negative controls beside it."""
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        os.environ["TITRATION_STATE"] = str(place / "state")
        recorder = powerloss.compiled(place)
        if recorder is None:
            sys.exit("there is no C compiler to make the recorder with")
        bad = 0
        sys.stdout.write(f"{'work':32} {'synchronous':12} {'operations':>10} {'states':>8} {'lost':>6} {'broken':>6}\n")
        for work, pragma in [(w, "") for w in WORKS] + [("three changes", p) for p in ("FULL", "NORMAL", "OFF")]:
            ops, _ = powerloss.record(recorder, place / f"{work} {pragma}", WORKS[work], pragma=pragma)
            with known(work):
                count = replay(ops, place, each=8)
            said = pragma or "EXTRA (ours)"
            sys.stdout.write(
                f"{work:32} {said:12} {len(ops):10} {count.states:8} {len(count.lost):6} {len(count.broken):6}\n"
            )
            bad += len(count.lost) + len(count.broken) if not pragma else not (count.lost or count.broken)
        return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
