"""A picture shows once, is the same each time, and leaves nothing behind."""

import subprocess
import sys

import build
import matplotlib as mpl
import pandas as pd
import pytest
from matplotlib.colors import to_hex
from plot import patients

from titration.plot import Figure, chart_card, style, timeline
from titration.plot.theme import worn
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
    picture, told = figure._repr_png_()
    assert picture[1:4] == b"PNG"
    assert told == {"alt": figure.alt}
    assert isinstance(figure, mpl.figure.Figure)
    figure.suptitle("a title of ones own")


def test_pyplot_is_never_loaded():
    says = "import sys, titration.plot; print('matplotlib.pyplot' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", says], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def chart_of(frames, site="<b>North & South"):
    from titration.chart import Chart

    return Chart(
        patient="P001", site=site, zone="Europe/London", asof=7, asof_at=pd.Timestamp("2026-10-08 08:30", tz="UTC"),
        head="0" * 64, log_id="x", demo=True, frames=frames, scales=register(),
    )  # fmt: skip


def test_a_card_holds_one_small_picture_the_facts_and_what_is_missing_and_escapes_every_text():
    card = chart_card(chart_of(patients.only_doses()))
    assert card.count("<img") == 1
    assert 'alt="P001' in card
    assert "&lt;b&gt;North &amp; South" in card
    assert "as of entry 7 (2026-10-08 09:30)" in card
    assert "90 mcg/day, simple continuous, effective 2026-09-20, last confirmed 2026-09-20" in card
    assert "Not on record: pump, catheter, refill, readout, score" in card
    assert "No diary expected" in card
    assert "http" not in card


def test_the_card_of_an_empty_chart_says_that_nothing_is_on_record():
    card = chart_card(chart_of(build.frames()))
    assert card.count("not on record") == 4
    assert "0 dose changes, 0 scores, 0 refills, 0 events" in card


def contrast(one, other):
    """WCAG 2 contrast of two colours: relative luminance of the lighter and the darker, plus 0.05 each."""

    def light(colour):
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

    high, low = sorted((light(one), light(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_counted_as_the_guideline_does():
    assert round(contrast("#000000", "#ffffff"), 2) == 21
    assert round(contrast("#777777", "#ffffff"), 2) == 4.48


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_text_of_a_picture_has_enough_contrast(theme):
    figure = timeline(patients.ten_years(), patient="P001", zone="UTC", until=patients.UNTIL, scales=register())
    with worn(figure, theme):
        paper = to_hex(figure.get_facecolor())
        texts = figure.findobj(lambda a: hasattr(a, "get_text") and a.get_text())
        assert min(contrast(to_hex(t.get_color()), paper) for t in texts) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_marks_of_scores_part_from_the_paper(theme):
    mapped = style.THEMES[theme]
    paper = mapped.get(style.PAPER, style.PAPER)
    for colour in (style.INK, style.MIDDLE, style.LEFT_SIDE, style.RIGHT_SIDE):
        assert contrast(mapped.get(colour, colour), paper) >= 3


def test_on_a_dark_page_no_light_colour_of_the_style_is_left_and_the_picture_is_as_it_was_afterwards(figure):
    before = figure.image("svg")
    dark = figure.image("svg", theme="dark").decode().lower()
    for colour in style.DARK:
        assert colour not in dark, colour
    assert style.DARK[style.PAPER] in dark
    assert figure.image("svg") == before
    assert figure.image("svg", theme="dark").decode().lower() == dark


def test_a_picture_can_be_shown_dark_in_a_notebook():
    figure = made()
    assert figure.themed("dark") is figure
    assert figure._repr_png_()[0] == figure.image("png", theme="dark")
    assert figure._repr_png_()[0] != figure.image("png", theme="light")
    with pytest.raises(ValueError, match="light or dark, not sepia"):
        figure.themed("sepia")


def test_the_alt_text_is_the_beginning_of_the_twin_and_short(figure):
    assert figure.alt.startswith("P001, 2023-10-20 to 2026-10-08. Daily dose as programmed. 2023-10-20")
    assert len(figure.alt) <= 240
    assert Figure((1, 1), twin="word " * 100).alt == ("word " * 48).strip()
    assert Figure((1, 1), twin="").alt == ""


@pytest.mark.parametrize(("size", "width"), [("a5", 4.9), ("a4", 6.4), ("letter", 6.5), ("screen", 9)])
def test_a_picture_has_the_width_of_its_size_and_type_of_one_size(size, width):
    figure = timeline(patients.visits(), patient="P001", zone="UTC", until=patients.UNTIL, scales=register(), size=size)
    assert figure.get_size_inches()[0] == width
    assert {t.get_fontsize() for t in figure.axes[-1].get_yticklabels()} == {style.SMALL_PT}
    for text in figure.findobj(lambda a: hasattr(a, "get_text") and a.get_text()):
        box = text.get_window_extent(figure.renderer)
        assert box.x0 >= 0, text.get_text()
        assert box.x1 <= figure.bbox.width, text.get_text()


def test_an_unknown_size_is_refused():
    with pytest.raises(ValueError, match="a4, letter, a5, screen, not A3"):
        style.width_in("A3")


def test_an_empty_log_has_a_picture_too():
    figure = timeline(build.frames(), patient="P001", zone="UTC", until=patients.UNTIL, scales=register())
    assert figure.image("svg")
