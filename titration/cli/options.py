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
