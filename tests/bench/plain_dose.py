"""The plainest numpy form of what is derived from doses, readouts and programs: what each of ours is measured against.

Each gives the numbers of our columns, from whole numbers ready made. Texts are left out, and what this clinic has
none of: days without a time, plans, the end of following, weekdays that differ, timed boluses, flows on record.
"""

import numpy as np
import pandas as pd

US, D = "datetime64[us]", "datetime64[D]"
NEVER = np.datetime64("NaT")
SET, SAME, OTHER, FIRST = range(4)
SECOND = np.timedelta64(1000000, "us")


def who(f, frame):
    """The patient of each row as the place of the code among all."""
    names = sorted(f["patients"]["patient"])
    return pd.Categorical(frame["patient"], categories=names).codes.astype("int64")


def instants(frame, name):
    return frame[name].to_numpy(dtype=US)


def floats(frame, name):
    return frame[name].to_numpy(dtype="float64", na_value=np.nan)


def coded(values):
    """Texts as numbers, the missing ones as -1."""
    return pd.factorize(values)[0].astype("float64")


def midnights(zone):
    """When each calendar day of the zone begins, ready made; the first is day 0 of 2020."""
    days = pd.date_range("2020-01-01", "2031-01-01", freq="D")
    return days.tz_localize(zone).tz_convert("UTC").tz_localize(None).to_numpy(dtype=US)


def local_day(at, edges):
    return np.datetime64("2020-01-01", "D") + (np.searchsorted(edges, at, side="right") - 1)


def place_of(day):
    return (day - np.datetime64("2020-01-01", "D")).astype("int64")


def runs(own):
    """Where each run of equal numbers begins, and the place after its last."""
    first = np.flatnonzero(np.append(True, own[1:] != own[:-1]))
    return first, np.append(first[1:], len(own))


def spread(first, last):
    """Every place from first to last of each row, and the row."""
    n = np.maximum(last - first, 0)
    of = np.repeat(np.arange(len(n)), n)
    return of, first[of] + np.arange(n.sum()) - np.repeat(np.cumsum(n) - n, n)


def agree(one, other):
    """Equal, or the one with more decimals rounded to those of the other is the other."""
    made = one == other
    at = np.flatnonzero(~made)
    a, b = one[at], other[at]
    decimals = [np.max([(np.round(x, k) != x) * (k + 1) for k in range(6)], axis=0) for x in (a, b)]
    near = np.abs(a - b) <= 0.5 * 10.0 ** -np.minimum(*decimals) + 1e-9 * np.maximum(np.abs(a), 1)
    made[at] = near & (np.abs(a - b) <= 0.005 * np.maximum(a, b) + 1e-9)
    return made


def given(f):
    """Doses and readouts one after the other, as numbers."""
    doses, read = f["doses"], f["readouts"]
    mode = coded(doses["mode"])
    both = {
        "patient": np.append(who(f, doses), who(f, read)),
        "start": np.append(instants(doses, "effective_at"), instants(read, "read_at")),
        "is_set": np.append(np.ones(len(doses), bool), np.zeros(len(read), bool)),
        "row": np.append(doses["row"].to_numpy(), read["row"].to_numpy()),
        "mode": np.append(mode, np.full(len(read), -1.0)),
        "offset_min": np.append(floats(doses, "effective_offset_min"), floats(read, "read_offset_min")),
    }
    for name in ("dose_mcg_per_day", "concentration_mcg_per_ml"):
        both[name] = np.append(floats(doses, name), floats(read, name))
    return both


def sequence(both):
    """In order of patient and time, each readout against what was then in force."""
    order = np.lexsort((both["row"], both["is_set"], both["start"], both["patient"]))
    made = {name: values[order] for name, values in both.items()}
    patient, is_set = made["patient"], made["is_set"]
    place = np.arange(len(order))
    first = np.maximum.accumulate(np.where(is_set | np.append(True, patient[1:] != patient[:-1]), place, 0))
    turn = np.where(is_set, 0, place - first + ~is_set[first])
    holds = np.where(is_set[first], first, -1)
    says = np.where(is_set, SET, SAME)
    against = np.full(len(order), -1)
    for k in range(1, turn.max() + 1):
        at = np.flatnonzero(turn == k)
        held = holds[first[at]]
        against[at] = held
        same = agree(made["dose_mcg_per_day"][at], made["dose_mcg_per_day"][held])
        says[at] = np.where(held < 0, FIRST, np.where(same, SAME, OTHER))
        for name in ("mode", "concentration_mcg_per_ml"):
            was = np.where(held < 0, -1 if name == "mode" else np.nan, made[name][held])
            made[name][at] = np.where(made[name][at] >= 0, made[name][at], was)
        holds[first[at]] = np.where(says[at] == SAME, held, at)
    lost = against < 0
    for name in ("row", "dose_mcg_per_day", "concentration_mcg_per_ml"):
        made[f"against_{name}"] = np.where(lost, np.nan, made[name][against])
    made["against_start"] = np.where(lost, NEVER, made["start"][against])
    return made | {"says": says}


