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
@click.argument("patient", required=False)
@click.option(
    "--picture",
    "name",
    default="timeline",
    show_default=True,
    help="Which picture, as visits, schedule or calendar; without PATIENT one of many patients: swimmer, dose-traces.",
)
@options.asof_option
@click.option("--since", help="First day shown, as in 2026-01-01.")
@click.option("--until", help="Last day shown.")
@click.option("--scale", help="One scale's code.")
@click.option("--theme", type=click.Choice(["light", "dark"]), help="For a light page or a dark one.")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="A .png, .svg or .pdf file; without it, the picture in words.",
)
def chart_verb(
    log: Path,
    patient: str | None,
    name: str,
    asof: str | None,
    theme: str | None,
    output: Path | None,
    **shown: str | None,
) -> None:
    """A picture of one patient, the timeline unless another is named, or of all; as a file or in words."""
    chosen = {option: said for option, said in shown.items() if said is not None}
    with options.opened(log) as opened:
        try:
            drawn = opened.cohort(asof=asof) if patient is None else opened.chart(patient, asof=asof)
            figure = drawn.picture(name, **chosen)
            if output is not None:
                figure.save(output, theme=theme)
        except (LookupError, ValueError, TypeError, OSError) as error:
            raise click.ClickException(_said(error, name, patient, output)) from error
        click.echo(figure.twin if output is None else f"wrote {output}")


def _said(error: Exception, name: str, patient: str | None, output: Path | None) -> str:
    """What was wrong with the options of a picture."""
    from titration.errors import TitrationError

    if isinstance(error, TitrationError) or (isinstance(error, LookupError) and error.args):
        more = "; name a patient for the pictures of one" if patient is None else ""
        return f"{error if isinstance(error, TitrationError) else error.args[0]}{more}"
    if isinstance(error, TypeError):  # an option the function of that picture does not have
        return f"the picture {name} takes no --{str(error).split(chr(39))[-2]}; leave it out"
    return f"{output}: {error}" if output is not None else str(error)


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
@click.option(
    "--deidentified", is_flag=True, help="Study ids and days of a study instead of codes and dates; no free text."
)
@options.key_option
def report_verb(
    log: Path,
    month: str | None,
    patients: tuple[str, ...],
    asof: str | None,
    output: Path | None,
    key_file: Path | None,
    *,
    everyone: bool,
    clinic: bool,
    replace: bool,
    deidentified: bool,
) -> None:
    """The month's report of each patient, or of the clinic: PDF, HTML, text and facts.csv.

    With --deidentified: the newest 28 days, counted from the implant or the first record, that were over by the end of
    the month; no text, user, site, serial or lot, and no index by code. It is not promised that nobody can be recognised.
    """
    if (everyone or clinic) and patients:
        raise click.UsageError("--patient is for some patients, --all and --clinic for every one; name one of them")
    if output is None and not clinic and len(patients) != 1:
        raise click.UsageError("say where to: -o FOLDER (one patient's report, or --clinic, is shown without it)")
    if clinic and deidentified:
        raise click.UsageError("--deidentified is for reports of patients; the clinic's month names the clinic")
    key = options.study_key(key_file, deidentified=deidentified)
    with options.opened(log) as opened:
        month = month or last_full_month(opened)
        if clinic:
            from titration import papers
            from titration.cli.reports import clinic_lines

            entry = opened.entry_at(asof)
            made = papers.clinic(opened, month, entry, lines=clinic_lines(opened, month, entry))
            options.say_paper(made, output, replace=replace)
            return
        ids = study_ids(opened, asof, key) if deidentified else None
        if output is None:
            report = opened.chart(patients[0], asof=asof).report(month, study_id=ids and ids[patients[0]])
            click.echo(report.text(), nl=False)
        else:
            from titration.cli.reports import write_reports

            written = write_reports(opened, month, patients, output, replace=replace, asof=asof, ids=ids)
            what = "de-identified reports" if deidentified else f"the reports of {month}"
            click.echo(f"wrote {written} files to {output}: {what}")


def study_ids(log: Log, asof: str | None, key: bytes | None) -> dict[str, str]:
    """A study id for each patient of the log, as `export --deidentified` gives with the same key; random without one."""
    from secrets import token_bytes

    from titration.deidentified import study_ids as ordered

    return ordered(log.frame("patient", asof=asof)["patient"], key or token_bytes(32))


def last_full_month(log: Log) -> str:
    """The month before the one of the newest entry."""
    from datetime import timedelta

    from titration import times

    newest = log.recorded(log.entry_at()).astimezone(times.zone(log.zone))
    return f"{newest.replace(day=1) - timedelta(days=1):%Y-%m}"
