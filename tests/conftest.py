"""What tests share: a private state folder, a fixed clock, an empty log, the demo log."""

import datetime as dt
import fcntl
import gc
import os
import shutil
import tempfile

import pytest
from hypothesis import settings

# Among a million live objects of libraries, looking for cycles at every 700 new ones took a fifth of the time of the tests.
gc.set_threshold(200_000, 20, 100)
os.environ.setdefault(
    "OPENBLAS_NUM_THREADS", "1"
)  # the workers are as many as the cores; nothing here multiplies matrices

settings.register_profile("quick", max_examples=12, deadline=None)
settings.register_profile("deep", max_examples=1000, deadline=None)  # HYPOTHESIS_PROFILE=deep make test
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))

os.environ["TITRATION_STATE"] = tempfile.mkdtemp(prefix="titration-state-")  # never the user's own

NOON = dt.datetime(2026, 11, 23, 12, 0, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def _private_state(tmp_path, monkeypatch):
    monkeypatch.setenv("TITRATION_STATE", str(tmp_path / "state"))
    monkeypatch.delenv("TITRATION_BY", raising=False)


class Clock:
    """A clock that only moves when it is told to."""

    def __init__(self, now=NOON):
        self.now = now

    def __call__(self):
        return self.now

    def on(self, **step):
        self.now += dt.timedelta(**step)
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def kinds(monkeypatch):
    """The kinds of records, to be added to or taken from for the length of a test; after it the same, in the same order."""
    from titration.records import KINDS

    before = dict(KINDS)
    yield KINDS
    monkeypatch.undo()  # puts back what it took, at the end: the order is ours to mend after it
    KINDS.clear()
    KINDS.update(before)


@pytest.fixture
def log(tmp_path, clock):
    """An empty log, open for writing by clinician-1, with patient P001."""
    import titration

    made = titration.create(
        tmp_path / "clinic.db", site="North clinic", zone="Europe/London", by="clinician-1", clock=clock
    )
    made.append(titration.Patient(patient="P001", birth_year=1974))
    yield made
    made.close()


@pytest.fixture(scope="session")
def demo_file(tmp_path_factory):
    """The demo log's file, made once for all workers; copy it before writing to it."""
    from titration import demo

    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "demo-of-all"
    folder.mkdir(exist_ok=True)
    path = folder / "demo.db"
    with (folder / "turn").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)  # the first worker makes it, the others wait
        if not path.exists():
            demo.build(folder / "half.db").close()
            (folder / "half.db").chmod(0o400)
            (folder / "half.db").rename(path)
    return path


@pytest.fixture
def demo_log(demo_file, tmp_path):
    """A copy of the demo log, open for reading."""
    import titration

    copy = tmp_path / "demo.db"
    shutil.copy(demo_file, copy)
    copy.chmod(0o600)
    with titration.open(copy) as made:
        yield made
