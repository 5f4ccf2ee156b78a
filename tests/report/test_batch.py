"""Reports of a whole clinic: one that cannot be made stops no other, nothing is made twice, nothing is written over."""

import datetime as dt
import json
import re

import pytest
from click.testing import CliRunner
from report import jobs

import titration
from titration import Patient, Visit
from titration.cli import main
from titration.errors import LogExists
from titration.report import batch, index
from titration.report.record import Seal
from titration.report.window import month

CODES = ("P001", "P002", "P003")


def made_of(patient):
    return f"report of {patient}"


def one_is_bad(patient):
    if patient == "P002":
        raise LogExists("P002.pdf")
    if patient == "P003":
        raise KeyError("a column")
    return made_of(patient)


def test_one_that_cannot_be_made_is_a_sentence_and_the_others_are_made():
    found = list(batch.run(CODES, one_is_bad, workers=1))
    assert [outcome.made for outcome in found] == ["report of P001", None, None]
    assert found[1].error.startswith("P002.pdf is already there")
    assert found[2].error == "KeyError: 'a column'"


def test_a_process_that_dies_takes_no_other_patient_with_it():
    found = {outcome.patient: outcome for outcome in batch.run(CODES[:2], jobs.one_dies, workers=2)}
    assert {code: outcome.made for code, outcome in found.items()} == {"P001": "report of P001", "P002": None}
    assert found["P002"].error == batch.DIED


def test_no_more_are_handed_out_ahead_than_a_few_a_process():
    given = []

    def codes():
        for n in range(50):
            given.append(n)
            yield f"P{n:03d}"

    coming = batch.run(codes(), str.lower, workers=1)
    next(coming)
    assert len(given) == 1
    coming.close()


@pytest.fixture
def kept(tmp_path):
    held = batch.Kept(tmp_path / "reports.jsonl", batch.key("log-1", 7))
    for patient in CODES:
        (tmp_path / f"{patient}.txt").write_text(f"what {patient} said")
        held.add(patient, batch.Files({f"{patient}.txt": batch.summed(tmp_path / f"{patient}.txt")}, 3))
    return held


def test_what_lies_there_as_it_was_made_is_not_made_again(kept):
    assert sorted(kept.there()) == list(CODES)
    assert kept.there()["P001"].n_facts == 3


def test_the_list_is_never_believed_over_the_file(kept):
    (kept.path.parent / "P001.txt").write_text("touched by hand")
    (kept.path.parent / "P002.txt").unlink()
    assert sorted(kept.there()) == ["P003"]


def test_another_state_of_the_log_or_another_program_makes_all_anew(kept, monkeypatch):
    assert batch.Kept(kept.path, batch.key("log-1", 8)).there() == {}
    monkeypatch.setattr(batch, "MAKERS", ("titration", "matplotlib"))
    assert batch.Kept(kept.path, batch.key("log-1", 7)).there() == {}


@pytest.mark.parametrize("torn", ["", "{", "[]", "7", "null", '{"key": "KEY"}', '{"key": "KEY", "patient": "P001", "files": 7, "n_facts": 1}'])  # fmt: skip
def test_a_list_that_was_cut_off_or_is_none_of_ours_only_means_more_work(kept, torn):
    with kept.path.open("a") as held:
        held.write(torn.replace("KEY", kept.key))
    assert sorted(kept.there()) == list(CODES)
    kept.path.write_bytes(b"\xff\xfe\x00" + torn.encode())
    assert kept.there() == {}


def test_a_settled_list_has_one_line_a_patient_in_the_order_of_the_codes(kept):
    there = kept.there()
    kept.add("P001", there["P001"])
    kept.settle(there)
    lines = [json.loads(line)["patient"] for line in kept.path.read_text().splitlines()]
    assert lines == list(CODES)


@pytest.fixture
def clinic(log):
    """The log of three patients, two of them with a visit in the month; with neither dose nor score nothing is drawn."""
    log.append(Patient(patient="P002"), Patient(patient="CON"))
    log.append(*(Visit(patient=code, visited_on="2026-10-08", visit="review") for code in ("P001", "P002")))
    return log


def run(*words):
    return CliRunner().invoke(main, [str(word) for word in words])


