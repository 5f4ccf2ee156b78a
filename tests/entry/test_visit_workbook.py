"""A visit workbook: what the form gives for the same visit, and nothing that was not filled in."""

import datetime as dt

import openpyxl
import pytest
from click.testing import CliRunner

from titration import times
from titration.cli import main
from titration.entry import sidecar, visit_reader, visit_workbook
from titration.entry import visit_layout as layout
from titration.errors import AppendRefused, InvalidEntry, LogExists, NeedsConfirmation
from titration.forms.drafts import Draft
from titration.forms.drafts import read as read_drafts
from titration.records import KINDS, DoseChange, DoseStep, Note, Patient, Refill, Score, SideEffect, Visit
from titration.scales import register

LONDON = times.zone("Europe/London")


def wall(*parts):
    return dt.datetime(*parts)  # noqa: DTZ001 - a spreadsheet's time knows no zone


AT = "2026-10-08T09:30+01:00"
WHO = {layout.PATIENT: "P001", layout.WHEN: "2026-10-08 09:30", layout.BY: "clinician-2"}
VISIT = {
    "visit": [{"visit": "refill", "seen_by": "clinician-1"}],
    "score": [
        {"scale": "Spasticity NRS", "value": 5, "reporter": "patient"},
        {"scale": "Modified Ashworth Scale", "grade": "1+", "body_part": "knee flexors", "side": "left"},
        {"scale": "MAS", "grade": "2", "body_part": "knee flexors", "side": "right", "observed_at": dt.time(9, 12)},
        {"scale": "penn_frequency", "not_assessed": "declined"},
    ],
    "side_effect": [{"effect": "any", "severity": "none"}],
    "dose_change": [
        {
            "effective_at": wall(2026, 10, 8, 9, 50), "mode": "flex", "dose_mcg_per_day": "200 mcg/day",
            "concentration_mcg_per_ml": "0.5 mg/mL", "steps": "00:00 8 mcg/h; 06:00 8.5 mcg/h; 22:00 8 mcg/h",
            "alarm_on": dt.date(2027, 1, 20),
        }
    ],
    "refill": [{"filled_at": dt.date(2026, 10, 8), "withdrawn_ml": 4.4, "injected_ml": "40 mL"}],
    "note": [{"words": "comfortable; says =so"}],
}  # fmt: skip
STEPS = tuple(DoseStep(start_min=m, rate_mcg_per_h=r) for m, r in (("00:00", 8), ("06:00", 8.5), ("22:00", 8)))
TYPED = (
    DoseChange(
        patient="P001", effective_at="2026-10-08T09:50+01:00", mode="flex", dose_mcg_per_day=200, concentration_mcg_per_ml=500,
        steps=STEPS, alarm_on="2027-01-20",
    ),
    Refill(patient="P001", filled_on="2026-10-08", withdrawn_ml=4.4, injected_ml=40),
    Score(patient="P001", scale="nrs_spasticity", observed_at=AT, value=5, reporter="patient", collected="visit"),
    Score(patient="P001", scale="modified_ashworth", observed_at=AT, grade="1+", body_part="knee flexors", side="left",
          reporter="clinician", collected="visit"),
    Score(patient="P001", scale="modified_ashworth", observed_at="2026-10-08T09:12+01:00", grade="2", body_part="knee flexors",
          side="right", reporter="clinician", collected="visit"),
    Score(patient="P001", scale="penn_frequency", observed_at=AT, not_assessed="declined", collected="visit", reporter="patient"),
    SideEffect(patient="P001", observed_at=AT, effect="any", severity="none"),
    Visit(patient="P001", visited_at=AT, visit="refill", seen_by="clinician-1"),
    Note(patient="P001", noted_at=AT, words="comfortable; says =so"),
)  # fmt: skip


@pytest.fixture(scope="session")
def template(tmp_path_factory):
    return visit_workbook.write(tmp_path_factory.mktemp("template") / "visit.xlsx", register())


@pytest.fixture(scope="session")
def book(template):
    """The template as it was written; to be looked at only."""
    return openpyxl.load_workbook(template)


