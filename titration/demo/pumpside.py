"""What the simulated clinic writes down at the pump: programs, readouts, refills, boluses, devices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from titration.demo import world as worlds
from titration.demo.journal import Sheet, joined, moment, words
from titration.records.programs import MODES as PROGRAMS
from titration.records.programs import WEEKDAYS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from titration.demo.world import World

    Ints = NDArray[np.int64]

STATUSES = ("done", "programmed", "planned")
WEEKEND = ("Saturday", "Sunday")
STARTS = (0, 360, 840)
BOLUS_STARTS = (360, 720, 1080, 1320)
REASONS = ("start after implant", "planned review", "new strength", "step dosing", "explant")
LEVELS = ("T6", "T8", "T9", "T10")


@dataclass(frozen=True, eq=False)
class Visits:
    """The visits that took place, one after another: which patient, which number, when and when recorded."""

    p: Ints
    k: Ints
    day: Ints
    at: Ints
    offset: Ints
    recorded: Ints

    def take(self, chosen: NDArray[np.bool_]) -> Visits:
        """Some of them."""
        return Visits(*(getattr(self, n)[chosen] for n in ("p", "k", "day", "at", "offset", "recorded")))

    def moment(self, world: World, stem: str, minutes: int) -> dict[str, Any]:
        """The three columns of a time so many minutes into the visit."""
        return moment(stem, self.at + 60 * minutes, self.offset, world.day(self.day))


def visits_of(world: World) -> Visits:
    """All visits; most are typed within the hour, some the next day, a few a week after."""
    p, k = np.nonzero(world.visit["is_visit"])
    rng = world.stream.of("typed")
    late = rng.choice(3, len(p), p=(0.85, 0.12, 0.03))
    at = world.visit["at"][p, k]
    recorded = at + np.array([40 * 60, 21 * 3600, 8 * 86_400])[late]
    return Visits(p, k, world.visit["day"][p, k], at, world.visit["offset"][p, k], recorded)


def of_visit(world: World, visits: Visits, name: str) -> NDArray[Any]:
    """A column of the visits."""
    made: NDArray[Any] = world.visit[name][visits.p, visits.k]
    return made


def programs(world: World, visits: Visits) -> tuple[Sheet, dict[str, Sheet]]:
    """Dose changes done, programmed and planned, and their children."""
    done = visits.take(of_visit(world, visits, "is_changed"))
    sheets = [_done(world, done), *_plans(world, visits)]
    sheet = joined(sheets)
    return sheet, _children(world, done)


def _clock(world: World, visits: Visits) -> Ints:
    """The pump's clock: set anew with each program, or kept as it was at the implant."""
    first = world.visit["offset"][visits.p, 0]
    made: Ints = np.where(world.person["keeps_clock"][visits.p], first, visits.offset)
    return made


def _done(world: World, visits: Visits) -> Sheet:
    dose, strength = of_visit(world, visits, "dose"), of_visit(world, visits, "strength")
    is_explant, is_constant = of_visit(world, visits, "is_explant"), of_visit(world, visits, "mode") == worlds.CONSTANT
    is_new = np.where(visits.k > 0, world.visit["strength"][visits.p, visits.k - 1] != strength, False)
    reason = np.where(is_explant, 4, np.where(visits.k == 0, 0, np.where(is_new, 2, 1)))
    modes = [PROGRAMS.index(m) for m in worlds.MODES]
    mode = np.where(is_explant, PROGRAMS.index("stopped"), np.array(modes)[of_visit(world, visits, "mode")])
    flow = np.where(dose > 0, dose / strength, np.nan)
    days = np.minimum((of_visit(world, visits, "volume_ml") - worlds.ALARM_ML) / flow, 3650)
    is_blank = is_constant | is_explant
    alarm = np.where(is_blank, np.datetime64("NaT"), world.day(visits.day + np.nan_to_num(days).astype("int64")))
    by_hand = world.person["by_hand"][visits.p] & (mode == 0) & (visits.k > 3)  # noqa: PLR2004 - some time after the start
    n = len(dose)
    values = {
        **visits.moment(world, "effective", 10), "mode": words(PROGRAMS, mode), "dose_mcg_per_day": dose,
        "concentration_mcg_per_ml": np.where(is_explant, np.nan, strength), "drug": words(("baclofen",), np.zeros(n)),
        "status": words(STATUSES, np.zeros(n)), "flow_ml_per_day": np.where(is_constant & ~is_explant, flow, np.nan),
        "patient_bolus_mcg": np.where(by_hand, 5.0, np.nan), "patient_bolus_max_per_day": _or_none(by_hand, 4),
        "patient_bolus_lockout_min": np.where(by_hand, 180.0, np.nan), "clock_offset_min": _or_none(~is_blank, _clock(world, visits)),
        "alarm_on": alarm.astype("datetime64[s]"), "reason": words(REASONS, reason), "programmed_by": words(("clinician-1",), np.zeros(n)),
        "timing": words(("observed",), np.zeros(n)),
    }  # fmt: skip
    return Sheet("dose_change", visits.p, visits.recorded, values)


