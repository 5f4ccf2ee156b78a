"""A simulated clinic of any size with its truth beside it: frames as a log gives them, or a log of them.

For tests, benchmarks and teaching. No patient is behind it; the same seed gives the same frames.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from titration import frames as file_frames
from titration import recording_frames
from titration.demo import bedside, daily, journal, pumpside
from titration.demo import truth as truths
from titration.demo import world as worlds
from titration.demo.replay import Replay, confirmed
from titration.entry import bulk
from titration.records import KINDS
from titration.times import from_seconds

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from titration.demo.daily import Days
    from titration.demo.journal import Journal, Sheet
    from titration.demo.world import World
    from titration.log import Log

DAYS_PER_YEAR = 365.25
ASSUMED_CORRELATION = 0.5
"""From one day of a diary to the next; no published figure for intrathecal baclofen is known, so it is an assumption."""


@dataclass(frozen=True, eq=False)
class Synthetic:
    """A simulated clinic.

    Attributes:
        frames: Every frame by the name a chart gives it, and `plans`; all patients.
        truth: What stands nowhere in the log; columns and meanings in `titration.demo.truth.TRUTH`.
        zone: IANA zone of the clinic.
        seed: What everything hangs on.
    """

    frames: Mapping[str, pd.DataFrame]
    truth: pd.DataFrame
    zone: str
    seed: int

    def write(self, path: str | Path) -> Log:
        """The same as a log, entry by entry in the order of recording; for some thousands of facts.

        Args:
            path: Where; nothing may be there.

        Returns:
            The log, open; its frames are these frames.
        """
        from pathlib import Path  # noqa: PLC0415 - with the one method that needs it

        replay = Replay(self.seed, zone=self.zone)
        parts = self._by_entry()
        for entry in sorted(parts):
            at, by = parts[entry][0]
            given = parts[entry][1]
            replay.at(at, by, lambda log, given=given: confirmed(lambda confirm: _store(log, given, confirm)))  # type: ignore[misc]  # mypy cannot infer it
        return replay.run(Path(path))

    def _by_entry(self) -> dict[int, Any]:
        made: dict[int, Any] = {}
        whole = dict(self.frames)
        whole["doses"] = pd.concat([whole["doses"], whole.pop("plans")], ignore_index=True)
        for kind in KINDS.values():
            if kind.parent is not None:
                continue
            frame = whole[kind.frame].sort_values("row", ignore_index=True)
            children = {c.value.record.kind.table: whole[c.value.record.kind.frame] for c in kind.children}  # type: ignore[attr-defined]  # Children has it
            for entry, places in frame.groupby("entry").indices.items():
                some = frame.iloc[places]
                own = {t: _of(child, some) for t, child in children.items()}
                first = some.iloc[0]
                head = (from_seconds(int(first["recorded_at"].timestamp())), first["recorded_by"])
                parts = made.setdefault(int(entry), (head, []))[1]  # type: ignore[call-overload]  # stubs know no key of a group
                parts.append((kind, some.reset_index(drop=True)[bulk.contract(kind)], own))
        return made


def _of(child: pd.DataFrame, parents: pd.DataFrame) -> pd.DataFrame:
    """The children of some parents, each with the place of its own."""
    own = child[child["of"].isin(parents["row"])].sort_values("row", ignore_index=True)
    place = pd.Series(np.arange(len(parents)), index=parents["row"].to_numpy())
    return own.assign(of=place.reindex(own["of"]).to_numpy())


def _store(log: Log, parts: Any, confirm: Mapping[str, str]) -> Any:
    heading = log.heading("append")
    return recording_frames.append(log.store, parts, heading, confirm=confirm, setting=log.setting)


def synthetic(
    patients: int = 100, years: float = 2.0, seed: int = 1, *, start: str = "2021-11-15", zone: str = "Europe/London",
    diaries: float = 0.3, correlation: float = ASSUMED_CORRELATION, slips: float = 0.003,
) -> Synthetic:  # fmt: skip
    """A simulated clinic with known truth.

    Args:
        patients: How many.
        years: How long the log covers; at least half a year.
        seed: What everything hangs on.
        start: First day.
        zone: IANA zone of the clinic; its clocks are put forward and back within.
        diaries: Share of patients who keep a daily diary; the others are scored at visits only.
        correlation: Of spasticity from day to day beside its course; an assumption, no figure is published.
        slips: Share of dose changes, refills and visit scores entered wrong, of each class of slip (at least one); 0 is none.

    Returns:
        Frames in the contract's columns and dtypes, rows and entries numbered as a log numbers them, and the truth.

    Example:
        >>> made = synthetic(patients=3, years=1, seed=7)
        >>> made.frames["patients"]["patient"].tolist()
        ['S0001', 'S0002', 'S0003']

    Source:
        Doses in the order of magnitude of PMID 37982808 and PMID 22151522; all else is made up.
    """
    stream = worlds.Stream(seed)
    world = worlds.simulate(patients, max(int(years * DAYS_PER_YEAR), 183), start, zone, stream, diaries)
    visits = pumpside.visits_of(world)
    ill = bedside.illness(world, visits)
    days = daily.daily(world, ill, correlation)
    sheets, known = _sheets(world, visits, ill, days)
    planted = truths.Slips()
    planted.plant(sheets, slips, stream.of("slips"))
    known["twice"] = _enter_twice(sheets, slips, stream)
    codes = [f"S{n:04d}" for n in range(1, patients + 1)]
    made = journal.write_up(sheets, codes)
    _refer(made, known)
    known["of"] = {table: sheet.p for table, sheet in sheets.items()}
    beside = truths.truth(world, days, planted, made.rows, codes, known)
    doses, plans = file_frames.split(made.frames["doses"])
    return Synthetic({**made.frames, "doses": doses, "plans": plans}, beside, zone, seed)


def _sheets(
    world: World, visits: pumpside.Visits, ill: pd.DataFrame, days: Days
) -> tuple[dict[str, Sheet], dict[str, Any]]:
    """Everything written down, and what only the simulation knows of it."""
    change, children = pumpside.programs(world, visits)
    trial_scores, trial_boluses = bedside.trials(world)
    read, read_at = pumpside.readouts(world, visits)
    goal, rating, of_goal = bedside.goals(world, visits)
    diary, came_in = _diary(world, visits, days)
    made: list[Sheet] = [
        change, *children.values(), *pumpside.devices(world), read, pumpside.refills(world, visits),
        pumpside.boluses(world, visits, trial_boluses), *bedside.people(world), bedside.visits(world, visits),
        journal.joined([*bedside.visit_scores(world, visits, days), *trial_scores, diary]), bedside.effects(world, visits),
        bedside.events(world, ill), goal, rating, bedside.schedules(world, days), *bedside.papers(world, visits),
    ]  # fmt: skip
    sheets = {sheet.table: sheet for sheet in made}
    is_shown = world.person["otherwise"][read.p] & (world.person["otherwise_visit"][read.p] == read_at)
    return sheets, {"elsewhere": np.flatnonzero(is_shown), "of_goal": of_goal, "came_in": came_in}


def _diary(world: World, visits: pumpside.Visits, days: Days) -> tuple[Sheet, NDArray[np.bool_]]:
    """The diary days that came in, and which they are."""
    p, day = np.nonzero(days.is_expected & (days.reason == daily.FILLED))
    night, visit = daily.typed_on(world, p, day)
    typed = np.zeros(world.visit["day"].shape, "int64")
    typed[visits.p, visits.k] = visits.recorded
    recorded = np.where(visit >= 0, typed[p, np.maximum(visit, 0)], night)
    is_in = recorded > 0
    came_in = np.zeros(days.reason.shape, bool)
    came_in[p[is_in], day[is_in]] = True
    together = np.where(visit >= 0, p, -1)
    return bedside.diary(world, days, p[is_in], day[is_in], recorded[is_in], together[is_in]), came_in


def _enter_twice(sheets: dict[str, Sheet], share: float, stream: worlds.Stream) -> NDArray[np.int64]:
    """A few visits are entered again two days later; the places of those."""
    sheet = sheets["visit"]
    n = len(sheet.p)
    some = np.flatnonzero(stream.of("twice").random(n) < share)
    again = journal.Sheet(
        "visit", sheet.p[some], sheet.recorded[some] + int(timedelta(days=2).total_seconds()),
        {name: pd.Series(values).take(some).reset_index(drop=True) for name, values in sheet.facts.items()},
    )  # fmt: skip
    sheets["visit"] = journal.joined([sheet, again])
    return np.arange(n, n + len(some))


def _refer(made: Journal, known: Mapping[str, Any]) -> None:
    """Facts that name another fact by its row: a rating its goal, a change the plan it carries out.

    Every second plan is carried out in words too; of the others the log does not say so.
    """
    goal_of = pd.Series(made.rows["goal"][known["of_goal"]], index=made.rows["goal_rating"])
    ratings, doses = made.frames["goal_ratings"], made.frames["doses"]
    ratings["goal"] = goal_of.reindex(ratings["row"]).astype("Int64").array
    by = ["patient", "effective_on"]
    planned = doses.loc[doses["status"] == "planned", [*by, "row"]].rename(columns={"row": "plan"}).iloc[::2]
    met = doses.loc[doses["status"] == "done", [*by, "row"]].merge(planned, on=by)
    plan_of = pd.Series(met["plan"].to_numpy(), index=met["row"].to_numpy(), dtype="Int64")
    doses["fulfils"] = plan_of.reindex(doses["row"]).array