def fill(template, path, who=WHO, rows=VISIT, change=None):
    """The template filled in as a person would, saved by another program than the one that wrote it."""
    book = openpyxl.load_workbook(template)
    for line in book[layout.START].iter_rows(min_row=3, max_row=7, max_col=2):
        label = str(line[0].value or "").removesuffix(" *")
        line[1].value = who.get(label, line[1].value)
    for table, records in rows.items():
        kind = KINDS[table]
        places = {name: n for n, column in enumerate(layout.columns(kind), 2) for name in column.names}
        for row, record in enumerate(records, 3):
            for name, value in record.items():
                cell = book[kind.title].cell(row, places[name])
                cell.value = value
                if isinstance(value, str):
                    cell.data_type = "s"  # typed as text, whatever it begins with
    if change:
        change(book)
    book.save(path)
    return path


@pytest.fixture
def filled(template, tmp_path):
    return fill(template, tmp_path / "visit.xlsx")


def read(path):
    return visit_reader.read(path, zone=LONDON, scales=register())


def told(path):
    return [(f.column, f.row, f.seen) for f in read(path).faults]


class TestTheSameEntryAsTheForm:
    def test_the_records_are_those_of_the_same_visit_typed_as_records(self, log, filled):
        result = log.import_file(filled, confirm=Yes())
        stored = [log.record(row) for row in result.entry.rows]
        typed = [replaced(fact, log) for fact in TYPED]
        assert sorted(map(repr, stored)) == sorted(map(repr, typed))

    def test_they_are_one_entry_with_the_read_back_card_and_the_file_it_came_from(self, log, filled):
        result = log.import_file(filled, confirm=Yes())
        history = log.history("P001")
        assert history.loc[history["entry"] == result.entry.entry, "row"].size == len(TYPED)
        assert set(history.loc[history["entry"] == result.entry.entry, "source"]) == {
            "visit.xlsx, filled in by clinician-2"
        }
        ((card,),) = log.store.query(
            "SELECT text FROM words JOIN entry ON entry.card = words.id WHERE entry.entry = ?", result.entry.entry
        )
        assert "200 micrograms per day" in card
        assert card in result.card

    def test_the_drafts_of_the_form_give_the_very_same_records(self, log, filled):
        mine = [fact for part in read(filled).parts for fact in _records(part)]
        drafts = [
            Draft(
                "Score",
                KINDS["score"],
                {"scale": "nrs_spasticity", "value": "5", "reporter": "patient", "collected": "visit"},
            ),
            Draft("Visit", KINDS["visit"], {"visit": "refill", "seen_by": "clinician-1"}),
        ]
        form, complaints = read_drafts(drafts, patient="P001", when="2026-10-08 09:30", zone=LONDON, scales=register())
        assert complaints == []
        assert [fact for fact in form if fact not in mine] == []

    def test_the_door_asks_what_it_asks_of_the_same_visit_typed(self, log, template, tmp_path):
        rows = {"dose_change": [{"mode": "simple continuous", "dose_mcg_per_day": 1200}]}
        log.append(
            DoseChange(
                patient="P001", effective_at="2026-09-08T09:30+01:00", mode="simple continuous", dose_mcg_per_day=120
            )
        )
        path = fill(template, tmp_path / "v.xlsx", rows=rows)
        typed = log.rehearse(
            DoseChange(patient="P001", effective_at=AT, mode="simple continuous", dose_mcg_per_day=1200)
        )
        with pytest.raises(NeedsConfirmation) as need:
            log.import_file(path)
        assert need.value.questions == typed.questions
        place = sidecar.beside(path)
        text = place.read_text(encoding="utf-8")
        assert text.count('answer = ""') == len(typed.questions)
        place.write_text(text.replace('answer = ""', 'answer = "the pump shows this"'), encoding="utf-8")
        assert log.import_file(path).stored == {"dose_change": 1}

    def test_questions_about_the_visit_as_a_whole_are_asked_too(self, log, template, tmp_path):
        rows = {"visit": [{"visit": "review"}], "note": [{"words": "seen"}], "refill": [
            {"filled_at": "2026-10-05", "injected_ml": 40}]}  # fmt: skip
        path = fill(template, tmp_path / "v.xlsx", rows=rows)
        result = log.import_file(path, dry_run=True)
        assert any("2026-10-05" in question for question in result.questions)


