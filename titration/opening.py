"""Opening, starting and restoring a log: the three ways to come by a `Log`."""

from __future__ import annotations

import os
import platform
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

from titration import __version__, errors, times
from titration import store as files
from titration.entry import codes
from titration.fields import Label
from titration.log import Clock, Log, system_clock
from titration.store.writing import Author, Heading
from titration.units import Unfit

if TYPE_CHECKING:
    from titration.store import rotation


def _heading(action: str, writer: Author, clock: Clock, reason: str | None = None) -> Heading:
    now = clock()
    return Heading(action, writer, int(now.timestamp()), times.offset_min(now), reason=reason)


def author(by: str) -> Author:
    """Who is recording: the name as typed, and the account and computer beside it."""
    try:
        typed = Label(60).check(by)
    except Unfit as unfit:
        raise errors.InvalidEntry(
            "by", [errors.Fault("by", errors.shown(by), f"{unfit}; as in clinician-1")]
        ) from unfit
    return Author(typed, _account(), platform.node() or "not known", f"titration {__version__}")


def _account() -> str:
    """The account of the operating system."""
    try:
        import getpass  # noqa: PLC0415 - only a writer needs it

        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}" if hasattr(os, "getuid") else "not known"


def open(  # noqa: A001 - `titration.open` reads as what it is; a star import leaves it out
    path: str | Path, *, by: str | None = None, network: bool = False, clock: Clock = system_clock
) -> Log:
    """Open a log that is there; a missing file is an error.

    Args:
        path: The file.
        by: Who writes, as a code; without it the log is open for reading only.
        network: Whether writing on a network drive is accepted.
        clock: What tells the time.

    Raises:
        LogNotFound, NotALog, NewerLog, SealBroken, LogRolledBack, WriteRefused: As they say.

    Warns:
        UserWarning: Other accounts can reach the file; a sentence says how to close it.
    """
    writer = None if by is None else author(by)
    heading = None if writer is None else _heading("migration", writer, clock)
    store = files.open_store(Path(path), write=writer is not None, heading=heading, network=network)
    log = Log(store, writer, clock=clock)  # first, so that the file is let go of where warnings are errors
    for sentence in files.loose(store.path):
        warnings.warn(sentence, stacklevel=2)
    return log


def create(
    path: str | Path,
    *,
    site: str,
    zone: str,
    by: str | None = None,
    check_characters: bool = False,
    encrypted: bool = False,
    network: bool = False,
    clock: Clock = system_clock,
) -> Log:
    """Start a new log; nothing may be at the path.

    Args:
        path: The file.
        site: Name of the site, as it stands on reports.
        zone: IANA zone of the site: days and months are its.
        by: Who starts it; the account of the operating system when left out.
        check_characters: Whether every patient code ends in a check character (ISO 7064 MOD 37,36).
        encrypted: Whether the file is encrypted, by the key in TITRATION_KEY_FILE or TITRATION_KEY.
        network: Whether writing on a network drive is accepted.
        clock: What tells the time.

    Raises:
        LogExists: Something is there; it is left alone.
        InvalidEntry: The zone or the site cannot be so.
    """
    faults = []
    for name, value, check in (("site", site, Label(80).check), ("zone", zone, times.zone)):
        try:
            check(value)
        except Unfit as unfit:
            faults.append(errors.Fault(name, errors.shown(value), str(unfit)))
    if faults:
        raise errors.InvalidEntry("a new log", faults)
    writer = author(by or _account())
    properties = {"site": site, "zone": zone} | ({codes.PROPERTY: codes.SYSTEM} if check_characters else {})
    store = files.create(Path(path), _heading("init", writer, clock), properties, network=network, encrypted=encrypted)
    return Log(store, writer, clock=clock)


def restore(
    backup: str | Path,
    path: str | Path,
    *,
    by: str,
    reason: str = "restored from a backup",
    identity: str | Path | None = None,
    network: bool = False,
    clock: Clock = system_clock,
) -> Log:
    """A new log out of a backup; it has an id of its own and names its parent.

    Args:
        backup: The backup; it stays as it is.
        path: The new log; nothing may be there.
        by: Who restores.
        reason: Why.
        identity: The file of the secret key, for an encrypted backup.
        network: Whether writing on a network drive is accepted.
        clock: What tells the time.

    Raises:
        LogExists: Something is at the path.
        SealBroken: The backup does not fit its seals.
    """
    from titration.store import backup as backups  # noqa: PLC0415 - only who verifies or copies waits for it

    writer = author(by)
    heading = _heading("restore", writer, clock, reason)
    key = None if identity is None else Path(identity)
    store = backups.restore(Path(backup), Path(path), heading, identity=key, network=network)
    return Log(store, writer, clock=clock)


def drill(
    path: str | Path, folder: str | Path, *, identity: str | Path | None = None, clock: Clock = system_clock
) -> rotation.Drill:
    """Try the newest backup of a log: restore it to a passing place, verify it, compare it with the log.

    Args:
        path: The log; it is only read.
        folder: Where `titration backup --to` keeps its backups.
        identity: The file of the secret key, for encrypted backups.
        clock: What tells the time.

    Raises:
        StorageFailed: There is no backup of this log in the folder.
    """
    from titration.store import rotation  # noqa: PLC0415 - only who verifies or copies waits for it

    key = None if identity is None else Path(identity)
    heading = _heading("restore", author(_account()), clock, "a drill")
    return rotation.drill(Path(path), Path(folder), heading, key)
