"""Gathers what a 24-hour strip shows: the program in force, the one before it, the two clocks, diary by the hour.

All derived numbers come from `derive`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from titration.derive import clock, dose, hours, moments, periods, program, reconcile, recorded
from titration.derive.kept import own_frames
from titration.derive.segments import WEEKDAYS
from titration.plot.content import each
from titration.records.programs import EVERY_DAY

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from titration.scales import Scale

WINDOW_TICK = pd.Timedelta(microseconds=1)


@dataclass(frozen=True, eq=False)
class Program:
    """One program as it was set or found.

    Attributes:
        stair: Its first piece of the staircase, with the change from the one before.
        parts: Its day as `program.schedule` gives it; no rows where how its day runs is not on record.
    """

    stair: Any
    parts: pd.DataFrame

    @property
    def varies(self) -> bool:
        """Whether its rate changes by the clock, or it gives boluses."""
        return bool(self.parts["part"].ne("rate").any())

    @property
    def dose(self) -> float:
        """Its daily dose, as stated or found, in mcg/day; missing where it was not read."""
        return float(self.stair.dose_mcg_per_day)


@dataclass(frozen=True, eq=False)
class Facet:
    """The days of the week on which both programs run alike.

    Attributes:
        days: Which, in words.
        now: Parts of the program on these days.
        before: Parts of the one before.
        periods: What `periods.periods` gives for these days.
    """

    days: str
    now: pd.DataFrame
    before: pd.DataFrame
    periods: pd.DataFrame

    @property
    def total(self) -> float:
        """What the parts add up to on one of these days, in mcg; missing where there are none."""
        return float(self.now["amount_mcg"].sum(min_count=1))

    @property
    def total_before(self) -> float:
        """The same of the program before."""
        return float(self.before["amount_mcg"].sum(min_count=1))


@dataclass(frozen=True, eq=False)
class Clocks:
    """The pump's clock beside the wall clock.

    Attributes:
        difference_min: Pump less wall at the instant shown, in minutes; None where it is not on record.
        spans: What `clock.differs` gives for the time the program ran.
        is_by_wall: Whether the last difference began with a change of the wall clock.
        began: When the program took effect.
    """

    difference_min: int | None
    spans: pd.DataFrame
    is_by_wall: bool
    began: pd.Timestamp | None


@dataclass(frozen=True, eq=False)
class Shown:
    """Everything a 24-hour strip shows.

    Attributes:
        patient: Code.
        zone: IANA name.
        at: The instant it is shown for.
        now: The program in force then; None when there is none.
        before: The one before it, or the last one when it ended.
        ended: When the last one ended without another.
        facets: The days of the week, grouped.
        clocks: The two clocks.
        confirmed_at: When the program was last known; missing when never.
        is_confirmed: Whether the program shown was ever known to run.
        scale: The scale of the diary; None when no score of it has a time.
        by_hour: Its scores by time of day while the program ran.
        others: Diaries with times that are not drawn, in words.
    """

    patient: str
    zone: str
    at: pd.Timestamp
    now: Program | None
    before: Program | None
    ended: pd.Timestamp | None
    facets: tuple[Facet, ...]
    clocks: Clocks
    confirmed_at: pd.Timestamp | None
    is_confirmed: bool
    scale: Scale | None
    by_hour: pd.DataFrame
    others: tuple[str, ...]

    @property
    def shift_min(self) -> int:
        """What is taken from the pump's clock to stand on the wall's; 0 where it is not on record."""
        return self.clocks.difference_min or 0

    @property
    def varies(self) -> bool:
        """Whether either program changes by the clock, so that the clock matters."""
        return any(one is not None and one.varies for one in (self.now, self.before))


def of_patient(
    frames: Mapping[str, pd.DataFrame],
    *,
    patient: str,
    zone: str,
    until: datetime,
    scales: Mapping[str, Scale],
    since: datetime | None = None,
    scale: str | None = None,
) -> Shown:
    """What a 24-hour strip of that patient shows at `until`.

    Args:
        frames: Frames by name.
        patient: Code.
        zone: IANA name.
        until: The instant whose program is shown.
        scales: Scales by code.
        since: Leaves out diary scores before it.
        scale: Scale of the diary; without it the one with most timed scores.

    Returns:
        The content.
    """
    at = moments.instant(until)
    own = own_frames(frames, patient)
    stairs = dose.with_changes(
        recorded.staircase(own, zone=zone, until=at)
    )  # fmt: skip
    programs = [Program(stair, _parts(stair, own)) for stair in _programs(stairs)[-2:]]
    is_open = bool(len(stairs)) and bool(stairs["is_open"].iloc[-1])
    now = programs[-1] if is_open else None
    before = programs[-1] if programs and not is_open else programs[-2] if len(programs) > 1 else None
    known = reconcile.confirmations(own, zone=zone, until=at)
    begin = None if now is None else now.stair.began
    chosen, by_hour, others = _diary(own["scores"], begin, at, zone=zone, scales=scales, since=since, scale=scale)
    return Shown(
        patient=patient, zone=zone, at=at, now=now, before=before,
        ended=None if is_open or stairs.empty else stairs["end"].iloc[-1],
        facets=tuple(_facets(now, before, patient)), clocks=_clocks(own, patient, begin, at, zone=zone),
        confirmed_at=None if known.empty else known["confirmed_at"].iloc[-1],
        is_confirmed=_is_seen(now, known),
        scale=chosen, by_hour=by_hour, others=others,
    )  # fmt: skip


def _is_seen(now: Program | None, known: pd.DataFrame) -> bool:
    """Whether the program was ever known to run: it was set by hand, or seen since it began by itself."""
    if now is None:
        return False
    return bool(now.stair.status != "programmed" or (known["confirmed_at"] >= now.stair.began).any())


def _programs(stairs: pd.DataFrame) -> list[Any]:
    """Each program that ran for a while, in order."""
    held = stairs[(stairs["end"] > stairs["start"]) | stairs["is_open"]]
    return list(each(held.drop_duplicates(["record", "row"])))


def _parts(stair: Any, own: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """The day of one program. What a readout found has no steps: its day is known only when its rate is one."""
    one = pd.DataFrame([stair])[["row", "patient", "mode", "dose_mcg_per_day"]]
    is_set = stair.record == "dose_change"
    steps, boluses = (
        own[name][own[name]["of"] == stair.row] if is_set else own[name].iloc[:0]
        for name in ("dose_steps", "timed_boluses")
    )
    made = program.schedule(one, steps, boluses)
    return made[made["amount_mcg"].notna()]


def _facets(now: Program | None, before: Program | None, patient: str) -> list[Facet]:
    """The seven days in groups of days that are alike in both programs."""
    none = program.schedule(pd.DataFrame({n: [] for n in ("row", "patient", "mode", "dose_mcg_per_day")}), _NO_STEPS)
    parts = [none if one is None else one.parts.assign(patient=patient) for one in (now, before)]
    made = periods.periods(*parts)
    if not any((one["weekday"] != EVERY_DAY).any() for one in parts):
        return [Facet(EVERY_DAY, parts[0], parts[1], made)]
    groups: dict[Any, list[str]] = {}
    for day in WEEKDAYS:
        key = tuple(tuple(map(tuple, _of_day(one, day)[_KEY].fillna(-1).to_numpy().tolist())) for one in parts)
        groups.setdefault(key, []).append(day)
    found = []
    for days in groups.values():
        first, second = (_of_day(one, days[0]).reset_index(drop=True) for one in parts)
        found.append(Facet(_named(days), first, second, _of_day(made, days[0]).reset_index(drop=True)))
    return found


_KEY = ["part", "start_min", "end_min", "rate_mcg_per_h", "amount_mcg"]
_NO_STEPS = pd.DataFrame({name: [] for name in ("of", "weekday", "start_min", "rate_mcg_per_h")})


def _of_day(parts: pd.DataFrame, day: str) -> pd.DataFrame:
    return parts[parts["weekday"].isin([EVERY_DAY, day])]


def _named(days: Sequence[str]) -> str:
    """Days of the week in words."""
    if len(days) == len(WEEKDAYS):
        return EVERY_DAY  # named by day, and alike on all of them
    place = [WEEKDAYS.index(day) for day in days]
    if len(days) > 2 and place[-1] - place[0] == len(days) - 1:  # noqa: PLR2004 - two days are named both
        return f"{days[0]} to {days[-1]}"
    return ", ".join(days)


def _clocks(
    own: Mapping[str, pd.DataFrame], patient: str, begin: pd.Timestamp | None, at: pd.Timestamp, *, zone: str
) -> Clocks:
    difference = clock.difference_at(own, patient=patient, zone=zone, at=at)
    first = at if begin is None else min(begin, at)
    spans = clock.differs(own, zone=zone, since=first, until=at + WINDOW_TICK)
    is_by_wall = False
    if len(spans):
        edges = pd.Series([spans["start"].iloc[-1] - WINDOW_TICK, spans["start"].iloc[-1]])
        walls = clock.wall_offset(edges, zone=zone)
        is_by_wall = bool(walls.iloc[0] != walls.iloc[1])
    return Clocks(difference, spans, is_by_wall, begin)


def _diary(
    scores: pd.DataFrame,
    begin: pd.Timestamp | None,
    at: pd.Timestamp,
    *,
    zone: str,
    scales: Mapping[str, Scale],
    since: datetime | None,
    scale: str | None,
) -> tuple[Scale | None, pd.DataFrame, tuple[str, ...]]:
    """The diary scores with a time while the program ran: the scale with most of them, by time of day."""
    first = at if begin is None else begin if since is None else max(begin, moments.instant(since))
    inside = scores[scores["observed_at"].notna() & (scores["observed_at"] >= first) & (scores["observed_at"] <= at)]
    made = hours.by_hour(inside[inside["scale"].isin(list(scales))], zone=zone, scales=scales)
    if scale is not None:
        if scale not in scales:
            raise LookupError(f"{scale}: no scale of this log; there are {', '.join(scales)}")
        made = made[made["scale"] == scales[scale].code]
    if made.empty:
        return None, made, ()
    made = made.assign(body_part=made["body_part"].fillna(""))
    n = made.groupby(["scale", "body_part"])["n"].sum().sort_values(ascending=False, kind="stable")
    code, body = n.index[0]
    drawn = made[(made["scale"] == code) & (made["body_part"] == body)].reset_index(drop=True)
    others = tuple(
        f"{scales[row['scale']].name}{', ' * bool(row['body_part'])}{row['body_part']} (n {row['n']})"
        for row in n.iloc[1:].reset_index().to_dict("records")
    )
    return scales[code], drawn, others
