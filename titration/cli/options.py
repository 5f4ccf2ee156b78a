"""Arguments and options that several verbs share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from titration.recording import Entry
    from titration.report.paper import Paper

SHOWN_ROWS = 12

log_argument = click.argument("log", type=click.Path(path_type=Path))
by_option = click.option("--by", envvar="TITRATION_BY", required=True, help="Who records, as a code (or TITRATION_BY).")
reason_option = click.option("--reason", required=True, help="Why, in words; it is kept.")
network_option = click.option("--network", is_flag=True, help="Accept to write on a network drive.")
asof_option = click.option("--asof", help="The log as it was known: an entry's number, a day (its end) or a time.")
confirm_option = click.option(
    "--confirm", "answers", multiple=True, metavar="NAME=REASON", help="Answer a question of the door; can be repeated."
)


key_option = click.option(
    "--key-file", type=click.Path(path_type=Path, dir_okay=False),
    help="Of a de-identified data set or report: a secret file that orders the study ids; the same file, the same ids.",
)  # fmt: skip
LEAST_KEY = 16


def study_key(key_file: Path | None, *, deidentified: bool) -> bytes | None:
    """The secret bytes that order study ids, out of their file; None where none is named."""
    if key_file is None:
        return None
    if not deidentified:
        raise click.UsageError("--key-file goes with --deidentified; nothing else has study ids")
    try:
        key = key_file.read_bytes()
    except OSError as error:
        raise click.ClickException(
            f"{key_file} cannot be read: {error.strerror}; name the file that holds the key"
        ) from error
    if len(key) < LEAST_KEY:
        wants = f"it needs {LEAST_KEY}: make one with head -c 32 /dev/urandom"
        raise click.ClickException(f"{key_file} holds {len(key)} bytes; {wants}")
    return key


def confirmed(answers: tuple[str, ...]) -> dict[str, str]:
    """The answers given on the command line."""
    made = {}
    for answer in answers:
        name, equals, reason = answer.partition("=")
        if not equals or not reason.strip():
            message = f"{answer!r} must be NAME=REASON, the name as it stands in brackets before the question"
            raise click.BadParameter(message, param_hint="--confirm")
        made[name.strip()] = reason.strip()
    return made


def say_entry(entry: Entry) -> None:
    """Tell what was stored: its number, rows and seal, and what the door noted."""
    for note in entry.notes:
        click.echo(f"note: {note}")
    more = " ..." if len(entry.rows) > SHOWN_ROWS else ""
    rows = f", rows {', '.join(map(str, entry.rows[:SHOWN_ROWS]))}{more}" if entry.rows else ""
    click.echo(f"stored as entry {entry.entry}{rows}; seal {entry.seal[:16]}; recorded {entry.recorded}")


def say_paper(paper: Paper, output: Path | None, *, replace: bool = False) -> None:
    """Show a paper in words, or write its files into a folder."""
    if output is None:
        click.echo(paper.text(), nl=False)
        return
    paths = paper.save(output, replace=replace)
    click.echo(f"wrote {len(paths)} files to {output}: {paths[0].stem}")


def opened(log: Path, *, by: str | None = None, network: bool = False) -> Any:
    """The log, open."""
    import warnings

    import titration

    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always", UserWarning)
        found = titration.open(log, by=by, network=network)
    for warning in told:
        click.echo(f"note: {warning.message}", err=True)
    return found


Verb = Callable[..., None]
