"""Exports: what leaves, what never does, and that a new field stays until somebody says otherwise."""

import re

import pandas as pd
import pytest
from build import dose, frames, score
from click.testing import CliRunner

import titration
from titration import columns, deidentified, disclosure, exporting
from titration.cli import main
from titration.errors import LogExists
from titration.fields import Code, Day, Label, Number, Words, field
from titration.records import (
    KINDS,
    Bolus,
    DoseStep,
    Event,
    Goal,
    GoalRating,
    Note,
    OralDose,
    Patient,
    Pump,
    Record,
    Refill,
    Visit,
    record,
)

KEY = b"a key of this test"
CANARY = "Canary-Secret"
"""Typed into every open field of every record: it must be found in no file."""


@pytest.fixture
def clinic(log):
    """Two patients: one with a pump and everything open filled with the canary, one with a first record alone."""
    log.append(Patient(patient="P002", birth_year=1931, sex="male"))
    log.append(
        Pump(patient="P001", implanted_on="2026-09-08", model=CANARY, reservoir_ml=40, serial=CANARY, eri_on="2031-06-01"),
        dose(
            at="2026-10-08T09:30+01:00", mcg=96, mode="flex", drug=CANARY, admixture=CANARY, reason=CANARY, ordered_by=CANARY,
            programmed_by=CANARY, steps=(DoseStep(start_min="00:00", rate_mcg_per_h=4),), alarm_on="2026-12-31",
        ),
        dose(at="2026-11-05T09:30+00:00", mcg=110, status="planned"),
        Refill(patient="P001", filled_on="2026-10-08", drug="baclofen", injected_ml=40, lot=CANARY, use_by_on="2027-06-30"),
        score(at="2026-09-01T09:10+01:00", body_part=CANARY, side="left", scale="MAS", grade="1+", reporter="clinician"),
        score(at="2026-10-08", as_stated=CANARY),
        Event(patient="P001", started_on="2026-10-10", ended_on="2026-10-12", event="confounder", subtype="UTI", words=CANARY),
        Goal(patient="P001", set_on="2026-10-08", words=CANARY, domain="sleep"),
        Note(patient="P001", noted_on="2026-10-08", words=CANARY),
        confirm=Yes(),
    )  # fmt: skip
    goal = int(log.goals()["row"].iloc[0])
    log.append(GoalRating(patient="P001", goal=goal, rated_on="2026-11-02", rating=-1), confirm=Yes())
    log.append(
        Visit(patient="P002", visited_at="2026-10-20T08:05+01:00", visit="review", seen_by=CANARY),
        OralDose(patient="P002", started_on="2026-10-21", drug="tizanidine", dose_mg_per_day=4),
        confirm=Yes(),
    )
    return log


class Yes(dict):
    """An answer to whatever is asked."""

    def get(self, key, default=None):
        return "the pump shows this"


def research(log, folder, **how):
    log.export(folder, deidentified=True, key=KEY, **how)
    return {path.stem: pd.read_csv(path) for path in sorted(folder.glob("*.csv"))}


def ids(log):
    return deidentified.study_ids(log.patients()["patient"], KEY)


