"""The plainest numpy form of what is derived from steps: the day as segments, their sums, totals by calendar day.

Left out is what this clinic has none of: weekdays that differ, timed boluses, flows on record, bridges in a total.
"""

import numpy as np
from plain_parts import SECOND, US, D, floats, instants, midnights, runs, spread, who


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


PLAIN = {
    "segments.segments": ("lexsort, shift, rate x time", plain_segments),
    "segments.weekday_sums": ("the same, add.reduceat", plain_sums("from_steps")),
    "segments.steps_per_day": ("sort, count", plain_steps_per_day),
    "program.schedule": ("lexsort, shift, rate x time, argsort", plain_schedule),
    "program.closure": ("lexsort, rate x time, add.reduceat, searchsorted", plain_closure),
    "periods.periods": ("unique of both cuts, searchsorted in each", plain_periods),
    "totals.weekday_totals": ("lexsort, rate x time, add.reduceat", plain_sums("total_mcg_per_day")),
    "totals.daily_totals": ("rates cut at midnights ready made, unique, bincount", plain_totals),
    "volumes.flow": ("division", plain_flow),
}  # fmt: skip
"""What each is in words, and what makes it from what was derived before (`use`) and the frames."""
