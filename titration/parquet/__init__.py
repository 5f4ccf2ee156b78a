"""A log as Parquet files for cohort questions: one folder a table, parted by site and local month.

Rows are streamed, so that memory does not grow with them; every file says the unit and meaning of its columns.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Final

from titration import __version__, frames, known, private
from titration.errors import LogExists
from titration.exporting import Exported
from titration.parquet.facts import Reader
from titration.parquet.files import Files, arrow
from titration.parquet.made import made
from titration.records import KINDS

if TYPE_CHECKING:
    import pandas as pd

    from titration.known import AsOf
    from titration.log import Log

MANIFEST: Final = "manifest.json"
COUNTED: Final = ("doses", "scores", "refills", "readouts", "diary_schedules")
"""The tables whose months are asked about."""
ABOUT: Final = (
    "Every current fact of a log with every field, and its journal, for its owner: it holds what tells who a patient is; "
    "treat it as the log itself. A record of what was entered, not a device; it draws no conclusion."
)


def export(log: Log, folder: str | Path, *, asof: AsOf = None) -> Exported:
    """Write every current fact of a log, and its journal, as Parquet files.

    A folder a table; in it `site=.../month=...`, the month of the fact in the log's zone. The same log as of the same
    entry gives the same bytes with the same versions of titration and pyarrow. Open the log for reading: rows are
    then sorted on disk, and memory does not grow with them.

    Args:
        log: An open log.
        folder: Where to; it must be new or empty.
        asof: The log as it was known; see `Log.entry_at`.

    Returns:
        What was written.

    Raises:
        LogExists: The folder holds something.
        TitrationError: pyarrow is not installed.
    """
    place = Path(folder)
    if place.exists() and (not place.is_dir() or any(place.iterdir())):
        raise LogExists(place, "name a new or an empty folder")
    arrow()
    private.folder(place)
    with log.store.reading():
        entry = log.entry_at(asof)
        until = known.moment_of(log.store, entry)
        files = Files(place, log.site)
        reader = Reader(log, entry, frames.journal(log.store, entry))
        for kind in KINDS.values():
            reader.write(kind, files)
        for name, shown, values in made(log, entry, until, files.months(*COUNTED)):
            files.add(name, shown, values)
        ((head,),) = log.store.query("SELECT seal FROM entry WHERE entry = ?", entry)
    written = files.close()
    counts = dict.fromkeys((path.split("/")[0] for path in written), 0)
    for path, (n, _) in written.items():
        counts[path.split("/")[0]] += n
    manifest = {
        "about": ABOUT, "made_by": f"titration {__version__}", "site": log.site, "zone": log.zone, "log": log.store.properties["id"],
        "demo": log.is_demo, "asof": entry, "asof_s": until, "head": head.hex(), "rows": counts,
        "files": {path: {"rows": n, "sha256": digest} for path, (n, digest) in written.items()},
    }  # fmt: skip
    text = json.dumps(manifest, indent=1, ensure_ascii=False) + "\n"
    private.write_new(place / MANIFEST, text.encode())
    return Exported(place, entry, counts, {})


def one(path: Path, table: pd.DataFrame) -> Path:
    """Write one table as one Parquet file: for `exporting.export(write=parquet.one)`, a de-identified set as Parquet.

    Raises:
        LogExists: There is a file.
    """
    pa, pq = arrow()
    file = path.with_suffix(".parquet")
    if file.exists():
        raise LogExists(file)
    pq.write_table(pa.Table.from_pandas(table, preserve_index=False), file, compression="zstd")
    return file


__all__ = ["MANIFEST", "export", "one"]
