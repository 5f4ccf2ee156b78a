"""What is public is listed, exported and documented; what the README names is there."""

import inspect
import re
from pathlib import Path

import titration
from titration.cli import VERBS, main

TOP = Path(titration.__file__).parent.parent


def test_every_name_of_the_list_is_exported_and_documented():
    assert titration.__all__ == sorted(titration.__all__, key=lambda n: (not n[0].isupper(), n))
    for name in titration.__all__:
        assert inspect.getdoc(getattr(titration, name)), name
    assert "open" not in titration.__all__  # a star import must not hide the builtin
    assert set(dir(titration)) >= {*titration.__all__, "open"}


def test_the_readme_names_every_verb_and_every_verb_is_there():
    readme = (TOP / "README.md").read_text(encoding="utf-8")
    for verb in VERBS:
        assert f"titration {verb}" in readme, verb
        assert main.get_command(None, verb).help
    for verb in re.findall(r"^titration ([a-z]+)", readme, re.MULTILINE):
        assert verb in VERBS, verb


def test_every_record_documents_every_field():
    from titration.records import KINDS

    for kind in KINDS.values():
        for field in kind.fields:
            assert f"{field.name}: {field.meaning}" in kind.record.__doc__
            assert kind.parent or field.meaning[0].islower() or field.meaning.startswith('"')


def test_the_schema_file_is_what_the_program_writes():
    from titration.store.schema import script

    assert (TOP / "db" / "schema.sql").read_text(encoding="utf-8") == script()


def test_the_templates_in_the_sample_folder_are_what_the_program_writes():
    from titration.entry import templates
    from titration.records import KINDS

    for kind in KINDS.values():
        if kind.parent is None:
            kept = (TOP / "db" / "sample" / f"{kind.table}.csv").read_bytes().decode("utf-8")
            assert kept == templates.csv(kind), kind.table
