"""Checks that SQLite does by itself, in a thread and on a connection of their own, while this program reads rows.

SQLite lets go of Python while it works, so that both cores of a computer are used by one process; one thread does all of
them in turn, as a second one would only take the core that reads.
"""

from __future__ import annotations

import contextlib
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from titration.store import connection

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Check = Callable[[sqlite3.Connection], Iterator[str]]


@dataclass
class _Begun:
    """A check on its way, and what came of it."""

    check: Check
    found: list[str] = field(default_factory=list)
    raised: list[Exception] = field(default_factory=list)
    done: threading.Event = field(default_factory=threading.Event)

    def waited(self) -> Iterator[str]:
        """What it found, as soon as it is done; raises what it raised."""
        self.done.wait()
        yield from self.found
        if self.raised:
            raise self.raised[0]


def begun(path: Path, *checks: Check) -> list[Callable[[], Iterator[str]]]:
    """Begin checks, one after another; what is returned for each waits for it, says what it found and raises what it raised."""
    every = [_Begun(check) for check in checks]

    def run() -> None:
        for one in every:
            try:
                with contextlib.closing(connection.connect(path, write=False)) as own:
                    one.found.extend(one.check(own))
            except Exception as error:  # noqa: BLE001 - raised again where it is waited for
                one.raised.append(error)
            finally:
                one.done.set()

    threading.Thread(target=run, daemon=True).start()
    return [one.waited for one in every]


def tried(part: str, check: Callable[[], Iterator[str]]) -> list[str]:
    """What a check finds, up to where the file is too broken for it."""
    found = list[str]()
    try:
        found.extend(check())
    except Exception as error:  # noqa: BLE001 - damage can break any step, and each break is a finding
        found.append(f"the file is damaged where {part} was read ({error})")
    return found
