"""`titration sign`, `card`, `due`, `audit`: a report signed, and the papers beside it."""

from __future__ import annotations

from pathlib import Path

import click

from titration.cli import options

output_option = click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="A folder for PDF, HTML, text and facts; in words without it.",
)
replace_option = click.option("--replace", is_flag=True, help="Write over papers whose content differs.")


@click.command(name="sign")
@options.log_argument
@click.argument("patient")
@click.option("--month", required=True, help="Of which report, as in 2026-10.")
@click.option("--meaning", type=click.Choice(["author", "reviewed", "approved"]), default="reviewed", show_default=True)
@options.by_option
@options.network_option
def sign_verb(log: Path, patient: str, month: str, meaning: str, by: str, *, network: bool) -> None:
    """State something of a patient's report: a typed name and what it said, not an authenticated signature."""
    from titration.report.signing import fingerprint

    with options.opened(log, by=by, network=network) as opened:
        report = opened.chart(patient).report(month)
        made = opened.sign(report, meaning=meaning)
        click.echo(f"report {month} of {patient}, as of entry {report.seal.asof}, {meaning} by {by}")
        click.echo(f"fingerprint {fingerprint(report.content)}")
        options.say_entry(made)


@click.command(name="card")
@options.log_argument
@click.argument("patient")
@options.asof_option
@output_option
@replace_option
def card_verb(log: Path, patient: str, asof: str | None, output: Path | None, *, replace: bool) -> None:
    """One patient's record card, for an emergency department, an MRI, surgery or a transfer."""
    with options.opened(log) as opened:
        options.say_paper(opened.chart(patient, asof=asof).card(), output, replace=replace)


@click.command(name="due")
@options.log_argument
@click.option("--from", "first", help="First day, as in 2026-10-01; that of the newest entry when left out.")
@click.option("--to", "last", help="Last day; 92 days after the newest entry when left out.")
@options.asof_option
@output_option
@replace_option
def due_verb(
    log: Path, first: str | None, last: str | None, asof: str | None, output: Path | None, *, replace: bool
) -> None:
    """Booked, printed and noted dates of every patient, in date order, each with where it stands."""
    with options.opened(log) as opened:
        options.say_paper(opened.due(first, last, asof=asof), output, replace=replace)


@click.command(name="audit")
@options.log_argument
@click.option("--from", "first", help="First day, as in 2026-10-01; 30 days before the newest entry when left out.")
@click.option("--to", "last", help="Last day; that of the newest entry when left out.")
@options.asof_option
@output_option
@replace_option
def audit_verb(
    log: Path, first: str | None, last: str | None, asof: str | None, output: Path | None, *, replace: bool
) -> None:
    """What was entered, corrected, redacted, answered, late and unsigned in some days; and whether the file fits."""
    with options.opened(log) as opened:
        options.say_paper(opened.audit(first, last, asof=asof), output, replace=replace)
