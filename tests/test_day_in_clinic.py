"""The whole road once: a log is started, a visit entered, a mistake corrected, the month printed and printed again."""

import dataclasses
import datetime as dt

import pytest

import titration
from titration import DoseChange, NeedsConfirmation, Patient, Pump, Refill, Score, SideEffect, Visit


def test_a_month_of_a_clinic(tmp_path, clock):
    path = tmp_path / "clinic.db"
    clock.now = dt.datetime(2026, 9, 1, 10, 0, tzinfo=dt.UTC)
    log = titration.create(path, site="North clinic", zone="Europe/London", by="clinician-1", clock=clock)
    log.append(
        Patient(patient="P001", birth_year=1974, sex="female"),
        Pump(patient="P001", implanted_on="2026-08-25", model="SynchroMed II 8637-40", reservoir_ml=40),
        DoseChange(patient="P001", effective_at="2026-09-01 10:30", mode="simple continuous", dose_mcg_per_day=100,
                   concentration_mcg_per_ml=500),
        Score(patient="P001", observed_at="2026-09-01 10:10", scale="NRS", value=7, reporter="patient", collected="visit"),
    )  # fmt: skip

    clock.now = dt.datetime(2026, 10, 8, 9, 0, tzinfo=dt.UTC)
    visit = [
        Visit(patient="P001", visited_at="2026-10-08 09:30", visit="refill"),
        Score(patient="P001", observed_at="2026-10-08 09:35", scale="NRS", value=5, reporter="patient", collected="visit"),
        Score(patient="P001", observed_at="2026-10-08 09:40", scale="MAS", grade="1+", body_part="knee flexors",
              side="left", reporter="clinician", collected="visit"),
        SideEffect(patient="P001", observed_at="2026-10-08 09:45", effect="any", severity="none"),
        Refill(patient="P001", filled_at="2026-10-08 09:50", expected_ml=32.6, withdrawn_ml=33.4, injected_ml=40,
               concentration_mcg_per_ml=500, alarm_on="2027-03-01"),
    ]  # fmt: skip
    slip = DoseChange(patient="P001", effective_at="2026-10-08 10:00", mode="simple continuous", dose_mcg_per_day=1200)
    with pytest.raises(NeedsConfirmation):
        log.append(*visit, slip)
    assert log.visits().empty  # nothing of the visit, not even what was sound
    entry = log.append(*visit, dataclasses.replace(slip, dose_mcg_per_day=120.0))
    assert entry.entry == 3

    clock.on(days=2)
    row = int(log.doses()["row"].iloc[-1])
    log.correct(row, dataclasses.replace(log.record(row), dose_mcg_per_day=115.0), reason="typed 120 for 115")

    clock.now = dt.datetime(2026, 11, 2, 9, 0, tzinfo=dt.UTC)
    report = log.chart("P001").report("2026-10")
    first = {p.name: p.read_bytes() for p in report.save(tmp_path / "out")}
    text = first["P001-2026-10.txt"].decode()
    assert "115 mcg/day" in text
    assert "typed 120 for 115" in " ".join(report.frame()["text"])
    assert "0.8 mL" in text  # 33.4 measured less 32.6 expected
    head = log.head

    clock.now = dt.datetime(2026, 12, 1, 9, 0, tzinfo=dt.UTC)
    log.append(
        DoseChange(patient="P001", effective_at="2026-12-01 09:00", mode="simple continuous", dose_mcg_per_day=130)
    )
    again = log.chart("P001", asof="2026-11-02").report("2026-10")
    second = {p.name: p.read_bytes() for p in again.save(tmp_path / "again")}
    assert second == first  # the same log as it was known: the same bytes

    log.backup(tmp_path / "backup.db")
    assert log.verify(head=head).fits
    log.close()
    with titration.open(path) as reader:
        assert reader.doses(asof="2026-10-09")["dose_mcg_per_day"].tolist() == [100, 120]
        assert reader.doses(asof="2026-11-30")["dose_mcg_per_day"].tolist() == [100, 115]
