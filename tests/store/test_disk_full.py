"""A disk that is full, whatever is written to it: one sentence, status 1, the log as it was, and nothing half made."""

import resource

import pytest
from click.testing import CliRunner
from store import attacks

from titration.cli import main
from titration.store.verify import verify

BY = ("--by", "clinician-1")
VERBS = {
    "an entry": ("add", "{log}", "note", "--patient", "P001", "--on", "2026-10-08", "--words", "x" * 9000, *BY),
    "an import": ("import", "{log}", "{csv}", "--kind", "score", *BY),
    "a backup": ("backup", "{log}", "{out}/copy.db"),
    "backups that rotate": ("backup", "{log}", "--to", "{out}"),
    "an encrypted backup": ("backup", "{log}", "--to", "{out}", "--recipient", "{key}"),
    "a restored log": ("restore", "{log}", "{out}/new.db", *BY),
    "a new log": ("init", "{out}/new.db", "--site", "S", "--zone", "UTC", *BY),
    "a key": ("key", "{out}/key.txt"),
    "a history": ("history", "{log}", "--csv", "{out}/history.csv"),
    "a paper": ("due", "{log}", "--output", "{out}"),
    "a visit workbook": ("import", "--template", "{out}/visit.xlsx"),
}
PUBLIC = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"


def within(size, words):
    """What a command says while files may be so long and no longer, as on a disk that is full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        return CliRunner().invoke(main, words)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("verb", VERBS)
def test_a_full_disk_is_one_sentence_and_nothing_is_half_there(grown, tmp_path, verb):
    out, table = tmp_path / "out", tmp_path / "scores.csv"
    out.mkdir()
    lines = [f"P001,nrs_spasticity,{2000 + n // 300}-01-{n % 28 + 1:02},{n % 11}" for n in range(2000)]
    table.write_text("\n".join(["patient,scale,observed_on,value", *lines]), encoding="utf-8")
    before = grown.read_bytes()
    words = [word.format(log=grown, out=out, csv=table, key=PUBLIC) for word in VERBS[verb]]
    told = within(100, words)
    assert (told.exit_code, type(told.exception)) == (1, SystemExit), told.output
    assert told.stderr.startswith("Error: ")
    assert "Traceback" not in told.output
    assert grown.read_bytes() == before
    assert {p.name for p in out.rglob("*") if p.is_file() and p.stat().st_size} == set()
    assert verify(grown).fits


def test_the_limit_is_what_fails_them(grown, tmp_path):
    told = within(10**8, ["backup", str(grown), str(tmp_path / "copy.db")])
    assert (told.exit_code, told.stderr) == (0, "")
    assert verify(tmp_path / "copy.db", alone=True).fits
    assert attacks.rows(tmp_path / "copy.db", "SELECT max(entry) FROM entry") == [(15,)]
