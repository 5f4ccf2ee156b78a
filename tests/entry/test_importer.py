"""From a file to frames of facts: each fault with its row and heading, each row accounted for."""

import pandas as pd
import pytest

from titration import scales, times
from titration.entry import bulk, faults, importer, maps, templates
from titration.errors import Fault, InvalidEntry, LogExists
from titration.records import KINDS

LONDON = times.zone("Europe/London")

VISITS = """\
ID;Datum;Uhr;MAS links;Dosis;Rate;Bemerkung
1;08.10.2026;09:30;1,5;120,5;;gut
1;09.10.2026;;5;120,5;;
2;8/10/2026;11:00;7;100 mcg/day;;ein langer Text
2;10.10.2026;11:00;;;25;
;;;;;;nur Text
"""
MAP = """
decimal = ","
[[record]]
kind = "score"
only = [{ column = "Uhr", filled = true }, { column = "MAS links", filled = true }]
[record.fields]
patient = { column = "ID", prefix = "S" }
scale = { constant = "MAS" }
observed_at = { columns = ["Datum", "Uhr"], format = "%d.%m.%Y %H:%M" }
grade = { column = "MAS links", codes = { "1,5" = "1+" }, not_assessed = { "5" = "coded as not assessed" } }
side = { constant = "left" }

[[record]]
kind = "score"
only = [{ column = "Uhr", filled = false }, { column = "MAS links", filled = true }]
[record.fields]
patient = { column = "ID", prefix = "S" }
scale = { constant = "MAS" }
observed_on = { column = "Datum", format = "%d.%m.%Y" }
grade = { column = "MAS links", codes = { "1,5" = "1+" }, not_assessed = { "5" = "coded as not assessed" } }

[[record]]
kind = "dose_change"
only = [{ column = "Dosis", filled = true }]
on_change = ["Dosis"]
[record.fields]
patient = { column = "ID", prefix = "S" }
effective_on = { column = "Datum", format = "%d.%m.%Y" }
mode = { constant = "simple continuous" }
dose_mcg_per_day = { column = "Dosis", unit = "mcg/day" }
reason = "Bemerkung"

[[skip]]
only = [{ column = "Rate", filled = true }]
reason = "a rate per hour without its program"
"""


def read(tmp_path, content, mapped=None, name="visits.csv", **more):
    path = tmp_path / name
    path.write_text(content, encoding="utf-8", newline="")
    chosen = maps.parse(mapped) if mapped else None
    return importer.read(path, chosen, zone=LONDON, scales=scales.register(), **more)


def test_a_clinics_own_sheet_is_read_through_its_map(tmp_path):
    made = read(tmp_path, VISITS, MAP)
    timed, on_day, doses = made.parts
    assert made.counts == {"score": 2, "dose_change": 1}
    assert timed.frame[["patient", "grade", "side"]].to_numpy().tolist() == [["S1", "1+", "left"]]
    assert timed.frame["observed_at"].tolist() == [pd.Timestamp("2026-10-08 08:30", tz="UTC")]
    assert on_day.frame["not_assessed"].tolist() == ["coded as not assessed"]
    assert on_day.frame["observed_at"].isna().all()
    assert doses.frame["dose_mcg_per_day"].tolist() == [120.5]
    assert [part.rows for part in made.parts] == [(2,), (3,), (2,)]


def test_every_fault_has_its_row_its_heading_and_what_stands_there(tmp_path):
    found = read(tmp_path, VISITS, MAP).faults
    assert [(f.row, f.column, f.field, f.seen) for f in found] == [
        (4, "Datum + Uhr", "observed_at", "8/10/2026 11:00"),
        (4, "MAS links", "grade", "7"),
        (4, "Datum", "effective_on", "8/10/2026"),
    ]


def test_every_row_is_read_left_with_a_reason_or_named(tmp_path):
    made = read(tmp_path, VISITS, MAP)
    assert made.lines == 5
    assert [(one.rows, one.reason) for one in made.skipped] == [
        ((5,), "a rate per hour without its program"),
        ((6,), "no part of the map takes this row"),
    ]


def test_a_column_the_map_names_and_the_file_lacks_stops_the_import(tmp_path):
    with pytest.raises(InvalidEntry, match=r"Uhr: is not a column of the file; there are 'ID', 'Datum'"):
        read(tmp_path, VISITS.replace("Uhr", "Zeit"), MAP)


def test_a_bare_number_without_a_stated_unit_is_refused(tmp_path):
    made = read(tmp_path, VISITS, MAP.replace(', unit = "mcg/day"', ""))
    assert made.faults[0].allowed == "the unit is missing; write 120.5 mcg/day if that is what is meant"


def test_progress_is_told_part_by_part(tmp_path):
    told = []
    read(tmp_path, VISITS, MAP, progress=lambda done, of, what: told.append((done, of, what)))
    assert told == [(0, 1, "reading the file"), (0, 3, "Score"), (1, 3, "Score"), (2, 3, "Dose change"), (3, 3, "read")]


@pytest.mark.parametrize("kind", [kind for kind in KINDS.values() if not kind.parent], ids=lambda kind: kind.table)
def test_a_template_can_be_imported_back(tmp_path, kind):
    made = read(tmp_path, templates.csv(kind), kind=kind)
    assert [str(fault) for fault in made.faults] == []
    assert made.counts == {kind.table: 1}


def test_a_step_has_no_template_of_its_own():
    with pytest.raises(ValueError, match="the template of dose_change"):
        templates.csv(KINDS["dose_step"])


