"""Reports: one table of facts, laid out as PDF, HTML, text and CSV."""

from titration.report.facts import Fact
from titration.report.monthly import MonthlyReport, build

__all__ = ["Fact", "MonthlyReport", "build"]
