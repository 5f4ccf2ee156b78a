"""The four outputs: they print the same facts, hold nothing that runs, and are readable by others."""

import base64
import csv
import hashlib
import io
import re
from html.parser import HTMLParser

import pytest
from pypdf import PdfReader
from report import sample

from titration.records import Event
from titration.report import build as report_of
from titration.report import html, pdf, plain
from titration.report.facts import Fact, distinct
from titration.report.page import Heading, Lines, Page, Pairs, Panel, Picture, Table

# what may stand on a page without being a fact: days, times, offsets, page numbers, codes, seal
GRAMMAR = re.compile(
    r"\b[0-9a-f]{64}\b|\b[0-9a-f]{4}(?:-[0-9a-f]{4}){3}\b|\d{4}-\d{2}-\d{2}|\d{2}:\d{2}(?:[+-]\d{2}:\d{2})?|page \d+ of \d+|P\d{3}|clinician-\d"
)
NUMBER = re.compile(r"\d+(?:\.\d+)?\+?")


def numbers(text):
    return set(NUMBER.findall(GRAMMAR.sub(" ", text.replace("\u200b", ""))))


def numbers_of_facts(report):
    return numbers(" | ".join(fact.text for fact in report.facts))


class Words(HTMLParser):
    """The texts and elements of a page, without style, picture and its words."""

    def __init__(self):
        super().__init__()
        self.texts, self.elements, self.skipped = [], [], 0

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        self.skipped += tag in {"style", "svg", "details"}

    def handle_endtag(self, tag):
        self.skipped -= tag in {"style", "svg", "details"}

    def handle_data(self, data):
        if not self.skipped:
            self.texts.append(data)


def words(page):
    made = Words()
    made.feed(page)
    return made


def pdf_text(content):
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)


@pytest.fixture(scope="module")
def october():
    return report_of(sample.chart(*sample.all_of_it()), "2026-10", history=sample.corrections())


@pytest.fixture(scope="module")
def undrawn():
    """The same page without its pictures, whose numbers are those of `plot`."""
    return sample.undrawn(sample.chart(*sample.all_of_it()), "2026-10", history=sample.corrections())


def test_every_number_of_the_text_is_a_fact(october):
    assert numbers(october.text()) <= numbers_of_facts(october)


def test_every_number_of_the_html_page_is_a_fact(october):
    assert numbers(" ".join(words(october.html()).texts)) <= numbers_of_facts(october)


def test_every_number_of_the_pdf_is_a_fact(undrawn):
    assert numbers(pdf_text(undrawn.pdf())) <= numbers_of_facts(undrawn)


def test_the_pdf_with_its_picture_adds_only_the_numbers_of_the_picture(october):
    drawn = " ".join(re.findall(r">([^<>]*)</text>", "".join(p.svg for p in october.page.pictures())))
    assert numbers(pdf_text(october.pdf())) <= numbers_of_facts(october) | numbers(drawn)


def squeezed(text):
    return "".join(text.replace("\u200b", "").split())


def test_every_fact_stands_in_every_output(undrawn):
    outputs = {
        "html": squeezed("".join(words(undrawn.html()).texts)),
        "pdf": squeezed(pdf_text(undrawn.pdf())),
        "csv": squeezed(undrawn.table().replace('""', '"')),
    }
    for fact in undrawn.facts:
        for name, output in outputs.items():
            assert squeezed(fact.text) in output, (name, fact)


def test_the_html_page_runs_nothing_and_fetches_nothing(october):
    page = october.html()
    found = words(page)
    assert not {"script", "iframe", "img", "link", "object", "embed", "form", "base"} & {
        tag for tag, _ in found.elements
    }
    for tag, attributes in found.elements:
        for name, value in attributes.items():
            assert not name.startswith("on"), (tag, name)
            if name in {"href", "src", "xlink:href", "action"}:
                assert value.startswith("#")
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)[1]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'sha256-{digest}';" in page
    assert page.count("<style") == 1
    assert not any("style" in attributes for _, attributes in found.elements)
    assert not re.search(r"url\((?!#)|@import", page)


