"""What the shell hands over, and what is said back to it: text a terminal can show, no file's own control marks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from titration.errors import shown

if TYPE_CHECKING:
    from collections.abc import Iterable

LONGEST = 20_000
"""Characters of one message; a refusal lists at most 40 faults, which is less."""


def refuse_unreadable(arguments: Iterable[str]) -> None:
    """Raise for an argument that is no text: bytes that are not UTF-8 arrive as marks that no file can hold.

    Raises:
        UsageError: Says which, and what to do.
    """
    for argument in arguments:
        if "\0" in argument or not argument.isascii() and any("\ud800" <= c <= "\udfff" for c in argument):  # noqa: RUF021 - read left to right
            raise click.UsageError(
                f"{shown(argument)!r} holds bytes that are no UTF-8 text; type it again, and rename a file of such a name"
            )


def plain(message: str) -> str:
    r"""A message as a terminal may show it: no control or direction marks but the end of a line, and no end of text.

    Example:
        >>> plain("there is no log at \x1b[2Ja.db\n  look again")
        'there is no log at ?[2Ja.db\n  look again'
    """
    text = "".join(c if c.isprintable() or c in "\n\t" else "?" for c in message)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
