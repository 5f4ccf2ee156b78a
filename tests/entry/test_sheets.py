"""Files become text with the right row numbers, or are refused with a sentence."""

import io
import re
import zipfile
from datetime import date, datetime, time, timedelta

import openpyxl
import pytest

from titration.entry import sheets, workbooks
from titration.errors import InvalidEntry


def csv_file(tmp_path, content, name="scores.csv"):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def workbook(tmp_path, rows, name="clinic.xlsx", **more):
    """A workbook with one sheet, its rows as given."""
    book = openpyxl.Workbook()
    book.active.title = more.get("title", "Scores")
    for row in rows:
        book.active.append(row)
    for title, state in more.get("others", {}).items():
        book.create_sheet(title).sheet_state = state
    path = tmp_path / name
    book.save(path)
    return path


def refused(path, **more):
    with pytest.raises(InvalidEntry) as caught:
        sheets.read(path, **more)
    return str(caught.value)


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_when_one_mark_parts_all_lines(tmp_path, mark):
    read = sheets.read(csv_file(tmp_path, f"id{mark}score\nP1{mark}5\nP2{mark}7\n"))
    assert read.texts.to_dict("list") == {"id": ["P1", "P2"], "score": ["5", "7"]}
    assert read.rows == (2, 3)


def test_an_unclear_delimiter_is_refused_and_a_stated_one_is_used(tmp_path):
    path = csv_file(tmp_path, "id;dose,mg\nP1;1,5\nP2;2,5\n")
    assert "delimiter=comma, semicolon: is not clear; state it in the map" in refused(path)
    assert sheets.read(path, delimiter=";").texts["dose,mg"].tolist() == ["1,5", "2,5"]


def test_utf8_with_a_mark_and_utf16_are_read_and_another_encoding_is_asked_for(tmp_path):
    assert list(sheets.read(csv_file(tmp_path, "\ufeffid,côté\nP1,gauche\n")).texts) == ["id", "côté"]
    assert list(sheets.read(csv_file(tmp_path, "id,côté\nP1,g\n".encode("utf-16"), "b.csv")).texts) == ["id", "côté"]
    path = csv_file(tmp_path, "id,side\nP1,côté\n".encode("cp1252"), "c.csv")
    assert "line 2 is not UTF-8; state the encoding in the map" in refused(path)
    assert sheets.read(path, encoding="cp1252").texts["side"].tolist() == ["côté"]
    assert "is no encoding" in refused(path, encoding="windows")


def test_row_numbers_are_those_an_editor_shows(tmp_path):
    read = sheets.read(csv_file(tmp_path, 'A study\n\nid,note\nP1,"two\nlines"\n\nP2,x\n'), header_row=3, delimiter=",")
    assert read.rows == (4, 7)
    assert read.texts["note"].tolist() == ["two\nlines", "x"]


def test_blank_rows_and_blank_columns_are_left_out_but_counted(tmp_path):
    path = workbook(tmp_path, [["title"], [], ["id", "", "score"], ["P1", "", 5], [], ["P2", "", 42.0]])
    read = sheets.read(path, header_row=3)
    assert read.texts.to_dict("list") == {"id": ["P1", "P2"], "score": ["5", "42"]}
    assert read.rows == (4, 6)


def test_a_workbook_that_begins_low_keeps_its_row_numbers(tmp_path):
    book = openpyxl.Workbook()
    book.active["B5"], book.active["B6"] = "id", "P1"
    book.save(tmp_path / "low.xlsx")
    read = sheets.read(tmp_path / "low.xlsx", header_row=5)
    assert (read.rows, read.texts["id"].tolist()) == ((6,), ["P1"])


def test_cells_become_the_text_a_person_would_type(tmp_path):
    row = [
        date(2026, 10, 8),
        datetime.fromisoformat("2026-10-08 09:30"),
        time(9, 30),
        0.1 + 0.2,
        1e-5,
        True,
        "1+",
        timedelta(hours=30),
    ]
    path = workbook(tmp_path, [list("abcdefgh"), row])
    assert sheets.read(path).texts.iloc[0].tolist() == [
        "2026-10-08", "2026-10-08 09:30", "09:30:00", "0.3", "0.00001", "TRUE", "1+", "30:00:00",
    ]  # fmt: skip


def test_a_formula_without_its_result_and_an_error_are_faults_with_their_place(tmp_path):
    path = workbook(tmp_path, [["id", "score"], ["P1", "=1+1"], ["P2", 5]])
    (fault,) = sheets.read(path).faults
    assert (fault.row, fault.column) == (2, "score")
    assert "formula whose result was not saved" in fault.allowed
    book = openpyxl.load_workbook(path)
    book.active["B3"] = "#N/A"
    book.active["B3"].data_type = "e"
    book.save(path)
    assert [(f.row, f.seen) for f in sheets.read(path).faults] == [(2, ""), (3, "#N/A")]