def test_the_whole_clinic_is_made_once_then_found_there_then_refused_where_it_differs(clinic, tmp_path, clock):
    out = tmp_path / "out"
    words = ("report", clinic.path, "--all", "--month", "2026-10", "-o", out)
    first = run(*words)
    assert first.exit_code == 0, first.output
    assert "wrote 12 files" in first.output
    names = {path.name for path in out.iterdir()}
    assert {"P001-2026-10.pdf", "CON-2026-10.html", "index-2026-10.html", "reports-2026-10.jsonl"} <= names
    page = (out / "index-2026-10.html").read_text()
    links = re.findall(r'href="([^"]*)"', page)
    assert links[:2] == ["CON-2026-10.html", "CON-2026-10.pdf"]
    assert all((out / link).is_file() for link in links)
    assert "<script" not in page
    times = {path.name: path.stat().st_mtime_ns for path in out.iterdir() if path.suffix == ".pdf"}
    state = batch.key(clinic.store.properties["id"], clinic.head, clinic.entry_at(), "2026-10")
    assert sorted(batch.Kept(out / "reports-2026-10.jsonl", state).there()) == ["CON", "P001", "P002"]
    assert run(*words).exit_code == 0
    assert times == {path.name: path.stat().st_mtime_ns for path in out.iterdir() if path.suffix == ".pdf"}

    clock.on(minutes=1)
    clinic.append(Visit(patient="P002", visited_on="2026-10-20", visit="phone"))
    refused = run(*words)
    assert refused.exit_code == 1
    assert "P002: " in refused.output
    assert "add --replace" in refused.output
    assert "P001: " not in refused.output
    assert "Not made" in (out / "index-2026-10.html").read_text()
    assert run(*words, "--replace").exit_code == 0
    assert "Not made</h2>" not in (out / "index-2026-10.html").read_text()


def test_an_index_takes_the_place_of_an_index_and_of_nothing_else():
    assert index.is_index('<h1><span data-fact="page.title">Reports - October 2026</span></h1>')
    assert not index.is_index("<h1>my own page</h1>")


def test_a_file_name_with_a_percent_sign_is_an_address_that_leads_to_it():
    made = batch.Outcome("a/b", batch.Files({"a%2Fb-2026-10.html": "ab", "a%2Fb-2026-10.pdf": "cd"}, 3))
    paper = index.build(
        [made], month("2026-10", "UTC"), site="S", seal=Seal(1, dt.datetime(2026, 11, 1, tzinfo=dt.UTC), "ab" * 32)
    )
    assert 'href="a%252Fb-2026-10.html">a%2Fb-2026-10.html</a>' in index.linked(paper)


def test_a_file_of_ones_own_is_not_written_over_by_the_index(log, tmp_path):
    (tmp_path / "index-2026-10.html").write_text("my own page")
    said = run("report", log.path, "--month", "2026-10", "-o", tmp_path)
    assert said.exit_code == 1
    assert "it is no index of reports" in said.output
    assert (tmp_path / "index-2026-10.html").read_text() == "my own page"


@pytest.mark.parametrize(
    ("words", "status", "says"),
    [
        (["report", "LOG", "--month", "2026-10"], 2, "say where to"),
        (["report", "LOG", "--all", "--patient", "P001", "-o", "OUT"], 2, "name one of them"),
        (["report", "LOG", "--month", "2026-13", "-o", "OUT"], 1, "write year and month"),
        (["report", "LOG", "--month", "2026-10", "--clinic"], 0, "Clinic - October 2026"),
        (["due", "LOG", "--from", "2026-01-01"], 0, "Dates - 2026-01-01 to"),
        (["card", "LOG", "P001"], 0, "interrogate the pump"),
        (["card", "LOG", "P009"], 1, "there is no patient"),
        (["audit", "LOG", "-o", "OUT"], 0, "wrote 4 files"),
        (["sign", "LOG", "P001", "--month", "2026-10", "--by", "clinician-2"], 0, "reviewed by clinician-2"),
    ],
    ids=lambda words: " ".join(words[:1] + words[2:]) if isinstance(words, list) else "",
)
def test_the_verbs_of_the_papers(log, tmp_path, words, status, says):
    places = {"LOG": log.path, "OUT": tmp_path / "out"}
    done = run(*[places.get(word, word) for word in words])
    assert done.exit_code == status, done.output
    assert says in done.output


def test_several_processes_give_the_files_that_one_gives(clinic, tmp_path, monkeypatch):
    from titration.cli import reports

    monkeypatch.setattr(reports, "FEW", 2)
    for name, workers in (("one", 1), ("two", 2)):
        monkeypatch.setattr(batch, "cores", lambda workers=workers: workers)
        reports.write_reports(clinic, "2026-10", ("P001", "CON"), tmp_path / name, replace=False)
    one, two = ({path.name: path.read_bytes() for path in (tmp_path / name).iterdir()} for name in ("one", "two"))
    assert one == two
    with titration.open(clinic.path) as again:
        assert again.entry_at() == clinic.entry_at()
