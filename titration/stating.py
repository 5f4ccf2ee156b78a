"""Signing: what somebody states of a report, stored with the fingerprint of what it said."""

from __future__ import annotations

from typing import TYPE_CHECKING

from titration import errors
from titration.records import Statement
from titration.report import signing

if TYPE_CHECKING:
    from titration.log import Log
    from titration.recording import Entry
    from titration.report.monthly import MonthlyReport

AGAIN = "make the report again, read it, and sign that one; nothing was stored"


def sign(log: Log, report: MonthlyReport, meaning: str) -> Entry:
    """Store what somebody states of a report; see `Log.sign`."""
    _refuse_other_log(log, report)
    entry = log.entry_at()
    _refuse_stale(log, report, entry)
    made = log.append(
        Statement(
            patient=report.patient, stated_at=log.setting.now.replace(microsecond=0), document=signing.document(report.window),
            fingerprint=signing.fingerprint(report.content), meaning=meaning, stated_by=log.by,
        )
    )  # fmt: skip
    if made.entry != entry + 1:  # somebody wrote between the look and the entry
        try:
            _refuse_stale(log, report, made.entry - 1)
        except errors.AppendRefused:
            log.retract(made.rows[0], reason="the report was changed by another entry while it was signed")
            raise
    return made


def _refuse_other_log(log: Log, report: MonthlyReport) -> None:
    found = log.store.query("SELECT seal FROM entry WHERE entry = ?", report.seal.asof)
    if not found or found[0][0].hex() != report.seal.head:
        raise errors.AppendRefused(f"this report was not made from {log.path}; {AGAIN}")


def _refuse_stale(log: Log, report: MonthlyReport, entry: int) -> None:
    """Raise when something of the report's days was written after it was read: nobody has seen that on it."""
    if entry == report.seal.asof:
        return
    frames = log.chart(report.patient, asof=entry).frames
    later = signing.since(frames, report.patient, report.window, frames["corrections"], report.seal.asof)
    if later.said:
        raise errors.AppendRefused(
            f"the report of {report.patient}, {report.month}, was read at entry {report.seal.asof}, and since then: "
            f"{'; '.join(later.said[: signing.MOST])}; {AGAIN}"
        )