def intervals(made):
    """From where each program begins to where the next does, and where it was last seen."""
    begin = np.flatnonzero(made["says"] != SAME)
    following = np.append(begin[1:], len(made["says"]))
    own = {name: values[begin] for name, values in made.items()}
    patient, start = own["patient"], own["start"]
    is_last = np.append(patient[1:] != patient[:-1], True)
    after = np.where(is_last, -1, np.append(own["says"][1:], -1))
    end = np.where(is_last, NEVER, np.append(start[1:], NEVER))
    seen = following - begin > 1
    near = np.minimum(begin + 1, len(made["says"]) - 1)
    own |= {
        "end": end, "after": after, "began": start,
        "seen_first": np.where(seen, made["start"][near], NEVER),
        "seen_last": np.where(seen, made["start"][following - 1], NEVER),
    }  # fmt: skip
    held = np.flatnonzero(np.isnat(end) | (end > start))
    a, b = held[1:], held[:-1]
    change = np.ones(len(held), bool)
    change[1:] = patient[a] != patient[b]
    for name in ("dose_mcg_per_day", "mode"):
        change[1:] |= own[name][a] != own[name][b]
    change[1:] |= start[a] != end[b]
    own["is_change"] = np.zeros(len(begin), bool)
    own["is_change"][held] = change
    return own


def with_flex(own, flex):
    """A flex program is always a change, as its hours may be other ones."""
    has = np.isnat(own["end"]) | (own["end"] > own["start"])
    return own | {"is_change": own["is_change"] | (has & (own["mode"] == flex))}


def pieces(own, until):
    """The same up to an instant; what was last seen before a readout that differs is in two pieces."""
    is_open = np.isnat(own["end"]) | (own["end"] > until)
    return in_pieces(own | {"end": np.where(is_open, until, own["end"]), "is_open": is_open})


def in_pieces(own):
    is_sure, is_other = (own["after"] >= 0) & (own["after"] != OTHER), own["after"] == OTHER
    last = np.where(is_sure, NEVER, own["seen_last"])
    cut = (last > own["start"]) & (last < own["end"])
    of = np.repeat(np.arange(len(cut)), 1 + cut)
    made = {name: values[of] for name, values in own.items()}
    is_tail = np.append(False, of[1:] == of[:-1])
    is_head = np.append(is_tail[1:], False)
    made["start"] = np.where(is_tail, last[of], made["start"])
    made["end"] = np.where(is_head, last[of], made["end"])
    made["is_open"] &= ~is_head
    made["is_change"] &= ~is_tail
    made["is_confirmed"] = np.where(is_head, True, is_sure[of])
    made["is_unexplained"] = is_other[of] & ~is_head
    return made


STAIRS = (
    "patient", "start", "end", "began", "row", "dose_mcg_per_day", "mode", "concentration_mcg_per_ml", "offset_min",
    "is_change", "is_open", "is_confirmed", "is_unexplained",
)  # fmt: skip
SEQUENCE = (
    "patient", "start", "row", "offset_min", "dose_mcg_per_day", "mode", "concentration_mcg_per_ml", "says",
    "against_row", "against_start", "against_dose_mcg_per_day", "against_concentration_mcg_per_ml",
)  # fmt: skip
OF_SEQUENCE = ("patient", "start", "end", "began", "row", "dose_mcg_per_day", "seen_first", "seen_last", "is_change")


def only(made, names, rows=None):
    return {name: made[name] if rows is None else made[name][rows] for name in names}


def flex_of(f):
    modes = f["doses"]["mode"]
    return coded(modes)[(modes == "flex").to_numpy()][:1]


def until_of(use):
    return np.datetime64(use["until"].tz_localize(None), "us")


def plain_sequence(use, f):
    del use
    both = given(f)
    return lambda: only(sequence(both), SEQUENCE)


def plain_intervals(use, f):
    del use
    made, flex = sequence(given(f)), flex_of(f)
    return lambda: only(with_flex(intervals(made), flex), OF_SEQUENCE)


def plain_pieces(use, f):
    made, flex, until = sequence(given(f)), flex_of(f), until_of(use)
    return lambda: only(pieces(with_flex(intervals(made), flex), until), STAIRS)


def plain_in_pieces(use, f):
    own = with_flex(intervals(sequence(given(f))), flex_of(f))
    own["is_open"] = np.isnat(own["end"])
    own["end"] = np.where(own["is_open"], until_of(use), own["end"])
    return lambda: only(in_pieces(own), STAIRS)


