"""The plainest numpy form of what is derived from scores: what each of ours is measured against.

Each gives the numbers of our columns, from whole numbers ready made. Texts and grades are left out, and what this
clinic has none of: several series of one patient, answers that are missing, answers of a visit, states that end.
"""

import numpy as np
import plain_dose
from plain_dose import D, floats, instants, local_day, midnights, place_of, runs, spread, switches, who

from titration.derive import cuts, lateness, washout


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


def shared(own, values, *shares):
    """The values of each run of equal keys at those shares, in a straight line between neighbours: count first."""
    order = np.lexsort((values, own))
    own, values = own[order], values[order]
    first, after = runs(own)
    n = after - first
    found = []
    for share in shares:
        at = share * (n - 1)
        low, high = values[first + np.floor(at).astype("int64")], values[first + np.ceil(at).astype("int64")]
        found.append(low + (high - low) * (at - np.floor(at)))
    return own[first], n, found


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


SPREAD = ("median", "low", "high")


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


def plain_ranked(use, f):
    """A copy of the values, and that none is a grade."""
    del use
    value = floats(f["scores"], "value")
    return lambda: {"rank": value.copy(), "is_grade": np.isnan(value) & False}


def plain_has_rank(use, f):
    del f
    rank = floats(use["ranked"], "rank")
    return lambda: {"rank": rank[~np.isnan(rank)]}


def of_scale(use, f, made):
    """What is known of the scale of each score, by its number ready made."""
    codes = f["scores"]["scale"]
    names = codes.unique()
    number = codes.map({name: place for place, name in enumerate(names)}).to_numpy(dtype="int64")
    return number, np.array([made(use["scales"].get(name)) for name in names])


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


def plain_beside(use, f):
    """The last change of the device before each dose change, and those of its day."""
    changes, device, edges = use["changes"], use["device"], midnights(use["zone"])
    patient, start = who(f, changes), instants(changes, "start")
    of, moment, by_day = who(f, device), instants(device, "moment"), device["by_day"].to_numpy()

    def run():
        second = moment.astype("int64") // 10**6
        ends = edges[np.searchsorted(edges, moment, side="right")].astype("int64") // 10**6
        late_ = np.append(np.where(by_day, ends, second).astype("float64"), -np.inf)
        key = (of << 40) + second
        begun = np.append(second.astype("float64"), np.inf)
        day = np.searchsorted(edges, start, side="right") - 1
        from_, to = (edges[day + later].astype("int64") // 10**6 for later in (0, 1))
        base, low, high = (np.searchsorted(key, (patient << 40) + at) for at in (0, from_, to))
        top = np.searchsorted(key, (patient + 1) << 40)
        none = len(key)
        on = high > low
        untimed = np.append(0, np.cumsum(by_day))
        last = np.where(untimed[high] > untimed[low], to, late_[np.where(on, high - 1, none)])
        return {
            "on_start": begun[np.where(on, low, none)], "on_late": last,
            "before_late": late_[np.where(low > base, low - 1, none)], "following": begun[np.where(high < top, high, none)],
        }  # fmt: skip

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


def plain_rated(use, f):
    """The last rating of each goal up to a day, and how many there are."""
    goals, ratings = f["goals"], f["goal_ratings"]
    row, patient, on = goals["row"].to_numpy(), who(f, goals), instants(goals, "set_on")
    of, at, last_on = ratings["goal"].to_numpy(dtype="int64"), instants(ratings, "rated_on"), WINDOW[1].astype(D)
    own_row, rating = ratings["row"].to_numpy(), floats(ratings, "rating")
    importance, difficulty = floats(goals, "importance"), floats(goals, "difficulty")

    def run():
        keep = np.flatnonzero(at <= last_on)
        order = keep[np.lexsort((own_row[keep], at[keep], of[keep]))]
        first, after = runs(of[order])
        goal, latest = of[order][first], order[after - 1]
        rows = np.lexsort((row, on, patient))
        rows = rows[on[rows] <= last_on]
        place = np.minimum(np.searchsorted(goal, row[rows]), len(goal) - 1)
        has = goal[place] == row[rows]
        weight = np.where(np.isnan(importance), 1, importance) * np.where(np.isnan(difficulty), 1, difficulty)
        return {
            "goal": row[rows], "weight": weight[rows], "rating": np.where(has, rating[latest][place], np.nan),
            "rating_row": np.where(has, own_row[latest][place], np.nan),
            "times_rated": np.where(has, (after - first)[place], 0),
        }  # fmt: skip

    return run


def plain_gas(use, f):
    rated = use["rated"]
    patient, weight = who(f, rated), floats(rated, "weight")
    rating, baseline = floats(rated, "rating"), floats(rated, "baseline")

    def run():
        has = ~np.isnan(rating)
        own = np.where(has, weight, 0)
        spread_ = np.sqrt(0.7 * np.bincount(patient, weights=own**2) + 0.3 * np.bincount(patient, weights=own) ** 2)
        spread_[spread_ == 0] = np.nan
        made = {
            name: 50 + 10 * np.bincount(patient, weights=own * np.where(has, x, 0)) / spread_
            for name, x in (("gas_t", rating), ("baseline_gas_t", baseline))
        }
        return made | {"n_goals": np.bincount(patient), "n_rated": np.bincount(patient, weights=has)}

    return run


PLAIN = plain_dose.PLAIN | {
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
    "expected.expected": ("repeat, searchsorted in the states", plain_expected),
    "diary.entries": ("sort by day, reduceat, repeat, searchsorted", plain_entries),
    "diary.completeness": ("the same, bincount", plain_filled),
    "diary.trailing_median": ("sort of a sliding window on a full grid", plain_trailing),
    "lateness.day_observed": ("a copy, no time being known", plain_day),
    "lateness.lateness": ("searchsorted in midnights ready made, difference", plain_late),
    "lateness.provenance": ("the same, choose", plain_provenance),
    "washout.recalled": ("take from a table", plain_recalled),
    "epochs.epochs": ("compare, shift", plain_epochs),
    "epochs.scored": ("searchsorted, one sort of the values of all stretches; the diary's days likewise", plain_scored),
    "cuts.beside": ("searchsorted", plain_beside),
    "goals.rated": ("lexsort, last of each", plain_rated),
    "goals.gas_t": ("bincount", plain_gas),
}  # fmt: skip
"""The plainest numpy form of a derivation, from whole numbers: what it says in words, and what makes it."""

OWN_ROW = "a row of its own in the table of `make bench`, with its own limits, sorted and unsorted"
RULES = "a rule book, not arithmetic: most of it is what counts when, and the words for it"
WITHOUT = {
    "windows.before_after": OWN_ROW,
    "findings.findings": RULES,
    "reconcile.unexplained": RULES,
    "reservoir.closure": RULES,
    "visits.visits": "put together of `recorded.changes` and `reconcile.confirmations`, which stand here, and rules",
    "visits.scores_at": "the scores of this clinic are all a diary's; what is timed is that none is a visit's",
    "ledger.ledger": "put together of `recorded.changes`, `windows.before_after` and `diary.entries`, which stand here",
    "score.labels": "texts alone",
}
"""Derivations that have no plain form, and why; their seconds are told."""
