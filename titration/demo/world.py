"""A clinic simulated visit by visit, all patients at once: dates, doses, reservoirs, and what really ran.

Doses follow the published orders of magnitude (clinical notes, section 1.3) in the four published patterns;
every other number here is an assumption, made up for tests and teaching.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

PATTERNS = ("stable", "slow rise", "rapid rise", "fluctuating")
EARLY = ((0.14, 0.04), (0.12, 0.04), (0.28, 0.06), (0.15, 0.05))
LATER = ((0.0, 0.02), (0.03, 0.02), (0.05, 0.03), (0.0, 0.14))
"""Mean and spread of a visit's relative change, by pattern, in the first visits and afterwards."""
TITRATED_BY = 6
MODES = ("simple continuous", "flex", "periodic bolus", "constant flow")
SIMPLE, FLEX, PERIODIC, CONSTANT = range(4)
FILL_ML, ALARM_ML, PRIMING_ML = 40.0, 2.0, 0.25
CONSTANT_FLOW_ML_PER_DAY = 0.5
STRONG_FROM_MCG_PER_DAY = 200.0
STEPS_AT = 5
"""Step dosing is recorded at the visit of that number, with one step a week later and one two weeks later."""
STEP_DAYS = (7, 14)
LEAK, OCCLUSION = 1, 2


@dataclass(frozen=True, eq=False)
class Stream:
    """Random numbers by topic, so that one more of one kind moves no other."""

    seed: int

    def of(self, topic: str) -> np.random.Generator:
        """The numbers of a topic."""
        return np.random.default_rng([self.seed, *topic.encode()])


