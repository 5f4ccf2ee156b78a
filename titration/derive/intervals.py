"""Intervals of one program each, in pieces where only a part of one is confirmed or unexplained.

Imports `clock`, `found`, `runs`. Whether a piece is confirmed may change as more is known; its dose never does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from titration.derive import clock, found, runs

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd

    Array = npt.NDArray[Any]
    Flags = npt.NDArray[np.bool_]


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
        >>> import pandas as pd
        >>> of_sequence(pd.DataFrame(columns=list(found.SEQUENCE)).astype(found.SEQUENCE)).empty
        True

    Source:
        By definition.
    """
    is_silent = np.asarray(every["says"].array == found.SILENT, dtype=bool)
    every = every[~is_silent] if is_silent.any() else every
    says, start = every["says"].array, runs.naive(every["start"])
    begins = np.asarray(says != found.SAME, dtype=bool)
    patient, segment = np.cumsum(runs.begins(every["patient"])), np.cumsum(begins)
    end, ended = runs.taken(start, runs.following(begins, patient)), runs.naive(every["ended"])
    end = np.where(np.isnat(ended) | (end <= ended), end, ended)
    there = np.arange(len(start)) if until is None else np.flatnonzero(start <= until.to_datetime64())
    own, seen = there[begins[there]], there[~begins[there]]
    confirms = every["says"].isin(found.CONFIRMING).to_numpy()[there]
    confirmed = runs.following(confirms, patient[there])[runs.matched(segment[own], segment[there], last=True)]
    made = every.take(own).reset_index(drop=True)
    return made.assign(
        segment=segment[own],
        end=runs.utc(end[own]),
        began=made["start"],
        after=says.take(there).take(confirmed, allow_fill=True),
        seen_first=runs.utc(runs.taken(start[seen], runs.matched(segment[own], segment[seen]))),
        seen_last=runs.utc(runs.taken(start[seen], runs.matched(segment[own], segment[seen], last=True))),
        is_change=_is_change(made, start[own], end[own]),
    )


def _is_change(made: pd.DataFrame, start: Array, end: Array) -> Flags:
    """Whether dose or mode are unlike those of the interval before, or it is flex, or comes after a break."""
    held = np.flatnonzero(np.isnat(end) | (end > start))
    patient, mode = (made[name].array.take(held) for name in ("patient", "mode"))
    differs = runs.begins(patient, made["dose_mcg_per_day"].to_numpy()[held], mode) | np.asarray(
        mode == "flex", dtype=bool
    )
    differs[1:] |= start[held][1:] != end[held][:-1]
    flags = np.zeros(len(made), dtype=bool)
    flags[held] = differs
    return flags


def pieces(ordered: pd.DataFrame, *, zone: str, last: pd.Timestamp) -> pd.DataFrame:
    """Each program with its interval up to an instant, in pieces; see `dose.staircase`.

    Args:
        ordered: What `found.sequence` gives.
        zone: IANA name.
        last: The end of what nothing recorded ended, and of what ended later.

    Returns:
        The columns of `in_pieces`.

    Example:
        >>> import pandas as pd
        >>> none = pd.DataFrame(columns=list(found.SEQUENCE)).astype(found.SEQUENCE)
        >>> pieces(none, zone="UTC", last=pd.Timestamp("2026-01-01T00:00Z")).empty
        True

    Source:
        By definition.
    """
    made = of_sequence(ordered, until=last)
    end, until = runs.naive(made["end"]), last.to_datetime64()
    is_open = np.isnat(end) | (end > until)
    return in_pieces(made.assign(end=runs.utc(np.where(is_open, until, end)), is_open=is_open), zone=zone)


def in_pieces(made: pd.DataFrame, *, zone: str) -> pd.DataFrame:
    """Intervals in pieces: a programmed one up to where it was first seen, any one after it was last seen.

    Args:
        made: What `of_sequence` gives, with every `end`.
        zone: IANA name.

    Returns:
        The same columns, one to three rows each, and is_confirmed, is_unexplained (bool).

    Example:
        >>> import pandas as pd
        >>> none = of_sequence(pd.DataFrame(columns=list(found.SEQUENCE)).astype(found.SEQUENCE))
        >>> in_pieces(none.assign(is_open=False), zone="UTC").empty
        True

    Source:
        By definition.
    """
    after = made["after"]
    is_ahead, is_other = (
        np.asarray(made[name].array == text, dtype=bool)
        for name, text in (("status", "programmed"), ("after", found.OTHER))
    )
    is_sure = ~after.isna().to_numpy() & ~is_other
    start, end, first, last = (runs.naive(made[name]) for name in ("start", "end", "seen_first", "seen_last"))
    was_seen = ~np.isnat(first)
    has_first = is_ahead & (first > start) & (first < end)
    has_last = ~is_sure & (last > start) & (last < end) & ~(has_first & (last <= first))
    of = np.repeat(np.arange(len(made)), 1 + has_first + has_last)
    is_head = runs.begins(of)
    is_tail = np.append(is_head[1:], True)[: len(of)]
    is_second = np.append(False, is_head[:-1])[: len(of)] & ~is_head
    cut = np.where(is_second & has_first[of], first[of], last[of])
    begun = np.where(is_head, start[of], cut)
    sure_tail = is_sure & (~is_ahead | was_seen)
    # a programmed interval is unconfirmed up to its first cut; another is confirmed up to it
    sure_head = ~is_ahead | (~has_first & was_seen)
    pieces = made.take(of).assign(
        start=runs.utc(begun),
        end=runs.utc(np.where(is_tail, end[of], np.append(begun[1:], begun[:1]))),
        offset_min=_offset(made, of, ~is_head, zone=zone),
        is_change=made["is_change"].to_numpy()[of] & is_head,
        is_open=made["is_open"].to_numpy()[of] & is_tail,
        is_confirmed=np.where(is_tail, sure_tail[of], ~is_head | sure_head[of]),
        is_unexplained=is_other[of] & is_tail,
    )
    return pieces.assign(place=pieces.index).reset_index(drop=True)


def _offset(made: pd.DataFrame, of: npt.NDArray[np.int64], is_later: Flags, *, zone: str) -> Any:
    """The clock's offset when the program began: a later piece must not take that of its own start."""
    stated = made["offset_min"].array.take(of)
    lacks = is_later & stated.isna()
    if lacks.any():
        stated[lacks] = clock.wall_offset(made["began"].take(of[lacks]), zone=zone).astype("Int64").array
    return stated
