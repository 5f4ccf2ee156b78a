"""What can be held of speed without a clock: statements, steps of SQLite, modules imported."""

import subprocess
import sys
from collections import Counter

import pandas as pd
import pytest

import titration
from titration.cli import SAID, VERBS, main
from titration.records import DoseChange, Note, Patient, Score

HEAVY = {"pandas", "numpy", "matplotlib", "jinja2", "typst", "openpyxl", "python_calamine", "sqlite_utils"}


def scores(patients, each):
    at = pd.date_range("2024-01-01 08:00", periods=each, freq="12h", tz="UTC")
    return pd.concat(
        [
            pd.DataFrame(
                {"patient": p, "scale": "nrs_spasticity", "observed_at": at, "value": 5.0, "reporter": "patient"}
            )
            for p in patients
        ],
        ignore_index=True,
    )


@pytest.fixture
def log(tmp_path):
    with titration.create(tmp_path / "a.db", site="bench", zone="UTC", by="clinician-1") as made:
        made.append(*[Patient(patient=f"P{n:03d}", birth_year=1970) for n in range(1, 41)])
        made.append(scores(["P001"], 300), kind=Score)
        yield made


def statements(log, call):
    """The first words of each statement that runs; one that sets off a trigger is told once more for each time."""
    found = []
    log.store.db.set_trace_callback(lambda sql: found.append(" ".join(sql.split()[:3])))
    call()
    log.store.db.set_trace_callback(None)
    return found


def steps(log, call):
    """How many hundred steps SQLite takes."""
    found = [0]

    def step():
        found[0] += 1

    log.store.db.set_progress_handler(step, 100)
    call()
    log.store.db.set_progress_handler(None, 0)
    return found[0]


def change(day):
    return DoseChange(
        patient="P001", effective_at=f"2025-01-{day:02d} 09:00", mode="simple continuous", dose_mcg_per_day=100.0
    )


def test_one_dose_change_takes_as_many_statements_in_a_long_record_as_in_a_short_one(log):
    log.append(change(1))
    second = statements(log, lambda: log.append(change(2)))
    for day in range(3, 12):
        log.append(change(day))
    later = statements(log, lambda: log.append(change(12)))
    assert (
        Counter(second)["INSERT INTO dose_change"] == 2
    )  # the row, and the trigger that refuses a second of its number
    assert len(second) <= 100
    assert abs(len(later) - len(second)) <= 2


def test_a_thousand_scores_are_written_a_hundred_and_twenty_eight_at_a_time(log):
    found = Counter(statements(log, lambda: log.append(scores(["P002"], 1000), kind=Score)))
    assert found["INSERT INTO score"] == 8 + 1000  # 128 rows seven times, and 104; 1,000 triggers
    assert sum(found.values()) <= 1050


@pytest.mark.parametrize(
    "made", [lambda day: Note(patient="P001", noted_on=f"2025-01-{day:02d}", words="seen"), change]
)
def test_an_entry_takes_the_same_steps_however_many_scores_the_log_holds(log, made):
    """SQLite looks up the entry of a fact, never the facts of an entry: of these it would have to look through all."""
    for day in range(1, 6):
        log.append(made(day))
    small = steps(log, lambda: log.append(made(6)))
    log.append(scores([f"P{n:03d}" for n in range(2, 41)], 300), kind=Score)
    large = steps(log, lambda: log.append(made(7)))  # a dose change has a card: a text of the entry itself
    assert large <= small * 1.1 + 5  # each of the 11,700 scores would be five steps


def test_a_chart_takes_the_same_statements_whatever_is_in_it(log):
    empty, full = (statements(log, lambda p=p: log.chart(p)) for p in ("P040", "P001"))
    assert len(full) <= 110
    assert len(full) - len(empty) <= 12  # the codes and the words of what there is


def test_the_steps_of_a_chart_do_not_grow_with_the_rows_of_others(log):
    small = steps(log, lambda: log.scores("P001"))
    log.append(scores([f"P{n:03d}" for n in range(2, 41)], 300), kind=Score)
    large = steps(log, lambda: log.scores("P001"))
    assert large <= small * 1.05 + 2


def imported(*words):
    code = (
        "import sys\nfrom titration.cli import main\n"
        f"try:\n    main({list(words)!r}, standalone_mode=False)\nfinally:\n    sys.stderr.write(' '.join(sys.modules))\n"
    )
    made = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(made.stderr.split())


def test_the_list_of_verbs_imports_no_verb_and_no_record():
    found = imported("--help")
    assert not HEAVY & found
    assert {m for m in found if m.startswith("titration")} <= {
        "titration",
        "titration.cli",
        "titration.cli.typed",
        "titration.errors",
    }


def test_add_and_verify_import_nothing_heavy(log):
    log.close()
    words = (
        str(log.path),
        "note",
        "--patient",
        "P001",
        "--noted-on",
        "2025-01-06",
        "--words",
        "seen",
        "--by",
        "clinician-1",
    )
    for found in (imported("add", *words), imported("verify", str(log.path))):
        assert not HEAVY & found
        assert len({m for m in found if m.startswith("titration")}) <= 66


def test_the_list_of_verbs_says_what_each_says_of_itself():
    assert list(SAID) == list(VERBS)
    for verb in VERBS:
        assert main.get_command(None, verb).get_short_help_str(limit=400) == SAID[verb]
