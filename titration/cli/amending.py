"""`titration correct`, `complete`, `retract`, `move`, `merge`, `redact`: being wrong or knowing more, with a reason."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import click

from titration.cli import options

if TYPE_CHECKING:
    from pathlib import Path

    from titration.log import Log
    from titration.records import Record


@click.command(name="correct")
@options.log_argument
@click.argument("row", type=int)
@click.option(
    "--set", "changes", multiple=True, metavar="FIELD=TEXT", help='As in --set dose="102 mcg/day"; can be repeated.'
)
@click.option(
    "--clear", "cleared", multiple=True, metavar="FIELD", help="Say that a field was not stated; can be repeated."
)
@options.reason_option
@options.by_option
@options.confirm_option
@options.network_option
def correct_verb(
    log: Path,
    row: int,
    changes: tuple[str, ...],
    cleared: tuple[str, ...],
    reason: str,
    by: str,
    answers: tuple[str, ...],
    *,
    network: bool,
) -> None:
    """Put a right record in the place of a wrong row; both stay readable."""
    with options.opened(log, by=by, network=network) as opened:
        fact = _changed(opened, row, (*changes, *(f"{name}=" for name in cleared)), "correction")
        options.say_entry(opened.correct(row, fact, reason=reason, confirm=options.confirmed(answers)))


def _changed(opened: Log, row: int, changes: tuple[str, ...], what: str) -> Record:
    """The record of a row with fields changed as typed; every fault at once."""
    from titration import times
    from titration.errors import Fault, InvalidEntry, shown
    from titration.fields import Field, Reading
    from titration.records import kind_of
    from titration.units import Unfit

    before = opened.record(row)
    kind = kind_of(type(before))
    known: dict[str, Field] = {name: f for f in kind.fields for name in (f.name, kind.flag(f))}
    given: dict[str, Any] = {}
    faults = []
    for change in changes:
        name, _, text = change.partition("=")
        if name not in known:
            says = f"is not a field; the fields are {', '.join(kind.flag(f) for f in kind.fields)}"
            faults.append(Fault(shown(name), "", says))
            continue
        field = known[name]
        try:
            given[field.name] = field.value.parse(text, Reading(zone=times.zone(opened.zone))) if text.strip() else None
        except Unfit as unfit:
            faults.append(Fault(field.name, shown(text), str(unfit)))
    if not given and not faults:
        faults.append(Fault("--set", "", 'say what, as in --set dose="102 mcg/day"'))
    if faults:
        raise InvalidEntry(f"the {what} of row {row}", faults)
    for day, at in kind.days.items():
        if at in given and day not in given:
            given[day] = None  # the day follows the new time
    return dataclasses.replace(before, **given)


@click.command(name="complete")
@options.log_argument
@click.argument("row", type=int)
@click.option(
    "--set", "changes", multiple=True, metavar="FIELD=TEXT", help="As in --set ended-on=2026-09-27; can be repeated."
)
@options.reason_option
@options.by_option
@options.confirm_option
@options.network_option
def complete_verb(
    log: Path, row: int, changes: tuple[str, ...], reason: str, by: str, answers: tuple[str, ...], *, network: bool
) -> None:
    """Say what became known of a fact later, such as the day an event ended; it is no correction."""
    with options.opened(log, by=by, network=network) as opened:
        fact = _changed(opened, row, changes, "completion")
        options.say_entry(opened.complete(row, fact, reason=reason, confirm=options.confirmed(answers)))


@click.command(name="retract")
@options.log_argument
@click.argument("row", type=int)
@options.reason_option
@options.by_option
@options.network_option
def retract_verb(log: Path, row: int, reason: str, by: str, *, network: bool) -> None:
    """Say of a row that it was entered in error; it stays readable in the history."""
    with options.opened(log, by=by, network=network) as opened:
        options.say_entry(opened.retract(row, reason=reason))


@click.command(name="move")
@options.log_argument
@click.argument("entry", type=int)
@click.option("--to", required=True, help="The patient it belongs to.")
@options.reason_option
@options.by_option
@options.network_option
def move_verb(log: Path, entry: int, to: str, reason: str, by: str, *, network: bool) -> None:
    """Move a whole entry to the right patient."""
    with options.opened(log, by=by, network=network) as opened:
        click.echo(f"to {opened.identity(to)}")
        options.say_entry(opened.move(entry, to=to, reason=reason))


@click.command(name="merge")
@options.log_argument
@click.argument("code")
@click.option("--into", required=True, help="The patient whose code stays.")
@options.reason_option
@options.by_option
@options.confirm_option
@options.network_option
def merge_verb(
    log: Path, code: str, into: str, reason: str, by: str, answers: tuple[str, ...], *, network: bool
) -> None:
    """Join a patient who was entered twice; all facts move and the code is retired."""
    with options.opened(log, by=by, network=network) as opened:
        click.echo(f"{opened.identity(code)}\ninto {opened.identity(into)}")
        options.say_entry(opened.merge(code, into=into, reason=reason, confirm=options.confirmed(answers)))


@click.command(name="redact")
@options.log_argument
@click.argument("row", type=int)
@click.argument("field")
@click.option("--entry", is_flag=True, help="ROW is an entry's number, FIELD its reason, card, source or answers.")
@options.reason_option
@options.by_option
@options.network_option
def redact_verb(log: Path, row: int, field: str, reason: str, by: str, *, entry: bool, network: bool) -> None:
    """Blank a free text for good (a misfiled name, a lawful erasure); the seals still fit.

    Backups made before still hold it.
    """
    with options.opened(log, by=by, network=network) as opened:
        redact = opened.redact_entry if entry else opened.redact
        options.say_entry(redact(row, field, reason=reason))
