"""A new kind of record and a new field reach an old log by a sealed entry; what was sealed before stays as it was."""

import dataclasses
import itertools

import build
import pytest
import sqlite_utils
from store import attacks

import titration
from titration import errors, fields, records, units
from titration.columns import columns
from titration.records import KINDS, Record, schema_version
from titration.records.base import record
from titration.store import migrations, schema
from titration.store.verify import verify


@pytest.fixture
def old(grown):
    """A log of schema version 1, from before the new program."""
    return grown


@pytest.fixture
def newer(old, kinds, monkeypatch):
    """The program with a kind of record and two fields more, since version 2."""
    monkeypatch.setattr(records.base, "KINDS", KINDS)
    made = dict(KINDS)
    tint = records.base.Field("mood", fields.Words(), "how it felt", since=2)
    dose = records.base.Field("bolus_mcg", fields.Number(units.MCG_PER_DAY, low=0), "a bolus", since=2)

    def widened(table, *more):
        kind = KINDS[table]
        base = kind.record
        body = {
            "__annotations__": {f.name: object for f in more},
            **{f.name: dataclasses.field(default=None) for f in more},
        }
        cls = dataclasses.dataclass(frozen=True, kw_only=True)(type(base.__name__, (base,), body))
        cls.kind = dataclasses.replace(kind, record=cls, fields=(*kind.fields, *more))
        return cls

    made["visit"] = (wider := widened("visit", tint, dose)).kind

    class Xray(Record):
        """A throw-away kind of record."""

        patient: str = fields.field(fields.Code(), "code of the patient", required=True)
        given_on: object = fields.field(fields.Day(), "the day", required=True)
        note: str | None = fields.field(fields.Words(), "words")

    Xray.__annotations__ = {"patient": "str", "given_on": "object", "note": "str | None"}
    xray = record(table="xray", frame="xrays", title="Xray", since=2, moment="given")(Xray)
    made["xray"] = KINDS.pop("xray")
    for table, kind in made.items():
        monkeypatch.setitem(KINDS, table, kind)
    assert schema_version() == 2
    return wider, xray


def opened(path, clock=None, by="clinician-1"):
    return titration.open(path, by=by) if clock is None else titration.open(path, by=by, clock=clock)


def test_an_old_log_opened_for_reading_is_read_as_it_is_and_not_touched(old, newer):
    before = old.read_bytes()
    with titration.open(old) as log:
        visits = log.visits()
        assert list(visits.columns) == [c.name for c in columns(KINDS["visit"])]
        assert visits["mood"].isna().all()
        assert visits["bolus_mcg"].isna().all()
        assert log.xrays().empty
        assert list(log.xrays().columns) == [c.name for c in columns(KINDS["xray"])]
        assert log.record(int(visits["row"].iloc[0])).mood is None
        assert len(log.history()) > 30
        assert log.chart("P001").asof == 15
        assert log.verify().fits
    assert old.read_bytes() == before


def test_an_old_log_opened_to_write_is_migrated_by_a_sealed_entry(old, newer, clock):
    visit, xray = newer
    old_digest = attacks.rows(old, "SELECT schema_digest FROM entry WHERE entry = 1")
    with opened(old, clock) as log:
        assert log._store.version == 2
        assert log._store.head()[0] == 16
        log.append(visit(patient="P001", visited_on="2026-07-02", visit="review", mood="well", bolus_mcg=5))
        log.append(xray(patient="P001", given_on="2026-07-02", note="test"))
        assert log.visits("P001")["mood"].tolist()[-1] == "well"
        assert log.xrays()["note"].tolist() == ["test"]
        log.correct(
            int(log.visits("P001")["row"].iloc[0]),
            visit(patient="P001", visited_on="2026-06-03", visit="refill"),
            reason="x",
        )
        log.redact(int(log.xrays()["row"].iloc[0]), "note", reason="x")
        assert log.verify().fits
    (first,), *_, (last,) = [
        line[1:]
        for line in attacks.rows(old, "SELECT entry, schema_digest FROM entry WHERE schema_digest NOT NULL ORDER BY 1")
    ]
    assert (first,) == old_digest[0]
    assert last != first
    found = attacks.rows(old, "SELECT action, schema_version FROM entry WHERE entry IN (1, 15, 16, 17)")
    assert found == [("init", 1), ("append", 1), ("migration", 2), ("append", 2)]
    assert attacks.rows(old, "PRAGMA user_version") == [(2,)]
    assert attacks.rows(
        old, "SELECT mood, note FROM (SELECT mood FROM visit_current ORDER BY row DESC), xray_current LIMIT 1"
    )