def plain_stairs(use, f):
    both, flex, until = given(f), flex_of(f), until_of(use)
    return lambda: only(pieces(with_flex(intervals(sequence(both)), flex), until), STAIRS)


def plain_in_force(use, f):
    both, until = given({**f, "readouts": f["readouts"].iloc[:0]}), until_of(use)

    def run():
        own = intervals(sequence(both))
        holds = (own["start"] <= until) & (np.isnat(own["end"]) | (own["end"] > until))
        return only(own, ("patient", "start", "row", "dose_mcg_per_day", "mode", "concentration_mcg_per_ml"), holds)

    return run


def plain_confirmations(use, f):
    both, until = given(f), until_of(use)

    def run():
        made = sequence(both)
        own = only(made, ("patient", "row", "says", "dose_mcg_per_day"), made["start"] <= until)
        return own | {"confirmed_at": made["start"][made["start"] <= until]}

    return run


def plain_last_confirmed(use, f):
    both, until = given(f), until_of(use)

    def run():
        made = sequence(both)
        keep = np.flatnonzero(made["start"] <= until)
        patient = made["patient"][keep]
        last = keep[np.append(patient[1:] != patient[:-1], True)]
        return {"patient": made["patient"][last], "row": made["row"][last], "confirmed_at": made["start"][last]}

    return run


def beside(patient, row, dose, kind):
    """Each program less the one before it, and in percent where both are of one kind of mode."""
    first = np.append(True, patient[1:] != patient[:-1])
    old = np.where(first, np.nan, np.append(np.nan, dose[:-1]))
    other = first | np.append(True, kind[1:] != kind[:-1])
    change = dose - old
    with np.errstate(divide="ignore", invalid="ignore"):
        pct = np.where(other | (old == 0), np.nan, 100 * change / old)
    from_row = np.where(first, np.nan, np.append(np.nan, row[:-1]))
    return {"from_row": from_row, "from_mcg_per_day": old, "change_mcg_per_day": change, "change_pct": pct}


def plain_percent(use, f):
    del use
    both, flex = given({**f, "readouts": f["readouts"].iloc[:0]}), flex_of(f)
    at = np.argsort(f["doses"]["row"].to_numpy())

    def run():
        made = sequence(both)
        found = beside(made["patient"], made["row"], made["dose_mcg_per_day"], made["mode"] == flex)
        order = np.argsort(made["row"])
        back = np.empty(len(order), dtype="int64")
        back[at] = order
        return {name: values[back] for name, values in found.items()}

    return run


def plain_with_changes(use, f):
    stairs = use["stairs"]
    patient, row, dose, kind = who(f, stairs), stairs["row"].to_numpy(), floats(stairs, "dose_mcg_per_day"), None
    kind = (stairs["mode"] == "flex").to_numpy()
    start, began = instants(stairs, "start"), instants(stairs, "began")

    def run():
        is_begun = start == began
        found = beside(patient[is_begun], row[is_begun], dose[is_begun], kind[is_begun])
        of = np.cumsum(is_begun) - 1
        return {name: values[of] for name, values in found.items()}

    return run


def plain_recorded_changes(use, f):
    stairs, flex = plain_stairs(use, f), flex_of(f)

    def run():
        made = stairs()
        is_begun = made["start"] == made["began"]
        own = only(made, ("patient", "row", "dose_mcg_per_day", "mode"), is_begun)
        found = beside(own["patient"], own["row"], own["dose_mcg_per_day"], own["mode"] == flex)
        of = np.cumsum(is_begun) - 1
        return made | {name: values[of] for name, values in found.items()}

    return run


def plain_on_record(use, f):
    del use
    doses = f["doses"]
    patient, at, row = who(f, doses), instants(doses, "effective_at"), doses["row"].to_numpy()
    dose, strength, mode = (
        floats(doses, "dose_mcg_per_day"),
        floats(doses, "concentration_mcg_per_ml"),
        coded(doses["mode"]),
    )

    def run():
        order = np.lexsort((row, at, patient))
        return {
            "patient": patient[order], "effective_at": at[order], "row": row[order], "dose_mcg_per_day": dose[order],
            "concentration_mcg_per_ml": strength[order], "mode": mode[order],
        }  # fmt: skip

    return run


def steps_of(f):
    steps = f["dose_steps"]
    return steps["of"].to_numpy(), steps["start_min"].to_numpy(), floats(steps, "rate_mcg_per_h")