class Yes(dict):
    """An answer to whatever is asked."""

    def get(self, key, default=None):
        return "the pump shows this"


def replaced(fact, log):
    from titration.entry import scored

    return scored.settle(fact, log.scales) if isinstance(fact, Score) else fact


def _records(part):
    from titration.recording_frames import records

    return records(part.kind, part.frame, part.children)


class TestAgain:
    def test_the_same_file_again_adds_nothing(self, log, filled):
        first = log.import_file(filled, confirm=Yes())
        assert log.import_file(filled).before == first.entry.entry
        assert log.entry_at() == first.entry.entry

    def test_the_same_visit_saved_anew_is_known_record_by_record(self, log, filled, template, tmp_path):
        log.import_file(filled, confirm=Yes())
        more = {**VISIT, "note": [*VISIT["note"], {"words": "rang later", "noted_at": "2026-10-08 16:00"}]}
        result = log.import_file(fill(template, tmp_path / "again.xlsx", rows=more), confirm=Yes())
        assert result.stored.get("note") == 1
        assert sum(result.stored.values()) == 1
        assert sum(result.known.values()) == len(TYPED)

    def test_a_value_changed_in_the_file_is_reported_and_never_replaced(self, log, filled, template, tmp_path):
        log.import_file(filled, confirm=Yes())
        other = {**VISIT, "refill": [{"filled_at": dt.date(2026, 10, 8), "withdrawn_ml": 4.6, "injected_ml": "40 mL"}]}
        with pytest.raises(InvalidEntry, match=r"the log has 4\.4"):
            log.import_file(fill(template, tmp_path / "again.xlsx", rows=other), confirm=Yes())


class TestWhatIsNoRecord:
    def test_a_template_as_it_was_written_gives_nothing(self, template):
        made = read(template)
        assert made.parts == ()
        assert made.lines == 0
        assert [f.column for f in made.faults] == [f"Start: {layout.PATIENT}", f"Start: {layout.WHEN}"]

    def test_an_identity_line_alone_stores_nothing(self, log, template, tmp_path):
        result = log.import_file(fill(template, tmp_path / "v.xlsx", rows={}))
        assert result.entry is None
        assert "nothing new" in str(result)

    def test_every_sheet_has_one_example_row_and_the_headings_of_its_kind(self, book):
        for kind in layout.kinds():
            sheet, columns = book[kind.title], layout.columns(kind)
            assert sheet["A2"].value == layout.EXAMPLE
            assert sheet.max_row == 2
            assert [c.value for c in sheet[1][1 : len(columns) + 1]] == [column.shown for column in columns]
            assert all(column.example for column in columns if column.is_needed)

    def test_an_example_that_was_written_over_is_a_fault_and_no_record_is_lost_in_silence(self, template, tmp_path):
        def over(book):
            book["Refill"]["G2"] = 39

        path = fill(template, tmp_path / "v.xlsx", rows={}, change=over)
        ((column, row, _),) = told(path)
        assert (column, row) == ("Refill: row", 2)
        assert "is marked as an example but says something else" in read(path).faults[0].allowed
        assert read(path).parts == ()

    def test_an_example_without_its_mark_is_a_fault_and_no_record(self, template, tmp_path):
        def unmark(book):
            book["Refill"]["A2"] = None

        path = fill(template, tmp_path / "v.xlsx", rows={}, change=unmark)
        assert "word for word what the example says" in read(path).faults[0].allowed

    def test_the_lists_and_empty_sheets_are_nothing_and_other_sheets_are_named(self, template, tmp_path):
        def add(book):
            book.create_sheet("Sums")["A1"] = "own sums"
            book.create_sheet("Old").sheet_state = "hidden"

        assert read(fill(template, tmp_path / "v.xlsx", change=add)).unread == ("sheet 'Sums'", "hidden sheet 'Old'")

    def test_a_hidden_sheet_with_rows_is_refused_by_name(self, template, tmp_path):
        def hide(book):
            book["Refill"].sheet_state = "hidden"

        made = read(fill(template, tmp_path / "v.xlsx", change=hide))
        assert [f.field for f in made.faults] == ["sheet Refill"]
        assert "refill" not in made.counts


