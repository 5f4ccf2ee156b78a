"""The plainest numpy form of what is derived from doses and readouts: in order, in intervals, beside the one before.

Texts are left out, and what this clinic has none of: days without a time, steps programmed ahead, the end of following.
"""

import numpy as np
from plain_parts import NEVER, coded, flex_of, floats, instants, only, until_of, who

SET, SAME, OTHER, FIRST = range(4)


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


def plain_programs(use, f):
    stairs = plain_stairs(use, f)

    def run():
        made = stairs()
        held = made["end"] > made["start"]
        made = {name: values[held] for name, values in made.items()}
        return made | {"flow_ml_per_day": made["dose_mcg_per_day"] / made["concentration_mcg_per_ml"]}

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
    "reconcile.confirmations": ("lexsort, each readout compared, choose", plain_confirmations),
    "volumes.programs": ("as of the staircase, division", plain_programs),
}  # fmt: skip
"""What each is in words, and what makes it from what was derived before (`use`) and the frames."""
