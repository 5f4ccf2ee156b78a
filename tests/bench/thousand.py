"""A clinic of a thousand patients and five years, in numpy: the size every derivation must take in one piece.

Only the size and the shape are real; the numbers are drawn, the same each time. Rows come in the order they
would be written in: by day, then by patient.
"""

import numpy as np
import pandas as pd

from titration.columns import columns, frame
from titration.records import KINDS

ZONE = "Europe/London"
FIRST = np.datetime64("2021-01-01", "s")
DAY = np.timedelta64(86400, "s")


def instants(seconds):
    return pd.Series(pd.to_datetime(seconds.astype("datetime64[s]").astype("int64"), unit="s", utc=True))


def made(table, first_row=1, **values):
    n = len(next(iter(values.values())))
    told = {
        "row": np.arange(first_row, first_row + n), "entry": np.ones(n, dtype="int64"),
        "recorded_by": np.full(n, "clinician-1", dtype=object),
    }  # fmt: skip
    values = {k: np.full(n, v, dtype=object) if isinstance(v, str) else v for k, v in values.items()}
    return frame(columns(KINDS[table]), {**told, **values})


def spread(patients, days, each, rng):
    """Patients and days of `each` facts a patient, in the order of time."""
    who = np.repeat(np.arange(len(patients)), each)
    day = rng.integers(0, days, len(who))
    order = np.argsort(day, kind="stable")
    return patients[who[order]], FIRST + day[order] * DAY


def scores(patients, days, rng):
    n = len(patients) * days
    who = np.tile(patients, days)
    on = FIRST + np.repeat(np.arange(days), len(patients)) * DAY
    late = rng.integers(0, 3, n) * DAY + np.timedelta64(20 * 3600, "s")
    return made(
        "score", patient=who, scale="nrs_spasticity", observed_on=pd.Series(on), version="0-10", reporter="patient",
        value=rng.integers(0, 11, n).astype("float64"), collected="app", timing="observed",
        recorded_at=instants(on + late),
    )  # fmt: skip


def doses(patients, days, each, rng):
    who, on = spread(patients, days, each, rng)
    n = len(who)
    at = on + np.timedelta64(9 * 3600, "s") + rng.integers(0, 8 * 60, n) * np.timedelta64(60, "s")
    mode = np.where(rng.random(n) < 0.1, "flex", "simple continuous").astype(object)
    return made(
        "dose_change", patient=who, effective_at=instants(at), effective_offset_min=np.zeros(n, dtype="int64"),
        effective_on=pd.Series(on), mode=mode, dose_mcg_per_day=24.0 * rng.integers(2, 20, n),
        concentration_mcg_per_ml=np.where(rng.random(n) < 0.02, 2000.0, 500.0), status="done", timing="observed",
        recorded_at=instants(at),
    )  # fmt: skip


def readouts(changes, rng):
    """The pump read at every third change, as it was found: as recorded, but for one in a hundred."""
    ordered = changes.sort_values(["patient", "effective_at"], kind="stable")
    before = ordered["dose_mcg_per_day"].shift(1).where(ordered["patient"] == ordered["patient"].shift(1))
    read = ordered.assign(found=before.where(rng.random(len(ordered)) > 0.01, 24.0))[1::3].dropna(subset="found")
    return made(
        "readout", patient=read["patient"].to_numpy(dtype=object), read_at=read["effective_at"].reset_index(drop=True),
        read_offset_min=np.zeros(len(read), dtype="int64"), read_on=read["effective_on"].reset_index(drop=True),
        dose_mcg_per_day=read["found"].to_numpy(),
    )  # fmt: skip


def steps(changes):
    flex = changes[changes["mode"] == "flex"]
    of = np.repeat(flex["row"].to_numpy(), 3)
    share = np.tile([0.5, 1.25, 1.0], len(flex))  # 8 h of each make the whole
    rate = np.repeat(flex["dose_mcg_per_day"].to_numpy() / 24, 3) * share * 24 / 22
    return made(
        "dose_step", of=of, weekday="every day", start_min=np.tile([0, 480, 960], len(flex)), rate_mcg_per_h=rate
    )


def planned(codes, rng):
    """Two plans of each patient that nothing carries out; one is for after the last day."""
    who = np.repeat(codes, 2)
    on = FIRST + (np.tile([200, 3000], len(codes)) + rng.integers(0, 100, len(who))) * DAY
    return made(
        "dose_change", 10**7, patient=who, effective_on=pd.Series(on), mode="simple continuous",
        dose_mcg_per_day=24.0 * rng.integers(2, 20, len(who)), status="planned", timing="observed",
    )  # fmt: skip


