"""Whether two engines say the same: whole numbers, texts and medians to the bit, means within a stated tolerance."""

import math

MEANS = {"mean", "filled_pct", "total"}
"""Compared within `TOLERANCE`: the order in which an engine adds is its own. A sum of whole numbers is exact."""
TOLERANCE = 1e-12
KEYS = ("site_name", "month", "scale", "version", "body_part", "side", "reporter", "direction")


def rows_of(columns, rows):
    """Rows by what names them, missing ones as None."""
    found = {}
    for row in rows:
        values = {name: None if _is_missing(v) else v for name, v in zip(columns, row, strict=True)}
        key = tuple(values[key] for key in KEYS if key in values)
        assert key not in found, f"{key} is there twice"
        found[key] = values
    return found


def differences(one, other, columns):
    """What two answers do not agree on; `one` and `other` as `rows_of` gives them."""
    said = [f"{key} is in one alone" for key in sorted(one.keys() ^ other.keys(), key=str)]
    for key in one.keys() & other.keys():
        said += [
            f"{key} {name}: {one[key][name]!r} and {other[key][name]!r}"
            for name in columns
            if name not in KEYS and not _same(one[key][name], other[key][name], name)
        ]
    return said


def _is_missing(value):
    return value is None or (isinstance(value, float) and math.isnan(value))


def _same(a, b, name):
    if a is None or b is None:
        return a is b
    whole = name == "total" and float(a).is_integer() and float(b).is_integer()
    return math.isclose(a, b, rel_tol=TOLERANCE) if name in MEANS and not whole else a == b


def of_frame(frame, columns):
    """A frame in the columns of an answer, as `rows_of` takes it."""
    missing = set(columns) - set(frame.columns)
    assert not missing, f"the frame lacks {missing}"
    return rows_of(columns, frame[list(columns)].itertuples(index=False, name=None))