def test_the_heads_of_html_tables_have_a_scope(october):
    heads = [attributes for tag, attributes in words(october.html()).elements if tag == "th"]
    assert heads
    assert {head["scope"] for head in heads} == {"col", "colgroup", "row"}


def test_the_html_page_names_the_fact_of_each_text(october):
    named = {a["data-fact"] for _, a in words(october.html()).elements if "data-fact" in a}
    assert named == {fact.id for fact in october.facts}


def test_text_of_a_record_is_never_markup():
    risky = "<script>alert(1)</script> {{ 7*7 }} #evil $x$ @ref *b* \\u{1}"
    report = sample.undrawn(sample.chart(sample.dose("2026-10-08", 120, reason=risky)), "2026-10")
    assert "<script" not in report.html()
    assert "{{ 7*7 }}" in "".join(words(report.html()).texts)
    assert squeezed(risky) in squeezed(pdf_text(report.pdf()))


def test_the_text_is_ascii_of_80_columns(october):
    text = october.text()
    assert text.isascii()
    assert max(map(len, text.splitlines())) <= 80
    assert text.endswith(sample.HEAD + "\n")
    assert "seal 3f9a-1c20-3f9a-1c20)" in " ".join(text.split())


def test_letters_outside_ascii_are_written_plainly_and_it_says_so():
    report = sample.undrawn(sample.chart(sample.dose("2026-10-08", 120, reason="Müdigkeit 東")), "2026-10")
    text = report.text()
    assert "Mudigkeit" in text
    assert plain.LOST in text
    assert "Müdigkeit 東" in report.html()


def test_a_long_word_breaks_and_a_long_table_fits_the_columns():
    report = sample.undrawn(
        sample.chart(
            sample.dose("2026-10-08", 120, reason="x" * 200, programmed_by="y" * 80),
            Event(patient="P001", started_on="2026-10-03", event="device", subtype="stall", words="one\ntwo\n\tthree"),
        ),
        "2026-10",
    )
    assert max(map(len, report.text().splitlines())) <= 80
    assert report.pdf()


def test_the_words_of_the_picture_are_in_the_text_when_asked_for(october):
    with_words = plain.render(october.page, pictures=True)
    assert "The last twelve months" in with_words
    assert "The last twelve months" not in october.text()
    assert max(map(len, with_words.splitlines())) <= 80


def test_the_table_has_a_line_for_each_fact_and_no_formula(october):
    lines = list(csv.DictReader(io.StringIO(october.table(), newline="")))
    assert [line["id"] for line in lines] == [fact.id for fact in october.facts]
    for line in lines:
        for name in ("label", "text", "unit", "window", "definition", "formula", "function", "source"):
            assert not line[name].startswith(("=", "+", "-", "@", "\t", "\r"))
    values = {line["id"]: line["value"] for line in lines}
    assert values["dose.last.dose"] == "108"


@pytest.mark.parametrize("risky", ["=1+1", "+1", "-1", "@x", " =1+1", "\t=1"])
def test_a_reason_is_no_formula_in_the_table(risky):
    report = sample.undrawn(sample.chart(sample.dose("2026-10-08", 120, reason=risky)), "2026-10")
    lines = csv.DictReader(io.StringIO(report.table(), newline=""))
    texts = [line["text"] for line in lines if line["id"].endswith(".reason")]
    assert texts == [f"'{risky.strip()}; mode simple continuous"]


def test_the_frame_of_facts_has_declared_columns(october):
    frame = october.frame()
    assert {name: str(dtype) for name, dtype in frame.dtypes.items()} == {
        "id": "str", "label": "str", "text": "str", "value": "float64", "unit": "str", "window": "str", "n": "Int64",
        "definition": "str", "formula": "str", "function": "str", "source": "str",
    }  # fmt: skip


def test_the_pdf_is_tagged_dated_by_the_entry_and_has_a_title(october):
    reader = PdfReader(io.BytesIO(october.pdf()))
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en"
    assert reader.metadata.title == "P001 - October 2026"
    assert reader.metadata.creation_date.isoformat() == "2026-11-12T12:10:00+00:00"
    assert b"pdfuaid" in root["/Metadata"].get_data()


