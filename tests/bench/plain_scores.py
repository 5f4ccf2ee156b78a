"""The plainest numpy form of what is derived from scores alone: by day, week, hour, side of a change, run chart.

Left out is what this clinic has none of: several series of one patient, answers that are missing, grades.
"""

import numpy as np
from plain_parts import D, floats, instants, middle, numbers, of_scale, runs, shared, switches, who

from titration.derive import cuts, washout

SPREAD = ("median", "low", "high")


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

    def run():
        _, n, found = shared((patient << 24) + day, value, 0.5, 0, 1)
        return dict(zip(SPREAD, found, strict=True), n=n)

    return run


def plain_spread(use, f):
    """The median and both ends of each patient."""
    del use
    patient, _, value = numbers(f["scores"], "observed_on", "value")

    def run():
        _, n, found = shared(patient, value, 0.5, 0, 1)
        return dict(zip(SPREAD, found, strict=True), n=n)

    return run


def plain_month(use, f):
    """The same, the mean, and on how many days there is a value."""
    del use
    patient, day, value = numbers(f["scores"], "observed_on", "value")

    def run():
        own, n, found = shared(patient, value, 0.5, 0, 1)
        days = np.bincount(np.unique((patient << 24) + day) >> 24)[own]
        return dict(zip(SPREAD, found, strict=True), n=n, days_with_value=days)

    return run


def plain_weeks(use, f):
    """The median of each patient and day, then that of each week."""
    del use
    patient, day, value = numbers(f["scores"], "observed_on", "value")

    def run():
        keys, answers, (found,) = shared((patient << 24) + day, value, 0.5)
        of_week = (keys >> 24 << 24) + ((keys & 0xFFFFFF) + 3) // 7
        own, n, middles = shared(of_week, found, 0.5, 0, 1)
        total = np.add.reduceat(answers, runs(of_week)[0])
        monday = ((own & 0xFFFFFF) * 7 - 3).astype(D)
        return dict(zip(SPREAD, middles, strict=True), n=total, days_with_value=n, is_kept=n >= 4, week_on=monday)

    return run


def weeks_of(use, f):
    weeks = use["weeks"]
    return (
        who(f, weeks),
        instants(weeks, "week_on").astype(D).astype("int64"),
        floats(weeks, "median"),
        weeks["is_kept"].to_numpy(),
    )


def plain_sensitivity(use, f):
    patient, monday, median, kept = weeks_of(use, f)

    def run():
        own, n, (every,) = shared(patient, median, 0.5)
        _, _, (of_kept,) = shared(patient[kept], median[kept], 0.5)
        first, after = runs(patient)
        n_kept = np.bincount(patient, weights=kept)[own]
        weeks = (monday[after - 1] - monday[first]) // 7 + 1
        return {
            "weeks": weeks, "weeks_with_value": n, "weeks_kept": n_kept, "weeks_dropped": n - n_kept,
            "median_kept": of_kept, "median_all": every,
        }  # fmt: skip

    return run


def charted(patient, monday, median, kept):
    """The points, on which side of the centre each lies, and in which run."""
    order = np.flatnonzero(kept)
    own, week, value = patient[order], monday[order], median[order]
    _, n, (middle_,) = shared(own, value, 0.5)
    centre = np.repeat(middle_, n)
    away = np.sign(np.round(value - centre, 9))
    at = np.flatnonzero(away)
    side, whose = away[at], own[at]
    is_other = whose[1:] != whose[:-1]
    new = np.append(True, is_other | (side[1:] != side[:-1]))
    number = np.cumsum(new)
    first = np.flatnonzero(np.append(True, is_other))
    begun = np.repeat(number[first], np.diff(np.append(first, len(at))))
    run_, crossing = np.full(len(own), np.nan), np.zeros(len(own), bool)
    run_[at] = number - begun + 1
    crossing[at] = new & ~np.append(True, is_other)
    return own, week, value, {"week_on": week.astype(D), "centre": centre, "run": run_, "is_crossing": crossing}


def plain_points(use, f):
    held = weeks_of(use, f)
    return lambda: charted(*held)[-1]


