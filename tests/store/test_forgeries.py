"""Each thing somebody could change behind the triggers of a log, and the first block or entry that `verify` names."""

import pytest
from store import attacks

import titration
from titration.store.verify import verify

# entry 4 wrote row 4 (the dose of 102), 5 row 5 (flex) with steps 6 and 7, 6 the scores 8 to 26, 7 rows 27 and 28,
# 8 the note 29, 9 the dose 30, 10 rows 31 to 36; 11 corrected row 4 by 37, 12 moved entry 7 to rows 38 and 39,
# 13 retracted row 29, 14 redacted its text, 15 wrote the visit 40
FORGERIES = {
    "a value": ("UPDATE score SET value = value + 1 WHERE row = 10", "block of entry 6, table score, rows 8 to 26"),
    "a value by the last bit": (
        "UPDATE dose_change SET dose_mcg_per_day = 120.00000000000001 WHERE row = 37",
        "block of entry 11, table dose_change, rows 37 to 37",
    ),
    "a value into nothing": ("UPDATE refill SET withdrawn_ml = NULL", "block of entry 10, table refill"),
    "nothing into a value": ("UPDATE refill SET injected_ml = 40.0", "block of entry 10, table refill"),
    "the patient": (
        "UPDATE note SET patient = patient + 1 WHERE row = 29",
        "block of entry 8, table note, rows 29 to 29",
    ),
    "the time of a dose": ("UPDATE dose_change SET effective_at = effective_at + 1 WHERE row = 5", "block of entry 5"),
    "its offset": ("UPDATE dose_change SET effective_offset_min = 0 WHERE row = 5", "block of entry 5"),
    "a step of a program": (
        "UPDATE dose_step SET rate_mcg_per_h = 5.0 WHERE row = 7",
        "block of entry 5, table dose_step",
    ),
    "the parent of a step": (
        "UPDATE dose_step SET of = 30 WHERE row = 7",
        "block of entry 5, table dose_step, rows 6 to 7",
    ),
    "what a code says": ("UPDATE code SET text = 'P003' WHERE text = 'P001'", "block of entry 2, table code"),
    "who wrote an entry": ("UPDATE entry SET by = 'clinician-2' WHERE entry = 8", "entry 8: who, when, why"),
    "the account": ("UPDATE entry SET account = 'x' WHERE entry = 8", "entry 8: who, when, why"),
    "the computer": ("UPDATE entry SET host = 'x' WHERE entry = 8", "entry 8: who, when, why"),
    "the program": ("UPDATE entry SET program = 'x' WHERE entry = 8", "entry 8: who, when, why"),
    "what an entry did": ("UPDATE entry SET action = 'import' WHERE entry = 8", "entry 8: who, when, why"),
    "when it was written": (
        "UPDATE entry SET recorded_at = recorded_at - 60 WHERE entry = 9",
        "entry 9: who, when, why",
    ),
    "the offset of that": ("UPDATE entry SET recorded_offset_min = 60 WHERE entry = 9", "entry 9: who, when, why"),
    "the reason of an entry": ("UPDATE entry SET reason = NULL WHERE entry = 11", "entry 11: who, when, why"),
    "the card of an entry": ("UPDATE entry SET card = NULL WHERE entry = 4", "entry 4: who, when, why"),
    "the source of an entry": ("UPDATE entry SET source = 1 WHERE entry = 4", "entry 4: who, when, why"),
    "the sealed layout's digest": (
        "UPDATE entry SET facts = 2, last_row = 41 WHERE entry = 15",
        "entry 15: who, when, why",
    ),
    "a seal": ("UPDATE entry SET seal = zeroblob(32) WHERE entry = 3", "entry 3: who, when, why"),
    "a link of the chain": ("UPDATE entry SET previous = zeroblob(32) WHERE entry = 3", "entry 3 does not follow"),
    "a row taken out": (
        "DELETE FROM score WHERE row = 10",
        "entry 6, table score, rows 8 to 26: 18 of its 19 rows are there",
    ),
    "the last row taken out": (
        "DELETE FROM visit WHERE row = 40",
        "entry 15, table visit, rows 40 to 40: 0 of its 1 rows",
    ),
    "a row put in at the end": (
        (
            "INSERT INTO visit (row, entry, patient, visited_on, visit) SELECT 41, entry, patient, visited_on, visit"
            " FROM visit WHERE row = 40"
        ),
        "table visit holds 3 rows, and the journal knows of 2",
    ),
    "a row moved to another entry": ("UPDATE note SET entry = 9 WHERE row = 29", "block of entry 8, table note"),
    "a row moved to another number": ("UPDATE note SET row = 90 WHERE row = 29", "block of entry 8, table note"),
    "an amendment taken out": ("DELETE FROM amendment WHERE row = 29", "block of entry 13, table amendment"),
    "an amendment of another row": (
        "UPDATE amendment SET row = 30 WHERE row = 29",
        "block of entry 13, table amendment",
    ),
    "the kind of an amendment": (
        "UPDATE amendment SET kind = 'corrected' WHERE row = 29",
        "block of entry 13, table amendment",
    ),
    "what an amendment points to": (
        "UPDATE amendment SET replaced_by = 30 WHERE row = 4",
        "block of entry 11, table amendment",
    ),
    "the reason of an amendment": (
        "UPDATE amendment SET reason = 1 WHERE row = 4",
        "block of entry 11, table amendment",
    ),
    "an amendment put in": (
        "INSERT INTO amendment SELECT 99, 15, 30, 'entered in error', NULL, reason FROM amendment LIMIT 1",
        "table amendment holds 5 rows, and the journal knows of 4",
    ),
    "words": ("UPDATE words SET text = text || '.' WHERE id = 2", "free text 2 was changed"),
    "salt": ("UPDATE words SET salt = randomblob(16) WHERE id = 2", "free text 2 was changed"),
    "no salt": ("UPDATE words SET salt = NULL WHERE id = 2", "free text 2 was changed"),
    "a digest of words": ("UPDATE words SET digest = randomblob(32) WHERE id = 2", "table words"),
    "words taken out": ("UPDATE words SET text = NULL, salt = NULL WHERE id = 2", "free text 2 was taken out without"),
    "words that are bytes": ("UPDATE words SET salt = CAST('x' AS BLOB) WHERE id = 2", "free text 2 was changed"),
    "a scale": ("UPDATE scale SET definition = replace(definition, '10', '11')", "table scale"),
    "a question's answer": ("UPDATE answer SET reason = question", "block of entry 9, table answer"),
    "the zone": ("UPDATE property SET value = 'America/New_York' WHERE name = 'zone'", "entry 1, table property"),
    "the layout": ("UPDATE property SET value = '{}' WHERE name = 'layout 1'", "a block of rows was read"),
    "the digest of a block": (
        "UPDATE block SET digest = zeroblob(32) WHERE entry = 6 AND \"table\" = 'score'",
        "entry 6:",
    ),
    "the length of a block": ("UPDATE block SET n = 18 WHERE entry = 6 AND \"table\" = 'score'", "entry 6:"),
    "the start of a block": ("UPDATE block SET first_row = 9 WHERE entry = 6 AND \"table\" = 'score'", "entry 6:"),
    "the table of a block": (
        "UPDATE block SET \"table\" = 'visit' WHERE entry = 6 AND \"table\" = 'score'",
        "entry 6:",
    ),
    "a block of another entry": ("UPDATE block SET entry = 7 WHERE entry = 6", "entry 6:"),
    "a block taken out": ("DELETE FROM block WHERE entry = 6", "entry 6:"),
    "a block of an entry to come": (
        'INSERT INTO block SELECT 999, 16, "table", 41, 1, 1, digest FROM block LIMIT 1',
        "there are blocks of an entry 16 that is not there",
    ),
    "an entry taken out": ("DELETE FROM entry WHERE entry = 9", "entry 9 is missing: the next one there is 10"),
    "an entry put in": (
        (
            "INSERT INTO entry SELECT 16, recorded_at, 0, by, account, host, action, source, source_sha256, reason, card,"
            " program, 1, NULL, 0, 40, seal, randomblob(32) FROM entry WHERE entry = 15"
        ),
        "entry 16: who, when, why",
    ),
    "a row that points nowhere": (
        "UPDATE note SET patient = 999 WHERE row = 29",
        "note, row 29 points at a row of code",
    ),
}


@pytest.mark.parametrize(("sql", "named"), FORGERIES.values(), ids=FORGERIES)
def test_a_forgery_is_named_by_its_first_block_or_entry(grown, sql, named):
    attacks.forge(grown, sql)
    titration.open(grown).close()  # an open sees only the structure and the head: that is why there is verify
    found = verify(grown)
    assert not found.fits
    assert named in str(found)
    assert str(found).startswith(f"{grown} does not fit its seals:")
