"""Cohort questions over exports of one or many clinics: plain SQL files that DuckDB and Spark run unchanged.

The files stand beside this one; what they may use is what both engines know. Nothing in them ranks a clinic or a patient.
"""

from __future__ import annotations

import contextlib
import json
import re
import tempfile
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from titration.derive.washout import DAY, HOUR, WINDOW, Window
from titration.errors import LogError, LogNotFound, TitrationError, shown
from titration.parquet import MANIFEST

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

QUESTIONS: Final = ("clinic_months", "scores_by_month", "before_after", "completeness")
"""The questions, each a file of that name."""


def question(name: str) -> str:
    """The SQL of a question.

    Args:
        name: One of `QUESTIONS`.

    Raises:
        TitrationError: There is no such question; says which there are.

    Example:
        >>> question("clinic_months").startswith("-- How much each clinic recorded")
        True
    """
    if name not in QUESTIONS:
        raise TitrationError(f"there is no question {shown(name)}; there are {', '.join(QUESTIONS)}")
    return resources.files(__package__).joinpath(f"{name}.sql").read_text(encoding="utf-8")


def about(name: str) -> str:
    """What a question asks and how it counts: the words at the top of its file.

    Example:
        >>> about("completeness").split(":")[0]
        'How many diary entries were expected in each clinic and month, and how many of them were filled, by scale. As derive.diary.completeness'
    """
    lines = [line.removeprefix("--").strip() for line in question(name).splitlines() if line.startswith("--")]
    return " ".join(lines)


def setting(window: Window = WINDOW) -> str:
    """The SQL of the one-row table `setting`: lengths and washouts of `before_after`, in seconds.

    Args:
        window: See `derive.washout.Window`.

    Example:
        >>> setting().split(" AS ")[0]
        'SELECT CAST(1209600'
    """
    device = "NULL" if window.device_washout_h is None else int(window.device_washout_h * HOUR)
    numbers = {
        "length_s": int(window.days * DAY), "washout_s": int(window.washout_h * HOUR), "device_washout_s": device,
        "least_n": window.least_n,
    }  # fmt: skip
    return "SELECT " + ", ".join(f"CAST({n} AS BIGINT) AS {name}" for name, n in numbers.items())


@dataclass(frozen=True)
class Export:
    """One export of a log.

    Attributes:
        folder: Where it is.
        site: The site it is of.
        manifest: What it says of itself.
    """

    folder: Path
    site: str
    manifest: Mapping[str, Any]

    def files(self, table: str) -> list[Path]:
        """The files of a table; none where this export has no such table."""
        return [self.folder / path for path in self.manifest["files"] if path.split("/")[0] == table]


def _is_part(path: str) -> bool:
    """Whether a path of a manifest is one of a table in its folder: its name becomes part of a statement."""
    table, *inside = path.split("/")
    return re.fullmatch(r"[a-z][a-z0-9_]*", table, re.ASCII) is not None and len(inside) > 0 and ".." not in inside


def _manifest(path: Path) -> dict[str, Any]:
    """What an export says of itself, of the right shape."""
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(said["site"], str) and isinstance(said["log"], str) and all(map(_is_part, dict(said["files"]))):
            return dict(said)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        pass  # said below, whatever it was
    raise LogError(f"{path} is damaged, or no list of an export; export that log again")


def exports(folders: Iterable[str | Path]) -> list[Export]:
    """Exports by their folders, each of another log and site.

    Args:
        folders: What `parquet.export` wrote.

    Raises:
        LogNotFound: There is no export.
        LogError: A folder is no export, or two are of one log or one site, whose patients would be mixed.
    """
    found: list[Export] = []
    for folder in map(Path, folders):
        path = folder / MANIFEST
        if not folder.exists():
            raise LogNotFound(folder)
        if not path.is_file():
            raise LogError(
                f"{folder} is no finished export: it has no {MANIFEST}; make one with titration export LOG --parquet DIR"
            )
        said = _manifest(path)
        for other in found:
            if said["log"] == other.manifest["log"] or said["site"] == other.site:
                raise LogError(
                    f"{folder} and {other.folder} are both of {said['site']}; patients would count twice or be mixed up:"
                    " give one export of each site"
                )
        found.append(Export(folder, said["site"], said))
    if not found:
        raise LogError("no export was named; give at least one folder that titration export --parquet wrote")
    return found


@dataclass(frozen=True)
class Answer:
    """What a question found.

    Attributes:
        columns: Names.
        rows: Values, in the order of the question.
    """

    columns: tuple[str, ...]
    rows: Sequence[tuple[Any, ...]]


def ask(found: Sequence[Export], name: str, *, window: Window = WINDOW, memory: str | None = None) -> Answer:
    """Ask exports a question, with DuckDB.

    Args:
        found: What `exports` gives.
        name: One of `QUESTIONS`.
        window: Of `before_after`.
        memory: The most memory DuckDB may use, as "4GB"; beyond it, it works on disk.

    Raises:
        TitrationError: DuckDB is not installed, or there is no such question.
    """
    sql = question(name)
    try:
        import duckdb  # noqa: PLC0415 - of the extra [analytics] alone
    except ImportError as error:
        raise TitrationError(
            "cohort questions need duckdb, which is not installed; run: pip install 'titration[analytics]'"
        ) from error
    with (
        _readable(duckdb.Error, found),
        tempfile.TemporaryDirectory(prefix="titration-duckdb-") as spill,
        duckdb.connect(":memory:") as db,
    ):
        db.execute("SET enable_progress_bar = false")
        db.execute("SET preserve_insertion_order = false")  # each question orders its own rows; this saves memory
        db.execute(f"SET temp_directory = {_quoted(spill)}")
        if memory is not None:
            db.execute("SET memory_limit = ?", [memory])
        for table in tables(found):
            listed = ", ".join(_quoted(str(path)) for each in found for path in each.files(table))
            db.execute(
                f"CREATE VIEW {table} AS SELECT * FROM read_parquet([{listed}], hive_partitioning = false, union_by_name = true)"
            )
        db.execute(f"CREATE VIEW setting AS {setting(window)}")
        answer = db.execute(sql)
        columns = tuple(column[0] for column in answer.description)
        return Answer(columns, answer.fetchall())


@contextlib.contextmanager
def _readable(failure: type[Exception], found: Sequence[Export]) -> Iterator[None]:
    """What DuckDB cannot read, as a sentence."""
    try:
        yield
    except failure as error:
        where = ", ".join(str(each.folder) for each in found)
        says = shown(str(error).splitlines()[0])
        raise LogError(f"{where} cannot be read ({says}): is a file gone or damaged? export that log again") from error


def tables(found: Sequence[Export]) -> list[str]:
    """The tables that any of the exports has, by name."""
    return sorted({path.split("/")[0] for each in found for path in each.manifest["files"]})


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
