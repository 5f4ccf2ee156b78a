"""The papers of a whole log: what is due, the audit, the clinic's month; each read at one moment.

Here a log's facts are gathered for `report`, which knows no file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from titration import frames, history, trail
from titration.records import KINDS
from titration.report import audit as audited
from titration.report import clinic as overview
from titration.report import due as dated
from titration.report import paper
from titration.report.monthly import MADE_UP
from titration.report.window import month

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from titration.known import AsOf
    from titration.reading import Reader
    from titration.report.clinic import Line
    from titration.report.paper import Paper
    from titration.report.record import Seal

AHEAD_DAYS = 92
"""Days after the newest entry's, where the last day of what is due is left out."""
BACK_DAYS = 30
"""Days before it, where the first day of an audit is left out."""


def state(log: Reader, entry: int) -> Seal:
    """The state of a log after an entry, as a paper prints it."""
    ((sealed,),) = log.store.query("SELECT seal FROM entry WHERE entry = ?", entry)
    return paper.seal(entry, log.recorded(entry), sealed.hex())


def mark(log: Reader) -> str:
    """What marks a paper of made-up data; nothing for others."""
    return MADE_UP if log.is_demo else ""


def due(log: Reader, first: str | date | None, last: str | date | None, asof: AsOf = None) -> Paper:
    """The booked, printed and noted dates of every patient that fall in some days, in date order.

    Args:
        log: An open log.
        first: First day; the day of the newest entry when None.
        last: Last day; 92 days after it when None.
        asof: See `Log.entry_at`.
    """
    with log.store.reading():
        entry = log.entry_at(asof)
        read = state(log, entry)
        days = paper.days(first, last, zone_name=log.zone, asof_at=read.asof_at, back=0, ahead=AHEAD_DAYS)
        every = {KINDS[table].frame: log.frame(table, asof=entry) for table in dated.READ}
        every["doses"], every["plans"] = frames.split(every["doses"])
    return dated.build(every, days, site=log.site, seal=read, mark=mark(log))


def audit(log: Reader, first: str | date | None, last: str | date | None, asof: AsOf = None) -> Paper:
    """What was entered, corrected, redacted, answered, late and unsigned in some days, and whether the file fits.

    Args:
        log: An open log.
        first: First day; 30 days before that of the newest entry when None.
        last: Last day; that of the newest entry when None.
        asof: See `Log.entry_at`; the file is verified as it is.
    """
    with log.store.reading():
        entry = log.entry_at(asof)
        read = state(log, entry)
        days = paper.days(first, last, zone_name=log.zone, asof_at=read.asof_at, back=BACK_DAYS, ahead=0)
        made = audited.Trail(
            frames=frames.chart_frames(log.store, entry, None),
            history=history.corrections(log.store, asof=entry),
            entries=trail.entries(log.store, asof=entry),
            answers=trail.answers(log.store, asof=entry),
            redactions=trail.redactions(log.store, asof=entry),
            verified=log.verify(),
        )
    return audited.build(made, days, site=log.site, seal=read, mark=mark(log))


def clinic(log: Reader, month_name: str, asof: AsOf = None, *, lines: Iterable[Line] | None = None) -> Paper:
    """The clinic's month: counts, changes, completeness, what is unsigned and open, corrections, and a calendar.

    Args:
        log: An open log.
        month_name: As 2026-10.
        asof: See `Log.entry_at`.
        lines: One for each patient, where they were made elsewhere; read here one after another when None.
    """
    window = month(month_name, log.zone)
    entry = log.entry_at(asof)
    if lines is None:
        codes = log.frame("patient", asof=entry)["patient"]
        lines = [overview.line(log.chart(patient, asof=entry), window) for patient in codes]
    return overview.overview(lines, window, site=log.site, seal=state(log, entry), mark=mark(log))