def laid_out(of, start, rate):
    """Steps as stretches of the day; before the first one the last one of the day before goes on."""
    order = np.lexsort((start, of))
    of, start, rate = of[order], start[order], rate[order]
    first, after = runs(of)
    end = np.append(start[1:], 1440)
    end[after - 1] = 1440
    late = first[start[first] > 0]
    if len(late):
        head = np.isin(first, late)
        of, rate = np.append(of[late], of), np.append(rate[after[head] - 1], rate)
        start, end = np.append(np.zeros(len(late), "int64"), start), np.append(start[late], end)
        order = np.lexsort((start, of))
        of, start, end, rate = (values[order] for values in (of, start, end, rate))
    return of, start, end, rate, rate * ((end - start) / 60)


def plain_segments(use, f):
    del use
    held = steps_of(f)
    names = ("of", "start_min", "end_min", "rate_mcg_per_h", "amount_mcg")
    return lambda: dict(zip(names, laid_out(*held), strict=True))


def plain_sums(name):
    def make(use, f):
        del use
        held = steps_of(f)

        def run():
            of, *_, amount = laid_out(*held)
            first, _ = runs(of)
            return {"of": of[first], name: np.add.reduceat(amount, first)}

        return run

    return make


def plain_steps_per_day(use, f):
    del use
    of = f["dose_steps"]["of"].to_numpy()

    def run():
        own = np.sort(of)
        first, after = runs(own)
        return {"of": own[first], "steps": after - first}

    return run


def plain_schedule(use, f):
    del use
    held, doses = steps_of(f), f["doses"]
    row, dose, flex = doses["row"].to_numpy(), floats(doses, "dose_mcg_per_day"), (doses["mode"] == "flex").to_numpy()

    def run():
        of, start, end, rate, amount = laid_out(*held)
        even = row[~flex]
        zero, day = np.zeros(len(even), "int64"), np.full(len(even), 1440)
        both = np.append(of, even)
        order = np.argsort(both, kind="stable")
        return {
            "of": both[order], "start_min": np.append(start, zero)[order], "end_min": np.append(end, day)[order],
            "rate_mcg_per_h": np.append(rate, dose[~flex] / 24)[order],
            "amount_mcg": np.append(amount, dose[~flex])[order],
        }  # fmt: skip

    return run


def plain_closure(use, f):
    del use
    held, doses = steps_of(f), f["doses"]
    row, dose = doses["row"].to_numpy(), floats(doses, "dose_mcg_per_day")
    order = np.argsort(row)
    row, dose = row[order], dose[order]

    def run():
        of, *_, amount = laid_out(*held)
        first, _ = runs(of)
        made, stated = np.add.reduceat(amount, first).round(6), dose[np.searchsorted(row, of[first])]
        difference = (made - stated).round(6)
        return {"row": of[first], "computed": made, "stated": stated, "difference": difference}

    return run


def plain_periods(use, f):
    """The last program of each patient beside the first, cut where either changes its rate."""
    schedule = use["schedule"]
    rows = f["doses"].groupby("patient")["row"].agg(["max", "min"])
    parts = [schedule[schedule["of"].isin(rows[name])] for name in rows]
    sides = [
        (who(f, p), p["start_min"].to_numpy(), floats(p, "rate_mcg_per_h")) for p in parts
    ]  # fmt: skip

    def run():
        keys = [(patient << 11) + start for patient, start, _ in sides]
        cut = np.unique(np.concatenate(keys))
        end = np.append(cut[1:] & 2047, 1440)
        end[np.append(cut[1:] >> 11 != cut[:-1] >> 11, True)] = 1440
        start, amounts, rates = cut & 2047, [], []
        for key, (_, _, rate) in zip(keys, sides, strict=True):
            order = np.argsort(key)
            rates.append(rate[order][np.searchsorted(key[order], cut, side="right") - 1])
            amounts.append(rates[-1] * ((end - start) / 60))
        return {
            "patient": cut >> 11, "start_min": start, "end_min": end, "rate_mcg_per_h": rates[0],
            "before_mcg_per_h": rates[1], "amount_mcg": amounts[0], "before_mcg": amounts[1],
            "difference_mcg": (amounts[0] - amounts[1]).round(9),
        }  # fmt: skip

    return run


def cut_by_day(start, end, edges):
    """Stretches cut at each midnight: which, its day, and the hours of it."""
    first = np.searchsorted(edges, start, side="right") - 1
    last = np.searchsorted(edges, end, side="left")
    of, day = spread(first, last)
    return of, day, (np.minimum(end[of], edges[day + 1]) - np.maximum(start[of], edges[day])) / (3600 * SECOND)


