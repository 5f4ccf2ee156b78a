"""A log with something in every table, made once and copied for each attack."""

import shutil

import pytest
from conftest import Clock
from store import attacks


@pytest.fixture(scope="session")
def _grown(tmp_path_factory):
    return attacks.grown(tmp_path_factory.mktemp("grown") / "grown.db", Clock())


@pytest.fixture
def grown(_grown, tmp_path):
    """The file of a log of 15 entries, closed, whose head this computer has not seen."""
    return shutil.copy(_grown, tmp_path / "grown.db")
