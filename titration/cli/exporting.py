"""`titration export`: everything for the owner, or a de-identified data set for research."""

from __future__ import annotations

from pathlib import Path

import click

from titration.cli import options


@click.command(name="export")
@options.log_argument
@click.argument("folder", type=click.Path(path_type=Path), required=False)
@click.option("--parquet", metavar="DIR", type=click.Path(path_type=Path), help="Parquet files into DIR instead.")
@click.option("--deidentified", is_flag=True, help="Without what tells who a patient is.")
@click.option("--word", "words", multiple=True, help="A word of an open field that may leave too; can be repeated.")
@options.asof_option
@options.key_option
def export_verb(
    log: Path,
    folder: Path | None,
    parquet: Path | None,
    words: tuple[str, ...],
    asof: str | None,
    key_file: Path | None,
    *,
    deidentified: bool,
) -> None:
    """Write a folder of CSV files, one a kind of record, with a codebook and a read-me.

    With --parquet DIR, and no FOLDER: every table with the journal as Parquet, by site and month, for titration cohort.

    With --deidentified: study ids in random order, days from the implant or the first record, age bands, no free
    text, serial, lot or user name. Read its README.txt: it is not promised that nobody can be recognised.
    """
    if words and not deidentified:
        message = "--word goes with --deidentified; without it every word is written"
        raise click.UsageError(message)
    if (folder is None) == (parquet is None):
        message = "name one folder: FOLDER for CSV files, or --parquet DIR"
        raise click.UsageError(message)
    key = options.study_key(key_file, deidentified=deidentified)
    with options.opened(log) as opened:
        if parquet is None:
            made = opened.export(folder, deidentified=deidentified, words=words, asof=asof, key=key)
        elif deidentified:
            from titration.parquet import one

            made = opened.export(parquet, deidentified=True, words=words, asof=asof, key=key, write=one)
        else:
            made = opened.parquet(parquet, asof=asof)
        click.echo(str(made))
