"""A picture shows once, is the same each time, and leaves nothing behind."""

import subprocess
import sys

import build
import matplotlib as mpl
import pandas as pd
import pytest
from plot import patients

from titration.plot import Figure, chart_card, timeline
from titration.scales import register


def made():
    return timeline(patients.visits(), patient="P001", zone="Europe/London", until=patients.UNTIL, scales=register())


@pytest.fixture(scope="module")
def figure():
    return made()


@pytest.mark.parametrize("kind", ["png", "svg", "pdf"])
def test_the_same_records_give_the_same_bytes(figure, kind):
    assert figure.image(kind) == made().image(kind)


def test_a_users_own_settings_do_not_change_the_picture(figure):
    with mpl.rc_context({"font.size": 30, "axes.facecolor": "black", "lines.linewidth": 9, "svg.fonttype": "path"}):
        assert made().image("png") == figure.image("png")
        assert mpl.rcParams["font.size"] == 30


def test_text_in_svg_stays_text(figure):
    svg = figure.image("svg").decode()
    assert "Daily dose as programmed" in svg
    assert "<dc:date>" not in svg


def test_the_ending_of_the_file_says_what_is_written(figure, tmp_path):
    assert figure.save(tmp_path / "a.PNG").read_bytes()[1:4] == b"PNG"
    assert figure.save(tmp_path / "a.pdf").read_bytes()[:4] == b"%PDF"
    with pytest.raises(ValueError, match="png, svg, pdf, not jpg"):
        figure.save(tmp_path / "a.jpg")
    with pytest.raises(ValueError, match="not without an ending"):
        figure.save(tmp_path / "a")


def test_jupyter_gets_one_picture_and_matplotlib_its_own_figure(figure):
    assert figure._repr_png_()[1:4] == b"PNG"
    assert isinstance(figure, mpl.figure.Figure)
    figure.suptitle("a title of ones own")


def test_pyplot_is_never_loaded():
    says = "import sys, titration.plot; print('matplotlib.pyplot' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", says], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_a_card_holds_the_picture_once_and_escapes_every_text():
    class Chart:
        patient, site, demo = "P001", "<b>North & South", True
        zone, asof, asof_at = "Europe/London", 7, pd.Timestamp("2026-10-08 08:30", tz="UTC")

        def plot(self):
            return Figure((1, 1), twin="a < b")

    card = chart_card(Chart())
    assert card.count("<img") == 1
    assert "&lt;b&gt;North &amp; South" in card
    assert "a &lt; b" in card
    assert "as of entry 7 (2026-10-08 09:30)" in card
    assert "http" not in card


def test_an_empty_log_has_a_picture_too():
    figure = timeline(build.frames(), patient="P001", zone="UTC", until=patients.UNTIL, scales=register())
    assert figure.image("svg")
