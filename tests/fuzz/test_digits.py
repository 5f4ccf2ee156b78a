"""Digits that look like others and numbers that fit no column: refused in words, never read as something near."""

import numpy as np
import pandas as pd
import pytest

import titration
from titration import units
from titration.errors import TitrationError
from titration.fields import Reading
from titration.records import KINDS

WIDE = {"full-width": "\uff11\uff12\uff10", "Arabic": "\u0661\u0662\u0660", "bold": "\U0001d7cf\U0001d7d0\U0001d7ce"}
FIELDS = {
    "a count": ("readout", "patient_boluses"),
    "a day": ("dose_change", "effective_on"),
    "a value": ("score", "value"),
}


@pytest.mark.parametrize("digits", WIDE.values(), ids=WIDE)
def test_digits_that_are_none_of_ascii_are_no_number_of_any_field(digits):
    """`int` and `float` of Python would read them all as 120."""
    assert int(digits) == 120
    with pytest.raises(units.Unfit):
        units.parse_quantity(f"{digits} mcg/day", units.MCG_PER_DAY)
    for kind, name in FIELDS.values():
        with pytest.raises(units.Unfit):
            KINDS[kind].field(name).value.parse(digits, Reading())


@pytest.mark.parametrize("number", [2**63, 2**64, -(2**63) - 1, 10**30, np.uint64(2**64 - 1)])
def test_a_whole_number_no_column_can_hold_is_a_fault_and_nothing_of_its_frame_is_stored(log, number):
    before = log.head
    read = {
        "patient": ["P001", "P001"],
        "read_on": "2026-10-08",
        "dose_mcg_per_day": 100.0,
        "patient_boluses": [3, number],
    }
    frame = pd.DataFrame(read, dtype=object)
    with pytest.raises(TitrationError) as caught:
        log.append(frame, kind=titration.Readout)
    assert [(fault.row, fault.field) for fault in caught.value.faults] == [(1, "patient_boluses")]
    with pytest.raises(TitrationError):
        log.append(titration.Readout(patient="P001", read_on="2026-10-08", patient_boluses=number))
    assert log.head == before