def test_the_picture_of_the_pdf_is_described_in_words(october):
    reader = PdfReader(io.BytesIO(october.pdf()))
    found = []

    def walk(element):
        element = element.get_object()
        if isinstance(element, list):
            for child in element:
                walk(child)
        elif isinstance(element, dict):
            if "/Alt" in element:
                found.append(element["/Alt"])
            if "/K" in element:
                walk(element["/K"])

    walk(reader.trailer["/Root"]["/StructTreeRoot"])
    assert sorted(found) == sorted(picture.alt for picture in october.page.pictures())
    assert all(alt.startswith("This picture of P001 shows ") for alt in found)


def test_the_pdf_uses_no_font_but_those_of_matplotlib(october):
    reader = PdfReader(io.BytesIO(october.pdf()))
    fonts = {
        str(font.get_object()["/BaseFont"]) for page in reader.pages for font in page["/Resources"]["/Font"].values()
    }
    assert fonts
    assert all("DejaVu" in font for font in fonts)


def test_a_letter_the_fonts_lack_is_printed_as_its_code_point_and_it_says_so():
    report = sample.undrawn(
        sample.chart(sample.dose("2026-10-08", 120, reason="M\u00fcdigkeit \u6771 \u0416")), "2026-10"
    )
    printed = pdf_text(report.pdf())
    assert "Müdigkeit [U+6771] Ж" in printed
    assert squeezed(pdf.LACKING) in squeezed(printed)
    plain_one = sample.undrawn(sample.chart(sample.dose("2026-10-08", 120, reason="Müdigkeit")), "2026-10")
    assert squeezed(pdf.LACKING) not in squeezed(pdf_text(plain_one.pdf()))


def test_letter_paper_is_letter_and_no_other_paper_is_known(october):
    box = PdfReader(io.BytesIO(october.pdf("us-letter"))).pages[0].mediabox
    assert (round(float(box.width)), round(float(box.height))) == (612, 792)
    with pytest.raises(ValueError, match="'a5' is no paper"):
        october.pdf("a5")


def test_made_up_data_are_marked_in_every_output():
    report = sample.undrawn(sample.chart(sample.dose("2026-10-08", 120), demo=True), "2026-10")
    for output in (report.html(), report.text(), pdf_text(report.pdf())):
        assert "Made-up data" in output


def test_in_a_notebook_the_page_stands_in_a_frame_of_its_own(october):
    shown = october._repr_html_()
    assert shown.startswith('<iframe sandbox=""')
    assert "<h1>" not in shown
    assert "&lt;h1&gt;" in shown
    assert repr(october).startswith("MonthlyReport(P001, 2026-10, as of entry 210, ")


def test_a_panel_of_any_shape_is_laid_out_without_the_renderers_knowing_it():
    fact = Fact("own.fact", "Own", "7 mL", 7.0, "mL")
    svg = '<svg xmlns="http://www.w3.org/2000/svg" width="9pt" height="9pt" viewBox="0 0 9 9"></svg>'
    page = Page(
        title=Fact("page.title", "Title", "Own page"),
        header=Pairs((("Whose", fact),)),
        panels=(
            Panel("own", "Own panel", (
                Pairs((("Large", fact), ("Small", fact)), lead=True),
                Table("Own table", (Heading("A", group="both"), Heading("B", numeric=True, group="both")), (("a", fact),)),
                Lines(("A line.", fact)),
                Picture(svg, "A square.", "words of it"),
            )),
        ),
        footer=("The end.",),
        written="2026-11-12T12:10:00+00:00",
    )  # fmt: skip
    made = [html.render(page), plain.render(page, pictures=True), pdf_text(pdf.render(page))]
    for output in made:
        for word in ("Own panel", "A line.", "7 mL", "The end.", "both"):
            assert word in output
    assert distinct(said for said in page.said() if isinstance(said, Fact)) == (page.title, fact)
