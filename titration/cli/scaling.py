"""`titration scale`: the published scales, and the site's own."""

from __future__ import annotations

from pathlib import Path

import click

from titration import errors, scales
from titration.cli import options


@click.group(name="scale")
def scale_verb() -> None:
    """The scales a score can be on."""


@scale_verb.command(name="list")
@click.argument("log", type=click.Path(path_type=Path), required=False)
def list_scales(log: Path | None) -> None:
    """Code, name, range and direction of each; with LOG, the site's own too."""
    register = scales.register()
    if log is not None:
        with options.opened(log) as opened:
            register = opened.scales
    for scale in register.values():
        click.echo(f"{scale.code:24} {scale.name}: {scale.range_words}; higher is {scale.more_is}")


@scale_verb.command(name="show")
@click.argument("code")
@click.argument("log", type=click.Path(path_type=Path), required=False)
def show_scale(code: str, log: Path | None) -> None:
    """All that is known of one scale, with its source."""
    import dataclasses

    from titration.errors import Fault, InvalidEntry, shown
    from titration.units import Unfit

    register = scales.register()
    if log is not None:
        with options.opened(log) as opened:
            register = opened.scales
    try:
        scale = register.find(code)
    except Unfit as unfit:
        raise InvalidEntry("scale", [Fault("code", shown(code), str(unfit))]) from unfit
    for name, value in dataclasses.asdict(scale).items():
        if value not in (None, (), {}):
            click.echo(f"{name:14} {', '.join(value) if isinstance(value, tuple) else value}")


@scale_verb.command(name="add")
@options.log_argument
@click.argument("definition", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@options.by_option
@options.network_option
def add_scale(log: Path, definition: Path, by: str, *, network: bool) -> None:
    """Add the site's own scales from a TOML file of [[scale]] tables."""
    try:
        added = scales.from_toml(definition.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:  # which would show what it stumbled over
        says = "is not UTF-8; it must be a TOML file of [[scale]] tables"
        raise errors.InvalidEntry("scales", [errors.Fault("file", errors.shown(definition.name), says)]) from error
    with options.opened(log, by=by, network=network) as opened:
        entry = opened.add_scale(*added)
    click.echo(f"added {', '.join(s.code for s in added)}")
    options.say_entry(entry)
