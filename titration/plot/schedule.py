"""The program over 24 hours: steps in mcg/h, timed boluses, the program before as a ghost, diary by the hour.

Puts the draws together; what is shown comes from `schedule_shown`, the words from `schedule_said`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from titration.plot import schedule_drawn, schedule_hours, schedule_said, schedule_shown, sheet, style

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    import pandas as pd

    from titration.plot.figure import Figure
    from titration.plot.schedule_shown import Shown
    from titration.scales import Scale

LEFT_IN, RIGHT_IN = 0.92, 1.18
TITLE_IN, LABELS_IN, ROW_IN, HOURS_IN = 0.27, 0.34, 0.2, 0.85
STRIP_IN = {1: 1.5, 2: 1.15, 3: 0.95}
LEAST_STRIP_IN, BOLUS_IN = 0.8, 0.3


def schedule(
    frames: Mapping[str, pd.DataFrame],
    *,
    patient: str,
    zone: str,
    until: datetime,
    scales: Mapping[str, Scale],
    since: datetime | None = None,
    scale: str | None = None,
) -> Figure:
    """The program in force at `until` over 24 hours, by the clock on the wall.

    Steps are in mcg/h, from 0; the program before is dashed, and the difference in mcg stands under each period.
    Days of the week that differ have a strip each. Where the pump's clock differs from the wall clock its hours
    stand beneath those of the wall. Diary scores with an observed time are shown by the time of day.

    Args:
        frames: Frames by name, of one patient or many.
        patient: Code.
        zone: IANA name of the wall clock.
        until: The instant whose program is shown, with an offset.
        scales: Scales by code.
        since: Leaves out diary scores before it; without it all since the program began.
        scale: Scale of the diary; without it the one with most timed scores.

    Returns:
        The figure; `twin` says the same in plain text.

    Raises:
        ValueError: `until` or `since` has no offset.
        LookupError: The scale asked for is not in the register.

    Example:
        >>> print(demo_log.chart("P003").picture("schedule").twin.splitlines()[0])
        P003, the program over 24 hours, as recorded until 2026-11-13
    """
    shown = schedule_shown.of_patient(
        frames, patient=patient, zone=zone, until=until, scales=scales, since=since, scale=scale
    )
    with style.plain():
        return _drawn(shown)


def _drawn(shown: Shown) -> Figure:
    has_row = schedule_drawn.has_differences(shown)
    strip_in = STRIP_IN.get(len(shown.facets), LEAST_STRIP_IN) + BOLUS_IN * schedule_drawn.has_boluses(shown)
    each_in = TITLE_IN + strip_in + ROW_IN * has_row
    hours_in = 0.0 if shown.scale is None else TITLE_IN + 0.22 + HOURS_IN
    labels_in = LABELS_IN if shown.shift_min and shown.varies else LABELS_IN - 0.12
    made = sheet.Sheet(
        schedule_said.heading(shown), each_in * len(shown.facets) + labels_in + hours_in,
        twin=schedule_said.twin(shown), under=schedule_said.under(shown), footer=schedule_said.footer(shown),
    )  # fmt: skip
    wide_in = made.wide_in - LEFT_IN - RIGHT_IN
    top_in, renderer = TITLE_IN, made.figure.renderer
    lowest = None
    for facet in shown.facets:
        lowest = made.axes(LEFT_IN, top_in, wide_in, strip_in)
        schedule_drawn.draw_strip(lowest, facet, shown, renderer)
        sheet.title(lowest, f"{facet.days[0].upper()}{facet.days[1:]}")
        if has_row:
            lowest = made.axes(LEFT_IN, top_in + strip_in, wide_in, ROW_IN)
            schedule_drawn.draw_differences(lowest, facet, shown, renderer)
        top_in += each_in
    if lowest is not None:
        schedule_drawn.label_hours(lowest, shown)
    if shown.scale is not None:
        ax = made.axes(LEFT_IN, top_in - TITLE_IN + labels_in + TITLE_IN + 0.05, wide_in, HOURS_IN)
        schedule_hours.draw_hours(ax, shown)
        body = shown.by_hour["body_part"].iloc[0]
        sheet.title(ax, f"{shown.scale.name}{f', {body}' if body else ''}, diary by time of day")
    return made.figure
