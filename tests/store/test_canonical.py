"""The canonical bytes of a block, checked by a small encoder that shares nothing with the store's."""

import hashlib
import json
import struct

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from store import attacks

from titration.store import schema, seal


def packed(value):
    """MessagePack by its specification: shortest integers, doubles, UTF-8."""
    if value is None:
        return b"\xc0"
    if isinstance(value, float):
        return b"\xcb" + struct.pack(">d", value)
    if isinstance(value, int):
        return _integer(value)
    if isinstance(value, bytes):
        return _sized(len(value), value, (0xC4, 0xC5, 0xC6))
    if isinstance(value, str):
        body = value.encode("utf-8")
        return _sized(len(body), body, (0xD9, 0xDA, 0xDB), 0xA0 if len(body) < 32 else None)
    parts = b"".join(packed(v) for v in value)
    return _sized(len(value), parts, (None, 0xDC, 0xDD), 0x90 if len(value) < 16 else None)


def _sized(n, body, marks, short=None):
    if short is not None:
        return bytes([short | n]) + body
    for mark, form, most in zip(marks, (">B", ">H", ">I"), (2**8, 2**16, 2**32), strict=True):
        if mark is not None and n < most:
            return bytes([mark]) + struct.pack(form, n) + body
    raise ValueError(n)


def _integer(n):
    if 0 <= n < 128:
        return bytes([n])
    if -32 <= n < 0:
        return struct.pack("b", n)
    forms = (
        ((0xCC, ">B", 2**8), (0xCD, ">H", 2**16), (0xCE, ">I", 2**32), (0xCF, ">Q", 2**64))
        if n > 0
        else ((0xD0, ">b", 2**7), (0xD1, ">h", 2**15), (0xD2, ">i", 2**31), (0xD3, ">q", 2**63))
    )
    for mark, form, most in forms:
        if -most <= n < most:
            return bytes([mark]) + struct.pack(form, n)
    raise ValueError(n)


def block(table, columns, rows):
    return hashlib.sha256(b"titration block 1\0" + packed([table, columns, [list(r) for r in rows]])).digest()


INTEGERS = st.integers(-(2**63), 2**63 - 1) | st.sampled_from(
    [0, -1, 127, 128, -32, -33, 255, 256, 65535, 65536, 2**31, 2**32, 2**53, 2**63 - 1, -(2**63)]
)
KEPT = (
    st.none() | INTEGERS | st.floats(allow_nan=False, allow_infinity=False).map(lambda x: x + 0.0)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=40) | st.binary(max_size=40)
)  # fmt: skip
ROWS = st.lists(st.lists(KEPT, min_size=3, max_size=3), min_size=1, max_size=20)


@given(ROWS)
def test_two_encoders_agree_on_the_digest_of_any_rows(rows):
    assert block("score", ["a", "b", "c"], rows) == seal.block_digest("score", ["a", "b", "c"], rows)


@given(ROWS)
def test_any_value_comes_back_from_sqlite_with_the_digest_it_went_in_with(rows):
    with attacks.raw(":memory:") as db:
        db.execute("CREATE TABLE t (row INTEGER PRIMARY KEY, a ANY, b ANY, c ANY) STRICT")
        db.executemany("INSERT INTO t (a, b, c) VALUES (?, ?, ?)", rows)
        back = db.execute("SELECT a, b, c FROM t ORDER BY row").fetchall()
    whole = [
        [float(v) if isinstance(w, float) else v for v, w in zip(b, r, strict=True)]
        for b, r in zip(back, rows, strict=True)
    ]
    assert seal.block_digest("t", ["a", "b", "c"], whole) == seal.block_digest("t", ["a", "b", "c"], rows)