def plain_chart(use, f):
    """The longest run, the crossings, the gaps and the correlation of neighbours; not their limits, a table."""
    held = weeks_of(use, f)

    def run():
        own, week, value, made = charted(*held)
        first, after = runs(own)
        n = after - first
        size = len(first)
        of = np.repeat(np.arange(size), n)
        useful = ~np.isnan(made["run"])
        key = (of[useful] << 32) + made["run"][useful].astype("int64")
        start, stop = runs(key)
        whose = key[start] >> 32
        longest = np.maximum.reduceat(stop - start, runs(whose)[0])
        away = value - (np.add.reduceat(value, first) / n)[of]
        near = np.flatnonzero((of[1:] == of[:-1]) & (week[1:] - week[:-1] == 7))
        together = np.bincount(of[near], weights=away[near] * away[near + 1], minlength=size)
        return {
            "n_points": n, "n_gaps": (week[after - 1] - week[first]) // 7 + 1 - n, "centre": made["centre"][first],
            "n_useful": np.bincount(of[useful], minlength=size), "longest_run": longest,
            "crossings": np.bincount(of, weights=made["is_crossing"], minlength=size),
            "lag1_correlation": together / np.bincount(of, weights=away**2, minlength=size),
            "lag1_pairs": np.bincount(of[near], minlength=size),
        }  # fmt: skip

    return run


def plain_ranked(use, f):
    """A copy of the values, and that none is a grade."""
    del use
    value = floats(f["scores"], "value")
    return lambda: {"rank": value.copy(), "is_grade": np.isnan(value) & False}


def plain_has_rank(use, f):
    del f
    rank = floats(use["ranked"], "rank")
    return lambda: {"rank": rank[~np.isnan(rank)]}


def plain_measured(use, f):
    number, table = of_scale(use, f, lambda scale: not scale.ordinal)
    return lambda: {"scale": table[number]}


def plain_recalled(use, f):
    number, table = of_scale(use, f, washout.recall_hours)
    return lambda: {"recall_h": table[number]}


def plain_hours(use, f):
    """Middle and quartiles of each patient and three hours of the wall clock."""
    scores, (begun, offset) = use["timed"], switches(use["zone"])
    patient, at, value = who(f, scores), instants(scores, "observed_at"), floats(scores, "value")

    def run():
        local = at + (offset[np.searchsorted(begun, at, side="right") - 1] * 60e6).astype("timedelta64[us]")
        part = ((local - local.astype(D)) // np.timedelta64(3, "h")).astype("int64")
        own, n, found = shared((patient << 8) + part, value, 0.25, 0.5, 0.75)
        return dict(zip(("q1", "median", "q3"), found, strict=True), n=n, start_h=3 * (own & 255))

    return run


def plain_direction(use, f):
    windows = use["windows"]
    direction = windows["direction"].map({"decrease": 0, "increase": 1, "other": 2}).to_numpy(dtype="int64")
    patient, value, known = who(f, windows), floats(windows, "difference"), windows["is_computable"].to_numpy()

    def run():
        key = (patient << 2) + direction
        there, of = np.unique(key, return_inverse=True)
        has = ~np.isnan(value)
        own, _, found = shared(of[has], value[has], 0.5, 0, 1)
        told = {name: np.full(len(there), np.nan) for name in SPREAD}
        for name, each in zip(SPREAD, found, strict=True):
            told[name][own] = each
        return told | {"n_changes": np.bincount(of), "n_computable": np.bincount(of, weights=known)}

    return run


PLAIN = {
    "windows.by_direction": ("unique, lexsort, middle", plain_direction),
    "score.ranked": ("a copy", plain_ranked),
    "score.with_rank": ("choose", plain_has_rank),
    "score.spread": ("lexsort, middle of each patient", plain_spread),
    "score.measured": ("take from a table", plain_measured),
    "score.daily": ("lexsort, middle of each day", plain_days),
    "score.monthly_summary": ("lexsort, middle of each patient, unique days", plain_month),
    "weekly.weekly": ("lexsort, middle of each day and of each week", plain_weeks),
    "weekly.sensitivity": ("lexsort, middle of each patient", plain_sensitivity),
    "runchart.points": ("lexsort, sign, count", plain_points),
    "runchart.run_chart": ("the same, bincount, reduceat", plain_chart),
    "hours.by_hour": ("searchsorted in the switches of the clock, lexsort, middle", plain_hours),
    "washout.recalled": ("take from a table", plain_recalled),
}  # fmt: skip
"""What each is in words, and what makes it from what was derived before (`use`) and the frames."""