def plain_totals(use, f):
    """Each rate times its hours, by calendar day; the steps of a day by the pump's clock, which is that of UTC."""
    stairs, edges = use["stairs"], midnights(use["zone"])
    stairs = stairs[(stairs["end"] > stairs["start"]).to_numpy()]
    patient, start, end = who(f, stairs), instants(stairs, "start"), instants(stairs, "end")
    dose, other = floats(stairs, "dose_mcg_per_day"), stairs["is_unexplained"].to_numpy()
    row = np.where((stairs["record"] == "dose_change").to_numpy(), stairs["row"].to_numpy(), -1)
    flex = (stairs["mode"] == "flex").to_numpy()
    held = steps_of(f)

    def run():
        of, begin, stop, rate, _ = laid_out(*held)
        first = np.searchsorted(of, row)
        n = np.searchsorted(of, row, side="right") - first
        of_piece, day, hours = cut_by_day(start, end, edges)
        even = np.where(n > 0, 0.0, dose / 24)
        stretch = np.flatnonzero(n)
        days = (end[stretch].astype(D) - start[stretch].astype(D)).astype("int64") + 1
        at, later = spread(np.zeros(len(stretch), "int64"), days)
        pump_day, piece = start[stretch].astype(D)[at] + later, stretch[at]
        at, part = spread(first[piece], first[piece] + n[piece])
        piece, midnight = piece[at], pump_day[at].astype(US)
        minute = np.timedelta64(60 * 10**6, "us")
        begun = np.maximum(midnight + begin[part] * minute, start[piece])
        ended = np.minimum(midnight + stop[part] * minute, end[piece])
        ran = begun < ended
        of_part, day_of_part, hours_of_part = cut_by_day(begun[ran], ended[ran], edges)
        whose = patient[piece[ran]][of_part]
        key = np.append((patient[of_piece] << 16) + day, (whose << 16) + day_of_part)
        amount = np.append(even[of_piece] * hours, rate[part[ran]][of_part] * hours_of_part)
        own = (patient[of_piece] << 16) + day
        there, of_own = np.unique(own, return_inverse=True)
        size = len(there)
        total = np.bincount(np.searchsorted(there, key), weights=amount, minlength=size).round(6)
        day, whole = there & 65535, np.bincount(of_own, weights=hours, minlength=size)
        in_day = (edges[day + 1] - edges[day]) / (3600 * SECOND)
        lacks = flex & (n == 0)
        return {
            "patient": there >> 16, "day": np.datetime64("2020-01-01", "D") + day, "total_mcg": total, "hours": whole,
            "hours_in_day": in_day, "is_whole": np.abs(whole - in_day) < 1e-6,
            "is_spread": np.bincount(of_own, weights=lacks[of_piece], minlength=size) > 0,
            "is_unexplained": np.bincount(of_own, weights=other[of_piece], minlength=size) > 0,
        }  # fmt: skip

    return run


def plain_flow(use, f):
    del use
    dose, strength = floats(f["doses"], "dose_mcg_per_day"), floats(f["doses"], "concentration_mcg_per_ml")
    return lambda: {"flow_ml_per_day": np.where(dose == 0, 0.0, dose / np.where(strength > 0, strength, np.nan))}


def plain_programs(use, f):
    stairs = plain_stairs(use, f)

    def run():
        made = stairs()
        held = made["end"] > made["start"]
        made = {name: values[held] for name, values in made.items()}
        return made | {"flow_ml_per_day": made["dose_mcg_per_day"] / made["concentration_mcg_per_ml"]}

    return run


def plain_discrepancy(use, f):
    del use
    refills = f["refills"]
    patient, on, row = who(f, refills), instants(refills, "filled_on"), refills["row"].to_numpy()
    expected, withdrawn, injected = (floats(refills, f"{name}_ml") for name in ("expected", "withdrawn", "injected"))

    def run():
        order = np.lexsort((row, on, patient))
        own = patient[order]
        due = np.append(np.nan, injected[order][:-1])
        due[np.append(True, own[1:] != own[:-1])] = np.nan
        back = np.empty(len(order))
        back[order] = due - expected[order]
        due, difference = np.where(back > 0, back, np.nan).round(6), (withdrawn - expected).round(6)
        return {"difference_ml": difference, "due_ml": due, "difference_pct": 100 * difference / due}

    return run


