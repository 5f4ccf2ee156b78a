"""The doors for files: any bytes under any name and any map are read or refused in words, and a refusal stores nothing."""

import io
import zipfile

import openpyxl
import pytest
from fuzz.hostile import FORMULAS, TEXTS, is_sentence
from hypothesis import given, settings
from hypothesis import strategies as st

import titration
from titration import scales, times
from titration.entry import importer, maps, sheets, sidecar
from titration.errors import InvalidEntry, TitrationError

LONDON = times.zone("Europe/London")
HEAD = '[[record]]\nkind = "score"\n[record.fields]\npatient = "ID"\nscale = { constant = "NRS" }\nvalue = "V"\n'
DATED = HEAD + 'observed_on = { column = "D", format = "%d/%m/%Y" }\n'
SOUND = "ID,D,V\nP001,08/10/2026,5\n"
CELLS = st.sampled_from([t for t in TEXTS if len(t) < 500]) | st.text(max_size=20)
KINDS_SEEN = [
    "patient,birth_year\n",
    "patient,scale,observed_on,value\n",
    "patient,effective_at,mode,dose_mcg_per_day,steps\n",
    "",
]


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("files")
    with titration.create(folder / "clinic.db", site="S", zone="Europe/London", by="c") as log:
        log.append(titration.Patient(patient="P001"))
    return folder


def read(path, mapped=None):
    """What a file gives, or None when it was refused in words."""
    try:
        made = importer.read(path, mapped, zone=LONDON, scales=scales.register())
    except InvalidEntry as invalid:
        is_sentence(invalid)
        return None
    for fault in made.faults:
        assert fault.row
        assert fault.allowed
        assert fault.seen.isprintable()
    return made


@settings(max_examples=40)
@given(st.sampled_from(KINDS_SEEN), st.lists(st.lists(CELLS, max_size=5), max_size=5), st.sampled_from([",", ";", "\t", '","']),
       st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252", "utf-16-le"]))  # fmt: skip
def test_any_table_is_read_or_refused_in_words(place, head, rows, mark, encoding):
    text = head + "\n".join(mark.join(cells) for cells in rows)
    (place / "a.csv").write_bytes(text.encode(encoding, "replace"))
    made = read(place / "a.csv")
    if made is not None:
        assert len(made.faults) or sum(made.counts.values()) == made.lines


@settings(max_examples=40)
@given(
    st.binary(max_size=200) | st.binary(max_size=60).map(lambda b: b"PK\x03\x04" + b),
    st.sampled_from(["a.csv", "a.xlsx", "a.xls"]),
)
def test_any_bytes_are_refused_in_words_or_hold_no_record(place, content, name):
    (place / name).write_bytes(content)
    made = read(place / name)
    assert made is None or not any(made.counts.values())


@settings(max_examples=60)
@given(st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | CELLS, lambda inner: st.lists(inner, max_size=3), max_leaves=4),
       st.sampled_from(["column", "columns", "constant", "format", "century", "unit", "decimal", "codes", "not_assessed", "prefix", "study_day"]))  # fmt: skip
def test_any_statement_of_a_map_is_sound_or_refused_in_words(value, word):
    from titration.entry import statements
    from titration.records import KINDS

    kind = KINDS["score"]
    for field in kind.fields:
        made, wrong = statements.source(kind, field, {"column": "D", word: value})
        assert made is not None or wrong
        assert all(says for _, says in wrong)


ONCE_CRASHED = {
    "tables without end": "a = " + "[" * 20_000,
    "a number of 5000 digits": "a = " + "9" * 5000,
    "a part of the date twice": HEAD + 'observed_on = { column = "D", format = "%d/%m/%Y %d" }',
    "a control mark in a format": HEAD + 'observed_on = { column = "D", format = "%d/%m/%Y\\u0000" }',
    "a century that is a list": HEAD + 'observed_on = { column = "D", format = "%d/%m/%y", century = [1] }',
    "a century that is a table": HEAD + 'observed_on = { column = "D", format = "%d/%m/%y", century = { a = 1 } }',
    "a century with a point": HEAD + 'observed_on = { column = "D", format = "%d/%m/%y", century = 2000.0 }',
    "a decimal mark that is a list": HEAD + 'observed_on = { column = "D", format = "iso", decimal = [1] }',
    "a study day after the last day": HEAD + 'observed_on = { column = "D", study_day = { reference = 9999-12-31 } }',
    "a first study day without end": HEAD
    + 'observed_on = { column = "D", study_day = { reference = 2000-01-01, first = -9000000000 } }',
    "an encoding with a control mark": 'encoding = "\\u0000"\n' + DATED,
}


@pytest.mark.parametrize("what", ONCE_CRASHED)
def test_maps_that_once_ended_in_a_traceback_are_refused_in_words(place, what):
    (place / "a.csv").write_text(SOUND, encoding="utf-8")
    (place / "a.toml").write_text(ONCE_CRASHED[what], encoding="utf-8")
    with titration.open(place / "clinic.db", by="c") as log:
        before = log.head
        with pytest.raises(InvalidEntry) as caught:
            log.import_file(place / "a.csv", map=place / "a.toml")
        is_sentence(caught.value)
        assert log.head == before


@pytest.mark.parametrize(
    "text", ["a = " + "[" * 20_000, "a = " + "9" * 5000, "question = 1", "[[question]]\nid = 1", "\0"]
)
def test_answers_and_scales_that_are_none_are_refused_in_words(place, text):
    (place / "q.toml").write_text(text, encoding="utf-8")
    for door in (lambda: sidecar.read(place / "q.toml"), lambda: scales.from_toml(text)):
        with pytest.raises(InvalidEntry) as caught:
            door()
        is_sentence(caught.value)


