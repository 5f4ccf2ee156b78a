"""A check that SQLite does by itself, in a thread and on a connection of its own, while this program reads rows.

SQLite lets go of Python while it works, so that both cores of a computer are used by one process.
"""

from __future__ import annotations

import contextlib
import threading
from typing import TYPE_CHECKING

from titration.store import connection

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterator
    from pathlib import Path


def begun(path: Path, check: Callable[[sqlite3.Connection], Iterator[str]]) -> Callable[[], Iterator[str]]:
    """Begin a check; what is returned waits for it, says what it found and raises what it raised."""
    found, raised = list[str](), list[Exception]()

    def run() -> None:
        try:
            with contextlib.closing(connection.connect(path, write=False)) as own:
                found.extend(check(own))
        except Exception as error:  # noqa: BLE001 - raised again where it is waited for
            raised.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()

    def waited() -> Iterator[str]:
        thread.join()
        yield from found
        if raised:
            raise raised[0]

    return waited


def tried(part: str, check: Callable[[], Iterator[str]]) -> list[str]:
    """What a check finds, up to where the file is too broken for it."""
    found = list[str]()
    try:
        found.extend(check())
    except Exception as error:  # noqa: BLE001 - damage can break any step, and each break is a finding
        found.append(f"the file is damaged where {part} was read ({error})")
    return found
