"""The plainest numpy form of what is derived of refills, boluses, plans, dates and goals.

Texts are left out; each sorts once and looks up by searchsorted.
"""

import numpy as np
from plain_diary import WINDOW
from plain_parts import NEVER, D, coded, floats, instants, local_day, midnights, place_of, runs, until_of, who


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


PLAIN = {
    "reconcile.on_record": ("lexsort, take", plain_on_record),
    "reconcile.planned": ("lexsort, choose", plain_planned),
    "reconcile.overdue_plans": ("lexsort, choose, compare", plain_overdue),
    "boluses.bridges": ("lexsort, sum", plain_bridges),
    "boluses.patient_activated": ("lexsort, shift; not what was allowed, as no program states it", plain_activated),
    "boluses.screening": ("searchsorted, difference", plain_screening),
    "dates.dates": ("lexsort, last of each, searchsorted", plain_dates),
    "reservoir.discrepancy": ("lexsort, shift, difference", plain_discrepancy),
    "goals.rated": ("lexsort, last of each", plain_rated),
    "goals.gas_t": ("bincount", plain_gas),
}  # fmt: skip
"""What each is in words, and what makes it from what was derived before (`use`) and the frames."""
