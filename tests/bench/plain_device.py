"""The plainest numpy form of what cuts a stretch of one program, and of the clock of the pump.

Texts are left out; each sorts once and looks up by searchsorted.
"""

import numpy as np
from plain_parts import NEVER, D, floats, instants, known, midnights, place_of, runs, spread, switches, until_of, who


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


PLAIN = {
    "cuts.changes": ("shift, compare, choose", plain_changes),
    "cuts.device_changes": ("lexsort of each source, compare, lexsort", plain_device),
    "clock.wall_offset": ("searchsorted in the switches of the clock, ready made", plain_wall_offset),
    "clock.offsets": ("lexsort, the last that was stated, compare", plain_offsets),
    "clock.differs": ("the same, searchsorted in the switches", plain_differs),
    "cuts.beside": ("searchsorted", plain_beside),
}  # fmt: skip
"""What each is in words, and what makes it from what was derived before (`use`) and the frames."""