def _or_none(there: NDArray[np.bool_], value: Any) -> NDArray[Any]:
    """Whole numbers, missing elsewhere."""
    made: NDArray[Any] = np.full(there.shape, None, dtype=object)
    made[there] = np.broadcast_to(value, there.shape)[there]
    return made


def _plans(world: World, visits: Visits) -> list[Sheet]:
    """Of a visit with step dosing: two steps the pump runs by itself, and one that needs the next visit."""
    at = visits.take((visits.k == worlds.STEPS_AT) & world.person["has_steps"][visits.p])
    first, second = (step[at.p] for step in worlds.step_doses(world))
    following = world.visit["dose"][at.p, worlds.STEPS_AT + 1]
    next_day = world.visit["day"][at.p, worlds.STEPS_AT + 1]
    strength, n, made = of_visit(world, at, "strength"), len(at.p), []
    plans = ((at.day + 7, first, 1), (at.day + 14, second, 1), (next_day, following, 2))
    for day, dose, status in plans:
        seconds, offset = world.instant(day, 540)
        values = {
            **moment("effective", seconds, offset, world.day(day)), "dose_mcg_per_day": dose,
            "mode": words(("simple continuous",), np.zeros(n)),
            "concentration_mcg_per_ml": strength, "status": words(STATUSES, np.full(n, status)),
            "reason": words(REASONS, np.full(n, 3)), "timing": words(("observed",), np.zeros(n)),
        }  # fmt: skip
        made.append(Sheet("dose_change", at.p, at.recorded, values))
    return made


def _children(world: World, done: Visits) -> dict[str, Sheet]:
    dose, mode = of_visit(world, done, "dose"), of_visit(world, done, "mode")
    is_flex = (mode == worlds.FLEX) & (dose > 0)
    by_weekday = world.person["by_weekday"][done.p]
    is_periodic = (mode == worlds.PERIODIC) & (dose > 0)
    parts = [_steps(np.flatnonzero(is_flex & ~by_weekday), dose, 0, 1.0)]
    parts += [
        _steps(np.flatnonzero(is_flex & by_weekday), dose, weekday, 0.92 if WEEKDAYS[weekday] in WEEKEND else 1.0)
        for weekday in range(1, len(WEEKDAYS))
    ]
    periodic = np.flatnonzero(is_periodic)
    basal = np.round(dose[periodic] * 0.6 / 24, 2)
    parts.append((periodic, np.zeros(len(periodic), "int64"), np.zeros(len(periodic), "int64"), basal))
    of, weekday_of, start, rate = (np.concatenate(c) for c in zip(*parts, strict=True))
    order = np.lexsort((start, weekday_of, of))
    of, values = of[order], {
        "weekday": words(WEEKDAYS, weekday_of[order]), "start_min": start[order], "rate_mcg_per_h": rate[order],
    }  # fmt: skip
    none = np.zeros(0, "int64")
    steps = Sheet("dose_step", done.p[of], none, values, of=of)
    each = np.round((dose[periodic] - basal * 24) / len(BOLUS_STARTS), 1)
    of = np.repeat(periodic, len(BOLUS_STARTS))
    n = len(of)
    values = {
        "weekday": words(WEEKDAYS, np.zeros(n)), "start_min": np.tile(BOLUS_STARTS, len(periodic)),
        "dose_mcg": np.repeat(each, len(BOLUS_STARTS)), "duration_min": np.full(n, 5.0),
    }  # fmt: skip
    return {"dose_step": steps, "timed_bolus": Sheet("timed_bolus", done.p[of], none, values, of=of)}