def test_a_migrated_log_has_the_structure_of_a_fresh_one(old, newer, clock):
    opened(old, clock).close()
    fresh = old.with_name("fresh.db")
    titration.create(fresh, site="x", zone="UTC", by="clinician-1", clock=clock).close()
    with attacks.raw(old) as one, attacks.raw(fresh) as other:
        assert schema.objects(one) == schema.objects(other)
        assert {"xray", "xray_current", "xray_no_update", "xray_no_delete", "xray_no_replace"} <= set(
            schema.objects(one)
        )


def test_after_a_migration_every_row_is_still_sealed(old, newer, clock):
    import sqlite3

    _, xray = newer
    with opened(old, clock) as log:
        log.append(xray(patient="P001", given_on="2026-07-02"))
    attacks.fill(old)
    with attacks.raw(old) as db:
        for table in attacks.tables(old):
            for sql in (
                f'DELETE FROM "{table}"',
                f'UPDATE "{table}" SET entry = entry',
                f'INSERT OR REPLACE INTO "{table}" SELECT * FROM "{table}"',
            ):
                with pytest.raises(sqlite3.IntegrityError, match="only ever added"):
                    db.execute(sql)


def test_a_new_column_filled_in_an_old_row_is_found(old, newer, clock):
    opened(old, clock).close()
    attacks.forge(old, "UPDATE visit SET bolus_mcg = 5.0 WHERE row = (SELECT min(row) FROM visit)")
    assert "mood, bolus_mcg was filled in after the row was sealed" in str(verify(old))


def test_an_old_row_cannot_be_passed_off_as_one_of_the_new_version(old, newer, clock):
    opened(old, clock).close()
    attacks.forge(old, "UPDATE block SET schema_version = 2 WHERE \"table\" = 'visit'")
    assert "entry 10:" in str(verify(old))


def test_a_log_migrated_by_a_newer_program_is_refused_by_the_old_one(old, newer, clock, monkeypatch):
    opened(old, clock).close()
    monkeypatch.undo()
    assert schema_version() == 1
    before = old.read_bytes()
    with pytest.raises(errors.NewerLog, match=r"schema 2, this one knows 1"):
        titration.open(old)
    assert verify(old, alone=True).fits  # but it can be verified: what is sealed stands in the file itself
    assert old.read_bytes() == before


def test_a_step_that_fails_leaves_the_old_log_as_it_was(old, newer, clock, monkeypatch):
    whole = list(schema.statements(2))
    before = attacks.rows(old, "SELECT name, sql FROM sqlite_master ORDER BY name"), old.read_bytes()
    for n in range(len(whole) + 1):
        broken = [*whole[:n], "CREATE TABLE entry (x)"]
        monkeypatch.setattr(schema, "statements", lambda version, broken=broken: iter(broken))
        with pytest.raises(errors.StorageFailed, match="entry already exists"):
            opened(old, clock)
        assert attacks.rows(old, "SELECT name, sql FROM sqlite_master ORDER BY name") == before[0]
        assert attacks.rows(old, "PRAGMA user_version") == [(1,)]
        assert attacks.rows(old, "SELECT count(*) FROM entry") == [(15,)]
    monkeypatch.setattr(schema, "statements", lambda version: iter(whole))
    opened(old, clock).close()
    assert verify(old).fits