def plain_changes(use, f):
    """Each program unlike the one before it, that follows it without a break."""
    stairs = use["stairs"]
    stairs = stairs[((stairs["end"] > stairs["start"]) | stairs["is_open"]).to_numpy()]
    patient, start, end = who(f, stairs), instants(stairs, "start"), instants(stairs, "end")
    dose, flex, row = (
        floats(stairs, "dose_mcg_per_day"),
        (stairs["mode"] == "flex").to_numpy(),
        stairs["row"].to_numpy(),
    )
    change, other = stairs["is_change"].to_numpy(), stairs["is_unexplained"].to_numpy()

    def run():
        follows = np.append(False, (patient[1:] == patient[:-1]) & (start[1:] == end[:-1]))
        first, after = runs(np.cumsum(change | ~follows | other))
        of = np.repeat(np.arange(len(first)), after - first)
        began, until = start[first][of], end[after - 1][of]
        at = np.flatnonzero(follows & change)
        old, now = dose[at - 1], dose[at]
        mixed = (flex[at] != flex[at - 1]) | (now == old) | np.isnan(now - old)
        return {
            "patient": patient[at], "row": row[at], "start": start[at], "since": began[at - 1], "until": until[at],
            "from_mcg_per_day": old, "dose_mcg_per_day": now, "change_mcg_per_day": now - old,
            "direction": np.where(mixed, 0, np.where(now > old, 1, 2)), "is_unexplained": other[at - 1],
        }  # fmt: skip

    return run


def plain_device(use, f):
    """Where the strength of programs or of refills changes, and where catheter or pump begins."""
    edges = midnights(use["zone"])
    sources = []
    for frame, name in (("doses", "effective_at"), ("refills", "filled_on")):
        own = f[frame]
        at = instants(own, name)
        at = edges[place_of(at.astype(D))] if name == "filled_on" else at
        sources.append((who(f, own), at, own["row"].to_numpy(), floats(own, "concentration_mcg_per_ml")))
    fixed = []
    for code, frame in ((0, "catheters"), (1, "pumps")):
        own = f[frame]
        at = edges[place_of(instants(own, "implanted_on").astype(D))]
        fixed.append((who(f, own), at, np.full(len(own), code), own["row"].to_numpy()))

    def run():
        parts = list(fixed)
        for patient, at, row, strength in sources:
            order = np.lexsort((row, at, patient))
            own, value = patient[order], strength[order]
            differs = np.append(False, (own[1:] == own[:-1]) & (value[1:] != value[:-1]))
            order = order[differs]
            parts.append((patient[order], at[order], np.full(len(order), 2), row[order]))
        patient, at, what, row = (np.concatenate(each) for each in zip(*parts, strict=True))
        order = np.lexsort((row, what, at, patient))
        return {"patient": patient[order], "moment": at[order], "what": what[order], "row": row[order]}

    return run


def switches(zone):
    """When the offset of the zone's wall clock changes, ready made: seconds since 1970, and minutes from then on."""
    hours = pd.date_range("2020-01-01", "2031-01-01", freq="h", tz="UTC")
    offset = (hours.tz_convert(zone).tz_localize(None) - hours.tz_localize(None)) // pd.Timedelta(minutes=1)
    offset = offset.to_numpy(dtype="int64")
    at = np.flatnonzero(np.append(True, offset[1:] != offset[:-1]))
    return hours.tz_localize(None).to_numpy(dtype=US)[at], offset[at].astype("float64")


def plain_wall_offset(use, f):
    at, (begun, offset) = instants(f["doses"], "effective_at"), switches(use["zone"])
    return lambda: {"effective_at": offset[np.searchsorted(begun, at, side="right") - 1]}


def said(f, zone):
    """All that can tell the pump's clock, one after the other."""
    edges, found = midnights(zone), []
    for place, (frame, name) in enumerate(
        (("pumps", "implanted_on"), ("readouts", "read_at"), ("doses", "effective_at"))
    ):
        own, at = f[frame], instants(f[frame], name)
        at = edges[place_of(at.astype(D))] if name == "implanted_on" else at
        local = floats(own, "effective_offset_min") if frame == "doses" else np.full(len(own), np.nan)
        found.append(
            (who(f, own), at, np.full(len(own), place), own["row"].to_numpy(), floats(own, "clock_offset_min"), local)
        )
    return [np.concatenate(each) for each in zip(*found, strict=True)]


def known(patient, values):
    """Each value, or the last one before it of the same patient."""
    place = np.arange(len(values))
    has = np.maximum.accumulate(np.where(np.isnan(values), -1, place))
    ok = (has >= 0) & (patient[has] == patient)
    return np.where(ok, values[has], np.nan)


def clocks(patient, at, place, row, stated, local):
    keep = ~np.isnan(stated) | ~np.isnan(local) | (place == 0)
    patient, at, place, row, stated, local = (each[keep] for each in (patient, at, place, row, stated, local))
    order = np.lexsort((row, place, at, patient))
    patient, at, row, stated, local = (each[order] for each in (patient, at, row, stated, local))
    given_ = known(patient, stated)
    assumed = np.isnan(given_)
    offset = np.where(assumed, known(patient, local), given_)
    keep = np.flatnonzero(~np.isnan(offset))
    own, when = patient[keep], at[keep]
    keep = keep[np.append((own[1:] != own[:-1]) | (when[1:] != when[:-1]), True)]
    own, value, is_assumed = patient[keep], offset[keep], assumed[keep]
    same = (own[1:] == own[:-1]) & (value[1:] == value[:-1]) & (is_assumed[1:] == is_assumed[:-1])
    keep = keep[np.append(True, ~same)]
    own, start = patient[keep], at[keep]
    end = np.append(start[1:], NEVER)
    end[np.append(own[1:] != own[:-1], True)] = NEVER
    return {"patient": own, "start": start, "end": end, "offset_min": offset[keep], "row": row[keep]}


