"""What nobody should type, and somebody will: texts, numbers and objects for every door."""

import datetime as dt
import decimal
import fractions

import numpy as np
import pandas as pd

MARKUP = (
    "<script>alert(1)</script>",
    "</style><img src=x onerror=alert(1)>",
    '" onmouseover="alert(1)',
    "{{7*7}}{% raw %}",
    '#eval("1") #read("/etc/hostname") $x$ *b* @ref <lab> `raw` // c /* c */ \\',
    "\\input{/etc/hostname}$\\frac{1}{0}$",
    "]]> <!-- --> &amp; &lt;",
    "%s %n {0} {x}",
)
"""Text that some program would run or lay out; it must stay the text it is."""
FORMULAS = ("=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\uff1d1+1", "\uff0b1", "\uff201", " =1+1")
"""Text that a spreadsheet would run."""
TEXTS = (
    "", " ", ".", "..", "/", "../../etc/passwd", "x" * 300, "A" * 10_000, "CON", "P999", "p001",
    "\u202eP001", "\u2066P001\u2069", "\u0420001", "\u200bP001", "P001\n", "\x1b[2J", "\x07", "\r", "\ufeffP001",
    "9" * 5000, "-1", "0", "+1", "99999999999999999999", "9223372036854775808", "nan", "inf", "1e308", "1e999", "True",
    "\uff11\uff12\uff10 mcg/day", "\u0661\u0662 mcg/day", "1e5 mcg/day", "9" * 400 + " mcg/day",
    "0." + "0" * 400 + "1 mcg/day", "120", "1.234 mcg/day", "5 mg/day",
    "2026-02-30", "0000-00-00", "9999-12-31", "1900-01-01 00:00+14:00", "2199-12-31 23:59-14:00", "2026-10-25 01:30",
    "2026-13", "0000-01", "1899-12", "=", "a=b", "dose=", "[", "(", "*", "--", "-", "%", "'; DROP TABLE entry;--",
    *MARKUP, *FORMULAS,
)  # fmt: skip
NOT_TEXT = ("\0", "a\0b", "\udcff", "\ud800")
"""What no file can hold as text; the shell hands it over for bytes that are not UTF-8."""


class Unspeakable:
    """An object that does not say what it is."""

    def __repr__(self):
        raise RuntimeError


FAR = [getattr(dt.datetime, end) for end in ("max", "min")]


OBJECTS = (
    float("nan"), float("inf"), -float("inf"), 1e308, 1.7e308, 5e-324, -0.0, True, False, b"5", 10**400, -(10**400),
    2**63, 10**5000, np.int64(5), np.float32(0.1), np.float64("nan"), np.bool_(True), np.uint64(2**64 - 1),
    np.datetime64("2026-10-08"), np.datetime64("NaT"), np.timedelta64(5, "D"), np.array([1, 2]), np.array(5), np.str_("P001"),
    pd.NA, pd.NaT, pd.Timestamp("2026-10-08"), pd.Timestamp.max, pd.Series([1]), pd.Timestamp("2026-10-08T09:30", tz="UTC"),
    decimal.Decimal(5), decimal.Decimal("NaN"), decimal.Decimal("sNaN"), decimal.Decimal("1e999999"),
    fractions.Fraction(1, 3), fractions.Fraction(10**400, 1), 5j, [], [1], (1,), {}, {"a": 1}, object(), ..., int,
    dt.date.max, dt.date.min, *FAR, dt.time(9, 30), dt.timedelta(1), iter([1]), Unspeakable(),
    dt.datetime(1900, 1, 1, tzinfo=dt.timezone(-dt.timedelta(hours=23))),
    dt.datetime(2199, 12, 31, 23, 59, tzinfo=dt.timezone(dt.timedelta(seconds=3))),
)  # fmt: skip
"""What a notebook can hand over in the place of a value."""


def is_sentence(error):
    """Hold that an error of ours can be shown: what was seen is short and on one line, and it says what is allowed."""
    for fault in getattr(error, "faults", ()):
        assert fault.allowed.strip(), fault
        assert fault.seen.isprintable(), fault
        assert len(fault.seen) <= 60, fault
    said = str(error)
    assert said.strip()
    assert said.encode()
    assert all(c.isprintable() or c in "\n\t" for c in said), said
