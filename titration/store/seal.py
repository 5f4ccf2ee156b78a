"""Seals: the canonical bytes of rows, the digest of a block, the seal of an entry.

Canonical form: msgpack of [table, columns, rows], the values as they are read back from the file.
Each digest is tagged with what it is of, so that one can never stand for another.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from collections.abc import Sequence

BLOCK_ROWS = 1024
GENESIS = bytes(32)
_encode = msgspec.msgpack.Encoder().encode


_KEPT = {"INTEGER": {int, type(None)}, "REAL": {float, type(None)}}
_ARRAYS = {"INTEGER": "int64", "REAL": "float64"}


def as_kept(values: Any, sql: str, name: str) -> Any:
    """A column's values exactly as the file will give them back, for the digest is of those.

    SQLite keeps no -0.0, keeps NaN as NULL, and a whole number in a REAL column comes back as a float.

    Args:
        values: Integers for INTEGER, floats for REAL, or None; or an array of whole numbers or of floats.
        sql: The column's type.
        name: What it is called when something else is among them.

    Example:
        >>> as_kept([-0.0, float("nan"), 5.0], "REAL", "score.value")
        [0.0, None, 5.0]
    """
    if getattr(values, "dtype", None) == _ARRAYS[sql]:
        return _array_as_kept(values)
    kinds = set(map(type, values))
    if not kinds <= _KEPT[sql]:
        message = f"{name} is {sql}, and was given {sorted(k.__name__ for k in kinds - _KEPT[sql])}"
        raise AssertionError(message)
    if sql == "INTEGER":
        return values
    return [None if v is None or v != v else v + 0.0 for v in values]  # noqa: PLR0124 - NaN is not itself


def _array_as_kept(values: Any) -> Any:
    """An array as the file will give it back: of NaN is made None."""
    if values.dtype == "int64":
        return values
    made, is_missing = values + 0.0, values != values  # noqa: PLR0124 - NaN is not itself
    if is_missing.any():
        made = made.astype(object)
        made[is_missing] = None
    return made


def block_digest(table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> bytes:
    """The digest of up to 1,024 rows of a table.

    Args:
        table: Its name.
        columns: The sealed columns, in the order the log's layout has them.
        rows: The rows, by key, each a tuple or a list; integers, floats, text, bytes or None.

    Example:
        >>> block_digest("code", ["id", "text"], [(1, "P001")]).hex()[:8]
        '6616da2d'
    """
    body = _encode([table, list(columns), rows])
    return sha256(b"titration block 1\0" + body).digest()


def entry_seal(previous: bytes, header: Sequence[Any], digests: Sequence[bytes]) -> bytes:
    """The seal of an entry: over the seal before it, its header and the digests of its blocks."""
    body = _encode([previous, list(header), list(digests)])
    return sha256(b"titration entry 1\0" + body).digest()


def block_line(table: str, first: int, n: int, version: int, digest: bytes) -> bytes:
    """What an entry's seal covers of a block: all of its line in the journal."""
    return f"{table} {first} {n} {version} ".encode() + digest


def words_digest(salt: bytes, text: str) -> bytes:
    """The salted digest of a free text; without the salt it says nothing about the text."""
    return sha256(b"titration words 1\0" + salt + text.encode("utf-8")).digest()


def short(seal: bytes) -> str:
    """A seal as it stands on paper: sixteen hex digits in fours.

    Example:
        >>> short(bytes(32))
        '0000-0000-0000-0000'
    """
    text = seal.hex()[:16]
    return "-".join(text[i : i + 4] for i in range(0, 16, 4))
