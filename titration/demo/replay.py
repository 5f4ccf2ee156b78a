"""Acts of recording in the order of time, replayed through the same door everybody uses."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from titration import __version__, times
from titration import store as files
from titration.errors import NeedsConfirmation
from titration.log import Log
from titration.store.writing import Author, Heading

if TYPE_CHECKING:
    from pathlib import Path

ZONE = "Europe/London"
PUMP_SAYS = "the pump shows this"
AGAIN = "read again, it is so"
SITE = "Demo clinic (made up)"
Act = Callable[[Log], Any]


@dataclass
class Replay:
    """What will be recorded, when and by whom."""

    seed: int
    zone: str = ZONE
    acts: list[tuple[datetime, int, str, Act]] = field(default_factory=list)

    def at(self, when: datetime, by: str, act: Act) -> None:
        """Put an act of recording on the list."""
        self.acts.append((when, len(self.acts), by, act))

    def facts(self, when: datetime, by: str, *records: Any) -> None:
        """Put one entry on the list."""
        self.at(when, by, lambda log: confirmed(lambda confirm: log.append(*records, confirm=confirm)))

    def frame(self, when: datetime, by: str, made: Any, kind: Any) -> None:
        """Put one entry of a whole frame on the list."""
        self.at(when, by, lambda log: confirmed(lambda confirm: log.append(made, kind=kind, confirm=confirm)))

    def run(self, path: Path) -> Log:
        """Record everything; returns the log, open for reading and writing by nobody in particular."""
        acts = sorted(self.acts, key=lambda act: act[:2])
        salts = random.Random(self.seed)  # noqa: S311 - a demo must be the same every time
        begun = acts[0][0] - timedelta(hours=1)
        log_id = hashlib.sha256(f"titration demo {self.seed}".encode()).hexdigest()[:32]
        properties = {"id": log_id, "site": SITE, "zone": self.zone, "demo": "made up, the same every time"}
        heading = Heading("init", _author("clinician-1"), int(begun.timestamp()), times.offset_min(begun))
        store = files.create(path, heading, properties, salt=lambda: salts.randbytes(16))
        log = Log(store, _author("clinician-1"))
        for when, _, by, act in acts:
            act(Log(store, _author(by), clock=lambda when=when: when, ends=False))  # type: ignore[misc]  # mypy cannot infer it
        return log


def confirmed(act: Callable[[dict[str, str]], Any]) -> Any:
    """Do it; what the door asks is answered and stored."""
    try:
        return act({})
    except NeedsConfirmation as need:
        return act({str(q): PUMP_SAYS if PUMP_SAYS in q else AGAIN for q in need.questions})


def _author(by: str) -> Author:
    return Author(by, "demo", "demo", f"titration {__version__}")


def local(text: str) -> datetime:
    """An instant from local clinic time."""
    return times.parse_instant(text, times.zone(ZONE))
