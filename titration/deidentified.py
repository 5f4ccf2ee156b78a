"""Frames without what tells who somebody is: study ids, days from a beginning of one's own, no text, no serial.

Frames in, frames out; which fields leave, and how, is decided in `disclosure`.
"""

from __future__ import annotations

import hmac
import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pandas as pd

from titration import columns
from titration.disclosure import LET_THROUGH, LINKS, OTHER, WORDS, how
from titration.fields import Code, Day, Instant, offset_name
from titration.records import KINDS, RecordKind

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from datetime import date

DAY_0 = pd.Timestamp("2000-01-01")
"""What day 0 is counted as in a frame, which knows days only; the same as in an imported file of study days."""
ELDEST, AGE_STEP = 80, 10
PERIOD = 28
"""Days of a period of a de-identified report."""
EARLIEST = "first record"
IMPLANT = "implant"


def study_ids(codes: Iterable[str], key: bytes) -> dict[str, str]:
    """A study id for each patient, in an order that follows nothing but the key.

    Args:
        codes: Codes of patients.
        key: Secret bytes; who has them and the codes can make the ids again.

    Example:
        >>> sorted(study_ids(["P001", "P002"], b"key").values())
        ['S001', 'S002']
    """
    there = sorted(set(codes), key=lambda code: hmac.digest(key, code.encode(), "sha256"))
    width = max(3, len(str(len(there))))
    return {code: f"S{place:0{width}d}" for place, code in enumerate(there, 1)}


