"""Real files, written by others, through the maps in tests/maps; every row read, or left with its reason."""

import os
from pathlib import Path

import pytest

from titration import scales, times
from titration.entry import identity, importer, maps

REAL = Path(os.environ.get("TITRATION_REAL_DATA", Path(__file__).parents[2] / "../shared/data"))
MAPS = Path(__file__).parents[1] / "maps"
AMSTERDAM = times.zone("Europe/Amsterdam")


def read(name):
    path = REAL / name
    if not path.exists():
        reason = f"{name} is not there; set TITRATION_REAL_DATA to the folder of the real data"
        if os.environ.get("REQUIRE_ALL") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    own = MAPS / f"{path.stem}_scales.toml"
    register = scales.register()
    if own.exists():
        register = register.joined(scales.from_toml(own.read_text(encoding="utf-8")))
    return importer.read(path, maps.load(MAPS / f"{path.stem}.toml"), zone=AMSTERDAM, scales=register)


def test_the_taper_gives_all_its_ratings_and_the_steps_it_implies():
    made = read("nof1_taper.csv")
    assert made.faults == made.skipped == ()
    assert made.counts == {"patient": 1, "score": 7552, "oral_dose": 10}
    doses = made.parts[2]
    assert doses.frame["dose_mg_per_day"].tolist() == [150, 105, 73, 51, 37, 25, 18, 12, 9, 0]
    assert doses.rows[:3] == (2, 1489, 1739)
    assert doses.frame["timing"].unique().tolist() == ["assigned"]
    scores = made.parts[1].frame
    assert scores["timing"].unique().tolist() == ["observed"]
    first = scores.iloc[0]  # 2012-08-13, 8:58 in summer time
    assert (first["observed_at"].isoformat(), first["observed_offset_min"]) == ("2012-08-13T06:58:00+00:00", 120)


def test_the_diary_gives_assigned_days_and_names_its_repeated_line():
    made = read("migraine_diary.csv")
    assert made.faults == made.skipped == ()
    assert made.counts == {"patient": 133, "score": 2 * 4152}
    headache = made.parts[1]
    assert headache.frame["observed_on"].iloc[0].date().isoformat() == "1999-12-21"  # 11 days before day 0
    assert headache.frame["timing"].unique().tolist() == ["assigned"]
    assert headache.frame["grade"].value_counts().to_dict() == {"yes": 2666, "no": 1486}
    assert headache.repeats == (2853,)


def test_the_case_reports_give_what_can_be_read_and_name_the_rest():
    made = read("itb_case_reports.csv")
    assert made.counts == {"patient": 9, "dose_change": 10, "oral_dose": 0, "score": 7, "refill": 2, "event": 3}
    doses = made.parts[1].frame
    assert doses["dose_mcg_per_day"].tolist() == [310, 360, 220, 60, 96.3, 50, 39.92, 186, 1188.8, 180]
    assert doses["concentration_mcg_per_ml"].dropna().tolist() == [2000, 500]
    assert set(doses["timing"]) == {"assigned"}
    assert [(f.row, f.seen) for f in made.faults] == [
        (4, "5"), (9, "SFS"), (13, "SFS"), (21, "30 mg every 6 h"), (23, "entre 3 et 4"), (27, "3.75"), (28, "2.13"),
        (32, "¾"), (33, "10 mg TID"),
    ]  # fmt: skip
    assert [one.rows for one in made.skipped] == [(34, 35, 36, 37, 38, 39), (17, 19, 24), (10, 22)]
    spoken = {row for part in made.parts for row in part.rows} | {f.row for f in made.faults}
    spoken |= {row for one in made.skipped for row in one.rows}
    assert spoken == set(range(2, 40))


def test_a_messy_workbook_gives_its_scores_and_names_its_other_sheets():
    made = read("messy/messy_uc.xlsx")
    assert made.faults == made.skipped == ()
    assert made.counts == {"patient": 30, "score": 420}
    assert made.unread == ("sheet 'Explainer'", "sheet 'Codebook'", "sheet 'Problems'")
    assert (made.parts[1].rows[0], made.parts[1].rows[-1]) == (8, 38)
    left = {
        row
        for part in made.parts
        for row, why in zip(part.rows, part.frame.get("not_assessed", []), strict=False)
        if why == "other"
    }
    assert left  # "not done" is kept as such, never as a number


@pytest.mark.parametrize(
    "name", ["nof1_taper.csv", "migraine_diary.csv", "itb_case_reports.csv", "messy/messy_uc.xlsx"]
)
def test_a_real_file_read_again_is_known_in_full(name):
    for part in read(name).parts:
        rows = range(1, len(part.frame) + 1)
        log = part.frame.assign(row=rows, lineage=rows)
        assert identity.compare(part.kind, part.frame, log, part.key).is_known.all()


@pytest.mark.parametrize(
    "path", sorted(p for p in MAPS.glob("*.toml") if not p.stem.endswith("_scales")), ids=lambda p: p.stem
)
def test_every_map_here_is_sound(path):
    assert maps.load(path).parts
