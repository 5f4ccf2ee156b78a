"""`titration findings`: what is odd about the record, and closing what was looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from titration.cli import options

if TYPE_CHECKING:
    from pathlib import Path


@click.command(name="findings")
@options.log_argument
@click.argument("patient", required=False)
@click.option(
    "--close", "closing", nargs=2, type=(str, int), metavar="RULE ROW", help="Close one: looked at, left as is."
)
@click.option("--reason", help="Why it is left as it is; needed to close.")
@click.option("--by", envvar="TITRATION_BY", help="Who closes it, as a code (or TITRATION_BY).")
@options.asof_option
@options.network_option
def findings_verb(
    log: Path, patient: str | None, closing: tuple[str, int] | None, reason: str | None, by: str | None,
    asof: str | None, *, network: bool,
) -> None:  # fmt: skip
    """What is odd about the record, and what would settle it; never anything about the therapy.

    With --close RULE ROW a finding is closed, and does not come back.
    """
    if closing is not None:
        if by is None or reason is None:
            message = "--reason and --by (or TITRATION_BY) are needed to close a finding"
            raise click.UsageError(message)
        with options.opened(log, by=by, network=network) as opened:
            options.say_entry(opened.close_finding(*closing, reason=reason))
        return
    with options.opened(log) as opened:
        found = opened.findings(patient, asof=asof)
        for line in found.to_dict("records"):
            day = "" if line["on"] != line["on"] else f" of {line['on']:%Y-%m-%d}"
            click.echo(f"{line['patient']}  {line['rule']}  {line['record']} row {line['row']}{day}: {line['says']}")
            click.echo(f"    to settle it: {line['settles']}")
        click.echo(f"{len(found)} finding{'s' * (len(found) != 1)} about the record")