class TestCells:
    def test_a_grade_stays_text_as_typed(self, filled):
        (scores,) = [part for part in read(filled).parts if part.kind.table == "score"]
        assert scores.frame["grade"].dropna().tolist() == ["1+", "2"]
        assert scores.frame["value"].dropna().tolist() == [5]

    def test_a_time_is_taken_in_the_zone_of_the_log(self, template, tmp_path):
        written = {
            wall(2026, 10, 8, 9, 12): "2026-10-08T09:12:00+01:00",
            wall(2026, 11, 8, 23, 59): "2026-11-08T23:59:00+00:00",
            "2026-10-09 09:12": "2026-10-09T09:12:00+01:00",
            "2026-10-10 09:12+02:00": "2026-10-10T09:12:00+02:00",
            dt.time(9, 13): "2026-10-08T09:13:00+01:00",
            "9:14": "2026-10-08T09:14:00+01:00",
            None: "2026-10-08T09:30:00+01:00",
        }
        rows = {"note": [{"words": str(at), "noted_at": cell} for cell, at in written.items()]}
        (part,) = read(fill(template, tmp_path / "v.xlsx", rows=rows)).parts
        assert {fact.words: fact.noted_at.isoformat() for fact in _records(part)} == {at: at for at in written.values()}

    def test_a_day_stays_a_day_and_gets_no_midnight(self, template, tmp_path):
        cells = [dt.date(2026, 10, 8), wall(2026, 10, 8), "2026-10-08"]
        rows = {"visit": [{"visit": "phone", "visited_at": cell} for cell in cells]}
        (part,) = read(fill(template, tmp_path / "v.xlsx", rows=rows)).parts
        assert {(fact.visited_at, fact.visited_on) for fact in _records(part)} == {(None, dt.date(2026, 10, 8))}
        assert len(part.rows) == 3

    def test_every_minute_of_a_day_survives_the_spreadsheet(self, template, tmp_path):
        minutes = [wall(2026, 10, 8, 0, 1) + dt.timedelta(minutes=7 * n) for n in range(200)]
        rows = {"note": [{"words": "x", "noted_at": at} for at in minutes]}
        (part,) = read(fill(template, tmp_path / "v.xlsx", rows=rows)).parts
        assert [fact.noted_at.replace(tzinfo=None) for fact in _records(part)] == minutes

    def test_an_hour_that_happens_twice_is_a_fault_that_shows_both_readings(self, template, tmp_path):
        who = {**WHO, layout.WHEN: wall(2026, 10, 25, 1, 30)}
        (fault,) = read(fill(template, tmp_path / "v.xlsx", who=who)).faults
        assert (fault.column, fault.seen) == (f"Start: {layout.WHEN}", "2026-10-25 01:30")
        assert "2026-10-25 01:30+01:00 or 2026-10-25 01:30+00:00" in fault.allowed

    def test_another_order_of_the_date_is_never_guessed(self, template, tmp_path):
        rows = {"visit": [{"visit": "phone", "visited_at": cell} for cell in ("8/10/2026", "8.10.26", 46303)]}
        made = read(fill(template, tmp_path / "v.xlsx", rows=rows))
        assert [(f.row, f.seen) for f in made.faults] == [(3, "8/10/2026"), (4, "8.10.26"), (5, "46303")]
        assert made.counts == {"visit": 0}

    def test_a_wrong_amount_is_a_fault_with_sheet_row_and_heading(self, template, tmp_path):
        cells = {
            "0.2 mg/day": "mg is 1000 mcg", "200 mcg/h": "a rate per hour", "0,5": "a comma", "two": "a number", True: "a number",
        }  # fmt: skip
        rows = {"dose_change": [{"mode": "simple continuous", "dose_mcg_per_day": cell} for cell in cells]}
        found = read(fill(template, tmp_path / "v.xlsx", rows=rows)).faults
        assert {(f.column, f.field) for f in found} == {("Dose change: Daily dose (mcg/day)", "dose_mcg_per_day")}
        assert [f.row for f in found] == [3, 4, 5, 6, 7]
        assert [says for says, f in zip(cells.values(), found, strict=True) if says not in f.allowed] == []

    def test_a_formula_is_refused_though_its_result_is_there_and_the_row_with_it(self, template, tmp_path, log):
        def compute(book):
            place = [column.names[0] for column in layout.columns(KINDS["refill"])].index("injected_ml")
            book["Refill"].cell(3, place + 2).value = "=4+36"

        path = fill(template, tmp_path / "v.xlsx", change=compute)
        assert [(f.field, f.row) for f in read(path).faults] == [("injected_ml", 3)]
        assert "formula" in read(path).faults[0].allowed
        result = log.import_file(path, accept_rest=True, confirm=Yes())
        assert "refill" not in {t for t, n in result.stored.items() if n}
        assert len(result.left_out) == 1

    def test_something_beside_the_table_is_a_fault(self, template, tmp_path):
        def beside(book):
            book["Note"]["Z3"] = "look"

        assert told(fill(template, tmp_path / "v.xlsx", change=beside)) == [("Note: row", 3, "look")]

    def test_a_changed_heading_is_a_fault(self, template, tmp_path):
        def rename(book):
            book["Note"]["C1"] = "Remark"

        assert ("Note: heading", 1, "Remark") in told(fill(template, tmp_path / "v.xlsx", change=rename))