class TestResearch:
    def test_nothing_of_the_patient_the_staff_or_the_device_is_in_any_file(self, clinic, tmp_path):
        research(clinic, tmp_path / "out")
        said = "\n".join(path.read_text(encoding="utf-8") for path in (tmp_path / "out").iterdir())
        for told in (
            CANARY,
            "P001",
            "P002",
            "clinician-1",
            "2026-",
            "2027-",
            "2031-",
            "1974",
            "1931",
            "North clinic",
            "London",
        ):
            assert told not in said, told
        assert not re.search(r"\b(19|20)\d\d-\d\d-\d\d\b", said)

    def test_days_are_counted_from_the_implant_or_else_from_the_first_record(self, clinic, tmp_path):
        made = research(clinic, tmp_path / "out")
        own, other = ids(clinic)["P001"], ids(clinic)["P002"]
        doses = made["doses"].set_index("patient").loc[[own]]
        assert doses["effective_day"].tolist() == [30, 58]  # 8 September to 8 October, to 5 November
        assert doses["effective_min"].tolist() == [9 * 60 + 30] * 2  # local time, in summer and in winter
        assert doses["alarm_day"].dropna().tolist() == [114]  # 8 September to 31 December
        assert doses["status"].tolist() == ["done", "planned"]
        assert made["scores"]["observed_day"].tolist() == [-7, 30]
        assert made["events"][["started_day", "ended_day"]].to_numpy().tolist() == [[32, 34]]
        assert made["pumps"]["implanted_day"].tolist() == [0]
        assert made["visits"][["patient", "visited_day", "visited_min"]].to_numpy().tolist() == [[other, 0, 485]]
        assert made["oral_doses"]["started_day"].tolist() == [1]
        origin = made["patients"].set_index("patient")["origin"]
        assert (origin[own], origin[other]) == ("implant", "first record")

    def test_ages_are_bands_in_the_year_of_day_0(self, clinic, tmp_path):
        bands = research(clinic, tmp_path / "out")["patients"].set_index("patient")["age_band"]
        assert bands[ids(clinic)["P001"]] == "50 to 59"  # 52 in 2026
        assert bands[ids(clinic)["P002"]] == "80 and over"

    @pytest.mark.parametrize(
        ("born", "band"),
        [(2026, "0 to 9"), (2017, "0 to 9"), (2016, "10 to 19"), (1947, "70 to 79"), (1946, "80 and over"), (None, "")],
    )
    def test_a_band_is_ten_years_wide_and_open_at_eighty(self, born, band):
        assert deidentified.age_band(born, pd.Timestamp("2026-10-08")) == band

    def test_values_grades_and_what_is_missing_are_as_recorded(self, clinic, tmp_path):
        made = research(clinic, tmp_path / "out")
        assert made["doses"]["dose_mcg_per_day"].tolist() == [96, 110]
        assert made["scores"]["grade"].fillna("missing").tolist() == ["1+", "missing"]
        assert made["scores"]["value"].isna().all()
        assert made["refills"]["withdrawn_ml"].isna().tolist() == [True]

    def test_words_nobody_vouched_for_become_other_and_are_told_to_who_exports(self, clinic, tmp_path):
        told = clinic.export(tmp_path / "a", deidentified=True)
        assert pd.read_csv(tmp_path / "a" / "doses.csv")["drug"].fillna("").tolist() == ["other", ""]
        assert pd.read_csv(tmp_path / "a" / "refills.csv")["drug"].tolist() == ["baclofen"]
        assert told.withheld[("score", "body_part")] == {CANARY: 1}
        assert f"left out as 'other' in dose_change.drug: '{CANARY}' (1)" in str(told)
        clinic.export(tmp_path / "b", deidentified=True, words=[CANARY])
        assert pd.read_csv(tmp_path / "b" / "doses.csv")["drug"].dropna().tolist() == [CANARY]

    def test_records_are_numbered_anew_and_still_belong_together(self, clinic, tmp_path):
        made = research(clinic, tmp_path / "out")
        (flex,) = made["doses"].loc[made["doses"]["mode"] == "flex", "id"]
        assert made["dose_steps"]["of"].tolist() == [flex]
        assert made["goal_ratings"]["goal"].tolist() == made["goals"]["id"].tolist()
        numbers = sorted(n for name, table in made.items() if "id" in table for n in table["id"])
        assert numbers == list(range(1, len(numbers) + 1))

    def test_a_set_is_frozen_as_of_an_entry_and_says_which(self, clinic, tmp_path):
        before = clinic.entry_at()
        first = research(clinic, tmp_path / "a", asof=before)
        clinic.append(
            Note(patient="P001", noted_on="2026-11-20", words="later"), dose(at="2026-11-20T09:00+00:00"), confirm=Yes()
        )
        again = research(clinic, tmp_path / "b", asof=before)
        assert {n: t.to_csv() for n, t in first.items()} == {n: t.to_csv() for n, t in again.items()}
        read_me = (tmp_path / "b" / "README.txt").read_text(encoding="utf-8")
        assert f"as of its entry {before}, head " in read_me
        assert f"titration {titration.__version__}" in read_me
        assert "doses: 2" in read_me
        assert "k-anonymity is not promised" in read_me

    def test_rows_taken_back_are_not_there(self, clinic, tmp_path):
        row = int(clinic.refills()["row"].iloc[0])
        clinic.retract(row, reason="entered twice")
        assert research(clinic, tmp_path / "out")["refills"].empty

    def test_the_codebook_speaks_of_every_column_and_of_no_other(self, clinic, tmp_path):
        made = research(clinic, tmp_path / "out")
        book = made.pop("codebook")
        listed = {(line.file, line.column) for line in book.itertuples()}
        assert listed == {(name, column) for name, table in made.items() for column in table}
        assert book["how"].notna().all()
        assert book["meaning"].notna().all()
        dose_line = book[(book["file"] == "doses") & (book["column"] == "dose_mcg_per_day")].iloc[0]
        assert (dose_line["type"], dose_line["unit"], dose_line["how"]) == ("float64", "mcg/day", "as recorded")