def test_text_of_every_plane_and_long_things_agree():
    rows = [
        [1, "".join(chr(c) for c in (0, 9, 0x7F, 0xE9, 0x20AC, 0xFFFD, 0x1F489, 0x10FFFF)), b"\0\xff"],
        [2, "a" * 31, b"b" * 255], [3, "a" * 32, b"b" * 256], [4, "é" * 200, b""], [5, "a" * 70000, b"b" * 70000],
    ]  # fmt: skip
    assert block("words", ["id", "text", "salt"], rows) == seal.block_digest("words", ["id", "text", "salt"], rows)


def test_every_block_and_every_seal_of_a_log_agrees_with_the_other_encoder(grown):
    with attacks.raw(grown) as db:
        layouts = json.loads(db.execute("SELECT value FROM property WHERE name = 'layout 1'").fetchone()[0])
        previous, blocks = bytes(32), 0
        for entry in db.execute("SELECT entry FROM entry ORDER BY entry").fetchall():
            lines = []
            for table, first, n, version, digest in db.execute(
                'SELECT "table", first_row, n, schema_version, digest FROM block WHERE entry = ? ORDER BY id', entry
            ).fetchall():
                names, key = layouts[table], schema.key(table)
                chosen = ", ".join(f'"{name}"' for name in names)
                span = (first, first + n - 1)
                rows = db.execute(f'SELECT {chosen} FROM "{table}" WHERE {key} BETWEEN ? AND ? ORDER BY {key}', span)
                assert block(table, names, rows.fetchall()) == digest
                lines.append(f"{table} {first} {n} {version} ".encode() + digest)
                blocks += 1
            *header, before, sealed = db.execute("SELECT * FROM entry WHERE entry = ?", entry).fetchone()
            assert before == previous
            body = packed([previous, header, lines])
            assert hashlib.sha256(b"titration entry 1\0" + body).digest() == sealed
            previous = sealed
    assert blocks > 30


def test_minus_zero_and_nan_are_sealed_as_sqlite_gives_them_back():
    values = seal.as_kept([-0.0, float("nan"), None, 1e308, 5e-324], "REAL", "score.value")
    assert [None if v is None else struct.pack(">d", v) for v in values] == [
        struct.pack(">d", 0.0), None, None, struct.pack(">d", 1e308), struct.pack(">d", 5e-324),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("value", "sql"),
    [(True, "INTEGER"), (1.0, "INTEGER"), ("1", "INTEGER"), (1, "REAL"), (b"5", "REAL"), ("1e3", "REAL")],
)
def test_a_value_that_would_come_back_as_another_is_refused_before_it_is_sealed(value, sql):
    with pytest.raises(AssertionError, match=f"score.value is {sql}, and was given"):
        seal.as_kept([value], sql, "score.value")


def test_a_number_of_numpy_is_not_sealed_by_mistake():
    import numpy as np

    for value, sql in ((np.int64(1), "INTEGER"), (np.float64(1), "REAL")):
        with pytest.raises(AssertionError, match=type(value).__name__):
            seal.as_kept([value], sql, "x")


def test_digests_of_different_things_never_stand_for_each_other():
    assert len({
        seal.block_digest("code", ["id"], [(1,)]), seal.block_digest("code", ["id"], [("1",)]),
        seal.block_digest("code", ["id"], [(1.0,)]), seal.block_digest("words", ["id"], [(1,)]),
        seal.block_digest("code", ["ix"], [(1,)]), seal.block_digest("code", ["id"], [(1,), (1,)]),
        seal.words_digest(b"", "1"), seal.entry_seal(seal.GENESIS, [1], []),
    }) == 8  # fmt: skip


def test_the_format_of_messagepack_is_the_published_one():
    """Two vectors of the specification, so that both encoders cannot be wrong together."""
    assert packed([1, -1, None, "a", 1.5, b"\x00"]) == bytes.fromhex("96 01 ff c0 a1 61 cb 3ff8000000000000 c4 01 00")
    assert msgspec.msgpack.encode([1, -1, None, "a", 1.5, b"\x00"]) == packed([1, -1, None, "a", 1.5, b"\x00"])
