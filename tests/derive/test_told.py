"""Amounts in the words of a finding: also where none of them is stated."""

import numpy as np
import pandas as pd

from titration.derive.told import spelt


def test_amounts_of_which_none_is_stated_are_all_not_stated():
    assert spelt(pd.Series([np.nan, np.nan]), "mcg/mL").tolist() == ["not stated", "not stated"]
    assert spelt(pd.Series([np.nan, 0.5]), "mcg/mL").tolist() == ["not stated", "0.5 mcg/mL"]
    assert spelt(pd.Series([], dtype="float64"), "mL").tolist() == []
