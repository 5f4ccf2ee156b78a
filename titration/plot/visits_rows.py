"""Gathers the last visits of one patient: dose, side effects, goals and refills as rows, scores from `visits_scores`.

Imports `derive`; draws nothing.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import pandas as pd

from titration.derive import goals, moments
from titration.derive.kept import own_frames
from titration.derive.visits import DIARY, scores_at, visits
from titration.plot import visits_scores
from titration.plot.content import each
from titration.plot.visits_page import ABSENT, Block, Cell, Head, Mark, Page, Row
from titration.plot.visits_scores import AFTER, WITHOUT
from titration.units import number, rounded

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from titration.scales import Scale

    Own = Mapping[str, pd.DataFrame]

MOST_EFFECTS, MOST_GOALS, MOST_WIDE = 8, 4, 5
NO_RECORD = "no record"
AS_READ = {
    "as recorded": "as recorded",
    "not as recorded": "unlike the record",
    "nothing on record before": "first known",
}


def page(
    frames: Mapping[str, pd.DataFrame],
    *,
    patient: str,
    zone: str,
    until: datetime,
    scales: Mapping[str, Scale],
    since: datetime | None,
    last: int,
    part: int,
) -> Page:
    """What the picture shows of one patient.

    Args:
        frames: Frames by name, of one patient or many.
        patient: Code.
        zone: IANA name.
        until: Last instant shown.
        scales: Scales by code.
        since: Visits of earlier days are left out; None: none are.
        last: How many visits.
        part: Which twelve muscles of each grid, from 1.

    Returns:
        The page.

    Raises:
        ValueError: `until` or `since` has no offset.
    """
    own = own_frames(frames, patient)
    end = moments.instant(until)
    made = visits(own, zone=zone, until=end)
    wanted = made if since is None else made[made["day"] >= _day(moments.instant(since), zone)]
    shown = wanted.tail(last).reset_index(drop=True)
    days = [row.day for row in each(shown)]
    scores = scores_at(_by(own["scores"], "observed", end, zone), made, zone=zone)
    blocks, left_out, goes_on = visits_scores.of_visits(scores[scores["day"].isin(days)], days, scales, part=part)
    effects, goal_block = _effects(own, days, end, zone), _goals(own, days, end, zone)
    every = (_doses(shown, zone), *blocks, effects[0], *goal_block[0], _refills(own, days, end, zone))
    said = [*left_out, *effects[1], *goal_block[1]]
    notes = _footer(own, shown, len(wanted) - len(shown), said, every)
    more = [f"Part {part} of the muscles; the next: part={part + 1}."] if goes_on else []
    return Page(
        _heading(patient, shown), tuple(_head(row) for row in each(shown)), every if days else (), end, (*notes, *more)
    )


def _day(instant: pd.Timestamp, zone: str) -> pd.Timestamp:
    return pd.Timestamp(instant.tz_convert(zone).tz_localize(None)).normalize()


def _by(frame: pd.DataFrame, stem: str, end: pd.Timestamp, zone: str) -> pd.DataFrame:
    """The rows up to the end, with the columns they had."""
    made = moments.in_order(frame, stem, zone=zone)
    return made.loc[made["moment"] <= end, list(frame.columns)].reset_index(drop=True)


def _on_days(frame: pd.DataFrame, stem: str, end: pd.Timestamp, zone: str) -> pd.DataFrame:
    """The rows up to the end in order, with their local day."""
    made = moments.in_order(frame, stem, zone=zone)
    return made[made["moment"] <= end].assign(day=lambda f: moments.local_day(f["moment"], zone=zone))


def _heading(patient: str, shown: pd.DataFrame) -> str:
    n = len(shown)
    says = {0: "no visit on record", 1: "one visit"}.get(n, f"{n} visits side by side, the newest at the right")
    return f"{patient}: {says}"


def _head(row: Any) -> Head:
    since = "" if pd.isna(row.days_since) else f"{row.days_since} day{'s' if row.days_since != 1 else ''} after"
    visit = row.visit if pd.notna(row.visit) else "scores alone"
    return Head(f"{row.day:%Y-%m-%d}", visit, row.seen_by if pd.notna(row.seen_by) else "", since)


def _doses(shown: pd.DataFrame, zone: str) -> Block:
    every = list(each(shown))
    rows = (
        Row("As the patient came", "", tuple((_came(row, zone),) for row in every)),
        Row("As the patient left", "", tuple((_left(row),) for row in every)),
        Row("Mode on leaving", "", tuple((_mode(row, is_narrow=len(every) > MOST_WIDE),) for row in every)),
        Row("Readout that day", "", tuple((_readout(row),) for row in every)),
    )
    return Block("Last recorded programmed dose", "daily dose; effective since the day named", "words", rows)


def _amount(mcg: float) -> str:
    return f"{number(mcg)} mcg/day" if pd.notna(mcg) else "not read"


def _came(row: Any, zone: str) -> Cell:
    if pd.isna(row.came_began):
        return Cell(("no program",), "no program", look="grey")
    since = f"since {row.came_began.tz_convert(zone):%Y-%m-%d}"
    if row.came_status == "found":
        since = "as found"
    elif row.came_status == "programmed":
        since = f"ahead, {since}"
    dose = _amount(row.came_mcg_per_day)
    return Cell((dose, since), f"{dose}, {since}")


def _left(row: Any) -> Cell:
    if pd.isna(row.left_began):
        return Cell(("no program",), "no program", look="grey")
    dose, what = _amount(row.left_mcg_per_day), _changed(row)
    return Cell((dose, what), f"{dose}, {what}", look="plain" if row.n_changes else "grey")


def _changed(row: Any) -> str:
    """What became of the dose that day, in words."""
    if not row.n_changes:
        return "no change"
    if row.n_changes > 1:
        return f"{row.n_changes} changes"
    if pd.isna(row.change_pct):
        return {"first": "first program", "from 0": "from 0", "other mode": "other mode"}.get(row.undefined, "")
    if row.change_pct == 0:
        return "same daily dose"
    return f"{'+' if row.change_pct > 0 else ''}{rounded(row.change_pct)} %"


def _mode(row: Any, *, is_narrow: bool) -> Cell:
    """The mode; in narrow columns a word a line."""
    if pd.isna(row.left_mode):
        return ABSENT
    came = f"was {row.came_mode}" if pd.notna(row.came_mode) and row.came_mode != row.left_mode else ""
    said = [text for text in (row.left_mode, came) if text]
    lines = [part for text in said for part in text.rsplit(" ", 1)] if is_narrow else said
    return Cell(tuple(lines), ", ".join(said))


def _readout(row: Any) -> Cell:
    if pd.isna(row.readout_says):
        return ABSENT
    differs = f": {row.readout_differs}" if pd.notna(row.readout_differs) else ""
    return Cell((AS_READ[row.readout_says],), f"{AS_READ[row.readout_says]}{differs}")


def _effects(own: Own, days: Sequence[pd.Timestamp], end: pd.Timestamp, zone: str) -> tuple[Block, list[str]]:
    """Whether side effects were asked about, and each that was named; none said of all is none of each."""
    given = _on_days(own["side_effects"], "observed", end, zone)
    given = given[given["day"].isin(days)]
    names = given.loc[given["effect"] != "any"].drop_duplicates("effect").sort_values("effect")["effect"].tolist()
    by_day = [given[given["day"] == day] for day in days]
    rows = [Row("Asked about", "", tuple((_asked(rows),) for rows in by_day))]
    rows += [Row(name, "", tuple((_effect(rows, name),) for rows in by_day)) for name in names[:MOST_EFFECTS]]
    left_out = [f"side effects {', '.join(names[MOST_EFFECTS:])}"] if names[MOST_EFFECTS:] else []
    return Block("Side effects", "severity as asked", "words", tuple(rows)), left_out


def _asked(rows: pd.DataFrame) -> Cell:
    if rows.empty:
        return Cell((NO_RECORD,), NO_RECORD, look="grey")
    said = "asked, none" if rows["severity"].eq("none").all() else "asked"
    return Cell((said,), said)


def _effect(rows: pd.DataFrame, name: str) -> Cell:
    named = rows[rows["effect"] == name]
    if named.empty:
        return Cell(("none",), "none", look="grey") if rows["effect"].eq("any").any() else ABSENT
    said = ", ".join(dict.fromkeys(named["severity"]))
    return Cell((said,), said, look="grey" if said == "none" else "plain")


def _goals(own: Own, days: Sequence[pd.Timestamp], end: pd.Timestamp, zone: str) -> tuple[list[Block], list[str]]:
    """Each goal with the ratings given from a visit on up to the next; no block where no goal was set."""
    set_by = _by(own["goals"], "set", end, zone)
    if set_by.empty or not days:
        return [], []
    given = _on_days(own["goal_ratings"], "rated", end, zone)
    every = list(each(goals.rated(set_by, own["goal_ratings"], at=_day(end, zone).date())))
    spans = list(itertools.pairwise([*days, pd.Timestamp.max]))
    rows = []
    for goal in every[:MOST_GOALS]:
        ours = given[given["goal"] == goal.goal]
        cells = tuple((_rated(ours[(ours["day"] >= first) & (ours["day"] < stop)], first),) for first, stop in spans)
        words = goal.words if pd.notna(goal.words) else f"goal {goal.goal}, words redacted"
        start = f"at the start {_sign(goal.baseline)}; " if pd.notna(goal.baseline) else ""
        rows.append(Row(words, f"{start}set {goal.set_on:%Y-%m-%d}", cells))
    more = len(every) - MOST_GOALS
    left_out = [f"{more} more goal{'s' if more > 1 else ''}"] if more > 0 else []
    return [Block("Goals", "-2 to +2: 0 is as expected, higher: more than expected", "scale", tuple(rows))], left_out


def _rated(rows: pd.DataFrame, day: pd.Timestamp) -> Cell:
    """The last rating of a span; its day where it was not given on the day of the visit."""
    if rows.empty:
        return ABSENT
    last = list(each(rows))[-1]
    on = () if last.day == day else (f"on {last.day:%Y-%m-%d}",)
    said = _sign(last.rating) + ("" if last.day == day else f" on {last.day:%Y-%m-%d}")
    return Cell((_sign(last.rating), *on), said, (Mark((last.rating + 2) / 4),))


def _sign(rating: int) -> str:
    return f"+{rating}" if rating > 0 else str(rating)


def _refills(own: Own, days: Sequence[pd.Timestamp], end: pd.Timestamp, zone: str) -> Block:
    given = _on_days(own["refills"], "filled", end, zone)
    cells = tuple((_refill(given[given["day"] == day]),) for day in days)
    return Block("Refill", "", "words", (Row("Pump filled", "", cells),))


def _refill(rows: pd.DataFrame) -> Cell:
    if rows.empty:
        return Cell((NO_RECORD,), NO_RECORD, look="grey")
    strength = rows["concentration_mcg_per_ml"].dropna()
    said = f"{number(strength.iloc[-1])} mcg/mL" if len(strength) else "strength not stated"
    return Cell(("yes", said), f"yes, {said}")


def _footer(own: Own, shown: pd.DataFrame, earlier: int, left_out: list[str], blocks: Sequence[Block]) -> list[str]:
    """What the signs mean that are there, and what is not shown."""
    if shown.empty:
        n = len(own["scores"])
        more = f"; the {n} scores on record are in the timeline" if n else ""
        return [f"A visit is a day with a visit on record, or with a score collected at one{more}."]
    cells = [cell for block in blocks for row in block.rows for visit in row.cells for cell in visit]
    texts = [line for cell in cells for line in cell.lines]
    said = ["Doses are as programmed, not as measured in the patient."]
    if any(AFTER in text for text in texts):
        said.append("* (hollow): observed after that day's dose change; the others before it, or it is not known.")
    if any(WITHOUT in text for text in texts):
        said.append("n.a.: asked, without a value of the scale; why is in the text version.")
    if any(text.startswith("n ") and text[2:].isdigit() for text in texts):
        said.append("n: so many answers that day; all are in the text version.")
    if any(cell.look == "absent" for cell in cells):
        said.append("Dot: nothing recorded.")
    if any(text == NO_RECORD for text in texts):
        said.append("No record: not asked or done, or not written down.")
    diary = own["scores"]
    n = int((diary["collected"].isin(DIARY) & diary["observed_on"].isin(shown["day"])).sum())
    not_shown = [f"{n} diary score{'s' if n > 1 else ''} of these days"] if n else []
    not_shown += [f"{earlier} earlier visit{'s' if earlier > 1 else ''}"] if earlier else []
    not_shown += left_out
    if not_shown:
        said.append(f"Not shown: {'; '.join(not_shown)}.")
    return said
