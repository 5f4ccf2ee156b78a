"""The slip score: errors planted one at a time into clean visits, and what the door and the findings say to each."""

import copy
import random
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, timedelta

import build
import pandas as pd
from bench import visits
from bench.slips import SLIPS

import titration
from titration import columns, errors, records, times
from titration.derive.findings import findings
from titration.fields import Reading
from titration.records import KINDS, Patient, PatientState, Pump, kind_of

ZONE = times.zone("Europe/London")
OUTCOMES = ("refused", "asked", "finding", "missed")


@dataclass
class Clinic:
    """A clinic's log with a clean history, and each patient's next visit, clean."""

    log: object
    clock: object
    last: dict
    coming: dict
    records: int
    questions: Counter
    findings: Counter

    @property
    def codes(self):
        return list(self.coming)


@dataclass(frozen=True)
class Past:
    """What a slip may look at: the visit before, and the other patients."""

    last: list
    codes: list


def typed(said):
    """The records of a visit as typed, in the zone of the log; every one is read before anything is said."""
    return [records.from_texts(KINDS[table], texts, Reading(zone=ZONE)) for table, texts in said]


def clinic(path, *, patients, history, seed):
    """A log of clean visits; every question that was asked on the way is counted."""
    rng = random.Random(seed)
    clock = _Clock()
    log = titration.create(path, site="Bench", zone="Europe/London", by="nurse-1", check_characters=True, clock=clock)
    everyone, acts = visits.people(patients, rng), []
    asked, last, coming, n = Counter(), {}, {}, 0
    for person in everyone:
        begin = visits.START - timedelta(days=30)
        facts = [
            Patient(patient=person.code, birth_year=person.born),
            PatientState(patient=person.code, noted_on=begin, diagnosis="multiple sclerosis", following="active"),
            Pump(patient=person.code, implanted_on=begin, reservoir_ml=person.reservoir, low_reservoir_alarm_ml=2),
        ]
        acts.append((pd.Timestamp(begin) + pd.Timedelta(hours=10), person.code, facts))
        for _ in range(history):
            when, said = visits.visit(person, rng)
            acts.append((when, person.code, said))
        coming[person.code] = visits.visit(person, rng)
    for when, code, said in sorted(acts, key=lambda act: (act[0], act[1])):
        clock.at(when)
        facts = said if isinstance(said[0], Patient) else typed(said)
        for question in log.rehearse(*facts).questions:
            asked[question.id.rsplit(":", 1)[-1].split("-")[0]] += 1
        log.append(*facts, confirm=build.ANYTHING)
        n += len(facts)
        last[code] = said
    return Clinic(log, clock, last, coming, n, asked, Counter(log.findings()["rule"]))


class _Clock:
    def __init__(self):
        self.at(visits.START - timedelta(days=40))

    def at(self, when):
        self.now = pd.Timestamp(when).tz_localize("Europe/London").to_pydatetime()

    def __call__(self):
        return self.now


def with_facts(frames, facts, now):
    """A patient's frames with an entry that was not stored."""
    made, rows = dict(frames), range(10**6, 10**6 + len(facts))
    for kind in {kind_of(type(f)).table: kind_of(type(f)) for f in facts}.values():
        own = [(r, f) for r, f in zip(rows, facts, strict=True) if kind_of(type(f)) is kind]
        made[kind.frame] = _more(made[kind.frame], kind, [f for _, f in own], now, row=[r for r, _ in own])
        for child in kind.children:
            parts = [(r, c) for r, f in own for c in getattr(f, child.name)]
            of = kind_of(child.value.record)
            made[of.frame] = _more(made[of.frame], of, [c for _, c in parts], now, of=[r for r, _ in parts])
    return made


def _more(frame, kind, facts, now, **numbers):
    if not facts:
        return frame
    fresh = columns.of_records(kind, facts).assign(**numbers, entry=10**6)
    fresh["recorded_at"] = fresh["first_recorded_at"] = pd.Timestamp(now).tz_convert("UTC")
    fresh["first_row"] = fresh["row"]
    fresh = fresh.astype(frame.dtypes.to_dict())
    return fresh if frame.empty else pd.concat([frame, fresh], ignore_index=True)


