"""The notebooks in a real JupyterLab, in a real Chromium: what a clinician sees and does.

Screenshots go to tests/artefacts/, to be looked at. Where there is no browser these are skipped and
say so; under REQUIRE_ALL=1 they fail.
"""

import importlib.util
import json
import os
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

import titration

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
ARTEFACTS = Path(__file__).parents[1] / "artefacts"
IDLE = '.jp-Notebook-ExecutionIndicator[data-status="idle"]'
KERNEL = '.jp-KernelName:has-text("Python 3")'
SETTINGS = {
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},  # it asks a question
    "notebook-extension/tracker": {"windowingMode": "none"},  # else cells out of sight are not in the page
}
SECOND = 1000
LONG = 60 * SECOND


def absent(what):
    """Skip, or fail where everything must be there."""
    (pytest.fail if os.environ.get("REQUIRE_ALL") == "1" else pytest.skip)(f"{what} is not installed")


@pytest.fixture(scope="module")
def chromium():
    for package in ("playwright", "jupyterlab", "ipywidgets"):
        if importlib.util.find_spec(package) is None:
            absent(package)
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    return found or absent("chromium")


@pytest.fixture(scope="module")
def desk(tmp_path_factory, demo_file):
    """The notebooks beside a demo log, and a folder for what a kernel writes."""
    folder = tmp_path_factory.mktemp("lab")
    shutil.copytree(NOTEBOOKS, folder / "notebooks", ignore=shutil.ignore_patterns(".*"))
    for name in ("db", "tmp"):
        (folder / name).mkdir()
    shutil.copy(demo_file, folder / "db" / "demo.db")
    (folder / "db" / "demo.db").chmod(0o600)
    return folder


def surroundings(desk):
    """Nothing of the user's own Jupyter is read or written."""
    for name, values in SETTINGS.items():
        path = desk / "settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(values), encoding="utf-8")
    places = {
        "JUPYTERLAB_SETTINGS_DIR": "settings", "JUPYTERLAB_WORKSPACES_DIR": "workspaces", "IPYTHONDIR": "ipython",
        "JUPYTER_CONFIG_DIR": "config", "JUPYTER_RUNTIME_DIR": "runtime", "TITRATION_STATE": "state", "TMPDIR": "tmp",
    }  # fmt: skip
    return {**os.environ, **{name: str(desk / place) for name, place in places.items()}}


