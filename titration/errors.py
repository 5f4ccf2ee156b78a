"""Every error of this package, and the `Fault` they carry; imports nothing of ours.

TitrationError                            catch this one
+-- InvalidRecord (ValueError)            one record cannot be so: .faults
+-- InvalidEntry (ValueError)             a file, a form or a command line with faults: .faults
+-- NeedsConfirmation                     unlikely: answer .questions and say it again
+-- FrameError (ValueError)               a frame does not fit its contract: .missing .wrong
+-- LogError                              something about the log file
    +-- LogNotFound (FileNotFoundError)   no such file
    +-- LogExists (FileExistsError)       a file is already there; nothing is ever overwritten
    +-- NotALog                           a file, but not one of ours
    +-- NewerLog                          written by a newer version of this program
    +-- SealBroken                        a trigger, a table or the chain is not as it was sealed
    +-- LogRolledBack                     the file is older than what this computer has seen of it
    +-- LogBusy                           another program holds the lock
    +-- LogClosed                         closed, or carried over a fork
    +-- StorageFailed                     the disk or the file system said no
    +-- WriteRefused                      opened for reading, or on a network drive
    +-- PatientNotFound (LookupError)     no such code
    +-- RowNotFound (LookupError)         no such row or entry
    +-- AlreadyAmended                    the row is no longer the current one: .now
    +-- AppendRefused                     the record is possible but does not fit this log
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

LONGEST_SEEN = 60
MOST_SHOWN = 40


@dataclass(frozen=True)
class Fault:
    """One thing that cannot be so: what was seen, what is allowed, and where.

    Attributes:
        field: The field of the record, or the heading of the column.
        seen: What was typed, shortened to 60 characters; empty when nothing was.
        allowed: What is allowed, and what to do, in one sentence.
        row: Row of the sheet or line of the file, counted from 1; of a frame its position, from 0; None when typed.
        column: Heading of the column in the file; None when typed.
        kind: Table of the record, for example `dose_change`.

    Example:
        >>> print(Fault("dose_mcg_per_day", "-5", "must be 0 or more"))
        dose_mcg_per_day=-5: must be 0 or more
    """

    field: str
    seen: str
    allowed: str
    row: int | None = None
    column: str | None = None
    kind: str | None = None

    def __str__(self) -> str:
        """The fault as one line."""
        where = "" if self.row is None else f"row {self.row}, "
        if self.column is not None and self.column != self.field:
            where += f"column {self.column!r}, "
        seen = f"={self.seen}" if self.seen else ""
        return f"{where}{self.field}{seen}: {self.allowed}"


def shown(value: object) -> str:
    """A value as an error may show it: one line, at most 60 characters.

    Example:
        >>> shown("a" * 99)[-3:]
        'aa…'
    """
    try:
        text = value if isinstance(value, str) else repr(value)
    except ValueError:  # Python writes out no whole number of more than 4300 digits
        text = f"{type(value).__name__} too long to show"
    except Exception:  # noqa: BLE001 - whatever a stranger's object does when it is asked what it is
        text = f"{type(value).__name__} that cannot be shown"
    text = "".join(c if c.isprintable() else "?" for c in text)
    return text if len(text) <= LONGEST_SEEN else text[: LONGEST_SEEN - 1] + "…"


class Question(str):
    """An unlikely thing, in words, that a person must answer with a reason before it is stored.

    It is a string (the sentence), so it can be shown as it is and used as a key of `confirm`.

    Attributes:
        id: The short name the shell uses: `--confirm 10x="the pump shows this"`.
    """

    __slots__ = ("id",)
    id: str

    def __new__(cls, sentence: str, *, id: str) -> Self:  # noqa: A002 - the word people type
        """Make one."""
        made = super().__new__(cls, sentence)
        made.id = id
        return made

    def __getnewargs_ex__(self) -> tuple[tuple[str], dict[str, Any]]:
        """What makes it again when it is copied or pickled."""
        return (str(self),), {"id": self.id}


class TitrationError(Exception):
    """Any error of this package."""


class _Faulty(TitrationError, ValueError):
    """An error made of faults."""

    def __init__(self, what: str, faults: Iterable[Fault]) -> None:
        self.what = what
        self.faults: tuple[Fault, ...] = tuple(faults)
        super().__init__(what, self.faults)

    def __str__(self) -> str:
        """The faults, one a line, at most 40; `.faults` holds all."""
        if len(self.faults) == 1:
            return f"{self.what}: {self.faults[0]}"
        more = [f"... and {len(self.faults) - MOST_SHOWN} more"] if len(self.faults) > MOST_SHOWN else []
        shown_here = map(str, self.faults[:MOST_SHOWN])
        return "\n  ".join([f"{self.what}: {len(self.faults)} faults", *shown_here, *more])


class InvalidRecord(_Faulty):
    """One record cannot be so; `.faults` lists every reason, not just the first."""


class InvalidEntry(_Faulty):
    """A file, a form or a command line has faults; nothing was stored."""


class NeedsConfirmation(TitrationError):
    """Something is unlikely: answer each of `.questions` with a reason and append again.

    `log.append(record, confirm={question: "the pump shows this"})` stores question and answer with
    the entry. Nothing was stored yet.
    """

    def __init__(self, questions: Sequence[Question]) -> None:
        self.questions: tuple[Question, ...] = tuple(questions)
        super().__init__(self.questions)

    def __str__(self) -> str:
        """The questions, one a line, each with its short name."""
        lines = [f"[{question.id}] {question}" for question in self.questions]
        return "\n  ".join(["to be answered before anything is stored:", *lines])


class FrameError(TitrationError, ValueError):
    """A frame does not fit its contract: `.missing` columns, `.wrong` ones."""

    def __init__(self, what: str, missing: Sequence[str] = (), wrong: Sequence[str] = ()) -> None:
        self.what, self.missing, self.wrong = what, tuple(missing), tuple(wrong)
        super().__init__(what, self.missing, self.wrong)

    def __str__(self) -> str:
        """What does not fit."""
        parts = [self.what]
        if self.missing:
            parts.append(f"missing: {', '.join(self.missing)}")
        if self.wrong:
            parts.append(f"not allowed: {', '.join(self.wrong)}")
        return "; ".join(parts)


class LogError(TitrationError):
    """Something about the log file."""


class LogNotFound(LogError, FileNotFoundError):
    """There is no file at that path."""

    def __init__(self, path: object) -> None:
        self.path = str(path)
        super().__init__(self.path)  # what it was made of, so that it can be copied and pickled

    def __str__(self) -> str:
        """The sentence (OSError would print its arguments)."""
        return (
            f"there is no log at {self.path}; check the path, "
            f'or start one: titration init {self.path} --site "..." --zone Europe/London'
        )


class LogExists(LogError, FileExistsError):
    """A file is already there; this program never writes over one unasked."""

    def __init__(self, path: object, todo: str = "name another file") -> None:
        self.path, self.todo = str(path), todo
        super().__init__(self.path, todo)  # what it was made of, so that it can be copied and pickled

    def __str__(self) -> str:
        """The sentence (OSError would print its arguments)."""
        return f"{self.path} is already there and is never written over; {self.todo}"


class NotALog(LogError):
    """A file, but not a titration log; it was not touched."""


class NewerLog(LogError):
    """The log was written by a newer version of this program; it was not touched."""


class SealBroken(LogError):
    """A trigger, a table or the chain of seals is not as it was written."""


class LogRolledBack(LogError):
    """The file holds less, or other, than what this computer has seen of this log."""


class LogBusy(LogError):
    """Another program holds the log for writing."""


class LogClosed(LogError):
    """The log was closed, or carried over a fork; open it again."""


class StorageFailed(LogError):
    """The disk or the file system refused; nothing of the entry was stored."""


class WriteRefused(LogError):
    """The log was opened for reading only, or lies on a network drive."""


class PatientNotFound(LogError, LookupError):
    """The log holds no patient of that code."""


class RowNotFound(LogError, LookupError):
    """The log holds no such row or entry."""


class AlreadyAmended(LogError):
    """The row is no longer the current one; `.now` says what became of it."""

    def __init__(self, message: str, now: int | None) -> None:
        self.message, self.now = message, now
        super().__init__(message, now)

    def __str__(self) -> str:
        """The sentence."""
        return self.message


class AppendRefused(LogError):
    """The record is possible in itself but does not fit this log; nothing was stored."""
