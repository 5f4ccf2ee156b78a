"""Free text and labels on their way out: on every page and screen they stay the text they are; nothing is run or read."""

import re

import pytest
from build import ANYTHING
from fuzz.hostile import MARKUP
from pypdf import PdfReader
from report.sample import undrawn

import titration

SECRET = "kept-out-of-every-page"


@pytest.fixture(scope="module")
def chart(tmp_path_factory):
    """A patient whose every text is hostile, one of them once in each place where a text can stand."""
    folder = tmp_path_factory.mktemp("text")
    (folder / "secret.txt").write_text(SECRET, encoding="utf-8")
    texts = (*MARKUP, f'#read("{folder}/secret.txt")')
    with titration.create(
        folder / "t.db", site='<b>&"{{7*7}}#eval("1")', zone="Europe/London", by="#strong[x]<i>"
    ) as log:
        log.append(titration.Patient(patient="P001"))
        facts = []
        for day, text in enumerate(texts, 1):
            on, label = f"2026-10-{day:02d}", text[:60]
            facts += [
                titration.Note(patient="P001", noted_on=on, words=text),
                titration.Event(
                    patient="P001", started_on=on, event="confounder", subtype="UTI", action=label, words=text
                ),
                titration.OralDose(patient="P001", drug=label, dose_mg_per_day=day, started_on=on),
                titration.Goal(patient="P001", set_on=on, words=text),
                titration.Score(patient="P001", scale="NRS", observed_on=on, as_stated=label),
            ]
        log.append(*facts, reason=texts[0], confirm=ANYTHING)
        made = log.chart("P001")
        yield made, undrawn(made, "2026-10"), log, texts


def test_a_page_holds_the_text_and_no_markup_of_it(chart):
    made, report, _, _ = chart
    for page in (report.html(), made.card().html(), made._repr_html_()):
        assert "<script" not in page
        assert not re.search(r"<[^>]*\son\w+=", page)
        assert "<img src=x" not in page
        assert "{{7*7}}" in page or "7*7" not in page
        assert SECRET not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in report.html()


def test_a_pdf_holds_the_text_as_it_was_typed_and_reads_no_file(chart, tmp_path):
    made, report, _, _ = chart
    paths = report.save(tmp_path) + made.card().save(tmp_path)
    said = "".join(page.extract_text() for path in paths if path.suffix == ".pdf" for page in PdfReader(path).pages)
    flat = "".join(said.replace("\u200b", "").split())  # where a long word may be parted
    assert SECRET not in flat
    assert "<script>alert(1)</script>" in flat
    assert "{{7*7}}" in flat
    assert "#strong[x]" in flat or "<b>&" in flat
    for path in paths:
        if path.suffix == ".pdf":
            assert not any(
                "/A" in note.get_object() for page in PdfReader(path).pages for note in page.get("/Annots", [])
            )


def test_the_words_of_a_picture_are_drawn_as_they_were_typed(chart):
    made, *_ = chart
    figure = made.plot()
    figure.canvas.draw()  # a formula that cannot be laid out would end it
    drawn = "".join(text.get_text() for axes in figure.axes for text in axes.texts)
    assert "$x$" in figure.twin + drawn or "frac" not in figure.twin
    assert SECRET not in figure.twin


def test_a_text_stays_itself_in_every_frame_and_in_the_shell(chart):
    _, _, log, texts = chart
    assert log.notes()["words"].tolist() == list(texts)
    assert set(log.history()["reason"].dropna()) == {texts[0]}
