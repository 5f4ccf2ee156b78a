"""A visit that was typed and not saved: kept beside the log, in the user's own state folder, readable by them alone.

It is never a record and never counted as one. No widgets here.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from titration import frames
from titration.records import KINDS, kind_of
from titration.store import head

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from titration.log import Log
    from titration.records import Record


@dataclass(frozen=True)
class Unsaved:
    """What stood in the boxes of a form, and what is known of it.

    Attributes:
        id: Its own, 16 hex digits.
        patient: Code of the patient it was typed for.
        by: Who typed it; None where the log was open for reading.
        typed_at: When it was last typed in, with the local offset.
        boxes: What stood in each box that was not as the form has it, by the name of the box.
        after: The newest entry of the log when Save was pressed; None before that.
        facts: The digest of the facts that Save was to store; blank before that.
    """

    id: str
    patient: str
    by: str | None
    typed_at: str
    boxes: Mapping[str, Any]
    after: int | None = None
    facts: str = ""


def _folder(log: Log) -> Path:
    """Of this log at this place: a copy, as a backup is, has drafts of its own."""
    own = sha256(f"{log.store.properties['id']}\n{log.path.resolve()}".encode()).hexdigest()
    return head.folder() / "drafts" / own[:32]


def keep(log: Log, unsaved: Unsaved) -> bool:
    """Keep a draft in the place of what was kept under its id; whether that could be done.

    Args:
        log: The log it is for.
        unsaved: The draft.
    """
    path = _folder(log) / f"{unsaved.id}.json"
    fresh = path.with_suffix(f".{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh.unlink(missing_ok=True)
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            json.dump(asdict(unsaved), file)
        fresh.replace(path)
    except OSError:
        return False
    return True


def discard(log: Log, id: str) -> None:  # noqa: A002 - the word of the draft itself
    """Throw a draft away; nothing happens when there is none."""
    try:
        (_folder(log) / f"{id}.json").unlink(missing_ok=True)
    except OSError:  # a folder that cannot be written to holds nothing of ours
        return


def kept(log: Log, patient: str) -> list[Unsaved]:
    """The drafts of one patient of this log, the newest first; what cannot be read is none."""
    found = []
    for path in sorted(_folder(log).glob("*.json")):
        try:
            made = Unsaved(**json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            continue
        if made.patient == patient and made.id == path.stem and isinstance(made.boxes, dict):
            found.append(made)
    return sorted(found, key=lambda made: str(made.typed_at), reverse=True)


def digest(facts: Iterable[Record]) -> str:
    """What tells one set of facts from another, in any order, read back from a log or not.

    Example:
        >>> from titration.records import Note
        >>> seen, phoned = (Note(patient="P001", noted_on="2026-10-08", words=w) for w in ("seen", "phoned"))
        >>> digest([seen, phoned]) == digest([phoned, seen]), digest([seen]) == digest([phoned])
        (True, False)
    """
    said = sorted(json.dumps([kind_of(type(f)).table, *((d.name, text) for d, text in f.said())]) for f in facts)
    return sha256("\n".join(said).encode()).hexdigest()


def saved_as(log: Log, facts: str, after: int) -> int | None:
    """The entry that stored the facts of a digest after another entry; None when none did.

    So a draft whose entry was saved just before a crash is known for what it is, and never saved again.
    """
    newer = log.store.query("SELECT entry FROM entry WHERE entry > ? AND action = 'append' ORDER BY entry", after)
    for (entry,) in newer:
        kinds = [kind for kind in KINDS.values() if kind.parent is None]
        there = (frames.records(log.store, kind, "entry = ?", entry).values() for kind in kinds)
        if digest(fact for facts_of in there for fact in facts_of) == facts:
            return int(entry)
    return None