def _steps(place: Ints, dose: NDArray[np.float64], weekday: int, share: float) -> tuple[Any, Any, Any, Any]:
    """Three steps a day: less at night, more for eight hours."""
    total = dose[place] * share
    low = np.round(total * 0.8 / 24, 3)
    high = np.round((total - low * 16) / 8, 3)
    n = len(place)
    rate = np.stack([low, high, low], axis=1).ravel()
    return np.repeat(place, 3), np.full(3 * n, weekday), np.tile(STARTS, n), rate


def devices(world: World) -> list[Sheet]:
    """Pump and catheter of each patient, and the catheter of a revision."""
    rng, n, p = world.stream.of("devices"), world.n, np.arange(world.n)
    day, offset = world.visit["day"][:, 0], world.visit["offset"][:, 0]
    recorded = world.visit["at"][:, 0] + 30 * 60
    constant = (world.person["mode"] == worlds.CONSTANT).astype("int64")
    length = rng.integers(68, 89, n).astype("float64")
    eri = world.day(day + 2300).astype("datetime64[s]")
    pump = Sheet("pump", p, recorded, {
        "implanted_on": world.day(day).astype("datetime64[s]"), "model": words(("SynchroMed II 8637-40", "IsoMed, 0.5 mL/day"), constant),
        "reservoir_ml": np.full(n, 40.0), "low_reservoir_alarm_ml": np.where(constant, np.nan, worlds.ALARM_ML),
        "clock_offset_min": _or_none(constant == 0, offset), "eri_on": np.where(constant, np.datetime64("NaT"), eri),
    })  # fmt: skip

    def catheter(who: Ints, days: Ints, at: Ints, level: Ints) -> Sheet:
        return Sheet("catheter", who, at, {
            "implanted_on": world.day(days).astype("datetime64[s]"), "model": words(("Ascenda 8780",), np.zeros(len(who))),
            "tip_level": words(LEVELS, level), "length_cm": length[who], "volume_ml": np.round(length[who] * 0.0026, 3),
        })  # fmt: skip

    level = rng.integers(0, 4, n)
    who = np.flatnonzero(world.person["event"] > 0)
    at, _ = world.instant(world.person["revised"][who], 15 * 60)
    return [
        pump,
        joined([catheter(p, day, recorded, level), catheter(who, world.person["revised"][who], at, level[who])]),
    ]


def readouts(world: World, visits: Visits) -> tuple[Sheet, Ints]:
    """The pump as found at most visits, and the visit each belongs to."""
    rng = world.stream.of("readouts")
    is_otherwise = world.person["otherwise"][visits.p] & (world.person["otherwise_visit"][visits.p] == visits.k)
    is_read = (rng.random(len(visits.p)) < 0.92) | is_otherwise  # noqa: PLR2004 - assumed: most visits
    is_constant = world.person["mode"][visits.p] == worlds.CONSTANT
    read = visits.take(is_read & (visits.k > 0) & ~is_constant)
    n, before = len(read.p), read.k - 1
    modes = np.array([PROGRAMS.index(m) for m in worlds.MODES])
    by_hand = world.person["by_hand"][read.p] & (world.visit["mode"][read.p, before] == 0) & (before > 3)  # noqa: PLR2004 - as set
    count = rng.integers(10, 60, n)
    last = world.visit["is_changed"] * np.arange(world.visit["day"].shape[1])[None, :]
    set_at = np.maximum.accumulate(last, axis=1)[read.p, before]
    clock = np.where(
        world.person["keeps_clock"][read.p], world.visit["offset"][read.p, 0], world.visit["offset"][read.p, set_at]
    )
    values = {
        **read.moment(world, "read", 2), "dose_mcg_per_day": of_visit(world, read, "found"),
        "mode": words(PROGRAMS, modes[world.visit["mode"][read.p, before]]),
        "concentration_mcg_per_ml": world.visit["strength"][read.p, before],
        "reservoir_ml": np.round(of_visit(world, read, "expected_ml"), 1), "clock_offset_min": clock,
        "eri_on": world.day(world.visit["day"][read.p, 0] + 2300).astype("datetime64[s]"),
        "patient_boluses": _or_none(by_hand, count), "patient_boluses_mcg": np.where(by_hand, count * 5.0, np.nan),
    }  # fmt: skip
    return Sheet("readout", read.p, read.recorded, values), read.k


