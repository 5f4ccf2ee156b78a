"""The line the product never crosses: a record, not a device (house, section 9)."""

import ast
import functools
import re
import subprocess
import sys
from pathlib import Path

import pytest

import titration

ROOT = Path(titration.__file__).parent
TOP = ROOT.parent
LINKS = {"socket", "ssl", "http", "urllib", "ftplib", "smtplib", "telnetlib", "asyncio", "serial", "usb", "bluetooth",
         "bleak", "requests", "httpx", "aiohttp", "websockets", "hid"}  # fmt: skip
BANNED = (
    r"recommended dose", r"suggested? (a |the )?dose", r"suggest(s|ed)? (an? )?(increase|decrease|change)", r"target dose",
    r"next dose(?! change)", r"dose should", r"should be (increased|reduced|decreased|raised|lowered)", r"\bresponder",
    r"\bat risk\b", r"\bsafe dose", r"\bunsafe\b", r"\bdangerous\b", r"too high", r"too low", r"\bwithdrawal (suspected|risk)",
    r"overdose (suspected|risk)", r"\bwarning: dose", r"traffic.light", r"\burgent", r"\bpriority patient", r"call (now|999|911)",
    r"current dose", r"dose delivered", r"\bforecast", r"\bµg\b", r"\bμg\b",
)  # fmt: skip
ALLOWED = {
    # the boundary stated, by the sentence it stands in
    "must not be used for urgent decisions",
    "not for urgent decisions",
    "a record, not a device",
}
SPELLINGS = {"units.py"}  # reads every spelling met in print, the micro sign among them
ALARM_FIELDS = {"alarm_on", "alarm_ml", "low_reservoir_alarm_ml"}  # a date and volumes as printed


@functools.cache
def texts():
    """Every text of the package: strings, docstrings, comments, templates, notebooks, README."""
    everything = [*ROOT.rglob("*"), *TOP.glob("*.md"), *TOP.glob("notebooks/*"), *TOP.glob("db/*.md")]
    said = (".py", ".j2", ".typ", ".toml", ".md", ".ipynb", ".sql")
    return [(path, path.read_text(encoding="utf-8")) for path in everything if path.is_file() and path.suffix in said]


@pytest.mark.parametrize("phrase", BANNED)
def test_no_text_crosses_the_line(phrase):
    for path, text in texts():
        if path.name in SPELLINGS and "g" in phrase[-5:]:
            continue
        if not re.search(phrase, text, re.IGNORECASE):
            continue
        for line in text.splitlines():
            plain = line
            for allowed in ALLOWED:
                plain = plain.replace(allowed, "")
            assert not re.search(phrase, plain, re.IGNORECASE), f"{path.name}: {line.strip()}"


def test_the_banned_phrases_would_be_found():
    said = "the recommended dose is the next dose; it should be increased, call now"
    assert sum(bool(re.search(phrase, said, re.IGNORECASE)) for phrase in BANNED) >= 4


def test_alarm_is_a_printed_date_or_volume_and_nothing_else():
    from titration.records import KINDS

    fields = {f.name for kind in KINDS.values() for f in kind.fields if "alarm" in f.name}
    assert fields == ALARM_FIELDS


def test_the_package_imports_nothing_that_reaches_out():
    for path in ROOT.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            assert not {n.split(".")[0] for n in names} & LINKS, f"{path.name}:{node.lineno}"


BLOCKED = """
import socket, sys
def refuse(*_, **__):
    raise AssertionError("a connection was tried")
socket.socket.connect = refuse
socket.create_connection = refuse
from titration.cli import main
main()
"""


@pytest.mark.parametrize(
    "words",
    [
        ["--help"], ["history", "DB", "P001"], ["chart", "DB", "P001", "-o", "TMP/p.png"],
        ["report", "DB", "--month", "2026-10", "--patient", "P012", "-o", "TMP/out"], ["verify", "DB"],
        ["backup", "DB", "TMP/copy.db"], ["restore", "DB", "TMP/new.db", "--by", "clinician-1"], ["scale", "list", "DB"],
        ["schema"], ["init", "TMP/fresh.db", "--site", "North clinic", "--zone", "Europe/London", "--by", "clinician-1"],
        ["add", "DB", "visit", "--patient", "P001", "--on", "2026-11-12", "--visit", "phone", "--by", "clinician-1"],
        ["import", "DB", "TMP/visits.csv", "--by", "clinician-1"],
        ["retract", "DB", "3", "--reason", "entered twice", "--by", "clinician-1"],
        ["move", "DB", "4", "--to", "P012", "--reason", "wrong patient", "--by", "clinician-1"],
        ["demo", "TMP/demo2.db"],
    ],
    ids=lambda words: words[0],
)  # fmt: skip
def test_every_verb_works_with_connections_blocked(words, demo_file, tmp_path):
    import shutil

    copy = tmp_path / "demo.db"
    shutil.copy(demo_file, copy)
    copy.chmod(0o600)
    (tmp_path / "visits.csv").write_text("patient,visited_on,visit\nP001,2026-11-12,phone\n", encoding="utf-8")
    words = [w.replace("DB", str(copy)).replace("TMP", str(tmp_path)) for w in words]
    done = subprocess.run([sys.executable, "-c", BLOCKED, *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "a connection was tried" not in done.stderr
