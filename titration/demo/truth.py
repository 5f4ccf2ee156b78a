"""What is known beside a simulated log and stands nowhere in it: true shares, events, slips, reasons."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from titration.demo import daily
from titration.demo import world as worlds
from titration.demo.journal import words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from titration.demo.daily import Days
    from titration.demo.journal import Sheet
    from titration.demo.world import World

TRUTH = {
    "patient": "str",
    "what": "str",
    "since_on": "datetime64[s]",
    "until_on": "datetime64[s]",
    "row": "Int64",
    "field": "str",
    "value": "float64",
    "words": "str",
}
"""Columns of the truth.

what: "pattern", "delivered fraction" (of what was programmed; value), "catheter event" (value: its share; words: leak,
occlusion), "dose changed elsewhere" (value: mcg/day that really ran; row: the readout that shows it), "slip" (row and
field; value: what is right, and words: its class; of a side, words: what is right), "entered twice" (row), "diary day missing" (words: why; value: true spasticity).
Days are whole days of the log's zone, the last included.
"""
SLIPS = ("dose x10", "digits swapped", "volumes swapped", "score turned round", "other side")


@dataclass(eq=False)
class Slips:
    """Slips planted into sheets, with what is right.

    Attributes:
        found: Class, table, place in the sheet, field, right value, right words.
    """

    found: list[tuple[str, str, int, str, float, str | None]] = field(default_factory=list)

    def plant(self, sheets: Mapping[str, Sheet], share: float, rng: np.random.Generator) -> None:
        """Make about that share of dose changes, refills and visit scores wrong, each in one way."""
        dose = np.asarray(sheets["dose_change"].facts["dose_mcg_per_day"], dtype="float64").copy()
        is_done = np.asarray(sheets["dose_change"].facts["status"]) == "done"
        some = np.flatnonzero(is_done & (dose >= 30) & (dose <= 250))  # noqa: PLR2004 - a slip that could be typed
        for place in self._some(some, share, rng):
            self.found.append((SLIPS[0], "dose_change", place, "dose_mcg_per_day", dose[place], None))
            dose[place] *= 10
        hundreds, tens = dose // 100, dose // 10 % 10
        some = np.flatnonzero(is_done & (dose >= 100) & (dose < 1000) & (hundreds != tens) & (tens > 0))  # noqa: PLR2004 - three digits
        taken = {place for _, _, place, *_ in self.found}
        for place in self._some(some, share, rng):
            if place not in taken:
                self.found.append((SLIPS[1], "dose_change", place, "dose_mcg_per_day", dose[place], None))
                dose[place] += 90 * (tens[place] - hundreds[place])
        sheets["dose_change"].facts["dose_mcg_per_day"] = dose
        self._volumes(sheets["refill"], share, rng)
        self._scores(sheets["score"], share, rng)

    @staticmethod
    def _some(places: NDArray[Any], share: float, rng: np.random.Generator) -> list[int]:
        if not len(places) or share <= 0:
            return []
        chosen: list[int] = np.sort(rng.choice(places, max(1, round(len(places) * share)), replace=False)).tolist()
        return chosen

    def _volumes(self, refill: Sheet, share: float, rng: np.random.Generator) -> None:
        pair = [np.asarray(refill.facts[n], dtype="float64").copy() for n in ("expected_ml", "withdrawn_ml")]
        for place in self._some(np.flatnonzero(np.abs(pair[0] - pair[1]) > 0.3), share, rng):  # noqa: PLR2004 - so that it matters
            self.found.append((SLIPS[2], "refill", place, "expected_ml", pair[0][place], None))
            self.found.append((SLIPS[2], "refill", place, "withdrawn_ml", pair[1][place], None))
            pair[0][place], pair[1][place] = pair[1][place], pair[0][place]
        refill.facts["expected_ml"], refill.facts["withdrawn_ml"] = pair

    def _scores(self, score: Sheet, share: float, rng: np.random.Generator) -> None:
        value = np.asarray(score.facts["value"], dtype="float64").copy()
        is_visit = (score.facts["collected"] == "visit").to_numpy(dtype=bool)
        is_nrs = (score.facts["scale"] == "nrs_spasticity").to_numpy(dtype=bool)
        some = np.flatnonzero(is_visit & is_nrs & (np.abs(value - 5) > 1))
        for place in self._some(some, share, rng):
            self.found.append((SLIPS[3], "score", place, "value", value[place], None))
            value[place] = 10 - value[place]
        score.facts["value"] = value
        side = score.facts["side"].to_numpy(dtype=object, na_value=None)
        for place in self._some(np.flatnonzero([s is not None for s in side]), share, rng):
            self.found.append((SLIPS[4], "score", place, "side", np.nan, side[place]))
            side[place] = "right" if side[place] == "left" else "left"
        score.facts["side"] = pd.Series(side, dtype="str")


def truth(
    world: World, days: Days, slips: Slips, rows: Mapping[str, NDArray[np.int64]], codes: Sequence[str],
    known: Mapping[str, Any],
) -> pd.DataFrame:  # fmt: skip
    """All of it as one frame of `TRUTH`.

    Args:
        world: The clinic.
        days: Its days.
        slips: What was planted.
        rows: The row of each fact, by table.
        codes: The code of each patient.
        known: `of`: the patient of each fact, by table; `twice`: places of visits entered twice; `elsewhere`: places of
            readouts that show a dose the log never heard of; `diary`: day by day which diary days came in.
    """
    parts = [_patterns(world), _delivered(world), _events(world), _elsewhere(world, rows, known)]
    parts += [_slips(slips, rows, known["of"]), _twice(rows, known), _missing(days, known["came_in"])]
    made = pd.concat([p for p in parts if len(p)], ignore_index=True)
    for name in ("since_on", "until_on"):
        on = made[name].to_numpy(dtype="float64", na_value=np.nan) if name in made else np.full(len(made), np.nan)
        there = ~np.isnan(on)
        day = np.full(len(made), np.datetime64("NaT"), dtype="datetime64[D]")
        day[there] = world.day(on[there].astype("int64"))
        made[name] = day.astype("datetime64[s]")
    made["patient"] = words(codes, made.pop("p"))
    typed: pd.DataFrame = made.reindex(columns=list(TRUTH)).astype(TRUTH)
    return pd.DataFrame(typed.sort_values(["patient", "what", "since_on"], kind="stable", ignore_index=True))


def _patterns(world: World) -> pd.DataFrame:
    pattern = words(worlds.PATTERNS, world.person["pattern"])
    return pd.DataFrame({"p": np.arange(world.n), "what": "pattern", "words": pattern})


def _delivered(world: World) -> pd.DataFrame:
    """The share of the programmed dose that arrived, by ranges of days."""
    person, last = world.person, world.days - 1
    begin, hit = world.visit["day"][:, 0], person["event"] > 0
    p = np.arange(world.n)
    plain = pd.DataFrame({
        "p": p, "since_on": begin, "until_on": np.where(hit, person["onset"] - 1, last), "value": person["ratio"],
    })  # fmt: skip
    during = pd.DataFrame({
        "p": p, "since_on": person["onset"], "until_on": person["revised"] - 1, "value": person["ratio"] * person["fraction"],
    })[hit]  # fmt: skip
    after = pd.DataFrame({"p": p, "since_on": person["revised"], "until_on": last, "value": person["ratio"]})[hit]
    made: pd.DataFrame = pd.concat([plain, during, after])
    return pd.DataFrame(made.assign(what="delivered fraction", field="dose_mcg_per_day"))


def _events(world: World) -> pd.DataFrame:
    who = np.flatnonzero(world.person["event"] > 0)
    kind = words(("leak", "occlusion"), world.person["event"][who] - 1)
    return pd.DataFrame({
        "p": who, "what": "catheter event", "since_on": world.person["onset"][who], "until_on": world.person["revised"][who] - 1,
        "value": world.person["fraction"][who], "words": kind,
    })  # fmt: skip


def _elsewhere(world: World, rows: Mapping[str, NDArray[np.int64]], known: Mapping[str, Any]) -> pd.DataFrame:
    place = known["elsewhere"]
    p = known["of"]["readout"][place]
    return pd.DataFrame({
        "p": p, "what": "dose changed elsewhere", "since_on": world.person["otherwise_on"][p],
        "until_on": world.visit["day"][p, world.person["otherwise_visit"][p]], "row": rows["readout"][place],
        "field": "dose_mcg_per_day", "value": world.person["otherwise_dose"][p],
    })  # fmt: skip


def _slips(slips: Slips, rows: Mapping[str, NDArray[np.int64]], of: Mapping[str, NDArray[np.int64]]) -> pd.DataFrame:
    lines = [
        {
            "p": of[table][place],
            "what": "slip",
            "row": rows[table][place],
            "field": name,
            "value": value,
            "words": right or kind,
        }
        for kind, table, place, name, value, right in slips.found
    ]
    return pd.DataFrame(lines)


def _twice(rows: Mapping[str, NDArray[np.int64]], known: Mapping[str, Any]) -> pd.DataFrame:
    place = known["twice"]
    return pd.DataFrame({"p": known["of"]["visit"][place], "what": "entered twice", "row": rows["visit"][place]})


def _missing(days: Days, came_in: NDArray[np.bool_]) -> pd.DataFrame:
    p, day = np.nonzero(days.is_expected & ~came_in)
    reason = days.reason[p, day]
    reason = np.where(reason == daily.FILLED, daily.NOT_IN, reason)
    return pd.DataFrame({
        "p": p, "what": "diary day missing", "since_on": day, "until_on": day, "field": "value", "value": days.level[p, day],
        "words": words(daily.REASONS, reason),
    })  # fmt: skip
