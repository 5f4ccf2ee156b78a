"""`titration cohort`: questions over many patients or clinics, from Parquet exports or from one log."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from titration.cli import options

if TYPE_CHECKING:
    from collections.abc import Sequence

    from titration.cohort_sql import Answer, Export
    from titration.derive.washout import Window


@click.command(name="cohort")
@click.argument("sources", type=click.Path(path_type=Path), nargs=-1, required=True, metavar="LOG_OR_DIR...")
@click.option("--query", "name", required=True, help="clinic_months, scores_by_month, before_after or completeness.")
@click.option("--csv", "as_csv", is_flag=True, help="As CSV, instead of a table.")
@click.option("--days", type=float, default=14, show_default=True, help="Of before_after: days on each side.")
@click.option(
    "--washout-h", type=float, default=48, show_default=True, help="Of before_after: hours after a change left out."
)
@click.option(
    "--device-washout-h",
    type=float,
    help="The same after a change of strength, catheter or pump; not known if left out.",
)
@click.option(
    "--least", "least_n", type=int, default=4, show_default=True, help="Of before_after: fewest values on each side."
)
@options.asof_option
def cohort_verb(sources: tuple[Path, ...], name: str, asof: str | None, *, as_csv: bool, **window: float) -> None:
    """Ask a question of one log, or of folders that `titration export LOG --parquet DIR` wrote, one of each clinic.

    Clinics and patients are in order of their names and codes, never ranked.
    """
    from titration.cohort_sql import about, exports
    from titration.derive.washout import Window

    said = about(name)
    asked = Window(**window)  # type: ignore[arg-type]  # least_n is an int: click has seen to it
    if len(sources) == 1 and not sources[0].is_dir():
        answer = _of_log(sources[0], name, asked, asof)
    elif asof is not None:
        message = "--asof goes with a log; a folder was exported as of one entry, see its manifest.json"
        raise click.UsageError(message)
    else:
        answer = _asked(exports(sources), name, asked)
    if not as_csv:
        click.echo(said + "\n")
    click.echo(_shown(answer, as_csv=as_csv), nl=False)


def _of_log(log: Path, name: str, window: Window, asof: str | None) -> Answer:
    """The answer from a log: through an export that is gone afterwards."""
    import tempfile

    from titration.cohort_sql import exports

    with tempfile.TemporaryDirectory(prefix="titration-cohort-") as folder, options.opened(log) as opened:
        opened.parquet(Path(folder) / "export", asof=asof)
        return _asked(exports([Path(folder) / "export"]), name, window)


def _asked(found: Sequence[Export], name: str, window: Window) -> Answer:
    from titration.cohort_sql import ask

    return ask(found, name, window=window)


def _shown(answer: Answer, *, as_csv: bool) -> str:
    """The answer as CSV that no spreadsheet program runs as formulas, or as a table."""
    import pandas as pd

    from titration.entry import templates
    from titration.units import rounded

    if as_csv:
        frame = pd.DataFrame(answer.rows, columns=list(answer.columns), dtype=object)
        return templates.csv_text(frame)
    rows = [["" if v is None else v if isinstance(v, str) else rounded(v, 2) for v in row] for row in answer.rows]
    if not rows:
        return "nothing is recorded that this could be asked of\n"
    return pd.DataFrame(rows, columns=list(answer.columns)).to_string(index=False) + "\n"
