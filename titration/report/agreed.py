"""Dates that were agreed on: changes planned or programmed ahead, and goals to be reviewed; each as it was written down.

A change that was made since, or cancelled, is agreed on no more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from titration import units
from titration.derive import goals as derived
from titration.report import printed
from titration.report.facts import Fact, Made, slug
from titration.report.goals import said
from titration.report.window import Row, rows

if TYPE_CHECKING:
    from collections.abc import Mapping

    from titration.report.page import Said
    from titration.report.window import Window

PLANS = {"planned": "Dose change, planned", "programmed": "Dose change, programmed ahead"}
REVIEW = "Goal to be reviewed"
MADE: Made = {
    "definition": "changes planned or programmed ahead that no change fulfils, and the review dates of goals, as written down",
    "formula": "",
    "function": "titration.report.agreed.recorded",
}


def recorded(frames: Mapping[str, pd.DataFrame], window: Window, ended: Mapping[str, Row]) -> list[dict[str, Any]]:
    """Each change planned or programmed ahead that no change fulfils, and each goal with a day of review.

    Args:
        frames: Frames by name, of one patient or of all.
        window: The days of the paper, for their zone; ratings of goals count up to the last of them.
        ended: By patient, the last state where the clinic follows the patient no more.

    Returns:
        Dicts of patient, on (the day), what, title, record, row, with_record, later and source.
    """
    plans, doses = frames["plans"], frames["doses"]
    fulfilled = pd.concat([doses["fulfils"], plans["fulfils"]]).dropna()
    open_ones = plans[plans["status"].isin(list(PLANS)) & ~plans["row"].isin(fulfilled)]
    reviewed = derived.rated(frames["goals"], frames["goal_ratings"], at=window.last)
    made = [_plan(row, window) for row in rows(open_ones)]
    made += [_review(row) for row in rows(reviewed[reviewed["due_on"].notna()])]
    for row in made:
        gone = ended.get(row["patient"])
        if gone is not None:
            said = f"{gone['following']}, noted {printed.day(gone['noted_on'])}"
            row["later"] = said if row["later"] == "-" else f"{row['later']}, {said}"
            row["source"] += printed.source("patient_state", gone)
    return made


def line(row: Row) -> tuple[Said, ...]:
    """A date that was agreed on as the cells of a table of dates, from what it is on.

    Args:
        row: As `recorded` gives it.
    """
    stem, title, origin = f"due.{slug(row['patient'])}.{row['what']}", row["title"], row["source"]
    return (
        Fact(f"{stem}.what", "What was agreed on", title, source=origin, **MADE),
        Fact(f"{stem}.recorded", f"{title}: recorded with", row["with_record"], source=origin[:1]),
        Fact(f"{stem}.later", f"{title}: what came later", row["later"], source=origin, **MADE),
    )


def _plan(row: Row, window: Window) -> dict[str, Any]:
    dose = row["dose_mcg_per_day"]
    to = row["mode"] if dose is None else units.quantity(dose, units.MCG_PER_DAY)
    return {
        "patient": row["patient"], "on": row["effective_on"], "what": f"plan-{row['row']}",
        "title": f"{PLANS[row['status']]}: {to}", "record": "dose_change", "row": row["row"],
        "with_record": f"entered {printed.instant(row['recorded_at'], window.zone)}", "later": "-",
        "source": printed.source("dose_change", row),
    }  # fmt: skip


def _review(row: Row) -> dict[str, Any]:
    rated, source = row["rating"], (f"goal:{row['goal']}",)
    title = f"{REVIEW}: {row['domain']}" if row["domain"] else REVIEW
    later = "never rated" if rated is None else f"last rated {printed.day(row['rated_on'])}: {said(int(rated))}"
    return {
        "patient": row["patient"], "on": row["due_on"], "what": f"goal-{row['goal']}", "title": title,
        "record": "goal", "row": row["goal"], "with_record": f"goal set {printed.day(row['set_on'])}", "later": later,
        "source": source if rated is None else (*source, f"goal_rating:{row['rating_row']}"),
    }  # fmt: skip
