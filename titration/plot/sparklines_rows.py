"""What the strips of a year hold: the dose, the main scores, the diary entries filled in.

Imports `derive`; draws nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from titration.derive import diary, moments, recorded, score
from titration.derive.kept import own_frames
from titration.plot import axis
from titration.plot.content import each
from titration.plot.sparklines_strips import Piece, Strip, Window, Year
from titration.units import number, rounded

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from titration.scales import Scale

    Own = Mapping[str, pd.DataFrame]

MOST_SCALES = 2
UP = "\N{UPWARDS ARROW}"
NO_DIARY = "no diary expected"
SERIES = ["scale", "version", "body_part", "side", "reporter"]


def year(
    frames: Mapping[str, pd.DataFrame],
    *,
    patient: str,
    zone: str,
    until: datetime,
    scales: Mapping[str, Scale],
    since: datetime | None,
    scale: str | Sequence[str] | None,
) -> Year:
    """The strips of one patient.

    Args:
        frames: Frames by name, of one patient or many.
        patient: Code.
        zone: IANA name.
        until: Last instant shown.
        scales: Scales by code.
        since: First instant shown; None: twelve months before.
        scale: Scale or scales to show; None: those with values on most days.

    Returns:
        The strips over their window.

    Raises:
        ValueError: `until` or `since` has no offset, or `since` is not before `until`.
        LookupError: A scale asked for is not in the register.
    """
    own = own_frames(frames, patient)
    end = moments.instant(until)
    begin = moments.instant(since) if since is not None else _year_before(end, zone)
    if begin >= end:
        raise ValueError(f"the window begins {begin:%Y-%m-%d %H:%M}, not before its end {end:%Y-%m-%d %H:%M} (UTC)")
    window = Window(begin, end, zone)
    stairs = recorded.staircase(own, zone=zone, until=end)
    chosen, left_out = _chosen(own["scores"], window, scales, scale)
    strips = (_dose(stairs, window), *(_score(own, key, stairs, window, scales) for key in chosen))
    if not chosen:
        strips = (*strips, Strip("Scores", "", (0.0, 1.0), none="no score with a value in these months"))
    ends = axis.number(begin, zone), axis.number(end, zone)
    footer = [f"Shown until {end.tz_convert(zone):%Y-%m-%d %H:%M} ({zone}). Doses are as programmed."]
    if left_out:
        footer.append(f"Not drawn: {', '.join(left_out)}.")
    heading = f"{patient}, {window.day(begin)} to {window.day(end)}"
    return Year(heading, *ends, (*strips, _filled(own, chosen, window, scales)), tuple(footer))


def _year_before(end: pd.Timestamp, zone: str) -> pd.Timestamp:
    day = pd.Series([pd.Timestamp(end.tz_convert(zone).tz_localize(None)).normalize() - pd.DateOffset(years=1)])
    return pd.Timestamp(moments.day_start(day.astype(moments.DAY), zone=zone).iloc[0])


def _dose(stairs: pd.DataFrame, window: Window) -> Strip:
    """The dose line in the window, each program from where it began or the window does."""
    inside = stairs[(stairs["end"] > window.begin) & (stairs["end"] > stairs["start"])]
    top = max(float(inside["dose_mcg_per_day"].max()), 1.0) if inside["dose_mcg_per_day"].notna().any() else 1.0
    if inside.empty or inside["dose_mcg_per_day"].isna().all():
        return Strip("Daily dose", "mcg/day", (0.0, 1.0), none="no dose recorded in these months")
    cut = inside.assign(
        start=inside["start"].where(inside["start"] > window.begin, window.begin).astype(moments.INSTANT)
    )
    rows = list(each(cut.assign(x0=window.x(cut["start"]), x1=window.x(cut["end"]))))
    pieces = []
    for before, row in zip([None, *rows[:-1]], rows, strict=True):
        x, y = [row.x0, row.x1], [row.dose_mcg_per_day] * 2
        if before is not None and before.x1 == row.x0:  # joined by the riser
            x, y = [row.x0, *x], [before.dose_mcg_per_day, *y]
        pieces.append(Piece(x, y, bool(row.is_confirmed)))
    first, last = rows[0], rows[-1]
    ended = "" if last.is_open else window.day(last.end)
    dashed = "" if all(piece.is_confirmed for piece in pieces) else "; dashed: unconfirmed"
    return Strip(
        "Daily dose", f"mcg/day, 0 to {number(top)}{dashed}", (0.0, top * 1.04),
        first=_mcg(first), last="ended" if ended else f"{_mcg(last)} mcg/day", more=ended or f"since {window.day(last.began)}",
        steps=pieces, said=tuple(_programs(inside, window)),
    )  # fmt: skip


def _mcg(row: object) -> str:
    mcg = float(row.dose_mcg_per_day)  # type: ignore[attr-defined]  # a row of the staircase, from itertuples
    return number(mcg) if mcg == mcg else "not read"  # noqa: PLR0124 - NaN is unlike itself


def _programs(inside: pd.DataFrame, window: Window) -> Iterator[str]:
    for row in each(inside.drop_duplicates(["record", "row"])):
        found = ", as found" if row.status == "found" else ", programmed ahead" if row.status == "programmed" else ""
        dose_said = _mcg(row)
        unit = " mcg/day" if dose_said != "not read" else ""
        yield f"{window.day(row.began)}  {dose_said}{unit}, {row.mode}{found}"


def _chosen(
    scores: pd.DataFrame, window: Window, scales: Mapping[str, Scale], scale: str | Sequence[str] | None
) -> tuple[list[tuple[str, ...]], list[str]]:
    """Of each scale the series with values on most days, those of no single body part first; and the rest in words."""
    placed = moments.placed(score.ranked(scores, scales), "observed", zone=window.zone)
    placed = placed[(placed["moment"] >= window.begin) & (placed["moment"] <= window.end) & placed["rank"].notna()]
    placed = placed[placed["scale"].isin([code for code, one in scales.items() if _limits(one) is not None])]
    filled = placed.assign(**{name: placed[name].fillna("") for name in SERIES})
    days = filled.groupby(SERIES)["observed_on"].nunique().reset_index(name="days")
    days = days.assign(of_a_part=days["body_part"] != "")
    order = ["of_a_part", "days", *SERIES]
    days = days.sort_values(order, ascending=[True, False, *[True] * len(SERIES)], kind="stable")
    mains = days.drop_duplicates("scale")
    if scale is not None:
        asked = [scale] if isinstance(scale, str) else list(scale)
        unknown = [word for word in asked if word not in scales]
        if unknown:
            raise LookupError(f"{', '.join(unknown)}: no scale of this log; there are {', '.join(scales)}")
        codes = [scales[word].code for word in asked]
        mains = mains[mains["scale"].isin(codes)].sort_values("scale", key=lambda c: c.map(codes.index), kind="stable")
    chosen = [tuple(getattr(row, name) for name in SERIES) for row in each(mains.head(MOST_SCALES))]
    every = [(tuple(getattr(row, name) for name in SERIES), row.days) for row in each(days)]
    left = [f"{_title(key, scales)}{_who(key)} ({n} days)" for key, n in every if key not in chosen]
    return chosen, left


def _limits(scale: Scale) -> tuple[float, float] | None:
    if scale.grades:
        return 0.0, float(len(scale.grades) - 1)
    return None if scale.low is None or scale.high is None else (scale.low, scale.high)


def _title(key: tuple[str, ...], scales: Mapping[str, Scale]) -> str:
    scale, version = scales[key[0]], key[1]
    return scale.name if version in ("", scale.version) else f"{scale.name} ({version})"


def _who(key: tuple[str, ...]) -> str:
    words = " ".join(filter(None, [key[3], key[2]]))
    return "".join(f", {word}" for word in (words, key[4]) if word)


def _whose(key: tuple[str, ...]) -> str:
    words = _who(key).removeprefix(", ")
    return f"{words}; " if words else ""


def _score(own: Own, key: tuple[str, ...], stairs: pd.DataFrame, window: Window, scales: Mapping[str, Scale]) -> Strip:
    """One series of scores; with the median of seven days where it is a daily diary."""
    scale = scales[key[0]]
    scores = own["scores"]
    ours = scores[
        [all(pair) for pair in zip(*(scores[n].fillna("") == k for n, k in zip(SERIES, key, strict=True)), strict=True)]
    ]
    ours = score.ranked(ours, scales)
    changes = stairs.loc[stairs["is_change"], ["patient", "start"]]
    changes = changes.assign(day=moments.local_day(changes["start"], zone=window.zone))
    trailing = diary.trailing_median(score.daily(ours.drop(columns=["rank", "is_grade"]), scales=scales), changes)
    first_day, last_day = (
        pd.Timestamp(t.tz_convert(window.zone).tz_localize(None)).normalize() for t in (window.begin, window.end)
    )
    trailing = trailing[(trailing["day"] >= first_day) & (trailing["day"] <= last_day)]
    points = moments.in_order(ours, "observed", zone=window.zone)
    points = points[(points["moment"] >= window.begin) & (points["moment"] <= window.end) & points["rank"].notna()]
    labels = [scale.grades[int(rank)] if scale.grades else number(rank) for rank in points["rank"]]
    limits = _limits(scale) or (0.0, 1.0)
    ends = (scale.grades[0], scale.grades[-1]) if scale.grades else (number(limits[0]), number(limits[1]))
    last = window.day(points["moment"].iloc[-1])
    n = len(points)
    return Strip(
        _title(key, scales), f"{_whose(key)}{ends[0]} to {ends[1]}, {UP} {scale.more_is}", limits,
        first=labels[0], last=labels[-1], more=f"{last}, n {n}",
        x=window.x(points["moment"]), y=points["rank"].tolist(), assigned=points["timing"].eq("assigned").tolist(),
        line_x=[float(x) for x in axis.numbers(trailing["day"])], line_y=trailing["median_7d"].tolist(),
        said=(
            f"higher: {scale.more_is}",
            f"first {labels[0]} ({window.day(points['moment'].iloc[0])}), last {labels[-1]} ({last}), n {n}",
        ),
    )  # fmt: skip


def _filled(own: Own, chosen: Sequence[tuple[str, ...]], window: Window, scales: Mapping[str, Scale]) -> Strip:
    """By month, how many of the diary entries expected were filled in: of the first strip's scale, else of any other."""
    first, last = (t.tz_convert(window.zone).date() for t in (window.begin, window.end))
    due = diary.entries(
        own["scores"], first=first, last=last, zone=window.zone, scales=scales,
        diary_schedules=own["diary_schedules"], patient_states=own.get("patient_states"),
    )  # fmt: skip
    label = "Diary filled"
    if due.empty:
        return Strip(label, "% of entries expected, by month", (0.0, 100.0), none=NO_DIARY, said=())
    codes = [key[0] for key in chosen if due["scale"].eq(key[0]).any()] or sorted(due["scale"].unique())
    ours = due[due["scale"] == codes[0]]
    by_month = ours.assign(month=ours["ends_on"].dt.to_period("M").dt.start_time).groupby("month")["is_filled"]
    counts = by_month.agg(["size", "sum"]).reset_index()
    shares = (100 * counts["sum"] / counts["size"]).tolist()
    left = [max(float(x), axis.number(window.begin, window.zone)) for x in axis.numbers(counts["month"])]
    over = counts["month"] + pd.DateOffset(months=1)
    right = [min(float(x), axis.number(window.end, window.zone)) for x in axis.numbers(over)]
    filled, expected = int(ours["is_filled"].sum()), len(ours)
    name = scales[codes[0]].name if codes[0] in scales else codes[0]
    months = list(zip(counts["month"], counts["sum"], counts["size"], strict=True))
    return Strip(
        label, f"% by month, {name}", (0.0, 100.0),
        first=f"{rounded(shares[0], 0)} %", last=f"{rounded(shares[-1], 0)} %", more=f"{filled} of {expected} in all", bars=list(zip(left, right, shares, strict=True)),
        said=tuple(f"{month:%Y-%m}  {done} of {n} entries expected" for month, done, n in months),
    )  # fmt: skip
