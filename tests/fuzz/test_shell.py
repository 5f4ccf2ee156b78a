"""The shell's door: whatever is typed in the place of whatever, a sentence and exit status 0, 1 or 2; nothing in part."""

import click
import pytest
from click.testing import CliRunner
from fuzz.hostile import NOT_TEXT, TEXTS
from hypothesis import given, settings
from hypothesis import strategies as st

import titration
from titration.cli import VERBS, main
from titration.cli.adding import Kinds
from titration.records import KINDS

BY = "clinician-1"
SOUND = {
    "by": BY, "reason": "r", "row": "3", "entry": "3", "patient": "P001", "month": "2026-10", "to": "P001", "into": "P001",  # so that nobody is merged on the way
    "code": "P001", "field": "words", "site": "S", "zone": "Europe/London",
}  # fmt: skip
LEFT_OUT = {"demo", "report", "card", "due", "audit", "chart", "sign", "export", "schema"}
"""Verbs that draw or write many files: slow, and asked the same way; the long form, tests/torture/doors.py, tries them too."""


def commands():
    """Every command there is, with the words that name it."""
    for verb in VERBS:
        found = main.get_command(None, verb)
        if isinstance(found, click.Group):
            names = list(found.list_commands(None))
            at = 1 if isinstance(found, Kinds) else 0
            for name in names:
                yield [verb, *["LOG"] * at, name], found.get_command(None, name)
        elif verb not in LEFT_OUT:
            yield [verb], found


ASKED = [
    (words, c, p) for words, c in commands() for p in c.params if not getattr(p, "is_flag", False) and p.name != "jobs"
]
"""Each command with each of its parameters."""


def sound(words, parameter):
    if parameter.name in SOUND:
        return SOUND[parameter.name]
    if words[0] == "add":
        return KINDS[words[2].replace("-", "_")].field(parameter.name).example or "x"
    return "absent"


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder two deep with a log of two patients, a dose and a note."""
    folder = tmp_path_factory.mktemp("outer") / "a" / "b"
    folder.mkdir(parents=True)
    with titration.create(folder / "clinic.db", site="S", zone="Europe/London", by=BY) as log:
        log.append(titration.Patient(patient="P001", birth_year=1974), titration.Patient(patient="P002"))
        log.append(titration.Note(patient="P001", noted_on="2026-10-08", words="seen"))
    return folder


def invoke(place, words, command, parameter, text):
    """One command with one parameter as given and the others sound."""
    options, arguments = [], []
    for p in command.params:
        if p is not parameter and not p.required:
            continue
        value = text if p is parameter else "clinic.db" if p.name in {"log", "backup"} else sound(words, p)
        if isinstance(p, click.Argument):
            arguments.append(value)
        else:
            options += [p.opts[0], value, *["1"] * (p.nargs - 1)]
    named = ["clinic.db" if word == "LOG" else word for word in words]
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(place)
        return CliRunner().invoke(main, [*named, *options, "--", *arguments])


def holds(place, said):
    """No traceback; and a refusal leaves the log as it was."""
    assert said.exception is None or isinstance(said.exception, SystemExit), repr(said.exception)
    assert said.exit_code in {0, 1, 2}, said.output
    assert "Traceback" not in said.output
    if said.exit_code:
        assert said.stderr.strip()
        assert all(c.isprintable() or c in "\n\t" for c in said.stderr), said.stderr


def head(place):
    with titration.open(place / "clinic.db") as log:
        return log.entry_at(), log.head


@settings(max_examples=40)
@given(st.sampled_from(ASKED), st.sampled_from(TEXTS) | st.sampled_from(NOT_TEXT) | st.text(max_size=40))
def test_whatever_is_typed_in_the_place_of_whatever_is_answered_in_words(place, asked, text):
    words, command, parameter = asked
    before = head(place)
    said = invoke(place, words, command, parameter, text)
    holds(place, said)
    if said.exit_code:
        assert head(place) == before


@pytest.mark.parametrize("text", NOT_TEXT)
def test_bytes_that_are_no_text_are_refused_wherever_they_stand(place, text):
    for words in (
        ["history", text],
        ["history", "clinic.db", text],
        ["add", "clinic.db", "note", "--words", text],
        [text],
    ):
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(place)
            said = CliRunner().invoke(main, words)
        assert said.exit_code == 2
        assert "holds bytes that are no UTF-8 text" in said.output


def test_numbers_that_no_table_can_hold_are_no_rows_and_no_entries(place):
    for words, says in (
        (["retract", "clinic.db", "99999999999999999999", "--reason", "r", "--by", BY], "99999999999999999999"),
        (
            ["move", "clinic.db", "99999999999999999999", "--to", "P002", "--reason", "r", "--by", BY],
            "holds no current",
        ),
        (["history", "clinic.db", "--asof", "9" * 5000], "asof="),
        (["history", "clinic.db", "--asof", "9" * 18], "there is no entry 999999999999999999"),
    ):
        before = head(place)
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(place)
            said = CliRunner().invoke(main, words)
        assert said.exit_code == 1, said.output
        assert says in said.output
        assert head(place) == before


def test_a_path_that_cannot_be_is_a_sentence(place):
    for target in ("x" * 300, "absent/h.csv", "."):
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(place)
            said = CliRunner().invoke(main, ["history", "clinic.db", "--csv", target])
        assert said.exit_code == 1
        assert "cannot be read or written" in said.output or "is already there" in said.output


def test_direction_marks_never_reach_the_terminal_in_an_error(place):
    for words in (
        ["history", "\u202eclinic.db"],
        ["merge", "clinic.db", "\u202eP001", "--into", "P002", "--reason", "r", "--by", BY],
        ["verify", "clinic.db", "--head", "\u202e6c98-4a54-b59b-3e73" * 99],
    ):
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(place)
            said = CliRunner().invoke(main, words)
        assert said.exit_code == 1
        assert "\u202e" not in said.output
        assert len(said.output) < 500
    assert r"the head \u202e6c98-4a54-b59b-3e73\u202e6c98" in said.output


def test_no_two_fields_share_an_option(place):
    for kind in KINDS.values():
        options = [kind.flag(f) for f in kind.fields]
        assert len(set(options)) == len(options), kind.table
    words = ["add", "clinic.db", "readout", "--patient", "P002", "--on", "2026-10-08", "--by", BY]
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(place)
        said = CliRunner().invoke(main, [*words, "--patient-boluses", "3", "--patient-boluses-mcg", "30 mcg"])
    assert said.exit_code == 0, said.output
    with titration.open(place / "clinic.db") as log:
        found = log.readouts("P002").iloc[-1]
    assert (found["patient_boluses"], found["patient_boluses_mcg"]) == (3, 30)
