"""The cohort questions answered by our own derivations on frames in memory: what the SQL files must agree with."""

import numpy as np
import pandas as pd

from titration.derive import cuts, diary, dose, grouped, lateness, moments, reconcile, score, windows
from titration.derive.washout import WINDOW

SERIES = ["scale", "version", "body_part", "side", "reporter"]
BLANK = {"version": "", "body_part": "", "side": "", "reporter": "not stated"}
REASONS = {
    "few": "needed on each side",
    "no days": windows.NO_DAYS,
    "device": "no washout is given",
    "unexplained": windows.UNEXPLAINED,
}


class Clinic:
    """One log's frames, and what the derivations are asked with."""

    def __init__(self, log):
        made = log.cohort()
        self.frames, self.zone, self.until = made.frames, log.zone, made.asof_at
        self.site, self.scales = log.site, log.scales
        self.stairs = dose.staircase(
            reconcile.on_record(self.frames, zone=self.zone), zone=self.zone, until=self.until,
            patient_states=self.frames["patient_states"], readouts=self.frames["readouts"],
        )  # fmt: skip

    def month_of(self, frame, stem):
        placed = moments.placed(frame, stem, zone=self.zone)
        return moments.local_day(placed["moment"], zone=self.zone).dt.strftime("%Y-%m")

    def months(self):
        """Each month with its last day; the last one ends with the log."""
        tables = {
            "doses": "effective",
            "scores": "observed",
            "refills": "filled",
            "readouts": "read",
            "diary_schedules": "from",
        }
        end = self.until.tz_convert(self.zone).tz_localize(None).normalize()
        found = [
            m for name, stem in tables.items() for m in self.month_of(self.frames[name], stem) if m <= f"{end:%Y-%m}"
        ]
        first = pd.date_range(min(found, default=f"{end:%Y-%m}"), end, freq="MS")
        return [(f"{day:%Y-%m}", day, min(day + pd.offsets.MonthEnd(0), end)) for day in first]


def clinic_months(clinic):
    frames = clinic.frames
    counts = {
        "programs_recorded": clinic.month_of(frames["doses"], "effective").value_counts(),
        "refills": clinic.month_of(frames["refills"], "filled").value_counts(),
    }
    changed = cuts.changes(clinic.stairs)
    month = moments.local_day(changed["start"], zone=clinic.zone).dt.strftime("%Y-%m")
    counts["changes"] = month.value_counts()
    counts["increases"] = month[changed["direction"] == "increase"].value_counts()
    counts["decreases"] = month[changed["direction"] == "decrease"].value_counts()
    ranked = score.ranked(frames["scores"], clinic.scales)
    month = lateness.day_observed(ranked, zone=clinic.zone).dt.strftime("%Y-%m")
    counts["scores"] = month.value_counts()
    counts["scores_with_value"] = month[ranked["rank"].notna()].value_counts()
    counts["patients_scored"] = ranked.groupby(month)["patient"].nunique()
    states = frames["patient_states"]
    states = states[states["following"].notna()].sort_values(["patient", "noted_on", "first_row"])
    rows = []
    for name, _, last in clinic.months():
        known = states[states["noted_on"] <= last].drop_duplicates("patient", keep="last")
        row = {
            "site_name": clinic.site,
            "month": name,
            "patients_followed": int((known["following"] == "active").sum()),
        }
        rows.append(row | {what: int(n.get(name, 0)) for what, n in counts.items()})
    return pd.DataFrame(rows)


def scores_by_month(clinic):
    given = score.ranked(clinic.frames["scores"], clinic.scales).fillna(BLANK)
    given["month"] = lateness.day_observed(given, zone=clinic.zone).dt.strftime("%Y-%m")
    made = score.spread(given, ["month", *SERIES], clinic.scales)
    groups = grouped.numbered(given, ["month", *SERIES])
    ranks = grouped.middles(given["rank"].to_numpy(), groups.of, len(groups))
    is_grade = made["median_grade"].notna().to_numpy()
    measured = (score.measured(made["scale"], clinic.scales) & (made["n"] > 0)).to_numpy()
    sums = np.bincount(groups.of, weights=given["rank"].fillna(0), minlength=len(groups))
    patients = given.groupby(groups.of)["patient"].nunique().to_numpy()
    return made.assign(
        site_name=clinic.site, patients=patients, recorded=made["n"] + made["without_value"],
        median_place=np.where(is_grade, ranks.lower(), np.nan), low=ranks.low, high=ranks.high,
        total=np.where(measured, sums, np.nan), mean=np.where(measured, ranks.mean, np.nan),
    )  # fmt: skip


def before_after(clinic, window=WINDOW):
    made = windows.before_after(
        clinic.stairs, clinic.frames["scores"], zone=clinic.zone, scales=clinic.scales,
        device_changes=cuts.device_changes(clinic.frames, zone=clinic.zone), window=window,
    ).fillna(BLANK)  # fmt: skip
    told = pd.Series("computable", index=made.index)
    for name, words in REASONS.items():
        told[made["not_computable"].str.contains(words, regex=False).fillna(value=False)] = name
    by = [*SERIES, "direction"]
    groups = grouped.numbered(made, by)

    def n_of(name):
        return np.bincount(groups.of, weights=told == name, minlength=len(groups)).astype("int64")

    middle = {
        name: grouped.middles(made[name].to_numpy(), groups.of, len(groups))
        for name in ("before_median", "after_median", "difference")
    }
    return groups.keys.assign(
        site_name=clinic.site, pairs=np.bincount(groups.of, minlength=len(groups)),
        patients=made.groupby(groups.of)["patient"].nunique().to_numpy(), computable=n_of("computable"),
        too_few=n_of("few"), without_days=n_of("no days"), near_device=n_of("device"), unexplained=n_of("unexplained"),
        scores_before=made.groupby(groups.of)["before_n"].sum().to_numpy(),
        scores_after=made.groupby(groups.of)["after_n"].sum().to_numpy(),
        before_median=middle["before_median"].quantile(0.5), after_median=middle["after_median"].quantile(0.5),
        difference_median=middle["difference"].quantile(0.5), difference_low=middle["difference"].low,
        difference_high=middle["difference"].high,
    )  # fmt: skip


def completeness(clinic):
    parts = []
    for name, first, last in clinic.months():
        made = diary.completeness(
            clinic.frames["scores"], first=first.date(), last=last.date(), zone=clinic.zone, scales=clinic.scales,
            diary_schedules=clinic.frames["diary_schedules"], patient_states=clinic.frames["patient_states"],
        )  # fmt: skip
        made = made[(made["n_expected"].fillna(0) > 0) | (made["days_with_value"] > 0)]
        parts.append(made.assign(month=name))
    made = pd.concat(parts)
    each = made.assign(
        is_expected=made["n_expected"].fillna(0) > 0, has=made["days_with_value"] > 0,
        n_expected=made["n_expected"].fillna(0).astype("int64"), n_filled=made["n_filled"].fillna(0).astype("int64"),
    ).groupby(["month", "scale"])  # fmt: skip
    found = each.agg(
        patients_expected=("is_expected", "sum"), patients_with_value=("has", "sum"), n_expected=("n_expected", "sum"),
        n_filled=("n_filled", "sum"), days_with_value=("days_with_value", "sum"),
    ).reset_index()  # fmt: skip
    expected = found["n_expected"].astype("float64")
    return found.assign(site_name=clinic.site, filled_pct=100 * found["n_filled"] / expected.where(expected > 0))


ANSWERS = {
    "clinic_months": clinic_months,
    "scores_by_month": scores_by_month,
    "before_after": before_after,
    "completeness": completeness,
}
