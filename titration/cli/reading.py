"""`titration history`, `chart`, `report`: what is in the log, and what was."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from titration.cli import options

if TYPE_CHECKING:
    from titration.log import Log


@click.command(name="history")
@options.log_argument
@click.argument("patient", required=False)
@options.asof_option
@click.option("--csv", "target", type=click.Path(path_type=Path), help="Write it to a file instead.")
def history_verb(log: Path, patient: str | None, asof: str | None, target: Path | None) -> None:
    """Every entry: who wrote what, when and why, and what became of it."""
    with options.opened(log) as opened:
        lines = opened.history(patient, asof=asof)
        if target is not None:
            from titration.entry.templates import csv_text, write_new

            write_new(target, csv_text(lines))
            click.echo(f"wrote {len(lines)} lines to {target}")
            return
        for line in lines.astype(object).where(lines.notna(), None).to_dict("records"):
            when = line["recorded_at"].tz_convert(opened.zone)
            click.echo(f"entry {line['entry']}  {when:%Y-%m-%d %H:%M%z}  {line['recorded_by']}  {line['action']}"
                       f"  {line['patient']}  {line['record']} row {line['row']}")  # fmt: skip
            if line["field"]:
                click.echo(f"    {line['field']}: {line['old'] or 'not stated'} -> {line['new'] or 'not stated'}")
            elif line["old"] or line["new"]:
                click.echo(f"    {line['old'] or line['new']}")
            if line["replaced_by"]:
                click.echo(f"    row {line['replaced_by']} stands for it now")
            if line["source"]:
                click.echo(f"    from: {line['source']}")
            if line["reason"]:
                click.echo(f"    reason: {line['reason']}")


@click.command(name="chart")
@options.log_argument
@click.argument("patient")
@options.asof_option
@click.option("--since", help="First day shown, as in 2026-01-01.")
@click.option("--until", help="Last day shown.")
@click.option("--scale", help="One scale's code.")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), help="A .png, .svg or .pdf file; without it, the chart in words."
)
def chart_verb(
    log: Path,
    patient: str,
    asof: str | None,
    since: str | None,
    until: str | None,
    scale: str | None,
    output: Path | None,
) -> None:
    """One patient's timeline, as a picture or in words."""
    with options.opened(log) as opened:
        figure = opened.chart(patient, asof=asof).plot(since=since, until=until, scale=scale)
        if output is None:
            click.echo(figure.twin)
            return
        try:
            figure.save(output)
        except (ValueError, OSError) as error:
            raise click.ClickException(f"{output}: {error}") from error
        click.echo(f"wrote {output}")


@click.command(name="report")
@options.log_argument
@click.option("--month", help="As in 2026-10; the last full month before the newest entry when left out.")
@click.option("--patient", "patients", multiple=True, help="Only this patient; can be repeated.")
@click.option(
    "--all", "everyone", is_flag=True, help="Every patient, and a page that leads to them; so without --patient."
)
@click.option("--clinic", is_flag=True, help="The clinic's month on one paper instead; in words without -o.")
@options.asof_option
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), help="The folder to write to; one patient's in words without it."
)
@click.option("--replace", is_flag=True, help="Write over reports whose content differs.")
def report_verb(
    log: Path,
    month: str | None,
    patients: tuple[str, ...],
    asof: str | None,
    output: Path | None,
    *,
    everyone: bool,
    clinic: bool,
    replace: bool,
) -> None:
    """The month's report of each patient, or of the clinic: PDF, HTML, text and facts.csv."""
    if (everyone or clinic) and patients:
        raise click.UsageError("--patient is for some patients, --all and --clinic for every one; name one of them")
    if output is None and not clinic and len(patients) != 1:
        raise click.UsageError("say where to: -o FOLDER (one patient's report, or --clinic, is shown without it)")
    with options.opened(log) as opened:
        month = month or last_full_month(opened)
        if clinic:
            from titration import papers
            from titration.cli.reports import clinic_lines

            entry = opened.entry_at(asof)
            made = papers.clinic(opened, month, entry, lines=clinic_lines(opened, month, entry))
            options.say_paper(made, output, replace=replace)
        elif output is None:
            click.echo(opened.chart(patients[0], asof=asof).report(month).text(), nl=False)
        else:
            from titration.cli.reports import write_reports

            written = write_reports(opened, month, patients, output, replace=replace, asof=asof)
            click.echo(f"wrote {written} files to {output}: the reports of {month}")


def last_full_month(log: Log) -> str:
    """The month before the one of the newest entry."""
    from datetime import timedelta

    from titration import times

    newest = log.recorded(log.entry_at()).astimezone(times.zone(log.zone))
    return f"{newest.replace(day=1) - timedelta(days=1):%Y-%m}"
