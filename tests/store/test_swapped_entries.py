"""Two entries that changed places in the journal: whole, or in who wrote them and when; the first of the two is named."""

import pytest
from store import attacks

import titration
from titration.store.verify import verify

SWAPS = {
    "their numbers": [
        "UPDATE entry SET entry = -8 WHERE entry = 8",
        "UPDATE entry SET entry = 8 WHERE entry = 9",
        "UPDATE entry SET entry = 9 WHERE entry = -8",
    ],
    "their numbers, and those of their blocks and rows": [
        f"UPDATE {table} SET entry = CASE entry WHEN 8 THEN 9 ELSE 8 END WHERE entry IN (8, 9)"
        for table in ("block", "note", "dose_change", "code", "words", "answer")
    ]
    + [
        "UPDATE entry SET entry = -8 WHERE entry = 8",
        "UPDATE entry SET entry = 8 WHERE entry = 9",
        "UPDATE entry SET entry = 9 WHERE entry = -8",
    ],
    "their numbers, and the links made to fit": [
        "UPDATE entry SET entry = -8 WHERE entry = 8",
        "UPDATE entry SET entry = 8, previous = (SELECT seal FROM entry WHERE entry = 7) WHERE entry = 9",
        "UPDATE entry SET entry = 9, previous = (SELECT seal FROM entry WHERE entry = 8) WHERE entry = -8",
        "UPDATE entry SET previous = (SELECT seal FROM entry WHERE entry = 9) WHERE entry = 10",
    ],
    "when they were written": [
        "UPDATE entry SET recorded_at = (SELECT recorded_at FROM entry WHERE entry = 9) WHERE entry = 8",
    ],
    "who wrote them": ["UPDATE entry SET by = CASE entry WHEN 8 THEN 'b' ELSE by END WHERE entry IN (8, 9)"],
}


@pytest.mark.parametrize("statements", SWAPS.values(), ids=SWAPS)
def test_two_entries_swapped_are_named_by_the_first_of_them(grown, statements):
    assert verify(grown).fits
    attacks.forge(grown, "PRAGMA defer_foreign_keys = ON", *statements)
    titration.open(grown).close()  # an open sees only the structure and the head
    found = verify(grown)
    assert not found.fits
    assert found.faults[0].startswith("entry 8"), str(found)