def test_a_step_that_loses_a_trigger_is_undone(old, newer, clock, monkeypatch):
    whole = [*schema.statements(2), "DROP TRIGGER score_no_update"]
    monkeypatch.setattr(schema, "statements", lambda version: iter(whole))
    with pytest.raises(errors.SealBroken, match="version 2 lost the triggers score_no_update; nothing was changed"):
        opened(old, clock)
    assert attacks.rows(old, "PRAGMA user_version") == [(1,)]
    assert verify(old).fits


def test_a_fault_at_any_statement_of_a_migration_leaves_the_old_log(old, newer, clock, monkeypatch):
    import sqlite3

    plain, counter = sqlite3.connect, itertools.repeat(-1)

    class Faulty(sqlite3.Connection):
        def execute(self, *args):
            if next(counter) == 0:
                raise KeyboardInterrupt
            return super().execute(*args)

    monkeypatch.setattr(sqlite3, "connect", lambda *a, **more: plain(*a, **{"factory": Faulty, **more}))
    before = attacks.tables(old)
    for n in range(1, 400, 7):
        counter = itertools.chain(range(n, 0, -1), [0], itertools.repeat(-1))
        try:
            opened(old, clock).close()
        except KeyboardInterrupt:
            counter = itertools.repeat(-1)
            if attacks.rows(old, "PRAGMA user_version") == [(1,)]:
                assert attacks.tables(old) == before
            continue
        break
    counter = itertools.repeat(-1)
    opened(old, clock).close()
    assert verify(old).fits
    assert attacks.rows(old, "PRAGMA user_version") == [(2,)]


def test_a_log_that_another_program_migrated_meanwhile_is_not_written_to_by_its_old_layout(
    old, newer, clock, monkeypatch
):
    widened = dict(KINDS)
    monkeypatch.undo()
    with titration.open(old, by="clinician-1", clock=clock) as mine:
        for table, kind in widened.items():
            monkeypatch.setitem(KINDS, table, kind)
        opened(old, clock).close()
        for table in list(widened):
            monkeypatch.delitem(KINDS, table)
        monkeypatch.undo()
        with pytest.raises(
            errors.WriteRefused, match="brought to schema version 2 by another program; nothing was stored"
        ):
            mine.append(titration.Patient(patient="P003"))
        assert len(mine.patients()) == 2
    assert verify(old, alone=True).fits


def test_two_programs_that_migrate_at_once_do_it_once(old, newer, clock, monkeypatch):
    real = migrations.migrate

    def somebody_first(store, heading):
        monkeypatch.setattr(migrations, "migrate", real)
        opened(old, clock).close()
        real(store, heading)

    monkeypatch.setattr(migrations, "migrate", somebody_first)
    with opened(old, clock) as log:
        log.append(build.score())
        assert log._store.version == 2
        assert log.verify().fits
    assert attacks.rows(old, "SELECT count(*) FROM entry WHERE action = 'migration'") == [(1,)]


def test_a_list_of_migrations_that_lies_is_refused(old, newer, clock):
    with attacks.raw(old) as db:
        db.execute("INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('titration', 'v0002', '')")
    with pytest.raises(errors.SealBroken, match="its list of migrations does not agree with its schema version 1"):
        opened(old, clock)
    with titration.open(old) as log:  # it can still be read
        assert log.verify().fits


def test_an_old_backup_can_be_restored_by_the_new_program_and_is_then_migrated(old, newer, clock):
    with titration.restore(old, old.with_name("new.db"), by="clinician-1", clock=clock) as log:
        assert log._store.version == 1
        assert log.verify().fits
    with opened(old.with_name("new.db"), clock) as log:
        assert log._store.version == 2
        assert log.verify().fits


def test_the_triggers_survive_adding_a_column_with_sqlite_utils_but_the_open_is_refused(old):
    db = sqlite_utils.Database(str(old))
    db["visit"].add_column("mood", str)
    db.close()
    with pytest.raises(errors.SealBroken, match="visit was changed"):
        titration.open(old)
