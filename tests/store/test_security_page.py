"""SECURITY.md names the test of each promise, and each of them is there."""

import re
from pathlib import Path

import pytest

import titration

ROOT = Path(titration.__file__).parents[1]
PAGE = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
NAMED = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", PAGE)


@pytest.mark.parametrize(("file", "name"), NAMED)
def test_a_test_that_the_page_names_exists(file, name):
    assert f"def {name}(" in (ROOT / file).read_text(encoding="utf-8")


def test_each_promise_names_a_test_and_each_test_is_spelt_so_that_it_is_found():
    promises = PAGE.split("## Promises")[1].split("\n## ")[0]
    parts = re.split(r"\n(?=\d+\. \*\*)", promises)[1:]
    assert len(parts) == 21
    assert [part.split("\n")[0] for part in parts if not re.search(r"`tests/[\w/]+\.py::test_\w+`", part)] == []
    assert PAGE.count("::test_") == len(NAMED) == len(set(NAMED))


def test_each_verb_and_option_the_page_names_exists():
    from titration.cli import VERBS, main

    verbs = set(re.findall(r"`titration (\w+)", PAGE))
    assert {"verify", "backup", "drill", "key", "redact"} <= verbs <= set(VERBS)
    options = {o for verb in ("verify", "backup", "add") for p in main.get_command(None, verb).params for o in p.opts}
    assert {"--anchor", "--to", "--keep", "--recipient"} <= options
