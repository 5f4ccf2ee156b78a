"""A made-up network of clinics as Parquet exports, drawn with numpy: the size of the question, not its medicine."""

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from titration.parquet.facts import FACT, SCORE
from titration.parquet.files import SITE, folded
from titration.parquet.made import CHANGES, MONTHS, SCALES

FIRST = np.datetime64("2023-11-01")
DAYS = 1000
"""Days of each diary."""
SCALE, VERSION = "nrs_spasticity", "0-10"
DAY_S = 86_400


def make(folder, *, clinics, patients):
    """Exports of clinics whose patients each filled a diary every day: patients x 1,000 scores, a change about every 90 days.

    Args:
        folder: An empty one.
        clinics: How many.
        patients: Of each clinic.

    Returns:
        The folder of each.
    """
    return [
        _clinic(Path(folder) / f"clinic-{n + 1}", f"Clinic {n + 1:02}", patients, np.random.default_rng(n))
        for n in range(clinics)
    ]


def _clinic(place, site, patients, draw):
    codes = pa.array([f"P{n:06}" for n in range(patients)])
    names = _Names(place, site)
    days = FIRST.astype("datetime64[D]").astype("int64") + np.arange(DAYS)
    month = days.astype("datetime64[D]").astype("datetime64[M]").astype(str)
    for name in np.unique(month):
        own = days[month == name]
        names.write(
            "scores", _scores(np.repeat(own, patients), np.tile(np.arange(patients), len(own)), codes, name, draw), name
        )
    names.write("changes", _changes(patients, codes, draw, days))
    last = np.array([own.max() for own in (days[month == m] for m in np.unique(month))])
    first = np.array([own.min() for own in (days[month == m] for m in np.unique(month))])
    names.write(
        "months",
        {"month": pa.array(np.unique(month).tolist()), "first_day": pa.array(first), "last_day": pa.array(last)},
    )
    names.write("scales", {"scale": [SCALE], "is_ordinal": [True], "is_grades": [False], "recall_s": [DAY_S]})
    same = {"patient": codes, "first_row": pa.array(np.arange(patients))}
    from_day = pa.array(np.full(patients, days[0]))
    names.write("patients", same)
    names.write("patient_states", same | {"noted_day": from_day, "following": pa.repeat("active", patients)})
    names.write("diary_schedules", same | {
        "scale": pa.repeat(SCALE, patients), "from_day": from_day, "until_day": pa.nulls(patients, pa.int64()),
        "every_days": pa.array(np.ones(patients, dtype="int64")), "paused": pa.nulls(patients, pa.string()),
    })  # fmt: skip
    names.write("doses", {"local_month": pa.array([], pa.string())})
    names.write("refills", {"local_month": pa.array([], pa.string())})
    (place / "manifest.json").write_text(
        json.dumps({"site": site, "log": site, "files": names.files}), encoding="utf-8"
    )
    return place


class _Names:
    """Writes tables where an export has them."""

    def __init__(self, place, site):
        self.place, self.site, self.files = place, site, {}

    def write(self, table, values, month=None):
        made = pa.table(values)
        made = made.append_column(SITE.name, pa.repeat(pa.scalar(self.site), len(made)))
        path = Path(table) / f"site={folded(self.site)}" / (f"month={month}" if month else "") / "part-0.parquet"
        (self.place / path).parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(made, self.place / path, compression="zstd", row_group_size=65_536)
        self.files[path.as_posix()] = {"rows": len(made)}


def _scores(day, of, codes, month, draw):
    """One score a patient and day, at a minute of that day; one in ten is a day alone, one in fifty has no value."""
    n = len(day)
    by_day = draw.random(n) < 0.1
    at = day * DAY_S + draw.integers(0, 1440, n) * 60
    dictionary = pa.DictionaryArray.from_arrays(pa.array(of.astype("int32")), codes)
    made = {
        "patient": dictionary.cast(pa.string()), "scale": pa.repeat(SCALE, n), "version": pa.repeat(VERSION, n),
        "body_part": pa.nulls(n, pa.string()), "side": pa.nulls(n, pa.string()), "reporter": pa.repeat("patient", n),
        "collected": pa.repeat("app", n), "local_month": pa.repeat(month, n), "local_day": pa.array(day), "by_day": pa.array(by_day),
        "first_s": pa.array(np.where(by_day, day * DAY_S, at)), "last_s": pa.array(np.where(by_day, (day + 1) * DAY_S - 1, at)),
        "rank": pa.array(draw.integers(0, 11, n).astype("float64"), mask=draw.random(n) < 0.02),
        "is_grade": pa.array(np.zeros(n, dtype=bool)),
    }  # fmt: skip
    assert {c.name for c in (*FACT, *SCORE)} <= made.keys()
    return made


def _changes(patients, codes, draw, days):
    """Eleven changes a patient, about 90 days apart, at an hour of the clinic."""
    each = 11
    start = (
        days[0] + 40 + 90 * np.arange(each)[None, :] + draw.integers(-20, 20, (patients, each))
    ) * DAY_S + 10 * 3600
    since = np.concatenate([np.full((patients, 1), days[0] * DAY_S), start[:, :-1]], axis=1).ravel()
    until = np.concatenate([start[:, 1:], np.full((patients, 1), (days[-1] + 1) * DAY_S)], axis=1).ravel()
    start, n = start.ravel(), patients * each
    made = {
        "patient": pa.DictionaryArray.from_arrays(pa.array(np.repeat(np.arange(patients), each).astype("int32")), codes).cast(pa.string()),
        "record": pa.repeat("dose_change", n), "row": pa.array(np.arange(n)),
        "direction": pa.array(np.where(draw.random(n) < 0.7, "increase", "decrease").tolist()),
        "is_unexplained": pa.array(np.zeros(n, dtype=bool)), "from_mcg_per_day": pa.array(np.full(n, 100.0)),
        "dose_mcg_per_day": pa.array(np.full(n, 110.0)), "start_s": pa.array(start), "start_sure_s": pa.array(start),
        "since_sure_s": pa.array(since), "until_s": pa.array(until),
        **{c.name: pa.nulls(n, pa.int64()) for c in CHANGES if c.name.startswith("device_")},
        "local_month": pa.array((start // DAY_S).astype("datetime64[D]").astype("datetime64[M]").astype(str).tolist()),
    }  # fmt: skip
    assert {c.name for c in CHANGES} == made.keys()
    return made


assert {c.name for c in MONTHS} == {"month", "first_day", "last_day"}
assert {c.name for c in SCALES} == {"scale", "is_ordinal", "is_grades", "recall_s"}