def outcome(made, said, frames):
    """What becomes of a visit as typed: refused, asked (with the questions), or stored; then its findings."""
    try:
        facts = typed(said)
        rehearsed = made.log.rehearse(*facts)
    except errors.TitrationError:
        return "refused", set(), set()
    patient = facts[0].patient
    if patient not in frames:
        frames[patient] = made.log.chart(patient).frames
    return "stored", {q.id for q in rehearsed.questions}, (patient, rehearsed.facts)


def found_in(patient, facts, frames, now):
    """The rules that find something in the entry, and where; rows of it are named by their place."""
    every = findings(
        with_facts(frames[patient], facts, now), zone="Europe/London", until=pd.Timestamp(now).tz_convert(UTC)
    )
    return Counter(
        zip(every["rule"], every["record"], every["says"].str.replace(r"row \d+", "row", regex=True), strict=True)
    )


def score(made, *, n, seed):
    """Plant n slips, one at a time.

    Returns:
        DataFrame: slip, planted, refused, asked, finding, missed, hidden.
    """
    rng, frames, clean = random.Random(seed), {}, {}
    counts = {slip.name: Counter() for slip in SLIPS}
    tries = 0
    while sum(sum(c.values()) for c in counts.values()) < n and tries < 40 * n:
        slip, tries = SLIPS[tries % len(SLIPS)], tries + 1
        code = rng.choice(made.codes)
        when, said = made.coming[code]
        made.clock.at(when)
        planted = slip.plant(copy.deepcopy(said), Past(made.last[code], made.codes), rng)
        if planted is None:
            continue
        counts[slip.name][_judged(made, planted, (code, said), frames, clean)] += 1
    lines = [
        {
            "slip": s.name,
            "planted": sum(counts[s.name].values()),
            **{o: counts[s.name][o] for o in OUTCOMES},
            "hidden": s.hidden,
        }
        for s in SLIPS
    ]
    return pd.DataFrame(lines)


def _judged(made, planted, clean_visit, frames, clean):
    code, said = clean_visit
    verdict, asked, rest = outcome(made, planted, frames)
    if verdict == "refused":
        return "refused"
    if code not in clean:
        _, usual, (_, facts) = outcome(made, said, frames)
        clean[code] = usual, found_in(code, facts, frames, made.clock())
    usual, usual_found = clean[code]
    if asked - usual:
        return "asked"
    patient, facts = rest
    there = found_in(patient, facts, frames, made.clock())
    before = usual_found if patient == code else found_in(patient, [], frames, made.clock())
    return "finding" if there - before else "missed"


def table(scored):
    """The score in words, misses first; those that no record can reveal below."""
    open_, hidden = scored[scored["hidden"] == ""], scored[scored["hidden"] != ""]
    lines = [f"{'slip':58} {'planted':>7} {'missed':>7} {'asked':>7} {'refused':>8} {'finding':>8}"]
    for some, title in ((open_, "a record can reveal"), (hidden, "no record can reveal")):
        lines.append(f"-- {title}")
        share = (some["missed"] / some["planted"].clip(lower=1)).rename("share")
        for line in some.assign(share=share).sort_values(["share", "slip"], ascending=[False, True]).to_dict("records"):
            numbers = "".join(
                f" {line[o]:>{w}}" for o, w in (("missed", 7), ("asked", 7), ("refused", 8), ("finding", 8))
            )
            lines.append(f"{line['slip'][:58]:58} {line['planted']:>7}{numbers}")
            if line["hidden"]:
                lines.append(f"    why: {line['hidden']}")
    return "\n".join(lines)


def caught_pct(scored):
    """Of the classes a record can reveal, the share of slips not missed."""
    some = scored[(scored["hidden"] == "") & (scored["planted"] > 0)]
    return 100 * (1 - some["missed"].sum() / some["planted"].sum())


__all__ = ["caught_pct", "clinic", "score", "table"]