def refills(world: World, visits: Visits) -> Sheet:
    """Refills with the residual volumes as printed and as measured; the first time it is only filled."""
    at = visits.take(of_visit(world, visits, "is_filled"))
    first, n = at.k == 0, len(at.p)
    following = np.where(
        at.k + 1 < world.visit["day"].shape[1],
        world.visit["day"][at.p, (at.k + 1) % world.visit["day"].shape[1]],
        at.day + 60,
    )
    values = {
        **at.moment(world, "filled", 5), "drug": words(("baclofen",), np.zeros(n)),
        "concentration_mcg_per_ml": of_visit(world, at, "strength"),
        "expected_ml": np.where(first, np.nan, np.round(of_visit(world, at, "expected_ml"), 1)),
        "withdrawn_ml": np.where(first, np.nan, np.round(of_visit(world, at, "withdrawn_ml"), 1)),
        "injected_ml": np.full(n, worlds.FILL_ML), "alarm_ml": np.full(n, worlds.ALARM_ML),
        "next_booked_on": world.day(following).astype("datetime64[s]"), "use_by_on": world.day(at.day + 300).astype("datetime64[s]"),
        "timing": words(("observed",), np.zeros(n)),
    }  # fmt: skip
    return Sheet("refill", at.p, at.recorded, values)


KINDS = ("single", "priming", "bridge", "screening")
ROUTES = ("pump", "lumbar puncture")


def boluses(world: World, visits: Visits, trials: Sheet) -> Sheet:
    """Priming after an implant, a bridge after a change of strength; those of the trials beside them."""
    first = visits.take(visits.k == 0)
    n, strength = len(first.p), of_visit(world, first, "strength")
    common = {
        "bolus": words(KINDS, np.full(n, 1)),
        "route": words(ROUTES, np.zeros(n)),
        "timing": words(("observed",), np.zeros(n)),
    }
    priming = Sheet("bolus", first.p, first.recorded, {
        **first.moment(world, "given", 7), **common, "dose_mcg": strength * worlds.PRIMING_ML,
        "volume_ml": np.full(n, worlds.PRIMING_ML), "duration_min": np.full(n, 20.0),
    })  # fmt: skip
    new = of_visit(world, visits, "strength") != world.visit["strength"][visits.p, np.maximum(visits.k - 1, 0)]
    is_pump = of_visit(world, visits, "mode") != worlds.CONSTANT
    at = visits.take(new & is_pump & ~of_visit(world, visits, "is_explant"))
    n, old, dose = len(at.p), world.visit["strength"][at.p, at.k - 1], of_visit(world, at, "dose")
    bridge = Sheet("bolus", at.p, at.recorded, {
        **at.moment(world, "given", 12), "bolus": words(KINDS, np.full(n, 2)), "route": words(ROUTES, np.zeros(n)),
        "timing": words(("observed",), np.zeros(n)), "volume_ml": np.full(n, worlds.PRIMING_ML),
        "duration_min": np.round(worlds.PRIMING_ML * old / np.maximum(dose, 1) * 1440), "old_concentration_mcg_per_ml": old,
        "new_concentration_mcg_per_ml": of_visit(world, at, "strength"), "bridge_dose_mcg_per_day": dose,
    })  # fmt: skip
    return joined([priming, bridge, trials])