def boluses(primed, codes, days, rng):
    """The priming ones, and of each patient a screening bolus and a bridge."""
    n = len(codes)
    given = FIRST + rng.integers(0, days, 2 * n) * DAY + rng.integers(0, 1440, 2 * n) * np.timedelta64(60, "s")
    kind = np.repeat(np.array(["screening", "bridge"], dtype=object), n)
    own = made(
        "bolus", 1 + len(primed), patient=np.tile(codes, 2), given_at=instants(given),
        given_offset_min=np.zeros(2 * n, dtype="int64"), given_on=pd.Series(given.astype("datetime64[D]").astype("datetime64[s]")),
        bolus=kind, dose_mcg=np.full(2 * n, 50.0), duration_min=np.where(kind == "bridge", 1440.0, np.nan),
        volume_ml=np.full(2 * n, 0.1), timing="observed",
    )  # fmt: skip
    return pd.concat([primed, own], ignore_index=True)


def timed(scores, seed=2):
    """The same scores, each with a time of its day."""
    minute = np.random.default_rng(seed).integers(0, 1440, len(scores))
    at = scores["observed_on"].to_numpy(dtype="datetime64[s]") + minute * np.timedelta64(60, "s")
    return scores.assign(observed_at=instants(at).astype(scores["observed_at"].dtype).set_axis(scores.index))


def frames(patients=1000, years=5, seed=1):
    """Every frame of such a clinic, by name."""
    rng = np.random.default_rng(seed)
    codes = np.array([f"P{n:04d}" for n in range(1, patients + 1)], dtype=object)
    days, year = 365 * years, np.timedelta64(365 * 86400, "s")
    found = {kind.frame: frame(columns(kind), {}) for kind in KINDS.values()}
    found["scores"] = scores(codes, days, rng)
    found["doses"] = doses(codes, days, 12 * years, rng)
    more = np.random.default_rng(seed + 1)  # so that what is drawn above stays what it was
    found["plans"] = planned(codes, more)
    found["dose_steps"] = steps(found["doses"])
    read = readouts(found["doses"], rng)
    times = more.integers(0, 30, len(read))
    found["readouts"] = read.assign(patient_boluses=times, patient_boluses_mcg=5.0 * times).astype(read.dtypes)
    who, on = spread(codes, days, 4 * years, rng)
    left = rng.uniform(2, 6, len(who)).round(1)
    found["refills"] = made(
        "refill", patient=who, filled_on=pd.Series(on), concentration_mcg_per_ml=np.full(len(who), 500.0),
        expected_ml=left, withdrawn_ml=left + 0.4, injected_ml=np.full(len(who), 40.0), timing="observed",
        next_booked_on=pd.Series(on + 90 * DAY), alarm_on=pd.Series(on + 100 * DAY),
    )  # fmt: skip
    start = pd.Series(np.full(patients, FIRST))
    found["patients"] = made("patient", patient=codes, birth_year=np.full(patients, 1974))
    found["patient_states"] = made("patient_state", patient=codes, noted_on=start, following="active")
    found["pumps"] = made("pump", patient=codes, implanted_on=start, clock_offset_min=np.zeros(patients, dtype="int64"))
    found["catheters"] = made("catheter", patient=codes, implanted_on=start)
    found["diary_schedules"] = made(
        "diary_schedule", patient=codes, scale="nrs_spasticity", from_on=start, every_days=np.ones(patients, dtype="int64"),
        paused="no",
    )  # fmt: skip
    one = np.ones(patients, dtype="int64")
    found["goals"] = made(
        "goal", patient=codes, set_on=start, words="a goal", importance=2 * one, difficulty=one, baseline=-one
    )
    who, on = spread(codes, days, years, rng)
    goal = found["goals"].set_index("patient")["row"].reindex(who).to_numpy()
    found["goal_ratings"] = made(
        "goal_rating", patient=who, goal=goal, rated_on=pd.Series(on), rating=rng.integers(-2, 3, len(who))
    )
    who, on = spread(codes, days, years, rng)
    found["boluses"] = made(
        "bolus",
        patient=who,
        given_on=pd.Series(on),
        bolus="priming",
        dose_mcg=np.full(len(who), 50.0),
        timing="observed",
    )
    found["boluses"] = boluses(found["boluses"], codes, days, more)
    seen = found["readouts"]
    found["visits"] = made(
        "visit", patient=seen["patient"].to_numpy(dtype=object), visited_on=seen["read_on"], visit="adjustment",
    )  # fmt: skip
    return found, pd.Timestamp(FIRST + years * year, tz="UTC")