class TestWhoIsWho:
    def test_the_order_follows_the_key_and_not_the_codes(self):
        codes = [f"P{n:03d}" for n in range(1, 41)]
        made = deidentified.study_ids(codes, KEY)
        assert sorted(made.values()) == [f"S{n:03d}" for n in range(1, 41)]
        assert [made[code] for code in codes] != sorted(made.values())
        assert made == deidentified.study_ids(codes[::-1], KEY)
        assert made != deidentified.study_ids(codes, KEY + b"!")

    def test_two_exports_give_other_ids_and_write_no_key(self, log, tmp_path, monkeypatch):
        log.append(*(Patient(patient=f"P{n:03d}", sex="male" if n % 2 else "female") for n in range(2, 40)))
        keys = iter([b"k" * 32, b"j" * 32])
        monkeypatch.setattr("secrets.token_bytes", lambda n: next(keys))
        for name in "ab":
            log.export(tmp_path / name, deidentified=True)
        sexes = [pd.read_csv(tmp_path / name / "patients.csv").sort_values("patient")["sex"].tolist() for name in "ab"]
        assert sexes[0] != sexes[1]
        said = b"".join(path.read_bytes() for path in tmp_path.glob("[ab]/*"))
        assert b"kkkk" not in said
        assert (b"k" * 32).hex().encode() not in said


class TestFields:
    def test_a_new_field_and_a_new_kind_stay_until_they_are_named(self, kinds, clinic, tmp_path):
        before = set(disclosure.LET_THROUGH)

        class Flush(Record):
            """A made-up record, for this test alone."""

            patient: str = field(Code(), "code of the patient", required=True, example="P001")
            flushed_on: str = field(Day(), "day of the flush", required=True, example="2026-10-08")
            volume_ml: float = field(Number(titration_ml()), "volume flushed", example="1.5")

        declared = record(table="flush", frame="flushes", title="Flush", moment="flushed", key=("patient",))(Flush)
        made = frames(Patient(patient="P001"), declared(patient="P001", flushed_on="2026-10-08", volume_ml=2))
        left = dict(exporting.dataset(made, ids={"P001": "S001"}, zone="UTC"))
        assert "flushes" not in left
        assert before == set(disclosure.LET_THROUGH)
        assert disclosure.how(KINDS["flush"], KINDS["flush"].field("volume_ml")) == ""
        assert deidentified.frames(made, ids={"P001": "S001"}, zone="UTC")["flushes"].empty

    def test_a_field_added_to_a_known_kind_stays_too(self, kinds, monkeypatch):
        import dataclasses

        from titration.fields import Field

        kind = KINDS["visit"]
        more = (*kind.fields, Field("room_no", Number(), "room"))
        monkeypatch.setitem(KINDS, "visit", dataclasses.replace(kind, fields=more))
        assert "room_no" not in set(exporting.codebook()["column"])
        made = frames(Patient(patient="P001"))
        assert "room_no" not in dict(exporting.dataset(made, ids={"P001": "S001"}, zone="UTC"))["visits"]

    def test_free_text_cannot_be_let_through_even_by_name(self, monkeypatch):
        monkeypatch.setitem(disclosure.LET_THROUGH, "note", "patient noted_on words")
        note = KINDS["note"]
        with pytest.raises(TypeError, match="free text, which never leaves"):
            disclosure.how(note, note.field("words"))

    def test_every_name_that_is_let_through_is_a_field_and_no_text_or_staff_or_serial_is_among_them(self):
        for table, names in disclosure.LET_THROUGH.items():
            kind = KINDS[table]
            for name in names.split():
                value = kind.field(name).value
                assert disclosure.how(kind, kind.field(name))
                assert not isinstance(value, Words)
                assert not isinstance(value, Label) or name in {*disclosure.WORDS, *disclosure.REGISTERED}
                assert name == "patient" or not isinstance(value, Code)
        named = set(" ".join(disclosure.LET_THROUGH.values()).split())
        assert not named & {
            "serial",
            "lot",
            "model",
            "seen_by",
            "ordered_by",
            "programmed_by",
            "birth_year",
            "clock_offset_min",
        }
        assert not named & {"stated_by", "closed_by", "as_stated", "use_by_on", "eri_on"}


def titration_ml():
    from titration.units import ML

    return ML


