"""`titration init`, `code`, `verify`, `backup`, `restore`, `drill`, `key`, `schema`, `demo`: the file itself."""

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
@click.option("--encrypted", is_flag=True, help="Encrypt it by the key in TITRATION_KEY_FILE or TITRATION_KEY.")
@options.network_option
def init_verb(
    log: Path, site: str, zone: str, by: str | None, *, check_characters: bool, encrypted: bool, network: bool
) -> None:
    """Start a new log; never writes over a file."""
    import titration

    with titration.create(
        log, site=site, zone=zone, by=by, check_characters=check_characters, encrypted=encrypted, network=network
    ) as made:
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
@click.option(
    "--anchor",
    type=click.Path(path_type=Path, dir_okay=False),
    help="A file of heads on another disk: each must be in the log, and when all fits the newest is added to it.",
)
@click.option("--jobs", type=click.IntRange(1, 64), default=1, show_default=True, help="Processes that read.")
@click.option(
    "--quick",
    is_flag=True,
    help="Only compare it, byte for byte, with the file last verified in full on this computer.",
)
def verify_verb(log: Path, head: str | None, anchor: Path | None, jobs: int, *, copy: bool, quick: bool) -> None:
    """Read the whole file against its seals; exit status 0 when all fits, 1 otherwise.

    A chain that was written anew from the start fits too. Only a head kept apart from the file shows that: on a
    printed report (--head), or in a file on another disk (--anchor).

    With --quick a file that has not changed by one byte since it was verified in full is not read again, and it says so;
    any other is verified in full.
    """
    from titration.store.unchanged import unchanged
    from titration.store.verify import verify

    if quick:
        if head or anchor or copy:
            message = "--quick compares nothing but bytes: leave it out with --head, --anchor and --copy"
            raise click.UsageError(message)
        same = unchanged(log)
        if same is not None:
            click.echo(str(same))
            return
        click.echo(
            f"{log} is not known byte for byte from a verification on this computer: it is verified in full", err=True
        )
    found = verify(log, head, alone=copy, anchored=anchor, jobs=jobs, noted=not copy)
    click.echo(str(found), err=not found.fits)
    if not found.fits:
        sys.exit(1)


identity_option = click.option(
    "--identity", type=click.Path(path_type=Path, dir_okay=False), help="The file of the secret key of the backups."
)


@click.command(name="backup")
@options.log_argument
@click.argument("target", required=False, type=click.Path(path_type=Path))
@click.option(
    "--to",
    "folder",
    type=click.Path(path_type=Path),
    help="Keep backups in this folder instead, named by entry and day.",
)
@click.option("--keep", type=click.IntRange(1), default=30, show_default=True, help="With --to: how many stay.")
@click.option(
    "--recipient", "recipients", multiple=True, help="Encrypt to this public key (age1...), or a file of them."
)
def backup_verb(log: Path, target: Path | None, folder: Path | None, keep: int, recipients: tuple[str, ...]) -> None:
    """Make a verified copy, also while others write; never writes over a file.

    With --to the newest --keep backups stay, and an older one is taken away only after the new one was verified, only
    if this program made it, and only if it still is what was made.
    """
    from titration.store import age, rotation
    from titration.store.backup import backup

    if (target is None) == (folder is None):
        message = "name the file of the copy, or a folder with --to, and not both"
        raise click.UsageError(message)
    keys = age.recipients(recipients, Path.cwd())
    if folder is not None:
        click.echo(str(rotation.rotate(log, folder, keep, keys)))
    elif target is not None:
        click.echo(f"backed up{', encrypted' if keys else ''}: {backup(log, target, keys)}")


@click.command(name="restore")
@click.argument("backup", type=click.Path(path_type=Path))
@options.log_argument
@options.by_option
@click.option("--reason", default="restored from a backup", show_default=True, help="Why, in words.")
@identity_option
@options.network_option
def restore_verb(backup: Path, log: Path, by: str, reason: str, identity: Path | None, *, network: bool) -> None:
    """Make a new log out of a backup; it names its parent, and the backup stays as it is."""
    import titration

    with titration.restore(backup, log, by=by, reason=reason, identity=identity, network=network) as made:
        click.echo(f"restored {log} from {backup}: {made!r}")


@click.command(name="drill")
@options.log_argument
@click.argument("folder", type=click.Path(path_type=Path))
@identity_option
def drill_verb(log: Path, folder: Path, identity: Path | None) -> None:
    """Try the newest backup in a folder: restore it to a passing place, verify it, compare it with the log."""
    from titration.opening import drill

    found = drill(log, folder, identity=identity)
    click.echo(str(found), err=not found.fits)
    if not found.fits:
        sys.exit(1)


@click.command(name="key")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--log", "of_log", is_flag=True, help="A key for an encrypted log instead (see init --encrypted).")
def key_verb(file: Path, *, of_log: bool) -> None:
    """Make a secret key for encrypted backups in a new file, and print its public one for `backup --recipient`."""
    from titration.store import age, cipher

    if of_log:
        age.write_key(file, f"{cipher.new_key()}\n")
        click.echo(
            f"the key is in {file}: name it in {cipher.KEY_FILE}; without it nobody opens the log or its backups"
        )
        return
    click.echo(age.new_key(file))
    click.echo(f"the secret key is in {file}: keep it apart from the backups; without it nobody opens them", err=True)


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
            from titration.cli.reading import last_full_month
            from titration.cli.reports import write_reports

            month = last_full_month(made)
            written = write_reports(made, month, (), reports, replace=True)
            click.echo(f"made {written} files in {reports}: the reports of {month}, four for each patient")
