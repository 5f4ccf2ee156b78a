"""`titration init`, `code`, `verify`, `backup`, `restore`, `schema`, `demo`: the file itself."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from titration.cli import options


@click.command(name="init")
@options.log_argument
@click.option("--site", required=True, help="Name of the site, as it stands on reports.")
@click.option("--zone", required=True, help="IANA time zone, as in Europe/London.")
@click.option("--by", envvar="TITRATION_BY", help="Who starts it (or TITRATION_BY).")
@click.option(
    "--check-characters", is_flag=True, help="Every patient code ends in a check character (ISO 7064 MOD 37,36)."
)
def init_verb(log: Path, site: str, zone: str, by: str | None, *, check_characters: bool) -> None:
    """Start a new log; never writes over a file."""
    import titration

    with titration.create(log, site=site, zone=zone, by=by, check_characters=check_characters) as made:
        click.echo(f"started {log}, readable by you alone: {made!r}")


@click.command(name="code")
@click.argument("code")
def code_verb(code: str) -> None:
    """Print a code with its check character, for a new patient of a log that asks for one."""
    from titration.entry.codes import with_check
    from titration.errors import Fault, InvalidEntry, shown
    from titration.fields import Code
    from titration.units import Unfit

    try:
        click.echo(Code().check(with_check(Code().check(code))))
    except Unfit as unfit:
        raise InvalidEntry("code", [Fault("code", shown(code), str(unfit))]) from unfit


@click.command(name="verify")
@options.log_argument
@click.option("--head", help="A head from a printed report, short or full, that must be in the file.")
@click.option(
    "--copy", is_flag=True, help="It is a backup or a copy: leave aside what this computer has seen of the log."
)
def verify_verb(log: Path, head: str | None, *, copy: bool) -> None:
    """Read the whole file against its seals; exit status 0 when all fits, 1 otherwise."""
    from titration.store.verify import verify

    found = verify(log, head, alone=copy)
    click.echo(str(found), err=not found.fits)
    if not found.fits:
        sys.exit(1)


@click.command(name="backup")
@options.log_argument
@click.argument("target", type=click.Path(path_type=Path))
def backup_verb(log: Path, target: Path) -> None:
    """Make a verified copy, also while others write; never writes over a file."""
    from titration.store.backup import backup

    click.echo(f"backed up: {backup(log, target)}")


@click.command(name="restore")
@click.argument("backup", type=click.Path(path_type=Path))
@options.log_argument
@options.by_option
@click.option("--reason", default="restored from a backup", show_default=True, help="Why, in words.")
def restore_verb(backup: Path, log: Path, by: str, reason: str) -> None:
    """Make a new log out of a backup; it names its parent, and the backup stays as it is."""
    import titration

    with titration.restore(backup, log, by=by, reason=reason) as made:
        click.echo(f"restored {log} from {backup}: {made!r}")


@click.command(name="schema")
@click.option("--dictionary", is_flag=True, help="The data dictionary instead: every field, its unit and meaning.")
def schema_verb(*, dictionary: bool) -> None:
    """Print the tables of a log as SQL (db/schema.sql), or the data dictionary."""
    if dictionary:
        from titration.columns import dictionary as lines

        for line in lines():
            click.echo("\t".join(line))
        return
    from titration.store.schema import script

    click.echo(script(), nl=False)


@click.command(name="demo")
@options.log_argument
@click.option("--reports", type=click.Path(path_type=Path), help="Also write the last full month's reports there.")
def demo_verb(log: Path, reports: Path | None) -> None:
    """Make the demo log: a made-up clinic, the same every time, and one published case."""
    import titration
    from titration import demo

    if log.exists():
        with titration.open(log) as there:
            if not there.is_demo:
                message = f"{log} is there and is no demo; it was left alone, name another file"
                raise click.ClickException(message)
            click.echo(f"{log} is there already: {there!r}")
    else:
        demo.build(log).close()
        click.echo(f"made {log}: a made-up clinic of 12 patients and one published case, the same every time")
    with titration.open(log) as made:
        click.echo(f"  {made!r}")
        click.echo(f"  {len(made.doses())} dose changes, {len(made.scores())} scores, {len(made.refills())} refills")
        if reports is not None:
            from titration.cli.reading import last_full_month, write_reports

            month = last_full_month(made)
            written = write_reports(made, month, (), reports, replace=True)
            click.echo(f"made {written} files in {reports}: the reports of {month}, four for each patient")
