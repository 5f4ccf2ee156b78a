"""A dose-titration tracking log for intrathecal baclofen: a record, not a device.

    import titration
    log = titration.open("db/clinic.db", by="clinician-1")
    chart = log.chart("P001")

Names are loaded when they are first used, so that importing this costs nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from titration import derive, errors, plot
    from titration.chart import Chart
    from titration.errors import NeedsConfirmation, TitrationError
    from titration.headings import shown
    from titration.log import Entry, Log
    from titration.opening import create, restore
    from titration.opening import open as open  # noqa: A004 - said twice, so that it is exported without standing in __all__
    from titration.records import (
        Bolus,
        Catheter,
        DiarySchedule,
        DoseChange,
        DoseStep,
        Event,
        Goal,
        GoalRating,
        Note,
        OralDose,
        Patient,
        PatientState,
        Pump,
        Readout,
        Refill,
        Score,
        SideEffect,
        Statement,
        TimedBolus,
        Visit,
    )
    from titration.scales import Scale

_HOMES = {
    "titration.chart": ("Chart",),
    "titration.errors": ("NeedsConfirmation", "TitrationError"),
    "titration.log": ("Entry", "Log"),
    "titration.opening": ("create", "open", "restore"),
    "titration.records": (
        "Bolus", "Catheter", "DiarySchedule", "DoseChange", "DoseStep", "Event", "Goal", "GoalRating", "Note",
        "OralDose", "Patient", "PatientState", "Pump", "Readout", "Refill", "Score", "SideEffect", "Statement",
        "TimedBolus", "Visit",
    ),
    "titration.headings": ("shown",),
    "titration.scales": ("Scale",),
}  # fmt: skip
_MODULES = ("derive", "errors", "plot")
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "Bolus", "Catheter", "Chart", "DiarySchedule", "DoseChange", "DoseStep", "Entry", "Event", "Goal", "GoalRating",
    "Log", "NeedsConfirmation", "Note", "OralDose", "Patient", "PatientState", "Pump", "Readout", "Refill", "Scale",
    "Score", "SideEffect", "Statement", "TimedBolus", "TitrationError", "Visit", "create", "derive", "errors", "plot",
    "restore", "shown",
]  # fmt: skip  # `open` stays out: a star import must not hide the builtin


def __getattr__(name: str) -> Any:
    """A public name, loaded when it is first asked for."""
    if name in _HOME_OF:
        return getattr(importlib.import_module(_HOME_OF[name]), name)
    if name in _MODULES:
        return importlib.import_module(f"titration.{name}")
    message = f"module 'titration' has no attribute {name!r}"
    raise AttributeError(message)


def __dir__() -> list[str]:
    """The public names."""
    return [*__all__, "open", "__version__"]
