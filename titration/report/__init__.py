"""Reports: one table of facts, laid out as PDF, HTML, text and CSV."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from titration.report.facts import Fact

if TYPE_CHECKING:
    from titration.report.monthly import MonthlyReport, build

__all__ = ["Fact", "MonthlyReport", "build"]


def __getattr__(name: str) -> Any:
    """The month's report, loaded when it is first asked for: a process that only hands out work needs none of it."""
    if name in {"MonthlyReport", "build"}:
        from titration.report import monthly  # noqa: PLC0415 - heavy, see above

        return getattr(monthly, name)
    message = f"module 'titration.report' has no attribute {name!r}"
    raise AttributeError(message)
