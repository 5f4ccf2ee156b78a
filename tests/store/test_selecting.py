"""Columns that are the same in all of a patient's rows are told once; the frame is the one that every value gives."""

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import titration
from titration.records import Note, Patient, Score
from titration.store import selecting

POOLS = {
    "scale": ["nrs_spasticity", "penn_spasm_frequency"],
    "body_part": [None, "knee flexors", "elbow flexors"],
    "side": [None, "left", "right"],
    "reporter": ["patient", "proxy"],
    "collected": [None, "visit"],
    "value": [0.0, 3.0, 4.0],
}
N = 24


def drawn(chosen):
    """Scores whose columns hold what was chosen, in turn."""
    day = pd.date_range("2024-01-01", periods=N, freq="5D")
    values = {
        name: [POOLS[name][k % len(POOLS[name])] for k in (turn[n % len(turn)] for n in range(N))]
        for name, turn in chosen.items()
    }
    return pd.DataFrame({"patient": "P001", "observed_on": day, **values}).astype({"value": "float64"})


def made(folder, frame):
    log = titration.create(folder / "a.db", site="x", zone="Europe/London", by="clinician-1")
    log.append(Patient(patient="P001"), Patient(patient="P002"))
    log.append(
        Score(
            patient="P002", scale="nrs_spasticity", observed_on="2024-01-01", value=9, reporter="clinician", side="left"
        )
    )
    rows = agreed(log, frame).rows
    log.retract(rows[3], reason="entered twice")
    log.correct(
        rows[7], Score(patient="P001", scale="nrs_spasticity", observed_on="2024-02-05", value=8), reason="typed 3"
    )
    return log


def agreed(log, frame):
    try:
        return log.append(frame, kind=Score)
    except titration.NeedsConfirmation as need:
        return log.append(frame, kind=Score, confirm=dict.fromkeys(need.questions, "as on paper"))


@given(
    chosen=st.fixed_dictionaries({name: st.lists(st.integers(0, 2), min_size=1, max_size=3) for name in POOLS}),
    asof=st.integers(4, 6),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_frame_read_sparingly_is_the_frame_of_every_value(tmp_path_factory, chosen, asof):
    with made(tmp_path_factory.mktemp("log"), drawn(chosen)) as log, pytest.MonkeyPatch.context() as patch:
        for patient in ("P001", "P002"):
            patch.setattr(selecting, "MANY", N + 10)
            plain = log.frame(Score, patient=patient, asof=asof)
            patch.setattr(selecting, "MANY", 2)
            pd.testing.assert_frame_equal(log.frame(Score, patient=patient, asof=asof), plain, check_exact=True)
            assert len(plain) == {"P001": N - (asof > 4), "P002": 1}[patient]


def test_what_is_the_same_throughout_is_found_and_what_differs_in_one_row_is_not(tmp_path, monkeypatch):
    names = ["patient", "scale", "side", "reporter", "collected", "observed_on", "value"]
    alike = drawn({name: [0] for name in POOLS})
    monkeypatch.setattr(selecting, "MANY", 2)
    with titration.create(tmp_path / "a.db", site="x", zone="UTC", by="clinician-1") as log:
        log.append(Patient(patient="P001"))
        agreed(log, alike)
        number = log.store.code("P001")
        found = selecting.same_throughout(log.store.query, "score", names, number)
        assert set(found) == {*names} - {"observed_on"}
        assert (found["value"], found["side"]) == (0.0, None)
        # in the middle by time, so that neither the first nor the last row tells
        agreed(log, alike.iloc[[N // 2]].assign(side="left", observed_on=pd.Timestamp("2024-02-12")))
        assert set(selecting.same_throughout(log.store.query, "score", names, number)) == {*names} - {
            "observed_on",
            "side",
        }
        monkeypatch.setattr(selecting, "MANY", N + 10)
        assert selecting.same_throughout(log.store.query, "score", names, number) == {}


def test_a_kind_without_such_an_index_is_read_as_it_is(tmp_path, monkeypatch):
    monkeypatch.setattr(selecting, "MANY", 1)
    with titration.create(tmp_path / "a.db", site="x", zone="UTC", by="clinician-1") as log:
        log.append(
            Patient(patient="P001"), *[Note(patient="P001", noted_on=f"2024-01-0{n}", words="seen") for n in (1, 2, 3)]
        )
        assert log.frame(Note, patient="P001")["words"].tolist() == ["seen"] * 3
