"""Every picture by its name, for `chart.picture`, the shell and the report; a picture is added by one line.

Each is loaded when it is asked for.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    import pandas as pd

    from titration.plot.figure import Figure
    from titration.scales import Scale


@dataclass(frozen=True)
class Kind:
    """One kind of picture of a patient.

    Attributes:
        module: The module of `titration.plot` that has it, under `function`.
        function: Takes frames and the keywords `patient`, `zone`, `until`, `scales`, `since`, and its own.
        shows: What it shows, in a few words.
        on_request: Whether it is drawn only when asked for by name, with its caveat printed.
    """

    module: str
    function: str
    shows: str
    on_request: bool = False


PICTURES: dict[str, Kind] = {
    "timeline": Kind("timeline", "timeline", "daily dose over scores, side effects, events, oral drugs and refills"),
    "visits": Kind("visits", "visits", "this visit beside the last ones"),
    "sparklines": Kind("sparklines", "sparklines", "a year of dose and scores in four strips"),
    "ledger": Kind("ledger", "ledger", "each dose change with its scores before and after"),
    "schedule": Kind("schedule", "schedule", "the program over 24 hours, the one before as a ghost"),
    "epochs": Kind("epochs", "epochs", "scores of each time between two dose changes"),
    "calendar": Kind("calendar", "calendar", "one scale by weekday and week"),
    "refills": Kind("refills", "refills", "measured minus expected residual volume of each refill"),
    "screening": Kind("screening", "screening", "scores by hours since each screening bolus"),
    "quality": Kind("quality", "quality", "what the record lacks, what was corrected, what is open"),
    "before-after": Kind("aligned", "before_after", "scores before and after each change", on_request=True),
    "run-chart": Kind("run_chart", "run_chart", "weekly medians with the rules of a run chart", on_request=True),
}
"""The pictures of one patient, in the order of a review."""


def kind(name: str) -> Kind:
    """The picture of that name.

    Raises:
        LookupError: There is none; says which there are.

    Example:
        >>> kind("timeline").shows[:10]
        'daily dose'
    """
    if name not in PICTURES:
        message = f"{name!r} is not a picture; the pictures are {', '.join(PICTURES)}"
        raise LookupError(message)
    return PICTURES[name]


def drawing(name: str) -> Callable[..., Figure]:
    """The function that draws the picture of that name; its parameters are what it can be asked.

    Raises:
        LookupError: There is no such picture.
    """
    found = kind(name)
    module = importlib.import_module(f"titration.plot.{found.module}")
    made: Callable[..., Figure] = getattr(module, found.function)
    return made


def picture(
    name: str,
    frames: Mapping[str, pd.DataFrame],
    *,
    patient: str,
    zone: str,
    until: datetime,
    scales: Mapping[str, Scale],
    since: datetime | None = None,
    **own: Any,
) -> Figure:
    """A picture of one patient by its name.

    Args:
        name: As in `PICTURES`.
        frames: Frames by name, of one patient or many.
        patient: Code.
        zone: IANA name.
        until: Last instant shown, with an offset.
        scales: Scales by code.
        since: First instant shown; without it the first record.
        own: What that picture takes beside these.

    Returns:
        The figure, with its text twin.

    Raises:
        LookupError: There is no such picture.
    """
    draw = drawing(name)
    return draw(frames, patient=patient, zone=zone, until=until, scales=scales, since=since, **own)
