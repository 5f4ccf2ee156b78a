"""The plainest numpy form of what is derived of days: lateness, entries expected and filled in, trailing median, epochs.

Left out is what this clinic has none of: several series of one patient, answers of a visit, grades.
"""

import numpy as np
from plain_parts import (
    D,
    floats,
    instants,
    local_day,
    midnights,
    numbers,
    of_scale,
    place_of,
    runs,
    shared,
    spread,
    who,
)

from titration.derive import lateness, washout


def allowed(f):
    """By way of collecting, how many days later is not late; ready made for each score."""
    routes = {way: rule.days for way, rule in lateness.RULES.items() if rule.days is not None and not rule.working}
    return f["scores"]["collected"].map(routes).to_numpy(dtype="float64", na_value=np.nan)


def late(day, recorded_at, limit, edges):
    days = (local_day(recorded_at, edges) - day).astype("float64")
    days[np.isnan(limit)] = np.nan
    return days, days > limit


def plain_late(use, f):
    """Days from the day observed to the day first recorded, and whether they are more than its way allows."""
    scores, edges, limit = f["scores"], midnights(use["zone"]), allowed(f)
    day, recorded_at = instants(scores, "observed_on").astype(D), instants(scores, "first_recorded_at")
    return lambda: dict(zip(("days_late", "is_late"), late(day, recorded_at, limit, edges), strict=True))


def plain_day(use, f):
    del use
    at, on = instants(f["scores"], "observed_at"), instants(f["scores"], "observed_on")
    return lambda: {"observed_on": on.astype("datetime64[s]") if np.isnat(at).all() else None}


def plain_provenance(use, f):
    """The same, and which of four cases each is."""
    scores, edges, limit = f["scores"], midnights(use["zone"]), allowed(f)
    day, recorded_at = instants(scores, "observed_on").astype(D), instants(scores, "first_recorded_at")

    def run():
        days, is_late = late(day, recorded_at, limit, edges)
        case = np.where(np.isnan(days), 0, np.where(days == 0, 1, np.where(days < 0, 2, np.where(is_late, 3, 4))))
        return {"days_late": days, "provenance": case}

    return run


def due_of(f):
    """Schedules and states as numbers, by patient and day."""
    own, states = f["diary_schedules"].sort_values(["patient", "from_on"]), f["patient_states"]
    key = (who(f, states) << 24) + instants(states, "noted_on").astype(D).astype("int64")
    order = np.argsort(key)
    out = states["following"].isin(("explanted", "transferred", "stopped", "died")).to_numpy()
    return (
        who(f, own), instants(own, "from_on").astype(D).astype("int64"), own["every_days"].to_numpy(dtype="int64"),
        key[order], out[order],
    )  # fmt: skip


