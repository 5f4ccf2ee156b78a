"""What the simulated clinic writes down about the person: scores, side effects, events, oral drugs, goals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from titration.demo.journal import Sheet, joined, moment, words
from titration.records.person import DIAGNOSES, FOLLOWING, SEXES, VISITS
from titration.scales import REPORTERS, register

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from titration.demo.daily import Days
    from titration.demo.pumpside import Visits
    from titration.demo.world import World

    Ints = NDArray[np.int64]

SCALES = ("nrs_spasticity", "penn_frequency", "modified_ashworth")
GRADES = ("0", "1", "1+", "2", "3", "4")
SIDES = ("left", "right")
COLLECTED = ("visit", "app", "paper")
ORIGINS = ("spinal", "cerebral")
WALKING = ("walks", "walks with aids", "stands for transfers", "does not walk")
HOURS = (-0.5, 0.5, 1, 2, 4, 6, 8, 24)
EASED = (0.0, 0.3, 1.0, 2.0, 3.2, 2.6, 1.6, 0.2)
"""Points of spasticity less at those hours after a screening bolus of 75 mcg (assumed)."""
DOSES_MCG = (50.0, 75.0)
GOALS = (("sit for two hours without spasms", 0), ("wash and dress with one helper", 3))
DOMAINS = ("pain and spasm", "posture and function", "self-care", "ease of care")
ILLNESSES = ("UTI", "skin", "bowel", "pain")
EFFECTS = ("any", "weakness", "sedation", "constipation", "bladder")
SEVERITIES = ("none", "mild", "moderate")


def people(world: World) -> list[Sheet]:
    """Codes, states, oral drugs at the start; three weeks before the implant."""
    n, p, person = world.n, np.arange(world.n), world.person
    day = world.visit["day"][:, 0] - 21
    at, _ = world.instant(day, 10 * 60)
    noted = {"noted_on": world.day(day).astype("datetime64[s]")}
    patient = Sheet("patient", p, at, {"birth_year": person["born"], "sex": words(SEXES, person["sex"])})
    state = Sheet("patient_state", p, at, {
        **noted, "diagnosis": words(DIAGNOSES, person["diagnosis"]), "origin": words(ORIGINS, (person["diagnosis"] > 1) * 1),
        "ambulation": words(WALKING, person["walking"]), "following": words(FOLLOWING, np.zeros(n)),
    })  # fmt: skip
    gone = np.flatnonzero(person["is_explanted"])
    last = np.where(world.visit["is_visit"], world.visit["day"], -1).max(axis=1)[gone]
    later, _ = world.instant(last, 17 * 60)
    explanted = Sheet("patient_state", gone, later, {
        "noted_on": world.day(last).astype("datetime64[s]"), "following": words(FOLLOWING, np.full(len(gone), FOLLOWING.index("explanted"))),
    })  # fmt: skip
    return [patient, joined([state, explanted]), _oral(world, at)]


def _oral(world: World, at: Ints) -> Sheet:
    """Oral baclofen is taken back once the pump runs."""
    visit, made, p = world.visit, [], np.arange(world.n)
    parts = [(p, visit["day"][:, 0] - 21, at, 60.0)]
    for k, dose in ((2, 30.0), (4, 0.0)):
        who = np.flatnonzero(visit["is_visit"][:, k])
        parts.append((who, visit["day"][who, k], visit["at"][who, k] + 40 * 60, dose))
    for who, day, recorded, dose in parts:
        n = len(who)
        made.append(Sheet("oral_dose", who, recorded, {
            "started_on": world.day(day).astype("datetime64[s]"), "drug": words(("baclofen oral",), np.zeros(n)),
            "dose_mg_per_day": np.full(n, dose), "timing": words(("observed",), np.zeros(n)),
        }))  # fmt: skip
    return joined(made)


def visits(world: World, made: Visits) -> Sheet:
    """The visits themselves."""
    filled = world.visit["is_filled"][made.p, made.k]
    kind = np.where(
        made.k == 0, VISITS.index("implant"), np.where(filled, VISITS.index("refill"), VISITS.index("adjustment"))
    )
    values = {
        **made.moment(world, "visited", 0),
        "visit": words(VISITS, kind),
        "seen_by": words(("clinician-1",), np.zeros(len(kind))),
    }
    return Sheet("visit", made.p, made.recorded, values)


def _score(scale: int, when: dict[str, Any], reporter: Ints, collected: Any, **more: Any) -> dict[str, Any]:
    n = len(reporter)
    return {
        "scale": words(SCALES, np.full(n, scale)), "version": words((register()[SCALES[scale]].version,), np.zeros(n)), **when, **more,
        "reporter": words(REPORTERS, reporter), "collected": words(COLLECTED, collected), "timing": words(("observed",), np.zeros(n)),
    }  # fmt: skip


def _tone(world: World, p: Ints, when: dict[str, Any], level: NDArray[Any], recorded: Ints) -> Sheet:
    """Both sides of one muscle, left a little more."""
    rng, n = world.stream.of("tone"), len(p)
    sides = np.tile([0, 1], n)
    place = np.clip(np.round(np.repeat(level, 2) * 0.6 + rng.normal(0, 0.5, 2 * n) + 0.4 * (1 - sides)), 0, 5)
    twice = {name: pd.Series(values).repeat(2).reset_index(drop=True) for name, values in when.items()}
    values = _score(
        2, twice, np.full(2 * n, REPORTERS.index("clinician")), np.zeros(2 * n), grade=words(GRADES, place), side=words(SIDES, sides),
        body_part=words(("knee flexors",), np.zeros(2 * n)), position=words(("supine",), np.zeros(2 * n)),
    )  # fmt: skip
    return Sheet("score", np.repeat(p, 2), np.repeat(recorded, 2), values)


def visit_scores(world: World, made: Visits, days: Days) -> list[Sheet]:
    """What is asked and tested at a visit."""
    rng, n = world.stream.of("visit scores"), len(made.p)
    level = days.level[made.p, made.day]
    value = np.clip(np.round(level + rng.normal(0, 0.5, n)), 0, 10)
    is_proxy = world.person["is_proxy"][made.p]
    nrs = _score(0, made.moment(world, "observed", -15), is_proxy * 1, np.zeros(n), value=value)
    own = made.take(~is_proxy)
    spasms = np.clip(np.round(level[~is_proxy] / 2.4 + rng.normal(0, 0.4, len(own.p))), 0, 4)
    penn = _score(
        1, own.moment(world, "observed", -14), np.zeros(len(own.p), "int64"), np.zeros(len(own.p)), value=spasms
    )
    tone = _tone(world, made.p, made.moment(world, "observed", -8), level, made.recorded)
    return [Sheet("score", made.p, made.recorded, nrs), Sheet("score", own.p, own.recorded, penn), tone]


def diary(world: World, days: Days, p: Ints, day: Ints, recorded: Ints, together: Ints) -> Sheet:
    """The diary days that came in."""
    value = np.round(days.level[p, day])
    when = {"observed_on": world.day(day).astype("datetime64[s]")}
    values = _score(0, when, np.zeros(len(p), "int64"), world.person["diary"][p], value=value)
    return Sheet("score", p, recorded, values, together=together)


def trials(world: World) -> tuple[list[Sheet], Sheet]:
    """Screening: a bolus, and one more a day later, each with scores by the hour; and the boluses."""
    who = np.flatnonzero(world.person["has_trial"])
    rng, scores, given = world.stream.of("trials"), [], []
    typed, _ = world.instant(world.visit["day"][who, 0] - 12, 10 * 60)
    for number, amount in enumerate(DOSES_MCG):
        day = world.visit["day"][who, 0] - 14 + number
        at, offset = world.instant(day, 9 * 60 + 30 * number)
        n = len(who)
        given.append(Sheet("bolus", who, typed, {
            **moment("given", at, offset, world.day(day)), "bolus": words(("screening",), np.zeros(n)), "dose_mcg": np.full(n, amount),
            "volume_ml": np.full(n, amount / 50), "duration_min": np.full(n, 1.0), "route": words(("lumbar puncture",), np.zeros(n)),
            "timing": words(("observed",), np.zeros(n)),
        }))  # fmt: skip
        for hour, eased in zip(HOURS if number else HOURS[:-1], EASED, strict=False):
            seconds = at + int(hour * 3600)
            on, shift = world.local(seconds)
            when = moment("observed", seconds, shift, world.day(on))
            level = np.clip(world.person["level"][who] - eased * amount / 75 + rng.normal(0, 0.4, n), 0, 10)
            nrs = _score(0, when, world.person["is_proxy"][who] * 1, np.zeros(n), value=np.round(level))
            scores += [Sheet("score", who, typed, nrs), _tone(world, who, when, level, typed)]
    return scores, joined(given)


def effects(world: World, made: Visits) -> Sheet:
    """Side effects, asked at most visits; asked and none is an answer."""
    rng = world.stream.of("effects")
    asked = made.take(rng.random(len(made.p)) < 0.75)  # noqa: PLR2004 - assumed
    effect = rng.choice(5, len(asked.p), p=(0.55, 0.15, 0.1, 0.1, 0.1))
    severity = np.where(effect == 0, 0, rng.choice((1, 2), len(effect), p=(0.7, 0.3)))
    return Sheet("side_effect", asked.p, asked.recorded, {
        **asked.moment(world, "observed", 0), "effect": words(EFFECTS, effect), "severity": words(SEVERITIES, severity),
        "reporter": words(REPORTERS, world.person["is_proxy"][asked.p] * 1),
    })  # fmt: skip


def illness(world: World, made: Visits) -> pd.DataFrame:
    """Illnesses told of at a visit: which, from when, until when."""
    rng = world.stream.of("illness")
    told = made.take((rng.random(len(made.p)) < 0.12) & (made.k > 0))  # noqa: PLR2004 - assumed
    began = told.day - rng.integers(4, 20, len(told.p))
    ended = np.minimum(began + rng.integers(2, 10, len(told.p)), told.day)
    which = rng.integers(0, len(ILLNESSES), len(told.p))
    is_known = rng.random(len(told.p)) < 0.8  # noqa: PLR2004 - assumed
    return pd.DataFrame(
        {"p": told.p, "began": began, "ended": ended, "which": which, "is_known": is_known, "at": told.recorded}
    )


def events(world: World, ill: pd.DataFrame) -> Sheet:
    """Illnesses, catheter faults with the revision, explants."""
    n, person = len(ill), world.person
    ended = np.where(ill["is_known"], world.day(ill["ended"].to_numpy()), np.datetime64("NaT"))

    def event(who: Ints, at: Ints, began: Ints, subtype: str, **more: Any) -> Sheet:
        kind, m = ("device",), len(who)
        return Sheet("event", who, at, {
            "started_on": world.day(began).astype("datetime64[s]"), "event": words(kind, np.zeros(m)), "subtype": words((subtype,), np.zeros(m)),
            "severity": words(SEVERITIES, np.full(m, 2)), "timing": words(("observed",), np.zeros(m)), **more,
        })  # fmt: skip

    made = [Sheet("event", ill["p"].to_numpy(), ill["at"].to_numpy(), {
        "started_on": world.day(ill["began"].to_numpy()).astype("datetime64[s]"), "ended_on": ended.astype("datetime64[s]"),
        "event": words(("confounder",), np.zeros(n)), "subtype": words(ILLNESSES, ill["which"]), "severity": words(SEVERITIES, np.ones(n)),
        "relatedness": words(("not related",), np.zeros(n)), "timing": words(("observed",), np.zeros(n)),
    })]  # fmt: skip
    who = np.flatnonzero(person["event"] > 0)
    at, _ = world.instant(person["revised"][who], 15 * 60)
    revised = person["revised"][who]
    made.append(
        event(who, at, person["found"][who], "catheter fault", ended_on=world.day(revised).astype("datetime64[s]"))
    )
    made.append(event(who, at, revised, "revision"))
    gone = np.flatnonzero(person["is_explanted"])
    last = np.where(world.visit["is_visit"], world.visit["day"], -1).max(axis=1)[gone]
    later, _ = world.instant(last, 17 * 60)
    made.append(event(gone, later, last, "explant"))
    return joined(made)


def goals(world: World, made: Visits) -> tuple[Sheet, Sheet, Ints]:
    """Two goals each of some, rated at every fourth visit; and which goal each rating is of."""
    rng = world.stream.of("goals")
    who = np.flatnonzero(world.person["has_goals"])
    at, _ = world.instant(world.visit["day"][who, 0] - 21, 11 * 60)
    p, which = np.repeat(who, 2), np.tile([0, 1], len(who))
    set_on = world.day(world.visit["day"][p, 0] - 21).astype("datetime64[s]")
    goal = Sheet("goal", p, np.repeat(at, 2), {
        "set_on": set_on, "words": words([g[0] for g in GOALS], which), "domain": words(DOMAINS, np.array([g[1] for g in GOALS])[which]),
        "importance": rng.integers(1, 4, len(p)), "difficulty": rng.integers(1, 4, len(p)), "baseline": rng.integers(-2, 0, len(p)),
        "due_on": set_on + np.timedelta64(365 * 86_400, "s"),
    })  # fmt: skip
    rated = made.take(world.person["has_goals"][made.p] & (made.k % 4 == 0) & (made.k > 0))
    of = np.repeat(np.searchsorted(who, rated.p) * 2, 2) + np.tile([0, 1], len(rated.p))
    rating = np.clip(np.round(rng.normal(-0.5, 0.9, len(of))), -2, 2).astype("int64")
    n = len(of)
    ratings = Sheet("goal_rating", np.repeat(rated.p, 2), np.repeat(rated.recorded, 2), {
        "goal": np.ones(n, "int64"), "rated_on": np.repeat(world.day(rated.day).astype("datetime64[s]"), 2), "rating": rating,
        "reporter": words(REPORTERS, np.zeros(n)),
    })  # fmt: skip
    return goal, ratings, of


def schedules(world: World, days: Days) -> Sheet:
    """From when on a diary is expected; it rests while somebody lies on the ward."""
    who = np.flatnonzero(world.person["diary"] > 0)
    lies = np.flatnonzero(days.ward[:, 0] >= 0)
    first = world.visit["day"][who, 0] + 7
    parts = [(who, first, 0), (lies, days.ward[lies, 0], 1), (lies, days.ward[lies, 1] + 1, 0)]
    made = []
    for p, day, paused in parts:
        at, _ = world.instant(day, 12 * 60)
        n = len(p)
        made.append(Sheet("diary_schedule", p, at, {
            "scale": words(SCALES, np.zeros(n)), "from_on": world.day(day).astype("datetime64[s]"), "every_days": np.ones(n, "int64"),
            "paused": words(("no", "yes"), np.full(n, paused)), "reason": words(("on the ward",), np.full(n, paused - 1)),
        }))  # fmt: skip
    return joined(made)


def papers(world: World, made: Visits) -> list[Sheet]:
    """A note now and then, and a report that was read."""
    rng = world.stream.of("papers")
    noted, read = (made.take(rng.random(len(made.p)) < 0.05) for _ in range(2))  # noqa: PLR2004 - assumed
    months = np.unique(np.concatenate([["2000-01"], world.day(read.day).astype("datetime64[M]").astype(str)]))
    place = np.searchsorted(months, world.day(read.day).astype("datetime64[M]").astype(str))
    n = len(read.p)
    note = Sheet("note", noted.p, noted.recorded, {
        **noted.moment(world, "noted", 0), "words": words(("as agreed at the visit",), np.zeros(len(noted.p))),
    })  # fmt: skip
    statement = Sheet("statement", read.p, read.recorded, {
        **read.moment(world, "stated", 30), "document": words([f"report {m}" for m in months], place),
        "meaning": words(("reviewed",), np.zeros(n)), "stated_by": words(("clinician-1",), np.zeros(n)),
    })  # fmt: skip
    return [note, statement]
