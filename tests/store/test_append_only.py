"""Every table of a log only ever grows, whoever connects; and what holds that is watched at each open."""

import sqlite3

import pytest
import sqlite_utils
from store import attacks

import titration
from titration import errors
from titration.records import KINDS
from titration.store import schema
from titration.store.verify import verify

TABLES = [*schema.JOURNAL, *schema.CORE, *KINDS]


def content(path, table):
    return attacks.rows(path, f'SELECT * FROM "{table}"')


def names(path, table):
    return [name for _, name, *_ in attacks.rows(path, f'PRAGMA table_info("{table}")')]


def refused(path, *statements, values=()):
    """Each statement is aborted by a trigger, under every setting an outsider can choose."""
    with attacks.raw(path) as db:
        for pragma in ("recursive_triggers = OFF", "recursive_triggers = ON", "ignore_check_constraints = ON"):
            db.execute(f"PRAGMA {pragma}")
            for sql in statements:
                with pytest.raises(sqlite3.IntegrityError, match="only ever added"):
                    db.execute(sql, values)
        assert not db.in_transaction


@pytest.fixture
def full(grown):
    """The grown log with a row in every table, so that each trigger has something to hold."""
    attacks.fill(grown)
    return grown


@pytest.mark.parametrize("table", TABLES)
def test_no_row_of_any_table_can_be_updated(full, table):
    before = content(full, table)
    key = schema.key(table)
    for name in names(full, table):
        other = f"{key} + 1000" if name == key else "NULL"
        for how in ("UPDATE", "UPDATE OR REPLACE", "UPDATE OR IGNORE"):
            refused(full, f'{how} "{table}" SET "{name}" = "{name}"', f'{how} "{table}" SET "{name}" = {other}')
    assert content(full, table) == before


@pytest.mark.parametrize("table", TABLES)
def test_no_row_of_any_table_can_be_deleted(full, table):
    before = content(full, table)
    refused(full, f'DELETE FROM "{table}"')
    refused(full, f'DELETE FROM "{table}" WHERE rowid = (SELECT max(rowid) FROM "{table}")')
    assert content(full, table) == before


@pytest.mark.parametrize("table", TABLES)
def test_no_row_of_any_table_can_be_replaced_by_its_key(full, table):
    before = content(full, table)
    marks = ", ".join("?" * len(before[0]))
    for how in ("INSERT OR REPLACE", "REPLACE", "INSERT OR IGNORE", "INSERT OR FAIL", "INSERT"):
        refused(full, f'{how} INTO "{table}" VALUES ({marks})', values=before[0])
    key = schema.key(table)
    upsert = f'INSERT INTO "{table}" VALUES ({marks}) ON CONFLICT ("{key}") DO UPDATE SET "{key}" = "{key}"'
    refused(full, upsert, values=before[0])
    refused(full, f'INSERT OR REPLACE INTO "{table}" SELECT * FROM "{table}" ORDER BY 1 DESC LIMIT 1')
    assert content(full, table) == before


@pytest.mark.parametrize(("table", "unique"), schema.UNIQUE.items(), ids=schema.UNIQUE)
def test_no_row_can_be_replaced_by_another_column_that_is_unique(full, table, unique):
    before, columns = content(full, table), names(full, table)
    fresh = [9999, *before[0][1:]]
    assert all(columns.index(name) > 0 for name in unique)  # the key itself is a new one
    marks = ", ".join("?" * len(fresh))
    refused(full, f'INSERT OR REPLACE INTO "{table}" VALUES ({marks})', values=fresh)
    conflict = ", ".join(unique)
    upsert = f'INSERT INTO "{table}" VALUES ({marks}) ON CONFLICT ({conflict}) DO UPDATE SET entry = 1'
    refused(full, upsert, values=fresh)
    assert content(full, table) == before


def test_every_unique_column_of_the_file_is_known_to_the_triggers(grown):
    with attacks.raw(grown) as db:
        for table in attacks.tables(grown):
            indexes = db.execute(f'PRAGMA index_list("{table}")').fetchall()
            unique = [name for _, name, is_unique, *_ in indexes if is_unique]
            found = [tuple(c for _, _, c in db.execute(f'PRAGMA index_info("{name}")')) for name in unique]
            assert found == ([schema.UNIQUE[table]] if table in schema.UNIQUE else []), table


@pytest.mark.parametrize("table", TABLES)
def test_sqlite_utils_cannot_change_a_row_by_its_own_means(full, table):
    before, key = content(full, table), schema.key(table)
    row = dict(zip(names(full, table), before[0], strict=True))
    db = sqlite_utils.Database(str(full))
    with pytest.raises(sqlite3.IntegrityError, match="only ever added"):
        db[table].upsert(row, pk=key)
    with pytest.raises(sqlite3.IntegrityError, match="only ever added"):
        db[table].insert(row, pk=key, replace=True)
    with pytest.raises(sqlite3.IntegrityError, match="only ever added"):
        db[table].update(row[key], {"entry": 1})
    with pytest.raises(sqlite3.IntegrityError, match="only ever added"):
        db[table].delete(row[key])
    with pytest.raises(sqlite3.IntegrityError, match="only ever added"):
        db[table].delete_where("1 = 1")
    db.close()
    assert content(full, table) == before


