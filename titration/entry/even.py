"""A large CSV text read at once, where that is the same as reading it line by line.

It is where no quote stands in it, so that each line is a row, and where every line is parted into as many cells. Any other
text is read by `sheets`, a line at a time.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from numpy.typing import NDArray

LINE = ord("\n")
AT_ONCE = 2**20
"""So many letters are looked at together: what a processor keeps at hand."""


def cells(text: str, mark: str, skipped: int = 0) -> tuple[list[str], pd.DataFrame] | None:
    r"""The first line's cells, and those of all others in columns numbered from 0; None where it is not so plain.

    Args:
        text: The whole file.
        mark: What parts the cells.
        skipped: How many lines stand above.

    Example:
        >>> first, below = cells("id,score\nP001,5\n", ",")
        >>> first, below.to_numpy().tolist()
        (['id', 'score'], [['P001', '5']])
        >>> cells('id,score\n"P001",5\n', ",") is None
        True
    """
    if '"' in text or not mark.isascii() or (mark.isspace() and mark != "\t"):
        return None
    if "\r" in text:
        text = text.replace("\r\n", "\n")
        if "\r" in text:
            return None
    if skipped:
        *above, text = text.split("\n", skipped)
        if len(above) < skipped:
            return None
    first, _, below = text.partition("\n")
    width = first.count(mark) + 1
    held = below.encode("utf-8")
    if width < 2 or not _is_even(held, ord(mark), width):  # noqa: PLR2004 - one column: a blank line is not told from a cell
        return None
    read = pd.read_csv(
        io.BytesIO(held), sep=mark, header=None, names=list(range(width)), dtype=str, na_filter=False, engine="c",
        quoting=csv.QUOTE_NONE, skip_blank_lines=False, index_col=False, lineterminator="\n",
    )  # fmt: skip
    return first.split(mark), read.astype("str")


def _is_even(held: bytes, mark: int, width: int) -> bool:
    """Whether each line has as many marks; looked at a part at a time, each the length of some whole lines."""
    begin = 0
    while begin < len(held):
        stop = begin + AT_ONCE
        stop = len(held) if stop >= len(held) else held.rfind(b"\n", begin, stop) + 1
        if not stop or not _is_part_even(np.frombuffer(held[begin:stop], np.uint8), mark, width):
            return False
        begin = stop
    return bool(held)


def _is_part_even(letters: NDArray[np.uint8], mark: int, width: int) -> bool:
    ends, marks = np.flatnonzero(letters == LINE), np.flatnonzero(letters == mark)
    if letters[-1] != LINE:
        ends = np.append(ends, len(letters))
    if len(marks) != len(ends) * (width - 1):
        return False
    of_line = marks.reshape(len(ends), width - 1)
    begins = np.append(-1, ends[:-1])
    return bool((of_line[:, 0] > begins).all() and (of_line[:, -1] < ends).all())
