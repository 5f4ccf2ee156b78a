"""`titration import`: a clinic's own spreadsheet through its map, or a template to fill in."""

from __future__ import annotations

from pathlib import Path

import click

from titration.cli import options


@click.command(name="import")
@click.argument("log", type=click.Path(path_type=Path), required=False)
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option(
    "--map", "map_path", type=click.Path(path_type=Path), help="The TOML map of the file; canonical files need none."
)
@click.option("--kind", help="Which record a canonical file holds, when its headings do not say.")
@click.option("--sheet", help="Which sheet of a workbook.")
@click.option("--dry-run", is_flag=True, help="Store nothing; tell what would be stored and what not.")
@click.option("--accept-rest", is_flag=True, help="Store what is sound; what is left out is counted and listed.")
@click.option(
    "--template",
    metavar="KIND|FILE.xlsx",
    help="Write a record's canonical CSV, or a visit workbook to fill in (with LOG: its own scales too), and stop.",
)
@click.option("--by", envvar="TITRATION_BY", help="Who records, as a code (or TITRATION_BY).")
@options.confirm_option
@click.option(
    "--answers",
    "answers_path",
    type=click.Path(path_type=Path),
    help="Where its questions are answered; FILE.answers.toml beside the file when that is there.",
)
@options.network_option
def import_verb(
    log: Path | None, file: Path | None, map_path: Path | None, kind: str | None, sheet: str | None, *, dry_run: bool,
    accept_rest: bool, template: str | None, by: str | None, answers: tuple[str, ...], answers_path: Path | None, network: bool,
) -> None:  # fmt: skip
    """Import a CSV or XLSX file as one entry, all of it or nothing.

    Every fault is listed with its row and column, also in FILE.faults.csv beside the file; what is unlikely is a
    question in FILE.answers.toml, answered there and read at the second import. The same file
    again adds nothing; a row that differs from the log's is reported, never replaced. A visit
    workbook (--template visit.xlsx) is one visit of one patient and needs no map.
    """
    from titration.entry import sidecar
    from titration.errors import NeedsConfirmation

    if template is not None:
        _write_template(template, log)
        return
    if log is None or file is None:
        message = "give the log and the file, or --template KIND, or --template visit.xlsx"
        raise click.UsageError(message)
    if by is None and not dry_run:
        message = "--by (or TITRATION_BY) is needed to record"
        raise click.UsageError(message)
    with options.opened(log, by=by, network=network) as opened:
        with click.progressbar(length=1, label=f"reading {file.name}", show_eta=False) as bar:

            def progress(done: int, length: int, what: str) -> None:
                bar.length, bar.label = max(length, 1), what
                bar.update(done - bar.pos)

            try:
                result = opened.import_file(
                    file, map=map_path, kind=kind, sheet=sheet, dry_run=dry_run, accept_rest=accept_rest,
                    confirm=options.confirmed(answers), answers=answers_path, progress=progress,
                )  # fmt: skip
            except NeedsConfirmation as need:
                place = answers_path or sidecar.beside(file)
                raise click.ClickException(
                    f"{need}\nanswer each in {place} and import again; nothing was stored"
                ) from need
        click.echo(str(result))
        for fault in result.left_out[:40] if dry_run else ():
            click.echo(f"  {fault}")
        if result.entry is not None:
            options.say_entry(result.entry)


def _write_template(word: str, log: Path | None) -> None:
    """Write a template's CSV to standard output, or a visit workbook to a file."""
    from titration import scales
    from titration.entry import templates
    from titration.errors import Fault, InvalidEntry, shown
    from titration.records import of_table

    if word.lower().endswith(".xlsx"):
        from titration.entry import visit_workbook

        if log is None:
            made = visit_workbook.write(Path(word), scales.register())
        else:
            with options.opened(log) as opened:
                made = opened.visit_workbook(word)
        click.echo(f"wrote {made}: fill it in, then import it; it needs no map")
        return

    try:
        text = templates.csv(of_table(word))
    except (LookupError, ValueError) as error:
        raise InvalidEntry("--template", [Fault("kind", shown(word), str(error.args[0]))]) from error
    click.echo(text, nl=False)
