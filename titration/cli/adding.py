"""`titration add`: one fact typed in the shell, through the same door as everywhere."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from titration import records
from titration.cli import options
from titration.fields import Field, Reading
from titration.records import KINDS, RecordKind

if TYPE_CHECKING:
    from pathlib import Path


class Kinds(click.Group):
    """A verb for each kind of record, made from its declaration."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The kinds a person enters."""
        del ctx
        return [kind.table.replace("_", "-") for kind in KINDS.values() if kind.parent is None]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that kind."""
        del ctx
        kind = KINDS.get(cmd_name.replace("-", "_"))
        return None if kind is None or kind.parent is not None else _command(kind)


@click.group(name="add", cls=Kinds)
@options.log_argument
@click.pass_context
def add_verb(ctx: click.Context, log: Path) -> None:
    """Record one fact: titration add db/clinic.db dose-change --patient P001 ...

    Quantities are typed with their unit. Times are local in the log's zone unless an offset is given.
    """
    ctx.obj = log


def flags(kind: RecordKind, field: Field) -> list[str]:
    """The options of a field; the record's own time is also --at and --on."""
    names = [f"--{kind.flag(field)}"]
    if kind.moment and field.name in {f"{kind.moment}_at", f"{kind.moment}_on"}:
        names.append(f"--{field.name[-2:]}")
    return names


def _command(kind: RecordKind) -> click.Command:
    parameters: list[click.Parameter] = []
    for field in kind.fields:
        words = f"{field.meaning[:1].upper()}{field.meaning[1:]}; {field.value.allowed}."
        default = f" [default: {field.default}]" if field.default not in (None, ()) else ""
        parameters.append(
            click.Option(
                [*flags(kind, field), field.name], help=words + default, required=field.required, metavar="TEXT"
            )
        )

    def run(by: str, answers: tuple[str, ...], *, yes: bool, network: bool, **texts: str | None) -> None:
        _record(
            click.get_current_context().obj,
            kind,
            {k: v for k, v in texts.items() if v is not None},
            by,
            answers,
            yes=yes,
            network=network,
        )

    command = click.Command(
        kind.table.replace("_", "-"), callback=run, params=parameters, help=f"Record: {kind.title.lower()}."
    )
    for option in (options.by_option, options.confirm_option, options.network_option):
        command = option(command)
    yes: Any = click.option("--yes", is_flag=True, help="Save without asking after the read-back.")
    made: click.Command = yes(command)
    return made


def _record(
    path: Path, kind: RecordKind, texts: dict[str, str], by: str, answers: tuple[str, ...], *, yes: bool, network: bool
) -> None:
    from titration import times
    from titration.entry import card

    with options.opened(path, by=by, network=network) as log:
        fact = records.from_texts(kind, texts, Reading(zone=times.zone(log.zone)))
        rehearsed = log.rehearse(fact)
        click.echo(rehearsed.card or f"{log.identity(fact.patient)}\n{card.others(rehearsed.facts)}")
        confirm = options.confirmed(answers)
        if sys.stdin.isatty() and not yes:
            for question in rehearsed.questions:
                if question not in confirm and question.id not in confirm:
                    confirm[question.id] = click.prompt(
                        f"{question}\n  your answer (empty stores nothing)", default="", show_default=False
                    )
            click.confirm("Save this?", abort=True)
        options.say_entry(log.append(fact, confirm=confirm))