def beginnings(frames: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Day 0 of each patient: the day of the first implant of a pump, or of the first record where none is recorded.

    Args:
        frames: The frames of a chart or of a whole log, by name.

    Returns:
        DataFrame indexed by patient: `day_0` (datetime64[s]; missing where nothing has a day), `origin` ("implant" or
        "first record").

    Example:
        >>> beginnings({"patients": demo_log.patients(), "pumps": demo_log.pumps()}).loc["P001", "origin"]
        'implant'
    """
    own = [
        frames[name][["patient", f"{kind.moment}_on"]].set_axis(["patient", "day"], axis=1)
        for name, kind in _kinds(frames)
        if kind.moment and kind.parent is None
    ]
    every = pd.concat(own).groupby("patient")["day"].min() if own else pd.Series(dtype="datetime64[s]")
    implants = frames["pumps"].groupby("patient")["implanted_on"].min() if "pumps" in frames else every.iloc[:0]
    codes = pd.Index(sorted({*frames["patients"]["patient"], *every.index}), dtype="str", name="patient")
    first = implants.reindex(codes)
    origin = first.notna().map({True: IMPLANT, False: EARLIEST})
    return pd.DataFrame({"day_0": first.fillna(every.reindex(codes)).astype("datetime64[s]"), "origin": origin})


def age_band(birth_year: int | None, day_0: pd.Timestamp) -> str:
    """The age in the year of day 0, in bands of ten years; 80 and over is one band.

    Args:
        birth_year: As recorded.
        day_0: The patient's day 0.

    Returns:
        A band in words; blank where it is not known.

    Example:
        >>> age_band(1974, pd.Timestamp("2025-01-14")), age_band(1930, pd.Timestamp("2025-01-14"))
        ('50 to 59', '80 and over')

    Source:
        By definition; above 89 no age may be told apart (45 CFR 164.514(b)(2)(i)(C)), and a patient of 80 grows older here.
    """
    if birth_year is None or pd.isna(birth_year) or pd.isna(day_0):
        return ""
    age = max(day_0.year - int(birth_year), 0)
    low = age // AGE_STEP * AGE_STEP
    return f"{ELDEST} and over" if age >= ELDEST else f"{low} to {low + AGE_STEP - 1}"


def moment(when: pd.Timestamp, day_0: pd.Timestamp, zone: str) -> pd.Timestamp:
    """An instant as `frames` counts it: its local time, as many days after 2000-01-01 as it lies after day 0.

    Args:
        when: An instant with its zone.
        day_0: The patient's day 0.
        zone: IANA zone of the site.

    Example:
        >>> str(moment(pd.Timestamp("2026-10-08 08:30", tz="UTC"), pd.Timestamp("2026-10-01"), "Europe/London"))
        '2000-01-08 09:30:00+00:00'
    """
    return (when.tz_convert(zone).tz_localize(None) - (day_0 - DAY_0)).tz_localize("UTC")


def period(last: date, day_0: date) -> tuple[date, date]:
    """The newest whole period that is over by a day; periods are of 28 days and counted from day 0.

    A calendar month would tell the calendar: 28 days are a February, and every last day is the end of a month.

    Args:
        last: The day by which it is over.
        day_0: The patient's day 0.

    Returns:
        Its first and last day.

    Example:
        >>> from datetime import date
        >>> [(day - date(2025, 1, 14)).days for day in period(date(2025, 3, 31), date(2025, 1, 14))]
        [28, 55]
    """
    over = ((last - day_0).days + 1) // PERIOD
    return day_0 + timedelta(days=(over - 1) * PERIOD), day_0 + timedelta(days=over * PERIOD - 1)


_DAY = re.compile(r"(?<![\d-])((?:19|20)\d\d)-(\d\d)-(\d\d)(?![\d-])")
_MONTH = re.compile(r"(?<![\d-])((?:19|20)\d\d)-(0[1-9]|1[0-2])(?![\d-])")


def in_days(text: str, day_0: pd.Timestamp, word: str = "day ") -> str:
    """A text about de-identified frames with each of its dates as a day of the study, and each month as its days.

    Args:
        text: A text made from frames that `frames` gave.
        day_0: What day 0 was counted as in them.
        word: What stands before the number.

    Example:
        >>> in_days("2000-01-08 09:30, and again 2000-02", DAY_0)
        'day 7 09:30, and again day 31 to day 59'
    """

    def month(found: re.Match[str]) -> str:
        first = pd.Timestamp(int(found[1]), int(found[2]), 1)
        return f"{word}{(first - day_0).days} to {word}{(first + pd.offsets.MonthEnd() - day_0).days}"

    return _MONTH.sub(month, _DAY.sub(lambda found: f"{word}{(pd.Timestamp(found[0]) - day_0).days}", text))


def frames(
    frames: Mapping[str, pd.DataFrame],
    *,
    ids: Mapping[str, str],
    zone: str,
    words: Collection[str] = (),
    day_0: pd.Timestamp = DAY_0,
) -> dict[str, pd.DataFrame]:
    """The same frames, de-identified; what works on a chart's frames works on these, in the zone UTC.

    Args:
        frames: The frames of a chart or of a whole log, by name.
        ids: A study id for each patient, as `study_ids` makes.
        zone: IANA zone of the site.
        words: Words of open fields that may leave beside the known ones.
        day_0: What day 0 of each patient is counted as.

    Returns:
        Frames of the same columns and dtypes. Days are counted from 2000-01-01 as day 0 of each patient, times are local
        ones; fields that stay are missing; rows are numbered anew in the order of study id and day.

    Example:
        >>> chart = demo_log.chart("P001")
        >>> made = frames(chart.frames, ids={"P001": "S001"}, zone=chart.zone)
        >>> made["patients"][["patient", "birth_year"]].isna().to_numpy().tolist()
        [[False, True]]
    """
    began = beginnings(frames)["day_0"]
    parts = {name: (kind, _of_whom(frames, name, kind)) for name, kind in _kinds(frames) if kind.table in LET_THROUGH}
    ordered = {name: _ordered(frames[name], kind, whose.map(ids)) for name, (kind, whose) in parts.items()}
    numbers = _numbers({name: (parts[name][0], frame["row"]) for name, frame in ordered.items()})
    made = {}
    for name, frame in ordered.items():
        kind, whose = parts[name]
        own = whose.loc[frame.index]
        shift = (began.reindex(own).fillna(day_0) - day_0).to_numpy()
        made[name] = _frame(frame, kind, own.map(ids), shift, numbers, zone, words).reset_index(drop=True)
    rest = {n: columns.frame(columns.columns(kind), {}) for n, kind in _kinds(frames) if n not in made}
    return made | rest


def withheld(frames: Mapping[str, pd.DataFrame], words: Collection[str] = ()) -> dict[tuple[str, str], dict[str, int]]:
    """The words of open fields that are not let through, so that who exports can decide about them.

    Args:
        frames: The frames of a whole log, by name.
        words: Words that may leave beside the known ones.

    Returns:
        By table and field, how often each such word stands there.

    Example:
        >>> withheld({"patients": demo_log.patients(), "refills": demo_log.refills()})
        {}
    """
    told: dict[tuple[str, str], dict[str, int]] = {}
    for name, kind in _kinds(frames):
        for f in kind.fields:
            if f.name in WORDS and how(kind, f):
                said = frames[name][f.name].dropna()
                open_ones = said[~said.isin([*WORDS[f.name], *words])]
                counts = {str(word): int(n) for word, n in open_ones.value_counts().items()}
                if counts:
                    told[kind.table, f.name] = {**told.get((kind.table, f.name), {}), **counts}
    return told


def _kinds(frames: Mapping[str, pd.DataFrame]) -> Iterator[tuple[str, RecordKind]]:
    """The frames that hold records, with their kinds; plans are dose changes too."""
    for kind in KINDS.values():
        for name in (kind.frame, "plans") if kind.frame == "doses" else (kind.frame,):
            if name in frames:
                yield name, kind


def _of_whom(frames: Mapping[str, pd.DataFrame], name: str, kind: RecordKind) -> pd.Series[str]:
    """The patient of each row; of a child, its parent's."""
    if kind.parent is None:
        return frames[name]["patient"]
    parents = [frames[n][["row", "patient"]] for n, k in _kinds(frames) if k.table == kind.parent]
    owner = pd.concat(parents).set_index("row")["patient"]
    return frames[name]["of"].map(owner).astype("str")


def _ordered(frame: pd.DataFrame, kind: RecordKind, who: pd.Series[str]) -> pd.DataFrame:
    """The rows in the order of study id and time; nothing of the order they were written in is left between patients."""
    moments = [c for c in (f"{kind.moment}_on", f"{kind.moment}_at") if c in frame]
    return frame.assign(_who=who).sort_values(["_who", *moments, "row"], kind="stable").drop(columns="_who")


def _numbers(rows: Mapping[str, tuple[RecordKind, pd.Series[int]]]) -> dict[str, pd.Series[int]]:
    """For each table a new number for each row, none twice in all of them."""
    of_table: dict[str, list[int]] = {}
    for kind, own in rows.values():
        of_table.setdefault(kind.table, []).extend(own.tolist())
    made, before = {}, 0
    for table, listed in of_table.items():
        made[table] = pd.Series(range(before + 1, before + len(listed) + 1), index=listed, dtype="int64")
        before += len(listed)
    return made


def _frame(
    frame: pd.DataFrame, kind: RecordKind, who: pd.Series[str], shift: Any, numbers: Mapping[str, pd.Series[int]],
    zone: str, words: Collection[str],
) -> pd.DataFrame:  # fmt: skip
    """One frame, field by field; a field that stays is missing throughout."""
    local = frame["recorded_at"].dt.tz_convert(zone).dt.tz_localize(None)
    row = frame["row"].map(numbers[kind.table]).to_numpy()
    values: dict[str, Any] = {"row": row, "entry": 1, "first_row": row, "recorded_at": _utc(local - shift)}
    values |= {"first_recorded_at": values["recorded_at"], "recorded_by": ""}
    if kind.parent:
        values["of"] = frame["of"].map(numbers[kind.parent])
    for f in kind.fields:
        if not how(kind, f) or f.name not in frame:
            continue
        own = frame[f.name]
        if (kind.table, f.name) in LINKS:
            values[f.name] = own.map(numbers[LINKS[kind.table, f.name]]).astype("Int64")
        elif isinstance(f.value, Code):
            values[f.name] = who
        elif isinstance(f.value, Day):
            values[f.name] = own - shift
        elif isinstance(f.value, Instant):
            wall = own.dt.tz_localize(None) + pd.to_timedelta(frame[offset_name(f.name)].fillna(0), unit="min")
            values[f.name] = _utc(wall - shift)
            values[offset_name(f.name)] = own.notna().astype("Int64").where(own.notna()) * 0
        elif f.name in WORDS:
            values[f.name] = own.where(own.isna() | own.isin([*WORDS[f.name], *words]), OTHER)
        else:
            values[f.name] = own
    made = pd.DataFrame(index=frame.index)
    for shown in columns.columns(kind):
        given = values.get(shown.name, pd.Series([None] * len(frame), index=frame.index, dtype=object))
        made[shown.name] = pd.Series(given, index=frame.index).astype(shown.dtype)  # type: ignore[call-overload]  # stubs know no dtype as a variable
    return made


def _utc(wall: pd.Series[pd.Timestamp]) -> pd.Series[pd.Timestamp]:
    return wall.dt.tz_localize("UTC")
