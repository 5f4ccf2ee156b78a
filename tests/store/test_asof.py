"""The log as it was known: at every entry, by time, by day; against a model in plain Python that replays the acts."""

import dataclasses
import datetime as dt
import itertools
import os
import pathlib
import tempfile
from zoneinfo import ZoneInfo

import build
import pandas as pd
import pytest
from conftest import NOON, Clock
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule
from store import attacks

import titration
from titration import errors, known

PATIENTS = ("P001", "P002", "P003")
FRAMES = ("score", "dose_change", "note")


@dataclasses.dataclass(frozen=True)
class Said:
    """A fact as the model keeps it."""

    row: int
    entry: int
    kind: str
    patient: str
    value: object
    steps: tuple = ()


class History(RuleBasedStateMachine):
    """Any order of acts; the model knows what was said, what was said of it, and in which entry."""

    def __init__(self):
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        os.environ["TITRATION_STATE"] = self.folder.name
        self.clock = Clock(NOON)
        path = pathlib.Path(self.folder.name, "clinic.db")
        self.log = titration.create(path, site="x", zone="Europe/London", by="clinician-1", clock=self.clock)
        self.log._store.db.execute("PRAGMA synchronous = OFF")  # the disk is tested elsewhere
        self.facts, self.ended, self.redacted, self.recorded = [], {}, set(), {1: NOON}

    @initialize()
    def patients(self):
        self.kept(self.log.append(*(titration.Patient(patient=p) for p in PATIENTS)))

    def kept(self, entry, *facts):
        self.recorded[entry.entry] = self.clock.now
        for row, (kind, patient, value, steps) in zip(entry.rows, facts, strict=False):
            self.facts.append(Said(row, entry.entry, kind, patient, value, steps))
        return entry

    def current(self):
        return [f for f in self.facts if f.row not in self.ended]

    @rule(
        patient=st.sampled_from(PATIENTS), value=st.integers(0, 10), day=st.integers(1, 28), more=st.booleans(),
        minutes=st.integers(0, 3000),
    )  # fmt: skip
    def say_scores(self, patient, value, day, more, minutes):
        self.clock.on(minutes=minutes)
        values = (value, (value + 1) % 11) if more else (value,)
        said = [build.score(f"2026-01-{day:02d}", v, patient=patient) for v in values]
        entry = self.log.append(*said, confirm=build.ANYTHING)
        self.kept(entry, *(("score", patient, float(v), ()) for v in values))

    @rule(
        patient=st.sampled_from(PATIENTS), mcg=st.integers(100, 140), flex=st.booleans(), minutes=st.integers(0, 3000)
    )
    def say_dose(self, patient, mcg, flex, minutes):
        self.clock.on(minutes=minutes)
        more = {**attacks.FLEX} if flex else {"mcg": mcg}
        entry = self.log.append(build.dose("2026-02-01T09:30+00:00", patient=patient, **more), confirm=build.ANYTHING)
        rates = tuple(step.rate_mcg_per_h for step in more.get("steps", ()))
        self.kept(entry, ("dose_change", patient, float(more["mcg"]), rates))

    @rule(patient=st.sampled_from(PATIENTS), text=st.sampled_from(("seen", "called", "comfortable")))
    def say_note(self, patient, text):
        entry = self.log.append(titration.Note(patient=patient, noted_on="2026-01-01", words=text))
        self.kept(entry, ("note", patient, text, ()))

    @precondition(current)
    @rule(data=st.data(), value=st.integers(0, 10), minutes=st.integers(0, 3000))
    def correct(self, data, value, minutes):
        self.clock.on(minutes=minutes)
        fact = data.draw(st.sampled_from(self.current()))
        made = self.log.record(fact.row)
        changed = {
            "score": {"value": value},
            "dose_change": {"dose_mcg_per_day": 132 + value / 10},
            "note": {"words": f"{value}"},
        }
        fixed = dataclasses.replace(made, **changed[fact.kind])
        said = fixed.words if fact.kind == "note" else fixed.value if fact.kind == "score" else fixed.dose_mcg_per_day
        entry = self.kept(self.log.correct(fact.row, fixed, reason="x"), (fact.kind, fact.patient, said, fact.steps))
        self.ended[fact.row] = entry.entry

    @precondition(current)
    @rule(data=st.data())
    def retract(self, data):
        fact = data.draw(st.sampled_from(self.current()))
        self.ended[fact.row] = self.kept(self.log.retract(fact.row, reason="x")).entry

    @precondition(current)
    @rule(data=st.data(), to=st.sampled_from(PATIENTS))
    def move(self, data, to):
        number = data.draw(st.sampled_from(sorted({f.entry for f in self.current()})))
        ours = [f for f in self.current() if f.entry == number and f.patient != to]
        if not ours:
            with pytest.raises(errors.RowNotFound):
                self.log.move(number, to=to, reason="x")
            return
        self.clock.on(hours=1)
        entry = self.log.move(number, to=to, reason="x")
        self.recorded[entry.entry] = self.clock.now
        for fact in ours:
            ((fresh,),) = self.log._store.query("SELECT replaced_by FROM amendment WHERE row = ?", fact.row)
            self.facts.append(Said(fresh, entry.entry, fact.kind, to, fact.value, fact.steps))
            self.ended[fact.row] = entry.entry

    @precondition(lambda self: self.ended)
    @rule(data=st.data())
    def amend_again(self, data):
        row, before = data.draw(st.sampled_from(sorted(self.ended))), self.log.head
        with pytest.raises(errors.AlreadyAmended):
            self.log.retract(row, reason="x")
        assert self.log.head == before

    def expected(self, kind, asof, patient=None):
        return sorted(
            (f.row, f.patient, f.value, f.steps)
            for f in self.facts
            if f.kind == kind and f.entry <= asof and not self.ended.get(f.row, asof + 1) <= asof
            and patient in {None, f.patient}
        )  # fmt: skip

    def found(self, kind, asof, patient=None):
        frame = self.log.frame(kind, asof=asof, patient=patient)
        steps = self.log.frame("dose_step", asof=asof, patient=patient)
        column = {"score": "value", "dose_change": "dose_mcg_per_day", "note": "words"}[kind]
        rates = {row: tuple(of["rate_mcg_per_h"]) for row, of in steps.groupby("of")}
        return sorted(
            (row, who, value, rates.get(row, ()))
            for row, who, value in zip(frame["row"], frame["patient"], frame[column], strict=True)
        )

    def teardown(self):
        newest = self.log._store.head()[0]
        for asof in range(1, newest + 1):
            for kind in FRAMES:
                assert self.found(kind, asof) == self.expected(kind, asof)
        for patient in PATIENTS:
            for kind in FRAMES:
                assert self.found(kind, newest, patient) == self.expected(kind, newest, patient)
                assert self.found(kind, newest // 2 + 1, patient) == self.expected(kind, newest // 2 + 1, patient)
        for entry, moment in self.recorded.items():
            last = max(e for e, other in self.recorded.items() if other <= moment)
            assert self.log.entry_at(moment) == last >= entry
        assert self.log.verify().fits
        self.log.close()
        self.folder.cleanup()


History.TestCase.settings = settings(
    max_examples=12, stateful_step_count=14, deadline=None, suppress_health_check=list(HealthCheck)
)
TestTheLogAtEveryEntryIsWhatTheActsUpToItSay = History.TestCase


@pytest.fixture
def dated(log, clock):
    """An entry a score: recorded 2027-03-27 23:30, 28 (23 hours long) 00:30, 02:30 and 23:30, 29 00:30, in London."""
    london = ZoneInfo("Europe/London")
    for n, moment in enumerate(
        ("27T23:30+00:00", "28T00:30+00:00", "28T02:30+01:00", "28T23:30+01:00", "29T00:30+01:00")
    ):
        clock.now = dt.datetime.fromisoformat(f"2027-03-{moment}").astimezone(london)
        log.append(build.score("2026-10-08", n))
    clock.now = dt.datetime(2027, 4, 1, tzinfo=london)
    return log


def values(log, asof):
    return log.scores(asof=asof)["value"].tolist()


def test_a_day_means_its_end_in_the_zone_of_the_log(dated):
    assert values(dated, "2027-03-26") == []
    assert values(dated, "2027-03-27") == [0]
    assert values(dated, "2027-03-28") == [0, 1, 2, 3]  # the last one at 22:30 UTC
    assert values(dated, dt.date(2027, 3, 28)) == [0, 1, 2, 3]
    assert values(dated, "2027-03-29") == [0, 1, 2, 3, 4]  # 23:30 UTC of the day before


def test_a_time_means_what_was_recorded_by_then(dated):
    assert values(dated, "2027-03-27 23:29") == []
    assert values(dated, "2027-03-27 23:30") == [0]
    assert values(dated, "2027-03-28T01:29:59Z") == [0, 1]
    assert values(dated, "2027-03-28T01:30Z") == [0, 1, 2]
    assert values(dated, dt.datetime(2027, 3, 28, 2, 30, tzinfo=ZoneInfo("Europe/London"))) == [0, 1, 2]
    assert values(dated, dt.datetime(2027, 3, 28, 2, 30)) == [0, 1, 2]  # noqa: DTZ001 - local in the log's zone
    assert values(dated, dt.datetime(2027, 3, 28, 1, 30, 0, 999999, tzinfo=dt.UTC)) == [0, 1, 2]
    assert values(dated, "2099-01-01") == [0, 1, 2, 3, 4]
    assert values(dated, None) == [0, 1, 2, 3, 4]


def test_an_hour_that_does_not_exist_or_happens_twice_is_refused_with_both_readings(dated):
    with pytest.raises(errors.InvalidEntry, match=r"does not exist there, .*write 2027-03-28 .* or 2027-03-28 "):
        values(dated, "2027-03-28 01:30")
    with pytest.raises(errors.InvalidEntry, match="happens twice"):
        values(dated, "2026-10-25 01:30")


def test_an_entry_is_named_by_its_number_in_any_form(dated):
    assert values(dated, 4) == values(dated, "4") == [0, 1]
    frame = dated.scores(asof=4)
    assert values(dated, frame["entry"].max()) == [0, 1]  # a number of numpy, as frames give it
    assert values(dated, dated.append(titration.Patient(patient="P002"))) == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("asof", [0, -1, 99, "0", "99", 2**70])
def test_an_entry_that_is_not_there_is_refused(dated, asof):
    with pytest.raises(errors.RowNotFound, match="this log has the entries 1 to 7"):
        dated.scores(asof=asof)


@pytest.mark.parametrize("asof", ["", "yesterday", "²", "2027-02-30", "2027-13-01", "29.03.2027"])
def test_a_moment_that_cannot_be_read_is_refused(dated, asof):
    with pytest.raises(errors.InvalidEntry, match="asof"):
        dated.scores(asof=asof)


def test_before_the_first_entry_there_was_nothing(log):
    for moment in ("1999-01-01", "2026-11-23T11:59:59Z", dt.date(2026, 11, 22)):
        with pytest.raises(errors.RowNotFound, match=r"nothing was recorded by .*; the log begins later"):
            log.scores(asof=moment)
    assert log.entry_at("2026-11-23") == 2


@pytest.mark.parametrize(
    ("zone", "day", "last_second"),
    [
        ("Europe/London", "2026-03-29", "2026-03-29T22:59:59Z"),  # a day of 23 hours
        ("Europe/London", "2026-10-25", "2026-10-25T23:59:59Z"),  # a day of 25 hours
        ("America/Santiago", "2026-04-04", "2026-04-05T03:59:59Z"),  # its last hour happens twice
        ("Pacific/Apia", "2011-12-30", "2011-12-30T09:59:59Z"),  # a day that was left out
        ("Asia/Kolkata", "2026-06-01", "2026-06-01T18:29:59Z"),
    ],
)
def test_the_end_of_a_day_is_its_last_second_whatever_the_clocks_do(tmp_path, clock, zone, day, last_second):
    last = dt.datetime.fromisoformat(last_second)
    clock.now = last - dt.timedelta(hours=1)
    with titration.create(tmp_path / "x.db", site="x", zone=zone, by="clinician-1", clock=clock) as log:
        for clock.now in (last, last + dt.timedelta(seconds=1)):
            log.append(titration.Patient(patient=f"P{clock.now.second}"))
        assert log.entry_at(day) == 2


def test_a_clock_that_was_set_back_changes_no_order_and_no_number(log, clock):
    for step in ({"hours": 1}, {"hours": -3}, {"hours": 1}):
        clock.on(**step)
        log.append(build.score("2026-10-08", 1), confirm=build.ANYTHING)
    assert log.verify().fits
    assert [len(log.scores(asof=n)) for n in (2, 3, 4, 5)] == [0, 1, 2, 3]
    assert log.entry_at(NOON + dt.timedelta(hours=1)) == 5


def test_a_chart_is_read_at_one_moment_though_another_program_writes(log, clock):
    chart = log.chart("P001")
    with titration.open(log.path, by="clinician-2", clock=clock) as other, log._store.reading():
        before = log._store.head()
        other._store.db.execute("PRAGMA busy_timeout = 50")
        with pytest.raises(errors.LogBusy):  # a reader holds the file for the moment it reads
            other.append(titration.Patient(patient="P002"))
        assert log._store.head() == before
    assert chart.asof == 2


def dated_as(log, clock, *days):
    """An entry on each day, whatever the days before it; entries 1 and 2 are of the evening of 2026-11-23."""
    for n, day in enumerate(days):
        clock.now = dt.datetime.fromisoformat(f"{day}T12:00+00:00")
        log.append(build.score("2026-10-08", n), confirm=build.ANYTHING)


def test_a_clock_once_set_far_back_lets_nothing_in_that_came_before_it(log, clock):
    dated_as(log, clock, "2026-12-01", "2026-12-02", "2020-01-01", "2026-12-04")
    with pytest.raises(errors.RowNotFound, match="nothing was recorded by 2021-06-01"):
        log.scores(asof="2021-06-01")
    assert values(log, "2026-11-30") == []
    assert values(log, "2026-12-01") == [0]
    assert values(log, "2026-12-02") == [0, 1, 2]  # the odd one counts with the one before it
    assert values(log, "2026-12-03") == [0, 1, 2]
    assert values(log, "2026-12-04") == [0, 1, 2, 3]


def test_a_clock_once_set_far_ahead_shuts_nothing_out_that_came_after_it(log, clock):
    dated_as(log, clock, "2026-12-01", "2062-12-02", "2026-12-03", "2026-12-04")
    assert values(log, "2026-12-01") == [0, 1]
    assert values(log, "2026-12-03") == [0, 1, 2]
    assert values(log, "2026-12-31") == [0, 1, 2, 3]


def test_a_chart_read_at_an_entry_whose_clock_ran_back_ends_with_the_clock_before_it(log, clock):
    clock.now = dt.datetime(2026, 12, 1, 12, tzinfo=dt.UTC)
    log.append(build.dose("2026-11-30T09:30+00:00", 100))
    clock.now = dt.datetime(2020, 1, 1, 12, tzinfo=dt.UTC)
    log.append(build.score("2019-12-31", 4))
    chart = log.chart("P001")
    assert chart.asof_at == pd.Timestamp("2026-12-01T12:00Z")
    assert chart.staircase["dose_mcg_per_day"].tolist() == [100]


@pytest.mark.parametrize(
    ("step", "says"),
    [
        ({"seconds": -30}, None),
        ({"seconds": 0}, None),
        ({"days": 300}, None),
        (
            {"hours": -2},
            "this computer's clock stands before the entry before it (2026-11-23 12:00+00:00): 2026-11-23 10:00+00:00",
        ),
        (
            {"days": 500},
            "this computer's clock stands more than a year after the entry before it (2026-11-23 12:00+00:00)",
        ),
    ],
)
def test_a_clock_that_does_not_fit_the_entry_before_it_is_noticed_and_written_down(log, clock, step, says):
    clock.on(**step)
    entry = log.append(build.score("2019-10-08", 4))
    kept = log.store.query(
        "SELECT text FROM answer JOIN words ON words.id = answer.question WHERE answer.entry = ?", entry.entry
    )
    told = [note for note in entry.notes if "clock" in note]
    assert told == [text for (text,) in kept]
    assert bool(told) == bool(says)
    if says:
        assert told[0].startswith(says)
    log.correct(entry.rows[0], build.score("2019-10-08", 5), reason="typed 4 for 5")
    assert log.verify().fits


@given(st.lists(st.integers(0, 30), min_size=1, max_size=8))
def test_the_clocks_that_fit_are_the_longest_run_that_never_goes_back(recorded):
    made = known.steady(recorded)
    kept = [recorded[place] for place in made]
    assert made == sorted(set(made))
    assert kept == sorted(kept)
    runs = (c for n in range(len(recorded), 0, -1) for c in itertools.combinations(recorded, n) if list(c) == sorted(c))
    assert len(made) == len(next(runs))