@pytest.mark.parametrize("table", ["dose_change", "score", "amendment", "entry"])
def test_transform_of_sqlite_utils_drops_the_triggers_and_the_next_open_names_them(grown, table):
    db = sqlite_utils.Database(str(grown))
    db.conn.execute("PRAGMA legacy_alter_table = ON")  # else a view stops it half way
    db[table].transform(types={})
    db.close()
    with pytest.raises(errors.SealBroken, match=f"{table}_no_update, {table}_no_delete, {table}_no_replace"):
        titration.open(grown)
    assert f"{table}_no_update" in str(verify(grown))


def test_add_foreign_key_of_sqlite_utils_is_seen_at_the_next_open(grown):
    db = sqlite_utils.Database(str(grown))
    db["visit"].transform(add_foreign_keys=[("entry", "entry", "entry")])
    db.close()
    with pytest.raises(errors.SealBroken, match="visit_no_update"):
        titration.open(grown)


CHANGES = {
    "a trigger": ("DROP TRIGGER score_no_delete", "score_no_delete"),
    "a trigger of the words": ("DROP TRIGGER words_no_update", "words_no_update"),
    "a view": ("DROP VIEW score_current", "score_current is gone"),
    "an index": ("DROP INDEX score_chart", "score_chart is gone"),
    "a table": ("DROP TABLE answer", "answer is gone"),
    "one table more": ("CREATE TABLE scores (x)", "scores was added"),
    "one index more": ("CREATE INDEX more ON score (value)", "more was added"),
    "one view more": ("CREATE VIEW more AS SELECT 1", "more was added"),
    "one trigger more": (
        "CREATE TRIGGER more AFTER INSERT ON note BEGIN INSERT INTO code VALUES (9999, 1, 'x'); END",
        "more was added",
    ),
    "one column more": ("ALTER TABLE visit ADD COLUMN x TEXT", "visit was changed"),
    "a column renamed": ("ALTER TABLE visit RENAME COLUMN seen_by TO read_by", "visit was changed"),
    "a table renamed": ("ALTER TABLE answer RENAME TO answers", "answers was added"),
    "a trigger on the list of migrations": (
        "CREATE TRIGGER more AFTER INSERT ON _sqlite_migrations BEGIN DELETE FROM code; END",
        "more was added",
    ),
}


@pytest.mark.parametrize(("sql", "named"), CHANGES.values(), ids=CHANGES)
def test_a_changed_structure_is_named_by_the_next_open_and_by_verify(grown, sql, named):
    with attacks.raw(grown) as db:
        db.execute(sql)
    for by in (None, "clinician-1"):
        with pytest.raises(errors.SealBroken, match=named):
            titration.open(grown, by=by)
    assert named in str(verify(grown))


def test_a_trigger_made_again_with_another_body_is_named(grown):
    with attacks.raw(grown) as db:
        db.execute("DROP TRIGGER score_no_update")
        db.execute("CREATE TRIGGER score_no_update BEFORE UPDATE ON score BEGIN SELECT 1; END")
    with pytest.raises(errors.SealBroken, match="score_no_update was changed"):
        titration.open(grown)
    assert "score_no_update was changed" in str(verify(grown))


def test_a_log_without_its_journal_is_refused(grown):
    with attacks.raw(grown) as db:
        for trigger in ("entry_no_update", "entry_no_delete", "entry_no_replace"):
            db.execute(f"DROP TRIGGER {trigger}")
        db.execute("DROP TABLE entry")
    with pytest.raises(errors.SealBroken, match="the table entry is gone"):
        titration.open(grown)
    assert not verify(grown).fits


def test_a_log_that_does_not_say_its_zone_is_refused(grown):
    attacks.forge(grown, "DELETE FROM property WHERE name = 'zone'")
    with pytest.raises(errors.SealBroken, match="zone"):
        titration.open(grown)
    assert "block of entry 1, table property" in str(verify(grown))


@pytest.mark.parametrize("version", [0, 99, 2**31 - 1, -1])
def test_a_schema_version_that_the_entries_do_not_say_is_refused(grown, version):
    with attacks.raw(grown) as db:
        db.execute(f"PRAGMA user_version = {version}")
    before = grown.read_bytes()
    with pytest.raises((errors.SealBroken, errors.NewerLog), match="version"):
        titration.open(grown, by="clinician-1")
    assert f"it says schema version {version}, and its entries say 1" in str(verify(grown))
    assert grown.read_bytes() == before
