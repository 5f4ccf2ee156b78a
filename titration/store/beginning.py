"""The row of an entry and its own texts (source, reason, card), put into the file by one statement.

Each of them names the other, so that one has to come before what it names. Where SQLite is left waiting between two
statements it looks through every fact of the log for those that wait; within one statement it looks only where free texts
are named. A view and a trigger that last as long as the connection make one statement of the two.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from titration.store import schema

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

MOST = 3
"""The texts an entry can have of its own."""
_TEXT = ("id", "digest", "salt", "text")


def newest(db: sqlite3.Connection) -> tuple[int, int, bytes] | None:
    """The newest entry: its number, the last row there was after it, its seal; None in a log without entries."""
    found: tuple[int, int, bytes] | None = db.execute(
        "SELECT entry, last_row, seal FROM entry ORDER BY entry DESC LIMIT 1"
    ).fetchone()
    return found


def write(db: sqlite3.Connection, row: Sequence[Any], texts: Sequence[tuple[Any, ...]]) -> None:
    """Insert an entry, and the rows of `words` it names and that name it.

    Args:
        db: The connection, inside the transaction of the entry.
        row: Its row.
        texts: The rows of its texts, at most three.
    """
    if not texts:
        db.execute(f"INSERT INTO entry VALUES ({', '.join('?' * len(row))})", row)
        return
    view, trigger, insert = _together()
    db.execute(view)
    db.execute(trigger)
    given = [value for number, _, *rest in texts for value in (number, *rest)]
    db.execute(insert, (*row, *given, *[None] * (len(_TEXT) * MOST - len(given))))


@cache
def _together() -> tuple[str, str, str]:
    """The view, its trigger, and the statement that inserts an entry with its texts; the same in every log."""
    names = [part.split()[0] for part in schema.parts(schema.JOURNAL["entry"])]
    extra = [f"{name}_{k}" for k in range(MOST) for name in _TEXT]
    blank = ", ".join(f"NULL AS {name}" for name in (*names, *extra))
    said = " ".join(
        f"INSERT INTO words SELECT NEW.id_{k}, NEW.entry, NEW.digest_{k}, NEW.salt_{k}, NEW.text_{k}"
        f" WHERE NEW.id_{k} IS NOT NULL;"
        for k in range(MOST)
    )
    view = f"CREATE TEMP VIEW IF NOT EXISTS beginning AS SELECT {blank} WHERE 0"
    trigger = (
        "CREATE TEMP TRIGGER IF NOT EXISTS begun INSTEAD OF INSERT ON beginning BEGIN"
        f" INSERT INTO entry VALUES ({', '.join(f'NEW.{name}' for name in names)}); {said} END"
    )
    return view, trigger, f"INSERT INTO beginning VALUES ({', '.join('?' * (len(names) + len(extra)))})"