class TestWhose:
    def test_every_fault_of_the_first_sheet_and_of_all_others_is_told_at_once(self, template, tmp_path):
        who = {layout.PATIENT: "Mr X", layout.WHEN: "yesterday", layout.BORN: "74", layout.COLLECTED: "by pigeon"}
        rows = {"visit": [{"visit": "party"}], "goal_rating": [{"goal": 1, "rated_on": "x", "rating": 3}]}
        found = told(fill(template, tmp_path / "v.xlsx", who=who, rows=rows))
        assert found == [
            (f"Start: {layout.PATIENT}", 3, "Mr X"), (f"Start: {layout.WHEN}", 4, "yesterday"),
            (f"Start: {layout.BORN}", 6, "74"), (f"Start: {layout.COLLECTED}", 7, "by pigeon"),
            ("Visit: Visit", 3, "party"), ("Goal rating: Rated on", 3, "x"), ("Goal rating: Rating", 3, "3"),
        ]  # fmt: skip

    def test_a_patient_the_log_does_not_know_is_told_once(self, log, template, tmp_path):
        path = fill(template, tmp_path / "v.xlsx", who={**WHO, layout.PATIENT: "p001"})
        with pytest.raises(InvalidEntry, match="is no patient of this log; there is P001") as refused:
            log.import_file(path)
        assert len(refused.value.faults) == 1

    def test_another_year_of_birth_stops_the_workbook_even_when_the_rest_is_accepted(self, log, template, tmp_path):
        path = fill(template, tmp_path / "v.xlsx", who={**WHO, layout.BORN: 1947})
        with pytest.raises(InvalidEntry, match="is not the year of birth the log has for P001"):
            log.import_file(path)
        assert log.import_file(path, accept_rest=True).entry is None
        same = fill(template, tmp_path / "w.xlsx", who={**WHO, layout.BORN: 1974})
        assert log.import_file(same, confirm=Yes()).entry is not None

    def test_a_log_with_check_characters_refuses_a_mistyped_code(self, tmp_path, template, clock):
        import titration
        from titration.entry.codes import with_check

        with titration.create(
            tmp_path / "c.db", site="North", zone="Europe/London", by="clinician-1", check_characters=True, clock=clock
        ) as log:
            log.append(Patient(patient=with_check("P001")))
            with pytest.raises((InvalidEntry, AppendRefused)):
                log.import_file(fill(template, tmp_path / "v.xlsx", rows={"note": VISIT["note"]}))
            assert log.entry_at() == 2


