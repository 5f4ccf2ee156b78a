"""Intervals of one program each, in pieces where only a part of one is confirmed or unexplained.

Imports `found`, `moments`. Whether a piece is confirmed may change as more is known; its dose never does.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from titration.derive import found, moments


def of_sequence(every: pd.DataFrame, *, until: pd.Timestamp | None = None) -> pd.DataFrame:
    """Each program with the interval it was in force, and what confirmed it.

    Args:
        every: What `found.sequence` gives.
        until: What begins later is left out, and confirms nothing; it still ends what is before it.

    Returns:
        The columns of `every` for each program set or found, and these more: end (datetime64[us, UTC]: missing
        where nothing recorded ended it), began (datetime64[us, UTC]), after (str: what the next confirmation
        says), seen_first, seen_last (datetime64[us, UTC]: readouts that found it so),
        is_change (bool: dose or mode unlike the interval before, or flex, or after a break).

    Example:
        >>> of_sequence(pd.DataFrame(columns=list(found.SEQUENCE)).astype(found.SEQUENCE)).empty
        True

    Source:
        By definition.
    """
    every = every[every["says"] != found.SILENT]
    ordered = every if until is None else every[every["start"] <= until]
    begins = every["says"] != found.SAME
    starts = every.loc[begins, ["patient", "start"]]
    end = starts["start"].shift(-1).mask(starts["patient"] != starts["patient"].shift(-1))
    ordered = ordered.assign(segment=begins.cumsum().reindex(ordered.index))
    seen = ordered[ordered["says"] == found.SAME].groupby("segment")["start"].agg(seen_first="min", seen_last="max")
    confirming = ordered["says"].where(ordered["says"].isin(found.CONFIRMING))
    following = confirming.groupby(ordered["patient"]).bfill().groupby(ordered["patient"]).shift(-1)
    is_last = ordered["segment"] != ordered["segment"].shift(-1)
    after = following[is_last].astype("str").set_axis(ordered.loc[is_last, "segment"])
    made = ordered[begins.reindex(ordered.index)]
    made = made.assign(
        end=end.reindex(made.index),
        began=made["start"],
        after=after.reindex(made["segment"]).set_axis(made.index),
        seen_first=seen["seen_first"].reindex(made["segment"]).set_axis(made.index).astype(moments.INSTANT),
        seen_last=seen["seen_last"].reindex(made["segment"]).set_axis(made.index).astype(moments.INSTANT),
    )
    made["end"] = made["end"].where(made["ended"].isna() | (made["end"] <= made["ended"]), made["ended"])
    made["end"] = made["end"].astype(moments.INSTANT)
    return made.assign(is_change=_is_change(made)).reset_index(drop=True)


def pieces(ordered: pd.DataFrame, *, zone: str, last: pd.Timestamp) -> pd.DataFrame:
    """Each program with its interval up to an instant, in pieces; see `dose.staircase`.

    Args:
        ordered: What `found.sequence` gives.
        zone: IANA name.
        last: The end of what nothing recorded ended, and of what ended later.

    Returns:
        The columns of `in_pieces`.

    Example:
        >>> none = pd.DataFrame(columns=list(found.SEQUENCE)).astype(found.SEQUENCE)
        >>> pieces(none, zone="UTC", last=pd.Timestamp("2026-01-01T00:00Z")).empty
        True

    Source:
        By definition.
    """
    made = of_sequence(ordered, until=last)
    is_open = made["end"].isna() | (made["end"] > last)
    return in_pieces(made.assign(end=made["end"].where(~is_open, last), is_open=is_open), zone=zone)


def in_pieces(made: pd.DataFrame, *, zone: str) -> pd.DataFrame:
    """Intervals in pieces: a programmed one up to where it was first seen, any one after it was last seen.

    Args:
        made: What `of_sequence` gives, with every `end`.
        zone: IANA name.

    Returns:
        The same columns, one to three rows each, and is_confirmed, is_unexplained (bool).

    Example:
        >>> none = of_sequence(pd.DataFrame(columns=list(found.SEQUENCE)).astype(found.SEQUENCE))
        >>> in_pieces(none.assign(is_open=False), zone="UTC").empty
        True

    Source:
        By definition.
    """
    is_ahead = made["status"] == "programmed"
    is_sure = made["after"].notna() & (made["after"] != found.OTHER)
    first = made["seen_first"].where(is_ahead)
    last = made["seen_last"].where(~is_sure)
    first, last = (cut.where((cut > made["start"]) & (cut < made["end"])) for cut in (first, last))
    last = last.where(~(last <= first))
    has_first, has_last = first.notna(), last.notna()
    was_seen = made["seen_first"].notna()
    is_other = made["after"] == found.OTHER
    sure_tail = is_sure & (~is_ahead | was_seen)
    head_end = first.where(has_first, last).where(has_first | has_last, made["end"])
    cut = has_first | has_last
    # a programmed interval is unconfirmed up to its first cut; another is confirmed up to it
    head = made.assign(
        end=head_end.astype(moments.INSTANT),
        is_open=made["is_open"] & ~cut,
        is_confirmed=np.where(cut, ~is_ahead | (~has_first & was_seen), sure_tail),
        is_unexplained=is_other & ~cut,
    )
    continued = made.assign(is_change=False)
    continued["offset_min"] = _offset(continued, zone=zone)
    middle = continued.assign(
        start=first, end=last.astype(moments.INSTANT), is_open=False, is_confirmed=True, is_unexplained=False
    )[has_first & has_last]
    tail = continued.assign(
        start=last.where(has_last, first).astype(moments.INSTANT), is_confirmed=sure_tail, is_unexplained=is_other
    )[cut]
    every = [head, *(piece for piece in (middle, tail) if not piece.empty)]
    both = pd.concat(every) if len(every) > 1 else head
    return both.assign(place=both.index).sort_values(["place", "start"], kind="stable", ignore_index=True)


def _offset(made: pd.DataFrame, *, zone: str) -> pd.Series:
    """The clock's offset when the program began: a later piece must not take that of its own start."""
    wall = made["began"].dt.tz_convert(zone).dt.tz_localize(None) - made["began"].dt.tz_localize(None)
    return made["offset_min"].fillna((wall.dt.total_seconds() // 60).astype("Int64"))


def _is_change(ordered: pd.DataFrame) -> pd.Series:
    held = ordered[ordered["end"].isna() | (ordered["end"] > ordered["start"])]
    before = held.shift(1)
    differs = (
        (held["patient"] != before["patient"])
        | (held["dose_mcg_per_day"] != before["dose_mcg_per_day"])
        | (held["mode"] != before["mode"])
        | (held["mode"] == "flex")
        | (held["start"] != before["end"])
    )
    return differs.astype("bool").reindex(ordered.index, fill_value=False)
