"""The shell's door: one verb a stage, the same words as everywhere; thin, and quick to start.

Each verb lives in a module that is imported when it is asked for, and imports what is heavy inside.
"""

from __future__ import annotations

import errno
import importlib
from typing import Any

import click

VERBS = {
    "init": "keeping",
    "add": "adding",
    "import": "importing",
    "correct": "amending",
    "complete": "amending",
    "retract": "amending",
    "move": "amending",
    "merge": "amending",
    "redact": "amending",
    "findings": "finding",
    "history": "reading",
    "chart": "reading",
    "report": "reading",
    "sign": "papers",
    "card": "papers",
    "due": "papers",
    "audit": "papers",
    "export": "exporting",
    "cohort": "cohort",
    "verify": "keeping",
    "backup": "keeping",
    "restore": "keeping",
    "drill": "keeping",
    "key": "keeping",
    "scale": "scaling",
    "code": "keeping",
    "schema": "keeping",
    "demo": "keeping",
}
"""Every verb, and the module of this folder it lives in."""
SAID = {
    "init": "Start a new log; never writes over a file.",
    "add": "Record one fact: titration add db/clinic.db dose-change --patient P001 ...",
    "import": "Import a CSV or XLSX file as one entry, all of it or nothing.",
    "correct": "Put a right record in the place of a wrong row; both stay readable.",
    "complete": "Say what became known of a fact later, such as the day an event ended; it is no correction.",
    "retract": "Say of a row that it was entered in error; it stays readable in the history.",
    "move": "Move a whole entry to the right patient.",
    "merge": "Join a patient who was entered twice; all facts move and the code is retired.",
    "redact": "Blank a free text for good (a misfiled name, a lawful erasure); the seals still fit.",
    "findings": "What is odd about the record, and what would settle it; never anything about the therapy.",
    "history": "Every entry: who wrote what, when and why, and what became of it.",
    "chart": "A picture of one patient, the timeline unless another is named, or of all; as a file or in words.",
    "report": "The month's report of each patient, or of the clinic: PDF, HTML, text and facts.csv.",
    "sign": "State something of a patient's report: a typed name and what it said, not an authenticated signature.",
    "card": "One patient's record card, for an emergency department, an MRI, surgery or a transfer.",
    "due": "Booked, printed and noted dates of every patient, in date order, each with where it stands.",
    "audit": "What was entered, corrected, redacted, answered, late and unsigned in some days; and whether the file fits.",
    "export": "Write a folder of CSV files, one a kind of record, with a codebook and a read-me.",
    "cohort": "Ask a question of one log, or of folders that `titration export LOG --parquet DIR` wrote, one of each clinic.",
    "verify": "Read the whole file against its seals; exit status 0 when all fits, 1 otherwise.",
    "backup": "Make a verified copy, also while others write; never writes over a file.",
    "restore": "Make a new log out of a backup; it names its parent, and the backup stays as it is.",
    "drill": "Try the newest backup in a folder: restore it to a passing place, verify it, compare it with the log.",
    "key": "Make a secret key for encrypted backups in a new file, and print its public one for `backup --recipient`.",
    "scale": "The scales a score can be on.",
    "code": "Print a code with its check character, for a new patient of a log that asks for one.",
    "schema": "Print the tables of a log as SQL (db/schema.sql), or the data dictionary.",
    "demo": "Make the demo log: a made-up clinic, the same every time, and one published case.",
}
"""What each verb does, for the list of them: the first sentence of its own help, held equal by a test, so that the list needs no verb."""


class Verbs(click.Group):
    """A group that imports a verb's module when the verb is named."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order of a log's life."""
        del ctx
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that verb."""
        del ctx
        if cmd_name not in VERBS:
            return None
        module = importlib.import_module(f"titration.cli.{VERBS[cmd_name]}")
        found: click.Command = getattr(module, f"{cmd_name}_verb")
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of the verbs, without importing one."""
        del ctx
        limit = formatter.width - 6 - max(map(len, VERBS))
        with formatter.section("Commands"):
            formatter.write_dl(
                [(verb, click.Command(verb, help=SAID[verb]).get_short_help_str(limit)) for verb in VERBS]
            )

    def invoke(self, ctx: click.Context) -> Any:
        """Run a verb; an error of ours is its sentence and exit status 1, never a traceback."""
        from titration.cli.typed import plain
        from titration.errors import NeedsConfirmation, TitrationError, shown

        try:
            return super().invoke(ctx)
        except NeedsConfirmation as need:
            again = 'answer each with --confirm "NAME=the pump shows this", or retype; nothing was stored'
            raise click.ClickException(plain(f"{need}\n{again}")) from need
        except TitrationError as error:
            raise click.ClickException(plain(str(error))) from error
        except click.ClickException as error:
            vars(error)["message"] = plain(error.message)  # click types it as final; the sentence stays its own
            raise
        except OSError as error:
            if error.errno == errno.EPIPE:  # who read the output has stopped reading; click ends quietly
                raise
            where = shown(str(error.filename or "a file"))
            message = f"{where} cannot be read or written: {error.strerror or error}; check the path, or name another"
            raise click.ClickException(message) from error

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Refuse what is no text before anything looks at it."""
        from titration.cli.typed import refuse_unreadable

        refuse_unreadable(args)
        return super().parse_args(ctx, args)


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="titration", message="titration %(version)s")
def main() -> None:
    """A dose-titration tracking log for intrathecal baclofen: a record, not a device.

    It stores and shows what clinicians enter. It does not recommend, calculate or check a dose, does not
    monitor patients, and talks to no pump.
    """