@pytest.fixture(scope="module")
def lab(chromium, desk):
    """JupyterLab on the loopback address; its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        sys.executable, "-m", "jupyterlab", "--no-browser", "--ip=127.0.0.1", f"--ServerApp.port={port}",
        "--ServerApp.port_retries=0", "--IdentityProvider.token=", f"--ServerApp.root_dir={desk / 'notebooks'}",
        *(["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []),
    ]  # fmt: skip
    with (desk / "lab.txt").open("w") as said:
        server = subprocess.Popen(command, env=surroundings(desk), cwd=desk, stdout=said, stderr=said)
        try:
            address = f"http://127.0.0.1:{port}"
            wait_for(f"{address}/api/status", server, desk / "lab.txt")
            yield address
        finally:
            server.terminate()
            server.wait(30)


def wait_for(address, server, said):
    until = time.monotonic() + 60
    while time.monotonic() < until:
        assert server.poll() is None, said.read_text()
        try:
            with urllib.request.urlopen(address):
                return
        except OSError:
            time.sleep(0.2)
    pytest.fail(f"JupyterLab did not start: {said.read_text()}")


@pytest.fixture(scope="module")
def browser(chromium):
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=LONG)  # a busy machine is no fault of the page
    sandbox = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=chromium, args=sandbox)
        yield made
        made.close()


@pytest.fixture
def opened(browser, lab, desk):
    """A notebook in the browser, its kernel ready; any request elsewhere is refused and remembered."""
    page = browser.new_page(viewport={"width": 1366, "height": 1000})
    elsewhere = []
    page.on("request", lambda sent: None if is_ours(sent.url, lab) else elsewhere.append(sent.url))

    def go(name, copy=None):
        if copy is not None:  # else it would share the kernel of the test before
            shutil.copy(desk / "notebooks" / f"{name}.ipynb", desk / "notebooks" / f"{copy}.ipynb")
        page.goto(f"{lab}/doc/tree/{copy or name}.ipynb")
        page.wait_for_selector(KERNEL, timeout=LONG)
        page.wait_for_selector(IDLE, timeout=LONG)
        page.wait_for_timeout(SECOND)  # pressed too early, Run asks which kernel is meant
        return page

    yield go
    page.close()
    assert elsewhere == []


def is_ours(url, lab):
    return url.startswith((lab, lab.replace("http", "ws"), "data:", "blob:"))


def run_all(page):
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()


def cell(page, words):
    return page.locator(".jp-CodeCell").filter(has=page.locator(".cm-content", has_text=words)).first


def run(page, words):
    """Run one cell and wait until it is done."""
    from playwright.sync_api import expect

    cell(page, words).locator(".cm-content").click()
    page.keyboard.press("Shift+Enter")
    prompt = cell(page, words).locator(".jp-InputArea-prompt")
    expect(prompt).to_have_text(re.compile(r"\[\d+\]"), timeout=LONG)


def keep(what, name):
    """A screenshot to look at."""
    ARTEFACTS.mkdir(exist_ok=True)
    what.screenshot(path=ARTEFACTS / f"{name}.png")


def facts(path, sql, *values):
    """Rows of a log file, read as anybody could."""
    db = sqlite3.connect(path)
    try:
        return db.execute(sql, values).fetchall()
    finally:
        db.close()


def test_the_review_shows_exactly_one_picture_for_each_plot(opened):
    from playwright.sync_api import expect

    page = opened("1-review-a-chart")
    run_all(page)
    expect(cell(page, "log.verify").locator(".jp-OutputArea-output")).to_contain_text("fits", timeout=LONG)
    for words in ("chart.plot()", "chart.plot(since=", 'chart("P005").plot()', 'picture("visits")', "asof="):
        outputs = cell(page, words).locator(".jp-OutputArea-output")
        expect(outputs).to_have_count(1)
        expect(outputs.locator("img")).to_have_count(1)
    expect(page.locator('[data-mime-type="application/vnd.jupyter.error"]')).to_have_count(0)
    expect(page.locator('[data-mime-type="application/vnd.jupyter.stderr"]')).to_have_count(0)
    pictures = page.locator(".titration-form")
    expect(pictures.locator("img")).to_have_count(1)
    pictures.get_by_label("As it was known").fill("2026-09-30")
    page.keyboard.press("Tab")
    expect(pictures.get_by_text("An earlier state of the record")).to_be_visible()
    expect(pictures.locator("img")).to_have_count(1)
    page.set_viewport_size({"width": 1366, "height": 8600})
    keep(pictures, "1-explore")
    page.locator(".jp-WindowedPanel-outer").first.evaluate("panel => panel.scrollTo(0, 0)")
    page.wait_for_timeout(SECOND)
    keep(page, "1-review-a-chart")


def restart(page):
    """The kernel begins anew; what it held is gone."""
    page.get_by_role("menuitem", name="Kernel", exact=True).click()
    page.locator(".lm-Menu-itemLabel", has_text=re.compile(r"^Restart Kernel…$")).click()
    page.locator(".jp-Dialog").get_by_role("button", name="Confirm Kernel Restart").click()
    page.wait_for_selector(".jp-Dialog", state="detached")
    page.wait_for_timeout(2 * SECOND)
    page.wait_for_selector(IDLE, timeout=LONG)


def begin(page):
    """The form on a fresh copy of the demo log."""
    run(page, "shutil.copy")
    run(page, "log.enter")
    return page.locator(".titration-form").first


def type_rows(form, *rows):
    """Rows into the schedule: start and rate or dose."""
    for number, (start, amount) in enumerate(rows):
        form.get_by_role("button", name="Add a step").click()
        boxes = form.locator(".titration-step").nth(number).locator("input")
        boxes.nth(0).fill(start)
        boxes.nth(1).fill(amount)


def type_visit(form):
    """A visit with three slips: an answer off its scale, a dose without its unit, and one ten times the last."""
    form.get_by_label("Date and time", exact=True).first.fill("2026-11-20 09:30")
    for label, text in {
        "Dose as found (mcg/day)": "220 mcg/day", "Alarm on, as shown": "2027-01-19", "Spasticity NRS": "11",
        "Daily dose (mcg/day)": "2280", "Concentration (mcg/mL)": "500 mcg/mL", "Expected, as printed (mL)": "25.9 mL",
        "Withdrawn (mL)": "26.1 mL", "Injected (mL)": "40 mL", "Strength filled in (mcg/mL)": "500 mcg/mL",
        "Next refill booked on": "2027-02-16",
    }.items():  # fmt: skip
        form.get_by_label(label, exact=label != "Spasticity NRS").first.fill(text)
    form.get_by_label("Asked about side effects: none").check()
    form.get_by_label("Mode", exact=True).select_option("flex")
    type_rows(form, ("00:00", "8 mcg/h"), ("06:00", "180 mcg"))


def test_a_visit_is_entered_with_a_slip_that_is_asked_about_and_put_right(opened, desk):
    from playwright.sync_api import expect

    page = opened("2-enter-a-visit")
    page.set_viewport_size({"width": 1366, "height": 4600})
    form = begin(page)
    keep(form, "2-form-empty")
    type_visit(form)
    expect(form.get_by_text("Friday 20 November 2026, 09:30")).to_be_visible()
    expect(form.get_by_text("18 h, 10 mcg/h")).to_be_visible()
    expect(form.get_by_text("every day: 228 micrograms per day")).to_be_visible()
    expect(form.get_by_text("What is typed is kept as a draft")).to_be_visible()

    restart(page)
    form = begin(page)
    practice = desk / "db" / "practice.db"
    entries = facts(practice, "SELECT max(entry) FROM entry")
    expect(form.get_by_text("A draft that was typed on this computer and never saved")).to_be_visible()
    keep(form, "2-form-draft")
    form.get_by_role("button", name="Go on with it").click()
    read_back, save = form.get_by_role("button", name="Read back"), form.get_by_role("button", name="Save")
    read_back.click()
    expect(form.get_by_text("2 things have to be put right")).to_be_visible()
    expect(form.get_by_text("the unit is missing")).to_be_visible()
    expect(save).to_be_disabled()
    keep(form, "2-form-faults")

    form.get_by_label("Spasticity NRS").fill("4")
    form.get_by_label("Daily dose (mcg/day)", exact=True).fill("2280 mcg/day")
    read_back.click()
    expect(form.get_by_text("10.4 times the last dose entered")).to_be_visible()
    expect(form.get_by_role("cell", name="2280 micrograms per day")).to_be_visible()
    expect(save).to_be_disabled()
    keep(form, "2-form-question")

    form.get_by_label("Daily dose (mcg/day)", exact=True).fill("228 mcg/day")
    expect(form.get_by_text("changed since the read-back")).to_be_visible()
    expect(save).to_be_disabled()
    read_back.click()
    expect(form.get_by_role("cell", name="228 micrograms per day")).to_be_visible()
    expect(save).to_be_enabled()
    assert facts(practice, "SELECT max(entry) FROM entry") == entries
    keep(form, "2-form-read-back")

    save.dblclick()
    expect(form.get_by_text(f"Saved as entry {entries[0][0] + 1}.")).to_be_visible()
    keep(form, "2-form-saved")
    is_what_was_typed(practice, entries[0][0] + 1)
    run(page, "log.enter")
    expect(page.locator(".titration-form")).to_have_count(1)
    expect(page.get_by_text("A draft that was typed")).to_have_count(0)
    assert facts(practice, "SELECT max(entry) FROM entry") == [(entries[0][0] + 1,)]
    with titration.open(practice) as log:
        assert log.verify().fits
    page.set_viewport_size({"width": 760, "height": 5200})
    keep(form, "2-form-tablet")


def is_what_was_typed(practice, entry):
    """The rows of the visit, as anybody reads them, and nothing after them."""
    assert facts(practice, "SELECT max(entry) FROM entry") == [(entry,)]
    dose = "SELECT dose_mcg_per_day, concentration_mcg_per_ml FROM dose_change WHERE entry = ?"
    assert facts(practice, dose, entry) == [(228.0, 500.0)]
    steps = "SELECT s.start_min, s.rate_mcg_per_h FROM dose_step AS s JOIN dose_change AS d ON d.row = s.of WHERE d.entry = ?"
    assert facts(practice, f"{steps} ORDER BY s.start_min", entry) == [(0, 8.0), (360, 10.0)]
    assert facts(practice, "SELECT dose_mcg_per_day FROM readout WHERE entry = ?", entry) == [(220.0,)]
    assert facts(practice, "SELECT withdrawn_ml, injected_ml FROM refill WHERE entry = ?", entry) == [(26.1, 40.0)]
    assert facts(practice, "SELECT value FROM score WHERE entry = ?", entry) == [(4.0,)]


def test_the_keyboard_alone_is_enough(opened, desk):
    from playwright.sync_api import expect

    page = opened("2-enter-a-visit", copy="2-by-keyboard")
    form, practice = begin(page), desk / "db" / "practice.db"
    form.get_by_label("Date and time", exact=True).first.focus()
    page.keyboard.type("2026-11-20 09:30")
    page.keyboard.press("Tab")
    page.keyboard.type("review")
    for _ in range(150):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent") == "Read back":
            break
    page.keyboard.press("Enter")
    expect(form.get_by_text("All the records of this entry")).to_be_visible()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Save"
    page.keyboard.press("Enter")
    expect(form.get_by_text("Saved as entry")).to_be_visible()
    visits = "SELECT count(*) FROM visit WHERE entry = (SELECT max(entry) FROM entry)"
    assert facts(practice, visits) == [(1,)]