def due(patient, start, every, states, out, first, last):
    """Each entry expected whose last day is in the window, of those the clinic still follows."""
    skipped = np.maximum(-(-(first - start - every + 1) // every), 0)
    of, number = spread(skipped, (last - start + 1) // every)
    begins = start[of] + number * every[of]
    ends = begins + every[of] - 1
    at = np.searchsorted(states, (patient[of] << 24) + ends, side="right") - 1
    keep = ~(out[at] & (states[at] >> 24 == patient[of]) & (at >= 0))
    return patient[of][keep], begins[keep], ends[keep]


WINDOW = tuple(np.datetime64(day, "D").astype("int64") for day in ("2021-01-01", "2025-12-31"))


def plain_expected(use, f):
    del use
    held = due_of(f)

    def run():
        patient, begins, ends = due(*held, *WINDOW)
        return {"patient": patient, "begins_on": begins.astype(D), "ends_on": ends.astype(D)}

    return run


def judged(patient, day, value, days_late):
    """By patient and day, one sort: whether there is a value, one that is judged, one written on the day."""
    key = (patient << 24) + day
    order = np.argsort(key, kind="stable")
    key = key[order]
    first, _ = runs(key)
    has = ~np.isnan(value)
    flags = (has, has & ~np.isnan(days_late), has & (days_late == 0))
    return key[first], *(np.logical_or.reduceat(flag[order], first) for flag in flags)


def filled(patient, begins, ends, valued):
    """Whether each has a value on one of its days."""
    last = np.append(-1, valued)[np.searchsorted(valued, (patient << 24) + ends, side="right")]
    return last >= (patient << 24) + begins


def diary_of(use, f):
    scores, edges, limit = f["scores"], midnights(use["zone"]), allowed(f)
    patient, day, value = who(f, scores), instants(scores, "observed_on").astype(D), floats(scores, "value")
    recorded_at = instants(scores, "first_recorded_at")
    days = day.astype("int64")

    def run():
        days_late, _ = late(day, recorded_at, limit, edges)
        return judged(patient, days, value, days_late)

    return run


def plain_entries(use, f):
    diary, held = diary_of(use, f), due_of(f)

    def run():
        key, has, *_ = diary()
        patient, begins, ends = due(*held, *WINDOW)
        on = filled(patient, begins, ends, key[has])
        return {"patient": patient, "begins_on": begins.astype(D), "ends_on": ends.astype(D), "is_filled": on}

    return run


def plain_filled(use, f):
    """How many days have a value, in a row none, judged, the same day; how many were expected, and filled."""
    diary, held = diary_of(use, f), due_of(f)

    def run():
        key, has, is_judged, same = diary()
        valued = key[has]
        patient, begins, ends = due(*held, *WINDOW)
        n_expected = np.bincount(patient)
        n_filled = np.bincount(patient, weights=filled(patient, begins, ends, valued))
        inside = ((key & 0xFFFFFF) >= WINDOW[0]) & ((key & 0xFFFFFF) <= WINDOW[1])
        own, days = key[inside & has] >> 24, key[inside & has] & 0xFFFFFF
        first, after = runs(own)
        gap = np.append(0, np.diff(days) - 1)
        gap[first] = 0
        n_judged, n_same = (np.bincount(key[inside] >> 24, weights=x[inside]) for x in (is_judged, same))
        with np.errstate(invalid="ignore"):
            same_pct = 100 * n_same / n_judged
        return {
            "days_with_value": np.bincount(own), "days_without_value": np.bincount(key[inside & ~has] >> 24, minlength=len(n_same)),
            "first_on": days[first].astype(D), "last_on": days[after - 1].astype(D),
            "longest_gap_days": np.maximum.reduceat(gap, first), "n_expected": n_expected, "n_filled": n_filled,
            "filled_pct": 100 * n_filled / n_expected, "days_judged": n_judged, "days_same_day": n_same,
            "same_day_pct": same_pct,
        }  # fmt: skip

    return run


def plain_trailing(use, f):
    """The median of the last seven days on a full grid of patients and days, none over a change."""
    patient, day, value = numbers(use["days"], "day", "median")
    first, n = day.min(), int(day.max() - day.min()) + 1
    changes = use["changed"]
    of_change, on = who(f, changes), instants(changes, "day").astype(D).astype("int64") - first

    def run():
        grid = np.full((int(patient.max()) + 1, n + 6), np.nan)
        grid[patient, day - first + 6] = value
        began = np.zeros((len(grid), n + 6), dtype="int64")
        began[of_change, on + 6] = 1
        grid[began > 0] = np.nan
        dose = np.cumsum(began, axis=1)
        windows = np.lib.stride_tricks.sliding_window_view(grid, 7, axis=1)
        doses = np.lib.stride_tricks.sliding_window_view(dose, 7, axis=1)
        own = np.sort(np.where(doses == dose[:, 6:, None], windows, np.nan), axis=2)
        there = np.isfinite(own).sum(axis=2)
        low, high = (np.maximum(there - 1, 0) // 2, there // 2)
        low, high = (np.take_along_axis(own, np.minimum(at, 6)[..., None], 2)[..., 0] for at in (low, high))
        enough = (there >= 4) & (began[:, 6:] == 0)
        return {"median_7d": np.where(enough, (low + high) / 2, np.nan).ravel(), "days_with_value": there.ravel()}

    return run


def stretches(patient, start, end, is_open, change, other):
    """Where each interval of one dose begins and ends in a staircase."""
    begins = change | np.append(False, other[1:] != other[:-1]) | np.append(True, patient[1:] != patient[:-1])
    first = np.flatnonzero(begins)
    after = np.append(first[1:], len(patient)) - 1
    return first, {"start": start[first], "end": end[after], "patient": patient[first], "is_open": is_open[after]}


def stairs_of(use, f):
    stairs = use["stairs"]
    stairs = stairs[((stairs["end"] > stairs["start"]) | stairs["is_open"]).to_numpy()]
    flags = (stairs[name].to_numpy() for name in ("is_open", "is_change", "is_unexplained"))
    return stairs, (who(f, stairs), instants(stairs, "start"), instants(stairs, "end"), *flags)


def plain_epochs(use, f):
    stairs, held = stairs_of(use, f)
    dose, row = floats(stairs, "dose_mcg_per_day"), stairs["row"].to_numpy()

    def run():
        first, made = stretches(*held)
        days = (made["end"] - made["start"]) / np.timedelta64(1, "D")
        return made | {"days": days, "dose_mcg_per_day": dose[first], "row": row[first]}

    return run


def plain_scored(use, f):
    """Each score in its interval: days of a change left out, settling apart, middle, quartiles, ends; the diary's days."""
    _, held = stairs_of(use, f)
    scores, edges = f["scores"], midnights(use["zone"])
    patient, on, value = who(f, scores), instants(scores, "observed_on").astype(D), floats(scores, "value")
    number, recall = of_scale(use, f, washout.recall_hours)
    diary, schedule = diary_of(use, f), due_of(f)

    def placed(made, began, own, day):
        at = edges[place_of(day)].astype("int64")
        key = (made["patient"] << 52) + made["start"].astype("int64")
        place = np.searchsorted(key, (own << 52) + at, side="right") - 1
        end = made["end"].astype("int64")[place]
        inside = (place >= 0) & (made["patient"][place] == own)
        inside &= (at < end) | (made["is_open"][place] & (at == end))
        last = np.append(made["patient"][1:] != made["patient"][:-1], True)
        following = np.where(last, np.datetime64("NaT"), np.append(began[1:], np.datetime64("NaT")))
        return np.flatnonzero(inside & (began[place] != day) & (following[place] != day)), place, at

    def run():
        _, made = stretches(*held)
        size = len(made["patient"])
        began = local_day(made["start"], edges)
        keep, place, at = placed(made, began, patient, on)
        of = place[keep]
        clear = made["start"].astype("int64")[of] + (48 + recall[number[keep]]) * 3600 * 10**6
        settling = at[keep] < clear
        values, days = value[keep][~settling], on[keep][~settling].astype("int64")
        settled = of[~settling]
        own, n, found = shared(settled, values, 0, 0.25, 0.5, 0.75, 1)
        key, has, *_ = diary()
        whose, begins, ends = due(
            *schedule, began.min().astype("int64"), local_day(made["end"], edges).max().astype("int64")
        )
        is_filled = filled(whose, begins, ends, key[has])
        kept, at_due, _ = placed(made, began, whose, ends.astype(D))
        n_expected = np.bincount(at_due[kept], minlength=size).astype("float64")
        n_filled = np.bincount(at_due[kept], weights=is_filled[kept], minlength=size)
        n_filled[n_expected == 0], n_expected[n_expected == 0] = np.nan, np.nan
        told = {name: np.full(size, np.nan) for name in ("low", "q1", "median", "q3", "high")}
        for name, each in zip(told, found, strict=True):
            told[name][own] = each
        count = np.zeros(size)
        count[own] = n
        return told | {
            "start": made["start"], "end": made["end"], "n": count,
            "n_settling": np.bincount(of[settling], minlength=size),
            "days_with_value": np.bincount(np.unique((settled << 24) + days) >> 24, minlength=size),
            "n_expected": n_expected, "n_filled": n_filled, "filled_pct": 100 * n_filled / n_expected,
        }  # fmt: skip

    return run


PLAIN = {
    "expected.expected": ("repeat, searchsorted in the states", plain_expected),
    "diary.entries": ("sort by day, reduceat, repeat, searchsorted", plain_entries),
    "diary.completeness": ("the same, bincount", plain_filled),
    "diary.trailing_median": ("sort of a sliding window on a full grid", plain_trailing),
    "lateness.day_observed": ("a copy, no time being known", plain_day),
    "lateness.lateness": ("searchsorted in midnights ready made, difference", plain_late),
    "lateness.provenance": ("the same, choose", plain_provenance),
    "epochs.epochs": ("compare, shift", plain_epochs),
    "epochs.scored": ("searchsorted, one sort of the values of all stretches; the diary's days likewise", plain_scored),
}  # fmt: skip
"""What each is in words, and what makes it from what was derived before (`use`) and the frames."""
