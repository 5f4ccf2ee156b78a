"""A map says everything and guesses nothing; all its faults are listed at once."""

from datetime import date

import pandas as pd
import pytest

from titration.entry import maps
from titration.errors import InvalidEntry
from titration.records import KINDS

HEAD = '[[record]]\nkind = "score"\n[record.fields]\npatient = "ID"\nscale = { constant = "NRS" }\n'
WHEN = 'observed_on = { column = "Date", format = "iso" }\n'


def faults(text):
    with pytest.raises(InvalidEntry) as caught:
        maps.parse(text)
    return [str(fault) for fault in caught.value.faults]


def turn(stated, texts, kind="score", name="value"):
    """The texts a field reads, out of the texts of a column X, and the faults by row."""
    head = HEAD if kind == "score" else f'[[record]]\nkind = "{kind}"\n[record.fields]\npatient = "ID"\n'
    when = "" if name == "observed_on" else WHEN
    part = maps.parse(f"{head}{when if kind == 'score' else ''}{name} = {stated}\n").parts[0]
    source, frame = part.fields[name], pd.DataFrame({"X": pd.Series(texts, dtype="str"), "Y": "b"})
    made, reasons, unfit = source.turned(KINDS[kind].field(name), source.raw(frame))
    return made.tolist(), reasons.tolist(), {row: fault.allowed for row, fault in unfit.items()}


def test_every_fault_of_a_map_is_listed_at_once():
    found = faults(
        'decimel = ","\nheader_row = 0\ndelimiter = ";;"\n'
        '[[record]]\nkind = "score"\nonly = [{ column = "a" }]\nkey = ["day"]\n'
        '[record.fields]\nscale = { constant = "MAS", column = "b" }\nvalu = "c"\nobserved_on = "Date"\n'
    )
    assert [text.split(":")[0] for text in found] == [
        "map=decimel", "delimiter=;;", "header_row=0", "record 1, scale", "record 1, valu=valu", "record 1, observed_on",
        "record 1, patient", "record 1, key=day", "record 1, only 1={'column'",
    ]  # fmt: skip
    assert found[0].endswith("the words are note, encoding, delimiter, decimal, sheet, header_row, record, skip")
    assert found[6].endswith("is needed for each score: name its column, or a constant")


def test_a_date_without_its_format_is_refused_when_the_map_is_loaded():
    assert "a date is never guessed" in faults(HEAD + 'observed_on = "Date"\n')[0]
    assert "observed_at: or observed_on is needed" in faults(HEAD)[0]


@pytest.mark.parametrize(
    ("stated", "says"),
    [
        ('format = "%d/%m"', "must hold a day, a month and a year"),
        ('format = "%d/%m/%y"', "needs century = 2000"),
        ('format = "%d/%m/%Y", century = 2000', "needs century = 2000"),
        ('format = "%d/%m/%Y %H:%M"', "a day has no time of day"),
        ('format = "%d/%m/%Y %f"', "may hold %Y"),
        ('study_day = { reference = "1/1/2000" }', "write the day as 2026-10-08"),
        ('study_day = { reference = "2000-01-01", first = "a" }', "first must be a whole number"),
        ("study_day = 5", "study_day must be"),
        ('format = "iso", unit = "mg"', "observed_on has no unit"),
    ],
)
def test_a_statement_about_a_day_that_leaves_something_open_is_refused(stated, says):
    assert says in faults(f'{HEAD}observed_on = {{ column = "Date", {stated} }}\n')[0]


def test_a_time_needs_hours_and_minutes_in_its_format():
    assert (
        "must hold hours and minutes too" in faults(HEAD + 'observed_at = { column = "D", format = "%d/%m/%Y" }\n')[0]
    )


def test_a_study_day_cannot_be_called_observed_nor_kept_where_there_is_no_timing():
    study = '{ column = "D", study_day = { reference = "2000-01-01" } }\n'
    assert "timing" in faults(f'{HEAD}observed_on = {study}timing = {{ constant = "observed" }}\n')[0]
    visit = '[[record]]\nkind = "visit"\n[record.fields]\npatient = "ID"\nvisit = "V"\nvisited_on = ' + study
    assert "cannot be marked as assigned" in faults(visit)[0]


