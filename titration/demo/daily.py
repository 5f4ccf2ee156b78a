"""Day by day in the simulated clinic: what really arrived, how much spasticity there was, what the diary holds.

The course of spasticity, its correlation from day to day and the reasons for missing days are assumptions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from titration.demo import world as worlds

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from titration.demo.world import Bools, Floats, World

REASONS = ("filled", "bad day", "forgotten", "gap", "ward", "not handed in")
FILLED, BAD_DAY, FORGOTTEN, GAP, WARD, NOT_IN = range(6)
NOISE_SD = 0.9
ILL = 1.5
"""Points of spasticity more while ill (assumed)."""
FORGETS, PER_POINT = 0.05, 0.025
"""Assumed chance that a day stays blank: whatever the day was like, and for each point of spasticity on top."""


@dataclass(frozen=True, eq=False)
class Days:
    """By patient and day, shape (n, days).

    Attributes:
        dose: Daily dose that really ran, mcg/day; 0 before the implant.
        fraction: What of it reached the intrathecal space.
        level: True spasticity, 0 to 10.
        is_expected: Whether a diary was expected, the ward included.
        reason: Why a day expected has no entry; 0 where it has.
        ward: First and last day on the ward, or -1, by patient.
    """

    dose: Floats
    fraction: Floats
    level: Floats
    is_expected: Bools
    reason: NDArray[np.int8]
    ward: NDArray[np.int64]


def daily(world: World, illness: pd.DataFrame, correlation: float) -> Days:
    """All days of all patients.

    Args:
        world: The clinic.
        illness: p, began and ended (days since the start) of each illness.
        correlation: Of the spasticity of one day with that of the day before, beside the course.
    """
    dose = _dose(world)
    fraction = _fraction(world)
    level = _level(world, dose * fraction, correlation)
    for p, began, ended in illness[["p", "began", "ended"]].to_numpy().tolist():
        level[p, max(began, 0) : ended + 1] += ILL
    level = np.clip(level, 0, 10)
    expected, ward = _expected(world)
    return Days(dose, fraction, level, expected, _reasons(world, level, expected, ward), ward)


def _dose(world: World) -> Floats:
    """The dose in force at the end of each day."""
    visit, person = world.visit, world.person
    made = np.full((world.n, world.days), np.nan)
    made[:, 0] = 0.0
    p, k = np.nonzero(visit["is_visit"])
    made[p, visit["day"][p, k]] = visit["dose"][p, k]
    who = np.flatnonzero(person["has_steps"])
    begin = visit["day"][who, worlds.STEPS_AT]
    for after, step in zip(worlds.STEP_DAYS, worlds.step_doses(world), strict=True):
        made[who, begin + after] = step[who]
    who = np.flatnonzero(person["otherwise"])
    made[who, person["otherwise_on"][who]] = person["otherwise_dose"][who]
    last = np.maximum.accumulate(np.where(np.isnan(made), 0, np.arange(world.days)[None, :]), axis=1)
    running: Floats = np.take_along_axis(made, last, axis=1)
    return running


def _fraction(world: World) -> Floats:
    day, person = np.arange(world.days)[None, :], world.person
    is_ill = (person["event"] > 0)[:, None] & (day >= person["onset"][:, None]) & (day < person["revised"][:, None])
    made: Floats = person["ratio"][:, None] * np.where(is_ill, person["fraction"][:, None], 1.0)
    return made


def _level(world: World, arrived: Floats, correlation: float) -> Floats:
    rng, n = world.stream.of("level"), world.n
    half = np.maximum(np.max(arrived, axis=1, keepdims=True) * 0.5, 60.0)
    level: Floats = world.person["level"][:, None] * (1 - 0.55 * arrived / (arrived + half))
    noise, fresh = rng.normal(0, NOISE_SD, n), NOISE_SD * np.sqrt(1 - correlation**2)
    for day in range(world.days):
        level[:, day] += noise
        noise = correlation * noise + rng.normal(0, fresh, n)
    return level


def _expected(world: World) -> tuple[Bools, NDArray[np.int64]]:
    rng, person = world.stream.of("ward"), world.person
    day = np.arange(world.days)[None, :]
    begin = world.visit["day"][:, 0] + 7
    end = np.where(person["is_explanted"], _last_day(world), world.days - 1)
    is_expected = (person["diary"] > 0)[:, None] & (day >= begin[:, None]) & (day <= end[:, None])
    first = begin + 30 + (rng.random(world.n) * np.maximum(end - begin - 60, 1)).astype("int64")
    lies = (rng.random(world.n) < 0.3) & (person["diary"] > 0) & (end - begin > 120)  # noqa: PLR2004 - assumed
    ward = np.where(lies[:, None], np.stack([first, first + rng.integers(4, 15, world.n)], axis=1), -1)
    return is_expected, ward


def _last_day(world: World) -> NDArray[np.int64]:
    visit = world.visit
    made: NDArray[np.int64] = np.where(visit["is_visit"], visit["day"], -1).max(axis=1)
    return made


def _reasons(world: World, level: Floats, expected: Bools, ward: NDArray[np.int64]) -> NDArray[np.int8]:
    rng, shape = world.stream.of("diary"), level.shape
    made = np.zeros(shape, np.int8)
    chance = rng.random(shape)
    made[chance < FORGETS + PER_POINT * level] = BAD_DAY
    made[chance < FORGETS] = FORGOTTEN
    p, day = np.nonzero((rng.random(shape) < 0.01) & expected)  # noqa: PLR2004 - assumed: a gap now and then
    length = rng.integers(5, 17, len(p))
    depth = np.zeros((shape[0], shape[1] + 20), np.int32)
    np.add.at(depth, (p, day), 1)
    np.add.at(depth, (p, day + length), -1)
    made[depth.cumsum(axis=1)[:, : shape[1]] > 0] = GAP
    at = np.arange(shape[1])[None, :]
    made[(at >= ward[:, :1]) & (at <= ward[:, 1:]) & (ward[:, :1] >= 0)] = WARD
    made[~expected] = FILLED
    return made


def typed_on(world: World, p: NDArray[np.int64], day: NDArray[np.int64]) -> tuple[Any, Any]:
    """When each diary day came into the log: UTC seconds (0: not yet) and the visit it was typed at (-1: by the app).

    The app sends at night, some days late; paper is typed at the next visit.
    """
    rng = world.stream.of("late")
    late = np.where(rng.random(len(p)) < 0.12, rng.integers(1, 6, len(p)), 0)  # noqa: PLR2004 - assumed
    is_app = world.person["diary"][p] == 1
    night, _ = world.instant(np.minimum(day + late, world.days - 1), 23 * 60 + 30)
    night = np.where(day + late < world.days, night, 0)
    visit = world.visit
    wide = world.days + 2
    keys = (np.arange(world.n)[:, None] * wide + np.where(visit["is_visit"], visit["day"], world.days + 1)).ravel()
    order = np.argsort(keys, kind="stable")
    place = np.searchsorted(keys[order], p * wide + day, side="right")
    place = np.minimum(place, len(order) - 1)
    flat = order[place]
    is_there = visit["is_visit"].ravel()[flat] & (flat // visit["day"].shape[1] == p)
    at_visit = np.where(is_there, flat % visit["day"].shape[1], -1)
    return np.where(is_app, night, 0), np.where(is_app, -1, np.where(is_there, at_visit, -2))
