"""The files of an export, being written: a folder a table, in it the site and the local month.

The only module that imports pyarrow, and only when it is used.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from titration import private
from titration.errors import TitrationError
from titration.fields import Shown

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path
    from types import ModuleType

OPEN_FILES: Final = 8


def arrow() -> tuple[ModuleType, ModuleType]:
    """The pyarrow library and its Parquet part.

    Raises:
        TitrationError: They are not installed.
    """
    try:
        import pyarrow as pa  # noqa: PLC0415 - of the extra [analytics] alone
        from pyarrow import parquet  # noqa: PLC0415 - see above
    except ImportError as error:
        raise TitrationError(
            "Parquet needs pyarrow, which is not installed; run: pip install 'titration[analytics]'"
        ) from error
    return pa, parquet


_UNSAFE = frozenset("\"#%'*/:=?\\{}[]^") | {chr(c) for c in (*range(32), 127)}


def folded(text: str) -> str:
    """A text as the name of a folder, as Hive, Spark and DuckDB write it: what cannot stand in one as % and two hex digits.

    Example:
        >>> folded("North/South clinic: 1")
        'North%2FSouth clinic%3A 1'
    """
    return "".join(f"%{ord(c):02X}" if c in _UNSAFE else c for c in text)


@dataclass
class Files:
    """The files being written: few are open at a time, and a month that comes again gets a further file.

    Attributes:
        place: The folder.
        site: The site all rows are of.
    """

    place: Path
    site: str
    _open: dict[tuple[str, str], tuple[Path, Any]] = field(default_factory=dict)
    _parts: dict[tuple[str, str], int] = field(default_factory=dict)
    _empty: dict[str, Any] = field(default_factory=dict)
    _rows: dict[Path, int] = field(default_factory=dict)

    def add(self, name: str, shown: Sequence[Shown], values: Mapping[str, Any]) -> None:
        """Add rows to a table; one that stays empty is a file too, so that every question finds every table."""
        pa, _ = arrow()
        arrays = {c.name: _array(pa, values[c.name], c.dtype) for c in shown}
        length = len(next(iter(arrays.values())))
        arrays[SITE.name] = pa.repeat(pa.scalar(self.site, pa.string()), length)
        table = pa.table(arrays, schema=_schema(pa, (*shown, SITE)))
        self._empty.setdefault(name, table.slice(0, 0))
        months = values.get("local_month")
        start = 0
        for month, group in itertools.groupby([""] * length if months is None else months):
            n = sum(1 for _ in group)
            self._put(name, month, table.slice(start, n))
            start += n

    def months(self, *names: str) -> set[str]:
        """The local months in which those tables have rows."""
        return {month for name, month in self._parts if name in names and month}

    def _put(self, name: str, month: str, table: Any) -> None:
        key = (name, month)
        if key not in self._open:
            if len(self._open) == OPEN_FILES:
                self._open.pop(next(iter(self._open)))[1].close()
            part = self._parts[key] = self._parts.get(key, -1) + 1
            under = self.place / name / f"site={folded(self.site)}"
            path = (under / f"month={month}" if month else under) / f"part-{part}.parquet"
            path.parent.mkdir(parents=True, exist_ok=True)
            self._open[key] = path, arrow()[1].ParquetWriter(path, table.schema, compression="zstd")
        path, writer = self._open[key]
        writer.write_table(table)
        self._rows[path] = self._rows.get(path, 0) + len(table)

    def close(self) -> dict[str, tuple[int, str]]:
        """Rows and digest of each file, by its path inside the folder, in order."""
        for name in self._empty.keys() - {name for name, _ in self._parts}:
            self._put(name, "", self._empty[name])
        for _, writer in self._open.values():
            writer.close()
        made = {}
        for path in sorted(self._rows):
            path.chmod(private.FILE)
            with path.open("rb") as file:
                digest = sha256()
                while block := file.read(1 << 20):
                    digest.update(block)
            made[path.relative_to(self.place).as_posix()] = (self._rows[path], digest.hexdigest())
        return made


SITE = Shown("site_name", "str", "", "name of the site")
_TYPES: Final = {
    "int64": "int64", "Int64": "int64", "float64": "float64", "str": "string", "bool": "bool_", "datetime64[s]": "date32",
}  # fmt: skip


def _schema(pa: ModuleType, shown: Sequence[Shown]) -> Any:
    """Names and types, and with each the unit and the meaning."""
    fields = []
    for c in shown:
        kind = pa.timestamp("us", "UTC") if "UTC" in c.dtype else getattr(pa, _TYPES[c.dtype])()
        fields.append(pa.field(c.name, kind, metadata={"unit": c.unit, "meaning": c.meaning}))
    return pa.schema(fields)


def _array(pa: ModuleType, values: Any, dtype: str) -> Any:
    """A column: seconds become instants, day numbers days."""
    if "UTC" in dtype:
        return pa.array(values, pa.int64()).cast(pa.timestamp("s", "UTC")).cast(pa.timestamp("us", "UTC"))
    if dtype == "datetime64[s]":
        return pa.array(values, pa.int32()).cast(pa.date32())
    return pa.array(values, getattr(pa, _TYPES[dtype])())