def test_a_hidden_sheet_is_named_and_not_read_unless_asked_for(tmp_path):
    path = workbook(tmp_path, [["id"], ["P1"]], others={"Old": "hidden"})
    assert sheets.read(path).unread == ("hidden sheet 'Old'",)
    assert "header_row=1: holds no headings" in refused(path, sheet="Old")


def test_a_wrong_sheet_name_and_a_choice_of_sheets_list_the_sheets(tmp_path):
    path = workbook(tmp_path, [["id"], ["P1"]], others={"More": "visible"})
    assert "sheet=Score: is not there; there are 'Scores', 'More'" in refused(path, sheet="Score")
    assert "must be stated; there are 'Scores', 'More'" in refused(path)
    assert "a CSV file has no sheets" in refused(csv_file(tmp_path, "id,b\n1,2\n"), sheet="Scores")


def test_files_that_are_no_workbook_are_refused_with_a_sentence(tmp_path):
    assert "named as a workbook but is none; if it is a CSV" in refused(csv_file(tmp_path, "id,b\n1,2\n", "a.xlsx"))
    assert "old kind (.xls)" in refused(csv_file(tmp_path, b"\xd0\xcf\x11\xe0" + b"0" * 600, "b.xls"))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as part:
        part.writestr("content.xml", "<a/>")
    assert "is no .xlsx workbook" in refused(csv_file(tmp_path, packed.getvalue(), "c.xlsx"))
    assert "is empty" in refused(csv_file(tmp_path, "", "d.csv"))
    assert "cannot be read" in refused(tmp_path / "absent.csv")


def with_part(tmp_path, name, content):
    """A sound workbook with one part more."""
    path = workbook(tmp_path, [["id"], ["P1"]])
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(name, content)
    return path


def test_a_workbook_that_unpacks_without_end_is_refused_unread(tmp_path):
    path = with_part(tmp_path, "xl/worksheets/sheet9.xml", b"0" * 30_000_000)
    assert path.stat().st_size < 100_000
    assert re.search(r"unpacks to more than \d MB; it was not read", refused(path))


def test_a_document_type_in_a_part_is_refused(tmp_path):
    path = with_part(tmp_path, "xl/worksheets/sheet9.xml", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')
    assert "holds a document type" in refused(path)


def test_a_sheet_of_a_billion_cells_is_refused(tmp_path):
    book = openpyxl.Workbook()
    book.active["A1"], book.active["XFD1048576"] = "id", "far"
    book.save(tmp_path / "far.xlsx")
    assert "spans 1048576 rows and 16384 columns, mostly blank" in refused(tmp_path / "far.xlsx")


def test_a_damaged_workbook_is_refused(tmp_path):
    path = workbook(tmp_path, [["id"], ["P1"]])
    with zipfile.ZipFile(path) as packed:
        parts = {info.filename: packed.read(info) for info in packed.infolist()}
    parts["xl/worksheets/sheet1.xml"] = b"<worksheet><sheetData><row"
    with zipfile.ZipFile(path, "w") as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    assert "is a damaged workbook" in refused(path)


def test_headings_must_be_there_once_and_over_every_filled_column(tmp_path):
    assert "BP: stands over more than one column" in refused(csv_file(tmp_path, "id,BP,BP\n1,2,3\n"))
    assert "column B has no heading but row 2 holds something there" in refused(csv_file(tmp_path, "id,,x\n1,2,3\n"))
    assert "holds headings" not in refused(csv_file(tmp_path, "\n\n"))
    assert "state the row of the headings" in refused(csv_file(tmp_path, "Study\nid,x\n1,2\n"), delimiter=",")


def test_a_row_with_more_cells_than_headings_is_a_fault_with_its_number(tmp_path):
    assert "row 3, row: has 3 cells, and there are 2 headings" in refused(
        csv_file(tmp_path, "id,x\n1,2\n1,2,3\n1,2\n1,2\n"), delimiter=","
    )


def test_a_quote_that_is_not_closed_is_refused(tmp_path):
    assert "look for a quote that is not closed" in refused(csv_file(tmp_path, 'id,x\n1,"2\n'), delimiter=",")


def test_column_letters_are_those_of_a_spreadsheet():
    assert [workbooks.letter(n) for n in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]


def test_the_digest_is_that_of_the_bytes(tmp_path):
    path = csv_file(tmp_path, b"id,x\n")
    # printf 'id,x\n' | sha256sum
    assert sheets.read(path).sha256 == "a8f3a945f11098297d7b62575e79820df34dc42223bfec71e88383f86704c511"


def test_an_instant_of_a_workbook_keeps_its_seconds():
    assert workbooks.as_text(datetime.fromisoformat("2026-10-08 09:30:05")) == "2026-10-08 09:30:05"
