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
            error.message = plain(error.message)
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
