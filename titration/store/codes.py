"""The numbers of codes: many are looked up by one statement, and one that is new is entered.

What is looked up is what stands in the file as the entry is written: nothing is remembered from one entry to the next.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable

MANY = 100
"""More codes than this are looked up all at once."""


class Codes:
    """The codes of an entry being written.

    Attributes:
        numbers: The number of each code that was asked for.
    """

    def __init__(self, db: sqlite3.Connection, enter: Callable[[str], int]) -> None:
        self._db, self._enter = db, enter
        self.numbers: dict[str, int] = {}

    def look_up(self, texts: Iterable[str | None]) -> None:
        """Find those of these codes that the file has; the others get no number yet."""
        asked = [text for text in dict.fromkeys(texts) if text is not None and text not in self.numbers]
        if len(asked) > MANY:
            self.numbers |= dict(self._db.execute("SELECT text, id FROM code"))
        elif asked:
            marks = ", ".join("?" * len(asked))
            self.numbers |= dict(self._db.execute(f"SELECT text, id FROM code WHERE text IN ({marks})", asked))

    def enter(self, texts: Iterable[str | None]) -> None:
        """Number those that were looked up and are not in the file, in their order."""
        for text in dict.fromkeys(texts):
            if text is not None and text not in self.numbers:
                self.numbers[text] = self._enter(text)