class TestFrames:
    def test_the_frames_keep_their_contract_so_that_pictures_and_reports_take_them(self, demo_log):
        chart = demo_log.chart("P001")
        made = deidentified.frames(chart.frames, ids={"P001": "S001"}, zone=chart.zone)
        for kind in KINDS.values():
            columns.check(made[kind.frame], columns.columns(kind))
        assert made["doses"]["dose_mcg_per_day"].tolist() == chart.doses["dose_mcg_per_day"].tolist()
        assert set(made["scores"]["patient"]) == {"S001"}
        assert made["doses"]["reason"].isna().all()
        apart = chart.doses["effective_on"].diff().dropna().tolist()
        assert made["doses"]["effective_on"].diff().dropna().tolist() == apart

    def test_the_order_within_a_day_and_the_local_time_stay(self):
        before = score(at="2026-10-08T09:10+01:00")
        made = deidentified.frames(
            frames(Patient(patient="P001"), before, dose(at="2026-10-08T09:30+01:00")),
            ids={"P001": "S1"},
            zone="Europe/London",
        )
        assert str(made["scores"]["observed_at"].iloc[0]) == "2000-01-01 09:10:00+00:00"
        assert str(made["doses"]["effective_at"].iloc[0]) == "2000-01-01 09:30:00+00:00"

    @pytest.mark.parametrize(
        "facts", [(), (Patient(patient="P001"),), (Patient(patient="P001"), Bolus(patient="P001", given_on="2026-10-08", bolus="single", dose_mcg=50))]
    )  # fmt: skip
    def test_no_rows_and_one_row_are_well(self, facts):
        held = frames(*facts)
        made = deidentified.frames(held, ids={"P001": "S001"}, zone="UTC")
        assert len(made["patients"]) == min(len(facts), 1)
        tables = dict(exporting.dataset(held, ids={"P001": "S001"}, zone="UTC"))
        assert len(tables["boluses"]) == max(len(facts) - 1, 0)


class TestFiles:
    def test_nothing_is_written_into_a_folder_that_holds_something(self, clinic, tmp_path):
        (tmp_path / "out").mkdir()
        (tmp_path / "out" / "mine.txt").write_text("mine", encoding="utf-8")
        for is_research in (True, False):
            with pytest.raises(LogExists, match="never written over"):
                clinic.export(tmp_path / "out", deidentified=is_research)
        with pytest.raises(LogExists):
            clinic.export(tmp_path / "out" / "mine.txt")
        assert [path.name for path in (tmp_path / "out").iterdir()] == ["mine.txt"]

    def test_the_owner_gets_every_field_of_every_record_and_its_history(self, clinic, tmp_path):
        clinic.append(Note(patient="P001", noted_on="2026-10-09", words="=1+1"))
        clinic.export(tmp_path / "out")
        for kind in KINDS.values():
            made = pd.read_csv(tmp_path / "out" / f"{kind.frame}.csv", dtype="str")
            assert list(made.columns) == [c.name for c in columns.columns(kind)]
        assert len(pd.read_csv(tmp_path / "out" / "plans.csv")) == 1
        assert CANARY in (tmp_path / "out" / "notes.csv").read_text(encoding="utf-8")
        assert ",'=1+1," in (tmp_path / "out" / "notes.csv").read_text(encoding="utf-8")
        assert "It is not de-identified" in (tmp_path / "out" / "README.txt").read_text(encoding="utf-8")
        assert len(pd.read_csv(tmp_path / "out" / "history.csv")) == len(clinic.history())

    def test_another_writer_can_take_the_tables(self, clinic, tmp_path):
        taken = {}

        def keep(path, table):
            taken[path.name] = table
            return path

        clinic.export(tmp_path / "out", deidentified=True, write=keep)
        assert str(taken["doses"]["effective_day"].dtype) == "Int64"
        assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["README.txt", "codebook.csv"]

    def test_the_shell_exports_with_and_without_identity(self, clinic, tmp_path):
        run = CliRunner()
        said = run.invoke(main, ["export", str(clinic.path), "--deidentified", str(tmp_path / "a"), "--word", CANARY])
        assert said.exit_code == 0, said.output
        assert "patients: 2 rows" in said.output
        said = run.invoke(main, ["export", str(clinic.path), str(tmp_path / "b"), "--word", "x"])
        assert said.exit_code == 2
        said = run.invoke(main, ["export", str(clinic.path), str(tmp_path / "b"), "--asof", "2"])
        assert said.exit_code == 0, said.output
        assert "patients: 1 rows" in said.output
