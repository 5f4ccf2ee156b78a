"""A record kind and a field are declared in one place, and appear everywhere."""

import sqlite3

import pytest

import titration
from titration import columns, records
from titration.fields import Choice, Code, Day, Number, Reading, field
from titration.records import KINDS, Record
from titration.units import ML


def declare_flush(*, with_operator=False):
    class Flush(Record):
        """A made-up record, for this test alone."""

        patient: str = field(Code(), "code of the patient", required=True, example="P001")
        flushed_on: str = field(Day(), "day of the flush", required=True, example="2026-10-08")
        volume_ml: float = field(Number(ML, low=0), "volume flushed", required=True, example="1.5")
        if with_operator:
            operator: str | None = field(Choice(("nurse", "physician")), "who flushed", since=2, example="nurse")

    Flush.__annotations__ = dict(Flush.__annotations__)
    return records.record(
        table="flush", frame="flushes", title="Flush", moment="flushed", key=("patient", "flushed_on")
    )(Flush)


def start(path):
    log = titration.create(path, site="North clinic", zone="Europe/London", by="clinician-1")
    log.append(titration.Patient(patient="P001"))
    return log


def test_a_new_kind_appears_in_table_frame_template_parser_form_dictionary_and_shell(kinds, tmp_path):
    from click.testing import CliRunner

    from titration.cli import main
    from titration.entry import templates

    flush = declare_flush()
    with start(tmp_path / "clinic.db") as log:
        log.append(flush(patient="P001", flushed_on="2026-10-08", volume_ml=1.5))
        frame = log.flushes(patient="P001")
        assert frame["volume_ml"].tolist() == [1.5]
        assert str(frame["flushed_on"].dtype) == "datetime64[s]"
        assert log.chart("P001").flushes["volume_ml"].tolist() == [1.5]
        form = log.enter("P001")
        form.screen.choice.value = "flush"  # among the rarer ones
        form.screen.add.click()
        assert "Volume (mL)" in form_text(form)
        assert log.verify().fits
    template = templates.csv(KINDS["flush"])
    assert template.splitlines()[0] == "patient,flushed_on,volume_ml"
    parsed = records.from_texts(
        KINDS["flush"], {"patient": "P001", "flushed_on": "2026-10-08", "volume_ml": "1.5 mL"}, Reading()
    )
    assert parsed == flush(patient="P001", flushed_on="2026-10-08", volume_ml=1.5)
    assert ("flush", "volume_ml", "mL") in [line[:3] for line in columns.dictionary()]
    said = CliRunner().invoke(
        main,
        ["add", str(tmp_path / "clinic.db"), "flush", "--patient", "P001", "--on", "2026-10-09", "--volume", "2 mL",
         "--by", "clinician-1"],
    )  # fmt: skip
    assert said.exit_code == 0, said.output
    csv = tmp_path / "flushes.csv"
    csv.write_text("patient,flushed_on,volume_ml\nP001,2026-10-10,3\n", encoding="utf-8")
    with titration.open(tmp_path / "clinic.db", by="clinician-1") as log:
        log.import_file(csv)
        assert log.flushes()["volume_ml"].tolist() == [1.5, 2, 3]


def form_text(widget, seen=None):
    """Every text a widget shows, children and all."""
    seen = [] if seen is None else seen
    for name in ("description", "value", "placeholder"):
        said = getattr(widget, name, None)
        if isinstance(said, str):
            seen.append(said)
    for child in getattr(widget, "children", ()):
        form_text(child, seen)
    return "\n".join(seen)


def test_a_new_field_reaches_an_old_log_by_migration(kinds, tmp_path):
    path = tmp_path / "clinic.db"
    flush = declare_flush()
    with start(path) as log:
        log.append(flush(patient="P001", flushed_on="2026-10-08", volume_ml=1.5))
        assert log.verify().fits

    newer = declare_flush(with_operator=True)
    assert records.schema_version() == 2
    with titration.open(path) as log:  # for reading, the old file is left as it is
        assert log.flushes()["operator"].isna().tolist() == [True]
    with titration.open(path, by="clinician-1") as log:
        log.append(newer(patient="P001", flushed_on="2026-10-09", volume_ml=2, operator="nurse"))
        frame = log.flushes()
        assert frame["operator"].fillna("missing").tolist() == ["missing", "nurse"]
        assert log.verify().fits
        assert log.enter("P001") is not None
        assert "nurse" in KINDS["flush"].field("operator").value.allowed
    db = sqlite3.connect(path)
    assert db.execute("PRAGMA user_version").fetchone() == (2,)
    triggers = {name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")}
    assert {"flush_no_update", "flush_no_delete", "flush_no_replace"} <= triggers
    for attack in ("UPDATE flush SET volume_ml = 9", "DELETE FROM flush", "UPDATE flush SET operator = 1"):
        with pytest.raises(sqlite3.IntegrityError, match="only ever added"):
            db.execute(attack)
    assert db.execute("SELECT action FROM entry ORDER BY entry").fetchall() == [
        ("init",), ("append",), ("append",), ("migration",), ("append",)
    ]  # fmt: skip
    db.close()


def test_the_older_program_refuses_the_newer_log_and_leaves_it_alone(kinds, tmp_path):
    path = tmp_path / "clinic.db"
    declare_flush(with_operator=True)
    start(path).close()
    bytes_before = path.read_bytes()
    declare_flush()
    with pytest.raises(titration.errors.NewerLog, match="newer version"):
        titration.open(path)
    assert path.read_bytes() == bytes_before