def test_words_of_the_wrong_type_are_faults_not_crashes():
    assert faults("record = 5\n")[0] == "record=5: must be a list"
    assert faults("record = [5]\n")[0] == "record=[5]: must be tables, each under a line [[record]]"
    assert "is not TOML" in faults("= 5")[0]
    assert "must be there at least once" in faults('note = "x"')[0]
    assert "must be one of dose_change, pump, " in faults('[[record]]\nkind = "dose"\n')[0]
    assert "kind=dose_step" in faults('[[record]]\nkind = "dose_step"\n')[0]
    found = faults(HEAD + WHEN + 'value = { column = 5, codes = ["a"], not_assessed = { x = "tired" }, unit = "mg" }')
    assert [f.split(": ", 1)[1][:30] for f in found] == [
        "column must be text", "codes must be a table of texts", "value has no unit; leave it ou", "must be one of: declined, not ",
    ]  # fmt: skip


def test_a_unit_the_field_cannot_have_is_refused_when_the_map_is_loaded():
    head = '[[record]]\nkind = "dose_change"\n[record.fields]\npatient = "ID"\nmode = "M"\n'
    when = 'effective_on = { column = "D", format = "iso" }\n'
    dose = 'dose_mcg_per_day = { column = "X", unit = "mg/day" }\n'
    assert "mg is 1000 mcg" in faults(head + when + dose)[0]


def test_a_skip_needs_its_rows_and_its_reason():
    assert faults(HEAD + WHEN + 'value = "X"\n[[skip]]\n') == [
        "skip 1, reason: must say in words why these rows are left",
        "skip 1, only: must say which rows are left",
    ]


def test_codes_a_prefix_and_joined_columns_make_the_text_of_a_field():
    assert turn('{ column = "X", codes = { "1.5" = "1+" } }', ["1.5", "2", ""], name="grade")[0] == ["1+", "2", ""]
    assert turn('{ column = "X", prefix = "S" }', ["12", ""], name="body_part")[0] == ["S12", ""]
    assert turn('{ columns = ["X", "Y"], join = "-" }', ["a", ""], name="body_part")[0] == ["a-b", "b"]


def test_a_code_for_not_assessed_leaves_the_reason_and_no_value():
    stated = '{ column = "X", not_assessed = { "5" = "coded as not assessed" } }'
    assert turn(stated, ["5", "4"], name="grade") == (["", "4"], ["coded as not assessed", ""], {})


def test_days_are_read_in_the_stated_format_alone():
    made, _, unfit = turn(
        '{ column = "X", format = "%d.%m.%Y" }', ["8.10.2026", "10/8/2026", "31.02.2026"], name="observed_on"
    )
    assert made[0] == "2026-10-08"
    assert list(unfit) == [1, 2]
    assert unfit[1] == "is not written as the map states, %d.%m.%Y (as in 28.09.2026); or there is no such day"


def test_two_formats_are_read_unless_they_give_two_days():
    made, _, unfit = turn(
        '{ column = "X", format = ["%d/%m/%Y", "%m/%d/%Y"] }',
        ["8/10/2026", "28/10/2026", "8/8/2026"],
        name="observed_on",
    )
    assert made[1:] == ["2026-10-28", "2026-08-08"]
    assert unfit[0].startswith("can be read as 2026-10-08 or 2026-08-10")


def test_a_year_of_two_digits_is_read_with_its_century():
    stated = '{ column = "X", format = "%d/%m/%y", century = 1900 }'
    assert turn(stated, ["8/10/26", "29/2/00"], name="observed_on")[0] == ["1926-10-08", "29/2/00"]


def test_study_days_are_counted_from_the_reference_and_may_lie_before_it():
    stated = '{ column = "X", study_day = { reference = "2000-01-01", first = 1 } }'
    made, _, unfit = turn(stated, ["1", "-1", "1.5", "99999999"], name="observed_on")
    assert made[:2] == ["2000-01-01", "1999-12-30"]  # no day 0 is taken away: 1 is the first, -1 two days before
    assert list(unfit) == [2, 3]


def test_a_reference_may_be_written_as_a_date_of_toml():
    part = maps.parse(
        HEAD + 'value = "X"\nobserved_on = { column = "D", study_day = { reference = 2000-01-01 } }\n'
    ).parts[0]
    assert part.fields["observed_on"].study_day == (date(2000, 1, 1), 0)


def test_a_map_that_cannot_be_read_says_so(tmp_path):
    with pytest.raises(InvalidEntry, match="cannot be read"):
        maps.load(tmp_path / "none.toml")
    (tmp_path / "latin.toml").write_bytes('note = "é"'.encode("cp1252"))
    with pytest.raises(InvalidEntry, match="not UTF-8"):
        maps.load(tmp_path / "latin.toml")