class TestTheFile:
    def test_choices_are_closed_lists_and_open_fields_offer_words(self, book):
        lists = book[layout.LISTS]
        assert lists.sheet_state == "hidden"

        def offered(title, column):
            for one in book[title].data_validations.dataValidation:
                if f"{column}3" in str(one.sqref) and one.type == "list":
                    first, last = one.formula1.split("!")[1].replace("$", "").split(":")
                    return [cell.value for (cell,) in lists[first:last]], one.showErrorMessage
            return None

        assert offered("Side effect", "C")[0][:3] == ["any", "weakness", "sedation"]
        assert offered("Side effect", "C")[1] is True
        scales, is_closed = offered("Score", "B")
        assert "Modified Ashworth Scale" in scales
        assert not is_closed
        assert "1+" in offered("Score", "E")[0]
        assert offered("Refill", "G") is None

    def test_every_choice_of_every_kind_has_its_list_and_every_column_says_what_it_takes(self, book):
        from titration.fields import Choice

        for kind in layout.kinds():
            rules = book[kind.title].data_validations.dataValidation
            for n, column in enumerate(layout.columns(kind)):
                (rule,) = [r for r in rules if str(r.sqref).startswith(f"{chr(ord('B') + n)}3:")]
                assert rule.prompt.startswith(column.hint[:40])
                is_choice = isinstance(kind.field(column.names[0]).value, Choice)
                assert not is_choice or (rule.type == "list" and rule.showErrorMessage)

    def test_every_offered_scale_is_read_as_itself(self):
        scales = register()
        assert [scales.find(name).code for name in layout.scale_names(scales)] == list(scales)

    def test_headings_are_unlike_within_a_sheet_and_name_their_unit(self):
        for kind in layout.kinds():
            columns = layout.columns(kind)
            assert len({column.heading for column in columns}) == len(columns)
            for column in columns:
                assert kind.field(column.names[0]).value.unit in column.heading

    def test_text_cells_stay_text_and_headings_are_locked_for_filling_in(self, book):
        sheet = book["Score"]
        assert sheet.column_dimensions["E"].number_format == "@"
        assert sheet.protection.sheet
        assert sheet["B1"].protection.locked
        assert not sheet.column_dimensions["B"].protection.locked

    def test_it_is_never_written_over_a_file(self, template):
        with pytest.raises(LogExists):
            visit_workbook.write(template, register())

    def test_a_new_kind_of_record_has_a_sheet_too(self, kinds, tmp_path):
        from test_one_declaration import declare_flush

        declare_flush()
        path = visit_workbook.write(tmp_path / "v.xlsx", register())
        assert "Flush" in openpyxl.load_workbook(path).sheetnames

    def test_another_workbook_is_none(self, tmp_path):
        book = openpyxl.Workbook()
        book.active.title = layout.START
        book.save(tmp_path / "other.xlsx")
        (tmp_path / "a.csv").write_text("patient\nP001\n", encoding="utf-8")
        assert read(tmp_path / "other.xlsx") is None
        assert read(tmp_path / "a.csv") is None


def test_the_shell_writes_a_template_with_the_logs_own_scales_and_imports_it(log, tmp_path):
    from titration.scales import from_toml

    log.add_scale(*from_toml(
        '[[scale]]\ncode = "sleep"\nversion = "site-1"\nname = "Sleep last night"\nreporters = ["patient"]\nlow = 0\n'
        'high = 10\nmore_is = "poorer sleep"'
    ))  # fmt: skip
    run = CliRunner()
    said = run.invoke(main, ["import", str(log.path), "--template", str(tmp_path / "visit.xlsx")])
    assert said.exit_code == 0, said.output
    rows = {"score": [{"scale": "Sleep last night", "value": 4}]}
    path = fill(tmp_path / "visit.xlsx", tmp_path / "filled.xlsx", rows=rows)
    said = run.invoke(main, ["import", str(log.path), str(path), "--by", "clinician-1"])
    assert said.exit_code == 0, said.output
    assert "P001 | born 1974" in said.output
    assert "stored 1 score" in said.output
    assert log.scores()[["scale", "reporter", "collected"]].to_numpy().tolist() == [["sleep", "patient", "visit"]]
