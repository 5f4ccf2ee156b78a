"""What the plainest numpy forms are made of: frames as whole numbers, midnights, runs of equal keys, their middle.

What is ready made here is not timed: a person with numpy alone would hold it so.
"""

import numpy as np
import pandas as pd

US, D = "datetime64[us]", "datetime64[D]"


NEVER = np.datetime64("NaT")


SECOND = np.timedelta64(1000000, "us")


def who(f, frame):
    """The patient of each row as the place of the code among all."""
    names = sorted(f["patients"]["patient"])
    return pd.Categorical(frame["patient"], categories=names).codes.astype("int64")


def instants(frame, name):
    return frame[name].to_numpy(dtype=US)


def floats(frame, name):
    return frame[name].to_numpy(dtype="float64", na_value=np.nan)


def coded(values):
    """Texts as numbers, the missing ones as -1."""
    return pd.factorize(values)[0].astype("float64")


def midnights(zone):
    """When each calendar day of the zone begins, ready made; the first is day 0 of 2020."""
    days = pd.date_range("2020-01-01", "2031-01-01", freq="D")
    return days.tz_localize(zone).tz_convert("UTC").tz_localize(None).to_numpy(dtype=US)


def local_day(at, edges):
    return np.datetime64("2020-01-01", "D") + (np.searchsorted(edges, at, side="right") - 1)


def place_of(day):
    return (day - np.datetime64("2020-01-01", "D")).astype("int64")


def switches(zone):
    """When the offset of the zone's wall clock changes, ready made: seconds since 1970, and minutes from then on."""
    hours = pd.date_range("2020-01-01", "2031-01-01", freq="h", tz="UTC")
    offset = (hours.tz_convert(zone).tz_localize(None) - hours.tz_localize(None)) // pd.Timedelta(minutes=1)
    offset = offset.to_numpy(dtype="int64")
    at = np.flatnonzero(np.append(True, offset[1:] != offset[:-1]))
    return hours.tz_localize(None).to_numpy(dtype=US)[at], offset[at].astype("float64")


def runs(own):
    """Where each run of equal numbers begins, and the place after its last."""
    first = np.flatnonzero(np.append(True, own[1:] != own[:-1]))
    return first, np.append(first[1:], len(own))


def spread(first, last):
    """Every place from first to last of each row, and the row."""
    n = np.maximum(last - first, 0)
    of = np.repeat(np.arange(len(n)), n)
    return of, first[of] + np.arange(n.sum()) - np.repeat(np.cumsum(n) - n, n)


def known(patient, values):
    """Each value, or the last one before it of the same patient."""
    place = np.arange(len(values))
    has = np.maximum.accumulate(np.where(np.isnan(values), -1, place))
    ok = (has >= 0) & (patient[has] == patient)
    return np.where(ok, values[has], np.nan)


def numbers(frame, on, value=None):
    """A frame as a person with numpy alone would hold it: whole numbers for patients and days, and the values."""
    patient = np.unique(frame["patient"].to_numpy(dtype=object), return_inverse=True)[1]
    day = frame[on].to_numpy(dtype="datetime64[us]").astype("datetime64[D]").astype("int64")
    return patient, day, None if value is None else frame[value].to_numpy(dtype="float64", na_value=np.nan)


def middle(own, values):
    """The median, the quartiles and both ends of each run of equal keys: one sort, and places in it."""
    order = np.lexsort((values, own))
    own, values = own[order], values[order]
    first = np.flatnonzero(np.append(True, own[1:] != own[:-1]))
    n = np.diff(np.append(first, len(own)))
    at = [values[first + ((n - 1) * share).astype("int64")] for share in (0, 0.25, 0.75, 1)]
    return n, (values[first + (n - 1) // 2] + values[first + n // 2]) / 2, at, own[first]


def shared(own, values, *shares):
    """The values of each run of equal keys at those shares, in a straight line between neighbours: count first."""
    order = np.lexsort((values, own))
    own, values = own[order], values[order]
    first, after = runs(own)
    n = after - first
    found = []
    for share in shares:
        at = share * (n - 1)
        low, high = values[first + np.floor(at).astype("int64")], values[first + np.ceil(at).astype("int64")]
        found.append(low + (high - low) * (at - np.floor(at)))
    return own[first], n, found


def only(made, names, rows=None):
    return {name: made[name] if rows is None else made[name][rows] for name in names}


def until_of(use):
    return np.datetime64(use["until"].tz_localize(None), "us")


def of_scale(use, f, made):
    """What is known of the scale of each score, by its number ready made."""
    codes = f["scores"]["scale"]
    names = codes.unique()
    number = codes.map({name: place for place, name in enumerate(names)}).to_numpy(dtype="int64")
    return number, np.array([made(use["scales"].get(name)) for name in names])


def flex_of(f):
    modes = f["doses"]["mode"]
    return coded(modes)[(modes == "flex").to_numpy()][:1]