def plain_offsets(use, f):
    held = said(f, use["zone"])
    return lambda: clocks(*held)


def plain_differs(use, f):
    held, (begun, offset), until = said(f, use["zone"]), switches(use["zone"]), until_of(use)
    since = until - np.timedelta64(5 * 365, "D")

    def run():
        made = clocks(*held)
        start = np.maximum(made["start"], since)
        end = np.where(np.isnat(made["end"]) | (made["end"] > until), until, made["end"])
        first, last = np.searchsorted(begun, start, side="right") - 1, np.searchsorted(begun, end)
        of, place = spread(first, last)
        start = np.maximum(start[of], begun[place])
        end = np.minimum(end[of], np.append(begun[1:], until)[place])
        apart = made["offset_min"][of] - offset[place]
        on = apart != 0
        return {"patient": made["patient"][of][on], "start": start[on], "end": end[on], "difference_min": apart[on]}

    return run


def plain_planned(use, f):
    edges, plans = midnights(use["zone"]), f["plans"]
    patient, on, row = who(f, plans), instants(plans, "effective_on").astype(D), plans["row"].to_numpy()
    waits = (plans["status"] == "planned").to_numpy()

    def run():
        at = edges[place_of(on)]
        order = np.lexsort((row, at, patient))
        order = order[waits[order]]
        return {"patient": patient[order], "row": row[order], "moment": at[order]}

    return run


def plain_overdue(use, f):
    made, edges, until = plain_planned(use, f), midnights(use["zone"]), until_of(use)

    def run():
        found = made()
        day = np.searchsorted(edges, found["moment"], side="right") - 1
        is_over = edges[day + 1] <= until
        days = np.searchsorted(edges, until, side="right") - 1 - day
        return {"row": found["row"][is_over], "due_at": found["moment"][is_over], "days": days[is_over]}

    return run


def plain_bridges(use, f):
    del use
    own = f["boluses"]
    own = own[(own["bolus"] == "bridge").to_numpy()]
    patient, at, row, minutes = (
        who(f, own),
        instants(own, "given_at"),
        own["row"].to_numpy(),
        floats(own, "duration_min"),
    )

    def run():
        order = np.lexsort((row, at, patient))
        start = at[order]
        return {
            "patient": patient[order],
            "row": row[order],
            "start": start,
            "end": start + (minutes[order] * 60e6).astype("timedelta64[us]"),
        }

    return run


def plain_activated(use, f):
    del use
    own = f["readouts"]
    patient, at, row = who(f, own), instants(own, "read_at"), own["row"].to_numpy()
    n, amount = floats(own, "patient_boluses"), floats(own, "patient_boluses_mcg")

    def run():
        order = np.lexsort((row, at, patient))
        own_, end = patient[order], at[order]
        start = np.append(NEVER, end[:-1])
        start[np.append(True, own_[1:] != own_[:-1])] = NEVER
        order = order[~np.isnan(n[order])]
        return {
            "patient": own_, "row": row[order], "start": start, "end": end, "n": n[order], "amount_mcg": amount[order],
            "days": (end - start) / np.timedelta64(1, "D"),
        }  # fmt: skip

    return run


def plain_screening(use, f):
    scores, own = use["timed"], f["boluses"]
    own = own[(own["bolus"] == "screening").to_numpy()]
    order = np.lexsort((instants(own, "given_at"), who(f, own)))
    key = ((who(f, own) << 52) + instants(own, "given_at").astype("int64"))[order]
    bolus, patient, at = own["row"].to_numpy()[order], who(f, scores), instants(scores, "observed_at").astype("int64")
    row, value = scores["row"].to_numpy(), floats(scores, "value")

    def run():
        mine = (patient << 52) + at
        place = np.searchsorted(key, mine) - 1
        apart = (mine - key[place]) / 3600e6
        keep = np.flatnonzero((place >= 0) & (apart <= 24))
        keep = keep[np.lexsort((row[keep], apart[keep], place[keep]))]
        return {
            "bolus_row": bolus[place[keep]],
            "row": row[keep],
            "hours_since_bolus": apart[keep].round(6),
            "value": value[keep],
        }

    return run