@pytest.mark.parametrize(
    "encoding", ["hex", "zlib", "punycode", "undefined", "aliases", "mbcs", "../x", "x" * 1000, "\0", "utf-32"]
)
def test_an_encoding_that_is_none_or_does_not_fit_is_refused_in_words(place, encoding):
    (place / "a.csv").write_text(SOUND, encoding="utf-8")
    with pytest.raises(InvalidEntry) as caught:
        sheets.read(place / "a.csv", encoding=encoding)
    is_sentence(caught.value)


def packed(name, content, how=zipfile.ZIP_DEFLATED):
    """A sound workbook with one part more or another one in its place."""
    book, held, made = openpyxl.Workbook(), io.BytesIO(), io.BytesIO()
    for row in (["patient", "birth_year"], ["P001", 1974]):
        book.active.append(row)
    book.save(held)
    with zipfile.ZipFile(held) as old, zipfile.ZipFile(made, "w", how) as new:
        for part in old.namelist():
            if part != name:
                new.writestr(part, old.read(part))
        new.writestr(name, content)
    return made.getvalue()


def refused(place, content):
    (place / "b.xlsx").write_bytes(content)
    with pytest.raises(InvalidEntry) as caught:
        sheets.read(place / "b.xlsx")
    is_sentence(caught.value)
    return str(caught.value)


SHEET = "xl/worksheets/sheet1.xml"


def test_a_bomb_of_either_kind_is_refused_unread(place):
    assert "unpacks to more than" in refused(place, packed("xl/media/a.bin", b"0" * 8_000_000))
    laughs = b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><l>&b;</l>'
    assert "holds a document type" in refused(place, packed(SHEET, laughs))
    assert "holds a document type" in refused(place, packed(SHEET, laughs.decode().encode("utf-16")))


def test_a_part_whose_stream_is_broken_is_refused_in_words(place):
    content = bytearray(packed(SHEET, b"<worksheet>" + bytes(range(256)) * 40))
    at = content.index(SHEET.encode()) + len(SHEET)
    content[at : at + 40] = b"\xff" * 40  # the packed bytes, no longer any
    assert "none" in refused(place, bytes(content))
    whole = packed(SHEET, b"<worksheet/>")
    for cut in range(30, len(whole), 401):
        assert refused(place, whole[:cut])
    for how in (zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2):
        spoilt = bytearray(packed(SHEET, b"<worksheet>" + bytes(range(256)) * 40, how))
        spoilt[spoilt.rindex(SHEET.encode(), 0, len(spoilt) // 2 + 2000) + len(SHEET) + 12] ^= 0xFF
        (place / "b.xlsx").write_bytes(bytes(spoilt))
        read(place / "b.xlsx")


def test_a_sheet_as_tall_as_can_be_is_refused_or_counted_never_filled(place):
    far = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    far += b'<row r="1"><c r="A1" t="str"><v>patient</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>'
    assert "spans 1048576 rows and 16384 columns" in refused(place, packed(SHEET, far))


def test_links_and_formulas_of_a_workbook_are_neither_followed_nor_run(place):
    (place / "b.xlsx").write_bytes(
        packed("xl/externalLinks/externalLink1.xml", b'<externalLink Target="file:///etc/passwd"/>')
    )
    assert read(place / "b.xlsx").counts == {"patient": 1}
    sheet = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1">'
    sheet += b'<c r="A1" t="str"><v>patient</v></c><c r="B1" t="str"><v>birth_year</v></c></row><row r="2"><c r="A2"><f>WEBSERVICE("http://x")</f></c></row></sheetData></worksheet>'
    (place / "b.xlsx").write_bytes(packed(SHEET, sheet))
    (fault,) = sheets.read(place / "b.xlsx").faults  # though nothing else stands in its row
    assert "formula whose result was not saved" in fault.allowed
    assert [f.row for f in read(place / "b.xlsx").faults] == [2]


@pytest.mark.parametrize("formula", FORMULAS)
def test_no_file_this_program_writes_holds_a_text_that_a_spreadsheet_runs(place, formula, tmp_path):
    import csv

    path = tmp_path / "f.db"
    with titration.create(path, site="S", zone="Europe/London", by=formula) as log:
        log.append(titration.Patient(patient="P001"))
        log.append(titration.Note(patient="P001", noted_on="2026-10-08", words=formula), reason=formula)
        log.append(titration.OralDose(patient="P001", drug=formula, dose_mg_per_day=5, started_on="2026-10-08"))
        folder = tmp_path / "all"
        log.export(folder)
        from titration.entry.templates import csv_text

        made = [*folder.glob("*.csv")]
        texts = [path.read_text(encoding="utf-8") for path in made] + [csv_text(log.history())]
    cells = [cell for text in texts for line in csv.reader(io.StringIO(text, newline="")) for cell in line]
    live = [c for c in cells if c.lstrip(" ").startswith(tuple("=+@\uff1d\uff0b\uff20\t\r"))]
    assert live == []
    assert any(formula.strip() in cell and cell.startswith("'") for cell in cells)


def test_headings_come_back_short_and_without_control_marks(place):
    (place / "a.csv").write_text(f"patient,\x1b[2J{'x' * 5000}\nP001,1\n", encoding="utf-8")
    with pytest.raises(TitrationError) as caught:
        importer.read(
            place / "a.csv", None, zone=LONDON, scales=scales.register(), kind=titration.records.KINDS["patient"]
        )
    assert "\x1b" not in str(caught.value)
    assert len(str(caught.value)) < 600
    with pytest.raises(TitrationError) as caught:
        importer.read(place / "a.csv", maps.parse(DATED), zone=LONDON, scales=scales.register())
    assert "\x1b" not in str(caught.value)