def test_a_canonical_file_is_known_by_its_headings(tmp_path):
    content = "patient,scale,observed_at,observed_offset_min,value\nP001,NRS,2026-10-25 01:30,60,5\n"
    made = read(tmp_path, content)
    assert made.counts == {"score": 1}
    assert made.parts[0].frame["observed_offset_min"].tolist() == [60]


def test_a_number_in_a_canonical_file_has_the_unit_of_its_heading(tmp_path):
    content = (
        "patient,effective_on,mode,dose_mcg_per_day,steps\nP001,2026-10-08,flex,168,00:00 4 mcg/h; 06:00 8 mcg/h\n"
    )
    made = read(tmp_path, content)
    assert made.parts[0].frame["dose_mcg_per_day"].tolist() == [168.0]
    assert made.parts[0].children["dose_step"]["of"].tolist() == [0, 0]


def test_headings_of_no_record_or_of_several_are_refused(tmp_path):
    with pytest.raises(InvalidEntry, match="fit no record; state the kind"):
        read(tmp_path, "patient,pain\nP001,5\n")
    with pytest.raises(InvalidEntry, match="pain: is no field of score"):
        read(tmp_path, "patient,pain\nP001,5\n", kind=KINDS["score"])
    with pytest.raises(InvalidEntry, match="row: is no field of score"):
        read(tmp_path, "row,patient\n1,P001\n", kind=KINDS["score"])


def test_steps_stay_with_their_parent_when_a_row_before_is_left_out(tmp_path):
    content = (
        "patient,effective_on,mode,dose_mcg_per_day,steps\nP001,soon,flex,1,\nP001,2026-10-08,flex,96,00:00 4 mcg/h\n"
    )
    part = read(tmp_path, content).parts[0]
    assert (part.rows, part.frame.index.tolist(), part.children["dose_step"]["of"].tolist()) == ((3,), [0], [0])


def test_equal_rows_are_all_read_and_the_later_ones_named(tmp_path):
    line = "P001,NRS,2026-10-08,5\n"
    made = read(tmp_path, "patient,scale,observed_on,value\n" + line * 3)
    assert made.counts == {"score": 3}
    assert made.parts[0].repeats == (3, 4)


def test_a_cell_that_cannot_be_read_is_the_only_fault_of_its_field(tmp_path):
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for row in (["patient", "scale", "observed_on", "value"], ["P001", "NRS", "2026-10-08", "=1+1"]):
        book.active.append(row)
    book.save(tmp_path / "a.xlsx")
    made = importer.read(tmp_path / "a.xlsx", None, zone=LONDON, scales=scales.register())
    assert [(f.row, f.column, f.allowed[:15]) for f in made.faults] == [(2, "value", "holds a formula")]
    assert made.sheet == "Sheet"


def test_once_takes_the_first_row_of_each_patient(tmp_path):
    mapped = '[[record]]\nkind = "patient"\nonce = true\n[record.fields]\npatient = "ID"\n'
    made = read(tmp_path, "ID,x\nA,1\nB,2\nA,3\n", mapped)
    assert made.parts[0].frame["patient"].tolist() == ["A", "B"]
    assert made.skipped == ()


def test_a_step_is_where_a_dose_differs_from_the_row_before_of_the_same_patient(tmp_path):
    mapped = (
        '[[record]]\nkind = "oral_dose"\non_change = ["mg"]\n[record.fields]\npatient = "ID"\n'
        'started_on = { column = "day", format = "iso" }\ndrug = { constant = "baclofen oral" }\n'
        'dose_mg_per_day = { column = "mg", unit = "mg/day" }\n'
    )
    days = [("A", 30), ("B", 10), ("A", 30), ("A", ""), ("A", 30), ("B", 20), ("A", 20)]
    rows = "".join(f"{who},2026-10-0{n},{mg}\n" for n, (who, mg) in enumerate(days, 1))
    made = read(tmp_path, "ID,day,mg\n" + rows, mapped)
    assert made.parts[0].rows == (2, 3, 7, 8)


def test_faults_are_written_beside_the_file_and_run_in_no_spreadsheet(tmp_path):
    path = tmp_path / "visits.xlsx"
    found = [Fault("value", "=HYPERLINK(1)", "must be a number", row=4, column="+NRS"), Fault("file", "-5", "x")]
    place = faults.save(found, path, "Data")
    assert place == tmp_path / "visits.xlsx.faults.csv"
    written = pd.read_csv(place, dtype=str, keep_default_na=False)
    assert written.columns.tolist() == list(faults.HEADINGS)
    assert written.iloc[0].tolist() == [
        "visits.xlsx",
        "Data",
        "4",
        "'+NRS",
        "value",
        "'=HYPERLINK(1)",
        "must be a number",
    ]
    assert written["seen"].tolist()[1] == "-5"


@pytest.mark.parametrize("cell", ["=1", "+1+1", "-1+1", "@x", "\tx", "\rx", "\nx", "  =1", "\uff1d1", "\0x"])
def test_no_cell_begins_a_formula(cell):
    assert faults.safe(cell).startswith("'")


def test_a_frame_as_csv_keeps_its_numbers_and_quotes_its_texts(tmp_path):
    text = templates.csv_text(pd.DataFrame({"a": ["=1", None], "b": [-1.5, 2.0]}))
    assert text == "a,b\r\n'=1,-1.5\r\n,2.0\r\n"
    place = templates.write_new(tmp_path / "a.csv", text)
    with pytest.raises(LogExists):
        templates.write_new(place, text)


def test_what_was_read_has_the_contract_of_its_record(tmp_path):
    for part in read(tmp_path, VISITS, MAP).parts:
        assert part.frame.columns.tolist() == bulk.contract(part.kind)