@dataclass(frozen=True, eq=False)
class World:
    """What happened, patient by visit.

    Attributes:
        n: How many patients.
        days: How many days the log covers.
        start: Its first day.
        zone: IANA name.
        person: By patient: pattern, mode, ratio, diary and so on, each an array of length n.
        visit: By patient and visit: arrays of shape (n, visits); `is_visit` says which there are.
    """

    n: int
    days: int
    start: np.datetime64
    zone: str
    stream: Stream
    person: dict[str, Any] = field(default_factory=dict)
    visit: dict[str, Any] = field(default_factory=dict)

    def day(self, days: Ints | NDArray[Any]) -> NDArray[np.datetime64]:
        """Calendar days from days since the start."""
        return self.start + np.asarray(days).astype("timedelta64[D]")

    def instant(self, days: Ints, minutes: Ints | int) -> tuple[Ints, Ints]:
        """UTC seconds and offsets in minutes of local clock times that are there once."""
        naive = pd.DatetimeIndex(self.day(days)).as_unit("s") + pd.to_timedelta(minutes, unit="min").as_unit("s")
        seconds = naive.tz_localize(self.zone).tz_convert("UTC").tz_localize(None).asi8
        return seconds, (naive.asi8 - seconds) // 60

    def local(self, seconds: Ints) -> tuple[Ints, Ints]:
        """Days since the start and offsets in minutes of UTC seconds."""
        utc = pd.DatetimeIndex(seconds.astype("datetime64[s]"))
        naive = utc.tz_localize("UTC").tz_convert(self.zone).tz_localize(None)
        offset = (naive.asi8 - utc.asi8) // 60
        return (naive.asi8 // 86_400) - self.start.astype("datetime64[D]").astype("int64"), offset


def simulate(patients: int, days: int, start: str, zone: str, stream: Stream, diaries: float) -> World:
    """A clinic of that size; the same seed gives the same one."""
    world = World(patients, days, np.datetime64(start, "D"), zone, stream)
    _people(world, diaries)
    _dates(world)
    _doses(world)
    _trouble(world)
    _volumes(world)
    return world


def _people(world: World, diaries: float) -> None:
    rng, n = world.stream.of("people"), world.n
    diary = np.where(rng.random(n) < diaries, np.where(rng.random(n) < 0.6, 1, 2), 0)  # noqa: PLR2004 - assumed: app and paper
    mode = rng.choice(4, n, p=(0.62, 0.25, 0.10, 0.03))
    world.person.update(
        pattern=rng.choice(4, n, p=(0.4, 0.3, 0.15, 0.15)), mode=mode, diary=diary,
        born=rng.integers(1945, 2012, n), sex=rng.integers(0, 2, n), diagnosis=rng.integers(0, 5, n),
        walking=rng.integers(0, 4, n), is_proxy=(rng.random(n) < 0.2) & (diary == 0),  # noqa: PLR2004 - assumed
        every_days=np.where(mode == CONSTANT, 63, rng.integers(45, 85, n)),
        ratio=rng.normal(1.0, 0.025, n), level=rng.uniform(4.5, 8.0, n),
        keeps_clock=rng.random(n) < 0.3, implant=np.sort(rng.integers(30, 90, n)),  # noqa: PLR2004 - assumed
        has_trial=rng.random(n) < 0.2, has_steps=(rng.random(n) < 0.25) & (mode == SIMPLE), has_goals=rng.random(n) < 0.4,  # noqa: PLR2004 - assumed
        by_weekday=rng.random(n) < 0.2, by_hand=rng.random(n) < 0.05,  # noqa: PLR2004 - assumed
    )  # fmt: skip


def _dates(world: World) -> None:
    """Working days: close together at first, then every so many."""
    rng, person = world.stream.of("dates"), world.person
    most = 6 + world.days // 40
    gap = person["every_days"][:, None] + rng.integers(-5, 6, (world.n, most))
    gap[:, 1:4] = 14 + rng.integers(-3, 4, (world.n, 3))
    gap[:, 0] = person["implant"]
    day = gap.cumsum(axis=1)
    weekday = (world.day(day).astype("int64") + 3) % 7  # 0 is Monday
    day += np.where(weekday > 4, 7 - weekday, 0)  # noqa: PLR2004 - no visits at the weekend
    minute = rng.integers(0, 41, day.shape) * 10 + 540
    at, offset = world.instant(day.ravel(), minute.ravel())
    is_visit = day < world.days - 2
    left = is_visit.sum(axis=1)
    is_explanted = (world.stream.of("explant").random(world.n) < 0.02) & (left > 8)  # noqa: PLR2004 - assumed
    last = np.where(is_explanted, (left * 0.8).astype("int64"), left - 1)
    number = np.arange(most)[None, :]
    world.person["is_explanted"] = is_explanted
    world.visit.update(
        day=day, at=at.reshape(day.shape), offset=offset.reshape(day.shape), is_visit=is_visit & (number <= last[:, None]),
        is_explant=is_explanted[:, None] & (number == last[:, None]), number=np.broadcast_to(number, day.shape),
    )  # fmt: skip


def _rounded(dose: Floats, is_constant: Bools) -> Floats:
    """As a clinic rounds them; a constant flow pump has the doses its strengths give."""
    plain = np.where(dose < 200, np.round(dose), np.round(dose / 5) * 5)  # noqa: PLR2004 - assumed
    return np.where(is_constant, np.clip(np.round(dose / 25) * 25, 100, 1000), np.clip(plain, 25, 800))


def _doses(world: World) -> None:
    """Dose, strength and mode set at each visit; what was found there is another matter."""
    rng, person, visit = world.stream.of("doses"), world.person, world.visit
    shape = visit["day"].shape
    is_constant = person["mode"] == CONSTANT
    early, later = (np.array(pairs)[person["pattern"]] for pairs in (EARLY, LATER))
    dose, strength = np.zeros(shape), np.zeros(shape)
    dose[:, 0] = _rounded(np.clip(rng.normal(90, 15, world.n), 50, 130) + 160 * is_constant, is_constant)
    for k in range(1, shape[1]):
        mean, spread = (early if k < TITRATED_BY else later).T
        step = rng.normal(mean, spread)
        step[np.abs(step) < 0.03] = 0.0  # noqa: PLR2004 - nobody changes a dose by less
        dose[:, k] = _rounded(dose[:, k - 1] * (1 + step), is_constant)
        if k == STEPS_AT + 1:  # the steps have run, and the visit leaves the dose as the plan says
            is_stepped = person["has_steps"]
            after = _rounded(dose[:, k - 1] * 1.15, is_constant)
            dose[:, k] = np.where(is_stepped, after, dose[:, k])
    strong = np.maximum.accumulate(dose > STRONG_FROM_MCG_PER_DAY, axis=1)
    strength = np.where(is_constant[:, None], dose / CONSTANT_FLOW_ML_PER_DAY, np.where(strong, 2000.0, 500.0))
    is_simple = (visit["number"] < 4) & ~is_constant[:, None]  # noqa: PLR2004 - schedules come once the dose is about right
    visit.update(dose=dose, strength=strength, mode=np.where(is_simple, 0, person["mode"][:, None]))
    person["has_steps"] = person["has_steps"] & (visit["is_visit"].sum(axis=1) > STEPS_AT + 1)


def _trouble(world: World) -> None:
    """Catheter events, and a dose changed elsewhere that the log never heard of."""
    rng, person, visit = world.stream.of("trouble"), world.person, world.visit
    left = visit["is_visit"].sum(axis=1)
    row = np.arange(world.n)
    able = (left > 9) & ~person["is_explanted"]  # noqa: PLR2004 - there is a while before and after
    share = rng.random(world.n)
    at = 7 + (rng.random(world.n) * np.maximum(left - 8, 1)).astype("int64")
    at = np.minimum(at, left - 1)
    before = visit["day"][row, np.maximum(at - 1, 0)]
    found = visit["day"][row, at]
    onset = before + ((found - before) * rng.uniform(0.2, 0.8, world.n)).astype("int64")
    has_event = able & (share < 0.10)  # noqa: PLR2004 - assumed
    kind = np.where(rng.random(world.n) < 0.5, LEAK, OCCLUSION)  # noqa: PLR2004 - assumed
    person.update(
        event=np.where(has_event, kind, 0), onset=onset, found=found, revised=np.minimum(found + 6, world.days - 2),
        event_visit=at, fraction=np.where(kind == LEAK, 0.3, 0.5),
    )  # fmt: skip
    is_otherwise = able & (share > 0.96) & (person["mode"] != CONSTANT)  # noqa: PLR2004 - assumed
    person.update(otherwise=is_otherwise, otherwise_visit=at, otherwise_on=onset)
    in_force = visit["dose"][row, np.maximum(at - 1, 0)]
    person["otherwise_dose"] = np.round(in_force * 0.85)
    is_changed = np.zeros(visit["day"].shape, bool)
    is_changed[:, 0] = True
    for name in ("dose", "strength", "mode"):
        is_changed[:, 1:] |= visit[name][:, 1:] != visit[name][:, :-1]
    is_changed[row[is_otherwise], at[is_otherwise]] = True
    stepped = np.flatnonzero(person["has_steps"])
    is_changed[stepped, STEPS_AT + 1] = True
    is_changed |= visit["is_explant"]
    visit["dose"] = np.where(visit["is_explant"], 0.0, visit["dose"])
    visit["is_changed"] = is_changed & visit["is_visit"]


def ran(world: World, k: int) -> list[tuple[Floats, Floats]]:
    """What ran from visit k to the next: pairs of days and dose, one after another."""
    person, visit = world.person, world.visit
    day, dose = visit["day"], visit["dose"]
    gap = (day[:, k + 1] - day[:, k]).astype("float64")
    if k == STEPS_AT:
        first, second = step_doses(world)
        is_stepped = person["has_steps"]
        week = np.full(world.n, 7.0)
        return [
            (week, dose[:, k]), (week, np.where(is_stepped, first, dose[:, k])),
            (gap - 14, np.where(is_stepped, second, dose[:, k])),
        ]  # fmt: skip
    is_now = person["otherwise"] & (person["otherwise_visit"] == k + 1)
    early = np.where(is_now, person["otherwise_on"] - day[:, k], gap)
    return [(early, dose[:, k]), (gap - early, np.where(is_now, person["otherwise_dose"], dose[:, k]))]


def step_doses(world: World) -> tuple[Floats, Floats]:
    """The doses of the two programmed steps."""
    begin = world.visit["dose"][:, STEPS_AT]
    never = np.zeros(world.n, bool)
    return _rounded(begin * 1.05, never), _rounded(begin * 1.10, never)


def in_force(world: World, k: int) -> Floats:
    """The dose that really runs when visit k begins."""
    return ran(world, k - 1)[-1][1] if k else np.zeros(world.n)


def _volumes(world: World) -> None:
    """The reservoir from visit to visit: as programmed, and as it really was."""
    rng, person, visit = world.stream.of("volumes"), world.person, world.visit
    shape = visit["day"].shape
    made: dict[str, Any] = {n: np.full(shape, np.nan) for n in ("expected_ml", "withdrawn_ml", "volume_ml", "found")}
    is_filled = np.zeros(shape, bool)
    left, real = np.zeros(world.n), np.zeros(world.n)
    filled_on = np.zeros(world.n, "int64")
    for k in range(shape[1]):
        following = visit["day"][:, min(k + 1, shape[1] - 1)] + (0 if k + 1 < shape[1] else 60)
        made["found"][:, k] = in_force(world, k)
        made["expected_ml"][:, k] = np.maximum(left, 0)
        made["withdrawn_ml"][:, k] = np.maximum(real + rng.normal(0, 0.2, world.n), 0)
        flow = visit["dose"][:, k] / visit["strength"][:, k]
        ahead = left - flow * 1.2 * (following - visit["day"][:, k] + 10)
        is_new = np.ones(world.n, bool) if not k else visit["strength"][:, k] != visit["strength"][:, k - 1]
        is_filled[:, k] = is_new | (ahead < 3) | (following - filled_on > 175)  # noqa: PLR2004 - the alarm volume; the advice
        filled = FILL_ML - (0 if k else PRIMING_ML)
        left, real = (np.where(is_filled[:, k], filled, v) for v in (left, real))
        filled_on = np.where(is_filled[:, k], visit["day"][:, k], filled_on)
        made["volume_ml"][:, k] = left
        if k + 1 < shape[1]:
            used = sum(length * dose for length, dose in ran(world, k)) / visit["strength"][:, k]
            length = following - visit["day"][:, k]
            closed = np.clip(
                np.minimum(person["revised"], following) - np.maximum(person["onset"], visit["day"][:, k]), 0, None
            )
            closed = closed * (person["event"] == OCCLUSION) * (1 - person["fraction"]) / np.maximum(length, 1)
            left, real = left - used, real - used * person["ratio"] * (1 - closed)
    visit.update(made, is_filled=is_filled & visit["is_visit"] & ~visit["is_explant"])
