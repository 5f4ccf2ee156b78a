"""ISO times as texts, read many at once: which are of a form and real, and what the clock on the wall says.

What is not of one of these forms is read one by one, by `times`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from titration import times

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

DAY_S, MONTHS = 86_400, 12
NO_DIGIT = 128
"""Stands for every letter beyond ASCII."""
FORMS = {
    16: "0000-00-00T00:00",
    19: "0000-00-00T00:00:00",
    22: "0000-00-00T00:00+00:00",
    25: "0000-00-00T00:00:00+00:00",
}
"""By length: a 0 is any digit, T may be a blank, + may be a minus."""


def read(texts: NDArray[np.str_], form: str) -> tuple[Bools, Ints, Ints]:
    """Which texts are of that form and a real time, their wall-clock seconds and offsets."""
    wide = np.ascontiguousarray(texts.view(np.uint32).reshape(len(texts), len(form)).T)  # one row a place: read at once
    letters = np.minimum(wide, NO_DIGIT).astype(np.uint8)
    allowed = {"0": "0123456789", "T": "T ", "+": "+-"}
    fits = np.ones(len(texts), bool)
    for place, mark in enumerate(form):
        marks = [ord(c) for c in allowed.get(mark, mark)]
        first, last = marks[0], marks[-1]
        found = letters[place]
        fits &= (found - first <= last - first) if mark == "0" else (found == first) | (found == last)
    digits = letters - np.uint8(ord("0"))

    def two(place: int) -> Ints:
        found: Ints = digits[place].astype(np.int64) * 10 + digits[place + 1]
        return found

    year, month, day, hour, minute = two(0) * 100 + two(2), two(5), two(8), two(11), two(14)
    second = two(17) if form.startswith("0000-00-00T00:00:00") else np.zeros(len(texts), np.int64)
    fits &= (year >= times.FIRST_YEAR) & (year <= times.LAST_YEAR) & (month >= 1) & (month <= MONTHS) & (day >= 1)
    fits &= (hour < 24) & (minute < 60) & (second < 60)  # noqa: PLR2004 - the hours of a day, the minutes of an hour
    months = np.where(fits, (year - 1970) * 12 + month - 1, 0).astype("datetime64[M]")
    days = months.astype("datetime64[D]") + np.where(fits, day - 1, 0).astype("timedelta64[D]")
    fits &= days.astype("datetime64[M]") == months
    wall = days.astype(np.int64) * DAY_S + hour * 3600 + minute * 60 + second
    offset = np.zeros(len(texts), np.int64)
    if form.endswith("+00:00"):
        at = len(form) - 6
        size = two(at + 1) * 60 + two(at + 4)
        fits &= (size <= 14 * 60) & (two(at + 4) < 60)  # noqa: PLR2004 - as times.parse_offset
        offset = np.where(letters[at] == ord("-"), -size, size)
    return fits, wall, offset
