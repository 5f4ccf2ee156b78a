"""A pytest plugin: which lines and branches of the package the tests reach, over all workers, and a gate on it.

SlipCover puts probes into the bytecode that take themselves out once passed; a tracer of every call nearly doubled the
time of the tests. Its own plugin counts a worker's share twice or not at all beside a gate, hence this one:
`PYTHONPATH=tests python -m pytest -p branches --branches 90`.
"""

import json
import os
import shutil
import tempfile
from pathlib import Path

import pytest
import slipcover

PACKAGE = Path(__file__).parents[1] / "titration"
SHARES = "TITRATION_BRANCHES"  # the folder the workers leave their share in; inherited from the controller
WORKER = "PYTEST_XDIST_WORKER"


def pytest_addoption(parser):
    parser.addoption("--branches", type=float, metavar="PERCENT", help="least share of lines and branches reached")


class Reached:
    """Probes in every module of the package that is imported from now on."""

    def __init__(self, worker):
        self.worker = worker
        # Only the controller lists the files nobody imported: once is enough.
        self.probes = slipcover.Slipcover(
            branch=True, source=None if worker else [str(PACKAGE)], exclude_also=["@overload"]
        )
        self.importing = slipcover.ImportManager(self.probes, slipcover.FileMatcher(sources=[PACKAGE]))
        self.importing.__enter__()

    def pytest_sessionfinish(self):
        self.importing.__exit__(None, None, None)
        if self.worker:
            share = Path(os.environ[SHARES], f"{self.worker}.json")
            share.write_text(json.dumps(self.probes.get_coverage()), encoding="utf-8")


class Gate:
    """In the controller, or where there is none: the shares put together, the table, and the exit status."""

    def __init__(self, reached, least):
        self.reached, self.least, self.found = reached, least, None
        self.folder = Path(tempfile.mkdtemp(prefix="branches-"))
        os.environ[SHARES] = str(self.folder)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session):
        self.found = self.reached.probes.get_coverage()
        for share in sorted(self.folder.glob("*.json")):
            slipcover.merge_coverage(self.found, json.loads(share.read_text(encoding="utf-8")))
        shutil.rmtree(self.folder)
        if self.found["summary"]["percent_covered"] < self.least and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter):
        slipcover.print_coverage(self.found, outfile=terminalreporter, skip_covered=True, missing_width=60)
        percent = self.found["summary"]["percent_covered"]
        verdict = "as asked" if percent >= self.least else f"FAILED: at least {self.least:g} % are asked for"
        terminalreporter.write_line(f"lines and branches reached: {percent:.2f} % ({verdict})")


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config):
    """Begins before any conftest brings the package in."""
    least = early_config.known_args_namespace.branches
    if least is None:
        return
    worker = os.environ.get(WORKER)
    reached = Reached(worker)
    early_config.pluginmanager.register(reached, "branches-reached")
    if not worker:
        early_config.pluginmanager.register(Gate(reached, least), "branches-gate")
