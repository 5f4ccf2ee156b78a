"""The plainest numpy form of a derivation, from whole numbers ready made: what each is measured against.

None knows of scales, reporters, sides, gaps, readouts or why a number is missing; each does the heaviest part alone.
"""

import numpy as np

from titration.derive import cuts


def numbers(frame, on, value=None):
    """A frame as a person with numpy alone would hold it: whole numbers for patients and days, and the values."""
    patient = np.unique(frame["patient"].to_numpy(dtype=object), return_inverse=True)[1]
    day = frame[on].to_numpy(dtype="datetime64[us]").astype("datetime64[D]").astype("int64")
    return patient, day, None if value is None else frame[value].to_numpy(dtype="float64", na_value=np.nan)


def middle(own, values):
    """The median, the quartiles and both ends of each run of equal keys: one sort, and places in it."""
    order = np.lexsort((values, own))
    own, values = own[order], values[order]
    first = np.flatnonzero(np.append(True, own[1:] != own[:-1]))
    n = np.diff(np.append(first, len(own)))
    at = [values[first + ((n - 1) * share).astype("int64")] for share in (0, 0.25, 0.75, 1)]
    return n, (values[first + (n - 1) // 2] + values[first + n // 2]) / 2, at, own[first]


def plain_windows(use, f, *, is_sorted):
    """Fourteen days on each side of each change: how many values, their median, quartiles and ends."""
    patient, day, value = numbers(f["scores"], "observed_on", "value")
    key = (patient << 40) + day * 86400
    if is_sorted:
        order = np.argsort(key, kind="stable")
        key, value = key[order], value[order]
    changes = use["changes"]
    names = np.unique(f["scores"]["patient"].to_numpy(dtype=object))
    at = (np.searchsorted(names, changes["patient"].to_numpy(dtype=object)) << 40) + cuts.seconds(changes["start"])

    def run():
        own, values = key, value
        if not is_sorted:
            order = np.argsort(key, kind="stable")
            own, values = key[order], value[order]
        edges = [np.searchsorted(own, at + days * 86400) for days in (-14, 0, 2, 16)]
        made = []
        for a, b in (edges[:2], edges[2:]):
            n = b - a
            place = np.repeat(a, n) + np.arange(n.sum()) - np.repeat(np.cumsum(n) - n, n)
            made.append(middle(np.repeat(np.arange(len(n)), n), values[place]))
        return made

    return run


def plain_days(use, f):
    """The median of each patient and day."""
    del use
    patient, day, value = numbers(f["scores"], "observed_on", "value")
    return lambda: middle((patient << 24) + day, value)


def plain_weeks(use, f):
    """The median of each patient and day, then that of each week."""
    del use
    patient, day, value = numbers(f["scores"], "observed_on", "value")

    def run():
        _, found, _, keys = middle((patient << 24) + day, value)
        return middle((keys >> 24 << 24) + ((keys & 0xFFFFFF) + 3) // 7, found)

    return run


def plain_filled(use, f):
    """How many days of five years have a value, by patient."""
    del use
    patient, day, value = numbers(f["scores"], "observed_on", "value")

    def run():
        key = np.sort(((patient << 24) + day)[np.isfinite(value)])
        return np.bincount(key[np.append(True, key[1:] != key[:-1])] >> 24)

    return run


def plain_trailing(use, f):
    """The median of the last seven days on a full grid of patients and days, broken at no change."""
    patient, day, value = numbers(use["days"], "day", "median")
    first, n = day.min(), int(day.max() - day.min()) + 1

    def run():
        grid = np.full((int(patient.max()) + 1, n + 6), np.nan)
        grid[patient, day - first + 6] = value
        return np.nanmedian(np.lib.stride_tricks.sliding_window_view(grid, 7, axis=1), axis=2)

    return run


def plain_late(use, f):
    """Days from the day observed to the day first recorded, by the clock of UTC."""
    del use
    _, day, _ = numbers(f["scores"], "observed_on")
    recorded_at = f["scores"]["first_recorded_at"].to_numpy(dtype="datetime64[us]")
    return lambda: (recorded_at.astype("datetime64[D]").astype("int64") - day) > 0


def plain_stairs(use, f):
    """Where each dose begins and the next one ends it, sorted by patient and time; nothing of readouts."""
    del use
    patient, _, dose_ = numbers(f["doses"], "effective_on", "dose_mcg_per_day")
    at = f["doses"]["effective_at"].to_numpy(dtype="datetime64[us]")

    def run():
        order = np.lexsort((at, patient))
        own, start = patient[order], at[order]
        end = np.append(start[1:], np.datetime64("NaT"))
        end[np.append(own[1:] != own[:-1], True)] = np.datetime64("NaT")
        return own, start, end, dose_[order]

    return run


def plain_totals(use, f):
    """Each program on each of its days: its dose times the share of the day; all days of 24 hours."""
    del f
    stairs = use["stairs"]
    start, end = (stairs[name].to_numpy(dtype="datetime64[us]") for name in ("start", "end"))
    patient, _, dose_ = numbers(stairs, "start", "dose_mcg_per_day")

    def run():
        first, last = start.astype("datetime64[D]"), end.astype("datetime64[D]")
        n = (last - first).astype("int64") + 1
        of = np.repeat(np.arange(len(n)), n)
        day = first[of] + (np.arange(n.sum()) - np.repeat(np.cumsum(n) - n, n)).astype("timedelta64[D]")
        share = (np.minimum(end[of], day + np.timedelta64(1, "D")) - np.maximum(start[of], day)) / np.timedelta64(
            1, "D"
        )
        key = (patient[of] << 24) + day.astype("int64")
        order = np.argsort(key, kind="stable")
        first = np.flatnonzero(np.append(True, np.diff(key[order]) != 0))
        return key[order][first], np.add.reduceat((dose_[of] * share)[order], first)

    return run


def plain_epochs(use, f):
    """The values of each stretch of one dose: how many, their median, quartiles and ends."""
    patient, day, value = numbers(f["scores"], "observed_on", "value")
    begun = use["changes"]
    names = np.unique(f["scores"]["patient"].to_numpy(dtype=object))
    at = (np.searchsorted(names, begun["patient"].to_numpy(dtype=object)) << 40) + cuts.seconds(begun["start"])

    def run():
        key = (patient << 40) + day * 86400
        return middle(np.searchsorted(np.sort(at), key, side="right"), value)

    return run


PLAIN = {
    "windows.before_after": ("searchsorted, one sort of the values of all windows", lambda use, f: plain_windows(use, f, is_sorted=True)),
    "score.daily": ("lexsort, middle of each day", plain_days),
    "weekly.weekly": ("lexsort, middle of each day and of each week", plain_weeks),
    "diary.completeness": ("unique days with a value, bincount", plain_filled),
    "diary.trailing_median": ("nanmedian of a sliding window on a full grid", plain_trailing),
    "lateness.lateness": ("difference of two days", plain_late),
    "dose.staircase": ("lexsort and shift", plain_stairs),
    "totals.daily_totals": ("repeat, bincount", plain_totals),
    "epochs.scored": ("searchsorted, one sort of the values of all stretches", plain_epochs),
}  # fmt: skip
"""The plainest numpy form of a derivation, from whole numbers: what it says in words, and what makes it."""
