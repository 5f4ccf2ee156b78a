"""`titration export`: everything for the owner, or a de-identified data set for research."""

from __future__ import annotations

from pathlib import Path

import click

from titration.cli import options


@click.command(name="export")
@options.log_argument
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--deidentified", is_flag=True, help="Without what tells who a patient is.")
@click.option("--word", "words", multiple=True, help="A word of an open field that may leave too; can be repeated.")
@options.asof_option
def export_verb(log: Path, folder: Path, words: tuple[str, ...], asof: str | None, *, deidentified: bool) -> None:
    """Write a folder of CSV files, one a kind of record, with a codebook and a read-me.

    With --deidentified: study ids in random order, days from the implant or the first record, age bands, no free
    text, serial, lot or user name. Read its README.txt: it is not promised that nobody can be recognised.
    """
    if words and not deidentified:
        message = "--word goes with --deidentified; without it every word is written"
        raise click.UsageError(message)
    with options.opened(log) as opened:
        click.echo(str(opened.export(folder, deidentified=deidentified, words=words, asof=asof)))