def plain_dates(use, f):
    """The newest date of each kind of each patient; how many records that may put it out of date came on a later day."""
    edges, refills, doses = midnights(use["zone"]), f["refills"], f["doses"]
    patient, on, row = (
        who(f, refills),
        instants(refills, "filled_on").astype(D).astype("int64"),
        refills["row"].to_numpy(),
    )
    told = [instants(refills, name) for name in ("next_booked_on", "alarm_on")]
    of_dose, at = who(f, doses), instants(doses, "effective_at")

    def run():
        dosed = np.sort((of_dose << 24) + local_day(at, edges).astype("int64"))
        order = np.lexsort((row, on, patient))
        fills = (patient[order] << 24) + on[order]
        found = []
        for what, (date, kinds) in enumerate(zip(told, ((fills,), (fills, dosed)), strict=True)):
            own = order[~np.isnat(date[order])]
            last = own[np.append(patient[own][1:] != patient[own][:-1], True)]
            key, top = (patient[last] << 24) + on[last], (patient[last] + 1) << 24
            later = sum(np.searchsorted(each, top) - np.searchsorted(each, key, side="right") for each in kinds)
            found.append((patient[last], np.full(len(last), 1 - what), date[last], row[last], later))
        whose, what, day, rows, later = (np.concatenate(each) for each in zip(*found, strict=True))
        order = np.lexsort((what, day, whose))
        return {"patient": whose[order], "on": day[order], "row": rows[order], "n_later": later[order]}

    return run


PLAIN = {
    "dose.staircase": ("lexsort of doses and readouts, each readout against the dose then in force, shift, cut", plain_stairs),
    "dose.with_changes": ("shift and difference", plain_with_changes),
    "dose.in_force": ("lexsort, shift, choose", plain_in_force),
    "dose.last_confirmed": ("lexsort, each readout compared, last of each patient", plain_last_confirmed),
    "dose.percent_change": ("lexsort, shift, difference, back in the order given", plain_percent),
    "found.sequence": ("lexsort, each readout compared with the dose then in force", plain_sequence),
    "intervals.of_sequence": ("shift and choose, on what is sorted", plain_intervals),
    "intervals.pieces": ("shift and choose, repeat", plain_pieces),
    "intervals.in_pieces": ("choose, repeat", plain_in_pieces),
    "recorded.staircase": ("as of the staircase of doses and readouts", plain_stairs),
    "recorded.changes": ("the same, shift, difference", plain_recorded_changes),
    "reconcile.sequence": ("lexsort, each readout compared with the dose then in force", plain_sequence),
    "reconcile.on_record": ("lexsort, take", plain_on_record),
    "reconcile.confirmations": ("lexsort, each readout compared, choose", plain_confirmations),
    "reconcile.planned": ("lexsort, choose", plain_planned),
    "reconcile.overdue_plans": ("lexsort, choose, compare", plain_overdue),
    "boluses.bridges": ("lexsort, sum", plain_bridges),
    "boluses.patient_activated": ("lexsort, shift; not what was allowed, as no program states it", plain_activated),
    "boluses.screening": ("searchsorted, difference", plain_screening),
    "dates.dates": ("lexsort, last of each, searchsorted", plain_dates),
    "segments.segments": ("lexsort, shift, rate x time", plain_segments),
    "segments.weekday_sums": ("the same, add.reduceat", plain_sums("from_steps")),
    "segments.steps_per_day": ("sort, count", plain_steps_per_day),
    "program.schedule": ("lexsort, shift, rate x time, argsort", plain_schedule),
    "program.closure": ("lexsort, rate x time, add.reduceat, searchsorted", plain_closure),
    "periods.periods": ("unique of both cuts, searchsorted in each", plain_periods),
    "totals.weekday_totals": ("lexsort, rate x time, add.reduceat", plain_sums("total_mcg_per_day")),
    "totals.daily_totals": ("rates cut at midnights ready made, unique, bincount", plain_totals),
    "volumes.flow": ("division", plain_flow),
    "volumes.programs": ("as of the staircase, division", plain_programs),
    "reservoir.discrepancy": ("lexsort, shift, difference", plain_discrepancy),
    "cuts.changes": ("shift, compare, choose", plain_changes),
    "cuts.device_changes": ("lexsort of each source, compare, lexsort", plain_device),
    "clock.wall_offset": ("searchsorted in the switches of the clock, ready made", plain_wall_offset),
    "clock.offsets": ("lexsort, the last that was stated, compare", plain_offsets),
    "clock.differs": ("the same, searchsorted in the switches", plain_differs),
}  # fmt: skip
"""What each is in words, and what makes it from what was derived before (`use`) and the frames."""
