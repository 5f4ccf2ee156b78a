"""The small clinic, made once, and its export."""

import datetime as dt

import pytest
from scale import clinic

import titration


def after():
    return dt.datetime(2026, 7, 15, 12, 0, tzinfo=dt.UTC)


@pytest.fixture(scope="session")
def busy_file(tmp_path_factory):
    """The file of a small clinic; it is only read."""
    path = tmp_path_factory.mktemp("busy") / "clinic.db"
    with titration.create(path, site="North/South clinic", zone="Europe/London", by="clinician-1", clock=after) as log:
        clinic.fill(log)
    return path


@pytest.fixture
def busy(busy_file):
    with titration.open(busy_file) as log:
        yield log


@pytest.fixture(scope="session")
def exported(busy_file, tmp_path_factory):
    """The clinic's export."""
    folder = tmp_path_factory.mktemp("parquet") / "export"
    with titration.open(busy_file) as log:
        log.parquet(folder)
    return folder
